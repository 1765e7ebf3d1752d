/* SPDX-License-Identifier: MIT */
/*
 * Completions of a tool's options and operands as a shell reads them, made from
 * its table of options.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "opt.h"

enum complete_shell { COMPLETE_BASH, COMPLETE_ZSH, COMPLETE_FISH };

/* Appends the script for T. */
void complete_add(
	struct buf *b, const struct opt_table *t, enum complete_shell shell);

#endif
