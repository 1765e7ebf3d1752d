/* SPDX-License-Identifier: MIT */
/*
 * Units, weights that are pruned together, compared by their scores.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "prune/prune_impl.h"

static uint64_t nelem_of(
	const struct prune_file *f, const struct tensor_span *s)
{
	if (f->structure.shape == CHOICE_NM)
		return choice_nm_nelem(&f->structure, s);
	return f->by_row ? choice_row_nelem(s) : 1;
}

struct prune_units prune_units_of(
	const struct prune_file *f, const struct tensor_span *s)
{
	bool has = f->structure.shape == CHOICE_BLOCK ||
		   f->structure.shape == CHOICE_SLICE;

	return (struct prune_units){nelem_of(f, s),
		has ? choice_grid_of(&f->structure, s).nunit : 0};
}

/* --- scores --------------------------------------------------------------- */

struct slot {
	struct prune_known known;
	/* Of the one job of a chunk: [begin, end) are in it. */
	struct choice_sum *unit;
	uint64_t begin, end;
};

/* A job whose units are scored. */
struct scored {
	struct prune_job *job;
	struct choice_sum *sum;
};

struct scoring {
	struct prune_file *f;
	struct scored *at; /* per item */
	size_t nitem;
	uint64_t nunit_max;
};

/* Elements whose values are in hand at once. */
#define PART_NELEM ((size_t)512)

static void load_values(const struct scoring *c, const struct prune_job *job,
	const struct select_run *r, size_t begin, size_t n, double *out)
{
	const struct select_format *f = job->view.format;

	if (!r->score)
		select_values(f, r->p + begin * f->nbytes, n, out);
	for (size_t i = 0; r->score && i < n; i++)
		out[i] = choice_score_value(
			c->f->score, &job->view, r->score[begin + i]);
}

static void merge(struct choice_sum *unit, bool by_max, struct choice_sum more)
{
	if (!by_max) {
		unit->rest += more.rest;
		unit->large += more.large;
	} else if (more.rest > unit->rest || isnan(more.rest)) {
		/* NaN is the largest, and stays. */
		unit->rest = more.rest;
	}
}

static struct choice_sum of_one(bool by_max, double w)
{
	if (!by_max && fabs(w) >= CHOICE_SUM_LARGE)
		return (struct choice_sum){.large = ldexp(w, -CHOICE_SUM_UP)};
	return (struct choice_sum){.rest = w};
}

/* Which units the run R may have weights of. */
static void find_touched(struct slot *slot, const struct choice_grid *g,
	const struct select_run *r)
{
	bool all = g->scattered || g->rows == 0;
	uint64_t last = r->first + r->n - 1;

	slot->begin = all ? 0 : r->first / g->row_nelem / g->rows * g->ncol;
	slot->end =
		all ? g->nunit : (last / g->row_nelem / g->rows + 1) * g->ncol;
}

static struct choice_sum nothing(const struct choice_structure *x)
{
	return (struct choice_sum){.rest = x->by_max ? (double)-INFINITY : 0};
}

static void score_run(const struct scoring *c, const struct prune_job *job,
	const struct select_run *r, struct slot *slot)
{
	const struct choice_structure *x = &c->f->structure;
	const struct tensor_span *s = job->span;
	struct choice_grid g = choice_grid_of(x, s);
	double value[PART_NELEM];
	size_t n, at;
	struct choice_walk w;

	find_touched(slot, &g, r);
	for (uint64_t i = slot->begin; i < slot->end; i++)
		slot->unit[i] = nothing(x);
	choice_walk_from(&w, &g, s, r->first);
	for (size_t i = 0; i < r->n; i += n) {
		size_t in = i % PART_NELEM, max = PART_NELEM - in;
		struct choice_sum unit;

		if (max > r->n - i)
			max = r->n - i;
		if (in == 0)
			load_values(c, job, r, i, max, value);
		if (g.scattered)
			choice_walk_from(&w, &g, s, r->first + i);
		n = choice_walk_next(&w, g.scattered ? 1 : max, &at);
		unit = slot->unit[at];
		for (size_t k = in; k < in + n; k++)
			merge(&unit, x->by_max, of_one(x->by_max, value[k]));
		slot->unit[at] = unit;
	}
}

static int work(void *ctx, void *slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	const struct scoring *c = ctx;
	struct slot *s = slot;
	struct prune_job *job = c->at[run->item].job;
	struct select_result ignored = {0};

	(void)nrun; /* a job is a group */
	if (prune_job_load(c->f, job, run, &s->known, &ignored, d))
		return -1;
	score_run(c, job, run, s);
	return 0;
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	const struct scoring *c = ctx;
	struct choice_sum *sum = c->at[run->item].sum;
	const struct slot *s = slot;

	(void)nrun;
	(void)d;
	for (uint64_t i = s->begin; i < s->end; i++)
		merge(&sum[i], c->f->structure.by_max, s->unit[i]);
	return 0;
}

static void init_slot(void *ctx, void *slot, struct select_room *m)
{
	const struct scoring *c = ctx;
	struct slot *s = slot;

	prune_known_init(&s->known, c->f, prune_chunk_nelem(c->f), m);
	s->unit = select_room_get(m, (size_t)c->nunit_max * sizeof(*s->unit));
}

static int alloc_units(struct scoring *c, struct diag *d)
{
	for (size_t i = 0; i < c->nitem; i++) {
		struct prune_job *job = c->at[i].job;
		struct choice_sum *sum;

		job->nunit = prune_units_of(c->f, job->span).count;
		sum = malloc(((size_t)job->nunit + 1) * sizeof(*sum));
		c->at[i].sum = sum;
		job->unit =
			malloc(((size_t)job->nunit + 1) * sizeof(*job->unit));
		job->unit_keep = malloc((size_t)job->nunit / 8 + 1);
		if (!sum || !job->unit || !job->unit_keep)
			return diag_nomem(d, job->nunit * sizeof(*sum));
		for (uint64_t k = 0; k < job->nunit; k++)
			sum[k] = nothing(&c->f->structure);
		if (job->nunit > c->nunit_max)
			c->nunit_max = job->nunit;
	}
	return 0;
}

static void take_keys(const struct prune_file *f, struct scored *at)
{
	const struct tensor_span *s = at->job->span;
	struct choice_grid g = choice_grid_of(&f->structure, s);

	for (uint64_t k = 0; k < at->job->nunit; k++)
		at->job->unit[choice_grid_in_c(&g, k)] = choice_score_mean_key(
			f->score, at->sum[k],
			f->structure.by_max ? 1 : choice_grid_size(&g, s, k));
}

static int scan_units(
	struct scoring *c, struct select_item *item, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work, drain};
	struct prune_file *f = c->f;
	struct select_scan s = {.item = item,
		.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.hooks = &hooks,
		.ctx = c};

	for (size_t i = 0; i < f->njob; i++) {
		struct prune_job *job = &f->job[i];

		if (!job->by_target)
			continue;
		c->at[s.nitem].job = job;
		item[s.nitem] = prune_job_item(f, job);
		item[s.nitem++].group = (unsigned)i;
	}
	c->nitem = s.nitem;
	if (alloc_units(c, d) || select_scan(&s, d))
		return -1;
	for (size_t i = 0; i < c->nitem; i++)
		take_keys(f, &c->at[i]);
	return 0;
}

static int scan_all(struct prune_file *f, struct diag *d)
{
	struct scoring c = {.f = f};
	struct select_item *item = calloc(f->njob + 1, sizeof(*item));
	int ret = -1;

	c.at = calloc(f->njob + 1, sizeof(*c.at));
	if (!item || !c.at)
		diag_nomem(d, f->njob * sizeof(*item));
	else
		ret = scan_units(&c, item, d);
	for (size_t i = 0; i < c.nitem; i++)
		free(c.at[i].sum);
	free(c.at);
	free(item);
	return ret;
}

/* --- deciding about units ------------------------------------------------- */

/* Keys of units in a row, and the jobs they are of. */
struct units {
	struct prune_job **job;
	size_t njob;
	uint64_t *key;
	uint64_t n;
	const char *name; /* for the order of equal ones */
};

/* The cut that T makes among U. */
static int cut_units(struct prune_file *f, struct units *u,
	const struct choice_target *t, struct select_view *v,
	struct select_run *run, struct select_cut *cut, struct diag *d)
{
	uint64_t k = choice_amount(t, u->n);
	struct select_desk desk;
	struct select_room m = {0};
	struct select_pick p;
	int ret;

	if (t->kind == CHOICE_BY_THRESHOLD) {
		cut->key = choice_score_mean_key(
			f->score, (struct choice_sum){.rest = t->threshold}, 1);
		return 0;
	}
	if (k > u->n)
		return prune_too_few(f, u->name, k, u->n, d);
	select_desk_init(&desk, f->gather_max, f->guess_min, &m);
	p = prune_pick(f, v, k, 0, u->n);
	ret = m.bad ? -1 : select_pick_run(&p, v, run, &desk);
	select_room_free(&m);
	*cut = p.cut;
	return ret ? diag_nomem(d, u->n) : 0;
}

static int decide_units(struct prune_file *f, struct units *u,
	const struct choice_target *t, struct diag *d)
{
	const struct tensor_span span = {.dtype = TENSOR_F64,
		.ndim = 1,
		.shape = &u->n,
		.n = u->n,
		.name = u->name};
	struct select_view v;
	struct select_run run = {.n = (size_t)u->n};
	struct select_cut cut = {0};
	uint64_t at = 0;

	select_view_init(&v, &span, u->job[0]->view.ties, f->tie_seed);
	v.scored = true;
	run.p = (unsigned char *)u->key;
	run.score = u->key;
	if (u->n && cut_units(f, u, t, &v, &run, &cut, d))
		return -1;
	for (size_t i = 0; i < u->njob; i++) {
		struct prune_job *job = u->job[i];
		struct choice_grid g = choice_grid_of(&f->structure, job->span);

		memset(job->unit_keep, 0xff, (size_t)job->nunit / 8 + 1);
		job->k = 0;
		for (uint64_t k = 0; k < job->nunit; k++, at++) {
			uint64_t key = run.score[at];

			if (key > cut.key ||
				(key == cut.key &&
					select_tie(&v, at) >= cut.tie))
				continue;
			job->unit_keep[k / 8] &= (uint8_t) ~(1u << k % 8);
			job->k += choice_grid_size(
				&g, job->span, choice_grid_at(&g, k));
		}
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct prune_job *x = *(struct prune_job *const *)a;
	const struct prune_job *y = *(struct prune_job *const *)b;

	return strcmp(x->span->name, y->span->name);
}

static int decide_together(struct prune_file *f, struct prune_job **job,
	size_t njob, const struct choice_target *t, struct diag *d)
{
	struct units u = {.job = job, .njob = njob, .name = ""};
	int ret;

	qsort(job, njob, sizeof(struct prune_job *), by_name);
	for (size_t i = 0; i < njob; i++)
		u.n += job[i]->nunit;
	u.key = malloc(((size_t)u.n + 1) * sizeof(*u.key));
	if (!u.key)
		return diag_nomem(d, u.n * sizeof(*u.key));
	for (size_t i = 0, at = 0; i < njob; at += job[i++]->nunit)
		memcpy(u.key + at, job[i]->unit,
			(size_t)job[i]->nunit * sizeof(*u.key));
	ret = decide_units(f, &u, t, d);
	free(u.key);
	return ret;
}

int prune_unit_decide(struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d)
{
	struct prune_job **job =
		calloc(f->njob + 1, sizeof(struct prune_job *));
	size_t n = 0;
	int ret;

	if (!job)
		return diag_nomem(d, f->njob);
	ret = scan_all(f, d);
	for (size_t i = 0; i < f->njob; i++)
		if (f->job[i].by_target)
			job[n++] = &f->job[i];
	if (global && n && !ret)
		ret = decide_together(f, job, n, t, d);
	for (size_t i = 0; i < n && !global && !ret; i++) {
		struct units u = {.job = &job[i],
			.njob = 1,
			.key = job[i]->unit,
			.n = job[i]->nunit,
			.name = job[i]->span->name};

		ret = decide_units(f, &u, t, d);
	}
	free(job);
	return ret;
}

void prune_file_free(struct prune_file *f)
{
	for (size_t i = 0; i < f->njob; i++) {
		free(f->job[i].unit);
		free(f->job[i].unit_keep);
		free(f->job[i].row_cut);
		f->job[i].row_cut = NULL;
		f->job[i].unit = NULL;
		f->job[i].unit_keep = NULL;
	}
}
