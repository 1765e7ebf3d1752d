/* SPDX-License-Identifier: MIT */
/*
 * Palettes, spzip(5), section 7.3, coding 4: dequantised weights are few
 * different numbers, each of which is a symbol, and the larger it is the
 * larger.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

/* Slots that are enough for a palette, and so for few elements. */
#define SLOT_LOG2_FEW 9

/* What palettes are in order of: the magnitude, then the sign. */
static uint64_t order_of(uint64_t x, unsigned width)
{
	unsigned top = 8 * width - 1;

	return (x & (((uint64_t)1 << top) - 1)) << 1 | x >> top;
}

/* The slot of X, or the empty one where it belongs. */
static inline uint16_t *slot_of(struct chunk_palette *p, uint64_t x)
{
	size_t i = (x * 0x9e3779b97f4a7c15) >> (64 - p->slot_log2);

	while (p->slot[i] && p->element[p->slot[i] - 1] != x)
		i = (i + 1) & (((size_t)1 << p->slot_log2) - 1);
	return &p->slot[i];
}

/* WIDTH is a constant, so that it is fast. */
static inline __attribute__((always_inline)) bool number_by(
	struct chunk_palette *p, unsigned width, const uint8_t *kept, size_t n,
	uint8_t *sym)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t x = chunk_load(kept + i * width, width);
		uint16_t *slot = slot_of(p, x);

		if (!*slot) {
			if (p->n == CHUNK_PALETTE_MAX)
				return false;
			p->element[p->n++] = x;
			*slot = (uint16_t)p->n;
		}
		sym[i] = (uint8_t)(*slot - 1);
	}
	return true;
}

/*
 * Fills P with the different elements of KEPT and SYM with their numbers in
 * it; returns false if they are too many.
 */
static bool number(struct chunk_palette *p, unsigned width, const uint8_t *kept,
	size_t n, uint8_t *sym)
{
	p->slot_log2 =
		n < 1 << CHUNK_SLOT_LOG2 ? SLOT_LOG2_FEW : CHUNK_SLOT_LOG2;
	memset(p->slot, 0, sizeof(p->slot[0]) << p->slot_log2);
	p->n = 0;
	return width == 1   ? number_by(p, 1, kept, n, sym)
	       : width == 2 ? number_by(p, 2, kept, n, sym)
	       : width == 4 ? number_by(p, 4, kept, n, sym)
			    : number_by(p, 8, kept, n, sym);
}

/*
 * Puts the elements of P in order, and tells by WAS which each is now that was
 * numbered as they came.
 */
static void sort_palette(
	struct chunk_palette *p, unsigned width, uint8_t was[CHUNK_PALETTE_MAX])
{
	uint8_t from[CHUNK_PALETTE_MAX];

	for (unsigned i = 0; i < p->n; i++) {
		uint64_t x = p->element[i];
		unsigned j = i;

		for (; j > 0 &&
			order_of(p->element[j - 1], width) > order_of(x, width);
			j--) {
			p->element[j] = p->element[j - 1];
			from[j] = from[j - 1];
		}
		p->element[j] = x;
		from[j] = (uint8_t)i;
	}
	for (unsigned i = 0; i < p->n; i++)
		was[from[i]] = (uint8_t)i;
}

int chunk_palette_plan(struct chunk_codec *c, unsigned width,
	const uint8_t *kept, size_t n, struct chunk_palette *p)
{
	uint8_t *sym = buf_scratch(&c->bytes, n), now[CHUNK_PALETTE_MAX];

	if (!sym)
		return -1;
	p->is_known = true;
	if (!number(p, width, kept, n, sym)) {
		p->n = 0;
		return 0;
	}
	if (1 + p->n * (size_t)width + n / 8 >= n * width) {
		/* it is larger than they are, and of use for what it knows */
		entropy_symbols_count(sym, n, p->symbols.hist);
		p->nbytes = SIZE_MAX;
		return 0;
	}
	sort_palette(p, width, now);
	for (size_t i = 0; i < n; i++)
		sym[i] = now[sym[i]];
	entropy_symbols_plan_of(&p->symbols, sym, n);
	p->nbytes = 1 + p->n * (size_t)width + p->symbols.nbytes;
	return 0;
}

int chunk_palette_put(struct chunk_codec *c, unsigned width,
	const struct entropy_grid *g, const struct chunk_palette *p,
	struct chunk_values_head *h, struct buf *out)
{
	size_t start = out->len;

	h->value = CHUNK_VALUE_PALETTE;
	buf_addc(out, (char)(p->n - 1));
	for (unsigned i = 0; i < p->n; i++) {
		uint8_t x[8];

		le_store64(x, p->element[i]);
		buf_add(out, x, width);
	}
	if (entropy_symbols_add(&c->entropy, g, (uint8_t *)c->bytes.data,
		    &p->symbols, ENTROPY_KIND_WINDOW, out))
		return -1;
	h->symbol_len = (uint32_t)(out->len - start);
	return 0;
}

int chunk_palette_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *kept, struct diag *d)
{
	size_t n = h->nkept, k = h->symbol_len ? in[0] + (size_t)1 : 0;
	const uint8_t *element = in + 1;
	uint8_t *sym = buf_scratch(&c->sym, n);

	if (!sym)
		return diag_nomem(d, n);
	if (h->symbol_len < 1 + k * width)
		return diag_set(d, DIAG_DATA, "palette is malformed");
	for (size_t i = 1; i < k; i++)
		if (order_of(chunk_load(element + i * width, width), width) <=
			order_of(chunk_load(element + (i - 1) * width, width),
				width))
			return diag_set(
				d, DIAG_DATA, "palette is out of order");
	in += 1 + k * width;
	if (entropy_symbols_take(
		    &c->entropy, in, h->symbol_len - 1 - k * width, sym, n, d))
		return -1;
	if (n && chunk_kernel_of(c, width)->look_up(element, k, sym, n, kept))
		return diag_set(d, DIAG_DATA,
			"a symbol is beyond the palette of %zu", k);
	return 0;
}
