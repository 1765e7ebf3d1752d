/* SPDX-License-Identifier: MIT */
/*
 * What rises and falls in curves, or again and again: one cycle, triangles,
 * cosines with restarts.
 */
#include <math.h>

#include "base/array.h"
#include "fit/fit_impl.h"

/* clang-format off */
static const struct fit_model one_cycle[] = {
	{"TcA", "cos:{a},from={A},to=1x cos:{b}:{f},incl"},
	{"TcA", "linear:{a},from={A},to=1x linear:{b}:{f},incl"},
	{"TcA", "cos:{a},from={A},to=1x cos:{a}:{A} cos:{e}:{f},incl"},
	{"TcA", "linear:{a},from={A},to=1x linear:{a}:{A} "
		"linear:{e}:{f},incl"},
	{"TcAm", "cos:{a},from={A},to=1x cos:{b}:{m},incl"},
	{"TcAm", "linear:{a},from={A},to=1x linear:{b}:{m},incl"},
	{"UDAm", "cos:{U},from={A},to=1x cos:{D}:{m}"},
	{"UDAm", "linear:{U},from={A},to=1x linear:{D}:{m}"},
};

/* The same where the last rate is the one after the end. */
static const struct fit_model beyond_cycle[] = {
	{"TcA", "cos:{a},from={A},to=1x cos:{b}:{f},incl,past=cont"},
	{"TcAm", "cos:{a},from={A},to=1x cos:{b}:{m},incl,past=cont"},
};

#define ONE_CYCLE_OTHER 6

static const struct fit_model triangle[] = {
	{"Um", "triangular,min={m},max=1x,step={U}"},
	{"Um", "triangular2,min={m},max=1x,step={U}"},
	{"Umg", "exp_range,min={m},max=1x,step={U},gamma={g}"},
	{"UDm", "rep:inf linear:{U},from={m},to=1x linear:{D}:{m} end"},
	{"UDm", "rep:inf,vmul=0.5,scale=span linear:{U},from={m},to=1x "
		"linear:{D}:{m} end"},
	{"UDmg", "rep:inf,gamma={g},scale=span linear:{U},from={m},to=1x "
		"linear:{D}:{m} end"},
};

enum { RESTART_SAME, RESTART_GROW, RESTART_FALL, RESTART_TOP,
	RESTART_COUNT, NRESTART };
static const struct fit_model restart[2][NRESTART] = {
	{
		{"Lm", "cos:{L}:{m},cycles=inf"},
		{"LmM", "cos:{L}:{m},cycles=inf,tmul={M}"},
		{"LmMv", "cos:{L}:{m},cycles=inf,tmul={M},vmul={v},"
			"scale=span"},
		{"LmMv", "cos:{L}:{m},cycles=inf,tmul={M},vmul={v}"},
		{"LmN", "cos:{L}:{m},cycles={N}"},
	}, {
		{"WLm", "warmup:{W} cos:{L}:{m},cycles=inf"},
		{"WLmM", "warmup:{W} cos:{L}:{m},cycles=inf,tmul={M}"},
		{"WLmMv", "warmup:{W} cos:{L}:{m},cycles=inf,tmul={M},"
			"vmul={v},scale=span"},
		{"WLmMv", "warmup:{W} cos:{L}:{m},cycles=inf,tmul={M},"
			"vmul={v}"},
		{"WLmN", "warmup:{W} cos:{L}:{m},cycles={N}"},
	},
};

/* Cycles whose length is no whole number, in one that is. */
static const struct fit_model parted[2] = {
	{"TmN", "cos:{q}:{m},cycles={N}"},
	{"WTmN", "warmup:{W} cos:{q}:{m},cycles={N}"},
};

/* Cycles beyond the end of a log, at most. */
#define UNSEEN_MAX 6

static const struct fit_model rebound[] = {
	{"T", "cos:{T},past=cont"},
	{"Tm", "cos:{T}:{m},past=cont"},
	{"WT", "warmup:{W} cos:{T},past=cont"},
	{"WTm", "warmup:{W} cos:{T}:{m},past=cont"},
};
/* clang-format on */

/* Up from the first rate to the peak, down to the last one or beyond. */
static void try_one_cycle(struct search *s)
{
	static const double beyond[] = {1, 1.15, 1.4, 1.667, 2, 2.5, 3.5};
	const struct features *c = &s->features;
	double up = c->t[c->top], end = c->t[c->n - 1] + c->stride;
	bool holds = c->hold + 1 < c->n && c->hold > c->top_end;

	for (size_t k = 0; k < ARRAY_SIZE(one_cycle); k++) {
		double worst = NAN;

		for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
			double t = holds ? c->t[c->hold] + 1 : end * beyond[i];
			struct fit f;

			fit_init(&s->work, &f, &one_cycle[k], c->y[c->top]);
			fit_set(&f, 'T', t);
			fit_set(&f, 'c', 100 * (up + 1) / t);
			fit_set(&f, 'U', fmax(1, up));
			fit_set(&f, 'D', fmax(1, t - up));
			fit_set(&f, 'A', c->y[0]);
			fit_set(&f, 'm', i ? 0 : c->y[c->n - 1]);
			/* A ramp that bends is less usual than a line. */
			f.spent = k >= ONE_CYCLE_OTHER ? 2 : 0;
			if (fit_search_try(s, &f) || holds ||
				fabs(f.worst - worst) <= 0.01 * worst)
				break;
			worst = f.worst;
		}
	}
}

/* One cycle whose last row is that after its end. */
static void try_beyond_cycle(struct search *s)
{
	const struct features *c = &s->features;
	double up = c->t[c->top], end = c->t[c->n - 1];

	for (size_t k = 0; k < ARRAY_SIZE(beyond_cycle); k++) {
		struct fit f;

		fit_init(&s->work, &f, &beyond_cycle[k], c->y[c->top]);
		fit_set(&f, 'T', end);
		fit_set(&f, 'c', 100 * (up + 1) / end);
		fit_set(&f, 'A', c->y[0]);
		fit_set(&f, 'm', c->y[c->n - 1]);
		/* A row after the end is less usual than none. */
		f.spent = 2;
		fit_search_try(s, &f);
	}
}

/* Lines beyond the log's end: the peak comes at a usual percentage. */
static void try_percentages(struct search *s, size_t k)
{
	static const double percent[] = {30, 25, 40, 20, 10, 50, 15, 35, 45, 5};
	const struct features *c = &s->features;
	double up = c->t[c->top];

	for (size_t i = 0; i < ARRAY_SIZE(percent); i++) {
		double t = round((up + 1) * 100 / percent[i]);
		struct fit f;

		if (t < c->t[c->n - 1])
			continue;
		fit_init(&s->work, &f, &one_cycle[k], c->y[c->top]);
		fit_set(&f, 'T', t);
		fit_set(&f, 'c', percent[i]);
		fit_set(&f, 'A', c->y[0]);
		fit_fix(&f, 'c');
		f.spent = 2;
		fit_search_try(s, &f);
	}
}

static void try_triangle(struct search *s, size_t k, double up, double down,
	double high, double gamma)
{
	struct fit f;

	fit_init(&s->work, &f, &triangle[k], high);
	fit_set(&f, 'U', fmax(1, up));
	fit_set(&f, 'D', fmax(1, down));
	fit_set(&f, 'm', s->features.y[0]);
	fit_set(&f, 'g', gamma);
	fit_search_try(s, &f);
}

static void try_triangles(struct search *s)
{
	const struct features *c = &s->features;
	const struct turn *turn = c->turn;
	double up, down, low, high, next, gamma;

	if (!c->rises || !c->nturn)
		return;
	up = c->t[turn[0].first];
	down = c->nturn > 1 ? c->t[turn[1].first] - up : up;
	low = c->y[0];
	high = c->y[turn[0].first];
	next = c->nturn > 2 ? c->y[turn[2].first] : c->y[c->n - 1];
	gamma = fmax(1e-12, fmin(1, (next - low) / (high - low)));
	gamma = pow(gamma, 1 / (up + down));
	for (size_t k = 0; k < ARRAY_SIZE(triangle); k++)
		try_triangle(s, k, up, down,
			k % 3 == 2 ? low + (high - low) * pow(gamma, -up)
				   : high,
			gamma);
	if (c->nturn < 2 || up < 2)
		return;
	/* Where the height shrinks fast, it peaks before half the cycle. */
	gamma = exp(-1 / up);
	down = (up + down) / 2;
	try_triangle(s, 2, down, down,
		low + (high - low) * down / up / pow(gamma, up), gamma);
}

/* Peaks that are reached in one step, from the first on. */
static size_t find_restarts(const struct features *c, size_t ret[3])
{
	size_t n = 0;

	for (size_t i = 1; i < c->nturn && n < 3; i++)
		if (c->turn[i].is_peak &&
			c->turn[i].first == c->turn[i - 1].last + 1)
			ret[n++] = c->turn[i].first;
	return n;
}

static bool try_restart(struct search *s, size_t model, double w, double length,
	double mult, double fall)
{
	const struct features *c = &s->features;
	bool warm = c->rises;
	struct fit f;

	fit_init(&s->work, &f, &restart[warm][model], c->y[c->top]);
	fit_set(&f, 'W', w);
	fit_set(&f, 'L', length);
	fit_set(&f, 'm', c->y[c->turn[warm ? 1 : 0].first]);
	fit_set(&f, 'M', mult);
	fit_set(&f, 'v', fall);
	fit_set(&f, 'N', round((c->t[c->hold] - w) / length));
	fit_fix(&f, 'N');
	fit_fix(&f, 'L');
	fit_fix(&f, 'M');
	f.spent = 3;
	return fit_search_try(s, &f);
}

static void try_restarts(struct search *s)
{
	const struct features *c = &s->features;
	size_t at[3], n = find_restarts(c, at);
	bool warm = c->rises;
	double w = warm ? c->t[c->top] : 0, lo, hi, mult = 1;
	double fall;

	if (!n)
		return;
	lo = c->t[at[0] - 1] - w;
	hi = c->t[at[0]] - w;
	fall = fmin(1, c->y[at[0]] / c->y[c->top]);
	if (n > 1)
		mult = round((c->t[at[1]] - c->t[at[0]]) / hi);
	for (int k = 1; floor(lo) + k <= hi && k <= FIT_LENGTHS_MAX; k++) {
		double length = floor(lo) + k;

		for (int m = 1; m <= 4; m++) {
			if (n > 1 && m != mult)
				continue;
			if (try_restart(s, m == 1 ? RESTART_SAME : RESTART_GROW,
				    w, length, m, 1))
				break;
			if (fall < 1 && (try_restart(s, RESTART_FALL, w, length,
						 m, fall) ||
						try_restart(s, RESTART_TOP, w,
							length, m, fall)))
				break;
		}
		if (c->hold + 1 < c->n)
			try_restart(s, RESTART_COUNT, w, length, 1, 1);
	}
}

/*
 * How many restarts there are, and between which lengths one of the cycles is
 * that they end, from W on.
 */
static size_t find_length(
	const struct features *c, double w, double *lo, double *hi)
{
	size_t n = 0;

	*lo = 0;
	*hi = INFINITY;
	for (size_t i = 1; i < c->nturn; i++) {
		size_t at = c->turn[i].first;

		if (!c->turn[i].is_peak || at != c->turn[i - 1].last + 1)
			continue;
		n++;
		*lo = fmax(*lo, (c->t[at - 1] - w) / (double)n);
		*hi = fmin(*hi, (c->t[at] - w) / (double)n);
	}
	return n;
}

/* The roundest whole number above LO and up to HI; 0: there is none. */
static double roundest(double lo, double hi)
{
	double unit = 1e9;

	while (unit >= 1 && floor(hi / unit) * unit <= lo)
		unit /= 10;
	return unit >= 1 ? floor(hi / unit) * unit : 0;
}

/*
 * N cycles until END, whatever the length of one, which come down to LOW.  A
 * step more may be another restart: an end that is KNOWN is not fitted.
 */
static void try_parts(
	struct search *s, size_t n, double end, bool known, double low)
{
	const struct features *c = &s->features;
	bool warm = c->rises;
	struct fit f;

	fit_init(&s->work, &f, &parted[warm], c->y[c->top]);
	fit_set(&f, 'W', warm ? c->t[c->top] : 0);
	fit_set(&f, 'T', end);
	fit_set(&f, 'm', low);
	fit_set(&f, 'N', (double)n);
	fit_fix(&f, 'N');
	if (known)
		fit_fix(&f, 'T');
	f.spent = known ? 3 + fit_digits(end) : 3;
	fit_search_try(s, &f);
}

/* As many cycles as there are, or more, where a log is cut within one. */
static void try_parted(struct search *s)
{
	const struct features *c = &s->features;
	double w = c->rises ? c->t[c->top] : 0, lo, hi;
	size_t n = find_length(c, w, &lo, &hi) + 1;

	if (n < 2 || c->nturn == FIT_FEATURES_NTURN)
		return;
	try_parts(s, n, c->t[c->hold], false, c->y[c->n - 1]);
	if (c->hold + 1 < c->n)
		return;
	for (size_t k = n; k < n + UNSEEN_MAX; k++) {
		double end = roundest(w + (double)k * lo, w + (double)k * hi);

		if (end > 0)
			try_parts(
				s, k, end, true, c->y[c->turn[c->rises].first]);
	}
}

/* A cosine that goes on past its end comes back up. */
static void try_rebound(struct search *s)
{
	const struct features *c = &s->features;
	size_t low = c->rises ? 1 : 0;
	double w = c->rises ? c->t[c->top] : 0;

	if (c->nturn <= low)
		return;
	for (size_t k = 0; k < 2; k++) {
		struct fit f;

		fit_init(&s->work, &f, &rebound[k + 2 * low], c->y[c->top]);
		fit_set(&f, 'W', fmax(1, w));
		fit_set(&f, 'T', fmax(1, c->t[c->turn[low].first] - w));
		fit_set(&f, 'm', c->y[c->turn[low].first]);
		fit_search_try(s, &f);
	}
}

void fit_search_cycles(struct search *s)
{
	const struct features *c = &s->features;

	if (c->nturn == 1 && c->turn[0].is_peak)
		try_one_cycle(s);
	if ((c->nturn == 1 || (c->nturn == 2 && c->turn[1].last + 2 == c->n)) &&
		c->turn[0].is_peak)
		try_beyond_cycle(s);
	if (c->nturn == 1 && c->turn[0].is_peak)
		try_percentages(s, 1);
	try_triangles(s);
	try_restarts(s);
	try_parted(s);
	try_rebound(s);
}
