/* SPDX-License-Identifier: MIT */
/*
 * The default method on synthetic curves: each status, invariance under
 * scaling and shifting the loss, thinning, spikes, shapes of the sweep.
 */
#include <stdlib.h>

#include "curve/curve.h"
#include "tap.h"

#define N_MAX 20000

struct test {
	double step[N_MAX], lr[N_MAX], loss[N_MAX];
	size_t n;
};

/* About N(0, 1): the sum of twelve uniform numbers. */
static double noise(uint64_t *state)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)(tap_random(state) >> 11) * 0x1p-53;
	return sum;
}

/* Falls around 10^-3, rises from 10^-1 on. */
static double shape(double x)
{
	return 2.3 - 1.8 / (1 + exp(-(x + 3) * 5)) +
	       3 / (1 + exp(-(x + 0.7) * 12));
}

/* A fall of 0.15, and an end. */
static double shallow(double x)
{
	return 2.3 - 0.15 / (1 + exp(-(x + 3) * 5)) +
	       3 / (1 + exp(-(x + 0.7) * 12));
}

/* Falls at 10^-4 already. */
static double wide(double x)
{
	return shape(x) - 1.8 / (1 + exp(-(x + 4) * 5)) +
	       1.8 / (1 + exp(-(x + 3) * 5));
}

static double flat(double x)
{
	return 2.3 + 0 * x;
}

static double only_rises(double x)
{
	return 2.3 + 3 / (1 + exp(-(x + 5) * 6));
}

static double only_falls(double x)
{
	return 2.3 - 0.2 * (x + 6);
}

static void sweep(struct test *t, size_t n, double from, double to,
	double (*f)(double), double sigma, uint64_t seed)
{
	t->n = n;
	for (size_t i = 0; i < n; i++) {
		double x = from + (to - from) * (double)i / (double)(n - 1);

		t->step[i] = (double)i;
		t->lr[i] = pow(10, x);
		t->loss[i] = f(x) + sigma * noise(&seed);
	}
}

static const struct curve_method *find_method(const char *name)
{
	for (const struct curve_method *m = curve_methods; m->name; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	abort();
}

static struct curve_bounds find(const struct test *t, const char *method)
{
	const struct curve c = {t->step, t->lr, t->loss, t->n};
	const struct curve_use use = {.ratio = 4};
	struct curve_bounds b;
	struct diag d;

	if (curve_find(&c, find_method(method), &use, &b, &d) < 0)
		abort();
	return b;
}

static void is_status(
	const struct test *t, enum curve_status want, const char *what)
{
	struct curve_bounds b = find(t, "centre");

	if (!ok(b.status == want, "%s", what))
		printf("# got %s\n", curve_status_name(b.status));
	if (want != CURVE_OK)
		ok(isnan(b.suggest) && isnan(b.lr_max) && isnan(b.lr_min) &&
				isnan(b.lr_div),
			"... and no numbers");
}

/* A factor between the suggestions below FACTOR. */
static void is_close(const struct curve_bounds *a, const struct curve_bounds *b,
	double factor, const char *what)
{
	double r = fmax(a->suggest / b->suggest, b->suggest / a->suggest);

	if (!ok(r <= factor, "%s", what))
		printf("# %g and %g\n", a->suggest, b->suggest);
}

static void test_bounds(struct test *t)
{
	struct curve_bounds b;

	sweep(t, 200, -6, 1, shape, 0.02, 1);
	b = find(t, "centre");
	ok(b.status == CURVE_OK, "a range test has bounds");
	ok(b.suggest > 1e-3 && b.suggest < 0.1, "suggest is in the basin");
	is_double(b.lr_max, curve_round(2 * b.suggest),
		"lr_max is twice the suggestion");
	is_double(b.lr_min, curve_round(b.lr_max / 4), "lr_min is a quarter");
	ok(b.onset < b.lr_min && b.lr_max <= b.lr_low && b.lr_low < b.lr_div,
		"onset < lr_min < lr_max <= lr_low < lr_div");
	is_near(b.density, 199.0 / 7, 0.5, "updates per decade");
	is_double(b.lr_lo, 1e-6, "first rate");
	is_double(b.lr_hi, 10, "last rate");
}

/* A test of rates but for those in WIDTH decades around its answer. */
static void sweep_holed(struct test *t, double width)
{
	double centre;
	size_t n = 0;

	sweep(t, 700, -6, 1, shape, 0.02, 1);
	centre = log10(find(t, "centre").suggest);
	for (size_t i = 0; i < t->n; i++) {
		if (fabs(log10(t->lr[i]) - centre) < width / 2)
			continue;
		t->step[n] = t->step[i];
		t->lr[n] = t->lr[i];
		t->loss[n++] = t->loss[i];
	}
	t->n = n;
}

static void test_status(struct test *t)
{
	sweep(t, 19, -6, 1, shape, 0.01, 1);
	is_status(t, CURVE_TOO_FEW, "19 points are too few");
	sweep(t, 200, -3, -2.1, shape, 0.01, 1);
	is_status(t, CURVE_TOO_FEW, "less than a decade is too few");
	t->n = 0;
	is_status(t, CURVE_TOO_FEW, "no points are too few");
	sweep(t, 200, -6, 1, shape, 0.01, 1);
	for (size_t i = 0; i < 120; i++)
		t->lr[i] = 0;
	is_status(t, CURVE_BAD_DATA, "rates printed as 0 are bad data");
	sweep(t, 200, -6, 1, flat, 0, 1);
	is_status(t, CURVE_FLAT, "a constant loss is flat");
	sweep(t, 200, -5, 1, only_rises, 0.02, 1);
	is_status(t, CURVE_RISING, "a loss that rises at once is rising");
	sweep(t, 200, -6, 1, shape, 0.02, 1);
	for (size_t i = 3; i < 200; i++)
		t->loss[i] = NAN;
	is_status(t, CURVE_RISING, "NaN after three points is rising");
	sweep(t, 200, -6, 1, only_falls, 0.02, 1);
	is_status(t, CURVE_OPEN, "a loss that falls to the end is open");
	t->loss[199] = INFINITY;
	is_status(t, CURVE_OK, "unless it then diverges");
	sweep_holed(t, 0.45);
	is_status(t, CURVE_OK,
		"rates may be missing for less than half a decade");
	sweep_holed(t, 1);
	is_status(t, CURVE_TOO_FEW, "but not for a decade around the answer");
	sweep(t, 200, 1, -6, shape, 0.02, 1);
	is_status(t, CURVE_NOT_A_TEST, "a falling rate is not a test");
	sweep(t, 200, -6, 1, shape, 0.02, 1);
	for (size_t i = 0; i < 200; i++)
		t->lr[i] = 0.1;
	is_status(t, CURVE_NOT_A_TEST, "a constant rate is not a test");
	sweep(t, 200, -6, 1, shape, 0.02, 1);
	for (size_t i = 80; i < 200; i++)
		t->lr[i] = t->lr[80];
	is_status(t, CURVE_NOT_A_TEST, "nor is a warm-up that is held");
}

static void test_noise_is_flat(struct test *t)
{
	size_t nflat = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		sweep(t, 200, -6, 1, flat, 0.1, 1000 + seed);
		nflat += find(t, "centre").status != CURVE_OK;
	}
	ok(nflat >= 190, "noise alone has bounds in %zu of 200 cases",
		200 - nflat);
}

/* A fall of one and a half deviations of a point, over 400 points. */
static void test_fall_in_noise(struct test *t)
{
	size_t nok = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		sweep(t, 400, -6, 1, shallow, 0.1, 5000 + seed);
		nok += find(t, "centre").status == CURVE_OK;
	}
	ok(nok >= 190, "a fall in noise has bounds in %zu of 200 cases", nok);
}

/* What a test is not sure of is no answer where that is asked for. */
static void test_strict(struct test *t)
{
	const struct curve_use strict = {.ratio = 4, .ci = 90, .strict = true};
	struct curve c = {t->step, t->lr, t->loss, 200};
	struct curve_bounds b;
	struct diag d;

	sweep(t, 200, -6, 1, wide, 0.02, 1);
	if (curve_find(&c, curve_methods, &strict, &b, &d) < 0)
		abort();
	ok(b.status == CURVE_LOW_CONFIDENCE && isnan(b.suggest) &&
			isnan(b.suggest_lo) && !isnan(b.probe),
		"a wide basin is of low confidence: no rates, but a probe");
}

static void test_invariance(struct test *t)
{
	static const double scale[] = {1e-3, 7, 1e4}, shift[] = {0, -100, 3};
	struct curve_bounds a, b;

	sweep(t, 150, -6, 1, shape, 0.05, 3);
	a = find(t, "centre");
	for (size_t k = 0; k < 3; k++) {
		sweep(t, 150, -6, 1, shape, 0.05, 3);
		for (size_t i = 0; i < t->n; i++)
			t->loss[i] = scale[k] * t->loss[i] + shift[k];
		b = find(t, "centre");
		ok(b.suggest == a.suggest && b.lr_low == a.lr_low &&
				b.onset == a.onset && b.lr_div == a.lr_div,
			"%g * loss + %g gives the same", scale[k], shift[k]);
	}
}

/* Every K-th point, their steps kept. */
static void thin(struct test *t, size_t k)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i += k, n++) {
		t->step[n] = t->step[i];
		t->lr[n] = t->lr[i];
		t->loss[n] = t->loss[i];
	}
	t->n = n;
}

static void test_resampling(struct test *t)
{
	struct curve_bounds a, b;
	uint64_t state = 5;

	sweep(t, 400, -6, 1, shape, 0.05, 4);
	a = find(t, "centre");
	for (size_t k = 2; k <= 5; k++) {
		sweep(t, 400, -6, 1, shape, 0.05, 4);
		thin(t, k);
		b = find(t, "centre");
		is_close(&a, &b, 1.5, "fewer points of one test");
	}
	sweep(t, 400, -6, 1, shape, 0.05, 4);
	for (size_t i = 0; i < t->n; i++)
		if (tap_random(&state) % 50 == 0)
			t->loss[i] *= 10;
	b = find(t, "centre");
	is_close(&a, &b, 1.2, "one point in fifty ten times too high");
	sweep(t, 20000, -6, 1, shape, 0.05, 4);
	b = find(t, "centre");
	ok(b.status == CURVE_OK && b.n == 20000, "20000 points are binned");
	/* The curve is the same here, so all that differs is the term. */
	is_close(&a, &b, 2.5, "a sweep 50 times as slow");
}

static void test_shapes(struct test *t)
{
	struct curve_bounds a, b;
	uint64_t state = 6;

	sweep(t, 8000, -6, 0, shape, 0.02, 4);
	a = find(t, "centre");
	for (size_t i = 0; i < t->n; i++) {
		t->lr[i] = 1e-5 + (double)i * 5e-5;
		t->loss[i] = shape(log10(t->lr[i])) + 0.02 * noise(&state);
	}
	b = find(t, "centre");
	ok(b.status == CURVE_OK, "a linear sweep");
	is_close(&a, &b, 2, "is read as an exponential one");
	sweep(t, 8000, -6, 0, shape, 0.02, 4);
	for (size_t i = 0; i < t->n; i++)
		t->lr[i] = t->lr[i - i % 10];
	b = find(t, "centre");
	is_close(&a, &b, 1.1, "stairs of ten updates");
}

static void test_combine(void)
{
	struct curve_bounds run[3] = {{.status = CURVE_OK,
		.lr_max = 0.1,
		.suggest = 0.05,
		.lr_min = 0.025,
		.suggest_lo = 0.5 / 1.5,
		.lr_lo = 1e-4,
		.lr_hi = 10,
		.n = 10}};
	struct curve_bounds all;
	struct diag d;

	run[1] = run[2] = run[0];
	run[1].suggest = 0.5;
	run[2].suggest = 5;
	curve_combine(run, 3, &all, &d);
	is_double(all.suggest, 0.5, "the median of three");
	is_double(all.noise, 1, "which are a decade apart");
	is_double(all.suggest_lo, 0.5 / 1.5, "its interval is theirs");
	is_u64(all.n, 30, "points add up");
	run[0].status = run[1].status = CURVE_FLAT;
	curve_combine(run, 3, &all, &d);
	ok(all.status == CURVE_FLAT, "most runs decide");
	run[0].status = run[1].status = CURVE_OK;
	run[0].lr_hi = run[1].lr_hi = 0.4;
	curve_combine(run, 3, &all, &d);
	ok(all.status == CURVE_TOO_FEW && all.sparse && isnan(all.suggest) &&
			isnan(all.lr_max),
		"no answer is where most have not tested");
}

int main(void)
{
	struct test *t = malloc(sizeof(*t));

	if (!t)
		return 1;
	test_bounds(t);
	test_status(t);
	test_noise_is_flat(t);
	test_fall_in_noise(t);
	test_strict(t);
	test_invariance(t);
	test_resampling(t);
	test_shapes(t);
	test_combine();
	free(t);
	return tap_done();
}
