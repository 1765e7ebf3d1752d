/* SPDX-License-Identifier: MIT */
/* Exact selection by digits; see pick.h. */
#include "prune/prune_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/u128.h"

/* All candidates share prefix PREFIX: what begins at it or after it is kept. */
static void finish(struct prune_pick *p, uint64_t prefix)
{
	unsigned shift = p->x.shift;
	uint64_t begin = shift < 64 ? prefix << shift : 0;
	/* Past the last tie there is only the next key. */
	bool past = p->x.in_tie && prefix > p->x.prefix && begin == 0;

	p->step = PRUNE_STEP_DONE;
	if (!p->x.in_tie)
		p->cut = (struct prune_cut){.key = begin};
	else if (past)
		p->cut = (struct prune_cut){.key = p->x.key + 1};
	else
		p->cut = (struct prune_cut){.key = p->x.key, .tie = begin};
}

/*
 * The key is known whole and only some of those that have it are pruned.  Which
 * of the zeros does not show; each of several tensors has its share of them.
 */
static void enter_tie(struct prune_pick *p, uint64_t key)
{
	p->x = (struct prune_prefix){
		.in_tie = true, .key = key, .shift = p->tie_nbits};
	if (key == 0 && p->zeros_alike && p->ntensor == 1) {
		p->step = PRUNE_STEP_DONE;
		p->cut = (struct prune_cut){.nzero = p->rank};
	}
}

static void next_step(struct prune_pick *p)
{
	if (p->rank == 0) {
		finish(p, p->x.prefix);
		return;
	}
	if (p->rank == p->count) {
		finish(p, p->x.prefix + 1);
		return;
	}
	if (!p->x.in_tie && p->x.shift == 0) {
		if (p->ties == PRUNE_TIES_KEEP || p->ties == PRUNE_TIES_DROP) {
			finish(p, p->x.prefix + (p->ties == PRUNE_TIES_DROP));
			return;
		}
		enter_tie(p, p->x.prefix);
		if (p->step == PRUNE_STEP_DONE)
			return;
	}
	if (p->count <= p->gather_max)
		p->step = PRUNE_STEP_GATHER;
	else if (p->x.in_tie && p->ntensor > 1)
		p->step = PRUNE_STEP_SPLIT;
	else
		p->step = PRUNE_STEP_COUNT;
}

void prune_pick_start(struct prune_pick *p, unsigned key_nbits)
{
	p->x = (struct prune_prefix){.shift = key_nbits};
	p->step = PRUNE_STEP_COUNT;
	next_step(p);
}

void prune_pick_start_tie(struct prune_pick *p, uint64_t key)
{
	p->step = PRUNE_STEP_COUNT;
	if (p->rank == 0 || p->rank == p->count)
		p->x = (struct prune_prefix){
			.in_tie = true, .key = key, .shift = p->tie_nbits};
	else
		enter_tie(p, key);
	if (p->step != PRUNE_STEP_DONE)
		next_step(p);
}

int prune_pick_count(struct prune_pick *p, uint64_t *hist)
{
	unsigned nbits = prune_digit_nbits(&p->x);
	uint64_t digit = 0, total = 0;

	for (uint64_t i = 0; i < UINT64_C(1) << nbits; i++)
		total += hist[i];
	if (total != p->count + p->ngone || hist[0] < p->ngone)
		return -1;
	hist[0] -= p->ngone;
	p->ngone = 0;
	/* The bucket in which the first kept weight is. */
	while (p->rank >= hist[digit] && digit + 1 < UINT64_C(1) << nbits)
		p->rank -= hist[digit++];
	p->count = hist[digit];
	p->x.prefix = p->x.prefix << nbits | digit;
	p->x.shift -= nbits;
	next_step(p);
	return 0;
}

static bool key_less(const struct prune_cand *a, const struct prune_cand *b)
{
	return a->key < b->key;
}

static void swap(struct prune_cand *a, struct prune_cand *b)
{
	struct prune_cand t = *a;

	*a = *b;
	*b = t;
}

static void median_to_front(struct prune_cand *c, size_t n)
{
	struct prune_cand *mid = c + n / 2, *last = c + n - 1;

	if (key_less(mid, c))
		swap(mid, c);
	if (key_less(last, c))
		swap(last, c);
	if (key_less(last, mid))
		swap(last, mid);
	swap(c, mid);
}

/*
 * The key that is number RANK (from 0) in order.  C. A. R. Hoare's FIND with
 * three-way partition, so that equal keys cost nothing.
 */
static uint64_t nth_key(struct prune_cand *c, size_t n, size_t rank)
{
	while (n > 1) {
		size_t lt = 0, gt = n, i = 1;
		uint64_t pivot;

		median_to_front(c, n);
		pivot = c[0].key;
		while (i < gt) {
			if (c[i].key < pivot)
				swap(&c[i++], &c[lt++]);
			else if (c[i].key > pivot)
				swap(&c[i], &c[--gt]);
			else
				i++;
		}
		if (rank >= lt && rank < gt)
			return pivot;
		if (rank < lt) {
			n = lt;
		} else {
			c += gt;
			n -= gt;
			rank -= gt;
		}
	}
	return c[0].key;
}

static int by_tensor_tie(const void *a, const void *b)
{
	const struct prune_cand *x = a, *y = b;

	if (x->tensor != y->tensor)
		return x->tensor < y->tensor ? -1 : 1;
	return x->tie < y->tie ? -1 : x->tie > y->tie;
}

/* Moves those with KEY to the front; how many are below it goes to *BELOW. */
static size_t select_key(
	struct prune_cand *c, size_t n, uint64_t key, uint64_t *below)
{
	size_t m = 0;

	*below = 0;
	for (size_t i = 0; i < n; i++) {
		*below += c[i].key < key;
		if (c[i].key == key)
			swap(&c[i], &c[m++]);
	}
	return m;
}

/* Ties of one key, RANK of them pruned, shared out by tensor. */
static int share_ties(struct prune_pick *p, struct prune_cand *c, size_t n,
	uint64_t rank, const size_t *order, struct prune_cut *cut)
{
	uint64_t key = c[0].key;
	uint64_t *count = calloc(p->ntensor, 2 * sizeof(*count));
	uint64_t *quota;
	size_t at = 0;

	if (!count)
		return -1;
	quota = count + p->ntensor;
	for (size_t i = 0; i < n; i++)
		count[c[i].tensor]++;
	if (p->ntensor == 1) {
		quota[0] = rank;
	} else if (prune_quota(count, p->ntensor, order, rank, quota)) {
		free(count);
		return -1;
	}
	qsort(c, n, sizeof(*c), by_tensor_tie);
	for (size_t t = 0; t < p->ntensor; at += count[t++]) {
		if (quota[t] == count[t])
			cut[t] =
				(struct prune_cut){.key = key + (count[t] > 0)};
		else
			cut[t] = (struct prune_cut){
				.key = key, .tie = c[at + quota[t]].tie};
		/* None of its ties: the cut lies before all of them. */
		if (quota[t] == 0)
			cut[t] = (struct prune_cut){.key = key};
	}
	free(count);
	return 0;
}

int prune_pick_gather(struct prune_pick *p, struct prune_cand *cand,
	size_t ncand, const size_t *quota_order, struct prune_cut *cut)
{
	uint64_t below, key = nth_key(cand, ncand, (size_t)p->rank);
	size_t ntie = select_key(cand, ncand, key, &below);
	bool is_split = p->rank > below;

	p->step = PRUNE_STEP_DONE;
	if (is_split && p->ties != PRUNE_TIES_KEEP &&
		p->ties != PRUNE_TIES_DROP)
		return share_ties(
			p, cand, ntie, p->rank - below, quota_order, cut);
	if (is_split && p->ties == PRUNE_TIES_DROP)
		key++;
	for (size_t t = 0; t < p->ntensor; t++)
		cut[t] = (struct prune_cut){.key = key};
	return 0;
}

/* A tensor's remainder, for the method of largest remainders. */
struct share {
	uint64_t remainder;
	size_t place; /* in the order of names */
	size_t tensor;
};

static int by_remainder(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->remainder != y->remainder)
		return x->remainder > y->remainder ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

int prune_quota(const uint64_t *count, size_t n, const size_t *order,
	uint64_t rank, uint64_t *quota)
{
	struct share *share = calloc(n, sizeof(*share));
	uint64_t total = 0, left = rank;

	if (!share)
		return -1;
	for (size_t i = 0; i < n; i++)
		total += count[i];
	for (size_t i = 0; i < n; i++) {
		size_t t = order[i];
		u128 x = (u128)count[t] * rank;

		quota[t] = total ? (uint64_t)(x / total) : 0;
		left -= quota[t];
		share[i].remainder = total ? (uint64_t)(x % total) : 0;
		share[i].place = i;
		share[i].tensor = t;
	}
	qsort(share, n, sizeof(*share), by_remainder);
	for (size_t i = 0; i < n && left > 0; i++, left--)
		quota[share[i].tensor]++;
	free(share);
	return 0;
}

/* --- in memory ----------------------------------------------------------- */

/* To gather so few is faster than to look through a digit's counts. */
#define DESK_GATHER 4096

int prune_desk_init(struct prune_desk *k, size_t gather_max)
{
	size_t ndigit = (size_t)1 << PRUNE_DIGIT_NBITS;

	*k = (struct prune_desk){.gather_max = gather_max};
	k->hist = calloc(ndigit, sizeof(*k->hist));
	k->sum = calloc(ndigit, sizeof(*k->sum));
	k->cand = malloc((gather_max + 1) * sizeof(*k->cand));
	return k->hist && k->sum && k->cand ? 0 : -1;
}

void prune_desk_free(struct prune_desk *k)
{
	free(k->hist);
	free(k->sum);
	free(k->cand);
	*k = (struct prune_desk){0};
}

static int count_run(struct prune_pick *p, const struct prune_view *v,
	const struct prune_run *r, struct prune_desk *k)
{
	size_t ndigit = (size_t)1 << prune_digit_nbits(&p->x);

	memset(k->hist, 0, ndigit * sizeof(*k->hist));
	prune_count(v, r, &p->x, k->hist);
	for (size_t i = 0; i < ndigit; i++)
		k->sum[i] = k->hist[i];
	return prune_pick_count(p, k->sum) ? 1 : 0;
}

static int gather_run(struct prune_pick *p, const struct prune_view *v,
	const struct prune_run *r, struct prune_desk *k)
{
	size_t n = prune_gather(v, r, &p->x, 0, k->cand, k->gather_max + 1);

	if (n != p->count)
		return 1;
	return prune_pick_gather(p, k->cand, n, NULL, &p->cut);
}

int prune_pick_run(struct prune_pick *p, const struct prune_view *v,
	const struct prune_run *r, struct prune_desk *k)
{
	int ret = 0;

	p->gather_max = r->n / 256 > DESK_GATHER ? r->n / 256 : DESK_GATHER;
	if (p->gather_max > k->gather_max)
		p->gather_max = k->gather_max;
	while (p->step != PRUNE_STEP_DONE && !ret)
		ret = p->step == PRUNE_STEP_COUNT ? count_run(p, v, r, k)
						  : gather_run(p, v, r, k);
	return ret;
}

/* --- of a job ------------------------------------------------------------- */

int prune_changed(const struct prune_file *f, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"changed while it was read; expected it to stay the same");
	return diag_at(d, "%s", f->model->name);
}

/* What there are too few of: weights, or what has them. */
static const char *word_of(const struct prune_file *f)
{
	if (f->by_row)
		return " in a row";
	return f->structure.shape == PRUNE_SINGLE ? "" : " (units of them)";
}

int prune_too_few(const struct prune_file *f, const char *name, uint64_t k,
	uint64_t n, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%llu weights%s; asked to prune %llu",
		(unsigned long long)n, word_of(f), (unsigned long long)k);
	if (*name)
		diag_at(d, "%.200s", name);
	return diag_at(d, "%s", f->model->name);
}

/* What only the number of zeros matters for: no mask shows, no -0.0 stays. */
bool prune_zeros_alike(const struct prune_file *f, const struct prune_view *v)
{
	return !f->with_mask && !v->keep_negzero && !v->scored && !f->by_row;
}

unsigned prune_view_nbits(const struct prune_view *v)
{
	return v->scored ? 63 : v->as->key_nbits;
}

struct prune_pick prune_job_pick(
	const struct prune_file *f, const struct prune_job *job, uint64_t n)
{
	struct prune_pick p = {
		.rank = job->k > job->ngone ? job->k - job->ngone : 0,
		.count = n - job->ngone,
		.ngone = job->ngone,
		.ntensor = 1,
		.gather_max = f->gather_max,
		.tie_nbits = prune_tie_nbits(&job->view),
		.zeros_alike = prune_zeros_alike(f, &job->view),
		.ties = job->view.ties};

	prune_pick_start(&p, prune_view_nbits(&job->view));
	return p;
}
