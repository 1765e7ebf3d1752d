/* SPDX-License-Identifier: MIT */
/*
 * A tensor that is worked on: what is picked from it, and what is said of it.
 */
#include "base/diag.h"
#include "prune/prune_impl.h"

int prune_changed(const struct prune_file *f, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"changed while it was read; expected it to stay the same");
	return diag_at(d, "%s", f->model->name);
}

/* What there are too few of: weights, or what has them. */
static const char *word_of(const struct prune_file *f)
{
	if (f->by_row)
		return " in a row";
	return f->structure.shape == PRUNE_SINGLE ? "" : " (units of them)";
}

int prune_too_few(const struct prune_file *f, const char *name, uint64_t k,
	uint64_t n, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%llu weights%s; asked to prune %llu",
		(unsigned long long)n, word_of(f), (unsigned long long)k);
	if (*name)
		diag_at(d, "%.200s", name);
	return diag_at(d, "%s", f->model->name);
}

/* What only the number of zeros matters for: no mask shows, no -0.0 stays. */
bool prune_zeros_alike(const struct prune_file *f, const struct select_view *v)
{
	return !f->with_mask && !v->keep_negzero && !v->scored && !f->by_row;
}

struct select_pick prune_job_pick(
	const struct prune_file *f, const struct prune_job *job, uint64_t n)
{
	struct select_pick p = {
		.rank = job->k > job->ngone ? job->k - job->ngone : 0,
		.count = n - job->ngone,
		.ngone = job->ngone,
		.ntensor = 1,
		.gather_max = f->gather_max,
		.key_nbits = select_view_nbits(&job->view),
		.tie_nbits = select_tie_nbits(&job->view),
		.zeros_alike = prune_zeros_alike(f, &job->view),
		.ties = job->view.ties};

	select_pick_start(&p);
	return p;
}
