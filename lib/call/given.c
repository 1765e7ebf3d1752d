/* SPDX-License-Identifier: MIT */
/*
 * What nobody knows and is given a schedule, or a rate: by its name an
 * optimizer that the schedule drives, one of optax's transforms, or a class
 * that makes another schedule of it.
 */
#include <math.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call_impl.h"

/* --- by its name ---------------------------------------------------------- */

/* Whether PATH is an optimizer of a library's, by its last name. */
static bool is_optimizer_path(const struct py_str *path)
{
	static const char *const names[] = {"adam", "Adam", "sgd", "SGD",
		"lamb", "lion", "Lion", "rmsprop", "RMSprop", "adafactor",
		"adagrad", "yogi", "novograd"};
	const struct py_str name = py_last_part(path);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (call_has_part(&name, names[i]))
			return !call_has_part(&name, "scale_by");
	return false;
}

/* Whether optax's PATH(schedule) steps by it. */
static bool scales_by_schedule(const struct py_str *path)
{
	return call_has_part(path, "scale_by_schedule") ||
	       call_has_part(path, "scale_by_learning_rate");
}

/* Whether PATH, of an optimizer, is optax's, where they are functions. */
static bool is_optax(const struct py_str *path)
{
	const struct py_str name = py_last_part(path);

	return name.n > 0 && str_is_lower(name.s[0]);
}

/* The Ith of ARG, of what is called PATH, if it is the rate; NULL. */
static const struct py_value *rate_of(
	const struct py_str *path, const struct py_arg *arg, size_t i)
{
	return call_is_rate_name(&arg[i].name) ||
			       (i == 0 && !arg[i].name.n &&
				       (is_optimizer_path(path) ||
					       scales_by_schedule(path)))
		       ? &arg[i].value
		       : NULL;
}

/* Whether PATH is a class that is called as optimizers are. */
static bool is_optimizer_class(const struct py_str *path)
{
	return is_optimizer_path(path) && !is_optax(path);
}

/* --- schedules among its arguments ---------------------------------------- */

/* Schedules and functions of the step that optax.adamw(schedule) is given. */
static void note_driven(struct call_build *b, const struct py_str *path,
	const struct py_arg *arg, size_t narg)
{
	for (size_t i = 0; i < narg; i++) {
		const struct py_value *rate = rate_of(path, arg, i);

		if (rate && call_is(rate, call_recipe_type)) {
			struct call_recipe *x = rate->u.opaque->p;
			x->drives = true;
			x->scales = scales_by_schedule(path);
			b->driving.type = PY_UNBOUND;
		} else if (rate && rate->type == PY_FUNCTION &&
			   !scales_by_schedule(path)) {
			b->driving = *rate;
		} else if (rate && is_optax(path) &&
			   !scales_by_schedule(path)) {
			b->constant = b->constant || py_is_number(rate);
			b->rated = true;
		}
	}
}

/* Schedules that a class nobody knows is given: After(optimizer, StepLR()). */
static void note_wrapped(const struct py_node *at, const struct py_str *path,
	const struct py_arg *arg, size_t narg)
{
	const struct py_str name = py_last_part(path);

	if (name.n == 0 || !str_is_upper(name.s[0]) || is_optimizer_path(path))
		return;
	for (size_t i = 0; i < narg; i++) {
		struct call_recipe *x;

		if (!arg[i].at || !call_is(&arg[i].value, call_recipe_type))
			continue;
		x = arg[i].value.u.opaque->p;
		if (!call_optimizer_rate(&arg[i].value))
			x->wrapped = at;
	}
}

/* Whether the call AT of U is for its own sake: o.set_lr_scheduler(schedule) */
static bool is_told(const struct py_node *at, const struct py_unknown *u)
{
	const struct py_str name = py_last_part(&u->path);

	return at && at->up && at->up->form == PY_EXPR && name.n > 0 &&
	       str_is_lower(name.s[0]);
}

/*
 * Whether U, called with a schedule, makes another of it, as its name has it:
 * WarmUp(schedule), but not optimizer(schedule).
 */
static bool wraps_schedule(
	const struct py_unknown *u, const struct py_arg *arg, size_t narg)
{
	static const char *const parts[] = {"warm", "Warm", "sched", "Sched",
		"LR", "lr_", "ecay", "nneal", "yclic"};
	bool of_schedule = false;

	for (size_t i = 0; i < narg; i++)
		of_schedule =
			of_schedule || call_is(&arg[i].value, call_recipe_type);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (of_schedule && call_has_part(&u->path, parts[i]))
			return !is_optimizer_path(&u->path) &&
			       !scales_by_schedule(&u->path);
	return false;
}

/* What U, which nobody knows, does with schedules among ARG: 0, or -1. */
static int take_schedules(struct py_run *r, const struct py_node *at,
	const struct py_unknown *u, const struct py_arg *arg, size_t narg)
{
	note_driven(call_build_of(r), &u->path, arg, narg);
	note_wrapped(at, &u->path, arg, narg);
	if (!is_told(at, u) && wraps_schedule(u, arg, narg)) {
		call_raise_no_constructor(r, at, u->path);
		call_build_of(r)->fatal = true;
		return -1;
	}
	return 0;
}

/* --- optax's chain() ------------------------------------------------------ */

/* V, by what it is known again. */
static const void *identity(const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return v->u.unknown;
	return call_is(v, call_optimizer_type) ? v->u.opaque->p : NULL;
}

static struct call_transform *transform_of(
	const struct call_build *b, const struct py_value *v)
{
	const void *value = identity(v);
	struct call_transform *t = value ? b->transform : NULL;

	while (t && t->value != value)
		t = t->before;
	return t;
}

/* *RET is a transform as T: 1, or -1. */
static int keep_transform(
	struct py_run *r, struct call_transform t, const struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct call_transform *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	t.value = identity(ret);
	t.before = b->transform;
	*own = t;
	b->transform = own;
	return 1;
}

/* T becomes the one that V, a number or what has none, multiplies by. */
static void take_constant(struct call_transform *t, const struct py_value *v)
{
	if (py_is_number(v))
		t->times *= fabs(py_number(v));
	else if (v->type == PY_UNKNOWN && !t->by)
		t->by = v->u.unknown;
}

/* chain(...) of ARG into T: 1, 0 nothing of it is known, or -1 raised. */
static int chain(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct call_transform *t)
{
	const struct call_build *b = call_build_of(r);
	bool any = false;

	for (size_t i = 0; i < narg; i++) {
		const struct call_transform *one =
			transform_of(b, &arg[i].value);

		if (!one)
			continue;
		any = true;
		if (one->x && t->x && one->x != t->x)
			return py_raise(r, at,
				"two schedules are multiplied here; expected a "
				"def of the step that does it, or words");
		t->x = one->x ? one->x : t->x;
		t->times *= one->times;
		t->by = t->by ? t->by : one->by;
	}
	if (!t->x)
		return any;
	t->x->chained = true;
	t->x->times = (t->x->times != 0 ? t->x->times : 1) * t->times;
	t->x->by = t->x->by ? t->x->by : t->by;
	t->times = 1;
	return 1;
}

/* Remarks that of groups D, by label, some have a constant rate: 0, or -1. */
static int note_constants(struct py_run *r, const struct py_value *d)
{
	const struct call_build *b = call_build_of(r);
	const struct call_transform *constant = NULL, *schedule = NULL, *t;

	for (size_t i = 0; d->type == PY_DICT && i < d->u.list->n; i += 2) {
		t = transform_of(b, &d->u.list->item[i + 1]);
		if (t && t->x)
			schedule = t;
		else if (t)
			constant = t;
	}
	if (!constant || !schedule)
		return 0;
	return constant->by ? call_remark(r,
				      "groups of parameters have rates of "
				      "their own: the schedule is shown, and "
				      "not '%.*s'",
				      STR_ARG(constant->by->path))
			    : call_remark(r,
				      "groups of parameters have rates of "
				      "their own: the schedule is shown, and "
				      "not the constant %g",
				      constant->times);
}

/*
 * PATH is one of optax's that make a step of what was made before, or a chain
 * of such: 1 with *RET, 0 or -1 raised.
 */
static int make_transform(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_str name = py_last_part(path);
	struct call_transform t = {.times = 1};
	const struct py_value *rate = NULL;
	int made = 0;

	for (size_t i = 0; i < narg; i++)
		if (rate_of(path, arg, i) &&
			(!arg[i].name.n ||
				call_is(&arg[i].value, call_recipe_type)))
			rate = &arg[i].value;
	if (narg == 1 && py_is_named(&name, "scale"))
		rate = &arg[0].value;

	if (narg > 0 && (py_is_named(&name, "multi_transform") ||
				py_is_named(&name, "partition")))
		return note_constants(r, &arg[0].value);
	if (py_is_named(&name, "chain")) {
		made = chain(r, at, arg, narg, &t);
	} else if (rate && (py_is_named(&name, "scale") ||
				   call_has_part(path, "optax."))) {
		made = 1;
		if (call_is(rate, call_recipe_type))
			t.x = rate->u.opaque->p;
		else if (py_is_number(rate) || rate->type == PY_UNKNOWN)
			take_constant(&t, rate);
		else
			made = 0;
	}
	if (made <= 0)
		return made;
	/* What has a reason keeps its identity under any name. */
	return py_new_unknown(r, at, path->s, path->n,
		       "it makes steps, and is no schedule", ret) < 0
		       ? -1
		       : keep_transform(r, t, ret);
}

/* --- all ------------------------------------------------------------------ */

int call_make_given(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_unknown *u =
		v->type == PY_UNKNOWN ? v->u.unknown : NULL;
	struct call_transform t = {.times = 1};
	int made = u ? take_schedules(r, at, u, arg, narg) : 0;

	if (u && made == 0)
		made = make_transform(r, at, &u->path, arg, narg, ret);
	if (made)
		return made;
	made = call_make_optimizer(
		r, at, v, u && is_optimizer_class(&u->path), arg, narg, ret);
	if (made <= 0 || !u || !is_optax(&u->path))
		return made;
	take_constant(&t, call_optimizer_rate(ret));
	return keep_transform(r, t, ret);
}
