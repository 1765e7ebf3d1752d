/* SPDX-License-Identifier: MIT */
/*
 * The default method: the centre of the basin.  The loss is smoothed without
 * lag over log10(lr); the suggestion is the mean of log10(lr) with the fourth
 * power of the fall below the start as weights, so that no edge is sought,
 * which noise or a shoulder would move.  A fast sweep shows late what a rate
 * does (learning takes updates): a term in the updates per decade undoes that.
 * The two constants of the suggestion and the four of its interval were chosen
 * on the range tests of tests/truth, whose README says how.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define POINTS_MAX 512     /* more are binned */
#define MEDIAN_WIDTH 5     /* points; undoes single spikes */
#define MEDIAN_DECADES 0.5 /* but no wider than this */
#define SIGMA 0.2          /* decades */
#define POWER 4            /* of the fall, as a weight */
#define SPEED 1.44         /* decades times root of updates per decade */
#define OFFSET 0.07        /* decades */
#define EDGE 0.1           /* of the drop, where the basin begins and ends */
#define WIDTH_MIN 0.4      /* decades, of the basin at half of its depth */
#define WIDTH_MAX 4.0
#define START_DECADES 0.1  /* y0 is the median of these points */
#define START_POINTS 5     /* but of no fewer */
#define START_PART 10      /* nor of less than a tenth, unless it is steep */
#define PROBE_BELOW 0.75   /* decades below the end of a flat test */
#define RISING_DECADES 0.3 /* a minimum so near the start is no minimum */
#define OPEN_DECADES 0.2   /* nor one so near the end */
#define SIGNIFICANT 3      /* standard errors */
#define ROUNDING 1e-12     /* of the loss: no drop at all */

/* The curve over x = log10(lr), at most POINTS_MAX points. */
struct fit {
	size_t n;
	double x[POINTS_MAX];
	double y[POINTS_MAX];  /* the loss without spikes */
	double f[POINTS_MAX];  /* smoothed, explosions cut */
	double se[POINTS_MAX]; /* of f, for noise of size 1 */
	double tmp[POINTS_MAX];
	double y0;    /* the loss before any learning */
	double y0_se; /* its standard error, for noise of size 1 */
	size_t min;   /* where f is lowest */
	double drop;  /* y0 - f[min] */
	double noise; /* of one point */
	bool diverged;
};

/* The bin of the rate LR, of POINTS_MAX from X0 on. */
static size_t bin_of(double lr, double x0, double width)
{
	double b = floor((log10(lr) - x0) / width);

	return b < POINTS_MAX - 1 ? (size_t)b : POINTS_MAX - 1;
}

/* How many points from FROM on share its bin. */
static size_t bin_size(
	const struct curve *c, size_t from, double x0, double width)
{
	size_t b = bin_of(c->lr[from], x0, width), end = from + 1;

	while (end < c->n && bin_of(c->lr[end], x0, width) == b)
		end++;
	return end - from;
}

/* Medians of at most POINTS_MAX bins of equal width in log10(lr). */
static int bin_points(struct fit *t, const struct curve *c, struct diag *d)
{
	double x0 = log10(c->lr[0]);
	double width = (log10(c->lr[c->n - 1]) - x0) / POINTS_MAX;
	size_t largest = 0, n;
	double *bin;

	for (size_t i = 0; i < c->n; i += n) {
		n = bin_size(c, i, x0, width);
		largest = n > largest ? n : largest;
	}
	bin = malloc(largest * sizeof(*bin));
	if (!bin)
		return diag_nomem(d, largest * sizeof(*bin));
	for (size_t i = 0; i < c->n; i += n) {
		double sum_x = 0;

		n = bin_size(c, i, x0, width);
		memcpy(bin, c->loss + i, n * sizeof(*bin));
		for (size_t k = i; k < i + n; k++)
			sum_x += log10(c->lr[k]);
		t->x[t->n] = sum_x / (double)n;
		t->tmp[t->n++] = curve_median_of(bin, n);
	}
	free(bin);
	return 0;
}

static int take_points(struct fit *t, const struct curve *c, struct diag *d)
{
	if (c->n > POINTS_MAX)
		return bin_points(t, c, d);
	for (size_t i = 0; i < c->n; i++) {
		t->x[i] = log10(c->lr[i]);
		t->tmp[i] = c->loss[i];
	}
	t->n = c->n;
	return 0;
}

/*
 * The level of the curve before the rate is large enough to learn: the points
 * within a short stretch of rates and at least a tenth of all, unless that
 * tenth is most of the rates, as where they rise linearly.
 */
static void find_start(struct fit *t)
{
	double start[POINTS_MAX];
	size_t tenth = t->n / START_PART, n = 0;
	double reach = t->x[tenth] - t->x[0];

	if (reach > 2 * (t->x[t->n - 1] - t->x[0]) / START_PART)
		tenth = 0;
	while (n < t->n && (n < START_POINTS || n < tenth ||
				   t->x[n] <= t->x[0] + START_DECADES)) {
		start[n] = t->tmp[n];
		n++;
	}
	t->y0 = curve_median_of(start, n);
	t->y0_se = 1.2533 / sqrt((double)n);
}

/* The size of the noise, from the differences of neighbours. */
static double noise_of(const double *y, size_t n)
{
	double diff[POINTS_MAX];

	if (n < 2)
		return 0;
	for (size_t i = 1; i < n; i++)
		diff[i - 1] = fabs(y[i] - y[i - 1]);
	return CURVE_DIFF_SD * curve_median_of(diff, n - 1);
}

/* Odd; where points are sparse, a wide median would cut the minimum off. */
static size_t median_width(const struct fit *t)
{
	double density = (double)(t->n - 1) / (t->x[t->n - 1] - t->x[0]);

	for (size_t width = MEDIAN_WIDTH; width > 1; width -= 2)
		if ((double)width <= MEDIAN_DECADES * density)
			return width;
	return 1;
}

/*
 * An explosion must not bend the curve before it, so losses are cut at as
 * much above the start as the minimum is below it, or at what noise may do.
 */
static void fit_curve(struct fit *t)
{
	double noise = noise_of(t->tmp, t->n);
	double top;

	find_start(t);
	curve_median(t->y, t->tmp, t->n, median_width(t));
	top = t->y0 - t->y[curve_argmin(t->y, t->n)];
	top = t->y0 + fmax(top, 2 * SIGNIFICANT * noise);
	t->diverged |= t->tmp[t->n - 1] > top;
	for (size_t i = 0; i < t->n; i++)
		t->y[i] = fmin(t->y[i], top);
	curve_smooth(t->f, t->se, t->x, t->y, t->n, SIGMA);
	t->min = curve_argmin(t->f, t->n);
	t->drop = t->y0 - t->f[t->min];
	t->noise = noise_of(t->tmp, t->min >= POINTS_MAX / 64 ? t->min : t->n);
}

/* log10(lr) where f passes LEVEL between the points I - 1 and I. */
static double between(const struct fit *t, size_t i, double level)
{
	double share = (level - t->f[i - 1]) / (t->f[i] - t->f[i - 1]);

	return t->x[i - 1] + share * (t->x[i] - t->x[i - 1]);
}

/* log10(lr) where f last falls to LEVEL before its minimum. */
static double last_fall(const struct fit *t, double level)
{
	size_t i = t->min;

	while (i > 0 && t->f[i - 1] <= level)
		i--;
	return i ? between(t, i, level) : t->x[0];
}

/* log10(lr) where f first rises to LEVEL after its minimum, or NaN. */
static double first_rise(const struct fit *t, double level)
{
	size_t i = t->min;

	while (i < t->n && t->f[i] <= level)
		i++;
	if (i == t->n)
		return NAN;
	return i > t->min ? between(t, i, level) : t->x[i];
}

/* The last log10(lr) at which f is not above LEVEL. */
static double last_below(const struct fit *t, double level)
{
	size_t i = t->n;

	while (i > 0 && t->f[i - 1] > level)
		i--;
	return i ? t->x[i - 1] : t->x[0];
}

/*
 * The mean of x in the basin; points count for the rates around them.  No
 * stretch is cut out: of two basins a third point or a spike may make either
 * the deeper one, and the answer would jump from one to the other.
 */
static double centre_of(const struct fit *t)
{
	double sum = 0, sum_x = 0;

	for (size_t i = 0; i < t->n; i++) {
		size_t lo = i ? i - 1 : 0, hi = i + 1 < t->n ? i + 1 : i;
		double depth = fmax(0, t->y0 - t->f[i]) / t->drop;
		double w = pow(depth, POWER) * (t->x[hi] - t->x[lo]);

		sum += w;
		sum_x += w * t->x[i];
	}
	return sum_x / sum;
}

static double highest_after(const struct fit *t, size_t from)
{
	double y = t->f[from];

	for (size_t i = from; i < t->n; i++)
		y = fmax(y, t->f[i]);
	return y;
}

static enum curve_status judge(const struct fit *t)
{
	double se = t->noise * hypot(t->se[t->min], t->y0_se);
	double rise = highest_after(t, t->min) - t->f[t->min];
	size_t last = t->n - 1;

	if (t->x[t->min] - t->x[0] < RISING_DECADES &&
		(t->diverged || rise > SIGNIFICANT * se) && rise > 0)
		return CURVE_RISING;
	if (!(t->drop > SIGNIFICANT * se) || t->drop <= ROUNDING * fabs(t->y0))
		return CURVE_FLAT;
	if (t->x[last] - t->x[t->min] < OPEN_DECADES && !t->diverged &&
		rise <= EDGE * t->drop)
		return CURVE_OPEN;
	return CURVE_OK;
}

/* Updates from the point LO to HI per decade of rates. */
static double density_of(
	const struct curve *c, size_t lo, size_t hi, bool by_points)
{
	double decades = log10(c->lr[hi] / c->lr[lo]);
	double updates =
		by_points ? (double)(hi - lo) : c->step[hi] - c->step[lo];

	return fmax(1, updates / decades);
}

/*
 * Updates per decade in the decade up to X, whatever was logged of them.  Rates
 * may be held: from the last point a decade below to the last one of X's rate,
 * or, where there is no other rate, over the whole sweep.
 */
static double density_before(const struct curve *c, double x, bool by_points)
{
	size_t hi = 0, lo = 0;

	while (hi + 1 < c->n && log10(c->lr[hi + 1]) <= x)
		hi++;
	while (lo + 1 < c->n &&
		(c->lr[lo + 1] == c->lr[0] || log10(c->lr[lo + 1]) <= x - 1))
		lo++;
	if (c->lr[lo] < c->lr[hi])
		return density_of(c, lo, hi, by_points);
	return density_of(c, 0, c->n - 1, by_points);
}

/* 10^X to three digits, or the nearest rate that was tested. */
static double tested(const struct curve_bounds *b, double x)
{
	return fmin(fmax(curve_round(pow(10, x)), b->lr_lo), b->lr_hi);
}

/* What the basin is between, whatever follows from it. */
static void read_basin(
	const struct fit *t, const struct curve *c, struct curve_bounds *ret)
{
	double div = first_rise(t, t->f[t->min] + 0.5 * t->drop);

	ret->noise = curve_round(t->noise / t->drop);
	ret->onset = tested(ret, last_fall(t, t->y0 - EDGE * t->drop));
	ret->lr_low = tested(ret, t->x[t->min]);
	if (!isnan(div))
		ret->lr_div = tested(ret, div);
	else if (isnan(ret->lr_div) && t->diverged)
		ret->lr_div = c->lr[c->n - 1];
}

/* How far an interval reaches below and above, in roots of decades. */
struct reach {
	double below, above;
};

static const struct reach reach_80 = {0.07, 0.15};
static const struct reach reach_90 = {0.17, 0.25};

/*
 * The wider the basin, the less is known of where in it networks train best:
 * how far the good rates of others were off grows with the root of its width.
 */
static void read_interval(const struct fit *t, double x,
	const struct curve_use *use, struct curve_bounds *ret)
{
	const struct reach *r = use->ci == 80 ? &reach_80 : &reach_90;
	double half = t->y0 - 0.5 * t->drop;
	double width = last_below(t, half) - last_fall(t, half);
	double root = sqrt(fmin(fmax(width, WIDTH_MIN), WIDTH_MAX));

	ret->decades = root * (reach_90.below + reach_90.above);
	ret->suggest_lo = tested(ret, x - root * r->below);
	ret->suggest_hi = tested(ret, x + root * r->above);
}

static void read_bounds(const struct fit *t, const struct curve *c,
	const struct curve_use *use, struct curve_bounds *ret)
{
	double centre = centre_of(t), x;

	ret->density = density_before(c, centre, ret->by_points);
	x = centre - OFFSET - SPEED / sqrt(ret->density);
	read_basin(t, c, ret);
	curve_suggest(ret, tested(ret, x), ret->lr_low, use);
	x = log10(ret->suggest);
	read_interval(t, x, use, ret);
	ret->probe = ret->suggest;
}

/*
 * Where nothing falls, the last rate that does no harm is the best that is
 * known of the rates to probe.
 */
static void read_flat(const struct fit *t, struct curve_bounds *ret)
{
	size_t i = t->n;

	while (i > 1 &&
		t->f[i - 1] > t->y0 + SIGNIFICANT * t->noise *
					      hypot(t->se[i - 1], t->y0_se))
		i--;
	ret->probe = tested(ret, t->x[i - 1] - PROBE_BELOW);
	ret->steep = t->x[1] - t->x[0] > START_DECADES &&
		     t->tmp[0] - t->y0 > SIGNIFICANT * t->noise;
}

int curve_centre(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d)
{
	struct fit *t = calloc(1, sizeof(*t));

	if (!t)
		return diag_nomem(d, sizeof(*t));
	t->diverged = ret->diverged;
	if (take_points(t, c, d) < 0) {
		free(t);
		return -1;
	}
	fit_curve(t);
	ret->diverged = t->diverged;
	ret->status = judge(t);
	if (ret->status == CURVE_OK)
		read_bounds(t, c, use, ret);
	else if (ret->status == CURVE_FLAT)
		read_flat(t, ret);
	free(t);
	return 0;
}

int curve_centre_trace(
	struct curve_trace *ret, const struct curve *c, struct diag *d)
{
	struct fit *t = calloc(1, sizeof(*t));

	_Static_assert(POINTS_MAX <= CURVE_TRACE_MAX, "a curve fits a trace");
	if (!t)
		return diag_nomem(d, sizeof(*t));
	if (take_points(t, c, d) < 0) {
		free(t);
		return -1;
	}
	fit_curve(t);
	ret->n = t->n;
	for (size_t i = 0; i < t->n; i++)
		ret->lr[i] = pow(10, t->x[i]);
	memcpy(ret->loss, t->f, t->n * sizeof(*t->f));
	free(t);
	return 0;
}
