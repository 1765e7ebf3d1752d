/* SPDX-License-Identifier: MIT */
/* What the tools share that decide how much of which tensor is pruned. */
#ifndef CMD_RULES_H
#define CMD_RULES_H

struct choice_rule;

/* Words of --nan, by enum select_nan; NULL at the end. */
extern const char *const rules_nan_name[];

/* Remarks that RULE, of FILE, decides about no tensor. */
void rules_note_unused(const char *file, const struct choice_rule *rule);

#endif
