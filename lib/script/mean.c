/* SPDX-License-Identifier: MIT */
/*
 * What a script that has run means by its schedule: the last one made that is
 * no part of another, else its settings, else the last function of the step (a
 * def, a lambda), object or table.
 */
#include <math.h>
#include <string.h>

#include "script/script_impl.h"

/* --- what is made --------------------------------------------------------- */

/* Whether S assigns an object of a class of the text's that has get_lr(). */
static bool makes_scheduler(const struct call_build *b, const struct py_node *s)
{
	const struct py_node *e = s->form == PY_ASSIGN ? s->arg : NULL;
	struct py_value class, get_lr;

	return e && e->form == PY_CALL && e->arg->form == PY_NAME &&
	       py_peek(b->user, e->arg->s.s, e->arg->s.n, &class) &&
	       class.type == PY_TYPE &&
	       py_get(py_builder(b->py), &class, "get_lr", 6, &get_lr) > 0;
}

/*
 * Whether E computes with a schedule that is made, and not by a call of it:
 * with operators, or CALLS of functions.
 */
static bool computes(
	const struct call_build *b, const struct py_node *e, bool calls)
{
	bool mixes = e->form == PY_BINARY || e->form == PY_UNARY ||
		     (calls && e->form == PY_CALL);
	struct py_value v;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		if (mixes && (e->form != PY_CALL || kid != e->arg) &&
			kid->form == PY_NAME &&
			py_peek(b->user, kid->s.s, kid->s.n, &v) &&
			call_is(&v, call_recipe_type) &&
			!call_is_optimizer_recipe(v.u.opaque->p))
			return true;
		if (computes(b, kid, calls))
			return true;
	}
	return false;
}

/* S failed: 0, or -1 raised if it gives a name of rates what is made of one. */
static int failed_computing(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	const struct py_node *t = s->form == PY_ASSIGN ? s->arg->next : NULL;

	if (!t || t->form != PY_NAME || !call_is_of_rates(&t->s) ||
		!computes(b, s->arg, !py_run_error(r).unknown))
		return 0;
	b->fatal = true;
	return py_raise(r, s->arg,
		"a schedule is computed with, which is not followed; expected "
		"a def of the step that does it with numbers, or words");
}

/*
 * S, which failed, makes what follows a metric, beside a schedule: 1 remarked,
 * 0 not so, or -1.
 */
static int failed_plateau(struct py_run *r, const struct py_node *s)
{
	const struct py_node *f = s->form == PY_ASSIGN ? s->arg->arg : NULL;

	if (!f || s->arg->form != PY_CALL ||
		!py_is_named(&f->s, "ReduceLROnPlateau") ||
		py_run_error(r).unknown ||
		!script_has_schedule(call_build_of(r)))
		return 0;
	return call_remark(r,
		       "%.*s lowers the rate when a metric stalls, which is "
		       "not shown",
		       (int)f->s.n, f->s.s) < 0
		       ? -1
		       : 1;
}

int script_failed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	int plateau = failed_plateau(r, s);

	if (plateau)
		return plateau < 0 ? -1 : 0;

	/* A schedule that is not made, or one in what nobody knows. */
	if (!b->fatal && !script_failed_round(r, s) &&
		!(call_is_users(b, py_running(r)) &&
			(script_calls_constructor(b->user, s) ||
				makes_scheduler(b, s))) &&
		failed_computing(r, s) == 0 && call_failed_change(r, s) == 0)
		return 0;
	/* What stands in a function has names that are not the text's. */
	if (py_run_error(r).nactive == 0)
		b->failed = s;
	return -1;
}

/* Whether a statement in S gives a name of rates something. */
static bool sets_rates(const struct py_node *s)
{
	if (s->form == PY_ASSIGN)
		for (const struct py_node *t = s->arg->next; t; t = t->next)
			if ((t->form == PY_NAME || t->form == PY_ATTR) &&
				call_is_of_rates(&t->s))
				return true;
	for (const struct py_node *kid = s->arg; kid; kid = kid->next)
		if (sets_rates(kid))
			return true;
	return false;
}

/* Whether E steps an object of the text's that is a schedule. */
static bool steps_object(struct py_run *r, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	struct py_value v;

	if (f && f->form == PY_ATTR && py_is_named(&f->s, "step") &&
		f->arg->form == PY_NAME &&
		py_peek(call_build_of(r)->user, f->arg->s.s, f->arg->s.n, &v) &&
		script_is_stepped(r, &v))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (steps_object(r, kid))
			return true;
	return false;
}

bool script_skips(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);

	if ((s->form == PY_FOR || s->form == PY_WHILE) && steps_object(r, s))
		return true;
	return script_has_schedule(b) &&
	       (s->form == PY_FOR || s->form == PY_WHILE || !sets_rates(s)) &&
	       !script_calls_constructor(b->user, s);
}

/* The value of the dotted NAME in B's module; false if it has none. */
static bool named(
	const struct call_build *b, const char *name, struct py_value *ret)
{
	size_t n = strcspn(name, ".");

	if (!py_global(b->user, name, n, ret))
		return false;
	while (name[n] == '.') {
		struct py_value of = *ret;

		name += n + 1;
		n = strcspn(name, ".");
		if (py_get(py_builder(b->py), &of, name, n, ret) <= 0)
			return false;
	}
	return true;
}

/* --- functions of the step ------------------------------------------------ */

static bool gives_value(const struct py_node *e)
{
	if (e->form == PY_RETURN)
		return e->arg != NULL;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (gives_value(kid))
			return true;
	return false;
}

/* What E defines under its decorators. */
static const struct py_node *undecorated(const struct py_node *e)
{
	while (e->form == PY_DECORATED)
		e = e->arg->next;
	return e;
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

/* A def or lambda of the text's, and how much it looks like what is meant. */
struct function {
	struct py_value value;
	const struct py_str *name;
	const struct py_node *at; /* the statement that defines it */
	int rank;
	bool used; /* by the text, and not by another that gives rates */
};

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
static bool defined_by(
	const struct call_build *b, const struct py_node *e, struct function *f)
{
	const struct py_node *name = undecorated(e);

	name = name->form == PY_DEF ? name : NULL;
	if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
		name = e->arg->next;
	if (!name || !py_peek(b->user, name->s.s, name->s.n, &f->value))
		return false;
	script_as_function(py_builder(b->py), &f->value);
	if (f->value.type != PY_FUNCTION || is_stub(py_def(&f->value)))
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

/*
 * The function of B's module that is meant: of those that rank the highest the
 * last that is used, if any is; or one behind it that is made of it.  False:
 * none.
 */
static bool choose_function(const struct call_build *b, struct function *ret)
{
	const struct py_node *e;
	struct function f;

	ret->name = NULL;
	for (e = py_root(b->user)->arg; e; e = e->next) {
		if (!defined_by(b, e, &f))
			continue;
		/* A training loop that calls it is not made of it. */
		if (ret->name && f.rank < ret->rank &&
			py_mentions(e, ret->name) &&
			(undecorated(e)->form == PY_DEF
					? f.rank >= SCRIPT_NAMED &&
						  gives_value(e)
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

static bool last_function(const struct call_build *b, struct py_value *ret)
{
	struct function f;
	bool found = choose_function(b, &f);

	if (found)
		*ret = f.value;
	return found;
}

/* A function that may give the rate as well as F, into *X; false: none. */
static bool has_rival(const struct call_build *b, const struct function *f,
	struct function *x)
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

/* Whether B's module is one statement, whose value may be a constant rate. */
static bool is_alone(const struct call_build *b)
{
	const struct py_node *e = py_root(b->user)->arg;

	return e && !e->next;
}

/*
 * *V, or what the script gives its names, as a configuration, into *V: 1, 0 if
 * they are none, or -1.  A function of the step comes before what might be one.
 */
static int configured(struct call_build *b, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	struct py_value function;
	int found = config_of(r, v, false, v);

	if (found == 0)
		found = config_of_names(b, true, v);
	if (found == 0 && !last_function(b, &function))
		found = config_of_names(b, false, v);
	return found;
}

/*
 * The last name of rates, and of nothing else if there is one, that has numbers
 * one after the other, made BY a function unless that is NULL: 1, 0 or -1.
 */
static int last_table(const struct call_build *b, const struct py_str *by,
	struct py_value *ret)
{
	const struct py_str *found = NULL;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = e->arg ? e->arg->next : NULL;
		struct py_value v;

		if (e->form != PY_ASSIGN || !name || name->form != PY_NAME ||
			!call_is_of_rates(&name->s) ||
			(by && !py_mentions(e->arg, by)) ||
			(found && !call_is_of_another(found) &&
				call_is_of_another(&name->s)) ||
			!py_peek(b->user, name->s.s, name->s.n, &v) ||
			!call_is_table(&v))
			continue;
		*ret = v;
		found = &name->s;
	}
	if (found && call_is_of_another(found) &&
		call_remark(py_builder(b->py),
			"'%.*s' is shown, whose name says that it is none of "
			"the rate",
			(int)found->n, found->s) < 0)
		return -1;
	return found != NULL;
}

/* Whether V makes a schedule by a method: Lightning's; *RET is it. */
static bool has_maker(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	return py_get(r, v, "configure_optimizers", 20, ret) > 0 &&
	       ret->type == PY_FUNCTION;
}

/* Whether V is an object that is a schedule or makes one; *RET is it. */
static bool is_schedule(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	*ret = *v;
	if (v->type != PY_NAMESPACE)
		return false;
	if (has_maker(r, v, ret))
		return true;
	*ret = *v;
	return script_is_stepped(r, v) || script_as_function(r, ret);
}

/* Whether E defines a class, *V, whose objects may be schedules. */
static bool is_class(
	const struct call_build *b, const struct py_node *e, struct py_value *v)
{
	const struct py_node *name = undecorated(e);

	return name->form == PY_CLASS &&
	       py_peek(b->user, name->s.s, name->s.n, v) &&
	       v->type == PY_TYPE &&
	       script_is_schedule_class(py_builder(b->py), v);
}

/*
 * Remarks if a class before SHOWN makes schedules as well, and is none that it
 * is made of.
 */
static int note_classes(const struct call_build *b, const struct py_node *shown)
{
	const struct py_node *last = undecorated(shown);
	struct py_value v, made;

	for (const struct py_node *e = py_root(b->user)->arg; e != shown;
		e = e->next)
		if (is_class(b, e, &v) &&
			!py_mentions(last, &undecorated(e)->s) &&
			has_maker(py_builder(b->py), &v, &made))
			return call_remark(py_builder(b->py),
				"'%.*s' is shown, and not '%.*s', which makes "
				"a schedule, too; expected @FILE:NAME",
				(int)last->s.n, last->s.s,
				(int)undecorated(e)->s.n, undecorated(e)->s.s);
	return 0;
}

/* An object of the text's last class that may be one: 1, 0 or -1. */
static int last_class(struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value class = {.type = PY_UNBOUND}, v;
	const struct py_node *last = NULL;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next)
		if (is_class(b, e, &v)) {
			class = v;
			last = e;
		}
	if (!last)
		return 0;
	return note_classes(b, last) < 0 || script_instance(r, &class, ret) < 0
		       ? -1
		       : 1;
}

/* The last object, or class, of the text's that is a schedule: 1, 0 or -1. */
static int last_object(struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value v;
	int found;

	for (const struct call_object *x = b->object; x; x = x->before)
		if (is_schedule(r, &x->value, ret))
			return 1;
	found = last_class(b, &v);
	return found > 0 ? is_schedule(r, &v, ret) : found;
}

/*
 * The last method of the text's that is named for rates and counts steps, of an
 * object of its class: 1, 0 or -1.
 */
static int last_method(struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value class = {.type = PY_UNBOUND}, f, object;
	const struct py_str *name = NULL;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *c = undecorated(e), *s;
		struct py_value v;
		if (c->form != PY_CLASS ||
			!py_peek(b->user, c->s.s, c->s.n, &v) ||
			v.type != PY_TYPE)
			continue;
		for (s = c->arg->arg; s; s = s->next) {
			const struct py_node *def = undecorated(s);
			if (def->form == PY_DEF && call_is_of_rates(&def->s) &&
				py_get(r, &v, def->s.s, def->s.n, &f) > 0 &&
				f.type == PY_FUNCTION &&
				call_counts_by_name(b, &f)) {
				class = v;
				name = &def->s;
			}
		}
	}
	if (!name)
		return 0;
	if (script_instance(r, &class, &object) < 0)
		return -1;
	return py_get(r, &object, name->s, name->n, ret) > 0 ? 1 : 0;
}

/*
 * The last method of C that makes a schedule: __init__, one named so, or any
 * where C is.
 */
static const struct py_node *making_method(
	const struct call_build *b, const struct py_node *c)
{
	const struct py_node *found = NULL;

	for (const struct py_node *s = c->arg->arg; s; s = s->next) {
		const struct py_node *def = undecorated(s);
		if (def->form == PY_DEF &&
			(py_is_named(&def->s, "__init__") ||
				call_is_of_rates(&def->s) ||
				call_has_part(&c->s, "Sched")) &&
			script_calls_constructor(b->user, def->arg))
			found = def;
	}
	return found;
}

/*
 * What an object of the text's last class with such a method makes by it: 1
 * with the method or the schedule, 0 or -1.
 */
static int last_making_class(struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value class = {.type = PY_UNBOUND}, object;
	const struct py_node *method = NULL;
	const struct call_recipe *made;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *c = undecorated(e), *own;
		struct py_value v;

		if (c->form != PY_CLASS ||
			!py_peek(b->user, c->s.s, c->s.n, &v) ||
			v.type != PY_TYPE || !(own = making_method(b, c)))
			continue;
		class = v;
		method = own;
	}
	if (!method)
		return 0;
	if (script_instance(r, &class, &object) < 0)
		return -1;
	if (!py_is_named(&method->s, "__init__"))
		return py_get(r, &object, method->s.s, method->s.n, ret) > 0;
	made = script_last_made(b);
	if (!made || call_is_optimizer_recipe(made))
		return 0;
	if (script_check_alone(b, made, true) < 0)
		return -1;
	return py_new_opaque(
		       r, call_recipe_type, (void *)(uintptr_t)made, ret) < 0
		       ? -1
		       : 1;
}

/*
 * The last name of rates that is not known because of what has no value: that
 * is asked for.  1 raised, or 0.
 */
static int lacking_table(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	struct py_value v, found = {.type = PY_UNBOUND};

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = e->arg ? e->arg->next : NULL;

		if (e->form == PY_ASSIGN && name && name->form == PY_NAME &&
			call_is_of_rates(&name->s) && e->arg->form == PY_CALL &&
			py_peek(b->user, name->s.s, name->s.n, &v) &&
			v.type == PY_UNKNOWN && v.u.unknown->why)
			found = v;
	}
	if (found.type == PY_UNBOUND)
		return 0;
	py_raise_unknown(r, NULL, &found);
	return 1;
}

/* Raises for a text that makes no schedule: what might be one is named. */
static int no_schedule(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *e = py_root(b->user)->arg, *callee;
	size_t n;
	const char *text = py_text(b->user, &n);

	for (; e; e = e->next) {
		struct py_str path;

		callee = e->form == PY_ASSIGN && e->arg->form == PY_CALL
				 ? e->arg->arg
				 : NULL;
		if (!callee ||
			(callee->form != PY_NAME && callee->form != PY_ATTR))
			continue;
		path = (struct py_str){
			callee->end - callee->at, text + callee->at};
		if (call_is_of_rates(&callee->s) ||
			call_has_part(&callee->s, "Sched"))
			return call_raise_no_constructor(r, callee, path);
	}
	if (lacking_table(b))
		return -1;
	return py_raise(r, NULL,
		"no schedule is made here; expected the call of a scheduler, "
		"or a function of the step");
}

/* Whether F, of one argument, gives a number at step 0. */
static bool gives_number(const struct call_build *b, const struct py_value *f)
{
	struct py_value zero = py_int(0), v;
	struct py_run *run = py_nparam(f) == 1 ? py_run_new(b->py) : NULL;
	bool number = run && py_call(run, f, &zero, 1, &v) == 0 &&
		      py_is_number(&v) && v.type != PY_BOOL;

	py_run_free(run);
	return number;
}

/* Remarks that F is shown, and not the constant rate of an optimizer. */
static int note_beside(const struct call_build *b, const struct function *f)
{
	const struct py_node *step = py_param(&f->value, 0);

	return call_remark(py_builder(b->py),
		"%.*s(%.*s) is taken for the rate, and not the optimizer's, "
		"which is constant",
		(int)f->name->n, f->name->s, step ? (int)step->s.n : 0,
		step ? step->s.s : "");
}

/*
 * A function of the step beside an optimizer of a constant rate, which nothing
 * gives it to: 1, 0 or -1.
 */
static int beside_optimizer(struct call_build *b, struct py_value *ret)
{
	struct function f;

	if (!choose_function(b, &f) || !call_counts_by_name(b, &f.value) ||
		!gives_number(b, &f.value))
		return 0;
	*ret = f.value;
	return note_beside(b, &f) < 0 ? -1 : 1;
}

/* Whether a statement in S gives a rate, or a key, a value made by NAME. */
static bool sets_rate_by(const struct py_node *s, const struct py_str *name)
{
	const struct py_node *t = s->form == PY_ASSIGN    ? s->arg->next
				  : s->form == PY_AUGMENT ? s->arg
							  : NULL;

	if (t && (t->form == PY_INDEX || call_is_of_rates(&t->s)) &&
		py_mentions(s, name))
		return true;
	for (const struct py_node *kid = s->arg; kid; kid = kid->next)
		if (sets_rate_by(kid, name))
			return true;
	return false;
}

/* What stands beside F, which is shown, is remarked: 0 or -1. */
static int note_function(const struct call_build *b, const struct function *f)
{
	const struct py_node *def = py_def(&f->value);
	struct function x;

	if (f->rank < SCRIPT_NAMED && b->optimizer_rate &&
		py_is_number(b->optimizer_rate) &&
		(def->form != PY_DEF || gives_value(def->arg)) &&
		!sets_rate_by(py_root(b->user), f->name))
		return note_beside(b, f);
	return has_rival(b, f, &x)
		       ? call_remark(py_builder(b->py),
				 "'%.*s' is shown, and not '%.*s', which may "
				 "be the rate, too; expected @FILE:NAME",
				 (int)f->name->n, f->name->s, (int)x.name->n,
				 x.name->s)
		       : 0;
}

/* What a training loop did, unless one function of rates says it: 1, 0, -1. */
static int trained(struct call_build *b, struct py_value *ret)
{
	struct function f, x;

	return choose_function(b, &f) &&
			       call_is_of_rates(&py_def(&f.value)->s) &&
			       call_counts_by_name(b, &f.value) &&
			       !script_goes_on(b, &f.value) &&
			       !(f.used && has_rival(b, &f, &x))
		       ? 0
		       : script_loop_ret(b, ret);
}

/*
 * What the script means into *V: NAME's value, or what it makes, or its
 * configuration, or its function.  Returns 0, or -1 raised.
 */
static int mean(struct call_build *b, const char *name, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made = script_last_made(b);
	struct function f;
	int found;

	if (name && !named(b, name, v))
		return py_raise(r, NULL,
			"'%s' is not there; expected a name of the script's",
			name);
	if (name && py_is_number(v))
		return py_raise(r, NULL,
			"'%s' is a number; expected a function or a schedule",
			name);
	if (name)
		return 0;
	if (script_is_driving(b)) {
		*v = b->driving;
		return 0;
	}
	if (!made || call_is_optimizer_recipe(made)) {
		found = trained(b, v);
		if (found)
			return found < 0 ? -1 : 0;
	}
	if (made && call_is_constant_optimizer(made)) {
		found = last_object(b, v);
		if (found == 0)
			found = beside_optimizer(b, v);
		if (found)
			return found < 0 ? -1 : 0;
	}
	if (made)
		return script_check_alone(b, made, false) < 0
			       ? -1
			       : py_new_opaque(r, call_recipe_type,
					 (void *)(uintptr_t)made, v);
	if (v->type == PY_FUNCTION)
		return 0;
	found = configured(b, v);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (py_is_number(v) && is_alone(b))
		return 0;
	if (choose_function(b, &f) && call_is_of_rates(&py_def(&f.value)->s))
		found = 0;
	else
		found = last_object(b, v);
	if (found)
		return found < 0 ? -1 : 0;
	found = choose_function(b, &f);
	if (found) {
		*v = f.value;
		found = last_table(b, f.name, v);
		return found < 0 || (found == 0 && note_function(b, &f) < 0)
			       ? -1
			       : 0;
	}
	found = last_table(b, NULL, v);
	if (found == 0)
		found = last_method(b, v);
	if (found == 0)
		found = last_making_class(b, v);
	if (found == 0)
		found = script_of_another(b, v);
	return found ? (found < 0 ? -1 : 0) : no_schedule(b);
}

/* What is a function or steps itself begins with its optimizer's rate. */
static void use_rate(struct call_build *b)
{
	const struct py_value *rate = b->optimizer_rate;

	if (b->base_given || !rate)
		return;
	if (py_is_number(rate) && py_number(rate) > 0)
		b->place.base = py_number(rate);
	else if (rate->type == PY_UNKNOWN)
		b->base_unknown = rate->u.unknown;
}

/* The text of the call that made X, for NODE; none if it has another name. */
static int keep_call(const struct call_build *b, struct call_node *node,
	const struct call_recipe *x)
{
	struct py_str name = py_def(&x->constructor->def)->s;
	size_t len = strlen(b->text), at = x->at ? x->at->at : len, open;

	open = at < len ? at + strcspn(b->text + at, "(") : len;
	if (open >= len || x->at->end > len || open < at + name.n ||
		memcmp(b->text + open - name.n, name.s, name.n) != 0)
		return 0;
	return call_keep_text(node, b->text + at, x->at->end - at);
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
				(int)e->s.n, e->s.s) < 0)
			return -1;
	}
	return 0;
}

/* Schedules that functions of rates call are parts of them. */
static void contain_called(struct call_build *b)
{
	script_place_called(b);
	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = undecorated(e);
		struct py_value f;

		if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
			name = e->arg->next;
		if ((name->form == PY_DEF || name->form == PY_NAME) &&
			py_peek(b->user, name->s.s, name->s.n, &f) &&
			f.type == PY_FUNCTION && call_counts_by_name(b, &f) &&
			gives_number(b, &f))
			script_contain_called(b, py_def(&f));
	}
}

struct call_node *script_choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made;
	struct py_value value = *v, maker;
	struct call_node *node;

	contain_called(b);
	if (mean(b, name, &value) < 0)
		return NULL;
	use_rate(b);
	script_as_function(r, &value);
	maker = value;
	if (script_is_maker(b, &maker) && script_made_by(b, &maker, &value) < 0)
		return NULL;
	script_as_function(r, &value);
	if (value.type == PY_FUNCTION &&
		script_make_table(r, &value, name != NULL) < 0) {
		b->failed_fn = value;
		return NULL;
	}
	if (value.type == PY_FUNCTION)
		return note_twice(b, &value) < 0 ||
				       script_note_loop(b, &value) < 0
			       ? NULL
			       : script_rate_of(b, &value);
	if (call_is_table(&value))
		return call_table(r, &value);
	made = call_is(&value, call_recipe_type) ? value.u.opaque->p : NULL;
	node = call_place(r, made ? made->at : py_root(b->user), &value,
		&b->place, columns);
	if (node && made && !*columns && keep_call(b, node, made) < 0) {
		py_raise_nomem(r, made->at->end - made->at->at);
		return NULL;
	}
	return node;
}
