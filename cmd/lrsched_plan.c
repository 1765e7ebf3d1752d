/* SPDX-License-Identifier: MIT */
/*
 * From options to a plan: which rows of which schedule, in which columns and
 * which format.
 */
#include "lrsched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
#include "base/utf8.h"
#include "sched/sched.h"

#define STEPS_MAX ((double)SCHED_STEPS_MAX)

const char *const lrsched_format_name[] = {
	[LRSCHED_CSV] = "csv",
	[LRSCHED_TSV] = "tsv",
	[LRSCHED_JSON] = "json",
	[LRSCHED_NPY] = "npy",
	NULL,
};

static bool is(const char *s, const char *word)
{
	return strcmp(s, word) == 0;
}

/* S as a whole number of steps in [LO, 2^53). */
static int whole_steps(const char *what, const char *s, double lo,
	const struct sched_env *env, uint64_t *ret, struct diag *d)
{
	double v;

	if (sched_arg_steps(what, s, NULL, env, &v, d))
		return -1;
	if (v < lo || v > STEPS_MAX - 1 || v != floor(v))
		return diag_set(d, DIAG_USAGE,
			"%s: %s is %.16g steps; expected a whole number, %g or "
			"more and below 2^53",
			what, s, v, lo);
	*ret = (uint64_t)v;
	return 0;
}

static uint64_t last_row(const struct lrsched_plan *p)
{
	return p->start + (p->nrow ? p->nrow - 1 : 0) * p->every;
}

/* Which rows: start, stride, count. */
static int resolve_rows(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	const struct sched_env *env = &p->sched.env;
	uint64_t n = isnan(env->steps) ? 0 : (uint64_t)env->steps;

	if (!n && !o->at && o->rows == LRSCHED_ALL_ROWS && !o->explain)
		return diag_set(d, DIAG_USAGE,
			"the schedule has no end of its own; expected -n");
	if (o->start && whole_steps("-s", o->start, 0, env, &p->start, d))
		return -1;
	if (o->every && whole_steps("-k", o->every, 1, env, &p->every, d))
		return -1;
	if (o->at && whole_steps("--at", o->at, 0, env, &p->start, d))
		return -1;
	if (n > p->start)
		p->nrow = (n - p->start + p->every - 1) / p->every;
	if (o->rows != LRSCHED_ALL_ROWS)
		p->nrow = o->rows;
	if (o->at)
		p->nrow = 1;
	if (p->nrow > (SCHED_STEPS_MAX - p->start) / p->every)
		return diag_set(
			d, DIAG_USAGE, "the last row would be above step 2^53");
	return 0;
}

/* The first step that nobody will ask for. */
static double horizon(const struct lrsched_plan *p, bool explain)
{
	double n = p->sched.env.steps;

	/* Without a length, --explain shows as many cycles as it likes. */
	if (isnan(n) && explain)
		return NAN;
	return fmax(isnan(n) ? 1 : n, (double)last_row(p) + 1);
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

/* step, the values, epoch, micro. */
static int all_columns(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	const struct sched_column *c = p->sched.table.column;
	const char *name;
	size_t i;

	if (!o->at && add_column(p, LRSCHED_STEP,
			      spec_is_of_epochs(&p->sched, &o->sched) ? "epoch"
								      : "step",
			      NULL, d))
		return -1;
	for (i = 0; i < p->sched.table.n; i++) {
		name = c[i].name                              ? c[i].name
		       : c[i].uses_base && !p->sched.has_base ? "factor"
							      : "lr";
		if (add_column(p, LRSCHED_VALUE, name, c[i].node, d))
			return -1;
	}
	if (o->sched.epoch_steps &&
		add_column(p, LRSCHED_EPOCH, "epoch", NULL, d))
		return -1;
	if (o->accum && add_column(p, LRSCHED_MICRO, "micro", NULL, d))
		return -1;
	return 0;
}

static int no_column(const struct lrsched_column *all, size_t nall,
	const char *name, size_t n, struct diag *d)
{
	struct near near = {.wrong = name, .nwrong = n};
	char phrase[NEAR_PHRASE_MAX];
	size_t i;

	for (i = 0; i < nall; i++)
		near_try(&near, all[i].name, strlen(all[i].name));
	return diag_set(d, DIAG_USAGE, "-c: no column '%.*s'; %s %s%s%s; %s",
		(int)n, name, nall > 1 ? "the first ones are" : "expected",
		all[0].name, nall > 1 ? " and " : "",
		nall > 1 ? all[1].name : "",
		near_phrase(&near, "--explain shows all", phrase));
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
			no_column(all, nall, names, n, d);
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

static int check_past(const struct lrsched_plan *p, struct diag *d)
{
	const struct sched_table *t = &p->sched.table;

	if (!t->past_error || !p->nrow || (double)last_row(p) < t->past_end)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"word %zu ends at step %.10g with past=error; expected no rows "
		"after it",
		t->past_error, t->past_end);
}

/* A factor without its name would be taken for a rate. */
static int check_marked(const struct lrsched_plan *p,
	const struct lrsched_opts *o, struct diag *d)
{
	bool named = o->explain ||
		     (!o->at && !o->no_header && p->format != LRSCHED_NPY);

	if (named || o->columns || p->sched.has_base ||
		!p->sched.table.column[0].uses_base)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: the value is a factor of the base rate; expected -l LR, "
		"or -c factor",
		o->at          ? "--at"
		: o->no_header ? "-H"
			       : "-f npy");
}

static int resolve_format(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	p->header = !o->no_header;
	p->f32 = o->f32;
	p->format =
		o->format < 0 ? LRSCHED_CSV : (enum lrsched_format)o->format;
	if (p->format != LRSCHED_JSON && p->format != LRSCHED_NPY)
		return 0;
	if (o->at || o->no_header)
		return diag_set(d, DIAG_USAGE,
			"%s with -f %s; expected csv or tsv",
			o->at ? "--at" : "-H", lrsched_format_name[p->format]);
	p->header = false;
	return 0;
}

/* Rows per update, and threads. */
static int resolve_counts(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	p->accum = o->accum ? o->accum : 1;
	p->auto_threads = o->threads == LRSCHED_AUTO_THREADS;
	p->nthread = p->auto_threads ? 0 : (unsigned)o->threads;
	if (o->accum && o->at)
		return diag_set(d, DIAG_USAGE,
			"--at prints one value; expected it without --accum");
	return 0;
}

/* An object's names are text, and readers keep one value for each. */
static int check_names(const struct lrsched_plan *p, struct diag *d)
{
	size_t i, k;

	for (i = 0; p->format == LRSCHED_JSON && i < p->ncolumn; i++) {
		const char *name = p->column[i].name;

		if (!utf8_is_valid(name, strlen(name)))
			return diag_set(d, DIAG_USAGE,
				"-f json: the name of column %zu is not UTF-8; "
				"expected it",
				i + 1);
		for (k = 0; k < i; k++)
			if (is(name, p->column[k].name))
				return diag_set(d, DIAG_USAGE,
					"-f json: column '%s' twice; expected "
					"it once",
					name);
	}
	return 0;
}

int lrsched_plan(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	*p = (struct lrsched_plan){.every = 1, .accum = 1};
	if (resolve_format(p, o, d) || resolve_counts(p, o, d) ||
		spec_resolve(&p->sched, &o->sched, o->word, o->nword, d) ||
		resolve_rows(p, o, d) ||
		spec_read(&p->sched, &o->sched, horizon(p, o->explain), d) ||
		check_past(p, d) || check_marked(p, o, d) ||
		all_columns(p, o, d))
		return -1;
	if (o->columns && choose_columns(p, o->columns, d))
		return -1;
	return check_names(p, d);
}

void lrsched_plan_free(struct lrsched_plan *p)
{
	spec_free(&p->sched);
	free(p->column);
	p->column = NULL;
}
