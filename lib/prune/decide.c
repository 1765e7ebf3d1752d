/* SPDX-License-Identifier: MIT */
/*
 * From a target to a cut for each tensor: how many, in which scope, and the
 * passes over the file that find out where.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/pool.h"
#include "base/progress.h"
#include "prune/prune_impl.h"

/* --- passes -------------------------------------------------------------- */

struct slot {
	unsigned char *p;
	uint8_t *prev;
	uint32_t *hist;
	struct prune_cand *cand;
	uint64_t nfound;
	struct prune_run run;
	size_t job;
	struct prune_range *range;
	bool last; /* of its range in this pass */
};

struct passes {
	const struct prune_file *f;
	struct prune_job *const *job;
	size_t njob;
	struct prune_range *range;
	size_t nrange;
	struct prune_cut *cut; /* per job */
	size_t *order;         /* jobs of a shared pick by name */
	/* Where filling is. */
	size_t at_range, at_job;
	uint64_t at_elem;
	/* What the range being drained has added up to. */
	uint64_t *hist;
	uint64_t nfound;
	struct prune_cand *cand;
	uint64_t *share; /* per job */
	struct slot slot[PRUNE_NSLOT_MAX];
	size_t nslot;
};

/* Moves to the next job with elements in a range that wants a pass. */
static bool seek_work(struct passes *c)
{
	for (; c->at_range < c->nrange; c->at_range++) {
		const struct prune_range *r = &c->range[c->at_range];

		if (r->pick.step == PRUNE_STEP_DONE)
			continue;
		if (c->at_job < r->begin)
			c->at_job = r->begin;
		for (; c->at_job < r->end; c->at_job++, c->at_elem = 0)
			if (c->at_elem < c->job[c->at_job]->span->n)
				return true;
	}
	return false;
}

static int fill(void *ctx, size_t i, struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = &c->slot[i];
	uint64_t left;

	(void)d;
	if (!seek_work(c))
		return 0;
	left = c->job[c->at_job]->span->n - c->at_elem;
	s->range = &c->range[c->at_range];
	s->job = c->at_job;
	s->run = (struct prune_run){
		.p = s->p,
		.n = left < c->f->chunk_nelem ? (size_t)left
					      : c->f->chunk_nelem,
		.first = c->at_elem,
	};
	c->at_elem += s->run.n;
	s->last = !seek_work(c) || s->range != &c->range[c->at_range];
	return 1;
}

static int work(void *ctx, size_t i, struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = &c->slot[i];
	const struct prune_job *job = c->job[s->job];
	const struct prune_prefix *x = &s->range->pick.x;
	unsigned nbytes = job->view.format->nbytes;

	if (input_pread(c->f->in, s->p, s->run.n * nbytes,
		    job->span->offset + s->run.first * nbytes, d))
		return -1;
	if (job->mask) {
		if (prune_mask_read(c->f->prev, job->mask, job->span,
			    s->run.first, s->run.n, s->prev, d))
			return -1;
		s->run.prev = s->prev;
	}
	switch (s->range->pick.step) {
	case PRUNE_STEP_DONE: break;
	case PRUNE_STEP_COUNT:
		memset(s->hist, 0, sizeof(*s->hist) << prune_digit_nbits(x));
		prune_count(&job->view, &s->run, x, s->hist);
		break;
	case PRUNE_STEP_GATHER:
		s->nfound = prune_gather(&job->view, &s->run, x,
			s->job - s->range->begin, s->cand, c->f->gather_max);
		break;
	case PRUNE_STEP_SPLIT:
		s->nfound = prune_match(&job->view, &s->run, x);
		break;
	}
	progress_add(c->f->progress, s->run.n * nbytes);
	return 0;
}

static void add_hist(struct passes *c, const struct slot *s)
{
	size_t n = (size_t)1 << prune_digit_nbits(&s->range->pick.x);

	for (size_t i = 0; i < n; i++)
		c->hist[i] += s->hist[i];
}

static int changed(const struct passes *c, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"changed while it was read; expected it to stay the same");
	return diag_at(d, "%s", c->f->in->name);
}

static int add_cand(struct passes *c, const struct slot *s, struct diag *d)
{
	if (c->nfound + s->nfound > c->f->gather_max)
		return changed(c, d);
	memcpy(c->cand + c->nfound, s->cand,
		(size_t)s->nfound * sizeof(*s->cand));
	c->nfound += s->nfound;
	return 0;
}

/* A shared tie is divided; each tensor goes on with a pick of its own. */
static int split(struct passes *c, const struct prune_range *r, struct diag *d)
{
	const struct prune_pick shared = r->pick;
	size_t n = r->end - r->begin;
	uint64_t *quota = calloc(n, sizeof(*quota));

	if (!quota)
		return diag_nomem(d, n * sizeof(*quota));
	if (prune_quota(c->share, n, c->order, shared.rank, quota)) {
		free(quota);
		return diag_nomem(d, n * sizeof(*quota));
	}
	/* Only the one range of global scope is shared: all jobs are its. */
	for (size_t i = 0; i < n; i++) {
		struct prune_pick *p = &c->range[i].pick;

		c->range[i].begin = i;
		c->range[i].end = i + 1;
		*p = shared;
		p->rank = quota[i];
		p->count = c->share[i];
		p->ntensor = 1;
		prune_pick_start_tie(p, shared.x.key);
	}
	c->nrange = n;
	free(quota);
	return 0;
}

static void put_cuts(struct passes *c, const struct prune_range *r)
{
	for (size_t i = r->begin; i < r->end; i++)
		c->cut[i] = r->pick.cut;
}

static int answer_count(struct passes *c, struct prune_range *r, struct diag *d)
{
	size_t ndigit = (size_t)1 << prune_digit_nbits(&r->pick.x);
	uint64_t total = 0;

	for (size_t i = 0; i < ndigit; i++)
		total += c->hist[i];
	/* Numbers that do not add up could narrow down for ever. */
	if (total != r->pick.count)
		return changed(c, d);
	prune_pick_count(&r->pick, c->hist);
	memset(c->hist, 0, ndigit * sizeof(*c->hist));
	if (r->pick.step == PRUNE_STEP_DONE)
		put_cuts(c, r);
	return 0;
}

/* The last chunk of a range in this pass is in. */
static int answer(struct passes *c, struct prune_range *r, struct diag *d)
{
	uint64_t total = c->nfound;

	switch (r->pick.step) {
	case PRUNE_STEP_DONE: return 0;
	case PRUNE_STEP_COUNT: return answer_count(c, r, d);
	case PRUNE_STEP_GATHER:
		c->nfound = 0;
		if (total != r->pick.count)
			return changed(c, d);
		if (prune_pick_gather(&r->pick, c->cand, (size_t)total,
			    c->order, c->cut + r->begin))
			return diag_nomem(d, total);
		return 0;
	case PRUNE_STEP_SPLIT: break;
	}
	c->nfound = 0;
	return total == r->pick.count ? 0 : changed(c, d);
}

static int drain(void *ctx, size_t i, struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = &c->slot[i];

	switch (s->range->pick.step) {
	case PRUNE_STEP_DONE: break;
	case PRUNE_STEP_COUNT: add_hist(c, s); break;
	case PRUNE_STEP_GATHER:
		if (add_cand(c, s, d))
			return -1;
		break;
	case PRUNE_STEP_SPLIT:
		c->share[s->job] += s->nfound;
		c->nfound += s->nfound;
		break;
	}
	return s->last ? answer(c, s->range, d) : 0;
}

static bool any_left(const struct passes *c)
{
	for (size_t i = 0; i < c->nrange; i++)
		if (c->range[i].pick.step != PRUNE_STEP_DONE)
			return true;
	return false;
}

static int run_passes(struct passes *c, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};

	while (any_left(c)) {
		bool is_split = c->range[0].pick.step == PRUNE_STEP_SPLIT;

		c->at_range = c->at_job = 0;
		c->at_elem = 0;
		if (pool_stream(c->f->nthread, c->nslot, &stage, c, d))
			return -1;
		if (is_split) {
			if (split(c, &c->range[0], d))
				return -1;
			for (size_t i = 0; i < c->nrange; i++)
				if (c->range[i].pick.step == PRUNE_STEP_DONE)
					put_cuts(c, &c->range[i]);
		}
	}
	return 0;
}

/* Bytes of the widest element. */
static size_t width_max(const struct passes *c)
{
	size_t width = 1;

	for (size_t i = 0; i < c->njob; i++)
		if (c->job[i]->view.format->nbytes > width)
			width = c->job[i]->view.format->nbytes;
	return width;
}

static int alloc_slots(struct passes *c, size_t width)
{
	bool bad = false;

	c->nslot = pool_nslot(c->f->nthread);
	if (c->nslot > PRUNE_NSLOT_MAX)
		c->nslot = PRUNE_NSLOT_MAX;
	for (size_t i = 0; i < c->nslot; i++) {
		struct slot *s = &c->slot[i];

		s->p = malloc(c->f->chunk_nelem * width);
		s->prev = malloc(c->f->chunk_nelem / 8);
		s->hist = malloc(sizeof(*s->hist) << PRUNE_DIGIT_NBITS);
		s->cand = malloc((c->f->gather_max + 1) * sizeof(*s->cand));
		bad |= !s->p || !s->prev || !s->hist || !s->cand;
	}
	return bad ? -1 : 0;
}

static int alloc_all(struct passes *c, struct diag *d)
{
	c->order = calloc(c->njob, sizeof(*c->order));
	c->share = calloc(c->njob, sizeof(*c->share));
	c->hist = calloc((size_t)1 << PRUNE_DIGIT_NBITS, sizeof(*c->hist));
	c->cand = malloc((c->f->gather_max + 1) * sizeof(*c->cand));
	if (alloc_slots(c, width_max(c)) || !c->order || !c->share ||
		!c->hist || !c->cand)
		return diag_nomem(d, c->f->chunk_nelem);
	return 0;
}

static void free_all(struct passes *c)
{
	for (size_t i = 0; i < c->nslot; i++) {
		free(c->slot[i].p);
		free(c->slot[i].prev);
		free(c->slot[i].hist);
		free(c->slot[i].cand);
	}
	free(c->order);
	free(c->share);
	free(c->hist);
	free(c->cand);
}

struct named {
	const char *name;
	size_t i;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
		((const struct named *)b)->name);
}

static int sort_names(struct passes *c, struct diag *d)
{
	struct named *named = calloc(c->njob, sizeof(*named));

	if (!named)
		return diag_nomem(d, c->njob * sizeof(*named));
	for (size_t i = 0; i < c->njob; i++)
		named[i] = (struct named){c->job[i]->span->name, i};
	qsort(named, c->njob, sizeof(*named), by_name);
	for (size_t i = 0; i < c->njob; i++)
		c->order[i] = named[i].i;
	free(named);
	return 0;
}

/*
 * Reads F as often as it takes to finish all picks; CUT[i] gets the cut of
 * JOB[i].  RANGE has room for NJOB ranges and is used up.  Returns 0, or -1.
 */
static int find_cuts(const struct prune_file *f, struct prune_job *const *job,
	size_t njob, struct prune_range *range, size_t nrange,
	struct prune_cut *cut, struct diag *d)
{
	struct passes c = {
		.f = f,
		.job = job,
		.njob = njob,
		.range = range,
		.nrange = nrange,
		.cut = cut,
	};
	int ret = -1;

	for (size_t i = 0; i < nrange; i++)
		if (range[i].pick.step == PRUNE_STEP_DONE)
			put_cuts(&c, &range[i]);
	if (!any_left(&c))
		return 0;
	if (!alloc_all(&c, d) && !sort_names(&c, d))
		ret = run_passes(&c, d);
	free_all(&c);
	return ret;
}

/* --- cuts ---------------------------------------------------------------- */

/*
 * From a target to a cut for each tensor: how many, in which scope; the
 * passes find out where.
 */

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
	if (find_cuts(f, c->job, c->njob, c->range, global ? 1 : c->njob,
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
