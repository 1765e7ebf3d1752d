/* SPDX-License-Identifier: MIT */
/*
 * A subset of Python 3.11, with Python's meaning: expressions, comprehensions,
 * lambdas and defs with closures, classes; assignments, if, for, while, return
 * and their kin.  What it cannot do itself (names, constructors) it asks of its
 * host, whose values may be opaque to it.
 *
 * A module is text that was parsed once into a tree (lib/syntax); running it
 * gives its names values (lib/object, lib/builtin).  What a struct py holds
 * once its modules have run does not change any more, so any number of threads
 * may then call its functions, each through a struct py_run of its own; a value
 * does not depend on the thread nor on what was asked before: changing what
 * outlives a call is an error.
 */
#ifndef PY_PY_H
#define PY_PY_H

#include "builtin/builtin.h"
#include "object/object.h"
#include "syntax/syntax.h"

/* HOST is borrowed, may be NULL.  Returns NULL for no memory. */
struct py *py_new(const struct py_host *host);

/*
 * Reads S, "NAME=EXPRESSION", NAME a name that may be dotted and subscripted:
 * its plain path in *PATH, its value in *RET.  A value that is
 * one name without a value is a string.  Returns 0, or -1 with D.
 */
int py_parse_define(struct py *p, const char *s, struct py_str *path,
	struct py_value *ret, struct diag *d);

/*
 * Runs M's statements, or gives its expression's value in *RET (may be NULL).
 * Returns 0, or -1 with the run's error.
 */
int py_exec(struct py_run *r, struct py_module *m, struct py_value *ret);

/* The same in a run that goes on where that fails: whether it did not. */
bool py_try_exec(struct py_run *r, struct py_module *m);

/*
 * E, an expression of M at no function's place, in the run that builds. Returns
 * 0, or -1 with the run's error.
 */
int py_eval_of(struct py_run *r, struct py_module *m, const struct py_node *e,
	struct py_value *ret);

/*
 * Whether E, an expression of the innermost body that R runs, has a value
 * there: *RET.  R goes on as if nothing had been tried.
 */
bool py_try_here(
	struct py_run *r, const struct py_node *e, struct py_value *ret);

/*
 * py_invoke() of F, a function of a text, as a statement of its top level calls
 * it: what fails in it is read over likewise.
 */
int py_start(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/*
 * Whether R runs what a text does when it is started: its top level, or a
 * function that a statement there calls, main().
 */
bool py_runs_text(const struct py_run *r);

/*
 * Calls EACH for every name without a value that E, of M, or F's body, with
 * its parameters ARG (NULL: any), may come to when it runs; E or F may be
 * NULL, else E is a statement that F comes to, and the only one.  MAYBE:
 * whether it does hangs on another such name.  Only in the run that builds,
 * which then has no error.
 */
void py_each_missing(struct py_run *r, struct py_module *m,
	const struct py_node *e, const struct py_value *f,
	const struct py_value *arg, size_t narg,
	int (*each)(void *ctx, const struct py_unknown *u, bool maybe),
	void *ctx);

/*
 * Gives F's parameters the arguments of a call at AT: SLOT[0..], in the order
 * of its parameters, each its value (defaults too), ARGS[0..] where it came
 * from (NULL: the default).  Both have room for py_nparam(F).  Returns 0, or
 * -1 raised.
 */
size_t py_nparam(const struct py_value *f);
int py_bind(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *slot, const struct py_node **args);

/*
 * Runs F's body for the call at AT with the parameters SLOT of py_bind() and
 * the values LOCAL of what py_parse_defs() named.  Returns 0, or -1.
 */
int py_enter(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_value *slot,
	const struct py_value *local, struct py_value *ret);

/* The value of NAME in the innermost body that R runs; false if none. */
bool py_local(const struct py_run *r, const char *name, size_t n,
	struct py_value *ret);

#endif
