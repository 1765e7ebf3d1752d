/* SPDX-License-Identifier: MIT */
/*
 * The one pipeline: items are cut into runs, runs are gathered into chunks,
 * chunks are read and worked on by several threads and handed back in order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pool.h"
#include "base/progress.h"
#include "file/input.h"
#include "select/select_impl.h"

/* Bytes between two items that are read with them rather than sought over. */
#define GAP_MAX 4096
/* A hole is asked for where not to read it saves more than to ask. */
#define HOLE_MIN ((size_t)1 << 16)

struct chunk {
	unsigned char *buf;
	size_t nzero; /* bytes at the begin of buf that are 0 */
	/* The chunk, as far into a page of memory as it is in its file. */
	unsigned char *p;
	struct select_run *run;
	void *slot;
	struct select_room room; /* with these, and what the slot has */
	size_t nrun;
	const struct input *in;
	uint64_t offset; /* of the chunk's first byte */
	size_t nbytes;
};

struct scanning {
	const struct select_scan *s;
	size_t pack_nbytes; /* small items share a chunk up to so many */
	size_t cap;         /* bytes of a chunk */
	/* Where filling is. */
	size_t at_item;
	uint64_t at_elem;
	struct input_hole hole; /* the last that was met */
	struct chunk chunk[SELECT_NSLOT_MAX];
	size_t nslot;
	bool enough; /* for who drains */
};

/* In front of what is given; the alignment of all types. */
union block {
	void *before;
	max_align_t align;
};

static void *take(struct select_room *m, size_t n, bool zero)
{
	union block *b = NULL;

	m->nbytes += n;
	if (n <= SIZE_MAX - sizeof(*b))
		b = zero ? calloc(1, sizeof(*b) + n) : malloc(sizeof(*b) + n);
	m->bad |= !b;
	if (!b)
		return NULL;
	b->before = m->last;
	m->last = b;
	return b + 1;
}

void *select_room_get(struct select_room *m, size_t n)
{
	return take(m, n, false);
}

void *select_room_zero(struct select_room *m, size_t n)
{
	return take(m, n, true);
}

void select_room_free(struct select_room *m)
{
	while (m->last) {
		union block *b = m->last;

		m->last = b->before;
		free(b);
	}
}

size_t select_scan_nslot(unsigned nthread)
{
	size_t n = pool_nslot(nthread);

	return n < SELECT_NSLOT_MAX ? n : SELECT_NSLOT_MAX;
}

/* Elements of the longest run of ITEM. */
static uint64_t run_max(
	const struct select_scan *s, const struct select_item *it)
{
	uint64_t unit = it->unit ? it->unit : 1;
	uint64_t max = it->run_nelem ? it->run_nelem : s->chunk_nelem;
	uint64_t n = max - max % unit;

	if (n == 0)
		n = unit;
	return n < it->n ? n : it->n;
}

/* The next run, of the item that filling is at. */
static struct select_run cut_run(const struct scanning *c)
{
	const struct select_item *it = &c->s->item[c->at_item];
	uint64_t left = it->n - c->at_elem, max = run_max(c->s, it);

	return (struct select_run){
		.item = c->at_item,
		.n = (size_t)(left < max ? left : max),
		.first = it->skip + c->at_elem,
		.last = left <= max,
	};
}

static void add_run(struct scanning *c, struct chunk *s, struct select_run r)
{
	const struct select_item *it = &c->s->item[r.item];
	uint64_t offset = it->offset + (r.first - it->skip) * it->width;

	r.p = s->p + (offset - s->offset);
	s->nbytes = (size_t)(offset - s->offset) + r.n * it->width;
	s->run[s->nrun++] = r;
	c->at_elem += r.n;
	if (!r.last)
		return;
	c->at_elem = 0;
	for (c->at_item++; c->at_item < c->s->nitem; c->at_item++)
		if (c->s->item[c->at_item].n)
			break;
}

/* Whether the item that filling is at goes whole into the chunk of S. */
static bool fits(const struct scanning *c, const struct chunk *s)
{
	const struct select_item *it = &c->s->item[c->at_item];
	uint64_t end = s->offset + s->nbytes;

	return c->at_item < c->s->nitem && s->run[s->nrun - 1].last &&
	       !it->turned && !c->s->item[s->run[0].item].turned &&
	       s->nrun < SELECT_SCAN_NRUN && it->in == s->in &&
	       it->group == c->s->item[s->run[0].item].group &&
	       it->offset >= end && it->offset - end <= GAP_MAX &&
	       s->nbytes < c->pack_nbytes &&
	       it->n <= (c->pack_nbytes - s->nbytes) / it->width &&
	       it->offset - end <=
		       c->pack_nbytes - s->nbytes - it->n * it->width &&
	       run_max(c->s, it) == it->n;
}

/* A hole in the file is zeros that need not be read. */
static void take_hole(
	struct scanning *c, struct chunk *s, const struct select_item *it)
{
	size_t end = (size_t)(s->p - s->buf) + s->nbytes;

	s->run[0].zero = s->nrun == 1 && s->nbytes >= HOLE_MIN && !it->solid &&
			 !it->turned &&
			 input_hole(&c->hole, s->in, s->offset, s->nbytes);
	if (!s->run[0].zero) {
		s->nzero = 0;
	} else if (s->nzero < end) {
		memset(s->buf + s->nzero, 0, end - s->nzero);
		s->nzero = end;
	}
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct scanning *c = ctx;
	struct chunk *s = &c->chunk[i];
	const struct select_item *it;

	(void)d;
	while (c->at_item < c->s->nitem && c->s->item[c->at_item].n == 0)
		c->at_item++;
	if (c->at_item == c->s->nitem || c->enough)
		return 0;
	it = &c->s->item[c->at_item];
	s->nrun = 0;
	s->nbytes = 0;
	s->in = it->in;
	s->offset = it->offset + c->at_elem * it->width;
	s->p = s->buf + (s->in->base + s->offset) % INPUT_PAGE;
	add_run(c, s, cut_run(c));
	while (fits(c, s))
		add_run(c, s, cut_run(c));
	take_hole(c, s, it);
	return 1;
}

int select_item_read(const struct select_item *it, uint64_t first, size_t n,
	unsigned char *p, struct diag *d)
{
	const struct tensor_span *s = it->turned;
	size_t number;

	if (!s)
		return input_pread(it->in, p, n * it->width,
			it->offset + (first - it->skip) * it->width, d);
	if (tensor_read(it->in, s, it->width, false, first, n, p, d))
		return -1;
	number = tensor_number_nbytes(s, it->width);
	if (s->big_endian)
		select_swap(p, n * (it->width / number), number);
	return 0;
}

static int read_chunk(
	const struct scanning *c, const struct chunk *s, struct diag *d)
{
	const struct select_item *it = &c->s->item[s->run[0].item];

	if (s->run[0].zero || it->unread)
		return 0;
	if (it->turned)
		return select_item_read(
			it, s->run[0].first, s->run[0].n, s->p, d);
	return input_pread(s->in, s->p, s->nbytes, s->offset, d);
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct scanning *c = ctx;
	struct chunk *s = &c->chunk[i];

	if (read_chunk(c, s, d) ||
		c->s->hooks->work(c->s->ctx, s->slot, s->run, s->nrun, d))
		return -1;
	progress_add(c->s->progress, s->nbytes);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct scanning *c = ctx;
	struct chunk *s = &c->chunk[i];
	int ret = 0;

	if (c->s->hooks->drain && !c->enough)
		ret = c->s->hooks->drain(
			c->s->ctx, s->slot, s->run, s->nrun, d);
	c->enough |= ret > 0;
	return ret < 0 ? -1 : 0;
}

/* How much memory a chunk needs. */
static void measure(struct scanning *c)
{
	uint64_t total = 0;

	for (size_t i = 0; i < c->s->nitem; i++) {
		const struct select_item *it = &c->s->item[i];
		uint64_t n = run_max(c->s, it) * it->width;

		total += it->n * it->width + GAP_MAX;
		if (n > c->cap)
			c->cap = (size_t)n;
	}
	c->pack_nbytes = c->s->nitem > 1 ? c->s->chunk_nelem * 4 : 0;
	if (c->pack_nbytes > total)
		c->pack_nbytes = (size_t)total;
	if (c->pack_nbytes > c->cap)
		c->cap = c->pack_nbytes;
}

static int make_chunks(struct scanning *c, struct diag *d)
{
	const struct select_hooks *h = c->s->hooks;
	size_t nrun = c->s->nitem < SELECT_SCAN_NRUN ? c->s->nitem + 1
						     : SELECT_SCAN_NRUN;

	for (size_t i = 0; i < c->nslot; i++) {
		struct chunk *s = &c->chunk[i];

		s->buf = input_alloc(c->cap + INPUT_PAGE);
		s->run = select_room_zero(&s->room, nrun * sizeof(*s->run));
		s->slot = select_room_zero(&s->room, h->slot_nbytes);
		if (s->slot && h->init)
			h->init(c->s->ctx, s->slot, &s->room);
		if (!s->buf || s->room.bad)
			return diag_nomem(d, c->cap + s->room.nbytes);
	}
	return 0;
}

int select_scan(const struct select_scan *s, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct scanning c = {.s = s, .nslot = select_scan_nslot(s->nthread)};
	int ret = 0;

	measure(&c);
	if (c.cap == 0)
		return 0;
	ret = make_chunks(&c, d);
	if (!ret)
		ret = pool_stream(s->nthread, c.nslot, &stage, &c, d);
	for (size_t i = 0; i < c.nslot; i++) {
		select_room_free(&c.chunk[i].room);
		free(c.chunk[i].buf);
	}
	return ret;
}
