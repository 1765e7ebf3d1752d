/* SPDX-License-Identifier: MIT */
/*
 * Rows as records: what several lines tell of one step.  A rate here and a loss
 * there are one record; what several processes or micro-batches say is
 * averaged; a summary beside the step's own line is left out.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "log/log_impl.h"

/* A run by more names is none: they tell steps or rates. */
#define NRUN_MAX 10000
/* A list of keys that is so much commoner than another is the step's own. */
#define COMMONER 2

/* A run whose records come. */
struct run {
	struct log_series series;
	struct log_run odd;   /* what is */
	struct role_told row; /* the record at hand */
	bool has_row;
	struct role_told mean; /* of records that are to be one */
	size_t nmean;
	double nloss;   /* losses in its mean */
	double held;    /* the rate when it began; NaN: none */
	double carried; /* the last named step; NaN: none */
	double lr;      /* told without a step, for what follows; NaN */
};

struct log_records {
	const struct tape *tape;
	const struct roles *roles;
	const struct log_options *opt;
	struct role_teller *teller;
	struct pair_keys *names; /* of runs */
	struct run *run;         /* in their order */
	size_t nrun, cap;
	size_t nmerged; /* records that are to be one */
};

/* --- runs ---------------------------------------------------------------- */

static int add_run(struct log_records *r, struct diag *d)
{
	if (r->nrun == NRUN_MAX)
		return diag_set(d, DIAG_DATA,
			"more than %d runs; expected a column of run names",
			NRUN_MAX);
	if (array_reserve(&r->run, &r->cap, r->nrun + 1, sizeof(*r->run), d))
		return -1;
	r->run[r->nrun++] = (struct run){.held = NAN,
		.carried = NAN,
		.lr = NAN,
		.series = {.rates_only = r->opt->role.rates_only,
			.epoch = NAN,
			.last = NAN,
			.epoch_steps = r->opt->epoch_steps,
			.nmerged = (double)r->nmerged,
			.totals = r->roles->totals}};
	return 0;
}

/* The run NAME[0..N), or NULL. */
static struct run *find_run(
	struct log_records *r, const char *name, size_t n, struct diag *d)
{
	size_t i;

	/* Looking names up is dear where there is one run without any. */
	if (r->roles->run == LOG_NONE && r->nrun)
		return &r->run[0];
	i = pair_keys_find(r->names, name ? name : "", n, true);

	if (i == SIZE_MAX) {
		diag_nomem(d, n);
		return NULL;
	}
	if (i == r->nrun && add_run(r, d) < 0)
		return NULL;
	return &r->run[i];
}

/* --- many records -------------------------------------------------------- */

/*
 * Where there are more than enough, some that follow each other are one, at the
 * first of their steps, if nothing is odd about them.
 */

static int put_mean(struct run *run, struct diag *d)
{
	if (!run->nmean)
		return 0;
	run->mean.lr /= (double)run->nmean;
	run->mean.loss /= (double)run->nmean;
	run->nmean = 0;
	return log_series_add(&run->series, &run->mean, d);
}

/* ROW goes on where the mean at hand is. */
static bool goes_on(const struct run *run, const struct role_told *row)
{
	return row->has_step == run->mean.has_step &&
	       !(row->step < run->mean.step) &&
	       !(row->epoch < run->mean.epoch || row->epoch > run->mean.epoch);
}

static int put_record(const struct log_records *r, struct run *run,
	const struct role_told *row, struct diag *d)
{
	bool plain = row->has_lr && row->has_loss && isfinite(row->loss);

	if (r->nmerged <= 1)
		return log_series_add(&run->series, row, d);
	if (run->nmean == r->nmerged || !plain ||
		(run->nmean && !goes_on(run, row))) {
		if (put_mean(run, d) < 0)
			return -1;
	}
	if (!plain)
		return log_series_add(&run->series, row, d);
	if (!run->nmean++) {
		run->mean = *row;
		return 0;
	}
	run->mean.lr += row->lr;
	run->mean.loss += row->loss;
	return 0;
}

/* --- one record ---------------------------------------------------------- */

/* Hands the record at hand over. */
static int flush(const struct log_records *r, struct run *run, struct diag *d)
{
	struct role_told *row = &run->row;

	if (!run->has_row)
		return 0;
	run->has_row = false;
	if (!row->has_lr && !isnan(run->held)) {
		row->lr = run->held;
		row->has_lr = true;
	}
	return put_record(r, run, row, d);
}

static void begin(struct run *run, const struct role_told *row)
{
	run->row = *row;
	run->has_row = true;
	run->nloss = row->has_loss;
	run->odd.nbar += row->has_loss && row->is_bar;
	run->held = run->lr;
}

/* Steps are epochs, or there are none: nothing says that rows are of one. */
static bool is_loose(const struct roles *r)
{
	return r->step_key == LOG_NONE || r->step_is_epoch;
}

/* Of two rates of a step only one is read. */
static void note_rate(struct run *run, const struct role_told *row)
{
	run->odd.nrate +=
		run->row.has_lr && row->has_lr && run->row.lr != row->lr;
}

/* Adds what ROW tells and RUN's record does not. */
static void fill(struct run *run, const struct role_told *row)
{
	struct role_told *to = &run->row;

	if (!to->has_lr && row->has_lr) {
		to->lr = row->lr;
		to->has_lr = true;
	} else
		note_rate(run, row);
	if (!to->has_loss && row->has_loss) {
		to->loss = row->loss;
		to->has_loss = true;
		run->nloss = 1;
		to->shape = row->shape;
	}
	if (!to->has_step && row->has_step) {
		to->step = row->step;
		to->has_step = true;
	}
	if (isnan(to->epoch))
		to->epoch = row->epoch;
}

/* Both tell a loss, in the same way: the mean of those that are finite. */
static void average(struct run *run, const struct role_told *row)
{
	struct role_told *to = &run->row;

	note_rate(run, row);
	if (row->has_lr) {
		to->lr = row->lr;
		to->has_lr = true;
	}
	if (!isfinite(to->loss) && !isnan(row->loss)) {
		to->loss = row->loss;
	} else if (isfinite(to->loss) && isfinite(row->loss)) {
		run->odd.nmean += run->nloss == 1 && to->loss != row->loss;
		to->loss += (row->loss - to->loss) / ++run->nloss;
	}
}

static void replace(struct run *run, const struct role_told *row)
{
	run->row.has_loss = false;
	if (row->has_lr)
		run->row.has_lr = false;
	fill(run, row);
}

/* Both tell a loss in lists of keys that differ: a step and a summary. */
static void choose(const struct log_records *r, struct run *run,
	const struct role_told *row)
{
	uint64_t have = tape_shape(r->tape, run->row.shape)->nlike;
	uint64_t other = tape_shape(r->tape, row->shape)->nlike;

	run->odd.nother +=
		row->loss != run->row.loss && !r->opt->role.rates_only;
	if (other > COMMONER * have) {
		note_rate(run, row);
		replace(run, row);
	} else
		fill(run, row);
}

static bool overlaps(const struct role_told *a, const struct role_told *b)
{
	return (a->has_lr && b->has_lr) || (a->has_loss && b->has_loss);
}

/* ROW is about the same update as the record at hand. */
static bool is_same(const struct log_records *r, struct run *run,
	const struct role_told *row)
{
	const struct role_told *to = &run->row;

	if (!run->has_row)
		return false;
	if (to->has_step && row->has_step && to->step != row->step)
		return false;
	if (log_is_redrawn(to, row))
		return true;
	if (r->roles->step_trails && !to->has_step && row->has_step)
		return true;
	if (is_loose(r->roles) || !to->has_step || !row->has_step)
		return !overlaps(to, row);
	if (to->is_bar && row->is_bar)
		return true;
	/* A sweep that is logged under one step. */
	return !(to->has_lr && row->has_lr && to->has_loss && row->has_loss &&
		 to->lr != row->lr && to->shape == row->shape);
}

static void merge(const struct log_records *r, struct run *run,
	const struct role_told *row)
{
	const struct role_told *to = &run->row;

	if (!to->has_loss || !row->has_loss)
		fill(run, row);
	else if (to->is_bar && row->is_bar)
		replace(run, row);
	else if (to->shape == row->shape || (to->is_row && row->is_row))
		average(run, row);
	else
		choose(r, run, row);
}

/* --- rows ---------------------------------------------------------------- */

/* A rate without a step, alone in its line: which record is it of? */
static bool is_lone(const struct log_records *r, const struct role_told *row)
{
	if (!row->has_lr || row->has_step || row->is_row)
		return false;
	return r->opt->role.rates_only ? r->roles->lr_leads : !row->has_loss;
}

static void take_lone(const struct log_records *r, struct run *run,
	const struct role_told *row)
{
	if (!r->roles->lr_after || r->opt->role.rates_only)
		run->lr = row->lr;
	else if (run->has_row)
		fill(run, row);
}

/* Where only rates are read, a step makes a record of the rate before it. */
static void take_leading(
	const struct log_records *r, struct run *run, struct role_told *row)
{
	if (!r->opt->role.rates_only || isnan(run->lr) || row->has_lr ||
		!row->has_step)
		return;
	row->lr = run->lr;
	row->has_lr = row->has_loss = true;
	run->lr = NAN;
}

/*
 * A named step holds for the lines that follow, but not for rows of tables
 * that have steps of their own.
 */
static void carry(
	const struct log_records *r, struct run *run, struct role_told *row)
{
	if (row->has_step && row->is_named && !r->roles->step_trails)
		run->carried = row->step;
	if (row->has_step || isnan(run->carried) ||
		(row->is_row && r->roles->rows_have_step))
		return;
	row->step = run->carried;
	row->has_step = true;
}

static int take(struct log_records *r, struct run *run, struct role_told *row,
	struct diag *d)
{
	bool tells = row->has_lr || row->has_loss;
	int status = 0;

	if (row->is_bar && !row->has_lr && r->roles->bars_have_lr)
		return 0;
	if (row->is_again) {
		run->odd.ntwice++;
		return 0;
	}
	if (row->is_valid) {
		run->odd.nvalid += tells;
		return 0;
	}
	if (is_lone(r, row)) {
		log_series_note_epoch(&run->series, row->epoch);
		take_lone(r, run, row);
		return 0;
	}
	take_leading(r, run, row);
	tells = row->has_lr || row->has_loss;
	carry(r, run, row);
	if (tells)
		run->odd.nunfinished = row->is_unfinished;
	if (row->is_unfinished)
		return 0;
	if (!tells) {
		log_series_note_epoch(&run->series, row->epoch);
		if (r->roles->step_trails && run->has_row)
			fill(run, row);
		return 0;
	}
	if (!row->has_step && row->is_row && r->roles->rows_have_step) {
		run->odd.nstepless += row->has_loss;
		return 0;
	}
	if (is_same(r, run, row)) {
		merge(r, run, row);
	} else {
		status = flush(r, run, d);
		begin(run, row);
	}
	return status;
}

int log_records_add(
	struct log_records *r, const struct tape_row *told, struct diag *d)
{
	struct role_told row;
	struct run *run;
	size_t nname;
	bool is_ours = role_told_of(&row, r->teller, told);
	const char *name = role_run_of(r->teller, told, &nname);

	if (r->roles->run != LOG_NONE && !name && !row.has_lr && !row.has_loss)
		return 0;
	run = find_run(r, name, nname, d);
	if (!run)
		return -1;
	if (r->opt->role.rates_only)
		row.has_loss = row.has_lr;
	if (is_ours)
		return take(r, run, &row, d);
	run->odd.nrank += row.has_lr || row.has_loss;
	return 0;
}

/* --- all of them --------------------------------------------------------- */

static enum log_unit unit_of(const struct roles *r)
{
	return r->step_key == LOG_NONE ? LOG_ROWS
	       : r->step_is_epoch      ? LOG_EPOCHS
				       : LOG_STEPS;
}

/* Epochs that were asked for as steps. */
static void set_unit_of_epochs(struct log_run *run)
{
	run->unit = LOG_EPOCHS;
	for (size_t i = 0; i < run->n; i++)
		if (run->step[i] != floor(run->step[i]))
			run->unit = LOG_EPOCH_PARTS;
}

static int finish_run(const struct log_records *r, struct run *run,
	struct log_run *ret, struct diag *d)
{
	if (flush(r, run, d) < 0 || put_mean(run, d) < 0)
		return -1;
	*ret = run->odd;
	ret->epoch_steps = r->roles->epoch_steps;
	ret->nmerged = r->nmerged;
	if (log_series_finish(&run->series, unit_of(r->roles),
		    r->opt->epoch_parts, r->opt->rates, ret, d) < 0)
		return -1;
	if (r->roles->run != LOG_NONE) {
		ret->name = strdup(
			pair_keys_name(r->names, (size_t)(run - r->run)));
		if (!ret->name)
			return diag_nomem(d, 0);
	}
	if (r->roles->step_named_epoch)
		set_unit_of_epochs(ret);
	return 0;
}

int log_records_finish(struct log_records *r, struct log *ret, struct diag *d)
{
	ret->run = calloc(r->nrun + 1, sizeof(*ret->run));
	if (!ret->run)
		return diag_nomem(d, r->nrun * sizeof(*ret->run));
	for (size_t i = 0; i < r->nrun; i++) {
		ret->nrun++;
		if (finish_run(r, &r->run[i], &ret->run[i], d) < 0)
			return -1;
	}
	return 0;
}

/* How many lines tell what is read, for each that is enough. */
static size_t count_merged(const struct tape *tape, const struct roles *roles,
	const struct log_options *opt)
{
	size_t key = roles->nloss ? roles->loss[0] : roles->lr;

	if (!opt->enough || key == LOG_NONE)
		return 1;
	return (size_t)((tape_stat_of(tape, key)->n + opt->enough - 1) /
			opt->enough);
}

int log_records_new(struct log_records **ret, const struct tape *tape,
	const struct roles *roles, const struct log_options *opt,
	struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->tape = tape;
	(*ret)->roles = roles;
	(*ret)->opt = opt;
	(*ret)->nmerged = count_merged(tape, roles, opt);
	if (role_teller_new(&(*ret)->teller, tape, roles, d) < 0)
		return -1;
	return pair_keys_new(&(*ret)->names, d);
}

void log_records_free(struct log_records *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nrun; i++)
		log_series_free(&r->run[i].series);
	role_teller_free(r->teller);
	pair_keys_free(r->names);
	free(r->run);
	free(r);
}
