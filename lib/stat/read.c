/* SPDX-License-Identifier: MIT */
/*
 * Elements in C order.  A Fortran tensor that is small is turned over once;
 * of a large one, those that lie side by side in the file are read together.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

/* A Fortran tensor up to this is held in memory, twice while it is turned. */
#define WHOLE_NBYTES ((uint64_t)64 << 20)
/* Wider ones are read as bytes. */
#define WIDTH_MAX ((uint64_t)1 << 16)

static void swap_bytes(unsigned char *p, size_t n, size_t width)
{
	for (; n--; p += width)
		for (size_t i = 0; i < width / 2; i++) {
			unsigned char c = p[i];

			p[i] = p[width - 1 - i];
			p[width - 1 - i] = c;
		}
}

/* Bytes of each number in an element of S. */
static size_t number_nbytes(const struct tensor_span *s, size_t width)
{
	if (s->dtype == TENSOR_C64 || s->dtype == TENSOR_C128)
		return width / 2;
	return s->part_nbytes && width % s->part_nbytes == 0 ? s->part_nbytes
							     : width;
}

/* Elements in a row: all indices but the first. */
static uint64_t row_nelem(const struct tensor_span *s)
{
	return s->n && s->shape[0] ? s->n / s->shape[0] : 1;
}

/*
 * Where element J of a row lies in the file of a Fortran tensor, counted from
 * the row's first: J in C order over all indices but the first.
 */
static uint64_t fortran_place(const struct tensor_span *s, uint64_t j)
{
	uint64_t place = 0, stride = s->n;

	for (unsigned i = s->ndim; i-- > 1;) {
		stride /= s->shape[i];
		place += j % s->shape[i] * stride;
		j /= s->shape[i];
	}
	return place;
}

/* Rows [ROW, ROW + NROW) of element J each, which lie side by side. */
static int get_column(const struct stat_reader *r, uint64_t row, size_t nrow,
	uint64_t j, unsigned char *p, struct diag *d)
{
	const struct tensor_span *s = r->t.span;

	return input_pread(r->t.in, p, nrow * r->width,
		s->offset + (row + fortran_place(s, j)) * r->width, d);
}

/* Elements of a Fortran tensor, from as many reads as there are columns. */
static int get_fortran(const struct stat_reader *r, uint64_t first, size_t n,
	unsigned char *p, struct diag *d)
{
	uint64_t len = row_nelem(r->t.span), row = first / len;
	size_t nrow = (size_t)((first + n - 1) / len - row + 1);
	unsigned char *column = malloc(nrow * r->width);
	uint64_t j, end = len;
	int ret = 0;

	if (!column)
		return diag_nomem(d, nrow * r->width);
	/* Part of one row, or all columns. */
	j = nrow == 1 ? first - row * len : 0;
	if (nrow == 1)
		end = j + n;
	for (; j < end && !ret; j++) {
		ret = get_column(r, row, nrow, j, column, d);
		for (size_t i = 0; !ret && i < nrow; i++) {
			uint64_t at = (row + i) * len + j;

			if (at >= first && at - first < n)
				memcpy(p + (size_t)(at - first) * r->width,
					column + i * r->width, r->width);
		}
	}
	free(column);
	return ret;
}

static int hold_whole(struct stat_reader *r, struct diag *d)
{
	const struct tensor_span *s = r->t.span;
	size_t nbytes = (size_t)s->nbytes;
	unsigned char *file = malloc(nbytes);
	uint64_t len = row_nelem(s), nrow = s->n / len;
	int ret = -1;

	r->whole = malloc(nbytes);
	if (!file || !r->whole)
		diag_nomem(d, nbytes);
	else
		ret = input_pread(r->t.in, file, nbytes, s->offset, d);
	for (uint64_t j = 0; !ret && j < len; j++) {
		const unsigned char *from =
			file + fortran_place(s, j) * r->width;
		unsigned char *to = r->whole + j * r->width;

		for (uint64_t i = 0; i < nrow; i++)
			memcpy(to + i * len * r->width, from + i * r->width,
				r->width);
	}
	free(file);
	if (ret)
		free(r->whole);
	return ret;
}

/* An order that differs from C's in fact. */
static bool is_turned(const struct stat_reader *r)
{
	return r->t.span->fortran && r->t.span->ndim > 1 && !r->by_bytes;
}

int stat_reader_open(
	struct stat_reader *r, const struct stat_tensor *t, struct diag *d)
{
	const struct tensor_span *s = t->span;

	*r = (struct stat_reader){.t = *t, .n = s->n};
	if (s->n && s->nbytes % s->n == 0)
		r->width =
			(size_t)(s->nbytes / s->n < WIDTH_MAX ? s->nbytes / s->n
							      : 0);
	if (r->width == 0) {
		r->by_bytes = true;
		r->width = 1;
		r->n = s->nbytes;
	}
	if (is_turned(r) && s->nbytes <= WHOLE_NBYTES)
		return hold_whole(r, d);
	return 0;
}

int stat_reader_get(const struct stat_reader *r, uint64_t first, size_t n,
	void *p, struct diag *d)
{
	const struct tensor_span *s = r->t.span;
	size_t part = number_nbytes(s, r->width);
	int ret = 0;

	if (n == 0)
		return 0;
	if (r->whole)
		memcpy(p, r->whole + first * r->width, n * r->width);
	else if (is_turned(r))
		ret = get_fortran(r, first, n, p, d);
	else
		ret = input_pread(r->t.in, p, n * r->width,
			s->offset + first * r->width, d);
	if (!ret && s->big_endian)
		swap_bytes(p, n * (r->width / part), part);
	return ret;
}

void stat_reader_close(struct stat_reader *r)
{
	free(r->whole);
	r->whole = NULL;
}
