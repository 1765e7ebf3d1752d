/* SPDX-License-Identifier: MIT */
/* Options of the tools that look into weight files; see weights.h. */
#include "weights.h"

#include "base/diag.h"
#include "prune/rules.h"
#include "tensor/tensor.h"

int weights_take_raw(void *at, const struct opt_given *g, struct diag *d)
{
	return tensor_hint_raw(at, g->value, d);
}

int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d)
{
	if (prune_patterns_add(at, g->value))
		return diag_nomem(d, sizeof(g->value));
	return 0;
}
