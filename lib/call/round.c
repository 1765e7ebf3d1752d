/* SPDX-License-Identifier: MIT */
/*
 * What a round of a training loop does, as far as its names say: that it
 * trains, that it steps a schedule, that it makes one; and what it counts.
 */
#include "call/call_impl.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"

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

/* What OVER, of a loop, counts from: 1 of range(1, n), enumerate(x, 1). */
static long long counts_from(const struct py_node *over)
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
	return py_whole(
		first && first->form == PY_KEYWORD ? first->arg : first);
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

long long call_begins_with(const struct py_node *root,
	const struct py_node *loop, const struct py_str *name, size_t at)
{
	const struct py_node *on;

	if (loop->form == PY_FOR && py_mentions(loop->arg, name))
		return counts_from(loop->arg->next);
	on = increment_of(loop, name);
	return last_given(root, name, loop->at) +
	       (on && on->at < at ? py_whole(on->arg->next) : 0);
}

/* --- what it does --------------------------------------------------------- */

/* Whether F, of a call, is what trains: optimizer.step, train_one_epoch. */
static bool is_update(const struct py_node *f)
{
	static const char *const names[] = {"fit", "run_epoch", "minimize"};

	/* What steps the rate, or a game, is no update. */
	if (py_is_named(&f->s, "step"))
		return f->form == PY_NAME ||
		       !(call_is_of_rates(&f->arg->s) ||
			       call_has_part(&f->arg->s, "env"));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (py_is_named(&f->s, names[i]))
			return true;
	return f->s.n >= 5 && memcmp(f->s.s, "train", 5) == 0 &&
	       (f->form == PY_NAME || !py_is_named(&f->s, "train"));
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

/*
 * Whether the text means something else by the name that E calls, which says
 * nothing of rates: net(batch) is its model, and not Darknet's schedule.
 */
static bool is_model(const struct py_node *e)
{
	const struct py_node *f = e->arg, *first = f->next;

	return f->form == PY_NAME && islower((unsigned char)f->s.s[0]) &&
	       !call_is_of_rates(&f->s) && first && first->form == PY_NAME;
}

bool call_calls_constructor(
	const struct py_module *m, const struct py_node *top, bool optimizers)
{
	size_t n;
	const char *text = py_text(m, &n);

	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *callee =
			e->form == PY_CALL ? e->arg : NULL;

		if (callee &&
			(callee->form == PY_NAME || callee->form == PY_ATTR) &&
			!is_model(e) &&
			(optimizers || !call_is_optimizer_class(&callee->s)) &&
			call_def_find(
				text + callee->at, callee->end - callee->at))
			return true;
	}
	return false;
}
