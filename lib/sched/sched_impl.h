/* SPDX-License-Identifier: MIT */
/* Inside of lib/sched: what its files share, under the name of each. */
#ifndef SCHED_SCHED_IMPL_H
#define SCHED_SCHED_IMPL_H

#include "sched/sched.h"

/* --- cycles.c ----------------------------------------------------------- */

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

/* --- ramp.c ------------------------------------------------------------- */

#define SCHED_PI 3.14159265358979323846

/* Of a shape that has none. */
extern const struct shape_param sched_no_param[];

/* A shape that stays where it begins. */
double sched_at_from(const struct sched_seg *g, double from, double to,
	double num, double den);

/* Its rows, *N of them. */
const struct shape *sched_ramps(size_t *n);

#endif
