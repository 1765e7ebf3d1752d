/* SPDX-License-Identifier: MIT */
/*
 * The inner seam of lib/call: a call is resolved (call.c), its arguments get
 * their names (bind.c), its script is read (script.c, template.c) with the
 * functions that only scripts have (function.c, combine.c).
 */
#ifndef CALL_EXPAND_H
#define CALL_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#include "call/call.h"
#include "text/py_expr.h"

/* Calls in calls. */
#define CALL_DEPTH_MAX 16
/* Calls in one, however they are nested. */
#define CALL_NUMBER_MAX 1024
#define CALL_NPARAM_MAX 32
#define CALL_NLET_MAX 32

/* A parsed text that values point into. */
struct call_text {
	struct py_tree *tree;
	struct call_text *next;
};

/* A part of a script's line. */
struct call_part {
	const char *s;
	size_t n;
};

/* What all calls of one expansion share. */
struct call_run {
	const struct call_env *env;
	const struct py_tree *tree; /* of the user's text */
	struct py_eval eval;        /* owns the values */
	struct call_text *text;
	size_t ncall;
	size_t where; /* of the mistake, in the user's text */
	bool blamed;  /* D names the call already */
	struct diag *d;
};

/* An argument; GIVEN NULL: the default. */
struct call_arg {
	const char *name;
	size_t n;
	const struct py_expr *given;
	const struct py_expr *blame; /* the user's text for it; NULL: none */
	const struct py_name *scope; /* what GIVEN may speak of */
};

/* A name that a script made of an argument. */
struct call_let {
	const char *name;
	size_t n;
	const struct call_arg *of;
};

/* One call being expanded. */
struct call {
	struct call_run *run;
	const struct call_module *module;
	const struct call_row *row;
	const struct py_expr *expr; /* the call, in the user's text ... */
	struct call *outer;         /* ... or, not NULL, in its script */
	const struct call *around;  /* whose argument it is, or NULL */
	size_t at;                  /* its place in the user's text */
	struct call_arg arg[CALL_NPARAM_MAX];
	size_t narg;
	struct call_let let[CALL_NLET_MAX];
	size_t nlet;
	const struct py_expr *speaks; /* the function of the script being run */
	const struct py_name *names;  /* what the script knows, newest first */
	double base;
	bool alone;
	unsigned depth;
};

/* The place of the mistake is AT, NULL for the call itself.  Returns -1. */
int call_fail(struct call *c, const struct py_expr *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "StepLR" of the row's signature, its length in *N. */
const char *call_row_name(const struct call_row *row, size_t *n);

/* Parses one of our own texts, to live as long as RUN.  Returns 0, or -1. */
int call_parse(struct call_run *run, const char *s, size_t n,
	const struct py_expr **ret);

/* Puts NAME before the names of C.  Returns 0, or -1 for no memory. */
int call_name(struct call *c, const char *name, size_t n,
	const struct py_value *value);

/*
 * The argument of C that E, of C's script, speaks of first, perhaps by a name
 * that the script made of it; or NULL.
 */
const struct call_arg *call_subject(
	const struct call *c, const struct py_expr *e);

/* Gives the parameters of C's row the arguments of C's call.  0, or -1. */
int call_bind(struct call *c);

/* Appends the words of C's script to WORDS.  Returns 0, or -1. */
int call_script(struct call *c, struct buf *words);

/*
 * Evaluates TEXT of C's script into *RET, its tree into *E; a failure is that
 * of the argument that it speaks of.  Returns 0, or -1.
 */
int call_eval(struct call *c, struct call_part text, const struct py_expr **e,
	struct py_value *ret);

/* Appends the words T, each {EXPR} replaced by its value.  Returns 0, or -1. */
int call_template(struct call *c, struct call_part t, struct buf *words);

/* Appends "(lambda t:...)", compiled and shown.  Returns 0, or -1. */
int call_lambda(struct call *c, const struct py_expr *e, struct buf *words);

/* The user's text that the function being run is about, or NULL. */
const struct py_expr *call_blame(const struct call *c);

/* Fails for a value that is not the schedule it should be.  Returns -1. */
int call_not_a_call(struct call *c);

/*
 * Functions of scripts that give words: join(CALLS, STARTS), spread(CALLS,
 * STARTS), times(CALLS), words(CALL) or words(NUMBER).  Return 0, or -1.
 */
int call_join(struct call *c, const struct py_value *arg, struct py_value *ret);
int call_spread(
	struct call *c, const struct py_value *arg, struct py_value *ret);
int call_times(
	struct call *c, const struct py_value *arg, struct py_value *ret);
int call_alone(
	struct call *c, const struct py_value *arg, struct py_value *ret);

/* All functions of scripts, as py_eval's call. */
int call_function(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d);

/*
 * Appends the words of the call E, which is an argument of OUTER (NULL: the
 * user's own), with BASE as its base rate.  Returns 0, or -1.
 */
int call_words(struct call_run *run, struct call *outer,
	const struct py_expr *e, double base, bool alone, struct buf *name,
	struct buf *words);

/* Appends the words of the call E of OUTER's script.  Returns 0, or -1. */
int call_as(struct call *outer, const struct py_expr *e, struct buf *words);

#endif
