/* SPDX-License-Identifier: MIT */
/*
 * The word grammar: no text crashes it, every message has a place inside its
 * word, and a tree written back as words is read as the same words again.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "sched/sched.h"
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct sched_env env = {
	.base = 0.1, .steps = 1000, .epoch_steps = 7, .horizon = 1000};

static int parse(struct sched_table *t, char *text)
{
	struct sched_where where;
	struct diag d = {0};
	int r = words_parse(t, &text, 1, &env, &where, &d);

	if (r && (where.offset > where.len || !d.text[0]))
		abort();
	return r;
}

static void use(const struct sched_table *t)
{
	static const uint64_t step[] = {
		0, 1, 9, 499, 999, 1000, 123456789, SCHED_STEPS_MAX - 1};
	struct buf b = {0};

	for (size_t c = 0; c < t->n; c++) {
		for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++)
			sched_at(t->column[c].node, step[i]);
		sched_cycle_end(t->column[c].node, 3);
		sched_explain(&b, t->column[c].node, &env);
	}
	buf_free(&b);
}

static void round_trip(const struct sched *s)
{
	struct buf first = {0}, second = {0};
	struct sched_table t;

	if (sched_unparse(&first, s, &env) || !buf_text(&first))
		abort();
	/* Units of sgdr are divided out again, which may move the last bit. */
	if (!strstr(first.data, "sgdr")) {
		if (parse(&t, first.data) ||
			sched_unparse(&second, t.column[0].node, &env) ||
			!buf_text(&second))
			abort();
		if (strcmp(first.data, second.data) != 0)
			abort();
		sched_table_free(&t);
	}
	buf_free(&first);
	buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sched_table t;
	char text[2048];

	if (n >= sizeof(text))
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	if (parse(&t, text))
		return 0;
	use(&t);
	round_trip(t.column[0].node);
	sched_table_free(&t);
	return 0;
}
