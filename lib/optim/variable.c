/* SPDX-License-Identifier: MIT */
/*
 * The rate of an optimizer where it is a variable: what its methods, and
 * functions of it, give and set: lr.assign(x), set_value(optimizer.lr, x).
 */
#include <stdint.h>
#include <stdio.h>

#include "base/array.h"
#include "optim/optim.h"

/* The methods of a variable, or functions of one: lr.assign(x). */
static const struct touch {
	const char *name;
	char how; /* '=', '+' and '-' set it, 'r' gives it */
} touches[] = {
	{"assign", '='},
	{"assign_add", '+'},
	{"assign_sub", '-'},
	{"set_value", '='},
	{"get_value", 'r'},
	{"eval", 'r'},
	{"convert_to_numpy", 'r'},
	{"read_value", 'r'},
	{"value", 'r'},
};

static const struct touch *find_touch(const struct py_str *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(touches); i++)
		if (py_is_named(name, touches[i].name))
			return &touches[i];
	return NULL;
}

int call_rate_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct touch *t = find_touch(name);
	char path[64];
	int n;

	if (!t || !*py_run_ctx(r) || !at || at->form != PY_ATTR ||
		!call_is_optimizer_lr(at->arg))
		return 0;
	/* Keras 3 has it without the brackets. */
	if (py_is_named(name, "value")) {
		*ret = *v;
		return 1;
	}
	n = snprintf(path, sizeof(path), "optimizer.lr.%s", t->name);
	return py_new_unknown(r, at, path, (size_t)n, NULL, ret) < 0 ? -1 : 1;
}

/* The rate becomes X, or moves by it, as T says. */
static int set_rate(
	struct py_run *r, const struct touch *t, const struct py_value *x)
{
	struct py_value before;
	int found = call_get_rate(r, &before);

	if (found <= 0 || t->how == '=' || !py_is_number(x))
		return found <= 0 ? found : call_set_rate(r, x);
	before = py_float(py_number(&before) +
			  (t->how == '-' ? -py_number(x) : py_number(x)));
	return call_set_rate(r, &before);
}

/* The same before there are steps: of the optimizer that was asked for it. */
static int set_base(
	struct py_run *r, const struct touch *t, const struct py_value *x)
{
	struct call_build *b = call_build_of(r);
	struct py_value *rate = (struct py_value *)(uintptr_t)b->touched;

	if (r != py_builder(b->py) || !rate)
		return 0;
	if (t->how == '=')
		*rate = *x;
	else if (py_is_number(rate) && py_is_number(x))
		*rate = py_float(
			py_number(rate) +
			(t->how == '-' ? -py_number(x) : py_number(x)));
	else
		b->rate_lost = true;
	return 1;
}

/* The last part of *PATH, which is cut off. */
static struct py_str cut_last(struct py_str *path)
{
	struct py_str last = {.s = path->s + path->n};

	while (last.s > path->s && last.s[-1] != '.') {
		last.s--;
		last.n++;
	}
	path->n -= last.n + (path->n > last.n);
	return last;
}

int call_initial_rate(struct py_run *r, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);

	call_settle_groups(b);
	if (b->base_given)
		*ret = py_float(b->place.base);
	else if (b->optimizer_rate && py_is_number(b->optimizer_rate))
		*ret = *b->optimizer_rate;
	else
		return 0;
	return 1;
}

int call_touch_rate(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	const struct touch *t;
	struct py_str path, last;
	bool method;

	*ret = py_none();
	/* lr.value(), of which lr.value is the rate already */
	if (py_is_number(v) && narg == 0 && f && f->form == PY_ATTR &&
		py_is_named(&f->s, "value") && call_is_optimizer_lr(f->arg))
		return call_get_rate(r, ret);
	if (v->type != PY_UNKNOWN)
		return 0;
	path = v->u.unknown->path;
	last = cut_last(&path);
	/* Paddle's, while the text is made. */
	if (!*py_run_ctx(r) && narg == 0 && py_is_named(&last, "get_lr") &&
		call_like_optimizer(&path))
		return call_initial_rate(r, ret);
	t = find_touch(&last);
	last = cut_last(&path);
	method = call_is_rate_name(&last) && call_like_optimizer(&path);
	if (!t || (!method && (narg == 0 || !call_is_optimizer_lr(arg[0].at))))
		return 0;
	if (!method) {
		arg++;
		narg--;
	}
	if (t->how == 'r')
		return narg == 0 ? call_get_rate(r, ret) : 0;
	if (narg == 0)
		return 0;
	return *py_run_ctx(r) ? set_rate(r, t, &arg[0].value)
			      : set_base(r, t, &arg[0].value);
}
