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

/* Whether a function that E makes in TOP may ask for GROUP later. */
static bool is_kept(const struct py_node *e, const struct py_node *group)
{
	return (e->form == PY_LAMBDA || e->form == PY_DEF) &&
	       py_mentions(e, &group->s);
}

/* Whether TOP does with GROUP, a name, no more than ask or set its parts. */
static bool only_parts(const struct py_node *top, const struct py_node *group)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->form == PY_DEL || is_kept(e, group))
			return false;
		if (e != group && e->form == PY_NAME &&
			call_same_name(&e->s, &group->s) &&
			(e->up->arg != e || (e->up->form != PY_INDEX &&
						    e->up->form != PY_ATTR)))
			return false;
	}
	return true;
}

/* Whether E stands in a loop or a clause that gives NAME its values. */
static bool is_given_by_loop(const struct py_node *e, const struct py_str *name)
{
	const struct py_node *clause;

	for (; e; e = e->up) {
		if (e->form == PY_FOR && py_mentions(e->arg, name))
			return true;
		for (clause = e->form < PY_EXPR ? e->arg : NULL; clause;
			clause = clause->next)
			if (clause->form == PY_CLAUSE &&
				py_mentions(clause->arg, name))
				return true;
	}
	return false;
}

/* Nodes that are looked at behind loops, in a text. */
#define NLOOKED (1 << 24)

/* Whether S, a loop, leaves its GROUP to what is behind it, or may do so. */
static bool leaves(struct call_build *b, const struct py_node *s,
	const struct py_node *group)
{
	const struct py_node *top = s;

	while (top->up && top->form != PY_DEF)
		top = top->up;
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (b->nlooked_behind++ > NLOOKED ||
			(e->form == PY_NAME &&
				call_same_name(&e->s, &group->s) &&
				e->at > s->end &&
				!is_given_by_loop(e, &group->s) &&
				py_assigned(e->up) != e))
			return true;
	return false;
}

/* Whether CALL, a len() of groups, is but how often something is done. */
static bool only_repeats(const struct py_node *call)
{
	const struct py_node *up = call->up;

	return up->form == PY_CALL
		       ? up->arg->form == PY_NAME &&
				 py_is_named(&up->arg->s, "range")
		       : up->form == PY_BINARY && up->op == PY_MUL &&
				 (up->arg->form == PY_MAKE_LIST ||
					 up->arg->next->form == PY_MAKE_LIST);
}

/* Whether TOP, of clauses, is what is added up: as many as there are. */
static bool is_summed(const struct py_node *top)
{
	return top->up && top->up->form == PY_CALL &&
	       top->up->arg->form == PY_NAME &&
	       py_is_named(&top->up->arg->s, "sum");
}

bool call_is_group_access(struct call_build *b, const struct py_node *at)
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
			return only_repeats(e);
	}
	if ((e->up->form != PY_FOR && e->up->form != PY_CLAUSE) ||
		e->up->arg->next != e)
		return false;
	target = over ? item_of(e, over, e->up->arg) : e->up->arg;
	if (!target || target->form != PY_NAME)
		return false;
	if (e->up->form == PY_FOR)
		return only_parts(e->up, target) && !leaves(b, e->up, target);
	return only_parts(e->up->up, target) && !is_summed(e->up->up);
}

static struct call_early *early_of(
	const struct call_build *b, const struct py_value *rate)
{
	struct call_early *x = b->early;

	while (x && x->of != rate)
		x = x->next;
	return x;
}

/* The Ith group of X; NULL: it is not known any more. */
static struct py_list *group_at(const struct call_early *x, size_t i)
{
	const struct py_list *all = x->groups.u.list;

	return !all->lost && i < all->n && all->item[i].type == PY_DICT &&
			       !all->item[i].u.list->lost
		       ? all->item[i].u.list
		       : NULL;
}

/* The value of KEY in D, which may be NULL; NULL: none. */
static struct py_value *part(struct py_list *d, const char *key)
{
	return d ? py_dict_find(d, key, strlen(key)) : NULL;
}

const struct py_list *call_early_group(
	const struct call_build *b, const struct py_value *rate)
{
	const struct call_early *x = early_of(b, rate);

	return x ? group_at(x, 0) : NULL;
}

/* The rate of the optimizer of RATE is V; as call_set_early(), for B alone. */
static void set_rate(struct call_build *b, const struct py_value *rate,
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

void call_set_early(struct call_build *b, const struct py_value *rate,
	const struct py_value *v, bool made)
{
	struct call_early *x = rate ? early_of(b, rate) : NULL;
	struct py_value *lr;

	for (size_t i = 0; x && i < x->groups.u.list->n; i++) {
		lr = part(group_at(x, i), "lr");
		if (lr)
			*lr = *v;
	}
	if (x)
		x->lr = *v;
	b->unfollowed = b->unfollowed || made;
	set_rate(b, rate, v, made);
}

static bool is_same(const struct py_value *a, const struct py_value *b)
{
	return py_is_number(a) && py_is_number(b)
		       ? py_number(a) == py_number(b)
		       : a->type == b->type &&
				 (a->type == PY_NONE ||
					 (a->type == PY_UNKNOWN &&
						 a->u.unknown == b->u.unknown));
}

/* B knows what X's first group has now. */
static void settle(struct call_build *b, struct call_early *x)
{
	struct py_list *group = group_at(x, 0);
	const struct py_value none = {.type = PY_NONE};
	const struct py_value *lr = part(group, "lr");
	const struct py_value *first = part(group, "initial_lr");

	if (!lr)
		lr = &none;
	if (!is_same(lr, &x->lr)) {
		set_rate(b, x->of, lr, false);
		x->lr = *lr;
	}
	if (!first || is_same(first, lr))
		return;
	b->rate_lost = true;
	if (!py_is_number(first))
		b->set_first = -1;
}

void call_settle_groups(struct call_build *b)
{
	for (struct call_early *x = b->early; x; x = x->next)
		settle(b, x);
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

/* The rate that the Ith group of the optimizer of RATE begins with. */
static struct py_value rate_at(
	const struct call_build *b, const struct py_value *rate, size_t i)
{
	const struct call_groups *g = call_groups_of(b, rate);
	const struct py_value *own =
		g && i > 0 && i < g->list->n ? call_group_rate(g, i) : NULL;

	if (own && own->type != PY_UNBOUND)
		return *own;
	return b->base_given && b->set_first == 0 ? py_float(b->place.base)
						  : *rate;
}

int call_early_groups(
	struct py_run *r, const struct py_value *rate, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	const struct call_groups *g = call_groups_of(b, rate);
	size_t n = call_count_groups(b);
	struct call_early *x;
	struct py_value group;

	x = early_of(b, rate);
	if (x) {
		*ret = x->groups;
		return 1;
	}
	n = g && g->list->n > n ? g->list->n : n;
	x = py_alloc(r, sizeof(*x));
	if (!x || py_new_list(r, PY_LIST, n, ret) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (make_early(r, rate_at(b, rate, i), &group) < 0 ||
			py_list_add(r, ret->u.list, group) < 0)
			return -1;
	*x = (struct call_early){.of = rate,
		.groups = *ret,
		.lr = rate_at(b, rate, 0),
		.next = b->early};
	b->early = x;
	return 1;
}

double call_first_rate(const struct call_build *b, bool *known)
{
	const struct py_value *rate = b->optimizer_rate;

	*known = b->set_first > 0;
	if (*known)
		return b->first;
	/* One without a value is asked for. */
	*known = b->set_first == 0 && (b->base_given || rate);
	return !b->base_given && rate && py_is_number(rate) ? py_number(rate)
							    : b->place.base;
}

double call_rate_before(
	const struct call_build *b, const struct py_value *of, bool *known)
{
	const struct py_list *early = call_early_group(b, of);
	const struct py_value *lr = early ? py_dict_find(early, "lr", 2) : NULL;

	*known = true;
	if (!b->base_given && lr && py_is_number(lr))
		return py_number(lr);
	/* What was set is that of the last made, or scheduled. */
	if (!b->base_given && of && py_is_number(of) &&
		(of != b->optimizer_rate || (b->touched && b->touched != of)))
		return py_number(of);
	return call_first_rate(b, known);
}
