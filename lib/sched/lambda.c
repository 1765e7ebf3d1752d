/* SPDX-License-Identifier: MIT */
/*
 * Keys whose value is a lambda, as in of=(lambda t:0.95**t): read and compiled.
 */
#include <stddef.h>

#include "sched/parse.h"
#include "text/py_expr.h"

int sched_parse_lambda(
	struct parser *p, struct span name, struct span s, struct py_fn **ret)
{
	const struct py_expr *e, *bad = NULL;
	struct py_tree *tree = NULL;
	size_t where = 0;
	int r;

	if (py_parse(&tree, s.s, s.n, &where, p->d))
		return sched_fail_at(p, s.s + where);
	e = py_root(tree);
	if (e->form != PY_F_LAMBDA) {
		py_tree_free(tree);
		return sched_fail(p, s.s,
			"%.*s=%.*s is no lambda; expected %.*s=(lambda t:...)",
			(int)name.n, name.s, (int)s.n, s.s, (int)name.n,
			name.s);
	}
	r = py_fn_new(ret, e, p->env->names, &bad, p->d);
	where = bad ? bad->at : 0;
	py_tree_free(tree);
	return r ? sched_fail_at(p, s.s + where) : 0;
}
