/* SPDX-License-Identifier: MIT */
/*
 * One word becomes one segment: its shape's row says which keys it takes and
 * where its ends come from.
 */
#include "sched/parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "sched/shape.h"

/* A segment while its keys are read. */
struct draft {
	struct word w;
	struct sched *node;
	struct sched_seg *g;
	struct repeat repeat;
	bool has_from, has_to, has_grid, has_cycles, over;
	double total;
	const struct shape_preset *preset;
};

static int need_value(struct parser *p, const struct word_key *k, bool wanted)
{
	if (k->has_value == wanted && (!wanted || k->value.n))
		return 0;
	if (wanted)
		return parse_fail(p, k->name.s + k->name.n,
			"key \"%.*s\" without a value; expected %.*s=VALUE",
			(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
	return parse_fail(p, k->value.s, "key \"%.*s\" takes no value",
		(int)k->name.n, k->name.s);
}

static int read_value(struct parser *p, struct scope *c, struct span name,
	struct span s, double *ret)
{
	bool is_base;

	if (parse_value(p, name, s, c->base, ret, &is_base))
		return -1;
	if (is_base && c->real_base)
		c->column->uses_base = true;
	return 0;
}

/* Checks one number against its parameter's range. */
static int check_range(
	struct parser *p, const struct shape_param *q, struct span s, double v)
{
	static const char *const expected[] = {
		[SHAPE_NONNEG] = "0 or more",
		[SHAPE_POSITIVE] = "a number above 0",
		[SHAPE_LENGTH] = "one step or more",
	};

	if (q->range == SHAPE_ANY || (q->range == SHAPE_NONNEG && v >= 0) ||
		(q->range == SHAPE_POSITIVE && v > 0) ||
		(q->range == SHAPE_LENGTH && v >= 1))
		return 0;
	return parse_fail(p, s.s, "%s=%.*s; expected %s", q->name, (int)s.n,
		s.s, expected[q->range]);
}

/* A/B/C into LIST. */
static int read_list(struct parser *p, struct scope *c,
	const struct shape_param *q, const struct word_key *k,
	struct sched_list *list)
{
	size_t n = 1, i;
	double unit;
	struct span s = k->value, one;
	const char *slash;

	for (i = 0; i < s.n; i++)
		n += s.s[i] == '/';
	list->v = calloc(n, sizeof(*list->v));
	if (!list->v)
		return diag_nomem(p->d, n * sizeof(*list->v));
	for (list->n = 0; list->n < n; list->n++) {
		slash = s.n ? memchr(s.s, '/', s.n) : NULL;
		one = (struct span){s.s, slash ? (size_t)(slash - s.s) : s.n};
		if (q->unit == SHAPE_VALUE_LIST
				? read_value(
					  p, c, k->name, one, &list->v[list->n])
				: parse_steps(p, k->name, one,
					  &list->v[list->n], &unit))
			return -1;
		if (check_range(p, q, one, list->v[list->n]))
			return -1;
		if (slash)
			s = (struct span){slash + 1, s.n - one.n - 1};
	}
	return 0;
}

/* Which of the segment's lists parameter I of SHAPE is. */
static size_t list_index(const struct shape *shape, size_t i)
{
	size_t j, n = 0;

	for (j = 0; j < i; j++)
		n += shape->param[j].unit >= SHAPE_STEPS_LIST;
	return n;
}

static int shape_key(struct parser *p, struct scope *c, struct draft *f,
	size_t i, const struct word_key *k)
{
	const struct shape_param *q = &f->g->shape->param[i];
	double *v = &f->g->p[i];

	if (need_value(p, k, q->unit != SHAPE_FLAG))
		return -1;
	switch (q->unit) {
	case SHAPE_FLAG: *v = 1; return 0;
	case SHAPE_CHOICE:
		return parse_choice(p, k->name, k->value, q->choices, v);
	case SHAPE_STEPS_LIST:
	case SHAPE_VALUE_LIST:
		return read_list(
			p, c, q, k, &f->g->list[list_index(f->g->shape, i)]);
	case SHAPE_REAL:
		if (parse_real(p, k->name, k->value, v))
			return -1;
		break;
	case SHAPE_VALUE:
		if (read_value(p, c, k->name, k->value, v))
			return -1;
		break;
	case SHAPE_STEPS:
		if (parse_steps(p, k->name, k->value, v, &f->g->unit[i]))
			return -1;
		break;
	}
	return check_range(p, q, k->value, *v);
}

/* The keys that many shapes take. */
enum common {
	KEY_FROM,
	KEY_TO,
	KEY_EXCL, /* the four grids in the order of enum sched_grid */
	KEY_INCL,
	KEY_LEAD,
	KEY_OPEN,
	KEY_FLOOR,
	KEY_CEIL,
	KEY_OVER,
	KEY_PAST,
	KEY_TOTAL,
	KEY_PRESET,
	KEY_CYCLES,
};

static const char *const common_name[] = {"from", "to", "excl", "incl", "lead",
	"open", "floor", "ceil", "over", "past", "total", "preset", "cycles"};

#define NCOMMON (sizeof(common_name) / sizeof(common_name[0]))
_Static_assert(NCOMMON == KEY_CYCLES + 1, "a name for each key");

static bool common_applies(const struct shape *shape, enum common key)
{
	switch (key) {
	case KEY_FROM: return shape->from != SHAPE_END_NONE;
	case KEY_TO: return shape->to != SHAPE_END_NONE;
	case KEY_EXCL:
	case KEY_INCL:
	case KEY_LEAD:
	case KEY_OPEN:
	case KEY_CYCLES: return shape->flags & SHAPE_X;
	case KEY_TOTAL: return shape->flags & SHAPE_TOTAL;
	case KEY_PRESET: return shape->flags & SHAPE_INCL;
	case KEY_FLOOR:
	case KEY_CEIL:
	case KEY_OVER:
	case KEY_PAST: break;
	}
	return true;
}

static int grid_key(struct parser *p, struct draft *f, enum common key,
	const struct word_key *k)
{
	if (f->has_grid)
		return parse_fail(p, k->name.s,
			"a second grid key; expected one of excl, incl, lead, "
			"open, preset=");
	f->has_grid = true;
	f->g->grid = (enum sched_grid)(key - KEY_EXCL);
	return 0;
}

static int preset_key(
	struct parser *p, struct draft *f, const struct word_key *k)
{
	struct near near = {.wrong = k->value};
	char buf[64];
	size_t i;

	if (f->has_grid)
		return parse_fail(p, k->name.s,
			"preset= beside a grid key; expected one of them");
	f->has_grid = true;
	f->preset = shape_preset_find(k->value.s, k->value.n);
	if (f->preset) {
		f->g->grid = (enum sched_grid)f->preset->grid;
		if (f->preset->lin)
			f->g->p[0] = 1;
		return 0;
	}
	for (i = 0; shape_preset_nth(i); i++)
		near_try(&near, shape_preset_nth(i)->name);
	return parse_fail(p, k->value.s, "no preset \"%.*s\"; %s",
		(int)k->value.n, k->value.s,
		near_phrase(&near,
			"expected fastai, lightning, torch-lr-finder, ignite, "
			"keras or deepspeed",
			buf));
}

static int common_key(struct parser *p, struct scope *c, struct draft *f,
	enum common key, const struct word_key *k)
{
	bool flag = (key >= KEY_EXCL && key <= KEY_OPEN) || key == KEY_OVER;
	double unit;

	if (need_value(p, k, !flag))
		return -1;
	switch (key) {
	case KEY_FROM:
		f->has_from = true;
		return read_value(p, c, k->name, k->value, &f->g->from);
	case KEY_TO:
		if (f->has_to)
			return parse_fail(p, k->name.s,
				"to= beside an end value after the length; "
				"expected one of them");
		f->has_to = true;
		return read_value(p, c, k->name, k->value, &f->g->to);
	case KEY_EXCL:
	case KEY_INCL:
	case KEY_LEAD:
	case KEY_OPEN: return grid_key(p, f, key, k);
	case KEY_FLOOR:
		return read_value(p, c, k->name, k->value, &f->g->floor);
	case KEY_CEIL: return read_value(p, c, k->name, k->value, &f->g->ceil);
	case KEY_OVER: f->over = true; return 0;
	case KEY_PAST:
		if (c->in_rep)
			return parse_fail(p, k->name.s,
				"past= inside rep; expected it on rep itself");
		return parse_choice(p, k->name, k->value, PARSE_PAST, &c->past);
	case KEY_TOTAL:
		if (f->w.len.s)
			return parse_fail(p, k->name.s,
				"total= beside a length; expected one of them");
		return parse_steps(p, k->name, k->value, &f->total, &unit);
	case KEY_PRESET: return preset_key(p, f, k);
	case KEY_CYCLES:
		f->has_cycles = true;
		return parse_count(p, k->name, k->value, &f->repeat.count);
	}
	return 0;
}

/* Says which key of the shape the user may have meant. */
static int no_key(
	struct parser *p, const struct draft *f, const struct word_key *k)
{
	const struct shape *shape = f->g->shape;
	struct near near = {.wrong = k->name};
	char buf[64], otherwise[64];
	size_t i;

	for (i = 0; shape->param[i].name; i++)
		near_try(&near, shape->param[i].name);
	for (i = 0; i < NCOMMON; i++)
		if (common_applies(shape, (enum common)i))
			near_try(&near, common_name[i]);
	snprintf(otherwise, sizeof(otherwise), "lrsched --list %s shows all",
		shape->name);
	return parse_fail(p, k->name.s, "%s takes no key \"%.*s\"; %s",
		shape->name, (int)k->name.n, k->name.s,
		near_phrase(&near, otherwise, buf));
}

static int one_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	const struct shape *shape = f->g->shape;
	size_t i;
	int got;

	for (i = 0; shape->param[i].name; i++)
		if (span_is(k->name, shape->param[i].name))
			return shape_key(p, c, f, i, k);
	for (i = 0; i < NCOMMON; i++)
		if (span_is(k->name, common_name[i]) &&
			common_applies(shape, (enum common)i))
			return common_key(p, c, f, (enum common)i, k);
	if (shape->flags & SHAPE_X) {
		got = parse_repeat_key(p, k, &f->repeat);
		if (got)
			return got < 0 ? -1 : 0;
	}
	return no_key(p, f, k);
}

/* Fails for the first parameter that must be given and was not. */
static int check_missing(struct parser *p, const struct draft *f)
{
	const struct shape_param *q = f->g->shape->param;
	struct span word = p->word[p->at];
	size_t i;

	for (i = 0; q[i].name; i++)
		if (q[i].unit < SHAPE_STEPS_LIST && isnan(f->g->p[i]))
			return parse_fail(p, word.s + word.n,
				"%s without %s=; expected a value for it",
				f->g->shape->name, q[i].name);
	return 0;
}

static void use_base(struct scope *c)
{
	if (c->real_base)
		c->column->uses_base = true;
}

/* One end of the segment when the user did not say. */
static int default_end(struct parser *p, struct scope *c, struct draft *f,
	enum shape_end end, double preset, const char *name, double *ret)
{
	struct span word = p->word[p->at];

	switch (end) {
	case SHAPE_END_NONE:
	case SHAPE_END_ZERO: *ret = 0; return 0;
	case SHAPE_END_FROM: *ret = f->g->from; return 0;
	case SHAPE_END_PREV:
		*ret = c->cur;
		if (c->cur_is_base)
			use_base(c);
		return 0;
	case SHAPE_END_BASE:
		*ret = c->base;
		use_base(c);
		return 0;
	case SHAPE_END_MUST: break;
	}
	*ret = preset;
	if (!isnan(preset))
		return 0;
	return parse_fail(p, word.s + word.n,
		"%s without %s; expected %s=VALUE", f->g->shape->name, name,
		name);
}

/* What is left of -n for the last segment. */
static int rest_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq, double *len)
{
	struct span word = p->word[p->at];
	const char *place = f->w.len.s ? f->w.len.s : word.s + f->w.name.n;

	if (f->g->shape->flags & SHAPE_ENDLESS) {
		*len = INFINITY;
		return 0;
	}
	if (c->in_rep)
		return parse_fail(p, place,
			"%s without a length inside rep; expected %s:LENGTH",
			f->g->shape->name, f->g->shape->name);
	c->rest = true;
	*len = p->env->steps - seq->u.seq.next;
	if (isnan(p->env->steps)) {
		*len = INFINITY;
		p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (*len >= 1)
		return 0;
	return parse_fail(p, place,
		"no step is left for %s: the segments before it take %g of %g; "
		"expected a larger -n or a length",
		f->g->shape->name, seq->u.seq.next, p->env->steps);
}

static int set_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq)
{
	double *len = &f->node->len, unit;
	struct span name = {"length", 6}, s = f->w.len;

	if (!isnan(f->total)) {
		*len = f->total;
		name = (struct span){"total", 5};
	} else if (!s.n) {
		if (f->preset && !isnan(f->preset->len) &&
			isnan(p->env->steps)) {
			*len = f->preset->len;
			return 0;
		}
		return rest_length(p, c, f, seq, len);
	} else if (parse_steps(p, name, s, len, &unit)) {
		return -1;
	}
	if (*len >= 1)
		return 0;
	return parse_fail(p, s.n ? s.s : p->word[p->at].s,
		"%s is %g steps; expected one step or more%s", name.s, *len,
		s.n && memchr(s.s, 'e', s.n) && *len > 0
			? " (of epochs: 5ep-1, where 5e-1 is 0.5)"
			: "");
}

static int read_fields(struct parser *p, struct scope *c, struct draft *f)
{
	struct span end = {"end value", 9};
	size_t i;

	if (f->w.to.s) {
		if (f->g->shape->to == SHAPE_END_NONE)
			return parse_fail(p, f->w.to.s,
				"%s has no end value; expected %s:LENGTH",
				f->g->shape->name, f->g->shape->name);
		f->has_to = true;
		if (read_value(p, c, end, f->w.to, &f->g->to))
			return -1;
	}
	for (i = 0; i < f->w.nkey; i++)
		if (one_key(p, c, f, &f->w.key[i]))
			return -1;
	return check_missing(p, f);
}

static int set_ends(struct parser *p, struct scope *c, struct draft *f)
{
	const struct shape *shape = f->g->shape;
	const struct shape_preset *s = f->preset;

	/* Finders without a start of their own begin at the optimizer's. */
	if (!f->has_from && s && isnan(s->from) && !isnan(s->to)) {
		f->g->from = c->base;
		f->has_from = true;
		use_base(c);
	}
	if (!f->has_from && default_end(p, c, f, shape->from, s ? s->from : NAN,
				    "from", &f->g->from))
		return -1;
	if (!f->has_to && default_end(p, c, f, shape->to, s ? s->to : NAN, "to",
				  &f->g->to))
		return -1;
	return 0;
}

/* Wraps in cycles, appends, and moves on to the segment's end. */
static int append(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched *node = f->node;

	if (isinf(node->len) && (f->over || f->has_cycles))
		return parse_fail(p, word.s + f->w.name.n,
			"%s without a length; expected %s:LENGTH",
			f->over ? "over" : "cycles=", f->g->shape->name);
	f->node = NULL;
	if (f->has_cycles) {
		node = parse_repeated(p, node, &f->repeat);
		if (!node)
			return -1;
	}
	if (isfinite(node->len)) {
		c->cur = sched_value(node, node->len);
		c->cur_is_base = false;
	}
	if (sched_seq_add(seq, node, f->over))
		return diag_nomem(p->d, sizeof(*node));
	return 0;
}

static int build(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched_seg *g = f->g;
	struct diag d;

	if (read_fields(p, c, f) || set_ends(p, c, f) ||
		set_length(p, c, f, seq))
		return -1;
	if (g->floor > g->ceil)
		return parse_fail(p, word.s, "floor= is above ceil=");
	g->cont = c->past == PAST_CONT;
	if (g->shape->prepare &&
		g->shape->prepare(g, f->node->len, p->env->horizon, p->d)) {
		if (p->d->class != DIAG_USAGE)
			return -1;
		d = *p->d;
		return parse_fail(p, word.s, "%s", d.text);
	}
	return append(p, c, f, seq);
}

int parse_segment(struct parser *p, struct scope *c, struct sched *seq)
{
	struct draft f = {.repeat = {1, 1, 1, 1, SCHED_TOP}, .total = NAN};
	struct near near;
	char buf[64];
	size_t i;
	int r;

	if (word_split(p, &f.w))
		return -1;
	if (!f.w.name.n)
		return parse_fail(p, f.w.name.s, "no shape; expected a name");
	if (!shape_find(f.w.name.s, f.w.name.n)) {
		near = (struct near){.wrong = f.w.name};
		for (i = 0; shape_nth(i); i++)
			near_try(&near, shape_nth(i)->name);
		near_try(&near, "rep");
		near_try(&near, "end");
		near_try(&near, "times");
		return parse_fail(p, f.w.name.s, "no shape \"%.*s\"; %s",
			(int)f.w.name.n, f.w.name.s,
			near_phrase(&near, "lrsched --list shows all", buf));
	}
	f.node = sched_new_seg(shape_find(f.w.name.s, f.w.name.n));
	if (!f.node)
		return diag_nomem(p->d, sizeof(*f.node));
	f.g = &f.node->u.seg;
	r = build(p, c, &f, seq);
	sched_free(f.node);
	return r;
}
