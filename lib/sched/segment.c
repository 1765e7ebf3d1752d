/* SPDX-License-Identifier: MIT */
/*
 * One word becomes one segment: its shape's row says which keys it takes and
 * where its ends come from.
 */
#include "sched/parse.h"

#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
#include "sched/sched.h"
#include "sched/shape.h"

/* Fails for the first parameter that must be given and was not. */
static int check_missing(struct parser *p, const struct draft *f)
{
	const struct shape_param *q = f->g->shape->param;
	struct span word = p->word[p->at];
	size_t i;

	for (i = 0; q[i].name; i++)
		if (q[i].unit < SHAPE_STEPS_LIST && isnan(f->g->p[i]))
			return sched_fail(p, word.s + word.n,
				"%s without %s=; expected a value for it",
				f->g->shape->name, q[i].name);
	return 0;
}

static void use_base(struct scope *c)
{
	if (c->real_base)
		c->column->uses_base = true;
}

/* One end of the segment when the user did not say. */
static int default_end(struct parser *p, struct scope *c, struct draft *f,
	enum shape_end end, double preset, const char *name, double *ret)
{
	struct span word = p->word[p->at];

	switch (end) {
	case SHAPE_END_NONE:
	case SHAPE_END_ZERO: *ret = 0; return 0;
	case SHAPE_END_FROM: *ret = f->g->from; return 0;
	case SHAPE_END_PREV:
		*ret = c->cur;
		if (c->cur_is_base)
			use_base(c);
		if (isfinite(c->cur) && c->cur >= 0)
			return 0;
		return sched_fail(p, word.s,
			"the segment before ends %s; expected from=",
			c->cur < 0      ? "below 0"
			: isnan(c->cur) ? "at no number"
					: "at infinity");
	case SHAPE_END_BASE:
		*ret = c->base;
		if (!f->g->list[SCHED_LIST_VALUES].n)
			use_base(c);
		return 0;
	case SHAPE_END_MUST: break;
	}
	*ret = preset;
	if (!isnan(preset))
		return 0;
	return sched_fail(p, word.s + word.n,
		"%s without %s; expected %s=VALUE", f->g->shape->name, name,
		name);
}

/* What is left of -n for the last segment. */
static int rest_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq, double *len)
{
	struct span word = p->word[p->at];
	const char *place = f->w.len.s ? f->w.len.s : word.s + f->w.name.n;

	if (f->g->shape->flags & SHAPE_ENDLESS) {
		*len = INFINITY;
		return 0;
	}
	if (c->no_rest)
		return sched_fail(p, place,
			"%s without a length inside rep; expected %s:LENGTH",
			f->g->shape->name, f->g->shape->name);
	c->rest = true;
	*len = c->room - seq->u.seq.next;
	if (isnan(c->room)) {
		*len = INFINITY;
		p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (*len >= 1)
		return 0;
	return sched_fail(p, place,
		"no step is left for %s: the segments before it take %g of %g; "
		"expected a larger -n or a length",
		f->g->shape->name, seq->u.seq.next, c->room);
}

static int set_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq)
{
	double *len = &f->node->len, unit;
	struct span name = {"length", 6}, s = f->w.len;

	if (!isnan(f->total)) {
		*len = f->total;
		name = (struct span){"total", 5};
	} else if (!s.n) {
		if (f->preset && !isnan(f->preset->len) &&
			isnan(p->env->steps)) {
			*len = f->preset->len;
			return 0;
		}
		return rest_length(p, c, f, seq, len);
	} else if (sched_parse_steps(p, name, s, len, &unit)) {
		return -1;
	}
	if (*len >= 1)
		return 0;
	if (s.n && num_scan_double(s.s, s.n, &unit) == s.n && *len > 0 &&
		!memchr(s.s, 'e', s.n))
		return sched_fail(p, s.s,
			"%s is %g steps; expected one step or more, or %.6g%% "
			"of -n",
			name.s, *len, *len * 100);
	return sched_fail(p, s.n ? s.s : p->word[p->at].s,
		"%s is %g steps; expected one step or more%s", name.s, *len,
		s.n && memchr(s.s, 'e', s.n) && *len > 0
			? " (of epochs: 5ep-1, where 5e-1 is 0.5)"
			: "");
}

static int read_fields(struct parser *p, struct scope *c, struct draft *f)
{
	struct span end = {"end value", 9};
	size_t i;

	if (f->w.to.s) {
		if (f->g->shape->to == SHAPE_END_FROM)
			return sched_fail(p, f->w.to.s,
				"%s with an end value keeps its start until "
				"then; expected %s,from=%.*s",
				f->g->shape->name, f->g->shape->name,
				(int)f->w.to.n, f->w.to.s);
		if (!sched_shape_takes_to(f->g->shape))
			return sched_fail(p, f->w.to.s,
				"%s has no end value; expected %s:LENGTH",
				f->g->shape->name, f->g->shape->name);
		f->has_to = true;
		if (sched_read_value(p, c, end, f->w.to, &f->g->to))
			return -1;
	}
	for (i = 0; i < f->w.nkey; i++)
		if (sched_parse_key(p, c, f, &f->w.key[i]))
			return -1;
	return check_missing(p, f);
}

static int set_ends(struct parser *p, struct scope *c, struct draft *f)
{
	const struct shape *shape = f->g->shape;
	const struct sched_preset *s = f->preset;

	/* Finders without a start of their own begin at the optimizer's. */
	if (!f->has_from && s && isnan(s->from) && !isnan(s->to)) {
		f->g->from = c->base;
		f->has_from = true;
		use_base(c);
	}
	if (!f->has_from && default_end(p, c, f, shape->from, s ? s->from : NAN,
				    "from", &f->g->from))
		return -1;
	if (!f->has_to && default_end(p, c, f, shape->to, s ? s->to : NAN, "to",
				  &f->g->to))
		return -1;
	return 0;
}

/* Wraps in cycles, appends, and moves on to the segment's end. */
static int append(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched *node = f->node;

	if (isinf(node->len) && (f->over || f->has_cycles))
		return sched_fail(p, word.s + f->w.name.n,
			"%s without a length; expected %s:LENGTH",
			f->over ? "over" : "cycles=", f->g->shape->name);
	if (f->has_repeat && !f->has_cycles)
		return sched_fail(p, word.s,
			"a key of repetition without cycles=; expected "
			"cycles=N");
	if (f->has_cycles && (f->over || f->g->cont))
		return sched_fail(p, word.s, "cycles= beside %s; expected one",
			f->over ? "over" : "past=cont");
	if (f->has_cycles && p->depth >= SCHED_DEPTH_MAX)
		return sched_fail(p, word.s,
			"cycles inside rep too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	f->node = NULL;
	if (f->has_cycles) {
		node = sched_parse_repeated(p, c, node, &f->repeat);
		if (!node)
			return -1;
	}
	return sched_append(p, c, seq, node, f->over);
}

static int build(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched_seg *g = f->g;

	if (read_fields(p, c, f) || set_ends(p, c, f) ||
		set_length(p, c, f, seq))
		return -1;
	if (g->floor > g->ceil)
		return sched_fail(p, word.s,
			"floor= is above ceil=; expected floor <= ceil");
	g->cont = c->past == PAST_CONT;
	if (g->cont && g->flip)
		return sched_fail(p, word.s,
			"flip beside past=cont; expected one of them");
	if (g->shape->prepare &&
		g->shape->prepare(g, f->node->len, sched_horizon(p, c), p->d))
		return sched_fail_at(p, word.s);
	return append(p, c, f, seq);
}

/* "warmup=500": a shape, and a length behind the wrong sign. */
static int wrong_sign(struct parser *p, struct span name)
{
	size_t n = 0;
	struct span rest;

	while (n < name.n && !strchr("=;/|@(-", name.s[n]))
		n++;
	if (n == name.n || !sched_shape_find(name.s, n))
		return 0;
	rest = (struct span){name.s + n + 1, name.n - n - 1};
	if (name.s[n] == '(' && rest.n && rest.s[rest.n - 1] == ')')
		rest.n--;
	return sched_fail(p, name.s + n,
		"'%c' after the shape %.*s; expected a colon: %.*s:%.*s",
		name.s[n], (int)n, name.s, (int)n, name.s, (int)rest.n, rest.s);
}

/* "to=0.1" alone: a key after a blank. */
static int lone_key(struct parser *p, struct span name)
{
	size_t n = sched_span_until(name, "=");
	struct span last;

	if (n == name.n || !p->at)
		return 0;
	last = p->word[p->at - 1];
	return sched_fail(p, name.s,
		"'%.*s' after a blank, which begins a word; expected a comma: "
		"%.*s,%.*s",
		(int)name.n, name.s, (int)last.n, last.s, (int)name.n, name.s);
}

/* "warmup:5 then cos", or a number alone. */
static int is_joint(struct parser *p, struct span name)
{
	static const char *const joint[] = {
		"then", "->", "=>", "and", "|", "&", ";", "to"};
	double x;

	for (size_t i = 0; i < sizeof(joint) / sizeof(joint[0]); i++)
		if (sched_span_is(name, joint[i]))
			return sched_fail(p, name.s,
				"'%s' between shapes; expected the next shape "
				"at once, as in warmup:5 cos",
				joint[i]);
	if (num_scan_double(name.s, name.n, &x) != name.n)
		return 0;
	return sched_fail(p, name.s,
		"a number without its shape; expected const:%.*s for a length, "
		"const,from=%.*s for a value",
		(int)name.n, name.s, (int)name.n, name.s);
}

/* A constructor's name without arguments: NEAR is what NAME may mean. */
static int lone_constructor(
	struct parser *p, struct span name, const struct near *near)
{
	const struct sched_host *host = p->env->host;
	const char *signature = NULL;
	size_t n = 0;

	if (host && near_found(near))
		signature =
			host->signature(host->ctx, near->best, near->nbest, &n);
	if (!signature)
		return 0;
	return sched_fail(p, name.s,
		"no shape '%.*s'; nearest is a constructor, expected its "
		"call: \"%.*s\"",
		(int)name.n, name.s, (int)n, signature);
}

/* Says which shape, or word of the grammar, the user may have meant. */
static int no_shape(struct parser *p, struct span name)
{
	static const char *const other[] = {
		"rep", "part", "hold", "end", "times"};
	struct near near = {.wrong = name.s, .nwrong = name.n};
	const struct shape *shape;
	char buf[NEAR_PHRASE_MAX];
	size_t i;

	if (wrong_sign(p, name) || lone_key(p, name) || is_joint(p, name))
		return -1;
	for (i = 0; (shape = sched_shape_nth(i)); i++)
		near_try(&near, shape->name, strlen(shape->name));
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		near_try(&near, other[i], strlen(other[i]));
	if (p->env->host)
		p->env->host->offer(p->env->host->ctx, &near);
	if (lone_constructor(p, name, &near))
		return -1;
	return sched_fail(p, name.s, "no shape '%.*s'; %s", (int)name.n, name.s,
		near_phrase(&near, "lrsched --list shows all", buf));
}

int sched_parse_segment(struct parser *p, struct scope *c, struct sched *seq)
{
	struct draft f = {.repeat = REPEAT_INIT, .total = NAN};
	const struct shape *shape;
	int r;

	if (sched_word_split(p, &f.w))
		return -1;
	if (!f.w.name.n)
		return sched_fail(p, f.w.name.s, "no shape; expected a name");
	shape = sched_shape_find(f.w.name.s, f.w.name.n);
	if (!shape)
		return no_shape(p, f.w.name);
	f.node = sched_new_seg(shape);
	if (!f.node)
		return diag_nomem(p->d, sizeof(*f.node));
	f.g = &f.node->u.seg;
	r = build(p, c, &f, seq);
	sched_free(f.node);
	sched_repeat_free(&f.repeat);
	return r;
}
