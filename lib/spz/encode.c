/* SPDX-License-Identifier: MIT */
/*
 * Compresses: one thread reads, several pack batches into frames, one writes
 * them, keeps the index and ends the member.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/zip.h"
#include "spz/pack.h"

struct encoder {
	struct spz_plan plan;
	const struct spz_sink *dst;
	const struct spz_encode_opts *opts;
	bool begun; /* a batch was filled */
	struct buf index;
	uint64_t raw;
	uint64_t packed;
	uint32_t crc;
	struct spz_batch *slot;
};

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct encoder *c = ctx;
	struct spz_batch *b = &c->slot[i];
	int more;

	b->raw.len = 0;
	b->pieces.len = 0;
	more = spz_plan_next(&c->plan, &b->raw, &b->pieces, d);
	b->first = !c->begun;
	c->begun = true;
	return more;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct encoder *c = ctx;

	return spz_batch_pack(&c->slot[i], d);
}

static int put(struct encoder *c, const void *p, size_t n, struct diag *d)
{
	if (c->dst->write(c->dst->ctx, p, n, d))
		return -1;
	c->packed += n;
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct encoder *c = ctx;
	struct spz_batch *b = &c->slot[i];
	const struct spz_packed *p = (const void *)b->packed.data;
	const struct spz_packed *end = p + b->packed.len / sizeof(*p);
	uint8_t entry[SPZ_INDEX_ENTRY_NBYTES];

	for (; p < end; p++) {
		le_store64(entry,
			(c->packed + p->out_at) | (uint64_t)p->type << 56);
		le_store64(entry + 8, c->raw);
		if (buf_add(&c->index, entry, sizeof(entry)))
			return diag_nomem(d, c->index.len);
		c->raw += p->raw;
		c->crc = zip_crc32_combine(c->crc, p->crc, p->raw);
	}
	progress_add(c->opts->progress, b->raw.len);
	return put(c, b->out.data, b->out.len, d);
}

static int put_header(struct encoder *c, struct diag *d)
{
	uint8_t out[SPZ_HEADER_NBYTES];
	struct spz_header h = {
		.major = SPZ_MAJOR,
		.minor = SPZ_MINOR,
		.chunk_log2 = SPZ_CHUNK_LOG2,
		.raw_size = c->opts->raw_size,
	};

	spz_header_store(out, &h);
	return put(c, out, sizeof(out), d);
}

/* Sections 8 and 9.  An index of one frame tells nothing. */
static int put_trailer(struct encoder *c, struct diag *d)
{
	struct spz_end e = {.raw = c->raw, .crc = c->crc};
	struct buf b = {0};
	size_t start;
	int ret = 0;

	e.packed = c->packed;
	if (c->index.len > SPZ_INDEX_ENTRY_NBYTES) {
		e.index_offset = c->packed;
		ret = spz_frame_begin(&b, SPZ_INDEX, &start) ||
		      buf_add(&b, c->index.data, c->index.len) ||
		      spz_frame_end(&b, start);
		e.packed += b.len;
	}
	e.packed += SPZ_END_NBYTES + SPZ_FRAME_NBYTES;
	ret = ret || spz_end_store(&b, &e);
	ret = ret ? diag_nomem(d, c->index.len) : put(c, b.data, b.len, d);
	buf_free(&b);
	return ret;
}

/* A shape that was given, of a pipe whose length only now is known. */
static int check_shape(const struct encoder *c, struct diag *d)
{
	const struct tensor_hint *h = c->opts->hint;
	uint64_t want = c->plan.map.nspan ? c->plan.map.span[0].nbytes : 0;

	if (!h || h->format != TENSOR_FORMAT_RAW || !h->ndim || c->raw == want)
		return 0;
	return diag_set(d, DIAG_DATA, "%llu bytes; the shape given needs %llu",
		(unsigned long long)c->raw, (unsigned long long)want);
}

static int run(struct encoder *c, size_t nslot, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};

	for (size_t i = 0; i < nslot; i++)
		c->slot[i].codec.level = c->opts->level;
	if (put_header(c, d) ||
		pool_stream(c->opts->nthread, nslot, &stage, c, d))
		return -1;
	if (c->opts->raw_size != SPZ_RAW_UNKNOWN && c->raw != c->opts->raw_size)
		return diag_set(d, DIAG_DATA,
			"%llu bytes read; there were %llu before: the file "
			"changed",
			(unsigned long long)c->raw,
			(unsigned long long)c->opts->raw_size);
	return check_shape(c, d) || put_trailer(c, d) ? -1 : 0;
}

int spz_encode(const struct spz_source *src, const struct spz_sink *dst,
	const struct spz_encode_opts *o, struct spz_totals *ret, struct diag *d)
{
	size_t nslot = pool_nslot(o->nthread);
	struct encoder c = {.dst = dst, .opts = o};
	int err;

	if (spz_plan_open(&c.plan, src, o, d)) {
		spz_plan_close(&c.plan);
		return -1;
	}
	c.slot = calloc(nslot, sizeof(*c.slot));
	err = c.slot ? run(&c, nslot, d)
		     : diag_nomem(d, nslot * sizeof(*c.slot));
	*ret = (struct spz_totals){
		.raw = c.raw, .packed = c.packed, .crc = c.crc, .nmember = 1};
	for (size_t i = 0; c.slot && i < nslot; i++)
		spz_batch_free(&c.slot[i]);
	free(c.slot);
	buf_free(&c.index);
	spz_plan_close(&c.plan);
	return err;
}
