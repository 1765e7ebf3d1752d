/* SPDX-License-Identifier: MIT */
/* The report of wprune: a row for each tensor, pruned or not. */
#include "base/buf.h"
#include "base/input.h"
#include "cli.h"
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

#define NCOLUMN (sizeof(column) / sizeof(column[0]))
/* Columns from requested to threshold, of what is worked on. */
#define NRESULT 4

static bool has_k(const struct wprune_opts *o)
{
	return !o->mask && o->target.kind != PRUNE_BY_THRESHOLD;
}

static void add_result(struct rows *r, const struct wprune_opts *o,
	const struct prune_job *job)
{
	rows_text(r, job->by_target ? o->requested : NULL);
	if (job->by_target && has_k(o))
		rows_u64(r, job->k);
	else
		rows_absent(r);
	rows_u64(r, job->result.npruned);
	/* What the mask had pruned before has no part in the threshold. */
	if (job->by_target && job->result.npruned != job->ngone)
		rows_double(r,
			prune_value(job->view.format, job->result.pruned_max));
	else
		rows_absent(r);
}

/* "*scale*: a scale", or one of the two, or nothing. */
static void add_reason(struct rows *r, const struct prune_verdict *v)
{
	struct buf text = {0};
	bool both = v->pattern && v->what;

	if (buf_printf(&text, "%s%s%s", v->pattern ? v->pattern : "",
		    both ? ": " : "", v->what ? v->what : "") ||
		buf_terminate(&text))
		r->nomem = true;
	rows_text(r, text.data);
	buf_free(&text);
}

static int add_row(struct rows *r, const struct wprune_opts *o,
	const struct prune_file *f, const struct tensor_span *s,
	const struct prune_verdict *v, const struct prune_job *job,
	struct diag *d)
{
	bool by_mask = job && !job->by_target;

	weights_begin_row(r, f->in->name, s);
	rows_text(r, by_mask ? "mask" : prune_decision_name[v->decision]);
	if (job)
		add_result(r, o, job);
	for (int i = 0; !job && i < NRESULT; i++)
		rows_absent(r);
	if (!by_mask)
		add_reason(r, v);
	return rows_end(r, d);
}

int wprune_report(const struct wprune_opts *o, const struct prune_file *f,
	const struct prune_verdict *verdict, struct output *out, struct diag *d)
{
	const struct prune_job *job = f->job, *end = f->job + f->njob;
	struct rows r;
	int ret = 0;

	rows_begin(&r, o->format, out, column, NCOLUMN);
	rows_header(&r);
	for (size_t i = 0; i < f->map->nspan && !ret; i++) {
		const struct tensor_span *s = &f->map->span[i];
		bool is_job = job < end && job->span == s;

		if (s->dtype != TENSOR_OPAQUE)
			ret = add_row(&r, o, f, s, &verdict[i],
				is_job ? job : NULL, d);
		job += is_job;
	}
	if (!ret)
		ret = rows_finish(&r, out, d);
	rows_free(&r);
	return ret;
}
