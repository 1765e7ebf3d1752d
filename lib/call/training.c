/* SPDX-License-Identifier: MIT */
/*
 * An optimizer in the hands of a function that is called for a step: its group
 * of parameters, its rate, and the step itself.
 */
#include "call/call_impl.h"

#include <math.h>
#include <string.h>

#include "sched/sched.h"

static int group_add(
	struct py_run *r, struct py_list *d, const char *key, struct py_value v)
{
	struct py_value name;

	return py_new_str(r, key, strlen(key), &name) < 0 ||
			       py_list_add(r, d, name) < 0 ||
			       py_list_add(r, d, v) < 0
		       ? -1
		       : 0;
}

/* optimizer.param_groups in R: 1 with one group, 0 where nothing is trained. */
int call_param_groups(struct py_run *r, struct py_value *ret)
{
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;
	struct py_value *g;

	if (!t)
		return 0;
	g = &t->group;
	if (g->type == PY_UNBOUND) {
		struct py_value lr = py_float(t->lr);
		if (py_new_list(r, PY_DICT, 4, g) < 0 ||
			group_add(r, g->u.list, "lr", lr) < 0 ||
			group_add(r, g->u.list, "initial_lr",
				py_float(t->base)) < 0)
			return -1;
		for (size_t i = 0; i < t->nkept; i++)
			if (group_add(r, g->u.list, t->kept[i].name,
				    t->kept[i].value) < 0)
				return -1;
		g->u.list->open = true;
	}
	return py_new_list(r, PY_LIST, 1, ret) < 0 ||
			       py_list_add(r, ret->u.list, *g) < 0
		       ? -1
		       : 1;
}

void call_training_begin(struct py_run *r, struct call_training *t)
{
	double base = call_build_of(r)->place.base;

	*t = (struct call_training){.lr = base, .base = base};
	t->step.ctx = t;
}

/* The value under "lr" of T's group; NULL: none was asked for. */
static struct py_value *group_lr(const struct call_training *t)
{
	return t->group.type == PY_DICT ? py_dict_find(t->group.u.list, "lr", 2)
					: NULL;
}

void call_training_keep(struct call_training *t)
{
	struct py_value *lr = group_lr(t);

	if (lr)
		*lr = py_float(t->lr);
}

int call_training_read(struct py_run *r, struct call_training *t)
{
	const struct py_value *lr = group_lr(t);

	if (lr && lr->type == PY_UNKNOWN)
		return py_raise_unknown(r, NULL, lr);
	if (lr && py_is_number(lr))
		t->lr = py_number(lr);
	return 0;
}

/* What the function keeps in the group beside the rate, for the next step. */
int call_training_state(struct py_run *r, struct call_training *t)
{
	const struct py_list *d = t->group.u.list;

	t->nkept = 0;
	for (size_t i = 0; t->group.type == PY_DICT && i + 1 < d->n; i += 2) {
		const struct py_str *name = d->item[i].u.str;
		struct call_kept *k = &t->kept[t->nkept];

		if (d->item[i].type != PY_STR || py_is_named(name, "lr") ||
			d->item[i + 1].type == PY_UNKNOWN ||
			py_is_named(name, "initial_lr") ||
			py_is_named(name, "weight_decay"))
			continue;
		if (!py_is_number(&d->item[i + 1]) || t->nkept == CALL_NKEPT ||
			name->n >= sizeof(k->name))
			return py_raise(r, NULL,
				"'%.*s' is kept in a group from step to step; "
				"expected a number, or a def of the step alone",
				(int)name->n, name->s);
		memcpy(k->name, name->s, name->n);
		k->name[name->n] = '\0';
		k->value = d->item[i + 1];
		t->nkept++;
	}
	return 0;
}

int call_set_rate(struct py_run *r, const struct py_value *v)
{
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;

	if (!t)
		return 0;
	t->lost = v->type == PY_UNKNOWN ? v->u.unknown : NULL;
	t->set = true;
	if (t->lost)
		return 1;
	if (!py_is_number(v))
		return py_raise(r, NULL,
			"a rate is set to %s; expected a number",
			py_type_name(v));
	t->lr = py_number(v);
	return 1;
}

int call_get_rate(struct py_run *r, struct py_value *ret)
{
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;

	if (!t)
		return 0;
	*ret = t->lost ? (struct py_value){.type = PY_UNKNOWN,
				 .u.unknown = t->lost}
		       : py_float(t->lr);
	return 1;
}

int call_step_now(struct py_run *r, struct py_value *ret)
{
	const struct sched_step *step = *py_run_ctx(r);

	if (!step)
		return py_raise(r, NULL,
			"the step is asked for where no rate is; expected it "
			"in a function of the step");
	*ret = step->x == floor(step->x) ? py_int((int64_t)step->x)
					 : py_float(step->x);
	return 1;
}
