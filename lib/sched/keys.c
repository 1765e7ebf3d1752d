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

/*
 * One of the current segment's numbers, as written in S.  Some words are asked
 * for more than the builder asks for.
 */
static int set(struct parser *p, struct draft *f, int field, struct span name,
	struct span s, double v)
{
	const struct shape_param *q = f->node->u.seg.shape->param;
	const char *wrong = sched_set(f->node, field, v);

	f->given[field] = s;
	if (field < SCHED_NPARAM && q[field].range == SHAPE_FACTOR && !(v > 0))
		wrong = "a number above 0";
	if (field < SCHED_NPARAM && q[field].range == SHAPE_LENGTH && !(v >= 1))
		wrong = "one step or more";
	if (!wrong)
		return 0;
	return sched_fail(p, s.s, "%.*s=%.*s; expected %s", (int)name.n, name.s,
		(int)s.n, s.s, wrong);
}

/* A/B/C of parameter I. */
static int list_key(struct parser *p, struct scope *c, struct draft *f, int i,
	const struct word_key *k)
{
	const struct shape_param *q = &f->node->u.seg.shape->param[i];
	struct sched_list list = {NULL, 0};
	struct span s = k->value, one;
	const char *wrong;
	size_t n = 1;
	double unit;
	int bad = 0;

	for (size_t j = 0; j < s.n; j++)
		n += s.s[j] == '/';
	if (strchr("[(", s.s[0]) || memchr(s.s, ':', s.n))
		return sched_fail(p, s.s,
			"%.*s=%.*s; expected a list: %.*s=30/60",
			(int)k->name.n, k->name.s, (int)s.n, s.s,
			(int)k->name.n, k->name.s);
	list.v = calloc(n, sizeof(*list.v));
	if (!list.v)
		return diag_nomem(p->d, n * sizeof(*list.v));
	for (struct span rest = s; list.n < n && !bad; list.n++) {
		double *v = &list.v[list.n];

		one = sched_span_cut(rest, "/", &rest);
		bad = q->unit == SHAPE_VALUE_LIST
			      ? sched_read_value(p, c, k->name, one, v)
			      : sched_parse_steps(p, k->name, one, v, &unit);
	}
	f->given[i] = s;
	wrong = sched_set_list(f->node, i, list);
	if (bad || !wrong)
		return bad;
	return sched_fail(p, s.s, "%.*s=%.*s; expected %s", (int)k->name.n,
		k->name.s, (int)s.n, s.s, wrong);
}

/* Parameter I of the shape's row. */
static int shape_key(struct parser *p, struct scope *c, struct draft *f, int i,
	const struct word_key *k)
{
	struct sched_seg *g = &f->node->u.seg;
	const struct shape_param *q = &g->shape->param[i];
	struct sched_fn *fn = NULL;
	double v = 1;
	int bad = 0;

	if (need_value(p, k, q->unit != SHAPE_FLAG))
		return -1;
	switch (q->unit) {
	case SHAPE_FLAG: break;
	case SHAPE_CHOICE:
		bad = sched_parse_choice(p, k->name, k->value, q->choices, &v);
		break;
	case SHAPE_LAMBDA:
		bad = sched_parse_lambda(p, k->name, k->value, &fn);
		if (!bad)
			sched_set_fn(f->node, i, fn);
		return bad;
	case SHAPE_STEPS_LIST:
	case SHAPE_VALUE_LIST: return list_key(p, c, f, i, k);
	case SHAPE_REAL:
		bad = sched_parse_real(p, k->name, k->value, &v);
		break;
	case SHAPE_VALUE:
		bad = sched_read_value(p, c, k->name, k->value, &v);
		break;
	case SHAPE_STEPS:
		bad = sched_parse_steps(p, k->name, k->value, &v, &g->unit[i]);
		break;
	}
	return bad ? -1 : set(p, f, i, k->name, k->value, v);
}

/* The keys that many shapes take, and the fields that they are. */
enum common_kind { KIND_VALUE, KIND_FLAG, KIND_GRID, KIND_OWN };

static int over_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)p, (void)c, (void)k;
	f->over = true;
	return 0;
}

static int past_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)f;
	if (c->in_rep)
		return sched_fail(p, k->name.s,
			"past= inside rep; expected it on rep itself");
	return sched_parse_past(p, c, k);
}

static int total_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	double unit;

	(void)c;
	if (f->w.len.s)
		return sched_fail(p, k->name.s,
			"total= beside a length; expected one of them");
	return sched_parse_steps(p, k->name, k->value, &f->total, &unit);
}

static int skip_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)c;
	return sched_parse_skip(p, k, &f->skip);
}

static int cycles_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)c;
	f->has_cycles = true;
	return sched_parse_count(p, k->name, k->value, &f->rep);
}

static int preset_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	struct near near = {.wrong = k->value.s, .nwrong = k->value.n};
	const struct sched_preset *row;
	char buf[NEAR_PHRASE_MAX];

	(void)c;
	if (f->has_grid)
		return sched_fail(p, k->name.s,
			"preset= beside a grid key; expected one of them");
	f->has_grid = true;
	f->preset = sched_preset_find(k->value.s, k->value.n);
	if (f->preset) {
		sched_set(f->node, SCHED_GRID, f->preset->grid);
		if (f->preset->lin)
			sched_set(f->node, SHAPE_P_LIN, 1);
		return 0;
	}
	for (size_t i = 0; (row = sched_preset_nth(i)); i++)
		near_try(&near, row->name, strlen(row->name));
	return sched_fail(p, k->value.s, "no preset '%.*s'; %s",
		(int)k->value.n, k->value.s,
		near_phrase(&near, "lrsched --list preset shows all", buf));
}

static const struct common {
	const char *name;
	enum common_kind kind;
	int field;     /* that a shape takes, or SCHED_WHOLE */
	unsigned flag; /* or of a shape that takes it; 0: all do */
	double grid;
	int (*read)(struct parser *p, struct scope *c, struct draft *f,
		const struct word_key *k);
} common[] = {
	{"from", KIND_VALUE, SCHED_FROM, 0, 0, NULL},
	{"to", KIND_VALUE, SCHED_TO, 0, 0, NULL},
	{"floor", KIND_VALUE, SCHED_FLOOR, 0, 0, NULL},
	{"ceil", KIND_VALUE, SCHED_CEIL, 0, 0, NULL},
	{"excl", KIND_GRID, SCHED_GRID, 0, SCHED_EXCL, NULL},
	{"incl", KIND_GRID, SCHED_GRID, 0, SCHED_INCL, NULL},
	{"lead", KIND_GRID, SCHED_GRID, 0, SCHED_LEAD, NULL},
	{"open", KIND_GRID, SCHED_GRID, 0, SCHED_OPEN, NULL},
	{"flip", KIND_FLAG, SCHED_FLIP, 0, 0, NULL},
	{"over", KIND_FLAG, SCHED_WHOLE, 0, 0, over_key},
	{"skip", KIND_OWN, SCHED_WHOLE, 0, 0, skip_key},
	{"past", KIND_OWN, SCHED_WHOLE, 0, 0, past_key},
	{"total", KIND_OWN, SCHED_WHOLE, SHAPE_TOTAL, 0, total_key},
	{"preset", KIND_OWN, SCHED_WHOLE, SHAPE_PRESET, 0, preset_key},
	{"cycles", KIND_OWN, SCHED_WHOLE, SHAPE_X, 0, cycles_key},
};

#define NCOMMON (sizeof(common) / sizeof(common[0]))

static bool common_applies(const struct shape *shape, const struct common *q)
{
	return q->field == SCHED_WHOLE ? !q->flag || shape->flags & q->flag
				       : sched_takes(shape, q->field);
}

static int common_key(struct parser *p, struct scope *c, struct draft *f,
	const struct common *q, const struct word_key *k)
{
	double v = q->kind == KIND_GRID ? q->grid : 1;

	if (need_value(p, k, q->kind == KIND_VALUE || q->kind == KIND_OWN))
		return -1;
	if (q->read)
		return q->read(p, c, f, k);
	if (q->kind == KIND_GRID && f->has_grid)
		return sched_fail(p, k->name.s,
			"a second grid key; expected one of excl, incl, lead, "
			"open, preset=");
	f->has_grid |= q->kind == KIND_GRID;
	if (q->field == SCHED_TO && f->given[SCHED_TO].s)
		return sched_fail(p, k->name.s,
			"to= beside an end value after the length; expected "
			"one of them");
	if (q->kind == KIND_VALUE &&
		sched_read_value(p, c, k->name, k->value, &v))
		return -1;
	return set(p, f, q->field, k->name,
		q->kind == KIND_VALUE ? k->value : k->name, v);
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

	if (last && is_list(f->node->u.seg.shape, last))
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
	const struct shape *shape = f->node->u.seg.shape;
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
		if (common_applies(shape, &common[i]))
			near_try(&near, common[i].name, strlen(common[i].name));
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
	const struct shape *shape = f->node->u.seg.shape;
	int got;

	for (int i = 0; shape->param[i].name; i++)
		if (sched_span_is(k->name, shape->param[i].name))
			return shape_key(p, c, f, i, k);
	for (size_t i = 0; i < NCOMMON; i++)
		if (sched_span_is(k->name, common[i].name) &&
			common_applies(shape, &common[i]))
			return common_key(p, c, f, &common[i], k);
	if (shape->flags & SHAPE_X) {
		got = sched_parse_repeat_key(p, k, &f->rep);
		if (got)
			return got < 0 ? -1 : 0;
	}
	return no_key(p, f, k);
}
