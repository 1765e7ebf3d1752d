/* SPDX-License-Identifier: MIT */
/*
 * CSV: rows as libcsv splits them, each with the line it begins on; what is
 * no table is refused with its place; what is written reads back.  Tables that
 * are read by the names of their columns.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "file/input.h"
#include "tap.h"
#include "text/csv.h"
#include "text/table.h"

/* Rows as "LINE:cell|cell", joined by "/"; a failure as "!place". */
static const struct {
	const char *text;
	char sep;
	const char *rows;
} reads[] = {
	{"", 0, ""},
	{"\n\n  \n", 0, ""},
	{"a,b\n1,2\n", 0, "1:a|b/2:1|2"},
	{"a,b\n1,2", 0, "1:a|b/2:1|2"},
	{"a,b\r\n1,2\r\n", 0, "1:a|b/2:1|2"},
	{"a,b\r1,2\r", 0, "1:a|b/2:1|2"},
	{"\xef\xbb\xbf"
	 "a,b\n1,2\n",
		0, "1:a|b/2:1|2"},
	{"\n\na,b\n\n \n1,2\n\n", 0, "3:a|b/6:1|2"},
	{"a\n\n1\n", 0, "1:a/3:1"},
	{"  a ,\tb\n", 0, "1:a|b"},
	{"a;b\n1,5;2\n", 0, "1:a|b/2:1,5|2"},
	{"a\tb\n1\t\n\t\n", 0, "1:a|b/2:1|/3:|"},
	{"a|b\n1|2\n", 0, "1:a|b/2:1|2"},
	{"\"a;b\",c\n", 0, "1:a;b|c"},
	{"a,b;c\n", ';', "1:a,b|c"},
	{"a,\"b\"\"c\"\n", 0, "1:a|b\"c"},
	{"a,\"b\nc\"\n1,2\n", 0, "1:a|b\nc/3:1|2"},
	{"a,\"b\r\nc\"\r\n1,2\r\n", 0, "1:a|b\r\nc/3:1|2"},
	{"\"\n\n\"\nx\n", 0, "1:\n\n/4:x"},
	{",\n", 0, "1:|"},
	{"\"\"\n", 0, "1:"},
	{"a\nx\"y\n", 0, "1:a/!2:2"},
	{"a\n\"x\"y\n", 0, "1:a/!2:4"},
	{"a\n\"x\nz\n", 0, "1:a/!2"},
	{"\xff\xfe"
	 "a",
		0, "!1"},
};

static struct input pipe_of(const char *text, size_t n)
{
	FILE *f = tmpfile();
	struct input in = {.fd = -1, .name = "test"};

	if (!f || fwrite(text, 1, n, f) != n || fflush(f))
		abort();
	in.fd = dup(fileno(f));
	fclose(f);
	lseek(in.fd, 0, SEEK_SET);
	return in;
}

static void rows_of(struct buf *out, const char *text, size_t n, char sep)
{
	struct input in = pipe_of(text, n);
	struct csv_reader *r;
	struct csv_row row;
	struct diag d = {0};
	int got = csv_open(&r, &in, sep, &d);

	out->len = 0;
	while (!got && (got = csv_next(r, &row, &d)) > 0) {
		buf_printf(out, "%s%d:", out->len ? "/" : "", (int)row.line);
		for (size_t i = 0; i < row.ncell; i++) {
			buf_adds(out, i ? "|" : "");
			buf_add(out, row.cell[i].p, row.cell[i].n);
		}
		got = 0;
	}
	if (got < 0)
		buf_printf(out, "%s!%s", out->len ? "/" : "", d.place);
	buf_text(out);
	csv_close(r);
	input_close(&in);
}

static void test_read(void)
{
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		rows_of(&b, reads[i].text, strlen(reads[i].text), reads[i].sep);
		is_text(b.data, reads[i].rows, "rows of a small table");
	}
	rows_of(&b, "a\nb\0c\n", 6, 0);
	is_text(b.data, "1:a/!2", "a NUL byte is refused");
	buf_free(&b);
}

/* Lines longer than what is read at a time, ends at every place of it. */
static void test_long(void)
{
	struct buf text = {0}, b = {0};
	bool good = true;

	for (size_t pad = 65530; pad < 65542; pad++) {
		text.len = 0;
		for (size_t i = 0; i < pad; i++)
			buf_addc(&text, 'x');
		buf_adds(&text, "\r\n\"a\r\nb\",c\r\n1,2\r\n");
		rows_of(&b, text.data, text.len, ',');
		good &= b.len > 30 &&
			!strcmp(b.data + pad + 2, "/2:a\r\nb|c/4:1|2");
	}
	ok(good, "a CRLF across two reads is one end of line");
	buf_free(&text);
	buf_free(&b);
}

static void test_limits(void)
{
	size_t n = CSV_LINE_MAX + 2;
	char *line = malloc(n);
	struct buf b = {0};

	if (!line)
		abort();
	memset(line, 'x', n);
	line[n - 1] = '\n';
	rows_of(&b, line, n, ',');
	is_text(b.data, "!1", "a line of more than 64 MiB is refused");
	memset(line, ',', (size_t)1 << 21);
	rows_of(&b, line, (size_t)1 << 21, ',');
	is_text(b.data, "!1", "a row of two million cells is refused");
	buf_free(&b);
	free(line);
}

static void test_write(void)
{
	struct buf b = {0}, back = {0};

	csv_add_text(&b, "run", 3);
	csv_add_text(&b, "a,b", 3);
	csv_add_text(&b, "say \"x\"", 7);
	csv_end(&b);
	csv_add_empty(&b);
	csv_add_double(&b, 0.1);
	csv_add_text(&b, "7", 1);
	csv_end(&b);
	csv_add_text(&b, "two\nlines", 9);
	csv_add_double(&b, -0.0);
	csv_add_empty(&b);
	csv_end(&b);
	csv_add_empty(&b);
	csv_end(&b);
	buf_text(&b);
	is_text(b.data,
		"run,\"a,b\",\"say \"\"x\"\"\"\n,0.1,7\n\"two\nlines\",-0,\n"
		"\"\"\n",
		"cells are quoted only where they must");
	rows_of(&back, b.data, b.len, 0);
	is_text(back.data, "1:run|a,b|say \"x\"/2:|0.1|7/3:two\nlines|-0|/5:",
		"what is written reads back");
	buf_free(&b);
	buf_free(&back);
}

/* Appends what the columns of T hold, by their names. */
static int add_row(void *ctx, const struct table *t, struct diag *d)
{
	uint64_t word[3], n;
	char *s;

	if (table_u64(t, 1, 99, &n, d) || table_words(t, 2, word, 3, d) ||
		table_text(t, 0, &s, d))
		return -1;
	buf_printf(ctx, "%s %llu %llx.%llx.%llx/", s, (unsigned long long)n,
		(unsigned long long)word[2], (unsigned long long)word[1],
		(unsigned long long)word[0]);
	free(s);
	return 0;
}

static const struct {
	const char *text, *want;
} tables[] = {
	{"big,x,n,s\n0x1ffffffffffffffff,?,7,a\n"
	 "18446744073709551616,,0x1f,b\n",
		"a 7 0.1.ffffffffffffffff/b 31 0.1.0/"},
	{"s,n,big\n", ""},
	{"", "empty; expected a test"},
	{"s,n\n", "no column 'big'; expected a test"},
	{"s,n,big,s\n", "two columns 's'; expected one"},
	{"s,n,big\na,1\n", "2 columns; the header has 3"},
	{"s,n,big\na,100,1\n", "n '100'; expected a whole number, at most 99"},
	{"s,n,big\na,-1,1\n", "n '-1'; expected a whole number, at most 99"},
	{"s,n,big\na,0x,1\n", "n '0x'; expected a whole number, at most 99"},
	{"s,n,big\na,1,"
	 "6277101735386680763835789423207666416102355444464034512895\n",
		"a 1 ffffffffffffffff.ffffffffffffffff.ffffffffffffffff/"},
	{"s,n,big\na,1,"
	 "6277101735386680763835789423207666416102355444464034512896\n",
		"big "
		"'6277101735386680763835789423207666416102355444464034512896'"
		"; expected a whole number"},
};

static void test_table(void)
{
	static const char *const name[] = {"s", "n", "big", NULL};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		struct input in =
			pipe_of(tables[i].text, strlen(tables[i].text));
		struct buf out = {0};
		struct diag d = {0};
		int bad = table_read(&in, "a test", name, add_row, &out, &d);

		buf_text(&out);
		is_text(bad ? d.text : out.data, tables[i].want,
			tables[i].want);
		buf_free(&out);
		input_close(&in);
	}
}

int main(void)
{
	test_read();
	test_long();
	test_limits();
	test_write();
	test_table();
	return tap_done();
}
