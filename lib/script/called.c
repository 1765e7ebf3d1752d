/* SPDX-License-Identifier: MIT */
/*
 * Schedules that functions of the text call for a step, as optax and Keras have
 * it: 0.5 * schedule(step).  Each is placed once, while the text is built, and
 * only looked at afterwards, by any thread.
 */
#include "script/script_impl.h"

/* Whether X's library calls what it makes: it drives no optimizer. */
static bool is_callable(const struct call_recipe *x)
{
	const struct py_node *p;

	if (!x->constructor->module || call_is_open(x->constructor) ||
		call_is_optimizer_recipe(x))
		return false;
	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (call_is_optimizer_name(&p->s))
			return false;
	return true;
}

static int place(struct py_run *r, struct call_recipe *x)
{
	struct call_build *b = call_build_of(r);
	const bool placing = b->placing;
	struct call_node *node;
	struct py_value v;

	if (py_new_opaque(r, call_recipe_type, x, &v) < 0)
		return -1;
	b->placing = true;
	node = call_place(r, x->at, &v, &b->place, NULL);
	b->placing = placing;
	x->own = node ? call_take(r, x->at, node) : NULL;
	return x->own ? 0 : -1;
}

void script_place_called(struct call_build *b)
{
	const bool blamed = b->blamed, fatal = b->fatal;

	/* What cannot be placed fails where it is called, if it is. */
	for (struct call_recipe *x = b->made; x; x = x->made_before) {
		if (!x->own && is_callable(x))
			place(py_builder(b->py), x);
		b->blamed = blamed;
		b->fatal = fatal;
	}
}

int script_value_of(struct py_run *r, struct call_recipe *x,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);

	if (narg != 1 || !is_callable(x))
		return 0;
	if (arg[0].value.type == PY_UNKNOWN)
		return py_raise_unknown(r, arg[0].at, &arg[0].value);
	if (!py_is_number(&arg[0].value) || py_number(&arg[0].value) < 0)
		return 0;
	if (!x->own && (r != py_builder(b->py) || place(r, x) < 0))
		return r != py_builder(b->py) ? 0 : -1;
	*ret = py_float(sched_value(x->own, py_number(&arg[0].value)));
	return 1;
}

bool script_contain_called(const struct call_build *b, const struct py_node *e)
{
	struct py_value v;
	bool found = false;

	if (e->form == PY_CALL && e->arg->form == PY_NAME &&
		py_peek(b->user, e->arg->s.s, e->arg->s.n, &v) &&
		call_is(&v, call_recipe_type) && is_callable(v.u.opaque->p)) {
		call_contain(&v);
		found = true;
	}
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		found = script_contain_called(b, kid) || found;
	return found;
}

/* Whether X follows a metric: Keras's stands beside a schedule as a callback.
 */
bool script_is_plateau(const struct call_recipe *x)
{
	struct py_str name = call_name_of(x->constructor);

	return py_is_named(&name, "ReduceLROnPlateau");
}

/*
 * The last schedule that is no part of another; an optimizer, which is one of
 * its own rate, where there is nothing else; NULL: none.
 */
const struct call_recipe *script_last_made(const struct call_build *b)
{
	const struct call_recipe *x = b->made, *optimizer = NULL;
	const struct call_recipe *plateau = NULL;

	for (; x; x = x->made_before) {
		if (x->contained)
			continue;
		if (script_is_plateau(x))
			plateau = plateau ? plateau : x;
		else if (!call_is_optimizer_recipe(x))
			return x;
		else
			optimizer = optimizer ? optimizer : x;
	}
	return plateau ? plateau : optimizer;
}

bool script_has_schedule(const struct call_build *b)
{
	const struct call_recipe *made = script_last_made(b);

	return made && !call_is_optimizer_recipe(made);
}
