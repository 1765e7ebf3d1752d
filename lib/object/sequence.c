/* SPDX-License-Identifier: MIT */
/*
 * What holds values in an order: how many there are, each by its place, and one
 * by one.  A list is gone over as it is while one goes: what is added meanwhile
 * comes too.
 */
#include <string.h>

#include "base/utf8.h"
#include "object/object_impl.h"

/* The method NAME of the class of V; NULL: it is no such object. */
static const struct py_value *own_method(
	const struct py_value *v, const char *name)
{
	return py_class_find(py_class_of(v), name, strlen(name));
}

int py_call_own(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const char *name, const struct py_value *x,
	struct py_value *ret)
{
	const struct py_value *own = own_method(v, name);
	struct py_arg arg[2] = {{.value = *v, .at = at}, {.at = at}};

	if (!own)
		return 0;
	if (x)
		arg[1].value = *x;
	return py_invoke(r, at, own, arg, x ? 2 : 1, ret) < 0 ? -1 : 1;
}

int py_raise_no_items(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	return py_raise_as(r, at, "TypeError", "an item of %s; expected a list",
		py_type_name(v));
}

static long long no_length(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	return py_raise_as(r, at, "TypeError",
		"%s has no length; expected a list", py_type_name(v));
}

static long long own_length(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	struct py_value n;
	int has = py_call_own(r, at, v, "__len__", NULL, &n);

	if (has <= 0)
		return has < 0 ? -1 : no_length(r, at, v);
	if (n.type == PY_UNKNOWN)
		return py_raise_unknown(r, at, &n);
	if (n.type != PY_INT || n.u.i < 0)
		return py_raise(r, at, "__len__() of %s; expected an int",
			py_type_name(&n));
	return n.u.i;
}

long long py_count(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	switch (v->type) {
	case PY_STR:
		/* Counting is as much work as so many steps. */
		return py_charge(r, at, v->u.str->n / 128) < 0
			       ? -1
			       : (long long)utf8_length(
					 v->u.str->s, v->u.str->n);
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT:
		return py_readable(r, at, v) < 0 ? -1
		       : v->type == PY_DICT      ? (long long)v->u.list->n / 2
						 : (long long)v->u.list->n;
	case PY_RANGE: return (long long)v->u.range->n;
	case PY_ARRAY:
		return py_readable(r, at, v) < 0 ? -1
						 : (long long)v->u.array->n;
	case PY_UNKNOWN: return py_raise_unknown(r, at, v);
	case PY_TYPE:
		return v->u.class->members ? (long long)v->u.class->members->n
					   : no_length(r, at, v);
	case PY_NAMESPACE: return own_length(r, at, v);
	default: return no_length(r, at, v);
	}
}

/* The I-th character. */
static struct py_str character(const struct py_str *s, size_t i)
{
	size_t from = 0, to;

	for (; from < s->n; from++)
		if (!utf8_goes_on(s->s[from]) && i-- == 0)
			break;
	for (to = from + 1; to < s->n; to++)
		if (!utf8_goes_on(s->s[to]))
			break;
	return (struct py_str){.s = s->s + from, .n = to - from};
}

int py_nth(struct py_run *r, const struct py_value *v, size_t i,
	struct py_value *ret)
{
	const struct py_value place = py_int((int64_t)i);
	struct py_str c;
	int own;

	switch (v->type) {
	case PY_NAMESPACE:
		own = py_call_own(r, NULL, v, "__getitem__", &place, ret);
		return own > 0   ? 0
		       : own < 0 ? -1
				 : py_raise_no_items(r, NULL, v);
	case PY_STR:
		if (py_charge(r, NULL, v->u.str->n / 128) < 0)
			return -1;
		c = character(v->u.str, i);
		return py_new_str(r, c.s, c.n, ret);
	case PY_DICT: *ret = v->u.list->item[2 * i]; return 0;
	case PY_RANGE:
		*ret = py_int(v->u.range->from + (int64_t)i * v->u.range->step);
		return 0;
	case PY_ARRAY: *ret = py_array_item(v->u.array, i); return 0;
	case PY_TYPE: *ret = v->u.class->members->item[i]; return 0;
	default: *ret = v->u.list->item[i]; return 0;
	}
}

int py_index_of(struct py_run *r, const struct py_node *at,
	const struct py_value *i, long long n, size_t *ret)
{
	int64_t k;

	if (i->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, i);
	if (i->type != PY_INT && i->type != PY_BOOL)
		return py_raise(r, at, "%s as an index; expected an int",
			py_type_name(i));
	k = i->u.i < 0 ? i->u.i + n : i->u.i;
	if (k < 0 || k >= n)
		return py_raise_as(r, at, "IndexError",
			"index %lld of %lld items; expected one of "
			"them",
			(long long)i->u.i, n);
	*ret = (size_t)k;
	return 0;
}

int py_list_delete(struct py_run *r, const struct py_node *at,
	struct py_list *l, const struct py_value *i)
{
	size_t k;

	if (py_mutable(r, at, l->owner) < 0 || py_charge(r, at, l->n) < 0 ||
		py_index_of(r, at, i, (long long)l->n, &k) < 0)
		return -1;
	l->n--;
	memmove(&l->item[k], &l->item[k + 1], (l->n - k) * sizeof(*l->item));
	return 0;
}

/* --- one by one ------------------------------------------------------- */

static int next_item(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	long long n = py_count(r, at, &it->over);

	if (n < 0)
		return -1;
	if (it->over.type == PY_DICT && n != it->count)
		return py_raise_as(r, at, "RuntimeError",
			"a dict changes while one goes over "
			"it; expected a list of its keys");
	if (it->i >= (size_t)n)
		return 0;
	return py_nth(r, &it->over, it->i++, ret) < 0 ? -1 : 1;
}

/* The same of a string, whose characters are found from where the last ends. */
static int next_character(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const struct py_str *s = it->over.u.str;
	size_t from = it->i, to = from;

	(void)at;
	if (from >= s->n)
		return 0;
	do
		to++;
	while (to < s->n && utf8_goes_on(s->s[to]));
	it->i = to;
	return py_new_str(r, s->s + from, to - from, ret) < 0 ? -1 : 1;
}

/* What a method of an object gives, MORE, or where its error END ends all. */
static int up_to(struct py_run *r, const struct py_state *before, int more,
	const char *end)
{
	if (more >= 0 || r->diag.class != DIAG_USAGE || !r->error.exception ||
		strcmp(r->error.exception, end) != 0)
		return more;
	py_forget(r, before);
	return 0;
}

static int next_by_next(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const struct py_state before = py_state_of(r);

	return up_to(r, &before,
		py_call_own(r, at, &it->over, "__next__", NULL, ret),
		"StopIteration");
}

static int next_by_place(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const struct py_state before = py_state_of(r);
	const struct py_value i = py_int((int64_t)it->i++);

	return up_to(r, &before,
		py_call_own(r, at, &it->over, "__getitem__", &i, ret),
		"IndexError");
}

/* Over the object V: by what its __iter__() gives, or by places from 0 on. */
static int iterate_object(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_iter *it)
{
	struct py_value given = *v;
	int own = py_call_own(r, at, v, "__iter__", NULL, &given);

	if (own < 0)
		return -1;
	if (given.type != PY_NAMESPACE)
		return py_iterate(r, at, &given, it);
	*it = (struct py_iter){.next = own ? next_by_next : next_by_place,
		.over = given,
		.owner = r};
	return own_method(&given, own ? "__next__" : "__getitem__")
		       ? 0
		       : py_raise_no_items(r, at, v);
}

int py_iterate(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_iter *it)
{
	long long n;

	if (v->type == PY_NAMESPACE)
		return iterate_object(r, at, v, it);
	*it = (struct py_iter){
		.next = v->type == PY_STR ? next_character : next_item,
		.over = *v,
		.owner = r};
	if (v->type == PY_ITER) {
		/* All that go over it share its place. */
		*it = (struct py_iter){.part = v->u.iter, .owner = r};
		return 0;
	}
	if (v->type == PY_SET && v->u.list->n > 1)
		return py_raise(r, at,
			"the order of a set; expected a list, "
			"or sorted()");
	n = py_count(r, at, v);
	it->count = n;
	return n < 0 ? -1 : 0;
}

int py_next(struct py_run *r, const struct py_node *at, struct py_iter *it,
	struct py_value *ret)
{
	int more;

	if (!it->next)
		it = it->part;
	if (it->ended)
		return 0;
	if (it->lost)
		return py_raise_unknown(r, at,
			&(struct py_value){
				.type = PY_UNKNOWN, .u.unknown = it->lost});
	if (py_charge(r, at, 1) < 0 || py_mutable(r, at, it->owner) < 0)
		return -1;
	more = it->next(r, at, it, ret);
	it->ended = more == 0;
	return more;
}

int py_new_iter(
	struct py_run *r, const struct py_iter *it, struct py_value *ret)
{
	struct py_iter *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	*own = *it;
	own->owner = r;
	*ret = (struct py_value){.type = PY_ITER, .u.iter = own};
	return 0;
}

int py_list_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, enum py_type type, struct py_value *ret)
{
	struct py_value list, item;
	struct py_iter it;
	long long n = 0;
	int more;

	if (v->type == PY_LIST || v->type == PY_TUPLE)
		n = py_count(r, at, v);
	if (n < 0 || py_new_list(r, type, (size_t)n, &list) < 0)
		return -1;
	if (n > 0) {
		memcpy(list.u.list->item, v->u.list->item,
			(size_t)n * sizeof(item));
		list.u.list->n = (size_t)n;
		*ret = list;
		return py_charge(r, at, (size_t)n);
	}
	if (py_iterate(r, at, v, &it) < 0)
		return -1;
	while ((more = py_next(r, at, &it, &item)) > 0)
		if (py_list_add(r, list.u.list, item) < 0)
			return -1;
	*ret = list;
	return more;
}
