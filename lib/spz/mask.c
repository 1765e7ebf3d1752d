/* SPDX-License-Identifier: MIT */
/*
 * Masks and other bit strings: spz(5), sections 7.1 and 7.2.  Bitmap bytes
 * suit densities above a quarter and N:M patterns, gaps lower ones.
 */
#include "spz/codec.h"

#include <string.h>

#include "base/diag.h"
#include "base/le.h"

/* Densities where one of the codings cannot win, in 1/256. */
#define GAPS_MAX 96 /* above: gaps cost more than one bit each */
#define BITS_MIN 8  /* below: Huffman's floor of 1/8 bit per element */

int spz_bits_encode(struct spz_codec *c, const uint8_t *bits, size_t nbit,
	uint8_t *coding, struct buf *out)
{
	size_t n = spz_bits_nbytes(nbit);
	size_t start = out->len;

	*coding = SPZ_MASK_BITS_HUFF;
	if (spz_huff(&c->stream, bits, n, out))
		return -1;
	if (out->len - start < n)
		return 0;
	*coding = SPZ_MASK_BITS;
	out->len = start;
	return buf_add(out, bits, n);
}

int spz_bits_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *bits, size_t nbit, struct diag *d)
{
	size_t want = spz_bits_nbytes(nbit);

	if (coding == SPZ_MASK_BITS_HUFF) {
		if (spz_inflate(&c->stream, in, n, bits, want, want, d) < 0)
			return -1;
	} else if (coding != SPZ_MASK_BITS || n != want) {
		return diag_set(d, DIAG_DATA, "bit string is malformed");
	} else if (n) {
		memcpy(bits, in, n);
	}
	if (nbit % 8 && bits[want - 1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	return 0;
}

/* Gaps between the ones of MASK as bytes; returns their number. */
static size_t gaps_get(const uint8_t *mask, size_t count, uint8_t *gaps)
{
	size_t n = 0, next = 0;

	for (size_t i = 0; i < count; i += 64) {
		uint64_t word = le_load64(mask + i / 8);

		for (; word; word &= word - 1) {
			size_t at = i + (size_t)__builtin_ctzll(word);
			size_t gap = at - next;

			for (; gap >= 255; gap -= 255)
				gaps[n++] = 255;
			gaps[n++] = (uint8_t)gap;
			next = at + 1;
		}
	}
	return n;
}

/* Sets the ones of MASK that GAPS[0..n) lead to; returns how many, or -1. */
static ptrdiff_t gaps_put(
	const uint8_t *gaps, size_t n, uint8_t *mask, size_t count)
{
	size_t at = 0;
	ptrdiff_t ones = 0;

	if (n && gaps[n - 1] == 255)
		return -1;
	for (size_t i = 0; i < n; i++) {
		at += gaps[i];
		if (gaps[i] == 255)
			continue;
		if (at >= count)
			return -1;
		mask[at / 8] |= (uint8_t)(1u << (at & 7));
		at++;
		ones++;
	}
	return ones;
}

static int gaps_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, struct buf *out)
{
	uint8_t *gaps = spz_scratch(&c->bytes, nkept + count / 255 + 1);

	if (!gaps)
		return -1;
	return spz_huff(&c->stream, gaps, gaps_get(mask, count, gaps), out);
}

int spz_mask_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, uint8_t *coding, struct buf *out)
{
	size_t start = out->len, gaps_end;
	uint64_t density = (uint64_t)nkept * 256 / count;

	if (density > GAPS_MAX)
		return spz_bits_encode(c, mask, count, coding, out);
	*coding = SPZ_MASK_GAPS_HUFF;
	if (gaps_encode(c, mask, count, nkept, out))
		return -1;
	if (density < BITS_MIN)
		return 0;
	gaps_end = out->len;
	if (spz_bits_encode(c, mask, count, coding, out))
		return -1;
	if (out->len - gaps_end < gaps_end - start) {
		memmove(out->data + start, out->data + gaps_end,
			out->len - gaps_end);
		out->len -= gaps_end - start;
	} else {
		*coding = SPZ_MASK_GAPS_HUFF;
		out->len = gaps_end;
	}
	return 0;
}

static int gaps_decode(struct spz_codec *c, const uint8_t *in, size_t n,
	uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	size_t max = nkept + count / 255;
	uint8_t *gaps = spz_scratch(&c->bytes, max + 1);
	ptrdiff_t ngap;

	if (!gaps)
		return diag_nomem(d, max);
	memset(mask, 0, spz_bits_nbytes(count));
	ngap = spz_inflate(&c->stream, in, n, gaps, 0, max, d);
	if (ngap < 0)
		return -1;
	if (gaps_put(gaps, (size_t)ngap, mask, count) != (ptrdiff_t)nkept)
		return diag_set(d, DIAG_DATA,
			"gaps do not lead to %zu of %zu elements", nkept,
			count);
	return 0;
}

static size_t ones(const uint8_t *mask, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i += 64)
		n += (size_t)__builtin_popcountll(le_load64(mask + i / 8));
	return n;
}

int spz_mask_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	if (count)
		memset(mask + (count - 1) / 64 * 8, 0, 8);
	if (coding == SPZ_MASK_GAPS_HUFF)
		return gaps_decode(c, in, n, mask, count, nkept, d);
	if (spz_bits_decode(c, coding, in, n, mask, count, d))
		return -1;
	if (ones(mask, count) != nkept)
		return diag_set(d, DIAG_DATA,
			"mask keeps %zu elements; expected %zu",
			ones(mask, count), nkept);
	return 0;
}
