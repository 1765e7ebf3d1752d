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
#include "prune/prune_impl.h"

/* Of a run: what became of it, and the byte its mask begins at. */
struct part {
	struct prune_result result;
	size_t keep_at;
};

struct slot {
	uint8_t *prev, *keep;
	size_t keep_nbytes; /* used of keep */
	struct prune_desk desk;
	struct part part[PRUNE_SCAN_NRUN];
};

struct writing {
	struct prune_file *f;
	struct output *out;
	bool with_mask;
	struct prune_mask_writer mask;
	struct prune_item *item;
	struct prune_job **job; /* per item; NULL: only copied */
	struct slot *slot;
	size_t nslot;
};

static int refuse_nan(const struct writing *c, const struct prune_job *job,
	const struct prune_result *r, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"NaN at index %llu; expected numbers (or --nan keep, prune)",
		(unsigned long long)prune_c_index(job->span, r->nan_at));
	diag_at(d, "%.200s", job->span->name);
	return diag_at(d, "%s", c->f->in->name);
}

/* All of JOB is in memory: its cut is found here. */
static int pick(struct writing *c, struct slot *s, struct prune_job *job,
	const struct prune_run *r, struct diag *d)
{
	struct prune_pick p = prune_job_pick(c->f, job);
	int ret = prune_pick_run(&p, &job->view, r, &s->desk);

	if (ret < 0)
		return diag_nomem(d, r->n);
	if (ret)
		return prune_changed(c->f, d);
	job->cut = p.cut;
	return 0;
}

static int apply(struct writing *c, struct slot *s, struct prune_run *r,
	struct part *part, struct diag *d)
{
	struct prune_job *job = c->job[r->item];

	part->result = (struct prune_result){0};
	part->keep_at = s->keep_nbytes;
	s->keep_nbytes += (r->n + 7) / 8;
	if (job->mask) {
		if (prune_mask_read(c->f->prev, job->mask, job->span, r->first,
			    r->n, s->prev, d))
			return -1;
		r->prev = s->prev;
	}
	prune_prepare(&job->view, r, &part->result);
	if (job->in_memory && pick(c, s, job, r, d))
		return -1;
	prune_apply(&job->view, r, job->cut,
		c->with_mask ? s->keep + part->keep_at : NULL, &part->result);
	if (part->result.nan && job->view.nan == PRUNE_NAN_ERROR)
		return refuse_nan(c, job, &part->result, d);
	return 0;
}

static int work(void *ctx, size_t slot, struct prune_run *run, size_t nrun,
	struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = &c->slot[slot];

	s->keep_nbytes = 0;
	for (size_t i = 0; i < nrun; i++)
		if (c->job[run[i].item] && apply(c, s, &run[i], &s->part[i], d))
			return -1;
	return 0;
}

static void add(struct prune_job *job, const struct prune_run *run,
	const struct prune_result *r)
{
	struct prune_result *sum = &job->result;

	sum->npruned += r->npruned + (run->last ? job->cut.nzero : 0);
	sum->nan += r->nan;
	if (r->pruned_max > sum->pruned_max)
		sum->pruned_max = r->pruned_max;
}

static int drain(void *ctx, size_t slot, const struct prune_run *run,
	size_t nrun, struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = &c->slot[slot];

	for (size_t i = 0; i < nrun; i++) {
		const struct prune_run *r = &run[i];
		const struct part *part = &s->part[i];
		struct prune_job *job = c->job[r->item];

		if (job)
			add(job, r, &part->result);
		if (c->out && output_write(c->out, r->p,
				      r->n * c->item[r->item].width, d))
			return -1;
		if (job && c->with_mask &&
			prune_mask_put(&c->mask, job->span, r->first, r->n,
				s->keep + part->keep_at, d))
			return -1;
	}
	return 0;
}

/* Elements of a chunk at most. */
static size_t nelem_max(const struct writing *c)
{
	size_t n = 4 * c->f->chunk_nelem;

	for (size_t i = 0; i < c->f->njob; i++)
		if (c->f->job[i].in_memory && c->f->job[i].span->n > n)
			n = (size_t)c->f->job[i].span->n;
	return n;
}

/* A spare byte for each run, whose bits begin with a byte. */
static int alloc_slots(struct writing *c, struct diag *d)
{
	size_t nbits = nelem_max(c);
	bool bad = false;

	c->nslot = prune_scan_nslot(c->f->nthread);
	c->slot = calloc(c->nslot, sizeof(*c->slot));
	if (!c->slot)
		return diag_nomem(d, c->nslot * sizeof(*c->slot));
	for (size_t i = 0; i < c->nslot; i++) {
		c->slot[i].prev = malloc(nbits / 8 + 1);
		c->slot[i].keep = malloc(nbits / 8 + PRUNE_SCAN_NRUN);
		bad |= !c->slot[i].prev || !c->slot[i].keep ||
		       prune_desk_init(&c->slot[i].desk, c->f->gather_max);
	}
	return bad ? diag_nomem(d, nbits / 8) : 0;
}

static void free_all(struct writing *c)
{
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		free(c->slot[i].prev);
		free(c->slot[i].keep);
		prune_desk_free(&c->slot[i].desk);
	}
	free(c->slot);
	free(c->item);
	free(c->job);
	prune_mask_end(&c->mask);
}

/* An item for each span, a job's in elements and all else in bytes. */
static int make_items(struct writing *c, struct diag *d)
{
	const struct prune_file *f = c->f;
	size_t n = f->map->nspan, at_job = 0;

	c->item = calloc(n + 1, sizeof(*c->item));
	c->job = calloc(n + 1, sizeof(struct prune_job *));
	if (!c->item || !c->job)
		return diag_nomem(d, n * sizeof(*c->item));
	for (size_t i = 0; i < n; i++) {
		const struct tensor_span *span = &f->map->span[i];

		while (at_job < f->njob && f->job[at_job].span < span)
			at_job++;
		c->item[i] = (struct prune_item){.in = f->in,
			.offset = span->offset,
			.n = span->nbytes,
			.width = 1};
		if (at_job == f->njob || f->job[at_job].span != span)
			continue;
		c->job[i] = &f->job[at_job];
		c->item[i].n = span->n;
		c->item[i].unit = c->job[i]->in_memory ? span->n : 1;
		c->item[i].width = c->job[i]->view.format->nbytes;
	}
	return 0;
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
	struct writing c = {.f = f, .out = out};
	struct prune_scan s = {.nitem = f->map->nspan,
		.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.work = work,
		.drain = drain,
		.ctx = &c};
	int ret = -1;

	for (size_t i = 0; i < f->njob; i++)
		f->job[i].result = (struct prune_result){0};
	if (mask && begin_mask(&c, mask, d))
		goto out;
	if (make_items(&c, d) || alloc_slots(&c, d))
		goto out;
	s.item = c.item;
	if (prune_scan(&s, d))
		goto out;
	if (input_unchanged(f->in, d))
		goto out;
	ret = f->prev ? input_unchanged(&f->prev->in, d) : 0;
out:
	free_all(&c);
	return ret;
}
