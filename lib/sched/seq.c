/* SPDX-License-Identifier: MIT */
/*
 * The grammar between words: products and sequences.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "sched/parse.h"

static bool at_word(const struct parser *p, const char *text)
{
	return !sched_at_end(p) && sched_span_is(p->word[p->at], text);
}

/* Whether another item may follow what SEQ has so far. */
static int check_next(struct parser *p, const struct scope *c,
	const struct sched *seq, size_t last)
{
	size_t here = p->at;
	const char *why = NULL;
	struct span name = p->word[last], rest;

	if (!seq->u.seq.n)
		return 0;
	if (isinf(seq->u.seq.next) || c->rest)
		why = "never ends, so nothing can follow it; expected a length";
	else if (c->past != PAST_NONE)
		why = "has past= and is not the last; expected it on the last";
	if (!why)
		return 0;
	if (isinf(seq->u.seq.next) && sched_is_call(p, name)) {
		name = sched_span_cut(name, "(", &rest);
		why = "never ends, so nothing can follow it; expected "
		      "part:LENGTH before it, end after it";
	}
	p->at = last;
	sched_fail(p, p->word[last].s, "'%.*s' %s", (int)name.n, name.s, why);
	p->at = here;
	return -1;
}

static bool item_follows(const struct parser *p)
{
	return !sched_at_end(p) && !sched_at_column(p) &&
	       !at_word(p, "times") && !at_word(p, "end");
}

static int parse_items(struct parser *p, struct scope *c, struct sched *seq)
{
	size_t last = p->at;
	int got;

	for (; item_follows(p); p->at++) {
		if (check_next(p, c, seq, last))
			return -1;
		last = p->at;
		/* Nobody comes to the end of the one before. */
		if (c->error_word && c->error_end >= seq->u.seq.next)
			c->error_word = 0;
		got = sched_parse_call(p, c, seq);
		if (got == 0)
			got = sched_parse_group(p, c, seq);
		if (got < 0 || (!got && sched_parse_segment(p, c, seq)))
			return -1;
	}
	if (!seq->u.seq.n)
		return sched_fail(p, sched_at_end(p) ? NULL : p->word[p->at].s,
			"no segment here; expected a shape");
	return 0;
}

void sched_add_error(struct scope *c, size_t word, double end)
{
	if (!word || (c->error_word && c->error_end <= end))
		return;
	c->error_word = word;
	c->error_end = end;
}

int sched_append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *node, double skip, bool over)
{
	if (skip > 0 && !(skip < node->len)) {
		double len = node->len;

		sched_free(node);
		return sched_fail(p, p->word[p->at].s,
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

static int parse_seq(struct parser *p, struct scope *c, struct sched **ret)
{
	struct sched *seq = sched_new_seq();
	struct sched_fault wrong = {.d = p->d};
	size_t last;

	*ret = seq;
	if (!seq) {
		diag_nomem(p->d, sizeof(*seq));
		return -1;
	}
	c->past = PAST_NONE;
	c->rest = false;
	c->error_word = 0;
	if (parse_items(p, c, seq) || sched_prepare(seq, NAN, &wrong)) {
		sched_free(seq);
		return -1;
	}
	last = p->at;
	seq->u.seq.past = c->past == PAST_ZERO ? 0 : NAN;
	seq->u.seq.error = c->past == PAST_ERROR;
	if (c->past == PAST_ERROR && isfinite(seq->len))
		sched_add_error(c, last, seq->len);
	return 0;
}

/* What the product C takes over from one of its factors. */
static void merge(struct scope *c, const struct scope *factor)
{
	sched_add_error(c, factor->error_word, factor->error_end);
	c->rest |= factor->rest;
}

int sched_parse_prod(struct parser *p, struct scope *c, struct sched **ret)
{
	struct scope factor = *c;
	unsigned n = 1;
	struct sched *a, *b;

	if (parse_seq(p, &factor, &a))
		return -1;
	c->error_word = 0;
	merge(c, &factor);
	while (at_word(p, "times")) {
		if (n++ == SCHED_NFACTOR_MAX) {
			sched_free(a);
			return sched_fail(p, p->word[p->at].s,
				"too many factors; expected at most %d",
				SCHED_NFACTOR_MAX);
		}
		p->at++;
		factor = (struct scope){.column = c->column,
			.base = 1,
			.cur = 1,
			.in_rep = c->in_rep,
			.room = c->room,
			.reach = c->reach,
			.no_rest = c->no_rest};
		if (parse_seq(p, &factor, &b)) {
			sched_free(a);
			return -1;
		}
		merge(c, &factor);
		a = sched_new_prod(a, b);
		if (!a) {
			diag_nomem(p->d, sizeof(*a));
			return -1;
		}
	}
	*ret = a;
	return 0;
}
