/* SPDX-License-Identifier: MIT */
/*
 * A compiled lambda: instructions for a stack of doubles.  py_compile.c writes
 * them, py_fn.c runs them.
 */
#ifndef TEXT_PY_CODE_H
#define TEXT_PY_CODE_H

#include "text/py_expr.h"

#define PY_STACK_MAX (PY_DEPTH_MAX + 8)

enum py_do {
	PY_DO_CONST,
	PY_DO_PARAM,
	PY_DO_NEG,
	PY_DO_NOT,
	PY_DO_ADD, /* the common operators, for speed */
	PY_DO_SUB,
	PY_DO_MUL,
	PY_DO_ARITH, /* op: enum py_op */
	PY_DO_MATH,
	PY_DO_MIN,
	PY_DO_MAX,
	PY_DO_LOG,
	PY_DO_ROUND,
	PY_DO_INDEX, /* of the table */
	PY_DO_IN,    /* of the table, which ascends */
	PY_DO_JUMP,
	PY_DO_UNLESS,   /* pops; jumps if it is false */
	PY_DO_IF_TRUE,  /* jumps if true, else pops */
	PY_DO_IF_FALSE, /* jumps if false, else pops */
};

struct py_code {
	enum py_do what;
	unsigned op;
	size_t n; /* target of a jump, length of the table */
	union {
		double num;
		double (*at)(double);
		const double *table;
	} u;
};

struct py_fn {
	struct py_code *code;
	size_t n, cap;
	size_t depth;           /* of the stack, at most PY_STACK_MAX */
	struct py_block *block; /* tables */
	char *text;
	size_t text_n;
	bool is_const;
};

/*
 * The *N numbers of LIST, that live as long as F; ORDERED sorts them and drops
 * NaN, which nothing equals.  Returns NULL for no memory.
 */
const double *py_code_table(
	struct py_fn *f, const struct py_value *list, bool ordered, size_t *n);

/* Appends the code of E's body to F.  As py_fn_new(). */
int py_compile(struct py_fn *f, const struct py_expr *e,
	const struct py_name *names, const struct py_expr **where,
	struct diag *d);

#endif
