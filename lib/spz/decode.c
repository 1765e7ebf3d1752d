/* SPDX-License-Identifier: MIT */
/*
 * Decompresses: one thread reads frames, several decode chunks, one writes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pool.h"
#include "base/progress.h"
#include "spz/spz_impl.h"

struct slot {
	struct spz_codec codec;
	struct buf frame;
	struct buf raw;
	uint32_t n;
	struct spz_chunk_head chunk;
	char where[200];
};

struct decoder {
	struct spz_reader reader;
	const struct spz_sink *dst;
	const struct spz_decode_opts *opts;
	bool in_member;
	struct slot *slot;
};

/* Hands the chunk just read to slot S. */
static int hand_over(struct decoder *c, struct slot *s, struct diag *d)
{
	struct buf swap = s->frame;

	spz_reader_where(&c->reader, false, s->where);
	if (c->reader.totals.raw > c->opts->raw_max)
		return diag_set(d, DIAG_DATA,
			"decodes to more than %llu bytes, the limit",
			(unsigned long long)c->opts->raw_max);
	s->chunk = c->reader.chunk;
	s->n = c->reader.n;
	s->frame = c->reader.frame;
	c->reader.frame = swap;
	return 1;
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct decoder *c = ctx;
	char where[200];
	int more;

	for (;;) {
		if (!c->in_member) {
			more = spz_reader_member(&c->reader, d);
			if (more <= 0)
				return more;
			c->in_member = true;
		}
		more = spz_reader_frame(&c->reader, d);
		if (more < 0) {
			spz_reader_where(&c->reader, true, where);
			return diag_at(d, "%s", where);
		}
		if (more == 0)
			c->in_member = false;
		else if (c->reader.type == SPZ_CHUNK)
			return hand_over(c, &c->slot[i], d);
	}
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct decoder *c = ctx;
	struct slot *s = &c->slot[i];
	uint8_t *raw = spz_scratch(&s->raw, s->chunk.raw + SPZ_SLACK);

	if (!raw)
		return diag_nomem(d, s->chunk.raw);
	if (spz_chunk_decode(&s->codec, &s->chunk,
		    (const uint8_t *)s->frame.data + SPZ_FRAME_HEAD_NBYTES,
		    s->n, raw, d))
		return diag_at(d, "%s", s->where);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct decoder *c = ctx;
	struct slot *s = &c->slot[i];

	progress_add(c->opts->progress, s->chunk.raw);
	if (!c->dst)
		return 0;
	return c->dst->write(c->dst->ctx, s->raw.data, s->chunk.raw, d);
}

/* Hands on what is no member as it is. */
static int pass_through(struct decoder *c, struct diag *d)
{
	uint8_t block[16384];
	ssize_t n;

	c->reader.totals.garbage = false;
	while ((n = spz_reader_garbage(&c->reader, block, sizeof(block), d)) >
		0) {
		c->reader.totals.raw += (uint64_t)n;
		progress_add(c->opts->progress, (uint64_t)n);
		if (c->dst && c->dst->write(c->dst->ctx, block, (size_t)n, d))
			return -1;
	}
	return n < 0 ? -1 : 0;
}

static void free_slots(struct slot *slot, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		spz_codec_free(&slot[i].codec);
		buf_free(&slot[i].frame);
		buf_free(&slot[i].raw);
	}
	free(slot);
}

int spz_decode(const struct spz_source *src, const struct spz_sink *dst,
	const struct spz_decode_opts *o, struct spz_totals *ret, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	size_t nslot = pool_nslot(o->nthread);
	struct decoder *c = calloc(1, sizeof(*c));
	int err = -1;

	if (!c)
		return diag_nomem(d, sizeof(*c));
	c->reader.src = src;
	c->reader.foreign = o->pass_through;
	c->dst = dst;
	c->opts = o;
	c->slot = calloc(nslot, sizeof(*c->slot));
	if (c->slot)
		err = pool_stream(o->nthread, nslot, &stage, c, d);
	else
		diag_nomem(d, nslot * sizeof(*c->slot));
	if (!err && o->pass_through)
		err = pass_through(c, d);
	else if (!err && c->reader.totals.nmember == 0)
		err = diag_set(d, DIAG_DATA,
			"the file is empty; expected compressed data");
	*ret = c->reader.totals;
	if (c->slot)
		free_slots(c->slot, nslot);
	spz_reader_free(&c->reader);
	free(c);
	return err;
}
