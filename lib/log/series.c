/* SPDX-License-Identifier: MIT */
/*
 * Where a step falls, one of three things has happened.  If the rate went on
 * rising, the counter began again with an epoch: it is continued (but not where
 * only rates are read: they rise for other reasons too).  If the
 * step is not above the first one, the run began again: what was before is
 * dropped.  Else it resumed from a checkpoint: later rows of a step win.
 */
#include "log/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/diag.h"

struct series_point {
	struct log_row row;
	unsigned long seg;
	size_t order; /* makes the sort stable */
};

static void begin_segment(struct log_series *s, struct log_row *row)
{
	const struct log_row *last = &s->point[s->n - 1].row;

	if (!s->resumes && row->has_lr && last->has_lr && row->lr >= last->lr) {
		s->offset += last->step + 1 - row->step;
		row->step = last->step + 1;
		return;
	}
	s->seg++;
	if (row->step <= s->point[0].row.step) {
		s->n = 0;
		s->offset = 0;
		s->nrestart++;
	}
}

/* Adds what NEW tells to OLD, if it is about the same update. */
static bool merge(struct log_row *old, const struct log_row *new)
{
	if (old->step != new->step)
		return false;
	if (old->has_lr && new->has_lr && old->lr != new->lr &&
		old->has_loss &&new->has_loss)
		return false;
	if (new->has_lr) {
		old->lr = new->lr;
		old->has_lr = true;
	}
	if (new->has_loss && !(old->has_loss && isnan(new->loss))) {
		old->loss = new->loss;
		old->has_loss = true;
	}
	return true;
}

int log_series_add(
	struct log_series *s, const struct log_row *given, struct diag *d)
{
	struct log_row row = *given;

	s->nrow++;
	if (!row.has_lr && !row.has_loss)
		return 0;
	row.step += s->offset;
	if (s->n && row.step < s->point[s->n - 1].row.step)
		begin_segment(s, &row);
	if (s->n && s->point[s->n - 1].seg == s->seg &&
		merge(&s->point[s->n - 1].row, &row))
		return 0;
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 256;
		struct series_point *p = realloc(s->point, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		s->point = p;
		s->cap = cap;
	}
	s->point[s->n] = (struct series_point){row, s->seg, s->n};
	s->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct series_point *p = a, *q = b;

	if (p->row.step != q->row.step)
		return p->row.step < q->row.step ? -1 : 1;
	return (p->order > q->order) - (p->order < q->order);
}

/* Of the points of one step, those of the last segment stay. */
static void merge_segments(struct log_series *s)
{
	size_t n = 0;

	if (s->seg == 0)
		return;
	qsort(s->point, s->n, sizeof(*s->point), compare);
	for (size_t i = 0; i < s->n; i++) {
		struct series_point p = s->point[i];

		while (n && s->point[n - 1].row.step == p.row.step &&
			s->point[n - 1].seg != p.seg) {
			struct log_row row = s->point[--n].row;

			if (!p.row.has_lr || !p.row.has_loss) {
				row.has_loss &= !p.row.has_loss;
				row.has_lr &= !p.row.has_lr;
				merge(&p.row, &row);
			}
		}
		s->point[n++] = p;
	}
	s->n = n;
}

int log_series_finish(struct log_series *s, const struct log_rates *rates,
	struct log_run *ret, struct diag *d)
{
	struct log_record *rec;
	size_t n = 0;

	merge_segments(s);
	rec = malloc((s->n + 1) * sizeof(*rec));
	if (!rec)
		return diag_nomem(d, (s->n + 1) * sizeof(*rec));
	for (size_t i = 0; i < s->n; i++) {
		const struct log_row *row = &s->point[i].row;
		double lr = rates ? log_rates_at(rates, row->step) : row->lr;
		bool has_lr = rates ? !isnan(lr) : row->has_lr;

		if (has_lr && row->has_loss)
			rec[n++] =
				(struct log_record){row->step, lr, row->loss};
	}
	*ret = (struct log_run){s->name, rec, n, s->nrestart};
	s->name = NULL;
	log_series_free(s);
	return 0;
}

void log_series_free(struct log_series *s)
{
	free(s->name);
	free(s->point);
	*s = (struct log_series){0};
}
