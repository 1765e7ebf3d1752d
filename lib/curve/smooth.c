/* SPDX-License-Identifier: MIT */
/*
 * What methods share: medians and weighted means, and the rates that follow
 * from a suggestion; see smooth.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/order.h"
#include "curve/curve.h"
#include "curve/smooth.h"

void curve_sort(double *x, size_t n)
{
	qsort(x, n, sizeof(*x), order_of_doubles);
}

double curve_median_of(double *x, size_t n)
{
	size_t half = n / 2;

	curve_sort(x, n);
	if (n % 2)
		return x[half];
	return x[half - 1] + 0.5 * (x[half] - x[half - 1]);
}

void curve_median(double *out, const double *y, size_t n, size_t width)
{
	double window[SMOOTH_MEDIAN_MAX];
	size_t half = width / 2;

	for (size_t i = 0; i < n; i++) {
		size_t lo = i > half ? i - half : 0;
		size_t hi = i + half < n ? i + half : n - 1;

		for (size_t j = lo; j <= hi; j++)
			window[j - lo] = y[j];
		out[i] = curve_median_of(window, hi - lo + 1);
	}
}

void curve_smooth(double *out, double *se_ret, const double *x, const double *y,
	size_t n, double sigma)
{
	for (size_t i = 0; i < n; i++) {
		double sum = 0, sum_y = 0, sum_sq = 0;

		for (size_t j = 0; j < n; j++) {
			double z = (x[j] - x[i]) / sigma;
			double w = exp(-0.5 * z * z);

			sum += w;
			sum_y += w * y[j];
			sum_sq += w * w;
		}
		out[i] = sum_y / sum;
		if (se_ret)
			se_ret[i] = sqrt(sum_sq) / sum;
	}
}

void curve_ema(
	double *out, const double *y, size_t n, double beta, unsigned late)
{
	double a = 0;

	for (size_t i = 0; i < n; i++) {
		a = beta * a + (1 - beta) * y[i];
		out[i] = a / (1 - pow(beta, (double)i + 1 + late));
	}
}

void curve_range(struct curve_bounds *ret, double suggest, double lr_max,
	const struct curve_use *use)
{
	ret->suggest = suggest;
	ret->lr_max = lr_max;
	ret->lr_min = fmin(curve_round(lr_max / use->ratio), lr_max);
	if (use->constant)
		ret->lr_min = ret->lr_max = suggest;
}

void curve_suggest(struct curve_bounds *ret, double suggest, double max_limit,
	const struct curve_use *use)
{
	suggest = fmin(suggest, max_limit);
	curve_range(
		ret, suggest, fmin(curve_round(2 * suggest), max_limit), use);
}

double curve_round(double x)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.2e", x);

	num_cell_double(text, (size_t)n, &x);
	return x;
}
