/* SPDX-License-Identifier: MIT */
/* What is known of a key when all lines are; see tape_impl.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "tape/tape_impl.h"

/* Texts that stand where a number should be are shown as far as that. */
#define TEXT_MAX 60

void tape_stat_begin(struct tape_stat *s, const char *name)
{
	*s = (struct tape_stat){.min = NAN,
		.max = NAN,
		.first = NAN,
		.last = NAN,
		.totals = {.max = NAN},
		.whole = true};
	pair_mean(&s->meaning, name, strlen(name));
}

void tape_stat_end(struct tape_stat *s)
{
	free(s->texts);
}

static void count_distinct(struct tape_stat *s, double x)
{
	for (unsigned i = 0; i < s->ndistinct; i++)
		if (s->distinct[i] == x)
			return;
	if (s->ndistinct < 2)
		s->distinct[s->ndistinct] = x;
	s->ndistinct++;
}

/* X comes after s->last, which is NaN at first. */
static inline void count_change(struct tape_stat *s, double x)
{
	int direction = (x > s->last) - (x < s->last);

	s->nup += direction > 0;
	s->ndown += direction < 0;
	s->nturn += direction && s->direction == -direction;
	s->direction = (signed char)(direction ? direction : s->direction);
	s->last = x;
	if (s->whole)
		s->whole = x == floor(x);
	if (s->ndistinct < 3)
		count_distinct(s, x);
}

void tape_stat_add_column(struct tape_stat *stat, const double *x, size_t n,
	size_t stride, bool is_valid)
{
	/* In lines of validation a name may be that of something else. */
	bool is_own = !is_valid || stat->meaning.is_valid;
	struct tape_stat s = *stat; /* which X cannot be, for compilers */

	for (size_t i = 0; i < n; i++, x += stride) {
		if (!isfinite(*x))
			continue;
		if (is_own)
			count_change(&s, *x);
		if (!s.nfinite++)
			s.first = s.min = s.max = *x;
		s.min = *x < s.min ? *x : s.min;
		s.max = *x > s.max ? *x : s.max;
	}
	s.n += n;
	*stat = s;
}

void tape_range_add_column(struct tape_range *range, const double *x, size_t n,
	size_t stride, bool is_valid)
{
	struct tape_range r = *range;
	bool is_own = !is_valid || r.of_valid;

	r.n += n;
	for (size_t i = 0; i < n; i++, x += stride) {
		if (!isfinite(*x))
			continue;
		r.whole &= !is_own || *x == floor(*x);
		r.last = is_own ? *x : r.last;
		r.min = r.min <= *x ? r.min : *x;
		r.max = r.max >= *x ? r.max : *x;
	}
	*range = r;
}

void tape_stat_add_total(struct tape_stat *s, const struct pair *p)
{
	struct tape_totals *t = &s->totals;
	unsigned i = 0;

	if (!(p->total > 0))
		return;
	if (!(t->max >= p->total))
		t->max = p->total;
	s->nfull += p->value == p->total;
	while (i < t->n && i < TAPE_NTOTAL && t->x[i] != p->total)
		i++;
	if (i < t->n)
		return;
	if (i < TAPE_NTOTAL)
		t->x[i] = p->total;
	if (t->n <= TAPE_NTOTAL)
		t->n++;
}

double tape_totals_at(const struct tape_totals *t, double x)
{
	double ret = t->max;

	for (unsigned i = 0; t->n <= TAPE_NTOTAL && i < t->n; i++)
		if (t->x[i] >= x && t->x[i] < ret)
			ret = t->x[i];
	return ret;
}

int tape_stat_add_text(struct tape_stat *s, const struct pair *p,
	const struct line *l, struct diag *d)
{
	struct tape_texts *t = s->texts;
	size_t n = p->ntext < TEXT_MAX ? p->ntext : TEXT_MAX;

	if (!t)
		t = s->texts = calloc(1, sizeof(*t));
	if (!t)
		return diag_nomem(d, sizeof(*t));
	bool is_first_row = l->is_row && t->nrow++ == 0;

	if (t->n++ && !is_first_row)
		return 0;
	t->line = l->lineno;
	memcpy(t->first, p->text, n);
	t->first[n] = '\0';
	return 0;
}
