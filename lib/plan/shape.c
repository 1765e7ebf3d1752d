/* SPDX-License-Identifier: MIT */
/*
 * How much of each tensor, whatever its weights are: the same part of each, or
 * parts that come of their shapes.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "plan/plan_impl.h"

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
	const struct plan_part *part;
	double density; /* times a common factor */
	double want;    /* weights to prune, not yet whole */
	uint64_t k;
};

static double wanted(const struct share *s, double factor)
{
	const struct plan_part *x = s->part;
	double n = (double)x->t->n;
	double want = n - n * fmin(1, factor * s->density);

	return fmin(fmax(want, (double)x->min), (double)x->max);
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
	return x->part < y->part ? -1 : 1;
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
			if (order[i]->k < order[i]->part->max) {
				order[i]->k++;
				sum++;
				moved = true;
			}
		for (size_t i = n; i-- > 0 && sum > k;)
			if (order[i]->k > order[i]->part->min) {
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

/* The same part of each: what wprune does in the scope of a tensor. */
static void share_uniform(struct plan *p, const struct plan_parts *parts,
	const struct choice_target *target)
{
	p->k = 0;
	for (size_t i = 0; i < parts->n; i++) {
		const struct plan_part *x = &parts->part[i];

		plan_settle(x, plan_clamp(x, choice_amount(target, x->t->n)));
		p->k += x->row->k;
	}
}

int plan_by_shape(struct plan *p, const struct plan_parts *parts,
	const struct plan_want *want, struct diag *d)
{
	size_t n = parts->n;
	struct share *s;
	double factor;
	int ret;

	if (want->alloc == PLAN_UNIFORM) {
		share_uniform(p, parts, &want->target);
		return 0;
	}
	s = calloc(n + 1, sizeof(*s));
	if (!s)
		return diag_nomem(d, n * sizeof(*s));
	for (size_t i = 0; i < n; i++)
		s[i] = (struct share){.part = &parts->part[i],
			.density = raw_density(want->alloc, parts->part[i].t)};
	factor = find_factor(s, n, (double)p->k);
	for (size_t i = 0; i < n; i++)
		s[i].want = wanted(&s[i], factor);
	ret = make_whole(s, n, p->k, d);
	for (size_t i = 0; i < n; i++)
		plan_settle(s[i].part, s[i].k);
	free(s);
	return ret;
}
