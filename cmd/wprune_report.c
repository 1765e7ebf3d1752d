/* SPDX-License-Identifier: MIT */
/* The report of wprune: a row for each tensor, pruned or not. */
#include "base/array.h"
#include "base/buf.h"
#include "rows.h"
#include "weights.h"
#include "wprune.h"

static const struct rows_column column[] = {
	WEIGHTS_COLUMNS,
	{"decision", ROWS_TEXT, ROWS_SHOWN},
	{"requested", ROWS_TEXT, ROWS_SHOWN},
	{"k", ROWS_COUNT, ROWS_SHOWN},
	{"achieved", ROWS_COUNT, ROWS_SHOWN},
	{"threshold", ROWS_NUMBER, ROWS_SHOWN},
	{"reason", ROWS_TEXT, ROWS_IF_ANY},
};

#define NCOLUMN ARRAY_SIZE(column)
/* Columns from requested to threshold, of what is worked on. */
#define NRESULT 4

static bool has_k(const struct wprune_opts *o)
{
	return !o->mask && (o->target.kind != CHOICE_BY_THRESHOLD ||
				   o->structure.shape != CHOICE_SINGLE);
}

/* LIMITED: not what was requested of all. */
static void add_result(struct rows *r, const struct wprune_opts *o,
	const struct prune_job *job, bool ruled)
{
	rows_text(r, job->by_target && !ruled ? o->requested : NULL);
	rows_u64_if(r, job->by_target && has_k(o), job->k);
	rows_u64(r, job->result.npruned);
	/* What the mask had pruned before has no part in the threshold. */
	if (job->by_target && job->result.npruned != job->ngone)
		rows_double(r,
			select_value(job->view.format, job->result.pruned_max));
	else
		rows_absent(r);
}

/* "*scale*: a scale", or one of the two, or nothing. */
static void add_reason(struct rows *r, const struct choice_verdict *v)
{
	struct buf text = {0};
	bool both = v->pattern && v->what;

	buf_printf(&text, "%s%s%s", v->pattern ? v->pattern : "",
		both ? ": " : "", v->what ? v->what : "");
	if (buf_text(&text))
		rows_text(r, text.data);
	else
		buf_fail(&r->out);
	buf_free(&text);
}

static void add_row(struct rows *rows, const struct wprune_run *r,
	const struct wprune_tensor *t, const struct prune_job *job)
{
	bool by_mask = job && !job->by_target;

	weights_begin_row(rows, r->model.name, t->span);
	rows_text(rows,
		by_mask ? "mask" : choice_decision_name[t->verdict.decision]);
	if (job)
		add_result(rows, r->o, job, t->ruled);
	else
		rows_skip(rows, NRESULT);
	if (!by_mask || t->mapped)
		add_reason(rows, &t->verdict);
	rows_end(rows);
}

int wprune_report(struct wprune_run *r, struct diag *d)
{
	const struct prune_job *job = r->file.job, *end = job + r->file.njob;
	struct rows rows;
	int ret;

	rows_begin(&rows, r->o->format, &r->report, column, NCOLUMN);
	rows_header(&rows);
	for (size_t i = 0; i < r->ntensor; i++) {
		bool is_job =
			job < end && prune_job_source(job) == r->tensor[i].span;

		add_row(&rows, r, &r->tensor[i], is_job ? job : NULL);
		job += is_job;
	}
	ret = rows_finish(&rows, &r->report, d);
	rows_free(&rows);
	return ret;
}
