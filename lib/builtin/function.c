/* SPDX-License-Identifier: MIT */
/*
 * Python's built-in functions (library reference 3.11).
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"
#include "builtin/builtin_impl.h"

/* --- numbers ---------------------------------------------------------- */

static int call_abs(struct py_call *c)
{
	struct py_value v = c->arg[0], fn;
	struct py_arg arg = {.value = v};

	if (v.type == PY_ARRAY) {
		fn = py_native_value(c->run->py->arrays->find("abs", 3, false));
		return py_invoke(c->run, c->at, &fn, &arg, 1, c->ret);
	}
	if (!py_is_number(&v))
		return py_raise_arg(c, 0, "a number");
	if (v.type == PY_FLOAT)
		v.u.f = fabs(v.u.f);
	else if (v.u.i < 0)
		return py_unary(c->run, c->at, PY_NEG, &v, c->ret);
	if (v.type == PY_BOOL && !v.np)
		v.type = PY_INT;
	return py_result(c, v);
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

	while (s.n > 0 && str_is_space(s.s[0])) {
		s.s++;
		s.n--;
	}
	while (s.n > 0 && str_is_space(s.s[s.n - 1]))
		s.n--;
	if (num_cell_double(s.s, s.n, ret))
		return py_exception(c->run, "ValueError",
			py_raise_arg(c, 0, "a number or the text of one"));
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

/* int("-12"), int("ff", 16) */
static int int_of_text(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	int64_t x = 0, base = 10;
	size_t i = 0, n = s->n;
	bool minus, any = false;

	if (py_given(c, 1) && py_int_arg(c, 1, &base) < 0)
		return -1;
	while (n > 0 && str_is_space(s->s[n - 1]))
		n--;
	while (i < n && str_is_space(s->s[i]))
		i++;
	minus = i < n && s->s[i] == '-';
	i += i < n && (s->s[i] == '-' || s->s[i] == '+');
	for (; i < n; i++) {
		int digit = (int)str_digit(s->s[i]);

		if (s->s[i] == '_' && any)
			continue;
		if (digit >= base || base < 2 || base > 36)
			break;
		if (__builtin_mul_overflow(x, base, &x) ||
			__builtin_add_overflow(x, digit, &x))
			return py_raise_arg(c, 0, "an int of 64 bits");
		any = true;
	}
	if (i < n || !any)
		return py_exception(c->run, "ValueError",
			py_raise_arg(c, 0, "an int's text"));
	return py_result(c, py_int(minus ? -x : x));
}

static int call_int(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	double x;

	if (!py_given(c, 0))
		return py_result(c, py_int(0));
	if (v->type == PY_INT || v->type == PY_BOOL)
		return py_result(c, py_int(v->u.i));
	if (v->type == PY_STR)
		return int_of_text(c);
	if (v->type == PY_ARRAY && v->u.array->n == 1)
		x = v->u.array->item[0];
	else if (v->type == PY_FLOAT)
		x = v->u.f;
	else
		return py_raise_arg(c, 0, "a number");
	return py_int_of(c->run, c->at, trunc(x), c->ret);
}

/* A multiple of 10 ** N, half to even. */
static int64_t round_int(int64_t x, int64_t n)
{
	int64_t p = 1, rest;

	for (; n > 0 && p < INT64_MAX / 100; n--)
		p *= 10;
	if (n > 0)
		return 0;
	rest = x % p;
	x -= rest;
	if (rest > p / 2 || (rest == p / 2 && x / p % 2 != 0))
		x += p;
	else if (rest < -p / 2 || (rest == -p / 2 && x / p % 2 != 0))
		x -= p;
	return x;
}

static int call_round(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	bool digits = !py_is_none(c, 1);
	int64_t n = 0;

	if (!py_is_number(v) || (v->np && v->type == PY_BOOL))
		return py_raise_arg(c, 0, "a number");
	if (digits && py_int_arg(c, 1, &n) < 0)
		return -1;
	if (v->type != PY_FLOAT) {
		*c->ret = py_int(n < 0 ? round_int(v->u.i, -n) : v->u.i);
		c->ret->np = v->np && digits;
		return 0;
	}
	if (!digits)
		return py_int_of(c->run, c->at, rint(v->u.f), c->ret);
	*c->ret = py_float(
		v->np ? py_round_scaled(v->u.f, n) : py_round(v->u.f, n));
	c->ret->np = v->np;
	return 0;
}

static int call_pow(struct py_call *c)
{
	return py_operate(
		c->run, c->at, PY_POW, &c->arg[0], &c->arg[1], c->ret);
}

static int call_divmod(struct py_call *c)
{
	const struct py_value *a = &c->arg[0], *b = &c->arg[1];
	struct py_value whole, rest;

	return py_operate(c->run, c->at, PY_FLOOR_DIV, a, b, &whole) < 0 ||
			       py_operate(c->run, c->at, PY_MOD, a, b, &rest) <
				       0
		       ? -1
		       : py_new_pair(c->run, whole, rest, c->ret);
}

/* --- sequences -------------------------------------------------------- */

/* A name whose value the host gave. */
static bool is_host_name(const struct py_run *r, const struct py_node *e)
{
	if (!e || e->form == PY_ATTR || e->form == PY_INDEX)
		return e != NULL;
	return e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
	       r->module->global[e->slot].fixed;
}

/* Whether -D gave something the value I, as a parameter may have it. */
static bool is_defined(const struct py_run *r, int64_t i)
{
	for (const struct py_defined *x = r->py->defined; x; x = x->before)
		if (x->value.type == PY_INT && x->value.u.i == i)
			return true;
	return false;
}

/*
 * len(x) failed: for want of a part of x, an object of the text's, or of what
 * should have made it, x is what has no value, unless -D says how long it is.
 */
static int length_given(struct py_call *c, const struct py_state *before)
{
	const struct py_value *v = &c->arg[0];
	const struct py_unknown *u = c->run->error.unknown;
	const struct py_node *e = c->ngiven > 0 ? c->given[0].at : NULL;
	const struct py_host *host = c->run->py->host;
	struct py_value given;
	int found;

	if (!e || e->form != PY_NAME || py_is_named(&e->s, "self") ||
		!(v->type == PY_NAMESPACE || (u && py_is_own_part(&u->path))))
		return -1;
	py_forget(c->run, before);
	found = host && host->lookup
			? host->lookup(c->run, e->s.s, e->s.n, &given)
			: 0;
	if (found < 0 || (found == 0 && py_new_unknown(c->run, e, e->s.s,
						e->s.n, NULL, &given) < 0))
		return -1;
	return given.type == PY_UNKNOWN ? py_raise_unknown(c->run, e, &given)
					: py_result(c, given);
}

static int call_len(struct py_call *c)
{
	const struct py_state before = py_state_of(c->run);
	long long n;

	/* A number there stands for what has so many items. */
	if (c->arg[0].type == PY_INT &&
		((c->ngiven > 0 && is_host_name(c->run, c->given[0].at)) ||
			is_defined(c->run, c->arg[0].u.i)))
		return py_result(c, c->arg[0]);
	n = py_count(c->run, c->at, &c->arg[0]);
	return n < 0 ? length_given(c, &before) : py_result(c, py_int(n));
}

/* any() and all(): an item of the truth WHAT ends them. */
static int call_until(struct py_call *c)
{
	const int stop = c->fn->what;
	struct py_value item;
	struct py_iter it;
	int more, yes;

	if (py_iterate(c->run, c->at, &c->arg[0], &it) < 0)
		return -1;
	while ((more = py_next(c->run, c->at, &it, &item)) > 0) {
		yes = py_truth(c->run, c->at, &item);
		if (yes < 0)
			return -1;
		if (yes == stop)
			return py_result(c, py_bool(stop));
	}
	return more < 0 ? -1 : py_result(c, py_bool(!stop));
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

/* list() and tuple(). */
static int call_sequence(struct py_call *c)
{
	const enum py_type type = (enum py_type)c->fn->what;

	if (!py_given(c, 0))
		return py_new_list(c->run, type, 0, c->ret);
	return py_list_of(c->run, c->at, &c->arg[0], type, c->ret);
}

static int call_set(struct py_call *c)
{
	if (!py_given(c, 0))
		return py_new_list(c->run, PY_SET, 0, c->ret);
	return py_set_of(c->run, c->at, &c->arg[0], c->ret);
}

int py_add_pairs(struct py_call *c, const struct py_value *v, struct py_list *d)
{
	struct py_value pair, all;
	struct py_iter it;
	int more;

	if (v->type == PY_DICT) {
		if (py_readable(c->run, c->at, v) < 0)
			return -1;
		for (size_t i = 0; i < v->u.list->n; i += 2)
			if (py_dict_set(c->run, c->at, d, &v->u.list->item[i],
				    &v->u.list->item[i + 1]) < 0)
				return -1;
		return 0;
	}
	if (py_iterate(c->run, c->at, v, &it) < 0)
		return -1;
	while ((more = py_next(c->run, c->at, &it, &pair)) > 0) {
		if (py_list_of(c->run, c->at, &pair, PY_LIST, &all) < 0)
			return -1;
		if (all.u.list->n != 2)
			return py_raise(c->run, c->at,
				"%zu items; expected a key and a value",
				all.u.list->n);
		if (py_dict_set(c->run, c->at, d, &all.u.list->item[0],
			    &all.u.list->item[1]) < 0)
			return -1;
	}
	return more;
}

int py_add_named(struct py_call *c)
{
	for (size_t i = 0; i < c->ngiven; i++) {
		const struct py_arg *a = &c->given[i];
		struct py_value key;
		if (a->name.n == 0)
			continue;
		if (py_new_str(c->run, a->name.s, a->name.n, &key) < 0 ||
			py_dict_set(c->run, c->at, py_held(c->ret), &key,
				&a->value) < 0)
			return -1;
	}
	return 0;
}

static int call_dict(struct py_call *c)
{
	if (py_new_list(c->run, PY_DICT, 0, c->ret) < 0 ||
		(c->narg > 1 &&
			py_add_pairs(c, &c->arg[1], c->ret->u.list) < 0))
		return -1;
	return py_add_named(c);
}

static int call_fromkeys(struct py_call *c)
{
	struct py_value keys, v = py_given(c, 1) ? c->arg[1] : py_none();

	if (py_list_of(c->run, c->at, &c->arg[0], PY_LIST, &keys) < 0 ||
		py_new_list(c->run, PY_DICT, 0, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < keys.u.list->n; i++)
		if (py_dict_set(c->run, c->at, c->ret->u.list,
			    &keys.u.list->item[i], &v) < 0)
			return -1;
	return 0;
}

/* The attributes of an object, as its own dict. */
static int call_vars(struct py_call *c)
{
	if (c->arg[0].type != PY_NAMESPACE)
		return py_raise_arg(c, 0, "an object");
	return py_result(c, py_vars(&c->arg[0]));
}

static int call_namespace(struct py_call *c)
{
	if (py_new_namespace(c->run, NULL, c->ret) < 0)
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
		return py_raise_as(c->run, c->at, "ValueError",
			"range() by 0; expected a step");
	if (from < -PY_INT_MAX || from > PY_INT_MAX || to < -PY_INT_MAX ||
		to > PY_INT_MAX || step < -PY_INT_MAX || step > PY_INT_MAX)
		return py_raise(c->run, c->at,
			"a range of ints beyond 2**53; expected smaller ones");
	n = step > 0 ? (to - from + step - 1) / step
		     : (from - to - step - 1) / -step;
	return py_new_range(c->run, from, step, n < 0 ? 0 : (size_t)n, c->ret);
}

static int call_sum(struct py_call *c)
{
	struct py_value item, sum = py_given(c, 1) ? c->arg[1] : py_int(0);
	struct py_iter it;
	int more;

	if (sum.type == PY_STR)
		return py_raise_arg(c, 1, "a number");
	if (py_iterate(c->run, c->at, &c->arg[0], &it) < 0)
		return -1;
	while ((more = py_next(c->run, c->at, &it, &item)) > 0)
		if (py_operate(c->run, c->at, PY_ADD, &sum, &item, &sum) < 0)
			return -1;
	return more < 0 ? -1 : py_result(c, sum);
}

/* --- objects ---------------------------------------------------------- */

static int call_str(struct py_call *c)
{
	struct buf b = {0};
	int bad = 0;

	if (py_given(c, 0) && c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (py_given(c, 0))
		bad = py_add_str(c->run, c->at, &c->arg[0], &b);
	return py_take_str(c->run, &b, bad, c->ret);
}

static int call_repr(struct py_call *c)
{
	struct buf b = {0};

	if (c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	return py_take_str(
		c->run, &b, py_add_repr(c->run, c->at, &c->arg[0], &b), c->ret);
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
		bool np;
	} types[] = {{"bool", PY_BOOL, false}, {"int", PY_INT, false},
		{"int", PY_BOOL, false}, {"float", PY_FLOAT, false},
		{"str", PY_STR, false}, {"list", PY_LIST, false},
		{"tuple", PY_TUPLE, false}, {"dict", PY_DICT, false},
		{"set", PY_SET, false}, {"range", PY_RANGE, false},
		{"float", PY_FLOAT, true}, {"float64", PY_FLOAT, true},
		{"double", PY_FLOAT, true}, {"int64", PY_INT, true},
		{"int_", PY_INT, true}, {"bool_", PY_BOOL, true}};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].np == v->np && types[i].type == v->type &&
			strcmp(types[i].name, name) == 0)
			return true;
	return false;
}

/* numbers.Number, np.floating ...: what a number may be. */
static bool is_number_class(const struct py_value *v)
{
	const struct py_str *path = &v->u.unknown->path;

	return str_ends_with(path->s, path->n,
		"Number Real Integral floating integer number Iterable "
		"Sequence Callable Mapping generic");
}

/* type(V): the function or the class that makes such; nobody knows others. */
static int call_type(struct py_call *c)
{
	static const char *const makers[] = {
		"bool", "int", "float", "str", "list", "tuple", "dict", "set"};
	const struct py_value *v = &c->arg[0];
	const struct py_host *host = c->run->py->host;
	int found = host && host->class_of && v->type == PY_OPAQUE
			    ? host->class_of(c->run, v, c->ret)
			    : 0;

	if (found)
		return found < 0 ? -1 : 0;
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	if (py_class_of(v))
		return py_result(c, (struct py_value){.type = PY_TYPE,
					    .u.class = py_class_of(v)});
	for (size_t i = 0; i < ARRAY_SIZE(makers) && !v->np; i++)
		if (is_instance(v, makers[i]))
			return py_result(
				c, py_native_value(py_function_find(
					   makers[i], strlen(makers[i]))));
	return py_new_unknown(c->run, c->at, "type", 4, NULL, c->ret);
}

/* Whether V is of CLASS, as the host says: 1, 0, or -1: it is not known. */
static int is_of_host(struct py_run *r, const struct py_value *v,
	const struct py_value *class)
{
	const struct py_host *host = r->py->host;
	bool unknown = v->type == PY_UNKNOWN;
	/* The host may be of what a class of the text's is over, too. */
	if ((!unknown && !py_class_of(v) && v->type != PY_OPAQUE) ||
		(class->type != PY_OPAQUE && class->type != PY_UNKNOWN) ||
		!host || !host->instance)
		return unknown ? -1 : 0;
	return host->instance(r, v, class);
}

static int call_isinstance(struct py_call *c)
{
	const struct py_value *type = &c->arg[1], *one = type;
	const struct py_value *unknown = NULL;
	bool doubt = false;
	size_t n = 1;
	int host;

	if (type->type == PY_TUPLE) {
		one = type->u.list->item;
		n = type->u.list->n;
	}
	for (size_t i = 0; i < n; i++) {
		if (one[i].type == PY_NATIVE &&
			is_instance(&c->arg[0], one[i].u.native->name))
			return py_result(c, py_bool(true));
		if (one[i].type == PY_TYPE &&
			py_inherits(py_class_of(&c->arg[0]), one[i].u.class))
			return py_result(c, py_bool(true));
		host = is_of_host(c->run, &c->arg[0], &one[i]);
		if (host > 0)
			return py_result(c, py_bool(true));
		doubt = doubt || host < 0;
		if (one[i].type == PY_UNKNOWN)
			unknown = &one[i];
		else if (one[i].type != PY_NATIVE && one[i].type != PY_TYPE &&
			 !(one[i].type == PY_OPAQUE &&
				 (doubt || c->arg[0].type == PY_OPAQUE ||
					 c->arg[0].type == PY_UNKNOWN)))
			return py_raise_arg(c, 1, "a type");
	}
	/* Objects of unknown classes, and numbers, may be of others, too. */
	if (doubt && c->arg[0].type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (unknown && (doubt || c->arg[0].type == PY_NAMESPACE ||
			       is_number_class(unknown)))
		return py_raise_unknown(c->run, c->at, unknown);
	if (doubt)
		return py_raise(c->run, c->at,
			"whether this is of that class is not known here");
	return py_result(c, py_bool(false));
}

static int call_callable(struct py_call *c)
{
	enum py_type t = c->arg[0].type;

	if (t == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &c->arg[0]);
	if (t == PY_NAMESPACE)
		return py_result(
			c, py_bool(py_class_find(
				   py_class_of(&c->arg[0]), "__call__", 8)));
	return py_result(
		c, py_bool(t == PY_FUNCTION || t == PY_NATIVE ||
			   t == PY_METHOD || t == PY_OPAQUE || t == PY_TYPE));
}

static int call_format(struct py_call *c)
{
	static const struct py_str none = {0, ""};
	struct buf b = {0};
	int bad;

	if (py_given(c, 1) && c->arg[1].type != PY_STR)
		return py_raise_arg(c, 1, "a string");
	bad = py_format(c->run, c->at, &c->arg[0],
		py_given(c, 1) ? c->arg[1].u.str : &none, &b);
	return py_take_str(c->run, &b, bad, c->ret);
}

/* Of argparse: an object whose methods argparse.c has; it has its parents'. */
static int call_parser(struct py_call *c)
{
	const struct py_value *parents = NULL;

	for (size_t i = 0; i < c->ngiven; i++)
		if (py_is_named(&c->given[i].name, "parents"))
			parents = &c->given[i].value;
	if (py_new_namespace(c->run, NULL, c->ret) < 0)
		return -1;
	if (!parents || parents->type != PY_LIST)
		return 0;
	for (size_t i = 0; i < parents->u.list->n; i++) {
		const struct py_list *p = py_named(&parents->u.list->item[i]);

		for (size_t k = 0; p && k + 1 < p->n; k += 2)
			if (py_dict_set(c->run, c->at, py_held(c->ret),
				    &p->item[k], &p->item[k + 1]) < 0)
				return -1;
	}
	return 0;
}

static const struct py_native functions[] = {
	{"abs", 1, 1, "", call_abs, {NULL}},
	{"all", 1, 1, "", call_until, {.what = false}},
	{"any", 1, 1, "", call_until, {.what = true}},
	{"bool", 0, 1, "", call_bool, {NULL}},
	{"callable", 1, 1, "", call_callable, {NULL}},
	{"dict", 0, PY_ANY, "**", call_dict, {NULL}},
	{"dict.fromkeys", 1, 2, "", call_fromkeys, {NULL}},
	{"divmod", 2, 2, "", call_divmod, {NULL}},
	{"float", 0, 1, "", call_float, {NULL}},
	{"format", 1, 2, "", call_format, {NULL}},
	{"frozenset", 0, 1, "", call_set, {NULL}},
	{"int", 0, 2, "x base", call_int, {NULL}},
	{"isinstance", 2, 2, "", call_isinstance, {NULL}},
	{"len", 1, 1, "", call_len, {NULL}},
	{"list", 0, 1, "", call_sequence, {.what = PY_LIST}},
	{"pow", 2, 2, "base exp", call_pow, {NULL}},
	{"print", 0, PY_ANY, "sep end flush", call_print, {NULL}},
	{"range", 1, 3, "", call_range, {NULL}},
	{"repr", 1, 1, "", call_repr, {NULL}},
	{"round", 1, 2, "number ndigits", call_round, {NULL}},
	{"set", 0, 1, "", call_set, {NULL}},
	{"slice", 1, 3, "", call_slice, {NULL}},
	{"str", 0, 1, "", call_str, {NULL}},
	{"sum", 1, 2, "iterable start", call_sum, {NULL}},
	{"tuple", 0, 1, "", call_sequence, {.what = PY_TUPLE}},
	{"type", 1, 1, "", call_type, {NULL}},
	{"vars", 1, 1, "", call_vars, {NULL}},
	{"SimpleNamespace", 0, 0, "**", call_namespace, {NULL}},
	{"Namespace", 0, 0, "**", call_namespace, {NULL}},
	{"ArgumentParser", 0, PY_ANY, "**", call_parser, {NULL}},
};

const struct py_native *py_function_find(const char *name, size_t n)
{
	return py_native_find(functions, ARRAY_SIZE(functions), name, n);
}
