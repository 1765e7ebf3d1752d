/* SPDX-License-Identifier: MIT */
/* Tables that are read by the names of their columns, cell by cell. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/str.h"
#include "plan/plan_impl.h"

static int at_line(const struct plan_table *t, struct diag *d)
{
	diag_at(d, "%llu", (unsigned long long)t->row.line);
	return diag_at(d, "%s", t->in->name);
}

struct csv_cell plan_cell(const struct plan_table *t, size_t i)
{
	return t->row.cell[t->at[i]];
}

bool plan_cell_is(const struct plan_table *t, size_t i, const char *s)
{
	struct csv_cell c = plan_cell(t, i);

	return str_is(c.p, c.n, s);
}

int plan_cell_bad(const struct plan_table *t, size_t i, const char *expected,
	struct diag *d)
{
	struct csv_cell c = plan_cell(t, i);

	diag_set(d, DIAG_DATA, "%s '%.*s'; expected %s", t->name[i],
		c.n < 60 ? (int)c.n : 60, c.n ? c.p : "", expected);
	return at_line(t, d);
}

/* --- rows ---------------------------------------------------------------- */

static int find_column(struct plan_table *t, size_t i, struct diag *d)
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
static int in_file(const struct plan_table *t, struct diag *d)
{
	return d->class == DIAG_IO ? -1 : diag_at(d, "%s", t->in->name);
}

/* The first line could not be read for D: IN is something else. */
static int no_table(const struct plan_table *t, struct diag *d)
{
	struct diag why = *d;

	if (d->class != DIAG_DATA)
		return in_file(t, d);
	diag_set(d, DIAG_DATA, "%.*s; expected %s", (int)strcspn(why.text, ";"),
		why.text, t->what);
	return diag_at(d, "%s", t->in->name);
}

static int read_header(struct plan_table *t, struct diag *d)
{
	int got = csv_next(t->csv, &t->row, d);

	if (got < 0)
		return no_table(t, d);
	if (got == 0) {
		diag_set(d, DIAG_DATA, "empty; expected %s", t->what);
		return diag_at(d, "%s", t->in->name);
	}
	for (size_t i = 0; t->name[i]; i++)
		if (find_column(t, i, d))
			return -1;
	t->at[PLAN_NCOLUMN_MAX - 1] = t->row.ncell;
	return 0;
}

int plan_table_open(struct plan_table *t, struct input *in, const char *what,
	const char *const *name, char **rules, struct diag *d)
{
	*t = (struct plan_table){
		.in = in, .what = what, .name = name, .rules = rules};
	if (csv_open(&t->csv, in, ',', d))
		return in_file(t, d);
	if (read_header(t, d) == 0)
		return 0;
	csv_close(t->csv);
	return -1;
}

/* Columns 0 and 1. */
static int check_head(const struct plan_table *t, struct diag *d)
{
	uint64_t version;

	if (plan_cell_u64(t, 0, PLAN_VERSION, &version, d))
		return -1;
	if (version != PLAN_VERSION)
		return plan_cell_bad(t, 0, "1", d);
	if (!*t->rules)
		return plan_cell_text(t, 1, t->rules, d);
	if (plan_cell_is(t, 1, *t->rules))
		return 0;
	return plan_cell_bad(t, 1,
		"those of the rows before: tensors chosen by the same patterns",
		d);
}

int plan_table_next(struct plan_table *t, struct diag *d)
{
	int got = csv_next(t->csv, &t->row, d);

	if (got < 0)
		return in_file(t, d);
	if (got && t->row.ncell != t->at[PLAN_NCOLUMN_MAX - 1]) {
		diag_set(d, DIAG_DATA, "%zu columns; the header has %zu",
			t->row.ncell, t->at[PLAN_NCOLUMN_MAX - 1]);
		return at_line(t, d);
	}
	if (got && t->rules && check_head(t, d))
		return -1;
	return got;
}

void plan_table_close(struct plan_table *t)
{
	csv_close(t->csv);
}

/* --- cells --------------------------------------------------------------- */

int plan_cell_text(
	const struct plan_table *t, size_t i, char **ret, struct diag *d)
{
	struct csv_cell c = plan_cell(t, i);
	char *s;

	if (c.n && memchr(c.p, 0, c.n))
		return plan_cell_bad(t, i, "no NUL", d);
	s = malloc(c.n + 1);
	if (!s)
		return diag_nomem(d, c.n + 1);
	if (c.n)
		memcpy(s, c.p, c.n);
	s[c.n] = '\0';
	*ret = s;
	return 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Whole numbers up to 192 bits. */
static int read_whole(struct csv_cell c, struct plan_squares *ret)
{
	bool hex = c.n > 2 && c.p[0] == '0' && c.p[1] == 'x';
	unsigned base = hex ? 16 : 10;

	*ret = (struct plan_squares){0, 0};
	if (c.n == 0)
		return -1;
	for (size_t i = hex ? 2 : 0; i < c.n; i++) {
		unsigned x = (unsigned)digit(c.p[i]);
		u128 low = (u128)(uint64_t)ret->low * base + x, high;

		if (x >= base || ret->high > UINT64_MAX / 16)
			return -1;
		high = (ret->low >> 64) * base + (low >> 64);
		ret->low = high << 64 | (uint64_t)low;
		ret->high = ret->high * base + (uint64_t)(high >> 64);
	}
	return 0;
}

int plan_cell_u64(const struct plan_table *t, size_t i, uint64_t max,
	uint64_t *ret, struct diag *d)
{
	struct plan_squares x;
	char expected[64] = "a whole number, at most ";
	char digits[NUM_U64_MAX];
	size_t n = num_from_u64(digits, max), len = strlen(expected);

	if (read_whole(plan_cell(t, i), &x) || x.high || x.low > max) {
		memcpy(expected + len, digits, n);
		expected[len + n] = '\0';
		return plan_cell_bad(t, i, expected, d);
	}
	*ret = (uint64_t)x.low;
	return 0;
}

int plan_cell_squares(const struct plan_table *t, size_t i,
	struct plan_squares *ret, struct diag *d)
{
	return read_whole(plan_cell(t, i), ret)
		       ? plan_cell_bad(t, i, "a whole number", d)
		       : 0;
}

int plan_cell_dtype(const struct plan_table *t, size_t i,
	enum tensor_dtype *ret, struct diag *d)
{
	struct csv_cell c = plan_cell(t, i);

	*ret = tensor_dtype_named(c.n ? c.p : "", c.n);
	(void)d;
	return 0;
}
