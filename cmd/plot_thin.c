/* SPDX-License-Identifier: MIT */
/* Thinning of long lines; see plot.h. */
#include "plot.h"

enum { FIRST, LOWEST, HIGHEST, LAST };

void plot_thin_begin(
	struct plot_thin *t, struct plot_point *out, uint64_t total)
{
	const uint64_t nbucket = PLOT_THIN_MAX / PLOT_THIN_KEPT;

	*t = (struct plot_thin){.out = out, .per = 1};
	/* More buckets than a picture has columns. */
	if (total > PLOT_THIN_MAX)
		t->per = (total - 1) / nbucket + 1;
}

/* Puts out what the bucket kept, in order and each once. */
static void flush(struct plot_thin *t)
{
	bool swap = t->nth[LOWEST] > t->nth[HIGHEST];
	const int order[PLOT_THIN_KEPT] = {
		FIRST, swap ? HIGHEST : LOWEST, swap ? LOWEST : HIGHEST, LAST};

	for (int i = 0; i < PLOT_THIN_KEPT && t->in_bucket; i++)
		if (i == 0 || t->nth[order[i]] > t->nth[order[i - 1]])
			t->out[t->n++] = t->kept[order[i]];
	t->in_bucket = 0;
}

static void keep(struct plot_thin *t, int which, const struct plot_point *p)
{
	t->kept[which] = *p;
	t->nth[which] = t->in_bucket;
}

void plot_thin_add(struct plot_thin *t, double x, double y)
{
	struct plot_point p = {x, y, y};

	if (!t->in_bucket)
		keep(t, FIRST, &p);
	if (!t->in_bucket || y < t->kept[LOWEST].y)
		keep(t, LOWEST, &p);
	if (!t->in_bucket || y > t->kept[HIGHEST].y)
		keep(t, HIGHEST, &p);
	keep(t, LAST, &p);
	if (++t->in_bucket == t->per)
		flush(t);
}

size_t plot_thin_end(struct plot_thin *t)
{
	flush(t);
	return t->n;
}
