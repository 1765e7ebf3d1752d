/* SPDX-License-Identifier: MIT */
/*
 * CSV tables that are read strictly, by the names of their columns, whatever
 * their order: columns of other names are ignored, a name that is missing or
 * there twice is an error, and so is a row with more or fewer cells than the
 * header.  Errors have the place: the file, and the line where it is known.
 */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/csv.h"

struct diag;
struct input;

/* A table has at most so many columns that are asked for. */
#define TABLE_NCOLUMN_MAX 15

/* A row of a table, for the functions below. */
struct table {
	struct input *in;
	const char *what;        /* it is to be, for messages */
	const char *const *name; /* of the columns, ended by NULL */
	size_t at[TABLE_NCOLUMN_MAX];
	size_t ncell; /* that each row has */
	struct csv_row row;
};

/*
 * Reads IN, which is to be WHAT ("a plan, as wplan prints it", say), with the
 * columns called NAME, ended by NULL, and calls EACH for its rows until that
 * does not return 0.  Returns 0, or -1, with DIAG_DATA or what EACH or reading
 * set.
 */
int table_read(struct input *in, const char *what, const char *const *name,
	int (*each)(void *ctx, const struct table *t, struct diag *d),
	void *ctx, struct diag *d);

/* The cell of column I, valid until EACH returns; and whether it is S. */
struct csv_cell table_cell(const struct table *t, size_t i);
bool table_is(const struct table *t, size_t i, const char *s);

/*
 * What the cell of column I holds, into *RET: a text without NUL, which the
 * caller frees with free(); a whole number of at most MAX; one of any size up
 * to N words, the least significant first.  Numbers are decimal or, with 0x,
 * hexadecimal in small letters.  Returns 0, or -1.
 */
int table_text(const struct table *t, size_t i, char **ret, struct diag *d);
int table_u64(const struct table *t, size_t i, uint64_t max, uint64_t *ret,
	struct diag *d);
int table_words(const struct table *t, size_t i, uint64_t *ret, size_t n,
	struct diag *d);

/* DIAG_DATA about column I: what it holds, and what was EXPECTED.  -1. */
int table_bad(
	const struct table *t, size_t i, const char *expected, struct diag *d);

#endif
