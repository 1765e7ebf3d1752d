/* SPDX-License-Identifier: MIT */
/*
 * Schedules while steps are made: what rounds of a text step, or an object that
 * has been given it, becomes an object of its class.
 */
#include <string.h>

#include "stepper/stepper_impl.h"

/* X's arguments as those of CLASS's __init__, into ARG; returns how many. */
static size_t arguments(struct py_run *r, const struct call_recipe *x,
	const struct py_value *class, struct py_arg *arg)
{
	const struct py_node *p, *q;
	struct py_value init;
	size_t n = 0;

	if (py_get(r, class, "__init__", 8, &init) <= 0)
		return 0;
	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		for (size_t k = 0; (q = py_param(&init, k)); k++)
			if (x->slot[i].type != PY_UNBOUND &&
				call_same_name(&p->s, &q->s))
				arg[n++] = (struct py_arg){.value = x->slot[i],
					.name = q->s,
					.at = x->at};
	return n;
}

/* Whether X is one of MODULE's, by NAMES. */
static bool is_of(
	const struct call_recipe *x, const char *module, const char *names)
{
	const struct py_str name = call_name_of(x->constructor);

	return x->constructor->module &&
	       strcmp(x->constructor->module->name, module) == 0 &&
	       (!names || py_is_word_of(&name, names));
}

/* X's object has the optimizer that X, or what X is made of, was given. */
static int give_optimizer(struct py_run *r, struct call_recipe *x)
{
	const struct call_recipe *part = x;
	struct py_value own;
	int found = py_get(r, &x->live, "optimizer", 9, &own);

	if (found < 0 || (found > 0 && call_optimizer_rate(&own)))
		return found < 0 ? -1 : 0;
	while (part && !part->rate)
		part = part->made_before;
	if (!part || (part != x && !part->part))
		return py_raise(r, x->at, "what this drives is not known");
	if (!call_optimizer_rate(&part->slot[0]))
		return 0;
	x->rate = part->rate;
	return py_set(r, &x->live, "optimizer", part->slot[0]);
}

/* X becomes an object of CLASS, which drives T from LAST_EPOCH on. */
static int make_object(struct py_run *r, struct call_recipe *x,
	const struct py_value *class, const struct call_training *t,
	int64_t last_epoch)
{
	const size_t n = py_nparam(&x->constructor->def);
	struct py_arg *arg = py_alloc(r, (n + 1) * sizeof(*arg));

	if (!arg ||
		py_invoke(r, x->at, class, arg, arguments(r, x, class, arg),
			&x->live) < 0 ||
		give_optimizer(r, x) < 0)
		return -1;
	return stepper_drive(r, &x->live, t, last_epoch);
}

/*
 * X, which the rounds of a text step, as it is when it is made: 1, 0 or -1.
 * OTHERS are made, too; some of PyTorch's begin otherwise then.  Where it is
 * ALONE nothing else sets the rate, which is then that of its step.
 */
static int step_first(struct py_run *r, struct call_recipe *x,
	const struct call_training *t, bool others, bool alone)
{
	const struct py_str name = call_name_of(x->constructor);
	static const struct py_str closed = {6, "Closed"};
	struct py_value class, ret, own;
	int found = is_of(x, "torch", NULL)
			    ? stepper_find_class(r, &name, &class)
			    : 0;

	if (found == 0 &&
		(is_of(x, "hf", NULL) ||
			(!others && is_of(x, "torch", "OneCycleLR CyclicLR")) ||
			(alone && is_of(x, "torch", NULL))))
		found = stepper_find_class(r, &closed, &class);
	if (found <= 0)
		return found;
	if (make_object(r, x, &class, t, -1) < 0 ||
		py_new_opaque(r, call_recipe_type, x, &own) < 0)
		return -1;
	/* step(epoch) goes by get_lr() of these, and by closed forms of others.
	 */
	if (!is_of(x, "torch",
		    "LambdaLR MultiplicativeLR CosineAnnealingWarmRestarts") &&
		py_set(r, &x->live, "_closed", own) < 0)
		return -1;
	return stepper_call(r, &x->live, "step", NULL, 0, &ret) < 0 ? -1 : 1;
}

static int live(struct py_run *r, struct call_recipe *x)
{
	const struct sched_step *step = *py_run_ctx(r);
	const struct call_training *t = step ? step->ctx : NULL;
	struct py_str name = call_name_of(x->constructor);
	struct py_value class;
	int found;

	if (x->live.type != PY_UNBOUND)
		return 1;
	if (t && call_build_of(r)->live)
		return step_first(r, x, t, true, false);
	if (!t || !is_of(x, "torch", NULL))
		return 0;
	found = stepper_find_class(r, &name, &class);
	return found > 0 && make_object(r, x, &class, t, 0) < 0 ? -1 : found;
}

/* X and O and what the text made before and steps, the first first: 0, -1. */
static int make_live(struct py_run *r, struct call_recipe *x,
	struct call_object *o, bool others, bool alone)
{
	const struct sched_step *step = *py_run_ctx(r);
	bool is_object;
	int found;

	while (x && !x->stepped)
		x = x->made_before;
	while (o && !stepper_is(r, &o->value))
		o = o->before;
	if (!x && !o)
		return 0;
	is_object = o && (!x || o->order > x->order);
	if (make_live(r, is_object ? x : x->made_before,
		    is_object ? o->before : o, others, alone) < 0)
		return -1;
	if (is_object && o->begun)
		return 0;
	if (is_object) {
		o->begun = true;
		return stepper_begin(r, &o->value, step->ctx);
	}
	/* These begin with what others have left. */
	if (x->live.type != PY_UNBOUND)
		return others && is_of(x, "torch", "OneCycleLR CyclicLR")
			       ? py_raise(r, x->at, "what begins behind this")
			       : 0;
	found = step_first(r, x, step->ctx, others, alone);
	return found > 0    ? 0
	       : found == 0 ? py_raise(r, x->at,
				      "what steps of this do is not known")
			    : -1;
}

size_t stepper_count(const struct call_build *b)
{
	size_t n = 0;

	for (const struct call_object *o = b->object; o; o = o->before)
		n += stepper_is(py_builder(b->py), &o->value);
	for (const struct call_recipe *x = b->made; x; x = x->made_before)
		n += x->stepped;
	return n;
}

int stepper_make_live(struct py_run *r, bool alone)
{
	const struct call_build *b = call_build_of(r);
	const size_t n = stepper_count(b);

	return n > CALL_DEPTH_MAX ? py_raise(r, NULL, "so many are stepped")
				  : make_live(r, b->made, b->object, n > 1,
					    alone && n == 1);
}

const struct call_classes stepper_classes = {.base = stepper_base,
	.made = stepper_made,
	.as_function = stepper_as_function,
	.is_stepped = stepper_is,
	.steps = stepper_makes_step,
	.object = stepper_table,
	.find_class = stepper_find_class,
	.live = live};
