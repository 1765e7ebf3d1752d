/* SPDX-License-Identifier: MIT */
/*
 * Elements in C order.  A Fortran tensor that is small is turned over once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "select/select.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

/* A Fortran tensor up to this is held in memory. */
#define WHOLE_NBYTES ((uint64_t)64 << 20)
/* Wider ones are read as bytes. */
#define WIDTH_MAX ((uint64_t)1 << 16)

/* Bytes of each number in an element of S. */
static size_t number_nbytes(const struct tensor_span *s, size_t width)
{
	if (s->dtype == TENSOR_C64 || s->dtype == TENSOR_C128)
		return width / 2;
	return s->part_nbytes && width % s->part_nbytes == 0 ? s->part_nbytes
							     : width;
}

/* Of a Fortran tensor. */
static int get_turned(const struct stat_reader *r, uint64_t first, uint64_t n,
	void *p, struct diag *d)
{
	const struct tensor_strided v =
		tensor_fortran(r->t.span, (unsigned)r->width);

	return tensor_gather(r->t.in, &v, first, n, p, d);
}

static int hold_whole(struct stat_reader *r, struct diag *d)
{
	r->whole = malloc((size_t)r->t.span->nbytes);
	if (!r->whole)
		return diag_nomem(d, (size_t)r->t.span->nbytes);
	if (get_turned(r, 0, r->n, r->whole, d) == 0)
		return 0;
	stat_reader_close(r);
	return -1;
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
	if (!s->fortran || s->ndim < 2 || r->by_bytes)
		return 0;
	if (s->nbytes <= WHOLE_NBYTES)
		return hold_whole(r, d);
	r->turned = true;
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
	else if (r->turned)
		ret = get_turned(r, first, n, p, d);
	else
		ret = input_pread(r->t.in, p, n * r->width,
			s->offset + first * r->width, d);
	if (!ret && s->big_endian)
		select_swap(p, n * (r->width / part), part);
	return ret;
}

void stat_reader_close(struct stat_reader *r)
{
	free(r->whole);
	r->whole = NULL;
}
