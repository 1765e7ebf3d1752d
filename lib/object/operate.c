/* SPDX-License-Identifier: MIT */
/*
 * Operators (Python language reference 3.11, section 6) of sequences, sets and
 * dicts, and of anything.
 */
#include <string.h>

#include "base/order.h"
#include "object/object_impl.h"

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
	return py_compare_result(op, ORDER_OF(x->n, y->n), ret);
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
		return py_wrong_types(r, at, op, a, b);
	if (op == PY_ADD)
		return text ? join_strings(r, a->u.str, b->u.str, ret)
			    : join_lists(r, at, a, b, ret);
	if (op < PY_LT || op > PY_GE)
		return py_wrong_types(r, at, op, a, b);
	return text ? py_compare_result(op,
			      order_of_bytes(a->u.str->s, a->u.str->n,
				      b->u.str->s, b->u.str->n),
			      ret)
		    : compare_lists(r, at, op, a, b, ret);
}

static int operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	int yes;

	if (a->type == PY_UNKNOWN || b->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, a->type == PY_UNKNOWN ? a : b);
	if (op == PY_IS || op == PY_IS_NOT) {
		*ret = py_bool(py_same(a, b) == (op == PY_IS));
		return 0;
	}
	if (op == PY_IN || op == PY_NOT_IN) {
		yes = py_contains(r, at, a, b);
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

int py_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret)
{
	bool numbers = py_is_number(a) && py_is_number(b);
	struct py_value x;

	if (op < PY_IN && !numbers) {
		a = py_enum_plain(a);
		b = py_enum_plain(b);
		numbers = py_is_number(a) && py_is_number(b);
	}
	if (op < PY_IN && numbers)
		return py_of_numbers(r, at, op, a, b, ret);
	if (operate(r, at, op, a, b, &x) < 0)
		return -1;
	*ret = x;
	return 0;
}
