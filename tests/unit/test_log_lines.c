/* SPDX-License-Identifier: MIT */
/*
 * Bytes to clean lines, lines to pairs: a table of each.  What is expected was
 * written by hand, not taken from what the reader said.
 */
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "file/input.h"
#include "form/form_impl.h"
#include "line/line_impl.h"
#include "tap.h"
#include "text_file.h"

/* --- bytes --------------------------------------------------------------- */

static const struct {
	const char *what;
	const char *bytes;
	size_t n;          /* 0: as a string */
	const char *lines; /* joined by "~" */
} bytes[] = {
	{"LF, CRLF and CR end lines", "a\nb\r\nc\rd\n\ne", 0, "a~b~c~d~~e"},
	{"a byte order mark", "\xef\xbb\xbfstep", 0, "step"},
	{"UTF-16, little end first", "\xff\xfel\0r\0\n\0\xe4\0", 10,
		"lr~\xc3\xa4"},
	{"UTF-16, big end first, without a mark", "\0l\0r\0\n\0x", 8, "lr~x"},
	{"a pair of surrogates", "\xff\xfe\x3d\xd8\x00\xde.\0", 8,
		"\xf0\x9f\x98\x80."},
	{"colours and links",
		"\x1b[1;32mloss\x1b[0m \x1b]8;;http://x\a"
		"2\x1b(B",
		0, "loss 2"},
	{"a title that ends with ESC and a backslash",
		"a\x1b]2;70: loss=-nan\x1b\\b", 0, "ab"},
	{"the cursor goes elsewhere", "a\x1b[2Ab\x1b[5Cc\x1b[Kd", 0, "a~b cd"},
	{"backspaces end a line", "1/5\b\b\b2/5\b\b\b3/5", 0, "1/5~2/5~3/5"},
	{"a hole of NUL bytes", "a\0\0b", 4, "a  b"},
	{"full-width characters",
		"\xe6\x8d\x9f\xe5\xa4\xb1\xef\xbc\x9a"
		"2\xef\xbc\x8cx\xe3\x80\x80\xef\xbc\x9d\xef\xbc\x91",
		0, "\xe6\x8d\x9f\xe5\xa4\xb1:2,x =1"},
	{"boxes and bars",
		"\xe2\x94\x82 a \xe2\x94\x83\xe2\x94\x81\xe2\x96\x88", 0,
		"| a |-#"},
	{"a minus sign and a blank that does not break",
		"1e\xe2\x88\x92"
		"5\xc2\xa0x",
		0, "1e-5 x"},
	{"bytes that are not UTF-8 stay", "a\xff\xe4=1\xc3", 0,
		"a\xff\xe4=1\xc3"},
	{"quotes in a string do not become ASCII", "\"\xef\xbc\x82\"", 0,
		"\"\xef\xbc\x82\""},
	{"nothing", "", 0, ""},
};

static void test_bytes(void)
{
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		size_t n = bytes[i].n ? bytes[i].n : strlen(bytes[i].bytes);
		struct input in = text_file(bytes[i].bytes, n);
		struct line_bytes *b;
		struct form_line t;
		struct buf out = {0};
		struct diag d = {0};

		if (line_bytes_open(&b, &in, false, &d) < 0)
			abort();
		while (line_bytes_peek(b, 0, &t, &d) > 0) {
			if (out.len)
				buf_addc(&out, '~');
			buf_add(&out, t.p, t.n);
			ok(t.p[t.n] == '\0', "%s: a 0 byte", bytes[i].what);
			line_bytes_skip(b, 1);
		}
		buf_text(&out);
		is_text(out.data, bytes[i].lines, bytes[i].what);
		buf_free(&out);
		line_bytes_close(b);
		input_close(&in);
	}
}

/* --- pairs --------------------------------------------------------------- */

static void add_number(struct buf *b, double x)
{
	char out[NUM_DOUBLE_MAX];

	buf_add(b, out, num_from_double(out, x));
}

static void add_line(
	struct buf *b, const struct pair_keys *k, const struct line *x)
{
	buf_adds(b, x->is_bar ? "bar " : "");
	buf_adds(b, x->is_valid ? "valid " : "");
	if (x->rank >= 0)
		buf_printf(b, "rank %d ", x->rank);
	for (size_t i = 0; i < x->n; i++) {
		const struct pair *p = &x->pair[i];

		buf_printf(
			b, "%s%s=", i ? ", " : "", pair_keys_name(k, p->key));
		if (p->text)
			buf_printf(b, "'%.*s'", (int)p->ntext, p->text);
		else
			add_number(b, p->value);
		if (!isnan(p->total)) {
			buf_addc(b, '/');
			add_number(b, p->total);
		}
	}
	buf_addc(b, '\n');
}

static void add_odd(struct buf *b, const struct line_reader *l)
{
	struct line_odd odd;
	const struct form_misfits *m = &odd.misfits;

	line_odd(l, &odd);
	if (odd.cut)
		buf_adds(b, "cut\n");
	if (m->nrow)
		buf_printf(b, "rows %d, line %d: %d for %d\n", (int)m->nrow,
			(int)m->row_line, (int)m->row_ncell,
			(int)m->row_ncolumn);
	if (m->ncell)
		buf_printf(b, "cells %d, line %d: %s '%s'\n", (int)m->ncell,
			(int)m->cell_line, m->column, m->cell);
}

/* TEXT comes as a pipe brings it, in pieces of all lengths. */
static struct input pipe_of(const char *text, size_t n)
{
	struct input in;
	struct diag d;
	int fd[2];

	if (pipe(fd))
		abort();
	if (fork() == 0) {
		uint64_t seed = n;

		close(fd[0]);
		while (n > 0) {
			size_t some = 1 + tap_random(&seed) % 40;

			some = some < n ? some : n;
			if (write(fd[1], text, some) != (ssize_t)some)
				_exit(1);
			text += some;
			n -= some;
			sched_yield();
		}
		_exit(0);
	}
	close(fd[1]);
	if (input_open_fd(&in, fd[0], "test", &d) < 0)
		abort();
	return in;
}

static void pairs_of(
	struct buf *b, struct input in, const struct line_options *opt)
{
	struct pair_keys *k;
	struct line_reader *l;
	struct line x;
	struct diag d = {0};
	int got;

	b->len = 0;
	if (pair_keys_new(&k, &d) < 0)
		abort();
	if (line_open(&l, &in, opt, k, &d) < 0) {
		buf_printf(b, "!%s\n", d.text);
	} else {
		while ((got = line_next(l, &x, &d)) > 0)
			add_line(b, k, &x);
		if (got < 0)
			buf_printf(b, "!%s: %s\n", d.place, d.text);
		add_odd(b, l);
		line_close(l);
	}
	buf_text(b);
	pair_keys_free(k);
	input_close(&in);
}

/* An option of a case: "columns=a,b", "re=PATTERN", "sep=;", "cut". */
static void take_option(struct line_options *opt, struct buf *text, char *word)
{
	if (strncmp(word, "columns=", 8) == 0)
		opt->columns = word + 8;
	else if (strncmp(word, "re=", 3) == 0)
		opt->pattern = word + 3;
	else if (strncmp(word, "sep=", 4) == 0)
		opt->sep = word[4];
	else if (strcmp(word, "cut") == 0)
		text->len--;
	else
		abort();
}

/*
 * A case of the file is "== TITLE | OPTION", the log, "--" and what its lines
 * tell; what it says of the log's own bytes: "cut" takes its last newline.
 */
static void run_case(char *title, struct buf *text, struct buf *want)
{
	struct line_options opt = {0};
	struct buf got = {0};
	char *option = strstr(title, " | ");

	if (option) {
		*option = '\0';
		take_option(&opt, text, option + 3);
	}
	buf_text(text);
	buf_text(want);
	pairs_of(&got, text_file(text->data, text->len), &opt);
	is_text(got.data, want->data, title);
	pairs_of(&got, pipe_of(text->data, text->len), &opt);
	while (wait(NULL) > 0)
		;
	is_text(got.data, want->data, "the same from a pipe");
	buf_free(&got);
}

static void test_cases(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *title = NULL;
	size_t cap = 0;
	struct buf part[2] = {{0}, {0}};
	int at = 0;

	if (!f)
		abort();
	while (getline(&line, &cap, f) > 0) {
		if (strncmp(line, "== ", 3) != 0) {
			if (strcmp(line, "--\n") == 0)
				at = 1;
			else
				buf_adds(&part[at], line);
			continue;
		}
		if (title)
			run_case(title, &part[0], &part[1]);
		line[strcspn(line, "\n")] = '\0';
		free(title);
		title = strdup(line + 3);
		at = 0;
		part[0].len = part[1].len = 0;
	}
	run_case(title, &part[0], &part[1]);
	free(title);
	free(line);
	buf_free(&part[0]);
	buf_free(&part[1]);
	fclose(f);
}

/* --- sizes --------------------------------------------------------------- */

static void fill(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_adds(b, s);
}

/* What the first line of TEXT tells, counted: {pairs, names}; -1 with D. */
static int count_pairs(struct buf *text, size_t *npair, size_t *nkey,
	const struct line_options *opt, struct diag *d)
{
	struct input in = text_file(text->data, text->len);
	struct pair_keys *k;
	struct line_reader *l;
	struct line x;
	int got;

	if (pair_keys_new(&k, d) < 0 || line_open(&l, &in, opt, k, d) < 0)
		abort();
	got = line_next(l, &x, d);
	*npair = got > 0 ? x.n : 0;
	*nkey = pair_keys_n(k);
	line_close(l);
	pair_keys_free(k);
	input_close(&in);
	return got;
}

static void test_sizes(void)
{
	const struct line_options opt = {0};
	struct buf b = {0};
	struct diag d = {0};
	size_t npair, nkey;

	fill(&b, "0123456789abcde ", ((size_t)64 << 20) / 16 + (64 << 10));
	ok(count_pairs(&b, &npair, &nkey, &opt, &d) < 0 &&
			d.class == DIAG_DATA && strcmp(d.place, "1") == 0,
		"a line of more than 64 MiB is refused");
	b.len = 0;
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "%sc%d", i ? "," : "", i);
	buf_adds(&b, "\n0");
	fill(&b, ",1", 99999);
	buf_adds(&b, "\n");
	ok(count_pairs(&b, &npair, &nkey, &opt, &d) > 0 && npair == 100000 &&
			nkey == 100000,
		"100,000 columns");
	b.len = 0;
	buf_adds(&b, "{\"a\": ");
	fill(&b, "[", 100000);
	buf_adds(&b, "\nstep 1\n");
	ok(count_pairs(&b, &npair, &nkey, &opt, &d) > 0 && npair == 1,
		"brackets that never close are no value");
	buf_free(&b);
}

/* The forms that a format leaves out are not looked for. */
static void test_formats(void)
{
	static const char text[] = "step,lr\n1,0.1\n{\"loss\": 2}\nacc=3\n";
	static const struct {
		enum line_format format;
		const char *want;
	} formats[] = {
		{LINE_AUTO, "step=1, lr=0.1\nloss=2\nacc=3\n"},
		{LINE_CSV, "step=1, lr=0.1\n"},
		{LINE_JSON, "loss=2\n"},
		{LINE_TEXT, "#i=1, #v=0.1\nloss=2\nacc=3\n"},
	};
	struct buf got = {0};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct line_options opt = {.format = formats[i].format};

		pairs_of(&got, text_file(text, strlen(text)), &opt);
		is_text(got.data, formats[i].want, "a format");
	}
	buf_free(&got);
}

int main(void)
{
	test_bytes();
	test_sizes();
	test_formats();
	test_cases("tests/unit/log_lines.txt");
	return tap_done();
}
