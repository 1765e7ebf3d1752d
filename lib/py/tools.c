/* SPDX-License-Identifier: MIT */
/*
 * functools, bisect and what classes take from dataclasses and typing (library
 * reference 3.11).
 */
#include <string.h>

#include "py/py_impl.h"

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
		return py_exception(c->run, "TypeError",
			py_raise(c->run, c->at, "reduce() of nothing"));
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
	"partial", 1, PY_ANY, "**", call_partial_of, NULL};

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

/* Where arg[1] goes in arg[0], which is sorted: behind those that equal it. */
static int call_bisect(struct py_call *c)
{
	bool left = strcmp(c->fn->name, "bisect.bisect_left") == 0;
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
		yes = left ? py_less(c->run, c->at, &item, &c->arg[1])
			   : py_less(c->run, c->at, &c->arg[1], &item);
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
	return py_new_list(c->run, PY_NAMESPACE, 0, c->ret) < 0
		       ? -1
		       : py_add_named(c);
}

/* auto() of enum: what the class looks at. */
static int call_auto(struct py_call *c)
{
	struct py_value key;

	return py_new_list(c->run, PY_NAMESPACE, 0, c->ret) < 0 ||
			       py_new_str(c->run, "*auto", 5, &key) < 0 ||
			       py_dict_set(c->run, c->at, c->ret->u.list, &key,
				       &key) < 0
		       ? -1
		       : 0;
}

/* cast(T, x) of typing, and what decorators give back: the last one. */
static int call_last(struct py_call *c)
{
	return py_result(c, c->arg[c->narg - 1]);
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

static const struct py_native functions[] = {
	{"functools.partial", 1, PY_ANY, "**", call_partial, NULL},
	{"functools.reduce", 2, 3, "", call_reduce, NULL},
	{"bisect.bisect", 2, 4, "a x lo hi", call_bisect, NULL},
	{"bisect.bisect_left", 2, 4, "a x lo hi", call_bisect, NULL},
	{"bisect.bisect_right", 2, 4, "a x lo hi", call_bisect, NULL},
	{"dataclasses.field", 0, 0, "**", call_field, NULL},
	{"enum.auto", 0, 0, "", call_auto, NULL},
	{"typing.cast", 2, 2, "", call_last, NULL},
	/* Of what was pasted without its imports. */
	{"field", 0, 0, "**", call_field, NULL},
	{"tqdm", 1, PY_ANY, "**", call_first, NULL},
	{"tqdm.tqdm", 1, PY_ANY, "**", call_first, NULL},
	{"tqdm.auto.tqdm", 1, PY_ANY, "**", call_first, NULL},
	{"tqdm.notebook.tqdm", 1, PY_ANY, "**", call_first, NULL},
	{"track", 1, PY_ANY, "**", call_first, NULL},
	{"rich.progress.track", 1, PY_ANY, "**", call_first, NULL},
	{"partial", 1, PY_ANY, "**", call_partial, NULL},
};

bool py_tools_find(const char *name, size_t n, struct py_value *ret)
{
	const struct py_native *fn =
		py_native_find(functions, N(functions), name, n);

	if (fn)
		*ret = py_native_value(fn);
	return fn != NULL;
}
