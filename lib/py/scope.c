/* SPDX-License-Identifier: MIT */
/*
 * Where the value of each name is (Python language reference 3.11, 4.2): what
 * a function binds is its own unless declared otherwise, what it does not bind
 * is that of the nearest function around, else global.  A class's names are
 * seen by its own statements alone.
 */
#include <string.h>

#include "py/py_impl.h"

struct resolver {
	struct py_module *module;
	struct py_scope *scope; /* NULL: the module's */
};

static struct py_run *run_of(const struct resolver *x)
{
	return &x->module->py->build;
}

static struct py_name *find(
	const struct py_scope *scope, const struct py_str *s, unsigned *slot)
{
	for (unsigned i = 0; i < scope->n; i++) {
		if (py_str_equal(&scope->name[i].s, s)) {
			*slot = i;
			return &scope->name[i];
		}
	}
	return NULL;
}

/* S gets a slot in the scope, unless it has one. */
static int declare(struct resolver *x, const struct py_str *s, int kind)
{
	struct py_scope *scope = x->scope;
	struct py_name *name;
	unsigned slot;

	name = find(scope, s, &slot);
	if (name) {
		if (kind != PY_LOCAL)
			name->kind = kind;
		return 0;
	}
	if (scope->n == scope->cap || !scope->name) {
		unsigned cap = scope->cap ? scope->cap * 2 : 8;
		struct py_name *more = py_alloc(run_of(x), cap * sizeof(*more));
		if (!more)
			return -1;
		if (scope->name)
			memcpy(more, scope->name, scope->n * sizeof(*more));
		scope->name = more;
		scope->cap = cap;
	}
	scope->name[scope->n++] = (struct py_name){.s = *s, .kind = kind};
	return 0;
}

static int bound_in_target(struct py_node *e,
	int (*each)(void *ctx, struct py_node *name), void *ctx)
{
	if (e->form == PY_NAME)
		return each(ctx, e);
	if (e->form == PY_MAKE_TUPLE || e->form == PY_MAKE_LIST)
		for (struct py_node *kid = e->arg; kid; kid = kid->next)
			if (bound_in_target(kid, each, ctx) < 0)
				return -1;
	return 0;
}

/* Calls EACH for every NAME that statement S binds in its own scope. */
static int bound_names(struct py_node *s,
	int (*each)(void *ctx, struct py_node *name), void *ctx)
{
	struct py_node *kid = s->arg;

	switch (s->form) {
	case PY_DEF:
	case PY_CLASS:
	case PY_IMPORT: return each(ctx, s);
	case PY_AUGMENT: return bound_in_target(kid, each, ctx);
	case PY_ASSIGN:
		for (kid = kid->next; kid; kid = kid->next)
			if (bound_in_target(kid, each, ctx) < 0)
				return -1;
		return 0;
	case PY_FOR:
		if (bound_in_target(kid, each, ctx) < 0)
			return -1;
		break;
	case PY_IF:
	case PY_WHILE:
	case PY_BLOCK: break;
	default: return 0;
	}
	for (; kid; kid = kid->next)
		if (bound_names(kid, each, ctx) < 0)
			return -1;
	return 0;
}

static int declare_local(void *ctx, struct py_node *name)
{
	return declare(ctx, &name->s, PY_LOCAL);
}

/* What `global` and `nonlocal` say in S. */
static int declare_others(struct resolver *x, const struct py_node *s)
{
	if (s->form == PY_GLOBAL || s->form == PY_NONLOCAL) {
		int kind = s->form == PY_GLOBAL ? PY_NAME_GLOBAL
						: PY_NAME_NONLOCAL;
		for (const struct py_node *e = s->arg; e; e = e->next)
			if (declare(x, &e->s, kind) < 0)
				return -1;
		return 0;
	}
	if (s->form != PY_BLOCK && s->form != PY_IF && s->form != PY_WHILE &&
		s->form != PY_FOR)
		return 0;
	for (const struct py_node *kid = s->arg; kid; kid = kid->next)
		if (declare_others(x, kid) < 0)
			return -1;
	return 0;
}

/* Where E, a NAME or what binds one, finds its value. */
static int place(struct resolver *x, struct py_node *e)
{
	unsigned hops = 0, slot;
	long global;

	for (struct py_scope *scope = x->scope; scope; scope = scope->outer) {
		bool is_class = scope->is_class;
		struct py_name *name = is_class && scope != x->scope
					       ? NULL
					       : find(scope, &e->s, &slot);

		if (name && name->kind == PY_NAME_GLOBAL)
			break;
		if (name && name->kind == PY_LOCAL) {
			e->hops = (unsigned short)hops;
			e->slot = slot;
			return 0;
		}
		/* The functions of a class lie in what is around it. */
		hops += !is_class || scope == x->scope;
	}
	e->hops = PY_HOPS_GLOBAL;
	global = py_global_slot(x->module, &e->s);
	if (global < 0)
		return -1;
	e->slot = (unsigned)global;
	if (e->form == PY_NAME)
		py_builtin(e->s.s, e->s.n, x->module->star_math, &e->value);
	return 0;
}

/* math.cos: found now, with the slot of math, which may get another value. */
static void find_builtin(const struct resolver *x, struct py_node *e)
{
	const struct py_node *root = e->arg;
	const char *s = x->module->text + e->at;

	while (root->form == PY_ATTR)
		root = root->arg;
	/* Not where blanks or brackets stand in it. */
	if (root->form != PY_NAME || root->hops != PY_HOPS_GLOBAL ||
		!py_builtin(s, e->end - e->at, false, &e->value))
		return;
	e->slot = root->slot;
}

static int resolve(struct resolver *x, struct py_node *e);

static int resolve_all(struct resolver *x, struct py_node *e)
{
	for (; e; e = e->next)
		if (resolve(x, e) < 0)
			return -1;
	return 0;
}

/* The names that the host gives a definition. */
static int declare_given(struct resolver *x, const struct py_node *e)
{
	const char *name = x->module->local;

	if (!name || e->form != PY_DEF || e->scope->outer || e->s.s[0] == '_')
		return 0;
	while (*name) {
		struct py_str s = {.s = name, .n = strcspn(name, " ")};
		if (declare(x, &s, PY_LOCAL) < 0)
			return -1;
		name += s.n + (name[s.n] == ' ');
	}
	return 0;
}

/* Defaults are of the scope around, names and body of its own. */
static int resolve_function(struct resolver *x, struct py_node *e)
{
	struct resolver in = {.module = x->module, .scope = e->scope};
	struct py_node *body = e->arg;

	e->scope->outer = x->scope;
	for (struct py_node *p = body->next; p; p = p->next) {
		if (resolve_all(x, p->arg) < 0)
			return -1;
		if (p->s.n > 0 && declare(&in, &p->s, PY_LOCAL) < 0)
			return -1;
	}
	if (declare_given(&in, e) < 0)
		return -1;
	if (e->form == PY_DEF &&
		(declare_others(&in, body) < 0 ||
			bound_names(body, declare_local, &in) < 0))
		return -1;
	return resolve(&in, body);
}

static int resolve_class(struct resolver *x, struct py_node *e)
{
	struct resolver in = {.module = x->module, .scope = e->scope};

	e->scope->outer = x->scope;
	if (bound_names(e->arg, declare_local, &in) < 0)
		return -1;
	return resolve(&in, e->arg);
}

/* The first iterable is of the scope around, all else of its own. */
static int resolve_comprehension(struct resolver *x, struct py_node *e)
{
	struct resolver in = {.module = x->module, .scope = e->scope};
	bool first = true;

	e->scope->outer = x->scope;
	for (struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->form == PY_CLAUSE &&
			bound_in_target(kid->arg, declare_local, &in) < 0)
			return -1;
	for (struct py_node *kid = e->arg; kid; kid = kid->next) {
		if (kid->form != PY_CLAUSE) {
			if (resolve(&in, kid) < 0)
				return -1;
			continue;
		}
		struct py_node *iterable = kid->arg->next;
		if (resolve(&in, kid->arg) < 0 ||
			resolve(first ? x : &in, iterable) < 0 ||
			resolve_all(&in, iterable->next) < 0)
			return -1;
		first = false;
	}
	return 0;
}

static int resolve(struct resolver *x, struct py_node *e)
{
	switch (e->form) {
	case PY_DEF:
		if (place(x, e) < 0)
			return -1;
		return resolve_function(x, e);
	case PY_LAMBDA: return resolve_function(x, e);
	case PY_CLASS: return place(x, e) < 0 ? -1 : resolve_class(x, e);
	case PY_LISTCOMP:
	case PY_DICTCOMP: return resolve_comprehension(x, e);
	case PY_NAME:
	case PY_IMPORT: return place(x, e);
	case PY_ATTR:
		if (resolve(x, e->arg) < 0)
			return -1;
		find_builtin(x, e);
		return 0;
	default: return resolve_all(x, e->arg);
	}
}

int py_resolve(struct py_module *m)
{
	struct resolver x = {.module = m};

	return resolve(&x, m->root);
}
