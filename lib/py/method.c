/* SPDX-License-Identifier: MIT */
/*
 * The methods of strings, lists, dicts and numbers (library reference 3.11),
 * and what an attribute is.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "py/native.h"

/* --- methods of strings --------------------------------------------------- */

/* arg[0] is the string, arg[I] text too. */
static const struct py_str *text_arg(struct py_call *c, size_t i)
{
	if (c->arg[i].type == PY_STR)
		return c->arg[i].u.str;
	py_raise_arg(c, i, "a string");
	return NULL;
}

static int affix(struct py_call *c, bool end)
{
	const struct py_str *s = c->arg[0].u.str, *x;
	const struct py_value *one = &c->arg[1];
	size_t n = 1;

	if (one->type == PY_TUPLE) {
		n = one->u.list->n;
		one = one->u.list->item;
	}
	for (size_t i = 0; i < n; i++) {
		if (one[i].type != PY_STR)
			return py_raise_arg(c, 1, "a string");
		x = one[i].u.str;
		if (x->n <= s->n &&
			memcmp(s->s + (end ? s->n - x->n : 0), x->s, x->n) == 0)
			return py_result(c, py_bool(true));
	}
	return py_result(c, py_bool(false));
}

static int str_startswith(struct py_call *c)
{
	return affix(c, false);
}

static int str_endswith(struct py_call *c)
{
	return affix(c, true);
}

static int change_case(struct py_call *c, int (*to)(int))
{
	const struct py_str *s = c->arg[0].u.str;
	char *text;

	if (py_new_str(c->run, s->s, s->n, c->ret) < 0)
		return -1;
	text = (char *)(c->ret->u.str + 1);
	for (size_t i = 0; i < s->n; i++)
		if ((unsigned char)text[i] < 0x80)
			text[i] = (char)to((unsigned char)text[i]);
	return 0;
}

static int str_lower(struct py_call *c)
{
	return change_case(c, tolower);
}

static int str_upper(struct py_call *c)
{
	return change_case(c, toupper);
}

static int strip(struct py_call *c, bool left, bool right)
{
	static const struct py_str blanks = {6, " \t\r\n\v\f"};
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *set = &blanks;
	size_t from = 0, to = s->n;

	if (py_given(c, 1) && c->arg[1].type != PY_NONE)
		set = text_arg(c, 1);
	if (!set)
		return -1;
	while (left && from < to && memchr(set->s, s->s[from], set->n))
		from++;
	while (right && from < to && memchr(set->s, s->s[to - 1], set->n))
		to--;
	return py_new_str(c->run, s->s + from, to - from, c->ret);
}

static int str_strip(struct py_call *c)
{
	return strip(c, true, true);
}

static int str_lstrip(struct py_call *c)
{
	return strip(c, true, false);
}

static int str_rstrip(struct py_call *c)
{
	return strip(c, false, true);
}

static const char *find(
	const char *s, const char *end, const struct py_str *what)
{
	for (; (size_t)(end - s) >= what->n; s++)
		if (memcmp(s, what->s, what->n) == 0)
			return s;
	return NULL;
}

static int add_piece(struct py_call *c, const char *s, size_t n)
{
	struct py_value piece;

	return py_new_str(c->run, s, n, &piece) < 0
		       ? -1
		       : py_list_add(c->run, c->ret->u.list, piece);
}

static int str_split(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *by = NULL;
	const char *p = s->s, *end = p + s->n, *at;

	if (py_given(c, 1) && c->arg[1].type != PY_NONE &&
		!(by = text_arg(c, 1)))
		return -1;
	if (by && by->n == 0)
		return py_raise_arg(c, 1, "a separator");
	if (py_charge(c->run, c->at, (s->n + 1) * (by ? by->n / 16 + 1 : 1)) <
			0 ||
		py_new_list(c->run, PY_LIST, 0, c->ret) < 0)
		return -1;
	if (by) {
		for (; (at = find(p, end, by)); p = at + by->n)
			if (add_piece(c, p, (size_t)(at - p)) < 0)
				return -1;
		return add_piece(c, p, (size_t)(end - p));
	}
	while (p < end) {
		while (p < end && isspace((unsigned char)*p))
			p++;
		for (at = p; at < end && !isspace((unsigned char)*at);)
			at++;
		if (at > p && add_piece(c, p, (size_t)(at - p)) < 0)
			return -1;
		p = at;
	}
	return 0;
}

static int str_join(struct py_call *c)
{
	long long n = py_count(c->run, c->at, &c->arg[1]);
	const struct py_str *by = c->arg[0].u.str;
	struct py_value item;
	struct buf b = {0};
	int bad = 0;

	if (n < 0 || py_charge(c->run, c->at, (size_t)n) < 0)
		return -1;
	for (long long i = 0; i < n && !bad; i++) {
		if (py_nth(c->run, &c->arg[1], (size_t)i, &item) < 0 ||
			item.type != PY_STR) {
			buf_free(&b);
			return py_raise_arg(c, 1, "strings");
		}
		bad = (i && buf_add(&b, by->s, by->n)) ||
		      buf_add(&b, item.u.str->s, item.u.str->n);
		if (b.len > PY_NBYTES_MAX)
			break; /* told when it becomes a value */
	}
	return py_text_result(c, &b, bad);
}

static int str_replace(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *from = text_arg(c, 1), *to = text_arg(c, 2);
	const char *p = s->s, *end = p + s->n, *at;
	struct buf b = {0};
	int bad = 0;

	if (!from || !to)
		return -1;
	if (from->n == 0)
		return py_raise_arg(c, 1, "what to replace");
	if (py_charge(c->run, c->at, (s->n + 1) * (from->n / 16 + 1)) < 0)
		return -1;
	for (; !bad && b.len <= PY_NBYTES_MAX && (at = find(p, end, from));
		p = at + from->n)
		bad = buf_add(&b, p, (size_t)(at - p)) ||
		      buf_add(&b, to->s, to->n);
	bad = bad || buf_add(&b, p, (size_t)(end - p));
	return py_text_result(c, &b, bad);
}

static int str_isdigit(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;

	for (size_t i = 0; i < s->n; i++)
		if (!isdigit((unsigned char)s->s[i]))
			return py_result(c, py_bool(false));
	return py_result(c, py_bool(s->n > 0));
}

static const struct py_native str_methods[] = {
	{"endswith", 2, 2, "", str_endswith, NULL},
	{"isdigit", 1, 1, "", str_isdigit, NULL},
	{"join", 2, 2, "", str_join, NULL},
	{"lower", 1, 1, "", str_lower, NULL},
	{"lstrip", 1, 2, "", str_lstrip, NULL},
	{"replace", 3, 3, "", str_replace, NULL},
	{"rstrip", 1, 2, "", str_rstrip, NULL},
	{"split", 1, 2, "self sep", str_split, NULL},
	{"startswith", 2, 2, "", str_startswith, NULL},
	{"strip", 1, 2, "", str_strip, NULL},
	{"upper", 1, 1, "", str_upper, NULL},
};

/* --- methods of lists ----------------------------------------------------- */

static struct py_list *changed(struct py_call *c)
{
	struct py_list *l = c->arg[0].u.list;

	*c->ret = py_none();
	return py_mutable(c->run, c->at, l->owner) < 0 ? NULL : l;
}

static int list_append(struct py_call *c)
{
	struct py_list *l = changed(c);

	return l ? py_list_add(c->run, l, c->arg[1]) : -1;
}

static int list_extend(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value more;

	if (!l || py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &more) < 0)
		return -1;
	for (size_t i = 0; i < more.u.list->n; i++)
		if (py_list_add(c->run, l, more.u.list->item[i]) < 0)
			return -1;
	return 0;
}

static int list_insert(struct py_call *c)
{
	struct py_list *l = changed(c);
	int64_t at;

	if (!l || py_int_arg(c, 1, &at) < 0)
		return -1;
	at = at < 0 ? at + (int64_t)l->n : at;
	at = at < 0 ? 0 : at > (int64_t)l->n ? (int64_t)l->n : at;
	if (py_charge(c->run, c->at, l->n) < 0 ||
		py_list_add(c->run, l, c->arg[2]) < 0)
		return -1;
	memmove(&l->item[at + 1], &l->item[at],
		(l->n - 1 - (size_t)at) * sizeof(*l->item));
	l->item[at] = c->arg[2];
	return 0;
}

static int list_pop(struct py_call *c)
{
	struct py_list *l = changed(c);
	int64_t at = -1;

	if (!l || (py_given(c, 1) && py_int_arg(c, 1, &at) < 0))
		return -1;
	at = at < 0 ? at + (int64_t)l->n : at;
	if (at < 0 || at >= (int64_t)l->n)
		return py_raise(
			c->run, c->at, "pop() from a list of %zu", l->n);
	*c->ret = l->item[at];
	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	l->n--;
	memmove(&l->item[at], &l->item[at + 1],
		(l->n - (size_t)at) * sizeof(*l->item));
	return 0;
}

static int list_index(struct py_call *c)
{
	const struct py_list *l = c->arg[0].u.list;

	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(c->run, c->at, &l->item[i], &c->arg[1]);
		if (same < 0)
			return -1;
		if (same)
			return py_result(c, py_int((int64_t)i));
	}
	return py_raise(c->run, c->at, "is not in the list");
}

static int list_count(struct py_call *c)
{
	const struct py_list *l = c->arg[0].u.list;
	int64_t n = 0;

	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(c->run, c->at, &l->item[i], &c->arg[1]);
		if (same < 0)
			return -1;
		n += same;
	}
	return py_result(c, py_int(n));
}

static int list_copy(struct py_call *c)
{
	return py_list_of(c->run, c->at, &c->arg[0], PY_LIST, c->ret);
}

static int list_sort(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value sorted;
	struct py_call own = *c;

	own.ret = &sorted;
	if (!l || py_call_sorted(&own) < 0)
		return -1;
	if (l->n != sorted.u.list->n)
		return py_raise(
			c->run, c->at, "the list is changed by what sorts it");
	*c->ret = py_none();
	memcpy(l->item, sorted.u.list->item, l->n * sizeof(*l->item));
	return 0;
}

static int list_reverse(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value reversed;
	struct py_call own = *c;

	own.ret = &reversed;
	if (!l || py_call_reversed(&own) < 0)
		return -1;
	*c->ret = py_none();
	memcpy(l->item, reversed.u.list->item, l->n * sizeof(*l->item));
	return 0;
}

static const struct py_native list_methods[] = {
	{"append", 2, 2, "", list_append, NULL},
	{"copy", 1, 1, "", list_copy, NULL},
	{"count", 2, 2, "", list_count, NULL},
	{"extend", 2, 2, "", list_extend, NULL},
	{"index", 2, 2, "", list_index, NULL},
	{"insert", 3, 3, "", list_insert, NULL},
	{"pop", 1, 2, "", list_pop, NULL},
	{"reverse", 1, 1, "", list_reverse, NULL},
	{"sort", 1, 3, "self key reverse", list_sort, NULL},
};

/* --- methods of dicts ----------------------------------------------------- */

static int dict_get(struct py_call *c)
{
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	return py_result(c, found            ? *found
			    : py_given(c, 2) ? c->arg[2]
					     : py_none());
}

/* Keys (0), values (1) or both (2) as a list. */
static int dict_list(struct py_call *c, int what)
{
	const struct py_list *d = c->arg[0].u.list;

	if (py_charge(c->run, c->at, d->n) < 0 ||
		py_new_list(c->run, PY_LIST, d->n / 2, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i += 2) {
		struct py_value v;
		if (what < 2) {
			v = d->item[i + (size_t)what];
		} else {
			if (py_new_list(c->run, PY_TUPLE, 2, &v) < 0)
				return -1;
			memcpy(v.u.list->item, &d->item[i],
				2 * sizeof(struct py_value));
			v.u.list->n = 2;
		}
		if (py_list_add(c->run, c->ret->u.list, v) < 0)
			return -1;
	}
	return 0;
}

static int dict_keys(struct py_call *c)
{
	return dict_list(c, 0);
}

static int dict_values(struct py_call *c)
{
	return dict_list(c, 1);
}

static int dict_items(struct py_call *c)
{
	return dict_list(c, 2);
}

static int dict_copy(struct py_call *c)
{
	c->ngiven = 0;
	return py_call_dict(c);
}

static int dict_update(struct py_call *c)
{
	struct py_list *d = changed(c);
	const struct py_list *more;

	if (!d)
		return -1;
	if (py_given(c, 1) && c->arg[1].type != PY_DICT)
		return py_raise_arg(c, 1, "a dict");
	more = py_given(c, 1) ? c->arg[1].u.list : NULL;
	for (size_t i = 0; more && i < more->n; i += 2)
		if (py_dict_set(c->run, c->at, d, &more->item[i],
			    &more->item[i + 1]) < 0)
			return -1;
	*c->ret = c->arg[0];
	if (py_add_named(c) < 0)
		return -1;
	return py_result(c, py_none());
}

static int dict_setdefault(struct py_call *c)
{
	struct py_value none = py_none();
	const struct py_value *init = py_given(c, 2) ? &c->arg[2] : &none;
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	if (found)
		return py_result(c, *found);
	*c->ret = *init;
	return py_dict_set(c->run, c->at, c->arg[0].u.list, &c->arg[1], init);
}

static int dict_pop(struct py_call *c)
{
	struct py_list *d = changed(c);
	struct py_value *found;

	if (!d || py_dict_get(c->run, c->at, d, &c->arg[1], &found) < 0)
		return -1;
	if (!found && !py_given(c, 2))
		return py_raise(c->run, c->at,
			"pop() of a key that is not "
			"there");
	if (!found)
		return py_result(c, c->arg[2]);
	*c->ret = *found;
	memmove(found - 1, found + 1,
		(size_t)(d->item + d->n - found - 1) * sizeof(*found));
	d->n -= 2;
	return 0;
}

static const struct py_native dict_methods[] = {
	{"copy", 1, 1, "", dict_copy, NULL},
	{"get", 2, 3, "", dict_get, NULL},
	{"items", 1, 1, "", dict_items, NULL},
	{"keys", 1, 1, "", dict_keys, NULL},
	{"pop", 2, 3, "", dict_pop, NULL},
	{"setdefault", 2, 3, "", dict_setdefault, NULL},
	{"update", 1, 2, "**", dict_update, NULL},
	{"values", 1, 1, "", dict_values, NULL},
};

/* --- methods of numbers --------------------------------------------------- */

static int number_item(struct py_call *c)
{
	return py_result(c, c->arg[0]);
}

static int float_is_integer(struct py_call *c)
{
	double x = py_number(&c->arg[0]);

	return py_result(c, py_bool(isfinite(x) && x == floor(x)));
}

static const struct py_native number_methods[] = {
	{"item", 1, 1, "", number_item, NULL},
	{"numpy", 1, 1, "", number_item, NULL},
	{"is_integer", 1, 1, "", float_is_integer, NULL},
	{"astype", 2, 2, "", number_item, NULL},
};

/* --- attributes ----------------------------------------------------------- */

/* FN, a method or NULL, of V. */
static int of_native(struct py_run *r, const struct py_value *v,
	const struct py_native *fn, struct py_value *ret)
{
	struct py_method *m;

	if (!fn)
		return 0;
	m = py_alloc(r, sizeof(*m));
	if (!m)
		return -1;
	*m = (struct py_method){.fn = fn, .self = *v};
	*ret = (struct py_value){.type = PY_METHOD, .u.method = m};
	return 1;
}

/* The method NAME of V among ROW[0..NROW). */
static int method(struct py_run *r, const struct py_value *v,
	const struct py_native *row, size_t nrow, const struct py_str *name,
	struct py_value *ret)
{
	return of_native(
		r, v, py_native_find(row, nrow, name->s, name->n), ret);
}

/* "args.lr" of an UNKNOWN: what the host knows by that name, or UNKNOWN. */
static int of_unknown(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct py_unknown *u = v->u.unknown;
	const struct py_host *host = r->py->host;
	size_t n = u->path.n + 1 + name->n;
	char *path = py_alloc(r, n + 1);
	int found = 0;

	if (!path)
		return -1;
	memcpy(path, u->path.s, u->path.n);
	path[u->path.n] = '.';
	memcpy(path + u->path.n + 1, name->s, name->n);
	if (py_builtin(path, n, false, ret))
		return 1;
	if (host && host->lookup)
		found = host->lookup(r, path, n, ret);
	if (found)
		return found;
	return py_new_unknown(r, at, path, n, u->why, ret) < 0 ? -1 : 1;
}

static int of_array(struct py_run *r, const struct py_value *v,
	const struct py_str *name, struct py_value *ret)
{
	if (py_str_is(name, "size", 4)) {
		*ret = py_int((int64_t)v->u.array->n);
		return 1;
	}
	if (py_str_is(name, "shape", 5)) {
		if (py_new_list(r, PY_TUPLE, 1, ret) < 0)
			return -1;
		ret->u.list->item[0] = py_int((int64_t)v->u.array->n);
		ret->u.list->n = 1;
		return 1;
	}
	return method(r, v, py_array_methods, py_array_nmethod, name, ret);
}

int py_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	struct py_value *found;

	switch (v->type) {
	case PY_UNKNOWN: return of_unknown(r, at, v, name, ret);
	case PY_NAMESPACE:
		found = py_dict_find(v->u.list, name->s, name->n);
		if (found) {
			*ret = *found;
			return 1;
		}
		return of_native(r, v, py_parser_method(name), ret);
	case PY_STR:
		return method(r, v, str_methods, N(str_methods), name, ret);
	case PY_LIST:
	case PY_TUPLE:
		return method(r, v, list_methods, N(list_methods), name, ret);
	case PY_DICT:
		return method(r, v, dict_methods, N(dict_methods), name, ret);
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT:
		return method(
			r, v, number_methods, N(number_methods), name, ret);
	case PY_ARRAY: return of_array(r, v, name, ret);
	case PY_OPAQUE:
		return r->py->host && r->py->host->attribute
			       ? r->py->host->attribute(r, at, v, name, ret)
			       : 0;
	default: return 0;
	}
}
