/* SPDX-License-Identifier: MIT */
/* Inside of lib/match: what its files share, under the name of each. */
#ifndef MATCH_MATCH_IMPL_H
#define MATCH_MATCH_IMPL_H

#include "match/match.h"

/* --- compare.c ------------------------------------------------------------ */

/* The value of SCHED at T, a step of a log; before step 0 it is that of 0. */
double match_expected(const struct sched *sched, double t);

/* How far from WANT the rate I of S may be. */
double match_tolerance(const struct match_series *s,
	const struct match_how *how, size_t i, double want);

/* The number of fewest digits from LO to HI, both above 0. */
double match_roundest(double lo, double hi);

/* --- change.c ------------------------------------------------------------- */

struct sched_number;
struct sched_numbers;

/* What makes a schedule again, with one of its numbers changed. */
struct match_rebuild {
	struct sched_numbers *numbers; /* that it was made with */
	/*
	 * The schedule with the change that NUMBERS ask for, borrowed until
	 * the next call; NULL: there is none.
	 */
	const struct sched *(*build)(void *ctx);
	void *ctx;
	bool items; /* only items of lists are changed */
};

struct match_change {
	const struct sched_number *number; /* NULL: none */
	double to;
	/* More than one may explain the log: all from LEAST to MOST. */
	double least, most;
	bool as_round; /* TO has no more digits than what it is instead of */
	/*
	 * The number is the base, and TO the step since which the schedule
	 * began anew with the rate that it had come to.
	 */
	bool resumed;
};

/*
 * Finds the number that, had it been another, would have made the schedule
 * GIVEN explain every rate of S, which differs from it.  Returns whether there
 * is one; *RET is valid as long as the numbers of REBUILD.
 */
bool match_change(struct match_change *ret, const struct match_series *s,
	const struct sched *given, const struct match_how *how,
	const struct match_rebuild *rebuild);

#endif
