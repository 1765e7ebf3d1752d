/* SPDX-License-Identifier: MIT */
/* Names by number; see names.h. */
#include <stdlib.h>

#include "base/array.h"
#include "base/names.h"

#define BLOCK ((size_t)64 << 10)
#define NSLOT_FIRST 64

/* Where copies lie. */
struct names_block {
	struct names_block *next;
	size_t used, cap;
	char data[];
};

static uint64_t hash_of_name(const void *ctx, size_t i)
{
	const struct names_name *name = ctx;

	return name[i].hash;
}

/* The slot of S[0..N), or the free one where it belongs. */
static size_t slot_of(
	const struct names *x, uint32_t hash, const char *s, size_t n)
{
	const struct hash_table *t = &x->table;
	size_t at = hash_first(t, hash);

	for (; t->slot[at]; at = hash_next(t, at)) {
		size_t i = t->slot[at] - 1;

		if (x->name[i].hash == hash && names_is(x, i, s, n))
			break;
	}
	return at;
}

static char *copy(struct names *x, const char *s, size_t n)
{
	struct names_block *b = x->block;
	char *p;

	if (!b || b->cap - b->used <= n) {
		size_t cap = n >= BLOCK ? n + 1 : BLOCK;

		b = malloc(sizeof(*b) + cap);
		if (!b)
			return NULL;
		*b = (struct names_block){.next = x->block, .cap = cap};
		x->block = b;
	}
	p = b->data + b->used;
	memcpy(p, s, n);
	p[n] = '\0';
	b->used += n + 1;
	return p;
}

size_t names_find(const struct names *x, const char *s, size_t n)
{
	size_t at;

	if (x->n == 0)
		return NAMES_NONE;
	at = slot_of(x, (uint32_t)hash_bytes(s, n), s, n);
	return x->table.slot[at] ? x->table.slot[at] - 1 : NAMES_NONE;
}

static int grow(struct names *x)
{
	size_t nslot = hash_larger(&x->table, NSLOT_FIRST);

	if (array_resize(&x->name, nslot / 2, sizeof(*x->name), NULL))
		return -1;
	return hash_grow(&x->table, nslot, hash_of_name, x->name, x->n);
}

/* Adds S[0..N), which is not there. */
static size_t add(struct names *x, uint32_t hash, const char *s, size_t n)
{
	char *p;

	if (n > UINT32_MAX || (hash_is_full(&x->table, x->n) && grow(x) < 0))
		return NAMES_NONE;
	p = copy(x, s, n);
	if (!p)
		return NAMES_NONE;
	x->name[x->n] = (struct names_name){p, (uint32_t)n, hash};
	x->table.slot[slot_of(x, hash, s, n)] = (uint32_t)++x->n;
	return x->n - 1;
}

size_t names_add(struct names *x, const char *s, size_t n)
{
	uint32_t hash = (uint32_t)hash_bytes(s, n);
	size_t at;

	if (x->n == 0)
		return add(x, hash, s, n);
	at = slot_of(x, hash, s, n);
	return x->table.slot[at] ? x->table.slot[at] - 1 : add(x, hash, s, n);
}

void names_free(struct names *x)
{
	while (x->block) {
		struct names_block *b = x->block;

		x->block = b->next;
		free(b);
	}
	free(x->name);
	free(x->table.slot);
	*x = (struct names){0};
}
