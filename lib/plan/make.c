/* SPDX-License-Identifier: MIT */
/*
 * Plans: one threshold on the scores of all tensors, found by bisection; what
 * is tied at it is shared out as wprune does.
 */
#include <math.h>
#include <stdlib.h>

#include "base/bisect.h"
#include "base/diag.h"
#include "plan/plan_impl.h"

const char *const plan_alloc_name[PLAN_NALLOC + 1] = {
	[PLAN_UNIFORM] = "uniform",
	[PLAN_RAW] = "raw",
	[PLAN_NORMALIZED] = "normalized",
	[PLAN_LAMP] = "lamp",
	[PLAN_ER] = "er",
	[PLAN_ERK] = "erk",
	[PLAN_ENERGY] = "energy",
};

/* --- one threshold for all ----------------------------------------------- */

struct merging {
	struct plan_scores *scores; /* of the tensors that are pruned */
	size_t *tensor;             /* their numbers */
	size_t n;
};

static void merging_free(struct merging *m)
{
	for (size_t i = 0; i < m->n; i++)
		plan_scores_free(&m->scores[i]);
	free(m->scores);
	free(m->tensor);
}

static int merging_init(struct merging *m, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	*m = (struct merging){0};
	m->scores = calloc(h->ntensor + 1, sizeof(*m->scores));
	m->tensor = calloc(h->ntensor + 1, sizeof(*m->tensor));
	if (!m->scores || !m->tensor)
		return diag_nomem(d, h->ntensor * sizeof(*m->scores));
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];
		struct plan_scores *s = &m->scores[m->n];

		if (t->decision != CHOICE_YES)
			continue;
		m->tensor[m->n++] = i;
		if (plan_scores_init(s, t, want->alloc, d))
			return -1;
		plan_bounds(want, t, &s->min, &s->max);
	}
	return 0;
}

/* At least or, with MOST, at most so many weights are below SCORE. */
static uint64_t count_all(
	const struct merging *m, uint64_t score, bool orsame, bool most)
{
	uint64_t n = 0, lo, hi;

	for (size_t i = 0; i < m->n; i++) {
		plan_scores_count(&m->scores[i], score, orsame, &lo, &hi);
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
			plan_scores_count(
				&m->scores[i], score, orsame, &lo, &hi);
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

static int share_out(struct plan *p, const struct merging *m, uint64_t score,
	uint64_t k, struct diag *d)
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
		struct plan_row *r = &p->row[m->tensor[i]];

		plan_scores_count(&m->scores[i], score, false, &r->k, &hi);
		plan_scores_count(&m->scores[i], score, true, &hi, &tied[i]);
		tied[i] -= r->k;
		k -= r->k;
		order[i] = i; /* tensors are in the order of their names */
	}
	ret = select_quota(tied, m->n, order, k, quota);
	if (ret)
		diag_nomem(d, m->n * sizeof(*tied));
	for (size_t i = 0; !ret && i < m->n; i++) {
		struct plan_row *r = &p->row[m->tensor[i]];

		r->k += quota[i];
		r->bracket = plan_bucket_of(m->scores[i].t, r->k, &r->ninside);
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
		struct plan_row *r = &p->row[m->tensor[i]];

		r->exact = false;
		r->bracket = plan_scores_bracket(
			&m->scores[i], first, last, &r->ninside);
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
static void take_bounds(struct plan *p, const struct merging *m, bool max)
{
	for (size_t i = 0; i < m->n; i++) {
		struct plan_row *r = &p->row[m->tensor[i]];

		r->k = max ? m->scores[i].max : m->scores[i].min;
		r->bracket = plan_bucket_of(m->scores[i].t, r->k, &r->ninside);
	}
}

static int merge(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	struct merging m;
	uint64_t first, last, least = 0, most = 0;
	int ret = merging_init(&m, h, want, d);

	for (size_t i = 0; !ret && i < m.n; i++) {
		least += m.scores[i].min;
		most += m.scores[i].max;
	}
	if (!ret && (p->k < least || p->k > most))
		ret = out_of_bounds(p->k, p->k < least ? "at least" : "at most",
			p->k < least ? least : most, d);
	if (!ret && want->alloc == PLAN_RAW)
		ret = refuse_some_nan(&m, p->k, d);
	if (!ret && (p->k == least || p->k == most)) {
		take_bounds(p, &m, p->k == most);
	} else if (!ret) {
		first = find_score(&m, p->k, true);
		last = find_score(&m, p->k, false);
		if (first == last && is_known(&m, first))
			ret = share_out(p, &m, first, p->k, d);
		else
			bracket(p, &m, first, last);
	}
	merging_free(&m);
	return ret;
}

/* --- plans --------------------------------------------------------------- */

static int refuse_nan(const struct plan_tensor *t, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%llu NaN; expected numbers",
		(unsigned long long)t->nan);
	diag_remedy(d, "nan");
	diag_at(d, "%.200s", t->name);
	return diag_at(d, "%.200s", t->file);
}

int plan_make(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	int ret;

	*p = (struct plan){.exact = true};
	p->row = calloc(h->ntensor + 1, sizeof(*p->row));
	if (!p->row)
		return diag_nomem(d, h->ntensor * sizeof(*p->row));
	for (size_t i = 0; i < h->ntensor; i++) {
		p->row[i].exact = true;
		if (h->tensor[i].decision != CHOICE_YES)
			continue;
		p->n += h->tensor[i].n;
		if (h->tensor[i].nan && want->nan == SELECT_NAN_ERROR)
			return refuse_nan(&h->tensor[i], d);
	}
	p->k = choice_amount(&want->target, p->n);
	if (p->k > p->n)
		return diag_set(d, DIAG_DATA,
			"%llu weights; asked to prune %llu",
			(unsigned long long)p->n, (unsigned long long)p->k);
	switch (want->alloc) {
	case PLAN_UNIFORM:
	case PLAN_ER:
	case PLAN_ERK: ret = plan_share(p, h, want, d); break;
	case PLAN_ENERGY: ret = plan_keep_energy(p, h, want, d); break;
	default: ret = merge(p, h, want, d);
	}
	return ret;
}

void plan_free(struct plan *p)
{
	free(p->row);
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

/* --- what it comes to ----------------------------------------------------- */

/* N symbols that occur with a share of N / TOTAL, in bits. */
static double cost(double n, double total)
{
	return n > 0 ? n * log2(total / n) : 0;
}

/*
 * What the encoder needs beside the entropy, in bytes: for a tensor, and for
 * each value that its codes have to be told; and as parts: of a bit for each
 * weight that is kept, as codes have whole bits, and of the mask, which costs
 * nothing beside where it is not worth coding.  Least squares over 240 models
 * of normal and of Student's weights.
 */
#define PACKED_TENSOR 175.0
#define PACKED_VALUE 0.23
#define PACKED_KEPT 0.018
#define PACKED_MASK 0.048

/*
 * The entropy of where zeros are and of the upper bits of what is kept; signs
 * and the bits that a bucket does not tell are taken as they are.
 */
double plan_packed(const struct plan_tensor *t, uint64_t k)
{
	uint64_t left = k;
	double total = (double)t->n, kept = 0, nbits = 0, mask, nvalue = 0;

	/* Zeros that are there already are zeros of the mask, too. */
	if (t->nbucket && t->bucket[0].first == 0 && t->bucket[0].shift == 0 &&
		left < t->bucket[0].count)
		left = t->bucket[0].count;
	kept = total - (double)left;
	if (t->n == 0)
		return 0;
	mask = cost(kept, total) + cost((double)left, total);
	for (size_t i = 0; i < t->nbucket; i++) {
		uint64_t n = t->bucket[i].count;
		uint64_t gone = left < n ? left : n;

		left -= gone;
		nvalue += n > gone;
		nbits += cost((double)(n - gone), kept);
		nbits += (double)(n - gone) * (1 + (double)t->bucket[i].shift);
	}
	nbits += mask + PACKED_MASK * mask * (1 - mask / total) +
		 PACKED_KEPT * kept;
	return nbits / 8 + PACKED_VALUE * nvalue + PACKED_TENSOR;
}
