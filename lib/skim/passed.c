/* SPDX-License-Identifier: MIT */
/*
 * Statements that failed and were read over.  Where nothing is made in the end
 * the first of them that might have made a schedule is why.
 */
#include "skim/skim.h"

/* Nodes that are looked at for what might, in a text. */
#define NLOOKED (1 << 20)

/* The method NAME of a class in M; NULL: none has one. */
static const struct py_node *method_in(struct call_build *b,
	const struct py_module *m, const struct py_str *name)
{
	const struct py_node *root = py_root(m);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		b->nlooked++;
		if (e->form == PY_DEF && call_same_name(&e->s, name) &&
			e->up->up && e->up->up->form == PY_CLASS)
			return e;
	}
	return NULL;
}

/* The method NAME of a class of the user's; NULL: none has one. */
static const struct py_node *method_called(
	struct call_build *b, const struct py_str *name)
{
	const struct py_node *found = method_in(b, b->user, name);

	for (size_t i = 0; i < b->nown && !found; i++)
		found = b->own[i].module ? method_in(b, b->own[i].module, name)
					 : NULL;
	return found;
}

static bool is_of_schedules(const struct py_str *class)
{
	return call_is_of_rates(class) && !call_is_of_another(class);
}

/* What E, a call, runs of the user's: a function, a method, a class. */
static const struct py_node *runs(struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = call_callee(b, e);
	struct py_value v;

	if (f || e->form != PY_CALL)
		return f;
	if (call_peek(b, e->arg, &v))
		return v.type == PY_TYPE ? py_class_def(&v) : NULL;
	return e->arg->form == PY_ATTR && !call_is_stepper(&e->arg->s)
		       ? method_called(b, &e->arg->s)
		       : NULL;
}

/* Whether TOP, of the user's, may make a schedule. */
static bool may_make(
	struct call_build *b, const struct py_node *top, unsigned depth)
{
	static const struct py_str init = {8, "__init__"};

	if (call_calls_constructor(b->user, top, false))
		return true;
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *def;

		if (b->nlooked++ > NLOOKED)
			return false;
		def = depth < CALL_CALLS_MAX ? runs(b, e) : NULL;
		if (def && def->form == PY_CLASS && is_of_schedules(&def->s))
			return true;
		if (def && def->form == PY_CLASS)
			def = call_method_of(def, &init);
		if (def && may_make(b, def->arg, depth + 1))
			return true;
	}
	return false;
}

int call_note_passed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct call_passed *x;

	/* raise SystemExit(main()) runs main() by itself. */
	if (b->passed || r != py_builder(b->py) || s->form == PY_RAISE ||
		!may_make(b, s, 0))
		return 0;
	x = py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	x->s = s;
	x->error = py_run_error(r);
	x->why = *x->error.diag;
	x->error.diag = &x->why;
	b->passed = x;
	return 0;
}

bool call_raise_passed(struct call_build *b)
{
	if (!b->passed)
		return false;
	py_raise_again(py_builder(b->py), &b->passed->error);
	b->failed_in = b->passed->s;
	return true;
}
