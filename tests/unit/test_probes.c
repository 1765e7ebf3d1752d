/* SPDX-License-Identifier: MIT */
/* What short runs at one rate each say together. */
#include <stdlib.h>

#include "curve/curve.h"
#include "tap.h"

#define UPDATES 200

/* A run that goes from 2 to LEVEL; NAN: it diverged. */
static struct curve_probe run(double lr, double level)
{
	return (struct curve_probe){.lr = lr,
		.first = 2,
		.level = level,
		.noise = 0.01,
		.updates = UPDATES};
}

static struct curve_bounds together(const struct curve_probe *probe, size_t n)
{
	const struct curve_use use = {.ratio = 4};
	struct curve_bounds ret;
	struct diag d;

	if (curve_probes(probe, n, NAN, &use, &ret, &d) < 0)
		abort();
	return ret;
}

static struct curve_bounds say(double a, double b, double c)
{
	const struct curve_probe probe[] = {
		run(0.01, a), run(0.1, b), run(1, c)};

	return together(probe, 3);
}

/* The gap above the best is the narrower, the one after it is the widest. */
static void test_gaps(void)
{
	const struct curve_probe probe[] = {
		run(0.01, 1.8), run(0.1, 1), run(0.5, 1.5), run(50, 1.9)};
	struct curve_bounds b = together(probe, 4);

	ok(b.probe > 0.01 && b.probe < 0.1,
		"the next run goes into the wider gap beside the best: %g",
		b.probe);
}

int main(void)
{
	struct curve_bounds b = say(1.5, 1, 1.8);

	ok(b.status == CURVE_BRACKETED && b.learns,
		"the best is in the middle");
	ok(b.lr_max >= 0.01 && b.lr_max <= 1, "and so is the rate");
	b = say(1.8, 1.5, 1);
	ok(b.status == CURVE_OPEN_HIGH && b.learns,
		"the best is the highest rate's");
	ok(b.probe > 1, "a higher one is to be tried");
	b = say(1, 1.5, 1.8);
	ok(b.status == CURVE_OPEN_LOW && b.learns,
		"the best is the lowest rate's");
	ok(b.probe < 0.01, "a lower one is to be tried");
	b = say(2.1, 2.2, 2.3);
	ok(b.status == CURVE_OPEN_LOW && !b.learns, "none learns");
	b = say(2.3, 2.1, 2.2);
	ok(b.status == CURVE_OPEN_LOW && !b.learns,
		"none learns, and the middle one least badly");
	b = say(NAN, NAN, NAN);
	ok(b.status == CURVE_OPEN_LOW && !b.learns && b.diverged,
		"all diverged");
	test_gaps();
	return tap_done();
}
