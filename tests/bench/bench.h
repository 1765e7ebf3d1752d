/* SPDX-License-Identifier: MIT */
/* What benchmarks share: a clock, and weights like those of networks. */
#ifndef BENCH_H
#define BENCH_H

#include <math.h>
#include <stdint.h>
#include <time.h>

/* The processor's time in seconds: others may share the machine. */
static inline double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* In (0, 1]. */
static inline double bench_uniform(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (double)((*state >> 11) + 1) * 0x1p-53;
}

/* Of a standard normal distribution (Box and Muller 1958). */
static inline double bench_gauss(uint64_t *state)
{
	const double pi = 3.14159265358979323846;

	return sqrt(-2 * log(bench_uniform(state))) *
	       cos(2 * pi * bench_uniform(state));
}

#endif
