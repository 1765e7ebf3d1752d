/* SPDX-License-Identifier: MIT */
/*
 * The word grammar: a command line of words becomes a table of columns, each
 * a tree of sched.h.
 *
 *	table = ["+"COLUMN] prod { "+"COLUMN prod }
 *	prod  = seq { "times" seq }
 *	seq   = item { item }
 *	item  = SHAPE[":"LEN[":"TO]]{","KEY["="VALUE]} | CALL
 *	      | "rep"[":"COUNT]{","KEY"="VALUE} prod "end"
 *	      | "part"[":"LEN[",past=cont"]] prod "end"
 *	      | "hold:"LEN prod "end"
 */
#ifndef SCHED_WORDS_H
#define SCHED_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct diag;
struct sched;
struct sched_host;
struct sched_numbers;
struct near;

/* A file of definitions, all borrowed. */
struct sched_source {
	const char *name, *text;
	size_t n;
};

/* What lengths and values are relative to. */
struct sched_env {
	double base;        /* what 1x means */
	bool base_given;    /* the user said so; else a script may */
	double steps;       /* -n: what 100% is; NAN: not known */
	double epoch_steps; /* steps per epoch; NAN: not known */
	double horizon;     /* first step never asked for; NAN: not known */
	const char *const *define; /* NAME=VALUE, for calls and lambdas */
	size_t ndefine;
	const struct sched_source *source; /* definitions, for the host */
	size_t nsource;
	bool by_epoch;      /* what is called a step here is an epoch */
	bool has_samples;   /* lengths may be in samples: 2e6s ... */
	bool epoch_samples; /* ... and these are what epoch_steps counts */
	struct sched_numbers *numbers; /* lists and changes them; NULL */
	struct buf *remarks; /* for the host: lines for the user; NULL */
	const struct sched_host *host; /* what builds calls; NULL: nothing */
};

#define SCHED_CALL_NCOLUMN 4

/* What a call came to; what is not taken over is the caller's to free. */
struct sched_call {
	struct sched_call_column {
		char *name; /* malloc'd; NULL: the first one's, not given */
		struct sched *node;
		bool uses_base;
		double past_end; /* nobody may ask for steps after; NAN */
	} column[SCHED_CALL_NCOLUMN];
	size_t n;
	struct buf name; /* "torch.StepLR ..." */
};

/* Releases what C still has; it is then empty. */
void sched_call_free(struct sched_call *c);

/* Where calls are built: this room knows none. */
struct sched_host {
	void *ctx;
	/* Whether S[0..N) begins as a call. */
	bool (*knows)(void *ctx, const char *s, size_t n);
	/*
	 * The signature of the constructor NAME[0..N), its length in *NRET;
	 * NULL: none has that name.  Not NUL-terminated.
	 */
	const char *(*signature)(
		void *ctx, const char *name, size_t n, size_t *nret);
	/* Offers the names of all constructors. */
	void (*offer)(void *ctx, struct near *near);
	/*
	 * The call S[0..N) into *RET; BASE is what it starts from.  Returns
	 * 0, or -1 with D and *WHERE, the offset of the mistake.
	 */
	int (*build)(void *ctx, const char *s, size_t n,
		const struct sched_env *env, double base,
		struct sched_call *ret, size_t *where, struct diag *d);
};

/* What ENV is to a schedule that is stepped once in EVERY steps. */
struct sched_env sched_env_held(const struct sched_env *env, double every);

struct sched_column {
	char *name; /* NULL: the first column, not named by a word */
	struct sched *node;
	bool uses_base; /* its values change with env.base */
};

struct sched_table {
	struct sched_column *column; /* at least one */
	size_t n;
	double len; /* steps of the longest column that ends; INFINITY */
	/* The word, from 1, that env.steps is missing for; or 0. */
	size_t needs_steps;
	/* Words, from 1, with a length in samples, and in steps; or 0. */
	size_t in_samples, in_steps;
	/* A word, from 1, with past=error, and where its column ends; or 0. */
	size_t past_error;
	double past_end;
	/* The constructors that were called: "torch.StepLR ...". */
	struct buf calls;
};

/* The place of a mistake: a word and an offset in it. */
struct sched_where {
	const char *text; /* the word, borrowed from the caller's; NULL: none */
	size_t len;       /* its bytes */
	size_t offset;    /* of the mistake, in bytes */
};

/*
 * Reads WORD[0..NWORD), each split further at blanks, into *T (caller frees
 * with sched_table_free).  The table may be asked for the values of steps below
 * ENV's horizon, but with needs_steps for lengths and cycles only.  Once made
 * it does not change: any thread.  Returns 0, or -1 with DIAG_USAGE, the word
 * as its place, and *WHERE; or with DIAG_NOMEM.
 */
int sched_words(struct sched_table *t, char *const word[], size_t nword,
	const struct sched_env *env, struct sched_where *where, struct diag *d);

/* Harmless on a table that is all zero. */
void sched_table_free(struct sched_table *t);

/*
 * Reads all of S as a number of steps: 100, 30%, 32ep, 5ep-1.  WHAT names the
 * option in messages, UNITS what may follow a number (NULL: as in words).
 * Returns 0, or -1 with DIAG_USAGE.
 */
int sched_arg_steps(const char *what, const char *s, const char *units,
	const struct sched_env *env, double *ret, struct diag *d);

#endif
