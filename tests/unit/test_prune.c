/* SPDX-License-Identifier: MIT */
/*
 * Keys, kernels and counts with known answers.  Whole files are compared with
 * sorting in test_prune_file.c.
 */
#include <stdlib.h>

#include "base/le.h"
#include "prune/prune_impl.h"
#include "tap.h"

static const struct {
	enum tensor_dtype dtype;
	uint64_t key;
	double value;
} values[] = {
	{TENSOR_F8_E4M3, 0x38, 1.0},
	{TENSOR_F8_E4M3, 0x01, 0x1p-9},
	{TENSOR_F8_E4M3, 0x7e, 448.0},
	{TENSOR_F8_E4M3, 0x7f, (double)NAN},
	{TENSOR_F8_E5M2, 0x3c, 1.0},
	{TENSOR_F8_E5M2, 0x01, 0x1p-16},
	{TENSOR_F8_E5M2, 0x7b, 57344.0},
	{TENSOR_F8_E5M2, 0x7c, (double)INFINITY},
	{TENSOR_F8_E5M2, 0x7d, (double)NAN},
	{TENSOR_F16, 0x3c00, 1.0},
	{TENSOR_F16, 0x0001, 0x1p-24},
	{TENSOR_F16, 0x7bff, 65504.0},
	{TENSOR_F16, 0x7c01, (double)NAN},
	{TENSOR_BF16, 0x3f80, 1.0},
	{TENSOR_BF16, 0x0001, 0x1p-133},
	{TENSOR_BF16, 0x7f80, (double)INFINITY},
	{TENSOR_F32, 0x3dcccccd, 0x1.99999ap-4},
	{TENSOR_F32, 0x00000001, 0x1p-149},
	{TENSOR_F32, 0x00800000, 0x1p-126},
	{TENSOR_F64, 1, 0x0.0000000000001p-1022},
	{TENSOR_F64, UINT64_C(0x3ff0000000000000), 1.0},
};

static void test_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct prune_format *f = prune_format(values[i].dtype);
		uint64_t wide = prune_key_as(
			f, prune_format(TENSOR_F64), values[i].key);

		is_double(prune_value(f, values[i].key), values[i].value,
			tensor_dtype_info[values[i].dtype].name);
		is_u64(prune_key_from(f, prune_format(TENSOR_F64), wide),
			values[i].key, "its key comes back from f64");
	}
	ok(!prune_format(TENSOR_I8), "integers have no magnitude key");
}

/* Every finite key of the small formats: order of keys is order of values. */
static void test_order(void)
{
	static const enum tensor_dtype small[] = {
		TENSOR_F8_E4M3, TENSOR_F8_E5M2, TENSOR_F16, TENSOR_BF16};

	for (size_t i = 0; i < 4; i++) {
		const struct prune_format *f = prune_format(small[i]);
		unsigned nbad = 0;

		for (uint64_t key = 1; key <= f->key_max; key++) {
			double x = prune_value(f, key);
			nbad += !(prune_value(f, key - 1) < x);
			/* A threshold just above falls to the next key. */
			nbad += prune_key_from(f, prune_format(TENSOR_F64),
					prune_double_key(x)) != key;
			nbad += !isinf(x) &&
				prune_key_from(f, prune_format(TENSOR_F64),
					prune_double_key(x) + 1) != key + 1;
		}
		ok(nbad == 0, "%s: keys order magnitudes",
			tensor_dtype_info[small[i]].name);
	}
}

static const struct {
	const char *s;
	bool density;
	uint64_t n, k;
} amounts[] = {
	{"0.29", false, 100, 29},
	{"0.545", false, 100, 54},
	{"0.555", false, 100, 56},
	{"0.5", false, 7, 4},
	{"0.5", true, 7, 3},
	{"0.5", false, 5, 2},
	{"0.9995", false, 1000, 1000},
	{"0.3", false, 16777215, 5033164},
	{"0.9", false, 45088768, 40579891},
	{"1/3", false, 3, 1},
	{"0", false, 9, 0},
	{"1", false, UINT64_C(1) << 50, UINT64_C(1) << 50},
	{"0.999999999999999999", false, UINT64_C(1) << 50, UINT64_C(1) << 50},
	{"0.5", false, 0, 0},
};

static void test_amounts(void)
{
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		struct prune_target t = {.kind = amounts[i].density
							 ? PRUNE_BY_DENSITY
							 : PRUNE_BY_SPARSITY};
		char what[64];
		struct diag d;

		snprintf(what, sizeof(what), "%s of %llu", amounts[i].s,
			(unsigned long long)amounts[i].n);
		ok(num_arg_ratio("s", amounts[i].s, &t.ratio, &d) == 0, "%s",
			what);
		is_u64(prune_amount(&t, amounts[i].n), amounts[i].k, what);
	}
}

static void test_quota(void)
{
	static const size_t order[] = {2, 0, 1};
	static const uint64_t count[] = {3, 3, 3};
	uint64_t quota[3];

	ok(prune_quota(count, 3, order, 4, quota) == 0, "4 of 3 + 3 + 3");
	ok(quota[0] == 1 && quota[1] == 1 && quota[2] == 2,
		"of equal remainders the first name's comes first");
	ok(prune_quota(count, 3, order, 9, quota) == 0 && quota[1] == 3,
		"all of all");
	ok(prune_quota((const uint64_t[]){UINT64_C(1) << 62, 1, 1}, 3, order,
		   UINT64_C(1) << 62, quota) == 0 &&
			quota[0] + quota[1] + quota[2] == UINT64_C(1) << 62,
		"no overflow");
}

/* One element after the other, as the header says it. */
static void apply_slowly(const struct prune_view *v, unsigned char *p, size_t n,
	const uint8_t *prev, struct prune_cut cut, uint8_t *keep,
	struct prune_result *ret)
{
	const struct prune_format *f = v->format;

	memset(keep, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++, p += f->nbytes) {
		bool gone = prev && !prune_bit(prev, i), nan;
		uint64_t key = 0;

		for (unsigned k = 0; k < f->nbytes; k++)
			key = key << 8 |
			      p[v->span->big_endian ? k : f->nbytes - 1 - k];
		key &= ~(UINT64_C(1) << f->key_nbits);
		nan = key > f->key_max;
		if (nan && ret->nan++ == 0)
			ret->nan_at = i;
		if (nan && v->nan == PRUNE_NAN_ZERO)
			key = 0;
		if (!gone &&
			(key < cut.key || (key == cut.key &&
						  prune_tie(v, i) < cut.tie))) {
			gone = true;
			if (key > ret->pruned_max)
				ret->pruned_max = key;
		}
		ret->npruned += gone;
		if (!gone)
			keep[i / 8] |= (uint8_t)(1u << (i % 8));
		if (gone || (key == 0 && (nan || !v->keep_negzero)))
			memset(p, 0, f->nbytes);
	}
}

/* The vector loops agree with that for every length, cut and mask. */
static void test_blocks(enum tensor_dtype dtype, bool big)
{
	enum { N = 1100 };
	static unsigned char a[8 * N], b[8 * N];
	static uint8_t keep_a[N / 8 + 1], keep_b[N / 8 + 1], prev[N / 8 + 1];
	struct tensor_span span = {
		.dtype = dtype, .n = N, .name = "x", .big_endian = big};
	unsigned width = tensor_dtype_info[dtype].nbytes, nbad = 0;
	uint64_t rng = 1;

	for (unsigned i = 0; i < 600; i++) {
		struct prune_result ra = {0}, rb = {0};
		struct prune_view v;
		struct prune_cut cut = {0};
		size_t n = tap_random(&rng) % (N + 1);
		struct prune_run run = {
			.p = a, .n = n, .prev = i & 8 ? prev : NULL};

		prune_view_init(&v, &span, PRUNE_TIES_HASH, i);
		v.keep_negzero = i & 1;
		v.nan = i & 16 ? PRUNE_NAN_ZERO : PRUNE_NAN_KEEP;
		for (size_t k = 0; k < 8 * N; k++)
			a[k] = b[k] =
				(unsigned char)(tap_random(&rng) & 3
							? 0x80 * (k & 1)
							: tap_random(&rng));
		for (size_t k = 0; k < sizeof(prev); k++)
			prev[k] =
				(uint8_t)(tap_random(&rng) | tap_random(&rng));
		if (n && i % 7 > 1)
			memcpy(&cut.key, a + tap_random(&rng) % n * width,
				width);
		cut.key &= (UINT64_C(1) << v.format->key_nbits) - 1;
		if (i % 7 == 1)
			cut.key = UINT64_C(1) << v.format->key_nbits;
		cut.tie = tap_random(&rng) * (i & 2);
		prune_prepare(&v, &run, &ra);
		prune_apply(&v, &run, cut, i & 4 ? keep_a : NULL, &ra);
		apply_slowly(&v, b, n, run.prev, cut, keep_b, &rb);
		nbad += memcmp(a, b, 8 * N) != 0;
		nbad += memcmp(&ra, &rb, sizeof(ra)) != 0;
		nbad += (i & 4) && memcmp(keep_a, keep_b, (n + 7) / 8) != 0;
	}
	ok(nbad == 0, "%s%s: blocks agree with single steps",
		tensor_dtype_info[dtype].name, big ? ", big-endian" : "");
}

int main(void)
{
	test_values();
	test_order();
	test_amounts();
	test_quota();
	test_blocks(TENSOR_F8_E4M3, false);
	test_blocks(TENSOR_F8_E5M2, false);
	for (int big = 0; big < 2; big++) {
		test_blocks(TENSOR_BF16, big);
		test_blocks(TENSOR_F16, big);
		test_blocks(TENSOR_F32, big);
		test_blocks(TENSOR_F64, big);
	}
	return tap_done();
}
