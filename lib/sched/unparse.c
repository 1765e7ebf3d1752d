/* SPDX-License-Identifier: MIT */
/*
 * Trees back to words.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "sched/explain.h"
#include "sched/fn.h"
#include "sched/sched.h"
#include "sched/shape.h"
#include "sched/words.h"

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
	size_t i;

	if (!list->n)
		return 0;
	if (buf_printf(b, ",%s", name))
		return -1;
	for (i = 0; i < list->n; i++)
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
		else if (!(end > next)) /* seen after its end, as the last */
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

int sched_unparse_factors(struct buf *b, const struct sched_rep *r)
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
	       sched_unparse_factors(b, r) || add_skip(b, at) ||
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
