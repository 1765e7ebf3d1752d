/* SPDX-License-Identifier: MIT */
/*
 * Names by number, each once, in the order in which they were added; kept as
 * copies, any bytes.  All zero is a set of none.  One thread's at a time.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"

struct names_block;

/* A set may have millions of these. */
struct names_name {
	const char *s; /* n bytes and a NUL, valid until names_free() */
	uint32_t n;
	uint32_t hash; /* its low bits, as many as slots are found by */
};

struct names {
	struct names_name *name; /* by number */
	size_t n;
	struct hash_table table;
	struct names_block *block;
};

/* Numbers below this may be given before there is more room. */
static inline size_t names_room(const struct names *x)
{
	return x->table.n / 2;
}

/* Instead of a number. */
#define NAMES_NONE SIZE_MAX

/* Whether name I is S[0..N). */
static inline bool names_is(
	const struct names *x, size_t i, const char *s, size_t n)
{
	return x->name[i].n == n && memcmp(x->name[i].s, s, n) == 0;
}

/* The number of S[0..N); NAMES_NONE: it is not there. */
size_t names_find(const struct names *x, const char *s, size_t n);

/* The same, added if it is not there; NAMES_NONE: no memory. */
size_t names_add(struct names *x, const char *s, size_t n);

/* Releases all; X is then a set of none again. */
void names_free(struct names *x);

#endif
