/* SPDX-License-Identifier: MIT */
/*
 * Which key plays which role: the rate and the loss first, then what counts
 * beside them, and what else lines tell.  What was asked for and is not there,
 * or cannot be decided, is said.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "role/role_impl.h"
#include "text/formula.h"

/* Processes of one log, at most. */
#define NPROCESS_MAX 100000

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
	r->run = role_best_of(f, PAIR_RUN, 0);
	role_count_told(f, &less, &more);
	if (r->run != ROLE_NONE && count_values(role_stat(f, r->run)) < more)
		r->run = ROLE_NONE;
	return 0;
}

/* The lowest process that tells a rate or a loss. */
static int find_rank(const struct role_finder *f)
{
	int rank = -1;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (role_tells(f->r, s) && s->rank >= 0 &&
			(rank < 0 || s->rank < rank))
			rank = s->rank;
	}
	if (f->r->process != ROLE_NONE && rank < 0 &&
		role_stat(f, f->r->process)->min < INT32_MAX)
		rank = (int)role_stat(f, f->r->process)->min;
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
		bool is = r->lr != ROLE_NONE && tape_has_key(s, r->lr) &&
			  !has_step(f, s) &&
			  !(r->nloss && tape_has_key(s, r->loss[0]));

		if (!role_tells(r, s))
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
		else if (f->r->lr != ROLE_NONE && tape_has_key(s, f->r->lr)) {
			lr = s->first < lr ? s->first : lr;
			n += s->count;
		}
	}
	/* One of many is a setting. */
	return lr < step && step != UINT64_MAX &&
	       4 * n >= role_stat(f, f->r->lr)->n;
}

/* Lines of training that tell a key, and no step unless it is that. */
struct span {
	uint64_t first, last, n;
	bool is_drawn; /* some are bars, or rows of a table */
};

static struct span span_of(const struct role_finder *f, size_t key)
{
	struct span ret = {.first = UINT64_MAX};
	size_t step = f->r->step_key;

	for (size_t i = 0; i < role_nshape(f, key); i++) {
		const struct tape_shape *s = role_shape(f, key, i);

		if (s->is_valid || (key != step && tape_has_key(s, step)))
			continue;
		ret.first = s->first < ret.first ? s->first : ret.first;
		ret.last = s->last > ret.last ? s->last : ret.last;
		ret.n += s->count;
		ret.is_drawn |= s->is_bar || s->is_row;
	}
	return ret;
}

static bool is_ahead(const struct span *a, const struct span *b)
{
	return a->first < b->first && a->last < b->last;
}

/*
 * Steps stand in lines of their own, or with a loss again, behind what is told
 * of them: the first loss comes before any, and no step has none; nor does a
 * rate say that they stand before.
 */
static bool step_trails(const struct role_finder *f)
{
	const struct roles *r = f->r;
	size_t key = r->nloss ? r->loss[0] : r->lr;
	struct span step, told, lr;

	if (r->step_key == ROLE_NONE || key == ROLE_NONE ||
		r->step_is_anonymous || f->opt->rates_only)
		return false;
	step = span_of(f, r->step_key);
	told = span_of(f, key);
	if (step.is_drawn || !is_ahead(&told, &step) || told.n < step.n)
		return false;
	if (r->lr == ROLE_NONE)
		return true;
	lr = span_of(f, r->lr);
	return 2 * lr.n < step.n || is_ahead(&lr, &step);
}

static bool bars_have_lr(const struct role_finder *f)
{
	const struct roles *r = f->r;

	for (size_t i = 0; i < tape_nshape(f->tape); i++) {
		const struct tape_shape *s = tape_shape(f->tape, i);

		if (s->is_bar && !s->is_valid && r->lr != ROLE_NONE &&
			tape_has_key(s, r->lr) && r->nloss &&
			tape_has_key(s, r->loss[0]))
			return true;
	}
	return false;
}

/*
 * Where epochs are the steps, a bar may stand in an epoch twice, at its end and
 * once before: it shows how much of the epoch is done.
 */
static void find_bars(const struct role_finder *f)
{
	struct roles *r = f->r;

	for (size_t i = 0; i < f->n && r->step_is_epoch; i++) {
		const struct tape_stat *s = role_stat(f, i);

		if (s->nfull < s->n && role_is_drawn_full(f, i))
			r->bar_key = i;
	}
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
	s = role_stat(f, key);
	if (!s->texts || !s->texts->nrow || !role_is_column(s))
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
		r->lr == ROLE_NONE ? NULL : role_stat(f, r->lr);
	const struct tape_stat *loss =
		r->nloss ? role_stat(f, r->loss[0]) : NULL;

	f->r->in_rows =
		(!lr || role_is_column(lr)) && (!loss || role_is_column(loss));
	if (f->r->in_rows || f->is_empty)
		return 0;
	/* Beside losses, a rate by its own name may be that of a probe. */
	if (lr && role_is_constant(lr) && !f->opt->rates_only && !f->opt->lr &&
		(lr->meaning.rank[PAIR_LR] || lr->n < ROLE_TOLD_MIN))
		return role_fail_unnamed(
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

/* KEY is a phase's name, and tells yes or no. */
static bool is_flag(const struct role_finder *f, size_t key)
{
	static const char *const words[] = {"true", "false"};
	const struct tape_stat *s = role_stat(f, key);

	return s->meaning.rank[PAIR_PHASE] == PAIR_RANK_WEAK && !s->n &&
	       s->texts &&
	       pair_mark_among(s->texts->first, strlen(s->texts->first), words,
		       ARRAY_SIZE(words));
}

static void find_flag(const struct role_finder *f)
{
	struct roles *r = f->r;

	for (size_t i = 0; i < f->n && r->phase == ROLE_NONE; i++)
		if (is_flag(f, i)) {
			r->phase = i;
			r->phase_is_train = pair_mark_train(
				role_name_of(f, i), strlen(role_name_of(f, i)));
			r->phase_is_valid = !r->phase_is_train;
		}
}

/* The number of a line is that of a process, each of which tells each step. */
static bool is_of_process(const struct role_finder *f, size_t key)
{
	const struct tape_stat *s = role_stat(f, key), *step;

	if (strcmp(role_name_of(f, key), PAIR_KEY_NUMBER) != 0 || !s->whole ||
		s->min != 0 || !(s->max >= 1) || s->max >= NPROCESS_MAX ||
		f->r->step_is_anonymous || f->r->step_key == ROLE_NONE)
		return false;
	step = role_stat(f, f->r->step_key);
	return s->n == step->n && 2 * (step->nup + 1) <= s->n &&
	       10 * step->ndown <= s->n;
}

static size_t find_process(const struct role_finder *f)
{
	size_t key = role_best_of(f, PAIR_PROCESS, PAIR_RANK_NONE - 1);

	/* Process 100/3161 counts; a rank of 14.5 is a mean of them. */
	if (key != ROLE_NONE && (!isnan(role_stat(f, key)->totals.max) ||
					!role_stat(f, key)->whole ||
					role_stat(f, key)->min < 0))
		key = ROLE_NONE;
	for (size_t i = 0; i < f->n && key == ROLE_NONE; i++)
		if (is_of_process(f, i))
			key = i;
	return key;
}

/*
 * Finds what it can, and fails with the first that it cannot: a name that is
 * given, if one is not there.
 */
static int find_each(const struct role_finder *f, struct diag *d)
{
	static int (*const find[])(
		const struct role_finder *f, struct diag *d) = {
		role_find_lr, role_find_loss, role_find_step, find_run};
	const char *given[] = {
		f->opt->lr, f->opt->loss, f->opt->step, f->opt->run};
	struct diag one;
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(find); i++) {
		if (find[i](f, &one) == 0)
			continue;
		/* Where neither is known, the loss is asked for first. */
		if (!status || (given[i] && !f->r->lacks_given) ||
			(find[i] == role_find_loss && !f->r->lacks_given))
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

	r->epoch_steps = role_find_epoch_steps(f);
	r->phase = role_best_of(f, PAIR_PHASE, PAIR_RANK_WEAK - 1);
	if (r->phase == ROLE_NONE)
		find_flag(f);
	r->process = find_process(f);
	r->rank = find_rank(f);
	r->bars_have_lr = bars_have_lr(f);
	find_bars(f);
	r->lr_leads = is_lr_leading(f);
	r->step_trails = step_trails(f);
	r->lr_after = is_lr_after(f);
	r->rows_have_step = rows_have_step(f);
	set_roles(r);
	if (status < 0 || check_texts(f, d) < 0)
		return -1;
	return check_told(f, d);
}

/* Finds which shapes have which key.  Returns 0, or -1: no memory. */
static int index_shapes(struct role_finder *f)
{
	size_t nshape = tape_nshape(f->tape), n = 0;

	for (size_t i = 0; i < nshape; i++)
		n += tape_shape(f->tape, i)->nkey;
	f->at = calloc(f->n + 2, sizeof(*f->at));
	f->in = malloc((n + 1) * sizeof(*f->in));
	if (!f->at || !f->in)
		return -1;
	/* First where each begins, one place on, then where the next goes. */
	for (size_t i = 0; i < nshape; i++)
		for (size_t k = 0; k < tape_shape(f->tape, i)->nkey; k++)
			f->at[tape_shape(f->tape, i)->key[k] + 2]++;
	for (size_t i = 2; i < f->n + 2; i++)
		f->at[i] += f->at[i - 1];
	for (size_t i = 0; i < nshape; i++)
		for (size_t k = 0; k < tape_shape(f->tape, i)->nkey; k++)
			f->in[f->at[tape_shape(f->tape, i)->key[k] + 1]++] = i;
	return 0;
}

static void release(struct role_finder *f)
{
	free(f->told);
	free(f->at);
	free(f->in);
}

int role_find(struct roles *ret, const struct tape *t,
	const struct pair_keys *keys, const struct role_options *opt,
	struct diag *d)
{
	struct role_counts counts = {.is_known = false};
	struct role_finder f = {.tape = t,
		.keys = keys,
		.opt = opt,
		.r = ret,
		.counts = &counts};

	f.n = tape_nkey(t);
	f.is_empty = tape_nshape(t) == 0;
	*ret = (struct roles){.nkey = f.n,
		.lr = ROLE_NONE,
		.run = ROLE_NONE,
		.epoch = ROLE_NONE,
		.phase = ROLE_NONE,
		.process = ROLE_NONE,
		.step_key = ROLE_NONE,
		.bar_key = ROLE_NONE,
		.totals = {.max = NAN},
		.rank = -1,
		.is_metric = opt->metric};
	ret->role = malloc(f.n + 1);
	ret->step = malloc((f.n + 1) * sizeof(*ret->step));
	f.told = calloc(f.n + 1, 1);
	if (!ret->role || !ret->step || !f.told || index_shapes(&f) < 0) {
		release(&f);
		return diag_nomem(d, f.n * sizeof(*ret->step));
	}
	for (size_t i = 0; i < f.n; i++) {
		ret->role[i] = PAIR_NROLE;
		ret->step[i] = PAIR_RANK_NONE;
	}
	role_find_counters(&f);
	int status = find_all(&f, d);

	release(&f);
	return status;
}

void role_free(struct roles *r)
{
	free(r->role);
	free(r->step);
	formula_free(r->formula);
	*r = (struct roles){0};
}
