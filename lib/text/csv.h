/* SPDX-License-Identifier: MIT */
/*
 * CSV in and out (RFC 4180).  Reading is libcsv's work; this adds what it
 * lacks: line numbers, blank lines and BOM skipped, CRLF, a cap on a line's
 * length, and the separator guessed from the header.
 */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct input;

/* A longer line is DIAG_DATA: it is not a table. */
#define CSV_LINE_MAX ((size_t)64 << 20)

struct csv_cell {
	const char *p; /* not NUL-terminated */
	size_t n;
};

struct csv_row {
	const struct csv_cell
		*cell; /* valid until the next call on the reader */
	size_t ncell;
	uint64_t line;   /* of its first character, from 1 */
	bool cut;        /* the file ends in it, before its newline */
	const char *raw; /* as it stands in the file, without its newline, */
	size_t nraw;     /* after csv_keep_raw(); as long valid as cell */
};

struct csv_reader;

/*
 * Starts reading IN (borrowed until csv_close).  SEP is the separator, or 0 to
 * take the one of , ; tab | that the first line has most of outside quotes.
 * *RET is to be released with csv_close().  Returns 0, or -1.
 */
int csv_open(
	struct csv_reader **ret, struct input *in, char sep, struct diag *d);

/*
 * The next row that is not blank.  Returns 1 with *ROW, 0 at the end, or -1
 * with the line as the place (the name is the caller's to add).
 */
int csv_next(struct csv_reader *r, struct csv_row *row, struct diag *d);

/* From now on rows have their raw bytes, too. */
void csv_keep_raw(struct csv_reader *r);

/* What follows and is read already, valid until csv_next(); *N bytes of it. */
const char *csv_head(const struct csv_reader *r, size_t *n);

/* The separator given or found. */
char csv_separator(const struct csv_reader *r);

void csv_close(struct csv_reader *r);

/*
 * Writing: each call appends one cell and a comma to the row at the end of B;
 * csv_end() puts LF in the place of the last comma, and only then is the row
 * complete.  Text is quoted only where RFC 4180 asks for it.
 */
void csv_add_text(struct buf *b, const char *s, size_t n);
void csv_add_double(struct buf *b, double x); /* as num_from_double() has it */
void csv_add_empty(struct buf *b);
void csv_end(struct buf *b);

/*
 * The cell alone, for a table whose separator is SEP: nothing is appended
 * behind it.
 */
void csv_add_cell(struct buf *b, char sep, const char *s, size_t n);

#endif
