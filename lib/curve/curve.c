/* SPDX-License-Identifier: MIT */
/*
 * The table of methods, the sweep in a run, and what all methods check.
 */
#include "curve/curve.h"

#include <math.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/num.h"

#define POINTS_MIN 20
#define DECADES_MIN 1.0

const struct curve_method curve_methods[] = {
	{"robust", "between half of the drop and the end of the basin",
		"the loss does not fall beyond its noise", curve_robust},
	{"minimum", "a tenth of the rate of the lowest loss (fastai)",
		"the loss is constant", curve_minimum},
	{"valley", "the longest valley, about half-way down (fastai)",
		"the loss is constant", curve_valley},
	{"capel", "5 % and 50 % above the lowest moving average",
		"the moving average leaves no range", curve_capel},
	{"smith-exp", "10 % of the drop to the lowest average loss",
		"the average loss does not fall", curve_smith_exp},
	{NULL, NULL, NULL, NULL},
};

const char *curve_status_name(enum curve_status status)
{
	static const char *const name[CURVE_NSTATUS] = {
		[CURVE_OK] = "ok",
		[CURVE_BAD_DATA] = "bad-data",
		[CURVE_TOO_FEW] = "too-few",
		[CURVE_FLAT] = "flat",
		[CURVE_RISING] = "rising",
		[CURVE_OPEN] = "open",
		[CURVE_NOT_A_TEST] = "not-a-test",
	};

	return name[status];
}

static bool is_rate(double lr)
{
	return lr > 0 && lr < HUGE_VAL;
}

/* Points at the end that share one rate: a schedule that holds. */
static size_t held_at_end(const struct curve *c)
{
	size_t i = c->n;

	while (i > 0 && !(c->lr[i - 1] < c->lr[c->n - 1]))
		i--;
	return c->n - i;
}

/*
 * Cuts *C to its sweep.  Returns CURVE_OK, or CURVE_BAD_DATA, CURVE_TOO_FEW,
 * CURVE_NOT_A_TEST.
 */
static enum curve_status cut_to_sweep(struct curve *c)
{
	size_t start = 0, best = 0, best_n = 0, nrate = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!is_rate(c->lr[i])) {
			start = i + 1;
			continue;
		}
		nrate++;
		if (i > start && c->lr[i] < c->lr[i - 1])
			start = i;
		if (i + 1 - start > best_n) {
			best = start;
			best_n = i + 1 - start;
		}
	}
	if (c->n == 0)
		return CURVE_TOO_FEW;
	if (nrate == 0 || nrate < c->n / 2)
		return CURVE_BAD_DATA;
	*c = (struct curve){
		c->step + best, c->lr + best, c->loss + best, best_n};
	if (best_n < nrate / 2 || held_at_end(c) > best_n / 2)
		return nrate < 2 ? CURVE_TOO_FEW : CURVE_NOT_A_TEST;
	return CURVE_OK;
}

static void clear(struct curve_bounds *b)
{
	*b = (struct curve_bounds){
		.lr_min = NAN,
		.lr_max = NAN,
		.suggest = NAN,
		.suggest_lo = NAN,
		.suggest_hi = NAN,
		.max_lo = NAN,
		.max_hi = NAN,
		.onset = NAN,
		.lr_opt = NAN,
		.lr_div = NAN,
		.lr_lo = NAN,
		.lr_hi = NAN,
		.density = NAN,
	};
}

/* A log may have every tenth update, or many points of one. */
static double updates_of(const struct curve *c)
{
	double n = (double)c->n;

	return c->n ? fmax(n, c->step[c->n - 1] - c->step[0] + 1) : n;
}

/* A loss that is not finite ends the sweep of C. */
static void cut_diverged(struct curve *c, struct curve_bounds *ret)
{
	size_t n = 0;

	while (n < c->n && isfinite(c->loss[n]))
		n++;
	ret->diverged = n < c->n;
	if (ret->diverged)
		ret->lr_div = c->lr[n];
	c->n = n;
}

/* Averages of one value differ by their rounding: no method reads them. */
static bool is_constant(const struct curve *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (c->loss[i] != c->loss[0])
			return false;
	return true;
}

int curve_find(const struct curve *c, const struct curve_method *m,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d)
{
	struct curve s = *c;
	size_t n_all;
	int r = 0;

	clear(ret);
	ret->status = cut_to_sweep(&s);
	ret->n = n_all = s.n;
	ret->updates = updates_of(&s);
	if (s.n && ret->status != CURVE_BAD_DATA) {
		ret->lr_lo = s.lr[0];
		ret->lr_hi = s.lr[s.n - 1];
	}
	if (ret->status != CURVE_OK)
		return 0;
	cut_diverged(&s, ret);
	ret->n = s.n;
	if (ret->diverged && s.n < POINTS_MIN && n_all >= POINTS_MIN)
		ret->status = CURVE_RISING;
	else if (s.n < POINTS_MIN ||
		 log10(s.lr[s.n - 1] / s.lr[0]) < DECADES_MIN)
		ret->status = CURVE_TOO_FEW;
	else if (is_constant(&s))
		ret->status = CURVE_FLAT;
	else
		r = m->run(&s, use, ret, d);
	if (ret->status != CURVE_OK) {
		struct curve_bounds seen = *ret;

		clear(ret);
		ret->status = seen.status;
		ret->n = seen.n;
		ret->lr_lo = seen.lr_lo;
		ret->lr_hi = seen.lr_hi;
		ret->updates = seen.updates;
		ret->density = seen.density;
		ret->diverged = seen.diverged;
		ret->stopped = seen.stopped;
	}
	return r;
}

void curve_suggest(struct curve_bounds *ret, double suggest, double max_limit,
	const struct curve_use *use)
{
	ret->suggest = fmin(suggest, max_limit);
	ret->lr_max = curve_round(fmin(2 * ret->suggest, max_limit));
	ret->lr_min = curve_round(ret->lr_max / use->ratio);
	if (use->constant)
		ret->lr_min = ret->lr_max = ret->suggest;
}

double curve_round(double x)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.2e", x);

	num_cell_double(text, (size_t)n, &x);
	return x;
}
