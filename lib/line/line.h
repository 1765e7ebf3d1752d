/* SPDX-License-Identifier: MIT */
/*
 * A log as lines of pairs, whatever wrote it: what is told in a line, before
 * anything is decided about what it means; and what a name may mean, from its
 * words alone.
 */
#ifndef LINE_LINE_H
#define LINE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_reader;
struct diag;
struct input;

/* --- lines.c ------------------------------------------------------------- */

/* The keys of a log by number, in the order in which they were met. */
struct line_keys;

int line_keys_new(struct line_keys **ret, struct diag *d);
void line_keys_free(struct line_keys *k);
size_t line_keys_n(const struct line_keys *k);

/* Valid until the keys are freed; no bytes are 0. */
const char *line_keys_name(const struct line_keys *k, size_t key);

/* The number of the key NAME[0..n), new if ADD; SIZE_MAX: not there, or no
 * memory with ADD. */
size_t line_keys_find(
	struct line_keys *k, const char *name, size_t n, bool add);

struct line_pair {
	size_t key;
	double value;     /* NaN with a text */
	double total;     /* b of a counter a/b, else NaN */
	const char *text; /* valid until the next line; NULL: a number */
	size_t ntext;
};

/* Keys of what has no name: a counter, a first whole number, a value. */
#define LINE_KEY_COUNT "#c"
#define LINE_KEY_NUMBER "#n"
#define LINE_KEY_VALUE "#v"
/* The end of the key of a running mean that stands behind its value. */
#define LINE_KEY_MEAN " ()"

struct line {
	const struct line_pair *pair; /* valid until the next line */
	size_t n;
	uint64_t lineno; /* of the file, from 1; of a binary log, its record */
	uint64_t shape;  /* a hash of its list of keys */
	int rank;        /* the process that tells it; -1: not said */
	bool is_row;     /* of a table: its keys stand in a header */
	bool is_bar;     /* a progress bar: its counters hold for it alone */
	bool is_valid;   /* of validation, by its words */
};

/* What text is read as. */
enum line_format {
	LINE_AUTO,
	LINE_CSV, /* tables of any separator */
	LINE_JSON,
	LINE_TEXT,
};

struct line_options {
	enum line_format format;
	const char *pattern; /* finds the values, by named groups; or NULL */
	const char *columns; /* names of a table without a header, "a,b,c" */
	char sep;            /* of tables; 0: found in the header */
	/*
	 * Lines are awaited one by one: one that may be a record is given
	 * before what is behind it has come.
	 */
	bool live;
};

/* Of what does not fit the header of a table, the number and the first. */
struct line_misfits {
	uint64_t nrow; /* rows with another number of cells, left out */
	uint64_t row_line;
	size_t row_ncell, row_ncolumn;
	uint64_t ncell; /* no numbers in a column of numbers, left out */
	uint64_t cell_line;
	char column[64], cell[32]; /* as much of them as there is room */
};

/* What was odd. */
struct line_odd {
	bool cut; /* the last line has no end: its last value is left out */
	struct line_misfits misfits;
};

struct line_reader;

/*
 * Begins to read IN (borrowed) from where it stands; new names go to KEYS.  A
 * line is given as soon as it has come, a header's when the one after it has.
 */
int line_open(struct line_reader **ret, struct input *in,
	const struct line_options *opt, struct line_keys *keys, struct diag *d);

/* The next line that has pairs.  Returns 1, 0 at the end, or -1. */
int line_next(struct line_reader *l, struct line *ret, struct diag *d);

/* Sets what was odd so far. */
void line_odd(const struct line_reader *l, struct line_odd *ret);

void line_close(struct line_reader *l);

/* --- names.c ------------------------------------------------------------- */

/*
 * What a name may mean, from its words alone.
 */

enum line_role {
	LINE_STEP,
	LINE_LR,
	LINE_LOSS,
	LINE_METRIC, /* accuracy and the like: higher is better */
	LINE_RUN,
	LINE_EPOCH,
	LINE_PHASE,   /* training or validation */
	LINE_PROCESS, /* which of several tells it */
	LINE_NROLE,
};

/* How badly a name fits a role: 0 is best.  Some have names. */
enum {
	LINE_RANK_PART = 5,    /* a loss among others */
	LINE_RANK_BARE = 8,    /* "avg": of what is not said */
	LINE_RANK_WEAK = 10,   /* "rate" */
	LINE_RANK_LOCAL = 40,  /* a step within an epoch */
	LINE_RANK_LAST = 50,   /* "base lr" */
	LINE_RANK_PROSE = 55,  /* the last word of some */
	LINE_RANK_NUMBER = 60, /* LINE_KEY_NUMBER */
	LINE_RANK_COUNT,       /* LINE_KEY_COUNT */
	LINE_RANK_EPOCH = 80,  /* as a step */
	LINE_RANK_NONE = 1000, /* not at all */
};

struct line_meaning {
	unsigned rank[LINE_NROLE];
	bool loss_is_last;   /* "box_loss", not "loss_box" */
	bool of_network;     /* of one of several, as a generator */
	bool is_valid;       /* of validation */
	unsigned valid_loss; /* rank as the loss of that */
};

void line_mean(struct line_meaning *ret, const char *name, size_t n);

/* The role's name in messages and options; "" for LINE_NROLE. */
const char *line_role_name(enum line_role role);

/* VALUE, of a phase, begins with a word for no training. */
bool line_is_validation(const char *value, size_t n);

/* A and B are the same but for case and what stands between words. */
bool line_same_name(const char *a, size_t na, const char *b, size_t nb);

/* --- kind.c -------------------------------------------------------------- */

/*
 * What a file is that is not a log, or not a table, told from how it begins.
 */

/*
 * As csv_open(), for a file that begins like a table.  Of another, fails with
 * DIAG_DATA: what it is, and the way out.
 */
int line_kind_open(struct csv_reader **ret, struct input *in, struct diag *d);

#endif
