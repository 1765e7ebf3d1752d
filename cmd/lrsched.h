/* SPDX-License-Identifier: MIT */
/*
 * The parts of lrsched: options become a plan (which steps of which
 * schedule), a plan becomes rows, one value, or an explanation.
 */
#ifndef CMD_LRSCHED_H
#define CMD_LRSCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schedule.h"

struct diag;
struct output;

/* As given; NULL where an option was not. */
struct lrsched_opts {
	struct schedule_opts sched;
	const char *start, *every, *rows, *at, *columns, *format, *output;
	bool no_header, explain, list;
	char **word;
	size_t nword;
};

enum lrsched_kind { LRSCHED_STEP, LRSCHED_VALUE, LRSCHED_EPOCH };

struct lrsched_column {
	enum lrsched_kind kind;
	const char *name;
	const struct sched *node; /* of LRSCHED_VALUE */
};

struct lrsched_plan {
	struct schedule sched;
	uint64_t start, every, nrow;
	struct lrsched_column *column; /* what is printed, in order */
	size_t ncolumn;
	char sep;
	bool header;
};

/*
 * Resolves everything that rows depend on.  P is to be released with
 * lrsched_plan_free(), also after failure.  Returns 0, or -1 with DIAG_USAGE.
 */
int lrsched_plan(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d);
void lrsched_plan_free(struct lrsched_plan *p);

/* Writes header and rows.  Returns 0, or -1 with DIAG_IO or DIAG_DATA. */
int lrsched_rows(
	const struct lrsched_plan *p, struct output *out, struct diag *d);

/* Writes the value of the first printed column at the plan's start. */
int lrsched_one(
	const struct lrsched_plan *p, struct output *out, struct diag *d);

/* Writes the resolved segments and advice on the length. */
int lrsched_explain(
	const struct lrsched_plan *p, struct output *out, struct diag *d);

/* Writes the table of shapes whose names contain PATTERN (NULL: all). */
int lrsched_list(const char *pattern, struct output *out, struct diag *d);

#endif
