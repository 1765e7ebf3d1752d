/* SPDX-License-Identifier: MIT */
/*
 * Elements in C order.  A Fortran tensor that is small is turned over once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "select/select.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

/* A Fortran tensor up to this is held in memory. */
#define WHOLE_NBYTES ((uint64_t)64 << 20)
/* Wider ones are read as bytes. */
#define WIDTH_MAX ((uint64_t)1 << 16)

/* Whose elements are unknown are bytes as they lie. */
static int get(const struct stat_reader *r, uint64_t first, size_t n, void *p,
	struct diag *d)
{
	return tensor_read(r->t.in, r->t.span, (unsigned)r->width,
		r->by_bytes && r->t.span->fortran, first, n, p, d);
}

static int hold_whole(struct stat_reader *r, struct diag *d)
{
	r->whole = malloc((size_t)r->t.span->nbytes);
	if (!r->whole)
		return diag_nomem(d, (size_t)r->t.span->nbytes);
	if (get(r, 0, (size_t)r->n, r->whole, d) == 0)
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
	r->turned = s->nbytes > WHOLE_NBYTES;
	return r->turned ? 0 : hold_whole(r, d);
}

int stat_reader_get(const struct stat_reader *r, uint64_t first, size_t n,
	void *p, struct diag *d)
{
	const struct tensor_span *s = r->t.span;
	size_t part = tensor_number_nbytes(s, r->width);
	int ret = 0;

	if (n == 0)
		return 0;
	if (r->whole)
		memcpy(p, r->whole + first * r->width, n * r->width);
	else
		ret = get(r, first, n, p, d);
	if (!ret && s->big_endian)
		select_swap(p, n * (r->width / part), part);
	return ret;
}

void stat_reader_close(struct stat_reader *r)
{
	free(r->whole);
	r->whole = NULL;
}
