/* SPDX-License-Identifier: MIT */
/*
 * The value of a tree at a step: down the tree by searching, never by
 * stepping.
 */
#include <float.h>
#include <math.h>

#include "sched/fn.h"
#include "sched/sched.h"
#include "sched/shape.h"

/* What a repeated group does to the segments inside one of its cycles. */
struct frame {
	const struct frame *up;
	double stretch; /* up's, times this cycle's length over the first's */
	double factor;  /* this cycle's, of end values; up's come on top */
	const struct sched_rep *rep;
};

static const struct {
	double p, q;
} grid_offset[] = {
	[SCHED_EXCL] = {0, 0},
	[SCHED_INCL] = {0, -1},
	[SCHED_LEAD] = {1, 0},
	[SCHED_OPEN] = {1, 1},
	[SCHED_SKIP] = {1, 0},
};

/* Whether E is an end of R's that stays as it is. */
static bool is_kept(const struct sched_rep *r, double e)
{
	return (e == r->lo && r->keep & SCHED_KEEP_LO) ||
	       (e == r->hi && r->keep & SCHED_KEEP_HI);
}

static double scaled(double e, const struct frame *f)
{
	const struct sched_rep *r;

	for (; f; f = f->up) {
		r = f->rep;
		if (f->factor == 1 || is_kept(r, e))
			continue;
		if (r->scale == SCHED_SPAN)
			e = r->lo + (e - r->lo) * f->factor;
		else if (r->scale == SCHED_DROP)
			e = r->hi + (e - r->hi) * f->factor;
		else if (r->scale == SCHED_ALL || e != r->lo || r->lo == r->hi)
			e *= f->factor;
	}
	return e;
}

static double clamp(const struct sched_seg *g, double v)
{
	if (v < g->floor)
		return g->floor;
	return v > g->ceil ? g->ceil : v;
}

static double formula(const struct sched_seg *g, double from, double to,
	double num, double den)
{
	if (g->flip)
		return g->shape->at(g, to, from, den - num, den);
	return g->shape->at(g, from, to, num, den);
}

static double ramp(
	const struct sched_seg *g, double len, double u, const struct frame *f)
{
	double from = scaled(g->from, f), to = scaled(g->to, f);
	double num = u + grid_offset[g->grid].p;
	double den = len + grid_offset[g->grid].q;

	if (u >= len && (!g->cont || den == 0))
		return g->raw_to && den > 0 ? formula(g, from, to, den, den)
					    : to;
	if (num <= 0 || (g->grid == SCHED_SKIP && u <= 0))
		return g->raw_from && den > 0 ? formula(g, from, to, 0, den)
					      : from;
	if (num >= den && !g->cont)
		return g->raw_to ? formula(g, from, to, den, den) : to;
	return formula(g, from, to, num, den);
}

/* V between the shape's own min and max, moved to where those two go. */
static double rescaled(
	const struct sched_seg *g, double v, const struct frame *f)
{
	double min = g->p[SCHED_P_MIN], max = g->p[SCHED_P_MAX];
	double lo = scaled(min, f), hi = scaled(max, f);

	if (lo == min && hi == max)
		return v;
	return max > min ? lo + (v - min) * ((hi - lo) / (max - min)) : lo;
}

/* U in steps of the group's first cycle; whole, though 1.1*50 is above 55. */
static double unstretched(double u, const struct frame *f)
{
	double local, whole;

	if (!f || f->stretch == 1)
		return u;
	local = u / f->stretch;
	whole = round(local);
	return fabs(local - whole) <= 8 * DBL_EPSILON * whole ? whole : local;
}

/* Outside of groups that repeat: the same as seg_value(), sooner. */
static double plain_value(const struct sched *s, double u)
{
	const struct sched_seg *g = &s->u.seg;

	if (g->shape->flags & SHAPE_X) {
		if (!(u > 0 && u < s->len) || g->grid != SCHED_EXCL || g->flip)
			return clamp(g, ramp(g, s->len, u, NULL));
	} else if (u > s->len && !g->cont) {
		u = s->len;
	}
	return clamp(g, g->shape->at(g, g->from, g->to, u, s->len));
}

static double seg_value(const struct sched *s, double u, const struct frame *f)
{
	const struct sched_seg *g = &s->u.seg;
	double v;

	if (!f)
		return plain_value(s, u);
	if (g->shape->flags & SHAPE_X)
		return clamp(g, ramp(g, s->len * f->stretch, u, f));
	u = unstretched(u, f);
	if (u > s->len && !g->cont)
		u = s->len;
	v = g->shape->at(g, scaled(g->from, f), scaled(g->to, f), u, s->len);
	if (g->shape->flags & SHAPE_CYCLIC)
		v = rescaled(g, v, f);
	else if (g->list[SCHED_LIST_VALUES].n)
		v = scaled(v, f);
	return clamp(g, v);
}

static double value(const struct sched *s, double u, const struct frame *f);

size_t sched_seq_part(const struct sched_seq *q, double u)
{
	size_t lo = 0, hi = q->n, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (q->part[mid].visible <= u)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static double seq_value(const struct sched *s, double u, const struct frame *f)
{
	const struct sched_seq *q = &s->u.seq;
	double stretch = f ? f->stretch : 1, local = f ? unstretched(u, f) : u;
	const struct sched_part *part;

	if (!isnan(q->past) && u >= s->len * stretch)
		return q->past;
	part = &q->part[sched_seq_part(q, local)];
	return value(part->node, fmax(0, u - part->origin * stretch), f);
}

static double rep_value(const struct sched *s, double u, const struct frame *f)
{
	const struct sched_rep *r = &s->u.rep;
	double stretch = f ? f->stretch : 1, local = unstretched(u, f);
	struct sched_cycle c;
	struct frame here;

	c = sched_cycles_find(&r->cycles, local);
	local -= c.start;
	if ((double)c.index >= r->count) {
		c.index = (uint64_t)r->count - 1;
		c.start = sched_cycles_start(&r->cycles, c.index);
		c.len = sched_cycles_start(&r->cycles, c.index + 1) - c.start;
		local = c.len;
	}
	here = (struct frame){f, stretch * (c.len / r->body->len), 1, r};
	if (r->vmul != 1)
		here.factor *= pow(r->vmul, (double)c.index);
	if (r->gamma != 1)
		here.factor *= pow(r->gamma, c.start + local);
	if (r->vfn)
		here.factor *= sched_fn_at(r->vfn, (double)c.index + 1);
	if (r->tfn)
		here.factor *= sched_fn_at(r->tfn, c.start + local);
	return value(r->body, local * stretch, &here);
}

static double prod_value(
	const struct sched_prod *q, double u, const struct frame *f)
{
	double v = value(q->factor[0], u, f);
	size_t i;

	for (i = 1; i < q->n; i++)
		v *= value(q->factor[i], u, f);
	return v;
}

/* The whole step of its own that S, stepped once in a while, is at. */
static double hold_value(const struct sched *s, double u, const struct frame *f)
{
	double own = sched_hold_step(&s->u.hold, unstretched(u, f));

	return value(s->u.hold.body, f ? own * f->stretch : own, f);
}

static double value(const struct sched *s, double u, const struct frame *f)
{
	switch (s->kind) {
	case SCHED_SEG: return seg_value(s, u, f);
	case SCHED_SEQ: return seq_value(s, u, f);
	case SCHED_REP: return rep_value(s, u, f);
	case SCHED_PROD: return prod_value(&s->u.prod, u, f);
	case SCHED_GROUP:
		if (s->u.group.timed && !s->u.group.cont)
			u = fmin(u, s->len * (f ? f->stretch : 1));
		return value(s->u.group.body, u, f);
	case SCHED_HOLD: return hold_value(s, u, f);
	}
	return NAN;
}

void sched_seg_values(const struct sched *s, size_t n, double *v)
{
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = plain_value(s, v[i]);
}

double sched_value(const struct sched *s, double u)
{
	return value(s, u, NULL);
}
