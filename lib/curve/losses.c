/* SPDX-License-Identifier: MIT */
/*
 * What the losses of a log are: each update's own, or averages that lag behind
 * them by a decade and more of a fast test.  Averages are recognised where
 * nothing else looks as they do, and undone where they can be.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

/* Fewer points show no pattern. */
#define POINTS_MIN 40
/* The points that are looked at: a share of all, before losses fall. */
#define EARLY_SHARE 3
#define EARLY_MIN 20
/*
 * Standard deviations, and a difference of logarithms: with both, few of 1000
 * raw tests are taken for averages, and none is undone.
 */
#define SURE 3.2
/*
 * To undo what only declines changes the answer, so it takes more: a real curve
 * that was raw, thinned, came up to 4.
 */
#define CERTAIN 4.5
#define DECLINE 1.3
/*
 * Losses that move more than so many times their steps, and the root of how
 * many these are, are falling or rising.
 */
#define MOVES 2.5
/* What undone losses may differ from their median by where nothing falls. */
#define LEVEL_POINTS 10
#define LEVEL 0.3
/* As logged they are off by more, a logarithm. */
#define FAR_OFF 0.35
/* Updates that an average lags behind whose weights are not known. */
#define UNKNOWN_LAG 20
/* Rounding of what is undone may be this part of the fall. */
#define ROUNDING 0.02

/* --- undoing -------------------------------------------------------------- */

/* What is undone, and how far that has come. */
struct undoing {
	const struct curve *c;
	const struct curve_losses *l;
	bool by_points;    /* its steps cannot be updates */
	double error;      /* of a loss that is logged */
	double tolerance;  /* for one that is undone */
	double sum, count; /* weighted losses, updates: of the last average */
	double share;      /* of what is new, in the last average */
};

/* The place of point I among the updates, from 1 on. */
static double count_at(const struct undoing *u, size_t i)
{
	const double *step = u->c->step;
	double first = 1;

	if (u->by_points)
		return (double)i + 1;
	/* A log of every tenth update may begin with the third, or tenth. */
	if (u->c->n > 1 && step[0] > 1)
		first = fmin(step[0] + 1, step[1] - step[0]);
	return step[i] - step[0] + first;
}

/* Half of the last digit that any loss has; 0: beyond nine decimals. */
static double rounding_of(const struct curve *c)
{
	double unit = 1;
	int decimals = 0;

	for (size_t i = 0; i < c->n && decimals < 10; i++) {
		double y = c->loss[i];

		while (isfinite(y) && decimals < 10 &&
			fabs(y / unit - round(y / unit)) >
				1e-9 * fmax(1, fabs(y / unit)))
			unit = pow(10, -++decimals);
	}
	return decimals < 10 ? unit / 2 : 0;
}

/* The most that the losses fall from a height. */
static double fall_of(const struct curve *c)
{
	double top = -HUGE_VAL, fall = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!isfinite(c->loss[i]))
			continue;
		top = fmax(top, c->loss[i]);
		fall = fmax(fall, top - c->loss[i]);
	}
	return fall;
}

static double divisor(const struct curve_losses *l, double count)
{
	switch (l->start) {
	case CURVE_START_CORRECTED: return 1 - pow(l->beta, count);
	case CURVE_START_LATE: return 1 - pow(l->beta, count + 1);
	case CURVE_START_DIVIDED:
	case CURVE_START_FIRST:
	case CURVE_START_ZERO: break;
	}
	return 1;
}

/*
 * The mean loss of the updates after U's up to COUNT, whose average is Y, or
 * NAN: they are too few, what rounding did to the average would be the answer.
 */
static double undo_point(struct undoing *u, double y, double count)
{
	const struct curve_losses *l = u->l;
	bool mean = l->kind == CURVE_LOSSES_EPOCH_MEAN;
	double kept = mean ? 1 : pow(l->beta, count - u->count);
	double sum = mean ? y * count : y * divisor(l, count);
	double weight = mean ? count - u->count : 1 - kept;
	double error = mean ? u->error * count : u->error;
	double loss;

	if (error / weight > u->tolerance && u->count > 0)
		return NAN;
	loss = (sum - kept * u->sum) / weight;
	u->share = weight / (mean ? count : divisor(l, count));
	if (u->count == 0 && l->start == CURVE_START_FIRST) {
		loss = y;
		u->share = 1;
	}
	if (l->start == CURVE_START_DIVIDED) {
		u->share = 1 / (1 - pow(l->beta, count));
		loss = y / u->share;
	}
	u->sum = sum;
	u->count = count;
	return loss;
}

/* The rate so many updates BACK from point I, NAN if none is known. */
static double rate_before(const struct undoing *u, size_t i, double back)
{
	const double *lr = u->c->lr;
	double count = count_at(u, i) - back, at, next;
	size_t k = i;

	if (back == 0)
		return lr[i];
	while (k > 0 && count_at(u, k) > count)
		k--;
	while (k + 2 < u->c->n && count_at(u, k + 1) <= count)
		k++;
	if (k + 1 >= u->c->n)
		return NAN;
	at = count_at(u, k);
	next = count_at(u, k + 1);
	/* Half of an interval before the first rate its course is known. */
	if (count > next || count < at - (next - at) / 2)
		return NAN;
	return lr[k] * pow(lr[k + 1] / lr[k], (count - at) / (next - at));
}

static bool is_average(const struct curve_losses *l)
{
	return l->kind == CURVE_LOSSES_EPOCH_MEAN ||
	       l->kind == CURVE_LOSSES_EMA;
}

/*
 * The loss of point I once undone, and how far BACK its middle update lies;
 * false: it becomes one with the next.
 */
static bool undo(struct undoing *u, size_t i, double *loss, double *back)
{
	double count = count_at(u, i), from;

	*loss = u->c->loss[i];
	*back = 0;
	if (!is_average(u->l)) {
		if (u->l->kind == CURVE_LOSSES_MEAN ||
			u->l->kind == CURVE_LOSSES_MEDIAN)
			*back = (u->l->n - 1) / 2;
		return true;
	}
	if (!isfinite(*loss))
		return true;
	if (u->l->n > 0) /* of an epoch */
		count = fmod(count - 1, u->l->n) + 1;
	if (count <= u->count)
		u->sum = u->count = 0;
	from = u->count;
	*loss = undo_point(u, *loss, count);
	*back = (count - from - 1) / 2;
	return !isnan(*loss);
}

/* Fills the points of RET, fewer than C's where several become one. */
static void undo_all(struct undoing *u, struct curve_undone *ret, double shift)
{
	const struct curve *c = u->c;
	double *step = ret->memory, *lr = step + c->n, *loss = lr + c->n;
	double y, back;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!undo(u, i, &y, &back)) {
			ret->nmerged++;
			continue;
		}
		step[n] = c->step[i];
		lr[n] = rate_before(u, i, back + shift);
		loss[n] = y;
		/* What moved out of the test is not a gap in it. */
		n += !isnan(lr[n]) || isnan(c->lr[i]);
	}
	ret->c = (struct curve){step, lr, loss, n};
}

/* --- recognising ---------------------------------------------------------- */

static double rms(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum / (double)n);
}

/* Takes the line away that fits the N of X best. */
static void straighten(double *x, size_t n)
{
	double mid = (double)(n - 1) / 2, sum = 0, slope = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		double at = (double)i - mid;

		sum += x[i];
		slope += at * x[i];
		square += at * at;
	}
	for (size_t i = 0; i < n; i++)
		x[i] -= sum / (double)n + slope / square * ((double)i - mid);
}

/* Cuts the N of X at 4.5 times their median size.  Returns that size. */
static double cut(double *x, size_t n, double *tmp)
{
	double median;

	for (size_t i = 0; i < n; i++)
		tmp[i] = fabs(x[i]);
	median = curve_median_of(tmp, n);
	for (size_t i = 0; i < n; i++)
		x[i] = fmin(fmax(x[i], -4.5 * median), 4.5 * median);
	return median;
}

static double extent(const double *x, size_t n)
{
	double lo = x[0], hi = x[0];

	for (size_t i = 1; i < n; i++) {
		lo = fmin(lo, x[i]);
		hi = fmax(hi, x[i]);
	}
	return hi - lo;
}

/* The correlation of neighbours. */
static double follow(const double *x, size_t n)
{
	double sum = 0, square = 0;

	for (size_t i = 0; i < n; i++) {
		sum += i ? x[i] * x[i - 1] : 0;
		square += x[i] * x[i];
	}
	return sum / square;
}

/* How the losses of a test look before they fall, from their differences. */
struct look {
	double follow;  /* correlation of neighbours: -0.5 where all is noise */
	double decline; /* log of how much the noise becomes smaller */
	bool quiet;     /* there is none */
	bool moves;     /* something else moves them more */
};

static struct look look_at(const double *y, size_t n, double *tmp)
{
	size_t m = n - 1, last = m / 4 > 8 ? m / 4 : 8;
	double *x = tmp + n;
	struct look l;

	/* Of these a fall or a rise leaves little. */
	for (size_t i = 0; i + 1 < m; i++)
		x[i] = y[i + 2] - 2 * y[i + 1] + y[i];
	cut(x, m - 1, tmp);
	l.decline = log(rms(x, 8) / rms(x + m - 1 - last, last));
	for (size_t i = 0; i < m; i++)
		x[i] = y[i + 1] - y[i];
	l.quiet = cut(x, m, tmp) == 0;
	l.moves = extent(y, n) > MOVES * sqrt((double)n) * rms(x, m);
	straighten(x, m);
	l.follow = follow(x, m);
	return l;
}

static bool is_noise(const struct look *l)
{
	return fabs(l->follow + 0.5) < 0.3 && fabs(l->decline) < 1.5;
}

/*
 * The losses of C undone as L says, its first N, into OUT.  Returns what is new
 * in each average, the mean of the logarithms of its share.
 */
static double undo_early(double *out, const struct curve *c, size_t n,
	const struct curve_losses *l)
{
	struct undoing u = {
		.c = c,
		.l = l,
		.tolerance = HUGE_VAL,
		.by_points = !curve_counts_updates(c),
	};
	double back, shares = 0;

	for (size_t i = 0; i < n; i++) {
		undo(&u, i, &out[i], &back);
		shares += log(u.share);
	}
	return shares / (double)n;
}

/*
 * How unlikely Y is as noise of one size around a line, whatever SHARE each
 * had in its average.
 */
static double unlikely(const double *y, size_t n, double share, double *tmp)
{
	memcpy(tmp, y, n * sizeof(*y));
	straighten(tmp, n);
	return log(rms(tmp, n)) + share;
}

/*
 * The first of N losses, once undone, are of one level, which those behind them
 * do not rise above, and as logged they are not.
 */
static bool is_level(const double *y, size_t n, double logged)
{
	double tmp[LEVEL_POINTS], level, last;

	memcpy(tmp, y, sizeof(tmp));
	level = curve_median_of(tmp, LEVEL_POINTS);
	for (size_t i = 0; i < LEVEL_POINTS; i++)
		if (!(fabs(y[i] - level) < LEVEL * fabs(level)))
			return false;
	memcpy(tmp, y + n - LEVEL_POINTS, sizeof(tmp));
	last = curve_median_of(tmp, LEVEL_POINTS);
	return last < level + LEVEL * fabs(level) &&
	       fabs(log(fabs(logged / level))) > FAR_OFF;
}

/* Averages that begin with another divisor than theirs show that at once. */
static bool find_off(
	struct curve_losses *ret, const struct curve *c, size_t n, double *tmp)
{
	static const struct curve_losses form[] = {
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_LATE},
		{CURVE_LOSSES_EMA, 0, 0.9, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.95, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.99, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_DIVIDED},
	};
	double *y = tmp + 2 * n, best = HUGE_VAL;

	for (size_t k = 0; k < ARRAY_SIZE(form); k++) {
		double share = undo_early(y, c, n, &form[k]), x;

		if (!is_level(y, n, c->loss[0]))
			continue;
		x = unlikely(y, n, share, tmp);
		if (x < best)
			*ret = form[k];
		best = fmin(best, x);
	}
	return best < HUGE_VAL;
}

/* Averages whose noise becomes smaller, as the mean of ever more losses. */
static bool find_declining(
	struct curve_losses *ret, const struct curve *c, size_t n, double *tmp)
{
	static const struct curve_losses form[] = {
		{CURVE_LOSSES_EPOCH_MEAN, 0, 0, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_CORRECTED},
	};
	double *y = tmp + 2 * n, best = HUGE_VAL;

	for (size_t k = 0; k < ARRAY_SIZE(form); k++) {
		double share = undo_early(y, c, n, &form[k]), x;
		struct look l = look_at(y, n, tmp);

		if (!is_noise(&l))
			continue;
		x = unlikely(y, n, share, tmp);
		if (x < best)
			*ret = form[k];
		best = fmin(best, x);
	}
	return best < HUGE_VAL;
}

/* The points before any that is not finite, of the first part. */
static size_t early_points(const struct curve *c)
{
	size_t n = c->n / EARLY_SHARE, i = 0;

	if (n < EARLY_MIN)
		n = EARLY_MIN;
	while (i < n && i < c->n && isfinite(c->loss[i]))
		i++;
	return i;
}

/* How an average of a known decay begins: as makes its losses likeliest. */
static void find_start(
	struct curve_losses *l, const struct curve *c, size_t n, double *tmp)
{
	static const enum curve_start start[] = {CURVE_START_FIRST,
		CURVE_START_CORRECTED, CURVE_START_ZERO, CURVE_START_LATE};
	double *y = tmp + 2 * n, best = HUGE_VAL;
	struct curve_losses found = *l;

	for (size_t k = 0; k < ARRAY_SIZE(start); k++) {
		double x;

		l->start = start[k];
		x = unlikely(y, n, undo_early(y, c, n, l), tmp);
		if (!k || x < best) {
			best = x;
			found = *l;
		}
	}
	*l = found;
}

/* What the losses of C are, N points of which have not fallen yet. */
static void recognise(
	struct curve_undone *ret, const struct curve *c, size_t n, double *tmp)
{
	static const struct curve_losses slow = {
		CURVE_LOSSES_EMA, 0, 0.95, CURVE_START_FIRST};
	struct look l = look_at(c->loss, n, tmp), undone;
	double sure = (l.follow + 0.5) * sqrt((double)n - 1) / 0.7;

	ret->how.kind = CURVE_LOSSES_RAW;
	if (find_off(&ret->how, c, n, tmp) || l.quiet)
		return;
	if (sure > CERTAIN && l.decline > DECLINE &&
		find_declining(&ret->how, c, n, tmp))
		return;
	undo_early(tmp + 2 * n, c, n, &slow);
	undone = look_at(tmp + 2 * n, n, tmp);
	ret->unknown = sure > SURE && !l.moves && is_noise(&undone);
}

/* Completes HOW of RET from what C shows.  Returns 0, or -1 with DIAG_NOMEM. */
static int complete(
	struct curve_undone *ret, const struct curve *c, struct diag *d)
{
	bool is_auto = ret->how.kind == CURVE_LOSSES_AUTO;
	size_t n = early_points(c);
	double *tmp;

	if (!is_auto && ret->how.kind != CURVE_LOSSES_EMA)
		return 0;
	/* Linear tests begin with rates that may be too high for a look. */
	if (is_auto && (c->n < POINTS_MIN || n < EARLY_MIN ||
			       !curve_is_geometric(c))) {
		ret->how.kind = CURVE_LOSSES_RAW;
		return 0;
	}
	if (n < LEVEL_POINTS) {
		ret->how.start = CURVE_START_FIRST;
		return 0;
	}
	tmp = malloc(3 * n * sizeof(*tmp));
	if (!tmp)
		return diag_nomem(d, 3 * n * sizeof(*tmp));
	if (is_auto)
		recognise(ret, c, n, tmp);
	else
		find_start(&ret->how, c, n, tmp);
	free(tmp);
	return 0;
}

/* --- both ----------------------------------------------------------------- */

/* Updates by which a loss may belong to another rate than its own. */
static double blur_of(const struct curve_undone *u)
{
	if (u->unknown)
		return UNKNOWN_LAG;
	if (u->how.kind == CURVE_LOSSES_MEAN ||
		u->how.kind == CURVE_LOSSES_MEDIAN)
		return u->how.n / 2;
	return 0;
}

int curve_undo(struct curve_undone *ret, const struct curve *c,
	const struct curve_losses *how, double shift, struct diag *d)
{
	size_t nbytes = 3 * (c->n + 1) * sizeof(double);
	struct undoing u = {.c = c, .l = &ret->how};

	*ret = (struct curve_undone){.how = *how};
	ret->memory = malloc(nbytes);
	if (!ret->memory)
		return diag_nomem(d, nbytes);
	if (complete(ret, c, d) < 0)
		return -1;
	u.by_points = !curve_counts_updates(c);
	u.error = rounding_of(c);
	u.tolerance = ROUNDING * fall_of(c);
	undo_all(&u, ret, shift);
	ret->blur = blur_of(ret);
	return 0;
}

void curve_undone_free(struct curve_undone *u)
{
	free(u->memory);
	*u = (struct curve_undone){0};
}
