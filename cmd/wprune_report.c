/* SPDX-License-Identifier: MIT */
/* The report of wprune: a CSV row for each tensor, pruned or not. */
#include <string.h>

#include "base/buf.h"
#include "base/input.h"
#include "cli.h"
#include "text/csv.h"
#include "wprune.h"

static const char header[] =
	"file,tensor,dtype,shape,n,decision,requested,k,achieved,threshold,"
	"reason\n";

/* A cell that needs no quotes; what ends an empty cell ends it. */
static int add_shape(struct buf *b, const struct tensor_span *s)
{
	return tensor_shape_add(b, s->shape, s->ndim) || csv_add_empty(b);
}

static bool has_k(const struct wprune_opts *o)
{
	return !o->mask && o->target.kind != PRUNE_BY_THRESHOLD;
}

static int add_result(
	struct buf *b, const struct wprune_opts *o, const struct prune_job *job)
{
	bool with_k = job->by_target && has_k(o);
	int bad;

	if (job->by_target && o->requested)
		bad = csv_add_text(b, o->requested, strlen(o->requested));
	else
		bad = csv_add_empty(b);
	bad = bad || (with_k ? csv_add_u64(b, job->k) : csv_add_empty(b)) ||
	      csv_add_u64(b, job->result.npruned);
	/* What the mask had pruned before has no part in the threshold. */
	if (bad || job->result.npruned == job->ngone || !job->by_target)
		return bad || csv_add_empty(b) ? -1 : 0;
	return csv_add_double(
		b, prune_value(job->view.format, job->result.pruned_max));
}

/* "*scale*: a scale", or one of the two, or nothing. */
static int add_reason(struct buf *b, const struct prune_verdict *v)
{
	struct buf text = {0};
	bool both = v->pattern && v->what;
	int bad = buf_printf(&text, "%s%s%s", v->pattern ? v->pattern : "",
			  both ? ": " : "", v->what ? v->what : "") ||
		  csv_add_text(b, text.data, text.len);

	buf_free(&text);
	return bad ? -1 : 0;
}

static int add_row(struct buf *b, const struct wprune_opts *o,
	const struct prune_file *f, const struct tensor_span *s,
	const struct prune_verdict *v, const struct prune_job *job, bool people)
{
	const char *dtype = tensor_dtype_info[s->dtype].name;
	const char *what = prune_decision_name[v->decision];
	bool by_mask = job && !job->by_target;
	int bad;

	if (by_mask)
		what = "mask";
	bad = csv_add_name(b, f->in->name, people) ||
	      csv_add_name(b, s->name, people) ||
	      csv_add_text(b, dtype, strlen(dtype)) || add_shape(b, s) ||
	      csv_add_u64(b, s->n) || csv_add_text(b, what, strlen(what));
	if (job)
		bad = bad || add_result(b, o, job);
	for (int i = 0; !job && i < 4; i++)
		bad = bad || csv_add_empty(b);
	return bad || (by_mask ? csv_add_empty(b) : add_reason(b, v)) ||
			       csv_end(b)
		       ? -1
		       : 0;
}

int wprune_report(const struct wprune_opts *o, const struct prune_file *f,
	const struct prune_verdict *verdict, struct output *out, struct diag *d)
{
	const struct prune_job *job = f->job, *end = f->job + f->njob;
	bool people = output_is_terminal(out);
	struct buf b = {0};
	int ret = buf_adds(&b, header);

	for (size_t i = 0; i < f->map->nspan && !ret; i++) {
		const struct tensor_span *s = &f->map->span[i];
		bool is_job = job < end && job->span == s;

		if (s->dtype != TENSOR_OPAQUE)
			ret = add_row(&b, o, f, s, &verdict[i],
				is_job ? job : NULL, people);
		job += is_job;
	}
	ret = ret ? diag_nomem(d, b.len) : output_write(out, b.data, b.len, d);
	buf_free(&b);
	return ret;
}
