/* SPDX-License-Identifier: MIT */
/*
 * --follow: rows of a log that grows, as the reader of whole logs has them.  It
 * reads what there is from its begin whenever there is more, and what it has
 * that was not written before is; so roles, records and steps are decided as
 * they are for a log that is complete, and once it is, the rows are the same.
 * The record that began last waits for what may belong to it, unless it has
 * all columns.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/names.h"
#include "cli.h"
#include "lrlog.h"

/* Columns that are not named are those of so many records. */
#define NWAIT 1000
/* Of the time of a processor, reading again takes one part in so many. */
#define NPART 10

/* A row that was written, and how often: in all, and in what is read now. */
struct written {
	uint64_t hash;
	uint32_t n, seen;
};

struct follower {
	const struct lrlog_options *o;
	const struct source_place *place;
	const char *name; /* of the log */
	struct output *out;
	struct source_growing *log;
	bool ended;

	struct lrlog_columns columns; /* by their names in the log */
	struct lrlog_columns head;    /* as they are written */
	struct rows_column *title;
	struct rows rows;
	bool begun, has_runs;

	/*
	 * In their order, as long as they come again in it; once they do not,
	 * each once, and found by the table.
	 */
	struct written *written;
	size_t nwritten, cap;
	size_t next;             /* the one that comes next, in their order */
	struct hash_table table; /* empty: they came in order so far */
	uint64_t nrow;
	struct names
		late; /* scalars that came too late, of which it was said */
	bool lacking; /* so was what has not come */
};

static volatile sig_atomic_t ended_by;

static void end(int sig)
{
	if (ended_by) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	ended_by = sig;
}

/* A signal ends the log. */
static void catch_signals(void)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction old, act = {.sa_handler = end};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigaction(ends[i], NULL, &old) == 0 &&
			old.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
}

void lrlog_follow_end(void)
{
	int sig = (int)ended_by; /* which is long somewhere */

	if (!sig)
		return;
	signal(sig, SIG_DFL);
	raise(sig);
}

/* --- rows that were written ----------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *p, size_t n)
{
	uint64_t both[] = {hash, hash_bytes(p, n)};

	return hash_bytes(both, sizeof(both));
}

static uint64_t hash_row(const struct follower *f, const struct lrlog_input *in,
	const struct log_record *r, const struct lrlog_cells *c)
{
	uint64_t hash = 0;

	if (f->has_runs)
		hash = mix(hash, in->run[r->run], strlen(in->run[r->run]));
	hash = mix(hash, &r->step, sizeof(r->step));
	for (size_t i = 0; i < c->ncolumn; i++)
		if (c->has[i]) {
			hash = mix(hash, &i, sizeof(i));
			hash = mix(hash, &c->value[i], sizeof(c->value[i]));
		}
	return hash;
}

static uint64_t hash_of_written(const void *written, size_t i)
{
	return ((const struct written *)written)[i].hash;
}

static int make_room(struct follower *f, struct diag *d)
{
	size_t n = hash_larger(&f->table, 1024);

	if (!hash_is_full(&f->table, f->nwritten))
		return 0;
	return hash_grow(&f->table, n, hash_of_written, f->written, f->nwritten)
		       ? diag_nomem(d, n * sizeof(*f->table.slot))
		       : 0;
}

/* The row HASH, for which there is room where it was not written before. */
static struct written *find_row(struct follower *f, uint64_t hash)
{
	struct hash_table *x = &f->table;
	size_t at = hash_first(x, hash);

	while (x->slot[at] && f->written[x->slot[at] - 1].hash != hash)
		at = hash_next(x, at);
	if (!x->slot[at]) {
		f->written[f->nwritten] = (struct written){.hash = hash};
		x->slot[at] = (uint32_t)++f->nwritten;
	}
	return &f->written[x->slot[at] - 1];
}

/* From now on rows are found wherever they stand: each is there once. */
static int leave_order(struct follower *f, struct diag *d)
{
	size_t count = f->nwritten;

	f->nwritten = 0;
	for (size_t i = 0; i < count; i++) {
		struct written row = f->written[i], *to;

		if (make_room(f, d) < 0)
			return -1;
		to = find_row(f, row.hash);
		to->n += row.n;
		to->seen += row.seen;
	}
	return count ? 0 : make_room(f, d);
}

/* Whether the row HASH is still to be written.  Returns 1, 0 or -1. */
static int is_new(struct follower *f, uint64_t hash, struct diag *d)
{
	struct written *w;

	if (array_reserve(&f->written, &f->cap, f->nwritten + 1,
		    sizeof(*f->written), d))
		return -1;
	w = f->written + f->next;
	if (!f->table.n && f->next < f->nwritten && w->hash != hash &&
		leave_order(f, d) < 0)
		return -1;
	if (f->table.n) {
		if (make_room(f, d) < 0)
			return -1;
		w = find_row(f, hash);
	} else if (f->next++ == f->nwritten)
		f->written[f->nwritten++] = (struct written){.hash = hash};
	if (w->seen++ < w->n)
		return 0;
	w->n++;
	f->nrow++;
	return 1;
}

/* How many rows were written that are none of the log, as it is read now. */
static uint64_t count_lost(const struct follower *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->nwritten; i++)
		n += f->written[i].n - f->written[i].seen;
	return n;
}

/* --- columns -------------------------------------------------------------- */

static int begin(struct follower *f, const char *step, struct diag *d)
{
	struct rows_column *title = calloc(f->head.n + 2, sizeof(*title));
	size_t n = 0;

	if (!title)
		return diag_nomem(d, f->head.n * sizeof(*title));
	if (f->has_runs)
		title[n++] = (struct rows_column){"run", ROWS_TEXT, ROWS_SHOWN};
	title[n++] = (struct rows_column){step, ROWS_WHOLE, ROWS_SHOWN};
	for (size_t i = 0; i < f->head.n; i++)
		title[n++] = (struct rows_column){
			f->head.column[i].name, ROWS_NUMBER, ROWS_SHOWN};
	free(f->title);
	f->title = title;
	rows_begin(&f->rows, f->o->format, f->out, f->title, n);
	rows_header(&f->rows);
	f->begun = true;
	return rows_write(&f->rows, f->out, d) || output_flush(f->out, d) ? -1
									  : 0;
}

/* Columns that are all named are known before the log is. */
static int begin_named(struct follower *f, struct diag *d)
{
	const char *list = f->o->columns, *run = f->o->log.role.run;

	if (!list || lrlog_is_pattern(list))
		return 0;
	f->has_runs = run && *run;
	if (lrlog_columns_add(&f->columns, list, NULL, 0, true, d) ||
		lrlog_columns_add(&f->head, list, NULL, 0, true, d))
		return -1;
	return begin(f, "step", d);
}

/* Others are those of what has come. */
static int begin_met(struct follower *f, struct lrlog_input *in, struct diag *d)
{
	struct lrlog_inputs all = {.input = in,
		.n = 1,
		.nrun = in->nrun,
		.has_runs = in->nrun > 1 || lrlog_input_has_names(in)};
	int r = lrlog_columns_add(
		&f->columns, f->o->columns, in, 1, !f->ended, d);

	f->has_runs = all.has_runs;
	if (!r)
		r = lrlog_columns_choose(&f->head, &all, f->o, !f->ended, d);
	free(in->of_column);
	in->of_column = NULL;
	return r ? r : begin(f, f->head.step, d);
}

/* What is told of a step and was not when the columns were chosen. */
static int note_late(
	struct follower *f, const struct lrlog_input *in, struct diag *d)
{
	for (size_t i = 0; i < in->nscalar && !f->o->columns; i++) {
		const char *name = in->scalar[i].name;
		size_t before = f->late.n;

		if (!lrlog_columns_lack(&f->columns, &in->scalar[i]))
			continue;
		if (names_add(&f->late, name, strlen(name)) == NAMES_NONE)
			return diag_nomem(d, strlen(name));
		if (f->late.n > before)
			cli_note("'%s' came after the first %d records and is "
				 "no column; expected -c with its name",
				name, NWAIT);
	}
	return 0;
}

/* --- what there is -------------------------------------------------------- */

static int print(struct follower *f, const struct lrlog_input *in,
	const struct log_record *r, const struct lrlog_cells *c, struct diag *d)
{
	if (f->has_runs)
		rows_text(&f->rows, in->run[r->run]);
	rows_double(&f->rows, r->step);
	rows_numbers_if(&f->rows, c->has, c->value, c->ncolumn);
	rows_end(&f->rows);
	return rows_write(&f->rows, f->out, d);
}

static bool is_full(const struct lrlog_cells *c)
{
	for (size_t i = 0; i < c->ncolumn; i++)
		if (!c->has[i])
			return false;
	return true;
}

static int print_new(struct follower *f, const struct lrlog_input *in,
	struct lrlog_cells *c, struct diag *d)
{
	struct log_record r;
	int got;

	for (size_t i = 0; i < f->nwritten; i++)
		f->written[i].seen = 0;
	f->next = 0;
	while ((got = log_table_next(in->table, &r, d)) > 0) {
		int new;

		if (!lrlog_cells_set(c, in, &r) ||
			(r.is_last && !f->ended && (r.is_bar || !is_full(c))))
			continue;
		new = is_new(f, hash_row(f, in, &r, c), d);
		if (new < 0 || (new &&print(f, in, &r, c, d)))
			return -1;
	}
	return got < 0 || output_flush(f->out, d) ? -1 : 0;
}

/* Whether there are enough records to know the columns by. */
static bool is_enough(const struct follower *f, const struct lrlog_input *in)
{
	const struct log *log = log_table_log(in->table);
	size_t n = 0;

	for (size_t i = 0; i < log->nrun; i++)
		n += log->run[i].n;
	return f->begun || f->ended || n >= NWAIT;
}

static int take_rows(struct follower *f, struct lrlog_input *in, struct diag *d)
{
	const struct lrlog_inputs all = {.input = in, .n = 1};
	struct lrlog_cells cells = {0};
	int r = 0;

	if (!is_enough(f, in))
		return 0;
	if (!f->begun)
		r = begin_met(f, in, d);
	if (!r)
		r = lrlog_columns_match(in, &f->columns, f->o->columns, d);
	if (!r)
		r = note_late(f, in, d);
	if (!r)
		r = lrlog_cells_new(&cells, &f->columns, &all, d);
	if (!r)
		r = print_new(f, in, &cells, d);
	lrlog_cells_free(&cells);
	return r;
}

/* Says early what the end would: a log that is followed may not end for days.
 */
static void note_lacking(struct follower *f, const char *why)
{
	uint64_t n = source_growing_nline(f->log);

	if (f->lacking || n < LOGS_LACKING_NROW)
		return;
	logs_note(f->name, NULL, "%llu lines so far: %s", (unsigned long long)n,
		why);
	f->lacking = true;
}

/* Fails where a name of -c is that of nothing. */
static int check_names(
	struct follower *f, struct lrlog_input *in, struct diag *d)
{
	struct lrlog_columns c = {0};
	int r = f->o->columns
			? lrlog_columns_add(&c, f->o->columns, in, 1, false, d)
			: 0;

	lrlog_columns_free(&c);
	return r;
}

/* What a log that was read at once would have said, and what it would not. */
static int note_end(struct follower *f, struct lrlog_input *in, struct diag *d)
{
	struct lrlog_inputs all = {.input = in, .n = 1, .nrun = in->nrun};
	struct lrlog_columns c = {0};
	uint64_t nlost = count_lost(f);
	int r;

	lrlog_input_note(in, f->o);
	free(in->of_column);
	in->of_column = NULL;
	r = lrlog_columns_choose(&c, &all, f->o, false, d);
	lrlog_columns_free(&c);
	if (!r)
		lrlog_input_note_counted(in);
	if (!f->has_runs && in->nrun > 1)
		logs_note(f->name, NULL,
			"it tells of %zu runs, which rows do not name; "
			"expected --run COL, or no --follow",
			in->nrun);
	if (source_growing_moved(f->log))
		logs_note(f->name, NULL,
			"it was moved, and another log has its name; these "
			"were the last rows of the old; expected lrlog "
			"--follow again for the new");
	if (nlost)
		logs_note(f->name, NULL,
			"%llu rows were written that what came later has "
			"changed; expected no --follow for the rows of the "
			"whole log",
			(unsigned long long)nlost);
	return r;
}

/* Reads all that there is.  Returns 0, or -1. */
static int look(struct follower *f, struct diag *d)
{
	struct lrlog_input one = {.place = f->place, .name = f->name};
	struct input in;
	struct source_options how = f->o->log.source;
	struct source *source;
	bool is_read = false;
	int r;

	input_open_bytes(&in, source_growing_bytes(f->log), f->name);
	how.grows = !f->ended;
	r = source_open(&source, &in, &how, d);
	if (!r && source_format(source) != SOURCE_AUTO) {
		source_close(source);
		return diag_set(d, DIAG_USAGE,
			"--follow of what is not text; expected --follow of "
			"the trainer's output, or lrlog again from time to "
			"time");
	}
	if (!r)
		r = lrlog_input_read(&one, source, &f->o->log, false, d);
	is_read = !r;
	if (!r)
		r = take_rows(f, &one, d);
	if (!r && f->ended)
		r = note_end(f, &one, d);
	if (!r && check_names(f, &one, d)) {
		if (d->class == DIAG_NOMEM)
			r = -1;
		else
			note_lacking(f, d->text);
	}
	lrlog_input_release(&one);
	if (r && d->class == DIAG_DATA)
		diag_at(d, "%s", f->name);
	/* What is no log may become one. */
	if (!r || is_read || f->ended || d->class == DIAG_NOMEM ||
		d->class == DIAG_IO)
		return r;
	note_lacking(f, d->text);
	return 0;
}

static int take_all(struct follower *f, struct diag *d)
{
	if (begin_named(f, d))
		return -1;
	while (!f->ended) {
		int more = source_growing_wait(f->log, NPART, &ended_by, d);

		if (more < 0)
			return -1;
		f->ended = !more;
		if (look(f, d))
			return -1;
	}
	return 0;
}

/*
 * A trainer goes on whatever becomes of the rows; that D ends them is said
 * before the rest is read.
 */
static void drain(struct follower *f, struct diag *d)
{
	struct diag told;

	if (!f->log || ended_by)
		return;
	diag_set(&told, d->class, "%s; no more rows, what comes is only read",
		d->text);
	diag_at(&told, "%s", *d->place ? d->place : f->name);
	cli_fail(&told);
	d->class = DIAG_NONE;
	source_growing_drain(f->log, &ended_by);
}

static void release(struct follower *f)
{
	lrlog_columns_free(&f->columns);
	lrlog_columns_free(&f->head);
	free(f->title);
	free(f->written);
	names_free(&f->late);
	free(f->table.slot);
	rows_free(&f->rows);
	source_growing_free(f->log);
	free(f);
}

int lrlog_follow(const struct lrlog_options *o,
	const struct source_place *place, struct input *in, struct output *out,
	uint64_t *nrow, struct diag *d)
{
	struct follower *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return diag_nomem(d, sizeof(*f));
	f->o = o;
	f->place = place;
	f->name = in->name;
	f->out = out;
	r = source_growing_new(&f->log, in, o->log.tmpdir, d);
	catch_signals();
	if (!r && take_all(f, d) < 0) {
		r = -1;
		if (d->class == DIAG_IO || d->class == DIAG_NOMEM)
			drain(f, d);
	}
	*nrow = f->nrow;
	release(f);
	return r;
}
