/* SPDX-License-Identifier: MIT */
/*
 * What the steps of a log are to a schedule.  A log of epochs is held to the
 * schedule at the first step of each; where that step is not known, either the
 * epoch is the unit, and it is said, or there is no answer.
 */
#include <math.h>

#include "base/diag.h"
#include "logs.h"
#include "lrcheck.h"
#include "sched/sched.h"

/* Decimals beyond these tell any two steps apart. */
#define DECIMALS_MAX 9
/* Beyond these a step is none: doubles do not count so far. */
#define STEPS_MAX ((double)SCHED_STEPS_MAX)
/* A part of a number that is the rounding of doubles. */
#define ROUNDING 1e-9

static bool is_whole(double x)
{
	return fabs(x - round(x)) <= ROUNDING * fmax(1, fabs(x));
}

/* The most decimals that any of N numbers has, at most DECIMALS_MAX. */
static int decimals_of(const double *x, size_t n)
{
	double unit = 1;
	int decimals = 0;

	for (size_t i = 0; i < n; i++) {
		while (decimals < DECIMALS_MAX && !is_whole(x[i] * unit)) {
			decimals++;
			unit *= 10;
		}
	}
	return decimals;
}

/* Whether parts of E steps, once rounded, may still be what was logged. */
static bool is_regular(const struct log_run *run, double e)
{
	double stride = run->n > 1 ? run->step[1] - run->step[0] : 0;

	for (size_t i = 0; i < run->n; i++) {
		double from = i ? run->step[i - 1] : run->step[0] - stride;

		if (!is_whole(run->step[i] * e) ||
			!(fabs(run->step[i] - from - stride) * e < 0.5))
			return false;
	}
	return true;
}

/* From epochs, begun ones too, to their first steps. */
static void take_epochs(const struct log_run *run, double e)
{
	for (size_t i = 0; i < run->n; i++)
		run->step[i] = ceil(floor(run->step[i]) * e);
}

/*
 * From parts of epochs to steps: the nearest ones where a unit of the last
 * decimal is a step at most, else only if they are whole and as far from each
 * other, as rounded parts are not.
 */
static int take_parts(const struct log_run *run, double e, struct diag *d)
{
	int decimals = decimals_of(run->step, run->n);

	if (e * pow(10, -decimals) > 1 && !is_regular(run, e))
		return diag_set(d, DIAG_DATA,
			"parts of epochs with %d decimal%s do not tell the "
			"steps of -e %.10g; expected --step COL",
			decimals, decimals == 1 ? "" : "s", e);
	for (size_t i = 0; i < run->n; i++)
		run->step[i] = round(run->step[i] * e);
	return 0;
}

/* Rows are steps if an epoch has as many of both. */
static int take_rows(const struct lrcheck_options *o, const char *file,
	const struct log_run *run, double e, struct diag *d)
{
	double rows = (double)run->epoch_rows;

	if (rows > 0 && rows == e)
		return 0;
	if (rows > 0 && !isnan(e))
		return diag_set(d, DIAG_DATA,
			"%.0f rows an epoch of %.10g steps, and no column of "
			"steps; expected -e %.0f, or --step COL",
			rows, e, rows);
	if (o->spec && run->unit == LOG_EPOCH_PARTS)
		return diag_set(d, DIAG_DATA,
			"parts of epochs and no column of steps; expected -e "
			"E, the steps of an epoch, or --step COL");
	logs_note(file, run->name,
		"no column of steps%s: rows count as steps from 0; expected "
		"%s--step COL unless they are",
		run->unit == LOG_EPOCH_PARTS ? " but parts of epochs" : "",
		run->unit == LOG_EPOCH_PARTS ? "-s SPEC with -e E or " : "");
	return 0;
}

/* --count epoch: what is no column of steps counts epochs. */
static int take_counted(struct lrcheck_unit *ret,
	const struct lrcheck_options *o, const struct spec *s,
	const struct log_run *run, struct diag *d)
{
	double e = spec_unit(s);

	if (run->unit == LOG_STEPS && !o->sched.epoch_steps)
		return diag_set(d, DIAG_DATA,
			"a column of steps, and --count epoch; expected -e E");
	if (run->unit == LOG_STEPS)
		return 0;
	ret->origin *= e;
	if (run->unit == LOG_EPOCH_PARTS && o->sched.epoch_steps)
		return take_parts(run, e, d);
	ret->nstep = e;
	take_epochs(run, e);
	return 0;
}

/* Makes the steps of RUN those of S, whatever they are. */
static int take_steps(struct lrcheck_unit *ret, const struct lrcheck_options *o,
	const struct spec *s, const char *file, const struct log_run *run,
	struct diag *d)
{
	double e = o->spec ? s->env.epoch_steps : NAN;
	bool parts = run->unit == LOG_EPOCH_PARTS;

	if (o->spec && isnan(e) && parts && run->epoch_steps > 0) {
		e = run->epoch_steps;
		logs_note(file, run->name,
			"%.10g steps an epoch, as the log says of all steps "
			"and epochs; expected -e E if that is not so",
			e);
	}
	parts &= !isnan(e);
	*ret = (struct lrcheck_unit){1, o->origin};
	if (o->spec && s->env.by_epoch)
		return take_counted(ret, o, s, run, d);
	if (run->unit == LOG_STEPS)
		return 0;
	if (run->unit != LOG_EPOCHS && !parts)
		return take_rows(o, file, run, e, d);
	if (isnan(e)) {
		logs_note(file, run->name,
			"rows are epochs, and each is one step of the "
			"schedule; expected -e E where it counts updates");
		return 0;
	}
	ret->origin *= e;
	if (parts)
		return take_parts(run, e, d);
	ret->nstep = e;
	take_epochs(run, e);
	return 0;
}

bool lrcheck_are_steps(double first, double last)
{
	return first >= -STEPS_MAX && last <= STEPS_MAX;
}

int lrcheck_unit(struct lrcheck_unit *ret, const struct lrcheck_options *o,
	const struct spec *s, const char *file, const struct log_run *run,
	struct diag *d)
{
	if (take_steps(ret, o, s, file, run, d) < 0)
		return -1;
	if (!run->n || lrcheck_are_steps(run->step[0], run->step[run->n - 1]))
		return 0;
	return diag_set(d, DIAG_DATA,
		"steps from %.6g to %.6g; expected whole numbers below 2^53",
		run->step[0], run->step[run->n - 1]);
}
