/* SPDX-License-Identifier: MIT */
/*
 * Keys whose value is a lambda, as in of=(lambda t:0.95**t): read, and called
 * at each step.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "py/py.h"
#include "sched/closure.h"
#include "sched/parse.h"

struct lambda {
	struct py *py;
	struct py_module *module;
	char *text;
};

static void release(void *ctx)
{
	struct lambda *l = ctx;

	py_free(l->py);
	free(l->text);
	free(l);
}

/* What the user defined, the last of a name first. */
static int define(
	const struct lambda *l, const struct sched_env *env, struct diag *d)
{
	for (size_t i = env->ndefine; i-- > 0;) {
		struct py_str path;
		struct py_value v, old;

		if (py_parse_define(l->py, env->define[i], &path, &v, d) < 0)
			return -1;
		if (!py_global(l->module, path.s, path.n, &old) &&
			py_define(l->module, path.s, path.n, v) < 0)
			return diag_nomem(d, path.n);
	}
	return 0;
}

/* A name in E that has no value, or NULL. */
static const struct py_node *unknown(
	const struct py_module *m, const struct py_node *e)
{
	const struct py_node *found = NULL;
	struct py_value v;

	if (e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		!py_is_known(m, e) && !py_global(m, e->s.s, e->s.n, &v))
		return e;
	if (e->form == PY_ATTR && e->value.type != PY_UNBOUND)
		return NULL;
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		found = unknown(m, kid);
	return found;
}

/* Fails at the byte of S where the run's error is. */
static int fail_run(struct parser *p, struct span s, const struct py_run *r)
{
	struct py_error e = py_run_error(r);

	*p->d = *e.diag;
	return sched_fail_at(p, s.s + (e.at ? e.at->at : 0));
}

/* What is wrong whatever the step is; where that cannot be told, later. */
static int check(struct parser *p, struct span s, const struct lambda *l,
	struct sched_fn *f)
{
	const struct py_node *e = py_root(l->module);
	const struct py_node *bad = unknown(l->module, e);
	struct py_error error;
	struct py_value v;
	struct diag d;

	if (bad)
		return sched_fail(p, s.s + bad->at, "unknown name '%.*s'",
			(int)bad->s.n, bad->s.s);
	if (sched_closure_try(f, 0, &v, &error, &d) == 0 && !py_is_number(&v))
		return sched_fail(p, s.s + e->arg->at,
			"in a lambda: gives %s; expected a number",
			py_type_name(&v));
	return 0;
}

static int load(struct parser *p, struct span name, struct span s,
	struct lambda *l, struct py_value *f)
{
	const struct py_node *param;
	struct py_run *r;
	size_t where = 0;

	l->py = py_new(NULL);
	l->text = malloc(s.n + 1);
	if (!l->py || !l->text)
		return diag_nomem(p->d, s.n);
	memcpy(l->text, s.s, s.n);
	l->text[s.n] = '\0';
	if (py_parse_expr(l->py, l->text, s.n, &l->module, &where, p->d) < 0)
		return sched_fail_at(p, s.s + where);
	if (py_root(l->module)->form != PY_LAMBDA)
		return sched_fail(p, s.s,
			"%.*s=%.*s is no lambda; expected %.*s=(lambda t:...)",
			(int)name.n, name.s, (int)s.n, s.s, (int)name.n,
			name.s);
	r = py_builder(l->py);
	if (define(l, p->env, p->d) < 0)
		return sched_fail_at(p, s.s);
	if (py_exec(r, l->module, f) < 0)
		return fail_run(p, s, r);
	param = py_param(f, 0);
	if (param && (!param->next || param->next->arg))
		return 0;
	return sched_fail(p, s.s,
		"a lambda of %s; expected one argument, the step",
		param ? "several arguments" : "no argument");
}

/* Its source in brackets, with the values of names; NULL for no memory. */
static char *source(const struct lambda *l)
{
	bool bare = l->text[py_root(l->module)->at] != '(';
	struct buf b = {0};

	if ((bare && buf_addc(&b, '(')) ||
		py_show(&b, l->module, py_root(l->module)) ||
		(bare && buf_addc(&b, ')')) || buf_terminate(&b)) {
		buf_free(&b);
		return NULL;
	}
	return b.data;
}

int sched_parse_lambda(struct parser *p, struct span name, struct span s,
	struct sched_fn **ret)
{
	struct lambda *l = calloc(1, sizeof(*l));
	struct sched_fn *f = NULL;
	struct py_value v = py_none();
	char *text;

	if (!l)
		return diag_nomem(p->d, sizeof(*l));
	if (load(p, name, s, l, &v) < 0) {
		release(l);
		return -1;
	}
	text = source(l);
	f = text ? sched_closure_new(l->py, v, text, release, l) : NULL;
	if (!f) {
		free(text);
		release(l);
		return diag_nomem(p->d, s.n);
	}
	*ret = f;
	if (check(p, s, l, f) == 0)
		return 0;
	sched_fn_free(f);
	*ret = NULL;
	return -1;
}
