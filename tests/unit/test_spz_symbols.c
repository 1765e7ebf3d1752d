/* SPDX-License-Identifier: MIT */
/*
 * Symbol streams: of one body and of four, packed, by classes, palettes, and
 * with matches: they come back, and are near their entropy.
 */
#include <math.h>

#include "spz_chunk.h"

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
	} scales[] = {{"rows", by_row, 1.04}, {"columns", by_column, 1.03},
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

			codecs_level(levels[i]);
			good = round_trip_of(&e, raw, sizeof(raw), &h, &packed);
			ok(good && (double)packed * 8 < limit * scales[k].most,
				"-%d: %s of different scales: %.4f of the "
				"entropy",
				levels[i], scales[k].name,
				(double)packed * 8 / limit);
		}
		codecs_level(6);
	}
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

/*
 * Elements that repeat themselves at a distance, as tables of functions do, at
 * level 9: those that are kept are found again behind their mask.
 */
static void test_matches(void)
{
	static uint8_t raw[1 << 18];
	const size_t part = 24000;
	struct chunk_head h;
	size_t fast = 0, slow = 0;

	for (unsigned width = 1; width <= 8; width *= 2)
		for (unsigned dense = 0; dense < 2; dense++) {
			const struct chunk_elements e = {.width = width};
			bool good;

			if (dense)
				make_dense(raw, part, width);
			else
				make_half(raw, part, width);
			for (size_t i = part; i < sizeof(raw); i++)
				raw[i] = raw[i - part];
			codecs_level(6);
			good = round_trip_of(&e, raw, sizeof(raw), &h, &fast);
			codecs_level(9);
			good = good &&
			       round_trip_of(&e, raw, sizeof(raw), &h, &slow);
			ok(good && slow < part + part / 2 && slow <= fast,
				"%s elements of %u bytes, 11 times: %zu bytes "
				"at -6, %zu at -9",
				dense ? "dense" : "pruned", width, fast, slow);
		}
	codecs_level(6);
}

/*
 * Large elements that are negative more often than small ones, at level 9: the
 * sign is told by the rest, for 1 - H(0.2) = 0.28 of 13 bits.
 */
static void test_signs(void)
{
	static uint8_t raw[1 << 18];
	const struct chunk_elements e = {.width = 2};
	struct chunk_head h;
	size_t fast = 0, slow = 0;
	bool good;

	for (size_t i = 0; i < sizeof(raw); i += 2) {
		uint64_t r = tap_random(&seed);
		unsigned large = r & 1, odd = (r >> 8) % 10 < 2;

		raw[i] = (uint8_t)(r >> 16);
		raw[i + 1] = (uint8_t)((large ^ odd) << 7 | 0x20 | large << 3 |
				       (r >> 24 & 7));
	}
	good = round_trip_of(&e, raw, sizeof(raw), &h, &fast);
	codecs_level(9);
	good = good && round_trip_of(&e, raw, sizeof(raw), &h, &slow);
	codecs_level(6);
	ok(good && slow * 100 < fast * 99,
		"signs that go with magnitudes: %zu bytes at -6, %zu at -9",
		fast, slow);
}

/* Bytes of kind K, from noise to what mostly repeats itself. */
static void make_repeats(uint8_t *p, size_t n, unsigned k)
{
	make_symbols(p, n, 2 + k * 37 % 255);
	for (size_t i = 1; k % 3 && i < n; i++) {
		uint64_t r = tap_random(&seed);
		size_t back = 1 + (r >> 8) % (i < 600 ? i : 600);
		size_t len = 3 + (r >> 32) % (k % 3 == 1 ? 4 : 90);

		for (; r % 64 < k && len-- && i < n; i++)
			p[i] = p[i - back];
	}
}

/* What deflate takes at least is not above what zlib takes. */
static void test_least(void)
{
	static uint8_t p[ENTROPY_LEAST_NBYTES_MAX];
	struct buf out = {0};
	unsigned bad = 0, near = 0, nrun = 0;

	for (unsigned k = 0; k < 60; k++)
		for (size_t n = 0; n <= sizeof(p); n = n * 3 + 1) {
			size_t least;

			make_repeats(p, n, k);
			least = entropy_deflate_least(p, n);
			for (int level = 1; level <= 9; level += 4, nrun++) {
				codecs_level(level);
				codec.entropy.level = level;
				out.len = 0;
				bad += entropy_deflate(&codec.entropy, p, n,
					       &out) != 0 ||
				       least > out.len;
				near += least * 4 > out.len * 3;
			}
		}
	codecs_level(6);
	ok(bad == 0 && near > nrun / 5,
		"what deflate takes at least: %u of %u too much, %u within a "
		"quarter",
		bad, nrun, near);
	buf_free(&out);
}

int main(void)
{
	plain.kernel = chunk_kernels(CHUNK_CPU_ANY);
	test_codes();
	test_streams();
	test_classes();
	test_packed();
	test_palette();
	test_matches();
	test_least();
	test_signs();
	return codecs_done();
}
