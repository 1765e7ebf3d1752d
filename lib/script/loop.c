/* SPDX-License-Identifier: MIT */
/*
 * Training loops of the text that set the optimizer's rate themselves.  They
 * run round by round, as Python runs them; what the rate is in each round is
 * kept, and is the schedule where the text makes no other.
 */
#include <math.h>
#include <string.h>

#include "script/script_impl.h"

/* --- what sets the rate --------------------------------------------------- */

static bool makes_optimizer(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return call_seems_optimizer(e);
}

/*
 * Whether loop S does not train, in rounds of another that do: it takes one of
 * several rates for the round, or more than one step.
 */
static bool is_reckoning(const struct call_build *b, const struct py_node *s)
{
	const struct script_loop *x = b->loop;

	return x && s != x->outer &&
	       !call_has(b, s, stepper_calls_unknown, 0) &&
	       !call_has(b, s, stepper_is_training, 0) &&
	       call_has(b, call_loop_body(x->outer), call_updates, 0);
}

static bool is_setting_loop(const struct call_build *b, const struct py_node *s)
{
	return call_is_loop(s) && call_has(b, s, call_sets_rate, 0) &&
	       !is_reckoning(b, s);
}

static bool is_stepping_loop(
	const struct call_build *b, const struct py_node *s)
{
	return call_is_loop(s) && call_has(b, s, stepper_is_step, 0) &&
	       !is_reckoning(b, s);
}

static bool is_range(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return call_is_range(e);
}

/* Whether S is a loop over numbers, which trains in its rounds. */
static bool is_epochs(const struct call_build *b, const struct py_node *s)
{
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;

	if (!over || !call_has(b, over, is_range, 0) ||
		call_has_name(over, "len"))
		return false;
	for (const struct py_node *e = over->next; e;
		e = py_walk(over->next, e))
		if ((e->form == PY_NAME || e->form == PY_ATTR) &&
			(call_like_optimizer(&e->s) ||
				call_has_part(&e->s, "train")))
			return true;
	return false;
}

static const struct script_moves sets = {call_sets_rate, is_setting_loop},
				 steps = {stepper_is_step, is_stepping_loop},
				 makes = {makes_optimizer, is_epochs};

bool script_trains(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);

	return e && e->form == PY_DEF &&
	       call_has(b, e->arg, is_setting_loop, 0);
}

/* --- when a round trains -------------------------------------------------- */

/* The def of the text's that S calls, as all that it does; NULL: not so. */
static const struct py_node *called_alone(
	const struct call_build *b, const struct py_node *s)
{
	const struct py_node *e =
		s->form == PY_EXPR || s->form == PY_ASSIGN ? s->arg : NULL;

	return e && e->form == PY_CALL ? call_callee(b, e) : NULL;
}

/*
 * Whether BLOCK, all of a round or a def that one calls, trains first, so that
 * the rate to which it MOVES is the next round's.
 */
static bool trains_first(const struct call_build *b,
	const struct py_node *block, call_asked *moves, unsigned depth)
{
	for (const struct py_node *s = block->arg; s; s = s->next) {
		const struct py_node *def = called_alone(b, s);

		if (call_has(b, s, moves, 0))
			return (s->form == PY_EXPR &&
				       stepper_is_late(b, s->arg)) ||
			       (def && depth < CALL_CALLS_MAX &&
				       trains_first(
					       b, def->arg, moves, depth + 1));
		if (call_trains_in(block, s))
			return true;
	}
	return false;
}

static bool is_late(
	const struct call_build *b, const struct py_node *s, call_asked *moves)
{
	return trains_first(b, call_loop_body(s), moves, 0);
}

int script_sets_late(const struct call_build *b, const struct py_node *s)
{
	return call_has(b, call_loop_body(s), call_sets_rate, 0)
		       ? is_late(b, s, call_sets_rate)
		       : -1;
}

/* --- rounds --------------------------------------------------------------- */

/* What rounds of S do to the rate; NULL: nothing that is seen. */
static const struct script_moves *moves_of(
	const struct call_build *b, const struct py_node *s)
{
	if (call_has(b, s, sets.is, 0))
		return &sets;
	if (call_has(b, s, steps.is, 0))
		return &steps;
	return call_has(b, s, makes.is, 0) && !call_makes_schedule(b, s, 0)
		       ? &makes
		       : NULL;
}

/* Whether loop S goes over what the text has at hand, and no numbers. */
static bool is_staged(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;
	struct py_value v;

	return over && !call_has(b, over, is_range, 0) &&
	       call_has(b, call_loop_body(s), is_epochs, 0) &&
	       py_try_here(r, over, &v) &&
	       (v.type == PY_LIST || v.type == PY_TUPLE || v.type == PY_ITER);
}

/* Whether S, in X, of stages or optimizers, is the loop that counts. */
static int begin_epochs(
	struct py_run *r, struct script_loop *x, const struct py_node *s)
{
	if (x->epochs || !is_epochs(call_build_of(r), s))
		return 0;
	x->epochs = s;
	if (x->staged && call_training_take(r, &x->now) < 0)
		return -1;
	x->before = x->staged ? x->now.lr : x->before;
	return 1;
}

static int begin_followed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	const struct script_moves *moves;

	if (r != py_builder(b->py) || !call_is_users(b, py_running(r)) ||
		!call_is_loop(s))
		return 0;
	if (b->live)
		return script_begin_live(r, s);
	b->stepped = b->stepped ||
		     ((b->object || script_has_schedule(b)) &&
			     script_lives.counts(b, s) && script_find_steps(b));
	if (x && *py_run_ctx(r) == &x->now && (x->moves == &makes || x->staged))
		return begin_epochs(r, x, s);
	moves = moves_of(b, s);
	if (!moves || (moves != &sets && script_has_schedule(b)))
		return 0;
	b->uneven = b->uneven || script_has_schedule(b);
	if (script_has_schedule(b))
		return call_remark(r,
			"a loop sets the rate, too, beside the schedule, which "
			"is shown without that");
	if (*py_run_ctx(r))
		return x && *py_run_ctx(r) == &x->now && !is_reckoning(b, s);
	if (x && x->now.ever && (moves == x->moves || x->moves == &makes)) {
		x->again = true;
		return 0;
	}
	if (x && x->now.ever && moves != &sets)
		return 0;
	x = x ? x : py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	call_training_begin(r, &x->now);
	x->now.lr = x->now.base = x->before = call_first_rate(b, &x->known);
	x->outer = s;
	x->moves = moves;
	x->staged = moves == &sets && is_staged(r, s);
	x->epochs = NULL;
	x->n = 0;
	x->needs.loop = NULL;
	b->loop = x;
	*py_run_ctx(r) = &x->now;
	return 1;
}

static int begin(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	int follows = begin_followed(r, s);

	if (follows == 0 && call_is_users(b, py_running(r)) &&
		call_trains_in(s, s) && !b->trained_before)
		b->trained_before = s;
	return follows;
}

static int keep(struct py_run *r, struct script_loop *x, double v)
{
	size_t cap = x->cap ? 2 * x->cap : 1024;

	if (x->n == x->cap) {
		double *more = py_alloc(r, cap * sizeof(*more));
		if (!more)
			return -1;
		if (x->n)
			memcpy(more, x->v, x->n * sizeof(*more));
		x->v = more;
		x->cap = cap;
	}
	x->v[x->n++] = v;
	return 0;
}

/* A round of S, in which an optimizer was made, begins with the rate of that.
 */
static void take_made(const struct call_build *b, struct script_loop *x,
	const struct py_node *s)
{
	const struct py_node *body = call_loop_body(s);

	if (!x->now.made)
		return;
	x->now.made = NULL;
	x->known = true;
	x->anew = x->anew || x->n > 0;
	if (!call_has(b, body, makes.is, 0) || !is_late(b, s, makes.is))
		x->before = x->now.made_lr;
}

/* The first round begins with the rate of the optimizer that is shown. */
static void take_chosen(const struct call_build *b, struct script_loop *x)
{
	const struct py_value *of = x->now.of;

	if (x->n == 0 && of && of != b->optimizer_rate && !x->staged &&
		!x->now.maker && !b->base_given && py_is_number(of))
		x->before = py_number(of);
}

/* A round of S is over: 1, 0 where there are enough, or -1 raised. */
static int end_round(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	struct call_training *t = &x->now;
	const struct py_node *body = call_loop_body(s);
	bool enough = !isnan(b->horizon) && (double)x->n + 1 >= b->horizon;
	bool late =
		(s != x->epochs || x->staged) && is_late(b, s, x->moves->is);

	if (x->moves == &script_lives && script_end_live(b, x, s) &&
		keep(r, x, x->at) < 0)
		return -1;
	if (x->moves == &script_lives)
		return isnan(b->horizon) || (double)x->n < b->horizon;
	/* What is in it counts, if that sets the rate. */
	if (s != x->epochs &&
		(x->staged || call_has(b, body, x->moves->counts, 0)))
		return isnan(b->horizon) || (double)x->n < b->horizon;
	take_made(b, x, s);
	take_chosen(b, x);
	if (t->lost)
		return call_training_check(r, s, t);
	if (!x->known && (late || !(t->set || t->group.type != PY_UNBOUND)))
		return py_raise(r, x->outer,
			b->set_first < 0
				? "the rate that this loop begins with is set "
				  "before in a way that is not followed; "
				  "expected it without that"
				: "the rate that this loop begins with is not "
				  "known; expected the optimizer, or %s LR",
			b->names->lr);
	x->known = true;
	t->ever = true;
	if (call_training_take(r, t) < 0 ||
		call_training_note_other(r, t) < 0 ||
		keep(r, x, late ? x->before : t->lr) < 0)
		return -1;
	x->before = t->lr;
	t->step.x++;
	return !enough;
}

static bool is_constant(const struct script_loop *x)
{
	for (size_t i = 1; i < x->n; i++)
		if (x->v[i] != x->v[0])
			return false;
	return true;
}

int script_follow(struct py_run *r, const struct py_node *s, enum py_round when)
{
	struct script_loop *x;

	if (when == PY_LOOP_BEGINS)
		return begin(r, s);
	if (when == PY_ROUND_BROKEN && !call_build_of(r)->live &&
		call_breaks_untrained(s))
		return 0;
	if (when == PY_ROUND_ENDS || when == PY_ROUND_BROKEN)
		return end_round(r, s);
	x = call_build_of(r)->loop;
	if (s == x->epochs)
		x->epochs = NULL;
	if (s != x->outer)
		return 0;
	*py_run_ctx(r) = NULL;
	x->why.class = DIAG_NONE;
	if (when == PY_LOOP_ENDS && x->moves == &script_lives && x->n == 0)
		call_leave_unsaid(call_build_of(r), CALL_OTHER, s);
	if (when == PY_LOOP_ENDS && x->n > 0 && !x->again &&
		!call_build_of(r)->trained.said &&
		call_build_of(r)->trained.cut != s)
		call_build_of(r)->trained = (struct call_trained){.said = true,
			.at = s->at,
			.steps = (double)x->n,
			.epochs = NAN,
			.per = NAN};
	/*
	 * An object can be stepped without its loop; one that took too long
	 * was read over; a rate is no schedule, nor is one that an object that
	 * could not be made has left alone.
	 */
	if (when == PY_LOOP_FAILS ? x->moves == &steps
				  : call_build_of(r)->trained.skipped == s ||
					    (x->moves != &sets &&
						    x->moves != &script_lives &&
						    is_constant(x))) {
		x->now.ever = false;
		return 0;
	}
	if (when == PY_LOOP_FAILS) {
		x->error = py_run_error(r);
		x->why = *x->error.diag;
		x->error.diag = &x->why;
	}
	return 0;
}

/* What rounds of X need is found out once. */
static void find_needs(const struct call_build *b, struct script_loop *x)
{
	if (x->needs.loop)
		return;
	memset(x->known_idle, 0, sizeof(x->known_idle));
	call_find_needs(&x->needs, b, x->outer, x->moves->is);
}

/* Remarks that S, which failed, may have left a round: 0, or -1. */
static int note_left(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	const struct py_node *loop;

	if (s->form != PY_IF || x->noted[s->at % SCRIPT_NKNOWN] == s)
		return 0;
	x->noted[s->at % SCRIPT_NKNOWN] = s;
	loop = call_left_by(s, PY_CONTINUE);
	if (loop)
		find_needs(b, x);
	if (loop && call_changes_behind(&x->needs, loop, s) &&
		call_remark(r,
			"whether line %zu leaves a round early is not known: "
			"each is taken as whole",
			call_line(b, s->at)) < 0)
		return -1;
	return call_left_by(s, PY_BREAK) ? call_note_break(r, s) : 0;
}

int script_failed_round(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;

	if (!x || *py_run_ctx(r) != &x->now)
		return 0;
	if (!x->outer) {
		b->unfollowed |= call_has(b, s, x->moves->is, 0);
		return 0;
	}
	if (x->moves == &script_lives && script_fail_live(r, s) < 0)
		return -1;
	return note_left(r, s) < 0 ? -1 : call_has(b, s, x->moves->is, 0);
}

bool script_misses_move(struct py_run *r, const struct py_node *e)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	const struct py_node *def;
	size_t i;

	if (!e || e->form != PY_CALL || !x || !x->outer ||
		*py_run_ctx(r) != &x->now)
		return false;
	i = e->at % SCRIPT_NKNOWN;
	if (x->known_move[i].s != e) {
		def = call_callee(b, e);
		x->known_move[i].s = e;
		x->known_move[i].is =
			def && call_has(b, def->arg, x->moves->is, 1);
	}
	return x->known_move[i].is;
}

/* Whether S, a loop in no other, ends by what counts its rounds. */
static bool ends_by_count(const struct call_build *b, const struct py_node *s)
{
	const struct script_loop *x = b->loop;

	for (const struct py_node *up = s->up; up; up = up->up)
		if (up->form == PY_FOR || up->form == PY_WHILE)
			return false;
	return x && x->outer == s && call_leaves_by_count(s);
}

/*
 * As py_host's rounds: those of an epoch, or what -D says of the loader.  Where
 * nothing is known of that, and one loop is all of training, it has as many as
 * that ends with.
 */
long long script_rounds(
	struct py_run *r, const struct py_node *s, const struct py_value *v)
{
	const struct call_build *b = call_build_of(r);

	if (py_is_number(v))
		return (long long)py_number(v);
	if (isnan(b->place.epoch_steps))
		return ends_by_count(b, s) ? (long long)SCHED_STEPS_MAX : -1;
	return (long long)ceil(b->place.epoch_steps);
}

void script_say_rounds(
	const struct call_build *b, size_t *where, struct diag *d)
{
	const struct script_loop *x = b->loop;
	char why[sizeof(d->text)];

	if (!x || !isnan(b->horizon) || !strstr(d->text, "takes more than"))
		return;
	memcpy(why, d->text, sizeof(why));
	*where = x->outer->at;
	diag_set(d, d->class,
		"%s: a loop that sets the rate has more rounds than the first "
		"%zu; expected %s N, the first of them",
		why, x->n, b->names->steps);
}

/* A round of X that trains for several epochs is a row all the same. */
static int note_rounds(struct py_run *r, const struct script_loop *x)
{
	const struct call_trained *t = &call_build_of(r)->trained;

	if (!t->said || !(t->epochs > 1) || t->at < x->outer->at ||
		t->at >= x->outer->end)
		return 0;
	return call_remark(r,
		"a round of the loop trains for %.15g epochs: a row is a round",
		t->epochs);
}

int script_loop_ret(struct call_build *b, enum script_loop_asked asked,
	struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	const struct script_loop *x = b->loop;
	struct call_node *node;

	if (asked == SCRIPT_LOOP_WHOLE && x &&
		(x->why.class != DIAG_NONE || x->again))
		return 0;
	/* Optimizers that are made in vain are not what a text is about. */
	if (asked != SCRIPT_LOOP_LAST && x && x->moves == &makes &&
		x->why.class != DIAG_NONE)
		return 0;
	if (x && x->why.class != DIAG_NONE) {
		b->failed = NULL;
		b->unknown = x->error.unknown;
		return py_raise_again(r, &x->error);
	}
	if (!x || !x->now.ever || x->n == 0)
		return 0;
	if (x->again)
		return py_raise(r, x->outer,
			"two loops set the rate; expected one, or a def of "
			"the step");
	if (b->optimizer_rate && b->optimizer_rate->type == PY_UNKNOWN &&
		!b->base_given)
		b->base_unknown = b->optimizer_rate->u.unknown;
	if (x->anew &&
		call_remark(r, "optimizers are made anew in rounds of a loop: "
			       "their rates are shown one after the other") < 0)
		return -1;
	if (note_rounds(r, x) < 0)
		return -1;
	node = call_table_of(r, x->v, x->n, CALL_TABLE_ROUNDS);
	if (!node)
		return -1;
	if (isnan(b->horizon) || (double)x->n < b->horizon)
		node->node->len = (double)x->n;
	return py_new_opaque(r, call_node_type, node, ret) < 0 ? -1 : 1;
}

bool script_idle(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	size_t i;

	/* How far a while goes is told by what it counts. */
	if (!x || *py_run_ctx(r) != &x->now || !x->outer ||
		x->outer->form == PY_WHILE || !call_is_users(b, py_running(r)))
		return false;
	find_needs(b, x);
	i = s->at % SCRIPT_NKNOWN;
	if (x->known_idle[i].s != s) {
		x->known_idle[i].s = s;
		x->known_idle[i].is =
			call_is_idle(&x->needs, s) && !script_may_train(b, s);
	}
	return x->known_idle[i].is;
}
