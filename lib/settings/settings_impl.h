/* SPDX-License-Identifier: MIT */
/* Inside of lib/settings: what its files share, under the name of each. */
#ifndef SETTINGS_SETTINGS_IMPL_H
#define SETTINGS_SETTINGS_IMPL_H

#include "settings/settings.h"

/* --- keys.c --------------------------------------------------------------- */

/* S[0..N) as a number, true, null, else text. */
int settings_scalar(
	struct py_run *r, const char *s, size_t n, struct py_value *ret);

/* --- language.c ----------------------------------------------------------- */

/* Whether the line S[0..N) is a sentence that a model card has before a list.
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

#endif
