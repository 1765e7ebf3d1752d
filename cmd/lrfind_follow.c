/* SPDX-License-Identifier: MIT */
/*
 * --follow: a range test that still runs.  It is over once its loss is lost
 * again after an answer, or before one; the stop file tells the trainer so.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "cli.h"
#include "file/input.h"
#include "lrfind.h"

/* So many points in a row have to say that it is over: one may be a spike. */
#define IN_A_ROW 5
/* Of more points not every one is looked at. */
#define EVERY_POINT 512
#define STRIDE 16

struct follower {
	const struct lrfind_options *o;
	struct log_stream *stream;
	struct log_run run;
	size_t cap;
	double lr; /* the last that was told */
	size_t nrecord;
	size_t nover; /* points in a row after which the test is over */
};

static int make_room(struct follower *f, struct diag *d)
{
	double **const column[] = {&f->run.step, &f->run.lr, &f->run.loss};
	size_t cap = f->cap ? 2 * f->cap : 1024;

	if (f->run.n < f->cap)
		return 0;
	for (size_t i = 0; i < 3; i++)
		if (array_resize(column[i], cap, sizeof(double), d))
			return -1;
	f->cap = cap;
	return 0;
}

/* Sets *RET to what R tells as NAME or, if that is NULL, of ROLE. */
static bool find_value(double *ret, const struct follower *f,
	const struct log_record *r, const char *name, const char *role)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct log_scalar *s =
			log_stream_scalar(f->stream, r->value[i].scalar);

		if (strcmp(name ? s->name : s->role, name ? name : role) != 0)
			continue;
		*ret = r->value[i].value;
		return true;
	}
	return false;
}

/* The loss that comes after the answer, or in place of one, is lost. */
static int look(struct follower *f, struct diag *d)
{
	const struct log_run *run = &f->run;
	const struct curve c = {run->step, run->lr, run->loss, run->n};
	struct curve_bounds b;
	bool over;

	if (run->n > EVERY_POINT && run->n % STRIDE)
		return 0;
	if (curve_find(&c, curve_methods, &f->o->use, &b, d) < 0)
		return -1;
	over = !isfinite(run->loss[run->n - 1]) ||
	       (b.status == CURVE_OK && isfinite(b.lr_div)) ||
	       (b.status == CURVE_RISING && b.diverged);
	f->nover = over ? f->nover + 1 : 0;
	return 0;
}

static int take(struct follower *f, const struct log_record *r, struct diag *d)
{
	const struct log_options *o = &f->o->log;
	double loss, step = isnan(r->step) ? (double)f->nrecord : r->step;

	find_value(&f->lr, f, r, o->role.lr, "lr");
	if (r->is_valid || !find_value(&loss, f, r, o->role.loss,
				   o->role.metric ? "metric" : "loss"))
		return 0;
	if (isnan(r->step))
		f->run.unit = LOG_ROWS;
	f->nrecord++;
	if (make_room(f, d) < 0)
		return -1;
	f->run.step[f->run.n] = step;
	f->run.lr[f->run.n] = o->rates ? log_rates_at(o->rates, step) : f->lr;
	f->run.loss[f->run.n++] = o->role.metric ? -loss : loss;
	return look(f, d);
}

/* The file that a trainer looks for. */
static int stop(const char *path, double lr, struct diag *d)
{
	struct buf b = {0};
	int r;

	buf_printf(&b, "lrfind: the test is over at rate %.3g\n", lr);
	r = cli_write_file(path, &b, d);
	buf_free(&b);
	return r;
}

int lrfind_follow(struct log_run *ret, bool *over,
	const struct lrfind_options *o, struct input *in, struct diag *d)
{
	struct follower f = {.o = o, .lr = NAN};
	struct source *source;
	struct log_record r;
	uint64_t ntold = 0;
	int got = -1;

	if (source_open(&source, in, &o->log.source, d) < 0)
		return -1;
	in->follow = true;
	if (log_stream_open(&f.stream, source, &o->log, d) == 0) {
		while (f.nover < IN_A_ROW &&
			(got = log_stream_next(f.stream, &r, d)) > 0) {
			logs_note_stream(in->name, f.stream, false, &ntold);
			if (take(&f, &r, d) < 0) {
				got = -1;
				break;
			}
			logs_note_lacking(in->name, f.stream, f.nrecord);
		}
		if (got >= 0)
			logs_note_stream(in->name, f.stream, got == 0, &ntold);
		log_stream_close(f.stream);
	}
	source_close(source);
	*ret = f.run;
	*over = f.nover >= IN_A_ROW;
	if (*over && o->stop_file)
		return stop(o->stop_file, f.run.lr[f.run.n - 1], d);
	return got < 0 ? -1 : 0;
}
