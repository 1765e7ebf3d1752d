/* SPDX-License-Identifier: MIT */
/*
 * Says what a compressed file holds, from its frames alone; and, where limits
 * are asked for, from what is in its chunks.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "spz/spz_impl.h"

/* --- the limit ------------------------------------------------------------ */

/*
 * What a tensor cannot be coded in fewer bits than, as long as nothing is known
 * of one element by another: for floats the entropy of the mask, and of every
 * element kept a sign, the entropy of its exponent with the three highest bits
 * of the mantissa, and the other bits; for numbers of one byte their entropy.
 */

/* Bits of the mantissa that are not as good as random. */
#define TOP_NBIT 3

/* Counts the elements of a segment; all zero before first use. */
struct meter {
	uint8_t mantissa; /* bits */
	uint8_t width;    /* 0: no dtype that has a limit */
	bool big_endian, is_float;
	uint64_t nelem, nkept;
	size_t ncount;
	struct buf count; /* uint64_t by exponent and high mantissa bits */
};

/* By dtype code of section 5: bits of the mantissa, or 255 for whole bytes. */
#define WHOLE 255
#define FLOAT_MIN 10
static const struct {
	uint8_t mantissa, width;
} metered[] = {
	[1] = {WHOLE, 1},  /* BOOL */
	[2] = {WHOLE, 1},  /* U8 */
	[3] = {WHOLE, 1},  /* I8 */
	[10] = {WHOLE, 1}, /* F8_E4M3 */
	[11] = {WHOLE, 1}, /* F8_E5M2 */
	[12] = {10, 2},    /* F16 */
	[13] = {7, 2},     /* BF16 */
	[14] = {23, 4},    /* F32 */
	[15] = {52, 8},    /* F64 */
};

static void meter_begin(struct meter *m, const struct spz_segment *s)
{
	struct buf count = m->count;

	*m = (struct meter){.count = count};
	/* a width is what the file says, and may be odd */
	if (s->dtype >= ARRAY_SIZE(metered) ||
		metered[s->dtype].width != s->width)
		return;
	m->mantissa = metered[s->dtype].mantissa;
	m->width = s->width;
	m->is_float = s->dtype >= FLOAT_MIN;
	m->big_endian = s->flags & SPZ_SEGMENT_BIG_ENDIAN;
}

static void meter_free(struct meter *m)
{
	buf_free(&m->count);
}

/* Element at P. */
static uint64_t element(const struct meter *m, const uint8_t *p)
{
	uint64_t x = 0;

	for (unsigned i = 0; i < m->width; i++)
		x = x << 8 | p[m->big_endian ? i : m->width - 1 - i];
	return x;
}

static int meter_add(struct meter *m, const uint8_t *p, size_t n)
{
	unsigned top = 8u * m->width - 1, down;
	size_t size;
	uint64_t *count;

	if (m->width == 0)
		return 0;
	down = m->mantissa == WHOLE ? 0 : m->mantissa - TOP_NBIT;
	size = sizeof(*count) << (m->mantissa == WHOLE ? 8 : top - down);
	if (m->nelem == 0 && buf_reserve(&m->count, size))
		return -1;
	count = (uint64_t *)(void *)m->count.data;
	if (m->nelem == 0)
		memset(count, 0, size);
	m->ncount = size / sizeof(*count);
	for (size_t i = 0; i + m->width <= n; i += m->width) {
		uint64_t x = element(m, p + i), magnitude;

		m->nelem++;
		magnitude = m->is_float ? x & (((uint64_t)1 << top) - 1) : x;
		m->nkept += magnitude != 0;
		if (m->mantissa == WHOLE)
			count[x]++;
		else if (magnitude)
			count[magnitude >> down]++;
	}
	return 0;
}

/* Bits of N things of which COUNT are of one kind, as far as these go. */
static double part(double n, double count)
{
	return count > 0 ? count * log2(n / count) : 0;
}

static double meter_nbyte(const struct meter *m)
{
	const uint64_t *count = (const void *)m->count.data;
	double n = (double)m->nelem, kept = (double)m->nkept, bits = 0;

	if (m->width == 0 || m->nelem == 0)
		return NAN;
	if (m->mantissa == WHOLE)
		kept = n;
	else
		bits = part(n, kept) + part(n, n - kept) +
		       kept * (1 + m->mantissa - TOP_NBIT);
	for (size_t i = 0; i < m->ncount; i++)
		bits += part(kept, (double)count[i]);
	return bits / 8;
}

/* --- the walk ------------------------------------------------------------- */

/* Adds what the chunk in R shows to L. */
static int add_chunk(
	struct spz_listed *l, const struct spz_reader *r, struct diag *d)
{
	const uint8_t *in =
		(const uint8_t *)r->frame.data + SPZ_FRAME_HEAD_NBYTES;
	struct chunk_told t;

	if (chunk_tell(&t, &r->chunk, in, r->n, d))
		return -1;
	l->raw += r->chunk.raw;
	l->packed += (uint64_t)r->n + SPZ_FRAME_NBYTES;
	l->nchunk[r->chunk.mode]++;
	if (r->chunk.mode == CHUNK_ZERO && l->segment.width) {
		l->nelem += r->chunk.raw / l->segment.width;
		l->nzero += r->chunk.raw / l->segment.width;
	} else if (r->chunk.mode == CHUNK_DELTA) {
		l->ncompared += t.count;
		l->nchanged += t.nchanged;
	} else if (r->chunk.mode == CHUNK_VALUES) {
		l->nmask[t.mask]++;
		/* without a mask there may be zeros all the same */
		l->nelem += t.mask == CHUNK_MASK_NONE ? 0 : t.count;
		l->nzero += t.count - t.nkept;
	}
	return 0;
}

/* What is being gathered; the name outlives the frame it came in. */
struct walk {
	struct spz_reader *r;
	struct spz_listed l;
	struct chunk_codec codec;
	struct meter meter;
	struct buf raw;
	struct buf name;
	const struct spz_listener *to;
	bool told[SPZ_NBASE_MAX]; /* bases of the member */
};

/* Tells of the base that the chunk at hand needs, once. */
static int tell_base(struct walk *w, struct diag *d)
{
	const struct spz_segment *s = &w->r->segment;
	const struct spz_base_id *id = (const void *)w->r->bases.data;

	if (w->r->chunk.mode != CHUNK_DELTA ||
		!(s->flags & SPZ_SEGMENT_HAS_BASE))
		return 0;
	if (w->told[s->base] || !w->to->base)
		return 0;
	w->told[s->base] = true;
	return w->to->base(w->to->ctx, &id[s->base], d);
}

/* Decodes the chunk in w->r for the limit. */
static int meter_chunk(struct walk *w, struct diag *d)
{
	const struct spz_reader *r = w->r;
	const uint8_t *in =
		(const uint8_t *)r->frame.data + SPZ_FRAME_HEAD_NBYTES;
	uint8_t *raw = buf_scratch(&w->raw, r->chunk.raw + (size_t)CHUNK_SLACK);

	/* what differences are from is not at hand */
	if (r->chunk.mode == CHUNK_DELTA) {
		w->meter.width = 0;
		return 0;
	}
	if (!raw)
		return diag_nomem(d, r->chunk.raw);
	if (chunk_decode(&w->codec, &r->chunk, in, r->n, raw, d))
		return -1;
	return meter_add(&w->meter, raw, r->chunk.raw)
		       ? diag_nomem(d, r->chunk.raw)
		       : 0;
}

static int begin_segment(struct walk *w, struct diag *d)
{
	const struct spz_segment *s = &w->r->segment;

	memset(&w->l, 0, sizeof(w->l));
	w->l.segment = *s;
	meter_begin(&w->meter, s);
	w->l.packed = (uint64_t)w->r->n + SPZ_FRAME_NBYTES;
	w->name.len = 0;
	buf_add(&w->name, s->name, s->name_len);
	if (!buf_text(&w->name))
		return diag_nomem(d, s->name_len);
	w->l.segment.name = w->name.data;
	return 0;
}

static int walk_member(struct walk *w, struct diag *d)
{
	int more;

	memset(&w->l, 0, sizeof(w->l));
	w->l.segment.name = "";
	memset(w->told, 0, sizeof(w->told));
	meter_begin(&w->meter, &w->l.segment);
	do {
		more = spz_reader_frame(w->r, d);
		if (more < 0)
			return -1;
		if (more && w->r->type == SPZ_CHUNK) {
			if (add_chunk(&w->l, w->r, d) || tell_base(w, d) ||
				(w->to->limits && meter_chunk(w, d)))
				return -1;
			continue;
		}
		w->l.limit = meter_nbyte(&w->meter);
		if (w->meter.width && w->meter.nelem) {
			w->l.nelem = w->meter.nelem;
			w->l.nzero = w->meter.nelem - w->meter.nkept;
		}
		if (w->l.raw && w->to->segment &&
			w->to->segment(w->to->ctx, &w->l, d))
			return -1;
		if (more && begin_segment(w, d))
			return -1;
	} while (more);
	return 0;
}

int spz_list(const struct spz_source *src, const struct spz_listener *listener,
	struct spz_totals *ret, struct diag *d)
{
	struct spz_reader *r = calloc(1, sizeof(*r));
	struct walk w = {.r = r, .to = listener};
	int more;

	if (!r)
		return diag_nomem(d, sizeof(*r));
	r->src = src;
	r->headers_only = !listener->limits;
	while ((more = spz_reader_member(r, d)) > 0)
		if (walk_member(&w, d)) {
			more = -1;
			break;
		}
	if (more == 0 && r->totals.nmember == 0)
		more = diag_set(d, DIAG_DATA,
			"the file is empty; expected compressed data");
	*ret = r->totals;
	buf_free(&w.name);
	buf_free(&w.raw);
	chunk_codec_free(&w.codec);
	meter_free(&w.meter);
	spz_reader_free(r);
	free(r);
	return more;
}
