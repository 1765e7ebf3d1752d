/* SPDX-License-Identifier: MIT */
/* Inside of lib/words: what its files share, under the name of each. */
#ifndef WORDS_WORDS_IMPL_H
#define WORDS_WORDS_IMPL_H

#include <math.h>

#include "base/near.h"
#include "base/str.h"
#include "words/words.h"

/* --- text.c ------------------------------------------------------------- */

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
int words_fail(struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Gives a message that P's diag has got elsewhere byte AT of the current word
 * as its place, if it is DIAG_USAGE.  Always returns -1.
 */
int words_fail_at(struct parser *p, const char *at);

/* Fails if K has no value, or an empty one.  Returns 0, or -1. */
int words_need_value(struct parser *p, const struct word_key *k);

/* Whether S is TEXT. */
static inline bool words_span_is(struct span s, const char *text)
{
	return str_is(s.s, s.n, text);
}

/* The bytes of S before the first of STOP outside brackets and quotes. */
size_t words_span_until(struct span s, const char *stop);

/* S up to there; *REST what follows that byte (s NULL: there is none). */
struct span words_span_cut(struct span s, const char *stop, struct span *rest);

/* Takes the current word apart.  Returns 0, or -1. */
int words_split_word(struct parser *p, struct word *w);

/* --- quantity.c --------------------------------------------------------- */

/*
 * Quantities: all of S into *RET; NAME is for messages.  Each returns 0, or -1
 * with the mistake told.
 */

/* A finite number. */
int words_parse_real(
	struct parser *p, struct span name, struct span s, double *ret);

/* A value: a number, or with x a multiple of BASE; *IS_BASE set for x. */
int words_parse_value(struct parser *p, struct span name, struct span s,
	double base, double *ret, bool *is_base);

/* A number of steps; *UNIT becomes the steps per unit it was written in. */
int words_parse_steps(struct parser *p, struct span name, struct span s,
	double *ret, double *unit);

/* The index of S among "a|b|c". */
int words_parse_choice(struct parser *p, struct span name, struct span s,
	const char *choices, double *ret);

/* A lambda of key NAME into *RET (caller frees with sched_fn_free()). */
int words_parse_lambda(struct parser *p, struct span name, struct span s,
	struct sched_fn **ret);

/* --- item.c ------------------------------------------------------------- */

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
	bool no_rest;      /* there is no rest to take */
	bool rest;         /* the last segment takes what is left of room */
	int past;          /* the last one's past=, as its choice's index */
	size_t error_word; /* a word with past=error, or 0 ... */
	double error_end;  /* ... and where that is, from its step 0 */
};

/* The first step of C that nobody asks for; NAN: not known. */
static inline double words_horizon(
	const struct parser *p, const struct scope *c)
{
	return isinf(c->reach) ? p->env->horizon
			       : fmin(p->env->horizon, c->reach);
}

/* past= of the last segment. */
#define PARSE_PAST "hold|zero|cont|error"
enum { PAST_HOLD, PAST_ZERO, PAST_CONT, PAST_ERROR, PAST_NONE };

/* K, a past=, into C.  Returns 0, or -1. */
int words_parse_past(
	struct parser *p, struct scope *c, const struct word_key *k);

/*
 * Reads a key of a repetition into *REP if K is one; there is no node before
 * the first.  Returns 1 if so, 0 if not, -1.
 */
int words_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct sched **rep);

/* A count, of *REP likewise.  Returns 0, or -1. */
int words_parse_count(
	struct parser *p, struct span name, struct span s, struct sched **rep);

/*
 * BODY of scope C repeated as REP says; NULL with the mistake told.  Both are
 * taken in any case.
 */
struct sched *words_parse_repeated(struct parser *p, const struct scope *c,
	struct sched *body, struct sched *rep);

/* Notes that WORD (0: none) forbids to ask for what is after END. */
void words_add_error(struct scope *c, size_t word, double end);

/* skip= of K: the step of its own that an item begins at.  0, or -1. */
int words_parse_skip(struct parser *p, const struct word_key *k, double *skip);

/*
 * Moves C on to the end of NODE and appends it to SEQ, from its own step SKIP
 * on.  Fails where that leaves no step.  0, or -1.
 */
int words_append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *node, double skip, bool over);

/* --- synonyms.c --------------------------------------------------------- */

/* What others call a length ("LENGTH"), a key or a shape. */
extern const struct near_synonym words_synonyms[];

/* --- segment.c ---------------------------------------------------------- */

/* Whether WORD is a call that the host builds. */
bool words_is_call(const struct parser *p, struct span word);

/*
 * The current word as such a call, if it is one, appended to SEQ, which is
 * that of C.  Returns 1 if so, 0 if not, -1.
 */
int words_parse_call(struct parser *p, struct scope *c, struct sched *seq);

/*
 * The current word as a segment, appended to SEQ.  Returns 0, or -1.
 */
int words_parse_segment(struct parser *p, struct scope *c, struct sched *seq);

#endif
