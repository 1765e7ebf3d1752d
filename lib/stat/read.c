/* SPDX-License-Identifier: MIT */
/*
 * Elements in C order, as bytes and as text.  A Fortran tensor that is small is
 * turned over once.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
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

/* --- as text -------------------------------------------------------------- */

void stat_add_kind(struct buf *b, const struct tensor_span *s)
{
	buf_printf(b, "%s %s", tensor_dtype_name(s),
		tensor_shape_text(s->shape, s->ndim).text);
}

struct stat_index stat_index(
	const struct tensor_span *s, uint64_t at, bool by_bytes)
{
	uint64_t index[TENSOR_NDIM_MAX] = {at};
	unsigned n = by_bytes ? 1 : s->ndim;
	struct stat_index ret;
	size_t len = 0;

	for (unsigned i = by_bytes ? 0 : n; i-- > 0; at /= s->shape[i])
		index[i] = at % s->shape[i];
	ret.text[len++] = '[';
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(ret.text + len, sizeof(ret.text) - len,
			"%s%" PRIu64, i ? "," : "", index[i]);
	memcpy(ret.text + len, "]", 2);
	return ret;
}

static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n-- > 0)
		x = x << 8 | p[n];
	return x;
}

/* The N bytes at P, the most significant first. */
static void add_bits(struct buf *b, const unsigned char *p, size_t n)
{
	buf_adds(b, "0x");
	while (n-- > 0)
		buf_printf(b, "%02x", p[n]);
}

/* One of N bytes as a float or an integer of S's dtype. */
static void add_number(struct buf *b, enum tensor_dtype dtype, uint64_t x)
{
	unsigned up = 64 - tensor_dtype_info[dtype].nbits;
	char digits[NUM_DOUBLE_MAX];
	double v = stat_value(dtype, x);

	if (dtype == TENSOR_F64 || (select_format(dtype) && !isfinite(v)))
		buf_add_double(b, v);
	else if (select_format(dtype))
		buf_add(b, digits, num_from_float(digits, (float)v));
	else if (v < 0)
		buf_printf(b, "%" PRId64, (int64_t)(x << up) >> up);
	else
		buf_printf(b, "%" PRIu64, x);
}

/* "1+2j" */
static void add_complex(
	struct buf *b, enum tensor_dtype part, const unsigned char *p, size_t n)
{
	uint64_t re = load(p, n / 2), im = load(p + n / 2, n / 2);
	double v = stat_value(part, im);
	bool has_sign = signbit(v) && !isnan(v);

	add_number(b, part, re);
	if (!has_sign)
		buf_addc(b, '+');
	add_number(b, part, im);
	buf_addc(b, 'j');
}

/* As a number of S's dtype; of others nothing. */
static void add_value(struct buf *b, const struct tensor_span *s,
	const unsigned char *p, size_t n)
{
	if (s->dtype == TENSOR_C64)
		add_complex(b, TENSOR_F32, p, n);
	else if (s->dtype == TENSOR_C128)
		add_complex(b, TENSOR_F64, p, n);
	else if (stat_can(s->dtype))
		add_number(b, s->dtype, load(p, n));
}

void stat_add_values(struct buf *a, struct buf *b, const struct tensor_span *s,
	const unsigned char *x, const unsigned char *y, size_t n)
{
	add_value(a, s, x, n);
	add_value(b, s, y, n);
	if (!buf_text(a) || !buf_text(b) || strcmp(a->data, b->data) != 0)
		return;
	if (a->len > 0) {
		buf_adds(a, " = ");
		buf_adds(b, " = ");
	}
	add_bits(a, x, n);
	add_bits(b, y, n);
}
