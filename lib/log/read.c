/* SPDX-License-Identifier: MIT */
/* Logs as runs of step, rate and loss, and what their columns are. */
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

/* --- records ------------------------------------------------------------- */

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

static int build(struct log *ret, struct tape *tape,
	const struct pair_keys *keys, const struct roles *roles,
	const struct log_options *opt, struct diag *d)
{
	struct log_records *records;
	size_t n = 0;
	int status = log_records_new(&records, tape, roles, opt, d);

	if (!status)
		status = add_lines(records, tape, d);
	if (!status)
		status = log_records_finish(records, ret, d);
	log_records_free(records);
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
