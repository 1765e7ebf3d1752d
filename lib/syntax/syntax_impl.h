/* SPDX-License-Identifier: MIT */
/*
 * Inside of lib/syntax: what its files share, under the name of each.  A tree
 * is in the memory of the parser's run; what returns NULL or -1 has said why in
 * p->d.
 */
#ifndef SYNTAX_SYNTAX_IMPL_H
#define SYNTAX_SYNTAX_IMPL_H

#include "builtin/builtin.h"
#include "object/object_impl.h"
#include "syntax/syntax.h"

/* --- lex.c ------------------------------------------------------------- */

enum py_kind {
	PY_T_END,
	PY_T_NAME,
	PY_T_COLUMN, /* a name, whatever it is spelled like */
	PY_T_KEYWORD,
	PY_T_NUMBER,
	PY_T_STRING, /* text with prefix and quotes */
	PY_T_PUNCT,
	PY_T_NEWLINE,
	PY_T_INDENT,
	PY_T_DEDENT,
	PY_T_BAD, /* why says what is the matter */
};

struct py_token {
	enum py_kind kind;
	const char *p; /* borrowed from the text scanned */
	size_t n;
	const char *why;
};

#define PY_INDENT_MAX 64

struct py_lexer {
	const char *p, *end;
	unsigned brackets; /* open ones: newlines are blanks within */
	bool line_begun;   /* a token of the logical line was given */
	bool columns;      /* names are those of columns */
	bool alone;        /* but one line stands where the first does */
	int pending;       /* dedents still to give */
	unsigned nindent;
	size_t indent[PY_INDENT_MAX]; /* columns of the open blocks */
};

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

/* P reads S[0..N); LINES: newlines and indentation mean something. */
void py_tok_begin(struct parser *p, const char *s, size_t n, bool lines);

/* Where S, which is in what P reads, is in the module's text. */
size_t py_tok_offset(const struct parser *p, const char *s);

/* Reads the next token into P->tok; behind the last, its end again. */
void py_tok_advance(struct parser *p);

/* Not understood: at S, with FMT, or the token at hand.  Return NULL. */
struct py_node *py_tok_fail(struct parser *p, const char *s, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
struct py_node *py_tok_unexpected(struct parser *p, const char *expected);

/* Whether TEXT is next; behind what is next; whether a name is. */
bool py_tok_is(const struct parser *p, const char *text);
bool py_tok_next_is(const struct parser *p, const char *text);
bool py_tok_is_name(const struct parser *p);

/* Takes TEXT if it is next. */
bool py_tok_take(struct parser *p, const char *text);

/* Takes TEXT, which must be next: returns 0, or -1 with what was found. */
int py_tok_need(struct parser *p, const char *text);

/* A comma, in what CLOSE ends. */
int py_tok_need_comma(struct parser *p, const char *close);

/* A node of FORM at WHERE, or at the token at hand; NULL without memory. */
struct py_node *py_node_new(struct parser *p, enum py_form form, size_t where);
struct py_node *py_node_here(struct parser *p, enum py_form form);

/* A node of FORM with a name: the token at hand, which is taken. */
struct py_node *py_node_named(struct parser *p, enum py_form form);

/* OBJECT.NAME: the token at hand must be a name, and is taken. */
struct py_node *py_node_attribute(struct parser *p, struct py_node *object);

/* E, whose last operand KID becomes; NULL: too deep, or there is no KID. */
struct py_node *py_node_add(
	struct parser *p, struct py_node *e, struct py_node *kid);
/* The same, before the others. */
struct py_node *py_node_add_first(
	struct parser *p, struct py_node *e, struct py_node *kid);

/* "..." ends at what was taken last; blanks behind do not count. */
struct py_node *py_node_end(struct parser *p, struct py_node *e);

/* One level deeper in nested text: 0, or -1 if that is too deep. */
int py_read_deeper(struct parser *p);

/* E gets a scope of its own: 0, or -1. */
int py_node_scope(struct parser *p, struct py_node *e);

/* --- literal.c --------------------------------------------------------- */

/* A number at hand. */
struct py_node *py_read_number(struct parser *p);

/* S[0..N) in *RET, its escapes undone unless RAW: 0, or -1. */
int py_read_text(struct parser *p, const char *s, size_t n, bool raw,
	struct py_value *ret);

/* --- expr.c ------------------------------------------------------------ */

/* A name, literal or bracket; the same with (...), [...], .NAME behind it. */
struct py_node *py_read_atom(struct parser *p);
struct py_node *py_read_primary(struct parser *p);

/* What stands in (), from the bracket on, as operands of E: 0, or -1. */
int py_read_arguments(struct parser *p, struct py_node *e);

/* Whether "+=" or its kin is at hand, and of which operator. */
bool py_is_augmenting(const struct parser *p, enum py_op *ret);

/* Parameters up to CLOSE, which stays; annotations are read over. */
int py_read_parameters(struct parser *p, struct py_node *f, const char *close);
struct py_node *py_read_expr(struct parser *p);

/* What ends a list of expressions without brackets. */
bool py_ends_list(const struct parser *p);

/* a or a, b: a tuple if there is a comma. */
struct py_node *py_read_expr_list(struct parser *p, const char *expected);

/* E, which may be assigned to; NULL: it may not. */
struct py_node *py_as_target(struct parser *p, struct py_node *e);

/* a, (b, c): what a for binds, up to its in. */
struct py_node *py_read_targets(struct parser *p);

/* --- pattern.c --------------------------------------------------------- */

/* What is no path is given a name: its own text, which none can be. */
struct py_node *py_keep_subject(
	struct parser *p, struct py_node *e, struct py_node *subject);

/*
 * The pattern of a case with its guard, as a condition of SUBJECT; ANY: it is
 * _, which is true of all.
 */
struct py_node *py_read_case(
	struct parser *p, const struct py_node *subject, bool *any);

/* --- stmt.c ------------------------------------------------------------ */

/* A statement with the blocks in it; NULL: *p->d says what is wrong. */
struct py_node *py_read_statement(struct parser *p);

/* --- scope.c ----------------------------------------------------------- */

/*
 * Says of every NAME of M where its value is.  Returns 0, or -1 for no memory.
 */
int py_resolve(struct py_module *m);

#endif
