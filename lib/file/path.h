/* SPDX-License-Identifier: MIT */
/*
 * Paths as text: their parts, and putting them together.  What they lead to is
 * hardly looked at; place.h does that.  Any thread.
 */
#ifndef FILE_PATH_H
#define FILE_PATH_H

#include <stdbool.h>

/* What stands after the last slash of PATH, "" if that ends it; borrowed. */
const char *path_last(const char *path);

/*
 * What path_last() leaves, with its slash, or "." if that is nothing; the
 * caller frees it.  NULL for no memory.
 */
char *path_directory(const char *path);

/* DIR/NAME; the caller frees it.  NULL for no memory. */
char *path_join(const char *dir, const char *name);

/* Whether PATH ends in END. */
bool path_ends_in(const char *path, const char *end);

/* Whether PATH, followed through links, is a directory that can be seen. */
bool path_is_directory(const char *path);

#endif
