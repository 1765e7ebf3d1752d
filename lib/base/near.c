/* SPDX-License-Identifier: MIT */
/*
 * Edit distance: letters to insert, delete, replace or swap with the next
 * (optimal string alignment).
 */
#include "base/near.h"

#include <string.h>

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t d[NEAR_NAME_MAX + 1][NEAR_NAME_MAX + 1], i, j;

	for (i = 0; i <= na; i++)
		d[i][0] = i;
	for (j = 0; j <= nb; j++)
		d[0][j] = j;
	for (i = 1; i <= na; i++)
		for (j = 1; j <= nb; j++) {
			d[i][j] = min2(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = min2(d[i][j],
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				d[i][j] = min2(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[na][nb];
}

void near_is(struct near *near, const char *name, size_t n)
{
	near->best = name;
	near->nbest = n;
	near->distance = 0;
}

void near_try(struct near *near, const char *name, size_t n)
{
	size_t d;

	if (near->nwrong > NEAR_NAME_MAX || n > NEAR_NAME_MAX)
		return;
	d = distance(near->wrong, near->nwrong, name, n);
	if (near->best && d >= near->distance)
		return;
	near_is(near, name, n);
	near->distance = d;
}

const char *near_phrase(const struct near *near, const char *otherwise,
	char buf[NEAR_PHRASE_MAX])
{
	size_t n = near->nbest;

	if (!near->best || near->distance * 3 > near->nwrong + 1)
		return otherwise;
	memcpy(buf, "nearest is '", 12);
	memcpy(buf + 12, near->best, n);
	memcpy(buf + 12 + n, "'", 2);
	return buf;
}
