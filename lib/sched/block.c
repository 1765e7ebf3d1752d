/* SPDX-License-Identifier: MIT */
/*
 * The values at many steps.  What depends on the segment alone, the way down
 * the tree, is done once per run of steps that stay in it; what is computed
 * for each step is what sched_value() does.
 */
#include <math.h>
#include <string.h>

#include "sched/clock.h"
#include "sched/sched.h"

/* Steps whose factors are computed at a time, on the stack. */
#define CHUNK 128

static void values(const struct sched *s, size_t n, double *v);

/* Until its end each part counts the steps from its own origin. */
static void seq_values(const struct sched *s, size_t n, double *v)
{
	const struct sched_seq *q = &s->u.seq;
	double end = isnan(q->past) ? INFINITY : s->len, until, origin;
	size_t part, i, j;

	for (i = 0; i < n && v[i] < end; i = j) {
		part = sched_seq_part(q, v[i]);
		until = part + 1 < q->n ? q->part[part + 1].visible : INFINITY;
		until = fmin(until, end);
		origin = q->part[part].origin;
		for (j = i; j < n && v[j] < until; j++)
			v[j] = v[j] > origin ? v[j] - origin : 0;
		values(q->part[part].node, j - i, v + i);
	}
	for (; i < n; i++)
		v[i] = q->past;
}

static void prod_values(const struct sched *s, size_t n, double *v)
{
	const struct sched_prod *q = &s->u.prod;
	double step[CHUNK], factor[CHUNK];
	size_t i, j, m;

	for (; n; n -= m, v += m) {
		m = n < CHUNK ? n : CHUNK;
		memcpy(step, v, m * sizeof(*v));
		values(q->factor[0], m, v);
		for (j = 1; j < q->n; j++) {
			memcpy(factor, step, m * sizeof(*v));
			values(q->factor[j], m, factor);
			for (i = 0; i < m; i++)
				v[i] *= factor[i];
		}
	}
}

/* Replaces the ascending steps V[0..N) by S's values there. */
static void values(const struct sched *s, size_t n, double *v)
{
	size_t i;

	switch (s->kind) {
	case SCHED_SEQ: seq_values(s, n, v); break;
	case SCHED_SEG: sched_seg_values(s, n, v); break;
	case SCHED_PROD: prod_values(s, n, v); break;
	case SCHED_GROUP:
		if (s->u.group.timed && !s->u.group.cont)
			for (i = 0; i < n; i++)
				v[i] = fmin(v[i], s->len);
		values(s->u.group.body, n, v);
		break;
	case SCHED_HOLD:
		for (i = 0; i < n && s->u.hold.clock; i++)
			v[i] = sched_clock_at(s->u.hold.clock, v[i]);
		for (; i < n; i++)
			v[i] = floor(v[i] / s->u.hold.every);
		values(s->u.hold.body, n, v);
		break;
	case SCHED_REP:
		for (i = 0; i < n; i++)
			v[i] = sched_value(s, v[i]);
	}
}

void sched_block(const struct sched *s, uint64_t step, uint64_t every, size_t n,
	double *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (double)(step + i * every);
	values(s, n, out);
}
