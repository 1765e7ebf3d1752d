/* SPDX-License-Identifier: MIT */
/*
 * What Python has built in (library reference 3.11): functions, methods, math,
 * itertools and what scripts import of functools, bisect, dataclasses, typing,
 * argparse; what a dotted name and an attribute are.
 */
#ifndef BUILTIN_BUILTIN_H
#define BUILTIN_BUILTIN_H

#include "object/object.h"

struct py_class;

/* --- names ------------------------------------------------------------- */

/* Whether S[0..N) is PLAIN: cfg["lr"] and cfg['lr'] are cfg.lr. */
bool py_is_path(const struct py_str *plain, const char *s, size_t n);

/* S[0..N) as its plain path, into *RET.  Returns 0, or -1 for no memory. */
int py_make_plain(struct py *p, const char *s, size_t n, struct py_str *ret);

/*
 * What the dotted PATH is in P's Python itself; false if nothing.  BARE finds
 * the names of math without their module, too.
 */
bool py_builtin(const struct py *p, const char *path, size_t n, bool bare,
	struct py_value *ret);

/* Whether NAME is a module whose functions are known by it: math, np ... */
bool py_is_module(const struct py_str *name);

/* What PATH is to the host or Python, else UNKNOWN. */
int py_look_up(struct py_run *r, const struct py_node *e, const char *path,
	size_t n, struct py_value *ret);

/* --- attributes -------------------------------------------------------- */

/* The method or attribute NAME of V: 1 with *RET, 0 none, -1 raised. */
int py_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

/* Whether NAME is a method of values that are Python's own, or a tensor. */
bool py_is_method(const struct py_str *name);

/*
 * The attribute NAME of V, as Python finds it: what the object has, what its
 * class has or inherits, a property's value.  1 with *RET, which lives as long
 * as R's values; 0 if there is none, or V is neither; -1 raised.
 */
int py_get(struct py_run *r, const struct py_value *v, const char *name,
	size_t n, struct py_value *ret);

/* --- objects ----------------------------------------------------------- */

/*
 * A class is a TYPE.  py_invoke() of it makes an object, a NAMESPACE; a method
 * of one is a FUNCTION whose first argument is given, so py_call() and
 * py_param() see the others alone.  What a method sets at a step must have been
 * made at that step.
 */

/* The attribute NAME of V, an object or a class: as py_attribute(). */
int py_object_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

/*
 * The attribute S of super() in the function that runs: 1 with *RET, 0 where a
 * base that is not known, *REST, may have it, -1 raised.
 */
int py_super(struct py_run *r, const struct py_node *at, const struct py_str *s,
	struct py_str *rest, struct py_value *ret);

/* The handler of S that catches what R raised; NULL: none, or not known. */
const struct py_node *py_handler_of(struct py_run *r, const struct py_node *s);

/* An object of class C, made for the call AT with ARG. */
int py_new_object(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* Whether PATH, a base of CLASS, is one of what makes enumerations. */
bool py_enum_base(struct py_class *class, const struct py_str *path);

/* What the body of C, an enumeration, assigns become its members: 0 or -1. */
int py_enum_members(
	struct py_run *r, const struct py_node *at, struct py_class *c);

/* The member called NAME of C, an enumeration: 0 or -1 raised. */
int py_enum_named(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *name,
	struct py_value *ret);

/* --- math -------------------------------------------------------------- */

/* FN, a function of one float, of V: a number, or an array's numbers. */
int py_math_call(struct py_run *r, const struct py_node *at,
	const struct py_native *fn, const struct py_value *v,
	struct py_value *ret);

#endif
