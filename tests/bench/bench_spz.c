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

#include "base/le.h"
#include "bench_chunks.h"

/* Weights of WIDTH bytes, f32, bf16 or int8; magnitudes below LIMIT are 0. */
static void make(uint8_t *p, unsigned width, double limit)
{
	uint64_t state = 1;

	for (size_t i = 0; i < BENCH_NBYTES / width; i++) {
		double z = bench_gauss(&state);
		float w = fabs(z) < limit ? 0.0f : (float)(z * 0.02);
		uint32_t u;

		memcpy(&u, &w, sizeof(u));
		if (width == 1)
			p[i] = (uint8_t)(int8_t)lrint(
				fmax(-127, fmin(127, (double)w * 1600)));
		else if (width == 4)
			le_store32(p + 4 * i, u);
		else
			le_store16(p + 2 * i, (uint16_t)(u >> 16));
	}
}

static int bench(
	const char *name, unsigned width, double limit, struct bench_chunks *t)
{
	struct bench_figures f;
	uint8_t *raw = malloc(BENCH_NBYTES);
	int bad = !raw;

	t->raw = raw;
	/* rows as a large layer has them */
	t->e = (struct chunk_elements){.width = width, .grid = {.row = 4096}};
	if (!bad)
		make(raw, width, limit);
	bad = bad || bench_chunks(t, &f);
	if (!bad)
		printf("  %-12s -%d %8.4f : 1  in %6.3f  out %6.3f GB/s, "
		       "%5.3f and %5.3f of memcpy\n",
			name, t->level, (double)BENCH_NBYTES / (double)f.packed,
			f.in, f.out, f.in / f.copy, f.out / f.copy);
	free(raw);
	return bad;
}

int main(int argc, char **argv)
{
	struct bench_chunks t = {
		.level = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6,
		.runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5,
	};

	if (t.level < 1 || t.level > 9)
		return 1;
	/* limits are the quantiles of a normal variable's magnitude */
	return bench("f32 90 %", 4, 1.644854, &t) ||
			       bench("f32 50 %", 4, 0.674490, &t) ||
			       bench("f32 dense", 4, 0, &t) ||
			       bench("bf16 dense", 2, 0, &t) ||
			       bench("int8 90 %", 1, 1.644854, &t) ||
			       bench("int8 dense", 1, 0, &t)
		       ? 1
		       : 0;
}
