/* SPDX-License-Identifier: MIT */
/*
 * Several runs of one test, as other seeds make them, as one answer.
 */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define FIELD(MEMBER) offsetof(struct curve_bounds, MEMBER)

/* The median of N sorted rates in their logarithm, to three digits. */
static double rate_median(const double *rate, size_t n)
{
	double lo = rate[(n - 1) / 2], hi = rate[n / 2];

	/* Rounding is not to leave what the runs said. */
	return fmin(fmax(curve_round(lo * sqrt(hi / lo)), lo), hi);
}

/* The values of FIELD in the good ones of RUN, sorted; how many. */
static size_t gather(
	const struct curve_bounds *run, size_t n, size_t field, double *value)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = (const char *)&run[i] + field;
		double v = *(const double *)(const void *)at;

		if (run[i].status == CURVE_OK && !isnan(v))
			value[m++] = v;
	}
	curve_sort(value, m);
	return m;
}

/* The standard deviation of the logarithms of N rates, to three digits. */
static double spread(const double *rate, size_t n)
{
	double mean = 0, sum = 0;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++)
		mean += log10(rate[i]) / (double)n;
	for (size_t i = 0; i < n; i++)
		sum += (log10(rate[i]) - mean) * (log10(rate[i]) - mean);
	return curve_round(sqrt(sum / (double)(n - 1)));
}

static enum curve_status common_status(const struct curve_bounds *run, size_t n)
{
	enum curve_status other = CURVE_OK;
	size_t nok = 0;

	for (size_t i = 0; i < n; i++) {
		if (run[i].status == CURVE_OK)
			nok++;
		else if (other == CURVE_OK)
			other = run[i].status;
	}
	return nok > n / 2 ? CURVE_OK : other;
}

/* Most of those that are ok have tested RATE. */
static bool is_tested(const struct curve_bounds *run, size_t n, double rate)
{
	size_t nok = 0, ntested = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_ok = run[i].status == CURVE_OK;

		nok += is_ok;
		ntested +=
			is_ok && run[i].lr_lo <= rate && rate <= run[i].lr_hi;
	}
	return 2 * ntested > nok;
}

int curve_combine(const struct curve_bounds *run, size_t n,
	struct curve_bounds *ret, struct diag *d)
{
	static const size_t field[] = {FIELD(lr_min), FIELD(lr_max),
		FIELD(suggest), FIELD(suggest_lo), FIELD(suggest_hi),
		FIELD(decades), FIELD(onset), FIELD(lr_low), FIELD(lr_div),
		FIELD(probe)};
	double *value = malloc(n * sizeof(*value));

	if (!value)
		return diag_nomem(d, n * sizeof(*value));
	*ret = (struct curve_bounds){.status = common_status(run, n)};
	for (size_t i = 0; i < n; i++)
		ret->n += run[i].n;
	if (ret->status == CURVE_OK) {
		size_t m = gather(run, n, FIELD(suggest), value);

		/* A published method may suggest no rate. */
		ret->sparse = m && !is_tested(run, n, rate_median(value, m));
		if (ret->sparse)
			ret->status = CURVE_TOO_FEW;
	}
	if (ret->status != CURVE_OK)
		n = 0; /* where most have no answer, none has one */
	for (size_t i = 0; i < ARRAY_SIZE(field); i++) {
		size_t m = gather(run, n, field[i], value);

		*(double *)(void *)((char *)ret + field[i]) =
			m ? rate_median(value, m) : NAN;
	}
	ret->noise = spread(value, gather(run, n, FIELD(suggest), value));
	ret->lr_lo = ret->lr_hi = ret->density = NAN;
	free(value);
	return 0;
}
