/* SPDX-License-Identifier: MIT */
/* A text as a program of lib/py: read, run, its functions called. */
#ifndef FUZZ_PY_H
#define FUZZ_PY_H

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "numpy/numpy.h"
#include "py/py.h"

/* Every function among the values of M, as a schedule calls it. */
static void call_functions(struct py *p, const struct py_module *m)
{
	static const char *const names[] = {"f", "g", "a", "x", "lr"};
	struct py_run *r = py_run_new(p);
	struct py_value f, v, x = py_int(7);

	for (size_t i = 0; r && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!py_global(m, names[i], strlen(names[i]), &f))
			continue;
		if (py_call(r, &f, &x, 1, &v) < 0 &&
			py_run_error(r).diag->text[0] == '\0')
			abort();
	}
	py_run_free(r);
}

/* Returns whether it was read and ran. */
static bool check_module(const char *s, size_t n,
	int (*parse)(struct py *p, const char *s, size_t n,
		struct py_module **m, size_t *at, struct diag *d))
{
	struct py *p = py_new(&numpy_host);
	struct py_value v = py_none();
	struct py_module *m;
	struct buf b = {0};
	struct diag d = {.text = ""};
	size_t at = 0;
	bool ran = false;

	if (!p)
		abort();
	if (parse(p, s, n, &m, &at, &d) < 0) {
		if (at > n || d.text[0] == '\0')
			abort();
	} else if (py_exec(py_builder(p), m, &v) < 0) {
		if (py_run_error(py_builder(p)).diag->text[0] == '\0')
			abort();
	} else {
		py_repr(&b, &v);
		py_show(&b, m, py_root(m));
		if (!buf_text(&b))
			abort();
		call_functions(p, m);
		ran = true;
	}
	buf_free(&b);
	py_free(p);
	return ran;
}

static int strict(struct py *p, const char *s, size_t n, struct py_module **m,
	size_t *at, struct diag *d)
{
	return py_parse(p, s, n, false, m, at, d);
}

static int tolerant(struct py *p, const char *s, size_t n, struct py_module **m,
	size_t *at, struct diag *d)
{
	return py_parse(p, s, n, true, m, at, d);
}

/* As ever more lenient readers see it, until one can make something of it. */
static void check_text(const char *s, size_t n)
{
	if (!check_module(s, n, py_parse_expr) && !check_module(s, n, strict))
		check_module(s, n, tolerant);
}

#endif
