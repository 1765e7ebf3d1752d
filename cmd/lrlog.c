/* SPDX-License-Identifier: MIT */
/*
 * lrlog: what is in training logs of any format, as a table.
 */
#include <stdlib.h>

#include "cli.h"
#include "file/input.h"
#include "lrlog.h"

struct state {
	struct lrlog_options o;
	struct lrlog_inputs in;
	struct logs logs;
};

/* --- reading -------------------------------------------------------------- */

static int open_input(struct lrlog_input *to, const struct source_place *place,
	const struct lrlog_options *o, bool several, struct diag *d)
{
	struct input in = {.fd = -1};
	struct source *source;
	int r = logs_source_open(&source, &in, place, &o->log, d);

	*to = (struct lrlog_input){
		.place = place, .name = in.name ? in.name : place->path};
	if (!r)
		r = lrlog_input_read(to, source, &o->log, several, d);
	if (r && d->class == DIAG_DATA && place->format == SOURCE_AUTO)
		diag_at(d, "%s", in.name);
	input_close(&in);
	return r;
}

static void take_input(struct state *s, const struct lrlog_input *in)
{
	lrlog_input_note(in, &s->o);
	s->in.n++;
	s->in.nrun += in->nrun;
	s->in.has_runs |= s->in.nrun > 1 || lrlog_input_has_names(in);
}

/*
 * What is no log is trouble, but where it was found in a directory: nobody has
 * said that it is one.
 */
static int read_place(
	struct state *s, const struct source_place *place, struct diag *d)
{
	struct lrlog_input *in = &s->in.input[s->in.n];

	if (open_input(in, place, &s->o, s->logs.several, d) == 0) {
		take_input(s, in);
		return 0;
	}
	lrlog_input_release(in);
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
	r = lrlog_columns_choose(&c, &s->in, &s->o, false, d);
	for (size_t i = 0; i < s->in.n && !r; i++)
		lrlog_input_note_counted(&s->in.input[i]);
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
	uint64_t nrow = 0;
	int r;

	if (s->logs.places.n != 1 || place->format != SOURCE_AUTO)
		return diag_set(d, DIAG_USAGE,
			"--follow with a directory; expected a file or a pipe");
	r = input_open(&in, place->path, d);
	if (!r)
		r = lrlog_follow(&s->o, place, &in, &s->logs.file, &nrow, d);
	if (!r)
		note_empty(s, nrow);
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
		lrlog_input_release(&s.in.input[i]);
	free(s.in.input);
	status = logs_end(&s.logs, status, s.logs.status != CLI_TROUBLE, &d);
	lrlog_follow_end();
	return status;
}
