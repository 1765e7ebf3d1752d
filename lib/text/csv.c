/* SPDX-License-Identifier: MIT */
/*
 * CSV in and out.  libcsv is fed one line at a time, or a part of a long one,
 * so that at most one row completes per call and its first line is known;
 * nothing but the row at hand is kept.
 */
#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "file/input.h"
#include "text/csv.h"

#define CHUNK ((size_t)64 << 10)

/*
 * libcsv grows a cell by a constant, of 128 bytes unless it is told another:
 * this one and a quarter of what there is keep a long one linear.
 */
#define CELL_STEP CHUNK

/* A row of more cells is no table; it bounds what 64 MiB of commas cost. */
#define NCELL_MAX ((size_t)1 << 20)

struct csv_reader {
	struct csv_parser parser;
	struct input *in;
	char *chunk;
	size_t pos, end; /* what is left of the chunk */
	size_t lf;       /* the next LF at or after pos, or end */
	bool eof;
	bool after_cr; /* the byte before pos was CR: LF belongs to it */

	uint64_t line;   /* of the byte at pos */
	size_t col;      /* bytes of that line before pos */
	bool open;       /* a row has begun */
	bool done;       /* a row is complete in text and cell */
	uint64_t first;  /* the open row's first line */
	size_t nbytes;   /* its bytes so far */
	struct buf text; /* its cells, one after the other */
	bool keep_raw;
	struct buf raw; /* the row as it stands, if that is kept */
	struct csv_cell *cell;
	size_t ncell, cap;
	enum diag_class failed; /* in a callback, which cannot return it */
};

/* The candidate that S[0..n)'s first line has most of outside quotes. */
static char sniff_separator(const char *s, size_t n)
{
	static const char candidate[] = ",;\t|";
	size_t count[sizeof(candidate)] = {0};
	size_t best = 0;
	bool quoted = false;
	size_t i = 0;

	while (i < n && (s[i] == '\n' || s[i] == '\r'))
		i++;
	for (; i < n && (quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
		const char *c = s[i] ? strchr(candidate, s[i]) : NULL;

		if (s[i] == '"')
			quoted = !quoted;
		else if (c && !quoted)
			count[c - candidate]++;
	}
	for (i = 1; i < sizeof(candidate) - 1; i++)
		if (count[i] > count[best])
			best = i;
	return candidate[best];
}

static void on_field(void *p, size_t n, void *ctx)
{
	struct csv_reader *r = ctx;

	if (r->failed)
		return;
	if (r->ncell == NCELL_MAX) {
		r->failed = DIAG_DATA;
		return;
	}
	buf_add(&r->text, p, n);
	if (buf_failed(&r->text) ||
		array_reserve(&r->cell, &r->cap, r->ncell + 1, sizeof(*r->cell),
			NULL)) {
		r->failed = DIAG_NOMEM;
		return;
	}
	r->cell[r->ncell++].n = n;
}

static void on_row(int c, void *ctx)
{
	struct csv_reader *r = ctx;

	(void)c;
	r->done = true;
}

static void find_lf(struct csv_reader *r)
{
	const char *p = memchr(r->chunk + r->pos, '\n', r->end - r->pos);

	r->lf = p ? (size_t)(p - r->chunk) : r->end;
}

static int fill_chunk(struct csv_reader *r, struct diag *d)
{
	ssize_t n = input_read(r->in, r->chunk, CHUNK, d);

	if (n < 0)
		return -1;
	r->pos = 0;
	r->end = (size_t)n;
	r->eof = n == 0;
	find_lf(r);
	return 0;
}

static int check_encoding(struct csv_reader *r, struct diag *d)
{
	const char *s = r->chunk;

	if (r->end >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		r->pos = 3;
	if (r->end >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 ||
				   memcmp(s, "\xfe\xff", 2) == 0)) {
		diag_set(d, DIAG_DATA,
			"UTF-16 text; expected UTF-8 "
			"(convert it with iconv)");
		return diag_at(d, "1");
	}
	return 0;
}

int csv_open(
	struct csv_reader **ret, struct input *in, char sep, struct diag *d)
{
	struct csv_reader *r = calloc(1, sizeof(*r));

	*ret = NULL;
	if (!r)
		return diag_nomem(d, sizeof(*r));
	r->in = in;
	r->line = 1;
	if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		free(r);
		return diag_nomem(d, sizeof(*r));
	}
	r->chunk = malloc(CHUNK);
	if (!r->chunk) {
		diag_nomem(d, CHUNK);
		goto fail;
	}
	if (fill_chunk(r, d) < 0 || check_encoding(r, d) < 0)
		goto fail;
	if (!sep)
		sep = sniff_separator(r->chunk + r->pos, r->end - r->pos);
	csv_set_delim(&r->parser, (unsigned char)sep);
	*ret = r;
	return 0;
fail:
	csv_close(r);
	return -1;
}

void csv_keep_raw(struct csv_reader *r)
{
	r->keep_raw = true;
}

const char *csv_head(const struct csv_reader *r, size_t *n)
{
	*n = r->end - r->pos;
	return r->chunk + r->pos;
}

char csv_separator(const struct csv_reader *r)
{
	return (char)r->parser.delim_char;
}

void csv_close(struct csv_reader *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	buf_free(&r->text);
	buf_free(&r->raw);
	free(r->cell);
	free(r->chunk);
	free(r);
}

/* Puts the line, and the byte in it where one is known, before D's text. */
static int fail_at(const struct csv_reader *r, size_t col, struct diag *d)
{
	unsigned long long line = r->line;

	if (col)
		return diag_at(d, "%llu:%zu", line, col);
	return diag_at(d, "%llu", line);
}

static int fail_parse(struct csv_reader *r, size_t col, struct diag *d)
{
	if (csv_error(&r->parser) != CSV_EPARSE)
		diag_nomem(d, r->nbytes);
	else
		diag_set(d, DIAG_DATA,
			"a quote in the middle of a cell; expected the whole "
			"cell in quotes, inner quotes doubled");
	return fail_at(r, col, d);
}

static int check_row(struct csv_reader *r, struct diag *d)
{
	if (r->failed == DIAG_NOMEM)
		diag_nomem(d, r->text.len);
	else if (r->failed)
		diag_set(d, DIAG_DATA,
			"a row of more than %zu cells; expected a table",
			NCELL_MAX);
	else if (r->nbytes > CSV_LINE_MAX)
		diag_set(d, DIAG_DATA,
			"a line of more than %zu MiB; expected a table",
			CSV_LINE_MAX >> 20);
	else
		return 0;
	return fail_at(r, 0, d);
}

/* The end of the line at pos, or of the chunk; *ENDS if it is a line's end. */
static size_t line_end(struct csv_reader *r, bool *ends)
{
	const char *p;

	if (r->lf < r->pos)
		find_lf(r);
	p = memchr(r->chunk + r->pos, '\r', r->lf - r->pos);
	*ends = p || r->lf < r->end;
	if (p)
		return (size_t)(p - r->chunk) + 1;
	return r->lf + *ends;
}

static bool is_blank(const struct csv_reader *r, const char *s, size_t n)
{
	unsigned char sep = r->parser.delim_char;

	for (size_t i = 0; i < n; i++)
		if ((s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
			    s[i] != '\n') ||
			(unsigned char)s[i] == sep)
			return false;
	return true;
}

/* Feeds what is left of the line, as far as the chunk has it. */
static int feed_line(struct csv_reader *r, struct diag *d)
{
	bool ends;
	const char *s = r->chunk + r->pos;
	size_t n, done;

	if (r->after_cr && *s == '\n') {
		n = 1;
		ends = false;
	} else {
		n = line_end(r, &ends) - r->pos;
		if (!r->open && !is_blank(r, s, n)) {
			r->open = true;
			r->first = r->line;
		}
		if (memchr(s, '\0', n)) {
			diag_set(d, DIAG_DATA, "a NUL byte; expected text");
			return fail_at(r, 0, d);
		}
	}
	r->after_cr = ends && s[n - 1] == '\r';
	csv_set_blk_size(
		&r->parser, CELL_STEP + csv_get_buffer_size(&r->parser) / 4);
	done = csv_parse(&r->parser, s, n, on_field, on_row, r);
	if (done != n)
		return fail_parse(r, r->col + done + 1, d);
	if (r->keep_raw && r->open)
		buf_add(&r->raw, s, n);
	if (buf_failed(&r->raw))
		return diag_nomem(d, r->raw.len);
	r->nbytes += r->open ? n : 0;
	if (check_row(r, d) < 0)
		return -1;
	r->pos += n;
	r->col = ends || s[n - 1] == '\n' ? 0 : r->col + n;
	r->line += ends;
	return 0;
}

static int feed_end(struct csv_reader *r, struct diag *d)
{
	if (!r->open)
		return 0;
	if (csv_fini(&r->parser, on_field, on_row, r) != 0) {
		diag_set(d, DIAG_DATA,
			"the file ends inside quotes; expected the closing "
			"quote of the row that begins here");
		return diag_at(d, "%llu", (unsigned long long)r->first);
	}
	return check_row(r, d);
}

int csv_next(struct csv_reader *r, struct csv_row *row, struct diag *d)
{
	const char *p;

	r->open = r->done = false;
	r->ncell = r->text.len = r->raw.len = r->nbytes = 0;
	while (!r->done && !r->eof) {
		if (r->pos == r->end && fill_chunk(r, d) < 0)
			return -1;
		if ((r->eof ? feed_end(r, d) : feed_line(r, d)) < 0)
			return -1;
	}
	if (!r->done)
		return 0;
	p = r->text.data ? r->text.data : "";
	for (size_t i = 0; i < r->ncell; i++) {
		r->cell[i].p = p;
		p += r->cell[i].n;
	}
	while (r->raw.len && strchr("\r\n", r->raw.data[r->raw.len - 1]))
		r->raw.len--;
	*row = (struct csv_row){
		r->cell, r->ncell, r->first, r->eof, r->raw.data, r->raw.len};
	return 1;
}

/*
 * While a row is being written every cell has a comma after it; csv_end()
 * turns the last one into LF.  So an empty first cell needs no memory of it.
 */
void csv_add_cell(struct buf *b, char sep, const char *s, size_t n)
{
	size_t nquote = 0;
	/* In front of a file these would be taken for a byte order mark. */
	bool quote = n && memchr("\xef\xfe\xff", s[0], 3);
	char *out;

	for (size_t i = 0; i < n; i++) {
		nquote += s[i] == '"';
		quote |= s[i] == '"' || s[i] == sep || s[i] == '\r' ||
			 s[i] == '\n';
	}
	if (buf_reserve(b, n + nquote + 3))
		return;
	out = b->data + b->len;
	if (quote)
		*out++ = '"';
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			*out++ = '"';
		*out++ = s[i];
	}
	if (quote)
		*out++ = '"';
	b->len = (size_t)(out - b->data);
}

void csv_add_text(struct buf *b, const char *s, size_t n)
{
	csv_add_cell(b, ',', s, n);
	buf_addc(b, ',');
}

void csv_add_double(struct buf *b, double x)
{
	if (buf_reserve(b, NUM_DOUBLE_MAX + 1))
		return;
	b->len += num_from_double(b->data + b->len, x);
	b->data[b->len++] = ',';
}

void csv_add_empty(struct buf *b)
{
	buf_addc(b, ',');
}

void csv_end(struct buf *b)
{
	size_t n = b->len;

	/* One empty cell would read back as a blank line. */
	if (n && b->data[n - 1] == ',' && (n == 1 || b->data[n - 2] == '\n')) {
		b->len--;
		buf_add(b, "\"\"\n", 3);
	} else if (n && b->data[n - 1] == ',')
		b->data[n - 1] = '\n';
	else
		buf_addc(b, '\n');
}
