/* SPDX-License-Identifier: MIT */
/*
 * A tree and the table of shapes for people: absolute steps with the values
 * there, words that build the same tree again, a shape's synopsis.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "sched/sched_impl.h"

/* --- shapes ------------------------------------------------------------- */

/* Whether by default Q is not given: it has a value that no user can give. */
static bool is_absent(const struct shape_param *q)
{
	return q->dflt < 0 && q->range != SHAPE_ANY;
}

static int describe_param(struct buf *b, const struct shape_param *q)
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
		return buf_printf(b, "[,%s]", q->name);
	if (q->unit == SHAPE_CHOICE)
		return buf_printf(b, "[,%s=%s]", q->name, q->choices);
	if (q->unit < SHAPE_STEPS_LIST && isnan(q->dflt))
		return buf_printf(b, ",%s=%s", q->name, unit[q->unit]);
	if (q->unit < SHAPE_STEPS_LIST && q->dflt != 0 && !is_absent(q))
		return buf_printf(b, "[,%s=", q->name) ||
		       buf_add_double(b, q->dflt) || buf_addc(b, ']');
	return buf_printf(b, "[,%s=%s]", q->name, unit[q->unit]);
}

int sched_shape_describe(struct buf *b, const struct shape *shape)
{
	static const char *const end[] = {
		[SHAPE_END_PREV] = "the previous end (the base for the first)",
		[SHAPE_END_BASE] = "the base",
		[SHAPE_END_ZERO] = "0",
		[SHAPE_END_MUST] = "must be given",
	};

	if (buf_printf(b, "%s%s", shape->name,
		    sched_shape_takes_to(shape) ? "[:LEN[:TO]]" : "[:LEN]"))
		return -1;
	for (size_t i = 0; shape->param[i].name; i++)
		if (describe_param(b, &shape->param[i]))
			return -1;
	if (buf_printf(b, "%s%s\n    %s\n",
		    shape->flags & SHAPE_FLIP ? "[,flip]" : "",
		    shape->flags & SHAPE_TOTAL ? "[,total=LEN]" : "",
		    shape->formula))
		return -1;
	if (shape->from != SHAPE_END_NONE &&
		buf_printf(b, "    from: %s", end[shape->from]))
		return -1;
	if (sched_shape_takes_to(shape) &&
		buf_printf(b, "; to: %s", end[shape->to]))
		return -1;
	if (shape->from != SHAPE_END_NONE && buf_addc(b, '\n'))
		return -1;
	return 0;
}

/* --- words -------------------------------------------------------------- */

static int add_key(struct buf *b, const char *name, double v)
{
	return buf_printf(b, ",%s=", name) || buf_add_double(b, v);
}

/* A length in the unit the user chose, where the shape rounds to it. */
static int add_steps(
	struct buf *b, double steps, double unit, const struct sched_env *env)
{
	if (unit != 1 && unit == env->epoch_steps)
		return buf_add_double(b, steps / unit) || buf_adds(b, "ep");
	if (unit != 1 && unit == env->steps / 100)
		return buf_add_double(b, steps / unit) || buf_addc(b, '%');
	return buf_add_double(b, steps);
}

static int add_choice(struct buf *b, const char *choices, size_t index)
{
	size_t n;

	for (; index > 0; index--)
		choices += strcspn(choices, "|") + 1;
	n = strcspn(choices, "|");
	return buf_add(b, choices, n);
}

static int add_list(
	struct buf *b, const char *name, const struct sched_list *list)
{
	if (!list->n)
		return 0;
	if (buf_printf(b, ",%s", name))
		return -1;
	for (size_t i = 0; i < list->n; i++)
		if (buf_addc(b, i ? '/' : '=') || buf_add_double(b, list->v[i]))
			return -1;
	return 0;
}

static int add_lambda(struct buf *b, const char *name, struct sched_fn *fn)
{
	return buf_printf(b, ",%s=", name) || fn->show(b, fn);
}

static int add_param(struct buf *b, const struct sched_seg *g, size_t i,
	size_t *list, const struct sched_env *env)
{
	const struct shape_param *q = &g->shape->param[i];

	if (q->unit >= SHAPE_STEPS_LIST)
		return add_list(b, q->name, &g->list[(*list)++]);
	if (q->unit == SHAPE_LAMBDA)
		return add_lambda(b, q->name, g->fn);
	if (g->p[i] == q->dflt)
		return 0;
	if (buf_printf(b, ",%s", q->name))
		return -1;
	if (q->unit == SHAPE_FLAG)
		return 0;
	if (buf_addc(b, '='))
		return -1;
	if (q->unit == SHAPE_CHOICE)
		return add_choice(b, q->choices, (size_t)g->p[i]);
	if (q->unit == SHAPE_STEPS)
		return add_steps(b, g->p[i], g->unit[i], env);
	return buf_add_double(b, g->p[i]);
}

static int add_grid(struct buf *b, const struct sched_seg *g)
{
	static const char *const name[] = {
		[SCHED_EXCL] = "excl",
		[SCHED_INCL] = "incl",
		[SCHED_LEAD] = "lead",
		[SCHED_OPEN] = "open",
		[SCHED_SKIP] = "preset=lightning",
	};

	if (g->grid == sched_shape_grid(g->shape))
		return 0;
	return buf_printf(b, ",%s", name[g->grid]);
}

/* Where an item stands among others. */
struct place {
	double skip; /* its own step that it begins at */
	bool over;
	const char *past; /* the key of what comes after it, or "" */
};

static const struct place alone = {.past = ""};

static int add_skip(struct buf *b, const struct place *at)
{
	return at->skip > 0 ? add_key(b, "skip", at->skip) : 0;
}

static int unparse_seg(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched_seg *g = &s->u.seg;
	size_t i, list = 0;

	if (buf_adds(b, g->shape->name))
		return -1;
	if (isfinite(s->len) && (buf_addc(b, ':') || buf_add_double(b, s->len)))
		return -1;
	if (g->shape->from != SHAPE_END_NONE && add_key(b, "from", g->from))
		return -1;
	if (sched_shape_takes_to(g->shape) && add_key(b, "to", g->to))
		return -1;
	for (i = 0; g->shape->param[i].name; i++)
		if (add_param(b, g, i, &list, env))
			return -1;
	if (add_grid(b, g) || (at->over && buf_adds(b, ",over")) ||
		(g->flip && buf_adds(b, ",flip")))
		return -1;
	if (isfinite(g->floor) && add_key(b, "floor", g->floor))
		return -1;
	if (isfinite(g->ceil) && add_key(b, "ceil", g->ceil))
		return -1;
	if (add_skip(b, at))
		return -1;
	/* What nobody may ask for may as well go on. */
	return buf_adds(b, g->cont ? ",past=cont" : at->past);
}

static int unparse_prod(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/* S in brackets: part:LEN,KEYS ... end; LEN NAN is its own. */
static int unparse_bracket(struct buf *b, const struct sched *s, double len,
	const char *keys, const struct place *at, const struct sched_env *env)
{
	if (buf_adds(b, "part") ||
		(!isnan(len) && (buf_addc(b, ':') || buf_add_double(b, len))))
		return -1;
	return buf_adds(b, keys) || add_skip(b, at) || buf_addc(b, ' ') ||
	       unparse_prod(b, s, env) || buf_adds(b, " end");
}

static int unparse_item(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env);

static int unparse_seq(
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
static int unparse_parts(struct buf *b, const struct sched_seq *q,
	const char *past, const struct sched_env *env)
{
	double next = 0, end, until;
	size_t i, after;
	int bad = 0;

	for (i = next_seen(q, (size_t)-1); i < q->n && !bad; i = after) {
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
		if (at.skip < 0)
			return buf_adds(b, "(...)");
		if (after == q->n && is_inner(p->node, &at))
			bad = unparse_seq(b, p->node, env);
		/* Seen after its end, as the last: END may be rounded away. */
		else if (!(p->node->len > at.skip))
			bad = unparse_bracket(b, p->node, at.skip + 1,
				",past=cont", &at, env);
		else if (end == until || isinf(end))
			bad = unparse_item(b, p->node, &at, env);
		else
			bad = unparse_bracket(
				b, p->node, until - p->origin, "", &at, env);
		if (!at.over)
			next = until;
		if (after < q->n)
			bad = bad || buf_addc(b, ' ');
	}
	return bad;
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
static int add_call(struct buf *b, const char *call)
{
	for (const char *c = call; *c; c++)
		if (buf_addc(b, *c == '\n' || *c == '\r' ? ' ' : *c))
			return -1;
	return 0;
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
static int unparse_seq(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct sched_seq *q = &s->u.seq;
	const char *past = q->error ? ",past=error" : "";

	if (isnan(q->past) || (q->past != 0 && holds(s, q->past)))
		return unparse_parts(b, q, past, env);
	if (q->past == 0 && takes_past(q))
		return unparse_parts(b, q, ",past=zero", env);
	return buf_adds(b, "part:") || buf_add_double(b, s->len) ||
	       buf_adds(b, ",past=cont part:") || buf_add_double(b, s->len) ||
	       buf_addc(b, ' ') || unparse_parts(b, q, "", env) ||
	       buf_adds(b, " end const") || add_key(b, "from", q->past) ||
	       buf_adds(b, " end");
}

/*
 * Appends the keys of R other than its count, those that are not as by
 * default: ",tmul=2,vmul=0.5".  Returns 0, or -1 for no memory.
 */
static int unparse_factors(struct buf *b, const struct sched_rep *r)
{
	if (r->grow != 1 && add_key(b, "tmul", r->grow))
		return -1;
	if (r->vmul != 1 && add_key(b, "vmul", r->vmul))
		return -1;
	if (r->gamma != 1 && add_key(b, "gamma", r->gamma))
		return -1;
	if (r->vfn && add_lambda(b, "vfn", r->vfn))
		return -1;
	if (r->tfn && add_lambda(b, "tfn", r->tfn))
		return -1;
	if (r->scale != SCHED_TOP &&
		(buf_adds(b, ",scale=") ||
			add_choice(b, SCHED_SCALES, (size_t)r->scale)))
		return -1;
	if (r->keep == SCHED_KEEP_NONE)
		return 0;
	return buf_adds(b, ",keep=") ||
	       add_choice(b, SCHED_KEEPS, (size_t)r->keep);
}

static int unparse_rep(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched_rep *r = &s->u.rep;

	return buf_adds(b, "rep:") || buf_add_double(b, r->count) ||
	       unparse_factors(b, r) || add_skip(b, at) ||
	       buf_adds(b, at->past) || buf_addc(b, ' ') ||
	       unparse_prod(b, r->body, env) || buf_adds(b, " end");
}

static int unparse_group(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	return unparse_bracket(b, s->u.group.body,
		s->u.group.timed ? s->len : NAN,
		s->u.group.cont ? ",past=cont" : "", at, env);
}

static int unparse_hold(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	struct sched_env own = sched_env_held(env, s->u.hold.every);

	/* No words but the options' say what a batch is. */
	if (s->u.hold.clock)
		return sched_unparse(b, s->u.hold.body, env);
	return buf_adds(b, "hold:") || buf_add_double(b, s->u.hold.every) ||
	       add_skip(b, at) || buf_addc(b, ' ') ||
	       unparse_prod(b, s->u.hold.body, &own) || buf_adds(b, " end");
}

/* S as one item of a sequence. */
static int unparse_item(struct buf *b, const struct sched *s,
	const struct place *at, const struct sched_env *env)
{
	const struct sched *body = s->kind == SCHED_GROUP && !s->u.group.timed
					   ? s->u.group.body
					   : s;

	/* Among words a call is a group of its own. */
	if (body->call && at->skip == 0 && !at->past[0] && is_opaque(body))
		return add_call(b, body->call);
	switch (s->kind) {
	case SCHED_SEG: return unparse_seg(b, s, at, env);
	case SCHED_REP: return unparse_rep(b, s, at, env);
	case SCHED_GROUP: return unparse_group(b, s, at, env);
	case SCHED_HOLD: return unparse_hold(b, s, at, env);
	case SCHED_SEQ:
		if (is_open(s, at))
			return unparse_parts(b, &s->u.seq, at->past, env);
		break;
	case SCHED_PROD: break;
	}
	return unparse_bracket(b, s, NAN, "", at, env);
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
static int unparse_factor(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	return s->kind == SCHED_SEQ ? unparse_seq(b, s, env)
				    : unparse_item(b, s, &alone, env);
}

static int unparse_prod(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct sched_prod *q;
	const char *call;

	s = only(s, &call);
	if (call && is_opaque(s))
		return add_call(b, call);
	if (s->kind != SCHED_PROD)
		return unparse_factor(b, s, env);
	q = &s->u.prod;
	for (size_t i = 0; i < q->n; i++)
		if ((i && buf_adds(b, " times ")) ||
			unparse_factor(b, q->factor[i], env))
			return -1;
	return 0;
}

int sched_unparse(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	return unparse_prod(b, s, env) ? -1 : is_opaque(s);
}

int sched_unparse_call(struct buf *b, const struct sched *s)
{
	const char *call;

	only(s, &call);
	return call ? add_call(b, call) : 1;
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

static int indent(const struct explain *x)
{
	for (unsigned i = 0; i <= x->depth; i++)
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
	if (unparse_factors(b, r))
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

	for (size_t i = 0; i < q->n && q->part[i].visible < x->limit; i++) {
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
	for (size_t i = 0; i < q->n; i++)
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
