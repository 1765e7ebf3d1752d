/* SPDX-License-Identifier: MIT */
/*
 * Which schedule explains a log: every model that could have its course is
 * fitted, and of those that agree with all rates the one with the fewest
 * digits is taken.
 */
#include "match/identify.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "match/calls.h"
#include "match/snap.h"
#include "sched/sched.h"
#include "sched/words.h"

#define NSOME 96
/* A parameter says as much as so many digits of another. */
#define PARAM_COST 1.0
/* What it costs to suppose that a log was rounded. */
#define LIKELY_COST 3.0
/* Fewer rates say nothing. */
#define RATES_MIN 4

/* Differences that are none: of the rate, and of the largest one. */
static const struct {
	double rate, peak;
} passes[] = {{1e-9, 1e-11}, {1e-6, 1e-9}, {1e-6, MATCH_FLOAT32}};

bool match_search_try_words(
	struct search *s, double base, const char *words, double digits)
{
	struct fit_model model = {"", words};
	struct fit f;

	if (digits >= s->cost)
		return false;
	match_fit_init(&f, &model, base);
	if (match_fit_worst(&s->work, &f, &s->work.all) > 1)
		return false;
	s->words.len = 0;
	if (buf_adds(&s->words, words) || buf_terminate(&s->words)) {
		s->work.no_memory = true;
		return false;
	}
	s->cost = digits;
	s->base = base;
	return true;
}

bool match_search_try(struct search *s, struct fit *f)
{
	double digits = PARAM_COST * (double)f->n + f->spent, least = digits;

	for (size_t i = 0; i < f->n; i++)
		least += f->fixed[i] ? 0 : 0.5;
	if (least >= s->cost)
		return false;
	digits += match_snap_fit(&s->work, f);
	if (!(digits < s->cost))
		return isfinite(digits);
	s->words.len = 0;
	if (match_fit_words(&s->words, f) < 0) {
		s->work.no_memory = true;
		return false;
	}
	s->cost = digits;
	s->base = f->v[0];
	return true;
}

static void add_some(struct fit_work *w, bool *taken, size_t i)
{
	const struct fit_points *p = &w->all;
	struct fit_points *q = &w->some;

	if (i >= p->n || taken[i] || q->n == NSOME)
		return;
	taken[i] = true;
	q->step[q->n] = p->step[i];
	q->rate[q->n] = p->rate[i];
	q->tol[q->n] = p->tol[i];
	q->n++;
}

/* Ends, turns, and the rest evenly. */
static void choose_some(struct fit_work *w, const struct course *c, bool *taken)
{
	size_t n = c->n;

	w->some.n = 0;
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
	for (size_t left = NSOME - w->some.n, i = 0; i < left; i++)
		add_some(w, taken, n > left ? i * (n - 1) / (left - 1) : i);
}

/* With DIGITS, the log is taken to show so many. */
static void set_tolerance(struct fit_work *w, const struct match_series *s,
	size_t pass, int digits)
{
	for (size_t i = 0; i < s->n; i++) {
		double half =
			digits ? match_series_half(s, i, digits) : s->half[i];
		double tol = fmax(passes[pass].rate * fabs(s->rate[i]),
			passes[pass].peak * s->peak);

		/* One exact 0 is not to outweigh all the rest. */
		if (s->rate[i] == 0)
			tol = fmax(tol, 1e-9 * s->peak);
		w->all.tol[i] = half + tol;
	}
}

static int work_init(struct fit_work *w, const struct match_series *s)
{
	size_t n = s->n + (1 + 3 + FIT_NPARAM) * NSOME;
	double *p = malloc(n * sizeof(*p));

	*w = (struct fit_work){
		.peak = s->peak, .horizon = fmax(1, s->step[s->n - 1] + 2)};
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
	const struct course *c = &s->course;

	set_tolerance(&s->work, series, pass, digits);
	for (size_t i = 0; i < series->n; i++)
		taken[i] = false;
	choose_some(&s->work, c, taken);
	if (!c->nchange) {
		match_search_try_words(s, c->y[0], "constant", 2);
		return;
	}
	match_search_stairs(s);
	match_search_cycles(s);
	match_search_decays(s);
}

/* Whether the call, read as such, explains the log too. */
static bool is_call(struct search *s, const char *call)
{
	struct fit_model model = {"", call};
	struct fit f;

	match_fit_init(&f, &model, s->base);
	return match_fit_worst(&s->work, &f, &s->work.all) <= 1;
}

/* The first call in the table that explains the log. */
static char *find_call(struct search *s)
{
	struct buf b = {0};
	size_t row = 0;
	int found = 0;

	while (s->work.host &&
		(found = match_call(&b, s->words.data, s->base, &row)) > 0) {
		if (is_call(s, b.data))
			return b.data;
		b.len = 0;
	}
	s->work.no_memory |= found < 0;
	buf_free(&b);
	return NULL;
}

int match_identify(struct match_found *ret, const struct match_series *series,
	const struct sched_host *host, struct diag *d)
{
	struct search s = {.cost = INFINITY};
	size_t size = (series->n + 1) * sizeof(bool);
	int status = 0;
	bool *taken;

	*ret = (struct match_found){.cost = INFINITY};
	if (series->n < RATES_MIN || !(series->peak > 0))
		return 0;
	taken = malloc(size);
	if (!taken || work_init(&s.work, series) < 0) {
		free(taken);
		return diag_nomem(d, size);
	}
	s.work.host = host;
	match_course_init(&s.course, series);
	run_pass(&s, series, taken, 0, 0);
	/* Rounding has to save digits in the words to be believed. */
	if (!series->digits && !series->decimals && series->likely) {
		s.cost -= LIKELY_COST;
		run_pass(&s, series, taken, 0, series->likely);
	}
	for (size_t i = 1; i < 3 && !isfinite(s.cost); i++)
		run_pass(&s, series, taken, i, 0);
	if (isfinite(s.cost))
		*ret = (struct match_found){.words = s.words.data,
			.call = find_call(&s),
			.base = s.base,
			.cost = s.cost};
	else
		buf_free(&s.words);
	if (s.work.no_memory) {
		status = diag_nomem(d, size);
		match_found_free(ret);
	}
	free(taken);
	free(s.work.value);
	buf_free(&s.work.words);
	return status;
}

void match_found_free(struct match_found *found)
{
	free(found->words);
	free(found->call);
	*found = (struct match_found){0};
}
