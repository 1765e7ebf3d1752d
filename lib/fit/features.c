/* SPDX-License-Identifier: MIT */
/* Where a series turns and where it stays. */
#include "fit/fit_impl.h"

static void find_turns(struct features *c)
{
	int direction = 0;
	size_t since = 0; /* the first of the equal rates before i */

	for (size_t i = 1; i < c->n; i++) {
		int now = (c->y[i] > c->y[i - 1]) - (c->y[i] < c->y[i - 1]);

		if (!now)
			continue;
		c->nchange++;
		if (!direction)
			c->rises = now > 0;
		else if (now != direction && c->nturn < FIT_FEATURES_NTURN)
			c->turn[c->nturn++] =
				(struct turn){since, i - 1, direction > 0};
		direction = now;
		since = i;
	}
}

void fit_features_init(struct features *c, const struct match_series *s)
{
	*c = (struct features){
		.t = s->step, .y = s->rate, .n = s->n, .stride = s->stride};
	for (size_t i = 1; i < c->n; i++)
		if (c->y[i] > c->y[c->top])
			c->top = i;
	c->top_end = c->top;
	while (c->top_end + 1 < c->n && c->y[c->top_end + 1] == c->y[c->top])
		c->top_end++;
	c->hold = c->n - 1;
	while (c->hold > 0 && c->y[c->hold - 1] == c->y[c->n - 1])
		c->hold--;
	find_turns(c);
}
