/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 and inflating, the latter by zlib.  The former by carry-less
 * multiplication where the processor has it, which is three to six times as
 * fast as zlib, or twice that; else, and for what is short, by zlib.
 */
#include <stdlib.h>
#include <zlib.h>

#include "base/zip.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define ZIP_FOLDS 1
#include <immintrin.h>
#endif

/* By zlib, in pieces that its 32-bit lengths can take. */
uint32_t zip_crc32_portable(uint32_t crc, const void *p, size_t n)
{
	const unsigned char *s = p;
	uLong c = crc;

	while (n > 0) {
		uInt part = n > (1u << 30) ? 1u << 30 : (uInt)n;
		c = crc32(c, s, part);
		s += part;
		n -= part;
	}
	return (uint32_t)c;
}

#ifdef ZIP_FOLDS
/*
 * Folding: V. Gopal and others, "Fast CRC Computation for Generic Polynomials
 * Using PCLMULQDQ Instruction", Intel 2009.  Bytes A followed by 16k bytes
 * have the remainder of (A times x^128k) xor the last 16 of them, so that 64
 * bytes become 16, in four lanes; the halves of a lane are multiplied by
 * x^(128k+32) and x^(128k-32) mod P, bits reflected.  What is left has the
 * CRC of the whole.
 */
#define FOLD_MIN 256
#define FOLD_8_LO 0x1e88ef372 /* x^(8*128+32) */
#define FOLD_8_HI 0x14a7fe880 /* x^(8*128-32) */
#define FOLD_4_LO 0x154442bd4 /* x^(4*128+32) */
#define FOLD_4_HI 0x1c6e41596 /* x^(4*128-32) */
#define FOLD_1_LO 0x1751997d0 /* x^(128+32) */
#define FOLD_1_HI 0x0ccaa009e /* x^(128-32) */

#define FOLDS __attribute__((target("pclmul,sse4.1")))

FOLDS static inline __m128i fold(__m128i a, __m128i k, __m128i next)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(a, k, 0x00),
				     _mm_clmulepi64_si128(a, k, 0x11)),
		next);
}

FOLDS static inline __m128i load(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Two lanes in a vector, where the processor multiplies both at once. */
#define FOLDS_TWO __attribute__((target("vpclmulqdq,avx2")))

FOLDS_TWO static inline __m256i fold_two(__m256i a, __m256i k, __m256i next)
{
	return _mm256_xor_si256(
		_mm256_xor_si256(_mm256_clmulepi64_epi128(a, k, 0x00),
			_mm256_clmulepi64_epi128(a, k, 0x11)),
		next);
}

FOLDS_TWO static inline __m256i load_two(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/*
 * Folds P[0..n), at least 64 bytes that follow those of LANE, into these, in
 * eight lanes; returns how many of them.
 */
FOLDS_TWO static size_t fold_eight(
	__m128i lane[4], const unsigned char *p, size_t n)
{
	const __m256i by8 =
		_mm256_set_epi64x(FOLD_8_HI, FOLD_8_LO, FOLD_8_HI, FOLD_8_LO);
	const __m256i by4 =
		_mm256_set_epi64x(FOLD_4_HI, FOLD_4_LO, FOLD_4_HI, FOLD_4_LO);
	__m256i a = _mm256_set_m128i(lane[1], lane[0]);
	__m256i b = _mm256_set_m128i(lane[3], lane[2]);
	__m256i c = load_two(p), d = load_two(p + 32);
	size_t at = 64;

	for (; n - at >= 128; at += 128) {
		a = fold_two(a, by8, load_two(p + at));
		b = fold_two(b, by8, load_two(p + at + 32));
		c = fold_two(c, by8, load_two(p + at + 64));
		d = fold_two(d, by8, load_two(p + at + 96));
	}
	c = fold_two(a, by4, c);
	d = fold_two(b, by4, d);
	lane[0] = _mm256_castsi256_si128(c);
	lane[1] = _mm256_extracti128_si256(c, 1);
	lane[2] = _mm256_castsi256_si128(d);
	lane[3] = _mm256_extracti128_si256(d, 1);
	return at;
}

FOLDS static uint32_t crc32_folded(
	uint32_t crc, const unsigned char *p, size_t n)
{
	const __m128i by4 = _mm_set_epi64x(FOLD_4_HI, FOLD_4_LO);
	const __m128i by1 = _mm_set_epi64x(FOLD_1_HI, FOLD_1_LO);
	__m128i first = _mm_xor_si128(load(p), _mm_cvtsi32_si128((int)~crc));
	__m128i lane[4] = {first, load(p + 16), load(p + 32), load(p + 48)};
	size_t at = 64;
	unsigned char rest[16];
	__m128i a, b, c, d;

	if (__builtin_cpu_supports("vpclmulqdq") &&
		__builtin_cpu_supports("avx2"))
		at += fold_eight(lane, p + at, n - at);
	a = lane[0], b = lane[1], c = lane[2], d = lane[3];
	for (p += at, n -= at; n >= 64; p += 64, n -= 64) {
		a = fold(a, by4, load(p));
		b = fold(b, by4, load(p + 16));
		c = fold(c, by4, load(p + 32));
		d = fold(d, by4, load(p + 48));
	}
	a = fold(fold(fold(a, by1, b), by1, c), by1, d);
	_mm_storeu_si128((__m128i *)(void *)rest, a);
	/* a register of zeros, which zlib takes as its complement */
	crc = zip_crc32_portable(UINT32_MAX, rest, sizeof(rest));
	return zip_crc32_portable(crc, p, n);
}
#endif

uint32_t zip_crc32(uint32_t crc, const void *p, size_t n)
{
#ifdef ZIP_FOLDS
	if (n >= FOLD_MIN && __builtin_cpu_supports("pclmul") &&
		__builtin_cpu_supports("sse4.1"))
		return crc32_folded(crc, p, n);
#endif
	return zip_crc32_portable(crc, p, n);
}

uint32_t zip_crc32_combine(uint32_t crc_a, uint32_t crc_b, uint64_t nbytes_b)
{
	_Static_assert(sizeof(z_off_t) == 8, "lengths past 4 GiB");
	return (uint32_t)crc32_combine(crc_a, crc_b, (z_off_t)nbytes_b);
}

/* --- inflating ------------------------------------------------------------ */

struct zip_inflate {
	z_stream z;
};

struct zip_inflate *zip_inflate_new(void)
{
	struct zip_inflate *z = calloc(1, sizeof(*z));

	if (z && inflateInit2(&z->z, -MAX_WBITS) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

void zip_inflate_free(struct zip_inflate *z)
{
	if (z)
		inflateEnd(&z->z);
	free(z);
}

enum zip_inflated zip_inflate(struct zip_inflate *z, const void *in,
	size_t *nin, void *out, size_t *nout)
{
	int r;

	z->z.next_in = (Bytef *)(uintptr_t)in;
	z->z.avail_in = (uInt)*nin;
	z->z.next_out = out;
	z->z.avail_out = (uInt)*nout;
	r = inflate(&z->z, Z_NO_FLUSH);
	*nin -= z->z.avail_in;
	*nout -= z->z.avail_out;
	if (r == Z_STREAM_END)
		return ZIP_INFLATE_END;
	return r == Z_OK || r == Z_BUF_ERROR ? ZIP_INFLATE_MORE
					     : ZIP_INFLATE_BAD;
}
