/* SPDX-License-Identifier: MIT */
/*
 * Loads, stores and checks of the heads inside a CHUNK frame: spzip(5),
 * sections 6, 7 and 12.  A head that passes can be believed as to every length.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

/* Byte 9. */
#define LAYOUT_WIDTH 3
#define LAYOUT_BIG_ENDIAN 4
#define LAYOUT_LEAD_AT 3
#define LAYOUT_TWOS 64
#define LAYOUT_UNUSED_AT 7

void chunk_head_store(
	uint8_t out[CHUNK_HEAD_NBYTES], const struct chunk_head *h)
{
	le_store32(out, h->raw);
	le_store32(out + 4, h->crc);
	out[8] = h->mode;
	out[9] = (uint8_t)(chunk_width_log2(h->width) |
			   (h->big_endian ? LAYOUT_BIG_ENDIAN : 0) |
			   (h->twos ? LAYOUT_TWOS : 0) |
			   (unsigned)h->lead << LAYOUT_LEAD_AT);
}

/* Byte 9: how elements lie. */
static int layout_parse(struct chunk_head *ret, uint8_t x, struct diag *d)
{
	ret->width = (uint8_t)(1u << (x & LAYOUT_WIDTH));
	ret->big_endian = x & LAYOUT_BIG_ENDIAN;
	ret->lead = x >> LAYOUT_LEAD_AT & 7;
	ret->twos = x & LAYOUT_TWOS;
	if ((ret->twos && ret->mode != CHUNK_VALUES) || x >> LAYOUT_UNUSED_AT ||
		ret->lead >= ret->width ||
		(ret->big_endian && ret->width == 1) ||
		(x && (ret->mode == CHUNK_STORED || ret->mode == CHUNK_ZERO ||
			      ret->mode == CHUNK_DEFLATE)))
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
	case CHUNK_STORED: return payload;
	case CHUNK_DEFLATE:
	case CHUNK_SHUFFLE: return (uint64_t)payload * CHUNK_DEFLATE_RATIO_MAX;
	default: return UINT64_MAX;
	}
}

int chunk_head_parse(
	struct chunk_head *ret, const uint8_t *in, size_t n, struct diag *d)
{
	size_t left;

	if (n < CHUNK_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	left = n - CHUNK_HEAD_NBYTES;
	ret->raw = le_load32(in);
	ret->crc = le_load32(in + 4);
	ret->mode = in[8];
	if (ret->mode >= CHUNK_NMODE)
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
	if (ret->raw < ret->lead || left < chunk_rest(ret) ||
		ret->raw > yield_max(ret->mode, left))
		return diag_set(d, DIAG_DATA,
			"chunk promises %u bytes out of %zu; it cannot hold "
			"them",
			ret->raw, left);
	return 0;
}

void chunk_values_head_store(uint8_t out[CHUNK_VALUES_HEAD_NBYTES],
	const struct chunk_values_head *h)
{
	memset(out, 0, CHUNK_VALUES_HEAD_NBYTES);
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

static void values_head_load(struct chunk_values_head *ret, const uint8_t *in)
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
static bool unused_zero(const struct chunk_values_head *h)
{
	if (h->mask == CHUNK_MASK_NONE && (h->mask_len || h->zsign))
		return false;
	if (h->zsign == CHUNK_MASK_NONE && h->zsign_len)
		return false;
	if (h->value == CHUNK_VALUE_STORED && h->symbol_len)
		return false;
	return h->value == CHUNK_VALUE_WINDOW ||
	       !(h->shift || h->drop || h->nexcept || h->base);
}

/* True if the window of H can be meant; section 7.3. */
static bool window_ok(const struct chunk_values_head *h, unsigned width)
{
	unsigned bits = 8 * width - 1, low = h->shift + h->drop;

	if (h->value != CHUNK_VALUE_WINDOW)
		return true;
	return h->shift <= bits - 7 && h->shift <= CHUNK_SHIFT_MAX &&
	       low < bits && h->base >> (bits - low) == 0 &&
	       h->nexcept <= h->nkept;
}

/* Bytes of the streams that H describes: these and no others. */
static uint64_t streams_nbytes(
	const struct chunk_values_head *h, unsigned width)
{
	uint64_t n = (uint64_t)h->mask_len + h->zsign_len + h->symbol_len;

	if (h->value == CHUNK_VALUE_STORED)
		return n + (uint64_t)h->nkept * width;
	if (h->value != CHUNK_VALUE_WINDOW)
		return n;
	return n + ((uint64_t)h->nkept * (h->shift + 1u) + 7) / 8 +
	       (uint64_t)h->nexcept * width;
}

int chunk_values_head_parse(struct chunk_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d)
{
	if (n < CHUNK_VALUES_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	values_head_load(ret, in);
	if (ret->mask >= CHUNK_NMASK || ret->zsign > CHUNK_MASK_BITS ||
		ret->value < CHUNK_VALUE_WINDOW ||
		ret->value > CHUNK_VALUE_PALETTE)
		return diag_set(d, DIAG_DATA,
			"unknown coding %u/%u/%u; a newer spzip is needed",
			ret->mask, ret->zsign, ret->value);
	if (ret->nkept > count ||
		(ret->mask == CHUNK_MASK_NONE && ret->nkept != count))
		return diag_set(d, DIAG_DATA,
			"%u of %zu elements are kept; that cannot be",
			ret->nkept, count);
	if (in[5] || in[6] || in[7] || !unused_zero(ret) ||
		!window_ok(ret, width))
		return diag_set(d, DIAG_DATA, "chunk head is malformed");
	if (streams_nbytes(ret, width) != n - CHUNK_VALUES_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA,
			"streams of a chunk do not add up to its length");
	return 0;
}

/* Section 12. */
#define DELTA_FLOAT 1
#define DELTA_NEAR 2

void chunk_delta_head_store(
	uint8_t out[CHUNK_DELTA_HEAD_NBYTES], const struct chunk_delta_head *h)
{
	out[0] = h->coding;
	out[1] = (uint8_t)((h->is_float ? DELTA_FLOAT : 0) |
			   (h->near ? DELTA_NEAR : 0));
	out[2] = h->key_shift;
	out[3] = h->nclass;
	le_store32(out + 4, h->nchanged);
}

int chunk_delta_head_parse(struct chunk_delta_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d)
{
	if (n < CHUNK_DELTA_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	ret->coding = in[0];
	ret->is_float = in[1] & DELTA_FLOAT;
	ret->near = in[1] & DELTA_NEAR;
	ret->key_shift = in[2];
	ret->nclass = in[3];
	ret->nchanged = le_load32(in + 4);
	if (ret->coding >= CHUNK_NDELTA)
		return diag_set(d, DIAG_DATA,
			"unknown coding %u of differences; a newer spzip is "
			"needed",
			ret->coding);
	if (in[1] & ~(DELTA_FLOAT | DELTA_NEAR) ||
		(ret->near && ret->coding != CHUNK_DELTA_ADAPTIVE) ||
		(ret->coding && !ret->nchanged) ||
		ret->key_shift >= 8 * width || ret->nclass > CHUNK_NCLASS_MAX ||
		(ret->nclass != 0) != (ret->nchanged && !ret->coding))
		return diag_set(d, DIAG_DATA, "chunk head is malformed");
	if (ret->nchanged > count)
		return diag_set(d, DIAG_DATA,
			"%u of %zu elements are changed; that cannot be",
			ret->nchanged, count);
	return 0;
}

/* --- what they tell ------------------------------------------------------- */

_Static_assert(
	CHUNK_HEADS_NBYTES == CHUNK_HEAD_NBYTES + CHUNK_VALUES_HEAD_NBYTES,
	"the longest head");

int chunk_tell(struct chunk_told *ret, const struct chunk_head *h,
	const uint8_t *in, size_t n, struct diag *d)
{
	size_t rest = chunk_rest(h);
	struct chunk_values_head values;
	struct chunk_delta_head delta;

	*ret = (struct chunk_told){
		.count = (h->raw - (uint32_t)rest) / h->width};
	in += CHUNK_HEAD_NBYTES;
	n -= CHUNK_HEAD_NBYTES + rest;
	if (h->mode == CHUNK_DELTA) {
		if (chunk_delta_head_parse(
			    &delta, in, n, ret->count, h->width, d))
			return -1;
		ret->nchanged = delta.nchanged;
	} else if (h->mode == CHUNK_VALUES) {
		if (chunk_values_head_parse(
			    &values, in, n, ret->count, h->width, d))
			return -1;
		ret->mask = values.mask;
		ret->nkept = values.nkept;
	}
	return 0;
}
