/* SPDX-License-Identifier: MIT */
/* A function of lib/py as a function that a schedule is made of. */
#ifndef SCHED_CLOSURE_H
#define SCHED_CLOSURE_H

#include "py/py.h"
#include "sched/fn.h"

/* What py_run_ctx() is while a function of the step runs. */
struct sched_step {
	double x;  /* the step */
	void *ctx; /* of who calls it; NULL: a closure */
};

/*
 * F, a function of PY's of one number, which takes the step as an int where it
 * is whole.  SOURCE, malloc'd and the closure's, is what fn->show() appends;
 * NULL: it cannot be said.  RELEASE(CTX) is called when the closure is freed
 * (with sched_fn_free).  Returns NULL for no memory, and then takes nothing.
 */
struct sched_fn *sched_closure_new(struct py *py, struct py_value f,
	char *source, void (*release)(void *ctx), void *ctx);

#define SCHED_CLOSURE_NARG 12

/*
 * Calls F with ARG[0..N), borrowed values of PY's, the number in I's place if
 * I is below N.
 */
void sched_closure_args(
	struct sched_fn *f, const struct py_value *arg, size_t n, size_t i);

/*
 * F at X, as the closure asks for it.  Returns 0 with *RET, or -1 with *E and
 * its text in D.
 */
int sched_closure_try(struct sched_fn *f, double x, struct py_value *ret,
	struct py_error *e, struct diag *d);

#endif
