/* SPDX-License-Identifier: MIT */
/*
 * As much of YAML as settings are written in: maps and lists by indentation,
 * flow lists and maps, quoted and plain scalars and their anchors, comments.
 * Tags and ${interpolations} are values that are not known; texts of several
 * lines are read over.
 */
#include <string.h>

#include "call/call_impl.h"

#define DEPTH_MAX 50

/* &NAME: a value that *NAME stands for. */
struct anchor {
	struct py_str name;
	struct py_value value;
	struct anchor *next;
};

/* The line that is to be read, without indentation, comment and blanks. */
struct reader {
	struct py_run *run;
	const char *s;
	size_t n;
	size_t at, end; /* of the line's content */
	size_t next;    /* where the line after it begins */
	size_t indent;  /* columns before AT */
	bool over;      /* no line is left */
	unsigned depth;
	struct call_keys *keys; /* what the outermost map goes to */
	struct anchor *anchor;
};

static int fail(struct reader *y, const char *what)
{
	return py_raise(
		y->run, call_place_at(y->run, y->at, y->end), "%s", what);
}

/* Where the content of S[AT..END) ends: before a comment and blanks. */
static size_t content_end(const char *s, size_t at, size_t end)
{
	char quote = 0;
	size_t last = at;

	for (size_t i = at; i < end; i++) {
		if (quote)
			quote = s[i] == quote ? 0 : quote;
		else if ((s[i] == '"' || s[i] == '\'') &&
			 (i == at || strchr(" \t[{,:", s[i - 1])))
			quote = s[i];
		else if (s[i] == '#' &&
			 (i == at || s[i - 1] == ' ' || s[i - 1] == '\t'))
			break;
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
			last = i + 1;
	}
	return last;
}

static size_t line_end(const struct reader *y, size_t at)
{
	const char *nl = memchr(y->s + at, '\n', y->n - at);

	return nl ? (size_t)(nl - y->s) : y->n;
}

/* Goes to the next line that has content. */
static void advance(struct reader *y)
{
	while (y->next < y->n) {
		size_t begin = y->next, end = line_end(y, begin);
		size_t at = begin;

		while (at < end && strchr(" \t", y->s[at]))
			at++;
		y->next = end < y->n ? end + 1 : y->n;
		y->end = content_end(y->s, at, end);
		y->at = at;
		y->indent = at - begin;
		if (y->end > at &&
			!(y->end - at >= 3 && y->indent == 0 &&
				(memcmp(y->s + at, "---", 3) == 0 ||
					memcmp(y->s + at, "...", 3) == 0)))
			return;
	}
	y->over = true;
}

/* Whether the line is "- item" or "-" alone. */
static bool is_item(const struct reader *y)
{
	return y->s[y->at] == '-' &&
	       (y->at + 1 == y->end || y->s[y->at + 1] == ' ');
}

/* The ':' after the key that S[AT..END) begins with; END: it has none. */
static size_t key_end(const char *s, size_t at, size_t end)
{
	size_t i = at;

	if (strchr("\"'", s[at])) {
		const char *close = memchr(s + at + 1, s[at], end - at - 1);
		if (!close)
			return end;
		i = (size_t)(close - s);
	} else if (strchr("[{&*!|>", s[at])) {
		return end;
	}
	for (; i < end; i++)
		if (s[i] == ':' && (i + 1 == end || s[i + 1] == ' '))
			return i;
	return end;
}

static struct py_str trimmed(const char *s, size_t at, size_t end)
{
	while (at < end && strchr(" \t\r\n", s[at]))
		at++;
	while (end > at && strchr(" \t\r\n", s[end - 1]))
		end--;
	if (end - at >= 2 && strchr("\"'", s[at]) && s[end - 1] == s[at]) {
		at++;
		end--;
	}
	return (struct py_str){.s = s + at, .n = end - at};
}

/* --- values in a line ----------------------------------------------------- */

static bool has(const char *s, size_t n, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(s + i, part, len) == 0)
			return true;
	return false;
}

/* A value that only YAML's own programs know, as KEY. */
static int unknown(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	const struct py_node *place = call_place_at(y->run, at, end);

	if (py_global(call_build_of(y->run)->user, key->s, key->n, ret))
		return 0;
	return place ? py_new_unknown(y->run, place, key->s, key->n, NULL, ret)
		     : -1;
}

/* What *NAME stands for; NULL: nothing that was read. */
static const struct py_value *aliased(
	const struct reader *y, const struct py_str *text)
{
	const struct py_str name = {.s = text->s + 1, .n = text->n - 1};
	const struct anchor *a = y->anchor;

	while (a && !call_same_name(&a->name, &name))
		a = a->next;
	return a ? &a->value : NULL;
}

static int scalar(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret);

/* "&NAME value". */
static int anchored(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	struct anchor *a = py_alloc(y->run, sizeof(*a));
	size_t stop = at + 1;

	while (stop < end && !strchr(" \t", y->s[stop]))
		stop++;
	if (!a || scalar(y, stop, end, key, ret) < 0)
		return -1;
	*a = (struct anchor){.name = {.s = y->s + at + 1, .n = stop - at - 1},
		.value = *ret,
		.next = y->anchor};
	y->anchor = a;
	return 0;
}

static int scalar(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	struct py_str text = trimmed(y->s, at, end);
	const struct py_value *same;

	at = (size_t)(text.s - y->s);
	if (text.n > 0 && at > 0 && strchr("\"'", text.s[-1]) &&
		at + text.n < y->n && y->s[at + text.n] == text.s[-1])
		return has(text.s, text.n, "${")
			       ? unknown(y, at, end, key, ret)
			       : py_new_str(y->run, text.s, text.n, ret);
	if (text.n > 1 && text.s[0] == '&')
		return anchored(y, at, at + text.n, key, ret);
	same = text.n > 1 && text.s[0] == '*' ? aliased(y, &text) : NULL;
	if (same) {
		*ret = *same;
		return 0;
	}
	if (text.n > 0 &&
		(strchr("&*!", text.s[0]) || has(text.s, text.n, "${")))
		return unknown(y, at, end, key, ret);
	/* (30, 40) is a text that its reader takes for what it looks like. */
	if (text.n > 1 && text.s[0] == '(' && text.s[text.n - 1] == ')')
		return call_literal(y->run, text.s, text.n, ret);
	return call_scalar(y->run, text.s, text.n, ret);
}

static int flow(struct reader *y, size_t *i, size_t end,
	const struct py_str *key, struct py_value *ret);

static void skip_blanks(const struct reader *y, size_t *i, size_t end)
{
	while (*i < end && strchr(" \t\r\n", y->s[*i]))
		++*i;
}

/* One member of a flow map, or item of a list, into V. */
static int flow_item(struct reader *y, size_t *i, size_t end, bool map,
	const struct py_str *key, struct py_value *v)
{
	struct py_str name = *key;
	struct py_value name_value, item;
	size_t colon;

	if (map) {
		colon = key_end(y->s, *i, end);
		if (colon == end)
			return fail(y, "a map without 'key: value'");
		name = trimmed(y->s, *i, colon);
		*i = colon + 1;
		if (py_new_str(y->run, name.s, name.n, &name_value) < 0 ||
			py_list_add(y->run, v->u.list, name_value) < 0)
			return -1;
	}
	return flow(y, i, end, &name, &item) < 0
		       ? -1
		       : py_list_add(y->run, v->u.list, item);
}

static int flow_items(struct reader *y, size_t *i, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	bool map = y->s[*i] == '{';
	char close = map ? '}' : ']';

	if (y->depth++ == DEPTH_MAX)
		return fail(y, "too many brackets in one another");
	if (py_new_list(y->run, map ? PY_DICT : PY_LIST, 0, ret) < 0)
		return -1;
	++*i;
	for (;;) {
		skip_blanks(y, i, end);
		if (*i == end)
			return fail(y, "a bracket that is not closed");
		if (y->s[*i] == close)
			break;
		if (flow_item(y, i, end, map, key, ret) < 0)
			return -1;
		skip_blanks(y, i, end);
		if (*i < end && y->s[*i] == ',')
			++*i;
	}
	++*i;
	y->depth--;
	return 0;
}

/* The value at *I, inside of brackets. */
static int flow(struct reader *y, size_t *i, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	size_t at;

	skip_blanks(y, i, end);
	if (*i < end && strchr("[{", y->s[*i]))
		return flow_items(y, i, end, key, ret);
	at = *i;
	if (*i < end && strchr("\"'", y->s[*i])) {
		const char *close =
			memchr(y->s + at + 1, y->s[at], end - at - 1);
		*i = close ? (size_t)(close - y->s) + 1 : end;
	}
	while (*i < end && !strchr(",]}", y->s[*i]))
		++*i;
	return scalar(y, at, *i, key, ret);
}

/* Where the brackets that open at AT are closed, in later lines perhaps. */
static size_t bracket_end(const struct reader *y, size_t at)
{
	size_t open = 0, i;
	char quote = 0;

	for (i = at; i < y->n; i++) {
		if (quote)
			quote = y->s[i] == quote ? 0 : quote;
		else if (strchr("\"'", y->s[i]))
			quote = y->s[i];
		else if (strchr("[{", y->s[i]))
			open++;
		else if (strchr("]}", y->s[i]) && --open == 0)
			return i + 1;
	}
	return y->n;
}

/* What stands from AT to the line's end; the line is then read. */
static int inline_value(struct reader *y, size_t at, const struct py_str *key,
	struct py_value *ret)
{
	size_t indent = y->indent, end = y->end;
	int done;

	if (strchr("[{", y->s[at])) {
		end = bracket_end(y, at);
		if (end > y->next)
			y->next = line_end(y, end - 1) + 1;
		if (y->next > y->n)
			y->next = y->n;
		done = flow(y, &at, end, key, ret);
		advance(y);
		return done;
	}
	done = scalar(y, at, end, key, ret);
	advance(y);
	/* Further lines of a text. */
	while (!y->over && y->indent > indent)
		advance(y);
	return done;
}

/* --- blocks --------------------------------------------------------------- */

static int block(
	struct reader *y, const struct py_str *key, struct py_value *ret);

/* What stands below the line of a key or dash at INDENT, or None. */
static int below(struct reader *y, size_t indent, bool in_map,
	const struct py_str *key, struct py_value *ret)
{
	advance(y);
	if (!y->over && (y->indent > indent ||
				(in_map && y->indent == indent && is_item(y))))
		return block(y, key, ret);
	*ret = py_none();
	return 0;
}

static int member(struct reader *y, struct py_list *d, bool outermost)
{
	size_t colon = key_end(y->s, y->at, y->end), at = colon + 1;
	size_t indent = y->indent, end = y->end;
	struct py_str key;
	struct py_value v;

	if (colon == y->end)
		return fail(y, "neither 'key: value' nor an item of a list");
	key = trimmed(y->s, y->at, colon);
	skip_blanks(y, &at, end);
	if (at == end) {
		if (below(y, indent, true, &key, &v) < 0)
			return -1;
	} else if (strchr("|>", y->s[at])) {
		do
			advance(y);
		while (!y->over && y->indent > indent);
		v = py_none();
	} else if (inline_value(y, at, &key, &v) < 0) {
		return -1;
	}
	return outermost ? call_keys_set(
				   y->run, y->keys, key.s, key.n, v, at, end)
			 : call_dict_set(y->run, d, key.s, key.n, v);
}

static int map(struct reader *y, struct py_list *d, bool outermost)
{
	size_t indent = y->indent;

	while (!y->over && y->indent == indent && !is_item(y))
		if (py_charge(y->run, NULL, 1) < 0 ||
			member(y, d, outermost) < 0)
			return -1;
	if (!y->over && y->indent > indent)
		return fail(y, "indented more than what is above it");
	return 0;
}

static int list(struct reader *y, const struct py_str *key, struct py_list *l)
{
	size_t indent = y->indent, at;
	struct py_value v;

	while (!y->over && y->indent == indent && is_item(y)) {
		at = y->at + 1;
		skip_blanks(y, &at, y->end);
		if (at >= y->end) {
			if (below(y, indent, false, key, &v) < 0)
				return -1;
		} else if (key_end(y->s, at, y->end) < y->end ||
			   (y->s[at] == '-' && y->s[at + 1] == ' ')) {
			y->indent += at - y->at;
			y->at = at;
			if (block(y, key, &v) < 0)
				return -1;
		} else if (inline_value(y, at, key, &v) < 0) {
			return -1;
		}
		if (py_list_add(y->run, l, v) < 0)
			return -1;
	}
	return 0;
}

static int block(
	struct reader *y, const struct py_str *key, struct py_value *ret)
{
	int done;

	if (y->depth++ == DEPTH_MAX)
		return fail(y, "too much in one another");
	if (is_item(y)) {
		done = py_new_list(y->run, PY_LIST, 0, ret) < 0
			       ? -1
			       : list(y, key, ret->u.list);
	} else if (key_end(y->s, y->at, y->end) < y->end) {
		done = py_new_list(y->run, PY_DICT, 0, ret) < 0
			       ? -1
			       : map(y, ret->u.list, false);
	} else {
		done = inline_value(y, y->at, key, ret);
	}
	y->depth--;
	return done;
}

int call_yaml(struct py_run *r, const char *s, size_t n, struct call_keys *keys)
{
	struct reader y = {.run = r, .s = s, .n = n, .keys = keys};

	advance(&y);
	while (!y.over)
		if (map(&y, keys->dict, true) < 0 ||
			(!y.over && is_item(&y) &&
				fail(&y, "a list; expected 'key: value'") < 0))
			return -1;
	return 0;
}
