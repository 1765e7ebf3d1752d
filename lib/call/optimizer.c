/* SPDX-License-Identifier: MIT */
/*
 * What an optimizer is: a call of one, of what nobody knows with a rate, or a
 * name; its rate is the base of the schedules that drive it.
 */
#include "call/call_impl.h"

#include <math.h>
#include <string.h>

bool call_is_optimizer_name(const struct py_str *s)
{
	return s->n == 9 && memcmp(s->s, "optimizer", 9) == 0;
}

double call_optimizer_lr(const struct py_value *v)
{
	static const char *const kinds[] = {
		"SGD", "Adam", "AdamW", "RMSprop", "Adagrad"};
	static const struct py_str old = {2, "lr"};
	const struct call_recipe *x;
	struct py_str name;
	const struct py_node *p;

	if (call_is(v, call_optimizer_type))
		return *(const double *)v->u.opaque->p;
	if (!call_is(v, call_recipe_type))
		return NAN;
	x = v->u.opaque->p;
	name = call_name_of(x->constructor);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (name.n != strlen(kinds[i]) ||
			memcmp(name.s, kinds[i], name.n) != 0)
			continue;
		for (size_t k = 0; (p = py_param(&x->constructor->def, k)); k++)
			if (call_same_name(&p->s, &old) &&
				py_is_number(&x->slot[k]))
				return py_number(&x->slot[k]);
		return py_is_number(&x->slot[0]) ? py_number(&x->slot[0]) : 0;
	}
	return NAN;
}

/*
 * What may stand for an optimizer: one, what has no value, None, or a number
 * that somebody gave "opt".
 */
static bool may_be_optimizer(const struct py_arg *a)
{
	const struct py_node *e = a->at;

	if (a->value.type == PY_UNKNOWN || a->value.type == PY_NONE ||
		!isnan(call_optimizer_lr(&a->value)))
		return true;
	return e && e->form == PY_NAME && e->s.n >= 3 &&
	       memcmp(e->s.s, "opt", 3) == 0 && py_is_number(&a->value);
}

/*
 * ARG[0..N) with None in the place of an optimizer that was left out; the
 * result has room for one more.
 */
size_t call_with_optimizer(const struct py_value *def, const struct py_arg *arg,
	size_t n, struct py_arg *out)
{
	const struct py_node *p;
	size_t i = 0, k = 0;

	for (; i < n && arg[i].name.n == 0; i++) {
		p = py_param(def, k);
		if (p && call_is_optimizer_name(&p->s) &&
			!may_be_optimizer(&arg[i]))
			out[k++] = (struct py_arg){
				.value = py_none(), .at = arg[i].at};
		out[k++] = arg[i];
	}
	for (; i < n; i++)
		out[k++] = arg[i];
	return k;
}

/* An optimizer that is not given by name or place is None. */
bool call_lacks_optimizer(
	const struct py_value *def, const struct py_arg *arg, size_t n)
{
	const struct py_node *p;
	size_t positional = 0;

	for (size_t i = 0; i < n; i++) {
		if (arg[i].name.n == 0)
			positional++;
		else if (call_is_optimizer_name(&arg[i].name))
			return false;
	}
	for (size_t i = 0; (p = py_param(def, i)); i++)
		if (call_is_optimizer_name(&p->s))
			return i >= positional && !p->arg;
	return false;
}

/* Raises if something has made the rate of X, an optimizer, unknown. */
int call_known_rate(struct py_run *r, const struct call_recipe *x)
{
	static const struct py_str names[] = {{2, "lr"}, {13, "learning_rate"}};
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if ((call_same_name(&p->s, &names[0]) ||
			    call_same_name(&p->s, &names[1])) &&
			x->slot[i].type == PY_UNKNOWN &&
			x->slot[i].u.unknown->why)
			return py_raise_unknown(r, x->from[i], &x->slot[i]);
	return 0;
}

/* The rate of the first of ARG's groups of parameters; NULL: none. */
static const struct py_value *first_group_lr(
	const struct py_arg *arg, size_t narg)
{
	const struct py_list *l;

	if (narg == 0 || arg[0].name.n || arg[0].value.type != PY_LIST)
		return NULL;
	l = arg[0].value.u.list;
	return l->n && l->item[0].type == PY_DICT
		       ? py_dict_find(l->item[0].u.list, "lr", 2)
		       : NULL;
}

/* Whether the first of ARG is a model's parameters, as PyTorch has it. */
bool call_of_parameters(const struct py_arg *arg, size_t narg)
{
	static const char part[] = "param";
	const size_t n = sizeof(part) - 1;
	const struct py_str *path;

	if (first_group_lr(arg, narg))
		return true;
	if (narg == 0 || arg[0].name.n || arg[0].value.type != PY_UNKNOWN)
		return false;
	path = &arg[0].value.u.unknown->path;
	for (size_t k = 0; k + n <= path->n; k++)
		if (memcmp(path->s + k, part, n) == 0)
			return true;
	return false;
}

/*
 * What nobody knows, called with lr=, is an optimizer, and so is what takes
 * parameters and a number: 1, 0 or -1.
 */
int call_make_optimizer(struct py_run *r, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	static const struct py_str names[] = {{2, "lr"}, {13, "learning_rate"}};
	const struct py_value *rate = first_group_lr(arg, narg);
	double *lr;

	for (size_t i = 0; i < narg && !rate; i++)
		if (call_same_name(&arg[i].name, &names[0]) ||
			call_same_name(&arg[i].name, &names[1]) ||
			(i == 1 && !arg[i].name.n &&
				call_of_parameters(arg, narg)))
			rate = &arg[i].value;
	/* One that something has made unknown is not left out. */
	if (rate && rate->type == PY_UNKNOWN && rate->u.unknown->why)
		return py_raise_unknown(r, NULL, rate);
	if (!rate || !py_is_number(rate))
		return 0;
	lr = py_alloc(r, sizeof(*lr));
	if (!lr)
		return -1;
	*lr = call_build_of(r)->optimizer_lr = py_number(rate);
	return py_new_opaque(r, call_optimizer_type, lr, ret) < 0 ? -1 : 1;
}
