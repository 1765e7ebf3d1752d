/* SPDX-License-Identifier: MIT */
/*
 * Files that are no logs, and no tables.  Where a table is read strictly a line
 * of a log must never be taken for a header, whatever words it holds: it has
 * numbers where a header has none.
 */
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "line/line_impl.h"
#include "text/csv.h"

#define TABLE "expected a table with a header such as step,lr,loss"
/* One byte in so many that no text has is too much. */
#define BINARY_PART 50
/* So many numbers with a point or an exponent are no part of names. */
#define NUMBERS_MIN 2

struct kind {
	size_t at, n;
	const char *magic;
	const char *name, *advice;
};

#define AT(offset, magic) offset, sizeof(magic) - 1, magic

static const struct kind binary[] = {
	{AT(0, "PK\3\4"), "a zip file (NPZ, PyTorch or Keras)", TABLE},
	{AT(0, "\x93NUMPY"), "an NPY file",
		TABLE ", as numpy.savetxt(..., delimiter=\",\", header=...) "
		      "writes it"},
	{AT(0, "\x89HDF"), "an HDF5 file", TABLE},
	{AT(0, "\x1f\x8b"), "gzip data", "expected it from zcat"},
	{AT(0, "\xfd"
	       "7zXZ"),
		"xz data", "expected it from xzcat"},
	{AT(0, "\x28\xb5\x2f\xfd"), "zstd data", "expected it from zstdcat"},
	{AT(0, "BZh"), "bzip2 data", "expected it from bzcat"},
	{AT(0, "SQLite format 3"), "an SQLite database",
		TABLE ", as sqlite3 -csv -header prints it"},
	{AT(0, "PAR1"), "a Parquet table",
		TABLE ", as pandas.read_parquet(...).to_csv(...) writes it"},
	{AT(0, "%PDF-"), "a PDF document", TABLE},
	{AT(0, "\x89PNG"), "a PNG picture", TABLE},
	{AT(0, "\x7f"
	       "ELF"),
		"a program", TABLE},
	{AT(7, "\0{\""), "a safetensors file", TABLE},
	{AT(0, ":W&B"), "a Weights & Biases run",
		TABLE ", as its export to CSV writes it"},
	{AT(0, "\x80\2"), "a pickle", TABLE},
	{AT(0, "\x80\3"), "a pickle", TABLE},
	{AT(0, "\x80\4"), "a pickle", TABLE},
	{AT(0, "\x80\5"), "a pickle", TABLE},
};

static bool has_magic(const struct kind *k, const char *s, size_t n)
{
	return n >= k->at + k->n && memcmp(s + k->at, k->magic, k->n) == 0;
}

/* --- lines of text -------------------------------------------------------- */

struct head_line {
	const char *s;
	size_t n;
};

static bool begins(const struct head_line *l, const char *with)
{
	size_t n = strlen(with);

	return l->n >= n && memcmp(l->s, with, n) == 0;
}

static bool is_json(const struct head_line *l)
{
	return (begins(l, "{") && (l->n == 1 || str_has(l->s, l->n, "\":"))) ||
	       begins(l, "[{") || str_has(l->s, l->n, "| {\"");
}

static bool is_dict(const struct head_line *l)
{
	return begins(l, "{'") && str_has(l->s, l->n, "':");
}

static bool is_keras(const struct head_line *l)
{
	double epoch;

	if (!begins(l, "Epoch "))
		return false;
	size_t n = num_scan_double(l->s + 6, l->n - 6, &epoch);

	return n && (6 + n == l->n || l->s[6 + n] == '/');
}

static bool is_megatron(const struct head_line *l)
{
	return str_has(l->s, l->n, "iteration ") &&
	       str_has(l->s, l->n, " | ") && str_has(l->s, l->n, ": ");
}

static bool is_html(const struct head_line *l)
{
	return begins(l, "<!") || begins(l, "<html") || begins(l, "<?xml");
}

/* 2.2715 or 1e-05 behind a blank, "=", ":" or a bracket. */
static size_t count_numbers(const struct head_line *l)
{
	size_t count = 0;

	for (size_t i = 1; i < l->n; i++) {
		size_t n;
		double x;

		if (!strchr(" =:[(", l->s[i - 1]))
			continue;
		n = num_scan_double(l->s + i, l->n - i, &x);
		for (size_t k = 0; k < n; k++)
			if (strchr(".eE", l->s[i + k])) {
				count++;
				break;
			}
		i += n;
	}
	return count;
}

static bool has_letters(const struct head_line *l)
{
	for (size_t i = 0; i + 1 < l->n; i++)
		if (str_is_letter(l->s[i]) && str_is_letter(l->s[i + 1]))
			return true;
	return false;
}

/* Names of columns in quotes may hold anything. */
static bool has_quoted_cell(const struct head_line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i] == '"' && (!i || strchr(",;\t|", l->s[i - 1])))
			return true;
	return false;
}

static bool is_log(const struct head_line *l)
{
	return !has_quoted_cell(l) && has_letters(l) &&
	       count_numbers(l) >= NUMBERS_MIN;
}

/* "step lr loss" */
static bool is_blanks(const struct head_line *l)
{
	size_t nword = 1;

	for (size_t i = 0; i < l->n; i++) {
		if (strchr(",;\t|", l->s[i]))
			return false;
		nword += l->s[i] == ' ' && l->s[i + 1] != ' ';
	}
	return nword >= 3 && has_letters(l) &&
	       (str_has(l->s, l->n, "lr") || str_has(l->s, l->n, "loss") ||
		       str_has(l->s, l->n, "rate"));
}

static const struct text_kind {
	bool (*is)(const struct head_line *l);
	bool any_line; /* not only the first one */
	const char *name, *advice;
} text[] = {
	{is_html, false, "an HTML or XML page", TABLE},
	{is_json, true, "lines of JSON",
		TABLE ", which jq -r '[.step,.lr,.loss]|@csv' fills"},
	{is_dict, true, "lines of Python dicts, a trainer's output",
		TABLE ", as the trainer's own log_history has it"},
	{is_keras, false, "a Keras console log",
		TABLE ", as keras.callbacks.CSVLogger writes it"},
	{is_megatron, false, "a Megatron log", TABLE},
	{is_log, false, "lines of a log, with numbers among the names", TABLE},
	{is_blanks, false, "one column, or a table separated by blanks",
		TABLE ", which tr -s ' ' , makes of it"},
};

static int fail(const char *name, const char *advice, struct diag *d)
{
	return diag_set(d, DIAG_DATA, "%s; %s", name, advice);
}

/* The next line that is not blank, without the blanks at its start. */
static bool next_line(struct head_line *l, const char *end)
{
	const char *s = l->s + l->n, *lf;

	while (s < end && strchr(" \t\r\n", *s))
		s++;
	lf = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
	*l = (struct head_line){s, (size_t)((lf ? lf : end) - s)};
	while (l->n && strchr(" \t\r", l->s[l->n - 1]))
		l->n--;
	return l->n > 0;
}

static int check_text(const char *head, size_t n, struct diag *d)
{
	struct head_line l = {head, 0};
	bool first = true;

	for (; next_line(&l, head + n); first = false)
		for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
			if (!first && !text[i].any_line)
				continue;
			if (text[i].is(&l))
				return fail(text[i].name, text[i].advice, d);
		}
	return 0;
}

/* Control characters that no text has. */
static bool is_binary(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += (unsigned char)s[i] < 32 && s[i] &&
			 !strchr("\a\b\t\n\v\f\r\x1b", s[i]);
	return BINARY_PART * count > n;
}

int line_kind_check(const char *head, size_t n, struct diag *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(binary); i++)
		if (has_magic(&binary[i], head, n))
			return fail(binary[i].name, binary[i].advice, d);
	if (str_has(head, n < 64 ? n : 64, "brain.Event"))
		return fail("a TensorBoard event file",
			TABLE ", as TensorBoard's export to CSV writes it", d);
	return is_binary(head, n) ? fail("binary data", TABLE, d) : 0;
}

static int check(const char *head, size_t n, struct diag *d)
{
	if (line_kind_check(head, n, d) < 0)
		return -1;
	if (memchr(head, '\0', n))
		return fail("binary data", TABLE, d);
	return check_text(head, n, d);
}

int line_kind_open(struct csv_reader **ret, struct input *in, struct diag *d)
{
	const char *head;
	size_t n;

	if (csv_open(ret, in, '\0', d))
		return -1;
	head = csv_head(*ret, &n);
	if (check(head, n, d) == 0)
		return 0;
	csv_close(*ret);
	*ret = NULL;
	return -1;
}
