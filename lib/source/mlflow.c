/* SPDX-License-Identifier: MIT */
/*
 * Metrics as MLflow's file store keeps them: RUN/metrics/NAME, where NAME may
 * have slashes, is a file of lines "timestamp value step" (mlflow 3.17,
 * store/tracking/file_store.py).  Lines are in the order in which threads
 * logged them.  Who logs without a step has step 0 in each: lines are counted
 * then.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "file/input.h"
#include "file/path.h"
#include "source/source_impl.h"

#define READ_NBYTES ((size_t)1 << 16)
#define NCELL 3

/* --- lines ---------------------------------------------------------------- */

struct metric {
	double time, value, step;
};

/* Reads the line S[0..n): two or three numbers between single blanks. */
static bool scan_line(const char *s, size_t n, struct metric *ret)
{
	double *const cell[NCELL] = {&ret->time, &ret->value, &ret->step};
	size_t ncell = 0;

	*ret = (struct metric){0};
	if (n && s[n - 1] == '\r')
		n--;
	for (const char *end = s + n; s <= end && ncell < NCELL;) {
		const char *blank = memchr(s, ' ', (size_t)(end - s));
		size_t len = (size_t)((blank ? blank : end) - s);

		if (num_cell_double(s, len, cell[ncell]))
			return false;
		ncell++;
		s += len + 1;
		if (!blank)
			break;
		if (ncell == NCELL)
			return false;
	}
	return ncell >= 2 && isfinite(ret->time) && isfinite(ret->step);
}

bool source_mlflow_is_metric(const char *head, size_t n)
{
	const char *end = memchr(head, '\n', n);
	struct metric m;

	/* Milliseconds: in 2001 they had 13 digits. */
	return scan_line(head, end ? (size_t)(end - head) : n, &m) &&
	       m.time >= 1e12 && m.time < 1e13 && m.time == floor(m.time) &&
	       m.step == floor(m.step);
}

static int read_text(struct buf *b, struct input *in, struct diag *d)
{
	ssize_t n;

	do {
		if (buf_reserve(b, READ_NBYTES))
			return diag_nomem(d, b->len + READ_NBYTES);
		n = input_read(in, b->data + b->len, READ_NBYTES, d);
		if (n > 0)
			b->len += (size_t)n;
	} while (n > 0);
	return n < 0 ? -1 : 0;
}

/* Whether some line of TEXT has a step that is not 0. */
static bool has_steps(const char *text, const char *end)
{
	const char *newline;
	struct metric m;

	for (; (newline = memchr(text, '\n', (size_t)(end - text)));
		text = newline + 1)
		if (scan_line(text, (size_t)(newline - text), &m) &&
			m.step != 0)
			return true;
	return false;
}

/* *CUT: the last line has no end. */
static int add_lines(struct source_points *p, size_t key,
	const struct buf *text, bool *cut, struct diag *d)
{
	const char *s = text->data, *end = s + text->len, *newline;
	bool steps = text->len && has_steps(s, end);

	for (size_t n = 0; s < end; s = newline + 1, n++) {
		struct metric line;

		newline = memchr(s, '\n', (size_t)(end - s));
		*cut = !newline;
		if (*cut)
			break;
		if (!scan_line(s, (size_t)(newline - s), &line)) {
			diag_set(d, DIAG_DATA,
				"not a line of MLflow's metrics; expected "
				"timestamp, value and step");
			return diag_at(d, "%zu", n + 1);
		}
		if (source_points_add(p, key, steps ? line.step : (double)n,
			    line.value, d))
			return -1;
	}
	return 0;
}

/* The metric's name: what stands behind the last folder "metrics". */
static const char *name_of(const char *path)
{
	static const char folder[] = "metrics/";
	const char *name = path_last(path);

	for (const char *p = path; (p = strstr(p, folder)); p++)
		if (p == path || p[-1] == '/')
			name = p + strlen(folder);
	return name;
}

int source_mlflow_read(
	struct source_points *p, struct input *in, struct diag *d)
{
	const char *name = name_of(in->name);
	size_t key = source_points_key(p, name, strlen(name));
	struct buf text = {0};
	bool cut = false;
	int ret;

	if (key == SIZE_MAX)
		return diag_nomem(d, strlen(name));
	ret = read_text(&text, in, d) || add_lines(p, key, &text, &cut, d);
	source_points_end_part(p, cut);
	buf_free(&text);
	return ret ? -1 : 0;
}
