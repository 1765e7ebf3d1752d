/* SPDX-License-Identifier: MIT */
/*
 * What a script that has run means by its schedule: the last one made that is
 * no part of another, else its settings, else the last function of the step (a
 * def, a lambda), object or table.
 */
#include <stdint.h>
#include <string.h>

#include "script/script_impl.h"

/* --- what is made --------------------------------------------------------- */

/* Whether S assigns an object of a class of the text's that is of rates. */
static bool makes_scheduler(const struct call_build *b, const struct py_node *s)
{
	const struct py_node *e = s->form == PY_ASSIGN ? s->arg : NULL;
	struct py_value class, get_lr;

	return e && e->form == PY_CALL && call_peek(b, e->arg, &class) &&
	       class.type == PY_TYPE &&
	       (py_get(py_builder(b->py), &class, "get_lr", 6, &get_lr) > 0 ||
		       (call_is_of_rates(&e->arg->s) &&
			       !call_is_of_another(&e->arg->s) &&
			       stepper_is_class(py_builder(b->py), &class)));
}

/*
 * Whether E, of what R runs, computes with a schedule that is made, and not by
 * a call of it: with operators, or CALLS of functions.
 */
static bool computes(struct py_run *r, const struct py_node *top, bool calls)
{
	struct py_value v;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *in = e == top ? NULL : e->up;

		if (in && e->form == PY_NAME &&
			(in->form == PY_BINARY || in->form == PY_UNARY ||
				(calls && in->form == PY_CALL &&
					e != in->arg)) &&
			py_try_here(r, e, &v) &&
			call_is(&v, call_recipe_type) &&
			!call_is_optimizer_recipe(v.u.opaque->p))
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
		!computes(r, s->arg, !py_run_error(r).unknown))
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
		       STR_ARG(f->s)) < 0
		       ? -1
		       : 1;
}

/* Whether S, in a function, decides which optimizer is made. */
static bool decides_optimizer(struct py_run *r, const struct py_node *s)
{
	if (s->form != PY_IF || py_run_error(r).nactive == 0 ||
		!py_runs_text(r))
		return false;
	for (const struct py_node *e = s; e; e = py_walk_here(s, e))
		if (call_seems_optimizer(e))
			return true;
	return false;
}

/* Whether S gives a name what a function of the text's makes, a schedule. */
static bool calls_maker(const struct call_build *b, const struct py_node *s)
{
	const struct py_node *f =
		s->form == PY_ASSIGN ? call_callee(b, s->arg) : NULL;

	return f && call_calls_constructor(b->user, f->arg, false);
}

int script_failed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	int plateau = failed_plateau(r, s);
	int moves = plateau ? 0 : script_failed_round(r, s);

	if (plateau || moves < 0)
		return plateau > 0 ? 0 : -1;
	/* A schedule that is not made, or one in what nobody knows. */
	if (!b->fatal && !moves &&
		!(call_is_users(b, py_running(r)) &&
			(call_calls_constructor(b->user, s, true) ||
				makes_scheduler(b, s) || calls_maker(b, s) ||
				decides_optimizer(r, s))) &&
		failed_computing(r, s) == 0 && call_failed_change(r, s) == 0)
		return call_note_passed(r, s);
	/* What stands in a function has names that are not the text's. */
	if (py_run_error(r).nactive == 0) {
		b->failed = s;
		return -1;
	}
	if (!b->failed_in)
		b->failed_in = s;
	b->fatal = b->fatal || py_runs_text(r);
	return -1;
}

/* Whether a statement in S gives a name of rates something. */
static bool sets_rates(const struct py_node *top)
{
	const struct py_node *t;

	for (const struct py_node *e = top; e; e = py_walk(top, e))
		for (t = e->form == PY_ASSIGN ? e->arg->next : NULL; t;
			t = t->next)
			if ((t->form == PY_NAME || t->form == PY_ATTR) &&
				call_is_of_rates(&t->s))
				return true;
	return false;
}

/* Whether E steps an object of the text's that is a schedule. */
static bool steps_object(struct py_run *r, const struct py_node *top)
{
	const struct py_module *user = call_build_of(r)->user;
	struct py_value v;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

		if (f && f->form == PY_ATTR && py_is_named(&f->s, "step") &&
			f->arg->form == PY_NAME &&
			py_peek(user, f->arg->s.s, f->arg->s.n, &v) &&
			stepper_is(r, &v))
			return true;
	}
	return false;
}

/* Whether S is a loop over what a model is made of: net.named_parameters() */
static bool goes_over_model(const struct py_node *s)
{
	const struct py_node *over = s->form == PY_FOR ? s->arg->next : NULL;

	while (over && over->form == PY_CALL && over->arg->form == PY_NAME)
		over = over->arg->next;
	return over && over->form == PY_CALL && over->arg->form == PY_ATTR &&
	       py_is_word_of(&over->arg->s, "parameters named_parameters "
					    "modules named_modules children "
					    "named_children");
}

/* Whether E has a "lr" that it may give groups of parameters. */
static bool gives_rate_key(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (call_is_rate_key(e))
			return true;
	return false;
}

/* Whether the rounds that run, if they do, have set the rate themselves. */
static bool has_set(struct py_run *r)
{
	const struct script_loop *x = call_build_of(r)->loop;

	return x && x->outer && *py_run_ctx(r) == &x->now &&
	       x->moves->is == call_sets_rate && x->now.ever;
}

static bool skips(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);

	if (goes_over_model(s))
		return !gives_rate_key(s) ||
		       call_remark(r,
			       "a loop over parameters gives their groups "
			       "rates, which are not read: the optimizer's is "
			       "shown") == 0;
	if ((s->form == PY_FOR || s->form == PY_WHILE) &&
		((steps_object(r, s) && !has_set(r)) ||
			(call_is_of_text(b, s) && script_function_says(b))))
		return true;
	return script_has_schedule(b) &&
	       (s->form == PY_FOR || s->form == PY_WHILE || !sets_rates(s)) &&
	       !call_calls_constructor(b->user, s, true);
}

bool script_skips(struct py_run *r, const struct py_node *s)
{
	struct call_trained *t = &call_build_of(r)->trained;

	call_take_groups(r, s);
	/* A loop that is followed is then none that came to its end. */
	t->cut = s;
	t->skipped = skips(r, s) ? s : NULL;
	return t->skipped;
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

/* Whether B's module is one statement, whose value may be a constant rate. */
static bool is_alone(const struct call_build *b)
{
	const struct py_node *e = py_root(b->user)->arg;

	return e && !e->next && e->form != PY_IF;
}

/*
 * *V, or what the script gives its names, as a configuration, into *V: 1, 0 if
 * they are none, or -1.  A function of the step comes before what might be one.
 */
static int configured(struct call_build *b, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	struct script_function f;
	int found = config_of(r, v, v);

	if (found == 0)
		found = config_of_names(b, true, v);
	if (found == 0 && !script_choose_function(b, &f))
		found = config_of_names(b, false, v);
	return found > 0 && call_note_plateau(b) < 0 ? -1 : found;
}

/*
 * The last name of rates, and of nothing else if there is one, that has numbers
 * one after the other, made BY a function unless that is NULL: 1, 0 or -1.
 */
static int last_table(const struct call_build *b, const struct py_str *by,
	struct py_value *ret)
{
	const struct py_str *found = NULL;
	const struct py_node *at = NULL;

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
		at = e;
	}
	if (found && call_is_of_another(found) &&
		call_remark(py_builder(b->py),
			"'%.*s' is shown, whose name says that it is none of "
			"the rate",
			STR_ARG(*found)) < 0)
		return -1;
	return found ? (call_note_unused(b, at, found) < 0 ? -1 : 1) : 0;
}

/* Whether V makes a schedule by a method: Lightning's; *RET is it. */
static bool has_maker(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	return py_get(r, v, "configure_optimizers", 20, ret) > 0 &&
	       ret->type == PY_FUNCTION;
}

/*
 * Whether what V, an object, gives when it is called may be a rate: one of the
 * text's, or by the name of its class.  Files that are imported are full of
 * losses and transforms.
 */
static bool may_be_rate(struct py_run *r, const struct py_value *v)
{
	const struct py_node *class = py_class_def(v);

	return call_is_of_text(call_build_of(r), class) ||
	       (call_is_of_rates(&class->s) && !call_is_of_another(&class->s));
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
	return stepper_is(r, v) ||
	       (stepper_as_function(r, ret) && may_be_rate(r, v));
}

/* Whether E defines a class, *V, whose objects may be schedules. */
static bool is_class(
	const struct call_build *b, const struct py_node *e, struct py_value *v)
{
	const struct py_node *name = py_undecorated(e);

	return name->form == PY_CLASS &&
	       py_peek(b->user, name->s.s, name->s.n, v) &&
	       v->type == PY_TYPE && stepper_is_class(py_builder(b->py), v);
}

/* Whether the class V, called NAME, is of rates by a name or a method. */
static bool is_rate_class(
	struct py_run *r, const struct py_str *name, const struct py_value *v)
{
	struct py_value found;

	return call_is_of_rates(name) || call_has_part(name, "Sched") ||
	       py_get(r, v, "get_lr", 6, &found) > 0 || has_maker(r, v, &found);
}

/*
 * Remarks if a class before SHOWN makes schedules as well, and is none that it
 * is made of.
 */
static int note_classes(const struct call_build *b, const struct py_node *shown)
{
	const struct py_node *last = py_undecorated(shown);
	struct py_value v;

	for (const struct py_node *e = py_root(b->user)->arg; e != shown;
		e = e->next)
		if (is_class(b, e, &v) &&
			!py_mentions(last, &py_undecorated(e)->s) &&
			is_rate_class(
				py_builder(b->py), &py_undecorated(e)->s, &v))
			return call_remark(py_builder(b->py),
				"'%.*s' is shown, and not '%.*s', which makes "
				"a schedule, too; expected @FILE:NAME",
				STR_ARG(last->s), (int)py_undecorated(e)->s.n,
				py_undecorated(e)->s.s);
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
	return note_classes(b, last) < 0 ||
			       call_note_unused(
				       b, last, &py_undecorated(last)->s) < 0 ||
			       script_instance(r, &class, ret) < 0
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

/* Whether DEF asks anything for its groups. */
static bool asks_for_groups(const struct py_node *def)
{
	const struct py_node *e = def;

	while (e && !call_groups_owner(e))
		e = py_walk(def, e);
	return e != NULL;
}

/*
 * The last method of the text's that counts steps and is named for rates, or
 * that sets those of GROUPS, of an object of its class: 1, 0 or -1.
 */
static int last_method(struct call_build *b, bool groups, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value class = {.type = PY_UNBOUND}, f, object;
	const struct py_str *name = NULL;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *c = py_undecorated(e), *s;
		struct py_value v;
		if (c->form != PY_CLASS ||
			!py_peek(b->user, c->s.s, c->s.n, &v) ||
			v.type != PY_TYPE)
			continue;
		for (s = c->arg->arg; s; s = s->next) {
			const struct py_node *def = py_undecorated(s);
			if (def->form == PY_DEF &&
				(groups ? asks_for_groups(def)
					: call_is_of_rates(&def->s)) &&
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
 * The last method of C that makes a schedule: __init__, one named so or that
 * gives what is the schedule, or ANY, also where C is named so.
 */
static const struct py_node *making_method(
	const struct call_build *b, const struct py_node *c, bool any)
{
	const struct py_node *found = NULL;

	for (const struct py_node *s = c->arg->arg; s; s = s->next) {
		const struct py_node *def = py_undecorated(s);
		if (def->form == PY_DEF &&
			(any || py_is_named(&def->s, "__init__") ||
				call_is_of_rates(&def->s) ||
				call_has_part(&c->s, "Sched") ||
				sets_rates(def->arg)) &&
			call_calls_constructor(b->user, def->arg, true))
			found = def;
	}
	return found;
}

/*
 * What an object of the text's last class with such a method, or ANY that makes
 * a schedule, makes by it: 1 with the method or the schedule, 0 or -1.
 */
static int last_making_class(
	struct call_build *b, bool any, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value class = {.type = PY_UNBOUND}, object;
	const struct py_node *method = NULL;
	const struct call_recipe *made;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *c = py_undecorated(e), *own;
		struct py_value v;

		if (c->form != PY_CLASS ||
			!py_peek(b->user, c->s.s, c->s.n, &v) ||
			v.type != PY_TYPE || !(own = making_method(b, c, any)))
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
	return script_show(b, made, SCRIPT_MADE_INSIDE, ret) < 0 ? -1 : 1;
}

/*
 * The one schedule of the text, although its name says that it is another's: 1
 * remarked, 0 there is none, or -1.
 */
static int only_of_another(const struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *only = NULL;

	for (const struct call_recipe *x = b->made; x; x = x->made_before) {
		if (x->contained || x->passed || call_is_optimizer_recipe(x))
			continue;
		if (only)
			return py_raise(r, x->at,
				"of several schedules the names say that none "
				"is of the rate; expected @FILE:NAME");
		only = x;
	}
	if (!only)
		return 0;
	if (call_remark(r,
		    "the only schedule is shown, whose name says that it is "
		    "none of the rate") < 0)
		return -1;
	return py_new_opaque(
		       r, call_recipe_type, (void *)(uintptr_t)only, ret) < 0
		       ? -1
		       : 1;
}

/*
 * The value of NAME, of the script's, into *V, of a class an object: 0, or -1
 * raised.
 */
static int mean_named(
	const struct call_build *b, const char *name, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	struct py_value object;

	if (!named(b, name, v))
		return py_raise(r, NULL,
			"'%s' is not there; expected a name of the script's",
			name);
	if (v->type == PY_TYPE && stepper_is_class(r, v)) {
		if (script_instance(r, v, &object) < 0)
			return -1;
		if (!is_schedule(r, &object, v))
			*v = object;
	}
	return py_is_number(v) ? py_raise(r, NULL,
					 "'%s' is a number; expected a "
					 "function or a schedule",
					 name)
			       : 0;
}

/*
 * V, which the text's last statement says by its name, "return b", is the one
 * that is meant of several schedules.
 */
static void pick_named(struct call_build *b, const struct py_value *v)
{
	const struct py_node *e = py_root(b->user)->arg;
	struct call_recipe *one;

	while (e && e->next)
		e = e->next;
	e = e && (e->form == PY_RETURN || e->form == PY_EXPR) ? e->arg : NULL;
	if (!e || (e->form != PY_NAME && e->form != PY_ATTR) ||
		!call_is(v, call_recipe_type) ||
		call_is_optimizer_recipe(v->u.opaque->p))
		return;
	one = v->u.opaque->p;
	one->picked = true;
	for (struct call_recipe *x = b->made; x; x = x->made_before)
		x->passed = x != one && !x->contained &&
			    !call_is_optimizer_recipe(x);
}

/* The rates of rounds that step schedules, into *V: 1, or -1. */
static int mean_stepped(struct call_build *b, struct py_value *v)
{
	int found = !b->unfollowed ? script_check_steps(b) : 0;

	if (found > 0)
		found = script_loop_ret(b, SCRIPT_LOOP_WHOLE, v);
	return found == 0 ? py_raise(py_builder(b->py), NULL,
				    "no loop is followed to its end")
			  : found;
}

/* What is made or set as the script runs, into *V: 1, 0 nothing is, or -1. */
static int mean_made(struct call_build *b, struct py_value *v)
{
	const struct call_recipe *made;
	int found = 0;

	if (b->live)
		return mean_stepped(b, v);
	pick_named(b, v);
	made = script_last_made(b);

	if (script_is_driving(b)) {
		*v = b->driving;
		return 1;
	}
	if (!made || call_is_optimizer_recipe(made)) {
		bool function = script_has_function(b);

		if (!script_function_says(b))
			found = script_loop_ret(b,
				function ? SCRIPT_LOOP_WHOLE : SCRIPT_LOOP_ANY,
				v);
	}
	if (found == 0 && made && call_is_constant_optimizer(made)) {
		found = last_object(b, v);
		if (found == 0)
			found = script_beside_optimizer(b, v);
	}
	if (found || !made)
		return found;
	return script_show(b, made, SCRIPT_MADE, v) < 0 ? -1 : 1;
}

/* Whether the text makes an optimizer, or updates weights. */
static bool trains(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (call_seems_optimizer(e))
			return true;
	return call_trains_in(root, root);
}

/* What the script defines and does not use, into *V: 1, 0 nothing, or -1. */
static int mean_defined(struct call_build *b, struct py_value *v)
{
	struct script_function f;
	bool any = script_choose_function(b, &f);
	int found = 0;

	b->nothing = true;
	/* What a call alone trains with is not guessed. */
	if (b->enters && call_has_whole_entry(b))
		return call_raise_no_schedule(b);
	if (!any || !call_is_of_rates(&py_def(&f.value)->s))
		found = last_object(b, v);
	if (found)
		return found;
	/* main(), or train(epoch), calls what sets the rate. */
	if (any && f.rank <= SCRIPT_COUNTS && call_raise_elsewhere(b))
		return -1;
	/* What does not say that it counts is no rate of a text that trains. */
	any = any &&
	      (f.rank > SCRIPT_COUNTS || call_counts_by_name(b, &f.value) ||
		      script_gives_number(b, &f.value) || !trains(b));
	if (any) {
		*v = f.value;
		found = last_table(b, f.name, v);
		if (found == 0 &&
			(script_note_function(b, &f) < 0 ||
				call_note_unused(b, f.at, f.name) < 0))
			found = -1;
		return found < 0 ? -1 : 1;
	}
	found = last_table(b, NULL, v);
	if (found == 0)
		found = last_method(b, false, v);
	if (found == 0)
		found = last_making_class(b, false, v);
	/* What trains is called first. */
	if (found == 0 && b->enters && call_find_entries(b, NULL, NULL) > 0)
		return call_raise_no_schedule(b);
	if (found == 0)
		found = last_method(b, true, v);
	if (found == 0)
		found = last_making_class(b, true, v);
	return found ? found : only_of_another(b, v);
}

/*
 * Calls of the text that make what B's rate is of, if that is an optimizer for
 * sure: EMA(net.parameters(), 0.99) only looks like one.
 */
static size_t count_makers(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);
	size_t n = 0;

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		n += call_seems_optimizer(e) &&
		     call_same_name(&e->arg->s, &b->optimizer_class);
	return n;
}

/*
 * The rate of the optimizer with which a loop of the text trains, and which
 * none sets: 1 remarked, 0 there is none, or -1.
 */
static int constant_rate(struct call_build *b, struct py_value *ret)
{
	const struct py_node *root = py_root(b->user);
	const struct py_value *rate = b->optimizer_rate;
	size_t nmaker = count_makers(b);
	bool trained = false;

	for (const struct py_node *e = root; e && !trained;
		e = py_walk(root, e))
		trained = (e->form == PY_FOR || e->form == PY_WHILE) &&
			  call_is_loop(e) && call_trains_in(e, e);
	if (!trained || !rate || nmaker == 0 || call_sets_any_rate(b) ||
		(!py_is_number(rate) && rate->type != PY_UNKNOWN))
		return 0;
	if (rate->type == PY_UNKNOWN && !b->base_given)
		return py_raise_unknown(py_builder(b->py), NULL, rate);
	if (nmaker > 1 && call_remark(py_builder(b->py),
				  "several optimizers are made, of which one "
				  "is shown") < 0)
		return -1;
	*ret = b->base_given ? py_float(b->place.base) : *rate;
	return call_remark(py_builder(b->py),
		       "no schedule is made here: the optimizer's rate is "
		       "shown, which nothing in the text changes") < 0
		       ? -1
		       : 1;
}

/*
 * Nothing that gives a rate is found: that of a loop that failed into *V, or a
 * constant one, or why there is none is raised.  0 or -1.
 */
static int mean_nothing(struct call_build *b, struct py_value *v)
{
	int found = script_loop_ret(b, SCRIPT_LOOP_LAST, v);

	if (found == 0 && (call_raise_passed(b) || call_raise_hidden(b)))
		return -1;
	if (found == 0)
		found = constant_rate(b, v);
	if (found == 0)
		return call_raise_no_schedule(b);
	return found < 0 ? -1 : 0;
}

/*
 * What the script means into *V: NAME's value, or what it makes, or its
 * configuration, or its function.  Returns 0, or -1 raised.
 */
static int mean(struct call_build *b, const char *name, struct py_value *v)
{
	int found;

	if (name)
		return mean_named(b, name, v);
	found = mean_made(b, v);
	if (found == 0 && v->type == PY_FUNCTION)
		return 0;
	if (found == 0)
		found = configured(b, v);
	if (found == 0 && py_is_number(v) && is_alone(b))
		return 0;
	if (found == 0)
		found = mean_defined(b, v);
	if (found == 0)
		return mean_nothing(b, v);
	return found < 0 ? -1 : 0;
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

/*
 * Remarks if an optimizer of Keras's, which MADE is not, lowers the rate by
 * itself in each step: SGD(decay=1e-4).
 */
static int note_decay(
	const struct call_build *b, const struct call_recipe *made)
{
	const struct py_node *p;

	for (const struct call_recipe *x = b->made; x; x = x->made_before) {
		if (x == made || !call_is_optimizer_recipe(x))
			continue;
		for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
			if (py_is_named(&p->s, "decay") &&
				(x->slot[i].type == PY_UNKNOWN ||
					(py_is_number(&x->slot[i]) &&
						py_number(&x->slot[i]) != 0)))
				return call_remark(py_builder(b->py),
					"the optimizer's decay lowers the rate "
					"in each step, too, which is not "
					"shown");
	}
	return 0;
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

struct call_node *script_choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made;
	struct py_value value = *v;
	struct call_node *node;
	int made_any;

	call_settle_groups(b);
	script_contain_called(b);
	if (mean(b, name, &value) < 0)
		return NULL;
	use_rate(b);
	stepper_as_function(r, &value);
	if (note_decay(b, call_is(&value, call_recipe_type) ? value.u.opaque->p
							    : NULL) < 0)
		return NULL;
	made_any = script_make(b, &value);
	if (made_any < 0 || (made_any == 0 && mean_nothing(b, &value) < 0))
		return NULL;
	stepper_as_function(r, &value);
	script_take_epochs(b, &value);
	if (value.type == PY_FUNCTION &&
		script_make_table(r, &value, name != NULL) < 0) {
		b->failed_fn = value;
		return NULL;
	}
	if (value.type == PY_FUNCTION)
		return script_rate_of(b, &value);
	if (call_is_table(&value))
		return call_table(r, &value);
	made = call_is(&value, call_recipe_type) ? value.u.opaque->p : NULL;
	if ((made ? call_note_stale(b, made) : call_note_given_groups(b)) < 0 ||
		(stepper_is(r, &value) && call_note_stepped(b, &value) < 0))
		return NULL;
	node = call_place(r, made ? made->at : py_root(b->user), &value,
		&b->place, columns);
	if (node && made && (made->times == 0 || made->times == 1) &&
		!*columns && keep_call(b, node, made) < 0) {
		py_raise_nomem(r, made->at->end - made->at->at);
		return NULL;
	}
	return node;
}
