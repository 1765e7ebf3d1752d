/* SPDX-License-Identifier: MIT */
/*
 * Which key plays which role: the best name among those whose values behave
 * so.  A step counts, a rate and a loss vary, what is told seldom is something
 * else.  Of names that are equally good the first is taken, and it is said.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "role/role_impl.h"
#include "text/formula.h"

/* A rate of a weak name is no more. */
#define WEAK_MAX 100
/* What a constant is worse by, as a rate and as a loss. */
#define CONSTANT_LR 6u
#define CONSTANT_LOSS 30u
/* What a name without any number is worse by. */
#define EMPTY 200u
/* The rank of an average; what is below is the value itself. */
#define AVERAGE 20u

static bool is_key(const struct role_finder *f, size_t key, const char *name)
{
	return strcmp(role_name_of(f, key), name) == 0;
}

/* Most of it is told in rows of tables, whose names are sure. */
static bool is_column(const struct tape_stat *s)
{
	return 2 * s->nrow >= s->n;
}

/* --- messages ------------------------------------------------------------ */

/* None of the names is one for ROLE, as FOUND says: the user has to tell. */
static int fail_unnamed(const struct role_finder *f, enum pair_role role,
	const char *found, struct diag *d)
{
	const struct role_words *w = role_words_of(f->opt);
	const char *word = role == PAIR_LR ? w->lr : w->loss;
	bool has_rates = role == PAIR_LR && w->rates;
	char expected[160];

	snprintf(expected, sizeof(expected), "%s%s%s%s", word ? word : "",
		word ? " with one of them" : "one of them to be named",
		has_rates ? ", or " : "", has_rates ? w->rates : "");
	return role_fail_names(f, role, found, expected, d);
}

static int fail_unknown(
	const struct role_finder *f, enum pair_role role, struct diag *d)
{
	const char *word = role_words_of(f->opt)->columns;

	for (size_t i = 0; i < f->n; i++)
		if (!role_is_anonymous(f, i))
			return fail_unnamed(
				f, role, "no column is known to be", d);
	return diag_set(d, DIAG_DATA,
		"numbers without names; expected a header such as "
		"step,lr,loss%s%s%s",
		word ? ", or " : "", word ? word : "",
		word ? " with those of the columns" : "");
}

/* --- the rate ------------------------------------------------------------ */

static bool is_constant(const struct tape_stat *s)
{
	return s->nfinite > 1 && s->ndistinct < 2;
}

static bool rises(const struct tape_stat *s)
{
	return s->nup && 20 * s->ndown < s->nup + s->ndown;
}

/* What may be a rate does not go to and fro like a measurement. */
static bool is_smooth(const struct tape_stat *s)
{
	return 3 * s->nturn < s->nfinite && s->min >= 0 && s->max <= WEAK_MAX;
}

static unsigned rank_lr(const struct role_finder *f, size_t key)
{
	const struct tape_stat *s = &f->stat[key];
	unsigned rank = s->meaning.rank[PAIR_LR];

	if (rank == PAIR_RANK_NONE)
		return PAIR_RANK_NONE;
	if (!s->nfinite)
		return rank + EMPTY;
	if (rank == PAIR_RANK_WEAK && (is_constant(s) || !is_smooth(s)))
		return PAIR_RANK_NONE;
	return rank + (is_constant(s) ? CONSTANT_LR : 0);
}

/* Their values are the same, as far as is known. */
static bool is_alike(const struct tape_stat *a, const struct tape_stat *b)
{
	return a->n == b->n && a->first == b->first && a->last == b->last &&
	       a->min == b->min && a->max == b->max;
}

/* The first of rank BEST, or where rates rise in a test one that does. */
static size_t choose_lr(const struct role_finder *f, unsigned best)
{
	size_t first = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_lr(f, i);

		if (!f->opt->rates_only && rank <= best + 1 &&
			rises(&f->stat[i]))
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

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_lr(f, i);

		best = rank < best ? rank : best;
	}
	if (best == PAIR_RANK_NONE)
		return;
	r->lr = choose_lr(f, best);
	r->nlr = 1;
	for (size_t i = 0; i < f->n; i++)
		r->nlr += i != r->lr && rank_lr(f, i) == rank_lr(f, r->lr) &&
			  !is_alike(&f->stat[i], &f->stat[r->lr]);
}

static int find_lr(const struct role_finder *f, struct diag *d)
{
	const char *name = f->opt->lr;

	f->r->nlr = 1;
	if (f->opt->no_lr)
		return 0;
	if (name)
		return role_find_named(
			f, &f->r->lr, PAIR_LR, name, strlen(name), d);
	guess_lr(f);
	return f->r->lr == ROLE_NONE ? fail_unknown(f, PAIR_LR, d) : 0;
}

/* --- the loss ------------------------------------------------------------ */

static enum pair_role loss_role(const struct role_finder *f)
{
	return f->opt->metric ? PAIR_METRIC : PAIR_LOSS;
}

/* MOST is how often the commonest of them is told. */
static unsigned rank_loss(
	const struct role_finder *f, size_t key, uint64_t most)
{
	const struct tape_stat *s = &f->stat[key];
	unsigned rank = s->meaning.rank[loss_role(f)];

	if (rank == PAIR_RANK_NONE)
		return PAIR_RANK_NONE;
	if (!s->n || 4 * s->n < most)
		return rank + EMPTY;
	return rank + (is_constant(s) ? CONSTANT_LOSS : 0);
}

static uint64_t count_losses(const struct role_finder *f)
{
	uint64_t most = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->stat[i].meaning.rank[loss_role(f)] != PAIR_RANK_NONE &&
			f->stat[i].n > most)
			most = f->stat[i].n;
	return most;
}

/* Parts of one loss are called alike and told together. */
static bool is_part(const struct role_finder *f, size_t key, size_t of)
{
	const struct pair_meaning *a = &f->stat[key].meaning;
	const struct pair_meaning *b = &f->stat[of].meaning;

	return a->rank[PAIR_LOSS] == b->rank[PAIR_LOSS] &&
	       a->loss_is_last == b->loss_is_last && !a->of_network &&
	       !b->of_network && f->stat[key].n == f->stat[of].n;
}

static void add_parts(const struct role_finder *f)
{
	struct roles *r = f->r;
	size_t first = r->loss[0];

	if (f->stat[first].meaning.rank[PAIR_LOSS] % AVERAGE != PAIR_RANK_PART)
		return;
	for (size_t i = 0; i < f->n && r->nloss < ROLE_SUM_MAX; i++)
		if (i != first && is_part(f, i, first))
			r->loss[r->nloss++] = i;
	r->loss_guessed = r->nloss > 1;
}

/* Others that may be the loss as well, and are not the same. */
static size_t count_alike(const struct role_finder *f, uint64_t most)
{
	const struct roles *r = f->r;
	unsigned best = rank_loss(f, r->loss[0], most);
	size_t n = 1;

	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_loss(f, i, most);

		if (i == r->loss[0] ||
			is_alike(&f->stat[i], &f->stat[r->loss[0]]))
			continue;
		n += rank == best || (best == 0 && rank == 1);
	}
	return r->nloss > 1 ? 1 : n;
}

static size_t find_key(const struct role_finder *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (is_key(f, i, name))
			return i;
	return ROLE_NONE;
}

/* Of a value without a name beside an average with one it is the average. */
static bool is_value_better(const struct role_finder *f, unsigned best)
{
	size_t value = find_key(f, PAIR_KEY_VALUE);

	return best >= AVERAGE && best < EMPTY && value != ROLE_NONE &&
	       !f->opt->metric && f->stat[value].ndistinct > 2 &&
	       4 * f->stat[value].n >= count_losses(f);
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
				(f->stat[i].n > f->stat[ret].n &&
					2 * f->stat[i].n >=
						3 * f->stat[ret].n)))
			ret = i;
	return ret;
}

/* It is an average, and of what is not said. */
static bool is_bare(const struct role_finder *f, size_t key)
{
	return f->stat[key].meaning.rank[PAIR_LOSS] == AVERAGE + PAIR_RANK_BARE;
}

static int find_loss(const struct role_finder *f, struct diag *d)
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
	for (size_t i = 0; i < f->n; i++) {
		unsigned rank = rank_loss(f, i, most);

		best = rank < best ? rank : best;
	}
	r->loss[0] =
		best == PAIR_RANK_NONE ? ROLE_NONE : choose_loss(f, best, most);
	if (is_value_better(f, best))
		r->loss[0] = find_key(f, PAIR_KEY_VALUE);
	else if (best == PAIR_RANK_NONE || is_bare(f, f->r->loss[0])) {
		r->nloss = 0;
		return fail_unknown(f, loss_role(f), d);
	} else {
		if (!f->opt->metric)
			add_parts(f);
		r->nloss_alike = count_alike(f, most);
	}
	return 0;
}

/* --- the step ------------------------------------------------------------ */

static bool has_key(const struct tape_shape *s, size_t key)
{
	for (size_t i = 0; i < s->nkey; i++)
		if (s->key[i] == key)
			return true;
	return false;
}

static bool tells(const struct roles *r, const struct tape_shape *s)
{
	if (s->is_valid)
		return false;
	if (r->lr != ROLE_NONE && has_key(s, r->lr))
		return true;
	return r->nloss && has_key(s, r->loss[0]);
}

/* How many lines that tell a rate or a loss have KEY. */
static uint64_t count_beside(const struct role_finder *f, size_t key)
{
	uint64_t n = 0;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (tells(f->r, s) && has_key(s, key))
			n += s->count;
	}
	return n;
}

/* It stands in a line with a better one: it counts something else. */
static bool is_beside_better(const struct role_finder *f, size_t key)
{
	const unsigned *rank = f->r->step;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (s->is_valid || !has_key(s, key))
			continue;
		for (size_t k = 0; k < s->nkey; k++)
			if (rank[s->key[k]] < rank[key])
				return true;
	}
	return false;
}

static bool counts(const struct tape_stat *s)
{
	return s->whole && s->nfinite && s->ndown <= s->nup &&
	       (s->ndistinct > 2 || s->nfinite < 3 || (s->nup && !s->ndown));
}

/* How often a rate or a loss is told: the less and the more frequent one. */
static void count_told(
	const struct role_finder *f, uint64_t *less, uint64_t *more)
{
	const struct roles *r = f->r;
	uint64_t lr = r->lr == ROLE_NONE ? 0 : f->stat[r->lr].n;
	uint64_t loss =
		r->nloss && r->loss[0] != ROLE_NONE ? f->stat[r->loss[0]].n : 0;

	*more = lr > loss ? lr : loss;
	*less = lr && loss ? (lr < loss ? lr : loss) : *more;
}

/* KEY is an element of a list that goes on: [epoch, iteration]. */
static bool is_outer(const struct role_finder *f, size_t key)
{
	const char *name = role_name_of(f, key), *sharp = strrchr(name, '#');
	int n = sharp ? (int)(sharp - name) : (int)strlen(name);
	unsigned long group = sharp ? strtoul(sharp + 1, NULL, 10) : 0;
	char next[128];

	if (n > 100 || group > 99)
		return false;
	snprintf(next, sizeof(next), "%.*s#%lu", n, name, group + 1);
	for (size_t i = 0; i < f->n; i++)
		if (is_key(f, i, next))
			return f->stat[i].n == f->stat[key].n;
	return false;
}

static unsigned rank_named(const struct role_finder *f, size_t key)
{
	const struct tape_stat *s = &f->stat[key];
	unsigned rank = s->meaning.rank[PAIR_STEP];
	uint64_t less, more;

	if (rank == PAIR_RANK_NONE || is_outer(f, key))
		return PAIR_RANK_NONE;
	if (is_column(s))
		return s->nfinite > 3 && s->ndistinct < 2 ? PAIR_RANK_NONE
							  : rank;
	if (!counts(s))
		return PAIR_RANK_NONE;
	count_told(f, &less, &more);
	return 4 * count_beside(f, key) >= less || 4 * s->n >= more
		       ? rank
		       : PAIR_RANK_NONE;
}

static unsigned rank_anonymous(const struct role_finder *f, size_t key)
{
	uint64_t less, more;

	if ((!is_key(f, key, PAIR_KEY_COUNT) &&
		    !is_key(f, key, PAIR_KEY_NUMBER)) ||
		!counts(&f->stat[key]))
		return PAIR_RANK_NONE;
	/* One that is full wherever a rate is told counts in between. */
	count_told(f, &less, &more);
	if (2 * count_beside(f, key) < less || f->stat[key].nfull >= less)
		return PAIR_RANK_NONE;
	return is_key(f, key, PAIR_KEY_COUNT) ? PAIR_RANK_COUNT
					      : PAIR_RANK_NUMBER;
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
		if (f->r->step[i] != PAIR_RANK_NONE && is_beside_better(f, i))
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

/* The best key as ROLE that told something: "Num Epochs = 3" is told once. */
static size_t best_of(
	const struct role_finder *f, enum pair_role role, unsigned worst)
{
	size_t best = ROLE_NONE;

	for (size_t i = 0; i < f->n; i++) {
		const struct tape_stat *s = &f->stat[i];
		unsigned rank = s->meaning.rank[role];

		if (rank > worst || (!s->n && !s->texts) ||
			(role == PAIR_PHASE && !s->texts))
			continue;
		if (rank < worst || best == ROLE_NONE ||
			s->n > 4 * f->stat[best].n) {
			best = i;
			worst = rank;
		}
	}
	return best;
}

static int find_step(const struct role_finder *f, struct diag *d)
{
	struct roles *r = f->r;
	const char *name = f->opt->step;

	r->epoch = best_of(f, PAIR_EPOCH, PAIR_RANK_NONE - 1);
	if (name) {
		if (role_find_named(f, &r->step_key, PAIR_STEP, name,
			    strlen(name), d) < 0)
			return -1;
		r->step[r->step_key] = 0;
		r->step_named_epoch =
			f->stat[r->step_key].meaning.rank[PAIR_EPOCH] !=
			PAIR_RANK_NONE;
	} else if (!rank_steps(f, rank_named)) {
		r->step_is_anonymous = rank_steps(f, rank_anonymous);
		r->step_is_epoch =
			!r->step_is_anonymous && r->epoch != ROLE_NONE;
	}
	if (!name)
		r->step_key = r->step_is_epoch ? r->epoch : best_step(f);
	if (r->step_key != ROLE_NONE)
		r->total = f->stat[r->step_key].total;
	return 0;
}

/* What is told once under one of N names; NaN: nothing is. */
static double find_setting(
	const struct role_finder *f, const char *const *names, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < n; k++)
			if (f->stat[i].nfinite && f->stat[i].ndistinct < 2 &&
				pair_same_name(role_name_of(f, i),
					strlen(role_name_of(f, i)), names[k],
					strlen(names[k])))
				return f->stat[i].first;
	return NAN;
}

/*
 * How many steps an epoch has, where the settings of a run tell of all steps
 * and epochs; that is so only of a run that came to the last of its epochs, as
 * others may have been ended by their steps.
 */
static double find_epoch_steps(const struct role_finder *f)
{
	static const char *const steps[] = {
		"total optimization steps", "max steps"};
	static const char *const epochs[] = {"num epochs", "num train epochs"};
	double nstep = find_setting(f, steps, 2);
	double nepoch = find_setting(f, epochs, 2);
	size_t key = f->r->epoch;

	if (key == ROLE_NONE || !(nstep > 0 && nepoch > 0) ||
		!(f->stat[key].max >= nepoch - 0.005))
		return 0;
	return nstep / nepoch;
}

/* --- what else ----------------------------------------------------------- */

static uint64_t count_values(const struct tape_stat *s)
{
	return s->n + (s->texts ? s->texts->n : 0);
}

/*
 * Where rates are followed, a log is one run unless its column is named;
 * elsewhere a column of runs is enough.
 */
static int find_run(const struct role_finder *f, struct diag *d)
{
	struct roles *r = f->r;
	const char *name = f->opt->run;
	uint64_t less, more;

	if (name ? !*name : f->opt->rates_only)
		return 0;
	if (name)
		return role_find_named(
			f, &r->run, PAIR_RUN, name, strlen(name), d);
	r->run = best_of(f, PAIR_RUN, 0);
	count_told(f, &less, &more);
	if (r->run != ROLE_NONE && count_values(&f->stat[r->run]) < more)
		r->run = ROLE_NONE;
	return 0;
}

/* The lowest process that tells a rate or a loss. */
static int find_rank(const struct role_finder *f)
{
	int rank = -1;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (tells(f->r, s) && s->rank >= 0 &&
			(rank < 0 || s->rank < rank))
			rank = s->rank;
	}
	if (f->r->process != ROLE_NONE && rank < 0 &&
		f->stat[f->r->process].min < INT32_MAX)
		rank = (int)f->stat[f->r->process].min;
	return rank;
}

static bool has_step(const struct role_finder *f, const struct tape_shape *s)
{
	for (size_t i = 0; i < s->nkey; i++)
		if (f->r->step[s->key[i]] != PAIR_RANK_NONE)
			return true;
	return false;
}

/*
 * A rate that is told without a step, and not with a loss, is one of what
 * comes after it where such a line is the first that tells anything, and not
 * the last.
 */
static bool is_lr_after(const struct role_finder *f)
{
	const struct roles *r = f->r;
	uint64_t first = UINT64_MAX, last = 0;
	bool first_is = false, last_is = false;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);
		bool is = r->lr != ROLE_NONE && has_key(s, r->lr) &&
			  !has_step(f, s) &&
			  !(r->nloss && has_key(s, r->loss[0]));

		if (!tells(r, s))
			continue;
		if (s->first < first) {
			first = s->first;
			first_is = is;
		}
		if (s->last >= last) {
			last = s->last;
			last_is = is;
		}
	}
	return !first_is || last_is;
}

/* A rate without a step is the first that is told, steps too. */
static bool is_lr_leading(const struct role_finder *f)
{
	uint64_t lr = UINT64_MAX, step = UINT64_MAX, n = 0;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (s->is_valid)
			continue;
		if (has_step(f, s))
			step = s->first < step ? s->first : step;
		else if (f->r->lr != ROLE_NONE && has_key(s, f->r->lr)) {
			lr = s->first < lr ? s->first : lr;
			n += s->count;
		}
	}
	/* One of many is a setting. */
	return lr < step && step != UINT64_MAX && 4 * n >= f->stat[f->r->lr].n;
}

static bool bars_have_lr(const struct role_finder *f)
{
	const struct roles *r = f->r;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (s->is_bar && !s->is_valid && r->lr != ROLE_NONE &&
			has_key(s, r->lr) && r->nloss && has_key(s, r->loss[0]))
			return true;
	}
	return false;
}

static bool rows_have_step(const struct role_finder *f)
{
	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (s->is_row && has_step(f, s))
			return true;
	}
	return false;
}

static void set_role(struct roles *r, size_t key, enum pair_role role)
{
	if (key != ROLE_NONE)
		r->role[key] = (unsigned char)role;
}

static void set_roles(struct roles *r)
{
	set_role(r, r->phase, PAIR_PHASE);
	set_role(r, r->process, PAIR_PROCESS);
	set_role(r, r->epoch, PAIR_EPOCH);
	for (size_t i = 0; i < r->nkey; i++)
		if (r->step[i] != PAIR_RANK_NONE)
			set_role(r, i, PAIR_STEP);
	set_role(r, r->run, PAIR_RUN);
	for (size_t i = 0; i < r->nloss; i++)
		set_role(r, r->loss[i], PAIR_LOSS);
	set_role(r, r->lr, PAIR_LR);
}

/* --- the decision -------------------------------------------------------- */

/* A number that is no number in a row of a table is none to be guessed at. */
static int check_text(const struct role_finder *f, size_t key,
	enum pair_role role, struct diag *d)
{
	const struct tape_stat *s;

	if (key == ROLE_NONE)
		return 0;
	s = &f->stat[key];
	if (!s->texts || !s->texts->nrow || !is_column(s))
		return 0;
	diag_set(d, DIAG_DATA, "%s is '%s'; expected a number",
		pair_role_name(role), s->texts->first);
	return diag_at(d, "%llu", (unsigned long long)s->texts->line);
}

static int check_texts(const struct role_finder *f, struct diag *d)
{
	const struct roles *r = f->r;

	if (check_text(f, r->lr, PAIR_LR, d) < 0)
		return -1;
	for (size_t i = 0; i < r->nloss; i++)
		if (check_text(f, r->loss[i], PAIR_LOSS, d) < 0)
			return -1;
	return r->step_is_epoch ? 0 : check_text(f, r->step_key, PAIR_STEP, d);
}

/* Lines of text are a log if they tell of a rate, and often. */
static int check_told(const struct role_finder *f, struct diag *d)
{
	const struct roles *r = f->r;
	const struct tape_stat *lr =
		r->lr == ROLE_NONE ? NULL : &f->stat[r->lr];
	const struct tape_stat *loss = r->nloss ? &f->stat[r->loss[0]] : NULL;

	f->r->in_rows = (!lr || is_column(lr)) && (!loss || is_column(loss));
	if (f->r->in_rows || f->is_empty)
		return 0;
	/* Beside losses, a rate by its own name may be that of a probe. */
	if (lr && is_constant(lr) && !f->opt->rates_only && !f->opt->lr &&
		(lr->meaning.rank[PAIR_LR] || lr->n < ROLE_TOLD_MIN))
		return fail_unnamed(
			f, PAIR_LR, "nothing that varies may be", d);
	if ((lr ? lr->n : loss->n) < ROLE_TOLD_MIN &&
		(!loss || loss->n < ROLE_TOLD_MIN))
		return diag_set(d, DIAG_DATA,
			"too few lines with '%s': %llu; expected a log, with "
			"%d at least",
			role_name_of(f, lr ? r->lr : r->loss[0]),
			(unsigned long long)(lr ? lr->n : loss->n),
			ROLE_TOLD_MIN);
	return 0;
}

/*
 * Finds what it can, and fails with the first that it cannot: a name that is
 * given, if one is not there.
 */
static int find_each(const struct role_finder *f, struct diag *d)
{
	static int (*const find[])(const struct role_finder *f,
		struct diag *d) = {find_loss, find_lr, find_step, find_run};
	const char *given[] = {
		f->opt->loss, f->opt->lr, f->opt->step, f->opt->run};
	struct diag one;
	int status = 0;

	for (size_t i = 0; i < sizeof(find) / sizeof(find[0]); i++) {
		if (find[i](f, &one) == 0)
			continue;
		if (!status || (given[i] && !f->r->lacks_given))
			*d = one;
		f->r->lacks_given |= given[i] != NULL;
		status = -1;
	}
	return status;
}

static int find_all(const struct role_finder *f, struct diag *d)
{
	struct roles *r = f->r;
	int status = f->n ? find_each(f, d)
			  : diag_set(d, DIAG_DATA,
				    "nothing with a name and a number; "
				    "expected a log, or "
				    "a table with a header");

	r->epoch_steps = find_epoch_steps(f);
	r->phase = best_of(f, PAIR_PHASE, PAIR_RANK_NONE - 1);
	r->process = best_of(f, PAIR_PROCESS, PAIR_RANK_NONE - 1);
	r->rank = find_rank(f);
	r->bars_have_lr = bars_have_lr(f);
	r->lr_leads = is_lr_leading(f);
	r->lr_after = is_lr_after(f);
	r->rows_have_step = rows_have_step(f);
	set_roles(r);
	if (status < 0 || check_texts(f, d) < 0)
		return -1;
	return check_told(f, d);
}

int role_find(struct roles *ret, const struct tape *t,
	const struct pair_keys *keys, const struct role_options *opt,
	struct diag *d)
{
	struct role_finder f = {.tape = t, .keys = keys, .opt = opt, .r = ret};

	f.stat = tape_stats(t, &f.n);
	f.is_empty = tape_nshape(t) == 0;
	*ret = (struct roles){.nkey = f.n,
		.lr = ROLE_NONE,
		.run = ROLE_NONE,
		.epoch = ROLE_NONE,
		.phase = ROLE_NONE,
		.process = ROLE_NONE,
		.step_key = ROLE_NONE,
		.total = NAN,
		.rank = -1,
		.is_metric = opt->metric};
	ret->role = malloc(f.n + 1);
	ret->step = malloc((f.n + 1) * sizeof(*ret->step));
	if (!ret->role || !ret->step)
		return diag_nomem(d, f.n * sizeof(*ret->step));
	for (size_t i = 0; i < f.n; i++) {
		ret->role[i] = PAIR_NROLE;
		ret->step[i] = PAIR_RANK_NONE;
	}
	return find_all(&f, d);
}

void role_free(struct roles *r)
{
	free(r->role);
	free(r->step);
	formula_free(r->formula);
	*r = (struct roles){0};
}
