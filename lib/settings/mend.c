/* SPDX-License-Identifier: MIT */
/*
 * What texts of settings have that their languages do not: comments in JSON,
 * YAML that was marked from its first letter on, and darknet's files, whose
 * [net] is pairs.  Lines stay lines.
 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "settings/settings_impl.h"

/* --- comments of JSON's kind ---------------------------------------------- */

/* Whether the line S begins with two words that no expression has so. */
static bool is_said(const char *s)
{
	static const char *const between[] = {"if", "else", "and", "or", "in",
		"not", "is", "for", "lambda", NULL};
	const char *last = NULL;
	size_t n, len = 0;

	for (;; last = s, len = n, s += n) {
		s += strspn(s, " \t");
		for (n = 0; str_is_name_char(s[n]);)
			n++;
		if (n == 0)
			return false;
		for (size_t i = 0; between[i]; i++)
			if (str_is(s, n, between[i]) ||
				(last && str_is(last, len, between[i])))
				return false;
		if (last)
			return true;
	}
}

/* Blanks S[0..N), whose lines stay. */
static void blank(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = s[i] == '\n' ? '\n' : ' ';
}

/*
 * How long a comment of JSON's kind at S[AT..N) is, behind BEFORE, what is no
 * blank; 0: none is.  Behind a value // divides, but by no text nor words.
 */
static size_t comment(const char *s, size_t at, size_t n, char before)
{
	const bool after_value = !strchr(",:{}[\"'", before);
	const char *end;

	if (n - at < 2 || s[at] != '/')
		return 0;
	if (s[at + 1] == '*')
		return (end = strstr(s + at + 2, "*/"))
			       ? (size_t)(end + 2 - s) - at
			       : 0;
	if (s[at + 1] != '/' ||
		(after_value && s[at + 2 + strspn(s + at + 2, " \t")] != '"' &&
			!is_said(s + at + 2)))
		return 0;
	end = memchr(s + at, '\n', n - at);
	return end ? (size_t)(end - s) - at : n - at;
}

/* How long the text or the comment of Python's kind at S[AT..N) is, or 1. */
static size_t opaque(const char *s, size_t at, size_t n)
{
	const char quote = s[at];
	size_t i = at + 1;

	if (quote == '#')
		return strcspn(s + at, "\n");
	if (quote != '"' && quote != '\'')
		return 1;
	while (i < n && s[i] != quote)
		i += s[i] == '\\' ? 2 : 1;
	return i + 1 - at;
}

/* Makes the comments of a dict in B, // of JSON's kind, blanks. */
static void drop_comments(struct buf *b)
{
	char *s = b->data, before = '{';

	if (b->len == 0 || s[strspn(s, " \t\r\n")] != '{')
		return;
	for (size_t at = 0, n; at < b->len; at += n) {
		n = comment(s, at, b->len, before);
		blank(s + at, n);
		if (n > 0)
			continue;
		n = opaque(s, at, b->len);
		if (!strchr(" \t\r\n#", s[at]))
			before = s[at];
	}
}

/* --- YAML's first line ---------------------------------------------------- */

/* How far in the line S begins; with its own end if it is blank. */
static size_t indent(const char *s)
{
	return strspn(s, " \t\r");
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

/* Whether the line S has no value behind its key, but an anchor or a tag. */
static bool is_open(const char *s)
{
	char last = '\0';

	for (size_t n; s += indent(s), *s && !strchr("#\n", *s); s += n) {
		n = strcspn(s, " \t\r\n");
		if (last != ':' || !strchr("&!", *s))
			last = s[n - 1];
	}
	return last == ':';
}

/* How far in what an item of a list has begins, behind its "- "; 0: no item. */
static size_t item_begin(const char *s)
{
	return s[0] == '-' && s[1] == ' ' ? 1 + indent(s + 1) : 0;
}

/* YAML's first line in B, marked from its first letter on, goes further in. */
static int indent_first(struct buf *b)
{
	size_t least = SIZE_MAX, next = SIZE_MAX, at;
	const char *first = b->data, *l;

	while (*first && first[indent(first)] == '\n')
		first = next_line(first);
	for (l = next_line(first); *l; l = next_line(l)) {
		size_t in = indent(l);

		if (!l[in] || strchr("\n#", l[in]))
			continue;
		next = next == SIZE_MAX ? in : next;
		least = in < least ? in : least;
	}
	/* What is open has what is further in, and others beside it. */
	if (indent(first) > 0 || strncmp(first, "---", 3) == 0 ||
		least == SIZE_MAX || least == 0 || next == item_begin(first) ||
		(is_open(first) && next == least))
		return 0;
	at = (size_t)(first - b->data);
	if (buf_reserve(b, least + 1))
		return -1;
	memmove(b->data + at + least, b->data + at, b->len - at + 1);
	memset(b->data + at, ' ', least);
	b->len += least;
	return 0;
}

/* --- files of sections ---------------------------------------------------- */

/* Whether the line S is the name of a section: [net] */
static bool is_section(const char *s)
{
	size_t n = 1;

	s += strspn(s, " \t");
	if (s[0] != '[')
		return false;
	while (str_is_name_char(s[n]) || s[n] == '-')
		n++;
	return s[n] == ']' &&
	       strchr("\r\n", s[n + 1 + strspn(s + n + 1, " \t")]);
}

/* What stands behind the "=" of the line S, and blanks; NULL: it has none. */
static const char *value_of(const char *s)
{
	size_t n = strcspn(s, "=#;\n");

	return s[n] == '=' ? s + n + 1 + strspn(s + n + 1, " \t") : NULL;
}

/* Whether the value at S is none of TOML's, but one as darknet's files have. */
static bool is_bare(const char *s)
{
	const size_t n = strspn(s, "+-.0123456789eE");

	if (*s == '.' || (n > 0 && s[n] == ','))
		return true;
	return str_is_letter(*s) && !str_after(s, "true") &&
	       !str_after(s, "false") && !str_after(s, "inf") &&
	       !str_after(s, "nan");
}

/*
 * Whether S is darknet's: sections of NAME=VALUE, of which the first is [net]
 * and a value is none of TOML's.
 */
static bool is_network(const char *s)
{
	bool bare = false;

	while (*s && (strchr("#;\r\n", s[indent(s)]) || !s[indent(s)]))
		s = next_line(s);
	if (!str_after(s, "[net]") && !str_after(s, "[network]"))
		return false;
	for (s = next_line(s); *s && !is_section(s); s = next_line(s)) {
		const char *value = value_of(s);

		if (!value && !strchr("#;\r\n", s[indent(s)]))
			return false;
		bare = bare || (value && is_bare(value));
	}
	return bare;
}

/* The first section of S alone, as pairs NAME=VALUE; places stay. */
static void keep_network(char *s)
{
	for (bool first = true; *s; first = false) {
		char *end = (char *)next_line(s);

		if (!first && is_section(s)) {
			blank(s, strlen(s));
			return;
		}
		if (is_section(s) || strchr("#;", s[indent(s)]) ||
			!value_of(s)) {
			memset(s, ' ', strcspn(s, "\n"));
			s = end;
			continue;
		}
		/* "steps = 400, 450 # two": no blanks in a pair. */
		for (char *to = s += indent(s), *from = s;; from++) {
			while (from < end && strchr(" \t\r", *from))
				from++;
			if (from == end || strchr("#;\n", *from)) {
				memset(to, ' ', strcspn(to, "\n"));
				break;
			}
			*to++ = *from;
		}
		s = end;
	}
}

/* --- all ------------------------------------------------------------------ */

int settings_mend(struct buf *b, const char *file)
{
	if (!file || !str_ends_in(file, strlen(file), ".py"))
		drop_comments(b);
	if (b->len > 0 && is_network(b->data))
		keep_network(b->data);
	if (file || b->len == 0 || strchr("{[", b->data[indent(b->data)]))
		return 0;
	return settings_language(b->data, b->len, file) == SETTINGS_YAML
		       ? indent_first(b)
		       : 0;
}
