/* SPDX-License-Identifier: MIT */
/*
 * Cycle starts by iteration and their search.  Both are exact for whole
 * lengths and factors up to 2^53 steps.
 */
#include "sched/cycles.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/diag.h"
#include "sched/sched.h"

static double next_len(double len, double grow, double unit)
{
	double next;

	if (unit <= 0)
		return len * grow;
	next = ceil(len / unit * grow) * unit;
	return next < unit ? unit : next;
}

static int push(struct sched_cycles *c, size_t *cap, double start)
{
	double *bigger;

	if (c->n == *cap) {
		*cap = *cap ? *cap * 2 : 64;
		bigger = realloc(c->start, *cap * sizeof(*bigger));
		if (!bigger)
			return -1;
		c->start = bigger;
	}
	c->start[c->n++] = start;
	return 0;
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
	/* The end of a counted group is needed also when -n cuts it. */
	bool counted = count <= SCHED_CYCLES_MAX;
	size_t cap = 0;
	double start = 0, last = 0;

	*c = (struct sched_cycles){.len = len};
	if (grow == 1)
		return 0;
	for (;;) {
		if (push(c, &cap, start)) {
			sched_cycles_free(c);
			return diag_nomem(d, cap * sizeof(*c->start));
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
	size_t lo = 0, hi = c->n, mid;

	if (!c->start)
		return find_equal(0, 0, c->len, u);
	if (u >= c->start[hi])
		return find_equal(hi - 1, c->start[hi - 1],
			c->start[hi] - c->start[hi - 1], u);
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (c->start[mid] <= u)
			lo = mid;
		else
			hi = mid;
	}
	return (struct sched_cycle){
		lo, c->start[lo], c->start[lo + 1] - c->start[lo]};
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
