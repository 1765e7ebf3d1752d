/* SPDX-License-Identifier: MIT */
/*
 * Chunks in memory on one thread, without input and output: encoded and decoded
 * again, CRC included, beside memcpy() of the same bytes in the same run.
 */
#ifndef BENCH_CHUNKS_H
#define BENCH_CHUNKS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "bench.h"
#include "chunk/chunk_impl.h"

#define BENCH_NBYTES ((size_t)16 << 20)
#define BENCH_CHUNK ((size_t)1 << 20)
#define BENCH_NCHUNK (BENCH_NBYTES / BENCH_CHUNK)

/* What is measured: BENCH_NBYTES bytes, and as many of a base or NULL. */
struct bench_chunks {
	struct chunk_elements e;
	const uint8_t *raw, *base;
	int level, runs;
};

/* The fastest of the runs; speeds in GB/s of raw bytes. */
struct bench_figures {
	size_t packed;
	double in, out, copy;
};

static inline int bench_encode(const struct bench_chunks *t,
	struct chunk_codec *c, struct buf out[BENCH_NCHUNK])
{
	for (size_t i = 0; i < BENCH_NCHUNK; i++) {
		out[i].len = 0;
		c->delta.base = t->base ? t->base + i * BENCH_CHUNK : NULL;
		if (chunk_encode(c, &t->e, t->raw + i * BENCH_CHUNK,
			    BENCH_CHUNK, &out[i]))
			return -1;
	}
	return 0;
}

/* CHECKED: -1 too if what comes out is not what went in. */
static inline int bench_decode(const struct bench_chunks *t,
	struct chunk_codec *c, const struct buf out[BENCH_NCHUNK],
	uint8_t *back, bool checked)
{
	struct chunk_head h;
	struct diag d;

	for (size_t i = 0; i < BENCH_NCHUNK; i++) {
		const uint8_t *p = (const uint8_t *)out[i].data;

		c->delta.base = t->base ? t->base + i * BENCH_CHUNK : NULL;
		if (chunk_head_parse(&h, p, out[i].len, &d) ||
			chunk_decode(c, &h, p, out[i].len, back, &d) ||
			(checked && memcmp(back, t->raw + i * BENCH_CHUNK,
					    BENCH_CHUNK) != 0))
			return -1;
	}
	return 0;
}

static inline void bench_copy(const struct bench_chunks *t, uint8_t *back)
{
	for (size_t i = 0; i < BENCH_NCHUNK; i++) {
		memcpy(back, t->raw + i * BENCH_CHUNK, BENCH_CHUNK);
		/* each copy is one that somebody may look at */
		__asm__ volatile("" ::"r"(back) : "memory");
	}
}

/* Returns 0, or -1: no memory, or T does not come back. */
static inline int bench_chunks(
	const struct bench_chunks *t, struct bench_figures *ret)
{
	static struct buf out[BENCH_NCHUNK];
	struct chunk_codec codec = {
		.level = t->level, .delta = {.is_float = true}};
	uint8_t *back = malloc(BENCH_CHUNK + CHUNK_SLACK);
	double least[3] = {1e9, 1e9, 1e9};
	int bad = !back;

	for (int i = 0; i <= t->runs && !bad; i++) {
		double at[4] = {bench_now()};

		bad = bench_encode(t, &codec, out);
		at[1] = bench_now();
		bad = bad || bench_decode(t, &codec, out, back, i == 0);
		at[2] = bench_now();
		bench_copy(t, back);
		at[3] = bench_now();
		for (int k = 0; k < 3 && i > 0; k++)
			least[k] = fmin(least[k], at[k + 1] - at[k]);
	}
	chunk_codec_free(&codec);
	free(back);
	*ret = (struct bench_figures){0, (double)BENCH_NBYTES / 1e9 / least[0],
		(double)BENCH_NBYTES / 1e9 / least[1],
		(double)BENCH_NBYTES / 1e9 / least[2]};
	for (size_t i = 0; i < BENCH_NCHUNK; i++)
		ret->packed += out[i].len;
	return bad ? -1 : 0;
}

#endif
