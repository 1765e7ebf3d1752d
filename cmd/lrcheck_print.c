/* SPDX-License-Identifier: MIT */
/* lrcheck's rows. */
#include <math.h>
#include <string.h>

#include "lrcheck.h"
#include "text/csv.h"

static int add_text(struct buf *b, const char *s)
{
	return s && *s ? csv_add_text(b, s, strlen(s)) : csv_add_empty(b);
}

static int add_number(struct buf *b, double x)
{
	return isnan(x) ? csv_add_empty(b) : csv_add_double(b, x);
}

/* The cells that rows of all kinds begin with. */
static int add_head(struct buf *b, const struct lrcheck_options *o,
	const struct lrcheck_place *at, const char *status)
{
	return csv_add_name(b, at->file, o->people) ||
	       csv_add_name(b, at->run ? at->run : "", o->people) ||
	       add_text(b, status);
}

#define COUNT(A) (sizeof(A) / sizeof((A)[0]))

static const char *const verdict_columns[] = {"file", "run", "status", "steps",
	"first_step", "lr", "expected", "max_diff", "cause", "by"};

static const char *const found_columns[] = {
	"file", "run", "status", "steps", "origin", "lr", "words", "call"};

int lrcheck_print_header(struct buf *b, const struct lrcheck_options *o)
{
	const char *const *name = o->spec ? verdict_columns : found_columns;
	size_t n = o->spec ? COUNT(verdict_columns) : COUNT(found_columns);

	for (size_t i = 0; i < n; i++)
		if (add_text(b, name[i]))
			return -1;
	return csv_end(b);
}

int lrcheck_print_found(struct buf *b, const struct lrcheck_options *o,
	const struct lrcheck_place *at, const struct match_found *found)
{
	bool is = found->words;

	if (add_head(b, o, at, is ? "found" : "none") ||
		csv_add_u64(b, at->nstep) ||
		add_number(b, is ? found->origin : NAN) ||
		add_number(b, is ? found->base : NAN) ||
		add_text(b, found->words) || add_text(b, found->call))
		return -1;
	return csv_end(b);
}

int lrcheck_print_verdict(struct buf *b, const struct lrcheck_options *o,
	double origin, const struct lrcheck_place *at,
	const struct match_series *s, const struct match_verdict *v)
{
	static const char *const status[] = {
		[MATCH_FOLLOWED] = "followed",
		[MATCH_SHIFTED] = "shifted",
		[MATCH_DIFFERS] = "differs",
	};
	bool differs = v->status != MATCH_FOLLOWED;

	if (add_head(b, o, at, status[v->status]) || csv_add_u64(b, s->n) ||
		add_number(b, differs ? s->step[v->first] + origin : NAN) ||
		add_number(b, differs ? s->rate[v->first] : NAN) ||
		add_number(b, differs ? v->want : NAN) ||
		add_number(b, v->max_diff) ||
		add_text(b, match_cause_name(v->cause)) ||
		add_number(b,
			v->cause == MATCH_RESTARTED ? v->by + origin : v->by))
		return -1;
	return csv_end(b);
}

int lrcheck_print_bad_data(struct buf *b, const struct lrcheck_options *o,
	const char *file, const char *run)
{
	size_t n = o->spec ? COUNT(verdict_columns) : COUNT(found_columns);

	if (add_head(b, o, &(struct lrcheck_place){.file = file, .run = run},
		    "bad-data"))
		return -1;
	for (size_t i = 3; i < n; i++)
		if (csv_add_empty(b))
			return -1;
	return csv_end(b);
}
