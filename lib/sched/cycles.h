/* SPDX-License-Identifier: MIT */
/*
 * Where each cycle starts.  Equal cycles are a division; growing ones are a
 * table made once by iteration, because the closed form by logarithms is off
 * by one at exact restart points.
 */
#ifndef SCHED_CYCLES_H
#define SCHED_CYCLES_H

#include <stddef.h>
#include <stdint.h>

struct diag;

/* Of different lengths: 8 MB of starts. */
#define SCHED_CYCLES_MAX 1000000

struct sched_cycles {
	double len;    /* of the first cycle, in steps */
	double *start; /* of each, in steps, [0..n]; NULL: all are equal */
	size_t n;
};

struct sched_cycle {
	uint64_t index;    /* from 0 */
	double start, len; /* in steps */
};

/*
 * Cycles of LEN, LEN*GROW, ... steps; with UNIT > 0 each length is rounded up
 * to a whole number of UNITs (of UNIT steps).  The table ends at COUNT cycles
 * or, if these are above SCHED_CYCLES_MAX, beyond HORIZON (NAN: as far as the
 * table may go).  Release with sched_cycles_free().  Returns 0, or -1 with
 * DIAG_USAGE if a cycle were shorter than a step or the table exceeded
 * SCHED_CYCLES_MAX before HORIZON, or DIAG_NOMEM.
 */
int sched_cycles_init(struct sched_cycles *c, double len, double grow,
	double unit, double count, double horizon, struct diag *d);

/* Harmless on cycles that are all zero. */
void sched_cycles_free(struct sched_cycles *c);

/*
 * The cycle that holds real step U >= 0; past the table, the last repeats.  Any
 * thread.
 */
struct sched_cycle sched_cycles_find(const struct sched_cycles *c, double u);

/* The step where cycle K starts, counting from 0.  Any thread. */
double sched_cycles_start(const struct sched_cycles *c, uint64_t k);

#endif
