/* SPDX-License-Identifier: MIT */
/*
 * Which elements are kept, and the signs of zeros, which are not: spzip(5),
 * sections 7.1 and 7.2.  Bitmap bytes suit densities above a quarter, gaps
 * lower ones, and groups N:M patterns; at slow levels context is tried as well.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

/* Densities where one of the codings cannot win, in 1/256. */
#define GAPS_MAX 96 /* above: gaps cost more than one bit each */
#define BITS_MIN 8  /* below: Huffman's floor of 1/8 bit per element */

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

/* What it must save at least, in %, since it is slow to decode. */
#define CONTEXT_GAIN_MIN 2

/*
 * Tries what is smaller than the coding of MASK that OUT has from START on, and
 * puts it in its place.
 */
static int try_others(struct chunk_codec *c, const uint8_t *mask, size_t count,
	struct chunk_values_head *h, size_t start, struct buf *out)
{
	static const uint8_t coding[] = {CHUNK_MASK_GROUPS, CHUNK_MASK_CONTEXT};

	for (size_t i = 0; i < sizeof(coding); i++) {
		size_t len = out->len - start;
		bool slow = coding[i] == CHUNK_MASK_CONTEXT;
		int done;

		if (slow &&
			(c->level < ENTROPY_LEVEL_SLOW || c->entropy.is_sample))
			continue;
		done = slow ? entropy_context_bits_put(&c->entropy, &c->grid,
				      mask, count, h->nkept,
				      len - len * CONTEXT_GAIN_MIN / 100, out)
			    : entropy_groups_put(
				      &c->entropy, mask, count, len, out);
		if (done < 0)
			return -1;
		if (!done)
			continue;
		h->mask = coding[i];
		buf_cut(out, start, len);
	}
	return 0;
}

/* Section 7.1: appends the coding of MASK that is smallest. */
static int mask_put(struct chunk_codec *c, const uint8_t *mask, size_t count,
	struct chunk_values_head *h, struct buf *out)
{
	uint64_t density = (uint64_t)h->nkept * 256 / count;
	const struct entropy_grid of_bytes = {
		c->grid.row % 8 ? 0 : c->grid.row / 8, 0};
	static const struct entropy_grid no_grid;
	struct entropy_symbols bits, gaps;
	size_t start = out->len;
	uint8_t *gap, n[4];

	if (density >= BITS_MIN)
		entropy_symbols_plan_of(
			&bits, mask, entropy_bits_nbytes(count));
	h->mask = CHUNK_MASK_BITS;
	if (density <= GAPS_MAX) {
		gap = buf_scratch(&c->bytes, h->nkept + count / 255 + 1);
		if (!gap)
			return -1;
		entropy_symbols_plan_of(&gaps, gap, gaps_get(mask, count, gap));
		if (density < BITS_MIN ||
			gaps.nbytes + sizeof(n) < bits.nbytes) {
			h->mask = CHUNK_MASK_GAPS;
			le_store32(n, (uint32_t)gaps.n);
			buf_add(out, n, sizeof(n));
			if (entropy_symbols_add(&c->entropy, &no_grid, gap,
				    &gaps, ENTROPY_KIND_BITS, out))
				return -1;
		}
	}
	if (h->mask == CHUNK_MASK_BITS &&
		entropy_symbols_add(&c->entropy, &of_bytes, mask, &bits,
			ENTROPY_KIND_BITS, out))
		return -1;
	if (try_others(c, mask, count, h, start, out))
		return -1;
	h->mask_len = (uint32_t)(out->len - start);
	return 0;
}

/* Section 7.2: appends the N bytes of ZSIGN. */
static int zsign_put(struct chunk_codec *c, const uint8_t *zsign, size_t n,
	struct chunk_values_head *h, struct buf *out)
{
	size_t start = out->len;
	struct entropy_symbols s;

	entropy_symbols_plan_of(&s, zsign, n);
	h->zsign = CHUNK_MASK_BITS;
	/* where signs are rare, runs without any are most of it */
	if (s.hist[0] > n / 2) {
		buf_addc(out, ENTROPY_SYMBOLS_ONE);
		if (entropy_deflate(&c->entropy, zsign, n, out))
			return -1;
	}
	if (out->len == start || out->len - start >= s.nbytes) {
		out->len = start;
		if (entropy_symbols_put(&s, zsign, out))
			return -1;
	}
	h->zsign_len = (uint32_t)(out->len - start);
	return 0;
}

int chunk_mask_encode(struct chunk_codec *c, const uint8_t *mask,
	const uint8_t *zsign, size_t count, struct chunk_values_head *h,
	struct buf *out)
{
	size_t n = entropy_bits_nbytes(count - h->nkept);

	return mask_put(c, mask, count, h, out) ||
			       (zsign && zsign_put(c, zsign, n, h, out))
		       ? -1
		       : 0;
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

static int gaps_decode(struct chunk_codec *c, const uint8_t *in, size_t n,
	uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	size_t ngap = n < 4 ? SIZE_MAX : le_load32(in);
	uint8_t *gaps;

	if (ngap > nkept + count / 255)
		return diag_set(d, DIAG_DATA, "mask is malformed");
	gaps = buf_scratch(&c->bytes, ngap);
	if (!gaps)
		return diag_nomem(d, ngap);
	memset(mask, 0, entropy_bits_nbytes(count));
	if (entropy_symbols_take(&c->entropy, in + 4, n - 4, gaps, ngap, d))
		return -1;
	if (gaps_put(gaps, ngap, mask, count) != (ptrdiff_t)nkept)
		return diag_set(d, DIAG_DATA,
			"gaps do not lead to %zu of %zu elements", nkept,
			count);
	return 0;
}

static int stream_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, const uint8_t *in, uint8_t *mask,
	size_t count, struct diag *d)
{
	struct entropy_coder *e = &c->entropy;
	size_t n = h->mask_len;

	switch (h->mask) {
	case CHUNK_MASK_GAPS:
		return gaps_decode(c, in, n, mask, count, h->nkept, d);
	case CHUNK_MASK_CONTEXT:
		return entropy_context_bits_get(
			e, in, n, mask, count, h->nkept, d);
	case CHUNK_MASK_GROUPS:
		return entropy_groups_get(e, in, n, mask, count, d);
	default: return entropy_bits_take(e, in, n, mask, count, d);
	}
}

int chunk_mask_decode(struct chunk_codec *c, const struct chunk_values_head *h,
	const uint8_t *in, uint8_t *mask, uint8_t *zsign, size_t count,
	struct diag *d)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, 1);

	if (count)
		memset(mask + (count - 1) / 64 * 8, 0, 8);
	if (stream_decode(c, h, in, mask, count, d))
		return -1;
	if (k->ones(mask, count) != h->nkept)
		return diag_set(d, DIAG_DATA,
			"mask keeps %zu elements; expected %zu",
			k->ones(mask, count), (size_t)h->nkept);
	if (h->zsign == CHUNK_MASK_NONE)
		return 0;
	return entropy_bits_take(&c->entropy, in + h->mask_len, h->zsign_len,
		zsign, count - h->nkept, d);
}
