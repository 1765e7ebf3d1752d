/* SPDX-License-Identifier: MIT */
/* A schedule as the value of one option; see schedule.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "schedule.h"

/* Its values have to be known without more than S. */
static int check(const struct spec *s, const char *option, struct diag *d)
{
	const struct sched_table *t = &s->table;

	if (t->needs_steps && isnan(s->env.steps) && *option)
		return diag_set(d, DIAG_USAGE,
			"%s takes its length from the schedule's; expected -n "
			"or a length",
			option);
	if (t->needs_steps && isnan(s->env.steps))
		return diag_set(d, DIAG_USAGE,
			"word %zu takes its length from the schedule's; "
			"expected -n or a length",
			t->needs_steps);
	if (t->column[0].uses_base && !s->has_base)
		return diag_set(d, DIAG_USAGE,
			"%s depends on the base rate; expected -l LR",
			*option ? option : "the schedule");
	return 0;
}

int schedule_one_read(struct schedule_one *s, const char *word,
	const char *option, const struct spec_opts *o, const char *output,
	const char *picture, struct diag *d)
{
	s->word[0] = strdup(word);
	if (!s->word[0])
		return diag_nomem(d, strlen(word));
	return spec_resolve(&s->spec, o, s->word, 1, d) ||
			       schedule_check_output(&s->spec, output, d) ||
			       (picture && schedule_check_output(
						   &s->spec, picture, d)) ||
			       spec_read(&s->spec, o, NAN, d) ||
			       check(&s->spec, option, d)
		       ? -1
		       : 0;
}

void schedule_one_free(struct schedule_one *s)
{
	spec_free(&s->spec);
	free(s->word[0]);
}

int schedule_one_note(
	const struct schedule_one *s, const struct spec_opts *o, struct diag *d)
{
	bool asked[SPEC_DEFINES_MAX] = {false};

	schedule_mark_asked(asked, &s->spec, o);
	schedule_note_unused(asked, &s->spec, o);
	return schedule_note(&s->spec, o) ? diag_nomem(d, 0) : 0;
}
