/* SPDX-License-Identifier: MIT */
/*
 * How far a long piece of work has come.  The library counts, cmd/ draws.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

struct progress {
	_Atomic uint64_t done;  /* bytes or rows so far; any thread adds */
	_Atomic uint64_t total; /* 0: not known */
};

/* Adds N; P may be NULL, then nobody watches. */
static inline void progress_add(struct progress *p, uint64_t n)
{
	if (p)
		atomic_fetch_add_explicit(&p->done, n, memory_order_relaxed);
}

#endif
