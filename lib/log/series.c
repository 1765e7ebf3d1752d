/* SPDX-License-Identifier: MIT */
/*
 * Rows as columns, and what may be one update told in several rows: a rate here
 * and a loss there, the losses of several ranks or micro-batches, which are
 * averaged.  A column of epochs stands in for one of steps if each has one row.
 */
#include "log/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"

#define CAP_MIN 256

static int grow_column(double **column, size_t cap, struct diag *d)
{
	double *p = realloc(*column, cap * sizeof(*p));

	if (!p)
		return diag_nomem(d, cap * sizeof(*p));
	*column = p;
	return 0;
}

static int grow(struct log_series *s, struct diag *d)
{
	size_t cap = s->cap ? s->cap + s->cap / 2 : CAP_MIN;
	unsigned char *has;

	if (grow_column(&s->step, cap, d) < 0 ||
		grow_column(&s->lr, cap, d) < 0 ||
		(!s->rates_only && grow_column(&s->loss, cap, d) < 0))
		return -1;
	has = realloc(s->has, cap);
	if (!has)
		return diag_nomem(d, cap);
	s->has = has;
	s->cap = cap;
	return 0;
}

int log_series_add(
	struct log_series *s, const struct log_row *row, struct diag *d)
{
	s->new_epoch |= row->epoch > s->epoch;
	s->epoch = isnan(row->epoch) ? s->epoch : row->epoch;
	if (!row->has_lr && !row->has_loss)
		return 0;
	if (s->n == s->cap && grow(s, d) < 0)
		return -1;
	s->step[s->n] = row->has_step ? row->step : NAN;
	s->lr[s->n] = row->lr;
	if (s->loss)
		s->loss[s->n] = row->loss;
	s->has[s->n] = (unsigned char)((row->has_lr ? SERIES_LR : 0) |
				       (row->has_loss ? SERIES_LOSS : 0) |
				       (s->new_epoch ? SERIES_EPOCH : 0));
	s->new_epoch = false;
	s->n++;
	return 0;
}

void log_series_move(struct log_series *s, size_t to, size_t from)
{
	s->step[to] = s->step[from];
	s->lr[to] = s->lr[from];
	if (s->loss)
		s->loss[to] = s->loss[from];
	s->has[to] = s->has[from];
}

static bool has(const struct log_series *s, size_t i, unsigned what)
{
	return s->has[i] & what;
}

/* Rows without a step, where there is a column of them. */
static void drop_stepless(struct log_series *s)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++)
		if (!isnan(s->step[i]))
			log_series_move(s, n++, i);
	s->n = n;
}

/* Counts the rows with a loss, or of rates, from 0. */
static void count_rows(struct log_series *s)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (!has(s, i, SERIES_LOSS))
			continue;
		s->step[i] = (double)n;
		log_series_move(s, n++, i);
	}
	s->n = n;
}

/*
 * What a column of epochs counts: epochs or parts of them if no two rows in a
 * row are of the same, else nothing but how many rows an epoch has.  Where only
 * rates are read and nothing says how many steps it has, a row that repeats the
 * one before is none.
 */
static enum log_unit unit_of_epochs(
	const struct log_series *s, size_t *epoch_rows_ret)
{
	enum log_unit unit = LOG_EPOCHS;
	size_t count = 0;
	double last = NAN, last_lr = NAN;
	bool once = s->rates_only && !(s->epoch_steps > 0);

	*epoch_rows_ret = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (!has(s, i, SERIES_LOSS))
			continue;
		if (isnan(s->step[i]))
			return LOG_ROWS;
		if (s->step[i] != floor(s->step[i]))
			unit = LOG_EPOCH_PARTS;
		if (once && s->step[i] == last && s->lr[i] == last_lr)
			continue;
		count = s->step[i] == last ? count + 1 : 1;
		last = s->step[i];
		last_lr = s->lr[i];
		if (count > *epoch_rows_ret)
			*epoch_rows_ret = count;
	}
	if (*epoch_rows_ret <= 1)
		return unit;
	if (unit == LOG_EPOCH_PARTS)
		*epoch_rows_ret = 0;
	return LOG_ROWS;
}

/*
 * Adds what row I tells to row K before it, if it is about the same update;
 * COUNT losses are in K's so far.
 */
static bool merge(struct log_series *s, size_t k, size_t i, size_t *count,
	struct log_run *ret)
{
	unsigned both = s->has[k] & s->has[i];

	if (s->step[k] != s->step[i])
		return false;
	if (both & SERIES_LR && both & SERIES_LOSS && s->lr[k] != s->lr[i])
		return false;
	if (has(s, i, SERIES_LR))
		s->lr[k] = s->lr[i];
	s->has[k] |= s->has[i];
	if (!s->loss || !has(s, i, SERIES_LOSS))
		return true;
	if (!(both & SERIES_LOSS) ||
		(!isfinite(s->loss[k]) && !isnan(s->loss[i])))
		s->loss[k] = s->loss[i];
	else if (isfinite(s->loss[k]) && isfinite(s->loss[i])) {
		ret->nmean += *count == 1 && s->loss[k] != s->loss[i];
		s->loss[k] += (s->loss[i] - s->loss[k]) / (double)++*count;
	}
	return true;
}

static void merge_steps(struct log_series *s, struct log_run *ret)
{
	size_t n = 0, losses = 1, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (n && merge(s, n - 1, i, &losses, ret))
			continue;
		log_series_move(s, n++, i);
		losses = 1;
	}
	s->n = n;
}

static int check_unit(
	enum log_unit unit, const struct log_rates *rates, struct diag *d)
{
	if (!rates || !log_rates_by_epoch(rates) || unit == LOG_EPOCHS)
		return 0;
	return diag_set(d, DIAG_DATA,
		"rows that are no epochs, and a table of rates by epoch; "
		"expected one by step");
}

/* Rows that have both stay. */
static void keep_records(struct log_series *s, const struct log_rates *rates)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (rates) {
			s->lr[i] = log_rates_at(rates, s->step[i]);
			s->has[i] =
				(unsigned char)((s->has[i] & SERIES_LOSS) |
						(isnan(s->lr[i]) ? 0
								 : SERIES_LR));
		}
		if (has(s, i, SERIES_LR) && has(s, i, SERIES_LOSS))
			log_series_move(s, n++, i);
	}
	s->n = n;
}

int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d)
{
	*ret = (struct log_run){.unit = unit, .nvalid = s->nvalid};
	if (unit == LOG_EPOCHS)
		ret->unit = unit_of_epochs(s, &ret->epoch_rows);
	if (check_unit(ret->unit, rates, d) < 0)
		return -1;
	if (ret->unit == LOG_ROWS ||
		(ret->unit == LOG_EPOCH_PARTS && !epochs_only))
		count_rows(s);
	else
		drop_stepless(s);
	merge_steps(s, ret);
	if (log_series_order(s, ret, d) < 0)
		return -1;
	keep_records(s, rates);
	ret->name = s->name;
	ret->step = s->step;
	ret->lr = s->lr;
	ret->loss = s->loss;
	ret->n = s->n;
	free(s->has);
	*s = (struct log_series){0};
	return 0;
}

void log_series_free(struct log_series *s)
{
	free(s->name);
	free(s->step);
	free(s->lr);
	free(s->loss);
	free(s->has);
	*s = (struct log_series){0};
}
