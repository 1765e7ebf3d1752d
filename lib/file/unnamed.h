/* SPDX-License-Identifier: MIT */
/*
 * What Linux can do with names, on most of its file systems: files without
 * one, which vanish with their process however it ends, and two that change
 * places.  Elsewhere these calls fail and the caller goes another way.
 */
#ifndef FILE_UNNAMED_H
#define FILE_UNNAMED_H

/*
 * A new file on the file system of the directory DIR, for its owner to read
 * and write and nobody else.  Returns a descriptor that the caller closes, or
 * -1 with errno: not here, or the directory cannot be written to.
 */
int unnamed_open(const char *dir);

/*
 * The same, wherever it runs: a file that had a name until it was opened, if
 * there is no other way.
 */
int unnamed_temporary(const char *dir);

/*
 * Gives FD's file the name PATH, on the same file system, where nothing is yet.
 * Returns 0, or -1 with errno, EEXIST among others.
 */
int unnamed_link(int fd, const char *path);

/*
 * Gives A's name to B and B's to A, in one step.  Returns 0, or -1 with errno.
 */
int unnamed_exchange(const char *a, const char *b);

#endif
