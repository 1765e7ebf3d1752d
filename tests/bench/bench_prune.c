/* SPDX-License-Identifier: MIT */
/*
 * lib/select on memory buffers, one core, beside memcpy of the same bytes:
 * selecting half of the weights and pruning them in place.
 * Prints "name value unit ratio" lines; the ratio is to memcpy.  Usage:
 * bench_prune [MIB]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "bench.h"
#include "prune/prune_impl.h"

#define CHUNK PRUNE_CHUNK_NELEM
#define NRUN 5

struct bench {
	unsigned char *w, *out;
	size_t n; /* elements */
	struct select_view view;
	struct tensor_span span;
	struct select_desk desk;
};

/* Sums of twelve uniform numbers: near enough to Gaussian for speed. */
static double gauss(uint64_t *state)
{
	double sum = 0;

	for (int i = 0; i < 12; i++) {
		*state = *state * UINT64_C(6364136223846793005) + 1;
		sum += (double)(*state >> 40) * 0x1p-24;
	}
	return sum - 6;
}

static void fill(struct bench *b)
{
	uint64_t state = 1;

	for (size_t i = 0; i < b->n; i++) {
		float f = (float)gauss(&state);
		uint32_t bits;
		memcpy(&bits, &f, sizeof(bits));
		if (b->span.dtype == TENSOR_F32)
			memcpy(b->w + 4 * i, &bits, 4);
		else
			memcpy(b->w + 2 * i, (unsigned char *)&bits + 2, 2);
	}
}

static struct select_run chunk(
	const struct bench *b, unsigned char *p, size_t i)
{
	size_t left = b->n - i;

	return (struct select_run){
		.p = p + i * b->view.format->nbytes,
		.n = left < CHUNK ? left : CHUNK,
		.first = i,
	};
}

static struct select_cut select_half(struct bench *b)
{
	struct select_run r = {.p = b->w, .n = b->n};
	struct select_pick p = {.rank = b->n / 2,
		.count = b->n,
		.ntensor = 1,
		.key_nbits = b->view.format->key_nbits,
		.tie_nbits = select_tie_nbits(&b->view)};

	select_pick_start(&p);
	if (select_pick_run(&p, &b->view, &r, &b->desk))
		abort();
	return p.cut;
}

static uint64_t apply(struct bench *b, struct select_cut cut, uint8_t *keep)
{
	struct select_result r = {0};

	for (size_t i = 0; i < b->n; i += CHUNK) {
		struct select_run run = chunk(b, b->out, i);

		run.taken = select_desk_taken(&b->desk);
		select_apply(&b->view, &run, cut, keep, &r);
	}
	return r.npruned;
}

/* 2:4. */
static void apply_groups(struct bench *b)
{
	struct select_result r = {0};

	for (size_t i = 0; i < b->n; i += CHUNK) {
		struct select_run run = chunk(b, b->out, i);

		select_apply_groups(&b->view, &run, 2, 4, NULL, &r);
	}
	if (r.npruned != b->n / 2)
		abort();
}

static void row(const char *name, double nbytes, double seconds, double base)
{
	printf("%-24s %8.2f GB/s %6.2f\n", name, nbytes / seconds / 1e9,
		base / seconds);
}

/* Weights are pruned in place, so they are put back each time. */
#define BEST(SECONDS, WORK)                                     \
	do {                                                    \
		SECONDS = 1e9;                                  \
		for (int run_ = 0; run_ < NRUN; run_++) {       \
			memcpy(b.out, b.w, nbytes);             \
			double start_ = bench_now();            \
			WORK;                                   \
			if (bench_now() - start_ < SECONDS)     \
				SECONDS = bench_now() - start_; \
		}                                               \
	} while (0)

static void bench(enum tensor_dtype dtype, size_t nbytes)
{
	const char *name = dtype == TENSOR_F32 ? "f32" : "bf16";
	static uint8_t keep[CHUNK / 8];
	struct bench b = {.n = nbytes / tensor_dtype_info[dtype].nbytes,
		.span = {.dtype = dtype, .name = "data"}};
	double copy, t_select, t_apply, t_mask, t_groups;
	struct select_cut cut = {0};
	struct select_room m = {0};
	uint64_t npruned = 0;
	char label[64];

	b.span.n = b.n;
	b.w = malloc(nbytes);
	b.out = calloc(nbytes, 1);
	select_desk_init(&b.desk, PRUNE_GATHER_MAX, PRUNE_GUESS_MIN, &m);
	if (!b.w || !b.out || m.bad)
		abort();
	select_view_init(&b.view, &b.span, SELECT_TIES_HASH, 0);
	fill(&b);
	BEST(copy, memcpy(b.out, b.w, nbytes));
	BEST(t_select, cut = select_half(&b));
	BEST(t_apply, npruned = apply(&b, cut, NULL));
	BEST(t_mask, apply(&b, cut, keep));
	BEST(t_groups, apply_groups(&b));
	snprintf(label, sizeof(label), "%s_memcpy", name);
	row(label, (double)nbytes, copy, copy);
	snprintf(label, sizeof(label), "%s_select", name);
	row(label, (double)nbytes, t_select, copy);
	snprintf(label, sizeof(label), "%s_apply", name);
	row(label, (double)nbytes, t_apply, copy);
	snprintf(label, sizeof(label), "%s_apply_mask", name);
	row(label, (double)nbytes, t_mask, copy);
	snprintf(label, sizeof(label), "%s_select_apply", name);
	row(label, (double)nbytes, t_select + t_apply, copy);
	snprintf(label, sizeof(label), "%s_copy_select_apply", name);
	row(label, (double)nbytes, copy + t_select + t_apply, copy);
	snprintf(label, sizeof(label), "%s_2:4", name);
	row(label, (double)nbytes, t_groups, copy);
	if (npruned != b.n / 2)
		abort();
	free(b.w);
	free(b.out);
	select_room_free(&m);
}

int main(int argc, char **argv)
{
	uint64_t mib = 64;
	struct diag d;

	if (argc > 1 && num_arg_u64("MIB", argv[1], 1, 4096, &mib, &d)) {
		fprintf(stderr, "bench_prune: %s\n", d.text);
		return 2;
	}
	bench(TENSOR_F32, (size_t)mib << 20);
	bench(TENSOR_BF16, (size_t)mib << 20);
	return 0;
}
