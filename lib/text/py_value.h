/* SPDX-License-Identifier: MIT */
/*
 * Inside of the evaluation of Python expressions: values, and the functions
 * that are built in.
 */
#ifndef TEXT_PY_VALUE_H
#define TEXT_PY_VALUE_H

#include "base/diag.h"
#include "text/py_expr.h"

/* Items of one list or range. */
#define PY_ITEMS_MAX ((size_t)1000000)

/* Operations of one evaluation. */
#define PY_STEP_MAX 10000000

struct py_value py_float(double x);
struct py_value py_int(double x); /* a FLOAT if it is inf or nan */
struct py_value py_bool(bool x);

/* The innermost of NAMES that is S[0..N), or NULL. */
const struct py_name *py_name_find(
	const struct py_name *names, const char *s, size_t n);

/* "a string", "None" ... */
const char *py_type_name(const struct py_value *v);

/*
 * Python's A == B; what it compared is added to *WORK, and false where that
 * becomes too much.
 */
bool py_equal(const struct py_value *a, const struct py_value *b, size_t *work);

/* Below, at or above 0; -2 where Python has no order. */
int py_order(const struct py_value *a, const struct py_value *b);

/* Blames E: DIAG_USAGE with FMT.  Returns -1. */
int py_blame(struct py_eval *x, const struct py_expr *e, struct diag *d,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Room for the source of an expression in a message. */
#define PY_TEXT_MAX 64

/* The source of E, cut to fit.  Returns OUT. */
const char *py_text(char out[PY_TEXT_MAX], const struct py_expr *e);

/* Counts N operations of E.  Returns 0, or -1 if they become too many. */
int py_charge(
	struct py_eval *x, const struct py_expr *e, size_t n, struct diag *d);

/* No more memory, of the system or of what an evaluation may have.  -1. */
int py_no_room(struct py_eval *x, const struct py_expr *e, size_t nbytes,
	struct diag *d);

/* N items for a list in *RET, to be filled in. */
struct py_value *py_new_list(struct py_eval *x, const struct py_expr *e,
	size_t n, struct py_value *ret, struct diag *d);

/* A OP B, for E. */
int py_operate(struct py_eval *x, const struct py_expr *e, const char *op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret, struct diag *d);

/*
 * In code that V, an item of the comprehension E, holds: its name becomes the
 * value it has NOW, inside of lambdas the LAST it will have.
 */
int py_bind(struct py_eval *x, const struct py_expr *e,
	const struct py_value *now, const struct py_value *last,
	struct py_value *v, struct diag *d);

/*
 * The built-in function that E calls: 1 with *RET set, 0 if there is none,
 * -1 with D set.
 */
int py_builtin(struct py_eval *x, const struct py_expr *e, struct py_value *ret,
	struct diag *d);

#endif
