/* SPDX-License-Identifier: MIT */
/*
 * Mode 6 of spzip(5), section 12: what changed since a base.  How likely a
 * weight is to change, and by how much, depends on the exponent it had: a step
 * of the same size is many units in the last place of a small weight and less
 * than one of a large.  So the elements are dealt out to classes by the keys
 * of their base: where few of a class change, gaps lead to them, on a scale of
 * its own, and else all of its elements are coded.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

#define BLOCK ((size_t)64)

/* Bytes for COUNT bits of a class, as kernels want them. */
static size_t bits_room(size_t count)
{
	return count / 8 + 16;
}

/* The bits of the keys that tell most, by the logarithm of the width. */
static unsigned key_shift(unsigned width, bool is_float)
{
	static const uint8_t exponent[] = {0, 7, 23, 52};

	return is_float ? exponent[chunk_width_log2(width)] : 8 * (width - 1);
}

/* --- encoding ------------------------------------------------------------- */

/* What is known of a class from its elements. */
struct class
{
	uint8_t *bits; /* which changed, of its COUNT */
	size_t count, nkept;
	uint8_t *kept; /* NKEPT values, all of its elements if it is whole */
};

/* Gaps in coding 0 of section 12.1, as they are written. */
struct gaps {
	uint8_t *symbol;
	size_t n;
	uint8_t *low;
	uint64_t acc;
	unsigned nbit;
	size_t nlow;
};

static void put_gap(struct gaps *g, size_t gap, unsigned shift)
{
	size_t high = gap >> shift;

	for (; high >= 255; high -= 255)
		g->symbol[g->n++] = 255;
	g->symbol[g->n++] = (uint8_t)high;
	g->acc |= (gap & (((size_t)1 << shift) - 1)) << g->nbit;
	le_store64(g->low + g->nlow, g->acc);
	g->nbit += shift;
	g->nlow += g->nbit / 8;
	g->acc >>= g->nbit & 0x38;
	g->nbit &= 7;
}

/* The gaps between the ones of S, and the one to its end. */
static void put_class(struct gaps *g, const struct class *s, unsigned shift)
{
	size_t next = 0;

	for (size_t i = 0; i < s->count; i += BLOCK) {
		uint64_t word = le_load64(s->bits + i / 8);

		for (; word; word &= word - 1) {
			size_t at = i + (size_t)__builtin_ctzll(word);

			put_gap(g, at - next, shift);
			next = at + 1;
		}
	}
	put_gap(g, s->count - next, shift);
}

/*
 * The shift that leaves symbols of about 2 to 4, whatever the rate: so one
 * table does for all, and what is below is as good as even.
 */
static unsigned shift_of(const struct class *s)
{
	size_t mean = (s->count + 1) / (s->nkept + 1);
	unsigned n = 0;

	for (; mean >> n >= 4 && n < CHUNK_CLASS_SHIFT; n++)
		continue;
	return n;
}

/* Appends the gaps of all classes that are not whole. */
static int put_gaps(struct chunk_codec *c, const struct chunk_classes *by,
	const struct class s[CHUNK_NCLASS_MAX], struct buf *out)
{
	struct gaps g = {0};
	size_t n = 0, nbit = 0, start = out->len + 8;
	uint8_t head[8] = {0};
	struct entropy_symbols plan;
	uint32_t hist[ENTROPY_NSYMBOL];

	for (unsigned k = 0; k < by->n; k++)
		if (by->less[k]) {
			unsigned shift = by->kind[k] & CHUNK_CLASS_SHIFT;

			n += s[k].nkept + 1 + (s[k].count >> shift) / 255;
			nbit += (s[k].nkept + 1) * shift;
		}
	g.symbol = buf_scratch(&c->bytes, n);
	g.low = buf_scratch(
		&c->delta.low, entropy_bits_nbytes(nbit) + CHUNK_SLACK);
	if (!g.symbol || !g.low)
		return -1;
	for (unsigned k = 0; k < by->n; k++)
		if (by->less[k])
			put_class(&g, &s[k], by->kind[k] & CHUNK_CLASS_SHIFT);
	entropy_symbols_count(g.symbol, g.n, hist);
	entropy_symbols_plan(&plan, hist, g.n);
	buf_add(out, head, sizeof(head));
	if (entropy_symbols_put(&plan, g.symbol, out))
		return -1;
	buf_patch32(out, start - 8, (uint32_t)g.n);
	buf_patch32(out, start - 4, (uint32_t)(out->len - start));
	buf_add(out, g.low, entropy_bits_nbytes(nbit));
	return 0;
}

/* Appends the values of each body. */
static int put_bodies(struct chunk_codec *c, unsigned width,
	const struct chunk_classes *by, const struct class s[CHUNK_NCLASS_MAX],
	struct buf *out)
{
	for (unsigned k = 0; k < by->n;) {
		const uint8_t *kept = s[k].kept, len[4] = {0};
		size_t n = 0, start = out->len;

		do
			n += s[k++].nkept;
		while (k < by->n && by->kind[k] & CHUNK_CLASS_JOINED);
		buf_add(out, len, sizeof(len));
		if (n && chunk_values_encode(c, width, 0, kept, n, out))
			return -1;
		buf_patch32(
			out, start, (uint32_t)(out->len - start - sizeof(len)));
	}
	return 0;
}

/* Whether all classes are whole, none is, or only some are. */
enum wholes { WHOLE_NONE, WHOLE_SOME, WHOLE_ALL };

static enum wholes wholes_of(const struct chunk_classes *by)
{
	unsigned n = 0;

	for (unsigned k = 0; k < by->n; k++)
		n += !by->less[k];
	return n == 0 ? WHOLE_NONE : n < by->n ? WHOLE_SOME : WHOLE_ALL;
}

/* What of neighbours is one class: those that are whole, or are not. */
enum { JOIN_WHOLES = 1, JOIN_OTHERS = 2 };

/* Makes TO of BY so.  OF has the one that each class is in. */
static void join_classes(struct chunk_classes *to, uint8_t of[CHUNK_NCLASS_MAX],
	const struct chunk_classes *by, unsigned join)
{
	*to = (struct chunk_classes){.n = 0};
	for (unsigned k = 0; k < by->n; k++) {
		bool alike = k && by->less[k] == by->less[k - 1];

		if (!alike ||
			!(join & (by->less[k] ? JOIN_OTHERS : JOIN_WHOLES)))
			to->first[to->n++] = by->first[k];
		of[k] = (uint8_t)(to->n - 1);
	}
	for (unsigned key = 0; key < 256; key++)
		to->of[key] = of[by->of[key]];
}

/* Adds all elements of whole classes to those of T that changed: TAKE. */
static int add_wholes(struct chunk_codec *c, const struct chunk_difference *t,
	const struct chunk_classes *by, uint8_t *take)
{
	size_t room = bits_room(t->count);
	struct chunk_classes joined;
	uint8_t of[CHUNK_NCLASS_MAX], *bits[CHUNK_NCLASS_MAX];
	uint8_t *none = buf_scratch(&c->delta.low, 2 * room);

	if (!none)
		return -1;
	memset(none, 0, room);
	memset(none + room, 0xff, room);
	join_classes(&joined, of, by, JOIN_WHOLES | JOIN_OTHERS);
	for (unsigned k = 0; k < by->n; k++)
		bits[of[k]] = by->less[k] ? none : none + room;
	t->k->bits_put(take, t->count, t->key, &joined, bits);
	for (size_t i = 0; i < (t->count + BLOCK - 1) / BLOCK * 8; i++)
		take[i] |= t->mask[i];
	return 0;
}

/*
 * Which elements of T have values: *TAKE, NULL if all do.  Fills in count and
 * nkept of the classes, and bits of those that are not whole.
 */
static int choose_values(struct chunk_codec *c,
	const struct chunk_difference *t, const struct chunk_classes *by,
	struct class s[CHUNK_NCLASS_MAX], uint8_t **take)
{
	enum wholes wholes = wholes_of(by);
	size_t room = wholes == WHOLE_ALL ? 0 : bits_room(t->count);
	size_t n[2][CHUNK_NCLASS_MAX];
	uint8_t of[2][CHUNK_NCLASS_MAX], *bits[CHUNK_NCLASS_MAX];
	uint8_t *all = buf_scratch(&c->delta.bits, by->n * room);
	struct chunk_classes whole, other;

	*take = wholes == WHOLE_NONE ? t->mask
				     : buf_scratch(&c->delta.take, room);
	if (!all || !*take)
		return -1;
	/* how many elements wholes have, and which of others changed */
	join_classes(&whole, of[0], by, JOIN_OTHERS);
	join_classes(&other, of[1], by, JOIN_WHOLES);
	for (unsigned k = 0; k < by->n; k++)
		bits[of[1][k]] = all + of[1][k] * room;
	if (wholes != WHOLE_NONE)
		t->k->tally(t->key, NULL, t->count, &whole, n[0]);
	if (wholes != WHOLE_ALL)
		t->k->bits_get(t->mask, t->count, t->key, &other, bits, n[1]);
	for (unsigned k = 0; k < by->n; k++) {
		size_t count = n[by->less[k]][of[by->less[k]][k]];

		s[k] = (struct class){bits[of[1][k]], count, count, NULL};
		if (by->less[k])
			s[k].nkept = t->k->ones(s[k].bits, count);
	}
	if (wholes == WHOLE_SOME && add_wholes(c, t, by, *take))
		return -1;
	if (wholes == WHOLE_ALL)
		*take = NULL;
	return 0;
}

/*
 * Parts the elements of T by class, and chooses how each has its gaps.  Returns
 * 0, or -1: no memory.
 */
static int part(struct chunk_codec *c, const struct chunk_difference *t,
	struct chunk_classes *by, struct class s[CHUNK_NCLASS_MAX])
{
	const uint8_t *to[CHUNK_NCLASS_MAX];
	uint8_t *take, *kept;
	size_t nkept = 0;

	if (choose_values(c, t, by, s, &take))
		return -1;
	for (unsigned k = 0; k < by->n; k++) {
		by->kind[k] |= by->less[k] ? (uint8_t)shift_of(&s[k]) : 0;
		nkept += s[k].nkept;
	}
	kept = buf_scratch(&c->delta.kept, nkept * t->width + CHUNK_SLACK);
	if (!kept)
		return -1;
	for (unsigned k = 0; k < by->n; k++) {
		to[k] = s[k].kept = kept;
		kept += s[k].nkept * t->width;
	}
	t->k->gather(t->raw, t->base, t->count, take, t->key, by, to);
	return 0;
}

static int put_classes(struct chunk_codec *c, const struct chunk_difference *t,
	struct chunk_delta_head *h, struct buf *out)
{
	struct chunk_classes by = {.is_float = h->is_float};
	struct class s[CHUNK_NCLASS_MAX] = {{0}};

	if (chunk_classes_choose(&c->delta.hist, t, &by) || part(c, t, &by, s))
		return -1;
	h->nclass = (uint8_t)by.n;
	buf_add(out, by.first + 1, by.n - 1);
	buf_add(out, by.kind, by.n);
	if (put_gaps(c, &by, s, out))
		return -1;
	return put_bodies(c, t->width, &by, s, out);
}

/*
 * Section 12.2: puts that in place of what OUT has from START on, if it is
 * smaller.
 */
static int try_adaptive(struct chunk_codec *c, const struct chunk_difference *t,
	struct chunk_delta_head *h, struct buf *out, size_t start)
{
	const struct chunk_classes one = {
		.n = 1, .is_float = h->is_float, .less = {1}};
	struct chunk_changes all = {t->key, t->count, t->nchanged, t->width,
		t->mask,
		buf_scratch(
			&c->delta.kept, t->nchanged * t->width + CHUNK_SLACK)};
	const uint8_t *to[CHUNK_NCLASS_MAX] = {all.kept};

	if (!all.kept)
		return -1;
	t->k->gather(t->raw, t->base, t->count, t->mask, t->key, &one, to);
	for (unsigned near = 0; near < 2; near++) {
		size_t limit = out->len - start, n;
		uint8_t *p = buf_scratch(&c->delta.bits, limit);

		if (!p)
			return -1;
		n = chunk_adaptive_put(&c->delta.hist, &all, near, p, limit);
		if (n >= limit)
			continue;
		buf_patch(out, start, p, n);
		out->len = start + n;
		h->coding = CHUNK_DELTA_ADAPTIVE;
		h->nclass = 0;
		h->near = near;
	}
	return 0;
}

int chunk_delta_encode(struct chunk_codec *c, unsigned width,
	const uint8_t *raw, const uint8_t *base, size_t count, struct buf *out)
{
	struct chunk_difference t = {chunk_kernel_of(c, width), width, raw,
		base, count, 0, buf_scratch(&c->delta.mask, bits_room(count)),
		buf_scratch(&c->delta.key, count)};
	struct chunk_delta_head h = {
		.coding = CHUNK_DELTA_CLASSES,
		.is_float = c->delta.is_float,
		.key_shift = (uint8_t)key_shift(width, c->delta.is_float),
	};
	uint8_t head[CHUNK_DELTA_HEAD_NBYTES] = {0};
	size_t start = out->len;

	if (!t.mask || !t.key)
		return -1;
	buf_add(out, head, sizeof(head));
	t.nchanged = t.k->differ(raw, base, count, t.mask);
	h.nchanged = (uint32_t)t.nchanged;
	if (t.nchanged) {
		int err;

		t.k->keys(base, count, &h, t.key);
		/* what is parted by keys has no rows */
		c->entropy.is_sample = true;
		c->grid = (struct entropy_grid){0};
		err = put_classes(c, &t, &h, out);
		if (!err && c->level >= ENTROPY_LEVEL_SLOW)
			err = try_adaptive(c, &t, &h, out,
				start + CHUNK_DELTA_HEAD_NBYTES);
		c->entropy.is_sample = false;
		if (err)
			return -1;
	}
	chunk_delta_head_store(head, &h);
	buf_patch(out, start, head, sizeof(head));
	return buf_failed(out) ? -1 : 0;
}

/* --- decoding ------------------------------------------------------------- */

static int malformed(struct diag *d)
{
	return diag_set(d, DIAG_DATA, "classes of a chunk are malformed");
}

/* Takes N bytes from *IN; NULL if there are not as many. */
static const uint8_t *take(const uint8_t **in, const uint8_t *end, size_t n)
{
	const uint8_t *p = *in;

	if ((size_t)(end - p) < n)
		return NULL;
	*in += n;
	return p;
}

/* Parses the first keys and the kinds of NCLASS classes. */
static int parse_classes(struct chunk_classes *by, const uint8_t **in,
	const uint8_t *end, struct diag *d)
{
	const uint8_t *first = take(in, end, by->n - 1u);
	const uint8_t *kind = first ? take(in, end, by->n) : NULL;

	if (!kind)
		return malformed(d);
	memcpy(by->first + 1, first, by->n - 1u);
	memcpy(by->kind, kind, by->n);
	for (unsigned k = 0; k < by->n; k++) {
		unsigned x = kind[k];
		bool joins = x & CHUNK_CLASS_JOINED;

		if ((k && by->first[k] <= by->first[k - 1]) ||
			(x & CHUNK_CLASS_WHOLE && x != CHUNK_CLASS_WHOLE) ||
			(x | CHUNK_CLASS_KINDS) != CHUNK_CLASS_KINDS ||
			(joins && (k == 0 || kind[k - 1] & CHUNK_CLASS_WHOLE)))
			return malformed(d);
	}
	chunk_classes_set(by);
	return 0;
}

/* Gaps as they are read: symbols, and low bits up to END. */
struct ungaps {
	const uint8_t *symbol, *symbol_end;
	const uint8_t *low, *end;
	size_t at; /* in bits of low */
};

/* Takes a gap; SIZE_MAX if there is none, or it is above MOST. */
static size_t take_gap(struct ungaps *g, unsigned shift, size_t most)
{
	size_t high = 0, have = (size_t)(g->end - g->low) - g->at / 8;
	uint8_t x[8] = {0}, q;
	uint64_t low;

	do {
		if (g->symbol == g->symbol_end || high << shift > most)
			return SIZE_MAX;
		q = *g->symbol++;
		high += q;
	} while (q == 255);
	if (have < sizeof(x))
		memcpy(x, g->low + g->at / 8, have);
	low = le_load64(have < sizeof(x) ? x : g->low + g->at / 8);
	high = high << shift |
	       (low >> (g->at & 7) & (((uint64_t)1 << shift) - 1));
	g->at += shift;
	return high > most || (g->at + 7) / 8 > (size_t)(g->end - g->low)
		       ? SIZE_MAX
		       : high;
}

/* Sets the bits of a class of S->count elements, at most NMOST of them. */
static int take_class(
	struct ungaps *g, struct class *s, unsigned shift, size_t nmost)
{
	size_t at = 0;

	for (s->nkept = 0;; s->nkept++) {
		size_t gap = take_gap(g, shift, s->count - at);

		if (gap == SIZE_MAX)
			return -1;
		at += gap;
		if (at == s->count)
			return 0;
		if (s->nkept == nmost)
			return -1;
		s->bits[at / 8] |= (uint8_t)(1u << (at & 7));
		at++;
	}
}

/* Fills in nkept of all classes, and bits of those that are not whole. */
static int take_gaps(struct chunk_codec *c, const struct chunk_classes *by,
	struct class s[CHUNK_NCLASS_MAX], size_t count, size_t nchanged,
	const uint8_t **in, const uint8_t *end, struct diag *d)
{
	const uint8_t *head = take(in, end, 8), *stream;
	size_t n = head ? le_load32(head) : 0;
	size_t len = head ? le_load32(head + 4) : 0;
	struct ungaps g;
	uint8_t *symbol;

	stream = head ? take(in, end, len) : NULL;
	if (!stream || n > nchanged + by->n + count / 255)
		return malformed(d);
	symbol = buf_scratch(&c->bytes, n);
	if (!symbol)
		return diag_nomem(d, n);
	if (entropy_symbols_take(&c->entropy, stream, len, symbol, n, d))
		return -1;
	g = (struct ungaps){symbol, symbol + n, *in, end, 0};
	for (unsigned k = 0; k < by->n; k++) {
		s[k].nkept = s[k].count;
		if (!by->less[k])
			continue;
		memset(s[k].bits, 0, bits_room(s[k].count));
		if (take_class(&g, &s[k], by->kind[k] & CHUNK_CLASS_SHIFT,
			    nchanged))
			return malformed(d);
		nchanged -= s[k].nkept;
	}
	*in += entropy_bits_nbytes(g.at);
	if (g.symbol != g.symbol_end || (g.at % 8 && (*in)[-1] >> (g.at % 8)))
		return malformed(d);
	return 0;
}

/* Decodes the values of each body. */
static int take_bodies(struct chunk_codec *c, unsigned width,
	const struct chunk_classes *by, struct class s[CHUNK_NCLASS_MAX],
	const uint8_t *in, const uint8_t *end, struct diag *d)
{
	size_t room = 0;
	uint8_t *kept;

	for (unsigned k = 0; k < by->n; k++)
		room += s[k].nkept * width + CHUNK_SLACK;
	kept = buf_scratch(&c->delta.kept, room);
	if (!kept)
		return diag_nomem(d, room);
	for (unsigned k = 0; k < by->n;) {
		const uint8_t *len = take(&in, end, 4), *body;
		size_t n = 0;

		do {
			s[k].kept = kept + n * width;
			n += s[k++].nkept;
		} while (k < by->n && by->kind[k] & CHUNK_CLASS_JOINED);
		body = len ? take(&in, end, le_load32(len)) : NULL;
		if (!body || (n == 0 && body != in))
			return malformed(d);
		if (n && chunk_values_decode(c, width, body,
				 (size_t)(in - body), kept, n, d))
			return -1;
		kept += n * width + CHUNK_SLACK;
	}
	return in == end ? 0 : malformed(d);
}

/* RAW holds the elements of the base, and then those of the chunk. */
static int take_classes(struct chunk_codec *c, const struct chunk_difference *t,
	struct chunk_classes *by, const uint8_t *in, size_t n, uint8_t *raw,
	struct diag *d)
{
	size_t room = bits_room(t->count), count[CHUNK_NCLASS_MAX];
	const uint8_t *end = in + n, *from[CHUNK_NCLASS_MAX];
	uint8_t of[CHUNK_NCLASS_MAX], *bits[CHUNK_NCLASS_MAX];
	struct class s[CHUNK_NCLASS_MAX];
	uint8_t *all = buf_scratch(&c->delta.bits, by->n * room);
	struct chunk_classes joined;
	bool is_all;

	if (!all)
		return diag_nomem(d, by->n * room);
	if (parse_classes(by, &in, end, d))
		return -1;
	join_classes(&joined, of, by, JOIN_WHOLES);
	t->k->tally(t->key, NULL, t->count, by, count);
	for (unsigned k = 0; k < by->n; k++) {
		bits[of[k]] = all + of[k] * room;
		if (!by->less[k] && (k == 0 || of[k] > of[k - 1]))
			memset(bits[of[k]], 0xff, room);
		s[k] = (struct class){bits[of[k]], count[k], 0, NULL};
	}
	if (take_gaps(c, by, s, t->count, t->nchanged, &in, end, d) ||
		take_bodies(c, t->width, by, s, in, end, d))
		return -1;
	for (unsigned k = 0; k < by->n; k++)
		from[k] = s[k].kept;
	is_all = wholes_of(by) == WHOLE_ALL;
	if (!is_all)
		t->k->bits_put(t->mask, t->count, t->key, &joined, bits);
	if (t->k->patch(raw, t->count, is_all ? NULL : t->mask, t->key, by,
		    from) != t->nchanged)
		return diag_set(
			d, DIAG_DATA, "another number of elements is changed");
	return 0;
}

/* Section 12.2. */
static int take_adaptive(struct chunk_codec *c, struct chunk_difference *t,
	const struct chunk_delta_head *h, const uint8_t *in, size_t n,
	uint8_t *raw, struct diag *d)
{
	const struct chunk_classes one = {
		.n = 1, .is_float = h->is_float, .less = {1}};
	struct chunk_changes all = {.count = t->count,
		.nchanged = h->nchanged,
		.width = t->width,
		.mask = buf_scratch(&c->delta.mask, bits_room(t->count)),
		.kept = buf_scratch(&c->delta.kept,
			(size_t)h->nchanged * t->width + CHUNK_SLACK)};
	const uint8_t *from[CHUNK_NCLASS_MAX] = {all.kept};

	t->key = buf_scratch(&c->delta.key, t->count);
	if (!all.mask || !all.kept || !t->key)
		return diag_nomem(d, t->count);
	t->k->keys(raw, t->count, h, t->key);
	all.key = t->key;
	if (chunk_adaptive_get(&c->delta.hist, in, n, h->near, &all, d))
		return -1;
	t->k->patch(raw, t->count, all.mask, t->key, &one, from);
	return 0;
}

int chunk_delta_decode(struct chunk_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d)
{
	struct chunk_difference t = {
		.k = chunk_kernel_of(c, width), .width = width, .count = count};
	struct chunk_delta_head h;
	struct chunk_classes by = {0};

	if (chunk_delta_head_parse(&h, in, n, count, width, d))
		return -1;
	in += CHUNK_DELTA_HEAD_NBYTES;
	n -= CHUNK_DELTA_HEAD_NBYTES;
	if (h.nchanged == 0)
		return n ? malformed(d) : 0;
	if (h.coding == CHUNK_DELTA_ADAPTIVE)
		return take_adaptive(c, &t, &h, in, n, raw, d);
	by.n = h.nclass;
	by.is_float = h.is_float;
	t.nchanged = h.nchanged;
	t.mask = buf_scratch(&c->delta.mask, bits_room(count));
	t.key = buf_scratch(&c->delta.key, count);
	if (!t.mask || !t.key)
		return diag_nomem(d, count);
	t.k->keys(raw, count, &h, t.key);
	return take_classes(c, &t, &by, in, n, raw, d);
}
