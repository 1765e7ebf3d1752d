/* SPDX-License-Identifier: MIT */
/*
 * A script, or settings, from its text to its columns.  What is not understood
 * of Python is read over.
 */
#include "script/script_impl.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sched/sched.h"

/* --- how long a text trains ----------------------------------------------- */

/* Calls of the text's functions that are looked into, and nodes in all. */
#define DEPTH_MAX 4
#define LOOKED_MAX 30000000

/* Objects that a loop may step; of more it is not said how often. */
#define NSTEPPED 8

/* What steps the schedule in rounds of a loop, and how often. */
struct ticks {
	struct call_build *b;
	const struct py_node *loop;
	const struct py_node *def; /* gives the rate; NULL: objects do */
	bool makes;                /* the schedule is made in each round */
	bool given;                /* DEF is given what the loop counts */
	/* What a while loop counts with, and when its call of DEF is made. */
	const struct py_str *count;
	const struct py_node *call;
	/* Objects that are stepped, by name, and the one that counts. */
	const struct py_str *of[NSTEPPED];
	size_t nof, which;
};

/* The numbers of range(...) in E, which R is about to go over: its last + 1. */
static bool range_of(
	struct py_run *r, const struct py_node *top, double *n, double *stop)
{
	const struct py_node *e = top, *a;
	double v[3] = {0, 0, 1};
	struct py_value x;
	size_t k = 0;

	while (e &&
		!(e->form == PY_CALL &&
			(e->arg->form == PY_NAME || e->arg->form == PY_ATTR) &&
			(py_is_named(&e->arg->s, "range") ||
				py_is_named(&e->arg->s, "trange"))))
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
	known = script_loops.rounds(r, &v);
	return known < 0 ? NAN : (double)known;
}

/* Whether NAME is called as schedules are. */
static bool is_of_schedules(const struct py_str *name)
{
	return call_has_part(name, "sched") || call_is_of_rates(name);
}

/* Whether the call E steps a schedule, by its name: scheduler.step() */
static bool steps_schedule(const struct py_node *e)
{
	const struct py_str *name = script_stepped_by(e);

	return name && is_of_schedules(name);
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

	while (i < x->nof && !call_same_name(x->of[i], name))
		i++;
	if (i == x->nof && i < NSTEPPED)
		x->of[x->nof++] = name;
	return i == x->which || i == NSTEPPED;
}

/* Whether loop E is over schedules, each of which it steps as one. */
static bool goes_over_schedules(const struct py_node *e)
{
	const struct py_node *t = e->arg;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a for has it */
	return t->form == PY_NAME && is_of_schedules(&t->s);
}

/* Whether the condition E hangs on what is counted: i % 4 == 0, epoch < 3. */
static bool is_counted(const struct ticks *x, const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if ((e->form == PY_BINARY && e->op == PY_MOD) ||
			(e->form == PY_NAME && is_count(x, &e->s)))
			return true;
	return false;
}

static double ticks_of(
	struct ticks *x, const struct py_node *e, unsigned depth);

/* Whether one node more may be looked at. */
static bool looks_on(const struct ticks *x)
{
	return ++x->b->trained.looked < LOOKED_MAX;
}

/* The most that a def of the text's does that is called as F is. */
static double ticks_called(
	struct ticks *x, const struct py_node *f, unsigned depth)
{
	const struct py_node *root = py_root(x->b->user);
	const struct py_str *name = &f->s;
	double most = 0, n;

	/* self.model.train() is another's. */
	if (depth == DEPTH_MAX ||
		(f->form == PY_ATTR && f->arg->form != PY_NAME))
		return 0;
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (!looks_on(x))
			return NAN;
		if (e->form != PY_DEF || !call_same_name(&e->s, name) ||
			(e->at < x->loop->at && e->end >= x->loop->end))
			continue;
		x->makes = x->makes ||
			   script_calls_constructor(x->b->user, e->arg, false);
		n = ticks_of(x, e->arg, depth + 1);
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
		return steps_schedule(e) ? steps_it(x, e)
					 : ticks_called(x, f, depth);
	if (!call_same_name(&f->s, &x->def->s))
		return ticks_called(x, f, depth);
	for (const struct py_node *a = f->next; a && depth == 0; a = a->next)
		for (const struct py_node *n = a; n; n = py_walk(a, n))
			if (n->form == PY_NAME && is_count(x, &n->s)) {
				x->given = true;
				x->call = e;
			}
	return 1;
}

/* Whether LOOP is left by what it counts: if epoch > 12: break */
static bool leaves_by_count(const struct py_node *loop)
{
	const struct py_node *body = script_loop_body(loop), *e, *up;

	for (e = body; e; e = py_walk_here(body, e)) {
		up = e->form == PY_BREAK || e->form == PY_CONTINUE ? e : body;
		while (up != body && up->form != PY_FOR &&
			up->form != PY_WHILE) {
			up = up->up;
			if (up->form == PY_IF &&
				script_counts_rounds(loop, up->arg))
				return true;
		}
	}
	return false;
}

/* How often E, and what it calls, steps the schedule; NAN: not known. */
static double ticks_of(struct ticks *x, const struct py_node *e, unsigned depth)
{
	double n = 0, most = 0, one;

	if (!looks_on(x))
		return NAN;
	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return 0;
	if (e->form == PY_CALL)
		n = ticks_of_call(x, e, depth);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		one = ticks_of(x, kid, depth);
		n += one;
		most = one > most || isnan(one) ? one : most;
	}
	if (e->form == PY_IF && most != 0)
		return is_counted(x, e->arg) ? NAN : most;
	if (e->form == PY_WHILE && n != 0)
		return NAN;
	if (e->form == PY_FOR && n != 0 && leaves_by_count(e))
		return NAN;
	if (e->form == PY_FOR && n != 0)
		return n * (goes_over_schedules(e) ? 1
				   : depth == 0
					   ? rounds_of(py_builder(x->b->py), e)
					   : x->b->place.epoch_steps);
	return n;
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

/* --- while loops that count ----------------------------------------------- */

/* The only statement of BODY itself that counts by one: n += 1; or NULL. */
static const struct py_node *counting(const struct py_node *body)
{
	const struct py_node *found = NULL;

	for (const struct py_node *s = body->arg; s; s = s->next) {
		if (s->form != PY_AUGMENT || s->op != PY_ADD ||
			s->arg->form != PY_NAME ||
			script_whole(s->arg->next) != 1)
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

/*
 * Whether the comparison E has one number of the name COUNT at which it holds
 * first, as that grows, into *AT; or, UNLESS, does not hold first.
 */
static bool first_that(struct py_run *r, const struct py_node *e,
	const struct py_str *count, bool unless, double *at)
{
	const struct py_node *link =
		e->form == PY_COMPARE ? e->arg->next : NULL;
	struct py_value v;
	bool reaches, passes;

	if (!link || link->next || e->arg->form != PY_NAME ||
		!call_same_name(&e->arg->s, count))
		return false;
	reaches = link->op == (unless ? PY_LT : PY_GE) ||
		  (link->op == PY_EQ && !unless);
	passes = link->op == (unless ? PY_LE : PY_GT);
	if (!(reaches || passes) || py_mentions(link->arg, count) ||
		!py_try_here(r, link->arg, &v) || !py_is_number(&v))
		return false;
	*at = passes ? floor(py_number(&v)) + 1 : ceil(py_number(&v));
	return true;
}

/* Whether a round of BODY may not come to STEP, or count otherwise, too. */
static bool counts_otherwise(
	const struct py_node *body, const struct py_node *step)
{
	const struct py_str *count = &step->arg->s;

	for (const struct py_node *e = body; e; e = py_walk(body, e)) {
		const struct py_node *t =
			e->form == PY_ASSIGN ? e->arg->next
			: e->form == PY_FOR || e->form == PY_AUGMENT ? e->arg
								     : NULL;

		for (; t && e != step;
			t = e->form == PY_ASSIGN ? t->next : NULL)
			if (py_mentions(t, count))
				return true;
		if (e->form == PY_CONTINUE)
			return true;
	}
	return false;
}

/*
 * How far the count of X is when the last round of its loop calls X->def with
 * it, + 1, where "if count > AT: break" ends that at S, in it.
 */
static double break_stop(const struct ticks *x, const struct py_node *step,
	const struct py_node *s, double at)
{
	bool called = x->call->at < s->at; /* in the round that it ends */

	if (x->call->at < step->at)
		return s->at < step->at ? at + called : at;
	return s->at < step->at ? at + 1 : at + called;
}

/*
 * The same, where X's loop is S, a while loop that STEP counts; INFINITY: its
 * end is not known.
 */
static double while_stop(struct py_run *r, const struct ticks *x,
	const struct py_node *s, const struct py_node *step)
{
	const struct py_node *body = script_loop_body(s);
	double at, stop = INFINITY;
	struct py_value from;

	if (!x->call || counts_otherwise(body, step) ||
		!py_try_here(r, step->arg, &from) || !py_is_number(&from))
		return INFINITY;
	if (first_that(r, s->arg, x->count, true, &at))
		stop = x->call->at < step->at ? at : at + 1;
	for (const struct py_node *e = body->arg; e; e = e->next) {
		const struct py_node *then =
			e->form == PY_IF ? e->arg->next->arg : NULL;

		if (then && then->form == PY_BREAK &&
			first_that(r, e->arg, x->count, false, &at) &&
			at > py_number(&from))
			stop = fmin(stop, break_stop(x, step, e, at));
	}
	return stop > py_number(&from) ? stop : INFINITY;
}

/* Whether S stands in a class, whose names are no body's that runs. */
static bool is_in_class(const struct py_node *s)
{
	while (s && s->form != PY_DEF && s->form != PY_CLASS)
		s = s->up;
	return s && s->form == PY_CLASS;
}

/* Keeps how often loop S, which R is about to run, steps the schedule. */
static void note_rounds(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct ticks x = {.b = b, .loop = s};
	struct script_function f;
	double per, n, stop;
	const struct py_node *count =
		s->form == PY_WHILE ? counting(script_loop_body(s)) : NULL;

	x.count = count ? &count->arg->s : NULL;
	if (r != py_builder(b->py) || b->trained.said ||
		(s->form != PY_FOR && !count) || s == b->trained.idle ||
		b->trained.looked >= LOOKED_MAX || !isnan(b->horizon) ||
		*py_run_ctx(r) || !call_is_users(b, py_running(r)) ||
		is_in_class(s) || script_calls_constructor(b->user, s, false))
		return;
	if (!script_has_schedule(b) && script_has_function(b) &&
		script_choose_function(b, &f))
		x.def = py_def(&f.value);
	per = ticks_of_each(&x, script_loop_body(s));
	if (per != 0 && s->form == PY_FOR && leaves_by_count(s))
		per = NAN;
	/* Loops in one of which that is not known say nothing. */
	if (s->form == PY_FOR && !x.def && !x.makes && per != 0 &&
		isnan(rounds_of(r, s) * per))
		b->trained.said = b->trained.doubtful = true;
	b->trained.idle = per == 0 ? s : NULL;
	if (per == 0 || isnan(per) || x.makes || (count && !x.given))
		return;
	n = count ? NAN : rounds_of(r, s) * per;
	/* Rows are what a function is given, and not rounds. */
	if (count)
		n = while_stop(r, &x, s, count);
	else if (x.given && (!range_of(r, s->arg->next, &n, &stop) || stop < n))
		return;
	else if (x.given)
		n = stop;
	if (isfinite(n))
		b->trained = (struct call_trained){.said = true,
			.at = s->at,
			.steps = n,
			.epochs = NAN,
			.per = NAN};
}

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

/* Keras's fit(epochs=) and Lightning's Trainer(max_epochs=) say it. */
static void note_fit(struct call_build *b, const struct py_node *at,
	const struct py_arg *arg, size_t narg)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	struct call_trained t = {
		.said = true, .steps = NAN, .epochs = NAN, .per = NAN};

	if (!f || (f->form != PY_NAME && f->form != PY_ATTR))
		return;
	if (py_is_named(&f->s, "fit") || py_is_named(&f->s, "fit_generator")) {
		t.epochs = number_of(arg, narg, "epochs");
		t.per = number_of(arg, narg, "steps_per_epoch");
	} else if (py_is_named(&f->s, "Trainer")) {
		t.epochs = number_of(arg, narg, "max_epochs");
		t.steps = number_of(arg, narg, "max_steps");
	}
	if (isnan(t.epochs) && isnan(t.steps))
		return;
	t.at = at->at;
	t.doubtful = b->trained.said;
	b->trained = t;
}

/* --- what calls ask for --------------------------------------------------- */

static int called(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	note_fit(call_build_of(r), at, arg, narg);
	return config_of_call(r, at, arg, narg, ret);
}

static int follow(struct py_run *r, const struct py_node *s, enum py_round when)
{
	if (when == PY_LOOP_BEGINS)
		note_rounds(r, s);
	return script_loops.follow(r, s, when);
}

static long long rounds(struct py_run *r, const struct py_value *v)
{
	return script_loops.rounds(r, v);
}

static const struct call_loops loops = {.follow = follow, .rounds = rounds};

static const struct call_reader reader = {.failed = script_failed,
	.skips = script_skips,
	.value_of = script_value_of,
	.config = called,
	.classes = &script_classes,
	.loops = &loops};

const struct sched_host script_host = {.ctx = (void *)(uintptr_t)&reader,
	.knows = call_knows,
	.signature = call_host_signature,
	.offer = call_host_offer,
	.build = call_host_build};

/* --- reading -------------------------------------------------------------- */

struct reading {
	const struct script *script;
	struct sched_call call;
	size_t where;
	bool rate_lacks; /* the base should be a rate that has no value */
	bool again;      /* only to find out what else has no value */
	bool plain;      /* a function of the text's is shown */
	struct call_trained trained;
};

/* __name__ is "__main__": what a script does when it is run, it does here. */
static int define_name(struct call_build *b)
{
	struct py_value v;

	return py_new_str(py_builder(b->py), "__main__", 8, &v) < 0 ||
			       py_define(b->user, "__name__", 8, v) < 0
		       ? -1
		       : 0;
}

/* Whether a statement of the text gives NAME something. */
static bool is_assigned(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		for (const struct py_node *t =
				e->form == PY_ASSIGN ? e->arg->next : NULL;
			t; t = t->next)
			if (t->form == PY_NAME && call_same_name(&t->s, name))
				return true;
	return false;
}

/*
 * What an excerpt adds arguments to, and does not make, is a parser: 0, or -1.
 */
static int define_parser(struct call_build *b, struct diag *d)
{
	static const char make[] = "ArgumentParser()";
	const struct py_node *root = py_root(b->user), *of, *made = NULL;
	struct py_module *m;
	struct py_value v;
	size_t where;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (e->form != PY_ATTR || !py_is_named(&e->s, "add_argument"))
			continue;
		of = e->arg;
		if (of->form != PY_NAME || of->hops != PY_HOPS_GLOBAL ||
			py_global(b->user, of->s.s, of->s.n, &v) ||
			(made && call_same_name(&made->s, &of->s)))
			continue;
		if (is_assigned(b, &of->s)) {
			made = of;
			continue;
		}
		return py_parse_expr(b->py, make, sizeof(make) - 1, &m, &where,
			       d) < 0 ||
				       py_exec(py_builder(b->py), m, &v) < 0 ||
				       py_define(b->user, of->s.s, of->s.n, v) <
					       0
			       ? -1
			       : 0;
	}
	return 0;
}

/* The user's text as a module; what is no Python has an empty one. */
static int parse(struct call_build *b, struct reading *x, struct diag *d)
{
	size_t n = x->script->n;

	if (x->script->language == SETTINGS_DICT)
		return py_parse_expr(
			b->py, b->text, x->script->n, &b->user, &x->where, d);
	if (x->script->language > SETTINGS_DICT)
		return py_parse(b->py, "", 0, true, &b->user, &x->where, d);
	if (script_mend(b, &n, d) < 0)
		return -1;
	return py_parse(b->py, b->text, n, true, &b->user, &x->where, d);
}

/* A default that was taken may be why the script comes to what D refuses. */
static void say_default(const struct call_build *b, struct diag *d)
{
	const struct diag told = *d;
	char name[128];

	if (d->class != DIAG_USAGE)
		return;
	snprintf(name, sizeof(name), "%s", b->defaulted);
	for (char *s = name; *s; s++)
		*s = *s == '\'' ? '"' : *s;
	diag_set(d, DIAG_USAGE,
		"%s ('%s' is not given and has its default; %s '%s=VALUE')",
		told.text, name, b->names->define, name);
	memcpy(d->place, told.place, sizeof(d->place));
}

/* What exec() runs is not read; some of it sets nothing by itself. */
static int remark_exec(const struct call_build *b)
{
	static const struct py_str name = {4, "exec"};
	const struct py_node *s = py_root(b->user)->arg;

	for (; s; s = s->next)
		if (s->form == PY_EXPR && s->arg->form == PY_CALL &&
			s->arg->arg->form == PY_NAME &&
			call_same_name(&s->arg->arg->s, &name))
			return call_remark(py_builder(b->py),
				"what exec() runs is not read; %s NAME=VALUE "
				"is what it sets",
				b->names->define);
	return 0;
}

/* What stands for the trainer whose configuration B's text is, into NAME. */
static int name_trainer(
	const struct call_build *b, struct buf *name, struct diag *d)
{
	struct py_str s = call_name_of(b->trainer);

	name->len = 0;
	return buf_add(name, s.s, s.n) ? diag_nomem(d, s.n) : 0;
}

static int take_assigned(struct call_build *b, struct diag *d)
{
	return call_take_assigned(b) < 0 ? diag_nomem(d, sizeof(*b)) : 0;
}

/* The text, or a function around it where its step is a free name. */
static int read_once(struct reading *x, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct call_build *b = call_build_new(
		&reader, x->script->text, x->script->n, env, env->base, d);
	struct call_columns *columns = NULL;
	struct py_value v = py_none();
	struct call_node *node = NULL;
	struct py_run *r;
	int done = -1;

	if (!b)
		return -1;
	sched_call_free(&x->call);
	r = py_builder(b->py);
	if (parse(b, x, d) == 0 && define_name(b) == 0 &&
		define_parser(b, d) == 0 && call_define_all(b, env, d) == 0 &&
		take_assigned(b, d) == 0) {
		if (script_check_indentation(b) < 0 ||
			py_exec(r, b->user, &v) < 0 || remark_exec(b) < 0)
			node = NULL;
		else if (x->script->language <= SETTINGS_DICT)
			node = script_choose(b, x->script->name, &v, &columns);
		else if (config_read(
				 b, x->script->language, x->script->n, &v) == 0)
			node = call_place(
				r, py_root(b->user), &v, &b->place, &columns);
		if (node) {
			call_note_asked(b, env);
			done = call_columns_ret(&x->call, node, columns, d);
			if (done == 0 && b->trainer)
				done = name_trainer(b, &x->call.name, d);
		} else {
			x->where = call_error_place(b, r);
			*d = *py_run_error(r).diag;
			call_note_missing(b, m);
			script_say_rounds(b, d);
			if (m->n == 0 && b->defaulted)
				say_default(b, d);
		}
	}
	x->plain = b->plain;
	x->trained = b->trained;
	x->rate_lacks = done == 0 && b->base_unknown;
	if (x->rate_lacks)
		call_add_missing(b, m, b->base_unknown);
	call_free_nodes(b);
	call_release(b);
	return done;
}

/* Whether A and B, built with two bases, differ; of each column in A. */
static bool compare_bases(struct sched_call *a, const struct sched_call *b)
{
	bool any = false;

	for (size_t i = 0; i < a->n && i < b->n; i++) {
		struct sched_call_column *c = &a->column[i];
		c->uses_base =
			call_differ(c->node, b->column[i].node, c->node->len);
		any = any || c->uses_base;
	}
	return any;
}

/* The same; a rate without a value is missing where it makes a difference. */
static int read_rated(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct reading *x = ctx, other = {.script = x->script};
	struct call_missing rate = {0}, ignored = {0};
	struct sched_env twice = *env;
	size_t where = x->where;
	int done = read_once(x, env, &rate, d);

	twice.base *= 2;
	twice.numbers = NULL;
	if (done == 0 && x->rate_lacks &&
		read_once(&other, &twice, &ignored, d) == 0 &&
		compare_bases(&x->call, &other.call)) {
		done = diag_set(d, DIAG_USAGE,
			"the optimizer's rate has no value; expected %s LR",
			sched_names_of(env)->lr);
		x->where = rate.n ? rate.name[0].at : 0;
	}
	for (size_t i = 0; i < rate.n && done < 0; i++)
		call_move_missing(m, &rate, i);
	if (x->again) {
		x->where = where;
		sched_call_free(&x->call);
	}
	x->again = true;
	sched_call_free(&other.call);
	call_missing_free(&rate);
	call_missing_free(&ignored);
	return done;
}

/*
 * A table that has no end of its own ends with the training of X's text, which
 * is remarked: 0, or -1 with D.
 */
static int take_length(struct sched_table *t, const struct reading *x,
	const struct sched_env *env, struct diag *d)
{
	const struct call_trained *at = &x->trained;
	char line[128];
	size_t n = 1;

	if (isfinite(t->len) || !at->said || at->doubtful ||
		!(at->steps >= 1 && at->steps < (double)SCHED_STEPS_MAX) ||
		t->past_error || !isnan(env->horizon))
		return 0;
	t->len = floor(at->steps);
	if (!env->remarks)
		return 0;
	for (size_t i = 0; i < at->at && i < x->script->n; i++)
		n += x->script->text[i] == '\n';
	snprintf(line, sizeof(line),
		"ends after %.0f, as line %zu trains; %s N is another length\n",
		t->len, n, sched_names_of(env)->steps);
	return call_add_remark(env->remarks, line) ? diag_nomem(d, n) : 0;
}

/* WHERE of offset AT in TEXT: its line; the place goes to D. */
static void set_where(struct sched_where *where, const struct script *s,
	size_t at, struct diag *d)
{
	size_t begin, line = 1, column = 1;

	at = at < s->n ? at : s->n;
	for (begin = at; begin > 0 && s->text[begin - 1] != '\n';)
		begin--;
	for (size_t i = 0; i < begin; i++)
		line += s->text[i] == '\n';
	for (size_t i = begin; i < at; i++)
		column += ((unsigned char)s->text[i] & 0xc0) != 0x80;
	*where = (struct sched_where){.text = s->text + begin,
		.len = strcspn(s->text + begin, "\r\n"),
		.offset = at - begin};
	d->place[0] = '\0';
	diag_at(d, "%zu:%zu", line, column);
}

/* The columns of CALL, and its name, into *T. */
static int to_table(
	struct sched_table *t, struct sched_call *call, struct diag *d)
{
	t->column = calloc(call->n + 1, sizeof(*t->column));
	if (!t->column)
		return diag_nomem(d, call->n * sizeof(*t->column));
	for (; t->n < call->n; t->n++) {
		struct sched_call_column *c = &call->column[t->n];
		double len = c->node->len;

		t->column[t->n] = (struct sched_column){.name = c->name,
			.node = c->node,
			.uses_base = c->uses_base};
		c->name = NULL;
		c->node = NULL;
		if (isfinite(len) && (isinf(t->len) || len > t->len))
			t->len = len;
		if (!isnan(c->past_end) &&
			(!t->past_error || c->past_end < t->past_end)) {
			t->past_error = 1;
			t->past_end = c->past_end;
		}
	}
	t->calls = call->name;
	call->name = (struct buf){NULL, 0, 0};
	return 0;
}

/*
 * X failed, for D: lines of a function without its head are read as one, TEXT,
 * of WRAPPED.  D stays where that is none either.
 */
static int read_lines(struct reading *x, struct script *wrapped,
	struct buf *text, const struct sched_env *env, struct diag *d)
{
	const struct script *s = x->script;
	struct reading own = {.script = wrapped};
	struct diag first = *d;
	size_t by;
	int done;

	if (script_of_lines(s, d->text, text, &by) || text->len == 0 ||
		buf_terminate(text))
		return -1;
	*wrapped = (struct script){.language = SETTINGS_PYTHON,
		.text = text->data,
		.n = text->len};
	done = call_retry(read_rated, &own, env, wrapped->text, wrapped->n,
		&own.where, d);
	if (done < 0 && !strstr(d->text, "no value for")) {
		*d = first;
		sched_call_free(&own.call);
		return -1;
	}
	sched_call_free(&x->call);
	own.where = script_lines_place(text, by, own.where);
	*x = own;
	return done;
}

/* Remarks that the rate of ENV is not used in what X reads: 0, or -1. */
static int note_base(
	const struct reading *x, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < x->call.n; i++)
		if (x->call.column[i].uses_base)
			return 0;
	if (!x->plain || !env->base_given || !env->remarks)
		return 0;
	return call_add_remark(env->remarks,
		       "the rate that is given is not used: the function's "
		       "values are rates (factors of it are "
		       "LambdaLR(optimizer, FUNCTION))\n")
		       ? diag_nomem(d, env->remarks->len)
		       : 0;
}

int script_read(struct sched_table *t, const struct script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct reading x = {.script = s}, other = {.script = s};
	struct script wrapped;
	struct sched_env twice = *env;
	struct call_missing ignored = {0};
	struct buf text = {0};
	struct diag first;
	int done;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	done = call_retry(read_rated, &x, env, s->text, s->n, &x.where, d);
	if (done < 0 && d->class == DIAG_USAGE)
		done = read_lines(&x, &wrapped, &text, env, d);
	other.script = x.script;
	if (done < 0 && d->class == DIAG_USAGE)
		set_where(where, s, x.where, d);
	twice.base *= 2;
	twice.numbers = NULL;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < x.call.n; i++)
			x.call.column[i].uses_base = true;
	else if (done == 0 &&
		 read_once(&other, &twice, &ignored, &first) == 0) {
		compare_bases(&x.call, &other.call);
		done = note_base(&x, env, d);
	} else if (done == 0 && first.class == DIAG_NOMEM) {
		*d = first;
		done = -1;
	}
	if (done == 0)
		done = to_table(t, &x.call, d);
	if (done == 0)
		done = take_length(t, &x, env, d);
	sched_call_free(&x.call);
	sched_call_free(&other.call);
	call_missing_free(&ignored);
	buf_free(&text);
	if (done < 0)
		sched_table_free(t);
	return done;
}
