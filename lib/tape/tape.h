/* SPDX-License-Identifier: MIT */
/*
 * The lines of a log once they are read, for a second time, and what is known
 * of their keys by then.  A tape is one thread's at a time.
 */
#ifndef TAPE_TAPE_H
#define TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line/line.h"
#include "pair/pair.h"

struct diag;
struct source;

/* --- stat.c -------------------------------------------------------------- */

/* Of texts that stood where a number may. */
struct tape_texts {
	uint64_t n, nrow; /* all; those in rows of a table */
	uint64_t line;    /* of the first of these, or else of all */
	char first[64];   /* as much of it as there is room for */
};

/* More totals than that are no counters' of several runs. */
#define TAPE_NTOTAL 4

/* What a counter a/b goes to: its b, which a run may tell otherwise. */
struct tape_totals {
	double max; /* NaN: there is none */
	double x[TAPE_NTOTAL];
	unsigned char n; /* that differ, at most one more than those of x */
};

/* The least total that is not below X; the largest, where they are many. */
double tape_totals_at(const struct tape_totals *t, double x);

/* What is known of a key when all lines are. */
struct tape_stat {
	struct pair_meaning meaning;
	uint64_t n;                   /* numbers */
	uint64_t nfinite, nrow;       /* of them; in rows of a table */
	double min, max, first, last; /* of the finite ones */
	uint64_t nup, ndown;          /* how often they rose and fell */
	uint64_t nturn;               /* and did the other than before */
	double distinct[2];           /* the first that differ */
	struct tape_totals totals;
	uint64_t nfull;           /* how often a is b */
	uint64_t forms;           /* of all numbers: PAIR_FORM_ bits */
	struct tape_texts *texts; /* NULL: none */
	signed char direction;    /* of the last change */
	unsigned char ndistinct;  /* at most 3 */
	bool whole;
};

/* What is known of the numbers of a key that has no role. */
struct tape_range {
	uint64_t n;
	bool of_valid;         /* it is called as what is of validation */
	bool whole;            /* the finite ones are */
	double min, max, last; /* of these; NaN: there is none */
};

/* Of the key NAME, without numbers yet; then frees what S holds. */
void tape_stat_begin(struct tape_stat *s, const char *name);
void tape_stat_end(struct tape_stat *s);

/*
 * N numbers, each STRIDE behind the one before, of lines of validation or not;
 * nrow is the caller's.
 */
void tape_stat_add_column(struct tape_stat *s, const double *x, size_t n,
	size_t stride, bool is_valid);

/* The same. */
void tape_range_add_column(struct tape_range *r, const double *x, size_t n,
	size_t stride, bool is_valid);

/* The total that P, not of validation, may have. */
void tape_stat_add_total(struct tape_stat *s, const struct pair *p);

/* The text P of L.  Returns 0, or -1 with DIAG_NOMEM. */
int tape_stat_add_text(struct tape_stat *s, const struct pair *p,
	const struct line *l, struct diag *d);

/* --- tape.c and fill.c --------------------------------------------------- */

/*
 * Kept are keys that may have a role, or all.  What lines of one list of keys
 * have in common is kept once; the values wait in memory, or in an unlinked
 * file if they are many.
 */

/* Lines with the same list of keys. */
struct tape_shape {
	const size_t *key; /* those that are kept */
	size_t nkey;
	uint64_t count;
	size_t like;    /* the first that is the same but for texts' places */
	uint64_t nlike; /* lines of those that have it there */
	uint64_t first, last; /* of the lines, counted from 0 */
	int rank;
	bool is_row, is_headed, is_bar, is_part, is_valid;
	bool has_loose; /* some lines have numbers beside those of their shape
			 */
};

/* Whether lines of S tell KEY. */
static inline bool tape_has_key(const struct tape_shape *s, size_t key)
{
	for (size_t i = 0; i < s->nkey; i++)
		if (s->key[i] == key)
			return true;
	return false;
}

struct tape;

/* What is kept of a key. */
enum {
	TAPE_ROLE = 1, /* it may have a role */
	TAPE_TEXT = 2, /* so may its texts */
};

/* What is kept of the key NAME, whose meaning is M. */
typedef unsigned tape_keeps(
	const void *ctx, const char *name, const struct pair_meaning *m);

/* DIR (borrowed) is for what has no place in memory.  Returns 0, or -1. */
int tape_new(struct tape **ret, const char *dir, bool all, struct diag *d);
void tape_free(struct tape *t);

/*
 * Reads S to its end.  Kept are the numbers of keys of which KEEPS says so, or
 * ALL, and the texts of those of which it says that.  Returns 0, or -1.
 */
int tape_fill(struct tape *t, struct source *s, tape_keeps *keeps,
	const void *ctx, struct diag *d);

/*
 * The keys of the source; what is known of KEY: nothing, if it has no role; and
 * of its numbers: nothing, if they are not kept.
 */
size_t tape_nkey(const struct tape *t);
const struct tape_stat *tape_stat_of(const struct tape *t, size_t key);
struct tape_range tape_range_of(const struct tape *t, size_t key);

/* The kinds of lines there are, and the I-th, borrowed until tape_free(). */
size_t tape_nshape(const struct tape *t);
const struct tape_shape *tape_shape(const struct tape *t, size_t i);

/* A text that a line tells. */
struct tape_text {
	size_t key, n;
	const char *p;
};

/* A line on the tape. */
struct tape_row {
	size_t shape;
	bool is_plain; /* numbers alone, of the keys of its shape, once each */
	bool is_loose; /* not those of its shape alone */
	const size_t *key; /* of n numbers */
	const double *value;
	size_t n;
	const struct tape_text *text;
	size_t ntext;
};

/* What lines of shape I have in common, and where their values would be. */
void tape_shape_row(const struct tape *t, size_t i, struct tape_row *ret);

/*
 * The next line, valid until the next call.  Returns 1, 0 at the end, or -1
 * with DIAG_IO or DIAG_NOMEM.
 */
int tape_next(struct tape *t, struct tape_row *ret, struct diag *d);

/* Where the next line stands, and that it is the one at PLACE: 0, or -1. */
uint64_t tape_place(const struct tape *t);
int tape_seek(struct tape *t, uint64_t place, struct diag *d);

#endif
