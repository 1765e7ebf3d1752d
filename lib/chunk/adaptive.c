/* SPDX-License-Identifier: MIT */
/*
 * Changes by an adaptive range coder, spzip(5), section 12.2: what an element
 * does depends on the key of its base, and on whether those before it changed.
 * Within a few percent of the entropy, at some 30 ns an element.
 */
#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

#define NKEY 256
#define NSIZE 64 /* bits of an element */
#define NTREE 8  /* of the three bits below the first */
#define TREE_NBIT 3
#define COUNT_MAX 65535
#define NEAR 8 /* elements before that tell */
#define NEAR_MAX 3

/* How many bits were 0 and 1. */
struct counts {
	uint16_t n[2];
};

/* What is counted of the elements of a key, from when it is first met. */
struct of_key {
	struct counts changed[NEAR_MAX + 1];
	struct counts negative;
	struct counts more[NSIZE];
	uint64_t made; /* a bit for each that is in use: */
	struct counts below[NSIZE][NTREE];
};

struct model {
	bool made[NKEY];
	struct of_key of[NKEY];
};

static struct of_key *of_key(struct model *m, unsigned key)
{
	struct of_key *k = &m->of[key];

	if (!m->made[key])
		memset(k, 0, offsetof(struct of_key, below));
	m->made[key] = true;
	return k;
}

static struct counts *of_size(struct of_key *k, unsigned n)
{
	if (!(k->made >> n & 1))
		memset(k->below[n], 0, sizeof(k->below[n]));
	k->made |= (uint64_t)1 << n;
	return k->below[n];
}

/* Codes BIT, or returns the one that is there, of probability P to be 1. */
static unsigned code(struct entropy_range *r, uint32_t p, unsigned bit)
{
	if (r->in)
		return entropy_range_take(r, p);
	entropy_range_put(r, p, bit);
	return bit;
}

/* The same by what N has counted. */
static unsigned code_by(struct entropy_range *r, struct counts *n, unsigned bit)
{
	uint32_t all = n->n[0] + n->n[1];
	uint32_t p = (2u * n->n[1] + 1) * 32768u / (all + 1);

	bit = code(r, p < 1 ? 1 : p > 65535 ? 65535 : p, bit);
	n->n[bit]++;
	if (all + 1 == COUNT_MAX) {
		n->n[0] /= 2;
		n->n[1] /= 2;
	}
	return bit;
}

/* An element of WIDTH bytes that stands for a change; E when encoding. */
static uint64_t code_element(
	struct entropy_range *r, struct of_key *k, unsigned width, uint64_t e)
{
	const unsigned bits = 8 * width;
	const uint64_t top = (uint64_t)1 << (bits - 1);
	uint64_t x = (e & (top - 1)) + 1, y = 1;
	unsigned size = 63 - (unsigned)__builtin_clzll(x), n = 0;
	unsigned negative = code_by(r, &k->negative, (e & top) != 0);
	struct counts *below;

	while (n < bits - 1 && code_by(r, &k->more[n], n < size))
		n++;
	below = of_size(k, n);
	for (unsigned i = 0; i < n; i++) {
		unsigned bit = x >> (n - 1 - i) & 1;

		if (i < TREE_NBIT)
			bit = code_by(r, &below[y], bit);
		else
			bit = code(r, 32768, bit);
		y = y << 1 | bit;
	}
	/* one more than the largest magnitude, and it was none */
	r->over = r->over || y > top;
	return (negative ? top : 0) | ((y - 1) & (top - 1));
}

/*
 * Codes COUNT elements; MASK and KEPT are what is coded, or what is decoded,
 * of which there are NCHANGED.  Returns -1 if there are not.
 */
static int code_all(struct entropy_range *r, struct model *m,
	const struct chunk_changes *t, bool near)
{
	unsigned before = 0;
	size_t left = t->nchanged;
	uint8_t *kept = t->kept;

	for (size_t i = 0; i < t->count && !r->over; i++) {
		unsigned a = (unsigned)__builtin_popcount(before);
		unsigned bit = t->mask[i / 8] >> (i & 7) & 1;
		struct of_key *k = of_key(m, t->key[i]);
		uint8_t x[8];

		a = !near ? 0 : a > NEAR_MAX ? NEAR_MAX : a;
		bit = code_by(r, &k->changed[a], bit);
		before = (before << 1 | bit) & ((1u << NEAR) - 1);
		if (!bit)
			continue;
		if (left-- == 0)
			return -1;
		t->mask[i / 8] |= (uint8_t)(1u << (i & 7));
		le_store64(x, code_element(r, k, t->width,
				      chunk_load(kept, t->width)));
		memcpy(kept, x, t->width);
		kept += t->width;
	}
	return left || r->over ? -1 : 0;
}

static struct model *make_model(struct buf *room)
{
	struct model *m = (void *)buf_scratch(room, sizeof(*m));

	if (m)
		memset(m->made, 0, sizeof(m->made));
	return m;
}

size_t chunk_adaptive_put(struct buf *room, const struct chunk_changes *t,
	bool near, uint8_t *out, size_t limit)
{
	struct entropy_range r = entropy_range_to(out, limit);
	struct model *m = make_model(room);
	uint8_t *end;

	if (!m || code_all(&r, m, t, near))
		return limit;
	end = entropy_range_end(&r);
	return end ? (size_t)(end - out) : limit;
}

int chunk_adaptive_get(struct buf *room, const uint8_t *in, size_t n, bool near,
	const struct chunk_changes *t, struct diag *d)
{
	struct entropy_range r = entropy_range_from(in, n);
	struct model *m = make_model(room);

	if (!m)
		return diag_nomem(d, sizeof(*m));
	memset(t->mask, 0, (t->count + 63) / 64 * 8);
	memset(t->kept, 0, t->nchanged * t->width);
	if (code_all(&r, m, t, near) || r.in != r.end)
		return diag_set(d, DIAG_DATA, "changes are malformed");
	return 0;
}
