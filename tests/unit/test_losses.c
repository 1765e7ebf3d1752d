/* SPDX-License-Identifier: MIT */
/*
 * Averages of losses, made here as their libraries make them, are undone and
 * recognised; raw losses are left alone.
 */
#include <stdlib.h>

#include "curve/curve.h"
#include "tap.h"

#define N 150

struct test {
	double step[N], lr[N], loss[N], logged[N];
};

static double uniform(uint64_t *state)
{
	return (double)(tap_random(state) >> 11) * 0x1p-53;
}

/* A test that falls in its second half, every STRIDE of its updates logged. */
static void make(struct test *t, uint64_t seed, size_t stride)
{
	uint64_t state = seed;

	for (size_t i = 0; i < N; i++) {
		double x = -6 + 7 * (double)i / (N - 1);

		t->step[i] = (double)(stride * (i + 1) - 1);
		t->lr[i] = pow(10, x);
		t->loss[i] = 2.3 - 1.8 / (1 + exp(-(x + 2) * 5)) +
			     0.1 * (uniform(&state) + uniform(&state) - 1);
	}
}

/* The average of BETA that begins with START, as its authors write it. */
static void average(struct test *t, double beta, enum curve_start start)
{
	double a = 0;

	for (size_t i = 0; i < N; i++) {
		double k = (double)i + 1, y = t->loss[i];

		a = beta * a + (1 - beta) * y;
		switch (start) {
		case CURVE_START_FIRST:
			t->logged[i] =
				i ? beta * t->logged[i - 1] + (1 - beta) * y
				  : y;
			break;
		case CURVE_START_ZERO: t->logged[i] = a; break;
		case CURVE_START_CORRECTED:
			t->logged[i] = a / (1 - pow(beta, k));
			break;
		case CURVE_START_LATE:
			t->logged[i] = a / (1 - pow(beta, k + 1));
			break;
		case CURVE_START_DIVIDED:
			t->logged[i] = y / (1 - pow(beta, k));
			break;
		}
	}
}

/* The mean since the last epoch of EPOCH updates began. */
static void mean(struct test *t, size_t epoch)
{
	double sum = 0;

	for (size_t i = 0; i < N; i++) {
		sum = i % epoch ? sum + t->loss[i] : t->loss[i];
		t->logged[i] = sum / (double)(i % epoch + 1);
	}
}

static struct curve_undone undo(
	const struct test *t, const struct curve_losses *how, double shift)
{
	const struct curve c = {t->step, t->lr, t->logged, N};
	struct curve_undone u;
	struct diag d;

	if (curve_undo(&u, &c, how, shift, &d) < 0)
		abort();
	return u;
}

/* What was undone is what was averaged, at the same rates. */
static void is_undone(const struct test *t, const struct curve_losses *how,
	enum curve_losses_kind kind, const char *what)
{
	struct curve_undone u = undo(t, how, 0);
	double worst = 0;

	for (size_t i = 0; i < u.c.n; i++) {
		worst = fmax(worst, fabs(u.c.loss[i] - t->loss[i]));
		worst = fmax(worst, fabs(u.c.lr[i] / t->lr[i] - 1));
	}
	if (!ok(u.c.n == N && worst < 1e-9 && u.how.kind == kind && !u.unknown,
		    "%s", what))
		printf("# %zu points, worst %g, kind %d%s\n", u.c.n, worst,
			u.how.kind, u.unknown ? ", unknown" : "");
	curve_undone_free(&u);
}

static void test_exact(struct test *t)
{
	static const double beta[] = {0.9, 0.95, 0.98, 0.99};
	char what[64];

	for (size_t b = 0; b < 4; b++) {
		const struct curve_losses how = {
			.kind = CURVE_LOSSES_EMA, .beta = beta[b]};

		for (int s = CURVE_START_FIRST; s <= CURVE_START_LATE; s++) {
			make(t, 7 + (uint64_t)s, 1);
			average(t, beta[b], (enum curve_start)s);
			snprintf(what, sizeof(what), "ema:%g, start %d",
				beta[b], s);
			is_undone(t, &how, CURVE_LOSSES_EMA, what);
		}
	}
	make(t, 3, 1);
	mean(t, N);
	is_undone(t, &(struct curve_losses){.kind = CURVE_LOSSES_EPOCH_MEAN},
		CURVE_LOSSES_EPOCH_MEAN, "the mean of one epoch");
	mean(t, 40);
	is_undone(t,
		&(struct curve_losses){
			.kind = CURVE_LOSSES_EPOCH_MEAN, .n = 40},
		CURVE_LOSSES_EPOCH_MEAN, "means of several");
}

static void test_recognised(struct test *t)
{
	const struct curve_losses how = {.kind = CURVE_LOSSES_AUTO};
	struct curve_undone u;
	size_t nwrong = 0;

	make(t, 5, 1);
	average(t, 0.98, CURVE_START_LATE);
	is_undone(t, &how, CURVE_LOSSES_EMA, "Lightning's are recognised");
	average(t, 0.9, CURVE_START_ZERO);
	is_undone(t, &how, CURVE_LOSSES_EMA, "and what begins with 0");
	average(t, 0.98, CURVE_START_DIVIDED);
	is_undone(t, &how, CURVE_LOSSES_EMA, "and what is only divided");
	average(t, 0.98, CURVE_START_CORRECTED);
	is_undone(t, &how, CURVE_LOSSES_EMA, "and fastai's");
	mean(t, N);
	is_undone(t, &how, CURVE_LOSSES_EPOCH_MEAN, "and Keras's");
	average(t, 0.95, CURVE_START_FIRST);
	u = undo(t, &how, 0);
	ok(u.unknown && u.blur > 0 && u.how.kind == CURVE_LOSSES_RAW,
		"others are known to be averages, and left as they are");
	curve_undone_free(&u);
	for (uint64_t seed = 0; seed < 1000; seed++) {
		make(t, seed, 1);
		memcpy(t->logged, t->loss, sizeof(t->loss));
		u = undo(t, &how, 0);
		nwrong += u.how.kind != CURVE_LOSSES_RAW || u.unknown;
		curve_undone_free(&u);
	}
	ok(nwrong <= 5, "raw losses are not, in 1000 tests but for %zu",
		nwrong);
}

/* The early rates of a linear test may be too high to be looked at. */
static void test_linear(struct test *t)
{
	struct curve_undone u;

	make(t, 5, 1);
	for (size_t i = 0; i < N; i++)
		t->lr[i] = 1e-3 * (double)(i + 1);
	average(t, 0.98, CURVE_START_ZERO);
	u = undo(t, &(struct curve_losses){.kind = CURVE_LOSSES_AUTO}, 0);
	ok(u.how.kind == CURVE_LOSSES_RAW && !u.unknown &&
			u.c.loss[N / 2] == t->logged[N / 2],
		"averages of a linear test are not looked for");
	curve_undone_free(&u);
}

/* What is known of several updates is put where the middle of them was. */
static void test_middle(struct test *t)
{
	struct curve_undone u;
	double ratio;

	make(t, 9, 10);
	memcpy(t->logged, t->loss, sizeof(t->loss));
	ratio = t->lr[1] / t->lr[0];
	u = undo(t, &(struct curve_losses){.kind = CURVE_LOSSES_MEAN, .n = 10},
		0);
	ok(u.c.n == N && fabs(u.c.lr[50] / t->lr[50] * pow(ratio, 0.45) - 1) <
				 1e-9,
		"a mean of 10 updates is put 4.5 before its last");
	is_double(u.c.loss[50], t->loss[50], "as it is");
	is_double(u.blur, 5, "and may belong to others");
	curve_undone_free(&u);
	u = undo(t, &(struct curve_losses){.kind = CURVE_LOSSES_RAW}, 10);
	ok(u.c.n == N - 1 && fabs(u.c.lr[0] / t->lr[0] - 1) < 1e-9 &&
			u.c.loss[0] == t->loss[1],
		"a rate that is told 10 updates late is moved");
	curve_undone_free(&u);
}

static void test_gaps(struct test *t)
{
	const struct curve_losses how = {
		.kind = CURVE_LOSSES_EPOCH_MEAN, .n = 0};
	struct curve_undone u;

	make(t, 11, 1);
	mean(t, N);
	t->logged[60] = NAN;
	u = undo(t, &how, 0);
	ok(u.c.n == N && isnan(u.c.loss[60]), "a gap stays one");
	is_double(round(1e9 * u.c.loss[61]),
		round(1e9 * (t->loss[60] + t->loss[61]) / 2),
		"and the next is the mean of both");
	curve_undone_free(&u);
}

/* With four decimals the hundredth mean knows its loss to 0.005 only. */
static void test_rounding(struct test *t)
{
	const struct curve_losses how = {
		.kind = CURVE_LOSSES_EPOCH_MEAN, .n = 0};
	struct curve_undone u;
	double sum = 0, worst = 0;
	size_t k = 0;

	make(t, 13, 1);
	mean(t, N);
	for (size_t i = 0; i < N; i++)
		t->logged[i] = round(t->logged[i] * 1000) / 1000;
	u = undo(t, &how, 0);
	for (size_t i = 0, from = 0; i < N && k < u.c.n; i++) {
		sum += t->loss[i];
		if (t->step[i] < u.c.step[k])
			continue;
		worst = fmax(worst,
			fabs(u.c.loss[k++] - sum / (double)(i + 1 - from)));
		from = i + 1;
		sum = 0;
	}
	ok(u.c.n < N && u.c.n > N / 4 && u.nmerged == N - u.c.n && worst < 0.08,
		"rounded means are undone several at once: %zu, within %.2g",
		u.c.n, worst);
	curve_undone_free(&u);
}

int main(void)
{
	struct test *t = malloc(sizeof(*t));

	if (!t)
		return 1;
	test_exact(t);
	test_recognised(t);
	test_linear(t);
	test_middle(t);
	test_gaps(t);
	test_rounding(t);
	free(t);
	return tap_done();
}
