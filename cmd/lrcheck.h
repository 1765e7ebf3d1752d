/* SPDX-License-Identifier: MIT */
/*
 * lrcheck's options, and the rows that it prints.
 */
#ifndef CMD_LRCHECK_H
#define CMD_LRCHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "log/log.h"
#include "match/match.h"
#include "rows.h"
#include "schedule.h"

struct lrcheck_options {
	const char *spec; /* NULL: identify */
	struct spec_opts sched;
	double tol;    /* relative */
	double origin; /* the step that the log calls the schedule's first */
	struct log_options log;
	const char *output; /* NULL: standard output */
	int format;         /* an enum rows_format; -1: not given */
	bool quiet;
	char *const *file; /* nfile of them, at least one */
	size_t nfile;
};

/* Defaults. */
void lrcheck_options_init(struct lrcheck_options *o);

extern const struct opt_table lrcheck_options;

/* Returns -1 to go on, or the exit status. */
int lrcheck_options_parse(struct lrcheck_options *o, int argc, char *argv[]);

/* Where a row comes from. */
struct lrcheck_place {
	const char *file, *run; /* run NULL: the file is one */
	size_t nstep;
};

/* What the steps of a log are in those of a schedule. */
struct lrcheck_unit {
	double nstep;  /* steps of one that the log counts */
	double origin; /* the step that is the schedule's first */
};

/*
 * Makes the steps of RUN those of the schedule S, with a remark where that is a
 * guess.  Returns 0, or -1 with DIAG_DATA: they are not known.
 */
int lrcheck_unit(struct lrcheck_unit *ret, const struct lrcheck_options *o,
	const struct spec *s, const char *file, const struct log_run *run,
	struct diag *d);

/*
 * Appends to RET how SPEC would have to be written, in one place, to explain
 * SERIES: "T_max=20", and a NUL that its len does not count; nothing if there
 * is no such place.  Returns 0, or -1 with DIAG_NOMEM.
 */
int lrcheck_change(struct buf *ret, const struct spec *given,
	const struct lrcheck_options *o, const struct match_series *series,
	const struct match_how *how, struct diag *d);

/* Begins the rows that -s gives, or that its absence does. */
void lrcheck_rows_begin(struct rows *r, const struct lrcheck_options *o,
	const struct output *out);

/*
 * Adds what is known of S against the schedule of -s, whose step 0 the log
 * calls ORIGIN.  CHANGE is the cause, if V has none; it may be NULL.  Returns
 * 0, or -1 with DIAG_NOMEM, as those below.
 */
int lrcheck_add_verdict(struct rows *r, double origin,
	const struct lrcheck_place *at, const struct match_series *s,
	const struct match_verdict *v, const char *change, struct diag *d);

/* Adds the schedule that explains a run, or that there is none. */
int lrcheck_add_found(struct rows *r, const struct lrcheck_place *at,
	const struct match_found *found, struct diag *d);

/* Adds a row of FILE, or a RUN in it, that could not be read. */
int lrcheck_add_bad_data(
	struct rows *r, const char *file, const char *run, struct diag *d);

#endif
