/* SPDX-License-Identifier: MIT */
/*
 * Keras's callbacks: an object whose methods are called as batches and epochs
 * begin and end.
 */
#include <math.h>
#include <string.h>

#include "settings/settings.h"
#include "stepper/stepper_impl.h"

/* Whether NAME of V takes what Keras gives a hook: a count, and logs. */
static bool has_hook(
	struct py_run *r, const struct py_value *v, const char *name)
{
	struct py_value f;

	return stepper_method(r, v, name, &f) > 0 &&
	       (py_nparam(&f) > 1 ||
		       (py_nparam(&f) == 1 && py_param(&f, 0)->op == '*'));
}

bool stepper_has_batch_hooks(struct py_run *r, const struct py_value *v)
{
	return has_hook(r, v, "on_batch_begin") ||
	       has_hook(r, v, "on_batch_end") ||
	       has_hook(r, v, "on_train_batch_begin") ||
	       has_hook(r, v, "on_train_batch_end");
}

bool stepper_has_epoch_hooks(struct py_run *r, const struct py_value *v)
{
	return has_hook(r, v, "on_epoch_begin") ||
	       has_hook(r, v, "on_epoch_end");
}

/* KEY of D, which is not known: PATH. */
static int put_unknown(
	struct py_run *r, struct py_list *d, const char *key, const char *path)
{
	struct py_value v;

	return py_new_unknown(r, NULL, path, strlen(path), NULL, &v) < 0
		       ? -1
		       : settings_dict_set(r, d, key, strlen(key), v);
}

/* What Keras tells a callback about the training: self.params. */
static int set_params(struct py_run *r, const struct py_value *v)
{
	const struct call_build *b = call_build_of(r);
	double e = b->place.epoch_steps, n = b->place.steps;
	struct py_value params, epochs;
	struct py_list *d;

	if (isnan(e))
		return 0;
	if (py_new_list(r, PY_DICT, 8, &params) < 0)
		return -1;
	d = params.u.list;
	if (py_global(b->user, "epochs", 6, &epochs) && py_is_number(&epochs))
		n = py_number(&epochs);
	else
		n = ceil(n / e);
	if (settings_dict_set(r, d, "steps", 5, call_number(e)) < 0 ||
		put_unknown(r, d, "samples", "self.params['samples']") < 0 ||
		put_unknown(r, d, "batch_size", "self.params['batch_size']") <
			0)
		return -1;
	if ((isnan(n) ? put_unknown(r, d, "epochs", "self.params['epochs']")
		      : settings_dict_set(r, d, "epochs", 6, call_number(n))) <
		0)
		return -1;
	return py_set(r, v, "params", params);
}

/* What it tells of a batch or an epoch: there is a loss, which is not known. */
static int new_logs(struct py_run *r, struct py_value *ret)
{
	return py_new_list(r, PY_DICT, 2, ret) < 0
		       ? -1
		       : put_unknown(r, ret->u.list, "loss", "logs['loss']");
}

/*
 * The hooks of a Keras callback, whose batches are steps.  One of epochs alone
 * does nothing within them; where they have no length each step is one.
 */
int stepper_step_hooks(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	double e = call_build_of(r)->place.epoch_steps;
	bool batches = stepper_has_batch_hooks(r, v);
	double per = isnan(e) && !batches ? 1 : e;
	int64_t epoch = isnan(per) ? 0 : (int64_t)floor(t->step.x / per);
	int64_t batch =
		isnan(per) ? (int64_t)t->step.x : (int64_t)fmod(t->step.x, per);
	struct py_value at[2] = {py_int(epoch), py_none()}, ret;
	struct py_value end[2] = {py_int(epoch - 1), py_none()};

	if (!batches && batch != 0)
		return 0;
	if (new_logs(r, &at[1]) < 0)
		return -1;
	end[1] = at[1];
	if (t->step.x == 0) {
		if (set_params(r, v) < 0 || stepper_call(r, v, "on_train_begin",
						    &at[1], 1, &ret) < 0)
			return -1;
	} else {
		struct py_value last =
			py_int(batch ? batch - 1 : (int64_t)per - 1);
		struct py_value b[2] = {last, at[1]};
		if (batches &&
			(stepper_call(r, v, "on_batch_end", b, 2, &ret) < 0 ||
				stepper_call(r, v, "on_train_batch_end", b, 2,
					&ret) < 0))
			return -1;
		if (batch == 0 &&
			stepper_call(r, v, "on_epoch_end", end, 2, &ret) < 0)
			return -1;
	}
	if (batch == 0 && stepper_call(r, v, "on_epoch_begin", at, 2, &ret) < 0)
		return -1;
	at[0] = py_int(batch);
	return batches && (stepper_call(r, v, "on_batch_begin", at, 2, &ret) <
					  0 ||
				  stepper_call(r, v, "on_train_batch_begin", at,
					  2, &ret) < 0)
		       ? -1
		       : 0;
}
