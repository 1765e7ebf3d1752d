/* SPDX-License-Identifier: MIT */
/*
 * From options to a plan: which rows of which schedules, in which columns and
 * which format.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "lrsched.h"
#include "sched/sched.h"
#include "words/words.h"

#define STEPS_MAX ((double)SCHED_STEPS_MAX)

/* Steps that are read for where nobody knows how many will be asked for. */
#define REACH_FIRST ((uint64_t)1 << 20)

const char *const lrsched_format_name[] = {
	[LRSCHED_CSV] = "csv",
	[LRSCHED_TSV] = "tsv",
	[LRSCHED_JSON] = "json",
	[LRSCHED_NPY] = "npy",
	NULL,
};

/* --- the schedules ------------------------------------------------------- */

static bool is_vs(const char *word)
{
	return strcmp(word, "vs") == 0;
}

/*
 * NAME of NAME=SPEC: its length, or 0.  A script of several statements begins
 * so, too.
 */
static size_t name_length(const char *word)
{
	size_t n = 0;

	while (str_is_alnum(word[n]) || (word[n] && strchr("_.-", word[n])))
		n++;
	if (word[n] != '=' || word[n + 1] == '=' || strpbrk(word, "\n;"))
		return 0;
	/* warmup=500 is to be told of the colon. */
	if (sched_shape_find(word, n) && strchr(".0123456789", word[n + 1]))
		return 0;
	return n;
}

/* The words of N as one line. */
static char *join(char *const word[], size_t n)
{
	struct buf b = {0};

	for (size_t i = 0; i < n; i++)
		for (const char *s = word[i]; *s; s += strcspn(s, " \t\r\n")) {
			s += strspn(s, " \t\r\n");
			if (*s && b.len)
				buf_addc(&b, ' ');
			buf_add(&b, s, strcspn(s, " \t\r\n"));
		}
	return buf_take(&b);
}

/* The I-th schedule, of N words, takes its NAME= off the first. */
static int add_schedule(struct lrsched_plan *p, char **word, size_t n,
	bool alone, struct diag *d)
{
	struct lrsched_schedule *s = &p->schedule[p->nschedule];
	size_t len = alone ? 0 : name_length(word[0]);

	s->name = len ? strndup(word[0], len) : join(word, n);
	if (!s->name)
		return diag_nomem(d, n);
	if (len)
		word[0] += len + 1;
	s->spec = (struct spec){.word = word, .nword = n};
	p->nschedule++;
	return 0;
}

static int split(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	size_t n = 1, begin = 0;

	for (size_t i = 0; i < o->nword; i++)
		n += is_vs(o->word[i]);
	p->schedule = calloc(n, sizeof(*p->schedule));
	if (!p->schedule)
		return diag_nomem(d, n * sizeof(*p->schedule));
	for (size_t i = 0; i <= o->nword; i++) {
		if (i < o->nword && !is_vs(o->word[i]))
			continue;
		if (i == begin)
			return diag_set(d, DIAG_USAGE,
				"vs stands between two schedules; expected "
				"SPEC vs SPEC");
		if (add_schedule(p, o->word + begin, i - begin, n == 1, d))
			return -1;
		begin = i + 1;
	}
	return 0;
}

/*
 * Reads the schedules no further than their lengths; one that has none takes
 * the longest of the others.
 */
static int resolve_all(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	double n = NAN;

	for (size_t i = 0; i < p->nschedule; i++, p->failed++) {
		struct spec *s = &p->schedule[i].spec;

		if (spec_resolve(s, &o->sched, s->word, s->nword, d))
			return -1;
		n = fmax(n, s->env.steps);
	}
	p->failed = 0;
	for (size_t i = 0; i < p->nschedule; i++, p->failed++)
		if (spec_share_length(&p->schedule[i].spec, n, d))
			return -1;
	p->failed = 0;
	return 0;
}

/* --- the rows ------------------------------------------------------------ */

/* V, which is S, as a whole number of steps in [LO, 2^53). */
static int whole_steps(const char *what, const char *s, double lo, double v,
	uint64_t *ret, struct diag *d)
{
	if (v < lo || v > STEPS_MAX - 1 || v != floor(v))
		return diag_set(d, DIAG_USAGE,
			"%s: %s is %.16g steps; expected a whole number, %g or "
			"more and below 2^53",
			what, s, v, lo);
	*ret = (uint64_t)v;
	return 0;
}

/* The step that S is at. */
static int step_at(const char *what, const char *s, const struct spec *spec,
	uint64_t *ret, struct diag *d)
{
	double v;

	return spec_arg_steps(what, s, spec, &v, d) ||
			       whole_steps(what, s, 0, v, ret, d)
		       ? -1
		       : 0;
}

/* Steps from row to row, of which samples say nothing where batches grow. */
static int stride(const char *what, const char *s, const struct spec *spec,
	uint64_t *ret, struct diag *d)
{
	struct sched_env env = spec->env;
	double v;

	env.has_samples = false;
	return words_arg_steps(what, s, NULL, &env, &v, d) ||
			       whole_steps(what, s, 1, v, ret, d)
		       ? -1
		       : 0;
}

/* The steps of --at A,B,C. */
static int list_of_steps(struct lrsched_plan *p, const char *list,
	const struct spec *spec, struct diag *d)
{
	char *copy = strdup(list), *item = copy, *end;
	size_t n = 1;
	int bad = 0;

	for (const char *s = list; *s; s++)
		n += *s == ',';
	p->at = calloc(n, sizeof(*p->at));
	if (!copy || !p->at) {
		free(copy);
		diag_nomem(d, n * sizeof(*p->at));
		return -1;
	}
	for (; !bad && p->nrow < n; item = end + 1) {
		end = item + strcspn(item, ",");
		*end = '\0';
		bad = step_at("--at", item, spec, &p->at[p->nrow++], d);
	}
	free(copy);
	p->start = bad ? 0 : p->at[0];
	return bad;
}

/* How many rows are below step N. */
static uint64_t rows_below(const struct lrsched_plan *p, double n)
{
	uint64_t end = isnan(n) ? 0 : (uint64_t)n;

	return end > p->start ? (end - p->start + p->every - 1) / p->every : 0;
}

static bool is_list(const struct lrsched_plan *p)
{
	return p->rows == LRSCHED_LIST || p->rows == LRSCHED_ONE;
}

/* The last step that is asked for. */
static uint64_t last_step(const struct lrsched_plan *p)
{
	uint64_t last = 0;

	if (!is_list(p))
		return p->start + (p->nrow ? p->nrow - 1 : 0) * p->every;
	for (uint64_t i = 0; i < p->nrow; i++)
		last = p->at[i] > last ? p->at[i] : last;
	return last;
}

/* Rows of a range: start, stride, count. */
static int resolve_range(struct lrsched_plan *p, const struct lrsched_opts *o,
	const struct spec *spec, struct diag *d)
{
	if (o->start && step_at("-s", o->start, spec, &p->start, d))
		return -1;
	if (o->every && stride("-k", o->every, spec, &p->every, d))
		return -1;
	for (size_t i = 0; i < p->nschedule; i++) {
		struct lrsched_schedule *s = &p->schedule[i];

		s->nrow = o->rows != LRSCHED_ALL_ROWS
				  ? o->rows
				  : rows_below(p, s->spec.env.steps);
		p->nrow = s->nrow > p->nrow ? s->nrow : p->nrow;
	}
	if (p->nrow > (SCHED_STEPS_MAX - p->start) / p->every)
		return diag_set(
			d, DIAG_USAGE, "the last row would be above step 2^53");
	return 0;
}

static int resolve_rows(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	const struct spec *longest = &p->schedule[0].spec;
	bool all = o->rows == LRSCHED_ALL_ROWS;

	for (size_t i = 1; i < p->nschedule; i++)
		if (p->schedule[i].spec.env.steps > longest->env.steps)
			longest = &p->schedule[i].spec;
	if (p->rows == LRSCHED_TABLE)
		return 0;
	if (is_list(p))
		return list_of_steps(p, o->at, longest, d);
	if (longest->endless && all)
		p->rows = LRSCHED_ENDLESS;
	else if (isnan(longest->env.steps) && all && !o->explain)
		return diag_set(d, DIAG_USAGE,
			"the schedule has no end of its own; expected -n");
	return resolve_range(p, o, longest, d);
}

/* --- the values ---------------------------------------------------------- */

/* The first step that nobody will ask S for. */
static double horizon(const struct lrsched_plan *p,
	const struct lrsched_schedule *s, bool explain)
{
	double n = s->spec.env.steps;

	/* Without a length, --explain shows as many cycles as it likes. */
	if (isnan(n) && explain)
		return NAN;
	n = fmax(isnan(n) ? 1 : n, (double)last_step(p) + 1);
	if (p->rows == LRSCHED_ENDLESS || p->rows == LRSCHED_TABLE)
		n = fmax(n, (double)(p->start + REACH_FIRST));
	return n;
}

static int check_past(const struct lrsched_plan *p,
	const struct lrsched_schedule *s, struct diag *d)
{
	const struct sched_table *t = &s->spec.table;
	bool asked = p->rows == LRSCHED_ENDLESS ||
		     (p->nrow && (double)last_step(p) >= t->past_end);

	if (!t->past_error || !asked)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"word %zu ends at step %.10g with past=error; expected no rows "
		"after it%s",
		t->past_error, t->past_end,
		t->calls.len && s->spec.env.epoch_steps > 1 &&
				!s->spec.env.by_epoch
			? ", or --count epoch if it is stepped once an epoch"
			: "");
}

static int read_all(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	for (size_t i = 0; i < p->nschedule; i++, p->failed++) {
		struct lrsched_schedule *s = &p->schedule[i];

		s->horizon = horizon(p, s, o->explain);
		if (spec_read(&s->spec, &o->sched, s->horizon, d) ||
			check_past(p, s, d))
			return -1;
	}
	p->failed = 0;
	return 0;
}

int lrsched_plan_reach(struct lrsched_plan *p, const struct lrsched_opts *o,
	double horizon, struct diag *d)
{
	for (size_t i = 0; i < p->nschedule; i++)
		if (spec_read(&p->schedule[i].spec, &o->sched, horizon, d))
			return -1;
	for (size_t i = 0; i < p->ncolumn; i++) {
		struct lrsched_column *c = &p->column[i];

		if (c->kind == LRSCHED_VALUE)
			c->node = p->schedule[c->schedule]
					  .spec.table.column[c->index]
					  .node;
	}
	return 0;
}

/* A factor without its name would be taken for a rate. */
static int check_marked(const struct lrsched_plan *p,
	const struct lrsched_opts *o, struct diag *d)
{
	bool named = o->explain || (p->rows != LRSCHED_ONE && !o->no_header &&
					   p->format != LRSCHED_NPY);

	for (size_t i = 0; !named && !o->columns && i < p->nschedule; i++) {
		const struct spec *s = &p->schedule[i].spec;

		if (!s->has_base && s->table.column[0].uses_base)
			return diag_set(d, DIAG_USAGE,
				"%s: the value is a factor of the base rate; "
				"expected -l LR, or -c %s",
				o->at          ? "--at"
				: o->no_header ? "-H"
					       : "-f npy",
				p->nschedule > 1 ? "with the columns"
						 : "factor");
	}
	return 0;
}

/* --- the form ------------------------------------------------------------ */

/* @- or @-:NAME. */
static bool reads_stdin(const struct spec *s)
{
	return s->nword == 1 && strncmp(s->word[0], "@-", 2) == 0 &&
	       strchr(":", s->word[0][2]);
}

static int resolve_kind(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	bool is_one = p->nschedule == 1 && o->at && !strchr(o->at, ',');

	p->rows = !o->at                    ? LRSCHED_RANGE
		  : strcmp(o->at, "-") == 0 ? LRSCHED_TABLE
		  : is_one                  ? LRSCHED_ONE
					    : LRSCHED_LIST;
	if (p->rows == LRSCHED_ONE && o->columns && strchr(o->columns, ','))
		return diag_set(d, DIAG_USAGE,
			"--at prints one value; expected one column");
	if (p->rows == LRSCHED_ONE && o->accum)
		return diag_set(d, DIAG_USAGE,
			"--at prints one value; expected it without --accum");
	for (size_t i = 0; p->rows == LRSCHED_TABLE && i < p->nschedule; i++)
		if (reads_stdin(&p->schedule[i].spec))
			return diag_set(d, DIAG_USAGE,
				"--at - and @- are both standard input; "
				"expected one of them in a file");
	if (p->rows == LRSCHED_TABLE &&
		(o->format >= 0 || o->no_header || o->accum))
		return diag_set(d, DIAG_USAGE,
			"--at - keeps the table that it reads; expected it "
			"without -f, -H and --accum");
	return 0;
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
	if (p->rows == LRSCHED_ONE || o->no_header)
		return diag_set(d, DIAG_USAGE,
			"%s with -f %s; expected csv or tsv",
			o->at ? "--at" : "-H", lrsched_format_name[p->format]);
	p->header = false;
	return 0;
}

/* What has an end is no picture or array of what has none. */
static int check_endless(const struct lrsched_plan *p,
	const struct lrsched_opts *o, struct diag *d)
{
	const char *what = o->plot.wanted                             ? "--plot"
			   : p->format == LRSCHED_NPY                 ? "-f npy"
			   : o->output && strcmp(o->output, "-") != 0 ? "-o"
								      : NULL;

	if (p->rows != LRSCHED_ENDLESS || o->explain || !what)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s of rows without end (-n inf); expected --rows R, or a "
		"length",
		what);
}

/* Rows per update, and threads. */
static void resolve_counts(struct lrsched_plan *p, const struct lrsched_opts *o)
{
	p->accum = o->accum ? o->accum : 1;
	p->auto_threads = o->threads == LRSCHED_AUTO_THREADS;
	p->nthread = p->auto_threads ? 0 : (unsigned)o->threads;
}

int lrsched_plan(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	*p = (struct lrsched_plan){.every = 1};
	resolve_counts(p, o);
	if (split(p, o, d) || resolve_kind(p, o, d) ||
		resolve_format(p, o, d) || resolve_all(p, o, d) ||
		resolve_rows(p, o, d) || check_endless(p, o, d) ||
		read_all(p, o, d) || check_marked(p, o, d))
		return -1;
	return lrsched_columns(p, o, d);
}

const struct spec *lrsched_plan_failed(const struct lrsched_plan *p)
{
	return &p->schedule[p->failed].spec;
}

void lrsched_plan_free(struct lrsched_plan *p)
{
	for (size_t i = 0; i < p->nall; i++)
		free(p->all[i].title);
	for (size_t i = 0; i < p->nschedule; i++) {
		spec_free(&p->schedule[i].spec);
		free(p->schedule[i].name);
	}
	free(p->all);
	free(p->column);
	free(p->at);
	free(p->schedule);
	*p = (struct lrsched_plan){0};
}
