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

/* Those whose calls do not show what they are, and PyTorch's default rate. */
static const struct {
	const char *name;
	double lr;
} kinds[] = {
	{"SGD", 1e-3},
	{"Adam", 1e-3},
	{"AdamW", 1e-3},
	{"RMSprop", 1e-2},
	{"Adagrad", 1e-2},
};

#define NKIND (sizeof(kinds) / sizeof(kinds[0]))

/* The kind of C, or NKIND. */
static size_t kind_of(const struct call_constructor *c)
{
	struct py_str name = call_name_of(c);
	size_t i = 0;

	while (i < NKIND && !py_is_named(&name, kinds[i].name))
		i++;
	return i;
}

bool call_is_optimizer_kind(const struct py_value *v)
{
	return call_is(v, call_constructor_type) &&
	       kind_of(v->u.opaque->p) < NKIND;
}

static bool is_rate_name(const struct py_str *s)
{
	static const struct py_str names[] = {{2, "lr"}, {13, "learning_rate"}};

	return call_same_name(s, &names[0]) || call_same_name(s, &names[1]);
}

bool call_gives_rate(const struct py_node *at)
{
	for (const struct py_node *a = at->arg; a; a = a->next)
		if (a->form == PY_KEYWORD && is_rate_name(&a->s))
			return true;
	return false;
}

const struct py_value *call_optimizer_rate(const struct py_value *v)
{
	const struct call_recipe *x;
	const struct py_value *rate = NULL;
	const struct py_node *p;

	if (call_is(v, call_optimizer_type))
		return v->u.opaque->p;
	if (!call_is(v, call_recipe_type))
		return NULL;
	x = v->u.opaque->p;
	if (kind_of(x->constructor) == NKIND)
		return NULL;
	for (size_t k = 0; (p = py_param(&x->constructor->def, k)); k++)
		if (is_rate_name(&p->s) &&
			(!rate || py_is_number(&x->slot[k]) ||
				x->slot[k].type == PY_UNKNOWN))
			rate = &x->slot[k];
	return rate;
}

bool call_is_optimizer_recipe(const struct call_recipe *x)
{
	return kind_of(x->constructor) < NKIND;
}

bool call_is_constant_optimizer(const struct call_recipe *x)
{
	const struct py_node *p;

	for (size_t k = 0; (p = py_param(&x->constructor->def, k)); k++)
		if (is_rate_name(&p->s) && !py_is_number(&x->slot[k]) &&
			x->slot[k].type != PY_NONE)
			return false;
	return call_is_optimizer_recipe(x);
}

double call_optimizer_lr(const struct py_value *v)
{
	const struct py_value *rate = call_optimizer_rate(v);

	return !rate ? NAN : py_is_number(rate) ? py_number(rate) : 0;
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
static bool of_parameters(const struct py_arg *arg, size_t narg)
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

/* The rate that ARG gives; NULL: none. */
static const struct py_value *given_rate(const struct py_arg *arg, size_t narg)
{
	const struct py_value *rate = first_group_lr(arg, narg);

	for (size_t i = 0; i < narg && !rate; i++)
		if (is_rate_name(&arg[i].name) ||
			(i == 1 && !arg[i].name.n && of_parameters(arg, narg)))
			rate = &arg[i].value;
	return rate;
}

/* Whether the call of C, of a kind of optimizer, is Keras's, with a rate. */
static bool is_keras(
	const struct call_constructor *c, const struct py_arg *arg, size_t narg)
{
	const struct py_node *p;
	bool known = true, rate = false;

	for (size_t i = 0; i < narg; i++) {
		bool found = arg[i].name.n == 0;
		for (size_t k = 0; !found && (p = py_param(&c->def, k)); k++)
			found = call_same_name(&p->s, &arg[i].name);
		known = known && found;
		rate = rate || is_rate_name(&arg[i].name);
	}
	if (narg == 0 || arg[0].name.n > 0)
		return known || !rate;
	if (arg[0].value.type == PY_UNKNOWN)
		return known && narg == 1 &&
		       call_is_of_rates(&arg[0].value.u.unknown->path);
	return known && arg[0].value.type != PY_LIST;
}

int call_new_optimizer(
	struct py_run *r, struct py_value rate, struct py_value *ret)
{
	struct py_value *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	*own = rate;
	return py_new_opaque(r, call_optimizer_type, own, ret);
}

int call_make_optimizer(struct py_run *r, const struct py_value *v,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	bool kind = call_is_optimizer_kind(v);
	const struct py_value *rate = given_rate(arg, narg);
	struct call_build *b = call_build_of(r);
	struct py_value lr;

	if (kind ? is_keras(v->u.opaque->p, arg, narg)
		 : !rate && !of_parameters(arg, narg))
		return 0;
	if (v->type != PY_UNKNOWN && !kind)
		return 0;
	if (!kind &&
		(!rate || !(py_is_number(rate) || rate->type == PY_UNKNOWN)))
		return 0;
	lr = rate   ? *rate
	     : kind ? py_float(kinds[kind_of(v->u.opaque->p)].lr)
		    : py_none();
	/* Groups that are not known may have rates of their own. */
	if (!rate && narg > 0 && arg[0].value.type == PY_UNKNOWN &&
		arg[0].value.u.unknown->why)
		lr = arg[0].value;
	if (call_new_optimizer(r, lr, ret) < 0)
		return -1;
	b->optimizer_rate = ret->u.opaque->p;
	return 1;
}
