/* SPDX-License-Identifier: MIT */
/* Masks: of every density, in groups of N:M, and by context. */
#include <math.h>

#include "spz_chunk.h"

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
			codecs_level(6);
			good = round_trip_of(&e, raw, sizeof(raw), &h, &fast);
			codecs_level(9);
			good = good &&
			       round_trip_of(&e, raw, sizeof(raw), &h, &slow);
			ok(good && slow <= fast &&
					(kind == 0 || slow + n / 100 < fast),
				"mask of kind %u, %u bytes: %zu bytes at -6, "
				"%zu at -9",
				kind, width, fast, slow);
		}
	codecs_level(6);
}

int main(void)
{
	plain.kernel = chunk_kernels(CHUNK_CPU_ANY);
	test_masks();
	test_groups();
	test_context();
	return codecs_done();
}
