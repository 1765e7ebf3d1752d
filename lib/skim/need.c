/* SPDX-License-Identifier: MIT */
/*
 * What a round of a loop that is followed needs, and what in it has nothing to
 * do with that.
 */
#include "skim/skim.h"

/*
 * The text's method F, NAME.METHOD, of an object that has a name.  What is
 * stepped is followed for itself, with or without the loop.
 */
static bool peek_method(const struct call_build *b, const struct py_node *f,
	struct py_value *ret)
{
	struct py_value object;

	return f->form == PY_ATTR && f->arg->form == PY_NAME &&
	       !call_is_stepper(&f->s) &&
	       py_peek(b->user, f->arg->s.s, f->arg->s.n, &object) &&
	       object.type == PY_NAMESPACE &&
	       py_get(py_builder(b->py), &object, f->s.s, f->s.n, ret) > 0 &&
	       ret->type == PY_FUNCTION && py_module_of(ret) == b->user;
}

/* The class whose method E stands in, by what that calls its object; NULL. */
static const struct py_node *class_around(
	const struct py_node *e, const struct py_str *self)
{
	const struct py_node *def = py_def_around(e);
	const struct py_node *first = def ? def->arg->next : NULL;

	if (!first || first->form != PY_PARAM ||
		!call_same_name(&first->s, self))
		return NULL;
	for (e = def->up; e && e->form != PY_CLASS; e = e->up)
		if (e->form != PY_BLOCK && e->form != PY_DECORATED)
			return NULL;
	return e;
}

const struct py_node *call_method_of(
	const struct py_node *class, const struct py_str *name)
{
	for (const struct py_node *s = class->arg->arg; s; s = s->next) {
		const struct py_node *def = py_undecorated(s);

		if (def->form == PY_DEF && call_same_name(&def->s, name))
			return def;
	}
	return NULL;
}

/* Whether CLASS is made of what is called NAME. */
static bool is_over(const struct py_node *class, const struct py_str *name)
{
	for (const struct py_node *e = class->arg->next; e; e = e->next)
		if (e->form == PY_NAME && call_same_name(&e->s, name))
			return true;
	return false;
}

/* Statements of a text that classes are looked for among. */
#define NSTATEMENT 2048

/*
 * The method F, SELF.METHOD, of the class that it stands in: of one that is
 * made of that, its own, or of one that it is made of; NULL: none.
 */
static const struct py_node *own_method(
	const struct call_build *b, const struct py_node *f)
{
	const struct py_node *s = py_root(b->user)->arg, *c, *def;
	const struct py_node *found = NULL;
	const struct py_node *class = f->form == PY_ATTR &&
						      f->arg->form == PY_NAME &&
						      !call_is_stepper(&f->s)
					      ? class_around(f, &f->arg->s)
					      : NULL;

	for (size_t i = 0; class && s && i < NSTATEMENT; i++, s = s->next) {
		c = py_undecorated(s);
		if (c->form != PY_CLASS)
			continue;
		def = c == class || is_over(c, &class->s) ||
				      is_over(class, &c->s)
			      ? call_method_of(c, &f->s)
			      : NULL;
		if (def && is_over(c, &class->s))
			return def;
		if (def && (!found || c == class))
			found = def;
	}
	return found;
}

/* The def of a def around F, a name, that is called so; NULL: none. */
static const struct py_node *local_def(const struct py_node *f)
{
	const struct py_node *s;

	for (const struct py_node *up = f->up; up; up = up->up)
		for (s = up->form == PY_DEF ? up->arg->arg : NULL; s;
			s = s->next)
			if (s->form == PY_DEF && call_same_name(&s->s, &f->s))
				return s;
	return NULL;
}

const struct py_node *call_callee(
	const struct call_build *b, const struct py_node *e)
{
	struct py_value f, of;
	const struct py_node *def;

	if (e->form != PY_CALL)
		return NULL;
	def = e->arg->form == PY_NAME ? local_def(e->arg) : NULL;
	if (def)
		return def;
	if (!call_peek(b, e->arg, &f) && !peek_method(b, e->arg, &f))
		return own_method(b, e->arg);
	of = f;
	if (f.type == PY_NAMESPACE &&
		py_get(py_builder(b->py), &of, "__call__", 8, &f) <= 0)
		return NULL;
	return f.type == PY_FUNCTION && py_def(&f)->form == PY_DEF ? py_def(&f)
								   : NULL;
}

bool call_has(const struct call_build *b, const struct py_node *top,
	call_asked *is, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f =
			depth < CALL_CALLS_MAX ? call_callee(b, e) : NULL;

		if (is(b, e) || (f && call_has(b, f->arg, is, depth + 1)))
			return true;
	}
	return false;
}

static bool is_needed(const struct call_needs *x, const struct py_str *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (call_same_name(x->name[i], name))
			return true;
	return x->all;
}

static void need_names(
	struct call_needs *x, const struct py_node *top, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *f = x->own ? NULL : call_callee(x->b, e);

		if (f && depth == CALL_CALLS_MAX)
			x->all = true;
		else if (f)
			need_names(x, f->arg, depth + 1);
		if (e->form != PY_NAME || is_needed(x, &e->s))
			continue;
		if (x->n == CALL_NNEED)
			x->all = true;
		else
			x->name[x->n++] = &e->s;
	}
}

/* Whether E is what X.method() is called of. */
static bool is_called_of(const struct py_node *e)
{
	while (e->up && e->up->form == PY_ATTR)
		e = e->up;
	return e->form == PY_ATTR && e->up && e->up->form == PY_CALL &&
	       e->up->arg == e;
}

/* What loop S goes over is needed; of logger.each(data) that is the data. */
static void need_iterated(struct call_needs *x, const struct py_node *s)
{
	const struct py_node *over = s->arg->next;

	for (const struct py_node *e = over; e; e = py_walk(over, e))
		if (e->form == PY_NAME && !is_called_of(e))
			need_names(x, e, 0);
}

/* What decides on E is needed. */
static void need_decisions(struct call_needs *x, const struct py_node *e)
{
	for (; e; e = e == x->loop ? NULL : e->up) {
		if (e->form != PY_IF && e->form != PY_WHILE &&
			e->form != PY_FOR)
			continue;
		if (x->own && e->form == PY_FOR) {
			need_iterated(x, e);
			continue;
		}
		for (const struct py_node *kid = e->arg; kid; kid = kid->next)
			if (kid->form != PY_BLOCK)
				need_names(x, kid, 0);
	}
}

/* The statement that E is in needs what it has, and what decides on it. */
static void need_statement(struct call_needs *x, const struct py_node *e)
{
	while (e != x->loop && e->up->form != PY_BLOCK)
		e = e->up;
	if (e->form != PY_IF && e->form != PY_FOR && e->form != PY_WHILE)
		need_names(x, e, 0);
	need_decisions(x, e);
}

/* The name that E, a target, is, or is a part of. */
static const struct py_node *name_in(const struct py_node *e)
{
	while (e->form == PY_INDEX || e->form == PY_ATTR ||
		e->form == PY_STAR || e->form == PY_CALL)
		e = e->arg;
	return e;
}

static int find_needed(void *ctx, const struct py_node *target)
{
	const struct call_needs *x = ctx;

	return is_needed(x, &name_in(target)->s) ? -1 : 0;
}

/* Whether E itself gives what is needed a value, or may change it. */
static bool gives_needed(struct call_needs *x, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	/* An optimizer's own methods, and a module's functions, do not. */
	if (f && f->form == PY_ATTR && is_needed(x, &name_in(f)->s) &&
		!call_may_be_optimizer(f->arg) &&
		!call_import_of(x->b, &name_in(f)->s))
		return true;
	if (e->form == PY_FOR)
		return py_each_target(e->arg, find_needed, x) < 0;
	return py_each_bound(e, find_needed, x) < 0;
}

/* Whether E ends a round of LOOP, or LOOP. */
static bool ends_round(const struct py_node *e, const struct py_node *loop)
{
	if (e->form != PY_BREAK && e->form != PY_CONTINUE)
		return e->form == PY_RETURN;
	while (e->form != PY_FOR && e->form != PY_WHILE)
		e = e->up;
	return e == loop;
}

/* What the rate of a round of LOOP, which MOVES, needs, into *X. */
void call_find_needs(struct call_needs *x, const struct call_build *b,
	const struct py_node *loop, call_asked *moves)
{
	const struct py_node *body = call_loop_body(loop), *f;
	size_t before;

	x->b = b;
	x->moves = moves;
	x->loop = loop;
	x->n = 0;
	x->all = false;
	x->own = false;
	for (const struct py_node *e = loop; e; e = py_walk(loop, e)) {
		f = call_callee(b, e);
		if (moves(b, e) || (f && call_has(b, f->arg, moves, 1)) ||
			ends_round(e, loop))
			need_statement(x, e);
	}
	do {
		before = x->n;
		for (const struct py_node *e = body; e && !x->all;
			e = py_walk(body, e))
			if (gives_needed(x, e))
				need_statement(x, e);
	} while (x->n > before && !x->all);
}

bool call_changes_behind(struct call_needs *x, const struct py_node *loop,
	const struct py_node *s)
{
	const struct py_node *body = call_loop_body(loop);

	for (const struct py_node *e = body; e; e = py_walk(body, e))
		if (e->at >= s->end &&
			(gives_needed(x, e) || x->moves(x->b, e) ||
				(call_callee(x->b, e) &&
					call_has(x->b, e, x->moves, 0))))
			return true;
	return false;
}

/* Whether what E calls of the text's changes more than its own names. */
static bool calls_changing(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	const struct py_node *root = py_root(b->user), *t;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		t = depth > 0 ? py_assigned(e) : NULL;
		if (e->form == PY_GLOBAL || e->form == PY_NONLOCAL ||
			(t && t->form != PY_NAME))
			return true;
		if (e->form != PY_CALL)
			continue;
		for (const struct py_node *d = root; d; d = py_walk(root, d))
			if (d->form == PY_DEF &&
				call_same_name(&d->s, &e->arg->s) &&
				(depth == CALL_CALLS_MAX ||
					calls_changing(b, d->arg, depth + 1)))
				return true;
	}
	return false;
}

/* Whether E ends what is around S. */
static bool leaves(const struct py_node *e, const struct py_node *s)
{
	if (e->form != PY_BREAK && e->form != PY_CONTINUE)
		return e->form == PY_RETURN;
	while (e != s && e->form != PY_FOR && e->form != PY_WHILE)
		e = e->up;
	return e == s && s->form != PY_FOR && s->form != PY_WHILE;
}

/* Whether what rounds need, and what MOVES, is the same without S in them. */
bool call_is_idle(struct call_needs *x, const struct py_node *s)
{
	if (call_has(x->b, s, x->moves, 0) || calls_changing(x->b, s, 0))
		return false;
	for (const struct py_node *e = s; e; e = py_walk(s, e))
		if (gives_needed(x, e) || leaves(e, s))
			return false;
	return true;
}

/* --- functions ------------------------------------------------------------ */

/* Whether E, or what it calls of the user's, makes or moves a rate. */
static bool comes_to_rate(const struct call_needs *x, const struct py_node *e)
{
	const struct py_node *f = call_callee(x->b, e);

	return x->moves(x->b, e) || (f && call_has(x->b, f->arg, x->moves, 1));
}

static bool is_jump(const struct py_node *e)
{
	return e->form == PY_BREAK || e->form == PY_CONTINUE ||
	       e->form == PY_RETURN;
}

/* What the rate of the function with BODY hangs on, into *X. */
static void find_own_needs(struct call_needs *x, const struct py_node *body)
{
	size_t before;

	for (const struct py_node *e = body; e && x->all; e = py_walk(body, e))
		x->all = !comes_to_rate(x, e);
	if (x->all)
		return;
	for (const struct py_node *e = body; e; e = py_walk(body, e))
		if (x->steps(x->b, e) || is_jump(e))
			need_decisions(x, e);
		else if (comes_to_rate(x, e))
			need_statement(x, e);
	do {
		before = x->n;
		for (const struct py_node *e = body; e && !x->all;
			e = py_walk(body, e))
			if (e->form != PY_BLOCK && gives_needed(x, e))
				need_statement(x, e);
	} while (x->n > before && !x->all);
}

/* The needs of the function with BODY, found once; NULL: no memory. */
static struct call_needs *needs_of(struct py_run *r, const struct py_node *body,
	call_asked *moves, call_asked *steps)
{
	struct call_build *b = call_build_of(r);
	struct call_needs *x = b->needs;

	while (x && x->loop != body)
		x = x->before;
	if (x)
		return x;
	x = py_alloc(r, sizeof(*x));
	if (!x)
		return NULL;
	*x = (struct call_needs){.b = b,
		.loop = body,
		.moves = moves,
		.steps = steps,
		.own = true,
		.all = true};
	find_own_needs(x, body);
	x->before = b->needs;
	b->needs = x;
	return x;
}

bool call_wants(struct py_run *r, const struct py_node *s, call_asked *moves,
	call_asked *steps)
{
	const struct py_node *def = py_def_around(s->up);
	struct call_needs *x = def ? needs_of(r, def->arg, moves, steps) : NULL;

	if (!x || x->all)
		return true;
	for (const struct py_node *e = s; e; e = py_walk(s, e))
		if (gives_needed(x, e) || comes_to_rate(x, e) ||
			(s->form != PY_RETURN && leaves(e, s)))
			return true;
	return false;
}
