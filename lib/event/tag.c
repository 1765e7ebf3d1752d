/* SPDX-License-Identifier: MIT */
/* Tags by their names: a hash table with open addressing. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "event/event_impl.h"

struct slot {
	size_t name, n; /* its place in names */
	uint64_t hash;  /* 0: free */
	enum tag_kind kind;
};

struct tags {
	struct slot *slot;
	size_t n, room; /* a power of two */
	struct buf names;
};

#define ROOM_FIRST 64

int event_tags_new(struct tags **ret, struct diag *d)
{
	struct tags *t = calloc(1, sizeof(*t));

	*ret = t;
	if (t) {
		t->room = ROOM_FIRST;
		t->slot = calloc(t->room, sizeof(*t->slot));
	}
	if (t && t->slot)
		return 0;
	free(t);
	*ret = NULL;
	return diag_nomem(d, ROOM_FIRST * sizeof(struct slot));
}

void event_tags_free(struct tags *t)
{
	if (!t)
		return;
	free(t->slot);
	buf_free(&t->names);
	free(t);
}

/* FNV-1a, mixed; never 0. */
static uint64_t hash_of(const unsigned char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	h ^= h >> 32;
	return h ? h : 1;
}

static bool is_tag(
	const struct tags *t, const struct slot *s, const void *tag, size_t n)
{
	return s->n == n &&
	       (n == 0 || memcmp(t->names.data + s->name, tag, n) == 0);
}

static int grow(struct tags *t)
{
	size_t room = 2 * t->room;
	struct slot *slot = calloc(room, sizeof(*slot));

	if (!slot)
		return -1;
	for (size_t i = 0; i < t->room; i++) {
		size_t k = t->slot[i].hash & (room - 1);

		if (!t->slot[i].hash)
			continue;
		while (slot[k].hash)
			k = (k + 1) & (room - 1);
		slot[k] = t->slot[i];
	}
	free(t->slot);
	t->slot = slot;
	t->room = room;
	return 0;
}

enum tag_kind *event_tags_find(struct tags *t, const void *tag, size_t n)
{
	uint64_t hash = hash_of(tag, n);
	struct slot *s;
	size_t i;

	if (2 * t->n >= t->room && grow(t))
		return NULL;
	for (i = hash & (t->room - 1); t->slot[i].hash;
		i = (i + 1) & (t->room - 1))
		if (t->slot[i].hash == hash && is_tag(t, &t->slot[i], tag, n))
			return &t->slot[i].kind;
	s = &t->slot[i];
	*s = (struct slot){t->names.len, n, hash, TAG_NEW};
	if (buf_add(&t->names, tag, n)) {
		s->hash = 0;
		return NULL;
	}
	t->n++;
	return &s->kind;
}
