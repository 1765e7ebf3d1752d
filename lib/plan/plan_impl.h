/* SPDX-License-Identifier: MIT */
/* Inside of lib/plan: what its files share, under the name of each. */
#ifndef PLAN_PLAN_IMPL_H
#define PLAN_PLAN_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "text/table.h"

/* --- file.c -------------------------------------------------------------- */

/*
 * The first two columns of plans and histograms, version and rules: the rules
 * are to be the same in all rows, and *RULES if that is not NULL; caller frees
 * it.  Returns 0, or -1.
 */
int plan_read_head(const struct table *t, char **rules, struct diag *d);

/* The dtype in column I, or TENSOR_OTHER. */
static inline enum tensor_dtype plan_cell_dtype(const struct table *t, size_t i)
{
	struct csv_cell c = table_cell(t, i);

	return tensor_dtype_named(c.n ? c.p : "", c.n);
}

/* --- sum.c --------------------------------------------------------------- */

/*
 * Sums of squares without rounding: wide enough for every double, so that they
 * do not depend on the order of adding or on how finely it was counted.
 */
#define PLAN_NWORD 72

struct plan_sum {
	uint64_t w[PLAN_NWORD]; /* least significant first */
};

/* Adds MORE to S. */
void plan_squares_add(struct plan_squares *s, const struct plan_squares *more);

/* Adds the squares of all weights of B, of format F. */
void plan_sum_bucket(struct plan_sum *s, const struct select_format *f,
	const struct plan_bucket *b);

/* The same of N weights with KEY. */
void plan_sum_key(struct plan_sum *s, const struct select_format *f,
	uint64_t key, uint64_t n);

/* S times X; what does not fit is lost, which no count can reach. */
void plan_sum_scale(struct plan_sum *s, uint64_t x);
int plan_sum_compare(const struct plan_sum *a, const struct plan_sum *b);

/* S as a fraction in [0.5, 1), truncated to a double, times 2^*EXPONENT. */
double plan_sum_value(const struct plan_sum *s, int *exponent);

/* --- hist.c -------------------------------------------------------------- */

/*
 * The bucket of T that has its weight number RANK, from 1, by magnitude; its
 * weights go to *NINSIDE.  Nowhere where there is none.
 */
struct plan_bracket plan_bucket_of(
	const struct plan_tensor *t, uint64_t rank, uint64_t *ninside);

/* --- make.c -------------------------------------------------------------- */

/* A tensor that is pruned, and what is decided about it. */
struct plan_part {
	const struct plan_tensor *t;
	struct plan_row *row; /* of the plan; exact, and else zero at first */
	uint64_t min, max;    /* so many weights are pruned */
};

/* All of them, in the order of the histogram. */
struct plan_parts {
	struct plan_part *part;
	size_t n;
};

/* N, or the bound of X that it is beyond. */
static inline uint64_t plan_clamp(const struct plan_part *x, uint64_t n)
{
	return n < x->min ? x->min : n > x->max ? x->max : n;
}

/* K weights of X are pruned: its row says so, and where the threshold lies. */
static inline void plan_settle(const struct plan_part *x, uint64_t k)
{
	x->row->k = k;
	x->row->bracket = plan_bucket_of(x->t, k, &x->row->ninside);
}

/* --- score.c, shape.c and energy.c --------------------------------------- */

/*
 * Decide about PARTS, of which P->k weights are to be pruned in all: the rows,
 * P->exact, and P->k where it becomes another.  Return 0, or -1.
 */
int plan_by_score(struct plan *p, const struct plan_parts *parts,
	const struct plan_want *want, struct diag *d);
int plan_by_shape(struct plan *p, const struct plan_parts *parts,
	const struct plan_want *want, struct diag *d);

/* Of each so many that the part ENERGY of its squares is kept. */
void plan_by_energy(struct plan *p, const struct plan_parts *parts,
	const struct num_ratio *energy);

#endif
