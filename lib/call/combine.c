/* SPDX-License-Identifier: MIT */
/*
 * Functions that scripts have and users have not: schedules joined, multiplied
 * and taken as they are, and what is known of a lambda or a call.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "call/expand.h"

typedef int call_function_fn(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret);

/* The argument that the function being run speaks of. */
static const struct py_expr *blame(const struct call *c)
{
	const struct call_arg *a = call_subject(c, c->speaks);

	return a ? a->blame : NULL;
}

static int not_a_call(struct call *c)
{
	return call_fail(c, blame(c),
		"not a schedule where one is expected; "
		"expected calls of constructors");
}

/* The text in B becomes a string that lives as long as the run. */
static int to_string(struct call *c, struct buf *b, struct py_value *ret)
{
	char *s = py_eval_alloc(&c->run->eval, b->len + 1);

	if (s && b->len)
		memcpy(s, b->data, b->len);
	*ret = (struct py_value){.type = PY_STR, .s = s, .n = b->len};
	return s ? 0 : diag_nomem(c->run->d, b->len);
}

static int add_call(
	struct call *c, const struct py_value *v, double base, struct buf *b)
{
	if (v->type == PY_CODE && v->code->form == PY_F_LAMBDA)
		return buf_adds(b, "fn,from=1,of=")
			       ? diag_nomem(c->run->d, b->len)
			       : call_lambda(c, v->code, b);
	if (v->type != PY_CODE || v->code->form != PY_F_CALL)
		return not_a_call(c);
	return call_words(c->run, c, v->code, base, false, NULL, b);
}

static int add_part(struct call *c, const struct py_value *v, double len,
	bool last, struct buf *b)
{
	char text[NUM_DOUBLE_MAX];
	int r = buf_adds(b, b->len ? " part" : "part");

	if (!last)
		r = r || buf_addc(b, ':') ||
		    buf_add(b, text, num_from_double(text, len));
	if (r || buf_addc(b, ' '))
		return diag_nomem(c->run->d, b->len);
	if (add_call(c, v, c->base, b))
		return -1;
	return buf_adds(b, " end") ? diag_nomem(c->run->d, b->len) : 0;
}

static int join_parts(struct call *c, const struct py_value *arg, bool spread,
	struct py_value *ret)
{
	const struct py_value *calls = &arg[0], *starts = &arg[1];
	const struct call_env *env = c->run->env;
	struct call_env own = *env;
	double from = 0, to;
	struct buf b = {0};
	size_t i;
	int r = 0;

	if (calls->type != PY_LIST || starts->type != PY_LIST || !calls->n)
		return not_a_call(c);
	if (starts->n + 1 != calls->n)
		return call_fail(c, blame(c),
			"%zu boundaries for %zu schedules; expected %zu",
			starts->n, calls->n, calls->n - 1);
	for (i = 0; i < calls->n && !r; i++) {
		to = i < starts->n ? starts->item[i].num : INFINITY;
		own.steps = fmin(to, env->steps) - from;
		c->run->env = spread ? &own : env;
		if (i < starts->n &&
			(!py_is_number(&starts->item[i]) || !(to >= from)))
			r = call_fail(c, blame(c),
				"boundaries that do not ascend "
				"from 0; expected ascending steps");
		else if (to > from)
			r = add_part(c, &calls->item[i], to - from,
				i == starts->n, &b);
		from = to;
	}
	c->run->env = env;
	r = r ? r : to_string(c, &b, ret);
	buf_free(&b);
	return r;
}

/* join(CALLS, STARTS) */
static int join(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	(void)e;
	return join_parts(c, arg, false, ret);
}

/* spread(CALLS, STARTS) */
static int spread(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	(void)e;
	return join_parts(c, arg, true, ret);
}

/* times(CALLS): the second and further ones are factors. */
static int times(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	struct buf b = {0};
	size_t i;
	int r = 0;

	(void)e;
	if (arg->type != PY_LIST || !arg->n)
		return not_a_call(c);
	for (i = 0; i < arg->n && !r; i++) {
		if (i && buf_adds(&b, " times "))
			r = diag_nomem(c->run->d, b.len);
		r = r ? r : add_call(c, &arg->item[i], i ? 1 : c->base, &b);
	}
	r = r ? r : to_string(c, &b, ret);
	buf_free(&b);
	return r;
}

static int add_const(struct call *c, double v, struct buf *b)
{
	char text[NUM_DOUBLE_MAX];

	if (!isfinite(v) || v < 0)
		return call_fail(c, blame(c),
			"a rate of %g; expected a finite one of 0 or more", v);
	if (buf_adds(b, "const,from=") ||
		buf_add(b, text, num_from_double(text, v)))
		return diag_nomem(c->run->d, b->len);
	return 0;
}

/* words(CALL) or words(NUMBER) */
static int words(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	struct buf b = {0};
	int r;

	(void)e;
	if (py_is_number(arg))
		r = add_const(c, arg->num, &b);
	else
		r = add_call(c, arg, c->base, &b);
	r = r ? -1 : to_string(c, &b, ret);
	buf_free(&b);
	return r;
}

/* const(LAMBDA) */
static int constant(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	const struct py_expr *where;
	struct py_fn *fn;

	(void)e;
	*ret = (struct py_value){.type = PY_NONE};
	if (arg->type != PY_CODE || arg->code->form != PY_F_LAMBDA)
		return call_fail(c, blame(c),
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
static int one(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	size_t i;

	(void)e;
	*ret = *arg;
	if (arg->type != PY_LIST)
		return 0;
	for (i = 0; i < arg->n; i++)
		if (i && (!py_is_number(&arg->item[i]) ||
				 !py_is_number(&arg->item[0]) ||
				 arg->item[i].num != arg->item[0].num))
			break;
	if (!arg->n || i < arg->n)
		return call_fail(c, blame(c),
			"a list of %zu values, one per parameter group; "
			"expected one value",
			arg->n);
	*ret = arg->item[0];
	return 0;
}

/* names(CALLS) */
static int names(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	struct py_value *name;
	const struct py_expr *code;
	const char *dot;
	size_t i;

	(void)e;
	if (arg->type != PY_LIST || !arg->n)
		return not_a_call(c);
	name = py_eval_alloc(&c->run->eval, arg->n * sizeof(*name));
	if (!name)
		return diag_nomem(c->run->d, arg->n * sizeof(*name));
	for (i = 0; i < arg->n; i++) {
		code = arg->item[i].code;
		if (arg->item[i].type != PY_CODE || code->form != PY_F_CALL)
			return not_a_call(c);
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
static int seq(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	const struct py_expr *a,
		*code = arg->type == PY_CODE ? arg->code : NULL;
	struct py_value *item;
	size_t n = 0;

	(void)e;
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
static int single(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	(void)e;
	*ret = (struct py_value){.type = PY_FLOAT, .num = (float)arg->num};
	if (py_is_number(arg))
		return 0;
	return call_fail(c, blame(c), "no number where one is expected");
}

/* is_call(ARGUMENT) */
static int is_call(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	(void)c, (void)e;
	*ret = (struct py_value){.type = PY_BOOL};
	if (arg->type == PY_CODE && arg->code->form == PY_F_CALL)
		ret->num = 1;
	return 0;
}

/* time(VALUE): of text as composer has it. */
static int time_of(struct call *c, const struct py_value *arg,
	const struct py_expr *e, struct py_value *ret)
{
	const struct call_env *env = c->run->env;
	static const char *const unit[] = {"ba", "ep", "dur"};
	double per[] = {1, env->epoch_steps, env->steps}, v;
	static const char *const option[] = {"", "-e", "-n"};
	size_t n, i;

	(void)e;
	*ret = *arg;
	if (py_is_number(arg))
		return 0;
	if (arg->type != PY_STR)
		return call_fail(c, blame(c), "not a time; expected '10ep'");
	n = num_scan_double(arg->s, arg->n, &v);
	for (i = 0; n && i < sizeof(unit) / sizeof(unit[0]); i++)
		if (strlen(unit[i]) == arg->n - n &&
			!memcmp(arg->s + n, unit[i], arg->n - n))
			break;
	if (!n || i == sizeof(unit) / sizeof(unit[0]) ||
		(i < 2 && v != floor(v)))
		return call_fail(c, blame(c),
			"the time '%.*s'; expected '500ba', '10ep' or '0.5dur'",
			(int)arg->n, arg->s);
	if (isnan(per[i]))
		return call_fail(c, blame(c), "the time '%.*s' without %s",
			(int)arg->n, arg->s, option[i]);
	*ret = (struct py_value){.type = PY_INT, .num = floor(v * per[i])};
	return 0;
}

static const struct {
	const char *name;
	size_t narg;
	call_function_fn *fn;
} functions[] = {
	{"join", 2, join},
	{"spread", 2, spread},
	{"times", 1, times},
	{"words", 1, words},
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
	return functions[i].fn(c, arg, e, ret) ? -1 : 1;
}
