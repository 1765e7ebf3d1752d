/* SPDX-License-Identifier: MIT */
/*
 * Shapes that run from one value to another.  Formulas are evaluated in the
 * order in which the libraries that have them do: torch's cos(pi*t/T) and
 * m+(b-m)*(1+cos)/2, transformers' b*(t/W).
 */
#include <math.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "sched/shape.h"

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

static double at_cos(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	(void)g;
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

/* clang-format off */
const struct shape sched_shape_ramps[] = {
{"const", SHAPE_X | SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_FROM,
	no_param, at_const, NULL, NULL, "FROM"},
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
{"warmup", SHAPE_X, SHAPE_END_ZERO, SHAPE_END_BASE, no_param, at_linear, NULL,
	NULL, "FROM*(1-x) + LR0*x"},
{"range", SHAPE_X | SHAPE_INCL, SHAPE_END_MUST, SHAPE_END_MUST, range_param,
	at_range, prepare_range, NULL,
	"FROM*(TO/FROM)^x; lin: FROM*(1-x) + TO*x"},
{0},
};
/* clang-format on */
