/* SPDX-License-Identifier: MIT */
/*
 * Training loops of the text that set the optimizer's rate themselves.  They
 * run round by round, as Python runs them; what the rate is in each round is
 * kept, and is the schedule where the text makes no other.
 */
#include "script/script_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* --- what sets the rate --------------------------------------------------- */

static bool is_rate_key(const struct py_node *e)
{
	return e && e->form == PY_CONST && e->value.type == PY_STR &&
	       call_is_rate_name(e->value.u.str);
}

/* Whether E is optimizer.lr, by its last names, or an "lr" that may be it. */
static bool is_rate(const struct py_node *e)
{
	return e && ((e->form == PY_NAME && call_is_rate_name(&e->s)) ||
			    (e->form == PY_ATTR && call_is_rate_name(&e->s) &&
				    (e->arg->form == PY_NAME ||
					    e->arg->form == PY_ATTR) &&
				    call_has_part(&e->arg->s, "opt")));
}

/* Whether E may be a group of an optimizer's, by its name, and no meter. */
static bool is_group(const struct py_node *e)
{
	if (e->form == PY_INDEX)
		return true;
	return (e->form == PY_NAME || e->form == PY_ATTR) &&
	       (e->s.n < 3 || call_has_part(&e->s, "group") ||
		       call_has_part(&e->s, "opt"));
}

/* Whether the call E sets it: lr.assign(x), set_value(opt.lr, x), ... */
static bool call_sets(const struct py_node *e)
{
	const struct py_node *f = e->arg, *first = f->next;

	if (f->form != PY_ATTR && f->form != PY_NAME)
		return false;
	if (py_is_named(&f->s, "set_value"))
		return is_rate(first);
	if (py_is_named(&f->s, "setattr"))
		return first && is_rate_key(first->next);
	if (f->form != PY_ATTR)
		return false;
	if (py_is_named(&f->s, "update"))
		return is_group(f->arg) &&
		       (call_gives_rate(e) ||
			       (first && first->form == PY_MAKE_DICT &&
				       is_rate_key(first->arg)));
	return f->s.n >= 6 && memcmp(f->s.s, "assign", 6) == 0 &&
	       is_rate(f->arg);
}

/* Whether statement S, without what is in it, sets the rate. */
static bool assigns_rate(const struct py_node *s)
{
	const struct py_node *t = s->form == PY_ASSIGN    ? s->arg->next
				  : s->form == PY_AUGMENT ? s->arg
							  : NULL;

	if (!t)
		return false;
	if (t->form == PY_INDEX)
		return is_rate_key(t->arg->next);
	return t->form == PY_ATTR && is_rate(t);
}

/* The function of the text's that the call E is of; NULL: none. */
static const struct py_node *callee(
	const struct call_build *b, const struct py_node *e)
{
	struct py_value f;

	return e->form == PY_CALL && e->arg->form == PY_NAME &&
			       py_peek(b->user, e->arg->s.s, e->arg->s.n, &f) &&
			       f.type == PY_FUNCTION &&
			       py_def(&f)->form == PY_DEF
		       ? py_def(&f)
		       : NULL;
}

#define DEPTH_MAX 3

/* Whether E, or what it calls of the text's, sets the rate. */
static bool sets(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f =
			depth < DEPTH_MAX ? callee(b, e) : NULL;

		if (assigns_rate(e) || (e->form == PY_CALL && call_sets(e)) ||
			(f && sets(b, f->arg, depth + 1)))
			return true;
	}
	return false;
}

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

	return script_is_stepped(r, v) && py_get(r, v, "step", 4, &f) > 0 &&
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

/* Whether E, or what it calls of the text's, does that. */
static bool steps(
	const struct call_build *b, const struct py_node *top, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f =
			depth < DEPTH_MAX ? callee(b, e) : NULL;

		if (steps_made(b, e) || (f && steps(b, f->arg, depth + 1)))
			return true;
	}
	return false;
}

static bool has_name(const struct py_node *top, const char *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if ((e->form == PY_NAME || e->form == PY_ATTR) &&
			py_is_named(&e->s, name))
			return true;
	return false;
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
static bool is_loop(const struct py_node *s)
{
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;

	return s->form == PY_WHILE ||
	       (over && !has_name(over, "param_groups") &&
		       !has_name(over, "optimizers") &&
		       !asks_for_groups(over->next, s->arg));
}

/* What a round does: sets() or steps(). */
typedef bool moves_fn(
	const struct call_build *b, const struct py_node *e, unsigned depth);

/* Whether a loop that is in E MOVES the rate. */
static bool has_loop(const struct call_build *b, const struct py_node *top,
	moves_fn *moves, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f =
			depth < DEPTH_MAX ? callee(b, e) : NULL;

		if ((is_loop(e) && moves(b, e, 0)) ||
			(f && has_loop(b, f->arg, moves, depth + 1)))
			return true;
	}
	return false;
}

bool script_trains(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);

	return e && e->form == PY_DEF && has_loop(b, e->arg, sets, 0);
}

/* Whether E uses the rate that a group has, in what it sets or compares. */
static bool reads_rate(const struct py_node *e)
{
	const struct py_node *kid = e->arg;

	if (e->form == PY_AUGMENT && assigns_rate(e))
		return true;
	if (e->form == PY_INDEX && is_rate_key(e->arg->next))
		return true;
	if (e->form == PY_ASSIGN)
		return reads_rate(e->arg);
	for (; kid; kid = kid->next)
		if (reads_rate(kid))
			return true;
	return false;
}

/* Whether E has a loop that calls DEF. */
static bool has_loop_of(const struct call_build *b, const struct py_node *e,
	const struct py_node *def, bool inside)
{
	if (inside && callee(b, e) == def)
		return true;
	inside = inside || is_loop(e);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (has_loop_of(b, kid, def, inside))
			return true;
	return false;
}

bool script_goes_on(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *def = py_def(f);

	return def->form == PY_DEF && reads_rate(def->arg) &&
	       has_loop_of(b, py_root(b->user), def, false);
}

/* --- groups of parameters ------------------------------------------------- */

/* Whether E is one of an optimizer's groups, or some of them, by number. */
static bool is_numbered(const struct py_node *e)
{
	return e->form == PY_INDEX && call_groups_owner(e->arg);
}

/* Whether E mentions NAME otherwise than as the place of an item. */
static bool computes_by(const struct py_node *e, const struct py_str *name)
{
	if (e->form == PY_NAME)
		return call_same_name(&e->s, name);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if ((e->form != PY_INDEX || kid == e->arg) &&
			computes_by(kid, name))
			return true;
	return false;
}

/* Whether E asks GROUP, a name, for something else than its rate. */
static bool asks_group(const struct py_node *top, const struct py_node *group)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *key =
			e->form == PY_INDEX ? e->arg->next : NULL;

		if (key && key->form == PY_CONST && key->value.type == PY_STR &&
			!is_rate_key(key) &&
			!py_is_named(key->value.u.str, "initial_lr") &&
			e->arg->form == PY_NAME &&
			call_same_name(&e->arg->s, &group->s))
			return true;
	}
	return false;
}

/* Whether a statement in E gives the first group what the text A has. */
static bool gives_first(
	const struct py_module *m, const struct py_node *top, struct py_str a)
{
	size_t n;
	const char *text = py_text(m, &n);

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *of =
			e->form == PY_ASSIGN && assigns_rate(e)
				? e->arg->next->arg
				: NULL;

		if (of && is_numbered(of) && of->arg->next->form == PY_CONST &&
			!py_true(&of->arg->next->value) &&
			e->arg->end - e->arg->at == a.n &&
			memcmp(text + e->arg->at, a.s, a.n) == 0)
			return true;
	}
	return false;
}

/*
 * Whether S, which sets a group's rate, does that for another than the first.
 */
static bool is_of_other(const struct call_build *b, const struct py_node *s,
	const struct py_str *count)
{
	const struct py_node *v = s->form == PY_ASSIGN ? s->arg : s->arg->next;
	const struct py_node *t = s->form == PY_ASSIGN ? v->next : s->arg;
	const struct py_node *group = t->arg, *at;
	size_t n;
	const char *text = py_text(b->user, &n);

	if (count && computes_by(v, count))
		return true;
	if (group->form == PY_NAME)
		return asks_group(v, group);
	at = is_numbered(group) ? group->arg->next : NULL;
	if (!at || at->form == PY_UNARY)
		return false;
	return at->form != PY_CONST ||
	       (py_true(&at->value) &&
		       !gives_first(b->user, py_root(b->user),
			       (struct py_str){v->end - v->at, text + v->at}));
}

/*
 * Whether E gives groups rates that differ, by what they ask a group for, by
 * number, or by the COUNT of a loop over them (NULL: there is none).
 */
static bool groups_differ(const struct call_build *b, const struct py_node *e,
	const struct py_str *count, bool other)
{
	const struct py_node *over = e->form == PY_FOR ? e->arg->next : NULL;

	if (assigns_rate(e))
		return (e->form != PY_ASSIGN ||
			       e->arg->next->form == PY_INDEX) &&
		       (other || is_of_other(b, e, count));
	if (over && is_numbered(over))
		other = true;
	if (over && over->form == PY_CALL &&
		py_is_named(&over->arg->s, "enumerate") &&
		has_name(over, "param_groups") && e->arg->arg)
		count = &e->arg->arg->s;
	if (e->form == PY_IF && count && computes_by(e->arg, count))
		other = true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (groups_differ(b, kid, count, other))
			return true;
	return false;
}

/* Whether E goes on from the rates that groups have, or have had. */
static bool begins_with_groups(const struct py_node *top)
{
	if (has_name(top, "base_lrs"))
		return true;
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (reads_rate(e) ||
			(e->form == PY_CONST && e->value.type == PY_STR &&
				py_is_named(e->value.u.str, "initial_lr")))
			return true;
	return false;
}

int script_note_groups(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *root = py_root(b->user);

	if (b->optimizer_rate && begins_with_groups(root) &&
		call_note_groups(r, b->optimizer_rate) < 0)
		return -1;
	return groups_differ(b, root, NULL, false)
		       ? call_remark(r,
				 "groups of parameters are given rates of "
				 "their own: the first's is shown")
		       : 0;
}

/* --- when a round trains -------------------------------------------------- */

static const struct py_node *loop_body(const struct py_node *s)
{
	return s->form == PY_FOR ? s->arg->next->next : s->arg->next;
}

/*
 * Whether loop S trains first, so that the rate to which it MOVES is the next
 * round's.
 */
static bool is_late(
	const struct call_build *b, const struct py_node *s, moves_fn *moves)
{
	const struct py_node *round = loop_body(s);

	for (s = round->arg; s; s = s->next) {
		if (moves(b, s, 0))
			return false;
		if (script_trains_in(round, s))
			return true;
	}
	return false;
}

/* --- how a round calls a function ----------------------------------------- */

/* A call of what gives the rate, in a loop whose target it is given. */
struct called {
	const struct py_node *call, *loop, *given;
};

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

/* Whether NAME counts the rounds of LOOP: it is its target, or grows there. */
static bool counts(const struct py_node *loop, const struct py_str *name)
{
	return (loop->form == PY_FOR && py_mentions(loop->arg, name)) ||
	       increment_of(loop, name);
}

/* The argument of the call E that counts the rounds of LOOP; or NULL. */
static const struct py_node *counted(
	const struct py_node *e, const struct py_node *loop)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		const struct py_node *v = a->form == PY_KEYWORD ? a->arg : a;

		for (const struct py_node *x = v; x; x = x->arg)
			if (x->form == PY_NAME && counts(loop, &x->s))
				return v;
	}
	return NULL;
}

/* The first call of DEF in E, inside LOOP (NULL: in none). */
static bool find_called(const struct call_build *b, const struct py_node *e,
	const struct py_node *def, const struct py_node *loop, struct called *x)
{
	*x = (struct called){e, loop, NULL};
	if (loop && callee(b, e) == def) {
		x->given = counted(e, loop);
		if (x->given)
			return true;
	}
	loop = is_loop(e) ? e : loop;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (find_called(b, kid, def, loop, x))
			return true;
	return false;
}

/* Whether a round of LOOP gives X, a name or an attribute, another value. */
static bool gives_anew(const struct py_node *loop, const struct py_node *x)
{
	for (const struct py_node *s = loop; s; s = py_walk(loop, s)) {
		const struct py_node *t =
			s->form == PY_ASSIGN ? s->arg->next
			: s->form == PY_AUGMENT || s->form == PY_FOR ? s->arg
								     : NULL;

		for (const struct py_node *e = t; e; e = py_walk(t, e))
			if (e->form == x->form &&
				call_same_name(&e->s, &x->s) &&
				(e == t || (e->up->form != PY_ATTR &&
						   e->up->form != PY_INDEX)))
				return true;
	}
	return false;
}

/* Whether E is one value from LOOP's first round to its last, and after it. */
static bool is_steady(const struct py_node *loop, const struct py_node *top)
{
	static const char *const fixed[] = {
		"len", "int", "float", "round", "max", "min"};

	if (reads_rate(top))
		return false;
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->form == PY_CALL &&
			(e->arg->form != PY_NAME ||
				!py_is_among(
					&e->arg->s, fixed, ARRAY_SIZE(fixed))))
			return false;
		if ((e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL) ||
			((e->form == PY_NAME || e->form == PY_ATTR) &&
				gives_anew(loop, e)))
			return false;
	}
	return true;
}

/* Which parameter of F the argument A, the I-th, is for; NULL: not said. */
static const struct py_node *parameter(
	const struct py_value *f, const struct py_node *a, size_t i, size_t *at)
{
	const struct py_node *p;

	if (a->form != PY_KEYWORD) {
		*at = i;
		return py_param(f, i);
	}
	for (*at = 0; (p = py_param(f, *at)); ++*at)
		if (call_same_name(&p->s, &a->s))
			return p;
	return NULL;
}

/*
 * What the argument E of the call X is, for the parameter P of F: UNBOUND where
 * P is asked for anyway.  What only the call's place knows is never a default.
 */
static int value_given(struct call_build *b, const struct called *x,
	const struct py_value *f, const struct py_node *p,
	const struct py_node *e, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	bool asked = py_default(f, p).type == PY_UNBOUND;

	ret->type = PY_UNBOUND;
	if (!is_steady(x->loop, e))
		return asked ? 0
			     : py_new_unknown(r, e, p->s.s, p->s.n, NULL, ret);
	if (py_eval_of(r, b->user, e, ret) < 0)
		return -1;
	if (asked && !py_is_number(ret))
		ret->type = PY_UNBOUND;
	return 0;
}

/* Keeps for call_rate() what a loop gives F beside the step: 0, or -1. */
static int hand(struct call_build *b, const struct py_value *f)
{
	const struct py_node *def = py_def(f), *p;
	struct called x;
	size_t at, i = 0;

	if (def->form != PY_DEF || py_module_of(f) != b->user ||
		!find_called(b, py_root(b->user), def, NULL, &x))
		return 0;
	b->handed = py_alloc(
		py_builder(b->py), (py_nparam(f) + 1) * sizeof(*b->handed));
	if (!b->handed)
		return -1;
	for (const struct py_node *a = x.call->arg->next; a; a = a->next, i++) {
		const struct py_node *e = a->form == PY_KEYWORD ? a->arg : a;

		if (a->form == PY_STAR)
			break;
		p = parameter(f, a, i, &at);
		if (p && p->op != '*' && p->op != 'k' && e != x.given &&
			value_given(b, &x, f, p, e, &b->handed[at]) < 0)
			return -1;
	}
	b->handed_to = def;
	return 0;
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
		more = script_whole(e->arg);
		n = more ? more : n;
	}
	return n;
}

/* What the first call of X is given, as far as numbers say it. */
static long long begins_with(const struct call_build *b, const struct called *x)
{
	const struct py_str *name = &x->given->s;
	const struct py_node *on;

	if (x->loop->form == PY_FOR && py_mentions(x->loop->arg, name))
		return script_counts_from(x->loop->arg->next);
	on = increment_of(x->loop, name);
	return last_given(py_root(b->user), name, x->loop->at) +
	       (on->at < x->call->at ? script_whole(on->arg->next) : 0);
}

/*
 * Remarks where F is of epochs, by its own name for them, and rows are steps:
 * but for a hook, whose values are held.
 */
static int note_epoch(const struct call_build *b, const struct py_value *f)
{
	const struct py_str *name = call_counted_name(b, f);

	if (isnan(b->place.epoch_steps) || b->place.epoch_steps == 1 ||
		b->place.by_epoch || !name || !call_has_part(name, "epoch") ||
		call_has_part(&py_def(f)->s, "on_epoch"))
		return 0;
	return call_remark(py_builder(b->py),
		"'%.*s' is the step here; expected %s if it is an epoch",
		(int)name->n, name->s, b->names->by_epoch);
}

/* Whether a round trains before the call X, or before it sets the rate. */
static bool is_called_late(const struct call_build *b, const struct called *x)
{
	const struct py_node *round = loop_body(x->loop), *s = round->arg;

	if (sets(b, round, 0))
		return is_late(b, x->loop, sets);
	for (; s && s->end <= x->call->at; s = s->next)
		if (script_trains_in(round, s))
			return true;
	return false;
}

int script_note_loop(struct call_build *b, const struct py_value *f)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *def = py_def(f);
	struct called x;
	long long from;
	size_t n;
	const char *text = py_text(b->user, &n);

	if (hand(b, f) < 0)
		return -1;
	if (def->form != PY_DEF ||
		!find_called(b, py_root(b->user), def, NULL, &x))
		return note_epoch(b, f);
	if (x.given->form != PY_NAME)
		return call_remark(r,
			"%.*s() is called with '%.*s': rows are what it is "
			"given, and not the loop's",
			(int)def->s.n, def->s.s,
			(int)(x.given->end - x.given->at), text + x.given->at);
	from = begins_with(b, &x);
	if (from != 0)
		return call_remark(r,
			"rows are what %.*s() is given, which the text's loop "
			"counts from %lld",
			(int)def->s.n, def->s.s, from);
	if (note_epoch(b, f) < 0)
		return -1;
	return is_called_late(b, &x)
		       ? call_remark(r,
				 "%.*s() is called behind the training of a "
				 "round: a row's rate is that of the next",
				 (int)def->s.n, def->s.s)
		       : 0;
}

/* --- rounds --------------------------------------------------------------- */

/* A training loop that is followed. */
struct script_loop {
	struct call_training now;
	const struct py_node *outer; /* the outermost */
	double *v;                   /* by round */
	size_t n, cap;
	double before;   /* the rate when the round began */
	bool known;      /* it was given, or has been set */
	bool again;      /* another one sets the rate, too */
	moves_fn *moves; /* what makes it one */
	/* Why it did not come to its end; class DIAG_NONE: it did. */
	struct py_error error;
	struct diag why;
};

/* The rate that the optimizer begins with, if it is KNOWN. */
static double first_rate(const struct call_build *b, bool *known)
{
	const struct py_value *rate = b->optimizer_rate;

	/* One without a value is asked for. */
	*known = b->base_given || rate;
	return !b->base_given && rate && py_is_number(rate) ? py_number(rate)
							    : b->place.base;
}

static int begin(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	moves_fn *moves;

	if (r != py_builder(b->py) || !call_is_users(b, py_running(r)) ||
		!is_loop(s))
		return 0;
	moves = sets(b, s, 0) ? sets : steps(b, s, 0) ? steps : NULL;
	if (!moves || (moves == steps && script_has_schedule(b)))
		return 0;
	if (script_has_schedule(b))
		return call_remark(r,
			"a loop sets the rate, too, beside the schedule, which "
			"is shown without that");
	if (*py_run_ctx(r))
		return x && *py_run_ctx(r) == &x->now;
	if (x && x->now.ever && moves == x->moves) {
		x->again = true;
		return 0;
	}
	if (x && x->now.ever && moves == steps)
		return 0;
	x = x ? x : py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	call_training_begin(r, &x->now);
	x->now.lr = x->now.base = x->before = first_rate(b, &x->known);
	x->outer = s;
	x->moves = moves;
	x->n = 0;
	b->loop = x;
	*py_run_ctx(r) = &x->now;
	return 1;
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

/* A round of S is over: 1, 0 where there are enough, or -1 raised. */
static int end_round(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct script_loop *x = b->loop;
	struct call_training *t = &x->now;
	const struct py_node *body = loop_body(s);
	bool enough = !isnan(b->horizon) && (double)x->n + 1 >= b->horizon;
	bool late = is_late(b, s, x->moves);

	/* What is in it counts, if that sets the rate. */
	if (has_loop(b, body, x->moves, 0))
		return isnan(b->horizon) || (double)x->n < b->horizon;
	if (t->lost)
		return py_raise_unknown(r, s,
			&(struct py_value){
				.type = PY_UNKNOWN, .u.unknown = t->lost});
	if (!x->known && (late || !(t->set || t->group.type != PY_UNBOUND)))
		return py_raise(r, x->outer,
			"the rate that this loop begins with is not known; "
			"expected the optimizer, or %s LR",
			b->names->lr);
	x->known = true;
	t->ever = true;
	if (t->set)
		call_training_keep(t);
	else if (call_training_read(r, t) < 0)
		return -1;
	t->set = false;
	if (call_training_note_other(r, t) < 0 ||
		keep(r, x, late ? x->before : t->lr) < 0)
		return -1;
	x->before = t->lr;
	t->step.x++;
	return !enough;
}

static int follow(struct py_run *r, const struct py_node *s, enum py_round when)
{
	struct script_loop *x;

	if (when == PY_LOOP_BEGINS)
		return begin(r, s);
	if (when == PY_ROUND_ENDS)
		return end_round(r, s);
	x = call_build_of(r)->loop;
	if (s != x->outer)
		return 0;
	*py_run_ctx(r) = NULL;
	x->why.class = DIAG_NONE;
	/* An object can be stepped without its loop. */
	if (when == PY_LOOP_FAILS && x->moves == steps) {
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

bool script_failed_round(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);

	return b->loop && *py_run_ctx(r) == &b->loop->now &&
	       b->loop->moves(b, s, 0);
}

/* As py_host's rounds: those of an epoch, or what -D says of the loader. */
static long long rounds(struct py_run *r, const struct py_value *v)
{
	const struct call_build *b = call_build_of(r);

	if (py_is_number(v))
		return (long long)py_number(v);
	return isnan(b->place.epoch_steps)
		       ? -1
		       : (long long)ceil(b->place.epoch_steps);
}

void script_say_rounds(const struct call_build *b, struct diag *d)
{
	const struct script_loop *x = b->loop;
	char why[sizeof(d->text)];

	if (!x || !isnan(b->horizon) || !strstr(d->text, "takes more than"))
		return;
	memcpy(why, d->text, sizeof(why));
	diag_set(d, d->class,
		"%s: a loop that sets the rate has more rounds than the first "
		"%zu; expected %s N, the first of them",
		why, x->n, b->names->steps);
}

int script_loop_ret(struct call_build *b, bool whole, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	const struct script_loop *x = b->loop;
	struct call_node *node;

	if (whole && x && (x->why.class != DIAG_NONE || x->again))
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
	node = call_table_of(r, x->v, x->n, CALL_TABLE_ROUNDS);
	if (!node)
		return -1;
	if (isnan(b->horizon) || (double)x->n < b->horizon)
		node->node->len = (double)x->n;
	return py_new_opaque(r, call_node_type, node, ret) < 0 ? -1 : 1;
}

const struct call_loops script_loops = {.follow = follow, .rounds = rounds};
