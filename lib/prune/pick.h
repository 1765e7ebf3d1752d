/* SPDX-License-Identifier: MIT */
/*
 * Exact selection: of COUNT weights, the RANK that come first in the order of
 * (magnitude, tie).  A pick narrows the order down digit by digit, from
 * histograms that anyone may have added up, until what is left is so little
 * that it is gathered and sorted.  Several tensors may share one pick; then a
 * tie at the threshold is divided between them first.
 */
#ifndef PRUNE_PICK_H
#define PRUNE_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prune/kernel.h"

enum prune_step {
	PRUNE_STEP_DONE,
	PRUNE_STEP_COUNT,  /* wants a histogram: prune_count() */
	PRUNE_STEP_GATHER, /* wants the candidates: prune_gather() */
	PRUNE_STEP_SPLIT,  /* wants each tensor's share: prune_match() */
};

struct prune_pick {
	struct prune_prefix x; /* what the candidates have in common */
	uint64_t rank;         /* of them, so many are pruned */
	uint64_t count;        /* candidates */
	size_t ntensor;        /* that share the pick */
	uint64_t gather_max;   /* so few are gathered instead of counted */
	enum prune_ties ties;
	enum prune_step step; /* what it wants next */
	struct prune_cut cut; /* when done; the key is wide if the view was */
};

/*
 * Starts a pick with its rank, count, ntensor, gather_max and ties set, among
 * weights with keys of KEY_NBITS.
 */
void prune_pick_start(struct prune_pick *p, unsigned key_nbits);

/* The same among the ties of one tensor, weights with KEY. */
void prune_pick_start_tie(struct prune_pick *p, uint64_t key);

/* Answers PRUNE_STEP_COUNT; HIST covers all candidates. */
void prune_pick_count(struct prune_pick *p, const uint64_t *hist);

/*
 * Answers PRUNE_STEP_GATHER with all candidates, which it reorders.  The cut of
 * tensor T, a number below ntensor, goes to CUT[T].  QUOTA_ORDER lists those
 * numbers in the order of the tensors' names; NULL for one tensor.  Returns
 * 0, or -1 for no memory.
 */
int prune_pick_gather(struct prune_pick *p, struct prune_cand *cand,
	size_t ncand, const size_t *quota_order, struct prune_cut *cut);

/*
 * Divides RANK among N counts in proportion by the method of largest
 * remainders; of equal remainders the one earlier in ORDER comes first.  RANK
 * is at most the sum.  Returns 0, or -1 for no memory.
 */
int prune_quota(const uint64_t *count, size_t n, const size_t *order,
	uint64_t rank, uint64_t *quota);

#endif
