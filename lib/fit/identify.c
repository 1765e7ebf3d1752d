/* SPDX-License-Identifier: MIT */
/*
 * Which schedule explains a log: every model that could have its course is
 * fitted, and of those that agree with all rates the one with the fewest
 * digits is taken.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/order.h"
#include "fit/fit_impl.h"
#include "sched/sched.h"

#define NSOME 96
/* What it costs to suppose that a log was rounded. */
#define LIKELY_COST 3.0
/* Fewer rates say nothing. */
#define RATES_MIN 4

/* Differences that are none: of the rate, and of the largest one. */
static const struct {
	double rate, peak;
} passes[] = {{1e-9, 1e-11}, {1e-6, 1e-9}, {1e-6, MATCH_FLOAT32}};
#define NPASS ARRAY_SIZE(passes)

/* --- where a series turns and where it stays ------------------------------ */

static void find_turns(struct features *c)
{
	int direction = 0;
	size_t since = 0; /* the first of the equal rates before i */

	for (size_t i = 1; i < c->n; i++) {
		int now = ORDER_OF(c->y[i], c->y[i - 1]);

		if (!now)
			continue;
		c->nchange++;
		if (!direction)
			c->rises = now > 0;
		else if (now != direction && c->nturn < FIT_FEATURES_NTURN)
			c->turn[c->nturn++] =
				(struct turn){since, i - 1, direction > 0};
		direction = now;
		since = i;
	}
}

void fit_features_init(struct features *c, const struct match_series *s)
{
	*c = (struct features){
		.t = s->step, .y = s->rate, .n = s->n, .stride = s->stride};
	for (size_t i = 1; i < c->n; i++)
		if (c->y[i] > c->y[c->top])
			c->top = i;
	c->top_end = c->top;
	while (c->top_end + 1 < c->n && c->y[c->top_end + 1] == c->y[c->top])
		c->top_end++;
	c->hold = c->n - 1;
	while (c->hold > 0 && c->y[c->hold - 1] == c->y[c->n - 1])
		c->hold--;
	find_turns(c);
}

/* --- which rates are tried first ----------------------------------------- */

static void add_some(struct fit_work *w, bool *taken, size_t i)
{
	const struct fit_points *p = &w->all;
	struct fit_points *q = &w->some;

	if (i >= p->n || q->n == NSOME || (taken && taken[i]))
		return;
	if (taken)
		taken[i] = true;
	q->step[q->n] = p->step[i];
	q->rate[q->n] = p->rate[i];
	q->tol[q->n] = p->tol[i];
	q->n++;
}

/* The rest evenly, which is evaluated faster, whatever is taken already. */
static void add_evenly(struct fit_work *w, size_t n)
{
	size_t left = NSOME - w->some.n;
	size_t apart = n > left ? (n - 1) / (left - 1) : 1;
	size_t first = n > left ? (n - 1 - (left - 1) * apart) / 2 : 0;

	for (size_t i = first; i < n && w->some.n < NSOME; i += apart)
		add_some(w, NULL, i);
}

/* Ends, turns, and the rest. */
static void choose_some(
	struct fit_work *w, const struct features *c, bool *taken)
{
	size_t n = c->n;

	w->some.n = 0;
	if (n <= NSOME) {
		add_evenly(w, n);
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		add_some(w, taken, i);
		add_some(w, taken, n - 1 - i);
	}
	for (size_t k = 0; k < c->nturn && k < 6; k++) {
		for (size_t i = 0; i < 3; i++) {
			add_some(w, taken, c->turn[k].first - 1 + i);
			add_some(w, taken, c->turn[k].last - 1 + i);
		}
	}
	for (size_t i = 0; i < 4; i++) {
		add_some(w, taken, c->hold - 2 + i);
		add_some(w, taken, c->top_end - 1 + i);
	}
	add_evenly(w, n);
}

/* With DIGITS, the log is taken to show so many. */
static void set_tolerance(struct fit_work *w, const struct match_series *s,
	size_t pass, int digits)
{
	for (size_t i = 0; i < s->n; i++) {
		double half =
			fmax(match_half(s->rate[i], digits ? digits : s->digits,
				     s->decimals),
				match_half_bit(s->rate[i], s->bits));
		double tol = fmax(passes[pass].rate * fabs(s->rate[i]),
			passes[pass].peak * s->peak);

		/* One exact 0 is not to outweigh all the rest. */
		if (s->rate[i] == 0)
			tol = fmax(tol, 1e-9 * s->peak);
		w->all.tol[i] = half + tol;
	}
}

static int work_init(struct fit_work *w, const struct match_series *s,
	struct fit_models *models)
{
	size_t n = s->n + (1 + 3 + FIT_NPARAM) * NSOME;
	double *p = malloc(n * sizeof(*p));

	*w = (struct fit_work){.peak = s->peak,
		.horizon = fmax(1, s->step[s->n - 1] + 2),
		.models = models};
	if (!p)
		return -1;
	w->value = p;
	p += NSOME;
	w->all = (struct fit_points){s->step, s->rate, p, s->n};
	p += s->n;
	w->some = (struct fit_points){p, p + NSOME, p + 2 * NSOME, 0};
	p += 3 * NSOME;
	for (size_t i = 0; i < FIT_NPARAM; i++)
		w->slope[i] = p + i * NSOME;
	return 0;
}

static void run_pass(struct search *s, const struct match_series *series,
	bool *taken, size_t pass, int digits)
{
	const struct features *c = &s->features;

	set_tolerance(&s->work, series, pass, digits);
	for (size_t i = 0; i < series->n; i++)
		taken[i] = false;
	choose_some(&s->work, c, taken);
	if (!c->nchange) {
		fit_search_try_words(s, c->y[0], "constant", 2);
		return;
	}
	fit_search_piecewise(s);
	fit_search_cycles(s);
	fit_search_decays(s);
}

/* The first call in the table that explains the log. */
static char *find_call(struct search *s)
{
	struct buf b = {0};
	size_t row = 0;
	int found = 0;

	while (s->work.models->host &&
		(found = fit_call_next(&b, s->words, s->base, &row)) > 0) {
		if (fit_agrees(&s->work, b.data, s->base))
			return b.data;
		b.len = 0;
	}
	s->work.no_memory |= found < 0;
	buf_free(&b);
	return NULL;
}

/*
 * The rates of SERIES, taken as exact, change more often than the numbers that
 * were fitted to them could be made to follow by chance; a unit of the last
 * digit, which rounding leaves of many slopes, is no such change.
 */
static bool is_proven(const struct search *s, const struct match_series *series)
{
	size_t n = 0;

	for (size_t i = 1; i < series->n; i++)
		n += !fit_is_fine_change(series, i);
	return s->is_fit && n > 2 * s->best.n;
}

/* The same of one schedule that was stepped at every step. */
static int identify_one(struct fit_found *ret,
	const struct match_series *series, struct fit_models *models,
	struct diag *d)
{
	struct search s = {
		.cost = INFINITY, .is_coarse = fit_is_coarse(series)};
	size_t size = (series->n + 1) * sizeof(bool);
	int status = 0;
	bool *taken, explained = false;

	*ret = (struct fit_found){.cost = INFINITY, .every = 1};
	if (series->n < RATES_MIN || !(series->peak > 0))
		return 0;
	taken = malloc(size);
	if (!taken || work_init(&s.work, series, models) < 0) {
		free(taken);
		return diag_nomem(d, size);
	}
	fit_features_init(&s.features, series);
	run_pass(&s, series, taken, 0, 0);
	/* Rounding has to save digits in the words to be believed. */
	if (!series->digits && !series->decimals && series->likely) {
		s.cost -= LIKELY_COST;
		run_pass(&s, series, taken, 0, series->likely);
	}
	/* What the loosest does not explain, none does. */
	if (!isfinite(s.cost)) {
		run_pass(&s, series, taken, NPASS - 1, 0);
		explained = isfinite(s.cost);
		s.cost = INFINITY;
	}
	for (size_t i = 1; i < NPASS && explained && !isfinite(s.cost); i++)
		run_pass(&s, series, taken, i, 0);
	if (isfinite(s.cost)) {
		*ret = (struct fit_found){.words = s.words,
			.call = find_call(&s),
			.rival = fit_find_rival(&s, series),
			.may_be_rounded =
				series->unsure && !is_proven(&s, series),
			.base = s.base,
			.cost = s.cost,
			.every = 1};
		s.words = NULL;
	}
	fit_search_free(&s);
	if (s.work.no_memory)
		status = diag_nomem(d, size);
	free(taken);
	free(s.work.value);
	return status;
}

/* --- schedules in others -------------------------------------------------- */

/* What a schedule of SERIES may differ from it, whatever was fitted. */
static void set_loosest(struct fit_work *w, const struct match_series *series)
{
	set_tolerance(
		w, series, NPASS - 1, series->unsure ? 0 : series->half_digits);
}

/* Whether WORDS explain all rates of SERIES: 1, 0, or -1 for no memory. */
static int explains(const struct match_series *series, const char *words,
	double base, struct fit_models *models)
{
	struct fit_work w;
	bool yes;

	if (work_init(&w, series, models) < 0)
		return -1;
	set_loosest(&w, series);
	yes = fit_agrees(&w, words, base);
	free(w.value);
	return w.no_memory ? -1 : yes;
}

/*
 * Makes RET's words B's if these explain SERIES, else RET empty.  Takes B.
 * Returns 0, or -1: RET is left to the caller.
 */
static int replace_words(struct fit_found *ret, struct buf *b,
	const struct match_series *series, struct fit_models *models,
	struct diag *d)
{
	int yes = !buf_text(b) ? -1
			       : explains(series, b->data, ret->base, models);

	if (yes > 0) {
		free(ret->words);
		ret->words = b->data;
		return 0;
	}
	if (yes < 0)
		diag_nomem(d, b->len);
	else
		fit_found_free(ret);
	buf_free(b);
	return yes;
}

/* The least distance of two changes: how long each rate was kept, or 0. */
static double kept_for(const struct match_series *s)
{
	double last = NAN, least = INFINITY;
	size_t n = 0;

	for (size_t i = 1; i < s->n; i++) {
		if (s->rate[i] == s->rate[i - 1])
			continue;
		if (!isnan(last))
			least = fmin(least, s->step[i] - last);
		last = s->step[i];
		n++;
	}
	return n >= RATES_MIN && 2 * n < s->n ? least : 0;
}

/* A schedule that was stepped once in so many steps: once an epoch. */
static int identify_held(struct fit_found *ret,
	const struct match_series *series, struct fit_models *models,
	struct diag *d)
{
	/* What changes by a unit of the last digit is not kept. */
	double every = fit_is_coarse(series) && fit_is_staircase(series)
			       ? 0
			       : kept_for(series);
	struct match_series own = *series;
	double *p = malloc(3 * series->n * sizeof(*p));
	struct buf b = {0};
	int status;

	if (!p)
		return diag_nomem(d, 3 * series->n * sizeof(*p));
	own.step = p;
	own.rate = p + series->n;
	own.half = own.rate + series->n;
	own.stride = 1;
	own.n = 0;
	for (size_t i = 0; i < series->n && every >= 2; i++) {
		double epoch = floor(series->step[i] / every);

		if (own.n && own.step[own.n - 1] == epoch)
			continue;
		own.step[own.n] = epoch;
		own.rate[own.n] = series->rate[i];
		own.half[own.n++] = series->half[i];
	}
	status = identify_one(ret, &own, models, d);
	free(p);
	if (status || !ret->words)
		return status;
	ret->every = every;
	buf_printf(&b, "hold:%.15g %s end", every, ret->words);
	if (buf_failed(&b)) {
		diag_nomem(d, b.len);
		buf_free(&b);
		return -1;
	}
	return replace_words(ret, &b, series, models, d);
}

/* --- stairs of another course -------------------------------------------- */

/* Steps at which two courses are held to each other. */
#define NCOURSE 64
/* What it costs to say for how long each rate was kept. */
#define HOLD_COST 2.0

/* Its words are of rates that stay for a while and jump. */
static bool is_stairs(const struct fit_found *f)
{
	return strstr(f->words, "step,") == f->words ||
	       strstr(f->words, ",stair");
}

/* A and B have the same rates for twice the time of SERIES: 1, 0, or -1. */
static int is_same_course(const struct match_series *series,
	const struct fit_found *a, const struct fit_found *b,
	struct fit_models *models)
{
	double step[NCOURSE], ra[NCOURSE], rb[NCOURSE];
	struct match_series at = {
		.step = step, .rate = ra, .n = NCOURSE, .peak = series->peak};
	double apart = 2 * series->step[series->n - 1] / NCOURSE + 1;
	struct fit_work w;
	int same;

	for (size_t i = 0; i < NCOURSE; i++)
		step[i] = floor((double)i * apart);
	if (work_init(&w, &at, models) < 0)
		return -1;
	same = fit_rates(&w, a->words, a->base, ra) < 0 ||
			       fit_rates(&w, b->words, b->base, rb) < 0
		       ? -1
		       : 1;
	for (size_t i = 0; i < NCOURSE && same > 0; i++)
		same = fabs(ra[i] - rb[i]) <= 1e-6 * series->peak;
	free(w.value);
	return same;
}

/*
 * RET, which explains SERIES, may be stairs that digits make out of those of
 * another course, as of a line that was stepped once an epoch: what is much
 * simpler takes its place, what is about as simple is a rival.
 */
static int weigh_held(struct fit_found *ret, const struct match_series *series,
	struct fit_models *models, struct diag *d)
{
	struct fit_found held = {.cost = INFINITY};
	int status = identify_held(&held, series, models, d), same = 1;

	if (!status && held.words)
		same = is_same_course(series, ret, &held, models);
	if (same < 0)
		status = diag_nomem(d, sizeof(held));
	held.cost += HOLD_COST;
	if (!same && held.cost + FIT_RIVAL_COST < ret->cost) {
		struct fit_found was = *ret;

		*ret = held;
		held = was;
	} else if (!same && held.cost < ret->cost + FIT_RIVAL_COST) {
		ret->rival = held.words;
		held.words = NULL;
	}
	fit_found_free(&held);
	return status;
}

/*
 * The first row after BEGIN that jumps as none since has; N if there is none.
 * Where a run begins anew, the rate does.
 */
static size_t find_jump(const struct match_series *s, size_t begin)
{
	double most = 0;

	for (size_t i = begin + 1; i < s->n; i++) {
		double d = fabs(s->rate[i] - s->rate[i - 1]);

		if (i >= begin + RATES_MIN && d > 3 * most &&
			(s->unsure || !fit_is_fine_change(s, i)))
			return i;
		most = fmax(most, d);
	}
	return s->n;
}

/*
 * What is as far into a later part of SERIES as one of its first N rows is into
 * the first has the rate of that, as far as any schedule is held to it.
 */
static int is_repeated(const struct match_series *series, size_t n,
	struct fit_models *models, bool *ret)
{
	const double *step = series->step, *tol;
	double begun = 0;
	struct fit_work w;
	size_t next = n, k = 0;

	if (work_init(&w, series, models) < 0)
		return -1;
	set_loosest(&w, series);
	tol = w.all.tol;
	*ret = true;
	for (size_t i = n; i < series->n && *ret; i++) {
		if (i == next) {
			begun = step[i];
			next = find_jump(series, i);
			k = 0;
		}
		while (k < n && step[k] < step[i] - begun)
			k++;
		if (k < n && step[k] == step[i] - begun)
			*ret = fabs(series->rate[i] - series->rate[k]) <=
			       tol[i] + tol[k];
	}
	free(w.value);
	return 0;
}

/* A run that began anew, once or more: its first part is a schedule. */
static int identify_resumed(struct fit_found *ret,
	const struct match_series *series, struct fit_models *models,
	struct diag *d)
{
	struct match_series part = *series;
	double begun = 0;
	struct buf b = {0};
	bool repeated = false;

	part.n = find_jump(series, 0);
	if (part.n == series->n)
		return 0;
	if (is_repeated(series, part.n, models, &repeated) < 0)
		return diag_nomem(d, series->n * sizeof(double));
	if (!repeated)
		return 0;
	if (identify_one(ret, &part, models, d))
		return -1;
	if (!ret->words)
		return 0;
	ret->resumed = series->step[part.n];
	for (size_t i = part.n; i < series->n;) {
		buf_printf(&b, "part:%.15g %s end ", series->step[i] - begun,
			ret->words);
		begun = series->step[i];
		i = find_jump(series, i);
	}
	buf_printf(&b, "part %s end", ret->words);
	return replace_words(ret, &b, series, models, d);
}

int fit_identify(struct fit_found *ret, const struct match_series *series,
	const struct sched_host *host, struct diag *d)
{
	static int (*const kinds[])(struct fit_found *,
		const struct match_series *, struct fit_models *,
		struct diag *) = {
		identify_one, identify_held, identify_resumed};
	struct fit_models models = {.host = host};
	int status = 0;

	*ret = (struct fit_found){.cost = INFINITY, .every = 1};
	for (size_t i = 0; i < 3 && !ret->words && !status; i++)
		status = kinds[i](ret, series, &models, d);
	if (!status && ret->words && !ret->rival && is_stairs(ret))
		status = weigh_held(ret, series, &models, d);
	fit_models_free(&models);
	if (status)
		fit_found_free(ret);
	return status;
}

void fit_found_free(struct fit_found *found)
{
	free(found->words);
	free(found->call);
	free(found->rival);
	*found = (struct fit_found){0};
}
