/* SPDX-License-Identifier: MIT */
/*
 * The names of a log by number, and pairs under them.  The lines of a log
 * repeat the names of the lines before in the same order, so the name that came
 * after the last one is tried first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/names.h"
#include "pair/pair.h"

/* What is known of a name. */
struct key {
	uint32_t next; /* the key that came after it the last time */
	uint32_t times : 31, is_nested : 1;
	uint32_t counted; /* the count that times is of */
};

struct pair_keys {
	struct names names;
	struct key *key; /* by number */
	size_t nkey;     /* there is room for; of names that are not yet: 0 */
	uint32_t last;
	uint32_t count; /* a new one for each pair_keys_begin(), not 0 */
};

int pair_keys_new(struct pair_keys **ret, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : diag_nomem(d, sizeof(**ret));
}

void pair_keys_free(struct pair_keys *k)
{
	if (!k)
		return;
	names_free(&k->names);
	free(k->key);
	free(k);
}

size_t pair_keys_n(const struct pair_keys *k)
{
	return k->names.n;
}

const char *pair_keys_name(const struct pair_keys *k, size_t key)
{
	return k->names.name[key].s;
}

size_t pair_keys_get(const struct pair_keys *k, const char *name, size_t n)
{
	return names_find(&k->names, name, n);
}

/* Makes room for what is known of each name. */
static int make_room(struct pair_keys *k)
{
	size_t n = names_room(&k->names);

	if (array_resize(&k->key, n, sizeof(*k->key), NULL))
		return -1;
	memset(k->key + k->nkey, 0, (n - k->nkey) * sizeof(*k->key));
	k->nkey = n;
	return 0;
}

size_t pair_keys_find(struct pair_keys *k, const char *name, size_t n, bool add)
{
	size_t key;

	if (k->nkey) {
		uint32_t guess = k->key[k->last].next;

		if (names_is(&k->names, guess, name, n)) {
			k->last = guess;
			return guess;
		}
	}
	key = add && k->names.n < PAIR_NKEY_MAX
		      ? names_add(&k->names, name, n)
		      : names_find(&k->names, name, n);
	if (key == NAMES_NONE)
		return SIZE_MAX;
	if (key >= k->nkey && make_room(k) < 0)
		return SIZE_MAX;
	k->key[k->last].next = (uint32_t)key;
	k->last = (uint32_t)key;
	return key;
}

void pair_keys_begin(struct pair_keys *k)
{
	if (++k->count)
		return;
	for (size_t i = 0; i < k->nkey; i++)
		k->key[i].counted = 0;
	k->count = 1;
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
	if (key == SIZE_MAX || array_reserve(&o->pair, &o->cap, o->n + 1,
				       sizeof(*o->pair), NULL)) {
		o->failed = true;
		return NULL;
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
			keys->key[p->key].is_nested = 1;
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
