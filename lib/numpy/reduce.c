/* SPDX-License-Identifier: MIT */
/*
 * All items of an array at once: sums in numpy's own order (NumPy 1.24, add is
 * pairwise), means, extremes, running sums.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/order.h"
#include "numpy/numpy_impl.h"

#define PAIRWISE_MAX 128

/* numpy's order of adding: eight sums side by side, halves of what is long. */
static double pairwise(const double *a, size_t n)
{
	double r[8], sum;
	size_t i, half;

	if (n < 8) {
		sum = 0;
		for (i = 0; i < n; i++)
			sum += a[i];
		return sum;
	}
	if (n > PAIRWISE_MAX) {
		half = n / 2;
		half -= half % 8;
		return pairwise(a, half) + pairwise(a + half, n - half);
	}
	memcpy(r, a, sizeof(r));
	for (i = 8; i < n - n % 8; i += 8)
		for (size_t k = 0; k < 8; k++)
			r[k] += a[i + k];
	sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	for (; i < n; i++)
		sum += a[i];
	return sum;
}

static double sum_of(const struct py_array *a)
{
	return 0 + pairwise(a->item, a->n);
}

/* arg[0]'s numbers; only axis 0 (or -1, None) of one there is. */
static int all_items(struct py_call *c, struct py_array **ret)
{
	const struct py_value *axis = &c->arg[1];

	if (!py_is_none(c, 1) && !(axis->type == PY_INT &&
					 (axis->u.i == 0 || axis->u.i == -1))) {
		py_raise_arg(c, 1, "the axis 0");
		return -1;
	}
	return numpy_array_of(c->run, c->at, &c->arg[0], ret);
}

static int not_empty(struct py_call *c, const struct py_array *a)
{
	if (a->n > 0)
		return 0;
	return py_raise(c->run, c->at, "%s() of an empty array", c->fn->name);
}

static int call_sum(struct py_call *c)
{
	struct py_array *a;

	return all_items(c, &a) < 0
		       ? -1
		       : numpy_number_result(c, sum_of(a),
				 a->dtype == PY_FLOATS ? PY_FLOATS : PY_INTS);
}

static int call_mean(struct py_call *c)
{
	struct py_array *a;

	return all_items(c, &a) < 0 || not_empty(c, a) < 0
		       ? -1
		       : numpy_number_result(
				 c, sum_of(a) / (double)a->n, PY_FLOATS);
}

/* The mean square of what differs from the mean, or math of that. */
static int call_spread(struct py_call *c)
{
	struct py_array *a;
	double mean, x;

	if (all_items(c, &a) < 0 || not_empty(c, a) < 0)
		return -1;
	mean = sum_of(a) / (double)a->n;
	for (size_t i = 0; i < a->n; i++) {
		x = a->item[i] - mean;
		a->item[i] = x * x;
	}
	x = sum_of(a) / (double)a->n;
	return numpy_number_result(
		c, c->fn->math ? c->fn->math(x) : x, PY_FLOATS);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : ORDER_OF(x, y);
}

static int call_sort(struct py_call *c)
{
	struct py_array *a;

	if (all_items(c, &a) < 0)
		return -1;
	qsort(a->item, a->n, sizeof(double), by_size);
	return numpy_array_result(c, a);
}

static int call_median(struct py_call *c)
{
	struct py_array *a;
	size_t half;

	if (all_items(c, &a) < 0 || not_empty(c, a) < 0)
		return -1;
	qsort(a->item, a->n, sizeof(double), by_size);
	half = a->n / 2;
	return numpy_number_result(c,
		a->n % 2 ? a->item[half]
			 : (a->item[half - 1] + a->item[half]) / 2,
		PY_FLOATS);
}

enum { PRODUCT = 1, RUNNING = 2 };

/* Sums or products, of all or every one on the way. */
static int call_fold(struct py_call *c)
{
	const bool times = c->fn->what & PRODUCT;
	const bool running = c->fn->what & RUNNING;
	struct py_array *a;
	double x = times;

	if (all_items(c, &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		x = times ? x * a->item[i] : x + a->item[i];
		if (i == 0 && running)
			x = a->item[i];
		if (a->dtype != PY_FLOATS && fabs(x) > (double)PY_INT_MAX)
			return numpy_number_result(c, x, PY_INTS);
		if (running)
			a->item[i] = x;
	}
	if (a->dtype == PY_BOOLS)
		a->dtype = PY_INTS;
	return running ? numpy_array_result(c, a)
		       : numpy_number_result(c, x, a->dtype);
}

/* torch.max(a, b) is that of each pair. */
static int call_extreme(struct py_call *c)
{
	double (*const pick)(double, double) = c->fn->math2;
	struct py_array *a;
	struct py_arg arg[2] = {{.value = c->arg[0]}, {.at = NULL}};

	if (!py_is_none(c, 1) && (c->arg[1].type == PY_ARRAY || c->arg[1].np ||
					 c->arg[0].type == PY_FLOAT)) {
		const struct py_value fn = py_native_value(numpy_ufunc_find(
			pick == numpy_larger ? "maximum" : "minimum", 7,
			false));

		arg[1].value = c->arg[1];
		return py_invoke(c->run, c->at, &fn, arg, 2, c->ret);
	}
	if (all_items(c, &a) < 0 || not_empty(c, a) < 0)
		return -1;
	for (size_t i = 1; i < a->n; i++)
		a->item[0] = pick(a->item[0], a->item[i]);
	return numpy_number_result(c, a->item[0], a->dtype);
}

/* The place of the first that is the most, by the sign WHAT. */
static int call_place(struct py_call *c)
{
	const double sign = c->fn->what;
	struct py_array *a;
	size_t best = 0;

	if (all_items(c, &a) < 0 || not_empty(c, a) < 0)
		return -1;
	for (size_t i = 1; i < a->n && !isnan(a->item[best]); i++)
		if (isnan(a->item[i]) ||
			a->item[i] * sign > a->item[best] * sign)
			best = i;
	return numpy_number_result(c, (double)best, PY_INTS);
}

enum { ANY, ALL, COUNT };

/* How many are not 0; whether any is, or none is 0. */
static int call_count(struct py_call *c)
{
	const int what = c->fn->what;
	struct py_array *a;
	size_t k = 0;

	if (all_items(c, &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		k += a->item[i] != 0;
	if (what == COUNT)
		return numpy_number_result(c, (double)k, PY_INTS);
	return numpy_number_result(
		c, what == ANY ? k > 0 : k == a->n, PY_BOOLS);
}

static const struct py_native functions[] = {
	{"all", 1, 2, "a axis", call_count, {.what = ALL}},
	{"amax", 1, 2, "a axis", call_extreme, {.math2 = numpy_larger}},
	{"amin", 1, 2, "a axis", call_extreme, {.math2 = numpy_smaller}},
	{"any", 1, 2, "a axis", call_count, {.what = ANY}},
	{"argmax", 1, 2, "a axis", call_place, {.what = 1}},
	{"argmin", 1, 2, "a axis", call_place, {.what = -1}},
	{"count_nonzero", 1, 2, "a axis", call_count, {.what = COUNT}},
	{"cumprod", 1, 2, "a axis", call_fold, {.what = PRODUCT | RUNNING}},
	{"cumsum", 1, 2, "a axis", call_fold, {.what = RUNNING}},
	{"max", 1, 2, "a axis", call_extreme, {.math2 = numpy_larger}},
	{"mean", 1, 2, "a axis", call_mean, {NULL}},
	{"median", 1, 2, "a axis", call_median, {NULL}},
	{"min", 1, 2, "a axis", call_extreme, {.math2 = numpy_smaller}},
	{"prod", 1, 2, "a axis", call_fold, {.what = PRODUCT}},
	{"reduce_max", 1, 2, "a axis", call_extreme, {.math2 = numpy_larger}},
	{"reduce_mean", 1, 2, "a axis", call_mean, {NULL}},
	{"reduce_min", 1, 2, "a axis", call_extreme, {.math2 = numpy_smaller}},
	{"reduce_sum", 1, 2, "a axis", call_sum, {NULL}},
	{"sort", 1, 2, "a axis", call_sort, {NULL}},
	{"std", 1, 2, "a axis", call_spread, {sqrt}},
	{"sum", 1, 2, "a axis", call_sum, {NULL}},
	{"var", 1, 2, "a axis", call_spread, {NULL}},
};

const struct py_native *numpy_reduce_find(const char *name, size_t n)
{
	return py_native_find(functions, ARRAY_SIZE(functions), name, n);
}
