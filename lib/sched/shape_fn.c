/* SPDX-License-Identifier: MIT */
/*
 * Shapes that are a function of the user's: its values (torch's LambdaLR), and
 * the product of its values so far (MultiplicativeLR).
 */
#include <math.h>
#include <stdlib.h>

#include "sched/fn.h"
#include "sched/sched.h"
#include "sched/shape.h"

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
	if (!g->product.v)
		return sched_blame_nomem(f, n * sizeof(*g->product.v));
	g->product.n = n;
	g->product.v[0] = 1;
	for (i = 1; i < n; i++)
		g->product.v[i] =
			g->product.v[i - 1] * sched_fn_at(g->fn, (double)i);
	return 0;
}

/* clang-format off */
const struct shape sched_shape_fns[] = {
{"fn", SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_NONE, fn_param, at_fn, NULL,
	NULL, NULL, "FROM*f(t)"},
{"prod", SHAPE_ENDLESS, SHAPE_END_PREV, SHAPE_END_NONE, fn_param, at_prod,
	prepare_prod, NULL, NULL, "FROM*f(1)*f(2)*...*f(t)"},
{0},
};
/* clang-format on */
