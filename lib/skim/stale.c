/* SPDX-License-Identifier: MIT */
/*
 * What a schedule's function uses of what the training changes: it is shown
 * with what that is in the end, where Python would ask in each round.
 */
#include <string.h>

#include "skim/skim.h"

/* Whether A and B stand for one name, or part of it, in M's text. */
static bool is_same_text(const struct py_module *m, const struct py_node *a,
	const struct py_node *b)
{
	size_t n;
	const char *text = py_text(m, &n);

	return a->form == b->form && a->end - a->at == b->end - b->at &&
	       memcmp(text + a->at, text + b->at, a->end - a->at) == 0;
}

/* Whether DEF, a function, gives NAME a value itself. */
static bool is_own(const struct py_node *def, const struct py_str *name)
{
	for (const struct py_node *e = def; e; e = py_walk(def, e)) {
		const struct py_node *t = py_assigned(e);

		if (e->form == PY_FOR || e->form == PY_CLAUSE)
			t = e->arg;
		if ((t && py_mentions(t, name)) ||
			(e->form == PY_PARAM && call_same_name(&e->s, name)))
			return true;
	}
	return false;
}

/* Nodes of functions that are looked at for names. */
#define NLOOKED (1 << 24)

/*
 * Where DEF uses T, a name or a part of one, from elsewhere; NULL.  *N more
 * nodes may be looked at.
 */
static const struct py_node *used_in(const struct py_module *m,
	const struct py_node *def, const struct py_node *t, size_t *n)
{
	const struct py_node *root = t->form == PY_ATTR ? t->arg : t;

	if (root->form != PY_NAME)
		return NULL;
	for (const struct py_node *e = def; e && *n > 0;
		e = py_walk(def, e), --*n)
		if (is_same_text(m, e, t))
			return is_own(def, &root->s) ? NULL : e;
	return NULL;
}

/* The first that LOOP sets in its rounds and DEF uses; NULL. */
static const struct py_node *set_in(const struct py_module *m,
	const struct py_node *loop, const struct py_node *def, size_t *n)
{
	for (const struct py_node *s = loop; s; s = py_walk(loop, s)) {
		const struct py_node *t =
			s->form == PY_FOR ? s->arg : py_assigned(s);

		if (t && used_in(m, def, t, n))
			return t;
	}
	return NULL;
}

static int note_function(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *root = py_root(b->user), *s = root, *t;
	size_t n, left = NLOOKED, done = 0; /* loops up to there */
	const char *text = py_text(b->user, &n);

	for (; s; s = py_walk(root, s)) {
		if ((s->form != PY_FOR && s->form != PY_WHILE) ||
			s->at < done || !call_trains_in(s, s))
			continue;
		done = s->end;
		t = set_in(b->user, s, py_def(f), &left);
		if (t)
			return call_remark(py_builder(b->py),
				"a schedule's function uses '%.*s', which the "
				"training sets: it is shown with what that is "
				"in the end",
				(int)(t->end - t->at), text + t->at);
	}
	return left > 0 ? 0
			: call_remark(py_builder(b->py),
				  "the text is long: whether a schedule's "
				  "function uses what the training sets is not "
				  "looked at");
}

int call_note_stale(const struct call_build *b, const struct call_recipe *x)
{
	for (size_t i = 0; py_param(&x->constructor->def, i); i++) {
		const struct py_value *v = &x->slot[i];

		if (v->type == PY_LIST && v->u.list->n > 0)
			v = v->u.list->item;
		if (v->type == PY_FUNCTION && py_module_of(v) == b->user &&
			note_function(b, v) < 0)
			return -1;
	}
	return 0;
}
