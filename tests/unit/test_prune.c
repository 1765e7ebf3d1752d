/* SPDX-License-Identifier: MIT */
/*
 * Keys, kernels and counts with known answers.  Whole files are compared with
 * sorting in test_prune_file.c.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/le.h"
#include "base/progress.h"
#include "file/unnamed.h"
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
	{TENSOR_F8_E4M3FNUZ, 0x40, 1.0},
	{TENSOR_F8_E4M3FNUZ, 0x01, 0x1p-10},
	{TENSOR_F8_E4M3FNUZ, 0x7f, 240.0},
	{TENSOR_F8_E4M3FNUZ, 0x80, (double)NAN},
	{TENSOR_F8_E5M2FNUZ, 0x40, 1.0},
	{TENSOR_F8_E5M2FNUZ, 0x01, 0x1p-17},
	{TENSOR_F8_E5M2FNUZ, 0x7f, 57344.0},
	{TENSOR_F8_E5M2FNUZ, 0x80, (double)NAN},
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
		const struct select_format *f = select_format(values[i].dtype);
		uint64_t wide = select_key_as(
			f, select_format(TENSOR_F64), values[i].key);

		is_double(select_value(f, values[i].key), values[i].value,
			tensor_dtype_info[values[i].dtype].name);
		is_u64(select_key_from(f, select_format(TENSOR_F64), wide),
			values[i].key, "its key comes back from f64");
	}
	ok(!select_format(TENSOR_I8), "integers have no magnitude key");
}

/* Every finite key of the small formats: order of keys is order of values. */
static void test_order(void)
{
	static const enum tensor_dtype small[] = {TENSOR_F8_E4M3,
		TENSOR_F8_E5M2, TENSOR_F8_E4M3FNUZ, TENSOR_F8_E5M2FNUZ,
		TENSOR_F16, TENSOR_BF16};

	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		const struct select_format *f = select_format(small[i]);
		unsigned nbad = 0;

		for (uint64_t key = 1; key <= f->key_max; key++) {
			double x = select_value(f, key);
			nbad += !(select_value(f, key - 1) < x);
			/* A threshold just above falls to the next key. */
			nbad += select_key_from(f, select_format(TENSOR_F64),
					select_double_key(x)) != key;
			nbad += !isinf(x) &&
				select_key_from(f, select_format(TENSOR_F64),
					select_double_key(x) + 1) != key + 1;
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
		struct choice_target t = {.kind = amounts[i].density
							  ? CHOICE_BY_DENSITY
							  : CHOICE_BY_SPARSITY};
		char what[64];
		struct diag d;

		snprintf(what, sizeof(what), "%s of %llu", amounts[i].s,
			(unsigned long long)amounts[i].n);
		ok(num_arg_ratio("s", amounts[i].s, &t.ratio, &d) == 0, "%s",
			what);
		is_u64(choice_amount(&t, amounts[i].n), amounts[i].k, what);
	}
}

static void test_quota(void)
{
	static const size_t order[] = {2, 0, 1};
	static const uint64_t count[] = {3, 3, 3};
	uint64_t quota[3];

	ok(select_quota(count, 3, order, 4, quota) == 0, "4 of 3 + 3 + 3");
	ok(quota[0] == 1 && quota[1] == 1 && quota[2] == 2,
		"of equal remainders the first name's comes first");
	ok(select_quota(count, 3, order, 9, quota) == 0 && quota[1] == 3,
		"all of all");
	ok(select_quota((const uint64_t[]){UINT64_C(1) << 62, 1, 1}, 3, order,
		   UINT64_C(1) << 62, quota) == 0 &&
			quota[0] + quota[1] + quota[2] == UINT64_C(1) << 62,
		"no overflow");
}

/* One element after the other, as the header says it. */
static void apply_slowly(const struct select_view *v, unsigned char *p,
	size_t n, const uint8_t *prev, struct select_cut cut, uint8_t *keep,
	struct select_result *ret)
{
	const struct select_format *f = v->format;

	memset(keep, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++, p += f->nbytes) {
		bool gone = prev && !select_bit(prev, i), nan;
		uint64_t key = 0;

		for (unsigned k = 0; k < f->nbytes; k++)
			key = key << 8 |
			      p[v->span->big_endian ? k : f->nbytes - 1 - k];
		key &= ~(UINT64_C(1) << f->key_nbits);
		nan = key > f->key_max;
		if (nan && ret->nan++ == 0)
			ret->nan_at = i;
		if (nan && v->nan == SELECT_NAN_ZERO)
			key = 0;
		if (!gone && (key < cut.key ||
				     (key == cut.key &&
					     select_tie(v, i) < cut.tie))) {
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
		struct select_result ra = {0}, rb = {0};
		struct select_view v;
		struct select_cut cut = {0};
		size_t n = tap_random(&rng) % (N + 1);
		struct select_run run = {
			.p = a, .n = n, .prev = i & 8 ? prev : NULL};

		select_view_init(&v, &span, SELECT_TIES_HASH, i);
		v.keep_negzero = i & 1;
		v.nan = i & 16 ? SELECT_NAN_ZERO : SELECT_NAN_KEEP;
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
		select_prepare(&v, &run, &ra);
		select_apply(&v, &run, cut, i & 4 ? keep_a : NULL, &ra);
		apply_slowly(&v, b, n, run.prev, cut, keep_b, &rb);
		nbad += memcmp(a, b, 8 * N) != 0;
		nbad += memcmp(&ra, &rb, sizeof(ra)) != 0;
		nbad += (i & 4) && memcmp(keep_a, keep_b, (n + 7) / 8) != 0;
	}
	ok(nbad == 0, "%s%s: blocks agree with single steps",
		tensor_dtype_info[dtype].name, big ? ", big-endian" : "");
}

/* Weights of N kinds: spread, sorted, of few values, mostly zero, scaled. */
static uint64_t weight_bits(
	enum tensor_dtype dtype, unsigned kind, size_t i, uint64_t *rng)
{
	double x = (double)(tap_random(rng) >> 40) * 0x1p-24;
	uint32_t b;
	float f;

	x += (double)(tap_random(rng) >> 40) * 0x1p-24 - 1;
	switch (kind) {
	case 1: x = (double)i; break;
	case 2: x = (double)(tap_random(rng) % 5); break;
	case 3: x = tap_random(rng) % 10 ? 0 : x; break;
	case 4: x *= i / 4096 % 2 ? 1000 : 1; break;
	}
	if (dtype == TENSOR_F64) {
		uint64_t bits;
		memcpy(&bits, &x, sizeof(bits));
		return bits;
	}
	f = (float)x;
	memcpy(&b, &f, sizeof(b));
	return dtype == TENSOR_F32    ? b
	       : dtype == TENSOR_BF16 ? b >> 16
				      : b >> 24;
}

static struct select_cut pick(const struct select_view *v,
	const struct select_run *r, uint64_t rank, uint64_t ngone,
	bool zeros_alike, size_t guess_min, struct select_desk *desk,
	struct select_room *m)
{
	struct select_pick p = {.rank = rank,
		.count = r->n - ngone,
		.ngone = ngone,
		.ntensor = 1,
		.key_nbits = v->format->key_nbits,
		.tie_nbits = select_tie_nbits(v),
		.zeros_alike = zeros_alike,
		.ties = v->ties};

	select_pick_start(&p);
	select_desk_init(desk, 5000, guess_min, m);
	if (m->bad || select_pick_run(&p, v, r, desk))
		exit(2);
	return p.cut;
}

/*
 * Guessed from a sample, right or wrong, or not guessed: the same is pruned.
 */
static void test_guess(enum tensor_dtype dtype)
{
	enum { N = 300000 };
	static unsigned char a[8 * N], b[8 * N];
	static uint8_t prev[N / 8 + 1], keep[2][N / 8 + 1];
	const struct tensor_span span = {.dtype = dtype, .n = N, .name = "x"};
	unsigned width = tensor_dtype_info[dtype].nbytes, nbad = 0;
	struct select_desk desk;
	unsigned nlisted = 0;
	uint64_t rng = 1;

	for (unsigned i = 0; i < 600; i++) {
		size_t most = i % 3 ? 3000 : 40000;
		struct select_run run = {.p = a,
			.n = i < 60 ? N - tap_random(&rng) % 999
				    : 1 + tap_random(&rng) % most};
		struct select_result ignored = {0}, x = {0}, y = {0};
		struct select_view v;
		struct select_cut with, without;
		struct select_room m = {0};
		uint64_t ngone = 0, rank;
		bool alike = i / 25 % 2;

		select_view_init(&v, &span, (enum select_ties)(i % 5), i);
		for (size_t k = 0; k < run.n; k++) {
			uint64_t bits = weight_bits(dtype, i / 5 % 5, k, &rng);
			for (unsigned j = 0; j < width; j++)
				a[k * width + j] =
					(unsigned char)(bits >> 8 * j);
		}
		memset(prev, 0xff, sizeof(prev));
		for (size_t k = 0; i & 1 && k < N / 8; k += 1 + i)
			prev[k] = 0x3f;
		run.prev = i & 1 ? prev : NULL;
		select_prepare(&v, &run, &ignored);
		for (size_t k = 0; k < run.n; k++)
			ngone += !select_bit(prev, k);
		rank = tap_random(&rng) % (run.n - ngone);
		without =
			pick(&v, &run, rank, ngone, alike, SIZE_MAX, &desk, &m);
		with = pick(&v, &run, rank, ngone, alike, 1, &desk, &m);
		memcpy(b, a, run.n * width);
		run.taken = select_desk_taken(&desk);
		nlisted += run.taken && with.tie;
		select_apply(&v, &run, with, keep[0], &x);
		select_room_free(&m);
		nbad += i % 5 < SELECT_TIES_KEEP &&
			x.npruned + with.nzero != rank + ngone;
		run.p = b;
		run.taken = NULL;
		select_apply(&v, &run, without, keep[1], &y);
		nbad += with.nzero == 0 && without.nzero == 0 &&
			memcmp(keep[0], keep[1], (run.n + 7) / 8) != 0;
		/* Which zeros are pruned need not be said. */
		nbad += x.npruned + with.nzero != y.npruned + without.nzero;
		nbad += memcmp(a, b, run.n * width) != 0;
		nbad += x.pruned_max != y.pruned_max;
	}
	/* Few codes are counted. */
	ok((width > 1) == (nlisted > 0), "%s: %u times ties were listed",
		tensor_dtype_info[dtype].name, nlisted);
	ok(nbad == 0, "%s: a guess changes nothing",
		tensor_dtype_info[dtype].name);
}

/* Of each OF elements, those that KEEP others beat are pruned. */
static void group_slowly(const struct select_view *v, unsigned char *p,
	size_t n, unsigned keep, unsigned of, uint8_t *bits,
	struct select_result *ret)
{
	unsigned width = v->format->nbytes;
	uint64_t key[64];

	memset(bits, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++) {
		size_t first = i - i % of;
		unsigned nbeat = 0;

		for (unsigned k = 0; k < of && i % of == 0; k++) {
			key[k] = 0;
			memcpy(&key[k], p + (i + k) * width, width);
			key[k] &= ~(UINT64_C(1) << v->format->key_nbits);
			if (key[k] > v->format->key_max && ret->nan++ == 0)
				ret->nan_at = i + k;
		}
		for (unsigned k = 0; k < of; k++)
			nbeat += key[k] > key[i % of] ||
				 (key[k] == key[i % of] && first + k < i);
		if (nbeat < keep)
			bits[i / 8] |= (uint8_t)(1u << i % 8);
		else if (key[i % of] > ret->pruned_max)
			ret->pruned_max = key[i % of];
		ret->npruned += nbeat >= keep;
		if (nbeat >= keep || key[i % of] == 0)
			memset(p + i * width, 0, width);
	}
}

static void test_groups(enum tensor_dtype dtype)
{
	enum { N = 1104 };
	static unsigned char a[8 * N], b[8 * N];
	static uint8_t bits_a[N / 8], bits_b[N / 8];
	struct tensor_span span = {.dtype = dtype, .n = N, .name = "x"};
	unsigned nbad = 0;
	uint64_t rng = 1;

	for (unsigned i = 0; i < 600; i++) {
		unsigned of = 2u << i % 3, keep = 0;
		struct select_result ra = {0}, rb = {0};
		struct select_run run = {.p = a};
		struct select_view v;

		select_view_init(&v, &span, SELECT_TIES_HASH, 0);
		v.nan = SELECT_NAN_KEEP;
		if (!select_can_group(&v, of))
			continue;
		keep = (unsigned)(tap_random(&rng) % (of + 1));
		run.n = (size_t)(tap_random(&rng) % (N / of + 1)) * of;
		for (size_t k = 0; k < 8 * N; k++)
			a[k] = b[k] =
				(unsigned char)(tap_random(&rng) & 3
							? 0x80 * (k & 1)
							: tap_random(&rng));
		select_apply_groups(
			&v, &run, keep, of, i & 8 ? bits_a : NULL, &ra);
		group_slowly(&v, b, run.n, keep, of, bits_b, &rb);
		nbad += memcmp(a, b, 8 * N) != 0;
		nbad += memcmp(&ra, &rb, sizeof(ra)) != 0;
		nbad += i & 8 && memcmp(bits_a, bits_b, (run.n + 7) / 8) != 0;
	}
	ok(nbad == 0, "%s: groups in vectors agree with single steps",
		tensor_dtype_info[dtype].name);
}

/*
 * One threshold for tensors of different scales, of more weights than are
 * gathered: their bytes are read once to find it, and some are a sample.
 */
static void test_passes(enum tensor_dtype dtype)
{
	enum { N = 1 << 20, NTENSOR = 4 };
	const struct choice_target half = {
		.kind = CHOICE_BY_SPARSITY, .ratio = {1, 2}};
	unsigned nbytes = tensor_dtype_info[dtype].nbytes;
	unsigned char *bytes = calloc(NTENSOR * N, nbytes);
	struct tensor_span span[NTENSOR] = {0};
	struct prune_job job[NTENSOR] = {0};
	struct tensor_file file = {.map = {.span = span, .nspan = NTENSOR}};
	const struct tensor_model m = {.name = "m", .file = &file, .nfile = 1};
	struct progress seen = {0};
	struct prune_file f;
	int fd = unnamed_temporary("/tmp");
	size_t size = (size_t)NTENSOR * N * nbytes;
	uint64_t rng = 1;
	struct diag d;

	for (size_t i = 0; i < (size_t)NTENSOR * N; i++) {
		double x = ldexp((double)(tap_random(&rng) >> 12), -52);
		float w = (float)((x - 0.5) * (double)(1 + i / N));
		uint32_t bits;

		memcpy(&bits, &w, sizeof(bits));
		if (nbytes == 2)
			le_store16(bytes + 2 * i, (uint16_t)(bits >> 16));
		else
			le_store32(bytes + 4 * i, bits);
	}
	prune_file_init(&f);
	f.model = &m;
	f.job = job;
	f.njob = NTENSOR;
	f.progress = &seen;
	for (size_t i = 0; i < NTENSOR; i++) {
		span[i] = (struct tensor_span){.dtype = dtype,
			.n = N,
			.nbytes = (uint64_t)N * nbytes,
			.offset = (uint64_t)i * N * nbytes,
			.name = "x"};
		job[i].span = &span[i];
		job[i].by_target = true;
		select_view_init(&job[i].view, &span[i], SELECT_TIES_HASH, 0);
	}
	ok(write(fd, bytes, size) == (ssize_t)size &&
			lseek(fd, 0, SEEK_SET) == 0 &&
			input_open_fd(&file.in, fd, "m", &d) == 0 &&
			prune_file_decide(&f, &half, true, &d) == 0,
		"%s: decided", tensor_dtype_info[dtype].name);
	is_u64(seen.done, size, "in one pass");
	prune_file_free(&f);
	input_close(&file.in);
	free(bytes);
}

int main(void)
{
	test_values();
	test_order();
	test_amounts();
	test_quota();
	test_blocks(TENSOR_F8_E4M3, false);
	test_blocks(TENSOR_F8_E5M2, false);
	test_groups(TENSOR_F8_E4M3);
	test_groups(TENSOR_BF16);
	test_groups(TENSOR_F32);
	test_groups(TENSOR_F64);
	test_guess(TENSOR_F8_E5M2);
	test_guess(TENSOR_BF16);
	test_guess(TENSOR_F32);
	test_guess(TENSOR_F64);
	test_passes(TENSOR_F32);
	test_passes(TENSOR_BF16);
	for (int big = 0; big < 2; big++) {
		test_blocks(TENSOR_BF16, big);
		test_blocks(TENSOR_F16, big);
		test_blocks(TENSOR_F32, big);
		test_blocks(TENSOR_F64, big);
	}
	return tap_done();
}
