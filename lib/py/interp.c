/* SPDX-License-Identifier: MIT */
/*
 * Interpreters: what each form of node does, running modules, and values that
 * are given as text, NAME=EXPRESSION.
 */
#include <string.h>

#include "base/str.h"
#include "py/py_impl.h"

/* What the other files know of one another through an interpreter alone. */
static const struct py_evaluator evaluator = {
	.call = py_call_value,
	.value =
		{
			[PY_ATTR] = py_eval_attr,
			[PY_INDEX] = py_eval_index,
			[PY_CALL] = py_eval_call,
			[PY_DEF] = py_eval_definition,
			[PY_CLASS] = py_eval_definition,
			[PY_DECORATED] = py_eval_definition,
		},
	.assign =
		{
			[PY_ATTR] = py_assign_attr,
			[PY_INDEX] = py_assign_index,
		},
};

struct py *py_new(const struct py_host *host)
{
	return py_interpreter(host, &evaluator);
}

int py_exec(struct py_run *r, struct py_module *m, struct py_value *ret)
{
	struct py_frame *f = py_frame_new(r, 0, NULL, m);
	struct py_module *around = r->module;
	const struct py_state before = py_state_of(r);
	struct py_value v = py_none();
	int flow;

	if (!f)
		return -1;
	r->module = m;
	flow = m->root->form == PY_BLOCK ? py_exec_each(r, m->root, f, &v)
					 : py_eval(r, m->root, f, &v);
	/* A host may load one module while another runs. */
	r->module = around;
	py_go_back(r, &before);
	if (flow < 0)
		return -1;
	if (ret)
		*ret = v;
	return 0;
}

bool py_try_exec(struct py_run *r, struct py_module *m)
{
	const struct py_state before = py_state_of(r);
	const struct py_error error = r->error;
	const struct diag diag = r->diag;
	const struct py_class *raised = r->raised;
	const unsigned followed = r->followed;
	bool done;

	r->followed = 0;
	done = py_exec(r, m, NULL) == 0;
	r->followed = followed;
	if (!done)
		py_forget(r, &before);
	/* What failed may be looked into, and come to M. */
	r->error = error;
	r->diag = diag;
	r->raised = raised;
	return done;
}

int py_eval_of(struct py_run *r, struct py_module *m, const struct py_node *e,
	struct py_value *ret)
{
	struct py_frame *f = py_frame_new(r, 0, NULL, m);
	struct py_module *around = r->module;
	int done = -1;

	r->module = m;
	if (f)
		done = py_eval(r, e, f, ret);
	r->module = around;
	return done;
}

bool py_runs_text(const struct py_run *r)
{
	const struct py_calling *c = r->calling;

	while (c && c->frame->script)
		c = c->up;
	return !c;
}

/*
 * Whether variables that E, an expression, asks for are those of the innermost
 * body that R runs: not of a clause in it, nor of a def around it or beside.
 */
static bool stands_here(const struct py_run *r, const struct py_node *e)
{
	const struct py_node *up = py_uses_local(e) ? e->up : NULL;

	while (up && !up->scope)
		up = up->up;
	return !up || (r->calling && r->calling->active.def == up);
}

bool py_try_here(
	struct py_run *r, const struct py_node *e, struct py_value *ret)
{
	const struct py_state before = py_state_of(r);
	const struct py_error error = r->error;
	const struct diag diag = r->diag;
	const struct py_class *raised = r->raised;
	int done;

	if (!stands_here(r, e))
		return false;
	done = r->calling ? py_eval(r, e, r->calling->frame, ret)
			  : py_eval_of(r, r->module, e, ret);
	if (done < 0)
		py_forget(r, &before);
	/* What is skipped for its error may have something in it tried. */
	r->error = error;
	r->diag = diag;
	r->raised = raised;
	return done == 0;
}

/* --- NAME=EXPRESSION -------------------------------------------------- */

/* Where NAME ends in "NAME=EXPRESSION": at the first = outside brackets. */
static size_t define_name(const char *s)
{
	unsigned open = 0;
	char quote = '\0';

	for (size_t i = 0; s[i]; i++) {
		if (quote) {
			quote = s[i] == quote ? '\0' : quote;
		} else if (s[i] == '"' || s[i] == '\'') {
			quote = s[i];
		} else if (strchr("([{", s[i])) {
			open++;
		} else if (open && strchr(")]}", s[i])) {
			open--;
		} else if (!open && s[i] == '=') {
			return i;
		}
	}
	return 0;
}

/* What -D defined before M is known in M. */
static int define_earlier(struct py *p, struct py_module *m)
{
	struct py_value v;

	for (const struct py_defined *x = p->defined; x; x = x->before)
		if (!py_global(m, x->name.s, x->name.n, &v) &&
			py_define(m, x->name.s, x->name.n, x->value) < 0)
			return -1;
	return 0;
}

/*
 * The value of S[0..N), which asks no host; of a name, it is what UNKNOWN
 * values are called.
 */
static int plain_value(struct py *p, const char *s, size_t n, bool is_name,
	struct py_module **m, struct py_value *ret, struct diag *d)
{
	const struct py_host *host = p->host;
	size_t at;
	int done;

	if (py_parse_expr(p, s, n, m, &at, d) < 0)
		return -1;
	if (!is_name && define_earlier(p, *m) < 0)
		return diag_nomem(d, n);
	p->host = NULL;
	done = py_exec(&p->build, *m, ret);
	p->host = host;
	if (done < 0)
		*d = *py_run_error(&p->build).diag;
	return done;
}

static int remember(
	struct py *p, const struct py_str *name, const struct py_value *v)
{
	struct py_defined *x = py_alloc(&p->build, sizeof(*x));

	if (!x)
		return -1;
	*x = (struct py_defined){*name, *v, p->defined};
	p->defined = x;
	return 0;
}

static int names_nothing(struct diag *d)
{
	return diag_set(d, DIAG_USAGE, "names nothing; expected NAME=VALUE");
}

int py_parse_define(struct py *p, const char *s, struct py_str *path,
	struct py_value *ret, struct diag *d)
{
	size_t n = define_name(s);
	struct py_module *m;
	struct py_value name;

	if (n == 0 || (s[0] != '_' && !str_is_letter(s[0]) &&
			      !((unsigned char)s[0] & 0x80)))
		return names_nothing(d);
	if (plain_value(p, s, n, true, &m, &name, d) < 0)
		return d->class == DIAG_USAGE ? names_nothing(d) : -1;
	if (m->root->form == PY_NAME)
		*path = m->root->s;
	else if (name.type != PY_UNKNOWN)
		return names_nothing(d);
	else if (py_make_plain(p, name.u.unknown->path.s,
			 name.u.unknown->path.n, path) < 0)
		return diag_nomem(d, n);
	if (s[n + 1] == '\0')
		return diag_set(d, DIAG_USAGE, "no value; expected %.*s=VALUE",
			(int)n, s);
	/* scheduler=lambda is a word, too. */
	if (strcmp(s + n + 1, "lambda") == 0)
		return py_new_str(&p->build, "lambda", 6, ret) < 0 ||
				       remember(p, path, ret) < 0
			       ? diag_nomem(d, n)
			       : 0;
	if (plain_value(p, s + n + 1, strlen(s + n + 1), false, &m, ret, d) <
		0) {
		d->place[0] = '\0';
		return -1;
	}
	if (ret->type == PY_UNKNOWN && m->root->form != PY_NAME)
		return diag_set(d, DIAG_USAGE,
			"no value in itself; expected %.*s=VALUE", (int)n, s);
	/* scheduler=exp is the word more likely than the function, math.exp. */
	if ((ret->type == PY_UNKNOWN ||
		    (ret->type == PY_NATIVE && m->root->form == PY_NAME)) &&
		py_new_str(&p->build, m->root->s.s, m->root->s.n, ret) < 0)
		return diag_nomem(d, n);
	return remember(p, path, ret) < 0 ? diag_nomem(d, n) : 0;
}
