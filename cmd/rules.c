/* SPDX-License-Identifier: MIT */
/* What plans and prunes say and take alike; see rules.h. */
#include <stddef.h>

#include "base/pattern.h"
#include "choice/choice.h"
#include "cli.h"
#include "rules.h"
#include "select/select.h"

const char *const rules_nan_name[] = {
	[SELECT_NAN_ERROR] = "error",
	[SELECT_NAN_KEEP] = "keep",
	[SELECT_NAN_ZERO] = "prune",
	NULL,
};

void rules_note_unused(const char *file, const struct choice_rule *rule)
{
	cli_note("%s: the pattern '%s' decides about no tensor", file,
		pattern_text(rule->pattern));
}
