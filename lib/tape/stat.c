/* SPDX-License-Identifier: MIT */
/* What is known of a key when all lines are; see tape_impl.h. */
#include <math.h>
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
		.total = NAN,
		.whole = true};
	pair_mean(&s->meaning, name, strlen(name));
}

static void count_distinct(struct tape_stat *s, double x)
{
	for (unsigned i = 0; i < s->ndistinct; i++)
		if (s->distinct[i] == x)
			return;
	s->distinct[s->ndistinct++] = x;
}

static void count_change(struct tape_stat *s, double x)
{
	int direction = (x > s->last) - (x < s->last);

	if (direction && s->nfinite) {
		s->nup += direction > 0;
		s->ndown += direction < 0;
		s->nturn += s->direction == -direction;
		s->direction = direction;
	}
	s->last = x;
	s->whole &= x == floor(x);
	if (s->ndistinct < 3)
		count_distinct(s, x);
}

static void add(struct tape_stat *s, double x, bool is_valid)
{
	if (!isfinite(x))
		return;
	/* In lines of validation a name may be that of something else. */
	if (!is_valid || s->meaning.is_valid)
		count_change(s, x);
	if (!s->nfinite++)
		s->first = s->min = s->max = x;
	s->min = x < s->min ? x : s->min;
	s->max = x > s->max ? x : s->max;
}

void tape_stat_add_column(struct tape_stat *s, const double *x, size_t n,
	size_t stride, bool is_valid)
{
	for (size_t i = 0; i < n; i++)
		add(s, x[i * stride], is_valid);
	s->n += n;
}

void tape_stat_add_total(struct tape_stat *s, const struct pair *p)
{
	if (!(p->total > 0))
		return;
	if (!(s->total >= p->total))
		s->total = p->total;
	s->nfull += p->value == p->total;
}

static uint64_t hash_text(const char *s, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return h;
}

int tape_stat_add_text(struct tape_stat *s, const struct pair *p,
	const struct line *l, struct diag *d)
{
	uint64_t hash = hash_text(p->text, p->ntext);

	s->text_varies |= s->ntext && hash != s->hash;
	s->hash = hash;
	s->ntext++;
	if (!l->is_row || s->ntext_row++)
		return 0;
	s->text_line = l->lineno;
	s->text = strndup(p->text, p->ntext < TEXT_MAX ? p->ntext : TEXT_MAX);
	return s->text ? 0 : diag_nomem(d, TEXT_MAX);
}
