/* SPDX-License-Identifier: MIT */
/*
 * Calls of frameworks: no text crashes their reader, every message has a place
 * in the text, and what a call comes to is words, good or bad, of the grammar.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "call/call.h"
#include "sched/sched.h"
#include "sched/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The words must not be calls again, and their values can be asked for. */
static void use(char *words)
{
	const struct sched_env env = {
		.base = 0.1, .steps = 1000, .epoch_steps = 7, .horizon = 1000};
	struct sched_where where;
	struct sched_table t;
	struct diag d;

	if (sched_words(&t, &words, 1, &env, &where, &d))
		return;
	for (size_t c = 0; c < t.n; c++)
		for (uint64_t step = 0; step < 1000; step += 111)
			sched_at(t.column[c].node, step);
	sched_table_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct call_env env = {
		.base = 0.1, .steps = 1000, .epoch_steps = 7, .names = NULL};
	struct buf words = {0}, name = {0};
	struct diag d = {0};
	size_t where;

	if (n > 4096)
		return 0;
	if (call_expand(&words, &name, (const char *)data, n, n % 2, &env,
		    &where, &d)) {
		if (where > n || !d.text[0])
			abort();
	} else if (words.len) {
		if (buf_terminate(&words))
			abort();
		use(words.data);
	}
	buf_free(&words);
	buf_free(&name);
	return 0;
}
