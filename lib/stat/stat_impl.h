/* SPDX-License-Identifier: MIT */
/* Inside of lib/stat: what its files share, under the name of each. */
#ifndef STAT_STAT_IMPL_H
#define STAT_STAT_IMPL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "select/select.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

/* --- read.c -------------------------------------------------------------- */

/* The elements of a tensor, as a scan reads them: in memory that is bounded. */
struct stat_elements {
	struct select_item item;
	bool by_bytes; /* they are bytes of what is larger or smaller */
};

struct stat_elements stat_elements(const struct stat_tensor *t);

/* Scans IT alone, by fewer threads where it is small.  Returns 0, or -1. */
int stat_scan(const struct select_item *it, const struct stat_how *how,
	const struct select_hooks *hooks, void *ctx, struct diag *d);

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
 * Of elements of 8 bits it can be counted how often each code occurs, in
 * STAT_NTABLE tables of STAT_NCODE, all zero at first.  A table holds 2^32 - 1.
 */
#define STAT_NTABLE 4
#define STAT_NCODE ((size_t)1 << 8)

/* Counts those of P[0..N). */
void stat_codes_count(uint32_t *codes, const unsigned char *p, size_t n);

/* Adds all tables of CODES to TOTAL and makes them zero. */
void stat_codes_take(uint64_t *total, uint32_t *codes);

/* Adds to S what TOTAL has counted, and makes it zero. */
void stat_codes_sums(struct stat_sums *s, uint64_t *total);

#endif
