/* SPDX-License-Identifier: MIT */
/*
 * The methods of strings, lists, sets, dicts and numbers (library reference
 * 3.11).
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "builtin/builtin_impl.h"

/* --- of strings ------------------------------------------------------- */

/* arg[0] is the string, arg[I] text too. */
static const struct py_str *text_arg(struct py_call *c, size_t i)
{
	if (c->arg[i].type == PY_STR)
		return c->arg[i].u.str;
	py_raise_arg(c, i, "a string");
	return NULL;
}

enum { LEFT = 1, RIGHT = 2 };

/* startswith and endswith. */
static int str_affix(struct py_call *c)
{
	const bool end = c->fn->what == RIGHT;
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

static int str_case(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	char *text;

	if (py_new_str(c->run, s->s, s->n, c->ret) < 0)
		return -1;
	text = (char *)(c->ret->u.str + 1);
	for (size_t i = 0; i < s->n; i++)
		if ((unsigned char)text[i] < 0x80)
			text[i] = (char)c->fn->letter((unsigned char)text[i]);
	return 0;
}

/* strip, lstrip and rstrip. */
static int str_strip(struct py_call *c)
{
	static const struct py_str blanks = {6, " \t\r\n\v\f"};
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *set = &blanks;
	const int sides = c->fn->what;
	size_t from = 0, to = s->n;

	if (!py_is_none(c, 1))
		set = text_arg(c, 1);
	if (!set)
		return -1;
	while (sides & LEFT && from < to && memchr(set->s, s->s[from], set->n))
		from++;
	while (sides & RIGHT && from < to &&
		memchr(set->s, s->s[to - 1], set->n))
		to--;
	return py_new_str(c->run, s->s + from, to - from, c->ret);
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
	int64_t most = -1;

	if (py_given(c, 2) && py_int_arg(c, 2, &most) < 0)
		return -1;
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
		for (; most-- != 0 && (at = find(p, end, by)); p = at + by->n)
			if (add_piece(c, p, (size_t)(at - p)) < 0)
				return -1;
		return add_piece(c, p, (size_t)(end - p));
	}
	while (p < end) {
		while (p < end && str_is_space(*p))
			p++;
		for (at = p; at < end && !str_is_space(*at);)
			at++;
		if (most-- == 0)
			at = end;
		if (at > p && add_piece(c, p, (size_t)(at - p)) < 0)
			return -1;
		p = at;
	}
	return 0;
}

static int str_join(struct py_call *c)
{
	const struct py_str *by = c->arg[0].u.str;
	struct py_value item, all;
	struct buf b = {0};

	if (py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &all) < 0)
		return -1;
	for (size_t i = 0; i < all.u.list->n; i++) {
		item = all.u.list->item[i];
		if (item.type == PY_UNKNOWN) {
			buf_free(&b);
			return py_raise_unknown(c->run, c->at, &item);
		}
		if (item.type != PY_STR) {
			buf_free(&b);
			return py_raise_arg(c, 1, "strings");
		}
		if (i)
			buf_add(&b, by->s, by->n);
		buf_add(&b, item.u.str->s, item.u.str->n);
		if (b.len > PY_NBYTES_MAX)
			break; /* told when it becomes a value */
	}
	return py_take_str(c->run, &b, 0, c->ret);
}

static int str_replace(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *from = text_arg(c, 1), *to = text_arg(c, 2);
	const char *p = s->s, *end = p + s->n, *at;
	struct buf b = {0};
	int64_t most = -1;

	if (!from || !to || (py_given(c, 3) && py_int_arg(c, 3, &most) < 0))
		return -1;
	if (from->n == 0)
		return py_raise_arg(c, 1, "what to replace");
	if (py_charge(c->run, c->at, (s->n + 1) * (from->n / 16 + 1)) < 0)
		return -1;
	for (; b.len <= PY_NBYTES_MAX && most-- != 0 &&
		(at = find(p, end, from));
		p = at + from->n) {
		buf_add(&b, p, (size_t)(at - p));
		buf_add(&b, to->s, to->n);
	}
	buf_add(&b, p, (size_t)(end - p));
	return py_take_str(c->run, &b, 0, c->ret);
}

static int str_isdigit(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;

	for (size_t i = 0; i < s->n; i++)
		if (!str_is_digit(s->s[i]))
			return py_result(c, py_bool(false));
	return py_result(c, py_bool(s->n > 0));
}

static int str_find(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *what = text_arg(c, 1);
	const char *at;

	if (!what ||
		py_charge(c->run, c->at, (s->n + 1) * (what->n / 16 + 1)) < 0)
		return -1;
	at = find(s->s, s->s + s->n, what);
	return py_result(
		c, py_int(at ? (int64_t)utf8_length(s->s, (size_t)(at - s->s))
			     : -1));
}

static int str_count(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *what = text_arg(c, 1);
	const char *p = s->s, *end = p + s->n, *at;
	int64_t n = 0;

	if (!what || what->n == 0)
		return py_raise_arg(c, 1, "what to count");
	if (py_charge(c->run, c->at, (s->n + 1) * (what->n / 16 + 1)) < 0)
		return -1;
	for (; (at = find(p, end, what)); p = at + what->n)
		n++;
	return py_result(c, py_int(n));
}

/* The length of the end of a line at P, before END; 0: there is none. */
static size_t line_end(const char *p, const char *end)
{
	uint32_t x;
	size_t n = utf8_char(p, (size_t)(end - p), &x);

	if (n == 0)
		return 0;
	if (x == '\r' && p + 1 < end && p[1] == '\n')
		return 2;
	return (x >= '\n' && x <= '\r') || (x >= 0x1c && x <= 0x1e) ||
			       x == 0x85 || x == 0x2028 || x == 0x2029
		       ? n
		       : 0;
}

static int str_splitlines(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	const char *p = s->s, *end = p + s->n, *at;

	if (py_charge(c->run, c->at, s->n) < 0 ||
		py_new_list(c->run, PY_LIST, 0, c->ret) < 0)
		return -1;
	for (; p < end; p = at + line_end(at, end)) {
		for (at = p; at < end && !line_end(at, end);)
			at++;
		if (add_piece(c, p, (size_t)(at - p)) < 0)
			return -1;
	}
	return 0;
}

/* The field NAME of "{NAME}": by place, by name, or the NEXT one. */
static const struct py_value *field_of(
	struct py_call *c, const struct py_str *name, size_t *next)
{
	size_t i = 0;

	for (size_t k = 0; k < c->ngiven; k++)
		if (name->n && py_str_equal(&c->given[k].name, name))
			return &c->given[k].value;
	if (name->n == 0)
		i = (*next)++;
	for (size_t k = 0; k < name->n; k++) {
		if (!str_is_digit(name->s[k]) || i > 99)
			return NULL;
		i = i * 10 + (size_t)(name->s[k] - '0');
	}
	/* c->arg[0] is for names, c->arg[1] the string itself. */
	return i + 2 < c->narg ? &c->arg[i + 2] : NULL;
}

/* "{...}" whose inside is S[0..N), into B. */
static int add_field(
	struct py_call *c, const char *s, size_t n, size_t *next, struct buf *b)
{
	const char *colon = memchr(s, ':', n);
	struct py_str name = {.s = s, .n = colon ? (size_t)(colon - s) : n};
	struct py_str spec = {.s = colon ? colon + 1 : s + n};
	const struct py_value *v;

	spec.n = (size_t)(s + n - spec.s);
	v = field_of(c, &name, next);
	if (!v)
		return py_raise(c->run, c->at,
			"'{%.*s}' has no value; expected an argument", (int)n,
			s);
	return py_format(c->run, c->at, v, &spec, b);
}

static int str_format(struct py_call *c)
{
	const struct py_str *s = c->arg[1].u.str;
	const char *p = s->s, *end = p + s->n, *close;
	struct buf b = {0};
	size_t next = 0;
	int bad = py_charge(c->run, c->at, s->n);

	for (; p < end && !bad; p++) {
		bool twice = p + 1 < end && p[1] == *p;

		if ((*p != '{' && *p != '}') || twice) {
			buf_addc(&b, *p);
			p += (*p == '{' || *p == '}') && twice;
			continue;
		}
		close = memchr(p, '}', (size_t)(end - p));
		if (*p == '}' || !close)
			bad = py_raise(
				c->run, c->at, "a lone brace in a format");
		else
			bad = add_field(
				c, p + 1, (size_t)(close - p - 1), &next, &b);
		p = close ? close : end;
	}
	return py_take_str(c->run, &b, bad, c->ret);
}

static const struct py_native str_methods[] = {
	{"casefold", 1, 1, "", str_case, {.letter = tolower}},
	{"count", 2, 2, "", str_count, {NULL}},
	{"endswith", 2, 2, "", str_affix, {.what = RIGHT}},
	{"find", 2, 2, "", str_find, {NULL}},
	{"format", 1, PY_ANY, "**", str_format, {NULL}},
	{"isdigit", 1, 1, "", str_isdigit, {NULL}},
	{"join", 2, 2, "", str_join, {NULL}},
	{"lower", 1, 1, "", str_case, {.letter = tolower}},
	{"lstrip", 1, 2, "", str_strip, {.what = LEFT}},
	{"replace", 3, 4, "", str_replace, {NULL}},
	{"rstrip", 1, 2, "", str_strip, {.what = RIGHT}},
	{"split", 1, 3, "self sep maxsplit", str_split, {NULL}},
	{"splitlines", 1, 1, "", str_splitlines, {NULL}},
	{"startswith", 2, 2, "", str_affix, {.what = LEFT}},
	{"strip", 1, 2, "", str_strip, {.what = LEFT | RIGHT}},
	{"upper", 1, 1, "", str_case, {.letter = toupper}},
};

/* --- of lists --------------------------------------------------------- */

static struct py_list *changed(struct py_call *c)
{
	struct py_list *l = c->arg[0].u.list;

	*c->ret = py_none();
	if (py_readable(c->run, c->at, &c->arg[0]) < 0 ||
		py_mutable(c->run, c->at, l->owner) < 0)
		return NULL;
	return l;
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
		return py_raise_as(c->run, c->at, "IndexError",
			"pop() from a list of %zu", l->n);
	*c->ret = l->item[at];
	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	l->n--;
	memmove(&l->item[at], &l->item[at + 1],
		(l->n - (size_t)at) * sizeof(*l->item));
	return 0;
}

/* The place in L of what equals the argument, to *AT: 1, 0: none, or -1. */
static int find_item(struct py_call *c, const struct py_list *l, size_t *at)
{
	int same = 0;

	if (py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (*at = 0; *at < l->n; (*at)++) {
		same = py_equal(c->run, c->at, &l->item[*at], &c->arg[1]);
		if (same)
			break;
	}
	return same;
}

static int not_in_list(struct py_call *c)
{
	return py_raise_as(c->run, c->at, "ValueError", "is not in the list");
}

static int list_remove(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value i;
	size_t at;
	int found = l ? find_item(c, l, &at) : -1;

	if (found <= 0)
		return found < 0 ? -1 : not_in_list(c);
	i = py_int((int64_t)at);
	return py_list_delete(c->run, c->at, l, &i);
}

/* Of lists, sets and dicts. */
static int call_clear(struct py_call *c)
{
	struct py_list *l = changed(c);

	if (!l)
		return -1;
	l->n = 0;
	return 0;
}

static int list_index(struct py_call *c)
{
	size_t at;
	int found = find_item(c, c->arg[0].u.list, &at);

	if (found <= 0)
		return found < 0 ? -1 : not_in_list(c);
	return py_result(c, py_int((int64_t)at));
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
	if (l->n)
		memcpy(l->item, sorted.u.list->item, l->n * sizeof(*l->item));
	return 0;
}

static int list_reverse(struct py_call *c)
{
	struct py_list *l = changed(c);

	if (!l || py_charge(c->run, c->at, l->n) < 0)
		return -1;
	for (size_t i = 0, n = l->n; i < n / 2; i++) {
		struct py_value swap = l->item[i];
		l->item[i] = l->item[n - 1 - i];
		l->item[n - 1 - i] = swap;
	}
	return 0;
}

static const struct py_native list_methods[] = {
	{"append", 2, 2, "", list_append, {NULL}},
	{"clear", 1, 1, "", call_clear, {NULL}},
	{"copy", 1, 1, "", list_copy, {NULL}},
	{"count", 2, 2, "", list_count, {NULL}},
	{"extend", 2, 2, "", list_extend, {NULL}},
	{"index", 2, 2, "", list_index, {NULL}},
	{"insert", 3, 3, "", list_insert, {NULL}},
	{"pop", 1, 2, "", list_pop, {NULL}},
	{"remove", 2, 2, "", list_remove, {NULL}},
	{"reverse", 1, 1, "", list_reverse, {NULL}},
	{"sort", 1, 3, "self key reverse", list_sort, {NULL}},
};

/* --- of sets ---------------------------------------------------------- */

static int set_add(struct py_call *c)
{
	*c->ret = py_none();
	return py_readable(c->run, c->at, &c->arg[0]) < 0
		       ? -1
		       : py_set_add(c->run, c->at, &c->arg[0], &c->arg[1]);
}

/* discard, and remove, which raises where there is none. */
static int set_discard(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value i;
	size_t at;
	int found = l ? find_item(c, l, &at) : -1;

	if (found > 0) {
		i = py_int((int64_t)at);
		return py_list_delete(c->run, c->at, l, &i);
	}
	if (found < 0 || c->fn->name[0] == 'd')
		return found;
	return py_raise_as(c->run, c->at, "KeyError", "is not in the set");
}

/* The operator WHAT with anything: union, issubset ... */
static int set_operate(struct py_call *c)
{
	struct py_value other;

	return py_set_of(c->run, c->at, &c->arg[1], &other) < 0
		       ? -1
		       : py_of_sets(c->run, c->at, (enum py_op)c->fn->what,
				 &c->arg[0], &other, c->ret);
}

static int set_update(struct py_call *c)
{
	struct py_list *l = changed(c);
	struct py_value other;

	if (!l || py_set_of(c->run, c->at, &c->arg[1], &other) < 0)
		return -1;
	for (size_t i = 0; i < other.u.list->n; i++)
		if (py_set_add(c->run, c->at, &c->arg[0],
			    &other.u.list->item[i]) < 0)
			return -1;
	return 0;
}

static int set_copy(struct py_call *c)
{
	return py_set_of(c->run, c->at, &c->arg[0], c->ret);
}

static const struct py_native set_methods[] = {
	{"add", 2, 2, "", set_add, {NULL}},
	{"clear", 1, 1, "", call_clear, {NULL}},
	{"copy", 1, 1, "", set_copy, {NULL}},
	{"difference", 2, 2, "", set_operate, {.what = PY_SUB}},
	{"discard", 2, 2, "", set_discard, {NULL}},
	{"intersection", 2, 2, "", set_operate, {.what = PY_BIT_AND}},
	{"issubset", 2, 2, "", set_operate, {.what = PY_LE}},
	{"issuperset", 2, 2, "", set_operate, {.what = PY_GE}},
	{"remove", 2, 2, "", set_discard, {NULL}},
	{"symmetric_difference", 2, 2, "", set_operate, {.what = PY_BIT_XOR}},
	{"union", 2, 2, "", set_operate, {.what = PY_BIT_OR}},
	{"update", 2, 2, "", set_update, {NULL}},
};

/* --- of dicts --------------------------------------------------------- */

static int dict_get(struct py_call *c)
{
	const struct py_host *host = c->run->py->host;
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	if (found && host && host->picked && c->run == &c->run->py->build)
		host->picked(&c->arg[0], found);
	return py_result(c, found            ? *found
			    : py_given(c, 2) ? c->arg[2]
					     : py_none());
}

enum { KEYS, VALUES, ITEMS };

/* Keys, values or both as a list. */
static int dict_list(struct py_call *c)
{
	const struct py_list *d = c->arg[0].u.list;
	const int what = c->fn->what;

	if (py_readable(c->run, c->at, &c->arg[0]) < 0 ||
		py_charge(c->run, c->at, d->n) < 0 ||
		py_new_list(c->run, PY_LIST, d->n / 2, c->ret) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i += 2) {
		struct py_value v = d->item[what == VALUES ? i + 1 : i];

		if ((what == ITEMS &&
			    py_new_pair(c->run, v, d->item[i + 1], &v) < 0) ||
			py_list_add(c->run, c->ret->u.list, v) < 0)
			return -1;
	}
	return 0;
}

static int dict_copy(struct py_call *c)
{
	if (py_new_list(c->run, PY_DICT, 0, c->ret) < 0)
		return -1;
	return py_add_pairs(c, &c->arg[0], c->ret->u.list);
}

static int dict_update(struct py_call *c)
{
	struct py_list *d = c->arg[1].u.list;

	if (py_readable(c->run, c->at, &c->arg[1]) < 0)
		return -1;
	*c->ret = c->arg[0];
	if (py_given(c, 2) && py_add_pairs(c, &c->arg[2], d) < 0)
		return -1;
	*c->ret = c->arg[1];
	if (py_add_named(c) < 0)
		return -1;
	return py_result(c, py_none());
}

static int dict_setdefault(struct py_call *c)
{
	const struct py_value init = py_given(c, 2) ? c->arg[2] : py_none();
	struct py_value *found;

	if (py_dict_get(c->run, c->at, c->arg[0].u.list, &c->arg[1], &found) <
		0)
		return -1;
	*c->ret = found ? *found : init;
	return found ? 0
		     : py_dict_set(c->run, c->at, c->arg[0].u.list, &c->arg[1],
			       &init);
}

static int dict_pop(struct py_call *c)
{
	struct py_list *d = changed(c);
	struct py_value *found;

	if (!d || py_dict_get(c->run, c->at, d, &c->arg[1], &found) < 0)
		return -1;
	if (!found && !py_given(c, 2))
		return py_raise_as(c->run, c->at, "KeyError",
			"pop() of a key that is not there");
	if (!found)
		return py_result(c, c->arg[2]);
	*c->ret = *found;
	memmove(found - 1, found + 1,
		(size_t)(d->item + d->n - found - 1) * sizeof(*found));
	d->n -= 2;
	return 0;
}

static int dict_popitem(struct py_call *c)
{
	struct py_list *d = changed(c);

	if (!d)
		return -1;
	if (d->n == 0)
		return py_raise_as(c->run, c->at, "KeyError",
			"popitem() of an empty dict");
	d->n -= 2;
	return py_new_pair(c->run, d->item[d->n], d->item[d->n + 1], c->ret);
}

static const struct py_native dict_methods[] = {
	{"clear", 1, 1, "", call_clear, {NULL}},
	{"popitem", 1, 1, "", dict_popitem, {NULL}},
	{"copy", 1, 1, "", dict_copy, {NULL}},
	{"get", 2, 3, "", dict_get, {NULL}},
	{"items", 1, 1, "", dict_list, {.what = ITEMS}},
	{"keys", 1, 1, "", dict_list, {.what = KEYS}},
	{"pop", 2, 3, "", dict_pop, {NULL}},
	{"setdefault", 2, 3, "", dict_setdefault, {NULL}},
	{"update", 1, PY_ANY, "**", dict_update, {NULL}},
	{"values", 1, 1, "", dict_list, {.what = VALUES}},
};

/* --- of numbers ------------------------------------------------------- */

static int number_item(struct py_call *c)
{
	*c->ret = c->arg[0];
	c->ret->np = false;
	return 0;
}

static int number_same(struct py_call *c)
{
	return py_result(c, c->arg[0]);
}

/* As numpy's astype() has it: arg[0] of the type that arg[I] says. */
static int as_type(struct py_call *c, size_t i)
{
	const struct py_arrays *np = c->run->py->arrays;
	const struct py_native *fn = np ? np->find("astype", 6, false) : NULL;
	const struct py_value arg[] = {c->arg[0], c->arg[i]};
	struct py_call own = *c;

	if (!fn)
		return number_same(c);
	own.fn = fn;
	own.arg = arg;
	own.narg = 2;
	return fn->call(&own);
}

static int number_astype(struct py_call *c)
{
	return as_type(c, 1);
}

/* Whether V says a type, and no device: int, torch.int32, torch.half. */
static bool is_type(const struct py_value *v)
{
	struct py_str last;

	if (v->type != PY_UNKNOWN)
		return v->type == PY_NATIVE;
	last = py_last_part(&v->u.unknown->path);
	return str_begins_with(last.s, last.n,
		"bool int uint short long half float double bfloat");
}

/* to(device), to(dtype), to(device, dtype). */
static int number_to(struct py_call *c)
{
	for (size_t i = 1; i < c->narg; i++)
		if (is_type(&c->arg[i]))
			return as_type(c, i);
	return number_same(c);
}

static int float_is_integer(struct py_call *c)
{
	double x = py_number(&c->arg[0]);

	return py_result(c, py_bool(isfinite(x) && x == floor(x)));
}

static const struct py_native number_methods[] = {
	{"is_integer", 1, 1, "", float_is_integer, {NULL}},
};

/* Of numpy's and its kin's, and of what stands for one. */
static const struct py_native tensor_methods[] = {
	{"astype", 2, 2, "", number_astype, {NULL}},
	{"cpu", 1, 1, "", number_same, {NULL}},
	{"detach", 1, 1, "", number_same, {NULL}},
	{"double", 1, 1, "", number_same, {NULL}},
	{"float", 1, 1, "", number_same, {NULL}},
	{"item", 1, 1, "", number_item, {NULL}},
	{"numpy", 1, 1, "", number_same, {NULL}},
	{"to", 1, 3, "", number_to, {NULL}},
	{"tolist", 1, 1, "", number_item, {NULL}},
};

static const struct py_native *find_in(
	const struct py_native *row, size_t n, const struct py_str *name)
{
	return py_native_find(row, n, name->s, name->n);
}

const struct py_native *py_method(
	const struct py_value *v, const struct py_str *name)
{
	const struct py_native *fn;

	/* loader.__len__() is len(loader), also of what a number stands for. */
	if (py_is_named(name, "__len__") && v->type != PY_BOOL &&
		v->type != PY_FLOAT)
		return py_function_find("len", 3);
	switch (v->type) {
	case PY_STR: return find_in(str_methods, ARRAY_SIZE(str_methods), name);
	case PY_TUPLE:
		if (!py_is_named(name, "index") && !py_is_named(name, "count"))
			return NULL; /* fall through */
	case PY_LIST:
		return find_in(list_methods, ARRAY_SIZE(list_methods), name);
	case PY_SET: return find_in(set_methods, ARRAY_SIZE(set_methods), name);
	case PY_DICT:
		return find_in(dict_methods, ARRAY_SIZE(dict_methods), name);
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT:
		fn = find_in(number_methods, ARRAY_SIZE(number_methods), name);
		return fn ? fn
			  : find_in(tensor_methods, ARRAY_SIZE(tensor_methods),
				    name);
	default: return NULL;
	}
}

bool py_is_method(const struct py_str *name)
{
	return find_in(str_methods, ARRAY_SIZE(str_methods), name) ||
	       find_in(list_methods, ARRAY_SIZE(list_methods), name) ||
	       find_in(set_methods, ARRAY_SIZE(set_methods), name) ||
	       find_in(dict_methods, ARRAY_SIZE(dict_methods), name) ||
	       find_in(tensor_methods, ARRAY_SIZE(tensor_methods), name);
}
