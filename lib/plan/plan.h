/* SPDX-License-Identifier: MIT */
/*
 * How much to prune of each tensor, from histograms alone: they are counted
 * shard by shard, on any number of hosts, and one plan is made of all.
 *
 * A magnitude is an integer, so a histogram of them is exact for narrow dtypes
 * and a bracket for wide ones, which a second histogram inside of it resolves.
 *
 * What reads or decides fails with DIAG_DATA, DIAG_IO or DIAG_NOMEM and the
 * place in the file.  Any thread, but for what another one changes.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "base/u128.h"
#include "choice/choice.h"
#include "tensor/tensor.h"

struct diag;
struct input;
struct progress;

/* The format of both tables, in their first column. */
#define PLAN_VERSION 1

/* --- histograms ---------------------------------------------------------- */

/* A sum of squares of significands: exact, as sums of integers are. */
struct plan_squares {
	u128 low;
	uint64_t high;
};

/* Weights with keys [first, first + 2^shift). */
struct plan_bucket {
	uint64_t first;
	uint64_t count;
	unsigned shift;
	/*
	 * Of their values, in squared units of the last place of the bucket's
	 * exponent; not used where shift is 0.
	 */
	struct plan_squares squares;
};

/* A tensor, and how many of its weights are how large. */
struct plan_tensor {
	char *file, *name;
	enum tensor_dtype dtype;
	uint64_t *shape;
	unsigned ndim;
	uint64_t n, nan; /* elements, and those that are NaN: in no bucket */
	enum choice_decision decision; /* whether it is pruned */
	struct plan_bucket *bucket;    /* by first; none is empty */
	size_t nbucket;
};

/* Keys [lo, hi) of a tensor in which its threshold lies; hi 0: not known. */
struct plan_bracket {
	uint64_t lo, hi;
};

struct plan_count {
	const struct choice *choice;
	unsigned nthread;          /* 0: all processors */
	struct progress *progress; /* of bytes; NULL: nobody watches */
	/* The bracket of the tensor called NAME, to be counted finer; NULL. */
	struct plan_bracket (*bracket)(void *ctx, const char *name);
	/* Takes a tensor, valid until it returns.  Returns 0, or -1. */
	int (*emit)(void *ctx, const struct plan_tensor *t, struct diag *d);
	void *ctx;
};

/*
 * Counts the magnitudes of the tensors of M, which are emitted in the order of
 * their bytes; those that are not pruned have no buckets.  Returns 0, or -1.
 */
int plan_count(const struct tensor_model *m, const struct plan_count *how,
	struct diag *d);

/* Histograms of any number of files. */
struct plan_hist {
	char *rules;                /* under which decisions were taken */
	struct plan_tensor *tensor; /* by name, after plan_hist_sort() */
	size_t ntensor;
	uint64_t nrow;       /* buckets, of all */
	uint64_t mem_nbytes; /* they may take so much; 0: no bound */
};

/* Memory that a row takes at most, with what plan_make() makes of it. */
#define PLAN_ROW_NBYTES 88

/*
 * What R's patterns are, in few letters: only histograms of the same may be
 * merged.  RET has room for PLAN_RULES_MAX.
 */
#define PLAN_RULES_MAX 16
void plan_choice_name(const struct choice *r, char *ret);

/*
 * Adds the histograms of IN, a CSV table with the columns version, rules,
 * file, tensor, dtype, shape, n, decision, nan, shift, key, count and squares,
 * a row a bucket.  Release H, zero at first but for mem_nbytes, with
 * plan_hist_free(), also after a failure.  Returns 0, or -1, also for more rows
 * than fit.
 */
int plan_hist_read(struct plan_hist *h, struct input *in, struct diag *d);

/* Sorts by name.  Returns 0, or -1: a tensor is there twice. */
int plan_hist_sort(struct plan_hist *h, struct diag *d);

/* Counts the NaN of H as zeros, which they become.  Returns 0, or -1. */
int plan_hist_zero_nan(struct plan_hist *h, struct diag *d);
void plan_hist_free(struct plan_hist *h);

/* --- plans --------------------------------------------------------------- */

enum plan_alloc {
	PLAN_UNIFORM,    /* of each tensor the same part */
	PLAN_RAW,        /* the smallest |w| of all */
	PLAN_NORMALIZED, /* ... of |w| / (root of its tensor's sum of
			  * squares) */
	PLAN_LAMP,       /* ... of the LAMP score: Lee and others, ICLR 2021 */
	PLAN_ER,  /* density ~ (in + out) / (in out): Mocanu and others, 2018 */
	PLAN_ERK, /* ... of all dimensions: Evci and others, ICML 2020 */
	PLAN_ENERGY, /* of each tensor so many that a part of the sum of
		      * squares is kept */
	PLAN_NALLOC,
};

/* As options and tables have them. */
extern const char *const plan_alloc_name[PLAN_NALLOC + 1];

struct plan_want {
	enum plan_alloc alloc;
	struct choice_target target; /* of all, or of each for PLAN_UNIFORM */
	struct num_ratio energy;     /* PLAN_ENERGY: the part that is kept */
	enum select_nan nan;
	/* Bounds by tensor, NULL: none. */
	struct choice_bounds (*bounds)(void *ctx, const char *name);
	void *ctx;
};

/* What is decided about one tensor; all zero but exact if it is not pruned. */
struct plan_row {
	uint64_t k; /* so many of its smallest weights are pruned */
	bool exact; /* k is known; else count again inside of bracket */
	struct plan_bracket bracket; /* where the threshold lies, if known */
	uint64_t ninside;            /* weights in the bracket */
};

struct plan {
	struct plan_row *row; /* per tensor of the histogram */
	bool exact;           /* all rows are */
	uint64_t n;           /* weights of all tensors that are pruned */
	uint64_t k; /* of these pruned; not exact: asked for, or known so far */
};

/*
 * Decides about every tensor of H, which is sorted.  Release P with
 * plan_free(), also after a failure.  NaN is larger than all, if WANT keeps it.
 * Returns 0, or -1: bounds that no plan can keep, a NaN, or NaN of several
 * tensors of which some would be pruned by their bits, which a histogram does
 * not have.
 */
int plan_make(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d);
void plan_free(struct plan *p);

/* The part of H's sum of squares that P keeps, roughly where not exact. */
double plan_energy_kept(const struct plan *p, const struct plan_hist *h);

/*
 * An estimate of T's bytes in a .spzip file, of its weights K pruned; a file
 * has PLAN_PACKED_FILE more.
 */
#define PLAN_PACKED_FILE 190.0
double plan_packed(const struct plan_tensor *t, uint64_t k);

/* --- plans in files ------------------------------------------------------ */

/* What a plan says of a tensor: as a struct plan_row has it, if PRUNE. */
struct plan_entry {
	char *name;
	enum tensor_dtype dtype;
	uint64_t n, k;
	bool prune, exact;
	struct plan_bracket bracket;
};

struct plan_file {
	char *rules;              /* as in plan_hist; NULL: it has no rows */
	struct plan_entry *entry; /* by name */
	size_t nentry;
};

/*
 * Reads the plan PATH, a CSV table with the columns version, rules, tensor,
 * dtype, n, decision, k, exact, lo and hi at least; NULL: P has no rows.
 * Release P with plan_file_free().  Returns 0, or -1 with nothing to be
 * released.
 */
int plan_file_read(struct plan_file *p, const char *path, struct diag *d);

/* The entry called NAME, borrowed; NULL: there is none. */
const struct plan_entry *plan_file_find(
	const struct plan_file *p, const char *name);
void plan_file_free(struct plan_file *p);

#endif
