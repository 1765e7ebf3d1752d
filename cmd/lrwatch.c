/* SPDX-License-Identifier: MIT */
/*
 * lrwatch: what policies make of a metric, row by row as it comes.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "file/input.h"
#include "file/output.h"
#include "file/place.h"
#include "logs.h"
#include "lrwatch.h"

/* After so many rows without a value of a metric, it is said. */
#define PATIENCE 100

enum { STEP, METRIC, BEST, LR, EVENT, NCOLUMN };

static const struct rows_column columns[NCOLUMN] = {
	[STEP] = {"step", ROWS_NUMBER, ROWS_SHOWN},
	[METRIC] = {"metric", ROWS_NUMBER, ROWS_SHOWN},
	[BEST] = {"best", ROWS_NUMBER, ROWS_SHOWN},
	[LR] = {"lr", ROWS_NUMBER, ROWS_SHOWN},
	[EVENT] = {"event", ROWS_TEXT, ROWS_SHOWN},
};

/* A schedule beside the log, by its steps. */
struct beside {
	struct schedule_one of;
	double last; /* the step before; NAN at first */
};

/* What the run of the program carries along. */
struct state {
	struct lrwatch_options o;
	struct watch_opts watch_opts;
	struct watch *watch;
	struct buf *script; /* of each policy; borrowed by the watch */
	struct beside scale, cycle;
	struct beside *wrong;        /* whose words have a mistake */
	double first_lr;             /* the rate before any row */
	struct watch_metric *metric; /* nmetric of them, as the watch's */
	double *value;
	bool *given;
	size_t nmetric, nscalar;
	struct watch_guess guess;    /* what is watched, if nobody said it */
	struct source_places places; /* the one that is read */
	struct input in;
	struct source *source;
	struct log_stream *log;
	struct output out;
	struct rows rows;
	struct buf words;
	uint64_t nrow;
	uint64_t ntold; /* of what did not fit, as logs_note_stream() has it */
	size_t nremark; /* bytes of the watch's remarks that were said */
	bool stopped;
};

/* --- what scales the rate ------------------------------------------------- */

/* Schedules beside a log: their value at its steps, and where cycles end. */

/*
 * Reads WORD, a value of O's.  Release with schedule_one_free(), also after a
 * failure.  Returns 0, or -1; schedule_fail() of its spec says why.
 */
static int schedule_init(struct beside *s, const char *word,
	const struct lrwatch_options *o, struct diag *d)
{
	s->last = NAN;
	if (schedule_one_read(&s->of, word, "", &o->sched, o->output, NULL, d))
		return -1;
	return schedule_note(&s->of.spec, &o->sched) ? diag_nomem(d, 0) : 0;
}

/* STEP of the log in rows of the schedule. */
static double row_of(const struct beside *s, double step)
{
	return step * spec_unit(&s->of.spec);
}

/* The value at STEP over the base rate LR; NAN: the log does not say a step. */
static double schedule_at(const struct beside *s, double step)
{
	double u = row_of(s, step);

	return u >= 0 && u < (double)SCHED_STEPS_MAX
		       ? sched_value(s->of.spec.table.column[0].node, u)
		       : NAN;
}

/* Whether a cycle ends after the step before and not after STEP. */
static bool schedule_ends(struct beside *s, double step)
{
	const struct sched *node = s->of.spec.table.column[0].node;
	double u = row_of(s, step), last = isnan(s->last) ? u - 1 : s->last;
	bool ret = u > last && sched_cycles_until(node, u + 1) >
				       sched_cycles_until(node, last + 1);

	if (!isnan(u))
		s->last = u;
	return ret;
}

/* --- policies ------------------------------------------------------------- */

static int read_policy(struct state *s, size_t i, struct diag *d)
{
	const char *text = s->o.policy[i];

	if (text[0] != '@')
		return watch_add(s->watch, text, strlen(text), NULL, d);
	if (!text[1])
		return diag_set(
			d, DIAG_USAGE, "'@' names no file; expected @SCRIPT");
	if (cli_check_input(s->o.output, text + 1, d) < 0 ||
		input_script(text + 1, &s->script[i], d) < 0)
		return -1;
	return watch_add(
		s->watch, s->script[i].data, s->script[i].len, text + 1, d);
}

/* The --metric without a name, which is that of the rows; NULL: none. */
static int row_metric(
	const struct lrwatch_options *o, const char **ret, struct diag *d)
{
	*ret = NULL;
	for (size_t i = 0; i < o->nmetric; i++) {
		if (strchr(o->metric[i], '='))
			continue;
		if (*ret)
			return diag_set(d, DIAG_USAGE,
				"two --metric without a name, '%s' and '%s'; "
				"expected NAME=EXPR for what policies call so",
				*ret, o->metric[i]);
		*ret = o->metric[i];
	}
	return 0;
}

/* What the watch has to say that was not said yet. */
static void note_remarks(struct state *s)
{
	const struct buf *b = watch_remarks(s->watch);

	while (s->nremark < b->len) {
		const char *line = b->data + s->nremark;
		size_t n = (size_t)((const char *)memchr(
					    line, '\n', b->len - s->nremark) -
				    line);

		cli_note("note: %.*s", (int)n, line);
		s->nremark += n + 1;
	}
}

static int read_policies(struct state *s, struct diag *d)
{
	const char *metric;

	s->watch_opts = (struct watch_opts){.lr = s->o.sched.lr,
		.mode = (enum watch_mode)s->o.mode,
		.define = s->o.sched.define,
		.ndefine = s->o.sched.ndefine,
		.lr_name = "-l",
		.mode_name = "--mode",
		.define_name = "-D"};
	s->script = calloc(s->o.npolicy + 1, sizeof(*s->script));
	if (!s->script)
		return diag_nomem(d, s->o.npolicy);
	if (watch_new(&s->watch, &s->watch_opts, d) < 0 ||
		row_metric(&s->o, &metric, d) < 0)
		return -1;
	for (size_t i = 0; i < s->o.npolicy; i++)
		if (read_policy(s, i, d) < 0)
			return -1;
	if (watch_begin(s->watch, metric, d) < 0)
		return -1;
	note_remarks(s);
	s->first_lr = watch_rate(s->watch);
	if (!(s->o.sched.lr > 0) && s->first_lr > 0)
		s->o.sched.lr = s->first_lr;
	return 0;
}

/* --- metrics -------------------------------------------------------------- */

/* Whether a policy follows what TEXT, NAME=EXPR, says. */
static bool is_followed(const struct state *s, const char *text)
{
	size_t n = strcspn(text, "=");
	const char *name;

	for (size_t i = 0; (name = watch_metric(s->watch, i)); i++)
		if (strlen(name) == n && memcmp(name, text, n) == 0)
			return true;
	return !text[n];
}

/* What metric I is, which is called NAME. */
static int find_metric(
	struct state *s, size_t i, const char *name, struct diag *d)
{
	const struct watch_formulas by = {
		s->o.metric, s->o.nmetric, "--metric"};

	return watch_metric_init(&s->metric[i], &by, name, d);
}

static int find_metrics(struct state *s, struct diag *d)
{
	for (size_t i = 0; i < s->o.nmetric; i++)
		if (!is_followed(s, s->o.metric[i]))
			return diag_set(d, DIAG_USAGE,
				"--metric %s: no policy follows that name; "
				"expected EXPR alone for the metric of the "
				"rows",
				s->o.metric[i]);
	while (watch_metric(s->watch, s->nmetric))
		s->nmetric++;
	s->metric = calloc(s->nmetric, sizeof(*s->metric));
	s->value = calloc(s->nmetric, sizeof(*s->value));
	s->given = calloc(s->nmetric, sizeof(*s->given));
	if (!s->metric || !s->value || !s->given)
		return diag_nomem(d, s->nmetric * sizeof(*s->metric));
	for (size_t i = 0; i < s->nmetric; i++)
		if (find_metric(s, i, watch_metric(s->watch, i), d))
			return -1;
	return 0;
}

/*
 * The metric that nobody has named is what looks most like one so far; a better
 * one that comes later is told.
 */
static int guess_metric(
	struct state *s, const struct log_record *r, struct diag *d)
{
	const char *before = s->guess.name, *name;

	watch_metric_guess(&s->guess, s->log, s->nscalar, r);
	name = s->guess.name;
	if (!name || (before && strcmp(name, before) == 0))
		return 0;
	cli_note(before ? "note: '%s' is there, too; expected --metric if it "
			  "is to be watched"
			: "note: '%s' is watched; expected --metric if that is "
			  "not it",
		name);
	if (before)
		return 0;
	watch_metric_free(&s->metric[0]);
	if (find_metric(s, 0, name, d) ||
		watch_name_metric(s->watch, name, d) < 0)
		return -1;
	watch_metric_look(&s->metric[0], s->log, 0);
	note_remarks(s);
	return 0;
}

/*
 * Says once that no name in the log is M's, as soon as there are others, and
 * once that its name has had no value in many rows.
 */
static void note_missing(
	struct state *s, struct watch_metric *m, struct diag *d)
{
	bool other = !m->told && watch_metric_is_other(m, s->log);

	if (m->seen || !(other || s->nrow == PATIENCE))
		return;
	m->told = m->told || other;
	watch_metric_missing(m, s->log, d);
	cli_note("note: %" PRIu64 " row%s so far: %s", s->nrow + 1,
		s->nrow ? "s" : "", d->text);
}

/* What record R says of each metric. */
static int take_values(
	struct state *s, const struct log_record *r, struct diag *d)
{
	size_t n = log_stream_nscalar(s->log);
	bool guesses = n > s->nscalar && s->guess.name;

	for (size_t i = 0; i < s->nmetric && n > s->nscalar; i++)
		watch_metric_look(&s->metric[i], s->log, s->nscalar);
	if ((guesses || !*watch_metric(s->watch, 0)) &&
		guess_metric(s, r, d) < 0)
		return -1;
	s->nscalar = n;
	for (size_t i = 0; i < s->nmetric; i++) {
		s->given[i] =
			watch_metric_value(&s->metric[i], r, &s->value[i]);
		note_missing(s, &s->metric[i], d);
	}
	return 0;
}

/* A metric that no row had is not what was to be watched. */
static int check_seen(const struct state *s, struct diag *d)
{
	if (s->nrow == 0 && s->o.log.source.columns)
		return diag_set(d, DIAG_DATA,
			"no row with the columns %s; expected --names with a "
			"name for each column",
			s->o.log.source.columns);
	if (s->nrow == 0)
		return diag_set(d, DIAG_DATA,
			"no row with a name and a number; expected a log, or a "
			"table with a header and rows");
	for (size_t i = 0; i < s->nmetric && !s->stopped; i++)
		if (!s->metric[i].seen)
			return watch_metric_missing(&s->metric[i], s->log, d);
	return 0;
}

/* --- rows ----------------------------------------------------------------- */

/* The rate after the row at STEP. */
static double rate_at(
	const struct state *s, const struct watch_row *row, double step)
{
	double part = isnan(row->lr) ? 1 : row->lr / s->first_lr;

	return s->o.scale ? schedule_at(&s->scale, step) * part : row->lr;
}

static int add_row(struct state *s, const struct watch_row *row, double step,
	struct diag *d)
{
	buf_clear(&s->words);
	watch_event_words(&s->words, row->events);
	if (buf_end(&s->words, d))
		return -1;
	rows_double(&s->rows, step);
	rows_number_if(&s->rows, s->given[0], s->value[0]);
	rows_double(&s->rows, row->best);
	if (row->lr_is_single && !s->o.scale)
		rows_float(&s->rows, (float)row->lr);
	else
		rows_double(&s->rows, rate_at(s, row, step));
	rows_text(&s->rows, s->words.data);
	rows_end(&s->rows);
	if (rows_write(&s->rows, &s->out, d))
		return -1;
	return output_flush(&s->out, d);
}

/* Says why training is to stop, also to a trainer that looks for the file. */
static int stop(struct state *s, const struct watch_row *row, double step,
	struct diag *d)
{
	struct buf b = {0};
	int r;

	s->stopped = true;
	buf_printf(&b, "%s stops at step %s, the best is %s\n", row->stopped_by,
		num_text(step).s, num_text(row->best).s);
	r = buf_end(&b, d);
	if (!r)
		cli_note("note: %.*s", (int)(b.len - 1), b.data);
	if (!r && s->o.stop_file)
		r = cli_write_file(s->o.stop_file, &b, d);
	buf_free(&b);
	return r;
}

static int take_record(
	struct state *s, const struct log_record *r, struct diag *d)
{
	double step = isnan(r->step) ? (double)s->nrow : r->step;
	struct watch_row row;

	if (take_values(s, r, d) < 0)
		return -1;
	watch_step(s->watch, s->value, s->given, &row);
	if (s->o.cycle && schedule_ends(&s->cycle, step))
		row.events |= WATCH_CYCLE;
	s->nrow++;
	if (add_row(s, &row, step, d) < 0)
		return -1;
	return row.events & WATCH_STOP ? stop(s, &row, step, d) : 0;
}

/* What is wrong in the log: a place in it, or none, is not its name. */
static int at_input(const struct state *s, struct diag *d)
{
	return d->class == DIAG_DATA || !d->place[0]
		       ? diag_at(d, "%s", s->in.name)
		       : -1;
}

static int watch_log(struct state *s, struct diag *d)
{
	struct log_record r;
	int got = 0;

	rows_header(&s->rows);
	if (rows_write(&s->rows, &s->out, d) < 0 ||
		output_flush(&s->out, d) < 0)
		return -1;
	while (!s->stopped && (got = log_stream_next(s->log, &r, d)) > 0) {
		logs_note_stream(s->in.name, s->log, false, &s->ntold);
		if (take_record(s, &r, d) < 0)
			return -1;
		logs_note_lacking(s->in.name, s->log, s->nrow);
	}
	if (s->stopped && log_stream_check(s->log, d) < 0)
		return at_input(s, d);
	if (got < 0)
		return at_input(s, d);
	logs_note_stream(s->in.name, s->log, !s->stopped, &s->ntold);
	if (check_seen(s, d) < 0)
		return diag_at(d, "%s", s->in.name);
	return 0;
}

/* --- the program ---------------------------------------------------------- */

/* The -D that neither a policy nor a schedule has a use for are told. */
static void note_unused(const struct state *s)
{
	const struct spec_opts *o = &s->o.sched;

	for (size_t i = 0; i < o->ndefine; i++) {
		const char *define = o->define[i];

		if (watch_asked_for(s->watch, i) ||
			(s->o.scale &&
				spec_asked_for(&s->scale.of.spec, o, i)) ||
			(s->o.cycle && spec_asked_for(&s->cycle.of.spec, o, i)))
			continue;
		cli_note("note: -D %.*s is not used; expected a name that a "
			 "policy or schedule has",
			(int)strcspn(define, "="), define);
	}
}

static int read_schedules(struct state *s, struct diag *d)
{
	s->wrong = &s->scale;
	if (s->o.scale && schedule_init(&s->scale, s->o.scale, &s->o, d) < 0)
		return -1;
	s->wrong = &s->cycle;
	if (s->o.cycle && schedule_init(&s->cycle, s->o.cycle, &s->o, d) < 0)
		return -1;
	if (s->o.cycle && isnan(sched_cycle_end(
				  s->cycle.of.spec.table.column[0].node, 1)))
		return diag_set(d, DIAG_USAGE,
			"--cycle: the schedule has no cycles; expected one "
			"with some");
	s->wrong = NULL;
	note_unused(s);
	return 0;
}

/* The log that FILE is, or that is in the directory: the only one. */
static int find_log(struct state *s, struct diag *d)
{
	const char *file = s->o.file;

	if (source_places_add(&s->places, file, d) < 0)
		return -1;
	if (s->places.n > 1)
		return diag_set(d, DIAG_USAGE,
			"%zu logs in '%s'; expected one, as '%s'", s->places.n,
			file, s->places.place[0].path);
	s->in = (struct input){.fd = -1, .name = s->places.place[0].path};
	return 0;
}

static int open_files(struct state *s, struct diag *d)
{
	if (logs_check_stop_file(s->o.stop_file, s->o.output, s->o.file, d) <
			0 ||
		cli_check_input(s->o.output, s->o.file, d) < 0 ||
		find_log(s, d) < 0)
		return -1;
	if (logs_source_open(
		    &s->source, &s->in, s->places.place, &s->o.log, d) < 0)
		return at_input(s, d);
	if (log_stream_open(&s->log, s->source, &s->o.log, d) < 0 ||
		cli_output_open(&s->out, s->o.output, d) < 0)
		return -1;
	rows_begin(&s->rows, s->o.format, &s->out, columns, NCOLUMN);
	return 0;
}

static void release(struct state *s)
{
	log_stream_close(s->log);
	source_close(s->source);
	input_close(&s->in);
	source_places_free(&s->places);
	cli_output_abort(&s->out);
	rows_free(&s->rows);
	buf_free(&s->words);
	for (size_t i = 0; i < s->nmetric && s->metric; i++)
		watch_metric_free(&s->metric[i]);
	free(s->metric);
	free(s->value);
	free(s->given);
	schedule_one_free(&s->scale.of);
	schedule_one_free(&s->cycle.of);
	watch_free(s->watch);
	for (size_t i = 0; i < s->o.npolicy && s->script; i++)
		buf_free(&s->script[i]);
	free(s->script);
}

/* --list: a line for each policy that is known. */
static int list(void)
{
	struct buf b = {0};
	const char *library, *s;
	struct diag d;
	size_t n;
	int status;

	for (size_t i = 0; (s = watch_signature(i, &library, &n)); i++) {
		buf_add(&b, library, strcspn(library, ":"));
		buf_addc(&b, '.');
		for (size_t k = 0; k < n; k++)
			if (s[k] != ' ' || !k ||
				(s[k - 1] != ' ' && s[k - 1] != '\n'))
				buf_addc(&b, s[k] == '\n' ? ' ' : s[k]);
		buf_addc(&b, '\n');
	}
	status = buf_end(&b, &d) ? cli_fail(&d) : cli_print(b.data);
	buf_free(&b);
	return status;
}

static int fail(struct state *s, struct diag *d)
{
	return s->wrong ? schedule_fail(&s->wrong->of.spec, d) : cli_fail(d);
}

int main(int argc, char *argv[])
{
	static const struct cli_tool tool = {"lrwatch", CLI_TROUBLE};
	struct state s = {.in.fd = -1};
	struct diag d = {0};
	int status;

	cli_init(&tool);
	lrwatch_options_init(&s.o);
	status = lrwatch_options_parse(&s.o, argc, argv);
	if (status < 0 && s.o.list)
		status = list();
	if (status >= 0)
		return status;
	if (read_policies(&s, &d) < 0 || read_schedules(&s, &d) < 0 ||
		open_files(&s, &d) < 0 || find_metrics(&s, &d) < 0 ||
		watch_log(&s, &d) < 0 || rows_finish(&s.rows, &s.out, &d) < 0 ||
		cli_output_commit(&s.out, &d) < 0)
		status = fail(&s, &d);
	else
		status = s.stopped ? CLI_NO : CLI_DONE;
	release(&s);
	return status;
}
