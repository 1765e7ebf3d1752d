/* SPDX-License-Identifier: MIT */
/*
 * The smallest expressions: names, numbers, strings, displays, comprehensions
 * (Python language reference 3.11, 6.2).
 */
#include <string.h>

#include "base/num.h"
#include "py/py_impl.h"

static const char *const keywords[] = {"and", "as", "assert", "async", "await",
	"break", "class", "continue", "def", "del", "elif", "else", "except",
	"finally", "for", "from", "global", "if", "import", "in", "is",
	"lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
	"while", "with", "yield", "True", "False", "None"};

bool py_is_identifier(const struct py_token *t)
{
	if (t->kind != PY_T_NAME)
		return false;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (py_token_is(t, keywords[i]))
			return false;
	return true;
}

static bool digit_of(char c, unsigned base, unsigned *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*ret = (unsigned)(c - 'A') + 10;
	else
		return false;
	return *ret < base;
}

/* The digits S of an int. */
static struct py_node *whole(struct parser *p, struct py_node *e, const char *s,
	size_t n, unsigned base)
{
	int64_t x = 0;
	unsigned digit;

	for (size_t i = 0; i < n; i++) {
		if (!digit_of(s[i], base, &digit))
			return py_tok_unexpected(
				p, "a number such as 30 or 1e-3");
		if (__builtin_mul_overflow(x, (int64_t)base, &x) ||
			__builtin_add_overflow(x, (int64_t)digit, &x))
			return py_tok_unexpected(p, "an int of 64 bits");
	}
	e->value = py_int(x);
	return e;
}

#define NUMBER_MAX 400

/* Without the underscores between digits; 0 if they stand elsewhere. */
static size_t compact(char out[NUMBER_MAX + 1], const char *s, size_t n)
{
	size_t len = 0;
	unsigned digit;

	if (n > NUMBER_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '_')
			out[len++] = s[i];
		else if (i == 0 || i + 1 == n ||
			 !digit_of(s[i + 1], 16, &digit) || s[i - 1] == '_')
			return 0;
	}
	out[len] = '\0';
	return len;
}

static struct py_node *number(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_CONST);
	char s[NUMBER_MAX + 1];
	size_t n = compact(s, p->tok.p, p->tok.n);
	double x;

	if (!e)
		return NULL;
	if (n > 2 && s[0] == '0' && strchr("xXoObB", s[1])) {
		unsigned base = strchr("xX", s[1])   ? 16
				: strchr("oO", s[1]) ? 8
						     : 2;
		e = whole(p, e, s + 2, n - 2, base);
	} else if (n > 0 && strspn(s, "0123456789") == n) {
		if (s[0] == '0' && strspn(s, "0") < n)
			return py_tok_unexpected(
				p, "no 0 before a whole number");
		e = whole(p, e, s, n, 10);
	} else if (n > 0 && num_scan_double(s, n, &x) == n) {
		e->value = py_float(x);
	} else {
		return py_tok_unexpected(p, "a number such as 30, 0.1 or 1e-3");
	}
	if (e)
		e->end = e->at + p->tok.n;
	py_tok_advance(p);
	return e;
}

/* Appends code point C as UTF-8. */
static char *put_utf8(char *out, unsigned c)
{
	static const unsigned from[] = {0x80, 0x800, 0x10000, 0x110000};
	static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
	unsigned more = 0;

	while (more < 3 && c >= from[more])
		more++;
	*out++ = (char)(lead[more] | c >> 6 * more);
	while (more-- > 0)
		*out++ = (char)(0x80 | (c >> 6 * more & 0x3f));
	return out;
}

/* Exactly N hex digits at S, or -1. */
static long hex(const char *s, const char *end, size_t n)
{
	unsigned digit;
	long x = 0;

	if ((size_t)(end - s) < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!digit_of(s[i], 16, &digit))
			return -1;
		x = x * 16 + (long)digit;
	}
	return x < 0x110000 ? x : -1;
}

/* The escape behind a backslash at *S; an unknown one stays as it is. */
static char *escape(char *out, const char **s, const char *end)
{
	static const char from[] = "nrtbfav\\'\"", to[] = "\n\r\t\b\f\a\v\\'\"";
	char c = *(*s)++;
	const char *known = c ? strchr(from, c) : NULL;
	size_t nhex = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	long x = nhex ? hex(*s, end, nhex) : -1;

	if (c == '\n')
		return out;
	if (c >= '0' && c <= '7') {
		x = c - '0';
		for (int i = 0; i < 2 && *s < end && **s >= '0' && **s <= '7';
			i++)
			x = x * 8 + (*(*s)++ - '0');
		return put_utf8(out, (unsigned)x);
	}
	if (x >= 0) {
		*s += nhex;
		return put_utf8(out, (unsigned)x);
	}
	if (!known)
		*out++ = '\\';
	*out++ = known ? to[known - from] : c;
	return out;
}

/* S[0..N) in *RET, its escapes undone unless RAW. */
static int text_of(struct parser *p, const char *s, size_t n, bool raw,
	struct py_value *ret)
{
	char *text = py_alloc(p->run, n + 1), *out = text;
	const char *end = s + n;

	if (!text) {
		*p->d = p->run->diag;
		return -1;
	}
	while (s < end) {
		if (*s == '\\' && !raw && s + 1 < end) {
			s++;
			out = escape(out, &s, end);
		} else {
			*out++ = *s++;
		}
	}
	return py_new_str(p->run, text, (size_t)(out - text), ret);
}

/* The expression in S[0..N), in braces of an f-string. */
static struct py_node *embedded(struct parser *p, const char *s, size_t n)
{
	struct parser in = *p;
	struct py_node *e;

	py_lex_init(&in.lex, s, n, false);
	py_tok_advance(&in);
	e = py_read_expr_list(&in, "a value");
	if (e && in.tok.kind != PY_T_END)
		return py_tok_unexpected(&in, "}");
	return e;
}

/* Where the expression that begins at S, in braces, ends: at !, : or }. */
static const char *embedded_end(const char *s, const char *end)
{
	unsigned open = 0;

	for (; s < end; s++) {
		if (*s == '\'' || *s == '"') {
			const char *close =
				memchr(s + 1, *s, (size_t)(end - s - 1));
			if (!close)
				return end;
			s = close;
		} else if (strchr("([{", *s)) {
			open++;
		} else if (open && strchr(")]}", *s)) {
			open--;
		} else if (!open &&
			   (*s == '}' || *s == ':' ||
				   (*s == '!' && s + 1 < end && s[1] != '='))) {
			return s;
		}
	}
	return end;
}

/* {value!r:spec}, *S behind the {. */
static struct py_node *field(struct parser *p, const char **s, const char *end)
{
	struct py_node *e = py_node_new(p, PY_FORMAT, py_tok_offset(p, *s));
	const char *stop = embedded_end(*s, end), *close;

	if (!e || py_node_add(p, e, embedded(p, *s, (size_t)(stop - *s))) < 0)
		return NULL;
	e->op = 's';
	if (stop + 1 < end && *stop == '!') {
		e->op = (unsigned char)stop[1];
		stop += 2;
	}
	close = memchr(stop, '}', (size_t)(end - stop));
	if (!close)
		return py_tok_fail(p, *s, "is not closed; expected }");
	if (*stop == ':')
		e->s = (struct py_str){
			.s = stop + 1, .n = (size_t)(close - stop - 1)};
	*s = close + 1;
	return e;
}

/* A piece of text before the next field; "{{" stands for "{". */
static struct py_node *literal(
	struct parser *p, const char **s, const char *end, bool raw)
{
	const char *begin = *s;
	struct py_node *e = py_node_new(p, PY_CONST, py_tok_offset(p, begin));

	if (!e)
		return NULL;
	while (*s < end && **s != '{' && **s != '}')
		++*s;
	if (*s < end && *s == begin) {
		if (end - *s < 2 || (*s)[1] != **s)
			return py_tok_fail(
				p, *s, "a lone brace in an f-string");
		*s += 2;
		return text_of(p, begin, 1, true, &e->value) < 0 ? NULL : e;
	}
	return text_of(p, begin, (size_t)(*s - begin), raw, &e->value) < 0
		       ? NULL
		       : e;
}

/* The parts of the f-string S[0..N) become operands of E. */
static int f_string(
	struct parser *p, struct py_node *e, const char *s, size_t n, bool raw)
{
	const char *end = s + n;

	while (s < end) {
		struct py_node *part;

		if (*s == '{' && s + 1 < end && s[1] != '{') {
			s++;
			part = field(p, &s, end);
		} else {
			part = literal(p, &s, end, raw);
		}
		if (py_node_add(p, e, part) < 0)
			return -1;
	}
	return 0;
}

/* Adjacent strings are one; with an f among them it is a PY_FORMAT. */
static struct py_node *string(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_FORMAT);

	if (!e)
		return NULL;
	while (p->tok.kind == PY_T_STRING) {
		const char *s = p->tok.p;
		size_t n = p->tok.n, quotes;
		bool raw = false, format = false;

		for (; *s != '"' && *s != '\''; s++, n--) {
			raw = raw || *s == 'r' || *s == 'R';
			format = format || *s == 'f' || *s == 'F';
		}
		quotes = n >= 6 && s[1] == *s && s[2] == *s ? 3 : 1;
		s += quotes;
		n -= 2 * quotes;
		if (format) {
			if (f_string(p, e, s, n, raw) < 0)
				return NULL;
		} else {
			struct py_node *part = py_node_here(p, PY_CONST);
			if (!part || text_of(p, s, n, raw, &part->value) < 0 ||
				py_node_add(p, e, part) < 0)
				return NULL;
		}
		e->end = py_tok_offset(p, p->tok.p + p->tok.n);
		py_tok_advance(p);
	}
	if (e->arg && !e->arg->next && e->arg->form == PY_CONST) {
		e->arg->at = e->at;
		e->arg->end = e->end;
		return e->arg;
	}
	return e;
}

/* True, False, None, ... */
static struct py_node *constant(struct parser *p)
{
	static const struct {
		const char *name;
		struct py_value value;
	} constants[] = {
		{"True", {.type = PY_BOOL, .u.i = 1}},
		{"False", {.type = PY_BOOL}},
		{"None", {.type = PY_NONE}},
		{"...", {.type = PY_NONE}},
	};

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (!py_tok_is(p, constants[i].name))
			continue;
		struct py_node *e =
			py_node_named(p, PY_CONST, py_tok_offset(p, p->tok.p));
		if (e)
			e->value = constants[i].value;
		return e;
	}
	return NULL;
}

struct py_node *py_read_or_test(struct parser *p)
{
	return py_read_subexpr(p, 0);
}

/* for targets in iterable if condition ... */
static struct py_node *clause(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_CLAUSE);

	py_tok_advance(p);
	if (!e || py_node_add(p, e, py_read_targets(p)) < 0 ||
		py_tok_need(p, "in") < 0 ||
		py_node_add(p, e, py_read_or_test(p)) < 0)
		return NULL;
	while (py_tok_take(p, "if"))
		if (py_node_add(p, e, py_read_or_test(p)) < 0)
			return NULL;
	return e;
}

struct py_node *py_read_comprehension(struct parser *p, enum py_form form,
	struct py_node *item, struct py_node *value)
{
	struct py_node *e = py_node_new(p, form, item->at);

	if (!e || py_node_add(p, e, item) < 0 ||
		(value && py_node_add(p, e, value) < 0))
		return NULL;
	e->scope = py_alloc(p->run, sizeof(*e->scope));
	if (!e->scope) {
		*p->d = p->run->diag;
		return NULL;
	}
	while (py_tok_is(p, "for"))
		if (py_node_add(p, e, clause(p)) < 0)
			return NULL;
	return e;
}

struct py_node *py_read_item(struct parser *p)
{
	struct py_node *e;

	if (!py_tok_is(p, "*"))
		return py_read_expr(p);
	e = py_node_here(p, PY_STAR);
	py_tok_advance(p);
	return e && py_node_add(p, e, py_read_or_test(p)) == 0 ? e : NULL;
}

/* What stands in (), [] up to CLOSE; FORM is a list's or a tuple's. */
static struct py_node *bracketed(
	struct parser *p, enum py_form form, const char *close)
{
	struct py_node *e = py_node_here(p, form);
	bool comma = false;

	py_tok_advance(p);
	if (!e)
		return NULL;
	while (!py_tok_is(p, close)) {
		struct py_node *kid = py_read_item(p);
		if (kid && !e->last && py_tok_is(p, "for")) {
			kid = py_read_comprehension(p,
				form == PY_MAKE_LIST ? PY_LISTCOMP
						     : PY_GENERATOR,
				kid, NULL);
			if (!kid || py_tok_need(p, close) < 0)
				return NULL;
			kid->at = e->at;
			return py_node_end(p, kid);
		}
		if (py_node_add(p, e, kid) < 0)
			return NULL;
		if (py_tok_is(p, close))
			break;
		if (py_tok_need_comma(p, close) < 0)
			return NULL;
		comma = true;
	}
	py_tok_advance(p);
	/* (x) is x. */
	if (form == PY_MAKE_TUPLE && e->last && e->last == e->arg && !comma) {
		e->last->at = e->at;
		return py_node_end(p, e->last);
	}
	return py_node_end(p, e);
}

/* An entry of a dict or an item of a set into E, whose form the first says. */
static struct py_node *entry(struct parser *p, struct py_node *e)
{
	struct py_node *key, *value = NULL;
	bool first = !e->arg, star = py_tok_is(p, "*");

	if (py_tok_is(p, "**")) {
		key = py_node_named(p, PY_KEYWORD, py_tok_offset(p, p->tok.p));
		return key && py_node_add(p, key, py_read_or_test(p)) == 0 &&
				       py_node_add(p, e, key) == 0
			       ? e
			       : NULL;
	}
	key = py_read_item(p);
	if (key && !star && (first || e->form == PY_MAKE_DICT) &&
		py_tok_take(p, ":")) {
		value = py_read_expr(p);
		key = value ? key : NULL;
	} else if (key && first) {
		e->form = PY_MAKE_SET;
	} else if (key && e->form != PY_MAKE_SET) {
		return py_tok_unexpected(p, ":");
	}
	if (key && first && py_tok_is(p, "for"))
		return py_read_comprehension(
			p, value ? PY_DICTCOMP : PY_SETCOMP, key, value);
	return key && py_node_add(p, e, key) == 0 &&
			       (!value || py_node_add(p, e, value) == 0)
		       ? e
		       : NULL;
}

/* {key: value, **other}, {a, *b} and their comprehensions. */
static struct py_node *braced(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_MAKE_DICT), *whole = e;

	py_tok_advance(p);
	while (whole && !py_tok_take(p, "}")) {
		whole = entry(p, e);
		if (whole != e)
			return whole && py_tok_need(p, "}") == 0
				       ? py_node_end(p, whole)
				       : NULL;
		if (!py_tok_is(p, "}") && py_tok_need_comma(p, "}") < 0)
			return NULL;
	}
	return whole ? py_node_end(p, e) : NULL;
}

struct py_node *py_read_atom(struct parser *p)
{
	struct py_node *e;

	if (p->tok.kind == PY_T_NUMBER)
		return number(p);
	if (p->tok.kind == PY_T_STRING)
		return string(p);
	if (py_tok_is(p, "("))
		return bracketed(p, PY_MAKE_TUPLE, ")");
	if (py_tok_is(p, "["))
		return bracketed(p, PY_MAKE_LIST, "]");
	if (py_tok_is(p, "{"))
		return braced(p);
	e = constant(p);
	if (e || p->d->class != DIAG_NONE)
		return e;
	if (py_is_identifier(&p->tok))
		return py_node_named(p, PY_NAME, py_tok_offset(p, p->tok.p));
	return py_tok_unexpected(p, "a value");
}
