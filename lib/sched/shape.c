/* SPDX-License-Identifier: MIT */
/*
 * The shapes that a segment can have, one row each, and the presets of range
 * tests.  Adding a shape is adding a row.
 */
#include "sched/sched_impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"

/* --- ramps -------------------------------------------------------------- */

/*
 * Shapes that run from one value to another.  Formulas are evaluated in the
 * order in which the libraries that have them do: torch's cos(pi*t/T) and
 * m+(b-m)*(1+cos)/2, transformers' b*(t/W).  Cosine: Loshchilov and Hutter
 * 2016; its waves: transformers' num_cycles; k: k-decay, Zhang and Li 2020;
 * pow: optax' exponent.  Square root: Haegele et al. 2024; half: Megatron's
 * decay "exponential"; rex: Chen et al. 2021; tanh: Hsueh et al. 2018, as timm.
 */

#define PI 3.14159265358979323846
#define JOINS SHAPE_END_PREV, SHAPE_END_ZERO

static const struct shape_param no_param[] = {
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_const(const struct sched_seg *g, double from, double to,
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
	double s = fmax(0, (1 + cos(PI * g->p[COS_WAVES] * 2 * x)) / 2);

	return to + (from - to) * pow(s, g->p[COS_POW]);
}

static double at_cos(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	if (g->bent)
		return bent_cos(g, from, to, num, den);
	return to + (from - to) * ((1 + cos(PI * num / den)) / 2);
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
		double to, double num,
		double den) = {at_linear, at_cos, at_sqrt, at_exp};
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
	if (g->p[WSD_SHAPE] == 3 && !(g->p[WSD_MIN] > 0))
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

/* --- without an end ----------------------------------------------------- */

/*
 * Shapes without an end, of the step alone: steps, powers, inverses.  Order of
 * evaluation as in Keras: b*r**p, b/(1+k*p).  inv, sigmoid: Caffe's policies;
 * rsqrt: Vaswani et al. 2017, as transformers; sat: pytorch_warmup's
 * exponential warmup, Ma and Yarats 2019.
 */

#define FROM_PREV SHAPE_END_PREV, SHAPE_END_NONE
#define FROM_BASE SHAPE_END_BASE, SHAPE_END_NONE

enum { DECAY_BY, DECAY_PER, DECAY_STAIR };
static const struct shape_param decay_param[] = {
	{"by", SHAPE_REAL, SHAPE_FACTOR, NAN, NULL},
	{"per", SHAPE_STEPS, SHAPE_POSITIVE, 1, NULL},
	{"stair", SHAPE_FLAG, SHAPE_ANY, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double periods(double num, double per, double stair)
{
	double p = num / per;

	return stair != 0 ? floor(p) : p;
}

static double at_decay(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)to, (void)den;
	return from * pow(g->p[DECAY_BY],
			      periods(num, g->p[DECAY_PER], g->p[DECAY_STAIR]));
}

enum { RATE_K, RATE_PER, RATE_STAIR, RATE_POW };
static const struct shape_param rate_param[] = {
	{"k", SHAPE_REAL, SHAPE_NONNEG, NAN, NULL},
	{"per", SHAPE_STEPS, SHAPE_POSITIVE, 1, NULL},
	{"stair", SHAPE_FLAG, SHAPE_ANY, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};
static const struct shape_param inv_param[] = {
	{"k", SHAPE_REAL, SHAPE_NONNEG, NAN, NULL},
	{"per", SHAPE_STEPS, SHAPE_POSITIVE, 1, NULL},
	{"stair", SHAPE_FLAG, SHAPE_ANY, 0, NULL},
	{"pow", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_time(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)to, (void)den;
	return from / (1 + g->p[RATE_K] * periods(num, g->p[RATE_PER],
						  g->p[RATE_STAIR]));
}

static double at_inv(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double p = periods(num, g->p[RATE_PER], g->p[RATE_STAIR]);

	if (g->p[RATE_POW] == 1)
		return at_time(g, from, to, num, den);
	return from * pow(1 + g->p[RATE_K] * p, -g->p[RATE_POW]);
}

static double at_exponential(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double p = periods(num, g->p[RATE_PER], g->p[RATE_STAIR]);

	(void)to, (void)den;
	return from * exp(-g->p[RATE_K] * p);
}

enum { RSQRT_S };
static const struct shape_param rsqrt_param[] = {
	{"s", SHAPE_STEPS, SHAPE_POSITIVE, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_rsqrt(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double s = g->p[RSQRT_S];

	(void)to, (void)den;
	return from / sqrt((num + s) / s);
}

enum { SIGMOID_K, SIGMOID_MID };
static const struct shape_param sigmoid_param[] = {
	{"k", SHAPE_REAL, SHAPE_ANY, NAN, NULL},
	{"mid", SHAPE_STEPS, SHAPE_ANY, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_sigmoid(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)to, (void)den;
	return from / (1 + exp(g->p[SIGMOID_K] * (num - g->p[SIGMOID_MID])));
}

enum { SAT_TAU };
static const struct shape_param sat_param[] = {
	{"tau", SHAPE_STEPS, SHAPE_POSITIVE, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_sat(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)to, (void)den;
	return from * (1 - exp(-(num + 1) / g->p[SAT_TAU]));
}

enum { STEP_EVERY, STEP_BY, STEP_AT, STEP_VALUES };
static const struct shape_param step_param[] = {
	{"every", SHAPE_STEPS, SHAPE_LENGTH, 0, NULL},
	{"by", SHAPE_REAL, SHAPE_FACTOR, -1, NULL}, /* -1: not given */
	{"at", SHAPE_STEPS_LIST, SHAPE_NONNEG, NAN, NULL},
	{"values", SHAPE_VALUE_LIST, SHAPE_NONNEG, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

/* How many of LIST are <= U. */
static size_t reached(const struct sched_list *list, double u)
{
	size_t lo = 0, hi = list->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (list->v[mid] <= u)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static double at_step(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	const struct sched_list *at = &g->list[SCHED_LIST_AT];
	const struct sched_list *values = &g->list[SCHED_LIST_VALUES];
	double k;

	(void)to, (void)den;
	if (g->p[STEP_EVERY] > 0)
		k = floor(num / g->p[STEP_EVERY]);
	else if (values->n)
		return values->v[reached(at, num)];
	else
		k = (double)reached(at, num);
	return from * pow(g->p[STEP_BY], k);
}

static int prepare_step(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	const struct sched_list *at = &g->list[SCHED_LIST_AT];
	const struct sched_list *values = &g->list[SCHED_LIST_VALUES];
	bool every = g->p[STEP_EVERY] > 0;
	size_t i;

	(void)len, (void)horizon;
	if (every == (at->v != NULL))
		return sched_blame(f, every ? STEP_EVERY : SCHED_WHOLE,
			"%s; expected every=N or at=A/B/C",
			every ? "both every= and at=" : "no every= and no at=");
	for (i = 1; at->v && i < at->n; i++)
		if (at->v[i] < at->v[i - 1])
			return sched_blame(f, STEP_AT,
				"at= goes down; expected ascending steps");
	if (values->n && (every || g->p[STEP_BY] >= 0))
		return sched_blame(f, STEP_VALUES,
			"values= beside %s; expected at=",
			every ? "every=" : "by=");
	if (values->n && values->n != at->n + 1)
		return sched_blame(f, STEP_VALUES,
			"%zu values for %zu steps in at=; expected %zu",
			values->n, at->n, at->n + 1);
	if (!values->n && g->p[STEP_BY] < 0)
		return sched_blame(f, SCHED_WHOLE,
			"no by=; expected the factor of each step");
	return 0;
}

static double mark_step(const struct sched_seg *g, double len, uint64_t k)
{
	const struct sched_list *at = &g->list[SCHED_LIST_AT];

	(void)len;
	if (g->p[STEP_EVERY] > 0)
		return g->p[STEP_EVERY] * ((double)k + 1);
	return k < at->n ? at->v[k] : NAN;
}

/* --- with a course of their own ----------------------------------------- */

/*
 * Shapes with a course of their own: triangles (Smith 2015, as bckenstler/CLR
 * computes them), warm restarts (Loshchilov and Hutter 2016), and cosine decay
 * with warmup and hold.
 */

#define OWN_ENDS SHAPE_END_NONE, SHAPE_END_NONE
#define CYCLIC (SHAPE_ENDLESS | SHAPE_CYCLIC)

enum { TRI_MIN, TRI_MAX, TRI_STEP, TRI_GAMMA, TRI_PER };
static const struct shape_param tri_param[] = {
	{"min", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"max", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"step", SHAPE_STEPS, SHAPE_LENGTH, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};
static const struct shape_param exp_range_param[] = {
	{"min", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"max", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"step", SHAPE_STEPS, SHAPE_LENGTH, NAN, NULL},
	{"gamma", SHAPE_REAL, SHAPE_FACTOR, NAN, NULL},
	{"per", SHAPE_CHOICE, SHAPE_ANY, 0, "step|cycle"},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double tri_cycle(const struct sched_seg *g, double t)
{
	return floor(1 + t / (2 * g->p[TRI_STEP]));
}

static double tri_value(const struct sched_seg *g, double t, double scale)
{
	double min = g->p[TRI_MIN], max = g->p[TRI_MAX];
	double x = fabs(t / g->p[TRI_STEP] - 2 * tri_cycle(g, t) + 1);

	return min + (max - min) * fmax(0, 1 - x) * scale;
}

static double at_triangular(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)from, (void)to, (void)den;
	return tri_value(g, num, 1);
}

static double at_triangular2(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)from, (void)to, (void)den;
	return tri_value(g, num, 1 / pow(2, tri_cycle(g, num) - 1));
}

static double at_exp_range(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double p = g->p[TRI_PER] != 0 ? tri_cycle(g, num) - 1 : num;

	(void)from, (void)to, (void)den;
	return tri_value(g, num, pow(g->p[TRI_GAMMA], p));
}

static int check_bounds(const struct sched_seg *g, struct sched_fault *f)
{
	if (g->p[TRI_MIN] <= g->p[TRI_MAX])
		return 0;
	return sched_blame(f, TRI_MIN,
		"min=%g is above max=%g; expected min <= max", g->p[TRI_MIN],
		g->p[TRI_MAX]);
}

static int prepare_triangular(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	(void)len, (void)horizon;
	g->cycles = (struct sched_cycles){.len = 2 * g->p[TRI_STEP]};
	return check_bounds(g, f);
}

enum { SGDR_MIN, SGDR_MAX, SGDR_LEN, SGDR_MULT, SGDR_DECAY, SGDR_RESTART };
static const struct shape_param sgdr_param[] = {
	{"min", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"max", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"len", SHAPE_STEPS, SHAPE_LENGTH, NAN, NULL},
	{"mult", SHAPE_REAL, SHAPE_POSITIVE, 1, NULL},
	{"decay", SHAPE_REAL, SHAPE_FACTOR, 1, NULL},
	{"restart", SHAPE_CHOICE, SHAPE_ANY, 0, "clean|late"},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};
_Static_assert((int)SGDR_MIN == (int)SCHED_P_MIN &&
		       (int)SGDR_MAX == (int)SCHED_P_MAX &&
		       (int)SGDR_LEN == (int)SCHED_P_LEN &&
		       (int)TRI_MIN == (int)SCHED_P_MIN &&
		       (int)TRI_MAX == (int)SCHED_P_MAX,
	"the convention of sched.h");

static double at_sgdr(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	struct sched_cycle c = sched_cycles_find(&g->cycles, num);
	double min = g->p[SGDR_MIN];
	double max = g->p[SGDR_MAX] * pow(g->p[SGDR_DECAY], (double)c.index);
	double u = num - c.start;

	(void)from, (void)to, (void)den;
	if (u < 1 && c.index > 0 && g->p[SGDR_RESTART] != 0)
		return min;
	return min + 0.5 * (max - min) * (1 + cos(PI * u / c.len));
}

static int prepare_sgdr(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	if (check_bounds(g, f))
		return -1;
	if (isfinite(len) && !g->cont && !(horizon <= len))
		horizon = len;
	f->field = SGDR_MULT;
	sched_cycles_free(&g->cycles);
	return sched_cycles_init(&g->cycles, g->p[SGDR_LEN], g->p[SGDR_MULT],
		g->unit[SGDR_LEN], INFINITY, horizon, f->d);
}

enum { COSINE_WARMUP, COSINE_START, COSINE_HOLD };
static const struct shape_param cosine_param[] = {
	{"warmup", SHAPE_STEPS, SHAPE_NONNEG, 0, NULL},
	{"start", SHAPE_VALUE, SHAPE_NONNEG, 0, NULL},
	{"hold", SHAPE_STEPS, SHAPE_NONNEG, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_cosine(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double warm = g->p[COSINE_WARMUP], flat = warm + g->p[COSINE_HOLD];
	double start = g->p[COSINE_START];

	(void)to;
	if (num >= den)
		return 0;
	if (num < warm)
		return start * ((warm - num) / warm) + from * (num / warm);
	if (num <= flat)
		return from;
	return 0.5 * from * (1 + cos(PI * (num - flat) / (den - flat)));
}

static int prepare_cosine(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	double flat = g->p[COSINE_WARMUP] + g->p[COSINE_HOLD];

	(void)horizon;
	if (g->p[COSINE_WARMUP] > 0 && g->p[COSINE_START] > g->from)
		return sched_blame(f, COSINE_START,
			"start=%g is above the base rate %g; expected at most "
			"the base",
			g->p[COSINE_START], g->from);
	if (flat > len)
		return sched_blame(f, COSINE_WARMUP,
			"warmup and hold take %g of %g steps; expected no more "
			"than the total",
			flat, len);
	return 0;
}

static double mark_cosine(const struct sched_seg *g, double len, uint64_t k)
{
	double warm = g->p[COSINE_WARMUP], hold = g->p[COSINE_HOLD];

	(void)len;
	if (k == 0 && warm > 0)
		return warm;
	if (hold > 0 && k == (warm > 0))
		return warm + hold;
	return NAN;
}

/* --- functions ---------------------------------------------------------- */

/*
 * Shapes that are a function of the user's: its values (torch's LambdaLR), and
 * the product of its values so far (MultiplicativeLR).
 */

/* Products kept: a table, since any step may be asked for. */
#define PRODUCTS_MAX ((size_t)1 << 22)

static const struct shape_param fn_param[] = {
	{"of", SHAPE_LAMBDA, SHAPE_ANY, NAN, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_fn(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)to, (void)den;
	return from * sched_fn_at(g->fn, num);
}

static double at_prod(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double k = floor(num);

	(void)to, (void)den;
	if (g->fn->is_const)
		return from * pow(sched_fn_at(g->fn, 0), k);
	return k < (double)g->product.n ? from * g->product.v[(size_t)k] : NAN;
}

/* The last step asked for; without a horizon none but the end. */
static double last_product(
	const struct sched_seg *g, double len, double horizon)
{
	if (isinf(len))
		return isnan(horizon) ? 0 : horizon;
	return floor(g->cont ? fmax(len, horizon) : len);
}

static int prepare_prod(
	struct sched_seg *g, double len, double horizon, struct sched_fault *f)
{
	double last = last_product(g, len, horizon);
	size_t i, n;

	if (g->fn->is_const)
		return 0;
	if (last >= (double)PRODUCTS_MAX)
		return sched_blame(f, SCHED_LEN,
			"prod of more than %zu steps; expected fewer, or a "
			"lambda that is a constant",
			PRODUCTS_MAX);
	n = (size_t)last + 1;
	free(g->product.v);
	g->product.v = malloc(n * sizeof(*g->product.v));
	if (!g->product.v) {
		f->field = SCHED_WHOLE;
		return diag_nomem(f->d, n * sizeof(*g->product.v));
	}
	g->product.n = n;
	g->product.v[0] = 1;
	for (i = 1; i < n; i++)
		g->product.v[i] =
			g->product.v[i - 1] * sched_fn_at(g->fn, (double)i);
	return 0;
}

/* --- the table ---------------------------------------------------------- */

/* clang-format off */
static const struct shape shapes[] = {
{"const", SHAPE_X | SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_FROM,
	no_param, at_const, NULL, NULL, NULL, "FROM"},
{"linear", SHAPE_X | SHAPE_FLIP, JOINS, no_param, at_linear, NULL, NULL,
	NULL, "FROM*(1-x) + TO*x"},
{"cos", SHAPE_X | SHAPE_FLIP, JOINS, cos_param, at_cos, prepare_cos, NULL,
	NULL, "TO + (FROM-TO)*max(0,(1+cos(2*pi*waves*x^k))/2)^pow"},
{"poly", SHAPE_X | SHAPE_FLIP, JOINS, poly_param, at_poly, NULL, NULL,
	NULL, "TO + (FROM-TO)*(1-x^k)^pow"},
{"exp", SHAPE_X, SHAPE_END_PREV, SHAPE_END_MUST, no_param, at_exp,
	prepare_exp, NULL, NULL, "FROM*(TO/FROM)^x"},
{"sqrt", SHAPE_X | SHAPE_FLIP, JOINS, no_param, at_sqrt, NULL, NULL,
	NULL, "TO + (FROM-TO)*(1-sqrt(x))"},
{"half", SHAPE_X | SHAPE_FLIP, JOINS, no_param, at_half, NULL, NULL,
	NULL, "TO + (FROM-TO)*(2*0.5^x-1)"},
{"rex", SHAPE_X | SHAPE_FLIP, JOINS, rex_param, at_rex, prepare_rex, NULL,
	NULL, "TO + (FROM-TO)*(1-x)/((1-d)+d*(1-x))"},
{"tanh", SHAPE_X | SHAPE_FLIP, JOINS, tanh_param, at_tanh, prepare_tanh, NULL,
	NULL, "TO + (FROM-TO)*(1-tanh(lb*(1-x)+ub*x))/2, also at x = 0"},
{"warmup", SHAPE_X, SHAPE_END_ZERO, SHAPE_END_BASE, no_param, at_linear, NULL,
	NULL, NULL, "FROM*(1-x) + LR0*x"},
{"range", SHAPE_X | SHAPE_INCL | SHAPE_PRESET, SHAPE_END_MUST, SHAPE_END_MUST,
	range_param, at_range, prepare_range, NULL,
	NULL, "FROM*(TO/FROM)^x; lin: FROM*(1-x) + TO*x"},
{"wsd", SHAPE_TOTAL, SHAPE_END_BASE, SHAPE_END_NONE, wsd_param, at_wsd,
	prepare_wsd, mark_wsd, length_wsd, WSD_FORMULA},
{"trapezoid", SHAPE_TOTAL, SHAPE_END_BASE, SHAPE_END_NONE, wsd_param, at_wsd,
	prepare_wsd, mark_wsd, length_wsd, WSD_FORMULA},
{"inv", SHAPE_ENDLESS, FROM_PREV, inv_param, at_inv, NULL, NULL,
	NULL, "FROM*(1+k*t/per)^-pow; stair: floor(t/per)"},
{"decay", SHAPE_ENDLESS, FROM_PREV, decay_param, at_decay, NULL, NULL,
	NULL, "FROM*by^(t/per); stair: floor(t/per)"},
{"rsqrt", SHAPE_ENDLESS, FROM_PREV, rsqrt_param, at_rsqrt, NULL, NULL,
	NULL, "FROM/sqrt((t+s)/s)"},
{"sigmoid", SHAPE_ENDLESS, FROM_PREV, sigmoid_param, at_sigmoid, NULL, NULL,
	NULL, "FROM/(1+e^(k*(t-mid)))"},
{"sat", SHAPE_ENDLESS, FROM_PREV, sat_param, at_sat, NULL, NULL,
	NULL, "FROM*(1-e^(-(t+1)/tau))"},
{"constant", SHAPE_ENDLESS, FROM_BASE, no_param, at_const, NULL, NULL,
	NULL, "LR0"},
{"time", SHAPE_ENDLESS, FROM_BASE, rate_param, at_time, NULL, NULL,
	NULL, "LR0/(1+k*t/per); stair: floor(t/per)"},
{"step", SHAPE_ENDLESS, FROM_BASE, step_param, at_step, prepare_step,
	mark_step, NULL, "LR0*by^floor(t/every); at=: one factor, or the next of "
	"values=, per step reached"},
{"exponential", SHAPE_ENDLESS, FROM_BASE, rate_param, at_exponential, NULL,
	NULL, NULL, "LR0*e^(-k*t/per); stair: floor(t/per)"},
{"triangular", CYCLIC | SHAPE_HALVES, OWN_ENDS, tri_param, at_triangular,
	prepare_triangular, NULL,
	NULL, "min + (max-min)*max(0,1-x); cycle = floor(1+t/(2*step)), "
	"x = |t/step-2*cycle+1|"},
{"triangular2", CYCLIC | SHAPE_HALVES, OWN_ENDS, tri_param, at_triangular2,
	prepare_triangular, NULL, NULL, "triangular, its height times 1/2^(cycle-1)"},
{"exp_range", CYCLIC | SHAPE_HALVES, OWN_ENDS, exp_range_param, at_exp_range,
	prepare_triangular, NULL,
	NULL, "triangular, its height times gamma^t; per=cycle: gamma^(cycle-1)"},
{"sgdr", CYCLIC, OWN_ENDS, sgdr_param, at_sgdr, prepare_sgdr, NULL,
	NULL, "cosine from max*decay^i to min in cycle i, the next ceil(len*mult) "
	"long; restart=late: its first step has min"},
{"cosine", SHAPE_TOTAL, SHAPE_END_BASE, SHAPE_END_NONE, cosine_param,
	at_cosine, prepare_cosine, mark_cosine,
	NULL, "linear from start to LR0 in warmup, LR0 for hold, cosine to 0 at the "
	"total, then 0"},
{"fn", SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_NONE, fn_param, at_fn, NULL,
	NULL, NULL, "FROM*f(t)"},
{"prod", SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_NONE, fn_param, at_prod,
	prepare_prod, NULL, NULL, "FROM*f(1)*f(2)*...*f(t)"},
};
/* clang-format on */

/*
 * By default of fastai's Learner.lr_find, Lightning's Tuner.lr_find,
 * pytorch-lr-finder's range_test, ignite's FastaiLRFinder, surmenok's
 * keras_lr_finder and DeepSpeed's LRRangeTest.
 */
/* clang-format off */
static const struct sched_preset presets[] = {
	{"fastai", SCHED_EXCL, false, 1e-7, 10, 100},
	{"lightning", SCHED_SKIP, false, 1e-8, 1, 100},
	{"torch-lr-finder", SCHED_INCL, false, NAN, 10, 100},
	{"ignite", SCHED_LEAD, false, NAN, 10, NAN},
	{"keras", SCHED_EXCL, false, NAN, NAN, NAN},
	{"deepspeed", SCHED_EXCL, true, 1e-3, 2e-3, 2000},
};
/* clang-format on */

int sched_blame(struct sched_fault *f, int field, const char *fmt, ...)
{
	va_list ap;

	f->field = field;
	va_start(ap, fmt);
	diag_vset(f->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	return -1;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct shape *sched_shape_nth(size_t i)
{
	return i < COUNT(shapes) ? &shapes[i] : NULL;
}

const struct shape *sched_shape_find(const char *name, size_t n)
{
	const struct shape *row;
	size_t i;

	for (i = 0; (row = sched_shape_nth(i)); i++)
		if (strlen(row->name) == n && !memcmp(row->name, name, n))
			return row;
	return NULL;
}

bool sched_shape_takes_to(const struct shape *shape)
{
	return shape->to != SHAPE_END_NONE && shape->to != SHAPE_END_FROM;
}

enum sched_grid sched_shape_grid(const struct shape *shape)
{
	return shape->flags & SHAPE_INCL ? SCHED_INCL : SCHED_EXCL;
}

const struct sched_preset *sched_preset_nth(size_t i)
{
	return i < COUNT(presets) ? &presets[i] : NULL;
}

const struct sched_preset *sched_preset_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < COUNT(presets); i++)
		if (strlen(presets[i].name) == n &&
			!memcmp(presets[i].name, name, n))
			return &presets[i];
	return NULL;
}
