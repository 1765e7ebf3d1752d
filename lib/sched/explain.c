/* SPDX-License-Identifier: MIT */
/*
 * A tree explained: absolute steps and the values there.
 */
#include "sched/explain.h"

#include <math.h>
#include <stdbool.h>

#include "base/buf.h"
#include "sched/sched.h"
#include "sched/shape.h"
#include "sched/words.h"

/* Inner boundaries and cycles listed before "...". */
#define NSHOWN 8

struct explain {
	struct buf *b;
	const struct sched_env *env;
	double origin; /* the absolute step of the node's step 0 */
	double limit;  /* the node's step where a group cuts it off */
	unsigned depth;
	bool inner; /* in a group; what is after the end is not its own */
};

static int indent(const struct explain *x)
{
	unsigned i;

	for (i = 0; i <= x->depth; i++)
		if (buf_adds(x->b, "  "))
			return -1;
	return 0;
}

/* A step and, if epochs are known, its epoch. */
static int add_step(const struct explain *x, double step)
{
	if (buf_add_double(x->b, step))
		return -1;
	if (isnan(x->env->epoch_steps))
		return 0;
	return buf_adds(x->b, " (epoch ") ||
	       buf_printf(x->b, "%.6g)", step / x->env->epoch_steps);
}

static int add_bounds(const struct explain *x, double from, double to)
{
	if (indent(x) || buf_adds(x->b, "step ") ||
		add_step(x, x->origin + from))
		return -1;
	if (isinf(to))
		return buf_adds(x->b, " on: ");
	return buf_adds(x->b, " to ") || add_step(x, x->origin + to) ||
	       buf_adds(x->b, ": ");
}

/* The values of S where it is seen first, and last. */
static int add_values(
	const struct explain *x, const struct sched *s, double first)
{
	double last = x->env->steps - 1 - x->origin;
	double end = fmin(s->len, x->limit);

	if (buf_add_double(x->b, sched_value(s, first)))
		return -1;
	if (isinf(end) && (x->depth || !(last > first)))
		return 0;
	if (isinf(end))
		return buf_adds(x->b, ", at step ") ||
		       add_step(x, x->origin + last) || buf_adds(x->b, " ") ||
		       buf_add_double(x->b, sched_value(s, last));
	return buf_adds(x->b, " -> ") ||
	       buf_add_double(x->b, sched_value(s, end));
}

static int add_marks(const struct explain *x, const struct sched *s)
{
	const struct sched_seg *g = &s->u.seg;
	uint64_t k;
	double u;

	for (k = 0; g->shape->mark; k++) {
		u = g->shape->mark(g, s->len, k);
		if (isnan(u) || u >= fmin(s->len, x->limit) ||
			(isinf(s->len) && x->origin + u >= x->env->steps))
			break;
		if (indent(x))
			return -1;
		if (k == NSHOWN)
			return buf_adds(x->b, "  ...\n");
		if (buf_adds(x->b, "  at step ") ||
			add_step(x, x->origin + u) || buf_adds(x->b, ": ") ||
			buf_add_double(x->b, sched_value(s, u)) ||
			buf_addc(x->b, '\n'))
			return -1;
	}
	return 0;
}

static int add_cycles(const struct explain *x, const struct sched *s,
	const struct sched_cycles *c, double count)
{
	double start, end;
	uint64_t k;

	for (k = 0; (double)k < count; k++) {
		start = sched_cycles_start(c, k);
		end = sched_cycles_start(c, k + 1);
		if (start >= fmin(s->len, x->limit) ||
			x->origin + start >= x->env->steps ||
			end > (double)SCHED_STEPS_MAX)
			break;
		if (indent(x))
			return -1;
		if (k == NSHOWN)
			return buf_adds(x->b, "  ...\n");
		if (buf_printf(x->b, "  cycle %llu ends at step ",
			    (unsigned long long)k + 1) ||
			add_step(x, x->origin + end) || buf_addc(x->b, '\n'))
			return -1;
	}
	return 0;
}

static int explain_seg(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_seg *g = &s->u.seg;

	if (add_bounds(x, first, fmin(s->len, x->limit)) ||
		buf_printf(x->b, "%s ", g->shape->name) ||
		add_values(x, s, first) || buf_addc(x->b, '\n') ||
		add_marks(x, s))
		return -1;
	if (g->shape->flags & SHAPE_CYCLIC)
		return add_cycles(x, s, &g->cycles, INFINITY);
	return 0;
}

/* S from its own step FIRST on, where it is seen first. */
static int explain(
	const struct explain *x, const struct sched *s, double first);

/* "3 cycles (tmul=2,vmul=0.5) of" */
static int add_repetition(struct buf *b, const struct sched_rep *r)
{
	size_t keys;

	if (isfinite(r->count) && buf_printf(b, "%.0f ", r->count))
		return -1;
	if (buf_adds(b, "cycles "))
		return -1;
	keys = b->len;
	if (sched_unparse_factors(b, r))
		return -1;
	if (b->len > keys) {
		b->data[keys] = '('; /* was the comma before the first */
		if (buf_adds(b, ") "))
			return -1;
	}
	return buf_adds(b, "of\n");
}

static int explain_rep(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_rep *r = &s->u.rep;
	struct explain inner = *x;

	if (add_bounds(x, first, fmin(s->len, x->limit)) ||
		add_repetition(x->b, r))
		return -1;
	inner.depth++;
	inner.inner = true;
	return explain(&inner, r->body, 0) ||
	       add_cycles(x, s, &r->cycles, r->count);
}

static const struct sched *last_part(const struct sched_seq *q)
{
	return q->part[q->n - 1].node;
}

/* What S does past its end, which its last segment decides. */
static int add_past(const struct explain *x, const struct sched *s)
{
	const struct sched *last = s;

	while (last->kind == SCHED_GROUP || last->kind == SCHED_SEQ ||
		last->kind == SCHED_HOLD) {
		if (last->kind == SCHED_SEQ && last->u.seq.error)
			return buf_adds(x->b, "an error\n");
		if (last->kind == SCHED_GROUP && last->u.group.cont)
			return buf_adds(x->b, "the formula goes on\n");
		if (last->kind == SCHED_GROUP && last->u.group.timed)
			break;
		last = last->kind == SCHED_GROUP  ? last->u.group.body
		       : last->kind == SCHED_HOLD ? last->u.hold.body
						  : last_part(&last->u.seq);
	}
	if (last->kind == SCHED_SEG && last->u.seg.cont)
		return buf_adds(x->b, "the formula goes on\n");
	return buf_add_double(x->b, sched_value(s, s->len)) ||
	       buf_addc(x->b, '\n');
}

static int explain_seq(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_seq *q = &s->u.seq;
	const struct sched_part *p;
	struct explain part;
	double seen;
	size_t i;

	for (i = 0; i < q->n && q->part[i].visible < x->limit; i++) {
		p = &q->part[i];
		seen = fmax(p->visible, first);
		if (i + 1 < q->n && p[1].visible <= seen)
			continue; /* an overlay hides all of it */
		part = *x;
		part.origin += p->origin;
		part.limit -= p->origin;
		part.inner |= p->node->kind == SCHED_SEQ;
		if (explain(&part, p->node, seen - p->origin))
			return -1;
	}
	if (x->inner || isinf(s->len))
		return 0;
	return indent(x) || buf_adds(x->b, "after that: ") || add_past(x, s);
}

static int explain_group(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched *body = s->u.group.body;
	struct explain inner = *x;

	inner.inner = true;
	if (s->u.group.timed)
		inner.limit = fmin(x->limit, s->len);
	if (explain(&inner, body, first))
		return -1;
	if (!(body->len < inner.limit) || isinf(inner.limit))
		return 0;
	return add_bounds(x, body->len, inner.limit) || add_past(x, body);
}

static int explain_prod(
	const struct explain *x, const struct sched_prod *q, double first)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if ((i && (indent(x) || buf_adds(x->b, "times\n"))) ||
			explain(x, q->factor[i], first))
			return -1;
	return 0;
}

/* Inside, steps are its own. */
static int explain_hold(
	const struct explain *x, const struct sched *s, double first)
{
	double every = s->u.hold.every;
	struct sched_env own = sched_env_held(x->env, every);
	struct explain inner = *x;

	if (s->u.hold.clock) {
		own = *x->env;
		inner.env = &own;
		inner.depth++;
		own.epoch_steps = NAN;
		return add_bounds(x, first, s->len) ||
		       buf_adds(x->b, "by the samples before each step, which "
				      "count as steps in\n") ||
		       explain(&inner, s->u.hold.body, 0);
	}
	own.epoch_steps = NAN;
	inner.env = &own;
	inner.origin = 0;
	inner.limit = x->limit / every;
	inner.depth++;
	if (add_bounds(x, first, fmin(s->len, x->limit)) ||
		buf_adds(x->b, "each value for ") ||
		buf_add_double(x->b, every) ||
		buf_adds(x->b, " steps, which count as one in\n"))
		return -1;
	return explain(&inner, s->u.hold.body, floor(first / every));
}

static int explain(const struct explain *x, const struct sched *s, double first)
{
	switch (s->kind) {
	case SCHED_SEG: return explain_seg(x, s, first);
	case SCHED_SEQ: return explain_seq(x, s, first);
	case SCHED_REP: return explain_rep(x, s, first);
	case SCHED_GROUP: return explain_group(x, s, first);
	case SCHED_HOLD: return explain_hold(x, s, first);
	case SCHED_PROD: return explain_prod(x, &s->u.prod, first);
	}
	return 0;
}

int sched_explain(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct explain x = {.b = b, .env = env, .limit = INFINITY};

	return explain(&x, s, 0) ? -1 : 0;
}
