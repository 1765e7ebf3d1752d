/* SPDX-License-Identifier: MIT */
/* Inside of lib/form: what its files share, under the name of each. */
#ifndef FORM_FORM_IMPL_H
#define FORM_FORM_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "form/form.h"

/* --- cell.c -------------------------------------------------------------- */

/* A separator that is in no clean line: two blanks or more. */
#define FORM_WIDE '\2'

struct form_cell {
	char *p;
	size_t n;
	bool is_quoted;
};

static inline bool form_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cells that SEP divides may stand in quotes. */
static inline bool form_quotes(char sep)
{
	return sep == ',' || sep == ';' || sep == '\t';
}

/* Where the cells of P begin: behind a bar. */
static inline char *form_cell_first(char *p, char sep)
{
	char *q = sep == '|' ? p + strspn(p, " \t") : p;

	return sep == '|' && *q == '|' ? q + 1 : p;
}

/*
 * Where they end: at a bar behind the last, or where what blanks separate is
 * followed by a progress bar, as "100%|" or "100% ----".
 */
char *form_cell_end(char *p, char sep);

/*
 * The cell at *AT, which is set behind its separator, or to NULL at the end of
 * the line.  Returns false: a quote is open, unless it is taken AS_IS.
 */
bool form_cell_next(char **at, char sep, bool as_is, struct form_cell *c);

/* Where a cell stands in its line. */
struct form_span {
	size_t begin, end;
};

/*
 * Reads P's cells to *CELL, for free(); their number, or SIZE_MAX without
 * memory.  If they are fewer than the NSPAN names at SPAN, and all stand below
 * the begin of one or all below the end of one, empty cells are put between
 * them, for the names that have none.
 */
size_t form_cell_split(char *p, char sep, const struct form_span *span,
	size_t nspan, struct form_cell **cell, size_t *cap);

/* What C is in the table R, as pair_number_cell(). */
enum pair_cell form_cell_read(const struct form_rows *r,
	const struct form_cell *c, double *x, double *total, uint64_t *form);

/* A number stands alone in the cell, beside words. */
bool form_cell_has_number(const struct form_cell *c);

/* A number stands behind : or = in P, which is before END. */
bool form_cell_assigns(const char *p, const char *end);

/* --- head.c -------------------------------------------------------------- */

struct form_column {
	size_t key;
	bool is_number; /* in the first row, or missing there */
	bool told;      /* a number was */
	uint64_t form;  /* of the number at hand, in rows read at once */
};

struct form_rows {
	struct pair_keys *keys;
	char only; /* the separator that is asked for, or 0 */
	char *columns;
	char sep;     /* 0: no header so far */
	unsigned how; /* its numbers are spelled */
	struct form_column *column;
	size_t n, cap;
	struct form_span *span;       /* of names wide apart */
	size_t nspan;                 /* 0: they are not */
	size_t tag, value;            /* of a long table; else SIZE_MAX */
	struct form_cell *head, *row; /* while a header is looked at */
	size_t nhead, nrow;
	struct form_misfits misfits;
};

/*
 * Finds the separator of a table whose columns are told: its first row P has as
 * many cells.  Returns 1, 0, or -1 without memory.
 */
int form_rows_find(struct form_rows *r, char *p);

/* --- pending.c ----------------------------------------------------------- */

/*
 * What waits in text, for a number or for a name.
 */
struct form_pending {
	struct pair_list *o;
	size_t npair;  /* before the line */
	uint64_t form; /* of the number at hand */

	const char *name, *name_end; /* words; NULL: none */
	bool spread;                 /* they do not stand in one piece */
	bool assigned;               /* a : or = is behind them */
	unsigned group;              /* 1 of lr[1] = */
	enum pair_measure measure;   /* of the number at hand */
	enum pair_measure of;        /* of all that follow: time (ms) | ... */

	bool has_bare; /* a number without a name so far */
	double bare, bare_total;
	uint64_t bare_form;
	const char *unit; /* glued to it */
	size_t nunit;     /* SIZE_MAX: it is a counter without a total */

	size_t last;     /* the pair that ends right here, + 1; 0: none */
	size_t segment;  /* pairs from here have no separator between them */
	bool has_assign; /* one of these is told by a : or = */
	bool has_value;  /* a number was told that counts nothing */

	const char *section; /* a word for validation that names what follows */
	size_t nsection;
	const char *first; /* the same before anything was told */
	size_t nfirst, first_at;
	bool is_last; /* the line ends */
};

/* The name that waits is done with, and all that was known of it. */
void form_pending_forget(struct form_pending *s);

/* The pair of the pending name, which is done with, and a text. */
void form_pending_add_text(struct form_pending *s, const char *text, size_t n);

/* X is the running mean of the pair that ends right here. */
void form_pending_add_mean(struct form_pending *s, double x);

/* The key that stands for no name. */
void form_pending_unnamed(
	struct form_pending *s, const char *key, double x, double total);

/* The bare number stays without a name, but for its unit. */
void form_pending_flush(struct form_pending *s);

/* What is pending ends here: at a separator, a bracket, the end. */
void form_pending_end(struct form_pending *s);

/* The word [P, END) names what comes, or answers what waits. */
void form_pending_word(struct form_pending *s, char *p, char *end);

/*
 * The number at [P, END), perhaps with a total, answers the name that waits, or
 * waits for one.  Returns where to go on: behind its unit.
 */
char *form_pending_number(
	struct form_pending *s, char *p, char *end, double x, double total);

/* --- bracket.c ----------------------------------------------------------- */

/* Where the scanner of text is. */
struct form_scan {
	struct form_pending w;
	char *begin; /* of the line */
	char *p;
	bool looked; /* for a decimal comma */
};

/* Goes on behind the word [P, END), or the number. */
static inline void form_scan_word(struct form_scan *s, char *p, char *end)
{
	form_pending_word(&s->w, p, end);
	s->p = end;
}

static inline void form_scan_number(
	struct form_scan *s, char *p, char *end, double x, double total)
{
	s->p = form_pending_number(&s->w, p, end, x, total);
}

/* Takes what an open bracket, or a quote, at P begins, or that alone. */
void form_bracket_open(struct form_scan *s);
void form_bracket_quote(struct form_scan *s);

#endif
