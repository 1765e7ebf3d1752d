/* SPDX-License-Identifier: MIT */
/*
 * What segments and groups have in common: where the next one joins, past= and
 * skip=, repetitions.
 */
#include <math.h>

#include "base/array.h"
#include "base/diag.h"
#include "words/words_impl.h"

/* --- keys -------------------------------------------------------------- */

int words_parse_past(
	struct parser *p, struct scope *c, const struct word_key *k)
{
	double index = PAST_HOLD;

	if (words_parse_choice(p, k->name, k->value, PARSE_PAST, &index))
		return -1;
	c->past = (int)index;
	return 0;
}

int words_parse_skip(struct parser *p, const struct word_key *k, double *skip)
{
	double unit;

	if (words_need_value(p, k) ||
		words_parse_steps(p, k->name, k->value, skip, &unit))
		return -1;
	if (*skip >= 0)
		return 0;
	return words_fail(p, k->value.s, "skip=%.*s; expected 0 or more",
		STR_ARG(k->value));
}

/* --- scopes ------------------------------------------------------------ */

void words_add_error(struct scope *c, size_t word, double end)
{
	if (!word || (c->error_word && c->error_end <= end))
		return;
	c->error_word = word;
	c->error_end = end;
}

int words_append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *node, double skip, bool over)
{
	if (skip > 0 && !(skip < node->len)) {
		double len = node->len;

		sched_free(node);
		return words_fail(p, p->word[p->at].s,
			"skip=%g of %g steps leaves none; expected less", skip,
			len);
	}
	if (isfinite(node->len)) {
		c->cur = sched_value(node, node->len);
		c->cur_is_base = false;
	}
	if (sched_seq_add(seq, node, skip, over))
		return diag_nomem(p->d, sizeof(*node));
	return 0;
}

/* --- repetitions ------------------------------------------------------- */

/* A node to keep what keys of a repetition say.  Returns 0, or -1. */
static int need_rep(struct parser *p, struct sched **rep)
{
	if (!*rep)
		*rep = sched_new_rep();
	return *rep ? 0 : diag_nomem(p->d, sizeof(**rep));
}

int words_parse_count(
	struct parser *p, struct span name, struct span s, struct sched **rep)
{
	const char *wrong;
	double n = INFINITY;

	if (need_rep(p, rep))
		return -1;
	if (!words_span_is(s, "inf") && words_parse_real(p, name, s, &n))
		return -1;
	wrong = sched_set(*rep, SCHED_COUNT, n);
	if (!wrong)
		return 0;
	return words_fail(p, s.s, "%.*s %.*s; expected %s", STR_ARG(name),
		STR_ARG(s), wrong);
}

static const struct repeat_key {
	const char *name;
	int field;
	enum { FACTOR, CHOICE, FUNCTION } kind;
	const char *choices;
} repeat_keys[] = {
	{"tmul", SCHED_GROW, FACTOR, NULL},
	{"vmul", SCHED_BY, FACTOR, NULL},
	{"gamma", SCHED_GAMMA, FACTOR, NULL},
	{"scale", SCHED_SCALE, CHOICE, SCHED_SCALES},
	{"keep", SCHED_KEEP, CHOICE, SCHED_KEEPS},
	{"vfn", SCHED_PER_CYCLE, FUNCTION, NULL},
	{"tfn", SCHED_PER_STEP, FUNCTION, NULL},
};

static int repeat_key(struct parser *p, const struct word_key *k,
	const struct repeat_key *q, struct sched *rep)
{
	struct sched_fn *fn = NULL;
	double v = 0;

	if (q->kind == FUNCTION) {
		if (words_parse_lambda(p, k->name, k->value, &fn))
			return -1;
		sched_set_fn(rep, q->field, fn);
		return 0;
	}
	if (q->kind == CHOICE ? words_parse_choice(
					p, k->name, k->value, q->choices, &v)
			      : words_parse_real(p, k->name, k->value, &v))
		return -1;
	/* Words have no factor of 0. */
	if (!sched_set(rep, q->field, v) && (q->kind == CHOICE || v > 0))
		return 0;
	return words_fail(p, k->value.s, "%.*s=%.*s; expected a number above 0",
		STR_ARG(k->name), STR_ARG(k->value));
}

int words_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct sched **rep)
{
	size_t i = 0, n = ARRAY_SIZE(repeat_keys);

	while (i < n && !words_span_is(k->name, repeat_keys[i].name))
		i++;
	if (i == n)
		return 0;
	if (words_need_value(p, k) || need_rep(p, rep))
		return -1;
	return repeat_key(p, k, &repeat_keys[i], *rep) ? -1 : 1;
}

struct sched *words_parse_repeated(struct parser *p, const struct scope *c,
	struct sched *body, struct sched *rep)
{
	struct sched_fault wrong = {.d = p->d};

	rep->u.rep.body = body;
	if (!sched_prepare(rep, words_horizon(p, c), &wrong))
		return rep;
	sched_free(rep);
	words_fail_at(p, p->word[p->at].s);
	return NULL;
}
