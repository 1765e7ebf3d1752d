/* SPDX-License-Identifier: MIT */
/*
 * Inside of lib/py: what its files share, under the name of each.  F is the
 * frame that E's names are in; each returns 0 with its value in *RET, or -1
 * raised, where it says nothing else.
 */
#ifndef PY_PY_IMPL_H
#define PY_PY_IMPL_H

#include "object/object_impl.h"
#include "py/py.h"

/* --- eval.c ------------------------------------------------------------ */

/* Evaluations inside one another: threads call with small stacks. */
#define EVAL_DEPTH_MAX 400

/* N slots without values inside OUTER (NULL: none); NULL: raised. */
struct py_frame *py_frame_new(struct py_run *r, size_t n,
	struct py_frame *outer, struct py_module *module);

/* The value of E, an expression.  Returns 0, or -1 raised. */
int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* Gives E, a NAME, DEF, CLASS or IMPORT, the value V. */
int py_bind_name(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v);

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v);

/* The function that E, a DEF or LAMBDA, makes. */
int py_eval_function(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);

/* The call C, of a function that yields, begins at AT.  Returns 0, or -1. */
int py_generate(struct py_run *r, struct py_calling *c);

/* V, of "yield V", is its next value; or each of V's.  Returns 0, or -1. */
int py_yield(
	struct py_run *r, const struct py_node *s, const struct py_value *v);

/*
 * C has ended, FLOW is -1 where it failed: what it gave, as an iterator, into
 * *RET.  Returns 0, or -1 raised.
 */
int py_generated(
	struct py_run *r, struct py_calling *c, int flow, struct py_value *ret);

/*
 * The truth of E, which chooses; what has no value may be what the host says.
 * Returns 1, 0, or -1.
 */
int py_eval_condition(
	struct py_run *r, const struct py_node *e, struct py_frame *f);

/* --- item.c ------------------------------------------------------------ */

/* The value of an INDEX or an ATTR, and V assigned to one. */
int py_eval_index(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);
int py_eval_attr(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);
int py_assign_index(struct py_run *r, const struct py_node *e,
	struct py_frame *f, const struct py_value *v);
int py_assign_attr(struct py_run *r, const struct py_node *e,
	struct py_frame *f, const struct py_value *v);

/* config["lr"] of what has no value: what the host knows by that name. */
int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret);

enum flow {
	GO_ON,
	LOOP_ENDS,
	LOOP_GOES_ON,
	RETURNED,
};

/* Runs S, an ASSIGN or an AUGMENT; returns an enum flow, or -1. */
int py_exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f);

/* Runs del of E; returns an enum flow, or -1. */
int py_delete(struct py_run *r, const struct py_node *e, struct py_frame *f);

/* --- call.c ------------------------------------------------------------ */

/* The same of a call. */
int py_eval_call(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* Calls V for the call AT. */
int py_call_value(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* Whether the host does not go on after S, a statement or an item. */
static inline bool py_is_fatal(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return host && host->failed && host->failed(r, s) < 0;
}

/* --- exec.c ------------------------------------------------------------ */

/* Runs the statements of B one by one, those of a tolerant module go on. */
int py_exec_each(struct py_run *r, const struct py_node *b, struct py_frame *f,
	struct py_value *ret);

/* Runs S; returns an enum flow, or -1. */
int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret);

/* --- class.c ----------------------------------------------------------- */

/* The value of S, a DEF, CLASS or DECORATED. */
int py_eval_definition(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret);

/* --- lose.c ------------------------------------------------------------ */

/*
 * S did not run, or not to its end, for the reason in R's error: what it may
 * have changed has no value from then on.  Names lie in F.
 */
int py_lose(struct py_run *r, const struct py_node *s, struct py_frame *f);

/* Whether S, and all that is in it, only looks and shows: logs, prints. */
bool py_is_idle(const struct py_node *s);

/*
 * All that M's names have been given, but functions, is not known from AT on:
 * each is asked for.
 */
int py_lose_globals(
	struct py_run *r, const struct py_node *at, struct py_module *m);

/* An unknown function, whose name is PATH, was given ARG and may change it. */
int py_lose_arguments(struct py_run *r, const struct py_str *path,
	const struct py_arg *arg, size_t narg);

#endif
