/* SPDX-License-Identifier: MIT */
/*
 * What is in a directory: first what it has itself, then what it has links to,
 * both in the order in which people count, run2 before run10.  Any thread.
 */
#ifndef FILE_DIR_H
#define FILE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct diag;

struct dir_entry {
	char *name;
	bool is_dir, is_link;
	bool is_file; /* a regular one, or a link to one */
	dev_t dev;    /* of what it is or leads to, by which a walk */
	ino_t ino;    /* can tell what it has met before */
	off_t nbytes;
	struct timespec mtime;
};

struct dir {
	struct dir_entry *entry;
	size_t n;
};

/*
 * Lists PATH, but for what is hidden (.name) or neither a file nor a directory.
 * *RET is to be released with dir_free(), also after a failure.  Returns 0, or
 * -1 with PATH as its place.
 */
int dir_list(struct dir *ret, const char *path, struct diag *d);

/*
 * The same of all that is there, for who replaces or copies a directory:
 * hidden names, FIFOs, sockets, devices, and links that lead nowhere.
 */
int dir_list_all(struct dir *ret, const char *path, struct diag *d);
void dir_free(struct dir *dir);

/*
 * Whether PATH leads to what E was when it was listed: the same file, of the
 * same length and not written to since.
 */
bool dir_entry_is_at(const struct dir_entry *e, const char *path);

/* Names as people count: less than, equal to or greater than 0. */
int dir_compare(const char *a, const char *b);

#endif
