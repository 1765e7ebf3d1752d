/* SPDX-License-Identifier: MIT */
/*
 * What numpy computes item by item (NumPy 1.24, universal functions), and what
 * jax.numpy, torch and tensorflow call by the same names and mean alike.  A
 * number gives a number, an array an array; nothing raises for its domain.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/order.h"
#include "base/str.h"
#include "numpy/numpy_impl.h"

/* --- types ---------------------------------------------------------------- */

/* Names of types, Python's and numpy's, and what they are here. */
static const struct {
	const char *name;
	enum py_dtype dtype;
} dtypes[] = {
	{"bool", PY_BOOLS},
	{"bool_", PY_BOOLS},
	{"int", PY_INTS},
	{"int_", PY_INTS},
	{"int32", PY_INTS},
	{"int64", PY_INTS},
	{"i4", PY_INTS},
	{"i8", PY_INTS},
	{"long", PY_INTS},
	{"float", PY_FLOATS},
	{"float_", PY_FLOATS},
	{"float64", PY_FLOATS},
	{"double", PY_FLOATS},
	{"f8", PY_FLOATS},
	{"d", PY_FLOATS},
	/* Whose numbers are taken as exact. */
	{"float32", PY_FLOATS},
	{"single", PY_FLOATS},
	{"f4", PY_FLOATS},
	{"floatx", PY_FLOATS},
};

int numpy_dtype_arg(
	struct py_call *c, size_t i, enum py_dtype other, enum py_dtype *ret)
{
	const struct py_value *v = &c->arg[i];
	const char *name = NULL;
	size_t n = 0;

	*ret = other;
	if (i >= c->narg || v->type == PY_UNBOUND || v->type == PY_NONE)
		return 0;
	if (v->type == PY_NATIVE) {
		name = v->u.native->name;
		n = strlen(name);
	} else if (v->type == PY_STR) {
		name = v->u.str->s;
		n = v->u.str->n;
	} else if (v->type == PY_UNKNOWN) {
		/* x.dtype, self.dtype: of numbers, most often. */
		name = v->u.unknown->path.s;
		n = v->u.unknown->path.n;
		if (str_ends_in(name, n, "dtype"))
			return 0;
	}
	for (size_t k = 0; name && k < ARRAY_SIZE(dtypes); k++)
		if (str_is(name, n, dtypes[k].name)) {
			*ret = dtypes[k].dtype;
			return 0;
		}
	return py_raise_arg(c, i, "a type such as int or float64");
}

int numpy_as_dtype(struct py_call *c, const struct py_value *v,
	enum py_dtype dtype, struct py_value *ret)
{
	struct py_array *a;
	struct py_value array, x;

	if (py_is_number(v)) {
		double f = py_number(v);

		x = *v;
		if (dtype == PY_INTS && v->type == PY_FLOAT &&
			py_int_of(c->run, c->at, trunc(f), &x) < 0)
			return -1;
		if (dtype == PY_INTS)
			x.type = PY_INT;
		x.np = true;
		*ret = dtype == PY_INTS ? x : numpy_number(f, dtype);
		return 0;
	}
	if (numpy_array_of(c->run, c->at, v, &a) < 0 ||
		py_new_array(c->run, c->at, a->n, dtype, &array) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		x = py_array_item(a, i);
		if (numpy_put(c->run, c->at, array.u.array, i, &x) < 0)
			return -1;
	}
	*ret = array;
	return 0;
}

static int call_type(struct py_call *c)
{
	return numpy_as_dtype(
		c, &c->arg[0], (enum py_dtype)c->fn->what, c->ret);
}

/* Rounded once: what is computed with it is so in 64 bits. */
static int call_float32(struct py_call *c)
{
	struct py_array *a;

	if (numpy_as_dtype(c, &c->arg[0], PY_FLOATS, c->ret) < 0)
		return -1;
	if (c->ret->type == PY_FLOAT) {
		c->ret->u.f = (float)c->ret->u.f;
		return 0;
	}
	a = c->ret->u.array;
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = (float)a->item[i];
	return 0;
}

static int call_float16(struct py_call *c)
{
	return py_raise(c->run, c->at,
		"numbers of 16 bits; expected float64, or float32");
}

/* cast(x, dtype), constant(x, dtype): x as a number of numpy's. */
static int call_cast(struct py_call *c)
{
	enum py_dtype dtype, own = numpy_dtype_of(&c->arg[0]);

	if (c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (c->arg[0].type == PY_LIST || c->arg[0].type == PY_TUPLE)
		own = PY_FLOATS;
	return numpy_dtype_arg(c, 1, own, &dtype) < 0
		       ? -1
		       : numpy_as_dtype(c, &c->arg[0], dtype, c->ret);
}

/* --- of one --------------------------------------------------------------- */

/* FN of every number of arg[0], of DTYPE then. */
static int map(struct py_call *c, double (*fn)(double), enum py_dtype dtype)
{
	struct py_array *a;
	struct py_value array;

	if (py_is_number(&c->arg[0])) {
		*c->ret = numpy_number(fn(py_number(&c->arg[0])), dtype);
		return 0;
	}
	if (numpy_array_of(c->run, c->at, &c->arg[0], &a) < 0 ||
		py_new_array(c->run, c->at, a->n, dtype, &array) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		array.u.array->item[i] = dtype == PY_INTS
						 ? trunc(fn(a->item[i]))
						 : fn(a->item[i]);
	*c->ret = array;
	return 0;
}

/* The type of arg[0]'s numbers. */
static int dtype_of_arg(struct py_call *c, enum py_dtype *ret)
{
	struct py_array *a;

	*ret = numpy_dtype_of(&c->arg[0]);
	if (py_is_number(&c->arg[0]) || c->arg[0].type == PY_ARRAY)
		return 0;
	if (numpy_array_of(c->run, c->at, &c->arg[0], &a) < 0)
		return -1;
	*ret = a->dtype;
	return 0;
}

static int call_floats(struct py_call *c)
{
	return map(c, c->fn->math, PY_FLOATS);
}

static int call_same(struct py_call *c)
{
	enum py_dtype dtype;

	return dtype_of_arg(c, &dtype) < 0 ? -1 : map(c, c->fn->math, dtype);
}

static int call_tests(struct py_call *c)
{
	return map(c, c->fn->math, PY_BOOLS);
}

static double sign(double x)
{
	return isnan(x) ? x : ORDER_OF(x, 0);
}

static double square(double x)
{
	return x * x;
}

static double negative(double x)
{
	return -x;
}

static double positive(double x)
{
	return x;
}

static double reciprocal(double x)
{
	return 1 / x;
}

static double degrees(double x)
{
	return x * (180.0 / 3.14159265358979323846);
}

static double radians(double x)
{
	return x * (3.14159265358979323846 / 180.0);
}

static double rsqrt(double x)
{
	return 1 / sqrt(x);
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static double relu(double x)
{
	return x > 0 ? x : 0;
}

static double is_nan(double x)
{
	return isnan(x);
}

static double is_inf(double x)
{
	return isinf(x);
}

static double is_finite(double x)
{
	return isfinite(x);
}

static double not_true(double x)
{
	return x == 0;
}

static int call_round(struct py_call *c)
{
	struct py_array *a;
	enum py_dtype dtype;
	int64_t digits = 0;

	if ((py_given(c, 1) && py_int_arg(c, 1, &digits) < 0) ||
		dtype_of_arg(c, &dtype) < 0)
		return -1;
	if (dtype == PY_INTS && digits >= 0)
		return map(c, positive, dtype);
	if (dtype != PY_FLOATS)
		return py_raise_arg(c, 0, "floats");
	if (py_is_number(&c->arg[0])) {
		*c->ret = numpy_number(
			py_round_scaled(c->arg[0].u.f, digits), dtype);
		return 0;
	}
	if (numpy_array_of(c->run, c->at, &c->arg[0], &a) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		a->item[i] = py_round_scaled(a->item[i], digits);
	*c->ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return 0;
}

/* --- of two --------------------------------------------------------------- */

/* V with numpy's rules. */
static struct py_value as_np(const struct py_value *v)
{
	struct py_value own = *v;

	own.np = py_is_number(v);
	return own;
}

static bool is_numeric(const struct py_value *v)
{
	return py_is_number(v) || v->type == PY_ARRAY || v->type == PY_UNKNOWN;
}

/* What a list stands for beside an array. */
static int numeric(struct py_call *c, size_t i, struct py_value *ret)
{
	struct py_array *a;

	*ret = as_np(&c->arg[i]);
	if (is_numeric(ret))
		return 0;
	if (numpy_array_of(c->run, c->at, &c->arg[i], &a) < 0)
		return -1;
	*ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return 0;
}

static int call_operator(struct py_call *c)
{
	const enum py_op op = (enum py_op)c->fn->what;
	struct py_value a, b;

	/* torch.div and its kin of ints, which is their own matter */
	return numeric(c, 0, &a) < 0 || numeric(c, 1, &b) < 0
		       ? -1
		       : py_operate(c->run, c->at, op, &a, &b, c->ret);
}

/*
 * PICK of each pair of A's and B's numbers; KEEP: of the wider type of both,
 * else floats.
 */
static int pairs(struct py_call *c, const struct py_value *a,
	const struct py_value *b, double (*pick)(double, double), bool keep,
	struct py_value *ret)
{
	struct py_array *x, *y;
	struct py_value array;
	enum py_dtype dtype = PY_FLOATS;
	size_t n;

	if (py_is_number(a) && py_is_number(b)) {
		if (keep && numpy_dtype_of(a) < PY_FLOATS &&
			numpy_dtype_of(b) < PY_FLOATS)
			dtype = PY_INTS;
		*ret = numpy_number(pick(py_number(a), py_number(b)), dtype);
		return 0;
	}
	if (numpy_array_of(c->run, c->at, a, &x) < 0 ||
		numpy_array_of(c->run, c->at, b, &y) < 0 ||
		numpy_broadcast(c->run, c->at, x, y, &n) < 0)
		return -1;
	if (keep)
		dtype = x->dtype > y->dtype ? x->dtype : y->dtype;
	if (py_new_array(c->run, c->at, n, dtype, &array) < 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		array.u.array->item[k] = pick(
			x->item[x->n == 1 ? 0 : k], y->item[y->n == 1 ? 0 : k]);
	*ret = array;
	return 0;
}

double numpy_smaller(double a, double b)
{
	return isnan(a) || a < b ? a : b;
}

double numpy_larger(double a, double b)
{
	return isnan(a) || a > b ? a : b;
}

static double either(double a, double b)
{
	return a != 0 || b != 0;
}

static double both(double a, double b)
{
	return a != 0 && b != 0;
}

/* Floats of both. */
static int call_pairs(struct py_call *c)
{
	return pairs(c, &c->arg[0], &c->arg[1], c->fn->math2, false, c->ret);
}

/* One of both, of its type. */
static int call_picked(struct py_call *c)
{
	return pairs(c, &c->arg[0], &c->arg[1], c->fn->math2, true, c->ret);
}

static int call_logical(struct py_call *c)
{
	struct py_value x;

	return pairs(c, &c->arg[0], &c->arg[1], c->fn->math2, false, &x) < 0
		       ? -1
		       : numpy_as_dtype(c, &x, PY_BOOLS, c->ret);
}

/* Between arg[1] and arg[2], either of which may be absent or None. */
int numpy_clip(struct py_call *c)
{
	struct py_value x = as_np(&c->arg[0]), next;

	for (size_t i = 1; i <= 2; i++) {
		/* torch and jax call them min and max */
		size_t k = py_is_none(c, i) ? i + 2 : i;
		if (py_is_none(c, k))
			continue;
		if (pairs(c, &x, &c->arg[k],
			    i == 1 ? numpy_larger : numpy_smaller, true,
			    &next) < 0)
			return -1;
		x = next;
	}
	*c->ret = x;
	return is_numeric(&x) ? 0 : py_raise_arg(c, 0, "a number");
}

/* --- the table ------------------------------------------------------------ */

static const struct py_native functions[] = {
	{"acos", 1, 1, "x", call_floats, {acos}},
	{"arccos", 1, 1, "x", call_floats, {acos}},
	{"arccosh", 1, 1, "x", call_floats, {acosh}},
	{"arcsin", 1, 1, "x", call_floats, {asin}},
	{"arcsinh", 1, 1, "x", call_floats, {asinh}},
	{"arctan", 1, 1, "x", call_floats, {atan}},
	{"arctanh", 1, 1, "x", call_floats, {atanh}},
	{"asin", 1, 1, "x", call_floats, {asin}},
	{"atan", 1, 1, "x", call_floats, {atan}},
	{"cbrt", 1, 1, "x", call_floats, {cbrt}},
	{"ceil", 1, 1, "x", call_floats, {ceil}},
	{"cos", 1, 1, "x", call_floats, {cos}},
	{"cosh", 1, 1, "x", call_floats, {cosh}},
	{"deg2rad", 1, 1, "x", call_floats, {radians}},
	{"degrees", 1, 1, "x", call_floats, {degrees}},
	{"exp", 1, 1, "x", call_floats, {exp}},
	{"exp2", 1, 1, "x", call_floats, {exp2}},
	{"expm1", 1, 1, "x", call_floats, {expm1}},
	{"fabs", 1, 1, "x", call_floats, {fabs}},
	{"floor", 1, 1, "x", call_floats, {floor}},
	{"log", 1, 1, "x", call_floats, {log}},
	{"log10", 1, 1, "x", call_floats, {log10}},
	{"log1p", 1, 1, "x", call_floats, {log1p}},
	{"log2", 1, 1, "x", call_floats, {log2}},
	{"rad2deg", 1, 1, "x", call_floats, {degrees}},
	{"radians", 1, 1, "x", call_floats, {radians}},
	{"rint", 1, 1, "x", call_floats, {rint}},
	{"rsqrt", 1, 1, "x", call_floats, {rsqrt}},
	{"sigmoid", 1, 1, "x", call_floats, {sigmoid}},
	{"sin", 1, 1, "x", call_floats, {sin}},
	{"sinh", 1, 1, "x", call_floats, {sinh}},
	{"sqrt", 1, 1, "x", call_floats, {sqrt}},
	{"tan", 1, 1, "x", call_floats, {tan}},
	{"tanh", 1, 1, "x", call_floats, {tanh}},
	{"trunc", 1, 1, "x", call_floats, {trunc}},
	{"abs", 1, 1, "x", call_same, {fabs}},
	{"absolute", 1, 1, "x", call_same, {fabs}},
	{"negative", 1, 1, "x", call_same, {negative}},
	{"positive", 1, 1, "x", call_same, {positive}},
	{"reciprocal", 1, 1, "x", call_same, {reciprocal}},
	{"relu", 1, 1, "x", call_same, {relu}},
	{"sign", 1, 1, "x", call_same, {sign}},
	{"square", 1, 1, "x", call_same, {square}},
	{"stop_gradient", 1, 1, "x", call_same, {positive}},
	{"isfinite", 1, 1, "x", call_tests, {is_finite}},
	{"isinf", 1, 1, "x", call_tests, {is_inf}},
	{"isnan", 1, 1, "x", call_tests, {is_nan}},
	{"logical_not", 1, 1, "x", call_tests, {not_true}},
	{"bool_", 1, 1, "", call_type, {.what = PY_BOOLS}},
	{"double", 1, 1, "", call_type, {.what = PY_FLOATS}},
	{"float32", 1, 1, "", call_type, {.what = PY_FLOATS}},
	{"float64", 1, 1, "", call_type, {.what = PY_FLOATS}},
	{"int32", 1, 1, "", call_type, {.what = PY_INTS}},
	{"int64", 1, 1, "", call_type, {.what = PY_INTS}},
	{"int_", 1, 1, "", call_type, {.what = PY_INTS}},
	{"long", 1, 1, "", call_type, {.what = PY_INTS}},
	{"cast", 2, 2, "x dtype", call_cast, {NULL}},
	{"clamp", 1, 3, "input min max", numpy_clip, {NULL}},
	{"clip", 1, 5, "a a_min a_max min max", numpy_clip, {NULL}},
	{"clip_by_value", 3, 3, "t clip_value_min clip_value_max", numpy_clip,
		{NULL}},
	{"constant", 1, 3, "value dtype shape", call_cast, {NULL}},
	{"convert_to_tensor", 1, 3, "value dtype name", call_cast, {NULL}},
	{"get_value", 1, 1, "", call_cast, {NULL}},
	{"round", 1, 2, "a decimals", call_round, {NULL}},
	{"round_", 1, 2, "a decimals", call_round, {NULL}},
	{"around", 1, 2, "a decimals", call_round, {NULL}},
	{"add", 2, 2, "", call_operator, {.what = PY_ADD}},
	{"div", 2, 2, "", call_operator, {.what = PY_DIV}},
	{"divide", 2, 2, "", call_operator, {.what = PY_DIV}},
	{"equal", 2, 2, "", call_operator, {.what = PY_EQ}},
	{"floor_divide", 2, 2, "", call_operator, {.what = PY_FLOOR_DIV}},
	{"floordiv", 2, 2, "", call_operator, {.what = PY_FLOOR_DIV}},
	{"floormod", 2, 2, "", call_operator, {.what = PY_MOD}},
	{"greater", 2, 2, "", call_operator, {.what = PY_GT}},
	{"greater_equal", 2, 2, "", call_operator, {.what = PY_GE}},
	{"less", 2, 2, "", call_operator, {.what = PY_LT}},
	{"less_equal", 2, 2, "", call_operator, {.what = PY_LE}},
	{"mod", 2, 2, "", call_operator, {.what = PY_MOD}},
	{"mul", 2, 2, "", call_operator, {.what = PY_MUL}},
	{"multiply", 2, 2, "", call_operator, {.what = PY_MUL}},
	{"not_equal", 2, 2, "", call_operator, {.what = PY_NE}},
	{"pow", 2, 2, "", call_operator, {.what = PY_POW}},
	{"power", 2, 2, "", call_operator, {.what = PY_POW}},
	{"remainder", 2, 2, "", call_operator, {.what = PY_MOD}},
	{"sub", 2, 2, "", call_operator, {.what = PY_SUB}},
	{"subtract", 2, 2, "", call_operator, {.what = PY_SUB}},
	{"true_divide", 2, 2, "", call_operator, {.what = PY_DIV}},
	{"truediv", 2, 2, "", call_operator, {.what = PY_DIV}},
	{"arctan2", 2, 2, "", call_pairs, {.math2 = atan2}},
	{"copysign", 2, 2, "", call_pairs, {.math2 = copysign}},
	{"float_power", 2, 2, "", call_pairs, {.math2 = pow}},
	{"fmax", 2, 2, "", call_picked, {.math2 = fmax}},
	{"fmin", 2, 2, "", call_picked, {.math2 = fmin}},
	{"fmod", 2, 2, "", call_picked, {.math2 = fmod}},
	{"hypot", 2, 2, "", call_pairs, {.math2 = hypot}},
	{"logical_and", 2, 2, "", call_logical, {.math2 = both}},
	{"logical_or", 2, 2, "", call_logical, {.math2 = either}},
	{"maximum", 2, 2, "", call_picked, {.math2 = numpy_larger}},
	{"minimum", 2, 2, "", call_picked, {.math2 = numpy_smaller}},
};

/* numpy's own names that the others do not mean so. */
static const struct py_native numpy[] = {
	{"float16", 1, 1, "", call_float16, {NULL}},
	{"float32", 1, 1, "", call_float32, {NULL}},
	{"single", 1, 1, "", call_float32, {NULL}},
};

const struct py_native *numpy_ufunc_find(
	const char *name, size_t n, bool is_numpy)
{
	const struct py_native *fn =
		is_numpy ? py_native_find(numpy, ARRAY_SIZE(numpy), name, n)
			 : NULL;

	return fn ? fn
		  : py_native_find(functions, ARRAY_SIZE(functions), name, n);
}
