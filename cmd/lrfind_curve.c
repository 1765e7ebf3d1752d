/* SPDX-License-Identifier: MIT */
/* -f curve: the points of a range test as they are read, and smoothed. */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "lrfind.h"

static const struct rows_column column[] = {
	{"run", ROWS_TEXT, ROWS_SHOWN},
	{"step", ROWS_NUMBER, ROWS_SHOWN},
	{"lr", ROWS_NUMBER, ROWS_SHOWN},
	{"raw", ROWS_NUMBER, ROWS_SHOWN},
	{"smoothed", ROWS_NUMBER, ROWS_SHOWN},
};

void lrfind_curve_begin(struct rows *rows, const struct output *out)
{
	rows_begin(rows, ROWS_CSV, out, column, ARRAY_SIZE(column));
}

/* The smoothed loss at rate LR, NAN beyond the curve. */
static double smoothed_at(const struct curve_trace *t, double lr)
{
	size_t lo = bisect_from(t->lr, t->n, lr);
	double share;

	/* A bin's mean rate is not quite that of its only point. */
	if (lo < t->n && fabs(log(t->lr[lo] / lr)) < 1e-9)
		return t->loss[lo];
	if (lo > 0 && fabs(log(t->lr[lo - 1] / lr)) < 1e-9)
		return t->loss[lo - 1];
	if (lo == 0 || lo == t->n)
		return NAN;
	share = log(lr / t->lr[lo - 1]) / log(t->lr[lo] / t->lr[lo - 1]);
	return t->loss[lo - 1] + share * (t->loss[lo] - t->loss[lo - 1]);
}

int lrfind_print_curve(struct lrfind_page *p, const char *run,
	const struct curve *c, double sign, struct diag *d)
{
	struct curve_trace *t = malloc(sizeof(*t));
	int status;

	if (!t)
		return diag_nomem(d, sizeof(*t));
	status = curve_trace(c, t, d);
	for (size_t i = 0; i < c->n && !status; i++) {
		bool in = c->step[i] >= t->step_lo && c->step[i] <= t->step_hi;

		rows_text(&p->rows, run);
		rows_double(&p->rows, c->step[i]);
		rows_double(&p->rows, c->lr[i]);
		rows_double(&p->rows, sign * c->loss[i]);
		rows_double(&p->rows, in && c->lr[i] > 0
					      ? sign * smoothed_at(t, c->lr[i])
					      : NAN);
		rows_end(&p->rows);
	}
	free(t);
	return status;
}
