/* SPDX-License-Identifier: MIT */
/*
 * Mode 6 of spzip(5), section 12: what changed since a base.  How likely a
 * weight is to change, and by how much, depends on the exponent it had: a step
 * of the same size is many units in the last place of a small weight and less
 * than one of a large.  So the elements are told apart by classes of the keys
 * of their base, and each class is a mask and what is under it.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

#define NKEY 256
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

/* --- classes -------------------------------------------------------------- */

/*
 * Neighbouring keys are merged as long as that costs little: the entropy of
 * what the elements are, unchanged or a change of so many bits, grows by less
 * than another class takes in the file.
 */

/* Unchanged, then by the length of the element of section 12.1. */
#define NSIZE 65
/* So many elements are enough to choose by. */
#define SURVEY_MAX 32768
/* What the heads and tables of a class take, in bits. */
#define CLASS_NBIT 1000

struct sizes {
	uint32_t n[NSIZE];
};

/* Neighbouring keys that are one class so far. */
struct range {
	uint8_t first;
	struct sizes sizes;
	uint64_t cost;
	uint64_t loss; /* if it is merged with the next */
};

/* log2(X) in units of 2^-16, the same on every processor; within 0.005. */
static uint64_t log2_fixed(uint32_t x)
{
	unsigned n = 31 - (unsigned)__builtin_clz(x);
	uint64_t f = ((uint64_t)x << (31 - n) & 0x7fffffff) >> 15;

	return ((uint64_t)n << 16) + f +
	       (f * (65536 - f) >> 16) * 22571 / 65536;
}

/* The entropy of S and T together, in units of 2^-16 bits. */
static uint64_t entropy(const struct sizes *s, const struct sizes *t)
{
	uint64_t sum = 0, cost = 0;

	for (unsigned i = 0; i < NSIZE; i++) {
		uint32_t n = s->n[i] + (t ? t->n[i] : 0);

		if (n == 0)
			continue;
		sum += n;
		cost += n * log2_fixed(n);
	}
	return sum ? sum * log2_fixed((uint32_t)sum) - cost : 0;
}

static void set_loss(struct range *r)
{
	uint64_t apart = r[0].cost + r[1].cost;
	uint64_t joint = entropy(&r[0].sizes, &r[1].sizes);

	r->loss = joint > apart ? joint - apart : 0;
}

/* Merges range I of N with the next. */
static void merge(struct range *r, size_t i, size_t n)
{
	for (unsigned k = 0; k < NSIZE; k++)
		r[i].sizes.n[k] += r[i + 1].sizes.n[k];
	r[i].cost = entropy(&r[i].sizes, NULL);
	memmove(&r[i + 1], &r[i + 2], (n - i - 2) * sizeof(*r));
	if (i + 2 < n)
		set_loss(&r[i]);
	if (i > 0)
		set_loss(&r[i - 1]);
}

/* Merges the N ranges until they are few enough; returns how many are left. */
static size_t merge_ranges(struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r[i].cost = entropy(&r[i].sizes, NULL);
	for (size_t i = 0; i + 1 < n; i++)
		set_loss(&r[i]);
	while (n > 1) {
		size_t least = 0;

		for (size_t i = 1; i + 1 < n; i++)
			if (r[i].loss < r[least].loss)
				least = i;
		if (n <= CHUNK_NCLASS_MAX &&
			r[least].loss >= (uint64_t)CLASS_NBIT << 16)
			break;
		merge(r, least, n--);
	}
	return n;
}

static void set_classes(struct chunk_classes *by)
{
	unsigned k = 0;

	by->first[0] = 0;
	for (unsigned key = 0; key < NKEY; key++) {
		if (k + 1 < by->n && key == by->first[k + 1])
			k++;
		by->of[key] = (uint8_t)k;
	}
}

/* What mode 6 is made of. */
struct delta {
	const struct chunk_kernel *k;
	unsigned width;
	const uint8_t *raw, *base;
	size_t count, nchanged;
	uint8_t *mask, *key;
};

static unsigned size_of(const uint8_t *p, unsigned width)
{
	uint8_t x[8] = {0};
	uint64_t e;

	memcpy(x, p, width);
	e = le_load64(x) & ~((uint64_t)1 << (8 * width - 1));
	return e ? 65 - (unsigned)__builtin_clzll(e) : 1;
}

/* Counts the changed elements of block AT, each for STEP, by key and size. */
static void survey_block(const struct delta *t, size_t at, size_t step,
	bool is_float, struct range r[NKEY])
{
	size_t n = t->count - at < BLOCK ? t->count - at : BLOCK;
	const struct chunk_classes one = {.n = 1, .is_float = is_float};
	uint8_t kept[BLOCK * 8], *to[CHUNK_NCLASS_MAX] = {kept}, *p = kept;
	uint64_t word = le_load64(t->mask + at / 8);

	t->k->gather(t->raw + at * t->width, t->base + at * t->width, n,
		t->mask + at / 8, t->key + at, &one, to);
	for (; word; word &= word - 1, p += t->width)
		r[t->key[at + (size_t)__builtin_ctzll(word)]]
			.sizes.n[size_of(p, t->width)] += (uint32_t)step;
}

/* Counts all elements by key, and takes off the changed ones. */
static void survey_keys(const struct delta *t, struct range r[NKEY])
{
	size_t step = t->count / SURVEY_MAX + 1;
	uint32_t n[NKEY] = {0};

	for (size_t at = 0; at < t->count; at += step * BLOCK)
		for (size_t i = at; i < at + BLOCK && i < t->count; i++)
			n[t->key[i]] += (uint32_t)step;
	for (unsigned key = 0; key < NKEY; key++) {
		uint32_t changed = 0;

		for (unsigned i = 1; i < NSIZE; i++)
			changed += r[key].sizes.n[i];
		r[key].sizes.n[0] = n[key] > changed ? n[key] - changed : 0;
	}
}

/* Chooses the classes of T.  Returns 0, or -1 when memory ran out. */
static int choose_classes(
	struct chunk_delta *s, const struct delta *t, struct chunk_classes *by)
{
	size_t step = t->nchanged / SURVEY_MAX + 1, n = 0;
	struct range *r = (void *)buf_scratch(&s->hist, NKEY * sizeof(*r));

	if (!r)
		return -1;
	memset(r, 0, NKEY * sizeof(*r));
	for (size_t at = 0; at < t->count; at += step * BLOCK)
		survey_block(t, at, step, by->is_float, r);
	survey_keys(t, r);
	for (unsigned key = 0; key < NKEY; key++) {
		uint64_t any = 0;

		for (unsigned i = 0; i < NSIZE; i++)
			any |= r[key].sizes.n[i];
		if (!any)
			continue;
		r[n] = r[key];
		r[n++].first = (uint8_t)key;
	}
	by->n = (unsigned)merge_ranges(r, n);
	for (unsigned k = 0; k < by->n; k++)
		by->first[k] = r[k].first;
	set_classes(by);
	return 0;
}

/* --- encoding ------------------------------------------------------------- */

/* What is known of a class from its elements. */
struct class
{
	uint8_t *bits;
	size_t count, nkept;
	const uint8_t *kept;
};

/* Section 12.1: appends one class. */
static int put_class(struct chunk_codec *c, unsigned width,
	const struct class *s, struct buf *out)
{
	struct chunk_values_head h = {.nkept = (uint32_t)s->nkept};
	uint8_t head[CHUNK_CLASS_HEAD_NBYTES] = {0};
	size_t start = out->len, end;

	if (buf_add(out, head, sizeof(head)))
		return -1;
	if (s->nkept && s->nkept < s->count &&
		chunk_mask_encode(c, s->bits, s->count, &h, out))
		return -1;
	end = out->len;
	if (s->nkept &&
		chunk_values_encode(c, width, 0, s->kept, s->nkept, out))
		return -1;
	head[0] = h.mask;
	le_store32(head + 4, (uint32_t)s->count);
	le_store32(head + 8, (uint32_t)s->nkept);
	le_store32(head + 12, h.mask_len);
	le_store32(head + 16, (uint32_t)(out->len - end));
	memcpy(out->data + start, head, sizeof(head));
	return 0;
}

/* Parts the elements of T by class.  Returns 0, or -1: no memory. */
static int part(struct chunk_codec *c, const struct delta *t,
	const struct chunk_classes *by, struct class s[CHUNK_NCLASS_MAX])
{
	size_t room = bits_room(t->count), n[CHUNK_NCLASS_MAX];
	uint8_t *bits[CHUNK_NCLASS_MAX], *to[CHUNK_NCLASS_MAX];
	uint8_t *all = buf_scratch(&c->delta.bits, by->n * room);
	uint8_t *kept = buf_scratch(
		&c->delta.kept, t->nchanged * t->width + CHUNK_SLACK);

	if (!all || !kept)
		return -1;
	for (unsigned k = 0; k < by->n; k++)
		bits[k] = all + k * room;
	t->k->bits_get(t->mask, t->count, t->key, by, bits, n);
	for (unsigned k = 0; k < by->n; k++) {
		s[k] = (struct class){
			bits[k], n[k], t->k->ones(bits[k], n[k]), kept};
		to[k] = kept;
		kept += s[k].nkept * t->width;
	}
	t->k->gather(t->raw, t->base, t->count, t->mask, t->key, by, to);
	return 0;
}

static int put_classes(struct chunk_codec *c, const struct delta *t,
	struct chunk_delta_head *h, struct buf *out)
{
	struct chunk_classes by = {.is_float = h->is_float};
	struct class s[CHUNK_NCLASS_MAX];

	if (choose_classes(&c->delta, t, &by) || part(c, t, &by, s) ||
		buf_add(out, by.first + 1, by.n - 1))
		return -1;
	h->nclass = (uint8_t)by.n;
	for (unsigned k = 0; k < by.n; k++)
		if (put_class(c, t->width, &s[k], out))
			return -1;
	return 0;
}

/* Levels that have the time for it. */
#define ADAPTIVE_LEVEL_MIN 8

/*
 * Section 12.2: puts that in place of what OUT has from START on, if it is
 * smaller.
 */
static int try_adaptive(struct chunk_codec *c, const struct delta *t,
	struct chunk_delta_head *h, struct buf *out, size_t start)
{
	const struct chunk_classes one = {.n = 1, .is_float = h->is_float};
	struct chunk_changes all = {t->key, t->count, t->nchanged, t->width,
		t->mask,
		buf_scratch(
			&c->delta.kept, t->nchanged * t->width + CHUNK_SLACK)};
	uint8_t *to[CHUNK_NCLASS_MAX] = {all.kept};

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
		memcpy(out->data + start, p, n);
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
	struct delta t = {chunk_kernel_of(c, width), width, raw, base, count, 0,
		buf_scratch(&c->delta.mask, bits_room(count)),
		buf_scratch(&c->delta.key, count)};
	struct chunk_delta_head h = {
		.coding = CHUNK_DELTA_CLASSES,
		.is_float = c->delta.is_float,
		.key_shift = (uint8_t)key_shift(width, c->delta.is_float),
	};
	uint8_t head[CHUNK_DELTA_HEAD_NBYTES] = {0};
	size_t start = out->len;

	if (!t.mask || !t.key || buf_add(out, head, sizeof(head)))
		return -1;
	t.nchanged = t.k->differ(raw, base, count, t.mask);
	h.nchanged = (uint32_t)t.nchanged;
	if (t.nchanged) {
		int err;

		t.k->keys(base, count, &h, t.key);
		/* what is parted by keys has no rows */
		c->entropy.is_sample = true;
		c->grid = (struct entropy_grid){0};
		err = put_classes(c, &t, &h, out);
		if (!err && c->level >= ADAPTIVE_LEVEL_MIN)
			err = try_adaptive(c, &t, &h, out,
				start + CHUNK_DELTA_HEAD_NBYTES);
		c->entropy.is_sample = false;
		if (err)
			return -1;
	}
	chunk_delta_head_store((uint8_t *)out->data + start, &h);
	return 0;
}

/* --- decoding ------------------------------------------------------------- */

static int malformed(struct diag *d)
{
	return diag_set(d, DIAG_DATA, "classes of a chunk are malformed");
}

/* What of a class is in the file. */
struct stream {
	struct chunk_values_head h; /* as to the mask */
	size_t count;
	const uint8_t *mask, *values;
	size_t nvalues;
};

/* Parses the class at *IN, which it moves on. */
static int parse_class(struct stream *ret, const uint8_t **in,
	const uint8_t *end, struct diag *d)
{
	const uint8_t *p = *in;
	uint64_t n;

	if (end - p < CHUNK_CLASS_HEAD_NBYTES || p[1] || p[2] || p[3])
		return malformed(d);
	*ret = (struct stream){
		.h = {.mask = p[0],
			.nkept = le_load32(p + 8),
			.mask_len = le_load32(p + 12)},
		.count = le_load32(p + 4),
		.nvalues = le_load32(p + 16),
	};
	p += CHUNK_CLASS_HEAD_NBYTES;
	n = (uint64_t)ret->h.mask_len + ret->nvalues;
	if (n > (size_t)(end - p) || ret->h.nkept > ret->count)
		return malformed(d);
	if (ret->h.mask >= CHUNK_NMASK)
		return diag_set(d, DIAG_DATA,
			"unknown coding %u of a mask; a newer spzip is needed",
			ret->h.mask);
	if (ret->h.nkept == 0 && (ret->h.mask || n))
		return malformed(d);
	if (ret->h.mask == CHUNK_MASK_NONE &&
		(ret->h.mask_len ||
			(ret->h.nkept && ret->h.nkept != ret->count)))
		return malformed(d);
	ret->mask = p;
	ret->values = p + ret->h.mask_len;
	*in = p + n;
	return 0;
}

/* Parses the NCLASS classes at IN[0..n), of COUNT elements together. */
static int parse_classes(const struct chunk_delta_head *h, const uint8_t *in,
	size_t n, size_t count, struct chunk_classes *by,
	struct stream s[CHUNK_NCLASS_MAX], struct diag *d)
{
	const uint8_t *end = in + n;
	size_t all = 0, changed = 0;

	if (n < h->nclass - 1u)
		return malformed(d);
	by->n = h->nclass;
	by->is_float = h->is_float;
	by->first[0] = 0;
	for (unsigned k = 1; k < by->n; k++) {
		by->first[k] = *in++;
		if (by->first[k] <= by->first[k - 1])
			return malformed(d);
	}
	set_classes(by);
	for (unsigned k = 0; k < by->n; k++) {
		if (parse_class(&s[k], &in, end, d))
			return -1;
		all += s[k].count;
		changed += s[k].h.nkept;
	}
	return in == end && all == count && changed == h->nchanged
		       ? 0
		       : malformed(d);
}

/* Decodes the bits of a class, and to KEPT its elements. */
static int take_class(struct chunk_codec *c, unsigned width,
	const struct stream *s, uint8_t *bits, uint8_t *kept, struct diag *d)
{
	if (s->h.mask == CHUNK_MASK_NONE)
		memset(bits, s->h.nkept ? 0xff : 0, bits_room(s->count));
	else if (chunk_mask_decode(c, &s->h, s->mask, bits, s->count, d))
		return -1;
	if (s->h.nkept == 0)
		return 0;
	return chunk_values_decode(
		c, width, s->values, s->nvalues, kept, s->h.nkept, d);
}

/* RAW holds the elements of the base, and then those of the chunk. */
static int take_classes(struct chunk_codec *c, const struct delta *t,
	const struct chunk_classes *by, const struct stream *s, uint8_t *raw,
	struct diag *d)
{
	size_t room = bits_room(t->count), n[CHUNK_NCLASS_MAX];
	uint8_t *bits[CHUNK_NCLASS_MAX];
	const uint8_t *from[CHUNK_NCLASS_MAX];
	uint8_t *all = buf_scratch(&c->delta.bits, by->n * room);
	uint8_t *kept = buf_scratch(&c->delta.kept,
		t->nchanged * t->width + CHUNK_NCLASS_MAX * CHUNK_SLACK);

	if (!all || !kept)
		return diag_nomem(d, by->n * room + t->nchanged * t->width);
	for (unsigned k = 0; k < by->n; k++) {
		bits[k] = all + k * room;
		if (take_class(c, t->width, &s[k], bits[k], kept, d))
			return -1;
		from[k] = kept;
		kept += s[k].h.nkept * t->width + CHUNK_SLACK;
	}
	t->k->bits_put(t->mask, t->count, t->key, by, bits, n);
	for (unsigned k = 0; k < by->n; k++)
		if (n[k] != s[k].count)
			return diag_set(d, DIAG_DATA,
				"%zu elements of a class; the base has %zu",
				s[k].count, n[k]);
	t->k->patch(raw, t->count, t->mask, t->key, by, from);
	return 0;
}

/* Section 12.2. */
static int take_adaptive(struct chunk_codec *c, struct delta *t,
	const struct chunk_delta_head *h, const uint8_t *in, size_t n,
	uint8_t *raw, struct diag *d)
{
	const struct chunk_classes one = {.n = 1, .is_float = h->is_float};
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
	struct delta t = {
		.k = chunk_kernel_of(c, width), .width = width, .count = count};
	struct stream s[CHUNK_NCLASS_MAX];
	struct chunk_delta_head h;
	struct chunk_classes by;

	if (chunk_delta_head_parse(&h, in, n, count, width, d))
		return -1;
	in += CHUNK_DELTA_HEAD_NBYTES;
	n -= CHUNK_DELTA_HEAD_NBYTES;
	if (h.nchanged == 0)
		return n ? malformed(d) : 0;
	if (h.coding == CHUNK_DELTA_ADAPTIVE)
		return take_adaptive(c, &t, &h, in, n, raw, d);
	if (parse_classes(&h, in, n, count, &by, s, d))
		return -1;
	t.nchanged = h.nchanged;
	t.mask = buf_scratch(&c->delta.mask, bits_room(count));
	t.key = buf_scratch(&c->delta.key, count);
	if (!t.mask || !t.key)
		return diag_nomem(d, count);
	t.k->keys(raw, count, &h, t.key);
	return take_classes(c, &t, &by, s, raw, d);
}
