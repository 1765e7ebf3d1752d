/* SPDX-License-Identifier: MIT */
/*
 * Settings as texts have them (YAML, TOML, JSON, flags, scripts) read into a
 * dict of lib/py's values, dotted names as dicts in one another, each outermost
 * name with the place of its value.  What a text leaves open is UNKNOWN.  All
 * live as long as what the run makes.  Each returns 0, or -1 raised in the run.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "py/py.h"

/* Where the value of a name stands. */
struct settings_place {
	struct py_str name;
	const struct py_node *at;
	struct settings_place *next;
};

struct settings {
	struct py_list *dict;
	struct settings_place *place; /* the last first */
	bool loose; /* names that are no settings may be among them */
};

/* What a text is read with; borrowed. */
struct settings_reader {
	struct py_run *run;
	const struct py_module *given; /* names that the user gave values */
	const char *define;            /* what gives one a value: "-D" */
	/* Tells the user a line: 0, or -1 raised. */
	int (*remark)(struct py_run *r, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));
};

/* What a text is written in. */
enum settings_language {
	SETTINGS_WORDS,
	SETTINGS_PYTHON, /* statements */
	SETTINGS_DICT,   /* one expression */
	SETTINGS_JSON,
	SETTINGS_YAML,
	SETTINGS_TOML,
	SETTINGS_FLAGS, /* of a trainer */
	SETTINGS_SHELL, /* a script that starts one */
};

/*
 * What S[0..N), followed by a NUL, is, from FILE or given as it is (NULL).
 * Words and one line of Python are told apart by the caller: they are WORDS.
 */
enum settings_language settings_language(
	const char *s, size_t n, const char *file);

/*
 * Whether the line S[0..N) is YAML whose value is the lines further in behind
 * it: "key: |"
 */
bool settings_opens_block(const char *s, size_t n);

/*
 * Mends in B, which ends with a NUL that it does not count, what a copy or a
 * habit has of settings that their languages do not allow: comments in JSON,
 * YAML's first line without its indentation, and darknet's sections.  FILE: as
 * above.  Returns 0, or -1: no memory.
 */
int settings_mend(struct buf *b, const char *file);

/* No settings yet, in R's memory.  Returns 0, or -1 raised. */
int settings_new(struct py_run *r, struct settings *ret);

/* The value V, at AT to END of the text, of a name that may be dotted. */
int settings_set(struct py_run *r, struct settings *k, const char *path,
	size_t n, struct py_value v, size_t at, size_t end);

/* The same in a dict, without a place. */
int settings_dict_set(struct py_run *r, struct py_list *d, const char *path,
	size_t n, struct py_value v);

/* A place in the user's text; NULL raised. */
const struct py_node *settings_place_at(
	struct py_run *r, size_t at, size_t end);

/* S[0..N) as a number, true, null, a list or dict, else text. */
int settings_literal(
	struct py_run *r, const char *s, size_t n, struct py_value *ret);

/* S[0..N), a document of JSON, as a value.  Returns 0, or -1 raised. */
int settings_json(
	struct py_run *r, const char *s, size_t n, struct py_value *ret);

/* S[0..N), followed by a NUL, into K, which is new. */
int settings_yaml(const struct settings_reader *x, const char *s, size_t n,
	struct settings *k);
int settings_toml(const struct settings_reader *x, const char *s, size_t n,
	struct settings *k);

/*
 * Hands COMMAND the flags of each command in S[0..N) that has some, until it
 * fails: of a script, or of flags alone.  It returns 1 for what it takes, 0, or
 * -1; where it takes nothing, the flags that names have are handed to it.
 */
int settings_shell(const struct settings_reader *x, const char *s, size_t n,
	bool script, int (*command)(void *ctx, const struct settings *k),
	void *ctx);

#endif
