/* SPDX-License-Identifier: MIT */
/* Inside of lib/tape: what its files share, under the name of each. */
#ifndef TAPE_TAPE_IMPL_H
#define TAPE_TAPE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tape/tape.h"

struct diag;

/* --- spool.c ------------------------------------------------------------- */

/*
 * Bytes that wait to be read again: first all is put, then it is read.
 */
struct tape_spool;

/* DIR (borrowed) is for what has no place in memory.  Returns 0, or -1. */
int tape_spool_new(struct tape_spool **ret, const char *dir, struct diag *d);
void tape_spool_free(struct tape_spool *s);

/* Returns 0, or -1. */
int tape_spool_put(
	struct tape_spool *s, const void *p, size_t n, struct diag *d);

/* What is read next begins at OFFSET; no more can be put.  Returns 0, or -1. */
int tape_spool_seek(struct tape_spool *s, uint64_t offset, struct diag *d);

/* Where that is. */
uint64_t tape_spool_at(const struct tape_spool *s);

/*
 * Reads N bytes, which are valid until the next call, and aligned as their
 * offset is.  Returns 1, 0 if there are not as many, or -1.
 */
int tape_spool_view(
	struct tape_spool *s, const void **ret, size_t n, struct diag *d);

#endif
