/* SPDX-License-Identifier: MIT */
/*
 * What frameworks call a schedule that is known in words.
 */
#ifndef MATCH_CALLS_H
#define MATCH_CALLS_H

#include <stddef.h>

struct buf;

/*
 * Appends to B the call that the next row from *ROW on has for WORDS with this
 * BASE, and sets *ROW behind it.  Returns 1, 0 if no row is left, or -1 for no
 * memory.
 */
int match_call(struct buf *b, const char *words, double base, size_t *row);

#endif
