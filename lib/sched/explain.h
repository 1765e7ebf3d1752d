/* SPDX-License-Identifier: MIT */
/*
 * A tree as text: for people with its bounds and values, and as words that
 * build the same tree again.
 */
#ifndef SCHED_EXPLAIN_H
#define SCHED_EXPLAIN_H

struct buf;
struct sched;
struct sched_rep;
struct sched_env;

/*
 * Appends a line per segment with the steps it holds in absolute numbers, its
 * end values and inner boundaries.  ENV gives epochs.  Returns 0, or -1 for no
 * memory.
 */
int sched_explain(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/*
 * Appends S as words with absolute lengths and values.  What has functions
 * that cannot be read again is the call that it came of.  Returns 0, 1 if such
 * a call or function is among them, or -1 for no memory.
 */
int sched_unparse(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/*
 * Appends the call that all of S came of, if it did.  Returns 0, 1 if not, or
 * -1 for no memory.
 */
int sched_unparse_call(struct buf *b, const struct sched *s);

/*
 * Appends the keys of R other than its count, those that are not as by
 * default: ",tmul=2,vmul=0.5".  Returns 0, or -1 for no memory.
 */
int sched_unparse_factors(struct buf *b, const struct sched_rep *r);

#endif
