/* SPDX-License-Identifier: MIT */
/*
 * Binary search, whatever is searched: a question with the answer "yes" for
 * all places before some place, and "no" from there on; see bisect_from().
 */
#ifndef BASE_BISECT_H
#define BASE_BISECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bisect {
	uint64_t lo, hi; /* where the first "no" may be; hi: if there is none */
	uint64_t mid;    /* the place to answer for */
};

/* The search of the places from LO to HI, HI being that behind the last. */
static inline struct bisect bisect(uint64_t lo, uint64_t hi)
{
	return (struct bisect){lo, hi, 0};
}

/* False when B->lo is known to be the first "no"; else asks for B->mid. */
static inline bool bisect_next(struct bisect *b)
{
	b->mid = b->lo + (b->hi - b->lo) / 2;
	return b->lo < b->hi;
}

static inline void bisect_answer(struct bisect *b, bool yes)
{
	if (yes)
		b->lo = b->mid + 1;
	else
		b->hi = b->mid;
}

/* The first place of the ascending V[0..N) that is not below X, or N. */
static inline size_t bisect_from(const double *v, size_t n, double x)
{
	struct bisect b = bisect(0, n);

	while (bisect_next(&b))
		bisect_answer(&b, v[b.mid] < x);
	return (size_t)b.lo;
}

#endif
