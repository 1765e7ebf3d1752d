/* SPDX-License-Identifier: MIT */
/*
 * The forms in which a line, or several, tell pairs: values, documents, rows of
 * tables, text.  What is made here, and the keys it adds to, are one
 * thread's at a time.
 */
#ifndef FORM_FORM_H
#define FORM_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/pair.h"

struct diag;

/* A clean line. */
struct form_line {
	char *p; /* p[n] is 0, no other byte is; may be written to */
	size_t n;
	uint64_t lineno; /* from 1, by LF */
	bool ended;      /* the file goes on after it, or it has an end */
	int rank;        /* that was told before it; -1: none was */
};

/* --- value.c ------------------------------------------------------------- */

/*
 * Values as JSON and as Python print them: one parser for both.  P ends with a
 * 0 byte.
 */

/*
 * How deep a value is open, from one line to the next; all 0 before the
 * first.
 */
struct form_nest {
	size_t depth;
};

/*
 * Goes on through the value that P is in, or begins it at a bracket.  Returns
 * 1 with its end, 0 if it is still open at the end of P, or -1: it is none.
 */
int form_value_feed(struct form_nest *s, char *p, char **end);

/* Behind the value at P, as far as brackets and quotes tell; NULL: none. */
char *form_value_end(char *p);

/*
 * Behind the key of a dict at P, which is S[0..n) without quotes; NULL: none.
 */
char *form_value_key(char *p, char **s, size_t *n);

/*
 * Adds the pairs of the value at P, which is named NAME[0..n): dots between the
 * names of dicts in dicts; NAME, NAME#1 and so on of a list.  Returns its end,
 * or NULL if it is no value: then no pair was added.  Texts are unescaped in
 * place.
 */
char *form_value_pairs(
	char *p, const char *name, size_t n, struct pair_list *o);

/* --- document.c ---------------------------------------------------------- */

/*
 * Rows of a document, one value that is all of the input.
 */
struct form_document;

/* The list in "losses = [2.3, 2.2]", or behind a colon, at P; NULL: it is none.
 */
char *form_document_list(char *p);

/*
 * Looks what rows are in the dict or list, or the lists with names, at P, which
 * ends with a 0 byte and stays until the document is freed.  Returns 1, 0 if
 * there are none, or -1 without memory.
 */
int form_document_new(struct form_document **ret, char *p, struct diag *d);
void form_document_free(struct form_document *doc);

/* The dict has numbers of its own, as a record has. */
bool form_document_may_be_record(const struct form_document *doc);

/*
 * Adds the pairs of the next row, which stands *NLINE lines below P.  Returns
 * false at the end.
 */
bool form_document_next(
	struct form_document *doc, struct pair_list *o, uint64_t *nline);

/* --- rows.c -------------------------------------------------------------- */

/* Of what does not fit the header of a table, the number and the first. */
struct form_misfits {
	uint64_t nrow; /* rows with another number of cells, left out */
	uint64_t row_line;
	size_t row_ncell, row_ncolumn;
	uint64_t ncell; /* no numbers in a column of numbers, left out */
	uint64_t cell_line;
	char column[64], cell[32]; /* as much of them as there is room */
};

/*
 * Tables: a header, known by the row after it, and rows.
 */
struct form_rows;

/*
 * SEP is the separator, 0: found; COLUMNS the names of a table that has no
 * header, or NULL.
 */
int form_rows_new(struct form_rows **ret, char sep, const char *columns,
	struct pair_keys *keys, struct diag *d);
void form_rows_free(struct form_rows *r);

/* P would be the header of ROW in a log that begins with it; without memory it
 * is taken to be. */
bool form_rows_heads(const char *p, const char *row);

/* There is a header. */
bool form_rows_known(const struct form_rows *r);

/* And its cells are separated as in files, not as on a screen. */
bool form_rows_separated(const struct form_rows *r);

enum form_row {
	FORM_ROW_NONE,
	FORM_ROW_FITS, /* cells that are no numbers are counted */
	FORM_ROW_OPEN, /* a quote is open: it may be one with lines after it */
	FORM_ROW_MISFIT, /* of another number of cells, which is counted */
};

/* Adds the pairs of T if it is a row; with AS_IS an open quote is none. */
enum form_row form_rows_row(struct form_rows *r, const struct form_line *t,
	bool as_is, struct pair_list *o);

/*
 * Counts T, neither a row nor a header, if it is no text either, as its cells
 * stand without blanks.  Returns whether it is.
 */
bool form_rows_misfit(struct form_rows *r, const struct form_line *t);

/*
 * O, what the last row told, is a number for each column in order: rows that
 * are the same may be read by form_rows_repeat().
 */
bool form_rows_may_repeat(const struct form_rows *r, const struct pair_list *o);

/*
 * Reads lines that end before END at *P, which is set behind them, as long as
 * they are such rows, but at most MAX of them, and their numbers to VALUE, row
 * after row; how they are spelled goes to FORMS, of each column.  *END is 0.
 * Returns how many.
 */
size_t form_rows_repeat(struct form_rows *r, const char **p, const char *end,
	double *value, uint64_t *forms, size_t max);

/* What did not fit so far. */
const struct form_misfits *form_rows_misfits(const struct form_rows *r);

/* --- head.c -------------------------------------------------------------- */

/* P may be a header: the next line is to be seen.  It does not depend on which
 * digits there are in P's numbers, or how many. */
bool form_rows_may_head(const char *p);

/* P cannot, whatever its numbers are. */
bool form_rows_never_head(const char *p);

/* P is only there to be seen. */
bool form_rows_is_rule(const char *p);

/* P may stand between a header and its rows. */
bool form_rows_is_between(const char *p);

/* It begins with the mark of a comment, as a header may, too. */
bool form_rows_is_comment(const char *p);

/*
 * Takes P for the header if ROW is a row of it; FIRST: nothing came before, so
 * that less is enough.  Returns 1, 0, or -1 without memory.
 */
int form_rows_head(struct form_rows *r, char *p, char *row, bool first);

/*
 * The same of names that begin in the line ABOVE and end in P, each below its
 * begin: average_loss.
 */
int form_rows_head_of_two(struct form_rows *r, char *above, char *p, char *row);

/* --- text.c -------------------------------------------------------------- */

/* Adds the pairs of P, which ends with a 0 byte: text for people. */
void form_text_pairs(char *p, struct pair_list *o);

#endif
