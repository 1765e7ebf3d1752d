/* SPDX-License-Identifier: MIT */
/*
 * For the tests of lib/chunk: bytes of every kind, and the way there and back,
 * by the loops of this processor and by the portable ones.
 */
#ifndef SPZ_CHUNK_H
#define SPZ_CHUNK_H

#include <stdlib.h>

#include "base/le.h"
#include "chunk/chunk_impl.h"
#include "tap.h"

/* A codec with the loops of this processor, and one with the portable ones. */
static struct chunk_codec codec = {.level = 6}, plain = {.level = 6};
static uint64_t seed = 7;

/* Fills P[0..n) with something of a KIND; elements of WIDTH bytes. */
typedef void (*maker)(uint8_t *p, size_t n, unsigned width);

static inline void make_random(uint8_t *p, size_t n, unsigned width)
{
	(void)width;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)tap_random(&seed);
}

static inline void make_zero(uint8_t *p, size_t n, unsigned width)
{
	(void)width;
	memset(p, 0, n);
}

static inline void make_constant(uint8_t *p, size_t n, unsigned width)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i % width + 1);
}

/* -0.0 in any float format: nothing but the sign. */
static inline void make_negative_zero(uint8_t *p, size_t n, unsigned width)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i % width == width - 1 ? 0x80 : 0;
}

/* One element in DENOMINATOR kept; the others zero of either sign. */
static inline void sparse(
	uint8_t *p, size_t n, unsigned width, unsigned denominator, bool signs)
{
	memset(p, 0, n);
	for (size_t i = 0; i + width <= n; i += width) {
		uint64_t r = tap_random(&seed);

		if (signs)
			p[i + width - 1] = (uint8_t)(r >> 63 << 7);
		if (r % denominator)
			continue;
		r = tap_random(&seed);
		/* exponents that vary little, as in weights */
		r = (r & ~(UINT64_C(0x7c) << 56)) | UINT64_C(0x3c) << 56;
		for (unsigned k = 0; k < width; k++)
			p[i + k] = (uint8_t)(r >> (64 - 8 * width + 8 * k));
	}
}

static inline void make_half(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 2, false);
}

static inline void make_tenth(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 10, false);
}

static inline void make_hundredth(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 100, false);
}

static inline void make_signed_zeros(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 10, true);
}

static inline void make_dense(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 1, false);
}

/* Infinities, NaNs with payloads, denormals and extremes among weights. */
static inline void make_special(uint8_t *p, size_t n, unsigned width)
{
	static const uint64_t top[] = {
		0x7ff, 0xfff, 0x7f8, 0xff8, 0x000, 0x800, 0x001, 0x7fe};

	sparse(p, n, width, 3, false);
	for (size_t i = 0, k = 0; i + width <= n; i += 5 * width, k++) {
		uint64_t r = top[k % 8] << 52 | (tap_random(&seed) >> 40);

		for (unsigned b = 0; b < width; b++)
			p[i + b] = (uint8_t)(r >> (64 - 8 * width + 8 * b));
	}
}

/* Low bits all zero: what f32 kept as f64 looks like. */
static inline void make_coarse(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 2, false);
	for (size_t i = 0; i < n; i++)
		if (width > 1 && i % width < width / 2)
			p[i] = 0;
}

static inline void make_text(uint8_t *p, size_t n, unsigned width)
{
	static const char text[] = "step,lr,loss\n0,0.1,2.302585\n1,0.1,2.29";

	(void)width;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)text[i % (sizeof(text) - 1)];
}

static const struct {
	const char *name;
	maker make;
} kinds[] = {
	{"random", make_random},
	{"zero", make_zero},
	{"constant", make_constant},
	{"-0", make_negative_zero},
	{"dense", make_dense},
	{"1/2", make_half},
	{"1/10", make_tenth},
	{"1/100", make_hundredth},
	{"signed zeros", make_signed_zeros},
	{"special", make_special},
	{"coarse", make_coarse},
	{"text", make_text},
};

#define NKIND (sizeof(kinds) / sizeof(kinds[0]))

/* True if C makes RAW[0..n) again of the payload P. */
static inline bool comes_back(struct chunk_codec *c, const uint8_t *p,
	size_t npacked, const uint8_t *raw, size_t n, struct chunk_head *h)
{
	uint8_t *back = malloc(n + CHUNK_SLACK);
	struct diag d;
	bool good = chunk_head_parse(h, p, npacked, &d) == 0 && h->raw == n &&
		    chunk_decode(c, h, p, npacked, back, &d) == 0 &&
		    memcmp(raw, back, n) == 0;

	free(back);
	return good;
}

/*
 * True if RAW[0..n) makes the way there and back, and the portable loops make
 * the same bytes of it.
 */
static inline bool round_trip_of(const struct chunk_elements *e,
	const uint8_t *raw, size_t n, struct chunk_head *h, size_t *packed)
{
	struct buf out = {0}, same = {0};
	uint8_t *exact = NULL;
	bool good = false;

	if (chunk_encode(&codec, e, raw, n, &out) == 0 &&
		chunk_encode(&plain, e, raw, n, &same) == 0 &&
		out.len == same.len &&
		memcmp(out.data, same.data, out.len) == 0 &&
		(exact = malloc(out.len))) {
		memcpy(exact, out.data, out.len);
		*packed = out.len;
		good = out.len <= n + CHUNK_HEAD_NBYTES &&
		       comes_back(&codec, exact, out.len, raw, n, h) &&
		       comes_back(&plain, exact, out.len, raw, n, h);
	}
	free(exact);
	buf_free(&out);
	buf_free(&same);
	return good;
}

static inline bool round_trip_as(unsigned width, bool big_endian,
	const uint8_t *raw, size_t n, struct chunk_head *h, size_t *packed)
{
	const struct chunk_elements e = {
		.width = width, .big_endian = big_endian};

	return round_trip_of(&e, raw, n, h, packed);
}

static inline bool round_trip(unsigned width, const uint8_t *raw, size_t n,
	struct chunk_head *h, size_t *packed)
{
	return round_trip_as(width, false, raw, n, h, packed);
}

static inline void codecs_level(int level)
{
	codec.level = plain.level = level;
}

static inline int codecs_done(void)
{
	chunk_codec_free(&codec);
	chunk_codec_free(&plain);
	return tap_done();
}

#endif
