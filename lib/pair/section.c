/* SPDX-License-Identifier: MIT */
/*
 * Rows that a line of words above them, "Eval begin...", says to be of
 * validation.  Nothing says where they end but what they count: so many of so
 * many, as rows of training do, which never begin again before they are done.
 */
#include <math.h>
#include <string.h>

#include "pair/pair.h"

/* The last counter a/b of O, as of a step of an epoch; NULL: there is none. */
static const struct pair *find_counter(const struct pair_list *o)
{
	for (size_t i = o->n; i-- > 0;)
		if (isfinite(o->pair[i].total))
			return &o->pair[i];
	return NULL;
}

/* A row of training, the first of some: what O tells is what such rows tell. */
static void open_rows(struct pair_section *s, const struct pair_list *o,
	const struct pair *counter)
{
	s->key = counter->key;
	s->train_total = counter->total;
	s->opened = s->parted;
	s->ntold = 0;
	for (size_t i = 0; i < o->n && s->ntold < PAIR_SECTION_NKEY; i++)
		if (!isfinite(o->pair[i].total))
			s->told[s->ntold++] = o->pair[i].key;
}

/* O tells a rate, a loss or a metric that rows of training do. */
static bool tells_alike(const struct pair_section *s, const struct pair_list *o)
{
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < s->ntold; k++) {
			const char *name;

			if (o->pair[i].key != s->told[k])
				continue;
			name = pair_keys_name(o->keys, s->told[k]);
			if (pair_fits(name, strlen(name), PAIR_TOLD))
				return true;
		}
	return false;
}

/*
 * The rows that begin with COUNTER, right below such a line, are no more of
 * training: they go to another total or, where they go to the same one, begin
 * again before it was reached, or without what stands before an epoch.
 */
static bool turns(const struct pair_section *s, const struct pair *counter)
{
	if (counter->key != s->key || !s->ntold || s->parted)
		return false;
	return counter->total != s->train_total ||
	       (counter->value < s->count &&
		       (s->count < s->total || s->opened));
}

void pair_section_head(struct pair_section *s, const char *p)
{
	s->headed |=
		s->ntold && pair_mark_any(p, strlen(p), pair_mark_valid, false);
}

bool pair_section_of(struct pair_section *s, const struct pair_list *o)
{
	const struct pair *c = find_counter(o);
	bool headed = s->headed;

	s->headed = false;
	if (!c || (o->n == 1 && c->key != s->key)) {
		s->is_valid &= !c && s->count < s->total;
		s->parted = true;
		return s->is_valid;
	}
	if (headed && turns(s, c) && tells_alike(s, o))
		s->is_valid = true;
	else if (c->key != s->key || c->total != s->total ||
		 c->value < s->count) {
		s->is_valid = false;
		open_rows(s, o, c);
	}
	s->total = c->total;
	s->count = c->value;
	s->parted = false;
	return s->is_valid;
}
