/* SPDX-License-Identifier: MIT */
/*
 * --follow: rows of a log that grows.  What the columns are has to be known
 * before the first row: where they are not named, the first records wait for
 * what comes with them.
 */
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

/* What a column has. */
struct cell {
	size_t scalar; /* LRLOG_NONE: not met so far */
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
	struct lrlog_columns columns;
	struct cell *cell; /* of each */
	bool chosen;
	size_t *of_scalar; /* the column of each scalar; LRLOG_NONE: none */
	size_t nscalar;
	bool late; /* a scalar came too late to be a column */
	struct waiting waiting[NWAIT];
	size_t nwaiting;
	struct buf values; /* struct log_value */
};

/* --- columns -------------------------------------------------------------- */

/* What was met so far. */
static struct lrlog_input met(const struct follower *f)
{
	struct lrlog_input in = {.nscalar = log_stream_nscalar(f->stream)};

	if (in.nscalar)
		in.scalar = log_stream_scalar(f->stream, 0);
	return in;
}

/* The column that scalar S is: by its name, or as the part that it plays. */
static size_t find_column(const struct follower *f, const struct log_scalar *s)
{
	size_t i = lrlog_columns_find(&f->columns, s->name);

	if (i != LRLOG_NONE)
		return i;
	i = lrlog_columns_find(&f->columns, s->role);
	return i != LRLOG_NONE && f->cell[i].scalar == LRLOG_NONE ? i
								  : LRLOG_NONE;
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
		size_t i = find_column(f, s);

		p[f->nscalar] = i;
		if (i != LRLOG_NONE)
			f->cell[i].scalar = f->nscalar;
		else if (!f->o->columns && !f->late &&
			 lrlog_columns_lack(&f->columns, s)) {
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
	for (size_t i = 0; i < f->columns.n; i++)
		f->title[n++] = (struct rows_column){
			f->columns.column[i].name, ROWS_NUMBER, ROWS_SHOWN};
	return n;
}

/* Settles the columns, and writes the header. */
static int choose(struct follower *f, struct diag *d)
{
	struct lrlog_input in = met(f);

	if (lrlog_columns_add(&f->columns, f->o->columns, &in, 1, true, d) < 0)
		return -1;
	f->title = calloc(f->columns.n + 2, sizeof(*f->title));
	f->cell = malloc((f->columns.n + 1) * sizeof(*f->cell));
	if (!f->title || !f->cell)
		return diag_nomem(d, f->columns.n * sizeof(*f->title));
	for (size_t i = 0; i < f->columns.n; i++)
		f->cell[i] = (struct cell){.scalar = LRLOG_NONE};
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

		if (k == LRLOG_NONE)
			continue;
		f->cell[k].value = value[i].value;
		f->cell[k].has = any = true;
	}
	if (!any)
		return 0;
	f->nrow++;
	if (f->has_runs)
		rows_text(&f->rows, log_stream_run(f->stream, w->run));
	rows_double(&f->rows, w->step);
	for (size_t i = 0; i < f->columns.n; i++) {
		if (f->cell[i].has)
			rows_number(&f->rows, f->cell[i].value);
		else
			rows_absent(&f->rows);
		f->cell[i].has = false;
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
	struct lrlog_input in = met(f);

	for (size_t i = 0; f->o->columns && i < f->columns.n; i++)
		if (f->cell[i].scalar == LRLOG_NONE)
			return lrlog_fail_name(
				d, f->columns.column[i].name, &in, 1);
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

	if (f->o->columns && !lrlog_is_pattern(f->o->columns) && choose(f, d))
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
	lrlog_columns_free(&f->columns);
	free(f->cell);
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
