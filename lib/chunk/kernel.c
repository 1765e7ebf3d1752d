/* SPDX-License-Identifier: MIT */
/* The inner loops of mode 3, for elements of 1, 2, 4 and 8 bytes. */
#include "chunk/chunk_impl.h"

#include <string.h>

#include "base/le.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define CHUNK_X86 1
#include <immintrin.h>
#define X86 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#endif

/* Elements of a word of the mask. */
#define BLOCK ((size_t)64)
/* Of a block of which fewer are told each is by itself. */
#define FEW 8

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
/* Where the 64 keys are FIRST or more. */
X86 static inline uint64_t keys_from(const uint8_t *key, uint8_t first)
{
	const __m256i least = _mm256_set1_epi8((char)first);
	__m256i a = _mm256_loadu_si256((const void *)key);
	__m256i b = _mm256_loadu_si256((const void *)(key + 32));
	uint32_t lo, hi;

	a = _mm256_cmpeq_epi8(_mm256_max_epu8(a, least), a);
	b = _mm256_cmpeq_epi8(_mm256_max_epu8(b, least), b);
	lo = (uint32_t)_mm256_movemask_epi8(a);
	hi = (uint32_t)_mm256_movemask_epi8(b);
	return lo | (uint64_t)hi << 32;
}

/* KEY[0..n), n < 64, in OUT, the rest of which is any. */
static const uint8_t *last_keys(const uint8_t *key, size_t n, uint8_t out[64])
{
	memset(out, 0, BLOCK);
	memcpy(out, key, n);
	return out;
}

/* Adds to N, for each class but the first, how many keys are its first or more,
 * up to 255 times 32 of them. */
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

X86 static void tally_all_x86(const uint8_t *key, size_t count,
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

X86 static void tally_x86(const uint8_t *key, const uint8_t *mask, size_t count,
	const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX])
{
	size_t few[CHUNK_NCLASS_MAX] = {0};

	if (!mask) {
		tally_all_x86(key, count, by, n);
		return;
	}
	memset(n, 0, CHUNK_NCLASS_MAX * sizeof(n[0]));
	for (size_t i = 0; i < count; i += BLOCK) {
		uint64_t word = le_load64(mask + i / 8);

		if (count - i < BLOCK || _mm_popcnt_u64(word) < FEW) {
			for (; word; word &= word - 1)
				few[by->of[key[i + _tzcnt_u64(word)]]]++;
			continue;
		}
		n[0] += (size_t)_mm_popcnt_u64(word);
		for (unsigned k = 1; k < by->n; k++)
			n[k] += (size_t)_mm_popcnt_u64(
				word & keys_from(key + i, by->first[k]));
	}
	for (unsigned k = 0; k < by->n; k++)
		n[k] += few[k] - (k + 1 < by->n ? n[k + 1] : 0);
}

/* A block of up to 64, of which THERE are there. */
X86 static inline void bits_get_block(uint64_t word, uint64_t there,
	const uint8_t *key, const struct chunk_classes *by,
	uint64_t acc[CHUNK_NCLASS_MAX], uint8_t *bits[CHUNK_NCLASS_MAX],
	size_t n[CHUNK_NCLASS_MAX])
{
	for (unsigned k = 0; k < by->n; k++) {
		uint64_t next =
			k + 1 < by->n ? keys_from(key, by->first[k + 1]) : 0;
		uint64_t mine = there & ~next;
		uint64_t x = _pext_u64(word, mine);
		unsigned fill = n[k] & 63;
		unsigned more = (unsigned)_mm_popcnt_u64(mine);

		there &= next;
		acc[k] |= x << fill;
		if (fill + more >= 64) {
			le_store64(bits[k] + n[k] / 64 * 8, acc[k]);
			acc[k] = fill ? x >> (64 - fill) : 0;
		}
		n[k] += more;
	}
}

X86 static void bits_get_x86(const uint8_t *mask, size_t count,
	const uint8_t *key, const struct chunk_classes *by,
	uint8_t *bits[CHUNK_NCLASS_MAX], size_t n[CHUNK_NCLASS_MAX])
{
	uint64_t acc[CHUNK_NCLASS_MAX] = {0}, all = ~(uint64_t)0;
	uint8_t last[BLOCK];
	size_t i = 0;

	memset(n, 0, CHUNK_NCLASS_MAX * sizeof(n[0]));
	for (; count - i >= BLOCK; i += BLOCK)
		bits_get_block(le_load64(mask + i / 8), all, key + i, by, acc,
			bits, n);
	if (i < count)
		bits_get_block(le_load64(mask + i / 8),
			all >> (BLOCK - (count - i)),
			last_keys(key + i, count - i, last), by, acc, bits, n);
	for (unsigned k = 0; k < by->n; k++)
		le_store64(bits[k] + n[k] / 64 * 8, acc[k]);
}

/* 64 bits at BIT of P, which has 8 bytes after the last of them. */
static inline uint64_t bits_at(const uint8_t *p, size_t bit)
{
	uint64_t x = le_load64(p + bit / 8) >> (bit & 7);

	return bit & 7 ? x | (uint64_t)p[bit / 8 + 8] << (64 - (bit & 7)) : x;
}

X86 static inline uint64_t bits_put_block(uint64_t there, const uint8_t *key,
	const struct chunk_classes *by, uint8_t *const bits[CHUNK_NCLASS_MAX],
	size_t n[CHUNK_NCLASS_MAX])
{
	uint64_t word = 0;

	for (unsigned k = 0; k < by->n; k++) {
		uint64_t next =
			k + 1 < by->n ? keys_from(key, by->first[k + 1]) : 0;
		uint64_t mine = there & ~next;

		there &= next;
		word |= _pdep_u64(bits_at(bits[k], n[k]), mine);
		n[k] += (size_t)_mm_popcnt_u64(mine);
	}
	return word;
}

X86 static void bits_put_x86(uint8_t *mask, size_t count, const uint8_t *key,
	const struct chunk_classes *by, uint8_t *const bits[CHUNK_NCLASS_MAX])
{
	uint64_t all = ~(uint64_t)0;
	uint8_t last[BLOCK];
	size_t n[CHUNK_NCLASS_MAX] = {0};
	size_t i = 0;

	for (; count - i >= BLOCK; i += BLOCK)
		le_store64(mask + i / 8,
			bits_put_block(all, key + i, by, bits, n));
	if (i < count)
		le_store64(mask + i / 8,
			bits_put_block(all >> (BLOCK - (count - i)),
				last_keys(key + i, count - i, last), by, bits,
				n));
}
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
#define SET 8
#define ONE char
#define LOAD load8
#define STORE store8
#include "chunk/kernel_width.inc"

#define U uint16_t
#define BITS 16
#define SET 16
#define ONE short
#define LOAD le_load16
#define STORE le_store16
#include "chunk/kernel_width.inc"

#define U uint32_t
#define BITS 32
#define SET 32
#define ONE int
#define LOAD le_load32
#define STORE le_store32
#include "chunk/kernel_width.inc"

#define U uint64_t
#define BITS 64
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
#define KERNEL_X86(BITS)                                                      \
	{                                                                     \
		x86_split##BITS, any##BITS, survey##BITS, x86_symbols##BITS,  \
			x86_fields##BITS, x86_unwindow##BITS, ones_x86,       \
			x86_merge##BITS, zsign_get##BITS, zsign_put##BITS,    \
			swap##BITS, negate##BITS, x86_differ##BITS,           \
			x86_keys##BITS, x86_gather##BITS, x86_patch##BITS,    \
			tally_x86, bits_get_x86, bits_put_x86, look_up##BITS, \
			plane_get##BITS, plane_put##BITS,                     \
	}

static const struct chunk_kernel x86[4] = {
	KERNEL_X86(8), KERNEL_X86(16), KERNEL_X86(32), KERNEL_X86(64)};

/* pext and pdep of the first two Zens are slower than loops. */
static bool is_fast(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("bmi2") &&
	       __builtin_cpu_supports("popcnt") &&
	       !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}
#endif

const struct chunk_kernel *chunk_kernels(bool portable)
{
#ifdef CHUNK_X86
	if (!portable && is_fast())
		return x86;
#endif
	(void)portable;
	return plain;
}
