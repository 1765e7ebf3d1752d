/* SPDX-License-Identifier: MIT */
/* Records of a table as they come, each line as soon as it is there. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "base/num.h"
#include "lrwatch.h"
#include "text/csv.h"

struct lrwatch_input {
	struct input *in;
	const struct log_options *opt;
	struct buf line, ahead;
	char sep;
	struct log_scalar *scalar;
	struct log_value *value;
	size_t n, step;
	uint64_t lineno;
};

int lrwatch_input_open(struct lrwatch_input **ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->in = in;
	(*ret)->opt = opt;
	return 0;
}

/* More bytes into AHEAD: 1, 0 at the end, or -1. */
static int fill(struct lrwatch_input *l, struct diag *d)
{
	ssize_t n;

	if (buf_reserve(&l->ahead, 65536))
		return diag_nomem(d, 65536);
	do
		n = read(l->in->fd, l->ahead.data + l->ahead.len, 65536);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return diag_errno(d, "cannot read");
	l->ahead.len += (size_t)n;
	return n > 0;
}

/* The next line into LINE, NUL-terminated: 1, 0 or -1. */
static int next_line(struct lrwatch_input *l, struct diag *d)
{
	size_t from = 0;
	const char *end;
	int more;

	for (;;) {
		end = l->ahead.len ? memchr(l->ahead.data + from, '\n',
					     l->ahead.len - from)
				   : NULL;
		if (end)
			break;
		from = l->ahead.len;
		if (from > CSV_LINE_MAX)
			return diag_set(d, DIAG_DATA, "too long a line");
		more = fill(l, d);
		if (more <= 0)
			return more;
	}
	from = (size_t)(end - l->ahead.data);
	l->line.len = 0;
	if (buf_add(&l->line, l->ahead.data, from) || buf_terminate(&l->line))
		return diag_nomem(d, from);
	l->ahead.len -= from + 1;
	memmove(l->ahead.data, end + 1, l->ahead.len);
	l->line.data[strcspn(l->line.data, "\r")] = '\0';
	l->lineno++;
	return 1;
}

static int read_header(struct lrwatch_input *l, struct diag *d)
{
	int got = next_line(l, d);
	char *s = l->line.data;

	if (got <= 0)
		return got;
	l->sep = l->opt->sep ? l->opt->sep : ',';
	l->n = 1;
	for (size_t i = 0; s[i]; i++)
		l->n += s[i] == l->sep;
	l->scalar = calloc(l->n, sizeof(*l->scalar));
	l->value = calloc(l->n, sizeof(*l->value));
	if (!l->scalar || !l->value)
		return diag_nomem(d, l->n);
	l->step = l->n;
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strcspn(s, (char[]){l->sep, '\0'});

		l->scalar[i].name = strndup(s, len);
		if (!l->scalar[i].name)
			return diag_nomem(d, len);
		l->scalar[i].role = "";
		if (l->opt->step ? strcmp(l->scalar[i].name, l->opt->step) == 0
				 : (l->step == l->n &&
					   (strcmp(l->scalar[i].name, "step") ==
							   0 ||
						   strcmp(l->scalar[i].name,
							   "epoch") == 0))) {
			l->step = i;
			l->scalar[i].role = "step";
		}
		s += len + 1;
	}
	return 1;
}

int lrwatch_input_next(
	struct lrwatch_input *l, struct log_record *ret, struct diag *d)
{
	int got = l->scalar ? 1 : read_header(l, d);
	char *s;

	if (got > 0)
		got = next_line(l, d);
	if (got <= 0)
		return got;
	*ret = (struct log_record){
		.step = NAN, .value = l->value, .lineno = l->lineno};
	s = l->line.data;
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strcspn(s, (char[]){l->sep, '\0'});
		double x;

		if (num_cell_double(s, len, &x) == 0) {
			l->value[ret->n++] = (struct log_value){i, x};
			if (i == l->step)
				ret->step = x;
		}
		s += len;
		if (!*s)
			break;
		s++;
	}
	return 1;
}

size_t lrwatch_input_nscalar(const struct lrwatch_input *l)
{
	return l->n;
}

const struct log_scalar *lrwatch_input_scalar(
	const struct lrwatch_input *l, size_t i)
{
	return &l->scalar[i];
}

void lrwatch_input_close(struct lrwatch_input *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n && l->scalar; i++)
		free((char *)(uintptr_t)l->scalar[i].name);
	free(l->scalar);
	free(l->value);
	buf_free(&l->line);
	buf_free(&l->ahead);
	free(l);
}
