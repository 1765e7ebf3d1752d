/* SPDX-License-Identifier: MIT */
/*
 * What the files of the evaluator share.  F is the frame that E's names are in;
 * each returns 0 with its value in *RET, or -1 raised, where it says nothing
 * else.
 */
#ifndef PY_EVAL_IMPL_H
#define PY_EVAL_IMPL_H

#include "py/py_impl.h"

/* Evaluations inside one another: threads call with small stacks. */
#define EVAL_DEPTH_MAX 400

enum flow {
	GO_ON,
	LOOP_ENDS,
	LOOP_GOES_ON,
	RETURNED,
};

/* --- eval.c -------------------------------------------------------------- */

/* What PATH is to the host or Python, else UNKNOWN. */
int py_look_up(struct py_run *r, const struct py_node *e, const char *path,
	size_t n, struct py_value *ret);

/* Gives E, a NAME, DEF, CLASS or IMPORT, the value V. */
int py_bind_name(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v);

/* config["lr"] of what has no value: what the host knows by that name. */
int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret);
int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* OBJECT[slice E] = V. */
int py_set_slice(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *object, const struct py_value *v);
struct py_frame *py_frame_new(struct py_run *r, size_t n,
	struct py_frame *outer, struct py_module *module);

/* --- display.c ----------------------------------------------------------- */

int py_eval_list(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);
int py_eval_dict(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

int py_eval_comprehension(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);
int py_eval_function(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);
int py_eval_format(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);

/* --- class.c ------------------------------------------------------------- */

/* The value of S, a DEF, CLASS or DECORATED. */
int py_eval_definition(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret);

/* The attribute S of super() in the function that runs. */
int py_super(struct py_run *r, const struct py_node *at, const struct py_str *s,
	struct py_value *ret);

/* --- lose.c -------------------------------------------------------------- */

/*
 * S did not run, or not to its end, for the reason in R's error: what it may
 * have changed has no value from then on.  Names lie in F.
 */
int py_lose(struct py_run *r, const struct py_node *s, struct py_frame *f);

/* Whether S, and all that is in it, only looks and shows: logs, prints. */
bool py_is_idle(const struct py_node *s);

/* All that M's names have been given, but functions, is not known from AT on:
 * each is asked for. */
int py_lose_globals(
	struct py_run *r, const struct py_node *at, struct py_module *m);

/* An unknown function, whose name is PATH, was given ARG and may change it. */
int py_lose_arguments(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg);

/* --- apply.c ------------------------------------------------------------- */

int py_eval_call(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* --- assign.c ------------------------------------------------------------ */

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v);

/* Runs S, an ASSIGN or an AUGMENT; returns an enum flow, or -1. */
int py_exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f);
int py_exec_augment(
	struct py_run *r, const struct py_node *s, struct py_frame *f);

/* --- exec.c -------------------------------------------------------------- */

/* Runs the statements of B one by one, those of a tolerant module go on. */
int py_exec_each(struct py_run *r, const struct py_node *b, struct py_frame *f,
	struct py_value *ret);

/* Runs S; returns an enum flow, or -1. */
int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret);

/* --- argparse.c ----------------------------------------------------------- */

/* V, a function, as click's option E leaves it: 0, or -1 raised. */
int py_click_option(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *v);

#endif
