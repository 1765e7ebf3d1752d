/* SPDX-License-Identifier: MIT */
/*
 * Training logs of any framework as records.  Logs are written by programs
 * that crash, resume and add columns, so reading them is tolerant where a table
 * is not: cells may be missing, rows too short, the header may come again, a
 * step may be told in several lines.
 *
 * A source tells pairs of names and values, line by line; there are three ways
 * to read one: log_read() for step, rate and loss, log_table_read() for all
 * that it tells, log_stream_open() for what comes while training runs.  Each is
 * one thread's at a time, with its source; rates may be read by any.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line/line.h"
#include "role/role.h"
#include "source/source.h"

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
	bool is_seen; /* by a viewer: its columns are NULL */
	enum log_unit unit;
	size_t epoch_rows; /* LOG_ROWS: the most rows of an epoch; 0: unknown */
	double epoch_steps; /* of an epoch, as the log tells; 0: it does not */
	/* What was odd. */
	size_t nrestart; /* times it began again, its earlier steps dropped */
	/*
	 * Of tables: the first of so many runs that it began again as, 0: one
	 * behind that; and which of several it is, from 1.
	 */
	size_t napart, part;
	size_t nmean;    /* steps with several losses, which are averaged */
	size_t nvalid;   /* rows of validation, which are left out */
	size_t ncounter; /* times that its steps began again with an epoch */
	size_t nrank;    /* lines of other processes, which are left out */
	size_t nother;   /* losses of a step that stand in no usual line: out */
	size_t nmerged;  /* so many records are one; 0 or 1: none are */
	size_t nheld;    /* losses without a rate, which have the last one's */
	size_t nstray;   /* lines of a table that are of no known step: out */
	size_t nbefore;  /* the same before all steps, if more than rows */
	size_t nagain;   /* steps of a run that resumed: the later rows stay */
	size_t nrate;    /* rates beside another of the same step: out */
	size_t nbare;    /* losses without a rate, where others have one: out */
	size_t nbar;     /* records whose loss a progress bar told */
	size_t ntwice;   /* lines that stand once more, as each does: out */
	size_t nbehind;  /* rows of evaluation behind the last epoch: out */
	size_t nstepless; /* rows without a step, where others have one: out */
	size_t nunfinished; /* 1: the bar of the last epoch is not full: out */
	size_t ninferred; /* 1: the step of the first row, by those after it */
	bool sorted;      /* the rows were not in the order of steps */
};

/* Values of one name and step that are not one value. */
struct log_several {
	uint64_t n;       /* times; each is one value in the end */
	const char *name; /* of the first */
};

struct log {
	struct log_run *run; /* in the order of their first rows */
	size_t nrun;
	struct line_odd odd;
	uint64_t lr_forms; /* how its rates are spelled: PAIR_FORM_ bits */
	size_t nlr;   /* columns that may be the rate: the first was taken */
	size_t nloss; /* the same of losses */
	bool summed;  /* the loss is the sum of several, which was not asked */
	bool step_trails; /* a step is of the lines before it, by their order */
	/* Of tables: told in lines that are alike, or that are not. */
	struct log_several averaged, chosen;
	uint64_t nnameless; /* the same: lines of several numbers alone */
	char *lr_name, *loss_name, *step_name; /* as taken; NULL: none was */
};

/*
 * Who may need no more of a log than to see its records pass by, in memory of
 * no size: where it is one run of steps as they are told, each above the one
 * before, that all have a finite rate.
 */
struct log_viewer {
	/*
	 * They are of the steps from FIRST to LAST, and PEAK is the largest
	 * |rate|.  Returns whether they are to be seen.
	 */
	bool (*begin)(void *ctx, double first, double last, double peak);
	/* Returns whether to go on; if not, the run is read as others are. */
	bool (*see)(void *ctx, double step, double rate);
	void *ctx;
};

/* Rates by step, for logs that lack them. */
struct log_rates;

struct log_options {
	const char *tmpdir; /* for what has no place in memory; NULL: /tmp */
	struct source_options source; /* how it is read */
	struct role_options role;     /* and what it tells */
	bool epoch_parts;   /* kept as they are, where rows would be counted */
	double epoch_steps; /* of an epoch; 0: unknown */
	/* Of tables: what begins again is a run of its own. */
	bool runs_apart;
	/* NULL: the log has the rate; or else role.no_lr is to be set. */
	const struct log_rates *rates;
	/*
	 * About so many records are enough: of more, some that follow each
	 * other are one, their mean.  0: all are wanted.
	 */
	size_t enough;
	const struct log_viewer *viewer; /* where only rates are read; NULL */
};

void log_free(struct log *log);

/* --- step, rate and loss ------------------------------------------------- */

/*
 * Reads S from where it stands to its end.  *RET is to be released with
 * log_free(), also after a failure.  Returns 0, or -1 with the line as its
 * place.
 */
int log_read(struct log *ret, struct source *s, const struct log_options *opt,
	struct diag *d);

/* --- all that a log tells ------------------------------------------------ */

/* A name and what was told under it; of the numbers that are finite. */
struct log_scalar {
	const char *name;
	const char *role; /* "lr", "loss", "step", "epoch", "run", "phase", "";
			   * in tables also "val_loss" */
	uint64_t n;       /* times; 0: never a number */
	double min, max, last; /* NaN: none was finite */
	bool whole;            /* all were */
	bool of_valid;         /* of tables: it is called as of validation */
};

struct log_value {
	size_t scalar;
	double value;
};

/* What is told of one step of one run. */
struct log_record {
	size_t run;  /* not told of streams */
	double step; /* NaN: unknown; rows are counted where there is none */
	const struct log_value *value; /* scalars rise */
	size_t n;
	/* Of a table: another before it with this tells the same; 0: unknown.
	 */
	uint64_t list;
	uint64_t lineno; /* of its line; 0 in tables */
	bool is_valid;   /* of validation; only streams say so */
	bool is_row;     /* of a table, likewise */
	/* Of a table: it began last, and more may belong to it; a bar will. */
	bool is_last, is_bar;
};

struct log_table;

/*
 * Reads S to its end.  What is told in lines of validation has names with val_
 * before them, if they do not say so themselves.  Memory is that of names and,
 * unless the lines of the log are records in the order of steps, 41 bytes a
 * record and up to as many again while they come and are sorted; values wait in
 * an unlinked file once they are many.  OPT is borrowed until the table is
 * freed.
 * *RET is to be released with log_table_free().  Returns 0, or -1.
 */
int log_table_read(struct log_table **ret, struct source *s,
	const struct log_options *opt, struct diag *d);

/* In the order in which they were met; valid until T is freed. */
const struct log_scalar *log_table_scalars(
	const struct log_table *t, size_t *n_ret);

/* Its runs, with names, n and what was odd; their columns mean nothing. */
const struct log *log_table_log(const struct log_table *t);

/*
 * The next record: run after run, steps rise.  What RET points to is valid
 * until the next call.  Returns 1, 0 at the end, or -1.
 */
int log_table_next(struct log_table *t, struct log_record *ret, struct diag *d);

/* Begins again with the first record. */
void log_table_rewind(struct log_table *t);

void log_table_free(struct log_table *t);

/* --- a log that grows ---------------------------------------------------- */

/*
 * Lines as they come, each at once: nothing is put in order, averaged or left
 * out, and roles are what names tell.  A named step holds for the lines that
 * follow.
 */
struct log_stream;

/* Reads S (borrowed).  *RET is to be released with log_stream_close(). */
int log_stream_open(struct log_stream **ret, struct source *s,
	const struct log_options *opt, struct diag *d);

/*
 * Waits for the next line that tells a number.  What RET points to is valid
 * until the next call.  Returns 1, 0 at the end, or -1.
 */
int log_stream_next(
	struct log_stream *s, struct log_record *ret, struct diag *d);

/* How many scalars were met so far: those of later lines have new numbers. */
size_t log_stream_nscalar(const struct log_stream *s);

/* Valid until the next line. */
const struct log_scalar *log_stream_scalar(
	const struct log_stream *s, size_t scalar);

/*
 * Fails with DIAG_DATA if a name of the options has not come so far, as the end
 * of the log does.
 */
int log_stream_check(const struct log_stream *s, struct diag *d);

/* What did not fit so far. */
void log_stream_odd(const struct log_stream *s, struct line_odd *ret);

void log_stream_close(struct log_stream *s);

/* --- columns ------------------------------------------------------------- */

/*
 * A column and what it is taken for: "lr", "loss", "step", "epoch", "run",
 * "phase", or "".
 */
struct log_column {
	char *name;
	const char *role;
	uint64_t n;      /* how often it is a number */
	double min, max; /* of the finite ones; NaN: none is */
};

struct log_columns {
	struct log_column *column;
	size_t n;
};

/*
 * Reads S to its end, once.  Roles that cannot be decided are no failure.
 * *RET is to be released with log_columns_free().
 */
int log_columns_read(struct log_columns *ret, struct source *s,
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

/*
 * Rates that AT tells of any step, NAN where it has none; CTX is borrowed until
 * the rates are freed.  *RET is to be released with log_rates_free().
 */
int log_rates_of(struct log_rates **ret,
	double (*at)(const void *ctx, double step), const void *ctx,
	struct diag *d);

void log_rates_free(struct log_rates *r);

/* Its steps are epochs. */
bool log_rates_by_epoch(const struct log_rates *r);

/* The rate at STEP, NaN if the table has no such row. */
double log_rates_at(const struct log_rates *r, double step);

#endif
