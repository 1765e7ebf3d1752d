/* SPDX-License-Identifier: MIT */
/* Inside of lib/log: what its files share, under the name of each. */
#ifndef LOG_LOG_IMPL_H
#define LOG_LOG_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/names.h"
#include "base/num.h"
#include "line/line.h"
#include "log/log.h"
#include "pair/pair.h"
#include "role/role.h"
#include "tape/tape.h"

#define LOG_NONE SIZE_MAX

struct diag;
struct input;
struct formula;

/* --- read.c -------------------------------------------------------------- */

/*
 * Sets what RET says of names that were taken, for log_free(); a name for which
 * there is no memory is NULL.
 */
void log_tell(
	const struct roles *r, const struct pair_keys *keys, struct log *ret);

/* --- series.c ------------------------------------------------------------ */

/*
 * The records of one run as they come, until all are known: what their steps
 * count, restarts, counters that begin again.
 */

/* Bits of has. */
enum {
	SERIES_LR = 1,
	SERIES_LOSS = 2,
	SERIES_EPOCH = 4,   /* its epoch is above that of the row before */
	SERIES_SILENT = 8,  /* it does not tell its epoch */
	SERIES_FALL = 16,   /* its step is below that of the row before */
	SERIES_HEADED = 32, /* a header came again before it */
};

struct log_series {
	double *step, *lr, *loss; /* loss NULL: only rates are read */
	unsigned char *has;
	size_t n, cap;
	bool rates_only; /* a step that falls never means a new counter */
	/*
	 * NULL, or loss holds the numbers of records: all are kept, and this
	 * has for each the one that tells what it does not.
	 */
	size_t *next;
	double *fall; /* the epoch of each row whose step falls, or NaN */
	size_t nfall;
	double last;        /* step that was taken; NaN at first */
	double epoch;       /* of the last row given; NaN at first */
	bool new_epoch;     /* it rose since the last row that was taken */
	double epoch_steps; /* 0: unknown */
	double nmerged;     /* records in one, where rows are counted */
	struct tape_totals totals; /* where steps begin again, as they say */
	bool apart;                /* where it begins again, another run does */
	/* Rows behind those of the run at hand: NREST from REST on. */
	size_t rest, nrest;
	size_t ntaken, nfall_taken; /* in front of what is left of columns */
};

/* Takes the next record.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct role_told *row, struct diag *d);

/* What follows is of EPOCH, if that is not NaN. */
void log_series_note_epoch(struct log_series *s, double epoch);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  Where it begins again and is to be apart, they are
 * those of the first run, and n is how many rows are left for the next call.
 * UNIT is what the steps count; LOG_ROWS: there are none.  Where the values may
 * be epochs, EPOCHS_ONLY keeps parts of epochs as they are; else rows are
 * counted in their place.  What is odd is added to *RET.  Returns 0, or -1 with
 * DIAG_NOMEM, or DIAG_DATA: RATES counts another unit.
 */
int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d);

void log_series_free(struct log_series *s);

/* --- records.c ----------------------------------------------------------- */

/*
 * Rows as records: what several lines tell of one step.
 */

struct log_records;

/* All but RET is borrowed.  Returns 0, or -1 with DIAG_NOMEM. */
int log_records_new(struct log_records **ret, const struct tape *tape,
	const struct roles *roles, const struct log_options *opt,
	struct diag *d);
void log_records_free(struct log_records *r);

/* Takes the next line of the tape.  Returns 0, or -1. */
int log_records_add(
	struct log_records *r, const struct tape_row *row, struct diag *d);

/*
 * Sets the runs of *RET, to be released with log_free() also after a failure.
 */
int log_records_finish(struct log_records *r, struct log *ret, struct diag *d);

/*
 * A and B are rows of a table with a bar behind them, which is drawn again
 * until the step that they count, an epoch, is over.
 */
static inline bool log_is_redrawn(
	const struct role_told *a, const struct role_told *b)
{
	return a->is_row && a->is_bar && b->is_row && b->is_bar &&
	       a->shape == b->shape && a->has_step && a->step == b->step;
}

/* It is known which values records are made of. */
static inline bool log_knows_values(const struct roles *r)
{
	return (r->nloss || r->lr != LOG_NONE) && !r->values_are_rare;
}

/*
 * B, which tells neither a rate nor a loss, has the step of lines that follow,
 * and not of A, which stands before all steps.
 */
static inline bool log_begins_step(const struct roles *r,
	const struct role_told *a, const struct role_told *b)
{
	return log_knows_values(r) && !a->has_step && b->has_step &&
	       b->is_named && !b->has_lr && !b->has_loss && !r->step_trails;
}

/* --- aside.c ------------------------------------------------------------- */

/* A record of a series, and its step as told. */
struct log_neighbour {
	size_t record; /* LOG_NONE: there is none */
	double step;
};

/* Records of TABLE, borrowed, that are none of a series. */
struct log_asides;

/* None yet.  Returns 0, or -1: no memory. */
int log_asides_new(
	struct log_asides **ret, struct log_table *table, struct diag *d);
void log_asides_free(struct log_asides *all);

/*
 * The last record of the table is one, of RUN, behind BEFORE.  *WAITS, of the
 * run, is LOG_NONE at first.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_asides_add(struct log_asides *all, size_t run,
	const struct role_told *told, const struct log_neighbour *before,
	size_t *waits, struct diag *d);

/* BEHIND is the one of the run that comes next. */
void log_asides_end_wait(struct log_asides *all, size_t *waits,
	const struct log_neighbour *behind);

/* Each is of the record of its step, or one of its own.  Returns 0, or -1. */
int log_asides_place(struct log_asides *all, struct diag *d);

/* --- table.c ------------------------------------------------------------- */

/* What the record at hand has of one scalar. */
struct log_cell {
	double value;
	double n; /* values in its mean; 0: not told */
	size_t shape;
	bool is_mean;   /* of several that differ */
	bool is_chosen; /* of several, told in lines that are not alike */
	uint64_t line;  /* that told it last, as they are put */
};

/* Values that are not one, of one scalar and step. */
struct log_tally {
	uint64_t n;
	size_t first; /* its scalar */
};

struct log_table {
	struct log_scalar *scalar;
	size_t nscalar, scalarcap;
	struct log_tally averaged, chosen; /* as in struct log */
	struct pair_keys *runs;            /* their names */
	/* Names of scalars that no key has, each in valid_scalar. */
	struct names valid;
	size_t *valid_scalar, nvalid;

	struct tape *tape;
	struct roles roles;
	struct role_teller *teller;
	/* One more than those of keys, and of keys in validation; 0: none. */
	uint32_t *scalar_of;

	bool is_straight; /* records are lines of the tape, and no more kept */
	uint64_t *place;  /* of each record on the tape, and of what follows */
	size_t *next;     /* as in struct log_series */
	size_t n, cap;

	struct log log;
	size_t *first;  /* of log's runs, of each that is told apart by name */
	size_t run, at; /* what log_table_next() gives */
	struct log_value *value;
	size_t *seen; /* the place of each scalar in value, + 1; 0: none */

	/* Of lines that are records: scalars of that shape, and where they are
	 * in its numbers. */
	size_t shape, nlist;
	uint64_t list; /* how many such lists there were; 0: none yet */
	uint32_t *place_of;

	/* The record at hand; NULL where records are lines. */
	struct log_cell *cell; /* of each scalar */
	size_t *filled;        /* scalars, as they came */
	size_t nfilled;
	uint64_t line; /* lines that were put so far */
};

/* The scalar that KEY is in a line, LOG_NONE if it is none. */
static inline size_t log_table_scalar(
	const struct log_table *t, size_t key, bool is_valid)
{
	size_t scalar = t->scalar_of[2 * key + is_valid];

	return scalar ? scalar - 1 : LOG_NONE;
}

/*
 * One more, of SCALAR, unless it only says where a line stood, or has no name.
 */
void log_tally_add(
	struct log_tally *tally, const struct log_table *t, size_t scalar);

/* What a line is of. */
enum log_kind {
	LOG_TRAINING,
	LOG_VALIDATION,
	LOG_SUMMARY, /* of validation, which counts more than what it sums up */
};

/* What ROW is of, behind a line of BEFORE in the record at hand. */
enum log_kind log_kind_of(const struct log_table *t,
	const struct role_told *told, const struct tape_row *row,
	enum log_kind before);

/* A bar told SCALAR in the record at hand. */
static inline bool log_table_is_drawn(const struct log_table *t, size_t scalar)
{
	return t->cell[scalar].n > 0 &&
	       tape_shape(t->tape, t->cell[scalar].shape)->is_bar;
}

/* Adds what ROW tells to the record at hand. */
void log_table_put(
	struct log_table *t, const struct tape_row *row, enum log_kind kind);

/*
 * Whether the records of T are the lines of its tape, as all that is known of
 * them tells: then is_straight, n and the scalars are set.
 */
bool log_table_find_straight(struct log_table *t);

/* For qsort(): a struct log_value by its scalar. */
static inline int log_value_order(const void *a, const void *b)
{
	const struct log_value *p = a, *q = b;

	return (p->scalar > q->scalar) - (p->scalar < q->scalar);
}

/* S has the value X once more. */
void log_scalar_count(struct log_scalar *s, double x);

#endif
