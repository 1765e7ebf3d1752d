/* SPDX-License-Identifier: MIT */
/*
 * One rise at most, then one fall: every decay after every warmup.  A straight
 * line is the same wherever it ends: if that is not in the log, the roundest
 * end is taken.
 */
#include <math.h>

#include "base/array.h"
#include "fit/fit_impl.h"

/* How a warmup begins; OVER: it hides the start of what follows. */
enum warm {
	WARM_NONE,
	WARM_ZERO,
	WARM_FROM,
	WARM_LEAD,
	WARM_OPEN,
	WARM_OVER_ZERO,
	WARM_OVER,
	NWARM
};
enum body {
	BODY_CONST,
	BODY_LINEAR0,
	BODY_LINEAR,
	BODY_COS0,
	BODY_COS,
	BODY_POLY0,
	BODY_POLY,
	BODY_DECAY,
	BODY_INV,
	BODY_DECAY_PER,
	BODY_INV_PER,
	BODY_RSQRT_TIED,
	BODY_RSQRT,
	BODY_WSD_LINEAR0,
	BODY_WSD_COS0,
	BODY_WSD_SQRT0,
	BODY_WSD_LINEAR,
	BODY_WSD_COS,
	BODY_WSD_SQRT,
	BODY_EXP,
	NBODY
};

/* clang-format off */
#define WARMED(LETTERS, WORDS) { \
	{LETTERS, WORDS}, \
	{"W" LETTERS, "warmup:{W} " WORDS}, \
	{"WA" LETTERS, "warmup:{W},from={A} " WORDS}, \
	{"W" LETTERS, "warmup:{W},lead " WORDS}, \
	{"W" LETTERS, "warmup:{W},open " WORDS}, \
	{"W" LETTERS, "warmup:{W},over " WORDS}, \
	{"WA" LETTERS, "warmup:{W},from={A},over " WORDS}, \
}
/* clang-format on */

static const struct fit_model model[NBODY][NWARM] = {
	[BODY_CONST] = WARMED("", "const"),
	[BODY_LINEAR0] = WARMED("T", "linear:{T}"),
	[BODY_LINEAR] = WARMED("Tm", "linear:{T}:{m}"),
	[BODY_COS0] = WARMED("T", "cos:{T}"),
	[BODY_COS] = WARMED("Tm", "cos:{T}:{m}"),
	[BODY_POLY0] = WARMED("Tp", "poly:{T},pow={p}"),
	[BODY_POLY] = WARMED("Tmp", "poly:{T}:{m},pow={p}"),
	[BODY_DECAY] = WARMED("G", "decay,by={G}"),
	[BODY_INV] = WARMED("k", "inv,k={k}"),
	[BODY_DECAY_PER] = WARMED("Gs", "decay,by={G},per={s}"),
	[BODY_INV_PER] = WARMED("ks", "inv,k={k},per={s}"),
	[BODY_RSQRT_TIED] = WARMED("", "rsqrt,s={W}"),
	[BODY_RSQRT] = WARMED("s", "rsqrt,s={s}"),
	[BODY_WSD_LINEAR0] = WARMED("HT", "const:{H} linear:{T}"),
	[BODY_WSD_COS0] = WARMED("HT", "const:{H} cos:{T}"),
	[BODY_WSD_SQRT0] = WARMED("HT", "const:{H} sqrt:{T}"),
	[BODY_WSD_LINEAR] = WARMED("HTm", "const:{H} linear:{T}:{m}"),
	[BODY_WSD_COS] = WARMED("HTm", "const:{H} cos:{T}:{m}"),
	[BODY_WSD_SQRT] = WARMED("HTm", "const:{H} sqrt:{T}:{m}"),
	[BODY_EXP] = WARMED("Tm", "exp:{T}:{m}"),
};

/* The model of BODY after WARM. */
static const struct fit_model *model_of(enum body body, enum warm warm)
{
	return &model[body][warm];
}

/* What is known of a log before anything is fitted. */
struct guess {
	enum warm warm;
	double w, a;  /* warmup: its length and where it starts */
	double start; /* of the decay */
	double end;   /* of the log, one step after the last */
	bool holds;   /* the decay ends within the log: where, and in what */
	double hold_t, hold_y;
	bool short_warm; /* its length is not to be fitted */
};

/* It with the base and the warmup of O. */
static struct fit guess_fit(
	struct search *s, const struct guess *o, enum body body)
{
	struct fit f;

	fit_init(&s->work, &f, model_of(body, o->warm),
		s->features.y[s->features.top]);
	fit_set(&f, 'W', fmax(1, o->w));
	fit_set(&f, 'A', o->a);
	if (o->short_warm) {
		fit_fix(&f, 'W');
		f.spent = 2;
	}
	return f;
}

/* Lengths a decay that does not end within the log may have, in its own. */
static const double beyond[] = {1, 1.15, 1.4, 1.75, 2.5, 4, 8};
#define NBEYOND ARRAY_SIZE(beyond)

/* The lowest of a decay that is T long, if it is as S from X = 0 to 1. */
static double floor_for(const struct search *s, const struct guess *o, double t,
	double (*shape)(double x))
{
	const struct features *c = &s->features;
	double p = c->y[c->top], x = (c->t[c->n - 1] - o->start) / t;
	double left = x < 1 ? shape(x) : 0;

	return left < 1 ? fmax(0, (c->y[c->n - 1] - p * left) / (1 - left)) : 0;
}

static double shape_cos(double x)
{
	return (1 + cos(3.14159265358979323846 * x)) / 2;
}

static double shape_linear(double x)
{
	return 1 - x;
}

/*
 * Returns whether other starts are of no use: the fit agrees, or it is as far
 * off as the one before, whose largest residual is *WORST.
 */
static bool try_length(struct search *s, const struct guess *o, enum body body,
	double t, double m, double p, double *worst)
{
	struct fit f = guess_fit(s, o, body);
	double before = *worst;

	fit_set(&f, 'T', fmax(1, t));
	fit_set(&f, 'm', m);
	fit_set(&f, 'p', p);
	if (fit_search_try(s, &f))
		return true;
	*worst = f.worst;
	return fabs(f.worst - before) <= 0.01 * before;
}

/* A cosine or polynomial from the end of the warmup on. */
static void try_ramp(struct search *s, const struct guess *o, enum body body,
	double (*shape)(double x), double p)
{
	double span = o->end - o->start, worst = NAN;
	bool zero =
		body == BODY_COS0 || body == BODY_POLY0 || body == BODY_LINEAR0;

	if (o->holds) {
		if (!zero || o->hold_y == 0)
			try_length(s, o, body, o->hold_t - o->start,
				zero ? 0 : o->hold_y, p, &worst);
		return;
	}
	for (size_t i = 0; i < NBEYOND; i++) {
		double t = span * beyond[i];

		if (try_length(s, o, body, t,
			    zero ? 0 : floor_for(s, o, t, shape), p, &worst))
			return;
	}
}

/*
 * A line that ends in M, or in RATIO of where it starts if that is a number,
 * and is T long if that is whole; COST is that of the end.
 */
static void try_line_to(struct search *s, const struct guess *o, double t,
	double width, double m, double ratio, double cost)
{
	double least = o->end - o->start - s->features.stride;
	struct fit f;

	/* A line that hardly falls may be too long to have an end. */
	if (!(fabs(t - round(t)) <= fmax(width, 1e-9 * t)) ||
		round(t) < fmax(least, 1))
		return;
	f = guess_fit(s, o, BODY_LINEAR);
	fit_set(&f, 'T', round(t));
	fit_set(&f, 'm', m);
	f.ratio[fit_index(&f, 'm')] = ratio;
	fit_fix(&f, 'T');
	fit_fix(&f, 'm');
	f.spent = fit_digits(round(t)) + cost;
	fit_search_try(s, &f);
}

/*
 * A line that does not end within the log may end anywhere on it: where its
 * numbers are the roundest.
 */
static void try_line(struct search *s, const struct guess *o)
{
	/* What frameworks have instead of 0. */
	static const double least[] = {1e-8, 1e-7, 1e-6, 1e-5};
	double width[FIT_NPARAM], t, w;
	struct fit f;
	size_t i;

	try_ramp(s, o, BODY_LINEAR0, shape_linear, 1);
	if (o->holds) {
		try_ramp(s, o, BODY_LINEAR, shape_linear, 1);
		return;
	}
	f = guess_fit(s, o, BODY_LINEAR0);
	i = fit_index(&f, 'T');
	fit_set(&f, 'T', fmax(1, (o->end - o->start) * 2));
	if (!fit_solve(&s->work, &f, width))
		return;
	t = f.v[i];
	w = width[i];
	for (int k = 1; k < 100; k++)
		try_line_to(s, o, t * (1 - k / 100.0), w, k / 100.0 * f.v[0],
			k / 100.0, k % 10 ? 2 : 1);
	for (size_t k = 0; k < 4; k++)
		try_line_to(s, o, t * (1 - least[k] / f.v[0]), w, least[k], NAN,
			1.5);
	f = guess_fit(s, o, BODY_LINEAR);
	t = o->end - o->start;
	fit_set(&f, 'T', t);
	fit_set(&f, 'm', floor_for(s, o, t, shape_linear));
	fit_fix(&f, 'T');
	f.spent = fit_digits(round(t));
	fit_search_try(s, &f);
}

/*
 * A warmup that does not end within the log, from K hundredths of the base, or
 * a third of it.
 */
static void try_unfinished(struct search *s, const struct guess *o, int k)
{
	const struct features *c = &s->features;
	double ratio = k ? k / 100.0 : 1.0 / 3, slope, base, w;
	struct fit f;

	slope = (c->y[c->n - 1] - o->a) / c->t[c->n - 1];
	base = o->a / ratio;
	w = (base - o->a) / slope;
	if (!(fabs(w - round(w)) < 1e-3 * w) || w < c->t[c->n - 1])
		return;
	f = guess_fit(s, o, BODY_CONST);
	f.v[0] = base;
	f.v[1] = round(w);
	f.v[2] = o->a;
	f.ratio[2] = ratio;
	f.fixed[1] = f.fixed[2] = true;
	f.spent = fit_digits(f.v[1]) + (k % 10 || !k ? 2 : 1);
	fit_search_try(s, &f);
}

static void try_poly(struct search *s, const struct guess *o)
{
	static const double power[] = {2, 0.5, 3, 1.2};

	for (size_t i = 0; i < 4; i++)
		try_ramp(s, o, BODY_POLY0, shape_linear, power[i]);
	for (size_t i = 0; i < 4; i++)
		try_ramp(s, o, BODY_POLY, shape_linear, power[i]);
}

/* Thousandths from one pair to the next. */
#ifndef FIT_PAIR_STEP
#define FIT_PAIR_STEP 1
#endif

/*
 * G^(1/N) and K/N say nothing of G and N alone: the roundest pair is taken.
 * RATE is the one number known, within WIDTH.
 */
static void try_pairs(struct search *s, const struct fit *found, bool factor)
{
	enum body pair = factor ? BODY_DECAY_PER : BODY_INV_PER;
	char letter = factor ? 'G' : 'k';
	double width[FIT_NPARAM], rate, w;
	struct fit f = *found;
	size_t i = fit_index(&f, letter), warm;

	for (warm = 0; model_of(factor ? BODY_DECAY : BODY_INV,
			       (enum warm)warm) != f.model;)
		warm++;
	for (size_t k = 0; k < f.n; k++) {
		f.fixed[k] = false;
		f.ratio[k] = NAN;
	}
	if (!fit_solve(&s->work, &f, width))
		return;
	rate = f.v[i];
	w = width[i] / rate;
	if (factor)
		w = width[i] / (rate * fabs(log(rate)));
	for (int k = 1; k < 1000; k += FIT_PAIR_STEP) {
		double v = k / 1000.0;
		double n = factor ? log(v) / log(rate) : v / rate;
		struct fit g;

		if (!(fabs(n - round(n)) <= fmax(w * n, 1e-9 * n)) ||
			round(n) < 2)
			continue;
		fit_init(&s->work, &g, model_of(pair, (enum warm)warm), f.v[0]);
		fit_set(&g, 'W', f.v[1]);
		if (fit_index(&g, 'A') < FIT_NPARAM)
			fit_set(&g, 'A', f.v[2]);
		fit_set(&g, letter, v);
		fit_set(&g, 's', round(n));
		fit_fix(&g, letter);
		fit_fix(&g, 's');
		g.spent = (k % 100 == 0         ? 1
				  : k % 10 == 0 ? 2
						: 3) +
			  fit_digits(round(n));
		fit_search_try(s, &g);
	}
}

static void try_open_ended(struct search *s, const struct guess *o)
{
	const struct features *c = &s->features;
	double p = c->y[c->top], last = c->y[c->n - 1];
	double u = c->t[c->n - 1] - o->start;
	struct fit f;

	if (!(last > 0) || !(u > 0) || last >= p)
		return;
	f = guess_fit(s, o, BODY_DECAY);
	fit_set(&f, 'G', pow(last / p, 1 / u));
	fit_search_try(s, &f);
	try_pairs(s, &f, true);
	f = guess_fit(s, o, BODY_INV);
	fit_set(&f, 'k', (p / last - 1) / u);
	fit_search_try(s, &f);
	try_pairs(s, &f, false);
	if (o->warm != WARM_NONE) {
		f = guess_fit(s, o, BODY_RSQRT_TIED);
		fit_search_try(s, &f);
	}
	f = guess_fit(s, o, BODY_RSQRT);
	fit_set(&f, 's', u / ((p / last) * (p / last) - 1));
	fit_search_try(s, &f);
}

/* Returns whether it agrees, H being the length of the plateau. */
static bool try_plateau(struct search *s, const struct guess *o, enum body b,
	double h, double beyond_end)
{
	double end = o->holds ? o->hold_t : o->end;
	struct fit f = guess_fit(s, o, b);

	fit_set(&f, 'H', h);
	fit_set(&f, 'T', fmax(1, (end - o->start - h) * beyond_end));
	fit_set(&f, 'm',
		o->holds ? o->hold_y : s->features.y[s->features.n - 1] / 2);
	/* A root is too steep where it begins for that to be fitted. */
	if (b == BODY_WSD_SQRT0 || b == BODY_WSD_SQRT) {
		fit_set(&f, 'H', round(h));
		fit_fix(&f, 'H');
		f.spent = fit_digits(round(h));
	}
	/* A line that does not end within the log ends with it. */
	if (b == BODY_WSD_LINEAR && !o->holds) {
		fit_fix(&f, 'T');
		f.spent = fit_digits(round(end - o->start - h));
	}
	return fit_search_try(s, &f);
}

static void try_wsd(struct search *s, const struct guess *o)
{
	const struct features *c = &s->features;
	double h = c->t[c->top_end] - o->start;

	if (h < 2 * c->stride || c->top_end + 1 >= c->n)
		return;
	for (enum body b = BODY_WSD_LINEAR0; b <= BODY_WSD_SQRT; b++) {
		bool root = b == BODY_WSD_SQRT0 || b == BODY_WSD_SQRT;
		double more = root ? fmin(c->stride, FIT_LENGTHS_MAX) : 1;

		if (b < BODY_WSD_LINEAR && o->holds && o->hold_y != 0)
			continue;
		for (int k = 0; k < more; k++)
			for (size_t i = 0; i < (o->holds ? 1 : NBEYOND); i++)
				if (try_plateau(s, o, b, h + k, beyond[i]))
					break;
	}
}

static void try_bodies(struct search *s, const struct guess *o)
{
	struct fit f;

	if (o->warm != WARM_NONE) {
		f = guess_fit(s, o, BODY_CONST);
		fit_search_try(s, &f);
	}
	for (int k = 0; k < 100; k++)
		if (o->warm == WARM_FROM &&
			s->features.top + 1 == s->features.n)
			try_unfinished(s, o, k);
	if (s->features.top_end + 1 >= s->features.n)
		return;
	if (!o->holds)
		try_open_ended(s, o);
	try_line(s, o);
	try_ramp(s, o, BODY_COS0, shape_cos, 1);
	try_ramp(s, o, BODY_COS, shape_cos, 1);
	try_wsd(s, o);
	try_poly(s, o);
	if (o->holds && o->hold_y > 0)
		try_length(s, o, BODY_EXP, o->hold_t - o->start, o->hold_y, 1,
			&(double){NAN});
}

/* The line through the warmup: where it meets 0 and the peak. */
static void find_warmup(struct guess *o, const struct features *c)
{
	size_t last = c->top;
	double slope;

	/* The peak itself may be beyond a kink that is between two rates. */
	if (last > 2)
		last--;
	slope = (c->y[last] - c->y[0]) / (c->t[last] - c->t[0]);
	o->a = c->y[0] - slope * c->t[0];
	o->w = (c->y[c->top] - o->a) / slope;
	if (fabs(o->a) < 1e-3 * slope)
		o->warm = WARM_ZERO;
	else
		o->warm = WARM_FROM;
	if (o->a < 0)
		o->a = 0;
}

/* Of a warmup between the first two rates, every length is as good. */
static void try_short_warmups(struct search *s, const struct guess *o)
{
	struct guess p = *o;

	for (int w = 1; w < fmin(s->features.stride, FIT_LENGTHS_MAX); w++) {
		p.start = p.w = w;
		p.short_warm = true;
		try_bodies(s, &p);
	}
}

/* A range test: geometric, to the peak in the last row. */
static void try_range(struct search *s)
{
	static const struct fit_model range = {
		"TA", "range:{T},from={A},to=1x"};
	const struct features *c = &s->features;
	struct fit f;

	if (!(c->y[0] > 0) || c->top + 1 != c->n)
		return;
	fit_init(&s->work, &f, &range, c->y[c->top]);
	fit_set(&f, 'T', round(c->t[c->n - 1] + 1));
	fit_set(&f, 'A', c->y[0]);
	fit_fix(&f, 'T');
	f.spent = fit_digits(round(c->t[c->n - 1] + 1));
	fit_search_try(s, &f);
}

void fit_search_decays(struct search *s)
{
	const struct features *c = &s->features;
	struct guess o = {.end = c->t[c->n - 1] + c->stride};

	if (c->nturn > 1 || (c->nturn == 1 && !c->turn[0].is_peak))
		return;
	/* A last rate of 0 is an end already. */
	o.holds = c->hold > c->top_end &&
		  (c->hold + 1 < c->n || c->y[c->hold] == 0);
	o.hold_t = c->t[c->hold];
	o.hold_y = c->y[c->hold];
	if (!c->rises) {
		try_bodies(s, &o);
		return;
	}
	try_range(s);
	find_warmup(&o, c);
	/* Between the smallest numbers there are, a line may have no slope. */
	if (!isfinite(o.w))
		return;
	o.start = o.w;
	try_bodies(s, &o);
	if (c->top == 1 && c->stride > 1)
		try_short_warmups(s, &o);
	if (o.warm == WARM_FROM) {
		/* It may only look as if it started above 0. */
		double w = o.w;

		if (s->is_coarse) {
			o.warm = WARM_ZERO;
			try_bodies(s, &o);
		}

		o.warm = WARM_LEAD;
		o.start = o.w = w + 1;
		try_bodies(s, &o);
		o.warm = WARM_OPEN;
		try_bodies(s, &o);
		o.w = w;
	}
	if (isfinite(s->cost) || c->top_end + 1 >= c->n)
		return;
	o.start = 0;
	for (o.warm = WARM_OVER_ZERO; o.warm <= WARM_OVER; o.warm++) {
		try_ramp(s, &o, BODY_COS0, shape_cos, 1);
		try_ramp(s, &o, BODY_COS, shape_cos, 1);
	}
}
