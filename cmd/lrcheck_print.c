/* SPDX-License-Identifier: MIT */
/* lrcheck's rows. */
#include <math.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "lrcheck.h"

static const struct rows_column verdict_column[] = {
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"run", ROWS_TEXT, ROWS_IF_ANY},
	{"status", ROWS_TEXT, ROWS_SHOWN},
	{"steps", ROWS_WHOLE, ROWS_SHOWN},
	{"first_step", ROWS_WHOLE, ROWS_IF_ANY},
	{"lr", ROWS_NUMBER, ROWS_IF_ANY},
	{"expected", ROWS_NUMBER, ROWS_IF_ANY},
	{"max_diff", ROWS_NUMBER, ROWS_SHOWN},
	{"cause", ROWS_TEXT, ROWS_IF_ANY},
	{"by", ROWS_WHOLE, ROWS_IF_ANY},
};

static const struct rows_column found_column[] = {
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"run", ROWS_TEXT, ROWS_IF_ANY},
	{"status", ROWS_TEXT, ROWS_SHOWN},
	{"steps", ROWS_WHOLE, ROWS_SHOWN},
	{"origin", ROWS_WHOLE, ROWS_IF_ANY},
	{"lr", ROWS_NUMBER, ROWS_SHOWN},
	{"words", ROWS_TEXT, ROWS_SHOWN},
	{"call", ROWS_TEXT, ROWS_IF_ANY},
};

static const struct rows_column course_column[] = {
	{"run", ROWS_TEXT, ROWS_SHOWN},
	{"step", ROWS_WHOLE, ROWS_SHOWN},
	{"lr", ROWS_NUMBER, ROWS_SHOWN},
	{"expected", ROWS_NUMBER, ROWS_SHOWN},
};

/* Rows that are written at a time: logs may be long. */
#define CHUNK 4096

void lrcheck_rows_begin(struct rows *r, const struct lrcheck_options *o,
	const struct output *out)
{
	if (o->logs.list_columns)
		logs_columns_begin(r, o->format, out);
	else if (o->format == LRCHECK_ROWS)
		rows_begin(r, ROWS_CSV, out, course_column,
			ARRAY_SIZE(course_column));
	else if (o->spec)
		rows_begin(r, o->format, out, verdict_column,
			ARRAY_SIZE(verdict_column));
	else
		rows_begin(r, o->format, out, found_column,
			ARRAY_SIZE(found_column));
}

/* The cells that rows of all kinds begin with. */
static void begin_row(
	struct rows *r, const char *file, const char *run, const char *status)
{
	rows_text(r, file);
	rows_text(r, run);
	rows_text(r, status);
}

void lrcheck_add_found(struct rows *r, const struct lrcheck_place *at,
	const struct fit_found *found)
{
	bool is = found->words, is_open = found->rival;

	begin_row(r, at->file, at->run,
		is_open ? "undecided"
		: is    ? "found"
			: "none");
	rows_u64(r, at->nstep);
	if (is) {
		rows_double(r, found->origin);
		rows_double(r, found->base);
		rows_text(r, found->words);
		rows_text(r, found->call);
	}
	rows_end(r);
}

/* "late or factor" */
static void add_causes(struct buf *b, const struct match_verdict *v)
{
	buf_adds(b, match_cause_name(v->cause));
	for (int i = 0; i < 32; i++)
		if (v->others >> i & 1 && !v->if_rounded) {
			buf_adds(b, " or ");
			buf_adds(b, match_cause_name((enum match_cause)i));
		}
}

void lrcheck_add_verdict(struct rows *r, double origin,
	const struct lrcheck_place *at, const struct match_series *s,
	const struct match_verdict *v, const char *change)
{
	static const char *const status[] = {
		[MATCH_FOLLOWED] = "followed",
		[MATCH_SHIFTED] = "shifted",
		[MATCH_DIFFERS] = "differs",
		[MATCH_UNDECIDED] = "undecided",
	};
	bool differs = v->status == MATCH_SHIFTED || v->status == MATCH_DIFFERS;
	struct buf cause = {0};

	begin_row(r, at->file, at->run, status[v->status]);
	rows_u64(r, s->n);
	rows_double(r, differs ? s->step[v->first] + origin : NAN);
	rows_double(r, differs ? s->rate[v->first] : NAN);
	rows_double(r, differs ? v->want : NAN);
	rows_double(r, v->max_diff);
	add_causes(&cause, v);
	if (buf_text(&cause))
		rows_text(r, v->cause ? cause.data : change);
	else
		buf_fail(&r->out);
	buf_free(&cause);
	rows_double(r, v->cause == MATCH_RESTARTED ? v->by + origin : v->by);
	rows_end(r);
}

void lrcheck_add_bad_data(struct rows *r, const char *file, const char *run)
{
	begin_row(r, file, run, "bad-data");
	rows_end(r);
}

int lrcheck_add_course(struct rows *r, const struct lrcheck_course *c,
	struct output *out, struct diag *d)
{
	const struct match_series *s = c->s;

	for (size_t i = 0; i < s->n; i++) {
		rows_text(r, c->name);
		rows_double(r, s->step[i] + c->origin);
		rows_double(r, s->rate[i]);
		if (c->node)
			rows_double(r, lrcheck_expected(c->node, s->step[i]));
		rows_end(r);
		if ((i + 1) % CHUNK == 0 && rows_write(r, out, d))
			return -1;
	}
	return 0;
}
