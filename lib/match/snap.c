/* SPDX-License-Identifier: MIT */
/*
 * Numbers are rounded one by one, the one whose round value is the least a
 * coincidence first; the others are fitted again around it.
 */
#include "match/snap.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"

#define DIGITS_MAX 12
/* More digits than these are hardly ever typed. */
#define TYPED_MAX 5.5
/* Agreements tried until a model is given up. */
#define TRIES 24
/* Residuals of a fit that rounding may still bring within the tolerance. */
#define CLOSE 4.0

/* X with DIGITS significant ones, as if it had been typed. */
static double typed(double x, int digits)
{
	char text[32];
	double y = x;
	int n = snprintf(text, sizeof(text), "%.*e", digits - 1, x);

	num_scan_double(text, (size_t)n, &y);
	return y;
}

static void add(struct snap_candidate *list, size_t *n, double v, double ratio,
	double cost)
{
	struct snap_candidate new = {v, ratio, cost};
	size_t i;

	for (i = 0; i < *n; i++)
		if (list[i].v == v && list[i].cost <= cost)
			return;
	if (*n == SNAP_NCANDIDATE && list[*n - 1].cost <= cost)
		return;
	i = *n < SNAP_NCANDIDATE ? (*n)++ : *n - 1;
	for (; i > 0 && list[i - 1].cost > cost; i--)
		list[i] = list[i - 1];
	list[i] = new;
}

/* Decimals of ever more digits near V, times UNIT; three of them. */
static void add_decimals(struct snap_candidate *list, size_t *n, double v,
	double width, double unit, bool whole)
{
	double x = v / unit, w = width / unit;
	int found = 0;

	for (int digits = 1; digits <= DIGITS_MAX && found < 3; digits++) {
		double y = typed(x, digits);

		if (fabs(y - x) > w || (whole && y != round(y)))
			continue;
		/* The roundest, and one that is nearly where it was. */
		if (found < 2 || fabs(y - x) < w / 100 || digits == DIGITS_MAX)
			found++;
		else
			continue;
		add(list, n, y * unit, unit == 1 ? NAN : y, digits);
	}
}

/* One over a round number, or two, three or five thirds. */
static void add_fractions(struct snap_candidate *list, size_t *n, double v,
	double width, double unit)
{
	double x = v / unit, w = width / unit, y;

	for (int digits = 1; digits <= 3 && x > 0; digits++) {
		y = 1 / typed(1 / x, digits);
		if (fabs(y - x) <= w)
			add(list, n, y * unit, unit == 1 ? NAN : y,
				digits + 1.5);
	}
	y = round(x * 3) / 3;
	if (y > 0 && fabs(y - x) <= w)
		add(list, n, y * unit, unit == 1 ? NAN : y, 2.5);
}

/* A length that is not whole costs more than any that is. */
static void add_steps(
	struct snap_candidate *list, size_t *n, double v, double width)
{
	double whole = round(v);

	add_decimals(list, n, v, width, 1, true);
	if (fabs(whole - v) <= width && whole >= 1)
		add(list, n, whole, NAN, match_snap_digits(whole));
	if (*n)
		return;
	add_decimals(list, n, v, width, 1, false);
	for (size_t i = 0; i < *n; i++)
		list[i].cost += 4;
}

size_t match_snap_candidates(struct snap_candidate ret[SNAP_NCANDIDATE],
	enum fit_kind kind, double v, double width, double base)
{
	/* What frameworks have instead of 0. */
	static const double least[] = {1e-8, 1e-7, 1e-6};
	size_t n = 0;

	width = fmax(width, 1e-13 * fabs(v));
	if (kind == FIT_STEPS || kind == FIT_WHOLE) {
		add_steps(ret, &n, v, fmax(width, 1e-5 + 1e-8 * v));
		return n;
	}
	if (kind == FIT_RATE && fabs(v) <= width) {
		add(ret, &n, 0, NAN, 0.5);
		for (size_t k = 0; k < 3 && least[k] <= v + width; k++)
			add(ret, &n, least[k], NAN, 1.5);
	}
	add_decimals(ret, &n, v, width, 1, false);
	if (kind == FIT_RATE && !isnan(base)) {
		add_decimals(ret, &n, v, width, base, false);
		add_fractions(ret, &n, v, width, base);
	}
	if (kind == FIT_FACTOR || kind == FIT_REAL)
		add_fractions(ret, &n, v, width, 1);
	return n;
}

double match_snap_digits(double v)
{
	int n = (int)log10(fmax(v, 1)) + 1;

	while (n > 1 && fmod(v, 10) == 0) {
		v /= 10;
		n--;
	}
	return n;
}

struct snapping {
	struct fit_work *w;
	int tries;
	double cost; /* of the best so far */
	struct fit best;
};

/* How likely it is that a candidate is as round by chance. */
static double chance(const struct snap_candidate *c, double v, double width)
{
	if (c->v == 0)
		return width > 0 ? 1e-3 : 0;
	return 2 * width / fabs(v) * pow(10, c->cost);
}

/* The free number to round next, and its candidates; FIT_NPARAM if none. */
static size_t choose(const struct fit *f, const double width[FIT_NPARAM],
	struct snap_candidate list[SNAP_NCANDIDATE], size_t *n)
{
	double base = f->fixed[0] ? f->v[0] : NAN, least = INFINITY;
	size_t best = FIT_NPARAM;

	for (size_t i = 0; i < f->n; i++) {
		struct snap_candidate c[SNAP_NCANDIDATE];
		size_t nc;
		double p;

		/* Other rates may be multiples of the base: it goes first. */
		if (f->fixed[i] || (match_fit_kind(f, i) == FIT_RATE && i > 0 &&
					   isnan(base)))
			continue;
		nc = match_snap_candidates(
			c, match_fit_kind(f, i), f->v[i], width[i], base);
		p = nc ? chance(&c[0], f->v[i], width[i]) : 1e9;
		if (p >= least)
			continue;
		least = p;
		best = i;
		*n = nc;
		for (size_t k = 0; k < nc; k++)
			list[k] = c[k];
	}
	return best;
}

static bool agrees(struct snapping *s, const struct fit *f)
{
	s->tries--;
	return match_fit_worst(s->w, f, &s->w->some) <= 1 &&
	       match_fit_worst(s->w, f, &s->w->all) <= 1;
}

/*
 * Depth first: the roundest of the most certain number, then the rest.  COST
 * and LARGEST are of the digits written so far.  Returns whether what was found
 * is so round that nothing else need be tried.
 */
static bool snap(
	struct snapping *s, const struct fit *from, double cost, double largest)
{
	struct snap_candidate list[SNAP_NCANDIDATE];
	double width[FIT_NPARAM];
	struct fit f = *from;
	size_t n = 0, i, nfree = 0;

	for (i = 0; i < f.n; i++)
		nfree += !f.fixed[i];
	if (cost + 0.5 * (double)nfree >= s->cost)
		return false;
	if (!nfree) {
		if (!agrees(s, &f))
			return false;
		s->cost = cost;
		s->best = f;
		return largest <= TYPED_MAX;
	}
	match_fit_solve(s->w, &f, width);
	s->best.worst = fmin(s->best.worst, f.worst);
	if (!(f.worst < CLOSE))
		return false;
	i = choose(&f, width, list, &n);
	for (size_t k = 0; i < FIT_NPARAM && k < n && s->tries > 0; k++) {
		struct fit g = f;

		g.v[i] = list[k].v;
		g.ratio[i] = list[k].ratio;
		g.fixed[i] = true;
		if (snap(s, &g, cost + list[k].cost,
			    fmax(largest, list[k].cost)))
			return true;
	}
	return false;
}

double match_snap_fit(struct fit_work *w, struct fit *f)
{
	struct snapping s = {w, TRIES, INFINITY, *f};

	s.best.worst = INFINITY;
	snap(&s, f, 0, 0);
	*f = s.best;
	return s.cost;
}
