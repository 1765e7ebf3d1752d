/* SPDX-License-Identifier: MIT */
/*
 * A range from the moving average of the losses and of its differences, as
 * the code of the source document runs: both are numpy.convolve(..., 'same')
 * with 20 ones / 20, whose zero padding bends both ends.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define WIDTH 20
#define BEFORE 10 /* of the WIDTH points, those before the centre */

/* OUT[0..max(n, WIDTH)) = mean of A[i-10 .. i+9], 0 outside. */
static size_t convolve_same(double *out, const double *a, size_t n)
{
	size_t m = n < WIDTH ? WIDTH : n;

	for (size_t i = 0; i < m; i++) {
		double sum = 0;

		for (size_t j = 0; j < WIDTH; j++)
			if (i + j >= BEFORE && i + j - BEFORE < n)
				sum += a[i + j - BEFORE] * (1.0 / WIDTH);
		out[i] = sum;
	}
	return m;
}

static size_t first_down_to(const double *s, size_t n, double level)
{
	size_t i = 0;

	while (i < n && !(s[i] <= level))
		i++;
	return i;
}

static void read_range(const struct curve *c, const double *s, const double *d,
	size_t nd, struct curve_bounds *ret)
{
	size_t lo = first_down_to(d, nd, 0), hi = 0, i, j;
	double min = HUGE_VAL, max = -HUGE_VAL;

	while (hi < nd && !(d[hi] >= 0))
		hi++;
	if (hi == 0)
		hi = nd;
	ret->status = CURVE_FLAT;
	if (hi < lo + 2)
		return;
	if (hi > c->n)
		hi = c->n;
	for (size_t k = lo; k + 1 < hi; k++) {
		min = fmin(min, s[k]);
		max = fmax(max, s[k]);
	}
	i = first_down_to(s + lo, hi - lo, min + 0.05 * (max - min));
	j = first_down_to(s + lo, hi - lo, min + 0.5 * (max - min));
	if (j >= i)
		return;
	ret->status = CURVE_OK;
	ret->lr_min = c->lr[lo + j];
	ret->lr_max = c->lr[lo + i - 1];
}

int curve_capel(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d)
{
	size_t n = c->n + WIDTH;
	double *s = malloc(3 * n * sizeof(*s));
	double *diff, *slope;

	(void)use;
	if (!s)
		return diag_nomem(d, 3 * n * sizeof(*s));
	diff = s + n;
	slope = diff + n;
	convolve_same(s, c->loss, c->n);
	for (size_t i = 0; i + 1 < c->n; i++)
		diff[i] = s[i + 1] - s[i];
	read_range(c, s, slope, convolve_same(slope, diff, c->n - 1), ret);
	ret->geometric = curve_is_geometric(c);
	free(s);
	return 0;
}
