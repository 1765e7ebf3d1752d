/* SPDX-License-Identifier: MIT */
/*
 * Where a run left its schedule, and why: what is logged is held to the
 * schedule at other steps, as each known mistake would have asked for them.
 */
#include <limits.h>
#include <math.h>

#include "base/array.h"
#include "base/num.h"
#include "match/match_impl.h"
#include "sched/sched.h"

#define SHIFT_MAX 1000
/* Longer shifts are less likely than other causes. */
#define SHIFT_NEAR 64
#define TIMES_MAX 4096
#define RESUME_MAX 4096
/* Times that a run may begin again, and rows between two of them. */
#define RESTARTS_MAX 32
#define RUN_MIN 4
/* Values asked for, beyond those of the log, until no cause is found. */
#define BUDGET 30000000
/* Longer plateaus are epochs rather than accumulated batches. */
#define ACCUMULATION_MAX 64
/* No factor is known better. */
#define FACTOR_NEAR 1e-2
/* What rounding changes of a rate that nobody would have set on purpose: its
 * fourth digit. */
#define HIDDEN_MAX 5e-4

struct suspect {
	const struct match_series *s;
	const struct sched *sched;
	const struct match_how *how;
	size_t first;  /* of the rates that differ */
	bool rounding; /* what the log's digits hide is allowed */
	bool coarse;   /* then more than one cause may explain it */
	size_t budget; /* values that may still be asked for */
};

/* A mistake as a function from the step logged to the step asked for. */
typedef double warp(double t, double k);

static double at_same(double t, double k)
{
	(void)k;
	return t;
}

static double at_shifted(double t, double k)
{
	return t + k;
}

static double at_multiple(double t, double k)
{
	return t * k;
}

static double at_plateau(double t, double k)
{
	return floor(t / k);
}

static double at_next_plateau(double t, double k)
{
	return floor(t / k) + 1;
}

static double at_quotient(double t, double k)
{
	return t / k;
}

double match_expected(const struct sched *sched, double t)
{
	if (!(t > 0))
		t = 0;
	t = fmin(t, (double)SCHED_STEPS_MAX);
	return t < (double)SCHED_STEPS_MAX && t == floor(t)
		       ? sched_at(sched, (uint64_t)t)
		       : sched_value(sched, t);
}

static double tolerance(
	double peak, const struct match_how *how, double want, double half)
{
	return fmax(how->tol * fabs(want), half * (1 + 1e-9)) +
	       fmin(how->tol, MATCH_FLOAT32) * peak;
}

double match_tolerance(const struct match_series *s,
	const struct match_how *how, size_t i, double want)
{
	return tolerance(s->peak, how, want, s->unsure ? 0 : s->half[i]);
}

static bool agrees(const struct suspect *p, size_t i, double want)
{
	double half = p->rounding ? p->s->half[i] : 0;

	return fabs(p->s->rate[i] - want) <=
	       tolerance(p->s->peak, p->how, want, half);
}

static bool agrees_from(struct suspect *p, warp *w, double k, double factor,
	size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		if (!p->budget)
			return false;
		p->budget--;
		if (!agrees(p, i,
			    factor * match_expected(
					     p->sched, w(p->s->step[i], k))))
			return false;
	}
	return true;
}

/*
 * Whether FACTOR times the schedule at the steps of W agrees with rates from
 * FROM on; those that differed are asked first.
 */
static bool explains(
	struct suspect *p, warp *w, double k, double factor, size_t from)
{
	size_t n = p->s->n;

	return agrees_from(p, w, k, factor, n - 1, n) &&
	       agrees_from(p, w, k, factor, p->first, n) &&
	       agrees_from(p, w, k, factor, from, p->first);
}

static bool blame(struct match_verdict *v, enum match_cause cause, double by)
{
	v->cause = cause;
	v->by = v->least = v->most = by;
	return true;
}

/* The same of all from LEAST to MOST. */
static bool blame_range(struct match_verdict *v, enum match_cause cause,
	double least, double most)
{
	blame(v, cause, least == most ? least : NAN);
	v->least = least;
	v->most = most;
	return true;
}

/* All rates are the schedule's with so many digits, or decimals. */
static bool is_rounded_to(const struct suspect *p, int digits, int decimals)
{
	const struct match_series *s = p->s;

	for (size_t i = 0; i < s->n; i++) {
		double want = match_expected(p->sched, s->step[i]);
		double half = match_half(s->rate[i], digits, decimals);

		if (fabs(s->rate[i] - want) >
			tolerance(s->peak, p->how, want, half))
			return false;
	}
	return true;
}

/* Bits, or of digits and decimals those that are enough. */
static bool blame_print(const struct suspect *p, struct match_verdict *v)
{
	int digits = p->s->half_digits, decimals = p->s->half_decimals;

	if (p->s->bits)
		return blame(v, MATCH_BITS, p->s->bits);
	return decimals && (!digits || is_rounded_to(p, 0, decimals))
		       ? blame(v, MATCH_DECIMALS, decimals)
		       : blame(v, MATCH_ROUNDED, digits);
}

/*
 * What only rounding made different does from here on not differ.  Returns
 * whether that is all.
 */
static bool round_off(struct suspect *p, struct match_verdict *v)
{
	const struct match_series *s = p->s;

	p->rounding = p->coarse = true;
	while (p->first < s->n &&
		agrees(p, p->first,
			match_expected(p->sched, s->step[p->first])))
		p->first++;
	if (p->first == s->n)
		return blame_print(p, v);
	v->first = p->first;
	v->want = match_expected(p->sched, s->step[p->first]);
	return false;
}

/*
 * The last of K, K + 1, ..., up to END for which W explains all, at a factor
 * UNIT; K does.
 */
static int last_of(struct suspect *p, warp *w, double unit, int k, int end)
{
	while (k < end && explains(p, w, unit * (k + 1), 1, 0))
		k++;
	return k;
}

/* The first shift from FROM to TO, in UNIT, and those up to END beside it. */
static bool shift_between(struct suspect *p, struct match_verdict *v,
	double unit, int from, int to, int end)
{
	for (int i = from; i <= to; i++) {
		if (explains(p, at_shifted, unit * i, 1, 0))
			blame_range(v, MATCH_EARLY, unit * i,
				unit * last_of(p, at_shifted, unit, i, end));
		else if (explains(p, at_shifted, -unit * i, 1, 0))
			blame_range(v, MATCH_LATE, unit * i,
				unit * last_of(p, at_shifted, -unit, i, end));
		else
			continue;
		v->status = MATCH_SHIFTED;
		return true;
	}
	return false;
}

static bool try_shift(struct suspect *p, struct match_verdict *v)
{
	return shift_between(p, v, p->how->unit, 1, SHIFT_NEAR, SHIFT_MAX);
}

static bool try_long_shift(struct suspect *p, struct match_verdict *v)
{
	return shift_between(
		p, v, p->how->unit, SHIFT_NEAR + 1, SHIFT_MAX, SHIFT_MAX);
}

/* Rows that are epochs may be logged anywhere in theirs. */
static bool try_within_epoch(struct suspect *p, struct match_verdict *v)
{
	int unit = (int)fmin(p->how->unit, INT_MAX);

	return shift_between(p, v, 1, 1, unit - 1, unit);
}

double match_roundest(double lo, double hi)
{
	double x = (lo + hi) / 2;

	for (int digits = 1; digits <= 16; digits++) {
		double y = num_with_digits(x, digits);

		if (lo <= y && y <= hi)
			return y;
	}
	return x;
}

static bool is_plateau(struct suspect *p, double k)
{
	return explains(p, at_plateau, k, 1, 0) ||
	       explains(p, at_next_plateau, k, 1, 0);
}

static bool try_plateau(struct suspect *p, struct match_verdict *v, double k)
{
	bool epoch = isnan(p->how->epoch_steps) ? k > ACCUMULATION_MAX
						: k == p->how->epoch_steps;
	double least = k, most = k;

	if (!is_plateau(p, k))
		return false;
	while (least > 2 && is_plateau(p, least - 1))
		least--;
	while (most < TIMES_MAX && is_plateau(p, most + 1))
		most++;
	return blame_range(
		v, epoch ? MATCH_PER_EPOCH : MATCH_ACCUMULATION, least, most);
}

/* The distance of the first two changes, if the log has every step. */
static double plateau_length(const struct match_series *s)
{
	double last = NAN;

	for (size_t i = 1; i < s->n; i++) {
		if (s->rate[i] == s->rate[i - 1])
			continue;
		if (!isnan(last))
			return s->step[i] - last;
		last = s->step[i];
	}
	return last;
}

static bool try_plateaus(struct suspect *p, struct match_verdict *v)
{
	double plateau = plateau_length(p->s);

	if (p->how->epoch_steps > 1 && try_plateau(p, v, p->how->epoch_steps))
		return true;
	if (plateau > 1 && try_plateau(p, v, plateau))
		return true;
	for (int k = 2; k <= TIMES_MAX; k++)
		if (try_plateau(p, v, k))
			return true;
	return false;
}

static bool try_clock(struct suspect *p, struct match_verdict *v, warp *w,
	enum match_cause cause)
{
	for (int k = 2; k <= TIMES_MAX; k++)
		if (explains(p, w, k, 1, 0))
			return blame_range(
				v, cause, k, last_of(p, w, 1, k, TIMES_MAX));
	return false;
}

static bool try_fast(struct suspect *p, struct match_verdict *v)
{
	return try_clock(p, v, at_multiple, MATCH_PROCESSES);
}

static bool try_slow(struct suspect *p, struct match_verdict *v)
{
	return try_clock(p, v, at_quotient, MATCH_ACCUMULATION);
}

bool match_is_open(const struct match_verdict *v)
{
	double near = v->cause == MATCH_FACTOR ? FACTOR_NEAR * v->most : 0;

	return v->most - v->least > near;
}

/* W explains the run as well as V does. */
static void add_cause(struct match_verdict *v, const struct match_verdict *w)
{
	if (w->cause != v->cause) {
		v->others |= 1U << w->cause;
		return;
	}
	v->least = fmin(v->least, w->least);
	v->most = fmax(v->most, w->most);
	if (v->least < v->most && w->by != v->by)
		v->by = match_is_open(v) ? NAN
					 : match_roundest(v->least, v->most);
}

/* A scheduler that never advanced prints all of the rates. */
static bool is_stuck(const struct suspect *p)
{
	return match_series_is_constant(p->s) &&
	       agrees(p, 0, match_expected(p->sched, 0));
}

static bool try_stuck(struct suspect *p, struct match_verdict *v)
{
	return p->s->n > 1 && is_stuck(p) && blame(v, MATCH_STUCK, NAN);
}

/* The schedule asks for other rates in the log than at its start. */
static bool advances(const struct suspect *p)
{
	double start = match_expected(p->sched, 0);

	for (size_t i = 0; i < p->s->n; i++) {
		double want = match_expected(p->sched, p->s->step[i]);

		if (fabs(want - start) > tolerance(p->s->peak, p->how, want, 0))
			return true;
	}
	return false;
}

static bool try_factor(struct suspect *p, struct match_verdict *v)
{
	const struct match_series *s = p->s;
	double lo = 0, hi = INFINITY;

	for (size_t i = 0; i < s->n; i++) {
		double want = match_expected(p->sched, s->step[i]);
		double half = p->rounding ? s->half[i] : 0;
		double tol =
			fmax(half * (1 + 1e-9), p->how->tol * fabs(s->rate[i]));

		if (want == 0)
			continue;
		lo = fmax(lo, (s->rate[i] - tol) / want);
		hi = fmin(hi, (s->rate[i] + tol) / want);
	}
	if (!(lo > 0) || !(lo <= hi) || isinf(hi) || s->n < 2)
		return false;
	blame_range(v, MATCH_FACTOR, lo, hi);
	v->by = match_roundest(lo, hi);
	return explains(p, at_same, 0, v->by, 0);
}

/* The first row from FROM on that a schedule begun anew at STEP misses. */
static size_t missed_since(
	struct suspect *p, double step, double factor, size_t from)
{
	const struct match_series *s = p->s;

	for (; from < s->n && p->budget; from++) {
		double want = match_expected(p->sched, s->step[from] - step);

		p->budget--;
		if (!agrees(p, from, factor * want))
			break;
	}
	return from;
}

/*
 * Whether from STEP on, to which row FROM - 1 may belong, all is as from 0:
 * with the base again, or times what makes it begin at the rate that the
 * schedule has there.
 */
static bool is_restart(struct suspect *p, double step, size_t from)
{
	const struct match_series *s = p->s;
	double start = match_expected(p->sched, 0);
	double base = match_expected(p->sched, step);
	size_t first = from;

	while (first > 0 && s->step[first - 1] >= step)
		first--;
	/* What differs is asked first. */
	return (missed_since(p, step, 1, from) == s->n &&
		       missed_since(p, step, 1, first) == s->n) ||
	       (start > 0 && base > 0 && base < start &&
		       missed_since(p, step, base / start, from) == s->n &&
		       missed_since(p, step, base / start, first) == s->n);
}

/* At the roundest step from LO to HI. */
static bool blame_restart(struct match_verdict *v, double lo, double hi)
{
	blame_range(v, MATCH_RESTARTED, lo, hi);
	v->by = lo < hi ? match_roundest(lo, hi) : lo;
	return true;
}

/* The steps, not much before row FROM, since which all is as from 0. */
static bool find_restart(
	struct suspect *p, struct match_verdict *v, size_t from)
{
	double step = p->s->step[from], lo = NAN, hi = NAN;

	/* After two rows at least. */
	for (int k = 0; k <= RESUME_MAX && step - k > p->s->step[1]; k++) {
		if (is_restart(p, step - k, from)) {
			lo = step - k;
			hi = isnan(hi) ? lo : hi;
		} else if (!isnan(hi)) {
			break;
		}
	}
	return !isnan(lo) && blame_restart(v, lo, hi);
}

/*
 * The first row from FROM on that a schedule misses which began anew in that
 * row, or since the one before; *LO to *HI are the steps since which it misses
 * no earlier one.
 */
static size_t missed_at_best(
	struct suspect *p, size_t from, double *lo, double *hi)
{
	const struct match_series *s = p->s;
	size_t best = from;

	for (int k = 0; k <= RESUME_MAX; k++) {
		double step = s->step[from] - k;
		size_t missed;

		/* After two rows at least. */
		if (step <= s->step[from - 1] || step <= s->step[1])
			break;
		missed = missed_since(p, step, 1, from);
		if (missed < best || missed == from)
			continue;
		*hi = missed > best ? step : *hi;
		*lo = step;
		best = missed;
	}
	return best;
}

/*
 * The same of a run that began anew more than once, each in a known row; *LO to
 * *HI are the steps of the first time.
 */
static bool is_chain(struct suspect *p, size_t from, double *lo, double *hi)
{
	for (int n = 0; n < RESTARTS_MAX; n++) {
		double least = NAN, most = NAN;
		size_t best = missed_at_best(p, from, &least, &most);

		if (n == 0 && best > from) {
			*lo = least;
			*hi = most;
		}
		if (best == p->s->n)
			return true;
		if (best < from + RUN_MIN)
			return false;
		from = best;
	}
	return false;
}

/* A run of few different rates says nothing of a chain. */
static bool changes_all_the_time(const struct match_series *s)
{
	size_t n = 0;

	for (size_t i = 1; i < s->n; i++)
		n += s->rate[i] != s->rate[i - 1];
	return 2 * n > s->n;
}

/* From some step on, not much before the first difference, all from 0. */
static bool try_restart(struct suspect *p, struct match_verdict *v)
{
	double lo = NAN, hi = NAN;

	if (!p->first || p->first + 1 >= p->s->n)
		return false;
	return find_restart(p, v, p->first) ||
	       (changes_all_the_time(p->s) && is_chain(p, p->first, &lo, &hi) &&
		       blame_restart(v, lo, hi));
}

/* On a line through 0, as a warm-up is, a course so fast is one so high. */
static bool may_be_factor(enum match_cause cause)
{
	return cause == MATCH_ACCUMULATION || cause == MATCH_PROCESSES;
}

/*
 * Why the run left its schedule.  Rounded rates may be explained in more ways
 * than one: then none of them is certain.
 */
static void find_cause(struct suspect *p, struct match_verdict *v)
{
	static const struct {
		bool (*find)(struct suspect *, struct match_verdict *);
		bool unlikely; /* where there is no other */
	} try[] = {{try_stuck, false}, {try_shift, false}, {try_restart, false},
		{try_plateaus, false}, {try_fast, false}, {try_slow, false},
		{try_factor, false}, {try_long_shift, true},
		{try_within_epoch, false}};
	const struct match_verdict none = *v;

	for (size_t i = 0; i < ARRAY_SIZE(try); i++) {
		struct match_verdict w = none;

		if ((try[i].unlikely && v->cause != MATCH_NONE) ||
			!try[i].find(p, &w))
			continue;
		if (v->cause == MATCH_NONE)
			*v = w;
		else
			add_cause(v, &w);
		if (!p->coarse && !may_be_factor(v->cause))
			break;
	}
	if (v->others) {
		v->status = MATCH_DIFFERS;
		v->by = NAN;
	}
}

/*
 * Rates that differ are the schedule's to so many digits that no others would
 * be so near to them by chance.
 */
static bool hides_little(const struct suspect *p)
{
	const struct match_series *s = p->s;

	for (size_t i = 0; i < s->n; i++) {
		double want = match_expected(p->sched, s->step[i]);

		if (fabs(s->rate[i] - want) >
				tolerance(s->peak, p->how, want, 0) &&
			s->half[i] > HIDDEN_MAX * fabs(s->rate[i]))
			return false;
	}
	return true;
}

/* That the rates of P are the schedule's if rounded: what that comes to. */
static enum match_status status_if_rounded(struct suspect *p)
{
	return is_stuck(p) && advances(p) ? MATCH_UNDECIDED : MATCH_FOLLOWED;
}

/*
 * The run left its schedule if its rates are exact, and V says why: what is
 * left if they are rounded.
 */
static void find_if_rounded(struct suspect *p, struct match_verdict *v)
{
	struct match_verdict w = *v;
	enum match_cause cause = v->cause;

	w.cause = MATCH_NONE;
	w.status = MATCH_DIFFERS;
	p->budget = BUDGET;
	if (round_off(p, &w)) {
		*v = w;
		v->status = cause == MATCH_NONE && hides_little(p)
				    ? status_if_rounded(p)
				    : MATCH_UNDECIDED;
		return;
	}
	find_cause(p, &w);
	if (cause == MATCH_NONE) {
		*v = w;
		return;
	}
	v->if_rounded = true;
	if (w.cause != MATCH_NONE)
		add_cause(v, &w);
	v->others = (v->others | w.others) & ~(1U << cause);
}

bool match_follows(struct match_rates *r, double step, double rate)
{
	double want = match_expected(r->sched, step);

	r->max_diff = fmax(r->max_diff, fabs(rate - want));
	return isfinite(want) &&
	       fabs(rate - want) <= tolerance(r->peak, r->how, want, 0);
}

static const struct match_verdict followed = {
	.cause = MATCH_NONE, .by = NAN, .least = NAN, .most = NAN, .want = NAN};

void match_followed(
	struct match_verdict *ret, const struct match_rates *r, size_t n)
{
	*ret = followed;
	ret->first = n;
	ret->max_diff = r->max_diff;
}

void match_compare(struct match_verdict *ret, const struct match_series *s,
	const struct sched *sched, const struct match_how *how)
{
	struct suspect p = {.s = s,
		.sched = sched,
		.how = how,
		.first = s->n,
		.budget = BUDGET};

	*ret = followed;
	ret->first = s->n;
	for (size_t i = 0; i < s->n; i++) {
		double want = match_expected(sched, s->step[i]);

		ret->max_diff = fmax(ret->max_diff, fabs(s->rate[i] - want));
		if (p.first == s->n && !agrees(&p, i, want)) {
			p.first = ret->first = i;
			ret->want = want;
		}
	}
	if (p.first == s->n)
		return;
	if (match_series_is_rounded(s) && !s->unsure && round_off(&p, ret)) {
		ret->status = status_if_rounded(&p);
		return;
	}
	ret->status = MATCH_DIFFERS;
	find_cause(&p, ret);
	if (s->unsure)
		find_if_rounded(&p, ret);
}

const char *match_cause_name(enum match_cause cause)
{
	static const char *const name[] = {
		[MATCH_NONE] = "",
		[MATCH_ROUNDED] = "rounded",
		[MATCH_DECIMALS] = "decimals",
		[MATCH_BITS] = "bits",
		[MATCH_EARLY] = "early",
		[MATCH_LATE] = "late",
		[MATCH_PER_EPOCH] = "per-epoch",
		[MATCH_ACCUMULATION] = "accumulation",
		[MATCH_PROCESSES] = "processes",
		[MATCH_FACTOR] = "factor",
		[MATCH_STUCK] = "stuck",
		[MATCH_RESTARTED] = "restarted",
	};

	return name[cause];
}
