/* SPDX-License-Identifier: MIT */
/*
 * Range tests of any kind: no method crashes on one, an answer is rates that
 * can be used, no answer is no rates, and runs combine to one of the same;
 * also where averages are undone first.
 * The first byte says how points are written, the second how many runs the
 * rest is.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "curve/curve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define NPOINT_MAX 512
#define NRUN_MAX 4
#define RAW_NBYTES 9     /* the steps since the last point, two floats */
#define COMPACT_NBYTES 4 /* the same, a small ratio of rates, a small loss */

struct points {
	double step[NPOINT_MAX], lr[NPOINT_MAX], loss[NPOINT_MAX];
	size_t n;
};

static double float_at(const uint8_t *p)
{
	uint32_t bits = le_load32(p);
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* Any values at all. */
static void read_raw(struct points *t, const uint8_t *p, size_t n)
{
	double step = 0;

	for (t->n = 0; n >= RAW_NBYTES && t->n < NPOINT_MAX; t->n++) {
		step += p[0];
		t->step[t->n] = step;
		t->lr[t->n] = float_at(p + 1);
		t->loss[t->n] = float_at(p + 5);
		p += RAW_NBYTES;
		n -= RAW_NBYTES;
	}
}

/* What looks like a test: rates that mostly rise, losses of one size. */
static void read_compact(struct points *t, const uint8_t *p, size_t n)
{
	double step = 0, decade = -6;

	for (t->n = 0; n >= COMPACT_NBYTES && t->n < NPOINT_MAX; t->n++) {
		step += p[0] % 16;
		decade += (p[1] - 16) / 256.0;
		t->step[t->n] = step;
		t->lr[t->n] = pow(10, decade);
		t->loss[t->n] = p[0] == 255 ? NAN : le_load16(p + 2) / 4096.0;
		p += COMPACT_NBYTES;
		n -= COMPACT_NBYTES;
	}
}

static void check(const struct curve_bounds *b)
{
	if ((unsigned)b->status >= CURVE_NSTATUS ||
		!curve_status_name(b->status))
		abort();
	if (!curve_has_rates(b->status)) {
		if (!isnan(b->suggest) || !isnan(b->lr_min) ||
			!isnan(b->lr_max))
			abort();
		return;
	}
	/* Some methods have no rate to suggest, only a range. */
	if (!isnan(b->suggest) && (!(b->suggest > 0) || isinf(b->suggest)))
		abort();
	if (!(b->lr_min > 0) || !(b->lr_min <= b->lr_max) || isinf(b->lr_max))
		abort();
}

/* The default suggests nothing that was not tried, but for three digits. */
static void check_tested(const struct curve_bounds *b)
{
	if (b->status == CURVE_OK &&
		(b->suggest < 0.99 * b->lr_lo || b->suggest > 1.01 * b->lr_hi ||
			b->lr_max > 1.01 * b->lr_hi))
		abort();
}

static void run(const struct curve_method *m, const struct points *t,
	size_t nrun, const struct curve_use *use)
{
	struct curve_bounds found[NRUN_MAX], all;
	struct diag d;

	for (size_t i = 0; i < nrun; i++) {
		size_t first = t->n / nrun * i;
		const struct curve c = {t->step + first, t->lr + first,
			t->loss + first, t->n / nrun};

		if (curve_find(&c, m, use, &found[i], &d))
			abort();
		check(&found[i]);
		if (m == curve_methods)
			check_tested(&found[i]);
	}
	if (curve_combine(found, nrun, &all, &d))
		abort();
	check(&all);
	if (all.status == CURVE_OK && isfinite(all.suggest_lo) &&
		!(all.suggest_lo <= all.suggest &&
			all.suggest <= all.suggest_hi))
		abort();
}

/* Each run at the rate that it begins with. */
static void hold_rates(struct points *t, size_t nrun)
{
	size_t n = t->n / nrun;

	for (size_t i = 0; i < nrun * n; i++)
		t->lr[i] = t->lr[i / n * n];
}

/* The runs as probes, at one rate or not: what is said of them is rates. */
static void run_probes(
	const struct points *t, size_t nrun, const struct curve_use *use)
{
	struct curve_probe probe[NRUN_MAX];
	struct curve_bounds found;
	struct diag d;
	size_t n = 0, warm_up;

	for (size_t i = 0; i < nrun; i++) {
		size_t first = t->n / nrun * i;
		const struct curve c = {t->step + first, t->lr + first,
			t->loss + first, t->n / nrun};

		if (curve_is_held(&c, &warm_up) &&
			curve_probe_read(&probe[n++], &c, &d))
			abort();
	}
	if (n == 0)
		return;
	curve_probe_cut(probe, n / 2);
	if ((n == 1 && curve_probes_differ(probe, n)) ||
		curve_probes(probe, n, use->ratio / 1e3, use, &found, &d))
		abort();
	if (found.stage != CURVE_PROBE || found.status == CURVE_OK ||
		(!isnan(found.suggest) &&
			(found.suggest < 0.99 * found.lr_lo ||
				found.suggest > 1.01 * found.lr_hi)))
		abort();
	if (found.lost || found.diverged) {
		if (!isnan(found.suggest) || curve_is_yes(found.status))
			abort();
		return;
	}
	/* Rates at the ends of what a float can be leave room for no bounds. */
	if (found.lr_lo > 1e-30 && found.lr_hi < 1e30)
		check(&found);
}

/* Makes T what is left of it once averages are undone, as HOW says. */
static void undo(struct points *t, unsigned how)
{
	const struct curve c = {t->step, t->lr, t->loss, t->n};
	const struct curve_losses l = {
		.kind = (enum curve_losses_kind)(how % 6),
		.n = how / 6 % 9,
		.beta = 0.9 + 0.01 * (how % 9)};
	struct curve_undone u;
	struct diag d;

	if (curve_undo(&u, &c, &l, how % 4 ? 0 : how % 7 - 3.0, &d))
		abort();
	if (u.c.n > t->n || u.nmerged > t->n - u.c.n)
		abort();
	memcpy(t->step, u.c.step, u.c.n * sizeof(*t->step));
	memcpy(t->lr, u.c.lr, u.c.n * sizeof(*t->lr));
	memcpy(t->loss, u.c.loss, u.c.n * sizeof(*t->loss));
	t->n = u.c.n;
	curve_undone_free(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct points t;
	struct curve_use use;

	if (n < 2)
		return 0;
	use = (struct curve_use){.ratio = 1 + data[1] / NRUN_MAX,
		.constant = data[0] & 2,
		.ci = 90,
		.strict = data[0] & 0x40};
	if (data[0] & 1)
		read_raw(&t, data + 2, n - 2);
	else
		read_compact(&t, data + 2, n - 2);
	undo(&t, data[0] >> 2);
	for (const struct curve_method *m = curve_methods; m->name; m++)
		run(m, &t, 1 + data[1] % NRUN_MAX, &use);
	if (data[0] & 0x80)
		hold_rates(&t, 1 + data[1] % NRUN_MAX);
	run_probes(&t, 1 + data[1] % NRUN_MAX, &use);
	return 0;
}
