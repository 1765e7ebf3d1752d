/* SPDX-License-Identifier: MIT */
/*
 * What differs between two tensors.  Chunks of both are read side by side;
 * runs of equal bytes are passed over, elements of others looked at one by one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/le.h"
#include "base/pool.h"
#include "base/progress.h"
#include "prune/prune.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

#define CHUNK_NBYTES ((size_t)1 << 20)
/* Equal runs of so many bytes are passed over; a multiple of 8. */
#define BLOCK_NBYTES ((size_t)2048)
#define NSLOT_MAX 16
/* Threads cost more than they bring below this. */
#define ALONE_NBYTES ((uint64_t)4 << 20)

/* What a chunk has; rows that go on in the next are counted in both. */
struct part {
	struct stat_difference sum;
	uint64_t row_first, row_last; /* if any changed */
};

struct slot {
	unsigned char *a, *b;
	uint64_t first;
	size_t n;
	struct part part;
};

struct comparing {
	const struct stat_compare *how;
	struct stat_reader a, b;
	enum tensor_dtype dtype;
	const struct prune_format *format; /* NULL: no float */
	uint64_t row_nelem;
	size_t chunk_nelem;
	uint64_t at;
	struct part total;
	struct slot slot[NSLOT_MAX];
	size_t nslot;
};

/* --- elements ------------------------------------------------------------ */

static inline uint64_t bits_at(const unsigned char *p, size_t width)
{
	switch (width) {
	case 1: return *p;
	case 2: return le_load16(p);
	case 4: return le_load32(p);
	default: return le_load64(p);
	}
}

static void note_change(struct part *p, const struct comparing *c, uint64_t at)
{
	uint64_t row = at / c->row_nelem;

	if (p->sum.changed++ == 0) {
		p->sum.first = at;
		p->row_first = row;
		p->sum.rows = 1;
	} else if (row != p->row_last) {
		p->sum.rows++;
	}
	p->row_last = row;
}

static double float_value(const struct prune_format *f, uint64_t x)
{
	uint64_t sign = UINT64_C(1) << f->key_nbits;
	double v = prune_value(f, x & (sign - 1));

	return x & sign ? -v : v;
}

static void note_float(struct stat_difference *r, const struct prune_format *f,
	uint64_t x, uint64_t y)
{
	uint64_t sign = UINT64_C(1) << f->key_nbits;
	uint64_t kx = x & (sign - 1), ky = y & (sign - 1), ulp;
	double a = float_value(f, x), b = float_value(f, y);
	double abs = fabs(b - a), rel = a == 0 && b == 0 ? 0 : abs / fabs(a);

	if (isnan(abs) || isnan(rel))
		r->has_nan = true;
	ulp = (x ^ y) & sign ? kx + ky : kx > ky ? kx - ky : ky - kx;
	if (abs > r->max_abs)
		r->max_abs = abs;
	if (rel > r->max_rel)
		r->max_rel = rel;
	if (ulp > r->max_ulp)
		r->max_ulp = ulp;
}

static int64_t signed_value(uint64_t x, size_t width)
{
	unsigned up = 64 - 8 * (unsigned)width;

	return (int64_t)(x << up) >> up;
}

static void note_integer(struct stat_difference *r, enum tensor_dtype dtype,
	uint64_t x, uint64_t y, size_t width)
{
	bool is_signed = dtype == TENSOR_I8 || dtype == TENSOR_I16 ||
			 dtype == TENSOR_I32 || dtype == TENSOR_I64;
	int64_t a = signed_value(x, width), b = signed_value(y, width);
	uint64_t size = x, abs = x > y ? x - y : y - x;

	if (is_signed) {
		abs = a > b ? (uint64_t)a - (uint64_t)b
			    : (uint64_t)b - (uint64_t)a;
		size = a < 0 ? -(uint64_t)a : (uint64_t)a;
	}
	if ((double)abs > r->max_abs)
		r->max_abs = (double)abs;
	if ((double)abs / (double)size > r->max_rel)
		r->max_rel = (double)abs / (double)size;
}

/* Both are zero, of whatever sign. */
static bool both_zero(const struct comparing *c, uint64_t x, uint64_t y)
{
	return c->format &&
	       ((x | y) & ((UINT64_C(1) << c->format->key_nbits) - 1)) == 0;
}

/* Elements of numbers [begin, end) of S. */
static void compare_numbers(
	const struct comparing *c, struct slot *s, size_t begin, size_t end)
{
	const size_t width = c->a.width;

	for (size_t i = begin; i < end; i++) {
		uint64_t x = bits_at(s->a + i * width, width);
		uint64_t y = bits_at(s->b + i * width, width);

		if (x == y || (c->how->by_value && both_zero(c, x, y)))
			continue;
		note_change(&s->part, c, s->first + i);
		if (c->format)
			note_float(&s->part.sum, c->format, x, y);
		else
			note_integer(&s->part.sum, c->dtype, x, y, width);
	}
}

/* The same of what is compared by its bytes alone. */
static void compare_bytes(
	const struct comparing *c, struct slot *s, size_t begin, size_t end)
{
	const size_t width = c->a.width;

	for (size_t i = begin; i < end; i++)
		if (memcmp(s->a + i * width, s->b + i * width, width) != 0)
			note_change(&s->part, c, s->first + i);
}

static void compare_chunk(const struct comparing *c, struct slot *s)
{
	const size_t width = c->a.width;
	size_t step = BLOCK_NBYTES / width + 1;

	for (size_t i = 0, end; i < s->n; i = end) {
		end = s->n - i < step ? s->n : i + step;
		if (memcmp(s->a + i * width, s->b + i * width,
			    (end - i) * width) == 0)
			continue;
		if (c->total.sum.has_value)
			compare_numbers(c, s, i, end);
		else
			compare_bytes(c, s, i, end);
	}
}

/* --- chunks -------------------------------------------------------------- */

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct comparing *c = ctx;
	struct slot *s = &c->slot[i];
	uint64_t left = c->a.n - c->at;

	(void)d;
	if (left == 0 || (c->how->briefly && c->total.sum.changed))
		return 0;
	s->first = c->at;
	s->n = left < c->chunk_nelem ? (size_t)left : c->chunk_nelem;
	s->part = (struct part){0};
	c->at += s->n;
	return 1;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct comparing *c = ctx;
	struct slot *s = &c->slot[i];

	if (stat_reader_get(&c->a, s->first, s->n, s->a, d) ||
		stat_reader_get(&c->b, s->first, s->n, s->b, d))
		return -1;
	compare_chunk(c, s);
	progress_add(c->how->progress, s->n * c->a.width);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct comparing *c = ctx;
	const struct part *p = &c->slot[i].part;
	struct stat_difference *sum = &c->total.sum;

	(void)d;
	if (p->sum.changed == 0)
		return 0;
	sum->rows += p->sum.rows;
	if (sum->changed == 0)
		sum->first = p->sum.first;
	else if (c->total.row_last == p->row_first)
		sum->rows--;
	sum->changed += p->sum.changed;
	c->total.row_last = p->row_last;
	sum->max_abs = fmax(sum->max_abs, p->sum.max_abs);
	sum->max_rel = fmax(sum->max_rel, p->sum.max_rel);
	if (p->sum.max_ulp > sum->max_ulp)
		sum->max_ulp = p->sum.max_ulp;
	sum->has_nan |= p->sum.has_nan;
	return 0;
}

static int run(struct comparing *c, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	uint64_t nbytes = c->a.n * c->a.width;
	unsigned nthread = nbytes < ALONE_NBYTES ? 1 : c->how->nthread;
	size_t cap = nbytes < CHUNK_NBYTES ? (size_t)nbytes + 1
					   : CHUNK_NBYTES + c->a.width;
	int ret = 0;

	c->nslot = nthread == 1 ? 1 : pool_nslot(nthread);
	if (c->nslot > NSLOT_MAX)
		c->nslot = NSLOT_MAX;
	for (size_t i = 0; i < c->nslot; i++) {
		c->slot[i].a = malloc(cap);
		c->slot[i].b = malloc(cap);
		if (!c->slot[i].a || !c->slot[i].b)
			ret = diag_nomem(d, cap);
	}
	if (!ret)
		ret = pool_stream(nthread, c->nslot, &stage, c, d);
	for (size_t i = 0; i < c->nslot; i++) {
		free(c->slot[i].a);
		free(c->slot[i].b);
	}
	return ret;
}

int stat_compare(struct stat_difference *ret, const struct stat_compare *how,
	const struct stat_tensor *a, const struct stat_tensor *b,
	struct diag *d)
{
	const struct tensor_span *s = a->span;
	struct comparing c = {.how = how, .dtype = s->dtype};
	struct stat_difference *sum = &c.total.sum;
	int bad;

	if (stat_reader_open(&c.a, a, d))
		return -1;
	if (stat_reader_open(&c.b, b, d)) {
		stat_reader_close(&c.a);
		return -1;
	}
	c.format = prune_format(s->dtype);
	c.row_nelem = c.a.n && s->ndim && s->shape[0] ? c.a.n / s->shape[0] : 1;
	if (c.row_nelem == 0)
		c.row_nelem = 1;
	c.chunk_nelem = CHUNK_NBYTES / c.a.width;
	sum->has_value = stat_can(s->dtype) && !c.a.by_bytes;
	sum->by_bytes = c.a.by_bytes;
	sum->has_ulp = sum->has_value && c.format;
	bad = run(&c, d);
	stat_reader_close(&c.a);
	stat_reader_close(&c.b);
	if (sum->has_nan)
		sum->max_abs = sum->max_rel = (double)NAN;
	*ret = *sum;
	return bad;
}
