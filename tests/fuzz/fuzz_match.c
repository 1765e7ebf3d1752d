/* SPDX-License-Identifier: MIT */
/*
 * Logged rates of any kind: none crashes the search for their schedule, and
 * words that are said to explain them do.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "fit/fit.h"
#include "match/match.h"
#include "sched/sched.h"
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ROW_NBYTES 5 /* the distance to the step before, and a float */
#define NROW_MAX 12

static void hold(const struct match_series *s, const struct fit_found *found)
{
	const struct sched_env env = {.base = found->base,
		.steps = NAN,
		.epoch_steps = NAN,
		.horizon = NAN};
	const struct match_how how = {
		.tol = 1e-6, .epoch_steps = NAN, .unit = 1};
	struct match_verdict v;
	struct sched_where where;
	struct sched_table t;
	struct diag d;

	if (words_parse(&t, &found->words, 1, &env, &where, &d))
		abort();
	match_compare(&v, s, t.column[0].node, &how);
	sched_table_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	double step[NROW_MAX], rate[NROW_MAX], at = 0;
	struct match_series s;
	struct fit_found found;
	struct diag d;
	size_t i;
	float v;

	n = n / ROW_NBYTES < NROW_MAX ? n / ROW_NBYTES : NROW_MAX;
	for (i = 0; i < n; i++) {
		memcpy(&v, data + i * ROW_NBYTES + 1, sizeof(v));
		at += 1 + data[i * ROW_NBYTES];
		step[i] = at - 1;
		rate[i] = v;
	}
	if (match_series_init(&s, step, rate, n, 0, NULL, &d))
		abort();
	if (fit_identify(&found, &s, NULL, &d))
		abort();
	if (found.words)
		hold(&s, &found);
	fit_found_free(&found);
	match_series_free(&s);
	return 0;
}
