/* SPDX-License-Identifier: MIT */
/*
 * What logs show of their format, what roundest numbers are, how a log's
 * course is told, and calls for words.  Whole runs are in lrcheck.bats.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "match/calls.h"
#include "match/fit.h"
#include "match/identify.h"
#include "match/match.h"
#include "match/snap.h"
#include "tap.h"

#define N 100

static const struct {
	const char *format; /* of 1/(7+i) */
	int digits, decimals;
} formats[] = {
	{"%.6g", 6, 0},
	{"%.4g", 4, 0},
	{"%.3e", 4, 0},
	{"%.5f", 0, 5},
	{"%.2g", 0, 0}, /* too few to tell from typed numbers */
	{"%.17g", 0, 0},
};

static void test_formats(void)
{
	double step[N], rate[N];

	for (size_t k = 0; k < sizeof(formats) / sizeof(formats[0]); k++) {
		struct match_series s;
		struct diag d;

		for (int i = 0; i < N; i++) {
			char text[40];

			snprintf(text, sizeof(text), formats[k].format,
				1.0 / (7 + i));
			step[i] = i;
			rate[i] = strtod(text, NULL);
		}
		ok(match_series_init(&s, step, rate, N, 0, &d) == 0, "%s",
			formats[k].format);
		is_u64((uint64_t)s.decimals, (uint64_t)formats[k].decimals,
			"decimals");
		if (!s.decimals)
			is_u64((uint64_t)s.digits, (uint64_t)formats[k].digits,
				"digits");
		match_series_free(&s);
	}
}

static void test_typed_is_no_format(void)
{
	double step[] = {0, 1, 2, 3, 4, 5};
	double rate[] = {.1, .1, .05, .025, .0125, .00625};
	struct match_series s;
	struct diag d;

	ok(match_series_init(&s, step, rate, 6, 0, &d) == 0, "halves");
	ok(!s.digits && !s.decimals && s.half[3] == 0, "are exact");
	match_series_free(&s);
}

static void test_series(void)
{
	double step[] = {5, 7, 7, 10, 11};
	double rate[] = {1, NAN, 2, INFINITY, -3};
	struct match_series s;
	struct diag d;

	ok(match_series_init(&s, step, rate, 5, 5, &d) == 0, "odd rates");
	is_u64(s.n, 3, "what is not finite is left out");
	is_double(s.step[2], 6, "steps count from the origin");
	is_double(s.peak, 3, "the largest");
	is_double(s.stride, 2, "the smallest distance");
	match_series_free(&s);
}

static const struct {
	enum fit_kind kind;
	double v, width, base;
	double want; /* the first candidate; NAN: none */
	const char *what;
} rounds[] = {
	{FIT_STEPS, 99.9997, 0.001, NAN, 100, "a whole number"},
	{FIT_STEPS, 1234.2, 3, NAN, 1232, "never one out of reach"},
	{FIT_STEPS, 997, 5, NAN, 1000, "the roundest, not the nearest"},
	{FIT_STEPS, 12.5, 0.1, NAN, 12.5, "no whole number is near"},
	{FIT_REAL, 0.3000004, 1e-6, NAN, 0.3, "a decimal"},
	{FIT_REAL, 0.33333331, 1e-7, NAN, 1.0 / 3, "a third"},
	{FIT_RATE, 3e-9, 4e-9, NAN, 0, "nothing"},
	{FIT_RATE, 0.0046800001, 1e-9, 0.0234, 0.2 * 0.0234, "a multiple"},
	{FIT_RATE, 1.0 / 7, 1e-9, 1, 1.0 / 7, "a fraction"},
	{FIT_FACTOR, 0.95, 0, NAN, 0.95, "no width"},
};

static void test_candidates(void)
{
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		struct snap_candidate c[SNAP_NCANDIDATE];
		size_t n = match_snap_candidates(c, rounds[i].kind, rounds[i].v,
			rounds[i].width, rounds[i].base);

		ok(n > 0 && n <= SNAP_NCANDIDATE, "%s", rounds[i].what);
		if (i == 1)
			ok(fabs(c[0].v - 1234.2) <= 3, "within the width");
		else
			is_near(c[0].v, rounds[i].want,
				1e-15 + 1e-15 * fabs(rounds[i].want),
				"the roundest");
	}
	is_double(match_snap_digits(1200), 2, "digits of 1200");
	is_double(match_snap_digits(0), 1, "digits of 0");
}

static void test_course(void)
{
	double step[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	double rate[] = {0, 1, 2, 2, 1, .5, .5, 3, 1, 1};
	struct match_series s;
	struct course c;
	struct diag d;

	if (!ok(match_series_init(&s, step, rate, 10, 0, &d) == 0, "course"))
		return;
	match_course_init(&c, &s);
	ok(c.rises, "rises first");
	is_u64(c.nturn, 3, "turns");
	ok(c.turn[0].is_peak && c.turn[0].first == 2 && c.turn[0].last == 3,
		"a peak that stays");
	ok(!c.turn[1].is_peak && c.turn[1].first == 5 && c.turn[1].last == 6,
		"a trough");
	is_u64(c.top, 7, "the highest");
	is_u64(c.hold, 8, "where it stays");
	is_u64(c.nchange, 6, "changes");
	match_series_free(&s);
}

static const struct {
	const char *words;
	double base;
	const char *call; /* the first, NULL: none */
} calls[] = {
	{"warmup:10 cos:90", 0.1,
		"hf.get_cosine_schedule_with_warmup(num_warmup_steps=10, "
		"num_training_steps=100)"},
	{"step,at=3/50,by=0.1", 0.1,
		"torch.MultiStepLR(milestones=[3, 50], gamma=0.1)"},
	{"cos:29,from=0.04x,to=1x cos:71:4e-06x,incl", 0.1,
		"torch.OneCycleLR(max_lr=0.1, total_steps=100, pct_start=0.3, "
		"div_factor=25, final_div_factor=10000)"},
	{"rep:inf linear:5,from=0.001,to=1x linear:7:0.001 end", 0.1,
		"torch.CyclicLR(base_lr=0.001, max_lr=0.1, step_size_up=5, "
		"step_size_down=7, mode='triangular')"},
	{"rep:inf linear:5,from=0.001,to=1x linear:7:0.002 end", 0.1, NULL},
	{"warmup:10 rsqrt,s=10", 0.1,
		"hf.get_inverse_sqrt_schedule(num_warmup_steps=10)"},
	{"warmup:10 rsqrt,s=11", 0.1,
		"hf.get_inverse_sqrt_schedule(num_warmup_steps=10, "
		"timescale=11)"},
	{"warmup:10 warmup:10", 0.1, NULL},
	{"", 0.1, NULL},
};

static void test_calls(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct buf b = {0};
		size_t row = 0;
		int got = match_call(&b, calls[i].words, calls[i].base, &row);

		if (!ok(got == (calls[i].call != NULL) &&
				    (!got || !strcmp(b.data, calls[i].call)),
			    "'%s'", calls[i].words))
			printf("# %s\n", got ? b.data : "none");
		buf_free(&b);
	}
}

int main(void)
{
	test_formats();
	test_typed_is_no_format();
	test_series();
	test_candidates();
	test_course();
	test_calls();
	return tap_done();
}
