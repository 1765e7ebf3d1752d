/* SPDX-License-Identifier: MIT */
/*
 * From a target to a cut for each tensor: how many, in which scope; the
 * passes find out where.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "prune/file.h"
#include "prune/passes.h"

/* The arrays one decision needs, all of as many entries as there are jobs. */
struct decision {
	struct prune_job **job; /* those with by_target */
	size_t njob;
	struct prune_range *range;
	struct prune_cut *cut;
};

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static int too_few(const struct prune_file *f, const char *name, uint64_t k,
	uint64_t n, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%llu weights; asked to prune %llu",
		(unsigned long long)n, (unsigned long long)k);
	if (*name)
		diag_at(d, "%.200s", name);
	return diag_at(d, "%s", f->in->name);
}

static int plan_each(const struct prune_file *f, struct decision *c,
	const struct prune_target *t, struct diag *d)
{
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];
		uint64_t n = job->span->n;

		job->k = prune_amount(t, n);
		if (job->k > n)
			return too_few(f, job->span->name, job->k, n, d);
		c->range[i] = (struct prune_range){
			.begin = i,
			.end = i + 1,
			.pick = {.rank = minus(job->k, job->ngone),
				.count = n - job->ngone,
				.ntensor = 1,
				.gather_max = f->gather_max,
				.ties = job->view.ties},
		};
		prune_pick_start(
			&c->range[i].pick, job->view.format->key_nbits);
	}
	return 0;
}

/* Keys of different formats meet as keys of f64. */
static unsigned common_key(struct decision *c)
{
	const struct prune_format *first = c->job[0]->view.format;
	bool wide = false;

	for (size_t i = 1; i < c->njob; i++)
		wide |= c->job[i]->view.format != first;
	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->view.wide = wide;
	return wide ? 63 : first->key_nbits;
}

static int plan_together(const struct prune_file *f, struct decision *c,
	const struct prune_target *t, struct diag *d)
{
	uint64_t n = 0, ngone = 0, k;

	for (size_t i = 0; i < c->njob; i++) {
		n += c->job[i]->span->n;
		ngone += c->job[i]->ngone;
	}
	k = prune_amount(t, n);
	if (k > n)
		return too_few(f, "", k, n, d);
	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->k = k;
	c->range[0] = (struct prune_range){
		.begin = 0,
		.end = c->njob,
		.pick = {.rank = minus(k, ngone),
			.count = n - ngone,
			.ntensor = c->njob,
			.gather_max = f->gather_max,
			.ties = c->job[0]->view.ties},
	};
	prune_pick_start(&c->range[0].pick, common_key(c));
	return 0;
}

/* A cut between wide keys, between the tensor's own. */
static struct prune_cut narrow(
	const struct prune_format *f, struct prune_cut wide)
{
	uint64_t key = prune_narrow_key(f, wide.key);

	if (key >> f->key_nbits || prune_wide_key(f, key) != wide.key)
		return (struct prune_cut){key, 0};
	return (struct prune_cut){key, wide.tie};
}

static void take_cuts(struct decision *c)
{
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		job->cut = job->view.wide ? narrow(job->view.format, c->cut[i])
					  : c->cut[i];
		job->view.wide = false;
	}
}

static void cut_below(struct decision *c, double threshold)
{
	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->cut.key = prune_narrow_key(
			c->job[i]->view.format, prune_double_key(threshold));
}

static int count_gone(struct prune_file *f, struct diag *d)
{
	for (size_t i = 0; i < f->njob; i++) {
		struct prune_job *job = &f->job[i];
		if (job->mask && prune_mask_count(f->prev, job->mask, job->span,
					 &job->ngone, d))
			return -1;
	}
	return 0;
}

static int decide(struct prune_file *f, struct decision *c,
	const struct prune_target *t, bool global, struct diag *d)
{
	if (t->kind == PRUNE_BY_THRESHOLD) {
		cut_below(c, t->threshold);
		return 0;
	}
	if (global ? plan_together(f, c, t, d) : plan_each(f, c, t, d))
		return -1;
	if (prune_passes(f, c->job, c->njob, c->range, global ? 1 : c->njob,
		    c->cut, d))
		return -1;
	take_cuts(c);
	return 0;
}

void prune_file_init(struct prune_file *f)
{
	*f = (struct prune_file){
		.chunk_nelem = PRUNE_CHUNK_NELEM,
		.gather_max = PRUNE_GATHER_MAX,
	};
}

int prune_file_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d)
{
	struct decision c = {0};
	int ret = -1;

	c.job = calloc(f->njob + 1, sizeof(struct prune_job *));
	c.range = calloc(f->njob + 1, sizeof(*c.range));
	c.cut = calloc(f->njob + 1, sizeof(*c.cut));
	if (!c.job || !c.range || !c.cut) {
		diag_nomem(d, f->njob * sizeof(*c.range));
		goto out;
	}
	for (size_t i = 0; i < f->njob; i++)
		if (f->job[i].by_target)
			c.job[c.njob++] = &f->job[i];
	if (count_gone(f, d))
		goto out;
	ret = c.njob && t->kind != PRUNE_BY_NOTHING
		      ? decide(f, &c, t, global, d)
		      : 0;
out:
	free(c.job);
	free(c.range);
	free(c.cut);
	return ret;
}

static bool is_exact(const struct prune_job *job, const struct prune_target *t)
{
	return t->kind != PRUNE_BY_NOTHING && t->kind != PRUNE_BY_THRESHOLD &&
	       job->by_target && job->view.ties != PRUNE_TIES_KEEP &&
	       job->view.ties != PRUNE_TIES_DROP;
}

int prune_file_verify(const struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d)
{
	uint64_t k = 0, ngone = 0, npruned = 0;
	bool agrees = true;

	for (size_t i = 0; i < f->njob; i++) {
		const struct prune_job *job = &f->job[i];
		uint64_t want = job->k > job->ngone ? job->k : job->ngone;

		if (!is_exact(job, t))
			continue;
		if (!global)
			agrees &= job->result.npruned == want;
		k = job->k;
		ngone += job->ngone;
		npruned += job->result.npruned;
	}
	if (global)
		agrees = npruned == (k > ngone ? k : ngone);
	if (agrees)
		return 0;
	diag_set(d, DIAG_DATA,
		"changed while it was read; expected it to stay the same");
	return diag_at(d, "%s", f->in->name);
}
