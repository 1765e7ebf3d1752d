/* SPDX-License-Identifier: MIT */
/* Inside of lib/log: what its files share, under the name of each. */
#ifndef LOG_LOG_IMPL_H
#define LOG_LOG_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/log.h"
#include "text/csv.h"

struct csv_reader;
struct diag;
struct input;
struct log_options;

/* --- cell.c -------------------------------------------------------------- */

/*
 * A number as a log spells it.
 */

enum log_cell {
	CELL_NUMBER, /* also nan and inf */
	CELL_NONE,   /* empty, NA, null, None */
	CELL_TEXT,
};

/*
 * Reads S[0..n), blanks around it ignored.  A comma is the decimal point where
 * COMMA is set and there is no other.  Sets *RET for CELL_NUMBER.
 */
enum log_cell log_cell(const char *s, size_t n, int comma, double *ret);

/* --- kind.c -------------------------------------------------------------- */

/*
 * What a file is that is not a table with a header, told from how it begins.
 */

/*
 * As csv_open(), for a file that begins like a table.  Of another, fails with
 * DIAG_DATA: what it is, and the way out.
 */
int log_kind_open(struct csv_reader **ret, struct input *in,
	const struct log_options *opt, struct diag *d);

/* --- lines.c ------------------------------------------------------------- */

/*
 * A log as lines of pairs, whatever wrote it: what is told in a line, before
 * anything is decided about what it means.
 */

/* The keys of a log by number, in the order in which they were met. */
struct log_keys;

int log_keys_new(struct log_keys **ret, struct diag *d);
void log_keys_free(struct log_keys *k);
size_t log_keys_n(const struct log_keys *k);

/* Valid until the keys are freed; no bytes are 0. */
const char *log_keys_name(const struct log_keys *k, size_t key);

/* The number of the key NAME[0..n), new if ADD; SIZE_MAX: not there, or no
 * memory with ADD. */
size_t log_keys_find(struct log_keys *k, const char *name, size_t n, bool add);

struct log_pair {
	size_t key;
	double value;     /* NaN with a text */
	double total;     /* b of a counter a/b, else NaN */
	const char *text; /* valid until the next line; NULL: a number */
	size_t ntext;
};

/* Keys of what has no name: a counter, a first whole number, a value. */
#define LOG_KEY_COUNT "#c"
#define LOG_KEY_NUMBER "#n"
#define LOG_KEY_VALUE "#v"
/* The end of the key of a running mean that stands behind its value. */
#define LOG_KEY_MEAN " ()"

struct log_line {
	const struct log_pair *pair; /* valid until the next line */
	size_t n;
	uint64_t lineno; /* of the file, from 1; of a binary log, its record */
	uint64_t shape;  /* a hash of its list of keys */
	int rank;        /* the process that tells it; -1: not said */
	bool is_row;     /* of a table: its keys stand in a header */
	bool is_bar;     /* a progress bar: its counters hold for it alone */
	bool is_valid;   /* of validation, by its words */
};

struct log_lines;

/*
 * Begins to read IN (borrowed) from where it stands; new names go to KEYS.  A
 * line is given as soon as it has come, a header's when the one after it has.
 */
int log_lines_open(struct log_lines **ret, struct input *in,
	const struct log_options *opt, struct log_keys *keys, struct diag *d);

/* The next line that has pairs.  Returns 1, 0 at the end, or -1. */
int log_lines_next(struct log_lines *l, struct log_line *ret, struct diag *d);

/* The last line had no end, and its last pair was left out. */
bool log_lines_cut(const struct log_lines *l);

void log_lines_close(struct log_lines *l);

/* --- source.c ------------------------------------------------------------ */

/*
 * A source of lines of pairs is one of these, whatever it reads: text is
 * log_lines_*; binary formats and directories have files of their own.
 */

struct log_source_calls {
	/* As log_lines_next(), log_lines_cut() and log_lines_close(); CUT may
	 * be NULL. */
	int (*next)(void *state, struct log_line *ret, struct diag *d);
	bool (*cut)(const void *state);
	void (*close)(void *state);
};

struct log_source {
	struct log_keys *keys; /* owned */
	const struct log_source_calls *calls;
	void *state; /* owned */
};

/*
 * Makes a source of KEYS and STATE, which it takes over; they are released if
 * this fails.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_source_new(struct log_source **ret, struct log_keys *keys,
	const struct log_source_calls *calls, void *state, struct diag *d);

/* --- names.c ------------------------------------------------------------- */

/*
 * What the columns of a log are, from their names alone.
 */

enum log_role {
	ROLE_STEP,
	ROLE_LR,
	ROLE_LOSS,
	ROLE_METRIC, /* accuracy and the like: higher is better */
	ROLE_RUN,
	ROLE_EPOCH,
	ROLE_PHASE, /* training or validation */
	NROLE,
};

/* The role's name in messages and options. */
const char *log_role_name(enum log_role role);

/* The same with its article: "the loss", "an accuracy". */
const char *log_role_phrase(enum log_role role);

/* VALUE, in a column of phases, begins with a word for no training. */
bool log_is_validation(const char *value, size_t n);

/*
 * How well NAME fits ROLE: 0 not at all, else higher is better.  Names are
 * compared as words: "train/loss", "Train Loss" and "train_loss" are one.
 */
unsigned log_name_fit(enum log_role role, const char *name, size_t n);

/* --- map.c --------------------------------------------------------------- */

/*
 * Which column of a table plays which role.
 */

#define MAP_NONE SIZE_MAX
#define MAP_SUM_MAX 16 /* columns of one sum */

struct log_map {
	size_t ncol;
	size_t step, run;    /* MAP_NONE: the log has none */
	size_t epoch, phase; /* the same */
	bool step_is_epoch;  /* by its name */
	size_t lr;           /* MAP_NONE: the rate is not taken from the log */
	size_t nlr;          /* columns that may be it, lr is the first */
	size_t loss[MAP_SUM_MAX];
	size_t nloss;
};

/*
 * Finds the columns in the header ROW.  Returns 0, or -1 with DIAG_DATA and
 * the candidates in the text, the line as its place.
 */
int log_map(struct log_map *ret, const struct csv_row *row,
	const struct log_options *opt, struct diag *d);

/* The best fit of any column for each role. */
struct log_best {
	unsigned fit[NROLE];
};

struct log_best log_map_best(const struct csv_row *row);

/* The role COLUMN may have, candidates included; NROLE for none. */
enum log_role log_map_guess(const struct csv_row *row, size_t column,
	const struct log_best *best, const struct log_options *opt);

/* --- series.c ------------------------------------------------------------ */

/*
 * The rows of one run as they come, until all are known: what their steps
 * count, steps told in several rows, restarts, counters that begin again.
 */

/* What one row tells; what it does not is NaN with its flag unset. */
struct log_row {
	double step, lr, loss;
	double epoch; /* beside the step, or NaN */
	bool has_step, has_lr, has_loss;
};

/* Bits of has. */
enum {
	SERIES_LR = 1,
	SERIES_LOSS = 2,
	SERIES_EPOCH = 4, /* its epoch is above that of the row before */
};

struct log_series {
	char *name;
	double *step, *lr, *loss; /* loss NULL: only rates are read */
	unsigned char *has;
	size_t n, cap;
	bool rates_only;    /* a step that falls never means a new counter */
	size_t nvalid;      /* rows of validation, which are not among these */
	double epoch;       /* of the last row given; NaN at first */
	bool new_epoch;     /* it rose since the last row that was taken */
	double epoch_steps; /* 0: unknown */
};

/* Takes the next row.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct log_row *row, struct diag *d);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  UNIT is what the column of steps counts; LOG_ROWS:
 * there is none.  Where the values may be epochs, EPOCHS_ONLY keeps parts of
 * epochs as they are; else rows are counted in their place.  Returns 0, or -1
 * with DIAG_NOMEM, or DIAG_DATA: RATES counts another unit.
 */
int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d);

void log_series_free(struct log_series *s);

#endif
