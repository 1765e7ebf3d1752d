/* SPDX-License-Identifier: MIT */
/*
 * Operators of numbers (Python language reference 3.11, section 6; floats as
 * CPython's floatobject.c documents them), and what is true.
 */
#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "base/order.h"
#include "object/object_impl.h"

static const char *const spelling[] = {
	[PY_ADD] = "+",
	[PY_SUB] = "-",
	[PY_MUL] = "*",
	[PY_DIV] = "/",
	[PY_FLOOR_DIV] = "//",
	[PY_MOD] = "%",
	[PY_POW] = "**",
	[PY_LSHIFT] = "<<",
	[PY_RSHIFT] = ">>",
	[PY_BIT_AND] = "&",
	[PY_BIT_OR] = "|",
	[PY_BIT_XOR] = "^",
	[PY_LT] = "<",
	[PY_LE] = "<=",
	[PY_GT] = ">",
	[PY_GE] = ">=",
	[PY_EQ] = "==",
	[PY_NE] = "!=",
	[PY_IN] = "in",
	[PY_NOT_IN] = "not in",
	[PY_IS] = "is",
	[PY_IS_NOT] = "is not",
	[PY_NOT] = "not",
	[PY_NEG] = "-",
	[PY_POS] = "+",
	[PY_INVERT] = "~",
};

/* Objects, whose operators may be their own. */
static bool has_operators(const struct py_value *v)
{
	return v->type == PY_NAMESPACE || v->type == PY_OPAQUE ||
	       v->type == PY_ITER || v->type == PY_ARRAY;
}

int py_wrong_types(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b)
{
	return py_exception(r,
		has_operators(a) || has_operators(b) ? NULL : "TypeError",
		py_raise(r, at, "%s %s %s; expected numbers", py_type_name(a),
			spelling[op], py_type_name(b)));
}

int py_raise_zero(struct py_run *r, const struct py_node *at)
{
	py_raise(r, at, "division by zero");
	r->error.arithmetic = true;
	return py_exception(r, "ZeroDivisionError", -1);
}

int py_truth(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, v);
	if (v->type == PY_ARRAY && v->u.array->n != 1)
		return py_raise_as(r, at, "ValueError",
			"an array as a condition; expected a "
			"number");
	if (v->type == PY_ARRAY)
		return v->u.array->item[0] != 0;
	if (v->type == PY_LIST || v->type == PY_DICT || v->type == PY_SET)
		return py_readable(r, at, v) < 0 ? -1 : v->u.list->n > 0;
	if (py_class_find(py_class_of(v), "__bool__", 8) ||
		py_class_find(py_class_of(v), "__len__", 7))
		return py_raise(
			r, at, "an object's own truth; expected a number");
	return py_true(v);
}

/* --- ints ------------------------------------------------------------- */

static int too_big(struct py_run *r, const struct py_node *at)
{
	return py_raise(r, at,
		"an int beyond 64 bits; expected a smaller one, or a float");
}

int py_int_of(struct py_run *r, const struct py_node *at, double x,
	struct py_value *ret)
{
	if (!isfinite(x))
		return py_exception(r,
			isnan(x) ? "ValueError" : "OverflowError",
			py_raise(r, at,
				"%s as an int; expected a finite number",
				isnan(x) ? "nan" : "inf"));
	if (fabs(x) >= 0x1p63)
		return too_big(r, at);
	*ret = py_int((int64_t)x);
	return 0;
}

static int64_t int_floor_divide(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static int64_t int_modulo(int64_t a, int64_t b)
{
	int64_t m = a % b;

	return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}

/* By squaring; B >= 0. */
static int int_power(struct py_run *r, const struct py_node *at, int64_t a,
	int64_t b, struct py_value *ret)
{
	int64_t x = 1;

	for (; b > 0; b /= 2) {
		if (b % 2 && __builtin_mul_overflow(x, a, &x))
			return too_big(r, at);
		if (b > 1 && __builtin_mul_overflow(a, a, &a))
			return too_big(r, at);
	}
	*ret = py_int(x);
	return 0;
}

static int shift(struct py_run *r, const struct py_node *at, enum py_op op,
	int64_t a, int64_t b, struct py_value *ret)
{
	int64_t x = 0;

	if (b < 0)
		return py_raise_as(r, at, "ValueError", "a negative shift");
	if (op == PY_RSHIFT) {
		*ret = py_int(b > 62 ? (a < 0 ? -1 : 0)
				     : int_floor_divide(a, (int64_t)1 << b));
		return 0;
	}
	if (a != 0 &&
		(b > 62 || __builtin_mul_overflow(a, (int64_t)1 << b, &x)))
		return too_big(r, at);
	*ret = py_int(x);
	return 0;
}

/* The sign of A - B, of an int and a double; 2 if they are not ordered. */
static int order(int64_t a, double b)
{
	double whole = trunc(b);

	if (isnan(b))
		return 2;
	if (fabs(b) >= 0x1p63)
		return b > 0 ? -1 : b == -0x1p63 ? a != INT64_MIN : 1;
	if (a != (int64_t)whole)
		return a < (int64_t)whole ? -1 : 1;
	return (b < whole) - (b > whole);
}

int py_compare_result(enum py_op op, int order, struct py_value *ret)
{
	bool yes = op == PY_LT   ? order < 0
		   : op == PY_LE ? order <= 0
		   : op == PY_GT ? order > 0
		   : op == PY_GE ? order >= 0
		   : op == PY_EQ ? order == 0
				 : order != 0;

	*ret = py_bool(yes);
	return 0;
}

static int float_power(struct py_run *r, const struct py_node *at, double a,
	double b, struct py_value *ret);

/* A / B; what doubles do not hold exactly would have to be rounded once. */
static int true_divide(struct py_run *r, const struct py_node *at, int64_t a,
	int64_t b, struct py_value *ret)
{
	if (a > PY_INT_MAX || a < -PY_INT_MAX || b > PY_INT_MAX ||
		b < -PY_INT_MAX)
		return py_raise(r, at,
			"a quotient of ints beyond 2**53; expected smaller "
			"ones, or floats");
	*ret = py_float((double)a / (double)b);
	return 0;
}

static int of_ints(struct py_run *r, const struct py_node *at, enum py_op op,
	int64_t a, int64_t b, struct py_value *ret)
{
	bool over = false;
	int64_t x = 0;

	switch (op) {
	case PY_ADD: over = __builtin_add_overflow(a, b, &x); break;
	case PY_SUB: over = __builtin_sub_overflow(a, b, &x); break;
	case PY_MUL: over = __builtin_mul_overflow(a, b, &x); break;
	case PY_DIV:
	case PY_FLOOR_DIV:
	case PY_MOD:
		if (b == 0)
			return py_raise_zero(r, at);
		if (op == PY_DIV)
			return true_divide(r, at, a, b, ret);
		if (b == -1)
			over = op == PY_FLOOR_DIV &&
			       __builtin_sub_overflow((int64_t)0, a, &x);
		else
			x = op == PY_MOD ? int_modulo(a, b)
					 : int_floor_divide(a, b);
		break;
	case PY_POW:
		return b < 0 ? float_power(r, at, (double)a, (double)b, ret)
			     : int_power(r, at, a, b, ret);
	case PY_LSHIFT:
	case PY_RSHIFT: return shift(r, at, op, a, b, ret);
	case PY_BIT_AND: x = a & b; break;
	case PY_BIT_OR: x = a | b; break;
	case PY_BIT_XOR: x = a ^ b; break;
	default: return py_compare_result(op, ORDER_OF(a, b), ret);
	}
	if (over)
		return too_big(r, at);
	*ret = py_int(x);
	return 0;
}

/* --- floats ----------------------------------------------------------- */

double py_modulo(double a, double b)
{
	double m = fmod(a, b);

	if (m == 0)
		return copysign(0, b);
	return (m < 0) != (b < 0) ? m + b : m;
}

/* "//" and "%" of floats, B not 0. */
double py_floor_divide(double a, double b)
{
	double m = fmod(a, b);
	double q = (a - m) / b;

	if (m != 0 && (m < 0) != (b < 0))
		q -= 1;
	if (q == 0)
		return copysign(0, a / b);
	return q - floor(q) > 0.5 ? floor(q) + 1 : floor(q);
}

static int float_power(struct py_run *r, const struct py_node *at, double a,
	double b, struct py_value *ret)
{
	double x;

	if (a == 0 && b < 0 && isfinite(b)) {
		py_raise(r, at, "0 to a negative power");
		r->error.arithmetic = true;
		return py_exception(r, "ZeroDivisionError", -1);
	}
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return py_raise(
			r, at, "a negative number to a fractional power");
	x = pow(a, b);
	if (isinf(x) && isfinite(a) && isfinite(b))
		return py_raise_as(r, at, "OverflowError",
			"a power too large for a float");
	*ret = py_float(x);
	return 0;
}

static int of_floats(struct py_run *r, const struct py_node *at, enum py_op op,
	double a, double b, struct py_value *ret)
{
	if (b == 0 && (op == PY_DIV || op == PY_FLOOR_DIV || op == PY_MOD))
		return py_raise_zero(r, at);
	switch (op) {
	case PY_ADD: *ret = py_float(a + b); return 0;
	case PY_SUB: *ret = py_float(a - b); return 0;
	case PY_MUL: *ret = py_float(a * b); return 0;
	case PY_DIV: *ret = py_float(a / b); return 0;
	case PY_FLOOR_DIV: *ret = py_float(py_floor_divide(a, b)); return 0;
	case PY_MOD: *ret = py_float(py_modulo(a, b)); return 0;
	case PY_POW: return float_power(r, at, a, b, ret);
	case PY_LT: *ret = py_bool(a < b); return 0;
	case PY_LE: *ret = py_bool(a <= b); return 0;
	case PY_GT: *ret = py_bool(a > b); return 0;
	case PY_GE: *ret = py_bool(a >= b); return 0;
	case PY_EQ: *ret = py_bool(a == b); return 0;
	case PY_NE: *ret = py_bool(a != b); return 0;
	default:
		return py_raise(
			r, at, "'%s' of floats; expected ints", spelling[op]);
	}
}

static bool is_bool_op(enum py_op op)
{
	return op == PY_BIT_AND || op == PY_BIT_OR || op == PY_BIT_XOR;
}

/* A comparison of numbers, exact where doubles would round an int. */
static int compare_mixed(enum py_op op, const struct py_value *a,
	const struct py_value *b, struct py_value *ret)
{
	bool left = a->type != PY_FLOAT;
	int sign = left ? order(a->u.i, b->u.f) : order(b->u.i, a->u.f);

	if (sign == 2)
		*ret = py_bool(op == PY_NE);
	else
		py_compare_result(op, left ? sign : -sign, ret);
	return 0;
}

int py_of_numbers(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool fa = a->type == PY_FLOAT, fb = b->type == PY_FLOAT;

	if (a->np || b->np)
		return r->py->arrays->operate(r, at, op, a, b, ret);
	if (fa && fb)
		return of_floats(r, at, op, a->u.f, b->u.f, ret);
	if (fa || fb)
		return op >= PY_LT ? compare_mixed(op, a, b, ret)
				   : of_floats(r, at, op, py_number(a),
					     py_number(b), ret);
	if (of_ints(r, at, op, a->u.i, b->u.i, ret) < 0)
		return -1;
	if (is_bool_op(op) && a->type == PY_BOOL && b->type == PY_BOOL)
		ret->type = PY_BOOL;
	return 0;
}

int py_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret)
{
	int yes;

	if (op == PY_NOT) {
		yes = py_truth(r, at, a);
		*ret = py_bool(yes == 0);
		return yes < 0 ? -1 : 0;
	}
	if (a->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a);
	if (a->type == PY_ARRAY || (py_is_number(a) && a->np))
		return r->py->arrays->unary(r, at, op, a, ret);
	if (a->type == PY_FLOAT && op != PY_INVERT) {
		*ret = py_float(op == PY_NEG ? -a->u.f : a->u.f);
		return 0;
	}
	if (a->type == PY_INT || a->type == PY_BOOL) {
		if (op == PY_NEG && a->u.i == INT64_MIN)
			return too_big(r, at);
		*ret = py_int(op == PY_NEG   ? -a->u.i
			      : op == PY_POS ? a->u.i
					     : ~a->u.i);
		return 0;
	}
	return py_raise_as(r, at, "TypeError", "%s%s; expected a number",
		spelling[op], py_type_name(a));
}

/* --- rounding --------------------------------------------------------- */

double py_round(double x, int64_t ndigits)
{
	char s[400];
	double p;

	if (!isfinite(x) || ndigits > 330)
		return x;
	if (ndigits < -308)
		return copysign(0, x);
	if (ndigits < 0) {
		p = pow(10, (double)-ndigits);
		return copysign(x - remainder(x, p), x);
	}
	/* The decimal nearest to the exact value, as printf finds it. */
	int n = snprintf(s, sizeof(s), "%.*f", (int)ndigits, x);
	if (n < 0 || (size_t)n >= sizeof(s))
		return x;
	num_cell_double(s, (size_t)n, &x);
	return x;
}

/* Scaled, rounded half to even and scaled back, as numpy does. */
double py_round_scaled(double x, int64_t digits)
{
	double p = pow(10, (double)(digits < 0 ? -digits : digits));

	return digits == 0  ? rint(x)
	       : digits > 0 ? rint(x * p) / p
			    : rint(x / p) * p;
}
