/* SPDX-License-Identifier: MIT */
/*
 * The keys of one word, into the segment it becomes: those of its shape's row
 * and those that many shapes take.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
#include "sched/parse.h"
#include "sched/sched.h"
#include "sched/shape.h"

static int need_value(struct parser *p, const struct word_key *k, bool wanted)
{
	if (k->has_value == wanted && (!wanted || k->value.n))
		return 0;
	if (wanted)
		return sched_fail(p, k->name.s + k->name.n,
			"key '%.*s' without a value; expected %.*s=VALUE",
			(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
	return sched_fail(p, k->value.s,
		"key '%.*s' takes no value; expected %.*s alone",
		(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
}

int sched_read_value(struct parser *p, struct scope *c, struct span name,
	struct span s, double *ret)
{
	bool is_base;

	if (sched_parse_value(p, name, s, c->base, ret, &is_base))
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
	return sched_fail(p, s.s, "%s=%.*s; expected %s", q->name, (int)s.n,
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
	if (strchr("[(", s.s[0]) || memchr(s.s, ':', s.n))
		return sched_fail(p, s.s,
			"%.*s=%.*s; expected a list: %.*s=30/60",
			(int)k->name.n, k->name.s, (int)s.n, s.s,
			(int)k->name.n, k->name.s);
	list->v = calloc(n, sizeof(*list->v));
	if (!list->v)
		return diag_nomem(p->d, n * sizeof(*list->v));
	for (list->n = 0; list->n < n; list->n++) {
		slash = s.n ? memchr(s.s, '/', s.n) : NULL;
		one = (struct span){s.s, slash ? (size_t)(slash - s.s) : s.n};
		if (q->unit == SHAPE_VALUE_LIST
				? sched_read_value(
					  p, c, k->name, one, &list->v[list->n])
				: sched_parse_steps(p, k->name, one,
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
		return sched_parse_choice(p, k->name, k->value, q->choices, v);
	case SHAPE_LAMBDA:
		*v = 1;
		return sched_parse_lambda(p, k->name, k->value, &f->g->fn);
	case SHAPE_STEPS_LIST:
	case SHAPE_VALUE_LIST:
		return read_list(
			p, c, q, k, &f->g->list[list_index(f->g->shape, i)]);
	case SHAPE_REAL:
		if (sched_parse_real(p, k->name, k->value, v))
			return -1;
		break;
	case SHAPE_VALUE:
		if (sched_read_value(p, c, k->name, k->value, v))
			return -1;
		break;
	case SHAPE_STEPS:
		if (sched_parse_steps(p, k->name, k->value, v, &f->g->unit[i]))
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
	KEY_FLIP,
	KEY_PAST,
	KEY_TOTAL,
	KEY_PRESET,
	KEY_CYCLES,
};

static const char *const common_name[] = {
	[KEY_FROM] = "from",
	[KEY_TO] = "to",
	[KEY_EXCL] = "excl",
	[KEY_INCL] = "incl",
	[KEY_LEAD] = "lead",
	[KEY_OPEN] = "open",
	[KEY_FLOOR] = "floor",
	[KEY_CEIL] = "ceil",
	[KEY_OVER] = "over",
	[KEY_FLIP] = "flip",
	[KEY_PAST] = "past",
	[KEY_TOTAL] = "total",
	[KEY_PRESET] = "preset",
	[KEY_CYCLES] = "cycles",
};

#define NCOMMON (sizeof(common_name) / sizeof(common_name[0]))
_Static_assert(NCOMMON == KEY_CYCLES + 1, "a name for each key");

static bool common_applies(const struct shape *shape, enum common key)
{
	switch (key) {
	case KEY_FROM: return shape->from != SHAPE_END_NONE;
	case KEY_TO: return sched_shape_takes_to(shape);
	case KEY_EXCL:
	case KEY_INCL:
	case KEY_LEAD:
	case KEY_OPEN:
	case KEY_CYCLES: return shape->flags & SHAPE_X;
	case KEY_FLIP: return shape->flags & SHAPE_FLIP;
	case KEY_TOTAL: return shape->flags & SHAPE_TOTAL;
	case KEY_PRESET: return shape->flags & SHAPE_PRESET;
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
		return sched_fail(p, k->name.s,
			"a second grid key; expected one of excl, incl, lead, "
			"open, preset=");
	f->has_grid = true;
	f->g->grid = (enum sched_grid)(key - KEY_EXCL);
	return 0;
}

static int preset_key(
	struct parser *p, struct draft *f, const struct word_key *k)
{
	struct near near = {.wrong = k->value.s, .nwrong = k->value.n};
	const struct sched_preset *row;
	char buf[NEAR_PHRASE_MAX];
	size_t i;

	if (f->has_grid)
		return sched_fail(p, k->name.s,
			"preset= beside a grid key; expected one of them");
	f->has_grid = true;
	f->preset = sched_preset_find(k->value.s, k->value.n);
	if (f->preset) {
		f->g->grid = f->preset->grid;
		if (f->preset->lin)
			f->g->p[SHAPE_P_LIN] = 1;
		return 0;
	}
	for (i = 0; (row = sched_preset_nth(i)); i++)
		near_try(&near, row->name, strlen(row->name));
	return sched_fail(p, k->value.s, "no preset '%.*s'; %s",
		(int)k->value.n, k->value.s,
		near_phrase(&near, "lrsched --list preset shows all", buf));
}

static int common_key(struct parser *p, struct scope *c, struct draft *f,
	enum common key, const struct word_key *k)
{
	bool flag = (key >= KEY_EXCL && key <= KEY_OPEN) || key == KEY_OVER ||
		    key == KEY_FLIP;
	double unit;

	if (need_value(p, k, !flag))
		return -1;
	switch (key) {
	case KEY_FROM:
		f->has_from = true;
		return sched_read_value(p, c, k->name, k->value, &f->g->from);
	case KEY_TO:
		if (f->has_to)
			return sched_fail(p, k->name.s,
				"to= beside an end value after the length; "
				"expected one of them");
		f->has_to = true;
		return sched_read_value(p, c, k->name, k->value, &f->g->to);
	case KEY_EXCL:
	case KEY_INCL:
	case KEY_LEAD:
	case KEY_OPEN: return grid_key(p, f, key, k);
	case KEY_FLOOR:
		return sched_read_value(p, c, k->name, k->value, &f->g->floor);
	case KEY_CEIL:
		return sched_read_value(p, c, k->name, k->value, &f->g->ceil);
	case KEY_OVER: f->over = true; return 0;
	case KEY_FLIP: f->g->flip = true; return 0;
	case KEY_PAST:
		if (c->in_rep)
			return sched_fail(p, k->name.s,
				"past= inside rep; expected it on rep itself");
		return sched_parse_past(p, c, k);
	case KEY_TOTAL:
		if (f->w.len.s)
			return sched_fail(p, k->name.s,
				"total= beside a length; expected one of them");
		return sched_parse_steps(
			p, k->name, k->value, &f->total, &unit);
	case KEY_PRESET: return preset_key(p, f, k);
	case KEY_CYCLES:
		f->has_cycles = true;
		return sched_parse_count(
			p, k->name, k->value, &f->repeat.count);
	}
	return 0;
}

static bool is_list(const struct shape *shape, const struct word_key *k)
{
	for (size_t i = 0; shape->param[i].name; i++)
		if (sched_span_is(k->name, shape->param[i].name))
			return shape->param[i].unit >= SHAPE_STEPS_LIST;
	return false;
}

/* A number after a comma: 1,000 or 0,1, or a length without its colon. */
static int number_as_key(
	struct parser *p, const struct draft *f, const struct word_key *k)
{
	const struct word *w = &f->w;
	const struct word_key *last = k > w->key ? k - 1 : NULL;
	struct span whole = w->to.s ? w->to : last ? last->value : w->len;

	if (last && is_list(f->g->shape, last))
		return sched_fail(p, k->name.s,
			"'%.*s' after a comma, which begins a key; expected a "
			"list: %.*s=%.*s/%.*s",
			(int)k->name.n, k->name.s, (int)last->name.n,
			last->name.s, (int)whole.n, whole.s, (int)k->name.n,
			k->name.s);
	if (w->to.s || (last && last->has_value))
		return sched_fail(p, k->name.s,
			"'%.*s' after a comma, which begins a key; expected a "
			"decimal point: %.*s.%.*s",
			(int)k->name.n, k->name.s, (int)whole.n, whole.s,
			(int)k->name.n, k->name.s);
	return sched_fail(p, k->name.s,
		"'%.*s' after a comma, which begins a key; expected %.*s:%.*s"
		"%.*s",
		(int)k->name.n, k->name.s, (int)w->name.n, w->name.s,
		w->len.s ? (int)w->len.n : 0, w->len.s ? w->len.s : "",
		(int)k->name.n, k->name.s);
}

/* Says which key of the shape the user may have meant. */
static int no_key(
	struct parser *p, const struct draft *f, const struct word_key *k)
{
	static const char length[] = "LENGTH";
	const struct shape *shape = f->g->shape;
	struct near near = {.wrong = k->name.s, .nwrong = k->name.n};
	char buf[NEAR_PHRASE_MAX], otherwise[64];
	double number;
	size_t i;

	if (num_scan_double(k->name.s, k->name.n, &number))
		return number_as_key(p, f, k);
	if (sched_shape_find(k->name.s, k->name.n))
		return sched_fail(p, k->name.s,
			"%s takes no key '%.*s', which is a shape; expected a "
			"blank before it",
			shape->name, (int)k->name.n, k->name.s);
	near_try(&near, length, strlen(length));
	for (i = 0; shape->param[i].name; i++)
		near_try(&near, shape->param[i].name,
			strlen(shape->param[i].name));
	for (i = 0; i < NCOMMON; i++)
		if (common_applies(shape, (enum common)i))
			near_try(&near, common_name[i], strlen(common_name[i]));
	snprintf(otherwise, sizeof(otherwise),
		"lrsched --list %s and --list keys show all", shape->name);
	if (near_found(&near) && near.best == length) {
		near.best = NULL;
		snprintf(otherwise, sizeof(otherwise), "expected %s:LENGTH",
			shape->name);
	}
	return sched_fail(p, k->name.s, "%s takes no key '%.*s'; %s",
		shape->name, (int)k->name.n, k->name.s,
		near_phrase(&near, otherwise, buf));
}

int sched_parse_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	const struct shape *shape = f->g->shape;
	size_t i;
	int got;

	for (i = 0; shape->param[i].name; i++)
		if (sched_span_is(k->name, shape->param[i].name))
			return shape_key(p, c, f, i, k);
	for (i = 0; i < NCOMMON; i++)
		if (sched_span_is(k->name, common_name[i]) &&
			common_applies(shape, (enum common)i))
			return common_key(p, c, f, (enum common)i, k);
	if (shape->flags & SHAPE_X) {
		got = sched_parse_repeat_key(p, k, &f->repeat);
		f->has_repeat |= got > 0;
		if (got)
			return got < 0 ? -1 : 0;
	}
	return no_key(p, f, k);
}
