/* SPDX-License-Identifier: MIT */
/*
 * Which tensors are pruned, and how many of their weights: what users say
 * about it, apart from any weight.
 */
#ifndef PRUNE_RULES_H
#define PRUNE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "tensor/tensor.h"

enum prune_decision {
	PRUNE_YES,
	PRUNE_SKIP_DTYPE,   /* no float */
	PRUNE_SKIP_NDIM,    /* fewer than two dimensions: a bias, a norm */
	PRUNE_SKIP_NAME,    /* no weight, or one to keep, by its name */
	PRUNE_SKIP_EXCLUDE, /* the user took it out */
	PRUNE_SKIP_ONLY,    /* the user named others */
};

/* As the column "decision" shows it: prune, skip:dtype, ... */
extern const char *const prune_decision_name[];

/* fnmatch() patterns, all borrowed. */
struct prune_patterns {
	const char **p;
	size_t n;
};

struct prune_rules {
	struct prune_patterns include; /* on top of the defaults */
	struct prune_patterns exclude; /* beats all others */
	struct prune_patterns only;    /* if any: instead of the defaults */
};

/* Appends to A.  Returns 0, or -1 for no memory.  Release A->p with free(). */
int prune_patterns_add(struct prune_patterns *a, const char *pattern);

/* A decision and its reason, both for people; all strings are static or R's. */
struct prune_verdict {
	enum prune_decision decision;
	const char *pattern; /* that matched the name; or NULL */
	const char *what;    /* "a scale"; NULL where there is nothing to say */
};

/* What R says about S, a tensor of a file of FORMAT. */
struct prune_verdict prune_judge(const struct prune_rules *r,
	enum tensor_format format, const struct tensor_span *s);

/* The decision alone. */
enum prune_decision prune_decide(const struct prune_rules *r,
	enum tensor_format format, const struct tensor_span *s);

/*
 * The pattern by which the tensor called NAME is not pruned by default, and in
 * *WHAT what such tensors are; NULL for a weight like others.
 */
const char *prune_names_skip(const char *name, const char **what);

/* False if NAME is that of a scale, a bias, a mask, or another non-weight. */
bool prune_names_weight(const char *name);

/* The first pattern of R that matches no tensor in M, or NULL: a typo? */
const char *prune_rules_unused(
	const struct prune_rules *r, const struct tensor_map *m);

enum prune_target_kind {
	PRUNE_BY_NOTHING,
	PRUNE_BY_SPARSITY,  /* ratio of the pruned */
	PRUNE_BY_DENSITY,   /* ratio of the kept */
	PRUNE_BY_COUNT,     /* so many */
	PRUNE_BY_THRESHOLD, /* |w| below it */
};

struct prune_target {
	enum prune_target_kind kind;
	struct num_ratio ratio;
	uint64_t count;
	double threshold;
};

/*
 * How many of N weights T prunes, in exact integers: sparsity rounds the
 * pruned, density the kept, half to even.  0 for a threshold.
 */
uint64_t prune_amount(const struct prune_target *t, uint64_t n);

#endif
