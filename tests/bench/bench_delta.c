/* SPDX-License-Identifier: MIT */
/*
 * Speed and size of differences from a base in memory on one thread, without
 * input and output: Gaussian weights and the same after a step of Adam, whose
 * master copies are f32.  A line for each kind: how many weights changed, bytes
 * against the entropy of the difference given the base's exponent, and GB of
 * new bytes a second in and out, the base and CRC included.  Usage:
 *   bench_delta [LEVEL [RUNS [bf16|f32 [RATE]]]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/le.h"
#include "bench_chunks.h"

/* How a float becomes the WIDTH bytes at P: rounded to nearest, even. */
static void store(uint8_t *p, unsigned width, float w)
{
	uint32_t u;

	memcpy(&u, &w, sizeof(u));
	if (width == 4)
		le_store32(p, u);
	else
		le_store16(p, (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16));
}

/* Adam's m / sqrt(v), after many steps about normal and not above some. */
static void make(uint8_t *base, uint8_t *raw, unsigned width, double rate)
{
	uint64_t state = 1;

	for (size_t i = 0; i < BENCH_NBYTES; i += width) {
		double w = bench_gauss(&state) * 0.02;
		double step = rate * tanh(bench_gauss(&state) * 0.6);

		store(base + i, width, (float)w);
		store(raw + i, width, (float)(w - step));
	}
}

static int by_key(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Bytes of H(d | exponent); d as spzip(5) has it. */
static double limit(const uint8_t *base, const uint8_t *raw, unsigned width,
	size_t *changed)
{
	size_t n = BENCH_NBYTES / width, key_n[256] = {0};
	uint64_t *x = malloc(n * sizeof(*x));
	const uint32_t sign = 1u << (8 * width - 1);
	double bits = 0;

	*changed = 0;
	for (size_t i = 0; x && i < n; i++) {
		uint32_t u = width == 4 ? le_load32(raw + 4 * i)
					: le_load16(raw + 2 * i);
		uint32_t v = width == 4 ? le_load32(base + 4 * i)
					: le_load16(base + 2 * i);
		uint32_t key = (v & (sign - 1)) >> (width == 4 ? 23 : 7);

		*changed += u != v;
		key_n[key]++;
		u ^= u & sign ? sign - 1 : 0;
		v ^= v & sign ? sign - 1 : 0;
		x[i] = (uint64_t)key << 32 | (uint32_t)(u - v);
	}
	if (!x)
		return 0;
	qsort(x, n, sizeof(*x), by_key);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && x[j] == x[i];)
			j++;
		bits += (double)(j - i) *
			log2((double)key_n[x[i] >> 32] / (double)(j - i));
	}
	free(x);
	return bits / 8;
}

static int bench(
	const char *name, unsigned width, double rate, struct bench_chunks *t)
{
	uint8_t *raw = malloc(2 * BENCH_NBYTES), *base = raw + BENCH_NBYTES;
	struct bench_figures f;
	double least;
	size_t changed;
	int bad = !raw;

	t->raw = raw;
	t->base = base;
	t->e.width = width;
	if (!bad) {
		make(base, raw, width, rate);
		least = limit(base, raw, width, &changed);
		bad = bench_chunks(t, &f);
	}
	if (!bad)
		printf("  %-5s %-6g -%d %7.3f %% changed %9zu bytes "
		       "%6.3f x limit  in %6.3f  out %6.3f GB/s, "
		       "%5.3f and %5.3f of memcpy\n",
			name, rate, t->level,
			100 * (double)changed / (double)(BENCH_NBYTES / width),
			f.packed, (double)f.packed / least, f.in, f.out,
			f.in / f.copy, f.out / f.copy);
	free(raw);
	return bad;
}

int main(int argc, char **argv)
{
	static const double rates[] = {1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
	struct bench_chunks t = {
		.level = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6,
		.runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5,
	};
	const char *only = argc > 3 ? argv[3] : NULL;
	double rate = argc > 4 ? strtod(argv[4], NULL) : 0;
	bool bad = t.level < 1 || t.level > 9;

	for (size_t i = 0; !bad && i < sizeof(rates) / sizeof(rates[0]); i++) {
		if (rate > 0 && rates[i] != rate)
			continue;
		if (!only || strcmp(only, "bf16") == 0)
			bad = bench("bf16", 2, rates[i], &t);
		if (!bad && (!only || strcmp(only, "f32") == 0))
			bad = bench("f32", 4, rates[i], &t);
	}
	return bad ? 1 : 0;
}
