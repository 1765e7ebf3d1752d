/* SPDX-License-Identifier: MIT */
/*
 * The rate by step: from a table, read strictly, as it is our own, or from
 * whatever can tell it.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "log/log.h"
#include "log/log_impl.h"
#include "text/csv.h"

struct rate {
	double step, lr;
};

struct log_rates {
	struct rate *rate; /* steps rise */
	size_t n, cap;
	bool by_epoch; /* they are epochs */
	/* In place of all that, if not NULL. */
	double (*at)(const void *ctx, double step);
	const void *ctx;
};

static size_t count_columns(
	const struct csv_row *row, const char *name, size_t *last_ret)
{
	size_t count = 0;

	for (size_t i = 0; i < row->ncell; i++) {
		if (str_is(row->cell[i].p, row->cell[i].n, name)) {
			*last_ret = i;
			count++;
		}
	}
	return count;
}

static int find_column(size_t *ret, const struct csv_row *row, const char *name,
	struct diag *d)
{
	size_t count = count_columns(row, name, ret);

	if (count == 1)
		return 0;
	diag_set(d, DIAG_DATA, "%zu columns named %s; expected one", count,
		name);
	return diag_at(d, "%llu", (unsigned long long)row->line);
}

static int read_cell(double *ret, const struct csv_row *row, size_t column,
	const char *name, struct diag *d)
{
	const struct csv_cell *c = &row->cell[column];

	if (num_cell_double(c->p, c->n, ret) == 0 && isfinite(*ret))
		return 0;
	diag_set(d, DIAG_DATA, "%s is '%.*s'; expected a finite number", name,
		c->n < 60 ? (int)c->n : 60, c->p);
	return diag_at(d, "%llu", (unsigned long long)row->line);
}

static int add_rate(struct log_rates *r, struct rate rate, struct diag *d)
{
	if (array_reserve(&r->rate, &r->cap, r->n + 1, sizeof(rate), d))
		return -1;
	r->rate[r->n++] = rate;
	return 0;
}

static int read_row(struct log_rates *r, const struct csv_row *row, size_t ncol,
	size_t step, size_t lr, struct diag *d)
{
	struct rate rate;

	if (row->cut) {
		diag_set(d, DIAG_DATA,
			"the last line has no end; expected all of the table");
		return diag_at(d, "%llu", (unsigned long long)row->line);
	}
	if (row->ncell != ncol) {
		diag_set(d, DIAG_DATA,
			"%zu cells; expected %zu, as in the header", row->ncell,
			ncol);
		return diag_at(d, "%llu", (unsigned long long)row->line);
	}
	if (read_cell(&rate.step, row, step, "step", d) < 0 ||
		read_cell(&rate.lr, row, lr, "lr", d) < 0)
		return -1;
	if (r->n && rate.step <= r->rate[r->n - 1].step) {
		diag_set(d, DIAG_DATA,
			"step %.17g after %.17g; expected "
			"rising steps",
			rate.step, r->rate[r->n - 1].step);
		return diag_at(d, "%llu", (unsigned long long)row->line);
	}
	return add_rate(r, rate, d);
}

static int read_table(
	struct log_rates *r, struct csv_reader *csv, struct diag *d)
{
	struct csv_row row;
	size_t ncol, step = 0, lr = 0;
	int got = csv_next(csv, &row, d);

	if (got == 0)
		return diag_set(d, DIAG_DATA,
			"nothing; expected a table with columns step and lr");
	if (got < 0)
		return -1;
	r->by_epoch = !count_columns(&row, "step", &step) &&
		      count_columns(&row, "epoch", &step);
	if (find_column(&step, &row, r->by_epoch ? "epoch" : "step", d) < 0 ||
		find_column(&lr, &row, "lr", d) < 0)
		return -1;
	ncol = row.ncell;
	while ((got = csv_next(csv, &row, d)) > 0)
		if (read_row(r, &row, ncol, step, lr, d) < 0)
			return -1;
	return got;
}

int log_rates_read(struct log_rates **ret, struct input *in, struct diag *d)
{
	struct log_rates *r = calloc(1, sizeof(*r));
	struct csv_reader *csv;
	int status;

	*ret = NULL;
	if (!r)
		return diag_nomem(d, sizeof(*r));
	status = line_kind_open(&csv, in, d);
	if (!status)
		status = read_table(r, csv, d);
	csv_close(csv);
	if (status < 0)
		log_rates_free(r);
	else
		*ret = r;
	return status;
}

int log_rates_of(struct log_rates **ret,
	double (*at)(const void *ctx, double step), const void *ctx,
	struct diag *d)
{
	struct log_rates *r = calloc(1, sizeof(*r));

	if (!r)
		return diag_nomem(d, sizeof(*r));
	r->at = at;
	r->ctx = ctx;
	*ret = r;
	return 0;
}

void log_rates_free(struct log_rates *r)
{
	if (!r)
		return;
	free(r->rate);
	free(r);
}

bool log_rates_by_epoch(const struct log_rates *r)
{
	return r->by_epoch;
}

double log_rates_at(const struct log_rates *r, double step)
{
	struct bisect b = bisect(0, r->n);

	if (r->at)
		return r->at(r->ctx, step);
	while (bisect_next(&b))
		bisect_answer(&b, r->rate[b.mid].step < step);
	return b.lo < r->n && r->rate[b.lo].step == step ? r->rate[b.lo].lr
							 : NAN;
}
