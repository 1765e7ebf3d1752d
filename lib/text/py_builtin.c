/* SPDX-License-Identifier: MIT */
/*
 * The functions that are built in: those of one number (text/py_math.h) and
 * the table below.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/py_call.h"
#include "text/py_math.h"

#define ARGS_MAX 64

static const struct py_expr *nth(const struct py_expr *e, size_t i)
{
	for (e = e->arg; e && i > 0; i--)
		e = e->next;
	return e;
}

int py_wrong(const struct py_call *c, size_t i, const char *expected)
{
	const struct py_expr *e = nth(c->e, i);
	char text[PY_TEXT_MAX];

	return py_blame(c->x, e, c->d, "'%s' is %s; expected %s",
		py_text(text, e), py_type_name(&c->arg[i]), expected);
}

static int need_list(const struct py_call *c)
{
	return c->arg[0].type == PY_LIST ? 0 : py_wrong(c, 0, "a list");
}

/* The least (SIGN -1) or greatest of the arguments, or of the one list. */
static int extreme(const struct py_call *c, int sign)
{
	const struct py_value *v = c->arg, *best;
	size_t n = c->n;

	if (n == 1) {
		if (need_list(c))
			return -1;
		n = v->n;
		v = v->item;
	}
	if (n == 0)
		return py_wrong(c, 0, "a list that is not empty");
	best = v;
	for (size_t i = 0; i < n; i++) {
		int order = py_order(&v[i], best);
		if (order == -2)
			return py_wrong(
				c, c->n == 1 ? 0 : i, "numbers to compare");
		if (order == sign)
			best = &v[i];
	}
	*c->ret = *best;
	return 0;
}

static int run_min(const struct py_call *c)
{
	return extreme(c, -1);
}

static int run_max(const struct py_call *c)
{
	return extreme(c, 1);
}

/* sum of the list, from START on. */
static int add_up(const struct py_call *c, struct py_value sum)
{
	for (size_t i = 0; i < c->arg[0].n; i++) {
		struct py_value a = sum;
		if (py_operate(c->x, c->e, "+", &a, &c->arg[0].item[i], &sum,
			    c->d))
			return -1;
	}
	*c->ret = sum;
	return 0;
}

static int run_sum(const struct py_call *c)
{
	if (need_list(c))
		return -1;
	return add_up(c, c->n == 2 ? c->arg[1] : py_int(0));
}

static int run_len(const struct py_call *c)
{
	const struct py_value *v = &c->arg[0];

	/* A name that is known by its length alone: len(train_loader). */
	if (py_is_number(v) && c->e->arg->form == PY_F_NAME) {
		*c->ret = *v;
		return 0;
	}
	if (v->type != PY_LIST && v->type != PY_DICT && v->type != PY_STR)
		return py_wrong(c, 0, "a list");
	*c->ret = py_int((double)(v->type == PY_DICT ? v->n / 2 : v->n));
	return 0;
}

static int every_other(const struct py_call *c, size_t from)
{
	const struct py_value *v = &c->arg[0];
	struct py_value *item = py_new_list(c->x, c->e, v->n / 2, c->ret, c->d);

	if (!item)
		return -1;
	for (size_t i = from; i < v->n; i += 2)
		*item++ = v->item[i];
	return 0;
}

static int run_keys(const struct py_call *c)
{
	return c->arg[0].type == PY_DICT ? every_other(c, 0)
					 : py_wrong(c, 0, "a dict");
}

static int run_values(const struct py_call *c)
{
	return c->arg[0].type == PY_DICT ? every_other(c, 1)
					 : py_wrong(c, 0, "a dict");
}

static int run_list(const struct py_call *c)
{
	if (c->n == 0)
		return py_new_list(c->x, c->e, 0, c->ret, c->d) ? 0 : -1;
	if (c->arg[0].type == PY_DICT)
		return every_other(c, 0);
	*c->ret = c->arg[0];
	return need_list(c);
}

static int compare_values(const void *a, const void *b)
{
	return py_order(a, b);
}

static int run_sorted(const struct py_call *c)
{
	struct py_value *item;
	struct py_value v;

	if (run_list(c))
		return -1;
	v = *c->ret;
	for (size_t i = 1; i < v.n; i++)
		if (py_order(&v.item[i - 1], &v.item[i]) == -2)
			return py_wrong(c, 0, "a list of numbers");
	item = py_new_list(c->x, c->e, v.n, c->ret, c->d);
	if (!item)
		return -1;
	for (size_t i = 0; i < v.n; i++)
		item[i] = v.item[i];
	qsort(item, v.n, sizeof(*item), compare_values);
	return 0;
}

static int run_range(const struct py_call *c)
{
	double from = c->n > 1 ? c->arg[0].num : 0;
	double to = c->arg[c->n > 1].num, by = c->n > 2 ? c->arg[2].num : 1;
	struct py_value *item;
	double n;

	for (size_t i = 0; i < c->n; i++)
		if (c->arg[i].type != PY_INT && c->arg[i].type != PY_BOOL)
			return py_wrong(c, i, "a whole number");
	if (by == 0)
		return py_wrong(c, 2, "a step other than 0");
	n = ceil((to - from) / by);
	if (!(n > 0))
		n = 0;
	if (n > (double)PY_ITEMS_MAX)
		n = (double)PY_ITEMS_MAX + 1;
	item = py_new_list(c->x, c->e, (size_t)n, c->ret, c->d);
	if (!item)
		return -1;
	for (size_t i = 0; i < (size_t)n; i++)
		item[i] = py_int(from + (double)i * by);
	return 0;
}

static int cumulate(const struct py_call *c, const char *op)
{
	struct py_value *item;

	if (need_list(c) ||
		!(item = py_new_list(c->x, c->e, c->arg[0].n, c->ret, c->d)))
		return -1;
	for (size_t i = 0; i < c->arg[0].n; i++) {
		item[i] = c->arg[0].item[i];
		if (i > 0 && py_operate(c->x, c->e, op, &item[i - 1],
				     &c->arg[0].item[i], &item[i], c->d))
			return -1;
	}
	return 0;
}

static int run_cumsum(const struct py_call *c)
{
	return cumulate(c, "+");
}

static int run_cumprod(const struct py_call *c)
{
	return cumulate(c, "*");
}

static const struct builtin {
	const char *name;
	size_t least, most;
	int (*run)(const struct py_call *);
	bool in_module; /* also np.NAME and the like */
} builtins[] = {
	{"cumprod", 1, 1, run_cumprod, true},
	{"cumsum", 1, 1, run_cumsum, true},
	{"keys", 1, 1, run_keys, false},
	{"len", 1, 1, run_len, false},
	{"list", 0, 1, run_list, false},
	{"log", 2, 2, py_run_log, true},
	{"max", 1, ARGS_MAX, run_max, true},
	{"maximum", 2, 2, run_max, true},
	{"min", 1, ARGS_MAX, run_min, true},
	{"minimum", 2, 2, run_min, true},
	{"pow", 2, 2, py_run_pow, true},
	{"range", 1, 3, run_range, false},
	{"round", 2, 2, py_run_round, true},
	{"sorted", 1, 1, run_sorted, false},
	{"sum", 1, 2, run_sum, true},
	{"tuple", 0, 1, run_list, false},
	{"values", 1, 1, run_values, false},
};

static const struct builtin *find(const char *s, size_t n)
{
	bool dotted = py_math_strip(&s, &n);

	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		const struct builtin *b = &builtins[i];
		if (n == strlen(b->name) && memcmp(s, b->name, n) == 0 &&
			(b->in_module || !dotted))
			return b;
	}
	return NULL;
}

/* The arguments into ARG; how many, or -1. */
static int arguments(struct py_eval *x, const struct py_expr *e,
	struct py_value *arg, struct diag *d)
{
	int n = 0;

	for (const struct py_expr *a = e->arg; a; a = a->next) {
		if (a->key)
			return py_blame(x, a, d,
				"'%.40s=' in a call of %.40s; expected "
				"arguments without names",
				a->key, e->s);
		if (n == ARGS_MAX)
			return py_blame(x, a, d,
				"too many arguments of %.40s; expected at most "
				"%d",
				e->s, ARGS_MAX);
		if (py_eval(x, a, &arg[n], d) || py_charge(x, a, arg[n].n, d))
			return -1;
		n++;
	}
	return n;
}

/* d.keys(), d.values() of a name. */
static int method(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	size_t n = e->n;
	bool keys = n > 5 && memcmp(e->s + n - 5, ".keys", 5) == 0;
	bool values = n > 7 && memcmp(e->s + n - 7, ".values", 7) == 0;
	const struct py_name *self;
	struct py_value dict;
	struct py_call c = {x, e, &dict, 1, ret, d};

	if (!(keys || values) || e->arg)
		return 0;
	self = py_name_find(x->names, e->s, n - (keys ? 5 : 7));
	if (!self)
		return 0;
	dict = self->value;
	if (dict.type != PY_DICT)
		return py_blame(x, e, d, "'%.*s' is %s; expected a dict",
			(int)self->n, self->name, py_type_name(&dict));
	return every_other(&c, keys ? 0 : 1) ? -1 : 1;
}

/* dict(a=1, b=2) */
static int make_dict(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	const struct py_expr *a;
	struct py_value *item;
	size_t n = 0;

	for (a = e->arg; a; a = a->next)
		n += 2;
	item = py_eval_alloc(x, (n + 1) * sizeof(*item));
	if (!item)
		return py_no_room(x, e, n * sizeof(*item), d);
	*ret = (struct py_value){.type = PY_DICT, .n = n, .item = item};
	for (a = e->arg; a; a = a->next) {
		if (!a->key)
			return py_blame(x, a, d,
				"an argument of dict without a name; expected "
				"dict(name=value)");
		*item++ = (struct py_value){
			.type = PY_STR, .s = a->key, .n = a->nkey};
		if (py_eval(x, a, item++, d))
			return -1;
	}
	return 1;
}

bool py_is_builtin(const struct py_expr *e)
{
	return py_math_find(e->s, e->n) || find(e->s, e->n);
}

int py_builtin(struct py_eval *x, const struct py_expr *e, struct py_value *ret,
	struct diag *d)
{
	const struct py_math *m = py_math_find(e->s, e->n);
	const struct builtin *b = find(e->s, e->n);
	struct py_value arg[ARGS_MAX];
	struct py_call c = {x, e, arg, 0, ret, d};
	int n;

	if (e->n == 4 && !memcmp(e->s, "dict", 4))
		return make_dict(x, e, ret, d);
	if (!m && !b)
		return method(x, e, ret, d);
	n = arguments(x, e, arg, d);
	if (n < 0)
		return -1;
	c.n = (size_t)n;
	if (m && n == 1)
		return py_run_math(&c, m) ? -1 : 1;
	if (b && c.n >= b->least && c.n <= b->most)
		return b->run(&c) ? -1 : 1;
	return py_blame(x, e, d, "%d argument%s of %.40s; expected %zu", n,
		n == 1 ? "" : "s", e->s, b ? b->least : (size_t)1);
}
