/* SPDX-License-Identifier: MIT */
/*
 * How long a text trains, where its schedule has no end of its own: what its
 * loop goes over, by how often a round of that steps the schedule, or what a
 * call that trains says: fit(epochs=12).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "script/script_impl.h"

/* --- rounds of loops ------------------------------------------------------ */

/* Calls of the text's functions that are looked into, and nodes in all. */
#define DEPTH_MAX 4
#define LOOKED_MAX 30000000

/* Objects that a loop may step; of more it is not said how often. */
#define NSTEPPED 8

/* What steps the schedule in rounds of a loop, and how often. */
struct ticks {
	struct call_build *b;
	const struct py_node *loop;
	const struct py_node *def;  /* gives the rate; NULL: objects do */
	bool makes;                 /* the schedule is made in each round */
	const struct py_str *count; /* what a while loop counts with */
	/* The call that gives DEF what the loop counts; NULL: none does. */
	const struct py_node *call;
	/* Objects that are stepped, by name, and the one that counts; what the
	 * first of them is, NULL: not known. */
	const struct py_str *of[NSTEPPED];
	size_t nof, which;
	const void *object;
	/* What a function that is looked into calls one of them, and which. */
	const struct py_str *alias, *aliased;
};

/* The numbers of range(...) in E, which R is about to go over: its last + 1. */
static bool range_of(
	struct py_run *r, const struct py_node *top, double *n, double *stop)
{
	const struct py_node *e = top, *a;
	double v[3] = {0, 0, 1};
	struct py_value x;
	size_t k = 0;

	while (e && !call_is_range(e))
		e = py_walk(top, e);
	if (!e)
		return false;
	for (a = e->arg->next; a && a->form != PY_KEYWORD && k < 3;
		a = a->next, k++) {
		if (a->form == PY_STAR || !py_try_here(r, a, &x) ||
			!py_is_number(&x))
			return false;
		v[k] = py_number(&x);
	}
	if (k == 1) {
		v[1] = v[0];
		v[0] = 0;
	}
	*n = k && v[2] > 0 ? fmax(0, ceil((v[1] - v[0]) / v[2])) : 0;
	*stop = v[0] + *n * v[2];
	return *n > 0;
}

/* How many rounds S has, a loop that R is about to run; NAN: not known. */
static double rounds_of(struct py_run *r, const struct py_node *s)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a for has it */
	const struct py_node *over = s->arg->next;
	struct py_value v;
	double n, stop;
	long long known;

	if (range_of(r, over, &n, &stop))
		return n;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a for has it */
	while (over->form == PY_CALL && over->arg->next &&
		over->arg->next->form != PY_KEYWORD)
		over = over->arg->next;
	if ((over->form != PY_NAME && over->form != PY_ATTR) ||
		!py_try_here(r, over, &v) ||
		(v.type != PY_UNKNOWN && !py_is_number(&v)))
		return NAN;
	known = script_rounds(r, s, &v);
	return known < 0 || known >= (long long)SCHED_STEPS_MAX ? NAN
								: (double)known;
}

/* What has the scope that E stands in; NULL: the module. */
static const struct py_node *scope_around(const struct py_node *e)
{
	for (e = e->up; e && !e->scope;)
		e = e->up;
	return e;
}

/* Whether the name that E is of is one where the loop of X begins. */
static bool is_there(const struct ticks *x, const struct py_node *e)
{
	while (e->form == PY_ATTR)
		e = e->arg;
	return e->form == PY_NAME &&
	       (e->hops == PY_HOPS_GLOBAL ||
		       scope_around(e) == scope_around(x->loop));
}

/* What E is while the loop of X begins; NULL: that is not known. */
static const void *object_of(const struct ticks *x, const struct py_node *e)
{
	struct py_run *r = py_builder(x->b->py);
	struct py_value v;

	if (!is_there(x, e) || !py_try_here(r, e, &v))
		return NULL;
	if (call_is(&v, call_recipe_type) &&
		!call_is_optimizer_recipe(v.u.opaque->p))
		return v.u.opaque->p;
	return stepper_is(r, &v) ? py_held(&v) : NULL;
}

static bool is_alias(const struct ticks *x, const struct py_str *name)
{
	return x->alias && call_same_name(x->alias, name);
}

/* Whether the call E steps a schedule, as its name says, or what it is. */
static bool steps_schedule(const struct ticks *x, const struct py_node *e)
{
	const struct py_str *name = call_stepped_by(e);

	return name && (is_alias(x, name) || call_is_of_rates(name) ||
			       object_of(x, e->arg->arg) != NULL);
}

/* Whether NAME is what the rounds of X's loop have another value of each. */
static bool is_count(const struct ticks *x, const struct py_str *name)
{
	return x->count ? call_same_name(x->count, name)
			: py_mentions(x->loop->arg, name);
}

/* Whether the call E steps the object of X that counts, and no other. */
static bool steps_it(struct ticks *x, const struct py_node *e)
{
	const struct py_str *name = &e->arg->arg->s;
	size_t i = 0;

	if (is_alias(x, name))
		name = x->aliased;
	while (i < x->nof && !call_same_name(x->of[i], name))
		i++;
	if (x->nof == 0)
		x->object = object_of(x, e->arg->arg);
	if (i == x->nof && i < NSTEPPED)
		x->of[x->nof++] = name;
	return i == x->which || i == NSTEPPED;
}

/* Whether E, a for or a clause, is over schedules, which are stepped as one. */
static bool goes_over_schedules(const struct py_node *e)
{
	const struct py_node *t = e ? e->arg : NULL;

	return t && t->form == PY_NAME && call_is_of_rates(&t->s);
}

/* So many letters of a text have a node, if not more. */
#define NODE_NBYTES 4

/*
 * Whether TEST hangs on what is counted, by the loop of X or one within that
 * stands around it: i % 4 == 0, epoch < 3.
 */
static bool is_counted(const struct ticks *x, const struct py_node *test)
{
	const struct py_node *up;

	for (const struct py_node *e = test; e; e = py_walk(test, e)) {
		if ((e->form == PY_BINARY && e->op == PY_MOD) ||
			(e->form == PY_NAME && is_count(x, &e->s)))
			return true;
		for (up = e->form == PY_NAME ? test->up : NULL; up;
			up = up == x->loop ? NULL : up->up) {
			if (up->form != PY_FOR && up->form != PY_WHILE)
				continue;
			x->b->trained.looked +=
				(up->end - up->at) / NODE_NBYTES;
			if (call_is_counted(up, &e->s))
				return true;
		}
	}
	return false;
}

static double ticks_of(
	struct ticks *x, const struct py_node *e, unsigned depth);

/* Whether one node more may be looked at. */
static bool looks_on(const struct ticks *x)
{
	return ++x->b->trained.looked < LOOKED_MAX;
}

/* Whether DEF may return by what it is given: if epoch > 3: return */
static bool returns_by_argument(const struct py_node *def)
{
	for (const struct py_node *e = def->arg; e;
		e = py_walk_here(def->arg, e)) {
		const struct py_node *s = e->form == PY_IF ? e->arg : NULL;

		if (!s || s->form != PY_COMPARE || s->next->form != PY_BLOCK ||
			!s->next->arg || s->next->arg->form != PY_RETURN)
			continue;
		for (const struct py_node *p = def->arg->next; p; p = p->next)
			if (p->s.n > 0 && s->arg->form == PY_NAME &&
				call_same_name(&s->arg->s, &p->s))
				return true;
	}
	return false;
}

/* The first argument of the call E that is a schedule has a name in DEF. */
static void name_argument(
	struct ticks *x, const struct py_node *e, const struct py_node *def)
{
	const struct py_node *p = def->arg->next, *a = e->arg->next;
	const struct py_str *known = x->alias;

	x->alias = NULL;
	if (p && e->arg->form == PY_ATTR)
		p = p->next; /* self */
	for (; a && p && !x->alias; a = a->next, p = p->next) {
		bool again = known && call_same_name(known, &a->s);

		if (a->form != PY_NAME || !(again || object_of(x, a)))
			continue;
		x->alias = &p->s;
		x->aliased = again ? x->aliased : &a->s;
	}
}

/* The most that a def of the text's does that is called as E calls one. */
static double ticks_called(
	struct ticks *x, const struct py_node *call, unsigned depth)
{
	const struct py_node *root = py_root(x->b->user), *f = call->arg;
	const struct py_str *alias = x->alias, *aliased = x->aliased;
	double most = 0, n;

	/* self.model.train() is another's. */
	if (depth == DEPTH_MAX ||
		(f->form == PY_ATTR && f->arg->form != PY_NAME))
		return 0;
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (!looks_on(x))
			return NAN;
		if (e->form != PY_DEF || !call_same_name(&e->s, &f->s) ||
			(e->at < x->loop->at && e->end >= x->loop->end))
			continue;
		x->makes = x->makes ||
			   call_calls_constructor(x->b->user, e->arg, false);
		name_argument(x, call, e);
		n = ticks_of(x, e->arg, depth + 1);
		x->alias = alias;
		x->aliased = aliased;
		if (n > 0 && returns_by_argument(e))
			n = NAN;
		most = n > most || isnan(n) ? n : most;
	}
	return most;
}

/* The same of the call E. */
static double ticks_of_call(
	struct ticks *x, const struct py_node *e, unsigned depth)
{
	const struct py_node *f = e->arg;

	if (f->form != PY_NAME && f->form != PY_ATTR)
		return 0;
	if (!x->def)
		return steps_schedule(x, e) ? steps_it(x, e)
					    : ticks_called(x, e, depth);
	if (!call_same_name(&f->s, &x->def->s))
		return ticks_called(x, e, depth);
	for (const struct py_node *a = f->next; a && depth == 0; a = a->next)
		for (const struct py_node *n = a; n; n = py_walk(a, n))
			if (n->form == PY_NAME && is_count(x, &n->s))
				x->call = e;
	return 1;
}

/* How often statements give a name a value; more than MOST is not counted. */
struct bound {
	const struct py_str *name;
	size_t n, most;
};

static int count_bound(void *ctx, const struct py_node *target)
{
	struct bound *x = ctx;

	x->n += call_same_name(&target->s, x->name);
	return x->n > x->most ? -1 : 0;
}

/* Whether S gives NAME a value. */
static bool is_bound(const struct py_node *s, const struct py_str *name)
{
	struct bound x = {.name = name};

	return py_each_bound(s, count_bound, &x) < 0;
}

/* Whether no round of X gives NAME another value. */
static bool is_kept(const struct ticks *x, const struct py_str *name)
{
	return !is_bound(x->loop, name);
}

/* Whether the text at ROOT, or a function in it, binds NAME but once. */
static bool is_bound_once(const struct py_node *root, const struct py_str *name)
{
	struct bound x = {.name = name, .most = 1};

	py_each_bound(root, count_bound, &x);
	for (const struct py_node *e = root; e && x.n < 2; e = py_walk(root, e))
		if (e->form == PY_DEF)
			py_each_bound(e->arg, count_bound, &x);
	return x.n < 2;
}

/* Whether TEST only compares what no round of X, nor what it calls, changes. */
static bool is_settled(const struct ticks *x, const struct py_node *test)
{
	const struct py_node *root = py_root(x->b->user);

	for (const struct py_node *e = test; e; e = py_walk(test, e)) {
		switch ((enum py_form)e->form) {
		case PY_CONST:
		case PY_COMPARE:
		case PY_UNARY:
		case PY_AND:
		case PY_OR: break;
		case PY_NAME:
		case PY_ATTR:
			if (!is_kept(x, &e->s))
				return false;
			x->b->trained.looked += root->end / NODE_NBYTES;
			if (!is_bound_once(root, &e->s))
				return false;
			break;
		default: return false;
		}
	}
	return true;
}

/*
 * Whether TEST, a name or not a name, which no round of X gives another value,
 * or what is made of such names, holds in each: 1, 0, or -1 if that is not
 * known.
 */
static int always(const struct ticks *x, const struct py_node *test)
{
	struct py_run *r = py_builder(x->b->py);
	bool unless = test->form == PY_UNARY && test->op == PY_NOT;
	const struct py_node *e = unless ? test->arg : test;
	bool named = e->form == PY_NAME || e->form == PY_ATTR;
	struct py_value v;

	if (!(named ? is_kept(x, &e->s) : is_settled(x, e)) ||
		!py_try_here(r, e, &v) ||
		!(v.type == PY_NONE || py_is_number(&v)))
		return -1;
	return (v.type != PY_NONE && py_number(&v) != 0) != unless;
}

/* Where a round, of BODY, gives a name values: before AT, and behind. */
struct given_round {
	const struct py_node *body;
	const struct py_str *name;
	size_t at;
	bool any, before, behind; /* ... the first in each round */
};

/* Whether E, in BODY, runs whenever that does. */
static bool is_always(const struct py_node *e, const struct py_node *body)
{
	for (; e && e != body; e = e->up)
		if (e->form == PY_IF || e->form == PY_FOR ||
			e->form == PY_WHILE || e->form == PY_TRY)
			return false;
	return e != NULL;
}

static int note_given(void *ctx, const struct py_node *target)
{
	struct given_round *g = ctx;

	if (call_same_name(&target->s, g->name)) {
		g->any = true;
		g->before = g->before ||
			    (target->at < g->at && is_always(target, g->body));
		g->behind = g->behind || target->at > g->at;
	}
	return 0;
}

/*
 * Whether a round of X gives a name in E a value; ALONE: behind E, which then
 * has that of the round before.
 */
static bool is_given(
	const struct ticks *x, const struct py_node *top, bool alone)
{
	const struct py_node *body = call_loop_body(x->loop);

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		struct given_round g = {
			.body = body, .name = &e->s, .at = top->at};

		if (e->form != PY_NAME && e->form != PY_ATTR)
			continue;
		py_each_bound(body, note_given, &g);
		if (alone ? g.behind && !g.before : g.any)
			return true;
	}
	return false;
}

/* The same as ticks_of() of E, an if: the most that one of its branches has. */
static double ticks_of_branches(
	struct ticks *x, const struct py_node *e, unsigned depth)
{
	const struct py_node *test, *branch;
	double most = 0, one;
	int is = -1;

	for (test = e->arg; test && is != 1; test = branch->next) {
		branch = test->next ? test->next : test;
		is = branch == test || depth > 0 ? -1 : always(x, test);
		one = is == 0 ? 0 : ticks_of(x, branch, depth);
		most = one > most || isnan(one) ? one : most;
	}
	for (test = e->arg; test && test->next && most != 0;
		test = test->next->next)
		if (is_counted(x, test) ||
			(depth == 0 && is_given(x, test, true)))
			return NAN;
	return most;
}

/* How many rounds the loop E has, which stands in one of X. */
static double rounds_within(
	const struct ticks *x, const struct py_node *e, unsigned depth)
{
	if (goes_over_schedules(e))
		return 1;
	/* for i in range(n), of an n that a round changes */
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a for has it */
	if (depth == 0 && call_is_range(e->arg->next) &&
		is_given(x, e->arg->next, false))
		return NAN;
	return depth == 0 ? rounds_of(py_builder(x->b->py), e)
			  : x->b->place.epoch_steps;
}

/* How often E, and what it calls, steps the schedule; NAN: not known. */
static double ticks_of(struct ticks *x, const struct py_node *e, unsigned depth)
{
	double n = 0, round = 0, one;

	if (!looks_on(x))
		return NAN;
	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return 0;
	if (e->form == PY_IF || e->form == PY_IF_ELSE)
		return ticks_of_branches(x, e, depth);
	if (e->form == PY_CALL)
		n = ticks_of_call(x, e, depth);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		one = ticks_of(x, kid, depth);
		n += one;
		if (e->form == PY_FOR && kid == call_loop_body(e))
			round = one;
	}
	if (n == 0)
		return 0;
	switch (e->form) {
	case PY_WHILE: return NAN;
	case PY_FOR:
		if (round == 0 || isnan(n))
			return n;
		return call_leaves_by_count(e)
			       ? NAN
			       : n - round + round * rounds_within(x, e, depth);
	case PY_LISTCOMP:
	case PY_SETCOMP:
	case PY_GENERATOR:
		return e->arg && goes_over_schedules(e->arg->next) ? n : NAN;
	case PY_AND:
	case PY_OR: return is_counted(x, e->arg) ? NAN : n;
	default: return n;
	}
}

/* The same of each object that a round of X steps; NAN: they differ. */
static double ticks_of_each(struct ticks *x, const struct py_node *body)
{
	double n = ticks_of(x, body, 0);

	for (x->which = 1; x->which < x->nof && !isnan(n); x->which++)
		if (ticks_of(x, body, 0) != n)
			n = NAN;
	return x->nof == NSTEPPED ? NAN : n;
}

/* --- what they come to ---------------------------------------------------- */

/* Whether S stands in a class, whose names are no body's that runs. */
static bool is_in_class(const struct py_node *s)
{
	while (s && s->form != PY_DEF && s->form != PY_CLASS)
		s = s->up;
	return s && s->form == PY_CLASS;
}

/* Whether a round of loop S does nothing but step a schedule. */
static bool only_steps(const struct py_node *s)
{
	const struct py_node *one = call_loop_body(s)->arg;

	return one && !one->next && one->form == PY_EXPR &&
	       call_stepped_by(one->arg);
}

/*
 * The loop of X steps the schedule N times: one behind another goes on with
 * what that has stepped.  Returns 0, or -1 raised.
 */
static int take_rounds(struct py_run *r, const struct ticks *x, double n)
{
	struct call_build *b = x->b;
	struct call_trained *t = &b->trained;
	const struct py_node *s = x->loop, *last = t->loop;
	const void *of = x->def ? x->def : x->object;

	if (!t->said) {
		*t = (struct call_trained){.said = true,
			.at = s->at,
			.steps = n,
			.epochs = NAN,
			.per = NAN,
			.loop = s,
			.of = of,
			.runs = s};
		return 0;
	}
	t->loop = t->runs = s;
	/* One that is run anew, for each fold, trains anew. */
	if (!of || of != t->of) {
		t->doubtful = s != last || n != t->steps;
		return 0;
	}
	t->at = s->at;
	t->steps = x->def ? fmax(t->steps, n) : t->steps + n;
	if (x->def || s == last || !only_steps(last))
		return 0;
	b->uneven = true;
	return call_remark(r,
		"line %zu steps '%.*s' %.15g times before it trains: a round's "
		"rate is that of so many rows behind its own",
		call_line(b, last->at), (int)x->of[0]->n, x->of[0]->s,
		t->steps - n);
}

/* Whether a round of X steps the schedule in what stands behind E. */
static bool ticks_behind(struct ticks *x, const struct py_node *e)
{
	x->which = 0;
	for (; e != x->loop; e = e->up)
		for (const struct py_node *s = e->next; s; s = s->next)
			if (e->up->form == PY_BLOCK && ticks_of(x, s, 0) != 0)
				return true;
	return false;
}

/*
 * Remarks that a round of X, whose rounds step the schedule, may be left before
 * it does, or that the rate ends its loop: 0, or -1.
 */
static int note_left(struct py_run *r, struct ticks *x)
{
	const struct py_node *body = call_loop_body(x->loop);

	for (const struct py_node *e = body; e; e = py_walk_here(body, e)) {
		if (e->form != PY_IF || always(x, e->arg) == 0)
			continue;
		if (call_left_by(e, PY_CONTINUE) == x->loop &&
			!is_counted(x, e->arg) && ticks_behind(x, e) &&
			call_remark(r,
				"line %zu may leave a round before the "
				"schedule is stepped: each is taken as whole",
				call_line(x->b, e->at)) < 0)
			return -1;
		if (call_left_by(e, PY_BREAK) == x->loop &&
			call_note_break(r, e) < 0)
			return -1;
	}
	return 0;
}

/* Remarks if rounds of S, which are over, made a schedule each: 0, or -1. */
static int note_anew(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *body = call_loop_body(s), *e = body;
	bool several =
		b->running.n == 1 && call_made_since(b, b->running.made) > 1;

	if (is_in_class(s))
		return 0;
	while (e && !(e->form == PY_CALL && call_stepped_by(e)))
		e = py_walk_here(body, e);
	return e && (several || call_made_between(b, body->at, body->end))
		       ? call_remark(r,
				 "each round of line %zu makes the schedule "
				 "anew: its rows are those of one",
				 call_line(b, s->at))
		       : 0;
}

int script_note_loop(
	struct py_run *r, const struct py_node *s, enum py_round when)
{
	struct call_build *b = call_build_of(r);
	struct ticks x = {.b = b, .loop = s};
	struct script_function f;
	double per, n, stop;
	const struct py_node *count =
		s->form == PY_WHILE ? call_counting(s) : NULL;

	if (r != py_builder(b->py) || !call_is_users(b, py_running(r)))
		return 0;
	if (when != PY_LOOP_BEGINS)
		return note_anew(r, s);
	x.count = count ? &count->arg->s : NULL;
	if (b->trained.doubtful || b->trained.runs ||
		(b->trained.said && !b->trained.loop) || s == b->trained.idle ||
		b->trained.looked >= LOOKED_MAX || !isnan(b->horizon) ||
		*py_run_ctx(r) || is_in_class(s) ||
		call_calls_constructor(b->user, s, false))
		return 0;
	if (!script_has_schedule(b) && script_has_function(b) &&
		script_choose_function(b, &f))
		x.def = py_def(&f.value);
	per = ticks_of_each(&x, call_loop_body(s));
	if (per != 0 && note_left(r, &x) < 0)
		return -1;
	if (per != 0 && s->form == PY_FOR && call_leaves_by_count(s))
		per = NAN;
	/* Loops in one of which that is not known say nothing. */
	if (!x.def && !x.makes && per != 0 &&
		(s->form != PY_FOR || isnan(rounds_of(r, s) * per)))
		b->trained.said = b->trained.doubtful = true;
	b->trained.idle = per == 0 ? s : NULL;
	if (per == 0 || isnan(per) || x.makes ||
		(s->form != PY_FOR && (!count || !x.call)))
		return 0;
	/* Rows are what a function is given, and not rounds. */
	if (count)
		stop = call_while_stop(r, s, count, x.call);
	else if (!x.call)
		stop = rounds_of(r, s) * per;
	else if (!range_of(r, s->arg->next, &n, &stop) || stop < n)
		return 0;
	return isfinite(stop) ? take_rounds(r, &x, stop) : 0;
}

/* --- calls that train ----------------------------------------------------- */

/* The number that ARG[0..N) have under NAME; NAN. */
static double number_of(const struct py_arg *arg, size_t narg, const char *name)
{
	for (size_t i = 0; i < narg; i++)
		if (py_is_named(&arg[i].name, name) &&
			py_is_number(&arg[i].value) &&
			py_number(&arg[i].value) > 0)
			return py_number(&arg[i].value);
	return NAN;
}

int script_note_fit(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg)
{
	struct call_build *b = call_build_of(r);
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	struct call_trained t = {
		.said = true, .steps = NAN, .epochs = NAN, .per = NAN};

	if (!f || (f->form != PY_NAME && f->form != PY_ATTR))
		return 0;
	if (call_is_fit(f)) {
		t.epochs = number_of(arg, narg, "epochs");
		t.per = number_of(arg, narg, "steps_per_epoch");
		t.from = number_of(arg, narg, "initial_epoch");
	} else if (py_is_named(&f->s, "Trainer")) {
		t.epochs = number_of(arg, narg, "max_epochs");
		t.steps = number_of(arg, narg, "max_steps");
	}
	if (isnan(t.epochs) && isnan(t.steps))
		return 0;
	t.at = at->at;
	t.doubtful = b->trained.said;
	b->trained = t;
	return t.from >= 1
		       ? call_remark(r,
				 "line %zu trains from epoch %.15g on: what "
				 "is before it is not trained with",
				 call_line(b, at->at), t.from)
		       : 0;
}

/* How many epochs the call E says, of what trains; NAN: no number, 0: none. */
static double epochs_said(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->arg;
	struct py_value v;
	double n = 0;

	if (!call_is_fit(f))
		return 0;
	for (const struct py_node *a = f->next; a; a = a->next) {
		if (a->form != PY_KEYWORD ||
			(!py_is_named(&a->s, "epochs") &&
				!py_is_named(&a->s, "initial_epoch")))
			continue;
		v = a->arg->value;
		if (py_is_named(&a->s, "initial_epoch") ||
			(a->arg->form != PY_CONST &&
				(a->arg->form != PY_NAME ||
					!py_peek(b->user, a->arg->s.s,
						a->arg->s.n, &v))) ||
			!py_is_number(&v))
			return NAN;
		n = py_number(&v);
	}
	return n;
}

/*
 * What the calls that train say, where none was run: those of a condition's
 * branches may all say the same.
 */
static void look_at_fits(struct call_build *b)
{
	const struct py_node *root = py_root(b->user);
	struct call_trained *t = &b->trained;
	double n, first = 0;

	if (t->said || t->runs)
		return;
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		n = e->form == PY_CALL && e->arg->form == PY_ATTR &&
				    !scope_around(e)
			    ? epochs_said(b, e)
			    : 0;
		if (n == 0)
			continue;
		if (isnan(n) || (first > 0 && n != first))
			return;
		if (first == 0)
			t->at = e->at;
		first = n;
	}
	if (first > 0) {
		t->said = true;
		t->epochs = first;
	}
}

/* --- epochs as rows ------------------------------------------------------- */

/* Whether the text has "interval": "step", of Lightning's. */
static bool is_by_step(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (e->form == PY_CONST && e->value.type == PY_STR &&
			py_is_named(e->value.u.str, "interval") && e->next &&
			e->next->form == PY_CONST &&
			e->next->value.type == PY_STR &&
			py_is_named(e->next->value.u.str, "step"))
			return true;
	return false;
}

/* Whether V is a callback of Keras's that does nothing within epochs. */
static bool is_of_epochs(struct py_run *r, const struct py_value *v)
{
	static const char *const hooks[] = {"on_batch_begin", "on_batch_end",
		"on_train_batch_begin", "on_train_batch_end"};
	struct py_value f;

	if (v->type != PY_NAMESPACE)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (py_get(r, v, hooks[i], strlen(hooks[i]), &f) > 0)
			return false;
	return true;
}

void script_take_epochs(struct call_build *b, const struct py_value *v)
{
	struct call_trained *t = &b->trained;
	double per = isnan(t->per) ? b->place.epoch_steps : t->per;
	const struct call_recipe *x =
		call_is(v, call_recipe_type) ? v->u.opaque->p : NULL;
	const struct py_str *name =
		v->type == PY_FUNCTION ? call_counted_name(b, v) : NULL;
	const struct call_module *m = x ? x->constructor->module : NULL;

	look_at_fits(b);
	if (isnan(t->epochs) || !isnan(t->steps))
		return;
	if (b->place.by_epoch || (name && call_has_part(name, "epoch")))
		t->steps = t->epochs;
	else if (x && py_is_named(&py_def(&x->constructor->def)->s,
			      "LearningRateScheduler"))
		t->steps = t->epochs * (isnan(b->place.epoch_steps)
						       ? 1
						       : b->place.epoch_steps);
	else if (m && strcmp(m->name, "torch") == 0 && !is_by_step(b))
		t->steps = t->epochs;
	else if (isnan(per) && is_of_epochs(py_builder(b->py), v))
		t->steps = t->epochs;
	else
		t->steps = t->epochs * per;
}

int script_take_length(struct sched_table *t, const struct script *s,
	const struct call_trained *at, const struct sched_env *env,
	struct diag *d)
{
	char line[160];
	size_t at_line = str_line_of(s->text, at->at);
	double n = floor(at->steps);

	if (!at->said || at->doubtful ||
		!(n >= 1 && n < (double)SCHED_STEPS_MAX) ||
		!isnan(env->horizon) || n == t->len)
		return 0;
	/* Schedules of epochs have their rows held then. */
	if (isfinite(t->len) && !isnan(env->epoch_steps))
		return 0;
	if (isfinite(t->len) && (n < t->len || t->past_error))
		snprintf(line, sizeof(line),
			"line %zu trains for %.0f of the schedule's %.0f "
			"rows%s\n",
			at_line, n, t->len,
			n < t->len ? "" : ", behind which is an error");
	else if (t->past_error)
		return 0;
	else {
		snprintf(line, sizeof(line),
			"ends after %.0f, as line %zu trains; %s N is another "
			"length\n",
			n, at_line, sched_names_of(env)->steps);
		t->len = n;
	}
	if (!env->remarks)
		return 0;
	call_add_remark(env->remarks, line);
	return buf_end(env->remarks, d);
}
