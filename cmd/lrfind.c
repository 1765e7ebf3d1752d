/* SPDX-License-Identifier: MIT */
/*
 * lrfind: the learning rates that logs of range tests support.
 */
#include "lrfind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "cli.h"
#include "logs.h"

/* What the run of the program carries along. */
struct state {
	const struct lrfind_options *o;
	struct lrfind_result *result; /* every one so far */
	size_t n, cap;
	size_t nrun;
	struct lrfind_page page;
	struct lrfind_picture picture;
	struct curve_bounds all; /* of the asked method, for several runs */
	struct logs logs;
};

/* M's answer is the one that the exit status tells. */
static bool is_asked(const struct state *s, const struct curve_method *m)
{
	return m == (s->o->method ? s->o->method : curve_methods);
}

/* Keeps R, prints it if SHOWN, and lets the exit status know. */
static int add_result(
	struct state *s, struct lrfind_result r, bool shown, struct diag *d)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 16;
		struct lrfind_result *p = realloc(s->result, cap * sizeof(*p));

		if (!p) {
			free(r.run);
			return diag_nomem(d, cap * sizeof(*p));
		}
		s->result = p;
		s->cap = cap;
	}
	s->result[s->n++] = r;
	if (!curve_is_yes(r.bounds.status) && is_asked(s, r.method))
		logs_worse(&s->logs, r.bounds.status == CURVE_BAD_DATA
					     ? CLI_TROUBLE
					     : CLI_NO);
	return shown ? lrfind_print(&s->page, &r, d) : 0;
}

/* Each run has a row; the others of args and env would be lost among many. */
static bool is_shown_per_run(const struct state *s)
{
	return s->page.format < ROWS_NFORMAT;
}

static size_t skipped(const struct lrfind_skip *skip, size_t n)
{
	return skip->n + (size_t)(skip->percent * (double)n / 100);
}

/* RUN, less what is to be skipped. */
static struct curve curve_of(
	const struct lrfind_options *o, const struct log_run *run)
{
	size_t start = skipped(&o->skip_start, run->n);
	size_t end = skipped(&o->skip_end, run->n);

	if (start + end >= run->n)
		return (struct curve){run->step, run->lr, run->loss, 0};
	return (struct curve){run->step + start, run->lr + start,
		run->loss + start, run->n - start - end};
}

/*
 * What published methods suggest although their own code might have known
 * better: a tenth of a rate, whether it was tested or not; a place beside nan.
 */
static void note_doubtful(const char *file, const struct log_run *run,
	const struct lrfind_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct curve_bounds *b = &r[i].bounds;

		if (b->suggest < b->lr_lo || b->suggest > b->lr_hi)
			logs_note(file, run->name,
				"%s suggests %.3g, a rate that was not tested; "
				"expected a test from lower rates",
				r[i].method->name, b->suggest);
		if (b->not_finite)
			logs_note(file, run->name,
				"%s suggests %.3g beside a loss that is not "
				"finite; expected a log that ends before",
				r[i].method->name, b->suggest);
	}
}

/* What the points of RUN are not, and what of them is not read. */
static void note_points(const char *file, const struct log_run *run,
	const struct curve_bounds *b)
{
	static const char *const unit[] = {
		[LOG_STEPS] = NULL,
		[LOG_ROWS] = "no column of steps: each row counts as one "
			     "update; expected --step COLUMN unless it is",
		[LOG_EPOCHS] = "rows are epochs, and each counts as one "
			       "update; expected a row for each update",
		[LOG_EPOCH_PARTS] = "epochs are no updates: each row counts as "
				    "one; expected --step COLUMN",
	};

	if (unit[run->unit])
		logs_note(file, run->name, "%s", unit[run->unit]);
	else if (b->by_points)
		logs_note(file, run->name,
			"the steps cannot be updates: points count in their "
			"place; expected whole numbers, another for each");
	if (b->ngap && b->status != CURVE_BAD_DATA)
		logs_note(file, run->name,
			"%zu points have no rate above 0 or no finite loss; "
			"they are left out",
			b->ngap);
}

static int find_run(struct state *s, const char *file,
	const struct log_run *run, struct diag *d)
{
	const struct lrfind_options *o = s->o;
	const struct curve_method *m = o->method ? o->method : curve_methods;
	struct curve c = curve_of(o, run);
	struct lrfind_result r;
	size_t first = s->n;
	int status = 0;

	for (; !status && m->name; m++) {
		r = (struct lrfind_result){
			logs_run_name(file, run->name, o->nfile > 1), m,
			{.status = CURVE_OK}};
		if (!r.run)
			status = diag_nomem(d, strlen(file));
		else if (curve_find(&c, m, &o->use, &r.bounds, d) < 0) {
			free(r.run);
			status = -1;
		} else
			status = add_result(s, r, is_shown_per_run(s), d);
		if (o->method)
			break;
	}
	if (!status && o->plot.wanted)
		status = lrfind_picture_add(
			&s->picture, &c, first, s->n - first, d);
	if (!status) {
		note_points(file, run, &s->result[first].bounds);
		note_doubtful(file, run, s->result + first, s->n - first);
		lrfind_explain(s->result + first, s->n - first);
	}
	s->nrun++;
	return status;
}

/* A log that cannot be read is a row too. */
static int add_bad_data(struct state *s, const char *file, struct diag *d)
{
	struct lrfind_result r = {.bounds = curve_nothing};
	int status = 0;

	logs_worse(&s->logs, cli_fail(d));
	r.bounds.status = CURVE_BAD_DATA;
	r.method = s->o->method ? s->o->method : curve_methods;
	r.run = logs_run_name(file, NULL, false);
	if (!r.run)
		return diag_nomem(d, strlen(file));
	if (is_shown_per_run(s))
		status = lrfind_print(&s->page, &r, d);
	free(r.run);
	return status;
}

static int find_file(void *ctx, struct input *in, struct diag *d)
{
	struct state *s = ctx;
	struct log log;
	int status = 0;

	if (log_read(&log, in, &s->o->log, d) < 0) {
		if (d->class != DIAG_DATA)
			return -1;
		diag_at(d, "%s", in->name);
		return add_bad_data(s, in->name, d);
	}
	logs_note_odd(in->name, &log);
	for (size_t i = 0; i < log.nrun && !status; i++)
		status = find_run(s, in->name, &log.run[i], d);
	log_free(&log);
	return status;
}

static int list_columns(void *ctx, struct input *in, struct diag *d)
{
	struct state *s = ctx;
	struct log_columns c;
	int status = log_columns_read(&c, in, &s->o->log, d);

	if (status < 0)
		return d->class == DIAG_DATA ? diag_at(d, "%s", in->name) : -1;
	status = lrfind_print_columns(&s->page, in->name, &c, d);
	log_columns_free(&c);
	return status;
}

static int write_page(void *ctx, struct diag *d)
{
	struct state *s = ctx;

	return lrfind_page_write(&s->page, &s->logs.file, d);
}

/* One more row for several runs of one method. */
static int combine(
	struct state *s, const struct curve_method *m, struct diag *d)
{
	struct curve_bounds *run = malloc((s->n + 1) * sizeof(*run));
	struct lrfind_result all = {.method = m};
	size_t n = 0, nok = 0;
	int status;

	if (!run)
		return diag_nomem(d, s->n * sizeof(*run));
	for (size_t i = 0; i < s->n; i++) {
		if (s->result[i].method != m)
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
	if (all.bounds.status != CURVE_OK && nok && is_asked(s, m))
		cli_note("all: %zu of %zu runs are ok; expected more than half",
			nok, n);
	all.run = strdup("all");
	if (!all.run)
		return diag_nomem(d, 4);
	status = lrfind_print(&s->page, &all, d);
	free(all.run);
	return status;
}

static int finish(struct state *s, struct diag *d)
{
	const struct lrfind_options *o = s->o;

	/* One answer is for all inputs: none of them may be missing. */
	if (!is_shown_per_run(s) && s->logs.status == CLI_TROUBLE)
		return 0;
	for (const struct curve_method *m = curve_methods; m->name; m++)
		if (s->nrun > 1 && (!o->method || o->method == m) &&
			combine(s, m, d) < 0)
			return -1;
	if (s->nrun == 1 && !is_shown_per_run(s) &&
		lrfind_print(&s->page, &s->result[0], d) < 0)
		return -1;
	return write_page(s, d);
}

/* The options' own files: the table of rates. */
static int read_rates(struct lrfind_options *o, const struct logs *l,
	struct log_rates **ret, struct diag *d)
{
	struct input in;
	int status;

	*ret = NULL;
	if (!o->rates)
		return 0;
	if (logs_check_input(l, o->rates, d) ||
		input_open(&in, o->rates, d) < 0)
		return -1;
	status = log_rates_read(ret, &in, d);
	if (status < 0 && d->class == DIAG_DATA)
		diag_at(d, "%s", in.name);
	input_close(&in);
	o->log.rates = *ret;
	return status;
}

/* What could not be read is not in the picture: then there is none. */
static int draw(struct state *s, struct diag *d)
{
	struct lrfind_result all = {.bounds = s->all};
	struct output *out =
		s->o->plot.file ? &s->logs.picture_file : &s->logs.file;

	if (!s->o->plot.wanted || s->logs.status == CLI_TROUBLE)
		return 0;
	if (lrfind_picture_draw(&s->picture, s->o, s->result, s->n,
		    s->nrun > 1 ? &all : NULL, out, d) == 0)
		return 0;
	if (!s->o->plot.file)
		return -1;
	/* The rows are right without it. */
	logs_worse(&s->logs, cli_fail(d));
	return 0;
}

static int run(struct state *s, struct diag *d)
{
	const struct logs_work work = {
		s->o->list_columns ? list_columns : find_file, write_page, s};

	if (logs_each(&s->logs, s->o->file, s->o->nfile, &work, d) < 0)
		return -1;
	if (s->o->list_columns)
		return rows_finish(&s->page.rows, &s->logs.file, d);
	return finish(s, d) < 0 ? -1 : draw(s, d);
}

static void release(struct state *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->result[i].run);
	free(s->result);
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
	struct log_rates *rates = NULL;
	struct state s = {.o = &o};
	struct diag d = {0};
	int status;

	cli_init(&tool);
	lrfind_options_init(&o);
	status = lrfind_options_parse(&o, argc, argv);
	if (status >= 0)
		return status;
	s.logs.output = o.output;
	s.logs.picture = o.plot.file;
	if (read_rates(&o, &s.logs, &rates, &d) < 0)
		return cli_fail(&d);
	status = logs_open(&s.logs, o.file, o.nfile, &d);
	if (!status) {
		lrfind_page_begin(&s.page, &o, &s.logs.file);
		status = run(&s, &d);
	}
	if (!status)
		status = logs_commit(&s.logs, is_to_keep(&s), &d);
	if (status < 0)
		logs_worse(&s.logs, cli_fail(&d));
	logs_close(&s.logs);
	log_rates_free(rates);
	release(&s);
	return s.logs.status;
}
