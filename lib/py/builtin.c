/* SPDX-License-Identifier: MIT */
/*
 * Python's built-in functions (library reference 3.11), and which names are
 * functions.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "py/native.h"

bool py_given(const struct py_call *c, size_t i)
{
	return i < c->narg && c->arg[i].type != PY_UNBOUND;
}

int py_result(struct py_call *c, struct py_value v)
{
	*c->ret = v;
	return 0;
}

int py_int_arg(struct py_call *c, size_t i, int64_t *ret)
{
	*ret = 0;
	if (c->arg[i].type != PY_INT && c->arg[i].type != PY_BOOL)
		return py_raise_arg(c, i, "an int");
	*ret = c->arg[i].u.i;
	return 0;
}

int py_float_arg(struct py_call *c, size_t i, double *ret)
{
	*ret = 0;
	if (!py_is_number(&c->arg[i]))
		return py_raise_arg(c, i, "a number");
	*ret = py_number(&c->arg[i]);
	return 0;
}

int py_text_result(struct py_call *c, struct buf *b, int bad)
{
	int ret =
		bad ? py_raise_nomem(c->run, b->len)
		    : py_new_str(c->run, b->len ? b->data : "", b->len, c->ret);

	buf_free(b);
	return ret;
}

/* --- numbers -------------------------------------------------------------- */

static int call_abs(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	struct py_value zero = py_int(0);

	if (v->type == PY_FLOAT)
		return py_result(c, py_float(fabs(v->u.f)));
	if (v->type == PY_INT || v->type == PY_BOOL)
		return py_result(c, py_int(v->u.i < 0 ? -v->u.i : v->u.i));
	if (v->type != PY_ARRAY)
		return py_raise_arg(c, 0, "a number");
	if (py_operate(c->run, c->at, PY_ADD, v, &zero, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < v->u.array->n; i++)
		c->ret->u.array->item[i] = fabs(c->ret->u.array->item[i]);
	return 0;
}

static int call_bool(struct py_call *c)
{
	int yes = py_given(c, 0) ? py_truth(c->run, c->at, &c->arg[0]) : 0;

	return yes < 0 ? -1 : py_result(c, py_bool(yes > 0));
}

/* " 1e-3 ", "inf": without the blanks around. */
static int text_number(struct py_call *c, double *ret)
{
	struct py_str s = *c->arg[0].u.str;

	while (s.n > 0 && isspace((unsigned char)s.s[0])) {
		s.s++;
		s.n--;
	}
	while (s.n > 0 && isspace((unsigned char)s.s[s.n - 1]))
		s.n--;
	if (num_cell_double(s.s, s.n, ret))
		return py_raise_arg(c, 0, "a number or the text of one");
	return 0;
}

static int call_float(struct py_call *c)
{
	double x = 0;

	if (!py_given(c, 0))
		return py_result(c, py_float(0));
	if (c->arg[0].type == PY_STR) {
		if (text_number(c, &x) < 0)
			return -1;
	} else if (c->arg[0].type == PY_ARRAY && c->arg[0].u.array->n == 1) {
		x = c->arg[0].u.array->item[0];
	} else if (py_is_number(&c->arg[0])) {
		x = py_number(&c->arg[0]);
	} else {
		return py_raise_arg(c, 0, "a number");
	}
	return py_result(c, py_float(x));
}

static int call_int(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	double x;

	if (!py_given(c, 0))
		return py_result(c, py_int(0));
	if (v->type == PY_INT || v->type == PY_BOOL)
		return py_result(c, py_int(v->u.i));
	if (v->type == PY_STR) {
		const struct py_str *s = v->u.str;
		if (text_number(c, &x) < 0)
			return -1;
		for (size_t i = 0; i < s->n; i++)
			if (strchr(".eEnN", s->s[i]))
				return py_raise_arg(c, 0, "an int's text");
	} else if (v->type == PY_ARRAY && v->u.array->n == 1) {
		x = v->u.array->item[0];
	} else if (v->type == PY_FLOAT) {
		x = v->u.f;
	} else {
		return py_raise_arg(c, 0, "a number");
	}
	return py_int_of(c->run, c->at, trunc(x), c->ret);
}

static int call_round(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	bool digits = py_given(c, 1) && c->arg[1].type != PY_NONE;
	int64_t n = 0;

	if (!py_is_number(v))
		return py_raise_arg(c, 0, "a number");
	if (digits && py_int_arg(c, 1, &n) < 0)
		return -1;
	if (v->type != PY_FLOAT)
		return py_result(
			c, py_int(n < 0 ? (int64_t)py_round((double)v->u.i, n)
					: v->u.i));
	if (digits)
		return py_result(c, py_float(py_round(v->u.f, n)));
	return py_int_of(c->run, c->at, rint(v->u.f), c->ret);
}

static int call_pow(struct py_call *c)
{
	return py_operate(
		c->run, c->at, PY_POW, &c->arg[0], &c->arg[1], c->ret);
}

static int call_divmod(struct py_call *c)
{
	if (py_new_list(c->run, PY_TUPLE, 2, c->ret) < 0)
		return -1;
	c->ret->u.list->n = 2;
	return py_operate(c->run, c->at, PY_FLOOR_DIV, &c->arg[0], &c->arg[1],
		       &c->ret->u.list->item[0]) < 0
		       ? -1
		       : py_operate(c->run, c->at, PY_MOD, &c->arg[0],
				 &c->arg[1], &c->ret->u.list->item[1]);
}

/* --- sequences ------------------------------------------------------------ */

/* A name whose value the host gave. */
static bool is_host_name(const struct py_run *r, const struct py_node *e)
{
	if (!e || e->form == PY_ATTR || e->form == PY_INDEX)
		return e != NULL;
	return e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
	       r->module->global[e->slot].fixed;
}

static int call_len(struct py_call *c)
{
	long long n;

	/* A number there stands for what has so many items. */
	if (c->arg[0].type == PY_INT && is_host_name(c->run, c->given[0].at))
		return py_result(c, c->arg[0]);
	n = py_count(c->run, c->at, &c->arg[0]);
	return n < 0 ? -1 : py_result(c, py_int(n));
}

static int any_all(struct py_call *c, int stop)
{
	long long n = py_count(c->run, c->at, &c->arg[0]);
	struct py_value item;

	if (n < 0 || py_charge(c->run, c->at, (size_t)n) < 0)
		return -1;
	for (long long i = 0; i < n; i++) {
		int yes;
		if (py_nth(c->run, &c->arg[0], (size_t)i, &item) < 0)
			return -1;
		yes = py_truth(c->run, c->at, &item);
		if (yes < 0)
			return -1;
		if (yes == stop)
			return py_result(c, py_bool(stop));
	}
	return py_result(c, py_bool(!stop));
}

static int call_any(struct py_call *c)
{
	return any_all(c, 1);
}

static int call_all(struct py_call *c)
{
	return any_all(c, 0);
}

/* slice(a, b), as fastai takes rates of groups: what it was given. */
static int call_slice(struct py_call *c)
{
	if (py_new_list(c->run, PY_TUPLE, 3, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (py_given(c, i) && c->arg[i].type != PY_NONE &&
			py_list_add(c->run, c->ret->u.list, c->arg[i]) < 0)
			return -1;
	return 0;
}

static int call_list(struct py_call *c)
{
	if (!py_given(c, 0))
		return py_new_list(c->run, PY_LIST, 0, c->ret);
	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret);
}

static int call_tuple(struct py_call *c)
{
	if (!py_given(c, 0))
		return py_new_list(c->run, PY_TUPLE, 0, c->ret);
	return py_list_of(c->run, c->at, &c->arg[0], PY_TUPLE, c->ret);
}

/* The key and the value of a pair. */
static int add_pair(struct py_call *c, const struct py_value *pair)
{
	struct py_value key, value;
	long long n = py_count(c->run, c->at, pair);

	if (n < 0)
		return -1;
	if (n != 2)
		return py_raise(c->run, c->at,
			"%lld items; expected a key and a value", n);
	return py_nth(c->run, pair, 0, &key) < 0 ||
			       py_nth(c->run, pair, 1, &value) < 0
		       ? -1
		       : py_dict_set(
				 c->run, c->at, c->ret->u.list, &key, &value);
}

int py_add_named(struct py_call *c)
{
	for (size_t i = 0; i < c->ngiven; i++) {
		const struct py_arg *a = &c->given[i];
		struct py_value key;
		if (a->name.n == 0)
			continue;
		if (py_new_str(c->run, a->name.s, a->name.n, &key) < 0 ||
			py_dict_set(c->run, c->at, c->ret->u.list, &key,
				&a->value) < 0)
			return -1;
	}
	return 0;
}

int py_call_dict(struct py_call *c)
{
	struct py_value item;
	long long n;

	if (py_new_list(c->run, PY_DICT, 0, c->ret) < 0)
		return -1;
	if (py_given(c, 0) && c->arg[0].type == PY_DICT) {
		const struct py_list *d = c->arg[0].u.list;
		for (size_t i = 0; i < d->n; i += 2)
			if (py_dict_set(c->run, c->at, c->ret->u.list,
				    &d->item[i], &d->item[i + 1]) < 0)
				return -1;
	} else if (py_given(c, 0)) {
		n = py_count(c->run, c->at, &c->arg[0]);
		if (n < 0)
			return -1;
		for (long long i = 0; i < n; i++)
			if (py_nth(c->run, &c->arg[0], (size_t)i, &item) < 0 ||
				add_pair(c, &item) < 0)
				return -1;
	}
	return py_add_named(c);
}

static int call_namespace(struct py_call *c)
{
	if (py_new_list(c->run, PY_NAMESPACE, 0, c->ret) < 0)
		return -1;
	return py_add_named(c);
}

static int call_range(struct py_call *c)
{
	int64_t from = 0, to, step = 1, n;

	if (py_int_arg(c, 0, &to) < 0)
		return -1;
	if (py_given(c, 1)) {
		from = to;
		if (py_int_arg(c, 1, &to) < 0)
			return -1;
	}
	if (py_given(c, 2) && py_int_arg(c, 2, &step) < 0)
		return -1;
	if (step == 0)
		return py_raise(c->run, c->at, "range() by 0; expected a step");
	n = step > 0 ? (to - from + step - 1) / step
		     : (from - to - step - 1) / -step;
	n = n < 0 ? 0 : n;
	if (n > PY_ITEMS_MAX)
		return py_raise(c->run, c->at,
			"a range of %lld; expected at most %d", (long long)n,
			PY_ITEMS_MAX);
	if (py_charge(c->run, c->at, (size_t)n) < 0 ||
		py_new_list(c->run, PY_LIST, (size_t)n, c->ret) < 0)
		return -1;
	for (int64_t i = 0; i < n; i++)
		c->ret->u.list->item[i] = py_int(from + i * step);
	c->ret->u.list->n = (size_t)n;
	return 0;
}

static int call_enumerate(struct py_call *c)
{
	long long n = py_count(c->run, c->at, &c->arg[0]);
	int64_t start = 0;

	if (n < 0 || (py_given(c, 1) && py_int_arg(c, 1, &start) < 0) ||
		py_charge(c->run, c->at, (size_t)n) < 0 ||
		py_new_list(c->run, PY_LIST, (size_t)n, c->ret) < 0)
		return -1;
	for (long long i = 0; i < n; i++) {
		struct py_value pair;
		if (py_new_list(c->run, PY_TUPLE, 2, &pair) < 0 ||
			py_nth(c->run, &c->arg[0], (size_t)i,
				&pair.u.list->item[1]) < 0)
			return -1;
		pair.u.list->item[0] = py_int(start + i);
		pair.u.list->n = 2;
		c->ret->u.list->item[i] = pair;
	}
	c->ret->u.list->n = (size_t)n;
	return 0;
}

static int call_zip(struct py_call *c)
{
	long long n = c->narg ? PY_ITEMS_MAX : 0, len;

	for (size_t i = 0; i < c->narg; i++) {
		len = py_count(c->run, c->at, &c->arg[i]);
		if (len < 0)
			return -1;
		n = len < n ? len : n;
	}
	if (py_charge(c->run, c->at, (size_t)n * c->narg) < 0 ||
		py_new_list(c->run, PY_LIST, (size_t)n, c->ret) < 0)
		return -1;
	for (long long k = 0; k < n; k++) {
		struct py_value row;
		if (py_new_list(c->run, PY_TUPLE, c->narg, &row) < 0)
			return -1;
		for (size_t i = 0; i < c->narg; i++)
			if (py_nth(c->run, &c->arg[i], (size_t)k,
				    &row.u.list->item[i]) < 0)
				return -1;
		row.u.list->n = c->narg;
		c->ret->u.list->item[k] = row;
	}
	c->ret->u.list->n = (size_t)n;
	return 0;
}

/* F of each item: map, and filter, which keeps the item. */
static int each(struct py_call *c, bool keep)
{
	const struct py_value *f = &c->arg[0];
	long long n = py_count(c->run, c->at, &c->arg[1]);

	if (n < 0 || py_charge(c->run, c->at, (size_t)n) < 0 ||
		py_new_list(c->run, PY_LIST, (size_t)n, c->ret) < 0)
		return -1;
	for (long long i = 0; i < n; i++) {
		struct py_arg item = {0};
		struct py_value v;
		int yes = 1;
		if (py_nth(c->run, &c->arg[1], (size_t)i, &item.value) < 0)
			return -1;
		v = item.value;
		if (f->type != PY_NONE &&
			py_invoke(c->run, c->at, f, &item, 1, &v) < 0)
			return -1;
		if (keep)
			yes = py_truth(c->run, c->at, &v);
		if (yes < 0 || (yes && py_list_add(c->run, c->ret->u.list,
					       keep ? item.value : v) < 0))
			return -1;
	}
	return 0;
}

static int call_map(struct py_call *c)
{
	return each(c, false);
}

static int call_filter(struct py_call *c)
{
	return each(c, true);
}

int py_call_reversed(struct py_call *c)
{
	if (py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret) < 0)
		return -1;
	for (size_t i = 0, n = c->ret->u.list->n; i < n / 2; i++) {
		struct py_value *item = c->ret->u.list->item, swap = item[i];
		item[i] = item[n - 1 - i];
		item[n - 1 - i] = swap;
	}
	return 0;
}

/* A < B: 1, 0, or -1 raised. */
static int less(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b)
{
	struct py_value less;

	return py_operate(r, at, PY_LT, a, b, &less) < 0
		       ? -1
		       : py_truth(r, at, &less);
}

/* Merges the sorted halves of KEY[0..N) with what belongs to them. */
static int merge(struct py_call *c, struct py_value *key, struct py_value *item,
	size_t n, struct py_value *spare, bool down)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (py_charge(c->run, c->at, n) < 0)
		return -1;
	while (i < half || j < n) {
		int second = i == half;
		if (i < half && j < n)
			second = down ? less(c->run, c->at, &key[i], &key[j])
				      : less(c->run, c->at, &key[j], &key[i]);
		if (second < 0)
			return -1;
		spare[2 * k] = second ? key[j] : key[i];
		spare[2 * k++ + 1] = second ? item[j++] : item[i++];
	}
	for (k = 0; k < n; k++) {
		key[k] = spare[2 * k];
		item[k] = spare[2 * k + 1];
	}
	return 0;
}

/* Stable, as Python's. */
static int sort(struct py_call *c, struct py_value *key, struct py_value *item,
	size_t n, struct py_value *spare, bool down)
{
	size_t half = n / 2;

	if (n < 2)
		return 0;
	if (sort(c, key, item, half, spare, down) < 0 ||
		sort(c, key + half, item + half, n - half, spare, down) < 0)
		return -1;
	return merge(c, key, item, n, spare, down);
}

/* KEY(item) of each of LIST's items, or the items. */
static struct py_value *keys_of(
	struct py_call *c, const struct py_list *list, const struct py_value *f)
{
	struct py_value *key = py_alloc(c->run, (list->n + 1) * sizeof(*key));
	struct py_arg item = {0};

	for (size_t i = 0; key && i < list->n; i++) {
		item.value = key[i] = list->item[i];
		if (f->type != PY_UNBOUND && f->type != PY_NONE &&
			py_invoke(c->run, c->at, f, &item, 1, &key[i]) < 0)
			return NULL;
	}
	return key;
}

int py_call_sorted(struct py_call *c)
{
	int down = py_given(c, 2) ? py_truth(c->run, c->at, &c->arg[2]) : 0;
	struct py_value *key, *spare;
	struct py_list *l;

	if (down < 0 ||
		py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret) < 0)
		return -1;
	l = c->ret->u.list;
	key = keys_of(c, l, &c->arg[1]);
	spare = key ? py_alloc(c->run, (l->n * 2 + 1) * sizeof(*spare)) : NULL;
	return spare ? sort(c, key, l->item, l->n, spare, down) : -1;
}

/* min and max: arg[0] key, arg[1] default, then the values or one list. */
static int extreme(struct py_call *c, bool max)
{
	struct py_value list, *key;
	size_t best = 0, n = c->narg - 2;

	if (n == 0)
		return py_raise(
			c->run, c->at, "%s() without arguments", c->fn->name);
	if (n == 1) {
		if (py_list_of(c->run, c->at, &c->arg[2], PY_LIST, &list) < 0)
			return -1;
	} else {
		if (py_new_list(c->run, PY_LIST, n, &list) < 0)
			return -1;
		memcpy(list.u.list->item, &c->arg[2],
			n * sizeof(struct py_value));
		list.u.list->n = n;
	}
	key = keys_of(c, list.u.list, &c->arg[0]);
	if (!key)
		return -1;
	if (list.u.list->n == 0) {
		if (py_given(c, 1))
			return py_result(c, c->arg[1]);
		return py_raise(
			c->run, c->at, "%s() of an empty list", c->fn->name);
	}
	for (size_t i = 1; i < list.u.list->n; i++) {
		int better = max ? less(c->run, c->at, &key[best], &key[i])
				 : less(c->run, c->at, &key[i], &key[best]);
		if (better < 0)
			return -1;
		best = better ? i : best;
	}
	if (list.u.list->n == 1 && list.u.list->item[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &list.u.list->item[0]);
	return py_result(c, list.u.list->item[best]);
}

static int call_min(struct py_call *c)
{
	return extreme(c, false);
}

static int call_max(struct py_call *c)
{
	return extreme(c, true);
}

static int call_sum(struct py_call *c)
{
	long long n = py_count(c->run, c->at, &c->arg[0]);
	struct py_value item, sum = py_given(c, 1) ? c->arg[1] : py_int(0);

	if (n < 0 || py_charge(c->run, c->at, (size_t)n) < 0)
		return -1;
	for (long long i = 0; i < n; i++)
		if (py_nth(c->run, &c->arg[0], (size_t)i, &item) < 0 ||
			py_operate(c->run, c->at, PY_ADD, &sum, &item, &sum) <
				0)
			return -1;
	return py_result(c, sum);
}

/* --- objects -------------------------------------------------------------- */

static int call_str(struct py_call *c)
{
	struct buf b = {0};

	if (py_given(c, 0) && c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	return py_text_result(
		c, &b, py_given(c, 0) && py_str_add(&b, &c->arg[0]));
}

static int call_repr(struct py_call *c)
{
	struct buf b = {0};

	if (c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	return py_text_result(c, &b, py_repr(&b, &c->arg[0]));
}

static int call_print(struct py_call *c)
{
	return py_result(c, py_none());
}

/* Whether V is of the type that NAME, a built-in function, makes. */
static bool is_instance(const struct py_value *v, const char *name)
{
	static const struct {
		const char *name;
		enum py_type type;
	} types[] = {{"bool", PY_BOOL}, {"int", PY_INT}, {"int", PY_BOOL},
		{"float", PY_FLOAT}, {"str", PY_STR}, {"list", PY_LIST},
		{"tuple", PY_TUPLE}, {"dict", PY_DICT}};

	for (size_t i = 0; i < N(types); i++)
		if (types[i].type == v->type &&
			strcmp(types[i].name, name) == 0)
			return true;
	return false;
}

static int call_isinstance(struct py_call *c)
{
	const struct py_value *type = &c->arg[1], *one = type;
	size_t n = 1;

	if (c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (type->type == PY_TUPLE) {
		one = type->u.list->item;
		n = type->u.list->n;
	}
	for (size_t i = 0; i < n; i++) {
		if (one[i].type == PY_NATIVE &&
			is_instance(&c->arg[0], one[i].u.native->name))
			return py_result(c, py_bool(true));
		if (one[i].type != PY_NATIVE && one[i].type != PY_UNKNOWN)
			return py_raise_arg(c, 1, "a type");
	}
	return py_result(c, py_bool(false));
}

static int call_callable(struct py_call *c)
{
	enum py_type t = c->arg[0].type;

	if (t == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	return py_result(c, py_bool(t == PY_FUNCTION || t == PY_NATIVE ||
				    t == PY_METHOD || t == PY_OPAQUE));
}

/* getattr and hasattr: the attribute, 0 where there is none. */
static int attribute(struct py_call *c, struct py_value *ret)
{
	if (c->arg[1].type != PY_STR)
		return py_raise_arg(c, 1, "a string");
	return py_attribute(c->run, c->at, &c->arg[0], c->arg[1].u.str, ret);
}

static int call_getattr(struct py_call *c)
{
	const struct py_module *m = c->run->module;
	int found;

	/* getattr(optim, name) of unknown things: nobody knows what. */
	if (c->arg[1].type == PY_UNKNOWN && c->at &&
		c->arg[0].type == PY_UNKNOWN)
		return py_new_unknown(c->run, c->at, m->text + c->at->at,
			c->at->end - c->at->at, NULL, c->ret);
	found = attribute(c, c->ret);
	if (found < 0)
		return -1;
	if (py_given(c, 2) && (!found || c->ret->type == PY_UNKNOWN)) {
		const struct py_host *host = c->run->py->host;
		if (found && host && host->defaulted)
			host->defaulted(
				c->run, &c->ret->u.unknown->path, &c->arg[2]);
		return py_result(c, c->arg[2]);
	}
	if (!found)
		return py_raise(c->run, c->at, "%s has no '%.*s'",
			py_type_name(&c->arg[0]), (int)c->arg[1].u.str->n,
			c->arg[1].u.str->s);
	return 0;
}

static int call_hasattr(struct py_call *c)
{
	struct py_value v = py_none();
	int found = attribute(c, &v);

	if (found < 0)
		return -1;
	return py_result(c, py_bool(found && v.type != PY_UNKNOWN));
}

static const struct py_native functions[] = {
	{"abs", 1, 1, "", call_abs, NULL},
	{"all", 1, 1, "", call_all, NULL},
	{"any", 1, 1, "", call_any, NULL},
	{"bool", 0, 1, "", call_bool, NULL},
	{"callable", 1, 1, "", call_callable, NULL},
	{"dict", 0, 1, "**", py_call_dict, NULL},
	{"divmod", 2, 2, "", call_divmod, NULL},
	{"enumerate", 1, 2, "iterable start", call_enumerate, NULL},
	{"filter", 2, 2, "", call_filter, NULL},
	{"float", 0, 1, "", call_float, NULL},
	{"getattr", 2, 3, "", call_getattr, NULL},
	{"hasattr", 2, 2, "", call_hasattr, NULL},
	{"int", 0, 1, "", call_int, NULL},
	{"isinstance", 2, 2, "", call_isinstance, NULL},
	{"len", 1, 1, "", call_len, NULL},
	{"list", 0, 1, "", call_list, NULL},
	{"map", 2, 2, "", call_map, NULL},
	{"max", 0, PY_ANY, "key default", call_max, NULL},
	{"min", 0, PY_ANY, "key default", call_min, NULL},
	{"pow", 2, 2, "base exp", call_pow, NULL},
	{"print", 0, PY_ANY, "sep end flush", call_print, NULL},
	{"range", 1, 3, "", call_range, NULL},
	{"repr", 1, 1, "", call_repr, NULL},
	{"reversed", 1, 1, "", py_call_reversed, NULL},
	{"round", 1, 2, "number ndigits", call_round, NULL},
	{"slice", 1, 3, "", call_slice, NULL},
	{"sorted", 1, 3, "iterable key reverse", py_call_sorted, NULL},
	{"str", 0, 1, "", call_str, NULL},
	{"sum", 1, 2, "iterable start", call_sum, NULL},
	{"tuple", 0, 1, "", call_tuple, NULL},
	{"zip", 0, PY_ANY, "", call_zip, NULL},
	{"SimpleNamespace", 0, 0, "**", call_namespace, NULL},
	{"Namespace", 0, 0, "**", call_namespace, NULL},
	{"ArgumentParser", 0, PY_ANY, "**", py_call_parser, NULL},
};

/* Modules whose functions have a meaning here; np is numpy's and its kin's. */
static const struct {
	const char *prefix;
	bool np;
} modules[] = {
	{"math.", false},
	{"np.", true},
	{"numpy.", true},
	{"jnp.", true},
	{"jax.numpy.", true},
	{"torch.", true},
	{"tf.math.", true},
	{"tf.", true},
	{"tensorflow.math.", true},
	{"tensorflow.", true},
	{"keras.ops.", true},
	{"types.", false},
	{"argparse.", false},
	{"builtins.", false},
};

bool py_is_module(const struct py_str *name)
{
	for (size_t i = 0; i < N(modules); i++)
		if (strlen(modules[i].prefix) == name->n + 1 &&
			memcmp(modules[i].prefix, name->s, name->n) == 0)
			return true;
	return false;
}

bool py_builtin(const char *path, size_t n, bool bare, struct py_value *ret)
{
	const struct py_native *fn =
		py_native_find(functions, N(functions), path, n);

	if (fn) {
		*ret = py_native_value(fn);
		return true;
	}
	for (size_t i = 0; i < N(modules); i++) {
		size_t len = strlen(modules[i].prefix);
		if (n <= len || memcmp(path, modules[i].prefix, len) != 0)
			continue;
		path += len;
		n -= len;
		if (modules[i].np && py_array_find(path, n, ret))
			return true;
		if (py_math_find(path, n, ret))
			return true;
		fn = py_native_find(functions, N(functions), path, n);
		if (fn)
			*ret = py_native_value(fn);
		return fn != NULL;
	}
	return bare && py_math_find(path, n, ret);
}
