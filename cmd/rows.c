/* SPDX-License-Identifier: MIT */
/*
 * Rows in three formats; see rows.h.  CSV and JSON are written as they come; a
 * table, whose columns are as wide as their widest cell, when all is known.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/order.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "file/output.h"
#include "rows.h"
#include "text/csv.h"

/* What a table shows of an absent cell, and between columns. */
#define ABSENT "-"
#define GAP 2

const char *const rows_format_name[] = {
	[ROWS_CSV] = "csv",
	[ROWS_JSON] = "json",
	[ROWS_TABLE] = "table",
	NULL,
};

enum rows_format rows_default(const struct output *out)
{
	return output_is_terminal(out) ? ROWS_TABLE : ROWS_CSV;
}

void rows_begin(struct rows *r, int format, const struct output *out,
	const struct rows_column *column, size_t n)
{
	*r = (struct rows){
		.format = format < 0 ? rows_default(out)
				     : (enum rows_format)format,
		.people = output_is_terminal(out),
		.column = column,
		.ncolumn = n,
	};
}

void rows_free(struct rows *r)
{
	buf_free(&r->out);
}

/* --- JSON ---------------------------------------------------------------- */

/*
 * A character that people do not see as it is, escaped; of a byte that is not
 * UTF-8, which JSON cannot hold, the text that people see.
 */
static void add_json_escape(
	struct buf *b, const char *s, const char *shown, size_t nshown)
{
	uint32_t c;

	if (utf8_char(s, UTF8_MAX, &c) == 0) {
		buf_addc(b, '\\');
		buf_add(b, shown, nshown);
		return;
	}
	if (c < 0x10000) {
		buf_printf(b, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xd800 | c >> 10),
		(unsigned)(0xdc00 | (c & 0x3ff)));
}

static void add_json_text(struct buf *b, const char *s)
{
	size_t left = strlen(s), n, nshown;
	char shown[TAME_MAX];

	buf_addc(b, '"');
	for (; left; s += n, left -= n) {
		n = tame_char(s, left, shown, &nshown);
		if (*s == '"' || *s == '\\') {
			buf_addc(b, '\\');
			buf_addc(b, *s);
		} else if (nshown == n && memcmp(shown, s, n) == 0)
			buf_add(b, s, n);
		else
			add_json_escape(b, s, shown, nshown);
	}
	buf_addc(b, '"');
}

static void add_json_name(struct rows *r)
{
	buf_adds(&r->out, r->at ? ", " : "{");
	add_json_text(&r->out, r->column[r->at].name);
	buf_adds(&r->out, ": ");
}

/* JSON has no infinite number and no NaN: they are text. */
static void add_json_double(struct buf *b, double x)
{
	const char *quote = isfinite(x) ? "" : "\"";

	buf_adds(b, quote);
	buf_add_double(b, x);
	buf_adds(b, quote);
}

/* --- numbers as people read them ------------------------------------------ */

static void add_count(struct buf *b, double x)
{
	static const char unit[] = " kMGTPE";
	size_t i = 0;

	if (x < 1e5) {
		buf_printf(b, "%.0f", x);
		return;
	}
	/* What rounds up to 1000 is 1.00 of the next. */
	for (; x >= 999.5 && unit[i + 1]; i++)
		x /= 1000;
	buf_printf(b, "%.*f%c", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, unit[i]);
}

/* Only all is 100 %, only nothing 0 %. */
static void add_part(struct buf *b, double x)
{
	double percent = 100 * x;

	if (x < 1)
		percent = fmin(percent, 99.99);
	if (x > 0)
		percent = fmax(percent, 0.01);
	buf_printf(b, "%.2f%%", percent);
}

static void add_readable(struct buf *b, enum rows_kind kind, double x)
{
	switch (kind) {
	case ROWS_COUNT: add_count(b, x); break;
	case ROWS_PART: add_part(b, x); break;
	case ROWS_NUMBER: buf_printf(b, "%.6g", x); break;
	default: buf_add_double(b, x);
	}
}

/* --- cells ---------------------------------------------------------------- */

static void add_csv_text(struct rows *r, const char *s)
{
	struct buf shown = {0};

	if (!r->people) {
		csv_add_text(&r->out, s, strlen(s));
		return;
	}
	tame_add(&shown, s, strlen(s));
	if (buf_text(&shown))
		csv_add_text(&r->out, shown.data, shown.len);
	else
		buf_fail(&r->out);
	buf_free(&shown);
}

static void add_header(struct rows *r)
{
	if (r->has_header || r->format != ROWS_CSV)
		return;
	r->has_header = true;
	for (size_t i = 0; i < r->ncolumn; i++)
		add_csv_text(r, r->column[i].name);
	csv_end(&r->out);
}

void rows_header(struct rows *r)
{
	add_header(r);
}

static void begin_cell(struct rows *r)
{
	if (r->format == ROWS_JSON)
		add_json_name(r);
	else
		add_header(r);
	r->at++;
}

void rows_text(struct rows *r, const char *s)
{
	if (!s || !*s) {
		rows_absent(r);
		return;
	}
	begin_cell(r);
	if (r->format == ROWS_CSV)
		add_csv_text(r, s);
	else if (r->format == ROWS_JSON)
		add_json_text(&r->out, s);
	else {
		tame_add(&r->out, s, strlen(s));
		buf_addc(&r->out, '\0');
	}
}

void rows_number(struct rows *r, double x)
{
	enum rows_kind kind = r->column[r->at].kind;

	begin_cell(r);
	if (r->format == ROWS_CSV)
		csv_add_double(&r->out, x);
	else if (r->format == ROWS_JSON)
		add_json_double(&r->out, x);
	else {
		add_readable(&r->out, kind, x);
		buf_addc(&r->out, '\0');
	}
}

void rows_double(struct rows *r, double x)
{
	if (isnan(x))
		rows_absent(r);
	else
		rows_number(r, x);
}

/* X, whose digits are these, which a table shows as it does others. */
static void add_digits(struct rows *r, const char *digits, size_t n, double x)
{
	if (r->format == ROWS_TABLE) {
		rows_double(r, x);
		return;
	}
	begin_cell(r);
	if (r->format == ROWS_CSV)
		csv_add_text(&r->out, digits, n);
	else
		buf_add(&r->out, digits, n);
}

void rows_float(struct rows *r, float x)
{
	char digits[NUM_DOUBLE_MAX];

	if (isfinite(x))
		add_digits(r, digits, num_from_float(digits, x), (double)x);
	else
		rows_double(r, (double)x);
}

void rows_u64(struct rows *r, uint64_t x)
{
	char digits[NUM_U64_MAX];

	add_digits(r, digits, num_from_u64(digits, x), (double)x);
}

void rows_hex(struct rows *r, uint64_t x)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)x);
	rows_text(r, text);
}

void rows_absent(struct rows *r)
{
	begin_cell(r);
	if (r->format == ROWS_CSV)
		csv_add_empty(&r->out);
	else if (r->format == ROWS_JSON)
		buf_adds(&r->out, "null");
	else
		buf_addc(&r->out, '\0');
}

void rows_skip(struct rows *r, size_t n)
{
	while (n-- > 0)
		rows_absent(r);
}

void rows_u64_if(struct rows *r, bool has, uint64_t x)
{
	if (has)
		rows_u64(r, x);
	else
		rows_absent(r);
}

void rows_number_if(struct rows *r, bool has, double x)
{
	if (has)
		rows_number(r, x);
	else
		rows_absent(r);
}

void rows_numbers_if(struct rows *r, const bool *has, const double *x, size_t n)
{
	size_t i = 0;

	if (r->format == ROWS_CSV) {
		add_header(r);
		r->at += n;
		for (; i < n; i++)
			if (has[i])
				csv_add_double(&r->out, x[i]);
			else
				csv_add_empty(&r->out);
	}
	for (; i < n; i++)
		rows_number_if(r, has[i], x[i]);
}

void rows_end(struct rows *r)
{
	rows_skip(r, r->ncolumn - r->at);
	if (r->format == ROWS_CSV)
		csv_end(&r->out);
	else if (r->format == ROWS_JSON)
		buf_adds(&r->out, "}\n");
	r->at = 0;
	r->nrow++;
}

/* --- the table ------------------------------------------------------------ */

/* Columns that S takes on a terminal. */
static size_t width_of(const char *s)
{
	size_t left = strlen(s), width = 0, n;
	uint32_t c;

	for (; left; s += n, left -= n) {
		n = utf8_char(s, left, &c);
		width += n ? utf8_width(c) : 1;
		n += !n;
	}
	return width;
}

static const char *next(const char *cell)
{
	return cell + strlen(cell) + 1;
}

static const char *shown(const char *cell)
{
	return *cell ? cell : ABSENT;
}

static bool is_shown(enum rows_show show, const char *cell)
{
	return show == ROWS_SHOWN ||
	       (show == ROWS_IF_ANY && *cell && strcmp(cell, "0") != 0);
}

/* How wide the columns are; 0: not shown. */
static void measure(const struct rows *r, size_t *width)
{
	const char *cell = r->out.data;

	for (size_t n = r->nrow; n > 0; n--) {
		for (size_t i = 0; i < r->ncolumn; i++, cell = next(cell)) {
			const struct rows_column *c = &r->column[i];

			if (!width[i] && is_shown(c->show, cell))
				width[i] = strlen(c->name);
			if (width[i])
				width[i] = order_most(
					width[i], width_of(shown(cell)));
		}
	}
}

/* Adds a cell to a line, which ends in PAD blanks that are not there yet. */
static void add_table_cell(
	struct buf *b, const char *text, bool right, size_t width, size_t *pad)
{
	size_t before = right ? width - width_of(text) : 0;

	buf_printf(b, "%*s%s", (int)(*pad + before), "", text);
	*pad = width - width_of(text) - before + GAP;
}

/* A line of the cells at *CELL, or of the names; moves *CELL on. */
static void add_line(const struct rows *r, const size_t *width,
	const char **cell, struct buf *b)
{
	size_t pad = 0;

	for (size_t i = 0; i < r->ncolumn; i++) {
		const char *text = cell ? shown(*cell) : r->column[i].name;

		if (width[i])
			add_table_cell(b, text, r->column[i].kind != ROWS_TEXT,
				width[i], &pad);
		if (cell)
			*cell = next(*cell);
	}
	buf_addc(b, '\n');
}

static void add_table(const struct rows *r, const size_t *width, struct buf *b)
{
	bool has_title = r->column[0].show == ROWS_TITLE;
	const char *cell = r->out.data, *title = NULL;

	for (size_t n = 0; n < r->nrow; n++) {
		bool begins = !n || (has_title && strcmp(title, cell) != 0);

		title = cell;
		if (begins && has_title)
			buf_printf(b, "%s%s:\n", n ? "\n" : "", title);
		if (begins)
			add_line(r, width, NULL, b);
		add_line(r, width, &cell, b);
	}
}

static int write_table(struct rows *r, struct output *out, struct diag *d)
{
	size_t *width = calloc(r->ncolumn, sizeof(*width));
	struct buf b = {0};
	int ret;

	if (width) {
		measure(r, width);
		add_table(r, width, &b);
	} else
		buf_fail(&b);
	ret = output_buf(out, &b, d);
	buf_free(&b);
	free(width);
	return ret;
}

int rows_write(struct rows *r, struct output *out, struct diag *d)
{
	int ret;

	if (r->format == ROWS_TABLE)
		return buf_failed(&r->out) ? diag_nomem(d, r->out.len) : 0;
	ret = output_buf(out, &r->out, d);
	buf_clear(&r->out);
	return ret;
}

int rows_finish(struct rows *r, struct output *out, struct diag *d)
{
	int ret = rows_write(r, out, d);

	if (!ret && r->format == ROWS_TABLE && r->nrow)
		ret = write_table(r, out, d);
	buf_clear(&r->out);
	r->nrow = 0;
	return ret;
}
