/* SPDX-License-Identifier: MIT */
/*
 * Expressions (Python language reference 3.11, section 6) by the priorities of
 * their operators, and what may be assigned to.
 */
#include <string.h>

#include "base/array.h"
#include "syntax/syntax_impl.h"

/* --- f-strings -------------------------------------------------------- */

/* The expression in S[0..N), in braces of an f-string. */
static struct py_node *embedded(struct parser *p, const char *s, size_t n)
{
	struct parser in = *p;
	struct py_node *e;

	py_tok_begin(&in, s, n, false);
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

	if (!e || !py_node_add(p, e, embedded(p, *s, (size_t)(stop - *s))))
		return NULL;
	e->op = 'f';
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
		return py_read_text(p, begin, 1, true, &e->value) < 0 ? NULL
								      : e;
	}
	return py_read_text(p, begin, (size_t)(*s - begin), raw, &e->value) < 0
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
		if (!py_node_add(p, e, part))
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
			if (!part ||
				py_read_text(p, s, n, raw, &part->value) < 0 ||
				!py_node_add(p, e, part))
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

/* --- names, displays and comprehensions ------------------------------- */

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

	for (size_t i = 0; i < ARRAY_SIZE(constants); i++) {
		if (!py_tok_is(p, constants[i].name))
			continue;
		struct py_node *e = py_node_named(p, PY_CONST);
		if (e)
			e->value = constants[i].value;
		return e;
	}
	return NULL;
}

static struct py_node *read_subexpr(struct parser *p, unsigned limit);

/* An `if`-less condition or an iterable: no conditional expression. */
static struct py_node *read_or_test(struct parser *p)
{
	return read_subexpr(p, 0);
}

/* for targets in iterable if condition ... */
static struct py_node *clause(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_CLAUSE);

	py_tok_advance(p);
	if (!e || !py_node_add(p, e, py_read_targets(p)) ||
		py_tok_need(p, "in") < 0 || !py_node_add(p, e, read_or_test(p)))
		return NULL;
	while (py_tok_take(p, "if"))
		if (!py_node_add(p, e, read_or_test(p)))
			return NULL;
	return e;
}

static struct py_node *comprehension(struct parser *p, enum py_form form,
	struct py_node *item, struct py_node *value)
{
	struct py_node *e = py_node_new(p, form, item->at);

	if (!e || !py_node_add(p, e, item) ||
		(value && !py_node_add(p, e, value)))
		return NULL;
	e->scope = py_alloc(p->run, sizeof(*e->scope));
	if (!e->scope) {
		*p->d = p->run->diag;
		return NULL;
	}
	while (py_tok_is(p, "for"))
		if (!py_node_add(p, e, clause(p)))
			return NULL;
	return e;
}

static struct py_node *item(struct parser *p)
{
	struct py_node *e;

	if (!py_tok_is(p, "*"))
		return py_read_expr(p);
	e = py_node_here(p, PY_STAR);
	py_tok_advance(p);
	return e ? py_node_add(p, e, read_or_test(p)) : NULL;
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
		struct py_node *kid = item(p);
		if (kid && !e->last && py_tok_is(p, "for")) {
			kid = comprehension(p,
				form == PY_MAKE_LIST ? PY_LISTCOMP
						     : PY_GENERATOR,
				kid, NULL);
			if (!kid || py_tok_need(p, close) < 0)
				return NULL;
			kid->at = e->at;
			return py_node_end(p, kid);
		}
		if (!py_node_add(p, e, kid))
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
		key = py_node_named(p, PY_KEYWORD);
		return key && py_node_add(p, key, read_or_test(p)) &&
				       py_node_add(p, e, key)
			       ? e
			       : NULL;
	}
	key = item(p);
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
		return comprehension(
			p, value ? PY_DICTCOMP : PY_SETCOMP, key, value);
	return key && py_node_add(p, e, key) &&
			       (!value || py_node_add(p, e, value))
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
		return py_read_number(p);
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
	if (py_tok_is_name(p))
		return py_node_named(p, PY_NAME);
	return py_tok_unexpected(p, "a value");
}

/* --- trailers --------------------------------------------------------- */

/* x, *x, **x, name=x, x for ... */
static struct py_node *argument(struct parser *p)
{
	struct py_node *e;

	if (py_tok_is(p, "**") ||
		(py_tok_is_name(p) && py_tok_next_is(p, "="))) {
		e = py_node_named(p, PY_KEYWORD);
		if (e && e->s.s[0] != '*')
			py_tok_advance(p);
		return e ? py_node_add(p, e, py_read_expr(p)) : NULL;
	}
	e = item(p);
	return e && py_tok_is(p, "for")
		       ? comprehension(p, PY_GENERATOR, e, NULL)
		       : e;
}

int py_read_arguments(struct parser *p, struct py_node *e)
{
	py_tok_advance(p);
	while (!py_tok_take(p, ")")) {
		if (!py_node_add(p, e, argument(p)))
			return -1;
		if (!py_tok_is(p, ")") && py_tok_need_comma(p, ")") < 0)
			return -1;
	}
	return 0;
}

static struct py_node *call(struct parser *p, struct py_node *callee)
{
	struct py_node *e = py_node_new(p, PY_CALL, callee->at);

	return e && py_node_add(p, e, callee) && py_read_arguments(p, e) == 0
		       ? py_node_end(p, e)
		       : NULL;
}

/* A bound of a slice; None where there is none. */
static struct py_node *bound(struct parser *p)
{
	if (py_tok_is(p, ":") || py_tok_is(p, "]") || py_tok_is(p, ",")) {
		struct py_node *e = py_node_here(p, PY_CONST);
		if (e)
			e->value = py_none();
		return e;
	}
	return py_read_expr(p);
}

/* An index, or FIRST:TO:STEP. */
static struct py_node *subscript(struct parser *p)
{
	struct py_node *first = py_tok_is(p, ":") ? bound(p) : item(p), *slice;

	if (!first || !py_tok_is(p, ":"))
		return first;
	slice = py_node_new(p, PY_SLICE, first->at);
	if (!slice || !py_node_add(p, slice, first))
		return NULL;
	for (int i = 0; i < 2; i++) {
		py_tok_take(p, ":");
		if (!py_node_add(p, slice, bound(p)))
			return NULL;
	}
	return slice;
}

static struct py_node *index_of(struct parser *p, struct py_node *object)
{
	struct py_node *e = py_node_new(p, PY_INDEX, object->at), *first, *all;

	py_tok_advance(p);
	if (!e || !py_node_add(p, e, object))
		return NULL;
	if (py_tok_is(p, "]"))
		return py_read_expr_list(p, "an index");
	first = subscript(p);
	if (first && (py_tok_is(p, ",") || first->form == PY_STAR)) {
		all = py_node_new(p, PY_MAKE_TUPLE, first->at);
		if (!all || !py_node_add(p, all, first))
			return NULL;
		while (py_tok_take(p, ",") && !py_tok_is(p, "]"))
			if (!py_node_add(p, all, subscript(p)))
				return NULL;
		first = py_node_end(p, all);
	}
	if (!py_node_add(p, e, first) || py_tok_need(p, "]") < 0)
		return NULL;
	return py_node_end(p, e);
}

struct py_node *py_read_primary(struct parser *p)
{
	struct py_node *e = py_read_atom(p);

	while (e) {
		if (py_tok_is(p, "(")) {
			e = call(p, e);
		} else if (py_tok_is(p, "[")) {
			e = index_of(p, e);
		} else if (py_tok_take(p, ".")) {
			e = py_node_attribute(p, e);
		} else {
			break;
		}
	}
	return e;
}

/* --- operators -------------------------------------------------------- */

#define PRI_NOT 3
#define PRI_COMPARE 4
#define PRI_UNARY 11

/*
 * Binary operators: an operand to the left keeps what binds tighter than LEFT,
 * the one to the right what binds tighter than RIGHT.
 */
struct binary {
	const char *text;
	unsigned char form, op, left, right;
};

static const struct binary binaries[] = {
	{"or", PY_OR, PY_NO_OP, 1, 1},
	{"and", PY_AND, PY_NO_OP, 2, 2},
	{"<", PY_COMPARE, PY_LT, PRI_COMPARE, PRI_COMPARE},
	{"<=", PY_COMPARE, PY_LE, PRI_COMPARE, PRI_COMPARE},
	{">", PY_COMPARE, PY_GT, PRI_COMPARE, PRI_COMPARE},
	{">=", PY_COMPARE, PY_GE, PRI_COMPARE, PRI_COMPARE},
	{"==", PY_COMPARE, PY_EQ, PRI_COMPARE, PRI_COMPARE},
	{"!=", PY_COMPARE, PY_NE, PRI_COMPARE, PRI_COMPARE},
	{"in", PY_COMPARE, PY_IN, PRI_COMPARE, PRI_COMPARE},
	{"not", PY_COMPARE, PY_NOT_IN, PRI_COMPARE, PRI_COMPARE},
	{"is", PY_COMPARE, PY_IS, PRI_COMPARE, PRI_COMPARE},
	{"|", PY_BINARY, PY_BIT_OR, 5, 5},
	{"^", PY_BINARY, PY_BIT_XOR, 6, 6},
	{"&", PY_BINARY, PY_BIT_AND, 7, 7},
	{"<<", PY_BINARY, PY_LSHIFT, 8, 8},
	{">>", PY_BINARY, PY_RSHIFT, 8, 8},
	{"+", PY_BINARY, PY_ADD, 9, 9},
	{"-", PY_BINARY, PY_SUB, 9, 9},
	{"*", PY_BINARY, PY_MUL, 10, 10},
	{"/", PY_BINARY, PY_DIV, 10, 10},
	{"//", PY_BINARY, PY_FLOOR_DIV, 10, 10},
	{"%", PY_BINARY, PY_MOD, 10, 10},
	{"**", PY_BINARY, PY_POW, 13, PRI_UNARY},
};

static const struct binary *binary(const struct parser *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(binaries); i++)
		if (py_tok_is(p, binaries[i].text))
			return &binaries[i];
	return NULL;
}

/* < b <= c ...: the links of a comparison that begins with E. */
static struct py_node *compare(struct parser *p, struct py_node *left)
{
	struct py_node *e = py_node_new(p, PY_COMPARE, left->at), *link;
	const struct binary *b;

	if (!e || !py_node_add(p, e, left))
		return NULL;
	while ((b = binary(p)) && b->form == PY_COMPARE) {
		unsigned char op = b->op;

		link = py_node_here(p, PY_UNARY);
		py_tok_advance(p);
		if (op == PY_NOT_IN && py_tok_need(p, "in") < 0)
			return NULL;
		if (op == PY_IS && py_tok_take(p, "not"))
			op = PY_IS_NOT;
		if (!link ||
			!py_node_add(p, link, read_subexpr(p, PRI_COMPARE)) ||
			!py_node_add(p, e, link))
			return NULL;
		link->op = op;
	}
	return e;
}

static struct py_node *unary(struct parser *p, unsigned limit)
{
	static const struct {
		const char *text;
		unsigned char op, right;
	} unaries[] = {
		{"not", PY_NOT, PRI_NOT},
		{"-", PY_NEG, PRI_UNARY},
		{"+", PY_POS, PRI_UNARY},
		{"~", PY_INVERT, PRI_UNARY},
	};

	for (size_t i = 0; i < ARRAY_SIZE(unaries); i++) {
		if (!py_tok_is(p, unaries[i].text))
			continue;
		if (unaries[i].op == PY_NOT && limit > PRI_NOT)
			return py_tok_unexpected(p, "a value");
		struct py_node *e = py_node_here(p, PY_UNARY);
		py_tok_advance(p);
		if (!e || !py_node_add(p, e, read_subexpr(p, unaries[i].right)))
			return NULL;
		e->op = unaries[i].op;
		return e;
	}
	return py_read_primary(p);
}

static struct py_node *read_subexpr(struct parser *p, unsigned limit)
{
	const struct binary *b;
	struct py_node *e, *left;

	if (py_read_deeper(p) < 0)
		return NULL;
	e = unary(p, limit);
	while (e && (b = binary(p)) && b->left > limit) {
		left = e;
		if (b->form == PY_COMPARE) {
			e = compare(p, left);
			continue;
		}
		e = py_node_new(p, b->form, left->at);
		py_tok_advance(p);
		if (!e || !py_node_add(p, e, left) ||
			!py_node_add(p, e, read_subexpr(p, b->right)))
			return NULL;
		e->op = b->op;
	}
	p->depth--;
	return e;
}

bool py_is_augmenting(const struct parser *p, enum py_op *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(binaries); i++) {
		const char *text = binaries[i].text;
		size_t n = strlen(text);

		if (binaries[i].form == PY_BINARY &&
			p->tok.kind == PY_T_PUNCT && p->tok.n == n + 1 &&
			p->tok.p[n] == '=' && memcmp(p->tok.p, text, n) == 0) {
			*ret = (enum py_op)binaries[i].op;
			return true;
		}
	}
	return false;
}

/* --- functions and conditional expressions ---------------------------- */

int py_read_parameters(struct parser *p, struct py_node *f, const char *close)
{
	bool annotated = close[0] == ')';

	while (!py_tok_is(p, close)) {
		struct py_node *e;
		unsigned char kind = 0;

		if (py_tok_take(p, "**"))
			kind = 'k';
		else if (py_tok_take(p, "*"))
			kind = '*';
		else if (py_tok_is(p, "/"))
			kind = '/';
		if (kind == '/' || (kind == '*' && py_tok_is(p, ","))) {
			e = py_node_here(p, PY_PARAM);
			py_tok_take(p, "/");
		} else if (py_tok_is_name(p)) {
			e = py_node_named(p, PY_PARAM);
		} else {
			py_tok_unexpected(p, "a parameter");
			return -1;
		}
		if (!e)
			return -1;
		e->op = kind;
		if (annotated && py_tok_take(p, ":") && !py_read_expr(p))
			return -1;
		if (py_tok_take(p, "=") && !py_node_add(p, e, py_read_expr(p)))
			return -1;
		if (!py_node_add(p, f, e))
			return -1;
		if (!py_tok_is(p, close) && py_tok_need_comma(p, close) < 0)
			return -1;
	}
	return 0;
}

/* Operands: the body, then the parameters. */
static struct py_node *lambda(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_LAMBDA);

	py_tok_advance(p);
	if (!e || py_node_scope(p, e) < 0 || py_read_parameters(p, e, ":") < 0)
		return NULL;
	py_tok_advance(p);
	return py_node_add_first(p, e, py_read_expr(p));
}

static struct py_node *conditional(struct parser *p)
{
	struct py_node *e, *then = read_or_test(p), *condition;

	if (!then || !py_tok_take(p, "if"))
		return then;
	e = py_node_new(p, PY_IF_ELSE, then->at);
	condition = read_or_test(p);
	if (!e || !condition || py_tok_need(p, "else") < 0 ||
		!py_node_add(p, e, condition) || !py_node_add(p, e, then) ||
		!py_node_add(p, e, py_read_expr(p)))
		return NULL;
	return e;
}

struct py_node *py_read_expr(struct parser *p)
{
	struct py_node *e;

	if (py_read_deeper(p) < 0)
		return NULL;
	e = py_tok_is(p, "lambda") ? lambda(p) : conditional(p);
	if (e && e->form == PY_NAME && py_tok_take(p, ":=")) {
		struct py_node *set = py_node_new(p, PY_WALRUS, e->at);
		if (!set || !py_node_add(p, set, e) ||
			!py_node_add(p, set, py_read_expr(p)))
			return NULL;
		e = set;
	}
	p->depth--;
	return e;
}

bool py_ends_list(const struct parser *p)
{
	return p->tok.kind == PY_T_NEWLINE || p->tok.kind == PY_T_END ||
	       py_tok_is(p, "=") || py_tok_is(p, ")") || py_tok_is(p, "]") ||
	       py_tok_is(p, "}") || py_tok_is(p, ":") || py_tok_is(p, ";");
}

struct py_node *py_read_expr_list(struct parser *p, const char *expected)
{
	struct py_node *first, *e;

	if (py_ends_list(p))
		return py_tok_unexpected(p, expected);
	first = item(p);
	if (!first || !py_tok_is(p, ","))
		return first;
	e = py_node_new(p, PY_MAKE_TUPLE, first->at);
	if (!e || !py_node_add(p, e, first))
		return NULL;
	while (py_tok_take(p, ",") && !py_ends_list(p))
		if (!py_node_add(p, e, item(p)))
			return NULL;
	return e;
}

/* --- targets ---------------------------------------------------------- */

static bool is_target(const struct py_node *e)
{
	unsigned stars = 0;

	if (e->form == PY_NAME || e->form == PY_ATTR || e->form == PY_INDEX)
		return true;
	if (e->form != PY_MAKE_TUPLE && e->form != PY_MAKE_LIST)
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		stars += kid->form == PY_STAR;
		if (stars > 1 ||
			!is_target(kid->form == PY_STAR ? kid->arg : kid))
			return false;
	}
	return true;
}

struct py_node *py_as_target(struct parser *p, struct py_node *e)
{
	if (!e || is_target(e))
		return e;
	return py_tok_fail(p, p->module->text + e->at,
		"cannot be assigned to; expected a name");
}

/* One of a, *b, (c, d). */
static struct py_node *target(struct parser *p)
{
	struct py_node *star;

	if (!py_tok_is(p, "*"))
		return py_as_target(p, py_read_primary(p));
	star = py_node_here(p, PY_STAR);
	py_tok_advance(p);
	return star ? py_node_add(p, star, py_as_target(p, py_read_primary(p)))
		    : NULL;
}

struct py_node *py_read_targets(struct parser *p)
{
	struct py_node *first = target(p), *e;

	if (!first || !py_tok_is(p, ","))
		return first;
	e = py_node_new(p, PY_MAKE_TUPLE, first->at);
	if (!e || !py_node_add(p, e, first))
		return NULL;
	while (py_tok_take(p, ",") && !py_tok_is(p, "in"))
		if (!py_node_add(p, e, target(p)))
			return NULL;
	return py_as_target(p, e);
}
