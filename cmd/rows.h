/* SPDX-License-Identifier: MIT */
/*
 * Results as rows of named columns, in one of three formats: CSV and JSON for
 * programs, an aligned table for people.  A tool says once what its columns
 * are, and then the cells of each row in their order.
 */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "opt.h"

struct diag;
struct output;

enum rows_format {
	ROWS_CSV,
	ROWS_JSON, /* an object a line */
	ROWS_TABLE,
	ROWS_NFORMAT,
};

/* Their names, for tools that have no others; ended by NULL. */
extern const char *const rows_format_name[];

/* The row of -f for the options S, whose int FORMAT is -1 by default. */
#define ROWS_OPTION(S)                                                        \
	{                                                                     \
		'f', "format", "FORMAT", OPT_CHOICE, offsetof(S, format),     \
			.help = "csv, json (lines) or table; default: table " \
				"on a terminal, csv elsewhere",               \
			.word = rows_format_name                              \
	}

/* How people read the cells of a column. */
enum rows_kind {
	ROWS_TEXT,
	ROWS_WHOLE,  /* every digit: steps */
	ROWS_COUNT,  /* three digits and k, M, G, ... from 100,000 on */
	ROWS_NUMBER, /* six digits */
	ROWS_PART,   /* in percent */
};

enum rows_show {
	ROWS_SHOWN,
	ROWS_IF_ANY,  /* but not in a table where all cells are absent or 0 */
	ROWS_TITLE,   /* the first: in a table it stands over the rows that
		       * share it */
	ROWS_UNSHOWN, /* not in a table */
};

struct rows_column {
	const char *name;
	enum rows_kind kind;
	enum rows_show show;
};

struct rows {
	enum rows_format format;
	bool people; /* what is written goes to a terminal */
	const struct rows_column *column;
	size_t ncolumn;
	size_t at;   /* the column of the next cell */
	size_t nrow; /* complete ones */
	bool has_header;
	struct buf out; /* rows; of a table, its cells, each with a NUL */
};

/* What OUT is to hold if nobody has said: ROWS_TABLE or ROWS_CSV. */
enum rows_format rows_default(const struct output *out);

/*
 * Begins rows of the N COLUMNs, which are borrowed, for OUT, in the FORMAT (an
 * enum rows_format; -1: the default).  R is to be released with rows_free().
 * The first row brings the header of CSV.
 */
void rows_begin(struct rows *r, int format, const struct output *out,
	const struct rows_column *column, size_t n);

/* Adds the header now, though no row may follow. */
void rows_header(struct rows *r);

/*
 * The next cell of a row: anybody's bytes up to a NUL; a number.  NULL, "" and
 * NaN are absent.
 */
void rows_text(struct rows *r, const char *s);
void rows_double(struct rows *r, double x);
void rows_float(struct rows *r, float x); /* with a float's digits */
void rows_u64(struct rows *r, uint64_t x);
void rows_hex(struct rows *r, uint64_t x); /* 0x1f, a text */
void rows_absent(struct rows *r);
void rows_skip(struct rows *r, size_t n); /* so many are absent */

/* A number that may be NaN: it is "nan", not absent. */
void rows_number(struct rows *r, double x);

/* The same where HAS; else the cell is absent. */
void rows_u64_if(struct rows *r, bool has, uint64_t x);
void rows_number_if(struct rows *r, bool has, double x);

/* The same for each of N cells. */
void rows_numbers_if(
	struct rows *r, const bool *has, const double *x, size_t n);

/*
 * Ends a row; cells that were not given are absent.  Where memory ran out, the
 * rows are not written, and who writes them is told.
 */
void rows_end(struct rows *r);

/* Writes what can be written by now; of a table, nothing.  Returns 0, or -1. */
int rows_write(struct rows *r, struct output *out, struct diag *d);

/* Writes all that is left.  Returns 0, or -1. */
int rows_finish(struct rows *r, struct output *out, struct diag *d);

void rows_free(struct rows *r);

#endif
