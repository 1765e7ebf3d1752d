/* SPDX-License-Identifier: MIT */
/*
 * fastai 2.7, callback/schedule.py: lr_find() and its suggestion functions
 * minimum and valley, quirks included.  The losses are averaged (0.98), the
 * test stops above four times the best, a tenth of the points at the start
 * and five at the end are dropped.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define BETA 0.98
#define STOP 4
#define TRIM_START 10 /* a tenth */
#define TRIM_END 5

struct record {
	const double *lr;
	double *loss; /* of n points; all is what to free */
	double *all;
	size_t n;
};

static size_t stop_at(const double *loss, size_t n)
{
	double best = loss[0];

	for (size_t i = 0; i < n; i++) {
		if (loss[i] < best)
			best = loss[i];
		if (loss[i] > STOP * best)
			return i + 1;
	}
	return n;
}

/* CURVE_TOO_FEW if trimming leaves nothing. */
static int record_of(struct record *r, const struct curve *c,
	struct curve_bounds *ret, struct diag *d)
{
	size_t skip = c->n / TRIM_START;

	r->all = malloc(c->n * sizeof(*r->all));
	if (!r->all) {
		diag_nomem(d, c->n * sizeof(*r->all));
		return -1;
	}
	curve_ema(r->all, c->loss, c->n, BETA);
	r->n = stop_at(r->all, c->n);
	r->lr = c->lr + skip;
	r->loss = r->all + skip;
	ret->stopped = r->n <= skip + TRIM_END;
	if (ret->stopped)
		ret->status = CURVE_TOO_FEW;
	else
		r->n -= skip + TRIM_END;
	return 0;
}

int curve_minimum(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d)
{
	struct record r;

	if (record_of(&r, c, ret, d) < 0)
		return -1;
	if (ret->status == CURVE_OK) {
		ret->lr_low = r.lr[curve_argmin(r.loss, r.n)];
		curve_suggest(ret, ret->lr_low / 10, ret->lr_low, use);
	}
	free(r.all);
	return 0;
}

/*
 * The longest falling subsequence (not a run): its first possible end and its
 * length.  The original asks every pair; the places where a value would be
 * put among the best ends so far say the same.
 */
static int longest_fall(const double *y, size_t n, size_t *end_ret,
	size_t *length_ret, struct diag *d)
{
	double *tail = malloc(n * sizeof(*tail));
	size_t ntail = 0;

	if (!tail)
		return diag_nomem(d, n * sizeof(*tail));
	*end_ret = 0;
	for (size_t i = 0; i < n; i++) {
		size_t lo = 0, hi = ntail;

		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (tail[mid] > y[i])
				lo = mid + 1;
			else
				hi = mid;
		}
		tail[lo] = y[i];
		if (lo == ntail) {
			ntail++;
			*end_ret = i;
		}
	}
	*length_ret = ntail;
	free(tail);
	return 0;
}

/* As the original counts: the subsequence taken for a run, and -1 its last. */
static size_t valley_index(size_t end, size_t length, size_t n)
{
	long long start = end ? (long long)end - (long long)length : 0;
	double third = (double)((long long)end - start) / 3;
	long long i = start + (long long)third + (long long)(third / 2);

	return (size_t)(i < 0 ? i + (long long)n : i);
}

int curve_valley(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d)
{
	struct record r;
	size_t end = 0, length = 0;
	int status = 0;

	if (record_of(&r, c, ret, d) < 0)
		return -1;
	if (ret->status == CURVE_OK) {
		status = longest_fall(r.loss, r.n, &end, &length, d);
		if (!status)
			curve_suggest(ret, r.lr[valley_index(end, length, r.n)],
				r.lr[r.n - 1], use);
	}
	free(r.all);
	return status;
}
