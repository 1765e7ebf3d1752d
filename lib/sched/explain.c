/* SPDX-License-Identifier: MIT */
/*
 * A tree and the table of shapes for people: absolute steps with the values
 * there, words that build the same tree again, a shape's synopsis.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "sched/sched_impl.h"

/* --- shapes ------------------------------------------------------------- */

/* Whether by default Q is not given: it has a value that no user can give. */
static bool is_absent(const struct shape_param *q)
{
	return q->dflt < 0 && q->range != SHAPE_ANY;
}

static void describe_param(struct buf *b, const struct shape_param *q)
{
	static const char *const unit[] = {
		[SHAPE_REAL] = "NUMBER",
		[SHAPE_VALUE] = "VALUE",
		[SHAPE_STEPS] = "STEPS",
		[SHAPE_FLAG] = "",
		[SHAPE_CHOICE] = "",
		[SHAPE_LAMBDA] = "(lambda t:...)",
		[SHAPE_STEPS_LIST] = "STEPS/STEPS/...",
		[SHAPE_VALUE_LIST] = "VALUE/VALUE/...",
	};

	if (q->unit == SHAPE_FLAG)
		buf_printf(b, "[,%s]", q->name);
	else if (q->unit == SHAPE_CHOICE)
		buf_printf(b, "[,%s=%s]", q->name, q->choices);
	else if (q->unit < SHAPE_STEPS_LIST && isnan(q->dflt))
		buf_printf(b, ",%s=%s", q->name, unit[q->unit]);
	else if (q->unit < SHAPE_STEPS_LIST && q->dflt != 0 && !is_absent(q))
		buf_printf(b, "[,%s=%s]", q->name, num_text(q->dflt).s);
	else
		buf_printf(b, "[,%s=%s]", q->name, unit[q->unit]);
}

void sched_shape_describe(struct buf *b, const struct shape *shape)
{
	static const char *const end[] = {
		[SHAPE_END_PREV] = "the previous end (the base for the first)",
		[SHAPE_END_BASE] = "the base",
		[SHAPE_END_ZERO] = "0",
		[SHAPE_END_MUST] = "must be given",
	};

	buf_printf(b, "%s%s", shape->name,
		sched_shape_takes_to(shape) ? "[:LEN[:TO]]" : "[:LEN]");
	for (size_t i = 0; shape->param[i].name; i++)
		describe_param(b, &shape->param[i]);
	buf_printf(b, "%s%s\n    %s\n",
		shape->flags & SHAPE_FLIP ? "[,flip]" : "",
		shape->flags & SHAPE_TOTAL ? "[,total=LEN]" : "",
		shape->formula);
	if (shape->from != SHAPE_END_NONE)
		buf_printf(b, "    from: %s", end[shape->from]);
	if (sched_shape_takes_to(shape))
		buf_printf(b, "; to: %s", end[shape->to]);
	if (shape->from != SHAPE_END_NONE)
		buf_addc(b, '\n');
}

/* --- words -------------------------------------------------------------- */

static void add_key(struct buf *b, const char *name, double v)
{
	buf_printf(b, ",%s=%s", name, num_text(v).s);
}

/* A length in the unit the user chose, where the shape rounds to it. */
static void add_steps(
	struct buf *b, double steps, double unit, const struct sched_env *env)
{
	if (unit != 1 && unit == env->epoch_steps)
		buf_printf(b, "%sep", num_text(steps / unit).s);
	else if (unit != 1 && unit == env->steps / 100)
		buf_printf(b, "%s%%", num_text(steps / unit).s);
	else
		buf_add_double(b, steps);
}

static void add_choice(struct buf *b, const char *choices, size_t index)
{
	size_t n;

	for (; index > 0; index--)
		choices += strcspn(choices, "|") + 1;
	n = strcspn(choices, "|");
	buf_add(b, choices, n);
}

static void add_list(
	struct buf *b, const char *name, const struct sched_list *list)
{
	if (!list->n)
		return;
	buf_printf(b, ",%s", name);
	for (size_t i = 0; i < list->n; i++)
		buf_printf(b, "%c%s", i ? '/' : '=', num_text(list->v[i]).s);
}

static void add_lambda(struct buf *b, const char *name, struct sched_fn *fn)
{
	buf_printf(b, ",%s=", name);
	fn->show(b, fn);
}

static void add_param(struct buf *b, const struct sched_seg *g, size_t i,
	size_t *list, const struct sched_env *env)
{
	const struct shape_param *q = &g->shape->param[i];

	if (q->unit >= SHAPE_STEPS_LIST) {
		add_list(b, q->name, &g->list[(*list)++]);
		return;
	}
	if (q->unit == SHAPE_LAMBDA) {
		add_lambda(b, q->name, g->fn);
		return;
	}
	if (g->p[i] == q->dflt)
		return;
	buf_printf(b, ",%s", q->name);
	if (q->unit == SHAPE_FLAG)
		return;
	buf_addc(b, '=');
	if (q->unit == SHAPE_CHOICE)
		add_choice(b, q->choices, (size_t)g->p[i]);
	else if (q->unit == SHAPE_STEPS)
		add_steps(b, g->p[i], g->unit[i], env);
	else
		buf_add_double(b, g->p[i]);
}

static void add_grid(struct buf *b, const struct sched_seg *g)
{
	static const char *const name[] = {
		[SCHED_EXCL] = "excl",
		[SCHED_INCL] = "incl",
		[SCHED_LEAD] = "lead",
		[SCHED_OPEN] = "open",
		[SCHED_SKIP] = "preset=lightning",
	};

	if (g->grid == sched_shape_grid(g->shape))
		return;
	buf_printf(b, ",%s", name[g->grid]);
}

/* Where an item stands among others. */
struct place {
	double skip; /* its own step that it begins at */
	bool over;
	const char *past; /* the key of what comes after it, or "" */
};

static const struct place alone = {.past = ""};

static void add_skip(struct buf *b, const struct place *at)
{
	if (at->skip > 0)
		add_key(b, "skip", at->skip);
}

static void unparse_seg(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched_seg *g = &s->u.seg;
	size_t i, list = 0;

	buf_adds(b, g->shape->name);
	if (isfinite(s->len))
		buf_printf(b, ":%s", num_text(s->len).s);
	if (g->shape->from != SHAPE_END_NONE)
		add_key(b, "from", g->from);
	if (sched_shape_takes_to(g->shape))
		add_key(b, "to", g->to);
	for (i = 0; g->shape->param[i].name; i++)
		add_param(b, g, i, &list, env);
	add_grid(b, g);
	buf_printf(b, "%s%s", at->over ? ",over" : "", g->flip ? ",flip" : "");
	if (isfinite(g->floor))
		add_key(b, "floor", g->floor);
	if (isfinite(g->ceil))
		add_key(b, "ceil", g->ceil);
	add_skip(b, at);
	/* What nobody may ask for may as well go on. */
	buf_adds(b, g->cont ? ",past=cont" : at->past);
}

static void unparse_prod(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/* S in brackets: part:LEN,KEYS ... end; LEN NAN is its own. */
static void unparse_bracket(struct buf *b, const struct sched *s, double len,
	const char *keys, const struct place *at, const struct sched_env *env)
{
	buf_adds(b, "part");
	if (!isnan(len))
		buf_printf(b, ":%s", num_text(len).s);
	buf_adds(b, keys);
	add_skip(b, at);
	buf_addc(b, ' ');
	unparse_prod(b, s, env);
	buf_adds(b, " end");
}

static void unparse_item(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env);

static void unparse_seq(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/* Whether S is a sequence that can end the one around it as its own. */
static bool is_inner(const struct sched *s, const struct place *at)
{
	return s->kind == SCHED_SEQ && at->skip == 0 && !at->over &&
	       !at->past[0];
}

/* The index of the next part after I that is seen. */
static size_t next_seen(const struct sched_seq *q, size_t i)
{
	for (i++; i < q->n && !sched_seq_shows(q, i);)
		i++;
	return i;
}

/*
 * The parts of Q that are seen: each begins where the one before it ends, at
 * the step of its own that it is at then.  One that goes on longer, or less
 * long, than it is seen is bracketed.  PAST is the last one's key.
 */
static void unparse_parts(struct buf *b, const struct sched_seq *q,
	const char *past, const struct sched_env *env)
{
	double next = 0, end, until;
	size_t i, after;

	for (i = next_seen(q, (size_t)-1); i < q->n; i = after) {
		const struct sched_part *p = &q->part[i];
		struct place at = {.skip = next - p->origin, .past = ""};

		after = next_seen(q, i);
		end = p->origin + p->node->len;
		until = after < q->n ? q->part[after].visible : end;
		if (after == q->n)
			at.past = past;
		at.over = after < q->n ? q->part[after].origin == next &&
						 p->node->kind == SCHED_SEG
				       : q->next == next && q->covered == end;
		if (at.skip < 0) {
			buf_adds(b, "(...)");
			return;
		}
		if (after == q->n && is_inner(p->node, &at))
			unparse_seq(b, p->node, env);
		/* Seen after its end, as the last: END may be rounded away. */
		else if (!(p->node->len > at.skip))
			unparse_bracket(b, p->node, at.skip + 1, ",past=cont",
				&at, env);
		else if (end == until || isinf(end))
			unparse_item(b, p->node, &at, env);
		else
			unparse_bracket(
				b, p->node, until - p->origin, "", &at, env);
		if (!at.over)
			next = until;
		if (after < q->n)
			buf_addc(b, ' ');
	}
}

/* Whether the parts of S can stand among others as they are. */
static bool is_open(const struct sched *s, const struct place *at)
{
	const struct sched_seq *q = &s->u.seq;

	return at->skip == 0 && !at->over && isnan(q->past) && !q->error &&
	       !(q->covered > q->next);
}

/* Whether the last part of Q can have the key past=zero. */
static bool takes_past(const struct sched_seq *q)
{
	const struct sched *last = q->part[q->n - 1].node;

	while (last->kind == SCHED_SEQ && is_open(last, &alone))
		last = last->u.seq.part[last->u.seq.n - 1].node;
	return last->kind == SCHED_REP ||
	       (last->kind == SCHED_SEG && !last->u.seg.cont);
}

/* Whether S has a function that cannot be read again. */
static bool is_opaque(const struct sched *s)
{
	const struct sched_rep *r = &s->u.rep;
	const struct sched *kid;

	if (s->kind == SCHED_SEG)
		return s->u.seg.fn && s->u.seg.fn->opaque;
	if (s->kind == SCHED_REP &&
		((r->vfn && r->vfn->opaque) || (r->tfn && r->tfn->opaque)))
		return true;
	for (size_t i = 0; (kid = sched_child(s, i)); i++)
		if (is_opaque(kid))
			return true;
	return false;
}

/* A call, on one line. */
static void add_call(struct buf *b, const char *call)
{
	for (const char *c = call; *c; c++)
		buf_addc(b, *c == '\n' || *c == '\r' ? ' ' : *c);
}

/* Whether S, without past=, would hold V. */
static bool holds(const struct sched *s, double v)
{
	const struct sched_part *last = &s->u.seq.part[s->u.seq.n - 1];
	double u = s->len - last->origin;

	return sched_value(last->node, u) == v &&
	       sched_value(last->node, u + 1) == v &&
	       sched_value(last->node, 2 * u) == v;
}

/* A value of its own after the end is one more part, which has no length. */
static void unparse_seq(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct sched_seq *q = &s->u.seq;
	const char *past = q->error ? ",past=error" : "";

	if (isnan(q->past) || (q->past != 0 && holds(s, q->past))) {
		unparse_parts(b, q, past, env);
		return;
	}
	if (q->past == 0 && takes_past(q)) {
		unparse_parts(b, q, ",past=zero", env);
		return;
	}
	buf_printf(b, "part:%s,past=cont part:%s ", num_text(s->len).s,
		num_text(s->len).s);
	unparse_parts(b, q, "", env);
	buf_adds(b, " end const");
	add_key(b, "from", q->past);
	buf_adds(b, " end");
}

/* The keys of R but its count that are not as by default: ",tmul=2,gamma=.5" */
static void unparse_factors(struct buf *b, const struct sched_rep *r)
{
	if (r->grow != 1)
		add_key(b, "tmul", r->grow);
	if (r->vmul != 1)
		add_key(b, "vmul", r->vmul);
	if (r->gamma != 1)
		add_key(b, "gamma", r->gamma);
	if (r->vfn)
		add_lambda(b, "vfn", r->vfn);
	if (r->tfn)
		add_lambda(b, "tfn", r->tfn);
	if (r->scale != SCHED_TOP) {
		buf_adds(b, ",scale=");
		add_choice(b, SCHED_SCALES, (size_t)r->scale);
	}
	if (r->keep == SCHED_KEEP_NONE)
		return;
	buf_adds(b, ",keep=");
	add_choice(b, SCHED_KEEPS, (size_t)r->keep);
}

static void unparse_rep(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched_rep *r = &s->u.rep;

	buf_printf(b, "rep:%s", num_text(r->count).s);
	unparse_factors(b, r);
	add_skip(b, at);
	buf_printf(b, "%s ", at->past);
	unparse_prod(b, r->body, env);
	buf_adds(b, " end");
}

static void unparse_group(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	unparse_bracket(b, s->u.group.body, s->u.group.timed ? s->len : NAN,
		s->u.group.cont ? ",past=cont" : "", at, env);
}

static void unparse_hold(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	struct sched_env own = sched_env_held(env, s->u.hold.every);

	/* No words but the options' say what a batch is. */
	if (s->u.hold.clock) {
		unparse_prod(b, s->u.hold.body, env);
		return;
	}
	buf_printf(b, "hold:%s", num_text(s->u.hold.every).s);
	add_skip(b, at);
	buf_addc(b, ' ');
	unparse_prod(b, s->u.hold.body, &own);
	buf_adds(b, " end");
}

/* S as one item of a sequence. */
static void unparse_item(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched *body = s->kind == SCHED_GROUP && !s->u.group.timed
					   ? s->u.group.body
					   : s;

	/* Among words a call is a group of its own. */
	if (body->call && at->skip == 0 && !at->past[0] && is_opaque(body)) {
		add_call(b, body->call);
		return;
	}
	switch (s->kind) {
	case SCHED_SEG: unparse_seg(b, s, at, env); return;
	case SCHED_REP: unparse_rep(b, s, at, env); return;
	case SCHED_GROUP: unparse_group(b, s, at, env); return;
	case SCHED_HOLD: unparse_hold(b, s, at, env); return;
	case SCHED_SEQ:
		if (is_open(s, at)) {
			unparse_parts(b, &s->u.seq, at->past, env);
			return;
		}
		break;
	case SCHED_PROD: break;
	}
	unparse_bracket(b, s, NAN, "", at, env);
}

/* What S is a sequence of alone, or S; *CALL is what it came of, or NULL. */
static const struct sched *only(const struct sched *s, const char **call)
{
	const struct sched_seq *q = &s->u.seq;

	*call = s->call;
	while (s->kind == SCHED_SEQ && q->n == 1 && q->part[0].origin == 0 &&
		!q->part[0].over && isnan(q->past) && !q->error) {
		s = q->part[0].node;
		q = &s->u.seq;
		*call = *call ? *call : s->call;
	}
	return s;
}

/* S as one of the factors of a product. */
static void unparse_factor(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	if (s->kind == SCHED_SEQ)
		unparse_seq(b, s, env);
	else
		unparse_item(b, s, &alone, env);
}

static void unparse_prod(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct sched_prod *q;
	const char *call;

	s = only(s, &call);
	if (call && is_opaque(s)) {
		add_call(b, call);
		return;
	}
	if (s->kind != SCHED_PROD) {
		unparse_factor(b, s, env);
		return;
	}
	q = &s->u.prod;
	for (size_t i = 0; i < q->n; i++) {
		buf_adds(b, i ? " times " : "");
		unparse_factor(b, q->factor[i], env);
	}
}

bool sched_unparse(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	unparse_prod(b, s, env);
	return is_opaque(s);
}

bool sched_unparse_call(struct buf *b, const struct sched *s)
{
	const char *call;

	only(s, &call);
	if (call)
		add_call(b, call);
	return call != NULL;
}

/* --- steps and values --------------------------------------------------- */

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

static void indent(const struct explain *x)
{
	for (unsigned i = 0; i <= x->depth; i++)
		buf_adds(x->b, "  ");
}

/* A step and, if epochs are known, its epoch. */
static void add_step(const struct explain *x, double step)
{
	buf_add_double(x->b, step);
	if (isnan(x->env->epoch_steps))
		return;
	buf_printf(x->b, " (epoch %.6g)", step / x->env->epoch_steps);
}

static void add_bounds(const struct explain *x, double from, double to)
{
	indent(x);
	buf_adds(x->b, "step ");
	add_step(x, x->origin + from);
	if (isinf(to))
		buf_adds(x->b, " on: ");
	else {
		buf_adds(x->b, " to ");
		add_step(x, x->origin + to);
		buf_adds(x->b, ": ");
	}
}

/* The values of S where it is seen first, and last. */
static void add_values(
	const struct explain *x, const struct sched *s, double first)
{
	double last = x->env->steps - 1 - x->origin;
	double end = fmin(s->len, x->limit);

	buf_add_double(x->b, sched_value(s, first));
	if (isinf(end) && (x->depth || !(last > first)))
		return;
	if (isinf(end)) {
		buf_adds(x->b, ", at step ");
		add_step(x, x->origin + last);
		buf_printf(x->b, " %s", num_text(sched_value(s, last)).s);
	} else
		buf_printf(x->b, " -> %s", num_text(sched_value(s, end)).s);
}

static void add_marks(const struct explain *x, const struct sched *s)
{
	const struct sched_seg *g = &s->u.seg;
	uint64_t k;
	double u;

	for (k = 0; g->shape->mark; k++) {
		u = g->shape->mark(g, s->len, k);
		if (isnan(u) || u >= fmin(s->len, x->limit) ||
			(isinf(s->len) && x->origin + u >= x->env->steps))
			break;
		indent(x);
		if (k == NSHOWN) {
			buf_adds(x->b, "  ...\n");
			return;
		}
		buf_adds(x->b, "  at step ");
		add_step(x, x->origin + u);
		buf_printf(x->b, ": %s\n", num_text(sched_value(s, u)).s);
	}
}

static void add_cycles(const struct explain *x, const struct sched *s,
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
		indent(x);
		if (k == NSHOWN) {
			buf_adds(x->b, "  ...\n");
			return;
		}
		buf_printf(x->b, "  cycle %llu ends at step ",
			(unsigned long long)k + 1);
		add_step(x, x->origin + end);
		buf_addc(x->b, '\n');
	}
}

static void explain_seg(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_seg *g = &s->u.seg;

	add_bounds(x, first, fmin(s->len, x->limit));
	buf_printf(x->b, "%s ", g->shape->name);
	add_values(x, s, first);
	buf_addc(x->b, '\n');
	add_marks(x, s);
	if (g->shape->flags & SHAPE_CYCLIC)
		add_cycles(x, s, &g->cycles, INFINITY);
}

/* S from its own step FIRST on, where it is seen first. */
static void explain(
	const struct explain *x, const struct sched *s, double first);

/* "3 cycles (tmul=2,vmul=0.5) of" */
static void add_repetition(struct buf *b, const struct sched_rep *r)
{
	size_t keys;

	if (isfinite(r->count))
		buf_printf(b, "%.0f ", r->count);
	buf_adds(b, "cycles ");
	keys = b->len;
	unparse_factors(b, r);
	if (b->len > keys) {
		b->data[keys] = '('; /* was the comma before the first */
		buf_adds(b, ") ");
	}
	buf_adds(b, "of\n");
}

static void explain_rep(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_rep *r = &s->u.rep;
	struct explain inner = *x;

	add_bounds(x, first, fmin(s->len, x->limit));
	add_repetition(x->b, r);
	inner.depth++;
	inner.inner = true;
	explain(&inner, r->body, 0);
	add_cycles(x, s, &r->cycles, r->count);
}

static const struct sched *last_part(const struct sched_seq *q)
{
	return q->part[q->n - 1].node;
}

/* What S does past its end, which its last segment decides. */
static void add_past(const struct explain *x, const struct sched *s)
{
	const struct sched *last = s;

	while (last->kind == SCHED_GROUP || last->kind == SCHED_SEQ ||
		last->kind == SCHED_HOLD) {
		if (last->kind == SCHED_SEQ && last->u.seq.error) {
			buf_adds(x->b, "an error\n");
			return;
		}
		if (last->kind == SCHED_GROUP && last->u.group.cont) {
			buf_adds(x->b, "the formula goes on\n");
			return;
		}
		if (last->kind == SCHED_GROUP && last->u.group.timed)
			break;
		last = last->kind == SCHED_GROUP  ? last->u.group.body
		       : last->kind == SCHED_HOLD ? last->u.hold.body
						  : last_part(&last->u.seq);
	}
	if (last->kind == SCHED_SEG && last->u.seg.cont)
		buf_adds(x->b, "the formula goes on\n");
	else
		buf_printf(x->b, "%s\n", num_text(sched_value(s, s->len)).s);
}

static void explain_seq(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched_seq *q = &s->u.seq;
	const struct sched_part *p;
	struct explain part;
	double seen;

	for (size_t i = 0; i < q->n && q->part[i].visible < x->limit; i++) {
		p = &q->part[i];
		seen = fmax(p->visible, first);
		if (i + 1 < q->n && p[1].visible <= seen)
			continue; /* an overlay hides all of it */
		part = *x;
		part.origin += p->origin;
		part.limit -= p->origin;
		part.inner |= p->node->kind == SCHED_SEQ;
		explain(&part, p->node, seen - p->origin);
	}
	if (x->inner || isinf(s->len))
		return;
	indent(x);
	buf_adds(x->b, "after that: ");
	add_past(x, s);
}

static void explain_group(
	const struct explain *x, const struct sched *s, double first)
{
	const struct sched *body = s->u.group.body;
	struct explain inner = *x;

	inner.inner = true;
	if (s->u.group.timed)
		inner.limit = fmin(x->limit, s->len);
	explain(&inner, body, first);
	if (!(body->len < inner.limit) || isinf(inner.limit))
		return;
	add_bounds(x, body->len, inner.limit);
	add_past(x, body);
}

static void explain_prod(
	const struct explain *x, const struct sched_prod *q, double first)
{
	for (size_t i = 0; i < q->n; i++) {
		if (i) {
			indent(x);
			buf_adds(x->b, "times\n");
		}
		explain(x, q->factor[i], first);
	}
}

/* Inside, steps are its own. */
static void explain_hold(
	const struct explain *x, const struct sched *s, double first)
{
	double every = s->u.hold.every;
	struct sched_env own = sched_env_held(x->env, every);
	struct explain inner = *x;

	inner.depth++;
	inner.env = &own;
	if (s->u.hold.clock) {
		own = *x->env;
		add_bounds(x, first, s->len);
		buf_adds(x->b, "by the samples before each step, which "
			       "count as steps in\n");
		first = 0;
	} else {
		inner.origin = 0;
		inner.limit = x->limit / every;
		add_bounds(x, first, fmin(s->len, x->limit));
		buf_printf(x->b,
			"each value for %s steps, which count as one in\n",
			num_text(every).s);
		first = floor(first / every);
	}
	own.epoch_steps = NAN;
	explain(&inner, s->u.hold.body, first);
}

static void explain(
	const struct explain *x, const struct sched *s, double first)
{
	switch (s->kind) {
	case SCHED_SEG: explain_seg(x, s, first); break;
	case SCHED_SEQ: explain_seq(x, s, first); break;
	case SCHED_REP: explain_rep(x, s, first); break;
	case SCHED_GROUP: explain_group(x, s, first); break;
	case SCHED_HOLD: explain_hold(x, s, first); break;
	case SCHED_PROD: explain_prod(x, &s->u.prod, first); break;
	}
}

void sched_explain(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct explain x = {.b = b, .env = env, .limit = INFINITY};

	explain(&x, s, 0);
}
