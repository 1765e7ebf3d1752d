/* SPDX-License-Identifier: MIT */
/*
 * lrcheck's options, and the rows that it prints.
 */
#ifndef CMD_LRCHECK_H
#define CMD_LRCHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "log/log.h"
#include "match/match.h"
#include "schedule.h"

struct lrcheck_options {
	const char *spec; /* NULL: identify */
	struct spec_opts sched;
	double tol;    /* relative */
	double origin; /* the step that the log calls the schedule's first */
	struct log_options log;
	const char *output; /* NULL: standard output */
	bool quiet;
	bool people;       /* what is printed goes to a terminal */
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

/* Appends the header of the rows that -s gives, or that its absence does. */
int lrcheck_print_header(struct buf *b, const struct lrcheck_options *o);

/*
 * Appends what is known of S against the schedule of -s, whose step 0 the log
 * calls ORIGIN.
 */
int lrcheck_print_verdict(struct buf *b, const struct lrcheck_options *o,
	double origin, const struct lrcheck_place *at,
	const struct match_series *s, const struct match_verdict *v);

/* Appends the schedule that explains a run, or that there is none. */
int lrcheck_print_found(struct buf *b, const struct lrcheck_options *o,
	const struct lrcheck_place *at, const struct match_found *found);

/* Appends a row of FILE, or a RUN in it, that could not be read. */
int lrcheck_print_bad_data(struct buf *b, const struct lrcheck_options *o,
	const char *file, const char *run);

#endif
