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

static int unparse_seg(struct buf *b, const struct sched *s, bool over,
	const struct sched_env *env)
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
	if (add_grid(b, g) || (over && buf_adds(b, ",over")) ||
		(g->flip && buf_adds(b, ",flip")))
		return -1;
	if (isfinite(g->floor) && add_key(b, "floor", g->floor))
		return -1;
	if (isfinite(g->ceil) && add_key(b, "ceil", g->ceil))
		return -1;
	return g->cont ? buf_adds(b, ",past=cont") : 0;
}

static int unparse_part(struct buf *b, const struct sched *s, bool over,
	const char *past, const struct sched_env *env);

static int unparse_seq(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	const struct sched_seq *q = &s->u.seq;
	const char *past = q->past == 0 ? ",past=zero"
			   : q->error   ? ",past=error"
					: "";
	bool over, last, first = true;
	size_t i, next;

	for (i = 0; i < q->n; i = next) {
		next = i + 1;
		if (!sched_seq_shows(q, i))
			continue;
		while (next < q->n && !sched_seq_shows(q, next))
			next++;
		last = next == q->n;
		over = (last ? q->next : q->part[next].origin) ==
		       q->part[i].origin;
		if (!first && buf_addc(b, ' '))
			return -1;
		first = false;
		if (unparse_part(
			    b, q->part[i].node, over, last ? past : "", env))
			return -1;
	}
	return 0;
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
	if (r->scale == SCHED_TOP)
		return 0;
	if (buf_adds(b, ",scale="))
		return -1;
	return add_choice(b, SCHED_SCALES, (size_t)r->scale);
}

static int unparse_rep(struct buf *b, const struct sched *s, const char *past,
	const struct sched_env *env)
{
	const struct sched_rep *r = &s->u.rep;

	if (buf_adds(b, "rep:") || buf_add_double(b, r->count) ||
		sched_unparse_factors(b, r) || buf_adds(b, past) ||
		buf_addc(b, ' '))
		return -1;
	return sched_unparse(b, r->body, env) || buf_adds(b, " end");
}

static int unparse_group(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	if (buf_adds(b, "part"))
		return -1;
	if (s->u.group.timed && (buf_addc(b, ':') || buf_add_double(b, s->len)))
		return -1;
	if (s->u.group.cont && buf_adds(b, ",past=cont"))
		return -1;
	return buf_addc(b, ' ') || sched_unparse(b, s->u.group.body, env) ||
	       buf_adds(b, " end");
}

static int unparse_prod(
	struct buf *b, const struct sched_prod *q, const struct sched_env *env)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if ((i && buf_adds(b, " times ")) ||
			unparse_part(b, q->factor[i], false, "", env))
			return -1;
	return 0;
}

static int unparse_hold(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	struct sched_env own = sched_env_held(env, s->u.hold.every);

	/* No words but the options' say what a batch is. */
	if (s->u.hold.clock)
		return sched_unparse(b, s->u.hold.body, env);

	return buf_adds(b, "hold:") || buf_add_double(b, s->u.hold.every) ||
	       buf_addc(b, ' ') || sched_unparse(b, s->u.hold.body, &own) ||
	       buf_adds(b, " end");
}

static int unparse_part(struct buf *b, const struct sched *s, bool over,
	const char *past, const struct sched_env *env)
{
	switch (s->kind) {
	case SCHED_SEG:
		/* What nobody may ask for may as well go on. */
		return unparse_seg(b, s, over, env) ||
		       (!s->u.seg.cont && buf_adds(b, past));
	case SCHED_SEQ: return unparse_seq(b, s, env);
	case SCHED_REP: return unparse_rep(b, s, past, env);
	case SCHED_PROD: return unparse_prod(b, &s->u.prod, env);
	case SCHED_GROUP: return unparse_group(b, s, env);
	case SCHED_HOLD: return unparse_hold(b, s, env);
	}
	return 0;
}

int sched_unparse(
	struct buf *b, const struct sched *s, const struct sched_env *env)
{
	return unparse_part(b, s, false, "", env) ? -1 : 0;
}
