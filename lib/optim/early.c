/* SPDX-License-Identifier: MIT */
/*
 * Groups of an optimizer before the first step: what a text reads in them, and
 * what it sets their rate to, is as Python has it.
 */
#include <math.h>
#include <string.h>

#include "optim/optim.h"

/* Whether CALL is one of Python's that goes over E, an argument. */
static bool goes_over(const struct py_node *call, const struct py_node *e)
{
	return call->form == PY_CALL && call->arg != e &&
	       call->arg->form == PY_NAME &&
	       py_is_word_of(&call->arg->s, "zip enumerate reversed len");
}

/* What of TARGET has the items of E, an argument of CALL; NULL: not seen. */
static const struct py_node *item_of(const struct py_node *call,
	const struct py_node *e, const struct py_node *target)
{
	if (py_is_named(&call->arg->s, "reversed"))
		return target;
	if (target->form != PY_MAKE_TUPLE && target->form != PY_MAKE_LIST)
		return NULL;
	target = target->arg;
	if (py_is_named(&call->arg->s, "enumerate"))
		return target ? target->next : NULL;
	for (const struct py_node *a = call->arg->next; a != e && target;
		a = a->next)
		target = target->next;
	return target;
}

/* Whether TOP does with GROUP, a name, no more than ask or set its parts. */
static bool only_parts(const struct py_node *top, const struct py_node *group)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->form == PY_DEL)
			return false;
		if (e != group && e->form == PY_NAME &&
			call_same_name(&e->s, &group->s) &&
			(e->up->arg != e || (e->up->form != PY_INDEX &&
						    e->up->form != PY_ATTR)))
			return false;
	}
	return true;
}

bool call_is_group_access(const struct py_node *at)
{
	const struct py_node *e = at, *over = NULL, *target;

	if (!e || !call_groups_owner(e) || !e->up)
		return false;
	if (e->up->form == PY_INDEX && e->up->arg == e) {
		e = e->up;
		return e->up->arg == e &&
		       (e->up->form == PY_INDEX || e->up->form == PY_ATTR);
	}
	if (goes_over(e->up, e)) {
		over = e;
		e = e->up;
		if (py_is_named(&e->arg->s, "len"))
			return true;
	}
	if ((e->up->form != PY_FOR && e->up->form != PY_CLAUSE) ||
		e->up->arg->next != e)
		return false;
	target = over ? item_of(e, over, e->up->arg) : e->up->arg;
	return target && target->form == PY_NAME &&
	       only_parts(e->up->form == PY_FOR ? e->up : e->up->up, target);
}

/* The value of KEY in B's first group; NULL: none. */
static struct py_value *part(const struct call_build *b, const char *key)
{
	return b->early.groups.type == PY_LIST
		       ? py_dict_find(b->early.groups.u.list->item->u.list, key,
				 strlen(key))
		       : NULL;
}

void call_set_early(struct call_build *b, const struct py_value *rate,
	const struct py_value *v, bool made)
{
	if (!py_is_number(v)) {
		b->rate_lost = true;
		b->set_first = -1;
		return;
	}
	if (!rate || rate == b->optimizer_rate || !b->optimizer_rate) {
		b->set_first = 1;
		b->first = py_number(v);
	}
	/* A schedule that is made has taken the rate before. */
	if (!made && rate)
		*(struct py_value *)(uintptr_t)rate = *v;
	else
		b->rate_lost = true;
}

static bool is_same(const struct py_value *a, const struct py_value *b)
{
	return py_is_number(a) && py_is_number(b)
		       ? py_number(a) == py_number(b)
		       : a->type == b->type && a->type == PY_UNKNOWN &&
				 a->u.unknown == b->u.unknown;
}

void call_settle_groups(struct call_build *b)
{
	const struct py_value *lr = part(b, "lr");
	const struct py_value *first = part(b, "initial_lr");

	if (!lr)
		return;
	if (!is_same(lr, &b->early.lr))
		call_set_early(b, b->early.of, lr, false);
	if (first && !is_same(first, lr))
		b->rate_lost = true;
	b->early.lr = *lr;
}

/* Groups that are asked for by number, at most. */
#define CALL_NGROUP 16

/* How many groups the text asks for by numbers in E: param_groups[1] */
static size_t numbered(const struct py_node *top)
{
	double last = 0;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *of = e->form == PY_INDEX ? e->arg : NULL;

		if (of && call_groups_owner(of) && of->next->form == PY_CONST &&
			of->next->value.type == PY_INT &&
			py_number(&of->next->value) < CALL_NGROUP)
			last = fmax(last, py_number(&of->next->value));
	}
	return 1 + (size_t)last;
}

size_t call_count_groups(struct call_build *b)
{
	if (b->ngroup == 0)
		b->ngroup = numbered(py_root(b->user));
	return b->ngroup;
}

/* A group with RATE alone, which is open, into *RET. */
static int make_early(
	struct py_run *r, struct py_value rate, struct py_value *ret)
{
	struct py_value key;

	if (py_new_list(r, PY_DICT, 2, ret) < 0 ||
		py_new_str(r, "lr", 2, &key) < 0 ||
		py_list_add(r, ret->u.list, key) < 0 ||
		py_list_add(r, ret->u.list, rate) < 0)
		return -1;
	ret->u.list->open = true;
	return 0;
}

int call_early_groups(
	struct py_run *r, const struct py_value *rate, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	size_t n = call_count_groups(b);
	struct py_value group;

	call_settle_groups(b);
	*ret = b->early.groups;
	if (b->early.of == rate)
		return 1;
	b->early.of = rate;
	b->early.lr = b->base_given && b->set_first == 0
			      ? py_float(b->place.base)
			      : *rate;
	if (py_new_list(r, PY_LIST, n, ret) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (make_early(r, b->early.lr, &group) < 0 ||
			py_list_add(r, ret->u.list, group) < 0)
			return -1;
	b->early.groups = *ret;
	return 1;
}
