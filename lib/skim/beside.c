/* SPDX-License-Identifier: MIT */
/*
 * Schedules that a text makes beside the one that is shown: whether they differ
 * from it, and those of other functions, where nothing that runs says which of
 * them trains.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "sched/sched.h"
#include "skim/skim.h"

/* --- whether they differ -------------------------------------------------- */

/* Rows in which two schedules are compared, at most; before -n is asked for. */
#define NCOMPARED (1 << 20)
#define NGLANCED (1 << 12)

/* What is made again with another number was asked before. */
int call_is_same(const struct call_build *b, const struct call_recipe *x,
	const struct call_recipe *made)
{
	const struct call_recipe *const of[] = {x, made};
	const struct call_node *node[2];
	double end = isnan(b->horizon) ? b->trained.steps : b->horizon;

	if (py_def(&x->constructor->def) != py_def(&made->constructor->def))
		return 0;
	if (b->numbers && b->numbers->changed)
		return 1;
	for (size_t i = 0; i < 2; i++) {
		struct py_value v;

		if (py_new_opaque(py_builder(b->py), call_recipe_type,
			    (void *)(uintptr_t)of[i], &v) < 0)
			return -1;
		node[i] = call_place(
			py_builder(b->py), of[i]->at, &v, &b->place, NULL);
		if (!node[i])
			return -1;
	}
	if (node[0]->node->len != node[1]->node->len)
		return 0;
	end = fmin(end, node[1]->node->len);
	if (isinf(end))
		end = b->ends && isnan(b->horizon) ? NGLANCED : NCOMPARED;
	for (double u = 0; u < end && u < NCOMPARED; u++)
		if (sched_value(node[0]->node, u) !=
			sched_value(node[1]->node, u))
			return 0;
	return end <= NCOMPARED;
}

static bool differ_as_numbers(
	const struct py_value *v, const struct py_value *w)
{
	return py_is_number(v) && py_is_number(w) &&
	       py_number(v) != py_number(w);
}

/* Whether X is called otherwise than Y, or with other numbers. */
static bool differs(const struct call_recipe *x, const struct call_recipe *y,
	unsigned depth)
{
	if (py_def(&x->constructor->def) != py_def(&y->constructor->def) ||
		(x->rate && y->rate && differ_as_numbers(x->rate, y->rate)))
		return true;
	for (size_t i = 0, n = py_nparam(&x->constructor->def);
		i < n && depth < CALL_DEPTH_MAX; i++) {
		const struct py_value *v = &x->slot[i], *w = &y->slot[i];

		if (differ_as_numbers(v, w) ||
			(call_is(v, call_recipe_type) &&
				call_is(w, call_recipe_type) &&
				differs(v->u.opaque->p, w->u.opaque->p,
					depth + 1)))
			return true;
	}
	return false;
}

bool call_differs(const struct call_recipe *x, const struct call_recipe *y)
{
	return differs(x, y, 0);
}

/* --- of other functions --------------------------------------------------- */

/* The function of the text's in which E stands, the innermost; or NULL. */
static const struct py_node *function_of(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *found = NULL;

	for (; e->up; e = e->up)
		if (!found && e->form == PY_DEF)
			found = e;
	return e == py_root(b->user) ? found : NULL;
}

static bool is_in(const struct py_node *e, const struct py_node *top)
{
	return e->at >= top->at && e->end <= top->end;
}

/* Whether DEF is a method. */
static bool is_method(const struct py_node *def)
{
	const struct py_node *up = def->up;

	while (up && up->form != PY_CLASS)
		up = up->up;
	return up != NULL;
}

/* Whether the call E gives a name of another rate what it makes. */
static bool is_of_another(const struct py_node *e)
{
	const struct py_node *s = e->up;

	return s && s->form == PY_ASSIGN && s->arg == e &&
	       (s->arg->next->form == PY_NAME ||
		       s->arg->next->form == PY_ATTR) &&
	       call_is_of_another(&s->arg->next->s);
}

/* The first call in DEF itself that makes a schedule; or NULL. */
static const struct py_node *making_call(
	const struct call_build *b, const struct py_node *def)
{
	for (const struct py_node *e = def->arg; e;
		e = py_walk_here(def->arg, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

		/* Its arguments are parts of it. */
		if (f && call_def_find(b->text + f->at, f->end - f->at) &&
			call_calls_constructor(b->user, e, false) &&
			!py_is_named(&f->s, "ReduceLROnPlateau") &&
			!is_of_another(e))
			return e;
	}
	return NULL;
}

/* Whether DEF is another maker than SHOWN, and no part of it. */
static bool is_rival(const struct py_node *def, const struct py_node *shown)
{
	return def->form == PY_DEF && def != shown && !is_in(def, shown) &&
	       !is_in(shown, def) && !is_method(def) &&
	       !py_mentions(shown->arg, &def->s) &&
	       !py_mentions(def->arg, &shown->s) &&
	       !(call_is_of_rates(&def->s) && call_is_of_rates(&shown->s));
}

int call_note_makers(const struct call_build *b, const struct call_recipe *made)
{
	const struct py_node *root = py_root(b->user), *shown, *e, *at;

	shown = made->at && !made->outer ? function_of(b, made->at) : NULL;
	if (!shown || is_method(shown))
		return 0;
	for (e = root; e; e = py_walk(root, e)) {
		at = is_rival(e, shown) ? making_call(b, e) : NULL;
		if (at)
			return call_remark(py_builder(b->py),
				"the schedule of %.*s(), line %zu, is shown, "
				"and not that of %.*s(), line %zu; expected "
				"@FILE:%.*s for that",
				STR_ARG(shown->s), call_line(b, made->at->at),
				STR_ARG(e->s), call_line(b, at->at),
				STR_ARG(e->s));
	}
	return 0;
}

int call_note_unused(const struct call_build *b, const struct py_node *at,
	const struct py_str *name)
{
	bool trains = false;

	for (const struct py_node *s = py_root(b->user)->arg; s; s = s->next) {
		if (s == at)
			continue;
		if (py_mentions(s, name))
			return 0;
		for (const struct py_node *e = s; e && !trains;
			e = py_walk(s, e))
			trains = call_seems_optimizer(e) ||
				 (e->form == PY_CALL && call_is_fit(e->arg));
	}
	return trains ? call_remark(py_builder(b->py),
				"'%.*s' is shown, which nothing in the text "
				"uses",
				STR_ARG(*name))
		      : 0;
}

int call_note_plateau(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (e->form == PY_CALL &&
			(e->arg->form == PY_NAME || e->arg->form == PY_ATTR) &&
			py_is_named(&e->arg->s, "ReduceLROnPlateau"))
			return call_remark(py_builder(b->py),
				"line %zu makes a ReduceLROnPlateau, which "
				"follows a metric, and is not shown",
				call_line(b, e->at));
	return 0;
}

int call_note_otherwise(struct py_run *r, const struct py_node *def)
{
	return call_remark(r,
		"the text calls %.*s() with other values as well, which are "
		"not shown",
		(int)def->s.n, def->s.s);
}

int call_note_exec(const struct call_build *b)
{
	static const struct py_str name = {4, "exec"};
	const struct py_node *s = py_root(b->user)->arg;

	for (; s; s = s->next)
		if (s->form == PY_EXPR && s->arg->form == PY_CALL &&
			s->arg->arg->form == PY_NAME &&
			call_same_name(&s->arg->arg->s, &name))
			return call_remark(py_builder(b->py),
				"what exec() runs is not read; %s NAME=VALUE "
				"is what it sets",
				b->names->define);
	return 0;
}

void call_say_unsaid(struct buf *remarks, enum call_unsaid what, size_t at)
{
	static const char *const said[][2] = {
		[CALL_SEVERAL] = {"several schedules are stepped, which is not "
				  "followed: one is shown",
			""},
		[CALL_UNDECIDED] = {"whether line ",
			" steps the schedule in a round is not known: rows are "
			"its steps"},
		[CALL_LOADED] = {"line ",
			" loads a state in a round, which is not followed: "
			"rows are the schedule's steps"},
		[CALL_SOME] = {"line ",
			" trains in some rounds only: rows are the schedule's "
			"steps, and no updates"},
		[CALL_OTHER] = {"no round of the loop in line ",
			" steps the schedule's optimizer: rows are the "
			"schedule's steps"},
		[CALL_BEFORE] = {
			"the loop in line ", " trains before, with no rows"}};
	char line[24] = "", remark[192];

	if (at)
		snprintf(line, sizeof(line), "%zu", at);
	snprintf(remark, sizeof(remark), "%s%s%s\n", said[what][0], line,
		said[what][1]);
	call_add_remark(remarks, remark);
}
