/* SPDX-License-Identifier: MIT */
/*
 * Chunks: every mode, width and edge length comes back byte for byte, in no
 * more than its own length and a head, and within reach of the entropy.
 */
#include <math.h>
#include <stdlib.h>

#include "base/le.h"
#include "chunk/chunk_impl.h"
#include "tap.h"

static struct chunk_codec codec = {.level = 6}, plain = {.level = 6};
static const struct chunk_elements f32 = {.width = 4};
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

/* True if C makes RAW[0..n) again of the payload P. */
static bool comes_back(struct chunk_codec *c, const uint8_t *p, size_t npacked,
	const uint8_t *raw, size_t n, struct chunk_head *h)
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
static bool round_trip_of(const struct chunk_elements *e, const uint8_t *raw,
	size_t n, struct chunk_head *h, size_t *packed)
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

static bool round_trip_as(unsigned width, bool big_endian, const uint8_t *raw,
	size_t n, struct chunk_head *h, size_t *packed)
{
	const struct chunk_elements e = {
		.width = width, .big_endian = big_endian};

	return round_trip_of(&e, raw, n, h, packed);
}

static bool round_trip(unsigned width, const uint8_t *raw, size_t n,
	struct chunk_head *h, size_t *packed)
{
	return round_trip_as(width, false, raw, n, h, packed);
}

/* Short ones have all that is odd; FULL=1 goes through the others, too. */
static size_t step(size_t n)
{
	return n < 70 || getenv("FULL") ? 1 : 7;
}

static void test_lengths(void)
{
	uint8_t raw[300];
	struct chunk_head h;
	size_t packed, bad;

	for (size_t k = 0; k < NKIND; k++)
		for (unsigned log2 = 0; log2 < 4; log2++) {
			unsigned width = 1u << log2;

			bad = 0;
			for (size_t n = 1; n <= sizeof(raw); n += step(n)) {
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
	struct chunk_head h;
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
	struct chunk_head h;
	size_t packed, bad = 0;

	for (size_t n = 1; n <= sizeof(raw); n++)
		for (unsigned w = 1; w <= 8; w *= 2)
			if (!round_trip(w, raw, n, &h, &packed) ||
				packed > CHUNK_HEAD_NBYTES + 8)
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
		{make_zero, 4, CHUNK_ZERO, 0.01},
		{make_negative_zero, 4, CHUNK_CONSTANT, 0.01},
		{make_constant, 8, CHUNK_CONSTANT, 0.01},
		{make_random, 4, CHUNK_STORED, 32.01},
		{make_half, 4, CHUNK_VALUES, 1 + 27 * 0.5 + 0.2},
		{make_tenth, 4, CHUNK_VALUES, 0.469 + 2.7 + 0.1},
		{make_hundredth, 4, CHUNK_VALUES, 0.081 + 0.27 + 0.03},
		{make_tenth, 2, CHUNK_VALUES, 0.469 + 1.1 + 0.1},
		{make_tenth, 8, CHUNK_VALUES, 0.469 + 5.9 + 0.1},
		{make_signed_zeros, 4, CHUNK_VALUES, 0.469 + 0.9 + 2.7 + 0.1},
		{make_coarse, 8, CHUNK_VALUES, 1 + 27 * 0.5 + 0.2},
		{make_text, 1, CHUNK_DEFLATE, 0.1},
	};
	static uint8_t raw[1 << 20];
	struct chunk_head h;
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
		if (c->mode != CHUNK_STORED && c->width > 1) {
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
	uint8_t raw[512], back[512 + CHUNK_SLACK];
	struct chunk_head h;
	struct buf out = {0};
	size_t bad = 0;
	struct diag d;

	make_signed_zeros(raw, sizeof(raw), 4);
	raw[3] = 0xff;
	ok(chunk_encode(&codec, &f32, raw, sizeof(raw), &out) == 0,
		"a chunk to damage");
	for (size_t bit = 0; bit < out.len * 8; bit++) {
		uint8_t *p = malloc(out.len);

		memcpy(p, out.data, out.len);
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
		if (chunk_head_parse(&h, p, out.len, &d) == 0 &&
			h.raw <= sizeof(raw) &&
			chunk_decode(&codec, &h, p, out.len, back, &d) == 0 &&
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
		{CHUNK_HEAD_NBYTES + 8, UINT32_MAX, "nkept of 4 billion"},
		{CHUNK_HEAD_NBYTES + 8, 0, "nkept 0"},
		{CHUNK_HEAD_NBYTES + 12, UINT32_MAX, "exceptions"},
		{CHUNK_HEAD_NBYTES + 20, UINT32_MAX, "base"},
		{CHUNK_HEAD_NBYTES + 24, UINT32_MAX, "mask length"},
		{CHUNK_HEAD_NBYTES + 28, UINT32_MAX, "sign length"},
		{CHUNK_HEAD_NBYTES + 32, UINT32_MAX, "symbol length"},
		{CHUNK_HEAD_NBYTES, 0xffffffff, "codings"},
		{CHUNK_HEAD_NBYTES + 4, 0xffffffff, "drop"},
		{8, 0x0403, "mode and width"},
		{0, 0, "no bytes"},
		{0, 1, "one byte"},
	};
	static uint8_t raw[1 << 16], back[(1 << 16) + CHUNK_SLACK];
	struct chunk_head h;
	struct buf out = {0};
	struct diag d;

	make_tenth(raw, sizeof(raw), 4);
	ok(chunk_encode(&codec, &f32, raw, sizeof(raw), &out) == 0,
		"a chunk to lie about");
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t *p = malloc(out.len);

		memcpy(p, out.data, out.len);
		le_store32(p + lies[i].at, lies[i].value);
		ok(chunk_head_parse(&h, p, out.len, &d) != 0 ||
				chunk_decode(
					&codec, &h, p, out.len, back, &d) != 0,
			"refused: %s", lies[i].what);
		free(p);
	}
	buf_free(&out);
}

/* A promise that deflate cannot keep is refused by the head alone. */
static void test_bombs(void)
{
	uint8_t p[CHUNK_HEAD_NBYTES + 4] = {0};
	struct chunk_head h = {
		.raw = 1 << 24, .mode = CHUNK_DEFLATE, .width = 1};
	struct diag d;

	chunk_head_store(p, &h);
	ok(chunk_head_parse(&h, p, sizeof(p), &d) != 0,
		"16 MiB out of 4 deflated bytes");
	h = (struct chunk_head){.raw = 100, .mode = CHUNK_STORED, .width = 1};
	chunk_head_store(p, &h);
	ok(chunk_head_parse(&h, p, sizeof(p), &d) != 0,
		"100 bytes out of 4 stored ones");
	h = (struct chunk_head){.raw = 100, .mode = CHUNK_ZERO, .width = 1};
	chunk_head_store(p, &h);
	ok(chunk_head_parse(&h, p, sizeof(p), &d) == 0, "zeros cost nothing");
}

/* Symbols of MODULUS kinds, few of them common. */
static void make_symbols(uint8_t *p, size_t n, unsigned modulus)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t r = tap_random(&seed);

		p[i] = (uint8_t)((r & 0xff) * (r >> 8 & 0xff) / 256 *
				 (r >> 16 & 0xff) / 256 % modulus);
	}
}

static bool stream_back(const uint8_t *p, size_t n, bool damage)
{
	uint32_t hist[ENTROPY_NSYMBOL];
	struct entropy_symbols s;
	struct buf out = {0};
	uint8_t *exact, *back = malloc(n + 1);
	struct diag d;
	bool good;

	entropy_symbols_count(p, n, hist);
	entropy_symbols_plan(&s, hist, n);
	good = entropy_symbols_put(&s, p, &out) == 0 && out.len <= s.nbytes;
	exact = malloc(out.len + 1);
	if (out.len)
		memcpy(exact, out.data, out.len);
	back[n] = 0x5a;
	good = good &&
	       entropy_symbols_get(
		       &codec.entropy, exact, out.len, back, n, &d) == 0 &&
	       (n == 0 || memcmp(p, back, n) == 0) &&
	       (n == 0 || entropy_symbols_get(&codec.entropy, exact, out.len,
				  back, n - 1, &d) != 0) &&
	       entropy_symbols_get(&codec.entropy, exact, out.len - (n > 0),
		       back, n + (n == 0), &d) != 0;
	/* no flipped bit may write past the end; the CRC finds most of them */
	for (size_t bit = 0; damage && bit < out.len * 8; bit++) {
		exact[bit / 8] ^= (uint8_t)(1u << (bit & 7));
		entropy_symbols_get(
			&codec.entropy, exact, out.len, back, n, &d);
		exact[bit / 8] ^= (uint8_t)(1u << (bit & 7));
	}
	good = good && back[n] == 0x5a;
	free(exact);
	free(back);
	buf_free(&out);
	return good;
}

/* Section 8: streams of one body and of four, of every number of symbols. */
static void test_streams(void)
{
	static uint8_t p[40000];
	size_t bad = 0;

	for (size_t n = 0; n < 600; n++)
		for (unsigned k = 1; k <= 256; k = k * 3 + 1) {
			make_symbols(p, n, k);
			bad += !stream_back(p, n, n < 20);
		}
	is_u64(bad, 0, "streams of 0 to 599 symbols come back");
	bad = 0;
	for (size_t n = 8190; n < 8230; n++)
		for (unsigned k = 1; k <= 256; k = k * 3 + 1) {
			make_symbols(p, n, k);
			bad += !stream_back(p, n, n == 8192 && k == 13);
		}
	is_u64(bad, 0, "and those around 8192, where four bodies begin");
	bad = 0;
	for (size_t n = 16000; n < 16004; n++)
		for (unsigned k = 1; k <= 256; k += k < 20 ? 1 : 7) {
			make_symbols(p, n, k);
			bad += !stream_back(p, n, false);
		}
	is_u64(bad, 0, "and alphabets of 1 to 256 in four bodies");
}

/* Tables of codes up to 11 bits, whatever the frequencies ask for. */
static void test_codes(void)
{
	uint32_t hist[ENTROPY_NSYMBOL];
	size_t bad = 0, unfair = 0;

	for (unsigned k = 1; k <= 256; k++)
		for (unsigned kind = 0; kind < 3; kind++) {
			struct entropy_symbols s;
			uint32_t a = 1, b = 1, space = 0, n = 0;

			memset(hist, 0, sizeof(hist));
			for (unsigned i = 0; i < k; i++) {
				uint32_t next = a + b;

				hist[i] = kind == 0   ? a
					  : kind == 1 ? 1u << (i % 20)
						      : 1;
				n += hist[i];
				b = a;
				a = next > 1u << 20 ? 1 : next;
			}
			entropy_symbols_plan(&s, hist, n);
			for (unsigned i = 0; i < ENTROPY_NCODE; i++) {
				space += s.len[i] ? 2048u >> s.len[i] : 0;
				bad += s.len[i] > 11;
			}
			bad += space != 2048;
			for (unsigned i = 1; i < k; i++)
				unfair += hist[i] > hist[i - 1] &&
					  s.len[i] > s.len[i - 1];
		}
	is_u64(bad, 0, "codes are complete and have at most 11 bits");
	is_u64(unfair, 0, "and what is more frequent has no longer one");
}

/* Masks of every density, in 16-bit elements. */
static void test_masks(void)
{
	static uint8_t raw[2 * 8192 * 3];
	size_t bad = 0, packed;
	struct chunk_head h;

	for (size_t count = 1; count <= 8192; count = count * 3 / 2 + 1)
		for (unsigned per = 1; per <= 4096; per *= 2) {
			memset(raw, 0, sizeof(raw));
			for (size_t i = 0; i < count; i++)
				if (tap_random(&seed) % per == 0)
					le_store16(raw + 2 * i,
						(uint16_t)(0x3c01 + i % 99));
			bad += !round_trip(2, raw, 2 * count, &h, &packed);
		}
	is_u64(bad, 0, "masks of every density come back");
}

/* True if N guessed bytes behave as elements of WIDTH behind LEAD others. */
static bool is_found(const uint8_t *raw, size_t n, unsigned width,
	unsigned lead, size_t *packed)
{
	struct chunk_head h;

	return round_trip(0, raw, n, &h, packed) && h.mode == CHUNK_VALUES &&
	       h.width == width && h.lead == lead;
}

/* Elements that begin anywhere are found, and cost a few bytes at most. */
static void test_lead(void)
{
	static uint8_t raw[8 + (1 << 18)];
	size_t first = 0, packed = 0;
	bool good;

	for (unsigned width = 2; width <= 8; width *= 2) {
		make_tenth(raw + 8, 1 << 18, width);
		for (unsigned lead = 0; lead < width; lead++) {
			good = is_found(raw + 8 - lead, (1 << 18) + lead, width,
				lead, &packed);
			first = lead ? first : packed;
			ok(good && packed <= first + 8,
				"elements of %u bytes behind %u others: %zu "
				"bytes, %zu",
				width, lead, packed, first);
		}
	}
}

/* The other byte order costs nothing. */
static void test_big_endian(void)
{
	static uint8_t raw[100003], other[sizeof(raw)];
	struct chunk_head h;
	size_t first = 0, packed = 0;
	bool good;

	for (unsigned width = 2; width <= 8; width *= 2) {
		make_tenth(raw, sizeof(raw), width);
		memcpy(other, raw, sizeof(raw));
		chunk_kernels(CHUNK_CPU_ANY)[chunk_width_log2(width)].swap(
			raw, sizeof(raw) / width, other);
		good = round_trip_as(
			       width, false, raw, sizeof(raw), &h, &first) &&
		       !h.big_endian &&
		       round_trip_as(width, true, other, sizeof(other), &h,
			       &packed) &&
		       h.big_endian && packed == first;
		ok(good, "big-endian elements of %u bytes: %zu bytes, %zu",
			width, packed, first);
	}
}

/* Integers in bytes: a code for each value, without a bit for the sign. */
static void test_bytes(void)
{
	static uint8_t raw[1 << 18];
	struct chunk_head h;
	size_t packed = 0;
	bool good;

	for (size_t i = 0; i < sizeof(raw); i++) {
		uint64_t r = tap_random(&seed);

		/* two dice, -10 to 0: 3.274 bits, 3.334 by Huffman */
		raw[i] = (uint8_t)(0 - r % 6 - (r >> 32) % 6);
	}
	good = round_trip(1, raw, sizeof(raw), &h, &packed) &&
	       h.mode == CHUNK_VALUES &&
	       (double)packed < sizeof(raw) * 3.35 / 8;
	ok(good, "small negative bytes: %.4f bits each",
		8.0 * (double)packed / sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i += 4)
		le_store32(raw + i, (uint32_t)(tap_random(&seed) % 1024 +
					       tap_random(&seed) % 1024) -
					    1024);
	/* 8 bits, 2.8, and twice the sign in 1.5: the end has a code too */
	good = round_trip(4, raw, sizeof(raw), &h, &packed) &&
	       (double)packed < sizeof(raw) * 13.9 / 32;
	ok(good, "small integers of 32 bits: %.4f bits each",
		32.0 * (double)packed / sizeof(raw));
}

/* Bytes of N numbers, each -SCALE to SCALE, of the scale that SCALE_OF says. */
static void make_scaled(uint8_t *p, size_t n, size_t row,
	unsigned (*scale_of)(size_t row, size_t column))
{
	for (size_t i = 0; i < n; i++) {
		unsigned scale = scale_of(i / row, i % row);

		p[i] = (uint8_t)(tap_random(&seed) % (2 * scale + 1) - scale);
	}
}

static unsigned by_row(size_t row, size_t column)
{
	(void)column;
	return row % 3 ? 4 : 60;
}

static unsigned by_column(size_t row, size_t column)
{
	(void)row;
	return column * 37 % 64 < 20 ? 4 : 60;
}

static unsigned by_both(size_t row, size_t column)
{
	return by_row(row, column) * by_column(row, column) / 40 + 1;
}

static unsigned by_kernel(size_t row, size_t column)
{
	return (row * 7 + column / 8 * 13) % 17 < 6 ? 3 : 50;
}

static unsigned by_nothing(size_t row, size_t column)
{
	(void)row;
	(void)column;
	return 50;
}

/*
 * Rows and columns of scales of their own: near their entropies, and far below
 * what one code for all would take.
 */
static void test_classes(void)
{
	static const struct {
		const char *name;
		unsigned (*scale_of)(size_t row, size_t column);
		double most;
	} scales[] = {{"rows", by_row, 1.03}, {"columns", by_column, 1.03},
		{"rows and columns", by_both, 1.09},
		{"kernels", by_kernel, 1.08}, {"no", by_nothing, 1.02}};
	static const int levels[] = {1, 6, 9};
	static uint8_t raw[1 << 18];
	const struct chunk_elements e = {.width = 1, .grid = {512, 8}};
	struct chunk_head h;
	size_t packed = 0;

	for (size_t k = 0; k < sizeof(scales) / sizeof(scales[0]); k++) {
		double limit = 0;

		make_scaled(raw, sizeof(raw), 512, scales[k].scale_of);
		for (size_t i = 0; i < sizeof(raw); i++)
			limit += log2(
				1 + 2 * scales[k].scale_of(i / 512, i % 512));
		for (size_t i = 0; i < 3; i++) {
			bool good;

			codec.level = plain.level = levels[i];
			good = round_trip_of(&e, raw, sizeof(raw), &h, &packed);
			ok(good && (double)packed * 8 < limit * scales[k].most,
				"-%d: %s of different scales: %.4f of the "
				"entropy",
				levels[i], scales[k].name,
				(double)packed * 8 / limit);
		}
		codec.level = plain.level = 6;
	}
}

/*
 * Masks that rows, columns and neighbours tell of, at level 9: below what the
 * others have by what knowing that is worth, and never above.
 */
static void test_context(void)
{
	static uint8_t raw[1 << 19];
	struct chunk_head h;
	size_t fast = 0, slow = 0;

	for (unsigned width = 1; width <= 8; width *= 2)
		for (unsigned kind = 0; kind < 3; kind++) {
			const struct chunk_elements e = {
				.width = width, .grid = {300 - width, 10}};
			size_t n = sizeof(raw) / width;
			bool good, above[300] = {false};

			make_dense(raw, sizeof(raw), width);
			for (size_t i = 0; i < n; i++) {
				size_t x = i % e.grid.row;
				uint64_t odds = 90;

				if (kind == 1)
					odds = 50 + x * x % 13 * 4;
				else if (kind == 2)
					odds = above[x] ? 40 : 95;
				above[x] = tap_random(&seed) % 100 >= odds;
				if (!above[x])
					memset(raw + i * width, 0, width);
			}
			codec.level = plain.level = 6;
			good = round_trip_of(&e, raw, sizeof(raw), &h, &fast);
			codec.level = plain.level = 9;
			good = good &&
			       round_trip_of(&e, raw, sizeof(raw), &h, &slow);
			ok(good && slow <= fast &&
					(kind == 0 || slow + n / 100 < fast),
				"mask of kind %u, %u bytes: %zu bytes at -6, "
				"%zu at -9",
				kind, width, fast, slow);
		}
	codec.level = plain.level = 6;
}

/* Up to 16 different bytes go several into one; 17 do not. */
static void test_packed(void)
{
	static uint8_t raw[40001];
	struct chunk_head h;
	size_t packed = 0;
	bool good = true;

	for (unsigned k = 2; k <= 17; k++)
		for (size_t n = sizeof(raw) - 9; n <= sizeof(raw); n++) {
			for (size_t i = 0; i < n; i++)
				raw[i] = (uint8_t)(3 + 15 * (tap_random(&seed) %
								    k));
			good = good && round_trip(1, raw, n, &h, &packed) &&
			       (double)packed * 8 <
				       (double)n * (log2(k) * 1.025) + 600;
		}
	ok(good, "2 to 17 different bytes take little more than their entropy");
}

/*
 * Up to 256 different elements are a palette, whose symbols take little more
 * than their entropy; 257 are not.
 */
static void test_palette(void)
{
	static uint8_t raw[1 << 17];
	static const unsigned sizes[] = {2, 3, 16, 17, 255, 256, 257};
	struct chunk_head h;
	size_t packed = 0;

	for (unsigned width = 2; width <= 8; width *= 2)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			unsigned k = sizes[s];
			size_t n = sizeof(raw) / width;
			double most = (double)n * (log2(k) * 1.01 + 0.05) +
				      8 * (k * width + 900);
			uint64_t element[257];
			bool good;

			for (unsigned i = 0; i < k; i++)
				element[i] = (tap_random(&seed) << 16 | i) *
					     0x9e3779b97f4a7c15;
			/* zeros may be left to a mask */
			element[0] = k <= 256 ? 0 : element[0];
			element[1] = k <= 256 ? (uint64_t)1 << 63 : element[1];
			for (size_t i = 0; i < n; i++) {
				/* all of them, however few are drawn */
				size_t at = i < k ? i : tap_random(&seed) % k;
				uint8_t x[8];

				le_store64(x, element[at]);
				memcpy(raw + i * width, x + 8 - width, width);
			}
			good = round_trip(width, raw, sizeof(raw), &h, &packed);
			ok(good && (8.0 * (double)packed < most) == (k <= 256),
				"%u elements of %u bytes: %.3f bits each", k,
				width, 8.0 * (double)packed / (double)n);
		}
}

/* A mask of groups: N of M, but for some. */
static void make_groups(uint8_t *raw, size_t count, unsigned n, unsigned m)
{
	make_dense(raw, count * 2, 2);
	for (size_t i = 0; i < count; i += m) {
		size_t left = n + (i % 5003 < m ? 1 : 0);

		for (unsigned k = 0; k < m && i + k < count; k++) {
			bool keeps = tap_random(&seed) % (m - k) < left;

			left -= keeps;
			if (!keeps)
				memset(raw + (i + k) * 2, 0, 2);
		}
	}
}

static double binomial(unsigned n, unsigned k)
{
	double x = 1;

	for (unsigned i = 0; i < k; i++)
		x = x * (n - i) / (i + 1);
	return x;
}

/* Groups take little more than the logarithm of their patterns. */
static void test_groups(void)
{
	static uint8_t raw[1 << 17], dense[1 << 17];
	static const uint8_t nm[][2] = {
		{1, 2}, {2, 4}, {1, 4}, {3, 4}, {4, 8}, {2, 8}, {8, 16}};
	struct chunk_head h;
	size_t packed = 0, without = 0;

	for (size_t s = 0; s < sizeof(nm) / sizeof(nm[0]); s++)
		for (size_t short_of = 0; short_of < 2; short_of++) {
			unsigned n = nm[s][0], m = nm[s][1];
			size_t count = sizeof(raw) / 2 - short_of, k = 0;
			double most = (double)count / m * log2(binomial(m, n));
			bool good;

			make_groups(raw, count, n, m);
			for (size_t i = 0; i < count; i++)
				if (raw[2 * i] || raw[2 * i + 1])
					memcpy(dense + 2 * k++, raw + 2 * i, 2);
			good = round_trip(2, raw, 2 * count, &h, &packed) &&
			       round_trip(2, dense, 2 * k, &h, &without);
			ok(good && 8.0 * (double)(packed - without) <
						most * 1.005 + 8 * 6 * 15 + 400,
				"%u:%u, %zu elements: mask of %.4f of the "
				"entropy",
				n, m, count,
				8.0 * (double)(packed - without) / most);
		}
}

/* Symbols that those around them tell of, at level 9. */
static void test_context_bytes(void)
{
	static uint8_t raw[1 << 16];
	static const struct chunk_elements of[] = {
		{.width = 1, .grid = {256, 0}}, {.width = 1, .grid = {243, 9}},
		{.width = 2, .grid = {512, 0}}};
	struct chunk_head h;
	size_t fast = 0, slow = 0;

	for (size_t k = 0; k < sizeof(of) / sizeof(of[0]); k++) {
		unsigned last = 0;
		bool good;

		make_dense(raw, sizeof(raw), of[k].width);
		for (size_t i = of[k].width - 1; i < sizeof(raw);
			i += of[k].width) {
			last = (3 * last + (unsigned)(tap_random(&seed) % 64)) /
			       4;
			raw[i] = (uint8_t)(last - (k < 2 ? 32 : 0));
		}
		codec.level = plain.level = 6;
		good = round_trip_of(&of[k], raw, sizeof(raw), &h, &fast);
		codec.level = plain.level = 9;
		good = good &&
		       round_trip_of(&of[k], raw, sizeof(raw), &h, &slow);
		ok(good && slow < fast * 98 / 100,
			"neighbours that tell, kind %zu: %zu bytes at -6, %zu "
			"at -9",
			k, fast, slow);
	}
	codec.level = plain.level = 6;
}

/* Two's complement: both ends of the range, and the least number. */
static void test_twos(void)
{
	static uint8_t raw[1 << 16];
	struct chunk_head h;
	size_t packed = 0;

	for (unsigned width = 2; width <= 8; width *= 2)
		for (unsigned big = 0; big < 2; big++) {
			struct chunk_elements e = {.width = width,
				.is_signed = true,
				.big_endian = big};
			bool good;

			for (size_t i = 0; i < sizeof(raw); i += width) {
				uint64_t x = tap_random(&seed) % 2001 - 1000;

				for (unsigned k = 0; k < width; k++)
					raw[i + (big ? width - 1 - k : k)] =
						(uint8_t)(x >> 8 * k);
			}
			memset(raw, 0, width);
			raw[big ? 0 : width - 1] = 0x80;
			good = round_trip_of(&e, raw, sizeof(raw), &h, &packed);
			ok(good && h.twos &&
					(double)packed * 8 * width <
						sizeof(raw) * 11.4,
				"integers of %u bytes, %s end first: %.3f bits "
				"each",
				width, big ? "high" : "low",
				8.0 * width * (double)packed / sizeof(raw));
		}
}

int main(void)
{
	plain.kernel = chunk_kernels(CHUNK_CPU_ANY);
	test_codes();
	test_streams();
	test_masks();
	test_lead();
	test_big_endian();
	test_bytes();
	test_classes();
	test_context();
	test_packed();
	test_palette();
	test_groups();
	test_context_bytes();
	test_twos();
	test_lengths();
	test_sizes();
	test_zero_lengths();
	test_modes();
	test_damage();
	test_lies();
	test_bombs();
	chunk_codec_free(&codec);
	chunk_codec_free(&plain);
	return tap_done();
}
