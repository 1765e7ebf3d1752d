/* SPDX-License-Identifier: MIT */
/*
 * A log as lines of pairs, whatever wrote it: what is told in a line, before
 * anything is decided about what it means.  A reader, with its input and keys,
 * is one thread's at a time.
 */
#ifndef LINE_LINE_H
#define LINE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "form/form.h"
#include "pair/pair.h"

struct csv_reader;
struct diag;
struct input;

/* --- lines.c ------------------------------------------------------------- */

struct line {
	const struct pair *pair; /* valid until the next line */
	size_t n;
	uint64_t lineno; /* of the file, from 1; of a binary log, its record */
	uint64_t shape;  /* a hash of its list of keys */
	int rank;        /* the process that tells it; -1: not said */
	bool is_row;     /* of a table: its keys stand in a header */
	bool is_headed;  /* the first row, where a header came again */
	bool is_bar;     /* a progress bar: its counters hold for it alone */
	bool is_part;    /* one that is not full */
	bool is_valid;   /* of validation, by its words */
};

/* What text is read as. */
enum line_format {
	LINE_AUTO,
	LINE_CSV, /* tables of any separator */
	LINE_JSON,
	LINE_TEXT,
};

struct line_options {
	enum line_format format;
	const char *pattern; /* finds the values, by named groups; or NULL */
	const char *columns; /* names of a table without a header, "a,b,c" */
	char sep;            /* of tables; 0: found in the header */
	/*
	 * Lines are awaited one by one: one that may be a record is given
	 * before what is behind it has come.
	 */
	bool live;
	bool grows; /* the last line that has come may not be the last */
};

/* What was odd. */
struct line_odd {
	bool cut; /* the last line has no end: its last value is left out */
	struct form_misfits misfits;
};

struct line_reader;

/*
 * Begins to read IN (borrowed) from where it stands; new names go to KEYS.  A
 * line is given as soon as it has come, a header's when the one after it has.
 */
int line_open(struct line_reader **ret, struct input *in,
	const struct line_options *opt, struct pair_keys *keys, struct diag *d);

/* The next line that has pairs.  Returns 1, 0 at the end, or -1. */
int line_next(struct line_reader *l, struct line *ret, struct diag *d);

/*
 * Lines that follow the one given last, if it was a row, and have its pairs but
 * for their numbers, which go to VALUE, line after line: at most MAX, and no
 * more than have come.  How they are spelled is added to FORMS, of each pair.
 * Returns how many; where it is 0, line_next() goes on.
 */
size_t line_repeat(
	struct line_reader *l, double *value, uint64_t *forms, size_t max);

/* Sets what was odd so far. */
void line_odd(const struct line_reader *l, struct line_odd *ret);

void line_close(struct line_reader *l);

/* --- kind.c -------------------------------------------------------------- */

/*
 * What a file is that is not a log, or not a table, told from how it begins.
 */

/*
 * As csv_open(), for a file that begins like a table.  Of another, fails with
 * DIAG_DATA: what it is, and the way out.
 */
int line_kind_open(struct csv_reader **ret, struct input *in, struct diag *d);

#endif
