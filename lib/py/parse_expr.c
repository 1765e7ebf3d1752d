/* SPDX-License-Identifier: MIT */
/*
 * Expressions by the priorities of their operators (Python language reference
 * 3.11, 6.17).
 */
#include <string.h>

#include "py/py_impl.h"

/* --- trailers ------------------------------------------------------------- */

/* x, *x, **x, name=x, x for ... */
static struct py_node *argument(struct parser *p)
{
	struct py_lexer ahead = p->lex;
	struct py_token next = py_lex(&ahead);
	struct py_node *e;

	if (py_tok_is(p, "**") ||
		(py_is_identifier(&p->tok) && py_token_is(&next, "="))) {
		e = py_node_named(p, PY_KEYWORD, py_tok_offset(p, p->tok.p));
		if (e && e->s.s[0] != '*')
			py_tok_advance(p);
		return e && py_node_add(p, e, py_read_expr(p)) == 0 ? e : NULL;
	}
	e = py_read_item(p);
	return e && py_tok_is(p, "for")
		       ? py_read_comprehension(p, PY_GENERATOR, e, NULL)
		       : e;
}

int py_read_arguments(struct parser *p, struct py_node *e)
{
	py_tok_advance(p);
	while (!py_tok_take(p, ")")) {
		if (py_node_add(p, e, argument(p)) < 0)
			return -1;
		if (!py_tok_is(p, ")") && py_tok_need_comma(p, ")") < 0)
			return -1;
	}
	return 0;
}

static struct py_node *call(struct parser *p, struct py_node *callee)
{
	struct py_node *e = py_node_new(p, PY_CALL, callee->at);

	return e && py_node_add(p, e, callee) == 0 &&
			       py_read_arguments(p, e) == 0
		       ? py_node_end(p, e)
		       : NULL;
}

/* A bound of a slice; None where there is none. */
static struct py_node *bound(struct parser *p)
{
	if (py_tok_is(p, ":") || py_tok_is(p, "]")) {
		struct py_node *e = py_node_here(p, PY_CONST);
		if (e)
			e->value = py_none();
		return e;
	}
	return py_read_expr(p);
}

static struct py_node *index_of(struct parser *p, struct py_node *object)
{
	struct py_node *e = py_node_new(p, PY_INDEX, object->at), *first,
		       *slice;

	py_tok_advance(p);
	if (!e || py_node_add(p, e, object) < 0)
		return NULL;
	first = py_tok_is(p, ":") ? bound(p) : py_read_expr_list(p, "an index");
	if (first && py_tok_is(p, ":")) {
		slice = py_node_new(p, PY_SLICE, first->at);
		if (!slice || py_node_add(p, slice, first) < 0)
			return NULL;
		for (int i = 0; i < 2; i++) {
			py_tok_take(p, ":");
			if (py_node_add(p, slice, bound(p)) < 0)
				return NULL;
		}
		first = slice;
	}
	if (py_node_add(p, e, first) < 0 || py_tok_need(p, "]") < 0)
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
			struct py_node *object = e;
			if (p->tok.kind != PY_T_NAME)
				return py_tok_unexpected(p, "a name");
			e = py_node_named(p, PY_ATTR, object->at);
			if (!e || py_node_add(p, e, object) < 0)
				return NULL;
		} else {
			break;
		}
	}
	return e;
}

/* --- operators ------------------------------------------------------------ */

#define PRI_NOT 3
#define PRI_COMPARE 4
#define PRI_UNARY 11

const struct py_binary py_binaries[] = {
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

const size_t py_nbinary = sizeof(py_binaries) / sizeof(py_binaries[0]);

static const struct py_binary *binary(const struct parser *p)
{
	for (size_t i = 0; i < py_nbinary; i++)
		if (py_tok_is(p, py_binaries[i].text))
			return &py_binaries[i];
	return NULL;
}

/* < b <= c ...: the links of a comparison that begins with E. */
static struct py_node *compare(struct parser *p, struct py_node *left)
{
	struct py_node *e = py_node_new(p, PY_COMPARE, left->at), *link;
	const struct py_binary *b;

	if (!e || py_node_add(p, e, left) < 0)
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
			py_node_add(p, link, py_read_subexpr(p, PRI_COMPARE)) <
				0 ||
			py_node_add(p, e, link) < 0)
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

	for (size_t i = 0; i < sizeof(unaries) / sizeof(unaries[0]); i++) {
		if (!py_tok_is(p, unaries[i].text))
			continue;
		if (unaries[i].op == PY_NOT && limit > PRI_NOT)
			return py_tok_unexpected(p, "a value");
		struct py_node *e = py_node_here(p, PY_UNARY);
		py_tok_advance(p);
		if (!e || py_node_add(p, e,
				  py_read_subexpr(p, unaries[i].right)) < 0)
			return NULL;
		e->op = unaries[i].op;
		return e;
	}
	return py_read_primary(p);
}

struct py_node *py_read_subexpr(struct parser *p, unsigned limit)
{
	const struct py_binary *b;
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
		if (!e || py_node_add(p, e, left) < 0 ||
			py_node_add(p, e, py_read_subexpr(p, b->right)) < 0)
			return NULL;
		e->op = b->op;
	}
	p->depth--;
	return e;
}

/* --- functions and conditional expressions -------------------------------- */

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
		} else if (py_is_identifier(&p->tok)) {
			e = py_node_named(
				p, PY_PARAM, py_tok_offset(p, p->tok.p));
		} else {
			py_tok_unexpected(p, "a parameter");
			return -1;
		}
		if (!e)
			return -1;
		e->op = kind;
		if (annotated && py_tok_take(p, ":") && !py_read_expr(p))
			return -1;
		if (py_tok_take(p, "=") &&
			py_node_add(p, e, py_read_expr(p)) < 0)
			return -1;
		if (py_node_add(p, f, e) < 0)
			return -1;
		if (!py_tok_is(p, close) && py_tok_need_comma(p, close) < 0)
			return -1;
	}
	return 0;
}

int py_read_scope(struct parser *p, struct py_node *e)
{
	e->scope = py_alloc(p->run, sizeof(*e->scope));
	if (e->scope)
		return 0;
	*p->d = p->run->diag;
	return -1;
}

/* Operands: the body, then the parameters. */
static struct py_node *lambda(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_LAMBDA);

	py_tok_advance(p);
	if (!e || py_read_scope(p, e) < 0 || py_read_parameters(p, e, ":") < 0)
		return NULL;
	py_tok_advance(p);
	return py_node_add_first(p, e, py_read_expr(p)) < 0 ? NULL : e;
}

static struct py_node *conditional(struct parser *p)
{
	struct py_node *e, *then = py_read_or_test(p), *condition;

	if (!then || !py_tok_take(p, "if"))
		return then;
	e = py_node_new(p, PY_IF_ELSE, then->at);
	condition = py_read_or_test(p);
	if (!e || !condition || py_tok_need(p, "else") < 0 ||
		py_node_add(p, e, condition) < 0 ||
		py_node_add(p, e, then) < 0 ||
		py_node_add(p, e, py_read_expr(p)) < 0)
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
		if (!set || py_node_add(p, set, e) < 0 ||
			py_node_add(p, set, py_read_expr(p)) < 0)
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
	first = py_read_item(p);
	if (!first || !py_tok_is(p, ","))
		return first;
	e = py_node_new(p, PY_MAKE_TUPLE, first->at);
	if (!e || py_node_add(p, e, first) < 0)
		return NULL;
	while (py_tok_take(p, ",") && !py_ends_list(p))
		if (py_node_add(p, e, py_read_item(p)) < 0)
			return NULL;
	return e;
}
