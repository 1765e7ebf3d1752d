/* SPDX-License-Identifier: MIT */
/*
 * Speed and size of differences from a base in memory on one thread, without
 * input and output: Gaussian weights and the same after a step of Adam, whose
 * master copies are f32.  A line for each kind: how many weights changed, bytes
 * against the entropy of the difference given the base's exponent, and GB of
 * new bytes a second in and out, the base and CRC included.  Usage:
 *   bench_delta [LEVEL [RUNS]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "bench.h"
#include "chunk/chunk_impl.h"

#define NBYTES ((size_t)16 << 20)
#define CHUNK ((size_t)1 << 20)
#define NCHUNK (NBYTES / CHUNK)

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

	for (size_t i = 0; i < NBYTES; i += width) {
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
	size_t n = NBYTES / width, key_n[256] = {0};
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

static int encode(struct chunk_codec *c, unsigned width, const uint8_t *raw,
	const uint8_t *base, struct buf out[NCHUNK], size_t *packed)
{
	const struct chunk_elements e = {.width = width};

	*packed = 0;
	c->delta.is_float = true;
	for (size_t i = 0; i < NCHUNK; i++) {
		out[i].len = 0;
		c->delta.base = base + i * CHUNK;
		if (chunk_encode(c, &e, raw + i * CHUNK, CHUNK, &out[i]))
			return -1;
		*packed += out[i].len;
	}
	return 0;
}

static int decode(struct chunk_codec *c, const struct buf out[NCHUNK],
	const uint8_t *base, const uint8_t *raw, uint8_t *back)
{
	struct chunk_head h;
	struct diag d;

	for (size_t i = 0; i < NCHUNK; i++) {
		const uint8_t *p = (const uint8_t *)out[i].data;

		c->delta.base = base + i * CHUNK;
		if (chunk_head_parse(&h, p, out[i].len, &d) ||
			chunk_decode(c, &h, p, out[i].len, back, &d) ||
			memcmp(back, raw + i * CHUNK, 64) != 0)
			return -1;
	}
	return 0;
}

static int bench(const char *name, unsigned width, double rate, int level,
	int runs, uint8_t *mem)
{
	static struct buf out[NCHUNK];
	struct chunk_codec codec = {.level = level};
	uint8_t *base = mem, *raw = mem + NBYTES, *back = raw + NBYTES;
	double best[2] = {1e9, 1e9}, least;
	size_t packed = 0, changed;
	int err = 0;

	make(base, raw, width, rate);
	least = limit(base, raw, width, &changed);
	for (int i = 0; i < runs && !err; i++) {
		double t0 = bench_now(), t1;

		err = encode(&codec, width, raw, base, out, &packed);
		t1 = bench_now();
		best[0] = fmin(best[0], t1 - t0);
		err = err || decode(&codec, out, base, raw, back);
		best[1] = fmin(best[1], bench_now() - t1);
	}
	chunk_codec_free(&codec);
	if (!err)
		printf("  %-5s %g -%d %7.3f %% changed %9zu bytes %6.3f x limit"
		       "  in %6.3f  out %6.3f GB/s\n",
			name, rate, level,
			100 * (double)changed / (double)(NBYTES / width),
			packed, (double)packed / least,
			(double)NBYTES / best[0] / 1e9,
			(double)NBYTES / best[1] / 1e9);
	return err;
}

int main(int argc, char **argv)
{
	static const double rates[] = {1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
	int level = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6;
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	uint8_t *mem = malloc(2 * NBYTES + CHUNK + CHUNK_SLACK);
	int err = !mem || level < 1 || level > 9;

	for (size_t i = 0; !err && i < sizeof(rates) / sizeof(rates[0]); i++)
		err = bench("bf16", 2, rates[i], level, runs, mem) ||
		      bench("f32", 4, rates[i], level, runs, mem);
	free(mem);
	return err ? 1 : 0;
}
