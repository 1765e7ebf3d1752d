/* SPDX-License-Identifier: MIT */
/*
 * Picking among the weights of one tensor in memory, where a sample of them
 * tells about where the threshold is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "select/select_impl.h"

/* To gather so few is faster than to look through a digit's counts. */
#define GATHER_MIN 4096

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

/* --- steps --------------------------------------------------------------- */

static int count_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	size_t ndigit = p->x.ndigit;
	uint64_t nbelow;

	memset(k->hist, 0, ndigit * sizeof(*k->hist));
	nbelow = select_count(v, r, &p->x, k->hist);
	for (size_t i = 0; i < ndigit; i++)
		k->sum[i] = k->hist[i];
	return select_pick_count(p, k->sum, nbelow) ? 1 : 0;
}

static int gather_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	uint64_t nbelow = 0;
	size_t n = select_gather(
		v, r, &p->x, 0, k->cand, k->gather_max + 1, &nbelow);

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

/* Of so many lines of memory one is looked at, which one a hash tells. */
#define ONE_OF 64
#define LINE_NBYTES 64

/* Makes *RET of some weights of R, a run in OUT, which is as large. */
static void take_sample(const struct select_view *v, const struct select_run *r,
	unsigned char *out, size_t nline, struct select_run *ret)
{
	size_t width = r->score ? sizeof(*r->score) : v->format->nbytes;
	const unsigned char *p =
		r->score ? (const unsigned char *)r->score : r->p;

	for (size_t i = 0; i < nline; i++)
		memcpy(out + i * LINE_NBYTES,
			p + (i * ONE_OF + select_mix(i) % ONE_OF) * LINE_NBYTES,
			LINE_NBYTES);
	*ret = (struct select_run){
		.p = out,
		.n = nline * LINE_NBYTES / width,
		.score = r->score ? (const uint64_t *)(void *)out : NULL,
	};
}

/* About the key of the weight that is number RANK of R; *RET gets it. */
static int key_at_rank(const struct select_pick *p, const struct select_view *v,
	const struct select_run *r, uint64_t rank, struct select_desk *k,
	uint64_t *ret)
{
	struct select_pick q = {.rank = rank,
		.count = r->n,
		.ntensor = 1,
		.gather_max = p->gather_max,
		.key_nbits = p->key_nbits,
		.tie_nbits = p->tie_nbits,
		.ties = SELECT_TIES_KEEP};
	int bad;

	select_pick_start(&q);
	bad = finish(&q, v, r, k);
	*ret = q.cut.key;
	return bad;
}

/*
 * The threshold is between two keys of a sample, three standard deviations
 * below and above its place there.
 */
static int guess_from(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, const struct select_run *sample,
	struct select_desk *k)
{
	double q = (double)(p->rank + p->ngone) / (double)r->n;
	double m = (double)sample->n, spread = 3 * sqrt(m * q * (1 - q)) + 2;
	struct select_range x = {0};
	double expected;
	int bad;

	if (q * m - spread < 1 || q * m + spread > m - 1)
		return 0;
	bad = key_at_rank(
		p, v, sample, (uint64_t)(q * m - spread), k, &x.first);
	if (!bad)
		bad = key_at_rank(
			p, v, sample, (uint64_t)(q * m + spread), k, &x.last);
	if (bad)
		return bad;
	if (x.last == 0 && p->zeros_alike && !r->score)
		select_pick_zeros(p, select_zeros(v, r));
	expected = (double)select_match(v, sample, &x) * ONE_OF;
	/* Many are counted sooner with all others. */
	if (expected <= (double)r->n / 16)
		select_pick_guess(
			p, x.first, x.last, (uint64_t)(expected * 1.25));
	return 0;
}

static int guess(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	size_t width = r->score ? sizeof(*r->score) : v->format->nbytes;
	size_t nline = r->n * width / LINE_NBYTES / ONE_OF;
	unsigned char *out = malloc(nline * LINE_NBYTES + 1);
	struct select_run sample;
	int ret;

	if (!out)
		return -1;
	take_sample(v, r, out, nline, &sample);
	ret = guess_from(p, v, r, &sample, k);
	free(out);
	return ret;
}

int select_pick_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k)
{
	p->gather_max = r->n / 256 > GATHER_MIN ? r->n / 256 : GATHER_MIN;
	if (p->gather_max > k->gather_max)
		p->gather_max = k->gather_max;
	if (p->step == SELECT_STEP_COUNT && r->n >= k->guess_min && !r->zero &&
		guess(p, v, r, k))
		return -1;
	return finish(p, v, r, k);
}
