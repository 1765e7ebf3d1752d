/* SPDX-License-Identifier: MIT */
/*
 * lrfind's options and results, shared by its parts.
 */
#ifndef CMD_LRFIND_H
#define CMD_LRFIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "curve/curve.h"
#include "log/log.h"
#include "logs.h"
#include "opt.h"
#include "plot.h"
#include "rows.h"
#include "schedule.h"

/* Beside those of enum rows_format, of which ROWS_TABLE is the report. */
enum lrfind_format {
	LRFIND_ARGS = ROWS_NFORMAT,
	LRFIND_ENV,
	LRFIND_VALUE,
	LRFIND_CURVE,
	LRFIND_REPORT, /* only while options are read */
};

/* How many points to leave out: N, or a part of all. */
struct lrfind_skip {
	size_t n;
	double percent;
};

/* What the rates are for; decides how far apart they are. */
enum lrfind_use { USE_CLR, USE_ONECYCLE, USE_CONST };

/* What inputs are taken for. */
enum lrfind_stage { STAGE_AUTO, STAGE_RANGE, STAGE_PROBE };

struct lrfind_options {
	int format;                        /* one of those above; -1: not
					    * given */
	const char *output;                /* NULL: standard output */
	const char *rates;                 /* NULL: the log has them */
	const char *spec;                  /* or a schedule has */
	struct spec_opts sched;            /* what that is relative to */
	const struct curve_method *method; /* NULL: all */
	int for_use;                       /* an enum lrfind_use */
	int stage;                         /* an enum lrfind_stage */
	struct curve_use use;              /* what it and --ratio come to */
	struct log_options log;
	struct curve_losses losses; /* what they are taken for */
	double shift;               /* updates that rates are told late */
	bool follow;                /* the one file still grows */
	const char *stop_file;      /* written once it is over; or NULL */
	bool check;                 /* only what the test is like */
	struct lrfind_skip skip_start, skip_end;
	struct plot_opts plot;
	struct logs_opts logs;
	char *const *file; /* nfile of them, at least one */
	size_t nfile;
};

/* Defaults. */
void lrfind_options_init(struct lrfind_options *o);

extern const struct opt_table lrfind_options;

/* Returns -1 to go on, or the exit status. */
int lrfind_options_parse(struct lrfind_options *o, int argc, char *argv[]);

/* What one method says about one run. */
struct lrfind_result {
	char *run; /* owned */
	const struct curve_method *method;
	struct curve_bounds bounds;
	bool is_probe; /* of a run that the row of probes stands for */
};

/*
 * Reads IN, a test that still runs, until its end or until the loss is lost for
 * good, which *OVER says and the stop file.  RET is to be released as a run of
 * one's own.  Returns 0, or -1.
 */
int lrfind_follow(struct log_run *ret, bool *over,
	const struct lrfind_options *o, struct input *in, struct diag *d);

/* What stands in for the rates of the log. */
struct lrfind_rates {
	struct log_rates *rates; /* NULL: nothing does */
	struct schedule_one sched;
};

/*
 * Reads what O says, if it says anything.  R, all 0 at first, is to be released
 * with lrfind_rates_free(), also after a failure.  Returns 0, or -1.
 */
int lrfind_rates_read(
	struct lrfind_rates *r, const struct lrfind_options *o, struct diag *d);
void lrfind_rates_free(struct lrfind_rates *r);

/*
 * --loss-kind: its values, its TAKE of opt.h for a struct curve_losses, and
 * what averages are called; returns BUF.
 */
extern const char *const lrfind_losses_word[];
int lrfind_take_losses(void *at, const struct opt_given *g, struct diag *d);
const char *lrfind_losses_text(
	char *buf, size_t n, const struct curve_losses *l);

/* Runs at constant rates, of all inputs. */
struct lrfind_probes {
	struct curve_probe *probe;
	size_t n;
};

/* RUN, less what is to be skipped; borrowed. */
struct curve lrfind_curve(
	const struct lrfind_options *o, const struct log_run *run);

/* All runs of LOG hold one rate. */
bool lrfind_is_held(const struct lrfind_options *o, const struct log *log);

/* Says that some runs of LOG hold one rate each, and are not read as probes. */
void lrfind_note_held(const struct lrfind_options *o, const char *file,
	const struct log *log);

/*
 * How many rates C has one after the other, each held for as long as a run may
 * be; 0: it is no such log.
 */
size_t lrfind_held_in_turn(const struct curve *c);

/*
 * Adds the runs of LOG, which lrfind_is_held(), and says what is odd.  P is to
 * be released with lrfind_probes_free().  Returns 0, or -1 with DIAG_NOMEM.
 */
int lrfind_probes_add(struct lrfind_probes *p, const struct lrfind_options *o,
	const char *file, const struct log *log, struct diag *d);

void lrfind_probes_free(struct lrfind_probes *p);

/* What is printed and not yet written: rows, or text in the other formats. */
struct lrfind_page {
	int format;     /* as in the options */
	bool no_result; /* it is of points or findings */
	bool many;      /* of all methods: a report is a table of them */
	unsigned ci;
	char said[128]; /* what the last message told to run; "": none did */
	struct rows rows;
	struct buf text;
};

/* A run as a range test, for --check. */
struct lrfind_test {
	const char *run;
	enum log_unit unit;
	const struct curve_undone *undone;
	const struct curve *c; /* of that, what is read */
	const struct curve_bounds *bounds;
};

/* Begins the rows of --check. */
void lrfind_check_begin(
	struct rows *rows, int format, const struct output *out);

/* Adds a row for each thing that makes a range test of T. */
void lrfind_print_checks(struct lrfind_page *p, const struct lrfind_test *t);

/* Begins the rows of -f curve. */
void lrfind_curve_begin(struct rows *rows, const struct output *out);

/*
 * Adds the points of C, of which none is kept, and their smoothed losses, both
 * times SIGN.  Returns 0, or -1 with DIAG_NOMEM.
 */
int lrfind_print_curve(struct lrfind_page *p, const char *run,
	const struct curve *c, double sign, struct diag *d);

/*
 * Begins a page of what O asks for: results, or the columns of logs.  To be
 * released with lrfind_page_free().
 */
void lrfind_page_begin(struct lrfind_page *p, const struct lrfind_options *o,
	const struct output *out);
void lrfind_page_free(struct lrfind_page *p);

/* It suggests a rate that was not tested, as published methods may. */
bool lrfind_is_untested(const struct curve_bounds *c);

/*
 * Adds one result; args and env have but the answer, and none if not ok.
 * Returns 0, or -1 with DIAG_NOMEM.
 */
int lrfind_print(
	struct lrfind_page *p, const struct lrfind_result *r, struct diag *d);

/*
 * Ends a report with the probes to run after what B says, if there are some
 * that no message has just told.
 * Returns 0, or -1 with DIAG_NOMEM.
 */
int lrfind_print_next(
	struct lrfind_page *p, const struct curve_bounds *b, struct diag *d);

/* Writes what can be written by now.  Returns 0, or -1. */
int lrfind_page_write(
	struct lrfind_page *p, struct output *out, struct diag *d);

/*
 * Writes all that is left: a table, and what stands below it.  Returns 0, or
 * -1.
 */
int lrfind_page_finish(
	struct lrfind_page *p, struct output *out, struct diag *d);

/*
 * Remarks on RUN of FILE, a range test: what its points are not, and what of
 * them is not read; what was made of its losses, if they are not as they were
 * logged; what published methods suggest in the N results R although their own
 * code might have known better, as a rate that was not tested, or a place in a
 * gap or beside nan; and whether C is a log of probes that does not say where
 * the next one begins.
 */
void lrfind_note_points(const char *file, const struct log_run *run,
	const struct curve_bounds *b);
void lrfind_note_losses(const char *file, const struct log_run *run,
	const struct lrfind_options *o, const struct curve_undone *u);
void lrfind_note_doubtful(const char *file, const struct log_run *run,
	const struct lrfind_result *r, size_t n);
void lrfind_note_in_turn(
	const char *file, const struct log_run *run, const struct curve *c);

/* The runs that a picture shows, and which of the results are theirs. */
struct lrfind_picture {
	struct lrfind_picture_run *run;
	size_t n;
	const struct curve_probe *probe; /* borrowed; nprobe of them */
	size_t nprobe;
};

/*
 * Adds the run of C, of which nothing is kept, whose results are the NRESULT
 * from FIRST on.  P is to be released with lrfind_picture_free(), also after a
 * failure.  Returns 0, or -1.
 */
int lrfind_picture_add(struct lrfind_picture *p, const struct curve *c,
	size_t first, size_t nresult, struct diag *d);

/*
 * Draws the runs with RESULT, all that there are; where several runs, or
 * probes, have an answer in common, ALL is that, else NULL.  Returns 0, or -1.
 */
int lrfind_picture_draw(struct lrfind_picture *p,
	const struct lrfind_options *o, const struct lrfind_result *result,
	const struct lrfind_result *all, struct output *out, struct diag *d);

void lrfind_picture_free(struct lrfind_picture *p);

/*
 * Why the answer is no, and what to do next.  R are the results of the N
 * methods on one run, or that of probes: what all of them say is said once.
 * P is the page that they are on, which then does not end with the same.
 */
void lrfind_explain(
	struct lrfind_page *p, const struct lrfind_result *r, size_t n);

#endif
