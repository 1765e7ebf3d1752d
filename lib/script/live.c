/* SPDX-License-Identifier: MIT */
/*
 * Training loops whose rounds step schedules.  These are objects then, made in
 * the text's order from their optimizer's group; where a round trains, the rate
 * is that of then.
 */
#include <math.h>

#include "script/script_impl.h"

/* --- what the text says --------------------------------------------------- */

/* Whether E gives a schedule, by its name, to what nobody knows. */
static bool hands_over(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *a = e->form == PY_CALL ? e->arg->next : NULL;

	if (!a || call_callee(b, e) || !stepper_calls_unknown(b, e))
		return false;
	for (const struct py_node *v; a; a = a->next) {
		v = a->form == PY_KEYWORD ? a->arg : a;
		if ((v->form == PY_NAME || v->form == PY_ATTR) &&
			(call_names_schedule(b, &v->s) ||
				call_has_part(&v->s, "scheduler")))
			return true;
	}
	return false;
}

/* Whether E is called as optimizers are, and no other than the one followed. */
static bool is_followed(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *own = ((struct script_loop *)b->loop)->optimizer;

	return call_is_optimizers(b, e) &&
	       (!own || !call_names_optimizer(b, own) ||
		       call_same_name(&own->s, &e->s) ||
		       !call_names_optimizer(b, e));
}

/* Whether E is a step of the optimizer that is followed. */
static bool steps_followed(const struct call_build *b, const struct py_node *e)
{
	return call_steps_optimizer(b, e) &&
	       (is_followed(b, e->arg->arg) ||
		       (e->arg->next && is_followed(b, e->arg->next)));
}

/* Whether E, by whatever name, is an optimizer's where the text runs now. */
static bool is_optimizer(const struct call_build *b, const struct py_node *e)
{
	struct py_value v;

	return e->form == PY_NAME &&
	       (py_local(py_builder(b->py), e->s.s, e->s.n, &v) ||
		       py_peek(b->user, e->s.s, e->s.n, &v)) &&
	       call_optimizer_rate(&v);
}

/* Whether a method of the name of X.M() steps a schedule, or sets the rate. */
static bool calls_mover(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	const struct call_object *o;
	const struct py_node *s, *def;

	if (!f || f->form != PY_ATTR || call_callee(b, e) ||
		call_steps_optimizer(b, e) || is_optimizer(b, f->arg))
		return false;
	/* What is over PyTorch's has its step() of these. */
	for (o = b->object; o && call_is_stepper(&f->s); o = o->before)
		if (stepper_is(py_builder(b->py), &o->value))
			return true;
	for (s = py_root(b->user)->arg; s; s = s->next) {
		const struct py_node *class = py_undecorated(s);

		def = class->form == PY_CLASS ? call_method_of(class, &f->s)
					      : NULL;
		for (e = def; e; e = py_walk(def, e))
			if (call_sets_rate(b, e) || call_steps_schedule(b, e))
				return true;
	}
	return false;
}

static bool moves_live(const struct call_build *b, const struct py_node *e)
{
	return call_sets_rate(b, e) || call_steps_schedule(b, e) ||
	       calls_mover(b, e);
}

static bool is_live_loop(const struct call_build *b, const struct py_node *s)
{
	return call_is_loop(s) &&
	       (call_was_seen(b, s) || call_has(b, s, moves_live, 0)) &&
	       call_has(b, s, call_updates_alone, 0);
}

const struct script_moves script_lives = {moves_live, is_live_loop};

/* --- the loop ------------------------------------------------------------- */

/* The last made up to X that was given an optimizer; NULL: none. */
static const struct call_recipe *of_optimizer(const struct call_recipe *x)
{
	while (x && !x->rate)
		x = x->made_before;
	return x;
}

/* As script_start_live(); nothing else sets the rate of one that is ALONE. */
static int start(struct py_run *r, bool alone)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = py_alloc(r, sizeof(*x));
	const struct call_recipe *last = of_optimizer(script_last_made(b));
	const struct py_value *of = last ? last->rate : b->optimizer_rate;

	if (!x)
		return -1;
	call_training_begin(r, &x->now);
	x->optimizer = last ? last->from[0] : NULL;
	call_training_of(b, &x->now, of);
	x->now.lr = x->now.base = call_rate_before(b, of, &x->known);
	x->moves = &script_lives;
	if (!x->known)
		return 0;
	b->loop = x;
	*py_run_ctx(r) = &x->now;
	if (stepper_make_live(r, alone) == 0)
		return 1;
	*py_run_ctx(r) = NULL;
	if (stepper_count(b) > 1)
		call_leave_unsaid(b, CALL_SEVERAL, NULL);
	return -1;
}

int script_start_live(struct py_run *r)
{
	struct call_build *b = call_build_of(r);
	int started = 0;

	if (!b->live || b->loop || b->unfollowed || *py_run_ctx(r) ||
		r != py_builder(b->py) || !script_find_steps(b))
		return 0;
	started = start(r, !call_has(b, py_root(b->user), call_sets_rate, 0));
	b->unfollowed = started < 0;
	return started;
}

/*
 * Whether S decides by the count of its loop's rounds whether one trains, and
 * not whether it steps a schedule.
 */
static bool trains_some(const struct call_build *b, const struct py_node *s)
{
	const struct py_node *loop = s;

	if (s->form != PY_IF || s->arg->next->next)
		return false;
	while (loop && loop->form != PY_FOR && loop->form != PY_WHILE)
		loop = loop->up;
	return loop && call_counts_rounds(loop, s->arg) &&
	       call_has(b, s, steps_followed, 0) &&
	       !call_has(b, s, moves_live, 0);
}

/* The first such statement of what runs in TOP; NULL: none. */
static const struct py_node *find_some(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	const struct py_node *found = NULL, *def;

	for (const struct py_node *e = top; e && !found;
		e = py_walk_here(top, e)) {
		def = depth < CALL_CALLS_MAX ? call_callee(b, e) : NULL;
		found = trains_some(b, e) ? e
			: def             ? find_some(b, def->arg, depth + 1)
					  : NULL;
	}
	return found;
}

/* What the rounds of S, which is followed, do that rows do not show. */
static void say_beside(struct call_build *b, const struct py_node *s)
{
	const struct py_node *some = b->uneven ? NULL : find_some(b, s, 0);

	if (some)
		call_leave_unsaid(b, CALL_SOME, some);
	if (b->trained_before &&
		call_has(b, b->trained_before, call_steps_optimizer, 0))
		call_leave_unsaid(b, CALL_BEFORE, b->trained_before);
}

/* Whether X, which has begun ahead of its loop, is of what is stepped there. */
static bool is_same(const struct call_build *b, const struct script_loop *x)
{
	const struct call_recipe *last = of_optimizer(script_last_made(b));

	return !last || !x->now.of || last->rate == x->now.of;
}

int script_begin_live(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	int started = 0;

	if (x && x->outer && *py_run_ctx(r))
		return *py_run_ctx(r) == &x->now && is_live_loop(b, s);
	if (!is_live_loop(b, s))
		return 0;
	if (!(x && x->outer) && !b->unfollowed && script_find_steps(b) &&
		!call_has(b, s, hands_over, 0))
		started = !x ? start(r, !call_has(b, s, call_sets_rate, 0))
			  : is_same(b, x) ? stepper_make_live(r, false) == 0
					  : 0;
	if (started > 0) {
		x = b->loop;
		x->outer = s;
		say_beside(b, s);
		return 1;
	}
	*py_run_ctx(r) = NULL;
	b->unfollowed = true;
	return started < 0 ? -1
			   : py_raise(r, s,
				     "what this does to schedules and rates is "
				     "not followed");
}

/* --- its rounds ----------------------------------------------------------- */

bool script_may_train(const struct call_build *b, const struct py_node *s)
{
	return b->live && b->uneven && s->form == PY_IF &&
	       call_has(b, s, steps_followed, 0);
}

/* S trains, at the rate that is: 0, or -1 raised. */
static int take_trained(
	struct py_run *r, struct script_loop *x, const struct py_node *s)
{
	if (!x->trained && call_training_check(r, s, &x->now) < 0)
		return -1;
	x->at = x->trained ? x->at : x->now.lr;
	x->trained = true;
	return 0;
}

/* Whether in rounds of S others count, where schedules are stepped. */
static bool has_rounds(const struct call_build *b, struct script_loop *x,
	const struct py_node *s)
{
	const size_t i = s->at % SCRIPT_NKNOWN;

	if (x->known_outer[i].s != s) {
		x->known_outer[i].s = s;
		x->known_outer[i].is =
			call_has(b, call_loop_body(s), is_live_loop, 0);
	}
	return x->known_outer[i].is;
}

/* Whether S trains, and does nothing to the rate. */
static bool trains_alone(const struct call_build *b, const struct py_node *s)
{
	struct script_loop *x = b->loop;
	const size_t i = s->at % SCRIPT_NKNOWN;

	if (x->known_alone[i].s != s) {
		call_asked *trains = call_has(b, x->outer, steps_followed, 0)
					     ? steps_followed
					     : call_updates_alone;

		x->known_alone[i].s = s;
		x->known_alone[i].is = call_has(b, s, trains, 0) &&
				       !call_has(b, s, moves_live, 0) &&
				       !script_may_train(b, s);
	}
	return x->known_alone[i].is;
}

/* Whether something in LOOP gives NAME a value. */
static bool gives(const struct py_node *loop, const struct py_str *name)
{
	for (const struct py_node *e = loop; e; e = py_walk(loop, e)) {
		const struct py_node *to =
			e->form == PY_FOR ? e->arg : py_assigned(e);

		if (to && py_mentions(to, name))
			return true;
	}
	return false;
}

/* Whether E, a condition in LOOP, is false there: phase == "train". */
static bool is_false(
	struct py_run *r, const struct py_node *loop, const struct py_node *e)
{
	struct py_value v;

	for (const struct py_node *x = e; x; x = py_walk(e, x))
		if (x->form == PY_CALL ||
			(x->form == PY_NAME && gives(loop, &x->s)))
			return false;
	return py_try_here(r, e, &v) && v.type != PY_UNKNOWN && !py_true(&v);
}

/* Whether S, in LOOP, trains, as far as what decides on that is known here. */
static bool trains_in(
	struct py_run *r, const struct py_node *loop, const struct py_node *s)
{
	const struct py_node *e = s->arg;

	if (s->form != PY_IF && s->form != PY_BLOCK)
		return call_has(call_build_of(r), s, call_updates_alone, 0);
	for (; e; e = e->next) {
		if (e->form != PY_BLOCK && s->form == PY_IF &&
			is_false(r, loop, e))
			e = e->next;
		else if ((s->form == PY_BLOCK || e->form == PY_BLOCK) &&
			 trains_in(r, loop, e))
			return true;
	}
	return false;
}

/* Whether rounds of S, if it is a loop, may train as it is reached here. */
static bool trains_here(struct py_run *r, const struct py_node *s)
{
	return (s->form != PY_FOR && s->form != PY_WHILE) ||
	       trains_in(r, s, call_loop_body(s));
}

/* What E, a step of an optimizer, steps: opt.step(), scaler.step(opt) */
static const struct py_node *stepped_in(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *of = e->arg->arg;

	return call_may_be_optimizer(of) || is_optimizer(b, of) ? of
								: e->arg->next;
}

/* Whether E steps an optimizer, by its name or its value. */
static bool steps_any(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	return call_steps_optimizer(b, e) ||
	       (f && f->form == PY_ATTR && py_is_named(&f->s, "step") &&
		       is_optimizer(b, f->arg));
}

/*
 * Whether the step E of an optimizer, in DEF that CALL calls (NULL: here), is
 * of another than the one that is followed, as its value says.
 */
static bool steps_another(struct py_run *r, const struct py_node *e,
	const struct py_node *call, const struct py_node *def)
{
	const struct script_loop *x = call_build_of(r)->loop;
	const struct py_node *of = stepped_in(call_build_of(r), e);
	struct py_value v;

	if (def)
		of = of->form == PY_NAME ? call_given_for(call, def, &of->s)
					 : NULL;
	return of && py_try_here(r, of, &v) && call_optimizer_rate(&v) &&
	       call_optimizer_rate(&v) != x->now.of;
}

/* Steps of optimizers in what runs, and of these those of another. */
struct steps {
	size_t n, another;
};

static void tally_steps(struct py_run *r, const struct py_node *top,
	const struct py_node *call, const struct py_node *def, struct steps *n)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e))
		if (steps_any(call_build_of(r), e)) {
			n->n++;
			n->another += steps_another(r, e, call, def);
		}
}

/* Whether S, which trains, steps only others than what is followed. */
static bool trains_others(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	const struct script_loop *x = b->loop;
	struct steps n = {0, 0};

	if (!x->now.of)
		return false;
	tally_steps(r, s, NULL, NULL, &n);
	for (const struct py_node *e = s; e; e = py_walk_here(s, e)) {
		const struct py_node *def = call_callee(b, e);

		if (def)
			tally_steps(r, def->arg, e, def, &n);
	}
	return n.n > 0 && n.another == n.n;
}

int script_reach(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;

	if (!b->live || !x || *py_run_ctx(r) != &x->now || !x->outer ||
		x->trained || !call_is_users(b, py_running(r)) ||
		!trains_alone(b, s) || !trains_here(r, s) ||
		trains_others(r, s))
		return 0;
	return take_trained(r, x, s);
}

bool script_end_live(const struct call_build *b, struct script_loop *x,
	const struct py_node *s)
{
	if (!x->trained || has_rounds(b, x, s))
		return false;
	x->now.step.x++;
	x->now.ever = true;
	x->trained = false;
	return true;
}

int script_fail_live(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);

	if (s->form == PY_IF && call_has(b, s, call_steps_schedule, 0) &&
		!call_has(b, s, call_updates_alone, 0))
		call_leave_unsaid(b, CALL_UNDECIDED, s);
	return script_may_train(b, s) ? take_trained(r, b->loop, s) : 0;
}
