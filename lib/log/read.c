/* SPDX-License-Identifier: MIT */
/* Logs as runs of step, rate and loss, and what their columns are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "log/log.h"
#include "log/log_impl.h"
#include "text/csv.h"

/* --- names --------------------------------------------------------------- */

static char *copy_name(const struct pair_keys *keys, size_t key)
{
	return key == LOG_NONE ? NULL : strdup(pair_keys_name(keys, key));
}

/* "a+b", or NULL. */
static char *copy_sum(const struct pair_keys *keys, const struct roles *r)
{
	struct buf b = {0};

	for (size_t i = 0; i < r->nloss; i++)
		buf_printf(&b, "%s%s",
			!i           ? ""
			: r->formula ? ", "
				     : "+",
			pair_keys_name(keys, r->loss[i]));
	return r->nloss ? buf_take(&b) : NULL;
}

void log_tell(
	const struct roles *r, const struct pair_keys *keys, struct log *ret)
{
	ret->nlr = r->nlr;
	ret->nloss = r->nloss_alike;
	ret->summed = r->loss_guessed;
	ret->step_trails = r->step_trails;
	ret->lr_name = copy_name(keys, r->lr);
	ret->loss_name = copy_sum(keys, r);
	ret->step_name = copy_name(keys, r->step_key);
}

/* --- records that pass by ------------------------------------------------ */

static bool has_key(const struct tape_row *row, size_t key)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->key[i] == key)
			return true;
	return false;
}

/*
 * Each line with a step or a rate has both, and is the record of a step above
 * that of the one before.
 */
static bool are_records(
	const struct tape *tape, const struct roles *r, struct role_teller *t)
{
	const struct tape_stat *step = tape_stat_of(tape, r->step_key);
	uint64_t n = 0;

	for (size_t i = 0; i < tape_nshape(tape); i++) {
		const struct tape_shape *s = tape_shape(tape, i);
		struct tape_row row;

		tape_shape_row(tape, i, &row);
		if (!has_key(&row, r->lr) && !s->has_loose)
			continue;
		if (s->is_bar || !role_tells_always(t, &row, true))
			return false;
		n += s->count;
	}
	return n >= ROLE_TOLD_MIN && n == step->n && n == step->nup + 1 &&
	       n == tape_stat_of(tape, r->lr)->n;
}

/* Shows them to V until it has seen enough.  Returns 1, 0 or -1. */
static int show(const struct log_viewer *v, struct tape *tape,
	const struct roles *r, struct role_teller *t, struct diag *d)
{
	const struct tape_stat *step = tape_stat_of(tape, r->step_key),
			       *lr = tape_stat_of(tape, r->lr);
	struct role_told told;
	struct tape_row row;
	int got;

	if (!v->begin(v->ctx, step->first, step->last,
		    fmax(fabs(lr->min), fabs(lr->max))))
		return 0;
	while ((got = tape_next(tape, &row, d)) > 0)
		if (role_told_of(&told, t, &row) && told.has_lr &&
			!v->see(v->ctx, told.step, told.lr))
			return tape_seek(tape, 0, d);
	return got < 0 ? -1 : 1;
}

/* Whether RET is one run that the viewer has seen.  Returns 1, 0 or -1. */
static int view(struct log *ret, struct tape *tape, const struct roles *r,
	const struct log_options *opt, struct diag *d)
{
	struct role_teller *teller;
	int got = role_teller_new(&teller, tape, r, d);

	if (!got && are_records(tape, r, teller))
		got = show(opt->viewer, tape, r, teller, d);
	role_teller_free(teller);
	if (got <= 0)
		return got;
	ret->run = calloc(1, sizeof(*ret->run));
	if (!ret->run)
		return diag_nomem(d, sizeof(*ret->run));
	ret->run[ret->nrun++] =
		(struct log_run){.n = (size_t)tape_stat_of(tape, r->lr)->n,
			.is_seen = true,
			.unit = LOG_STEPS,
			.epoch_steps = r->epoch_steps};
	return 1;
}

/* It may be such a run, by what it has. */
static bool may_be_seen(const struct roles *r, const struct log_options *opt)
{
	return opt->viewer && opt->role.rates_only && !opt->rates &&
	       !opt->enough && r->run == LOG_NONE && r->lr != LOG_NONE &&
	       r->step_key != LOG_NONE && !r->step_is_epoch &&
	       !r->step_named_epoch && !r->step_trails;
}

/* --- records that are kept ----------------------------------------------- */

static int add_lines(struct log_records *r, struct tape *tape, struct diag *d)
{
	struct tape_row row;
	int got;

	while ((got = tape_next(tape, &row, d)) > 0)
		if (log_records_add(r, &row, d) < 0)
			return -1;
	return got;
}

/* Why there is nothing. */
static int fail_empty(
	const struct log *log, const struct log_options *opt, struct diag *d)
{
	const char *rates;
	size_t nvalid = 0;

	for (size_t i = 0; i < log->nrun; i++)
		nvalid += log->run[i].nvalid;
	if (!log->nrun)
		return diag_set(d, DIAG_DATA, "%s; expected a log",
			log->odd.cut ? "no row after the header that ends in a "
				       "newline"
				     : "no row after the header");
	if (nvalid)
		return diag_set(d, DIAG_DATA,
			"all rows are of validation; expected some of "
			"training");
	if (opt->role.rates_only)
		return diag_set(d, DIAG_DATA,
			"no step has a rate; expected numbers in both columns");
	if (opt->rates)
		return diag_set(d, DIAG_DATA,
			"no step with a loss is in the table of rates; "
			"expected the steps of the log there");
	rates = role_words_of(&opt->role)->rates;
	return diag_set(d, DIAG_DATA,
		"no step has both a rate and a loss; expected them in one row, "
		"or in rows of the same step%s%s",
		rates ? ", or " : "", rates ? rates : "");
}

static int keep(struct log *ret, struct tape *tape, const struct roles *roles,
	const struct log_options *opt, struct diag *d)
{
	struct log_records *records;
	int status = log_records_new(&records, tape, roles, opt, d);

	if (!status)
		status = add_lines(records, tape, d);
	if (!status)
		status = log_records_finish(records, ret, d);
	log_records_free(records);
	return status;
}

static int build(struct log *ret, struct tape *tape,
	const struct pair_keys *keys, const struct roles *roles,
	const struct log_options *opt, struct diag *d)
{
	size_t n = 0;
	int status =
		may_be_seen(roles, opt) ? view(ret, tape, roles, opt, d) : 0;

	if (!status)
		status = keep(ret, tape, roles, opt, d);
	else if (status > 0)
		status = 0;
	log_tell(roles, keys, ret);
	if (roles->lr != LOG_NONE)
		ret->lr_forms = tape_stat_of(tape, roles->lr)->forms;
	for (size_t i = 0; i < ret->nrun; i++)
		n += ret->run[i].n;
	if (!status && !n)
		return fail_empty(ret, opt, d);
	if (!status && !roles->in_rows && n < ROLE_TOLD_MIN)
		return diag_set(d, DIAG_DATA,
			"too few records with '%s': %zu; expected a log, with "
			"%d at least",
			roles->lr == LOG_NONE ? ret->loss_name : ret->lr_name,
			n, ROLE_TOLD_MIN);
	return status;
}

int log_read(struct log *ret, struct source *s, const struct log_options *opt,
	struct diag *d)
{
	const struct pair_keys *keys = source_keys(s);
	struct tape *tape;
	struct roles roles = {0};
	int status;

	*ret = (struct log){0};
	status = role_read(&tape, s, &opt->role, opt->tmpdir, false, d);
	if (!status)
		source_odd(s, &ret->odd);
	if (!status)
		status = role_find(&roles, tape, keys, &opt->role, d);
	if (!status)
		status = role_find_again(&roles, tape, d);
	if (!status)
		status = build(ret, tape, keys, &roles, opt, d);
	role_free(&roles);
	tape_free(tape);
	if (status < 0)
		log_free(ret);
	return status;
}

void log_free(struct log *log)
{
	for (size_t i = 0; i < log->nrun; i++) {
		free(log->run[i].name);
		free(log->run[i].step);
		free(log->run[i].lr);
		free(log->run[i].loss);
	}
	free(log->run);
	free(log->lr_name);
	free(log->loss_name);
	free(log->step_name);
	*log = (struct log){0};
}

/* --- columns ------------------------------------------------------------- */

/*
 * What a log has, for a user who has to name one.
 */

static int copy_columns(struct log_columns *ret, const struct pair_keys *keys,
	const struct tape *tape, const struct roles *roles, struct diag *d)
{
	size_t n = tape_nkey(tape);

	ret->column = calloc(n + 1, sizeof(*ret->column));
	if (!ret->column)
		return diag_nomem(d, n * sizeof(*ret->column));
	for (size_t i = 0; i < n; i++) {
		struct log_column *c = &ret->column[ret->n];
		struct tape_range range = tape_range_of(tape, i);

		c->name = strdup(pair_keys_name(keys, i));
		if (!c->name)
			return diag_nomem(d, strlen(pair_keys_name(keys, i)));
		c->role = pair_role_name((enum pair_role)roles->role[i]);
		c->n = range.n;
		c->min = range.min;
		c->max = range.max;
		ret->n++;
	}
	return 0;
}

int log_columns_read(struct log_columns *ret, struct source *s,
	const struct log_options *opt, struct diag *d)
{
	const struct pair_keys *keys = source_keys(s);
	struct tape *tape = NULL;
	struct roles roles = {0};
	struct diag none;
	int status;

	*ret = (struct log_columns){0};
	status = role_read(&tape, s, &opt->role, opt->tmpdir, true, d);
	if (!status && !pair_keys_n(keys))
		status = diag_set(
			d, DIAG_DATA, "nothing with a name; expected a log");
	/* What cannot be decided is just that. */
	if (!status && role_find(&roles, tape, keys, &opt->role, &none) < 0 &&
		(none.class == DIAG_NOMEM || none.class == DIAG_USAGE)) {
		*d = none;
		status = -1;
	}
	if (!status)
		status = copy_columns(ret, keys, tape, &roles, d);
	role_free(&roles);
	tape_free(tape);
	if (status < 0)
		log_columns_free(ret);
	return status;
}

void log_columns_free(struct log_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->column[i].name);
	free(c->column);
	*c = (struct log_columns){0};
}

size_t log_step_column(const struct csv_row *header, bool epochs)
{
	enum pair_role role = epochs ? PAIR_EPOCH : PAIR_STEP;
	unsigned best = PAIR_RANK_LOCAL;
	size_t ret = SIZE_MAX;

	for (size_t i = 0; i < header->ncell; i++) {
		const struct csv_cell *c = &header->cell[i];
		struct pair_meaning m;

		pair_mean(&m, c->p, c->n);
		if (m.rank[role] < best) {
			best = m.rank[role];
			ret = i;
		}
	}
	return ret;
}
