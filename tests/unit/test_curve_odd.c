/* SPDX-License-Identifier: MIT */
/*
 * Range tests as they are not meant to be: skipped steps, steps that count
 * something else, rates that are held, and whatever random logs hold.
 */
#include <stdlib.h>

#include "curve/curve.h"
#include "tap.h"

#define N_MAX 1000

struct test {
	double step[N_MAX], lr[N_MAX], loss[N_MAX];
	size_t n;
};

static double uniform(uint64_t *state)
{
	return (double)(tap_random(state) >> 11) * 0x1p-53;
}

/* Falls around 10^-3, rises from 10^-1 on. */
static double loss_at(double x)
{
	return 2.3 - 1.8 / (1 + exp(-(x + 3) * 5)) +
	       3 / (1 + exp(-(x + 0.7) * 12));
}

static void sweep(struct test *t, size_t n)
{
	uint64_t state = n;

	t->n = n;
	for (size_t i = 0; i < n; i++) {
		double x = -6 + 7 * (double)i / (double)(n - 1);

		t->step[i] = (double)i;
		t->lr[i] = pow(10, x);
		t->loss[i] = loss_at(x) + 0.02 * (uniform(&state) - 0.5);
	}
}

static struct curve_bounds find(
	const struct test *t, const struct curve_method *m, double ratio)
{
	const struct curve c = {t->step, t->lr, t->loss, t->n};
	const struct curve_use use = {.ratio = ratio};
	struct curve_bounds b;
	struct diag d;

	if (curve_find(&c, m, &use, &b, &d) < 0)
		abort();
	return b;
}

static struct curve_bounds centre(const struct test *t)
{
	return find(t, curve_methods, 4);
}

/* The suggestion is that of a test without oddities, but for a few percent. */
static void is_as_good(const struct test *t, double want, const char *what)
{
	double got = centre(t).suggest;

	if (!ok(got <= 1.1 * want && got >= want / 1.1, "%s", what))
		printf("# got %g, want %g\n", got, want);
}

static void test_gaps(struct test *t)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY};
	struct curve_bounds b;
	double want;

	sweep(t, 200);
	want = centre(t).suggest;
	for (size_t k = 0; k < 3; k++) {
		for (size_t at = 0; at < 120; at += 17) {
			sweep(t, 200);
			t->loss[at] = odd[k];
			is_as_good(t, want, "one loss that is not finite");
		}
		sweep(t, 200);
		for (size_t i = 40; i < 45; i++)
			t->loss[i] = t->loss[2 * i] = odd[k];
		b = centre(t);
		is_as_good(t, want, "ten of them");
		is_u64(b.ngap, 10, "are counted");
		is_u64(b.n, 190, "and no points");
		ok(!b.diverged || b.lr_div > 0.1, "nor a divergence");
	}
}

static void test_divergence(struct test *t)
{
	struct curve_bounds b;
	double want;

	sweep(t, 200);
	for (size_t i = 165; i < 200; i++)
		t->loss[i] = NAN;
	b = centre(t);
	want = b.suggest;
	ok(b.diverged && b.n == 165 && b.ngap == 0, "what stays NaN diverged");
	t->loss[30] = NAN;
	t->loss[199] = 2;
	t->loss[197] = 1e30;
	b = centre(t);
	is_as_good(t, want, "also after a gap, and with a few numbers in it");
	ok(b.diverged && b.n == 164 && b.ngap == 1, "which are not read");
}

static void test_gaps_of_rates(struct test *t)
{
	double want;

	sweep(t, 200);
	want = centre(t).suggest;
	t->lr[70] = 0;
	t->lr[90] = NAN;
	t->lr[110] = INFINITY;
	is_as_good(t, want, "rates that are none do not end the sweep");
	is_u64(centre(t).ngap, 3, "and are counted");
}

static void test_steps(struct test *t)
{
	struct curve_bounds b;
	double want;

	sweep(t, 200);
	want = centre(t).suggest;
	for (size_t i = 0; i < t->n; i++)
		t->step[i] = 0.02 * (double)(i + 1);
	b = centre(t);
	is_double(b.suggest, want, "steps in parts of an epoch: points count");
	ok(b.by_points, "and it is said");
	for (size_t i = 0; i < t->n; i++)
		t->step[i] = floor((double)i / 50);
	b = centre(t);
	is_double(b.suggest, want, "fewer steps than points: the same");
	ok(b.by_points, "and it is said");
	for (size_t i = 0; i < t->n; i++)
		t->step[i] = 10 * (double)i;
	b = centre(t);
	ok(!b.by_points && b.density > 250, "every tenth update is one");
}

/* Stairs of HOLD points, RATIO apart. */
static void stairs(struct test *t, size_t hold, double decades)
{
	uint64_t state = 1;

	t->n = (size_t)(7 / decades + 1) * hold;
	for (size_t i = 0; i < t->n; i++) {
		double x = -6 + decades * (double)(i / hold);

		t->step[i] = (double)i;
		t->lr[i] = pow(10, x);
		t->loss[i] = loss_at(x) + 0.02 * (uniform(&state) - 0.5);
	}
}

static void test_held_rates(struct test *t)
{
	struct curve_bounds b;

	stairs(t, 60, 0.5);
	b = centre(t);
	ok(b.status == CURVE_OK && b.density > 100 && b.density < 200,
		"stairs of half a decade have updates per decade");
	ok(b.suggest > 1e-3, "and a suggestion in the basin");
	stairs(t, 60, 1.4);
	b = centre(t);
	ok(b.status == CURVE_TOO_FEW && b.sparse,
		"between stairs of more there is no answer");
	ok(b.density > 40 && b.density < 90, "but updates per decade");
	sweep(t, 150);
	for (size_t i = 149; i >= 100; i--) {
		t->lr[i + 300] = t->lr[i];
		t->loss[i + 300] = t->loss[i];
	}
	for (size_t i = 100; i < 400; i++) {
		t->lr[i] = t->lr[99];
		t->loss[i] = t->loss[99];
	}
	for (size_t i = 0; i < 450; i++)
		t->step[i] = (double)i;
	t->n = 450;
	b = centre(t);
	ok(b.status != CURVE_OK || b.density >= 20,
		"a rate that is held for long does not make a fast sweep");
}

/* A tenth or half of a rate that was tested, wherever that is. */
static bool may_leave(const struct curve_method *m)
{
	return strcmp(m->name, "minimum") == 0 || strcmp(m->name, "smith") == 0;
}

/* Any sweep, any loss, any steps, holes of any kind. */
static void random_test(struct test *t, uint64_t *state)
{
	double x = -8 + 4 * uniform(state), speed = uniform(state);
	double depth = 4 * uniform(state), mid = -5 + 5 * uniform(state);
	double noise = uniform(state) * uniform(state);
	double hold = uniform(state), holes = uniform(state) * 0.2;
	double stride = uniform(state) < 0.5 ? 1 : 3 * uniform(state);

	t->n = 20 + tap_random(state) % 300;
	for (size_t i = 0; i < t->n; i++) {
		if (uniform(state) > hold)
			x += speed * speed * uniform(state);
		t->step[i] = stride * (double)i;
		t->lr[i] = pow(10, x);
		t->loss[i] = 3 - depth / (1 + exp(-(x - mid) * 6)) +
			     exp(4 * (x - mid - 2)) +
			     noise * (uniform(state) - 0.5);
		if (uniform(state) < holes)
			t->loss[i] = NAN;
		if (uniform(state) < holes / 10)
			t->lr[i] = 0;
	}
}

static void is_within(const struct test *t, const struct curve_bounds *b)
{
	double lo = HUGE_VAL, hi = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->lr[i] > 0) {
			lo = fmin(lo, t->lr[i]);
			hi = fmax(hi, t->lr[i]);
		}
	}
	if (b->suggest < lo || b->suggest > hi || b->lr_max < lo ||
		b->lr_max > hi || !(b->density >= 1 || isnan(b->density)))
		ok(false, "suggest %g, lr_max %g of %g to %g, density %g",
			b->suggest, b->lr_max, lo, hi, b->density);
}

static void test_random(struct test *t)
{
	size_t nok = 0, ntest = getenv("FULL") ? 20000 : 3000;
	uint64_t state = 7;

	for (size_t k = 0; k < ntest; k++) {
		random_test(t, &state);
		for (const struct curve_method *m = curve_methods; m->name;
			m++) {
			struct curve_bounds b = find(t, m, 1 + uniform(&state));

			if (b.status != CURVE_OK || may_leave(m))
				continue;
			nok++;
			is_within(t, &b);
		}
	}
	ok(nok > ntest / 2, "%zu suggestions, none outside the rates tested",
		nok);
}

static const struct curve_method *method(const char *name)
{
	const struct curve_method *m = curve_methods;

	while (strcmp(m->name, name) != 0)
		m++;
	return m;
}

/* Whether a method has too few points because it leaves out so many. */
static void test_starved(struct test *t)
{
	struct curve_bounds b;

	sweep(t, 20);
	b = find(t, method("slide"), 4);
	ok(b.status == CURVE_TOO_FEW && b.starved && !b.stopped,
		"13 points are left to a method that wants 16");
	sweep(t, 60);
	b = find(t, method("slide"), 4);
	ok(!b.starved, "and more than those of 60");
	for (size_t i = 0; i < t->n; i++)
		t->loss[i] = 1 + (double)i;
	b = find(t, method("ignite"), 4);
	ok(b.status == CURVE_RISING && !b.starved,
		"a test that rises is not starved");
	for (size_t i = 0; i < t->n; i++)
		t->loss[i] = pow(10, (double)i);
	b = find(t, method("slide"), 4);
	ok(b.status == CURVE_TOO_FEW && b.stopped && !b.starved,
		"nor is one that the method stops at once");
}

static struct curve_trace trace(const struct test *t)
{
	const struct curve c = {t->step, t->lr, t->loss, t->n};
	struct curve_trace ret;
	struct diag d;

	if (curve_trace(&c, &ret, &d) < 0)
		abort();
	return ret;
}

static void test_trace(struct test *t)
{
	struct curve_trace x;

	sweep(t, 100);
	x = trace(t);
	ok(x.n > 0 && x.step_lo == 0 && x.step_hi == 99,
		"a test is drawn from its first step to its last");
	t->n = 10;
	x = trace(t);
	ok(x.n == 0 && isinf(x.step_lo) && isinf(x.step_hi),
		"ten points of it are not smoothed");
	sweep(t, 100);
	for (size_t i = 0; i < t->n; i++)
		t->lr[i] = i % 2 ? 0.1 : 0.01;
	x = trace(t);
	ok(x.n == 0 && isinf(x.step_lo), "nor are rates that do not rise");
}

int main(void)
{
	struct test *t = malloc(sizeof(*t));

	if (!t)
		return 1;
	test_gaps(t);
	test_divergence(t);
	test_gaps_of_rates(t);
	test_steps(t);
	test_held_rates(t);
	test_starved(t);
	test_trace(t);
	test_random(t);
	free(t);
	return tap_done();
}
