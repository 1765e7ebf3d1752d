/* SPDX-License-Identifier: MIT */
/*
 * Arrays of numpy (NumPy 1.24): making them, choosing from them, tables; the
 * functions of jax, torch and tensorflow that choose.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "numpy/numpy_impl.h"

/* A number of items, or a shape of one number. */
static int count_arg(struct py_call *c, size_t i, size_t *ret)
{
	const struct py_value *v = &c->arg[i];

	*ret = 0;
	if ((v->type == PY_TUPLE || v->type == PY_LIST) && v->u.list->n == 1)
		v = v->u.list->item;
	if (v->type != PY_INT || v->u.i < 0)
		return py_raise_arg(c, i, "a number of items");
	*ret = (size_t)v->u.i;
	return 0;
}

static int array_arg(struct py_call *c, size_t i, struct py_array **ret)
{
	return numpy_array_of(c->run, c->at, &c->arg[i], ret);
}

/* A of N items becomes the result. */
static int new_result(
	struct py_call *c, size_t n, enum py_dtype dtype, struct py_array **ret)
{
	struct py_value v;

	if (py_new_array(c->run, c->at, n, dtype, &v) < 0)
		return -1;
	*ret = v.u.array;
	return numpy_array_result(c, *ret);
}

/* The result as argument I says. */
static int as_arg(struct py_call *c, size_t i)
{
	struct py_value v = *c->ret;
	enum py_dtype dtype;

	return numpy_dtype_arg(c, i, v.u.array->dtype, &dtype) < 0
		       ? -1
		       : numpy_as_dtype(c, &v, dtype, c->ret);
}

/* --- making --------------------------------------------------------------- */

/* As numpy computes it, to the last bit. */
static int linspace(struct py_call *c, double start, double stop)
{
	int endpoint = py_given(c, 3) ? py_truth(c->run, c->at, &c->arg[3]) : 1;
	struct py_array *a;
	size_t n = 50, div;
	double step;

	if (endpoint < 0 || (py_given(c, 2) && count_arg(c, 2, &n) < 0) ||
		new_result(c, n, PY_FLOATS, &a) < 0)
		return -1;
	div = endpoint && n > 0 ? n - 1 : n;
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

static int bounds(struct py_call *c, double *start, double *stop)
{
	return py_float_arg(c, 0, start) < 0 ? -1 : py_float_arg(c, 1, stop);
}

static int call_linspace(struct py_call *c)
{
	double start, stop;
	struct py_array *a;

	if (bounds(c, &start, &stop) < 0 || linspace(c, start, stop) < 0)
		return -1;
	a = c->ret->u.array;
	if (as_arg(c, 4) < 0)
		return -1;
	for (size_t i = 0; c->ret->u.array->dtype == PY_INTS && i < a->n; i++)
		c->ret->u.array->item[i] = floor(a->item[i]);
	return 0;
}

static void powers(struct py_array *a, double base)
{
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = pow(base, a->item[i]);
}

static int call_logspace(struct py_call *c)
{
	double start, stop, base = 10;

	if (bounds(c, &start, &stop) < 0 ||
		(py_given(c, 4) && py_float_arg(c, 4, &base) < 0) ||
		linspace(c, start, stop) < 0)
		return -1;
	powers(c->ret->u.array, base);
	return as_arg(c, 5);
}

static int call_geomspace(struct py_call *c)
{
	double start, stop;
	struct py_array *a;

	if (bounds(c, &start, &stop) < 0)
		return -1;
	if (start <= 0 || stop <= 0)
		return py_raise(c->run, c->at,
			"geomspace() of what is not above 0; expected numbers "
			"above 0");
	if (linspace(c, log10(start), log10(stop)) < 0)
		return -1;
	a = c->ret->u.array;
	powers(a, 10);
	if (a->n > 0)
		a->item[0] = start;
	if (a->n > 1 && (!py_given(c, 3) || py_true(&c->arg[3])))
		a->item[a->n - 1] = stop;
	return as_arg(c, 4);
}

static int call_arange(struct py_call *c)
{
	double x[3] = {0, 0, 1}, n, delta;
	enum py_dtype dtype = PY_INTS;
	size_t given = 0;
	struct py_array *a;

	for (size_t i = 0; i < 3; i++) {
		if (py_is_none(c, i))
			continue;
		if (py_float_arg(c, i, &x[i]) < 0)
			return -1;
		if (c->arg[i].type == PY_FLOAT)
			dtype = PY_FLOATS;
		given = i + 1;
	}
	if (given == 1 || (given == 3 && py_is_none(c, 1))) {
		x[1] = x[0];
		x[0] = 0;
	}
	n = x[2] != 0 ? ceil((x[1] - x[0]) / x[2]) : NAN;
	if (isnan(n) || n > PY_ITEMS_MAX)
		return py_raise(c->run, c->at,
			"arange() is too long; expected at most %d items",
			PY_ITEMS_MAX);
	if (new_result(c, n > 0 ? (size_t)n : 0, dtype, &a) < 0)
		return -1;
	delta = x[0] + x[2] - x[0];
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = i == 1 ? x[0] + x[2] : x[0] + (double)i * delta;
	return as_arg(c, 3);
}

/* A number stays one: torch.tensor(0.1), jnp.asarray(step). */
static int call_array(struct py_call *c)
{
	struct py_value v = c->arg[0];
	enum py_dtype dtype = numpy_dtype_of(&v);
	struct py_array *a;

	if (!py_is_number(&v)) {
		if (array_arg(c, 0, &a) < 0)
			return -1;
		dtype = a->dtype;
		v = (struct py_value){.type = PY_ARRAY, .u.array = a};
	}
	return numpy_dtype_arg(c, 1, dtype, &dtype) < 0
		       ? -1
		       : numpy_as_dtype(c, &v, dtype, c->ret);
}

/* asarray() of an array is that array. */
static int call_asarray(struct py_call *c)
{
	if (c->arg[0].type == PY_ARRAY && py_is_none(c, 1))
		return py_result(c, c->arg[0]);
	return call_array(c);
}

static int filled(struct py_call *c, const struct py_value *v,
	enum py_dtype dtype, size_t dtype_arg)
{
	struct py_array *a;
	size_t n;

	if (count_arg(c, 0, &n) < 0 ||
		numpy_dtype_arg(c, dtype_arg, dtype, &dtype) < 0 ||
		new_result(c, n, dtype, &a) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (numpy_put(c->run, c->at, a, i, v) < 0)
			return -1;
	return 0;
}

/* zeros and ones. */
static int call_all(struct py_call *c)
{
	struct py_value each = py_int(c->fn->what);

	return filled(c, &each, PY_FLOATS, 1);
}

static int call_full(struct py_call *c)
{
	double x;

	return py_float_arg(c, 1, &x) < 0
		       ? -1
		       : filled(c, &c->arg[1], numpy_dtype_of(&c->arg[1]), 2);
}

/* full_like(a, x), zeros_like(a), ones_like(a). */
static int call_like(struct py_call *c)
{
	struct py_value x = py_int(c->fn->name[0] == 'o');
	size_t dtype_arg = c->fn->name[0] == 'f' ? 2 : 1;
	struct py_array *a;
	enum py_dtype dtype;
	double ignored;

	if (dtype_arg == 2) {
		if (py_float_arg(c, 1, &ignored) < 0)
			return -1;
		x = c->arg[1];
	}
	if (array_arg(c, 0, &a) < 0 ||
		numpy_dtype_arg(c, dtype_arg, a->dtype, &dtype) < 0)
		return -1;
	if (py_is_number(&c->arg[0]))
		return numpy_as_dtype(c, &x, dtype, c->ret);
	if (new_result(c, a->n, dtype, &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		if (numpy_put(c->run, c->at, a, i, &x) < 0)
			return -1;
	return 0;
}

/* PART[0..N) one behind the other. */
static int join(struct py_call *c, const struct py_value *part, size_t n)
{
	enum py_dtype dtype = PY_BOOLS;
	struct py_array *one, *all;
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (numpy_array_of(c->run, c->at, &part[i], &one) < 0)
			return -1;
		dtype = one->dtype > dtype ? one->dtype : dtype;
		len += one->n;
	}
	if (new_result(c, len, n ? dtype : PY_FLOATS, &all) < 0)
		return -1;
	len = 0;
	for (size_t i = 0; i < n; i++) {
		if (numpy_array_of(c->run, c->at, &part[i], &one) < 0)
			return -1;
		if (one->n)
			memcpy(all->item + len, one->item,
				one->n * sizeof(double));
		len += one->n;
	}
	return 0;
}

static int call_concatenate(struct py_call *c)
{
	struct py_value all;

	if (py_list_of(c->run, c->at, &c->arg[0], PY_LIST, &all) < 0)
		return -1;
	return join(c, all.u.list->item, all.u.list->n);
}

static int call_append(struct py_call *c)
{
	return join(c, c->arg, 2);
}

/* --- choosing ------------------------------------------------------------- */

/* where(c, a, b); where(c) gives the places. */
static int call_where(struct py_call *c)
{
	struct py_array *yes, *a, *b, *out;
	size_t n;

	if (!py_given(c, 1))
		return py_raise(c->run, c->at,
			"where() of one; expected a condition and two values");
	if (py_is_number(&c->arg[0]) && py_is_number(&c->arg[1]) &&
		py_is_number(&c->arg[2])) {
		int first = py_truth(c->run, c->at, &c->arg[0]);
		enum py_dtype da = numpy_dtype_of(&c->arg[1]);
		enum py_dtype db = numpy_dtype_of(&c->arg[2]);
		return first < 0 ? -1
				 : numpy_as_dtype(c, &c->arg[first ? 1 : 2],
					   da > db ? da : db, c->ret);
	}
	if (array_arg(c, 0, &yes) < 0 || array_arg(c, 1, &a) < 0 ||
		array_arg(c, 2, &b) < 0 ||
		numpy_broadcast(c->run, c->at, yes, a, &n) < 0 ||
		numpy_broadcast(c->run, c->at, yes, b, &n) < 0 ||
		numpy_broadcast(c->run, c->at, a, b, &n) < 0)
		return -1;
	n = yes->n == 1 ? n : yes->n;
	if (new_result(c, n, a->dtype > b->dtype ? a->dtype : b->dtype, &out) <
		0)
		return -1;
	for (size_t i = 0; i < n; i++)
		out->item[i] = yes->item[yes->n == 1 ? 0 : i] != 0
				       ? a->item[a->n == 1 ? 0 : i]
				       : b->item[b->n == 1 ? 0 : i];
	return 0;
}

/* CHOICE where the first condition holds, of select() and piecewise(). */
static int choose(struct py_call *c, const struct py_value *x,
	const struct py_value *choice, struct py_value *ret)
{
	struct py_arg arg = {.value = *x};

	*ret = *choice;
	if (choice->type != PY_FUNCTION && choice->type != PY_NATIVE)
		return 0;
	return py_invoke(c->run, c->at, choice, &arg, 1, ret);
}

/* select([conditions], [values], default) of numbers. */
static int call_select(struct py_call *c)
{
	struct py_value tests, values;

	if (c->arg[0].type != PY_LIST && c->arg[0].type != PY_TUPLE)
		return call_where(c); /* lax.select(c, a, b) */
	if (py_list_of(c->run, c->at, &c->arg[0], PY_LIST, &tests) < 0 ||
		py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &values) < 0)
		return -1;
	if (tests.u.list->n != values.u.list->n)
		return py_raise(c->run, c->at, "%zu conditions for %zu values",
			tests.u.list->n, values.u.list->n);
	*c->ret = py_given(c, 2) ? c->arg[2] : numpy_number(0, PY_INTS);
	/* The last first, so that the first that holds wins. */
	for (size_t i = tests.u.list->n; i-- > 0;) {
		struct py_value arg[3] = {
			tests.u.list->item[i], values.u.list->item[i], *c->ret};
		struct py_call one = *c;
		one.arg = arg;
		one.narg = 3;
		if (call_where(&one) < 0)
			return -1;
	}
	return 0;
}

/* piecewise(x, [conditions], [functions or values]) of a number. */
static int call_piecewise(struct py_call *c)
{
	struct py_value x = c->arg[0], tests, values, v = py_int(0);
	enum py_dtype dtype = numpy_dtype_of(&x);
	size_t i = 0;
	int yes = 0;

	if (!py_is_number(&x))
		return py_raise_arg(c, 0, "a number");
	if (py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &tests) < 0 ||
		py_list_of(c->run, c->at, &c->arg[2], PY_LIST, &values) < 0)
		return -1;
	x.np = true;
	/* numpy takes the last condition that holds. */
	for (i = tests.u.list->n; i-- > 0 && !yes;) {
		yes = py_truth(c->run, c->at, &tests.u.list->item[i]);
		if (yes < 0)
			return -1;
		if (yes && i < values.u.list->n &&
			choose(c, &x, &values.u.list->item[i], &v) < 0)
			return -1;
	}
	if (!yes && values.u.list->n > tests.u.list->n &&
		choose(c, &x, &values.u.list->item[tests.u.list->n], &v) < 0)
		return -1;
	/* The result has the type of x. */
	return numpy_as_dtype(c, &v, dtype, c->ret);
}

/* cond(c, f, g, *operands): only one of them is called. */
static int call_cond(struct py_call *c)
{
	int yes = py_truth(c->run, c->at, &c->arg[0]);
	size_t n = c->narg > 3 ? c->narg - 3 : 0;
	struct py_arg *arg = py_alloc(c->run, (n + 1) * sizeof(*arg));

	if (yes < 0 || !arg)
		return -1;
	for (size_t i = 0; i < n && py_given(c, i + 3); i++)
		arg[i].value = c->arg[i + 3];
	while (n > 0 && !py_given(c, n + 2))
		n--;
	return py_invoke(c->run, c->at, &c->arg[yes ? 1 : 2], arg, n, c->ret);
}

/* --- tables --------------------------------------------------------------- */

static bool rises(const struct py_array *a)
{
	for (size_t i = 1; i < a->n; i++)
		if (!(a->item[i - 1] <= a->item[i]))
			return false;
	return true;
}

/* How many of A, which rises, are less than X (or as much, where RIGHT). */
static size_t place_of(const struct py_array *a, double x, bool right)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (a->item[mid] < x || (right && a->item[mid] == x))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The places of X's numbers in A. */
static int places(struct py_call *c, const struct py_value *x,
	const struct py_array *a, bool right)
{
	struct py_array *from, *out;

	if (!rises(a))
		return py_raise(c->run, c->at,
			"%s() of what does not rise; expected it sorted",
			c->fn->name);
	if (numpy_array_of(c->run, c->at, x, &from) < 0 ||
		new_result(c, from->n, PY_INTS, &out) < 0)
		return -1;
	for (size_t i = 0; i < from->n; i++)
		out->item[i] = (double)place_of(a, from->item[i], right);
	if (py_is_number(x))
		*c->ret = numpy_number(out->item[0], PY_INTS);
	return 0;
}

static int call_searchsorted(struct py_call *c)
{
	struct py_array *a;
	bool right = c->arg[2].type == PY_STR &&
		     py_str_is(c->arg[2].u.str, "right", 5);

	right = right || (py_given(c, 3) && py_true(&c->arg[3]));
	return array_arg(c, 0, &a) < 0 ? -1 : places(c, &c->arg[1], a, right);
}

/* take(a, i): an index past its end is an error, as in numpy. */
static int call_take(struct py_call *c)
{
	struct py_array *a;
	size_t i;

	if (array_arg(c, 0, &a) < 0)
		return -1;
	if (c->arg[1].type == PY_ARRAY || c->arg[1].type == PY_LIST)
		return numpy_pick(c->run, c->at, a, &c->arg[1], c->ret);
	if (py_index_of(c->run, c->at, &c->arg[1], (long long)a->n, &i) < 0)
		return -1;
	return py_result(c, py_array_item(a, i));
}

static int call_digitize(struct py_call *c)
{
	struct py_array *a;
	bool right = py_given(c, 2) && py_true(&c->arg[2]);

	return array_arg(c, 1, &a) < 0 ? -1 : places(c, &c->arg[0], a, !right);
}

/* As numpy: the slope between the neighbours; flat outside. */
static double interpolate(
	double x, const struct py_array *xp, const struct py_array *fp)
{
	const double *p = xp->item, *f = fp->item;
	size_t n = xp->n, j = place_of(xp, x, true);
	double slope, y;

	if (j == 0)
		return f[0];
	j--;
	if (j + 1 == n || p[j] == x)
		return f[j];
	slope = (f[j + 1] - f[j]) / (p[j + 1] - p[j]);
	y = slope * (x - p[j]) + f[j];
	if (isnan(y))
		y = slope * (x - p[j + 1]) + f[j + 1];
	return isnan(y) && f[j] == f[j + 1] ? f[j] : y;
}

static int call_interp(struct py_call *c)
{
	struct py_array *x, *xp, *fp, *out;
	double left, right;

	if (array_arg(c, 0, &x) < 0 || array_arg(c, 1, &xp) < 0 ||
		array_arg(c, 2, &fp) < 0)
		return -1;
	if (xp->n == 0 || xp->n != fp->n)
		return py_raise(c->run, c->at,
			"interp() of %zu places and %zu values; expected as "
			"many",
			xp->n, fp->n);
	if (!rises(xp))
		return py_raise(c->run, c->at,
			"interp() of places that do not rise; expected them "
			"sorted");
	left = fp->item[0];
	right = fp->item[fp->n - 1];
	if ((!py_is_none(c, 3) && py_float_arg(c, 3, &left) < 0) ||
		(!py_is_none(c, 4) && py_float_arg(c, 4, &right) < 0) ||
		new_result(c, x->n, PY_FLOATS, &out) < 0)
		return -1;
	for (size_t i = 0; i < x->n; i++) {
		double v = x->item[i];
		out->item[i] = isnan(v)          ? v
			       : v < xp->item[0] ? left
			       : v > xp->item[xp->n - 1]
				       ? right
				       : interpolate(v, xp, fp);
	}
	if (py_is_number(&c->arg[0]))
		*c->ret = numpy_number(out->item[0], PY_FLOATS);
	return 0;
}

static int call_polyval(struct py_call *c)
{
	struct py_array *p;
	double x, y = 0;

	if (array_arg(c, 0, &p) < 0 || py_float_arg(c, 1, &x) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		y = y * x + p->item[i];
	return numpy_number_result(c, y, PY_FLOATS);
}

/* --- in another order ----------------------------------------------------- */

static int call_diff(struct py_call *c)
{
	struct py_array *a, *out;

	if ((py_given(c, 1) && c->arg[1].u.i != 1) || array_arg(c, 0, &a) < 0 ||
		a->dtype == PY_BOOLS)
		return py_raise_arg(c, 0, "numbers, and no order but 1");
	if (new_result(c, a->n ? a->n - 1 : 0, a->dtype, &out) < 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		out->item[i] = a->item[i + 1] - a->item[i];
	return 0;
}

static int call_flip(struct py_call *c)
{
	struct py_array *a;

	if (array_arg(c, 0, &a) < 0)
		return -1;
	a->item += a->n ? a->n - 1 : 0;
	a->stride = -1;
	return numpy_array_result(c, a);
}

static int call_repeat(struct py_call *c)
{
	struct py_array *a, *times, *out;
	size_t n = 0, k = 0;

	if (array_arg(c, 0, &a) < 0 || array_arg(c, 1, &times) < 0)
		return -1;
	if (times->dtype != PY_INTS || (times->n != 1 && times->n != a->n))
		return py_raise_arg(c, 1, "how often, for each");
	for (size_t i = 0; i < a->n && n <= PY_ITEMS_MAX; i++) {
		double m = times->item[times->n == 1 ? 0 : i];
		n += m < 0 || m > PY_ITEMS_MAX ? PY_ITEMS_MAX + 1 : (size_t)m;
	}
	if (new_result(c, n, a->dtype, &out) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		size_t m = (size_t)times->item[times->n == 1 ? 0 : i];
		for (; m > 0; m--)
			out->item[k++] = a->item[i];
	}
	return 0;
}

static int call_tile(struct py_call *c)
{
	struct py_array *a, *out;
	size_t times;

	if (array_arg(c, 0, &a) < 0 || count_arg(c, 1, &times) < 0)
		return -1;
	if (times > PY_ITEMS_MAX)
		times = PY_ITEMS_MAX + 1;
	if (new_result(c, a->n * times, a->dtype, &out) < 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		out->item[i] = a->item[i % a->n];
	return 0;
}

/* --- methods -------------------------------------------------------------- */

static int array_tolist(struct py_call *c)
{
	if (py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < c->ret->u.list->n; i++)
		c->ret->u.list->item[i].np = false;
	return 0;
}

static int array_astype(struct py_call *c)
{
	enum py_dtype dtype;

	return numpy_dtype_arg(c, 1, PY_FLOATS, &dtype) < 0
		       ? -1
		       : numpy_as_dtype(c, &c->arg[0], dtype, c->ret);
}

static int array_getitem(struct py_call *c)
{
	const struct py_array *a = c->arg[0].u.array;
	size_t k;

	if (py_index_of(c->run, c->at, &c->arg[1], (long long)a->n, &k) < 0)
		return -1;
	return py_nth(c->run, &c->arg[0], k, c->ret);
}

static int array_item(struct py_call *c)
{
	if (c->arg[0].u.array->n != 1)
		return py_raise(c->run, c->at,
			"item() of %zu items; expected one",
			c->arg[0].u.array->n);
	*c->ret = py_array_item(c->arg[0].u.array, 0);
	c->ret->np = false;
	return 0;
}

static int array_fill(struct py_call *c)
{
	*c->ret = py_none();
	return numpy_fill(c->run, c->at, &c->arg[0], &c->arg[1]);
}

static int array_same(struct py_call *c)
{
	return py_result(c, c->arg[0]);
}

static const struct py_native functions[] = {
	{"append", 2, 2, "arr values", call_append, {NULL}},
	{"arange", 1, 4, "start stop step dtype", call_arange, {NULL}},
	{"array", 1, 2, "object dtype", call_array, {NULL}},
	{"as_tensor", 1, 3, "data dtype device", call_array, {NULL}},
	{"asarray", 1, 2, "a dtype", call_asarray, {NULL}},
	{"astype", 2, 2, "x dtype", array_astype, {NULL}},
	{"concat", 1, 2, "values axis", call_concatenate, {NULL}},
	{"concatenate", 1, 2, "arrays axis", call_concatenate, {NULL}},
	{"cond", 3, 8, "pred true_fn false_fn", call_cond, {NULL}},
	{"diff", 1, 2, "a n", call_diff, {NULL}},
	{"digitize", 2, 3, "x bins right", call_digitize, {NULL}},
	{"flip", 1, 1, "m", call_flip, {NULL}},
	{"full", 2, 3, "shape fill_value dtype", call_full, {NULL}},
	{"full_like", 2, 3, "a fill_value dtype", call_like, {NULL}},
	{"geomspace", 2, 5, "start stop num endpoint dtype", call_geomspace,
		{NULL}},
	{"hstack", 1, 1, "tup", call_concatenate, {NULL}},
	{"interp", 3, 5, "x xp fp left right", call_interp, {NULL}},
	{"linspace", 2, 5, "start stop num endpoint dtype", call_linspace,
		{NULL}},
	{"logspace", 2, 6, "start stop num endpoint base dtype", call_logspace,
		{NULL}},
	{"ones", 1, 2, "shape dtype", call_all, {.what = 1}},
	{"ones_like", 1, 2, "a dtype", call_like, {NULL}},
	{"piecewise", 3, 3, "x condlist funclist", call_piecewise, {NULL}},
	{"polyval", 2, 2, "p x", call_polyval, {NULL}},
	{"repeat", 2, 2, "a repeats", call_repeat, {NULL}},
	{"searchsorted", 2, 4, "a v side right", call_searchsorted, {NULL}},
	{"select", 2, 3, "condlist choicelist default", call_select, {NULL}},
	{"take", 2, 3, "a indices axis", call_take, {NULL}},
	{"tensor", 1, 3, "data dtype device", call_array, {NULL}},
	{"tile", 2, 2, "A reps", call_tile, {NULL}},
	{"where", 1, 3, "condition x y", call_where, {NULL}},
	{"zeros", 1, 2, "shape dtype", call_all, {.what = 0}},
	{"zeros_like", 1, 2, "a dtype", call_like, {NULL}},
};

static const struct py_native methods[] = {
	{"__getitem__", 2, 2, "", array_getitem, {NULL}},
	{"astype", 2, 2, "x dtype", array_astype, {NULL}},
	{"clip", 1, 3, "self min max", numpy_clip, {NULL}},
	{"copy", 1, 1, "", call_array, {NULL}},
	{"cpu", 1, 1, "", array_same, {NULL}},
	{"fill", 2, 2, "", array_fill, {NULL}},
	{"flatten", 1, 1, "", call_array, {NULL}},
	{"item", 1, 1, "", array_item, {NULL}},
	{"numpy", 1, 1, "", array_same, {NULL}},
	{"ravel", 1, 1, "", array_same, {NULL}},
	{"tolist", 1, 1, "", array_tolist, {NULL}},
};

static const struct py_native *find(const char *name, size_t n, bool is_numpy)
{
	const struct py_native *fn =
		py_native_find(functions, ARRAY_SIZE(functions), name, n);

	if (!fn)
		fn = numpy_reduce_find(name, n);
	return fn ? fn : numpy_ufunc_find(name, n, is_numpy);
}

const struct py_arrays numpy_arrays = {.find = find,
	.operate = numpy_operate,
	.operate_items = numpy_of_arrays,
	.unary = numpy_unary,
	.set = numpy_set,
	.fill = numpy_fill,
	.change = numpy_change,
	.pick = numpy_pick,
	.method = methods,
	.nmethod = ARRAY_SIZE(methods)};

const struct py_host numpy_host = {.arrays = &numpy_arrays};
