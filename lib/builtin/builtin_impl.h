/* SPDX-License-Identifier: MIT */
/*
 * Inside of lib/builtin: what its files share, under the name of each.  Of
 * what finds a name the value is set where it returns true.
 */
#ifndef BUILTIN_BUILTIN_IMPL_H
#define BUILTIN_BUILTIN_IMPL_H

#include "builtin/builtin.h"
#include "object/object_impl.h"

/* --- function.c -------------------------------------------------------- */

/* The row of NAME, or NULL. */
const struct py_native *py_function_find(const char *name, size_t n);

/* The arguments by name into the dict of the result. */
int py_add_named(struct py_call *c);

/* V's pairs, or a dict's, into D. */
int py_add_pairs(
	struct py_call *c, const struct py_value *v, struct py_list *d);

/* --- math.c ------------------------------------------------------------ */

/* What math.NAME is. */
bool py_math_find(const char *name, size_t n, struct py_value *ret);

/* --- iter.c ------------------------------------------------------------ */

/* What iter() and the functions of itertools are. */
const struct py_native *py_iter_find(const char *name, size_t n);

/* --- tools.c ----------------------------------------------------------- */

/* What max, min, sorted, functools.NAME and its kin are. */
const struct py_native *py_tools_find(const char *name, size_t n);

/* sorted(), for list.sort(). */
int py_call_sorted(struct py_call *c);

/* --- method.c ---------------------------------------------------------- */

/* The method NAME of values of V's type, or NULL. */
const struct py_native *py_method(
	const struct py_value *v, const struct py_str *name);

/* --- instance.c -------------------------------------------------------- */

/* FN with ARG before the arguments of a call, as functools.partial() does. */
int py_bind_arguments(struct py_run *r, const struct py_value *fn,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/* --- argparse.c -------------------------------------------------------- */

/* The method NAME of an ArgumentParser, or of settings, or NULL. */
const struct py_native *py_parser_method(const struct py_str *name);

#endif
