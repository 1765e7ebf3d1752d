/* SPDX-License-Identifier: MIT */
/*
 * lrcheck: whether runs followed their schedule, or which one they followed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "cli.h"
#include "logs.h"
#include "lrcheck.h"
#include "sched/sched.h"
#include "script/script.h"

/* Steps beyond a log's last that causes ask for. */
#define BEYOND 4096
/* Of longer logs it would take minutes to find what they did follow. */
#define FOLLOWED_MAX 1000000

/* What the run of the program carries along. */
struct state {
	const struct lrcheck_options *o;
	struct schedule_one sched; /* of -s */
	struct rows rows;
	struct lrcheck_picture picture;
	struct logs logs;
	struct log joined; /* of --join, and from these files */
	struct buf files;
};

/* Reads SPEC, so that mistakes in it come before all logs. */
static int read_schedule(struct state *s, struct diag *d)
{
	const struct lrcheck_options *o = s->o;

	if (!o->spec)
		return 0;
	if (schedule_one_read(&s->sched, o->spec, "", &o->sched, o->output,
		    o->plot.file, d))
		return -1;
	if (o->sched.batch > 0 && !s->sched.spec.table.column[0].uses_base)
		return diag_set(d, DIAG_USAGE,
			"--batch scales the base rate, and nothing in the "
			"schedule depends on it; expected values in x");
	return schedule_one_note(&s->sched, &o->sched, d);
}

/* What a run that left its schedule did follow, if that is known. */
static int note_followed(const struct lrcheck_place *at,
	const struct match_series *series, struct diag *d)
{
	struct fit_found found;

	if (series->n > FOLLOWED_MAX)
		return 0;
	if (fit_identify(&found, series, &script_host, d) < 0)
		return -1;
	if (found.words && !found.rival)
		logs_note(at->file, at->run,
			"the log follows %s from the rate %.6g",
			found.call && found.every <= 1 && found.resumed == 0
				? found.call
				: found.words,
			found.base);
	fit_found_free(&found);
	return 0;
}

static void note_origin(
	const struct lrcheck_place *at, const char *what, double origin)
{
	char number[NUM_DOUBLE_MAX];
	size_t n = num_from_double(number, origin);

	logs_note(at->file, at->run, "%s; expected --origin %.*s if so", what,
		(int)n, number);
}

/*
 * A log without a step 0 is late by one where it counts from 1, unless GIVEN
 * says what it counts from.
 */
static void note_steps(const struct lrcheck_place *at,
	const struct match_verdict *v, const struct log_run *run,
	const struct match_series *s, double given)
{
	if (run->unit == LOG_STEPS && v->cause == MATCH_LATE && v->least <= 1 &&
		v->most >= 1 && s->step[0] > 0 && given == 0)
		note_origin(at, "the steps may count from 1", 1);
}

/*
 * Rows that are epochs are held to the first step of each.  A log whose first
 * epoch is 1 is as late as it counts, and one that was written at the end of
 * each epoch as early as that is long: beside the origin that is GIVEN.
 */
static void note_epochs(const struct lrcheck_place *at,
	const struct match_verdict *v, const struct log_run *run,
	const struct match_series *s, const struct lrcheck_unit *unit,
	double given)
{
	const double e = unit->nstep;
	const struct {
		bool from_1;
		enum match_cause cause;
		double by;
		const char *what;
	} why[] = {
		{true, MATCH_LATE, e, "the epochs may count from 1"},
		{true, MATCH_LATE, 1,
			"the epochs may count from 1, and the rates be those "
			"of their last steps"},
		{false, MATCH_EARLY, e - 1,
			"the rates may be those of the epochs' last steps"},
		{false, MATCH_EARLY, e,
			"the rates may be those after the epochs' last steps"},
	};

	if (run->unit != LOG_EPOCHS)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(why); i++) {
		if (v->cause != why[i].cause || why[i].by < v->least ||
			why[i].by > v->most ||
			(why[i].from_1 && (s->step[0] != e || given != 0)))
			continue;
		note_origin(at, why[i].what,
			(given * e + (v->cause == MATCH_LATE ? why[i].by
							     : -why[i].by)) /
				e);
		return;
	}
}

/* A log cannot be held to what is no number. */
static int check_finite(const struct sched *node,
	const struct match_series *series, double origin, struct diag *d)
{
	for (size_t i = 0; i < series->n; i++) {
		double want = lrcheck_expected(node, series->step[i]);

		if (!isfinite(want))
			return diag_set(d, DIAG_DATA,
				"the schedule is %s at step %.16g; expected a "
				"finite value there",
				isnan(want) ? "nan"
				: want > 0  ? "inf"
					    : "-inf",
				series->step[i] + origin);
	}
	return 0;
}

static bool has_rows_of_runs(const struct state *s)
{
	return s->o->format != LRCHECK_ROWS;
}

/* Each rate beside NODE's, where that is asked for. */
static int show(struct state *s, const struct lrcheck_course *c, struct diag *d)
{
	int ret = 0;

	if (!has_rows_of_runs(s))
		ret = lrcheck_add_course(&s->rows, c, &s->logs.file, d);
	if (!ret && s->o->plot.wanted)
		ret = lrcheck_picture_add(&s->picture, c, d);
	return ret;
}

/* --- a run that passes by ------------------------------------------------ */

/*
 * Of a run that followed its schedule nothing is to be known but that: so it is
 * kept only once a rate is another one.
 */
struct pass {
	struct state *s;
	struct match_how how;
	struct match_rates rates;
};

/* Reads the schedule for steps up to LAST. */
static int read_horizon(struct state *s, double last, struct diag *d)
{
	return spec_read(&s->sched.spec, &s->o->sched,
		fmin(fmax(1, last + BEYOND), (double)SCHED_STEPS_MAX), d);
}

static bool begin_pass(void *ctx, double first, double last, double peak)
{
	struct pass *p = ctx;
	const struct spec *spec = &p->s->sched.spec;
	struct diag d;

	/* What is wrong is said when the run is read as others are. */
	if (!lrcheck_are_steps(first, last) ||
		read_horizon(p->s, last - p->s->o->origin, &d))
		return false;
	p->how = (struct match_how){p->s->o->tol, spec->env.epoch_steps, 1};
	p->rates = (struct match_rates){.sched = spec->table.column[0].node,
		.how = &p->how,
		.peak = peak};
	return true;
}

static bool see_rate(void *ctx, double step, double rate)
{
	struct pass *p = ctx;

	return match_follows(&p->rates, step - p->s->o->origin, rate);
}

/* Whether rates may pass by: all else that is asked for needs the series. */
static bool may_pass(const struct state *s)
{
	return s->o->spec && has_rows_of_runs(s) && !s->o->join &&
	       !s->o->plot.wanted && !s->sched.spec.env.by_epoch;
}

static void add_passed(
	struct state *s, const struct lrcheck_place *at, const struct pass *p)
{
	const struct match_series series = {.n = at->nstep};
	struct match_verdict v;

	match_followed(&v, &p->rates, at->nstep);
	lrcheck_add_verdict(&s->rows, s->o->origin, at, &series, &v, NULL);
}

/* --- a run that is kept -------------------------------------------------- */

/* A run that is held to the schedule, and what came out. */
struct held {
	const struct lrcheck_place *at;
	const struct log_run *run;
	const struct lrcheck_unit *unit;
	struct match_series series;
	const struct sched *node;
	struct match_verdict v;
	struct buf change; /* of the schedule, that explains it; or empty */
};

static int judge(struct state *s, struct held *h, struct diag *d)
{
	const struct log_run *run = h->run;
	const struct match_how how = {
		s->o->tol, s->sched.spec.env.epoch_steps, h->unit->nstep};
	double last = run->n ? run->step[run->n - 1] - h->unit->origin : 0;

	if (match_series_init(&h->series, run->step, run->lr, run->n,
		    h->unit->origin, &h->at->print, d) ||
		read_horizon(s, last, d))
		return -1;
	h->node = s->sched.spec.table.column[0].node;
	if (check_finite(h->node, &h->series, h->unit->origin, d))
		return -1;
	match_compare(&h->v, &h->series, h->node, &how);
	if (h->v.status != MATCH_FOLLOWED)
		logs_worse(&s->logs, CLI_NO);
	return match_again(&h->change, &h->v, &h->series, &how, &s->sched.spec,
		&s->o->sched, d);
}

static int tell(struct state *s, const struct held *h, struct diag *d)
{
	const struct match_verdict *v = &h->v;
	double origin = h->unit->origin;
	bool differs = v->status == MATCH_SHIFTED || v->status == MATCH_DIFFERS;
	const struct lrcheck_course course = {h->at->name, &h->series, origin,
		h->node, differs ? h->series.step[v->first] + origin : NAN};

	if (has_rows_of_runs(s))
		lrcheck_add_verdict(
			&s->rows, origin, h->at, &h->series, v, h->change.data);
	if (show(s, &course, d) ||
		lrcheck_note_digits(h->at, &h->series, origin, v, d))
		return -1;
	if (h->change.len && !v->cause && v->least < v->most)
		logs_note(h->at->file, h->at->run,
			"the log follows the same schedule with %s, or any "
			"from %.6g to %.6g",
			h->change.data, v->least, v->most);
	else if (h->change.len)
		logs_note(h->at->file, h->at->run,
			"the log follows the same schedule with %s",
			h->change.data);
	note_epochs(h->at, v, h->run, &h->series, h->unit, s->o->origin);
	note_steps(h->at, v, h->run, &h->series, s->o->origin);
	return v->status == MATCH_DIFFERS && !v->cause && !h->change.len
		       ? note_followed(h->at, &h->series, d)
		       : 0;
}

/* Holds one run to the schedule. */
static int compare(struct state *s, const struct lrcheck_place *at,
	const struct log_run *run, const struct lrcheck_unit *unit,
	struct diag *d)
{
	struct held h = {.at = at, .run = run, .unit = unit};
	int status = judge(s, &h, d) || tell(s, &h, d) ? -1 : 0;

	buf_free(&h.change);
	match_series_free(&h.series);
	return status;
}

/*
 * Finds what explains RUN if its schedule begins at ORIGIN, and keeps it in
 * *BEST if that takes fewer digits.  MOVED is what was subtracted from the
 * steps of RUN before; they then count from ORIGIN.
 */
static int find(struct fit_found *best, const struct log_run *run,
	const struct match_print *print, double origin, double moved,
	struct diag *d)
{
	struct match_series series;
	struct fit_found found = {0};
	int status = match_series_init(
		&series, run->step, run->lr, run->n, origin - moved, print, d);

	if (!status)
		status = fit_identify(&found, &series, &script_host, d);
	match_series_free(&series);
	found.origin = origin;
	if (!status && found.words &&
		(!best->words || found.cost < best->cost)) {
		fit_found_free(best);
		*best = found;
	} else
		fit_found_free(&found);
	return status;
}

/* The schedule that was found, as SPEC would say it. */
static int read_found(struct spec *ret, const struct fit_found *found,
	char **word, double horizon, struct diag *d)
{
	struct spec_opts o = SCHEDULE_DEFAULTS(lrcheck_names);

	o.lr = found->base;
	*word = found->words;
	if (spec_resolve(ret, &o, word, 1, d))
		return -1;
	return spec_read(ret, &o, horizon, d);
}

/* RUN, whose steps count from MOVED, beside what was FOUND, if anything was. */
static int show_found(struct state *s, const struct lrcheck_place *at,
	const struct log_run *run, const struct fit_found *found, double moved,
	struct diag *d)
{
	struct lrcheck_course c = {at->name, NULL, found->origin, NULL, NAN};
	struct match_series series;
	struct spec spec = {0};
	char *word;
	int ret = match_series_init(&series, run->step, run->lr, run->n,
		found->origin - moved, &at->print, d);

	c.s = &series;
	if (!ret && found->words)
		ret = read_found(&spec, found, &word,
			series.n ? fmax(1, series.step[series.n - 1] + 1) : 1,
			d);
	if (!ret && found->words)
		c.node = spec.table.column[0].node;
	if (!ret)
		ret = show(s, &c, d);
	spec_free(&spec);
	match_series_free(&series);
	return ret;
}

/* How the schedule that was found was stepped, if that is not usual. */
static void note_odd(
	const struct lrcheck_place *at, const struct fit_found *found)
{
	if (found->words && found->every > 1)
		logs_note(at->file, at->run,
			"the schedule was stepped once in %.15g steps",
			found->every);
	if (found->words && found->resumed > 0)
		logs_note(at->file, at->run,
			"the schedule began again at step %.15g",
			found->resumed + found->origin);
}

/*
 * Finds what explains RUN best; its steps then count from *MOVED.  A log whose
 * first step is 1 may count from there.
 */
static int find_best(struct fit_found *found, const struct lrcheck_place *at,
	const struct log_run *run, double origin, double *moved, struct diag *d)
{
	bool from_one = run->n && run->step[0] == origin + 1;

	*moved = origin;
	if (find(found, run, &at->print, origin, 0, d))
		return -1;
	if (from_one && find(found, run, &at->print, origin + 1, *moved, d))
		return -1;
	*moved = from_one ? origin + 1 : origin;
	/* Rates that were logged after the step are the next ones. */
	if (!found->call) {
		if (find(found, run, &at->print, origin - 1, *moved, d))
			return -1;
		*moved = origin - 1;
	}
	/* Where the first step is done twice they are those before. */
	if (!found->words && !from_one) {
		if (find(found, run, &at->print, origin + 1, *moved, d))
			return -1;
		*moved = origin + 1;
	}
	if (!found->words)
		found->origin = origin;
	return 0;
}

/* What is to be known of the schedule that was found, beside its row. */
static void note_found(
	const struct lrcheck_place *at, const struct fit_found *found)
{
	note_odd(at, found);
	if (found->words && !found->rival && found->may_be_rounded)
		logs_note(at->file, at->run,
			"its rates may be rounded, and are then no more "
			"certain than their last digit");
	if (found->rival)
		logs_note(at->file, at->run,
			"the digits shown do not tell %s from such as %s; "
			"expected "
			"more of them, or later steps",
			found->words, found->rival);
}

static int identify(struct state *s, const struct lrcheck_place *at,
	const struct log_run *run, struct diag *d)
{
	struct fit_found found = {0};
	double moved;
	int status = find_best(&found, at, run, s->o->origin, &moved, d);

	if (!status) {
		note_found(at, &found);
		if (!found.words || found.rival)
			logs_worse(&s->logs, CLI_NO);
	}
	if (!status && has_rows_of_runs(s))
		lrcheck_add_found(&s->rows, at, &found);
	else if (!status && !found.words)
		logs_note(at->file, at->run,
			"no schedule is known that explains its rates");
	if (!status && (s->o->plot.wanted || !has_rows_of_runs(s)))
		status = show_found(s, at, run, &found, moved, d);
	fit_found_free(&found);
	return status;
}

/* A log that cannot be read is a row too. */
static void add_bad_row(
	struct state *s, const char *file, const char *run, struct diag *d)
{
	logs_worse(&s->logs, cli_fail(d));
	if (has_rows_of_runs(s))
		lrcheck_add_bad_data(&s->rows, file, run);
}

static void add_bad_run(
	struct state *s, const char *file, const char *run, struct diag *d)
{
	if (run)
		diag_at(d, "%s", run);
	diag_at(d, "%s", file);
	add_bad_row(s, file, run, d);
}

static int check_run(struct state *s, const char *file,
	const struct log_run *run, uint64_t forms, const struct pass *pass,
	struct diag *d)
{
	bool several = s->logs.several && !s->o->join;
	char *name = logs_run_name(file, run->name, several);
	struct lrcheck_place at = {file, run->name, run->n, name, {0}};
	struct lrcheck_unit unit;
	int status = 0;

	if (!name)
		return diag_nomem(d, strlen(file));
	lrcheck_print(&at.print, forms);
	if (run->is_seen)
		add_passed(s, &at, pass);
	else
		status =
			lrcheck_unit(&unit, s->o, &s->sched.spec, file, run, d);
	if (!status && !run->is_seen)
		status = s->o->spec ? compare(s, &at, run, &unit, d)
				    : identify(s, &at, run, d);
	free(name);
	if (status >= 0 || d->class != DIAG_DATA)
		return status;
	add_bad_run(s, file, run->name, d);
	return 0;
}

static int check_log(struct state *s, const char *file, const struct log *log,
	const struct pass *pass, struct diag *d)
{
	int status = 0;

	for (size_t i = 0; i < log->nrun && !status; i++)
		status = check_run(
			s, file, &log->run[i], log->lr_forms, pass, d);
	return status;
}

/* LOG is then empty. */
static int join(
	struct state *s, const char *file, struct log *log, struct diag *d)
{
	if (lrcheck_join(&s->joined, log, d))
		return -1;
	if (s->files.len)
		buf_addc(&s->files, '+');
	buf_adds(&s->files, file);
	return buf_end(&s->files, d);
}

static int bad_file(void *ctx, const char *file, struct diag *d)
{
	struct state *s = ctx;

	if (!s->o->join)
		add_bad_row(s, file, NULL, d);
	else
		logs_worse(&s->logs, cli_fail(d));
	return 0;
}

static int check_file(
	void *ctx, const char *file, struct source *source, struct diag *d)
{
	struct state *s = ctx;
	struct log_options opt = s->o->log;
	struct pass pass = {.s = s};
	const struct log_viewer viewer = {begin_pass, see_rate, &pass};
	struct log log;
	int status;

	opt.viewer = may_pass(s) ? &viewer : NULL;
	if (s->o->spec && s->o->sched.epoch_steps)
		opt.epoch_steps = s->sched.spec.env.epoch_steps;
	opt.epoch_parts =
		s->o->spec && (!isnan(s->sched.spec.env.epoch_steps) ||
				      !s->sched.spec.env.by_epoch);
	if (log_read(&log, source, &opt, d) < 0)
		return -1;
	logs_note_odd(file, &log, &opt);
	if (s->o->join)
		return join(s, file, &log, d);
	status = check_log(s, file, &log, &pass, d);
	log_free(&log);
	return status;
}

static int list_columns(
	void *ctx, const char *file, struct source *source, struct diag *d)
{
	struct state *s = ctx;

	return logs_columns_add(&s->rows, file, source, &s->o->log, d);
}

static int write_rows(void *ctx, struct diag *d)
{
	struct state *s = ctx;

	return rows_write(&s->rows, &s->logs.file, d);
}

/* A part that is missing would be a difference. */
static int check_joined(struct state *s, struct diag *d)
{
	if (!s->o->join || s->logs.status == CLI_TROUBLE)
		return 0;
	if (buf_end(&s->files, d))
		return -1;
	return check_log(s, s->files.data, &s->joined, NULL, d);
}

/* What could not be read is not in the picture: then there is none. */
static int draw(struct state *s, struct diag *d)
{
	const struct plot_opts *o = &s->o->plot;

	if (!o->wanted || s->logs.status == CLI_TROUBLE)
		return 0;
	return logs_drawn(&s->logs,
		lrcheck_picture_draw(&s->picture, o,
			s->o->spec ? s->sched.spec.env.epoch_steps : NAN,
			logs_canvas(&s->logs), d),
		d);
}

static int run(struct state *s, struct diag *d)
{
	bool list = s->o->logs.list_columns;
	const struct logs_work work = {list ? list_columns : check_file,
		list ? NULL : bad_file, write_rows, s};

	if (logs_each(&s->logs, &s->o->log, &work, d) < 0 ||
		(!list && check_joined(s, d)) ||
		rows_finish(&s->rows, &s->logs.file, d))
		return -1;
	return list ? 0 : draw(s, d);
}

static void release(struct state *s)
{
	schedule_one_free(&s->sched);
	rows_free(&s->rows);
	lrcheck_picture_free(&s->picture);
	log_free(&s->joined);
	buf_free(&s->files);
}

int main(int argc, char *argv[])
{
	static const struct cli_tool tool = {"lrcheck", CLI_TROUBLE};
	struct lrcheck_options o;
	struct state s = {.o = &o};
	struct diag d = {0};
	int status;

	cli_init(&tool);
	lrcheck_options_init(&o);
	status = lrcheck_options_parse(&o, argc, argv);
	if (status >= 0)
		return status;
	if (read_schedule(&s, &d) < 0) {
		status = schedule_fail(&s.sched.spec, &d);
		release(&s);
		return status;
	}
	s.logs.output = o.output;
	s.logs.picture = o.plot.file;
	status = logs_open(&s.logs, o.file, o.nfile, &d);
	if (!status) {
		lrcheck_rows_begin(&s.rows, &o, &s.logs.file);
		status = run(&s, &d);
	}
	/* A file to keep has every run, or is left as it was. */
	logs_end(&s.logs, status, s.logs.status != CLI_TROUBLE, &d);
	release(&s);
	return s.logs.status;
}
