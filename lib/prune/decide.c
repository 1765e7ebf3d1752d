/* SPDX-License-Identifier: MIT */
/*
 * From a target to a cut for each tensor: how many, in which scope, and the
 * passes over the file that find out where.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "prune/prune_impl.h"

/* Jobs [begin, end) share a pick: one tensor, or all of them. */
struct range {
	struct select_pick pick;
	size_t begin, end;
};

/* --- passes -------------------------------------------------------------- */

struct slot {
	uint8_t *prev;
	uint64_t *score;
	uint32_t *hist;
	struct select_cand *cand;
	uint64_t found[SELECT_SCAN_NRUN]; /* by run */
	uint64_t nfound, nbelow;
};

struct passes {
	const struct prune_file *f;
	struct prune_job *const *job;
	size_t njob;
	struct range *range;
	size_t nrange;
	struct select_cut *cut; /* per job */
	size_t *order;          /* jobs of a shared pick by name */
	/* A pass: jobs of ranges that are not done; a range is a group. */
	struct select_item *item;
	size_t nitem;
	size_t *item_job;
	/* What the range being drained has added up to. */
	uint64_t *hist;
	uint64_t nfound, nbelow;
	struct select_cand *cand;
	uint64_t *share; /* per job */
	struct slot *slot;
	size_t nslot;
};

static struct range *range_of(
	const struct passes *c, const struct select_run *r)
{
	return &c->range[c->item[r->item].group];
}

static int look(struct passes *c, struct slot *s, struct select_run *r,
	uint64_t *found, struct diag *d)
{
	const struct range *range = range_of(c, r);
	const struct select_range *x = &range->pick.x;
	size_t i = c->item_job[r->item];
	const struct prune_job *job = c->job[i];

	if (prune_job_load(c->f, job, r, s->prev, s->score, d))
		return -1;
	switch (range->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT:
		s->nbelow += select_count(&job->view, r, x, s->hist);
		break;
	case SELECT_STEP_GATHER:
		*found = select_gather(&job->view, r, x, i - range->begin,
			s->cand + s->nfound,
			c->f->gather_max + 1 - (size_t)s->nfound, &s->nbelow);
		s->nfound += *found;
		break;
	case SELECT_STEP_SPLIT:
		*found = select_match(&job->view, r, x);
		s->nfound += *found;
		break;
	}
	return 0;
}

static int work(void *ctx, size_t slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = &c->slot[slot];
	const struct select_pick *pick = &range_of(c, run)->pick;

	s->nfound = s->nbelow = 0;
	if (pick->step == SELECT_STEP_COUNT)
		memset(s->hist, 0, pick->x.ndigit * sizeof(*s->hist));
	for (size_t i = 0; i < nrun; i++)
		if (look(c, s, &run[i], &s->found[i], d))
			return -1;
	return 0;
}

static void add_hist(
	struct passes *c, const struct slot *s, const struct select_range *x)
{
	for (size_t i = 0; i < x->ndigit; i++)
		c->hist[i] += s->hist[i];
}

/* One more than is allowed tells that there were more. */
static void add_cand(struct passes *c, const struct slot *s)
{
	size_t room = c->f->gather_max + 1 - (size_t)c->nfound;
	size_t n = s->nfound < room ? (size_t)s->nfound : room;

	memcpy(c->cand + c->nfound, s->cand, n * sizeof(*s->cand));
	c->nfound += n;
}

/* A shared tie is divided; each tensor goes on with a pick of its own. */
static int split(struct passes *c, const struct range *r, struct diag *d)
{
	const struct select_pick shared = r->pick;
	size_t n = r->end - r->begin;
	uint64_t *quota = calloc(n, sizeof(*quota));

	if (!quota)
		return diag_nomem(d, n * sizeof(*quota));
	if (select_quota(c->share, n, c->order, shared.rank, quota)) {
		free(quota);
		return diag_nomem(d, n * sizeof(*quota));
	}
	/* Only the one range of global scope is shared: all jobs are its. */
	for (size_t i = 0; i < n; i++) {
		struct select_pick *p = &c->range[i].pick;

		c->range[i].begin = i;
		c->range[i].end = i + 1;
		*p = shared;
		p->rank = quota[i];
		p->count = c->share[i];
		p->ntensor = 1;
		select_pick_start_tie(p, shared.x.key);
	}
	c->nrange = n;
	free(quota);
	return 0;
}

static void put_cuts(struct passes *c, const struct range *r)
{
	for (size_t i = r->begin; i < r->end; i++)
		c->cut[i] = r->pick.cut;
}

static int answer_count(struct passes *c, struct range *r, struct diag *d)
{
	size_t ndigit = r->pick.x.ndigit;

	/* Numbers that do not add up could narrow down for ever. */
	if (select_pick_count(&r->pick, c->hist, c->nbelow))
		return prune_changed(c->f, d);
	memset(c->hist, 0, ndigit * sizeof(*c->hist));
	if (r->pick.step == SELECT_STEP_DONE)
		put_cuts(c, r);
	return 0;
}

static int answer_gather(struct passes *c, struct range *r, struct diag *d)
{
	int bad = select_pick_gather(&r->pick, c->cand, (size_t)c->nfound,
		c->nbelow, c->order, c->cut + r->begin);

	if (bad < 0)
		return diag_nomem(d, c->nfound);
	return bad ? prune_changed(c->f, d) : 0;
}

/* The last chunk of a range in this pass is in. */
static int answer(struct passes *c, struct range *r, struct diag *d)
{
	int ret = 0;

	switch (r->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT: ret = answer_count(c, r, d); break;
	case SELECT_STEP_GATHER: ret = answer_gather(c, r, d); break;
	case SELECT_STEP_SPLIT:
		if (c->nfound != r->pick.count)
			ret = prune_changed(c->f, d);
		break;
	}
	c->nfound = c->nbelow = 0;
	return ret;
}

static int drain(void *ctx, size_t slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = &c->slot[slot];
	struct range *range = range_of(c, run);
	const struct select_run *last = &run[nrun - 1];

	c->nbelow += s->nbelow;
	switch (range->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT: add_hist(c, s, &range->pick.x); break;
	case SELECT_STEP_GATHER: add_cand(c, s); break;
	case SELECT_STEP_SPLIT:
		for (size_t i = 0; i < nrun; i++)
			c->share[c->item_job[run[i].item]] += s->found[i];
		c->nfound += s->nfound;
		break;
	}
	if (last->last && (last->item + 1 == c->nitem ||
				  c->item[last->item + 1].group !=
					  c->item[last->item].group))
		return answer(c, range, d);
	return 0;
}

static bool any_left(const struct passes *c)
{
	for (size_t i = 0; i < c->nrange; i++)
		if (c->range[i].pick.step != SELECT_STEP_DONE)
			return true;
	return false;
}

/* What the next pass reads: empty tensors have no run, so no item either. */
static void make_items(struct passes *c)
{
	c->nitem = 0;
	for (size_t k = 0; k < c->nrange; k++) {
		const struct range *r = &c->range[k];

		if (r->pick.step == SELECT_STEP_DONE)
			continue;
		for (size_t i = r->begin; i < r->end; i++) {
			if (c->job[i]->span->n == 0)
				continue;
			c->item_job[c->nitem] = i;
			c->item[c->nitem] = prune_job_item(c->f, c->job[i]);
			c->item[c->nitem++].group = (unsigned)k;
		}
	}
}

static int run_passes(struct passes *c, struct diag *d)
{
	struct select_scan s = {.item = c->item,
		.nthread = c->f->nthread,
		.progress = c->f->progress,
		.chunk_nelem = c->f->chunk_nelem,
		.work = work,
		.drain = drain,
		.ctx = c};

	while (any_left(c)) {
		bool is_split = c->range[0].pick.step == SELECT_STEP_SPLIT;

		make_items(c);
		s.nitem = c->nitem;
		if (select_scan(&s, d))
			return -1;
		if (is_split) {
			if (split(c, &c->range[0], d))
				return -1;
			for (size_t i = 0; i < c->nrange; i++)
				if (c->range[i].pick.step == SELECT_STEP_DONE)
					put_cuts(c, &c->range[i]);
		}
	}
	return 0;
}

static int alloc_slots(struct passes *c)
{
	bool bad = false;

	c->nslot = select_scan_nslot(c->f->nthread);
	c->slot = calloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		struct slot *s = &c->slot[i];

		s->prev = malloc(c->f->chunk_nelem / 2 + 1);
		if (c->f->score)
			s->score = malloc(
				4 * c->f->chunk_nelem * sizeof(*s->score));
		s->hist = malloc(sizeof(*s->hist) << SELECT_DIGIT_NBITS);
		s->cand = malloc((c->f->gather_max + 1) * sizeof(*s->cand));
		bad |= !s->prev || !s->hist || !s->cand ||
		       (c->f->score && !s->score);
	}
	return bad || !c->slot ? -1 : 0;
}

static int alloc_all(struct passes *c, struct diag *d)
{
	c->item = calloc(c->njob + 1, sizeof(*c->item));
	c->item_job = calloc(c->njob + 1, sizeof(*c->item_job));
	c->order = calloc(c->njob + 1, sizeof(*c->order));
	c->share = calloc(c->njob + 1, sizeof(*c->share));
	c->hist = calloc((size_t)1 << SELECT_DIGIT_NBITS, sizeof(*c->hist));
	c->cand = malloc((c->f->gather_max + 1) * sizeof(*c->cand));
	if (alloc_slots(c) || !c->item || !c->item_job || !c->order ||
		!c->share || !c->hist || !c->cand)
		return diag_nomem(d, c->f->chunk_nelem);
	return 0;
}

static void free_all(struct passes *c)
{
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		free(c->slot[i].prev);
		free(c->slot[i].score);
		free(c->slot[i].hist);
		free(c->slot[i].cand);
	}
	free(c->slot);
	free(c->item);
	free(c->item_job);
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
	size_t njob, struct range *range, size_t nrange, struct select_cut *cut,
	struct diag *d)
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
		if (range[i].pick.step == SELECT_STEP_DONE)
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
	struct range *range;
	size_t nrange;
	struct select_cut *cut;
	uint32_t *to_f32[TENSOR_NDTYPE]; /* by key */
};

/* Bytes of a tensor in memory, with its bits and scores. */
static uint64_t memory_of(const struct prune_job *job)
{
	uint64_t n = job->span->nbytes + 3 * job->span->n / 8;

	return job->view.scored ? n + 8 * job->span->n : n;
}

/* Jobs that fit into memory are left for the writing. */
static int plan_each(const struct prune_file *f, struct decision *c,
	const struct prune_target *t, struct diag *d)
{
	size_t fits = f->mem_nbytes / select_scan_nslot(f->nthread), n = 0;

	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		if (t->kind != PRUNE_BY_PLAN)
			job->k = prune_amount(t, job->span->n);
		if (job->k > job->span->n)
			return prune_too_few(
				f, job->span->name, job->k, job->span->n, d);
		job->in_memory = memory_of(job) <= fits;
		if (!job->in_memory)
			c->job[n++] = job;
	}
	c->njob = c->nrange = n;
	for (size_t i = 0; i < n; i++)
		c->range[i] = (struct range){
			prune_pick(f, &c->job[i]->view, c->job[i]->k,
				c->job[i]->ngone, c->job[i]->span->n),
			i, i + 1};
	return 0;
}

static int make_table(
	struct decision *c, enum tensor_dtype dtype, struct diag *d)
{
	const struct select_format *f = select_format(dtype);
	size_t n = (size_t)1 << f->key_nbits;
	uint32_t *table = malloc(n * sizeof(*table));

	if (!table)
		return diag_nomem(d, n * sizeof(*table));
	for (size_t i = 0; i < n; i++)
		table[i] = (uint32_t)select_key_as(
			f, select_format(TENSOR_F32), i);
	c->to_f32[dtype] = table;
	return 0;
}

/* Different formats meet in one that has all their values. */
static int common_format(struct decision *c, struct diag *d)
{
	const struct select_format *as = c->job[0]->view.format;

	for (size_t i = 1; i < c->njob; i++) {
		const struct select_format *f = c->job[i]->view.format;

		if (f->key_nbits == 63 || as->key_nbits == 63)
			as = select_format(TENSOR_F64);
		else if (f != as)
			as = select_format(TENSOR_F32);
	}
	for (size_t i = 0; i < c->njob; i++) {
		struct select_view *v = &c->job[i]->view;
		enum tensor_dtype dtype = v->span->dtype;

		v->as = as;
		if (v->format == as || v->format->nbytes > 2)
			continue;
		if (!c->to_f32[dtype] && make_table(c, dtype, d))
			return -1;
		v->to_f32 = c->to_f32[dtype];
	}
	return 0;
}

static int plan_together(const struct prune_file *f, struct decision *c,
	const struct prune_target *t, struct diag *d)
{
	struct select_pick p = {.ntensor = c->njob,
		.gather_max = f->gather_max,
		.zeros_alike = prune_zeros_alike(f, &c->job[0]->view),
		.ties = c->job[0]->view.ties};
	uint64_t n = 0, k;

	for (size_t i = 0; i < c->njob; i++) {
		unsigned tie_nbits = select_tie_nbits(&c->job[i]->view);

		n += c->job[i]->span->n;
		p.ngone += c->job[i]->ngone;
		if (tie_nbits > p.tie_nbits)
			p.tie_nbits = tie_nbits;
	}
	k = prune_amount(t, n);
	if (k > n)
		return prune_too_few(f, "", k, n, d);
	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->k = k;
	if (!f->score && common_format(c, d))
		return -1;
	p.rank = k > p.ngone ? k - p.ngone : 0;
	p.count = n - p.ngone;
	p.key_nbits = select_view_nbits(&c->job[0]->view);
	select_pick_start(&p);
	c->range[0] = (struct range){p, 0, c->njob};
	c->nrange = 1;
	return 0;
}

/* A cut between common keys, between the tensor's own. */
static struct select_cut narrow(
	const struct select_view *v, struct select_cut cut)
{
	const struct select_format *f = v->format;
	uint64_t key = select_key_from(f, v->as, cut.key);

	if (key >> f->key_nbits || select_key_as(f, v->as, key) != cut.key)
		return (struct select_cut){.key = key};
	return (struct select_cut){key, cut.tie, cut.nzero};
}

static void take_cuts(struct decision *c)
{
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		job->cut = job->view.scored ? c->cut[i]
					    : narrow(&job->view, c->cut[i]);
		job->view.as = job->view.format;
	}
}

static void cut_below(
	const struct prune_file *f, struct decision *c, double threshold)
{
	for (size_t i = 0; i < c->njob; i++) {
		const struct select_view *v = &c->job[i]->view;
		struct select_cut *cut = &c->job[i]->cut;

		cut->key = v->scored ? prune_score_key(f->score, v, threshold)
				     : select_key_from(v->format,
					       select_format(TENSOR_F64),
					       select_double_key(threshold));
		/* No key is above those of integers that are 2^64 - 1 away. */
		if (v->scored && v->format->coding == SELECT_INTEGER &&
			threshold >= 0x1p64)
			cut->tie = UINT64_MAX;
	}
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

/* N:M says itself how many. */
static void count_nm(const struct prune_file *f, struct decision *c)
{
	const struct prune_structure *x = &f->structure;

	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->k = c->job[i]->span->n / x->of * (x->of - x->keep);
}

static int plan_rows(struct prune_file *f, struct decision *c,
	const struct prune_target *t, struct diag *d)
{
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];
		uint64_t nelem = prune_unit_nelem(f, job->span), k;

		k = prune_amount(t, nelem);
		if (k > nelem)
			return prune_too_few(f, job->span->name, k, nelem, d);
		job->k = nelem ? job->span->n / nelem * k : 0;
	}
	return prune_row_decide(f, d);
}

/*
 * Magnitudes are scores where bits do not order: of those tensors, and of all
 * that are compared with them.
 */
static void score_magnitudes(
	struct prune_file *f, struct decision *c, bool global)
{
	static const struct prune_score magnitude = {
		.kind = PRUNE_BY_MAGNITUDE};

	for (size_t i = 0; i < c->njob; i++)
		if (!select_view_orders(&c->job[i]->view))
			f->score = &magnitude;
	for (size_t i = 0; i < c->njob && f->score; i++) {
		struct select_view *v = &c->job[i]->view;

		v->scored = global || !select_view_orders(v);
	}
}

static int find_scores(
	struct prune_file *f, struct decision *c, bool global, struct diag *d)
{
	if (!f->score || f->score->kind == PRUNE_BY_MAGNITUDE) {
		score_magnitudes(f, c, global);
		return 0;
	}
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		if (prune_score_find(f->score, job->span, &job->score, d))
			return -1;
		job->view.scored = true;
	}
	return 0;
}

static int decide(struct prune_file *f, struct decision *c,
	const struct prune_target *t, bool global, struct diag *d)
{
	if (find_scores(f, c, global, d))
		return -1;
	if (f->structure.shape == PRUNE_NM) {
		count_nm(f, c);
		return 0;
	}
	if (f->structure.shape != PRUNE_SINGLE)
		return prune_unit_decide(f, t, global, d);
	if (f->by_row && t->kind != PRUNE_BY_THRESHOLD)
		return plan_rows(f, c, t, d);
	if (t->kind == PRUNE_BY_THRESHOLD) {
		cut_below(f, c, t->threshold);
		return 0;
	}
	if (global ? plan_together(f, c, t, d) : plan_each(f, c, t, d))
		return -1;
	if (find_cuts(f, c->job, c->njob, c->range, c->nrange, c->cut, d))
		return -1;
	take_cuts(c);
	return 0;
}

void prune_file_init(struct prune_file *f)
{
	*f = (struct prune_file){
		.chunk_nelem = PRUNE_CHUNK_NELEM,
		.gather_max = PRUNE_GATHER_MAX,
		.guess_min = PRUNE_GUESS_MIN,
		.mem_nbytes = PRUNE_MEM_NBYTES,
	};
}

int prune_file_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d)
{
	struct decision c = {0};
	int ret = -1;

	f->target = *t;
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
	ret = c.njob && (t->kind != PRUNE_BY_NOTHING ||
				f->structure.shape == PRUNE_NM)
		      ? decide(f, &c, t, global, d)
		      : 0;
out:
	for (size_t i = 0; i < TENSOR_NDTYPE; i++)
		free(c.to_f32[i]);
	free(c.job);
	free(c.range);
	free(c.cut);
	return ret;
}

/* K tells how many; with structures, what prev has pruned may come on top. */
static bool is_exact(const struct prune_file *f, const struct prune_job *job,
	const struct prune_target *t)
{
	bool structured = f->structure.shape != PRUNE_SINGLE;

	if (!job->by_target || ((structured || f->by_row) && job->mask))
		return false;
	if (structured)
		return true;
	return t->kind != PRUNE_BY_NOTHING && t->kind != PRUNE_BY_THRESHOLD &&
	       job->view.ties != SELECT_TIES_KEEP &&
	       job->view.ties != SELECT_TIES_DROP;
}

int prune_file_verify(const struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d)
{
	uint64_t k = 0, ngone = 0, npruned = 0;
	bool agrees = true;

	global = global && f->structure.shape == PRUNE_SINGLE;
	for (size_t i = 0; i < f->njob; i++) {
		const struct prune_job *job = &f->job[i];
		uint64_t want = job->k > job->ngone ? job->k : job->ngone;

		if (!is_exact(f, job, t))
			continue;
		if (!global)
			agrees &= job->result.npruned == want;
		k = job->k;
		ngone += job->ngone;
		npruned += job->result.npruned;
	}
	if (global)
		agrees = npruned == (k > ngone ? k : ngone);
	return agrees ? 0 : prune_changed(f, d);
}
