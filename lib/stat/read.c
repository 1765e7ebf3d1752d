/* SPDX-License-Identifier: MIT */
/* Elements in C order, as bytes and as text. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "stat/stat_impl.h"
#include "tensor/tensor.h"

/* Threads cost more than they bring below this. */
#define ALONE_NBYTES ((uint64_t)4 << 20)
#define CHUNK_NBYTES ((size_t)1 << 20)
/* Of what lies apart: the more rows, the more lies together. */
#define TURNED_NBYTES ((size_t)4 << 20)
/* Wider ones are read as bytes. */
#define WIDTH_MAX ((uint64_t)1 << 16)

/* Whose elements are unknown are bytes as they lie. */
struct stat_elements stat_elements(const struct stat_tensor *t)
{
	const struct tensor_span *s = t->span;
	bool whole = s->n && s->nbytes % s->n == 0 &&
		     s->nbytes / s->n < WIDTH_MAX && s->nbytes;
	bool apart = whole && s->fortran && s->ndim >= 2;
	struct stat_elements e = {.by_bytes = !whole,
		.item = {.in = t->in,
			.offset = s->offset,
			.n = whole ? s->n : s->nbytes,
			.width = whole ? (unsigned)(s->nbytes / s->n) : 1}};

	if (apart || (whole && s->big_endian))
		e.item.turned = s;
	e.item.run_nelem =
		(apart ? TURNED_NBYTES : CHUNK_NBYTES) / e.item.width;
	/* Whole rows, where there is room. */
	if (apart && s->n / s->shape[0] <= e.item.run_nelem)
		e.item.unit = s->n / s->shape[0];
	return e;
}

int stat_scan(const struct select_item *it, const struct stat_how *how,
	const struct select_hooks *hooks, void *ctx, struct diag *d)
{
	bool alone = it->n < ALONE_NBYTES / it->width;
	const struct select_scan s = {.item = it,
		.nitem = 1,
		.nthread = alone ? 1 : how->nthread,
		.progress = how->progress,
		.hooks = hooks,
		.ctx = ctx};

	return select_scan(&s, d);
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
