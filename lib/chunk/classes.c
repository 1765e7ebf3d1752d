/* SPDX-License-Identifier: MIT */
/*
 * Which classes the elements of a difference are dealt to, section 12.1.
 * Neighbouring keys are merged as long as that costs little.  What changes by
 * about as much shares a body, so the entropy of that is to grow by less than
 * another body takes; what of it changes about as often is a class, so the
 * entropy of which do is to grow by less than another class takes.
 */
#include <string.h>

#include "base/le.h"
#include "chunk/chunk_impl.h"

#define NKEY 256
#define BLOCK ((size_t)64)

/* Unchanged, then by the length of the element of section 12.1. */
#define NSIZE 65
/* So many elements are enough to choose by. */
#define SURVEY_MAX 8192
/* What the head and tables of a body take, and what a class does, in bits. */
#define BODY_NBIT 400
#define CLASS_NBIT 24
/* From one changed element in so many on, all of a class are coded. */
#define WHOLE_RATE 3
/* Changes that have a neighbour as often again as chance has it are runs. */
#define RUNS_RATE 4

struct sizes {
	uint32_t n[NSIZE];
};

/* Neighbouring keys that are one so far. */
struct range {
	uint8_t first;
	uint8_t body;  /* that it is of */
	bool is_whole; /* that body */
	struct sizes sizes;
	uint32_t nchanged;
	uint64_t values, mask; /* entropies, in units of 2^-16 bits */
};

/* How ranges are merged. */
struct merging {
	unsigned nsize;
	/* if both, which are neighbours, were one */
	uint64_t (*loss)(const struct merging *m, const struct range *a,
		const struct range *b);
	uint64_t least; /* loss that is not worth it */
};

/* log2(X) in units of 2^-16, the same on every processor; within 0.005. */
static uint64_t log2_fixed(uint32_t x)
{
	unsigned n = 31 - (unsigned)__builtin_clz(x);
	uint64_t f = ((uint64_t)x << (31 - n) & 0x7fffffff) >> 15;

	return ((uint64_t)n << 16) + f +
	       (f * (65536 - f) >> 16) * 22571 / 65536;
}

/* X * log2(X). */
static uint64_t weight_of(uint32_t x)
{
	return x ? x * log2_fixed(x) : 0;
}

/* Fills in what is known of R by its sizes. */
static void set_entropies(const struct merging *m, struct range *r)
{
	uint64_t sum = 0;

	r->nchanged = 0;
	for (unsigned i = 1; i < m->nsize; i++) {
		r->nchanged += r->sizes.n[i];
		sum += weight_of(r->sizes.n[i]);
	}
	r->values = weight_of(r->nchanged) - sum;
	r->mask = weight_of(r->nchanged + r->sizes.n[0]) -
		  weight_of(r->nchanged) - weight_of(r->sizes.n[0]);
}

/* A and the next, B, as one. */
static struct range joint(
	const struct merging *m, const struct range *a, const struct range *b)
{
	struct range both = *a;

	for (unsigned i = 0; i < m->nsize; i++)
		both.sizes.n[i] += b->sizes.n[i];
	set_entropies(m, &both);
	return both;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static bool is_whole(const struct range *r)
{
	return r->nchanged * (uint64_t)(WHOLE_RATE - 1) >= r->sizes.n[0];
}

/* Bodies: the values, and the mask where that is of them all. */
static uint64_t body_loss(
	const struct merging *m, const struct range *a, const struct range *b)
{
	struct range both = joint(m, a, b);
	uint64_t loss = above(both.values, a->values + b->values);

	if (is_whole(a) || is_whole(b))
		loss += above(both.mask, a->mask + b->mask);
	return loss;
}

/* Classes of a body. */
static uint64_t class_loss(
	const struct merging *m, const struct range *a, const struct range *b)
{
	if (a->body != b->body)
		return UINT64_MAX;
	if (a->is_whole)
		return 0;
	return above(joint(m, a, b).mask, a->mask + b->mask);
}

static size_t least_of(const uint64_t *x, size_t n)
{
	size_t i = 0;

	for (size_t k = 1; k < n; k++)
		i = x[k] < x[i] ? k : i;
	return i;
}

/* Merges the N ranges until they are few enough; returns how many are left. */
static unsigned merge_ranges(
	const struct merging *m, struct range *r, unsigned n)
{
	struct range *left[NKEY];
	uint64_t loss[NKEY]; /* of each and the next */

	for (unsigned i = 0; i < n; i++) {
		left[i] = &r[i];
		set_entropies(m, left[i]);
		if (i > 0)
			loss[i - 1] = m->loss(m, left[i - 1], left[i]);
	}
	while (n > 1) {
		size_t i = least_of(loss, n - 1), after = n - i - 2;

		if (n <= CHUNK_NCLASS_MAX && loss[i] >= m->least)
			break;
		*left[i] = joint(m, left[i], left[i + 1]);
		memmove(left + i + 1, left + i + 2, after * sizeof(*left));
		memmove(loss + i, loss + i + 1, after * sizeof(*loss));
		n--;
		if (i + 1 < n)
			loss[i] = m->loss(m, left[i], left[i + 1]);
		if (i > 0)
			loss[i - 1] = m->loss(m, left[i - 1], left[i]);
	}
	for (unsigned i = 0; i < n; i++)
		r[i] = *left[i];
	return n;
}

static unsigned size_of(const uint8_t *p, unsigned width)
{
	uint64_t e = chunk_load(p, width) & ~((uint64_t)1 << (8 * width - 1));

	return e ? 65 - (unsigned)__builtin_clzll(e) : 1;
}

/* Elements by key and by size, of which there are nsize. */
struct counts {
	unsigned nsize;
	uint32_t *n;
};

/* Counts the changed elements of block AT, each for STEP. */
static void survey_block(const struct chunk_difference *t, size_t at,
	size_t step, const struct chunk_classes *one, const struct counts *c)
{
	size_t n = t->count - at < BLOCK ? t->count - at : BLOCK;
	uint8_t kept[BLOCK * 8], *p = kept;
	const uint8_t *to[CHUNK_NCLASS_MAX] = {kept};
	uint64_t word = le_load64(t->mask + at / 8);

	if (!word)
		return;
	t->k->gather(t->raw + at * t->width, t->base + at * t->width, n,
		t->mask + at / 8, t->key + at, one, to);
	for (; word; word &= word - 1, p += t->width) {
		unsigned key = t->key[at + (size_t)__builtin_ctzll(word)];

		c->n[key * c->nsize + size_of(p, t->width)] += (uint32_t)step;
	}
}

/* Counts all elements by key, and takes off the changed ones. */
static void survey_keys(
	const struct chunk_difference *t, const struct counts *c)
{
	size_t step = t->count / SURVEY_MAX + 1;
	uint32_t n[NKEY] = {0};

	for (size_t at = 0; at < t->count; at += step * BLOCK)
		for (size_t i = at; i < at + BLOCK && i < t->count; i++)
			n[t->key[i]] += (uint32_t)step;
	for (unsigned key = 0; key < NKEY; key++) {
		uint32_t *of = c->n + key * c->nsize, changed = 0;

		for (unsigned i = 1; i < c->nsize; i++)
			changed += of[i];
		of[0] = n[key] > changed ? n[key] - changed : 0;
	}
}

/* Fills R with the keys that there are; returns how many. */
static unsigned survey(const struct chunk_difference *t, bool is_float,
	const struct counts *c, struct range r[NKEY])
{
	const struct chunk_classes one = {
		.n = 1, .is_float = is_float, .less = {1}};
	size_t step = t->nchanged / SURVEY_MAX + 1;
	unsigned n = 0;

	memset(c->n, 0, NKEY * c->nsize * sizeof(*c->n));
	for (size_t at = 0; at < t->count; at += step * BLOCK)
		survey_block(t, at, step, &one, c);
	survey_keys(t, c);
	for (unsigned key = 0; key < NKEY; key++) {
		const uint32_t *of = c->n + key * c->nsize;
		uint32_t any = 0;

		for (unsigned i = 0; i < c->nsize; i++)
			any |= of[i];
		if (!any)
			continue;
		r[n] = (struct range){.first = (uint8_t)key};
		memcpy(r[n++].sizes.n, of, c->nsize * sizeof(*of));
	}
	return n;
}

/*
 * Whether changes stand in runs: then gaps between them are not of a size, and
 * the masks of section 7.1 suit them.
 */
static bool has_runs(const struct chunk_difference *t)
{
	size_t step = t->nchanged / SURVEY_MAX + 1;
	uint64_t npair = 0;

	for (size_t i = 0; i < t->count; i += step * BLOCK) {
		uint64_t word = le_load64(t->mask + i / 8);

		for (word &= word >> 1; word; word &= word - 1)
			npair += step;
	}
	return npair * t->count >
	       RUNS_RATE * (t->nchanged + 64) * (uint64_t)t->nchanged;
}

/* Tells the N ranges R which body they are of, and whether that is whole. */
static void set_bodies(struct range *r, unsigned n, const struct range *body,
	unsigned nbody, bool all_whole)
{
	unsigned b = 0;

	for (unsigned k = 0; k < n; k++) {
		b += b + 1 < nbody && r[k].first >= body[b + 1].first;
		r[k].body = (uint8_t)b;
		r[k].is_whole = all_whole || is_whole(&body[b]);
	}
}

int chunk_classes_choose(struct buf *room, const struct chunk_difference *t,
	struct chunk_classes *by)
{
	const unsigned nsize = 8 * t->width + 1;
	const struct merging bodies = {nsize, body_loss, BODY_NBIT << 16};
	const struct merging classes = {nsize, class_loss, CLASS_NBIT << 16};
	struct range *r = (void *)buf_scratch(
		room, 2 * NKEY * sizeof(*r) + NKEY * NSIZE * 4);
	struct range *body;
	struct counts c;
	unsigned n;

	if (!r)
		return -1;
	body = r + NKEY;
	c = (struct counts){nsize, (void *)(r + 2 * NKEY)};
	n = survey(t, by->is_float, &c, r);
	memcpy(body, r, n * sizeof(*r));
	set_bodies(r, n, body, merge_ranges(&bodies, body, n), has_runs(t));
	by->n = merge_ranges(&classes, r, n);
	for (unsigned k = 0; k < by->n; k++) {
		by->first[k] = k ? r[k].first : 0;
		by->kind[k] = 0;
		if (r[k].is_whole)
			by->kind[k] = CHUNK_CLASS_WHOLE;
		else if (k && r[k].body == r[k - 1].body)
			by->kind[k] = CHUNK_CLASS_JOINED;
	}
	chunk_classes_set(by);
	return 0;
}
