/* SPDX-License-Identifier: MIT */
/*
 * The methods of lists, sets, dicts and numbers (library reference 3.11), and
 * what an attribute is.
 */
#include <math.h>
#include <string.h>

#include "py/py_impl.h"

/* --- methods of lists ----------------------------------------------------- */

static struct py_list *changed(struct py_call *c)
{
	struct py_list *l = c->arg[0].u.list;

	*c->ret = py_none();
	if (py_readable(c->run, c->at, &c->arg[0]) < 0 ||
		py_mutable(c->run, c->at, l->owner) < 0)
		return NULL;
	return l;
}

static int list_append(struct py_call *c)
{
	struct py_list *l = changed(c);

	return l ? py_list_add(c->run, l, c->arg[1]) : -1;
}

static int list_extend(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value more;

	if (!l || py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &more) < 0)
		return -1;
	for (size_t i = 0; i < more.u.list->n; i++)
		if (py_list_add(c->run, l, more.u.list->item[i]) < 0)
			return -1;
	return 0;
}

static int list_insert(struct py_call *c)
{
	struct py_list *l = changed(c);
	int64_t at;

	if (!l || py_int_arg(c, 1, &at) < 0)
		return -1;
	at = at < 0 ? at + (int64_t)l->n : at;
	at = at < 0 ? 0 : at > (int64_t)l->n ? (int64_t)l->n : at;
	if (py_charge(c->run, c->at, l->n) < 0 ||
		py_list_add(c->run, l, c->arg[2]) < 0)
		return -1;
	memmove(&l->item[at + 1], &l->item[at],
		(l->n - 1 - (size_t)at) * sizeof(*l->item));
	l->item[at] = c->arg[2];
	return 0;
}

static int list_pop(struct py_call *c)
{
	struct py_list *l = changed(c);
	int64_t at = -1;

	if (!l || (py_given(c, 1) && py_int_arg(c, 1, &at) < 0))
		return -1;
	at = at < 0 ? at + (int64_t)l->n : at;
	if (at < 0 || at >= (int64_t)l->n)
		return py_exception(c->run, "IndexError",
			py_raise(c->run, c->at, "pop() from a list of %zu",
				l->n));
	*c->ret = l->item[at];
	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	l->n--;
	memmove(&l->item[at], &l->item[at + 1],
		(l->n - (size_t)at) * sizeof(*l->item));
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

static int list_remove(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value i;

	if (!l || py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t k = 0; k < l->n; k++) {
		int same = py_equal(c->run, c->at, &l->item[k], &c->arg[1]);
		i = py_int((int64_t)k);
		if (same)
			return same < 0 ? -1
					: py_list_delete(c->run, c->at, l, &i);
	}
	return py_exception(c->run, "ValueError",
		py_raise(c->run, c->at, "is not in the list"));
}

/* Of lists, sets and dicts. */
static int call_clear(struct py_call *c)
{
	struct py_list *l = changed(c);

	if (!l)
		return -1;
	l->n = 0;
	return 0;
}

static int list_index(struct py_call *c)
{
	const struct py_list *l = c->arg[0].u.list;

	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(c->run, c->at, &l->item[i], &c->arg[1]);
		if (same < 0)
			return -1;
		if (same)
			return py_result(c, py_int((int64_t)i));
	}
	return py_exception(c->run, "ValueError",
		py_raise(c->run, c->at, "is not in the list"));
}

static int list_count(struct py_call *c)
{
	const struct py_list *l = c->arg[0].u.list;
	int64_t n = 0;

	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(c->run, c->at, &l->item[i], &c->arg[1]);
		if (same < 0)
			return -1;
		n += same;
	}
	return py_result(c, py_int(n));
}

static int list_copy(struct py_call *c)
{
	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret);
}

static int list_sort(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value sorted;
	struct py_call own = *c;

	own.ret = &sorted;
	if (!l || py_call_sorted(&own) < 0)
		return -1;
	if (l->n != sorted.u.list->n)
		return py_raise(
			c->run, c->at, "the list is changed by what sorts it");
	*c->ret = py_none();
	if (l->n)
		memcpy(l->item, sorted.u.list->item, l->n * sizeof(*l->item));
	return 0;
}

static int list_reverse(struct py_call *c)
{
	struct py_list *l = changed(c);

	if (!l || py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0, n = l->n; i < n / 2; i++) {
		struct py_value swap = l->item[i];
		l->item[i] = l->item[n - 1 - i];
		l->item[n - 1 - i] = swap;
	}
	return 0;
}

static const struct py_native list_methods[] = {
	{"append", 2, 2, "", list_append, NULL},
	{"clear", 1, 1, "", call_clear, NULL},
	{"copy", 1, 1, "", list_copy, NULL},
	{"count", 2, 2, "", list_count, NULL},
	{"extend", 2, 2, "", list_extend, NULL},
	{"index", 2, 2, "", list_index, NULL},
	{"insert", 3, 3, "", list_insert, NULL},
	{"pop", 1, 2, "", list_pop, NULL},
	{"remove", 2, 2, "", list_remove, NULL},
	{"reverse", 1, 1, "", list_reverse, NULL},
	{"sort", 1, 3, "self key reverse", list_sort, NULL},
};

/* --- methods of sets ------------------------------------------------------ */

static int set_add(struct py_call *c)
{
	*c->ret = py_none();
	return py_readable(c->run, c->at, &c->arg[0]) < 0
		       ? -1
		       : py_set_add(c->run, c->at, &c->arg[0], &c->arg[1]);
}

/* discard, and remove, which raises where there is none. */
static int set_discard(struct py_call *c)
{
	struct py_list *l = changed(c);

	if (!l || py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t k = 0; k < l->n; k++) {
		int same = py_equal(c->run, c->at, &l->item[k], &c->arg[1]);
		struct py_value i = py_int((int64_t)k);
		if (same)
			return same < 0 ? -1
					: py_list_delete(c->run, c->at, l, &i);
	}
	if (c->fn->name[0] == 'd')
		return 0;
	return py_exception(c->run, "KeyError",
		py_raise(c->run, c->at, "is not in the set"));
}

/* union, intersection, difference, issubset, issuperset with anything. */
static int set_operate(struct py_call *c)
{
	static const struct {
		const char *name;
		enum py_op op;
	} ops[] = {{"difference", PY_SUB}, {"intersection", PY_BIT_AND},
		{"issubset", PY_LE}, {"issuperset", PY_GE},
		{"symmetric_difference", PY_BIT_XOR}, {"union", PY_BIT_OR}};
	struct py_value other;
	size_t k = 0;

	while (strcmp(ops[k].name, c->fn->name) != 0)
		k++;
	return py_set_of(c->run, c->at, &c->arg[1], &other) < 0
		       ? -1
		       : py_of_sets(c->run, c->at, ops[k].op, &c->arg[0],
				 &other, c->ret);
}

static int set_update(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value other;

	if (!l || py_set_of(c->run, c->at, &c->arg[1], &other) < 0)
		return -1;
	for (size_t i = 0; i < other.u.list->n; i++)
		if (py_set_add(c->run, c->at, &c->arg[0],
			    &other.u.list->item[i]) < 0)
			return -1;
	return 0;
}

static int set_copy(struct py_call *c)
{
	return py_set_of(c->run, c->at, &c->arg[0], c->ret);
}

static const struct py_native set_methods[] = {
	{"add", 2, 2, "", set_add, NULL},
	{"clear", 1, 1, "", call_clear, NULL},
	{"copy", 1, 1, "", set_copy, NULL},
	{"difference", 2, 2, "", set_operate, NULL},
	{"discard", 2, 2, "", set_discard, NULL},
	{"intersection", 2, 2, "", set_operate, NULL},
	{"issubset", 2, 2, "", set_operate, NULL},
	{"issuperset", 2, 2, "", set_operate, NULL},
	{"remove", 2, 2, "", set_discard, NULL},
	{"symmetric_difference", 2, 2, "", set_operate, NULL},
	{"union", 2, 2, "", set_operate, NULL},
	{"update", 2, 2, "", set_update, NULL},
};

/* --- methods of dicts ----------------------------------------------------- */

static int dict_get(struct py_call *c)
{
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	return py_result(c, found            ? *found
			    : py_given(c, 2) ? c->arg[2]
					     : py_none());
}

/* Keys (0), values (1) or both (2) as a list. */
static int dict_list(struct py_call *c, int what)
{
	const struct py_list *d = c->arg[0].u.list;

	if (py_readable(c->run, c->at, &c->arg[0]) < 0 ||
		py_charge(c->run, c->at, d->n) < 0 ||
		py_new_list(c->run, PY_LIST, d->n / 2, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i += 2) {
		struct py_value v;
		if (what < 2) {
			v = d->item[i + (size_t)what];
		} else {
			if (py_new_list(c->run, PY_TUPLE, 2, &v) < 0)
				return -1;
			memcpy(v.u.list->item, &d->item[i],
				2 * sizeof(struct py_value));
			v.u.list->n = 2;
		}
		if (py_list_add(c->run, c->ret->u.list, v) < 0)
			return -1;
	}
	return 0;
}

static int dict_keys(struct py_call *c)
{
	return dict_list(c, 0);
}

static int dict_values(struct py_call *c)
{
	return dict_list(c, 1);
}

static int dict_items(struct py_call *c)
{
	return dict_list(c, 2);
}

static int dict_copy(struct py_call *c)
{
	if (py_new_list(c->run, PY_DICT, 0, c->ret) < 0)
		return -1;
	return py_add_pairs(c, &c->arg[0], c->ret->u.list);
}

static int dict_update(struct py_call *c)
{
	struct py_list *d = c->arg[1].u.list;

	if (py_readable(c->run, c->at, &c->arg[1]) < 0)
		return -1;
	*c->ret = c->arg[0];
	if (py_given(c, 2) && py_add_pairs(c, &c->arg[2], d) < 0)
		return -1;
	*c->ret = c->arg[1];
	if (py_add_named(c) < 0)
		return -1;
	return py_result(c, py_none());
}

static int dict_setdefault(struct py_call *c)
{
	struct py_value none = py_none();
	const struct py_value *init = py_given(c, 2) ? &c->arg[2] : &none;
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	if (found)
		return py_result(c, *found);
	*c->ret = *init;
	return py_dict_set(c->run, c->at, c->arg[0].u.list, &c->arg[1], init);
}

static int dict_pop(struct py_call *c)
{
	struct py_list *d = changed(c);
	struct py_value *found;

	if (!d || py_dict_get(c->run, c->at, d, &c->arg[1], &found) < 0)
		return -1;
	if (!found && !py_given(c, 2))
		return py_exception(c->run, "KeyError",
			py_raise(c->run, c->at,
				"pop() of a key that is not there"));
	if (!found)
		return py_result(c, c->arg[2]);
	*c->ret = *found;
	memmove(found - 1, found + 1,
		(size_t)(d->item + d->n - found - 1) * sizeof(*found));
	d->n -= 2;
	return 0;
}

static int dict_popitem(struct py_call *c)
{
	struct py_list *d = changed(c);

	if (!d)
		return -1;
	if (d->n == 0)
		return py_exception(c->run, "KeyError",
			py_raise(c->run, c->at, "popitem() of an empty dict"));
	if (py_new_list(c->run, PY_TUPLE, 2, c->ret) < 0)
		return -1;
	d->n -= 2;
	memcpy(c->ret->u.list->item, &d->item[d->n],
		2 * sizeof(struct py_value));
	c->ret->u.list->n = 2;
	return 0;
}

static const struct py_native dict_methods[] = {
	{"clear", 1, 1, "", call_clear, NULL},
	{"popitem", 1, 1, "", dict_popitem, NULL},
	{"copy", 1, 1, "", dict_copy, NULL},
	{"get", 2, 3, "", dict_get, NULL},
	{"items", 1, 1, "", dict_items, NULL},
	{"keys", 1, 1, "", dict_keys, NULL},
	{"pop", 2, 3, "", dict_pop, NULL},
	{"setdefault", 2, 3, "", dict_setdefault, NULL},
	{"update", 1, PY_ANY, "**", dict_update, NULL},
	{"values", 1, 1, "", dict_values, NULL},
};

/* --- methods of numbers --------------------------------------------------- */

static int number_item(struct py_call *c)
{
	*c->ret = c->arg[0];
	c->ret->np = false;
	return 0;
}

static int number_same(struct py_call *c)
{
	return py_result(c, c->arg[0]);
}

static int float_is_integer(struct py_call *c)
{
	double x = py_number(&c->arg[0]);

	return py_result(c, py_bool(isfinite(x) && x == floor(x)));
}

static const struct py_native number_methods[] = {
	{"is_integer", 1, 1, "", float_is_integer, NULL},
};

/* Of numpy's and its kin's, and of what stands for one. */
static const struct py_native tensor_methods[] = {
	{"astype", 2, 2, "", number_same, NULL},
	{"cpu", 1, 1, "", number_same, NULL},
	{"detach", 1, 1, "", number_same, NULL},
	{"double", 1, 1, "", number_same, NULL},
	{"float", 1, 1, "", number_same, NULL},
	{"item", 1, 1, "", number_item, NULL},
	{"numpy", 1, 1, "", number_same, NULL},
	{"to", 1, 3, "", number_same, NULL},
	{"tolist", 1, 1, "", number_item, NULL},
};

/* --- attributes ----------------------------------------------------------- */

/* FN, a method or NULL, of V. */
static int of_native(struct py_run *r, const struct py_value *v,
	const struct py_native *fn, struct py_value *ret)
{
	struct py_method *m;

	if (!fn)
		return 0;
	m = py_alloc(r, sizeof(*m));
	if (!m)
		return -1;
	*m = (struct py_method){.fn = fn, .self = *v};
	*ret = (struct py_value){.type = PY_METHOD, .u.method = m};
	return 1;
}

/* The method NAME of V among ROW[0..NROW). */
static int method(struct py_run *r, const struct py_value *v,
	const struct py_native *row, size_t nrow, const struct py_str *name,
	struct py_value *ret)
{
	return of_native(
		r, v, py_native_find(row, nrow, name->s, name->n), ret);
}

/* "args.lr" of an UNKNOWN: what the host knows by that name, or UNKNOWN. */
static int of_unknown(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct py_unknown *u = v->u.unknown;
	const struct py_host *host = r->py->host;
	size_t n = u->path.n + 1 + name->n;
	char *path = py_alloc(r, n + 1);
	int found = 0;

	if (!path)
		return -1;
	memcpy(path, u->path.s, u->path.n);
	path[u->path.n] = '.';
	memcpy(path + u->path.n + 1, name->s, name->n);
	if (py_builtin(r->py, path, n, false, ret))
		return 1;
	if (py_initial_path(r, path, n, ret))
		return 1;
	if (host && host->lookup)
		found = host->lookup(r, path, n, ret);
	if (found)
		return found;
	return py_new_unknown(r, at, path, n, u->why, ret) < 0 ? -1 : 1;
}

/* A method of ROW, or what np has by that name: x.round(2), x.exp(). */
static int tensor_method(struct py_run *r, const struct py_value *v,
	const struct py_native *row, size_t nrow, const struct py_str *name,
	struct py_value *ret)
{
	struct py_value fn;
	int found = method(r, v, row, nrow, name, ret);

	if (found || !r->py->arrays ||
		!r->py->arrays->find(name->s, name->n, false, &fn))
		return found;
	return of_native(r, v, fn.u.native, ret);
}

static int of_array(struct py_run *r, const struct py_value *v,
	const struct py_str *name, struct py_value *ret)
{
	if (py_readable(r, NULL, v) < 0)
		return -1;
	if (py_str_is(name, "size", 4)) {
		*ret = py_int((int64_t)v->u.array->n);
		return 1;
	}
	if (py_str_is(name, "ndim", 4)) {
		*ret = py_int(1);
		return 1;
	}
	if (py_str_is(name, "dtype", 5))
		return py_new_unknown(r, NULL, "dtype", 5, NULL, ret) < 0 ? -1
									  : 1;
	if (py_str_is(name, "shape", 5)) {
		if (py_new_list(r, PY_TUPLE, 1, ret) < 0)
			return -1;
		ret->u.list->item[0] = py_int((int64_t)v->u.array->n);
		ret->u.list->n = 1;
		return 1;
	}
	return tensor_method(
		r, v, r->py->arrays->method, r->py->arrays->nmethod, name, ret);
}

/* The attribute of a function: its name, or what was hung on it. */
static int of_function(struct py_run *r, const struct py_value *v,
	const struct py_str *name, struct py_value *ret)
{
	const struct py_node *def = v->u.function->def;

	if (!py_str_is(name, "__name__", 8) || def->form != PY_DEF)
		return 0;
	return py_new_str(r, def->s.s, def->s.n, ret) < 0 ? -1 : 1;
}

static int of_host(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct py_host *host = r->py->host;

	return host && host->attribute ? host->attribute(r, at, v, name, ret)
				       : 0;
}

int py_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	int found;

	switch (v->type) {
	case PY_UNKNOWN: return of_unknown(r, at, v, name, ret);
	case PY_NAMESPACE:
	case PY_TYPE:
		found = py_object_attribute(r, at, v, name, ret);
		if (!found && py_enum_plain(v) != v)
			return py_attribute(r, at, py_enum_plain(v), name, ret);
		if (found || v->type == PY_TYPE || v->u.list->class)
			return found;
		return of_native(r, v, py_parser_method(name), ret);
	case PY_STR: return of_native(r, v, py_str_method(name), ret);
	case PY_TUPLE:
		if (!py_str_is(name, "index", 5) &&
			!py_str_is(name, "count", 5))
			return 0; /* fall through */
	case PY_LIST:
		return method(r, v, list_methods, N(list_methods), name, ret);
	case PY_SET:
		return method(r, v, set_methods, N(set_methods), name, ret);
	case PY_DICT:
		return method(r, v, dict_methods, N(dict_methods), name, ret);
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT:
		found = method(
			r, v, number_methods, N(number_methods), name, ret);
		if (!found)
			found = tensor_method(r, v, tensor_methods,
				N(tensor_methods), name, ret);
		return found ? found : of_host(r, at, v, name, ret);
	case PY_ARRAY: return of_array(r, v, name, ret);
	case PY_FUNCTION: return of_function(r, v, name, ret);
	case PY_OPAQUE: return of_host(r, at, v, name, ret);
	default: return 0;
	}
}
