/* SPDX-License-Identifier: MIT */
/*
 * Schedules out of schedules: one after the other, multiplied, or one as it is.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "call/expand.h"

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
		return call_not_a_call(c);
	return call_words(c->run, c, v->code, base, false, NULL, b);
}

static int add_part(struct call *c, const struct py_value *v, double len,
	bool last, struct buf *b)
{
	int r = buf_adds(b, b->len ? " part" : "part");

	if (!last)
		r = r || buf_addc(b, ':') || buf_add_double(b, len);
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
		return call_not_a_call(c);
	if (starts->n + 1 != calls->n)
		return call_fail(c, call_blame(c),
			"%zu boundaries for %zu schedules; expected %zu",
			starts->n, calls->n, calls->n - 1);
	for (i = 0; i < calls->n && !r; i++) {
		to = i < starts->n ? starts->item[i].num : INFINITY;
		own.steps = fmin(to, env->steps) - from;
		c->run->env = spread ? &own : env;
		if (i < starts->n &&
			(!py_is_number(&starts->item[i]) || !(to >= from)))
			r = call_fail(c, call_blame(c),
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

int call_join(struct call *c, const struct py_value *arg, struct py_value *ret)
{
	return join_parts(c, arg, false, ret);
}

int call_spread(
	struct call *c, const struct py_value *arg, struct py_value *ret)
{
	return join_parts(c, arg, true, ret);
}

int call_times(struct call *c, const struct py_value *arg, struct py_value *ret)
{
	struct buf b = {0};
	size_t i;
	int r = 0;

	if (arg->type != PY_LIST || !arg->n)
		return call_not_a_call(c);
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

	if (!isfinite(v) || v < 0)
		return call_fail(c, call_blame(c),
			"a rate of %g; expected a finite one of 0 or more", v);
	if (buf_adds(b, "const,from=") || buf_add_double(b, v))
		return diag_nomem(c->run->d, b->len);
	return 0;
}

int call_alone(struct call *c, const struct py_value *arg, struct py_value *ret)
{
	struct buf b = {0};
	int r;

	if (py_is_number(arg))
		r = add_const(c, arg->num, &b);
	else
		r = add_call(c, arg, c->base, &b);
	r = r ? -1 : to_string(c, &b, ret);
	buf_free(&b);
	return r;
}
