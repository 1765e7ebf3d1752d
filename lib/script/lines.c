/* SPDX-License-Identifier: MIT */
/*
 * Lines that stand in a function of the step, pasted without its head, as a
 * function of the name that counts the steps in them.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "script/script_impl.h"

/*
 * "lambda STEP: EXPR" of "EXPR", "x = EXPR" or "return EXPR"; or nothing.  *BY
 * is how much later EXPR begins in it.
 */
static int as_lambda(const struct script *s, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s->text, s->n), *p = s->text, *eq;
	const char *end = p + s->n;

	if (s->language != SETTINGS_PYTHON || !step || memchr(p, '\n', s->n) ||
		strstr(p, "lambda") || strstr(p, "def "))
		return 0;
	eq = strstr(p, " = ");
	if (eq && eq < end)
		p = eq + 3;
	else if (strncmp(p, "return ", 7) == 0)
		p += 7;
	if (buf_printf(b, "_rate = lambda %s: (", step))
		return -1;
	*by = b->len - (size_t)(p - s->text);
	return buf_add(b, p, (size_t)(end - p)) || buf_addc(b, ')');
}

/* What the lines S[0..N) do for a step, apart from a scheduler. */
struct lines {
	struct py_str rate; /* the name that is given a rate last; n 0: none */
	bool gives;         /* a rate is returned or set behind it */
};

/* The name that the line S[0..N) assigns to; n 0: none. */
static struct py_str assigned_name(const char *s, size_t n)
{
	size_t at = 0, len, eq;

	while (at < n && strchr(" \t", s[at]))
		at++;
	for (len = 0; at + len < n && (isalnum((unsigned char)s[at + len]) ||
					      s[at + len] == '_');)
		len++;
	for (eq = at + len; eq < n && s[eq] == ' ';)
		eq++;
	if (eq + 1 < n && strchr("*/+-", s[eq]))
		eq++;
	return (struct py_str){
		eq + 1 < n && s[eq] == '=' && s[eq + 1] != '=' ? len : 0,
		s + at};
}

static bool line_has(const char *s, size_t n, const char *part)
{
	struct py_str line = {n, s};

	return call_has_part(&line, part);
}

static bool line_has_one(const char *s, size_t n, const char *const *part)
{
	while (*part && !line_has(s, n, *part))
		part++;
	return *part != NULL;
}

/* Whether the line S[0..N) is a docstring of one line. */
static bool is_docstring(const char *s, size_t n)
{
	size_t at = strspn(s, " \t"), last = n;

	while (last > at && strchr(" \t\r", s[last - 1]))
		last--;
	return last >= at + 6 && strncmp(s + at, "\"\"\"", 3) == 0 &&
	       strncmp(s + last - 3, "\"\"\"", 3) == 0;
}

/* Whether lines S are a function's without its head: STEP is free in them. */
static bool look_at(const struct script *s, const char *step, struct lines *x)
{
	/* What makes a whole script, or a schedule by itself. */
	static const char *const others[] = {"import ", "def ", "class ",
		"\"\"\"", "chedule", "LR(", "optimizer = ", NULL};
	static const char *const gives[] = {"return ", "['lr']", "[\"lr\"]",
		".assign(", "set_value(", NULL};
	const char *p = s->text, *end = p + s->n;

	*x = (struct lines){.gives = false};
	for (size_t n; p < end; p += n + 1) {
		struct py_str name;
		n = strcspn(p, "\n");
		n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
		if (is_docstring(p, n))
			continue;
		name = assigned_name(p, n);
		if (line_has_one(p, n, others) || py_is_named(&name, step) ||
			(line_has(p, n, "for ") && line_has(p, n, step) &&
				!line_has(p, n, "[")))
			return false;
		if (name.n > 0 && call_is_of_rates(&name)) {
			x->rate = name;
			x->gives = false;
		}
		x->gives = x->gives || line_has_one(p, n, gives);
	}
	return x->gives || x->rate.n > 0;
}

/* How much of S is as far in as its first line: what is left of a body. */
static size_t body_length(const struct script *s)
{
	const char *p = s->text, *end = p + s->n;
	size_t first = 0, in;

	for (size_t n; p < end; p += n + 1) {
		n = strcspn(p, "\n");
		in = strspn(p, " \t");
		if (in >= n || p[in] == '#')
			continue;
		if (first > 0 && in < first)
			return (size_t)(p - s->text);
		first = first ? first : in;
		if (first == 0)
			break;
	}
	return s->n;
}

/* The lines of WHOLE, or those that end with a body's, as a def; or nothing. */
static int as_def(const struct script *whole, struct buf *b)
{
	struct script body = *whole, *s = &body;
	const char *step, *p = s->text, *end;
	struct lines x;
	int bad;

	body.n = body_length(whole);
	step = call_free_step(s->text, s->n);
	end = p + s->n;
	if (s->language != SETTINGS_PYTHON || !step || s->name ||
		!look_at(s, step, &x))
		return 0;
	bad = buf_printf(b, "def _rate(%s):\n", step);
	for (size_t n; p < end && !bad; p += n + 1) {
		n = strcspn(p, "\n");
		n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
		bad = buf_addc(b, ' ') || buf_add(b, p, n) || buf_addc(b, '\n');
	}
	if (bad || x.gives)
		return bad;
	/* As far in as its first line. */
	return buf_addc(b, ' ') ||
	       buf_add(b, s->text, strspn(s->text, " \t")) ||
	       buf_printf(b, "return %.*s\n", (int)x.rate.n, x.rate.s);
}

int script_of_lines(
	const struct script *s, const char *why, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s->text, s->n);
	char asked[40];

	*by = 0;
	if (as_lambda(s, b, by) || b->len > 0)
		return b->len > 0 ? 0 : -1;
	snprintf(asked, sizeof(asked), "'%s'", step ? step : "");
	return strstr(why, "no value for") && !strstr(why, asked)
		       ? 0
		       : as_def(s, b);
}

size_t script_lines_place(const struct buf *b, size_t by, size_t at)
{
	const char *begin = memchr(b->data, '\n', b->len);
	size_t head = begin ? (size_t)(begin + 1 - b->data) : 0, lines = 1;

	if (by > 0)
		return at > by ? at - by : 0;
	if (at < head || at > b->len)
		return 0;
	for (size_t i = head; i < at; i++)
		lines += b->data[i] == '\n';
	return at - head > lines ? at - head - lines : 0;
}
