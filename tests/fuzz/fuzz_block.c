/* SPDX-License-Identifier: MIT */
/*
 * Values by the block are those one by one, bit for bit: the first bytes say
 * where the block begins and how far apart its steps are, the rest is words.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "sched/sched.h"
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define HEAD_NBYTES 4
#define NVALUE 300 /* more than one chunk of a product */

static void compare(
	const struct sched *s, uint64_t step, uint64_t every, size_t n)
{
	double v[NVALUE], one;

	sched_block(s, step, every, n, v);
	for (size_t i = 0; i < n; i++) {
		one = sched_at(s, step + i * every);
		if (memcmp(&one, &v[i], sizeof(one)) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct sched_env env = {
		.base = 0.1, .steps = 1000, .epoch_steps = 7, .horizon = 1e6};
	char text[1024], *word = text;
	struct sched_where where;
	struct sched_table t;
	struct diag d;
	uint64_t step, every;
	size_t count;

	if (n < HEAD_NBYTES || n - HEAD_NBYTES >= sizeof(text))
		return 0;
	memcpy(text, data + HEAD_NBYTES, n - HEAD_NBYTES);
	text[n - HEAD_NBYTES] = '\0';
	if (words_parse(&t, &word, 1, &env, &where, &d))
		return 0;
	/* Mostly small, so that all seams are near; all below the horizon. */
	step = le_load16(data);
	every = 1 + data[2] % 64;
	count = 1 + (size_t)data[3] * NVALUE / 256;
	for (size_t c = 0; c < t.n; c++)
		compare(t.column[c].node, step, every, count);
	sched_table_free(&t);
	return 0;
}
