/* SPDX-License-Identifier: MIT */
/*
 * Scores: in what order weights of different tensors are pruned, and how many
 * of a tensor come before a score, from its histogram.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/diag.h"
#include "base/u128.h"
#include "plan/plan_impl.h"

static uint64_t bits(double x)
{
	uint64_t ret;

	memcpy(&ret, &x, sizeof(ret));
	return ret;
}

/*
 * The bits of X 2^EXPONENT, a part of 1 and not NaN, times 2^UP: of a weight of
 * F64 it may be a part that is below the smallest double.  What is too small
 * even so comes after zero all the same.
 */
#define UP 1022

static uint64_t part(double x, int exponent)
{
	return bits(fmax(fmin(ldexp(x, exponent + UP), 0x1p1022), 0x1p-1074));
}

/*
 * Zero comes before all parts and infinity after them, with it the NaN at the
 * end of its bucket.
 */
static bool is_end(double v)
{
	return !(v > 0 && v < (double)INFINITY);
}

static uint64_t end(double v)
{
	return bits(v == 0 ? 0 : (double)INFINITY);
}

/* --- a score of one weight ----------------------------------------------- */

/*
 * LAMP of a weight V that JBEFORE of its own magnitude come before: the square
 * over the sum of squares of it and all that come after it.  TAIL is that sum
 * for the first of its magnitude.
 */
static uint64_t lamp(double v, uint64_t jbefore, const struct plan_tail *tail)
{
	int ev;
	double m = frexp(v, &ev), square = m * m, rest;

	if (is_end(v))
		return end(v);
	/* The tail less those before, in units of the tail. */
	rest = tail->value -
	       ldexp(square, 2 * ev - tail->exponent) * (double)jbefore;
	if (rest <= ldexp(square, 2 * ev - tail->exponent))
		return part(1, 0);
	return part(square / rest, 2 * ev - tail->exponent);
}

/* v^2 / (v^2 + all above) is the most that the last of its size can have. */
static uint64_t lamp_most(double v, const struct plan_tail *above)
{
	int ev, e;
	double m = frexp(v, &ev);

	if (is_end(v))
		return end(v);
	if (above->value == 0)
		return part(1, 0);
	e = 2 * ev - above->exponent;
	if (e > 0)
		return part(1 / (1 + ldexp(above->value / (m * m), -e)), 0);
	return part(1 / (ldexp(1, e) + above->value / (m * m)), e);
}

/* A part of the norm of its tensor. */
static uint64_t normalized(double v, const struct plan_tail *norm)
{
	int ev;
	double m = frexp(v, &ev);

	if (is_end(v))
		return end(v);
	return part(m / norm->value, ev - norm->exponent);
}

/* The score of weight V as number J of bucket I of S. */
static uint64_t score_of(
	const struct plan_scores *s, double v, size_t i, uint64_t j)
{
	switch (s->alloc) {
	case PLAN_NORMALIZED: return normalized(v, &s->norm);
	case PLAN_LAMP: return lamp(v, j, &s->tail[i]);
	default: return bits(v);
	}
}

/* The scores that weights of bucket I may have. */
static uint64_t score_low(const struct plan_scores *s, size_t i)
{
	return score_of(
		s, select_value(s->format, s->t->bucket[i].first), i, 0);
}

static uint64_t score_high(const struct plan_scores *s, size_t i)
{
	const struct plan_bucket *b = &s->t->bucket[i];
	uint64_t last = b->first + ((UINT64_C(1) << b->shift) - 1);
	double v = select_value(s->format, last);

	if (s->alloc == PLAN_LAMP && b->shift)
		return lamp_most(v, &s->tail[i + 1]);
	return score_of(s, v, i, b->count - 1);
}

/* --- the scores of a tensor ---------------------------------------------- */

static int sum_tails(struct plan_scores *s, struct diag *d)
{
	struct plan_sum sum = {{0}};
	size_t n = s->t->nbucket;

	s->tail = calloc(n + 1, sizeof(*s->tail));
	if (!s->tail)
		return diag_nomem(d, n * sizeof(*s->tail));
	for (size_t i = n; i-- > 0;) {
		plan_sum_bucket(&sum, s->format, &s->t->bucket[i]);
		s->tail[i].value = plan_sum_value(&sum, &s->tail[i].exponent);
	}
	return 0;
}

static struct plan_tail norm_of(const struct plan_scores *s)
{
	struct plan_sum sum = {{0}};
	struct plan_tail ret;

	for (size_t i = 0; i < s->t->nbucket; i++)
		plan_sum_bucket(&sum, s->format, &s->t->bucket[i]);
	ret.value = plan_sum_value(&sum, &ret.exponent);
	/* An even exponent can be halved. */
	if (ret.exponent % 2) {
		ret.value *= 2;
		ret.exponent--;
	}
	ret.value = sqrt(ret.value);
	ret.exponent /= 2;
	return ret;
}

int plan_scores_init(struct plan_scores *s, const struct plan_tensor *t,
	enum plan_alloc alloc, struct diag *d)
{
	*s = (struct plan_scores){
		.t = t,
		.format = select_format(t->dtype),
		.alloc = alloc,
		.max = t->n,
	};
	s->before = calloc(t->nbucket + 1, sizeof(*s->before));
	if (!s->before)
		return diag_nomem(d, t->nbucket * sizeof(*s->before));
	for (size_t i = 0; i < t->nbucket; i++)
		s->before[i + 1] = s->before[i] + t->bucket[i].count;
	if (alloc == PLAN_NORMALIZED)
		s->norm = norm_of(s);
	return alloc == PLAN_LAMP ? sum_tails(s, d) : 0;
}

void plan_scores_free(struct plan_scores *s)
{
	free(s->before);
	free(s->tail);
}

/* --- counting ------------------------------------------------------------ */

static bool is_below(uint64_t score, uint64_t limit, bool orsame)
{
	return orsame ? score <= limit : score < limit;
}

/* The first bucket whose lowest, or with HIGH highest, score is not below. */
static size_t first_not_below(
	const struct plan_scores *s, uint64_t limit, bool orsame, bool high)
{
	struct bisect b = bisect(0, s->t->nbucket);

	while (bisect_next(&b))
		bisect_answer(&b, is_below(high ? score_high(s, b.mid)
						: score_low(s, b.mid),
					  limit, orsame));
	return b.lo;
}

/*
 * How many of the equal weights of bucket I are below: LAMP tells them apart.
 */
static uint64_t count_equal(
	const struct plan_scores *s, size_t i, uint64_t limit, bool orsame)
{
	double v = select_value(s->format, s->t->bucket[i].first);
	struct bisect b = bisect(0, s->t->bucket[i].count);

	while (bisect_next(&b))
		bisect_answer(
			&b, is_below(score_of(s, v, i, b.mid), limit, orsame));
	return b.lo;
}

static uint64_t clamp(const struct plan_scores *s, uint64_t n)
{
	return n < s->min ? s->min : n > s->max ? s->max : n;
}

void plan_scores_count(const struct plan_scores *s, uint64_t score, bool orsame,
	uint64_t *lo, uint64_t *hi)
{
	/* Buckets below a are wholly below, those from b on not at all. */
	size_t a = first_not_below(s, score, orsame, true);
	size_t b = first_not_below(s, score, orsame, false);

	*lo = s->before[a];
	*hi = s->before[b > a ? b : a];
	if (b == a + 1 && s->t->bucket[a].shift == 0)
		*lo = *hi = s->before[a] + count_equal(s, a, score, orsame);
	/* NaN is larger than all. */
	if (orsame && score == UINT64_MAX)
		*lo = *hi = s->before[s->t->nbucket] + s->t->nan;
	*lo = clamp(s, *lo);
	*hi = clamp(s, *hi);
}

/* --- brackets ------------------------------------------------------------ */

/* The first bucket that ends above KEY. */
static size_t bucket_at(const struct plan_scores *s, uint64_t key)
{
	const struct plan_bucket *bucket = s->t->bucket;
	struct bisect b = bisect(0, s->t->nbucket);

	while (bisect_next(&b)) {
		uint64_t width = UINT64_C(1) << bucket[b.mid].shift;

		bisect_answer(&b, bucket[b.mid].first + (width - 1) < key);
	}
	return b.lo;
}

/*
 * The score that a weight with KEY would have at least or, with MOST, at most.
 * A key that no weight has may be larger than those that its bucket's squares
 * are of, and its least score by them more than its most.
 */
static uint64_t score_of_key(
	const struct plan_scores *s, uint64_t key, bool most)
{
	double v = select_value(s->format, key);
	uint64_t least, limit;
	size_t i;

	if (s->alloc != PLAN_LAMP)
		return score_of(s, v, 0, 0);
	i = bucket_at(s, key);
	if (i == s->t->nbucket)
		return part(1, 0);
	limit = lamp_most(v, &s->tail[i + (key >= s->t->bucket[i].first)]);
	least = score_of(s, v, i, 0);
	return most || least > limit ? limit : least;
}

/* The first key whose score is SCORE or, with ABOVE, above it. */
static uint64_t find_key(
	const struct plan_scores *s, uint64_t score, bool above)
{
	struct bisect b = bisect(0, s->format->key_max + 1);

	while (bisect_next(&b))
		bisect_answer(&b,
			is_below(score_of_key(s, b.mid, !above), score, above));
	return b.lo;
}

/*
 * Where keys of BRACKET have no weight they need no cells, which are as wide as
 * it: one that ends beyond all buckets would divide none of them.
 */
static void clip(const struct plan_scores *s, struct plan_bracket *bracket)
{
	const struct plan_bucket *bucket = s->t->bucket;
	size_t i = bucket_at(s, bracket->lo);
	struct plan_bracket ret = *bracket;

	if (i == s->t->nbucket || bucket[i].first >= bracket->hi)
		return;
	if (bucket[i].first > ret.lo)
		ret.lo = bucket[i].first;
	for (; i < s->t->nbucket && bucket[i].first < bracket->hi; i++)
		ret.hi = bucket[i].first + (UINT64_C(1) << bucket[i].shift);
	if (ret.hi < bracket->hi)
		bracket->hi = ret.hi;
	bracket->lo = ret.lo;
}

struct plan_bracket plan_scores_bracket(const struct plan_scores *s,
	uint64_t first, uint64_t last, uint64_t *ninside)
{
	struct plan_bracket ret = {
		find_key(s, first, false), find_key(s, last, true)};
	size_t i = bucket_at(s, ret.lo);

	/*
	 * The keys next to them, too: where no key has a score, it is their
	 * bucket that must be divided.
	 */
	ret.lo -= ret.lo > 0;
	ret.hi += ret.hi <= s->format->key_max;
	*ninside = 0;
	for (; i < s->t->nbucket && s->t->bucket[i].first < ret.hi; i++)
		*ninside += s->t->bucket[i].count;
	clip(s, &ret);
	return ret;
}

/* --- tensors ------------------------------------------------------------- */

/* ceil and floor of a part of N. */
static uint64_t part_up(struct num_ratio r, uint64_t n)
{
	return (uint64_t)(((u128)r.p * n + r.q - 1) / r.q);
}

static uint64_t part_down(struct num_ratio r, uint64_t n)
{
	return (uint64_t)((u128)r.p * n / r.q);
}

void plan_bounds_count(
	const struct plan_bounds *b, uint64_t n, uint64_t *min, uint64_t *max)
{
	const struct choice_target exactly = {
		.kind = CHOICE_BY_SPARSITY, .ratio = b->min};

	if (b->exactly) {
		*min = *max = choice_amount(&exactly, n);
		return;
	}
	*min = part_up(b->min, n);
	*max = part_down(b->max, n);
	/* Between two bounds may be no whole number of weights. */
	if (*max < *min)
		*max = *min;
}

void plan_bounds(const struct plan_want *want, const struct plan_tensor *t,
	uint64_t *min, uint64_t *max)
{
	struct plan_bounds b = {.min = {0, 1}, .max = {1, 1}};

	if (want->bounds)
		b = want->bounds(want->ctx, t->name);
	plan_bounds_count(&b, t->n, min, max);
}

struct plan_bracket plan_bucket_of(
	const struct plan_tensor *t, uint64_t rank, uint64_t *ninside)
{
	uint64_t before = 0;

	for (size_t i = 0; i < t->nbucket; i++) {
		const struct plan_bucket *b = &t->bucket[i];

		before += b->count;
		if (rank <= before && rank > 0) {
			*ninside = b->count;
			return (struct plan_bracket){
				b->first, b->first + (UINT64_C(1) << b->shift)};
		}
	}
	*ninside = 0;
	return (struct plan_bracket){0, 0};
}
