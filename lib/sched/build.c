/* SPDX-License-Identifier: MIT */
/*
 * Nodes made, their fields checked, and what follows from these derived.
 */
#include <stdlib.h>

#include "base/array.h"
#include "sched/sched_impl.h"

/* A cycle shorter than this cannot be counted at the last step. */
#define CYCLE_MIN 0x1p-10

/* --- nodes ---------------------------------------------------------------- */

static struct sched *new_node(enum sched_kind kind, double len)
{
	struct sched *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->kind = kind;
	s->len = len;
	return s;
}

struct sched *sched_new_seg(const struct shape *shape)
{
	const struct shape_param *p = shape->param;
	struct sched *s = new_node(SCHED_SEG, INFINITY);
	struct sched_seg *g;

	if (!s)
		return NULL;
	g = &s->u.seg;
	g->shape = shape;
	g->grid = sched_shape_grid(shape);
	g->from = g->to = NAN;
	g->floor = -INFINITY;
	g->ceil = INFINITY;
	for (size_t i = 0; p[i].name; i++) {
		g->p[i] = p[i].dflt;
		g->unit[i] = 1;
	}
	return s;
}

struct sched *sched_new_seq(void)
{
	struct sched *s = new_node(SCHED_SEQ, 0);

	if (s)
		s->u.seq.past = NAN;
	return s;
}

/* Puts P behind what Q has so far. */
static void place(struct sched_seq *q, struct sched_part *p)
{
	double end;

	p->visible = fmax(fmax(q->next, q->covered), 0);
	p->origin = q->next - p->skip;
	end = p->origin + p->node->len;
	if (p->over)
		q->covered = fmax(q->covered, end);
	else
		q->next = end;
}

int sched_seq_add(struct sched *seq, struct sched *part, double skip, bool over)
{
	struct sched_seq *q = &seq->u.seq;
	const struct sched_part new = {
		.node = part, .skip = skip, .over = over};

	if (array_push(&q->part, &q->n, &new, sizeof(new), NULL)) {
		sched_free(part);
		return -1;
	}
	place(q, &q->part[q->n - 1]);
	seq->len = fmax(q->next, q->covered);
	return 0;
}

struct sched *sched_new_rep(void)
{
	struct sched *s = new_node(SCHED_REP, INFINITY);

	if (s)
		s->u.rep = (struct sched_rep){
			.count = INFINITY, .grow = 1, .vmul = 1, .gamma = 1};
	return s;
}

/* Appends B to the factors of S.  Returns 0, or -1 for no memory. */
static int add_factor(struct sched *s, struct sched *b)
{
	struct sched_prod *q = &s->u.prod;

	if (array_push(&q->factor, &q->n, &b, sizeof(b), NULL) == 0)
		return 0;
	sched_free(b);
	return -1;
}

static double prod_len(const struct sched_prod *q)
{
	double len = q->factor[0]->len, own;

	for (size_t i = 1; i < q->n; i++) {
		own = q->factor[i]->len;
		len = isinf(len) || isinf(own) ? fmin(len, own)
					       : fmax(len, own);
	}
	return len;
}

struct sched *sched_new_prod(struct sched *a, struct sched *b)
{
	struct sched *s = a->kind == SCHED_PROD ? a : new_node(SCHED_PROD, 0);

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
	s->len = prod_len(&s->u.prod);
	return s;
}

struct sched *sched_new_group(struct sched *body, double len, bool cont)
{
	struct sched *s = new_node(SCHED_GROUP, isnan(len) ? body->len : len);

	if (!s) {
		sched_free(body);
		return NULL;
	}
	s->u.group = (struct sched_group){
		.body = body, .timed = !isnan(len), .cont = cont};
	return s;
}

struct sched *sched_new_hold(struct sched *body, double every)
{
	struct sched *s = new_node(SCHED_HOLD, body->len * every);

	if (!s) {
		sched_free(body);
		return NULL;
	}
	s->u.hold = (struct sched_hold){.body = body, .every = every};
	return s;
}

struct sched *sched_new_clocked(
	struct sched *body, const struct sched_clock *clock)
{
	struct sched *s = sched_new_hold(body, NAN);

	if (s) {
		s->u.hold.clock = clock;
		s->len = sched_hold_end(&s->u.hold);
	}
	return s;
}

/* --- fields --------------------------------------------------------------- */

bool sched_takes(const struct shape *shape, int field)
{
	switch (field) {
	case SCHED_FROM: return shape->from != SHAPE_END_NONE;
	case SCHED_TO: return sched_shape_takes_to(shape);
	case SCHED_GRID: return shape->flags & SHAPE_X;
	case SCHED_FLIP: return shape->flags & SHAPE_FLIP;
	case SCHED_LEN:
	case SCHED_FLOOR:
	case SCHED_CEIL:
	case SCHED_CONT: return true;
	default: break;
	}
	for (int i = 0; i <= field; i++)
		if (!shape->param[i].name)
			return false;
	return field < SCHED_NPARAM;
}

static const char *check_range(enum shape_range range, double v)
{
	if (isnan(v))
		return "a number";
	switch (range) {
	case SHAPE_ANY: break;
	case SHAPE_NONNEG:
	case SHAPE_FACTOR: return v >= 0 ? NULL : "0 or more";
	case SHAPE_POSITIVE: return v > 0 ? NULL : "a number above 0";
	case SHAPE_LENGTH: return v > 0 ? NULL : "a step or more";
	}
	return NULL;
}

const char *sched_check(enum sched_field field, double v)
{
	if (isnan(v))
		return "a number";
	switch (field) {
	case SCHED_LEN:
		if (fabs(v) <= (double)SCHED_STEPS_MAX || v == INFINITY)
			return NULL;
		return "at most 2^53 steps";
	case SCHED_FROM:
	case SCHED_TO:
	case SCHED_PAST:
		return isinf(v) ? "a finite number"
				: check_range(SHAPE_NONNEG, v);
	case SCHED_COUNT:
		if (v >= 1 && (isinf(v) || v == floor(v)) &&
			(isinf(v) || v <= (double)SCHED_STEPS_MAX))
			return NULL;
		return "a whole number from 1, or inf";
	case SCHED_GROW: return check_range(SHAPE_POSITIVE, v);
	case SCHED_BY:
	case SCHED_GAMMA: return check_range(SHAPE_FACTOR, v);
	case SCHED_EVERY:
		return v >= 1 && isfinite(v) ? NULL : "one step or more";
	default: return NULL;
	}
}

static double *number(struct sched *s, int field)
{
	struct sched_seg *g = &s->u.seg;

	switch (field) {
	case SCHED_LEN: return &s->len;
	case SCHED_FROM: return &g->from;
	case SCHED_TO: return &g->to;
	case SCHED_FLOOR: return &g->floor;
	case SCHED_CEIL: return &g->ceil;
	case SCHED_PAST: return &s->u.seq.past;
	case SCHED_COUNT: return &s->u.rep.count;
	case SCHED_GROW: return &s->u.rep.grow;
	case SCHED_BY: return &s->u.rep.vmul;
	case SCHED_GAMMA: return &s->u.rep.gamma;
	case SCHED_EVERY: return &s->u.hold.every;
	default: return &g->p[field];
	}
}

const char *sched_set(struct sched *s, int field, double v)
{
	struct sched_seg *g = &s->u.seg;
	const char *wrong =
		field < SCHED_NPARAM
			? check_range(g->shape->param[field].range, v)
			: sched_check((enum sched_field)field, v);

	if (wrong)
		return wrong;
	switch (field) {
	case SCHED_GRID: g->grid = (enum sched_grid)v; break;
	case SCHED_FLIP: g->flip = v != 0; break;
	case SCHED_CONT: g->cont = v != 0; break;
	case SCHED_SCALE: s->u.rep.scale = (enum sched_scale)v; break;
	case SCHED_KEEP: s->u.rep.keep = (enum sched_keep)v; break;
	default: *number(s, field) = v;
	}
	return NULL;
}

/* Which of the segment's lists parameter I is. */
static struct sched_list *list_of(struct sched_seg *g, int i)
{
	size_t n = 0;

	for (int k = 0; k < i; k++)
		n += g->shape->param[k].unit >= SHAPE_STEPS_LIST;
	return &g->list[n];
}

const char *sched_set_list(struct sched *s, int field, struct sched_list list)
{
	struct sched_seg *g = &s->u.seg;
	struct sched_list *own = list_of(g, field);
	const char *wrong = NULL;

	for (size_t i = 0; i < list.n && !wrong; i++)
		wrong = check_range(g->shape->param[field].range, list.v[i]);
	free(own->v);
	*own = list;
	return wrong;
}

void sched_set_fn(struct sched *s, int field, struct sched_fn *fn)
{
	struct sched_fn **own = field == SCHED_PER_CYCLE  ? &s->u.rep.vfn
				: field == SCHED_PER_STEP ? &s->u.rep.tfn
							  : &s->u.seg.fn;

	if (s->kind == SCHED_SEG)
		s->u.seg.p[field] = 1; /* given */
	sched_fn_free(*own);
	*own = fn;
}

/* --- what follows from the fields ----------------------------------------- */

/* An end that nobody gave, if the shape says by itself what it is. */
static int end_of_shape(const struct shape *shape, enum shape_end end,
	int field, double from, double *v, struct sched_fault *f)
{
	const char *name = field == SCHED_FROM ? "from" : "to";

	if (end == SHAPE_END_FROM)
		*v = from;
	else if (isnan(*v) && (end == SHAPE_END_NONE || end == SHAPE_END_ZERO))
		*v = 0;
	if (!isnan(*v))
		return 0;
	return sched_blame(f, field, "%s without %s; expected %s=VALUE",
		shape->name, name, name);
}

static int prepare_seg(struct sched *s, double horizon, struct sched_fault *f)
{
	struct sched_seg *g = &s->u.seg;
	const struct shape *shape = g->shape;

	for (int i = 0; shape->param[i].name; i++)
		if (shape->param[i].unit < SHAPE_STEPS_LIST && isnan(g->p[i]))
			return sched_blame(f, i,
				"%s without %s=; expected a value for it",
				shape->name, shape->param[i].name);
	if (end_of_shape(shape, shape->from, SCHED_FROM, 0, &g->from, f) ||
		end_of_shape(shape, shape->to, SCHED_TO, g->from, &g->to, f))
		return -1;
	if (g->floor > g->ceil)
		return sched_blame(f, SCHED_FLOOR,
			"floor= is above ceil=; expected floor <= ceil");
	if (g->cont && g->flip)
		return sched_blame(f, SCHED_FLIP,
			"flip beside past=cont; expected one of them");
	return shape->prepare ? shape->prepare(g, s->len, horizon, f) : 0;
}

/* A part that begins before an earlier one hides it. */
static int prepare_seq(struct sched *s, struct sched_fault *f)
{
	struct sched_seq *q = &s->u.seq;

	if (q->n == 0)
		return sched_blame(
			f, SCHED_BODY, "no parts; expected one or more");
	q->next = q->covered = 0;
	for (size_t i = 0; i < q->n; i++)
		place(q, &q->part[i]);
	for (size_t i = q->n - 1; i > 0; i--)
		q->part[i - 1].visible =
			fmin(q->part[i - 1].visible, q->part[i].visible);
	s->len = fmax(q->next, q->covered);
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

	if (g->shape->flags & SHAPE_CYCLIC) {
		widen(g->p[SCHED_P_MIN], lo, hi);
		widen(g->p[SCHED_P_MAX], lo, hi);
		return;
	}
	if (g->shape->from != SHAPE_END_NONE && !values->n)
		widen(g->from, lo, hi);
	if (g->shape->to != SHAPE_END_NONE)
		widen(g->to, lo, hi);
	for (size_t i = 0; i < values->n; i++)
		widen(values->v[i], lo, hi);
}

/* Widens [*lo, *hi] to the end values of every segment seen in S. */
static void ends(const struct sched *s, double *lo, double *hi)
{
	const struct sched *kid;

	if (s->kind == SCHED_SEG)
		seg_ends(&s->u.seg, lo, hi);
	for (size_t i = 0; (kid = sched_child(s, i)); i++)
		if (s->kind != SCHED_SEQ || sched_seq_shows(&s->u.seq, i))
			ends(kid, lo, hi);
}

static int prepare_rep(struct sched *s, double horizon, struct sched_fault *f)
{
	struct sched_rep *r = &s->u.rep;
	double len = r->body->len;

	f->field = SCHED_BODY;
	if (isinf(len))
		return sched_blame(f, SCHED_BODY,
			"the schedule never ends inside rep; expected a length "
			"in it");
	if (!(len >= CYCLE_MIN))
		return sched_blame(f, SCHED_BODY,
			"a cycle of %g steps; expected a step or more", len);
	r->lo = INFINITY;
	r->hi = -INFINITY;
	ends(r->body, &r->lo, &r->hi);
	sched_cycles_free(&r->cycles);
	if (sched_cycles_init(
		    &r->cycles, len, r->grow, 0, r->count, horizon, f->d))
		return -1;
	s->len = INFINITY;
	if (isfinite(r->count) &&
		(!r->cycles.start || (double)r->cycles.n >= r->count))
		s->len = sched_cycles_start(&r->cycles, (uint64_t)r->count);
	return 0;
}

int sched_prepare(struct sched *s, double horizon, struct sched_fault *f)
{
	switch (s->kind) {
	case SCHED_SEG: return prepare_seg(s, horizon, f);
	case SCHED_SEQ: return prepare_seq(s, f);
	case SCHED_REP: return prepare_rep(s, horizon, f);
	case SCHED_PROD: s->len = prod_len(&s->u.prod); break;
	case SCHED_GROUP:
		if (!s->u.group.timed)
			s->len = s->u.group.body->len;
		break;
	case SCHED_HOLD: s->len = sched_hold_end(&s->u.hold); break;
	}
	return 0;
}

int sched_prepare_all(struct sched *s, double horizon, struct sched_fault *f)
{
	double inner = horizon;
	struct sched *kid;

	if (s->kind == SCHED_HOLD)
		inner = sched_hold_step(&s->u.hold, horizon) + 1;
	for (size_t i = 0; (kid = sched_child(s, i)); i++)
		if (sched_prepare_all(kid, inner, f))
			return -1;
	return sched_prepare(s, horizon, f);
}
