/* SPDX-License-Identifier: MIT */
/*
 * The shapes that a segment can have, one row each, and the presets of range
 * tests: those that ramp.c has, and here those that have a course of their own.
 * Adding a shape is adding a row.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "sched/sched_impl.h"

/* --- without an end ----------------------------------------------------- */

/*
 * Shapes without an end, of the step alone: steps, powers, inverses.  Order of
 * evaluation as in Keras: b*r**p, b/(1+k*p).  inv, sigmoid: Caffe's policies;
 * rsqrt: Vaswani et al. 2017, as transformers; sat: pytorch_warmup's
 * exponential warmup, Ma and Yarats 2019.
 */

#define FROM_PREV .from = SHAPE_END_PREV, .to = SHAPE_END_NONE
#define FROM_BASE .from = SHAPE_END_BASE, .to = SHAPE_END_NONE

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
	struct bisect b = bisect(0, list->n);

	while (bisect_next(&b))
		bisect_answer(&b, list->v[b.mid] <= u);
	return b.lo;
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

	(void)len, (void)horizon;
	if (every == (at->v != NULL))
		return sched_blame(f, every ? STEP_EVERY : SCHED_WHOLE,
			"%s; expected every=N or at=A/B/C",
			every ? "both every= and at=" : "no every= and no at=");
	for (size_t i = 1; at->v && i < at->n; i++)
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

#define OWN_ENDS .from = SHAPE_END_NONE, .to = SHAPE_END_NONE
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
	return min + 0.5 * (max - min) * (1 + cos(SCHED_PI * u / c.len));
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
	return 0.5 * from * (1 + cos(SCHED_PI * (num - flat) / (den - flat)));
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
static const struct shape courses[] = {
{
	.name = "inv", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = inv_param, .at = at_inv,
	.formula = "FROM*(1+k*t/per)^-pow; stair: floor(t/per)",
},
{
	.name = "decay", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = decay_param, .at = at_decay,
	.formula = "FROM*by^(t/per); stair: floor(t/per)",
},
{
	.name = "rsqrt", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = rsqrt_param, .at = at_rsqrt,
	.formula = "FROM/sqrt((t+s)/s)",
},
{
	.name = "sigmoid", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = sigmoid_param, .at = at_sigmoid,
	.formula = "FROM/(1+e^(k*(t-mid)))",
},
{
	.name = "sat", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = sat_param, .at = at_sat,
	.formula = "FROM*(1-e^(-(t+1)/tau))",
},
{
	.name = "constant", .flags = SHAPE_ENDLESS, FROM_BASE,
	.param = sched_no_param, .at = sched_at_from,
	.formula = "LR0",
},
{
	.name = "time", .flags = SHAPE_ENDLESS, FROM_BASE,
	.param = rate_param, .at = at_time,
	.formula = "LR0/(1+k*t/per); stair: floor(t/per)",
},
{
	.name = "step", .flags = SHAPE_ENDLESS, FROM_BASE,
	.param = step_param, .at = at_step, .prepare = prepare_step,
	.mark = mark_step,
	.formula =
		"LR0*by^floor(t/every); at=: one factor, or the next of "
		"values=, per step reached",
},
{
	.name = "exponential", .flags = SHAPE_ENDLESS, FROM_BASE,
	.param = rate_param, .at = at_exponential,
	.formula = "LR0*e^(-k*t/per); stair: floor(t/per)",
},
{
	.name = "triangular", .flags = CYCLIC | SHAPE_HALVES, OWN_ENDS,
	.param = tri_param, .at = at_triangular, .prepare = prepare_triangular,
	.formula =
		"min + (max-min)*max(0,1-x); cycle = floor(1+t/(2*step)), "
		"x = |t/step-2*cycle+1|",
},
{
	.name = "triangular2", .flags = CYCLIC | SHAPE_HALVES, OWN_ENDS,
	.param = tri_param, .at = at_triangular2,
	.prepare = prepare_triangular,
	.formula = "triangular, its height times 1/2^(cycle-1)",
},
{
	.name = "exp_range", .flags = CYCLIC | SHAPE_HALVES, OWN_ENDS,
	.param = exp_range_param, .at = at_exp_range,
	.prepare = prepare_triangular,
	.formula =
		"triangular, its height times gamma^t; per=cycle: "
		"gamma^(cycle-1)",
},
{
	.name = "sgdr", .flags = CYCLIC, OWN_ENDS,
	.param = sgdr_param, .at = at_sgdr, .prepare = prepare_sgdr,
	.formula =
		"cosine from max*decay^i to min in cycle i, the next "
		"ceil(len*mult) long; restart=late: its first step has min",
},
{
	.name = "cosine", .flags = SHAPE_TOTAL, FROM_BASE,
	.param = cosine_param, .at = at_cosine, .prepare = prepare_cosine,
	.mark = mark_cosine,
	.formula =
		"linear from start to LR0 in warmup, LR0 for hold, cosine "
		"to 0 at the total, then 0",
},
{
	.name = "fn", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = fn_param, .at = at_fn,
	.formula = "FROM*f(t)",
},
{
	.name = "prod", .flags = SHAPE_ENDLESS, FROM_PREV,
	.param = fn_param, .at = at_prod, .prepare = prepare_prod,
	.formula = "FROM*f(1)*f(2)*...*f(t)",
},
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

const struct shape *sched_shape_nth(size_t i)
{
	size_t nramp;
	const struct shape *ramp = sched_ramps(&nramp);

	if (i < nramp)
		return &ramp[i];
	return i - nramp < ARRAY_SIZE(courses) ? &courses[i - nramp] : NULL;
}

const struct shape *sched_shape_find(const char *name, size_t n)
{
	const struct shape *row;

	for (size_t i = 0; (row = sched_shape_nth(i)); i++)
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
	return i < ARRAY_SIZE(presets) ? &presets[i] : NULL;
}

const struct sched_preset *sched_preset_find(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(presets); i++)
		if (strlen(presets[i].name) == n &&
			!memcmp(presets[i].name, name, n))
			return &presets[i];
	return NULL;
}
