/* SPDX-License-Identifier: MIT */
/*
 * The rate and the loss: the best name among those whose values vary.  Of names
 * that are equally good the first is taken, and it is said.
 */
#include <string.h>

#include "base/diag.h"
#include "role/role_impl.h"

/* A rate of a weak name is no more. */
#define WEAK_MAX 100
/* What a constant is worse by, as a rate and as a loss. */
#define CONSTANT_LR 6u
/* What a rate is worse by that is told so much less often than one that
 * varies, also of a weak name: settings are told once, and do not vary as that
 * of epochs does. */
#define SETTING_LR (PAIR_RANK_WEAK + 1)
#define RARER 4
#define CONSTANT_LOSS 30u
/* What a name without any number is worse by. */
#define EMPTY 200u
/* The rank of an average; what is below is the value itself. */
#define AVERAGE 20u
/* What is told adrift is worse by, where a loss stands beside the rate. */
#define ADRIFT 100u

/* How a key is told, not in lines of validation. */
enum {
	TOLD = 1,
	TOLD_IN_TIME = 2,   /* in a line that says when that is, or the rate */
	TOLD_BESIDE_LR = 4, /* in one that tells the rate */
};

/* --- the rate ------------------------------------------------------------ */

static bool rises(const struct tape_stat *s)
{
	return s->nup && 20 * s->ndown < s->nup + s->ndown;
}

/* What may be a rate does not go to and fro like a measurement. */
static bool is_smooth(const struct tape_stat *s)
{
	return 3 * s->nturn < s->nfinite && s->min >= 0 && s->max <= WEAK_MAX;
}

/* How often the commonest rate is told that varies. */
static uint64_t count_rates(const struct role_finder *f)
{
	uint64_t most = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct tape_stat *s = role_stat(f, i);

		unsigned rank = s->meaning.rank[PAIR_LR];

		if ((rank < PAIR_RANK_WEAK ||
			    (rank == PAIR_RANK_WEAK && is_smooth(s))) &&
			s->ndistinct > 1 && s->n > most)
			most = s->n;
	}
	return most;
}

/* MOST as count_rates() has it. */
static unsigned rank_lr(const struct role_finder *f, size_t key, uint64_t most)
{
	const struct tape_stat *s = role_stat(f, key);
	unsigned rank = s->meaning.rank[PAIR_LR];

	if (rank == PAIR_RANK_NONE)
		return PAIR_RANK_NONE;
	if (!s->nfinite)
		return rank + EMPTY;
	if (rank == PAIR_RANK_WEAK && (role_is_constant(s) || !is_smooth(s)))
		return PAIR_RANK_NONE;
	if (RARER * s->n < most &&
		(role_is_constant(s) || s->n < ROLE_TOLD_MIN))
		return rank + SETTING_LR;
	return rank + (role_is_constant(s) ? CONSTANT_LR : 0);
}

/* Their values are the same, as far as is known. */
static bool is_alike(const struct tape_stat *a, const struct tape_stat *b)
{
	return a->n == b->n && a->first == b->first && a->last == b->last &&
	       a->min == b->min && a->max == b->max;
}

/* The first of rank BEST, or where rates rise in a test one that does. */
static size_t choose_lr(
	const struct role_finder *f, unsigned best, uint64_t most)
{
	size_t first = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_lr(f, i, most);

		if (!f->opt->rates_only && rank <= best + 1 &&
			rises(role_stat(f, i)))
			return i;
		if (rank == best && first == ROLE_NONE)
			first = i;
	}
	return first;
}

static void guess_lr(const struct role_finder *f)
{
	struct roles *r = f->r;
	unsigned best = PAIR_RANK_NONE;
	uint64_t most = count_rates(f);

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_lr(f, i, most);

		best = rank < best ? rank : best;
	}
	if (best == PAIR_RANK_NONE)
		return;
	r->lr = choose_lr(f, best, most);
	r->nlr = 1;
	for (size_t i = 0; i < f->n; i++)
		r->nlr += i != r->lr &&
			  rank_lr(f, i, most) == rank_lr(f, r->lr, most) &&
			  !is_alike(role_stat(f, i), role_stat(f, r->lr));
}

int role_find_lr(const struct role_finder *f, struct diag *d)
{
	const char *name = f->opt->lr;

	f->r->nlr = 1;
	if (f->opt->no_lr)
		return 0;
	if (name)
		return role_find_named(
			f, &f->r->lr, PAIR_LR, name, strlen(name), d);
	guess_lr(f);
	return f->r->lr == ROLE_NONE ? role_fail_unknown(f, PAIR_LR, d) : 0;
}

/* --- the loss ------------------------------------------------------------ */

static enum pair_role loss_role(const struct role_finder *f)
{
	return f->opt->metric ? PAIR_METRIC : PAIR_LOSS;
}

/* S says of when it is: by a counter with a name, or an epoch. */
static bool has_time(const struct role_finder *f, const struct tape_shape *s)
{
	for (size_t i = 0; i < s->nkey; i++) {
		const uint16_t *rank = role_stat(f, s->key[i])->meaning.rank;

		if (rank[PAIR_STEP] < PAIR_RANK_LAST ||
			rank[PAIR_EPOCH] != PAIR_RANK_NONE)
			return true;
	}
	return false;
}

/*
 * KEY is told of no known time: as a part of the network is, between lines of
 * steps, or a bar that is drawn now and then.
 */
static bool is_adrift(const struct role_finder *f, size_t key)
{
	return (f->told[key] & (TOLD | TOLD_IN_TIME)) == TOLD;
}

/* Some loss stands beside the rate, most times that this is told. */
static bool has_loss_beside_lr(const struct role_finder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct tape_stat *s = role_stat(f, i);

		if ((f->told[i] & TOLD_BESIDE_LR) && s->ndistinct > 1 &&
			2 * s->n > role_stat(f, f->r->lr)->n &&
			(s->meaning.rank[loss_role(f)] != PAIR_RANK_NONE ||
				role_is_key(f, i, PAIR_KEY_VALUE)))
			return true;
	}
	return false;
}

/* Sets what is known of how keys are told, if it says what the loss is. */
static void note_told(const struct role_finder *f)
{
	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);
		unsigned char how = TOLD;

		if (s->is_valid)
			continue;
		if (f->r->lr != ROLE_NONE && tape_has_key(s, f->r->lr))
			how |= TOLD_BESIDE_LR | TOLD_IN_TIME;
		else if (has_time(f, s))
			how |= TOLD_IN_TIME;
		for (size_t k = 0; k < s->nkey; k++)
			f->told[s->key[k]] |= how;
	}
	if (!has_loss_beside_lr(f))
		memset(f->told, 0, f->n);
}

/* MOST is how often the commonest of them is told. */
static unsigned rank_loss(
	const struct role_finder *f, size_t key, uint64_t most)
{
	const struct tape_stat *s = role_stat(f, key);
	unsigned rank = s->meaning.rank[loss_role(f)];

	if (rank == PAIR_RANK_NONE)
		return PAIR_RANK_NONE;
	if (!s->n || 4 * s->n < most)
		return rank + EMPTY;
	if (is_adrift(f, key))
		rank += ADRIFT;
	return rank + (role_is_constant(s) ? CONSTANT_LOSS : 0);
}

static uint64_t count_losses(const struct role_finder *f)
{
	uint64_t most = 0;

	for (size_t i = 0; i < f->n; i++)
		if (role_stat(f, i)->meaning.rank[loss_role(f)] !=
				PAIR_RANK_NONE &&
			role_stat(f, i)->n > most)
			most = role_stat(f, i)->n;
	return most;
}

/* Some line tells both. */
static bool is_told_with(const struct role_finder *f, size_t a, size_t b)
{
	if (f->is_empty)
		return true;
	for (size_t i = 0; i < role_nshape(f, a); i++)
		if (tape_has_key(role_shape(f, a, i), b))
			return true;
	return false;
}

/* Parts of one loss are called alike and told together. */
static bool is_part(const struct role_finder *f, size_t key, size_t of)
{
	const struct pair_meaning *a = &role_stat(f, key)->meaning;
	const struct pair_meaning *b = &role_stat(f, of)->meaning;

	return a->rank[PAIR_LOSS] == b->rank[PAIR_LOSS] &&
	       a->loss_is_last == b->loss_is_last && !a->of_network &&
	       !b->of_network && role_stat(f, key)->n == role_stat(f, of)->n;
}

static void add_parts(const struct role_finder *f)
{
	struct roles *r = f->r;
	size_t first = r->loss[0];

	if (role_stat(f, first)->meaning.rank[PAIR_LOSS] % AVERAGE !=
		PAIR_RANK_PART)
		return;
	for (size_t i = 0; i < f->n && r->nloss < ROLE_SUM_MAX; i++)
		if (i != first && is_part(f, i, first) &&
			is_told_with(f, i, first))
			r->loss[r->nloss++] = i;
	r->loss_guessed = r->nloss > 1;
}

/* Losses by their names, and not averages, that are told adrift. */
static size_t count_adrift(const struct role_finder *f, uint64_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += is_adrift(f, i) &&
		     rank_loss(f, i, most) < ADRIFT + PAIR_RANK_PART;
	return n;
}

/* Others that may be the loss as well, and are not the same. */
static size_t count_alike(const struct role_finder *f, uint64_t most)
{
	const struct roles *r = f->r;
	unsigned best = rank_loss(f, r->loss[0], most);
	size_t n = 1 + count_adrift(f, most);

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_loss(f, i, most);

		if (i == r->loss[0] ||
			is_alike(role_stat(f, i), role_stat(f, r->loss[0])))
			continue;
		n += rank == best || (best == 0 && rank == 1);
	}
	return r->nloss > 1 ? 1 : n;
}

static size_t find_key(const struct role_finder *f, const char *name)
{
	size_t key = pair_keys_get(f->keys, name, strlen(name));

	return key < f->n ? key : ROLE_NONE;
}

/* Of a value without a name beside an average with one it is the average. */
static bool is_value_better(const struct role_finder *f, unsigned best)
{
	size_t value = find_key(f, PAIR_KEY_VALUE);

	return best >= AVERAGE && best < EMPTY && value != ROLE_NONE &&
	       !f->opt->metric && role_stat(f, value)->ndistinct > 2 &&
	       4 * role_stat(f, value)->n >= count_losses(f);
}

/*
 * Of equal names the first is the loss, unless another is told so much more
 * often that the first is an estimate that is made from time to time.
 */
static size_t choose_loss(
	const struct role_finder *f, unsigned best, uint64_t most)
{
	size_t ret = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++)
		if (rank_loss(f, i, most) == best &&
			(ret == ROLE_NONE ||
				(role_stat(f, i)->n > role_stat(f, ret)->n &&
					2 * role_stat(f, i)->n >=
						3 * role_stat(f, ret)->n)))
			ret = i;
	return ret;
}

/* It is an average, and of what is not said. */
static bool is_bare(const struct role_finder *f, size_t key)
{
	return role_stat(f, key)->meaning.rank[PAIR_LOSS] ==
	       AVERAGE + PAIR_RANK_BARE;
}

/*
 * It is told once, as what training came to is, where something of validation
 * is told all along.
 */
static bool is_summary(const struct role_finder *f, size_t key)
{
	if (role_stat(f, key)->n != 1)
		return false;
	for (size_t i = 0; i < f->n; i++) {
		struct tape_range range = tape_range_of(f->tape, i);

		if (range.of_valid && range.n >= ROLE_TOLD_MIN)
			return true;
	}
	return false;
}

int role_find_loss(const struct role_finder *f, struct diag *d)
{
	struct roles *r = f->r;
	uint64_t most = count_losses(f);
	unsigned best = PAIR_RANK_NONE;

	r->nloss_alike = 1;
	if (f->opt->loss)
		return role_find_given_loss(f, f->opt->loss, d);
	if (f->opt->rates_only)
		return 0;
	r->nloss = 1;
	note_told(f);
	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_loss(f, i, most);

		best = rank < best ? rank : best;
	}
	r->loss[0] =
		best == PAIR_RANK_NONE ? ROLE_NONE : choose_loss(f, best, most);
	if (is_value_better(f, best)) {
		r->loss[0] = find_key(f, PAIR_KEY_VALUE);
		r->nloss_alike += count_adrift(f, most);
	} else if (best == PAIR_RANK_NONE || is_bare(f, r->loss[0]) ||
		   role_is_apart(f, r->loss[0]) || is_summary(f, r->loss[0])) {
		r->nloss = 0;
		return role_fail_unknown(f, loss_role(f), d);
	} else {
		if (!f->opt->metric)
			add_parts(f);
		r->nloss_alike = count_alike(f, most);
	}
	return 0;
}
