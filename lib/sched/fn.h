/* SPDX-License-Identifier: MIT */
/*
 * A function of one number that a schedule is made of: a user's lambda or def.
 * Who makes one puts this first in a struct of his own.
 */
#ifndef SCHED_FN_H
#define SCHED_FN_H

#include <stdbool.h>

struct buf;
struct diag;

struct sched_fn {
	/* Its value at X; NAN where it has none.  Any thread, any order. */
	double (*at)(struct sched_fn *f, double x);
	/* Appends its source, in brackets.  Returns 0, or -1. */
	int (*show)(struct buf *b, const struct sched_fn *f);
	/* Why at() gave NAN at X, to D: 1, or 0: that is its value.  Or NULL.
	 */
	int (*why)(struct sched_fn *f, double x, struct diag *d);
	void (*free)(struct sched_fn *f);
	bool is_const; /* its value does not depend on X */
	bool opaque;   /* it has no source that could be read again */
};

static inline double sched_fn_at(struct sched_fn *f, double x)
{
	return f->at(f, x);
}

/* Harmless on NULL. */
static inline void sched_fn_free(struct sched_fn *f)
{
	if (f)
		f->free(f);
}

#endif
