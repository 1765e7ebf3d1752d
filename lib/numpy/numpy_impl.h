/* SPDX-License-Identifier: MIT */
/* Inside of lib/numpy: what its files share, under the name of each. */
#ifndef NUMPY_NUMPY_IMPL_H
#define NUMPY_NUMPY_IMPL_H

#include <math.h>

#include "base/diag.h"
#include "numpy/numpy.h"
#include "py/py.h"

/* --- operate.c ------------------------------------------------------------ */

enum py_dtype numpy_dtype_of(const struct py_value *v);

/* X as numpy's number. */
struct py_value numpy_number(double x, enum py_dtype dtype);

/* X as C's result; ints beyond what doubles hold are errors. */
static inline int numpy_number_result(
	struct py_call *c, double x, enum py_dtype dtype)
{
	if (dtype == PY_INTS && fabs(x) > (double)PY_INT_MAX)
		return py_raise(c->run, c->at,
			"an int beyond 2**53; expected a smaller one");
	*c->ret = numpy_number(x, dtype);
	return 0;
}

static inline int numpy_array_result(struct py_call *c, struct py_array *a)
{
	*c->ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return 0;
}

/* A's item I becomes V, a number, as A's type has it. */
int numpy_put(struct py_run *r, const struct py_node *at,
	const struct py_array *a, size_t i, const struct py_value *v);

/* V's numbers as an array of their own, or V's one. */
int numpy_array_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_array **ret);

/* How many items an operation of A and B has, in *RET. */
int numpy_broadcast(struct py_run *r, const struct py_node *at,
	const struct py_array *a, const struct py_array *b, size_t *ret);

/* As py_arrays has them. */
int numpy_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);
int numpy_of_arrays(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);
int numpy_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret);
int numpy_set(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *i,
	const struct py_value *v);
int numpy_fill(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *v);
int numpy_change(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *v);
int numpy_pick(struct py_run *r, const struct py_node *at,
	const struct py_array *a, const struct py_value *i,
	struct py_value *ret);

/* --- reduce.c ------------------------------------------------------------- */

/* What np.NAME is, if it makes one number of an array, or sums on the way. */
const struct py_native *numpy_reduce_find(const char *name, size_t n);

/* --- ufunc.c -------------------------------------------------------------- */

/* What np.NAME is, if it works item by item; IS_NUMPY: of numpy itself. */
const struct py_native *numpy_ufunc_find(
	const char *name, size_t n, bool is_numpy);

/* The type that argument I names, OTHER if it is absent. */
int numpy_dtype_arg(
	struct py_call *c, size_t i, enum py_dtype other, enum py_dtype *ret);

/* V, a number or numbers, with items of DTYPE. */
int numpy_as_dtype(struct py_call *c, const struct py_value *v,
	enum py_dtype dtype, struct py_value *ret);

/* The lesser, the greater; nan if one is nan. */
double numpy_smaller(double a, double b);
double numpy_larger(double a, double b);

int numpy_clip(struct py_call *c);

#endif
