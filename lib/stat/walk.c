/* SPDX-License-Identifier: MIT */
/*
 * Tensors in chunks: several threads work on them, and what each comes to is
 * taken in the order of the chunks.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/pool.h"
#include "base/progress.h"
#include "file/input.h"
#include "stat/stat_impl.h"

/* Threads cost more than they bring below this. */
#define ALONE_NBYTES ((uint64_t)4 << 20)
#define CHUNK_NBYTES ((size_t)1 << 20)
/* Of what lies apart: the more rows, the more lies together. */
#define TURNED_NBYTES ((size_t)4 << 20)

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
	if (c->w->begin)
		c->w->begin(c->w->ctx, i, c->slot[i].first, c->slot[i].n);
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

/* --- elements ------------------------------------------------------------- */

struct reading {
	const struct stat_side *s;
	struct input_hole a, b; /* the last that were met */
	struct {
		unsigned char *p, *q;
		bool hole; /* of both */
	} slot[STAT_NSLOT_MAX];
};

static bool is_hole(struct input_hole *known, const struct stat_reader *r,
	uint64_t first, size_t n)
{
	const struct tensor_span *s = r->t.span;

	return !r->whole && !r->turned &&
	       input_hole(known, r->t.in, s->offset + first * r->width,
		       n * r->width);
}

static void begin_chunk(void *ctx, size_t i, uint64_t first, size_t n)
{
	struct reading *c = ctx;
	const struct stat_side *s = c->s;

	c->slot[i].hole = s->b && is_hole(&c->a, s->a, first, n) &&
			  is_hole(&c->b, s->b, first, n);
}

static int read_chunk(
	void *ctx, size_t i, uint64_t first, size_t n, struct diag *d)
{
	struct reading *c = ctx;
	const struct stat_side *s = c->s;
	unsigned char *p = c->slot[i].p, *q = c->slot[i].q;

	if (c->slot[i].hole)
		n = 0;
	if (stat_reader_get(s->a, first, n, p, d) ||
		(s->b && stat_reader_get(s->b, first, n, q, d)))
		return -1;
	s->look(s->ctx, i, first, n, p, q);
	return 0;
}

static bool drain_chunk(void *ctx, size_t i, size_t n)
{
	const struct reading *c = ctx;

	return c->s->drain(c->s->ctx, i, n);
}

/* Elements of a chunk: of what lies apart whole rows, where there is room. */
static size_t chunk_nelem(const struct stat_side *s)
{
	const struct stat_reader *a = s->a;
	size_t n = TURNED_NBYTES / a->width;
	uint64_t row;

	if (!a->turned && !(s->b && s->b->turned))
		return CHUNK_NBYTES / a->width;
	row = a->n / a->t.span->shape[0];
	return row <= n ? n - n % (size_t)row : n;
}

int stat_walk_read(
	const struct stat_side *s, const struct stat_how *how, struct diag *d)
{
	struct reading c = {.s = s};
	const struct stat_walk w = {
		.n = s->a->n,
		.npiece = chunk_nelem(s),
		.piece_nbytes = s->a->width,
		.nthread = how->nthread,
		.progress = how->progress,
		.begin = begin_chunk,
		.work = read_chunk,
		.drain = drain_chunk,
		.ctx = &c,
	};
	size_t nslot = stat_walk_nslot(&w);
	size_t nbytes =
		w.piece_nbytes * (w.n < w.npiece ? (size_t)w.n : w.npiece);
	int ret = 0;

	for (size_t i = 0; i < nslot; i++) {
		c.slot[i].p = input_alloc(nbytes + 1);
		c.slot[i].q = s->b ? input_alloc(nbytes + 1) : NULL;
		if (!c.slot[i].p || (s->b && !c.slot[i].q))
			ret = diag_nomem(d, nbytes);
	}
	if (!ret)
		ret = stat_walk(&w, d);
	for (size_t i = 0; i < nslot; i++) {
		free(c.slot[i].p);
		free(c.slot[i].q);
	}
	return ret;
}
