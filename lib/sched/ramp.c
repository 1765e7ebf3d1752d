/* SPDX-License-Identifier: MIT */
/*
 * Shapes that run from one value to another, one row each.  Formulas are
 * evaluated in the order in which the libraries that have them do: torch's
 * cos(pi*t/T) and m+(b-m)*(1+cos)/2, transformers' b*(t/W).  Cosine: Loshchilov
 * and Hutter 2016; its waves: transformers' num_cycles; k: k-decay, Zhang and
 * Li 2020; pow: optax' exponent.  Square root: Haegele et al. 2024; half:
 * Megatron's decay "exponential"; rex: Chen et al. 2021; tanh: Hsueh et al.
 * 2018, as timm.
 */
#include <math.h>

#include "base/array.h"
#include "sched/sched_impl.h"

#define JOINS .from = SHAPE_END_PREV, .to = SHAPE_END_ZERO

const struct shape_param sched_no_param[] = {
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

double sched_at_from(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g, (void)to, (void)num, (void)den;
	return from;
}

static double at_linear(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
	return from * ((den - num) / den) + to * (num / den);
}

enum { COS_WAVES, COS_K, COS_POW };
static const struct shape_param cos_param[] = {
	{"waves", SHAPE_REAL, SHAPE_FACTOR, 0.5, NULL},
	{"k", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{"pow", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

/* x, or timm's t^k/T^k. */
static double decayed(double num, double den, double k)
{
	return k == 1 ? num / den : pow(num, k) / pow(den, k);
}

static double bent_cos(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double x = decayed(num, den, g->p[COS_K]);
	double s = fmax(0, (1 + cos(SCHED_PI * g->p[COS_WAVES] * 2 * x)) / 2);

	return to + (from - to) * pow(s, g->p[COS_POW]);
}

static double at_cos(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	if (g->bent)
		return bent_cos(g, from, to, num, den);
	return to + (from - to) * ((1 + cos(SCHED_PI * num / den)) / 2);
}

static double at_exp(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double ratio = to / from, x = num / den;

	(void)g;
	if (!isnormal(ratio))
		return pow(from, 1 - x) * pow(to, x);
	return from * pow(ratio, x);
}

static double at_sqrt(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
	return to + (from - to) * (1 - sqrt(num / den));
}

static double at_half(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
	return to + (from - to) * (2 * pow(0.5, num / den) - 1);
}

/* Other than half a wave ends elsewhere than at TO. */
static int prepare_cos(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	(void)len, (void)horizon, (void)f;
	g->raw_from = g->raw_to = g->p[COS_WAVES] != 0.5;
	g->bent = g->raw_to || g->p[COS_K] != 1 || g->p[COS_POW] != 1;
	return 0;
}

/* exp and range cannot pass through 0. */
static int prepare_exp(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	(void)len, (void)horizon;
	if (g->from > 0 && g->to > 0)
		return 0;
	return sched_blame(f, g->to > 0 ? SCHED_FROM : SCHED_TO,
		"a geometric ramp that %s 0; expected %s",
		g->to > 0 ? "starts at" : "ends at",
		g->to > 0 ? "from= above 0" : "to= above 0");
}

enum { POLY_POW, POLY_K };
static const struct shape_param poly_param[] = {
	{"pow", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{"k", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_poly(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double left = num < den ? (den - num) / den : 0;

	if (g->p[POLY_K] != 1)
		left = fmax(0, 1 - decayed(num, den, g->p[POLY_K]));
	return to + (from - to) * pow(left, g->p[POLY_POW]);
}

enum { REX_D };
static const struct shape_param rex_param[] = {
	{"d", SHAPE_REAL, SHAPE_NONNEG, 0.9, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_rex(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double left = num < den ? (den - num) / den : 0, d = g->p[REX_D];

	return to + (from - to) * (left / ((1 - d) + d * left));
}

static int prepare_rex(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	(void)len, (void)horizon;
	if (g->p[REX_D] < 1)
		return 0;
	return sched_blame(f, REX_D, "d=%g; expected less than 1", g->p[REX_D]);
}

enum { TANH_LB, TANH_UB };
static const struct shape_param tanh_param[] = {
	{"lb", SHAPE_REAL, SHAPE_ANY, -7, NULL},
	{"ub", SHAPE_REAL, SHAPE_ANY, 3, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_tanh(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double x = num / den;

	return to +
	       0.5 * (from - to) *
		       (1 - tanh(g->p[TANH_LB] * (1 - x) + g->p[TANH_UB] * x));
}

/*
 * timm's starts where the formula does, and is at TO from T on; flipped, it
 * starts at FROM and ends where the formula does.
 */
static int prepare_tanh(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	(void)len, (void)horizon, (void)f;
	g->raw_from = !g->flip;
	g->raw_to = g->flip;
	return 0;
}

enum { RANGE_LIN };
static const struct shape_param range_param[] = {
	{"lin", SHAPE_FLAG, SHAPE_ANY, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

_Static_assert((int)RANGE_LIN == (int)SHAPE_P_LIN, "the convention of sched.h");

static double at_range(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	if (g->p[RANGE_LIN] != 0)
		return at_linear(g, from, to, num, den);
	return at_exp(g, from, to, num, den);
}

static int prepare_range(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	if (g->p[RANGE_LIN] != 0)
		return 0;
	return prepare_exp(g, len, horizon, f);
}

enum { WSD_WARMUP, WSD_STABLE, WSD_DECAY, WSD_SHAPE, WSD_MIN };
enum { WSD_LINEAR, WSD_COS, WSD_SQRT, WSD_EXP };
static const struct shape_param wsd_param[] = {
	{"warmup", SHAPE_STEPS, SHAPE_NONNEG, 0, NULL},
	{"stable", SHAPE_STEPS, SHAPE_NONNEG, -1, NULL}, /* -1: not given */
	{"decay", SHAPE_STEPS, SHAPE_NONNEG, -1, NULL},
	{"shape", SHAPE_CHOICE, SHAPE_ANY, 0, "linear|cos|sqrt|exp"},
	{"min", SHAPE_VALUE, SHAPE_NONNEG, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

/* Where the decay begins and how long it is, in a segment of LEN. */
static double wsd_decay(const struct sched_seg *g, double len, double *begin)
{
	double warm = g->p[WSD_WARMUP], stable = g->p[WSD_STABLE];

	if (stable < 0 && g->p[WSD_DECAY] >= 0)
		*begin = len - g->p[WSD_DECAY];
	else
		*begin = warm + fmax(stable, 0);
	return g->p[WSD_DECAY] >= 0 ? g->p[WSD_DECAY] : len - *begin;
}

static double at_wsd(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	static double (*const fall[])(const struct sched_seg *g, double from,
		double to, double num, double den) = {
		[WSD_LINEAR] = at_linear,
		[WSD_COS] = at_cos,
		[WSD_SQRT] = at_sqrt,
		[WSD_EXP] = at_exp,
	};
	double begin, len = wsd_decay(g, den, &begin);

	(void)to;
	if (num < g->p[WSD_WARMUP])
		return from * (num / g->p[WSD_WARMUP]);
	if (num >= begin + len)
		return g->p[WSD_MIN];
	if (num <= begin)
		return from;
	return fall[(int)g->p[WSD_SHAPE]](
		g, from, g->p[WSD_MIN], num - begin, len);
}

static double length_wsd(const struct sched_seg *g)
{
	if (g->p[WSD_STABLE] < 0 || g->p[WSD_DECAY] < 0)
		return NAN;
	return g->p[WSD_WARMUP] + g->p[WSD_STABLE] + g->p[WSD_DECAY];
}

static int prepare_wsd(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	double parts = g->p[WSD_WARMUP] + fmax(g->p[WSD_STABLE], 0) +
		       fmax(g->p[WSD_DECAY], 0);

	(void)horizon;
	if (g->p[WSD_MIN] > g->from)
		return sched_blame(f, WSD_MIN,
			"min=%g is above the base rate %g; expected at most "
			"the base",
			g->p[WSD_MIN], g->from);
	if ((int)g->p[WSD_SHAPE] == WSD_EXP && !(g->p[WSD_MIN] > 0))
		return sched_blame(f, WSD_SHAPE,
			"a geometric ramp that ends at 0; expected min= above "
			"0");
	if (parts <= len)
		return 0;
	return sched_blame(f, WSD_WARMUP,
		"warmup, stable and decay take %g of %g steps; expected no "
		"more than the total",
		parts, len);
}

static double mark_wsd(const struct sched_seg *g, double len, uint64_t k)
{
	double warm = g->p[WSD_WARMUP], begin;

	wsd_decay(g, len, &begin);
	if (k == 0 && warm > 0)
		return warm;
	return begin > warm && k == (warm > 0) ? begin : NAN;
}

#define WSD_FORMULA                                                    \
	"LR0*t/warmup, LR0 for stable, to min in decay by the shape; " \
	"without decay= it is the rest, without stable= what decay leaves"

/* clang-format off */
static const struct shape ramps[] = {
{
	.name = "const", .flags = SHAPE_X | SHAPE_ENDLESS,
	.from = SHAPE_END_PREV, .to = SHAPE_END_FROM,
	.param = sched_no_param, .at = sched_at_from,
	.formula = "FROM",
},
{
	.name = "linear", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = sched_no_param, .at = at_linear,
	.formula = "FROM*(1-x) + TO*x",
},
{
	.name = "cos", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = cos_param, .at = at_cos, .prepare = prepare_cos,
	.formula = "TO + (FROM-TO)*max(0,(1+cos(2*pi*waves*x^k))/2)^pow",
},
{
	.name = "poly", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = poly_param, .at = at_poly,
	.formula = "TO + (FROM-TO)*(1-x^k)^pow",
},
{
	.name = "exp", .flags = SHAPE_X,
	.from = SHAPE_END_PREV, .to = SHAPE_END_MUST,
	.param = sched_no_param, .at = at_exp, .prepare = prepare_exp,
	.formula = "FROM*(TO/FROM)^x",
},
{
	.name = "sqrt", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = sched_no_param, .at = at_sqrt,
	.formula = "TO + (FROM-TO)*(1-sqrt(x))",
},
{
	.name = "half", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = sched_no_param, .at = at_half,
	.formula = "TO + (FROM-TO)*(2*0.5^x-1)",
},
{
	.name = "rex", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = rex_param, .at = at_rex, .prepare = prepare_rex,
	.formula = "TO + (FROM-TO)*(1-x)/((1-d)+d*(1-x))",
},
{
	.name = "tanh", .flags = SHAPE_X | SHAPE_FLIP, JOINS,
	.param = tanh_param, .at = at_tanh, .prepare = prepare_tanh,
	.formula = "TO + (FROM-TO)*(1-tanh(lb*(1-x)+ub*x))/2, also at x = 0",
},
{
	.name = "warmup", .flags = SHAPE_X,
	.from = SHAPE_END_ZERO, .to = SHAPE_END_BASE,
	.param = sched_no_param, .at = at_linear,
	.formula = "FROM*(1-x) + LR0*x",
},
{
	.name = "range", .flags = SHAPE_X | SHAPE_INCL | SHAPE_PRESET,
	.from = SHAPE_END_MUST, .to = SHAPE_END_MUST,
	.param = range_param, .at = at_range, .prepare = prepare_range,
	.formula = "FROM*(TO/FROM)^x; lin: FROM*(1-x) + TO*x",
},
{
	.name = "wsd", .flags = SHAPE_TOTAL,
	.from = SHAPE_END_BASE, .to = SHAPE_END_NONE,
	.param = wsd_param, .at = at_wsd, .prepare = prepare_wsd,
	.mark = mark_wsd, .length = length_wsd,
	.formula = WSD_FORMULA,
},
{
	.name = "trapezoid", .flags = SHAPE_TOTAL,
	.from = SHAPE_END_BASE, .to = SHAPE_END_NONE,
	.param = wsd_param, .at = at_wsd, .prepare = prepare_wsd,
	.mark = mark_wsd, .length = length_wsd,
	.formula = WSD_FORMULA,
},
};
/* clang-format on */

const struct shape *sched_ramps(size_t *n)
{
	*n = ARRAY_SIZE(ramps);
	return ramps;
}
