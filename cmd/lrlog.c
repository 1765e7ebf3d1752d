/* SPDX-License-Identifier: MIT */
/*
 * lrlog: what is in training logs of any format, as a table.
 */
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "cli.h"
#include "lrlog.h"

struct state {
	struct lrlog_options o;
	struct lrlog_inputs in;
	struct logs logs;
};

/* --- reading -------------------------------------------------------------- */

static int read_table(struct lrlog_input *to, const struct source_place *place,
	const struct log_options *opt, struct diag *d)
{
	struct input in = {.fd = -1};
	int r = logs_source_open(&to->source, &in, place, opt, d);

	if (!r)
		r = log_table_read(&to->table, to->source, opt, d);
	if (r && d->class == DIAG_DATA && place->format == SOURCE_AUTO)
		diag_at(d, "%s", in.name);
	input_close(&in);
	return r;
}

/* What the runs of IN are called: by their file, or what that says, or both. */
static int name_runs(struct lrlog_input *in, bool several, struct diag *d)
{
	const struct log *log = log_table_log(in->table);

	in->run = calloc(log->nrun + 1, sizeof(*in->run));
	if (!in->run)
		return diag_nomem(d, log->nrun * sizeof(*in->run));
	for (in->nrun = 0; in->nrun < log->nrun; in->nrun++) {
		in->run[in->nrun] = logs_run_name(
			in->place->name, log->run[in->nrun].name, several);
		if (!in->run[in->nrun])
			return diag_nomem(d, strlen(in->place->name));
	}
	return 0;
}

/* Whether what plays the part of NAME, as nothing is called so, is a column. */
static bool asks_for(const struct lrlog_options *o,
	const struct lrlog_input *in, const char *name)
{
	for (size_t i = 0; i < in->nscalar; i++)
		if (strcmp(in->scalar[i].name, name) == 0)
			return false;
	return lrlog_list_has(o->columns, name);
}

/* A choice matters where it was asked for. */
static void note_odd(const struct state *s, const struct lrlog_input *in)
{
	struct log log = *log_table_log(in->table);

	if (!asks_for(&s->o, in, "lr"))
		log.nlr = 0;
	if (!asks_for(&s->o, in, "loss")) {
		log.nloss = 0;
		log.summed = false;
	}
	if (log.odd.cut && source_format(in->source) != SOURCE_AUTO) {
		logs_note(in->place->path, NULL,
			"ends within a record, as while training runs; what "
			"comes before it is read");
		log.odd.cut = false;
	}
	logs_note_odd(in->place->path, &log, &s->o.log);
}

static int take_table(struct state *s, struct lrlog_input *in, struct diag *d)
{
	const struct log *log = log_table_log(in->table);

	in->scalar = log_table_scalars(in->table, &in->nscalar);
	note_odd(s, in);
	s->in.n++;
	s->in.nrun += log->nrun;
	s->in.has_runs |= s->in.nrun > 1 || (log->nrun && log->run[0].name);
	return name_runs(in, s->logs.several, d);
}

static void release_input(struct lrlog_input *in)
{
	for (size_t i = 0; i < in->nrun; i++)
		free(in->run[i]);
	free(in->run);
	free(in->of_column);
	log_table_free(in->table);
	source_close(in->source);
	*in = (struct lrlog_input){0};
}

/*
 * What is no log is trouble, but where it was found in a directory: nobody has
 * said that it is one.
 */
static int read_place(
	struct state *s, const struct source_place *place, struct diag *d)
{
	struct lrlog_input *in = &s->in.input[s->in.n];

	*in = (struct lrlog_input){.place = place};
	if (read_table(in, place, &s->o.log, d) == 0)
		return take_table(s, in, d);
	release_input(in);
	if (d->class == DIAG_NOMEM)
		return -1;
	if (place->is_found && place->format == SOURCE_AUTO &&
		d->class == DIAG_DATA)
		cli_note("%s: %s; it is left out", d->place, d->text);
	else
		logs_worse(&s->logs, cli_fail(d));
	return 0;
}

static int read_all(struct state *s, struct diag *d)
{
	s->in.input = calloc(s->logs.places.n + 1, sizeof(*s->in.input));
	if (!s->in.input)
		return diag_nomem(d, s->logs.places.n * sizeof(*s->in.input));
	for (size_t i = 0; i < s->logs.places.n; i++)
		if (read_place(s, &s->logs.places.place[i], d))
			return -1;
	if (s->in.n == 0 && s->logs.status != CLI_TROUBLE)
		return diag_set(
			d, DIAG_DATA, "no log in what was found; expected one");
	return 0;
}

/* --- writing -------------------------------------------------------------- */

static void note_empty(struct state *s, uint64_t nrow)
{
	if (nrow)
		return;
	cli_note("no step has a value; expected numbers in the log");
	logs_worse(&s->logs, CLI_NO);
}

/* Steps that no log tells are none that it may be compared by. */
static void note_counted(const struct lrlog_input *in)
{
	const struct log *log = log_table_log(in->table);

	for (size_t i = 0; i < log->nrun; i++)
		if (log->run[i].unit == LOG_ROWS)
			logs_note(in->place->path, log->run[i].name,
				"no column of steps: rows are counted from 0; "
				"expected --step COL unless they are");
}

static int print_rows(
	struct state *s, const struct lrlog_columns *c, struct diag *d)
{
	uint64_t nrow = 0;
	int r = s->o.format == LRLOG_NPY
			? lrlog_print_npy(&s->in, c, &s->logs.file, &nrow, d)
			: lrlog_print(
				  &s->o, &s->in, c, &s->logs.file, &nrow, d);

	if (!r)
		note_empty(s, nrow);
	return r;
}

/* What could not be read is not in the picture: then there is none. */
static int draw(struct state *s, const struct lrlog_columns *c, struct diag *d)
{
	if (s->logs.status == CLI_TROUBLE)
		return 0;
	return lrlog_draw(&s->o, &s->in, c, logs_canvas(&s->logs), d);
}

static int write_all(struct state *s, struct diag *d)
{
	struct lrlog_columns c = {0};
	int r;

	if (s->in.n == 0)
		return 0;
	if (s->o.list)
		return lrlog_print_list(&s->o, &s->in, &s->logs.file, d);
	r = lrlog_columns_choose(&c, &s->in, &s->o, d);
	for (size_t i = 0; i < s->in.n && !r; i++)
		note_counted(&s->in.input[i]);
	if (!r)
		r = s->o.plot.wanted ? draw(s, &c, d) : print_rows(s, &c, d);
	lrlog_columns_free(&c);
	return r;
}

static int open_files(struct state *s, struct diag *d)
{
	s->logs.output = s->o.output;
	s->logs.picture = s->o.plot.file;
	if (logs_open(&s->logs, s->o.operand, s->o.noperand, d))
		return -1;
	return source_places_name(&s->logs.places, d);
}

static int follow(struct state *s, struct diag *d)
{
	const struct source_place *place = s->logs.places.place;
	struct input in = {.fd = -1};
	struct source *source;
	uint64_t nrow;
	int r;

	if (s->logs.places.n != 1 || place->format != SOURCE_AUTO)
		return diag_set(d, DIAG_USAGE,
			"--follow with a directory; expected a file or a pipe");
	r = logs_source_open(&source, &in, place, &s->o.log, d);
	if (!r && source_format(source) != SOURCE_AUTO) {
		source_close(source);
		r = diag_set(d, DIAG_USAGE,
			"--follow of what is not text; expected --follow of "
			"the trainer's output, or lrlog again from time to "
			"time");
	}
	if (!r) {
		in.follow = true;
		r = lrlog_follow(
			&s->o, in.name, source, &s->logs.file, &nrow, d);
		source_close(source);
		if (!r)
			note_empty(s, nrow);
	}
	if (r && d->class == DIAG_DATA)
		diag_at(d, "%s", in.name);
	input_close(&in);
	return r;
}

static int run(struct state *s, struct diag *d)
{
	if (open_files(s, d))
		return -1;
	if (s->o.follow)
		return s->logs.status == CLI_TROUBLE ? 0 : follow(s, d);
	return read_all(s, d) || write_all(s, d) ? -1 : 0;
}

int main(int argc, char *argv[])
{
	static const struct cli_tool tool = {"lrlog", CLI_TROUBLE};
	struct state s = {.in = {0}};
	struct diag d = {0};
	int status;

	cli_init(&tool);
	status = lrlog_options_parse(&s.o, argc, argv);
	if (status >= 0)
		return status;
	status = run(&s, &d);
	for (size_t i = 0; i < s.in.n; i++)
		release_input(&s.in.input[i]);
	free(s.in.input);
	return logs_end(&s.logs, status, s.logs.status != CLI_TROUBLE, &d);
}
