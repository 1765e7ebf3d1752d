/* SPDX-License-Identifier: MIT */
/*
 * Text from files as people may read it.  The names of tensors, runs, columns
 * and files are anybody's bytes: on a terminal they could speak escapes, in a
 * report they could begin lines of their own.
 *
 * Shown as \n, \r, \t, \x1b, \u009b, \U0001fffe are: control characters (C0,
 * DEL, C1), bytes that are not UTF-8, line and paragraph separators, what turns
 * the order of text (marks, embeddings, overrides, isolates), what is not seen
 * at all, so that two names would look like one (but for the joiners of words
 * and of emoji, U+200C and U+200D), and code points that are no characters,
 * which XML cannot hold.  All else passes, the backslash too: what was tamed
 * once is not changed by doing it again.
 */
#ifndef BASE_TAME_H
#define BASE_TAME_H

#include <stddef.h>

struct buf;

/* The longest form of one character, in bytes. */
#define TAME_MAX 10

/*
 * Stores in OUT what the first character, or byte, of S[0..n), n > 0, is shown
 * as, and how long that is in *OUT_N.  Returns how many bytes of S it is.
 */
size_t tame_char(const char *s, size_t n, char out[TAME_MAX], size_t *out_n);

/* Appends S[0..n) to B. */
void tame_add(struct buf *b, const char *s, size_t n);

/*
 * Stores S in OUT, SIZE > 0 bytes with the NUL, and leaves out at the end what
 * does not fit, by whole characters.  OUT and S may not overlap.
 */
void tame_copy(char *out, size_t size, const char *s);

/* The same, but it is the beginning that is left out, marked "...". */
void tame_copy_end(char *out, size_t size, const char *s);

#endif
