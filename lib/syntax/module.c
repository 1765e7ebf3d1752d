/* SPDX-License-Identifier: MIT */
/*
 * Modules: text that is read once into a tree, and the names at its top level.
 * Where one is read tolerantly, a statement that is not understood becomes
 * PY_BAD.
 */

#include "syntax/syntax_impl.h"

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
		else if (!py_node_add(p, e, py_read_statement(p)))
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
	py_tok_begin(&p, m->text + at, end - at, lines);
	m->root = lines ? statements_of(&p) : py_read_expr_list(&p, "a value");
	if (m->root && p.tok.kind != PY_T_END)
		m->root = py_tok_unexpected(&p, "an operator or the end");
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
	struct py_module *m = py_alloc(&p->build, sizeof(*m));

	if (!m) {
		*d = p->build.diag;
		return NULL;
	}
	*m = (struct py_module){.py = p, .text = s, .n = n};
	return m;
}

int py_parse(struct py *p, const char *s, size_t n, bool tolerant,
	struct py_module **ret, size_t *at, struct diag *d)
{
	return py_parse_part(p, s, 0, n, tolerant, ret, at, d);
}

int py_parse_part(struct py *p, const char *s, size_t begin, size_t end,
	bool tolerant, struct py_module **ret, size_t *at, struct diag *d)
{
	*at = begin;
	*ret = new_module(p, s, end, d);
	if (!*ret)
		return -1;
	(*ret)->tolerant = tolerant;
	return read_span(*ret, begin, end, true, at, d);
}

int py_parse_expr(struct py *p, const char *s, size_t n, struct py_module **ret,
	size_t *at, struct diag *d)
{
	*at = 0;
	*ret = new_module(p, s, n, d);
	return *ret ? read_span(*ret, 0, n, false, at, d) : -1;
}

struct py *py_new_columns(void)
{
	struct py *p = py_interpreter(NULL, NULL);

	if (p)
		p->columns = true;
	return p;
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

const char *py_text(const struct py_module *m, size_t *n)
{
	*n = m->n;
	return m->text;
}

bool py_peek(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	if (slot < 0)
		return false;
	*ret = m->global[slot].value;
	return ret->type != PY_UNBOUND;
}

bool py_global(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	if (slot >= 0)
		m->global[slot].asked = true;
	return py_peek(m, name, n, ret);
}

bool py_exports(const struct py_module *m, const struct py_str *name)
{
	struct py_value all;

	if (!py_peek(m, "__all__", 7, &all) ||
		(all.type != PY_LIST && all.type != PY_TUPLE))
		return name->n > 0 && *name->s != '_';
	for (size_t i = 0; i < all.u.list->n; i++) {
		const struct py_value *v = &all.u.list->item[i];

		if (v->type == PY_STR && py_str_equal(v->u.str, name))
			return true;
	}
	return false;
}

void py_import_all(struct py_module *to, const struct py_module *from)
{
	for (unsigned i = 0; i < from->nglobal && from != to; i++) {
		const struct py_global *g = &from->global[i];
		long slot =
			g->value.type != PY_UNBOUND && py_exports(from, &g->s)
				? py_global_find(to, &g->s)
				: -1;

		if (slot >= 0 && !to->global[slot].fixed)
			to->global[slot].value = g->value;
	}
}

/* Whether E calls anything. */
static bool has_call(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_CALL)
			return true;
	return false;
}

/* Whether the text of E, NAME.attribute, has NAME from imports alone. */
static bool is_of_import(const struct py_node *e)
{
	const struct py_node *root, *name = e;
	bool imported = false;

	while (name->form == PY_ATTR)
		name = name->arg;
	if (e->form != PY_ATTR || name->form != PY_NAME ||
		name->hops != PY_HOPS_GLOBAL)
		return false;
	for (root = e; root->up;)
		root = root->up;
	for (e = root; e; e = py_walk(root, e)) {
		const struct py_node *t = py_assigned(e);

		if (t && t->form == PY_NAME && py_str_equal(&t->s, &name->s))
			return false;
		imported = imported || (e->form == PY_IMPORT &&
					       py_str_equal(&e->s, &name->s));
	}
	return imported;
}

/* Whether E is a constant, or an item of a name by one. */
static bool is_setting(const struct py_node *e)
{
	return e->form == PY_CONST ||
	       (e->form == PY_INDEX && e->arg->form == PY_NAME &&
		       e->arg->next->form == PY_CONST);
}

static bool calls_module(const struct py_node *e)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next)
		if (!is_setting(a->form == PY_KEYWORD ? a->arg : a))
			return false;
	return is_of_import(e->arg);
}

bool py_is_aside(const struct py_node *s)
{
	const struct py_node *e = s->arg;

	switch ((enum py_form)s->form) {
	case PY_PASS: return true;
	case PY_EXPR:
		return e->form == PY_CONST ||
		       (e->form == PY_CALL && calls_module(e));
	case PY_IF:
	case PY_BLOCK:
		for (; e; e = e->next) {
			bool test = s->form == PY_IF && e->form != PY_BLOCK;

			if (test ? has_call(e) : !py_is_aside(e))
				return false;
		}
		return true;
	default: return false;
	}
}

/* Whether B, a block, ends the run: by raise, or sys.exit. */
static bool stops(const struct py_node *b)
{
	const struct py_node *s = b->arg, *f;

	while (s && s->next)
		s = s->next;
	if (!s || s->form != PY_EXPR || s->arg->form != PY_CALL)
		return s && s->form == PY_RAISE;
	f = s->arg->arg;
	return f->form == PY_NAME ? py_is_word_of(&f->s, "exit quit")
	       : f->form == PY_ATTR
		       ? f->arg->form == PY_NAME &&
				 py_is_word_of(&f->arg->s, "sys os") &&
				 py_is_word_of(&f->s, "exit _exit")
		       : false;
}

int py_goes_on(const struct py_node *e)
{
	const struct py_node *otherwise = e->next->next;

	if (stops(e->next))
		return 0;
	return otherwise && otherwise->form == PY_BLOCK && stops(otherwise)
		       ? 1
		       : -1;
}
