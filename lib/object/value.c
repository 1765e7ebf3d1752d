/* SPDX-License-Identifier: MIT */
/*
 * Values: what each is, and how they are made.
 */
#include <string.h>

#include "base/str.h"
#include "object/object_impl.h"

struct py_value py_none(void)
{
	return (struct py_value){.type = PY_NONE};
}

struct py_value py_bool(bool x)
{
	return (struct py_value){.type = PY_BOOL, .u.i = x};
}

struct py_value py_int(int64_t i)
{
	return (struct py_value){.type = PY_INT, .u.i = i};
}

struct py_value py_float(double x)
{
	return (struct py_value){.type = PY_FLOAT, .u.f = x};
}

bool py_is_number(const struct py_value *v)
{
	return v->type == PY_BOOL || v->type == PY_INT || v->type == PY_FLOAT;
}

double py_number(const struct py_value *v)
{
	return v->type == PY_FLOAT ? v->u.f : (double)v->u.i;
}

bool py_true(const struct py_value *v)
{
	switch (v->type) {
	case PY_BOOL:
	case PY_INT: return v->u.i != 0;
	case PY_FLOAT: return v->u.f != 0;
	case PY_STR: return v->u.str->n > 0;
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT: return v->u.list->n > 0;
	case PY_RANGE: return v->u.range->n > 0;
	case PY_ARRAY: return v->u.array->n > 0;
	case PY_UNBOUND:
	case PY_NONE:
	case PY_UNKNOWN: return false;
	case PY_ITER:
	case PY_NAMESPACE:
	case PY_TYPE:
	case PY_FUNCTION:
	case PY_NATIVE:
	case PY_METHOD:
	case PY_OPAQUE: return true;
	}
	return false;
}

const char *py_type_name(const struct py_value *v)
{
	static const char *const names[] = {
		[PY_UNBOUND] = "nothing",
		[PY_NONE] = "None",
		[PY_BOOL] = "a bool",
		[PY_INT] = "an int",
		[PY_FLOAT] = "a float",
		[PY_STR] = "a string",
		[PY_LIST] = "a list",
		[PY_TUPLE] = "a tuple",
		[PY_SET] = "a set",
		[PY_DICT] = "a dict",
		[PY_RANGE] = "a range",
		[PY_ITER] = "an iterator",
		[PY_NAMESPACE] = "an object",
		[PY_TYPE] = "a class",
		[PY_ARRAY] = "an array",
		[PY_FUNCTION] = "a function",
		[PY_NATIVE] = "a function",
		[PY_METHOD] = "a function",
		[PY_UNKNOWN] = "an unknown value",
	};

	return v->type == PY_OPAQUE ? v->u.opaque->type : names[v->type];
}

bool py_str_is(const struct py_str *a, const char *s, size_t n)
{
	return a->n == n && (n == 0 || memcmp(a->s, s, n) == 0);
}

bool py_is_named(const struct py_str *s, const char *name)
{
	return py_str_is(s, name, strlen(name));
}

bool py_is_word_of(const struct py_str *s, const char *names)
{
	return str_is_word_of(s->s, s->n, names);
}

bool py_str_equal(const struct py_str *a, const struct py_str *b)
{
	return py_str_is(a, b->s, b->n);
}

int py_new_str(struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	struct py_str *str = py_alloc(r, sizeof(*str) + n);
	char *copy;

	if (!str)
		return -1;
	copy = (char *)(str + 1);
	if (n)
		memcpy(copy, s, n);
	*str = (struct py_str){.s = copy, .n = n};
	*ret = (struct py_value){.type = PY_STR, .u.str = str};
	return 0;
}

int py_new_same(struct py_run *r, const char *type, void *p, const void *same,
	struct py_value *ret)
{
	struct py_opaque *o = py_alloc(r, sizeof(*o));

	if (!o)
		return -1;
	*o = (struct py_opaque){.type = type, .p = p, .same = same};
	*ret = (struct py_value){.type = PY_OPAQUE, .u.opaque = o};
	return 0;
}

int py_new_opaque(
	struct py_run *r, const char *type, void *p, struct py_value *ret)
{
	return py_new_same(r, type, p, NULL, ret);
}

/* --- lists, dicts, ranges, arrays ------------------------------------- */

int py_new_list(
	struct py_run *r, enum py_type type, size_t cap, struct py_value *ret)
{
	struct py_list *l = py_alloc(r, sizeof(*l));

	if (!l)
		return -1;
	l->owner = r;
	if (cap) {
		l->item = py_alloc(r, cap * sizeof(*l->item));
		if (!l->item)
			return -1;
		l->cap = cap;
	}
	*ret = (struct py_value){.type = type, .u.list = l};
	return 0;
}

int py_new_namespace(
	struct py_run *r, const struct py_class *class, struct py_value *ret)
{
	struct py_object *o = py_alloc(r, sizeof(*o));

	if (!o)
		return -1;
	o->attributes.owner = r;
	o->class = class;
	*ret = (struct py_value){.type = PY_NAMESPACE, .u.object = o};
	return 0;
}

struct py_list *py_held(const struct py_value *v)
{
	return v->type == PY_NAMESPACE ? &v->u.object->attributes
	       : v->type >= PY_LIST && v->type <= PY_DICT ? v->u.list
							  : NULL;
}

struct py_list *py_named(const struct py_value *v)
{
	return v->type == PY_DICT || v->type == PY_NAMESPACE ? py_held(v)
							     : NULL;
}

struct py_value py_vars(const struct py_value *v)
{
	return (struct py_value){.type = PY_DICT, .u.list = py_held(v)};
}

int py_mutable(struct py_run *r, const struct py_node *at, const void *owner)
{
	if (owner == r)
		return 0;
	return py_raise(r, at,
		"changes what was made before; expected a value that does not "
		"depend on earlier steps");
}

int py_list_add(struct py_run *r, struct py_list *l, struct py_value v)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;
		struct py_value *more = py_alloc(r, cap * sizeof(*more));
		if (!more)
			return -1;
		if (l->item)
			memcpy(more, l->item, l->n * sizeof(*more));
		l->item = more;
		l->cap = cap;
	}
	l->item[l->n++] = v;
	return 0;
}

int py_new_pair(struct py_run *r, struct py_value a, struct py_value b,
	struct py_value *ret)
{
	if (py_new_list(r, PY_TUPLE, 2, ret) < 0 ||
		py_list_add(r, ret->u.list, a) < 0)
		return -1;
	return py_list_add(r, ret->u.list, b);
}

int py_new_array(struct py_run *r, const struct py_node *at, size_t n,
	enum py_dtype dtype, struct py_value *ret)
{
	struct py_array *a;

	if (n > PY_ITEMS_MAX)
		return py_raise(r, at, "%zu items; expected at most %d", n,
			PY_ITEMS_MAX);
	a = py_alloc(r, sizeof(*a) + n * sizeof(*a->item));
	if (!a)
		return -1;
	*a = (struct py_array){.n = n,
		.dtype = dtype,
		.item = (double *)(a + 1),
		.stride = 1,
		.base = a,
		.owner = r};
	*ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return py_charge(r, at, n);
}

struct py_value py_array_item(const struct py_array *a, size_t i)
{
	double x = a->item[(ptrdiff_t)i * a->stride];
	struct py_value v = py_float(x);

	if (a->dtype == PY_INTS)
		v = py_int((int64_t)x);
	else if (a->dtype == PY_BOOLS)
		v = py_bool(x != 0);
	v.np = true;
	return v;
}

int py_new_range(struct py_run *r, int64_t from, int64_t step, size_t n,
	struct py_value *ret)
{
	struct py_range *x = py_alloc(r, sizeof(*x));

	if (!x)
		return -1;
	*x = (struct py_range){.from = from, .step = step, .n = n};
	*ret = (struct py_value){.type = PY_RANGE, .u.range = x};
	return 0;
}

struct py_value *py_dict_find(const struct py_list *d, const char *s, size_t n)
{
	for (size_t i = 0; i < d->n; i += 2)
		if (d->item[i].type == PY_STR &&
			py_str_is(d->item[i].u.str, s, n))
			return &d->item[i + 1];
	return NULL;
}

int py_readable(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	const struct py_unknown *lost =
		v->type == PY_ARRAY ? v->u.array->base->lost : py_held(v)->lost;

	return lost ? py_raise_unknown(r, at,
			      &(struct py_value){
				      .type = PY_UNKNOWN, .u.unknown = lost})
		    : 0;
}
