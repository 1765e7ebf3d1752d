/* SPDX-License-Identifier: MIT */
/* Inside of lib/log: what its files share, under the name of each. */
#ifndef LOG_LOG_IMPL_H
#define LOG_LOG_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/num.h"
#include "line/line.h"
#include "log/log.h"

struct diag;
struct input;
struct formula;

/* --- source.c ------------------------------------------------------------ */

/*
 * A source of lines of pairs is one of these, whatever it reads: text is
 * log_lines_*; binary formats and directories have files of their own.
 */

struct log_source_calls {
	/* As line_next(), line_odd() and line_close(). */
	int (*next)(void *state, struct line *ret, struct diag *d);
	void (*odd)(const void *state, struct line_odd *ret);
	void (*close)(void *state);
};

struct log_source {
	struct line_keys *keys; /* owned */
	const struct log_source_calls *calls;
	void *state; /* owned */
	enum log_format format;
};

/*
 * Makes a source of KEYS and STATE, which it takes over; they are released if
 * this fails.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_source_new(struct log_source **ret, struct line_keys *keys,
	const struct log_source_calls *calls, void *state, struct diag *d);

/* --- points.c ------------------------------------------------------------ */

/*
 * A source of scalars that are told one by one, which are all read before the
 * first line: 32 bytes each.
 */
struct log_points;

int log_points_new(struct log_points **ret, struct diag *d);
void log_points_free(struct log_points *p);

/* The key of TAG[0..n), which is not the step's; SIZE_MAX: no memory. */
size_t log_points_key(struct log_points *p, const char *tag, size_t n);

/* Adds a value of KEY.  STEP is finite. */
int log_points_add(struct log_points *p, size_t key, double step, double value,
	struct diag *d);

/* Forgets what was told of STEP and of later ones. */
void log_points_void(struct log_points *p, double step);

/*
 * What is added from now on is of a later file, whose values of a tag at a step
 * take the place of earlier ones.  CUT: the last file ended within a record.
 */
void log_points_end_part(struct log_points *p, bool cut);

/*
 * Makes a source of P, which it takes over also if this fails, in the FORMAT
 * that it had.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_points_open(struct log_source **ret, struct log_points *p,
	enum log_format format, struct diag *d);

/* --- events.c ------------------------------------------------------------ */

/* Adds the scalars of IN, of LOG_TENSORBOARD or LOG_WANDB. */
int log_events_read(struct log_points *p, struct input *in,
	enum log_format format, struct diag *d);

/* --- mlflow.c ------------------------------------------------------------ */

/* Adds the metric that the file IN is; its path tells the name. */
int log_mlflow_read(struct log_points *p, struct input *in, struct diag *d);

/* Whether a file that begins with HEAD[0..n) is a metric. */
bool log_mlflow_is_metric(const char *head, size_t n);

/* --- exported.c ---------------------------------------------------------- */

/*
 * Makes a source of LINES and its KEYS, which it takes over also if this fails.
 * Tables that W&B exports have a line for each run that a row tells of, with
 * its name as "run".  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_exported_open(struct log_source **ret, struct line_reader *lines,
	struct line_keys *keys, struct diag *d);

/* --- spool.c ------------------------------------------------------------- */

/*
 * Bytes that wait to be read again: first all is put, then it is read.
 */
struct log_spool;

/* DIR (borrowed) is for what has no place in memory.  Returns 0, or -1. */
int log_spool_new(struct log_spool **ret, const char *dir, struct diag *d);
void log_spool_free(struct log_spool *s);

/* Returns 0, or -1. */
int log_spool_put(struct log_spool *s, const void *p, size_t n, struct diag *d);

/* What is read next begins at OFFSET; no more can be put.  Returns 0, or -1. */
int log_spool_seek(struct log_spool *s, uint64_t offset, struct diag *d);

/* Where that is. */
uint64_t log_spool_at(const struct log_spool *s);

/*
 * Reads N bytes, which are valid until the next call, and aligned as their
 * offset is.  Returns 1, 0 if there are not as many, or -1.
 */
int log_spool_view(
	struct log_spool *s, const void **ret, size_t n, struct diag *d);

/* --- stat.c -------------------------------------------------------------- */

/* What is known of a key when all lines are. */
struct log_stat {
	struct line_meaning meaning;
	uint64_t n; /* numbers */
	uint64_t nfinite;
	uint64_t ntext, ntext_row; /* texts; of them in rows of a table */
	uint64_t text_line;        /* of the first of those in rows */
	uint64_t nrow;             /* numbers in rows */
	bool text_varies;
	double min, max, first, last; /* of the finite ones */
	uint64_t nup, ndown;          /* how often they rose and fell */
	uint64_t nturn;               /* and did the other than before */
	unsigned ndistinct;           /* at most 3 */
	double distinct[3];
	bool whole;
	double total;   /* the largest b of a/b; NaN: none */
	uint64_t nfull; /* how often a is b */
	/* The first text in a row, where a number should be; for free(). */
	char *text;
	uint64_t hash; /* of its last text */
	int direction; /* of its last change */
};

void log_stat_begin(struct log_stat *s, const char *name);

/* N numbers, each STRIDE behind the one before, of lines of validation or not;
 * nrow is the caller's. */
void log_stat_add_column(struct log_stat *s, const double *x, size_t n,
	size_t stride, bool is_valid);

/* The total that P, not of validation, may have. */
void log_stat_add_total(struct log_stat *s, const struct line_pair *p);

/* The text P of L.  Returns 0, or -1 with DIAG_NOMEM. */
int log_stat_add_text(struct log_stat *s, const struct line_pair *p,
	const struct line *l, struct diag *d);

/* --- tape.c -------------------------------------------------------------- */

/*
 * The lines of a log once they are read, for a second time: of keys that may
 * have a role, or of all.  What lines of one list of keys have in common is
 * kept once; the values wait in memory, or in an unlinked file if they are
 * many.
 */

/* Lines with the same list of keys. */
struct log_shape {
	const size_t *key; /* those that are kept */
	size_t nkey;
	uint64_t count;
	size_t like;    /* the first that is the same but for texts' places */
	uint64_t nlike; /* lines of those that have it there */
	uint64_t first, last; /* of the lines, counted from 0 */
	int rank;
	bool is_row, is_bar, is_valid;
};

struct log_tape;

/* Keeps pairs whose keys may have a role in OPT, or ALL.  Returns 0, or -1. */
int log_tape_new(struct log_tape **ret, const struct log_options *opt, bool all,
	struct diag *d);
void log_tape_free(struct log_tape *t);

/* Reads S to its end.  Returns 0, or -1. */
int log_tape_fill(struct log_tape *t, struct log_source *s, struct diag *d);

/* One entry for each key of the source. */
const struct log_stat *log_tape_stats(const struct log_tape *t, size_t *n_ret);

size_t log_tape_nshape(const struct log_tape *t);
const struct log_shape *log_tape_shape(const struct log_tape *t, size_t i);

/* A text that a line tells. */
struct log_text {
	size_t key, n;
	const char *p;
};

/* A line on the tape. */
struct log_row {
	size_t shape;
	bool is_plain; /* numbers alone, each key once, and those of its shape
			*/
	bool is_loose; /* not those of its shape alone */
	const size_t *key; /* of n numbers */
	const double *value;
	size_t n;
	const struct log_text *text;
	size_t ntext;
};

/*
 * The next line, valid until the next call.  Returns 1, 0 at the end, or -1
 * with DIAG_IO or DIAG_NOMEM.
 */
int log_tape_next(struct log_tape *t, struct log_row *ret, struct diag *d);

/* Where the next line stands, and that it is the one at PLACE: 0, or -1. */
uint64_t log_tape_place(const struct log_tape *t);
int log_tape_seek(struct log_tape *t, uint64_t place, struct diag *d);

/* --- roles.c ------------------------------------------------------------- */

/*
 * Which key plays which role, decided once for all formats: by names, and by
 * how their values behave.
 */

#define LOG_NONE SIZE_MAX
#define LOG_SUM_MAX 16 /* losses of one sum */
#define LOG_TOLD_MIN 5 /* records of what is told in no table */

struct log_roles {
	size_t nkey;
	unsigned char *role; /* an enum line_role of each key */
	unsigned *step; /* rank of each key as one; LINE_RANK_NONE: is none */
	size_t lr;      /* LOG_NONE: the rate is not taken from the log */
	size_t nlr;     /* that may be it, and differ; lr is the first */
	size_t loss[LOG_SUM_MAX];          /* its parts */
	size_t nloss;                      /* 0: not read */
	struct formula *formula;           /* of its parts; NULL: their sum */
	size_t nloss_alike;                /* that may be it, as nlr */
	bool loss_guessed;                 /* the sum was not asked for */
	size_t run, epoch, phase, process; /* LOG_NONE: the log has none */
	size_t step_key;                   /* the best of them */
	bool step_is_anonymous;            /* LINE_KEY_COUNT and the like */
	bool step_is_epoch;                /* for want of anything better */
	bool step_named_epoch;             /* or because it is asked for */
	double total;                      /* where steps begin again; NaN */
	double epoch_steps;                /* as settings tell; 0: unknown */
	bool in_rows;        /* told in tables, whose names are sure */
	bool rows_have_step; /* those of tables without one tell nothing */
	bool bars_have_lr;   /* those of bars that have not are unfinished */
	bool lr_leads;       /* such a rate stands before any step */
	bool lr_after;       /* rates without a step are of the losses before */
	int rank;            /* of the process that is read; -1: of all */
	bool lacks_given;    /* a name of the options is that of no key */
};

/* Decides.  Returns 0, or -1 with DIAG_DATA. */
int log_roles_find(struct log_roles *ret, const struct log_tape *t,
	const struct line_keys *keys, const struct log_options *opt,
	struct diag *d);

void log_roles_free(struct log_roles *r);

/* --- given.c -------------------------------------------------------------- */

/* What a decision about roles looks at. */
struct log_finder {
	const struct log_tape *tape;
	const struct line_keys *keys;
	const struct log_options *opt;
	const struct log_stat *stat;
	size_t n;      /* keys */
	bool is_empty; /* no lines: names are all that is known */
	struct log_roles *r;
};

const char *log_name_of(const struct log_finder *f, size_t key);

/* KEY stands for no name. */
bool log_is_anonymous(const struct log_finder *f, size_t key);

/* "FOUND the lr: step, x; expected EXPECTED", with all names.  Returns -1. */
int log_fail_names(const struct log_finder *f, enum line_role role,
	const char *found, const char *expected, struct diag *d);

/* The key NAME, or the only one that differs in case and signs alone. */
int log_find_named(const struct log_finder *f, size_t *ret, enum line_role role,
	const char *name, size_t n, struct diag *d);

/* S as one name, else as names with plus signs between, else as a formula:
 * sets the loss. */
int log_find_loss(const struct log_finder *f, const char *s, struct diag *d);

/* --- tell.c -------------------------------------------------------------- */

/* What OPT's user writes; empty if that is not known. */
const struct log_words *log_words_of(const struct log_options *opt);

/*
 * Sets what RET says of names that were taken, for log_free(); a name for which
 * there is no memory is NULL.
 */
void log_roles_tell(const struct log_roles *r, const struct line_keys *keys,
	struct log *ret);

/* --- told.c --------------------------------------------------------------- */

/*
 * A line as roles see it.
 */

struct log_told {
	double step, lr, loss;
	double epoch; /* beside the step, or NaN */
	bool has_step, has_lr, has_loss;
	bool is_named; /* its step has a name, which may hold for lines after */
	bool is_row, is_bar, is_valid;
	size_t shape; /* the first that is like its own */
};

/* What tells lines of a tape apart by roles. */
struct log_teller;

/* All but RET is borrowed.  Returns 0, or -1 with DIAG_NOMEM. */
int log_teller_new(struct log_teller **ret, const struct log_tape *tape,
	const struct log_roles *roles, const struct log_options *opt,
	struct diag *d);
void log_teller_free(struct log_teller *t);

/* Whether ROW is of the process that is read; *RET is set in any case. */
bool log_told_of(
	struct log_told *ret, struct log_teller *t, const struct log_row *row);

/* What ROW calls its run, valid until the next call; NULL: nothing. */
const char *log_run_of(
	struct log_teller *t, const struct log_row *row, size_t *n_ret);

/* --- series.c ------------------------------------------------------------ */

/*
 * The records of one run as they come, until all are known: what their steps
 * count, restarts, counters that begin again.
 */

/* Bits of has. */
enum {
	SERIES_LR = 1,
	SERIES_LOSS = 2,
	SERIES_EPOCH = 4, /* its epoch is above that of the row before */
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
	double epoch;       /* of the last row given; NaN at first */
	bool new_epoch;     /* it rose since the last row that was taken */
	double epoch_steps; /* 0: unknown */
	double nmerged;     /* records in one, where rows are counted */
	double total;       /* where steps begin again, as they say; NaN */
};

/* Takes the next record.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct log_told *row, struct diag *d);

/* What follows is of EPOCH, if that is not NaN. */
void log_series_note_epoch(struct log_series *s, double epoch);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  UNIT is what the steps count; LOG_ROWS: there are
 * none.  Where the values may be epochs, EPOCHS_ONLY keeps parts of epochs as
 * they are; else rows are counted in their place.  What is odd is added to
 * *RET.  Returns 0, or -1 with DIAG_NOMEM, or DIAG_DATA: RATES counts another
 * unit.
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
int log_records_new(struct log_records **ret, const struct log_tape *tape,
	const struct log_roles *roles, const struct log_options *opt,
	struct diag *d);
void log_records_free(struct log_records *r);

/* Takes the next line of the tape.  Returns 0, or -1. */
int log_records_add(
	struct log_records *r, const struct log_row *row, struct diag *d);

/* Sets the runs of *RET, to be released with log_free() also after a failure.
 */
int log_records_finish(struct log_records *r, struct log *ret, struct diag *d);

/* --- aside.c ------------------------------------------------------------- */

/* A record of a series, and its step as told. */
struct log_neighbour {
	size_t record; /* LOG_NONE: there is none */
	double step;
};

/* Records of TABLE, borrowed, that are none of a series. */
struct log_asides;

int log_asides_new(
	struct log_asides **ret, struct log_table *table, struct diag *d);
void log_asides_free(struct log_asides *all);

/*
 * The last record of the table is one, of RUN, behind BEFORE.  *WAITS, of the
 * run, is LOG_NONE at first.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_asides_add(struct log_asides *all, size_t run,
	const struct log_told *told, const struct log_neighbour *before,
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
	uint64_t line; /* that told it last, as they are put */
};

struct log_table {
	struct log_scalar *scalar;
	size_t nscalar;
	struct line_keys *names; /* of scalars, and of runs */
	struct line_keys *runs;

	struct log_tape *tape;
	struct log_roles roles;
	struct log_teller *teller;
	/* One more than those of keys, and of keys in validation; 0: none. */
	size_t *scalar_of;

	bool is_straight; /* records are lines of the tape, and no more kept */
	uint64_t *place;  /* of each record on the tape, and of what follows */
	size_t *next;     /* as in struct log_series */
	size_t n, cap;

	struct log log;
	size_t run, at; /* what log_table_next() gives */
	struct log_value *value;
	unsigned char *seen;

	/* The record at hand. */
	struct log_cell *cell; /* of each scalar */
	size_t *filled;        /* scalars, as they came */
	size_t nfilled;
	uint64_t line; /* lines that were put so far */
};

/* The scalar that KEY is in a line, LOG_NONE if it is none. */
static inline size_t log_table_scalar(
	const struct log_table *t, size_t key, bool is_valid)
{
	return t->scalar_of[2 * key + is_valid] - 1;
}

/* Adds what ROW tells to the record at hand; LATER: it is told once more. */
void log_table_put(struct log_table *t, const struct log_row *row,
	bool is_valid, bool later);

/* S has the value X once more. */
void log_scalar_count(struct log_scalar *s, double x);

/* --- straight.c ---------------------------------------------------------- */

/*
 * Whether the records of T, whose tape is at its begin, are its lines: then
 * is_straight, n and the scalars are set.  Returns 1, 0 with the tape as
 * before, or -1.
 */
int log_straight_find(struct log_table *t, struct diag *d);

/* As log_table_next(), but that scalars may not rise. */
int log_straight_next(
	struct log_table *t, struct log_record *ret, struct diag *d);

#endif
