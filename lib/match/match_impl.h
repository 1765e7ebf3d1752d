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

#endif
