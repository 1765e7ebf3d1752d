/* SPDX-License-Identifier: MIT */
/*
 * CSV: any bytes are rows or a message; rows written and read again are the
 * same.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz_input.h"
#include "text/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Copies the rows of DATA to OUT as CSV.  Returns 0, or -1. */
static int copy(struct buf *out, const void *data, size_t n)
{
	struct input in = fuzz_input(0, data, n);
	struct csv_reader *r;
	struct csv_row row;
	struct diag d = {0};
	int got = csv_open(&r, &in, 0, &d);

	while (!got && (got = csv_next(r, &row, &d)) > 0) {
		for (size_t i = 0; i < row.ncell; i++)
			csv_add_text(out, row.cell[i].p, row.cell[i].n);
		csv_end(out);
		got = buf_end(out, &d);
	}
	if (got < 0 && !d.text[0])
		abort();
	csv_close(r);
	input_close(&in);
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf once = {0}, twice = {0};

	if (copy(&once, data, n) == 0 && once.len &&
		memchr(once.data, ',', once.len)) {
		if (copy(&twice, once.data, once.len) ||
			twice.len != once.len ||
			memcmp(once.data, twice.data, once.len) != 0)
			/* Another separator may be found, or blanks cut. */
			if (!memchr(data, ' ', n) && !memchr(data, ';', n) &&
				!memchr(data, '\t', n) && !memchr(data, '|', n))
				abort();
	}
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
