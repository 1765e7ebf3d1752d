/* SPDX-License-Identifier: MIT */
/*
 * Inside of the Python parser: its state, and the rules that call one another
 * across files.  A rule returns a node, which lives as long as the tree, or
 * NULL; an int is 0, or -1; with NULL and -1 the state's diag is set.
 */
#ifndef TEXT_PY_PARSE_H
#define TEXT_PY_PARSE_H

#include "text/py.h"
#include "text/py_block.h"
#include "text/py_expr.h"

enum py_level {
	PY_LEVEL_OR,
	PY_LEVEL_AND,
	PY_LEVEL_NOT,
	PY_LEVEL_COMPARE,
	PY_LEVEL_SUM,
	PY_LEVEL_PRODUCT,
	PY_LEVEL_NONE,
};

struct py_parser {
	struct py_scan scan;
	struct py_token tok;
	const char *begin;
	struct py_block **block;
	unsigned depth;
	size_t *where;
	struct diag *d;
};

/* The mistake TEXT at AT.  Returns NULL. */
void *py_fail(struct py_parser *p, const char *at, const char *text);

/* The current token is not what should stand there.  Returns NULL. */
void *py_unexpected(struct py_parser *p, const char *expected);

/* The next token becomes the current one. */
int py_advance(struct py_parser *p);
bool py_at(const struct py_parser *p, const char *punct);
bool py_at_word(const struct py_parser *p, const char *word);

/* Steps over PUNCT, or says what was EXPECTED. */
int py_take(struct py_parser *p, const char *punct, const char *expected);

struct py_expr *py_node(struct py_parser *p, enum py_form form, const char *at);

/*
 * Makes CHILD the last operand of E, at *TAIL.  Returns 0, or -1 if CHILD is
 * NULL, a failure already told, or too high.
 */
int py_operand(struct py_parser *p, struct py_expr *e,
	const struct py_expr ***tail, struct py_expr *child);

/* A node of N operands; a NULL among them is a failure already told. */
struct py_expr *py_join(struct py_parser *p, enum py_form form, const char *op,
	struct py_expr *const *child, size_t n);
struct py_expr *py_join_two(struct py_parser *p, enum py_form form,
	const char *op, struct py_expr *a, struct py_expr *b);

/* Enters a level of recursion; leaving is "p->depth--". */
bool py_enter(struct py_parser *p);

/* N bytes of S and a NUL, or NULL for no memory. */
char *py_copy(struct py_parser *p, const char *s, size_t n);

/* A name that is no keyword, as the s of E. */
int py_take_name(struct py_parser *p, struct py_expr *e, const char *expected);
bool py_is_keyword(struct py_token t);

/* Rules: all; operators of LEAST and tighter; signs and powers; the rest. */
struct py_expr *py_parse_expr(struct py_parser *p);
struct py_expr *py_infix(struct py_parser *p, enum py_level least);
struct py_expr *py_primary(struct py_parser *p);

/* The token T as the value of E. */
int py_number(struct py_parser *p, struct py_expr *e);
int py_string(struct py_parser *p, struct py_expr *e);

#endif
