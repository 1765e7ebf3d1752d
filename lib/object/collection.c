/* SPDX-License-Identifier: MIT */
/*
 * What is equal, and what is told apart by it: keys of dicts, members of sets.
 */
#include <math.h>
#include <string.h>

#include "object/object_impl.h"

/* --- equality --------------------------------------------------------- */

bool py_same(const struct py_value *a, const struct py_value *b)
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
	case PY_OPAQUE: /* each look at a name makes one */
		return a->u.opaque == b->u.opaque ||
		       (a->u.opaque->same &&
			       a->u.opaque->same == b->u.opaque->same &&
			       a->u.opaque->type == b->u.opaque->type);
	default: return a->u.list == b->u.list;
	}
}

/* A and B are sets: 1 if all of A is in B. */
static int is_subset(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	int in = 1;

	for (size_t i = 0; i < a->u.list->n && in > 0; i++)
		in = py_contains(r, at, &a->u.list->item[i], b);
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
		return py_of_numbers(r, at, PY_EQ, a, b, &eq) < 0 ? -1
								  : eq.u.i != 0;
	}
	if (a->type == PY_ARRAY || b->type == PY_ARRAY)
		return py_raise(r, at,
			"an array among what is compared; "
			"expected numbers");
	if (a->type != b->type)
		return 0;
	if (py_class_of(a) && !py_same(a, b) &&
		(py_class_of(a)->dataclass ||
			py_class_find(py_class_of(a), "__eq__", 6)))
		return py_raise(r, at,
			"objects with an order of their own; "
			"expected numbers");
	if (a->type == PY_RANGE)
		return equal_ranges(a->u.range, b->u.range);
	if (a->type == PY_SET)
		return a->u.list->n == b->u.list->n ? is_subset(r, at, a, b)
						    : 0;
	if (a->type == PY_LIST || a->type == PY_TUPLE || a->type == PY_DICT)
		return equal_lists(r, at, a, b);
	return py_same(a, b);
}

static int in_string(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_str *s)
{
	if (x->type != PY_STR)
		return py_raise_as(r, at, "TypeError",
			"%s in a string; expected a string", py_type_name(x));
	if (py_charge(r, at, (s->n + 1) * (x->u.str->n / 16 + 1)) < 0)
		return -1;
	for (size_t i = 0; i + x->u.str->n <= s->n; i++)
		if (memcmp(s->s + i, x->u.str->s, x->u.str->n) == 0)
			return 1;
	return 0;
}

/* An error unless V may be a key. */
static int hashable(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	switch (v->type) {
	case PY_UNKNOWN: return py_raise_unknown(r, at, v);
	case PY_LIST:
	case PY_DICT:
	case PY_SET:
	case PY_ARRAY:
		return py_raise_as(r, at, "TypeError",
			"%s as a key; expected what does not "
			"change, as numbers and strings",
			py_type_name(v));
	case PY_TUPLE:
		for (size_t i = 0; i < v->u.list->n; i++)
			if (v->u.list->item[i].type != PY_TUPLE &&
				hashable(r, at, &v->u.list->item[i]) < 0)
				return -1;
		return 0;
	default: return 0;
	}
}

int py_contains(struct py_run *r, const struct py_node *at,
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
		if (py_readable(r, at, in) < 0 || hashable(r, at, x) < 0)
			return -1;
		list.type = PY_LIST;
	}
	more = py_call_own(r, at, in, "__contains__", x, &item);
	if (more)
		return more < 0 ? -1 : py_truth(r, at, &item);
	if (py_iterate(r, at, &list, &it) < 0)
		return -1;
	while ((more = py_next(r, at, &it, &item)) > 0) {
		eq = py_equal(r, at, &item, x);
		if (eq)
			return eq;
	}
	return more;
}

/* --- dicts ------------------------------------------------------------ */

int py_dict_get(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, struct py_value **ret)
{
	*ret = NULL;
	if (hashable(r, at, key) < 0 || py_charge(r, at, d->n / 2) < 0)
		return -1;
	if (d->lost)
		return py_raise_unknown(r, at,
			&(struct py_value){
				.type = PY_UNKNOWN, .u.unknown = d->lost});
	if (key->type == PY_STR) {
		*ret = py_dict_find(d, key->u.str->s, key->u.str->n);
		return 0;
	}
	for (size_t i = 0; i < d->n; i += 2) {
		int same = py_equal(r, at, &d->item[i], key);
		if (same < 0)
			return -1;
		if (same) {
			*ret = &d->item[i + 1];
			return 0;
		}
	}
	return 0;
}

int py_dict_set(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, const struct py_value *v)
{
	struct py_value *old;

	if (d->lost)
		return 0; /* more of what is not known */
	if (py_mutable(r, at, d->owner) < 0 ||
		py_dict_get(r, at, d, key, &old) < 0)
		return -1;
	if (old) {
		*old = *v;
		return 0;
	}
	return py_list_add(r, d, *key) < 0 ? -1 : py_list_add(r, d, *v);
}

int py_dict_delete(struct py_run *r, const struct py_node *at,
	struct py_list *d, const struct py_value *key)
{
	struct py_value *found;

	if (py_mutable(r, at, d->owner) < 0 ||
		py_dict_get(r, at, d, key, &found) < 0)
		return -1;
	if (!found)
		return py_raise_as(
			r, at, "KeyError", "is not a key of the dict");
	memmove(found - 1, found + 1,
		(size_t)(d->item + d->n - found - 1) * sizeof(*found));
	d->n -= 2;
	return 0;
}

int py_set(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value x)
{
	struct py_value key;

	return py_new_str(r, name, strlen(name), &key) < 0
		       ? -1
		       : py_dict_set(r, NULL, py_held(v), &key, &x);
}

/* --- sets ------------------------------------------------------------- */

int py_set_add(struct py_run *r, const struct py_node *at,
	const struct py_value *set, const struct py_value *v)
{
	struct py_list *l = set->u.list;

	if (py_mutable(r, at, l->owner) < 0 || hashable(r, at, v) < 0 ||
		py_charge(r, at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(r, at, &l->item[i], v);
		if (same)
			return same < 0 ? -1 : 0;
	}
	return py_list_add(r, l, *v);
}

int py_set_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_value *ret)
{
	struct py_value set, list = *v, one;

	if ((v->type == PY_SET ? py_readable(r, at, v)
			       : py_list_of(r, at, v, PY_LIST, &list)) < 0 ||
		py_new_list(r, PY_SET, 0, &set) < 0)
		return -1;
	for (size_t i = 0; i < list.u.list->n; i++) {
		one = list.u.list->item[i];
		if (py_set_add(r, at, &set, &one) < 0)
			return -1;
	}
	*ret = set;
	return 0;
}

/* Items of A that B has, too, where IN is 1; that it has not where it is 0. */
static int add_items(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b, int in,
	struct py_value *set)
{
	for (size_t i = 0; i < a->u.list->n; i++) {
		int has = py_contains(r, at, &a->u.list->item[i], b);
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
		return py_wrong_types(r, at, op, a, b);
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
