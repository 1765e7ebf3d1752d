/* SPDX-License-Identifier: MIT */
/*
 * --at -: a table that has steps, row by row, with the schedules' values at
 * them added.  Nothing is kept but the row at hand.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "file/input.h"
#include "file/output.h"
#include "log/log.h"
#include "lrsched.h"
#include "sched/sched.h"
#include "text/csv.h"

/* Put before a name that the table has already: of the rate that was logged. */
#define TAKEN "expected_"

struct join {
	struct lrsched_plan *plan;
	const struct lrsched_opts *o;
	struct csv_reader *csv;
	struct output *out;
	double horizon; /* the schedules are read for the steps below */
	size_t key;     /* the column of steps */
	size_t ncell;
	bool by_epoch; /* it counts epochs, and parts of them */
	char sep;
	struct buf line;
};

static bool has_column(const struct csv_row *row, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < row->ncell; i++)
		if (row->cell[i].n == n && memcmp(row->cell[i].p, name, n) == 0)
			return true;
	return false;
}

static bool same_cell(const struct csv_cell *a, const struct csv_cell *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* An epoch that is there already is not added again. */
static void drop_epoch(struct lrsched_plan *p, const struct csv_row *header)
{
	size_t n = 0;

	for (size_t i = 0; i < p->ncolumn; i++)
		if (p->column[i].kind != LRSCHED_EPOCH ||
			!has_column(header, "epoch"))
			p->column[n++] = p->column[i];
	p->ncolumn = n;
}

static int add_title(struct join *j, const struct csv_row *header,
	const char *title, struct diag *d)
{
	bool people = output_is_terminal(j->out);
	struct buf name = {0};
	int r;

	if (has_column(header, title))
		buf_adds(&name, TAKEN);
	buf_adds(&name, title);
	r = buf_end(&name, d);
	if (!r && has_column(header, name.data))
		r = diag_set(d, DIAG_USAGE,
			"the table has columns '%s' and '%s'; expected one of "
			"them at most",
			title, name.data);
	if (!r) {
		buf_addc(&j->line, j->sep);
		lrsched_title(&j->line, name.data, j->sep, people);
	}
	buf_free(&name);
	return r;
}

static int put_line(struct join *j, struct diag *d)
{
	int r;

	buf_addc(&j->line, '\n');
	r = output_buf(j->out, &j->line, d);
	buf_clear(&j->line);
	return r;
}

static int put_header(struct join *j, struct diag *d)
{
	struct lrsched_plan *p = j->plan;
	struct csv_row row;
	int r = csv_next(j->csv, &row, d);

	if (r < 0)
		return -1;
	if (r == 0)
		return diag_set(d, DIAG_DATA,
			"an empty file; expected a table with a header");
	j->ncell = row.ncell;
	j->sep = csv_separator(j->csv);
	j->by_epoch = spec_is_of_epochs(&p->schedule[0].spec, &j->o->sched);
	j->key = log_step_column(&row, j->by_epoch);
	if (j->key == SIZE_MAX)
		return diag_set(d, DIAG_DATA,
			"no column is known to be the %s; expected one called "
			"%s",
			j->by_epoch ? "epoch" : "step",
			j->by_epoch ? "epoch"
				    : "step, or --count epoch for a table of "
				      "epochs");
	for (size_t i = 0; i < row.ncell; i++)
		if (i != j->key && same_cell(&row.cell[i], &row.cell[j->key]))
			return diag_set(d, DIAG_DATA,
				"column '%.*s' twice; expected it once",
				(int)row.cell[i].n, row.cell[i].p);
	drop_epoch(p, &row);
	buf_add(&j->line, row.raw, row.nraw);
	for (size_t i = 0; i < p->ncolumn; i++)
		if (add_title(j, &row, p->column[i].title, d))
			return -1;
	return put_line(j, d);
}

/* The step in CELL; NAN if it is empty. */
static int read_step(const struct join *j, const struct csv_cell *cell,
	double *ret, struct diag *d)
{
	*ret = NAN;
	if (cell->n == 0)
		return 0;
	if (num_cell_double(cell->p, cell->n, ret) < 0)
		return diag_set(d, DIAG_DATA,
			"step '%.*s' is not a number; expected a whole one",
			(int)(cell->n < 40 ? cell->n : 40), cell->p);
	if (j->by_epoch)
		*ret = floor(*ret);
	if (*ret >= 0 && *ret < (double)SCHED_STEPS_MAX && *ret == floor(*ret))
		return 0;
	return diag_set(d, DIAG_DATA,
		"step %.*s; expected a whole number of 0 or more and below "
		"2^53",
		(int)(cell->n < 40 ? cell->n : 40), cell->p);
}

/* Makes STEP one that the schedules may be asked for. */
static int reach(struct join *j, double step, struct diag *d)
{
	for (size_t i = 0; i < j->plan->nschedule; i++) {
		const struct sched_table *t = &j->plan->schedule[i].spec.table;

		if (t->past_error && step >= t->past_end)
			return diag_set(d, DIAG_DATA,
				"step %.0f, and the schedule ends at step "
				"%.10g with past=error; expected none after it",
				step, t->past_end);
	}
	if (step < j->horizon)
		return 0;
	j->horizon =
		fmin(fmax(2 * j->horizon, step + 1), (double)SCHED_STEPS_MAX);
	return lrsched_plan_reach(j->plan, j->o, j->horizon, d);
}

static int add_cell(struct join *j, size_t k, double step, struct diag *d)
{
	const struct lrsched_plan *p = j->plan;
	const struct lrsched_column *c = &p->column[k];
	char text[LRSCHED_CELL_MAX];
	size_t n = 0;
	double v = 0;

	if (!isnan(step)) {
		if (c->kind == LRSCHED_VALUE &&
			lrsched_values(p, c, (uint64_t)step, 1, &v, d))
			return -1;
		n = lrsched_cell(p, k, (uint64_t)step, v, text);
	}
	buf_addc(&j->line, j->sep);
	buf_add(&j->line, text, n);
	return 0;
}

static int put_row(struct join *j, const struct csv_row *row, struct diag *d)
{
	struct lrsched_plan *p = j->plan;
	double step;

	if (row->ncell != j->ncell)
		return diag_set(d, DIAG_DATA, "%zu cells; expected %zu",
			row->ncell, j->ncell);
	if (read_step(j, &row->cell[j->key], &step, d) ||
		(!isnan(step) && reach(j, step, d)))
		return -1;
	buf_add(&j->line, row->raw, row->nraw);
	for (size_t i = 0; i < p->ncolumn; i++)
		if (add_cell(j, i, step, d))
			return -1;
	return put_line(j, d);
}

static int put_rows(struct join *j, struct diag *d)
{
	struct csv_row row;
	int r;

	while ((r = csv_next(j->csv, &row, d)) > 0)
		if (put_row(j, &row, d))
			return diag_at(d, "%llu", (unsigned long long)row.line);
	return r;
}

int lrsched_join(struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d)
{
	struct join j = {.plan = p,
		.o = o,
		.out = out,
		.horizon = (double)SCHED_STEPS_MAX};
	struct input in;
	int r;

	for (size_t i = 0; i < p->nschedule; i++)
		j.horizon = fmin(j.horizon, p->schedule[i].horizon);
	if (cli_check_input(o->output, "-", d) || input_open(&in, NULL, d))
		return -1;
	r = csv_open(&j.csv, &in, '\0', d);
	if (!r) {
		csv_keep_raw(j.csv);
		r = put_header(&j, d) || put_rows(&j, d);
		if (r)
			diag_at(d, "%s", in.name);
	}
	csv_close(j.csv);
	buf_free(&j.line);
	input_close(&in);
	return r ? -1 : 0;
}
