/* SPDX-License-Identifier: MIT */
/*
 * The writing pass: every byte of the file in order, weights of jobs with
 * their decision applied, all else as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/output.h"
#include "base/pool.h"
#include "base/progress.h"
#include "prune/prune_impl.h"

struct slot {
	unsigned char *p;
	uint8_t *prev, *keep;
	uint64_t offset;
	size_t nbytes;
	struct prune_job *job; /* NULL: only copied */
	struct prune_run run;
	struct prune_result result;
};

struct writing {
	struct prune_file *f;
	struct output *out;
	bool with_mask;
	struct prune_mask_writer mask;
	/* Where filling is. */
	size_t at_span, at_job;
	uint64_t at_byte;
	struct slot slot[PRUNE_NSLOT_MAX];
	size_t nslot;
};

static void fill_job(
	struct writing *c, struct slot *s, const struct tensor_span *span)
{
	unsigned nbytes = s->job->view.format->nbytes;
	uint64_t first = c->at_byte / nbytes, left = span->n - first;

	s->run = (struct prune_run){
		.p = s->p,
		.n = left < c->f->chunk_nelem ? (size_t)left
					      : c->f->chunk_nelem,
		.first = first,
	};
	s->nbytes = s->run.n * nbytes;
	s->result = (struct prune_result){0};
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = &c->slot[i];
	const struct tensor_span *span;
	uint64_t left;

	(void)d;
	while (c->at_span < c->f->map->nspan &&
		c->at_byte == c->f->map->span[c->at_span].nbytes) {
		c->at_span++;
		c->at_byte = 0;
	}
	if (c->at_span == c->f->map->nspan)
		return 0;
	span = &c->f->map->span[c->at_span];
	while (c->at_job < c->f->njob && c->f->job[c->at_job].span < span)
		c->at_job++;
	s->offset = span->offset + c->at_byte;
	s->job = NULL;
	if (c->at_job < c->f->njob && c->f->job[c->at_job].span == span)
		s->job = &c->f->job[c->at_job];
	if (s->job) {
		fill_job(c, s, span);
	} else {
		left = span->nbytes - c->at_byte;
		s->nbytes = left < c->f->chunk_nelem ? (size_t)left
						     : c->f->chunk_nelem;
	}
	c->at_byte += s->nbytes;
	return 1;
}

static int refuse_nan(
	const struct writing *c, const struct slot *s, struct diag *d)
{
	const struct tensor_span *span = s->job->span;

	diag_set(d, DIAG_DATA,
		"NaN at index %llu; expected numbers (or --nan keep, prune)",
		(unsigned long long)prune_c_index(span, s->result.nan_at));
	diag_at(d, "%.200s", span->name);
	return diag_at(d, "%s", c->f->in->name);
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = &c->slot[i];
	const struct prune_job *job = s->job;

	if (input_pread(c->f->in, s->p, s->nbytes, s->offset, d))
		return -1;
	progress_add(c->f->progress, s->nbytes);
	if (!job)
		return 0;
	if (job->mask) {
		if (prune_mask_read(c->f->prev, job->mask, job->span,
			    s->run.first, s->run.n, s->prev, d))
			return -1;
		s->run.prev = s->prev;
	}
	prune_apply(&job->view, &s->run, job->cut,
		c->with_mask ? s->keep : NULL, &s->result);
	if (s->result.nan && job->view.nan == PRUNE_NAN_ERROR)
		return refuse_nan(c, s, d);
	return 0;
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = &c->slot[i];
	struct prune_result *sum = s->job ? &s->job->result : NULL;

	if (sum) {
		sum->npruned += s->result.npruned;
		sum->nan += s->result.nan;
		if (s->result.pruned_max > sum->pruned_max)
			sum->pruned_max = s->result.pruned_max;
	}
	if (c->out && output_write(c->out, s->p, s->nbytes, d))
		return -1;
	if (s->job && c->with_mask)
		return prune_mask_put(&c->mask, s->job->span, s->run.first,
			s->run.n, s->keep, d);
	return 0;
}

static int alloc_slots(struct writing *c, struct diag *d)
{
	bool bad = false;

	c->nslot = pool_nslot(c->f->nthread);
	if (c->nslot > PRUNE_NSLOT_MAX)
		c->nslot = PRUNE_NSLOT_MAX;
	for (size_t i = 0; i < c->nslot; i++) {
		struct slot *s = &c->slot[i];

		s->p = malloc(c->f->chunk_nelem * 8);
		s->prev = malloc(c->f->chunk_nelem / 8);
		s->keep = malloc(c->f->chunk_nelem / 8);
		bad |= !s->p || !s->prev || !s->keep;
	}
	return bad ? diag_nomem(d, c->f->chunk_nelem * 8) : 0;
}

static void free_slots(struct writing *c)
{
	for (size_t i = 0; i < c->nslot; i++) {
		free(c->slot[i].p);
		free(c->slot[i].prev);
		free(c->slot[i].keep);
	}
}

static int begin_mask(struct writing *c, struct output *mask, struct diag *d)
{
	size_t n = c->f->njob;
	const struct tensor_span **span =
		calloc(n + 1, sizeof(const struct tensor_span *));
	int ret;

	if (!span)
		return diag_nomem(d, n * sizeof(const struct tensor_span *));
	for (size_t i = 0; i < n; i++)
		span[i] = c->f->job[i].span;
	ret = prune_mask_begin(&c->mask, mask, span, n, d);
	free(span);
	c->with_mask = true;
	return ret;
}

int prune_file_write(struct prune_file *f, struct output *out,
	struct output *mask, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct writing c = {.f = f, .out = out};
	int ret = -1;

	for (size_t i = 0; i < f->njob; i++)
		f->job[i].result = (struct prune_result){0};
	if (mask && begin_mask(&c, mask, d))
		goto out;
	if (alloc_slots(&c, d))
		goto out;
	if (pool_stream(f->nthread, c.nslot, &stage, &c, d))
		goto out;
	if (input_unchanged(f->in, d))
		goto out;
	ret = f->prev ? input_unchanged(&f->prev->in, d) : 0;
out:
	free_slots(&c);
	prune_mask_end(&c.mask);
	return ret;
}
