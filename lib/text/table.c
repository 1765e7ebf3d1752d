/* SPDX-License-Identifier: MIT */
/* Tables that are read by the names of their columns; see table.h. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "base/u128.h"
#include "file/input.h"
#include "text/table.h"

static int at_line(const struct table *t, struct diag *d)
{
	diag_at(d, "%llu", (unsigned long long)t->row.line);
	return diag_at(d, "%s", t->in->name);
}

/* --- cells --------------------------------------------------------------- */

struct csv_cell table_cell(const struct table *t, size_t i)
{
	return t->row.cell[t->at[i]];
}

bool table_is(const struct table *t, size_t i, const char *s)
{
	struct csv_cell c = table_cell(t, i);

	return str_is(c.p, c.n, s);
}

int table_bad(
	const struct table *t, size_t i, const char *expected, struct diag *d)
{
	struct csv_cell c = table_cell(t, i);

	diag_set(d, DIAG_DATA, "%s '%.*s'; expected %s", t->name[i],
		c.n < 60 ? (int)c.n : 60, c.n ? c.p : "", expected);
	return at_line(t, d);
}

int table_text(const struct table *t, size_t i, char **ret, struct diag *d)
{
	struct csv_cell c = table_cell(t, i);
	char *s;

	if (c.n && memchr(c.p, 0, c.n))
		return table_bad(t, i, "no NUL", d);
	s = malloc(c.n + 1);
	if (!s)
		return diag_nomem(d, c.n + 1);
	if (c.n)
		memcpy(s, c.p, c.n);
	s[c.n] = '\0';
	*ret = s;
	return 0;
}

/* The whole number C into the N words at RET: 0, or -1 if it is none. */
static int read_whole(struct csv_cell c, uint64_t *ret, size_t n)
{
	bool hex = c.n > 2 && c.p[0] == '0' && c.p[1] == 'x';
	unsigned base = hex ? 16 : 10;

	memset(ret, 0, n * sizeof(*ret));
	if (c.n == 0)
		return -1;
	for (size_t i = hex ? 2 : 0; i < c.n; i++) {
		u128 carry = str_digit(c.p[i]);

		if (carry >= base || str_is_upper(c.p[i]))
			return -1;
		for (size_t k = 0; k < n; k++) {
			carry += (u128)ret[k] * base;
			ret[k] = (uint64_t)carry;
			carry >>= 64;
		}
		if (carry)
			return -1;
	}
	return 0;
}

int table_u64(const struct table *t, size_t i, uint64_t max, uint64_t *ret,
	struct diag *d)
{
	char expected[64] = "a whole number, at most ";
	size_t len = strlen(expected);

	if (read_whole(table_cell(t, i), ret, 1) == 0 && *ret <= max)
		return 0;
	len += num_from_u64(expected + len, max);
	expected[len] = '\0';
	return table_bad(t, i, expected, d);
}

int table_words(const struct table *t, size_t i, uint64_t *ret, size_t n,
	struct diag *d)
{
	return read_whole(table_cell(t, i), ret, n) < 0
		       ? table_bad(t, i, "a whole number", d)
		       : 0;
}

/* --- rows ---------------------------------------------------------------- */

static int find_column(struct table *t, size_t i, struct diag *d)
{
	bool found = false;

	for (size_t k = 0; k < t->row.ncell; k++) {
		if (!str_is(t->row.cell[k].p, t->row.cell[k].n, t->name[i]))
			continue;
		if (found) {
			diag_set(d, DIAG_DATA, "two columns '%s'; expected one",
				t->name[i]);
			return at_line(t, d);
		}
		t->at[i] = k;
		found = true;
	}
	if (found)
		return 0;
	diag_set(d, DIAG_DATA, "no column '%s'; expected %s", t->name[i],
		t->what);
	return at_line(t, d);
}

/* What reading fails by has the name already. */
static int in_file(const struct table *t, struct diag *d)
{
	return d->class == DIAG_IO ? -1 : diag_at(d, "%s", t->in->name);
}

/* The first line could not be read for D: the file is something else. */
static int no_table(const struct table *t, struct diag *d)
{
	struct diag why = *d;

	if (d->class != DIAG_DATA)
		return in_file(t, d);
	diag_set(d, DIAG_DATA, "%.*s; expected %s", (int)strcspn(why.text, ";"),
		why.text, t->what);
	return diag_at(d, "%s", t->in->name);
}

static int read_header(struct table *t, struct csv_reader *csv, struct diag *d)
{
	int got = csv_next(csv, &t->row, d);

	if (got < 0)
		return no_table(t, d);
	if (got == 0) {
		diag_set(d, DIAG_DATA, "empty; expected %s", t->what);
		return diag_at(d, "%s", t->in->name);
	}
	for (size_t i = 0; t->name[i]; i++)
		if (find_column(t, i, d))
			return -1;
	t->ncell = t->row.ncell;
	return 0;
}

/* The next row: 1, or 0 at the end, or -1. */
static int next_row(struct table *t, struct csv_reader *csv, struct diag *d)
{
	int got = csv_next(csv, &t->row, d);

	if (got < 0)
		return in_file(t, d);
	if (got == 0 || t->row.ncell == t->ncell)
		return got;
	diag_set(d, DIAG_DATA, "%zu columns; the header has %zu", t->row.ncell,
		t->ncell);
	return at_line(t, d);
}

int table_read(struct input *in, const char *what, const char *const *name,
	int (*each)(void *ctx, const struct table *t, struct diag *d),
	void *ctx, struct diag *d)
{
	struct table t = {.in = in, .what = what, .name = name};
	struct csv_reader *csv;
	int got;

	if (csv_open(&csv, in, ',', d))
		return in_file(&t, d);
	got = read_header(&t, csv, d) < 0 ? -1 : next_row(&t, csv, d);
	while (got > 0)
		got = each(ctx, &t, d) ? -1 : next_row(&t, csv, d);
	csv_close(csv);
	return got;
}
