/* SPDX-License-Identifier: MIT */
/*
 * From a target to a cut for each tensor: how many, in which scope; a search
 * finds out where.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "prune/prune_impl.h"

/* The arrays one decision needs, all of as many entries as there are jobs. */
struct decision {
	struct prune_job **job; /* those with by_target */
	size_t njob;
	struct select_group *group;
	size_t ngroup;
	struct select_cut *cut;
	const struct select_view **view;
	struct select_item *item;
	uint32_t *to_f32[TENSOR_NDTYPE]; /* by key */
};

/* Jobs that fit into memory are left for the writing. */
static int plan_each(const struct prune_file *f, struct decision *c,
	const struct choice_target *t, struct diag *d)
{
	size_t fits = f->mem_nbytes / select_scan_nslot(f->nthread), n = 0;

	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		if (t->kind != CHOICE_BY_PLAN)
			job->k = choice_amount(t, job->span->n);
		if (job->k > job->span->n)
			return prune_too_few(
				f, job->span->name, job->k, job->span->n, d);
		job->in_memory = prune_memory_of(job) <= fits;
		if (!job->in_memory)
			c->job[n++] = job;
	}
	c->njob = c->ngroup = n;
	for (size_t i = 0; i < n; i++)
		c->group[i] = (struct select_group){
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
	const struct choice_target *t, struct diag *d)
{
	uint64_t n = 0, ngone = 0, k;
	unsigned tie_nbits = 0;
	struct select_pick p;

	for (size_t i = 0; i < c->njob; i++) {
		unsigned nbits = select_tie_nbits(&c->job[i]->view);

		n += c->job[i]->span->n;
		ngone += c->job[i]->ngone;
		tie_nbits = nbits > tie_nbits ? nbits : tie_nbits;
	}
	k = choice_amount(t, n);
	if (k > n)
		return prune_too_few(f, "", k, n, d);
	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->k = k;
	if (!f->score && common_format(c, d))
		return -1;
	p = prune_pick(f, &c->job[0]->view, k, ngone, n);
	p.ntensor = c->njob;
	p.tie_nbits = tie_nbits;
	select_pick_start(&p);
	c->group[0] = (struct select_group){p, 0, c->njob};
	c->ngroup = 1;
	return 0;
}

/* --- the search ----------------------------------------------------------- */

struct loading {
	const struct prune_file *f;
	struct prune_job *const *job;
};

static void init_known(void *ctx, void *known, struct select_room *m)
{
	const struct prune_file *f = ((const struct loading *)ctx)->f;

	prune_known_init(known, f, prune_chunk_nelem(f), m);
}

static int load(
	void *ctx, void *known, size_t i, struct select_run *r, struct diag *d)
{
	const struct loading *c = ctx;
	struct select_result ignored = {0}; /* NaN is judged when written */

	return prune_job_load(c->f, c->job[i], r, known, &ignored, d);
}

static int search(
	const struct prune_file *f, struct decision *c, struct diag *d)
{
	struct loading l = {.f = f, .job = c->job};
	struct select_search s = {.view = c->view,
		.item = c->item,
		.n = c->njob,
		.group = c->group,
		.ngroup = c->ngroup,
		.cut = c->cut,
		.gather_max = f->gather_max,
		/* The others are read when they are written. */
		.list_nbytes = f->mem_nbytes,
		.guess_min = f->guess_min,
		.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.load = load,
		.init = init_known,
		.known_nbytes = sizeof(struct prune_known),
		.ctx = &l};
	int ret;

	for (size_t i = 0; i < c->njob; i++) {
		c->view[i] = &c->job[i]->view;
		c->item[i] = prune_job_item(f, c->job[i]);
	}
	ret = select_search(&s, d);
	return ret && s.disagrees ? prune_changed(f, d) : ret;
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

		cut->key = v->scored ? choice_score_key(f->score, v, threshold)
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
		if (job->mask && choice_mask_count(f->prev, job->mask,
					 job->span, &job->ngone, d))
			return -1;
	}
	return 0;
}

/* N:M says itself how many. */
static void count_nm(const struct prune_file *f, struct decision *c)
{
	const struct choice_structure *x = &f->structure;

	for (size_t i = 0; i < c->njob; i++)
		c->job[i]->k = c->job[i]->span->n / x->of * (x->of - x->keep);
}

static int plan_rows(struct prune_file *f, struct decision *c,
	const struct choice_target *t, struct diag *d)
{
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];
		uint64_t nelem = prune_units_of(f, job->span).nelem, k;

		k = choice_amount(t, nelem);
		if (k > nelem)
			return prune_too_few(f, job->span->name, k, nelem, d);
		job->k = nelem ? job->span->n / nelem * k : 0;
	}
	return prune_row_decide(f, d);
}

/*
 * Magnitudes are scores where no bits order: of those tensors, and of all that
 * are compared TOGETHER with them.
 */
static void score_magnitudes(
	struct prune_file *f, struct decision *c, bool together)
{
	static const struct choice_score magnitude = {
		.kind = CHOICE_BY_MAGNITUDE};

	for (size_t i = 0; i < c->njob; i++) {
		struct select_view *v = &c->job[i]->view;

		v->scored = !select_view_orders(v) &&
			    (together || !select_view_widen(v));
		if (v->scored)
			f->score = &magnitude;
	}
	for (size_t i = 0; i < c->njob && f->score && together; i++)
		c->job[i]->view.scored = true;
}

static int find_scores(
	struct prune_file *f, struct decision *c, bool together, struct diag *d)
{
	if (!f->score || f->score->kind == CHOICE_BY_MAGNITUDE) {
		score_magnitudes(f, c, together);
		return 0;
	}
	for (size_t i = 0; i < c->njob; i++) {
		struct prune_job *job = c->job[i];

		if (choice_score_find(f->score, job->span, &job->score, d))
			return -1;
		job->view.scored = true;
	}
	return 0;
}

static int decide(struct prune_file *f, struct decision *c,
	const struct choice_target *t, bool global, struct diag *d)
{
	bool together = global && f->structure.shape == CHOICE_SINGLE &&
			t->kind != CHOICE_BY_THRESHOLD;

	if (find_scores(f, c, together, d))
		return -1;
	if (f->structure.shape == CHOICE_NM) {
		count_nm(f, c);
		return 0;
	}
	if (f->structure.shape != CHOICE_SINGLE)
		return prune_unit_decide(f, t, global, d);
	if (f->by_row && t->kind != CHOICE_BY_THRESHOLD)
		return plan_rows(f, c, t, d);
	if (t->kind == CHOICE_BY_THRESHOLD) {
		cut_below(f, c, t->threshold);
		return 0;
	}
	if (global ? plan_together(f, c, t, d) : plan_each(f, c, t, d))
		return -1;
	if (search(f, c, d))
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

int prune_file_decide(struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d)
{
	struct decision c = {0};
	int ret = -1;

	f->target = *t;
	c.job = calloc(f->njob + 1, sizeof(struct prune_job *));
	c.group = calloc(f->njob + 1, sizeof(*c.group));
	c.cut = calloc(f->njob + 1, sizeof(*c.cut));
	c.view = calloc(f->njob + 1, sizeof(const struct select_view *));
	c.item = calloc(f->njob + 1, sizeof(*c.item));
	if (!c.job || !c.group || !c.cut || !c.view || !c.item) {
		diag_nomem(d, f->njob * sizeof(*c.group));
		goto out;
	}
	for (size_t i = 0; i < f->njob; i++)
		if (f->job[i].by_target)
			c.job[c.njob++] = &f->job[i];
	if (count_gone(f, d))
		goto out;
	ret = c.njob && (t->kind != CHOICE_BY_NOTHING ||
				f->structure.shape == CHOICE_NM)
		      ? decide(f, &c, t, global, d)
		      : 0;
out:
	for (size_t i = 0; i < TENSOR_NDTYPE; i++)
		free(c.to_f32[i]);
	free(c.job);
	free(c.group);
	free(c.cut);
	free(c.view);
	free(c.item);
	return ret;
}

/* K tells how many; with structures, what prev has pruned may come on top. */
static bool is_exact(const struct prune_file *f, const struct prune_job *job,
	const struct choice_target *t)
{
	bool structured = f->structure.shape != CHOICE_SINGLE;

	if (!job->by_target || ((structured || f->by_row) && job->mask))
		return false;
	if (structured)
		return true;
	return t->kind != CHOICE_BY_NOTHING && t->kind != CHOICE_BY_THRESHOLD &&
	       job->view.ties != SELECT_TIES_KEEP &&
	       job->view.ties != SELECT_TIES_DROP;
}

int prune_file_verify(const struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d)
{
	uint64_t k = 0, ngone = 0, npruned = 0;
	bool agrees = true;

	global = global && f->structure.shape == CHOICE_SINGLE;
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
