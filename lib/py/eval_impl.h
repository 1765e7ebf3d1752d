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

/* I, counted from the end if negative, of N items. */
int py_index_of(struct py_run *r, const struct py_node *at,
	const struct py_value *i, long long n, size_t *ret);

/* config["lr"] of what has no value: what the host knows by that name. */
int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret);
int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);
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

/* --- apply.c ------------------------------------------------------------- */

int py_eval_call(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* --- exec.c -------------------------------------------------------------- */

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v);

/* Runs S; returns an enum flow, or -1. */
int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret);

#endif
