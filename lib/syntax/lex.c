/* SPDX-License-Identifier: MIT */
/*
 * Python source as tokens (Python language reference 3.11, section 2), and the
 * nodes that they become.  Line ends and indentation are tokens between
 * statements and blanks in brackets; "\" joins lines.  The first line's
 * indentation is where the text begins, so that a piece of a script can be read
 * as it was cut out of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "syntax/syntax_impl.h"

/* --- characters ------------------------------------------------------- */

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

/* Of a name; bytes of UTF-8 are letters. */
static bool is_letter(char c)
{
	return str_is_letter(c) || c == '_' || (unsigned char)c >= 0x80;
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
		} else if (*l->p == '#' && !l->columns) {
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
		l->alone = true;
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
	/* The first was marked from its first letter on. */
	if (l->nindent == 1 && l->alone)
		l->indent[0] = column;
	l->alone = l->alone && l->nindent > 1;
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
		else if (str_is_digit(*p) || is_letter(*p) || *p == '.')
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

	for (size_t i = 0; i < ARRAY_SIZE(longer); i++) {
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

/* Python's keywords, each at its first letter. */
static bool is_keyword(const char *s, size_t n)
{
	static const char *const keywords['z' + 1] = {
		['F'] = "False",
		['N'] = "None",
		['T'] = "True",
		['a'] = "and as assert async await",
		['b'] = "break",
		['c'] = "class continue",
		['d'] = "def del",
		['e'] = "elif else except",
		['f'] = "finally for from",
		['g'] = "global",
		['i'] = "if import in is",
		['l'] = "lambda",
		['n'] = "nonlocal not",
		['o'] = "or",
		['p'] = "pass",
		['r'] = "raise return",
		['t'] = "try",
		['w'] = "while with",
		['y'] = "yield",
	};
	const unsigned char first = (unsigned char)*s;
	const char *word = first <= 'z' ? keywords[first] : NULL;

	while (word) {
		size_t len = strcspn(word, " ");

		if (len == n && memcmp(word, s, n) == 0)
			return true;
		word = word[len] ? word + len + 1 : NULL;
	}
	return false;
}

/* A column's name: in quotes of any kind, or letters, digits, _ and dots. */
static struct py_token column(struct py_lexer *l)
{
	const char *p = l->p, *end = p;

	if (strchr("\"'`", *p)) {
		end = memchr(p + 1, *p, (size_t)(l->end - p - 1));
		if (!end || end++ == p + 1)
			return bad(l, p, "does not begin a name in quotes");
	}
	while (end < l->end && !strchr("\"'`", *p) &&
		(is_letter(*end) || str_is_digit(*end) || *end == '.'))
		end++;
	l->p = end;
	return token(PY_T_COLUMN, p, (size_t)(end - p));
}

static struct py_token word(struct py_lexer *l)
{
	const char *p = l->p, *end;
	int prefix = string_prefix(p, l->end);
	size_t n;

	if (str_is_digit(*p) ||
		(*p == '.' && p + 1 < l->end && str_is_digit(p[1])))
		return number(l);
	if (l->columns && (is_letter(*p) || strchr(".\"'`", *p)))
		return column(l);
	if (prefix >= 0) {
		end = string_end(p + prefix, l->end);
		if (!end)
			return bad(l, p, "begins a string that does not end");
		l->p = end;
		return token(PY_T_STRING, p, (size_t)(end - p));
	}
	if (!is_letter(*p))
		return punct(l);
	while (l->p < l->end && (is_letter(*l->p) || str_is_digit(*l->p)))
		l->p++;
	n = (size_t)(l->p - p);
	return token(is_keyword(p, n) ? PY_T_KEYWORD : PY_T_NAME, p, n);
}

static struct py_token lex(struct py_lexer *l)
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

/* --- tokens ----------------------------------------------------------- */

static void lex_init(struct py_lexer *l, const char *s, size_t n, bool lines)
{
	*l = (struct py_lexer){.p = s, .end = s + n};
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		l->p += 3;
	l->brackets = !lines;
}

static bool token_is(const struct py_token *t, const char *text)
{
	return (t->kind == PY_T_PUNCT || t->kind == PY_T_NAME ||
		       t->kind == PY_T_KEYWORD) &&
	       *t->p == *text && t->n == strlen(text) &&
	       memcmp(t->p, text, t->n) == 0;
}

bool py_tok_is_name(const struct parser *p)
{
	return p->tok.kind == PY_T_NAME || p->tok.kind == PY_T_COLUMN;
}

size_t py_tok_offset(const struct parser *p, const char *s)
{
	return (size_t)(s - p->module->text);
}

/* Not understood: at S, with FMT.  Returns NULL. */
struct py_node *py_tok_fail(
	struct parser *p, const char *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(p->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	*p->at = py_tok_offset(p, s);
	return NULL;
}

struct py_node *py_tok_unexpected(struct parser *p, const char *expected)
{
	const struct py_token *t = &p->tok;

	switch (t->kind) {
	case PY_T_BAD:
		return py_tok_fail(p, t->p, "'%.*s' %s",
			(int)(t->n > 20 ? 20 : t->n), t->p, t->why);
	case PY_T_END:
		return py_tok_fail(p, t->p, "ends here; expected %s", expected);
	case PY_T_NEWLINE:
		return py_tok_fail(
			p, t->p, "the line ends; expected %s", expected);
	case PY_T_INDENT:
	case PY_T_DEDENT:
		return py_tok_fail(p, t->p,
			"the indentation changes; expected %s", expected);
	default:
		return py_tok_fail(p, t->p, "'%.*s'; expected %s",
			(int)(t->n > 40 ? 40 : t->n), t->p, expected);
	}
}

void py_tok_advance(struct parser *p)
{
	p->tok = lex(&p->lex);
}

void py_tok_begin(struct parser *p, const char *s, size_t n, bool lines)
{
	lex_init(&p->lex, s, n, lines);
	p->lex.columns = p->module->py->columns;
	py_tok_advance(p);
}

bool py_tok_next_is(const struct parser *p, const char *text)
{
	struct py_lexer ahead = p->lex;
	struct py_token next = lex(&ahead);

	return token_is(&next, text);
}

bool py_tok_is(const struct parser *p, const char *text)
{
	return token_is(&p->tok, text);
}

bool py_tok_take(struct parser *p, const char *text)
{
	if (!py_tok_is(p, text))
		return false;
	py_tok_advance(p);
	return true;
}

int py_tok_need(struct parser *p, const char *text)
{
	char quoted[16];

	if (py_tok_take(p, text))
		return 0;
	snprintf(quoted, sizeof(quoted), "'%s'", text);
	py_tok_unexpected(p, quoted);
	return -1;
}

int py_tok_need_comma(struct parser *p, const char *close)
{
	char expected[24];

	if (py_tok_take(p, ","))
		return 0;
	snprintf(expected, sizeof(expected), "',' or '%s'", close);
	py_tok_unexpected(p, expected);
	return -1;
}

/* --- nodes ------------------------------------------------------------ */

struct py_node *py_node_new(struct parser *p, enum py_form form, size_t where)
{
	struct py_node *e = py_alloc(p->run, sizeof(*e));

	if (!e) {
		*p->d = p->run->diag;
		return NULL;
	}
	e->form = (unsigned char)form;
	e->op = PY_NO_OP;
	e->at = e->end = where;
	return e;
}

struct py_node *py_node_here(struct parser *p, enum py_form form)
{
	return py_node_new(p, form, py_tok_offset(p, p->tok.p));
}

static struct py_node *named(struct parser *p, enum py_form form, size_t where)
{
	struct py_node *e = py_node_new(p, form, where);

	if (!e)
		return NULL;
	e->s = (struct py_str){.s = p->tok.p, .n = p->tok.n};
	e->end = py_tok_offset(p, p->tok.p + p->tok.n);
	py_tok_advance(p);
	return e;
}

struct py_node *py_node_named(struct parser *p, enum py_form form)
{
	return named(p, form, py_tok_offset(p, p->tok.p));
}

/* KID is about to become an operand of E. */
static int grow(struct parser *p, struct py_node *e, struct py_node *kid)
{
	if (!kid)
		return -1;
	kid->up = e;
	if (e->height <= kid->height)
		e->height = (unsigned short)(kid->height + 1);
	if (e->end < kid->end)
		e->end = kid->end;
	if (e->height <= PY_DEPTH_MAX)
		return 0;
	py_tok_fail(p, p->module->text + kid->at,
		"more than %d in one another; expected fewer", PY_DEPTH_MAX);
	return -1;
}

struct py_node *py_node_add(
	struct parser *p, struct py_node *e, struct py_node *kid)
{
	if (grow(p, e, kid) < 0)
		return NULL;
	if (e->last)
		e->last->next = kid;
	else
		e->arg = kid;
	e->last = kid;
	return e;
}

struct py_node *py_node_attribute(struct parser *p, struct py_node *object)
{
	struct py_node *e;

	if (p->tok.kind != PY_T_NAME)
		return py_tok_unexpected(p, "a name");
	e = named(p, PY_ATTR, object->at);
	return e ? py_node_add(p, e, object) : NULL;
}

struct py_node *py_node_add_first(
	struct parser *p, struct py_node *e, struct py_node *kid)
{
	if (grow(p, e, kid) < 0)
		return NULL;
	kid->next = e->arg;
	e->arg = kid;
	if (!e->last)
		e->last = kid;
	return e;
}

struct py_node *py_node_end(struct parser *p, struct py_node *e)
{
	const char *s = p->tok.p;

	while (s > p->module->text && s[-1] && strchr(" \t\r\n\f", s[-1]))
		s--;
	if (e && e->end < py_tok_offset(p, s))
		e->end = py_tok_offset(p, s);
	return e;
}

int py_read_deeper(struct parser *p)
{
	if (++p->depth <= PY_DEPTH_MAX)
		return 0;
	py_tok_fail(p, p->tok.p, "more than %d in one another; expected fewer",
		PY_DEPTH_MAX);
	return -1;
}

int py_node_scope(struct parser *p, struct py_node *e)
{
	e->scope = py_alloc(p->run, sizeof(*e->scope));
	if (e->scope)
		return 0;
	*p->d = p->run->diag;
	return -1;
}
