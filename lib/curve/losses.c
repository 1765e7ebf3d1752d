/* SPDX-License-Identifier: MIT */
/*
 * What the losses of a log are: each update's own, or averages that lag behind
 * them by a decade and more of a fast test.  Averages are recognised where
 * nothing else looks as they do, and undone where they can be.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

/* The points that are looked at: a share of all, before losses fall. */
#define EARLY_SHARE 3
#define EARLY_MIN 20
/* Points that show how an average begins. */
#define START_MIN 10
/* More show no more, and take longer. */
#define EARLY_MAX 256
/* Updates of an epoch whose end is looked for, at least. */
#define EPOCH_MIN 8
/* Averages are a thousand times likelier than raw losses: its logarithm. */
#define SURE 7
/*
 * Losses that move more than so many times their steps, and the root of how
 * many these are, are falling or rising.
 */
#define MOVES 2.5
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
};

/* The place of point I among the updates, from 1 on. */
static double count_at(const struct undoing *u, size_t i)
{
	const double *step = u->c->step;
	double first = 1;

	if (u->by_points)
		return (double)i + 1;
	/* A log of every tenth update may begin with the tenth. */
	if (u->c->n > 1 && step[0] + 1 >= step[1] - step[0])
		first = step[1] - step[0];
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
 * The mean loss of the updates after U's up to COUNT, whose average is Y, in
 * which it WEIGHS so much; or NAN: they are too few, what rounding did to the
 * average would be the answer.
 */
static double undo_point(
	struct undoing *u, double y, double count, double *weighs)
{
	const struct curve_losses *l = u->l;
	bool mean = l->kind == CURVE_LOSSES_EPOCH_MEAN;
	double kept = mean ? 1 : pow(l->beta, count - u->count);
	double whole = mean ? count : divisor(l, count);
	double weight = mean ? count - u->count : 1 - kept;
	double error = mean ? u->error * count : u->error;
	double loss;

	if (error / weight > u->tolerance && u->count > 0)
		return NAN;
	loss = (y * whole - kept * u->sum) / weight;
	*weighs = weight / whole;
	if (u->count == 0 && l->start == CURVE_START_FIRST) {
		loss = y;
		*weighs = 1;
	}
	if (l->start == CURVE_START_DIVIDED) {
		*weighs = 1 / (1 - pow(l->beta, count));
		loss = y / *weighs;
	}
	u->sum = y * whole;
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
 * The loss of point I once undone, how far BACK its middle update lies, and how
 * much it WEIGHS in what is logged; false: it becomes one with the next.
 */
static bool undo(
	struct undoing *u, size_t i, double *loss, double *back, double *weighs)
{
	double count = count_at(u, i), from;

	*loss = u->c->loss[i];
	*back = 0;
	*weighs = 1;
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
	*loss = undo_point(u, *loss, count, weighs);
	*back = (count - from - 1) / 2;
	return !isnan(*loss);
}

/* Fills the points of RET, fewer than C's where several become one. */
static void undo_all(struct undoing *u, struct curve_undone *ret, double shift)
{
	const struct curve *c = u->c;
	double *step = ret->memory, *lr = step + c->n, *loss = lr + c->n;
	double y, back, weighs;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!undo(u, i, &y, &back, &weighs)) {
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

static double mean_size(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fabs(x[i]);
	return sum / (double)n;
}

/* At point I of N: the powers of a parabola, of which none has another's. */
static double power_at(int power, size_t i, size_t n)
{
	double mid = (double)(n - 1) / 2, at = (double)i - mid;

	if (power == 2)
		return at * at - mid * (mid + 1) / 3;
	return power ? at : 1;
}

/* Takes the line, or parabola, away that fits the N of X best. */
static void straighten(double *x, size_t n, int powers)
{
	for (int power = 0; power <= powers; power++) {
		double sum = 0, square = 0;

		for (size_t i = 0; i < n; i++) {
			double y = power_at(power, i, n);

			sum += y * x[i];
			square += y * y;
		}
		for (size_t i = 0; i < n; i++)
			x[i] -= sum / square * power_at(power, i, n);
	}
}

static const struct curve_losses raw = {.kind = CURVE_LOSSES_RAW};

/* Losses of a test, and room for as many undone. */
struct part {
	struct undoing u; /* of which the form changes */
	size_t from, n;
	enum model {
		LINE,     /* noise of one size around a line */
		PARABOLA, /* of heavy tails, around a parabola */
		COURSE,   /* around whatever joins its neighbours */
	} model;
	double x[EARLY_SHARE * EARLY_MAX];
};

/* Leaves what the N of X differ by from their neighbours. */
static void differ(double *x, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		x[i] = (x[i + 2] - 2 * x[i + 1] + x[i]) / sqrt(6);
}

/*
 * The logarithm of how likely the losses of P are, if they are what L says and
 * its model is right of what is undone.  What rounding did is noise too.
 */
static double likelihood(struct part *p, const struct curve_losses *l)
{
	double weights = 0, rounding = 0, back, w, size, *x = p->x + p->from;
	size_t n = p->n - p->from;

	p->u.l = l;
	p->u.sum = p->u.count = 0;
	for (size_t i = 0; i < p->n; i++) {
		undo(&p->u, i, &p->x[i], &back, &w);
		if (i < p->from)
			continue;
		weights += log(w);
		rounding += (1 + (1 - w) * (1 - w)) / (w * w);
	}
	rounding = p->u.error * sqrt(rounding / (double)n / 3);
	if (p->model == COURSE)
		differ(x, n);
	else
		straighten(x, n, p->model == LINE ? 1 : 2);
	size = p->model == LINE ? rms(x, n)
				: mean_size(x, p->model == COURSE ? n - 2 : n);
	return -weights - (double)n * log(fmax(size, rounding));
}

/* The likeliest so far, and how likely it is. */
struct likeliest {
	struct curve_losses how;
	double log;
};

static void consider(struct likeliest *best, struct part *p,
	const struct curve_losses *l, double choices)
{
	double x = likelihood(p, l) - log(choices);

	if (x > best->log)
		*best = (struct likeliest){*l, x};
}

/* Means that begin anew with each epoch, which ends at one of the points. */
static void consider_epochs(struct likeliest *best, struct part *p)
{
	struct curve_losses l = {
		CURVE_LOSSES_EPOCH_MEAN, 0, 0, CURVE_START_ZERO};

	for (size_t i = EPOCH_MIN - 1; i + 3 < p->n; i++) {
		l.n = count_at(&p->u, i);
		consider(best, p, &l, (double)p->n);
	}
}

/* As libraries and scripts average: KNOWN, or from the FIRST loss on. */
static void consider_all(
	struct likeliest *known, struct likeliest *first, struct part *p)
{
	static const double decay[] = {0.9, 0.95, 0.98, 0.99};
	static const struct curve_losses other[] = {
		{CURVE_LOSSES_EPOCH_MEAN, 0, 0, CURVE_START_ZERO},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_CORRECTED},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_LATE},
		{CURVE_LOSSES_EMA, 0, 0.98, CURVE_START_DIVIDED},
	};
	struct curve_losses l = {.kind = CURVE_LOSSES_EMA};

	for (size_t k = 0; k < ARRAY_SIZE(other); k++)
		consider(known, p, &other[k], 1);
	for (size_t k = 0; k < ARRAY_SIZE(decay); k++) {
		l.beta = decay[k];
		l.start = CURVE_START_FIRST;
		consider(first, p, &l, 1);
		l.start = CURVE_START_ZERO;
		consider(known, p, &l, ARRAY_SIZE(decay));
		l.start = CURVE_START_CORRECTED;
		consider(known, p, &l, ARRAY_SIZE(decay));
	}
	consider_epochs(known, p);
}

/*
 * Before the first epoch ends its mean is an average as others.  Whether HOW,
 * which P's losses are, is of epochs the points around their ends show, as far
 * as the minimum.
 */
static void find_epochs(struct curve_losses *how, struct part *p)
{
	struct curve_losses l = {
		CURVE_LOSSES_EPOCH_MEAN, 0, 0, CURVE_START_ZERO};
	const struct curve *c = p->u.c;
	const struct curve_losses known = *how;
	size_t i, low = 0;
	double best;

	for (i = 0; i < c->n && i < ARRAY_SIZE(p->x) && isfinite(c->loss[i]);
		i++)
		low = c->loss[i] < c->loss[low] ? i : low;
	p->model = COURSE;
	best = SURE + log((double)low + 1);
	for (i = EPOCH_MIN; i + EPOCH_MIN <= low; i++) {
		double gain;

		l.n = count_at(&p->u, i - 1);
		p->from = i - EPOCH_MIN;
		p->n = i + EPOCH_MIN;
		gain = likelihood(p, &l) - likelihood(p, &known);
		if (gain > best)
			*how = l;
		best = fmax(best, gain);
	}
}

/* The losses of P fall or rise, which hides how they follow each other. */
static bool moves(struct part *p)
{
	const double *y = p->u.c->loss;
	double lo = y[0], hi = y[0];

	for (size_t i = 1; i < p->n; i++) {
		lo = fmin(lo, y[i]);
		hi = fmax(hi, y[i]);
		p->x[i - 1] = y[i] - y[i - 1];
	}
	return hi - lo > MOVES * sqrt((double)p->n) * rms(p->x, p->n - 1);
}

/*
 * They are likelier to be as L says than raw in P's other model too.  For the
 * ends of epochs it is not enough that losses stand out somewhere.
 */
static bool stands(const struct curve_losses *l, struct part *p)
{
	double much = l->n > 0 ? SURE : 0;
	bool ret;

	p->model = PARABOLA;
	ret = likelihood(p, l) > likelihood(p, &raw) + much;
	p->model = LINE;
	return ret;
}

/* What the losses of RET are, as P shows, which is before they fall. */
static void recognise(struct curve_undone *ret, struct part *p)
{
	struct likeliest known = {raw, likelihood(p, &raw)}, first = known;
	double sure = known.log + SURE;

	consider_all(&known, &first, p);
	ret->how = raw;
	if (known.log > first.log + SURE && stands(&known.how, p)) {
		ret->how = known.how;
		if (known.how.n == 0)
			find_epochs(&ret->how, p);
	} else {
		/* The decay is not told well, which changes the answer. */
		ret->unknown =
			fmax(first.log, known.log) > sure &&
			stands(known.log > first.log ? &known.how : &first.how,
				p) &&
			!moves(p);
	}
}

/* The points before any that is not finite, of the first part. */
static size_t early_points(const struct curve *c)
{
	size_t n = c->n / EARLY_SHARE, i = 0;

	if (n < EARLY_MIN)
		n = EARLY_MIN;
	if (n > EARLY_MAX)
		n = EARLY_MAX;
	while (i < n && i < c->n && isfinite(c->loss[i]))
		i++;
	return i;
}

/* How an average of a known decay begins: as makes its losses likeliest. */
static void find_start(struct curve_losses *l, struct part *p)
{
	struct likeliest best = {.log = -HUGE_VAL};

	for (int s = CURVE_START_FIRST; s <= CURVE_START_LATE; s++) {
		l->start = (enum curve_start)s;
		consider(&best, p, l, 1);
	}
	*l = best.how;
}

/* Completes HOW of RET from what U's curve shows. */
static void complete(struct curve_undone *ret, const struct undoing *u)
{
	bool is_auto = ret->how.kind == CURVE_LOSSES_AUTO;
	struct part p = {.u = *u, .n = early_points(u->c)};

	p.u.tolerance = HUGE_VAL;
	if (p.n > 0)
		p.u.error = fmax(u->error, DBL_EPSILON * fabs(*u->c->loss));
	/* Linear tests begin with rates that may be too high for a look. */
	if (is_auto && p.n >= EARLY_MIN && u->c->n >= EARLY_SHARE * EARLY_MIN &&
		curve_is_geometric(u->c))
		recognise(ret, &p);
	else if (is_auto)
		ret->how.kind = CURVE_LOSSES_RAW;
	else if (ret->how.kind == CURVE_LOSSES_EMA && p.n >= START_MIN)
		find_start(&ret->how, &p);
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
	u.by_points = !curve_counts_updates(c);
	u.error = rounding_of(c);
	complete(ret, &u);
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
