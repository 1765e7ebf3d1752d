/* SPDX-License-Identifier: MIT */
/*
 * Picks among the weights of one tensor in memory, where a sample tells about
 * where the threshold is.
 */
#include <stdlib.h>
#include <string.h>

#include "select/select_impl.h"

/* Keys that a sample has at most: there is room for a digit's counts. */
#define SAMPLE_MAX ((size_t)1 << SELECT_DIGIT_NBITS)

void select_desk_init(struct select_desk *k, size_t gather_max,
	size_t guess_min, struct select_room *m)
{
	size_t ndigit = (size_t)1 << SELECT_DIGIT_NBITS;

	*k = (struct select_desk){
		.gather_max = gather_max, .guess_min = guess_min};
	k->hist = select_room_zero(m, ndigit * sizeof(*k->hist));
	k->sum = select_room_zero(m, ndigit * sizeof(*k->sum));
	k->cand = select_room_get(m, (gather_max + 1) * sizeof(*k->cand));
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

/* Some keys of R, spread over it, which a hash tells; returns how many. */
static size_t take_sample(
	const struct select_view *v, const struct select_run *r, uint64_t *key)
{
	size_t width = v->format->nbytes,
	       want = select_sample_size(r->n, SAMPLE_MAX);
	size_t len = r->n * width < LARGE_NBYTES ? 1 : LINE_NBYTES / width;
	size_t nline = want / len, step = r->n / len / nline, n = 0;

	for (size_t i = 0; i < nline; i++) {
		size_t at = (i * step + select_mix(i) % step) * len;

		select_ranks(v, r, at, len, key + n);
		n += len;
	}
	return n;
}

/*
 * The threshold is where a sample of R, the N keys at KEY, puts it.  The order
 * of KEY is used up.
 */
static void guess_from(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, uint64_t *key, size_t n,
	struct select_desk *k)
{
	double q = (double)(p->rank + p->ngone) / (double)r->n;
	struct select_bracket b;
	uint64_t expected;

	if (!select_bracket(key, n, q, select_spread(q, n), &b))
		return;
	if (b.last == 0 && p->zeros_alike && !r->score) {
		select_pick_zeros(p, select_zeros(v, r));
		return;
	}
	expected = (uint64_t)(b.inside * (double)r->n);
	if (select_is_much(expected, r->n))
		return;
	p->gather_max = few(k, r->n / 64, 4 * SELECT_GATHER_MIN);
	select_pick_guess(p, b.first, b.last, expected + expected / 4);
	if (!p->guessed)
		return;
	make_list(p, v, r, k);
	if (k->list.n)
		select_pick_guess(p, b.first, b.last, k->list.n);
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

	p->gather_max = few(k, r->n / 256, SELECT_GATHER_MIN);
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
