/* SPDX-License-Identifier: MIT */
/*
 * What is done to a run of weights in memory: count magnitudes by a digit of
 * their key, gather the few that are left to decide about, apply a decision.
 * Nothing here knows of files or threads; different runs may be worked on at
 * once.
 */
#ifndef PRUNE_KERNEL_H
#define PRUNE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prune/value.h"
#include "tensor/tensor.h"

enum prune_ties {
	PRUNE_TIES_HASH,  /* in the order of a hash of the index */
	PRUNE_TIES_FIRST, /* the lowest index is pruned first */
	PRUNE_TIES_LAST,
	PRUNE_TIES_KEEP, /* none of the tied is pruned: fewer than k */
	PRUNE_TIES_DROP, /* all of the tied are pruned: more than k */
};

enum prune_nan {
	PRUNE_NAN_ERROR,
	PRUNE_NAN_KEEP, /* the largest magnitude of all */
	PRUNE_NAN_ZERO, /* counts as zero and becomes zero */
};

/* How the values of one tensor are looked at. */
struct prune_view {
	const struct tensor_span *span; /* borrowed */
	const struct prune_format *format;
	bool wide;         /* keys are those of the same value as f64 */
	bool keep_negzero; /* -0.0 stays where it is not pruned */
	enum prune_nan nan;
	enum prune_ties ties;
	uint64_t tie_salt; /* from the tensor's name and the seed */
};

/*
 * Fills V for SPAN, a float tensor.  SEED enters the hash that breaks ties.
 */
void prune_view_init(struct prune_view *v, const struct tensor_span *span,
	enum prune_ties ties, uint64_t seed);

/* A run of consecutive elements, in the order of the file. */
struct prune_run {
	unsigned char *p;
	size_t n;
	uint64_t first;      /* of the tensor's elements, in file order */
	const uint8_t *prev; /* 0 bits are pruned already; NULL: none is */
};

/*
 * Of a weight's order, what is known of the weights still to decide about: the
 * bits above SHIFT of the key, or, once KEY is known whole, of the tie.
 */
struct prune_prefix {
	bool in_tie;
	uint64_t key;    /* with in_tie */
	unsigned shift;  /* low bits not known */
	uint64_t prefix; /* the bits above them */
};

/* Bits that one pass decides; fuzzers make it small, to have more passes. */
#ifndef PRUNE_DIGIT_NBITS
#define PRUNE_DIGIT_NBITS 16
#endif

/* Bits of the digit that comes next: at most PRUNE_DIGIT_NBITS. */
unsigned prune_digit_nbits(const struct prune_prefix *x);

/* Adds to HIST[digit] the weights of R that match X, by their next digit. */
void prune_count(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist);

/* How many weights of R match X. */
uint64_t prune_match(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x);

/* A weight to decide about. */
struct prune_cand {
	uint64_t key, tie;
	size_t tensor; /* the caller's number for it */
};

/*
 * Writes the weights of R that match X to OUT, at most MAX.  Returns how many
 * were written.
 */
size_t prune_gather(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, size_t tensor, struct prune_cand *out,
	size_t max);

/* Pruned is all that comes before (key, tie).  The key is never wide. */
struct prune_cut {
	uint64_t key, tie;
};

struct prune_result {
	uint64_t npruned;
	uint64_t nan;        /* NaN seen */
	uint64_t nan_at;     /* index of the first, in file order */
	uint64_t pruned_max; /* the largest key pruned by the cut */
};

/*
 * Writes +0.0 over what CUT or R->prev prune and over -0.0; all else keeps its
 * bits.  If KEEP is not NULL it gets a bit per element, 1 for kept, lowest bit
 * of a byte first, unused bits 0.  Adds to *RET.
 */
void prune_apply(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret);

/* The logical C index of the element that is number AT in the file. */
uint64_t prune_c_index(const struct tensor_span *s, uint64_t at);

/* Element I of P[] as a native key. */
uint64_t prune_key_at(
	const struct prune_view *v, const unsigned char *p, size_t i);

/*
 * The first element of P[begin, end) whose native key shifted right by SHIFT
 * is PREFIX; END if there is none.
 */
size_t prune_find(const struct prune_view *v, const unsigned char *p,
	size_t begin, size_t end, unsigned shift, uint64_t prefix);

/* The place of element AT of the file among those of equal magnitude. */
uint64_t prune_tie(const struct prune_view *v, uint64_t at);

/* Bit I of a mask: 1 is kept. */
bool prune_bit(const uint8_t *bits, size_t i);

#endif
