/* SPDX-License-Identifier: MIT */
/*
 * Where a text steps a schedule that has a name, and what is told of it: once
 * an epoch, in some rounds only, before a round trains, so that rows are no
 * rounds.
 */
#include <math.h>
#include <stdlib.h>

#include "skim/skim.h"

/* --- by what name --------------------------------------------------------- */

static bool steps(const struct py_node *e, const struct py_str *name)
{
	const struct py_str *by = call_stepped_by(e);

	return by && call_same_name(by, name);
}

/* The first call in E that steps NAME so; or NULL. */
static const struct py_node *step_of(
	const struct py_node *top, const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (steps(e, name))
			return e;
	return NULL;
}

bool call_is_stepped(const struct py_node *e, const struct py_str *name)
{
	return step_of(e, name) != NULL;
}

bool call_is_of_text(const struct call_build *b, const struct py_node *e)
{
	while (e->up)
		e = e->up;
	return e == py_root(b->user);
}

const struct py_str *call_given_name(
	const struct call_build *b, const struct py_node *at)
{
	const struct py_node *s = at ? at->up : NULL;

	return s && s->form == PY_ASSIGN && s->arg == at &&
			       call_is_of_text(b, s)
		       ? &at->next->s
		       : NULL;
}

/* The parameter of DEF that the call E gives its argument A; NULL: not seen. */
static const struct py_node *parameter_of(const struct py_node *e,
	const struct py_node *def, const struct py_node *a)
{
	const struct py_node *p = def->arg->next, *own = e->arg->next;

	if (e->arg->form == PY_ATTR && p && py_is_named(&p->s, "self"))
		p = p->next;
	for (; p; p = p->next) {
		if (a->form == PY_KEYWORD ? call_same_name(&p->s, &a->s)
					  : own == a)
			return p;
		own = own ? own->next : NULL;
	}
	return NULL;
}

const struct py_node *call_given_for(const struct py_node *e,
	const struct py_node *def, const struct py_str *name)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		const struct py_node *p = parameter_of(e, def, a);

		if (a->form == PY_STAR)
			return NULL;
		if (p && call_same_name(&p->s, name))
			return a->form == PY_KEYWORD ? a->arg : a;
	}
	return NULL;
}

const struct py_str *call_stepped_name(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user), *a, *p;

	if (call_is_stepped(root, name))
		return name;
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_node *def = call_callee(b, e);

		for (a = def ? e->arg->next : NULL; a; a = a->next) {
			const struct py_node *v =
				a->form == PY_KEYWORD ? a->arg : a;

			if ((v->form != PY_NAME && v->form != PY_ATTR) ||
				!call_same_name(&v->s, name))
				continue;
			p = parameter_of(e, def, a);
			if (p && call_is_stepped(def->arg, &p->s))
				return &p->s;
		}
	}
	return NULL;
}

/*
 * What the text steps by name, by letters, into *RET, which is the run's.
 * Returns how many, or -1 raised.
 */
static long stepped_names(const struct call_build *b, struct py_str **ret)
{
	const struct py_node *root = py_root(b->user), *e;
	size_t n = 0, k = 0;

	for (e = root; e; e = py_walk(root, e))
		n += call_stepped_by(e) != NULL;
	*ret = py_alloc(py_builder(b->py), (n + 1) * sizeof(**ret));
	if (!*ret)
		return -1;
	for (e = root; e && k < n; e = py_walk(root, e))
		if (call_stepped_by(e))
			(*ret)[k++] = *call_stepped_by(e);
	qsort(*ret, n, sizeof(**ret), call_order_names);
	return (long)n;
}

int call_name_of_made(const struct call_build *b, const struct py_str *def,
	const struct py_str **ret)
{
	const struct py_node *root = py_root(b->user), *e, *t;
	struct py_str *name;
	long n = stepped_names(b, &name);

	*ret = NULL;
	for (e = root; e && n > 0; e = py_walk(root, e))
		for (t = call_targets_of(e, def); t; t = t->next)
			if (t->s.n > 0 &&
				bsearch(&t->s, name, (size_t)n, sizeof(*name),
					call_order_names)) {
				*ret = &t->s;
				return 0;
			}
	return n < 0 ? -1 : 0;
}

bool call_names_schedule(const struct call_build *b, const struct py_str *s)
{
	const struct call_recipe *x = b->made;
	const struct py_str *name;

	for (; x; x = x->made_before) {
		name = x->outer || call_is_optimizer_recipe(x)
			       ? NULL
			       : call_given_name(b, x->at);
		if (name && call_same_name(name, s))
			return true;
	}
	return false;
}

bool call_makes_schedule(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	if (call_calls_constructor(b->user, top, false) ||
		call_made_between(b, top->at, top->end))
		return true;
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f =
			depth < CALL_CALLS_MAX ? call_callee(b, e) : NULL;

		if (f && call_makes_schedule(b, f->arg, depth + 1))
			return true;
	}
	return false;
}

/* How far a name is followed to what the text gives it. */
#define NGIVEN 2

/* What E gives NAME, as its target or parameter; NULL: nothing. */
static const struct py_node *gives(const struct call_build *b,
	const struct py_node *e, const struct py_str *name)
{
	const struct py_node *def;

	switch (e->form) {
	case PY_ASSIGN: return py_mentions(e->arg->next, name) ? e->arg : NULL;
	case PY_FOR:
	case PY_CLAUSE: return py_mentions(e->arg, name) ? e->arg->next : NULL;
	case PY_PARAM: return call_same_name(&e->s, name) ? e->arg : NULL;
	case PY_CALL:
		def = call_callee(b, e);
		return def ? call_given_for(e, def, name) : NULL;
	default: return NULL;
	}
}

static bool has_made(
	const struct call_build *b, const struct py_node *top, unsigned depth);

/* Whether what the text gives NAME makes, or has, a schedule. */
static bool is_given_made(
	const struct call_build *b, const struct py_str *name, unsigned depth)
{
	const struct py_node *root = py_root(b->user), *v;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		v = gives(b, e, name);
		if (v &&
			(has_made(b, v, depth) || call_makes_schedule(b, v, 0)))
			return true;
	}
	return false;
}

/* Whether E, in TOP, is given to what makes an optimizer: its rate is none. */
static bool is_of_optimizer(const struct py_node *top, const struct py_node *e)
{
	while (e != top && !call_seems_optimizer(e))
		e = e->up;
	return call_seems_optimizer(e);
}

/* Whether TOP has the name of a schedule, or of what was given one. */
static bool has_made(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if ((e->form == PY_NAME || e->form == PY_ATTR) &&
			!is_of_optimizer(top, e) &&
			(call_is_of_rates(&e->s) ||
				call_names_schedule(b, &e->s) ||
				(e->form == PY_NAME && depth &&
					is_given_made(b, &e->s, depth - 1))))
			return true;
	return false;
}

bool call_updates_alone(const struct call_build *b, const struct py_node *e)
{
	return call_updates(b, e) && !call_steps_schedule(b, e);
}

/* One more begins to run, the innermost of X. */
static void push(struct call_running *x, const struct call_recipe *made)
{
	if (x->n == 0)
		x->made = made;
	if (x->n < CALL_NLOOP)
		x->moved[x->n] = false;
	x->n++;
}

void call_note_running(
	struct py_run *r, const struct py_node *s, enum py_round when)
{
	struct call_build *b = call_build_of(r);
	struct call_running *x = &b->running;

	if (when == PY_LOOP_BEGINS)
		push(x, b->made);
	else if (when != PY_ROUND_BROKEN && x->n > 0 && --x->n < CALL_NLOOP &&
		 x->moved[x->n] && call_is_loop(s) &&
		 call_has(b, s, call_updates_alone, 0)) {
		call_see(r, s);
		b->stepped = true;
	}
}

/* The name that S gives what is an optimizer; NULL. */
static const struct py_str *optimizer_named(const struct py_node *s)
{
	const struct py_node *to =
		s->form == PY_ASSIGN && s->arg ? s->arg->next : NULL;

	return to && (to->form == PY_NAME || to->form == PY_ATTR) &&
			       call_seems_optimizer(s->arg)
		       ? &to->s
		       : NULL;
}

/* All such names of B's text, by letters, which are looked for once. */
static void find_optimizers(struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *e;
	struct call_names *x = &b->optimizers;
	size_t n = 0;

	x->found = true;
	for (e = root; e; e = py_walk(root, e))
		n += optimizer_named(e) != NULL;
	x->name = py_alloc(py_builder(b->py), (n + 1) * sizeof(*x->name));
	for (e = root; e && x->name && x->n < n; e = py_walk(root, e))
		if (optimizer_named(e))
			x->name[x->n++] = *optimizer_named(e);
	if (x->name)
		qsort(x->name, x->n, sizeof(*x->name), call_order_names);
}

bool call_names_optimizer(const struct call_build *b, const struct py_node *e)
{
	const struct call_names *x = &b->optimizers;

	if (!x->found)
		find_optimizers(call_build_of(py_builder(b->py)));
	return (e->form == PY_NAME || e->form == PY_ATTR) && x->n &&
	       bsearch(&e->s, x->name, x->n, sizeof(*x->name),
		       call_order_names);
}

bool call_is_optimizers(const struct call_build *b, const struct py_node *e)
{
	return call_may_be_optimizer(e) || call_names_optimizer(b, e);
}

bool call_steps_schedule(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	return f && f->form == PY_ATTR && call_is_stepper(&f->s) &&
	       (call_was_seen(b, f) || (!call_is_optimizers(b, f->arg) &&
					       has_made(b, f->arg, NGIVEN)));
}

bool call_steps_optimizer(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	return f && f->form == PY_ATTR && py_is_named(&f->s, "step") &&
	       (call_is_optimizers(b, f->arg) ||
		       (f->next && call_is_optimizers(b, f->next)));
}

/* --- stepped once an epoch ----------------------------------------------- */

/* Whether a name in E is of epochs: epoch, args.epochs; no steps_per_epoch. */
static bool speaks_of_epochs(const struct py_node *e)
{
	if ((e->form == PY_NAME || e->form == PY_ATTR) &&
		(call_has_part(&e->s, "epoch") ||
			call_has_part(&e->s, "EPOCH")))
		return !call_has_part(&e->s, "per");
	if (e->form == PY_BINARY && e->op == PY_MUL)
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (speaks_of_epochs(kid))
			return true;
	return false;
}

/* Whether a loop over epochs in E, EPOCH in it, itself steps NAME. */
static bool is_by_epoch(
	const struct py_node *e, const struct py_str *name, bool epoch)
{
	if (epoch && steps(e, name))
		return true;
	if (e->form == PY_WHILE)
		epoch = false;
	if (e->form == PY_FOR)
		epoch = speaks_of_epochs(e->arg) ||
			(!epoch && speaks_of_epochs(e->arg->next));
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (is_by_epoch(kid, name, epoch))
			return true;
	return false;
}

/* Remarks where the text steps NAME by epochs, and rows are steps. */
static int note_epochs(const struct call_build *b, const struct py_str *name)
{
	if (isnan(b->place.epoch_steps) || b->place.epoch_steps == 1 ||
		b->place.by_epoch)
		return 0;
	return is_by_epoch(py_root(b->user), name, false)
		       ? call_remark(py_builder(b->py),
				 "the text steps '%.*s' once an epoch, and "
				 "rows are its steps; expected %s",
				 STR_ARG(*name), b->names->by_epoch)
		       : 0;
}

/* --- when a round steps a schedule ---------------------------------------- */

/* Where a round steps a schedule. */
struct place {
	const struct py_node *call, *loop; /* NULL: none is seen */
	bool behind;                       /* what trains, else before it */
};

/* Whether S defines what runs elsewhere. */
static bool is_definition(const struct py_node *s)
{
	s = py_undecorated(s);
	return s->form == PY_DEF || s->form == PY_CLASS;
}

/* Whether S trains where it stands. */
static bool trains_there(const struct py_node *round, const struct py_node *s)
{
	return !is_definition(s) && call_trains_in(round, s);
}

/* Looks for it in E, inside LOOP: the innermost block that trains, too. */
static bool find_place(const struct py_node *e, const struct py_str *name,
	const struct py_node *loop, struct place *x)
{
	bool trained = false, none = false; /* trains behind what was seen */

	if (e->form == PY_FOR || e->form == PY_WHILE)
		loop = e;
	if (e->form == PY_DEF)
		loop = NULL;
	for (const struct py_node *s = e->arg; s; s = s->next) {
		const struct py_node *call = step_of(s, name);

		if (call && find_place(s, name, loop, x))
			return true;
		if (e->form != PY_BLOCK ||
			(call && call != s->arg && is_definition(s)))
			continue;
		if (call && (call == s->arg || !call_trains_in(e, s))) {
			const struct py_node *more = none ? NULL : s->next;

			while (more && !trains_there(e, more))
				more = more->next;
			none = !more;
			*x = (struct place){call, loop, trained};
			if (trained || more)
				return true;
		} else
			trained = trained || trains_there(e, s);
	}
	return false;
}

/* Whether E is NAME + 1, so that a round is the next. */
static bool is_next(const struct py_node *e)
{
	return e->form == PY_BINARY && e->op == PY_ADD &&
	       e->arg->form == PY_NAME && py_whole(e->arg->next) == 1;
}

/* What X's call is given; NULL: nothing. */
static const struct py_node *given_there(const struct place *x)
{
	const struct py_node *given = x->call->arg->next;

	return given && given->form == PY_KEYWORD ? given->arg : given;
}

/*
 * GIVEN, a parameter of the function around X's call, is what a loop gives it
 * that calls it by its name: that, and X's loop is it; NULL: not so.
 */
static const struct py_node *given_by_loop(const struct call_build *b,
	struct place *x, const struct py_node *given)
{
	const struct py_node *root = py_root(b->user), *loop;
	const struct py_node *def = py_def_around(given);

	for (const struct py_node *e = root; def && e; e = py_walk(root, e)) {
		const struct py_node *a =
			e->form == PY_CALL &&
					call_same_name(&e->arg->s, &def->s)
				? call_given_for(e, def, &given->s)
				: NULL;

		for (loop = a && a->form == PY_NAME ? e->up : NULL; loop;
			loop = loop->up)
			if ((loop->form == PY_FOR || loop->form == PY_WHILE) &&
				call_is_counted(loop, &a->s)) {
				x->loop = loop;
				return a;
			}
	}
	return NULL;
}

/*
 * What the rounds of X's call, or of what calls the function around it, count,
 * in what it is given; NULL: not seen.
 */
static const struct py_node *count_there(
	const struct call_build *b, struct place *x)
{
	const struct py_node *given = given_there(x);

	given = given && is_next(given) ? given->arg : given;
	if (!given || given->form != PY_NAME)
		return NULL;
	if (!x->loop)
		return given_by_loop(b, x, given);
	return call_is_counted(x->loop, &given->s) ? given : NULL;
}

/* Whether E is computed with names, and is not one + 1. */
static bool is_computed(const struct py_node *top)
{
	if (top->form != PY_BINARY || is_next(top))
		return false;
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME)
			return true;
	return false;
}

/* Remarks where NAME is stepped with what is no count of rounds: 1, 0, -1. */
static int note_given(const struct call_build *b, const struct py_str *name,
	const struct place *x, long long from)
{
	const struct py_node *given = given_there(x);
	size_t n;
	const char *text = py_text(b->user, &n);

	if (given && is_computed(given))
		return call_remark(py_builder(b->py),
			       "the text steps '%.*s' with '%.*s': rows are "
			       "what that is, and no rounds",
			       STR_ARG(*name), (int)(given->end - given->at),
			       text + given->at) < 0
			       ? -1
			       : 1;
	if (from == 0 || from == 1)
		return 0;
	return call_remark(py_builder(b->py),
		       "rows are what '%.*s' is stepped with, which the text's "
		       "loop counts from %lld",
		       STR_ARG(*name), from) < 0
		       ? -1
		       : 1;
}

/* Whether X is beside the loop that steps NAME in its rounds, and before it. */
static bool is_before_loop(const struct place *x, const struct py_str *name)
{
	const struct py_node *s = x->loop ? NULL : x->call;

	while (s && s->form < PY_EXPR)
		s = s->up;
	for (; s; s = s->next)
		if ((s->form == PY_FOR || s->form == PY_WHILE) &&
			call_is_stepped(s, name))
			return true;
	return false;
}

static int note_place(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user), *count;
	struct place x = {NULL, NULL, false};
	long long from = 0;
	int ahead, noted;

	if (!find_place(root, name, NULL, &x))
		return 0;
	count = count_there(b, &x);
	if (count)
		from = call_begins_with(root, x.loop, &count->s, count->at) +
		       is_next(given_there(&x));
	noted = note_given(b, name, &x, from);
	if (noted)
		return noted < 0 ? -1 : 0;
	if (is_before_loop(&x, name))
		x.behind = false;
	/* By how many rounds a row is behind what the text does. */
	ahead = !given_there(&x) ? !x.behind : count ? (int)from - x.behind : 0;
	if (ahead == 0)
		return 0;
	call_build_of(py_builder(b->py))->uneven = true;
	return call_remark(py_builder(b->py),
		ahead > 0 ? "the text steps '%.*s' before it trains: a round's "
			    "rate is that of the row behind its own"
			  : "the text steps '%.*s' by the number of the round "
			    "that has trained: a round's rate is that of the "
			    "row before its own",
		STR_ARG(*name));
}

int call_note_stepped(const struct call_build *b, const struct py_value *v)
{
	struct place x = {NULL, NULL, false};
	struct py_run *r = py_builder(b->py);
	const struct py_str *name;
	struct py_value f;

	if (call_name_of_made(b, &py_class_def(v)->s, &name) < 0)
		return -1;
	return name && py_get(r, v, "step", 4, &f) > 0 &&
			       py_get(r, v, "get_lr", 6, &f) <= 0 &&
			       find_place(py_root(b->user), name, NULL, &x) &&
			       x.behind
		       ? call_remark(py_builder(b->py),
				 "a row's rate is that of the next round: one "
				 "trains before it steps this")
		       : 0;
}

/* --- stepped otherwise than once a round ---------------------------------- */

/* Whether something in TOP steps what is no schedule, or trains. */
static bool trains(const struct call_build *b, const struct py_node *top,
	const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
		const struct py_str *by = call_stepped_by(e);

		if (f && !steps(e, name) &&
			(call_has_part(&f->s, "train") ||
				py_is_named(&f->s, "fit") ||
				(py_is_named(&f->s, "step") &&
					!(by && call_names_schedule(b, by)))))
			return true;
	}
	return false;
}

/* How a loop steps a schedule. */
struct stepping {
	const struct call_build *b;
	const struct py_str *name;
	const struct py_node *loop;  /* the innermost around; NULL */
	const struct py_node *def;   /* around, and what calls it in a loop; */
	const struct py_node *call;  /* NULL: none is, none does */
	const struct py_node *only;  /* the condition on its rounds; NULL */
	bool unless;                 /* ... is that this is false */
	const struct py_node *again; /* a loop in a round that does only that */
	unsigned n;                  /* how often, where nothing is decided */
};

static bool is_loop(const struct py_node *e)
{
	return e->form == PY_FOR || e->form == PY_WHILE;
}

/* The innermost loop around E, in its def; or NULL. */
static const struct py_node *loop_around(const struct py_node *e)
{
	while (e && !is_loop(e))
		e = e->form == PY_DEF ? NULL : e->up;
	return e;
}

/* The first call of DEF's name in a loop; or NULL. */
static const struct py_node *call_in_loop(
	const struct py_node *root, const struct py_node *def)
{
	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (e->form == PY_CALL && call_same_name(&e->arg->s, &def->s) &&
			loop_around(e->up))
			return e;
	return NULL;
}

/* Whether CONDITION is of the rounds of LOOP, or of one around it. */
static bool counts_any(
	const struct py_node *loop, const struct py_node *condition)
{
	for (; loop; loop = loop_around(loop->up))
		if (call_counts_rounds(loop, condition))
			return true;
	return false;
}

/* The same of X's loops, and of those that give the def their count. */
static bool decides_rounds(
	const struct stepping *x, const struct py_node *condition)
{
	const struct py_node *given, *loop;

	if (counts_any(x->loop, condition))
		return true;
	loop = x->call ? loop_around(x->call->up) : NULL;
	for (const struct py_node *e = loop ? condition : NULL; e;
		e = py_walk(condition, e)) {
		given = e->form == PY_NAME
				? call_given_for(x->call, x->def, &e->s)
				: NULL;
		if (given && counts_any(loop, given))
			return true;
	}
	return false;
}

/* What steps X->name is for the rounds where CONDITION is, or is not. */
static void note_only(
	struct stepping *x, const struct py_node *condition, bool unless)
{
	x->only = condition;
	x->unless = unless;
}

/*
 * E chooses, as a statement or in an expression: some of its branches, and not
 * all, step X->name, which they may do with what trains.
 */
static void look_at_choice(const struct py_node *e, struct stepping *x)
{
	const struct py_node *branch, *first = NULL, *condition = e->arg;
	const struct py_node *otherwise = NULL; /* the last, of no condition */
	bool other = false;

	for (const struct py_node *p = e->arg; p; p = branch->next) {
		branch = p->next ? p->next : p;
		otherwise = branch == p ? p : NULL;
		if (!call_is_stepped(branch, x->name)) {
			other = true;
		} else if (!first) {
			first = branch;
			condition = otherwise ? condition : p;
		}
	}
	if (first && (other || !otherwise) && !trains(x->b, first, x->name) &&
		decides_rounds(x, condition))
		note_only(x, condition, first == otherwise || e->form == PY_OR);
}

/*
 * Whether S, an if, ends rounds that its condition counts before what is behind
 * it is reached: if epoch < 3: continue
 */
static bool ends_rounds(const struct stepping *x, const struct py_node *s)
{
	if (s->form != PY_IF || !decides_rounds(x, s->arg))
		return false;
	if (x->loop && call_left_by(s, PY_CONTINUE) == x->loop)
		return true;
	for (const struct py_node *e = x->call ? s : NULL; e;
		e = py_walk_here(s, e))
		if (e->form == PY_RETURN)
			return true;
	return false;
}

static void find_steps(
	const struct py_node *e, struct stepping *x, bool decided);

/* The same in what E has, where some rounds may end before its end. */
static void find_in_kids(
	const struct py_node *e, struct stepping *x, bool decided)
{
	const struct py_node *ended = NULL; /* by this condition */
	bool stepped = false, trained = false, apart = false;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		find_steps(kid, x, decided);
		stepped |= ended && call_is_stepped(kid, x->name);
		trained |= ended && trains(x->b, kid, x->name);
		if (stepped || !ends_rounds(x, kid))
			continue;
		decided = true;
		ended = kid->arg;
		apart = trains(x->b, kid, x->name);
		trained = false;
	}
	if (stepped && (apart || !trained))
		note_only(x, ended, true);
}

/* Looks for what steps X->name in E; DECIDED: a condition stands around it. */
static void find_steps(
	const struct py_node *e, struct stepping *x, bool decided)
{
	const struct stepping outer = *x;
	const struct py_node *body = is_loop(e) ? call_loop_body(e) : NULL;

	if ((x->loop || x->call) && steps(e, x->name) && !decided)
		x->n++;
	if (body && x->loop && body->arg && !body->arg->next &&
		body->arg->form == PY_EXPR && steps(body->arg->arg, x->name))
		x->again = e;
	if (body)
		x->loop = e;
	if (e->form == PY_DEF && call_is_stepped(e->arg, x->name)) {
		x->def = e;
		x->call = call_in_loop(py_root(x->b->user), e);
		x->loop = NULL;
	}
	if (e->form == PY_IF || e->form == PY_IF_ELSE || e->form == PY_AND ||
		e->form == PY_OR) {
		decided = true;
		look_at_choice(e, x);
	}
	find_in_kids(e, x, decided);
	x->loop = outer.loop;
	x->def = outer.def;
	x->call = outer.call;
}

/*
 * Remarks where the text steps NAME twice a round, or in some of them only:
 * rows are its steps.
 */
static int note_steps(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user);
	struct stepping x = {.b = b, .name = name};
	size_t n;
	const char *text = py_text(b->user, &n);

	for (const struct py_node *s = root->arg; s && x.n < 2; s = s->next) {
		x.n = 0;
		find_steps(s, &x, false);
	}
	if (x.only || x.again || x.n > 1)
		call_build_of(py_builder(b->py))->uneven = true;
	if (x.only)
		return call_remark(py_builder(b->py),
			"the text steps '%.*s' %s '%.*s': rows are its "
			"steps, and no rounds",
			STR_ARG(*x.name), x.unless ? "unless" : "only where",
			(int)(x.only->end - x.only->at), text + x.only->at);
	if (x.again)
		return call_remark(py_builder(b->py),
			"the text steps '%.*s' in a loop of its own, in line "
			"%zu: rows are its steps, and no rounds",
			STR_ARG(*x.name), call_line(b, x.again->at));
	return x.n > 1 ? call_remark(py_builder(b->py),
				 "the text steps '%.*s' in %u places: rows are "
				 "its steps, and no rounds",
				 STR_ARG(*x.name), x.n)
		       : note_place(b, x.name);
}

int call_note_steps(const struct call_build *b, const struct py_str *name)
{
	return note_epochs(b, name) < 0 ? -1 : note_steps(b, name);
}
