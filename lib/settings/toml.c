/* SPDX-License-Identifier: MIT */
/*
 * TOML, as settings are written in it: tables and arrays of them, dotted keys,
 * strings of its four kinds, numbers, arrays and inline tables.  A table may be
 * gone on with; a date is its text.
 */
#include <string.h>

#include "settings/settings_impl.h"

/* Tables and arrays inside one another. */
#define DEPTH_MAX 50

struct reader {
	struct py_run *run;
	const char *s;
	size_t n, i;
	struct settings *keys;
	unsigned depth;
};

/* What is wrong at AT to where the reader is, or with its next character. */
static int fail(const struct reader *t, size_t at, const char *what)
{
	size_t end = t->i > at ? t->i : at + (at < t->n);

	return py_raise(t->run, settings_place_at(t->run, at, end), "%s", what);
}

static char peek(const struct reader *t)
{
	return t->i < t->n ? t->s[t->i] : '\0';
}

static bool take(struct reader *t, char c)
{
	bool is_it = t->i < t->n && t->s[t->i] == c;

	t->i += is_it;
	return is_it;
}

static void skip_blanks(struct reader *t)
{
	while (t->i < t->n && strchr(" \t\r", t->s[t->i]))
		t->i++;
}

/* Goes over blanks, comments and ends of lines. */
static void skip_lines(struct reader *t)
{
	for (;;) {
		skip_blanks(t);
		if (peek(t) == '#')
			while (t->i < t->n && t->s[t->i] != '\n')
				t->i++;
		if (!take(t, '\n'))
			return;
	}
}

/* --- strings and keys ----------------------------------------------------- */

/* Behind the COUNT quotes Q that end what begins here; 0: nothing does. */
static size_t quoted_end(const struct reader *t, char q, size_t count)
{
	for (size_t i = t->i + count; i + count <= t->n; i++) {
		if (count == 1 && t->s[i] == '\n')
			return 0;
		if (t->s[i] == '\\' && q == '"')
			i++;
		else if (t->s[i] == q &&
			 (count == 1 || (t->s[i + 1] == q && t->s[i + 2] == q)))
			return i + count;
	}
	return 0;
}

static int string(struct reader *t, struct py_value *ret)
{
	char q = peek(t);
	size_t at = t->i, end, count = 1;

	if (t->n - at >= 3 && t->s[at + 1] == q && t->s[at + 2] == q)
		count = 3;
	end = quoted_end(t, q, count);
	if (!end)
		return fail(t, at, "a text without its closing quote");
	t->i = end;
	/* Escapes are Python's; those of several lines are left as they are. */
	if (q == '"' && count == 1 && memchr(t->s + at, '\\', end - at))
		return settings_python(t->run, t->s + at, end - at, ret);
	at += count;
	end -= count;
	if (count == 3 && at < end && t->s[at] == '\n')
		at++;
	return py_new_str(t->run, t->s + at, end - at, ret);
}

/* One part of a key, without its quotes. */
static int key_part(struct reader *t, struct py_str *ret)
{
	size_t at = t->i, end = 0;
	char q = peek(t);

	if (q == '"' || q == '\'') {
		end = quoted_end(t, q, 1);
		*ret = (struct py_str){.s = t->s + at + 1, .n = end - at - 2};
	} else {
		while (t->i < t->n &&
			(str_is_name_char(t->s[t->i]) || t->s[t->i] == '-'))
			end = ++t->i;
		*ret = (struct py_str){.s = t->s + at, .n = end - at};
	}
	if (!end)
		return fail(t, at, "no key here; expected 'key = value'");
	t->i = end;
	skip_blanks(t);
	return 0;
}

/* --- tables --------------------------------------------------------------- */

/* D has V as NAME, at AT, which it did not have. */
static int add(struct reader *t, struct py_list *d, const struct py_str *name,
	struct py_value v, size_t at)
{
	if (py_dict_find(d, name->s, name->n))
		return fail(t, at, "a key that is given before");
	if (settings_dict_add(t->run, d, name->s, name->n, v) < 0)
		return -1;
	return d == t->keys->dict
		       ? settings_add_place(t->run, t->keys, name, at, t->i)
		       : 0;
}

/* *D becomes its table NAME, the last of an array, or one that is new. */
static int go_into(struct reader *t, struct py_list **d,
	const struct py_str *name, size_t at)
{
	const struct py_value *old = py_dict_find(*d, name->s, name->n);
	struct py_value v;

	if (old && old->type == PY_LIST && old->u.list->n)
		old = &old->u.list->item[old->u.list->n - 1];
	if (old && old->type != PY_DICT)
		return fail(t, at, "a table of a name that has a value");
	if (!old) {
		if (py_new_list(t->run, PY_DICT, 0, &v) < 0 ||
			add(t, *d, name, v, at) < 0)
			return -1;
		old = &v;
	}
	*d = old->u.list;
	return 0;
}

/* A dotted key from the table *D on, which becomes that of its LAST part. */
static int path(struct reader *t, struct py_list **d, struct py_str *last)
{
	size_t at = t->i;

	for (unsigned n = 1;; n++) {
		if (py_charge(t->run, NULL, (*d)->n / 64 + 1) < 0 ||
			key_part(t, last) < 0)
			return -1;
		if (!take(t, '.'))
			return 0;
		skip_blanks(t);
		if (n == DEPTH_MAX)
			return fail(t, at, "too much in one another");
		if (go_into(t, d, last, at) < 0)
			return -1;
	}
}

static int value(struct reader *t, struct py_value *ret);

/* key = value */
static int member(struct reader *t, struct py_list *d)
{
	size_t at = t->i;
	struct py_str name;
	struct py_value v;

	if (path(t, &d, &name) < 0)
		return -1;
	if (!take(t, '='))
		return fail(t, at, "a key without its value; expected '='");
	skip_blanks(t);
	at = t->i;
	return value(t, &v) < 0 ? -1 : add(t, d, &name, v, at);
}

/* One more table of the array NAME in D, at AT, which *D becomes. */
static int append(struct reader *t, struct py_list **d,
	const struct py_str *name, size_t at)
{
	const struct py_value *old = py_dict_find(*d, name->s, name->n);
	struct py_value list, v;

	if (old && old->type != PY_LIST)
		return fail(t, at, "a table of a name that has a value");
	if (!old && (py_new_list(t->run, PY_LIST, 0, &list) < 0 ||
			    add(t, *d, name, list, at) < 0))
		return -1;
	if (py_new_list(t->run, PY_DICT, 0, &v) < 0)
		return -1;
	*d = v.u.list;
	return py_list_add(t->run, old ? old->u.list : list.u.list, v);
}

/* [a.b], or [[a.b]] for one more of an array; *D becomes the table. */
static int header(struct reader *t, struct py_list **d)
{
	size_t at = t->i++;
	bool array = take(t, '[');
	struct py_str name;

	*d = t->keys->dict;
	skip_blanks(t);
	if (path(t, d, &name) < 0)
		return -1;
	if (!take(t, ']') || (array && !take(t, ']')))
		return fail(t, at, "the name of a table without its ']'");
	return array ? append(t, d, &name, at) : go_into(t, d, &name, at);
}

/* --- values --------------------------------------------------------------- */

static int item(struct reader *t, struct py_list *l)
{
	struct py_value v = py_none();

	return value(t, &v) < 0 ? -1 : py_list_add(t->run, l, v);
}

/* The items of an array, or members of an inline table, up to CLOSE. */
static int items(struct reader *t, char close, struct py_list *l)
{
	size_t at = t->i++;

	for (;;) {
		skip_lines(t);
		if (take(t, close))
			return 0;
		if (t->i == t->n)
			return fail(t, at, "a bracket that is not closed");
		if (py_charge(t->run, NULL, 1) < 0 ||
			(close == '}' ? member(t, l) : item(t, l)) < 0)
			return -1;
		skip_lines(t);
		if (t->i < t->n && !take(t, ',') && peek(t) != close)
			return fail(t, t->i, "no ',' and no end of the list");
	}
}

static int value(struct reader *t, struct py_value *ret)
{
	size_t at = t->i, end = at;
	char c = peek(t);
	int bad;

	if (c == '"' || c == '\'')
		return string(t, ret);
	if (c == '[' || c == '{') {
		if (t->depth++ == DEPTH_MAX)
			return fail(t, at, "too much in one another");
		bad = py_new_list(t->run, c == '[' ? PY_LIST : PY_DICT, 0,
			      ret) < 0 ||
		      items(t, c == '[' ? ']' : '}', ret->u.list) < 0;
		t->depth--;
		return bad ? -1 : 0;
	}
	for (; t->i < t->n && !strchr(",]}#\n", t->s[t->i]); t->i++)
		if (!strchr(" \t\r", t->s[t->i]))
			end = t->i + 1;
	t->i = end;
	if (end == at)
		return fail(t, at, "no value; expected one behind '='");
	return settings_scalar(t->run, t->s + at, end - at, ret);
}

int settings_toml(const struct settings_reader *x, const char *s, size_t n,
	struct settings *k)
{
	struct reader t = {.run = x->run, .s = s, .n = n, .keys = k};
	struct py_list *d = k->dict;

	for (skip_lines(&t); t.i < n; skip_lines(&t)) {
		if ((peek(&t) == '[' ? header(&t, &d) : member(&t, d)) < 0)
			return -1;
		skip_blanks(&t);
		if (t.i < n && !strchr("#\n", s[t.i]))
			return fail(&t, t.i, "more than a line has");
	}
	return 0;
}
