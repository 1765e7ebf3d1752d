/* SPDX-License-Identifier: MIT */
/*
 * What a copy of code brings along that is none of it: prompts, the signs of a
 * diff, a quoted reply's, fences, blanks that no source has.  Lines stay lines.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "spec/spec_impl.h"

/* --- lines ---------------------------------------------------------------- */

struct line {
	const char *s;
	size_t n; /* without its end */
};

/* The line at *AT of S[0..N), which goes behind it; false: none is left. */
static bool next_line(const char *s, size_t n, size_t *at, struct line *ret)
{
	const char *end;

	if (*at >= n)
		return false;
	end = memchr(s + *at, '\n', n - *at);
	*ret = (struct line){s + *at, end ? (size_t)(end - s) - *at : n - *at};
	*at += ret->n + 1;
	return true;
}

static size_t blanks(struct line l)
{
	size_t n = 0;

	while (n < l.n && strchr(" \t\r", l.s[n]))
		n++;
	return n;
}

static bool is_blank(struct line l)
{
	return blanks(l) == l.n;
}

static bool begins(struct line l, const char *with)
{
	size_t n = strlen(with);

	return l.n >= n && memcmp(l.s, with, n) == 0;
}

static struct line behind(struct line l, size_t n)
{
	return (struct line){l.s + n, l.n - n};
}

/* --- kinds of marks ------------------------------------------------------- */

/* What is known of a text while its lines are looked at. */
struct marks {
	bool fenced;  /* the last fence opened, or stands before the text */
	bool typing;  /* the line before has a prompt, or may have had one */
	char quote;   /* of the text of three quotes that goes on, or NUL */
	size_t block; /* how far in the lines of YAML's "key: |" are; 0: none */
};

/*
 * A kind: whether S[0..N) is marked so, with what MARKS says of it, and how
 * much of a line is none of the text: as much as there is, the whole line.
 */
struct kind {
	bool (*is)(const char *s, size_t n, struct marks *m);
	size_t (*mark)(struct line l, struct marks *m);
};

/* > What a reply quotes. */
static bool is_quoted(const char *s, size_t n, struct marks *m)
{
	struct line l;
	bool any = false;

	(void)m;
	for (size_t at = 0; next_line(s, n, &at, &l);) {
		if (is_blank(l))
			continue;
		if (l.s[0] != '>' || begins(l, ">>>"))
			return false;
		any = true;
	}
	return any;
}

static size_t quote_mark(struct line l, struct marks *m)
{
	(void)m;
	return l.n == 0 || l.s[0] != '>' ? 0 : begins(l, "> ") ? 2 : 1;
}

/* The quote of a text of three that goes on behind L, as QUOTE did before. */
static char quote_behind(struct line l, char quote)
{
	for (size_t i = 0; i < l.n; i++) {
		const char c = l.s[i], three[] = {c, c, c, '\0'};
		const char *end;

		if (c == '\\') {
			i++;
		} else if (quote) {
			if (c == quote && begins(behind(l, i), three)) {
				quote = '\0';
				i += 2;
			}
		} else if (c == '#') {
			break;
		} else if (c == '"' || c == '\'') {
			if (begins(behind(l, i), three)) {
				quote = c;
				i += 2;
			} else if ((end = memchr(
					    l.s + i + 1, c, l.n - i - 1))) {
				i = (size_t)(end - l.s);
			}
		}
	}
	return quote;
}

/* Whether L is of a text of YAML's, "key: |", that begins above it. */
static bool in_block(struct line l, struct marks *m)
{
	const size_t in = blanks(l);

	if (in < l.n && in < m->block)
		m->block = 0;
	if (m->block > 0)
		return true;
	if (settings_opens_block(l.s, l.n))
		m->block = in + 1;
	return false;
}

static bool is_fence(struct line l)
{
	l = behind(l, blanks(l));
	return begins(l, "```");
}

/* "```python" opens, whatever stands above. */
static bool names_language(struct line fence)
{
	return !is_blank(behind(fence, blanks(fence) + 3));
}

/* Code between fences, of which the first may be missing, or the last. */
static bool is_fenced(const char *s, size_t n, struct marks *m)
{
	struct line l;
	size_t fences = 0;
	bool opens = true, above = false;

	for (size_t at = 0; next_line(s, n, &at, &l);) {
		if (in_block(l, m) || m->quote || !is_fence(l)) {
			m->quote = quote_behind(l, m->quote);
			above = above || !is_blank(l);
			continue;
		}
		if (fences++ == 0)
			opens = !above || names_language(l);
	}
	m->fenced = fences % 2 && !opens;
	m->quote = '\0';
	m->block = 0;
	return fences > 0;
}

static size_t fence_mark(struct line l, struct marks *m)
{
	if (!in_block(l, m) && !m->quote && is_fence(l)) {
		m->fenced = !m->fenced || names_language(l);
		return l.n;
	}
	m->quote = quote_behind(l, m->quote);
	return m->fenced ? 0 : l.n;
}

/* Whether L of a diff has no line of a file. */
static bool is_diff_head(struct line l)
{
	static const char *const heads[] = {
		"@@", "diff ", "index ", "--- ", "+++ ", "\\ No newline"};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (begins(l, heads[i]))
			return true;
	return false;
}

/* Whether L is code by what stands behind its first name: a column has none. */
static bool is_statement(struct line l)
{
	size_t n = 0;

	l = behind(l, blanks(l));
	while (n < l.n && (str_is_name_char(l.s[n]) || l.s[n] == '.'))
		n++;
	l = behind(l, n);
	return n > 0 && l.n > 0 &&
	       (strchr("(=,:", l.s[0]) != NULL || begins(l, " ="));
}

/* Whether L assigns to a name: behind a sign that is none of Python's. */
static bool is_assignment(struct line l)
{
	const char *eq = memchr(l.s, '=', l.n);

	l = behind(l, blanks(l));
	return eq && eq > l.s && eq + 1 < l.s + l.n && eq[1] != '=' &&
	       is_statement((struct line){l.s, (size_t)(eq + 1 - l.s)}) &&
	       !memchr(l.s, '(', (size_t)(eq - l.s));
}

/* + What a change adds to a file. */
static bool is_diff(const char *s, size_t n, struct marks *m)
{
	struct line l;
	size_t added = 0;
	bool code = false, assigns = false, context = false;

	(void)m;
	for (size_t at = 0, lines = 0; next_line(s, n, &at, &l);) {
		if (is_blank(l))
			continue;
		if (!is_diff_head(l) && !strchr("+- \t", l.s[0]))
			return false;
		context = context ||
			  (lines++ == 0 && strchr(" \t", l.s[0]) != NULL);
		if (is_diff_head(l) || !strchr("+-", l.s[0]))
			continue;
		assigns = assigns || is_assignment(behind(l, 1));
		if (l.s[0] != '+')
			continue;
		added++;
		code = code || is_statement(behind(l, 1));
	}
	/* Lines of a sum that go on may begin so, too. */
	return added > 0 && (context ? assigns : code);
}

static size_t diff_mark(struct line l, struct marks *m)
{
	(void)m;
	return l.n == 0 ? 0 : is_diff_head(l) || l.s[0] == '-' ? l.n : 1;
}

/* How long what has the shape of IPython's "In [3]: " at L is; 0: none is. */
static size_t numbered(struct line l, const char *name)
{
	size_t n = strlen(name);

	if (!begins(l, name))
		return 0;
	while (n < l.n && str_is_digit(l.s[n]))
		n++;
	if (!begins(behind(l, n), "]:"))
		return 0;
	n += 2;
	return n + (n < l.n && l.s[n] == ' ');
}

/* How long MARK and the blank behind it at L are; 0: they do not stand there.
 */
static size_t marked(struct line l, const char *mark)
{
	size_t n = strlen(mark);

	if (!begins(l, mark) || (n < l.n && !strchr(" \r", l.s[n])))
		return 0;
	return n + (n < l.n);
}

/* How long the prompt at the begin of L is, which has it where one may stand.
 */
static size_t prompt(struct line l)
{
	size_t n = marked(l, ">>>");

	return n ? n : numbered(l, "In [");
}

/* The same of lines that go on, of which one has a prompt. */
static size_t second_prompt(struct line l)
{
	size_t n = marked(l, "...");

	return n ? n : marked(l, "...:");
}

/* >>> What was typed, and what came; or ... what goes on in each line. */
static bool is_typed(const char *s, size_t n, struct marks *m)
{
	struct line l;
	bool any = false, all = true;

	m->typing = true;
	for (size_t at = 0; next_line(s, n, &at, &l);) {
		l = behind(l, blanks(l));
		if (prompt(l))
			return true;
		any = any || l.n > 0;
		all = all && (l.n == 0 || second_prompt(l));
	}
	return any && all;
}

static size_t prompt_mark(struct line l, struct marks *m)
{
	const size_t in = blanks(l);
	size_t n;

	l = behind(l, in);
	n = prompt(l);
	/* In a body that is left out "..." stands, too. */
	if (n == 0 && m->typing)
		n = second_prompt(l);
	m->typing = n > 0;
	return n > 0 ? in + n : numbered(l, "Out[") ? in + l.n : 0;
}

/* In the order in which one may stand in another. */
static const struct kind kinds[] = {
	{is_quoted, quote_mark},
	{is_fenced, fence_mark},
	{is_diff, diff_mark},
	{is_typed, prompt_mark},
};

/* --- all ------------------------------------------------------------------ */

/* How long a character at S[0..N) is that no source has; *BLANK: it is one. */
static size_t foreign(const char *s, size_t n, bool *blank)
{
	static const char space[] = "\xc2\xa0", bom[] = "\xef\xbb\xbf",
			  zero[] = "\xe2\x80\x8b";

	*blank = n >= 2 && memcmp(s, space, 2) == 0;
	if (*blank)
		return 2;
	return n >= 3 && (memcmp(s, bom, 3) == 0 || memcmp(s, zero, 3) == 0)
		       ? 3
		       : 0;
}

/* S[0..N) without such characters into B: 1, 0 if it has none, or -1. */
static bool add_plain(struct buf *b, const char *s, size_t n)
{
	bool any = false, blank;

	for (size_t i = 0, len; i < n; i += len) {
		len = foreign(s + i, n - i, &blank);
		any = any || len > 0;
		if (len == 0)
			buf_addc(b, s[i]);
		else if (blank)
			buf_addc(b, ' ');
		len += len == 0;
	}
	return any;
}

/* What K leaves of the text of B, which is marked so. */
static void take_off(struct buf *b, const struct kind *k, struct marks *m)
{
	struct buf left = {0};
	struct line l;

	if (buf_failed(b))
		buf_fail(&left);
	for (size_t at = 0; next_line(b->data, b->len, &at, &l);) {
		size_t n = k->mark(l, m);

		buf_add(&left, l.s + n, l.n - n);
		if (at <= b->len)
			buf_addc(&left, '\n');
	}
	buf_free(b);
	*b = left;
}

int spec_unmark(const char *s, size_t n, struct buf *ret)
{
	bool any = add_plain(ret, s, n);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct marks m = {.fenced = false};

		if (!kinds[i].is(ret->data, ret->len, &m))
			continue;
		take_off(ret, &kinds[i], &m);
		any = true;
	}
	return buf_text(ret) ? any : -1;
}
