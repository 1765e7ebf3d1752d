/* SPDX-License-Identifier: MIT */
/* The rates of all steps of an object that is stepped. */
#include <math.h>

#include "stepper/stepper_impl.h"

static int raise_lost(struct py_run *r, const struct call_training *t)
{
	const struct py_value v = {.type = PY_UNKNOWN, .u.unknown = t->lost};

	return py_raise_unknown(r, NULL, &v);
}

/* A callback of epochs alone where nobody says how long these are. */
static int remark_epochs(
	struct py_run *r, const struct py_value *v, stepper_fn *step)
{
	const struct call_place *p = &call_build_of(r)->place;
	const struct sched_names *names = call_names_of(r);

	return step == stepper_step_hooks && !stepper_has_batch_hooks(r, v) &&
			       !p->by_epoch && isnan(p->epoch_steps)
		       ? call_remark(r,
				 "a callback of epochs: each step is one; "
				 "expected %s E, or %s for rows of epochs",
				 names->epoch_steps, names->by_epoch)
		       : 0;
}

struct call_node *stepper_table(struct py_run *r, const struct py_value *v)
{
	stepper_fn *step = stepper_of(r, v);
	struct call_training t;
	double *value;
	size_t n = call_table_length(r), i = 0;
	void **ctx = py_run_ctx(r), *before = *ctx;
	bool set = false, changed = false;

	value = py_alloc(r, n * sizeof(*value));
	if (!value || remark_epochs(r, v, step) < 0)
		return NULL;
	call_training_begin(r, &t);
	*ctx = &t;
	for (; i < n; i++) {
		t.step.x = (double)i;
		if (step(r, v, &t) < 0 || (t.lost && raise_lost(r, &t) < 0))
			break;
		set = set || t.set;
		t.ever = t.ever || set || t.group.type != PY_UNBOUND;
		value[i] = t.lr;
		changed = changed || value[i] != value[0];
	}
	*ctx = before;
	if (i == n && !t.ever) {
		py_raise(r, py_class_def(v),
			"an object that sets no rate in these steps; expected "
			"one that does, another class as @FILE:NAME, or a def "
			"of the step");
		return NULL;
	}
	/* Groups that it asks for are not seen to be set. */
	if (i == n && n > 1 && !set && !changed &&
		call_remark(r, "the object that is stepped leaves the rate as "
			       "it is in all these rows") < 0)
		return NULL;
	if (i == n)
		return call_table_of(r, value, n, CALL_TABLE_STEPS);
	call_build_of(r)->failed_fn.type = PY_NONE;
	return NULL;
}
