/* SPDX-License-Identifier: MIT */
/* Steps and samples by runs of equal batches; see clock.h. */
#include "sched/clock.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "sched/sched.h"

/* 24 MiB of runs. */
#define NRUN_MAX ((size_t)1 << 20)

/* Consumed before STEP, which is in run R; all of 2^53 where that is above. */
static double consumed(const struct sched_run *r, double step)
{
	return fmin((double)r->samples +
			    (step - (double)r->step) * (double)r->batch,
		(double)SCHED_STEPS_MAX);
}

int sched_clock_add(
	struct sched_clock *c, uint64_t step, uint64_t batch, struct diag *d)
{
	struct sched_run *last = c->n ? &c->run[c->n - 1] : NULL, *bigger;
	double samples = last ? consumed(last, (double)step) : 0;

	if (last && last->batch == batch)
		return 0;
	if (c->n == NRUN_MAX || samples >= (double)SCHED_STEPS_MAX)
		return diag_set(d, DIAG_USAGE,
			c->n == NRUN_MAX
				? "the batch size changes more than %.0f times"
				  "; expected fewer"
				: "above %.0f samples in the steps whose batch "
				  "size changes; expected fewer",
			c->n == NRUN_MAX ? (double)NRUN_MAX
					 : (double)SCHED_STEPS_MAX);
	if (!c->run ||
		(c->n & (c->n - 1)) == 0) { /* room doubles at powers of two */
		bigger = realloc(
			c->run, (c->n ? 2 * c->n : 1) * sizeof(*bigger));
		if (!bigger)
			return diag_nomem(d, c->n * sizeof(*bigger));
		c->run = bigger;
	}
	c->run[c->n++] = (struct sched_run){step, (uint64_t)samples, batch};
	return 0;
}

void sched_clock_free(struct sched_clock *c)
{
	free(c->run);
	*c = (struct sched_clock){0};
}

const struct sched_run *sched_clock_run(
	const struct sched_clock *c, uint64_t step)
{
	size_t lo = 0, hi = c->n, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (c->run[mid].step <= step)
			lo = mid;
		else
			hi = mid;
	}
	return &c->run[lo];
}

double sched_clock_at(const struct sched_clock *c, double step)
{
	if (!(step < (double)SCHED_STEPS_MAX))
		return (double)SCHED_STEPS_MAX;
	return consumed(sched_clock_run(c, (uint64_t)step), step);
}

double sched_clock_step(const struct sched_clock *c, double samples)
{
	size_t lo = 0, hi = c->n, mid;
	const struct sched_run *r;
	uint64_t more;

	if (isnan(samples))
		return NAN;
	if (samples >= (double)SCHED_STEPS_MAX)
		return INFINITY;
	if (!(samples > 0))
		return 0;
	/* The last run that begins with fewer. */
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if ((double)c->run[mid].samples < samples)
			lo = mid;
		else
			hi = mid;
	}
	r = &c->run[lo];
	more = (uint64_t)ceil(samples) - r->samples;
	more = more / r->batch + (more % r->batch > 0);
	return (double)(r->step + more);
}
