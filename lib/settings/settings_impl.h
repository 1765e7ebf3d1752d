/* SPDX-License-Identifier: MIT */
/* Inside of lib/settings: what its files share, under the name of each. */
#ifndef SETTINGS_SETTINGS_IMPL_H
#define SETTINGS_SETTINGS_IMPL_H

#include "base/buf.h"
#include "settings/settings.h"

/* --- keys.c --------------------------------------------------------------- */

/* D, which has no NAME, gets one of value V.  Returns 0, or -1 raised. */
int settings_dict_add(struct py_run *r, struct py_list *d, const char *name,
	size_t n, struct py_value v);

/* The value of NAME, one of K's outermost, stands at AT to END of the text. */
int settings_add_place(struct py_run *r, struct settings *k,
	const struct py_str *name, size_t at, size_t end);

/* S[0..N) as a number, true, null, else text. */
int settings_scalar(
	struct py_run *r, const char *s, size_t n, struct py_value *ret);

/* S[0..N) as Python reads it, a list or a dict, or else as it stands. */
int settings_python(
	struct py_run *r, const char *s, size_t n, struct py_value *ret);

/* --- language.c ----------------------------------------------------------- */

/*
 * Whether the line S[0..N) is a sentence that a model card has before a list.
 */
bool settings_is_prose(const char *s, size_t n);

/* --- flags.c -------------------------------------------------------------- */

/* What stands in an unknown word's text for the part that is not known. */
#define SETTINGS_UNKNOWN '\1'

/* A word, or the value of a name; parts of it may not be known. */
struct settings_word {
	struct py_str text;
	size_t at, end;      /* in the script */
	bool unknown;        /* a part of it is */
	bool plain;          /* nothing of it was quoted */
	struct py_str lacks; /* the name whose value that is; empty: none */
	bool flags;          /* ... which is given flags somewhere */
	struct settings_word *next;
};

/*
 * Adds the flags among the words from W on to K, with their places; END is
 * where the command ends.  0, or -1 raised in R.
 */
int settings_word_flags(struct py_run *r, const struct settings_word *w,
	size_t end, struct settings *k);

/* --- command.c ------------------------------------------------------------ */

struct settings_variable {
	struct py_str name;
	struct settings_word *word; /* several of an array */
	bool array, unknown;
	bool flags;        /* it is given flags somewhere */
	bool used;         /* a word has its value */
	unsigned function; /* that it was set in first; 0: none */
	bool mixed;        /* set in two, whose calls are not followed */
	struct settings_variable *next;
};

/* ( ... ), whose variables are its own. */
struct settings_subshell {
	struct settings_variable *outer; /* the last made before it */
	unsigned depth;                  /* where it began */
	struct settings_subshell *next;
};

struct settings_sh {
	const struct settings_reader *with;
	struct py_run *run;
	const char *s;
	size_t n, i;
	struct settings_variable *variable;
	bool script;    /* NAME=value assigns; else it is a setting */
	unsigned depth; /* of if, for, while, case */
	bool maybe;     /* behind && or ||, the command may not be run */
	bool apart;     /* of a pipeline or behind: a shell of its own */
	bool defines;   /* name() was read */
	unsigned brace; /* how many are open */
	unsigned maybe_brace, function_brace; /* which one; 0: none */
	unsigned function, nfunction;         /* the one being read, all */
	struct settings_subshell *subshell;
	struct buf text; /* of the word being read */
	struct settings_word word;
	struct settings_word *first, **last; /* of the command being read */
	int (*command)(void *ctx, const struct settings *keys);
	bool taken; /* a command was */
	void *ctx;
};

/* Whether a command here is run nobody knows. */
static inline bool settings_sh_is_unsure(const struct settings_sh *sh)
{
	return sh->depth > 0 || sh->maybe;
}

/* The variable S[0..N), or NULL. */
struct settings_variable *settings_sh_variable(
	struct settings_sh *sh, const char *s, size_t n);

/* The same, made if there is none, without a value; NULL raised. */
struct settings_variable *settings_sh_assign(
	struct settings_sh *sh, const char *s, size_t n);

/* All names in S[0..N) may have been given values.  Returns 0, or -1 raised. */
int settings_sh_forget(struct settings_sh *sh, const char *s, size_t n);

/* Whether V was made in the subshell that is being read. */
bool settings_sh_is_own(
	const struct settings_sh *sh, const struct settings_variable *v);

/* How long the NAME of "NAME=", "NAME+=" is that S[0..N) begins with; 0. */
size_t settings_sh_assigned_name(const char *s, size_t n);

/* Whether W is one of the blank-separated WORDS. */
bool settings_word_is_among(const struct settings_word *w, const char *words);

/* The flags among the words from W on, for SH's taker: 0, or -1 raised. */
int settings_sh_read_flags(
	struct settings_sh *sh, const struct settings_word *w);

/* Runs the words from W on, if any, as a command.  Returns 0, or -1 raised. */
int settings_sh_run(struct settings_sh *sh, struct settings_word *w);

#endif
