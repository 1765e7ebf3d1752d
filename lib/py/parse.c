/* SPDX-License-Identifier: MIT */
/*
 * Tokens into the tree: what the other files of the parser are made of, and
 * modules.  Where one is read tolerantly, a statement that is not understood
 * becomes PY_BAD.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "py/py_impl.h"

/* --- nodes ---------------------------------------------------------------- */

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
	p->tok = py_lex(&p->lex);
}

bool py_tok_is(const struct parser *p, const char *text)
{
	return py_token_is(&p->tok, text);
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

struct py_node *py_node_named(struct parser *p, enum py_form form, size_t where)
{
	struct py_node *e = py_node_new(p, form, where);

	if (!e)
		return NULL;
	e->s = (struct py_str){.s = p->tok.p, .n = p->tok.n};
	e->end = py_tok_offset(p, p->tok.p + p->tok.n);
	py_tok_advance(p);
	return e;
}

/* KID is about to become an operand of E. */
static int grow(struct parser *p, struct py_node *e, const struct py_node *kid)
{
	if (!kid)
		return -1;
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

int py_node_add(struct parser *p, struct py_node *e, struct py_node *kid)
{
	if (grow(p, e, kid) < 0)
		return -1;
	if (e->last)
		e->last->next = kid;
	else
		e->arg = kid;
	e->last = kid;
	return 0;
}

int py_node_add_first(struct parser *p, struct py_node *e, struct py_node *kid)
{
	if (grow(p, e, kid) < 0)
		return -1;
	kid->next = e->arg;
	e->arg = kid;
	if (!e->last)
		e->last = kid;
	return 0;
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

/* --- modules -------------------------------------------------------------- */

static struct py_node *statements_of(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_BLOCK);

	while (e && p->tok.kind != PY_T_END) {
		if (p->tok.kind == PY_T_NEWLINE || p->tok.kind == PY_T_DEDENT) {
			py_tok_advance(p);
			continue;
		}
		if (p->tok.kind == PY_T_INDENT && !p->module->tolerant)
			return py_tok_unexpected(p, "no indentation here");
		if (p->tok.kind == PY_T_INDENT)
			py_tok_advance(p);
		else if (py_node_add(p, e, py_read_statement(p)) < 0)
			return NULL;
	}
	return e;
}

/* "3:14" of the offset of a mistake. */
static void place(const struct py_module *m, size_t where, struct diag *d)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < where && i < m->n; i++) {
		column++;
		if (m->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	diag_at(d, "%zu:%zu", line, column);
}

/* M's text from AT to END as its root. */
static int read_span(struct py_module *m, size_t at, size_t end, bool lines,
	size_t *where, struct diag *d)
{
	struct py_run *run = &m->py->build;
	struct parser p = {.run = run, .module = m, .d = d, .at = where};

	*where = at;
	d->class = DIAG_NONE;
	py_lex_init(&p.lex, m->text + at, end - at, lines);
	py_tok_advance(&p);
	m->root = lines ? statements_of(&p) : py_read_expr_list(&p, "a value");
	if (m->root && p.tok.kind != PY_T_END)
		m->root = py_tok_unexpected(&p, "nothing more");
	if (!m->root) {
		if (d->class == DIAG_NONE)
			*d = run->diag; /* of memory */
		else if (d->class == DIAG_USAGE)
			place(m, *where, d);
		return -1;
	}
	if (py_resolve(m) < 0) {
		*d = run->diag;
		return -1;
	}
	return 0;
}

static struct py_module *new_module(
	struct py *p, const char *s, size_t n, struct diag *d)
{
	struct py_module *m = py_new_module(p);

	if (!m) {
		*d = p->build.diag;
		return NULL;
	}
	m->text = s;
	m->n = n;
	return m;
}

int py_parse(struct py *p, const char *s, size_t n, bool tolerant,
	struct py_module **ret, size_t *at, struct diag *d)
{
	*at = 0;
	*ret = new_module(p, s, n, d);
	if (!*ret)
		return -1;
	(*ret)->tolerant = tolerant;
	return read_span(*ret, 0, n, true, at, d);
}

int py_parse_expr(struct py *p, const char *s, size_t n, struct py_module **ret,
	size_t *at, struct diag *d)
{
	*at = 0;
	*ret = new_module(p, s, n, d);
	return *ret ? read_span(*ret, 0, n, false, at, d) : -1;
}

int py_parse_defs(struct py *p, const char *s, size_t n, const char *local,
	struct py_module **ret)
{
	struct diag d;

	*ret = new_module(p, s, n, &d);
	if (!*ret)
		return -1;
	(*ret)->local = local;
	return 0;
}

int py_read_defs(struct py_module *m, size_t at, size_t end, size_t *where,
	struct diag *d)
{
	return read_span(m, at, end, true, where, d);
}

const struct py_str *py_global_name(const struct py_module *m, size_t i)
{
	return i < m->nglobal ? &m->global[i].s : NULL;
}

const struct py_node *py_root(const struct py_module *m)
{
	return m->root;
}
