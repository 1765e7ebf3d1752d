/* SPDX-License-Identifier: MIT */
/*
 * Several runs of one test, as other seeds make them, as one answer.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

/* The points between which 80 % of the runs lie. */
#define LOW 0.1
#define HIGH 0.9

struct spread {
	double lo, mid, hi;
};

/* The quantile Q of N sorted rates in their logarithm, to three digits. */
static double rate_quantile(const double *rate, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at, k = i + 1 < n ? i + 1 : i;
	double x = rate[i] * pow(rate[k] / rate[i], at - (double)i);

	/* Rounding is not to leave what the runs said. */
	return fmin(fmax(curve_round(x), rate[0]), rate[n - 1]);
}

/* Of RATE in the good ones of RUN; TMP has room for N. */
static struct spread spread_of(const struct curve_bounds *run, size_t n,
	double *tmp, double (*rate)(const struct curve_bounds *))
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (run[i].status == CURVE_OK && !isnan(rate(&run[i])))
			tmp[m++] = rate(&run[i]);
	if (m == 0)
		return (struct spread){NAN, NAN, NAN};
	curve_sort(tmp, m);
	return (struct spread){rate_quantile(tmp, m, LOW),
		rate_quantile(tmp, m, 0.5), rate_quantile(tmp, m, HIGH)};
}

#define RATE(FIELD)                                             \
	static double get_##FIELD(const struct curve_bounds *b) \
	{                                                       \
		return b->FIELD;                                \
	}
RATE(lr_min)
RATE(lr_max)
RATE(suggest)
RATE(onset)
RATE(lr_opt)
RATE(lr_div)
#undef RATE

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

int curve_combine(const struct curve_bounds *run, size_t n,
	struct curve_bounds *ret, struct diag *d)
{
	double *tmp = malloc(n * sizeof(*tmp));
	struct spread s;

	if (!tmp)
		return diag_nomem(d, n * sizeof(*tmp));
	*ret = (struct curve_bounds){.status = common_status(run, n)};
	for (size_t i = 0; i < n; i++)
		ret->n += run[i].n;
	if (ret->status != CURVE_OK)
		n = 0; /* where most have no answer, none has one */
	s = spread_of(run, n, tmp, get_suggest);
	ret->suggest = s.mid;
	ret->suggest_lo = s.lo;
	ret->suggest_hi = s.hi;
	s = spread_of(run, n, tmp, get_lr_max);
	ret->lr_max = s.mid;
	ret->max_lo = s.lo;
	ret->max_hi = s.hi;
	ret->lr_min = spread_of(run, n, tmp, get_lr_min).mid;
	ret->onset = spread_of(run, n, tmp, get_onset).mid;
	ret->lr_opt = spread_of(run, n, tmp, get_lr_opt).mid;
	ret->lr_div = spread_of(run, n, tmp, get_lr_div).mid;
	ret->lr_lo = ret->lr_hi = ret->density = NAN;
	free(tmp);
	return 0;
}
