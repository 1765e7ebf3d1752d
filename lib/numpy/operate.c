/* SPDX-License-Identifier: MIT */
/*
 * numpy's numbers and one-dimensional arrays (NumPy 1.24): their operators,
 * item by item, and their items.  They differ from Python's: a division by 0
 * gives inf or nan, bools add as "or", ints have 64 bits (where numpy wraps
 * around, this raises).
 */
#include <math.h>

#include "numpy/numpy_impl.h"

enum py_dtype numpy_dtype_of(const struct py_value *v)
{
	switch (v->type) {
	case PY_ARRAY: return v->u.array->dtype;
	case PY_FLOAT: return PY_FLOATS;
	case PY_BOOL: return PY_BOOLS;
	default: return PY_INTS;
	}
}

struct py_value numpy_number(double x, enum py_dtype dtype)
{
	struct py_value v = dtype == PY_FLOATS ? py_float(x)
			    : dtype == PY_INTS ? py_int((int64_t)x)
					       : py_bool(x != 0);

	v.np = true;
	return v;
}

/* Where A's item I is. */
static double *item_at(const struct py_array *a, size_t i)
{
	return &a->item[(ptrdiff_t)i * a->stride];
}

/* --- numbers -------------------------------------------------------------- */

static int int_overflow(struct py_run *r, const struct py_node *at)
{
	return py_raise(r, at,
		"an int beyond 64 bits in numpy; expected a smaller one");
}

/* What arrays hold: up to here doubles are exact. */
static int array_overflow(struct py_run *r, const struct py_node *at)
{
	return py_raise(r, at,
		"an int beyond 2**53 in an array; expected a smaller one");
}

static int of_bools(struct py_run *r, const struct py_node *at, enum py_op op,
	bool a, bool b, struct py_value *ret)
{
	switch (op) {
	case PY_ADD:
	case PY_BIT_OR: *ret = numpy_number(a || b, PY_BOOLS); return 0;
	case PY_MUL:
	case PY_BIT_AND: *ret = numpy_number(a && b, PY_BOOLS); return 0;
	case PY_BIT_XOR: *ret = numpy_number(a != b, PY_BOOLS); return 0;
	case PY_DIV: *ret = numpy_number((double)a / b, PY_FLOATS); return 0;
	case PY_SUB:
		return py_raise_as(
			r, at, "TypeError", "a difference of numpy's bools");
	default:
		return py_raise(r, at,
			"this operator of numpy's bools; expected numbers");
	}
}

static int of_ints(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	struct py_value x = py_int(a->u.i), y = py_int(b->u.i);

	if (op == PY_DIV) {
		*ret = numpy_number((double)x.u.i / (double)y.u.i, PY_FLOATS);
		return 0;
	}
	if (op == PY_POW && y.u.i < 0)
		return py_raise_as(r, at, "ValueError",
			"an int to a negative power; expected "
			"a float");
	if ((op == PY_FLOOR_DIV || op == PY_MOD) && y.u.i == 0)
		*ret = py_int(0);
	else if (py_operate(r, at, op, &x, &y, ret) < 0)
		return py_run_error(r).exception ? -1 : int_overflow(r, at);
	ret->np = true;
	return 0;
}

static int of_floats(struct py_run *r, const struct py_node *at, enum py_op op,
	double a, double b, struct py_value *ret)
{
	double x;

	switch (op) {
	case PY_ADD: x = a + b; break;
	case PY_SUB: x = a - b; break;
	case PY_MUL: x = a * b; break;
	case PY_DIV: x = a / b; break;
	case PY_FLOOR_DIV: x = b == 0 ? a / b : py_floor_divide(a, b); break;
	case PY_MOD: x = b == 0 ? fmod(a, b) : py_modulo(a, b); break;
	case PY_POW: x = pow(a, b); break;
	default:
		return py_raise(
			r, at, "this operator of floats; expected ints");
	}
	*ret = numpy_number(x, PY_FLOATS);
	return 0;
}

static bool compare(enum py_op op, double a, double b)
{
	switch (op) {
	case PY_LT: return a < b;
	case PY_LE: return a <= b;
	case PY_GT: return a > b;
	case PY_GE: return a >= b;
	case PY_EQ: return a == b;
	default: return a != b;
	}
}

int numpy_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	if (op >= PY_LT && op <= PY_NE) {
		bool yes = a->type != PY_FLOAT && b->type != PY_FLOAT
				   ? compare(op,
					     (double)((a->u.i > b->u.i) -
						      (a->u.i < b->u.i)),
					     0)
				   : compare(op, py_number(a), py_number(b));
		*ret = numpy_number(yes, PY_BOOLS);
		return 0;
	}
	if (a->type == PY_FLOAT || b->type == PY_FLOAT)
		return of_floats(r, at, op, py_number(a), py_number(b), ret);
	if (a->type == PY_BOOL && b->type == PY_BOOL)
		return of_bools(r, at, op, a->u.i, b->u.i, ret);
	return of_ints(r, at, op, a, b, ret);
}

static int unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret)
{
	*ret = *a;
	ret->np = true;
	if (a->type == PY_BOOL && op == PY_NEG)
		return py_raise_as(
			r, at, "TypeError", "- of numpy's bool; expected ~");
	if (a->type == PY_FLOAT && op == PY_INVERT)
		return py_raise_as(
			r, at, "TypeError", "~ of a float; expected an int");
	if (a->type == PY_BOOL)
		ret->u.i = op == PY_INVERT ? !a->u.i : a->u.i;
	else if (op == PY_INVERT)
		ret->u.i = ~a->u.i;
	else if (op == PY_NEG && a->type == PY_FLOAT)
		ret->u.f = -a->u.f;
	else if (op == PY_NEG)
		ret->u.i = a->u.i == INT64_MIN ? a->u.i : -a->u.i;
	return 0;
}

/* --- arrays --------------------------------------------------------------- */

int numpy_put(struct py_run *r, const struct py_node *at,
	const struct py_array *a, size_t i, const struct py_value *v)
{
	double x = py_number(v);

	if (a->dtype == PY_INTS && v->type != PY_FLOAT &&
		(v->u.i > PY_INT_MAX || v->u.i < -PY_INT_MAX))
		return array_overflow(r, at);
	if (a->dtype == PY_INTS && !(fabs(x) <= (double)PY_INT_MAX))
		return array_overflow(r, at);
	*item_at(a, i) = a->dtype == PY_INTS    ? trunc(x)
			 : a->dtype == PY_BOOLS ? x != 0
						: x;
	return 0;
}

int numpy_array_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_array **ret)
{
	long long n = py_is_number(v) ? 1 : py_count(r, at, v);
	enum py_dtype dtype = PY_BOOLS;
	struct py_value array, item = *v, list = *v;

	if (v->type == PY_STR || v->type == PY_DICT || v->type == PY_SET) {
		py_raise(r, at, "%s as an array; expected numbers",
			py_type_name(v));
		return -1;
	}
	if (n < 0)
		return -1;
	if (n == 0 || v->type == PY_ARRAY)
		dtype = v->type == PY_ARRAY ? v->u.array->dtype : PY_FLOATS;
	for (size_t i = 0; i < (size_t)n && v->type != PY_ARRAY; i++) {
		if (!py_is_number(v) && py_nth(r, &list, i, &item) < 0)
			return -1;
		if (item.type == PY_UNKNOWN) {
			py_raise_unknown(r, at, &item);
			return -1;
		}
		if (!py_is_number(&item)) {
			py_raise(r, at, "%s in an array; expected numbers",
				py_type_name(&item));
			return -1;
		}
		if (numpy_dtype_of(&item) > dtype)
			dtype = numpy_dtype_of(&item);
	}
	if (py_new_array(r, at, (size_t)n, dtype, &array) < 0)
		return -1;
	for (size_t i = 0; i < (size_t)n; i++) {
		if (!py_is_number(v) && py_nth(r, &list, i, &item) < 0)
			return -1;
		if (numpy_put(r, at, array.u.array, i, &item) < 0)
			return -1;
	}
	*ret = array.u.array;
	return 0;
}

/* Operands of one length, or of one item that repeats. */
struct operands {
	const struct py_array *a, *b;
	size_t n;
};

/* V as an array as it is, or of what it holds. */
static int operand(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_array **ret)
{
	struct py_array *own;

	if (v->type == PY_ARRAY) {
		*ret = v->u.array;
		return py_readable(r, at, v);
	}
	if (!py_is_number(v) && v->type != PY_LIST && v->type != PY_TUPLE &&
		v->type != PY_RANGE && v->type != PY_UNKNOWN) {
		py_raise(r, at, "%s and an array; expected numbers",
			py_type_name(v));
		return -1;
	}
	if (numpy_array_of(r, at, v, &own) < 0)
		return -1;
	*ret = own;
	return 0;
}

int numpy_broadcast(struct py_run *r, const struct py_node *at,
	const struct py_array *a, const struct py_array *b, size_t *ret)
{
	*ret = a->n == 1 ? b->n : a->n;
	if (a->n == b->n || a->n == 1 || b->n == 1)
		return 0;
	return py_raise_as(r, at, "ValueError",
		"arrays of %zu and of %zu items; expected as many", a->n, b->n);
}

static int operands(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b,
	struct operands *ret)
{
	return operand(r, at, a, &ret->a) < 0 || operand(r, at, b, &ret->b) < 0
		       ? -1
		       : numpy_broadcast(r, at, ret->a, ret->b, &ret->n);
}

/* What OP makes of items of these types. */
static enum py_dtype result_dtype(
	enum py_op op, enum py_dtype a, enum py_dtype b)
{
	if (op >= PY_LT && op <= PY_NE)
		return PY_BOOLS;
	if (op == PY_DIV)
		return PY_FLOATS;
	return a > b ? a : b;
}

/* x ** B of floats, where numpy takes a shorter way for one number B. */
static bool fast_power(const struct operands *x, double b, struct py_array *ret)
{
	double (*root)(double) = sqrt;

	if (x->a->dtype != PY_FLOATS && b != 2)
		return false;
	if (b != 2 && b != 1 && b != 0.5 && b != 0 && b != -1)
		return false;
	for (size_t i = 0; i < x->n; i++) {
		double a = *item_at(x->a, i);
		*item_at(ret, i) = b == 2     ? a * a
				   : b == 1   ? a
				   : b == 0.5 ? root(a)
				   : b == 0   ? 1
					      : 1 / a;
	}
	return true;
}

int numpy_of_arrays(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	struct operands x;
	enum py_dtype dtype;
	struct py_value array;

	if (op >= PY_IN)
		py_raise(r, at, "this of an array");
	if (op >= PY_IN || operands(r, at, a, b, &x) < 0)
		return -1;
	dtype = result_dtype(op, x.a->dtype, x.b->dtype);
	if (py_new_array(r, at, x.n, dtype, &array) < 0)
		return -1;
	if (op == PY_POW && py_is_number(b) && dtype == PY_FLOATS &&
		fast_power(&x, py_number(b), array.u.array)) {
		*ret = array;
		return 0;
	}
	for (size_t i = 0; i < x.n; i++) {
		struct py_value l = py_array_item(x.a, x.a->n == 1 ? 0 : i);
		struct py_value m = py_array_item(x.b, x.b->n == 1 ? 0 : i), z;

		if (numpy_operate(r, at, op, &l, &m, &z) < 0 ||
			numpy_put(r, at, array.u.array, i, &z) < 0)
			return -1;
	}
	*ret = array;
	return 0;
}

int numpy_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret)
{
	struct py_value array, z;

	if (a->type != PY_ARRAY)
		return unary(r, at, op, a, ret);
	if (py_readable(r, at, a) < 0 || py_new_array(r, at, a->u.array->n,
						 a->u.array->dtype, &array) < 0)
		return -1;
	for (size_t i = 0; i < a->u.array->n; i++) {
		struct py_value x = py_array_item(a->u.array, i);
		if (unary(r, at, op, &x, &z) < 0 ||
			numpy_put(r, at, array.u.array, i, &z) < 0)
			return -1;
	}
	*ret = array;
	return 0;
}

/* --- changing ------------------------------------------------------------- */

int numpy_fill(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *v)
{
	const struct py_array *from;
	struct py_array *copy;

	if (py_mutable(r, at, a->u.array->owner) < 0 ||
		operand(r, at, v, &from) < 0)
		return -1;
	if (from->n != a->u.array->n && from->n != 1)
		return py_raise_as(r, at, "ValueError", "%zu items into %zu",
			from->n, a->u.array->n);
	/* It may be a part of A itself. */
	if (numpy_array_of(r, at,
		    &(struct py_value){.type = PY_ARRAY,
			    .u.array = (struct py_array *)(uintptr_t)from},
		    &copy) < 0)
		return -1;
	for (size_t i = 0; i < a->u.array->n; i++) {
		struct py_value x = py_array_item(copy, copy->n == 1 ? 0 : i);
		if (numpy_put(r, at, a->u.array, i, &x) < 0)
			return -1;
	}
	return 0;
}

int numpy_change(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *v)
{
	struct py_value result;

	if (numpy_of_arrays(r, at, op, a, v, &result) < 0)
		return -1;
	if (result.u.array->dtype > a->u.array->dtype)
		return py_raise_as(r, at, "TypeError",
			"what becomes %s is changed in place "
			"in an array of %s",
			result.u.array->dtype == PY_FLOATS ? "floats" : "ints",
			a->u.array->dtype == PY_INTS ? "ints" : "bools");
	if (result.u.array->n != a->u.array->n)
		return py_raise_as(r, at, "ValueError", "%zu items into %zu",
			result.u.array->n, a->u.array->n);
	return numpy_fill(r, at, a, &result);
}

/* Where the items are that I picks of N: ints, or bools for each. */
static int picked(struct py_run *r, const struct py_node *at, size_t n,
	const struct py_array *i, size_t **ret, size_t *count)
{
	size_t *place = py_alloc(r, (i->n + 1) * sizeof(*place)), found;

	*count = 0;
	*ret = place;
	if (!place || py_charge(r, at, i->n) < 0)
		return -1;
	if (i->dtype == PY_FLOATS)
		return py_raise_as(r, at, "IndexError",
			"floats as an index; expected ints");
	if (i->dtype == PY_BOOLS && i->n != n)
		return py_raise_as(r, at, "IndexError",
			"%zu conditions for %zu items", i->n, n);
	for (size_t k = 0; k < i->n; k++) {
		struct py_value x = py_array_item(i, k);
		if (i->dtype == PY_BOOLS && !x.u.i)
			continue;
		if (i->dtype == PY_BOOLS)
			x = py_int((int64_t)k);
		if (py_index_of(r, at, &x, (long long)n, &found) < 0)
			return -1;
		place[(*count)++] = found;
	}
	return 0;
}

int numpy_pick(struct py_run *r, const struct py_node *at,
	const struct py_array *a, const struct py_value *i,
	struct py_value *ret)
{
	const struct py_array *by;
	size_t *place, n;
	struct py_value array;

	if (operand(r, at, i, &by) < 0 ||
		picked(r, at, a->n, by, &place, &n) < 0 ||
		py_new_array(r, at, n, a->dtype, &array) < 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		*item_at(array.u.array, k) = *item_at(a, place[k]);
	*ret = array;
	return 0;
}

int numpy_set(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *i,
	const struct py_value *v)
{
	const struct py_array *from, *by;
	size_t *place, n, k;

	if (py_mutable(r, at, a->u.array->owner) < 0 ||
		operand(r, at, v, &from) < 0)
		return -1;
	if (i->type != PY_ARRAY && i->type != PY_LIST) {
		struct py_value x = py_array_item(from, 0);
		if (py_index_of(r, at, i, (long long)a->u.array->n, &k) < 0)
			return -1;
		if (!py_is_number(v) || from->n != 1)
			return py_raise(
				r, at, "%s in an array", py_type_name(v));
		return numpy_put(r, at, a->u.array, k, &x);
	}
	if (operand(r, at, i, &by) < 0 ||
		picked(r, at, a->u.array->n, by, &place, &n) < 0)
		return -1;
	if (from->n != n && from->n != 1)
		return py_raise_as(
			r, at, "ValueError", "%zu items into %zu", from->n, n);
	for (k = 0; k < n; k++) {
		struct py_value x = py_array_item(from, from->n == 1 ? 0 : k);
		if (numpy_put(r, at, a->u.array, place[k], &x) < 0)
			return -1;
	}
	return 0;
}
