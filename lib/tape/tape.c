/* SPDX-License-Identifier: MIT */
/*
 * Lines of pairs, kept for a second reading once all of them are known, and
 * what is known of their keys by then.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "source/source.h"
#include "tape/tape_impl.h"

/* So many shapes, and keys in all of them; then a line has its keys itself. */
#define SHAPES_MAX ((size_t)1 << 14)
#define SHAPE_KEYS_MAX ((size_t)1 << 20)

/* A block, of lines that follow each other, has about so many bytes. */
#define BLOCK_NBYTES ((size_t)32 << 10)
#define BLOCK_NBITS 12 /* lines of a block, in a place */

/*
 * The tape is blocks of lines of one shape.  A line is the numbers of its
 * shape's keys; then its texts, each behind its length and filled up to eight
 * bytes; then, if its shape is loose, how many other pairs there are and each
 * of them: twice its key, and one more for a text, and its value.  Lines of
 * shapes that are not plain are blocks of their own, and begin with their
 * length.
 */
struct block {
	uint32_t shape, nline;
};

/* What becomes of a pair of a line: a number of the shape, or nothing. */
struct place {
	uint32_t key : 31, is_text : 1;
	uint32_t to; /* the number's; one behind the last: none */
};

struct shape {
	struct tape_shape pub;
	uint64_t list, hash; /* without and with where texts stand */
	size_t *number;      /* keys, as they stand in a line */
	size_t nnumber;
	size_t nrole;        /* of these: pub.key begins with them */
	struct place *place; /* of the pairs of a line; NULL: not kept */
	size_t nplace;
	bool is_loose;
	bool is_plain; /* its lines are numbers alone, and each key one */
};

struct key {
	bool is_role;  /* may have one: in shapes */
	bool is_text;  /* its texts count */
	uint64_t seen; /* the last list of places that had it */
};

struct tape {
	bool all;
	tape_keeps *keeps;
	const void *ctx;

	struct tape_stat *stat;
	struct key *key;
	size_t nkey, keycap;

	struct shape *shape;
	size_t nshape, shapecap;
	size_t nshapekeys, nplaces; /* of all of them */
	size_t *slot;               /* shapes by hash; SIZE_MAX: free */
	size_t nslot;
	size_t last; /* shape of the line before */

	struct tape_spool *spool;
	struct buf block;  /* that is being filled, behind its head */
	size_t nblockline; /* lines in it */
	uint64_t nline, nseen;

	/* Of the line at hand. */
	struct pair *pair;
	size_t npair, paircap;

	/* What is read. */
	uint64_t at; /* of its block */
	struct block head;
	uint32_t row; /* in it, of the next line */
	struct tape_text *text;
	size_t ntext, textcap;
	size_t *loose; /* keys and values of a loose line */
	double *value;
	size_t valuecap;
};

/* --- keys ---------------------------------------------------------------- */

static int grow_keys(struct tape *t, size_t n, struct diag *d)
{
	size_t cap = t->keycap;
	struct tape_stat *stat;
	struct key *key;

	while (cap < n)
		cap = cap ? 2 * cap : 64;
	if (cap == t->keycap)
		return 0;
	stat = realloc(t->stat, cap * sizeof(*stat));
	if (!stat)
		return diag_nomem(d, cap * sizeof(*stat));
	t->stat = stat;
	key = realloc(t->key, cap * sizeof(*key));
	if (!key)
		return diag_nomem(d, cap * sizeof(*key));
	t->key = key;
	t->keycap = cap;
	return 0;
}

static int add_keys(
	struct tape *t, const struct pair_keys *keys, struct diag *d)
{
	size_t n = pair_keys_n(keys);

	if (grow_keys(t, n, d) < 0)
		return -1;
	for (; t->nkey < n; t->nkey++) {
		const char *name = pair_keys_name(keys, t->nkey);
		struct tape_stat *s = &t->stat[t->nkey];
		unsigned keep;

		tape_stat_begin(s, name);
		keep = t->keeps(t->ctx, name, &s->meaning);
		t->key[t->nkey] = (struct key){.is_role = keep & TAPE_ROLE,
			.is_text = keep & TAPE_TEXT};
	}
	return 0;
}

/* --- statistics ---------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/* The numbers of the block, key by key. */
static void count_block(struct tape *t)
{
	const struct shape *s = &t->shape[t->last];
	const double *x =
		(const double *)(t->block.data + sizeof(struct block));

	x += !s->is_plain;

	for (size_t j = 0; j < s->nnumber; j++) {
		struct tape_stat *stat = &t->stat[s->number[j]];

		tape_stat_add_column(stat, x + j, t->nblockline, s->nnumber,
			s->pub.is_valid);
		stat->nrow += s->pub.is_row ? t->nblockline : 0;
	}
}

/* What of a line no column of a block tells: totals, texts, loose pairs. */
static int count_rest(struct tape *t, const struct line *l, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];

		if (!t->key[p->key].is_role && !t->all)
			continue;
		if (p->text &&
			tape_stat_add_text(&t->stat[p->key], p, l, d) < 0)
			return -1;
		if (!p->text && !l->is_valid)
			tape_stat_add_total(&t->stat[p->key], p);
	}
	return 0;
}

/* --- shapes -------------------------------------------------------------- */

static bool is_kept(const struct tape *t, const struct pair *p)
{
	const struct key *k = &t->key[p->key];

	return k->is_role && (!p->text || k->is_text);
}

static int make_room(struct tape *t, size_t n, struct diag *d)
{
	struct pair *p;

	if (n <= t->paircap)
		return 0;
	p = realloc(t->pair, 2 * n * sizeof(*p));
	if (!p)
		return diag_nomem(d, 2 * n * sizeof(*p));
	t->pair = p;
	t->paircap = 2 * n;
	return 0;
}

/* Puts those of the line's pairs that have roles first, numbers in front. */
static int select_pairs(struct tape *t, const struct line *l,
	size_t *nnumber_ret, struct diag *d)
{
	if (make_room(t, l->n, d) < 0)
		return -1;
	t->npair = 0;
	for (size_t i = 0; i < l->n; i++)
		if (!l->pair[i].text && is_kept(t, &l->pair[i]))
			t->pair[t->npair++] = l->pair[i];
	*nnumber_ret = t->npair;
	for (size_t i = 0; i < l->n; i++)
		if (l->pair[i].text && is_kept(t, &l->pair[i]))
			t->pair[t->npair++] = l->pair[i];
	return 0;
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

/* Of LIST and of where L has texts, if that matters. */
static uint64_t hash_texts(
	const struct tape *t, const struct line *l, uint64_t list)
{
	uint64_t h = list;

	for (size_t i = 0; t->all && t->npair && i < l->n; i++)
		h = h << 1 ^ h >> 63 ^ !l->pair[i].text;
	return h;
}

/* What stands in the places of S stands in L, too. */
static bool fits(const struct shape *s, const struct line *l)
{
	for (size_t i = 0; i < s->nplace; i++)
		if (s->place[i].key != l->pair[i].key ||
			s->place[i].is_text != !!l->pair[i].text)
			return false;
	return true;
}

static bool is_shape(const struct tape *t, const struct shape *s,
	const struct line *l, uint64_t hash, size_t nnumber)
{
	if (s->hash != hash || s->nrole != nnumber || s->pub.nkey != t->npair)
		return false;
	for (size_t i = 0; i < t->npair; i++)
		if (s->pub.key[i] != t->pair[i].key)
			return false;
	return !t->all || !s->place || (s->nplace == l->n && fits(s, l));
}

static int grow_slots(struct tape *t, struct diag *d)
{
	size_t n = t->nslot ? 2 * t->nslot : 256;
	size_t *slot = malloc(n * sizeof(*slot));

	if (!slot)
		return diag_nomem(d, n * sizeof(*slot));
	for (size_t i = 0; i < n; i++)
		slot[i] = SIZE_MAX;
	for (size_t i = 0; i < t->nshape; i++) {
		size_t k = t->shape[i].hash & (n - 1);

		while (slot[k] != SIZE_MAX)
			k = (k + 1) & (n - 1);
		slot[k] = i;
	}
	free(t->slot);
	t->slot = slot;
	t->nslot = n;
	return 0;
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
static void set_places(struct tape *t, struct shape *s, const struct line *l)
{
	size_t n = 0;

	t->nseen++;
	s->is_plain = s->nrole == s->pub.nkey;
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		struct key *k = &t->key[p->key];
		bool kept = (!p->text && is_kept(t, p)) || is_more(t, p);

		s->place[i] = (struct place){p->key & INT32_MAX, !!p->text,
			(uint32_t)(kept ? n : s->nnumber)};
		if (!kept)
			continue;
		s->number[n++] = p->key;
		s->is_plain &= k->seen != t->nseen;
		k->seen = t->nseen;
	}
	s->nplace = l->n;
	t->nplaces += l->n;
}

/* The keys of the selected pairs; their numbers too if it is loose. */
static int set_keys(
	struct tape *t, struct shape *s, const struct line *l, struct diag *d)
{
	size_t *key = malloc((t->npair + 1) * sizeof(*key));

	s->pub.key = key;
	s->nnumber = s->nrole;
	for (size_t i = 0; i < l->n && !s->is_loose; i++)
		s->nnumber += is_more(t, &l->pair[i]);
	s->number = malloc((s->nnumber + 1) * sizeof(*s->number));
	if (!s->is_loose)
		s->place = malloc((l->n + 1) * sizeof(*s->place));
	if (!key || !s->number || (!s->place && !s->is_loose))
		return diag_nomem(d, l->n * sizeof(*key));
	for (size_t i = 0; i < t->npair; i++)
		key[i] = t->pair[i].key;
	memcpy(s->number, key, s->nrole * sizeof(*key));
	if (!s->is_loose)
		set_places(t, s, l);
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
	struct shape *s;

	if (t->nshape == t->shapecap) {
		size_t cap = t->shapecap ? 2 * t->shapecap : 64;
		struct shape *p = realloc(t->shape, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		t->shape = p;
		t->shapecap = cap;
	}
	s = &t->shape[t->nshape++];
	*s = (struct shape){.pub = {.nkey = t->npair,
				    .like = like,
				    .first = t->nline,
				    .rank = l->rank,
				    .is_row = l->is_row,
				    .is_bar = l->is_bar,
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
	size_t k = hash & (t->nslot - 1);

	while (t->slot[k] != SIZE_MAX &&
		!is_shape(t, &t->shape[t->slot[k]], l, hash, nnumber))
		k = (k + 1) & (t->nslot - 1);
	return k;
}

/* The shape of the selected pairs; none are if it has none. */
static int find_shape(struct tape *t, size_t *ret, const struct line *l,
	size_t nnumber, struct diag *d)
{
	uint64_t list = hash_list(t, l, nnumber);
	uint64_t hash = hash_texts(t, l, list);
	size_t *slot;

	if (2 * t->nshape >= t->nslot && grow_slots(t, d) < 0)
		return -1;
	slot = &t->slot[find_slot(t, l, hash, nnumber)];
	if (*slot == SIZE_MAX && t->npair &&
		(t->nshape >= SHAPES_MAX ||
			t->nshapekeys + t->npair > SHAPE_KEYS_MAX)) {
		t->npair = 0;
		return find_shape(t, ret, l, 0, d);
	}
	if (*slot == SIZE_MAX) {
		if (add_shape(t, l, list, nnumber, d) < 0)
			return -1;
		*slot = t->nshape - 1;
	}
	*ret = *slot;
	return 0;
}

/* --- lines --------------------------------------------------------------- */

/* Puts the block at hand on the tape. */
static int end_block(struct tape *t, struct diag *d)
{
	struct block head = {(uint32_t)t->last, (uint32_t)t->nblockline};

	if (!t->nblockline)
		return 0;
	memcpy(t->block.data, &head, sizeof(head));
	count_block(t);
	t->nblockline = 0;
	return tape_spool_put(t->spool, t->block.data, t->block.len, d);
}

/* Room for a line of N numbers in the block at hand, which is of shape NEXT. */
static double *begin_line(struct tape *t, size_t next, size_t n, struct diag *d)
{
	size_t nbytes = (n + 2) * sizeof(double);

	if ((t->last != next || t->nblockline >> BLOCK_NBITS ||
		    t->block.len + nbytes > BLOCK_NBYTES ||
		    !t->shape[next].is_plain) &&
		end_block(t, d) < 0)
		return NULL;
	t->last = next;
	if (!t->nblockline)
		t->block.len = sizeof(struct block);
	if (buf_reserve(&t->block, nbytes)) {
		diag_nomem(d, nbytes);
		return NULL;
	}
	t->nblockline++;
	t->block.len += t->shape[next].is_plain ? 0 : sizeof(uint64_t);
	return (double *)(t->block.data + t->block.len);
}

/* Adds L as a line of the shape of the line before.  Returns 1, 0 if it is of
 * another, or -1. */
static int repeat_shape(struct tape *t, const struct line *l, struct diag *d)
{
	const struct shape *s = t->nshape ? &t->shape[t->last] : NULL;
	bool has_rest = false;
	double *x;

	if (!s || !s->is_plain || l->n != s->nplace || l->rank != s->pub.rank ||
		l->is_row != s->pub.is_row || l->is_bar != s->pub.is_bar ||
		l->is_valid != s->pub.is_valid)
		return 0;
	x = begin_line(t, t->last, s->nnumber, d);
	if (!x)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		struct place place = s->place[i];

		if (p->key != place.key || !!p->text != place.is_text) {
			t->nblockline--;
			return 0;
		}
		x[place.to] = p->value;
		t->stat[p->key].forms |= p->form;
		has_rest |= p->text || p->total > 0;
	}
	t->block.len += s->nnumber * sizeof(*x);
	if (has_rest && count_rest(t, l, d) < 0)
		return -1;
	return 1;
}

static int put_text(struct tape *t, const struct pair *p)
{
	uint64_t n = p->ntext;
	static const char none[8];

	return buf_add(&t->block, &n, sizeof(n)) ||
			       buf_add(&t->block, p->text, p->ntext) ||
			       buf_add(&t->block, none, -p->ntext & 7)
		       ? -1
		       : 0;
}

/* P stands beside the shape S, which has no pair with a role if EMPTY. */
static bool is_beside(const struct tape *t, const struct pair *p, bool empty)
{
	return is_kept(t, p) ? empty : t->all && !p->text;
}

/* The pairs of L that are not those of its shape, which count here. */
static int put_loose(struct tape *t, const struct line *l, bool empty)
{
	size_t at = t->block.len;
	uint64_t n = 0;
	int bad = buf_add(&t->block, &n, sizeof(n));

	for (size_t i = 0; i < l->n && !bad; i++) {
		const struct pair *p = &l->pair[i];
		uint64_t key = 2 * (uint64_t)p->key + !!p->text;

		if (!is_beside(t, p, empty))
			continue;
		n++;
		bad = buf_add(&t->block, &key, sizeof(key)) ||
		      (p->text ? put_text(t, p)
			       : buf_add(&t->block, &p->value,
					 sizeof(p->value)));
		if (p->text)
			continue;
		tape_stat_add_column(
			&t->stat[p->key], &p->value, 1, 1, l->is_valid);
		t->stat[p->key].nrow += l->is_row;
	}
	if (!bad)
		memcpy(t->block.data + at, &n, sizeof(n));
	return bad ? -1 : 0;
}

/* How many bytes the line has that is a block of its own. */
static void set_length(struct tape *t)
{
	const size_t at = sizeof(struct block);
	uint64_t n = t->block.len - at - sizeof(n);

	memcpy(t->block.data + at, &n, sizeof(n));
}

static int put_line(
	struct tape *t, const struct line *l, size_t shape, struct diag *d)
{
	const struct shape *s = &t->shape[shape];
	double *x = begin_line(t, shape, s->nnumber, d);
	int bad = 0;

	if (!x)
		return -1;
	for (size_t i = 0; i < s->nrole && (!t->all || s->is_loose); i++)
		x[i] = t->pair[i].value;
	for (size_t i = 0; t->all && i < s->nplace; i++)
		x[s->place[i].to] = l->pair[i].value;
	t->block.len += s->nnumber * sizeof(*x);
	for (size_t i = 0; i < l->n; i++)
		t->stat[l->pair[i].key].forms |= l->pair[i].form;
	for (size_t i = s->nrole; i < s->pub.nkey && !bad; i++)
		bad = put_text(t, &t->pair[i]);
	if (s->is_loose && !bad)
		bad = put_loose(t, l, !t->npair);
	if (!s->is_plain && !bad)
		set_length(t);
	return bad ? diag_nomem(d, t->block.len) : count_rest(t, l, d);
}

static int add_line(struct tape *t, const struct line *l, struct diag *d)
{
	int got = repeat_shape(t, l, d);
	size_t nnumber, shape = t->last;

	if (got < 0 || (!got && select_pairs(t, l, &nnumber, d) < 0))
		return -1;
	if (!got && !t->npair && !t->all)
		return count_rest(t, l, d);
	if (!got && (find_shape(t, &shape, l, nnumber, d) < 0 ||
			    put_line(t, l, shape, d) < 0))
		return -1;
	t->shape[shape].pub.count++;
	t->shape[t->shape[shape].pub.like].pub.nlike++;
	t->shape[shape].pub.last = t->nline++;
	return 0;
}

int tape_fill(struct tape *t, struct source *s, tape_keeps *keeps,
	const void *ctx, struct diag *d)
{
	const struct pair_keys *keys = source_keys(s);
	struct line l;
	int got;

	t->keeps = keeps;
	t->ctx = ctx;

	while ((got = source_next(s, &l, d)) > 0)
		if (add_keys(t, keys, d) < 0 || add_line(t, &l, d) < 0)
			return -1;
	return got < 0 ? got
	       : add_keys(t, keys, d) < 0 || end_block(t, d) < 0
		       ? -1
		       : tape_seek(t, 0, d);
}

/* --- reading ------------------------------------------------------------- */

/* Texts and loose pairs of a line, one behind the other. */
struct rest {
	const char *p;
};

static uint64_t take_int(struct rest *r)
{
	uint64_t x;

	memcpy(&x, r->p, sizeof(x));
	r->p += sizeof(x);
	return x;
}

static int take_text(struct tape *t, struct rest *r, size_t key, struct diag *d)
{
	size_t n = (size_t)take_int(r);

	if (t->ntext == t->textcap) {
		size_t cap = t->textcap ? 2 * t->textcap : 16;
		struct tape_text *p = realloc(t->text, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		t->text = p;
		t->textcap = cap;
	}
	t->text[t->ntext++] = (struct tape_text){key, n, r->p};
	r->p += n + (-n & 7);
	return 0;
}

static int grow_values(struct tape *t, size_t n, struct diag *d)
{
	double *value;
	size_t *key;

	if (n <= t->valuecap)
		return 0;
	n *= 2;
	value = realloc(t->value, n * sizeof(*value));
	if (!value)
		return diag_nomem(d, n * sizeof(*value));
	t->value = value;
	key = realloc(t->loose, n * sizeof(*key));
	if (!key)
		return diag_nomem(d, n * sizeof(*key));
	t->loose = key;
	t->valuecap = n;
	return 0;
}

/* The numbers of RET, of its shape, and what the line tells beside them. */
static int take_loose(
	struct tape *t, struct rest *r, struct tape_row *ret, struct diag *d)
{
	size_t n = (size_t)take_int(r);

	if (grow_values(t, ret->n + n + 1, d) < 0)
		return -1;
	memcpy(t->loose, ret->key, ret->n * sizeof(*ret->key));
	memcpy(t->value, ret->value, ret->n * sizeof(*ret->value));
	for (size_t i = 0; i < n; i++) {
		size_t key = (size_t)take_int(r);

		if (key & 1) {
			if (take_text(t, r, key / 2, d) < 0)
				return -1;
			continue;
		}
		t->loose[ret->n] = key / 2;
		memcpy(&t->value[ret->n++], r->p, sizeof(double));
		r->p += sizeof(double);
	}
	ret->key = t->loose;
	ret->value = t->value;
	ret->is_loose = true;
	return 0;
}

/* A line that is a block of its own. */
static int next_odd(struct tape *t, struct tape_row *ret, const struct shape *s,
	struct diag *d)
{
	const void *p;
	uint64_t n;
	struct rest r;
	int got = tape_spool_view(t->spool, &p, sizeof(n), d);

	if (got > 0) {
		memcpy(&n, p, sizeof(n));
		got = tape_spool_view(t->spool, &p, (size_t)n, d);
	}
	if (got <= 0)
		return got;
	ret->value = p;
	r.p = (const char *)p + s->nnumber * sizeof(double);
	t->ntext = 0;
	for (size_t i = s->nrole; i < s->pub.nkey; i++)
		if (take_text(t, &r, s->pub.key[i], d) < 0)
			return -1;
	if (s->is_loose && take_loose(t, &r, ret, d) < 0)
		return -1;
	ret->text = t->text;
	ret->ntext = t->ntext;
	return 1;
}

static int next_block(struct tape *t, struct diag *d)
{
	const void *p;
	uint64_t at = tape_spool_at(t->spool);
	int got = tape_spool_view(t->spool, &p, sizeof(t->head), d);

	if (got <= 0)
		return got;
	memcpy(&t->head, p, sizeof(t->head));
	t->at = at;
	t->row = 0;
	return 1;
}

int tape_next(struct tape *t, struct tape_row *ret, struct diag *d)
{
	const struct shape *s;
	const void *p;
	int got = t->row < t->head.nline ? 1 : next_block(t, d);

	if (got <= 0)
		return got;
	t->row++;
	s = &t->shape[t->head.shape];
	*ret = (struct tape_row){
		.shape = t->head.shape, .key = s->number, .n = s->nnumber};
	if (!s->is_plain)
		return next_odd(t, ret, s, d);
	got = tape_spool_view(t->spool, &p, s->nnumber * sizeof(double), d);
	ret->value = p;
	ret->is_plain = true;
	return got;
}

uint64_t tape_place(const struct tape *t)
{
	return t->row < t->head.nline ? t->at << BLOCK_NBITS | t->row
				      : tape_spool_at(t->spool) << BLOCK_NBITS;
}

int tape_seek(struct tape *t, uint64_t place, struct diag *d)
{
	uint64_t at = place >> BLOCK_NBITS;
	uint32_t row = place & ((1U << BLOCK_NBITS) - 1);

	if (row && at == t->at && t->head.nline) {
		t->row = row;
	} else {
		t->head.nline = t->row = 0;
		if (tape_spool_seek(t->spool, at, d) < 0)
			return -1;
		if (!row)
			return 0;
		if (next_block(t, d) < 0)
			return -1;
		t->row = row;
	}
	at += sizeof(t->head) +
	      row * t->shape[t->head.shape].nnumber * sizeof(double);
	return tape_spool_seek(t->spool, at, d);
}

/* --- the tape ------------------------------------------------------------ */

int tape_new(struct tape **ret, const char *dir, bool all, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->all = all;
	return tape_spool_new(&(*ret)->spool, dir, d);
}

void tape_free(struct tape *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nkey; i++)
		free(t->stat[i].text);
	for (size_t i = 0; i < t->nshape; i++) {
		free((void *)t->shape[i].pub.key);
		free(t->shape[i].number);
		free(t->shape[i].place);
	}
	tape_spool_free(t->spool);
	free(t->stat);
	free(t->key);
	free(t->shape);
	free(t->slot);
	free(t->pair);
	buf_free(&t->block);
	free(t->text);
	free(t->loose);
	free(t->value);
	free(t);
}

const struct tape_stat *tape_stats(const struct tape *t, size_t *n_ret)
{
	*n_ret = t->nkey;
	return t->stat;
}

size_t tape_nshape(const struct tape *t)
{
	return t->nshape;
}

const struct tape_shape *tape_shape(const struct tape *t, size_t i)
{
	return &t->shape[i].pub;
}
