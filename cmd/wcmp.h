/* SPDX-License-Identifier: MIT */
/* wcmp: what fuzzers need to know of it. */
#ifndef CMD_WCMP_H
#define CMD_WCMP_H

#include "opt.h"

extern const struct opt_table wcmp_options;

#endif
