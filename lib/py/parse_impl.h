/* SPDX-License-Identifier: MIT */
/*
 * What the files of the parser share.  A tree is in the memory of the parser's
 * run; what returns NULL or -1 has said why in p->d.
 */
#ifndef PY_PARSE_IMPL_H
#define PY_PARSE_IMPL_H

#include "py/py_impl.h"

struct parser {
	struct py_run *run; /* whose memory the tree is in */
	struct py_module *module;
	struct py_lexer lex;
	struct py_token tok;
	unsigned depth;
	struct py_scope *scope; /* of the def that is read; NULL */
	bool more; /* a semicolon ended the last statement, and not its line */
	struct diag *d;
	size_t *at;
};

/* --- parse.c ------------------------------------------------------------- */

size_t py_tok_offset(const struct parser *p, const char *s);
struct py_node *py_tok_fail(
	struct parser *p, const char *s, const char *fmt, ...);
struct py_node *py_tok_unexpected(struct parser *p, const char *expected);
void py_tok_advance(struct parser *p);
bool py_tok_is(const struct parser *p, const char *text);

/* Takes TEXT if it is next. */
bool py_tok_take(struct parser *p, const char *text);
int py_tok_need(struct parser *p, const char *text);

/* A comma, in what CLOSE ends. */
int py_tok_need_comma(struct parser *p, const char *close);
struct py_node *py_node_new(struct parser *p, enum py_form form, size_t where);
struct py_node *py_node_here(struct parser *p, enum py_form form);

/* A name or attribute: the token at hand, which is taken. */
struct py_node *py_node_named(
	struct parser *p, enum py_form form, size_t where);

/* KID becomes the last operand of E.  Returns 0, or -1: too deep, no KID. */
int py_node_add(struct parser *p, struct py_node *e, struct py_node *kid);
/* The same, before the others. */
int py_node_add_first(struct parser *p, struct py_node *e, struct py_node *kid);

/* "..." ends at what was taken last; blanks behind do not count. */
struct py_node *py_node_end(struct parser *p, struct py_node *e);
int py_read_deeper(struct parser *p);

/* --- parse_atom.c -------------------------------------------------------- */

bool py_is_identifier(const struct py_token *t);

/* An `if`-less condition or an iterable: no conditional expression. */
struct py_node *py_read_or_test(struct parser *p);

/* ITEM (and VALUE, of a dict) with the clauses that follow. */
struct py_node *py_read_comprehension(struct parser *p, enum py_form form,
	struct py_node *item, struct py_node *value);

/* An item of a list or tuple: *x too. */
struct py_node *py_read_item(struct parser *p);

struct py_node *py_read_atom(struct parser *p);

/* --- parse_expr.c -------------------------------------------------------- */

/*
 * Binary operators: an operand to the left keeps what binds tighter than LEFT,
 * the one to the right what binds tighter than RIGHT.
 */
struct py_binary {
	const char *text;
	unsigned char form, op, left, right;
};

extern const struct py_binary py_binaries[];
extern const size_t py_nbinary;

struct py_node *py_read_primary(struct parser *p);

/* What stands in (), from the bracket on, as operands of E: 0, or -1. */
int py_read_arguments(struct parser *p, struct py_node *e);

/* What binds tighter than LIMIT. */
struct py_node *py_read_subexpr(struct parser *p, unsigned limit);

/* Parameters up to CLOSE, which stays; annotations are read over. */
int py_read_parameters(struct parser *p, struct py_node *f, const char *close);
int py_read_scope(struct parser *p, struct py_node *e);
struct py_node *py_read_expr(struct parser *p);

/* What ends a list of expressions without brackets. */
bool py_ends_list(const struct parser *p);

/* a or a, b: a tuple if there is a comma. */
struct py_node *py_read_expr_list(struct parser *p, const char *expected);

/* --- parse_stmt.c -------------------------------------------------------- */

/* a, (b, c): what a for binds, up to its in. */
struct py_node *py_read_targets(struct parser *p);
struct py_node *py_read_statement(struct parser *p);

/* What follows the colon: a block of its own, or statements on the line. */
struct py_node *py_read_block(struct parser *p);

/* --- parse_match.c -------------------------------------------------------- */

/* A match at hand into *RET, NULL as ever: 1, or 0 if the word is a name. */
int py_read_match(struct parser *p, struct py_node **ret);

#endif
