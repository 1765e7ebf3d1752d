/* SPDX-License-Identifier: MIT */
/*
 * What every rule of the parser is made of: tokens taken, nodes built, and
 * mistakes told with their place.
 */
#include <string.h>

#include "base/diag.h"
#include "text/py_parse.h"

static const char too_deep[] = "nests too deep; expected at most 64 brackets, "
			       "operators and calls inside one another";
_Static_assert(PY_DEPTH_MAX == 64, "as the message says");

void *py_fail(struct py_parser *p, const char *at, const char *text)
{
	*p->where = (size_t)(at - p->begin);
	diag_set(p->d, DIAG_USAGE, "%s", text);
	return NULL;
}

void *py_unexpected(struct py_parser *p, const char *expected)
{
	*p->where = (size_t)(p->tok.p - p->begin);
	if (p->tok.kind == PY_END)
		diag_set(p->d, DIAG_USAGE, "ends too early; expected %s",
			expected);
	else
		diag_set(p->d, DIAG_USAGE, "unexpected '%.*s'; expected %s",
			(int)(p->tok.n < 40 ? p->tok.n : 40), p->tok.p,
			expected);
	return NULL;
}

int py_advance(struct py_parser *p)
{
	p->tok = py_next(&p->scan);
	if (p->tok.kind != PY_BAD)
		return 0;
	if (p->tok.p[0] == '\'' || p->tok.p[0] == '"')
		py_fail(p, p->tok.p, "string without end; expected its quote");
	else
		py_unexpected(p, "a Python expression");
	return -1;
}

bool py_at(const struct py_parser *p, const char *s)
{
	return py_is(p->tok, PY_PUNCT, s);
}

bool py_at_word(const struct py_parser *p, const char *s)
{
	return py_is(p->tok, PY_NAME, s);
}

int py_take(struct py_parser *p, const char *punct, const char *expected)
{
	if (!py_at(p, punct))
		return py_unexpected(p, expected), -1;
	return py_advance(p);
}

struct py_expr *py_node(struct py_parser *p, enum py_form form, const char *at)
{
	struct py_expr *e = py_block_alloc(p->block, sizeof(*e));

	if (!e) {
		diag_nomem(p->d, sizeof(*e));
		return NULL;
	}
	e->form = form;
	e->at = (size_t)(at - p->begin);
	return e;
}

int py_operand(struct py_parser *p, struct py_expr *e,
	const struct py_expr ***tail, struct py_expr *child)
{
	if (!child)
		return -1;
	if (child->height >= PY_DEPTH_MAX) {
		py_fail(p, p->begin + e->at, too_deep);
		return -1;
	}
	if (e->height <= child->height)
		e->height = child->height + 1;
	**tail = child;
	*tail = &child->next;
	return 0;
}

struct py_expr *py_join(struct py_parser *p, enum py_form form, const char *op,
	struct py_expr *const *child, size_t n)
{
	const struct py_expr **tail;
	struct py_expr *e;

	if (!child[0])
		return NULL;
	e = py_node(p, form, p->begin + child[0]->at);
	if (!e)
		return NULL;
	memcpy(e->op, op, strlen(op) + 1);
	tail = &e->arg;
	for (size_t i = 0; i < n; i++)
		if (py_operand(p, e, &tail, child[i]))
			return NULL;
	return e;
}

struct py_expr *py_join_two(struct py_parser *p, enum py_form form,
	const char *op, struct py_expr *a, struct py_expr *b)
{
	return py_join(p, form, op, (struct py_expr *const[]){a, b}, 2);
}

bool py_enter(struct py_parser *p)
{
	if (p->depth < PY_DEPTH_MAX) {
		p->depth++;
		return true;
	}
	py_fail(p, p->tok.p, too_deep);
	return false;
}

char *py_copy(struct py_parser *p, const char *s, size_t n)
{
	char *copy = py_block_alloc(p->block, n + 1);

	if (copy)
		memcpy(copy, s, n);
	else
		diag_nomem(p->d, n);
	return copy;
}

int py_take_name(struct py_parser *p, struct py_expr *e, const char *expected)
{
	if (p->tok.kind != PY_NAME || py_is_keyword(p->tok))
		return py_unexpected(p, expected), -1;
	e->n = p->tok.n;
	e->s = py_copy(p, p->tok.p, p->tok.n);
	return e->s ? py_advance(p) : -1;
}

bool py_is_keyword(struct py_token t)
{
	static const char *const words[] = {"and", "as", "class", "def", "else",
		"for", "from", "if", "import", "in", "is", "lambda", "not",
		"or", "return", "while", "with", "yield", "async", "await",
		"True", "False", "None"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (py_is(t, PY_NAME, words[i]))
			return true;
	return false;
}
