/* SPDX-License-Identifier: MIT */
/*
 * Python's arithmetic on doubles, for py_eval() and compiled lambdas alike.
 */
#ifndef TEXT_PY_MATH_H
#define TEXT_PY_MATH_H

#include <stdbool.h>
#include <stddef.h>

enum py_op {
	PY_OP_ADD,
	PY_OP_SUB,
	PY_OP_MUL,
	PY_OP_DIV,
	PY_OP_FLOOR_DIV,
	PY_OP_MOD,
	PY_OP_POW,
	PY_OP_LT,
	PY_OP_LE,
	PY_OP_GT,
	PY_OP_GE,
	PY_OP_EQ,
	PY_OP_NE,
	PY_OP_NONE, /* in, is, and, or, not */
};

/* The operator that OP spells, of two numbers; else PY_OP_NONE. */
enum py_op py_op_of(const char *op);

/*
 * A op B into *RET, a comparison as 0 or 1.  Returns NULL, or what Python
 * would raise ("division by zero").
 */
const char *py_arith(enum py_op op, double a, double b, double *ret);

/* A function of one number; NAN for what Python would raise. */
struct py_math {
	const char *name;
	double (*at)(double);
	bool whole; /* an int comes out, whatever goes in */
};

/* The function NAME (N bytes), bare or after a module; NULL: none. */
const struct py_math *py_math_find(const char *name, size_t n);

/* pi, e, inf, nan, bare or after a module. */
bool py_math_constant(const char *name, size_t n, double *ret);

/* Takes "math.", "np." and the like off a name; whether there was one. */
bool py_math_strip(const char **name, size_t *n);

/* X rounded to NDIGITS decimals, half to even of the exact value. */
double py_round(double x, double ndigits);

#endif
