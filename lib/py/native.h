/* SPDX-License-Identifier: MIT */
/* What functions in C share: they return 0 with *c->ret, or -1 raised. */
#ifndef PY_NATIVE_H
#define PY_NATIVE_H

#include "py/py_impl.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- builtin.c ----------------------------------------------------------- */

bool py_given(const struct py_call *c, size_t i);
int py_result(struct py_call *c, struct py_value v);

/* Argument I as an int or a float; *RET is 0 where it is none. */
int py_int_arg(struct py_call *c, size_t i, int64_t *ret);
int py_float_arg(struct py_call *c, size_t i, double *ret);

/* Text in B becomes the result; releases B. */
int py_text_result(struct py_call *c, struct buf *b, int bad);
int py_add_named(struct py_call *c);
int py_call_dict(struct py_call *c);
int py_call_reversed(struct py_call *c);
int py_call_sorted(struct py_call *c);

/* --- argparse.c ----------------------------------------------------------- */

int py_call_parser(struct py_call *c);

/* The method NAME of an ArgumentParser, or NULL. */
const struct py_native *py_parser_method(const struct py_str *name);

#endif
