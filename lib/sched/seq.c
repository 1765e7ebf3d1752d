/* SPDX-License-Identifier: MIT */
/*
 * The grammar between words: products, sequences, repetitions.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "sched/parse.h"
#include "sched/sched.h"

static bool at_end(const struct parser *p)
{
	return p->at >= p->nword;
}

static bool at_word(const struct parser *p, const char *text)
{
	return !at_end(p) && sched_span_is(p->word[p->at], text);
}

static bool at_column(const struct parser *p)
{
	return !at_end(p) && p->word[p->at].s[0] == '+';
}

static bool at_rep(const struct parser *p)
{
	struct span w;

	if (at_end(p))
		return false;
	w = p->word[p->at];
	return w.n >= 3 && !memcmp(w.s, "rep", 3) &&
	       (w.n == 3 || w.s[3] == ':' || w.s[3] == ',');
}

int sched_parse_count(
	struct parser *p, struct span name, struct span s, double *ret)
{
	*ret = INFINITY;
	if (sched_span_is(s, "inf"))
		return 0;
	if (sched_parse_real(p, name, s, ret))
		return -1;
	if (*ret >= 1 && *ret == floor(*ret) && *ret <= (double)SCHED_STEPS_MAX)
		return 0;
	return sched_fail(p, s.s,
		"%.*s %.*s; expected a whole number from 1, or inf",
		(int)name.n, name.s, (int)s.n, s.s);
}

int sched_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct repeat *r)
{
	double *v = sched_span_is(k->name, "tmul")    ? &r->tmul
		    : sched_span_is(k->name, "vmul")  ? &r->vmul
		    : sched_span_is(k->name, "gamma") ? &r->gamma
						      : NULL;

	if (!v && !sched_span_is(k->name, "scale"))
		return 0;
	if (!k->has_value || !k->value.n)
		return sched_fail(p, k->name.s + k->name.n,
			"key '%.*s' without a value; expected %.*s=VALUE",
			(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
	if (!v)
		return sched_parse_choice(
			       p, k->name, k->value, "top|span|all", &r->scale)
			       ? -1
			       : 1;
	if (sched_parse_real(p, k->name, k->value, v))
		return -1;
	if (*v > 0)
		return 1;
	return sched_fail(p, k->value.s, "%.*s=%.*s; expected a number above 0",
		(int)k->name.n, k->name.s, (int)k->value.n, k->value.s);
}

struct sched *sched_parse_repeated(
	struct parser *p, struct sched *body, const struct repeat *r)
{
	struct sched *s =
		sched_new_rep(body, r->count, r->tmul, p->env->horizon, p->d);
	struct diag d = *p->d;

	if (!s) {
		if (d.class == DIAG_USAGE)
			sched_fail(p, p->word[p->at].s, "%s", d.text);
		return NULL;
	}
	s->u.rep.vmul = r->vmul;
	s->u.rep.gamma = r->gamma;
	s->u.rep.scale = (enum sched_scale)r->scale;
	return s;
}

static int rep_past(struct parser *p, struct scope *c, const struct word_key *k)
{
	if (!k->has_value)
		return sched_fail(p, k->name.s + k->name.n,
			"key 'past' without a value; expected past=VALUE");
	if (sched_parse_choice(p, k->name, k->value, PARSE_PAST, &c->past))
		return -1;
	if (c->past != PAST_CONT)
		return 0;
	return sched_fail(p, k->value.s,
		"past=cont of rep; expected hold, zero or error");
}

/* The head of a repetition: rep:COUNT,KEY=VALUE... */
static int rep_head(struct parser *p, struct scope *c, struct repeat *r)
{
	struct word w;
	size_t i;
	int got;

	if (sched_word_split(p, &w))
		return -1;
	if (w.to.s)
		return sched_fail(p, w.to.s,
			"rep has no end value; "
			"expected rep:COUNT");
	if (w.len.n && sched_parse_count(p, w.name, w.len, &r->count))
		return -1;
	for (i = 0; i < w.nkey; i++) {
		if (sched_span_is(w.key[i].name, "past") && !c->in_rep) {
			if (rep_past(p, c, &w.key[i]))
				return -1;
			continue;
		}
		got = sched_parse_repeat_key(p, &w.key[i], r);
		if (got < 0)
			return -1;
		if (!got)
			return sched_fail(p, w.key[i].name.s,
				"rep takes no key '%.*s'; expected tmul=, "
				"vmul=, gamma=, scale= or past=",
				(int)w.key[i].name.n, w.key[i].name.s);
	}
	return 0;
}

static int parse_rep(struct parser *p, struct scope *c, struct sched *seq)
{
	struct repeat r = {INFINITY, 1, 1, 1, SCHED_TOP};
	size_t head = p->at, tail;
	struct scope inner;
	struct sched *body = NULL, *s;

	if (p->depth >= SCHED_DEPTH_MAX)
		return sched_fail(p, p->word[head].s,
			"rep inside rep too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	if (rep_head(p, c, &r))
		return -1;
	p->at++;
	p->depth++;
	inner = *c;
	inner.in_rep = true;
	if (sched_parse_prod(p, &inner, &body))
		return -1;
	p->depth--;
	tail = p->at;
	p->at = head;
	if (tail >= p->nword || !sched_span_is(p->word[tail], "end")) {
		sched_free(body);
		return sched_fail(p, p->word[head].s,
			"rep without end; expected the word end after its "
			"segments");
	}
	if (isinf(body->len)) {
		sched_free(body);
		return sched_fail(p, p->word[head].s,
			"the schedule never ends inside rep; expected a length "
			"in it");
	}
	s = sched_parse_repeated(p, body, &r);
	p->at = tail;
	if (!s)
		return -1;
	if (isfinite(s->len)) {
		c->cur = sched_value(s, s->len);
		c->cur_is_base = false;
	}
	if (sched_seq_add(seq, s, false))
		return diag_nomem(p->d, sizeof(*s));
	return 0;
}

/* Whether another item may follow what SEQ has so far. */
static int check_next(struct parser *p, const struct scope *c,
	const struct sched *seq, size_t last)
{
	size_t here = p->at;
	const char *why = NULL;

	if (!seq->u.seq.n)
		return 0;
	if (isinf(seq->u.seq.next) || c->rest)
		why = "never ends, so nothing can follow it; expected a length";
	else if (c->past != PAST_NONE)
		why = "has past= and is not the last; expected it on the last";
	if (!why)
		return 0;
	p->at = last;
	sched_fail(p, p->word[last].s, "'%.*s' %s", (int)p->word[last].n,
		p->word[last].s, why);
	p->at = here;
	return -1;
}

static bool item_follows(const struct parser *p)
{
	return !at_end(p) && !at_column(p) && !at_word(p, "times") &&
	       !at_word(p, "end");
}

static int parse_items(struct parser *p, struct scope *c, struct sched *seq)
{
	size_t last = p->at;

	for (; item_follows(p); p->at++) {
		if (check_next(p, c, seq, last))
			return -1;
		last = p->at;
		if (at_rep(p) ? parse_rep(p, c, seq)
			      : sched_parse_segment(p, c, seq))
			return -1;
	}
	if (!seq->u.seq.n)
		return sched_fail(p, at_end(p) ? NULL : p->word[p->at].s,
			"no segment here; expected a shape");
	return 0;
}

static int parse_seq(struct parser *p, struct scope *c, struct sched **ret)
{
	struct sched *seq = sched_new_seq();
	size_t last;

	*ret = seq;
	if (!seq) {
		diag_nomem(p->d, sizeof(*seq));
		return -1;
	}
	c->past = PAST_NONE;
	c->rest = false;
	if (parse_items(p, c, seq)) {
		sched_free(seq);
		return -1;
	}
	last = p->at;
	seq->u.seq.zero = c->past == PAST_ZERO;
	seq->u.seq.error = c->past == PAST_ERROR;
	if (c->past == PAST_ERROR && isfinite(seq->len) &&
		(!p->table->past_error || seq->len < p->table->past_end)) {
		p->table->past_error = sched_word_number(p, last - 1);
		p->table->past_end = seq->len;
	}
	return 0;
}

int sched_parse_prod(struct parser *p, struct scope *c, struct sched **ret)
{
	struct scope factor = *c;
	unsigned n = 1;
	struct sched *a, *b;

	if (parse_seq(p, &factor, &a))
		return -1;
	while (at_word(p, "times")) {
		if (n++ == SCHED_DEPTH_MAX) {
			sched_free(a);
			return sched_fail(p, p->word[p->at].s,
				"too many factors; expected at most %d",
				SCHED_DEPTH_MAX);
		}
		p->at++;
		factor = (struct scope){.column = c->column,
			.base = 1,
			.cur = 1,
			.in_rep = c->in_rep};
		if (parse_seq(p, &factor, &b)) {
			sched_free(a);
			return -1;
		}
		a = sched_new_prod(a, b);
		if (!a) {
			diag_nomem(p->d, sizeof(*a));
			return -1;
		}
	}
	*ret = a;
	return 0;
}
