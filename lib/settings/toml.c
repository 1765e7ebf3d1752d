/* SPDX-License-Identifier: MIT */
/*
 * TOML 1.0, as settings are written in it: tables and arrays of them, dotted
 * keys, strings of its four kinds, numbers, arrays and inline tables.  What may
 * be gone on with, and what is said twice, is as the standard has it; a date is
 * its text.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/utf8.h"
#include "settings/settings_impl.h"

/* Tables and arrays inside one another. */
#define DEPTH_MAX 50

/* What is known of a table, or of an array, besides what it holds. */
struct mark {
	const struct py_list *of;
	bool whole;     /* it is a value: nothing may be added to it */
	bool named;     /* by a header, or as a part of a dotted key ... */
	size_t section; /* ... behind so many headers */
};

struct reader {
	struct py_run *run;
	const char *s;
	size_t n, i;
	struct settings *keys;
	unsigned depth;
	struct mark *mark;
	size_t nmark;
	struct hash_table table; /* of mark, by address */
	size_t section;          /* headers that were read */
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

/* The length of the end of a line at S[I]; 0: there is none. */
static size_t line_end(const struct reader *t, size_t i)
{
	if (i < t->n && t->s[i] == '\n')
		return 1;
	return i + 1 < t->n && t->s[i] == '\r' && t->s[i + 1] == '\n' ? 2 : 0;
}

static bool take_line(struct reader *t)
{
	size_t n = line_end(t, t->i);

	t->i += n;
	return n > 0;
}

static void skip_blanks(struct reader *t)
{
	while (peek(t) == ' ' || peek(t) == '\t')
		t->i++;
}

/* Whether C may stand in no text and no comment. */
static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* Goes over a comment, if there is one: 0, or -1. */
static int skip_comment(struct reader *t)
{
	if (peek(t) != '#')
		return 0;
	while (t->i < t->n && !line_end(t, t->i))
		if (is_control(t->s[t->i++]))
			return fail(t, t->i - 1,
				"a control character in a comment");
	return 0;
}

/* Goes over blanks, comments and ends of lines: 0, or -1. */
static int skip_lines(struct reader *t)
{
	do {
		skip_blanks(t);
		if (skip_comment(t) < 0)
			return -1;
	} while (take_line(t));
	return 0;
}

/* --- strings -------------------------------------------------------------- */

/* What \uXXXX or \UXXXXXXXX, of N digits, is: 0 with *RET, or -1. */
static int code_point(struct reader *t, size_t at, size_t n, uint32_t *ret)
{
	*ret = 0;
	for (size_t k = 0; k < n; k++, t->i++) {
		unsigned digit = str_digit(peek(t));

		if (digit >= 16)
			return fail(t, at, "an escape without its digits");
		*ret = *ret << 4 | digit;
	}
	return *ret > 0x10ffff || (*ret >= 0xd800 && *ret < 0xe000)
		       ? fail(t, at, "an escape that is no character")
		       : 0;
}

/* Goes over a line's end behind a backslash and what is blank behind it. */
static int join_lines(struct reader *t, size_t at)
{
	skip_blanks(t);
	if (t->i == t->n)
		return 0;
	if (!take_line(t))
		return fail(t, at, "a backslash that escapes nothing");
	do
		skip_blanks(t);
	while (take_line(t));
	return 0;
}

/* An escape, of a text of several LINES, into B: 0, or -1. */
static int escape(struct reader *t, bool lines, struct buf *b)
{
	static const char names[] = "btnfr\"\\", are[] = "\b\t\n\f\r\"\\";
	size_t at = t->i++;
	char c = peek(t);
	const char *found = c ? strchr(names, c) : NULL;
	char text[UTF8_MAX];
	uint32_t code;

	if (lines && (c == ' ' || c == '\t' || line_end(t, t->i)))
		return join_lines(t, at);
	if (t->i < t->n)
		t->i++;
	if (found) {
		buf_addc(b, are[found - names]);
		return 0;
	}
	if (c != 'u' && c != 'U')
		return fail(t, at, "a backslash that escapes nothing");
	if (code_point(t, at, c == 'u' ? 4 : 8, &code) < 0)
		return -1;
	buf_add(b, text, utf8_put(text, code));
	return 0;
}

/* Whether N quotes Q stand here. */
static bool stand_here(const struct reader *t, char q, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (t->i + k >= t->n || t->s[t->i + k] != q)
			return false;
	return true;
}

/* One character, or an escape, of what Q quotes, into B: 0, or -1. */
static int quoted_char(
	struct reader *t, char q, size_t at, bool lines, struct buf *b)
{
	size_t end = line_end(t, t->i);
	char c = peek(t);

	if (c == '\\' && q == '"')
		return escape(t, lines, b);
	if (end && !lines)
		return fail(t, at, "a text without its closing quote");
	if (!end && is_control(c))
		return fail(t, t->i, "a control character in a text");
	t->i += end ? end : 1;
	buf_addc(b, end ? '\n' : c);
	return 0;
}

/* What is quoted here, of several LINES if it may be, into B: 0, or -1. */
static int quoted(struct reader *t, bool lines, struct buf *b)
{
	char q = peek(t);
	size_t at = t->i, count;

	lines = lines && stand_here(t, q, 3);
	count = lines ? 3 : 1;
	t->i += count;
	if (lines)
		take_line(t);
	while (!stand_here(t, q, count)) {
		if (t->i == t->n)
			return fail(t, at, "a text without its closing quote");
		if (quoted_char(t, q, at, lines, b) < 0)
			return -1;
	}
	t->i += count;
	/* Of four or five the first ones are the text's. */
	for (size_t k = 0; lines && k < 2 && take(t, q); k++)
		buf_addc(b, q);
	return py_buf_end(t->run, b);
}

static int string(struct reader *t, bool lines, struct py_value *ret)
{
	struct buf b = {0};
	int bad = quoted(t, lines, &b) < 0 ||
		  py_new_str(t->run, b.data ? b.data : "", b.len, ret) < 0;

	buf_free(&b);
	return bad ? -1 : 0;
}

/* One part of a key, without its quotes. */
static int key_part(struct reader *t, struct py_str *ret)
{
	size_t at = t->i;
	struct py_value v;

	if (peek(t) == '"' || peek(t) == '\'') {
		if (string(t, false, &v) < 0)
			return -1;
		*ret = *v.u.str;
	} else {
		while (t->i < t->n &&
			(str_is_name_char(t->s[t->i]) || t->s[t->i] == '-'))
			t->i++;
		*ret = (struct py_str){.s = t->s + at, .n = t->i - at};
		if (t->i == at)
			return fail(
				t, at, "no key here; expected 'key = value'");
	}
	skip_blanks(t);
	return 0;
}

/* --- tables --------------------------------------------------------------- */

static uint64_t hash_of_mark(const void *ctx, size_t i)
{
	const struct mark *mark = ctx;

	return hash_bytes(&mark[i].of, sizeof(mark[i].of));
}

/* The slot of L's mark, or the free one where it belongs. */
static uint32_t *slot_of(const struct reader *t, const struct py_list *l)
{
	const struct hash_table *x = &t->table;
	size_t at = hash_first(x, hash_bytes(&l, sizeof(l)));

	while (x->slot[at] && t->mark[x->slot[at] - 1].of != l)
		at = hash_next(x, at);
	return &x->slot[at];
}

static struct mark mark_of(const struct reader *t, const struct py_list *l)
{
	uint32_t slot = t->table.n ? *slot_of(t, l) : 0;

	return slot ? t->mark[slot - 1] : (struct mark){NULL, false, false, 0};
}

/* Makes room for one mark more: 0, or -1 raised. */
static int grow(struct reader *t)
{
	size_t nslot = hash_larger(&t->table, 64);
	uint32_t *slot;
	struct mark *mark;

	if (!hash_is_full(&t->table, t->nmark))
		return 0;
	mark = py_alloc(t->run, nslot / 2 * sizeof(*mark));
	slot = mark ? py_alloc(t->run, nslot * sizeof(*slot)) : NULL;
	if (!slot)
		return -1;
	if (t->nmark)
		memcpy(mark, t->mark, t->nmark * sizeof(*mark));
	t->mark = mark;
	hash_move(&t->table, slot, nslot, hash_of_mark, mark, t->nmark);
	return 0;
}

/* L is WHOLE, or was named in this section: 0, or -1 raised. */
static int set_mark(struct reader *t, const struct py_list *l, bool whole)
{
	uint32_t *slot;

	if (grow(t) < 0)
		return -1;
	slot = slot_of(t, l);
	if (!*slot)
		*slot = (uint32_t)++t->nmark;
	t->mark[*slot - 1] = (struct mark){l, whole, !whole, t->section};
	return 0;
}

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

/*
 * *D becomes its table NAME, or one that is new; of a HEADER's name, the last
 * of an array of them.
 */
static int go_into(struct reader *t, struct py_list **d,
	const struct py_str *name, size_t at, bool header)
{
	const struct py_value *old = py_dict_find(*d, name->s, name->n);
	struct py_value v;

	if (old && old->type == PY_LIST && header && old->u.list->n &&
		!mark_of(t, old->u.list).whole)
		old = &old->u.list->item[old->u.list->n - 1];
	if (old && (old->type != PY_DICT || mark_of(t, old->u.list).whole))
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

/* The same of a part of a dotted key, which no header may go on with. */
static int go_on(struct reader *t, struct py_list **d,
	const struct py_str *name, size_t at)
{
	struct mark m;

	if (go_into(t, d, name, at, false) < 0)
		return -1;
	m = mark_of(t, *d);
	return m.named && m.section != t->section
		       ? fail(t, at, "a table that a header has begun")
		       : set_mark(t, *d, false);
}

/*
 * A dotted key, of a HEADER, from the table *D on, which becomes that of its
 * LAST part.
 */
static int path(
	struct reader *t, struct py_list **d, struct py_str *last, bool header)
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
		if ((header ? go_into(t, d, last, at, true)
			    : go_on(t, d, last, at)) < 0)
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

	if (path(t, &d, &name, false) < 0)
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

	if (old && (old->type != PY_LIST || mark_of(t, old->u.list).whole))
		return fail(t, at, "a table of a name that has a value");
	if (!old && (py_new_list(t->run, PY_LIST, 0, &list) < 0 ||
			    add(t, *d, name, list, at) < 0))
		return -1;
	if (py_new_list(t->run, PY_DICT, 0, &v) < 0)
		return -1;
	*d = v.u.list;
	return py_list_add(t->run, old ? old->u.list : list.u.list, v);
}

/* [NAME] in D, at AT: *D becomes the table, which is named once. */
static int open_table(struct reader *t, struct py_list **d,
	const struct py_str *name, size_t at)
{
	if (go_into(t, d, name, at, false) < 0)
		return -1;
	return mark_of(t, *d).named
		       ? fail(t, at, "a table that is given before")
		       : set_mark(t, *d, false);
}

/* [a.b], or [[a.b]] for one more of an array; *D becomes the table. */
static int header(struct reader *t, struct py_list **d)
{
	size_t at = t->i++;
	bool array = take(t, '[');
	struct py_str name;

	*d = t->keys->dict;
	t->section++;
	skip_blanks(t);
	if (path(t, d, &name, true) < 0)
		return -1;
	if (!take(t, ']') || (array && !take(t, ']')))
		return fail(t, at, "the name of a table without its ']'");
	return array ? append(t, d, &name, at) : open_table(t, d, &name, at);
}

/* --- numbers -------------------------------------------------------------- */

/* How many of S[0..N) are digits to BASE, one '_' between two of them. */
static size_t digits(const char *s, size_t n, unsigned base)
{
	size_t i = 0;

	while (i < n &&
		(str_digit(s[i]) < base || (s[i] == '_' && i > 0 && i + 1 < n &&
						   str_digit(s[i - 1]) < base &&
						   str_digit(s[i + 1]) < base)))
		i++;
	return i;
}

/* Whether S[0..N) is 0x1f, 0o17 or 0b11. */
static bool is_of_base(const char *s, size_t n)
{
	unsigned base;

	if (n < 3 || s[0] != '0')
		return false;
	base = s[1] == 'x' ? 16 : s[1] == 'o' ? 8 : s[1] == 'b' ? 2 : 0;
	return digits(s + 2, n - 2, base) == n - 2;
}

/* Whether S[0..N), behind its sign, is a decimal number. */
static bool is_of_ten(const char *s, size_t n)
{
	size_t whole = digits(s, n, 10), i = whole, more;

	if (whole == 0 || (whole > 1 && s[0] == '0'))
		return false;
	if (i < n && s[i] == '.') {
		more = digits(s + i + 1, n - i - 1, 10);
		if (more == 0)
			return false;
		i += 1 + more;
	}
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		i += i < n && (s[i] == '-' || s[i] == '+');
		more = digits(s + i, n - i, 10);
		if (more == 0)
			return false;
		i += more;
	}
	return i == n;
}

/* --- dates ---------------------------------------------------------------- */

/* S[0..2) as a number. */
static int two(const char *s)
{
	return 10 * (s[0] - '0') + s[1] - '0';
}

/* Whether S[0..N) begins with FORM, in which 0 is any digit. */
static bool has_form(const char *s, size_t n, const char *form)
{
	for (size_t i = 0; form[i]; i++)
		if (i >= n || (form[i] == '0' ? !str_is_digit(s[i])
					      : s[i] != form[i]))
			return false;
	return true;
}

/* How long the time is with which S[0..N) begins; 0: none. */
static size_t time_length(const char *s, size_t n)
{
	size_t i = 8, more;

	if (!has_form(s, n, "00:00:00") || two(s) > 23 || two(s + 3) > 59 ||
		two(s + 6) > 59)
		return 0;
	for (more = 0; i + 1 + more < n && str_is_digit(s[i + 1 + more]);)
		more++;
	return i < n && s[i] == '.' && more > 0 ? i + 1 + more : i;
}

/* The same of a date. */
static size_t date_length(const char *s, size_t n)
{
	static const int days[] = {
		31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month;

	if (!has_form(s, n, "0000-00-00"))
		return 0;
	year = 100 * two(s) + two(s + 2);
	month = two(s + 5);
	if (year < 1 || month < 1 || month > 12 || two(s + 8) < 1 ||
		two(s + 8) > days[month - 1])
		return 0;
	return month == 2 && two(s + 8) == 29 &&
			       (year % 4 || (year % 100 == 0 && year % 400))
		       ? 0
		       : 10;
}

/* Behind a time, the length of its zone: Z, +01:00. */
static size_t zone_length(const char *s, size_t n)
{
	if (n > 0 && (s[0] == 'Z' || s[0] == 'z'))
		return 1;
	return n > 0 && (s[0] == '+' || s[0] == '-') &&
			       has_form(s + 1, n - 1, "00:00") &&
			       two(s + 1) < 24 && two(s + 4) < 60
		       ? 6
		       : 0;
}

/* The length of the date, the time or both with which S[0..N) begins; 0. */
static size_t moment_length(const char *s, size_t n)
{
	size_t date = date_length(s, n), time = 0, all;

	if (date == 0)
		return time_length(s, n);
	if (date + 1 < n && strchr("Tt ", s[date]))
		time = time_length(s + date + 1, n - date - 1);
	if (time == 0)
		return date;
	all = date + 1 + time;
	return all + zone_length(s + all, n - all);
}

/* --- values --------------------------------------------------------------- */

/* S[0..N), no text, list or table, into *RET: 1, 0 it is none, or -1. */
static int scalar(
	struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	bool sign = n > 0 && (s[0] == '+' || s[0] == '-');
	const char *rest = s + sign;
	size_t len = n - sign;

	if (str_is_word_of(rest, len, "inf nan")) {
		double v = rest[0] == 'i' ? INFINITY : NAN;

		*ret = py_float(s[0] == '-' ? -v : v);
		return 1;
	}
	if (moment_length(s, n) == n && n > 0)
		return py_new_str(r, s, n, ret) < 0 ? -1 : 1;
	if (!str_is_word_of(s, n, "true false") && !is_of_base(s, n) &&
		!is_of_ten(rest, len))
		return 0;
	if (s[0] == '+')
		return settings_python(r, rest, len, ret) < 0 ? -1 : 1;
	return (is_of_base(s, n) ? settings_python(r, s, n, ret)
				 : settings_scalar(r, s, n, ret)) < 0
		       ? -1
		       : 1;
}

static int item(struct reader *t, struct py_list *l)
{
	struct py_value v = py_none();

	return value(t, &v) < 0 ? -1 : py_list_add(t->run, l, v);
}

/* What stands between items: in a list, comments and ends of lines, too. */
static int skip_between(struct reader *t, char close)
{
	if (close == ']')
		return skip_lines(t);
	skip_blanks(t);
	return 0;
}

/* The items of an array, or members of an inline table, up to CLOSE. */
static int items(struct reader *t, char close, struct py_list *l)
{
	size_t at = t->i++;

	if (skip_between(t, close) < 0)
		return -1;
	while (!take(t, close)) {
		if (t->i == t->n)
			return fail(t, at, "a bracket that is not closed");
		if (py_charge(t->run, NULL, 1) < 0 ||
			(close == '}' ? member(t, l) : item(t, l)) < 0 ||
			skip_between(t, close) < 0)
			return -1;
		if (take(t, close))
			break;
		if (t->i == t->n)
			return fail(t, at, "a bracket that is not closed");
		if (!take(t, ','))
			return fail(t, t->i, "no ',' and no end of the list");
		if (skip_between(t, close) < 0)
			return -1;
		if (close == '}' && peek(t) == close)
			return fail(t, t->i, "no key behind a ','");
	}
	return set_mark(t, l, true);
}

/* Behind the characters that may be a number's, a date's or a word's. */
static size_t word_end(const struct reader *t)
{
	size_t i = t->i, n = moment_length(t->s + i, t->n - i);

	for (i += n; i < t->n && !strchr(" \t\r\n,]}#", t->s[i]);)
		i++;
	return i;
}

static int value(struct reader *t, struct py_value *ret)
{
	size_t at = t->i;
	char c = peek(t);
	int bad, found;

	if (c == '"' || c == '\'')
		return string(t, true, ret);
	if (c == '[' || c == '{') {
		if (t->depth++ == DEPTH_MAX)
			return fail(t, at, "too much in one another");
		bad = py_new_list(t->run, c == '[' ? PY_LIST : PY_DICT, 0,
			      ret) < 0 ||
		      items(t, c == '[' ? ']' : '}', ret->u.list) < 0;
		t->depth--;
		return bad ? -1 : 0;
	}
	t->i = word_end(t);
	if (t->i == at)
		return fail(t, at, "no value; expected one behind '='");
	found = scalar(t->run, t->s + at, t->i - at, ret);
	return found == 0  ? fail(t, at,
				     "no value of TOML's; expected a number, "
				      "true, false or a text in quotes")
	       : found < 0 ? -1
			   : 0;
}

int settings_toml(const struct settings_reader *x, const char *s, size_t n,
	struct settings *k)
{
	struct reader t = {.run = x->run, .s = s, .n = n, .keys = k};
	struct py_list *d = k->dict;

	for (;;) {
		if (skip_lines(&t) < 0)
			return -1;
		if (t.i == n)
			return 0;
		if ((peek(&t) == '[' ? header(&t, &d) : member(&t, d)) < 0)
			return -1;
		skip_blanks(&t);
		if (skip_comment(&t) < 0)
			return -1;
		if (t.i < n && !line_end(&t, t.i))
			return fail(&t, t.i, "more than a line has");
	}
}
