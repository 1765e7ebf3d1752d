/* SPDX-License-Identifier: MIT */
/* What goes by the order of values: sorted, min, max (library reference 3.11).
 */
#include <string.h>

#include "py/py_impl.h"

int py_less(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	struct py_value less;

	return py_operate(r, at, PY_LT, a, b, &less) < 0
		       ? -1
		       : py_truth(r, at, &less);
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
			second =
				down ? py_less(c->run, c->at, &key[i], &key[j])
				     : py_less(c->run, c->at, &key[j], &key[i]);
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

/* min and max: arg[0] key, arg[1] default, then the values or one list. */
static int extreme(struct py_call *c, bool max)
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
		return py_exception(c->run, "ValueError",
			py_raise(c->run, c->at, "%s() of an empty list",
				c->fn->name));
	}
	for (size_t i = 1; i < list.u.list->n; i++) {
		int better = max ? py_less(c->run, c->at, &key[best], &key[i])
				 : py_less(c->run, c->at, &key[i], &key[best]);
		if (better < 0)
			return -1;
		best = better ? i : best;
	}
	if (list.u.list->n == 1 && list.u.list->item[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &list.u.list->item[0]);
	return py_result(c, list.u.list->item[best]);
}

static int call_min(struct py_call *c)
{
	return extreme(c, false);
}

static int call_max(struct py_call *c)
{
	return extreme(c, true);
}

static const struct py_native functions[] = {
	{"max", 0, PY_ANY, "key default", call_max, NULL},
	{"min", 0, PY_ANY, "key default", call_min, NULL},
	{"sorted", 1, 3, "iterable key reverse", py_call_sorted, NULL},
};

bool py_order_find(const char *name, size_t n, struct py_value *ret)
{
	const struct py_native *fn =
		py_native_find(functions, N(functions), name, n);

	if (fn)
		*ret = py_native_value(fn);
	return fn != NULL;
}
