/* SPDX-License-Identifier: MIT */
/*
 * numpy (1.24) for lib/py: one-dimensional arrays of numbers, numpy's own
 * numbers, and the functions that jax, torch and tensorflow have by its names.
 */
#ifndef NUMPY_NUMPY_H
#define NUMPY_NUMPY_H

#include "py/py.h"

extern const struct py_arrays numpy_arrays;

/* A host that has these, and nothing else. */
extern const struct py_host numpy_host;

#endif
