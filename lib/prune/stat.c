/* SPDX-License-Identifier: MIT */
/* Statistics of tensors; see stat.h. */
#include "prune/prune_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/le.h"
#include "base/pool.h"
#include "base/progress.h"

#define CHUNK_NELEM ((size_t)1 << 18)
#define NSLOT_MAX 16
#define BINARY_NELEM ((size_t)1 << 12)
/* Sums run side by side, so that one addition need not wait for the last. */
#define NLANE 4

bool prune_stat_can(enum tensor_dtype dtype)
{
	return tensor_dtype_info[dtype].nbytes > 0;
}

static uint64_t bits_at(const struct tensor_span *s, const unsigned char *p,
	size_t i, unsigned nbytes)
{
	uint64_t x = 0;

	p += i * nbytes;
	for (unsigned b = 0; b < nbytes; b++)
		x |= (uint64_t)p[s->big_endian ? nbytes - 1 - b : b] << 8 * b;
	return x;
}

static double float_at(
	const struct tensor_span *s, const unsigned char *p, size_t i)
{
	const struct prune_format *f = prune_format(s->dtype);
	uint64_t x = bits_at(s, p, i, f->nbytes);
	uint64_t sign = UINT64_C(1) << f->key_nbits;
	double magnitude = prune_value(f, x & (sign - 1));

	return x & sign ? -magnitude : magnitude;
}

static double int_at(
	const struct tensor_span *s, const unsigned char *p, size_t i)
{
	uint64_t x = bits_at(s, p, i, tensor_dtype_info[s->dtype].nbytes);

	switch (s->dtype) {
	case TENSOR_I8: return (int8_t)x;
	case TENSOR_I16: return (int16_t)x;
	case TENSOR_I32: return (int32_t)x;
	case TENSOR_I64: return (double)(int64_t)x;
	default: return (double)x;
	}
}

static double value_at(
	const struct tensor_span *s, const unsigned char *p, size_t i)
{
	float f;
	double x;

	if (s->dtype == TENSOR_F32 && !s->big_endian) {
		uint32_t bits = le_load32(p + 4 * i);
		memcpy(&f, &bits, sizeof(f));
		return (double)f;
	}
	if (s->dtype == TENSOR_F64 && !s->big_endian) {
		uint64_t bits = le_load64(p + 8 * i);
		memcpy(&x, &bits, sizeof(x));
		return x;
	}
	return tensor_dtype_info[s->dtype].is_float ? float_at(s, p, i)
						    : int_at(s, p, i);
}

static void count_special(struct prune_stat *st, double x)
{
	st->zeros += x == 0.0;
	st->negzeros += x == 0.0 && signbit(x);
	st->inf += isinf(x) != 0;
	/* Written so that a NaN in min or max gives way. */
	if (!(st->min <= x))
		st->min = x;
	if (!(st->max >= x))
		st->max = x;
}

static const struct prune_stat empty = {
	.min = (double)NAN,
	.max = (double)NAN,
};

static void stat_run(struct prune_stat *ret, const struct tensor_span *s,
	const unsigned char *p, size_t n)
{
	double l1[NLANE] = {0}, squares[NLANE] = {0};

	*ret = empty;
	for (size_t i = 0; i < n; i++) {
		double x = value_at(s, p, i);
		if (isnan(x)) {
			ret->nan++;
			continue;
		}
		count_special(ret, x);
		l1[i % NLANE] += fabs(x);
		squares[i % NLANE] += x * x;
	}
	for (size_t k = 0; k < NLANE; k++) {
		ret->l1 += l1[k];
		ret->squares += squares[k];
	}
}

static void add(struct prune_stat *sum, const struct prune_stat *st)
{
	sum->zeros += st->zeros;
	sum->negzeros += st->negzeros;
	sum->nan += st->nan;
	sum->inf += st->inf;
	if (!isnan(st->min) && !(sum->min <= st->min))
		sum->min = st->min;
	if (!isnan(st->max) && !(sum->max >= st->max))
		sum->max = st->max;
	sum->l1 += st->l1;
	sum->squares += st->squares;
}

struct slot {
	unsigned char *p;
	size_t span, n;
	uint64_t offset;
	struct prune_stat stat;
};

struct reading {
	const struct input *in;
	const struct tensor_map *map;
	struct prune_stat *stat;
	struct progress *progress;
	size_t at_span;
	uint64_t at_elem;
	struct slot slot[NSLOT_MAX];
	size_t nslot;
};

/* Nothing of the span that filling is at is left to read. */
static bool is_done(const struct reading *c)
{
	const struct tensor_span *span = &c->map->span[c->at_span];

	return !prune_stat_can(span->dtype) || c->at_elem == span->n;
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct reading *c = ctx;
	struct slot *s = &c->slot[i];
	const struct tensor_span *span;

	(void)d;
	while (c->at_span < c->map->nspan && is_done(c)) {
		c->at_span++;
		c->at_elem = 0;
	}
	if (c->at_span == c->map->nspan)
		return 0;
	span = &c->map->span[c->at_span];
	s->span = c->at_span;
	s->n = span->n - c->at_elem < CHUNK_NELEM
		       ? (size_t)(span->n - c->at_elem)
		       : CHUNK_NELEM;
	s->offset = span->offset +
		    c->at_elem * tensor_dtype_info[span->dtype].nbytes;
	c->at_elem += s->n;
	return 1;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct reading *c = ctx;
	struct slot *s = &c->slot[i];
	const struct tensor_span *span = &c->map->span[s->span];
	size_t nbytes = s->n * tensor_dtype_info[span->dtype].nbytes;

	if (input_pread(c->in, s->p, nbytes, s->offset, d))
		return -1;
	stat_run(&s->stat, span, s->p, s->n);
	progress_add(c->progress, nbytes);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct reading *c = ctx;

	(void)d;
	add(&c->stat[c->slot[i].span], &c->slot[i].stat);
	return 0;
}

int prune_stat_file(struct prune_stat *stat, const struct input *in,
	const struct tensor_map *map, unsigned nthread,
	struct progress *progress, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct reading c = {
		.in = in, .map = map, .stat = stat, .progress = progress};
	int ret = 0;

	for (size_t i = 0; i < map->nspan; i++)
		if (prune_stat_can(map->span[i].dtype))
			stat[i] = empty;
	c.nslot = pool_nslot(nthread);
	if (c.nslot > NSLOT_MAX)
		c.nslot = NSLOT_MAX;
	for (size_t i = 0; i < c.nslot && !ret; i++) {
		c.slot[i].p = malloc(CHUNK_NELEM * 8);
		if (!c.slot[i].p)
			ret = diag_nomem(d, CHUNK_NELEM * 8);
	}
	if (!ret)
		ret = pool_stream(nthread, c.nslot, &stage, &c, d);
	if (!ret)
		ret = input_unchanged(in, d);
	for (size_t i = 0; i < c.nslot; i++)
		free(c.slot[i].p);
	return ret;
}

/* Bytes that are all zero, which is +0 in every dtype. */
static bool all_zero(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

int prune_stat_binary(const struct input *in, const struct tensor_span *s,
	bool *ret, struct diag *d)
{
	const unsigned width = tensor_dtype_info[s->dtype].nbytes;
	unsigned char p[BINARY_NELEM * 8];
	bool zero = false, one = false;

	*ret = false;
	for (uint64_t at = 0; at < s->n; at += BINARY_NELEM) {
		size_t n = s->n - at < BINARY_NELEM ? (size_t)(s->n - at)
						    : BINARY_NELEM;

		if (input_pread(in, p, n * width, s->offset + at * width, d))
			return -1;
		zero |= value_at(s, p, 0) == 0.0;
		if (all_zero(p, n * width))
			continue;
		for (size_t i = 0; i < n; i++) {
			double x = value_at(s, p, i);

			if (x != 0.0 && x != 1.0)
				return 0;
			zero |= x == 0.0;
			one |= x == 1.0;
		}
	}
	*ret = zero && one;
	return 0;
}

/* Between 0 and 1 a square is less than its root, at the ends it is not. */
bool prune_stat_is_binary(const struct prune_stat *st, uint64_t n)
{
	return st->nan == 0 && st->min == 0.0 && st->max == 1.0 &&
	       st->l1 == (double)(n - st->zeros) && st->squares == st->l1;
}

int prune_stat_decay(const struct tensor_span *s)
{
	return s->ndim >= 2 && prune_names_weight(s->name);
}
