/* SPDX-License-Identifier: MIT */
/*
 * What a round of a training loop does, as far as its names say: that it
 * trains, that it steps a schedule, that it makes one; and what it counts.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "skim/skim.h"

/* --- what it steps -------------------------------------------------------- */

/* The likeliest first; an optimizer has the first, too. */
static const char *const steppers[] = {"step", "step_and_update_lr",
	"step_and_update", "step_update", "update_lr", "update_learning_rate",
	"_update_learning_rate"};

const char *call_stepper(size_t i)
{
	return i < ARRAY_SIZE(steppers) ? steppers[i] : NULL;
}

bool call_is_stepper(const struct py_str *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(steppers); i++)
		if (py_is_named(name, steppers[i]))
			return true;
	return false;
}

const struct py_str *call_stepped_by(const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	return f && f->form == PY_ATTR && call_is_stepper(&f->s) &&
			       (f->arg->form == PY_NAME ||
				       f->arg->form == PY_ATTR)
		       ? &f->arg->s
		       : NULL;
}

/* --- which are loops ------------------------------------------------------ */

/* Whether E asks one of the names in TARGET for its param_groups. */
static bool asks_for_groups(
	const struct py_node *top, const struct py_node *target)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *owner = call_groups_owner(e);

		if (owner && owner->form == PY_NAME &&
			py_mentions(target, &owner->s))
			return true;
	}
	return false;
}

bool call_is_loop(const struct py_node *s)
{
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;

	return s->form == PY_WHILE ||
	       (over && !call_has_name(over, "param_groups") &&
		       !call_has_name(over, "optimizers") &&
		       !asks_for_groups(over->next, s->arg));
}

/* --- what it counts ------------------------------------------------------- */

bool call_is_range(const struct py_node *e)
{
	return e->form == PY_CALL &&
	       (e->arg->form == PY_NAME || e->arg->form == PY_ATTR) &&
	       (py_is_named(&e->arg->s, "range") ||
		       py_is_named(&e->arg->s, "trange"));
}

const struct py_node *call_loop_body(const struct py_node *s)
{
	return s->form == PY_FOR ? s->arg->next->next : s->arg->next;
}

/* The statement in E that adds to NAME, or the like: NAME += 1; or NULL. */
static const struct py_node *increment_of(
	const struct py_node *top, const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_AUGMENT && e->arg->form == PY_NAME &&
			call_same_name(&e->arg->s, name))
			return e;
	return NULL;
}

bool call_is_counted(const struct py_node *loop, const struct py_str *name)
{
	return (loop->form == PY_FOR && py_mentions(loop->arg, name)) ||
	       increment_of(loop, name);
}

bool call_counts_rounds(const struct py_node *loop, const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if ((e->form == PY_BINARY && e->op == PY_MOD) ||
			(e->form == PY_NAME &&
				(py_mentions(loop->arg, &e->s) ||
					increment_of(
						call_loop_body(loop), &e->s))))
			return true;
	return false;
}

bool call_leaves_by_count(const struct py_node *loop)
{
	const struct py_node *body = call_loop_body(loop), *up;

	for (const struct py_node *e = body; e; e = py_walk_here(body, e)) {
		bool counts = false, returns = e->form == PY_RETURN;

		if (!returns && e->form != PY_BREAK && e->form != PY_CONTINUE)
			continue;
		for (up = e; up != loop &&
			     (returns || (up->form != PY_FOR &&
						 up->form != PY_WHILE));
			up = up->up)
			counts = counts ||
				 (up->form == PY_IF &&
					 call_counts_rounds(loop, up->arg));
		if (counts && up == loop)
			return true;
	}
	return false;
}

const struct py_node *call_left_by(const struct py_node *s, enum py_form form)
{
	const struct py_node *up;

	for (const struct py_node *e = s; e; e = py_walk_here(s, e)) {
		if (e->form != form)
			continue;
		for (up = e; up && up->form != PY_FOR && up->form != PY_WHILE;)
			up = up->up;
		if (up && up->at < s->at)
			return up;
	}
	return NULL;
}

/* Whether TOP, a condition, asks for a rate. */
static bool asks_for_rate(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (((e->form == PY_NAME || e->form == PY_ATTR) &&
			    call_is_of_rates(&e->s)) ||
			(e->form == PY_INDEX && call_is_rate_key(e->arg->next)))
			return true;
	return false;
}

int call_note_break(struct py_run *r, const struct py_node *s)
{
	call_build_of(r)->uneven |= asks_for_rate(s->arg);
	return asks_for_rate(s->arg)
		       ? call_remark(r,
				 "line %zu may end the loop by the rate, which "
				 "is not followed",
				 str_line_of(call_build_of(r)->text, s->at))
		       : 0;
}

/* The last number in E, before AT, that NAME is given; else 0. */
static long long last_given(
	const struct py_node *top, const struct py_str *name, size_t at)
{
	long long n = 0, more;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->at >= at || e->form != PY_ASSIGN ||
			e->arg->next->form != PY_NAME ||
			!call_same_name(&e->arg->next->s, name))
			continue;
		more = py_whole(e->arg);
		n = more ? more : n;
	}
	return n;
}

/*
 * E as far as numbers in ROOT say: what a name is given last, and 0 where
 * nothing says it, as counts of a new run begin.
 */
static long long number_in(
	const struct py_node *root, const struct py_node *e, size_t at)
{
	if (e && e->form == PY_KEYWORD)
		e = e->arg;
	if (e && e->form == PY_BINARY && e->op == PY_ADD)
		return number_in(root, e->arg, at) +
		       number_in(root, e->arg->next, at);
	return e && e->form == PY_NAME ? last_given(root, &e->s, at)
				       : py_whole(e);
}

/* What OVER, of a loop, counts from: 1 of range(1, n), enumerate(x, 1). */
static long long counts_from(
	const struct py_node *root, const struct py_node *over)
{
	const struct py_node *first = NULL, *f;

	while (over->form == PY_CALL && over->arg->next) {
		f = over->arg;
		first = f->next;
		if (call_is_range(over) && first->next)
			break;
		if (py_is_named(&f->s, "enumerate") && first->next) {
			first = first->next;
			break;
		}
		over = first;
		first = NULL;
	}
	return number_in(root, first, over->at);
}

long long call_begins_with(const struct py_node *root,
	const struct py_node *loop, const struct py_str *name, size_t at)
{
	const struct py_node *on;

	if (loop->form == PY_FOR && py_mentions(loop->arg, name))
		return counts_from(root, loop->arg->next);
	on = increment_of(loop, name);
	return last_given(root, name, loop->at) +
	       (on && on->at < at ? py_whole(on->arg->next) : 0);
}

/* --- while loops that count ----------------------------------------------- */

/* Whether loop S, or a break in it, asks for NAME. */
static bool stops_by(const struct py_node *s, const struct py_str *name)
{
	const struct py_node *then;

	if (py_mentions(s->arg, name))
		return true;
	for (const struct py_node *e = call_loop_body(s)->arg; e; e = e->next) {
		then = e->form == PY_IF ? e->arg->next->arg : NULL;
		if (then && then->form == PY_BREAK && py_mentions(e->arg, name))
			return true;
	}
	return false;
}

/* The only statement of LOOP that counts by one, and by which it STOPS. */
static const struct py_node *counting(const struct py_node *loop, bool stops)
{
	const struct py_node *found = NULL;

	for (const struct py_node *s = call_loop_body(loop)->arg; s;
		s = s->next) {
		if (s->form != PY_AUGMENT || s->op != PY_ADD ||
			s->arg->form != PY_NAME ||
			py_whole(s->arg->next) != 1 ||
			(stops && !stops_by(loop, &s->arg->s)))
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

const struct py_node *call_counting(const struct py_node *loop)
{
	const struct py_node *only = counting(loop, false);

	return only ? only : counting(loop, true);
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
			e->form == PY_FOR ? e->arg : py_assigned(e);

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
 * How far what STEP counts is when the last round of its loop makes CALL, + 1,
 * where "if count > AT: break" ends that at S, in it.
 */
static double break_stop(const struct py_node *call, const struct py_node *step,
	const struct py_node *s, double at)
{
	bool called = call->at < s->at; /* in the round that it ends */

	if (call->at < step->at)
		return s->at < step->at ? at + called : at;
	return s->at < step->at ? at + 1 : at + called;
}

double call_while_stop(struct py_run *r, const struct py_node *loop,
	const struct py_node *step, const struct py_node *call)
{
	const struct py_node *body = call_loop_body(loop);
	const struct py_str *count = &step->arg->s;
	double at, stop = INFINITY;
	struct py_value from;

	if (counts_otherwise(body, step) || !py_try_here(r, step->arg, &from) ||
		!py_is_number(&from))
		return INFINITY;
	if (first_that(r, loop->arg, count, true, &at))
		stop = call->at < step->at ? at : at + 1;
	for (const struct py_node *e = body->arg; e; e = e->next) {
		const struct py_node *then =
			e->form == PY_IF ? e->arg->next->arg : NULL;

		if (then && then->form == PY_BREAK &&
			first_that(r, e->arg, count, false, &at) &&
			at > py_number(&from))
			stop = fmin(stop, break_stop(call, step, e, at));
	}
	return stop > py_number(&from) ? stop : INFINITY;
}

/* --- what it does --------------------------------------------------------- */

/* Whether F, of a call, is what trains: optimizer.step, train_one_epoch. */
static bool is_update(const struct py_node *f)
{
	/* What steps the rate, or a game, is no update. */
	if (py_is_named(&f->s, "step"))
		return f->form == PY_NAME ||
		       !(call_is_of_rates(&f->arg->s) ||
			       call_has_part(&f->arg->s, "env"));
	return py_is_word_of(&f->s, "fit run_epoch minimize") ||
	       (f->s.n >= 5 && memcmp(f->s.s, "train", 5) == 0 &&
		       (f->form == PY_NAME || !py_is_named(&f->s, "train")));
}

static bool is_backward(const struct py_node *f)
{
	return py_is_named(&f->s, "backward");
}

/* Whether E calls a function, by its name, that IS that. */
static bool calls(
	const struct py_node *top, bool (*is)(const struct py_node *f))
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_CALL &&
			(e->arg->form == PY_ATTR || e->arg->form == PY_NAME) &&
			is(e->arg))
			return true;
	return false;
}

bool call_trains_in(const struct py_node *round, const struct py_node *e)
{
	return calls(e, is_update) ||
	       (calls(e, is_backward) && !calls(round, is_update));
}

bool call_updates(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return e->form == PY_CALL && call_trains_in(e, e);
}

bool call_breaks_untrained(const struct py_node *loop)
{
	const struct py_node *round = call_loop_body(loop), *s = round->arg;
	bool any = false;

	for (; s && !call_trains_in(round, s); s = s->next)
		any = any ||
		      (s->form == PY_IF && call_left_by(s, PY_BREAK) == loop);
	any = any && s;
	for (; s && any; s = s->next)
		any = call_left_by(s, PY_BREAK) != loop;
	return any;
}
