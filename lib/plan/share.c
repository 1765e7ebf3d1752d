/* SPDX-License-Identifier: MIT */
/*
 * How much of each tensor, where its weights do not matter or no other tensor
 * does: from shapes, and by the sum of squares.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "plan/plan_impl.h"

/* --- shapes -------------------------------------------------------------- */

/*
 * Density is in proportion to this.  ER: the first two dimensions, those of
 * torch's out and in; D. Mocanu and others, Nature Communications 9, 2018.
 * ERK: all of them; U. Evci and others, ICML 2020, section 3.
 */
static double raw_density(enum plan_alloc alloc, const struct plan_tensor *t)
{
	unsigned ndim = alloc == PLAN_ER && t->ndim > 2 ? 2 : t->ndim;
	double sum = 0, product = 1;

	for (unsigned i = 0; i < ndim; i++) {
		sum += (double)t->shape[i];
		product *= (double)t->shape[i];
	}
	return ndim && product > 0 ? sum / product : 1;
}

struct share {
	const struct plan_tensor *t;
	size_t tensor;
	double density; /* times a common factor */
	uint64_t min, max;
	double want; /* weights to prune, not yet whole */
	uint64_t k;
};

static double wanted(const struct share *s, double factor)
{
	double n = (double)s->t->n;
	double want = n - n * fmin(1, factor * s->density);

	return fmin(fmax(want, (double)s->min), (double)s->max);
}

/*
 * The factor with which all that is wanted comes to K: what a layer cannot
 * give, because all of it is kept, the others do.  Evci's loop, which makes
 * one layer dense after the other, ends at the same.
 */
static double find_factor(const struct share *s, size_t n, double k)
{
	double lo = 0, hi = 1;

	for (int grow = 0; grow < 1100; grow++, hi *= 2) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += wanted(&s[i], hi);
		if (sum <= k)
			break;
	}
	for (int step = 0; step < 1200; step++) {
		double mid = lo + (hi - lo) / 2, sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += wanted(&s[i], mid);
		if (mid <= lo || mid >= hi)
			break;
		if (sum > k)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

static int by_remainder(const void *a, const void *b)
{
	const struct share *x = *(const struct share *const *)a;
	const struct share *y = *(const struct share *const *)b;
	double rx = x->want - (double)x->k, ry = y->want - (double)y->k;

	if (rx != ry)
		return rx > ry ? -1 : 1;
	return x->tensor < y->tensor ? -1 : 1;
}

/* Whole numbers that come to K, by largest remainders. */
static int make_whole(struct share *s, size_t n, uint64_t k, struct diag *d)
{
	struct share **order = calloc(n + 1, sizeof(*order));
	uint64_t sum = 0;
	bool moved = true;

	if (!order)
		return diag_nomem(d, n * sizeof(*order));
	for (size_t i = 0; i < n; i++) {
		s[i].k = (uint64_t)s[i].want;
		sum += s[i].k;
		order[i] = &s[i];
	}
	qsort(order, n, sizeof(*order), by_remainder);
	/* Rounding of sums may leave more than one each. */
	for (; sum != k && moved;) {
		moved = false;
		for (size_t i = 0; i < n && sum < k; i++)
			if (order[i]->k < order[i]->max) {
				order[i]->k++;
				sum++;
				moved = true;
			}
		for (size_t i = n; i-- > 0 && sum > k;)
			if (order[i]->k > order[i]->min) {
				order[i]->k--;
				sum--;
				moved = true;
			}
	}
	free(order);
	return sum == k ? 0
			: diag_set(d, DIAG_DATA,
				  "%llu weights to prune; the bounds allow "
				  "%llu",
				  (unsigned long long)k,
				  (unsigned long long)sum);
}

static void put_row(
	struct plan *p, const struct plan_tensor *t, size_t tensor, uint64_t k)
{
	struct plan_row *r = &p->row[tensor];

	r->k = k;
	r->bracket = plan_bucket_of(t, k, &r->ninside);
}

/* Each by itself: what wprune does in the scope of a tensor. */
static void share_uniform(
	struct plan *p, const struct plan_hist *h, const struct plan_want *want)
{
	p->k = 0;
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];
		uint64_t min, max, k;

		if (t->decision != CHOICE_YES)
			continue;
		k = choice_amount(&want->target, t->n);
		plan_bounds(want, t, &min, &max);
		k = k < min ? min : k > max ? max : k;
		put_row(p, t, i, k);
		p->k += k;
	}
}

int plan_share(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	struct share *s;
	size_t n = 0;
	double factor;
	int ret;

	if (want->alloc == PLAN_UNIFORM) {
		share_uniform(p, h, want);
		return 0;
	}
	s = calloc(h->ntensor + 1, sizeof(*s));
	if (!s)
		return diag_nomem(d, h->ntensor * sizeof(*s));
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];

		if (t->decision != CHOICE_YES)
			continue;
		s[n] = (struct share){.t = t,
			.tensor = i,
			.density = raw_density(want->alloc, t)};
		plan_bounds(want, t, &s[n].min, &s[n].max);
		n++;
	}
	factor = find_factor(s, n, (double)p->k);
	for (size_t i = 0; i < n; i++)
		s[i].want = wanted(&s[i], factor);
	ret = make_whole(s, n, p->k, d);
	for (size_t i = 0; i < n; i++)
		put_row(p, s[i].t, s[i].tensor, s[i].k);
	free(s);
	return ret;
}

/* --- sums of squares ----------------------------------------------------- */

/* What is pruned may have (1 - energy) of the squares: SUM q <= ALL (q - p). */
static bool may_lose(const struct plan_sum *sum, const struct plan_sum *budget,
	const struct num_ratio *energy)
{
	struct plan_sum x = *sum;

	plan_sum_scale(&x, energy->q);
	return plan_sum_compare(&x, budget) <= 0;
}

/* How many of the equal weights of B may go beyond those in SUM. */
static uint64_t lose_equal(const struct plan_sum *sum,
	const struct select_format *f, const struct plan_bucket *b,
	const struct plan_sum *budget, const struct num_ratio *energy)
{
	uint64_t lo = 0, hi = b->count;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo + 1) / 2;
		struct plan_sum x = *sum;

		plan_sum_key(&x, f, b->first, mid);
		if (may_lose(&x, budget, energy))
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

static void keep_energy(struct plan_row *r, const struct plan_tensor *t,
	const struct num_ratio *energy)
{
	const struct select_format *f = select_format(t->dtype);
	struct plan_sum budget = {{0}}, sum = {{0}};

	for (size_t i = 0; i < t->nbucket; i++)
		plan_sum_bucket(&budget, f, &t->bucket[i]);
	plan_sum_scale(&budget, energy->q - energy->p);
	for (size_t i = 0; i < t->nbucket; i++) {
		const struct plan_bucket *b = &t->bucket[i];
		struct plan_sum more = sum;

		plan_sum_bucket(&more, f, b);
		if (may_lose(&more, &budget, energy)) {
			sum = more;
			r->k += b->count;
			continue;
		}
		r->bracket.lo = b->first;
		r->bracket.hi = b->first + (UINT64_C(1) << b->shift);
		r->ninside = b->count;
		r->exact = b->shift == 0;
		if (r->exact)
			r->k += lose_equal(&sum, f, b, &budget, energy);
		return;
	}
}

int plan_keep_energy(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	p->k = 0;
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];
		struct plan_row *r = &p->row[i];
		uint64_t min, max;

		if (t->decision != CHOICE_YES)
			continue;
		keep_energy(r, t, &want->energy);
		plan_bounds(want, t, &min, &max);
		/* A bound that is reached already settles it. */
		if (r->exact || r->k >= max || r->k + r->ninside <= min) {
			r->exact = true;
			r->k = r->k < min ? min : r->k > max ? max : r->k;
		}
		p->k += r->k;
		p->exact &= r->exact;
	}
	(void)d;
	return 0;
}
