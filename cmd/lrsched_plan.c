/* SPDX-License-Identifier: MIT */
/*
 * From options to a plan: base rate, epochs, length, which rows, which
 * columns.  A schedule whose length is not given is read twice, first for the
 * length it has by itself.
 */
#include "lrsched.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "sched/sched.h"

#define STEPS_MAX ((double)SCHED_STEPS_MAX)

/* Samples and batch as one option: S/B rounds up, S//B down. */
static int epoch_steps(const char *s, double *ret, struct diag *d)
{
	char samples[64];
	const char *slash = strchr(s, '/'), *batch;
	double a, b;

	if (!slash)
		return num_arg_double("-e", s, 1, STEPS_MAX, ret, d);
	batch = slash[1] == '/' ? slash + 2 : slash + 1;
	if ((size_t)(slash - s) >= sizeof(samples))
		return diag_set(d, DIAG_USAGE,
			"-e: '%s' is too long; expected SAMPLES/BATCH", s);
	memcpy(samples, s, (size_t)(slash - s));
	samples[slash - s] = '\0';
	if (num_arg_double("-e SAMPLES", samples, 1, STEPS_MAX, &a, d) ||
		num_arg_double("-e BATCH", batch, 1, STEPS_MAX, &b, d))
		return -1;
	*ret = slash[1] == '/' ? floor(a / b) : ceil(a / b);
	if (*ret >= 1)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"-e: %s is no whole batch; expected SAMPLES >= BATCH", s);
}

static bool is(const char *s, const char *word)
{
	return strcmp(s, word) == 0;
}

static int positive(
	const char *what, const char *s, double *ret, struct diag *d)
{
	return num_arg_double(what, s, DBL_MIN, DBL_MAX, ret, d);
}

/* The base rate: -l, scaled by the batch. */
static int base_rate(const struct lrsched_opts *o, double *ret, struct diag *d)
{
	double batch, ref;

	*ret = 1;
	if (o->lr && positive("-l", o->lr, ret, d))
		return -1;
	if (o->scale && !is(o->scale, "linear") && !is(o->scale, "sqrt"))
		return diag_set(d, DIAG_USAGE,
			"--scale: '%s' is no rule; expected linear or sqrt",
			o->scale);
	if (!o->batch != !o->ref_batch)
		return diag_set(d, DIAG_USAGE, "%s without %s; expected both",
			o->batch ? "--batch" : "--ref-batch",
			o->batch ? "--ref-batch" : "--batch");
	if (!o->batch)
		return o->scale ? diag_set(d, DIAG_USAGE,
					  "--scale without --batch; expected "
					  "--batch B --ref-batch B0")
				: 0;
	if (positive("--batch", o->batch, &batch, d) ||
		positive("--ref-batch", o->ref_batch, &ref, d))
		return -1;
	if (o->scale && is(o->scale, "sqrt"))
		*ret *= sqrt(batch / ref);
	else
		*ret = *ret * batch / ref;
	return 0;
}

/* S as a whole number of steps in [LO, 2^53). */
static int whole_steps(const char *what, const char *s, double lo,
	const struct sched_env *env, uint64_t *ret, struct diag *d)
{
	double v;

	if (sched_arg_steps(what, s, env, &v, d))
		return -1;
	if (v < lo || v > STEPS_MAX - 1 || v != floor(v))
		return diag_set(d, DIAG_USAGE,
			"%s: %s is %.16g steps; expected a whole number, %g or "
			"more and below 2^53",
			what, s, v, lo);
	*ret = (uint64_t)v;
	return 0;
}

static int read_words(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	sched_table_free(&p->table);
	return sched_words(&p->table, o->word, o->nword, &p->env, &p->where, d);
}

/* -n 4c: the end of the fourth cycle of the first cyclic part. */
static int whole_cycles(
	struct lrsched_plan *p, const char *s, double count, struct diag *d)
{
	double end = NAN;
	size_t i;

	if (count < 1 || count != floor(count) || count > SCHED_CYCLES_MAX)
		return diag_set(d, DIAG_USAGE,
			"-n: '%s' is not a whole number of cycles; expected 1c "
			"to %dc",
			s, SCHED_CYCLES_MAX);
	for (i = 0; i < p->table.n && isnan(end); i++)
		end = sched_cycle_end(p->table.column[i].node, (uint64_t)count);
	if (isnan(end))
		return diag_set(d, DIAG_USAGE,
			"-n: no segment has %.0f cycles; expected steps "
			"or epochs",
			count);
	if (p->table.needs_steps)
		return diag_set(d, DIAG_USAGE,
			"-n: %s, but word %zu takes its length from -n; "
			"expected a length in steps or epochs there",
			s, p->table.needs_steps);
	p->env.steps = ceil(end);
	return 0;
}

static int needs_steps(const struct lrsched_plan *p, struct diag *d)
{
	if (p->table.needs_steps)
		return diag_set(d, DIAG_USAGE,
			"word %zu takes its length from the schedule's; "
			"expected -n or a length",
			p->table.needs_steps);
	return 0;
}

/* The length that the words have by themselves, or in cycles. */
static int own_length(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	size_t n = o->steps ? strlen(o->steps) : 0, read;
	double count = 0;

	p->own_length = true;
	if (read_words(p, o, d))
		return -1;
	if (n) {
		read = num_scan_double(o->steps, n, &count);
		if (read + 1 != n)
			count = 0;
		return whole_cycles(p, o->steps, count, d);
	}
	if (needs_steps(p, d))
		return -1;
	if (isfinite(p->table.len))
		p->env.steps = ceil(p->table.len);
	else if (!o->at && !o->rows && !o->explain)
		return diag_set(d, DIAG_USAGE,
			"the schedule has no end of its own; expected -n");
	return 0;
}

static int resolve_steps(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	size_t n = o->steps ? strlen(o->steps) : 0;

	p->env.steps = p->env.horizon = NAN;
	if (!o->steps || (n && o->steps[n - 1] == 'c'))
		return own_length(p, o, d);
	if (strchr(o->steps, '%'))
		return diag_set(d, DIAG_USAGE,
			"-n: %s is relative to -n; expected steps, epochs "
			"(32ep) or cycles (4c)",
			o->steps);
	if (sched_arg_steps("-n", o->steps, &p->env, &p->env.steps, d))
		return -1;
	p->env.steps = ceil(p->env.steps);
	if (p->env.steps >= 1 && p->env.steps < STEPS_MAX)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"-n: %s is out of range; expected steps above 0 and below 2^53",
		o->steps);
}

static uint64_t last_row(const struct lrsched_plan *p)
{
	return p->start + (p->nrow ? p->nrow - 1 : 0) * p->every;
}

/* Which rows: start, stride, count. */
static int resolve_rows(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	uint64_t n = isnan(p->env.steps) ? 0 : (uint64_t)p->env.steps;

	p->every = 1;
	if (o->start && whole_steps("-s", o->start, 0, &p->env, &p->start, d))
		return -1;
	if (o->every && whole_steps("-k", o->every, 1, &p->env, &p->every, d))
		return -1;
	if (o->at && whole_steps("--at", o->at, 0, &p->env, &p->start, d))
		return -1;
	if (n > p->start)
		p->nrow = (n - p->start + p->every - 1) / p->every;
	if (o->rows &&
		num_arg_u64("--rows", o->rows, 0, SCHED_STEPS_MAX, &p->nrow, d))
		return -1;
	if (o->at)
		p->nrow = 1;
	if (p->nrow > (SCHED_STEPS_MAX - p->start) / p->every)
		return diag_set(
			d, DIAG_USAGE, "the last row would be above step 2^53");
	p->env.horizon = fmax(n ? (double)n : 1, (double)last_row(p) + 1);
	/* Without a length, --explain shows as many cycles as it likes. */
	if (o->explain && !n)
		p->env.horizon = NAN;
	return 0;
}

static int add_column(struct lrsched_plan *p, enum lrsched_kind kind,
	const char *name, const struct sched *node, struct diag *d)
{
	struct lrsched_column *c;

	c = realloc(p->column, (p->ncolumn + 1) * sizeof(*c));
	if (!c)
		return diag_nomem(d, (p->ncolumn + 1) * sizeof(*c));
	p->column = c;
	c[p->ncolumn++] = (struct lrsched_column){kind, name, node};
	return 0;
}

/* step, the values, epoch. */
static int all_columns(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	const struct sched_column *c = p->table.column;
	const char *name;
	size_t i;

	if (!o->at && add_column(p, LRSCHED_STEP, "step", NULL, d))
		return -1;
	for (i = 0; i < p->table.n; i++) {
		name = c[i].name                  ? c[i].name
		       : c[i].uses_base && !o->lr ? "factor"
						  : "lr";
		if (add_column(p, LRSCHED_VALUE, name, c[i].node, d))
			return -1;
	}
	if (o->epoch_steps && add_column(p, LRSCHED_EPOCH, "epoch", NULL, d))
		return -1;
	return 0;
}

/* Keeps the columns that NAMES lists, in its order. */
static int choose_columns(
	struct lrsched_plan *p, const char *names, struct diag *d)
{
	struct lrsched_column *all = p->column;
	size_t nall = p->ncolumn, i, n;

	p->column = NULL;
	p->ncolumn = 0;
	for (;; names += n + 1) {
		n = strcspn(names, ",");
		for (i = 0; i < nall; i++)
			if (strlen(all[i].name) == n &&
				!memcmp(all[i].name, names, n))
				break;
		if (i == nall) {
			diag_set(d, DIAG_USAGE,
				"-c: no column '%.*s'; the first ones are %s "
				"and %s",
				(int)n, names, all[0].name,
				nall > 1 ? all[1].name : "none");
			break;
		}
		if (add_column(p, all[i].kind, all[i].name, all[i].node, d))
			break;
		if (!names[n]) {
			free(all);
			return 0;
		}
	}
	free(all);
	return -1;
}

static int check_table(const struct lrsched_plan *p,
	const struct lrsched_opts *o, struct diag *d)
{
	if (isnan(p->env.steps) && needs_steps(p, d))
		return -1;
	if (o->batch && !p->table.column[0].uses_base)
		return diag_set(d, DIAG_USAGE,
			"--batch scales the base rate, and nothing in the "
			"schedule depends on it; expected values in x");
	if (p->table.past_error && p->nrow &&
		(double)last_row(p) >= p->table.past_end)
		return diag_set(d, DIAG_USAGE,
			"word %zu ends at step %.10g with past=error; expected "
			"no rows after it",
			p->table.past_error, p->table.past_end);
	return 0;
}

/* A factor without its name would be taken for a rate. */
static int check_marked(const struct lrsched_plan *p,
	const struct lrsched_opts *o, struct diag *d)
{
	bool named = o->explain || (!o->at && !o->no_header);

	if (named || o->columns || o->lr || !p->table.column[0].uses_base)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: the value is a factor of the base rate; expected -l LR, "
		"or -c factor",
		o->at ? "--at" : "-H");
}

static int resolve_format(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	p->header = !o->no_header;
	p->sep = ',';
	if (!o->format || is(o->format, "csv"))
		return 0;
	p->sep = '\t';
	if (is(o->format, "tsv"))
		return 0;
	return diag_set(d, DIAG_USAGE,
		"-f: '%s' is no format; expected csv or tsv", o->format);
}

int lrsched_plan(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	*p = (struct lrsched_plan){.every = 1};
	p->env.epoch_steps = NAN;
	if (resolve_format(p, o, d) || base_rate(o, &p->env.base, d))
		return -1;
	if (o->epoch_steps &&
		epoch_steps(o->epoch_steps, &p->env.epoch_steps, d))
		return -1;
	if (resolve_steps(p, o, d) || resolve_rows(p, o, d) ||
		read_words(p, o, d) || check_table(p, o, d) ||
		check_marked(p, o, d) || all_columns(p, o, d))
		return -1;
	return o->columns ? choose_columns(p, o->columns, d) : 0;
}

void lrsched_plan_free(struct lrsched_plan *p)
{
	sched_table_free(&p->table);
	free(p->column);
	p->column = NULL;
}
