/* SPDX-License-Identifier: MIT */
/* What the parts of wstat share: its checks, and its tables. */
#ifndef CMD_WSTAT_H
#define CMD_WSTAT_H

#include <stdbool.h>

#include "check/check.h"
#include "choice/choice.h"
#include "opt.h"
#include "plan/plan.h"
#include "rows.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

extern const struct opt_table wstat_options;

struct diag;
struct format_hint;
struct output;

/* --- --check -------------------------------------------------------------- */

struct wstat_check {
	struct check is;
	bool asked; /* of any file */
};

struct wstat_checks {
	struct wstat_check *p;
	size_t n;
	bool each; /* --per-tensor */
};

/* A TAKE of opt.h, of a struct wstat_checks: one more. */
int wstat_check_take(void *at, const struct opt_given *g, struct diag *d);

/*
 * Fails if a file that CHECKS name is where OUT is written.  Returns 0, or -1.
 */
int wstat_check_stays(
	const struct wstat_checks *checks, const char *out, struct diag *d);

/* True if any of CHECKS is answered from statistics. */
bool wstat_check_wants_stat(const struct wstat_checks *checks);

/* An open model and what its tensors are read and chosen by. */
struct wstat_subject {
	const struct tensor_model *m;
	const struct format_hint *hint;
	const char *output; /* by its name; NULL: standard output */
	const struct choice *choice;
	const struct stat_summary *stat; /* per tensor, if wanted */
	unsigned nthread;
	int progress;
	bool alone;        /* there is no other: nothing to check is trouble */
	struct rows *rows; /* NULL: messages are all */
};

#define WSTAT_CHECK_NCOLUMN 8
extern const struct rows_column wstat_check_column[WSTAT_CHECK_NCOLUMN];

/*
 * Whether all CHECKS hold for S.  Says of each that does not where; adds a row
 * for each that does and for each tensor where one does not.  Returns CLI_DONE,
 * CLI_NO, or -1 for trouble.
 */
int wstat_check_file(struct wstat_checks *checks, const struct wstat_subject *s,
	struct diag *d);

/*
 * After all files: the first of CHECKS that no file had a tensor for, with D
 * filled; or NULL.
 */
const struct wstat_check *wstat_check_unasked(
	const struct wstat_checks *checks, struct diag *d);

/* --- other tables --------------------------------------------------------- */

/* What is told of each tensor, or of several. */
#define WSTAT_COLUMNS                                  \
	{"zeros", ROWS_COUNT, ROWS_SHOWN},             \
		{"negzeros", ROWS_COUNT, ROWS_IF_ANY}, \
		{"nan", ROWS_COUNT, ROWS_IF_ANY},      \
		{"inf", ROWS_COUNT, ROWS_IF_ANY},      \
		{"min", ROWS_NUMBER, ROWS_SHOWN},      \
		{"max", ROWS_NUMBER, ROWS_SHOWN},      \
		{"l1", ROWS_NUMBER, ROWS_UNSHOWN},     \
		{"l2", ROWS_NUMBER, ROWS_UNSHOWN},     \
		{"sparsity", ROWS_PART, ROWS_SHOWN},   \
		{"decay", ROWS_WHOLE, ROWS_UNSHOWN},   \
	{                                              \
		"decision", ROWS_TEXT, ROWS_SHOWN      \
	}
#define WSTAT_NCOLUMN 11

/*
 * The cells from zeros to sparsity of what ST tells; NULL: nothing is known.
 * N: elements, all of which it tells of, or 0 for no sparsity.
 */
void wstat_add_cells(struct rows *r, const struct stat_summary *st, uint64_t n);

/* The columns of --total and --fold, of a number of tensors. */
#define WSTAT_SUM_NCOLUMN (5 + 1 + WSTAT_NCOLUMN)
extern const struct rows_column wstat_sum_column[WSTAT_SUM_NCOLUMN];

/* Adds one row of all tensors; one of each group.  Return 0, or -1. */
int wstat_total(
	struct rows *rows, const struct wstat_subject *w, struct diag *d);
int wstat_fold(
	struct rows *rows, const struct wstat_subject *w, struct diag *d);

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

#endif
