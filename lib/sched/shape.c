/* SPDX-License-Identifier: MIT */
/*
 * The table of shapes, put together from its families and described, and the
 * presets of range tests.
 */
#include "sched/shape.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"

static const struct shape *const family[] = {
	sched_shape_ramps,
	sched_shape_decays,
	sched_shape_cycles,
	sched_shape_fns,
};

/*
 * By default of fastai's Learner.lr_find, Lightning's Tuner.lr_find,
 * pytorch-lr-finder's range_test, ignite's FastaiLRFinder, surmenok's
 * keras_lr_finder and DeepSpeed's LRRangeTest.
 */
/* clang-format off */
static const struct sched_preset presets[] = {
	{"fastai", SCHED_EXCL, false, 1e-7, 10, 100},
	{"lightning", SCHED_SKIP, false, 1e-8, 1, 100},
	{"torch-lr-finder", SCHED_INCL, false, NAN, 10, 100},
	{"ignite", SCHED_LEAD, false, NAN, 10, NAN},
	{"keras", SCHED_EXCL, false, NAN, NAN, NAN},
	{"deepspeed", SCHED_EXCL, true, 1e-3, 2e-3, 2000},
};
/* clang-format on */

int sched_blame(struct sched_fault *f, int field, const char *fmt, ...)
{
	va_list ap;

	f->field = field;
	va_start(ap, fmt);
	diag_vset(f->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	return -1;
}

int sched_blame_nomem(struct sched_fault *f, size_t nbytes)
{
	f->field = SCHED_WHOLE;
	return diag_nomem(f->d, nbytes);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct shape *sched_shape_nth(size_t i)
{
	const struct shape *row;
	size_t k;

	for (k = 0; k < COUNT(family); k++)
		for (row = family[k]; row->name; row++)
			if (!i--)
				return row;
	return NULL;
}

const struct shape *sched_shape_find(const char *name, size_t n)
{
	const struct shape *row;
	size_t i;

	for (i = 0; (row = sched_shape_nth(i)); i++)
		if (strlen(row->name) == n && !memcmp(row->name, name, n))
			return row;
	return NULL;
}

bool sched_shape_takes_to(const struct shape *shape)
{
	return shape->to != SHAPE_END_NONE && shape->to != SHAPE_END_FROM;
}

enum sched_grid sched_shape_grid(const struct shape *shape)
{
	return shape->flags & SHAPE_INCL ? SCHED_INCL : SCHED_EXCL;
}

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
	size_t i;

	if (buf_printf(b, "%s%s", shape->name,
		    sched_shape_takes_to(shape) ? "[:LEN[:TO]]" : "[:LEN]"))
		return -1;
	for (i = 0; shape->param[i].name; i++)
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

const struct sched_preset *sched_preset_nth(size_t i)
{
	return i < COUNT(presets) ? &presets[i] : NULL;
}

const struct sched_preset *sched_preset_find(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < COUNT(presets); i++)
		if (strlen(presets[i].name) == n &&
			!memcmp(presets[i].name, name, n))
			return &presets[i];
	return NULL;
}
