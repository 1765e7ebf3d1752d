/* SPDX-License-Identifier: MIT */
/*
 * --follow: rows of a log that grows.  What the columns are has to be known
 * before the first row: where they are not named, the first records wait for
 * what comes with them.
 */
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "cli.h"
#include "lrlog.h"

/* Records that wait, at most. */
#define NWAIT 1000

/* A record that waits, its values in a buffer of all. */
struct waiting {
	size_t run;
	double step;
	size_t first, n;
};

struct column {
	char *name;
	size_t scalar; /* SIZE_MAX: not met so far */
	double value;  /* of the record at hand, if it has one */
	bool has;
};

struct follower {
	const struct lrlog_options *o;
	const char *name; /* of the log */
	struct log_stream *stream;
	struct output *out;
	struct rows rows;
	struct rows_column *title; /* of run and step, then of the columns */
	bool has_runs;
	uint64_t nrow;
	uint64_t ntold; /* of what did not fit, as logs_note_stream() has it */
	struct column *column;
	size_t n;
	bool chosen;
	size_t *of_scalar; /* the column of each scalar; SIZE_MAX: none */
	size_t nscalar;
	bool late; /* a scalar came too late to be a column */
	struct waiting waiting[NWAIT];
	size_t nwaiting;
	struct buf values; /* struct log_value */
};

/* --- columns -------------------------------------------------------------- */

static int add_column(
	struct follower *f, const char *name, size_t n, struct diag *d)
{
	struct column *p;

	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->column[i].name) == n &&
			memcmp(f->column[i].name, name, n) == 0)
			return 0;
	p = array_room(f->column, f->n, sizeof(*p), d);
	if (!p)
		return -1;
	f->column = p;
	p[f->n] = (struct column){strndup(name, n), SIZE_MAX, NAN, false};
	if (!p[f->n].name)
		return diag_nomem(d, n);
	f->n++;
	return 0;
}

/* Adds those met that fit PATTERN; NULL: all.  1 if there is any, 0, or -1. */
static int add_met(struct follower *f, const char *pattern, struct diag *d)
{
	int any = 0;

	for (size_t i = 0; i < log_stream_nscalar(f->stream); i++) {
		const struct log_scalar *s = log_stream_scalar(f->stream, i);

		if (!lrlog_is_column(s) ||
			(pattern && fnmatch(pattern, s->name, 0)))
			continue;
		if (add_column(f, s->name, strlen(s->name), d))
			return -1;
		any = 1;
	}
	return any;
}

static int fail_name(const struct follower *f, const char *name, struct diag *d)
{
	struct lrlog_input in = {.nscalar = log_stream_nscalar(f->stream)};

	if (in.nscalar)
		in.scalar = log_stream_scalar(f->stream, 0);
	return lrlog_fail_name(d, name, &in, 1);
}

static bool is_pattern(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

/* Adds what LIST, names between commas, asks for, met or not. */
static int add_list(struct follower *f, const char *list, struct diag *d)
{
	for (const char *end; list; list = *end ? end + 1 : NULL) {
		size_t n = strcspn(list, ",");
		char *name = strndup(list, n);
		int r;

		end = list + n;
		if (!name)
			return diag_nomem(d, n);
		if (!is_pattern(name))
			r = add_column(f, name, n, d);
		else if (!(r = add_met(f, name, d)))
			r = fail_name(f, name, d);
		free(name);
		if (r < 0)
			return -1;
	}
	return 0;
}

/* The column that scalar S is: by its name, or as the part that it plays. */
static struct column *find_column(
	const struct follower *f, const struct log_scalar *s)
{
	struct column *by_role = NULL;

	for (size_t i = 0; i < f->n; i++) {
		struct column *c = &f->column[i];

		if (strcmp(c->name, s->name) == 0)
			return c;
		if (c->scalar == SIZE_MAX && strcmp(c->name, s->role) == 0)
			by_role = c;
	}
	return by_role;
}

/* Looks at the scalars that are new. */
static int learn(struct follower *f, struct diag *d)
{
	size_t n = log_stream_nscalar(f->stream);
	size_t *p;

	if (n == f->nscalar)
		return 0;
	p = realloc(f->of_scalar, n * sizeof(*p));
	if (!p)
		return diag_nomem(d, n * sizeof(*p));
	f->of_scalar = p;
	for (; f->nscalar < n; f->nscalar++) {
		const struct log_scalar *s =
			log_stream_scalar(f->stream, f->nscalar);
		struct column *c = find_column(f, s);

		p[f->nscalar] = c ? (size_t)(c - f->column) : SIZE_MAX;
		if (c)
			c->scalar = f->nscalar;
		else if (!f->o->columns && lrlog_is_column(s) && !f->late) {
			cli_note("'%s' came after the first %d records and is "
				 "no column; expected -c with its name",
				s->name, NWAIT);
			f->late = true;
		}
	}
	return 0;
}

/* Whether a record that waits says of which run it is. */
static bool any_run(const struct follower *f)
{
	for (size_t i = 0; i < f->nwaiting; i++)
		if (log_stream_run(f->stream, f->waiting[i].run))
			return true;
	return f->o->log.role.run && *f->o->log.role.run;
}

static size_t add_titles(struct follower *f)
{
	size_t n = 0;

	if (f->has_runs)
		f->title[n++] =
			(struct rows_column){"run", ROWS_TEXT, ROWS_SHOWN};
	f->title[n++] = (struct rows_column){"step", ROWS_WHOLE, ROWS_SHOWN};
	for (size_t i = 0; i < f->n; i++)
		f->title[n++] = (struct rows_column){
			f->column[i].name, ROWS_NUMBER, ROWS_SHOWN};
	return n;
}

/* Settles the columns, and writes the header. */
static int choose(struct follower *f, struct diag *d)
{
	if ((f->o->columns ? add_list(f, f->o->columns, d)
			   : add_met(f, NULL, d)) < 0)
		return -1;
	f->title = calloc(f->n + 2, sizeof(*f->title));
	if (!f->title)
		return diag_nomem(d, f->n * sizeof(*f->title));
	f->has_runs = any_run(f);
	rows_begin(&f->rows, f->o->format, f->out, f->title, add_titles(f));
	rows_header(&f->rows);
	f->chosen = true;
	return rows_write(&f->rows, f->out, d) || output_flush(f->out, d) ? -1
									  : 0;
}

/* --- rows ----------------------------------------------------------------- */

static int print(struct follower *f, const struct waiting *w,
	const struct log_value *value, struct diag *d)
{
	bool any = false;

	for (size_t i = 0; i < w->n; i++) {
		size_t k = f->of_scalar[value[i].scalar];

		if (k == SIZE_MAX)
			continue;
		f->column[k].value = value[i].value;
		f->column[k].has = any = true;
	}
	if (!any)
		return 0;
	f->nrow++;
	if (f->has_runs)
		rows_text(&f->rows, log_stream_run(f->stream, w->run));
	rows_double(&f->rows, w->step);
	for (size_t i = 0; i < f->n; i++) {
		if (f->column[i].has)
			rows_number(&f->rows, f->column[i].value);
		else
			rows_absent(&f->rows);
		f->column[i].has = false;
	}
	return rows_end(&f->rows, d) || rows_write(&f->rows, f->out, d) ? -1
									: 0;
}

static int print_waiting(struct follower *f, struct diag *d)
{
	const struct log_value *value = (void *)f->values.data;

	if (choose(f, d) || learn(f, d))
		return -1;
	for (size_t i = 0; i < f->nwaiting; i++)
		if (print(f, &f->waiting[i], value + f->waiting[i].first, d))
			return -1;
	f->nwaiting = 0;
	return 0;
}

static int keep_waiting(
	struct follower *f, const struct log_record *r, struct diag *d)
{
	size_t nbytes = r->n * sizeof(*r->value);

	f->waiting[f->nwaiting++] = (struct waiting){
		r->run, r->step, f->values.len / sizeof(*r->value), r->n};
	if (buf_add(&f->values, r->value, nbytes))
		return diag_nomem(d, nbytes);
	return f->nwaiting == NWAIT ? print_waiting(f, d) : 0;
}

static int take(struct follower *f, const struct log_record *r, struct diag *d)
{
	if (!f->chosen)
		return keep_waiting(f, r, d);
	if (learn(f, d) || print(f, &(struct waiting){r->run, r->step, 0, r->n},
				   r->value, d))
		return -1;
	return output_flush(f->out, d);
}

/* What was asked for by name has to have come, by the end at the latest. */
static int check_came(const struct follower *f, struct diag *d)
{
	for (size_t i = 0; f->o->columns && i < f->n; i++)
		if (f->column[i].scalar == SIZE_MAX)
			return fail_name(f, f->column[i].name, d);
	return 0;
}

/* Says so early, too: a log that is followed may not end for days. */
static void note_lacking(const struct follower *f, uint64_t nrecord)
{
	struct diag d;

	logs_note_lacking(f->name, f->stream, nrecord);
	if (nrecord == LOGS_LACKING_NROW && check_came(f, &d) < 0)
		logs_note(f->name, NULL, "%d records so far: %s",
			LOGS_LACKING_NROW, d.text);
}

static int take_all(struct follower *f, struct diag *d)
{
	struct log_record r;
	uint64_t nrecord = 0;
	int got;

	if (f->o->columns && !is_pattern(f->o->columns) && choose(f, d))
		return -1;
	while ((got = log_stream_next(f->stream, &r, d)) > 0) {
		logs_note_stream(f->name, f->stream, false, &f->ntold);
		if (take(f, &r, d))
			return -1;
		note_lacking(f, ++nrecord);
	}
	if (got == 0)
		logs_note_stream(f->name, f->stream, true, &f->ntold);
	if (got == 0 && !f->chosen)
		got = print_waiting(f, d);
	return got ? got : check_came(f, d);
}

static void release(struct follower *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->column[i].name);
	free(f->column);
	free(f->title);
	free(f->of_scalar);
	buf_free(&f->values);
	rows_free(&f->rows);
	log_stream_close(f->stream);
	free(f);
}

int lrlog_follow(const struct lrlog_options *o, const char *name,
	struct source *source, struct output *out, uint64_t *nrow,
	struct diag *d)
{
	struct follower *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return diag_nomem(d, sizeof(*f));
	f->o = o;
	f->name = name;
	f->out = out;
	r = log_stream_open(&f->stream, source, &o->log, d);
	if (!r)
		r = take_all(f, d);
	*nrow = f->nrow;
	release(f);
	return r;
}
