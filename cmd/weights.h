/* SPDX-License-Identifier: MIT */
/* Options of the tools that look into weight files: TAKEs of opt.h. */
#ifndef CMD_WEIGHTS_H
#define CMD_WEIGHTS_H

#include "opt.h"

/* --raw, into a struct tensor_hint. */
int weights_take_raw(void *at, const struct opt_given *g, struct diag *d);

/* --include and the like, into a struct prune_patterns. */
int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d);

#endif
