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

static int wrong_types(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b)
{
	return py_raise(r, at, "%s %s %s; expected numbers", py_type_name(a),
		spelling[op], py_type_name(b));
}

int py_raise_zero(struct py_run *r, const struct py_node *at)
{
	py_raise(r, at, "division by zero");
	r->error.arithmetic = true;
	return -1;
}

int py_truth(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, v);
	if (v->type == PY_ARRAY && v->u.array->n != 1)
		return py_raise(
			r, at, "an array as a condition; expected a number");
	if (v->type == PY_ARRAY)
		return v->u.array->item[0] != 0;
	return py_true(v);
}

/* --- ints ----------------------------------------------------------------- */

static int too_big(struct py_run *r, const struct py_node *at)
{
	return py_raise(r, at,
		"an int beyond 2**53; expected a smaller one, or a float");
}

static int int_result(struct py_run *r, const struct py_node *at, int64_t i,
	struct py_value *ret)
{
	if (i > PY_INT_MAX || i < -PY_INT_MAX)
		return too_big(r, at);
	*ret = py_int(i);
	return 0;
}

int py_int_of(struct py_run *r, const struct py_node *at, double x,
	struct py_value *ret)
{
	if (!isfinite(x))
		return py_raise(r, at, "%s as an int; expected a finite number",
			isnan(x) ? "nan" : "inf");
	if (fabs(x) > (double)PY_INT_MAX)
		return too_big(r, at);
	*ret = py_int((int64_t)x);
	return 0;
}

static int int_multiply(struct py_run *r, const struct py_node *at, int64_t a,
	int64_t b, struct py_value *ret)
{
	if (fabs((double)a * (double)b) > (double)PY_INT_MAX)
		return too_big(r, at);
	*ret = py_int(a * b);
	return 0;
}

static int64_t int_floor_divide(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/* By squaring; B >= 0. */
static int int_power(struct py_run *r, const struct py_node *at, int64_t a,
	int64_t b, struct py_value *ret)
{
	struct py_value square = py_int(a);

	*ret = py_int(1);
	for (; b > 0; b /= 2) {
		if (b % 2 && int_multiply(r, at, ret->u.i, square.u.i, ret) < 0)
			return -1;
		if (b > 1 && int_multiply(r, at, square.u.i, square.u.i,
				     &square) < 0)
			return -1;
	}
	return 0;
}

static int shift(struct py_run *r, const struct py_node *at, enum py_op op,
	int64_t a, int64_t b, struct py_value *ret)
{
	if (b < 0)
		return py_raise(r, at, "a negative shift");
	if (op == PY_RSHIFT) {
		*ret = py_int(b > 62 ? (a < 0 ? -1 : 0)
				     : int_floor_divide(a, (int64_t)1 << b));
		return 0;
	}
	if (a != 0 && b > 53)
		return too_big(r, at);
	return int_multiply(r, at, a, a ? (int64_t)1 << b : 1, ret);
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

static int of_ints(struct py_run *r, const struct py_node *at, enum py_op op,
	int64_t a, int64_t b, struct py_value *ret)
{
	if (b == 0 && (op == PY_DIV || op == PY_FLOOR_DIV || op == PY_MOD))
		return py_raise_zero(r, at);
	switch (op) {
	case PY_ADD: return int_result(r, at, a + b, ret);
	case PY_SUB: return int_result(r, at, a - b, ret);
	case PY_MUL: return int_multiply(r, at, a, b, ret);
	case PY_DIV: *ret = py_float((double)a / (double)b); return 0;
	case PY_FLOOR_DIV: *ret = py_int(int_floor_divide(a, b)); return 0;
	case PY_MOD: *ret = py_int(a - int_floor_divide(a, b) * b); return 0;
	case PY_POW:
		return b < 0 ? float_power(r, at, (double)a, (double)b, ret)
			     : int_power(r, at, a, b, ret);
	case PY_LSHIFT:
	case PY_RSHIFT: return shift(r, at, op, a, b, ret);
	case PY_BIT_AND: *ret = py_int(a & b); return 0;
	case PY_BIT_OR: *ret = py_int(a | b); return 0;
	case PY_BIT_XOR: *ret = py_int(a ^ b); return 0;
	default: return compare_result(op, (a > b) - (a < b), ret);
	}
}

/* --- floats --------------------------------------------------------------- */

static double modulo(double a, double b)
{
	double m = fmod(a, b);

	if (m == 0)
		return copysign(0, b);
	return (m < 0) != (b < 0) ? m + b : m;
}

/* "//" and "%" of floats, B not 0. */
static double floor_divide(double a, double b)
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

	if (a == 0 && b < 0)
		return py_raise(r, at, "0 to a negative power");
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return py_raise(
			r, at, "a negative number to a fractional power");
	x = pow(a, b);
	if (isinf(x) && isfinite(a) && isfinite(b))
		return py_raise(r, at, "a power too large for a float");
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
	case PY_FLOOR_DIV: *ret = py_float(floor_divide(a, b)); return 0;
	case PY_MOD: *ret = py_float(modulo(a, b)); return 0;
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

static int of_numbers(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	if (a->type == PY_FLOAT || b->type == PY_FLOAT)
		return of_floats(r, at, op, py_number(a), py_number(b), ret);
	if (of_ints(r, at, op, a->u.i, b->u.i, ret) < 0)
		return -1;
	if (is_bool_op(op) && a->type == PY_BOOL && b->type == PY_BOOL)
		ret->type = PY_BOOL;
	return 0;
}

/* --- arrays --------------------------------------------------------------- */

static bool is_int_like(const struct py_value *v)
{
	return v->type == PY_ARRAY ? v->u.array->is_int : v->type != PY_FLOAT;
}

/* Item I of V, which a number has at every I. */
static struct py_value item_of(const struct py_value *v, size_t i)
{
	if (v->type != PY_ARRAY)
		return *v;
	return py_array_item(v->u.array, i);
}

static int of_arrays(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool is_int = is_int_like(a) && is_int_like(b) && op != PY_DIV;
	size_t na = a->type == PY_ARRAY ? a->u.array->n : 1;
	size_t nb = b->type == PY_ARRAY ? b->u.array->n : 1;
	size_t n = na > nb || nb == 0 ? na : nb;

	if ((a->type != PY_ARRAY && !py_is_number(a)) ||
		(b->type != PY_ARRAY && !py_is_number(b)) || op >= PY_IN)
		return wrong_types(r, at, op, a, b);
	if (na != nb && na != 1 && nb != 1)
		return py_raise(r, at,
			"arrays of %zu and of %zu items; expected as many", na,
			nb);
	if (na == 0 || nb == 0)
		n = 0;
	if (py_new_array(r, at, n, is_int || op >= PY_LT, ret) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct py_value x = item_of(a, na == 1 ? 0 : i);
		struct py_value y = item_of(b, nb == 1 ? 0 : i), z;
		if (of_numbers(r, at, op, &x, &y, &z) < 0)
			return -1;
		ret->u.array->item[i] = py_number(&z);
	}
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

	if (py_charge(r, at, na + nb) < 0 ||
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
	if (py_charge(r, at, n * count) < 0)
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
	default: return a->u.list == b->u.list;
	}
}

/* A and B are lists, or dicts (their items in any order). */
static int equal_lists(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	const struct py_list *x = a->u.list;
	struct py_value *other;
	bool dict = a->type == PY_DICT;
	int eq = 1;

	if (x->n != b->u.list->n || py_charge(r, at, x->n) < 0)
		return x->n == b->u.list->n ? -1 : 0;
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
	if (a->type == PY_UNKNOWN || b->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a->type == PY_UNKNOWN ? a : b);
	if (py_is_number(a) && py_is_number(b))
		return py_number(a) == py_number(b);
	if (a->type != b->type)
		return 0;
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

	if (py_charge(r, at, x->n < y->n ? x->n : y->n) < 0)
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

static int contains(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_value *in)
{
	struct py_value *found, item;
	long long n;

	if (in->type == PY_DICT) {
		if (py_dict_get(r, at, in->u.list, x, &found) < 0)
			return -1;
		return found != NULL;
	}
	if (in->type == PY_STR) {
		const struct py_str *s = in->u.str;
		if (x->type != PY_STR)
			return wrong_types(r, at, PY_IN, x, in);
		if (py_charge(r, at, (s->n + 1) * (x->u.str->n / 16 + 1)) < 0)
			return -1;
		for (size_t i = 0; i + x->u.str->n <= s->n; i++)
			if (memcmp(s->s + i, x->u.str->s, x->u.str->n) == 0)
				return 1;
		return 0;
	}
	n = py_count(r, at, in);
	if (n < 0 || py_charge(r, at, (size_t)n) < 0)
		return -1;
	for (long long i = 0; i < n; i++) {
		int eq;
		if (py_nth(r, in, (size_t)i, &item) < 0)
			return -1;
		eq = py_equal(r, at, &item, x);
		if (eq)
			return eq;
	}
	return 0;
}

static int of_sequences(struct py_run *r, const struct py_node *at,
	enum py_op op, const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool text = a->type == PY_STR;

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

int py_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	int yes;

	if (py_is_number(a) && py_is_number(b) && op < PY_IN)
		return of_numbers(r, at, op, a, b, ret);
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
		return of_arrays(r, at, op, a, b, ret);
	if (op == PY_EQ || op == PY_NE) {
		yes = py_equal(r, at, a, b);
		*ret = py_bool((yes > 0) == (op == PY_EQ));
		return yes < 0 ? -1 : 0;
	}
	return of_sequences(r, at, op, a, b, ret);
}

int py_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret)
{
	const struct py_value minus = py_int(-1);
	int yes;

	if (op == PY_NOT) {
		yes = py_truth(r, at, a);
		*ret = py_bool(yes == 0);
		return yes < 0 ? -1 : 0;
	}
	if (a->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a);
	if (a->type == PY_FLOAT && op != PY_INVERT) {
		*ret = py_float(op == PY_NEG ? -a->u.f : a->u.f);
		return 0;
	}
	if (a->type == PY_INT || a->type == PY_BOOL) {
		*ret = py_int(op == PY_NEG   ? -a->u.i
			      : op == PY_POS ? a->u.i
					     : ~a->u.i);
		return 0;
	}
	if (a->type == PY_ARRAY && op == PY_NEG)
		return of_arrays(r, at, PY_MUL, a, &minus, ret);
	return py_raise(r, at, "%s%s; expected a number", spelling[op],
		py_type_name(a));
}
