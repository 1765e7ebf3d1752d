/* SPDX-License-Identifier: MIT */
/* Tables with a header as logs, and what their columns are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "log/log.h"
#include "log/log_impl.h"
#include "text/csv.h"

/* --- reading ------------------------------------------------------------- */

/*
 * A table with a header as a log. for what it puts up with.
 */

/* A column of more values tells steps or rates, not runs. */
#define NRUN_MAX 10000

struct reader {
	const struct log_options *opt;
	struct csv_reader *csv;
	struct log_map map;
	bool comma; /* decimal commas: the separator is another */
	struct log_series *series;
	size_t nseries, cap;
	size_t last; /* the series of the row before */
	uint64_t nrow, nvalid;
	bool cut; /* the last line was */
};

static int fail_cell(const struct csv_row *row, const struct csv_cell *cell,
	enum log_role role, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%s is '%.*s'; expected a number",
		log_role_name(role), cell->n < 60 ? (int)cell->n : 60, cell->p);
	return diag_at(d, "%llu", (unsigned long long)row->line);
}

/* A column the row is too short for has no value. */
static int read_number(const struct reader *r, const struct csv_row *row,
	size_t column, enum log_role role, double *ret, bool *has,
	struct diag *d)
{
	const struct csv_cell *cell;

	*has = false;
	*ret = NAN;
	if (column >= row->ncell)
		return 0;
	cell = &row->cell[column];
	switch (log_cell(cell->p, cell->n, r->comma, ret)) {
	case CELL_NUMBER: *has = true; return 0;
	case CELL_NONE: return 0;
	default: return fail_cell(row, cell, role, d);
	}
}

static int read_loss(const struct reader *r, const struct csv_row *row,
	struct log_row *out, struct diag *d)
{
	double sum = 0;
	bool has_all = true;

	for (size_t i = 0; i < r->map.nloss; i++) {
		double x;
		bool has;

		if (read_number(
			    r, row, r->map.loss[i], ROLE_LOSS, &x, &has, d) < 0)
			return -1;
		sum += x;
		has_all &= has;
	}
	out->loss = r->opt->metric ? -sum : sum;
	out->has_loss = has_all;
	return 0;
}

/* Epochs that are no numbers are as good as none. */
static int read_step(const struct reader *r, const struct csv_row *row,
	struct log_row *out, struct diag *d)
{
	bool has_epoch;
	struct diag none;

	if (read_number(r, row, r->map.epoch, ROLE_EPOCH, &out->epoch,
		    &has_epoch, &none) < 0)
		out->epoch = NAN;
	if (r->map.step == MAP_NONE) {
		out->step = out->epoch;
		out->has_step = has_epoch;
	} else if (read_number(r, row, r->map.step, ROLE_STEP, &out->step,
			   &out->has_step, d) < 0)
		return -1;
	out->has_step &= isfinite(out->step) != 0;
	return 0;
}

static int read_values(const struct reader *r, const struct csv_row *row,
	struct log_row *out, struct diag *d)
{
	*out = (struct log_row){.lr = NAN};
	if (read_loss(r, row, out, d) < 0)
		return -1;
	if (r->map.lr != MAP_NONE && read_number(r, row, r->map.lr, ROLE_LR,
					     &out->lr, &out->has_lr, d) < 0)
		return -1;
	out->has_lr &= isfinite(out->lr) != 0;
	if (r->opt->rates_only)
		out->has_loss = out->has_lr;
	return read_step(r, row, out, d);
}

/* A row of validation has a loss, and a step, that are of no training. */
static bool is_validation(const struct reader *r, const struct csv_row *row)
{
	size_t phase = r->map.phase;

	return phase < row->ncell &&
	       log_is_validation(row->cell[phase].p, row->cell[phase].n);
}

static bool is_of_run(const struct log_series *s, const struct csv_cell *name)
{
	return strlen(s->name) == name->n && !memcmp(s->name, name->p, name->n);
}

static int add_series(
	struct reader *r, const struct csv_cell *name, struct diag *d)
{
	struct log_series s = {.rates_only = r->opt->rates_only,
		.epoch = NAN,
		.epoch_steps = r->opt->epoch_steps};

	if (r->nseries == NRUN_MAX)
		return diag_set(d, DIAG_DATA,
			"more than %d runs; expected a column of run names",
			NRUN_MAX);
	if (r->nseries == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 4;
		struct log_series *p = realloc(r->series, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		r->series = p;
		r->cap = cap;
	}
	if (name) {
		s.name = strndup(name->p, name->n);
		if (!s.name)
			return diag_nomem(d, name->n);
	}
	r->last = r->nseries;
	r->series[r->nseries++] = s;
	return 0;
}

/* Sets r->last to the series of the row. */
static int find_series(
	struct reader *r, const struct csv_row *row, struct diag *d)
{
	static const struct csv_cell none = {"", 0};
	const struct csv_cell *name = &none;

	if (r->map.run == MAP_NONE)
		return r->nseries ? 0 : add_series(r, NULL, d);
	if (r->map.run < row->ncell)
		name = &row->cell[r->map.run];
	if (r->nseries && is_of_run(&r->series[r->last], name))
		return 0;
	for (r->last = 0; r->last < r->nseries; r->last++)
		if (is_of_run(&r->series[r->last], name))
			return 0;
	return add_series(r, name, d);
}

static int take_row(struct reader *r, const struct csv_row *row, struct diag *d)
{
	struct log_row values;
	struct log_map again;
	struct diag not_header;

	if (row->ncell > r->map.ncol || read_values(r, row, &values, d) < 0) {
		if (log_map(&again, row, r->opt, &not_header) == 0) {
			r->map = again;
			return 0;
		}
		if (not_header.class == DIAG_NOMEM) {
			*d = not_header;
			return -1;
		}
		if (row->ncell <= r->map.ncol)
			return -1;
		diag_set(d, DIAG_DATA,
			"%zu cells; expected %zu, as in the header%s",
			row->ncell, r->map.ncol,
			r->comma ? ""
				 : " (decimal commas need ; between the "
				   "cells)");
		return diag_at(d, "%llu", (unsigned long long)row->line);
	}
	if (find_series(r, row, d) < 0)
		return -1;
	if (is_validation(r, row)) {
		r->nvalid++;
		r->series[r->last].nvalid++;
		return 0;
	}
	if (r->map.step != MAP_NONE && !values.has_step)
		return 0;
	return log_series_add(&r->series[r->last], &values, d);
}

static int read_rows(struct reader *r, struct diag *d)
{
	struct csv_row row;
	int got = csv_next(r->csv, &row, d);

	if (got == 0)
		return diag_set(d, DIAG_DATA,
			"nothing; expected a table with a header");
	if (got < 0 || log_map(&r->map, &row, r->opt, d) < 0)
		return -1;
	while ((got = csv_next(r->csv, &row, d)) > 0) {
		r->cut = row.cut;
		if (!row.cut && take_row(r, &row, d) < 0)
			return -1;
		r->nrow += !row.cut;
	}
	return got;
}

static int finish_series(
	struct reader *r, size_t i, struct log_run *ret, struct diag *d)
{
	const struct log_options *opt = r->opt;
	enum log_unit unit = r->map.step != MAP_NONE    ? LOG_STEPS
			     : r->map.epoch != MAP_NONE ? LOG_EPOCHS
							: LOG_ROWS;

	if (log_series_finish(&r->series[i], unit, opt->epoch_parts, opt->rates,
		    ret, d) < 0)
		return -1;
	if (!r->map.step_is_epoch)
		return 0;
	ret->unit = LOG_EPOCHS;
	for (size_t k = 0; k < ret->n; k++)
		if (ret->step[k] != floor(ret->step[k]))
			ret->unit = LOG_EPOCH_PARTS;
	return 0;
}

/* Why there is nothing. */
static int fail_empty(const struct reader *r, struct diag *d)
{
	if (r->nrow == 0)
		return diag_set(d, DIAG_DATA, "%s; expected a log",
			r->cut ? "no row after the header that ends in a "
				 "newline"
			       : "no row after the header");
	if (r->nvalid == r->nrow)
		return diag_set(d, DIAG_DATA,
			"all rows are of validation; expected some of "
			"training");
	if (r->opt->rates_only)
		return diag_set(d, DIAG_DATA,
			"no step has a rate; expected numbers in both columns");
	return diag_set(d, DIAG_DATA,
		r->opt->rates ? "no step with a loss is in the table of rates; "
				"expected the steps of the log there"
			      : "no step has both a rate and a loss; expected "
				"them in one row, or in rows of the same step, "
				"or --lr-table FILE");
}

static int finish(struct reader *r, struct log *ret, struct diag *d)
{
	size_t n = 0;

	ret->run = calloc(r->nseries + 1, sizeof(*ret->run));
	if (!ret->run)
		return diag_nomem(d, r->nseries * sizeof(*ret->run));
	ret->cut = r->cut;
	ret->nlr = r->map.nlr;
	for (size_t i = 0; i < r->nseries; i++) {
		if (finish_series(r, i, &ret->run[i], d) < 0)
			return -1;
		ret->nrun++;
		n += ret->run[i].n;
	}
	return n ? 0 : fail_empty(r, d);
}

int log_read(struct log *ret, struct input *in, const struct log_options *opt,
	struct diag *d)
{
	struct reader r = {.opt = opt};
	int status;

	*ret = (struct log){0};
	status = log_kind_open(&r.csv, in, opt, d);
	r.comma = !status && csv_separator(r.csv) != ',';
	if (!status)
		status = read_rows(&r, d);
	if (!status)
		status = finish(&r, ret, d);
	csv_close(r.csv);
	for (size_t i = 0; i < r.nseries; i++)
		log_series_free(&r.series[i]);
	free(r.series);
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
	*log = (struct log){0};
}

/* --- columns ------------------------------------------------------------- */

/*
 * The columns of a log, for a user who has to name one.
 */

static int copy_columns(struct log_columns *ret, const struct csv_row *row,
	const struct log_options *opt, struct diag *d)
{
	struct log_best best = log_map_best(row);

	ret->column = calloc(row->ncell, sizeof(*ret->column));
	if (!ret->column)
		return diag_nomem(d, row->ncell * sizeof(*ret->column));
	for (size_t i = 0; i < row->ncell; i++) {
		struct log_column *c = &ret->column[i];
		enum log_role role = log_map_guess(row, i, &best, opt);

		c->name = strndup(row->cell[i].p, row->cell[i].n);
		if (!c->name)
			return diag_nomem(d, row->cell[i].n);
		c->role = role == NROLE ? "" : log_role_name(role);
		ret->n++;
	}
	return 0;
}

int log_columns_read(struct log_columns *ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	struct csv_reader *csv;
	struct csv_row row;
	int got;

	*ret = (struct log_columns){0};
	if (log_kind_open(&csv, in, opt, d) < 0)
		return -1;
	got = csv_next(csv, &row, d);
	if (got == 0)
		got = diag_set(d, DIAG_DATA,
			"nothing; expected a table with a header");
	else if (got > 0)
		got = copy_columns(ret, &row, opt, d);
	csv_close(csv);
	if (got < 0)
		log_columns_free(ret);
	return got;
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
	size_t best = SIZE_MAX;
	unsigned best_fit = 0;

	for (size_t i = 0; i < header->ncell; i++) {
		const struct csv_cell *c = &header->cell[i];
		unsigned fit = log_name_fit(
			epochs ? ROLE_EPOCH : ROLE_STEP, c->p, c->n);

		if (fit > best_fit) {
			best_fit = fit;
			best = i;
		}
	}
	return best;
}
