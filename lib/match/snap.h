/* SPDX-License-Identifier: MIT */
/*
 * From numbers that fit to the numbers that somebody wrote: the roundest ones
 * within what the log leaves open.
 */
#ifndef MATCH_SNAP_H
#define MATCH_SNAP_H

#include <stdbool.h>
#include <stddef.h>

#include "match/fit.h"

#define SNAP_NCANDIDATE 10

struct snap_candidate {
	double v;
	double ratio; /* as a multiple of the base; NAN: absolute */
	double cost;  /* digits that had to be written */
};

/*
 * Round numbers of KIND within WIDTH of V, the roundest first; BASE is what
 * rates may be multiples of, or NAN.  Returns how many.
 */
size_t match_snap_candidates(struct snap_candidate ret[SNAP_NCANDIDATE],
	enum fit_kind kind, double v, double width, double base);

/* The digits of a whole number without the zeros at its end. */
double match_snap_digits(double v);

/*
 * Rounds every number of F such that it still agrees with all rates.  Returns
 * the digits that have to be written, or INFINITY if F does not agree.
 */
double match_snap_fit(struct fit_work *w, struct fit *f);

#endif
