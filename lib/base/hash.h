/* SPDX-License-Identifier: MIT */
/*
 * Where in an array something is, found by its hash: a table of the numbers of
 * the array's elements, with open addressing, at most half full.  The array is
 * the caller's, who knows what is equal.  All zero is an empty table without
 * room; what is looked for in one that has some is at
 *
 *	size_t at = hash_first(x, hash);
 *
 *	while (x->slot[at] && !is_equal(&item[x->slot[at] - 1]))
 *		at = hash_next(x, at);
 *
 * which else is the free slot where it belongs.  Any thread; one table is one
 * thread's at a time.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_table {
	uint32_t *slot; /* an element's number + 1; 0: free */
	size_t n;       /* slots: a power of two, or 0 */
};

/* Of N bytes at P; as good in its low bits as in all. */
uint64_t hash_bytes(const void *p, size_t n);

static inline size_t hash_first(const struct hash_table *x, uint64_t hash)
{
	return (size_t)hash & (x->n - 1);
}

static inline size_t hash_next(const struct hash_table *x, size_t at)
{
	return (at + 1) & (x->n - 1);
}

/* Whether X, of an array of N, has no room for one more. */
static inline bool hash_is_full(const struct hash_table *x, size_t n)
{
	return 2 * (n + 1) > x->n;
}

/* Slots that a full X is to have: FIRST, a power of two, where it has none. */
static inline size_t hash_larger(const struct hash_table *x, size_t first)
{
	return x->n ? 2 * x->n : first;
}

/* The hash of element I of the array CTX. */
typedef uint64_t hash_of_element(const void *ctx, size_t i);

/*
 * X has NSLOT slots from now on, those at SLOT, which are zero, with the N
 * elements of the array CTX.  The slots before are the caller's again.
 */
void hash_move(struct hash_table *x, uint32_t *slot, size_t nslot,
	hash_of_element *of, const void *ctx, size_t n);

/*
 * The same with slots of its own, which the caller frees with free().  Returns
 * 0, or -1 for no memory, with X as it was.
 */
int hash_grow(struct hash_table *x, size_t nslot, hash_of_element *of,
	const void *ctx, size_t n);

#endif
