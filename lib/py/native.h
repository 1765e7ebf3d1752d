/* SPDX-License-Identifier: MIT */
/* What functions in C share: they return 0 with *c->ret, or -1 raised. */
#ifndef PY_NATIVE_H
#define PY_NATIVE_H

#include "py/py_impl.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- builtin.c ------------------------------------------------------------ */

/* Whether argument I was given; whether it was not, or is None. */
bool py_given(const struct py_call *c, size_t i);
bool py_is_none(const struct py_call *c, size_t i);
int py_result(struct py_call *c, struct py_value v);

/* Argument I as an int or a float; *RET is 0 where it is none. */
int py_int_arg(struct py_call *c, size_t i, int64_t *ret);
int py_float_arg(struct py_call *c, size_t i, double *ret);

/* Text in B becomes the result; releases B. */
int py_text_result(struct py_call *c, struct buf *b, int bad);

/* The arguments by name into the dict of the result. */
int py_add_named(struct py_call *c);

/* V's pairs, or a dict's, into D. */
int py_add_pairs(
	struct py_call *c, const struct py_value *v, struct py_list *d);

/* --- order.c -------------------------------------------------------------- */

/* What max, min and sorted are. */
bool py_order_find(const char *name, size_t n, struct py_value *ret);
int py_call_sorted(struct py_call *c);

/* A < B: 1, 0, or -1 raised. */
int py_less(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b);

/* --- tools.c -------------------------------------------------------------- */

/* What functools.NAME and its kin are, by their dotted names. */
bool py_tools_find(const char *name, size_t n, struct py_value *ret);

/* --- str.c ---------------------------------------------------------------- */

/* The method NAME of strings, or NULL. */
const struct py_native *py_str_method(const struct py_str *name);

/* --- argparse.c ----------------------------------------------------------- */

int py_call_parser(struct py_call *c);

/* The method NAME of an ArgumentParser, or NULL. */
const struct py_native *py_parser_method(const struct py_str *name);

#endif
