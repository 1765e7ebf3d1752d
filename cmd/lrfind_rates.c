/* SPDX-License-Identifier: MIT */
/*
 * --lr-table and --lr-spec: the rates of a log that lacks them, or prints them
 * rounded.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "lrfind.h"
#include "sched/sched.h"
#include "schedule.h"

static double rate_at(const void *ctx, double step)
{
	const struct spec *s = ctx;

	return step >= 0 ? sched_value(s->table.column[0].node, step) : NAN;
}

static int check(const struct spec *s, struct diag *d)
{
	const struct sched_table *t = &s->table;

	if (t->needs_steps && isnan(s->env.steps))
		return diag_set(d, DIAG_USAGE,
			"--lr-spec takes its length from the schedule's; "
			"expected -n or a length");
	if (t->column[0].uses_base && !s->has_base)
		return diag_set(d, DIAG_USAGE,
			"--lr-spec depends on the base rate; expected -l LR");
	return 0;
}

static int read_spec(
	struct lrfind_rates *r, const struct lrfind_options *o, struct diag *d)
{
	r->word[0] = strdup(o->spec);
	if (!r->word[0])
		return diag_nomem(d, strlen(o->spec));
	if (spec_resolve(&r->spec, &o->sched, r->word, 1, d) ||
		schedule_check_output(&r->spec, o->output, d) ||
		(o->plot.file &&
			schedule_check_output(&r->spec, o->plot.file, d)) ||
		spec_read(&r->spec, &o->sched, NAN, d) || check(&r->spec, d))
		return -1;
	schedule_note_unused(&r->spec, 0, 1, &o->sched);
	if (schedule_note(&r->spec, &o->sched))
		return diag_nomem(d, 0);
	return log_rates_of(&r->rates, rate_at, &r->spec, d);
}

static int read_table(
	struct lrfind_rates *r, const struct lrfind_options *o, struct diag *d)
{
	struct input in;
	int status;

	if (input_open(&in, o->rates, d) < 0)
		return -1;
	status = log_rates_read(&r->rates, &in, d);
	if (status < 0 && d->class == DIAG_DATA)
		diag_at(d, "%s", in.name);
	input_close(&in);
	return status;
}

int lrfind_rates_read(
	struct lrfind_rates *r, const struct lrfind_options *o, struct diag *d)
{
	if (o->spec)
		return read_spec(r, o, d);
	return o->rates ? read_table(r, o, d) : 0;
}

void lrfind_rates_free(struct lrfind_rates *r)
{
	log_rates_free(r->rates);
	spec_free(&r->spec);
	free(r->word[0]);
}
