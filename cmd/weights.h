/* SPDX-License-Identifier: MIT */
/*
 * What the tools that look into weight files share: options (TAKEs of opt.h)
 * and what their rows begin with.
 */
#ifndef CMD_WEIGHTS_H
#define CMD_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opt.h"
#include "rows.h"
#include "tensor/tensor.h"

struct format_hint;
struct tensor_model;
struct tensor_span;

/* --raw, into a struct format_hint. */
int weights_take_raw(void *at, const struct opt_given *g, struct diag *d);

/* --void, into a struct format_hint. */
int weights_take_void(void *at, const struct opt_given *g, struct diag *d);

/* Two rows of an option table for a struct S with a HINT: WHAT is plain. */
#define WEIGHTS_OPTIONS(S, WHAT)                                            \
	{0, "raw", "DTYPE[,DIM]...", OPT_CALL, offsetof(S, hint),           \
		.help = WHAT " plain little-endian numbers",                \
		.take = weights_take_raw},                                  \
	{                                                                   \
		0, "void", "DTYPE", OPT_CALL, offsetof(S, hint),            \
			.help = "dtype of arrays that ml_dtypes saved, as " \
				"bf16",                                     \
			.take = weights_take_void                           \
	}

/* --include and the like, into a struct choice_patterns. */
int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d);

/*
 * --int-zero, into a struct choice: integers are weights, and of zero
 * points, "=Z" says which stands for 0.
 */
int weights_take_int_zero(void *at, const struct opt_given *g, struct diag *d);

/*
 * Remarks that N tensors of FILE, the first called NAME, may be masks; what
 * --exclude leaves them: "out", "as it is".
 */
void weights_note_binary(
	const char *file, const char *name, size_t n, const char *left);

/* Remarks what is odd about the files of M. */
void weights_remark(const struct tensor_model *m);

/* Refuses the output OUT where it is a file that M is read from. */
int weights_stay(const struct tensor_model *m, const char *out, struct diag *d);

/*
 * Opens PATH as model_open() does, where the output OUT is none of its files,
 * and remarks what is odd about them.
 */
int weights_open(struct tensor_model *m, const char *path,
	const struct format_hint *hint, const char *out, struct diag *d);

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
