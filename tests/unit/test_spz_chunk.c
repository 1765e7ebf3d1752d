/* SPDX-License-Identifier: MIT */
/*
 * Chunks: every mode, width and edge length comes back byte for byte, in no
 * more than its own length and a head, and within reach of the entropy.
 */
#include "spz_chunk.h"

static const struct chunk_elements f32 = {.width = 4};

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
	size_t packed = 0, bad = 0;

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
	size_t packed = 0;

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

/*
 * Told how small a body must be to be of use, the encoder makes the one that it
 * makes else, or one that is no smaller than that.
 */
static void test_most(void)
{
	uint8_t raw[1200];
	struct buf any = {0}, out = {0};
	bool good = true;

	for (unsigned kind = 0; kind < 4; kind++) {
		for (size_t i = 0; i < sizeof(raw); i++)
			raw[i] = (uint8_t)(kind & 1 && i % 4 == 0 ? 0
					   : i % 4 == 3
						   ? 60 + (i * i >> 5 & 3)
						   : tap_random(&seed) >>
							     (kind & 2 ? 60
								       : 0));
		any.len = 0;
		good = good &&
		       chunk_encode(&codec, &f32, raw, sizeof(raw), &any) == 0;
		for (size_t most = 1; most < sizeof(raw); most += 7) {
			out.len = 0;
			codec.most = most;
			good = good && chunk_encode(&codec, &f32, raw,
					       sizeof(raw), &out) == 0;
			if (any.len - CHUNK_HEAD_NBYTES < most)
				good = good && out.len == any.len &&
				       memcmp(out.data, any.data, out.len) == 0;
			else
				good = good &&
				       out.len - CHUNK_HEAD_NBYTES >= most;
		}
		codec.most = 0;
	}
	ok(good, "a body that must be below a limit to be of use");
	buf_free(&any);
	buf_free(&out);
}

/* Integers that have no matches, those where a sample is taken smaller ones. */
static void test_easy_sample(void)
{
	enum { ROW = 4096, NROW = 64 };
	static uint8_t raw[ROW * NROW];
	static const struct chunk_elements i8 = {
		.width = 1, .grid = {.row = ROW}};
	struct chunk_codec fresh = {.level = 6};
	struct buf out = {0};

	for (size_t i = 0; i < sizeof(raw); i++) {
		size_t row = i / ROW;
		bool easy = row == 0 || row == NROW / 2 || row == NROW - 1 ||
			    row == NROW / 2 - 1;
		uint64_t r = tap_random(&seed);
		int sum = 0;

		for (int k = 0; k < 8; k++, r >>= 8)
			sum += (int)(r & 255) - 128;
		raw[i] = (uint8_t)(int8_t)(sum / (easy ? 20 : 14));
	}
	ok(chunk_encode(&fresh, &i8, raw, sizeof(raw), &out) == 0 &&
			!fresh.entropy.zlib,
		"what is easy in a sample alone is not deflated");
	chunk_codec_free(&fresh);
	buf_free(&out);
}

int main(void)
{
	plain.kernel = chunk_kernels(CHUNK_CPU_ANY);
	test_lengths();
	test_sizes();
	test_zero_lengths();
	test_modes();
	test_damage();
	test_lies();
	test_bombs();
	test_lead();
	test_big_endian();
	test_bytes();
	test_twos();
	test_most();
	test_easy_sample();
	return codecs_done();
}
