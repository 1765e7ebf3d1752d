/* SPDX-License-Identifier: MIT */
/* The inner loops of mode 3, for elements of 1, 2, 4 and 8 bytes. */
#include <string.h>

#include "base/le.h"
#include "chunk/chunk_impl.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define CHUNK_X86 1
#include <immintrin.h>
#define X86 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define X512                                                           \
	__attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw," \
			      "avx512vl,avx512vbmi2")))
#endif

/* Elements of a word of the mask. */
#define BLOCK ((size_t)64)
/* Of each of 8 bytes its lowest bit, and its number. */
#define BYTE_LSB UINT64_C(0x0101010101010101)
#define BYTE_NUMBERS UINT64_C(0x0706050403020100)
/* Of a block of which fewer are told each is by itself. */
#define FEW 8
#define FEW512 4
/* Of elements of which no more than one in so many is told, too. */
#define FEW_RATE 6

static inline uint8_t load8(const uint8_t *p)
{
	return *p;
}

static inline void store8(uint8_t *p, uint8_t x)
{
	*p = x;
}

/* 8 bytes at P + AT of the N there are; those beyond are 0. */
static inline uint64_t load_tail(const uint8_t *p, size_t n, size_t at)
{
	uint8_t x[8] = {0};

	if (n - at >= 8)
		return le_load64(p + at);
	memcpy(x, p + at, n - at);
	return le_load64(x);
}

static inline __attribute__((always_inline)) size_t count_ones(
	const uint8_t *mask, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i += BLOCK)
		n += (size_t)__builtin_popcountll(le_load64(mask + i / 8));
	return n;
}

static size_t ones(const uint8_t *mask, size_t count)
{
	return count_ones(mask, count);
}

/* MASK, or NULL, tells few of COUNT elements. */
static bool are_few(const uint8_t *mask, size_t count)
{
	return count <= BLOCK ||
	       (mask && ones(mask, count) <= count / FEW_RATE);
}

#ifdef CHUNK_X86
X86 static size_t ones_x86(const uint8_t *mask, size_t count)
{
	return count_ones(mask, count);
}
#endif

static void tally(const uint8_t *key, const uint8_t *mask, size_t count,
	const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX])
{
	memset(n, 0, CHUNK_NCLASS_MAX * sizeof(n[0]));
	for (size_t i = 0; i < count; i++)
		n[by->of[key[i]]] += !mask || mask[i / 8] >> (i & 7) & 1;
}

/* Portable: a bit at a time. */
static void bits_get(const uint8_t *mask, size_t count, const uint8_t *key,
	const struct chunk_classes *by, uint8_t *bits[CHUNK_NCLASS_MAX],
	size_t n[CHUNK_NCLASS_MAX])
{
	for (unsigned k = 0; k < by->n; k++)
		memset(bits[k], 0, count / 8 + 16);
	memset(n, 0, CHUNK_NCLASS_MAX * sizeof(n[0]));
	for (size_t i = 0; i < count; i++) {
		unsigned k = by->of[key[i]], bit = mask[i / 8] >> (i & 7) & 1;

		bits[k][n[k] / 8] |= (uint8_t)(bit << (n[k] & 7));
		n[k]++;
	}
}

static void bits_put(uint8_t *mask, size_t count, const uint8_t *key,
	const struct chunk_classes *by, uint8_t *const bits[CHUNK_NCLASS_MAX])
{
	size_t n[CHUNK_NCLASS_MAX] = {0};

	memset(mask, 0, (count + BLOCK - 1) / BLOCK * 8);
	for (size_t i = 0; i < count; i++) {
		unsigned k = by->of[key[i]];
		unsigned bit = bits[k][n[k] / 8] >> (n[k] & 7) & 1;

		mask[i / 8] |= (uint8_t)(bit << (i & 7));
		n[k]++;
	}
}

#ifdef CHUNK_X86
/* KEY[0..n), n < 64, in OUT, the rest of which is any. */
static const uint8_t *last_keys(const uint8_t *key, size_t n, uint8_t out[64])
{
	memset(out, 0, BLOCK);
	memcpy(out, key, n);
	return out;
}

/* 64 bits at BIT of P, in whole words with one more after them. */
static inline uint64_t bits_at(const uint8_t *p, size_t bit)
{
	const uint8_t *word = p + bit / 64 * 8;

	return le_load64(word) >> (bit & 63) | le_load64(word + 8)
						       << 1 << (~bit & 63);
}

/* Bytes of a vector where X is more than LEAST. */
X86 static inline uint32_t above_avx2(__m256i x, __m256i least)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(x, least));
}

/* Which of the 64 elements of KEY each class has. */
X86 static inline void dealt_avx2(const uint8_t *key,
	const struct chunk_classes *by, uint64_t mine[CHUNK_NCLASS_MAX])
{
	/* comparisons are of signed bytes */
	const __m256i sign = _mm256_set1_epi8((char)0x80);
	__m256i a =
		_mm256_xor_si256(_mm256_loadu_si256((const void *)key), sign);
	__m256i b = _mm256_xor_si256(
		_mm256_loadu_si256((const void *)(key + 32)), sign);
	uint64_t rest = ~(uint64_t)0;

	for (unsigned k = 1; k < by->n; k++) {
		__m256i least =
			_mm256_set1_epi8((char)((by->first[k] - 1) ^ 0x80));
		uint64_t next = above_avx2(a, least) |
				(uint64_t)above_avx2(b, least) << 32;

		mine[k - 1] = rest & ~next;
		rest = next;
	}
	mine[by->n - 1] = rest;
}

X512 static inline void dealt_avx512(const uint8_t *key,
	const struct chunk_classes *by, uint64_t mine[CHUNK_NCLASS_MAX])
{
	__m512i x = _mm512_loadu_si512(key);
	uint64_t rest = ~(uint64_t)0;

	for (unsigned k = 1; k < by->n; k++) {
		uint64_t next = _mm512_cmpge_epu8_mask(
			x, _mm512_set1_epi8((char)by->first[k]));

		mine[k - 1] = rest & ~next;
		rest = next;
	}
	mine[by->n - 1] = rest;
}

/*
 * Adds to N, for each class but the first, how many keys are its first or more,
 * up to 255 times 32 of them.
 */
X86 static inline void count_from(const uint8_t *key, size_t count,
	const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX])
{
	for (unsigned k = 1; k < by->n; k++) {
		const __m256i least = _mm256_set1_epi8((char)by->first[k]);
		__m256i sum = _mm256_setzero_si256();
		uint64_t part[4];

		for (size_t i = 0; i < count; i += 32) {
			__m256i x = _mm256_loadu_si256((const void *)(key + i));

			sum = _mm256_sub_epi8(
				sum, _mm256_cmpeq_epi8(
					     _mm256_max_epu8(x, least), x));
		}
		sum = _mm256_sad_epu8(sum, _mm256_setzero_si256());
		_mm256_storeu_si256((void *)part, sum);
		n[k] += part[0] + part[1] + part[2] + part[3];
	}
}

X86 static void tally_all(const uint8_t *key, size_t count,
	const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX])
{
	const size_t step = 128 * 32;
	size_t i = 0;

	memset(n, 0, CHUNK_NCLASS_MAX * sizeof(n[0]));
	for (; count - i >= step; i += step)
		count_from(key + i, step, by, n);
	count_from(key + i, (count - i) / 32 * 32, by, n);
	i += (count - i) / 32 * 32;
	/* from the first key on, and not from the next */
	n[0] = i;
	for (unsigned k = 0; k + 1 < by->n; k++)
		n[k] -= n[k + 1];
	for (; i < count; i++)
		n[by->of[key[i]]]++;
}

#define TIER(name) name##_avx2
#define TARGET X86
#include "chunk/kernel_deal.inc"

#define TIER(name) name##_avx512
#define TARGET X512
#include "chunk/kernel_deal.inc"
#endif

/*
 * Elements are dealt out to classes, and taken from them, in some runs at once:
 * those of a class wait for each other.
 */
#define NRUN 4

/* Where run I of COUNT elements begins: at a block. */
static inline size_t run_at(size_t count, unsigned i)
{
	size_t n = (count + BLOCK - 1) / BLOCK;
	size_t at = i * ((n + NRUN - 1) / NRUN) * BLOCK;

	return at < count ? at : count;
}

/*
 * Stores in AT where each run has its elements of each class, of WIDTH bytes,
 * given where the first has, and moves that on to the end.
 */
static inline void start_runs(size_t count, const uint8_t *mask,
	const uint8_t *key, const struct chunk_classes *by, size_t width,
	void (*tally_by)(const uint8_t *key, const uint8_t *mask, size_t count,
		const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX]),
	const uint8_t *first[CHUNK_NCLASS_MAX],
	const uint8_t *at[NRUN][CHUNK_NCLASS_MAX])
{
	size_t n[CHUNK_NCLASS_MAX];

	for (unsigned i = 0; i < NRUN; i++) {
		size_t from = run_at(count, i);

		tally_by(key + from, mask ? mask + from / 8 : NULL,
			run_at(count, i + 1) - from, by, n);
		for (unsigned k = 0; k < by->n; k++) {
			at[i][k] = first[k];
			first[k] += n[k] * width;
		}
	}
}

/* The bits of a MASK, NULL: all, for the N elements from I on. */
static inline uint64_t word_of(const uint8_t *mask, size_t i, size_t n)
{
	if (mask)
		return le_load64(mask + i / 8);
	return n < BLOCK ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

#define U uint8_t
#define BITS 8
#define LANES __mmask64
#define SET 8
#define ONE char
#define LOAD load8
#define STORE store8
#include "chunk/kernel_width.inc"

#define U uint16_t
#define BITS 16
#define LANES __mmask32
#define SET 16
#define ONE short
#define LOAD le_load16
#define STORE le_store16
#include "chunk/kernel_width.inc"

#define U uint32_t
#define BITS 32
#define LANES __mmask16
#define SET 32
#define ONE int
#define LOAD le_load32
#define STORE le_store32
#include "chunk/kernel_width.inc"

#define U uint64_t
#define BITS 64
#define LANES __mmask8
#define SET 64x
#define ONE long long
#define LOAD le_load64
#define STORE le_store64
#include "chunk/kernel_width.inc"

#define KERNEL(BITS)                                                           \
	{                                                                      \
		split##BITS, any##BITS, survey##BITS, symbols##BITS,           \
			fields##BITS, unwindow##BITS, ones, merge##BITS,       \
			zsign_get##BITS, zsign_put##BITS, swap##BITS,          \
			negate##BITS, differ##BITS, keys##BITS, gather##BITS,  \
			patch##BITS, tally, bits_get, bits_put, look_up##BITS, \
			plane_get##BITS, plane_put##BITS,                      \
	}

static const struct chunk_kernel plain[4] = {
	KERNEL(8), KERNEL(16), KERNEL(32), KERNEL(64)};

#ifdef CHUNK_X86
#define KERNEL_X86(BITS, GATHER, PATCH, TIER)                                \
	{                                                                    \
		x86_split##BITS, any##BITS, survey##BITS, x86_symbols##BITS, \
			x86_fields##BITS, x86_unwindow##BITS, ones_x86,      \
			x86_merge##BITS, zsign_get##BITS, zsign_put##BITS,   \
			swap##BITS, negate##BITS, x86_differ##BITS,          \
			x86_keys##BITS, GATHER##BITS, PATCH##BITS,           \
			tally_##TIER, bits_get_##TIER, bits_put_##TIER,      \
			look_up##BITS, plane_get##BITS, plane_put##BITS,     \
	}
#define KERNEL_AVX2(BITS) KERNEL_X86(BITS, x86_gather, x86_patch, avx2)
#define KERNEL_AVX512(BITS) KERNEL_X86(BITS, x512_gather, x512_patch, avx512)

static const struct chunk_kernel avx2[4] = {
	KERNEL_AVX2(8), KERNEL_AVX2(16), KERNEL_AVX2(32), KERNEL_AVX2(64)};
static const struct chunk_kernel avx512[4] = {KERNEL_AVX512(8),
	KERNEL_AVX512(16), KERNEL_AVX512(32), KERNEL_AVX512(64)};

/* pext and pdep of the first two Zens are slower than loops. */
static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("bmi2") &&
	       __builtin_cpu_supports("popcnt") &&
	       !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}

static bool has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512vbmi2");
}
#endif

const struct chunk_kernel *chunk_kernels(enum chunk_cpu most)
{
#ifdef CHUNK_X86
	if (most >= CHUNK_CPU_AVX512 && has_avx512())
		return avx512;
	if (most >= CHUNK_CPU_AVX2 && has_avx2())
		return avx2;
#endif
	(void)most;
	return plain;
}
