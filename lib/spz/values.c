/* SPDX-License-Identifier: MIT */
/*
 * Mode 3 of spz(5), section 7: which elements are not zero, and their values.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "spz/spz_impl.h"

/* --- encoding ------------------------------------------------------------ */

/*
 * Encodes mode 3 of spz(5), section 7: a mask of the non-zero magnitudes, and
 * the kept values through a window that joins exponent and top mantissa bits
 * in one symbol of 5 to 7 bits of entropy, where Huffman codes lose < 1 %.
 */

/* The window may leave out one value in this many. */
#define OUTLIER_RATE 8192
/* Up to so many values the size of a Huffman table is worth a thought. */
#define TABLE_MATTERS 16384

/*
 * Narrows the range of bins from both ends, rarest first, while the values
 * left out stay within BUDGET.
 */
static void trim(const uint32_t *hist, size_t budget, size_t *lo, size_t *hi)
{
	size_t a = 0, b = SPZ_HIST_NBIN - 1;

	while (a < b) {
		size_t *end = hist[a] <= hist[b] ? &a : &b;

		if (hist[*end] > budget)
			break;
		budget -= hist[*end];
		if (end == &a)
			a++;
		else
			b--;
	}
	*lo = a;
	*hi = b;
}

/* True if there is a window worth trying for KEPT[0..n). */
static bool choose(const struct spz_kernel *k, unsigned width,
	const uint8_t *kept, size_t n, struct spz_window *w)
{
	uint32_t hist[SPZ_HIST_NBIN];
	unsigned bits = 8 * width - 1;
	unsigned down = bits > SPZ_HIST_LOG2 ? bits - SPZ_HIST_LOG2 : 0;
	uint64_t any = k->survey(kept, n, hist);
	size_t a, b;

	if (any == 0)
		return false;
	trim(hist, n / OUTLIER_RATE, &a, &b);
	w->lo = (uint64_t)a << down;
	w->hi = ((uint64_t)b << down) + ((uint64_t)1 << down) - 1;
	k->extent(kept, n, &w->lo, &w->hi);
	if (w->lo > w->hi)
		return false;
	w->drop = (unsigned)__builtin_ctzll(any);
	w->lo >>= w->drop;
	w->hi >>= w->drop;
	for (w->shift = 0; (w->hi - w->lo) >> w->shift > SPZ_SYMBOL_MAX;)
		w->shift++;
	return w->shift <= SPZ_SHIFT_MAX;
}

/* Appends KEPT as window W has them and completes H. */
static int put_window(struct spz_codec *c, unsigned width, const uint8_t *kept,
	size_t n, const struct spz_window *w, struct spz_values_head *h,
	struct buf *out)
{
	size_t start = out->len;
	size_t nfields = spz_bits_nbytes(n * (w->shift + 1));
	uint8_t *sym = spz_scratch(&c->sym, n);
	uint8_t *fields = spz_scratch(&c->fields, nfields + SPZ_FIELDS_SLACK);
	uint8_t *except =
		spz_scratch(&c->except, (n / OUTLIER_RATE + 2) * width);
	size_t ne;

	if (!sym || !fields || !except)
		return -1;
	ne = spz_kernel[spz_width_log2(width)].window(
		kept, n, w, sym, fields, except);
	if (spz_huff(&c->stream, sym, n, out))
		return -1;
	h->value = SPZ_VALUE_WINDOW;
	h->shift = (uint8_t)w->shift;
	h->drop = (uint8_t)w->drop;
	h->base = w->lo;
	h->nexcept = (uint32_t)ne;
	h->symbol_len = (uint32_t)(out->len - start);
	if (buf_add(out, fields, nfields))
		return -1;
	return ne ? buf_add(out, except, ne * width) : 0;
}

/*
 * The same with the shift that is best.  Where values are few, a table of 250
 * symbols costs more than their resolution gains.
 */
static int put_best_window(struct spz_codec *c, unsigned width,
	const uint8_t *kept, size_t n, struct spz_window w,
	struct spz_values_head *h, struct buf *out)
{
	unsigned max =
		8 * width - 8 < SPZ_SHIFT_MAX ? 8 * width - 8 : SPZ_SHIFT_MAX;
	size_t start = out->len, best;

	if (put_window(c, width, kept, n, &w, h, out))
		return -1;
	while (n < TABLE_MATTERS && w.shift < max) {
		best = out->len;
		out->len = start;
		w.shift++;
		if (put_window(c, width, kept, n, &w, h, out))
			return -1;
		if (out->len < best)
			continue;
		out->len = start;
		w.shift--;
		return put_window(c, width, kept, n, &w, h, out);
	}
	return 0;
}

/* Section 7.3: appends the kept values and completes H. */
static int encode_kept(struct spz_codec *c, unsigned width, const uint8_t *kept,
	size_t n, struct spz_values_head *h, struct buf *out)
{
	size_t start = out->len;
	struct spz_window w;

	if (n && choose(&spz_kernel[spz_width_log2(width)], width, kept, n,
			 &w)) {
		if (put_best_window(c, width, kept, n, w, h, out))
			return -1;
		if (out->len - start < n * width)
			return 0;
	}
	out->len = start;
	h->value = SPZ_VALUE_STORED;
	h->shift = h->drop = 0;
	h->nexcept = h->symbol_len = 0;
	h->base = 0;
	return n ? buf_add(out, kept, n * width) : 0;
}

/* Sections 7.1 and 7.2. */
static int encode_mask(struct spz_codec *c, const struct spz_kernel *k,
	const uint8_t *raw, size_t count, size_t nneg,
	struct spz_values_head *h, struct buf *out)
{
	const uint8_t *mask = (const uint8_t *)c->mask.data;
	size_t start = out->len;
	uint8_t *zsign;

	if (spz_mask_encode(c, mask, count, h->nkept, &h->mask, out))
		return -1;
	h->mask_len = (uint32_t)(out->len - start);
	if (nneg == 0)
		return 0;
	zsign = spz_scratch(&c->bytes, spz_bits_nbytes(count - h->nkept));
	if (!zsign)
		return -1;
	k->zsign_get(raw, count, mask, zsign);
	start = out->len;
	if (spz_bits_encode(c, zsign, count - h->nkept, &h->zsign, out))
		return -1;
	h->zsign_len = (uint32_t)(out->len - start);
	return 0;
}

int spz_values_encode(struct spz_codec *c, unsigned width, const uint8_t *raw,
	size_t count, struct buf *out)
{
	const struct spz_kernel *k = &spz_kernel[spz_width_log2(width)];
	uint8_t *mask = spz_scratch(&c->mask, count / 8 + 8);
	uint8_t *kept = spz_scratch(&c->kept, (count + 1) * width);
	struct spz_values_head h = {0};
	uint8_t head[SPZ_VALUES_HEAD_NBYTES] = {0};
	size_t start = out->len, nneg, n;

	if (!mask || !kept || buf_add(out, head, sizeof(head)))
		return -1;
	n = k->split(raw, count, mask, kept, &nneg);
	if ((count - n) * 64 * width < count) {
		/* fewer zeros than a mask would cost: let them be values */
		h.nkept = (uint32_t)count;
		if (encode_kept(c, width, raw, count, &h, out))
			return -1;
	} else {
		h.nkept = (uint32_t)n;
		if (encode_mask(c, k, raw, count, nneg, &h, out) ||
			encode_kept(c, width, kept, n, &h, out))
			return -1;
	}
	spz_values_head_store((uint8_t *)out->data + start, &h);
	return 0;
}

/* --- decoding ------------------------------------------------------------ */

/*
 * Decodes mode 3, in the order of spz(5), section 7.  The head has been
 * checked against the length of the payload, so every stream is there.
 */

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
