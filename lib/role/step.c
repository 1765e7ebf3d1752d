/* SPDX-License-Identifier: MIT */
/*
 * The step: what counts in lines that tell a rate or a loss, by its name, or
 * without one; and how many steps an epoch has.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "role/role_impl.h"

/* What a name that has texts alone, in no table, is worse by. */
#define TEXTS 100u
/* A number without a name counts nothing that is told so much more often. */
#define SELDOM 50

/* How many lines that tell a rate or a loss have KEY. */
static uint64_t count_beside(const struct role_finder *f, size_t key)
{
	uint64_t n = 0;

	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (role_tells(f->r, s))
			n += s->count;
	}
	return n;
}

/* It stands in a line with a better one: it counts something else. */
static bool is_beside_better(const struct role_finder *f, size_t key)
{
	const unsigned *rank = f->r->step;

	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (s->is_valid)
			continue;
		for (size_t k = 0; k < s->nkey; k++)
			if (rank[s->key[k]] < rank[key])
				return true;
	}
	return false;
}

/* 1/1 each time: it counts in something that has one. */
static bool is_always_full(const struct tape_stat *s)
{
	return s->n > 1 && s->nfull == s->n && s->ndistinct < 2;
}

static bool counts(const struct tape_stat *s)
{
	return s->whole && s->nfinite && s->ndown <= s->nup &&
	       !is_always_full(s) &&
	       (s->ndistinct > 2 || s->nfinite < 3 || (s->nup && !s->ndown));
}

/* How often KEY is told, but for lines of validation. */
static uint64_t count_of_training(const struct role_finder *f, size_t key)
{
	uint64_t n = key == ROLE_NONE ? 0 : role_stat(f, key)->n;

	for (size_t i = 0; n && i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (s->is_valid)
			n -= s->count < n ? s->count : n;
	}
	return n;
}

void role_count_told(
	const struct role_finder *f, uint64_t *less, uint64_t *more)
{
	const struct roles *r = f->r;
	struct role_counts *c = f->counts;

	if (!c->is_known) {
		uint64_t lr = count_of_training(f, r->lr);
		uint64_t loss = r->nloss ? count_of_training(f, r->loss[0]) : 0;

		c->more = lr > loss ? lr : loss;
		c->less = lr && loss ? (lr < loss ? lr : loss) : c->more;
		c->is_known = true;
	}
	*less = c->less;
	*more = c->more;
}

void role_find_counters(const struct role_finder *f)
{
	struct role_counts *c = f->counts;

	for (size_t i = 0; i < f->n && c->ncounter < ROLE_NCOUNTER; i++) {
		const struct tape_stat *s = role_stat(f, i);

		if (s->ndistinct > 2 &&
			(s->meaning.rank[PAIR_STEP] < PAIR_RANK_LAST ||
				s->meaning.rank[PAIR_EPOCH] != PAIR_RANK_NONE))
			c->counter[c->ncounter++] = i;
	}
}

bool role_is_apart(const struct role_finder *f, size_t key)
{
	const struct role_counts *c = f->counts;

	if (role_stat(f, key)->n != 1 || f->is_empty)
		return false;
	for (size_t i = 0; i < c->ncounter; i++)
		for (size_t k = 0; k < role_nshape(f, key); k++)
			if (tape_has_key(role_shape(f, key, k), c->counter[i]))
				return false;
	return c->ncounter;
}

/* KEY is an element of a list that goes on: [epoch, iteration]. */
static bool is_outer(const struct role_finder *f, size_t key)
{
	const char *name = role_name_of(f, key), *sharp = strrchr(name, '#');
	int n = sharp ? (int)(sharp - name) : (int)strlen(name);
	unsigned long group = sharp ? strtoul(sharp + 1, NULL, 10) : 0;
	char next[128];
	size_t other;

	if (n > 100 || group > 99)
		return false;
	snprintf(next, sizeof(next), "%.*s#%lu", n, name, group + 1);
	other = pair_keys_get(f->keys, next, strlen(next));
	return other < f->n && role_stat(f, other)->n == role_stat(f, key)->n;
}

/* Epochs and parts of them stand beside most of what is told LESS times. */
static bool has_parts_of_epochs(const struct role_finder *f, uint64_t less)
{
	size_t key = f->r->epoch;

	return key != ROLE_NONE && !role_stat(f, key)->whole &&
	       2 * count_beside(f, key) >= less;
}

static unsigned rank_named(const struct role_finder *f, size_t key)
{
	const struct tape_stat *s = role_stat(f, key);
	unsigned rank = s->meaning.rank[PAIR_STEP];
	uint64_t less, more;

	if (rank == PAIR_RANK_NONE || is_outer(f, key))
		return PAIR_RANK_NONE;
	/* D/T: a letter means little where no number stands. */
	if (rank >= PAIR_RANK_WEAK && !s->nfinite && s->texts)
		return PAIR_RANK_NONE;
	/* A name that counts is better: linspace(0, 1, steps=dim//4). */
	if (!s->nfinite && s->texts && !s->texts->nrow)
		return f->opt->all ? PAIR_RANK_NONE : rank + TEXTS;
	if (role_is_column(s))
		return s->nfinite > 3 && s->ndistinct < 2 ? PAIR_RANK_NONE
							  : rank;
	if (!counts(s) || role_is_apart(f, key))
		return PAIR_RANK_NONE;
	role_count_told(f, &less, &more);
	if (4 * count_beside(f, key) >= less)
		return rank;
	return 4 * s->n >= more &&
			       (s->n >= less || !has_parts_of_epochs(f, less))
		       ? rank
		       : PAIR_RANK_NONE;
}

/*
 * This counts far more often than the rate and the loss are told, those that
 * are known: what is told with it has no name that says so.
 */
static bool is_told_oftener(const struct role_finder *f, size_t key)
{
	uint64_t less, more;

	if (f->opt->rates_only)
		return false;
	role_count_told(f, &less, &more);
	return more && role_stat(f, key)->n >= 3 * more;
}

/* It falls so often that another counter beside it is better. */
static bool is_unsteady(const struct tape_stat *s)
{
	return 4 * s->ndown > s->nup;
}

/* Where neither a rate nor a loss is known: another name is told far oftener.
 */
static bool is_seldom(const struct role_finder *f, size_t key)
{
	uint64_t n = role_stat(f, key)->n;

	for (size_t i = 0; i < f->n; i++)
		if (tape_range_of(f->tape, i).n > SELDOM * n)
			return true;
	return false;
}

bool role_is_drawn_full(const struct role_finder *f, size_t key)
{
	const struct tape_stat *s = role_stat(f, key);

	return role_is_key(f, key, PAIR_KEY_COUNT) && 2 * s->nfull >= s->n;
}

/* Epochs have names, and each ends with a full bar. */
static bool is_bar_of_epochs(const struct role_finder *f, size_t key)
{
	return f->r->epoch != ROLE_NONE && count_beside(f, key) &&
	       role_stat(f, f->r->epoch)->ndistinct > 2 &&
	       role_is_drawn_full(f, key);
}

static unsigned rank_anonymous(const struct role_finder *f, size_t key)
{
	uint64_t less, more;

	if ((!role_is_key(f, key, PAIR_KEY_COUNT) &&
		    !role_is_key(f, key, PAIR_KEY_NUMBER) &&
		    !role_is_key(f, key, PAIR_KEY_INDEX)) ||
		!counts(role_stat(f, key)) || is_bar_of_epochs(f, key) ||
		(role_is_key(f, key, PAIR_KEY_INDEX) &&
			is_unsteady(role_stat(f, key))))
		return PAIR_RANK_NONE;
	role_count_told(f, &less, &more);
	if (!more && is_seldom(f, key))
		return PAIR_RANK_NONE;
	if (!less || (!f->r->nloss && is_told_oftener(f, key)))
		less = role_stat(f, key)->n;
	else if (2 * count_beside(f, key) < less)
		return PAIR_RANK_NONE;
	/* One that is full wherever a rate is told counts in between. */
	if (f->opt->all && more > less)
		less = more;
	if (role_stat(f, key)->nfull >= less)
		return PAIR_RANK_NONE;
	return role_is_key(f, key, PAIR_KEY_COUNT) ? PAIR_RANK_COUNT
						   : PAIR_RANK_NUMBER;
}

/* It falls and stands in a line with one that goes on. */
static bool is_beside_steadier(const struct role_finder *f, size_t key)
{
	const unsigned *rank = f->r->step;

	if (!is_unsteady(role_stat(f, key)))
		return false;
	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (s->is_valid)
			continue;
		for (size_t k = 0; k < s->nkey; k++)
			if (s->key[k] != key &&
				rank[s->key[k]] < PAIR_RANK_LOCAL &&
				!is_unsteady(role_stat(f, s->key[k])))
				return true;
	}
	return false;
}

/*
 * "updates: 19 total_train_updates: 36": of two counters that are alike, in the
 * same lines, one goes on and is never the less.
 */
static bool is_beside_larger(const struct role_finder *f, size_t key)
{
	const unsigned *rank = f->r->step;
	const struct tape_stat *a = role_stat(f, key);

	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		for (size_t k = 0; k < s->nkey; k++) {
			const struct tape_stat *b = role_stat(f, s->key[k]);

			if (s->key[k] != key && rank[s->key[k]] == rank[key] &&
				rank[key] < PAIR_RANK_LOCAL && b->n == a->n &&
				b->nup && !b->ndown && b->nup >= a->nup &&
				b->first >= a->first && b->last > a->last &&
				b->max > a->max)
				return true;
		}
	}
	return false;
}

/* All lines that tell KEY tell OTHER. */
static bool is_always_beside(
	const struct role_finder *f, size_t key, size_t other)
{
	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (!s->is_valid && !tape_has_key(s, other))
			return false;
	}
	return true;
}

/*
 * Rows that lack this have another that counts by its name: time steps of all
 * rows, and the updates that there were so far.
 */
static bool is_beside_fuller(const struct role_finder *f, size_t key)
{
	const struct tape_stat *a = role_stat(f, key);

	for (size_t i = 0; f->opt->all && i < f->n; i++) {
		const struct tape_stat *b = role_stat(f, i);

		if (i != key && b->nrow >= a->nrow && b->nfinite > a->nfinite &&
			b->nup && !b->ndown && b->whole &&
			b->meaning.rank[PAIR_STEP] < PAIR_RANK_LOCAL &&
			is_always_beside(f, key, i))
			return true;
	}
	return false;
}

/* Of two that are told equally often the first to come is the better one. */
static bool is_better_or_before(const struct role_finder *f, size_t a, size_t b)
{
	const unsigned *rank = f->r->step;

	return rank[a] < rank[b] ||
	       (a < b && rank[a] == rank[b] &&
		       role_stat(f, a)->n == role_stat(f, b)->n);
}

/* No line tells a rate or a loss with it: it holds for lines that follow, as a
 * better one does. */
static bool is_carried_for_worse(const struct role_finder *f, size_t key)
{
	if (count_beside(f, key))
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (is_better_or_before(f, i, key) && !count_beside(f, i) &&
			role_stat(f, i)->n >= role_stat(f, key)->n)
			return true;
	return false;
}

/* Gives every key its rank by RANK_OF; whether any is a step. */
static bool rank_steps(const struct role_finder *f,
	unsigned (*rank_of)(const struct role_finder *f, size_t key))
{
	bool any = false;

	for (size_t i = 0; i < f->n; i++) {
		f->r->step[i] = rank_of(f, i);
		any |= f->r->step[i] != PAIR_RANK_NONE;
	}
	for (size_t i = 0; i < f->n; i++)
		if (f->r->step[i] != PAIR_RANK_NONE &&
			(is_beside_steadier(f, i) || is_beside_fuller(f, i)))
			f->r->step[i] = PAIR_RANK_NONE;
	for (size_t i = 0; i < f->n; i++)
		if (f->r->step[i] != PAIR_RANK_NONE &&
			(is_beside_better(f, i) || is_beside_larger(f, i) ||
				is_carried_for_worse(f, i)))
			f->r->step[i] = PAIR_RANK_NONE;
	return any;
}

static size_t best_step(const struct role_finder *f)
{
	size_t best = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++)
		if (f->r->step[i] != PAIR_RANK_NONE &&
			(best == ROLE_NONE || f->r->step[i] < f->r->step[best]))
			best = i;
	return best;
}

size_t role_best_of(
	const struct role_finder *f, enum pair_role role, unsigned worst)
{
	size_t best = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++) {
		const struct tape_stat *s = role_stat(f, i);
		unsigned rank = s->meaning.rank[role];

		if (rank > worst || (!s->n && !s->texts) ||
			(role == PAIR_PHASE && !s->texts) ||
			(role == PAIR_EPOCH && role_is_apart(f, i)))
			continue;
		if (rank < worst || best == ROLE_NONE ||
			s->n > 4 * role_stat(f, best)->n) {
			best = i;
			worst = rank;
		}
	}
	return best;
}

/* In a table, and where a loss is known, what has no value of its own is
 * beside the records: a step that nothing names may be that of a bar. */
static bool are_values_rare(const struct role_finder *f)
{
	const struct roles *r = f->r;

	if (r->step_key == ROLE_NONE || !is_told_oftener(f, r->step_key))
		return false;
	return !r->nloss || (!r->step_is_epoch && !r->step_is_anonymous &&
				    !role_is_column(role_stat(f, r->step_key)));
}

int role_find_step(const struct role_finder *f, struct diag *d)
{
	struct roles *r = f->r;
	const char *name = f->opt->step;

	r->epoch = role_best_of(f, PAIR_EPOCH, PAIR_RANK_NONE - 1);
	if (name) {
		if (role_find_named(f, &r->step_key, PAIR_STEP, name,
			    strlen(name), d) < 0)
			return -1;
		r->step[r->step_key] = 0;
		r->step_named_epoch =
			role_stat(f, r->step_key)->meaning.rank[PAIR_EPOCH] !=
			PAIR_RANK_NONE;
	} else if (!rank_steps(f, rank_named)) {
		r->step_is_anonymous = rank_steps(f, rank_anonymous);
		r->step_is_epoch =
			!r->step_is_anonymous && r->epoch != ROLE_NONE;
	}
	if (!name)
		r->step_key = r->step_is_epoch ? r->epoch : best_step(f);
	r->values_are_rare = are_values_rare(f);
	if (r->step_key != ROLE_NONE)
		r->totals = role_stat(f, r->step_key)->totals;
	return 0;
}

/* What is told once under one of N names; NaN: nothing is. */
static double find_setting(
	const struct role_finder *f, const char *const *names, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < n; k++)
			if (role_stat(f, i)->nfinite &&
				role_stat(f, i)->ndistinct < 2 &&
				pair_same_name(role_name_of(f, i),
					strlen(role_name_of(f, i)), names[k],
					strlen(names[k])))
				return role_stat(f, i)->first;
	return NAN;
}

double role_find_epoch_steps(const struct role_finder *f)
{
	static const char *const steps[] = {
		"total optimization steps", "max steps"};
	static const char *const epochs[] = {"num epochs", "num train epochs"};
	double nstep = find_setting(f, steps, 2);
	double nepoch = find_setting(f, epochs, 2);
	size_t key = f->r->epoch;

	if (key == ROLE_NONE || !(nstep > 0 && nepoch > 0) ||
		!(role_stat(f, key)->max >= nepoch - 0.005))
		return 0;
	return nstep / nepoch;
}
