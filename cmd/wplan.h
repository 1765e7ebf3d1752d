/* SPDX-License-Identifier: MIT */
/* wplan: what fuzzers need to know of it. */
#ifndef CMD_WPLAN_H
#define CMD_WPLAN_H

#include "opt.h"

extern const struct opt_table wplan_options;

#endif
