/* SPDX-License-Identifier: MIT */
/*
 * Constructors of frameworks, as they stand in training scripts, become nodes
 * of lib/sched.  Each is a definition in the language of lib/py (a file per
 * library: torch.py), which reads as its library's documentation does; what
 * the definitions can call is in shape.c and primitive.c.  lib/script, above
 * this, reads the statements around a call, and adds what it knows by
 * call_reader.
 */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "making/making.h"
#include "optim/optim.h"

/* --- library.c ----------------------------------------------------------- */

/* One library.  Order decides between equal names where none is said. */
struct call_module {
	const char *name;
	const char *alias; /* other names in a dotted path, blank-separated */
	bool named;       /* must be in the path: its constructors have everyday
			   * names */
	const char *text; /* the definitions */
	size_t n;
	bool ours; /* no library is called so: paths have the word by chance */
};

/* The I-th module, or NULL past the last. */
const struct call_module *call_module_nth(size_t i);

/*
 * The signature of the I-th constructor of M, "StepLR(optimizer, step_size,
 * gamma=0.1)", its length in *N; NULL past the last.  Not NUL-terminated.
 */
const char *call_signature(const struct call_module *m, size_t i, size_t *n);

/*
 * What the definition is whose signature, of call_signature(), is S[0..LEN), in
 * words, *N bytes; NULL: it does not say.
 */
const char *call_in_words(const char *s, size_t len, size_t *n);

/*
 * The constructor that the dotted PATH means: of the library that it names,
 * else of the first that has one of that name; or NULL.
 */
const struct call_def *call_def_find(const char *path, size_t n);

/* Whether a part of the dotted PATH is the name of a library. */
bool call_names_library(const struct py_str *path);

/* The constructor PATH as a value: 1, 0 or -1 raised. */
int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret);

/* Raises that nobody knows the constructor NAME.  Always -1. */
int call_raise_no_constructor(
	struct py_run *r, const struct py_node *at, struct py_str name);

/* Whether E calls a constructor; an optimizer's own count if OPTIMIZERS. */
bool call_calls_constructor(
	const struct py_module *m, const struct py_node *e, bool optimizers);

/* --- names.c ------------------------------------------------------------- */

/* Whether NAME, given a value, says how a configuration is read. */
bool call_is_setting(const char *name, size_t n);

/* Whether S is a definition, NAME=VALUE: 0, or -1 with D.  P keeps it. */
int call_check_define(struct py *p, const char *s, struct diag *d);

/* Gives B's module what ENV defines.  Returns 0, or -1. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d);

/* Tells ENV which of its names B has asked for, with remarks: 0, or -1. */
int call_note_asked(const struct call_build *b, const struct sched_env *env);

/* --- own.c --------------------------------------------------------------- */

/*
 * Appends ENV's files of definitions to B's text of N bytes, which must not be
 * parsed yet: 0, or -1 for no memory.
 */
int call_take_files(struct call_build *b, size_t n, const struct sched_env *env,
	struct diag *d);

/* Reads and runs these files, of which a later one beats those before it. */
int call_define_files(
	struct call_build *b, const struct sched_env *env, struct diag *d);

/*
 * What such files have by PATH, a bare name or one that M imports: 1 with *RET,
 * 0 or -1 raised.
 */
int call_find_own(struct py_run *r, const struct py_module *m,
	const struct py_str *path, struct py_value *ret);

/*
 * What F, a name or an attribute of what is imported, has in the user's text or
 * such a file, into *RET: false if nothing.
 */
bool call_peek(const struct call_build *b, const struct py_node *f,
	struct py_value *ret);

/*
 * PATH, "a.b", "..a" of "from . import a", ".a.*" of "from .a import *": how
 * many packages up it begins, 0 from where modules are looked for; *PATH
 * becomes what is behind the dots.
 */
unsigned call_import_level(struct py_str *path);

/* --- search.c ------------------------------------------------------------- */

/*
 * Calls SEARCH with each directory, absolute, that TEXT[0..N), Python of FILE,
 * adds to sys.path, then EACH with the path of all that it imports, up to one
 * that fails: 0, or -1 with D.
 */
typedef int call_import_fn(void *ctx, const struct py_str *path);
typedef int call_search_fn(void *ctx, const char *dir);
int call_each_import(const char *text, size_t n, const char *file,
	call_search_fn *search, call_import_fn *each, void *ctx,
	struct diag *d);

/* --- rate.c -------------------------------------------------------------- */

/* What the numbers of a table are. */
enum call_table {
	CALL_TABLE_STEPS,  /* of a function that is called in order */
	CALL_TABLE_GIVEN,  /* an array of the text's */
	CALL_TABLE_ROUNDS, /* of a loop */
};

/*
 * F(step), or Keras's F(epoch, rate), as a node; other parameters have values
 * of the script's or of -D's.  NULL raised.
 */
struct call_node *call_rate(struct py_run *r, const struct py_value *f);

/* Whether a parameter of F may be the step. */
bool call_may_count(const struct call_build *b, const struct py_value *f);

/* The same where its name, or -D, says so. */
bool call_counts_by_name(const struct call_build *b, const struct py_value *f);

/* The parameter of F that is the step, or NULL. */
const struct py_str *call_counted_name(
	const struct call_build *b, const struct py_value *f);

/* Whether V is numbers one after the other, which may be those of each step. */
bool call_is_table(const struct py_value *v);

/* The numbers V, one for each step, as a node; NULL raised. */
struct call_node *call_table(struct py_run *r, const struct py_value *v);

/* Steps that are asked for, and that a table may have. */
size_t call_table_length(struct py_run *r);

/* V[0..N) by step as a node, an error past its end; NULL raised. */
struct call_node *call_table_of(
	struct py_run *r, const double *v, size_t n, enum call_table kind);

/* --- missing.c ----------------------------------------------------------- */

#ifndef CALL_NMISSING
#define CALL_NMISSING 32
#endif

/*
 * Names without a value, in the order in which they are met, and the strings
 * that the text compares each with.
 */
struct call_missing {
	size_t n;
	bool doubtful; /* one failed for some reason: -D may be no help */
	bool endless;  /* with them all, the schedule has no end */
	bool rateless; /* ... the optimizer's rate none that a name says */
	struct {
		struct buf path;
		size_t at;         /* in the user's text */
		bool maybe;        /* whether it is needed hangs on another */
		bool handed;       /* something may have changed its value */
		bool list;         /* no number does, but a list may */
		bool given;        /* the text gives it a value, or tries */
		struct buf choice; /* what it is compared with, each as Python
				    * writes it and with its NUL */
		size_t nchoice;
	} name[CALL_NMISSING];
};

void call_missing_free(struct call_missing *m);

/* Adds to M what B's failure lacks, if that is what it failed for. */
void call_note_missing(struct call_build *b, struct call_missing *m);

/* Adds to M the name U, or what it was to be made of. */
void call_add_missing(struct call_build *b, struct call_missing *m,
	const struct py_unknown *u);

/* Adds the Ith of FROM to M. */
void call_move_missing(
	struct call_missing *m, const struct call_missing *from, size_t i);

/* --- ask.c --------------------------------------------------------------- */

/* Reads with ENV; names that it lacks go to M.  Returns 0, or -1. */
typedef int call_once(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d);

/*
 * Runs ONCE(CTX, ENV, M) with *ENV; while names have no value they are asked
 * for: once more with some value, to find out which others have none.  Returns
 * what ONCE did; D names all of them, with their lines in TEXT[0..N), and
 * *WHERE, then not SIZE_MAX, is where the first stands.
 */
int call_retry(call_once *once, void *ctx, const struct sched_env *env,
	const char *text, size_t n, size_t *where, struct diag *d);

/* --- recipe.c ------------------------------------------------------------ */

/* Recipes in V, and in what it holds, are part of another. */
void call_contain(const struct py_value *v);

/* A recipe of C, called at AT with these arguments.  0, or -1 raised. */
int call_recipe_of(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- place.c ------------------------------------------------------------- */

/*
 * V, wanted as a schedule at AT: a node, a recipe, a function of the step, a
 * number; *COLUMNS, if not NULL, gets them where there are several.  Returns
 * the node, or NULL raised.
 */
struct call_node *call_place(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct call_place *place,
	struct call_columns **columns);

/* --- primitive.c --------------------------------------------------------- */

/*
 * How many steps training has, *RET: OWN, else those of EPOCHS (both NAN: not
 * said), else the table's.  Returns 0, or -1 raised at AT: none is known, or
 * the table has others.
 */
int call_length(struct py_run *r, const struct py_node *at, double own,
	double epochs, double *ret);

/* --- call.c -------------------------------------------------------------- */

/* As sched_host's functions; CTX of the last is the struct call_reader. */
bool call_knows(void *ctx, const char *s, size_t n);
const char *call_host_signature(
	void *ctx, const char *name, size_t n, size_t *nret);
void call_host_offer(void *ctx, struct near *near);
int call_host_build(void *ctx, const char *s, size_t n,
	const struct sched_env *env, double base, struct sched_call *ret,
	size_t *where, struct diag *d);

/*
 * A build of S[0..N) for ENV with BASE by READER, borrowed; what is told of it
 * goes to D.  Returns NULL for no memory; release with call_release().
 */
struct call_build *call_build_new(const struct call_reader *reader,
	const char *s, size_t n, const struct sched_env *env, double base,
	struct diag *d);

/* NODE's columns, or it alone, into *RET.  Returns 0, or -1: no memory. */
int call_columns_ret(struct sched_call *ret, struct call_node *node,
	const struct call_columns *columns, struct diag *d);

/* Whether the first columns of A and B are the same for N steps, to 1e-9. */
bool call_are_alike(
	const struct sched_call *a, const struct sched_call *b, double n);

/*
 * Whether A and B, the same call built with two bases, differ; A's columns that
 * do use the base.
 */
bool call_compare_bases(struct sched_call *a, const struct sched_call *b);

/* The columns of CALL, and its name, become *T's: 0, or -1 with D. */
int call_to_table(
	struct sched_table *t, struct sched_call *call, struct diag *d);

#endif
