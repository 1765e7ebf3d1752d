/* SPDX-License-Identifier: MIT */
/*
 * Rates that stay for a while and jump: every jump lies between two logged
 * steps, so lengths are known as intervals, and the roundest number in each is
 * taken.
 */
#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "fit/fit_impl.h"

#define BREAKPOINTS_MAX 12
#define NVALUE_MAX 8

struct interval {
	double lo, hi;
};

struct breakpoint {
	struct interval step; /* lo < step <= hi */
	double y, tol;        /* the rate after it */
};

struct piecewise {
	char before[64]; /* the words of a warmup */
	size_t first;    /* index of the first rate after it */
	double origin;   /* the step that lengths count from */
	double y0, tol0; /* the first rate */
	size_t n;        /* all jumps */
	double skipped;  /* jumps before the log begins */
	struct breakpoint jump[BREAKPOINTS_MAX]; /* the first of them */
	struct interval every; /* the distance, if it is one */
	struct interval by;    /* the factor, if it is one */
	struct interval k;     /* the coefficient of an inverse */
};

static void narrow(struct interval *i, double lo, double hi)
{
	i->lo = fmax(i->lo, lo);
	i->hi = fmin(i->hi, hi);
}

static bool is_empty(const struct interval *i)
{
	return !(i->lo <= i->hi) || isinf(i->lo) || isinf(i->hi);
}

/* The ends count, whatever the rounding of their quotients. */
static size_t round_in(struct candidate ret[FIT_CANDIDATES_MAX],
	enum fit_kind kind, struct interval i, double base)
{
	if (is_empty(&i))
		return 0;
	return fit_candidates(ret, kind, (i.lo + i.hi) / 2,
		(i.hi - i.lo) / 2 * (1 + 1e-9) + 1e-12 * i.hi, base);
}

/* How many jumps of one distance were before the log began. */
static double count_skipped(const struct features *c, size_t from)
{
	double first = NAN, last = NAN, distance;

	if (from)
		return 0;
	for (size_t i = 1; i < c->n; i++) {
		if (c->y[i] == c->y[i - 1])
			continue;
		last = c->t[i];
		first = isnan(first) ? last : first;
	}
	if (c->t[0] <= 0 || c->nchange < 2)
		return 0;
	distance = (last - first) / (double)(c->nchange - 1);
	return fmax(0, round(first / distance) - 1);
}

static void add_breakpoint(
	struct piecewise *s, const struct features *c, size_t i, double tol)
{
	double j = (double)++s->n, k = s->skipped + j, y = c->y[i];
	struct breakpoint jump = {
		{c->t[i - 1] - s->origin, c->t[i] - s->origin}, y, tol};

	if (s->n <= BREAKPOINTS_MAX)
		s->jump[s->n - 1] = jump;
	narrow(&s->every, jump.step.lo / k, jump.step.hi / k);
	if (y - tol > 0)
		narrow(&s->by, pow((y - tol) / (s->y0 + s->tol0), 1 / j),
			pow((y + tol) / (s->y0 - s->tol0), 1 / j));
	narrow(&s->k, ((s->y0 - s->tol0) / (y + tol) - 1) / k,
		((s->y0 + s->tol0) / (y - tol) - 1) / k);
}

static void measure(struct piecewise *s, const struct search *q)
{
	const struct features *c = &q->features;

	s->n = 0;
	s->y0 = c->y[s->first];
	s->tol0 = q->work.all.tol[s->first];
	s->skipped = count_skipped(c, s->first);
	s->every = s->by = s->k = (struct interval){0, INFINITY};
	for (size_t i = s->first + 1; i < c->n; i++)
		if (c->y[i] != c->y[i - 1])
			add_breakpoint(s, c, i, q->work.all.tol[i]);
}

static void add_number(struct buf *b, const char *before, double x)
{
	buf_printf(b, "%s%s", before, num_text(x).s);
}

/* "step,every=N,by=G" or "inv,k=K,per=N,stair". */
static void try_regular(
	struct search *q, const struct piecewise *s, bool inverse)
{
	struct candidate every[FIT_CANDIDATES_MAX], by[FIT_CANDIDATES_MAX];
	struct candidate base[FIT_CANDIDATES_MAX];
	size_t nevery = round_in(every, FIT_STEPS, s->every, NAN);
	size_t nby = round_in(by, inverse ? FIT_REAL : FIT_FACTOR,
		inverse ? s->k : s->by, NAN);

	for (size_t i = 0; i < nevery * nby; i++) {
		const struct candidate *e = &every[i / nby];
		const struct candidate *g = &by[i % nby];
		double scale = inverse ? 1 : pow(g->v, s->skipped);
		struct interval p = {
			(s->y0 - s->tol0) / scale, (s->y0 + s->tol0) / scale};
		size_t nbase = round_in(base, FIT_RATE, p, NAN);
		struct buf b = {0};
		bool bad;

		if (inverse)
			buf_printf(&b, "%sinv,k=%s,per=%s,stair", s->before,
				num_text(g->v).s, num_text(e->v).s);
		else
			buf_printf(&b, "%sstep,every=%s,by=%s", s->before,
				num_text(e->v).s, num_text(g->v).s);
		bad = !buf_text(&b);
		q->work.no_memory |= bad;
		for (size_t k = 0; k < nbase && !bad; k++)
			if (fit_search_try_words(q, base[k].v, b.data,
				    3 * FIT_PARAM_COST + base[k].cost +
					    e->cost + g->cost))
				break;
		buf_free(&b);
	}
}

/*
 * Appends the roundest steps of all jumps; adds their digits to *COST.  Returns
 * 0, 1 if one has none, or -1 for no memory, as add_value() does.
 */
static int add_steps(struct buf *b, const struct piecewise *s, double *cost)
{
	buf_printf(b, "%sstep,at=", s->before);
	for (size_t j = 0; j < s->n; j++) {
		struct candidate c[FIT_CANDIDATES_MAX];
		struct interval in = s->jump[j].step;

		/* The lower end is before the jump. */
		in.lo += fmin(1, (in.hi - in.lo) / 2);
		if (!round_in(c, FIT_STEPS, in, NAN))
			return 1;
		add_number(b, j ? "/" : "", c[0].v);
		*cost += c[0].cost;
	}
	return 0;
}

/* "step,at=A/B/C,by=G". */
static void try_milestones(struct search *q, const struct piecewise *s)
{
	struct candidate by[FIT_CANDIDATES_MAX], base[FIT_CANDIDATES_MAX];
	struct interval p = {s->y0 - s->tol0, s->y0 + s->tol0};
	size_t nby = round_in(by, FIT_FACTOR, s->by, NAN);
	size_t nbase = round_in(base, FIT_RATE, p, NAN);
	double cost = (double)s->n + 2 * FIT_PARAM_COST;
	struct buf b = {0};
	bool bad, lacks;

	if (!nby || !nbase || !(s->by.lo < 1))
		return;
	bad = add_steps(&b, s, &cost);
	add_number(&b, ",by=", by[0].v);
	lacks = !buf_text(&b);
	q->work.no_memory |= lacks;
	bad |= lacks;
	for (size_t k = 0; k < nbase && !bad; k++)
		if (fit_search_try_words(q, base[k].v, b.data,
			    cost + base[k].cost + by[0].cost))
			break;
	buf_free(&b);
}

/* A rate of a list: a number, or a multiple of the base. */
static int add_value(struct buf *b, bool first, double y, double tol,
	double base, double *cost)
{
	struct candidate c[FIT_CANDIDATES_MAX];
	const char *before = first ? "" : "/";

	if (!fit_candidates(c, FIT_RATE, y, tol, base))
		return 1;
	*cost += FIT_PARAM_COST + c[0].cost;
	if (isnan(c[0].ratio)) {
		add_number(b, before, c[0].v);
		return 0;
	}
	add_number(b, before, c[0].ratio);
	buf_addc(b, 'x');
	return 0;
}

/* "step,at=A/B,values=V/W/X": the base is the highest of them. */
static void try_values(struct search *q, const struct piecewise *s)
{
	struct candidate base[FIT_CANDIDATES_MAX];
	double y = s->y0, tol = s->tol0, cost = (double)s->n;
	struct buf b = {0};
	bool bad, lacks;

	for (size_t j = 0; j < s->n; j++) {
		if (s->jump[j].y <= y)
			continue;
		y = s->jump[j].y;
		tol = s->jump[j].tol;
	}
	if (!fit_candidates(base, FIT_RATE, y, tol, NAN))
		return;
	bad = add_steps(&b, s, &cost);
	buf_adds(&b, ",values=");
	bad |= add_value(&b, true, s->y0, s->tol0, base[0].v, &cost);
	for (size_t j = 0; j < s->n && !bad; j++)
		bad |= add_value(&b, false, s->jump[j].y, s->jump[j].tol,
			base[0].v, &cost);
	lacks = !buf_text(&b);
	q->work.no_memory |= lacks;
	if (!bad && !lacks)
		fit_search_try_words(q, base[0].v, b.data, cost);
	buf_free(&b);
}

static void try_piecewise(struct search *q, struct piecewise *s)
{
	measure(s, q);
	if (s->n && s->n <= BREAKPOINTS_MAX)
		try_milestones(q, s);
	if (s->n && s->jump[0].y < s->y0) {
		try_regular(q, s, false);
		try_regular(q, s, true);
	}
	if (s->n && s->n <= NVALUE_MAX)
		try_values(q, s);
}

/* After a line up; milestones may count from its start or from its end. */
static void try_warmed(struct search *q)
{
	const struct features *c = &q->features;
	struct piecewise s = {.first = c->top};
	double slope, w, a;

	if (c->t[c->top] <= c->t[0])
		return;
	slope = (c->y[c->top - 1] - c->y[0]) / (c->t[c->top - 1] - c->t[0]);
	a = c->y[0] - slope * c->t[0];
	w = round((c->y[c->top] - a) / slope);
	if (!(w >= 1) || w > c->t[c->top])
		return;
	for (int over = 0; over < 2; over++) {
		const char *key = over ? ",over" : "";

		if (fabs(a) < 1e-6 * c->y[c->top])
			snprintf(s.before, sizeof(s.before), "warmup:%g%s ", w,
				key);
		else
			snprintf(s.before, sizeof(s.before),
				"warmup:%g,from=%.6gx%s ", w, a / c->y[c->top],
				key);
		s.origin = over ? 0 : w;
		try_piecewise(q, &s);
	}
}

void fit_search_piecewise(struct search *q)
{
	const struct features *c = &q->features;
	struct piecewise s = {.n = 0};

	if (2 * c->nchange <= c->n)
		try_piecewise(q, &s);
	if (c->rises && c->top > 1 && 2 * (c->nchange - c->top) < c->n - c->top)
		try_warmed(q);
}
