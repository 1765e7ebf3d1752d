/* SPDX-License-Identifier: MIT */
/*
 * Shapes: the lists of keys that lines have in common, and where in a line of
 * the tape the numbers of its pairs belong.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "tape/tape_impl.h"

/* So many shapes, and keys in all of them; then a line has its keys itself. */
#define SHAPES_MAX ((size_t)1 << 14)
#define SHAPE_KEYS_MAX ((size_t)1 << 20)

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/* Adds those of L's pairs that have roles, texts or numbers, to the others. */
static int select_pairs(
	struct tape *t, const struct line *l, bool texts, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!l->pair[i].text == texts ||
			!tape_keeps_pair(t, &l->pair[i]))
			continue;
		if (array_reserve(&t->pair, &t->paircap, t->npair + 1,
			    sizeof(*t->pair), d))
			return -1;
		t->pair[t->npair++] = l->pair[i];
	}
	return 0;
}

int tape_shape_select(struct tape *t, const struct line *l, size_t *nnumber_ret,
	struct diag *d)
{
	t->npair = 0;
	if (select_pairs(t, l, false, d) < 0)
		return -1;
	*nnumber_ret = t->npair;
	return select_pairs(t, l, true, d);
}

/* Of the keys of L. */
static uint64_t hash_list(
	const struct tape *t, const struct line *l, size_t nnumber)
{
	uint64_t h = mix(t->npair ? l->shape : 0,
		(uint64_t)l->rank << 3 | (uint64_t)l->is_row << 2 |
			(uint64_t)l->is_bar << 1 | (uint64_t)l->is_valid);

	h = mix(h, nnumber);
	for (size_t i = 0; i < t->npair; i++)
		h = mix(h, t->pair[i].key);
	return h;
}

/* Of LIST, of whether L begins a table or is a bar that is not full, and of
 * where it has texts if all are kept. */
static uint64_t hash_texts(
	const struct tape *t, const struct line *l, uint64_t list)
{
	uint64_t h = list ^ (uint64_t)l->is_headed ^ (uint64_t)l->is_part << 1;

	for (size_t i = 0; t->all && t->npair && i < l->n; i++)
		h = h << 1 ^ h >> 63 ^ !l->pair[i].text;
	return h;
}

/* What stands in the places of S stands in L, too. */
static bool fits(const struct tape_lines *s, const struct line *l)
{
	for (size_t i = 0; i < s->nplace; i++)
		if (s->place[i].key != l->pair[i].key ||
			s->place[i].is_text != !!l->pair[i].text)
			return false;
	return true;
}

static bool is_shape(const struct tape *t, const struct tape_lines *s,
	const struct line *l, uint64_t hash, size_t nnumber)
{
	if (s->hash != hash || s->nrole != nnumber || s->pub.nkey != t->npair)
		return false;
	for (size_t i = 0; i < t->npair; i++)
		if (s->pub.key[i] != t->pair[i].key)
			return false;
	return !t->all || !s->place || (s->nplace == l->n && fits(s, l));
}

static uint64_t hash_of_shape(const void *ctx, size_t i)
{
	const struct tape_lines *shape = ctx;

	return shape[i].hash;
}

static int grow(struct tape *t, struct diag *d)
{
	size_t n = hash_larger(&t->table, 256);

	return hash_grow(&t->table, n, hash_of_shape, t->shape, t->nshape) < 0
		       ? diag_nomem(d, n * sizeof(*t->table.slot))
		       : 0;
}

/* The pairs of L beside those with roles, if all are kept, are numbers. */
static bool is_more(const struct tape *t, const struct pair *p)
{
	return t->all && !p->text && !t->key[p->key].is_role;
}

/*
 * Whose pairs are all numbers and texts of the shape; each line of another has
 * to tell its others itself, where they are many.
 */
static bool is_loose(const struct tape *t, const struct line *l)
{
	return !t->npair || t->nplaces + l->n > SHAPE_KEYS_MAX;
}

/* Sets the numbers of S, and what becomes of the pairs of a line as L. */
static int set_places(struct tape *t, struct tape_lines *s,
	const struct line *l, struct diag *d)
{
	size_t n = 0;

	s->place = malloc((l->n + 1) * sizeof(*s->place));
	if (!s->place)
		return diag_nomem(d, l->n * sizeof(*s->place));
	t->nseen++;
	s->is_fixed = s->is_plain = s->nrole == s->pub.nkey;
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		struct tape_key *k = &t->key[p->key];
		bool kept =
			(!p->text && tape_keeps_pair(t, p)) || is_more(t, p);

		s->place[i] = (struct tape_place){p->key & INT32_MAX, !!p->text,
			(uint32_t)(kept ? n : s->nnumber)};
		if (!kept)
			continue;
		s->number[n++] = p->key;
		s->is_plain &= k->seen != t->nseen;
		k->seen = t->nseen;
	}
	s->is_fixed &= s->is_plain || n <= TAPE_AGAIN_MAX;
	s->is_whole = s->is_plain && n == l->n;
	s->nplace = l->n;
	t->nplaces += l->n;
	return 0;
}

/* The keys of the selected pairs; their numbers too if it is loose. */
static int set_keys(struct tape *t, struct tape_lines *s, const struct line *l,
	struct diag *d)
{
	size_t *key = malloc((t->npair + 1) * sizeof(*key));

	s->pub.key = key;
	s->nnumber = s->nrole;
	for (size_t i = 0; i < l->n && !s->is_loose; i++)
		s->nnumber += is_more(t, &l->pair[i]);
	s->number = malloc((s->nnumber + 1) * sizeof(*s->number));
	if (!key || !s->number)
		return diag_nomem(d, l->n * sizeof(*key));
	for (size_t i = 0; i < t->npair; i++)
		key[i] = t->pair[i].key;
	memcpy(s->number, key, s->nrole * sizeof(*key));
	if (!s->is_loose && set_places(t, s, l, d) < 0)
		return -1;
	t->nshapekeys += t->npair;
	return 0;
}

/* The first shape of LIST; the next to come if there is none. */
static size_t find_like(const struct tape *t, uint64_t list)
{
	size_t i = 0;

	while (i < t->nshape && t->shape[i].list != list)
		i++;
	return i;
}

static int add_shape(struct tape *t, const struct line *l, uint64_t list,
	size_t nnumber, struct diag *d)
{
	size_t like = find_like(t, list);
	struct tape_lines *s = array_room(t->shape, t->nshape, sizeof(*s), d);

	if (!s)
		return -1;
	t->shape = s;
	s += t->nshape++;
	*s = (struct tape_lines){.pub = {.nkey = t->npair,
					 .like = like,
					 .first = t->nline,
					 .rank = l->rank,
					 .is_row = l->is_row,
					 .is_headed = l->is_headed,
					 .is_bar = l->is_bar,
					 .is_part = l->is_part,
					 .is_valid = l->is_valid},
		.list = list,
		.hash = hash_texts(t, l, list),
		.nrole = nnumber,
		.is_loose = is_loose(t, l)};
	return set_keys(t, s, l, d);
}

/* The slot of the shape, or a free one if there is none like it. */
static size_t find_slot(const struct tape *t, const struct line *l,
	uint64_t hash, size_t nnumber)
{
	const struct hash_table *x = &t->table;
	size_t at = hash_first(x, hash);

	while (x->slot[at] &&
		!is_shape(t, &t->shape[x->slot[at] - 1], l, hash, nnumber))
		at = hash_next(x, at);
	return at;
}

int tape_shape_find(struct tape *t, size_t *ret, const struct line *l,
	size_t nnumber, struct diag *d)
{
	uint64_t list = hash_list(t, l, nnumber);
	uint64_t hash = hash_texts(t, l, list);
	uint32_t *slot;

	if (hash_is_full(&t->table, t->nshape) && grow(t, d) < 0)
		return -1;
	slot = &t->table.slot[find_slot(t, l, hash, nnumber)];
	if (!*slot && t->npair &&
		(t->nshape >= SHAPES_MAX ||
			t->nshapekeys + t->npair > SHAPE_KEYS_MAX)) {
		t->npair = 0;
		return tape_shape_find(t, ret, l, 0, d);
	}
	if (!*slot) {
		if (add_shape(t, l, list, nnumber, d) < 0)
			return -1;
		*slot = (uint32_t)t->nshape;
	}
	*ret = *slot - 1;
	return 0;
}
