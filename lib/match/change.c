/* SPDX-License-Identifier: MIT */
/*
 * Which one number of a schedule, had it been another, explains a log.  Each
 * is tried at the values that mistakes have; between two of them where a row
 * passes from above the log to below it the value is found by bisection.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/num.h"
#include "base/order.h"
#include "match/match_impl.h"
#include "sched/sched.h"

/* Rows that are asked for before all of them are, and at first. */
#define NPROBE 32
#define NPROBE_FIRST 24
#define NGRID 128
#define NSTEP 24
/* Fewer rates say nothing. */
#define RATES_MIN 4
/* Schedules built in one search, and for one number. */
#define BUILDS_MAX 3000
#define BUILDS_OF_ONE 400
#define DIGITS_MAX 12
/* A number that only stands by default is changed less readily. */
#define DEFAULT_COST 1.0
/* So is a whole number to one that is not. */
#define FRACTION_COST 1.0

struct change_search {
	const struct match_series *s;
	const struct match_how *how;
	const struct match_rebuild *rebuild;
	size_t probe[NPROBE]; /* indices of rows */
	size_t nprobe;
	size_t missed; /* the row that was worst when only probes agreed; n */
	const struct sched *given;
	double was[NPROBE]; /* residuals of it */
	bool rounds;        /* values tried are round ones, and no others */
	bool resumes;       /* values tried are steps at which a run resumed */
	double resumed;     /* such a step; 0: none */
	unsigned builds, limit;
	struct match_change best;
	double cost;
};

/* Residuals of a schedule at the probes, in tolerances. */
struct trial {
	double v;
	double r[NPROBE]; /* r[0] NAN: there is no such schedule */
};

static double residual(
	const struct change_search *q, const struct sched *sched, size_t i)
{
	double t = q->s->step[i];
	double want = t < q->resumed ? match_expected(q->given, t)
				     : match_expected(sched, t - q->resumed);

	return (want - q->s->rate[i]) / match_tolerance(q->s, q->how, i, want);
}

static const struct sched *build(
	struct change_search *q, const struct sched_number *n, double v)
{
	struct sched_numbers *numbers = q->rebuild->numbers;

	if (q->builds >= q->limit || !(v >= 0) || isinf(v))
		return NULL;
	q->builds++;
	numbers->changed = n;
	numbers->to = v;
	return q->rebuild->build(q->rebuild->ctx);
}

static bool is_near(const struct change_search *q, const struct trial *t)
{
	for (size_t k = 0; k < q->nprobe; k++)
		if (!(fabs(t->r[k]) <= 1))
			return false;
	return true;
}

/* Digits as people write them: 4000 has one. */
static int count_digits(double v)
{
	int n = 1;

	while (n < DIGITS_MAX && num_with_digits(v, n) != v)
		n++;
	return n;
}

/* Keeps T if it agrees at all rows.  Returns whether it does. */
static bool consider(struct change_search *q, const struct sched_number *n,
	const struct sched *sched, const struct trial *t)
{
	bool broken = n->value == floor(n->value) && t->v != floor(t->v);
	double cost = (t->v == 0 ? 0 : count_digits(t->v)) +
		      (n->given ? 0 : DEFAULT_COST) +
		      (broken ? FRACTION_COST : 0);
	double worst = 1;

	if (!is_near(q, t))
		return false;
	q->missed = q->s->n;
	for (size_t i = 0; i < q->s->n; i++) {
		double r = fabs(residual(q, sched, i));

		if (!(r <= worst)) {
			worst = r;
			q->missed = i;
		}
	}
	if (q->missed < q->s->n)
		return false;
	if (cost < q->cost) {
		q->cost = cost;
		q->best = (struct match_change){.number = n,
			.to = t->v,
			.least = t->v,
			.most = t->v,
			.resumed = q->resumes};
	}
	return true;
}

/* The residuals with N being V; returns whether that explains the log. */
static bool try(struct change_search *q, const struct sched_number *n, double v,
	struct trial *t)
{
	const struct sched *sched;

	q->resumed = q->resumes ? v : 0;
	sched = build(q, n, q->resumes ? match_expected(q->given, v) : v);
	t->v = v;
	t->r[0] = NAN;
	if (!sched)
		return false;
	for (size_t k = 0; k < q->nprobe; k++)
		t->r[k] = residual(q, sched, q->probe[k]);
	return consider(q, n, sched, t);
}

/* The roundest value near V that explains the log too. */
static void try_rounder(
	struct change_search *q, const struct sched_number *n, double v)
{
	struct trial t;

	for (int digits = 1; digits < count_digits(v); digits++) {
		double y = num_with_digits(v, digits);

		if (fabs(y - v) <= 0.1 * v && try(q, n, y, &t))
			return;
	}
}

/*
 * The row that was missed becomes a probe.  Returns whether there was one, and
 * room for it.
 */
static bool add_probe(struct change_search *q, const struct sched_number *n,
	struct trial *a, struct trial *b)
{
	if (q->missed == q->s->n || q->nprobe == NPROBE)
		return false;
	q->probe[q->nprobe++] = q->missed;
	try(q, n, a->v, a);
	try(q, n, b->v, b);
	return true;
}

/* On which side of the log R is; 0: it agrees, as stairs do on either side of a
 * step. */
static int side_of(double r)
{
	return (r > 1) - (r < -1);
}

/*
 * The worst probe of T, among those whose residual is on another side at A than
 * at B: what it is in between tells on which side of 0.  NPROBE: none has.
 */
static size_t worst_between(const struct change_search *q,
	const struct trial *a, const struct trial *t, const struct trial *b)
{
	size_t worst = NPROBE;

	for (size_t i = 0; i < q->nprobe; i++) {
		if (side_of(a->r[i]) == side_of(b->r[i]))
			continue;
		if (worst == NPROBE || fabs(t->r[i]) > fabs(t->r[worst]))
			worst = i;
	}
	return worst;
}

/*
 * Between A and B the values at which all residuals are small: they grow or
 * shrink from A to B, so that the largest one tells on which side those are.
 */
static bool bisect(struct change_search *q, const struct sched_number *n,
	struct trial a, struct trial b, bool whole)
{
	/* From 0, which may mean something else, there are halves for ever. */
	double least = 1e-13 * fabs(b.v);
	struct trial t;

	while (q->builds < q->limit) {
		double mid = (a.v + b.v) / 2;
		size_t worst;

		if (whole)
			mid = floor(mid);
		if (mid == a.v || mid == b.v ||
			fabs(b.v - a.v) < fmax(1e-10 * fabs(b.v), least))
			return false;
		q->missed = q->s->n;
		if (try(q, n, mid, &t)) {
			try_rounder(q, n, mid);
			return true;
		}
		if (add_probe(q, n, &a, &b))
			continue;
		if (isnan(t.r[0]))
			return false;
		worst = worst_between(q, &a, &t, &b);
		if (worst == NPROBE)
			return false;
		if ((t.r[worst] > 0) != (b.r[worst] > a.r[worst]))
			a = t;
		else
			b = t;
	}
	return false;
}

/*
 * Values that mistakes have, in ascending order: none, one off, times or by
 * processes or powers of ten, and what is near in size; of a 0, what steps and
 * rates are.
 */
static size_t make_grid(
	const struct change_search *q, double v, bool whole, double *grid)
{
	double last = q->s->step[q->s->n - 1] + 1, peak = q->s->peak;
	double e = q->how->epoch_steps;
	size_t n = 0, unique = 0;

	grid[n++] = 0;
	if (v > 0) {
		grid[n++] = v - 1;
		grid[n++] = v + 1;
		for (int k = 3; k <= 15; k += 2) {
			grid[n++] = v * k;
			grid[n++] = v / k;
		}
		if (e > 1) {
			grid[n++] = v * e;
			grid[n++] = v / e;
		}
		for (int k = -14; k <= 14; k++)
			grid[n++] = v * exp2(k / 2.0);
		for (int k = 10; k <= 1000; k *= 10) {
			grid[n++] = v * k;
			grid[n++] = v / k;
		}
		grid[n++] = 1;
		grid[n++] = last;
	} else {
		for (int k = 0; k < 54 && exp2(k) <= 2 * last; k++)
			grid[n++] = exp2(k);
		for (int k = 0; k <= 12 && !whole; k++)
			grid[n++] = peak * pow(10, -k / 2.0);
	}
	for (size_t i = 0; i < n; i++)
		grid[i] = whole ? round(grid[i])
				: num_with_digits(grid[i], DIGITS_MAX);
	qsort(grid, n, sizeof(*grid), order_of_doubles);
	for (size_t i = 0; i < n; i++)
		if (grid[i] >= 0 && grid[i] != v &&
			(!unique || grid[i] != grid[unique - 1]))
			grid[unique++] = grid[i];
	return unique;
}

/*
 * What has two digits and is near V in size, in ascending order: where a cycle
 * comes round again in a log a schedule that is nearer is no nearer to it.
 */
static size_t make_round(double v, bool whole, double *grid)
{
	double power = pow(10, floor(log10(v / 4)) - 1);
	size_t n = 0;

	if (!(v > 0))
		return 0;
	for (int k = 10; n < NGRID; k == 99 ? k = 10, power *= 10 : k++) {
		double y = num_with_digits(k * power, 2);

		if (y > 4 * v)
			break;
		if (y >= v / 4 && y != v && (!whole || y == floor(y)))
			grid[n++] = y;
	}
	return n;
}

/* Steps up to the first difference, in ascending order. */
static size_t make_steps(const struct change_search *q, double *grid)
{
	double last = q->s->step[q->probe[0]], before = 0;
	size_t n = 0;

	for (int i = 1; i <= NSTEP; i++) {
		double step = round(last * i / NSTEP);

		if (step > before)
			grid[n++] = before = step;
	}
	return n;
}

/* Whether N does anything at all: tried at values of its size. */
static bool has_effect(struct change_search *q, const struct sched_number *n)
{
	const double v[] = {n->value + 1, n->value * 2, n->value / 2,
		q->s->peak / 2, q->s->step[q->s->n - 1] / 2};
	struct trial t = {.v = NAN};

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (try(q, n, v[i], &t))
			return true;
		for (size_t k = 0; k < q->nprobe && !isnan(t.r[0]); k++)
			if (t.r[k] != q->was[k])
				return true;
	}
	return false;
}

/* Whether a residual is on another side at A than at B. */
static bool passes(const struct change_search *q, const struct trial *a,
	const struct trial *b)
{
	for (size_t k = 0; k < q->nprobe; k++)
		if (side_of(a->r[k]) != side_of(b->r[k]))
			return true;
	return false;
}

/* As a whole number, if it was one, else as any. */
static bool search_number(
	struct change_search *q, const struct sched_number *n, bool whole)
{
	struct trial t[NGRID];
	double grid[NGRID];
	size_t count = q->resumes  ? make_steps(q, grid)
		       : q->rounds ? make_round(n->value, whole, grid)
				   : make_grid(q, n->value, whole, grid);
	size_t valid = 0;

	for (size_t i = 0; i < count; i++) {
		if (try(q, n, grid[i], &t[valid])) {
			try_rounder(q, n, grid[i]);
			return true;
		}
		if (!isnan(t[valid].r[0]))
			valid++;
	}
	for (size_t i = 0; i + 1 < valid; i++)
		if (passes(q, &t[i], &t[i + 1]) &&
			bisect(q, n, t[i], t[i + 1], whole))
			return true;
	return false;
}

/* The row of the largest change that is less than *LIMIT, which it becomes. */
static size_t largest_change(const struct match_series *s, double *limit)
{
	double most = 0;
	size_t row = 0;

	for (size_t i = 1; i < s->n; i++) {
		double d = fabs(s->rate[i] - s->rate[i - 1]);

		if (d > most && d < *limit) {
			most = d;
			row = i;
		}
	}
	*limit = most;
	return row;
}

/* The first rows that differ, the largest changes, and the rest evenly. */
static void choose_probes(struct change_search *q)
{
	size_t n = q->s->n, first = 0;
	double limit = INFINITY;

	while (first + 1 < n && fabs(residual(q, q->given, first)) <= 1)
		first++;
	for (size_t i = 0; i < 4; i++)
		q->probe[q->nprobe++] = first + i < n ? first + i : n - 1;
	for (int i = 0; i < 3; i++) {
		size_t row = largest_change(q->s, &limit);

		q->probe[q->nprobe++] = row;
		q->probe[q->nprobe++] = row ? row - 1 : 0;
	}
	for (size_t left = NPROBE_FIRST - q->nprobe, i = 0; i < left; i++)
		q->probe[q->nprobe++] =
			n > left ? i * (n - 1) / (left - 1) : i % n;
	for (size_t k = 0; k < q->nprobe; k++)
		q->was[k] = residual(q, q->given, q->probe[k]);
}

/* A run that began anew with the rate that it had come to as its base. */
static void search_resumed(struct change_search *q)
{
	const struct sched_numbers *numbers = q->rebuild->numbers;

	q->limit = q->builds + BUILDS_OF_ONE;
	q->nprobe = NPROBE_FIRST;
	q->resumes = true;
	for (size_t i = 0; i < numbers->n && !q->best.number; i++)
		if (numbers->number[i].base)
			search_number(q, &numbers->number[i], true);
	q->resumes = false;
	q->resumed = 0;
}

/* Whether the best number could be V as well. */
static bool could_be(struct change_search *q, double v)
{
	const struct sched *sched = build(q, q->best.number, v);

	for (size_t i = 0; sched && i < q->s->n; i++)
		if (!(fabs(residual(q, sched, i)) <= 1))
			return false;
	return sched;
}

/* The farthest value from the best towards SIGN that it could be as well. */
static double farthest(struct change_search *q, int sign)
{
	double v = q->best.to, unit = v == floor(v) && v >= 1 ? 1 : 1e-3 * v;
	double near = 0, far = 1;

	while (near < far && far < 1e6 && could_be(q, v + sign * far * unit)) {
		near = far;
		far *= 2;
	}
	while (far - near > 1) {
		double mid = floor((near + far) / 2);

		if (could_be(q, v + sign * mid * unit))
			near = mid;
		else
			far = mid;
	}
	return v + sign * near * unit;
}

/* What rounded rates, or steps that were not logged, leave open of the best,
 * which becomes the roundest of that. */
static void find_extent(struct change_search *q)
{
	struct match_change *best = &q->best;
	double round;

	if (!best->number || best->number->flag || best->resumed)
		return;
	q->limit = q->builds + BUILDS_OF_ONE;
	best->least = farthest(q, -1);
	best->most = farthest(q, 1);
	if (!(0 < best->least && best->least < best->most))
		return;
	round = match_roundest(best->least, best->most);
	if (count_digits(round) < count_digits(best->to) && could_be(q, round))
		best->to = round;
}

/* Tries all numbers, or those that are items of lists. */
static void search_numbers(struct change_search *q)
{
	const struct sched_numbers *numbers = q->rebuild->numbers;
	struct trial t;

	for (size_t i = 0; i < numbers->n && q->builds < BUILDS_MAX; i++) {
		const struct sched_number *one = &numbers->number[i];

		q->limit = q->builds + BUILDS_OF_ONE;
		q->nprobe = NPROBE_FIRST;
		if (q->rebuild->items && !one->item)
			continue;
		if (one->flag)
			try(q, one, !(one->value != 0), &t);
		else if (!has_effect(q, one))
			continue;
		else if (one->value != floor(one->value) ||
			 !search_number(q, one, true))
			search_number(q, one, false);
	}
}

bool match_change(struct match_change *ret, const struct match_series *s,
	const struct sched *given, const struct match_how *how,
	const struct match_rebuild *rebuild)
{
	struct change_search q = {.s = s,
		.given = given,
		.how = how,
		.rebuild = rebuild,
		.cost = INFINITY};

	*ret = (struct match_change){.number = NULL, .to = NAN};
	if (s->n < RATES_MIN)
		return false;
	choose_probes(&q);
	search_numbers(&q);
	if (!rebuild->items && !q.best.number && q.probe[0] >= RATES_MIN)
		search_resumed(&q);
	q.rounds = true;
	if (!rebuild->items && !q.best.number)
		search_numbers(&q);
	find_extent(&q);
	rebuild->numbers->changed = NULL;
	*ret = q.best;
	if (!ret->number)
		return false;
	ret->as_round =
		count_digits(ret->to) <= count_digits(ret->number->value);
	return true;
}
