/* SPDX-License-Identifier: MIT */
/*
 * Straight lines, which are the same wherever they end: if that is not in the
 * log, the roundest end is taken.
 */
#include <math.h>

#include "match/outline.h"
#include "match/snap.h"

/*
 * A line that ends in M, or in RATIO of where it starts if that is a number,
 * and is T long if that is whole; COST is that of the end.
 */
static void try_line_to(struct search *s, const struct outline *o, double t,
	double width, double m, double ratio, double cost)
{
	double least = o->end - o->start - s->course.stride;
	struct fit f;

	if (fabs(t - round(t)) > fmax(width, 1e-9 * t) ||
		round(t) < fmax(least, 1))
		return;
	f = match_outline_fit(s, o, BODY_LINEAR);
	match_fit_set(&f, 'T', round(t));
	match_fit_set(&f, 'm', m);
	f.ratio[match_fit_index(&f, 'm')] = ratio;
	match_fit_fix(&f, 'T');
	match_fit_fix(&f, 'm');
	f.spent = match_snap_digits(round(t)) + cost;
	match_search_try(s, &f);
}

/*
 * A line that does not end within the log may end anywhere on it: where its
 * numbers are the roundest.
 */
void match_try_line(struct search *s, const struct outline *o)
{
	/* What frameworks have instead of 0. */
	static const double least[] = {1e-8, 1e-7, 1e-6, 1e-5};
	double width[FIT_NPARAM], t, w;
	struct fit f;
	size_t i;

	match_try_ramp(s, o, BODY_LINEAR0, match_shape_linear, 1);
	if (o->holds) {
		match_try_ramp(s, o, BODY_LINEAR, match_shape_linear, 1);
		return;
	}
	f = match_outline_fit(s, o, BODY_LINEAR0);
	i = match_fit_index(&f, 'T');
	match_fit_set(&f, 'T', fmax(1, (o->end - o->start) * 2));
	match_fit_solve(&s->work, &f, width);
	if (!(f.worst < CLOSE))
		return;
	t = f.v[i];
	w = width[i];
	for (int k = 1; k < 100; k++)
		try_line_to(s, o, t * (1 - k / 100.0), w, k / 100.0 * f.v[0],
			k / 100.0, k % 10 ? 2 : 1);
	for (size_t k = 0; k < 4; k++)
		try_line_to(s, o, t * (1 - least[k] / f.v[0]), w, least[k], NAN,
			1.5);
	f = match_outline_fit(s, o, BODY_LINEAR);
	t = o->end - o->start;
	match_fit_set(&f, 'T', t);
	match_fit_set(&f, 'm', match_floor_for(s, o, t, match_shape_linear));
	match_fit_fix(&f, 'T');
	f.spent = match_snap_digits(round(t));
	match_search_try(s, &f);
}

/*
 * A warmup that does not end within the log, from K hundredths of the base, or
 * a third of it.
 */
void match_try_unfinished(struct search *s, const struct outline *o, int k)
{
	const struct course *c = &s->course;
	double ratio = k ? k / 100.0 : 1.0 / 3, slope, base, w;
	struct fit f;

	slope = (c->y[c->n - 1] - o->a) / c->t[c->n - 1];
	base = o->a / ratio;
	w = (base - o->a) / slope;
	if (!(fabs(w - round(w)) < 1e-3 * w) || w < c->t[c->n - 1])
		return;
	f = match_outline_fit(s, o, BODY_CONST);
	f.v[0] = base;
	f.v[1] = round(w);
	f.v[2] = o->a;
	f.ratio[2] = ratio;
	f.fixed[1] = f.fixed[2] = true;
	f.spent = match_snap_digits(f.v[1]) + (k % 10 || !k ? 2 : 1);
	match_search_try(s, &f);
}
