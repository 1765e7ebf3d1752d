/* SPDX-License-Identifier: MIT */
/* Inside of lib/plan: what its files share, under the name of each. */
#ifndef PLAN_PLAN_IMPL_H
#define PLAN_PLAN_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/diag.h"
#include "plan/plan.h"
#include "text/csv.h"

/* --- table.c ------------------------------------------------------------- */

/* A CSV table whose columns are found by name, whatever their order. */
#define PLAN_NCOLUMN_MAX 16

struct plan_table {
	struct input *in;
	const char *what; /* it is, and what prints it, for messages */
	struct csv_reader *csv;
	const char *const *name; /* of the columns, ended by NULL */
	size_t at[PLAN_NCOLUMN_MAX];
	struct csv_row row;
	/* The first two are version and rules, which go there; NULL: not. */
	char **rules;
};

/*
 * Begins reading IN (borrowed), which is to be WHAT: "a plan, as wplan prints
 * it", say.  All columns called NAME must be there.  With RULES the first two
 * are "version" and "rules", which each row is to have alike, and in *RULES, if
 * that is not NULL already; caller frees it.  Release with plan_table_close().
 * Returns 0, or -1.
 */
int plan_table_open(struct plan_table *t, struct input *in, const char *what,
	const char *const *name, char **rules, struct diag *d);

/* The next row: 1, or 0 at the end, or -1. */
int plan_table_next(struct plan_table *t, struct diag *d);
void plan_table_close(struct plan_table *t);

/*
 * P, an array of N with elements of SIZE bytes, with room for one more: doubled
 * at each power of two.  NULL for no memory, with P as it was.
 */
static inline void *plan_grow(void *p, size_t n, size_t size, struct diag *d)
{
	if (n & (n - 1))
		return p;
	p = realloc(p, (n ? 2 * n : 1) * size);
	if (!p)
		diag_nomem(d, n * size);
	return p;
}

/*
 * Cell I of the row.  Numbers are whole, decimal or, with 0x, hexadecimal.
 * They return 0, or -1 with the line and the column in D.
 */
struct csv_cell plan_cell(const struct plan_table *t, size_t i);
bool plan_cell_is(const struct plan_table *t, size_t i, const char *s);
int plan_cell_text(
	const struct plan_table *t, size_t i, char **ret, struct diag *d);
int plan_cell_u64(const struct plan_table *t, size_t i, uint64_t max,
	uint64_t *ret, struct diag *d);
int plan_cell_squares(const struct plan_table *t, size_t i,
	struct plan_squares *ret, struct diag *d);
int plan_cell_dtype(const struct plan_table *t, size_t i,
	enum tensor_dtype *ret, struct diag *d);

/* DIAG_DATA about column I of the row: what it holds, and what was EXPECTED. */
int plan_cell_bad(const struct plan_table *t, size_t i, const char *expected,
	struct diag *d);

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

/* --- score.c ------------------------------------------------------------- */

/*
 * The order in which weights of different tensors are pruned: a score that
 * rises with the magnitude inside of a tensor.  Scores are the bits of a
 * non-negative double, so that they are compared and bisected as integers.
 */
struct plan_scores {
	const struct plan_tensor *t;
	const struct select_format *format;
	enum plan_alloc alloc;
	uint64_t *before; /* per bucket and one more: weights in those below */
	/*
	 * VALUE 2^EXPONENT.  normalized: the root of the sum of squares; lamp:
	 * per bucket the sum of squares from it upwards.
	 */
	struct plan_tail {
		double value;
		int exponent;
	} norm, *tail;
	uint64_t min, max; /* bounds of how many are pruned */
};

_Static_assert(sizeof(struct plan_bucket) + sizeof(uint64_t) +
			       sizeof(struct plan_tail) <=
		       PLAN_ROW_NBYTES,
	"a row's bucket, with what scores have of it");

/* Of T, borrowed until plan_scores_free().  Returns 0, or -1: no memory. */
int plan_scores_init(struct plan_scores *s, const struct plan_tensor *t,
	enum plan_alloc alloc, struct diag *d);
void plan_scores_free(struct plan_scores *s);

/*
 * How many weights have a score below SCORE, or with ORSAME no higher, within
 * the bounds: at least *LO and at most *HI.
 */
void plan_scores_count(const struct plan_scores *s, uint64_t score, bool orsame,
	uint64_t *lo, uint64_t *hi);

/*
 * The keys that may have scores [FIRST, LAST], from the first bucket among them
 * to the last, whether or not a weight has them: what is counted finely stays
 * so in the next histogram.  How many weights are in their buckets goes to
 * *NINSIDE.
 */
struct plan_bracket plan_scores_bracket(const struct plan_scores *s,
	uint64_t first, uint64_t last, uint64_t *ninside);

/* The bounds of T in weights. */
void plan_bounds(const struct plan_want *want, const struct plan_tensor *t,
	uint64_t *min, uint64_t *max);

/* The bucket of T that has its weight number RANK, counted by magnitude. */
struct plan_bracket plan_bucket_of(
	const struct plan_tensor *t, uint64_t rank, uint64_t *ninside);

/* --- share.c ------------------------------------------------------------- */

/* PLAN_UNIFORM, PLAN_ER and PLAN_ERK; and PLAN_ENERGY. */
int plan_share(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d);
int plan_keep_energy(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d);

#endif
