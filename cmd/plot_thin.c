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
	bool swap = t->kept[LOWEST].x > t->kept[HIGHEST].x;
	const int order[PLOT_THIN_KEPT] = {
		FIRST, swap ? HIGHEST : LOWEST, swap ? LOWEST : HIGHEST, LAST};
	size_t start = t->n;

	for (int i = 0; i < PLOT_THIN_KEPT && t->in_bucket; i++) {
		const struct plot_point *p = &t->kept[order[i]];

		if (t->n == start || p->x > t->out[t->n - 1].x)
			t->out[t->n++] = *p;
	}
	t->in_bucket = 0;
}

void plot_thin_add(struct plot_thin *t, double x, double y)
{
	struct plot_point p = {x, y, y};

	for (int i = 0; i < PLOT_THIN_KEPT && !t->in_bucket; i++)
		t->kept[i] = p;
	if (y < t->kept[LOWEST].y)
		t->kept[LOWEST] = p;
	if (y > t->kept[HIGHEST].y)
		t->kept[HIGHEST] = p;
	t->kept[LAST] = p;
	if (++t->in_bucket == t->per)
		flush(t);
}

size_t plot_thin_end(struct plot_thin *t)
{
	flush(t);
	return t->n;
}
