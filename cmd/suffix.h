/* SPDX-License-Identifier: MIT */
/*
 * What the suffix of an output's name promises about what is in it.
 */
#ifndef CMD_SUFFIX_H
#define CMD_SUFFIX_H

#include <stdbool.h>

struct diag;

/*
 * Where *FORMAT, an index of WORD (ended by NULL), is -1, sets it to the format
 * that PATH's suffix is the name of, if any.  Returns -1 to go on, or the exit
 * status: the suffix is that of a format which WORD has not.  A *FORMAT that
 * was given and is another than the suffix's is remarked.  PATH may be NULL.
 */
int suffix_format(int *format, const char *const *word, const char *path);

/* Whether PATH's suffix is that of FORMAT.  PATH may be NULL. */
bool suffix_is(const char *path, const char *format);

/*
 * Refuses PATH (may be NULL) as the name of what holds the format HOLDS, "npz",
 * where its suffix is that of another: who goes by names could not read it.
 * Returns 0, or -1.
 */
int suffix_check(const char *path, const char *holds, struct diag *d);

/*
 * Remarks that PATH (may be NULL) holds the format HOLDS, "csv", where its
 * suffix is that of another.
 */
void suffix_note(const char *path, const char *holds);

#endif
