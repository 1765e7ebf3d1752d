/* SPDX-License-Identifier: MIT */
/*
 * Functions that yield (Python language reference 3.11, 6.2.9).  A call runs
 * its body at once and keeps what it yields; one that does not come to its end
 * is cut after so many values, and may not be followed further.
 */
#include "py/py_impl.h"

/* Values that one call may yield before it is cut. */
#define NYIELDED 10000

struct py_generated {
	struct py_value values; /* a list */
	size_t step_max;        /* of the run: what follows needs some, too */
	bool cut;
	/* Of the run where it began: an error leaves it elsewhere. */
	unsigned depth, trying;
	struct py_callee *callee;
};

/* Whether E reads what others may change between one value and the next. */
static bool looks_around(const struct py_node *e)
{
	if (e->form == PY_GLOBAL || e->form == PY_NONLOCAL)
		return true;
	if (e->form == PY_ATTR && e->value.type == PY_UNBOUND &&
		e->arg->form == PY_NAME && py_str_is(&e->arg->s, "self", 4))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (looks_around(kid))
			return true;
	return false;
}

int py_generate(struct py_run *r, struct py_calling *c)
{
	c->generated = py_alloc(r, sizeof(*c->generated));
	if (!c->generated)
		return -1;
	*c->generated = (struct py_generated){
		.step_max = r->nstep + (r->step_max - r->nstep) / 2,
		.depth = r->depth,
		.trying = r->trying,
		.callee = r->callee};
	return py_new_list(r, PY_LIST, 0, &c->generated->values);
}

int py_yield(
	struct py_run *r, const struct py_node *s, const struct py_value *v)
{
	struct py_generated *g = r->calling ? r->calling->generated : NULL;
	struct py_value one;
	struct py_iter it;
	int more;

	if (!g)
		return py_raise(r, s, "yields outside of a def");
	if (g->values.u.list->n >= NYIELDED || r->nstep > g->step_max) {
		g->cut = true;
		return py_raise(r, s, "yields too many values");
	}
	if (s->op != 'f')
		return py_list_add(r, g->values.u.list, *v);
	if (py_iterate(r, s, v, &it) < 0)
		return -1;
	while ((more = py_next(r, s, &it, &one)) > 0)
		if (py_list_add(r, g->values.u.list, one) < 0)
			return -1;
	return more;
}

static int next_yielded(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const struct py_generated *g = it->state;
	const struct py_list *l = g->values.u.list;

	if (it->i < l->n) {
		*ret = l->item[it->i++];
		return 1;
	}
	return g->cut ? py_raise(r, at,
				"a generator without an end is followed for "
				"%zu values; expected fewer, or a def of the "
				"step",
				l->n)
		      : 0;
}

int py_generated(
	struct py_run *r, struct py_calling *c, int flow, struct py_value *ret)
{
	struct py_generated *g = c->generated;
	struct py_iter it = {.next = next_yielded, .state = g, .owner = r};

	if (flow < 0 && !g->cut)
		return -1;
	if (g->cut && looks_around(c->fn->def->arg))
		return py_raise(r, c->fn->def,
			"yields without an end what hangs on others; expected "
			"a def of the step");
	if (g->cut) {
		r->depth = g->depth;
		r->trying = g->trying;
		r->callee = g->callee;
		r->diag.class = DIAG_NONE;
	}
	return py_new_iter(r, &it, ret);
}
