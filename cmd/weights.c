/* SPDX-License-Identifier: MIT */
/* Options of the tools that look into weight files; see weights.h. */
#include "weights.h"

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "prune/prune.h"
#include "tensor/tensor.h"

int weights_take_raw(void *at, const struct opt_given *g, struct diag *d)
{
	return tensor_hint_raw(at, g->value, d);
}

int weights_take_void(void *at, const struct opt_given *g, struct diag *d)
{
	struct tensor_hint *hint = at;

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
	if (prune_patterns_add(at, g->value))
		return diag_nomem(d, sizeof(g->value));
	return 0;
}

void weights_begin_row(
	struct rows *r, const char *file, const struct tensor_span *s)
{
	struct buf shape = {0};

	if (tensor_shape_add(&shape, s->shape, s->ndim) ||
		buf_terminate(&shape))
		r->nomem = true;
	rows_text(r, file);
	rows_text(r, s->name);
	rows_text(r, tensor_dtype_name(s));
	rows_text(r, shape.data);
	rows_u64(r, s->n);
	buf_free(&shape);
}
