/* SPDX-License-Identifier: MIT */
/* Schedules beside a log: their value at its steps, and where cycles end. */
#include <math.h>

#include "base/diag.h"
#include "lrwatch.h"

int lrwatch_schedule_init(struct lrwatch_schedule *s, const char *word,
	const struct lrwatch_options *o, struct diag *d)
{
	s->last = NAN;
	if (schedule_one_read(&s->of, word, "", &o->sched, o->output, NULL, d))
		return -1;
	return schedule_note(&s->of.spec, &o->sched) ? diag_nomem(d, 0) : 0;
}

/* STEP of the log in rows of the schedule. */
static double row_of(const struct lrwatch_schedule *s, double step)
{
	return step * spec_unit(&s->of.spec);
}

double lrwatch_schedule_at(const struct lrwatch_schedule *s, double step)
{
	double u = row_of(s, step);

	return u >= 0 && u < (double)SCHED_STEPS_MAX
		       ? sched_value(s->of.spec.table.column[0].node, u)
		       : NAN;
}

bool lrwatch_schedule_ends(struct lrwatch_schedule *s, double step)
{
	const struct sched *node = s->of.spec.table.column[0].node;
	double u = row_of(s, step), last = isnan(s->last) ? u - 1 : s->last;
	bool ret = u > last && sched_cycles_until(node, u + 1) >
				       sched_cycles_until(node, last + 1);

	if (!isnan(u))
		s->last = u;
	return ret;
}
