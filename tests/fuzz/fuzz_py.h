/* SPDX-License-Identifier: MIT */
/*
 * What must hold for every text that is a Python expression: it is shown and
 * read again, evaluated, compiled.
 */
#ifndef FUZZ_PY_H
#define FUZZ_PY_H

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "text/py_expr.h"

/* What is shown must be read again, to the same source. */
static void check_show(const struct py_expr *e)
{
	struct buf once = {0}, twice = {0};
	struct py_tree *t;
	struct diag d;
	size_t at;

	if (py_show_expr(&once, e))
		abort();
	/* A method's call is shown as a function's, one level deeper. */
	if (py_parse(&t, once.data, once.len, &at, &d) == 0) {
		if (py_show_expr(&twice, py_root(t)) || twice.len != once.len)
			abort();
		py_tree_free(t);
	} else if (e->height < PY_DEPTH_MAX / 2) {
		abort();
	}
	buf_free(&once);
	buf_free(&twice);
}

static void check_lambda(const struct py_expr *e)
{
	const struct py_expr *where;
	struct py_fn *f;
	struct diag d;

	if (py_fn_new(&f, e, NULL, &where, &d))
		return;
	py_fn_at(f, 0);
	py_fn_at(f, 1e6);
	py_fn_free(f);
}

static void check_text(const char *text, size_t n)
{
	struct py_eval x = {0};
	struct buf b = {0};
	struct py_value v;
	struct py_tree *t;
	struct diag d;
	size_t at;

	if (py_parse(&t, text, n, &at, &d)) {
		if (at > n || !d.text[0])
			abort();
		return;
	}
	check_show(py_root(t));
	if (py_eval(&x, py_root(t), &v, &d) == 0 && py_show(&b, &v))
		abort();
	check_lambda(py_root(t));
	buf_free(&b);
	py_eval_free(&x);
	py_tree_free(t);
}

#endif
