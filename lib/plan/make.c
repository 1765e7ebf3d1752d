/* SPDX-License-Identifier: MIT */
/*
 * Plans: which tensors are pruned, within which bounds, and what is decided
 * about them.  How much of each comes from score.c, shape.c or energy.c.
 */
#include <math.h>
#include <stdlib.h>

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

/* What is pruned of H becomes PARTS, with P's rows. */
static int find_parts(struct plan_parts *parts, const struct plan *p,
	const struct plan_hist *h, const struct plan_want *want, struct diag *d)
{
	parts->n = 0;
	parts->part = calloc(h->ntensor + 1, sizeof(*parts->part));
	if (!parts->part)
		return diag_nomem(d, h->ntensor * sizeof(*parts->part));
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];
		struct choice_bounds b = {.min = {0, 1}, .max = {1, 1}};
		struct plan_part *x = &parts->part[parts->n];

		if (t->decision != CHOICE_YES)
			continue;
		if (want->bounds)
			b = want->bounds(want->ctx, t->name);
		*x = (struct plan_part){.t = t, .row = &p->row[i]};
		choice_bounds_count(&b, t->n, &x->min, &x->max);
		parts->n++;
	}
	return 0;
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

/* How many weights are to be pruned of how many, into P. */
static int find_amount(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *t = &h->tensor[i];

		if (t->decision != CHOICE_YES)
			continue;
		p->n += t->n;
		if (t->nan && want->nan == SELECT_NAN_ERROR)
			return refuse_nan(t, d);
	}
	p->k = choice_amount(&want->target, p->n);
	if (p->k <= p->n)
		return 0;
	return diag_set(d, DIAG_DATA, "%llu weights; asked to prune %llu",
		(unsigned long long)p->n, (unsigned long long)p->k);
}

static int decide(struct plan *p, const struct plan_parts *parts,
	const struct plan_want *want, struct diag *d)
{
	switch (want->alloc) {
	case PLAN_UNIFORM:
	case PLAN_ER:
	case PLAN_ERK: return plan_by_shape(p, parts, want, d);
	case PLAN_ENERGY: plan_by_energy(p, parts, &want->energy); return 0;
	default: return plan_by_score(p, parts, want, d);
	}
}

int plan_make(struct plan *p, const struct plan_hist *h,
	const struct plan_want *want, struct diag *d)
{
	struct plan_parts parts;
	int ret;

	*p = (struct plan){.exact = true};
	p->row = calloc(h->ntensor + 1, sizeof(*p->row));
	if (!p->row)
		return diag_nomem(d, h->ntensor * sizeof(*p->row));
	for (size_t i = 0; i < h->ntensor; i++)
		p->row[i].exact = true;
	if (find_amount(p, h, want, d))
		return -1;
	ret = find_parts(&parts, p, h, want, d);
	if (!ret)
		ret = decide(p, &parts, want, d);
	free(parts.part);
	return ret;
}

void plan_free(struct plan *p)
{
	free(p->row);
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
