/* SPDX-License-Identifier: MIT */
/*
 * A list of blocks, the newest first; only the newest has room left.
 */
#include "text/py_block.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_NBYTES 4000

struct py_block {
	struct py_block *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

void *py_block_alloc(struct py_block **list, size_t nbytes)
{
	const size_t align = alignof(max_align_t);
	struct py_block *b = *list;
	size_t size = BLOCK_NBYTES;
	void *p;

	if (nbytes > SIZE_MAX / 2)
		return NULL;
	nbytes = (nbytes + align - 1) / align * align;
	if (!b || b->size - b->used < nbytes) {
		if (size < nbytes)
			size = nbytes;
		b = calloc(1, sizeof(*b) + size);
		if (!b)
			return NULL;
		b->next = *list;
		b->size = size;
		*list = b;
	}
	p = b->data + b->used;
	b->used += nbytes;
	return p;
}

bool py_block_holds(const struct py_block *list, const void *p)
{
	uintptr_t at = (uintptr_t)p;

	for (; list; list = list->next)
		if (at >= (uintptr_t)list->data &&
			at < (uintptr_t)list->data + list->used)
			return true;
	return false;
}

void py_block_free(struct py_block *list)
{
	while (list) {
		struct py_block *next = list->next;
		free(list);
		list = next;
	}
}
