/* SPDX-License-Identifier: MIT */
/*
 * What is in a tensor.  Sums are taken in a fixed order, chunk by chunk, so
 * that their last bits do not depend on the number of threads.
 */
#ifndef PRUNE_STAT_H
#define PRUNE_STAT_H

#include <stddef.h>
#include <stdint.h>

#include "tensor/tensor.h"

struct diag;
struct input;
struct progress;

struct prune_stat {
	uint64_t zeros; /* also those with a sign */
	uint64_t negzeros;
	uint64_t nan, inf;
	double min, max; /* of all but NaN; NaN if there are none */
	double l1;       /* sum of |w|, NaN left out */
	double squares;  /* sum of w^2, NaN left out */
};

/* True if there are statistics of DTYPE. */
bool prune_stat_can(enum tensor_dtype dtype);

/*
 * Fills STAT[i] for every span i of MAP that prune_stat_can(); the others are
 * left alone.  NTHREAD 0: all processors.  Returns 0, or -1.
 */
int prune_stat_file(struct prune_stat *stat, const struct input *in,
	const struct tensor_map *map, unsigned nthread,
	struct progress *progress, struct diag *d);

/*
 * Whether the elements of S, a tensor of IN with a float dtype, are all 0 or 1
 * and some are either: more likely a mask than weights.  Reads no further than
 * the first that is neither.  Returns 0, or -1.
 */
int prune_stat_binary(const struct input *in, const struct tensor_span *s,
	bool *ret, struct diag *d);

/* The same of a tensor of N elements from its statistics. */
bool prune_stat_is_binary(const struct prune_stat *st, uint64_t n);

/*
 * 1 if optimizers usually decay the weights of S, 0 for biases, norms and
 * whatever else has fewer than two dimensions or is no weight by its name.
 */
int prune_stat_decay(const struct tensor_span *s);

#endif
