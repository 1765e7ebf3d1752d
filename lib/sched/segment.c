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

/* What is shown of a constructor. */
#define SIGNATURE_MAX 320

static void use_base(struct scope *c)
{
	if (c->real_base)
		c->column->uses_base = true;
}

/* One end of the segment when the user did not say; PRESET may. */
static int default_end(struct parser *p, struct scope *c, struct draft *f,
	int field, double preset)
{
	const struct sched_seg *g = &f->node->u.seg;
	struct span word = p->word[p->at];
	double v = preset;

	switch (field == SCHED_FROM ? g->shape->from : g->shape->to) {
	case SHAPE_END_PREV:
		v = c->cur;
		if (c->cur_is_base)
			use_base(c);
		if (isfinite(c->cur) && c->cur >= 0)
			break;
		return sched_fail(p, word.s,
			"the segment before ends %s; expected from=",
			c->cur < 0      ? "below 0"
			: isnan(c->cur) ? "at no number"
					: "at infinity");
	case SHAPE_END_BASE:
		v = c->base;
		if (!g->list[SCHED_LIST_VALUES].n)
			use_base(c);
		break;
	default: break;
	}
	if (!isnan(v) && sched_takes(g->shape, field))
		sched_set(f->node, field, v);
	return 0;
}

/* What is left of -n for the last segment. */
static int rest_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq, double *len)
{
	struct span word = p->word[p->at];
	const char *place = f->w.len.s ? f->w.len.s : word.s + f->w.name.n;

	if (f->node->u.seg.shape->flags & SHAPE_ENDLESS) {
		*len = INFINITY;
		return 0;
	}
	if (c->no_rest)
		return sched_fail(p, place,
			"%s without a length inside rep; expected %s:LENGTH",
			f->node->u.seg.shape->name, f->node->u.seg.shape->name);
	c->rest = true;
	*len = c->room - seq->u.seq.next + f->skip;
	if (isnan(c->room)) {
		*len = INFINITY;
		p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (*len - f->skip >= 1)
		return 0;
	return sched_fail(p, place,
		"no step is left for %s: the segments before it take %g of %g; "
		"expected a larger -n or a length",
		f->node->u.seg.shape->name, seq->u.seq.next, c->room);
}

static int set_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq)
{
	const struct shape *shape = f->node->u.seg.shape;
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
		if (shape->length && !isnan(shape->length(&f->node->u.seg))) {
			*len = shape->length(&f->node->u.seg);
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
	const struct shape *shape = f->node->u.seg.shape;
	struct span end = {"end value", 9};
	double to;

	if (f->w.to.s) {
		if (shape->to == SHAPE_END_FROM)
			return sched_fail(p, f->w.to.s,
				"%s with an end value keeps its start until "
				"then; expected %s,from=%.*s",
				shape->name, shape->name, (int)f->w.to.n,
				f->w.to.s);
		if (!sched_takes(shape, SCHED_TO))
			return sched_fail(p, f->w.to.s,
				"%s has no end value; expected %s:LENGTH",
				shape->name, shape->name);
		if (sched_read_value(p, c, end, f->w.to, &to))
			return -1;
		sched_set(f->node, SCHED_TO, to);
		f->given[SCHED_TO] = f->w.to;
	}
	for (size_t i = 0; i < f->w.nkey; i++)
		if (sched_parse_key(p, c, f, &f->w.key[i]))
			return -1;
	return 0;
}

static int set_ends(struct parser *p, struct scope *c, struct draft *f)
{
	const struct sched_preset *s = f->preset;
	double from = s ? s->from : NAN;

	/* Finders without a start of their own begin at the optimizer's. */
	if (!f->given[SCHED_FROM].s && s && isnan(from) && !isnan(s->to)) {
		from = c->base;
		use_base(c);
	}
	if (!f->given[SCHED_FROM].s && default_end(p, c, f, SCHED_FROM, from))
		return -1;
	if (f->given[SCHED_TO].s)
		return 0;
	return default_end(p, c, f, SCHED_TO, s ? s->to : NAN);
}

/* Wraps in cycles, appends, and moves on to the segment's end. */
static int append(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched *node = f->node, *rep = f->rep;

	if (isinf(node->len) && (f->over || f->has_cycles))
		return sched_fail(p, word.s + f->w.name.n,
			"%s without a length; expected %s:LENGTH",
			f->over ? "over" : "cycles=", node->u.seg.shape->name);
	if (f->rep && !f->has_cycles)
		return sched_fail(p, word.s,
			"a key of repetition without cycles=; expected "
			"cycles=N");
	if (f->has_cycles && (f->over || node->u.seg.cont))
		return sched_fail(p, word.s, "cycles= beside %s; expected one",
			f->over ? "over" : "past=cont");
	if (f->has_cycles && p->depth >= SCHED_DEPTH_MAX)
		return sched_fail(p, word.s,
			"cycles inside rep too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	f->node = f->rep = NULL;
	if (rep)
		node = sched_parse_repeated(p, c, node, rep);
	return node ? sched_append(p, c, seq, node, f->skip, f->over) : -1;
}

/* What was wrong with fields, told at the one that is at fault. */
static int fail_field(struct parser *p, const struct draft *f,
	const struct sched_fault *wrong)
{
	struct span word = p->word[p->at], at = {NULL, 0};

	if (wrong->field < SCHED_WHOLE)
		at = f->given[wrong->field];
	return sched_fail_at(p, at.s ? at.s : word.s);
}

static int build(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct sched_fault wrong = {.d = p->d};

	if (read_fields(p, c, f) || set_ends(p, c, f) ||
		set_length(p, c, f, seq))
		return -1;
	sched_set(f->node, SCHED_CONT, c->past == PAST_CONT);
	if (sched_prepare(f->node, sched_horizon(p, c), &wrong))
		return fail_field(p, f, &wrong);
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

/* A signature, which its file may break into lines, as one. */
static int one_line(char *out, size_t room, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 1 < room; i++)
		if (!strchr(" \t\n", s[i]))
			out[len++] = s[i];
		else if (len > 0 && out[len - 1] != ' ')
			out[len++] = ' ';
	return (int)len;
}

/* A constructor's name without arguments: NEAR is what NAME may mean. */
static int lone_constructor(
	struct parser *p, struct span name, const struct near *near)
{
	const struct sched_host *host = p->env->host;
	const char *signature = NULL;
	char line[SIGNATURE_MAX];
	size_t n = 0;

	if (host && near_found(near))
		signature =
			host->signature(host->ctx, near->best, near->nbest, &n);
	if (!signature)
		return 0;
	return sched_fail(p, name.s,
		"no shape '%.*s'; nearest is a constructor, expected its "
		"call: \"%.*s\"",
		(int)name.n, name.s, one_line(line, sizeof(line), signature, n),
		line);
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
	struct draft f = {.total = NAN};
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
	r = build(p, c, &f, seq);
	sched_free(f.node);
	sched_free(f.rep);
	return r;
}
