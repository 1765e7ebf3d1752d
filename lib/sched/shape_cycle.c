/* SPDX-License-Identifier: MIT */
/*
 * Shapes with a course of their own: triangles (Smith 2015, as bckenstler/CLR
 * computes them), warm restarts (Loshchilov and Hutter 2016), and cosine decay
 * with warmup and hold.
 */
#include <math.h>

#include "sched/sched.h"
#include "sched/shape.h"

#define PI 3.14159265358979323846
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

/* clang-format off */
const struct shape sched_shape_cycles[] = {
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
{0},
};
/* clang-format on */
