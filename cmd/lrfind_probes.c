/* SPDX-License-Identifier: MIT */
/* Runs at constant rates, gathered from all inputs to be read together. */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "logs.h"
#include "lrfind.h"

#define HELD_MIN 20 /* points at a rate that may be a run */

bool lrfind_is_held(const struct lrfind_options *o, const struct log *log)
{
	size_t warm_up, most = 0;

	for (size_t i = 0; i < log->nrun; i++) {
		struct curve c = lrfind_curve(o, &log->run[i]);

		if (!curve_is_held(&c, &warm_up))
			return false;
		most = c.n > most ? c.n : most;
	}
	return most > 1;
}

/* The rate that RUN holds; 0: none. */
static double held_rate(
	const struct lrfind_options *o, const struct log_run *run)
{
	struct curve c = lrfind_curve(o, run);
	size_t warm_up;

	return c.n > 1 && curve_is_held(&c, &warm_up) ? c.lr[c.n - 1] : 0;
}

void lrfind_note_held(
	const struct lrfind_options *o, const char *file, const struct log *log)
{
	double lo = HUGE_VAL, hi = 0;
	size_t n = 0;

	for (size_t i = 0; i < log->nrun; i++) {
		double lr = held_rate(o, &log->run[i]);

		n += lr > 0;
		lo = lr > 0 ? fmin(lo, lr) : lo;
		hi = fmax(hi, lr);
	}
	if (n > 1 && n < log->nrun && hi > lo)
		logs_note(file, NULL,
			"%zu of %zu runs hold one rate each; expected a log of "
			"their own, where they are probes",
			n, log->nrun);
}

size_t lrfind_held_in_turn(const struct curve *c)
{
	size_t n = 0, warm_up;

	for (size_t i = 0, k; i < c->n; i += k, n++) {
		for (k = 1; i + k < c->n; k++)
			if (c->lr[i + k] != c->lr[i])
				break;
		if (k < HELD_MIN)
			return 0;
	}
	return curve_is_held(c, &warm_up) && !warm_up ? 0 : n;
}

int lrfind_probes_add(struct lrfind_probes *p, const struct lrfind_options *o,
	const char *file, const struct log *log, struct diag *d)
{
	size_t first = p->n, warm_up;

	if (array_resize(&p->probe, p->n + log->nrun, sizeof(*p->probe), d))
		return -1;
	for (size_t i = 0; i < log->nrun; i++) {
		struct curve c = lrfind_curve(o, &log->run[i]);

		if (curve_probe_read(&p->probe[p->n++], &c, d))
			return -1;
		if (curve_is_held(&c, &warm_up) && warm_up)
			logs_note(file, log->run[i].name,
				"the rate is held after %zu points that rise "
				"to it; expected runs without a warm-up, which "
				"hides what high rates do",
				warm_up);
	}
	curve_probe_cut(p->probe + first, p->n - first);
	return 0;
}

void lrfind_probes_free(struct lrfind_probes *p)
{
	free(p->probe);
	*p = (struct lrfind_probes){0};
}
