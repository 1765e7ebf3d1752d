/* SPDX-License-Identifier: MIT */
/* Schedules beside a log: their value at its steps, and where cycles end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "cli.h"
#include "lrwatch.h"

static int check(const struct lrwatch_schedule *s, struct diag *d)
{
	const struct sched_table *t = &s->spec.table;

	if (t->needs_steps && isnan(s->spec.env.steps))
		return diag_set(d, DIAG_USAGE,
			"word %zu takes its length from the schedule's; "
			"expected -n or a length",
			t->needs_steps);
	if (t->column[0].uses_base && !s->spec.has_base)
		return diag_set(d, DIAG_USAGE,
			"the schedule depends on the base rate; expected -l "
			"LR");
	return 0;
}

int lrwatch_schedule_init(struct lrwatch_schedule *s, const char *word,
	const struct lrwatch_options *o, struct diag *d)
{
	s->last = NAN;
	s->word[0] = strdup(word);
	if (!s->word[0])
		return diag_nomem(d, strlen(word));
	if (spec_resolve(&s->spec, &o->sched, s->word, 1, d) ||
		schedule_check_output(&s->spec, o->output, d) ||
		spec_read(&s->spec, &o->sched, NAN, d) || check(s, d))
		return -1;
	return schedule_note(&s->spec, &o->sched) ? diag_nomem(d, 0) : 0;
}

void lrwatch_schedule_free(struct lrwatch_schedule *s)
{
	spec_free(&s->spec);
	free(s->word[0]);
}

/* STEP of the log in rows of the schedule. */
static double row_of(const struct lrwatch_schedule *s, double step)
{
	return step * spec_unit(&s->spec);
}

double lrwatch_schedule_at(const struct lrwatch_schedule *s, double step)
{
	double u = row_of(s, step);

	return u >= 0 && u < (double)SCHED_STEPS_MAX
		       ? sched_value(s->spec.table.column[0].node, u)
		       : NAN;
}

/* The number of cycles whose last step is U or before. */
static uint64_t cycles_until(const struct sched *s, double u)
{
	uint64_t low = 0, high = 1;

	while (high <= SCHED_CYCLES_MAX && sched_cycle_end(s, high) <= u + 1) {
		low = high;
		high *= 2;
	}
	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (sched_cycle_end(s, mid) <= u + 1)
			low = mid;
		else
			high = mid;
	}
	return low;
}

bool lrwatch_schedule_ends(struct lrwatch_schedule *s, double step)
{
	const struct sched *node = s->spec.table.column[0].node;
	double u = row_of(s, step), last = isnan(s->last) ? u - 1 : s->last;
	bool ret = u > last && cycles_until(node, u) > cycles_until(node, last);

	if (!isnan(u))
		s->last = u;
	return ret;
}
