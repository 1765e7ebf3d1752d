/* SPDX-License-Identifier: MIT */
/*
 * Where the value of each name is (Python language reference 3.11, 4.2): what
 * a function binds is its own unless declared otherwise, what it does not bind
 * is that of the nearest function around, else global.  A class's names are
 * its body's alone: the functions in it do not see them.
 */
#include <string.h>

#include "syntax/syntax_impl.h"

struct resolver {
	struct py_module *module;
	struct py_scope *scope; /* NULL: the module's */
};

static struct py_run *run_of(const struct resolver *x)
{
	return &x->module->py->build;
}

/* --- names ---------------------------------------------------------------- */

/* ITEM[0..N), of SIZE bytes each, begin with their names. */
struct names {
	struct hash_table *table;
	const char *item;
	size_t size;
	unsigned n;
};

static const struct py_str *name_at(const struct names *x, size_t i)
{
	return (const struct py_str *)(const void *)(x->item + i * x->size);
}

static uint64_t hash_of_name(const void *ctx, size_t i)
{
	const struct py_str *s = name_at(ctx, i);

	return hash_bytes(s->s, s->n);
}

/* The slot of S, or the free one where it belongs; X has some. */
static uint32_t *slot_of(const struct names *x, const struct py_str *s)
{
	const struct hash_table *t = x->table;
	size_t at = hash_first(t, hash_bytes(s->s, s->n));

	while (t->slot[at] && !py_str_equal(name_at(x, t->slot[at] - 1), s))
		at = hash_next(t, at);
	return &t->slot[at];
}

static long names_find(const struct names *x, const struct py_str *s)
{
	return x->table->n ? (long)*slot_of(x, s) - 1 : -1;
}

/* The last of X's names is new. */
static int names_added(struct py_run *r, const struct names *x)
{
	size_t nslot = hash_larger(x->table, 16);
	uint32_t *slot;

	if (!hash_is_full(x->table, x->n - 1)) {
		*slot_of(x, name_at(x, x->n - 1)) = x->n;
		return 0;
	}
	slot = py_alloc(r, nslot * sizeof(*slot));
	if (!slot)
		return -1;
	hash_move(x->table, slot, nslot, hash_of_name, x, x->n);
	return 0;
}

static struct names globals_of(const struct py_module *m)
{
	return (struct names){
		.table = (struct hash_table *)(uintptr_t)&m->table,
		.item = (const char *)m->global,
		.size = sizeof(*m->global),
		.n = m->nglobal};
}

static struct names names_of(const struct py_scope *s)
{
	return (struct names){
		.table = (struct hash_table *)(uintptr_t)&s->table,
		.item = (const char *)s->name,
		.size = sizeof(*s->name),
		.n = s->n};
}

long py_global_find(const struct py_module *m, const struct py_str *s)
{
	struct names x = globals_of(m);

	return names_find(&x, s);
}

/* ITEM[0..N), of SIZE bytes each, with room for one more; NULL: no memory. */
static void *room(
	struct py_run *r, void *item, size_t size, unsigned n, unsigned *cap)
{
	unsigned more = *cap ? *cap * 2 : 8;
	void *bigger;

	if (n < *cap)
		return item;
	bigger = py_alloc(r, more * size);
	if (bigger && item)
		memcpy(bigger, item, n * size);
	*cap = bigger ? more : *cap;
	return bigger;
}

long py_global_slot(struct py_module *m, const struct py_str *s)
{
	struct py_run *r = &m->py->build;
	long slot = py_global_find(m, s);
	struct py_global *item;
	struct names x;

	if (slot >= 0)
		return slot;
	item = room(r, m->global, sizeof(*item), m->nglobal, &m->cap);
	if (!item)
		return -1;
	m->global = item;
	item[m->nglobal++] = (struct py_global){.s = *s};
	x = globals_of(m);
	return names_added(r, &x) < 0 ? -1 : (long)m->nglobal - 1;
}

static struct py_name *find(
	const struct py_scope *scope, const struct py_str *s, unsigned *slot)
{
	struct names x = names_of(scope);
	long i = names_find(&x, s);

	if (i < 0)
		return NULL;
	*slot = (unsigned)i;
	return &scope->name[i];
}

/* S gets a slot in the scope, unless it has one. */
static int declare(
	struct resolver *x, const struct py_str *s, enum py_name_kind kind)
{
	struct py_scope *scope = x->scope;
	struct py_name *name;
	struct names names;
	unsigned slot;

	name = find(scope, s, &slot);
	if (name) {
		if (kind != PY_LOCAL)
			name->kind = kind;
		return 0;
	}
	name = room(
		run_of(x), scope->name, sizeof(*name), scope->n, &scope->cap);
	if (!name)
		return -1;
	scope->name = name;
	name[scope->n++] = (struct py_name){.s = *s, .kind = kind};
	names = names_of(scope);
	return names_added(run_of(x), &names);
}

/* --- what is bound -------------------------------------------------------- */

int py_each_target(const struct py_node *e,
	int (*each)(void *ctx, const struct py_node *target), void *ctx)
{
	if (e->form == PY_NAME || e->form == PY_INDEX || e->form == PY_ATTR)
		return each(ctx, e);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (py_each_target(kid, each, ctx) < 0)
			return -1;
	return 0;
}

/* Names that := binds in E; those in a comprehension are of what is around. */
static int each_walrus(const struct py_node *e,
	int (*each)(void *ctx, const struct py_node *target), void *ctx)
{
	if (e->form == PY_LAMBDA)
		return 0;
	if (e->form == PY_WALRUS && each(ctx, e->arg) < 0)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (each_walrus(kid, each, ctx) < 0)
			return -1;
	return 0;
}

/* The targets of S itself, before what is in its blocks. */
static int own_targets(const struct py_node *s,
	int (*each)(void *ctx, const struct py_node *target), void *ctx)
{
	const struct py_node *kid = s->arg;

	switch (s->form) {
	case PY_DEF:
	case PY_CLASS:
	case PY_IMPORT: return each(ctx, s);
	case PY_AUGMENT:
	case PY_ANNOTATE:
	case PY_FOR: return py_each_target(kid, each, ctx);
	case PY_EXCEPT:
		return kid->next && kid->next->next
			       ? py_each_target(kid->next, each, ctx)
			       : 0;
	case PY_ASSIGN: kid = kid->next; /* fall through */
	case PY_DEL:
		for (; kid; kid = kid->next)
			if (py_each_target(kid, each, ctx) < 0)
				return -1;
		return 0;
	default: return 0;
	}
}

int py_each_bound(const struct py_node *s,
	int (*each)(void *ctx, const struct py_node *target), void *ctx)
{
	if (own_targets(s, each, ctx) < 0)
		return -1;
	switch (s->form) {
	case PY_DEF:
	case PY_CLASS: return 0;
	case PY_DECORATED: return py_each_bound(s->arg->next, each, ctx);
	case PY_TRY:
	case PY_EXCEPT:
	case PY_FOR:
	case PY_IF:
	case PY_WHILE:
	case PY_BLOCK:
		for (const struct py_node *kid = s->arg; kid; kid = kid->next)
			if (py_each_bound(kid, each, ctx) < 0)
				return -1;
		return 0;
	default: return each_walrus(s, each, ctx);
	}
}

static int declare_local(void *ctx, const struct py_node *e)
{
	return e->form == PY_INDEX || e->form == PY_ATTR
		       ? 0
		       : declare(ctx, &e->s, PY_LOCAL);
}

/* What `global` and `nonlocal` say in S. */
static int declare_others(struct resolver *x, const struct py_node *s)
{
	if (s->form == PY_GLOBAL || s->form == PY_NONLOCAL) {
		enum py_name_kind kind = s->form == PY_GLOBAL
						 ? PY_NAME_GLOBAL
						 : PY_NAME_NONLOCAL;
		for (const struct py_node *e = s->arg; e; e = e->next)
			if (declare(x, &e->s, kind) < 0)
				return -1;
		return 0;
	}
	if (s->form != PY_BLOCK && s->form != PY_IF && s->form != PY_WHILE &&
		s->form != PY_FOR && s->form != PY_TRY && s->form != PY_EXCEPT)
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
		py_builtin(x->module->py, e->s.s, e->s.n, x->module->star_math,
			&e->value);
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
		!py_builtin(x->module->py, s, e->end - e->at, false, &e->value))
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
			py_each_bound(body, declare_local, &in) < 0))
		return -1;
	return resolve(&in, body);
}

static int resolve_class(struct resolver *x, struct py_node *e)
{
	struct resolver in = {.module = x->module, .scope = e->scope};

	e->scope->outer = x->scope;
	if (resolve_all(x, e->arg->next) < 0 ||
		py_each_bound(e->arg, declare_local, &in) < 0)
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
			py_each_target(kid->arg, declare_local, &in) < 0)
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
	case PY_SETCOMP:
	case PY_DICTCOMP:
	case PY_GENERATOR: return resolve_comprehension(x, e);
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
