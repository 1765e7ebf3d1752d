/* SPDX-License-Identifier: MIT */
/*
 * Loads, stores and checks of the heads inside a CHUNK frame: spz(5), sections
 * 6 and 7.  A head that passes can be believed as to every length.
 */
#include "spz/format.h"

#include <string.h>

#include "base/diag.h"
#include "base/le.h"

void spz_chunk_head_store(
	uint8_t out[SPZ_CHUNK_HEAD_NBYTES], const struct spz_chunk_head *h)
{
	le_store32(out, h->raw);
	le_store32(out + 4, h->crc);
	out[8] = h->mode;
	out[9] = h->width;
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
	ret->width = in[9];
	if (ret->mode >= SPZ_NMODE)
		return diag_set(d, DIAG_DATA,
			"unknown chunk mode %u; a newer spzip is needed",
			ret->mode);
	if (ret->width > 8 || __builtin_popcount(ret->width) != 1 ||
		(ret->mode == SPZ_STORED && ret->width != 1))
		return diag_set(d, DIAG_DATA,
			"element width %u in mode %u; expected 1, 2, 4 or 8",
			ret->width, ret->mode);
	if (ret->raw == 0)
		return diag_set(d, DIAG_DATA, "chunk decodes to nothing");
	if (left > ret->raw)
		return diag_set(d, DIAG_DATA,
			"chunk of %u bytes takes %zu; expected no more",
			ret->raw, left);
	if (left < ret->raw % ret->width ||
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
	if (h->mask == SPZ_MASK_NONE && h->mask_len)
		return false;
	if (h->zsign == SPZ_MASK_NONE && h->zsign_len)
		return false;
	if (h->value == SPZ_VALUE_STORED &&
		(h->shift || h->drop || h->nexcept || h->base || h->symbol_len))
		return false;
	return true;
}

/* True if the window of H can be meant; section 7.3. */
static bool window_ok(const struct spz_values_head *h, unsigned width)
{
	unsigned bits = 8 * width - 1;

	if (h->value == SPZ_VALUE_STORED)
		return true;
	return h->shift <= bits - 7 && h->shift <= 55 && h->drop < bits &&
	       h->base >> bits == 0 && h->nexcept <= h->nkept;
}

/* Bytes of the streams that H describes: these and no others. */
static uint64_t streams_nbytes(const struct spz_values_head *h, unsigned width)
{
	uint64_t n = (uint64_t)h->mask_len + h->zsign_len + h->symbol_len;

	if (h->value == SPZ_VALUE_STORED)
		return n + (uint64_t)h->nkept * width;
	return n + ((uint64_t)h->nkept * (h->shift + 1u) + 7) / 8 +
	       (uint64_t)h->nexcept * width;
}

int spz_values_head_parse(struct spz_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d)
{
	if (n < SPZ_VALUES_HEAD_NBYTES)
		return diag_set(d, DIAG_DATA, "chunk is too short");
	values_head_load(ret, in);
	if (ret->mask >= SPZ_NMASK || ret->zsign > SPZ_MASK_BITS_HUFF ||
		ret->value < SPZ_VALUE_WINDOW || ret->value > SPZ_VALUE_STORED)
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
