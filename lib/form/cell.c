/* SPDX-License-Identifier: MIT */
/* Where the cells of a line stand, and what is in them. */
#include <string.h>

#include "base/array.h"
#include "form/form_impl.h"

/* A bar without ends is drawn with so many signs. */
#define BAR_MIN 5

/*
 * The cell in quotes at P.  Returns what is behind it and its blanks, or NULL:
 * it is still open.
 */
static char *quoted_cell(char *p, struct form_cell *c)
{
	char *q = p + 1;

	while ((q = strchr(q, '"')) && q[1] == '"')
		q += 2;
	if (!q)
		return NULL;
	*c = (struct form_cell){p + 1, (size_t)(q - p - 1), true};
	for (q++; *q == ' ';)
		q++;
	return q;
}

/* The end of the cell at P between blanks. */
static char *blank_end(char *p, char sep)
{
	for (; *p; p++)
		if (form_is_blank(*p) && (sep == ' ' || form_is_blank(p[1]) ||
						 p[1] == '\0' || *p == '\t'))
			break;
	return p;
}

bool form_cell_next(char **at, char sep, bool as_is, struct form_cell *c)
{
	char *p = *at, *q;

	while (*p == ' ' || (*p == '\t' && sep != '\t'))
		p++;
	if (*p == '"' && form_quotes(sep)) {
		q = quoted_cell(p, c);
		if (!q && !as_is)
			return false;
		/* Not all of the cell: then it is no quote. */
		if (q && (*q == sep || *q == '\0')) {
			*at = *q ? q + 1 : NULL;
			return true;
		}
	}
	if (sep == ' ' || sep == FORM_WIDE) {
		q = blank_end(p, sep);
		*c = (struct form_cell){p, (size_t)(q - p), false};
		while (form_is_blank(*q))
			q++;
		*at = *q ? q : NULL;
		return true;
	}
	q = strchr(p, sep);
	if (!q)
		q = p + strlen(p);
	*at = *q ? q + 1 : NULL;
	while (q > p && form_is_blank(q[-1]))
		q--;
	*c = (struct form_cell){p, (size_t)(q - p), false};
	return true;
}

/* The percent sign of a progress bar in P: 50%|## | or 50% ----; NULL. */
static char *bar_in(char *p)
{
	for (; (p = strchr(p, '%')); p++)
		if (p[1] == '|' ||
			(p[1] == ' ' && strspn(p + 2, "-=#") >= BAR_MIN))
			return p;
	return NULL;
}

char *form_cell_end(char *p, char sep)
{
	char *end = p + strlen(p), *q = end;

	if (sep == '|' && p[strspn(p, " \t")] == '|') {
		while (q > p && form_is_blank(q[-1]))
			q--;
		return q > p && q[-1] == '|' ? q - 1 : end;
	}
	if ((sep != ' ' && sep != FORM_WIDE) || !(q = bar_in(p)))
		return end;
	while (q > p && str_is_digit(q[-1]))
		q--;
	while (q > p && q[-1] == ' ')
		q--;
	return q > p && q[-1] == ':' ? q - 1 : q;
}

bool form_cell_has_number(const struct form_cell *c)
{
	double x;

	for (size_t i = 0; i < c->n; i++)
		if ((i == 0 || form_is_blank(c->p[i - 1])) &&
			(str_is_digit(c->p[i]) || c->p[i] == '-') &&
			pair_number(c->p + i, &x))
			return true;
	return false;
}

/* The name whose begin, or END, C of LINE stands below; SIZE_MAX: none. */
static size_t name_above(const struct form_span *span, size_t nspan,
	const char *line, const struct form_cell *c, bool end)
{
	size_t place = (size_t)(c->p - line) + (end ? c->n : 0);

	for (size_t i = 0; i < nspan; i++)
		if ((end ? span[i].end : span[i].begin) == place)
			return i;
	return SIZE_MAX;
}

/* Whether each of the N cells of LINE stands below a name so. */
static bool are_below(const struct form_span *span, size_t nspan,
	const char *line, const struct form_cell *cell, size_t n, bool end)
{
	for (size_t i = 0; i < n; i++)
		if (name_above(span, nspan, line, &cell[i], end) == SIZE_MAX)
			return false;
	return true;
}

/*
 * The N cells of LINE, as form_cell_split() has them.  Returns how many there
 * are then, SIZE_MAX without memory.
 */
static size_t place_cells(struct form_cell **cell, size_t *cap, size_t n,
	const char *line, const struct form_span *span, size_t nspan)
{
	bool end = !are_below(span, nspan, line, *cell, n, false);

	if (end && !are_below(span, nspan, line, *cell, n, true))
		return n;
	if (array_reserve(cell, cap, nspan, sizeof(**cell), NULL))
		return SIZE_MAX;
	for (size_t i = nspan; i-- > 0;) {
		size_t at =
			n ? name_above(span, nspan, line, &(*cell)[n - 1], end)
			  : SIZE_MAX;

		(*cell)[i] = at == i ? (*cell)[--n]
				     : (struct form_cell){"", 0, false};
	}
	return nspan;
}

size_t form_cell_split(char *p, char sep, const struct form_span *span,
	size_t nspan, struct form_cell **cell, size_t *cap)
{
	const char *line = p;
	size_t n = 0;
	char *end = form_cell_end(p, sep), was = *end;

	*end = '\0';
	for (p = form_cell_first(p, sep); p; n++) {
		if (array_reserve(cell, cap, n + 1, sizeof(**cell), NULL)) {
			n = SIZE_MAX;
			break;
		}
		/* A quote that is open may end in the next line. */
		form_cell_next(&p, sep, true, &(*cell)[n]);
	}
	*end = was;
	return n > 1 && n < nspan ? place_cells(cell, cap, n, line, span, nspan)
				  : n;
}

enum pair_cell form_cell_read(const struct form_rows *r,
	const struct form_cell *c, double *x, double *total, uint64_t *form)
{
	unsigned how = r->how | (c->is_quoted ? PAIR_NUMBER_THOUSANDS : 0);

	return pair_number_cell(c->p, c->n, how, x, total, form);
}

/* mAP_0.5:0.95: the colon at P, behind BEGIN, is between decimals. */
static bool is_of_range(const char *begin, const char *p)
{
	const char *q = p;

	while (q > begin && str_is_digit(q[-1]))
		q--;
	return *p == ':' && q < p && q > begin + 1 && q[-1] == '.' &&
	       str_is_digit(q[-2]) && str_is_digit(p[1]);
}

bool form_cell_assigns(const char *p, const char *end)
{
	const char *begin = p;
	double x;

	while ((p = strpbrk(p, ":=\"")) && p < end) {
		if (*p == '"') { /* a name may be anything in quotes */
			p += strcspn(p + 1, "\"") + 1;
			p += *p == '"';
			continue;
		}
		if (is_of_range(begin, p)) {
			p++;
			continue;
		}
		for (p++; form_is_blank(*p);)
			p++;
		if (*p == '"' || *p == '\'')
			p++;
		if (pair_number(p, &x) || pair_number_odd(p, &x))
			return true;
	}
	return false;
}
