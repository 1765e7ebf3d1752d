/* SPDX-License-Identifier: MIT */
/*
 * Small files of tensors for test_prune_file.c and fuzz_prune.c, and the oracle
 * that says what pruning them should give: it sorts.
 */
#ifndef PRUNE_WORLD_H
#define PRUNE_WORLD_H

#include <stdlib.h>

#include "prune/prune_impl.h"
#include "tap.h"

#define NTENSOR_MAX 4
/* Whoever includes this may want more elements, and of each dimension. */
#ifndef N_MAX
#define N_MAX 160
#define SIDE_MAX 5
#endif
#define WORLD_NBYTES ((NTENSOR_MAX + 1) * N_MAX * 8 + 4096)

/* A number below N, from whoever includes this: random, or a fuzzer's bytes. */
static uint64_t below(uint64_t n);

struct elem {
	double mag; /* NaN is 1e999 and then some: see is_nan */
	bool is_nan;
	uint64_t order;    /* among equals */
	size_t tensor, at; /* at: number in the file */
	bool gone, pruned;
};

struct tensor {
	struct tensor_span span;
	uint64_t shape[3];
	char name[32];
	struct elem elem[N_MAX];
	uint8_t prev[N_MAX / 8 + 1]; /* by C index */
	int64_t zero;                /* of integers */
};

struct world {
	struct tensor tensor[NTENSOR_MAX];
	struct tensor_span span[2 * NTENSOR_MAX + 1];
	struct prune_job job[NTENSOR_MAX];
	struct tensor_map map;
	unsigned char bytes[WORLD_NBYTES];
	size_t nbytes, ntensor;
	/* Magnitudes are hardly ever equal, and of another scale in each. */
	bool smooth;
	bool global, with_prev, keep_negzero;
	/* Only where whoever includes this sets them. */
	bool by_row, turned;
	enum select_ties ties;
	enum select_nan nan;
	uint64_t seed;
};

static const enum tensor_dtype dtypes[] = {TENSOR_F32, TENSOR_F64, TENSOR_F16,
	TENSOR_BF16, TENSOR_F8_E4M3, TENSOR_F8_E5M2, TENSOR_F8_E4M3FNUZ,
	TENSOR_F8_E5M2FNUZ};
#define NDTYPE (sizeof(dtypes) / sizeof(dtypes[0]))

static const enum tensor_dtype integers[] = {TENSOR_U8, TENSOR_I8, TENSOR_U16,
	TENSOR_I16, TENSOR_U32, TENSOR_I32, TENSOR_U64, TENSOR_I64};
#define NINTEGER (sizeof(integers) / sizeof(integers[0]))

/* Whether there are worlds of integers, for whoever includes this to set. */
static bool world_integers;

static bool is_signed(enum tensor_dtype dtype)
{
	return dtype == TENSOR_I8 || dtype == TENSOR_I16 ||
	       dtype == TENSOR_I32 || dtype == TENSOR_I64;
}

/* How far the integer of BITS is from ZERO; doubles have all that is made. */
static double distance(enum tensor_dtype dtype, uint64_t bits, int64_t zero)
{
	unsigned up = 64 - 8u * tensor_dtype_info[dtype].nbytes;
	int64_t x = (int64_t)(bits << up) >> up;
	bool minus = is_signed(dtype) && x < 0;
	double value = minus ? (double)x : (double)(bits << up >> up);

	return fabs(value - (double)zero);
}

/* Near zero, or near an end. */
static uint64_t random_integer(enum tensor_dtype dtype, int64_t zero)
{
	unsigned up = 64 - 8u * tensor_dtype_info[dtype].nbytes;
	uint64_t max = UINT64_MAX >> up, x = 0;

	switch (below(6)) {
	case 0: x = max >> is_signed(dtype); break;
	case 1: x = is_signed(dtype) ? (max >> 1) + 1 : 0; break;
	case 2: x = below(256); break;
	default: x = (uint64_t)zero + below(5) - 2; break;
	}
	x &= max;
	/* Of those of 64 bits, distances from the ends are no doubles. */
	if (up || x <= 256 || (is_signed(dtype) && 0 - x <= 256))
		return x;
	return (uint64_t)zero + 1000;
}

/* The "fnuz" kinds: all codes are finite but that of -0.0. */
static double decode_fnuz(enum tensor_dtype dtype, uint64_t bits)
{
	int nbits = dtype == TENSOR_F8_E4M3FNUZ ? 3 : 2;
	int bias = dtype == TENSOR_F8_E4M3FNUZ ? 8 : 16;
	int mantissa = (int)(bits & ((1u << nbits) - 1));
	int exponent = (int)(bits & 0x7f) >> nbits;

	if (bits == 0x80)
		return (double)NAN;
	return exponent
		       ? ldexp(mantissa + (1 << nbits), exponent - bias - nbits)
		       : ldexp(mantissa, 1 - bias - nbits);
}

/* The value of bits, by C's own floats where there are any. */
static double decode(enum tensor_dtype dtype, uint64_t bits)
{
	int mantissa_nbits = 10, bias = 15;
	int exponent, mantissa;

	if (dtype == TENSOR_F64) {
		double x;
		memcpy(&x, &bits, sizeof(x));
		return fabs(x);
	}
	if (dtype == TENSOR_F32 || dtype == TENSOR_BF16) {
		uint32_t b =
			(uint32_t)(dtype == TENSOR_BF16 ? bits << 16 : bits);
		float f;
		memcpy(&f, &b, sizeof(f));
		return fabs((double)f);
	}
	if (dtype == TENSOR_F8_E4M3FNUZ || dtype == TENSOR_F8_E5M2FNUZ)
		return decode_fnuz(dtype, bits);
	if (dtype == TENSOR_F8_E4M3) {
		mantissa_nbits = 3;
		bias = 7;
		if ((bits & 0x7f) == 0x7f)
			return (double)NAN;
	} else if (dtype == TENSOR_F8_E5M2) {
		mantissa_nbits = 2;
	}
	mantissa = (int)(bits & ((1u << mantissa_nbits) - 1));
	exponent = (int)(bits >> mantissa_nbits) &
		   (dtype == TENSOR_F8_E4M3 ? 15 : 31);
	if (dtype != TENSOR_F8_E4M3 && exponent == 31)
		return mantissa ? (double)NAN : (double)INFINITY;
	if (exponent == 0)
		return ldexp(mantissa, 1 - bias - mantissa_nbits);
	return ldexp(mantissa + (1 << mantissa_nbits),
		exponent - bias - mantissa_nbits);
}

/* Bits that are often equal, often special. */
static uint64_t random_bits(enum tensor_dtype dtype, bool with_nan)
{
	const struct select_format *f = select_format(dtype);
	uint64_t sign = below(2) << f->key_nbits, one, key;

	one = (uint64_t)f->bias << f->mantissa_nbits;
	switch (below(12)) {
	case 0: key = 0; break;
	case 1: key = 1; break;
	case 2: key = f->key_max; break;
	case 3: key = with_nan ? f->key_max + 1 : f->key_max - 1; break;
	case 4:
	case 5:
	case 6: key = one; break;
	case 7: key = one + below(3); break;
	case 8: key = one - 1; break;
	case 9: key = below(f->key_max + 1); break;
	default:
		/* Alike in its first digit. */
		key = (one & ~UINT64_C(0x3fff)) | below(0x4000);
		key = f->key_nbits < 16 ? below(one) : key;
	}
	return f->coding == SELECT_ONE_ZERO && key == 0 ? 0 : key | sign;
}

/* Some two thirds of all exponents, shifted by which tensor it is. */
static uint64_t smooth_bits(enum tensor_dtype dtype, size_t k)
{
	const struct select_format *f = select_format(dtype);
	uint64_t range = (f->key_max + 1) / 3 * 2;

	return below(2) << f->key_nbits | (below(range) + range / 16 * k + 1);
}

static void put_bits(struct world *w, uint64_t bits, unsigned nbytes, bool big)
{
	for (unsigned i = 0; i < nbytes; i++)
		w->bytes[w->nbytes++] =
			(unsigned char)(bits >> 8 * (big ? nbytes - 1 - i : i));
}

/* C index by odometer: another way than the library's divisions. */
static void c_indexes(const struct tensor_span *s, uint64_t *c)
{
	uint64_t index[3] = {0};

	for (uint64_t at = 0; at < s->n; at++) {
		c[at] = 0;
		for (unsigned i = 0; i < s->ndim; i++)
			c[at] = c[at] * s->shape[i] + index[i];
		for (unsigned k = 0; k < s->ndim; k++) {
			unsigned i = s->fortran ? k : s->ndim - 1 - k;
			if (++index[i] < s->shape[i])
				break;
			index[i] = 0;
		}
	}
}

static void make_elems(struct world *w, struct tensor *t, bool with_nan)
{
	struct select_view view;
	uint64_t c[N_MAX];

	select_view_init(&view, &t->span, w->ties, w->seed);
	c_indexes(&t->span, c);
	for (uint64_t i = 0; i < t->span.n; i++) {
		struct elem *e = &t->elem[c[i]];
		bool whole = select_integers(t->span.dtype) != NULL;
		uint64_t bits =
			whole ? random_integer(t->span.dtype, t->zero)
			: w->smooth && below(50)
				? smooth_bits(t->span.dtype, w->map.nspan)
				: random_bits(t->span.dtype, with_nan);
		double mag = whole ? distance(t->span.dtype, bits, t->zero)
				   : decode(t->span.dtype, bits);

		*e = (struct elem){.at = (size_t)i,
			.mag = mag,
			.is_nan = isnan(mag),
			.order = w->ties == SELECT_TIES_FIRST ? c[i]
				 : w->ties == SELECT_TIES_LAST
					 ? N_MAX - c[i]
					 : select_tie(&view, i)};
		if (w->with_prev)
			e->gone = !(t->prev[c[i] / 8] >> (c[i] % 8) & 1);
		put_bits(w, bits, view.stored->nbytes, t->span.big_endian);
		if (e->is_nan && w->nan == SELECT_NAN_ZERO)
			e->mag = 0;
	}
}

static void make_tensor(
	struct world *w, size_t k, enum tensor_dtype dtype, bool with_nan)
{
	struct tensor *t = &w->tensor[k];
	struct tensor_span *s = &t->span;

	*t = (struct tensor){0};
	snprintf(t->name, sizeof(t->name), "%c%zu", (char)('z' - below(20)), k);
	s->dtype = dtype;
	s->name = t->name;
	s->ndim = (unsigned)below(4);
	s->shape = t->shape;
	s->n = 1;
	for (unsigned i = 0; i < s->ndim; i++) {
		t->shape[i] = s->ndim == 1 ? below(N_MAX) : 1 + below(SIDE_MAX);
		s->n *= t->shape[i];
	}
	s->fortran = s->ndim > 1 && below(2);
	s->big_endian = tensor_dtype_info[dtype].nbytes > 1 && below(2);
	s->offset = w->nbytes;
	s->nbytes = s->n * tensor_dtype_info[dtype].nbytes;
	for (size_t i = 0; i < sizeof(t->prev); i++)
		t->prev[i] = (uint8_t)(below(256) | below(256));
	if (world_integers && select_integers(dtype))
		t->zero = (int64_t)below(128);
	make_elems(w, t, with_nan);
}

static void make_world(struct world *w)
{
	enum tensor_dtype dtype = dtypes[below(NDTYPE)];
	bool mixed = below(2), with_nan;
	bool whole = world_integers && below(4) == 0;

	*w = (struct world){
		.ntensor = 1 + below(NTENSOR_MAX),
		.global = below(2),
		.with_prev = below(3) == 0,
		.keep_negzero = below(4) == 0,
		.ties = (enum select_ties)below(5),
		.nan = below(2) ? SELECT_NAN_KEEP : SELECT_NAN_ZERO,
		.seed = below(3),
		.smooth = N_MAX > 1000 && below(4),
	};
	/* NaN of different formats have no common order to test. */
	with_nan = !mixed || w->nan == SELECT_NAN_ZERO;
	if (whole)
		dtype = integers[below(NINTEGER)];
	for (size_t k = 0; k < w->ntensor; k++) {
		struct tensor_span gap = {
			.offset = w->nbytes, .nbytes = below(20), .name = ""};

		for (uint64_t i = 0; i < gap.nbytes; i++)
			w->bytes[w->nbytes++] = (unsigned char)below(256);
		if (gap.nbytes)
			w->span[w->map.nspan++] = gap;
		make_tensor(w, k,
			!mixed  ? dtype
			: whole ? integers[below(NINTEGER)]
				: dtypes[below(NDTYPE)],
			with_nan);
		w->span[w->map.nspan] = w->tensor[k].span;
		w->job[k].span = &w->span[w->map.nspan++];
	}
	w->map.span = w->span;
}

/* Order by magnitude, then tie; names break nothing here. */
static int by_mag(const void *a, const void *b)
{
	const struct elem *x = *(struct elem *const *)a;
	const struct elem *y = *(struct elem *const *)b;

	if (x->is_nan != y->is_nan && (x->mag != 0 && y->mag != 0))
		return x->is_nan ? 1 : -1;
	if (!(isnan(x->mag) && isnan(y->mag)) && x->mag != y->mag)
		return isnan(x->mag) || x->mag > y->mag ? 1 : -1;
	if (x->tensor != y->tensor)
		return x->tensor < y->tensor ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool equal_mag(const struct elem *a, const struct elem *b)
{
	return a->mag == b->mag || (isnan(a->mag) && isnan(b->mag));
}

/* Shares RANK of the tied E[0..n), sorted by tensor and order. */
static void share(struct world *w, struct elem **e, size_t n, uint64_t rank)
{
	uint64_t m[NTENSOR_MAX] = {0}, q[NTENSOR_MAX], left = rank;
	bool topped[NTENSOR_MAX] = {0};

	for (size_t i = 0; i < n; i++)
		m[e[i]->tensor]++;
	for (size_t t = 0; t < w->ntensor; t++) {
		q[t] = m[t] * rank / n;
		left -= q[t];
	}
	while (left-- > 0) {
		size_t best = SIZE_MAX;
		for (size_t t = 0; t < w->ntensor; t++) {
			if (topped[t])
				continue;
			if (best == SIZE_MAX ||
				m[t] * rank % n > m[best] * rank % n ||
				(m[t] * rank % n == m[best] * rank % n &&
					strcmp(w->tensor[t].name,
						w->tensor[best].name) < 0))
				best = t;
		}
		topped[best] = true;
		q[best]++;
	}
	for (size_t i = 0; i < n; i++)
		if (q[e[i]->tensor] > 0) {
			q[e[i]->tensor]--;
			e[i]->pruned = true;
		}
}

/* Decides about the N elements at ALL as one group. */
static void oracle_elems(struct world *w, struct elem **all, size_t n,
	const struct choice_target *target)
{
	static struct elem *e[NTENSOR_MAX * N_MAX];
	size_t m = 0, lo, hi;
	uint64_t rank;

	for (size_t i = 0; i < n; i++) {
		all[i]->pruned = all[i]->gone;
		if (!all[i]->gone)
			e[m++] = all[i];
	}
	rank = choice_amount(target, n);
	rank = rank > n - m ? rank - (n - m) : 0;
	qsort(e, m, sizeof(struct elem *), by_mag);
	if (rank == 0 || rank == m) {
		for (size_t i = 0; i < rank; i++)
			e[i]->pruned = true;
		return;
	}
	for (lo = (size_t)rank; lo > 0 && equal_mag(e[lo - 1], e[rank]); lo--)
		;
	for (hi = (size_t)rank; hi < m && equal_mag(e[hi], e[rank]); hi++)
		;
	for (size_t i = 0; i < lo; i++)
		e[i]->pruned = true;
	if (lo == rank || w->ties == SELECT_TIES_KEEP)
		return;
	share(w, e + lo, hi - lo,
		w->ties == SELECT_TIES_DROP ? hi - lo : rank - lo);
}

/* Decides about tensors [begin, end), as one group or in each row. */
static void oracle_group(struct world *w, size_t begin, size_t end,
	const struct choice_target *target)
{
	static struct elem *all[NTENSOR_MAX * N_MAX];
	size_t n = 0;

	for (size_t t = begin; t < end; t++) {
		const struct tensor_span *s = &w->tensor[t].span;
		size_t row = s->ndim && s->n ? (size_t)(s->n / s->shape[0]) : 1;

		for (uint64_t i = 0; i < s->n; i++) {
			struct elem *x = &w->tensor[t].elem[i];

			x->tensor = t;
			all[n++] = x;
			if (w->by_row && n == row) {
				oracle_elems(w, all, n, target);
				n = 0;
			}
		}
	}
	if (!w->by_row)
		oracle_elems(w, all, n, target);
}

/* What is zero in X, at P. */
static void put_zero(
	const struct tensor *x, unsigned char *p, unsigned nbytes, bool big)
{
	for (unsigned i = 0; i < nbytes; i++)
		p[big ? nbytes - 1 - i : i] =
			(unsigned char)((uint64_t)x->zero >> 8 * i);
}

/* The bytes that pruning should give. */
static void oracle_bytes(const struct world *w, unsigned char *out)
{
	memcpy(out, w->bytes, w->nbytes);
	for (size_t t = 0; t < w->ntensor; t++) {
		const struct tensor *x = &w->tensor[t];
		unsigned nbytes = tensor_dtype_info[x->span.dtype].nbytes;

		for (uint64_t i = 0; i < x->span.n; i++) {
			const struct elem *e = &x->elem[i];
			size_t at = (size_t)x->span.offset + e->at * nbytes;
			size_t to = (size_t)x->span.offset + i * nbytes;
			bool big = w->turned && x->span.big_endian;

			if (!w->turned)
				to = at;
			for (unsigned k = 0; k < nbytes; k++)
				out[to + k] =
					w->bytes[at +
						 (big ? nbytes - 1 - k : k)];
			if (e->pruned ||
				(e->mag == 0 &&
					(e->is_nan || !w->keep_negzero)))
				put_zero(x, out + to, nbytes,
					x->span.big_endian && !w->turned);
		}
	}
}

__attribute__((unused)) static size_t oracle_mask(
	const struct world *w, uint8_t *out)
{
	size_t at = 0;

	for (size_t t = 0; t < w->ntensor; t++) {
		const struct tensor *x = &w->tensor[t];
		size_t n = (size_t)(x->span.n + 7) / 8;

		memset(out + at, 0, n);
		for (uint64_t i = 0; i < x->span.n; i++)
			if (!x->elem[i].pruned)
				out[at + i / 8] |= (uint8_t)(1u << (i % 8));
		at += n;
	}
	return at;
}

#endif
