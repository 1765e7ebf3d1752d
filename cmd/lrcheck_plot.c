/* SPDX-License-Identifier: MIT */
/*
 * --plot: the logged rates as points over the line of the schedule, with a mark
 * where they begin to differ.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "lrcheck.h"
#include "sched/sched.h"

/* Of longer schedules steps are left out, or drawing would take minutes. */
#define LOOKED_AT_MAX 1000000.0

enum { LOGGED, EXPECTED, MARK, NSERIES };

struct lrcheck_picture_run {
	char *name;
	struct plot_line logged, expected;
	struct plot_point mark; /* x NAN: none */
};

double lrcheck_expected(const struct sched *node, double step)
{
	return sched_value(node, fmin(fmax(step, 0), (double)SCHED_STEPS_MAX));
}

static int copy_logged(struct lrcheck_picture_run *run,
	const struct lrcheck_course *c, struct diag *d)
{
	if (plot_line_begin(&run->logged, c->s->n, d))
		return -1;
	for (size_t i = 0; i < c->s->n; i++)
		plot_line_add(
			&run->logged, c->s->step[i] + c->origin, c->s->rate[i]);
	plot_line_end(&run->logged);
	return 0;
}

/* From the first step that was logged to the last. */
static int sample_expected(struct lrcheck_picture_run *run,
	const struct lrcheck_course *c, struct diag *d)
{
	double first = c->s->n ? c->s->step[0] : 0;
	double n = c->s->n ? c->s->step[c->s->n - 1] - first + 1 : 0;
	double every = fmax(1, ceil(n / LOOKED_AT_MAX));

	n = ceil(n / every);
	if (plot_line_begin(&run->expected, (uint64_t)n, d))
		return -1;
	for (uint64_t i = 0; i < (uint64_t)n; i++) {
		double step = first + (double)i * every;

		plot_line_add(&run->expected, step + c->origin,
			lrcheck_expected(c->node, step));
	}
	plot_line_end(&run->expected);
	return 0;
}

int lrcheck_picture_add(struct lrcheck_picture *p,
	const struct lrcheck_course *c, struct diag *d)
{
	struct lrcheck_picture_run *run =
		array_room(p->run, p->n, sizeof(*run), d);

	if (!run)
		return -1;
	p->run = run;
	run += p->n++;
	*run = (struct lrcheck_picture_run){
		.name = strdup(c->name), .mark.x = c->first_diff};
	if (!run->name)
		return diag_nomem(d, strlen(c->name));
	if (copy_logged(run, c, d))
		return -1;
	return c->node ? sample_expected(run, c, d) : 0;
}

void lrcheck_picture_free(struct lrcheck_picture *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->run[i].name);
		plot_line_free(&p->run[i].logged);
		plot_line_free(&p->run[i].expected);
	}
	free(p->run);
	*p = (struct lrcheck_picture){0};
}

static int add(struct plot_figure *f, const struct plot_series *s,
	const char *name, const char *what, struct diag *d)
{
	struct buf label = {0};

	buf_printf(&label, "%s%s", name, what);
	return plot_figure_add(f, s, &label, d);
}

static int add_run(struct plot_figure *f, const struct lrcheck_picture_run *run,
	unsigned colour, int which, struct diag *d)
{
	struct plot_series s = {.colour = colour};

	switch (which) {
	case EXPECTED:
		s.kind = PLOT_LINE;
		s.point = run->expected.point;
		s.n = run->expected.n;
		return s.n ? add(f, &s, run->name, ", expected", d) : 0;
	case LOGGED:
		s.kind = PLOT_POINTS;
		s.point = run->logged.point;
		s.n = run->logged.n;
		s.colour++;
		return add(f, &s, run->name, "", d);
	default:
		s.kind = PLOT_MARK;
		s.point = &run->mark;
		s.n = 1;
		s.colour++;
		return isnan(run->mark.x) ? 0
					  : add(f, &s, run->name,
						    ", differs from here", d);
	}
}

static void scale(struct plot_line *l, double unit)
{
	for (size_t i = 0; i < l->n; i++)
		l->point[i].x /= unit;
}

/* Steps become epochs, where those are known. */
static void scale_all(const struct lrcheck_picture *p, double unit)
{
	for (size_t i = 0; i < p->n; i++) {
		scale(&p->run[i].logged, unit);
		scale(&p->run[i].expected, unit);
		p->run[i].mark.x /= unit;
	}
}

int lrcheck_picture_draw(const struct lrcheck_picture *p,
	const struct plot_opts *o, double epoch_steps, struct output *out,
	struct diag *d)
{
	/* Lines first: the points stand on them. */
	static const int order[] = {EXPECTED, MARK, LOGGED};
	bool epochs = !isnan(epoch_steps);
	struct plot_figure f = {0};
	struct plot plot = {.file = o->file,
		.title = o->title,
		.x.label = epochs ? "epoch" : "step",
		.y.label = "lr"};
	int ret = 0;

	if (epochs)
		scale_all(p, epoch_steps);
	for (int k = 0; k < NSERIES && !ret; k++)
		for (size_t i = 0; i < p->n && !ret; i++)
			ret = add_run(
				&f, &p->run[i], 2 * (unsigned)i, order[k], d);
	if (!ret && f.n) {
		plot.series = f.series;
		plot.nseries = f.n;
		ret = plot_draw(&plot, out, d);
	}
	plot_figure_free(&f);
	return ret;
}
