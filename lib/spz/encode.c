/* SPDX-License-Identifier: MIT */
/*
 * Compresses: batches of pieces are packed into frames by several threads, and
 * one writes the member.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/pool.h"
#include "base/progress.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

struct spz_batch {
	struct chunk_codec codec;
	struct buf raw;
	struct buf pieces; /* struct spz_piece */
	struct buf out;    /* frames */
	struct buf best;   /* the smallest of them so far */
	struct buf tensor; /* frames on trial */
	struct buf run;    /* opaque bytes on trial: of raw, */
	size_t run_from, run_to;
	struct buf base;  /* bytes of one */
	size_t nbase;     /* that have numbers once the batch is filled */
	bool first;       /* of the member: opaque needs no SEGMENT */
	struct diag diag; /* why a base cannot be read */
};

/* --- a batch ------------------------------------------------------------- */

/*
 * Packs a batch.  A small tensor becomes a segment of its own only if that
 * saves more than its frames cost; the others run together as opaque bytes,
 * so that no file grows by more than a few frames per mebibyte.
 */

/*
 * Index entries of a tensor and of the opaque run that it ends, and the two
 * frames that begin the run anew.
 */
#define SPLIT_NBYTES                                         \
	(4 * SPZ_INDEX_ENTRY_NBYTES + 2 * SPZ_FRAME_NBYTES + \
		SPZ_SEGMENT_NBYTES + CHUNK_HEAD_NBYTES)

/* From here on it is tried what a tensor costs in a run; up to these bytes. */
#define JOIN_LEVEL 8
#define JOIN_NBYTES_MAX ((size_t)16 << 10)

static void batch_free(struct spz_batch *b)
{
	chunk_codec_free(&b->codec);
	buf_free(&b->raw);
	buf_free(&b->pieces);
	buf_free(&b->out);
	buf_free(&b->best);
	buf_free(&b->tensor);
	buf_free(&b->run);
	buf_free(&b->base);
}

/* The dtype code of a span, 0 if it is to be opaque. */
static uint8_t code_of(const struct tensor_span *s)
{
	uint8_t code = s && s->ndim <= SPZ_NDIM_MAX ? SPZ_NDTYPE - 1 : 0;
	char other[16];

	while (code && strcmp(spz_dtype_name(code, other),
			       tensor_dtype_info[s->dtype].name) != 0)
		code--;
	return code;
}

/* Appends a SEGMENT frame for P, or for opaque bytes if that is NULL. */
static void put_segment(const struct spz_piece *p, struct buf *out)
{
	const struct tensor_span *s = p ? p->span : NULL;
	struct spz_segment seg = {.dtype = code_of(s)};
	size_t len;

	if (s && seg.dtype) {
		len = strlen(s->name);
		seg.width = tensor_dtype_info[s->dtype].nbytes;
		seg.flags = (s->fortran ? SPZ_SEGMENT_FORTRAN : 0) |
			    (s->big_endian ? SPZ_SEGMENT_BIG_ENDIAN : 0);
		seg.ndim = (uint8_t)s->ndim;
		memcpy(seg.shape, s->shape, s->ndim * sizeof(*s->shape));
		seg.name = s->name;
		seg.name_len = (uint16_t)(len > SPZ_NAME_MAX ? 0 : len);
		seg.flags |= p->pair.base ? SPZ_SEGMENT_HAS_BASE : 0;
		seg.base = p->pair.number;
		seg.base_offset = p->pair.offset;
	}
	spz_segment_store(out, &seg);
}

/* What is known of the elements of S, of which chunks hold whole rows. */
static struct chunk_elements elements_of(const struct tensor_span *s)
{
	struct chunk_elements e = {0};
	uint64_t row = 1;

	if (!s || !code_of(s))
		return e;
	e.width = tensor_dtype_info[s->dtype].nbytes;
	e.big_endian = e.width > 1 && s->big_endian;
	e.is_signed = s->dtype == TENSOR_I16 || s->dtype == TENSOR_I32 ||
		      s->dtype == TENSOR_I64;
	for (size_t i = s->ndim; i-- > 1;) {
		row *= s->fortran ? s->shape[s->ndim - 1 - i] : s->shape[i];
		if (i == 2)
			e.grid.inner = (size_t)row;
	}
	e.grid.row = (size_t)row;
	return e;
}

/*
 * Gives the codec what P is a difference from, if anything.  Returns 0, or -1.
 */
static int take_base(struct spz_batch *b, const struct spz_piece *p)
{
	struct chunk_delta *t = &b->codec.delta;
	uint8_t *base;

	t->base = NULL;
	if (!p || !p->pair.base)
		return 0;
	base = buf_scratch(&b->base, p->nbytes);
	if (!base)
		return -1;
	if (p->pair.base->pread(p->pair.base->ctx, base, p->nbytes,
		    p->pair.offset, &b->diag))
		return -1;
	t->base = base;
	t->is_float = tensor_dtype_info[p->span->dtype].is_float;
	return 0;
}

/* Appends a CHUNK frame of P, or of opaque bytes if that is NULL. */
static int put_chunk(struct spz_batch *b, const struct spz_piece *p,
	const uint8_t *raw, size_t n, struct buf *out)
{
	struct chunk_elements e = elements_of(p ? p->span : NULL);
	size_t start;

	if (take_base(b, p))
		return -1;
	spz_frame_begin(out, SPZ_CHUNK, &start);
	if (chunk_encode(&b->codec, &e, raw, n, out))
		return -1;
	spz_frame_end(out, start);
	return buf_failed(out) ? -1 : 0;
}

/* Where the frame after that at AT begins. */
static size_t next_frame(const struct buf *frames, size_t at)
{
	return at + le_load32(frames->data + at + 4) + SPZ_FRAME_NBYTES;
}

/* Emits the opaque run RAW[from..to), if there is any. */
static int put_opaque(struct spz_batch *b, bool begins, size_t from, size_t to)
{
	if (from == to)
		return 0;
	if (begins && !(b->first && b->out.len == 0))
		put_segment(NULL, &b->out);
	return put_chunk(b, NULL, (const uint8_t *)b->raw.data + from,
		to - from, &b->out);
}

/* True if the frames around P alone outweigh it. */
static bool hopeless(const struct spz_piece *p)
{
	return p->begins && p->ends &&
	       p->nbytes <= SPLIT_NBYTES + 2 * SPZ_FRAME_NBYTES +
				    SPZ_SEGMENT_NBYTES + CHUNK_HEAD_NBYTES +
				    8 * p->span->ndim;
}

/* Appends the frames of piece P at RAW to OUT, or what is no gain as it is. */
static int put_tensor(struct spz_batch *b, const struct spz_piece *p,
	const uint8_t *raw, struct buf *out)
{
	size_t cost = SPLIT_NBYTES + SPZ_FRAME_NBYTES + CHUNK_HEAD_NBYTES;
	size_t at = out->len;
	int err;

	if (p->begins)
		put_segment(p, out);
	cost += out->len - at;
	if (p->begins && p->ends && !p->pair.base)
		b->codec.most = p->nbytes > cost ? p->nbytes - cost : 1;
	err = put_chunk(b, p, raw, p->nbytes, out);
	b->codec.most = 0;
	return err;
}

/* Makes the chunk of RAW[from..to), opaque, if it is not there: 0, or -1. */
static int try_run(struct spz_batch *b, size_t from, size_t to)
{
	const uint8_t *raw = (const uint8_t *)b->raw.data + from;

	if (b->run_from == from && b->run_to == to)
		return 0;
	buf_clear(&b->run);
	b->run_from = from;
	b->run_to = to;
	return put_chunk(b, NULL, raw, to - from, &b->run);
}

/*
 * Stores in *N what the whole of P, at TO, adds to the opaque run
 * RAW[from..to): its bytes, or, where OWN is less and both are small, by trial:
 * 0, or -1.
 */
static int find_joined(struct spz_batch *b, const struct spz_piece *p,
	size_t from, size_t to, size_t own, size_t *n)
{
	size_t without = SPZ_FRAME_NBYTES + CHUNK_HEAD_NBYTES;

	*n = p->begins && p->ends ? p->nbytes : SIZE_MAX;
	if (own >= *n || b->codec.level < JOIN_LEVEL || *n > JOIN_NBYTES_MAX ||
		to - from > JOIN_NBYTES_MAX)
		return 0;
	if (from < to && try_run(b, from, to))
		return -1;
	without = from < to ? b->run.len : without;
	if (try_run(b, from, to + *n))
		return -1;
	*n = order_least(*n, b->run.len - order_least(b->run.len, without));
	return 0;
}

/* A tensor, all of it, that needs no base and is no larger than MOST. */
static bool joins(const struct spz_piece *p, size_t most)
{
	return p->begins && p->ends && !p->pair.base && p->nbytes <= most;
}

/*
 * Fills out from raw and pieces, unless that is LIMIT bytes or more; tensors of
 * up to JOIN bytes are opaque.
 */
static int pack(struct spz_batch *b, size_t join, size_t limit)
{
	const struct spz_piece *p = (const void *)b->pieces.data;
	const struct spz_piece *end = p + b->pieces.len / sizeof(*p);
	bool begins = p->begins;
	size_t from = 0, to = 0;

	buf_clear(&b->out);
	b->run_to = 0;
	for (; p < end && b->out.len < limit; to += p->nbytes, p++) {
		const uint8_t *raw = (const uint8_t *)b->raw.data + to;
		bool pending = from < to;
		struct buf *trial = pending ? &b->tensor : &b->out;
		size_t at = pending ? 0 : b->out.len, joined, own;

		if (!code_of(p->span) || hopeless(p) || joins(p, join))
			continue;
		trial->len = at;
		if (put_tensor(b, p, raw, trial))
			return -1;
		own = trial->len - at + SPLIT_NBYTES;
		if (find_joined(b, p, from, to, own, &joined))
			return -1;
		if (own >= joined) {
			trial->len = at;
			continue;
		}
		if (put_opaque(b, begins, from, to))
			return -1;
		if (pending)
			buf_join(&b->out, trial);
		from = to + p->nbytes;
		begins = true;
	}
	return p < end ? 0 : put_opaque(b, begins, from, to);
}

/* What FRAMES take, their index entries included. */
static size_t cost_of(const struct buf *frames)
{
	size_t n = frames->len;

	for (size_t at = 0; at < frames->len; at = next_frame(frames, at))
		n += SPZ_INDEX_ENTRY_NBYTES;
	return n;
}

/*
 * What tensors share one of them does not show: sizes to join, on trial; the
 * last at slow levels.
 */
static const size_t join_nbytes[] = {JOIN_NBYTES_MAX, 0, 2048};

/* Fills out from raw and pieces.  Returns 0, or -1. */
static int pack_best(struct spz_batch *b)
{
	const struct spz_piece *p = (const void *)b->pieces.data;
	const struct spz_piece *end = p + b->pieces.len / sizeof(*p);
	size_t n = ARRAY_SIZE(join_nbytes) - (b->codec.level < JOIN_LEVEL);
	size_t nsmall = 0, least = SIZE_MAX;

	for (; p < end; p++)
		nsmall += code_of(p->span) && !hopeless(p) &&
			  joins(p, JOIN_NBYTES_MAX);
	if (nsmall < 2)
		return pack(b, 0, SIZE_MAX);
	for (size_t i = 0; i < n; i++) {
		struct buf best = b->best;

		if (pack(b, join_nbytes[i], least))
			return -1;
		if (cost_of(&b->out) >= least)
			continue;
		least = cost_of(&b->out);
		b->best = b->out;
		b->out = best;
	}
	buf_clear(&b->out);
	buf_join(&b->out, &b->best);
	return 0;
}

/* Fills out, or says why not. */
static int batch_pack(struct spz_batch *b, struct diag *d)
{
	diag_nomem(&b->diag, b->raw.len);
	if (pack_best(b) == 0)
		return 0;
	*d = b->diag;
	return -1;
}

/* --- all of them --------------------------------------------------------- */

struct encoder {
	struct spz_plan plan;
	const struct spz_sink *dst;
	const struct spz_encode_opts *opts;
	bool begun; /* a batch was filled */
	struct buf index;
	size_t nbase; /* written so far */
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

	buf_clear(&b->raw);
	buf_clear(&b->pieces);
	more = spz_plan_next(&c->plan, &b->raw, &b->pieces, d);
	b->first = !c->begun;
	b->nbase = c->plan.order.len / sizeof(size_t);
	c->begun = true;
	return more;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct encoder *c = ctx;

	return batch_pack(&c->slot[i], d);
}

static int put(struct encoder *c, const void *p, size_t n, struct diag *d)
{
	if (c->dst->write(c->dst->ctx, p, n, d))
		return -1;
	c->packed += n;
	return 0;
}

static int put_buf(struct encoder *c, const struct buf *b, struct diag *d)
{
	return buf_failed(b) ? diag_nomem(d, b->len)
			     : put(c, b->data, b->len, d);
}

static int add_index(
	struct encoder *c, uint8_t type, size_t ahead, struct diag *d)
{
	uint8_t entry[SPZ_INDEX_ENTRY_NBYTES];

	le_store64(entry, (c->packed + ahead) | (uint64_t)type << 56);
	le_store64(entry + 8, c->raw);
	buf_add(&c->index, entry, sizeof(entry));
	return buf_end(&c->index, d);
}

/* Writes the next base that has a number. */
static int put_base(struct encoder *c, struct diag *d)
{
	const size_t *order = (const void *)c->plan.order.data;
	const struct spz_base *base = &c->plan.bases[order[c->nbase]];
	struct spz_base_id id = base->id;
	struct buf b = {0};
	int ret;

	if (add_index(c, SPZ_BASE, 0, d) || spz_base_crc(base, &id.crc, d))
		return -1;
	spz_base_store(&b, &id);
	ret = put_buf(c, &b, d);
	buf_free(&b);
	c->nbase++;
	return ret;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct encoder *c = ctx;
	struct spz_batch *b = &c->slot[i];

	while (c->nbase < b->nbase)
		if (put_base(c, d))
			return -1;
	for (size_t at = 0; at < b->out.len; at = next_frame(&b->out, at)) {
		const char *p = b->out.data + at;
		uint8_t type = (uint8_t)p[0];
		uint32_t n = type == SPZ_CHUNK ? le_load32(p + 8) : 0;

		if (add_index(c, type, at, d))
			return -1;
		if (n)
			c->crc =
				zip_crc32_combine(c->crc, le_load32(p + 12), n);
		c->raw += n;
	}
	progress_add(c->opts->progress, b->raw.len);
	return put_buf(c, &b->out, d);
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
	int ret;

	e.packed = c->packed;
	if (c->index.len > SPZ_INDEX_ENTRY_NBYTES) {
		e.index_offset = c->packed;
		spz_frame_begin(&b, SPZ_INDEX, &start);
		buf_join(&b, &c->index);
		spz_frame_end(&b, start);
		e.packed += b.len;
	}
	e.packed += SPZ_END_NBYTES + SPZ_FRAME_NBYTES;
	spz_end_store(&b, &e);
	ret = put_buf(c, &b, d);
	buf_free(&b);
	return ret;
}

/* A shape that was given, of a pipe whose length only now is known. */
static int check_shape(const struct encoder *c, struct diag *d)
{
	uint64_t want = c->plan.given_nbytes;

	if (want == UINT64_MAX || c->raw == want)
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
	*ret = (struct spz_totals){.raw = c.raw,
		.packed = c.packed,
		.crc = c.crc,
		.nmember = 1,
		.npair = c.plan.npair};
	for (size_t i = 0; c.slot && i < nslot; i++)
		batch_free(&c.slot[i]);
	free(c.slot);
	buf_free(&c.index);
	spz_plan_close(&c.plan);
	return err;
}
