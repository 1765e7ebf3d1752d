/* SPDX-License-Identifier: MIT */
/*
 * Training logs of any framework as records of step, rate and loss.  Logs are
 * written by programs that crash, resume and add columns, so reading them is
 * tolerant where a table is not: cells may be missing, rows too short, the
 * header may come again, a step may be told in several rows.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_row;
struct diag;
struct input;

/* What the steps of a run count. */
enum log_unit {
	LOG_STEPS,       /* what a column of steps does: updates, one hopes */
	LOG_ROWS,        /* rows from 0, for want of such a column */
	LOG_EPOCHS,      /* whole epochs: each has one row */
	LOG_EPOCH_PARTS, /* epochs and parts of them; rows, see log_options */
};

/*
 * The updates of one run by step, as columns.  All three are known; loss may be
 * nan or inf as logged.
 */
struct log_run {
	char *name; /* value of the run column; NULL without one */
	double *step, *lr;
	double *loss; /* NULL where only rates are read */
	size_t n;
	enum log_unit unit;
	size_t epoch_rows; /* LOG_ROWS: the most rows of an epoch; 0: unknown */
	/* What was odd. */
	size_t nrestart; /* times it began again, its earlier steps dropped */
	size_t nmean;    /* steps with several losses, which are averaged */
	size_t nvalid;   /* rows of validation, which are left out */
	size_t ncounter; /* times that its steps began again with an epoch */
	bool sorted;     /* the rows were not in the order of steps */
};

struct log {
	struct log_run *run; /* in the order of their first rows */
	size_t nrun;
	bool cut;   /* the last line has no end: it was left out */
	size_t nlr; /* columns that may be the rate: the first was taken */
};

/* Rates by step, for logs that lack them. */
struct log_rates;

struct log_options {
	char sep;         /* 0: found in the header */
	const char *lr;   /* names of columns; NULL: guessed */
	const char *loss; /* or several joined by +, to be added */
	const char *step;
	const char *run; /* NULL: the file is one run */
	bool metric;     /* the loss is guessed among accuracies instead */
	/*
	 * The rates are all that is asked for: no loss is needed or read, of
	 * several rates the first is, and a rate that rises where the step
	 * falls is a run that resumed, not a counter that began again.
	 * Messages then name --lr-column and so on.
	 */
	bool rates_only;
	bool epoch_parts;   /* kept as they are, where rows would be counted */
	double epoch_steps; /* of an epoch; 0: unknown */
	const struct log_rates *rates; /* NULL: the log has the rate */
};

/*
 * Reads IN, a table with a header.  *RET is to be released with log_free(),
 * also after a failure.  Returns 0, or -1 with the line as its place.
 */
int log_read(struct log *ret, struct input *in, const struct log_options *opt,
	struct diag *d);

void log_free(struct log *log);

/* A column and what it is taken for: "lr", "loss", "step", "epoch", "run",
 * "phase", or "". */
struct log_column {
	char *name;
	const char *role;
};

struct log_columns {
	struct log_column *column;
	size_t n;
};

/*
 * Reads the header of IN only.  Two candidates for a role are no failure: both
 * get it.  *RET is to be released with log_columns_free().
 */
int log_columns_read(struct log_columns *ret, struct input *in,
	const struct log_options *opt, struct diag *d);

void log_columns_free(struct log_columns *c);

/*
 * The column of HEADER that counts steps, or EPOCHS, by its name: the best of
 * the names that frameworks use.  SIZE_MAX: none does.
 */
size_t log_step_column(const struct csv_row *header, bool epochs);

/*
 * Reads a table with the columns step, or else epoch, and lr, as lrsched writes
 * it.  *RET is to be released with log_rates_free().
 */
int log_rates_read(struct log_rates **ret, struct input *in, struct diag *d);

void log_rates_free(struct log_rates *r);

/* Its steps are epochs. */
bool log_rates_by_epoch(const struct log_rates *r);

/* The rate at STEP, NaN if the table has no such row. */
double log_rates_at(const struct log_rates *r, double step);

#endif
