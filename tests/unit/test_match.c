/* SPDX-License-Identifier: MIT */
/*
 * What logs show of their format, what roundest numbers are, how a log's
 * turns are told, and trees against their words.  Whole runs
 * are in lrcheck.bats.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fit/fit_impl.h"
#include "sched/sched.h"
#include "spec/spec.h"
#include "tap.h"
#include "words/words.h"

#define N 100

static const struct {
	const char *format; /* of 1/(7+i) */
	int digits, decimals;
} formats[] = {
	{"%.6g", 6, 0},
	{"%.4g", 4, 0},
	{"%.3e", 4, 0},
	{"%.5f", 0, 5},
	{"%.2g", 2, 0}, /* so many are not typed */
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
		ok(match_series_init(&s, step, rate, N, 0, NULL, &d) == 0, "%s",
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

	ok(match_series_init(&s, step, rate, 6, 0, NULL, &d) == 0, "halves");
	ok(!s.digits && !s.decimals && s.unsure, "are taken as exact");
	match_series_free(&s);
}

static void test_series(void)
{
	double step[] = {5, 7, 7, 10, 11};
	double rate[] = {1, NAN, 2, INFINITY, -3};
	struct match_series s;
	struct diag d;

	ok(match_series_init(&s, step, rate, 5, 5, NULL, &d) == 0, "odd rates");
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
		struct candidate c[FIT_CANDIDATES_MAX];
		size_t n = fit_candidates(c, rounds[i].kind, rounds[i].v,
			rounds[i].width, rounds[i].base);

		ok(n > 0 && n <= FIT_CANDIDATES_MAX, "%s", rounds[i].what);
		if (i == 1)
			ok(fabs(c[0].v - 1234.2) <= 3, "within the width");
		else
			is_near(c[0].v, rounds[i].want,
				1e-15 + 1e-15 * fabs(rounds[i].want),
				"the roundest");
	}
	is_double(fit_digits(1200), 2, "digits of 1200");
	is_double(fit_digits(0), 1, "digits of 0");
}

/* What was typed is found as it is, and costs the digits that it took. */
static void test_typed(void)
{
	for (int digits = 1; digits <= 12; digits++) {
		int nwrong = 0;

		for (int e = -40; e <= 40; e++) {
			struct candidate c[FIT_CANDIDATES_MAX];
			char text[40];
			double x = pow(digits + 2, 11) * (e + 41), cost = NAN;

			snprintf(text, sizeof(text), "%.*e", digits - 1, x);
			snprintf(strchr(text, 'e'), 16, "e%d", e);
			x = strtod(text, NULL);
			for (size_t i = fit_candidates(
				     c, FIT_REAL, x, x * 1e-15, NAN);
				i-- > 0;)
				if (c[i].v == x)
					cost = c[i].cost;
			nwrong += !(cost <= digits);
		}
		ok(!nwrong, "%d digits are found again", digits);
	}
}

static void test_features(void)
{
	double step[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	double rate[] = {0, 1, 2, 2, 1, .5, .5, 3, 1, 1};
	struct match_series s;
	struct features c;
	struct diag d;

	if (!ok(match_series_init(&s, step, rate, 10, 0, NULL, &d) == 0,
		    "features"))
		return;
	fit_features_init(&c, &s);
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

static double value_of(char *words, double base, int step)
{
	const struct sched_env env = {
		.base = base, .steps = NAN, .epoch_steps = NAN, .horizon = 1e4};
	struct sched_where where;
	struct sched_table t;
	struct diag d;
	double v;

	if (words_parse(&t, &words, 1, &env, &where, &d) < 0)
		return NAN;
	v = sched_value(t.column[0].node, step);
	sched_table_free(&t);
	return v;
}

static const struct {
	struct fit_model model;
	double v[FIT_NPARAM]; /* the base first */
} fits[] = {
	{{"WTm", "warmup:{W} cos:{T}:{m}"}, {0.1, 7, 25, 0.01}},
	{{"WAT", "warmup:{W},from={A} linear:{T}"}, {0.1, 7, 0.02, 30}},
	{{"WHTm", "warmup:{W},lead const:{H} sqrt:{T}:{m}"},
		{2, 5, 9, 20, 0.5}},
	{{"Tmp", "poly:{T}:{m},pow={p}"}, {1, 31.5, 0.25, 1.5}},
	{{"WGs", "warmup:{W} decay,by={G},per={s}"}, {0.1, 4, 0.7, 9}},
	{{"", "warmup:9 rsqrt,s=3"}, {3}},
	{{"TcA", "cos:{a},from={A},to=1x cos:{a}:{A} cos:{e}:{f},incl"},
		{1, 40, 30, 0.04}},
	{{"TcAm", "linear:{a},from={A},to=1x linear:{b}:{m},incl"},
		{1, 40, 25, 0.04, 0.001}},
	{{"Um", "triangular2,min={m},max=1x,step={U}"}, {1, 7, 0.125}},
	{{"UDmg", "rep:inf,gamma={g},scale=span linear:{U},from={m},to=1x "
		  "linear:{D}:{m} end"},
		{1, 7, 5, 0.125, 0.99}},
	{{"LmMv", "cos:{L}:{m},cycles=inf,tmul={M},vmul={v},scale=span"},
		{1, 6, 0.25, 2, 0.5}},
	{{"WLN", "warmup:{W} cos:{L},cycles={N}"}, {1, 6, 9, 3}},
	{{"WATm", "warmup:{W},from={A},over cos:{T}:{m}"},
		{1, 6, 0.125, 40, 0.25}},
	{{"EWT", "hold:{E} warmup:{W} cos:{T} end"}, {1, 5, 2, 6}},
};

#define NFIT 40

/* What the tree of a model is with numbers is what its words are. */
static void test_slots(void)
{
	double step[NFIT], rate[NFIT], tol[NFIT], value[NFIT];
	struct fit_models models = {0};
	struct fit_work w = {.models = &models,
		.some = {step, rate, tol, NFIT},
		.all = {step, rate, tol, NFIT},
		.value = value,
		.peak = 1,
		.horizon = NFIT + 1};

	for (size_t k = 0; k < sizeof(fits) / sizeof(fits[0]); k++) {
		struct fit f;
		struct buf b = {0};

		fit_init(&w, &f, &fits[k].model, fits[k].v[0]);
		for (size_t i = 0; i < f.n; i++) {
			f.v[i] = fits[k].v[i];
			f.fixed[i] = true;
		}
		for (int i = 0; i < NFIT; i++) {
			step[i] = i;
			tol[i] = 1e-15;
			rate[i] = 1e9;
		}
		if (!ok(f.tree && fit_words(&b, &f) == 0 &&
				    !fit_agrees(&w, b.data, f.v[0]),
			    "%s", fits[k].model.words))
			continue;
		/* The rates of the words, read as such. */
		for (int i = 0; i < NFIT; i++)
			rate[i] = value_of(b.data, f.v[0], i);
		fit_solve(&w, &f, NULL);
		ok(f.worst == 0, "%s", b.data);
		buf_free(&b);
	}
	fit_models_free(&models);
}

/* How WORDS from .1 on are to be written for the rates FROM * BY^step. */
static void changes_to(
	const char *words, double from, double by, const char *want)
{
	static const struct sched_names names = {
		.lr = "RATE", .steps = "LENGTH"};
	const struct spec_opts o = {
		.names = &names, .lr = .1, .scale = SPEC_SCALE_NOT_GIVEN};
	const struct match_how how = {1e-9, NAN, 1};
	char *word[] = {(char *)words};
	double step[50], rate[50];
	struct match_verdict v;
	struct match_series s;
	struct buf text = {0};
	struct spec given;
	struct diag d;

	for (int i = 0; i < 50; i++) {
		step[i] = i;
		rate[i] = from * pow(by, i);
	}
	if (!ok(match_series_init(&s, step, rate, 50, 0, NULL, &d) == 0 &&
			    spec_resolve(&given, &o, word, 1, &d) == 0 &&
			    spec_read(&given, &o, 50, &d) == 0,
		    "%s is read", words))
		return;
	match_compare(&v, &s, given.table.column[0].node, &how);
	ok(match_again(&text, &v, &s, &how, &given, &o, &d) == 0, "again");
	is_text(text.len ? text.data : "", want, "what it is to be");
	buf_free(&text);
	spec_free(&given);
	match_series_free(&s);
}

static void test_again(void)
{
	changes_to("decay,by=.95", .1, .97, "decay,by=0.97");
	changes_to("decay,by=.95", .1, .95, "");
	changes_to("step,every=7,by=.5 times decay,by=.95", .1, .97, "");
}

int main(void)
{
	test_again();
	test_formats();
	test_typed_is_no_format();
	test_series();
	test_candidates();
	test_typed();
	test_features();
	test_slots();
	return tap_done();
}
