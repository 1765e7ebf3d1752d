/* SPDX-License-Identifier: MIT */
/*
 * Reads a compressed file frame by frame, and says where it is.
 */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

/* --- walking ------------------------------------------------------------- */

/*
 * Walks the frames of a file in the order of spzip(5), sections 2 to 11.
 * A frame's CRC is checked before anything in it is believed.
 */

/* Frames are taken in as they arrive, in steps of this size. */
#define STEP_NBYTES 65536
/* Of a chunk, all that a list needs. */
#define PEEK_NBYTES (SPZ_FRAME_HEAD_NBYTES + CHUNK_HEADS_NBYTES)

void spz_reader_free(struct spz_reader *r)
{
	buf_free(&r->frame);
	buf_free(&r->name);
	buf_free(&r->bases);
}

/* Up to N bytes; fewer only at the end. */
static ssize_t read_some(
	struct spz_reader *r, void *p, size_t n, struct diag *d)
{
	size_t got = r->have - r->at < n ? r->have - r->at : n;
	ssize_t more;

	if (got)
		memcpy(p, r->ahead + r->at, got);
	r->at += got;
	while (got < n) {
		bool direct = n - got >= sizeof(r->ahead);
		uint8_t *to = direct ? (uint8_t *)p + got : r->ahead;

		more = r->src->read(r->src->ctx, to,
			direct ? n - got : sizeof(r->ahead), d);
		if (more < 0)
			return -1;
		if (more == 0)
			break;
		if (!direct) {
			r->at = (size_t)more < n - got ? (size_t)more : n - got;
			r->have = (size_t)more;
			memcpy((uint8_t *)p + got, r->ahead, r->at);
			more = (ssize_t)r->at;
		}
		got += (size_t)more;
	}
	r->totals.packed += got;
	return (ssize_t)got;
}

static int cut_short(struct diag *d)
{
	return diag_set(
		d, DIAG_DATA, "unexpected end of file; it was cut short");
}

static int read_all(struct spz_reader *r, void *p, size_t n, struct diag *d)
{
	ssize_t got = read_some(r, p, n, d);

	if (got < 0)
		return -1;
	return (size_t)got == n ? 0 : cut_short(d);
}

/* Leaves out N bytes. */
static int skip(struct spz_reader *r, uint64_t n, struct diag *d)
{
	size_t here = r->have - r->at < n ? r->have - r->at : (size_t)n;
	uint8_t waste[4096];

	r->at += here;
	r->totals.packed += here;
	n -= here;
	if (n && r->src->skip) {
		r->totals.packed += n;
		return r->src->skip(r->src->ctx, n, d);
	}
	while (n) {
		size_t step = n < sizeof(waste) ? (size_t)n : sizeof(waste);

		if (read_all(r, waste, step, d))
			return -1;
		n -= step;
	}
	return 0;
}

/*
 * Says that a file is none of ours.  Others call Gaussian splats .spz, as
 * drafts of ours were called: they are "NGSP" and numbers, mostly gzipped
 * (Niantic's format).
 */
static int no_magic(const struct spz_reader *r, struct diag *d)
{
	uint8_t head[4] = {0};
	z_stream z = {.next_in = (Bytef *)(uintptr_t)r->ahead,
		.avail_in = (uInt)r->have,
		.next_out = head,
		.avail_out = sizeof(head)};
	const int any_gzip = 15 + 16;

	if (r->have >= sizeof(head))
		memcpy(head, r->ahead, sizeof(head));
	if (head[0] == 0x1f && head[1] == 0x8b &&
		inflateInit2(&z, any_gzip) == Z_OK) {
		inflate(&z, Z_SYNC_FLUSH);
		inflateEnd(&z);
	}
	if (memcmp(head, "NGSP", sizeof(head)) == 0)
		return diag_set(d, DIAG_DATA,
			"a Gaussian splat file, which has the suffix .spz too; "
			"expected one of spzip");
	return diag_set(d, DIAG_DATA, "not in spzip format");
}

/* Section 2: zero bytes between members, and what comes after them. */
static int find_magic(
	struct spz_reader *r, uint8_t magic[SPZ_MAGIC_NBYTES], struct diag *d)
{
	ssize_t got = read_some(r, magic, 1, d);
	ssize_t more;
	unsigned off; /* bits */

	while (got == 1 && magic[0] == 0 && r->totals.nmember)
		got = read_some(r, magic, 1, d);
	if (got <= 0)
		return (int)got;
	more = read_some(r, magic + 1, SPZ_MAGIC_NBYTES - 1, d);
	if (more < 0)
		return -1;
	got += more;
	off = spz_magic_distance(magic, (size_t)got);
	if (got == SPZ_MAGIC_NBYTES && off == 0)
		return 1;
	if (r->totals.nmember || !r->foreign) {
		if (off == 0)
			return cut_short(d);
		if (r->totals.nmember == 0)
			return no_magic(r, d);
		if (got == SPZ_MAGIC_NBYTES && off <= 8)
			return diag_set(d, DIAG_DATA,
				"a further member is damaged: wrong magic "
				"number");
	}
	r->totals.garbage = true;
	r->totals.packed -= (uint64_t)got;
	r->njunk = (size_t)got;
	memcpy(r->junk, magic, r->njunk);
	return 0;
}

ssize_t spz_reader_garbage(
	struct spz_reader *r, void *p, size_t n, struct diag *d)
{
	size_t here = r->njunk < n ? r->njunk : n;

	if (here == 0)
		return read_some(r, p, n, d);
	memcpy(p, r->junk, here);
	memmove(r->junk, r->junk + here, r->njunk - here);
	r->njunk -= here;
	r->totals.packed += here;
	return (ssize_t)here;
}

static int set_segment(
	struct spz_reader *r, const uint8_t *in, size_t n, struct diag *d)
{
	struct spz_segment s;

	/* A segment that is refused is not where the reader is. */
	if (spz_segment_parse(&s, in, n, d))
		return -1;
	if (s.flags & SPZ_SEGMENT_HAS_BASE &&
		s.base >= r->bases.len / sizeof(struct spz_base_id))
		return diag_set(d, DIAG_DATA, "a segment has an unknown base");
	r->segment = s;
	r->name.len = 0;
	buf_add(&r->name, r->segment.name, r->segment.name_len);
	if (!buf_text(&r->name))
		return diag_nomem(d, r->segment.name_len);
	r->segment.name = r->name.data;
	r->segment_raw = 0;
	r->chunk.raw = 0;
	return 0;
}

int spz_reader_member(struct spz_reader *r, struct diag *d)
{
	static const uint8_t opaque[SPZ_SEGMENT_NBYTES];
	uint8_t head[SPZ_HEADER_NBYTES];
	int found = find_magic(r, head, d);

	if (found <= 0)
		return found;
	if (read_all(r, head + SPZ_MAGIC_NBYTES,
		    sizeof(head) - SPZ_MAGIC_NBYTES, d) ||
		spz_header_parse(&r->header, head, d))
		return -1;
	r->offset = SPZ_HEADER_NBYTES;
	r->raw = 0;
	r->crc = 0;
	r->index_at = 0;
	r->nindex = 0;
	r->index_crc = 0;
	r->bases.len = 0;
	r->totals.nmember++;
	return set_segment(r, opaque, sizeof(opaque), d) ? -1 : 1;
}

/* What the payload of the frame may be at most, all of which is buffered. */
static uint64_t payload_max(const struct spz_reader *r)
{
	switch (r->type) {
	case SPZ_SEGMENT: return SPZ_SEGMENT_MAX;
	case SPZ_BASE: return SPZ_BASE_NBYTES + SPZ_BASE_NAME_MAX;
	case SPZ_CHUNK:
		return CHUNK_HEAD_NBYTES +
		       ((uint64_t)1 << r->header.chunk_log2);
	default: return SPZ_END_NBYTES;
	}
}

/* Appends the rest of the frame, NBYTES, to the buffer as it arrives. */
static int take(struct spz_reader *r, uint64_t nbytes, struct diag *d)
{
	while (nbytes) {
		size_t step = nbytes < STEP_NBYTES + r->frame.len
				      ? (size_t)nbytes
				      : STEP_NBYTES + r->frame.len;

		if (buf_reserve(&r->frame, step))
			return diag_nomem(d, step);
		if (read_all(r, r->frame.data + r->frame.len, step, d))
			return -1;
		r->frame.len += step;
		nbytes -= step;
	}
	return 0;
}

/* Reads through a frame that is not kept; returns its payload's CRC. */
static int pass(struct spz_reader *r, const uint8_t *head, uint32_t *crc_ret,
	struct diag *d)
{
	uint32_t frame_crc = zip_crc32(0, head, SPZ_FRAME_HEAD_NBYTES);
	uint64_t left = r->n;
	uint8_t part[4096];

	*crc_ret = 0;
	while (left) {
		size_t step = left < sizeof(part) ? (size_t)left : sizeof(part);

		if (read_all(r, part, step, d))
			return -1;
		*crc_ret = zip_crc32(*crc_ret, part, step);
		frame_crc = zip_crc32(frame_crc, part, step);
		left -= step;
	}
	if (read_all(r, part, 4, d))
		return -1;
	if (frame_crc != le_load32(part))
		return diag_set(d, DIAG_DATA, "frame is damaged: wrong CRC");
	return 0;
}

/* Section 9: what INDEX has to say of the frame being read. */
static void account(struct spz_reader *r)
{
	uint8_t entry[SPZ_INDEX_ENTRY_NBYTES];

	le_store64(entry, r->offset | (uint64_t)r->type << 56);
	le_store64(entry + 8, r->raw);
	r->index_crc = zip_crc32(r->index_crc, entry, sizeof(entry));
	r->nindex += sizeof(entry);
}

/* Section 6, as far as the frames around a chunk tell. */
static int begin_chunk(struct spz_reader *r, struct diag *d)
{
	struct chunk_head head;
	const struct chunk_head *h = &head;

	r->segment_raw += r->chunk.raw;
	r->chunk.raw = 0;
	if (chunk_head_parse(&head,
		    (const uint8_t *)r->frame.data + SPZ_FRAME_HEAD_NBYTES,
		    r->n, d))
		return -1;
	if (h->raw > (uint32_t)1 << r->header.chunk_log2)
		return diag_set(d, DIAG_DATA,
			"chunk of %u bytes; expected at most %lu", h->raw,
			1ul << r->header.chunk_log2);
	if (h->raw > spz_segment_nbytes(&r->segment) - r->segment_raw)
		return diag_set(d, DIAG_DATA,
			"more bytes than the shape of the segment holds");
	if (r->header.raw_size != SPZ_RAW_UNKNOWN &&
		h->raw > r->header.raw_size - r->raw)
		return diag_set(d, DIAG_DATA,
			"more bytes than the header promises: %llu",
			(unsigned long long)r->header.raw_size);
	if (r->raw + h->raw < r->raw)
		return diag_set(d, DIAG_DATA, "more bytes than can be counted");
	r->chunk = head;
	return 0;
}

/* Section 10. */
static int check_end(struct spz_reader *r, struct diag *d)
{
	struct spz_end e;

	if (spz_end_parse(&e,
		    (const uint8_t *)r->frame.data + SPZ_FRAME_HEAD_NBYTES, d))
		return -1;
	if (e.raw != r->raw || r->crc != e.crc ||
		e.index_offset != r->index_at || e.packed != r->offset ||
		(r->header.raw_size != SPZ_RAW_UNKNOWN &&
			e.raw != r->header.raw_size))
		return diag_set(d, DIAG_DATA,
			"the end does not agree with what came before");
	return 0;
}

static int skim_chunk(struct spz_reader *r, struct diag *d)
{
	uint64_t rest = (uint64_t)r->n + SPZ_FRAME_NBYTES - r->frame.len;
	uint64_t peek = PEEK_NBYTES - r->frame.len;

	if (peek > rest)
		peek = rest;
	return take(r, peek, d) || skip(r, rest - peek, d);
}

/* Reads the frame whose head is in the buffer, and checks its CRC. */
static int read_kept(struct spz_reader *r, struct diag *d)
{
	size_t n;

	if (r->n > payload_max(r) ||
		(r->type == SPZ_END && r->n != SPZ_END_NBYTES))
		return diag_set(d, DIAG_DATA,
			"frame of type %u has %u bytes; expected at most %llu",
			r->type, r->n, (unsigned long long)payload_max(r));
	if (r->type == SPZ_CHUNK && r->headers_only)
		return skim_chunk(r, d);
	if (take(r, (uint64_t)r->n + 4, d))
		return -1;
	n = r->frame.len - 4;
	if (zip_crc32(0, r->frame.data, n) != le_load32(r->frame.data + n))
		return diag_set(d, DIAG_DATA, "frame is damaged: wrong CRC");
	return 0;
}

/* Frames that are only checked: 1 if it was one, 0 if it must be kept. */
static int check_passing(struct spz_reader *r, struct diag *d)
{
	uint32_t crc;

	if (r->type != SPZ_INDEX && !(r->type & SPZ_ANCILLARY))
		return 0;
	if (pass(r, (const uint8_t *)r->frame.data, &crc, d))
		return -1;
	if (r->type == SPZ_INDEX) {
		if (r->index_at || r->n != r->nindex || crc != r->index_crc)
			return diag_set(d, DIAG_DATA,
				"the index does not agree with the frames");
		r->index_at = r->offset;
	}
	r->offset += (uint64_t)r->n + SPZ_FRAME_NBYTES;
	return 1;
}

/* Section 11. */
static int add_base(struct spz_reader *r, struct diag *d)
{
	struct spz_base_id id;

	if (r->bases.len >= SPZ_NBASE_MAX * sizeof(id))
		return diag_set(
			d, DIAG_DATA, "more than %d bases", SPZ_NBASE_MAX);
	if (spz_base_parse(&id,
		    (const uint8_t *)r->frame.data + SPZ_FRAME_HEAD_NBYTES,
		    r->n, d))
		return -1;
	buf_add(&r->bases, &id, sizeof(id));
	return buf_end(&r->bases, d);
}

/* The next frame that is kept; section 4. */
static int next_kept(struct spz_reader *r, struct diag *d)
{
	int passed;

	do {
		r->frame.len = 0;
		if (take(r, SPZ_FRAME_HEAD_NBYTES, d) ||
			spz_frame_parse(&r->type, &r->n,
				(const uint8_t *)r->frame.data, d))
			return -1;
		passed = check_passing(r, d);
	} while (passed > 0);
	return passed < 0 || read_kept(r, d) ? -1 : 0;
}

/* The next that is not a BASE. */
static int next_frame(struct spz_reader *r, struct diag *d)
{
	do {
		if (next_kept(r, d) || (r->type == SPZ_BASE && add_base(r, d)))
			return -1;
		if (r->type != SPZ_END) {
			if (r->index_at)
				return diag_set(d, DIAG_DATA,
					"a frame follows the index");
			account(r);
		}
		r->offset += (uint64_t)r->n + SPZ_FRAME_NBYTES;
	} while (r->type == SPZ_BASE);
	return 0;
}

int spz_reader_frame(struct spz_reader *r, struct diag *d)
{
	if (next_frame(r, d))
		return -1;
	if (r->type == SPZ_END)
		return check_end(r, d);
	if (r->type == SPZ_SEGMENT)
		return set_segment(r,
			       (const uint8_t *)r->frame.data +
				       SPZ_FRAME_HEAD_NBYTES,
			       r->n, d)
			       ? -1
			       : 1;
	if (begin_chunk(r, d))
		return -1;
	r->raw += r->chunk.raw;
	r->totals.raw += r->chunk.raw;
	r->crc = zip_crc32_combine(r->crc, r->chunk.crc, r->chunk.raw);
	r->totals.crc =
		zip_crc32_combine(r->totals.crc, r->chunk.crc, r->chunk.raw);
	return 1;
}

/* --- where --------------------------------------------------------------- */

/*
 * Says where in the original a reader is: by tensor and row where it has
 * rows, else by byte.
 */

uint64_t spz_segment_row_nbytes(const struct spz_segment *s)
{
	unsigned slow = s->flags & SPZ_SEGMENT_FORTRAN ? s->ndim - 1u : 0;
	uint64_t row = s->width;

	if (s->dtype == 0 || s->ndim == 0)
		return 0;
	for (unsigned i = 0; i < s->ndim; i++)
		if (i != slow && __builtin_mul_overflow(row, s->shape[i], &row))
			return 0;
	return row;
}

void spz_segment_where(const struct spz_segment *s, uint64_t from, uint64_t to,
	uint64_t at, char out[200])
{
	uint64_t row = spz_segment_row_nbytes(s);
	const int name_max = 128;
	int n = s->name_len < name_max ? s->name_len : name_max;

	if (row == 0)
		snprintf(out, 200, "byte %llu", (unsigned long long)at);
	else if (to == UINT64_MAX)
		snprintf(out, 200, "%.*s[%llu:]", n, s->name,
			(unsigned long long)(from / row));
	else
		snprintf(out, 200, "%.*s[%llu:%llu]", n, s->name,
			(unsigned long long)(from / row),
			(unsigned long long)((to + row - 1) / row));
}

void spz_reader_where(const struct spz_reader *r, bool next, char out[200])
{
	uint64_t from = r->segment_raw, to = from + r->chunk.raw;
	uint64_t at = r->totals.raw;

	if (next)
		spz_segment_where(&r->segment, to, UINT64_MAX, at, out);
	else
		spz_segment_where(
			&r->segment, from, to, at - r->chunk.raw, out);
}
