/* SPDX-License-Identifier: MIT */
/*
 * One word becomes one segment, or what a call comes to: a shape's row says
 * which keys it takes and where its ends come from.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "words/words_impl.h"

/* A segment while its keys are read. */
struct draft {
	struct word w;
	struct sched *node;
	struct sched *rep; /* by its keys of repetition; NULL: none */
	bool has_grid, has_cycles, over;
	double total; /* NAN: not given */
	double skip;
	const struct sched_preset *preset;
	struct span given[SCHED_WHOLE]; /* where each field is; s NULL */
};

/* --- keys --------------------------------------------------------------- */

static int need_value(struct parser *p, const struct word_key *k, bool wanted)
{
	if (wanted)
		return words_need_value(p, k);
	if (!k->has_value)
		return 0;
	return words_fail(p, k->value.s,
		"key '%.*s' takes no value; expected %.*s alone",
		STR_ARG(k->name), STR_ARG(k->name));
}

/* A value of scope C, noting whether it depends on the base.  0, or -1. */
static int read_value(struct parser *p, struct scope *c, struct span name,
	struct span s, double *ret)
{
	bool is_base;

	if (words_parse_value(p, name, s, c->base, ret, &is_base))
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
	return words_fail(p, s.s, "%.*s=%.*s; expected %s", STR_ARG(name),
		STR_ARG(s), wrong);
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
		return words_fail(p, s.s,
			"%.*s=%.*s; expected a list: %.*s=30/60",
			STR_ARG(k->name), STR_ARG(s), STR_ARG(k->name));
	list.v = calloc(n, sizeof(*list.v));
	if (!list.v)
		return diag_nomem(p->d, n * sizeof(*list.v));
	for (struct span rest = s; list.n < n && !bad; list.n++) {
		double *v = &list.v[list.n];

		one = words_span_cut(rest, "/", &rest);
		bad = q->unit == SHAPE_VALUE_LIST
			      ? read_value(p, c, k->name, one, v)
			      : words_parse_steps(p, k->name, one, v, &unit);
	}
	f->given[i] = s;
	wrong = sched_set_list(f->node, i, list);
	if (bad || !wrong)
		return bad;
	return words_fail(p, s.s, "%.*s=%.*s; expected %s", STR_ARG(k->name),
		STR_ARG(s), wrong);
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
		bad = words_parse_choice(p, k->name, k->value, q->choices, &v);
		break;
	case SHAPE_LAMBDA:
		bad = words_parse_lambda(p, k->name, k->value, &fn);
		if (!bad)
			sched_set_fn(f->node, i, fn);
		return bad;
	case SHAPE_STEPS_LIST:
	case SHAPE_VALUE_LIST: return list_key(p, c, f, i, k);
	case SHAPE_REAL:
		bad = words_parse_real(p, k->name, k->value, &v);
		break;
	case SHAPE_VALUE: bad = read_value(p, c, k->name, k->value, &v); break;
	case SHAPE_STEPS:
		bad = words_parse_steps(p, k->name, k->value, &v, &g->unit[i]);
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
		return words_fail(p, k->name.s,
			"past= inside rep; expected it on rep itself");
	return words_parse_past(p, c, k);
}

static int total_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	double unit;

	(void)c;
	if (f->w.len.s)
		return words_fail(p, k->name.s,
			"total= beside a length; expected one of them");
	return words_parse_steps(p, k->name, k->value, &f->total, &unit);
}

static int skip_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)c;
	return words_parse_skip(p, k, &f->skip);
}

static int cycles_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	(void)c;
	f->has_cycles = true;
	return words_parse_count(p, k->name, k->value, &f->rep);
}

static int preset_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	struct near near = {.wrong = k->value.s, .nwrong = k->value.n};
	const struct sched_preset *row;
	char buf[NEAR_PHRASE_MAX];

	(void)c;
	if (f->has_grid)
		return words_fail(p, k->name.s,
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
	return words_fail(p, k->value.s, "no preset '%.*s'; %s",
		STR_ARG(k->value),
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

#define NCOMMON ARRAY_SIZE(common)

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
		return words_fail(p, k->name.s,
			"a second grid key; expected one of excl, incl, lead, "
			"open, preset=");
	f->has_grid |= q->kind == KIND_GRID;
	if (q->field == SCHED_TO && f->given[SCHED_TO].s)
		return words_fail(p, k->name.s,
			"to= beside an end value after the length; expected "
			"one of them");
	if (q->kind == KIND_VALUE && read_value(p, c, k->name, k->value, &v))
		return -1;
	return set(p, f, q->field, k->name,
		q->kind == KIND_VALUE ? k->value : k->name, v);
}

static bool is_list(const struct shape *shape, const struct word_key *k)
{
	for (size_t i = 0; shape->param[i].name; i++)
		if (words_span_is(k->name, shape->param[i].name))
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
		return words_fail(p, k->name.s,
			"'%.*s' after a comma, which begins a key; expected a "
			"list: %.*s=%.*s/%.*s",
			STR_ARG(k->name), STR_ARG(last->name), STR_ARG(whole),
			STR_ARG(k->name));
	if (w->to.s || (last && last->has_value))
		return words_fail(p, k->name.s,
			"'%.*s' after a comma, which begins a key; expected a "
			"decimal point: %.*s.%.*s",
			STR_ARG(k->name), STR_ARG(whole), STR_ARG(k->name));
	return words_fail(p, k->name.s,
		"'%.*s' after a comma, which begins a key; expected %.*s:%.*s"
		"%.*s",
		STR_ARG(k->name), STR_ARG(w->name),
		w->len.s ? (int)w->len.n : 0, w->len.s ? w->len.s : "",
		STR_ARG(k->name));
}

/* Offers the shapes; returns whether one is, or is meant by, what was said. */
static bool is_shape(struct near *near)
{
	const struct shape *shape;

	for (size_t i = 0; (shape = sched_shape_nth(i)); i++)
		near_try(near, shape->name, strlen(shape->name));
	return near_is_meant(near);
}

/* Says which key of the shape the user may have meant. */
static int no_key(
	struct parser *p, const struct draft *f, const struct word_key *k)
{
	static const char length[] = "LENGTH";
	const struct shape *shape = f->node->u.seg.shape;
	struct near near = {.wrong = k->name.s,
			    .nwrong = k->name.n,
			    .synonym = words_synonyms},
		    word = near;
	char buf[NEAR_PHRASE_MAX], otherwise[64];
	double number;

	if (num_scan_double(k->name.s, k->name.n, &number))
		return number_as_key(p, f, k);
	near_try(&near, length, strlen(length));
	for (size_t i = 0; shape->param[i].name; i++)
		near_try(&near, shape->param[i].name,
			strlen(shape->param[i].name));
	for (size_t i = 0; i < NCOMMON; i++)
		if (common_applies(shape, &common[i]))
			near_try(&near, common[i].name, strlen(common[i].name));
	if (!near_is_meant(&near) && is_shape(&word))
		return words_fail(p, k->name.s,
			k->has_value
				? "%s takes no key '%.*s'; expected a word "
				  "of its own: %.*s:LENGTH"
				: "%s takes no key '%.*s', which is a "
				  "shape; expected a blank before it",
			shape->name, STR_ARG(k->name), (int)word.nbest,
			word.best);
	snprintf(otherwise, sizeof(otherwise),
		"lrsched --list %s and --list keys show all", shape->name);
	if (near_found(&near) && near.best == length) {
		near.best = NULL;
		snprintf(otherwise, sizeof(otherwise), "expected %s:LENGTH",
			shape->name);
	}
	return words_fail(p, k->name.s, "%s takes no key '%.*s'; %s",
		shape->name, STR_ARG(k->name),
		near_phrase(&near, otherwise, buf));
}

/* One key of the current word into F.  Returns 0, or -1. */
static int parse_key(struct parser *p, struct scope *c, struct draft *f,
	const struct word_key *k)
{
	const struct shape *shape = f->node->u.seg.shape;
	int got;

	for (int i = 0; shape->param[i].name; i++)
		if (words_span_is(k->name, shape->param[i].name))
			return shape_key(p, c, f, i, k);
	for (size_t i = 0; i < NCOMMON; i++)
		if (words_span_is(k->name, common[i].name) &&
			common_applies(shape, &common[i]))
			return common_key(p, c, f, &common[i], k);
	if (shape->flags & SHAPE_X) {
		got = words_parse_repeat_key(p, k, &f->rep);
		if (got)
			return got < 0 ? -1 : 0;
	}
	return no_key(p, f, k);
}

/* --- segments ----------------------------------------------------------- */

/* What is shown of a constructor. */
#define SIGNATURE_MAX 320

static void use_base(struct scope *c)
{
	if (c->real_base)
		c->column->uses_base = true;
}

/* One end of the segment when the user did not say; PRESET may. */
static int default_end(struct parser *p, struct scope *c, struct draft *f,
	int field, double preset)
{
	const struct sched_seg *g = &f->node->u.seg;
	struct span word = p->word[p->at];
	double v = preset;

	switch (field == SCHED_FROM ? g->shape->from : g->shape->to) {
	case SHAPE_END_PREV:
		v = c->cur;
		if (c->cur_is_base)
			use_base(c);
		if (isfinite(c->cur) && c->cur >= 0)
			break;
		return words_fail(p, word.s,
			"the segment before ends %s; expected from=",
			c->cur < 0      ? "below 0"
			: isnan(c->cur) ? "at no number"
					: "at infinity");
	case SHAPE_END_BASE:
		v = c->base;
		if (!g->list[SCHED_LIST_VALUES].n)
			use_base(c);
		break;
	default: break;
	}
	if (!isnan(v) && sched_takes(g->shape, field))
		sched_set(f->node, field, v);
	return 0;
}

/* What is left of the steps for the last segment. */
static int rest_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq, double *len)
{
	struct span word = p->word[p->at];
	const char *place = f->w.len.s ? f->w.len.s : word.s + f->w.name.n;

	if (f->node->u.seg.shape->flags & SHAPE_ENDLESS) {
		*len = INFINITY;
		return 0;
	}
	if (c->no_rest)
		return words_fail(p, place,
			"%s without a length inside rep; expected %s:LENGTH",
			f->node->u.seg.shape->name, f->node->u.seg.shape->name);
	c->rest = true;
	*len = c->room - seq->u.seq.next + f->skip;
	if (isnan(c->room)) {
		*len = INFINITY;
		p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (*len - f->skip >= 1)
		return 0;
	return words_fail(p, place,
		"no step is left for %s: the segments before it take %g of %g; "
		"expected more steps, or a length",
		f->node->u.seg.shape->name, seq->u.seq.next, c->room);
}

static int set_length(struct parser *p, struct scope *c, struct draft *f,
	const struct sched *seq)
{
	const struct shape *shape = f->node->u.seg.shape;
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
		if (shape->length && !isnan(shape->length(&f->node->u.seg))) {
			*len = shape->length(&f->node->u.seg);
			return 0;
		}
		return rest_length(p, c, f, seq, len);
	} else if (words_parse_steps(p, name, s, len, &unit)) {
		return -1;
	}
	if (*len >= 1)
		return 0;
	if (s.n && num_scan_double(s.s, s.n, &unit) == s.n && *len > 0 &&
		!memchr(s.s, 'e', s.n))
		return words_fail(p, s.s,
			"%s is %g steps; expected one step or more, or %.6g%% "
			"of the steps",
			name.s, *len, *len * 100);
	return words_fail(p, s.n ? s.s : p->word[p->at].s,
		"%s is %g steps; expected one step or more%s", name.s, *len,
		s.n && memchr(s.s, 'e', s.n) && *len > 0
			? " (of epochs: 5ep-1, where 5e-1 is 0.5)"
			: "");
}

static int read_fields(struct parser *p, struct scope *c, struct draft *f)
{
	const struct shape *shape = f->node->u.seg.shape;
	struct span end = {"end value", 9};
	double to;

	if (f->w.to.s) {
		if (shape->to == SHAPE_END_FROM)
			return words_fail(p, f->w.to.s,
				"%s with an end value keeps its start until "
				"then; expected %s,from=%.*s",
				shape->name, shape->name, STR_ARG(f->w.to));
		if (!sched_takes(shape, SCHED_TO))
			return words_fail(p, f->w.to.s,
				"%s has no end value; expected %s:LENGTH",
				shape->name, shape->name);
		if (read_value(p, c, end, f->w.to, &to))
			return -1;
		sched_set(f->node, SCHED_TO, to);
		f->given[SCHED_TO] = f->w.to;
	}
	for (size_t i = 0; i < f->w.nkey; i++)
		if (parse_key(p, c, f, &f->w.key[i]))
			return -1;
	return 0;
}

static int set_ends(struct parser *p, struct scope *c, struct draft *f)
{
	const struct sched_preset *s = f->preset;
	double from = s ? s->from : NAN;

	/* Finders without a start of their own begin at the optimizer's. */
	if (!f->given[SCHED_FROM].s && s && isnan(from) && !isnan(s->to)) {
		from = c->base;
		use_base(c);
	}
	if (!f->given[SCHED_FROM].s && default_end(p, c, f, SCHED_FROM, from))
		return -1;
	if (f->given[SCHED_TO].s)
		return 0;
	return default_end(p, c, f, SCHED_TO, s ? s->to : NAN);
}

/* Wraps in cycles, appends, and moves on to the segment's end. */
static int append(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct span word = p->word[p->at];
	struct sched *node = f->node, *rep = f->rep;

	if (isinf(node->len) && (f->over || f->has_cycles))
		return words_fail(p, word.s + f->w.name.n,
			"%s without a length; expected %s:LENGTH",
			f->over ? "over" : "cycles=", node->u.seg.shape->name);
	if (f->rep && !f->has_cycles)
		return words_fail(p, word.s,
			"a key of repetition without cycles=; expected "
			"cycles=N");
	if (f->has_cycles && (f->over || node->u.seg.cont))
		return words_fail(p, word.s, "cycles= beside %s; expected one",
			f->over ? "over" : "past=cont");
	if (f->has_cycles && p->depth >= SCHED_DEPTH_MAX)
		return words_fail(p, word.s,
			"cycles inside rep too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	f->node = f->rep = NULL;
	if (rep)
		node = words_parse_repeated(p, c, node, rep);
	return node ? words_append(p, c, seq, node, f->skip, f->over) : -1;
}

/* What was wrong with fields, told at the one that is at fault. */
static int fail_field(struct parser *p, const struct draft *f,
	const struct sched_fault *wrong)
{
	struct span word = p->word[p->at], at = {NULL, 0};

	if (wrong->field < SCHED_WHOLE)
		at = f->given[wrong->field];
	return words_fail_at(p, at.s ? at.s : word.s);
}

static int build(
	struct parser *p, struct scope *c, struct draft *f, struct sched *seq)
{
	struct sched_fault wrong = {.d = p->d};

	if (read_fields(p, c, f) || set_ends(p, c, f) ||
		set_length(p, c, f, seq))
		return -1;
	sched_set(f->node, SCHED_CONT, c->past == PAST_CONT);
	if (sched_prepare(f->node, words_horizon(p, c), &wrong))
		return fail_field(p, f, &wrong);
	return append(p, c, f, seq);
}

/* "warmup=500": a shape, and a length behind the wrong sign. */
static int wrong_sign(struct parser *p, struct span name)
{
	size_t n = 0;
	struct span rest;

	while (n < name.n && !strchr("=;/|@(-", name.s[n]))
		n++;
	if (n == name.n || !sched_shape_find(name.s, n))
		return 0;
	rest = (struct span){name.s + n + 1, name.n - n - 1};
	if (name.s[n] == '(' && rest.n && rest.s[rest.n - 1] == ')')
		rest.n--;
	return words_fail(p, name.s + n,
		"'%c' after the shape %.*s; expected a colon: %.*s:%.*s",
		name.s[n], (int)n, name.s, (int)n, name.s, STR_ARG(rest));
}

/* "to=0.1" alone: a key after a blank. */
static int lone_key(struct parser *p, struct span name)
{
	size_t n = words_span_until(name, "=");
	struct span last;

	if (n == name.n || !p->at)
		return 0;
	last = p->word[p->at - 1];
	return words_fail(p, name.s,
		"'%.*s' after a blank, which begins a word; expected a comma: "
		"%.*s,%.*s",
		STR_ARG(name), STR_ARG(last), STR_ARG(name));
}

/* "warmup:5 then cos", or a number alone. */
static int is_joint(struct parser *p, struct span name)
{
	static const char *const joint[] = {
		"then", "->", "=>", "and", "|", "&", ";", "to"};
	double x;

	for (size_t i = 0; i < ARRAY_SIZE(joint); i++)
		if (words_span_is(name, joint[i]))
			return words_fail(p, name.s,
				"'%s' between shapes; expected the next shape "
				"at once, as in warmup:5 cos",
				joint[i]);
	if (num_scan_double(name.s, name.n, &x) != name.n)
		return 0;
	return words_fail(p, name.s,
		"a number without its shape; expected const:%.*s for a length, "
		"const,from=%.*s for a value",
		STR_ARG(name), STR_ARG(name));
}

/* A signature, which its file may break into lines, as one. */
static int one_line(char *out, size_t room, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 1 < room; i++)
		if (!strchr(" \t\n", s[i]))
			out[len++] = s[i];
		else if (len > 0 && out[len - 1] != ' ')
			out[len++] = ' ';
	return (int)len;
}

/* A constructor's name without arguments: NEAR is what NAME may mean. */
static int lone_constructor(
	struct parser *p, struct span name, const struct near *near)
{
	const struct sched_host *host = p->env->host;
	const char *signature = NULL;
	char line[SIGNATURE_MAX];
	size_t n = 0;

	if (host && near_found(near))
		signature =
			host->signature(host->ctx, near->best, near->nbest, &n);
	if (!signature)
		return 0;
	return words_fail(p, name.s,
		"no shape '%.*s'; nearest is a constructor, expected its "
		"call: \"%.*s\"",
		STR_ARG(name), one_line(line, sizeof(line), signature, n),
		line);
}

/* Whether NAME ends as a file's does that holds a schedule. */
static bool is_file(struct span name)
{
	size_t at = str_last_part(name.s, name.n);

	return at > 0 && str_is_word_of(name.s + at, name.n - at,
				 "py json yaml yml toml sh cfg ipynb md txt");
}

/* Says which shape, or word of the grammar, the user may have meant. */
static int no_shape(struct parser *p, struct span name)
{
	static const char *const other[] = {
		"rep", "part", "hold", "end", "times"};
	struct near near = {.wrong = name.s,
		.nwrong = words_span_until(name, "="),
		.synonym = words_synonyms};
	char buf[NEAR_PHRASE_MAX];

	if (wrong_sign(p, name) || lone_key(p, name) || is_joint(p, name))
		return -1;
	if (is_file(name))
		return words_fail(p, name.s,
			"no shape '%.*s', which may be a file; expected @%.*s",
			STR_ARG(name), STR_ARG(name));
	if (words_span_is(name, "probe"))
		return words_fail(p, name.s,
			"probe: is a table of its own and no schedule; "
			"expected it as the only word of lrsched");
	is_shape(&near);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		near_try(&near, other[i], strlen(other[i]));
	if (p->env->host)
		p->env->host->offer(p->env->host->ctx, &near);
	if (lone_constructor(p, name, &near))
		return -1;
	return words_fail(p, name.s, "no shape '%.*s'; %s", STR_ARG(name),
		near_phrase(&near, "lrsched --list shows all", buf));
}

int words_parse_segment(struct parser *p, struct scope *c, struct sched *seq)
{
	struct draft f = {.total = NAN};
	const struct shape *shape;
	int r;

	if (words_split_word(p, &f.w))
		return -1;
	if (!f.w.name.n)
		return words_fail(p, f.w.name.s, "no shape; expected a name");
	shape = sched_shape_find(f.w.name.s, f.w.name.n);
	if (!shape)
		return no_shape(p, f.w.name);
	f.node = sched_new_seg(shape);
	if (!f.node)
		return diag_nomem(p->d, sizeof(*f.node));
	r = build(p, c, &f, seq);
	sched_free(f.node);
	sched_free(f.rep);
	return r;
}

/* --- calls -------------------------------------------------------------- */

/* Whether WORD begins a column: +NAME. */
static bool is_column(struct span word)
{
	return word.n > 0 && word.s[0] == '+';
}

bool words_is_call(const struct parser *p, struct span word)
{
	const struct sched_host *host = p->env->host;
	struct span rest, name = words_span_cut(word, "(", &rest);
	size_t n;

	/* "cos(500)" is no call, but brackets in the colon's place. */
	return host && host->knows(host->ctx, word.s, word.n) &&
	       (!sched_shape_find(name.s, name.n) ||
		       host->signature(host->ctx, name.s, name.n, &n));
}

/* Whether the current word is all of its column. */
static bool is_alone(const struct parser *p)
{
	return (p->at == 0 || is_column(p->word[p->at - 1])) &&
	       (p->at + 1 == p->nword || is_column(p->word[p->at + 1]));
}

/* The first column of CALL, appended to SEQ; its name may be CALL's to give. */
static int append_call(struct parser *p, struct scope *c, struct sched *seq,
	struct sched_call *call, bool alone)
{
	struct sched_call_column *first = &call->column[0];
	struct sched *node = first->node;

	if (first->name && !c->column->name) {
		c->column->name = first->name;
		first->name = NULL;
	}
	if (first->uses_base && c->real_base)
		c->column->uses_base = true;
	if (!isnan(first->past_end))
		words_add_error(
			c, p->at + 1, seq->u.seq.next + first->past_end);
	first->node = NULL;
	/* Among others it is a schedule of its own. */
	if (!alone) {
		node = sched_new_group(node, NAN, false);
		if (!node)
			return diag_nomem(p->d, sizeof(*node));
	}
	return words_append(p, c, seq, node, 0, false);
}

int words_parse_call(struct parser *p, struct scope *c, struct sched *seq)
{
	const struct sched_host *host = p->env->host;
	struct span word = p->word[p->at];
	struct sched_call call = {.n = 0};
	bool alone = is_alone(p);
	size_t where = 0;
	int r;

	if (!words_is_call(p, word))
		return 0;
	if (host->build(host->ctx, word.s, word.n, p->env, c->base, &call,
		    &where, p->d)) {
		sched_call_free(&call);
		return words_fail_at(p, word.s + where);
	}
	r = append_call(p, c, seq, &call, alone);
	if (!r && call.name.len) {
		if (p->table->calls.len)
			buf_addc(&p->table->calls, ' ');
		buf_add(&p->table->calls, call.name.data, call.name.len);
	}
	if (buf_failed(&p->table->calls))
		r = diag_nomem(p->d, call.name.len);
	if (alone)
		p->pending = call;
	else
		sched_call_free(&call);
	return r ? -1 : 1;
}
