/* SPDX-License-Identifier: MIT */
/*
 * Picks carried through: among the weights of one tensor in memory, where a
 * sample tells about where the threshold is, and among tensors of any size, in
 * as many passes over their files as it takes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "select/select_impl.h"

/* To gather so few is faster than to look through a digit's counts. */
#define GATHER_MIN 4096
/* Keys that a sample has at most: there is room for a digit's counts. */
#define SAMPLE_MAX ((size_t)1 << SELECT_DIGIT_NBITS)

int select_desk_init(struct select_desk *k, size_t gather_max, size_t guess_min)
{
	size_t ndigit = (size_t)1 << SELECT_DIGIT_NBITS;

	*k = (struct select_desk){
		.gather_max = gather_max, .guess_min = guess_min};
	k->hist = calloc(ndigit, sizeof(*k->hist));
	k->sum = calloc(ndigit, sizeof(*k->sum));
	k->cand = malloc((k->gather_max + 1) * sizeof(*k->cand));
	return k->hist && k->sum && k->cand ? 0 : -1;
}

void select_desk_free(struct select_desk *k)
{
	free(k->hist);
	free(k->sum);
	free(k->cand);
	*k = (struct select_desk){0};
}

/* So many are gathered, by what is best and what there is room for. */
static size_t few(const struct select_desk *k, size_t best, size_t least)
{
	size_t n = best > least ? best : least;

	return n < k->gather_max ? n : k->gather_max;
}

/* --- in memory ----------------------------------------------------------- */

/* So few candidates are gathered of a list, which has the others' room. */
static size_t few_of_list(const struct select_desk *k)
{
	size_t n = k->gather_max / 16;

	return n < SAMPLE_MAX ? n : SAMPLE_MAX;
}

/* Whether all that P asks about is in the list. */
static bool is_listed(const struct select_pick *p, const struct select_desk *k)
{
	const struct select_range *x = &p->x;
	uint64_t first = x->in_tie ? x->key : x->first;
	uint64_t last = x->in_tie ? x->key : x->last;

	return k->list.n && first >= k->listed.first && last <= k->listed.last;
}

/* Looks once through R for a list of what P asks about, if there is room. */
static void make_list(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	struct select_cand *room = k->cand + few_of_list(k) + 1;
	size_t nbytes = (k->gather_max - few_of_list(k)) * sizeof(*room);
	size_t max = nbytes / (sizeof(uint64_t) + sizeof(uint32_t)), n;
	uint64_t *key = (uint64_t *)(void *)room;
	uint32_t *at = (uint32_t *)(void *)(key + max);

	if (r->n > UINT32_MAX)
		return;
	k->nbelow = 0;
	n = select_list(v, r, &p->x, key, at, max, &k->nbelow);
	if (n > max)
		return;
	k->list = *r;
	k->list.n = n;
	k->list.score = key;
	k->list.at = k->at = at;
	k->list.prev = NULL;
	k->listed = p->x;
	p->gather_max = few_of_list(k);
}

static int count_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	bool listed = is_listed(p, k);
	size_t ndigit = p->x.ndigit;
	uint64_t nbelow = listed && !p->x.in_tie ? k->nbelow : 0;

	memset(k->hist, 0, ndigit * sizeof(*k->hist));
	nbelow += select_count(v, listed ? &k->list : r, &p->x, k->hist);
	for (size_t i = 0; i < ndigit; i++)
		k->sum[i] = k->hist[i];
	return select_pick_count(p, k->sum, nbelow) ? 1 : 0;
}

/* Its keys alone tell, and then perhaps some of the ties. */
static int pick_listed(struct select_pick *p, struct select_desk *k)
{
	memcpy(k->sum, k->list.score, k->list.n * sizeof(*k->sum));
	return select_pick_keys(p, k->sum, k->list.n, k->nbelow);
}

static int gather_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	bool listed = is_listed(p, k);
	uint64_t nbelow = listed && !p->x.in_tie ? k->nbelow : 0;
	size_t n;

	if (listed && !p->x.in_tie && k->list.n <= p->gather_max)
		return pick_listed(p, k);
	n = select_gather(v, listed ? &k->list : r, &p->x, 0, k->cand,
		(size_t)p->gather_max + 1, &nbelow);
	return select_pick_gather(p, k->cand, n, nbelow, NULL, &p->cut);
}

static int finish(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	int ret = 0;

	while (p->step != SELECT_STEP_DONE && !ret)
		ret = p->step == SELECT_STEP_COUNT ? count_run(p, v, r, k)
						   : gather_run(p, v, r, k);
	return ret;
}

/* --- samples ------------------------------------------------------------- */

/* From so many bytes on, whole lines of memory are looked at. */
#define LARGE_NBYTES ((size_t)1 << 16)
#define LINE_NBYTES 64

/*
 * How many of N weights: of m keys, those that are looked at more closely then,
 * about 3 N / sqrt(m), become less; measured on 2^18 to 2^23 weights, the sum
 * of both is flat about here.
 */
static size_t sample_size(size_t n)
{
	double c = cbrt((double)n);

	return c * c < (double)SAMPLE_MAX ? (size_t)(c * c) : SAMPLE_MAX;
}

/* Some keys of R, spread over it, which a hash tells; returns how many. */
static size_t take_sample(
	const struct select_view *v, const struct select_run *r, uint64_t *key)
{
	size_t width = v->format->nbytes, want = sample_size(r->n), n = 0;
	size_t len = r->n * width < LARGE_NBYTES ? 1 : LINE_NBYTES / width;
	size_t nline = want / len, step = r->n / len / nline;

	for (size_t i = 0; i < nline; i++) {
		size_t at = (i * step + select_mix(i) % step) * len;

		select_ranks(v, r, at, len, key + n);
		n += len;
	}
	return n;
}

/*
 * The threshold is between two of the N keys of a sample of R, three standard
 * deviations below and above its place there.  The order of KEY is used up.
 */
static void guess_from(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, uint64_t *key, size_t n,
	struct select_desk *k)
{
	double q = (double)(p->rank + p->ngone) / (double)r->n;
	double m = (double)n, spread = 3 * sqrt(m * q * (1 - q)) + 2;
	uint64_t first, last, ninside = 0, expected;
	size_t high = (size_t)(q * m + spread);

	if (q * m - spread < 1 || q * m + spread > m - 1)
		return;
	last = select_nth(key, n, high);
	first = select_nth(key, high, (size_t)(q * m - spread));
	if (last == 0 && p->zeros_alike && !r->score) {
		select_pick_zeros(p, select_zeros(v, r));
		return;
	}
	for (size_t i = 0; i < n; i++)
		ninside += key[i] >= first && key[i] <= last;
	expected = (uint64_t)((double)ninside / m * (double)r->n);
	/* Many are counted sooner with all others. */
	if (expected > r->n / 16 + GATHER_MIN / 4 || expected > r->n / 2)
		return;
	p->gather_max = few(k, r->n / 64, 4 * GATHER_MIN);
	select_pick_guess(p, first, last, expected + expected / 4);
	if (!p->guessed)
		return;
	make_list(p, v, r, k);
	if (k->list.n)
		select_pick_guess(p, first, last, k->list.n);
}

/* So few that to count them all takes as long as to look for some. */
static bool has_few_keys(const struct select_view *v)
{
	return !v->scored && v->format->key_max <= UINT8_MAX;
}

/* Finds out about where P's threshold is, in the way that suits R. */
static void narrow(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	if (r->n >= k->guess_min && !has_few_keys(v))
		guess_from(p, v, r, k->sum, take_sample(v, r, k->sum), k);
	else if (r->n <= SELECT_NHALVE && !r->score)
		select_pick_halve(p, v, r);
}

/* Leaves of the list what CUT takes of its ties, if it has all of them. */
static void settle_list(struct select_desk *k, const struct select_view *v,
	const struct select_cut *cut)
{
	/* A copy, which what is written cannot change. */
	const struct select_view view = *v;
	uint64_t first = k->list.first;
	size_t ntied = 0, n = 0;

	if (!k->list.n || cut->key < k->listed.first ||
		cut->key > k->listed.last)
		return;
	/* No branch to mistake: those of its key, then those before it. */
	for (size_t i = 0; i < k->list.n; i++) {
		k->at[ntied] = k->at[i];
		ntied += k->list.score[i] == cut->key;
	}
	for (size_t i = 0; i < ntied && cut->tie; i++) {
		k->at[n] = k->at[i];
		n += select_tie(&view, first + k->at[i]) < cut->tie;
	}
	k->taken = (struct select_taken){first, k->at, n};
}

const struct select_taken *select_desk_taken(const struct select_desk *k)
{
	return k->taken.at ? &k->taken : NULL;
}

int select_pick_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	int ret;

	p->gather_max = few(k, r->n / 256, GATHER_MIN);
	k->list.n = 0;
	k->taken.at = NULL;
	select_pick_start(p);
	if (p->step != SELECT_STEP_DONE && !r->zero)
		narrow(p, v, r, k);
	if (p->step == SELECT_STEP_GATHER && !p->guessed && !p->x.in_tie &&
		p->count <= few_of_list(k))
		make_list(p, v, r, k);
	ret = finish(p, v, r, k);
	if (!ret)
		settle_list(k, v, &p->cut);
	return ret;
}

/* --- passes over files --------------------------------------------------- */

/* A chunk's part of what its group is asked. */
struct slot {
	uint32_t *hist;
	struct select_cand *cand;
	uint64_t found[SELECT_SCAN_NRUN]; /* by run */
	uint64_t nfound, nbelow;
};

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
	uint64_t *share; /* per tensor */
	struct slot *slot;
	size_t nslot;
};

static struct select_group *group_of(
	const struct passes *c, const struct select_run *r)
{
	return &c->s->group[c->item[r->item].group];
}

static int look(struct passes *c, size_t slot, struct select_run *r,
	uint64_t *found, struct diag *d)
{
	const struct select_group *g = group_of(c, r);
	const struct select_range *x = &g->pick.x;
	struct slot *s = &c->slot[slot];
	size_t i = c->tensor[r->item];
	const struct select_view *v = c->s->view[i];

	if (c->s->load(c->s->ctx, slot, i, r, d))
		return -1;
	switch (g->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT:
		s->nbelow += select_count(v, r, x, s->hist);
		break;
	case SELECT_STEP_GATHER:
		*found = select_gather(v, r, x, i - g->begin,
			s->cand + s->nfound,
			c->s->gather_max + 1 - (size_t)s->nfound, &s->nbelow);
		s->nfound += *found;
		break;
	case SELECT_STEP_SPLIT:
		*found = select_match(v, r, x);
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
	const struct select_pick *pick = &group_of(c, run)->pick;

	s->nfound = s->nbelow = 0;
	if (pick->step == SELECT_STEP_COUNT)
		memset(s->hist, 0, pick->x.ndigit * sizeof(*s->hist));
	for (size_t i = 0; i < nrun; i++)
		if (look(c, slot, &run[i], &s->found[i], d))
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
	size_t room = c->s->gather_max + 1 - (size_t)c->nfound;
	size_t n = s->nfound < room ? (size_t)s->nfound : room;

	memcpy(c->cand + c->nfound, s->cand, n * sizeof(*s->cand));
	c->nfound += n;
}

static int disagree(struct passes *c)
{
	c->s->disagrees = true;
	return -1;
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

static void put_cuts(struct passes *c, const struct select_group *g)
{
	for (size_t i = g->begin; i < g->end; i++)
		c->s->cut[i] = g->pick.cut;
}

/* The last chunk of a group in this pass is in. */
static int answer(struct passes *c, struct select_group *g, struct diag *d)
{
	int ret = 0;

	switch (g->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT:
		ret = answer_count(c, g);
		if (!ret && g->pick.step == SELECT_STEP_DONE)
			put_cuts(c, g);
		break;
	case SELECT_STEP_GATHER: ret = answer_gather(c, g, d); break;
	case SELECT_STEP_SPLIT:
		ret = c->nfound == g->pick.count ? 0 : disagree(c);
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
	struct select_group *g = group_of(c, run);
	const struct select_run *last = &run[nrun - 1];

	c->nbelow += s->nbelow;
	switch (g->pick.step) {
	case SELECT_STEP_DONE: break;
	case SELECT_STEP_COUNT: add_hist(c, s, &g->pick.x); break;
	case SELECT_STEP_GATHER: add_cand(c, s); break;
	case SELECT_STEP_SPLIT:
		for (size_t i = 0; i < nrun; i++)
			c->share[c->tensor[run[i].item]] += s->found[i];
		c->nfound += s->nfound;
		break;
	}
	if (last->last && (last->item + 1 == c->nitem ||
				  c->item[last->item + 1].group !=
					  c->item[last->item].group))
		return answer(c, g, d);
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

/* A shared tie is divided; each tensor goes on with a pick of its own. */
static int split(struct passes *c, struct diag *d)
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

static int run_passes(struct passes *c, struct diag *d)
{
	struct select_scan scan = {.item = c->item,
		.nthread = c->s->nthread,
		.progress = c->s->progress,
		.chunk_nelem = c->s->chunk_nelem,
		.work = work,
		.drain = drain,
		.ctx = c};

	while (any_left(c->s)) {
		/* Only a group of all tensors is shared. */
		bool is_split = c->s->group[0].pick.step == SELECT_STEP_SPLIT;

		make_items(c);
		scan.nitem = c->nitem;
		if (select_scan(&scan, d) || (is_split && split(c, d)))
			return -1;
	}
	return 0;
}

static int alloc_slots(struct passes *c)
{
	bool bad = false;

	c->nslot = select_scan_nslot(c->s->nthread);
	c->slot = calloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		struct slot *s = &c->slot[i];

		s->hist = malloc(sizeof(*s->hist) << SELECT_DIGIT_NBITS);
		s->cand = malloc((c->s->gather_max + 1) * sizeof(*s->cand));
		bad |= !s->hist || !s->cand;
	}
	return bad || !c->slot ? -1 : 0;
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
	if (alloc_slots(c) || !c->item || !c->tensor || !c->order ||
		!c->share || !c->hist || !c->cand)
		return diag_nomem(d, n * sizeof(*c->item));
	return 0;
}

static void free_all(struct passes *c)
{
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		free(c->slot[i].hist);
		free(c->slot[i].cand);
	}
	free(c->slot);
	free(c->item);
	free(c->tensor);
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
