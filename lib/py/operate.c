/* SPDX-License-Identifier: MIT */
/*
 * Operators (Python language reference 3.11, section 6; floats as CPython's
 * floatobject.c documents them): of numbers, of sequences, of arrays item by
 * item.
 */
#include <math.h>
#include <string.h>

#include "py/py_impl.h"

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

static int wrong_types(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b)
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
		return py_exception(r, "ValueError",
			py_raise(r, at,
				"an array as a condition; expected a "
				"number"));
	if (v->type == PY_ARRAY)
		return v->u.array->item[0] != 0;
	if (v->type == PY_LIST || v->type == PY_DICT || v->type == PY_SET)
		return py_readable(r, at, v) < 0 ? -1 : v->u.list->n > 0;
	if (v->type == PY_NAMESPACE &&
		(py_class_find(v->u.list->class, "__bool__", 8) ||
			py_class_find(v->u.list->class, "__len__", 7)))
		return py_raise(
			r, at, "an object's own truth; expected a number");
	return py_true(v);
}

/* --- ints ----------------------------------------------------------------- */

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
		return py_exception(
			r, "ValueError", py_raise(r, at, "a negative shift"));
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

static int compare_result(enum py_op op, int order, struct py_value *ret)
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
	default: return compare_result(op, (a > b) - (a < b), ret);
	}
	if (over)
		return too_big(r, at);
	*ret = py_int(x);
	return 0;
}

/* --- floats --------------------------------------------------------------- */

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

	if (a == 0 && b < 0 && isfinite(b))
		return py_exception(r, "ZeroDivisionError",
			py_raise(r, at, "0 to a negative power"));
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return py_raise(
			r, at, "a negative number to a fractional power");
	x = pow(a, b);
	if (isinf(x) && isfinite(a) && isfinite(b))
		return py_exception(r, "OverflowError",
			py_raise(r, at, "a power too large for a float"));
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
		compare_result(op, left ? sign : -sign, ret);
	return 0;
}

static int of_numbers(struct py_run *r, const struct py_node *at, enum py_op op,
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

/* --- sequences ------------------------------------------------------------ */

static bool is_sequence(const struct py_value *v)
{
	return v->type == PY_LIST || v->type == PY_TUPLE;
}

static int join_lists(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	size_t na = a->u.list->n, nb = b->u.list->n;

	if (py_readable(r, at, a) < 0 || py_readable(r, at, b) < 0 ||
		py_charge(r, at, na + nb) < 0 ||
		py_new_list(r, a->type, na + nb, ret) < 0)
		return -1;
	if (na)
		memcpy(ret->u.list->item, a->u.list->item,
			na * sizeof(struct py_value));
	if (nb)
		memcpy(ret->u.list->item + na, b->u.list->item,
			nb * sizeof(struct py_value));
	ret->u.list->n = na + nb;
	return 0;
}

static int join_strings(struct py_run *r, const struct py_str *a,
	const struct py_str *b, struct py_value *ret)
{
	struct py_str *s = py_alloc(r, sizeof(*s) + a->n + b->n);
	char *text;

	if (!s)
		return -1;
	text = (char *)(s + 1);
	memcpy(text, a->s, a->n);
	memcpy(text + a->n, b->s, b->n);
	*s = (struct py_str){.s = text, .n = a->n + b->n};
	*ret = (struct py_value){.type = PY_STR, .u.str = s};
	return 0;
}

static int repeat(struct py_run *r, const struct py_node *at,
	const struct py_value *a, int64_t times, struct py_value *ret)
{
	size_t n = a->type == PY_STR ? a->u.str->n : a->u.list->n;
	size_t count = times < 0 ? 0 : (size_t)times;

	if (n > 0 && count > PY_BUILD_STEPS / n)
		count = PY_BUILD_STEPS; /* more than may be */
	if ((a->type != PY_STR && py_readable(r, at, a) < 0) ||
		py_charge(r, at, n * count) < 0)
		return -1;
	if (n * count == 0)
		count = 0;
	if (a->type == PY_STR) {
		char *text = py_alloc(r, n * count + 1);
		if (!text)
			return -1;
		for (size_t i = 0; i < count; i++)
			memcpy(text + i * n, a->u.str->s, n);
		return py_new_str(r, text, n * count, ret);
	}
	if (py_new_list(r, a->type, n * count, ret) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		memcpy(ret->u.list->item + i * n, a->u.list->item,
			n * sizeof(struct py_value));
	ret->u.list->n = n * count;
	return 0;
}

static bool same(const struct py_value *a, const struct py_value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case PY_NONE: return true;
	case PY_BOOL:
	case PY_INT: return a->u.i == b->u.i;
	case PY_FLOAT: return a->u.f == b->u.f;
	case PY_STR: return py_str_equal(a->u.str, b->u.str);
	case PY_TUPLE:
		return a->u.list == b->u.list ||
		       (a->u.list->n == 0 && b->u.list->n == 0);
	case PY_FUNCTION: /* each look at a method makes one */
		return a->u.function->def == b->u.function->def &&
		       a->u.function->frame == b->u.function->frame &&
		       a->u.function->ngiven == b->u.function->ngiven &&
		       (a->u.function->ngiven == 0 ||
			       a->u.function->given[0].value.u.list ==
				       b->u.function->given[0].value.u.list);
	default: return a->u.list == b->u.list;
	}
}

static int contains(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_value *in);

/* A and B are sets: 1 if all of A is in B. */
static int is_subset(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	int in = 1;

	for (size_t i = 0; i < a->u.list->n && in > 0; i++)
		in = contains(r, at, &a->u.list->item[i], b);
	return in;
}

static int equal_ranges(const struct py_range *a, const struct py_range *b)
{
	return a->n == b->n &&
	       (a->n == 0 || (a->from == b->from &&
				     (a->n == 1 || a->step == b->step)));
}

/* A and B are lists, or dicts (their items in any order). */
static int equal_lists(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	const struct py_list *x = a->u.list;
	struct py_value *other;
	bool dict = a->type == PY_DICT;
	int eq = 1;

	if (py_readable(r, at, a) < 0 || py_readable(r, at, b) < 0)
		return -1;
	if (x->n != b->u.list->n || py_charge(r, at, x->n) < 0)
		return x->n == b->u.list->n ? -1 : 0;
	if (x == b->u.list)
		return 1;
	if (++r->depth > PY_DEPTH_MAX)
		return py_raise(r, at, "lists too deep in one another");
	for (size_t i = 0; i < x->n && eq > 0; i += dict ? 2 : 1) {
		other = &b->u.list->item[i];
		if (dict &&
			py_dict_get(r, at, b->u.list, &x->item[i], &other) < 0)
			return -1;
		eq = other == NULL ? 0
				   : py_equal(r, at, &x->item[i + dict], other);
	}
	r->depth--;
	return eq;
}

int py_equal(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	a = py_enum_plain(a);
	b = py_enum_plain(b);
	if (a->type == PY_UNKNOWN || b->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a->type == PY_UNKNOWN ? a : b);
	if (py_is_number(a) && py_is_number(b)) {
		struct py_value eq;
		if (isnan(py_number(a)) && isnan(py_number(b)))
			return 1;
		return of_numbers(r, at, PY_EQ, a, b, &eq) < 0 ? -1
							       : eq.u.i != 0;
	}
	if (a->type == PY_ARRAY || b->type == PY_ARRAY)
		return py_raise(r, at,
			"an array among what is compared; "
			"expected numbers");
	if (a->type != b->type)
		return 0;
	if (a->type == PY_NAMESPACE && a->u.list != b->u.list &&
		a->u.list->class &&
		(a->u.list->class->dataclass ||
			py_class_find(a->u.list->class, "__eq__", 6)))
		return py_raise(r, at,
			"objects with an order of their own; "
			"expected numbers");
	if (a->type == PY_RANGE)
		return equal_ranges(a->u.range, b->u.range);
	if (a->type == PY_SET)
		return a->u.list->n == b->u.list->n ? is_subset(r, at, a, b)
						    : 0;
	if (is_sequence(a) || a->type == PY_DICT)
		return equal_lists(r, at, a, b);
	return same(a, b);
}

static int compare_strings(const struct py_str *a, const struct py_str *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int order = n ? memcmp(a->s, b->s, n) : 0;

	return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* The first items that differ decide. */
static int compare_lists(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	const struct py_list *x = a->u.list, *y = b->u.list;
	size_t i = 0;

	if (py_readable(r, at, a) < 0 || py_readable(r, at, b) < 0 ||
		py_charge(r, at, x->n < y->n ? x->n : y->n) < 0)
		return -1;
	for (; i < x->n && i < y->n; i++) {
		int eq = py_equal(r, at, &x->item[i], &y->item[i]);
		if (eq < 0)
			return -1;
		if (!eq)
			return py_operate(
				r, at, op, &x->item[i], &y->item[i], ret);
	}
	return compare_result(op, (x->n > y->n) - (x->n < y->n), ret);
}

static int in_string(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_str *s)
{
	if (x->type != PY_STR)
		return py_exception(r, "TypeError",
			py_raise(r, at, "%s in a string; expected a string",
				py_type_name(x)));
	if (py_charge(r, at, (s->n + 1) * (x->u.str->n / 16 + 1)) < 0)
		return -1;
	for (size_t i = 0; i + x->u.str->n <= s->n; i++)
		if (memcmp(s->s + i, x->u.str->s, x->u.str->n) == 0)
			return 1;
	return 0;
}

static int contains(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_value *in)
{
	struct py_value *found, item, list = *in;
	struct py_iter it;
	int more, eq;

	if (in->type == PY_DICT) {
		if (py_dict_get(r, at, in->u.list, x, &found) < 0)
			return -1;
		return found != NULL;
	}
	if (in->type == PY_STR)
		return in_string(r, at, x, in->u.str);
	if (in->type == PY_SET) {
		if (py_readable(r, at, in) < 0 || py_hashable(r, at, x) < 0)
			return -1;
		list.type = PY_LIST;
	}
	if (py_iterate(r, at, &list, &it) < 0)
		return -1;
	while ((more = py_next(r, at, &it, &item)) > 0) {
		eq = py_equal(r, at, &item, x);
		if (eq)
			return eq;
	}
	return more;
}

/* Items of A that B has, too, where IN is 1; that it has not where it is 0. */
static int add_items(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b, int in,
	struct py_value *set)
{
	for (size_t i = 0; i < a->u.list->n; i++) {
		int has = contains(r, at, &a->u.list->item[i], b);
		if (has < 0 || (has == in && py_set_add(r, at, set,
						     &a->u.list->item[i]) < 0))
			return -1;
	}
	return 0;
}

static int compare_sets(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool down = op == PY_GT || op == PY_GE;
	bool strict = op == PY_LT || op == PY_GT;
	int in = down ? is_subset(r, at, b, a) : is_subset(r, at, a, b);

	*ret = py_bool(in > 0 && !(strict && a->u.list->n == b->u.list->n));
	return in < 0 ? -1 : 0;
}

int py_of_sets(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	struct py_value set;

	if (py_readable(r, at, a) < 0 || py_readable(r, at, b) < 0)
		return -1;
	if (op >= PY_LT && op <= PY_GE)
		return compare_sets(r, at, op, a, b, ret);
	if (op != PY_BIT_AND && op != PY_BIT_OR && op != PY_BIT_XOR &&
		op != PY_SUB)
		return wrong_types(r, at, op, a, b);
	if (py_new_list(r, PY_SET, 0, &set) < 0 ||
		add_items(r, at, a, b, op == PY_BIT_AND, &set) < 0)
		return -1;
	if (op == PY_BIT_OR && add_items(r, at, a, b, 1, &set) < 0)
		return -1;
	*ret = set;
	return op == PY_BIT_OR || op == PY_BIT_XOR
		       ? add_items(r, at, b, a, 0, &set)
		       : 0;
}

/* A | B: B's entries over A's. */
static int merge_dicts(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	const struct py_value *part[] = {a, b};
	struct py_value dict;

	if (py_new_list(r, PY_DICT, 0, &dict) < 0)
		return -1;
	for (size_t k = 0; k < 2; k++) {
		const struct py_list *d = part[k]->u.list;
		if (py_readable(r, at, part[k]) < 0)
			return -1;
		for (size_t i = 0; i < d->n; i += 2)
			if (py_dict_set(r, at, dict.u.list, &d->item[i],
				    &d->item[i + 1]) < 0)
				return -1;
	}
	*ret = dict;
	return 0;
}

static int of_sequences(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool text = a->type == PY_STR;

	if (a->type == PY_SET && b->type == PY_SET)
		return py_of_sets(r, at, op, a, b, ret);
	if (a->type == PY_DICT && b->type == PY_DICT && op == PY_BIT_OR)
		return merge_dicts(r, at, a, b, ret);
	if (text && op == PY_MOD)
		return py_format_percent(r, at, a->u.str, b, ret);
	if (op == PY_MUL && (b->type == PY_INT || b->type == PY_BOOL) &&
		(text || is_sequence(a)))
		return repeat(r, at, a, b->u.i, ret);
	if (op == PY_MUL && (a->type == PY_INT || a->type == PY_BOOL) &&
		(b->type == PY_STR || is_sequence(b)))
		return repeat(r, at, b, a->u.i, ret);
	if (a->type != b->type || !(text || is_sequence(a)))
		return wrong_types(r, at, op, a, b);
	if (op == PY_ADD)
		return text ? join_strings(r, a->u.str, b->u.str, ret)
			    : join_lists(r, at, a, b, ret);
	if (op < PY_LT || op > PY_GE)
		return wrong_types(r, at, op, a, b);
	return text ? compare_result(
			      op, compare_strings(a->u.str, b->u.str), ret)
		    : compare_lists(r, at, op, a, b, ret);
}

/* --- all of them ---------------------------------------------------------- */

static int operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	int yes;

	if (a->type == PY_UNKNOWN || b->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a->type == PY_UNKNOWN ? a : b);
	if (op == PY_IS || op == PY_IS_NOT) {
		*ret = py_bool(same(a, b) == (op == PY_IS));
		return 0;
	}
	if (op == PY_IN || op == PY_NOT_IN) {
		yes = contains(r, at, a, b);
		*ret = py_bool((yes > 0) == (op == PY_IN));
		return yes < 0 ? -1 : 0;
	}
	if (a->type == PY_ARRAY || b->type == PY_ARRAY)
		return r->py->arrays->operate_items(r, at, op, a, b, ret);
	if (op == PY_EQ || op == PY_NE) {
		yes = py_equal(r, at, a, b);
		*ret = py_bool((yes > 0) == (op == PY_EQ));
		return yes < 0 ? -1 : 0;
	}
	return of_sequences(r, at, op, a, b, ret);
}

/* RET may be A or B. */
int py_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	struct py_value x;

	if (op < PY_IN && !(py_is_number(a) && py_is_number(b))) {
		a = py_enum_plain(a);
		b = py_enum_plain(b);
	}
	if (py_is_number(a) && py_is_number(b) && op < PY_IN)
		return of_numbers(r, at, op, a, b, ret);
	if (operate(r, at, op, a, b, &x) < 0)
		return -1;
	*ret = x;
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
	return py_exception(r, "TypeError",
		py_raise(r, at, "%s%s; expected a number", spelling[op],
			py_type_name(a)));
}
