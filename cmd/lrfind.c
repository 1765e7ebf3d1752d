/* SPDX-License-Identifier: MIT */
/*
 * lrfind: the learning rates that logs of range tests and probes support.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "cli.h"
#include "file/input.h"
#include "logs.h"
#include "lrfind.h"
#include "schedule.h"

/* Rows that are of no single run. */
static char all_name[] = "all";
static char probes_name[] = "probes";

/* What the run of the program carries along. */
struct state {
	const struct lrfind_options *o;
	struct lrfind_result *result; /* of range tests, nmethod of each run */
	size_t n, nmethod, nrun;
	bool over; /* with --follow: the loss was lost */
	struct lrfind_probes probes;
	struct lrfind_page page;
	struct lrfind_picture picture;
	struct curve_bounds probed; /* what the probes say, if there are some */
	bool has_probed;
	struct curve_bounds all; /* of the asked method, for several runs */
	struct logs logs;
};

static size_t skipped(const struct lrfind_skip *skip, size_t n)
{
	return skip->n + (size_t)(skip->percent * (double)n / 100);
}

/* C, less what is to be skipped. */
static struct curve skip(const struct lrfind_options *o, const struct curve *c)
{
	size_t start = skipped(&o->skip_start, c->n);
	size_t end = skipped(&o->skip_end, c->n);

	if (start + end >= c->n)
		return (struct curve){c->step, c->lr, c->loss, 0};
	return (struct curve){c->step + start, c->lr + start, c->loss + start,
		c->n - start - end};
}

struct curve lrfind_curve(
	const struct lrfind_options *o, const struct log_run *run)
{
	const struct curve c = {run->step, run->lr, run->loss, run->n};

	return skip(o, &c);
}

/* M's answer is the one that the exit status tells. */
static bool is_asked(const struct state *s, const struct curve_method *m)
{
	return m == (s->o->method ? s->o->method : curve_methods);
}

static int add_result(struct state *s, struct lrfind_result r, struct diag *d)
{
	if (array_push(&s->result, &s->n, &r, sizeof(r), d) == 0)
		return 0;
	free(r.run);
	return -1;
}

/* Each run has a row; the others of args and env would be lost among many. */
static bool is_shown_per_run(const struct state *s)
{
	return s->page.format < ROWS_NFORMAT;
}

/* What a run is among others at constant rates, if it is not one of these. */
static void make_no_probe(struct curve_bounds *b)
{
	double lo = b->lr_lo, hi = b->lr_hi;

	*b = curve_nothing;
	b->status = CURVE_NOT_A_TEST;
	b->stage = CURVE_PROBE;
	b->lr_lo = lo;
	b->lr_hi = hi;
}

/* The results of one run; nothing is said of them. */
static int find_run(struct state *s, const char *file,
	const struct log_run *run, const struct curve *c, double blur,
	struct diag *d)
{
	const struct lrfind_options *o = s->o;
	struct curve_use use = o->use;
	const struct curve_method *m = o->method ? o->method : curve_methods;

	use.blur = blur;
	for (size_t i = 0; i < s->nmethod; i++, m++) {
		struct lrfind_result r = {
			.run = logs_run_name(file, run->name, s->logs.several),
			.method = m};

		if (!r.run)
			return diag_nomem(d, strlen(file));
		if (curve_find(c, m, &use, &r.bounds, d) < 0) {
			free(r.run);
			return -1;
		}
		if (o->stage == STAGE_PROBE)
			make_no_probe(&r.bounds);
		if (add_result(s, r, d) < 0)
			return -1;
	}
	return 0;
}

static int show(struct state *s, const struct lrfind_result *r, size_t n,
	struct diag *d)
{
	for (size_t i = 0; i < n && is_shown_per_run(s); i++)
		if (lrfind_print(&s->page, &r[i], d) < 0)
			return -1;
	return 0;
}

/* Probes are shown together, or where there is nothing to compare them with. */
static int add_probe(struct state *s, const char *file,
	const struct log_run *run, struct diag *d)
{
	const struct curve c = lrfind_curve(s->o, run);
	size_t first = s->n;

	if (find_run(s, file, run, &c, 0, d) < 0)
		return -1;
	/* At one rate the order of rows is all that steps would tell. */
	if (run->unit != LOG_ROWS)
		lrfind_note_points(file, run, &s->result[first].bounds);
	for (size_t i = first; i < s->n; i++)
		s->result[i].is_probe = true;
	return 0;
}

static void print_checks(struct state *s, const struct log_run *run,
	const struct curve_undone *u, const struct curve *c,
	const struct lrfind_result *r)
{
	const struct lrfind_test t = {r->run, run->unit, u, c, &r->bounds};

	lrfind_print_checks(&s->page, &t);
}

static int add_test(struct state *s, const char *file,
	const struct log_run *run, const struct curve_undone *u, struct diag *d)
{
	const struct curve c = skip(s->o, &u->c);
	size_t first = s->n;

	if (find_run(s, file, run, &c, u->blur, d) < 0)
		return -1;
	for (size_t i = first; i < s->n && s->over; i++)
		if (!curve_is_yes(s->result[i].bounds.status))
			s->result[i].bounds.status = CURVE_DIVERGED;
	s->nrun++;
	if (s->o->check) {
		print_checks(s, run, u, &c, &s->result[first]);
		return 0;
	}
	lrfind_note_losses(file, run, s->o, u);
	if (!curve_is_yes(s->result[first].bounds.status))
		lrfind_note_in_turn(file, run, &c);
	if (s->result[first].bounds.status == CURVE_TOO_FEW && c.n < u->c.n)
		logs_note(file, run->name,
			"--skip-start and --skip-end leave %zu of %zu points",
			c.n, u->c.n);
	lrfind_note_points(file, run, &s->result[first].bounds);
	lrfind_note_doubtful(file, run, s->result + first, s->n - first);
	if (show(s, s->result + first, s->n - first, d) < 0 ||
		(s->page.format == LRFIND_CURVE &&
			lrfind_print_curve(&s->page, s->result[first].run, &c,
				s->o->log.role.metric ? -1 : 1, d) < 0))
		return -1;
	return s->o->plot.wanted ? lrfind_picture_add(&s->picture, &c, first,
					   s->n - first, d)
				 : 0;
}

static int add_run(struct state *s, const char *file, const struct log_run *run,
	bool is_probe, struct diag *d)
{
	const struct lrfind_options *o = s->o;
	const struct curve c = {run->step, run->lr, run->loss, run->n};
	struct curve_undone u;
	int status;

	if (is_probe)
		return add_probe(s, file, run, d);
	status = curve_undo(&u, &c, &o->losses, o->shift, d);
	if (!status)
		status = add_test(s, file, run, &u, d);
	curve_undone_free(&u);
	return status;
}

/* A log that cannot be read is a row too. */
static int bad_file(void *ctx, const char *file, struct diag *d)
{
	struct state *s = ctx;
	struct lrfind_result r = {.bounds = curve_nothing};
	int status = 0;

	logs_worse(&s->logs, cli_fail(d));
	r.bounds.status = CURVE_BAD_DATA;
	r.bounds.stage = s->o->stage == STAGE_PROBE ? CURVE_PROBE : CURVE_RANGE;
	r.method = s->o->method ? s->o->method : curve_methods;
	r.run = logs_run_name(file, NULL, false);
	if (!r.run)
		return diag_nomem(d, strlen(file));
	if (is_shown_per_run(s))
		status = lrfind_print(&s->page, &r, d);
	free(r.run);
	return status;
}

static int find_file(
	void *ctx, const char *file, struct source *source, struct diag *d)
{
	struct state *s = ctx;
	struct log log;
	bool is_probe;
	int status = 0;

	if (log_read(&log, source, &s->o->log, d) < 0)
		return -1;
	logs_note_odd(file, &log, &s->o->log);
	is_probe = s->o->stage != STAGE_RANGE && !s->o->check &&
		   lrfind_is_held(s->o, &log);
	if (is_probe)
		status = lrfind_probes_add(&s->probes, s->o, file, &log, d);
	else if (s->o->stage != STAGE_RANGE)
		lrfind_note_held(s->o, file, &log);
	for (size_t i = 0; i < log.nrun && !status; i++)
		status = add_run(s, file, &log.run[i], is_probe, d);
	log_free(&log);
	return status;
}

static int list_columns(
	void *ctx, const char *file, struct source *source, struct diag *d)
{
	struct state *s = ctx;

	return logs_columns_add(&s->page.rows, file, source, &s->o->log, d);
}

static int write_page(void *ctx, struct diag *d)
{
	struct state *s = ctx;

	return lrfind_page_write(&s->page, &s->logs.file, d);
}

/* One more row for several runs of one method. */
static int combine(struct state *s, const struct curve_method *m, bool shown,
	struct diag *d)
{
	struct curve_bounds *run = malloc((s->n + 1) * sizeof(*run));
	struct lrfind_result all = {.run = all_name, .method = m};
	size_t n = 0, nok = 0;
	int status;

	if (!run)
		return diag_nomem(d, s->n * sizeof(*run));
	for (size_t i = 0; i < s->n; i++) {
		if (s->result[i].method != m || s->result[i].is_probe)
			continue;
		run[n] = s->result[i].bounds;
		nok += run[n++].status == CURVE_OK;
	}
	status = curve_combine(run, n, &all.bounds, d);
	free(run);
	if (status < 0)
		return -1;
	if (is_asked(s, m))
		s->all = all.bounds;
	if (all.bounds.status != CURVE_OK && nok && is_asked(s, m)) {
		if (all.bounds.sparse)
			cli_note("all: most runs did not test the rate in the "
				 "middle of their answers; expected runs of "
				 "one test");
		else
			cli_note("all: %zu of %zu runs are ok; expected more "
				 "than half",
				nok, n);
		logs_worse(&s->logs, CLI_NO);
	}
	return shown ? lrfind_print(&s->page, &all, d) : 0;
}

/* The row for all of several range tests. */
static int combine_all(struct state *s, bool shown, struct diag *d)
{
	const struct lrfind_options *o = s->o;

	for (const struct curve_method *m = curve_methods; m->name; m++)
		if (s->nrun > 1 && (!o->method || o->method == m) &&
			combine(s, m, shown, d) < 0)
			return -1;
	return 0;
}

/* Runs at one rate alone say nothing: they are range tests that are none. */
static int give_up_probes(struct state *s, struct diag *d)
{
	for (size_t i = 0; i < s->n; i += s->nmethod) {
		struct lrfind_result *r = &s->result[i];

		if (!r->is_probe)
			continue;
		s->nrun++;
		for (size_t k = 0; k < s->nmethod; k++)
			r[k].is_probe = false;
		if (show(s, r, s->nmethod, d))
			return -1;
	}
	return 0;
}

/* Says and counts what is wrong with each range test. */
static void judge_runs(struct state *s)
{
	for (size_t i = 0; i < s->n; i += s->nmethod) {
		lrfind_explain(&s->page, &s->result[i], s->nmethod);
		for (size_t k = i; k < i + s->nmethod; k++) {
			const struct lrfind_result *r = &s->result[k];

			if (is_asked(s, r->method) &&
				!curve_is_yes(r->bounds.status))
				logs_worse(&s->logs,
					r->bounds.status == CURVE_BAD_DATA
						? CLI_TROUBLE
						: CLI_NO);
		}
	}
}

/* What the range test suggests that the probes are read with, or NaN. */
static double range_suggestion(const struct state *s)
{
	const struct curve_bounds *b = &s->all;

	if (!is_asked(s, curve_methods) || s->nrun == 0)
		return NAN;
	for (size_t i = 0; i < s->n && s->nrun == 1; i += s->nmethod)
		if (!s->result[i].is_probe)
			b = &s->result[i].bounds;
	return b->status == CURVE_OK ? b->suggest : NAN;
}

/* Which probes were cut short, and what that is taken for. */
static void note_cut(const struct state *s)
{
	const struct lrfind_probes *p = &s->probes;
	size_t k = 0;

	for (size_t i = 0; i < s->n; i += s->nmethod) {
		const struct curve_probe *probe = &p->probe[k];

		if (!s->result[i].is_probe)
			continue;
		if (probe->whole > 0 && !isnan(probe->level))
			cli_note("%s: run %s: cut short after %.0f of %.0f "
				 "updates, %s; expected %s",
				probes_name, s->result[i].run, probe->updates,
				probe->whole,
				curve_probe_is_lost(p->probe, p->n, k)
					? "although a rate as high learns to "
					  "the end: it is left out"
					: "which counts as diverged",
				curve_probe_is_lost(p->probe, p->n, k)
					? "its whole log"
					: "runs of one length if it has not");
		k++;
	}
}

static int finish_probes(struct state *s, struct diag *d)
{
	struct lrfind_result r = {.run = probes_name, .method = curve_methods};

	if (s->page.format == LRFIND_CURVE && s->nrun == 0)
		return diag_set(d, DIAG_USAGE,
			"-f curve is of range tests, and probes have no curve; "
			"expected the log of a range test, or -f csv");
	if (s->o->method && s->o->method != curve_methods)
		cli_note("%s: -m %s is of range tests, and probes are read in "
			 "one way alone; expected no -m for their row",
			probes_name, s->o->method->name);
	if (combine_all(s, is_shown_per_run(s), d) < 0 ||
		curve_probes(s->probes.probe, s->probes.n, range_suggestion(s),
			&s->o->use, &r.bounds, d) < 0)
		return -1;
	s->probed = r.bounds;
	s->has_probed = true;
	note_cut(s);
	lrfind_explain(&s->page, &r, 1);
	if (!curve_is_yes(r.bounds.status))
		logs_worse(&s->logs, CLI_NO);
	return lrfind_print(&s->page, &r, d) ||
			       lrfind_print_next(&s->page, &r.bounds, d)
		       ? -1
		       : 0;
}

static int finish_runs(struct state *s, struct diag *d)
{
	if (give_up_probes(s, d) < 0)
		return -1;
	judge_runs(s);
	if (!is_shown_per_run(s) && s->logs.status == CLI_TROUBLE)
		return 0;
	if (s->nrun == 1 && !is_shown_per_run(s))
		return lrfind_print(&s->page, &s->result[0], d);
	if (combine_all(s, true, d) < 0)
		return -1;
	return s->nrun ? lrfind_print_next(&s->page,
				 s->nrun > 1 ? &s->all : &s->result[0].bounds,
				 d)
		       : 0;
}

/* A program that asks for one answer alone is to go on with none of it. */
static void judge_answer(struct state *s)
{
	const struct curve_method *m =
		s->o->method ? s->o->method : curve_methods;

	if (is_shown_per_run(s) || s->page.no_result || s->page.text.len ||
		s->logs.status != CLI_DONE)
		return;
	if (s->nrun == 1 && lrfind_is_untested(&s->result->bounds))
		; /* as was said */
	else if (s->page.format == LRFIND_VALUE)
		cli_note("%s gives a range and suggests no single rate; "
			 "expected -f args or env, or --method centre",
			m->name);
	else
		cli_note("%s gives no range; expected -f value, or --method "
			 "centre",
			m->name);
	logs_worse(&s->logs, CLI_NO);
}

static int finish(struct state *s, struct diag *d)
{
	int status;

	/* One answer is for all inputs: none of them may be missing. */
	if (!is_shown_per_run(s) && s->logs.status == CLI_TROUBLE)
		return judge_runs(s), 0;
	if (curve_probes_differ(s->probes.probe, s->probes.n))
		status = finish_probes(s, d);
	else
		status = finish_runs(s, d);
	if (!status)
		judge_answer(s);
	return status ? status : lrfind_page_finish(&s->page, &s->logs.file, d);
}

/* What could not be read is not in the picture: then there is none. */
static int draw(struct state *s, struct diag *d)
{
	bool probed = s->has_probed;
	struct lrfind_result all = {
		.method = curve_methods, .bounds = probed ? s->probed : s->all};

	if (!s->o->plot.wanted || s->logs.status == CLI_TROUBLE)
		return 0;
	if (probed) {
		s->picture.probe = s->probes.probe;
		s->picture.nprobe = s->probes.n;
	}
	return logs_drawn(&s->logs,
		lrfind_picture_draw(&s->picture, s->o, s->result,
			probed || s->nrun > 1 ? &all : NULL,
			logs_canvas(&s->logs), d),
		d);
}

static int follow(struct state *s, struct diag *d)
{
	struct log_run run = {0};
	struct input in = {.fd = -1};
	int r;

	if (logs_check_stop_file(
		    s->o->stop_file, s->o->output, s->o->file[0], d) < 0 ||
		input_open(&in, s->o->file[0], d) < 0)
		return -1;
	r = lrfind_follow(&run, &s->over, s->o, &in, d);
	if (!r)
		r = add_run(s, in.name, &run, false, d);
	else if (d->class == DIAG_DATA)
		diag_at(d, "%s", in.name);
	free(run.step);
	free(run.lr);
	free(run.loss);
	input_close(&in);
	return r;
}

static int run(struct state *s, struct diag *d)
{
	const struct logs_work work = {
		s->o->logs.list_columns ? list_columns : find_file,
		s->o->logs.list_columns ? NULL : bad_file, write_page, s};

	if (s->o->follow ? follow(s, d) < 0
			 : logs_each(&s->logs, &s->o->log, &work, d) < 0)
		return -1;
	if (s->o->logs.list_columns)
		return rows_finish(&s->page.rows, &s->logs.file, d);
	return finish(s, d) < 0 ? -1 : draw(s, d);
}

static size_t count_methods(void)
{
	size_t n = 0;

	while (curve_methods[n].name)
		n++;
	return n;
}

static void release(struct state *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->result[i].run);
	free(s->result);
	lrfind_probes_free(&s->probes);
	lrfind_picture_free(&s->picture);
	lrfind_page_free(&s->page);
}

/*
 * A file to keep is complete or is not there: no input is missing in it, and
 * where an answer is all it would hold, there is one.
 */
static bool is_to_keep(const struct state *s)
{
	return s->logs.status != CLI_TROUBLE &&
	       (is_shown_per_run(s) || s->logs.file.nbytes > 0);
}

int main(int argc, char *argv[])
{
	static const struct cli_tool tool = {"lrfind", CLI_TROUBLE};
	struct lrfind_options o;
	struct lrfind_rates rates = {0};
	struct state s = {.o = &o};
	struct diag d = {0};
	int status;

	cli_init(&tool);
	lrfind_options_init(&o);
	status = lrfind_options_parse(&o, argc, argv);
	if (status >= 0)
		return status;
	s.nmethod = o.method ? 1 : count_methods();
	s.logs.output = o.output;
	s.logs.picture = o.plot.file;
	if ((o.rates && logs_check_input(&s.logs, o.rates, &d)) ||
		lrfind_rates_read(&rates, &o, &d) < 0) {
		status = schedule_fail(&rates.sched.spec, &d);
		lrfind_rates_free(&rates);
		return status;
	}
	o.log.rates = rates.rates;
	o.log.role.no_lr = o.log.rates != NULL;
	if (o.sched.epoch_steps)
		o.log.epoch_steps = rates.sched.spec.env.epoch_steps;
	status = logs_open(&s.logs, o.file, o.nfile, &d);
	if (!status) {
		lrfind_page_begin(&s.page, &o, &s.logs.file);
		status = run(&s, &d);
	}
	logs_end(&s.logs, status, is_to_keep(&s), &d);
	lrfind_rates_free(&rates);
	release(&s);
	return s.logs.status;
}
