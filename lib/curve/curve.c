/* SPDX-License-Identifier: MIT */
/*
 * The sweep in a run, and what all methods check.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define POINTS_MIN 20
#define DECADES_MIN 1.0
#define NEAR_POINTS 3 /* in the decade around the suggestion */
/* Decades between neighbours, where they are that many and evenly spread. */
#define GAP_MAX (2 * CURVE_NEAR / (NEAR_POINTS - 1))

/* What a status is called, and whether it comes with rates and is a yes. */
static const struct {
	const char *name;
	bool has_rates, is_yes;
} meaning[CURVE_NSTATUS] = {
	[CURVE_OK] = {"ok", true, true},
	[CURVE_BAD_DATA] = {"bad-data", false, false},
	[CURVE_TOO_FEW] = {"too-few", false, false},
	[CURVE_FLAT] = {"flat", false, false},
	[CURVE_RISING] = {"rising", false, false},
	[CURVE_OPEN] = {"open", false, false},
	[CURVE_NOT_A_TEST] = {"not-a-test", false, false},
	[CURVE_LOW_CONFIDENCE] = {"low-confidence", false, false},
	[CURVE_DIVERGED] = {"diverged", false, false},
	[CURVE_TOO_SHORT] = {"too-short", true, false},
	[CURVE_OPEN_LOW] = {"open-low", true, false},
	[CURVE_OPEN_HIGH] = {"open-high", true, false},
	[CURVE_BRACKETED] = {"bracketed", true, true},
};

const char *curve_status_name(enum curve_status status)
{
	return meaning[status].name;
}

bool curve_has_rates(enum curve_status status)
{
	return meaning[status].has_rates;
}

bool curve_is_yes(enum curve_status status)
{
	return meaning[status].is_yes;
}

/* Decades of an interval: a factor of 2.5, and one of 4.5. */
#define HIGH_CONFIDENCE 0.4
#define MEDIUM_CONFIDENCE 0.65

static bool is_unsure(const struct curve_bounds *b)
{
	return b->decades > MEDIUM_CONFIDENCE;
}

const char *curve_confidence(const struct curve_bounds *b)
{
	if (isnan(b->decades))
		return NULL;
	return is_unsure(b)                   ? "low"
	       : b->decades > HIGH_CONFIDENCE ? "medium"
					      : "high";
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

/* Cuts *C, of rates above 0, to its sweep. */
static enum curve_status cut_to_sweep(struct curve *c)
{
	size_t start = 0, best = 0, best_n = 0, nrate = c->n;

	for (size_t i = 0; i < c->n; i++) {
		if (i > start && c->lr[i] < c->lr[i - 1])
			start = i;
		if (i + 1 - start > best_n) {
			best = start;
			best_n = i + 1 - start;
		}
	}
	*c = (struct curve){
		c->step + best, c->lr + best, c->loss + best, best_n};
	if (nrate < 2)
		return CURVE_TOO_FEW;
	if (best_n < nrate / 2 || held_at_end(c) > best_n / 2)
		return CURVE_NOT_A_TEST;
	return CURVE_OK;
}

/* A schedule of a training does not fall so far, and so evenly. */
#define DECADES_OF_TEST 3.0

/* The rates of C fall as those of a test rise. */
static bool falls(const struct curve *c)
{
	double first = c->n ? c->lr[0] : 0, last = c->n ? c->lr[c->n - 1] : 0;

	for (size_t i = 1; i < c->n; i++)
		if (c->lr[i] > c->lr[i - 1])
			return false;
	return c->n >= POINTS_MIN &&
	       log10(first / last) >= DECADES_OF_TEST - 1e-9 &&
	       c->lr[c->n / 2] < (first + last) / 4;
}

/* The points of a curve that are read, copied only if some are not. */
struct points {
	struct curve c;
	double *memory;
};

static bool has_rate(const struct curve *c, size_t i)
{
	return is_rate(c->lr[i]);
}

/* A sum of some beyond that may not be finite, though each of them is. */
#define LOSS_MAX 1e300

static bool has_loss(const struct curve *c, size_t i)
{
	return fabs(c->loss[i]) < LOSS_MAX;
}

/* Leaves out what KEEP does not want.  Returns 0, or -1 with DIAG_NOMEM. */
static int filter(struct points *p, bool (*keep)(const struct curve *, size_t),
	struct diag *d)
{
	const struct curve c = p->c;
	size_t n = 0, k = 0;
	double *to = p->memory;

	for (size_t i = 0; i < c.n; i++)
		n += keep(&c, i);
	if (n == c.n)
		return 0;
	if (!to)
		to = malloc((3 * n + 1) * sizeof(*to));
	if (!to)
		return diag_nomem(d, 3 * n * sizeof(*to));
	p->memory = to;
	for (size_t i = 0; i < c.n; i++)
		if (keep(&c, i))
			to[k++] = c.step[i];
	for (size_t i = 0; i < c.n; i++)
		if (keep(&c, i))
			to[k++] = c.lr[i];
	for (size_t i = 0; i < c.n; i++)
		if (keep(&c, i))
			to[k++] = c.loss[i];
	p->c = (struct curve){to, to + n, to + 2 * n, n};
	return 0;
}

const struct curve_bounds curve_nothing = {
	.lr_min = NAN,
	.lr_max = NAN,
	.suggest = NAN,
	.suggest_lo = NAN,
	.suggest_hi = NAN,
	.decades = NAN,
	.noise = NAN,
	.onset = NAN,
	.lr_low = NAN,
	.lr_div = NAN,
	.probe = NAN,
	.lr_lo = NAN,
	.lr_hi = NAN,
	.density = NAN,
};

bool curve_counts_updates(const struct curve *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->step[i] != floor(c->step[i]))
			return false;
	return c->n < 2 || c->step[c->n - 1] - c->step[0] >= (double)(c->n - 1);
}

bool curve_is_geometric(const struct curve *c)
{
	return c->lr[c->n / 2] < (c->lr[0] + c->lr[c->n - 1]) / 4;
}

/* A log may have every tenth update, or many points of one. */
static double updates_of(const struct curve *c, bool by_points)
{
	double n = (double)c->n;

	return c->n && !by_points ? c->step[c->n - 1] - c->step[0] + 1 : n;
}

double curve_updates(const struct curve *c)
{
	return updates_of(c, !curve_counts_updates(c));
}

/*
 * Where the sweep of C ends because its losses are not finite any more.  A
 * stretch of these is a gap if as many finite ones come after it: a step that
 * mixed precision skipped, not a network that is lost.
 */
static size_t find_divergence(const struct curve *c)
{
	size_t end = c->n, nfinite = 0, i = c->n;

	while (i > 0) {
		size_t last = i;

		while (i > 0 && !has_loss(c, i - 1))
			i--;
		if (last - i > nfinite)
			end = i;
		while (i > 0 && has_loss(c, i - 1)) {
			i--;
			nfinite++;
		}
	}
	return end;
}

static void cut_diverged(struct curve *c, struct curve_bounds *ret)
{
	size_t end = find_divergence(c);

	ret->diverged = end < c->n;
	if (ret->diverged)
		ret->lr_div = c->lr[end];
	c->n = end;
}

/* Averages of one value differ by their rounding: no method reads them. */
static bool is_constant(const struct curve *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (c->loss[i] != c->loss[0])
			return false;
	return true;
}

/* What was seen stays, whatever the status. */
static void drop_rates(struct curve_bounds *b)
{
	double *const rate[] = {&b->lr_min, &b->lr_max, &b->suggest,
		&b->suggest_lo, &b->suggest_hi, &b->decades, &b->noise,
		&b->onset, &b->lr_low, &b->lr_div};

	for (size_t i = 0; i < ARRAY_SIZE(rate); i++)
		*rate[i] = NAN;
}

/*
 * Cuts P to what a method reads of it.  What no method could read is a status.
 * Returns 0, or -1 with DIAG_NOMEM.
 */
static int find_sweep(
	struct points *p, struct curve_bounds *ret, struct diag *d)
{
	struct curve *c = &p->c, all;
	size_t n_all = c->n, n_sweep, n_end;

	if (filter(p, has_rate, d) < 0)
		return -1;
	ret->ngap = n_all - c->n;
	ret->falls = falls(c);
	all = *c;
	ret->status = c->n == 0 || c->n < n_all / 2 ? CURVE_BAD_DATA
						    : cut_to_sweep(c);
	if (n_all == 0)
		ret->status = CURVE_TOO_FEW;
	ret->by_points = !curve_counts_updates(c);
	ret->updates = updates_of(c, ret->by_points);
	ret->n = n_sweep = c->n;
	ret->nbeside = all.n - c->n;
	if (ret->status == CURVE_BAD_DATA || c->n == 0)
		return 0;
	ret->lr_lo = c->lr[0];
	ret->lr_hi = c->lr[c->n - 1];
	if (ret->falls) {
		ret->lr_lo = all.lr[all.n - 1];
		ret->lr_hi = all.lr[0];
		ret->updates = curve_updates(&all);
	}
	if (ret->status != CURVE_OK)
		return 0;
	cut_diverged(c, ret);
	n_end = c->n;
	if (filter(p, has_loss, d) < 0)
		return -1;
	ret->ngap += n_end - c->n;
	ret->n = c->n;
	if (ret->diverged && c->n < POINTS_MIN && n_sweep >= POINTS_MIN)
		ret->status = CURVE_RISING;
	else if (c->n < POINTS_MIN ||
		 log10(c->lr[c->n - 1] / c->lr[0]) < DECADES_MIN)
		ret->status = CURVE_TOO_FEW;
	else if (is_constant(c))
		ret->status = CURVE_FLAT;
	return 0;
}

/* Runs M on the sweep of C, with its losses that are not finite. */
static int run_as_logged(const struct curve *c, const struct curve_method *m,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d)
{
	struct points p = {.c = *c};
	int r = filter(&p, has_rate, d);

	if (!r) {
		ret->ngap = c->n - p.c.n;
		cut_to_sweep(&p.c);
		ret->n = p.c.n;
		r = m->run(&p.c, use, ret, d);
	}
	free(p.memory);
	return r;
}

/* From the suggestion, if there is one, to lr_max, C tells what rates do. */
static bool is_tested(const struct curve *c, const struct curve_bounds *b)
{
	double lo = fmin(b->suggest, b->lr_max);
	double hi = fmax(b->suggest, b->lr_max);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		n += fabs(log10(c->lr[i] / b->suggest)) <= CURVE_NEAR;
		if (i && c->lr[i - 1] < hi && c->lr[i] > lo &&
			log10(c->lr[i] / c->lr[i - 1]) > GAP_MAX + 1e-9)
			return false;
	}
	return n >= NEAR_POINTS || isnan(b->suggest);
}

void curve_settle(struct curve_bounds *b, const struct curve_use *use)
{
	if (use->strict && curve_is_yes(b->status) && is_unsure(b))
		b->status = CURVE_LOW_CONFIDENCE;
	if (!curve_has_rates(b->status))
		drop_rates(b);
}

/* Where the losses may be those of other rates, so may the answer. */
static void widen(struct curve_bounds *b, double updates)
{
	double decades = updates / b->density;

	if (!(decades > 0))
		return;
	b->decades += 2 * decades;
	b->suggest_lo =
		fmax(curve_round(b->suggest_lo / pow(10, decades)), b->lr_lo);
	b->suggest_hi =
		fmin(curve_round(b->suggest_hi * pow(10, decades)), b->lr_hi);
}

int curve_find(const struct curve *c, const struct curve_method *m,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d)
{
	struct points p = {.c = *c};
	int r;

	*ret = curve_nothing;
	r = find_sweep(&p, ret, d);
	if (!r && ret->status == CURVE_OK)
		r = m->as_logged ? run_as_logged(c, m, use, ret, d)
				 : m->run(&p.c, use, ret, d);
	ret->sparse = !r && ret->status == CURVE_OK && !is_tested(&p.c, ret);
	if (ret->sparse && m->dense)
		ret->status = CURVE_TOO_FEW;
	free(p.memory);
	widen(ret, use->blur);
	curve_settle(ret, use);
	return r;
}

int curve_trace(const struct curve *c, struct curve_trace *ret, struct diag *d)
{
	struct points p = {.c = *c};
	struct curve_bounds bounds = curve_nothing;
	int r;

	ret->n = 0;
	ret->step_lo = -HUGE_VAL;
	ret->step_hi = HUGE_VAL;
	r = find_sweep(&p, &bounds, d);
	if (!r && p.c.n >= POINTS_MIN && bounds.status != CURVE_BAD_DATA &&
		bounds.status != CURVE_NOT_A_TEST) {
		ret->step_lo = p.c.step[0];
		ret->step_hi = p.c.step[p.c.n - 1];
		r = curve_centre_trace(ret, &p.c, d);
	}
	free(p.memory);
	return r;
}
