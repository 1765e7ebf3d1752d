/* SPDX-License-Identifier: MIT */
/*
 * Inside of the built-in functions: a call with its arguments evaluated.
 */
#ifndef TEXT_PY_CALL_H
#define TEXT_PY_CALL_H

#include "text/py_math.h"
#include "text/py_value.h"

struct py_call {
	struct py_eval *x;
	const struct py_expr *e;
	const struct py_value *arg;
	size_t n;
	struct py_value *ret;
	struct diag *d;
};

/* Blames argument I, which is not EXPECTED.  Always returns -1. */
int py_wrong(const struct py_call *c, size_t i, const char *expected);

/* Built-in functions: *C's ret set.  Return 0, or -1 with its diag set. */
int py_run_math(const struct py_call *c, const struct py_math *m);
int py_run_pow(const struct py_call *c);
int py_run_log(const struct py_call *c);
int py_run_round(const struct py_call *c);

#endif
