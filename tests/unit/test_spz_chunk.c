/* SPDX-License-Identifier: MIT */
/*
 * Chunks: every mode, width and edge length comes back byte for byte, in no
 * more than its own length and a head, and within reach of the entropy.
 */
#include <stdlib.h>

#include "base/le.h"
#include "spz/spz_impl.h"
#include "tap.h"

static struct spz_codec codec = {.level = 6};
static uint64_t seed = 7;

/* Fills P[0..n) with something of a KIND; elements of WIDTH bytes. */
typedef void (*maker)(uint8_t *p, size_t n, unsigned width);

static void make_random(uint8_t *p, size_t n, unsigned width)
{
	(void)width;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)tap_random(&seed);
}

static void make_zero(uint8_t *p, size_t n, unsigned width)
{
	(void)width;
	memset(p, 0, n);
}

static void make_constant(uint8_t *p, size_t n, unsigned width)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i % width + 1);
}

/* -0.0 in any float format: nothing but the sign. */
static void make_negative_zero(uint8_t *p, size_t n, unsigned width)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i % width == width - 1 ? 0x80 : 0;
}

/* One element in DENOMINATOR kept; the others zero of either sign. */
static void sparse(
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

static void make_half(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 2, false);
}

static void make_tenth(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 10, false);
}

static void make_hundredth(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 100, false);
}

static void make_signed_zeros(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 10, true);
}

static void make_dense(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 1, false);
}

/* Infinities, NaNs with payloads, denormals and extremes among weights. */
static void make_special(uint8_t *p, size_t n, unsigned width)
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
static void make_coarse(uint8_t *p, size_t n, unsigned width)
{
	sparse(p, n, width, 2, false);
	for (size_t i = 0; i < n; i++)
		if (width > 1 && i % width < width / 2)
			p[i] = 0;
}

static void make_text(uint8_t *p, size_t n, unsigned width)
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

/* True if RAW[0..n) makes the way there and back. */
static bool round_trip(unsigned width, const uint8_t *raw, size_t n,
	struct spz_chunk_head *h, size_t *packed)
{
	struct buf out = {0};
	uint8_t *back = malloc(n), *exact;
	struct diag d;
	bool good = false;

	if (spz_chunk_encode(&codec, width, raw, n, &out) == 0 &&
		(exact = malloc(out.len))) {
		memcpy(exact, out.data, out.len);
		*packed = out.len;
		good = out.len <= n + SPZ_CHUNK_HEAD_NBYTES &&
		       spz_chunk_head_parse(h, exact, out.len, &d) == 0 &&
		       h->raw == n &&
		       spz_chunk_decode(&codec, h, exact, out.len, back, &d) ==
			       0 &&
		       memcmp(raw, back, n) == 0;
		free(exact);
	}
	free(back);
	buf_free(&out);
	return good;
}

static void test_lengths(void)
{
	uint8_t raw[300];
	struct spz_chunk_head h;
	size_t packed, bad;

	for (size_t k = 0; k < NKIND; k++)
		for (unsigned log2 = 0; log2 < 4; log2++) {
			unsigned width = 1u << log2;

			bad = 0;
			for (size_t n = 1; n <= sizeof(raw); n++) {
				kinds[k].make(raw, n, width);
				bad += !round_trip(width, raw, n, &h, &packed);
				bad += !round_trip(0, raw, n, &h, &packed);
			}
			ok(bad == 0, "%s, width %u, 1 to 300 bytes",
				kinds[k].name, width);
		}
}

static void test_sizes(void)
{
	static const size_t sizes[] = {
		4095, 4099, 16384, 16385, 65536, 100003, 1 << 18};
	static uint8_t raw[1 << 18];
	struct spz_chunk_head h;
	size_t packed, bad;

	for (size_t k = 0; k < NKIND; k++) {
		bad = 0;
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			for (unsigned w = 0; w <= 8; w = w ? 2 * w : 1) {
				kinds[k].make(raw, sizes[s], w ? w : 4);
				bad += !round_trip(
					w, raw, sizes[s], &h, &packed);
			}
		ok(bad == 0, "%s, larger sizes, every width", kinds[k].name);
	}
}

/* Zeros of every length and width: Blosc/python-blosc2#665 got these wrong. */
static void test_zero_lengths(void)
{
	static const uint8_t raw[4099];
	struct spz_chunk_head h;
	size_t packed, bad = 0;

	for (size_t n = 1; n <= sizeof(raw); n++)
		for (unsigned w = 1; w <= 8; w *= 2)
			if (!round_trip(w, raw, n, &h, &packed) ||
				packed > SPZ_CHUNK_HEAD_NBYTES + 8)
				bad++;
	ok(bad == 0, "zeros of 1 to 4099 bytes take a head each");
}

struct mode_case {
	maker make;
	unsigned width;
	unsigned mode;
	double bits; /* per element, at most */
};

/* Modes, and sizes in bits per element against the entropy of the makers. */
static void test_modes(void)
{
	static const struct mode_case cases[] = {
		{make_zero, 4, SPZ_ZERO, 0.01},
		{make_negative_zero, 4, SPZ_CONSTANT, 0.01},
		{make_constant, 8, SPZ_CONSTANT, 0.01},
		{make_random, 4, SPZ_STORED, 32.01},
		{make_half, 4, SPZ_VALUES, 1 + 27 * 0.5 + 0.2},
		{make_tenth, 4, SPZ_VALUES, 0.469 + 2.7 + 0.1},
		{make_hundredth, 4, SPZ_VALUES, 0.081 + 0.27 + 0.02},
		{make_tenth, 2, SPZ_VALUES, 0.469 + 1.1 + 0.1},
		{make_tenth, 8, SPZ_VALUES, 0.469 + 5.9 + 0.1},
		{make_signed_zeros, 4, SPZ_VALUES, 0.469 + 0.9 + 2.7 + 0.1},
		{make_coarse, 8, SPZ_VALUES, 1 + 27 * 0.5 + 0.2},
		{make_text, 1, SPZ_DEFLATE, 0.1},
	};
	static uint8_t raw[1 << 20];
	struct spz_chunk_head h;
	size_t packed;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mode_case *c = &cases[i];
		double bits;

		c->make(raw, sizeof(raw), c->width);
		ok(round_trip(c->width, raw, sizeof(raw), &h, &packed),
			"case %zu comes back", i);
		is_u64(h.mode, c->mode, "in the mode expected");
		bits = 8.0 * (double)packed / (double)(sizeof(raw) / c->width);
		ok(bits <= c->bits, "%.3f bits an element, expected <= %.3f",
			bits, c->bits);
		if (c->mode != SPZ_STORED && c->width > 1) {
			size_t guessed;

			ok(round_trip(0, raw, sizeof(raw), &h, &guessed) &&
					guessed <= packed + packed / 20 + 8,
				"and about as small with its width guessed");
		}
	}
}

/* Every byte of a sparse chunk, changed, is an error or changes nothing. */
static void test_damage(void)
{
	uint8_t raw[512], back[512];
	struct spz_chunk_head h;
	struct buf out = {0};
	size_t bad = 0;
	struct diag d;

	make_signed_zeros(raw, sizeof(raw), 4);
	raw[3] = 0xff;
	ok(spz_chunk_encode(&codec, 4, raw, sizeof(raw), &out) == 0,
		"a chunk to damage");
	for (size_t bit = 0; bit < out.len * 8; bit++) {
		uint8_t *p = malloc(out.len);

		memcpy(p, out.data, out.len);
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
		if (spz_chunk_head_parse(&h, p, out.len, &d) == 0 &&
			h.raw <= sizeof(back) &&
			spz_chunk_decode(&codec, &h, p, out.len, back, &d) ==
				0 &&
			(h.raw != sizeof(raw) ||
				memcmp(raw, back, sizeof(raw)) != 0))
			bad++;
		free(p);
	}
	is_u64(bad, 0, "no flipped bit gives other bytes");
	buf_free(&out);
}

/* Heads that lie; offsets are within the payload. */
static void test_lies(void)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *what;
	} lies[] = {
		{SPZ_CHUNK_HEAD_NBYTES + 8, UINT32_MAX, "nkept of 4 billion"},
		{SPZ_CHUNK_HEAD_NBYTES + 8, 0, "nkept 0"},
		{SPZ_CHUNK_HEAD_NBYTES + 12, UINT32_MAX, "exceptions"},
		{SPZ_CHUNK_HEAD_NBYTES + 20, UINT32_MAX, "base"},
		{SPZ_CHUNK_HEAD_NBYTES + 24, UINT32_MAX, "mask length"},
		{SPZ_CHUNK_HEAD_NBYTES + 28, UINT32_MAX, "sign length"},
		{SPZ_CHUNK_HEAD_NBYTES + 32, UINT32_MAX, "symbol length"},
		{SPZ_CHUNK_HEAD_NBYTES, 0xffffffff, "codings"},
		{SPZ_CHUNK_HEAD_NBYTES + 4, 0xffffffff, "drop"},
		{8, 0x0403, "mode and width"},
		{0, 0, "no bytes"},
		{0, 1, "one byte"},
	};
	static uint8_t raw[1 << 16], back[1 << 16];
	struct spz_chunk_head h;
	struct buf out = {0};
	struct diag d;

	make_tenth(raw, sizeof(raw), 4);
	ok(spz_chunk_encode(&codec, 4, raw, sizeof(raw), &out) == 0,
		"a chunk to lie about");
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t *p = malloc(out.len);

		memcpy(p, out.data, out.len);
		le_store32(p + lies[i].at, lies[i].value);
		ok(spz_chunk_head_parse(&h, p, out.len, &d) != 0 ||
				spz_chunk_decode(
					&codec, &h, p, out.len, back, &d) != 0,
			"refused: %s", lies[i].what);
		free(p);
	}
	buf_free(&out);
}

/* A promise that deflate cannot keep is refused by the head alone. */
static void test_bombs(void)
{
	uint8_t p[SPZ_CHUNK_HEAD_NBYTES + 4] = {0};
	struct spz_chunk_head h = {1 << 24, 0, SPZ_DEFLATE, 1};
	struct diag d;

	spz_chunk_head_store(p, &h);
	ok(spz_chunk_head_parse(&h, p, sizeof(p), &d) != 0,
		"16 MiB out of 4 deflated bytes");
	h = (struct spz_chunk_head){100, 0, SPZ_STORED, 1};
	spz_chunk_head_store(p, &h);
	ok(spz_chunk_head_parse(&h, p, sizeof(p), &d) != 0,
		"100 bytes out of 4 stored ones");
	h = (struct spz_chunk_head){100, 0, SPZ_ZERO, 1};
	spz_chunk_head_store(p, &h);
	ok(spz_chunk_head_parse(&h, p, sizeof(p), &d) == 0,
		"zeros cost nothing");
}

/* Streams as long as zlib's own bound: short strings of equal bytes. */
static void test_streams(void)
{
	struct buf out = {0};
	uint8_t raw[600], back[600];
	size_t bad = 0;
	struct diag d;

	for (size_t n = 0; n < sizeof(raw); n++)
		for (unsigned byte = 0; byte < 4; byte++) {
			for (size_t i = 0; i < n; i++)
				raw[i] = (uint8_t)(byte == 3
							   ? tap_random(&seed)
							   : byte * 0x7fu + 1u);
			out.len = 0;
			if (spz_huff(&codec.stream, raw, n, &out) ||
				spz_inflate(&codec.stream, out.data, out.len,
					back, n, n, &d) != (ptrdiff_t)n ||
				memcmp(raw, back, n) != 0)
				bad++;
			if (n && spz_inflate(&codec.stream, out.data, out.len,
					 back, 0, n - 1, &d) >= 0)
				bad++;
		}
	is_u64(bad, 0, "streams of 0 to 599 bytes");
	buf_free(&out);
}

static void test_masks(void)
{
	uint8_t mask[1024 + 8], back[1024 + 8], coding;
	struct buf out = {0};
	struct diag d;
	size_t bad = 0;

	for (size_t count = 1; count <= 8192; count = count * 3 / 2 + 1)
		for (unsigned per = 1; per <= 4096; per *= 2) {
			size_t kept = 0;

			memset(mask, 0, sizeof(mask));
			for (size_t i = 0; i < count; i++)
				if (tap_random(&seed) % per == 0) {
					mask[i / 8] |= (uint8_t)(1u << (i & 7));
					kept++;
				}
			out.len = 0;
			memset(back, 0xff, sizeof(back));
			if (spz_mask_encode(
				    &codec, mask, count, kept, &coding, &out) ||
				spz_mask_decode(&codec, coding,
					(uint8_t *)out.data, out.len, back,
					count, kept, &d) ||
				memcmp(mask, back, (count + 7) / 8) != 0 ||
				spz_mask_decode(&codec, coding,
					(uint8_t *)out.data, out.len, back,
					count, kept + 1, &d) == 0)
				bad++;
		}
	is_u64(bad, 0, "masks of every density come back, and only they");
	buf_free(&out);
}

int main(void)
{
	test_streams();
	test_masks();
	test_lengths();
	test_sizes();
	test_zero_lengths();
	test_modes();
	test_damage();
	test_lies();
	test_bombs();
	spz_codec_free(&codec);
	return tap_done();
}
