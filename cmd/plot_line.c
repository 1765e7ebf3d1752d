/* SPDX-License-Identifier: MIT */
/* Lines that have more points than a picture has columns; see plot.h. */
#include <stdlib.h>

#include "base/diag.h"
#include "plot.h"

enum { FIRST, LOWEST, HIGHEST, LAST };

int plot_line_begin(struct plot_line *l, uint64_t total, struct diag *d)
{
	const uint64_t nbucket = PLOT_LINE_MAX / PLOT_LINE_KEPT;
	size_t room = total < PLOT_LINE_MAX ? (size_t)total + 1 : PLOT_LINE_MAX;

	*l = (struct plot_line){
		.point = malloc(room * sizeof(*l->point)), .per = 1};
	/* More buckets than a picture has columns. */
	if (total > PLOT_LINE_MAX)
		l->per = (total - 1) / nbucket + 1;
	return l->point ? 0 : diag_nomem(d, room * sizeof(*l->point));
}

/* Puts out what the bucket kept, in order and each once. */
static void flush(struct plot_line *l)
{
	bool swap = l->nth[LOWEST] > l->nth[HIGHEST];
	const int order[PLOT_LINE_KEPT] = {
		FIRST, swap ? HIGHEST : LOWEST, swap ? LOWEST : HIGHEST, LAST};

	for (int i = 0; i < PLOT_LINE_KEPT && l->in_bucket; i++)
		if (i == 0 || l->nth[order[i]] > l->nth[order[i - 1]])
			l->point[l->n++] = l->kept[order[i]];
	l->in_bucket = 0;
}

static void keep(struct plot_line *l, int which, const struct plot_point *p)
{
	l->kept[which] = *p;
	l->nth[which] = l->in_bucket;
}

void plot_line_add(struct plot_line *l, double x, double y)
{
	struct plot_point p = {x, y, y};

	if (!l->in_bucket)
		keep(l, FIRST, &p);
	if (!l->in_bucket || y < l->kept[LOWEST].y)
		keep(l, LOWEST, &p);
	if (!l->in_bucket || y > l->kept[HIGHEST].y)
		keep(l, HIGHEST, &p);
	keep(l, LAST, &p);
	if (++l->in_bucket == l->per)
		flush(l);
}

void plot_line_end(struct plot_line *l)
{
	flush(l);
}

void plot_line_free(struct plot_line *l)
{
	free(l->point);
	*l = (struct plot_line){0};
}
