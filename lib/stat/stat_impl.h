/* SPDX-License-Identifier: MIT */
/* Inside of lib/stat: what its files share, under the name of each. */
#ifndef STAT_STAT_IMPL_H
#define STAT_STAT_IMPL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/stat.h"
#include "tensor/tensor.h"

/* --- walk.c -------------------------------------------------------------- */

/* Chunks in memory at most. */
#define STAT_NSLOT_MAX 16

/* N pieces of a tensor, up to NPIECE in a chunk. */
struct stat_walk {
	uint64_t n;
	size_t npiece;
	size_t piece_nbytes; /* not 0 */
	unsigned nthread;
	struct progress *progress; /* counts bytes; or NULL */
	/* On the caller's thread, before work(); or NULL. */
	void (*begin)(void *ctx, size_t slot, uint64_t first, size_t n);
	/* On any thread: pieces [FIRST, FIRST + N).  Returns 0, or -1. */
	int (*work)(void *ctx, size_t slot, uint64_t first, size_t n,
		struct diag *d);
	/* On the caller's, chunks in order: false if they were enough. */
	bool (*drain)(void *ctx, size_t slot, size_t n);
	void *ctx;
};

/* Returns 0, or -1 with what work() says of the first chunk that failed. */
int stat_walk(const struct stat_walk *w, struct diag *d);

/* So many slots work() may be called with: at most STAT_NSLOT_MAX. */
size_t stat_walk_nslot(const struct stat_walk *w);

/*
 * The elements of one tensor, or of two of as many elements side by side, in
 * chunks that are read for who looks at them.
 */
struct stat_side {
	const struct stat_reader *a, *b; /* b: as wide as a; or NULL */
	/*
	 * As work() and drain() of a walk; P and Q are the elements of a and b.
	 * Of two that are holes in their files, N is 0.
	 */
	void (*look)(void *ctx, size_t slot, uint64_t first, size_t n,
		const unsigned char *p, const unsigned char *q);
	bool (*drain)(void *ctx, size_t slot, size_t n);
	void *ctx;
};

/* Returns 0, or -1. */
int stat_walk_read(
	const struct stat_side *s, const struct stat_how *how, struct diag *d);

/* --- kernel.c ------------------------------------------------------------ */

/* Sums run side by side, so that one addition need not wait for the last. */
#define STAT_NLANE 8

/* Element i of a run goes to lane i % STAT_NLANE, however it is summed. */
struct stat_sums {
	struct stat_summary sum; /* complete after stat_sums_finish() */
	double l1[STAT_NLANE], squares[STAT_NLANE];
	double large[STAT_NLANE], small[STAT_NLANE];
	const struct tensor_span *span; /* borrowed */
	/* Of integers, the bits that count as zero, if they have such. */
	uint64_t zero;
	bool by_bits, has_zero;
};

/* Of no elements. */
#define STAT_SUMMARY_EMPTY \
	((struct stat_summary){.min = (double)NAN, .max = (double)NAN})

/* The value of element I of P[]. */
double stat_value_at(
	const struct tensor_span *s, const unsigned char *p, size_t i);

/* Begins sums over elements of SPAN; of integers ZERO counts as zero. */
void stat_sums_init(
	struct stat_sums *s, const struct tensor_span *span, int64_t zero);

/* Adds P[0..n), elements; call it once between init and finish. */
void stat_sums_add(struct stat_sums *s, const unsigned char *p, size_t n);
void stat_sums_finish(struct stat_sums *s);

/*
 * Of elements of 8 and 16 bits it can be counted how often each code occurs,
 * in STAT_NTABLE tables of STAT_NCODE, all zero at first.  A table holds
 * 2^32 - 1.
 */
#define STAT_NTABLE 4
#define STAT_NCODE ((size_t)1 << 16)

/* Counts those of P[0..N), bytes of SPAN. */
void stat_codes_count(uint32_t *codes, const struct tensor_span *span,
	const unsigned char *p, size_t n);

/* How many codes SPAN's elements have. */
size_t stat_codes_nelem(const struct tensor_span *span);

/* Adds the first N of all tables of CODES to TOTAL and makes them zero. */
void stat_codes_take(uint64_t *total, uint32_t *codes, size_t n);

/* Adds to S what TOTAL has counted, and makes it zero. */
void stat_codes_sums(struct stat_sums *s, uint64_t *total);

#endif
