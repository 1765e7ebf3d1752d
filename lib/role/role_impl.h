/* SPDX-License-Identifier: MIT */
/* Inside of lib/role: what its files share, under the name of each. */
#ifndef ROLE_ROLE_IMPL_H
#define ROLE_ROLE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "role/role.h"

struct diag;

/* --- given.c -------------------------------------------------------------- */

/* What a decision about roles looks at. */
struct role_finder {
	const struct tape *tape;
	const struct pair_keys *keys;
	const struct role_options *opt;
	size_t n;      /* keys */
	bool is_empty; /* no lines: names are all that is known */
	struct roles *r;
	unsigned char *told; /* how each key is: bits, as value.c has them */
	/*
	 * The shapes that have key I are in[at[I]], up to in[at[I + 1]], which
	 * rise: with many of both all are never looked at for each.
	 */
	size_t *at, *in;
	struct role_counts *counts;
};

/* So many keys that count what a run does are looked at, the first. */
#define ROLE_NCOUNTER 4

/* How often a rate or a loss is told, once both are known. */
struct role_counts {
	bool is_known;
	uint64_t less, more; /* the less and the more frequent one */
	size_t counter[ROLE_NCOUNTER], ncounter;
};

/* The name of KEY, borrowed. */
const char *role_name_of(const struct role_finder *f, size_t key);

/* The key NAME, or the only one that differs in case and signs alone. */
int role_find_named(const struct role_finder *f, size_t *ret,
	enum pair_role role, const char *name, size_t n, struct diag *d);

/*
 * S as one name, else as names with plus signs between, else as a formula:
 * sets the loss.
 */
int role_find_given_loss(
	const struct role_finder *f, const char *s, struct diag *d);

/*
 * None of the names is one for ROLE, as FOUND says: the user has to tell.
 * Returns -1.
 */
int role_fail_unnamed(const struct role_finder *f, enum pair_role role,
	const char *found, struct diag *d);

/* The same where nothing is known.  Returns -1. */
int role_fail_unknown(
	const struct role_finder *f, enum pair_role role, struct diag *d);

/* --- value.c -------------------------------------------------------------- */

/*
 * Sets the rate, as the options say or as names and values do.  Returns 0, or
 * -1 with DIAG_DATA.
 */
int role_find_lr(const struct role_finder *f, struct diag *d);

/* The same of the loss, or of an accuracy. */
int role_find_loss(const struct role_finder *f, struct diag *d);

/* --- step.c --------------------------------------------------------------- */

/* KEY is that of a bar, which is drawn to its end, and seldom before. */
bool role_is_drawn_full(const struct role_finder *f, size_t key);

/* Sets the counters of struct role_counts. */
void role_find_counters(const struct role_finder *f);

/*
 * KEY is told once, in no line of what counts elsewhere: as a setting is,
 * 'loss': {'alpha': 0.25}, or the last word.
 */
bool role_is_apart(const struct role_finder *f, size_t key);

/* As struct role_counts has them. */
void role_count_told(
	const struct role_finder *f, uint64_t *less, uint64_t *more);

/*
 * The best key as ROLE, of rank WORST or better, that told something: "Num
 * Epochs = 3" is told once.
 */
size_t role_best_of(
	const struct role_finder *f, enum pair_role role, unsigned worst);

/* As role_find_lr(), of the step and of the epoch. */
int role_find_step(const struct role_finder *f, struct diag *d);

/*
 * How many steps an epoch has, where the settings of a run tell of all steps
 * and epochs; 0: unknown.  That is so only of a run that came to the last of
 * its epochs, as others may have been ended by their steps.
 */
double role_find_epoch_steps(const struct role_finder *f);

/* --- all of them ---------------------------------------------------------- */

static inline const struct tape_stat *role_stat(
	const struct role_finder *f, size_t key)
{
	return tape_stat_of(f->tape, key);
}

static inline bool role_is_key(
	const struct role_finder *f, size_t key, const char *name)
{
	return strcmp(role_name_of(f, key), name) == 0;
}

/* Most of it is told in rows of tables, whose names are sure. */
static inline bool role_is_column(const struct tape_stat *s)
{
	return 2 * s->nrow >= s->n;
}

static inline bool role_is_constant(const struct tape_stat *s)
{
	return s->nfinite > 1 && s->ndistinct < 2;
}

/* The shapes that have KEY, how many, and which. */
static inline size_t role_nshape(const struct role_finder *f, size_t key)
{
	return f->at[key + 1] - f->at[key];
}

static inline const struct tape_shape *role_shape(
	const struct role_finder *f, size_t key, size_t i)
{
	return tape_shape(f->tape, f->in[f->at[key] + i]);
}

static inline bool role_tells(const struct roles *r, const struct tape_shape *s)
{
	if (s->is_valid)
		return false;
	if (r->lr != ROLE_NONE && tape_has_key(s, r->lr))
		return true;
	return r->nloss && tape_has_key(s, r->loss[0]);
}

#endif
