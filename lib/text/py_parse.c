/* SPDX-License-Identifier: MIT */
/*
 * Python source to a tree, by precedence climbing (V. Pratt, POPL 1973).  Both
 * the recursion and the height of what it builds are bounded, so that whoever
 * walks the tree may recurse.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "text/py_parse.h"

#define INPUT_MAX ((size_t)1 << 20)

struct py_tree {
	struct py_block *block;
	const struct py_expr *root;
};

/* An operator between two operands. */
struct infix {
	const char *text, *second; /* two words: "not" "in" */
	const char *op;
	enum py_level level;
	bool word;
};

static const struct infix infixes[] = {
	{"or", NULL, "or", PY_LEVEL_OR, true},
	{"and", NULL, "and", PY_LEVEL_AND, true},
	{"in", NULL, "in", PY_LEVEL_COMPARE, true},
	{"not", "in", "not in", PY_LEVEL_COMPARE, true},
	{"is", "not", "is not", PY_LEVEL_COMPARE, true},
	{"is", NULL, "is", PY_LEVEL_COMPARE, true},
	{"<", NULL, "<", PY_LEVEL_COMPARE, false},
	{"<=", NULL, "<=", PY_LEVEL_COMPARE, false},
	{">", NULL, ">", PY_LEVEL_COMPARE, false},
	{">=", NULL, ">=", PY_LEVEL_COMPARE, false},
	{"==", NULL, "==", PY_LEVEL_COMPARE, false},
	{"!=", NULL, "!=", PY_LEVEL_COMPARE, false},
	{"+", NULL, "+", PY_LEVEL_SUM, false},
	{"-", NULL, "-", PY_LEVEL_SUM, false},
	{"*", NULL, "*", PY_LEVEL_PRODUCT, false},
	{"/", NULL, "/", PY_LEVEL_PRODUCT, false},
	{"//", NULL, "//", PY_LEVEL_PRODUCT, false},
	{"%", NULL, "%", PY_LEVEL_PRODUCT, false},
};

static const struct infix *at_infix(const struct py_parser *p)
{
	struct py_scan ahead = p->scan;
	struct py_token second = py_next(&ahead);

	for (size_t i = 0; i < sizeof(infixes) / sizeof(infixes[0]); i++) {
		const struct infix *x = &infixes[i];
		if (py_is(p->tok, x->word ? PY_NAME : PY_PUNCT, x->text) &&
			(!x->second || py_is(second, PY_NAME, x->second)))
			return x;
	}
	return NULL;
}

static int advance_infix(struct py_parser *p, const struct infix *x)
{
	return py_advance(p) || (x->second && py_advance(p)) ? -1 : 0;
}

/* a < b, or a < b <= c ... */
static struct py_expr *compare(struct py_parser *p, struct py_expr *first)
{
	const struct infix *x = at_infix(p), *more;
	const struct py_expr **tail;
	struct py_expr *right, *e;

	if (advance_infix(p, x) || !(right = py_infix(p, PY_LEVEL_SUM)))
		return NULL;
	more = at_infix(p);
	if (!more || more->level != PY_LEVEL_COMPARE)
		return py_join_two(p, PY_F_BINARY, x->op, first, right);
	e = py_node(p, PY_F_CHAIN, p->begin + first->at);
	if (!e)
		return NULL;
	tail = &e->arg;
	if (py_operand(p, e, &tail, first))
		return NULL;
	for (;;) {
		right = py_join(p, PY_F_UNARY, x->op, &right, 1);
		if (py_operand(p, e, &tail, right))
			return NULL;
		x = at_infix(p);
		if (!x || x->level != PY_LEVEL_COMPARE)
			return e;
		if (advance_infix(p, x))
			return NULL;
		right = py_infix(p, PY_LEVEL_SUM);
	}
}

static struct py_expr *negation(struct py_parser *p)
{
	const char *at = p->tok.p;
	struct py_expr *e = NULL;

	if (!py_enter(p))
		return NULL;
	if (py_advance(p) == 0) {
		e = py_infix(p, PY_LEVEL_NOT);
		e = py_join(p, PY_F_UNARY, "not", &e, 1);
	}
	if (e)
		e->at = (size_t)(at - p->begin);
	p->depth--;
	return e;
}

static struct py_expr *unary(struct py_parser *p);

/* Binds tighter than a sign before it and less than one after it. */
static struct py_expr *power(struct py_parser *p)
{
	struct py_expr *base = py_primary(p);

	if (!base || !py_at(p, "**"))
		return base;
	if (py_advance(p))
		return NULL;
	return py_join_two(p, PY_F_BINARY, "**", base, unary(p));
}

static struct py_expr *unary(struct py_parser *p)
{
	const char op[2] = {p->tok.p == p->scan.end ? '\0' : *p->tok.p, '\0'};
	const char *at = p->tok.p;
	struct py_expr *e = NULL;

	if (!py_enter(p))
		return NULL;
	if (!py_at(p, "-") && !py_at(p, "+")) {
		e = power(p);
	} else if (py_advance(p) == 0) {
		e = unary(p);
		e = py_join(p, PY_F_UNARY, op, &e, 1);
		if (e)
			e->at = (size_t)(at - p->begin);
	}
	p->depth--;
	return e;
}

/* Operators of LEAST and tighter, from left to right. */
struct py_expr *py_infix(struct py_parser *p, enum py_level least)
{
	struct py_expr *left;
	const struct infix *x;

	left = least <= PY_LEVEL_NOT && py_at_word(p, "not") ? negation(p)
							     : unary(p);
	while (left && (x = at_infix(p)) && x->level >= least) {
		if (x->level == PY_LEVEL_COMPARE)
			left = compare(p, left);
		else if (py_advance(p))
			return NULL;
		else
			left = py_join_two(p, PY_F_BINARY, x->op, left,
				py_infix(p, x->level + 1));
	}
	return left;
}

static struct py_expr *lambda(struct py_parser *p)
{
	struct py_expr *e = py_node(p, PY_F_LAMBDA, p->tok.p);
	const struct py_expr **tail;

	if (!e || py_advance(p) ||
		py_take_name(p, e, "the one parameter of a lambda") ||
		py_take(p, ":", "':' after the one parameter of a lambda"))
		return NULL;
	tail = &e->arg;
	return py_operand(p, e, &tail, py_parse_expr(p)) ? NULL : e;
}

/* A, and what may follow it: "if C else B". */
static struct py_expr *conditional(struct py_parser *p, struct py_expr *a)
{
	struct py_expr *c;

	if (py_advance(p) || !(c = py_infix(p, PY_LEVEL_OR)))
		return NULL;
	if (!py_at_word(p, "else"))
		return py_unexpected(p, "'else'");
	if (py_advance(p))
		return NULL;
	return py_join(p, PY_F_IF, "",
		(struct py_expr *const[]){a, c, py_parse_expr(p)}, 3);
}

struct py_expr *py_parse_expr(struct py_parser *p)
{
	struct py_expr *e;

	if (!py_enter(p))
		return NULL;
	if (py_at_word(p, "lambda")) {
		e = lambda(p);
	} else {
		e = py_infix(p, PY_LEVEL_OR);
		if (e && py_at_word(p, "if"))
			e = conditional(p, e);
	}
	p->depth--;
	return e;
}

int py_parse(struct py_tree **ret, const char *s, size_t n, size_t *where,
	struct diag *d)
{
	struct py_tree *t;
	struct py_parser p = {
		.scan = {s, s + n}, .begin = s, .where = where, .d = d};

	*where = 0;
	if (n > INPUT_MAX)
		return diag_set(d, DIAG_USAGE,
			"an expression of %zu bytes; expected at most %zu", n,
			INPUT_MAX);
	t = calloc(1, sizeof(*t));
	if (!t)
		return diag_nomem(d, sizeof(*t));
	p.block = &t->block;
	if (py_advance(&p) == 0)
		t->root = py_parse_expr(&p);
	if (t->root && p.tok.kind != PY_END)
		t->root = py_unexpected(&p, "an operator or the end");
	if (!t->root) {
		py_tree_free(t);
		return -1;
	}
	*ret = t;
	return 0;
}

const struct py_expr *py_root(const struct py_tree *t)
{
	return t->root;
}

bool py_tree_holds(const struct py_tree *t, const void *p)
{
	return py_block_holds(t->block, p);
}

void py_tree_free(struct py_tree *t)
{
	if (!t)
		return;
	py_block_free(t->block);
	free(t);
}
