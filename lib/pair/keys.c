/* SPDX-License-Identifier: MIT */
/*
 * The names of a log by number, and pairs under them.  The lines of a log
 * repeat the names of the lines before in the same order, so the name that came
 * after the last one is tried first; else they are found by their hash.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "pair/pair.h"

#define BLOCK ((size_t)64 << 10)

struct key {
	char *name;
	size_t n;
	uint64_t hash;
	uint32_t next; /* the key that came after it the last time */
	uint32_t times;
	uint64_t counted; /* the count that times is of */
	bool is_nested;
};

struct block {
	struct block *next;
	size_t used, cap;
	char data[];
};

struct pair_keys {
	struct key *key;
	size_t n, cap;
	uint32_t *slot; /* a key's number + 1, by hash; 0: none */
	size_t nslot;   /* a power of two */
	uint32_t last;
	uint64_t count; /* a new one for each pair_keys_begin() */
	struct block *block;
};

int pair_keys_new(struct pair_keys **ret, struct diag *d)
{
	struct pair_keys *k = calloc(1, sizeof(*k));

	*ret = k;
	if (!k)
		return diag_nomem(d, sizeof(*k));
	k->nslot = 64;
	k->slot = calloc(k->nslot, sizeof(*k->slot));
	if (k->slot)
		return 0;
	free(k);
	*ret = NULL;
	return diag_nomem(d, 64 * sizeof(*k->slot));
}

void pair_keys_free(struct pair_keys *k)
{
	if (!k)
		return;
	while (k->block) {
		struct block *b = k->block;

		k->block = b->next;
		free(b);
	}
	free(k->key);
	free(k->slot);
	free(k);
}

size_t pair_keys_n(const struct pair_keys *k)
{
	return k->n;
}

const char *pair_keys_name(const struct pair_keys *k, size_t key)
{
	return k->key[key].name;
}

static uint64_t hash_of(const char *s, size_t n)
{
	const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = n * prime, w;

	for (; n >= 8; s += 8, n -= 8) {
		memcpy(&w, s, 8);
		h = (h ^ w) * prime;
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, s, n);
	h = (h ^ w) * prime;
	return h ^ h >> 32;
}

static char *copy_name(struct pair_keys *k, const char *s, size_t n)
{
	struct block *b = k->block;

	if (!b || b->cap - b->used <= n) {
		size_t cap = n + 1 > BLOCK ? n + 1 : BLOCK;

		b = malloc(sizeof(*b) + cap);
		if (!b)
			return NULL;
		*b = (struct block){.next = k->block, .cap = cap};
		k->block = b;
	}
	char *p = b->data + b->used;

	memcpy(p, s, n);
	p[n] = '\0';
	b->used += n + 1;
	return p;
}

/* Makes room for one key more. */
static int grow(struct pair_keys *k)
{
	if (k->n == k->cap) {
		size_t cap = k->cap ? 2 * k->cap : 32;
		struct key *key = realloc(k->key, cap * sizeof(*key));

		if (!key)
			return -1;
		k->key = key;
		k->cap = cap;
	}
	if (2 * (k->n + 1) <= k->nslot)
		return 0;
	size_t nslot = 2 * k->nslot;
	uint32_t *slot = calloc(nslot, sizeof(*slot));

	if (!slot)
		return -1;
	for (size_t i = 0; i < k->n; i++) {
		size_t at = k->key[i].hash & (nslot - 1);

		while (slot[at])
			at = (at + 1) & (nslot - 1);
		slot[at] = (uint32_t)(i + 1);
	}
	free(k->slot);
	k->slot = slot;
	k->nslot = nslot;
	return 0;
}

static bool is_key(const struct key *key, const char *s, size_t n)
{
	return key->n == n && memcmp(key->name, s, n) == 0;
}

static size_t came_next(struct pair_keys *k, size_t key)
{
	k->key[k->last].next = (uint32_t)key;
	k->last = (uint32_t)key;
	return key;
}

/* The slot of the key NAME[0..n), or the empty one where it would be. */
static size_t slot_of(
	const struct pair_keys *k, uint64_t hash, const char *name, size_t n)
{
	size_t at = hash & (k->nslot - 1);

	for (; k->slot[at]; at = (at + 1) & (k->nslot - 1)) {
		const struct key *key = &k->key[k->slot[at] - 1];

		if (key->hash == hash && is_key(key, name, n))
			break;
	}
	return at;
}

size_t pair_keys_get(const struct pair_keys *k, const char *name, size_t n)
{
	size_t at = slot_of(k, hash_of(name, n), name, n);

	return k->slot[at] ? k->slot[at] - 1 : SIZE_MAX;
}

size_t pair_keys_find(struct pair_keys *k, const char *name, size_t n, bool add)
{
	if (k->n) {
		uint32_t guess = k->key[k->last].next;

		if (is_key(&k->key[guess], name, n)) {
			k->last = guess;
			return guess;
		}
	}
	uint64_t hash = hash_of(name, n);
	size_t at = slot_of(k, hash, name, n);

	if (k->slot[at])
		return came_next(k, k->slot[at] - 1);
	if (!add || k->n == PAIR_NKEY_MAX || grow(k) < 0)
		return SIZE_MAX;
	char *copy = copy_name(k, name, n);

	if (!copy)
		return SIZE_MAX;
	at = slot_of(k, hash, name, n);
	k->key[k->n] = (struct key){.name = copy, .n = n, .hash = hash};
	k->slot[at] = (uint32_t)++k->n;
	return came_next(k, k->n - 1);
}

void pair_keys_begin(struct pair_keys *k)
{
	k->count++;
}

size_t pair_keys_times(struct pair_keys *k, size_t key)
{
	struct key *x = &k->key[key];

	if (x->counted != k->count) {
		x->counted = k->count;
		x->times = 0;
	}
	return x->times++;
}

/* --- pairs --------------------------------------------------------------- */

void pair_list_free(struct pair_list *o)
{
	free(o->pair);
	buf_free(&o->path);
}

static struct pair *add_pair(struct pair_list *o, size_t key)
{
	if (key == SIZE_MAX) {
		o->failed = true;
		return NULL;
	}
	if (o->n == o->cap) {
		size_t cap = o->cap ? 2 * o->cap : 64;
		struct pair *pair = realloc(o->pair, cap * sizeof(*pair));

		if (!pair) {
			o->failed = true;
			return NULL;
		}
		o->pair = pair;
		o->cap = cap;
	}
	return &o->pair[o->n++];
}

void pair_list_add(struct pair_list *o, size_t key, double value, double total,
	uint64_t form)
{
	struct pair *p = add_pair(o, key);

	if (p)
		*p = (struct pair){.key = key,
			.value = value,
			.total = total,
			.form = form};
}

void pair_list_add_text(
	struct pair_list *o, size_t key, const char *text, size_t n)
{
	struct pair *p = add_pair(o, key);

	if (p)
		*p = (struct pair){.key = key,
			.value = NAN,
			.total = NAN,
			.text = text,
			.ntext = n};
}

void pair_list_keep_last(struct pair_list *o, size_t at)
{
	size_t to = o->n;

	pair_keys_begin(o->keys);
	for (size_t i = o->n; i-- > at;)
		if (pair_keys_times(o->keys, o->pair[i].key) == 0)
			o->pair[--to] = o->pair[i];
	if (to == at)
		return;
	memmove(o->pair + at, o->pair + to, (o->n - to) * sizeof(*o->pair));
	o->n -= to - at;
}

void pair_list_drop_known(struct pair_list *o, size_t at)
{
	size_t n = at;

	pair_keys_begin(o->keys);
	for (size_t i = 0; i < at; i++)
		pair_keys_times(o->keys, o->pair[i].key);
	for (size_t i = at; i < o->n; i++)
		if (pair_keys_times(o->keys, o->pair[i].key) == 0)
			o->pair[n++] = o->pair[i];
	o->n = n;
}

/* --- epochs and their batches --------------------------------------------- */

/* The name of a counter, but of epochs. */
static bool counts_steps(const char *name)
{
	struct pair_meaning m;

	pair_mean(&m, name, strlen(name));
	return m.rank[PAIR_STEP] < PAIR_RANK_LAST;
}

/* Some pair of O is the epoch, by its name. */
static bool tells_epoch(const struct pair_list *o)
{
	for (size_t i = 0; i < o->n; i++) {
		const char *name = pair_keys_name(o->keys, o->pair[i].key);

		if (pair_fits(name, strlen(name), 1U << PAIR_EPOCH))
			return true;
	}
	return false;
}

/* epoch/iter: 52/13673, which is two counters: they become pairs of their own.
 */
static bool split_named(struct pair_list *o, struct pair *p)
{
	struct pair_keys *keys = o->keys;
	const char *name = pair_keys_name(keys, p->key);
	const char *slash = strchr(name, '/');

	if (!slash || !counts_steps(slash + 1) ||
		!pair_fits(name, (size_t)(slash - name), 1U << PAIR_EPOCH))
		return false;
	size_t epoch = pair_keys_find(keys, name, (size_t)(slash - name), true);
	size_t step = pair_keys_find(keys, slash + 1, strlen(slash + 1), true);
	double value = p->value;

	if (epoch == SIZE_MAX || step == SIZE_MAX)
		return false;
	p->key = step;
	p->value = p->total;
	p->total = NAN;
	pair_list_add(o, epoch, value, NAN, p->form);
	return true;
}

void pair_list_split_nested(struct pair_list *o)
{
	struct pair_keys *keys = o->keys;

	for (size_t i = 0, n = o->n; i < n && !o->failed; i++) {
		struct pair *p = &o->pair[i];
		double epoch = p->value;

		if (isnan(p->total) || split_named(o, p))
			continue;
		if (p->total == 0 &&
			counts_steps(pair_keys_name(keys, p->key))) {
			p->total = NAN;
			if (tells_epoch(o))
				continue;
			keys->key[p->key].is_nested = true;
			p->total = 0;
		}
		if (!keys->key[p->key].is_nested)
			continue;
		p->value = p->total;
		p->total = NAN;
		pair_list_add(o, pair_keys_find(keys, "epoch", 5, true), epoch,
			NAN, p->form);
	}
}
