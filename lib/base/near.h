/* SPDX-License-Identifier: MIT */
/*
 * The nearest of some names to one that does not exist, for messages: what the
 * wrong one means elsewhere, which the caller knows, or else what is spelt much
 * like it.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Longer names are not compared. */
#define NEAR_NAME_MAX 48
/* Room for a phrase with such a name. */
#define NEAR_PHRASE_MAX (NEAR_NAME_MAX + sizeof("nearest is ''"))

/*
 * What others say, and what is meant by it if that is among the names on offer;
 * where several rows fit, the first counts.
 */
struct near_synonym {
	const char *said, *meant;
};

struct near {
	const char *wrong; /* what was asked for, not NUL-terminated; the
			    * caller sets the first three, the rest zero */
	size_t nwrong;
	const struct near_synonym *synonym; /* borrowed, ended by a row of
					     * NULL; NULL: none */
	const char *best; /* the nearest so far, borrowed; NULL: none yet */
	size_t nbest;
	size_t distance; /* of the nearest; for near.c alone */
};

/* Offers NAME[0..N), borrowed until near_phrase(). */
void near_try(struct near *near, const char *name, size_t n);

/* Whether the nearest so far is near enough to be meant. */
bool near_found(const struct near *near);

/* Whether it is that by the synonyms, and not by its letters alone. */
bool near_is_meant(const struct near *near);

/* "nearest is 'cos'" in BUF if one was found, or OTHERWISE. */
const char *near_phrase(const struct near *near, const char *otherwise,
	char buf[NEAR_PHRASE_MAX]);

#endif
