/* SPDX-License-Identifier: MIT */
/*
 * Tables whose cells are lines of their own, as they come when they are copied
 * from a page: as many names as there are columns, then the cells of row after
 * row.
 */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "line/line_impl.h"

/* Columns at most, and bytes of a name. */
#define NCOLUMN_MAX 32
#define NAME_NBYTES_MAX 60

/* P is a name, and words of no sentence: no signs are in it that text has. */
static bool is_name(const char *p, size_t n)
{
	return n > 0 && n <= NAME_NBYTES_MAX && pair_is_alpha(*p) &&
	       !strpbrk(p, "\t,;:=|!?\"");
}

/* What stands alone in line I: *RET is PAIR_CELL_TEXT also where there is none.
 * Returns 0, or -1. */
static int cell_of(struct line_bytes *b, size_t i, enum pair_cell *ret,
	bool *is_named, struct diag *d)
{
	struct form_line t;
	double x, total;
	int got = line_bytes_peek(b, i, &t, d);

	*ret = PAIR_CELL_TEXT;
	*is_named = false;
	if (got <= 0)
		return got;
	if (t.n == 0 || !t.ended)
		return 0;
	*ret = pair_number_cell(
		t.p, t.n, PAIR_NUMBER_THOUSANDS, &x, &total, NULL);
	*is_named = *ret == PAIR_CELL_TEXT && is_name(t.p, t.n);
	return 0;
}

/* Lines FROM on are N cells, the first a number.  Returns 1, 0 or -1. */
static int are_cells(
	struct line_bytes *b, size_t from, size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++) {
		enum pair_cell cell;
		bool is_named;

		if (cell_of(b, from + i, &cell, &is_named, d) < 0)
			return -1;
		if (cell == PAIR_CELL_TEXT ||
			(i == 0 && cell != PAIR_CELL_NUMBER))
			return 0;
	}
	return 1;
}

/*
 * How many lines from here on are names alone, before a number; 0 if it is no
 * table, or -1.  None begins in the next *PAST lines then: names are looked at
 * twice at most.
 */
static int count_names(struct line_bytes *b, size_t *past, struct diag *d)
{
	for (size_t n = 0; n < 2 * NCOLUMN_MAX; n++) {
		enum pair_cell cell;
		bool is_named;

		if (cell_of(b, n, &cell, &is_named, d) < 0)
			return -1;
		*past = n + 1;
		if (is_named)
			continue;
		if (cell != PAIR_CELL_NUMBER)
			return 0;
		*past = n > NCOLUMN_MAX ? n - NCOLUMN_MAX : 1;
		return n > 1 && n <= NCOLUMN_MAX ? (int)n : 0;
	}
	*past = NCOLUMN_MAX;
	return 0;
}

/* Appends the N lines FROM on, with tabs between them.  Returns 0, or -1. */
static int add_lines(struct buf *out, struct line_bytes *b, size_t from,
	size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++) {
		struct form_line t;

		if (line_bytes_peek(b, from + i, &t, d) < 0)
			return -1;
		if (buf_add(out, t.p, t.n) ||
			(i + 1 < n && buf_addc(out, '\t')))
			return diag_nomem(d, out->len);
	}
	return buf_terminate(out) < 0 ? diag_nomem(d, out->len) : 0;
}

int line_cells_head(struct line_bytes *b, struct form_rows *rows, size_t *n_ret,
	size_t *past, struct diag *d)
{
	struct buf head = {0}, row = {0};
	int n = count_names(b, past, d), got = n;

	/* Two rows, or names above a number are a caption. */
	if (n > 0)
		got = are_cells(b, (size_t)n, 2 * (size_t)n, d);
	if (got > 0)
		got = add_lines(&head, b, 0, (size_t)n, d) < 0 ||
				      add_lines(&row, b, (size_t)n, (size_t)n,
					      d) < 0
			      ? -1
			      : 1;
	if (got > 0) {
		got = form_rows_head(rows, head.data, row.data, false);
		if (got < 0)
			diag_nomem(d, head.len);
	}
	*n_ret = got > 0 ? (size_t)n : 0;
	buf_free(&head);
	buf_free(&row);
	return got;
}

int line_cells_row(
	struct line_bytes *b, size_t n, struct form_line *ret, struct diag *d)
{
	int got = are_cells(b, 0, n, d);

	if (got < 0 || line_bytes_peek(b, 0, ret, d) < 0)
		return -1;
	if (got == 0)
		return 0;
	line_bytes_join(b, n, ret);
	for (char *p = ret->p; (p = strchr(p, '\n')); p++)
		*p = '\t';
	return 1;
}
