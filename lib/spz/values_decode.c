/* SPDX-License-Identifier: MIT */
/*
 * Decodes mode 3, in the order of spz(5), section 7.  The head has been
 * checked against the length of the payload, so every stream is there.
 */
#include <string.h>

#include "base/diag.h"
#include "spz/codec.h"
#include "spz/kernel.h"

/* Section 7.3, coding 1. */
static int window_decode(struct spz_codec *c, const struct spz_values_head *h,
	unsigned width, const uint8_t *in, uint8_t *kept, struct diag *d)
{
	const struct spz_kernel *k = &spz_kernel[spz_width_log2(width)];
	struct spz_window w = {
		.lo = h->base, .shift = h->shift, .drop = h->drop};
	size_t n = h->nkept;
	size_t nbit = n * (h->shift + 1u);
	size_t nfields = spz_bits_nbytes(nbit);
	const uint8_t *fields = in + h->symbol_len;
	uint8_t *sym = spz_scratch(&c->sym, n);

	if (!sym)
		return diag_nomem(d, n);
	if (spz_inflate(&c->stream, in, h->symbol_len, sym, n, n, d) < 0)
		return -1;
	if (nbit % 8 && fields[nfields - 1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	if (k->unwindow(kept, n, &w, sym, fields, nfields, fields + nfields,
		    h->nexcept))
		return diag_set(d, DIAG_DATA, "values leave their window");
	return 0;
}

/* The kept elements: in place where IN holds them as they are. */
static const uint8_t *kept_decode(struct spz_codec *c,
	const struct spz_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *dst, struct diag *d)
{
	if (h->value == SPZ_VALUE_STORED)
		return in;
	if (!dst)
		dst = spz_scratch(&c->kept, (size_t)h->nkept * width);
	if (!dst) {
		diag_nomem(d, (unsigned long long)h->nkept * width);
		return NULL;
	}
	return window_decode(c, h, width, in, dst, d) ? NULL : dst;
}

/* Section 7.2. */
static int zsign_decode(struct spz_codec *c, const struct spz_values_head *h,
	unsigned width, const uint8_t *in, const uint8_t *mask, uint8_t *raw,
	size_t count, struct diag *d)
{
	size_t nzero = count - h->nkept;
	uint8_t *zsign;

	if (h->zsign == SPZ_MASK_NONE)
		return 0;
	zsign = spz_scratch(&c->bytes, spz_bits_nbytes(nzero));
	if (!zsign)
		return diag_nomem(d, nzero);
	if (spz_bits_decode(c, h->zsign, in, h->zsign_len, zsign, nzero, d))
		return -1;
	spz_kernel[spz_width_log2(width)].zsign_put(raw, count, mask, zsign);
	return 0;
}

int spz_values_decode(struct spz_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d)
{
	struct spz_values_head h;
	const uint8_t *kept;
	uint8_t *mask;

	if (spz_values_head_parse(&h, in, n, count, width, d))
		return -1;
	in += SPZ_VALUES_HEAD_NBYTES;
	if (h.mask == SPZ_MASK_NONE) {
		if (h.zsign != SPZ_MASK_NONE)
			return diag_set(d, DIAG_DATA,
				"signs of zeros that are not there");
		kept = kept_decode(c, &h, width, in, raw, d);
		if (kept && kept != raw && count)
			memcpy(raw, kept, count * width);
		return kept ? 0 : -1;
	}
	mask = spz_scratch(&c->mask, count / 8 + 8);
	if (!mask)
		return diag_nomem(d, count / 8 + 8);
	if (spz_mask_decode(c, h.mask, in, h.mask_len, mask, count, h.nkept, d))
		return -1;
	kept = kept_decode(
		c, &h, width, in + h.mask_len + h.zsign_len, NULL, d);
	if (!kept)
		return -1;
	spz_kernel[spz_width_log2(width)].merge(raw, count, mask, kept);
	return zsign_decode(c, &h, width, in + h.mask_len, mask, raw, count, d);
}
