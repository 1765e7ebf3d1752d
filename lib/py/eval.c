/* SPDX-License-Identifier: MIT */
/*
 * The value of an expression.  A function's names lie in a frame; a closure
 * keeps the frame around it, so that a name has the value it has when the
 * function runs, as in Python.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

struct py_frame *py_frame_new(struct py_run *r, size_t n,
	struct py_frame *outer, struct py_module *module)
{
	struct py_frame *f = py_alloc(r, sizeof(*f) + n * sizeof(f->slot[0]));

	if (f) {
		f->outer = outer;
		f->module = module;
		f->owner = r;
	}
	return f;
}

/* --- names ------------------------------------------------------------ */

static struct py_value *slot_of(const struct py_node *e, struct py_frame *f)
{
	if (e->hops == PY_HOPS_GLOBAL)
		return &f->module->global[e->slot].value;
	for (unsigned i = 0; i < e->hops; i++)
		f = f->outer;
	return &f->slot[e->slot];
}

static int eval_name(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_list *held;

	*ret = *slot_of(e, f);
	held = py_held(ret);
	if (held && held->lost)
		return py_new_unknown_as(r, e, e->s.s, e->s.n, held->lost, ret);
	if (r == &r->py->build && e->hops == PY_HOPS_GLOBAL)
		f->module->global[e->slot].asked = true;
	if (ret->type != PY_UNBOUND)
		return 0;
	if (e->hops != PY_HOPS_GLOBAL)
		return py_raise_as(r, e, "NameError",
			"'%.*s' is used before it has a value", STR_ARG(e->s));
	if (e->value.type != PY_UNBOUND) {
		*ret = e->value;
		return 0;
	}
	return py_look_up(r, e, e->s.s, e->s.n, ret);
}

int py_bind_name(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v)
{
	if (e->hops == PY_HOPS_GLOBAL) {
		if (r != &r->py->build)
			return py_mutable(r, e, NULL);
		if (f->module->global[e->slot].fixed &&
			!f->module->global[e->slot].initial)
			return 0;
	} else {
		for (unsigned i = 0; i < e->hops; i++)
			f = f->outer;
		if (py_mutable(r, e, f->owner) < 0)
			return -1;
		f->slot[e->slot] = *v;
	}
	if (e->hops == PY_HOPS_GLOBAL)
		f->module->global[e->slot].value = *v;
	return r == &r->py->build ? py_take_parts(r, f->module, &e->s, v) : 0;
}

/* --- assignment ------------------------------------------------------- */

/* a, *b, c = V: what is left over goes to b, a list. */
static int assign_items(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	size_t want = 0, i = 0, rest;
	bool star = false;
	struct py_value all, part;

	for (const struct py_node *kid = target->arg; kid; kid = kid->next) {
		want += kid->form != PY_STAR;
		star = star || kid->form == PY_STAR;
	}
	if (py_list_of(r, target, v, PY_LIST, &all) < 0)
		return -1;
	if (all.u.list->n < want || (all.u.list->n > want && !star))
		return py_raise_as(r, target, "ValueError",
			"%zu values for %zu names", all.u.list->n, want);
	rest = all.u.list->n - want;
	for (const struct py_node *kid = target->arg; kid; kid = kid->next) {
		if (kid->form != PY_STAR) {
			part = all.u.list->item[i++];
		} else if (py_new_list(r, PY_LIST, rest, &part) < 0) {
			return -1;
		} else if (rest > 0) {
			part.u.list->n = rest;
			memcpy(part.u.list->item, all.u.list->item + i,
				rest * sizeof(part));
			i += rest;
		}
		if (py_assign(r, kid->form == PY_STAR ? kid->arg : kid, f,
			    &part) < 0)
			return -1;
	}
	return 0;
}

/* Whether V is another number than OWN. */
static bool is_changed(const struct py_value *own, const struct py_value *v)
{
	return py_is_number(own) && py_is_number(v) &&
	       py_number(own) != py_number(v);
}

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_value *own = py_keep_part(r, target, f->module, v);

	if (own && target->form != PY_NAME && r->ctx && is_changed(own, v))
		return py_raise(r, target,
			"is given a value, and changes from call to call, "
			"which is not followed; expected a def of the step "
			"alone");
	if (own)
		v = own;
	switch (target->form) {
	case PY_NAME: return py_bind_name(r, target, f, v);
	case PY_INDEX:
	case PY_ATTR:
		return r->py->evaluator->assign[target->form](r, target, f, v);
	default:
		/* scheduler, n = make(): what the host makes stands for all. */
		if (v->type == PY_UNKNOWN || v->type == PY_OPAQUE) {
			for (const struct py_node *kid = target->arg; kid;
				kid = kid->next)
				if (py_assign(r, kid, f, v) < 0)
					return -1;
			return 0;
		}
		return assign_items(r, target, f, v);
	}
}

/* --- displays and comprehensions -------------------------------------- */

/*
 * An item of a list or dict: one that lacks a value has none itself, and the
 * others keep theirs, unless the host needs it.
 */
static int eval_item(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_unknown *u;

	if (py_eval(r, e, f, ret) == 0)
		return 0;
	u = py_run_error(r).unknown;
	if (!u || !r->module->tolerant || r->diag.class != DIAG_USAGE ||
		r != &r->py->build || py_is_fatal(r, e))
		return -1;
	r->diag.class = DIAG_NONE;
	*ret = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
	return 0;
}

static int eval_list(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	bool set = e->form == PY_MAKE_SET;
	struct py_value v, list, all;

	if (py_new_list(r, e->form == PY_MAKE_TUPLE ? PY_TUPLE : PY_LIST, 0,
		    &list) < 0)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		if (kid->form != PY_STAR) {
			if (eval_item(r, kid, f, &v) < 0 ||
				py_list_add(r, list.u.list, v) < 0)
				return -1;
			continue;
		}
		if (py_eval(r, kid->arg, f, &v) < 0 ||
			py_list_of(r, kid, &v, PY_LIST, &all) < 0)
			return -1;
		for (size_t i = 0; i < all.u.list->n; i++)
			if (py_list_add(r, list.u.list, all.u.list->item[i]) <
				0)
				return -1;
	}
	*ret = list;
	return set ? py_set_of(r, e, &list, ret) : 0;
}

static int eval_dict(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *kid = e->arg;
	struct py_value key, v, dict;

	if (py_new_list(r, PY_DICT, 0, &dict) < 0)
		return -1;
	while (kid) {
		if (kid->form == PY_KEYWORD) {
			if (py_eval(r, kid->arg, f, &v) < 0)
				return -1;
			if (v.type == PY_UNKNOWN)
				return py_raise_unknown(r, kid, &v);
			if (v.type != PY_DICT)
				return py_raise(r, kid, "**%s; expected a dict",
					py_type_name(&v));
			if (py_readable(r, kid, &v) < 0)
				return -1;
			for (size_t i = 0; i < v.u.list->n; i += 2)
				if (py_dict_set(r, kid, dict.u.list,
					    &v.u.list->item[i],
					    &v.u.list->item[i + 1]) < 0)
					return -1;
			kid = kid->next;
			continue;
		}
		if (py_eval(r, kid, f, &key) < 0 ||
			eval_item(r, kid->next, f, &v) < 0 ||
			py_dict_set(r, kid, dict.u.list, &key, &v) < 0)
			return -1;
		kid = kid->next->next;
	}
	*ret = dict;
	return 0;
}

/* A class's names are not seen by the scopes within. */
static struct py_frame *frame_around(
	const struct py_node *e, struct py_frame *f)
{
	return e->scope->outer && e->scope->outer->is_class ? f->outer : f;
}

/* The host, of a text that is not to run to its end; NULL: it is not asked. */
static const struct py_host *asked(const struct py_run *r)
{
	return r == &r->py->build && r->module->tolerant && r->error.unknown &&
			       r->diag.class == DIAG_USAGE
		       ? r->py->host
		       : NULL;
}

/* A comprehension on its way: clauses 0 to DEPTH go over their iterables. */
struct course {
	const struct py_node *e, *clause;
	struct py_frame *around, *own;
	size_t depth;
	struct py_iter at[];
};

static const struct py_node *clause_at(const struct course *x)
{
	const struct py_node *clause = x->clause;

	for (size_t i = 0; i < x->depth; i++)
		clause = clause->next;
	return clause;
}

/* The clause that X is at begins to go over its iterable. */
static int begin(struct py_run *r, struct course *x)
{
	const struct py_node *iterable = clause_at(x)->arg->next;
	const struct py_state before = py_state_of(r);
	const struct py_host *host;
	struct py_value v, list;
	int one;

	if (py_eval(r, iterable, x->depth ? x->own : x->around, &v) < 0)
		return -1;
	if (py_iterate(r, iterable, &v, &x->at[x->depth]) == 0)
		return 0;
	host = v.type == PY_UNKNOWN ? asked(r) : NULL;
	one = host && host->samples ? host->samples(r, x->e, &v) : 0;
	if (one <= 0)
		return -1;
	py_forget(r, &before);
	return py_new_list(r, PY_LIST, 1, &list) < 0 ||
			       py_list_add(r, list.u.list, v) < 0
		       ? -1
		       : py_iterate(r, iterable, &list, &x->at[x->depth]);
}

/* Whether the conditions of CLAUSE hold: 1, 0, or -1. */
static int holds(
	struct py_run *r, const struct py_node *clause, struct py_frame *f)
{
	const struct py_node *test = clause->arg->next->next;
	struct py_value v;
	int yes = 1;

	for (; test && yes > 0; test = test->next)
		yes = py_eval(r, test, f, &v) < 0 ? -1 : py_truth(r, test, &v);
	return yes;
}

/* X's names get the values of its next item: 1, 0 at the end, -1. */
static int go_on(struct py_run *r, struct course *x)
{
	for (;;) {
		const struct py_node *clause = clause_at(x);
		struct py_value v;
		int more = py_next(r, x->e, &x->at[x->depth], &v);

		if (more == 0 && x->depth > 0) {
			x->depth--;
			continue;
		}
		if (more <= 0)
			return more;
		if (py_assign(r, clause->arg, x->own, &v) < 0)
			return -1;
		more = holds(r, clause, x->own);
		if (more < 0)
			return -1;
		if (more == 0)
			continue;
		if (!clause->next)
			return 1;
		x->depth++;
		if (begin(r, x) < 0)
			return -1;
	}
}

static int next_generated(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	struct course *x = it->state;
	struct py_module *module = r->module;
	int more;

	if (r->depth == EVAL_DEPTH_MAX)
		return py_raise(r, at, "too much in one another");
	r->depth++;
	r->module = x->own->module;
	more = go_on(r, x);
	if (more > 0)
		more = py_eval(r, x->e->arg, x->own, ret) < 0 ? -1 : 1;
	r->module = module;
	r->depth--;
	return more;
}

/* The course of E; the first iterable is looked at now. */
static struct course *course(
	struct py_run *r, const struct py_node *e, struct py_frame *f)
{
	const struct py_node *clause = e->arg;
	struct course *x;
	size_t n = 0;

	while (clause->form != PY_CLAUSE)
		clause = clause->next;
	for (const struct py_node *kid = clause; kid; kid = kid->next)
		n += kid->form == PY_CLAUSE;
	x = py_alloc(r, sizeof(*x) + n * sizeof(x->at[0]));
	if (!x)
		return NULL;
	x->e = e;
	x->clause = clause;
	x->around = f;
	x->own = py_frame_new(r, e->scope->n, frame_around(e, f), f->module);
	x->depth = 0;
	return x->own && begin(r, x) == 0 ? x : NULL;
}

static int eval_comprehension(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct course *x = course(r, e, f);
	struct py_value list, key, item;
	int more;

	if (!x)
		return -1;
	if (e->form == PY_GENERATOR)
		return py_new_iter(r,
			&(struct py_iter){.next = next_generated, .state = x},
			ret);
	if (py_new_list(r, e->form == PY_DICTCOMP ? PY_DICT : PY_LIST, 0,
		    &list) < 0)
		return -1;
	while ((more = go_on(r, x)) > 0) {
		if (py_eval(r, e->arg, x->own, &key) < 0)
			return -1;
		if (e->form == PY_DICTCOMP
				? py_eval(r, e->arg->next, x->own, &item) < 0 ||
					  py_dict_set(r, e, list.u.list, &key,
						  &item) < 0
				: py_list_add(r, list.u.list, key) < 0)
			return -1;
	}
	*ret = list;
	if (more < 0)
		return -1;
	return e->form == PY_SETCOMP ? py_set_of(r, e, &list, ret) : 0;
}

int py_eval_function(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_function *fn;
	size_t n = 0, i = 0;

	for (const struct py_node *p = e->arg->next; p; p = p->next)
		n++;
	fn = py_alloc(r, sizeof(*fn) + n * sizeof(*fn->init));
	if (!fn)
		return -1;
	fn->def = e;
	fn->frame = frame_around(e, f);
	fn->module = f->module;
	fn->init = (struct py_value *)(fn + 1);
	for (const struct py_node *p = e->arg->next; p; p = p->next, i++)
		if (p->arg && py_eval(r, p->arg, f, &fn->init[i]) < 0)
			return -1;
	*ret = (struct py_value){.type = PY_FUNCTION, .u.function = fn};
	return 0;
}

/* --- text ------------------------------------------------------------- */

/* A field of an f-string, E, into B; what has no value into *UNKNOWN. */
static int add_field(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct buf *b, struct py_value *unknown)
{
	struct py_value v;

	if (py_eval(r, e->arg, f, &v) < 0)
		return -1;
	if (v.type == PY_UNKNOWN) {
		*unknown = v;
		return 0;
	}
	/* {v!r:>8}: what is formatted is a string. */
	if (e->op != 'f') {
		struct buf own = {0};
		int bad = e->op == 's' ? py_add_str(r, e, &v, &own)
				       : py_add_repr(r, e, &v, &own);

		if (py_take_str(r, &own, bad, &v) < 0)
			return -1;
	}
	return py_format(r, e, &v, &e->s, b);
}

static int eval_format(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct buf b = {0};
	int bad = 0;

	*ret = py_none();
	for (const struct py_node *part = e->arg; part && !bad;
		part = part->next) {
		if (part->form == PY_FORMAT && part->op != PY_NO_OP)
			bad = add_field(r, part, f, &b, ret);
		else
			py_str_add(&b, &part->value);
	}
	/* With a part that has no value it has none. */
	if (ret->type != PY_UNKNOWN)
		return py_take_str(r, &b, bad, ret);
	buf_free(&b);
	return bad;
}

/* --- functions that yield --------------------------------------------- */

/* Values that one call may yield before it is cut. */
#define NYIELDED 10000

struct py_generated {
	struct py_value values; /* a list */
	size_t step_max;        /* of the run: what follows needs some, too */
	bool cut;
	struct py_state begun; /* of the run */
};

/* Whether E reads what others may change between one value and the next. */
static bool looks_around(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_GLOBAL || e->form == PY_NONLOCAL ||
			(e->form == PY_ATTR && e->value.type == PY_UNBOUND &&
				e->arg->form == PY_NAME &&
				py_str_is(&e->arg->s, "self", 4)))
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
		.begun = py_state_of(r)};
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
	if (g->cut)
		py_forget(r, &g->begun);
	return py_new_iter(r, &it, ret);
}

/* --- operators -------------------------------------------------------- */

/* a < b <= c: stops at the first link that is false. */
static int eval_compare(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value left, right;
	int yes;

	if (py_eval(r, e->arg, f, &left) < 0)
		return -1;
	for (const struct py_node *link = e->arg->next; link;
		link = link->next) {
		const struct py_node *operand = link->arg;
		if (py_eval(r, operand, f, &right) < 0 ||
			py_operate(r, e, (enum py_op)link->op, &left, &right,
				ret) < 0)
			return -1;
		if (!link->next)
			return 0;
		yes = py_truth(r, link, ret);
		if (yes <= 0)
			return yes;
		left = right;
	}
	return 0;
}

static int eval_binary(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value a, b;

	if (py_eval(r, e->arg, f, &a) < 0 ||
		py_eval(r, e->arg->next, f, &b) < 0)
		return -1;
	return py_operate(r, e, (enum py_op)e->op, &a, &b, ret);
}

static int eval_unary(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value a;

	return py_eval(r, e->arg, f, &a) < 0
		       ? -1
		       : py_unary(r, e, (enum py_op)e->op, &a, ret);
}

static int eval_logic(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	int yes;

	if (py_eval(r, e->arg, f, ret) < 0)
		return -1;
	yes = py_truth(r, e->arg, ret);
	if (yes < 0)
		return -1;
	return yes == (e->form == PY_OR) ? 0 : py_eval(r, e->arg->next, f, ret);
}

int py_eval_condition(
	struct py_run *r, const struct py_node *e, struct py_frame *f)
{
	const struct py_state before = py_state_of(r);
	const struct py_host *host;
	struct py_value v;
	int yes = py_eval(r, e, f, &v) < 0 ? -1 : py_truth(r, e, &v);

	host = yes < 0 ? asked(r) : NULL;
	if (!host || !host->decides)
		return yes;
	yes = host->decides(r, e, true);
	if (yes >= 0)
		py_forget(r, &before);
	return yes;
}

static int eval_if_else(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *condition = e->arg, *then = condition->next;
	int yes = py_eval_condition(r, condition, f);

	if (yes < 0)
		return -1;
	return py_eval(r, yes ? then : then->next, f, ret);
}

static int eval_form(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	switch ((enum py_form)e->form) {
	case PY_ATTR:
	case PY_INDEX:
	case PY_CALL: return r->py->evaluator->value[e->form](r, e, f, ret);
	case PY_UNARY: return eval_unary(r, e, f, ret);
	case PY_BINARY: return eval_binary(r, e, f, ret);
	case PY_AND:
	case PY_OR: return eval_logic(r, e, f, ret);
	case PY_COMPARE: return eval_compare(r, e, f, ret);
	case PY_IF_ELSE: return eval_if_else(r, e, f, ret);
	case PY_MAKE_SET:
	case PY_MAKE_TUPLE:
	case PY_MAKE_LIST: return eval_list(r, e, f, ret);
	case PY_MAKE_DICT: return eval_dict(r, e, f, ret);
	case PY_LISTCOMP:
	case PY_SETCOMP:
	case PY_DICTCOMP:
	case PY_GENERATOR: return eval_comprehension(r, e, f, ret);
	case PY_LAMBDA: return py_eval_function(r, e, f, ret);
	case PY_FORMAT: return eval_format(r, e, f, ret);
	case PY_WALRUS:
		return py_eval(r, e->arg->next, f, ret) < 0
			       ? -1
			       : py_assign(r, e->arg, f, ret);
	case PY_STAR: return py_raise(r, e, "* has no meaning here");
	case PY_SLICE:
		return py_raise(r, e,
			"a slice of several dimensions; expected one of one");
	default: return py_raise(r, e, "has no value");
	}
}

int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	int done;

	*ret = py_none();
	if (++r->nstep > r->step_max)
		return py_charge(r, e, 1);
	if (e->form == PY_CONST) {
		*ret = e->value;
		return 0;
	}
	if (e->form == PY_NAME)
		return eval_name(r, e, f, ret);
	if (r->depth == EVAL_DEPTH_MAX)
		return py_raise(r, e, "too much in one another; expected less");
	r->depth++;
	done = eval_form(r, e, f, ret);
	r->depth--;
	return done;
}
