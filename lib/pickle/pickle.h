/* SPDX-License-Identifier: MIT */
/*
 * Pickles as trees: what a pickle would make is read, and nothing in it is ever
 * executed.  A global is a name: one that the caller lists is a row of his
 * table; a class of another makes an object, known by what it was given.
 */
#ifndef PICKLE_PICKLE_H
#define PICKLE_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;

enum pickle_kind {
	PICKLE_OTHER, /* None, a float, an integer that is too long */
	PICKLE_INT,
	PICKLE_TEXT,
	PICKLE_BYTES,
	PICKLE_TUPLE,
	PICKLE_LIST,   /* or set */
	PICKLE_DICT,   /* key, value, key, ... */
	PICKLE_GLOBAL, /* i is its row */
	PICKLE_CALL,   /* of the row i: arguments, then the state, if any */
	PICKLE_NAME,   /* of no row */
	PICKLE_OBJECT, /* of such a class: arguments, then states and members */
	PICKLE_PERSISTENT,
	PICKLE_MARK, /* not seen outside */
};

struct pickle_node {
	enum pickle_kind kind;
	bool is_seen;
	int64_t i;        /* TEXT, BYTES: so many; OBJECT: inside of the room */
	const char *text; /* in the pickle, not terminated */
	uint32_t *child;
	size_t n;
};

/* A global that is known; no row does anything. */
struct pickle_global {
	const char *module, *name; /* NAME NULL: all of MODULE and below */
	int makes;                 /* DICT or LIST for what is just one */
	int role, dtype;           /* for whoever lists them, as is */
	const char *type;
};

struct pickle_globals {
	const struct pickle_global *row;
	size_t n;
	const char *advice; /* where another is called */
};

struct pickle;

/* What a reading came to. */
struct pickle_end {
	size_t used; /* bytes */
	bool is_cut; /* more would have helped */
	const struct pickle_node *root;
	char remark[128]; /* that an unknown class was called; or empty */
};

/*
 * Reads the pickle that P[0..N) begins with.  Nothing is executed.  P, which
 * texts point into, and GLOBALS are borrowed.  Returns NULL with DIAG_DATA or
 * DIAG_NOMEM, and *RET but its root.
 */
struct pickle *pickle_read(const void *p, size_t n,
	const struct pickle_globals *globals, struct pickle_end *ret,
	struct diag *d);
void pickle_free(struct pickle *k);

/* Child I of X, which may be NULL; NULL if there is none. */
const struct pickle_node *pickle_child(
	const struct pickle *k, const struct pickle_node *x, size_t i);

/* What has KEY in X; NULL: X is no dict, or has none. */
const struct pickle_node *pickle_item(
	const struct pickle *k, const struct pickle_node *x, const char *key);

/* Whether X is a list, or a set, that has TEXT. */
bool pickle_lists(const struct pickle *k, const struct pickle_node *x,
	const struct pickle_node *text);

/* Whether X, which may be NULL, is a text, and just TEXT. */
bool pickle_is_text(const struct pickle_node *x, const char *text);

/* Node I of all, as they were made; NULL behind the last. */
const struct pickle_node *pickle_at(const struct pickle *k, size_t i);

/* The row of X, a GLOBAL or a CALL. */
const struct pickle_global *pickle_row(
	const struct pickle *k, const struct pickle_node *x);

/* Whether it is the first time that this is asked of X. */
bool pickle_is_new(struct pickle *k, const struct pickle_node *x);

#endif
