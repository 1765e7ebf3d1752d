/* SPDX-License-Identifier: MIT */
/*
 * The numbers of the user's text, listed and changed as sched.h has it:
 * arguments of constructors, assignments of the top level, and those of -D.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "making/making.h"
#include "sched/sched.h"

/* Of longer lists the items are no numbers of their own. */
#define NITEM_MAX 8

struct py_value call_number(double x)
{
	return x == floor(x) && fabs(x) < (double)PY_INT_MAX
		       ? py_int((int64_t)x)
		       : py_float(x);
}

/* *V, a list of numbers, times K, or with item I being X where that is set. */
static int change_list(struct py_run *r, struct py_value *v, double k, size_t i,
	const double *x)
{
	const struct py_list *old = v->u.list;
	struct py_value new;

	if (py_new_list(r, v->type, old->n, &new) < 0)
		return -1;
	for (size_t j = 0; j < old->n; j++) {
		double item = x && j == i ? *x : py_number(&old->item[j]) * k;

		if (py_list_add(r, new.u.list, call_number(item)) < 0)
			return -1;
	}
	*v = new;
	return 0;
}

/* V is a list of numbers, one or more. */
static bool is_list_of_numbers(const struct py_value *v)
{
	if ((v->type != PY_LIST && v->type != PY_TUPLE) || !v->u.list->n)
		return false;
	for (size_t i = 0; i < v->u.list->n; i++)
		if (!py_is_number(&v->u.list->item[i]))
			return false;
	return true;
}

/* The items of *V, a list of numbers that is the argument NAME at AT, as they
 * are to be.  Returns 0, or -1. */
static int take_items(struct py_run *r, const struct py_str *name,
	const char *at, bool given, struct py_value *v)
{
	struct call_build *b = call_build_of(r);
	size_t n = v->u.list->n;

	for (size_t i = 0; n > 1 && n <= NITEM_MAX && i < n; i++) {
		char before[80];
		struct sched_number like = {.at = at,
			.before = before,
			.after = "",
			.value = py_number(&v->u.list->item[i]),
			.item = true,
			.given = given};
		double to;

		snprintf(before, sizeof(before), "%.*s[%zu]=", STR_ARG(*name),
			i);
		if (sched_numbers_take(b->numbers, &like, &to) < 0)
			return py_raise_nomem(r, sizeof(like));
		if (to != like.value && change_list(r, v, 1, i, &to) < 0)
			return -1;
	}
	return 0;
}

int call_take_argument(struct py_run *r, struct call_recipe *x, size_t i)
{
	struct call_build *b = call_build_of(r);
	struct py_str name = py_param(&x->constructor->def, i)->s;
	struct py_value *v = &x->slot[i];
	bool list = is_list_of_numbers(v), flag = v->type == PY_BOOL;
	char before[64];
	struct sched_number like = {.at = b->given + x->at->at,
		.before = before,
		.after = "",
		.value = list              ? 1
			 : py_is_number(v) ? py_number(v)
					   : 0,
		.flag = flag,
		.given = x->from[i]};
	double to;

	if (!b->numbers || x->outer || (!list && !py_is_number(v)))
		return 0;
	snprintf(before, sizeof(before), "%.*s%s", STR_ARG(name),
		list ? " times " : "=");
	if (sched_numbers_take(b->numbers, &like, &to) < 0)
		return py_raise_nomem(r, sizeof(like));
	if (list && to == 1)
		return take_items(r, &name, like.at, like.given, v);
	if (to == like.value)
		return 0;
	if (list)
		return change_list(r, v, to, 0, NULL);
	*v = flag ? py_bool(to != 0) : call_number(to);
	return 0;
}

/* *V, the number that stands behind NAME and SIGN at AT, as it is to be. */
static int take_named(struct call_build *b, const struct py_str *name,
	const char *prefix, const char *sign, const char *at,
	struct py_value *v)
{
	char before[80];
	struct sched_number like = {.at = at,
		.before = before,
		.after = "",
		.value = py_number(v),
		.flag = v->type == PY_BOOL,
		.given = true};
	double to;

	snprintf(before, sizeof(before), "%s%.*s%s", prefix, STR_ARG(*name),
		sign);
	if (sched_numbers_take(b->numbers, &like, &to) < 0)
		return -1;
	if (to != like.value)
		*v = like.flag ? py_bool(to != 0) : call_number(to);
	return 0;
}

int call_take_defined(
	struct call_build *b, const char *define, struct call_define *x)
{
	char option[16];

	if (!b->numbers || !py_is_number(&x->value))
		return 0;
	snprintf(option, sizeof(option), "%s ", b->names->define);
	return take_named(b, &x->path, option, "=", define, &x->value);
}

/* Whether -D gave NAME a value. */
static bool is_defined(const struct call_build *b, const struct py_str *name)
{
	for (const struct call_define *x = b->define; x; x = x->next)
		if (x->path.n == name->n &&
			memcmp(x->path.s, name->s, name->n) == 0)
			return true;
	return false;
}

int call_take_assigned(struct call_build *b)
{
	const struct py_node *e = b->numbers ? py_root(b->user)->arg : NULL;

	for (; e; e = e->next) {
		const struct py_node *value = e->arg, *name;
		struct py_value v;

		if (e->form != PY_ASSIGN || value->form != PY_CONST ||
			!py_is_number(&value->value))
			continue;
		name = value->next;
		if (!name || name->next || name->form != PY_NAME ||
			is_defined(b, &name->s))
			continue;
		v = value->value;
		if (take_named(b, &name->s, "", " = ", b->given + value->at,
			    &v) < 0)
			return -1;
		if (py_number(&v) != py_number(&value->value) &&
			py_define(b->user, name->s.s, name->s.n, v) < 0)
			return -1;
	}
	return 0;
}
