/* SPDX-License-Identifier: MIT */
/*
 * lrfind: the rates of a log that lacks them, or prints them rounded, from a
 * table or a schedule.
 */
#include <math.h>

#include "base/diag.h"
#include "file/input.h"
#include "lrfind.h"
#include "sched/sched.h"
#include "schedule.h"

static double rate_at(const void *ctx, double step)
{
	const struct spec *s = ctx;

	return step >= 0 ? sched_value(s->table.column[0].node, step) : NAN;
}

static int read_spec(
	struct lrfind_rates *r, const struct lrfind_options *o, struct diag *d)
{
	if (schedule_one_read(&r->sched, o->spec, "--lr-spec", &o->sched,
		    o->output, o->plot.file, d) ||
		schedule_one_note(&r->sched, &o->sched, d))
		return -1;
	return log_rates_of(&r->rates, rate_at, &r->sched.spec, d);
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
	schedule_one_free(&r->sched);
}
