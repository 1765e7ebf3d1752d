/* SPDX-License-Identifier: MIT */
/*
 * How much of each tensor by itself: so many of its smallest weights that a
 * part of its sum of squares is kept, exactly.
 */
#include <math.h>

#include "plan/plan_impl.h"

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

void plan_by_energy(struct plan *p, const struct plan_parts *parts,
	const struct num_ratio *energy)
{
	p->k = 0;
	for (size_t i = 0; i < parts->n; i++) {
		const struct plan_part *x = &parts->part[i];
		struct plan_row *r = x->row;

		keep_energy(r, x->t, energy);
		/* A bound that is reached already settles it. */
		if (r->exact || r->k >= x->max || r->k + r->ninside <= x->min) {
			r->exact = true;
			r->k = plan_clamp(x, r->k);
		}
		p->k += r->k;
		p->exact &= r->exact;
	}
}

double plan_energy_kept(const struct plan *p, const struct plan_hist *h)
{
	struct plan_sum all = {{0}}, kept = {{0}};
	int e_all, e_kept;
	double x, y;

	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];
		const struct select_format *f = select_format(t->dtype);
		uint64_t left = p->row[i].k;

		for (size_t j = 0; j < t->nbucket; j++) {
			struct plan_bucket b = t->bucket[j];

			plan_sum_bucket(&all, f, &b);
			/* Part of a bucket counts by the value it begins at. */
			if (left >= b.count)
				left -= b.count;
			else if (left == 0)
				plan_sum_bucket(&kept, f, &b);
			else {
				plan_sum_key(&kept, f, b.first, b.count - left);
				left = 0;
			}
		}
	}
	x = plan_sum_value(&all, &e_all);
	y = plan_sum_value(&kept, &e_kept);
	return x > 0 ? ldexp(y / x, e_kept - e_all) : 1;
}
