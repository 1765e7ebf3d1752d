/* SPDX-License-Identifier: MIT */
/*
 * Packs a batch.  A small tensor becomes a segment of its own only if that
 * saves more than its frames cost; the others run together as opaque bytes,
 * so that no file grows by more than a few frames per mebibyte.
 */
#include "spz/pack.h"

#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "spz/format.h"

/* Index entries of a tensor and of the opaque run that it ends, and the two
 * frames that begin the run anew. */
#define SPLIT_NBYTES                                         \
	(4 * SPZ_INDEX_ENTRY_NBYTES + 2 * SPZ_FRAME_NBYTES + \
		SPZ_SEGMENT_NBYTES + SPZ_CHUNK_HEAD_NBYTES)

/* Codes of section 5, by enum tensor_dtype. */
static const uint8_t dtype_code[TENSOR_NDTYPE] = {
	[TENSOR_BOOL] = 1,
	[TENSOR_U8] = 2,
	[TENSOR_I8] = 3,
	[TENSOR_U16] = 4,
	[TENSOR_I16] = 5,
	[TENSOR_U32] = 6,
	[TENSOR_I32] = 7,
	[TENSOR_U64] = 8,
	[TENSOR_I64] = 9,
	[TENSOR_F8_E4M3] = 10,
	[TENSOR_F8_E5M2] = 11,
	[TENSOR_F16] = 12,
	[TENSOR_BF16] = 13,
	[TENSOR_F32] = 14,
	[TENSOR_F64] = 15,
};

void spz_batch_free(struct spz_batch *b)
{
	spz_codec_free(&b->codec);
	buf_free(&b->raw);
	buf_free(&b->pieces);
	buf_free(&b->out);
	buf_free(&b->packed);
	buf_free(&b->tensor);
}

/* The dtype code of a span, 0 if it is to be opaque. */
static uint8_t code_of(const struct tensor_span *s)
{
	if (!s || s->ndim > SPZ_NDIM_MAX)
		return 0;
	return dtype_code[s->dtype];
}

static int note(struct buf *packed, uint8_t type, size_t out_at, uint32_t raw,
	uint32_t crc)
{
	struct spz_packed p = {type, out_at, raw, crc};

	return buf_add(packed, &p, sizeof(p));
}

/* Appends a SEGMENT frame for S, or for opaque bytes. */
static int put_segment(const struct tensor_span *s, struct buf *out)
{
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
	}
	return spz_segment_store(out, &seg);
}

/* Appends a CHUNK frame. */
static int put_chunk(struct spz_batch *b, const struct tensor_span *s,
	const uint8_t *raw, size_t n, struct buf *out)
{
	unsigned width = 0;
	size_t start;

	if (s && code_of(s) && !s->big_endian)
		width = tensor_dtype_info[s->dtype].nbytes;
	if (spz_frame_begin(out, SPZ_CHUNK, &start) ||
		spz_chunk_encode(&b->codec, width, raw, n, out))
		return -1;
	return spz_frame_end(out, start);
}

/* Puts on record the frames of OUT from AT on. */
static int note_frames(struct spz_batch *b, size_t at)
{
	while (at < b->out.len) {
		const char *p = b->out.data + at;
		uint8_t type = (uint8_t)p[0];
		bool chunk = type == SPZ_CHUNK;

		if (note(&b->packed, type, at, chunk ? le_load32(p + 8) : 0,
			    chunk ? le_load32(p + 12) : 0))
			return -1;
		at += le_load32(p + 4) + (size_t)SPZ_FRAME_NBYTES;
	}
	return 0;
}

/* Emits the opaque run RAW[from..to), if there is any. */
static int put_opaque(struct spz_batch *b, bool begins, size_t from, size_t to)
{
	size_t at = b->out.len;

	if (from == to)
		return 0;
	if (begins && !(b->first && at == 0) && put_segment(NULL, &b->out))
		return -1;
	if (put_chunk(b, NULL, (const uint8_t *)b->raw.data + from, to - from,
		    &b->out))
		return -1;
	return note_frames(b, at);
}

/* True if the frames around P alone outweigh it. */
static bool hopeless(const struct spz_piece *p)
{
	return p->begins && p->ends &&
	       p->nbytes <= SPLIT_NBYTES + 2 * SPZ_FRAME_NBYTES +
				    SPZ_SEGMENT_NBYTES + SPZ_CHUNK_HEAD_NBYTES +
				    8 * p->span->ndim;
}

/* Encodes piece P at RAW into b->tensor; true in *GAIN if it is worth it. */
static int try_tensor(struct spz_batch *b, const struct spz_piece *p,
	const uint8_t *raw, bool *gain)
{
	b->tensor.len = 0;
	if ((p->begins && put_segment(p->span, &b->tensor)) ||
		put_chunk(b, p->span, raw, p->nbytes, &b->tensor))
		return -1;
	*gain = !p->begins || !p->ends ||
		b->tensor.len + SPLIT_NBYTES < p->nbytes;
	return 0;
}

static int pack(struct spz_batch *b)
{
	const struct spz_piece *p = (const void *)b->pieces.data;
	const struct spz_piece *end = p + b->pieces.len / sizeof(*p);
	bool begins = p->begins;
	size_t from = 0, to = 0;

	for (; p < end; to += p->nbytes, p++) {
		bool gain = false;
		size_t at;

		if (code_of(p->span) && !hopeless(p) &&
			try_tensor(
				b, p, (const uint8_t *)b->raw.data + to, &gain))
			return -1;
		if (!gain)
			continue;
		if (put_opaque(b, begins, from, to))
			return -1;
		at = b->out.len;
		if (buf_add(&b->out, b->tensor.data, b->tensor.len) ||
			note_frames(b, at))
			return -1;
		from = to + p->nbytes;
		begins = true;
	}
	return put_opaque(b, begins, from, to);
}

int spz_batch_pack(struct spz_batch *b, struct diag *d)
{
	b->out.len = 0;
	b->packed.len = 0;
	return pack(b) ? diag_nomem(d, b->raw.len) : 0;
}
