/* SPDX-License-Identifier: MIT */
/* What the tools that look into weight files share; see weights.h. */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "choice/choice.h"
#include "cli.h"
#include "format/format.h"
#include "model/model.h"
#include "stat/stat.h"
#include "tensor/tensor.h"
#include "weights.h"

int weights_take_raw(void *at, const struct opt_given *g, struct diag *d)
{
	return format_hint_raw(at, g->value, d);
}

int weights_take_void(void *at, const struct opt_given *g, struct diag *d)
{
	struct format_hint *hint = at;

	hint->void_dtype = tensor_dtype_named(g->value, strlen(g->value));
	if (hint->void_dtype != TENSOR_OTHER)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"--void: unknown dtype '%.40s'; expected bf16, f8_e4m3, "
		"f8_e5m2, ...",
		g->value);
}

int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d)
{
	if (!choice_patterns_add(at, g->value, d))
		return 0;
	return diag_at(d, "%s", g->name);
}

int weights_take_int_zero(void *at, const struct opt_given *g, struct diag *d)
{
	struct choice *choice = at;
	bool minus = g->value && *g->value == '-';
	uint64_t max = (uint64_t)INT64_MAX + minus, size;

	if (!*g->name)
		return -1; /* the next word is another argument */
	choice->integers = true;
	choice->zero = 0;
	if (!g->value)
		return 0;
	if (num_arg_u64(g->name, g->value + minus, 0, max, &size, d))
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a whole number; expected "
			"-9223372036854775808 to 9223372036854775807",
			g->name, g->value);
	choice->zero = (int64_t)(minus ? 0 - size : size);
	return 0;
}

void weights_begin_row(
	struct rows *r, const char *file, const struct tensor_span *s)
{
	rows_text(r, file);
	rows_text(r, s->name);
	rows_text(r, tensor_dtype_name(s));
	rows_text(r, tensor_shape_text(s->shape, s->ndim).text);
	rows_u64(r, s->n);
}

/* --- what people are told ------------------------------------------------- */

void weights_note_binary(
	const char *file, const char *name, size_t n, const char *left)
{
	char more[64] = "";

	if (n > 1)
		snprintf(more, sizeof(more), ", as %zu more do", n - 1);
	if (n)
		cli_note("%s:%.200s: holds only 0 and 1%s: a mask? --exclude "
			 "leaves it %s",
			file, name, more, left);
}

void weights_remark(const struct tensor_model *m)
{
	for (size_t i = 0; i < m->nfile; i++) {
		const struct tensor_file *f = &m->file[i];

		if (*f->map.remark)
			cli_note("%s: %s", f->in.name, f->map.remark);
		if (f->map.dtype_remark)
			cli_note("%s: %s", f->in.name, f->map.dtype_remark);
	}
}

int weights_stay(const struct tensor_model *m, const char *out, struct diag *d)
{
	int has = tensor_model_has(m, out, d);

	if (has > 0)
		diag_set(d, DIAG_USAGE,
			"the output is a file of this input; expected another");
	return has ? diag_at(d, "%s", m->name) : 0;
}

int weights_open(struct tensor_model *m, const char *path,
	const struct format_hint *hint, const char *out, struct diag *d)
{
	if (model_open(m, path, hint, cli_tmpdir(), d))
		return -1;
	if (weights_stay(m, out, d)) {
		tensor_model_close(m);
		return -1;
	}
	weights_remark(m);
	return 0;
}
