/* SPDX-License-Identifier: MIT */
/*
 * An optimizer in the hands of a function that is called for a step: its group
 * of parameters, its rate, and the step itself.
 */
#include <math.h>
#include <string.h>

#include "optim/optim.h"
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

/* A group of T's with the rate LR, which began with BASE, into *G. */
static int make_group(struct py_run *r, const struct call_training *t,
	double lr, double base, struct py_value *g)
{
	if (py_new_list(r, PY_DICT, 4, g) < 0 ||
		group_add(r, g->u.list, "lr", py_float(lr)) < 0 ||
		group_add(r, g->u.list, "initial_lr", py_float(base)) < 0)
		return -1;
	for (size_t i = 0; i < t->nkept; i++)
		if (group_add(r, g->u.list, t->kept[i].name, t->kept[i].value) <
			0)
			return -1;
	g->u.list->open = true;
	return 0;
}

/*
 * T keeps the numbers of D, a group, beside the rate.  The name of one that is
 * no number, or too many; NULL: there is none.
 */
static const struct py_str *keep_all(
	struct call_training *t, const struct py_list *d)
{
	const struct py_str *left = NULL;

	t->nkept = 0;
	for (size_t i = 0; i + 1 < d->n; i += 2) {
		const struct py_value *v = &d->item[i + 1];
		const struct py_str *name = d->item[i].u.str;
		struct call_kept *k = &t->kept[t->nkept];

		if (d->item[i].type != PY_STR || v->type == PY_UNKNOWN ||
			py_is_word_of(name, "lr initial_lr weight_decay"))
			continue;
		if (!py_is_number(v) || t->nkept == CALL_NKEPT ||
			name->n >= sizeof(k->name)) {
			left = left ? left : name;
			continue;
		}
		memcpy(k->name, name->s, name->n);
		k->name[name->n] = '\0';
		k->value = *v;
		t->nkept++;
	}
	return left;
}

void call_training_of(const struct call_build *b, struct call_training *t,
	const struct py_value *of)
{
	const struct py_list *early;
	const struct py_value *first;

	t->of = of;
	if (of && of != b->optimizer_rate && !b->base_given && py_is_number(of))
		t->lr = t->base = py_number(of);
	early = call_early_group(b, t->of);
	if (!early)
		return;
	keep_all(t, early);
	first = py_dict_find(early, "initial_lr", 10);
	if (first && py_is_number(first))
		t->base = py_number(first);
}

/*
 * Whether groups that are called PATH are of another optimizer than the first
 * of which as little is known.
 */
static bool is_another(struct call_training *t, const struct py_str *path)
{
	size_t n = path->n < sizeof(t->path) ? path->n : sizeof(t->path) - 1;

	if (t->of)
		return false;
	if (!t->path[0])
		memcpy(t->path, path->s, n);
	return strlen(t->path) != n || memcmp(t->path, path->s, n) != 0;
}

/* All groups of T, of which G, with the base BASE, is the first, into *RET. */
static int list_groups(struct py_run *r, const struct call_training *t,
	struct py_value g, double base, struct py_value *ret)
{
	size_t n = call_count_groups(call_build_of(r));

	if (py_new_list(r, PY_LIST, n, ret) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && make_group(r, t, base, base, &g) < 0) ||
			py_list_add(r, ret->u.list, g) < 0)
			return -1;
	return 1;
}

int call_param_groups(struct py_run *r, const struct py_value *of,
	const struct py_str *path, struct py_value *ret)
{
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;
	const struct call_build *b = call_build_of(r);
	bool other;
	struct py_value *g;
	double base, lr;

	if (!t)
		return 0;
	/* The one that is asked first, or once steps are made the last made. */
	if (of && !t->of)
		call_training_of(b, t,
			t->step.x == 0 || !b->optimizer_rate
				? of
				: b->optimizer_rate);
	other = of ? of != t->of : is_another(t, path);
	g = other ? &t->other : &t->group;
	base = other && of && py_is_number(of) ? py_number(of) : t->base;
	lr = !other ? t->lr : isnan(t->other_lr) ? base : t->other_lr;
	if (g->type == PY_UNBOUND && make_group(r, t, lr, base, g) < 0)
		return -1;
	return list_groups(r, t, *g, base, ret);
}

/* The value under "lr" of GROUP; NULL: none was asked for. */
static struct py_value *lr_of(const struct py_value *group)
{
	return group->type == PY_DICT ? py_dict_find(group->u.list, "lr", 2)
				      : NULL;
}

int call_training_note_other(struct py_run *r, struct call_training *t)
{
	const struct py_value *lr = lr_of(&t->other);

	if (lr && py_is_number(lr))
		t->other_lr = py_number(lr);
	if (t->noted || !lr || !py_is_number(lr) || t->other_lr == t->lr)
		return 0;
	t->noted = true;
	return call_remark(r, "the rates of several optimizers are set, of "
			      "which one is shown");
}

void call_training_begin(struct py_run *r, struct call_training *t)
{
	struct call_build *b = call_build_of(r);
	double base = b->place.base;

	*t = (struct call_training){.lr = base, .base = base, .other_lr = NAN};
	t->step.ctx = t;
	call_settle_groups(b);
}

void call_training_keep(struct call_training *t)
{
	struct py_value *lr = lr_of(&t->group);

	if (lr)
		*lr = py_float(t->lr);
}

/*
 * What U, which a statement names, is called of with arguments, in a round it
 * may be another each time; NULL: nothing.
 */
static const struct py_node *called_for(const struct py_unknown *u)
{
	const struct py_node *s = u->at ? u->at->up : NULL;
	const struct py_node *e =
		s && s->form == PY_ASSIGN && s->arg->form == PY_CALL ? s->arg
								     : NULL;

	for (const struct py_node *a = e ? e->arg->next : NULL; a; a = a->next)
		for (const struct py_node *x = a; x; x = py_walk(a, x))
			if (x->form == PY_NAME)
				return e->arg;
	return NULL;
}

/* The rate is U, at AT, which has no value: -1 raised. */
static int raise_lost(
	struct py_run *r, const struct py_node *at, const struct py_unknown *u)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *f = u->why ? NULL : called_for(u);

	if (f && f->end < strlen(b->text))
		return py_raise(r, f,
			"'%.*s', which gives the rate of each round, is not in "
			"the text; expected the file that defines it, by %s "
			"@FILE",
			(int)(f->end - f->at), b->text + f->at,
			b->names->define);
	return py_raise_unknown(
		r, at, &(struct py_value){.type = PY_UNKNOWN, .u.unknown = u});
}

int call_training_read(struct py_run *r, struct call_training *t)
{
	const struct py_value *lr = lr_of(&t->group);

	if (lr && lr->type == PY_UNKNOWN)
		return raise_lost(r, NULL, lr->u.unknown);
	/* It was made with one. */
	if (!lr && t->group.type == PY_DICT)
		return py_raise(r, NULL,
			"the optimizer's groups are changed in a way that is "
			"not followed; expected %s['lr'] = ... alone",
			t->path[0] ? t->path : "param_group");
	if (lr && py_is_number(lr))
		t->lr = py_number(lr);
	return 0;
}

int call_training_take(struct py_run *r, struct call_training *t)
{
	if (!t->set)
		return call_training_read(r, t);
	call_training_keep(t);
	t->set = false;
	return 0;
}

int call_training_check(
	struct py_run *r, const struct py_node *s, struct call_training *t)
{
	return t->lost ? raise_lost(r, s, t->lost) : call_training_take(r, t);
}

int call_training_state(struct py_run *r, struct call_training *t)
{
	const struct py_str *name =
		t->group.type == PY_DICT ? keep_all(t, t->group.u.list) : NULL;

	return name ? py_raise(r, NULL,
			      "'%.*s' is kept in a group from step to step; "
			      "expected a number, or a def of the step alone",
			      STR_ARG(*name))
		    : 0;
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
