/* SPDX-License-Identifier: MIT */
/*
 * Python source as tokens (Python language reference 3.11, section 2).  Line
 * ends and indentation are tokens between statements and blanks in brackets;
 * "\" joins lines.  The first line's indentation is where the text begins, so
 * that a piece of a script can be read as it was cut out of it.
 */
#include <string.h>

#include "py/py_impl.h"

void py_lex_init(struct py_lexer *l, const char *s, size_t n, bool lines)
{
	*l = (struct py_lexer){.begin = s, .p = s, .end = s + n};
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		l->p += 3;
	l->brackets = !lines;
}

bool py_token_is(const struct py_token *t, const char *text)
{
	return (t->kind == PY_T_PUNCT || t->kind == PY_T_NAME) &&
	       *t->p == *text && t->n == strlen(text) &&
	       memcmp(t->p, text, t->n) == 0;
}

static struct py_token token(enum py_kind kind, const char *p, size_t n)
{
	return (struct py_token){.kind = kind, .p = p, .n = n};
}

static struct py_token bad(struct py_lexer *l, const char *p, const char *why)
{
	struct py_token t = token(PY_T_BAD, p, p < l->end);

	t.why = why;
	l->p = p;
	return t;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a name; bytes of UTF-8 are letters. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* A line's end at P: its length, else 0. */
static size_t line_end(const char *p, const char *end)
{
	if (p < end && *p == '\n')
		return 1;
	if (p < end && *p == '\r')
		return p + 1 < end && p[1] == '\n' ? 2 : 1;
	return 0;
}

static void skip_comment(struct py_lexer *l)
{
	while (l->p < l->end && !line_end(l->p, l->end))
		l->p++;
}

/* Blanks, comments and joined lines; in brackets also line ends. */
static void skip_blanks(struct py_lexer *l)
{
	for (;;) {
		size_t n = line_end(l->p, l->end);

		if (l->p == l->end)
			return;
		if (n && !l->brackets)
			return;
		if (n) {
			l->p += n;
		} else if (strchr(" \t\f", *l->p) && *l->p) {
			l->p++;
		} else if (*l->p == '#') {
			skip_comment(l);
		} else if (*l->p == '\\' &&
			   (n = line_end(l->p + 1, l->end)) > 0) {
			l->p += 1 + n;
		} else {
			return;
		}
	}
}

/* The column of the next line that holds something, L->p at its first token. */
static size_t indentation(struct py_lexer *l)
{
	size_t column = 0, n;

	for (; l->p < l->end; l->p++) {
		if (*l->p == ' ') {
			column++;
		} else if (*l->p == '\t') {
			column = column / 8 * 8 + 8;
		} else if (*l->p == '\f') {
			column = 0;
		} else {
			if (*l->p == '#')
				skip_comment(l);
			n = line_end(l->p, l->end);
			if (n == 0)
				break;
			l->p += n - 1;
			column = 0;
		}
	}
	return column;
}

/* What the indentation of a new line says: a token, or none (PY_T_END). */
static struct py_token begin_line(struct py_lexer *l)
{
	size_t column = indentation(l);
	unsigned top = l->nindent;

	l->line_begun = true;
	if (l->p == l->end)
		column = top ? l->indent[0] : 0;
	if (top == 0) {
		l->indent[l->nindent++] = column;
		return token(PY_T_END, l->p, 0);
	}
	if (column > l->indent[top - 1]) {
		if (top == PY_INDENT_MAX)
			return bad(l, l->p, "too many blocks in one another");
		l->indent[l->nindent++] = column;
		return token(PY_T_INDENT, l->p, 0);
	}
	while (l->nindent > 1 && column < l->indent[l->nindent - 1]) {
		l->nindent--;
		l->pending++;
	}
	/* Less than where the text began is where a cut-out piece ends. */
	if (column < l->indent[l->nindent - 1] && l->nindent == 1)
		l->indent[0] = column;
	if (column != l->indent[l->nindent - 1])
		return bad(l, l->p,
			"is indented as no line before it; its lines may have "
			"lost their indentation");
	return token(PY_T_END, l->p, 0);
}

/*
 * The end of the string whose quotes begin at P; NULL if it has none.  A
 * backslash keeps the quote behind it, in raw strings too.
 */
static const char *string_end(const char *p, const char *end)
{
	char quote = *p;
	size_t n = end - p >= 3 && p[1] == quote && p[2] == quote ? 3 : 1;

	for (p += n; p < end; p++) {
		if (*p == '\\') {
			p++;
		} else if (n == 1 && line_end(p, end)) {
			return NULL;
		} else if (*p == quote) {
			if (n == 1)
				return p + 1;
			if (end - p >= 3 && p[1] == quote && p[2] == quote)
				return p + 3;
		}
	}
	return NULL;
}

/* The length of a string's prefix at P, if a string begins there, else -1. */
static int string_prefix(const char *p, const char *end)
{
	int n = 0;

	while (n < 2 && p + n < end && p[n] && strchr("rRbBuUfF", p[n]))
		n++;
	return p + n < end && (p[n] == '"' || p[n] == '\'') ? n : -1;
}

static struct py_token number(struct py_lexer *l)
{
	const char *p = l->p;

	while (p < l->end) {
		bool exponent = (*p == 'e' || *p == 'E') && p + 1 < l->end &&
				(p[1] == '+' || p[1] == '-') &&
				!(p > l->p && l->p[0] == '0' &&
					(l->p[1] == 'x' || l->p[1] == 'X'));
		if (exponent)
			p += 2;
		else if (is_digit(*p) || is_letter(*p) || *p == '.')
			p++;
		else
			break;
	}
	struct py_token t = token(PY_T_NUMBER, l->p, (size_t)(p - l->p));
	l->p = p;
	return t;
}

static struct py_token punct(struct py_lexer *l)
{
	static const char longer[][4] = {"**=", "//=", ">>=", "<<=", "...",
		"**", "//", "<<", ">>", "<=", ">=", "==", "!=", "->",
		"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", ":=", "@="};
	size_t left = (size_t)(l->end - l->p), n = 1;

	for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++) {
		size_t len;

		if (longer[i][0] != *l->p)
			continue;
		len = strlen(longer[i]);
		if (len <= left && memcmp(l->p, longer[i], len) == 0) {
			n = len;
			break;
		}
	}
	if (n == 1 && (!*l->p || !strchr("()[]{}+-*/%<>=.,:;@&|^~", *l->p)))
		return bad(l, l->p, "is not a character of Python's");
	if (strchr("([{", *l->p))
		l->brackets++;
	else if (strchr(")]}", *l->p) && l->brackets > 0)
		l->brackets--;
	struct py_token t = token(PY_T_PUNCT, l->p, n);
	l->p += n;
	return t;
}

static struct py_token word(struct py_lexer *l)
{
	const char *p = l->p, *end;
	int prefix = string_prefix(p, l->end);

	if (prefix >= 0) {
		end = string_end(p + prefix, l->end);
		if (!end)
			return bad(l, p, "begins a string that does not end");
		l->p = end;
		return token(PY_T_STRING, p, (size_t)(end - p));
	}
	if (is_digit(*p) || (*p == '.' && p + 1 < l->end && is_digit(p[1])))
		return number(l);
	if (!is_letter(*p))
		return punct(l);
	while (l->p < l->end && (is_letter(*l->p) || is_digit(*l->p)))
		l->p++;
	return token(PY_T_NAME, p, (size_t)(l->p - p));
}

struct py_token py_lex(struct py_lexer *l)
{
	if (!l->brackets && !l->line_begun) {
		struct py_token t = begin_line(l);
		if (t.kind != PY_T_END)
			return t;
	}
	if (l->pending > 0) {
		l->pending--;
		return token(PY_T_DEDENT, l->p, 0);
	}
	skip_blanks(l);
	if (l->p == l->end)
		return token(PY_T_END, l->p, 0);
	size_t n = l->brackets ? 0 : line_end(l->p, l->end);
	if (n == 0)
		return word(l);
	struct py_token t = token(PY_T_NEWLINE, l->p, n);
	l->p += n;
	l->line_begun = false;
	return t;
}
