/* SPDX-License-Identifier: MIT */
/*
 * Says where in the original a reader is: by tensor and row where it has rows,
 * else by byte.
 */
#include <stdio.h>

#include "spz/reader.h"

/* Bytes of one index of the slowest dimension of S; 0 if there is none. */
static uint64_t row_nbytes(const struct spz_segment *s)
{
	unsigned slow = s->flags & SPZ_SEGMENT_FORTRAN ? s->ndim - 1u : 0;
	uint64_t row = s->width;

	if (s->dtype == 0 || s->ndim == 0)
		return 0;
	for (unsigned i = 0; i < s->ndim; i++)
		if (i != slow && __builtin_mul_overflow(row, s->shape[i], &row))
			return 0;
	return row;
}

void spz_reader_where(const struct spz_reader *r, bool next, char out[200])
{
	uint64_t row = row_nbytes(&r->segment);
	uint64_t end = r->segment_raw + r->chunk.raw;

	if (row == 0)
		snprintf(out, 200, "byte %llu",
			(unsigned long long)(r->totals.raw -
					     (next ? 0 : r->chunk.raw)));
	else if (next)
		snprintf(out, 200, "%.128s[%llu:]", r->name.data,
			(unsigned long long)(end / row));
	else
		snprintf(out, 200, "%.128s[%llu:%llu]", r->name.data,
			(unsigned long long)(r->segment_raw / row),
			(unsigned long long)((end + row - 1) / row));
}
