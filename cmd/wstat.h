/* SPDX-License-Identifier: MIT */
/* What the parts of wstat share: its checks, and its histograms. */
#ifndef CMD_WSTAT_H
#define CMD_WSTAT_H

#include <stdbool.h>

#include "base/num.h"
#include "opt.h"
#include "plan/plan.h"
#include "prune/prune.h"
#include "rows.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

extern const struct opt_table wstat_options;

struct diag;

/* Beside enum cli_status: a file without a tensor to check. */
#define WSTAT_UNCHECKED 3

struct wstat_check {
	const char *expr; /* as it was written, borrowed; NULL: no check */
	const char *mask; /* of mask=M; NULL: a sparsity is asked for */
	struct prune_target target;
	bool each; /* --per-tensor */
};

/* An open model and what its tensors are read and chosen by. */
struct wstat_subject {
	const struct tensor_model *m;
	const struct tensor_hint *hint;
	const struct prune_rules *rules;
};

/* The columns of --hist. */
#define WSTAT_HIST_NCOLUMN 13
extern const struct rows_column wstat_hist_column[WSTAT_HIST_NCOLUMN];

/*
 * Writes the histograms of M, counted as HOW has it, to ROWS and so far as
 * possible to OUT; inside of the brackets of PLAN, if not NULL, finer.  Returns
 * 0, or -1.
 */
int wstat_hist(const struct tensor_model *m, const struct plan_file *plan,
	struct plan_count *how, struct rows *rows, struct output *out,
	struct diag *d);

/* The columns of --hash. */
#define WSTAT_HASH_NCOLUMN 6
extern const struct rows_column wstat_hash_column[WSTAT_HASH_NCOLUMN];

/* Adds a row with the hash of each tensor of M.  Returns 0, or -1. */
int wstat_hash(const struct tensor_model *m, struct rows *rows, struct diag *d);

/* A TAKE of opt.h, of a struct wstat_check. */
int wstat_check_take(void *at, const struct opt_given *g, struct diag *d);

/*
 * Whether C holds for S, of which STAT has a member per tensor (not used for a
 * mask).  Says of each violation where it is.  Returns CLI_DONE, CLI_NO,
 * WSTAT_UNCHECKED with D filled for a shard without a tensor that C speaks of,
 * or -1 for trouble.
 */
int wstat_check_file(const struct wstat_check *c, const struct wstat_subject *s,
	const struct stat_summary *stat, struct diag *d);

#endif
