/* SPDX-License-Identifier: MIT */
/*
 * Least squares through the word grammar itself: a model is evaluated by
 * reading its words, so no formula is written twice.
 */
#include "match/fit.h"

#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "match/match.h"
#include "sched/sched.h"
#include "sched/words.h"

#define ITERATIONS 40
/* Uniform errors are at most this many standard deviations. */
#define SPREAD 3.0

static enum fit_kind kind_of(char letter)
{
	switch (letter) {
	case 'A':
	case 'm': return FIT_RATE;
	case 'G':
	case 'v':
	case 'g': return FIT_FACTOR;
	case 'p':
	case 'k':
	case 'c': return FIT_REAL;
	case 'M': return FIT_WHOLE;
	default: return FIT_STEPS;
	}
}

enum fit_kind match_fit_kind(const struct fit *f, size_t i)
{
	return i ? kind_of(f->model->letters[i - 1]) : FIT_RATE;
}

size_t match_fit_index(const struct fit *f, char letter)
{
	const char *at = strchr(f->model->letters, letter);

	return at ? (size_t)(at - f->model->letters) + 1 : FIT_NPARAM;
}

void match_fit_init(struct fit *f, const struct fit_model *model, double base)
{
	*f = (struct fit){.model = model, .n = strlen(model->letters) + 1};
	for (size_t i = 0; i < FIT_NPARAM; i++)
		f->ratio[i] = NAN;
	f->v[0] = base;
	f->worst = INFINITY;
}

void match_fit_set(struct fit *f, char letter, double v)
{
	size_t i = match_fit_index(f, letter);

	if (i < FIT_NPARAM)
		f->v[i] = v;
}

void match_fit_fix(struct fit *f, char letter)
{
	size_t i = match_fit_index(f, letter);

	if (i < FIT_NPARAM)
		f->fixed[i] = true;
}

static double number(const struct fit *f, char letter)
{
	size_t i = match_fit_index(f, letter);

	return i < FIT_NPARAM ? f->v[i] : NAN;
}

static int add_letter(struct buf *b, const struct fit *f, char letter)
{
	size_t i = match_fit_index(f, letter);
	double a = number(f, 'c') * number(f, 'T') / 100 - 1;

	if (letter == 'a')
		return buf_add_double(b, a);
	if (letter == 'b')
		return buf_add_double(b, number(f, 'T') - a);
	if (letter == 'e')
		return buf_add_double(b, number(f, 'T') - 2 * a);
	if (letter == 'f')
		return buf_add_double(b, number(f, 'A') / 1e4);
	if (i >= FIT_NPARAM)
		return -1;
	if (isnan(f->ratio[i]))
		return buf_add_double(b, f->v[i]);
	return buf_add_double(b, f->ratio[i]) || buf_addc(b, 'x') ? -1 : 0;
}

int match_fit_words(struct buf *b, const struct fit *f)
{
	const char *s = f->model->words;

	for (; *s; s++) {
		/* An end of 0 need not be said. */
		if (strncmp(s, ":{m}", 4) == 0 && number(f, 'm') == 0) {
			s += 3;
			continue;
		}
		if (*s != '{') {
			if (buf_addc(b, *s))
				return -1;
			continue;
		}
		if (add_letter(b, f, s[1]))
			return -1;
		s += 2;
	}
	return buf_terminate(b);
}

/* Reads F's words into TABLE, to be freed.  Returns 0, or -1 if F has none. */
static int make_table(
	struct sched_table *table, struct fit_work *w, const struct fit *f)
{
	struct sched_env env = {.base = f->v[0],
		.steps = NAN,
		.epoch_steps = NAN,
		.horizon = w->horizon,
		.host = w->host};
	struct sched_where where;
	struct diag d;
	char *word[1];
	int status;

	w->words.len = 0;
	*table = (struct sched_table){0};
	if (!(f->v[0] > 0))
		return -1;
	if (match_fit_words(&w->words, f)) {
		w->no_memory = true;
		return -1;
	}
	word[0] = w->words.data;
	status = sched_words(table, word, 1, &env, &where, &d);
	w->no_memory |= status && d.class == DIAG_NOMEM;
	return status;
}

/* The rates of F at the steps of P.  Returns 0, or -1 if F has none. */
static int evaluate(struct fit_work *w, const struct fit *f,
	const struct fit_points *p, double *ret)
{
	struct sched_table table;
	int status = make_table(&table, w, f);

	for (size_t i = 0; i < p->n && !status; i++) {
		ret[i] = sched_value(table.column[0].node, p->step[i]);
		if (!isfinite(ret[i]))
			status = -1;
	}
	sched_table_free(&table);
	return status;
}

double match_fit_worst(
	struct fit_work *w, const struct fit *f, const struct fit_points *p)
{
	struct sched_table table;
	const struct sched *node = NULL;
	double worst = INFINITY;

	if (make_table(&table, w, f) == 0) {
		node = table.column[0].node;
		worst = 0;
	}
	for (size_t i = 0; node && i < p->n && isfinite(worst); i++) {
		double rate = sched_value(node, p->step[i]);
		double off = fabs(rate - p->rate[i]) / p->tol[i];

		worst = isfinite(rate) ? fmax(worst, off) : INFINITY;
	}
	sched_table_free(&table);
	return worst;
}

/* The sum of squared residuals; infinite where F has no rates. */
static double cost(struct fit_work *w, const struct fit *f)
{
	const struct fit_points *p = &w->some;
	double sum = 0;

	if (evaluate(w, f, p, w->value) < 0)
		return INFINITY;
	for (size_t i = 0; i < p->n; i++) {
		double r = (w->value[i] - p->rate[i]) / p->tol[i];

		sum += r * r;
	}
	return sum;
}

/* How much parameter I is moved to see what that does. */
static double nudge(const struct fit_work *w, const struct fit *f, size_t i)
{
	double scale = fabs(f->v[i]);

	switch (match_fit_kind(f, i)) {
	case FIT_RATE: return fmax(scale, 1e-6 * w->peak) * 1e-6;
	case FIT_STEPS: return fmax(scale * 1e-6, 1e-5);
	default: return fmax(scale, 1e-6) * 1e-6;
	}
}

/*
 * Fills slope[i] with derivatives of residuals by the free parameters, whose
 * indices go to FREE.  Returns their number.
 */
static size_t differentiate(
	struct fit_work *w, const struct fit *f, size_t free[FIT_NPARAM])
{
	const struct fit_points *p = &w->some;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct fit g = *f;
		double h = nudge(w, f, i);

		if (f->fixed[i])
			continue;
		g.v[i] += h;
		if (evaluate(w, &g, p, w->slope[n]) < 0) {
			h = -h;
			g.v[i] = f->v[i] + h;
			if (evaluate(w, &g, p, w->slope[n]) < 0)
				return 0;
		}
		for (size_t k = 0; k < p->n; k++)
			w->slope[n][k] =
				(w->slope[n][k] - w->value[k]) / h / p->tol[k];
		free[n++] = i;
	}
	return n;
}

struct normal {
	double a[FIT_NPARAM][FIT_NPARAM]; /* scaled to a unit diagonal */
	double b[FIT_NPARAM];
	double scale[FIT_NPARAM];
};

static void make_normal(struct normal *q, const struct fit_work *w, size_t n)
{
	const struct fit_points *p = &w->some;

	*q = (struct normal){0};
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < p->n; k++) {
			double r = (p->rate[k] - w->value[k]) / p->tol[k];

			q->b[i] += w->slope[i][k] * r;
			for (size_t j = 0; j <= i; j++)
				q->a[i][j] += w->slope[i][k] * w->slope[j][k];
		}
		q->scale[i] = q->a[i][i] > 0 ? sqrt(q->a[i][i]) : 1;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			q->a[i][j] /= q->scale[i] * q->scale[j];
			q->a[j][i] = q->a[i][j];
		}
		q->b[i] /= q->scale[i];
	}
}

/* Cholesky factor of a + damp*1 in L.  Returns 0, or -1 if there is none. */
static int factorize(double l[FIT_NPARAM][FIT_NPARAM], const struct normal *q,
	size_t n, double damp)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			double sum = q->a[i][j] + (i == j ? damp : 0);

			for (size_t k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (i == j && !(sum > 1e-14))
				return -1;
			l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
		}
	}
	return 0;
}

static void substitute(double l[FIT_NPARAM][FIT_NPARAM], size_t n,
	const double b[FIT_NPARAM], double x[FIT_NPARAM])
{
	for (size_t i = 0; i < n; i++) {
		x[i] = b[i];
		for (size_t k = 0; k < i; k++)
			x[i] -= l[i][k] * x[k];
		x[i] /= l[i][i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++)
			x[i] -= l[k][i] * x[k];
		x[i] /= l[i][i];
	}
}

/* Takes one damped step.  Returns the new cost, or INFINITY. */
static double step(struct fit_work *w, struct fit *f, const struct normal *q,
	const size_t free[FIT_NPARAM], size_t n, double damp)
{
	double l[FIT_NPARAM][FIT_NPARAM], x[FIT_NPARAM];

	if (factorize(l, q, n, damp) < 0)
		return INFINITY;
	substitute(l, n, q->b, x);
	for (size_t i = 0; i < n; i++) {
		double *v = &f->v[free[i]];

		*v += x[i] / q->scale[i];
		if (match_fit_kind(f, free[i]) == FIT_RATE && *v < 0)
			*v = 0;
	}
	return cost(w, f);
}

/* From the inverse of the normal matrix: three deviations of each. */
static void find_width(const struct normal *q, const size_t free[FIT_NPARAM],
	size_t n, double width[FIT_NPARAM])
{
	double l[FIT_NPARAM][FIT_NPARAM], x[FIT_NPARAM];

	if (factorize(l, q, n, 1e-12) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		double unit[FIT_NPARAM] = {0};

		unit[i] = 1;
		substitute(l, n, unit, x);
		width[free[i]] = SPREAD * sqrt(fmax(x[i], 0)) / q->scale[i];
	}
}

/* What is far off and hardly gets nearer is not the right model. */
static double least_gain(const struct fit_work *w, double now)
{
	return now > 1e4 * (double)w->some.n ? 0.02 : 1e-6;
}

void match_fit_solve(
	struct fit_work *w, struct fit *f, double width[FIT_NPARAM])
{
	size_t free[FIT_NPARAM], n = 0;
	double now = cost(w, f), damp = 1e-3;
	struct normal q;

	for (int i = 0; i < ITERATIONS && isfinite(now); i++) {
		struct fit best = *f;
		double next = INFINITY;

		n = differentiate(w, f, free);
		if (!n)
			break;
		make_normal(&q, w, n);
		while (damp < 1e8) {
			best = *f;
			next = step(w, &best, &q, free, n, damp);
			if (next < now)
				break;
			damp *= 8;
		}
		if (!(next < now))
			break;
		*f = best;
		damp = fmax(damp / 16, 1e-12);
		if (now - next < fmax(least_gain(w, next) * now, 1e-9))
			i = ITERATIONS;
		now = next;
	}
	f->worst = match_fit_worst(w, f, &w->some);
	if (!width)
		return;
	for (size_t i = 0; i < f->n; i++)
		width[i] = INFINITY;
	if (isfinite(f->worst) && (n = differentiate(w, f, free)) > 0) {
		make_normal(&q, w, n);
		find_width(&q, free, n, width);
	}
}
