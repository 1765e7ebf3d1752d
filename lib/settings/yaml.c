/* SPDX-License-Identifier: MIT */
/*
 * As much of YAML as settings are written in: maps and lists by indentation,
 * flow lists and maps, quoted and plain scalars and their anchors, comments.
 * A map's tag is its name; ${a.b} is what stands there.  Other tags, and what
 * other interpolations come to, are values that are not known; texts of several
 * lines are read over.
 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "settings/settings_impl.h"

#define DEPTH_MAX 50
#define SCALARS_MAX ((size_t)100000)

/* &NAME: a value that *NAME stands for. */
struct anchor {
	size_t nscalar; /* of its value, with those of aliases in it */
	struct py_str name;
	struct py_value value;
	struct anchor *next;
};

/* The line that is to be read, without indentation, comment and blanks. */
struct reader {
	const struct settings_reader *with;
	struct py_run *run;
	const char *s;
	size_t n;
	size_t at, end; /* of the line's content */
	size_t next;    /* where the line after it begins */
	size_t indent;  /* columns before AT */
	bool over;      /* no line is left */
	bool any;       /* a line has been read */
	bool divider;   /* "---" stands before this one */
	bool divided;   /* ... or another, with lines before it */
	size_t text;    /* lines further in than here are a text's */
	unsigned depth;
	struct settings *keys; /* what the outermost map goes to */
	struct anchor *anchor;
	size_t nscalar; /* so far, with those that aliases stand for */
};

static int fail(struct reader *y, const char *what)
{
	return py_raise(
		y->run, settings_place_at(y->run, y->at, y->end), "%s", what);
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

/* Whether the line is "- item" or "-" alone. */
static bool is_item(const struct reader *y)
{
	return y->s[y->at] == '-' &&
	       (y->at + 1 == y->end || y->s[y->at + 1] == ' ');
}

/* Whether the line divides documents. */
static bool is_divider(const struct reader *y)
{
	const char *s = y->s + y->at;

	return y->indent == 0 && y->end - y->at >= 3 &&
	       (memcmp(s, "---", 3) == 0 || memcmp(s, "...", 3) == 0);
}

static bool is_fence(const struct reader *y)
{
	return y->end - y->at >= 3 && memcmp(y->s + y->at, "```", 3) == 0;
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
		if (y->end == at || settings_is_prose(y->s + at, y->end - at))
			continue;
		/* What a page shows of it ends at the second fence. */
		if (is_fence(y) && y->indent <= y->text) {
			if (y->any)
				break;
			continue;
		}
		if (!is_divider(y)) {
			y->divided = y->divided ||
				     (y->any && y->divider && !is_item(y));
			y->divider = false;
			y->any = true;
			return;
		}
		y->divider = true;
	}
	y->over = true;
}

/*
 * The ':' after the key that S[AT..END) begins with, which model cards write in
 * backticks; END: it has none.
 */
static size_t key_end(const char *s, size_t at, size_t end)
{
	size_t i = at;

	if (at == end)
		return end;
	if (strchr("\"'`", s[at])) {
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

static void skip_blanks(const char *s, size_t *i, size_t end)
{
	while (*i < end && strchr(" \t\r\n", s[*i]))
		++*i;
}

static struct py_str trimmed(const char *s, size_t at, size_t end)
{
	skip_blanks(s, &at, end);
	while (end > at && strchr(" \t\r\n", s[end - 1]))
		end--;
	if (end - at >= 2 && strchr("\"'`", s[at]) && s[end - 1] == s[at]) {
		at++;
		end--;
	}
	return (struct py_str){.s = s + at, .n = end - at};
}

/* --- values in a line ----------------------------------------------------- */

/* A value that only YAML's own programs know, as KEY. */
static int unknown(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	const struct py_node *place = settings_place_at(y->run, at, end);

	if (py_global(y->with->given, key->s, key->n, ret))
		return 0;
	return place ? py_new_unknown(y->run, place, key->s, key->n, NULL, ret)
		     : -1;
}

/* What *NAME stands for; NULL: nothing that was read. */
static const struct anchor *aliased(
	const struct reader *y, const struct py_str *text)
{
	const struct py_str name = {.s = text->s + 1, .n = text->n - 1};
	const struct anchor *a = y->anchor;

	while (a && !py_str_equal(&a->name, &name))
		a = a->next;
	return a;
}

static int scalar(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret);

/* Begins with "&NAME" at *AT, which goes behind it.  NULL: no memory. */
static struct anchor *anchor_new(const struct reader *y, size_t *at, size_t end)
{
	struct anchor *a = py_alloc(y->run, sizeof(*a));
	size_t stop = *at + 1;

	while (stop < end && !strchr(" \t", y->s[stop]))
		stop++;
	if (a)
		*a = (struct anchor){
			.name = {.s = y->s + *at + 1, .n = stop - *at - 1},
			.nscalar = y->nscalar};
	*at = stop;
	return a;
}

/* A is of V, which was read since it began. */
static void anchor_add(
	struct reader *y, struct anchor *a, const struct py_value *v)
{
	a->value = *v;
	a->nscalar = y->nscalar - a->nscalar;
	a->next = y->anchor;
	y->anchor = a;
}

/* "&NAME value". */
static int anchored(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	struct anchor *a = anchor_new(y, &at, end);

	if (!a || scalar(y, at, end, key, ret) < 0)
		return -1;
	anchor_add(y, a, ret);
	return 0;
}

/*
 * S without a tag of YAML's own, "!!float": what it looks like is what it is.
 */
static void skip_own_tag(struct py_str *s)
{
	size_t i = 0;

	while (s->n > 2 && s->s[1] == '!' && i < s->n &&
		!strchr(" \t", s->s[i]))
		i++;
	while (i > 0 && i < s->n && strchr(" \t", s->s[i]))
		i++;
	s->s += i;
	s->n -= i;
}

/* yes, no, on and off: YAML 1.1, which most loaders read, has them too. */
static bool is_bool(const struct py_str *s, bool *ret)
{
	if (s->n != 2 && s->n != 3)
		return false;
	*ret = py_is_word_of(s, "yes Yes YES on On ON");
	return *ret || py_is_word_of(s, "no No NO off Off OFF");
}

static int scalar(struct reader *y, size_t at, size_t end,
	const struct py_str *key, struct py_value *ret)
{
	struct py_str text = trimmed(y->s, at, end);
	const struct anchor *same;
	bool yes;

	y->nscalar++;

	if (text.n > 0 && text.s[0] == '!')
		skip_own_tag(&text);
	at = (size_t)(text.s - y->s);
	if (text.n > 0 && at > 0 && strchr("\"'", text.s[-1]) &&
		at + text.n < y->n && y->s[at + text.n] == text.s[-1])
		return str_has(text.s, text.n, "${")
			       ? unknown(y, at, end, key, ret)
			       : py_new_str(y->run, text.s, text.n, ret);
	if (text.n > 1 && text.s[0] == '&')
		return anchored(y, at, at + text.n, key, ret);
	same = text.n > 1 && text.s[0] == '*' ? aliased(y, &text) : NULL;
	if (same) {
		*ret = same->value;
		y->nscalar += same->nscalar;
		return y->nscalar <= SCALARS_MAX
			       ? 0
			       : fail(y, "aliases of more than fits");
	}
	if (text.n > 0 &&
		(strchr("&*!", text.s[0]) || str_has(text.s, text.n, "${")))
		return unknown(y, at, end, key, ret);
	/* (30, 40) is a text that its reader takes for what it looks like. */
	if (text.n > 1 && text.s[0] == '(' && text.s[text.n - 1] == ')')
		return settings_literal(y->run, text.s, text.n, ret);
	if (is_bool(&text, &yes)) {
		*ret = py_bool(yes);
		return 0;
	}
	return settings_scalar(y->run, text.s, text.n, ret);
}

static int flow(struct reader *y, size_t *i, size_t end,
	const struct py_str *key, struct py_value *ret);

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
		skip_blanks(y->s, i, end);
		if (*i == end)
			return fail(y, "a bracket that is not closed");
		if (y->s[*i] == close)
			break;
		if (flow_item(y, i, end, map, key, ret) < 0)
			return -1;
		skip_blanks(y->s, i, end);
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

	skip_blanks(y->s, i, end);
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

/* Goes behind the line, and those further in than INDENT: a text's. */
static void skip_text(struct reader *y, size_t indent)
{
	y->text = indent;
	do
		advance(y);
	while (!y->over && y->indent > indent);
	y->text = SIZE_MAX;
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
	skip_text(y, indent);
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

/* "!TAG" at AT, and the map that it is of, which has it as its name. */
static int tagged(struct reader *y, size_t at, size_t indent, bool in_map,
	const struct py_str *key, struct py_value *ret)
{
	size_t stop = at;
	struct py_str tag;
	struct py_value name;

	while (stop < y->end && !strchr(" \t", y->s[stop]))
		stop++;
	tag = (struct py_str){.s = y->s + at + 1, .n = stop - at - 1};
	skip_blanks(y->s, &stop, y->end);
	if (stop < y->end && y->s[stop] != '{')
		return inline_value(y, at, key, ret);
	if ((stop < y->end ? inline_value(y, stop, key, ret)
			   : below(y, indent, in_map, key, ret)) < 0)
		return -1;
	if (ret->type == PY_NONE && py_new_list(y->run, PY_DICT, 0, ret) < 0)
		return -1;
	if (ret->type != PY_DICT)
		return unknown(y, at, stop, key, ret);
	return py_dict_find(ret->u.list, "name", 4) ||
			       (py_new_str(y->run, tag.s, tag.n, &name) == 0 &&
				       settings_dict_set(y->run, ret->u.list,
					       "name", 4, name) == 0)
		       ? 0
		       : -1;
}

static int value(struct reader *y, size_t at, size_t indent, bool in_map,
	const struct py_str *key, struct py_value *ret);

/* "&NAME" at AT, and what it is of. */
static int anchored_value(struct reader *y, size_t at, size_t indent,
	bool in_map, const struct py_str *key, struct py_value *ret)
{
	struct anchor *a = anchor_new(y, &at, y->end);

	if (!a || value(y, at, indent, in_map, key, ret) < 0)
		return -1;
	anchor_add(y, a, ret);
	return 0;
}

/* What stands at AT behind a key or a '-' at INDENT, or in the lines below. */
static int value(struct reader *y, size_t at, size_t indent, bool in_map,
	const struct py_str *key, struct py_value *ret)
{
	skip_blanks(y->s, &at, y->end);
	if (at >= y->end)
		return below(y, indent, in_map, key, ret);
	if (y->s[at] == '&')
		return anchored_value(y, at, indent, in_map, key, ret);
	if (y->s[at] == '!')
		return tagged(y, at, indent, in_map, key, ret);
	if (!strchr("|>", y->s[at]))
		return inline_value(y, at, key, ret);
	skip_text(y, indent);
	*ret = py_none();
	return 0;
}

/* Of those that D has of KEY the last, V, counts; but Caffe's solvers give each
 * of some a line of its own. */
static int repeated(struct reader *y, const struct py_list *d,
	const struct py_str *key, struct py_value *v)
{
	const struct py_value *old = py_dict_find(d, key->s, key->n);
	struct py_value all;

	if (!old)
		return 0;
	if (!py_is_named(key, "stepvalue"))
		return y->with->remark(y->run,
			"'%.*s' is given more than once; the last is read",
			STR_ARG(*key));
	all = *old;
	if (old->type != PY_LIST &&
		(py_new_list(y->run, PY_LIST, 2, &all) < 0 ||
			py_list_add(y->run, all.u.list, *old) < 0))
		return -1;
	if (py_list_add(y->run, all.u.list, *v) < 0)
		return -1;
	*v = all;
	return 0;
}

static int put(struct reader *y, struct py_list *d, bool outermost,
	const struct py_str *key, struct py_value v, size_t at, size_t end)
{
	return outermost ? settings_set(
				   y->run, y->keys, key->s, key->n, v, at, end)
			 : settings_dict_set(y->run, d, key->s, key->n, v);
}

/* What "<<: *base" adds to a map: maps whose keys it does not have itself. */
struct merged {
	struct py_value from; /* of type PY_UNBOUND where nothing is */
	size_t at, end;
};

static int merge(struct reader *y, struct py_list *d, bool outermost,
	const struct merged *m, const struct py_value *from)
{
	const struct py_list *l = from->u.list;
	size_t step = from->type == PY_DICT ? 2 : 1;

	if (from->type != PY_DICT && from->type != PY_LIST)
		return fail(y, "what is merged by '<<' is no map");
	if (py_charge(y->run, NULL, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i += step) {
		const struct py_str *key = l->item[i].u.str;
		bool maps = from->type == PY_LIST &&
			    (l->item[i].type == PY_DICT ||
				    l->item[i].type == PY_LIST);

		if (from->type == PY_LIST && !maps)
			return fail(y, "what is merged by '<<' is no map");
		if (maps ? merge(y, d, outermost, m, &l->item[i]) < 0
			 : !py_dict_find(d, key->s, key->n) &&
					put(y, d, outermost, key,
						l->item[i + 1], m->at,
						m->end) < 0)
			return -1;
	}
	return 0;
}

/* One more "<<": as PyYAML has it, what stands in the last of them counts. */
static int merge_more(struct reader *y, struct merged *m,
	const struct py_value *v, size_t at, size_t end)
{
	const struct py_value before = m->from;

	*m = (struct merged){*v, at, end};
	if (before.type == PY_UNBOUND)
		return 0;
	return py_new_list(y->run, PY_LIST, 2, &m->from) < 0 ||
			       py_list_add(y->run, m->from.u.list, *v) < 0 ||
			       py_list_add(y->run, m->from.u.list, before) < 0
		       ? -1
		       : y->with->remark(y->run,
				 "'<<' is given more than once; of what both "
				 "have the last is read");
}

static int member(
	struct reader *y, struct py_list *d, bool outermost, struct merged *m)
{
	size_t colon = key_end(y->s, y->at, y->end), at = colon + 1;
	size_t indent = y->indent, end = y->end;
	struct py_str key;
	struct py_value v;

	if (colon == y->end)
		return fail(y, "neither 'key: value' nor an item of a list");
	key = trimmed(y->s, y->at, colon);
	skip_blanks(y->s, &at, end);
	if (value(y, at, indent, true, &key, &v) < 0)
		return -1;
	if (py_is_named(&key, "<<") && v.type != PY_UNKNOWN)
		return merge_more(y, m, &v, at, end);
	return repeated(y, d, &key, &v) < 0
		       ? -1
		       : put(y, d, outermost, &key, v, at, end);
}

static int map(struct reader *y, struct py_list *d, bool outermost)
{
	size_t indent = y->indent;
	struct merged m = {.from.type = PY_UNBOUND};

	while (!y->over && y->indent == indent && !is_item(y))
		if (py_charge(y->run, NULL, 1) < 0 ||
			member(y, d, outermost, &m) < 0)
			return -1;
	if (!y->over && y->indent > indent)
		return fail(y, "indented more than what is above it");
	return m.from.type == PY_UNBOUND ? 0
					 : merge(y, d, outermost, &m, &m.from);
}

static int list(struct reader *y, const struct py_str *key, struct py_list *l)
{
	size_t indent = y->indent, at;
	struct py_value v;

	while (!y->over && y->indent == indent && is_item(y)) {
		at = y->at + 1;
		skip_blanks(y->s, &at, y->end);
		if (key_end(y->s, at, y->end) < y->end ||
			(y->s[at] == '-' && at + 1 < y->end &&
				y->s[at + 1] == ' ')) {
			y->indent += at - y->at;
			y->at = at;
			if (block(y, key, &v) < 0)
				return -1;
		} else if (value(y, at, indent, false, key, &v) < 0) {
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

/*
 * "- key: value" as "key: value", as a model's card lists what it was given. A
 * line without a key is of what the card has behind that: results, versions.
 */
static int items_of_map(struct reader *y)
{
	size_t at, colon;
	struct py_str key;

	while (!y->over) {
		at = y->at + is_item(y);
		skip_blanks(y->s, &at, y->end);
		colon = key_end(y->s, at, y->end);
		key = trimmed(y->s, at, colon);
		if ((colon == y->end && y->keys->dict->n == 0) ||
			py_dict_find(y->keys->dict, key.s, key.n))
			return fail(y, "a list; expected 'key: value'");
		y->over = colon == y->end;
		if (y->over || !is_item(y))
			return 0;
		y->indent += at - y->at;
		y->at = at;
		if (map(y, y->keys->dict, true) < 0)
			return -1;
	}
	return 0;
}

/*
 * What PATH names in the outermost map, or below it where that has not its
 * first part: a file of a larger configuration.  NULL: nothing.
 */
static const struct py_value *look_up(
	const struct py_list *d, struct py_str path)
{
	const struct py_value *v = NULL;

	while (path.n > 0) {
		const char *dot = memchr(path.s, '.', path.n);
		size_t n = dot ? (size_t)(dot - path.s) : path.n;
		const struct py_value *inner = py_dict_find(d, path.s, n);
		if (!inner && v)
			return NULL;
		v = inner;
		if (v && dot && v->type != PY_DICT)
			return NULL;
		if (v && dot)
			d = v->u.list;
		path.s += dot ? n + 1 : n;
		path.n -= dot ? n + 1 : n;
	}
	return v;
}

/* Each ${a.b} in V, of the map ALL, becomes what stands there. */
static void interpolate(
	const struct reader *y, struct py_value *v, unsigned depth)
{
	const struct py_value *found = NULL;
	struct py_str text;

	if ((v->type == PY_DICT || v->type == PY_LIST) && depth > 0)
		for (size_t i = 0; i < v->u.list->n; i++)
			interpolate(y, &v->u.list->item[i], depth - 1);
	if (v->type != PY_UNKNOWN || !v->u.unknown->at)
		return;
	text = trimmed(y->s, v->u.unknown->at->at, v->u.unknown->at->end);
	if (text.n > 3 && text.s[0] == '$' && text.s[text.n - 1] == '}')
		found = look_up(y->keys->dict,
			(struct py_str){.s = text.s + 2, .n = text.n - 3});
	if (found && found->type != PY_UNKNOWN && found->type != PY_DICT)
		*v = *found;
}

int settings_yaml(const struct settings_reader *x, const char *s, size_t n,
	struct settings *keys)
{
	struct reader y = {.with = x,
		.run = x->run,
		.s = s,
		.n = n,
		.text = SIZE_MAX,
		.keys = keys};

	advance(&y);
	if (!y.over && is_item(&y) && items_of_map(&y) < 0)
		return -1;
	while (!y.over)
		if (map(&y, keys->dict, true) < 0 ||
			(!y.over && is_item(&y) &&
				fail(&y, "a list; expected 'key: value'") < 0))
			return -1;
	if (y.divided &&
		x->remark(y.run,
			"several documents, which '---' divides, are read as "
			"one") < 0)
		return -1;
	interpolate(&y,
		&(struct py_value){.type = PY_DICT, .u.list = keys->dict},
		DEPTH_MAX);
	return 0;
}
