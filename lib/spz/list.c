/* SPDX-License-Identifier: MIT */
/* Says what an .spz file holds, from its frames alone. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "spz/reader.h"

/* Adds what the chunk in R shows to L. */
static int add_chunk(
	struct spz_listed *l, const struct spz_reader *r, struct diag *d)
{
	const uint8_t *in = (const uint8_t *)r->frame.data +
			    SPZ_FRAME_HEAD_NBYTES + SPZ_CHUNK_HEAD_NBYTES;
	uint32_t count = r->chunk.raw / r->chunk.width;
	struct spz_values_head h;

	l->raw += r->chunk.raw;
	l->packed += (uint64_t)r->n + SPZ_FRAME_NBYTES;
	l->nchunk[r->chunk.mode]++;
	if (r->chunk.mode == SPZ_ZERO && l->segment.width) {
		l->nelem += r->chunk.raw / l->segment.width;
		l->nzero += r->chunk.raw / l->segment.width;
	}
	if (r->chunk.mode != SPZ_VALUES)
		return 0;
	if (spz_values_head_parse(&h, in,
		    r->n - SPZ_CHUNK_HEAD_NBYTES -
			    r->chunk.raw % r->chunk.width,
		    count, r->chunk.width, d))
		return -1;
	l->nmask[h.mask]++;
	l->nelem += count;
	l->nzero += count - h.nkept;
	return 0;
}

/* What is being gathered; the name outlives the frame it came in. */
struct walk {
	struct spz_reader *r;
	struct spz_listed l;
	struct buf name;
	int (*on_segment)(void *, const struct spz_listed *, struct diag *);
	void *ctx;
};

static int begin_segment(struct walk *w, struct diag *d)
{
	const struct spz_segment *s = &w->r->segment;

	memset(&w->l, 0, sizeof(w->l));
	w->l.segment = *s;
	w->l.packed = (uint64_t)w->r->n + SPZ_FRAME_NBYTES;
	w->name.len = 0;
	if (buf_add(&w->name, s->name, s->name_len) || buf_terminate(&w->name))
		return diag_nomem(d, s->name_len);
	w->l.segment.name = w->name.data;
	return 0;
}

static int walk_member(struct walk *w, struct diag *d)
{
	int more;

	memset(&w->l, 0, sizeof(w->l));
	w->l.segment.name = "";
	do {
		more = spz_reader_frame(w->r, d);
		if (more < 0)
			return -1;
		if (more && w->r->type == SPZ_CHUNK) {
			if (add_chunk(&w->l, w->r, d))
				return -1;
			continue;
		}
		if (w->l.raw && w->on_segment &&
			w->on_segment(w->ctx, &w->l, d))
			return -1;
		if (more && begin_segment(w, d))
			return -1;
	} while (more);
	return 0;
}

int spz_list(const struct spz_source *src,
	int (*on_segment)(void *ctx, const struct spz_listed *, struct diag *),
	void *ctx, struct spz_totals *ret, struct diag *d)
{
	struct spz_reader *r = calloc(1, sizeof(*r));
	struct walk w = {.r = r, .on_segment = on_segment, .ctx = ctx};
	int more;

	if (!r)
		return diag_nomem(d, sizeof(*r));
	r->src = src;
	r->headers_only = true;
	while ((more = spz_reader_member(r, d)) > 0)
		if (walk_member(&w, d)) {
			more = -1;
			break;
		}
	if (more == 0 && r->totals.nmember == 0)
		more = diag_set(d, DIAG_DATA,
			"the file is empty; expected an spz file");
	*ret = r->totals;
	buf_free(&w.name);
	spz_reader_free(r);
	free(r);
	return more;
}
