/* SPDX-License-Identifier: MIT */
/*
 * How much of each tensor, by one threshold on the scores of all: in what order
 * weights of different tensors are pruned, how many of a tensor come before a
 * score, from its histogram, and the score that is wanted, by bisection.  What
 * is tied at it is shared out as wprune does.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/diag.h"
#include "plan/plan_impl.h"

/*
 * The order in which weights of different tensors are pruned: a score that
 * rises with the magnitude inside of a tensor.  Scores are the bits of a
 * non-negative double, so that they are compared and bisected as integers.
 */
struct scores {
	const struct plan_part *part;
	const struct plan_tensor *t; /* of it */
	const struct select_format *format;
	enum plan_alloc alloc;
	uint64_t *before; /* per bucket and one more: weights in those below */
	/*
	 * VALUE 2^EXPONENT.  normalized: the root of the sum of squares; lamp:
	 * per bucket the sum of squares from it upwards.
	 */
	struct tail {
		double value;
		int exponent;
	} norm, *tail;
};

_Static_assert(
	sizeof(struct plan_bucket) + sizeof(uint64_t) + sizeof(struct tail) <=
		PLAN_ROW_NBYTES,
	"a row's bucket, with what scores have of it");

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
static uint64_t lamp(double v, uint64_t jbefore, const struct tail *tail)
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
static uint64_t lamp_most(double v, const struct tail *above)
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
static uint64_t normalized(double v, const struct tail *norm)
{
	int ev;
	double m = frexp(v, &ev);

	if (is_end(v))
		return end(v);
	return part(m / norm->value, ev - norm->exponent);
}

/* The score of weight V as number J of bucket I of S. */
static uint64_t score_of(const struct scores *s, double v, size_t i, uint64_t j)
{
	switch (s->alloc) {
	case PLAN_NORMALIZED: return normalized(v, &s->norm);
	case PLAN_LAMP: return lamp(v, j, &s->tail[i]);
	default: return bits(v);
	}
}

/* The scores that weights of bucket I may have. */
static uint64_t score_low(const struct scores *s, size_t i)
{
	return score_of(
		s, select_value(s->format, s->t->bucket[i].first), i, 0);
}

static uint64_t score_high(const struct scores *s, size_t i)
{
	const struct plan_bucket *b = &s->t->bucket[i];
	uint64_t last = b->first + ((UINT64_C(1) << b->shift) - 1);
	double v = select_value(s->format, last);

	if (s->alloc == PLAN_LAMP && b->shift)
		return lamp_most(v, &s->tail[i + 1]);
	return score_of(s, v, i, b->count - 1);
}

/* --- the scores of a tensor ---------------------------------------------- */

static int sum_tails(struct scores *s, struct diag *d)
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

static struct tail norm_of(const struct scores *s)
{
	struct plan_sum sum = {{0}};
	struct tail ret;

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

/* Of X, borrowed until scores_free().  Returns 0, or -1: no memory. */
static int scores_init(struct scores *s, const struct plan_part *x,
	enum plan_alloc alloc, struct diag *d)
{
	const struct plan_tensor *t = x->t;

	*s = (struct scores){
		.part = x,
		.t = t,
		.format = select_format(t->dtype),
		.alloc = alloc,
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

static void scores_free(struct scores *s)
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
	const struct scores *s, uint64_t limit, bool orsame, bool high)
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
	const struct scores *s, size_t i, uint64_t limit, bool orsame)
{
	double v = select_value(s->format, s->t->bucket[i].first);
	struct bisect b = bisect(0, s->t->bucket[i].count);

	while (bisect_next(&b))
		bisect_answer(
			&b, is_below(score_of(s, v, i, b.mid), limit, orsame));
	return b.lo;
}

/*
 * How many weights have a score below SCORE, or with ORSAME no higher, within
 * the bounds: at least *LO and at most *HI.
 */
static void scores_count(const struct scores *s, uint64_t score, bool orsame,
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
	*lo = plan_clamp(s->part, *lo);
	*hi = plan_clamp(s->part, *hi);
}

/* --- brackets ------------------------------------------------------------ */

/* The first bucket that ends above KEY. */
static size_t bucket_at(const struct scores *s, uint64_t key)
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
static uint64_t score_of_key(const struct scores *s, uint64_t key, bool most)
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
static uint64_t find_key(const struct scores *s, uint64_t score, bool above)
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
static void clip(const struct scores *s, struct plan_bracket *bracket)
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

/*
 * The keys that may have scores [FIRST, LAST], from the first bucket among them
 * to the last, whether or not a weight has them: what is counted finely stays
 * so in the next histogram.  How many weights are in their buckets goes to
 * *NINSIDE.
 */
static struct plan_bracket scores_bracket(const struct scores *s,
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

/* --- one threshold for all ----------------------------------------------- */

struct merging {
	struct scores *scores; /* of the parts */
	size_t n;
};

static void merging_free(struct merging *m)
{
	for (size_t i = 0; i < m->n; i++)
		scores_free(&m->scores[i]);
	free(m->scores);
}

static int merging_init(struct merging *m, const struct plan_parts *parts,
	enum plan_alloc alloc, struct diag *d)
{
	m->n = 0;
	m->scores = calloc(parts->n + 1, sizeof(*m->scores));
	if (!m->scores)
		return diag_nomem(d, parts->n * sizeof(*m->scores));
	while (m->n < parts->n) {
		const struct plan_part *x = &parts->part[m->n];

		if (scores_init(&m->scores[m->n++], x, alloc, d))
			return -1;
	}
	return 0;
}

/* At least or, with MOST, at most so many weights are below SCORE. */
static uint64_t count_all(
	const struct merging *m, uint64_t score, bool orsame, bool most)
{
	uint64_t n = 0, lo, hi;

	for (size_t i = 0; i < m->n; i++) {
		scores_count(&m->scores[i], score, orsame, &lo, &hi);
		n += most ? hi : lo;
	}
	return n;
}

/*
 * The lowest score up to which there are K weights, by one count or the other.
 */
static uint64_t find_score(const struct merging *m, uint64_t k, bool most)
{
	struct bisect b = bisect(0, UINT64_MAX);

	while (bisect_next(&b))
		bisect_answer(&b, count_all(m, b.mid, true, most) < k);
	return b.lo;
}

/*
 * True if it is known of every tensor how many are below SCORE, and up to it.
 */
static bool is_known(const struct merging *m, uint64_t score)
{
	uint64_t lo, hi;

	for (size_t i = 0; i < m->n; i++)
		for (int orsame = 0; orsame < 2; orsame++) {
			scores_count(&m->scores[i], score, orsame, &lo, &hi);
			if (lo != hi)
				return false;
		}
	return true;
}

/*
 * wprune tells NaN apart by their bits: which are pruned, and so of which
 * tensor, is not known here unless it is all or none of them, or those of one.
 */
static int refuse_some_nan(const struct merging *m, uint64_t k, struct diag *d)
{
	uint64_t nan = 0, numbers = 0;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct plan_tensor *t = m->scores[i].t;

		n += t->nan > 0;
		nan += t->nan;
		numbers += t->n - t->nan;
	}
	if (n < 2 || k <= numbers || k == numbers + nan)
		return 0;
	return diag_set(d, DIAG_DATA,
		"%llu weights to prune, of which %llu are some of the NaN of "
		"%zu tensors; expected at most %llu, or all",
		(unsigned long long)k, (unsigned long long)(k - numbers), n,
		(unsigned long long)numbers);
}

static int share_out(
	const struct merging *m, uint64_t score, uint64_t k, struct diag *d)
{
	uint64_t *tied = calloc(m->n + 1, 2 * sizeof(*tied)), *quota, hi;
	size_t *order = calloc(m->n + 1, sizeof(*order));
	int ret = -1;

	if (!tied || !order) {
		diag_nomem(d, m->n * sizeof(*tied));
		goto out;
	}
	quota = tied + m->n;
	for (size_t i = 0; i < m->n; i++) {
		struct plan_row *r = m->scores[i].part->row;

		scores_count(&m->scores[i], score, false, &r->k, &hi);
		scores_count(&m->scores[i], score, true, &hi, &tied[i]);
		tied[i] -= r->k;
		k -= r->k;
		order[i] = i; /* tensors are in the order of their names */
	}
	ret = select_quota(tied, m->n, order, k, quota);
	if (ret)
		diag_nomem(d, m->n * sizeof(*tied));
	for (size_t i = 0; !ret && i < m->n; i++) {
		const struct plan_part *x = m->scores[i].part;

		plan_settle(x, x->row->k + quota[i]);
	}
out:
	free(tied);
	free(order);
	return ret;
}

static void bracket(
	struct plan *p, const struct merging *m, uint64_t first, uint64_t last)
{
	p->exact = false;
	for (size_t i = 0; i < m->n; i++) {
		struct plan_row *r = m->scores[i].part->row;

		r->exact = false;
		r->bracket =
			scores_bracket(&m->scores[i], first, last, &r->ninside);
	}
}

static int out_of_bounds(
	uint64_t k, const char *what, uint64_t n, struct diag *d)
{
	return diag_set(d, DIAG_DATA,
		"%llu weights to prune; the bounds allow %s %llu",
		(unsigned long long)k, what, (unsigned long long)n);
}

/* All bounds at once leave nothing to be found out. */
static void take_bounds(const struct plan_parts *parts, bool max)
{
	for (size_t i = 0; i < parts->n; i++) {
		const struct plan_part *x = &parts->part[i];

		plan_settle(x, max ? x->max : x->min);
	}
}

static int take_scores(struct plan *p, const struct merging *m, struct diag *d)
{
	uint64_t first = find_score(m, p->k, true);
	uint64_t last = find_score(m, p->k, false);

	if (first == last && is_known(m, first))
		return share_out(m, first, p->k, d);
	bracket(p, m, first, last);
	return 0;
}

int plan_by_score(struct plan *p, const struct plan_parts *parts,
	const struct plan_want *want, struct diag *d)
{
	struct merging m;
	uint64_t least = 0, most = 0;
	int ret = merging_init(&m, parts, want->alloc, d);

	for (size_t i = 0; i < parts->n; i++) {
		least += parts->part[i].min;
		most += parts->part[i].max;
	}
	if (!ret && (p->k < least || p->k > most))
		ret = out_of_bounds(p->k, p->k < least ? "at least" : "at most",
			p->k < least ? least : most, d);
	if (!ret && want->alloc == PLAN_RAW)
		ret = refuse_some_nan(&m, p->k, d);
	if (!ret && (p->k == least || p->k == most))
		take_bounds(parts, p->k == most);
	else if (!ret)
		ret = take_scores(p, &m, d);
	merging_free(&m);
	return ret;
}
