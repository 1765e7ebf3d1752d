/* SPDX-License-Identifier: MIT */
/*
 * lrcheck's options, and the rows that it prints.
 */
#ifndef CMD_LRCHECK_H
#define CMD_LRCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fit/fit.h"
#include "log/log.h"
#include "logs.h"
#include "match/match.h"
#include "plot.h"
#include "rows.h"
#include "schedule.h"

/* Beside those of enum rows_format: each logged rate beside the expected. */
#define LRCHECK_ROWS ROWS_NFORMAT

struct lrcheck_options {
	const char *spec; /* NULL: identify */
	struct spec_opts sched;
	double tol;    /* relative */
	double origin; /* the step that the log calls the schedule's first */
	struct log_options log;
	const char *output; /* NULL: standard output */
	int format;         /* an enum rows_format, or LRCHECK_ROWS; -1: not
			     * given */
	struct plot_opts plot;
	bool join; /* the files are one log */
	struct logs_opts logs;
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
	const char *name; /* of the run, among all */
	struct match_print print;
};

/* A run and the schedule that it is shown beside. */
struct lrcheck_course {
	const char *name;
	const struct match_series *s;
	double origin;            /* what the log calls its step 0 */
	const struct sched *node; /* NULL: none is known */
	double first_diff;        /* the first step that differs, or NAN */
};

/* The schedule's value at STEP of it. */
double lrcheck_expected(const struct sched *node, double step);

/*
 * Adds the runs of NEXT, a later part of the same log, to those of ALL by their
 * names; NEXT is then empty.  Steps that both have are NEXT's, also where it
 * has gaps; rows that have no steps go on counting.  Returns 0, or -1 with
 * DIAG_DATA: the steps of both count different things.
 */
int lrcheck_join(struct log *all, struct log *next, struct diag *d);

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

/* Steps FIRST to LAST are such as a schedule has. */
bool lrcheck_are_steps(double first, double last);

/* What FORMS, those of a log's rates, say of how it was printed. */
void lrcheck_print(struct match_print *ret, uint64_t forms);

/*
 * Remarks on what the digits of S leave open in V.  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int lrcheck_note_digits(const struct lrcheck_place *at,
	const struct match_series *s, double origin,
	const struct match_verdict *v, struct diag *d);

/* Begins the rows that -s gives, or that its absence does. */
void lrcheck_rows_begin(struct rows *r, const struct lrcheck_options *o,
	const struct output *out);

/*
 * Adds what is known of S against the schedule of -s, whose step 0 the log
 * calls ORIGIN.  CHANGE is the cause, if V has none; it may be NULL.
 */
void lrcheck_add_verdict(struct rows *r, double origin,
	const struct lrcheck_place *at, const struct match_series *s,
	const struct match_verdict *v, const char *change);

/* Adds the schedule that explains a run, or that there is none. */
void lrcheck_add_found(struct rows *r, const struct lrcheck_place *at,
	const struct fit_found *found);

/* Adds and writes the rows of -f rows.  Returns 0, or -1. */
int lrcheck_add_course(struct rows *r, const struct lrcheck_course *c,
	struct output *out, struct diag *d);

/* Adds a row of FILE, or a RUN in it, that could not be read. */
void lrcheck_add_bad_data(struct rows *r, const char *file, const char *run);

/* The runs of a picture. */
struct lrcheck_picture {
	struct lrcheck_picture_run *run;
	size_t n;
};

/*
 * Adds C, of which nothing but the name is kept: copied.  P is to be released
 * with lrcheck_picture_free(), also after a failure.  Returns 0, or -1.
 */
int lrcheck_picture_add(struct lrcheck_picture *p,
	const struct lrcheck_course *c, struct diag *d);

/* Draws them over steps, or over epochs of so many.  Returns 0, or -1. */
int lrcheck_picture_draw(const struct lrcheck_picture *p,
	const struct plot_opts *o, double epoch_steps, struct output *out,
	struct diag *d);

void lrcheck_picture_free(struct lrcheck_picture *p);

#endif
