/* SPDX-License-Identifier: MIT */
/*
 * A tensor that is worked on: what is picked from it, and what is said of it.
 */
#include <stdlib.h>

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
	return f->structure.shape == CHOICE_SINGLE ? "" : " (units of them)";
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
static bool zeros_alike(const struct prune_file *f, const struct select_view *v)
{
	return !f->with_mask && !v->keep_negzero && !v->scored && !f->by_row;
}

struct select_pick prune_pick(const struct prune_file *f,
	const struct select_view *v, uint64_t k, uint64_t ngone, uint64_t n)
{
	struct select_pick p = {.rank = k > ngone ? k - ngone : 0,
		.count = n - ngone,
		.ngone = ngone,
		.ntensor = 1,
		.gather_max = f->gather_max,
		.key_nbits = select_view_nbits(v),
		.tie_nbits = select_tie_nbits(v),
		.zeros_alike = zeros_alike(f, v),
		.ties = v->ties};

	select_pick_start(&p);
	return p;
}

struct select_item prune_job_item(
	const struct prune_file *f, const struct prune_job *job)
{
	const struct tensor_span *s = job->span;

	return (struct select_item){
		.in = tensor_input(f->model, s),
		.offset = s->offset,
		.n = s->n,
		.width = job->view.stored->nbytes,
		.solid = job->view.zero != 0,
		.turned = job->source,
	};
}

uint64_t prune_memory_of(const struct prune_job *job)
{
	uint64_t n = job->span->nbytes + 3 * job->span->n / 8;

	if (select_view_is_wide(&job->view))
		n += job->span->n * job->view.format->nbytes;
	return job->view.scored ? n + 8 * job->span->n : n;
}

/* Bytes of the widest lanes that are not as they are stored. */
static size_t wide_nbytes(const struct prune_file *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->njob; i++) {
		const struct select_view *v = &f->job[i].view;

		if (select_view_is_wide(v) && v->format->nbytes > n)
			n = v->format->nbytes;
	}
	return n;
}

void prune_known_init(struct prune_known *k, const struct prune_file *f,
	size_t nelem, struct select_room *m)
{
	k->prev = select_room_get(m, nelem / 8 + 1);
	k->wide = select_room_get(m, nelem * wide_nbytes(f) + 1);
	if (f->score)
		k->score = select_room_get(m, nelem * sizeof(*k->score));
}

size_t prune_chunk_nelem(const struct prune_file *f)
{
	return 4 * f->chunk_nelem;
}

int prune_job_load(const struct prune_file *f, const struct prune_job *job,
	struct select_run *r, const struct prune_known *k,
	struct select_result *ret, struct diag *d)
{
	if (job->mask) {
		if (choice_mask_read(job->masks ? job->masks : f->prev,
			    job->mask, job->span, r->first, r->n, k->prev, d))
			return -1;
		r->prev = k->prev;
	}
	if (select_view_is_wide(&job->view)) {
		r->stored = r->p;
		r->p = k->wide;
	}
	select_prepare(&job->view, r, ret);
	if (!job->view.scored)
		return 0;
	r->score = k->score;
	return choice_score_read(
		f->score, &job->view, job->score, r, k->score, d);
}

void prune_file_turn(struct prune_file *f)
{
	for (size_t i = 0; i < f->njob; i++) {
		struct prune_job *job = &f->job[i];

		if (!job->span->fortran && !job->span->big_endian)
			continue;
		job->source = job->span;
		job->plain = *job->span;
		job->plain.fortran = job->plain.big_endian = false;
		job->span = job->view.span = &job->plain;
	}
}
