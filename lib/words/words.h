/* SPDX-License-Identifier: MIT */
/*
 * The word grammar: a command line of words becomes a table of columns, each
 * a tree of lib/sched.
 *
 *	table = ["+"COLUMN] prod { "+"COLUMN prod }
 *	prod  = seq { "times" seq }
 *	seq   = item { item }
 *	item  = SHAPE[":"LEN[":"TO]]{","KEY["="VALUE]} | CALL
 *	      | "rep"[":"COUNT]{","KEY"="VALUE} prod "end"
 *	      | "part"[":"LEN[",past=cont"]] prod "end"
 *	      | "hold:"LEN prod "end"
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "sched/sched.h"

/*
 * Reads WORD[0..NWORD), each split further at blanks, into *T (caller frees
 * with sched_table_free).  The table may be asked for the values of steps below
 * ENV's horizon, but with needs_steps for lengths and cycles only.  Once made
 * it does not change: any thread.  Returns 0, or -1 with DIAG_USAGE, the word
 * as its place, and *WHERE; or with DIAG_NOMEM.
 */
int words_parse(struct sched_table *t, char *const word[], size_t nword,
	const struct sched_env *env, struct sched_where *where, struct diag *d);

/*
 * Reads all of S as a number of steps: 100, 30%, 32ep, 5ep-1.  WHAT names the
 * option in messages, UNITS what may follow a number (NULL: as in words).
 * Returns 0, or -1 with DIAG_USAGE.
 */
int words_arg_steps(const char *what, const char *s, const char *units,
	const struct sched_env *env, double *ret, struct diag *d);

#endif
