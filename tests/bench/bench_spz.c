/* SPDX-License-Identifier: MIT */
/*
 * Speed of lib/chunk in memory on one thread, without input and output: chunks
 * of Gaussian weights to payloads and back, CRC included.  A line for each
 * kind: ratio, and GB of weights a second in and out.  Usage:
 *   bench_spz [LEVEL [RUNS]]
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

/* Weights of WIDTH bytes, f32 or bf16; magnitudes below LIMIT are 0. */
static void make(uint8_t *p, unsigned width, double limit)
{
	uint64_t state = 1;

	for (size_t i = 0; i < NBYTES / width; i++) {
		double z = bench_gauss(&state);
		float w = fabs(z) < limit ? 0.0f : (float)(z * 0.02);
		uint32_t u;

		memcpy(&u, &w, sizeof(u));
		if (width == 4)
			le_store32(p + 4 * i, u);
		else
			le_store16(p + 2 * i, (uint16_t)(u >> 16));
	}
}

static int encode(struct chunk_codec *c, unsigned width, const uint8_t *raw,
	struct buf out[NCHUNK], size_t *packed)
{
	/* rows as a large layer has them */
	const struct chunk_elements e = {
		.width = width, .grid = {.row = 4096, .inner = 0}};

	*packed = 0;
	for (size_t i = 0; i < NCHUNK; i++) {
		out[i].len = 0;
		if (chunk_encode(c, &e, raw + i * CHUNK, CHUNK, &out[i]))
			return -1;
		*packed += out[i].len;
	}
	return 0;
}

static int decode(
	struct chunk_codec *c, const struct buf out[NCHUNK], uint8_t *back)
{
	struct chunk_head h;
	struct diag d;

	for (size_t i = 0; i < NCHUNK; i++) {
		const uint8_t *p = (const uint8_t *)out[i].data;

		if (chunk_head_parse(&h, p, out[i].len, &d) ||
			chunk_decode(c, &h, p, out[i].len, back, &d))
			return -1;
	}
	return 0;
}

static int bench(const char *name, unsigned width, double limit, int level,
	int runs, uint8_t *raw, uint8_t *back)
{
	static struct buf out[NCHUNK];
	struct chunk_codec codec = {.level = level};
	double best[2] = {1e9, 1e9};
	size_t packed = 0;
	int err = 0;

	make(raw, width, limit);
	for (int i = 0; i < runs && !err; i++) {
		double t0 = bench_now(), t1;

		err = encode(&codec, width, raw, out, &packed);
		t1 = bench_now();
		best[0] = fmin(best[0], t1 - t0);
		err = err || decode(&codec, out, back);
		best[1] = fmin(best[1], bench_now() - t1);
	}
	chunk_codec_free(&codec);
	if (!err)
		printf("  %-12s -%d %8.4f : 1  in %6.3f  out %6.3f GB/s\n",
			name, level, (double)NBYTES / (double)packed,
			(double)NBYTES / best[0] / 1e9,
			(double)NBYTES / best[1] / 1e9);
	return err;
}

int main(int argc, char **argv)
{
	int level = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6;
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	uint8_t *raw = malloc(NBYTES), *back = malloc(CHUNK + CHUNK_SLACK);
	int err = !raw || !back || level < 1 || level > 9;

	/* limits are the quantiles of a normal variable's magnitude */
	err = err || bench("f32 90 %", 4, 1.644854, level, runs, raw, back) ||
	      bench("f32 50 %", 4, 0.674490, level, runs, raw, back) ||
	      bench("f32 dense", 4, 0, level, runs, raw, back) ||
	      bench("bf16 dense", 2, 0, level, runs, raw, back);
	free(raw);
	free(back);
	return err ? 1 : 0;
}
