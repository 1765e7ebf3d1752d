/* SPDX-License-Identifier: MIT */
/*
 * Of the functions that a text defines, the one that gives its rates, by its
 * name, what it counts and what uses it; and what the text does with it beside
 * calling it for each step.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "script/script_impl.h"

/* --- which is meant ------------------------------------------------------- */

static bool gives_value(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_RETURN && e->arg)
			return true;
	return false;
}

/* Whether DEF does nothing: its body is "...", pass or a text. */
static bool is_stub(const struct py_node *def)
{
	const struct py_node *s = def->form == PY_DEF ? def->arg->arg : NULL;

	if (def->form != PY_DEF)
		return false;
	while (s && (s->form == PY_PASS ||
			    (s->form == PY_EXPR && s->arg->form == PY_CONST)))
		s = s->next;
	return !s;
}

/* Whether F has a parameter that is called so. */
static bool has_parameter(const struct py_value *f, const struct py_str *name)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(f, i)); i++)
		if (py_str_equal(&p->s, name))
			return true;
	return false;
}

/*
 * Whether F but hands a rate on that it is given, and makes none:
 * def set_lr(optimizer, lr): ... group["lr"] = lr
 */
static bool hands_on(const struct py_value *f)
{
	const struct py_node *body = py_def(f)->arg;
	bool any = false;

	if (gives_value(body))
		return false;
	for (const struct py_node *e = body; e; e = py_walk(body, e)) {
		const struct py_node *to = py_assigned(e);

		if (!to)
			continue;
		if (e->form == PY_AUGMENT || to->form != PY_INDEX)
			return false;
		if (!call_is_rate_key(to->arg->next))
			continue;
		if (e->arg->form != PY_NAME || !has_parameter(f, &e->arg->s))
			return false;
		any = true;
	}
	return any;
}

/* Whether E uses NAME in other places than functions that give rates. */
static bool trains_with(const struct py_node *e, const struct py_str *name)
{
	if (e->form == PY_NAME && call_same_name(&e->s, name))
		return true;
	if (e->form == PY_DEF && call_is_of_rates(&e->s) && gives_value(e->arg))
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if ((e->form != PY_ASSIGN || kid == e->arg) &&
			trains_with(kid, name))
			return true;
	return false;
}

/* The function that statement E defines: false if it defines none. */
static bool defined_by(const struct call_build *b, const struct py_node *e,
	struct script_function *f)
{
	const struct py_node *name = py_undecorated(e);

	name = name->form == PY_DEF ? name : NULL;
	if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
		name = e->arg->next;
	if (!name || !py_peek(b->user, name->s.s, name->s.n, &f->value))
		return false;
	stepper_as_function(py_builder(b->py), &f->value);
	if (f->value.type != PY_FUNCTION || is_stub(py_def(&f->value)) ||
		hands_on(&f->value))
		return false;
	f->name = &name->s;
	f->at = e;
	f->rank = script_rank(b, &f->value, f->name);
	/* What is chosen, or made of others, is to be used. */
	f->used = f->rank >= SCRIPT_MAKES &&
		  ((e->form == PY_ASSIGN && e->arg->form != PY_LAMBDA) ||
			  trains_with(py_root(b->user), f->name));
	return true;
}

/* Whether F uses NAME, or THROUGH another function that it uses. */
static bool is_made_of(const struct call_build *b, const struct py_node *f,
	const struct py_str *name, bool through)
{
	const struct py_node *e = through ? py_root(b->user)->arg : NULL;

	if (py_mentions(f->arg, name))
		return true;
	for (; e; e = e->next)
		if (e->form == PY_DEF && e != f && py_mentions(f->arg, &e->s) &&
			is_made_of(b, e, name, false))
			return true;
	return false;
}

/* Whether E, a def, calls F, of rates, which makes one of what it is given. */
static bool calls_maker(const struct call_build *b, const struct py_node *e,
	const struct script_function *f)
{
	if (e->form != PY_DEF || !py_param(&f->value, 0) ||
		!call_is_of_rates(f->name) || !script_is_maker(b, &f->value))
		return false;
	for (const struct py_node *x = e->arg; x; x = py_walk_here(e->arg, x))
		if (call_callee(b, x) == py_def(&f->value))
			return true;
	return false;
}

bool script_choose_function(
	const struct call_build *b, struct script_function *ret)
{
	const struct py_node *e;
	struct script_function f;

	ret->name = NULL;
	for (e = py_root(b->user)->arg; e; e = e->next) {
		if (!defined_by(b, e, &f))
			continue;
		/* A training loop that calls it is not made of it. */
		if (ret->name && f.rank < ret->rank &&
			py_mentions(e, ret->name) &&
			(py_undecorated(e)->form == PY_DEF
					? (f.rank >= SCRIPT_NAMED &&
						  gives_value(e)) ||
						  calls_maker(b,
							  py_undecorated(e),
							  ret)
					: f.rank >= SCRIPT_COUNTS)) {
			f.rank = ret->rank;
			f.used = ret->used;
		}
		if (!ret->name || f.rank > ret->rank ||
			(f.rank == ret->rank &&
				(f.used >= ret->used ||
					is_made_of(b, py_def(&f.value),
						ret->name, true))))
			*ret = f;
	}
	return ret->name != NULL;
}

/* A function that may give the rate as well as F, into *X; false: none. */
static bool has_rival(const struct call_build *b,
	const struct script_function *f, struct script_function *x)
{
	const struct py_node *def = py_def(&f->value), *e;

	for (e = py_root(b->user)->arg; e; e = e->next)
		if (f->rank >= SCRIPT_MAKES && defined_by(b, e, x) &&
			x->rank == f->rank && x->used == f->used &&
			py_def(&x->value) != def &&
			!py_mentions(f->at, x->name) &&
			!is_made_of(b, def, x->name, true))
			return true;
	return false;
}

/* --- what stands beside it ----------------------------------------------- */

/* Whether the call E is set_lr(optimizer, x) or the like. */
static bool is_setter(const struct py_node *e)
{
	const struct py_node *to = e->arg->next;

	return call_is_of_rates(&e->arg->s) && to && call_may_be_optimizer(to);
}

/* Whether S gives a rate, or a key that is not said to be another's. */
static bool gives_rate(const struct py_node *s)
{
	const struct py_node *t = py_assigned(s);
	const struct py_node *key =
		t && t->form == PY_INDEX ? t->arg->next : NULL;

	if (s->form == PY_CALL)
		return is_setter(s);
	if (key)
		return key->form != PY_CONST || key->value.type != PY_STR ||
		       !call_is_of_another(key->value.u.str);
	return t && call_is_of_rates(&t->s);
}

/* Whether a statement in S gives a rate what has NAME in it as HAS finds it. */
static bool sets_rate_by(const struct py_node *top, const struct py_str *name,
	bool (*has)(const struct py_node *, const struct py_str *))
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (gives_rate(e) && has(e, name))
			return true;
	return false;
}

/* Remarks that F is shown, and not the constant rate of an optimizer. */
static int note_beside(
	const struct call_build *b, const struct script_function *f)
{
	const struct py_node *step = py_param(&f->value, 0);

	return call_remark(py_builder(b->py),
		"%.*s(%.*s) is taken for the rate, and not the optimizer's, "
		"which is constant",
		STR_ARG(*f->name), step ? (int)step->s.n : 0,
		step ? step->s.s : "");
}

int script_beside_optimizer(struct call_build *b, struct py_value *ret)
{
	struct script_function f;

	if (!script_choose_function(b, &f) ||
		!call_counts_by_name(b, &f.value) ||
		!script_gives_number(b, &f.value))
		return 0;
	*ret = f.value;
	return note_beside(b, &f) < 0 ? -1 : 1;
}

int script_note_function(
	const struct call_build *b, const struct script_function *f)
{
	const struct py_node *def = py_def(&f->value);
	struct script_function x;

	if (f->rank < SCRIPT_NAMED && b->optimizer_rate &&
		py_is_number(b->optimizer_rate) &&
		(def->form != PY_DEF || gives_value(def->arg)) &&
		!sets_rate_by(py_root(b->user), f->name, py_mentions))
		return note_beside(b, f);
	return has_rival(b, f, &x)
		       ? call_remark(py_builder(b->py),
				 "'%.*s' is shown, and not '%.*s', which may "
				 "be the rate, too; expected @FILE:NAME",
				 STR_ARG(*f->name), STR_ARG(*x.name))
		       : 0;
}

/* Whether E has a loop that calls DEF. */
static bool has_loop_of(const struct call_build *b, const struct py_node *e,
	const struct py_node *def, bool inside)
{
	if (inside && call_callee(b, e) == def)
		return true;
	inside = inside || call_is_loop(e);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (has_loop_of(b, kid, def, inside))
			return true;
	return false;
}

/*
 * Whether F goes on from the rate that an optimizer has, in a loop of the
 * text's: what it gives depends on where that begins.
 */
static bool goes_on(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *def = py_def(f);

	return def->form == PY_DEF && call_reads_rate(def->arg) &&
	       has_loop_of(b, py_root(b->user), def, false);
}

bool script_has_function(const struct call_build *b)
{
	struct script_function f, x;

	return script_choose_function(b, &f) &&
	       call_is_of_rates(&py_def(&f.value)->s) &&
	       call_counts_by_name(b, &f.value) && !goes_on(b, &f.value) &&
	       !(f.used && has_rival(b, &f, &x));
}

/* Whether E asks what is called NAME for groups. */
static bool asks_for_groups(
	const struct py_node *top, const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *owner = call_groups_owner(e);

		if (owner && owner->form == PY_NAME &&
			call_same_name(&owner->s, name))
			return true;
	}
	return false;
}

/*
 * Whether the function that is meant is given more than the step and an
 * optimizer, by what calls it alone.
 */
static bool function_lacks(const struct call_build *b)
{
	struct script_function f;
	const struct py_node *p;
	struct py_value v;

	if (!script_choose_function(b, &f))
		return false;
	for (size_t i = 0; (p = py_param(&f.value, i)); i++)
		if (p->s.n > 0 && p->op != '*' && p->op != 'k' &&
			py_default(&f.value, p).type == PY_UNBOUND &&
			call_step_rank(&p->s) > CALL_LIKE_STEP &&
			!call_is_step(b, &p->s) &&
			!call_named_optimizer(&p->s) &&
			!asks_for_groups(py_def(&f.value), &p->s) &&
			!py_is_named(&p->s, "self") &&
			!py_global(b->user, p->s.s, p->s.n, &v))
			return true;
	return false;
}

/* How many names of B's text have functions, + 1. */
static size_t count_functions(const struct call_build *b)
{
	const struct py_str *name;
	struct py_value v;
	size_t n = 1;

	for (size_t i = 0; (name = py_global_name(b->user, i)); i++)
		n += py_peek(b->user, name->s, name->n, &v) &&
		     v.type == PY_FUNCTION;
	return n;
}

/* Whether nothing uses the function, and something else sets the rate. */
static bool is_passed_by(struct call_build *b)
{
	struct script_function f;

	return script_choose_function(b, &f) && !f.used &&
	       call_sets_any_rate(b);
}

bool script_function_says(struct call_build *b)
{
	const size_t n = count_functions(b);

	if (b->function_says.ndefined != n ||
		b->function_says.made != b->made ||
		b->function_says.object != b->object) {
		b->function_says.is = script_has_function(b) &&
				      !function_lacks(b) && !is_passed_by(b);
		b->function_says.ndefined = n;
		b->function_says.made = b->made;
		b->function_says.object = b->object;
	}
	return b->function_says.is;
}

/* --- how a round calls a function ----------------------------------------- */

/* A call of what gives the rate, in a loop whose target it is given. */
struct called {
	const struct py_node *call, *loop, *given;
};

/* The argument of the call E that counts the rounds of LOOP; or NULL. */
static const struct py_node *counted(
	const struct py_node *e, const struct py_node *loop)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		const struct py_node *v = a->form == PY_KEYWORD ? a->arg : a;

		for (const struct py_node *x = v; x; x = x->arg)
			if (x->form == PY_NAME && call_is_counted(loop, &x->s))
				return v;
	}
	return NULL;
}

/* Whether E calls DEF: by its name, or a method by that of any object. */
static bool calls_def(const struct call_build *b, const struct py_node *e,
	const struct py_node *def)
{
	if (call_callee(b, e) == def)
		return true;
	return e->form == PY_CALL && e->arg->form == PY_ATTR &&
	       call_same_name(&e->arg->s, &def->s) && def->up && def->up->up &&
	       def->up->up->form == PY_CLASS;
}

/* The first call of DEF in E, inside LOOP (NULL: in none). */
static bool find_called(const struct call_build *b, const struct py_node *e,
	const struct py_node *def, const struct py_node *loop, struct called *x)
{
	*x = (struct called){e, loop, NULL};
	if (loop && calls_def(b, e, def)) {
		x->given = counted(e, loop);
		if (x->given)
			return true;
	}
	loop = call_is_loop(e) ? e : loop;
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
			s->form == PY_FOR ? s->arg : py_assigned(s);

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
	if (call_reads_rate(top))
		return false;
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->form == PY_CALL &&
			(e->arg->form != PY_NAME ||
				!py_is_word_of(&e->arg->s,
					"len int float round max min")))
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

/* Whether A, the argument of a call of F for P, is the step or an optimizer. */
static bool is_driven(const struct call_build *b, const struct py_value *f,
	const struct py_node *p)
{
	const struct py_str *step = call_counted_name(b, f);

	return p->op == '*' || p->op == 'k' || call_like_optimizer(&p->s) ||
	       (step && call_same_name(&p->s, step));
}

/* What the argument A, the Ith, of X gives F and is no such: its value's node.
 */
static const struct py_node *given_beside(const struct call_build *b,
	const struct called *x, const struct py_value *f,
	const struct py_node *a, size_t i, size_t *at)
{
	const struct py_node *e = a->form == PY_KEYWORD ? a->arg : a;
	const struct py_node *p = parameter(f, a, i, at);

	return p && e != x->given && !is_driven(b, f, p) ? e : NULL;
}

/* Whether calls X and Y of F give it the same beside the step, as text. */
static bool gives_same(const struct call_build *b, const struct py_value *f,
	const struct called *x, const struct called *y)
{
	const struct py_node *v = x->call->arg->next, *w = y->call->arg->next;
	size_t n, at, i = 0;
	const char *text = py_text(b->user, &n);

	for (; v && w; v = v->next, w = w->next, i++)
		if (given_beside(b, x, f, v, i, &at) &&
			(w->end - w->at != v->end - v->at ||
				memcmp(text + v->at, text + w->at,
					v->end - v->at) != 0))
			return false;
	return !v && !w;
}

/* Remarks where the text calls F otherwise than X does: 0, or -1. */
static int note_otherwise(const struct call_build *b, const struct py_value *f,
	const struct called *x)
{
	const struct py_node *root = py_root(b->user), *def = py_def(f);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		struct called y = {.call = e};

		if (e == x->call || call_callee(b, e) != def ||
			gives_same(b, f, x, &y))
			continue;
		return call_note_otherwise(py_builder(b->py), def);
	}
	return 0;
}

/* A call of F by its name that is in no loop, which is all that there is. */
static bool find_lone(
	const struct call_build *b, const struct py_value *f, struct called *x)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (call_callee(b, e) == py_def(f) && e->arg->next) {
			*x = (struct called){e, NULL, NULL};
			return true;
		}
	return false;
}

/* What a call unpacks is not known: nothing of F has its default. */
static int ask_for_all(struct call_build *b, const struct py_value *f,
	const struct py_node *at, size_t i)
{
	const struct py_node *p;

	for (; (p = py_param(f, i)); i++)
		if (p->s.n > 0 && !is_driven(b, f, p) &&
			py_default(f, p).type != PY_UNBOUND &&
			b->handed[i].type == PY_UNBOUND &&
			py_new_unknown(py_builder(b->py), at, p->s.s, p->s.n,
				NULL, &b->handed[i]) < 0)
			return -1;
	return 0;
}

/* Keeps for call_rate() what a call gives F beside the step: 0, or -1. */
static int hand(struct call_build *b, const struct py_value *f)
{
	const struct py_node *def = py_def(f), *unpacked = NULL;
	struct called x;
	size_t at, i = 0, from = 0;

	if (def->form != PY_DEF || py_module_of(f) != b->user ||
		!(find_called(b, py_root(b->user), def, NULL, &x) ||
			find_lone(b, f, &x)))
		return 0;
	b->handed = py_alloc(
		py_builder(b->py), (py_nparam(f) + 1) * sizeof(*b->handed));
	if (!b->handed)
		return -1;
	for (const struct py_node *a = x.call->arg->next; a; a = a->next, i++) {
		const struct py_node *e = given_beside(b, &x, f, a, i, &at);

		if (a->form == PY_STAR ||
			(a->form == PY_KEYWORD && py_is_named(&a->s, "**"))) {
			from = unpacked || a->form == PY_KEYWORD ? 0 : i;
			unpacked = a;
		} else if (e && value_given(b, &x, f, py_param(f, at), e,
					&b->handed[at]) < 0) {
			return -1;
		}
	}
	b->handed_to = def;
	return (unpacked && ask_for_all(b, f, unpacked, from) < 0) ||
			       note_otherwise(b, f, &x) < 0
		       ? -1
		       : 0;
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
		STR_ARG(*name), b->names->by_epoch);
}

/* Whether a round trains before the call X, or before it sets the rate. */
static bool is_called_late(const struct call_build *b, const struct called *x)
{
	const struct py_node *round = call_loop_body(x->loop), *s = round->arg;
	int late = script_sets_late(b, x->loop);

	if (late >= 0)
		return late;
	for (; s && s->end <= x->call->at; s = s->next)
		if (call_trains_in(round, s))
			return true;
	return false;
}

/*
 * Remarks where rows of F are no rounds of a loop that calls it, and keeps for
 * call_rate() what that gives it beside the step: 0, or -1 raised.
 */
static int note_loop(struct call_build *b, const struct py_value *f)
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
			STR_ARG(def->s), (int)(x.given->end - x.given->at),
			text + x.given->at);
	from = call_begins_with(
		py_root(b->user), x.loop, &x.given->s, x.call->at);
	if (from != 0)
		return call_remark(r,
			"rows are what %.*s() is given, which the text's loop "
			"counts from %lld",
			STR_ARG(def->s), from);
	if (note_epoch(b, f) < 0)
		return -1;
	return is_called_late(b, &x)
		       ? call_remark(r,
				 "%.*s() is called behind the training of a "
				 "round: a row's rate is that of the next",
				 STR_ARG(def->s))
		       : 0;
}

/* --- as the rate ---------------------------------------------------------- */

/* Whether all names in E are those of the text's top level. */
static bool is_global(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
			return false;
	return true;
}

/*
 * "f(step) if CONDITION else rate" in E: whether the condition is false, 1 with
 * it in *RET; 0 if there is none; -1 raised: it has no value.
 */
static int not_called(const struct call_build *b, const struct py_node *top,
	const struct py_str *f, const struct py_node **ret)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *e = top;
	struct py_value v;
	int holds;

	while (e) {
		const struct py_node *call =
			e->form == PY_IF_ELSE ? e->arg->next : NULL;

		if (!call || call->form != PY_CALL ||
			call->arg->form != PY_NAME ||
			!call_same_name(&call->arg->s, f) ||
			!is_global(e->arg)) {
			e = py_walk(top, e);
			continue;
		}
		*ret = e->arg;
		if (py_eval_of(r, b->user, e->arg, &v) < 0)
			return -1;
		holds = py_truth(r, e->arg, &v);
		if (holds <= 0)
			return holds < 0 ? -1 : 1;
		e = py_walk_past(top, e);
	}
	return 0;
}

/* Whether E multiplies by NAME, or what a call of it gives, or the like. */
static bool computes_with(const struct py_node *top, const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *x = e->form == PY_CALL ? e->arg : e;

		if (e != top &&
			(e->up->form == PY_BINARY ||
				e->up->form == PY_AUGMENT) &&
			x->form == PY_NAME && call_same_name(&x->s, name))
			return true;
	}
	return false;
}

/* Whether E is a call of F, at least where a condition holds. */
static bool is_call_of(const struct py_node *e, const struct py_str *f)
{
	if (e->form == PY_IF_ELSE)
		return is_call_of(e->arg->next, f) ||
		       is_call_of(e->arg->next->next, f);
	return e->form == PY_CALL && e->arg->form == PY_NAME &&
	       call_same_name(&e->arg->s, f);
}

/* Whether a statement of E, behind KEPT, computes a rate with what it keeps. */
static bool changes_kept(const struct py_node *e, const struct py_node *kept)
{
	if (e->at > kept->at && gives_rate(e) &&
		computes_with(e, &kept->arg->next->s))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->form != PY_DEF && changes_kept(kid, kept))
			return true;
	return false;
}

/* Whether E, in SCOPE, keeps what F gives under a name and changes that. */
static bool keeps_and_changes(const struct py_node *scope,
	const struct py_node *e, const struct py_str *f)
{
	if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME &&
		is_call_of(e->arg, f) && changes_kept(scope, e))
		return true;
	scope = e->form == PY_DEF ? e : scope;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (keeps_and_changes(scope, kid, f))
			return true;
	return false;
}

/* Remarks if the text makes another rate of what F gives. */
static int note_changed(struct call_build *b, const struct py_value *f)
{
	const struct py_node *root = py_root(b->user);
	const struct py_str *name = &py_def(f)->s;

	if (py_def(f)->form != PY_DEF || name->n == 0 ||
		!(sets_rate_by(root, name, computes_with) ||
			keeps_and_changes(root, root, name)))
		return 0;
	/* Its values may be factors: that they are rates is not said. */
	b->plain = false;
	return call_remark(py_builder(b->py),
		"%.*s() is shown, and not what is made of it where it is "
		"called; as a factor of %s LR: %s @FILE 'LambdaLR(opt, %.*s)'",
		STR_ARG(*name), b->names->lr, b->names->define, STR_ARG(*name));
}

/* Remarks on another def of the text's, which sets the rate in each batch. */
static int note_twice(const struct call_build *b, const struct py_value *f)
{
	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		struct py_value v;

		if (e->form == PY_DEF && e != py_def(f) &&
			py_peek(b->user, e->s.s, e->s.n, &v) &&
			v.type == PY_FUNCTION &&
			script_rank(b, &v, &e->s) == SCRIPT_TWICE &&
			call_remark(py_builder(b->py),
				"%.*s() sets the rate, too, which is shown "
				"without that",
				STR_ARG(e->s)) < 0)
			return -1;
	}
	return 0;
}

struct call_node *script_rate_of(struct call_build *b, const struct py_value *f)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *def = py_def(f), *e = NULL;
	const char *text;
	size_t n;
	int found = 0;

	b->plain = true;
	if (note_twice(b, f) < 0 || note_loop(b, f) < 0 ||
		call_note_given_groups(b) < 0)
		return NULL;
	if (def->form == PY_DEF && py_module_of(f) == b->user)
		found = not_called(b, py_root(b->user), &def->s, &e);
	if (found == 0)
		return note_changed(b, f) < 0 ? NULL : call_rate(r, f);
	if (found < 0)
		return NULL;
	text = py_text(b->user, &n) + e->at;
	py_raise(r, e,
		"%.*s() is not called, as '%.*s' is false: the rate is the "
		"other one; expected %s%s%s%.*s%s",
		STR_ARG(def->s), (int)(e->end - e->at), text,
		e->form == PY_NAME ? "" : "what makes it true by ",
		b->names->define, e->form == PY_NAME ? " " : "",
		e->form == PY_NAME ? (int)(e->end - e->at) : 0, text,
		e->form == PY_NAME ? "=True" : "");
	return NULL;
}
