/* SPDX-License-Identifier: MIT */
/*
 * Tensors in chunks: several threads work on them, and what each comes to is
 * taken in the order of the chunks.
 */
#include "base/diag.h"
#include "base/pool.h"
#include "base/progress.h"
#include "stat/stat_impl.h"

/* Threads cost more than they bring below this. */
#define ALONE_NBYTES ((uint64_t)4 << 20)

struct walking {
	const struct stat_walk *w;
	uint64_t at; /* the next piece */
	bool done;
	struct {
		uint64_t first;
		size_t n;
	} slot[STAT_NSLOT_MAX];
};

static bool alone(const struct stat_walk *w)
{
	return w->nthread == 1 || w->n < ALONE_NBYTES / w->piece_nbytes;
}

size_t stat_walk_nslot(const struct stat_walk *w)
{
	size_t n = alone(w) ? 1 : pool_nslot(w->nthread);

	return n < STAT_NSLOT_MAX ? n : STAT_NSLOT_MAX;
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct walking *c = ctx;
	uint64_t left = c->w->n - c->at;

	(void)d;
	if (left == 0 || c->done)
		return 0;
	c->slot[i].first = c->at;
	c->slot[i].n = left < c->w->npiece ? (size_t)left : c->w->npiece;
	c->at += c->slot[i].n;
	return 1;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	const struct walking *c = ctx;

	if (c->w->work(c->w->ctx, i, c->slot[i].first, c->slot[i].n, d))
		return -1;
	progress_add(c->w->progress, c->slot[i].n * c->w->piece_nbytes);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct walking *c = ctx;

	(void)d;
	if (!c->w->drain(c->w->ctx, i, c->slot[i].n))
		c->done = true;
	return 0;
}

int stat_walk(const struct stat_walk *w, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct walking c = {.w = w};

	return pool_stream(
		alone(w) ? 1 : w->nthread, stat_walk_nslot(w), &stage, &c, d);
}
