/* SPDX-License-Identifier: MIT */
/*
 * Cycles, whose lengths may grow, and clocks, which count samples: where each
 * begins, found by searching, never by stepping.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "sched/sched_impl.h"

/* --- cycles ------------------------------------------------------------- */

static double next_len(double len, double grow, double unit)
{
	double next;

	if (unit <= 0)
		return len * grow;
	next = ceil(len / unit * grow) * unit;
	return next < unit ? unit : next;
}

static int push(struct sched_cycles *c, double start, struct diag *d)
{
	return array_push(&c->start, &c->n, &start, sizeof(start), d);
}

/* Cycles that are too short, or too many. */
static int refuse(
	struct sched_cycles *c, double len, double horizon, struct diag *d)
{
	size_t n = c->n;

	sched_cycles_free(c);
	if (len < 1)
		return diag_set(d, DIAG_USAGE,
			"cycle %zu is %g steps; expected one step or more", n,
			len);
	return diag_set(d, DIAG_USAGE,
		"more than %d cycles before step %.0f; expected a larger "
		"length or factor",
		SCHED_CYCLES_MAX, horizon);
}

int sched_cycles_init(struct sched_cycles *c, double len, double grow,
	double unit, double count, double horizon, struct diag *d)
{
	/* The end of a counted group is needed even behind the horizon. */
	bool counted = count <= SCHED_CYCLES_MAX;
	double start = 0, last = 0;

	*c = (struct sched_cycles){.len = len};
	if (grow == 1)
		return 0;
	for (;;) {
		if (push(c, start, d)) {
			sched_cycles_free(c);
			return -1;
		}
		if ((double)c->n > count || start > (double)SCHED_STEPS_MAX)
			break;
		if (c->n > 1 && (len == last || (start >= horizon && !counted)))
			break;
		if ((len < 1 || c->n > SCHED_CYCLES_MAX) && isnan(horizon) &&
			!counted)
			break;
		if (len < 1 || c->n > SCHED_CYCLES_MAX)
			return refuse(c, len, horizon, d);
		start += len;
		last = len;
		len = next_len(last, grow, unit);
	}
	c->n--;
	return 0;
}

void sched_cycles_free(struct sched_cycles *c)
{
	free(c->start);
	c->start = NULL;
	c->n = 0;
}

/* Equal cycles of LEN, the first at START with number INDEX. */
static struct sched_cycle find_equal(
	uint64_t index, double start, double len, double u)
{
	double k = floor((u - start) / len);

	if (start + k * len > u)
		k--;
	else if (start + (k + 1) * len <= u)
		k++;
	return (struct sched_cycle){index + (uint64_t)k, start + k * len, len};
}

struct sched_cycle sched_cycles_find(const struct sched_cycles *c, double u)
{
	size_t n = c->n;
	struct bisect b = bisect(1, n);

	if (!c->start)
		return find_equal(0, 0, c->len, u);
	if (u >= c->start[n])
		return find_equal(n - 1, c->start[n - 1],
			c->start[n] - c->start[n - 1], u);
	while (bisect_next(&b))
		bisect_answer(&b, c->start[b.mid] <= u);
	return (struct sched_cycle){b.lo - 1, c->start[b.lo - 1],
		c->start[b.lo] - c->start[b.lo - 1]};
}

double sched_cycles_start(const struct sched_cycles *c, uint64_t k)
{
	size_t n = c->n;

	if (!c->start)
		return c->len * (double)k;
	if (k <= n)
		return c->start[k];
	return c->start[n] + (c->start[n] - c->start[n - 1]) * (double)(k - n);
}

/* --- clocks ------------------------------------------------------------- */

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
	const struct sched_run *last = c->n ? &c->run[c->n - 1] : NULL;
	double samples = last ? consumed(last, (double)step) : 0;
	const struct sched_run new = {step, (uint64_t)samples, batch};

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
	return array_push(&c->run, &c->n, &new, sizeof(new), d);
}

void sched_clock_free(struct sched_clock *c)
{
	free(c->run);
	*c = (struct sched_clock){0};
}

const struct sched_run *sched_clock_run(
	const struct sched_clock *c, uint64_t step)
{
	struct bisect b = bisect(1, c->n);

	while (bisect_next(&b))
		bisect_answer(&b, c->run[b.mid].step <= step);
	return &c->run[b.lo - 1];
}

double sched_clock_at(const struct sched_clock *c, double step)
{
	if (!(step < (double)SCHED_STEPS_MAX))
		return (double)SCHED_STEPS_MAX;
	return consumed(sched_clock_run(c, (uint64_t)step), step);
}

double sched_clock_step(const struct sched_clock *c, double samples)
{
	struct bisect b = bisect(1, c->n);
	const struct sched_run *r;
	uint64_t more;

	if (isnan(samples))
		return NAN;
	if (samples >= (double)SCHED_STEPS_MAX)
		return INFINITY;
	if (!(samples > 0))
		return 0;
	/* The last run that begins with fewer. */
	while (bisect_next(&b))
		bisect_answer(&b, (double)c->run[b.mid].samples < samples);
	r = &c->run[b.lo - 1];
	more = (uint64_t)ceil(samples) - r->samples;
	more = more / r->batch + (more % r->batch > 0);
	return (double)(r->step + more);
}
