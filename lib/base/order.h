/* SPDX-License-Identifier: MIT */
/*
 * Which of two comes first, for qsort() and bsearch(), and which is the
 * smaller.  Any thread.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Below 0, 0 or above 0 as A is below B, equal or above it: two numbers, or
 * places of one array.  Both are looked at twice.
 */
#define ORDER_OF(a, b) (((a) > (b)) - ((a) < (b)))

/* Of doubles; what is no number is equal to all. */
static inline int order_of_doubles(const void *a, const void *b)
{
	return ORDER_OF(*(const double *)a, *(const double *)b);
}

/* The bytes A[0..NA) and B[0..NB); what the other begins with is first. */
static inline int order_of_bytes(
	const char *a, size_t na, const char *b, size_t nb)
{
	size_t n = na < nb ? na : nb;
	int order = n ? memcmp(a, b, n) : 0;

	return order ? order : ORDER_OF(na, nb);
}

static inline uint64_t order_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t order_most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
