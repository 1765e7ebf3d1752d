/* SPDX-License-Identifier: MIT */
/*
 * Values written out: lists, dicts, comprehensions, functions, f-strings.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* --- displays and comprehensions ------------------------------------------ */

/*
 * An item of a list or dict: one that lacks a value has none itself, and the
 * others keep theirs.
 */
static int eval_item(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_unknown *u;

	if (py_eval(r, e, f, ret) == 0)
		return 0;
	u = py_run_error(r).unknown;
	if (!u || !r->module->tolerant || r->diag.class != DIAG_USAGE ||
		r != &r->py->build)
		return -1;
	r->diag.class = DIAG_NONE;
	*ret = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
	return 0;
}

int py_eval_list(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
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

int py_eval_dict(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
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
	struct py_value v;

	return py_eval(r, iterable, x->depth ? x->own : x->around, &v) < 0
		       ? -1
		       : py_iterate(r, iterable, &v, &x->at[x->depth]);
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

int py_eval_comprehension(struct py_run *r, const struct py_node *e,
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

/* --- text ----------------------------------------------------------------- */

/* A field of an f-string, E, into B; what has no value into *UNKNOWN. */
static int add_field(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct buf *b, struct py_value *unknown)
{
	struct py_value v;
	int bad;

	if (py_eval(r, e->arg, f, &v) < 0)
		return -1;
	if (v.type == PY_UNKNOWN) {
		*unknown = v;
		return 0;
	}
	if (e->s.n > 0)
		return py_format(r, e, &v, &e->s, b);
	bad = e->op == 'r' ? py_repr(b, &v) : py_str_add(b, &v);
	return bad ? py_raise_nomem(r, b->len) : 0;
}

int py_eval_format(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct buf b = {0};
	int bad = 0;

	*ret = py_none();
	for (const struct py_node *part = e->arg; part && !bad;
		part = part->next) {
		if (part->form == PY_FORMAT && part->op != PY_NO_OP)
			bad = add_field(r, part, f, &b, ret);
		else if (py_str_add(&b, &part->value))
			bad = py_raise_nomem(r, b.len);
	}
	/* With a part that has no value it has none. */
	if (!bad && ret->type != PY_UNKNOWN)
		bad = py_new_str(r, b.len ? b.data : "", b.len, ret);
	buf_free(&b);
	return bad;
}
