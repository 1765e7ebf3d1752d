/* SPDX-License-Identifier: MIT */
/*
 * The table of methods, and those that others published, as their code runs:
 * each averages the losses, stops its test, drops points at both ends and picks
 * a rate in a way of its own, and rounds to 32 bits where it keeps its numbers
 * in tensors.  tests/curves plays the same losses to the real ones, and
 * compares what they say.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

/* One operation, cast or kept, is then the same in double. */
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1,
	"floats are kept as floats");

/* A rule that never stops. */
#define NEVER HUGE_VAL

enum average {
	AS_LOGGED,
	CORRECTED, /* exponential, divided by 1 - beta^(i+1) */
	LATE,      /* by 1 - beta^(i+2): Lightning counts one step too many */
	LERPED,    /* the first, in 32 bits with one rounding: torch.lerp() */
	SEEDED,    /* exponential from the first loss, no correction */
};

struct record;

struct finder {
	/*
	 * The rate that is picked, NaN with RET's status for none.  What it
	 * knows more than that goes to RET.
	 */
	double (*pick)(struct record *r, struct curve_bounds *ret);
	enum average average;
	double beta;
	bool single; /* what it picks from is rounded to 32 bits */

	double times;      /* stops above that many times the best loss */
	double best;       /* before any loss */
	size_t from;       /* the first point that may stop it */
	bool best_first;   /* a loss is the best before it is compared */
	bool stops_at_nan; /* or goes on with it */

	bool tenth;   /* of all points are left out at the start */
	size_t start; /* so many more */
	size_t end;
	size_t least; /* points that were not left out, or there is no answer */
};

/* What a finder has seen when it is asked. */
struct record {
	const struct finder *f;
	double *lr;
	double *loss;
	size_t n;
	double *spare; /* as many */
	double *memory;
};

/* --- averages ------------------------------------------------------------- */

static void average_lerped(double *out, const double *y, size_t n, double beta)
{
	float rest = 1 - (float)beta, a = 0;

	for (size_t i = 0; i < n; i++) {
		a = fmaf((float)y[i] - a, rest, a);
		out[i] = (float)(a / (float)(1 - pow(beta, (double)i + 1)));
	}
}

static void average_seeded(double *out, const double *y, size_t n, double beta)
{
	double share = 0.05; /* 1 - beta is another number */

	for (size_t i = 0; i < n; i++)
		out[i] = i ? share * y[i] + beta * out[i - 1] : y[i];
}

static void average(
	const struct finder *f, double *out, const double *y, size_t n)
{
	switch (f->average) {
	case AS_LOGGED: memcpy(out, y, n * sizeof(*y)); break;
	case CORRECTED: curve_ema(out, y, n, f->beta, 0); break;
	case LATE: curve_ema(out, y, n, f->beta, 1); break;
	case LERPED: average_lerped(out, y, n, f->beta); break;
	case SEEDED: average_seeded(out, y, n, f->beta); break;
	}
}

/* --- stops and ends ------------------------------------------------------- */

/* How many points it keeps: the one that stops it is among them. */
static size_t stop_at(const struct finder *f, const double *loss, size_t n)
{
	double best = f->best;

	for (size_t i = 0; i < n; i++) {
		if (f->best_first && loss[i] < best)
			best = loss[i];
		if (i >= f->from && loss[i] > f->times * best)
			return i + 1;
		if (f->stops_at_nan && isnan(loss[i]))
			return i + 1;
		if (loss[i] < best)
			best = loss[i];
	}
	return n;
}

/* Leaves out what F does at both ends of N points, of ALL there could be. */
static void trim(struct record *r, size_t n, size_t all)
{
	size_t start = r->f->start + (r->f->tenth ? all / 10 : 0);

	r->n = n > start + r->f->end ? n - start - r->f->end : 0;
	r->lr += start;
	r->loss += start;
}

static int record(struct record *r, const struct finder *f,
	const struct curve *c, struct curve_bounds *ret, struct diag *d)
{
	size_t n;
	double *y = malloc(3 * c->n * sizeof(*y));

	if (!y)
		return diag_nomem(d, 3 * c->n * sizeof(*y));
	*r = (struct record){f, y + c->n, y, 0, y + 2 * c->n, y};
	memcpy(r->lr, c->lr, c->n * sizeof(*y));
	average(f, y, c->loss, c->n);
	n = stop_at(f, y, c->n);
	trim(r, n, c->n);
	ret->stopped = n < c->n;
	if (r->n < f->least)
		ret->status = CURVE_TOO_FEW;
	for (size_t i = 0; f->single && i < r->n; i++)
		r->loss[i] = (float)r->loss[i];
	return 0;
}

/* --- what is picked ------------------------------------------------------- */

/* X as the library keeps it. */
static double kept(const struct record *r, double x)
{
	return r->f->single ? (float)x : x;
}

/* The first of the lowest, or of those that are nan: so torch and numpy. */
static size_t argmin(const double *y, size_t n)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(y[i]))
			return i;
		if (y[i] < y[m])
			m = i;
	}
	return m;
}

/* numpy.gradient() and torch.gradient(): half of the central difference. */
static double gradient(
	const struct record *r, const double *y, size_t n, size_t i)
{
	size_t lo = i > 0 ? i - 1 : i, hi = i + 1 < n ? i + 1 : i;

	return kept(r, kept(r, y[hi] - y[lo]) / (double)(hi - lo));
}

/*
 * The same over the rate itself, at places of any distance, as torch.gradient()
 * computes it.
 */
static double slope(const struct record *r, size_t i)
{
	const double *y = r->loss;
	double dx, dx2, sum, a, b, c;

	if (i == 0 || i + 1 == r->n) {
		size_t k = i ? i : 1;

		dx = kept(r, kept(r, r->lr[k]) - kept(r, r->lr[k - 1]));
		return kept(r, kept(r, y[k] - y[k - 1]) / dx);
	}
	dx = kept(r, kept(r, r->lr[i]) - kept(r, r->lr[i - 1]));
	dx2 = kept(r, kept(r, r->lr[i + 1]) - kept(r, r->lr[i]));
	sum = kept(r, dx + dx2);
	a = kept(r, -dx2 / kept(r, dx * sum));
	b = kept(r, kept(r, dx2 - dx) / kept(r, dx * dx2));
	c = kept(r, dx / kept(r, dx2 * sum));
	return kept(r, kept(r, kept(r, a * y[i - 1]) + kept(r, b * y[i])) +
			       kept(r, c * y[i + 1]));
}

/* The place of the lowest G(i) in FROM..TO; RET learns if that is no number. */
static size_t steepest(const struct record *r, size_t from, size_t to,
	double (*g)(const struct record *r, size_t i), struct curve_bounds *ret)
{
	double best = g(r, from);
	size_t m = from;

	for (size_t i = from; i < to && !isnan(best); i++) {
		double x = g(r, i);

		if (x < best || isnan(x)) {
			best = x;
			m = i;
		}
	}
	ret->not_finite = !isfinite(best);
	return m;
}

static double by_index(const struct record *r, size_t i)
{
	return gradient(r, r->loss, r->n, i);
}

/* fastai cuts its record at the first nan. */
static size_t until_nan(const struct record *r)
{
	size_t n = 0;

	while (n < r->n && !isnan(r->loss[n]))
		n++;
	return n;
}

static double none(struct curve_bounds *ret, enum curve_status status)
{
	ret->status = status;
	return NAN;
}

static double minimum(struct record *r, struct curve_bounds *ret)
{
	size_t n = until_nan(r);

	if (n == 0)
		return none(ret, CURVE_TOO_FEW);
	ret->lr_low = r->lr[argmin(r->loss, n)];
	return ret->lr_low / 10;
}

/*
 * The longest falling subsequence (not a run): its first possible end and its
 * length.  The original asks every pair; the places where a value would be
 * put among the best ends so far, in TAIL, say the same.
 */
static size_t longest_fall(const double *y, size_t n, double *tail, size_t *end)
{
	size_t ntail = 0;

	*end = 0;
	for (size_t i = 0; i < n; i++) {
		struct bisect b = bisect(0, ntail);

		while (bisect_next(&b))
			bisect_answer(&b, tail[b.mid] > y[i]);
		tail[b.lo] = y[i];
		if (b.lo == ntail) {
			ntail++;
			*end = i;
		}
	}
	return ntail;
}

/* As the original counts: the subsequence taken for a run, and -1 its last. */
static double valley(struct record *r, struct curve_bounds *ret)
{
	size_t n = until_nan(r), end, length;
	double third;
	long long start, i;

	if (n == 0)
		return none(ret, CURVE_TOO_FEW);
	length = longest_fall(r->loss, n, r->spare, &end);
	start = end ? (long long)end - (long long)length : 0;
	third = (double)((long long)end - start) / 3;
	i = start + (long long)third + (long long)(third / 2);
	return r->lr[i < 0 ? i + (long long)n : i];
}

/* From the end to the left while two slopes 15 points apart differ. */
static double slide(struct record *r, struct curve_bounds *ret)
{
	size_t n = until_nan(r), apart = 15, right = n - 1, left;

	if (n < apart + 1)
		return none(ret, CURVE_TOO_FEW);
	for (left = right - apart;; right--, left--) {
		double x = gradient(r, r->loss, n, right);
		double y = gradient(r, r->loss, n, left);

		if (!(fabs(kept(r, x - y)) > (float)0.005))
			break;
		if (left == 0)
			return r->lr[0];
	}
	/* The last pair that differed, or the first. */
	return r->lr[right == n - 1 ? left : left + 1];
}

/* The forward difference over log(lr). */
static double forward(const struct record *r, size_t i)
{
	float dx = logf((float)r->lr[i + 1]) - logf((float)r->lr[i]);

	return (float)((float)(r->loss[i + 1] - r->loss[i]) / dx);
}

static double steep(struct record *r, struct curve_bounds *ret)
{
	size_t n = until_nan(r);

	if (n < 2)
		return none(ret, CURVE_TOO_FEW);
	return r->lr[steepest(r, 0, n - 1, forward, ret)];
}

/* Leaves out losses that are not finite, and their rates if RATES. */
static void drop_not_finite(struct record *r, bool rates)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (!isfinite(r->loss[i]))
			continue;
		if (rates)
			r->lr[n] = r->lr[i];
		r->loss[n++] = r->loss[i];
	}
	r->n = n;
}

static double lightning(struct record *r, struct curve_bounds *ret)
{
	drop_not_finite(r, true);
	if (r->n < 2)
		return none(ret, CURVE_TOO_FEW);
	return r->lr[steepest(r, 0, r->n, slope, ret)];
}

/* Its place among the finite losses is taken for one among all. */
static double lightning_2_5_2(struct record *r, struct curve_bounds *ret)
{
	drop_not_finite(r, false);
	if (r->n < 2)
		return none(ret, CURVE_TOO_FEW);
	return r->lr[steepest(r, 0, r->n, by_index, ret)];
}

static double torch_lr_finder(struct record *r, struct curve_bounds *ret)
{
	return r->lr[steepest(r, 0, r->n, by_index, ret)];
}

/* What comes after the lowest loss is not looked at. */
static double ignite(struct record *r, struct curve_bounds *ret)
{
	size_t low = argmin(r->loss, r->n);

	if (low < 2)
		return none(ret, CURVE_RISING);
	return r->lr[steepest(r, 1, low, by_index, ret)];
}

#define KERAS_APART 20 /* it has no default; its examples say so */

static double since(const struct record *r, size_t i)
{
	return i < KERAS_APART
		       ? 0
		       : (r->loss[i] - r->loss[i - KERAS_APART]) / KERAS_APART;
}

static double keras(struct record *r, struct curve_bounds *ret)
{
	return r->lr[steepest(r, 10, r->n - 5, since, ret)];
}

/* The place is counted from the 33rd point, and looked up from the first. */
static double ktrain(struct record *r, struct curve_bounds *ret)
{
	size_t skip = 32, low;

	while (r->n && r->lr[r->n - 1] > 10)
		r->n--;
	low = r->n ? argmin(r->loss, r->n) : 0;
	if (low < skip + 2)
		return none(ret, CURVE_TOO_FEW);
	r->loss += skip;
	r->n = low - skip;
	return r->lr[steepest(r, 0, r->n, by_index, ret)];
}

/* Half of the largest rate that can be used, which the range ends with. */
static double smith(struct record *r, struct curve_bounds *ret)
{
	ret->lr_low = r->lr[argmin(r->loss, r->n)];
	return ret->lr_low / 2;
}

/* It has no suggestion, but a range. */
static double smith_exp(struct record *r, struct curve_bounds *ret)
{
	size_t m = argmin(r->loss, r->n), i = 0;
	double drop = r->loss[0] - r->loss[m];

	if (!(drop > 0))
		return none(ret, CURVE_FLAT);
	while (!(r->loss[i] <= r->loss[0] - 0.1 * drop))
		i++;
	ret->lr_min = ret->onset = r->lr[i];
	ret->lr_max = ret->lr_low = r->lr[m];
	return NAN;
}

/* --- the libraries -------------------------------------------------------- */

static int find(const struct finder *f, const struct curve *c,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d)
{
	struct record r;
	double suggest = NAN;

	if (record(&r, f, c, ret, d) < 0)
		return -1;
	if (ret->status == CURVE_OK)
		suggest = f->pick(&r, ret);
	if (!isnan(suggest))
		curve_suggest(ret, suggest, c->lr[c->n - 1], use);
	ret->starved = ret->status == CURVE_TOO_FEW && !ret->stopped;
	ret->stopped &= ret->status == CURVE_TOO_FEW;
	free(r.memory);
	return 0;
}

#define FINDER(NAME, ...)                                                   \
	static int find_##NAME(const struct curve *c,                       \
		const struct curve_use *use, struct curve_bounds *ret,      \
		struct diag *d)                                             \
	{                                                                   \
		static const struct finder f = {.pick = NAME, __VA_ARGS__}; \
                                                                            \
		return find(&f, c, use, ret, d);                            \
	}

/* fastai 2.8.12 (and 2.7), callback/schedule.py, learner.py: AvgSmoothLoss. */
#define FASTAI                                                       \
	.average = LERPED, .beta = 0.98, .single = true, .times = 4, \
	.best = HUGE_VAL, .best_first = true, .tenth = true, .end = 5

FINDER(valley, FASTAI)
FINDER(slide, FASTAI)
FINDER(minimum, FASTAI)
FINDER(steep, FASTAI)

/* Lightning 2.6.6, since 2.5.3, and 2.5.2: pytorch/tuner/lr_finder.py. */
#define LIGHTNING                                                  \
	.average = LATE, .beta = 0.98, .single = true, .times = 4, \
	.best = HUGE_VAL, .from = 1, .start = 10, .end = 1

FINDER(lightning, LIGHTNING)
FINDER(lightning_2_5_2, LIGHTNING)

/* torch-lr-finder 0.2.2, lr_finder.py. */
FINDER(torch_lr_finder, .average = SEEDED, .beta = 0.95, .times = 5,
	.best = HUGE_VAL, .best_first = true, .start = 10, .end = 5, .least = 2)

/* pytorch-ignite 0.5.5, handlers/lr_finder.py: FastaiLRFinder. */
FINDER(ignite, .average = SEEDED, .beta = 0.95, .single = true, .times = 5,
	.best = HUGE_VAL, .best_first = true)

/*
 * keras-lr-finder 0.1, lr_finder.py: the lowest that plot_loss_change(sma=20)
 * draws; get_best_lr() of its later versions is that.
 */
FINDER(keras, .times = 4, .best = 1e9, .stops_at_nan = true, .least = 16)

/* ktrain 0.41.4, lroptimize/lrfinder.py: its minimum numerical gradient. */
FINDER(ktrain, .average = CORRECTED, .beta = 0.98, .times = 4, .best = HUGE_VAL,
	.from = 1)

/*
 * L. Smith, arXiv:1803.09820, 4.1: the extremum of the curve is the largest
 * rate of a cycle; arXiv:1506.01186, 3.3: the best is within a factor of two.
 */
FINDER(smith, .times = NEVER, .best = HUGE_VAL)

/* The code of a tutorial that reads Smith's range from an exponential sweep. */
FINDER(smith_exp, .average = CORRECTED, .beta = 0.98, .times = 4, .best = 1e9,
	.from = 1, .start = 10, .end = 1, .least = 1)

/* --- the table ------------------------------------------------------------ */

#define CONSTANT "the loss is constant"

const struct curve_method curve_methods[] = {
	{"centre", "the centre of the basin",
		"the loss does not fall beyond its noise", false, true,
		curve_centre},
	{"valley", "the longest valley, about half-way down (fastai)", CONSTANT,
		true, false, find_valley},
	{"slide", "from the end, while slopes 15 apart differ (fastai)",
		CONSTANT, true, false, find_slide},
	{"minimum", "a tenth of the rate of the lowest loss (fastai)", CONSTANT,
		true, false, find_minimum},
	{"steep", "the steepest fall over the logarithm (fastai)", CONSTANT,
		true, false, find_steep},
	{"lightning", "the steepest fall over the rate (Lightning)", CONSTANT,
		true, false, find_lightning},
	{"lightning-2.5.2", "the steepest fall by points (before 2.5.3)",
		CONSTANT, true, false, find_lightning_2_5_2},
	{"torch-lr-finder", "the steepest fall by points", CONSTANT, true,
		false, find_torch_lr_finder},
	{"ignite", "the steepest fall before the lowest loss", CONSTANT, true,
		false, find_ignite},
	{"keras", "the steepest fall over 20 points (keras_lr_finder)",
		CONSTANT, true, false, find_keras},
	{"ktrain", "the steepest fall before the lowest loss, misplaced",
		CONSTANT, true, false, find_ktrain},
	{"smith", "half of the rate of the lowest loss", CONSTANT, false, false,
		find_smith},
	{"capel", "5 % and 50 % above the lowest moving average",
		"the moving average leaves no range", false, false,
		curve_capel},
	{"smith-exp", "10 % of the drop to the lowest average loss",
		"the average loss does not fall", false, false, find_smith_exp},
	{NULL, NULL, NULL, false, false, NULL},
};
