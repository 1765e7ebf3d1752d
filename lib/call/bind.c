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

	if (!t) {
		diag_nomem(run->d, sizeof(*t));
		return -1;
	}
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

/* Whether NAMES, numbers of -D, have the name E; of "opt" one may be wrong. */
static bool is_number(const struct py_expr *e, const struct py_name *names)
{
	for (; names; names = names->next)
		if (names->n == e->n && !memcmp(names->name, e->s, e->n))
			return strncmp(e->s, "opt", 3) != 0;
	return false;
}

/* What may stand for an optimizer: a name or a call, but not of numbers. */
static bool may_be_optimizer(
	const struct py_expr *e, const struct py_name *names)
{
	return (e->form == PY_F_NAME && !is_number(e, names)) ||
	       (e->form == PY_F_CALL && !py_is_builtin(e)) ||
	       e->form == PY_F_INDEX || e->form == PY_F_NONE;
}

static bool is_named(const struct py_expr *e, const char *key)
{
	return e->key && e->nkey == strlen(key) &&
	       !memcmp(e->key, key, e->nkey);
}

/* What the call E, of an optimizer, has as its rate; NULL: none. */
static const struct py_expr *rate_of(const struct py_expr *e)
{
	const struct py_expr *a;
	size_t i = 0;

	if (!e || e->form != PY_F_CALL)
		return NULL;
	for (a = e->arg; a; a = a->next, i++)
		if (is_named(a, "lr") || is_named(a, "learning_rate") ||
			(i == 1 && !a->key)) /* SGD(params, 0.1) */
			return a;
	return NULL;
}

/* The rate of the first optimizer that is made in a call within E. */
static const struct py_expr *find_rate(const struct py_expr *e)
{
	const struct py_expr *a, *rate = NULL;
	bool call = e->form == PY_F_CALL;

	for (a = e->arg; a && !rate; a = a->next) {
		if (call &&
			(is_named(a, "optimizer") || (a == e->arg && !a->key)))
			rate = rate_of(a);
		if (!rate)
			rate = find_rate(a);
	}
	return rate;
}

int call_base(const char *s, size_t n, const struct py_name *names, double *ret,
	struct diag *d)
{
	struct py_eval x = {.names = names};
	const struct py_expr *rate;
	struct py_tree *tree;
	struct py_value v;
	size_t where;
	int r = 0;

	if (py_parse(&tree, s, n, &where, d))
		return d->class == DIAG_NOMEM ? -1 : 0;
	rate = find_rate(py_root(tree));
	if (rate && py_eval(&x, rate, &v, d))
		r = d->class == DIAG_NOMEM ? -1 : 0;
	else if (rate && py_is_number(&v) && v.num > 0 && isfinite(v.num)) {
		*ret = v.num;
		r = 1;
	}
	py_eval_free(&x);
	py_tree_free(tree);
	return r;
}

/* E becomes argument A; OURS says that it is from the script of C's outer. */
static int take(
	struct call *c, struct call_arg *a, const struct py_expr *e, bool ours)
{
	const struct call_arg *subject =
		ours ? call_subject(c->outer, e) : NULL;

	if (a->given)
		return call_fail(c, ours ? NULL : e,
			"argument '%.*s' again; expected it once", (int)a->n,
			a->name);
	a->given = e;
	a->blame = ours ? (subject ? subject->blame : NULL) : e;
	a->scope = ours ? c->outer->names : c->run->env->names;
	return 0;
}

static struct call_arg *parameter(struct call *c, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < c->narg; i++)
		if (c->arg[i].n == n && !memcmp(c->arg[i].name, name, n))
			return &c->arg[i];
	return NULL;
}

/* The parameter that an older release of the library calls KEY. */
static struct call_arg *former(struct call *c, const char *key, size_t n)
{
	static const char *const renamed[][2] = {
		{"lr", "learning_rate"}, /* Keras before 2.3 */
	};
	size_t i;

	for (i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strlen(renamed[i][0]) == n &&
			!memcmp(renamed[i][0], key, n))
			return parameter(
				c, renamed[i][1], strlen(renamed[i][1]));
	return NULL;
}

static int take_keyword(struct call *c, const char *key, size_t n,
	const struct py_expr *e, bool ours)
{
	struct near near = {.wrong = key, .nwrong = n};
	struct call_arg *a = parameter(c, key, n);
	char phrase[NEAR_PHRASE_MAX];
	size_t i;

	if (!a)
		a = former(c, key, n);
	if (a)
		return take(c, a, e, ours);
	for (i = 0; i < c->narg; i++)
		near_try(&near, c->arg[i].name, c->arg[i].n);
	return call_fail(c, ours ? NULL : e, "no argument '%.*s'; %s of %s",
		(int)n, key, near_phrase(&near, "expected those", phrase),
		c->row->signature);
}

static int not_a_dict(
	struct call *c, const struct call_arg *a, const struct py_expr *at)
{
	return call_fail(c, at,
		"%.*s is no dict of arguments; expected {\"NAME\": VALUE}",
		(int)a->n, a->name);
}

/* The arguments in a dict that is an argument of C's outer: {"k": v}. */
static int take_dict(struct call *c, const struct py_expr *name)
{
	const struct call_arg *a = call_subject(c->outer, name);
	const struct py_expr *dict = a ? a->given : NULL, *e;

	if (!dict || dict->form == PY_F_NONE)
		return 0;
	if (dict->form == PY_F_CALL && dict->n == 4 &&
		!memcmp(dict->s, "dict", 4)) {
		for (e = dict->arg; e && e->key; e = e->next)
			if (take_keyword(c, e->key, e->nkey, e, false))
				return -1;
		if (!e)
			return 0;
	}
	if (dict->form != PY_F_DICT)
		return not_a_dict(c, a, dict);
	for (e = dict->arg; e; e = e->next->next)
		if (e->form != PY_F_STRING
				? not_a_dict(c, a, e)
				: take_keyword(c, e->s, e->n, e->next, false))
			return -1;
	return 0;
}

static int take_arguments(struct call *c)
{
	const struct py_expr *e;
	bool ours = c->outer != NULL;
	size_t next = 0;

	for (e = c->expr->arg; e; e = e->next) {
		if (e->key) {
			if (ours && e->nkey == 6 && !memcmp(e->key, "kwargs", 6)
					? take_dict(c, e)
					: take_keyword(
						  c, e->key, e->nkey, e, ours))
				return -1;
			continue;
		}
		if (next < c->narg && is_optimizer(&c->arg[next]) &&
			(ours || !may_be_optimizer(e, c->run->env->names)))
			next++;
		if (next == c->narg)
			return call_fail(c, ours ? NULL : e,
				"more arguments than it has; expected %s",
				c->row->signature);
		if (take(c, &c->arg[next++], e, ours))
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
		c->arg[c->narg++] =
			p->key ? (struct call_arg){.name = p->key, .n = p->nkey}
			       : (struct call_arg){.name = p->s, .n = p->n};
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
	x->names = e ? a->scope : NULL;
	x->call = NULL;
	x->where = NULL;
	if (!py_eval(x, e ? e : param, ret, c->run->d))
		return 0;
	if (e && a->blame != e)
		c->run->where = a->blame ? a->blame->at : c->at;
	else if (e)
		c->run->where = x->where ? x->where->at : e->at;
	return -1;
}

static int add_env(struct call *c)
{
	const struct call_env *env = c->run->env;
	struct py_value lr = {.type = PY_FLOAT, .num = c->base};
	struct py_value steps = {.type = PY_NONE}, epoch = {.type = PY_NONE};
	struct py_value inside = {.type = PY_NONE}, counting;

	counting = (struct py_value){
		.type = PY_STR, .s = env->by_epoch ? "epoch" : "step"};
	counting.n = strlen(counting.s);
	if (!isnan(env->steps))
		steps = (struct py_value){.type = PY_INT, .num = env->steps};
	if (!isnan(env->epoch_steps))
		epoch = (struct py_value){
			.type = PY_FLOAT, .num = env->epoch_steps};
	if (c->around) {
		inside.type = PY_STR;
		inside.s = call_row_name(c->around->row, &inside.n);
	}
	return call_name(c, "inside", 6, &inside) ||
	       call_name(c, "counting", 8, &counting) ||
	       call_name(c, "lr", 2, &lr) || call_name(c, "steps", 5, &steps) ||
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
