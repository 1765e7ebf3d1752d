/* SPDX-License-Identifier: MIT */
/*
 * What in a text sets the rate of an optimizer, and to what of its groups: by
 * their names, as no optimizer is at hand.
 */
#include <string.h>

#include "optim/optim.h"

/* Whether E is optimizer.lr, by its last names, or an "lr" that may be it. */
static bool is_rate(const struct py_node *e)
{
	return e && ((e->form == PY_NAME && call_is_rate_name(&e->s)) ||
			    call_is_optimizer_lr(e));
}

/* Whether E may be a group of an optimizer's, by its name, and no meter. */
static bool is_group(const struct py_node *e)
{
	if (e->form == PY_INDEX)
		return true;
	return (e->form == PY_NAME || e->form == PY_ATTR) &&
	       (e->s.n < 3 || call_has_part(&e->s, "group") ||
		       call_like_optimizer(&e->s));
}

/* Whether the call E sets it: lr.assign(x), set_value(opt.lr, x), ... */
static bool call_sets(const struct py_node *e)
{
	const struct py_node *f = e->arg, *first = f->next;

	if (f->form != PY_ATTR && f->form != PY_NAME)
		return false;
	if (py_is_named(&f->s, "set_value"))
		return is_rate(first);
	if (py_is_named(&f->s, "setattr"))
		return first && call_is_rate_key(first->next);
	if (f->form != PY_ATTR)
		return false;
	if (py_is_named(&f->s, "update"))
		return is_group(f->arg) &&
		       (call_gives_rate(e) ||
			       (first && first->form == PY_MAKE_DICT &&
				       call_is_rate_key(first->arg)));
	return f->s.n >= 6 && memcmp(f->s.s, "assign", 6) == 0 &&
	       is_rate(f->arg);
}

/* Whether statement S, without what is in it, sets the rate. */
static bool assigns_rate(const struct py_node *s)
{
	const struct py_node *t = py_assigned(s);

	if (!t)
		return false;
	if (t->form == PY_INDEX)
		return call_is_rate_key(t->arg->next);
	return t->form == PY_ATTR && is_rate(t);
}

bool call_sets_rate(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return assigns_rate(e) || (e->form == PY_CALL && call_sets(e));
}

bool call_sets_any_rate(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *e = root;

	while (e && !call_sets_rate(b, e))
		e = py_walk(root, e);
	return e != NULL;
}

/* Whether E uses the rate that a group has, in what it sets or compares. */
bool call_reads_rate(const struct py_node *e)
{
	const struct py_node *kid = e->arg;

	if (e->form == PY_AUGMENT && assigns_rate(e))
		return true;
	if (e->form == PY_INDEX && call_is_rate_key(e->arg->next))
		return true;
	if (e->form == PY_ASSIGN)
		return call_reads_rate(e->arg);
	for (; kid; kid = kid->next)
		if (call_reads_rate(kid))
			return true;
	return false;
}

bool call_has_name(const struct py_node *top, const char *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if ((e->form == PY_NAME || e->form == PY_ATTR) &&
			py_is_named(&e->s, name))
			return true;
	return false;
}

/* --- groups of parameters ------------------------------------------------- */

/* Whether E is one of an optimizer's groups, or some of them, by number. */
static bool is_numbered(const struct py_node *e)
{
	return e->form == PY_INDEX && call_groups_owner(e->arg);
}

/* Whether E mentions NAME otherwise than as the place of an item. */
static bool computes_by(const struct py_node *e, const struct py_str *name)
{
	if (e->form == PY_NAME)
		return call_same_name(&e->s, name);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if ((e->form != PY_INDEX || kid == e->arg) &&
			computes_by(kid, name))
			return true;
	return false;
}

/* Whether E asks GROUP, a name, for something else than its rate. */
static bool asks_group(const struct py_node *top, const struct py_node *group)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *key =
			e->form == PY_INDEX ? e->arg->next : NULL;

		if (key && key->form == PY_CONST && key->value.type == PY_STR &&
			!call_is_rate_key(key) &&
			!py_is_named(key->value.u.str, "initial_lr") &&
			e->arg->form == PY_NAME &&
			call_same_name(&e->arg->s, &group->s))
			return true;
	}
	return false;
}

/* Whether a statement in E gives the first group what the text A has. */
static bool gives_first(
	const struct py_module *m, const struct py_node *top, struct py_str a)
{
	size_t n;
	const char *text = py_text(m, &n);

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *of =
			e->form == PY_ASSIGN && assigns_rate(e)
				? e->arg->next->arg
				: NULL;

		if (of && is_numbered(of) && of->arg->next->form == PY_CONST &&
			!py_true(&of->arg->next->value) &&
			e->arg->end - e->arg->at == a.n &&
			memcmp(text + e->arg->at, a.s, a.n) == 0)
			return true;
	}
	return false;
}

/*
 * Whether S, which sets a group's rate, does that for another than the first.
 */
static bool is_of_other(const struct call_build *b, const struct py_node *s,
	const struct py_str *count)
{
	const struct py_node *v = s->form == PY_ASSIGN ? s->arg : s->arg->next;
	const struct py_node *t = s->form == PY_ASSIGN ? v->next : s->arg;
	const struct py_node *group = t->arg, *at;
	size_t n;
	const char *text = py_text(b->user, &n);

	if (count && computes_by(v, count))
		return true;
	if (group->form == PY_NAME)
		return asks_group(v, group);
	at = is_numbered(group) ? group->arg->next : NULL;
	if (!at || at->form == PY_UNARY)
		return false;
	return at->form != PY_CONST ||
	       (py_true(&at->value) &&
		       !gives_first(b->user, py_root(b->user),
			       (struct py_str){v->end - v->at, text + v->at}));
}

/*
 * Whether E gives groups rates that differ, by what they ask a group for, by
 * number, or by the COUNT of a loop over them (NULL: there is none).
 */
static bool groups_differ(const struct call_build *b, const struct py_node *e,
	const struct py_str *count, bool other)
{
	const struct py_node *over = e->form == PY_FOR ? e->arg->next : NULL;

	if (assigns_rate(e))
		return (e->form != PY_ASSIGN ||
			       e->arg->next->form == PY_INDEX) &&
		       (other || is_of_other(b, e, count));
	if (over && is_numbered(over))
		other = true;
	if (over && over->form == PY_CALL &&
		py_is_named(&over->arg->s, "enumerate") &&
		call_has_name(over, "param_groups") && e->arg->arg)
		count = &e->arg->arg->s;
	if (e->form == PY_IF && count && computes_by(e->arg, count))
		other = true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (groups_differ(b, kid, count, other))
			return true;
	return false;
}

/* Whether E goes on from the rates that groups have, or have had. */
static bool begins_with_groups(const struct py_node *top)
{
	if (call_has_name(top, "base_lrs"))
		return true;
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (call_reads_rate(e) ||
			(e->form == PY_CONST && e->value.type == PY_STR &&
				py_is_named(e->value.u.str, "initial_lr")))
			return true;
	return false;
}

int call_note_given_groups(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *root = py_root(b->user);

	if (b->optimizer_rate && begins_with_groups(root) &&
		call_note_groups(r, b->optimizer_rate) < 0)
		return -1;
	return groups_differ(b, root, NULL, false)
		       ? call_remark(r,
				 "groups of parameters are given rates of "
				 "their own: the first's is shown")
		       : 0;
}
