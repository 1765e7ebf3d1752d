/* SPDX-License-Identifier: MIT */
/*
 * What gives values one by one (library reference 3.11, itertools and the
 * built-in functions that make iterators).  A list is gone over as it is while
 * one goes: what is added meanwhile comes too.
 */
#include <string.h>

#include "base/array.h"
#include "builtin/builtin_impl.h"

/* --- sequences ------------------------------------------------------------ */

static int call_iter(struct py_call *c)
{
	struct py_iter it;

	if (c->arg[0].type == PY_ITER)
		return py_result(c, c->arg[0]);
	return py_iterate(c->run, c->at, &c->arg[0], &it) < 0
		       ? -1
		       : py_new_iter(c->run, &it, c->ret);
}

static int call_next(struct py_call *c)
{
	int more;

	if (c->arg[0].type != PY_ITER)
		return py_raise_arg(c, 0, "an iterator");
	more = py_next(c->run, c->at, c->arg[0].u.iter, c->ret);
	if (more)
		return more < 0 ? -1 : 0;
	if (py_given(c, 1))
		return py_result(c, c->arg[1]);
	return py_raise_as(c->run, c->at, "StopIteration", "next() at the end");
}

static int next_reversed(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	long long n = py_count(r, at, &it->over);

	if (n < 0 || it->count < 0 || it->count >= n)
		return n < 0 ? -1 : 0;
	return py_nth(r, &it->over, (size_t)it->count--, ret) < 0 ? -1 : 1;
}

static int call_reversed(struct py_call *c)
{
	struct py_iter it = {.next = next_reversed, .over = c->arg[0]};
	long long n = py_count(c->run, c->at, &c->arg[0]);

	it.count = n - 1;
	if (c->arg[0].type == PY_SET)
		return py_raise_arg(c, 0, "a list");
	return n < 0 ? -1 : py_new_iter(c->run, &it, c->ret);
}

/* --- of others ------------------------------------------------------------ */

/* IT over all of VALUE[0..N), as a value of C's. */
static int over_all(struct py_call *c, struct py_iter *it,
	const struct py_value *value, size_t n)
{
	it->npart = n;
	it->part = py_alloc(c->run, (n + 1) * sizeof(*it->part));
	if (!it->part)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (py_iterate(c->run, c->at, &value[i], &it->part[i]) < 0)
			return -1;
	return py_new_iter(c->run, it, c->ret);
}

/* Over all that C was given. */
static int call_over(struct py_call *c)
{
	struct py_iter it = {.next = c->fn->next};

	return over_all(c, &it, c->arg, c->narg);
}

/* Over the second, by the first, a function. */
static int call_by(struct py_call *c)
{
	struct py_iter it = {.next = c->fn->next, .fn = c->arg[0]};

	return over_all(c, &it, c->arg + 1, 1);
}

static int unequal_lengths(struct py_run *r, const struct py_node *at)
{
	return py_raise_as(r, at, "ValueError", "zip() of unequal lengths");
}

/* The next of every part, a tuple; 0 where one ends. */
static int next_row(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct py_value row;

	if (it->npart == 0 || py_new_list(r, PY_TUPLE, it->npart, &row) < 0)
		return it->npart == 0 ? 0 : -1;
	for (size_t i = 0; i < it->npart; i++) {
		int more = py_next(r, at, &it->part[i], &row.u.list->item[i]);

		if (more == 0 && i > 0 && it->step)
			return unequal_lengths(r, at);
		if (more <= 0)
			return more;
		row.u.list->n++;
	}
	*ret = row;
	return 1;
}

static int next_strict(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	int more = next_row(r, at, it, ret);
	struct py_value v;

	for (size_t i = 1; more == 0 && i < it->npart; i++) {
		more = py_next(r, at, &it->part[i], &v);
		if (more > 0)
			return unequal_lengths(r, at);
	}
	return more;
}

static int call_zip(struct py_call *c)
{
	struct py_iter it = {.next = next_row};
	int strict = py_given(c, 0) ? py_truth(c->run, c->at, &c->arg[0]) : 0;

	if (strict < 0)
		return -1;
	it.step = strict;
	it.next = strict ? next_strict : next_row;
	return over_all(c, &it, c->arg + 1, c->narg - 1);
}

static int next_numbered(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct py_value item;
	int more = py_next(r, at, it->part, &item);

	if (more > 0 && py_new_pair(r, py_int(it->count++), item, ret) < 0)
		return -1;
	return more;
}

static int call_enumerate(struct py_call *c)
{
	struct py_iter it = {.next = next_numbered};

	if (py_given(c, 1) && py_int_arg(c, 1, &it.count) < 0)
		return -1;
	return over_all(c, &it, c->arg, 1);
}

/* FN of the next of every part. */
static int next_mapped(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct py_arg few[4] = {{.at = NULL}};

	for (size_t i = 0; i < it->npart; i++) {
		int more = py_next(r, at, &it->part[i], &few[i].value);
		if (more <= 0)
			return more;
	}
	return py_invoke(r, at, &it->fn, few, it->npart, ret) < 0 ? -1 : 1;
}

static int call_map(struct py_call *c)
{
	struct py_iter it = {.next = next_mapped, .fn = c->arg[0]};

	if (c->narg > 5)
		return py_raise(c->run, c->at,
			"map() of %zu iterables; expected four at most",
			c->narg - 1);
	return over_all(c, &it, c->arg + 1, c->narg - 1);
}

/* FN(item)'s truth, or the item's own. */
static int passes(struct py_run *r, const struct py_node *at,
	const struct py_value *fn, const struct py_value *item)
{
	struct py_arg arg = {.value = *item};
	struct py_value v = *item;

	if (fn->type != PY_NONE && py_invoke(r, at, fn, &arg, 1, &v) < 0)
		return -1;
	return py_truth(r, at, &v);
}

/* Those whose truth is WANTED. */
static int filtered(struct py_run *r, const struct py_node *at,
	struct py_iter *it, int wanted, struct py_value *ret)
{
	int more, yes;

	while ((more = py_next(r, at, it->part, ret)) > 0) {
		yes = passes(r, at, &it->fn, ret);
		if (yes < 0 || yes == wanted)
			return yes < 0 ? -1 : 1;
	}
	return more;
}

static int next_true(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	return filtered(r, at, it, 1, ret);
}

static int next_false(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	return filtered(r, at, it, 0, ret);
}

/* --- itertools ------------------------------------------------------------ */

static int next_while(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	int more = py_next(r, at, it->part, ret);

	return more <= 0 ? more : passes(r, at, &it->fn, ret);
}

static int next_after(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	int more, yes = 1;

	while ((more = py_next(r, at, it->part, ret)) > 0 && !it->count) {
		yes = passes(r, at, &it->fn, ret);
		if (yes <= 0) {
			it->count = 1;
			return yes < 0 ? -1 : 1;
		}
	}
	return more;
}

static int next_chained(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	for (; it->i < it->npart; it->i++) {
		int more = py_next(r, at, &it->part[it->i], ret);
		if (more)
			return more;
	}
	return 0;
}

static int call_chain_all(struct py_call *c)
{
	struct py_iter it = {.next = next_chained};
	struct py_value all;

	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, &all) < 0
		       ? -1
		       : over_all(c, &it, all.u.list->item, all.u.list->n);
}

/* FN's value from START in STEPs, which may be floats. */
static int next_counted(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	*ret = it->over;
	return py_operate(r, at, PY_ADD, &it->over, &it->fn, &it->over) < 0 ? -1
									    : 1;
}

static int call_count(struct py_call *c)
{
	struct py_iter it = {.next = next_counted,
		.over = py_given(c, 0) ? c->arg[0] : py_int(0),
		.fn = py_given(c, 1) ? c->arg[1] : py_int(1)};

	if (it.over.type == PY_FLOAT || it.fn.type == PY_FLOAT)
		return py_raise(
			c->run, c->at, "count() by a float; expected ints");
	return py_new_iter(c->run, &it, c->ret);
}

static int next_cycled(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	(void)r;
	(void)at;
	if (it->over.u.list->n == 0)
		return 0;
	*ret = it->over.u.list->item[it->i++ % it->over.u.list->n];
	return 1;
}

static int call_cycle(struct py_call *c)
{
	struct py_iter it = {.next = next_cycled};

	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, &it.over) < 0
		       ? -1
		       : py_new_iter(c->run, &it, c->ret);
}

static int next_repeated(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	(void)r;
	(void)at;
	*ret = it->over;
	return it->count < 0 || it->count-- > 0;
}

static int call_repeat(struct py_call *c)
{
	struct py_iter it = {
		.next = next_repeated, .over = c->arg[0], .count = -1};

	if (py_given(c, 1) && py_int_arg(c, 1, &it.count) < 0)
		return -1;
	if (py_given(c, 1) && it.count < 0)
		it.count = 0;
	return py_new_iter(c->run, &it, c->ret);
}

/* Items I, I + STEP ... before COUNT (below 0: no end). */
static int next_sliced(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	int64_t skip = it->over.u.i - (int64_t)it->i;
	int more = 1;

	if (it->count >= 0 && it->over.u.i >= it->count)
		return 0;
	for (; skip >= 0 && more > 0; skip--, it->i++)
		more = py_next(r, at, it->part, ret);
	it->over.u.i += it->step;
	return more;
}

static int call_islice(struct py_call *c)
{
	struct py_iter it = {
		.next = next_sliced, .over = py_int(0), .count = -1, .step = 1};
	size_t stop = py_given(c, 2) ? 2 : 1;

	if ((stop == 2 && c->arg[1].type != PY_NONE &&
		    py_int_arg(c, 1, &it.over.u.i) < 0) ||
		(c->arg[stop].type != PY_NONE &&
			py_int_arg(c, stop, &it.count) < 0) ||
		(py_given(c, 3) && py_int_arg(c, 3, &it.step) < 0))
		return -1;
	if (it.over.u.i < 0 || it.step < 1 ||
		(it.count < 0 && c->arg[stop].type != PY_NONE))
		return py_raise(c->run, c->at,
			"islice() by a negative; expected 0 or more");
	return over_all(c, &it, c->arg, 1);
}

/* The sums on the way, or what FN makes of two. */
static int next_sum(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct py_arg arg[2] = {{.value = it->over}, {.at = NULL}};
	int more = 1, bad = 0;

	if (it->i++ == 0 && it->over.type != PY_UNBOUND) {
		*ret = it->over;
		return 1;
	}
	more = py_next(r, at, it->part, &arg[1].value);
	if (more <= 0)
		return more;
	if (it->over.type == PY_UNBOUND)
		it->over = arg[1].value;
	else if (it->fn.type == PY_NONE)
		bad = py_operate(
			r, at, PY_ADD, &arg[0].value, &arg[1].value, &it->over);
	else
		bad = py_invoke(r, at, &it->fn, arg, 2, &it->over);
	*ret = it->over;
	return bad < 0 ? -1 : 1;
}

static int call_accumulate(struct py_call *c)
{
	struct py_iter it = {
		.next = next_sum, .fn = py_given(c, 1) ? c->arg[1] : py_none()};

	if (py_given(c, 2) && c->arg[2].type != PY_NONE)
		it.over = c->arg[2];
	return over_all(c, &it, c->arg, 1);
}

static int next_pair(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct py_value first;
	int more = 1;

	if (it->over.type == PY_UNBOUND)
		more = py_next(r, at, it->part, &it->over);
	first = it->over;
	if (more > 0)
		more = py_next(r, at, it->part, &it->over);
	return more <= 0 || py_new_pair(r, first, it->over, ret) == 0 ? more
								      : -1;
}

/* Row I of the product of OVER's lists, the last the fastest. */
static int next_product(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const struct py_list *lists = it->over.u.list;
	size_t rest = it->i++;
	struct py_value row;

	(void)at;
	if ((int64_t)rest >= it->count ||
		py_new_list(r, PY_TUPLE, lists->n, &row) < 0)
		return (int64_t)rest >= it->count ? 0 : -1;
	row.u.list->n = lists->n;
	for (size_t i = lists->n; i-- > 0;) {
		const struct py_list *l = lists->item[i].u.list;
		row.u.list->item[i] = l->item[rest % l->n];
		rest /= l->n;
	}
	*ret = row;
	return 1;
}

static int call_product(struct py_call *c)
{
	struct py_iter it = {.next = next_product, .count = 1};
	struct py_value list;

	if (py_new_list(c->run, PY_LIST, 0, &it.over) < 0)
		return -1;
	for (size_t i = 0; i < c->narg; i++) {
		if (py_list_of(c->run, c->at, &c->arg[i], PY_LIST, &list) < 0 ||
			py_list_add(c->run, it.over.u.list, list) < 0)
			return -1;
		it.count *= (int64_t)list.u.list->n;
		if (it.count > PY_BUILD_STEPS)
			return py_raise(c->run, c->at,
				"a product is too long; expected at most %d "
				"items",
				PY_BUILD_STEPS);
	}
	return py_new_iter(c->run, &it, c->ret);
}

/* --- names ---------------------------------------------------------------- */

static const struct py_native builtins[] = {
	{"enumerate", 1, 2, "iterable start", call_enumerate, {NULL}},
	{"filter", 2, 2, "", call_by, {.next = next_true}},
	{"iter", 1, 1, "", call_iter, {NULL}},
	{"map", 2, PY_ANY, "", call_map, {NULL}},
	{"next", 1, 2, "", call_next, {NULL}},
	{"reversed", 1, 1, "", call_reversed, {NULL}},
	{"zip", 0, PY_ANY, "strict", call_zip, {NULL}},
};

static const struct py_native tools[] = {
	{"accumulate", 1, 3, "iterable func initial", call_accumulate, {NULL}},
	{"chain", 0, PY_ANY, "", call_over, {.next = next_chained}},
	{"chain.from_iterable", 1, 1, "", call_chain_all, {NULL}},
	{"count", 0, 2, "start step", call_count, {NULL}},
	{"cycle", 1, 1, "", call_cycle, {NULL}},
	{"dropwhile", 2, 2, "", call_by, {.next = next_after}},
	{"filterfalse", 2, 2, "", call_by, {.next = next_false}},
	{"islice", 2, 4, "", call_islice, {NULL}},
	{"pairwise", 1, 1, "", call_over, {.next = next_pair}},
	{"product", 0, PY_ANY, "", call_product, {NULL}},
	{"repeat", 1, 2, "object times", call_repeat, {NULL}},
	{"takewhile", 2, 2, "", call_by, {.next = next_while}},
};

const struct py_native *py_iter_find(const char *name, size_t n)
{
	static const char prefix[] = "itertools.";
	const size_t len = sizeof(prefix) - 1;

	if (n > len && memcmp(name, prefix, len) == 0)
		return py_native_find(
			tools, ARRAY_SIZE(tools), name + len, n - len);
	return py_native_find(builtins, ARRAY_SIZE(builtins), name, n);
}
