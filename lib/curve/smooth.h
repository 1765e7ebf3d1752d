/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on arrays that the methods share.  Nothing here allocates.
 */
#ifndef CURVE_SMOOTH_H
#define CURVE_SMOOTH_H

#include <stddef.h>

/* The widest window of curve_median(). */
#define SMOOTH_MEDIAN_MAX 15

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
 * BETA^(i+1)) with a = BETA*a + (1 - BETA)*Y[i] from 0, as Adam corrects its
 * moments.
 */
void curve_ema(double *out, const double *y, size_t n, double beta);

/* The index of the smallest of Y[0..n), n > 0; the first of several. */
size_t curve_argmin(const double *y, size_t n);

#endif
