/* SPDX-License-Identifier: MIT */
/*
 * What goes by the order of values (sorted, min, max), functools, bisect, and
 * what classes take from dataclasses and typing, copies (library reference
 * 3.11).
 */
#include <string.h>

#include "base/array.h"
#include "builtin/builtin_impl.h"

/* --- order ------------------------------------------------------------ */

static int less(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	struct py_value yes;

	return py_operate(r, at, PY_LT, a, b, &yes) < 0 ? -1
							: py_truth(r, at, &yes);
}

/* Merges the sorted halves of KEY[0..N) with what belongs to them. */
static int merge(struct py_call *c, struct py_value *key, struct py_value *item,
	size_t n, struct py_value *spare, bool down)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (py_charge(c->run, c->at, n) < 0)
		return -1;
	while (i < half || j < n) {
		int second = i == half;
		if (i < half && j < n)
			second = down ? less(c->run, c->at, &key[i], &key[j])
				      : less(c->run, c->at, &key[j], &key[i]);
		if (second < 0)
			return -1;
		spare[2 * k] = second ? key[j] : key[i];
		spare[2 * k++ + 1] = second ? item[j++] : item[i++];
	}
	for (k = 0; k < n; k++) {
		key[k] = spare[2 * k];
		item[k] = spare[2 * k + 1];
	}
	return 0;
}

/* Stable, as Python's. */
static int sort(struct py_call *c, struct py_value *key, struct py_value *item,
	size_t n, struct py_value *spare, bool down)
{
	size_t half = n / 2;

	if (n < 2)
		return 0;
	if (sort(c, key, item, half, spare, down) < 0 ||
		sort(c, key + half, item + half, n - half, spare, down) < 0)
		return -1;
	return merge(c, key, item, n, spare, down);
}

/* KEY(item) of each of LIST's items, or the items. */
static struct py_value *keys_of(
	struct py_call *c, const struct py_list *list, const struct py_value *f)
{
	struct py_value *key = py_alloc(c->run, (list->n + 1) * sizeof(*key));
	struct py_arg item = {0};

	for (size_t i = 0; key && i < list->n; i++) {
		item.value = key[i] = list->item[i];
		if (f->type != PY_UNBOUND && f->type != PY_NONE &&
			py_invoke(c->run, c->at, f, &item, 1, &key[i]) < 0)
			return NULL;
	}
	return key;
}

int py_call_sorted(struct py_call *c)
{
	int down = py_given(c, 2) ? py_truth(c->run, c->at, &c->arg[2]) : 0;
	struct py_value *key, *spare;
	struct py_value from = c->arg[0];
	struct py_list *l;

	if (from.type == PY_SET && py_is_none(c, 1))
		from.type = PY_LIST; /* their order does not matter */

	if (down < 0 || py_list_of(c->run, c->at, &from, PY_LIST, c->ret) < 0)
		return -1;
	l = c->ret->u.list;
	key = keys_of(c, l, &c->arg[1]);
	spare = key ? py_alloc(c->run, (l->n * 2 + 1) * sizeof(*spare)) : NULL;
	return spare ? sort(c, key, l->item, l->n, spare, down) : -1;
}

enum { MIN, MAX };

/* min and max: arg[0] key, arg[1] default, then the values or one list. */
static int call_extreme(struct py_call *c)
{
	struct py_value list, *key;
	size_t best = 0, n = c->narg - 2;

	if (n == 0)
		return py_raise(
			c->run, c->at, "%s() without arguments", c->fn->name);
	if (n == 1) {
		struct py_value one = c->arg[2];
		if (one.type == PY_SET && py_is_none(c, 0))
			one.type = PY_LIST; /* their order does not matter */
		if (py_list_of(c->run, c->at, &one, PY_LIST, &list) < 0)
			return -1;
	} else {
		if (py_new_list(c->run, PY_LIST, n, &list) < 0)
			return -1;
		memcpy(list.u.list->item, &c->arg[2],
			n * sizeof(struct py_value));
		list.u.list->n = n;
	}
	key = keys_of(c, list.u.list, &c->arg[0]);
	if (!key)
		return -1;
	if (list.u.list->n == 0) {
		if (py_given(c, 1))
			return py_result(c, c->arg[1]);
		return py_raise_as(c->run, c->at, "ValueError",
			"%s() of an empty list", c->fn->name);
	}
	for (size_t i = 1; i < list.u.list->n; i++) {
		int better = c->fn->what == MAX
				     ? less(c->run, c->at, &key[best], &key[i])
				     : less(c->run, c->at, &key[i], &key[best]);
		if (better < 0)
			return -1;
		best = better ? i : best;
	}
	if (list.u.list->n == 1 && list.u.list->item[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &list.u.list->item[0]);
	return py_result(c, list.u.list->item[best]);
}

/* --- tools ------------------------------------------------------------ */

static int call_reduce(struct py_call *c)
{
	struct py_arg arg[2] = {{.at = NULL}, {.at = NULL}};
	struct py_iter it;
	int more = 1;

	if (py_iterate(c->run, c->at, &c->arg[1], &it) < 0)
		return -1;
	*c->ret = py_given(c, 2) ? c->arg[2] : py_none();
	if (!py_given(c, 2))
		more = py_next(c->run, c->at, &it, c->ret);
	if (more == 0)
		return py_raise_as(
			c->run, c->at, "TypeError", "reduce() of nothing");
	while (more > 0 &&
		(more = py_next(c->run, c->at, &it, &arg[1].value)) > 0) {
		arg[0].value = *c->ret;
		if (py_invoke(c->run, c->at, &c->arg[0], arg, 2, c->ret) < 0)
			return -1;
	}
	return more;
}

static int call_partial_of(struct py_call *c);

static const struct py_native partial_native = {
	"partial", 1, PY_ANY, "**", call_partial_of, {NULL}};

/* The call of what partial() made of a function in C: arg[1] has its own. */
static int call_partial_of(struct py_call *c)
{
	const struct py_list *own = c->arg[1].u.list;
	size_t n = own->n / 2;
	struct py_arg *arg =
		py_alloc(c->run, (n + c->ngiven + 1) * sizeof(*arg));

	if (!arg)
		return -1;
	for (size_t i = 1; i < n; i++) {
		if (own->item[2 * i].type == PY_STR)
			arg[i - 1].name = *own->item[2 * i].u.str;
		arg[i - 1].value = own->item[2 * i + 1];
	}
	if (c->ngiven)
		memcpy(&arg[n - 1], c->given, c->ngiven * sizeof(*arg));
	return py_invoke(
		c->run, c->at, &own->item[1], arg, n - 1 + c->ngiven, c->ret);
}

/* FN with its first arguments, and some by name, given: arg[1] is FN. */
static int call_partial(struct py_call *c)
{
	const struct py_value *fn = &c->arg[1];
	struct py_value own, name;
	struct py_method *m;

	if (fn->type == PY_FUNCTION)
		return py_bind_arguments(
			c->run, fn, c->given + 1, c->ngiven - 1, c->ret);
	if (py_new_list(c->run, PY_TUPLE, 0, &own) < 0)
		return -1;
	for (size_t i = 0; i < c->ngiven; i++) {
		const struct py_arg *a = &c->given[i];
		name = py_none();
		if (a->name.n &&
			py_new_str(c->run, a->name.s, a->name.n, &name) < 0)
			return -1;
		if (py_list_add(c->run, own.u.list, name) < 0 ||
			py_list_add(c->run, own.u.list, a->value) < 0)
			return -1;
	}
	m = py_alloc(c->run, sizeof(*m));
	if (!m)
		return -1;
	*m = (struct py_method){.fn = &partial_native, .self = own};
	*c->ret = (struct py_value){.type = PY_METHOD, .u.method = m};
	return 0;
}

enum { RIGHT, LEFT };

/* Where arg[1] goes in arg[0], sorted: on which side of those that equal it. */
static int call_bisect(struct py_call *c)
{
	bool left = c->fn->what == LEFT;
	long long n = py_count(c->run, c->at, &c->arg[0]), low, high;
	int64_t from = 0, to = n;
	struct py_value item;
	int yes;

	if (n < 0 || (!py_is_none(c, 2) && py_int_arg(c, 2, &from) < 0) ||
		(!py_is_none(c, 3) && py_int_arg(c, 3, &to) < 0))
		return -1;
	if (from < 0 || to > n)
		return py_raise_arg(c, 0, "bounds within the list");
	low = from;
	high = to;
	while (low < high) {
		long long mid = low + (high - low) / 2;
		if (py_charge(c->run, c->at, 1) < 0 ||
			py_nth(c->run, &c->arg[0], (size_t)mid, &item) < 0)
			return -1;
		yes = left ? less(c->run, c->at, &item, &c->arg[1])
			   : less(c->run, c->at, &c->arg[1], &item);
		if (yes < 0)
			return -1;
		if (left ? yes : !yes)
			low = mid + 1;
		else
			high = mid;
	}
	return py_result(c, py_int(low));
}

/* field(default=..., default_factory=...): what a dataclass looks at. */
static int call_field(struct py_call *c)
{
	return py_new_namespace(c->run, NULL, c->ret) < 0 ? -1
							  : py_add_named(c);
}

/* auto() of enum: what the class looks at. */
static int call_auto(struct py_call *c)
{
	return py_new_namespace(c->run, NULL, c->ret) < 0
		       ? -1
		       : py_set(c->run, c->ret, "*auto", py_none());
}

/* cast(T, x) of typing, and what decorators give back: the last one. */
static int call_last(struct py_call *c)
{
	return py_result(c, c->arg[c->narg - 1]);
}

#define COPY_DEPTH_MAX 32

/* V with what it holds, which what has no value does, too, into *RET. */
static int copy_deep(struct py_call *c, const struct py_value *v,
	unsigned depth, struct py_value *ret)
{
	const struct py_list *l = py_held(v);
	struct py_list *copy;
	struct py_value item;

	*ret = *v;
	if (!l)
		return 0;
	if (depth == COPY_DEPTH_MAX)
		return py_raise_arg(c, 0, "what does not hold itself");
	if (py_charge(c->run, c->at, l->n + 1) < 0 ||
		(v->type == PY_NAMESPACE
				? py_new_namespace(c->run, py_class_of(v), ret)
				: py_new_list(c->run, v->type, l->n, ret)) < 0)
		return -1;
	copy = py_held(ret);
	copy->lost = l->lost;
	copy->open = l->open;
	for (size_t i = 0; i < l->n; i++)
		if (copy_deep(c, &l->item[i], depth + 1, &item) < 0 ||
			py_list_add(c->run, copy, item) < 0)
			return -1;
	return 0;
}

static int call_deepcopy(struct py_call *c)
{
	return copy_deep(c, &c->arg[0], 0, c->ret);
}

/* *V, a copy, and what it holds: a dataclass becomes a dict of its fields. */
static int fields_alone(struct py_call *c, struct py_value *v)
{
	const struct py_class *class = py_class_of(v);
	struct py_list *l = py_held(v);
	size_t n = 0;

	if (class && class->dataclass) {
		for (size_t i = 0; i + 1 < l->n; i += 2) {
			if (!py_has_field(class, 0, l->item[i].u.str))
				continue;
			l->item[n++] = l->item[i];
			l->item[n++] = l->item[i + 1];
		}
		l->n = n;
		*v = (struct py_value){.type = PY_DICT, .u.list = l};
	}
	for (size_t i = 0; l && i < l->n; i++)
		if (v->type != PY_SET && fields_alone(c, &l->item[i]) < 0)
			return -1;
	return py_charge(c->run, c->at, l ? l->n : 0);
}

/* asdict(x), of a dataclass that is known. */
static int call_asdict(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	if (!py_class_of(v) || !py_class_of(v)->dataclass)
		return py_raise_arg(c, 0, "an object of a dataclass");
	return copy_deep(c, v, 0, c->ret) < 0 ? -1 : fields_alone(c, c->ret);
}

/* tqdm(x, ...): what shows progress gives the items of its first. */
static int call_first(struct py_call *c)
{
	for (size_t i = 0; i < c->ngiven; i++)
		if (c->given[i].name.n == 0 ||
			py_is_named(&c->given[i].name, "iterable"))
			return py_result(c, c->given[i].value);
	return py_raise_arg(c, 0, "what to go over");
}

/* trange(n, ...): tqdm(range(n), ...), or range(from, n, step). */
static int call_trange(struct py_call *c)
{
	const struct py_value range =
		py_native_value(py_function_find("range", 5));
	size_t n = 0;

	while (n < c->ngiven && c->given[n].name.n == 0)
		n++;
	return py_invoke(c->run, c->at, &range, c->given, n, c->ret);
}

static const struct py_native functions[] = {
	{"max", 0, PY_ANY, "key default", call_extreme, {.what = MAX}},
	{"min", 0, PY_ANY, "key default", call_extreme, {.what = MIN}},
	{"sorted", 1, 3, "iterable key reverse", py_call_sorted, {NULL}},
	{"functools.partial", 1, PY_ANY, "**", call_partial, {NULL}},
	{"functools.reduce", 2, 3, "", call_reduce, {NULL}},
	{"bisect.bisect", 2, 4, "a x lo hi", call_bisect, {.what = RIGHT}},
	{"bisect.bisect_left", 2, 4, "a x lo hi", call_bisect, {.what = LEFT}},
	{"bisect.bisect_right", 2, 4, "a x lo hi", call_bisect,
		{.what = RIGHT}},
	{"copy.deepcopy", 1, 1, "", call_deepcopy, {NULL}},
	{"dataclasses.asdict", 1, 1, "", call_asdict, {NULL}},
	{"dataclasses.field", 0, 0, "**", call_field, {NULL}},
	{"enum.auto", 0, 0, "", call_auto, {NULL}},
	{"typing.cast", 2, 2, "", call_last, {NULL}},
	/* Of what was pasted without its imports. */
	{"asdict", 1, 1, "", call_asdict, {NULL}},
	{"field", 0, 0, "**", call_field, {NULL}},
	{"tqdm", 1, PY_ANY, "**", call_first, {NULL}},
	{"tqdm.tqdm", 1, PY_ANY, "**", call_first, {NULL}},
	{"tqdm.auto.tqdm", 1, PY_ANY, "**", call_first, {NULL}},
	{"tqdm.notebook.tqdm", 1, PY_ANY, "**", call_first, {NULL}},
	{"trange", 1, PY_ANY, "**", call_trange, {NULL}},
	{"tqdm.trange", 1, PY_ANY, "**", call_trange, {NULL}},
	{"tqdm.auto.trange", 1, PY_ANY, "**", call_trange, {NULL}},
	{"tqdm.notebook.trange", 1, PY_ANY, "**", call_trange, {NULL}},
	{"track", 1, PY_ANY, "**", call_first, {NULL}},
	{"rich.progress.track", 1, PY_ANY, "**", call_first, {NULL}},
	{"partial", 1, PY_ANY, "**", call_partial, {NULL}},
	{"deepcopy", 1, 1, "", call_deepcopy, {NULL}},
};

const struct py_native *py_tools_find(const char *name, size_t n)
{
	return py_native_find(functions, ARRAY_SIZE(functions), name, n);
}
