/* SPDX-License-Identifier: MIT */
/*
 * Text into the tree, once: tokens, one parser, and where each name's value
 * is.  A module is such a text with the names at its top level, some of which
 * the host may have given values.
 */
#ifndef SYNTAX_SYNTAX_H
#define SYNTAX_SYNTAX_H

#include "object/object.h"

/* --- modules ----------------------------------------------------------- */

/*
 * Parses S[0..N), borrowed until py_free(), as a module, into *RET.  Returns
 * 0, or -1 with D (DIAG_USAGE, its place LINE:COLUMN) and *AT, the offset of
 * the mistake.  Where TOLERANT, a statement that is not understood becomes
 * PY_BAD, and one that fails when it runs leaves what it changes UNKNOWN.
 */
int py_parse(struct py *p, const char *s, size_t n, bool tolerant,
	struct py_module **ret, size_t *at, struct diag *d);

/* The same of S[BEGIN..END); what is told of places in it counts from S. */
int py_parse_part(struct py *p, const char *s, size_t begin, size_t end,
	bool tolerant, struct py_module **ret, size_t *at, struct diag *d);

/*
 * S[0..N) as definitions, none of which is read yet, into *RET: calls of
 * functions of its top level are handed to the host's define(), unless their
 * names begin with '_'; these functions also have the names LOCAL
 * (blank-separated), whose values py_enter() gives.  With LOCAL NULL they are
 * called as any function.  Returns 0, or -1 for no memory.
 */
int py_parse_defs(struct py *p, const char *s, size_t n, const char *local,
	struct py_module **ret);

/*
 * Reads S[AT..END) of M, whole statements of its top level, as what py_exec()
 * runs next.  Returns 0, or -1 as py_parse() does.
 */
int py_read_defs(struct py_module *m, size_t at, size_t end, size_t *where,
	struct diag *d);

/* The same of one expression; blanks and newlines mean nothing. */
int py_parse_expr(struct py *p, const char *s, size_t n, struct py_module **ret,
	size_t *at, struct diag *d);

/*
 * What parses expressions over columns, which do not run.  Names are those of a
 * log: letters, digits, _ and dots, or anything in quotes of any kind, which
 * are kept.  Returns NULL for no memory.
 */
struct py *py_new_columns(void);

/* Its statements, or its expression. */
const struct py_node *py_root(const struct py_module *m);

/* The text of M, and its length in *N. */
const char *py_text(const struct py_module *m, size_t *n);

/*
 * The I-th global name that was met in M so far, whether it has a value or
 * not; NULL past the last.
 */
const struct py_str *py_global_name(const struct py_module *m, size_t i);

/* The value of a global name of M; false if it has none. */
bool py_global(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret);
/* The same where nothing is made of it: it was not asked for. */
bool py_peek(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret);

/* --- names that have values -------------------------------------------- */

/*
 * Gives NAME, which may be a part of one, args.lr or cfg["lr"], a value in M,
 * before or after it ran; assignments of M to it are ignored from then on.
 * Returns 0, or -1 for no memory.
 */
int py_define(
	struct py_module *m, const char *name, size_t n, struct py_value v);

/*
 * Whether M, which ran, has asked for NAME, which py_define() gave a value, or
 * its functions may.
 */
bool py_asks(const struct py_module *m, const char *name, size_t n);

/*
 * The last name of a function in M that has what py_define() gave NAME when it
 * runs, and not the text's own value; NULL: none has.
 */
const struct py_node *py_instead(
	const struct py_module *m, const char *name, size_t n);

/*
 * Appends the source of E, of M, with the values of the names that py_define()
 * gave M in their places.
 */
void py_show(struct buf *b, const struct py_module *m, const struct py_node *e);

/* Whether TOP uses names of a body, and not of its module alone. */
bool py_uses_local(const struct py_node *top);

/*
 * Whether the function E of M uses names of what is around it, but those that
 * py_define() gave M.
 */
bool py_depends(const struct py_module *m, const struct py_node *e);

/*
 * The node behind E in a walk over TOP, which E is in: first its operands, then
 * what follows it; NULL: none is left.  TOP is of a text, or has no operands.
 *
 *	for (const struct py_node *e = top; e; e = py_walk(top, e))
 */
const struct py_node *py_walk(
	const struct py_node *top, const struct py_node *e);

/* The same past E's operands. */
const struct py_node *py_walk_past(
	const struct py_node *top, const struct py_node *e);

/* The same past those of a DEF, CLASS or LAMBDA: what runs where TOP does. */
const struct py_node *py_walk_here(
	const struct py_node *top, const struct py_node *e);

/* Whether NAME stands in E, bound or used; not as an attribute. */
bool py_mentions(const struct py_node *e, const struct py_str *name);

/* What S assigns to first, or augments; NULL: it is no such statement. */
const struct py_node *py_assigned(const struct py_node *s);

/* The innermost DEF that E, which may be NULL, is or is in; NULL: none. */
const struct py_node *py_def_around(const struct py_node *e);

/*
 * Whether all that S does, whatever its conditions are, is to call functions of
 * modules that it imports, for their own sake, with constants and settings:
 * torch.cuda.manual_seed(params["seed"]).
 */
bool py_is_aside(const struct py_node *s);

/*
 * What the condition E of an if is in a run that goes on: 0 where its block
 * ends that, by an exception or sys.exit, 1 where what is run otherwise does;
 * -1: it may be either.
 */
int py_goes_on(const struct py_node *e);

/* What E defines under its decorators. */
const struct py_node *py_undecorated(const struct py_node *e);

/* N of the constant E, which may be NULL; 0: it is not a whole number. */
long long py_whole(const struct py_node *e);

/* Whether E, a NAME of M, is one of Python's own: max, pi ... */
bool py_is_known(const struct py_module *m, const struct py_node *e);

/* --- for the evaluator ------------------------------------------------- */

/* Whether "import *" of M gives NAME: its __all__ says so, or the name. */
bool py_exports(const struct py_module *m, const struct py_str *name);

/* What FROM's names have TO's of these names get: from FROM import *. */
void py_import_all(struct py_module *to, const struct py_module *from);

/* The slot of a global name, made if need be; -1 for no memory. */
long py_global_slot(struct py_module *m, const struct py_str *s);
/* The same; -1 if there is none. */
long py_global_find(const struct py_module *m, const struct py_str *s);

/* What py_parse_define() has read for NAME; false: nothing. */
bool py_parsed(
	const struct py *p, const struct py_str *name, struct py_value *ret);

/* What py_define() gave M for E, a part of a name: args.lr, cfg["lr"]. */
bool py_defined_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, struct py_value *ret);
/*
 * What E, a part of a name, or a function's of what is not known or a setting,
 * is though V is assigned to it; NULL: V.
 */
const struct py_value *py_keep_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, const struct py_value *v);
/* The same of P, a parameter of M's whose default is taken. */
const struct py_value *py_keep_default(
	struct py_run *r, const struct py_node *p, const struct py_module *m);
/* Whether the user gave a value for E, a name or a part of one. */
bool py_is_given(const struct py_module *m, const struct py_node *e);

/*
 * BODY runs as E, a test, was YES.  Where the user's value for a name decided
 * that (if x == -1: x = ...), BODY may assign to it.
 */
void py_given_initial(struct py_module *m, const struct py_node *e, bool yes,
	const struct py_node *body);

/*
 * V is called NAME in M from now on: the parts of it that py_define() gave M
 * become its own.  Returns 0, or -1 raised.
 */
int py_take_parts(struct py_run *r, struct py_module *m,
	const struct py_str *name, const struct py_value *v);

/*
 * Calls EACH for what statement S binds or changes in its own scope: NAME,
 * DEF, CLASS, IMPORT, and the INDEX and ATTR that are assigned to.  Returns 0,
 * or -1 where EACH did.
 */
int py_each_bound(const struct py_node *s,
	int (*each)(void *ctx, const struct py_node *target), void *ctx);

/* The same of a target: a, (b[0], *c). */
int py_each_target(const struct py_node *e,
	int (*each)(void *ctx, const struct py_node *target), void *ctx);

#endif
