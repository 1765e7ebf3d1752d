/* SPDX-License-Identifier: MIT */
/*
 * Schedules while steps are made: what rounds of a text step, or an object that
 * has been given it, becomes an object of its class; and several that are all
 * stepped at each step, where no product of theirs is a formula.
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

/* X as an object of CLASS of its own arguments into *RET: 0, or -1 raised. */
static int object_of(struct py_run *r, const struct call_recipe *x,
	const struct py_value *class, struct py_value *ret)
{
	const size_t n = py_nparam(&x->constructor->def);
	struct py_arg *arg = py_alloc(r, (n + 1) * sizeof(*arg));

	return !arg ? -1
		    : py_invoke(r, x->at, class, arg,
			      arguments(r, x, class, arg), ret);
}

/* X becomes an object of CLASS, which drives T from LAST_EPOCH on. */
static int make_object(struct py_run *r, struct call_recipe *x,
	const struct py_value *class, const struct call_training *t,
	int64_t last_epoch)
{
	if (object_of(r, x, class, &x->live) < 0 || give_optimizer(r, x) < 0)
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
	static const struct py_str closed = {6, "Closed"}, timm = {4, "Timm"};
	struct py_value class, ret, own;
	int found = is_of(x, "torch", NULL)
			    ? stepper_find_class(r, &name, &class)
			    : 0;

	if (found == 0 &&
		(is_of(x, "hf", NULL) ||
			(!others && is_of(x, "torch", "OneCycleLR CyclicLR")) ||
			(alone && is_of(x, "torch", NULL))))
		found = stepper_find_class(r, &closed, &class);
	if (found == 0 && is_of(x, "timm", NULL))
		found = stepper_find_class(r, &timm, &class);
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

/* --- a product that is no formula ----------------------------------------- */

/* V, the schedule X as an object, drives OPTIMIZER and has made its first step.
 */
static int begin_part(struct py_run *r, const struct call_recipe *x,
	const struct py_value *optimizer, const struct call_training *t,
	struct py_value *v)
{
	const struct py_str name = call_name_of(x->constructor);
	struct py_value class, ret;
	int found = stepper_find_class(r, &name, &class);

	if (found <= 0)
		return found < 0 ? -1
				 : py_raise(r, x->at,
					   "what steps of this do beside "
					   "others is not known");
	return object_of(r, x, &class, v) < 0 ||
			       py_set(r, v, "optimizer", *optimizer) < 0 ||
			       stepper_drive(r, v, t, -1) < 0
		       ? -1
		       : stepper_call(r, v, "step", NULL, 0, &ret);
}

/* Of X[0..N) the one that was made next after the one of order AFTER. */
static size_t next_made(
	struct call_recipe *const *x, size_t n, size_t after, bool first)
{
	size_t next = SIZE_MAX;

	for (size_t i = 0; i < n; i++)
		if ((first || x[i]->order > after) &&
			(next == SIZE_MAX || x[i]->order < x[next]->order))
			next = i;
	return next;
}

/* Those in X[0..N) become the objects V, in the order in which they were made.
 */
static int begin_all(struct py_run *r, struct call_recipe *const *x, size_t n,
	const struct call_training *t, struct py_value *v)
{
	struct py_value optimizer;
	size_t last = SIZE_MAX;

	if (call_new_optimizer(r, NULL, py_float(t->base), &optimizer) < 0)
		return -1;
	while ((last = next_made(x, n, last == SIZE_MAX ? 0 : x[last]->order,
			last == SIZE_MAX)) != SIZE_MAX)
		if (begin_part(r, x[last], &optimizer, t, &v[last]) < 0)
			return -1;
	return 0;
}

/* The rates of T's steps [0, NSTEP), V[0..N) being stepped at each: 0 or -1. */
static int step_all(struct py_run *r, const struct py_value *v, size_t n,
	struct call_training *t, double *rate, size_t nstep)
{
	struct py_value ret;

	for (size_t i = 0; i < nstep; i++) {
		t->step.x = (double)i;
		for (size_t k = 0; k < n && i > 0; k++)
			if (stepper_call(r, &v[k], "step", NULL, 0, &ret) < 0)
				return -1;
		if (call_training_read(r, t) < 0)
			return -1;
		rate[i] = t->lr;
	}
	return 0;
}

static struct call_node *chain(struct py_run *r, const struct py_value *all)
{
	const long long n = py_count(r, NULL, all);
	const size_t nstep = call_table_length(r);
	struct call_recipe **x;
	struct call_training t;
	struct py_value *v, one;
	double *rate;
	void **ctx = py_run_ctx(r), *before = *ctx;
	bool failed;

	if (n < 0)
		return NULL;
	x = py_alloc(r, ((size_t)n + 1) * sizeof(struct call_recipe *));
	v = py_alloc(r, ((size_t)n + 1) * sizeof(*v));
	rate = py_alloc(r, nstep * sizeof(*rate));
	if (!x || !v || !rate)
		return NULL;
	for (size_t i = 0; i < (size_t)n; i++) {
		if (py_nth(r, all, i, &one) < 0)
			return NULL;
		if (!call_is(&one, call_recipe_type)) {
			py_raise(r, NULL,
				"%s where a schedule is expected; expected "
				"calls of constructors",
				py_type_name(&one));
			return NULL;
		}
		x[i] = one.u.opaque->p;
	}
	call_training_begin(r, &t);
	*ctx = &t;
	failed = begin_all(r, x, (size_t)n, &t, v) < 0 ||
		 step_all(r, v, (size_t)n, &t, rate, nstep) < 0;
	*ctx = before;
	return failed ? NULL : call_table_of(r, rate, nstep, CALL_TABLE_STEPS);
}

const struct call_classes stepper_classes = {.base = stepper_base,
	.made = stepper_made,
	.as_function = stepper_as_function,
	.is_stepped = stepper_is,
	.steps = stepper_makes_step,
	.object = stepper_table,
	.find_class = stepper_find_class,
	.live = live,
	.chain = chain};
