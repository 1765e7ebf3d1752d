/* SPDX-License-Identifier: MIT */
/*
 * Which names may have no value when some text runs.  The text is walked, not
 * run: a condition that has a value here leaves out the branch that it does
 * not take, all others are looked into, and so are the functions called.
 */
#include <string.h>

#include "base/str.h"
#include "py/py_impl.h"

/* Functions and statements looked into; nodes looked at. */
#define NSEEN 64
#define NODES_MAX 20000
#define LEVELS_MAX 60

/* A statement whose value is being walked. */
struct inside {
	const struct py_node *s;
	const struct inside *up;
};

struct walk {
	const struct inside *inside; /* the innermost; NULL: none */
	struct py_run *run;
	int (*each)(void *ctx, const struct py_unknown *u, bool maybe);
	void *ctx;
	const struct py_value *arg; /* of the first function; NULL */
	size_t narg;
	struct py_frame *frame; /* values of names so far, where known */
	const struct py_node *seen[NSEEN];
	size_t nseen;
	unsigned budget, level;
	bool made;  /* the host has been asked for something of its own */
	bool maybe; /* something that is missing decides whether it runs */
	/* The only statement that is asked for; NULL: all are, or it was met.
	 */
	const struct py_node *only;
};

/* Whether what was walked goes on behind itself, or returns and the like. */
enum { STOPS = 0, RUNS_ON = 1 };

static int walk(struct walk *w, const struct py_node *e);

static bool seen(struct walk *w, const struct py_node *e)
{
	for (size_t i = 0; i < w->nseen; i++)
		if (w->seen[i] == e)
			return true;
	if (w->nseen < NSEEN)
		w->seen[w->nseen++] = e;
	return w->nseen == NSEEN;
}

/* E's value, if it has one without running anything; errors are forgotten. */
static bool peek(struct walk *w, const struct py_node *e, struct py_value *ret)
{
	struct py_run *r = w->run;
	const struct py_state before = py_state_of(r);
	bool known = py_eval(r, e, w->frame, ret) == 0;

	if (known)
		py_go_back(r, &before);
	else
		py_forget(r, &before);
	return known;
}

/* Whether names in E lie in a scope of its own. */
static bool has_scope(const struct py_node *e)
{
	return e->form == PY_LAMBDA || e->form == PY_LISTCOMP ||
	       e->form == PY_SETCOMP || e->form == PY_DICTCOMP ||
	       e->form == PY_GENERATOR;
}

/* Whether E calls nothing but what has no value, and what looks at it. */
static bool is_plain(struct walk *w, const struct py_node *e)
{
	struct py_value v;

	if (has_scope(e))
		return false;
	if (e->form == PY_CALL &&
		(!peek(w, e->arg, &v) ||
			(v.type != PY_UNKNOWN && v.type != PY_NATIVE &&
				v.type != PY_METHOD)))
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (!is_plain(w, kid))
			return false;
	return true;
}

/* --- names ---------------------------------------------------------------- */

static bool binds(const struct py_node *e, const struct py_str *s)
{
	if (e->form == PY_NAME)
		return py_str_equal(&e->s, s);
	if (e->form != PY_MAKE_TUPLE && e->form != PY_MAKE_LIST)
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (binds(kid, s))
			return true;
	return false;
}

static int walk_scope_of(struct walk *w, const struct py_node *def);

/* Walks what the statements of S assign to NAME: how many. */
static int walk_assigned(
	struct walk *w, const struct py_node *s, const struct py_str *name)
{
	int n = 0;

	for (; s; s = s->next) {
		const struct py_node *value = NULL;
		int more = 0;

		if (s->form == PY_ASSIGN) {
			for (const struct py_node *t = s->arg->next; t;
				t = t->next)
				if (binds(t, name))
					value = s->arg;
		} else if (s->form == PY_AUGMENT && binds(s->arg, name)) {
			value = s->arg->next;
		} else if (s->form == PY_DEF && py_str_equal(&s->s, name)) {
			more = seen(w, s) ? 1 : walk_scope_of(w, s);
		} else if (s->form == PY_IF || s->form == PY_BLOCK ||
			   s->form == PY_FOR || s->form == PY_WHILE) {
			more = walk_assigned(w, s->arg, name);
			if (more > 0 && s->form == PY_IF && !seen(w, s->arg))
				more = walk(w, s->arg) < 0 ? -1 : more;
		}
		if (value && !seen(w, s)) {
			const struct inside here = {.s = s, .up = w->inside};
			w->inside = &here;
			more = walk(w, value) < 0 ? -1 : 1;
			w->inside = here.up;
		}
		if (more < 0)
			return -1;
		n += more;
	}
	return n;
}

static int report(struct walk *w, const struct py_unknown *u)
{
	return w->only ? 0 : w->each(w->ctx, u, w->maybe);
}

/* The statement that assigns to NAME what it is being walked for; or NULL. */
static const struct py_node *assigned_from_itself(
	const struct walk *w, const struct py_str *name)
{
	for (const struct inside *x = w->inside; x; x = x->up)
		for (const struct py_node *t = x->s->arg->next; t; t = t->next)
			if (x->s->form == PY_ASSIGN && binds(t, name))
				return x->s->arg;
	return NULL;
}

/* Whether a statement of S, but for those in functions, gives NAME a value. */
static bool assigns(const struct py_node *s, const struct py_str *name)
{
	for (; s; s = s->next) {
		if (s->form == PY_DEF && py_str_equal(&s->s, name))
			return true;
		for (const struct py_node *t =
				s->form == PY_ASSIGN ? s->arg->next : NULL;
			t; t = t->next)
			if (binds(t, name))
				return true;
		if ((s->form == PY_IF || s->form == PY_BLOCK ||
			    s->form == PY_FOR || s->form == PY_WHILE) &&
			assigns(s->arg, name))
			return true;
	}
	return false;
}

/* Whether U is a name of the text's, which a branch would give a value. */
static bool is_of_branch(const struct walk *w, const struct py_unknown *u)
{
	const struct py_module *m = w->frame->module;
	long slot = py_global_find(m, &u->path);

	return slot >= 0 && !m->global[slot].fixed &&
	       m->global[slot].value.type == PY_UNBOUND &&
	       assigns(m->root->arg, &u->path);
}

/* The name with which PATH begins. */
static struct py_str root_of(const struct py_str *path)
{
	struct py_str root = {.s = path->s};

	while (root.n < path->n && root.s[root.n] != '.' &&
		root.s[root.n] != '[')
		root.n++;
	return root;
}

/* What has no value, and so U, which is no name of the top level, has none. */
static const struct py_unknown *cause_of(
	const struct walk *w, const struct py_unknown *u)
{
	struct py_str root = root_of(&u->path);

	while (u->why && !u->handed && u->cause &&
		py_global_find(w->frame->module, &root) < 0) {
		u = u->cause;
		root = root_of(&u->path);
	}
	return u;
}

/* U, without a value: the names that it was to be made of, else itself. */
static int missing(struct walk *w, const struct py_unknown *u)
{
	struct py_frame *frame = w->frame;
	struct py_str root;
	struct py_unknown own;
	int n;

	u = cause_of(w, u);
	root = root_of(&u->path);
	own = *u;
	if (u->handed || (!u->why && !is_of_branch(w, u)))
		return report(w, u);
	while (w->frame->outer)
		w->frame = w->frame->outer;
	n = walk_assigned(w, w->frame->module->root->arg, &root);
	w->frame = frame;
	if (!u->why)
		return n < 0 ? -1 : 0;
	/* x = f(x): what it was before has no value. */
	own.at = n == 0 ? assigned_from_itself(w, &root) : NULL;
	if (own.at)
		own.why = NULL;
	return n == 0 ? report(w, &own) : n < 0 ? -1 : 0;
}

static int walk_function(
	struct walk *w, const struct py_function *fn, const struct py_node *at);

static int walk_value(struct walk *w, const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return missing(w, v->u.unknown);
	if (v->type == PY_FUNCTION && v->u.function->module == w->frame->module)
		return walk_function(w, v->u.function, NULL);
	return 0;
}

/* A name, an attribute or an item: its value, or what it is made of. */
static int walk_path(struct walk *w, const struct py_node *e)
{
	struct py_value v;

	if (peek(w, e, &v))
		return walk_value(w, &v);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->form != PY_SLICE && walk(w, kid) < 0)
			return -1;
	return 0;
}

/* --- functions ------------------------------------------------------------ */

/* A frame for SCOPE whose names have no values yet. */
static bool enter(struct walk *w, const struct py_scope *scope)
{
	struct py_frame *f =
		py_frame_new(w->run, scope->n, w->frame, w->frame->module);

	if (f)
		w->frame = f;
	return f != NULL;
}

/* The body of DEF, which nothing has made a function: 1, or -1. */
static int walk_scope_of(struct walk *w, const struct py_node *def)
{
	struct py_frame *frame = w->frame;
	int done = enter(w, def->scope) ? walk(w, def->arg) : -1;

	w->frame = frame;
	return done < 0 ? -1 : 1;
}

/* The values of FN's parameters for the call AT, those that are known. */
static void bind_known(struct walk *w, const struct py_function *fn,
	const struct py_node *at, struct py_frame *f)
{
	const struct py_node *arg = at ? at->arg->next : NULL;
	size_t slot = 0, i = 0, ngiven = fn->ngiven, k = 0;

	for (const struct py_node *p = fn->def->arg->next; p;
		p = p->next, i++) {
		const struct py_node *value = NULL;

		if (p->s.n == 0)
			continue;
		/* self, of a method */
		if (slot < ngiven && fn->given[slot].name.n == 0) {
			f->slot[slot] = fn->given[slot].value;
			slot++;
			continue;
		}
		if (arg && arg->form != PY_KEYWORD && arg->form != PY_STAR) {
			value = arg;
			arg = arg->next;
		}
		for (const struct py_node *a = at ? at->arg->next : NULL; a;
			a = a->next)
			if (a->form == PY_KEYWORD && py_str_equal(&a->s, &p->s))
				value = a->arg;
		if (k < w->narg)
			f->slot[slot] = w->arg[k++];
		else if (!value && at)
			f->slot[slot] = fn->init[i];
		else if (value && is_plain(w, value))
			peek(w, value, &f->slot[slot]);
		slot++;
	}
}

/* FN's body, called AT; NULL: with arguments that nobody knows. */
static int walk_function(
	struct walk *w, const struct py_function *fn, const struct py_node *at)
{
	struct py_frame *frame = w->frame, *f;
	bool maybe = w->maybe;
	int done = 0;

	if (seen(w, fn->def))
		return 0;
	f = py_frame_new(w->run, fn->def->scope->n, fn->frame, fn->module);
	if (!f)
		return -1;
	bind_known(w, fn, at, f);
	w->narg = 0;
	w->frame = f;
	done = walk(w, fn->def->arg);
	w->frame = frame;
	w->maybe = maybe;
	return done < 0 ? -1 : 0;
}

static int walk_all(struct walk *w, const struct py_node *e)
{
	for (; e; e = e->next)
		if (walk(w, e->form == PY_KEYWORD || e->form == PY_STAR
				    ? e->arg
				    : e) < 0)
			return -1;
	return 0;
}

/* Arguments of the call E; OWN: of the text's own function, which uses them. */
static int walk_arguments(struct walk *w, const struct py_node *e, bool own)
{
	struct py_value v;

	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		const struct py_node *value =
			a->form == PY_KEYWORD || a->form == PY_STAR ? a->arg
								    : a;
		if (own && value->form == PY_NAME && a->form != PY_STAR &&
			peek(w, value, &v) && v.type == PY_UNKNOWN)
			continue;
		if (walk(w, value) < 0)
			return -1;
	}
	return 0;
}

/* What makes objects of V, a class of the text's, with some self: into *FN. */
static bool init_of(const struct py_value *v, struct py_function *fn)
{
	static const struct py_arg self = {.value = {.type = PY_UNBOUND}};
	const struct py_value *init = NULL;

	if (v->type == PY_TYPE)
		init = py_class_find(v->u.class, "__init__", 8);
	if (!init || init->type != PY_FUNCTION)
		return false;
	*fn = *init->u.function;
	fn->given = &self;
	fn->ngiven = 1;
	return true;
}

/*
 * Whether E is a method of what a function has made, or of a class that only a
 * module has: what it gives with arguments is no value that could be given.
 */
static bool is_method(const struct py_node *e)
{
	const struct py_node *root = e;
	bool class = false;

	while (root->form == PY_ATTR) {
		class = class || (root->s.n > 1 && str_is_upper(root->s.s[0]) &&
					 str_is_lower(root->s.s[1]));
		root = root->arg;
	}
	return e->form == PY_ATTR && root->form == PY_NAME &&
	       (class || root->hops != PY_HOPS_GLOBAL);
}

/*
 * Whether E is MODULE.NAME, MODULE a global that nothing gives a value, or NAME
 * that is imported from one.
 */
static bool is_of_module(struct walk *w, const struct py_node *e)
{
	struct py_value v;

	if (e->form == PY_NAME)
		return e->hops == PY_HOPS_GLOBAL && peek(w, e, &v) &&
		       v.type == PY_UNKNOWN && !v.u.unknown->why &&
		       memchr(v.u.unknown->path.s, '.', v.u.unknown->path.n);
	if (e->form != PY_ATTR)
		return false;
	while (e->form == PY_ATTR)
		e = e->arg;
	return e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
	       peek(w, e, &v) && v.type == PY_UNKNOWN && !v.u.unknown->why;
}

static int walk_call(struct walk *w, const struct py_node *e)
{
	const struct py_host *host = w->run->py->host;
	const struct py_function *fn = NULL;
	struct py_function init;
	struct py_value callee, v;

	if (!peek(w, e->arg, &callee))
		callee.type = PY_UNBOUND;
	if (host && host->lenient && host->lenient(w->run, &callee, e))
		return 0;
	if (callee.type == PY_UNBOUND && is_method(e->arg))
		return walk(w, e->arg->arg) < 0 ? -1 : 0;
	if (callee.type == PY_UNBOUND)
		return walk(w, e->arg) < 0 ? -1 : walk_all(w, e->arg->next);
	if (callee.type == PY_UNKNOWN ||
		(callee.type == PY_NATIVE &&
			strcmp(callee.u.native->name, "getattr") == 0)) {
		/* config.get("lr", 1), getattr(args, "lr") */
		bool plain = is_plain(w, e) && peek(w, e, &v);
		if (callee.type == PY_UNKNOWN && e->arg->next &&
			is_method(e->arg) &&
			(!plain || (v.type == PY_UNKNOWN &&
					   py_str_equal(&v.u.unknown->path,
						   &callee.u.unknown->path))))
			return 0;
		if (plain && !(v.type == PY_UNKNOWN && v.u.unknown->at == e))
			return walk_value(w, &v);
		if (callee.type == PY_UNKNOWN &&
			(e->arg->form == PY_ATTR || e->arg->next) &&
			is_of_module(w, e->arg))
			return 0;
		if (plain)
			return walk_value(w, &v);
		if (callee.type == PY_UNKNOWN)
			return missing(w, callee.u.unknown);
	}
	w->made = w->made || callee.type == PY_OPAQUE;
	if (init_of(&callee, &init))
		fn = &init;
	else if (callee.type == PY_FUNCTION)
		fn = callee.u.function;
	if (walk_arguments(w, e, fn != NULL) < 0)
		return -1;
	return fn && fn->module == w->frame->module ? walk_function(w, fn, e)
						    : 0;
}

/*
 * A lambda or a comprehension that is met, in a scope of its own; the first
 * iterable is of the scope around.
 */
static int walk_scope(struct walk *w, const struct py_node *e)
{
	struct py_frame *frame = w->frame;
	const struct py_node *first = NULL;
	int done = 0;

	for (const struct py_node *kid = e->arg; kid && !first; kid = kid->next)
		if (kid->form == PY_CLAUSE)
			first = kid->arg->next;
	if (w->level++ == LEVELS_MAX || (first && walk(w, first) < 0) ||
		!enter(w, e->scope))
		return -1;
	for (const struct py_node *kid = e->arg; kid && done >= 0;
		kid = kid->next) {
		if (kid->form != PY_CLAUSE) {
			done = walk(w, kid);
			continue;
		}
		for (const struct py_node *x = kid->arg->next; x && done >= 0;
			x = x->next)
			if (x != first)
				done = walk(w, x);
	}
	w->frame = frame;
	w->level--;
	return done < 0 ? -1 : 0;
}

/* --- statements ----------------------------------------------------------- */

/* Of the walk's own frame: those around it may be of functions that ran. */
static struct py_value *slot_of(struct walk *w, const struct py_node *name)
{
	return name->form == PY_NAME && name->hops == 0
		       ? &w->frame->slot[name->slot]
		       : NULL;
}

/* What E binds is not known from here on. */
static void forget(struct walk *w, const struct py_node *e)
{
	struct py_value *v = slot_of(w, e);

	if (v)
		v->type = PY_UNBOUND;
	if (e->form == PY_MAKE_TUPLE || e->form == PY_MAKE_LIST)
		for (const struct py_node *kid = e->arg; kid; kid = kid->next)
			forget(w, kid);
}

/* The same, but what E may be another name of stays missing. */
static void half_forget(struct walk *w, const struct py_node *e)
{
	const struct py_value *v = slot_of(w, e);

	if (!v || v->type != PY_UNKNOWN || v->u.unknown->why)
		forget(w, e);
}

static void forget_all(struct walk *w, const struct py_node *s)
{
	for (; s; s = s->next) {
		const struct py_node *t =
			s->form == PY_ASSIGN ? s->arg->next : NULL;

		for (; t; t = t->next)
			half_forget(w, t);
		if (s->form == PY_AUGMENT)
			half_forget(w, s->arg);
		else if (s->form == PY_FOR)
			forget(w, s->arg);
		if (s->form == PY_IF || s->form == PY_BLOCK ||
			s->form == PY_FOR || s->form == PY_WHILE)
			forget_all(w, s->arg);
	}
}

/* Whether U is config['lr'], which config.get('lr') gives, too. */
static bool is_item(const struct py_unknown *u)
{
	return u->path.n > 0 && u->path.s[u->path.n - 1] == ']';
}

/* T is V, which a call gave: what nobody knows is called as T then. */
static int hold(struct walk *w, const struct py_node *t,
	const struct py_value *v, bool called)
{
	struct py_value *slot = slot_of(w, t);

	if (!slot) {
		forget(w, t);
		return 0;
	}
	*slot = *v;
	return called && v->type == PY_UNKNOWN && !v->u.unknown->why &&
			       !is_item(v->u.unknown)
		       ? py_new_unknown(w->run, t, t->s.s, t->s.n, NULL, slot)
		       : 0;
}

static int walk_assign(struct walk *w, const struct py_node *s)
{
	const struct py_node *value = s->arg, *t = value->next;
	struct py_value v;

	/* A second name of what has no value is it. */
	if (is_plain(w, value) && peek(w, value, &v)) {
		for (; t; t = t->next)
			if (hold(w, t, &v,
				    value->form == PY_CALL &&
					    v.type == PY_UNKNOWN &&
					    v.u.unknown->at == value) < 0)
				return -1;
		return v.type == PY_UNKNOWN && v.u.unknown->why
			       ? missing(w, v.u.unknown)
			       : 0;
	}
	for (; t; t = t->next)
		forget(w, t);
	return walk(w, value);
}

/* C's truth if it is known here: 1 or 0, else -1. */
static int truth(struct walk *w, const struct py_node *c)
{
	const struct py_state before = py_state_of(w->run);
	struct py_value v;
	int yes;

	if (!is_plain(w, c) || !peek(w, c, &v))
		return -1;
	yes = py_truth(w->run, c, &v);
	if (yes < 0)
		py_forget(w->run, &before);
	return yes;
}

/* Whether C's value hangs on one that is missing. */
static bool lacks(struct walk *w, const struct py_node *c)
{
	struct py_value v;

	if ((c->form == PY_NAME || c->form == PY_ATTR || c->form == PY_INDEX ||
		    c->form == PY_CALL) &&
		is_plain(w, c) && peek(w, c, &v))
		return v.type == PY_UNKNOWN;
	/* Names in a scope of its own are not those of this frame. */
	if (has_scope(c))
		return false;
	for (const struct py_node *kid = c->arg; kid; kid = kid->next)
		if (lacks(w, kid))
			return true;
	return false;
}

static int walk_if(struct walk *w, const struct py_node *s)
{
	const struct py_host *host = w->run->py->host;
	const struct py_node *e = s->arg;
	bool before = w->maybe;
	int flow = STOPS, one;

	for (; e && e->form != PY_BLOCK; e = e->next->next) {
		int yes = truth(w, e);
		if (yes < 0 && host && host->decides)
			yes = host->decides(w->run, e, false);
		if (yes < 0)
			yes = py_goes_on(e);
		if (yes == 1) {
			one = walk(w, e->next);
			w->maybe = before;
			return one < 0 ? -1 : flow | one;
		}
		if (yes == 0)
			continue;
		if (walk(w, e) < 0)
			return -1;
		w->maybe = w->maybe || lacks(w, e);
		one = walk(w, e->next);
		if (one < 0)
			return -1;
		forget_all(w, e->next);
		flow |= one;
	}
	one = e ? walk(w, e) : RUNS_ON;
	if (e)
		forget_all(w, e);
	w->maybe = before;
	return one < 0 ? -1 : flow | one;
}

static int walk_block(struct walk *w, const struct py_node *s)
{
	const struct py_host *host = w->run->py->host;
	int flow = RUNS_ON;

	for (s = s->arg; s && flow == RUNS_ON; s = s->next)
		if (w->only || !host || !host->wants || host->wants(w->run, s))
			flow = walk(w, s);
	return flow;
}

/* A call for its own sake of what nobody knows changes no rate. */
static int walk_expr(struct walk *w, const struct py_node *e)
{
	struct py_value v;

	if (e->form == PY_CALL &&
		(!peek(w, e->arg, &v) || v.type == PY_UNKNOWN ||
			(v.type == PY_NATIVE &&
				strcmp(v.u.native->name, "print") == 0)))
		return RUNS_ON;
	return walk(w, e) < 0 ? -1 : RUNS_ON;
}

/* Whether E calls something of the host's own. */
static bool makes(struct walk *w, const struct py_node *top)
{
	const struct py_host *host = w->run->py->host;
	struct py_value v;

	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_CALL && peek(w, e->arg, &v) &&
			v.type == PY_OPAQUE && !host->lenient(w->run, &v, e))
			return true;
	return false;
}

static int walk_loop(struct walk *w, const struct py_node *s)
{
	const struct py_node *e = s->arg, *body;

	/* What has been made trains there. */
	if (w->made && !makes(w, s))
		return RUNS_ON;

	if (s->form == PY_FOR) {
		forget(w, e);
		e = e->next;
	}
	body = e->next;
	forget_all(w, body);
	if (walk(w, e) < 0 || walk(w, body) < 0)
		return -1;
	return body->next && walk(w, body->next) < 0 ? -1 : RUNS_ON;
}

/* a and b, a or b, b if a else c: where a is known, one may be left out. */
static int walk_lazy(struct walk *w, const struct py_node *e)
{
	const struct py_node *first = e->arg, *second = first->next;
	const struct py_host *host = w->run->py->host;
	int yes = truth(w, first);

	if (yes < 0 && e->form == PY_IF_ELSE && host && host->decides)
		yes = host->decides(w->run, first, false);
	if (yes < 0)
		return walk_all(w, first);
	if (e->form == PY_IF_ELSE)
		return walk(w, yes ? second : second->next);
	return yes == (e->form == PY_OR) ? 0 : walk(w, second);
}

/* Returns -1, or of a statement whether what is behind it runs. */
static int walk_form(struct walk *w, const struct py_node *e)
{
	switch ((enum py_form)e->form) {
	case PY_NAME:
	case PY_ATTR:
	case PY_INDEX: return walk_path(w, e);
	case PY_CALL: return walk_call(w, e);
	case PY_AND:
	case PY_OR:
	case PY_IF_ELSE: return walk_lazy(w, e);
	case PY_LAMBDA:
	case PY_LISTCOMP:
	case PY_SETCOMP:
	case PY_DICTCOMP:
	case PY_GENERATOR: return walk_scope(w, e);
	case PY_IF:
		return py_is_idle(e) || py_is_aside(e) ? RUNS_ON
						       : walk_if(w, e);
	case PY_BLOCK: return walk_block(w, e);
	case PY_FOR:
	case PY_WHILE: return walk_loop(w, e);
	case PY_EXPR: return walk_expr(w, e->arg);
	case PY_ASSIGN: return walk_assign(w, e) < 0 ? -1 : RUNS_ON;
	case PY_RAISE: return STOPS;
	case PY_RETURN: return walk_all(w, e->arg) < 0 ? -1 : STOPS;
	case PY_BREAK:
	case PY_CONTINUE: return STOPS;
	case PY_PARAM:
	case PY_CONST:
	case PY_DEF:
	case PY_CLASS:
	case PY_IMPORT:
	case PY_GLOBAL:
	case PY_NONLOCAL:
	case PY_DEL:
	case PY_BAD: return RUNS_ON;
	default: return walk_all(w, e->arg) < 0 ? -1 : RUNS_ON;
	}
}

/* E is the only one that is asked for, as if nothing had been met before. */
static int walk_only(struct walk *w, const struct py_node *e)
{
	w->only = NULL;
	w->nseen = 0;
	w->maybe = false;
	walk_form(w, e);
	return -1;
}

static int walk(struct walk *w, const struct py_node *e)
{
	int done;

	if (w->budget == 0 || w->level == LEVELS_MAX)
		return -1;
	w->budget--;
	w->level++;
	done = w->only == e ? walk_only(w, e) : walk_form(w, e);
	w->level--;
	return done;
}

void py_each_missing(struct py_run *r, struct py_module *m,
	const struct py_node *e, const struct py_value *f,
	const struct py_value *arg, size_t narg,
	int (*each)(void *ctx, const struct py_unknown *u, bool maybe),
	void *ctx)
{
	struct walk w = {.run = r,
		.each = each,
		.ctx = ctx,
		.arg = arg,
		.narg = arg ? narg : 0,
		.budget = NODES_MAX,
		.frame = py_frame_new(r, 0, NULL, m)};
	const struct py_state before = py_state_of(r);
	struct py_module *around = r->module;

	py_run_reset(r);
	r->module = m;
	if (f)
		w.only = e;
	else if (w.frame && e)
		walk(&w, e);
	if (w.frame && f)
		walk_value(&w, f);
	py_forget(r, &before);
	r->module = around;
}
