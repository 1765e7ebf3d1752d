/* SPDX-License-Identifier: MIT */
/*
 * The table of shapes, put together from its families, and the presets of
 * range tests.
 */
#include "sched/shape.h"

#include <math.h>
#include <string.h>

#include "sched/sched.h"

static const struct shape *const family[] = {
	sched_shape_ramps,
	sched_shape_decays,
	sched_shape_cycles,
	sched_shape_fns,
};

/* clang-format off */
static const struct sched_preset presets[] = {
	{"fastai", SCHED_EXCL, 0, 1e-7, 10, 100},
	{"lightning", SCHED_SKIP, 0, 1e-8, 1, 100},
	{"torch-lr-finder", SCHED_INCL, 0, NAN, 10, 100},
	{"ignite", SCHED_LEAD, 0, NAN, 10, NAN},
	{"keras", SCHED_EXCL, 0, NAN, NAN, NAN},
	{"deepspeed", SCHED_EXCL, 1, 1e-3, 2e-3, 2000},
};
/* clang-format on */

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
