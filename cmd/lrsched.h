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

#include "plot.h"
#include "schedule.h"

struct buf;
struct diag;
struct output;

/* As given; NULL or what is named below where an option was not. */
struct lrsched_opts {
	struct spec_opts sched;
	const char *start, *every, *at, *columns, *output;
	struct plot_opts plot;
	uint64_t rows;    /* LRSCHED_ALL_ROWS */
	uint64_t accum;   /* 0 */
	uint64_t threads; /* LRSCHED_AUTO_THREADS */
	int format;       /* an enum lrsched_format, or -1 */
	bool quiet, verbose, no_header, f32, explain, list, log, rates;
	char **word;
	size_t nword;
};

extern const struct opt_table lrsched_options;

#define LRSCHED_ALL_ROWS UINT64_MAX
#define LRSCHED_AUTO_THREADS UINT64_MAX
/* Micro-batches; the rows of all steps then still count in 64 bits. */
#define LRSCHED_ACCUM_MAX 1024

enum lrsched_kind {
	LRSCHED_STEP,
	LRSCHED_VALUE,
	LRSCHED_BATCH,
	LRSCHED_SAMPLES,
	LRSCHED_EPOCH,
	LRSCHED_MICRO,
};

enum lrsched_format {
	LRSCHED_CSV,
	LRSCHED_TSV,
	LRSCHED_JSON,
	LRSCHED_NPY,
};

/* csv, tsv, json, npy; ended by NULL. */
extern const char *const lrsched_format_name[];

/* One of the schedules that vs separates. */
struct lrsched_schedule {
	char *name;     /* NAME=, else its words */
	uint64_t nrow;  /* of the plan's rows, those before its own end */
	double horizon; /* it was read for the steps below; NAN: for all */
	struct spec spec;
};

struct lrsched_column {
	enum lrsched_kind kind;
	const char *name; /* of its schedule's: lr, momentum */
	char *title;      /* in the header, where schedules are told apart */
	/* Of LRSCHED_VALUE: the schedule, its column, and that one's node. */
	size_t schedule, index;
	const struct sched *node;
};

/* What is asked for: rows of a table, steps of a list, or those of a table. */
enum lrsched_rows {
	LRSCHED_RANGE,
	LRSCHED_ENDLESS, /* -n inf */
	LRSCHED_LIST,    /* --at A,B,C */
	LRSCHED_ONE,     /* --at STEP: a value alone */
	LRSCHED_TABLE,   /* --at - */
};

struct lrsched_plan {
	struct lrsched_schedule *schedule;
	size_t nschedule;
	size_t failed; /* the one that a mistake is in, until all are read */
	enum lrsched_rows rows;
	uint64_t start, every, nrow; /* of updates; each has ACCUM rows */
	uint64_t *at;                /* of a list: nrow of them */
	uint64_t accum;
	struct lrsched_column *column; /* what is printed, in order */
	size_t ncolumn;
	struct lrsched_column
		*all; /* that they were chosen from; the titles' */
	size_t nall;
	enum lrsched_format format;
	bool header, f32;
	bool auto_threads;
	unsigned nthread; /* 0: one per processor */
};

/*
 * Resolves everything that rows depend on.  P is to be released with
 * lrsched_plan_free(), also after failure.  Returns 0, or -1 with DIAG_USAGE.
 */
int lrsched_plan(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d);
void lrsched_plan_free(struct lrsched_plan *p);

/* The schedule that lrsched_plan() failed in, or the only one. */
const struct spec *lrsched_plan_failed(const struct lrsched_plan *p);

/*
 * Reads the schedules again, so that steps below HORIZON may be asked for;
 * nobody else may be using P.  Returns 0, or -1.
 */
int lrsched_plan_reach(struct lrsched_plan *p, const struct lrsched_opts *o,
	double horizon, struct diag *d);

/* The columns of P's schedules, all and chosen.  Returns 0, or -1. */
int lrsched_columns(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d);

/* Consecutive rows: their values, then their text. */
struct lrsched_block {
	uint64_t first; /* of all rows of the table */
	size_t nrow;
	uint64_t step, micro; /* of the first row */
	size_t nstep;         /* updates, the first and last maybe in part */
	double *value;        /* [k * nstep + i]: column k, update i */
	char *text;           /* room for nrow of lrsched_row_max() */
	size_t len;
};

/* The longest cell, with what stands around it in CSV. */
#define LRSCHED_CELL_MAX 64

/* The longest row, in bytes. */
size_t lrsched_row_max(const struct lrsched_plan *p);

/* Fills B's text from its values; returns the text's length. */
size_t lrsched_format(const struct lrsched_plan *p, struct lrsched_block *b);

/* The cell of column K at STEP, whose value is V; returns its length. */
size_t lrsched_cell(const struct lrsched_plan *p, size_t k, uint64_t step,
	double v, char out[LRSCHED_CELL_MAX]);

/* Appends what stands before the rows, names as PEOPLE may read them. */
void lrsched_header(const struct lrsched_plan *p, struct buf *b, bool people);

/* Appends a name in the header of a table that SEP separates. */
void lrsched_title(struct buf *b, const char *title, char sep, bool people);

/*
 * Writes header and rows; those without end move P along.  Returns 0, or -1
 * with DIAG_IO or DIAG_DATA.
 */
int lrsched_rows(struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d);

/* Copies the table on standard input, with P's columns added. */
int lrsched_join(struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d);

/*
 * Column C, of values, at N steps from STEP on, every p->every.  Returns 0, or
 * -1 with DIAG_DATA: one is not finite.
 */
int lrsched_values(const struct lrsched_plan *p, const struct lrsched_column *c,
	uint64_t step, size_t n, double *v, struct diag *d);

/* Draws all columns.  Returns 0, or -1. */
int lrsched_plot(const struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d);

/* Writes the value of the first printed column at the plan's start. */
int lrsched_one(
	const struct lrsched_plan *p, struct output *out, struct diag *d);

/* Writes the resolved segments, remarks and advice on the length. */
int lrsched_explain(const struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d);

/* One of the words is probe:..., which makes a table of its own. */
bool lrsched_is_probe(const struct lrsched_opts *o);

/*
 * Writes that table, its rates or its explanation.  Returns 0, or -1 with
 * DIAG_USAGE where it is not alone.
 */
int lrsched_probe(
	const struct lrsched_opts *o, struct output *out, struct diag *d);

/* Writes the table of shapes whose names contain PATTERN (NULL: all). */
int lrsched_list(const char *pattern, struct output *out, struct diag *d);

#endif
