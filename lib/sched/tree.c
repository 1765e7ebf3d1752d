/* SPDX-License-Identifier: MIT */
/*
 * The tree: its nodes, and its values at many steps, or at one: down the tree
 * by searching, never by stepping.  What depends on the segment alone, the way
 * down, is done once per run of steps that stay in it.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "sched/sched_impl.h"

/* --- nodes -------------------------------------------------------------- */

struct sched *sched_child(const struct sched *s, size_t i)
{
	switch (s->kind) {
	case SCHED_SEG: return NULL;
	case SCHED_SEQ: return i < s->u.seq.n ? s->u.seq.part[i].node : NULL;
	case SCHED_REP: return i == 0 ? s->u.rep.body : NULL;
	case SCHED_PROD: return i < s->u.prod.n ? s->u.prod.factor[i] : NULL;
	case SCHED_GROUP: return i == 0 ? s->u.group.body : NULL;
	case SCHED_HOLD: return i == 0 ? s->u.hold.body : NULL;
	}
	return NULL;
}

double sched_hold_step(const struct sched_hold *h, double u)
{
	return h->clock ? sched_clock_at(h->clock, u) : floor(u / h->every);
}

double sched_hold_end(const struct sched_hold *h)
{
	return h->clock ? sched_clock_step(h->clock, h->body->len)
			: h->body->len * h->every;
}

/* All that S alone has. */
static void release(struct sched *s)
{
	struct sched_seg *g = &s->u.seg;

	if (s->kind == SCHED_SEQ)
		free(s->u.seq.part);
	if (s->kind == SCHED_PROD)
		free(s->u.prod.factor);
	if (s->kind == SCHED_REP) {
		sched_fn_free(s->u.rep.vfn);
		sched_fn_free(s->u.rep.tfn);
		sched_cycles_free(&s->u.rep.cycles);
	}
	if (s->kind != SCHED_SEG)
		return;
	for (size_t i = 0; i < SCHED_NLIST; i++)
		free(g->list[i].v);
	free(g->product.v);
	sched_fn_free(g->fn);
	sched_cycles_free(&g->cycles);
}

void sched_free(struct sched *s)
{
	struct sched *kid;

	if (!s)
		return;
	for (size_t i = 0; (kid = sched_child(s, i)); i++)
		sched_free(kid);
	release(s);
	free(s->call);
	free(s);
}

/* Where a part is in the steps of what is around it. */
struct place {
	double origin; /* its first step */
	double cut;    /* where groups around it cut it off */
	double scale;  /* steps of one of its own */
};

/* The first part of S that has cycles, and its PLACE; or NULL. */
static const struct sched *cyclic(const struct sched *s, struct place *at)
{
	const struct sched *found = NULL;

	switch (s->kind) {
	case SCHED_SEG: return s->u.seg.shape->flags & SHAPE_CYCLIC ? s : NULL;
	case SCHED_SEQ:
		for (size_t i = 0; i < s->u.seq.n && !found; i++) {
			if (sched_seq_shows(&s->u.seq, i))
				found = cyclic(s->u.seq.part[i].node, at);
			if (found) {
				at->origin += s->u.seq.part[i].origin;
				at->cut += s->u.seq.part[i].origin;
			}
		}
		return found;
	case SCHED_REP: return s;
	case SCHED_PROD:
		for (size_t i = 0; i < s->u.prod.n && !found; i++)
			found = cyclic(s->u.prod.factor[i], at);
		return found;
	case SCHED_GROUP:
		found = cyclic(s->u.group.body, at);
		if (found && s->u.group.timed)
			at->cut = fmin(at->cut, s->len);
		return found;
	case SCHED_HOLD:
		if (s->u.hold.clock)
			return NULL; /* no number of steps is one of its own */
		found = cyclic(s->u.hold.body, at);
		at->origin *= s->u.hold.every;
		at->cut *= s->u.hold.every;
		at->scale *= s->u.hold.every;
		return found;
	}
	return NULL;
}

double sched_cycle_end(const struct sched *s, uint64_t k)
{
	const struct sched_cycles *c;
	struct place at = {0, INFINITY, 1};
	double start;

	if (s->kind == SCHED_HOLD && s->u.hold.clock)
		return sched_clock_step(
			s->u.hold.clock, sched_cycle_end(s->u.hold.body, k));
	s = cyclic(s, &at);
	if (!s)
		return NAN;
	c = s->kind == SCHED_SEG ? &s->u.seg.cycles : &s->u.rep.cycles;
	start = k > 0 ? sched_cycles_start(c, k - 1) : 0;
	if (k > 0 &&
		(start >= s->len || at.origin + start * at.scale >= at.cut))
		return NAN;
	return at.origin + sched_cycles_start(c, k) * at.scale;
}

uint64_t sched_cycles_until(const struct sched *s, double n)
{
	uint64_t high = 1;
	struct bisect b;

	while (high < SCHED_STEPS_MAX && sched_cycle_end(s, high) <= n)
		high *= 2;
	b = bisect(high / 2 + 1, high);
	while (bisect_next(&b))
		bisect_answer(&b, sched_cycle_end(s, b.mid) <= n);
	return b.lo - 1;
}

const struct sched_seg *sched_cyclic_seg(
	const struct sched *s, double *scale_ret)
{
	struct place at = {0, INFINITY, 1};

	s = cyclic(s, &at);
	*scale_ret = at.scale;
	return s && s->kind == SCHED_SEG ? &s->u.seg : NULL;
}

/* --- values ------------------------------------------------------------- */

/* Steps whose factors are computed at a time, on the stack. */
#define CHUNK 128

/* What a repeated group does to the segments inside one of its cycles. */
struct frame {
	const struct frame *up;
	double stretch; /* up's, times this cycle's length over the first's */
	double factor;  /* this cycle's, of end values; up's come on top */
	const struct sched_rep *rep;
};

/* --- one segment ---------------------------------------------------------- */

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

/* Outside of groups that repeat: the same as framed_value(), sooner. */
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

static double framed_value(
	const struct sched *s, double u, const struct frame *f)
{
	const struct sched_seg *g = &s->u.seg;
	double v;

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

static void seg_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	if (f)
		for (size_t i = 0; i < n; i++)
			v[i] = framed_value(s, v[i], f);
	else
		for (size_t i = 0; i < n; i++)
			v[i] = plain_value(s, v[i]);
}

/* --- the tree ------------------------------------------------------------- */

/* Replaces the ascending steps V[0..N) by S's values there. */
static void values(
	const struct sched *s, const struct frame *f, size_t n, double *v);

/* The part of Q that is seen at its step U. */
static size_t part_at(const struct sched_seq *q, double u)
{
	struct bisect b = bisect(1, q->n);

	while (bisect_next(&b))
		bisect_answer(&b, q->part[b.mid].visible <= u);
	return b.lo - 1;
}

/* Until its end each part counts the steps from its own origin. */
static void seq_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	const struct sched_seq *q = &s->u.seq;
	double stretch = f ? f->stretch : 1, origin, next;
	double end = isnan(q->past) ? INFINITY : s->len * stretch;
	size_t k, run;

	for (; n && v[0] < end; n -= run, v += run) {
		k = part_at(q, unstretched(v[0], f));
		next = k + 1 < q->n ? q->part[k + 1].visible : INFINITY;
		origin = q->part[k].origin * stretch;
		run = 0;
		do {
			v[run] = v[run] > origin ? v[run] - origin : 0;
			run++;
		} while (run < n && v[run] < end &&
			 unstretched(v[run], f) < next);
		values(q->part[k].node, f, run, v);
	}
	for (size_t i = 0; i < n; i++)
		v[i] = q->past;
}

static void prod_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	const struct sched_prod *q = &s->u.prod;
	double step[CHUNK], factor[CHUNK];
	size_t i, j, m;

	for (; n; n -= m, v += m) {
		m = n < CHUNK ? n : CHUNK;
		memcpy(step, v, m * sizeof(*v));
		values(q->factor[0], f, m, v);
		for (j = 1; j < q->n; j++) {
			memcpy(factor, step, m * sizeof(*v));
			values(q->factor[j], f, m, factor);
			for (i = 0; i < m; i++)
				v[i] *= factor[i];
		}
	}
}

/*
 * The cycle of R that holds its own step *U, which becomes that of the cycle.
 */
static struct sched_cycle find_cycle(const struct sched_rep *r, double *u)
{
	struct sched_cycle c = sched_cycles_find(&r->cycles, *u);

	*u -= c.start;
	if ((double)c.index < r->count)
		return c;
	c.index = (uint64_t)r->count - 1;
	c.start = sched_cycles_start(&r->cycles, c.index);
	c.len = sched_cycles_start(&r->cycles, c.index + 1) - c.start;
	*u = c.len;
	return c;
}

/* The factor of end values at step U of cycle C. */
static double cycle_factor(
	const struct sched_rep *r, const struct sched_cycle *c, double u)
{
	double factor = 1;

	if (r->vmul != 1)
		factor *= pow(r->vmul, (double)c->index);
	if (r->gamma != 1)
		factor *= pow(r->gamma, c->start + u);
	if (r->vfn)
		factor *= sched_fn_at(r->vfn, (double)c->index + 1);
	if (r->tfn)
		factor *= sched_fn_at(r->tfn, c->start + u);
	return factor;
}

/* The steps of a cycle have one factor, unless each step has its own. */
static void rep_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	const struct sched_rep *r = &s->u.rep;
	double stretch = f ? f->stretch : 1, u;
	bool each = r->gamma != 1 || r->tfn;
	struct sched_cycle c, next;
	struct frame here;
	size_t i, j;

	for (i = 0; i < n; i = j) {
		u = unstretched(v[i], f);
		c = find_cycle(r, &u);
		here = (struct frame){f, stretch * (c.len / r->body->len),
			cycle_factor(r, &c, u), r};
		v[i] = u * stretch;
		for (j = i + 1; j < n && !each; j++) {
			u = unstretched(v[j], f);
			next = find_cycle(r, &u);
			if (next.index != c.index)
				break;
			v[j] = u * stretch;
		}
		values(r->body, &here, j - i, v + i);
	}
}

static void group_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	double end = f ? s->len * f->stretch : s->len;

	if (s->u.group.timed && !s->u.group.cont)
		for (size_t i = 0; i < n; i++)
			v[i] = fmax(0, fmin(v[i], end));
	values(s->u.group.body, f, n, v);
}

/* The body's own step is whole. */
static void hold_values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = sched_hold_step(&s->u.hold, unstretched(v[i], f));
		if (f)
			v[i] *= f->stretch;
	}
	values(s->u.hold.body, f, n, v);
}

static void values(
	const struct sched *s, const struct frame *f, size_t n, double *v)
{
	switch (s->kind) {
	case SCHED_SEG: seg_values(s, f, n, v); break;
	case SCHED_SEQ: seq_values(s, f, n, v); break;
	case SCHED_REP: rep_values(s, f, n, v); break;
	case SCHED_PROD: prod_values(s, f, n, v); break;
	case SCHED_GROUP: group_values(s, f, n, v); break;
	case SCHED_HOLD: hold_values(s, f, n, v); break;
	}
}

void sched_block(const struct sched *s, uint64_t step, uint64_t every, size_t n,
	double *out)
{
	const uint64_t exact = (uint64_t)1 << 53;

	/* Sums of whole numbers that doubles hold are exact. */
	if (n > 0 && step < exact && every < (exact - step) / n) {
		double u = (double)step;

		for (size_t i = 0; i < n; i++, u += (double)every)
			out[i] = u;
	} else {
		for (size_t i = 0; i < n; i++)
			out[i] = (double)(step + i * every);
	}
	values(s, NULL, n, out);
}

double sched_value(const struct sched *s, double u)
{
	values(s, NULL, 1, &u);
	return u;
}
