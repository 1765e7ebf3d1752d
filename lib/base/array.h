/* SPDX-License-Identifier: MIT */
/* Arrays: how many elements one has, and those that grow. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* Of an array itself, not of a pointer. */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct diag;

/*
 * Room for one more behind the N elements of SIZE bytes each at P, which is
 * NULL or what this has given: more is made only where N is a power of two, so
 * nobody need keep how much there is.  Returns P, or what takes its place; or
 * NULL, and P is as it was, with D unless that is NULL.
 */
void *array_room(void *p, size_t n, size_t size, struct diag *d);

/*
 * Appends a copy of ITEM, of SIZE bytes, to the *N elements of the array to
 * which *P, a pointer of any type, points as for array_room().  Returns 0, or
 * -1, and nothing has changed.
 */
int array_push(
	void *p, size_t *n, const void *item, size_t size, struct diag *d);

/*
 * Makes what *P, a pointer of any type, points to an array of N elements of
 * SIZE bytes each; it is NULL, or of malloc() or of a function here.  Returns
 * 0, or -1 with D unless that is NULL, and nothing has changed.
 */
int array_resize(void *p, size_t n, size_t size, struct diag *d);

/* The same for 2*N elements or more; *CAP is how many it has then. */
int array_enlarge(void *p, size_t *cap, size_t n, size_t size, struct diag *d);

/* The same where *CAP is below N: of arrays that are emptied and filled. */
static inline int array_reserve(
	void *p, size_t *cap, size_t n, size_t size, struct diag *d)
{
	return n <= *cap ? 0 : array_enlarge(p, cap, n, size, d);
}

#endif
