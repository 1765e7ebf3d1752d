/* SPDX-License-Identifier: MIT */
/* Inside of lib/line: what its files share, under the name of each. */
#ifndef LINE_LINE_IMPL_H
#define LINE_LINE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line/line.h"

struct diag;
struct input;

/* --- kind.c -------------------------------------------------------------- */

/* Fails with DIAG_DATA if HEAD[0..N) begins what is not text. */
int line_kind_check(const char *head, size_t n, struct diag *d);

/* --- bytes.c ------------------------------------------------------------- */

/*
 * Clean lines, whatever the bytes: UTF-16 is transcoded; CR, VT, FF, runs of BS
 * and movements of the cursor end a line as LF does; other control characters
 * are blanks; terminal sequences are gone; full-width characters, rules of
 * boxes and bars are what they look like in ASCII.  Bytes that are not UTF-8
 * stay.
 */
struct line_bytes;

/*
 * IN is borrowed until line_bytes_close().  With STRIPS what the first lines
 * all begin with, and something else wrote, is left out of all that begin so.
 * Returns 0, or -1: no memory.
 */
int line_bytes_open(
	struct line_bytes **ret, struct input *in, bool strips, struct diag *d);
void line_bytes_close(struct line_bytes *b);

/*
 * Line I from here, 0 being the next.  What was got before may have moved: ask
 * for it again.  Returns 1, 0 where the file ends before it, or -1.
 */
int line_bytes_peek(
	struct line_bytes *b, size_t i, struct form_line *ret, struct diag *d);

/* Goes on behind the next N lines, which have been peeked at. */
void line_bytes_skip(struct line_bytes *b, size_t n);

/*
 * The bytes behind the lines that were skipped, up to *END, where a 0 stands;
 * NULL: lines behind them have been peeked at, or no bytes are there.
 */
const char *line_bytes_raw(struct line_bytes *b, const char **end);

/* Goes on behind N lines of these, at P. */
void line_bytes_take(struct line_bytes *b, const char *p, size_t n);

/*
 * Makes one line of the next N, which have been peeked at, LF between them.
 */
void line_bytes_join(struct line_bytes *b, size_t n, struct form_line *ret);

/* --- head.c -------------------------------------------------------------- */

/* How a table begins. */
struct line_header {
	size_t nline;     /* lines of the header */
	size_t ncell;     /* so many lines are a row of the table; 0: one is */
	uint64_t nocells; /* no such table begins before this line */
	bool failed; /* names are too many, or memory lacks: 0 is returned */
};

/*
 * Takes the next line, which may be one, for the header of ROWS, for the sake
 * of the lines after it; FIRST as in form_rows_head().  *H is set where it is
 * one, and zero before all.  Returns 1, 0 or -1.
 */
int line_head(struct line_bytes *b, struct form_rows *rows, bool first,
	struct line_header *h, struct diag *d);

/*
 * Makes one line of the next N, if they are the cells of a row, with tabs
 * between them.  Returns 1, 0 with the next line as it is, or -1.
 */
int line_cells_row(
	struct line_bytes *b, size_t n, struct form_line *ret, struct diag *d);

/* --- several.c ----------------------------------------------------------- */

/* What may begin at a line. */
enum line_several {
	LINE_WRAPPED = 1,
	LINE_BLOCK = 2, /* a blank line was before it, or none */
	LINE_BOX = 4,
};

/*
 * T, the next line, is the first of *NLINE that tell of one step, whose pairs
 * are added to O: rows of a box, of a name and a number, or entries between
 * blank lines, of a name, a colon and a word.  If T breaks off before a number,
 * it is joined with the line after it that goes on with it.  MAY: of these.
 * Returns 1; 0: it is alone, and not read; or -1.
 */
int line_several(struct line_bytes *b, struct form_line *t, unsigned may,
	struct pair_list *o, size_t *nline, struct diag *d);

/* --- again.c ------------------------------------------------------------- */

/*
 * Lines that are like one before but for their numbers.
 */
struct line_again;

/* No line is known yet.  Returns 0, or -1: no memory. */
int line_again_new(struct line_again **ret, struct diag *d);
void line_again_free(struct line_again *a);

/*
 * Adds the pairs of P[0..N), P[N] being 0, if a line like it is known;
 * HAS_ROWS: there is a table, of which it is no row.  Returns whether it is; or
 * else *IS_NEW: it is to be learned, when it was read in full.
 */
bool line_again_pairs(struct line_again *a, const char *p, size_t n,
	bool has_rows, bool *is_new, struct pair_list *o);

/*
 * Reads P, which may be written to, as if it were the only line.  Returns
 * whether that is all there is to it.
 */
typedef bool line_again_read(void *ctx, char *p, struct pair_list *o);

/*
 * Learns the line that is new, which tells O; IS_SURE: it cannot be a
 * header, whatever its numbers are.
 */
void line_again_learn(struct line_again *a, const struct pair_list *o,
	bool is_sure, line_again_read *read, void *ctx);

#endif
