/* SPDX-License-Identifier: MIT */
/*
 * Groups up to their end: rep, which repeats, part, a schedule of its own
 * inside another, and hold, one that is stepped once in a while.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "sched/fn.h"
#include "sched/parse.h"
#include "sched/sched.h"

/* A node to keep what keys of a repetition say.  Returns 0, or -1. */
static int need_rep(struct parser *p, struct sched **rep)
{
	if (!*rep)
		*rep = sched_new_rep(NULL);
	return *rep ? 0 : diag_nomem(p->d, sizeof(**rep));
}

int sched_parse_count(
	struct parser *p, struct span name, struct span s, struct sched **rep)
{
	const char *wrong;
	double n = INFINITY;

	if (need_rep(p, rep))
		return -1;
	if (!sched_span_is(s, "inf") && sched_parse_real(p, name, s, &n))
		return -1;
	wrong = sched_set(*rep, SCHED_COUNT, n);
	if (!wrong)
		return 0;
	return sched_fail(p, s.s, "%.*s %.*s; expected %s", (int)name.n, name.s,
		(int)s.n, s.s, wrong);
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
	struct sched_fn *fn;
	double v;

	if (q->kind == FUNCTION) {
		if (sched_parse_lambda(p, k->name, k->value, &fn))
			return -1;
		sched_set_fn(rep, q->field, fn);
		return 0;
	}
	if (q->kind == CHOICE ? sched_parse_choice(
					p, k->name, k->value, q->choices, &v)
			      : sched_parse_real(p, k->name, k->value, &v))
		return -1;
	/* Words have no factor of 0. */
	if (!sched_set(rep, q->field, v) && (q->kind == CHOICE || v > 0))
		return 0;
	return sched_fail(p, k->value.s, "%.*s=%.*s; expected a number above 0",
		(int)k->name.n, k->name.s, (int)k->value.n, k->value.s);
}

int sched_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct sched **rep)
{
	size_t i = 0, n = sizeof(repeat_keys) / sizeof(repeat_keys[0]);

	while (i < n && !sched_span_is(k->name, repeat_keys[i].name))
		i++;
	if (i == n)
		return 0;
	if (!k->has_value || !k->value.n)
		return sched_fail(p, k->name.s + k->name.n,
			"key '%.*s' without a value; expected %.*s=VALUE",
			(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
	if (need_rep(p, rep))
		return -1;
	return repeat_key(p, k, &repeat_keys[i], *rep) ? -1 : 1;
}

double sched_horizon(const struct parser *p, const struct scope *c)
{
	if (isinf(c->reach))
		return p->env->horizon;
	return fmin(p->env->horizon, c->reach);
}

struct sched *sched_parse_repeated(struct parser *p, const struct scope *c,
	struct sched *body, struct sched *rep)
{
	struct sched_fault wrong = {.d = p->d};

	rep->u.rep.body = body;
	if (!sched_prepare(rep, sched_horizon(p, c), &wrong))
		return rep;
	sched_free(rep);
	sched_fail_at(p, p->word[p->at].s);
	return NULL;
}

/* past= of a repetition. */
static int rep_past(struct parser *p, struct scope *c, const struct word_key *k)
{
	if (!k->has_value)
		return sched_fail(p, k->name.s + k->name.n,
			"key 'past' without a value; expected past=VALUE");
	if (sched_parse_past(p, c, k))
		return -1;
	if (c->past != PAST_CONT)
		return 0;
	return sched_fail(p, k->value.s,
		"past=cont of rep; expected hold, zero or error");
}

/* The head of a repetition: rep:COUNT,KEY=VALUE... */
static int rep_head(struct parser *p, struct scope *c, struct sched **rep)
{
	struct word w;
	size_t i;
	int got;

	if (sched_word_split(p, &w))
		return -1;
	if (w.to.s)
		return sched_fail(
			p, w.to.s, "rep has no end value; expected rep:COUNT");
	if (w.len.n && sched_parse_count(p, w.name, w.len, rep))
		return -1;
	for (i = 0; i < w.nkey; i++) {
		if (sched_span_is(w.key[i].name, "past") && !c->in_rep) {
			if (rep_past(p, c, &w.key[i]))
				return -1;
			continue;
		}
		got = sched_parse_repeat_key(p, &w.key[i], rep);
		if (got < 0)
			return -1;
		if (!got)
			return sched_fail(p, w.key[i].name.s,
				"rep takes no key '%.*s'; expected tmul=, "
				"vmul=, gamma=, scale=, vfn=, tfn= or past=",
				(int)w.key[i].name.n, w.key[i].name.s);
	}
	return 0;
}

/* The words between HEAD and its end, as BODY (freed on failure). */
static int group_body(struct parser *p, struct scope *inner, const char *name,
	struct sched **body)
{
	size_t head = p->at++;

	p->depth++;
	inner->rest = false;
	if (sched_parse_prod(p, inner, body))
		return -1;
	p->depth--;
	if (p->at < p->nword && sched_span_is(p->word[p->at], "end"))
		return 0;
	sched_free(*body);
	p->at = head;
	return sched_fail(p, p->word[head].s,
		"%s without end; expected the word end after its segments",
		name);
}

/* The rest of a repetition, which REP says; it is taken by success. */
static int read_rep(struct parser *p, struct scope *c, struct sched *seq,
	struct sched **rep)
{
	size_t head = p->at, tail;
	struct scope inner;
	struct sched *body = NULL, *s;

	if (rep_head(p, c, rep))
		return -1;
	inner = *c;
	inner.in_rep = inner.no_rest = true;
	if (group_body(p, &inner, "rep", &body))
		return -1;
	if (inner.error_word && inner.error_end < body->len)
		sched_add_error(
			c, inner.error_word, seq->u.seq.next + inner.error_end);
	tail = p->at;
	p->at = head;
	s = sched_parse_repeated(p, c, body, *rep);
	*rep = NULL;
	p->at = tail;
	return s ? sched_append(p, c, seq, s, 0, false) : -1;
}

static int parse_rep(struct parser *p, struct scope *c, struct sched *seq)
{
	struct sched *rep = NULL;
	int ret = need_rep(p, &rep) || read_rep(p, c, seq, &rep);

	sched_free(rep);
	return ret ? -1 : 0;
}

/* past=cont, the one key of a part. */
static int part_past(struct parser *p, const struct word *w)
{
	const struct word_key *k = &w->key[0];

	if (w->to.s || w->nkey > 1 || !sched_span_is(k->name, "past") ||
		!sched_span_is(k->value, "cont"))
		return sched_fail(p, w->to.s ? w->to.s : k->name.s,
			"part has a length and past=cont, nothing else; "
			"expected part:LENGTH");
	if (w->len.n)
		return 0;
	return sched_fail(p, k->name.s,
		"past=cont without a length; expected part:LENGTH,past=cont");
}

/* The head of a part: part[:LEN[,past=cont]]; *LEN NAN where not written. */
static int part_head(struct parser *p, double *len, bool *cont)
{
	struct word w;
	double unit;

	*len = NAN;
	if (sched_word_split(p, &w))
		return -1;
	*cont = w.nkey > 0;
	if ((w.to.s || w.nkey) && part_past(p, &w))
		return -1;
	if (!w.len.n)
		return 0;
	if (sched_parse_steps(p, w.name, w.len, len, &unit))
		return -1;
	if (*len >= 1)
		return 0;
	return sched_fail(p, w.len.s,
		"part is %g steps; expected one step or more", *len);
}

static int parse_part(struct parser *p, struct scope *c, struct sched *seq)
{
	struct scope inner = *c;
	struct sched *body = NULL, *s;
	double len;
	bool cont;

	if (part_head(p, &len, &cont))
		return -1;
	inner.cur = c->base;
	inner.cur_is_base = c->real_base;
	inner.in_rep = false;
	if (isnan(len)) {
		inner.room = c->room - seq->u.seq.next;
	} else {
		inner.room = len;
		inner.reach = cont ? c->reach : fmin(c->reach, len + 1);
		inner.no_rest = false;
	}
	if (group_body(p, &inner, "part", &body))
		return -1;
	if (isnan(len))
		c->rest |= inner.rest;
	if (inner.error_word && (cont || !(inner.error_end >= len)))
		sched_add_error(
			c, inner.error_word, seq->u.seq.next + inner.error_end);
	s = sched_new_group(body, len, cont);
	if (!s)
		return diag_nomem(p->d, sizeof(*s));
	if (sched_append(p, c, seq, s, 0, false))
		return -1;
	if (cont)
		c->past = PAST_CONT;
	return 0;
}

/* The head of a hold: hold:LEN. */
static int hold_head(struct parser *p, double *every)
{
	const char *wrong;
	struct word w;
	double unit;

	if (sched_word_split(p, &w))
		return -1;
	if (w.to.s || w.nkey || !w.len.n)
		return sched_fail(p, p->word[p->at].s,
			"hold has a length and nothing else; expected "
			"hold:LENGTH");
	if (sched_parse_steps(p, w.name, w.len, every, &unit))
		return -1;
	wrong = sched_check(SCHED_EVERY, *every);
	if (!wrong)
		return 0;
	return sched_fail(
		p, w.len.s, "hold is %g steps; expected %s", *every, wrong);
}

/* Inside of it all lengths are in steps of its own. */
static int parse_hold(struct parser *p, struct scope *c, struct sched *seq)
{
	const struct sched_env *env = p->env;
	struct scope inner = *c;
	struct sched_env own;
	struct sched *body = NULL, *s;
	double every = 1;
	int r;

	if (hold_head(p, &every))
		return -1;
	own = sched_env_held(env, every);
	inner.cur = c->base;
	inner.cur_is_base = c->real_base;
	inner.room = (c->room - seq->u.seq.next) / every;
	inner.reach = c->reach / every + 1;
	p->env = &own;
	r = group_body(p, &inner, "hold", &body);
	p->env = env;
	if (r)
		return -1;
	c->rest |= inner.rest;
	if (inner.error_word)
		sched_add_error(c, inner.error_word,
			seq->u.seq.next + inner.error_end * every);
	s = sched_new_hold(body, every);
	if (!s)
		return diag_nomem(p->d, sizeof(*s));
	return sched_append(p, c, seq, s, 0, false);
}

static bool at_group(const struct parser *p, const char *name)
{
	struct span w = p->word[p->at];
	size_t n = strlen(name);

	return w.n >= n && !memcmp(w.s, name, n) &&
	       (w.n == n || w.s[n] == ':' || w.s[n] == ',');
}

int sched_parse_group(struct parser *p, struct scope *c, struct sched *seq)
{
	static const struct {
		const char *name;
		int (*parse)(struct parser *, struct scope *, struct sched *);
	} group[] = {
		{"rep", parse_rep}, {"part", parse_part}, {"hold", parse_hold}};
	size_t i = 0, n = sizeof(group) / sizeof(group[0]);

	while (i < n && !at_group(p, group[i].name))
		i++;
	if (i == n)
		return 0;
	if (p->depth >= SCHED_DEPTH_MAX)
		return sched_fail(p, p->word[p->at].s,
			"groups inside groups too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	return group[i].parse(p, c, seq) ? -1 : 1;
}
