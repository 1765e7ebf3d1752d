/* SPDX-License-Identifier: MIT */
/*
 * Names that are near: by the caller's table of synonyms, else by edit
 * distance: letters to insert, delete, replace or swap with the next (optimal
 * string alignment).  Case does not count, nor whether words are joined by '-'
 * or '_'.
 */
#include <stdbool.h>
#include <string.h>

#include "base/near.h"
#include "base/order.h"
#include "base/str.h"

/* A beginning is near its name from so many letters on. */
#define BEGINNING_MIN 3

static char fold(char c)
{
	return c == '-' ? '_' : str_to_lower(c);
}

static bool is_beginning(const char *a, size_t na, const char *b, size_t nb)
{
	size_t i;

	for (i = 0; i < na && i < nb && fold(a[i]) == fold(b[i]); i++)
		;
	return i == na;
}

static bool is_same(const char *a, size_t na, const char *b, size_t nb)
{
	return na == nb && is_beginning(a, na, b, nb);
}

static size_t min3(size_t a, size_t b, size_t c)
{
	return order_least(order_least(a, b), c);
}

/* The edits from A to B, or any number above MAX if there are more. */
static size_t edits(
	const char *a, size_t na, const char *b, size_t nb, size_t max)
{
	size_t row[3][NEAR_NAME_MAX + 1], *before = row[0], *last = row[1],
					  *d = row[2], least;

	if ((na > nb ? na - nb : nb - na) > max)
		return max + 1;
	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		char x = fold(a[i - 1]);

		least = d[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			char y = fold(b[j - 1]);

			d[j] = min3(last[j] + 1, d[j - 1] + 1,
				last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold(b[j - 2]) &&
				fold(a[i - 2]) == y)
				d[j] = order_least(d[j], before[j - 2] + 1);
			least = order_least(least, d[j]);
		}
		/* A swap goes on from the row before. */
		if (least > max + 1)
			return least;
		size_t *free = before;
		before = last;
		last = d;
		d = free;
	}
	return last[nb];
}

/*
 * Ranks, the nearest first: to a rank is added the row of the table or the
 * number of edits.
 */
enum {
	RANK_MEANT = 0 << 16,  /* what a row says */
	RANK_SAME = 1 << 16,   /* the same in other letters */
	RANK_NEARLY = 2 << 16, /* what a row says, in other letters */
	RANK_ALIKE = 3 << 16,  /* letters alone */
};

/* Whether ROW says that WRONG, in letters of any case, means NAME. */
static bool says(const struct near_synonym *row, const struct near *near,
	const char *name, size_t n)
{
	return near->nwrong && n && fold(*near->wrong) == fold(*row->said) &&
	       fold(*name) == fold(*row->meant) &&
	       is_same(near->wrong, near->nwrong, row->said,
		       strlen(row->said)) &&
	       is_same(name, n, row->meant, strlen(row->meant));
}

/* How near NAME is by what others say, or RANK_ALIKE. */
static size_t rank(const struct near *near, const char *name, size_t n)
{
	const struct near_synonym *row = near->synonym;
	size_t nearly = RANK_ALIKE;

	for (size_t i = 0; row && row[i].said; i++) {
		if (!says(&row[i], near, name, n))
			continue;
		if (memcmp(near->wrong, row[i].said, near->nwrong) == 0)
			return RANK_MEANT + i;
		if (nearly == RANK_ALIKE)
			nearly = RANK_NEARLY + i;
	}
	return is_same(near->wrong, near->nwrong, name, n) ? RANK_SAME : nearly;
}

/* How many edits of a name of N letters are believed to be a mistake. */
static size_t believed_max(size_t n)
{
	return (n + 1) / 3;
}

/* Smaller is nearer; above what is believed, if far. */
static size_t distance(const struct near *near, const char *name, size_t n)
{
	size_t d = edits(
		near->wrong, near->nwrong, name, n, believed_max(near->nwrong));

	if (near->nwrong >= BEGINNING_MIN &&
		is_beginning(near->wrong, near->nwrong, name, n))
		d = order_least(d, 1);
	if (n >= BEGINNING_MIN &&
		is_beginning(name, n, near->wrong, near->nwrong))
		d = order_least(d, 2);
	return d;
}

void near_try(struct near *near, const char *name, size_t n)
{
	size_t d;

	if (near->nwrong > NEAR_NAME_MAX || n > NEAR_NAME_MAX)
		return;
	d = rank(near, name, n);
	if (d == RANK_ALIKE)
		d += distance(near, name, n);
	if (near->best && d >= near->distance)
		return;
	near->best = name;
	near->nbest = n;
	near->distance = d;
}

bool near_is_meant(const struct near *near)
{
	return near->best && near->distance < RANK_ALIKE;
}

bool near_found(const struct near *near)
{
	return near_is_meant(near) ||
	       (near->best && near->distance - RANK_ALIKE <=
				      believed_max(near->nwrong));
}

const char *near_phrase(const struct near *near, const char *otherwise,
	char buf[NEAR_PHRASE_MAX])
{
	size_t n = near->nbest;

	if (!near_found(near))
		return otherwise;
	memcpy(buf, "nearest is '", 12);
	memcpy(buf + 12, near->best, n);
	memcpy(buf + 12 + n, "'", 2);
	return buf;
}
