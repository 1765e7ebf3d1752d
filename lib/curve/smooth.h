/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on arrays that the methods share.  Nothing here allocates.
 */
#ifndef CURVE_SMOOTH_H
#define CURVE_SMOOTH_H

#include <stddef.h>

#include "curve/curve.h"

/* The widest window of curve_median(). */
#define SMOOTH_MEDIAN_MAX 15

/*
 * From the median of the differences of neighbours to the standard deviation
 * of a point: 1.4826 for a median, a root of 2 for a difference.
 */
#define CURVE_DIFF_SD (1.4826 / 1.4142135623730951)

/* Sorts X[0..n) upwards; no NaN in it. */
void curve_sort(double *x, size_t n);

/* The median of X[0..n), n > 0, which is sorted by this. */
double curve_median_of(double *x, size_t n);

/*
 * OUT[i] = the median of the WIDTH (odd) values around Y[i], of fewer at both
 * ends.
 */
void curve_median(double *out, const double *y, size_t n, size_t width);

/*
 * OUT[i] = the mean of Y with weights of a normal curve of SIGMA around X[i]
 * (Nadaraya-Watson).  X must not fall.  If SE_RET is not NULL, SE_RET[i] is
 * the standard error of that mean for noise of size 1.
 */
void curve_smooth(double *out, double *se_ret, const double *x, const double *y,
	size_t n, double sigma);

/*
 * An exponential average without its bias towards 0: OUT[i] = a/(1 -
 * BETA^(i+1+LATE)) with a = BETA*a + (1 - BETA)*Y[i] from 0.  LATE is 0, as
 * Adam corrects its moments, or 1, as programs do that count one too many.
 */
void curve_ema(
	double *out, const double *y, size_t n, double beta, unsigned late);

/* Sets suggest, lr_max, and lr_min by what USE makes of LR_MAX. */
void curve_range(struct curve_bounds *ret, double suggest, double lr_max,
	const struct curve_use *use);

/* --- curve.c --- */

/* Decades from an answer in which rates have to have been tested. */
#define CURVE_NEAR 0.5

/* Half-way the rate of C is far below the mean of its ends. */
bool curve_is_geometric(const struct curve *c);

/* The updates that C took; its points where the steps cannot be updates. */
double curve_updates(const struct curve *c);

/* Last: an unsure answer is none where USE is strict, and none has no rates. */
void curve_settle(struct curve_bounds *b, const struct curve_use *use);

/* --- smooth.c --- */

/* The index of the smallest of Y[0..n), n > 0; the first of several. */
static inline size_t curve_argmin(const double *y, size_t n)
{
	size_t m = 0;

	for (size_t i = 1; i < n; i++)
		if (y[i] < y[m])
			m = i;
	return m;
}

#endif
