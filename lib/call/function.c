/* SPDX-License-Identifier: MIT */
/*
 * Functions that scripts have and users have not: what is known of an argument
 * that is no number, and those of combine.c.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "call/expand.h"

const struct py_expr *call_blame(const struct call *c)
{
	const struct call_arg *a = call_subject(c, c->speaks);

	return a ? a->blame : NULL;
}

int call_not_a_call(struct call *c)
{
	return call_fail(c, call_blame(c),
		"not a schedule where one is expected; "
		"expected calls of constructors");
}

/* const(LAMBDA) */
static int constant(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	const struct py_expr *where;
	struct py_fn *fn;

	*ret = (struct py_value){.type = PY_NONE};
	if (arg->type != PY_CODE || arg->code->form != PY_F_LAMBDA)
		return call_fail(c, call_blame(c),
			"code that is not here; expected a lambda of one "
			"number");
	if (py_fn_new(&fn, arg->code, c->run->env->names, &where, c->run->d)) {
		c->run->where = where->at;
		return -1;
	}
	if (py_fn_is_const(fn))
		*ret = (struct py_value){
			.type = PY_FLOAT, .num = py_fn_at(fn, 0)};
	py_fn_free(fn);
	return 0;
}

/* one(VALUE) */
static int one(struct call *c, const struct py_value *arg, struct py_value *ret)
{
	size_t i;

	*ret = *arg;
	if (arg->type != PY_LIST)
		return 0;
	for (i = 0; i < arg->n; i++)
		if (i && (!py_is_number(&arg->item[i]) ||
				 !py_is_number(&arg->item[0]) ||
				 arg->item[i].num != arg->item[0].num))
			break;
	if (!arg->n || i < arg->n)
		return call_fail(c, call_blame(c),
			"a list of %zu values, one per parameter group; "
			"expected one value",
			arg->n);
	*ret = arg->item[0];
	return 0;
}

/* names(CALLS) */
static int names(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	struct py_value *name;
	const struct py_expr *code;
	const char *dot;
	size_t i;

	if (arg->type != PY_LIST || !arg->n)
		return call_not_a_call(c);
	name = py_eval_alloc(&c->run->eval, arg->n * sizeof(*name));
	if (!name)
		return diag_nomem(c->run->d, arg->n * sizeof(*name));
	for (i = 0; i < arg->n; i++) {
		code = arg->item[i].code;
		if (arg->item[i].type != PY_CODE || code->form != PY_F_CALL)
			return call_not_a_call(c);
		name[i] = (struct py_value){
			.type = PY_STR, .s = code->s, .n = code->n};
		while ((dot = memchr(name[i].s, '.', name[i].n))) {
			name[i].n -= (size_t)(dot + 1 - name[i].s);
			name[i].s = dot + 1;
		}
	}
	*ret = (struct py_value){.type = PY_LIST, .n = arg->n, .item = name};
	return 0;
}

/* seq(VALUE) */
static int seq(struct call *c, const struct py_value *arg, struct py_value *ret)
{
	const struct py_expr *a,
		*code = arg->type == PY_CODE ? arg->code : NULL;
	struct py_value *item;
	size_t n = 0;

	*ret = *arg;
	if (arg->type == PY_LIST)
		return 0;
	if (!code || code->form != PY_F_CALL || code->n != 5 ||
		memcmp(code->s, "slice", 5) != 0)
		code = NULL;
	for (a = code ? code->arg : NULL; a; a = a->next)
		n++;
	item = py_eval_alloc(&c->run->eval, (n + 1) * sizeof(*item));
	if (!item)
		return diag_nomem(c->run->d, sizeof(*item));
	item[0] = *arg;
	*ret = (struct py_value){.type = PY_LIST, .n = n ? n : 1, .item = item};
	c->run->eval.names = c->run->env->names;
	for (a = code ? code->arg : NULL; a; a = a->next)
		if (py_eval(&c->run->eval, a, item++, c->run->d))
			return -1;
	c->run->eval.names = c->names;
	return 0;
}

/* f32(NUMBER) */
static int single(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	*ret = (struct py_value){.type = PY_FLOAT, .num = (float)arg->num};
	if (py_is_number(arg))
		return 0;
	return call_fail(c, call_blame(c), "no number where one is expected");
}

/* is_call(ARGUMENT) */
static int is_call(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	(void)c;
	*ret = (struct py_value){.type = PY_BOOL};
	if (arg->type == PY_CODE && arg->code->form == PY_F_CALL)
		ret->num = 1;
	return 0;
}

/* time(VALUE): of text as composer has it. */
static int time_of(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	const struct call_env *env = c->run->env;
	static const char *const unit[] = {"ba", "ep", "dur"};
	double per[] = {1, env->epoch_steps, env->steps}, v;
	static const char *const option[] = {"", "-e", "-n"};
	size_t n, i;

	*ret = *arg;
	if (py_is_number(arg))
		return 0;
	if (arg->type != PY_STR)
		return call_fail(
			c, call_blame(c), "not a time; expected '10ep'");
	n = num_scan_double(arg->s, arg->n, &v);
	for (i = 0; n && i < sizeof(unit) / sizeof(unit[0]); i++)
		if (strlen(unit[i]) == arg->n - n &&
			!memcmp(arg->s + n, unit[i], arg->n - n))
			break;
	if (!n || i == sizeof(unit) / sizeof(unit[0]) ||
		(i < 2 && v != floor(v)))
		return call_fail(c, call_blame(c),
			"the time '%.*s'; expected '500ba', '10ep' or '0.5dur'",
			(int)arg->n, arg->s);
	if (isnan(per[i]))
		return call_fail(c, call_blame(c), "the time '%.*s' without %s",
			(int)arg->n, arg->s, option[i]);
	*ret = (struct py_value){.type = PY_INT, .num = floor(v * per[i])};
	return 0;
}

static const struct {
	const char *name;
	size_t narg;
	int (*fn)(struct call *c, const struct py_value *arg,
		struct py_value *ret);
} functions[] = {
	{"join", 2, call_join},
	{"spread", 2, call_spread},
	{"times", 1, call_times},
	{"words", 1, call_alone},
	{"const", 1, constant},
	{"one", 1, one},
	{"names", 1, names},
	{"seq", 1, seq},
	{"f32", 1, single},
	{"is_call", 1, is_call},
	{"time", 1, time_of},
};

#define NFUNCTION (sizeof(functions) / sizeof(functions[0]))
#define NARG_MAX 2

int call_function(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	struct py_value arg[NARG_MAX];
	const struct py_expr *a;
	struct call *c = x->ctx;
	size_t i, n = 0;

	for (i = 0; i < NFUNCTION; i++)
		if (strlen(functions[i].name) == e->n &&
			!memcmp(functions[i].name, e->s, e->n))
			break;
	if (i == NFUNCTION)
		return 0;
	for (a = e->arg; a && n < functions[i].narg; a = a->next)
		if (py_eval(x, a, &arg[n++], d))
			return -1;
	if (n != functions[i].narg || a)
		return diag_set(d, DIAG_USAGE, "%s() in a script takes %zu",
			functions[i].name, functions[i].narg);
	c->speaks = e;
	return functions[i].fn(c, arg, ret) ? -1 : 1;
}
