/* SPDX-License-Identifier: MIT */
/*
 * Picks among tensors of any size, in as many passes over their files as it
 * takes: few, as a sample tells about where the threshold is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "base/order.h"
#include "file/input.h"
#include "select/select_impl.h"

/* A chunk's part of what its group is asked. */
struct slot {
	uint32_t *hist;
	struct select_cand *cand;
	/* Or, in their room, what is for the list; full: there was more. */
	bool lists;
	uint64_t *key;
	uint32_t *at;
	size_t nlisted;
	bool full;
	uint64_t found[SELECT_SCAN_NRUN]; /* by run */
	uint64_t nfound, nbelow;
	void *known; /* for loading */
};

/* Weights of a group, all whose keys are in X: to ask about later. */
struct list {
	struct select_range x;
	uint64_t *key; /* per weight */
	uint32_t *at;  /* which it is of its run */
	size_t n, max;
	bool full;              /* there were more */
	struct select_run *run; /* each of a tensor, its item */
	size_t nrun;
};
/* Of each weight. */
#define LIST_NBYTES (sizeof(uint64_t) + sizeof(uint32_t))

struct passes {
	struct select_search *s;
	size_t *order; /* tensors by name */
	/* A pass: tensors of groups that are not done, and which they are. */
	struct select_item *item;
	size_t *tensor;
	size_t nitem;
	/* What the group being drained has added up to. */
	uint64_t *hist;
	uint64_t nfound, nbelow;
	struct select_cand *cand;
	struct list list;
	uint64_t *share;       /* per tensor */
	struct sample *sample; /* being taken */
	bool is_shared;        /* the first group's ties have been counted so */
};

static struct select_group *group_of(
	const struct passes *c, const struct select_run *r)
{
	return &c->s->group[c->item[r->item].group];
}

/* What a slot's room for candidates is enough for. */
static size_t slot_max(const struct passes *c)
{
	_Static_assert(2 * LIST_NBYTES <= sizeof(struct select_cand),
		"two on a list take no more than a candidate");
	return 2 * (c->s->gather_max + 1);
}

static void init_slot(void *ctx, void *slot, struct select_room *m)
{
	const struct passes *c = ctx;
	struct slot *s = slot;

	s->hist = select_room_get(m, sizeof(*s->hist) << SELECT_DIGIT_NBITS);
	s->cand = select_room_get(m, (c->s->gather_max + 1) * sizeof(*s->cand));
	s->key = (uint64_t *)(void *)s->cand;
	s->at = (uint32_t *)(void *)(s->key + slot_max(c));
	s->known = select_room_zero(m, c->s->known_nbytes);
	if (s->known)
		c->s->init(c->s->ctx, s->known, m);
}

/* Whether what P asks for goes on the list: keys, or the ties of one. */
static bool is_for_list(const struct passes *c, const struct select_pick *p)
{
	if (p->step == SELECT_STEP_SPLIT)
		return p->count <= c->list.max;
	return p->step == SELECT_STEP_GATHER && !p->x.in_tie;
}

static struct select_range keys_of(const struct select_pick *p)
{
	struct select_range x = p->x;

	if (x.in_tie)
		x = (struct select_range){.first = x.key, .last = x.key};
	return x;
}

static uint64_t list_run(const struct passes *c, struct slot *s,
	const struct select_view *v, const struct select_run *r,
	const struct select_pick *p)
{
	const struct select_range x = keys_of(p);
	size_t at = s->nlisted, room = slot_max(c) - at, n = room + 1;

	if (!s->full)
		n = select_list(
			v, r, &x, s->key + at, s->at + at, room, &s->nbelow);
	s->full = n > room;
	if (s->full)
		return p->step == SELECT_STEP_SPLIT ? select_match(v, r, &p->x)
						    : 0;
	s->nlisted += n;
	return n;
}

/* What G asks, of R, which is of tensor I or of what is listed of it. */
static uint64_t ask_run(const struct passes *c, struct slot *s,
	const struct select_group *g, size_t i, const struct select_run *r)
{
	const struct select_pick *p = &g->pick;
	const struct select_view *v = c->s->view[i];

	if (s->lists)
		return list_run(c, s, v, r, p);
	switch (p->step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT:
		s->nbelow += select_count(v, r, &p->x, s->hist);
		break;
	case SELECT_STEP_GATHER:
		return select_gather(v, r, &p->x, i - g->begin,
			s->cand + s->nfound,
			c->s->gather_max + 1 - (size_t)s->nfound, &s->nbelow);
	case SELECT_STEP_SPLIT: return select_match(v, r, &p->x);
	}
	return 0;
}

static void begin_slot(struct slot *s, const struct select_pick *p, bool lists)
{
	s->nfound = s->nbelow = 0;
	s->lists = lists;
	s->nlisted = 0;
	s->full = false;
	if (p->step == SELECT_STEP_COUNT)
		memset(s->hist, 0, p->x.ndigit * sizeof(*s->hist));
}

static int work(void *ctx, void *slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = slot;
	const struct select_group *g = group_of(c, run);

	begin_slot(s, &g->pick, is_for_list(c, &g->pick));
	for (size_t i = 0; i < nrun; i++) {
		size_t t = c->tensor[run[i].item];

		if (c->s->load(c->s->ctx, s->known, t, &run[i], d))
			return -1;
		s->found[i] = ask_run(c, s, g, t, &run[i]);
		s->nfound += s->found[i];
	}
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
	size_t room = c->s->gather_max + 1 - (size_t)c->nfound;
	size_t n = s->nfound < room ? (size_t)s->nfound : room;

	memcpy(c->cand + c->nfound, s->cand, n * sizeof(*s->cand));
	c->nfound += n;
}

/* Adds up what S has been asked. */
static void add_slot(
	struct passes *c, const struct slot *s, const struct select_pick *p)
{
	c->nbelow += s->nbelow;
	if (p->step == SELECT_STEP_COUNT)
		add_hist(c, s, &p->x);
	else if (p->step == SELECT_STEP_GATHER && !s->lists)
		add_cand(c, s);
	else if (p->step == SELECT_STEP_SPLIT)
		c->nfound += s->nfound;
}

/* --- the list ------------------------------------------------------------- */

static void clear_list(struct list *l)
{
	l->n = l->nrun = 0;
	l->full = false;
}

/* What S has for it, of RUN[0..nrun). */
static int add_list(struct passes *c, const struct slot *s,
	const struct select_run *run, size_t nrun, struct diag *d)
{
	struct list *l = &c->list;

	l->x = keys_of(&group_of(c, run)->pick);
	l->full = l->full || s->full || s->nlisted > l->max - l->n;
	if (l->full || !s->nlisted)
		return 0;
	memcpy(l->key + l->n, s->key, s->nlisted * sizeof(*l->key));
	memcpy(l->at + l->n, s->at, s->nlisted * sizeof(*l->at));
	for (size_t i = 0; i < nrun; i++) {
		struct select_run r = {.item = c->tensor[run[i].item],
			.n = (size_t)s->found[i],
			.first = run[i].first,
			.score = l->key + l->n,
			.at = l->at + l->n};

		l->n += r.n;
		if (r.n && array_push(&l->run, &l->nrun, &r, sizeof(r), d))
			return -1;
	}
	return 0;
}

/* Whether all that P asks about is there. */
static bool has_all(const struct list *l, const struct select_pick *p)
{
	const struct select_range x = keys_of(p);

	return p->step != SELECT_STEP_DONE && !l->full && l->n &&
	       x.first >= l->x.first && x.last <= l->x.last;
}

/* The first run of tensor I or of one after it. */
static size_t first_run(const struct list *l, size_t i)
{
	struct bisect b = bisect(0, l->nrun);

	while (bisect_next(&b))
		bisect_answer(&b, l->run[b.mid].item < i);
	return (size_t)b.lo;
}

/* Asks it instead of files, with what S works with. */
static void ask_list(
	struct passes *c, struct slot *s, const struct select_group *g)
{
	const struct list *l = &c->list;

	begin_slot(s, &g->pick, false);
	for (size_t k = first_run(l, g->begin); k < l->nrun; k++) {
		const struct select_run *r = &l->run[k];
		uint64_t n;

		if (r->item >= g->end)
			break;
		n = ask_run(c, s, g, r->item, r);
		s->nfound += n;
		if (g->pick.step == SELECT_STEP_SPLIT)
			c->share[r->item] += n;
	}
	add_slot(c, s, &g->pick);
}

/* --- answers -------------------------------------------------------------- */

static int disagree(struct passes *c)
{
	c->s->disagrees = true;
	return -1;
}

static void put_cuts(struct passes *c, const struct select_group *g)
{
	for (size_t i = g->begin; i < g->end; i++)
		c->s->cut[i] = g->pick.cut;
}

static int answer_count(struct passes *c, struct select_group *g)
{
	size_t ndigit = g->pick.x.ndigit;

	/* Numbers that do not add up could narrow down for ever. */
	if (select_pick_count(&g->pick, c->hist, c->nbelow))
		return disagree(c);
	memset(c->hist, 0, ndigit * sizeof(*c->hist));
	return 0;
}

static int answer_gather(
	struct passes *c, struct select_group *g, struct diag *d)
{
	int bad = select_pick_gather(&g->pick, c->cand, (size_t)c->nfound,
		c->nbelow, c->order, c->s->cut + g->begin);

	if (bad < 0)
		return diag_nomem(d, c->nfound);
	return bad ? disagree(c) : 0;
}

/*
 * The list is all that G asked for, and counted: to look through it again costs
 * less than room for candidates.  If it is not, the guess was wrong.
 */
static int answer_list(struct passes *c, struct slot *s, struct select_group *g)
{
	struct select_pick *p = &g->pick;

	p->step = SELECT_STEP_COUNT;
	p->gather_max = order_least(c->s->gather_max, SELECT_GATHER_MIN);
	if (c->list.full)
		c->nbelow = p->ngone;
	else
		ask_list(c, s, g);
	if (answer_count(c, g))
		return -1;
	if (!has_all(&c->list, p))
		p->gather_max = c->s->gather_max;
	return 0;
}

/* What G asked is all in, S the last of it. */
static int answer(struct passes *c, struct slot *s, struct select_group *g,
	struct diag *d)
{
	bool is_split = g->pick.step == SELECT_STEP_SPLIT;
	bool gathers = g->pick.step == SELECT_STEP_GATHER && !s->lists;
	int ret = 0;

	if (gathers)
		ret = answer_gather(c, g, d);
	else if (g->pick.step == SELECT_STEP_GATHER)
		ret = answer_list(c, s, g);
	else if (g->pick.step == SELECT_STEP_COUNT)
		ret = answer_count(c, g);
	else if (is_split && c->nfound != g->pick.count)
		ret = disagree(c);
	/* Candidates have told each tensor's. */
	if (!gathers && !ret && g->pick.step == SELECT_STEP_DONE)
		put_cuts(c, g);
	c->is_shared = is_split;
	c->nfound = c->nbelow = 0;
	return ret;
}

/* Asks for G as long as the list answers. */
static int settle(struct passes *c, struct slot *s, struct select_group *g,
	struct diag *d)
{
	int ret = 0;

	while (!ret && !c->is_shared && has_all(&c->list, &g->pick)) {
		ask_list(c, s, g);
		ret = answer(c, s, g, d);
	}
	return ret;
}

/* A shared tie is divided; each tensor has a pick of its own from then on. */
static int divide(struct passes *c, struct diag *d)
{
	struct select_search *s = c->s;
	const struct select_pick shared = s->group[0].pick;
	uint64_t *quota = calloc(s->n, sizeof(*quota));

	if (!quota)
		return diag_nomem(d, s->n * sizeof(*quota));
	if (select_quota(c->share, s->n, c->order, shared.rank, quota)) {
		free(quota);
		return diag_nomem(d, s->n * sizeof(*quota));
	}
	for (size_t i = 0; i < s->n; i++) {
		struct select_group *g = &s->group[i];

		*g = (struct select_group){shared, i, i + 1};
		g->pick.rank = quota[i];
		g->pick.count = c->share[i];
		g->pick.ntensor = 1;
		select_pick_start_tie(&g->pick, shared.x.key);
		if (g->pick.step == SELECT_STEP_DONE)
			put_cuts(c, g);
	}
	s->ngroup = s->n;
	free(quota);
	return 0;
}

/* A group of all tensors is the one of its pass, which ends with it. */
static int split(struct passes *c, struct slot *s, struct diag *d)
{
	int ret = divide(c, d);

	c->is_shared = false;
	for (size_t i = 0; !ret && i < c->s->ngroup; i++)
		ret = settle(c, s, &c->s->group[i], d);
	return ret;
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct passes *c = ctx;
	struct slot *s = slot;
	struct select_group *g = group_of(c, run);
	const struct select_run *last = &run[nrun - 1];

	if (is_for_list(c, &g->pick) && add_list(c, s, run, nrun, d))
		return -1;
	if (g->pick.step == SELECT_STEP_SPLIT)
		for (size_t i = 0; i < nrun; i++)
			c->share[c->tensor[run[i].item]] += s->found[i];
	add_slot(c, s, &g->pick);
	if (!last->last || (last->item + 1 < c->nitem &&
				   c->item[last->item + 1].group ==
					   c->item[last->item].group))
		return 0;
	/* The last chunk of a group in this pass. */
	if (answer(c, s, g, d) || settle(c, s, g, d) ||
		(c->is_shared && split(c, s, d)))
		return -1;
	clear_list(&c->list);
	return 0;
}

static bool any_left(const struct select_search *s)
{
	for (size_t i = 0; i < s->ngroup; i++)
		if (s->group[i].pick.step != SELECT_STEP_DONE)
			return true;
	return false;
}

/* What the next pass reads: empty tensors have no run, so no item either. */
static void make_items(struct passes *c)
{
	c->nitem = 0;
	for (size_t k = 0; k < c->s->ngroup; k++) {
		const struct select_group *g = &c->s->group[k];

		if (g->pick.step == SELECT_STEP_DONE)
			continue;
		for (size_t i = g->begin; i < g->end; i++) {
			if (c->s->item[i].n == 0)
				continue;
			c->tensor[c->nitem] = i;
			c->item[c->nitem] = c->s->item[i];
			c->item[c->nitem++].group = (unsigned)k;
		}
	}
}

/* So many weights there is room for on a list. */
static size_t list_max(const struct select_search *s)
{
	size_t n = s->list_nbytes / LIST_NBYTES;

	return n > s->gather_max ? n : s->gather_max;
}

/* Room for all that the next pass is expected to find. */
static int reserve_list(struct passes *c, struct diag *d)
{
	struct list *l = &c->list;
	uint64_t n = 0;

	for (size_t i = 0; i < c->s->ngroup; i++) {
		const struct select_pick *p = &c->s->group[i].pick;
		uint64_t want = p->guessed ? p->gather_max : p->count;

		if (p->step == SELECT_STEP_SPLIT && want > list_max(c->s))
			continue;
		if (is_for_list(c, p) || p->step == SELECT_STEP_SPLIT)
			n = order_most(n, want);
	}
	if (n <= l->max)
		return 0;
	free(l->key);
	l->max = 0;
	l->key = input_alloc((size_t)n * LIST_NBYTES);
	if (!l->key)
		return diag_nomem(d, n * LIST_NBYTES);
	l->at = (uint32_t *)(void *)(l->key + n);
	l->max = (size_t)n;
	return 0;
}

/* --- samples of files ----------------------------------------------------- */

/* Keys that are read at once, how often that is at least, and of all. */
#define CLUSTER_NELEM ((size_t)256)
#define NCLUSTER_MIN ((size_t)64)
#define FILE_SAMPLE_MAX ((size_t)1 << 18)

/* Keys of a group, in clusters spread over its tensors. */
struct sample {
	const struct select_group *g;
	struct select_item *item; /* per cluster */
	size_t *tensor, *end;     /* the same; where its keys end */
	size_t ncluster;
	uint64_t *key, *spare;
	size_t n;
};

static int take_run(const struct passes *c, const struct slot *s,
	struct select_run *r, struct diag *d)
{
	struct sample *x = c->sample;
	uint32_t at[CLUSTER_NELEM];
	uint64_t ngone = 0;
	size_t i = x->tensor[r->item];

	if (c->s->load(c->s->ctx, s->known, i, r, d))
		return -1;
	x->n += select_list(c->s->view[i], r, &x->g->pick.x, x->key + x->n, at,
		CLUSTER_NELEM, &ngone);
	x->end[r->item] = x->n;
	return 0;
}

static int work_sample(void *ctx, void *slot, struct select_run *run,
	size_t nrun, struct diag *d)
{
	for (size_t i = 0; i < nrun; i++)
		if (take_run(ctx, slot, &run[i], d))
			return -1;
	return 0;
}

/* The cluster of NELEM elements that begins at element AT of all of a group. */
static void place(const struct select_search *s, struct sample *x, uint64_t at,
	size_t nelem, size_t *tensor, uint64_t *begin)
{
	const struct select_item *of;
	struct select_item *it;
	uint64_t skip, left;

	while (at - *begin >= s->item[*tensor].n)
		*begin += s->item[(*tensor)++].n;
	of = &s->item[*tensor];
	/* Masks begin with a byte. */
	skip = (at - *begin) / 8 * 8;
	left = of->n - skip;
	it = &x->item[x->ncluster];
	*it = *of;
	it->group = 0;
	it->skip = skip;
	it->offset += skip * of->width;
	it->n = order_least(nelem, left);
	x->tensor[x->ncluster++] = *tensor;
}

static int take_clusters(
	struct passes *c, struct sample *x, uint64_t n, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work_sample, NULL};
	size_t room = c->s->list_nbytes / (2 * sizeof(*x->key));
	size_t want = select_sample_size(
		(size_t)n, (size_t)order_least(room, FILE_SAMPLE_MAX));
	size_t nelem =
		(size_t)order_least(want / NCLUSTER_MIN + 1, CLUSTER_NELEM);
	size_t max = want / nelem;
	size_t tensor = x->g->begin;
	uint64_t begin = 0, step = max ? n / max : 0;
	struct select_scan scan = {.nthread = 1,
		.chunk_nelem = c->s->chunk_nelem,
		.hooks = &hooks,
		.ctx = c};

	if (step == 0)
		return 0;
	x->item = calloc(max, sizeof(*x->item));
	x->tensor = calloc(max, 2 * sizeof(*x->tensor));
	x->key = input_alloc(2 * max * nelem * sizeof(*x->key));
	if (!x->item || !x->tensor || !x->key)
		return diag_nomem(d, 2 * max * nelem * sizeof(*x->key));
	x->end = x->tensor + max;
	x->spare = x->key + max * nelem;
	for (size_t i = 0; i < max; i++)
		place(c->s, x, i * step + select_mix(i) % step, nelem, &tensor,
			&begin);
	scan.item = x->item;
	scan.nitem = x->ncluster;
	c->sample = x;
	return select_scan(&scan, d);
}

/*
 * Three standard deviations of how many keys of X are below KEY: of one cluster
 * from the next, which mostly are of one tensor.
 */
static double spread_of_clusters(const struct sample *x, uint64_t key)
{
	double before = -1, sum = 0, n = 0;

	for (size_t i = 0, at = 0; i < x->ncluster; i++) {
		size_t begin = at, nbelow = 0;
		double share;

		for (; at < x->end[i]; at++)
			nbelow += x->key[at] < key;
		if (at == begin)
			continue;
		share = (double)nbelow / (double)(at - begin);
		sum += before < 0 ? 0 : (share - before) * (share - before);
		before = share;
		n++;
	}
	return n < 2 ? 0 : 3 * sqrt(sum / 2 / (n - 1) / n) * (double)x->n;
}

/* The threshold of P is where X puts it. */
static void guess_by(struct passes *c, struct select_pick *p, struct sample *x)
{
	double q = (double)p->rank / (double)p->count, spread, of_keys;
	uint64_t expected;
	struct select_bracket b;

	if (x->n == 0)
		return;
	memcpy(x->spare, x->key, x->n * sizeof(*x->key));
	spread = spread_of_clusters(
		x, select_nth(x->spare, x->n, (size_t)(q * (double)x->n)));
	of_keys = select_spread(q, x->n);
	spread = spread > of_keys ? spread : of_keys;
	if (!select_bracket(x->spare, x->n, q, spread, &b))
		return;
	expected = (uint64_t)(b.inside * (double)p->count);
	if (select_is_much(expected, p->count))
		return;
	expected += expected / 4;
	if (expected <= list_max(c->s))
		p->gather_max = order_most(expected, p->gather_max);
	select_pick_guess(p, b.first, b.last, expected);
	if (!p->guessed)
		p->gather_max = c->s->gather_max;
}

/* Most of all passes is saved if a few bytes tell about where to look. */
static int guess_all(struct passes *c, struct diag *d)
{
	int ret = 0;

	for (size_t i = 0; i < c->s->ngroup && !ret; i++) {
		struct select_group *g = &c->s->group[i];
		struct sample x = {.g = g};
		uint64_t n = 0;

		for (size_t k = g->begin; k < g->end; k++)
			n += c->s->item[k].n;
		if (g->pick.step != SELECT_STEP_COUNT || g->pick.x.in_tie ||
			n < c->s->guess_min)
			continue;
		ret = take_clusters(c, &x, n, d);
		if (!ret)
			guess_by(c, &g->pick, &x);
		free(x.item);
		free(x.tensor);
		free(x.key);
	}
	return ret;
}

static int run_passes(struct passes *c, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work, drain};
	struct select_scan scan = {.item = c->item,
		.nthread = c->s->nthread,
		.progress = c->s->progress,
		.chunk_nelem = c->s->chunk_nelem,
		.hooks = &hooks,
		.ctx = c};

	if (guess_all(c, d))
		return -1;
	while (any_left(c->s)) {
		make_items(c);
		scan.nitem = c->nitem;
		if (reserve_list(c, d) || select_scan(&scan, d))
			return -1;
	}
	return 0;
}

static int alloc_all(struct passes *c, struct diag *d)
{
	size_t n = c->s->n + 1;

	c->item = calloc(n, sizeof(*c->item));
	c->tensor = calloc(n, sizeof(*c->tensor));
	c->order = calloc(n, sizeof(*c->order));
	c->share = calloc(n, sizeof(*c->share));
	c->hist = calloc((size_t)1 << SELECT_DIGIT_NBITS, sizeof(*c->hist));
	c->cand = malloc((c->s->gather_max + 1) * sizeof(*c->cand));
	if (!c->item || !c->tensor || !c->order || !c->share || !c->hist ||
		!c->cand)
		return diag_nomem(d, n * sizeof(*c->item));
	return 0;
}

static void free_all(struct passes *c)
{
	free(c->item);
	free(c->tensor);
	free(c->order);
	free(c->share);
	free(c->hist);
	free(c->cand);
	free(c->list.key);
	free(c->list.run);
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
	size_t n = c->s->n;
	struct named *named = calloc(n + 1, sizeof(*named));

	if (!named)
		return diag_nomem(d, n * sizeof(*named));
	for (size_t i = 0; i < n; i++)
		named[i] = (struct named){c->s->view[i]->span->name, i};
	qsort(named, n, sizeof(*named), by_name);
	for (size_t i = 0; i < n; i++)
		c->order[i] = named[i].i;
	free(named);
	return 0;
}

int select_search(struct select_search *s, struct diag *d)
{
	struct passes c = {.s = s};
	int ret = -1;

	s->disagrees = false;
	for (size_t i = 0; i < s->ngroup; i++)
		if (s->group[i].pick.step == SELECT_STEP_DONE)
			put_cuts(&c, &s->group[i]);
	if (!any_left(s))
		return 0;
	if (!alloc_all(&c, d) && !sort_names(&c, d))
		ret = run_passes(&c, d);
	free_all(&c);
	return ret;
}
