/* SPDX-License-Identifier: MIT */
/*
 * What updates have consumed where their batches grow: samples, or tokens, by
 * the step, and back.  Runs of equal batches, in integers, so that both ways
 * are exact.
 */
#ifndef SCHED_CLOCK_H
#define SCHED_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct diag;

/* From its step on each update takes so many. */
struct sched_run {
	uint64_t step, samples; /* consumed before that step */
	uint64_t batch;         /* 1 or more */
};

/* All zero is empty.  The last run has no end. */
struct sched_clock {
	struct sched_run *run;
	size_t n;
};

/*
 * The updates from STEP on, which is not before the last run's, take BATCH.
 * Returns 0, or -1 with DIAG_USAGE (too many runs, or samples of 2^53) or
 * DIAG_NOMEM.
 */
int sched_clock_add(
	struct sched_clock *c, uint64_t step, uint64_t batch, struct diag *d);

void sched_clock_free(struct sched_clock *c);

/* The run that STEP is in.  The clock is not empty.  Any thread. */
const struct sched_run *sched_clock_run(
	const struct sched_clock *c, uint64_t step);

/* What is consumed before STEP, a real one as far into its update. */
double sched_clock_at(const struct sched_clock *c, double step);

/* The first step before which SAMPLES or more are; INFINITY of
 * 2^53 or more, NAN of NAN. */
double sched_clock_step(const struct sched_clock *c, double samples);

#endif
