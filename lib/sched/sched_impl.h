/* SPDX-License-Identifier: MIT */
/* Inside of lib/sched: what its files share, under the name of each. */
#ifndef SCHED_SCHED_IMPL_H
#define SCHED_SCHED_IMPL_H

#include "sched/sched.h"

/* --- tree.c ------------------------------------------------------------- */

struct sched_cycle {
	uint64_t index;    /* from 0 */
	double start, len; /* in steps */
};

/*
 * Cycles of LEN, LEN*GROW, ... steps; with UNIT > 0 each length is rounded up
 * to a whole number of UNITs (of UNIT steps).  The table ends at COUNT cycles
 * or, if these are above SCHED_CYCLES_MAX, beyond HORIZON (NAN: as far as the
 * table may go).  Release with sched_cycles_free().  Returns 0, or -1 with
 * DIAG_USAGE if a cycle were shorter than a step or the table exceeded
 * SCHED_CYCLES_MAX before HORIZON, or DIAG_NOMEM.
 */
int sched_cycles_init(struct sched_cycles *c, double len, double grow,
	double unit, double count, double horizon, struct diag *d);

/* Harmless on cycles that are all zero. */
void sched_cycles_free(struct sched_cycles *c);

/*
 * The cycle that holds real step U >= 0; past the table, the last repeats.  Any
 * thread.
 */
struct sched_cycle sched_cycles_find(const struct sched_cycles *c, double u);

/* The step where cycle K starts, counting from 0.  Any thread. */
double sched_cycles_start(const struct sched_cycles *c, uint64_t k);

/* --- word.c ------------------------------------------------------------- */

#define WORD_NKEY 16

struct span {
	const char *s;
	size_t n;
};

struct word_key {
	struct span name, value;
	bool has_value;
};

/* SHAPE:LEN:TO,KEY=VALUE,...; s is NULL where a part is not written. */
struct word {
	struct span name, len, to;
	struct word_key key[WORD_NKEY];
	size_t nkey;
};

struct parser {
	const struct span *word;
	size_t nword, at; /* the word being read */
	unsigned depth;
	const char *units; /* of lengths, for messages; NULL: those of words */
	const struct sched_env *env;
	struct sched_table *table;
	struct sched_where *where;
	struct sched_call pending; /* columns of a call, after its first */
	struct diag *d;
};

/*
 * Sets the diag and the place: byte AT, inside the current word.  Always
 * returns -1.
 */
int sched_fail(struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Gives a message that P's diag has got elsewhere byte AT of the current word
 * as its place, if it is DIAG_USAGE.  Always returns -1.
 */
int sched_fail_at(struct parser *p, const char *at);

/*
 * Splits ARG[0..NARG) at blanks outside brackets into *WORD (malloc'd) and *N;
 * comments end at a line's end.  Returns 0, or -1.
 */
int sched_split(struct parser *p, char *const arg[], size_t narg,
	struct span **word, size_t *n);

/* Whether no word is left; whether the current one begins a column. */
bool sched_at_end(const struct parser *p);
bool sched_at_column(const struct parser *p);

bool sched_span_is(struct span s, const char *text);

/* The bytes of S before the first of STOP outside brackets and quotes. */
size_t sched_span_until(struct span s, const char *stop);

/* S up to there; *REST what follows that byte (s NULL: there is none). */
struct span sched_span_cut(struct span s, const char *stop, struct span *rest);

/* Takes the current word apart.  Returns 0, or -1. */
int sched_word_split(struct parser *p, struct word *w);

/*
 * Quantities: all of S into *RET; NAME is for messages.  Each returns 0, or -1
 * with the mistake told.
 */

/* A finite number. */
int sched_parse_real(
	struct parser *p, struct span name, struct span s, double *ret);

/* A value: a number, or with x a multiple of BASE; *IS_BASE set for x. */
int sched_parse_value(struct parser *p, struct span name, struct span s,
	double base, double *ret, bool *is_base);

/* A number of steps; *UNIT becomes the steps per unit it was written in. */
int sched_parse_steps(struct parser *p, struct span name, struct span s,
	double *ret, double *unit);

/* The index of S among "a|b|c". */
int sched_parse_choice(struct parser *p, struct span name, struct span s,
	const char *choices, double *ret);

/* One column's factor while its segments are laid end to end. */
struct scope {
	struct sched_column *column;
	double base;      /* what 1x means here */
	bool real_base;   /* it is the user's base, not the 1 of a factor */
	double cur;       /* where the next segment joins */
	bool cur_is_base; /* cur is the base itself */
	bool in_rep;
	double room;       /* steps that this scope's own may take; NAN */
	double reach;      /* no step from here on is asked for; INFINITY */
	bool no_rest;      /* there is no rest of -n to take */
	bool rest;         /* the last segment takes what is left of room */
	int past;          /* the last one's past=, as its choice's index */
	size_t error_word; /* a word with past=error, or 0 ... */
	double error_end;  /* ... and where that is, from its step 0 */
};

/* The first step of C that nobody asks for; NAN: not known. */
double sched_horizon(const struct parser *p, const struct scope *c);

/* past= of the last segment. */
#define PARSE_PAST "hold|zero|cont|error"
enum { PAST_HOLD, PAST_ZERO, PAST_CONT, PAST_ERROR, PAST_NONE };

/* K, a past=, into C.  Returns 0, or -1. */
int sched_parse_past(
	struct parser *p, struct scope *c, const struct word_key *k);

/*
 * Reads a key of a repetition into *REP if K is one; there is no node before
 * the first.  Returns 1 if so, 0 if not, -1.
 */
int sched_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct sched **rep);

/* A count, of *REP likewise.  Returns 0, or -1. */
int sched_parse_count(
	struct parser *p, struct span name, struct span s, struct sched **rep);

/*
 * BODY of scope C repeated as REP says; NULL with the mistake told.  Both are
 * taken in any case.
 */
struct sched *sched_parse_repeated(struct parser *p, const struct scope *c,
	struct sched *body, struct sched *rep);

/* A lambda of key NAME into *RET (caller frees with expr_fn_free). */
int sched_parse_lambda(struct parser *p, struct span name, struct span s,
	struct sched_fn **ret);

/* Notes that WORD (0: none) forbids to ask for what is after END. */
void sched_add_error(struct scope *c, size_t word, double end);

/* skip= of K: the step of its own that an item begins at.  0, or -1. */
int sched_parse_skip(struct parser *p, const struct word_key *k, double *skip);

/*
 * Moves C on to the end of NODE and appends it to SEQ, from its own step SKIP
 * on.  Fails where that leaves no step.  0, or -1.
 */
int sched_append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *node, double skip, bool over);

/* --- segment.c ---------------------------------------------------------- */

/* Whether WORD is a call that the host builds. */
bool sched_is_call(const struct parser *p, struct span word);

/*
 * The current word as such a call, if it is one, appended to SEQ, which is
 * that of C.  Returns 1 if so, 0 if not, -1.
 */
int sched_parse_call(struct parser *p, struct scope *c, struct sched *seq);

/*
 * The current word as a segment, appended to SEQ.  Returns 0, or -1.
 */
int sched_parse_segment(struct parser *p, struct scope *c, struct sched *seq);

#endif
