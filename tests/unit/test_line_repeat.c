/* SPDX-License-Identifier: MIT */
/*
 * Rows that are read many at once tell what they tell one by one: tables of
 * random cells, read with line_repeat() and without.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "file/input.h"
#include "line/line_impl.h"
#include "tap.h"
#include "text_file.h"

#define NCOLUMN_MAX 9
#define NROW_MAX 100

static uint64_t seed = 54321;

static unsigned draw(unsigned n)
{
	return (unsigned)(tap_random(&seed) % n);
}

/* Cells that are decimals, and those that are something else. */
static const char *const decimals[] = {"0", "-0", "+3", "007", "1234567",
	"12345678", "123456789", "1.5", ".5", "-.25", "1.", "1e5", "1E-3",
	"3d-2", "1e400", "2e-400", "5e-324",
	"0.1000000000000000055511151231257", "123456789012345678901234567890",
	"9007199254740993", "1.7976931e308", "0.00000000", "99999999.99999999",
	"1e-300", "4503599627370496.5"};
static const char *const others[] = {"", " ", "nan", "-inf", "NaN", "x", "1 2",
	" 3", "4 ", "1e", "1.2.3", "--1", "1,5", "\"6\"", "\"a\"\"b\"", "5%",
	"3/10", "0x10", "1_000", "-", ".", "e5", "1\0002",
	("\xc2\xa0"
	 "7"),
	"[1, 2]", "3s", "\xff"};

#define N(list) (unsigned)(sizeof(list) / sizeof((list)[0]))

static void add_cell(struct buf *b, unsigned oddness)
{
	if (oddness && draw(oddness) == 0)
		buf_adds(b, others[draw(N(others))]);
	else if (draw(2))
		buf_adds(b, decimals[draw(N(decimals))]);
	else
		buf_printf(
			b, "%.*g", 1 + (int)draw(17), draw(1000000) / 1e5 - 1);
}

static void add_row(
	struct buf *b, char sep, size_t n, unsigned oddness, const char *end)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, sep);
		add_cell(b, oddness);
	}
	buf_adds(b, end);
}

static void add_header(struct buf *b, char sep, size_t n, const char *end)
{
	static const char *const names[NCOLUMN_MAX] = {"step", "lr", "loss",
		"tag", "value", "epoch", "x", "loss", "val_loss"};

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, sep);
		buf_adds(b, names[i]);
	}
	buf_adds(b, end);
}

/* One row in ODDNESS has something else; 0: none has. */
static void add_table(struct buf *b, unsigned oddness, size_t nrow)
{
	static const char seps[] = ",;\t| ";
	static const char *const ends[] = {"\n", "\n", "\r\n", "\r", "\n\r"};
	char sep = seps[draw(5)];
	const char *end = ends[draw(5)];
	size_t n = 1 + draw(NCOLUMN_MAX);

	add_header(b, sep, n, end);
	for (size_t i = 0; i < nrow; i++) {
		unsigned what = oddness ? draw(40) : 40;

		add_row(b, sep, n, draw(4) ? 0 : oddness, end);
		if (what == 0)
			add_header(b, sep, n, end);
		else if (what == 1)
			buf_adds(b, end);
		else if (what == 2)
			add_row(b, sep, n + 1 - 2 * draw(2), 0, end);
		else if (what == 3)
			buf_printf(b, "step %u loss %g%s", draw(99), 2.5, end);
	}
	if (draw(2))
		buf_adds(b, "12");
}

static void tell(struct buf *b, const struct pair_keys *k, const struct line *x,
	const double *value, uint64_t *forms)
{
	/* Of rows that are read at once nobody knows which line they are. */
	buf_printf(b, "%llu %d%d%d %d:",
		x->is_row ? 0 : (unsigned long long)x->lineno, x->is_row,
		x->is_bar, x->is_valid, x->rank);
	for (size_t i = 0; i < x->n; i++) {
		const struct pair *p = &x->pair[i];

		buf_printf(b, " %s=%.17g/%.17g", pair_keys_name(k, p->key),
			value ? value[i] : p->value,
			value ? (double)NAN : p->total);
		forms[i] |= value ? 0 : p->form;
		if (p->text)
			buf_printf(b, "'%.*s'", (int)p->ntext, p->text);
	}
	buf_addc(b, '\n');
}

/* What all lines of TEXT tell, up to MOST at once; 0: one by one.  Returns how
 * many were read at once. */
static size_t read_all(struct buf *ret, const struct buf *text, size_t most)
{
	static double value[NCOLUMN_MAX * 1000];
	uint64_t forms[2 * NCOLUMN_MAX] = {0};
	const struct line_options opt = {.format = LINE_AUTO};
	struct input in = text_file(text->data, text->len);
	struct pair_keys *k;
	struct line_reader *l;
	struct line_odd odd;
	struct line x;
	struct diag d;
	size_t n = 0, got;

	if (pair_keys_new(&k, &d) < 0 || line_open(&l, &in, &opt, k, &d) < 0)
		abort();
	while (line_next(l, &x, &d) > 0) {
		tell(ret, k, &x, NULL, forms);
		while (most && (got = line_repeat(l, value, forms, most)) > 0) {
			for (size_t i = 0; i < got; i++)
				tell(ret, k, &x, value + i * x.n, forms);
			n += got;
		}
	}
	for (size_t i = 0; i < NCOLUMN_MAX; i++)
		buf_printf(ret, "%llx ", (unsigned long long)forms[i]);
	line_odd(l, &odd);
	buf_printf(ret, "%d %llu %llu %llu %llu '%s' '%s'\n", odd.cut,
		(unsigned long long)odd.misfits.nrow,
		(unsigned long long)odd.misfits.row_line,
		(unsigned long long)odd.misfits.ncell,
		(unsigned long long)odd.misfits.cell_line, odd.misfits.column,
		odd.misfits.cell);
	if (!buf_text(ret))
		abort();
	line_close(l);
	pair_keys_free(k);
	input_close(&in);
	return n;
}

static size_t nbad;

static size_t is_same(const struct buf *text, size_t most)
{
	struct buf one = {0}, many = {0};
	size_t n = 0;

	read_all(&one, text, 0);
	n = read_all(&many, text, most);
	if (one.len != many.len || memcmp(one.data, many.data, one.len) != 0) {
		size_t i = 0;

		while (one.data[i] == many.data[i])
			i++;
		while (i && one.data[i - 1] != '\n')
			i--;
		if (nbad++ < 3)
			printf("# one by one: %.200s\n# many: %.200s\n",
				one.data + i, many.data + i);
		n = SIZE_MAX;
	}
	buf_free(&one);
	buf_free(&many);
	return n;
}

static void test_tables(unsigned oddness, size_t nlog)
{
	size_t bad = 0, nrepeated = 0;

	for (size_t i = 0; i < nlog; i++) {
		struct buf text = {0};
		size_t n;

		add_table(&text, oddness, draw(NROW_MAX));
		n = is_same(&text, 1 + draw(40));
		if (n == SIZE_MAX)
			bad++;
		else
			nrepeated += n;
		buf_free(&text);
	}
	ok(bad == 0, "%zu tables, one cell in %u odd", nlog, oddness);
	ok(nrepeated > nlog, "%zu of their rows were read at once", nrepeated);
}

/* Longer than what is read of a file at once. */
static void test_long(void)
{
	struct buf text = {0};

	while (text.len < 1000000)
		add_table(&text, 0, 5000);
	ok(is_same(&text, 1000) != SIZE_MAX, "tables of %zu bytes", text.len);
	buf_free(&text);
}

int main(void)
{
	test_tables(0, 300);
	test_tables(3, 1000);
	test_tables(30, 1000);
	test_long();
	return tap_done();
}
