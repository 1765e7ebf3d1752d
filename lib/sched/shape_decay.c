/* SPDX-License-Identifier: MIT */
/*
 * Shapes without an end, of the step alone: steps, powers, inverses.  Order of
 * evaluation as in Keras: b*r**p, b/(1+k*p).  inv, sigmoid: Caffe's policies;
 * rsqrt: Vaswani et al. 2017, as transformers; sat: pytorch_warmup's
 * exponential warmup, Ma and Yarats 2019.
 */
#include <math.h>

#include "sched/sched.h"
#include "sched/shape.h"

#define JOINS SHAPE_END_PREV, SHAPE_END_NONE
#define FROM_BASE SHAPE_END_BASE, SHAPE_END_NONE

static const struct shape_param no_param[] = {
	{NULL, SHAPE_REAL, SHAPE_ANY, 0, NULL},
};

static double at_constant(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g, (void)to, (void)num, (void)den;
	return from;
}

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
	for (i = 1; i < at->n; i++)
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

/* clang-format off */
const struct shape sched_shape_decays[] = {
{"inv", SHAPE_ENDLESS, JOINS, inv_param, at_inv, NULL, NULL,
	NULL, "FROM*(1+k*t/per)^-pow; stair: floor(t/per)"},
{"decay", SHAPE_ENDLESS, JOINS, decay_param, at_decay, NULL, NULL,
	NULL, "FROM*by^(t/per); stair: floor(t/per)"},
{"rsqrt", SHAPE_ENDLESS, JOINS, rsqrt_param, at_rsqrt, NULL, NULL,
	NULL, "FROM/sqrt((t+s)/s)"},
{"sigmoid", SHAPE_ENDLESS, JOINS, sigmoid_param, at_sigmoid, NULL, NULL,
	NULL, "FROM/(1+e^(k*(t-mid)))"},
{"sat", SHAPE_ENDLESS, JOINS, sat_param, at_sat, NULL, NULL,
	NULL, "FROM*(1-e^(-(t+1)/tau))"},
{"constant", SHAPE_ENDLESS, FROM_BASE, no_param, at_constant, NULL, NULL,
	NULL, "LR0"},
{"time", SHAPE_ENDLESS, FROM_BASE, rate_param, at_time, NULL, NULL,
	NULL, "LR0/(1+k*t/per); stair: floor(t/per)"},
{"step", SHAPE_ENDLESS, FROM_BASE, step_param, at_step, prepare_step,
	mark_step, NULL, "LR0*by^floor(t/every); at=: one factor, or the next of "
	"values=, per step reached"},
{"exponential", SHAPE_ENDLESS, FROM_BASE, rate_param, at_exponential, NULL,
	NULL, NULL, "LR0*e^(-k*t/per); stair: floor(t/per)"},
{0},
};
/* clang-format on */
