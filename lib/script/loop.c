/* SPDX-License-Identifier: MIT */
/*
 * Training loops of the text that set the optimizer's rate themselves.  They
 * run round by round, as Python runs them; what the rate is in each round is
 * kept, and is the schedule where the text makes no other.
 */
#include <math.h>
#include <string.h>

#include "script/script_impl.h"

#define NIDLE 4096

/* A training loop that is followed. */
struct script_loop {
	struct call_training now;
	const struct py_node *outer; /* the outermost */
	double *v;                   /* by round */
	size_t n, cap;
	double before; /* the rate when the round began */
	bool known;    /* it was given, or has been set */
	bool again;    /* another one sets the rate, too */
	bool anew;     /* an optimizer took the place of one */
	bool staged;   /* its rounds are stages, of several epochs */
	bool trained;  /* where schedules are stepped: this round has, */
	double at;     /* ... at this rate */
	const struct py_node *optimizer; /* ... whose; NULL */
	const struct moves *moves;       /* what makes it one */
	struct call_needs needs;         /* of its rounds, once that is asked */
	/* What is known of statements in them, by their places. */
	struct {
		const struct py_node *s;
		bool is;
	} known_idle[NIDLE], known_alone[NIDLE], known_outer[NIDLE];
	const struct py_node *noted[NIDLE]; /* by note_left(), likewise */
	/* The loop in one of stages, or in one that makes optimizers, whose
	 * rounds count; NULL: none runs. */
	const struct py_node *epochs;
	/* Why it did not come to its end; class DIAG_NONE: it did. */
	struct py_error error;
	struct diag why;
};

/* --- what sets the rate --------------------------------------------------- */

/* Whether a statement in E gives NAME what a call of CLASS makes. */
static bool gives_object(const struct py_node *top, const struct py_str *name,
	const struct py_str *class)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		for (const struct py_node *t = call_targets_of(e, class); t;
			t = t->next)
			if (call_same_name(&t->s, name))
				return true;
	return false;
}

/* Whether V is one whose step() sets the rate, and none of PyTorch's. */
static bool sets_by_itself(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return stepper_is(r, v) && py_get(r, v, "step", 4, &f) > 0 &&
	       py_get(r, v, "_times", 6, &f) <= 0;
}

/* Whether E is X.step(), X by its name an object that sets rates by itself. */
static bool steps_made(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	if (!f || f->form != PY_ATTR || !py_is_named(&f->s, "step") ||
		(f->arg->form != PY_NAME && f->arg->form != PY_ATTR))
		return false;
	for (const struct call_object *x = b->object; x; x = x->before)
		if (sets_by_itself(py_builder(b->py), &x->value) &&
			gives_object(py_root(b->user), &f->arg->s,
				&py_class_def(&x->value)->s))
			return true;
	return false;
}

static bool makes_optimizer(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return call_seems_optimizer(e);
}

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

/*
 * Whether S is a loop that trains, and not one over optimizers, or the groups
 * of one.
 */
bool script_is_loop(const struct py_node *s)
{
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;

	return s->form == PY_WHILE ||
	       (over && !call_has_name(over, "param_groups") &&
		       !call_has_name(over, "optimizers") &&
		       !asks_for_groups(over->next, s->arg));
}

static bool updates(const struct call_build *b, const struct py_node *e)
{
	(void)b;
	return e->form == PY_CALL && call_trains_in(e, e);
}

/* Whether E calls what is neither the text's nor Python's own. */
static bool calls_unknown(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	struct py_value v;

	if (!f || call_callee(b, e) || call_sets_rate(b, e) || steps_made(b, e))
		return false;
	return f->form == PY_ATTR
		       ? !py_is_method(&f->s)
		       : f->form != PY_NAME ||
				 !py_builtin(b->py, f->s.s, f->s.n, true, &v);
}

/*
 * Whether loop S does not train, in rounds of another that do: it takes one of
 * several rates for the round, or more than one step.
 */
static bool is_reckoning(const struct call_build *b, const struct py_node *s)
{
	const struct script_loop *x = b->loop;

	return x && s != x->outer && !call_has(b, s, calls_unknown, 0) &&
	       call_has(b, call_loop_body(x->outer), updates, 0);
}

static bool is_setting_loop(const struct call_build *b, const struct py_node *s)
{
	return script_is_loop(s) && call_has(b, s, call_sets_rate, 0) &&
	       !is_reckoning(b, s);
}

static bool is_stepping_loop(
	const struct call_build *b, const struct py_node *s)
{
	return script_is_loop(s) && call_has(b, s, steps_made, 0) &&
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

/* Whether E gives a schedule, by its name, to what nobody knows. */
static bool hands_over(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *a = e->form == PY_CALL ? e->arg->next : NULL;

	if (!a || call_callee(b, e) || !calls_unknown(b, e))
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

	return call_may_be_optimizer(e) &&
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

/* Whether a method of the name of X.M() steps a schedule, or sets the rate. */
static bool calls_mover(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	const struct py_node *s, *def;

	if (!f || f->form != PY_ATTR || call_callee(b, e) ||
		call_steps_optimizer(b, e))
		return false;
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

static bool updates_live(const struct call_build *b, const struct py_node *e)
{
	return updates(b, e) && !call_steps_schedule(b, e);
}

static bool is_live_loop(const struct call_build *b, const struct py_node *s)
{
	return script_is_loop(s) && call_has(b, s, moves_live, 0) &&
	       call_has(b, s, updates_live, 0);
}

/* What rounds of a loop do to the rate. */
static const struct moves {
	call_asked *is;
	call_asked *counts; /* a loop within, whose rounds count for its own */
} sets = {call_sets_rate, is_setting_loop},
  steps = {steps_made, is_stepping_loop}, makes = {makes_optimizer, is_epochs},
  lives = {moves_live, is_live_loop};

bool script_trains(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);

	return e && e->form == PY_DEF &&
	       call_has(b, e->arg, is_setting_loop, 0);
}

/* --- when a round trains -------------------------------------------------- */

/*
 * Whether loop S trains first, so that the rate to which it MOVES is the next
 * round's.
 */
static bool is_late(
	const struct call_build *b, const struct py_node *s, call_asked *moves)
{
	const struct py_node *round = call_loop_body(s);

	for (s = round->arg; s; s = s->next) {
		if (call_has(b, s, moves, 0))
			return false;
		if (call_trains_in(round, s))
			return true;
	}
	return false;
}

int script_sets_late(const struct call_build *b, const struct py_node *s)
{
	return call_has(b, call_loop_body(s), call_sets_rate, 0)
		       ? is_late(b, s, call_sets_rate)
		       : -1;
}

/* --- rounds --------------------------------------------------------------- */

/* The rate that the optimizer begins with, if it is KNOWN. */
static double first_rate(const struct call_build *b, bool *known)
{
	const struct py_value *rate = b->optimizer_rate;

	*known = b->set_first > 0;
	if (*known)
		return b->first;
	/* One without a value is asked for. */
	*known = b->set_first == 0 && (b->base_given || rate);
	return !b->base_given && rate && py_is_number(rate) ? py_number(rate)
							    : b->place.base;
}

/* What rounds of S do to the rate; NULL: nothing that is seen. */
static const struct moves *moves_of(
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

/* T has the rate that was set last: 0, or -1 raised. */
static int take_set(struct py_run *r, struct call_training *t)
{
	if (!t->set)
		return call_training_read(r, t);
	call_training_keep(t);
	t->set = false;
	return 0;
}

/* Whether S, in X, of stages or optimizers, is the loop that counts. */
static int begin_epochs(
	struct py_run *r, struct script_loop *x, const struct py_node *s)
{
	if (x->epochs || !is_epochs(call_build_of(r), s))
		return 0;
	x->epochs = s;
	if (x->staged && take_set(r, &x->now) < 0)
		return -1;
	x->before = x->staged ? x->now.lr : x->before;
	return 1;
}

static int refuse_live(struct py_run *r, const struct py_node *s)
{
	return py_raise(
		r, s, "what this does to schedules and rates is not followed");
}

/* The rate of the optimizer OF when rounds begin, if it is KNOWN. */
static double rate_of(
	const struct call_build *b, const struct py_value *of, bool *known)
{
	const struct py_list *early = call_early_group(b, of);
	const struct py_value *lr = early ? py_dict_find(early, "lr", 2) : NULL;

	*known = true;
	if (!b->base_given && lr && py_is_number(lr))
		return py_number(lr);
	/* What was set is that of the last made, or scheduled. */
	if (!b->base_given && of && py_is_number(of) &&
		(of != b->optimizer_rate || (b->touched && b->touched != of)))
		return py_number(of);
	return first_rate(b, known);
}

/* The last made up to X that was given an optimizer; NULL: none. */
static const struct call_recipe *of_optimizer(const struct call_recipe *x)
{
	while (x && !x->rate)
		x = x->made_before;
	return x;
}

/* The loop S begins X: from here on schedules are what the text steps. */
static int begin_live(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	const struct call_recipe *last;
	const struct py_value *of;

	if (*py_run_ctx(r))
		return x && *py_run_ctx(r) == &x->now && is_live_loop(b, s);
	if (!is_live_loop(b, s))
		return 0;
	if (x || b->unfollowed || !script_find_steps(b) ||
		call_has(b, s, hands_over, 0)) {
		b->unfollowed = true;
		return refuse_live(r, s);
	}
	x = py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	call_training_begin(r, &x->now);
	last = of_optimizer(script_last_made(b));
	of = last ? last->rate : b->optimizer_rate;
	x->optimizer = last ? last->from[0] : NULL;
	call_training_of(b, &x->now, of);
	x->now.lr = x->now.base = rate_of(b, of, &x->known);
	x->outer = s;
	x->moves = &lives;
	b->loop = x;
	*py_run_ctx(r) = &x->now;
	if (x->known &&
		stepper_make_live(r, !call_has(b, s, call_sets_rate, 0)) == 0)
		return 1;
	*py_run_ctx(r) = NULL;
	b->unfollowed = true;
	return x->known ? -1 : refuse_live(r, s);
}

static int begin_followed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	const struct moves *moves;

	if (r != py_builder(b->py) || !call_is_users(b, py_running(r)) ||
		!script_is_loop(s))
		return 0;
	if (b->live)
		return begin_live(r, s);
	b->stepped = b->stepped ||
		     ((b->object || script_has_schedule(b)) &&
			     is_live_loop(b, s) && script_find_steps(b));
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
	x->now.lr = x->now.base = x->before = first_rate(b, &x->known);
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
		call_trains_in(s, s))
		b->trained_before = true;
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

/* T's rate is a number: 0, or -1 raised. */
static int check_rate(
	struct py_run *r, const struct py_node *s, struct call_training *t)
{
	const struct py_value lost = {.type = PY_UNKNOWN, .u.unknown = t->lost};

	return t->lost ? py_raise_unknown(r, s, &lost) : take_set(r, t);
}

/* Whether S decides if this round trains, where it is not each that does. */
static bool may_train(const struct call_build *b, const struct py_node *s)
{
	return b->live && b->uneven && s->form == PY_IF &&
	       call_has(b, s, steps_followed, 0);
}

/* S trains, at the rate that is: 0, or -1 raised. */
static int take_trained(
	struct py_run *r, struct script_loop *x, const struct py_node *s)
{
	if (!x->trained && check_rate(r, s, &x->now) < 0)
		return -1;
	x->at = x->trained ? x->at : x->now.lr;
	x->trained = true;
	return 0;
}

/* Whether in rounds of S others count, where schedules are stepped. */
static bool has_rounds(const struct call_build *b, struct script_loop *x,
	const struct py_node *s)
{
	const size_t i = s->at % NIDLE;

	if (x->known_outer[i].s != s) {
		x->known_outer[i].s = s;
		x->known_outer[i].is =
			call_has(b, call_loop_body(s), is_live_loop, 0);
	}
	return x->known_outer[i].is;
}

/* The same of what trained where schedules are stepped. */
static int end_live(
	struct py_run *r, struct script_loop *x, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);

	if (x->trained && !has_rounds(b, x, s)) {
		if (keep(r, x, x->at) < 0)
			return -1;
		x->now.step.x++;
		x->now.ever = true;
		x->trained = false;
	}
	return isnan(b->horizon) || (double)x->n < b->horizon;
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

	if (x->moves == &lives)
		return end_live(r, x, s);
	/* What is in it counts, if that sets the rate. */
	if (s != x->epochs &&
		(x->staged || call_has(b, body, x->moves->counts, 0)))
		return isnan(b->horizon) || (double)x->n < b->horizon;
	take_made(b, x, s);
	take_chosen(b, x);
	if (t->lost)
		return check_rate(r, s, t);
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
	if (take_set(r, t) < 0 || call_training_note_other(r, t) < 0 ||
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

static int follow(struct py_run *r, const struct py_node *s, enum py_round when)
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
	if (when == PY_LOOP_FAILS
			? x->moves == &steps
			: call_build_of(r)->trained.skipped == s ||
				  (x->moves != &sets && x->moves != &lives &&
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

	if (s->form != PY_IF || x->noted[s->at % NIDLE] == s)
		return 0;
	x->noted[s->at % NIDLE] = s;
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
	if (x->moves == &lives && may_train(b, s) && take_trained(r, x, s) < 0)
		return -1;
	if (s->form == PY_IF && call_has(b, s, call_steps_schedule, 0) &&
		!call_has(b, s, updates_live, 0))
		b->undecided = s;
	return note_left(r, s) < 0 ? -1 : call_has(b, s, x->moves->is, 0);
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
static long long rounds(
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

/* As py_host's idle. */
static bool idle(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	size_t i;

	/* How far a while goes is told by what it counts. */
	if (!x || *py_run_ctx(r) != &x->now || x->outer->form == PY_WHILE ||
		!call_is_users(b, py_running(r)))
		return false;
	find_needs(b, x);
	i = s->at % NIDLE;
	if (x->known_idle[i].s != s) {
		x->known_idle[i].s = s;
		x->known_idle[i].is =
			call_is_idle(&x->needs, s) && !may_train(b, s);
	}
	return x->known_idle[i].is;
}

/* Whether S trains, and does nothing to the rate. */
static bool trains_alone(const struct call_build *b, const struct py_node *s)
{
	struct script_loop *x = b->loop;
	const size_t i = s->at % NIDLE;

	if (x->known_alone[i].s != s) {
		call_asked *trains = call_has(b, x->outer, steps_followed, 0)
					     ? steps_followed
					     : updates_live;

		x->known_alone[i].s = s;
		x->known_alone[i].is = call_has(b, s, trains, 0) &&
				       !call_has(b, s, moves_live, 0) &&
				       !may_train(b, s);
	}
	return x->known_alone[i].is;
}

/* As py_host's reach: where a round trains its rate is that of then. */
static int reach(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;

	if (!b->live || !x || *py_run_ctx(r) != &x->now || x->trained ||
		!call_is_users(b, py_running(r)) || !trains_alone(b, s))
		return 0;
	return take_trained(r, x, s);
}

const struct call_loops script_loops = {
	.follow = follow, .idle = idle, .reach = reach, .rounds = rounds};
