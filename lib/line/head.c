/* SPDX-License-Identifier: MIT */
/*
 * The header of a table, by the lines that come: rules and comments may stand
 * between it and its first row, it may have two lines, and something else may
 * have been printed behind it.  Its cells may be lines of their own, as they
 * come when they are copied from a page: as many names as there are columns,
 * then the cells of row after row.
 */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "line/line_impl.h"

/* Columns at most that are lines, and bytes of a name. */
#define NCOLUMN_MAX 32
#define NAME_NBYTES_MAX 60

/* Lines between a header and its first row. */
#define RULES_MAX 4
/* A line of more words, each far apart, is of names. */
#define WIDE_NAMES_MIN 4
/* So are so many that something else than blanks divides. */
#define SEPARATED_NAMES_MIN 3

/* T, or the nearest of the N comments behind it if it is one, is the header of
 * ROW.  Returns 1, 0 or -1. */
static int find_header(struct line_bytes *b, struct form_rows *rows,
	struct form_line *t, char *row, size_t n, bool first, struct diag *d)
{
	for (; n && form_rows_is_comment(t->p); n--) {
		struct form_line near;
		int got;

		if (line_bytes_peek(b, n, &near, d) < 0)
			return -1;
		got = form_rows_may_head(near.p)
			      ? form_rows_head(rows, near.p, row, first)
			      : 0;
		if (got)
			return got;
	}
	return form_rows_head(rows, t->p, row, first);
}

/*
 * T, with the line after it, as a header of two lines, for the sake of the row
 * after these.  Returns 1, 0 or -1.
 */
static int read_two_headers(struct line_bytes *b, struct form_rows *rows,
	struct form_line *t, struct diag *d)
{
	struct form_line below, row;
	int got = line_bytes_peek(b, 1, &below, d);

	if (got > 0 && form_rows_is_rule(below.p))
		got = 0;
	if (got > 0 && form_rows_may_head(below.p))
		got = line_bytes_peek(b, 2, &row, d);
	else if (got > 0)
		got = 0;
	if (line_bytes_peek(b, 1, &below, d) < 0 ||
		line_bytes_peek(b, 0, t, d) < 0 || got < 0)
		return -1;
	if (got > 0)
		got = form_rows_head_of_two(rows, t->p, below.p, row.p);
	return got;
}

/* P is of so many names apart that it is no sentence. */
static bool is_wide(const char *p)
{
	size_t n = 0;

	for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
		if (str_is_digit(*p))
			return false;
		p += strcspn(p, " ");
		n += p[0] == ' ' && p[1] == ' ';
	}
	return n >= WIDE_NAMES_MIN;
}

/*
 * How many separators, as tables for programs have them, stand in P: those of
 * which it has most; 0 where a cell in quotes goes on in the next line.
 */
static size_t count_separators(const char *p)
{
	size_t n[] = {0, 0, 0, 0}, most = 0;
	static const char separators[sizeof(n) / sizeof(*n)] = {
		',', ';', '\t', '|'};
	bool is_quoted = false;

	for (; *p; p++) {
		const char *sep = memchr(separators, *p, sizeof(separators));

		if (sep && ++n[sep - separators] > most)
			most++;
		is_quoted = is_quoted != (*p == '"');
	}
	return is_quoted ? 0 : most;
}

/*
 * T as a header for the sake of the line after the next, which was written
 * between, as what a progress bar or a warning says.  Returns 1, 0 or -1.
 */
static int read_header_before_other(struct line_bytes *b,
	struct form_rows *rows, struct form_line *t, struct diag *d)
{
	struct form_line row;
	char begin;
	size_t n = count_separators(t->p);
	bool wide = is_wide(t->p);
	int got = wide || n >= SEPARATED_NAMES_MIN - 1
			  ? line_bytes_peek(b, 1, &row, d)
			  : 0;

	/* Two lines like headers: the nearer is the row's. */
	if (got > 0 && !wide && count_separators(row.p) == n)
		got = 0;
	if (got > 0)
		got = line_bytes_peek(b, 2, &row, d);
	if (line_bytes_peek(b, 0, t, d) < 0 || got <= 0)
		return got;
	begin = row.p[strspn(row.p, " \t")];
	return begin && strchr("0123456789,;|\"", begin)
		       ? form_rows_head(rows, t->p, row.p, false)
		       : 0;
}

/* --- cells that are lines ------------------------------------------------ */

/* P is a name, and words of no sentence: no signs are in it that text has. */
static bool is_name(const char *p, size_t n)
{
	return n > 0 && n <= NAME_NBYTES_MAX && str_is_letter(*p) &&
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
		buf_add(out, t.p, t.n);
		if (i + 1 < n)
			buf_addc(out, '\t');
	}
	return buf_end(out, d);
}

/*
 * The lines from here on are names, and behind them two rows of as many cells,
 * a line each: sets how many, *N_RET, and the header of ROWS.  Returns 1, or 0:
 * no such table begins in the next *PAST lines, of which one is; or -1.
 */
static int find_cells(struct line_bytes *b, struct form_rows *rows,
	size_t *n_ret, size_t *past, struct diag *d)
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

/* The next line, with those after it, as names.  Returns 1, 0 or -1. */
static int read_cells_header(struct line_bytes *b, struct form_rows *rows,
	struct line_header *h, struct diag *d)
{
	struct form_line t;
	size_t n, past;
	int got;

	if (line_bytes_peek(b, 0, &t, d) < 0)
		return -1;
	if (t.lineno < h->nocells)
		return 0;
	got = find_cells(b, rows, &n, &past, d);
	if (got == 0 && line_bytes_peek(b, past - 1, &t, d) > 0)
		h->nocells = t.lineno;
	if (got > 0)
		h->ncell = h->nline = n;
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

/* --- all ----------------------------------------------------------------- */

/* The next line as a header of the other kinds.  Returns 1, 0 or -1. */
static int read_header(struct line_bytes *b, struct form_rows *rows, bool first,
	struct line_header *h, struct diag *d)
{
	struct form_line t, row;
	size_t n = 0;
	int got;

	h->nline = 1;
	do {
		got = line_bytes_peek(b, n + 1, &row, d);
		if (got < 0 || line_bytes_peek(b, 0, &t, d) < 0)
			return -1;
		if (got == 0)
			return 0;
	} while (form_rows_is_between(row.p) && ++n < RULES_MAX);
	got = find_header(b, rows, &t, row.p, n < RULES_MAX ? n : RULES_MAX - 1,
		first, d);
	if (got == 0 && n == 0) {
		got = read_two_headers(b, rows, &t, d);
		h->nline += got > 0;
	}
	if (got == 0 && n == 0)
		got = read_header_before_other(b, rows, &t, d);
	h->failed = got < 0;
	return got > 0;
}

int line_head(struct line_bytes *b, struct form_rows *rows, bool first,
	struct line_header *h, struct diag *d)
{
	int got = read_cells_header(b, rows, h, d);

	if (got)
		return got;
	got = read_header(b, rows, first, h, d);
	if (got > 0)
		h->ncell = 0;
	return got;
}
