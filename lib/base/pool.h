/* SPDX-License-Identifier: MIT */
/*
 * An ordered pipeline: a stream of items is filled in order by the calling
 * thread, worked on by several threads at once, and drained in order by the
 * calling thread again.  What comes out does not depend on the number of
 * threads, and no more than NSLOT items are in memory.  Signals go to the
 * calling thread only.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct diag;

/*
 * The stack of a worker.  What work() calls may recurse, to a fixed depth: its
 * deepest case is to be run by a worker in tests/unit/test_deep.c.  (glibc's
 * 8 MiB is waste, musl's 128 KiB is too little.)
 */
#define POOL_STACK_NBYTES ((size_t)2 << 20)

struct pool_stage {
	/* Fills slot SLOT with the next item: 1 filled, 0 no more, -1. */
	int (*fill)(void *ctx, size_t slot, struct diag *d);
	/* Works on a filled slot, on any thread.  Returns 0, or -1. */
	int (*work)(void *ctx, size_t slot, struct diag *d);
	/*
	 * Takes the finished slot, in the order of filling.  Returns 0, or -1.
	 */
	int (*drain)(void *ctx, size_t slot, struct diag *d);
};

/*
 * Runs the stream over NSLOT slots, numbered from 0, that the caller keeps in
 * CTX.  NTHREAD 0 means one per processor; with 1, or NSLOT 1, all runs on the
 * calling thread.  The first failure in the order of items ends the stream and
 * is the one returned in D.  Returns 0, or -1 with every worker joined.
 */
int pool_stream(unsigned nthread, size_t nslot, const struct pool_stage *stage,
	void *ctx, struct diag *d);

/* Slots that keep NTHREAD (0: all processors) busy. */
size_t pool_nslot(unsigned nthread);

#endif
