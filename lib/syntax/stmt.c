/* SPDX-License-Identifier: MIT */
/*
 * Statements (Python language reference 3.11, 7 and 8).
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "syntax/syntax_impl.h"

static struct py_node *augment(
	struct parser *p, struct py_node *target, enum py_op op)
{
	struct py_node *e = py_node_new(p, PY_AUGMENT, target->at);

	py_tok_advance(p);
	if (!e || !py_as_target(p, target) || !py_node_add(p, e, target) ||
		!py_node_add(p, e, py_read_expr_list(p, "a value")))
		return NULL;
	e->op = (unsigned char)op;
	return e;
}

/* ": T" behind a target; without a value it only makes the name local. */
static struct py_node *annotated(struct parser *p, struct py_node *target)
{
	struct py_node *e = py_node_new(p, PY_ANNOTATE, target->at);

	if (!e || !py_as_target(p, target) || !py_read_expr(p) ||
		!py_node_add(p, e, target))
		return NULL;
	if (!py_tok_take(p, "="))
		return e;
	e->form = PY_ASSIGN;
	e->op = 'a';
	return py_node_add_first(p, e, py_read_expr_list(p, "a value"));
}

/* a = b = value, a += value, a: T = value, value. */
static struct py_node *assignment(struct parser *p)
{
	struct py_node *last = py_read_expr_list(p, "a statement"), *e;
	enum py_op op;

	if (!last)
		return NULL;
	if (last->form != PY_MAKE_TUPLE && py_tok_take(p, ":"))
		return annotated(p, last);
	if (py_is_augmenting(p, &op))
		return augment(p, last, op);
	e = py_node_new(p, py_tok_is(p, "=") ? PY_ASSIGN : PY_EXPR, last->at);
	while (e && py_tok_take(p, "=")) {
		if (!py_as_target(p, last) || !py_node_add(p, e, last))
			return NULL;
		last = py_read_expr_list(p, "a value");
	}
	return e ? py_node_add_first(p, e, last) : NULL;
}

/* Whether the text, an excerpt, ends here: the lines of a head may be cut. */
static bool is_cut(const struct parser *p)
{
	const char *s = p->tok.p;

	while (s < p->lex.end && strchr(" \t\r\n", *s))
		s++;
	return p->module->tolerant && s >= p->lex.end;
}

/* What follows the colon: a block of its own, or statements on the line. */
static struct py_node *block(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_BLOCK);

	if (!e || py_tok_need(p, ":") < 0)
		return NULL;
	if (p->tok.kind != PY_T_NEWLINE) {
		do {
			if (!py_node_add(p, e, py_read_statement(p)))
				return NULL;
		} while (p->more);
		return e;
	}
	py_tok_advance(p);
	if (p->tok.kind != PY_T_INDENT && is_cut(p))
		return e;
	if (p->tok.kind != PY_T_INDENT)
		return py_tok_unexpected(p,
			"an indented block (its lines may have lost their "
			"indentation)");
	py_tok_advance(p);
	while (p->tok.kind != PY_T_DEDENT && p->tok.kind != PY_T_END)
		if (!py_node_add(p, e, py_read_statement(p)))
			return NULL;
	if (p->tok.kind == PY_T_DEDENT)
		py_tok_advance(p);
	return e;
}

static struct py_node *if_statement(struct parser *p, struct py_node *e)
{
	do {
		if (!py_node_add(p, e, py_read_expr_list(p, "a condition")) ||
			!py_node_add(p, e, block(p)))
			return NULL;
	} while (py_tok_take(p, "elif"));
	if (py_tok_take(p, "else") && !py_node_add(p, e, block(p)))
		return NULL;
	return e;
}

static struct py_node *while_statement(struct parser *p, struct py_node *e)
{
	if (!py_node_add(p, e, py_read_expr_list(p, "a condition")) ||
		!py_node_add(p, e, block(p)))
		return NULL;
	return py_tok_take(p, "else") ? py_node_add(p, e, block(p)) : e;
}

static struct py_node *for_statement(struct parser *p, struct py_node *e)
{
	if (!py_node_add(p, e, py_read_targets(p)) ||
		py_tok_need(p, "in") < 0 ||
		!py_node_add(p, e, py_read_expr_list(p, "a list")) ||
		!py_node_add(p, e, block(p)))
		return NULL;
	return py_tok_take(p, "else") ? py_node_add(p, e, block(p)) : e;
}

/* with X as Y: Y = X, and the block; what X does around it is not seen. */
static struct py_node *with_statement(struct parser *p, struct py_node *e)
{
	do {
		struct py_node *x = py_read_expr(p), *set;
		if (!x)
			return NULL;
		if (!py_tok_take(p, "as"))
			continue;
		set = py_node_new(p, PY_ASSIGN, x->at);
		if (!set || !py_node_add(p, set, x) ||
			!py_node_add(
				p, set, py_as_target(p, py_read_primary(p))) ||
			!py_node_add(p, e, set))
			return NULL;
	} while (py_tok_take(p, ","));
	return py_node_add(p, e, block(p));
}

/* A block behind a word; KIND tells it from others of its statement. */
static struct py_node *word_block(struct parser *p, unsigned char kind)
{
	struct py_node *e = block(p);

	if (e)
		e->op = kind;
	return e;
}

/* except CLASS as NAME: an operand for the class, if any, and the block. */
static struct py_node *handler(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_EXCEPT);

	py_tok_take(p, "*");
	if (!e || (!py_tok_is(p, ":") && !py_node_add(p, e, py_read_expr(p))))
		return NULL;
	if (py_tok_take(p, "as")) {
		struct py_node *name = py_as_target(p, py_read_atom(p));
		if (!py_node_add(p, e, name))
			return NULL;
	}
	return py_node_add(p, e, block(p));
}

static struct py_node *try_statement(struct parser *p, struct py_node *e)
{
	if (!py_node_add(p, e, block(p)))
		return NULL;
	while (py_tok_take(p, "except"))
		if (!py_node_add(p, e, handler(p)))
			return NULL;
	if (py_tok_take(p, "else") && !py_node_add(p, e, word_block(p, 'e')))
		return NULL;
	return py_tok_take(p, "finally") ? py_node_add(p, e, word_block(p, 'f'))
					 : e;
}

/* Operands: the block, then the parameters. */
static struct py_node *def_statement(struct parser *p, struct py_node *e)
{
	struct py_scope *outer = p->scope;
	struct py_node *body;

	if (!py_tok_is_name(p))
		return py_tok_unexpected(p, "a name");
	e->s = (struct py_str){.s = p->tok.p, .n = p->tok.n};
	py_tok_advance(p);
	if (py_node_scope(p, e) < 0 || py_tok_need(p, "(") < 0 ||
		py_read_parameters(p, e, ")") < 0)
		return NULL;
	py_tok_advance(p);
	if (py_tok_take(p, "->") && !py_read_expr(p))
		return NULL;
	p->scope = e->scope;
	body = block(p);
	p->scope = outer;
	return py_node_add_first(p, e, body);
}

/* Operands: the block, then the bases. */
static struct py_node *class_statement(struct parser *p, struct py_node *e)
{
	if (!py_tok_is_name(p))
		return py_tok_unexpected(p, "a name");
	e->s = (struct py_str){.s = p->tok.p, .n = p->tok.n};
	py_tok_advance(p);
	if (py_node_scope(p, e) < 0)
		return NULL;
	e->scope->is_class = true;
	if (py_tok_is(p, "(") && py_read_arguments(p, e) < 0)
		return NULL;
	return py_node_add_first(p, e, block(p));
}

static struct py_node *return_statement(struct parser *p, struct py_node *e)
{
	if (!py_ends_list(p) &&
		!py_node_add(p, e, py_read_expr_list(p, "a value")))
		return NULL;
	/* raise X from Y */
	if (e->form == PY_RAISE && py_tok_take(p, "from") && !py_read_expr(p))
		return NULL;
	return e;
}

/* yield, yield value, yield from values */
static struct py_node *yield_statement(struct parser *p, struct py_node *e)
{
	if (!p->scope)
		return py_tok_unexpected(p, "it in a def");
	p->scope->yields = true;
	if (py_tok_take(p, "from")) {
		e->op = 'f';
		return py_node_add(p, e, py_read_expr(p));
	}
	return return_statement(p, e);
}

static struct py_node *assert_statement(struct parser *p, struct py_node *e)
{
	if (!py_node_add(p, e, py_read_expr(p)))
		return NULL;
	return py_tok_take(p, ",") ? py_node_add(p, e, py_read_expr(p)) : e;
}

static struct py_node *bare_statement(struct parser *p, struct py_node *e)
{
	(void)p;
	return e;
}

static struct py_node *global_statement(struct parser *p, struct py_node *e)
{
	do {
		if (!py_tok_is_name(p))
			return py_tok_unexpected(p, "a name");
		if (!py_node_add(p, e, py_node_named(p, PY_NAME)))
			return NULL;
	} while (py_tok_take(p, ","));
	return e;
}

static struct py_node *del_statement(struct parser *p, struct py_node *e)
{
	return py_node_add(
		p, e, py_as_target(p, py_read_expr_list(p, "a name")));
}

/* a.b.c at hand, taken into *RET; relative ones begin with dots. */
static int dotted(struct parser *p, struct py_str *ret)
{
	const char *s = p->tok.p, *end = s;

	while (py_tok_is(p, ".") || py_tok_is(p, "...")) {
		end = p->tok.p + p->tok.n;
		py_tok_advance(p);
	}
	while (py_tok_is_name(p)) {
		end = p->tok.p + p->tok.n;
		py_tok_advance(p);
		if (!py_tok_is(p, "."))
			break;
		py_tok_advance(p);
	}
	*ret = (struct py_str){.s = s, .n = (size_t)(end - s)};
	if (end > s)
		return 0;
	py_tok_unexpected(p, "a module");
	return -1;
}

/* The constant S[0..N). */
static struct py_node *text_node(
	struct parser *p, size_t where, const char *s, size_t n)
{
	struct py_node *e = py_node_new(p, PY_CONST, where);

	if (e && py_new_str(p->run, s, n, &e->value) < 0) {
		*p->d = p->run->diag;
		return NULL;
	}
	return e;
}

/*
 * One name that an import binds: NAME stands for PATH, the first part of WHOLE
 * unless that is NULL.
 */
static struct py_node *imported(struct parser *p, size_t where,
	struct py_str name, const char *path, size_t n,
	const struct py_str *whole)
{
	struct py_node *e = py_node_new(p, PY_IMPORT, where);

	struct py_node *kid = e ? text_node(p, where, path, n) : NULL;

	if (!kid || !py_node_add(p, e, kid))
		return NULL;
	e->s = name;
	kid = whole ? text_node(p, where, whole->s, whole->n) : NULL;
	return whole ? (kid ? py_node_add(p, e, kid) : NULL) : e;
}

/* import a.b, c as d */
static struct py_node *import_statement(struct parser *p, struct py_node *e)
{
	e->form = PY_BLOCK;
	do {
		struct py_str path, name, whole;
		const char *dot;

		if (dotted(p, &path) < 0)
			return NULL;
		dot = memchr(path.s, '.', path.n);
		name = whole = path;
		if (py_tok_take(p, "as")) {
			name = (struct py_str){.s = p->tok.p, .n = p->tok.n};
			py_tok_advance(p);
		} else if (dot) {
			path.n = name.n = (size_t)(dot - path.s);
		}
		if (!py_node_add(p, e,
			    imported(p, e->at, name, path.s, path.n, &whole)))
			return NULL;
	} while (py_tok_take(p, ","));
	return e;
}

#define PATH_MAX_NBYTES 256

/* from a.b import c, d as e; import * */
static struct py_node *from_statement(struct parser *p, struct py_node *e)
{
	char path[PATH_MAX_NBYTES];
	struct py_str module, name;
	bool brackets;

	e->form = PY_BLOCK;
	if (dotted(p, &module) < 0 || py_tok_need(p, "import") < 0)
		return NULL;
	if (py_tok_take(p, "*")) {
		p->module->star_math =
			p->module->star_math || py_str_is(&module, "math", 4);
		e->op = py_is_module(&module) ? 0 : '*';
		e->s = module;
		return e;
	}
	brackets = py_tok_take(p, "(");
	do {
		if (brackets && py_tok_is(p, ")"))
			break;
		if (!py_tok_is_name(p))
			return py_tok_unexpected(p, "a name");
		name = (struct py_str){.s = p->tok.p, .n = p->tok.n};
		py_tok_advance(p);
		int n = snprintf(path, sizeof(path), "%.*s.%.*s",
			STR_ARG(module), STR_ARG(name));
		if (py_tok_take(p, "as")) {
			name = (struct py_str){.s = p->tok.p, .n = p->tok.n};
			py_tok_advance(p);
		}
		if (n < 0 || (size_t)n >= sizeof(path))
			return py_tok_unexpected(p, "a shorter name");
		if (!py_node_add(p, e,
			    imported(p, e->at, name, path, (size_t)n, NULL)))
			return NULL;
	} while (py_tok_take(p, ","));
	return brackets && py_tok_need(p, ")") < 0 ? NULL : e;
}

static const struct {
	const char *word;
	struct py_node *(*parse)(struct parser *p, struct py_node *e);
	enum py_form form;
	bool compound;
} statements[] = {
	{"if", if_statement, PY_IF, true},
	{"while", while_statement, PY_WHILE, true},
	{"for", for_statement, PY_FOR, true},
	{"def", def_statement, PY_DEF, true},
	{"class", class_statement, PY_CLASS, true},
	{"with", with_statement, PY_BLOCK, true},
	{"try", try_statement, PY_TRY, true},
	{"return", return_statement, PY_RETURN, false},
	{"yield", yield_statement, PY_YIELD, false},
	{"break", bare_statement, PY_BREAK, false},
	{"continue", bare_statement, PY_CONTINUE, false},
	{"pass", bare_statement, PY_PASS, false},
	{"import", import_statement, PY_IMPORT, false},
	{"from", from_statement, PY_IMPORT, false},
	{"global", global_statement, PY_GLOBAL, false},
	{"nonlocal", global_statement, PY_NONLOCAL, false},
	{"assert", assert_statement, PY_ASSERT, false},
	{"raise", return_statement, PY_RAISE, false},
	{"del", del_statement, PY_DEL, false},
};

/* The cases up to the end of their block, as conditions and blocks of E. */
static struct py_node *cases(
	struct parser *p, struct py_node *e, const struct py_node *subject)
{
	bool last = false;

	while (py_tok_take(p, "case")) {
		bool any;
		struct py_node *condition = py_read_case(p, subject, &any);

		if (last)
			return py_tok_unexpected(p, "nothing behind case _");
		last = any;
		if (!condition || (!last && !py_node_add(p, e, condition)) ||
			!py_node_add(p, e, block(p)))
			return NULL;
	}
	if (p->tok.kind == PY_T_DEDENT)
		py_tok_advance(p);
	else if (p->tok.kind != PY_T_END)
		return py_tok_unexpected(p, "case");
	return e->arg->next ? e : py_tok_unexpected(p, "case");
}

/* match SUBJECT: with its block of cases to come; false: something else. */
static bool begins(struct parser *p, struct py_node **subject)
{
	py_tok_advance(p);
	*subject = py_read_expr_list(p, "a value");
	if (!*subject || !py_tok_take(p, ":") || p->tok.kind != PY_T_NEWLINE)
		return false;
	py_tok_advance(p);
	if (p->tok.kind != PY_T_INDENT)
		return false;
	py_tok_advance(p);
	return py_tok_is(p, "case");
}

static int match(struct parser *p, struct py_node **ret)
{
	const struct parser before = *p;
	struct py_node *e = py_node_here(p, PY_BLOCK), *subject, *choice;

	if (!py_tok_is(p, "match"))
		return 0;
	if (!begins(p, &subject)) {
		/* match = 3, match(x): a name like another */
		*p = before;
		p->d->class = DIAG_NONE;
		return 0;
	}
	*ret = NULL;
	choice = e ? py_node_new(p, PY_IF, e->at) : NULL;
	subject = choice ? py_keep_subject(p, e, subject) : NULL;
	if (subject && cases(p, choice, subject) && py_node_add(p, e, choice))
		*ret = e;
	return 1;
}

/* Ends a simple statement: at a line's end, or at a semicolon. */
static int end_statement(struct parser *p)
{
	bool semicolon = py_tok_take(p, ";");

	p->more = false;
	if (p->tok.kind == PY_T_NEWLINE) {
		py_tok_advance(p);
		return 0;
	}
	if (p->tok.kind == PY_T_END || p->tok.kind == PY_T_DEDENT)
		return 0;
	p->more = semicolon;
	if (semicolon)
		return 0;
	py_tok_unexpected(p, "the end of the line");
	return -1;
}

/* Operands: the decorator, then the def or class, which may have more. */
static struct py_node *decorated(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_DECORATED);

	if (!e || !py_node_add(p, e, py_read_expr(p)) || end_statement(p) < 0 ||
		!py_node_add(p, e, py_read_statement(p)))
		return NULL;
	return e;
}

static struct py_node *plain_statement(struct parser *p)
{
	struct py_node *e;

	if (py_tok_take(p, "@"))
		return decorated(p);
	if (match(p, &e))
		return e;
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		if (!py_tok_is(p, statements[i].word))
			continue;
		e = py_node_here(p, statements[i].form);
		py_tok_advance(p);
		e = e ? statements[i].parse(p, e) : NULL;
		if (e && !statements[i].compound && end_statement(p) < 0)
			return NULL;
		return e;
	}
	if (p->tok.kind == PY_T_KEYWORD && !py_tok_is(p, "lambda") &&
		!py_tok_is(p, "not"))
		return py_tok_unexpected(p,
			"a statement of the subset: assignments, if, for, "
			"while, def, return");
	e = assignment(p);
	return e && end_statement(p) < 0 ? NULL : e;
}

/* Goes on behind the statement that begins at START and was not understood. */
static void skip_statement(struct parser *p, const struct py_lexer *start)
{
	int depth = 0;
	const char *last = p->tok.p;

	p->lex = *start;
	py_tok_advance(p);
	while (p->tok.kind != PY_T_END) {
		enum py_kind kind = p->tok.kind;

		if (kind == PY_T_BAD) {
			/* Nothing is sure but that a line ends somewhere. */
			p->lex.brackets = 0;
			while (p->lex.p < p->lex.end && *p->lex.p != '\n')
				p->lex.p++;
		} else if (kind == PY_T_INDENT) {
			depth++;
		} else if (kind == PY_T_DEDENT && --depth < 0) {
			return; /* the block around ends */
		}
		py_tok_advance(p);
		if (depth == 0 &&
			(kind == PY_T_NEWLINE || kind == PY_T_DEDENT) &&
			p->tok.kind != PY_T_INDENT && p->tok.p >= last)
			return;
	}
}

struct py_node *py_read_statement(struct parser *p)
{
	/* The lexer behind the token at hand, to begin anew with it. */
	struct py_lexer start = p->lex;
	const char *first = p->tok.p;
	unsigned depth = p->depth;
	struct py_node *e;

	if (py_read_deeper(p) < 0)
		return NULL;
	e = plain_statement(p);
	p->depth = depth;
	if (e || !p->module->tolerant || p->d->class != DIAG_USAGE)
		return e;
	e = py_node_new(p, PY_BAD, *p->at);
	if (!e || py_new_str(p->run, p->d->text, strlen(p->d->text),
			  &e->value) < 0)
		return NULL;
	p->d->class = DIAG_NONE;
	p->more = false;
	skip_statement(p, &start);
	e->s = (struct py_str){.s = first, .n = (size_t)(p->tok.p - first)};
	return e;
}
