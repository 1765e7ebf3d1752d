/* SPDX-License-Identifier: MIT */
/*
 * The second stage: short runs at constant rates.  A run is read down to its
 * level, the loss that it comes to; what it gained over the start, as a part of
 * what the best run gained, weights its rate.  The constants were chosen on
 * the runs of tests/truth/bank.jsonl.gz; its README says how.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/order.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define SPREAD 1e-3      /* of rates that count as one */
#define WARM_UP 0.5      /* of a run may be one */
#define TRIM 5           /* a fifth of the last half, at both ends */
#define CUT_SHORT 0.9    /* of the longest run of a file */
#define SHORT 150        /* updates */
#define POWER 64         /* of the gain, as a weight */
#define OFFSET 0.12      /* decades: short runs prefer rates that are high */
#define NEARLY_BEST 0.97 /* of the best gain */
#define FACTOR 1.8       /* from the suggestion to the ends of its interval */
#define MAX_FACTOR 1.5   /* to lr_max */
#define AGREE 3          /* factor between it and the range test's answer */

/* Where the rate of C stays, or C->n: the last rate is reached by a warm-up. */
static size_t held_from(const struct curve *c)
{
	double lo = c->lr[c->n - 1], hi = lo;
	size_t i = c->n;

	while (i > 0) {
		lo = fmin(lo, c->lr[i - 1]);
		hi = fmax(hi, c->lr[i - 1]);
		if (!(lo > 0) || !(hi < HUGE_VAL) || hi > lo * (1 + SPREAD))
			break;
		i--;
	}
	return i;
}

bool curve_is_held(const struct curve *c, size_t *warm_up_ret)
{
	size_t from = c->n ? held_from(c) : 0;

	*warm_up_ret = from;
	if (c->n == 0 || (double)from > WARM_UP * (double)c->n)
		return false;
	if (from && c->n - from < 2) /* one point holds nothing */
		return false;
	for (size_t i = 0; i < from; i++)
		if (!(c->lr[i] >= 0 && c->lr[i] <= c->lr[i + 1] * (1 + SPREAD)))
			return false;
	return true;
}

static bool all_finite(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(y[i]))
			return false;
	return true;
}

/* The mean of the last half without its extremes, and the noise in it. */
static int read_level(
	struct curve_probe *ret, const struct curve *c, struct diag *d)
{
	size_t m = (c->n + 1) / 2, cut = m / TRIM;
	const double *half = c->loss + c->n - m;
	double *y = malloc((m + 1) * sizeof(*y));
	double sum = 0;

	if (!y)
		return diag_nomem(d, m * sizeof(*y));
	memcpy(y, half, m * sizeof(*y));
	curve_sort(y, m);
	for (size_t i = cut; i < m - cut; i++)
		sum += y[i];
	ret->level = sum / (double)(m - 2 * cut);
	for (size_t i = 1; i < m; i++)
		y[i - 1] = fabs(half[i] - half[i - 1]);
	ret->noise = m > 1 ? CURVE_DIFF_SD * curve_median_of(y, m - 1) : 0;
	free(y);
	return 0;
}

int curve_probe_read(
	struct curve_probe *ret, const struct curve *c, struct diag *d)
{
	*ret = (struct curve_probe){
		.lr = c->lr[c->n - 1],
		.first = c->loss[0],
		.level = NAN,
		.noise = NAN,
		.updates = curve_updates(c),
	};
	return all_finite(c->loss, c->n) ? read_level(ret, c, d) : 0;
}

void curve_probe_cut(struct curve_probe *probe, size_t n)
{
	double longest = 0;

	for (size_t i = 0; i < n; i++)
		longest = fmax(longest, probe[i].updates);
	for (size_t i = 0; i < n; i++)
		if (probe[i].updates < CUT_SHORT * longest)
			probe[i].whole = longest;
}

static bool has_diverged(const struct curve_probe *p)
{
	return isnan(p->level);
}

/* Its level can be compared with that of others. */
static bool is_whole(const struct curve_probe *p)
{
	return !has_diverged(p) && !(p->whole > 0);
}

bool curve_probe_is_lost(const struct curve_probe *probe, size_t n, size_t i)
{
	if (has_diverged(&probe[i]) || is_whole(&probe[i]))
		return false;
	for (size_t k = 0; k < n; k++)
		if (is_whole(&probe[k]) && probe[k].level < probe[k].first &&
			probe[k].lr * (1 + SPREAD) >= probe[i].lr)
			return true;
	return false;
}

/* Copies PROBE: runs that were cut short have diverged, or are lost. */
static void classify(
	struct curve_probe *ret, const struct curve_probe *probe, size_t n)
{
	memcpy(ret, probe, n * sizeof(*ret));
	for (size_t i = 0; i < n; i++)
		if (probe[i].whole > 0 && !curve_probe_is_lost(probe, n, i))
			ret[i].level = NAN;
}

static int by_rate(const void *a, const void *b)
{
	const struct curve_probe *p = a, *q = b;

	return ORDER_OF(p->lr, q->lr);
}

/* Where a run of a rate is lost, the others tell of it. */
static bool tells_less(const struct curve_probe *p, const struct curve_probe *q)
{
	return !has_diverged(p) && !is_whole(p) &&
	       (has_diverged(q) || is_whole(q));
}

/* The mean of the N runs at P, which share a rate. */
static struct curve_probe mean_of(const struct curve_probe *p, size_t n)
{
	struct curve_probe sum = p[0];
	double m = 1;

	for (size_t i = 1; i < n; i++) {
		if (tells_less(&p[i], &sum))
			continue;
		if (tells_less(&sum, &p[i])) {
			sum = p[i];
			continue;
		}
		sum.level += p[i].level;
		sum.noise += p[i].noise;
		sum.updates = fmin(sum.updates, p[i].updates);
		m++;
	}
	sum.lr = p[0].lr;
	sum.level /= m;
	sum.noise /= m;
	return sum;
}

/*
 * Sorts P by rate and makes one of those that share it: it has diverged if one
 * of them has.  Returns how many are left.
 */
static size_t pool(struct curve_probe *p, size_t n)
{
	size_t m = 0, k;

	qsort(p, n, sizeof(*p), by_rate);
	for (size_t i = 0; i < n; i += k) {
		for (k = 1; i + k < n && p[i + k].lr <= p[i].lr * (1 + SPREAD);)
			k++;
		p[m++] = mean_of(&p[i], k);
	}
	return m;
}

bool curve_probes_differ(const struct curve_probe *probe, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (fmax(probe[i].lr, probe[0].lr) >
			fmin(probe[i].lr, probe[0].lr) * (1 + SPREAD))
			return true;
	return false;
}

/* Probes at rising rates, and what they come to. */
struct pooled {
	struct curve_probe *p;
	size_t n;
	size_t best; /* the lowest level; n: no run is whole */
	size_t lost; /* a run that is lost and decides the answer; n: none */
	double y0;
};

/* The median of the first losses that are finite. */
static int find_start(
	double *ret, const struct curve_probe *p, size_t n, struct diag *d)
{
	double *y = malloc(n * sizeof(*y));
	size_t m = 0;

	if (!y)
		return diag_nomem(d, n * sizeof(*y));
	for (size_t i = 0; i < n; i++)
		if (isfinite(p[i].first))
			y[m++] = p[i].first;
	*ret = m ? curve_median_of(y, m) : NAN;
	free(y);
	return 0;
}

static void find_best(struct pooled *t)
{
	t->best = t->n;
	for (size_t i = 0; i < t->n; i++)
		if (is_whole(&t->p[i]) &&
			(t->best == t->n ||
				t->p[i].level < t->p[t->best].level))
			t->best = i;
}

/* Runs that are lost decide unless one between them and the best is whole. */
static void find_lost(struct pooled *t)
{
	size_t i = t->best;

	t->lost = t->n;
	while (i-- > 0 && !is_whole(&t->p[i]))
		if (!has_diverged(&t->p[i]) && t->lost == t->n)
			t->lost = i;
	for (i = t->best + 1; i < t->n && !is_whole(&t->p[i]); i++)
		if (!has_diverged(&t->p[i]) && t->lost == t->n)
			t->lost = i;
}

static bool nothing_learns(const struct pooled *t)
{
	return t->best == t->n || !(t->p[t->best].level < t->y0);
}

/* What part of the best run's gain the run I has. */
static double gain(const struct pooled *t, size_t i)
{
	double g = (t->y0 - t->p[i].level) / (t->y0 - t->p[t->best].level);

	return is_whole(&t->p[i]) ? fmax(0, g) : 0;
}

static enum curve_status judge(const struct pooled *t)
{
	if (t->lost < t->n)
		return CURVE_TOO_SHORT;
	for (size_t i = 0; i < t->n; i++)
		if (is_whole(&t->p[i]) && t->p[i].updates < SHORT)
			return CURVE_TOO_SHORT;
	if (nothing_learns(t) || t->best == 0)
		return CURVE_OPEN_LOW;
	return gain(t, t->n - 1) >= NEARLY_BEST ? CURVE_OPEN_HIGH
						: CURVE_BRACKETED;
}

/* RATE within those of runs that are whole. */
static double clamp(const struct pooled *t, double rate)
{
	double lo = HUGE_VAL, hi = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!is_whole(&t->p[i]))
			continue;
		lo = fmin(lo, t->p[i].lr);
		hi = fmax(hi, t->p[i].lr);
	}
	return fmin(fmax(rate, lo), hi);
}

/* The centre of the gains; with that of a range test where both agree. */
static double suggest(const struct pooled *t, double range)
{
	double sum = 0, sum_x = 0, rate;

	if (nothing_learns(t))
		return clamp(t, t->p[0].lr);
	for (size_t i = 0; i < t->n; i++) {
		double w = pow(gain(t, i), POWER);

		sum += w;
		sum_x += w * log10(t->p[i].lr);
	}
	rate = pow(10, sum_x / sum - OFFSET);
	if (fmax(rate / range, range / rate) <= AGREE)
		rate = sqrt(rate * range);
	return clamp(t, curve_round(rate));
}

/* A run that is whole is of a rate within half of a decade of RATE. */
static bool is_tried(const struct pooled *t, double rate)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_whole(&t->p[i]) &&
			fabs(log10(t->p[i].lr / rate)) <= CURVE_NEAR)
			return true;
	return false;
}

/* The wider of the gaps beside the best rate, as a ratio, and its middle. */
static double widest_gap(const struct pooled *t, double *middle_ret)
{
	double widest = 1;

	*middle_ret = NAN;
	for (size_t i = 0; i + 1 < t->n; i++) {
		double lo = t->p[i].lr, hi = t->p[i + 1].lr;

		if ((i != t->best && i + 1 != t->best) || hi / lo <= widest)
			continue;
		widest = hi / lo;
		*middle_ret = sqrt(lo * hi);
	}
	return widest;
}

/* The rate that the next run is to have; NaN: none is needed. */
static double next_rate(const struct pooled *t, enum curve_status status,
	double widening, double middle)
{
	if (t->lost < t->n)
		return t->p[t->lost].lr;
	if (t->best == t->n) /* four of them, none of which was tried */
		return t->p[0].lr / pow(CURVE_PROBE_RATIO, 3);
	switch (status) {
	case CURVE_OPEN_LOW: return t->p[0].lr / CURVE_PROBE_RATIO;
	case CURVE_OPEN_HIGH: return t->p[t->n - 1].lr * CURVE_PROBE_RATIO;
	case CURVE_TOO_SHORT: return t->p[0].lr * CURVE_PROBE_RATIO;
	default: return widening > 1 ? middle : NAN;
	}
}

/*
 * Where neighbours of the best rate are farther apart than they were where the
 * interval was measured, it is wider by WIDENING.
 */
static void fill_rates(struct curve_bounds *ret, const struct pooled *t,
	double range, double widening, const struct curve_use *use)
{
	double rate = suggest(t, range), factor = FACTOR * widening;

	curve_range(ret, rate, curve_round(MAX_FACTOR * rate), use);
	ret->suggest_lo = curve_round(rate / factor);
	ret->suggest_hi = curve_round(rate * factor);
	ret->decades = 2 * log10(factor);
	ret->sparse = !is_tried(t, rate);
	if (nothing_learns(t))
		return;
	ret->lr_low = t->p[t->best].lr;
	ret->noise = curve_round(
		t->p[t->best].noise / (t->y0 - t->p[t->best].level));
}

static void fill(struct curve_bounds *ret, const struct pooled *t, double range,
	const struct curve_use *use)
{
	double middle, gap = widest_gap(t, &middle);
	double widening = fmax(1, gap / (CURVE_PROBE_RATIO * (1 + SPREAD)));

	*ret = curve_nothing;
	ret->status = judge(t);
	ret->stage = CURVE_PROBE;
	ret->lost = t->lost < t->n;
	ret->diverged = t->best == t->n && !ret->lost;
	ret->learns = !nothing_learns(t);
	ret->lr_lo = t->p[0].lr;
	ret->lr_hi = t->p[t->n - 1].lr;
	ret->probe = curve_round(next_rate(t, ret->status, widening, middle));
	for (size_t i = t->n; i-- > 0;)
		if (has_diverged(&t->p[i]))
			ret->lr_div = t->p[i].lr;
	if (!ret->lost && !ret->diverged)
		fill_rates(ret, t, range, widening, use);
}

int curve_probes(const struct curve_probe *probe, size_t n, double range,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d)
{
	struct pooled t = {.p = malloc(n * sizeof(*t.p))};
	int status;

	if (!t.p)
		return diag_nomem(d, n * sizeof(*t.p));
	classify(t.p, probe, n);
	status = find_start(&t.y0, probe, n, d);
	if (!status) {
		t.n = pool(t.p, n);
		find_best(&t);
		find_lost(&t);
		fill(ret, &t, range, use);
		ret->n = n;
		for (size_t i = 0; i < n; i++)
			ret->updates = fmax(ret->updates, probe[i].updates);
		curve_settle(ret, use);
	}
	free(t.p);
	return status;
}
