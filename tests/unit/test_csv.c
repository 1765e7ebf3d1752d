/* SPDX-License-Identifier: MIT */
/*
 * CSV: rows as libcsv splits them, each with the line it begins on; what is
 * no table is refused with its place; what is written reads back.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "tap.h"
#include "text/csv.h"

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
	buf_terminate(out);
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
	csv_add_u64(&b, 7);
	csv_end(&b);
	csv_add_text(&b, "two\nlines", 9);
	csv_add_double(&b, -0.0);
	csv_add_empty(&b);
	csv_end(&b);
	csv_add_empty(&b);
	csv_end(&b);
	buf_terminate(&b);
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

int main(void)
{
	test_read();
	test_long();
	test_limits();
	test_write();
	return tap_done();
}
