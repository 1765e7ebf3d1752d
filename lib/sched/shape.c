/* SPDX-License-Identifier: MIT */
/*
 * The table of shapes.  Formulas are evaluated in the order in which the
 * libraries that have them do: torch's cos(pi*t/T) and m+(b-m)*(1+cos)/2,
 * transformers' b*(t/W), Keras' b*r**p and b/(1+k*p).
 */
#include "sched/shape.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "sched/sched.h"

#define PI 3.14159265358979323846

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

static double at_cos(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
	return to + (from - to) * (1 + cos(PI * num / den)) / 2;
}

static double at_exp(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
	return from * pow(to / from, num / den);
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

/* exp and range cannot pass through 0. */
static int prepare_exp(
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	(void)len, (void)horizon;
	if (g->from > 0 && g->to > 0)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"a geometric ramp that %s 0; expected %s",
		g->to > 0 ? "starts at" : "ends at",
		g->to > 0 ? "from= above 0" : "to= above 0");
}

enum { POLY_POW };
static const struct shape_param poly_param[] = {
	{"pow", SHAPE_REAL, SHAPE_POSITIVE, 1, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_poly(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	double left = num < den ? (den - num) / den : 0;

	return to + (from - to) * pow(left, g->p[POLY_POW]);
}

enum { RANGE_LIN };
static const struct shape_param range_param[] = {
	{"lin", SHAPE_FLAG, SHAPE_ANY, 0, NULL},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_range(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	if (g->p[RANGE_LIN] != 0)
		return at_linear(g, from, to, num, den);
	return at_exp(g, from, to, num, den);
}

static int prepare_range(
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	if (g->p[RANGE_LIN] != 0)
		return 0;
	return prepare_exp(g, len, horizon, d);
}

enum { DECAY_BY, DECAY_PER, DECAY_STAIR };
static const struct shape_param decay_param[] = {
	{"by", SHAPE_REAL, SHAPE_POSITIVE, NAN, NULL},
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

/* time, exponential and inv share the order of their parameters. */
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
	{"pow", SHAPE_REAL, SHAPE_POSITIVE, 1, NULL},
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

enum { STEP_EVERY, STEP_BY, STEP_AT, STEP_VALUES };
enum { STEP_LIST_AT, STEP_LIST_VALUES };
static const struct shape_param step_param[] = {
	{"every", SHAPE_STEPS, SHAPE_LENGTH, 0, NULL},
	{"by", SHAPE_REAL, SHAPE_POSITIVE, 0, NULL},
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
	const struct sched_list *at = &g->list[STEP_LIST_AT];
	const struct sched_list *values = &g->list[STEP_LIST_VALUES];
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
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	const struct sched_list *at = &g->list[STEP_LIST_AT];
	const struct sched_list *values = &g->list[STEP_LIST_VALUES];
	bool every = g->p[STEP_EVERY] > 0;
	size_t i;

	(void)len, (void)horizon;
	if (every == (at->n > 0))
		return diag_set(d, DIAG_USAGE,
			"%s; expected every=N or at=A/B/C",
			every ? "both every= and at=" : "no every= and no at=");
	for (i = 1; i < at->n; i++)
		if (at->v[i] < at->v[i - 1])
			return diag_set(d, DIAG_USAGE,
				"at= goes down; expected ascending steps");
	if (values->n && (every || g->p[STEP_BY] > 0))
		return diag_set(d, DIAG_USAGE,
			"values= beside %s; expected at=",
			every ? "every=" : "by=");
	if (values->n && values->n != at->n + 1)
		return diag_set(d, DIAG_USAGE,
			"%zu values for %zu steps in at=; expected %zu",
			values->n, at->n, at->n + 1);
	if (!values->n && g->p[STEP_BY] <= 0)
		return diag_set(d, DIAG_USAGE,
			"no by=; expected the factor of each step");
	return 0;
}

static double mark_step(const struct sched_seg *g, uint64_t k)
{
	const struct sched_list *at = &g->list[STEP_LIST_AT];

	if (g->p[STEP_EVERY] > 0)
		return g->p[STEP_EVERY] * ((double)k + 1);
	return k < at->n ? at->v[k] : NAN;
}

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
	{"gamma", SHAPE_REAL, SHAPE_POSITIVE, NAN, NULL},
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

static int check_bounds(const struct sched_seg *g, struct diag *d)
{
	if (g->p[TRI_MIN] <= g->p[TRI_MAX])
		return 0;
	return diag_set(d, DIAG_USAGE,
		"min=%g is above max=%g; expected min <= max", g->p[TRI_MIN],
		g->p[TRI_MAX]);
}

static int prepare_triangular(
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	(void)len, (void)horizon;
	g->cycles = (struct sched_cycles){.len = 2 * g->p[TRI_STEP]};
	return check_bounds(g, d);
}

enum { SGDR_MIN, SGDR_MAX, SGDR_LEN, SGDR_MULT, SGDR_DECAY, SGDR_RESTART };
static const struct shape_param sgdr_param[] = {
	{"min", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"max", SHAPE_VALUE, SHAPE_NONNEG, NAN, NULL},
	{"len", SHAPE_STEPS, SHAPE_LENGTH, NAN, NULL},
	{"mult", SHAPE_REAL, SHAPE_POSITIVE, 1, NULL},
	{"decay", SHAPE_REAL, SHAPE_POSITIVE, 1, NULL},
	{"restart", SHAPE_CHOICE, SHAPE_ANY, 0, "clean|late"},
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};
_Static_assert((int)SGDR_MIN == (int)TRI_MIN && (int)SGDR_MAX == (int)TRI_MAX,
	"check_bounds() serves both");

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
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	if (check_bounds(g, d))
		return -1;
	if (!(horizon <= len))
		horizon = isfinite(len) ? len : horizon;
	return sched_cycles_init(&g->cycles, g->p[SGDR_LEN], g->p[SGDR_MULT],
		g->unit[SGDR_LEN], INFINITY, horizon, d);
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
	struct sched_seg *g, double len, double horizon, struct diag *d)
{
	double flat = g->p[COSINE_WARMUP] + g->p[COSINE_HOLD];

	(void)horizon;
	if (g->p[COSINE_WARMUP] > 0 && g->p[COSINE_START] > g->from)
		return diag_set(d, DIAG_USAGE,
			"start=%g is above the base rate %g; expected at most "
			"the base",
			g->p[COSINE_START], g->from);
	if (flat > len)
		return diag_set(d, DIAG_USAGE,
			"warmup and hold take %g of %g steps; expected no more "
			"than the total",
			flat, len);
	return 0;
}

static double mark_cosine(const struct sched_seg *g, uint64_t k)
{
	double warm = g->p[COSINE_WARMUP], hold = g->p[COSINE_HOLD];

	if (k == 0 && warm > 0)
		return warm;
	if (hold > 0 && k == (warm > 0))
		return warm + hold;
	return NAN;
}

static const struct shape_param no_param[] = {
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

#define JOINS SHAPE_END_PREV, SHAPE_END_ZERO
#define ENDLESS_JOINS SHAPE_END_PREV, SHAPE_END_NONE
#define ENDLESS_BASE SHAPE_END_BASE, SHAPE_END_NONE
#define OWN_ENDS SHAPE_END_NONE, SHAPE_END_NONE
#define CYCLIC (SHAPE_ENDLESS | SHAPE_CYCLIC)

/* clang-format off */
static const struct shape shapes[] = {
{"const", SHAPE_X | SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_FROM,
	no_param, at_const, NULL, NULL, "FROM; TO at its end"},
{"linear", SHAPE_X, JOINS, no_param, at_linear, NULL, NULL,
	"FROM*(1-x) + TO*x"},
{"cos", SHAPE_X, JOINS, no_param, at_cos, NULL, NULL,
	"TO + (FROM-TO)*(1+cos(pi*x))/2"},
{"poly", SHAPE_X, JOINS, poly_param, at_poly, NULL, NULL,
	"TO + (FROM-TO)*(1-x)^pow"},
{"exp", SHAPE_X, SHAPE_END_PREV, SHAPE_END_MUST, no_param, at_exp,
	prepare_exp, NULL, "FROM*(TO/FROM)^x"},
{"sqrt", SHAPE_X, JOINS, no_param, at_sqrt, NULL, NULL,
	"TO + (FROM-TO)*(1-sqrt(x))"},
{"half", SHAPE_X, JOINS, no_param, at_half, NULL, NULL,
	"TO + (FROM-TO)*(2*0.5^x-1)"},
{"inv", SHAPE_ENDLESS, ENDLESS_JOINS, inv_param, at_inv, NULL, NULL,
	"FROM*(1+k*t/per)^-pow; stair: floor(t/per)"},
{"decay", SHAPE_ENDLESS, ENDLESS_JOINS, decay_param, at_decay, NULL, NULL,
	"FROM*by^(t/per); stair: floor(t/per)"},
{"rsqrt", SHAPE_ENDLESS, ENDLESS_JOINS, rsqrt_param, at_rsqrt, NULL, NULL,
	"FROM/sqrt((t+s)/s)"},
{"constant", SHAPE_ENDLESS, ENDLESS_BASE, no_param, at_const, NULL, NULL,
	"LR0"},
{"time", SHAPE_ENDLESS, ENDLESS_BASE, rate_param, at_time, NULL, NULL,
	"LR0/(1+k*t/per); stair: floor(t/per)"},
{"step", SHAPE_ENDLESS, ENDLESS_BASE, step_param, at_step, prepare_step,
	mark_step, "LR0*by^floor(t/every); at=: one factor, or the next of "
	"values=, per step reached"},
{"exponential", SHAPE_ENDLESS, ENDLESS_BASE, rate_param, at_exponential, NULL,
	NULL, "LR0*e^(-k*t/per); stair: floor(t/per)"},
{"triangular", CYCLIC, OWN_ENDS, tri_param, at_triangular,
	prepare_triangular, NULL,
	"min + (max-min)*max(0,1-x); cycle = floor(1+t/(2*step)), "
	"x = |t/step-2*cycle+1|"},
{"triangular2", CYCLIC, OWN_ENDS, tri_param, at_triangular2,
	prepare_triangular, NULL, "triangular, its height times 1/2^(cycle-1)"},
{"exp_range", CYCLIC, OWN_ENDS, exp_range_param, at_exp_range,
	prepare_triangular, NULL,
	"triangular, its height times gamma^t; per=cycle: gamma^(cycle-1)"},
{"sgdr", CYCLIC, OWN_ENDS, sgdr_param, at_sgdr, prepare_sgdr, NULL,
	"cosine from max*decay^i to min in cycle i, the next ceil(len*mult) "
	"long; restart=late: its first step has min"},
{"warmup", SHAPE_X, SHAPE_END_ZERO, SHAPE_END_BASE, no_param, at_linear, NULL,
	NULL, "FROM*(1-x) + LR0*x"},
{"cosine", SHAPE_TOTAL, SHAPE_END_BASE, SHAPE_END_NONE, cosine_param,
	at_cosine, prepare_cosine, mark_cosine,
	"linear from start to LR0 in warmup, LR0 for hold, cosine to 0 at the "
	"total, then 0"},
{"range", SHAPE_X | SHAPE_INCL, SHAPE_END_MUST, SHAPE_END_MUST, range_param,
	at_range, prepare_range, NULL,
	"FROM*(TO/FROM)^x; lin: FROM*(1-x) + TO*x"},
};

static const struct shape_preset presets[] = {
	{"fastai", SCHED_EXCL, 0, 1e-7, 10, 100},
	{"lightning", SCHED_SKIP, 0, 1e-8, 1, 100},
	{"torch-lr-finder", SCHED_INCL, 0, NAN, 10, 100},
	{"ignite", SCHED_LEAD, 0, NAN, 10, NAN},
	{"keras", SCHED_EXCL, 0, NAN, NAN, NAN},
	{"deepspeed", SCHED_EXCL, 1, 1e-3, 2e-3, 2000},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct shape *shape_nth(size_t i)
{
	return i < COUNT(shapes) ? &shapes[i] : NULL;
}

const struct shape *shape_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < COUNT(shapes); i++)
		if (strlen(shapes[i].name) == n &&
			!memcmp(shapes[i].name, name, n))
			return &shapes[i];
	return NULL;
}

const struct shape_preset *shape_preset_nth(size_t i)
{
	return i < COUNT(presets) ? &presets[i] : NULL;
}

const struct shape_preset *shape_preset_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < COUNT(presets); i++)
		if (strlen(presets[i].name) == n &&
			!memcmp(presets[i].name, name, n))
			return &presets[i];
	return NULL;
}
