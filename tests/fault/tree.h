/* SPDX-License-Identifier: MIT */
/*
 * A directory remembered: what is in it, so that it can be compared with what
 * it becomes, and be made again from a copy.  All functions end the program
 * when they fail.
 */
#ifndef FAULT_TREE_H
#define FAULT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct node {
	char *path; /* below the directory */
	struct stat st;
	uint64_t hash; /* of a file's content, or of where a link leads */
};

struct tree {
	struct node *node; /* sorted by path */
	size_t n;
};

/* Reads DIR; files that BEFORE (or NULL) shows as well are not read again. */
void tree_read(struct tree *t, const char *dir, const struct tree *before);
void tree_free(struct tree *t);

/* The node called PATH, or NULL. */
const struct node *tree_find(const struct tree *t, const char *path);

/* Whether A and B are one: the same content and mode, or both NULL. */
bool tree_node_equal(const struct node *a, const struct node *b);
bool tree_equal(const struct tree *a, const struct tree *b);

/* Makes DIR, which holds NOW, hold WANT, as FROM does. */
void tree_restore(const char *dir, const struct tree *now, const char *from,
	const struct tree *want);

/* All of FD, with a NUL after its N bytes; free() it. */
char *tree_slurp(int fd, size_t *n);

/* Ends the program with a reason and strerror(errno). */
_Noreturn void tree_die(const char *what);

#endif
