/* SPDX-License-Identifier: MIT */
/*
 * Decompresses, a stream or a part of a file: one thread reads frames, several
 * decode chunks, one writes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pool.h"
#include "base/progress.h"
#include "spz/spz_impl.h"

struct slot {
	struct chunk_codec codec;
	struct buf frame;
	struct buf raw;
	uint32_t n;
	struct chunk_head chunk;
	struct spz_based based;
	bool bad_base;
	char where[200];
};

struct decoder {
	struct spz_reader reader;
	const struct spz_sink *dst;
	const struct spz_decode_opts *opts;
	bool in_member;
	const struct spz_base *base[SPZ_NBASE_MAX]; /* as far as needed */
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
	if (spz_base_find(&s->based, &c->reader.chunk, &c->reader.segment,
		    c->reader.segment_raw, (const void *)c->reader.bases.data,
		    c->reader.bases.len / sizeof(struct spz_base_id), c->base,
		    &c->opts->bases, d)) {
		c->reader.totals.bad_base = true;
		return -1;
	}
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
			memset(c->base, 0, sizeof(c->base));
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
	uint8_t *raw = buf_scratch(&s->raw, s->chunk.raw + CHUNK_SLACK);

	if (!raw)
		return diag_nomem(d, s->chunk.raw);
	if (spz_based_decode(&s->codec, &s->based, &s->chunk,
		    (const uint8_t *)s->frame.data + SPZ_FRAME_HEAD_NBYTES,
		    s->n, raw, &s->bad_base, d) == 0)
		return 0;
	return diag_at(d, "%s", s->where);
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
		chunk_codec_free(&slot[i].codec);
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
	for (size_t i = 0; c->slot && i < nslot; i++)
		ret->bad_base |= c->slot[i].bad_base;
	if (c->slot)
		free_slots(c->slot, nslot);
	spz_reader_free(&c->reader);
	free(c);
	return err;
}

/* --- a part of a file ---------------------------------------------------- */

/* A chunk on its way, or a place where none is to be had. */
struct part_slot {
	struct chunk_codec codec;
	struct buf frame, raw;
	const struct spz_place *place;
	struct spz_based based;
	bool is_lost;
	struct diag why;
};

struct part {
	const struct spz_map *map;
	const struct spz_part_opts *opts;
	const struct spz_sink *dst;
	uint64_t from, to;
	const struct spz_place *next, *end;
	struct part_slot *slot;
	bool is_baseless; /* a base was asked for in vain */
	bool is_damaged;  /* there is a run of damage, which may go on: */
	struct spz_damage damage;
	struct spz_piece_info piece;  /* that it is of */
	size_t at_piece;              /* its number */
	const struct spz_base **base; /* as far as needed, as in map */
	struct diag why;
};

/*
 * WHY the place of S cannot be had: to be told when it is drained, or the end.
 */
static int spoil(struct part *c, struct part_slot *s, const struct diag *why,
	struct diag *d)
{
	struct spz_piece_info p;
	char where[200];

	if (why->class == DIAG_DATA && c->opts->on_damage) {
		s->is_lost = true;
		s->why = *why;
		return 0;
	}
	if (d != why)
		*d = *why;
	if (why->class != DIAG_DATA)
		return -1;
	spz_map_get(c->map, s->place->piece, &p);
	spz_segment_where(&p.segment, s->place->raw_at - p.raw_at,
		s->place->raw_at + s->place->raw - p.raw_at, s->place->raw_at,
		where);
	return diag_at(d, "%s", where);
}

/* Reads the frame of S. */
static int read_place(struct part *c, struct part_slot *s, struct diag *d)
{
	const uint64_t most = SPZ_FRAME_NBYTES + CHUNK_HEAD_NBYTES +
			      ((uint64_t)1 << CHUNK_LOG2_MAX);
	const struct spz_place *p = s->place;
	const struct spz_file *f = c->map->file;
	size_t n = (size_t)(p->nbytes < most ? p->nbytes : most);

	s->is_lost = false;
	if (p->type != SPZ_CHUNK)
		return diag_set(d, DIAG_DATA,
			"unexpected end of file; it was cut short, or the way "
			"on is damaged");
	if (!buf_scratch(&s->frame, n))
		return diag_nomem(d, n);
	s->frame.len = n;
	return f->pread(f->ctx, s->frame.data, n, p->at, d);
}

/* An end of which only that it is missing is known belongs to the whole. */
static bool is_end(const struct part *c)
{
	return c->next->type == 0 && c->to == c->map->raw && c->opts->on_damage;
}

/* A base that nobody has is no damage. */
static int ask_for_base(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	struct part *c = ctx;
	const struct spz_finder *f = &c->opts->bases;

	if (f->find ? f->find(f->ctx, want, ret, d) == 0
		    : spz_base_missing(want, d) == 0)
		return 0;
	c->is_baseless = true;
	return -1;
}

/* Finds the base of the chunk that S has, if it needs one. */
static int find_base(struct part *c, struct part_slot *s, struct diag *d)
{
	const struct spz_map *m = c->map;
	const struct spz_map_piece *piece = (const void *)m->piece.data;
	const struct spz_base_id *id = (const void *)m->base.data;
	const uint8_t *p = (const uint8_t *)s->frame.data;
	size_t at = piece[s->place->piece].base_at;
	struct spz_piece_info info;
	struct chunk_head h;
	struct diag doubt;
	uint8_t type;
	uint32_t n;

	s->based.base = NULL;
	if (s->frame.len <= SPZ_FRAME_HEAD_NBYTES + CHUNK_MODE_AT ||
		p[SPZ_FRAME_HEAD_NBYTES + CHUNK_MODE_AT] != CHUNK_DELTA)
		return 0;
	if (spz_frame_check(&type, &n, p, s->frame.len, &doubt) ||
		type != SPZ_CHUNK ||
		chunk_head_parse(&h, p + SPZ_FRAME_HEAD_NBYTES, n, &doubt))
		return 0;
	spz_map_get(m, s->place->piece, &info);
	return spz_base_find(&s->based, &h, &info.segment,
		s->place->raw_at - info.raw_at, id ? id + at : NULL,
		m->base.len / sizeof(*id) - at, c->base + at,
		&(struct spz_finder){ask_for_base, c}, d);
}

static int part_fill(void *ctx, size_t i, struct diag *d)
{
	struct part *c = ctx;
	struct part_slot *s = &c->slot[i];
	struct diag why;

	if (c->next == c->end ||
		((c->next->raw_at >= c->to || c->from == c->to) && !is_end(c)))
		return 0;
	s->place = c->next++;
	if (read_place(c, s, &why) == 0 && find_base(c, s, &why) == 0)
		return 1;
	if (!c->is_baseless)
		return spoil(c, s, &why, d) ? -1 : 1;
	*d = why;
	return -1;
}

static int decode_place(struct part_slot *s, struct diag *d)
{
	const uint8_t *p = (const uint8_t *)s->frame.data;
	struct chunk_head h;
	uint8_t type, *raw;
	uint32_t n;
	bool bad;

	if (spz_frame_check(&type, &n, p, s->frame.len, d))
		return -1;
	p += SPZ_FRAME_HEAD_NBYTES;
	if (type != SPZ_CHUNK || chunk_head_parse(&h, p, n, d))
		return type == SPZ_CHUNK
			       ? -1
			       : diag_set(d, DIAG_DATA, "the index is wrong");
	if (h.raw != s->place->raw)
		return diag_set(d, DIAG_DATA,
			"chunk of %u bytes; the index says %llu", h.raw,
			(unsigned long long)s->place->raw);
	raw = buf_scratch(&s->raw, h.raw + (size_t)CHUNK_SLACK);
	if (!raw)
		return diag_nomem(d, h.raw);
	return spz_based_decode(&s->codec, &s->based, &h, p, n, raw, &bad, d);
}

static int part_work(void *ctx, size_t i, struct diag *d)
{
	struct part *c = ctx;
	struct part_slot *s = &c->slot[i];
	struct diag why;

	if (!s->is_lost && decode_place(s, &why))
		return spoil(c, s, &why, d);
	return 0;
}

/* Tells of the run of damage that has come to its end. */
static int tell_damage(struct part *c, struct diag *d)
{
	struct spz_damage *w = &c->damage;
	uint64_t row = spz_segment_row_nbytes(&c->piece.segment);
	char where[200];

	if (!c->is_damaged)
		return 0;
	c->is_damaged = false;
	w->row = row ? (w->from - c->piece.raw_at) / row : 0;
	w->row_end = row ? (w->to - c->piece.raw_at + row - 1) / row : 0;
	spz_segment_where(&c->piece.segment, w->from - c->piece.raw_at,
		w->is_open ? UINT64_MAX : w->to - c->piece.raw_at, w->from,
		where);
	w->piece = &c->piece;
	w->where = where;
	w->text = c->why.text;
	return c->opts->on_damage(c->opts->ctx, w, d);
}

/* Adds the place of S to the run of damage, or begins another. */
static int note_damage(
	struct part *c, const struct part_slot *s, struct diag *d)
{
	const struct spz_place *p = s->place;
	struct spz_damage *w = &c->damage;

	if (!c->is_damaged || w->to != p->raw_at || c->at_piece != p->piece ||
		strcmp(c->why.text, s->why.text) != 0) {
		if (tell_damage(c, d))
			return -1;
		spz_map_get(c->map, p->piece, &c->piece);
		c->at_piece = p->piece;
		c->is_damaged = true;
		c->why = s->why;
		w->from = p->raw_at;
	}
	w->to = p->raw_at + p->raw;
	w->is_open = p->type == 0;
	return 0;
}

/* Writes N zeros. */
static int put_zeros(const struct spz_sink *dst, uint64_t n, struct diag *d)
{
	static const uint8_t zeros[65536];

	while (n) {
		size_t step = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		if (dst->write(dst->ctx, zeros, step, d))
			return -1;
		n -= step;
	}
	return 0;
}

static int part_drain(void *ctx, size_t i, struct diag *d)
{
	struct part *c = ctx;
	struct part_slot *s = &c->slot[i];
	const struct spz_place *p = s->place;
	uint64_t from = c->from > p->raw_at ? c->from - p->raw_at : 0;
	uint64_t to = p->raw < c->to - p->raw_at ? p->raw : c->to - p->raw_at;

	progress_add(c->opts->progress, to - from);
	if (s->is_lost && note_damage(c, s, d))
		return -1;
	if (!c->dst)
		return 0;
	if (s->is_lost)
		return put_zeros(c->dst, to - from, d);
	return c->dst->write(
		c->dst->ctx, s->raw.data + from, (size_t)(to - from), d);
}

/* The first place that ends behind FROM. */
static const struct spz_place *place_behind(
	const struct spz_place *p, size_t n, uint64_t from)
{
	while (n) {
		const struct spz_place *mid = p + n / 2;

		if (mid->raw_at + mid->raw > from) {
			n /= 2;
		} else {
			p = mid + 1;
			n -= n / 2 + 1;
		}
	}
	return p;
}

int spz_map_decode(const struct spz_map *m, uint64_t from, uint64_t to,
	const struct spz_sink *dst, const struct spz_part_opts *o,
	struct diag *d)
{
	static const struct pool_stage stage = {
		part_fill, part_work, part_drain};
	const struct spz_place *all = (const void *)m->place.data;
	size_t n = m->place.len / sizeof(*all), nslot = pool_nslot(o->nthread);
	size_t nbase = m->base.len / sizeof(struct spz_base_id);
	struct part *c = calloc(1, sizeof(*c));
	int err = -1;

	if (!c)
		return diag_nomem(d, sizeof(*c));
	*c = (struct part){.map = m,
		.opts = o,
		.dst = dst,
		.from = from,
		.to = to,
		.next = place_behind(all, n, from),
		.end = n ? all + n : all};
	c->slot = calloc(nslot, sizeof(*c->slot));
	c->base = calloc(nbase + 1, sizeof(struct spz_base *));
	if (c->slot && c->base)
		err = pool_stream(o->nthread, nslot, &stage, c, d);
	else
		diag_nomem(d, nslot * sizeof(*c->slot));
	if (!err)
		err = tell_damage(c, d);
	for (size_t i = 0; c->slot && i < nslot; i++) {
		chunk_codec_free(&c->slot[i].codec);
		buf_free(&c->slot[i].frame);
		buf_free(&c->slot[i].raw);
	}
	free(c->slot);
	free(c->base);
	free(c);
	return err;
}
