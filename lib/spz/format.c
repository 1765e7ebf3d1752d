/* SPDX-License-Identifier: MIT */
/* Loads, stores and checks of the structures of spzip(5). */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

/* --- frames -------------------------------------------------------------- */

static const uint8_t magic[SPZ_MAGIC_NBYTES] = {
	0xd3, 'S', 'P', 'Z', '\r', '\n', 0x1a, '\n'};

static const uint8_t end_magic[4] = {'S', 'P', 'Z', '.'};

unsigned spz_magic_distance(const uint8_t *p, size_t n)
{
	unsigned nbit = 0;

	for (size_t i = 0; i < n; i++)
		nbit += (unsigned)__builtin_popcount(p[i] ^ magic[i]);
	return nbit;
}

/* Section 3. */
void spz_header_store(
	uint8_t out[SPZ_HEADER_NBYTES], const struct spz_header *h)
{
	memset(out, 0, SPZ_HEADER_NBYTES);
	memcpy(out, magic, SPZ_MAGIC_NBYTES);
	out[8] = h->major;
	out[9] = h->minor;
	out[12] = h->chunk_log2;
	le_store64(out + 16, h->raw_size);
	le_store32(out + 24, zip_crc32(0, out, 24));
}

int spz_header_parse(struct spz_header *ret,
	const uint8_t in[SPZ_HEADER_NBYTES], struct diag *d)
{
	if (spz_magic_distance(in, SPZ_MAGIC_NBYTES) != 0)
		return diag_set(d, DIAG_DATA, "not in spzip format");
	ret->major = in[8];
	ret->minor = in[9];
	ret->chunk_log2 = in[12];
	ret->raw_size = le_load64(in + 16);
	/* A later version may keep its CRC elsewhere. */
	if (ret->major > SPZ_MAJOR)
		return diag_set(d, DIAG_DATA,
			"spzip format version %u; this spzip reads version "
			"%d: a newer spzip is needed",
			ret->major, SPZ_MAJOR);
	if (zip_crc32(0, in, 24) != le_load32(in + 24))
		return diag_set(d, DIAG_DATA, "header is damaged: wrong CRC");
	if (ret->major == SPZ_MAJOR_DRAFT)
		return diag_set(d, DIAG_DATA,
			"draft %u of the spzip format, which was given up; "
			"unpack it with the spzip that wrote it, and pack it "
			"anew",
			ret->minor);
	if (le_load16(in + 10) || in[13] || in[14] || in[15])
		return diag_set(d, DIAG_DATA,
			"reserved header bits are set; a newer spzip is "
			"needed");
	if (ret->chunk_log2 < CHUNK_LOG2_MIN ||
		ret->chunk_log2 > CHUNK_LOG2_MAX)
		return diag_set(d, DIAG_DATA,
			"chunk size 2^%u; expected 2^%d to 2^%d",
			ret->chunk_log2, CHUNK_LOG2_MIN, CHUNK_LOG2_MAX);
	return 0;
}

/* Section 4. */
void spz_frame_begin(struct buf *b, enum spz_frame_type type, size_t *start)
{
	const uint8_t head[SPZ_FRAME_HEAD_NBYTES] = {(uint8_t)type};

	*start = b->len;
	buf_add(b, head, sizeof(head));
}

void spz_frame_end(struct buf *b, size_t start)
{
	size_t n = b->len - start - SPZ_FRAME_HEAD_NBYTES;
	uint8_t crc[4];

	if (n > UINT32_MAX)
		buf_fail(b);
	if (buf_failed(b))
		return;
	buf_patch32(b, start + 4, (uint32_t)n);
	le_store32(crc, zip_crc32(0, b->data + start, b->len - start));
	buf_add(b, crc, sizeof(crc));
}

int spz_frame_parse(uint8_t *type, uint32_t *n,
	const uint8_t head[SPZ_FRAME_HEAD_NBYTES], struct diag *d)
{
	*type = head[0];
	*n = le_load32(head + 4);
	if (head[1] || head[2] || head[3])
		return diag_set(d, DIAG_DATA, "reserved frame bits are set");
	if (*type & SPZ_ANCILLARY)
		return 0;
	if (*type < SPZ_SEGMENT || *type > SPZ_BASE)
		return diag_set(d, DIAG_DATA,
			"unknown frame type %u; a newer spzip is needed",
			*type);
	return 0;
}

int spz_frame_check(uint8_t *type, uint32_t *n, const uint8_t *in,
	uint64_t nbytes, struct diag *d)
{
	if (nbytes < SPZ_FRAME_NBYTES || spz_frame_parse(type, n, in, d) ||
		(uint64_t)*n + SPZ_FRAME_NBYTES > nbytes ||
		zip_crc32(0, in, *n + (size_t)SPZ_FRAME_HEAD_NBYTES) !=
			le_load32(in + *n + SPZ_FRAME_HEAD_NBYTES))
		return diag_set(d, DIAG_DATA, "frame is damaged: wrong CRC");
	return 0;
}

/* Section 5. */
static const char *const dtype_name[SPZ_NDTYPE] = {"opaque", "BOOL", "U8", "I8",
	"U16", "I16", "U32", "I32", "U64", "I64", "F8_E4M3", "F8_E5M2", "F16",
	"BF16", "F32", "F64"};

const char *spz_dtype_name(uint8_t dtype, char out[16])
{
	if (dtype < ARRAY_SIZE(dtype_name))
		return dtype_name[dtype];
	snprintf(out, 16, "dtype%u", dtype);
	return out;
}

void spz_segment_store(struct buf *b, const struct spz_segment *s)
{
	uint8_t head[SPZ_SEGMENT_NBYTES] = {
		s->dtype, s->flags, s->ndim, s->width};
	uint8_t dim[8], at[SPZ_SEGMENT_BASE_NBYTES];
	size_t start;

	le_store16(head + 4, s->name_len);
	spz_frame_begin(b, SPZ_SEGMENT, &start);
	buf_add(b, head, sizeof(head));
	for (unsigned i = 0; i < s->ndim; i++) {
		le_store64(dim, s->shape[i]);
		buf_add(b, dim, sizeof(dim));
	}
	le_store64(at, s->base_offset);
	le_store32(at + 8, s->base);
	if (s->flags & SPZ_SEGMENT_HAS_BASE)
		buf_add(b, at, sizeof(at));
	if (s->name_len)
		buf_add(b, s->name, s->name_len);
	spz_frame_end(b, start);
}

int spz_segment_parse(
	struct spz_segment *ret, const uint8_t *in, size_t n, struct diag *d)
{
	const uint8_t *p;
	unsigned more;

	if (n < SPZ_SEGMENT_NBYTES)
		return diag_set(d, DIAG_DATA, "segment is too short");
	p = in + SPZ_SEGMENT_NBYTES;
	ret->dtype = in[0];
	ret->flags = in[1];
	ret->ndim = in[2];
	ret->width = in[3];
	ret->name_len = le_load16(in + 4);
	if (ret->ndim > SPZ_NDIM_MAX || le_load16(in + 6) ||
		ret->flags & ~(SPZ_SEGMENT_FORTRAN | SPZ_SEGMENT_BIG_ENDIAN |
				     SPZ_SEGMENT_HAS_BASE))
		return diag_set(d, DIAG_DATA, "segment is malformed");
	more = ret->flags & SPZ_SEGMENT_HAS_BASE ? SPZ_SEGMENT_BASE_NBYTES : 0;
	if (n != SPZ_SEGMENT_NBYTES + 8u * ret->ndim + more + ret->name_len)
		return diag_set(d, DIAG_DATA,
			"segment of %zu bytes does not fit its %u dimensions",
			n, ret->ndim);
	if ((ret->dtype == 0 || ret->width == 0) &&
		(ret->dtype | ret->flags | ret->ndim | ret->width |
			ret->name_len))
		return diag_set(d, DIAG_DATA, "opaque segment has a shape");
	for (unsigned i = 0; i < ret->ndim; i++, p += 8)
		ret->shape[i] = le_load64(p);
	ret->base_offset = more ? le_load64(p) : 0;
	ret->base = more ? le_load32(p + 8) : 0;
	ret->name = (const char *)p + more;
	return 0;
}

uint64_t spz_segment_nbytes(const struct spz_segment *s)
{
	uint64_t n = s->width;

	if (s->dtype == 0)
		return UINT64_MAX;
	for (unsigned i = 0; i < s->ndim; i++)
		if (s->shape[i] == 0)
			return 0;
	for (unsigned i = 0; i < s->ndim; i++)
		if (__builtin_mul_overflow(n, s->shape[i], &n))
			return UINT64_MAX;
	return n;
}

/* Section 11. */
void spz_base_store(struct buf *b, const struct spz_base_id *id)
{
	uint8_t head[SPZ_BASE_NBYTES] = {0};
	size_t start, len = strlen(id->name);

	le_store64(head, id->size);
	le_store32(head + 8, id->crc);
	le_store16(head + 12, (uint16_t)len);
	spz_frame_begin(b, SPZ_BASE, &start);
	buf_add(b, head, sizeof(head));
	buf_add(b, id->name, len);
	spz_frame_end(b, start);
}

int spz_base_parse(
	struct spz_base_id *ret, const uint8_t *in, size_t n, struct diag *d)
{
	size_t len;

	if (n < SPZ_BASE_NBYTES || n > SPZ_BASE_NBYTES + SPZ_BASE_NAME_MAX)
		return diag_set(d, DIAG_DATA, "base frame of %zu bytes", n);
	len = le_load16(in + 12);
	if (len != n - SPZ_BASE_NBYTES || le_load16(in + 14))
		return diag_set(d, DIAG_DATA, "base frame is malformed");
	ret->size = le_load64(in);
	ret->crc = le_load32(in + 8);
	memcpy(ret->name, in + SPZ_BASE_NBYTES, len);
	ret->name[len] = '\0';
	return 0;
}

/* Section 10. */
void spz_end_store(struct buf *b, const struct spz_end *e)
{
	uint8_t out[SPZ_END_NBYTES];
	size_t start;

	le_store64(out, e->raw);
	le_store64(out + 8, e->packed);
	le_store64(out + 16, e->index_offset);
	le_store32(out + 24, e->crc);
	memcpy(out + 28, end_magic, sizeof(end_magic));
	spz_frame_begin(b, SPZ_END, &start);
	buf_add(b, out, sizeof(out));
	spz_frame_end(b, start);
}

int spz_end_parse(
	struct spz_end *ret, const uint8_t in[SPZ_END_NBYTES], struct diag *d)
{
	ret->raw = le_load64(in);
	ret->packed = le_load64(in + 8);
	ret->index_offset = le_load64(in + 16);
	ret->crc = le_load32(in + 24);
	if (memcmp(in + 28, end_magic, sizeof(end_magic)) != 0)
		return diag_set(d, DIAG_DATA, "end frame is malformed");
	return 0;
}
