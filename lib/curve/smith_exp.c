/* SPDX-License-Identifier: MIT */
/*
 * L. Smith's range read from an exponential sweep, as the code of the source
 * document runs: averaged losses, stopped above four times the best.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "curve/curve.h"
#include "curve/smooth.h"

#define BETA 0.98
#define STOP 4
#define BEST_START 1e9
#define TRIM_START 10
#define TRIM_END 1

/* The exploding point stays in the list. */
static size_t stop_at(const double *loss, size_t n)
{
	double best = BEST_START;

	for (size_t i = 0; i < n; i++) {
		if (i >= 1 && loss[i] > STOP * best)
			return i + 1;
		if (loss[i] < best)
			best = loss[i];
	}
	return n;
}

static void read_range(
	const double *lr, const double *y, size_t n, struct curve_bounds *ret)
{
	size_t m = curve_argmin(y, n), i = 0;
	double drop = y[0] - y[m];

	if (!(drop > 0)) {
		ret->status = CURVE_FLAT;
		return;
	}
	while (!(y[i] <= y[0] - 0.1 * drop))
		i++;
	ret->lr_min = lr[i];
	ret->lr_max = lr[m];
	ret->onset = lr[i];
	ret->lr_low = lr[m];
}

int curve_smith_exp(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d)
{
	double *y = malloc(c->n * sizeof(*y));
	size_t n;

	(void)use;
	if (!y)
		return diag_nomem(d, c->n * sizeof(*y));
	curve_ema(y, c->loss, c->n, BETA);
	n = stop_at(y, c->n);
	ret->stopped = n <= TRIM_START + TRIM_END;
	if (ret->stopped)
		ret->status = CURVE_TOO_FEW;
	else
		read_range(c->lr + TRIM_START, y + TRIM_START,
			n - TRIM_START - TRIM_END, ret);
	free(y);
	return 0;
}
