/* SPDX-License-Identifier: MIT */
/* Files that are read in turn, and remarks about them; see logs.h. */
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/place.h"
#include "cli.h"
#include "logs.h"
#include "rows.h"

/* --- runs joined ---------------------------------------------------------- */

/*
 * Several files of one run as one.  A run that was resumed logs again what it
 * had already done: the later file is what became of it.
 */

static bool is_name(const struct log_run *a, const struct log_run *b)
{
	if (!a->name || !b->name)
		return a->name == b->name;
	return strcmp(a->name, b->name) == 0;
}

/* Puts the N numbers at NEW in the place of those from I to END of *P. */
static int replace_values(double **p, size_t have, size_t i, size_t end,
	const double *new, size_t n, struct diag *d)
{
	size_t nbytes = (have - (end - i) + n + 1) * sizeof(**p);
	double *to = malloc(nbytes);

	if (!to)
		return diag_nomem(d, nbytes);
	memcpy(to, *p, i * sizeof(*to));
	memcpy(to + i, new, n * sizeof(*to));
	memcpy(to + i + n, *p + end, (have - end) * sizeof(*to));
	free(*p);
	*p = to;
	return 0;
}

static int join_run(struct log_run *a, struct log_run *b, struct diag *d)
{
	size_t i = a->n, end = i;

	if (a->unit != b->unit)
		return diag_set(d, DIAG_DATA,
			"--join: steps, rows and epochs of one run; expected "
			"the same in each file");
	if (a->unit == LOG_ROWS)
		for (size_t k = 0; k < b->n; k++)
			b->step[k] += (double)a->n;
	if (b->n) {
		i = bisect_from(a->step, a->n, b->step[0]);
		end = i + bisect_from(a->step + i, a->n - i,
				  b->step[b->n - 1] + 0.5);
	}
	if (replace_values(&a->step, a->n, i, end, b->step, b->n, d) ||
		replace_values(&a->lr, a->n, i, end, b->lr, b->n, d))
		return -1;
	a->n += b->n - (end - i);
	return 0;
}

static int add_run(struct log *all, struct log_run *run, struct diag *d)
{
	if (array_push(&all->run, &all->nrun, run, sizeof(*run), d))
		return -1;
	*run = (struct log_run){0}; /* nothing of it is freed twice */
	return 0;
}

int logs_join(struct log *all, struct log *next, struct diag *d)
{
	int ret = 0;

	for (size_t i = 0; i < next->nrun && !ret; i++) {
		size_t k = 0;

		while (k < all->nrun && !is_name(&all->run[k], &next->run[i]))
			k++;
		ret = k < all->nrun ? join_run(&all->run[k], &next->run[i], d)
				    : add_run(all, &next->run[i], d);
	}
	all->lr_forms |= next->lr_forms;
	log_free(next);
	return ret;
}

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
	int status = log_columns_read(&c, s, opt, d);

	if (status < 0)
		return -1;
	for (size_t i = 0; i < c.n && !status; i++) {
		rows_text(r, file);
		rows_text(r, c.column[i].name);
		rows_text(r, c.column[i].role);
		rows_u64(r, c.column[i].n);
		rows_double(r, c.column[i].min);
		rows_double(r, c.column[i].max);
		status = rows_end(r, d);
	}
	log_columns_free(&c);
	return status;
}

void logs_note(const char *file, const char *run, const char *fmt, ...)
{
	struct diag d;
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&d, DIAG_DATA, fmt, ap);
	va_end(ap);
	if (run)
		diag_at(&d, "%s", run);
	diag_at(&d, "%s", file);
	cli_note("%s: %s", d.place, d.text);
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

static bool is_verbose;

int logs_opts_finish(const struct logs_opts *o, struct log_options *log)
{
	struct source_options *s = &log->source;

	is_verbose = o->verbose;
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

static void note_order(const char *file, const struct log_run *run)
{
	if (run->nrestart)
		logs_note(file, run->name,
			"the steps begin again; expected one run, the last of "
			"%zu is read",
			run->nrestart + 1);
	if (run->nagain)
		logs_note(file, run->name,
			"%zu step%s again, as when a run resumes; the later "
			"rows are read",
			run->nagain, run->nagain == 1 ? " comes" : "s come");
	if (run->ncounter)
		logs_note(file, run->name,
			"the steps begin again with each epoch; they are added "
			"up");
	if (run->sorted)
		logs_note(file, run->name,
			"the rows are not in the order of their steps; they "
			"are read in it");
}

/* How many of what a run has are not read as they stand, and why. */
#define OF(field) offsetof(struct log_run, field)
static const struct {
	size_t field; /* a size_t of struct log_run */
	const char *one, *several;
} left_out[] = {
	{OF(nvalid),
		"row of validation is left out; expected those of training",
		"rows of validation are left out; expected those of training"},
	{OF(nrank),
		"line of another process is left out; expected those of one",
		"lines of other processes are left out; expected those of one"},
	{OF(nother),
		"loss of a step stands in a line of another kind than most; it "
		"is left out",
		"losses of a step stand in a line of another kind than most; "
		"they are left out"},
	{OF(nstray),
		"line without a rate and a loss belongs to no step that is "
		"known; it is left out",
		"lines without a rate and a loss belong to no step that is "
		"known; they are left out"},
	{OF(nmean), "step has several losses; expected one, their mean is read",
		"steps have several losses; expected one each, their mean is "
		"read"},
	{OF(nrate),
		"rate stands beside another of the same step; one of them is "
		"read",
		"rates stand beside another of the same step; one of each is "
		"read"},
	{OF(nbare), "loss has no rate; it is left out",
		"losses have no rate; they are left out"},
	{OF(ntwice), "line only stands once more, as each does; it is left out",
		"lines only stand once more, as each does; they are left out"},
	{OF(nstepless), "row has no step, as others have; it is left out",
		"rows have no step, as others have; they are left out"},
	{OF(nunfinished), "bar, of the last epoch, is not full; it is left out",
		""},
	{OF(ninferred),
		"row stands before all steps; it has the step before "
		"the first of those",
		""},
	{OF(nheld), "loss has no rate of its own; the one before it is read",
		"losses have no rate of their own; the one before them is "
		"read"},
};
#undef OF

static void note_left_out(const char *file, const struct log_run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++) {
		const char *at = (const char *)run + left_out[i].field;
		size_t n = *(const size_t *)(const void *)at;

		if (n)
			logs_note(file, run->name, "%zu %s", n,
				n == 1 ? left_out[i].one : left_out[i].several);
	}
	if (run->nmerged > 1)
		logs_note(file, run->name,
			"of very many records the means of %zu each are read",
			run->nmerged);
}

static void note_cut(const char *file)
{
	logs_note(file, NULL,
		"the last line has no newline at its end: its last value is "
		"left out; expected whole lines");
}

static void note_misfits(const char *file, const struct form_misfits *m)
{
	if (m->nrow == 1)
		logs_note(file, NULL,
			"line %llu has %zu cells under a header of %zu; left "
			"out",
			(unsigned long long)m->row_line, m->row_ncell,
			m->row_ncolumn);
	else if (m->nrow)
		logs_note(file, NULL,
			"%llu rows have another number of cells than their "
			"header; they are left out, the first is line %llu "
			"with %zu under a header of %zu",
			(unsigned long long)m->nrow,
			(unsigned long long)m->row_line, m->row_ncell,
			m->row_ncolumn);
	if (m->ncell == 1)
		logs_note(file, NULL,
			"line %llu: %s is '%s'; expected a number; left out",
			(unsigned long long)m->cell_line, m->column, m->cell);
	else if (m->ncell)
		logs_note(file, NULL,
			"%llu cells are no numbers; they are left out, the "
			"first is in line %llu: %s is '%s'",
			(unsigned long long)m->ncell,
			(unsigned long long)m->cell_line, m->column, m->cell);
}

/* Where several names fit, one is taken. */
static void note_choice(
	const char *file, const struct log *log, const struct log_options *opt)
{
	if (log->nlr > 1)
		logs_note(file, NULL,
			"%zu columns may be the rate: %s is read; expected "
			"--lr%s for another",
			log->nlr, log->lr_name,
			opt->role.rates_only ? "-column" : "");
	if (log->nloss > 1)
		logs_note(file, NULL,
			"%zu columns may be the loss: %s is read; expected "
			"--loss for another",
			log->nloss, log->loss_name);
	if (log->summed)
		logs_note(file, NULL,
			"no column is all of the loss: the sum %s is read; "
			"expected --loss for another",
			log->loss_name);
	if (log->step_trails)
		logs_note(file, NULL,
			"it begins with a loss and ends with a step: steps "
			"are read as of the lines before them; expected whole "
			"records if they are of those behind");
}

static void note_roles(const char *file, const struct log *log)
{
	logs_note(file, NULL, "step: %s; lr: %s; loss: %s",
		log->step_name ? log->step_name : "counted",
		log->lr_name ? log->lr_name : "not read",
		log->loss_name ? log->loss_name : "not read");
}

static void note_nameless(
	const char *file, const struct log *log, const struct log_options *opt)
{
	const char *columns = role_words_of(&opt->role)->columns;

	if (log->nnameless)
		logs_note(file, NULL,
			"%llu %s alone, without a name; %s left out; expected "
			"a header%s%s",
			(unsigned long long)log->nnameless,
			log->nnameless == 1 ? "line is numbers"
					    : "lines are numbers",
			log->nnameless == 1 ? "it is" : "they are",
			columns ? ", or " : "", columns ? columns : "");
}

/* Several numbers of one name and step are one. */
static void note_several(const char *file, const struct log *log)
{
	const struct log_several *mean = &log->averaged, *one = &log->chosen;

	if (mean->n)
		logs_note(file, NULL,
			"of %llu values several stand in like lines of one "
			"step; their mean is read; the first is %s",
			(unsigned long long)mean->n, mean->name);
	if (one->n)
		logs_note(file, NULL,
			"of %llu values several stand in the lines of one "
			"step; one of them is read; the first is %s",
			(unsigned long long)one->n, one->name);
}

void logs_note_odd(
	const char *file, const struct log *log, const struct log_options *opt)
{
	if (is_verbose)
		note_roles(file, log);
	if (log->odd.cut)
		note_cut(file);
	note_misfits(file, &log->odd.misfits);
	note_choice(file, log, opt);
	note_several(file, log);
	note_nameless(file, log, opt);
	for (size_t i = 0; i < log->nrun; i++) {
		note_order(file, &log->run[i]);
		note_left_out(file, &log->run[i]);
	}
}

void logs_note_stream(const char *file, const struct log_stream *s, bool at_end,
	uint64_t *told)
{
	struct line_odd odd;
	uint64_t n;

	log_stream_odd(s, &odd);
	n = odd.misfits.nrow + odd.misfits.ncell;
	if (at_end ? n > *told : n && !*told) {
		note_misfits(file, &odd.misfits);
		*told = n;
	}
	if (at_end && odd.cut)
		note_cut(file);
}

void logs_note_lacking(
	const char *file, const struct log_stream *s, uint64_t nrow)
{
	struct diag d;

	if (nrow == LOGS_LACKING_NROW && log_stream_check(s, &d) < 0)
		logs_note(file, NULL, "%d records so far: %s",
			LOGS_LACKING_NROW, d.text);
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

char *logs_run_name(const char *file, const char *run, bool several)
{
	struct buf b = {0};
	int bad;

	if (!run || !*run)
		bad = buf_adds(&b, file);
	else if (!several)
		bad = buf_adds(&b, run);
	else
		bad = buf_printf(&b, "%s:%s", file, run);
	if (bad || buf_terminate(&b)) {
		buf_free(&b);
		return NULL;
	}
	return b.data;
}
