/* SPDX-License-Identifier: MIT */
/* Remarks on what is odd in a log; see logs.h. */
#include <stdarg.h>

#include "base/array.h"
#include "base/diag.h"
#include "cli.h"
#include "logs.h"

static bool is_verbose;

void logs_verbose(bool verbose)
{
	is_verbose = verbose;
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

/* RUN stands before the others that it began again as. */
static void note_apart(const char *file, const struct log_run *run)
{
	const char *of = run->name ? run->name : "";
	const char *slash = run->name ? "/" : "";

	if (run->part == 1)
		logs_note(file, NULL,
			"the %s begin again; %zu runs are read, called %s%s1 "
			"to %s%s%zu, or as --run COL tells them apart",
			run->unit == LOG_STEPS ? "steps" : "epochs",
			run->napart, of, slash, of, slash, run->napart);
}

static void note_order(const char *file, const struct log_run *run)
{
	if (run->nrestart)
		logs_note(file, run->name,
			"the steps begin again; expected one run, the last of "
			"%zu is read, or --run COL if one tells them apart",
			run->nrestart + 1);
	if (run->nagain)
		logs_note(file, run->name,
			"%zu step%s again, as when a run resumes; the later "
			"rows are read",
			run->nagain, run->nagain == 1 ? " comes" : "s come");
	if (run->ncounter && run->unit == LOG_EPOCHS)
		logs_note(file, run->name,
			"the epochs begin again behind the last of them, as "
			"those of another run do; %zu times; they are counted "
			"on; expected one run a file",
			run->ncounter);
	else if (run->ncounter)
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
	{OF(nbefore),
		"line stands before the first step; it is left out; expected "
		"--step COL if it is of the run",
		"lines, more than rows, stand before the first step; they are "
		"left out; expected --step COL if they are of the run"},
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
	{OF(nbehind),
		"row comes again behind the last epoch, as an evaluation does; "
		"it is left out",
		"rows come again behind the last epoch, as an evaluation does; "
		"they are left out"},
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
		struct log_run run = log->run[i];

		/* It stands for all of them. */
		if (run.part)
			run.name = NULL;
		note_apart(file, &log->run[i]);
		note_order(file, &run);
		note_left_out(file, &run);
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
