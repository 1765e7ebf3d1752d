/* SPDX-License-Identifier: MIT */
/* Tables of numbers by their hashes; see hash.h. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

uint64_t hash_bytes(const void *p, size_t n)
{
	const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
	const char *s = p;
	uint64_t h = n * prime, w;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&w, s, 8);
		h = (h ^ w) * prime;
		h ^= h >> 29;
	}
	w = 0;
	if (n)
		memcpy(&w, s, n);
	h = (h ^ w) * prime;
	return h ^ h >> 32;
}

void hash_move(struct hash_table *x, uint32_t *slot, size_t nslot,
	hash_of_element *of, const void *ctx, size_t n)
{
	*x = (struct hash_table){slot, nslot};
	for (size_t i = 0; i < n; i++) {
		size_t at = hash_first(x, of(ctx, i));

		while (slot[at])
			at = hash_next(x, at);
		slot[at] = (uint32_t)(i + 1);
	}
}

int hash_grow(struct hash_table *x, size_t nslot, hash_of_element *of,
	const void *ctx, size_t n)
{
	uint32_t *old = x->slot, *slot = calloc(nslot, sizeof(*slot));

	if (!slot)
		return -1;
	hash_move(x, slot, nslot, of, ctx, n);
	free(old);
	return 0;
}
