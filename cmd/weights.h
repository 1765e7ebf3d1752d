/* SPDX-License-Identifier: MIT */
/*
 * What the tools that look into weight files share: options (TAKEs of opt.h)
 * and what their rows begin with.
 */
#ifndef CMD_WEIGHTS_H
#define CMD_WEIGHTS_H

#include "opt.h"
#include "rows.h"

struct tensor_span;

/* --raw, into a struct tensor_hint. */
int weights_take_raw(void *at, const struct opt_given *g, struct diag *d);

/* --void, into a struct tensor_hint. */
int weights_take_void(void *at, const struct opt_given *g, struct diag *d);

/* --include and the like, into a struct prune_patterns. */
int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d);

#define WEIGHTS_COLUMNS                                                     \
	{"file", ROWS_TEXT, ROWS_TITLE}, {"tensor", ROWS_TEXT, ROWS_SHOWN}, \
		{"dtype", ROWS_TEXT, ROWS_SHOWN},                           \
		{"shape", ROWS_TEXT, ROWS_SHOWN},                           \
	{                                                                   \
		"n", ROWS_COUNT, ROWS_SHOWN                                 \
	}

/* The cells of these columns for the tensor S of FILE. */
void weights_begin_row(
	struct rows *r, const char *file, const struct tensor_span *s);

#endif
