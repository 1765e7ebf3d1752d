/* SPDX-License-Identifier: MIT */
/* Files that are read in turn; see logs.h. */
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "cli.h"
#include "file/place.h"
#include "logs.h"
#include "rows.h"

/* --- columns -------------------------------------------------------------- */

/* What is in logs, and what it is taken for, as rows. */

void logs_columns_begin(struct rows *r, int format, const struct output *out)
{
	static const struct rows_column column[] = {
		{"file", ROWS_TEXT, ROWS_TITLE},
		{"column", ROWS_TEXT, ROWS_SHOWN},
		{"role", ROWS_TEXT, ROWS_SHOWN},
		{"n", ROWS_WHOLE, ROWS_SHOWN},
		{"min", ROWS_NUMBER, ROWS_SHOWN},
		{"max", ROWS_NUMBER, ROWS_SHOWN},
	};

	rows_begin(r, format, out, column, ARRAY_SIZE(column));
}

int logs_columns_add(struct rows *r, const char *file, struct source *s,
	const struct log_options *opt, struct diag *d)
{
	struct log_columns c;
	if (log_columns_read(&c, s, opt, d) < 0)
		return -1;
	for (size_t i = 0; i < c.n; i++) {
		rows_text(r, file);
		rows_text(r, c.column[i].name);
		rows_text(r, c.column[i].role);
		rows_u64(r, c.column[i].n);
		rows_double(r, c.column[i].min);
		rows_double(r, c.column[i].max);
		rows_end(r);
	}
	log_columns_free(&c);
	return 0;
}

const char *const logs_format_name[] = {
	[SOURCE_AUTO] = "auto",
	[SOURCE_CSV] = "csv",
	[SOURCE_JSON] = "json",
	[SOURCE_TEXT] = "text",
	[SOURCE_RE] = "re",
	[SOURCE_TENSORBOARD] = "tb",
	[SOURCE_MLFLOW] = "mlflow",
	[SOURCE_WANDB] = "wandb",
	NULL,
};

int logs_opts_finish(const struct logs_opts *o, struct log_options *log)
{
	struct source_options *s = &log->source;

	logs_verbose(o->verbose);
	cli_quiet(o->quiet);
	log->tmpdir = cli_tmpdir();
	if (s->format == SOURCE_RE && !s->re)
		return cli_usage("-i re without --re; expected --re PATTERN");
	if (s->re && s->format != SOURCE_AUTO && s->format != SOURCE_RE)
		return cli_usage("--re with another -i; expected -i re");
	if (s->re)
		s->format = SOURCE_RE;
	return -1;
}

void logs_worse(struct logs *l, int status)
{
	if (status > l->status)
		l->status = status;
}

int logs_check_input(const struct logs *l, const char *path, struct diag *d)
{
	if (cli_check_input(l->output, path, d))
		return -1;
	return l->picture ? cli_check_input(l->picture, path, d) : 0;
}

int logs_check_stop_file(
	const char *name, const char *output, const char *input, struct diag *d)
{
	struct output out = {0};
	int same;

	if (!name)
		return 0;
	if (!*name)
		return diag_set(d, DIAG_USAGE, "--stop-file ''; expected FILE");
	same = place_same(name, output ? output : "-", d);
	if (same)
		return same < 0 ? -1
				: diag_set(d, DIAG_USAGE,
					  "--stop-file and the output are one "
					  "place, '%s'; expected two",
					  name);
	if (access(name, F_OK) == 0)
		return diag_set(d, DIAG_USAGE,
			"'%s' is there already: a trainer that looks for it "
			"stops at once; expected it removed",
			name);
	if (cli_check_input(name, input, d) || cli_output_open(&out, name, d))
		return -1;
	cli_output_abort(&out);
	return 0;
}

static int find_places(
	struct logs *l, char *const *operand, size_t n, struct diag *d)
{
	size_t nlost = 0;

	for (size_t i = 0; i < n; i++) {
		if (source_places_add(&l->places, operand[i], d) == 0)
			continue;
		if (d->class == DIAG_NOMEM)
			return -1;
		logs_worse(l, cli_fail(d));
		nlost++;
	}
	l->several = l->places.n + nlost > 1;
	return 0;
}

/* Files that are looked at: whether one cannot be an input. */
struct look {
	const struct logs *l;
	bool failed;
};

static int look_at(void *ctx, const char *path, struct diag *d)
{
	struct look *x = ctx;

	x->failed = logs_check_input(x->l, path, d) < 0;
	return x->failed ? -1 : 0;
}

/* Fails where an output is a file that PLACE is read from. */
static int check_place(
	const struct logs *l, const struct source_place *place, struct diag *d)
{
	struct look x = {.l = l};

	/* Of a directory that cannot be listed, opening it will tell. */
	return source_place_each(place, look_at, &x, d) < 0 &&
			       (x.failed || d->class == DIAG_NOMEM)
		       ? -1
		       : 0;
}

int logs_open(struct logs *l, char *const *operand, size_t n, struct diag *d)
{
	int same = 0;

	if (find_places(l, operand, n, d))
		return -1;
	for (size_t i = 0; i < l->places.n; i++)
		if (check_place(l, &l->places.place[i], d))
			return -1;
	if (l->picture)
		same = place_same(l->picture, l->output ? l->output : "-", d);
	if (same)
		return same < 0 ? -1
				: diag_set(d, DIAG_USAGE,
					  "--plot=FILE and -o are one place; "
					  "expected two");
	if (cli_output_open(&l->file, l->output, d))
		return -1;
	return l->picture ? cli_output_open(&l->picture_file, l->picture, d)
			  : 0;
}

int logs_source_open(struct source **ret, struct input *in,
	const struct source_place *place, const struct log_options *opt,
	struct diag *d)
{
	if (place->format != SOURCE_AUTO)
		return source_place_open(ret, place, d);
	if (input_open(in, place->path, d))
		return -1;
	return source_open(ret, in, &opt->source, d);
}

/* What is wrong with the log FILE, which is PLACE. */
static int take_bad(struct logs *l, const struct source_place *place,
	const char *file, const struct logs_work *work, struct diag *d)
{
	bool is_file = place->format == SOURCE_AUTO;

	if (d->class == DIAG_NOMEM)
		return -1;
	if (d->class == DIAG_DATA && is_file)
		diag_at(d, "%s", file);
	if (d->class == DIAG_DATA && is_file && place->is_found)
		cli_note("%s: %s; it is left out", d->place, d->text);
	else if (d->class == DIAG_DATA && work->bad)
		return work->bad(work->ctx, file, d);
	else
		logs_worse(l, cli_fail(d));
	return 0;
}

static int read_one(struct logs *l, const struct source_place *place,
	const struct log_options *opt, const struct logs_work *work,
	struct diag *d)
{
	struct input in = {.fd = -1};
	struct source *s = NULL;
	int ret = logs_source_open(&s, &in, place, opt, d);
	const char *file = place->name                    ? place->name
			   : place->format == SOURCE_AUTO ? in.name
							  : place->path;

	if (!ret)
		ret = work->read(work->ctx, file, s, d);
	if (ret < 0)
		ret = take_bad(l, place, file, work, d);
	source_close(s);
	input_close(&in);
	return ret < 0 ? ret : work->write(work->ctx, d);
}

int logs_each(struct logs *l, const struct log_options *opt,
	const struct logs_work *work, struct diag *d)
{
	for (size_t i = 0; i < l->places.n; i++)
		if (read_one(l, &l->places.place[i], opt, work, d) < 0)
			return -1;
	return 0;
}

struct output *logs_canvas(struct logs *l)
{
	return l->picture ? &l->picture_file : &l->file;
}

int logs_drawn(struct logs *l, int bad, struct diag *d)
{
	if (bad && !l->picture)
		return -1;
	if (bad)
		logs_worse(l, cli_fail(d));
	return 0;
}

static int commit(struct logs *l, bool keep, struct diag *d)
{
	struct output *const out[] = {&l->file, &l->picture_file};

	if (l->file.path && !keep)
		cli_output_abort(&l->file);
	if (l->status == CLI_TROUBLE)
		cli_output_abort(&l->picture_file);
	return cli_outputs_commit(out, 2, d);
}

int logs_end(struct logs *l, int bad, bool keep, struct diag *d)
{
	if (bad || commit(l, keep, d))
		logs_worse(l, cli_fail(d));
	cli_output_abort(&l->file);
	cli_output_abort(&l->picture_file);
	source_places_free(&l->places);
	return l->status;
}

char *logs_part_name(const char *file, const struct log_run *run, bool several)
{
	struct buf b = {0};
	char *name, *ret;

	if (!run->part)
		return logs_run_name(file, run->name, several);
	if (run->name)
		buf_printf(&b, "%s/", run->name);
	buf_printf(&b, "%zu", run->part);
	name = buf_take(&b);
	ret = name ? logs_run_name(file, name, several) : NULL;
	free(name);
	return ret;
}

char *logs_run_name(const char *file, const char *run, bool several)
{
	struct buf b = {0};

	if (!run || !*run)
		buf_adds(&b, file);
	else if (!several)
		buf_adds(&b, run);
	else
		buf_printf(&b, "%s:%s", file, run);
	return buf_take(&b);
}
