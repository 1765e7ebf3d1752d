/* SPDX-License-Identifier: MIT */
/*
 * Objects of the text's classes that are schedules, and schedules of libraries
 * as objects while steps are made.  T is the training whose step is made
 * (optim.h); r's build is call_build_of(r).
 */
#ifndef STEPPER_STEPPER_H
#define STEPPER_STEPPER_H

#include "skim/skim.h"

/*
 * Whether V is an object of the user's that only gives a rate; *V is then its
 * function of the step.
 */
bool stepper_as_function(struct py_run *r, struct py_value *v);

/* Whether objects of V, a class of the text's, may be schedules. */
bool stepper_is_class(struct py_run *r, const struct py_value *v);

/* Whether V is an object that counts its steps itself. */
bool stepper_is(struct py_run *r, const struct py_value *v);

/* Whether V is one of a class over PyTorch's. */
bool stepper_is_over(struct py_run *r, const struct py_value *v);

/* Whether E is X.step(), X by its name an object that sets rates by itself. */
bool stepper_is_step(const struct call_build *b, const struct py_node *e);

/*
 * Whether V's method NAME steps an optimizer, so that to step V is to train;
 * and whether E, as above, is such a call.
 */
bool stepper_trains(const struct call_build *b, const struct py_value *v,
	const struct py_str *name);
bool stepper_is_training(const struct call_build *b, const struct py_node *e);

/* The same of one that trains first, and sets the next rate then. */
bool stepper_is_late(const struct call_build *b, const struct py_node *e);

/* Whether E calls what is neither the text's nor Python's own. */
bool stepper_calls_unknown(const struct call_build *b, const struct py_node *e);

/* What F is given for its parameter P: what the text's name for it has. */
int stepper_known_argument(struct py_run *r, const struct py_value *f,
	const struct py_node *p, struct py_value *ret);

/* How many schedules and objects the text steps, of those made so far. */
size_t stepper_count(const struct call_build *b);

/*
 * The schedules that the text made become objects, the first made first, which
 * have made their first step: 0, or -1 raised.  ALONE: the text sets no rate.
 */
int stepper_make_live(struct py_run *r, bool alone);

extern const struct call_classes stepper_classes;

#endif
