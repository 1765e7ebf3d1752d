/* SPDX-License-Identifier: MIT */
/*
 * What is being built: the values that it has beside the language's, and who
 * owns them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "making/making.h"
#include "sched/sched.h"

const char call_constructor_type[] = "a constructor";
const char call_recipe_type[] = "a schedule";
const char call_node_type[] = "a schedule";
const char call_columns_type[] = "columns";
const char call_optimizer_type[] = "an optimizer";

/* The build that R is part of: what the host is handed is this. */
struct call_build *call_build_of(struct py_run *r)
{
	return py_host_of(r)->ctx;
}

bool call_is_step(const struct call_build *b, const struct py_str *s)
{
	for (const struct call_define *x = b->define; x; x = x->next)
		if (x->is_step && call_same_name(&x->path, s))
			return true;
	return false;
}

bool call_is_defined(const struct call_build *b, const struct py_str *s)
{
	const struct call_define *x = b->define;

	while (x && !call_same_name(&x->path, s))
		x = x->next;
	return x != NULL;
}

bool call_is_users(const struct call_build *b, const struct py_module *m)
{
	for (size_t i = 0; i < b->nown; i++)
		if (m && m == b->own[i].module)
			return true;
	return m == b->user;
}

bool call_is(const struct py_value *v, const char *type)
{
	return v->type == PY_OPAQUE && v->u.opaque->type == type;
}

void call_add_line(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool ends = s[i] == '\n';
		buf_addc(b, ends ? ' ' : s[i]);
		while (ends && i + 1 < n && s[i + 1] == ' ')
			i++;
	}
}

bool call_is_open(const struct call_constructor *c)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&c->def, i)); i++)
		if (p->op == 'k' && p->s.n > 0)
			return true;
	return false;
}

struct py_str call_name_of(const struct call_constructor *c)
{
	return py_def(&c->def)->s;
}

/* What calls of schedules look at. */
static void free_called(struct call_build *b)
{
	for (struct call_recipe *x = b->made; x; x = x->made_before) {
		sched_free(x->own);
		x->own = NULL;
	}
}

void call_release(void *ctx)
{
	struct call_build *b = ctx;

	if (--b->nref > 0)
		return;
	free_called(b);
	py_free(b->py);
	free(b->failed_arg);
	free(b->defaulted);
	free(b->text);
	free(b);
}

/* What a build that holds the closure is told of its end. */
static void release_own(void *ctx)
{
	(void)ctx;
}

struct sched_fn *call_closure_new(
	struct call_build *b, const struct py_value *f, char *source)
{
	struct sched_fn *fn = sched_closure_new(
		b->py, *f, source, b->placing ? release_own : call_release, b);

	if (fn && !b->placing)
		b->nref++;
	return fn;
}

/* What nobody took. */
void call_free_nodes(struct call_build *b)
{
	for (struct call_node *n = b->node; n; n = n->next)
		sched_free(n->node);
	b->node = NULL;
}

void call_see(struct py_run *r, const struct py_node *at)
{
	struct call_build *b = call_build_of(r);
	struct call_seen *x = &b->seen;

	if (!b->live && r == py_builder(b->py) &&
		call_is_users(b, py_running(r)) && x->n < CALL_NSEEN &&
		!call_was_seen(b, at))
		x->at[x->n++] = at->at;
}

bool call_was_seen(const struct call_build *b, const struct py_node *at)
{
	const struct call_seen *x = &b->seen;
	size_t i = 0;

	while (i < x->n && x->at[i] != at->at)
		i++;
	return i < x->n;
}

void call_note_moved(struct call_build *b, const struct py_node *at)
{
	if (call_was_seen(b, at))
		for (size_t i = 0; i < CALL_NLOOP && i < b->running.n; i++)
			b->running.moved[i] = true;
}

void call_leave_unsaid(
	struct call_build *b, enum call_unsaid what, const struct py_node *at)
{
	b->unsaid.what = what;
	b->unsaid.at = at;
}

size_t call_line(const struct call_build *b, size_t at)
{
	size_t begin = at;

	while (begin > 0 && b->text[begin - 1] != '\0')
		begin--;
	return str_line_of(b->text + begin, at - begin);
}

/* Where R's error is in the user's text. */
size_t call_error_place(const struct call_build *b, const struct py_run *r)
{
	struct py_error e = py_run_error(r);
	const struct py_unknown *u = b->unknown ? b->unknown : e.unknown;

	/* Where what has no value stands: only the user's text has such. */
	if (u && u->at && u->at->at < strlen(b->text))
		return u->at->at;
	if (b->blamed)
		return b->where;
	/* Where no module runs, what was read of the text is looked at. */
	return e.at && (e.module == b->user || !e.module) &&
			       e.diag->class != DIAG_NOMEM &&
			       e.at->at < strlen(b->text)
		       ? e.at->at
		       : 0;
}

int call_keep_text(struct call_node *n, const char *s, size_t len)
{
	if (!n->node || n->node->call)
		return 0;
	n->node->call = strndup(s, len);
	return n->node->call ? 0 : -1;
}

int call_new_node(struct py_run *r, struct sched *node, double past_end,
	struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct call_node *n = node ? py_alloc(r, sizeof(*n)) : NULL;

	if (!n) {
		sched_free(node);
		return node ? -1 : py_raise_nomem(r, sizeof(*node));
	}
	n->node = node;
	n->past_end = past_end;
	n->next = b->node;
	b->node = n;
	return py_new_opaque(r, call_node_type, n, ret);
}

const struct sched_names *call_names_of(struct py_run *r)
{
	return call_build_of(r)->names;
}

struct sched *call_take(
	struct py_run *r, const struct py_node *at, struct call_node *n)
{
	struct sched *node = n->node;

	if (!node)
		py_raise(r, at,
			"a schedule used twice; expected one of its "
			"own for each use");
	n->node = NULL;
	return node;
}

int call_failed_first(struct py_run *r, const struct py_error *e)
{
	const bool of_step = e->exception && !e->unknown;
	struct py_error own = *e;
	struct diag d = *e->diag;

	if (e->arithmetic || (call_build_of(r)->later && of_step))
		return 0;
	if (of_step && d.class == DIAG_USAGE)
		diag_set(&d, DIAG_USAGE, "%s (at step 0%s)", e->diag->text,
			call_names_of(r)->not_first);
	own.diag = &d;
	return py_raise_again(r, &own);
}

int call_raise_unknown(struct py_run *r, const struct py_value *v)
{
	const struct py_unknown *u = v->u.unknown;
	struct py_value own;

	if (py_new_unknown_as(r, u->at, u->path.s, u->path.n, u, &own) < 0)
		return -1;
	return py_raise_unknown(r, NULL, &own);
}
