/* SPDX-License-Identifier: MIT */
/* Round numbers near others: what people type, roughly in digits of it. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "fit/fit_impl.h"

#define DIGITS_MAX 12

/* As num_with_digits(), without a text where that can be. */
static double typed(double x, int digits)
{
	double scale, whole;
	int e;

	if (x == 0 || !isfinite(x))
		return x;
	/* A quotient or product of two exact numbers is what is read. */
	e = digits - 1 - (int)floor(log10(fabs(x)));
	if (abs(e) > NUM_TEN_MAX)
		return num_with_digits(x, digits);
	scale = num_ten[abs(e)];
	whole = rint(e > 0 ? x * scale : x / scale);
	return e > 0 ? whole / scale : whole * scale;
}

static void add(
	struct candidate *list, size_t *n, double v, double ratio, double cost)
{
	struct candidate new = {v, ratio, cost};
	size_t i;

	for (i = 0; i < *n; i++)
		if (list[i].v == v && list[i].cost <= cost)
			return;
	if (*n == FIT_CANDIDATES_MAX && list[*n - 1].cost <= cost)
		return;
	i = *n < FIT_CANDIDATES_MAX ? (*n)++ : *n - 1;
	for (; i > 0 && list[i - 1].cost > cost; i--)
		list[i] = list[i - 1];
	list[i] = new;
}

/* Decimals of ever more digits near V, times UNIT; three of them. */
static void add_decimals(struct candidate *list, size_t *n, double v,
	double width, double unit, bool whole)
{
	double x = v / unit, w = width / unit;
	int found = 0;

	for (int digits = 1; digits <= DIGITS_MAX && found < 3; digits++) {
		double y = typed(x, digits);

		if (fabs(y - x) > w || (whole && y != round(y)))
			continue;
		/* The roundest, and one that is nearly where it was. */
		if (found < 2 || fabs(y - x) < w / 100 || digits == DIGITS_MAX)
			found++;
		else
			continue;
		add(list, n, y * unit, unit == 1 ? NAN : y, digits);
	}
}

/* One over a round number, or two, three or five thirds. */
static void add_fractions(
	struct candidate *list, size_t *n, double v, double width, double unit)
{
	double x = v / unit, w = width / unit, y;

	for (int digits = 1; digits <= 3 && x > 0; digits++) {
		y = 1 / typed(1 / x, digits);
		if (fabs(y - x) <= w)
			add(list, n, y * unit, unit == 1 ? NAN : y,
				digits + 1.5);
	}
	y = round(x * 3) / 3;
	if (y > 0 && fabs(y - x) <= w)
		add(list, n, y * unit, unit == 1 ? NAN : y, 2.5);
}

/* A length that is not whole costs more than any that is. */
static void add_steps(struct candidate *list, size_t *n, double v, double width)
{
	double whole = round(v);

	add_decimals(list, n, v, width, 1, true);
	if (fabs(whole - v) <= width && whole >= 1)
		add(list, n, whole, NAN, fit_digits(whole));
	if (*n)
		return;
	add_decimals(list, n, v, width, 1, false);
	for (size_t i = 0; i < *n; i++)
		list[i].cost += 4;
}

size_t fit_candidates(struct candidate ret[FIT_CANDIDATES_MAX],
	enum fit_kind kind, double v, double width, double base)
{
	/* What frameworks have instead of 0. */
	static const double least[] = {1e-8, 1e-7, 1e-6};
	size_t n = 0;

	width = fmax(width, 1e-13 * fabs(v));
	if (kind == FIT_STEPS || kind == FIT_WHOLE) {
		add_steps(ret, &n, v, fmax(width, 1e-5 + 1e-8 * v));
		return n;
	}
	if (kind == FIT_RATE && fabs(v) <= width) {
		add(ret, &n, 0, NAN, FIT_ZERO_COST);
		for (size_t k = 0; k < 3 && least[k] <= v + width; k++)
			add(ret, &n, least[k], NAN, 1.5);
	}
	add_decimals(ret, &n, v, width, 1, false);
	if (kind == FIT_RATE && !isnan(base)) {
		add_decimals(ret, &n, v, width, base, false);
		add_fractions(ret, &n, v, width, base);
	}
	if (kind == FIT_FACTOR || kind == FIT_REAL)
		add_fractions(ret, &n, v, width, 1);
	return n;
}
