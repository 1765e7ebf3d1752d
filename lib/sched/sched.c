/* SPDX-License-Identifier: MIT */
/*
 * Walking and releasing the tree, and asking it about its cycles.
 */
#include "sched/sched.h"
#include "sched/fn.h"

#include <stdlib.h>

#include "sched/clock.h"
#include "sched/shape.h"

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
	size_t i;

	switch (s->kind) {
	case SCHED_SEG: return s->u.seg.shape->flags & SHAPE_CYCLIC ? s : NULL;
	case SCHED_SEQ:
		for (i = 0; i < s->u.seq.n && !found; i++) {
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
		for (i = 0; i < s->u.prod.n && !found; i++)
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

const struct sched_seg *sched_cyclic_seg(
	const struct sched *s, double *scale_ret)
{
	struct place at = {0, INFINITY, 1};

	s = cyclic(s, &at);
	*scale_ret = at.scale;
	return s && s->kind == SCHED_SEG ? &s->u.seg : NULL;
}
