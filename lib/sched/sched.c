/* SPDX-License-Identifier: MIT */
/*
 * Building and releasing the tree, and asking it about its cycles.
 */
#include "sched/sched.h"
#include "sched/fn.h"

#include <stdlib.h>

#include "base/diag.h"
#include "sched/shape.h"

static struct sched *new_node(enum sched_kind kind)
{
	struct sched *s = calloc(1, sizeof(*s));

	if (s)
		s->kind = kind;
	return s;
}

struct sched *sched_new_seg(const struct shape *shape)
{
	const struct shape_param *p = shape->param;
	struct sched *s = new_node(SCHED_SEG);
	struct sched_seg *g;
	size_t i;

	if (!s)
		return NULL;
	g = &s->u.seg;
	g->shape = shape;
	g->grid = sched_shape_grid(shape);
	g->floor = -INFINITY;
	g->ceil = INFINITY;
	for (i = 0; p[i].name; i++) {
		g->p[i] = p[i].dflt;
		g->unit[i] = 1;
	}
	s->len = INFINITY;
	return s;
}

struct sched *sched_new_seq(void)
{
	struct sched *s = new_node(SCHED_SEQ);

	if (s)
		s->u.seq.past = NAN;
	return s;
}

/* Parts that PART, seen from VISIBLE on, leaves no step for. */
static void drop_hidden(struct sched_seq *q, double visible)
{
	while (q->n > 0 && q->part[q->n - 1].visible > visible)
		sched_free(q->part[--q->n].node);
}

int sched_seq_add(struct sched *seq, struct sched *part, bool over)
{
	struct sched_seq *q = &seq->u.seq;
	double visible = fmax(fmax(q->next, q->covered), 0);
	struct sched_part *bigger;

	drop_hidden(q, visible);
	if ((q->n & (q->n - 1)) == 0) { /* room doubles at powers of two */
		bigger = realloc(
			q->part, (q->n ? q->n * 2 : 1) * sizeof(*bigger));
		if (!bigger) {
			sched_free(part);
			return -1;
		}
		q->part = bigger;
	}
	q->part[q->n++] = (struct sched_part){part, q->next, visible};
	if (over)
		q->covered = fmax(q->covered, q->next + part->len);
	else
		q->next += part->len;
	seq->len = fmax(q->next, q->covered);
	return 0;
}

static void widen(double v, double *lo, double *hi)
{
	*lo = fmin(*lo, v);
	*hi = fmax(*hi, v);
}

static void seg_ends(const struct sched_seg *g, double *lo, double *hi)
{
	const struct sched_list *values = &g->list[SCHED_LIST_VALUES];
	size_t i;

	if (g->shape->flags & SHAPE_CYCLIC) {
		widen(g->p[SCHED_P_MIN], lo, hi);
		widen(g->p[SCHED_P_MAX], lo, hi);
		return;
	}
	if (g->shape->from != SHAPE_END_NONE && !values->n)
		widen(g->from, lo, hi);
	if (g->shape->to != SHAPE_END_NONE)
		widen(g->to, lo, hi);
	for (i = 0; i < values->n; i++)
		widen(values->v[i], lo, hi);
}

/* Widens [*lo, *hi] to the end values of every segment in S. */
static void ends(const struct sched *s, double *lo, double *hi)
{
	size_t i;

	switch (s->kind) {
	case SCHED_SEG: seg_ends(&s->u.seg, lo, hi); break;
	case SCHED_SEQ:
		for (i = 0; i < s->u.seq.n; i++)
			ends(s->u.seq.part[i].node, lo, hi);
		break;
	case SCHED_REP: ends(s->u.rep.body, lo, hi); break;
	case SCHED_PROD:
		for (i = 0; i < s->u.prod.n; i++)
			ends(s->u.prod.factor[i], lo, hi);
		break;
	case SCHED_GROUP: ends(s->u.group.body, lo, hi); break;
	case SCHED_HOLD: ends(s->u.hold.body, lo, hi); break;
	}
}

struct sched *sched_new_rep(struct sched *body, double count, double grow,
	double horizon, struct diag *d)
{
	struct sched *s = new_node(SCHED_REP);
	struct sched_rep *r;

	if (!s) {
		sched_free(body);
		diag_nomem(d, sizeof(*s));
		return NULL;
	}
	r = &s->u.rep;
	r->body = body;
	r->count = count;
	r->grow = grow;
	r->vmul = r->gamma = 1;
	r->lo = INFINITY;
	r->hi = -INFINITY;
	ends(body, &r->lo, &r->hi);
	if (sched_cycles_init(
		    &r->cycles, body->len, grow, 0, count, horizon, d)) {
		sched_free(s);
		return NULL;
	}
	s->len = INFINITY;
	if (isfinite(count) &&
		(!r->cycles.start || (double)r->cycles.n >= count))
		s->len = sched_cycles_start(&r->cycles, (uint64_t)count);
	return s;
}

/* Appends B to the factors of S.  Returns 0, or -1 for no memory. */
static int add_factor(struct sched *s, struct sched *b)
{
	struct sched_prod *q = &s->u.prod;
	struct sched **bigger =
		realloc(q->factor, (q->n + 1) * sizeof(struct sched *));

	if (!bigger) {
		sched_free(b);
		return -1;
	}
	q->factor = bigger;
	q->factor[q->n++] = b;
	if (q->n == 1)
		s->len = b->len;
	else if (isinf(s->len) || isinf(b->len))
		s->len = fmin(s->len, b->len);
	else
		s->len = fmax(s->len, b->len);
	return 0;
}

struct sched *sched_new_prod(struct sched *a, struct sched *b)
{
	struct sched *s = a->kind == SCHED_PROD ? a : new_node(SCHED_PROD);

	if (!s)
		sched_free(a);
	if (!s || (s != a && add_factor(s, a))) {
		sched_free(s);
		sched_free(b);
		return NULL;
	}
	if (add_factor(s, b)) {
		sched_free(s);
		return NULL;
	}
	return s;
}

struct sched *sched_new_group(struct sched *body, double len, bool cont)
{
	struct sched *s = new_node(SCHED_GROUP);

	if (!s) {
		sched_free(body);
		return NULL;
	}
	s->u.group.body = body;
	s->u.group.timed = !isnan(len);
	s->u.group.cont = cont;
	s->len = isnan(len) ? body->len : len;
	return s;
}

struct sched *sched_new_hold(struct sched *body, double every)
{
	struct sched *s = new_node(SCHED_HOLD);

	if (!s) {
		sched_free(body);
		return NULL;
	}
	s->u.hold.body = body;
	s->u.hold.every = every;
	s->len = body->len * every;
	return s;
}

void sched_free(struct sched *s)
{
	size_t i;

	if (!s)
		return;
	switch (s->kind) {
	case SCHED_SEG:
		for (i = 0; i < SCHED_NLIST; i++)
			free(s->u.seg.list[i].v);
		free(s->u.seg.product.v);
		sched_fn_free(s->u.seg.fn);
		sched_cycles_free(&s->u.seg.cycles);
		break;
	case SCHED_SEQ:
		for (i = 0; i < s->u.seq.n; i++)
			sched_free(s->u.seq.part[i].node);
		free(s->u.seq.part);
		break;
	case SCHED_REP:
		sched_fn_free(s->u.rep.vfn);
		sched_fn_free(s->u.rep.tfn);
		sched_free(s->u.rep.body);
		sched_cycles_free(&s->u.rep.cycles);
		break;
	case SCHED_PROD:
		for (i = 0; i < s->u.prod.n; i++)
			sched_free(s->u.prod.factor[i]);
		free(s->u.prod.factor);
		break;
	case SCHED_GROUP: sched_free(s->u.group.body); break;
	case SCHED_HOLD: sched_free(s->u.hold.body); break;
	}
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
