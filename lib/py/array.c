/* SPDX-License-Identifier: MIT */
/*
 * One-dimensional arrays of numbers, and what numpy, jax.numpy, torch and
 * tensorflow call by the same names and mean alike for numbers.
 */
#include <math.h>
#include <string.h>

#include "py/native.h"

static bool given(const struct py_call *c, size_t i)
{
	return i < c->narg && c->arg[i].type != PY_UNBOUND &&
	       c->arg[i].type != PY_NONE;
}

/* A number of items. */
static int count_arg(struct py_call *c, size_t i, size_t *ret)
{
	const struct py_value *v = &c->arg[i];

	*ret = 0;
	if (v->type != PY_INT || v->u.i < 0)
		return py_raise_arg(c, i, "a number of items");
	*ret = (size_t)v->u.i;
	return 0;
}

/* V's numbers as an array of their own. */
static int array_of(
	struct py_call *c, const struct py_value *v, struct py_array **ret)
{
	long long n = py_is_number(v) ? 1 : py_count(c->run, c->at, v);
	struct py_value array, item = *v;

	if (n < 0 || py_new_array(c->run, c->at, (size_t)n, true, &array) < 0)
		return -1;
	for (size_t i = 0; i < (size_t)n; i++) {
		if (!py_is_number(v) && py_nth(c->run, v, i, &item) < 0)
			return -1;
		if (item.type == PY_UNKNOWN)
			return py_raise_unknown(c->run, c->at, &item);
		if (!py_is_number(&item))
			return py_raise(c->run, c->at,
				"%s in an array; expected numbers",
				py_type_name(&item));
		array.u.array->item[i] = py_number(&item);
		array.u.array->is_int &= item.type != PY_FLOAT;
	}
	*ret = array.u.array;
	return 0;
}

static int array_result(struct py_call *c, struct py_array *a)
{
	*c->ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return 0;
}

static int number_result(struct py_call *c, double x, bool is_int)
{
	if (is_int)
		return py_int_of(c->run, c->at, x, c->ret);
	*c->ret = py_float(x);
	return 0;
}

static int new_floats(struct py_call *c, size_t n, struct py_array **ret)
{
	struct py_value v;

	if (py_new_array(c->run, c->at, n, false, &v) < 0)
		return -1;
	*ret = v.u.array;
	return array_result(c, *ret);
}

/* --- making --------------------------------------------------------------- */

/* As numpy computes it, to the last bit. */
static int call_linspace(struct py_call *c)
{
	bool endpoint = c->arg[3].type == PY_UNBOUND || py_true(&c->arg[3]);
	double start, stop, step;
	struct py_array *a;
	size_t n = 50;

	if (py_float_arg(c, 0, &start) < 0 || py_float_arg(c, 1, &stop) < 0 ||
		(given(c, 2) && count_arg(c, 2, &n) < 0) ||
		new_floats(c, n, &a) < 0)
		return -1;
	size_t div = endpoint && n > 0 ? n - 1 : n;
	step = div ? (stop - start) / (double)div : stop - start;
	for (size_t i = 0; i < n; i++)
		a->item[i] = (div && step == 0 ? (double)i / (double)div *
							 (stop - start)
					       : (double)i * step) +
			     start;
	if (endpoint && n > 1)
		a->item[n - 1] = stop;
	return 0;
}

static int call_logspace(struct py_call *c)
{
	if (call_linspace(c) < 0)
		return -1;
	for (size_t i = 0; i < c->ret->u.array->n; i++)
		c->ret->u.array->item[i] = pow(10, c->ret->u.array->item[i]);
	return 0;
}

static int call_arange(struct py_call *c)
{
	double from = 0, to, step = 1, n, delta;
	bool is_int = c->arg[0].type != PY_FLOAT;
	struct py_array *a;

	if (py_float_arg(c, 0, &to) < 0)
		return -1;
	if (given(c, 1)) {
		from = to;
		is_int = is_int && c->arg[1].type != PY_FLOAT;
		if (py_float_arg(c, 1, &to) < 0)
			return -1;
	}
	if (given(c, 2)) {
		is_int = is_int && c->arg[2].type != PY_FLOAT;
		if (py_float_arg(c, 2, &step) < 0)
			return -1;
	}
	n = step != 0 ? ceil((to - from) / step) : NAN;
	if (isnan(n) || n > PY_ITEMS_MAX)
		return py_raise(c->run, c->at,
			"arange() of so many; expected at most %d",
			PY_ITEMS_MAX);
	if (new_floats(c, n > 0 ? (size_t)n : 0, &a) < 0)
		return -1;
	a->is_int = is_int;
	delta = from + step - from;
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = i == 1 ? from + step : from + (double)i * delta;
	return 0;
}

static int call_array(struct py_call *c)
{
	struct py_array *a;

	/* A number stays one: torch.tensor(0.1), jnp.asarray(step). */
	if (py_is_number(&c->arg[0])) {
		*c->ret = c->arg[0];
		return 0;
	}
	return array_of(c, &c->arg[0], &a) < 0 ? -1 : array_result(c, a);
}

static int filled(struct py_call *c, double x, bool is_int)
{
	struct py_array *a;
	size_t n;

	if (count_arg(c, 0, &n) < 0 || new_floats(c, n, &a) < 0)
		return -1;
	a->is_int = is_int;
	for (size_t i = 0; i < n; i++)
		a->item[i] = x;
	return 0;
}

static int call_zeros(struct py_call *c)
{
	return filled(c, 0, false);
}

static int call_ones(struct py_call *c)
{
	return filled(c, 1, false);
}

static int call_full(struct py_call *c)
{
	double x;

	return py_float_arg(c, 1, &x) < 0
		       ? -1
		       : filled(c, x, c->arg[1].type == PY_INT);
}

static int call_concatenate(struct py_call *c)
{
	long long n = py_count(c->run, c->at, &c->arg[0]);
	struct py_array *part, *all = NULL, *more;
	struct py_value item;

	if (n < 0)
		return -1;
	for (long long i = 0; i < n; i++) {
		if (py_nth(c->run, &c->arg[0], (size_t)i, &item) < 0 ||
			array_of(c, &item, &part) < 0)
			return -1;
		size_t old = all ? all->n : 0;
		if (new_floats(c, old + part->n, &more) < 0)
			return -1;
		more->is_int = part->is_int && (!all || all->is_int);
		if (old)
			memcpy(more->item, all->item, old * sizeof(double));
		if (part->n)
			memcpy(more->item + old, part->item,
				part->n * sizeof(double));
		all = more;
	}
	return all ? array_result(c, all) : new_floats(c, 0, &all);
}

/* --- item by item --------------------------------------------------------- */

/* FN of every number of arg[0]. */
static int map(struct py_call *c, double (*fn)(double), bool is_int)
{
	struct py_array *a = NULL;

	if (py_is_number(&c->arg[0]))
		return number_result(c, fn(py_number(&c->arg[0])), is_int);
	if (array_of(c, &c->arg[0], &a) < 0 || !a)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = fn(a->item[i]);
	a->is_int = is_int;
	return array_result(c, a);
}

static int call_floor(struct py_call *c)
{
	return map(c, floor, false);
}

static int call_ceil(struct py_call *c)
{
	return map(c, ceil, false);
}

static int call_trunc(struct py_call *c)
{
	return map(c, trunc, false);
}

static double sign_of(double x)
{
	return isnan(x) ? x : (x > 0) - (x < 0);
}

static int call_sign(struct py_call *c)
{
	return map(c, sign_of,
		c->arg[0].type != PY_FLOAT && c->arg[0].type != PY_ARRAY);
}

static double whole_of(double x)
{
	return trunc(x);
}

static double half_of(double x)
{
	return (double)(float)x;
}

static double same_of(double x)
{
	return x;
}

static int call_int(struct py_call *c)
{
	return map(c, whole_of, true);
}

static int call_float32(struct py_call *c)
{
	return map(c, half_of, false);
}

static int call_float64(struct py_call *c)
{
	return map(c, same_of, false);
}

static int call_exp(struct py_call *c)
{
	return map(c, exp, false);
}

static int call_round(struct py_call *c)
{
	struct py_array *a;
	int64_t digits = 0;

	if (given(c, 1)) {
		if (c->arg[1].type != PY_INT)
			return py_raise_arg(c, 1, "an int");
		digits = c->arg[1].u.i;
	}
	if (digits == 0)
		return map(c, rint, false);
	if (py_is_number(&c->arg[0]))
		return number_result(
			c, py_round(py_number(&c->arg[0]), digits), false);
	if (array_of(c, &c->arg[0], &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = py_round(a->item[i], digits);
	a->is_int = false;
	return array_result(c, a);
}

/* PICK of each pair of arg[I]'s and arg[J]'s numbers; one number repeats. */
static int pairs(
	struct py_call *c, size_t i, size_t j, double (*pick)(double, double))
{
	struct py_array *a, *b, *out;
	size_t n;

	if (py_is_number(&c->arg[i]) && py_is_number(&c->arg[j]))
		return number_result(c,
			pick(py_number(&c->arg[i]), py_number(&c->arg[j])),
			c->arg[i].type != PY_FLOAT &&
				c->arg[j].type != PY_FLOAT);
	if (array_of(c, &c->arg[i], &a) < 0 || array_of(c, &c->arg[j], &b) < 0)
		return -1;
	n = a->n > b->n ? a->n : b->n;
	if (a->n != b->n && a->n != 1 && b->n != 1)
		return py_raise(c->run, c->at,
			"%s() of %zu and of %zu items; expected as many",
			c->fn->name, a->n, b->n);
	if (new_floats(c, n, &out) < 0)
		return -1;
	out->is_int = a->is_int && b->is_int;
	for (size_t k = 0; k < n; k++)
		out->item[k] = pick(
			a->item[a->n == 1 ? 0 : k], b->item[b->n == 1 ? 0 : k]);
	return 0;
}

static double smaller(double a, double b)
{
	return isnan(a) || a < b ? a : b;
}

static double larger(double a, double b)
{
	return isnan(a) || a > b ? a : b;
}

static int call_minimum(struct py_call *c)
{
	return pairs(c, 0, 1, smaller);
}

static int call_maximum(struct py_call *c)
{
	return pairs(c, 0, 1, larger);
}

static int call_clip(struct py_call *c)
{
	struct py_value args[2];
	struct py_call in = *c;

	*c->ret = c->arg[0];
	in.arg = args;
	for (size_t i = 1; i <= 2; i++) {
		if (!given(c, i))
			continue;
		args[0] = *c->ret;
		args[1] = c->arg[i];
		in.narg = 2;
		if (pairs(&in, 0, 1, i == 1 ? larger : smaller) < 0)
			return -1;
	}
	return 0;
}

static int operator(struct py_call *c, enum py_op op)
{
	return py_operate(c->run, c->at, op, &c->arg[0], &c->arg[1], c->ret);
}

static int call_power(struct py_call *c)
{
	return operator(c, PY_POW);
}

static int call_multiply(struct py_call *c)
{
	return operator(c, PY_MUL);
}

static int call_divide(struct py_call *c)
{
	return operator(c, PY_DIV);
}

static int call_add(struct py_call *c)
{
	return operator(c, PY_ADD);
}

static int call_subtract(struct py_call *c)
{
	return operator(c, PY_SUB);
}

static int call_mod(struct py_call *c)
{
	return operator(c, PY_MOD);
}

static int call_floor_divide(struct py_call *c)
{
	return operator(c, PY_FLOOR_DIV);
}

/* where(c, a, b) of numbers; the condition may be an array. */
static int call_where(struct py_call *c)
{
	struct py_array *yes, *a, *b, *out;

	if (c->arg[0].type != PY_ARRAY) {
		int true_ = py_truth(c->run, c->at, &c->arg[0]);
		if (true_ < 0)
			return -1;
		*c->ret = c->arg[true_ ? 1 : 2];
		return c->ret->type == PY_UNKNOWN
			       ? py_raise_unknown(c->run, c->at, c->ret)
			       : 0;
	}
	if (array_of(c, &c->arg[0], &yes) < 0 ||
		array_of(c, &c->arg[1], &a) < 0 ||
		array_of(c, &c->arg[2], &b) < 0)
		return -1;
	if ((a->n != 1 && a->n != yes->n) || (b->n != 1 && b->n != yes->n))
		return py_raise(c->run, c->at,
			"where() of unlike arrays; expected as many items");
	if (new_floats(c, yes->n, &out) < 0)
		return -1;
	out->is_int = a->is_int && b->is_int;
	for (size_t i = 0; i < yes->n; i++)
		out->item[i] = yes->item[i] != 0 ? a->item[a->n == 1 ? 0 : i]
						 : b->item[b->n == 1 ? 0 : i];
	return 0;
}

/* As numpy: the slope between the neighbours; flat outside. */
static double interpolate(
	double x, const struct py_array *xp, const struct py_array *fp)
{
	size_t n = xp->n, j = 0;

	if (isnan(x))
		return x;
	if (x <= xp->item[0])
		return fp->item[0];
	if (x >= xp->item[n - 1])
		return fp->item[n - 1];
	while (j + 2 < n && xp->item[j + 1] <= x)
		j++;
	return (fp->item[j + 1] - fp->item[j]) /
		       (xp->item[j + 1] - xp->item[j]) * (x - xp->item[j]) +
	       fp->item[j];
}

static int call_interp(struct py_call *c)
{
	struct py_array *x, *xp, *fp, *out;

	if (array_of(c, &c->arg[0], &x) < 0 ||
		array_of(c, &c->arg[1], &xp) < 0 ||
		array_of(c, &c->arg[2], &fp) < 0)
		return -1;
	if (xp->n == 0 || xp->n != fp->n)
		return py_raise(c->run, c->at,
			"interp() of %zu places and %zu values; expected as "
			"many",
			xp->n, fp->n);
	if (py_charge(c->run, c->at, x->n * xp->n) < 0 ||
		new_floats(c, x->n, &out) < 0)
		return -1;
	for (size_t i = 0; i < x->n; i++)
		out->item[i] = interpolate(x->item[i], xp, fp);
	if (py_is_number(&c->arg[0]))
		*c->ret = py_float(out->item[0]);
	return 0;
}

/* --- all items ------------------------------------------------------------ */

static double plus(double a, double b)
{
	return a + b;
}

static double times(double a, double b)
{
	return a * b;
}

/* Folds arg[0] by STEP from FIRST; where RUNNING, every value on the way. */
static int fold(struct py_call *c, double (*step)(double, double), double first,
	bool running)
{
	struct py_array *a;
	double x = first;

	if (array_of(c, &c->arg[0], &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		x = step(x, a->item[i]);
		if (running)
			a->item[i] = x;
	}
	return running ? array_result(c, a) : number_result(c, x, a->is_int);
}

static int call_sum(struct py_call *c)
{
	return fold(c, plus, 0, false);
}

static int call_prod(struct py_call *c)
{
	return fold(c, times, 1, false);
}

static int call_cumsum(struct py_call *c)
{
	return fold(c, plus, 0, true);
}

static int call_cumprod(struct py_call *c)
{
	return fold(c, times, 1, true);
}

static int extreme(struct py_call *c, double (*pick)(double, double))
{
	struct py_array *a;

	if (array_of(c, &c->arg[0], &a) < 0)
		return -1;
	if (a->n == 0)
		return py_raise(
			c->run, c->at, "%s() of an empty array", c->fn->name);
	for (size_t i = 1; i < a->n; i++)
		a->item[0] = pick(a->item[0], a->item[i]);
	return number_result(c, a->item[0], a->is_int);
}

static int call_min(struct py_call *c)
{
	return extreme(c, smaller);
}

static int call_max(struct py_call *c)
{
	return extreme(c, larger);
}

static int call_mean(struct py_call *c)
{
	struct py_array *a;
	double sum = 0;

	if (array_of(c, &c->arg[0], &a) < 0)
		return -1;
	if (a->n == 0)
		return py_raise(c->run, c->at, "mean() of an empty array");
	for (size_t i = 0; i < a->n; i++)
		sum += a->item[i];
	return number_result(c, sum / (double)a->n, false);
}

static int call_flip(struct py_call *c)
{
	struct py_array *a;

	if (array_of(c, &c->arg[0], &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n / 2; i++) {
		double swap = a->item[i];
		a->item[i] = a->item[a->n - 1 - i];
		a->item[a->n - 1 - i] = swap;
	}
	return array_result(c, a);
}

static int call_repeat(struct py_call *c)
{
	struct py_array *a, *out;
	size_t times;

	if (array_of(c, &c->arg[0], &a) < 0 || count_arg(c, 1, &times) < 0)
		return -1;
	if (times > PY_ITEMS_MAX)
		times = PY_ITEMS_MAX + 1;
	if (new_floats(c, a->n * times, &out) < 0)
		return -1;
	out->is_int = a->is_int;
	for (size_t i = 0; times && i < out->n; i++)
		out->item[i] = a->item[i / times];
	return 0;
}

static int call_tile(struct py_call *c)
{
	struct py_array *a, *out;
	size_t times;

	if (array_of(c, &c->arg[0], &a) < 0 || count_arg(c, 1, &times) < 0)
		return -1;
	if (times > PY_ITEMS_MAX)
		times = PY_ITEMS_MAX + 1;
	if (new_floats(c, a->n * times, &out) < 0)
		return -1;
	out->is_int = a->is_int;
	for (size_t i = 0; i < out->n; i++)
		out->item[i] = a->item[i % a->n];
	return 0;
}

static int call_list(struct py_call *c)
{
	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret);
}

/* The type that arg[I] names: numpy's, or Python's own. */
static bool names_int(const struct py_value *v)
{
	return (v->type == PY_NATIVE &&
		       strncmp(v->u.native->name, "int", 3) == 0) ||
	       (v->type == PY_STR && v->u.str->n >= 3 &&
		       memcmp(v->u.str->s, "int", 3) == 0);
}

static int array_astype(struct py_call *c)
{
	return map(c, names_int(&c->arg[1]) ? whole_of : same_of,
		names_int(&c->arg[1]));
}

static int array_getitem(struct py_call *c)
{
	const struct py_array *a = c->arg[0].u.array;
	int64_t i = c->arg[1].type == PY_INT ? c->arg[1].u.i : -1;

	i = i < 0 ? i + (int64_t)a->n : i;
	if (c->arg[1].type != PY_INT || i < 0 || i >= (int64_t)a->n)
		return py_raise_arg(c, 1, "an index of the array");
	return py_nth(c->run, &c->arg[0], (size_t)i, c->ret);
}

/* cast(x, dtype): the value alone. */
static int call_cast(struct py_call *c)
{
	if (c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (given(c, 1) && names_int(&c->arg[1]))
		return map(c, whole_of, true);
	if (given(c, 1) && c->arg[0].type != PY_FLOAT)
		return map(c, same_of, false);
	*c->ret = c->arg[0];
	return 0;
}

static const struct py_native functions[] = {
	{"add", 2, 2, "", call_add, NULL},
	{"amax", 1, 1, "", call_max, NULL},
	{"amin", 1, 1, "", call_min, NULL},
	{"arange", 1, 4, "start stop step dtype", call_arange, NULL},
	{"array", 1, 2, "object dtype", call_array, NULL},
	{"as_tensor", 1, 2, "data dtype", call_array, NULL},
	{"asarray", 1, 2, "a dtype", call_array, NULL},
	{"cast", 2, 2, "x dtype", call_cast, NULL},
	{"ceil", 1, 1, "", call_ceil, NULL},
	{"clamp", 1, 3, "input min max", call_clip, NULL},
	{"clip", 1, 3, "a a_min a_max", call_clip, NULL},
	{"clip_by_value", 3, 3, "", call_clip, NULL},
	{"concatenate", 1, 2, "arrays axis", call_concatenate, NULL},
	{"constant", 1, 2, "value dtype", call_cast, NULL},
	{"convert_to_tensor", 1, 2, "value dtype", call_cast, NULL},
	{"cumprod", 1, 1, "", call_cumprod, NULL},
	{"cumsum", 1, 1, "", call_cumsum, NULL},
	{"divide", 2, 2, "", call_divide, NULL},
	{"exp", 1, 1, "", call_exp, NULL},
	{"flip", 1, 1, "", call_flip, NULL},
	{"float32", 1, 1, "", call_float32, NULL},
	{"float64", 1, 1, "", call_float64, NULL},
	{"floor", 1, 1, "", call_floor, NULL},
	{"floor_divide", 2, 2, "", call_floor_divide, NULL},
	{"full", 2, 3, "shape fill_value dtype", call_full, NULL},
	{"int32", 1, 1, "", call_int, NULL},
	{"int64", 1, 1, "", call_int, NULL},
	{"interp", 3, 3, "x xp fp", call_interp, NULL},
	{"linspace", 2, 5, "start stop num endpoint dtype", call_linspace,
		NULL},
	{"logspace", 2, 4, "start stop num endpoint", call_logspace, NULL},
	{"maximum", 2, 2, "", call_maximum, NULL},
	{"mean", 1, 1, "", call_mean, NULL},
	{"minimum", 2, 2, "", call_minimum, NULL},
	{"mod", 2, 2, "", call_mod, NULL},
	{"multiply", 2, 2, "", call_multiply, NULL},
	{"ones", 1, 2, "shape dtype", call_ones, NULL},
	{"pow", 2, 2, "", call_power, NULL},
	{"power", 2, 2, "", call_power, NULL},
	{"prod", 1, 1, "", call_prod, NULL},
	{"repeat", 2, 2, "", call_repeat, NULL},
	{"round", 1, 2, "a decimals", call_round, NULL},
	{"sign", 1, 1, "", call_sign, NULL},
	{"subtract", 2, 2, "", call_subtract, NULL},
	{"sum", 1, 1, "", call_sum, NULL},
	{"tensor", 1, 3, "data dtype device", call_array, NULL},
	{"tile", 2, 2, "", call_tile, NULL},
	{"trunc", 1, 1, "", call_trunc, NULL},
	{"where", 3, 3, "", call_where, NULL},
	{"zeros", 1, 2, "shape dtype", call_zeros, NULL},
};

const struct py_native py_array_methods[] = {
	{"__getitem__", 2, 2, "", array_getitem, NULL},
	{"astype", 2, 2, "self dtype", array_astype, NULL},
	{"copy", 1, 1, "", call_array, NULL},
	{"cumsum", 1, 1, "", call_cumsum, NULL},
	{"max", 1, 1, "", call_max, NULL},
	{"mean", 1, 1, "", call_mean, NULL},
	{"min", 1, 1, "", call_min, NULL},
	{"numpy", 1, 1, "", call_array, NULL},
	{"sum", 1, 1, "", call_sum, NULL},
	{"tolist", 1, 1, "", call_list, NULL},
};

const size_t py_array_nmethod = N(py_array_methods);

bool py_array_find(const char *name, size_t n, struct py_value *ret)
{
	const struct py_native *fn =
		py_native_find(functions, N(functions), name, n);

	if (fn)
		*ret = py_native_value(fn);
	return fn != NULL;
}
