/* SPDX-License-Identifier: MIT */
/* What the files of numpy's part share: np.c, array.c, ufunc.c. */
#ifndef PY_NP_H
#define PY_NP_H

#include "py/native.h"

/* --- np.c ----------------------------------------------------------------- */

enum py_dtype py_dtype_of(const struct py_value *v);

/* X as numpy's number. */
struct py_value py_np(double x, enum py_dtype dtype);

/* A's item I becomes V, a number, as A's type has it. */
int py_array_put(struct py_run *r, const struct py_node *at,
	const struct py_array *a, size_t i, const struct py_value *v);

/* V's numbers as an array of their own, or V's one. */
int py_array_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_array **ret);

/* How many items an operation of A and B has, in *RET. */
int py_broadcast(struct py_run *r, const struct py_node *at,
	const struct py_array *a, const struct py_array *b, size_t *ret);

/* --- reduce.c ------------------------------------------------------------- */

/* What np.NAME is, if it makes one number of an array, or sums on the way. */
bool py_reduce_find(const char *name, size_t n, struct py_value *ret);

/* --- ufunc.c -------------------------------------------------------------- */

/* What np.NAME is, if it works item by item; IS_NUMPY: of numpy itself. */
bool py_ufunc_find(
	const char *name, size_t n, bool is_numpy, struct py_value *ret);

/* The type that argument I names, OTHER if it is absent. */
int py_dtype_arg(
	struct py_call *c, size_t i, enum py_dtype other, enum py_dtype *ret);

/* V, a number or numbers, with items of DTYPE. */
int py_as_dtype(struct py_call *c, const struct py_value *v,
	enum py_dtype dtype, struct py_value *ret);

/* The lesser, the greater; nan if one is nan. */
double py_np_smaller(double a, double b);
double py_np_larger(double a, double b);

int py_np_clip(struct py_call *c);

#endif
