/* SPDX-License-Identifier: MIT */
/*
 * Constructors of frameworks, as they stand in training scripts, become nodes
 * of lib/sched.  Each is a definition in the language of lib/py (a file per
 * library: torch.py), which reads as its library's documentation does; what
 * the definitions can call is in shape.c and recipe.c.
 */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "sched/sched.h"

struct py;

/* One library.  Order decides between equal names where none is said. */
struct call_module {
	const char *name;
	const char *alias; /* other names in a dotted path, blank-separated */
	bool named;       /* must be in the path: its constructors have everyday
			   * names */
	const char *text; /* the definitions */
	size_t n;
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

/* What a text is written in. */
enum call_language {
	CALL_WORDS,
	CALL_PYTHON, /* statements */
	CALL_DICT,   /* one expression */
	CALL_JSON,
	CALL_YAML,
	CALL_FLAGS, /* of a trainer */
	CALL_SHELL, /* a script that starts one */
};

/*
 * What S[0..N), followed by a NUL, is, from FILE or given as it is (NULL).
 * Words and one line of Python are told apart by the caller: they are WORDS.
 */
enum call_language call_language(const char *s, size_t n, const char *file);

/* Python as it stands in a training script, or a configuration. */
struct call_script {
	enum call_language language; /* not WORDS */
	const char *text;
	size_t n;
	const char *name; /* of the rate function or schedule; NULL: the last */
};

/*
 * Reads S into *T (caller frees with sched_table_free): the last schedule that
 * is made in it and is not part of another, else a function of the step.
 * Returns 0, or -1 with D (its place LINE:COLUMN) and *WHERE, in S's text.
 */
int call_read(struct sched_table *t, const struct call_script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d);

/* Whether NAME, given a value, says how a configuration is read. */
bool call_is_setting(const char *name, size_t n);

/* Whether S is a definition, NAME=VALUE: 0, or -1 with D.  P keeps it. */
int call_check_define(struct py *p, const char *s, struct diag *d);

/* For struct sched_host: builds calls. */
extern const struct sched_host call_host;

#endif
