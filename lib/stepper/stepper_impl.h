/* SPDX-License-Identifier: MIT */
/* Inside of lib/stepper: what its files share, under the name of each. */
#ifndef STEPPER_STEPPER_IMPL_H
#define STEPPER_STEPPER_IMPL_H

#include "stepper/stepper.h"

/* --- method.c ------------------------------------------------------------- */

/* The method NAME of V into *RET: 1, 0 if its class has none, or -1. */
int stepper_method(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value *ret);

bool stepper_has(struct py_run *r, const struct py_value *v, const char *name);

/* Calls V's method NAME, if it has it, with X[0..N), N <= 2. */
int stepper_call(struct py_run *r, const struct py_value *v, const char *name,
	const struct py_value *x, size_t n, struct py_value *ret);

/* --- stepper.c ------------------------------------------------------------ */

/* One step of V, whose rate is then T's.  Returns 0, or -1 raised. */
typedef int stepper_fn(
	struct py_run *r, const struct py_value *v, struct call_training *t);

/* What V is stepped by; NULL: it is no schedule that counts. */
stepper_fn *stepper_of(struct py_run *r, const struct py_value *v);

/* step() of one that sets the rates of its optimizer's groups itself. */
stepper_fn stepper_step_itself;

/* V has T's optimizer and base rate, and counts from LAST_EPOCH: 0, or -1. */
int stepper_drive(struct py_run *r, const struct py_value *v,
	const struct call_training *t, int64_t last_epoch);

/*
 * V, an object of the text's that sets the rate of T at its steps, is as it is
 * when it is made: 0, or -1 raised.
 */
int stepper_begin(struct py_run *r, const struct py_value *v,
	const struct call_training *t);

/* Whether V's method NAME makes a step. */
bool stepper_makes_step(
	struct py_run *r, const struct py_value *v, const struct py_str *name);

/* --- hooks.c -------------------------------------------------------------- */

bool stepper_has_batch_hooks(struct py_run *r, const struct py_value *v);
bool stepper_has_epoch_hooks(struct py_run *r, const struct py_value *v);

/*
 * The hooks of a Keras callback, whose batches are steps.  One of epochs alone
 * does nothing within them; where they have no length each step is one.
 */
stepper_fn stepper_step_hooks;

/* --- table.c -------------------------------------------------------------- */

/* V, which is stepped, as the table of its rates; NULL raised. */
struct call_node *stepper_table(struct py_run *r, const struct py_value *v);

/* --- classes.c ------------------------------------------------------------ */

/* As call_classes says of each. */
int stepper_find_class(
	struct py_run *r, const struct py_str *name, struct py_value *ret);
int stepper_base(struct py_run *r, const struct py_value *v,
	const struct py_str *path, struct py_value *ret);
int stepper_made(struct py_run *r, const struct py_value *object);

#endif
