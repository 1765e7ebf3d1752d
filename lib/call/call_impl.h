/* SPDX-License-Identifier: MIT */
/* Inside of lib/call: what its files share, under the name of each. */
#ifndef CALL_CALL_IMPL_H
#define CALL_CALL_IMPL_H

#include "call/call.h"

struct near;

/* --- library.c ----------------------------------------------------------- */

/* A statement of a library's top level, which defines NAME. */
struct call_def {
	struct py_str name;
	const struct call_module *module;
	size_t at, end; /* of the module's text */
};

/* At least as many as there are definitions. */
#define CALL_NDEF 1024

/* The library whose definitions M is, or NULL. */
const struct call_module *call_module_of(
	const struct call_build *b, const struct py_module *m);

/* The definition of NAME in M, or NULL. */
const struct call_def *call_def_in(
	const struct call_module *m, const char *name, size_t n);

/* As call_signature(). */
const char *call_def_signature(const struct call_def *def, size_t *n);

/*
 * Offers NEAR, begun anew for it, the constructors of the library that the path
 * *NAME says (it is returned), of all where it says none (NULL); *NAME becomes
 * its last part.  NAME NULL: those of all, and NEAR goes on.
 */
const struct call_module *call_offer(struct py_str *name, struct near *near);

/* The constructor NAME of M, or of any module where M is NULL: 1, 0 or -1. */
int call_find_in(struct py_run *r, const struct call_module *m,
	const char *name, size_t n, struct py_value *ret);

/* What a definition calls that is not in its file: 1, 0 or -1. */
int call_find_shared(
	struct py_run *r, const char *name, size_t n, struct py_value *ret);

/*
 * The constructor of the next library that has one of C's bare name; NULL: no
 * more, or raised.
 */
const struct call_constructor *call_another(
	struct py_run *r, const struct call_constructor *c);

/* --- given.c ------------------------------------------------------------- */

/*
 * The call AT of V as that of an optimizer, or of what makes its steps of a
 * schedule or a rate: 1 with *RET, 0 or -1.  Notes schedules that are given to
 * what nobody knows; what makes another of one, as its name has it, is refused.
 */
int call_make_given(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- rate.c -------------------------------------------------------------- */

/* Raises if FN, of F, fails at a step that is asked for, for want of a name. */
int call_try_steps(struct py_run *r, const struct py_value *f,
	const struct py_value *arg, size_t narg, struct sched_fn *fn);

/* --- missing.c ----------------------------------------------------------- */

/* Whether function F, called with ARG (NULL: anything), may lack some. */
bool call_lacks_names(struct call_build *b, const struct py_value *f,
	const struct py_value *arg, size_t narg);

/* --- blame.c ------------------------------------------------------------- */

/* The body of RECIPE failed: R's error becomes that of the user's argument. */
void call_blame(struct py_run *r, const struct call_recipe *recipe);

/* --- recipe.c ------------------------------------------------------------ */

/* As py_host's call and define. */
int call_apply(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);
int call_define(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- place.c ------------------------------------------------------------- */

/* Recipes placed in one call. */
#define CALL_NUMBER_MAX 1024

/* As call_place(), in the place of the body that runs. */
struct call_node *call_child(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* --- setting.c ----------------------------------------------------------- */

/*
 * What settings are made by: edict({...}), tyro.cli(Class), typer.Option(0.1),
 * and absl's DEFINE_float("lr", 0.1): 1 with *RET, 0 if PATH is none of these,
 * or -1.
 */
int call_make_settings(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- names.c ------------------------------------------------------------- */

/* As py_host's lookup. */
int call_lookup(
	struct py_run *r, const char *path, size_t n, struct py_value *ret);

/* --- argument.c ---------------------------------------------------------- */

/* Whether argument I is given, and not None. */
bool call_arg_given(const struct py_call *c, size_t i);

/* Where the I-th parameter's value stands, for blame. */
const struct py_node *call_arg_place(const struct py_call *c, size_t i);

/* Raises that argument I is not what is EXPECTED, or has no value.  -1. */
int call_arg_wrong(struct py_call *c, size_t i, const char *expected);

/* Argument I, which is to be a number, into *RET: 0, or -1 raised. */
int call_arg_number(struct py_call *c, size_t i, double *ret);

/* Whether V is the text S. */
bool call_arg_is(const struct py_value *v, const char *s);

/* --- shape.c ------------------------------------------------------------- */

/* The function NAME that gives a node: a shape, join, rep ...; or NULL. */
const struct py_native *call_shape_find(const char *name, size_t n);

/* --- primitive.c --------------------------------------------------------- */

/* The function NAME of definitions: a shape, join, need ... */
bool call_primitive(const char *name, size_t n, struct py_value *ret);

#endif
