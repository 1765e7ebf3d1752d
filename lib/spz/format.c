/* SPDX-License-Identifier: MIT */
/* Loads, stores and checks of the structures of spzip(5). */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

/* --- frames -------------------------------------------------------------- */

const uint8_t spz_magic[SPZ_MAGIC_NBYTES] = {
	0xd3, 'S', 'P', 'Z', '\r', '\n', 0x1a, '\n'};

static const uint8_t end_magic[4] = {'S', 'P', 'Z', '.'};

unsigned spz_magic_distance(const uint8_t p[SPZ_MAGIC_NBYTES])
{
	unsigned n = 0;

	for (size_t i = 0; i < SPZ_MAGIC_NBYTES; i++)
		n += (unsigned)__builtin_popcount(p[i] ^ spz_magic[i]);
	return n;
}

/* Section 3. */
void spz_header_store(
	uint8_t out[SPZ_HEADER_NBYTES], const struct spz_header *h)
{
	memset(out, 0, SPZ_HEADER_NBYTES);
	memcpy(out, spz_magic, SPZ_MAGIC_NBYTES);
	out[8] = h->major;
	out[9] = h->minor;
	out[12] = h->chunk_log2;
	le_store64(out + 16, h->raw_size);
	le_store32(out + 24, zip_crc32(0, out, 24));
}

int spz_header_parse(struct spz_header *ret,
	const uint8_t in[SPZ_HEADER_NBYTES], struct diag *d)
{
	if (spz_magic_distance(in) != 0)
		return diag_set(d, DIAG_DATA, "not in spzip format");
	ret->major = in[8];
	ret->minor = in[9];
	ret->chunk_log2 = in[12];
	ret->raw_size = le_load64(in + 16);
	/* Another version may keep its CRC elsewhere. */
	if (ret->major != SPZ_MAJOR)
		return diag_set(d, DIAG_DATA,
			"spzip format version %u; this spzip reads version "
			"%d: a newer spzip is needed",
			ret->major, SPZ_MAJOR);
	if (zip_crc32(0, in, 24) != le_load32(in + 24))
		return diag_set(d, DIAG_DATA, "header is damaged: wrong CRC");
	if (ret->minor != SPZ_MINOR)
		return diag_set(d, DIAG_DATA,
			"draft %u of the spzip format; this spzip reads draft "
			"%d: unpack it with the spzip that wrote it",
			ret->minor, SPZ_MINOR);
	if (le_load16(in + 10) || in[13] || in[14] || in[15])
		return diag_set(d, DIAG_DATA,
			"reserved header bits are set; a newer spzip is "
			"needed");
	if (ret->chunk_log2 < SPZ_CHUNK_LOG2_MIN ||
		ret->chunk_log2 > SPZ_CHUNK_LOG2_MAX)
		return diag_set(d, DIAG_DATA,
			"chunk size 2^%u; expected 2^%d to 2^%d",
			ret->chunk_log2, SPZ_CHUNK_LOG2_MIN,
			SPZ_CHUNK_LOG2_MAX);
	return 0;
}

/* Section 4. */
int spz_frame_begin(struct buf *b, enum spz_frame_type type, size_t *start)
{
	const uint8_t head[SPZ_FRAME_HEAD_NBYTES] = {(uint8_t)type};

	*start = b->len;
	return buf_add(b, head, sizeof(head));
}

int spz_frame_end(struct buf *b, size_t start)
{
	size_t n = b->len - start - SPZ_FRAME_HEAD_NBYTES;
	uint8_t crc[4];

	if (n > UINT32_MAX)
		return -1;
	le_store32(b->data + start + 4, (uint32_t)n);
	le_store32(crc, zip_crc32(0, b->data + start, b->len - start));
	return buf_add(b, crc, sizeof(crc));
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
static const char *const dtype_name[] = {"opaque", "BOOL", "U8", "I8", "U16",
	"I16", "U32", "I32", "U64", "I64", "F8_E4M3", "F8_E5M2", "F16", "BF16",
	"F32", "F64"};

const char *spz_dtype_name(uint8_t dtype, char out[16])
{
	if (dtype < sizeof(dtype_name) / sizeof(dtype_name[0]))
		return dtype_name[dtype];
	snprintf(out, 16, "dtype%u", dtype);
	return out;
}

int spz_segment_store(struct buf *b, const struct spz_segment *s)
{
	uint8_t head[SPZ_SEGMENT_NBYTES] = {
		s->dtype, s->flags, s->ndim, s->width};
	uint8_t dim[8], at[SPZ_SEGMENT_BASE_NBYTES];
	size_t start;

	le_store16(head + 4, s->name_len);
	if (spz_frame_begin(b, SPZ_SEGMENT, &start) ||
		buf_add(b, head, sizeof(head)))
		return -1;
	for (unsigned i = 0; i < s->ndim; i++) {
		le_store64(dim, s->shape[i]);
		if (buf_add(b, dim, sizeof(dim)))
			return -1;
	}
	le_store64(at, s->base_offset);
	le_store32(at + 8, s->base);
	if (s->flags & SPZ_SEGMENT_HAS_BASE && buf_add(b, at, sizeof(at)))
		return -1;
	if (s->name_len && buf_add(b, s->name, s->name_len))
		return -1;
	return spz_frame_end(b, start);
}

int spz_segment_parse(
	struct spz_segment *ret, const uint8_t *in, size_t n, struct diag *d)
{
	const uint8_t *p = in + SPZ_SEGMENT_NBYTES;
	unsigned more;

	if (n < SPZ_SEGMENT_NBYTES)
		return diag_set(d, DIAG_DATA, "segment is too short");
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
int spz_base_store(struct buf *b, const struct spz_base_id *id)
{
	uint8_t head[SPZ_BASE_NBYTES] = {0};
	size_t start, len = strlen(id->name);

	le_store64(head, id->size);
	le_store32(head + 8, id->crc);
	le_store16(head + 12, (uint16_t)len);
	if (spz_frame_begin(b, SPZ_BASE, &start) ||
		buf_add(b, head, sizeof(head)) || buf_add(b, id->name, len))
		return -1;
	return spz_frame_end(b, start);
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
int spz_end_store(struct buf *b, const struct spz_end *e)
{
	uint8_t out[SPZ_END_NBYTES];
	size_t start;

	le_store64(out, e->raw);
	le_store64(out + 8, e->packed);
	le_store64(out + 16, e->index_offset);
	le_store32(out + 24, e->crc);
	memcpy(out + 28, end_magic, sizeof(end_magic));
	if (spz_frame_begin(b, SPZ_END, &start) || buf_add(b, out, sizeof(out)))
		return -1;
	return spz_frame_end(b, start);
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

/* --- chunks -------------------------------------------------------------- */

/*
 * Loads, stores and checks of the heads inside a CHUNK frame: spzip(5),
 * sections 6 and 7.  A head that passes can be believed as to every length.
 */

/* Byte 9. */
#define LAYOUT_WIDTH 3
#define LAYOUT_BIG_ENDIAN 4
#define LAYOUT_LEAD_AT 3
#define LAYOUT_TWOS 64
#define LAYOUT_UNUSED_AT 7

void spz_chunk_head_store(
	uint8_t out[SPZ_CHUNK_HEAD_NBYTES], const struct spz_chunk_head *h)
{
	le_store32(out, h->raw);
	le_store32(out + 4, h->crc);
	out[8] = h->mode;
	out[9] = (uint8_t)(spz_width_log2(h->width) |
			   (h->big_endian ? LAYOUT_BIG_ENDIAN : 0) |
			   (h->twos ? LAYOUT_TWOS : 0) |
			   h->lead << LAYOUT_LEAD_AT);
}

/* Byte 9: how elements lie. */
static int layout_parse(struct spz_chunk_head *ret, uint8_t x, struct diag *d)
{
	ret->width = (uint8_t)(1u << (x & LAYOUT_WIDTH));
	ret->big_endian = x & LAYOUT_BIG_ENDIAN;
	ret->lead = x >> LAYOUT_LEAD_AT & 7;
	ret->twos = x & LAYOUT_TWOS;
	if ((ret->twos && ret->mode != SPZ_VALUES) || x >> LAYOUT_UNUSED_AT ||
		ret->lead >= ret->width ||
		(ret->big_endian && ret->width == 1) ||
		(x && (ret->mode == SPZ_STORED || ret->mode == SPZ_ZERO ||
			      ret->mode == SPZ_DEFLATE)))
		return diag_set(d, DIAG_DATA,
			"elements of mode %u lie as 0x%02x says; that cannot "
			"be",
			ret->mode, x);
	return 0;
}

/* What PAYLOAD bytes can yield at most in MODE; section 6. */
static uint64_t yield_max(unsigned mode, size_t payload)
{
	switch (mode) {
	case SPZ_STORED: return payload;
	case SPZ_DEFLATE:
	case SPZ_SHUFFLE: return (uint64_t)payload * SPZ_DEFLATE_RATIO_MAX;
	default: return UINT64_MAX;
	}
}

int spz_chunk_head_parse(
	struct spz_chunk_head *ret, const uint8_t *in, size_t n, struct diag *d)
{
	size_t left;

	if (n < SPZ_CHUNK_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	left = n - SPZ_CHUNK_HEAD_NBYTES;
	ret->raw = le_load32(in);
	ret->crc = le_load32(in + 4);
	ret->mode = in[8];
	if (ret->mode >= SPZ_NMODE)
		return diag_set(d, DIAG_DATA,
			"unknown chunk mode %u; a newer spzip is needed",
			ret->mode);
	if (layout_parse(ret, in[9], d))
		return -1;
	if (ret->raw == 0)
		return diag_set(d, DIAG_DATA, "chunk decodes to nothing");
	if (left > ret->raw)
		return diag_set(d, DIAG_DATA,
			"chunk of %u bytes takes %zu; expected no more",
			ret->raw, left);
	if (ret->raw < ret->lead || left < spz_chunk_rest(ret) ||
		ret->raw > yield_max(ret->mode, left))
		return diag_set(d, DIAG_DATA,
			"chunk promises %u bytes out of %zu; it cannot hold "
			"them",
			ret->raw, left);
	return 0;
}

void spz_values_head_store(
	uint8_t out[SPZ_VALUES_HEAD_NBYTES], const struct spz_values_head *h)
{
	memset(out, 0, SPZ_VALUES_HEAD_NBYTES);
	out[0] = h->mask;
	out[1] = h->zsign;
	out[2] = h->value;
	out[3] = h->shift;
	out[4] = h->drop;
	le_store32(out + 8, h->nkept);
	le_store32(out + 12, h->nexcept);
	le_store64(out + 16, h->base);
	le_store32(out + 24, h->mask_len);
	le_store32(out + 28, h->zsign_len);
	le_store32(out + 32, h->symbol_len);
}

static void values_head_load(struct spz_values_head *ret, const uint8_t *in)
{
	ret->mask = in[0];
	ret->zsign = in[1];
	ret->value = in[2];
	ret->shift = in[3];
	ret->drop = in[4];
	ret->nkept = le_load32(in + 8);
	ret->nexcept = le_load32(in + 12);
	ret->base = le_load64(in + 16);
	ret->mask_len = le_load32(in + 24);
	ret->zsign_len = le_load32(in + 28);
	ret->symbol_len = le_load32(in + 32);
}

/* True if the fields that the codings of H do not use are 0. */
static bool unused_zero(const struct spz_values_head *h)
{
	if (h->mask == SPZ_MASK_NONE && (h->mask_len || h->zsign))
		return false;
	if (h->zsign == SPZ_MASK_NONE && h->zsign_len)
		return false;
	if (h->value == SPZ_VALUE_STORED && h->symbol_len)
		return false;
	return h->value == SPZ_VALUE_WINDOW ||
	       !(h->shift || h->drop || h->nexcept || h->base);
}

/* True if the window of H can be meant; section 7.3. */
static bool window_ok(const struct spz_values_head *h, unsigned width)
{
	unsigned bits = 8 * width - 1, low = h->shift + h->drop;

	if (h->value != SPZ_VALUE_WINDOW)
		return true;
	return h->shift <= bits - 7 && h->shift <= SPZ_SHIFT_MAX &&
	       low < bits && h->base >> (bits - low) == 0 &&
	       h->nexcept <= h->nkept;
}

/* Bytes of the streams that H describes: these and no others. */
static uint64_t streams_nbytes(const struct spz_values_head *h, unsigned width)
{
	uint64_t n = (uint64_t)h->mask_len + h->zsign_len + h->symbol_len;

	if (h->value == SPZ_VALUE_STORED)
		return n + (uint64_t)h->nkept * width;
	if (h->value == SPZ_VALUE_BYTES)
		return n;
	return n + ((uint64_t)h->nkept * (h->shift + 1u) + 7) / 8 +
	       (uint64_t)h->nexcept * width;
}

int spz_values_head_parse(struct spz_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d)
{
	if (n < SPZ_VALUES_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	values_head_load(ret, in);
	if (ret->mask >= SPZ_NMASK || ret->zsign > SPZ_MASK_BITS ||
		ret->value < SPZ_VALUE_WINDOW || ret->value > SPZ_VALUE_BYTES)
		return diag_set(d, DIAG_DATA,
			"unknown coding %u/%u/%u; a newer spzip is needed",
			ret->mask, ret->zsign, ret->value);
	if (ret->nkept > count ||
		(ret->mask == SPZ_MASK_NONE && ret->nkept != count))
		return diag_set(d, DIAG_DATA,
			"%u of %zu elements are kept; that cannot be",
			ret->nkept, count);
	if (in[5] || in[6] || in[7] || !unused_zero(ret) ||
		!window_ok(ret, width))
		return diag_set(d, DIAG_DATA, "chunk head is malformed");
	if (streams_nbytes(ret, width) != n - SPZ_VALUES_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA,
			"streams of a chunk do not add up to its length");
	return 0;
}

/* Section 12. */
#define DELTA_FLOAT 1
#define DELTA_NEAR 2

void spz_delta_head_store(
	uint8_t out[SPZ_DELTA_HEAD_NBYTES], const struct spz_delta_head *h)
{
	out[0] = h->coding;
	out[1] = (uint8_t)((h->is_float ? DELTA_FLOAT : 0) |
			   (h->near ? DELTA_NEAR : 0));
	out[2] = h->key_shift;
	out[3] = h->nclass;
	le_store32(out + 4, h->nchanged);
}

int spz_delta_head_parse(struct spz_delta_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d)
{
	if (n < SPZ_DELTA_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	ret->coding = in[0];
	ret->is_float = in[1] & DELTA_FLOAT;
	ret->near = in[1] & DELTA_NEAR;
	ret->key_shift = in[2];
	ret->nclass = in[3];
	ret->nchanged = le_load32(in + 4);
	if (ret->coding >= SPZ_NDELTA)
		return diag_set(d, DIAG_DATA,
			"unknown coding %u of differences; a newer spzip is "
			"needed",
			ret->coding);
	if (in[1] & ~(DELTA_FLOAT | DELTA_NEAR) ||
		(ret->near && ret->coding != SPZ_DELTA_ADAPTIVE) ||
		(ret->coding && !ret->nchanged) ||
		ret->key_shift >= 8 * width || ret->nclass > SPZ_NCLASS_MAX ||
		(ret->nclass != 0) != (ret->nchanged && !ret->coding))
		return diag_set(d, DIAG_DATA, "chunk head is malformed");
	if (ret->nchanged > count)
		return diag_set(d, DIAG_DATA,
			"%u of %zu elements are changed; that cannot be",
			ret->nchanged, count);
	return 0;
}
