/* SPDX-License-Identifier: MIT */
/*
 * Arguments to parameters, as Python binds them.  The optimizer, which a table
 * does not need, may be any name or call, or be left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/near.h"
#include "call/expand.h"

int call_parse(struct call_run *run, const char *s, size_t n,
	const struct py_expr **ret)
{
	struct call_text *t = malloc(sizeof(*t));
	size_t where;

	if (!t)
		return diag_nomem(run->d, sizeof(*t));
	if (py_parse(&t->tree, s, n, &where, run->d)) {
		free(t);
		return -1;
	}
	t->next = run->text;
	run->text = t;
	*ret = py_root(t->tree);
	return 0;
}

int call_name(struct call *c, const char *name, size_t n,
	const struct py_value *value)
{
	struct py_name *p = py_eval_alloc(&c->run->eval, sizeof(*p));

	if (!p)
		return diag_nomem(c->run->d, sizeof(*p));
	*p = (struct py_name){name, n, *value, c->names};
	c->names = p;
	return 0;
}

static bool is_optimizer(const struct call_arg *a)
{
	return a->n == 9 && !memcmp(a->name, "optimizer", 9);
}

/* What may stand for an optimizer: a name or a call that is none of ours. */
static bool may_be_optimizer(const struct py_expr *e)
{
	return e->form == PY_F_NAME || e->form == PY_F_CALL ||
	       e->form == PY_F_INDEX || e->form == PY_F_NONE;
}

static int take(struct call *c, struct call_arg *a, const struct py_expr *e)
{
	if (a->given)
		return call_fail(c, e, "argument '%.*s' again; expected it once",
			(int)a->n, a->name);
	a->given = e;
	return 0;
}

static int take_keyword(struct call *c, const struct py_expr *e)
{
	struct near near = {.wrong = e->key, .nwrong = e->nkey};
	char phrase[NEAR_NAME_MAX + 16];
	size_t i;

	for (i = 0; i < c->narg; i++) {
		if (c->arg[i].n == e->nkey &&
			!memcmp(c->arg[i].name, e->key, e->nkey))
			return take(c, &c->arg[i], e);
		near_try(&near, c->arg[i].name, c->arg[i].n);
	}
	return call_fail(c, e, "no argument '%.*s'; %s of %s", (int)e->nkey,
		e->key, near_phrase(&near, "expected those", phrase),
		c->row->signature);
}

static int take_arguments(struct call *c)
{
	const struct py_expr *e;
	size_t next = 0;

	for (e = c->expr->arg; e; e = e->next) {
		if (e->key) {
			if (take_keyword(c, e))
				return -1;
			continue;
		}
		if (next < c->narg && is_optimizer(&c->arg[next]) &&
			!may_be_optimizer(e))
			next++;
		if (next == c->narg)
			return call_fail(c, e,
				"more arguments than it has; expected %s",
				c->row->signature);
		if (take(c, &c->arg[next++], e))
			return -1;
	}
	return 0;
}

/* The parameters of the signature, without their defaults. */
static int read_parameters(struct call *c, const struct py_expr *signature)
{
	const struct py_expr *p;

	for (p = signature->arg; p; p = p->next) {
		if (c->narg == CALL_NPARAM_MAX)
			return diag_set(c->run->d, DIAG_USAGE,
				"a signature with too many parameters");
		c->arg[c->narg++] = p->key
			? (struct call_arg){p->key, p->nkey, NULL}
			: (struct call_arg){p->s, p->n, NULL};
	}
	return 0;
}

/* The value of a parameter: the argument's, or the default's. */
static int value_of(struct call *c, const struct call_arg *a,
	const struct py_expr *param, struct py_value *ret)
{
	struct py_eval *x = &c->run->eval;
	const struct py_expr *e = a->given;

	*ret = (struct py_value){.type = PY_NONE};
	if (is_optimizer(a))
		return 0;
	if (!e && !param->key)
		return call_fail(c, NULL, "no %.*s; expected %s", (int)a->n,
			a->name, c->row->signature);
	x->names = e ? c->run->env->names : NULL;
	x->call = NULL;
	if (!py_eval(x, e ? e : param, ret, c->run->d))
		return 0;
	if (e)
		c->run->where = x->where ? x->where->at : e->at;
	return -1;
}

static int add_env(struct call *c)
{
	const struct call_env *env = c->run->env;
	struct py_value lr = {.type = PY_FLOAT, .num = c->base};
	struct py_value steps = {.type = PY_NONE}, epoch = {.type = PY_NONE};

	if (!isnan(env->steps))
		steps = (struct py_value){.type = PY_INT, .num = env->steps};
	if (!isnan(env->epoch_steps))
		epoch = (struct py_value){
			.type = PY_FLOAT, .num = env->epoch_steps};
	return call_name(c, "lr", 2, &lr) || call_name(c, "steps", 5, &steps) ||
	       call_name(c, "epoch", 5, &epoch);
}

int call_bind(struct call *c)
{
	const struct py_expr *signature, *p;
	struct py_value v;
	size_t i;

	if (call_parse(c->run, c->row->signature, strlen(c->row->signature),
		    &signature) ||
		read_parameters(c, signature) || take_arguments(c) ||
		add_env(c))
		return -1;
	for (i = 0, p = signature->arg; p; p = p->next, i++)
		if (value_of(c, &c->arg[i], p, &v) ||
			call_name(c, c->arg[i].name, c->arg[i].n, &v))
			return -1;
	return 0;
}
