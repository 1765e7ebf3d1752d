/* SPDX-License-Identifier: MIT */
/*
 * The simplest schedule of those that agree with a log, and what the digits of
 * the log leave open: several schedules, or several lengths of one, may print
 * the same rates.  Then the simplest is not the answer, but one that could be.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit_impl.h"

/* Rates that span more units of the last digit than these are told apart. */
#define UNITS_MANY 1e4
/* Rates that differ by so much of the peak are not the same. */
#define SAME 1e-7
/* What a rate that stays as far as digits tell may be. */
#define SLOPE "a slope of less than a unit of the last digit"

/* What steps of one row each may be. */
#define SLOPE_ANY "a slope that was logged seldom"

/* What so few jumps by so few units of the last digit may be as well. */
#define SEEN_MIN 4
#define UNITS_FEW 4.0
#define SELDOM "a slow slope that was stepped seldom"

static double unit_of(const struct match_series *s, size_t i)
{
	return 2 * s->half[i];
}

bool fit_is_coarse(const struct match_series *s)
{
	double least = INFINITY, unit = 0;

	if (s->unsure || !match_series_is_rounded(s))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		least = fmin(least, fabs(s->rate[i]));
		unit = fmax(unit, unit_of(s, i));
	}
	/* One that never changes is told by its length alone. */
	return (least < s->peak ? s->peak - least : s->peak) <
	       UNITS_MANY * unit;
}

/* Rate I is that before it, but for so many units of the last digit. */
static bool is_within(const struct match_series *s, size_t i, double units)
{
	return fabs(s->rate[i] - s->rate[i - 1]) <=
	       (units + 0.01) * fmax(unit_of(s, i), unit_of(s, i - 1));
}

bool fit_is_fine_change(const struct match_series *s, size_t i)
{
	return is_within(s, i, 1);
}

/* So few and small jumps fit stairs by a number for each: it tells nothing. */
static bool has_few_jumps(const struct match_series *s)
{
	size_t n = 0;

	for (size_t i = 1; i < s->n && n < SEEN_MIN; i++) {
		n += s->rate[i] != s->rate[i - 1];
		if (!is_within(s, i, UNITS_FEW))
			return false;
	}
	return n && n < SEEN_MIN;
}

/*
 * Each step between the first jump and the last is one row, and has a number of
 * its own in WORDS: rows on any slope are such stairs.
 */
static bool has_bare_steps(const struct match_series *s, const char *words)
{
	size_t first = 0, last = 0, n = 0;

	for (size_t i = 1; i < s->n; i++) {
		if (s->rate[i] == s->rate[i - 1])
			continue;
		first = n++ ? first : i;
		last = i;
	}
	return n > 1 && last - first == n - 1 && strstr(words, "values=");
}

bool fit_is_staircase(const struct match_series *s)
{
	size_t nfine = 0, n = 0;

	for (size_t i = 1; i < s->n; i++) {
		if (s->rate[i] == s->rate[i - 1])
			continue;
		n++;
		nfine += fit_is_fine_change(s, i);
	}
	return 2 * nfine >= n;
}

/* WORDS end in a rate that stays, which a slow slope does as well. */
static bool ends_constant(const char *words)
{
	const char *last = strrchr(words, ' ');

	last = last ? last + 1 : words;
	return strcmp(last, "const") == 0 || strcmp(last, "constant") == 0;
}

void fit_search_free(struct search *s)
{
	for (size_t i = 0; i < s->nrival; i++)
		free(s->rival[i].words);
	free(s->words);
}

/* Keeps WORDS, which agree as well, and takes them over. */
static void add_rival(struct search *s, char *words, double base, double cost)
{
	struct rival *r = &s->rival[s->nrival];

	if (!s->is_coarse) {
		free(words);
		return;
	}
	if (s->nrival == FIT_RIVALS_MAX) {
		r = s->rival;
		for (size_t i = 1; i < FIT_RIVALS_MAX; i++)
			if (s->rival[i].cost > r->cost)
				r = &s->rival[i];
		if (r->cost <= cost) {
			free(words);
			return;
		}
		free(r->words);
	} else
		s->nrival++;
	*r = (struct rival){words, base, cost};
}

/* The digits that one may have which is kept. */
static double limit(const struct search *s)
{
	return s->cost + (s->is_coarse ? FIT_RIVAL_COST : 0);
}

/*
 * WORDS, which are taken over, agree: they are the best so far, or a rival.  F
 * are their numbers; NULL: not known.
 */
static bool keep(struct search *s, char *words, double base, double cost,
	const struct fit *f)
{
	if (!words) {
		s->work.no_memory = true;
		return false;
	}
	if (cost >= s->cost) {
		add_rival(s, words, base, cost);
		return true;
	}
	if (s->words)
		add_rival(s, s->words, s->base, s->cost);
	s->words = words;
	s->base = base;
	s->cost = cost;
	s->is_fit = f;
	if (f)
		s->best = *f;
	return true;
}

bool fit_search_try_words(
	struct search *s, double base, const char *words, double digits)
{
	if (digits >= limit(s) || !fit_agrees(&s->work, words, base))
		return false;
	return keep(s, strdup(words), base, digits, NULL);
}

bool fit_search_try(struct search *s, struct fit *f)
{
	double digits = FIT_PARAM_COST * (double)f->n + f->spent;
	struct buf b = {0};

	if (digits + fit_least(f) >= limit(s))
		return false;
	digits += fit_round(&s->work, f);
	if (!(digits < limit(s)))
		return isfinite(digits);
	if (fit_words(&b, f) < 0) {
		buf_free(&b);
	} else if (!fit_agrees(&s->work, b.data, f->v[0])) {
		/* A number may be fitted that nobody could give. */
		buf_free(&b);
		return false;
	}
	return keep(s, b.data, f->v[0], digits, f);
}

/* A and B have other rates somewhere in the log. */
static bool differ(struct search *s, const char *a, double a_base,
	const char *b, double b_base)
{
	const struct fit_points *p = &s->work.all;
	double *x = malloc(2 * p->n * sizeof(*x)), *y;
	bool ret = false;

	if (!x) {
		s->work.no_memory = true;
		return false;
	}
	y = x + p->n;
	if (fit_rates(&s->work, a, a_base, x) == 0 &&
		fit_rates(&s->work, b, b_base, y) == 0)
		for (size_t i = 0; i < p->n && !ret; i++)
			ret = fabs(x[i] - y[i]) > SAME * s->work.peak;
	free(x);
	return ret;
}

char *fit_find_rival(struct search *s, const struct match_series *series)
{
	const char *words = s->words;

	for (size_t i = 0; i < s->nrival; i++) {
		struct rival *r = &s->rival[i];
		char *ret = r->words;

		if (r->cost > s->cost + FIT_RIVAL_COST ||
			!differ(s, words, s->base, ret, r->base))
			continue;
		r->words = NULL;
		return ret;
	}
	if (!s->is_fit && fit_is_staircase(series) &&
		!(series->unsure && match_series_is_constant(series)))
		return strdup(SLOPE);
	if (!s->is_coarse)
		return NULL;
	if (ends_constant(words))
		return strdup(SLOPE);
	if (!s->is_fit && has_few_jumps(series))
		return strdup(SELDOM);
	if (!s->is_fit && has_bare_steps(series, words))
		return strdup(SLOPE_ANY);
	return s->is_fit ? fit_other(&s->work, &s->best) : NULL;
}
