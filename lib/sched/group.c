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

#define PART_KEYS                                        \
	"part has a length and past=cont, nothing else " \
	"but skip=; expected part:LENGTH"

/* What stands before a group's segments. */
struct head {
	size_t at;  /* its word */
	double len; /* NAN: not written */
	double skip;
	bool cont;
	struct sched *rep; /* of a repetition, until it is taken */
};

/* One key of a repetition's head, but skip=. */
static int rep_key(struct parser *p, struct scope *c, struct head *h,
	const struct word_key *k)
{
	int got;

	if (sched_span_is(k->name, "past") && !c->in_rep)
		return rep_past(p, c, k);
	got = sched_parse_repeat_key(p, k, &h->rep);
	if (got)
		return got < 0 ? -1 : 0;
	return sched_fail(p, k->name.s,
		"rep takes no key '%.*s'; expected tmul=, vmul=, gamma=, "
		"scale=, keep=, vfn=, tfn=, skip= or past=",
		(int)k->name.n, k->name.s);
}

/* rep:COUNT,KEY=VALUE... */
static int rep_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	if (need_rep(p, &h->rep))
		return -1;
	if (w->to.s)
		return sched_fail(
			p, w->to.s, "rep has no end value; expected rep:COUNT");
	if (w->len.n && sched_parse_count(p, w->name, w->len, &h->rep))
		return -1;
	for (size_t i = 0; i < w->nkey; i++)
		if (sched_span_is(w->key[i].name, "skip")
				? sched_parse_skip(p, &w->key[i], &h->skip)
				: rep_key(p, c, h, &w->key[i]))
			return -1;
	return 0;
}

/* The words between H and its end, as BODY (freed on failure). */
static int group_body(struct parser *p, struct scope *inner,
	const struct head *h, struct sched **body)
{
	struct span rest, name = sched_span_cut(p->word[h->at], ":,", &rest);

	p->at++;
	p->depth++;
	inner->rest = false;
	if (sched_parse_prod(p, inner, body))
		return -1;
	p->depth--;
	if (p->at < p->nword && sched_span_is(p->word[p->at], "end"))
		return 0;
	sched_free(*body);
	p->at = h->at;
	return sched_fail(p, p->word[h->at].s,
		"%.*s without end; expected the word end after its segments",
		(int)name.n, name.s);
}

/* Group S of head H to SEQ; what is wrong with it is told at H. */
static int append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *s, const struct head *h)
{
	size_t end = p->at;
	int r;

	p->at = h->at;
	r = s ? sched_append(p, c, seq, s, h->skip, false)
	      : diag_nomem(p->d, sizeof(*s));
	p->at = end;
	return r;
}

/* An error at END of the group of H is one of C. */
static void note_error(struct scope *c, const struct scope *inner,
	const struct sched *seq, const struct head *h, double end)
{
	sched_add_error(c, inner->error_word, seq->u.seq.next - h->skip + end);
}

static int parse_rep(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	struct scope inner = *c;
	struct sched *body = NULL, *s = h->rep;
	size_t end;

	inner.in_rep = inner.no_rest = true;
	if (group_body(p, &inner, h, &body))
		return -1;
	if (inner.error_end < body->len)
		note_error(c, &inner, seq, h, inner.error_end);
	end = p->at;
	p->at = h->at;
	h->rep = NULL;
	s = sched_parse_repeated(p, c, body, s);
	p->at = end;
	return s ? append(p, c, seq, s, h) : -1;
}

/* One key of a part's head. */
static int part_key(
	struct parser *p, struct head *h, const struct word_key *k, bool timed)
{
	if (sched_span_is(k->name, "skip"))
		return sched_parse_skip(p, k, &h->skip);
	h->cont = sched_span_is(k->name, "past") &&
		  sched_span_is(k->value, "cont");
	if (!h->cont)
		return sched_fail(p, k->name.s, PART_KEYS);
	if (timed)
		return 0;
	return sched_fail(p, k->name.s,
		"past=cont without a length; expected part:LENGTH,past=cont");
}

/* part[:LEN][,past=cont][,skip=K] */
static int part_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	double unit;

	(void)c;
	if (w->to.s)
		return sched_fail(p, w->to.s, PART_KEYS);
	for (size_t i = 0; i < w->nkey; i++)
		if (part_key(p, h, &w->key[i], w->len.n > 0))
			return -1;
	if (!w->len.n)
		return 0;
	if (sched_parse_steps(p, w->name, w->len, &h->len, &unit))
		return -1;
	if (h->len >= 1)
		return 0;
	return sched_fail(p, w->len.s,
		"part is %g steps; expected one step or more", h->len);
}

/* The scope in a group of C that begins as a schedule of its own. */
static struct scope own_scope(const struct scope *c)
{
	struct scope inner = *c;

	inner.cur = c->base;
	inner.cur_is_base = c->real_base;
	return inner;
}

static int parse_part(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	struct scope inner = own_scope(c);
	struct sched *body = NULL;

	inner.in_rep = false;
	inner.room =
		isnan(h->len) ? c->room - seq->u.seq.next + h->skip : h->len;
	if (!isnan(h->len)) {
		inner.reach = h->cont ? c->reach : fmin(c->reach, h->len + 1);
		inner.no_rest = false;
	}
	if (group_body(p, &inner, h, &body))
		return -1;
	if (isnan(h->len))
		c->rest |= inner.rest;
	if (h->cont || !(inner.error_end >= h->len))
		note_error(c, &inner, seq, h, inner.error_end);
	if (append(p, c, seq, sched_new_group(body, h->len, h->cont), h))
		return -1;
	if (h->cont)
		c->past = PAST_CONT;
	return 0;
}

/* hold:LEN[,skip=K] */
static int hold_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	const char *wrong;
	double unit;

	(void)c;
	if (w->to.s || w->nkey > 1 || !w->len.n ||
		(w->nkey && !sched_span_is(w->key[0].name, "skip")))
		return sched_fail(p, p->word[p->at].s,
			"hold has a length and nothing else but skip=; "
			"expected hold:LENGTH");
	if (w->nkey && sched_parse_skip(p, &w->key[0], &h->skip))
		return -1;
	if (sched_parse_steps(p, w->name, w->len, &h->len, &unit))
		return -1;
	wrong = sched_check(SCHED_EVERY, h->len);
	if (!wrong)
		return 0;
	return sched_fail(
		p, w->len.s, "hold is %g steps; expected %s", h->len, wrong);
}

/* Inside of it all lengths are in steps of its own. */
static int parse_hold(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	const struct sched_env *env = p->env;
	struct scope inner = own_scope(c);
	struct sched_env own = sched_env_held(env, h->len);
	struct sched *body = NULL;
	int r;

	inner.room = (c->room - seq->u.seq.next + h->skip) / h->len;
	inner.reach = c->reach / h->len + 1;
	p->env = &own;
	r = group_body(p, &inner, h, &body);
	p->env = env;
	if (r)
		return -1;
	c->rest |= inner.rest;
	note_error(c, &inner, seq, h, inner.error_end * h->len);
	return append(p, c, seq, sched_new_hold(body, h->len), h);
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
		int (*head)(struct parser *p, struct scope *c, struct head *h,
			const struct word *w);
		int (*parse)(struct parser *p, struct scope *c,
			struct sched *seq, struct head *h);
	} group[] = {{"rep", rep_head, parse_rep},
		{"part", part_head, parse_part},
		{"hold", hold_head, parse_hold}};
	struct head h = {.at = p->at, .len = NAN};
	size_t i = 0, n = sizeof(group) / sizeof(group[0]);
	struct word w;
	int r;

	while (i < n && !at_group(p, group[i].name))
		i++;
	if (i == n)
		return 0;
	if (p->depth >= SCHED_DEPTH_MAX)
		return sched_fail(p, p->word[p->at].s,
			"groups inside groups too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	r = sched_word_split(p, &w) || group[i].head(p, c, &h, &w) ||
	    group[i].parse(p, c, seq, &h);
	sched_free(h.rep);
	return r ? -1 : 1;
}
