/* SPDX-License-Identifier: MIT */
/*
 * Names that the host gives values: NAME may be a part of one, args.lr or
 * cfg["lr"].  They beat what the text assigns, in whatever has the name.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "syntax/syntax_impl.h"

/* --- parts of names --------------------------------------------------- */

/* The whole target that E is in; NULL: E is none. */
static const struct py_node *target_of(const struct py_node *e)
{
	const struct py_node *in;

	for (in = e->up;
		in && (in->form == PY_MAKE_TUPLE || in->form == PY_MAKE_LIST ||
			      in->form == PY_STAR);
		in = in->up)
		e = in;
	switch (in ? (enum py_form)in->form : PY_CONST) {
	case PY_ASSIGN: return e != in->arg ? e : NULL;
	case PY_AUGMENT:
	case PY_FOR:
	case PY_CLAUSE:
	case PY_WALRUS: return e == in->arg ? e : NULL;
	case PY_EXCEPT: return e->next ? e : NULL;
	case PY_DEL:
	case PY_GLOBAL:
	case PY_NONLOCAL: return e;
	default: return NULL;
	}
}

/*
 * The function that gives E, a target, a value once; NULL: a loop does, or no
 * function.
 */
static const struct py_node *once_in(const struct py_node *e)
{
	const struct py_node *s = e->up;

	if (s->form != PY_ASSIGN)
		return NULL;
	while (s && s->form != PY_DEF) {
		if (s->form == PY_FOR || s->form == PY_WHILE ||
			s->form == PY_CLASS)
			return NULL;
		s = s->up;
	}
	return s;
}

bool py_uses_local(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
			return true;
	return false;
}

/* Whether DEF, which gives NAME a value, does so more than once. */
static bool gives_again(const struct py_node *def, const struct py_str *name)
{
	size_t n = 0;

	for (const struct py_node *e = def->arg; e;
		e = py_walk_here(def->arg, e))
		n += e->form == PY_NAME && py_str_equal(&e->s, name) &&
		     target_of(e);
	return n > 1;
}

/*
 * Whether NAME is one of functions of M alone, each of which gives it a value
 * once that nothing of its own decides: epochs = 30.  *WHERE is the last.
 */
static bool is_setting(const struct py_module *m, const struct py_str *name,
	const struct py_node **where)
{
	for (const struct py_node *e = m->root; e; e = py_walk(m->root, e)) {
		const struct py_node *target, *def;

		if (e->form != PY_NAME || !py_str_equal(&e->s, name))
			continue;
		if (e->hops == PY_HOPS_GLOBAL)
			return false;
		target = target_of(e);
		def = target ? once_in(target) : NULL;
		if (target && (!def || py_uses_local(target->up->arg) ||
				      gives_again(def, name)))
			return false;
		*where = target ? target : *where;
	}
	return true;
}

int py_define(
	struct py_module *m, const char *name, size_t n, struct py_value v)
{
	struct py_str s;
	long slot;

	if (py_make_plain(m->py, name, n, &s) < 0)
		return -1;
	slot = py_global_slot(m, &s);
	if (slot < 0)
		return -1;
	m->global[slot].value = v;
	m->global[slot].fixed = true;
	m->global[slot].instead = NULL;
	m->global[slot].setting = is_setting(m, &s, &m->global[slot].instead);
	m->dotted = m->dotted || memchr(s.s, '.', s.n) || memchr(s.s, '[', s.n);
	return 0;
}

/* Appends E as a plain path: args.lr; false: it is none. */
static bool add_path(struct buf *b, const struct py_node *e)
{
	const struct py_value *key;

	if (e->form == PY_NAME) {
		buf_add(b, e->s.s, e->s.n);
		return true;
	}
	if (e->form != PY_ATTR &&
		(e->form != PY_INDEX || e->arg->next->form != PY_CONST))
		return false;
	if (!add_path(b, e->arg))
		return false;
	key = e->form == PY_INDEX ? &e->arg->next->value : NULL;
	if (!key || key->type == PY_STR) {
		struct py_str s = key ? *key->u.str : e->s;

		buf_addc(b, '.');
		buf_add(b, s.s, s.n);
	} else {
		buf_addc(b, '[');
		py_repr(b, key);
		buf_addc(b, ']');
	}
	return true;
}

/* What py_define() gave M for a NAME; NULL: nothing. */
static struct py_global *given_named(
	const struct py_module *m, const struct py_str *name)
{
	long slot = py_global_find(m, name);

	return slot >= 0 && m->global[slot].fixed ? &m->global[slot] : NULL;
}

/* What py_define() gave M for E, a part of a name; NULL: nothing. */
static struct py_global *part_of(
	const struct py_module *m, const struct py_node *e)
{
	struct buf b = {0};
	struct py_global *g = NULL;

	if (!m->dotted || (e->form != PY_ATTR && e->form != PY_INDEX))
		return NULL;
	if (add_path(&b, e) && !buf_failed(&b))
		g = given_named(m, &(struct py_str){b.len, b.data});
	buf_free(&b);
	return g;
}

bool py_defined_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, struct py_value *ret)
{
	struct py_global *g = part_of(m, e);

	if (!g)
		return false;
	/* Steps are asked for by many threads. */
	if (r == &r->py->build)
		g->asked = true;
	*ret = g->value;
	return true;
}

/* Whether functions have G's value for their own names, too, in R. */
static bool is_set(const struct py_run *r, struct py_global *g)
{
	if (g->setting && r == &r->py->build)
		g->asked = true;
	return g->setting;
}

const struct py_value *py_keep_default(
	struct py_run *r, const struct py_node *p, const struct py_module *m)
{
	struct py_global *g = given_named(m, &p->s);

	return g && is_set(r, g) ? &g->value : NULL;
}

const struct py_node *py_instead(
	const struct py_module *m, const char *name, size_t n)
{
	struct py_global *g = given_named(m, &(struct py_str){n, name});

	return g && g->setting ? g->instead : NULL;
}

const struct py_value *py_keep_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, const struct py_value *v)
{
	struct py_global *g = part_of(m, e);

	/* What a function makes of what is not known, or is told to. */
	if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
		g = given_named(m, &e->s);
	if (g && e->form == PY_NAME && v->type != PY_UNKNOWN && !is_set(r, g))
		return NULL;
	if (!g || g->value.type == PY_UNBOUND)
		return NULL;
	if (r == &r->py->build) {
		g->asked = true;
		if (g->initial)
			g->value = *v;
	}
	return &g->value;
}

/* What the user gave for E, a name or a part of one; NULL: nothing. */
static struct py_global *given(
	const struct py_module *m, const struct py_node *e)
{
	if (e->form != PY_NAME)
		return part_of(m, e);
	return e->hops == PY_HOPS_GLOBAL && m->global[e->slot].fixed
		       ? &m->global[e->slot]
		       : NULL;
}

/* Whether S, a statement or a block of them, assigns to G. */
static bool assigns(const struct py_module *m, const struct py_node *s,
	const struct py_global *g)
{
	const struct py_node *kid = s->arg;

	if (s->form == PY_ASSIGN)
		for (kid = kid->next; kid; kid = kid->next)
			if (given(m, kid) == g)
				return true;
	if (s->form == PY_AUGMENT && given(m, kid) == g)
		return true;
	for (; s->form == PY_BLOCK && kid; kid = kid->next)
		if (assigns(m, kid, g))
			return true;
	return false;
}

bool py_is_given(const struct py_module *m, const struct py_node *e)
{
	return given(m, e) != NULL;
}

void py_given_initial(struct py_module *m, const struct py_node *e, bool yes,
	const struct py_node *body)
{
	const struct py_node *link;
	struct py_global *g;

	if (e->form == PY_UNARY && e->op == PY_NOT) {
		py_given_initial(m, e->arg, !yes, body);
	} else if (e->form == PY_AND || e->form == PY_OR) {
		py_given_initial(m, e->arg, yes, body);
		py_given_initial(m, e->arg->next, yes, body);
	} else if (e->form == PY_COMPARE) {
		link = e->arg->next;
		if (yes != (link->op == PY_EQ || link->op == PY_IS ||
				   link->op == PY_LT || link->op == PY_LE))
			return;
		e = e->arg;
	} else if (yes) {
		return;
	}
	g = given(m, e);
	if (g && assigns(m, body, g)) {
		g->initial = true;
		m->initial = true;
	}
}

/* The item KEY of V, an attribute of an object or a class; NULL: none. */
static struct py_value *item(
	const struct py_value *v, const char *key, size_t n)
{
	if (v->type == PY_TYPE)
		return py_dict_find(v->u.class->names, key, n);
	return py_named(v) ? py_dict_find(py_named(v), key, n) : NULL;
}

int py_take_parts(struct py_run *r, struct py_module *m,
	const struct py_str *name, const struct py_value *v)
{
	for (unsigned i = 0; m->dotted && i < m->nglobal; i++) {
		struct py_global *g = &m->global[i];
		const char *s = g->s.s + name->n, *end = g->s.s + g->s.n;
		struct py_value *part = (struct py_value *)(uintptr_t)v;
		size_t n;

		if (!g->fixed || g->s.n <= name->n ||
			memcmp(g->s.s, name->s, name->n) != 0)
			continue;
		for (; part && s < end && *s == '.'; s += n) {
			n = strcspn(++s, ".[");
			part = item(part, s, n);
		}
		if (!part || part == v || s < end ||
			g->value.type == PY_UNBOUND)
			continue;
		if (v->type != PY_TYPE &&
			py_mutable(r, NULL, py_held(v)->owner) < 0)
			return -1;
		*part = g->value;
		g->asked = true;
	}
	return 0;
}

bool py_parsed(
	const struct py *p, const struct py_str *name, struct py_value *ret)
{
	const struct py_defined *x = p->defined;

	while (x && !py_str_equal(&x->name, name))
		x = x->before;
	if (x)
		*ret = x->value;
	return x != NULL;
}

/* --- what is asked for ------------------------------------------------ */

/* Whether E may ask for G; INSIDE: it may run later. */
static bool may_ask(const struct py_module *m, const struct py_node *e,
	const struct py_global *g, bool inside)
{
	inside = inside || e->form == PY_DEF || e->form == PY_LAMBDA;
	if (inside && e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		&m->global[e->slot] == g)
		return true;
	if (inside && part_of(m, e) == g)
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (may_ask(m, kid, g, inside))
			return true;
	return false;
}

/* Whether the call E gives its function's parameter P, the one AT so many. */
static bool gives(const struct py_node *e, const struct py_node *p, size_t at)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next)
		if (a->form == PY_KEYWORD ? py_str_equal(&a->s, &p->s) ||
						    py_is_named(&a->s, "**")
					  : a->form == PY_STAR || at-- == 0)
			return true;
	return false;
}

/* Whether who calls P's function, which is in M, takes P's default. */
static bool takes_default(const struct py_module *m, const struct py_node *p)
{
	const struct py_node *def = p->up;
	bool called = false;
	size_t at = 0;

	/* Methods' are asked for while objects are made, if at all. */
	for (const struct py_node *e = def->up; e; e = e->up)
		if (e->form == PY_CLASS)
			return false;
	for (const struct py_node *q = def->arg->next; q != p; q = q->next)
		at += q->s.n > 0;
	for (const struct py_node *e = m->root; e; e = py_walk(m->root, e)) {
		if (e->form != PY_CALL || e->arg->form != PY_NAME ||
			!py_str_equal(&e->arg->s, &def->s))
			continue;
		called = true;
		if (!gives(e, p, at))
			return true;
	}
	return !called;
}

/* Whether a function of M may have G for the default of a parameter. */
static bool is_default(const struct py_module *m, const struct py_global *g)
{
	for (const struct py_node *e = m->root; e; e = py_walk(m->root, e))
		if (e->form == PY_PARAM && e->arg &&
			py_str_equal(&e->s, &g->s) && takes_default(m, e))
			return true;
	return false;
}

bool py_asks(const struct py_module *m, const char *name, size_t n)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	return slot >= 0 &&
	       (m->global[slot].asked ||
		       (m->global[slot].setting &&
			       (m->global[slot].instead ||
				       is_default(m, &m->global[slot]))) ||
		       may_ask(m, m->root, &m->global[slot],
			       m->root->form != PY_BLOCK));
}

/* --- functions with what was defined in its place --------------------- */

/* The operand of E that stands first at or behind AT in the text, or NULL. */
static const struct py_node *next_operand(const struct py_node *e, size_t at)
{
	const struct py_node *best = NULL;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->at >= at && (!best || kid->at < best->at))
			best = kid;
	return best;
}

/* The source from *AT to the last name in E that is replaced. */
static void show(struct buf *b, const struct py_module *m,
	const struct py_node *e, size_t *at)
{
	bool fixed = e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		     m->global[e->slot].fixed;

	if (fixed) {
		buf_add(b, m->text + *at, e->at - *at);
		buf_addc(b, '(');
		py_repr(b, &m->global[e->slot].value);
		buf_addc(b, ')');
		*at = e->end;
	}
	for (const struct py_node *kid = next_operand(e, e->at); kid;
		kid = next_operand(e, kid->end + (kid->end == kid->at)))
		show(b, m, kid, at);
}

void py_show(struct buf *b, const struct py_module *m, const struct py_node *e)
{
	size_t at = e->at;

	show(b, m, e, &at);
	buf_add(b, m->text + at, e->end - at);
}

bool py_is_known(const struct py_module *m, const struct py_node *e)
{
	struct py_value v;

	return py_builtin(m->py, e->s.s, e->s.n, true, &v) ||
	       m->global[e->slot].value.type != PY_UNBOUND;
}

/* DEPTH scopes around E are its function's own. */
static bool depends(
	const struct py_module *m, const struct py_node *e, unsigned depth)
{
	bool first = true;

	if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
		return e->hops >= depth;
	if (e->form == PY_NAME)
		return !m->global[e->slot].fixed &&
		       m->global[e->slot].value.type != PY_UNBOUND;
	depth += e->scope != NULL;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		bool outside = kid->form == PY_CLAUSE && first;
		/* The first iterable is of the scope around. */
		first = first && kid->form != PY_CLAUSE;
		if (outside ? depends(m, kid->arg, depth) ||
					depends(m, kid->arg->next, depth - 1)
			    : depends(m, kid, depth))
			return true;
	}
	return false;
}

bool py_depends(const struct py_module *m, const struct py_node *e)
{
	return depends(m, e, 0);
}

const struct py_node *py_walk_past(
	const struct py_node *top, const struct py_node *e)
{
	while (e != top && !e->next)
		e = e->up;
	return e == top ? NULL : e->next;
}

const struct py_node *py_walk(
	const struct py_node *top, const struct py_node *e)
{
	return e->arg ? e->arg : py_walk_past(top, e);
}

const struct py_node *py_walk_here(
	const struct py_node *top, const struct py_node *e)
{
	return e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA
		       ? py_walk_past(top, e)
		       : py_walk(top, e);
}

const struct py_node *py_def_around(const struct py_node *e)
{
	while (e && e->form != PY_DEF)
		e = e->up;
	return e;
}

const struct py_node *py_undecorated(const struct py_node *e)
{
	while (e->form == PY_DECORATED)
		e = e->arg->next;
	return e;
}

long long py_whole(const struct py_node *e)
{
	return e && e->form == PY_CONST && e->value.type == PY_INT
		       ? (long long)py_number(&e->value)
		       : 0;
}

bool py_mentions(const struct py_node *top, const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && py_str_equal(&e->s, name))
			return true;
	return false;
}

const struct py_node *py_assigned(const struct py_node *s)
{
	if (s->form == PY_ASSIGN)
		return s->arg->next;
	return s->form == PY_AUGMENT ? s->arg : NULL;
}
