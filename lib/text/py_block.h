/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given out piece by piece and released as a whole: the nodes
 * of a tree, the values of an evaluation.
 */
#ifndef TEXT_PY_BLOCK_H
#define TEXT_PY_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

struct py_block;

/*
 * NBYTES of zeros, aligned for anything, that live until py_block_free(*LIST);
 * *LIST begins as NULL.  Returns NULL for no memory.
 */
void *py_block_alloc(struct py_block **list, size_t nbytes);

/* Whether P points into LIST. */
bool py_block_holds(const struct py_block *list, const void *p);

void py_block_free(struct py_block *list);

#endif
