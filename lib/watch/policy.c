/* SPDX-License-Identifier: MIT */
/*
 * policy(kind, monitor, mode, ...) of the definitions: arguments of a call in
 * Python's terms become the numbers of a policy, each within its bounds.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "py/py.h"
#include "watch/watch_impl.h"

/* The lists of checkpoints that a policy can keep. */
#define TOP_MAX 100000

#define AT(member) offsetof(struct watch_params, member)

/* A number, NaN where the call has None. */
static const struct {
	const char *name;
	size_t at;
	double lo, hi;
	const char *expected;
	bool whole;
} numbers[] = {
	{"factor", AT(factor), 0, 1 - DBL_EPSILON / 2, "0 to below 1", false},
	{"divisor", AT(divisor), 1 + DBL_EPSILON, DBL_MAX, "above 1", false},
	{"patience", AT(patience), 0, INFINITY, "0 or more", false},
	{"cooldown", AT(cooldown), 0, DBL_MAX, "0 or more", false},
	{"min_lr", AT(min_lr), 0, DBL_MAX, "0 or more", false},
	{"eps", AT(eps), -DBL_MAX, DBL_MAX, "a number", false},
	{"threshold", AT(threshold), -DBL_MAX, DBL_MAX, "a number", false},
	{"atol", AT(atol), 0, DBL_MAX, "0 or more", false},
	{"accumulation", AT(accumulation), 1, 0x1p31, "1, 2, ...", true},
	{"min_scale", AT(min_scale), 0, DBL_MAX, "0 or more", false},
	{"baseline", AT(baseline), -INFINITY, INFINITY, "a number", false},
	{"worst", AT(worst), -INFINITY, INFINITY, "a number", false},
	{"start", AT(start), 0, DBL_MAX, "0 or more", false},
	{"target", AT(target), -INFINITY, INFINITY, "a number", false},
	{"limit", AT(limit), -INFINITY, INFINITY, "a number", false},
	{"top_k", AT(top_k), 0, TOP_MAX, "0, 1, ... 100000", true},
	{"every", AT(every), 1, 0x1p53, "1, 2, ...", true},
	{"warmup", AT(warmup), 0, 0x1p53, "0 or more", false},
	{"warmup_lr", AT(warmup_lr), 0, DBL_MAX, "0 or more", false},
};

static const struct {
	const char *name;
	size_t at;
} flags[] = {
	{"relative", AT(relative)},
	{"finite", AT(finite)},
	{"cumulative", AT(cumulative)},
};

/* What the user calls argument A, as far as the definition tells. */
static struct py_str label(const struct py_arg *a)
{
	const struct py_node *e = a->at;

	if (e && e->form == PY_KEYWORD)
		e = e->arg;
	return e && e->form == PY_NAME ? e->s : a->name;
}

/* A as a number, of a list of one its only; NaN of None.  0, or -1 raised. */
static int take_number(struct py_call *c, const struct py_arg *a, double *ret)
{
	const struct py_value *v = &a->value;
	struct py_str name = label(a);

	*ret = NAN;
	if ((v->type == PY_LIST || v->type == PY_TUPLE) && v->u.list->n == 1)
		v = v->u.list->item;
	if (v->type == PY_NONE)
		return 0;
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	if (v->type == PY_STR)
		return py_raise(c->run, c->at,
			"%.*s is '%.*s'; expected a number", STR_ARG(name),
			STR_ARG(*v->u.str));
	if (!py_is_number(v))
		return py_raise(c->run, c->at, "%.*s is %s; expected a number",
			STR_ARG(name), py_type_name(v));
	*ret = py_number(v);
	return isnan(*ret) ? py_raise(c->run, c->at,
				     "%.*s is nan; expected a number",
				     STR_ARG(name))
			   : 0;
}

/* 1 where A is one of the numbers, kept in P; 0, or -1 raised. */
static int try_number(
	struct py_call *c, const struct py_arg *a, struct watch_params *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct py_str name = label(a);
		double x;

		if (!py_is_named(&a->name, numbers[i].name))
			continue;
		if (take_number(c, a, &x) < 0)
			return -1;
		if (x < numbers[i].lo || x > numbers[i].hi ||
			(numbers[i].whole && x != floor(x)))
			return py_raise(c->run, c->at,
				"%.*s is %.16g; expected %s", STR_ARG(name), x,
				numbers[i].expected);
		memcpy((char *)p + numbers[i].at, &x, sizeof(x));
		return 1;
	}
	return 0;
}

static int try_flag(
	struct py_call *c, const struct py_arg *a, struct watch_params *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		int yes;

		if (!py_is_named(&a->name, flags[i].name))
			continue;
		yes = py_truth(c->run, c->at, &a->value);
		if (yes < 0)
			return -1;
		*(bool *)((char *)p + flags[i].at) = yes;
		return 1;
	}
	return 0;
}

/* "min", "max", "auto"; "any" where it does not matter; np.less. */
static int take_mode(
	struct py_call *c, const struct py_value *v, struct watch_policy *p)
{
	static const struct {
		const char *name;
		enum watch_mode mode;
	} modes[] = {{"auto", WATCH_AUTO}, {"min", WATCH_MIN},
		{"max", WATCH_MAX}, {"less", WATCH_MIN}, {"greater", WATCH_MAX},
		{"any", WATCH_MIN}};
	struct py_str s = {0};

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	if (v->type == PY_STR)
		s = *v->u.str;
	else if (v->type == PY_NATIVE)
		s = (struct py_str){
			strlen(v->u.native->name), v->u.native->name};
	if (py_is_named(&s, "any"))
		p->mode_said = true;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (py_is_named(&s, modes[i].name)) {
			p->mode = modes[i].mode;
			return 0;
		}
	return py_raise(c->run, c->at, "mode; expected 'min' or 'max'");
}

static int take_rule(
	struct py_call *c, const struct py_value *v, struct watch_policy *p)
{
	static const char *const name[] = {[RULE_WORDS] = "words",
		[RULE_FASTAI] = "fastai",
		[RULE_HF] = "hf",
		[RULE_XGBOOST] = "xgboost"};

	for (size_t i = 0; v->type == PY_STR && i < ARRAY_SIZE(name); i++)
		if (py_is_named(v->u.str, name[i]))
			p->rule = (enum watch_rule)i;
	(void)c;
	return 0;
}

static int take_monitor(
	struct py_call *c, const struct py_value *v, struct watch_policy *p)
{
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	if (v->type == PY_NONE)
		return 0;
	if (v->type != PY_STR || v->u.str->n == 0)
		return py_raise(c->run, c->at,
			"monitor is %s; expected the name of a metric",
			py_type_name(v));
	free(p->monitor);
	p->monitor = strndup(v->u.str->s, v->u.str->n);
	return p->monitor ? 0 : py_raise_nomem(c->run, v->u.str->n);
}

static const struct watch_kind *find_kind(const struct py_value *v)
{
	const struct watch_kind *const all[] = {
		watch_reduce_kinds, watch_stop_kinds, watch_save_kinds};

	for (size_t i = 0; i < ARRAY_SIZE(all) && v->type == PY_STR; i++)
		for (const struct watch_kind *k = all[i]; k->name; k++)
			if (py_is_named(v->u.str, k->name))
				return k;
	return NULL;
}

/* The Ith argument, which is known by its name or by its place. */
static int take(struct py_call *c, size_t i, struct watch_policy *p, double *lr)
{
	const struct py_arg *a = &c->given[i];
	int done;

	if (a->name.n == 0 && i == 0) {
		p->kind = find_kind(&a->value);
		return 0;
	}
	if (py_is_named(&a->name, "monitor") || (a->name.n == 0 && i == 1))
		return take_monitor(c, &a->value, p);
	if (py_is_named(&a->name, "mode") || a->name.n == 0)
		return take_mode(c, &a->value, p);
	if (py_is_named(&a->name, "rule"))
		return take_rule(c, &a->value, p);
	if (py_is_named(&a->name, "lr"))
		return take_number(c, a, lr);
	done = try_number(c, a, &p->is);
	return done ? done : try_flag(c, a, &p->is);
}

int watch_make(struct py_call *c, struct watch_policy *p, double *lr)
{
	*c->ret = py_none();
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		memcpy((char *)&p->is + numbers[i].at, &(double){NAN},
			sizeof(double));
	for (size_t i = 0; i < c->ngiven; i++)
		if (take(c, i, p, lr) < 0)
			return -1;
	if (!p->kind)
		return py_raise(c->run, c->at, "no such kind of policy");
	if (!(p->is.top_k > 0))
		return 0;
	p->s.top = calloc((size_t)p->is.top_k, sizeof(*p->s.top));
	return p->s.top ? 0 : py_raise_nomem(c->run, sizeof(*p->s.top));
}

/* Whether the parameter P says which way is better. */
static bool is_mode(const struct py_node *p)
{
	return py_is_word_of(&p->s, "mode rule comp maximize");
}

static bool is_monitor(const struct py_node *p)
{
	return py_is_named(&p->s, "monitor") ||
	       py_is_named(&p->s, "metric_name");
}

void watch_note_said(struct watch_policy *p, const struct py_value *def,
	const struct py_node *const *from)
{
	const struct py_node *param;
	bool has_mode = false;

	for (size_t i = 0; (param = py_param(def, i)); i++) {
		if (is_mode(param)) {
			has_mode = true;
			p->mode_said |= from[i] && p->mode != WATCH_AUTO;
		}
		if (is_monitor(param))
			p->monitor_said |= from[i] && p->monitor;
	}
	p->mode_fixed = !has_mode && p->mode != WATCH_AUTO;
}
