/* SPDX-License-Identifier: MIT */
/* --plot: each column of each schedule becomes a line, over steps or epochs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "lrsched.h"

/* Of even longer ones steps are left out, or drawing would take minutes. */
#define LOOKED_AT_MAX ((uint64_t)1 << 24)
/* Steps evaluated at a time. */
#define CHUNK 4096

static bool has_epochs(const struct lrsched_plan *p)
{
	return !isnan(spec_epochs_before(&p->schedule[0].spec, 0));
}

/* Column C as the line L. */
static int sample(const struct lrsched_plan *p, const struct lrsched_column *c,
	struct plot_line *l, struct diag *d)
{
	struct lrsched_plan few = *p;
	uint64_t nrow = p->schedule[c->schedule].nrow, i, step;
	uint64_t stride = nrow / LOOKED_AT_MAX + 1;
	const struct spec *spec = &p->schedule[0].spec;
	bool in_epochs = has_epochs(p);
	double v[CHUNK];
	size_t m, k;

	few.every *= stride;
	few.nrow = (nrow - 1) / stride + 1;
	if (plot_line_begin(l, few.nrow, d))
		return -1;
	for (i = 0; i < few.nrow; i += m) {
		m = few.nrow - i < CHUNK ? (size_t)(few.nrow - i) : CHUNK;
		step = few.start + i * few.every;
		if (lrsched_values(&few, c, step, m, v, d))
			return -1;
		for (k = 0; k < m; k++, step += few.every)
			plot_line_add(l,
				in_epochs
					? spec_epochs_before(spec, (double)step)
					: (double)step,
				v[k]);
	}
	plot_line_end(l);
	return 0;
}

struct figure {
	const struct lrsched_plan *plan;
	const char **name; /* of each curve's column */
	struct plot_figure drawn;
	struct buf right; /* names of columns other than the first one's */
};

/* The columns of values, of schedule I or of all (SIZE_MAX). */
static size_t count_values(const struct lrsched_plan *p, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < p->ncolumn; k++)
		n += p->column[k].kind == LRSCHED_VALUE &&
		     (i == SIZE_MAX || p->column[k].schedule == i);
	return n;
}

/* The schedule, the column, or both: what tells this curve from the others. */
static void label(const struct lrsched_plan *p, const struct lrsched_column *c,
	struct buf *b)
{
	const char *name = p->schedule[c->schedule].name;
	bool several = count_values(p, c->schedule) > 1;
	bool alone = p->nschedule == 1;

	if (!several || !alone)
		buf_adds(b, name);
	if (several && !alone)
		buf_addc(b, '.');
	if (several)
		buf_adds(b, c->name);
}

/* What is not called as the first column is has an axis of its own. */
static int choose_axis(struct figure *f, bool *right, struct diag *d)
{
	size_t curve = f->drawn.n, i;
	const char *name = f->name[curve];

	for (i = 0; i < curve; i++)
		if (strcmp(f->name[i], name) == 0)
			break;
	*right = i < curve ? f->drawn.series[i].right : curve > 0;
	if (i < curve || !curve)
		return 0;
	buf_printf(&f->right, "%s%s", f->right.len ? ", " : "", name);
	return buf_end(&f->right, d);
}

static int add_curve(
	struct figure *f, const struct lrsched_column *c, struct diag *d)
{
	size_t i = f->drawn.n;
	struct plot_series s = {.colour = (unsigned)i};
	struct plot_line line = {0};
	struct buf b = {0};
	int bad;

	f->name[i] = c->name;
	if (choose_axis(f, &s.right, d))
		return -1;
	bad = sample(f->plan, c, &line, d);
	s.point = line.point;
	s.n = line.n;
	if (!bad) {
		label(f->plan, c, &b);
		bad = plot_figure_add(&f->drawn, &s, &b, d);
	}
	plot_line_free(&line);
	return bad;
}

/* The last step takes its time, too. */
static struct plot_axis x_axis(const struct lrsched_plan *p)
{
	const struct spec *spec = &p->schedule[0].spec;
	double first = (double)p->start;
	double end = first + (double)p->nrow * (double)p->every;

	if (!has_epochs(p))
		return (struct plot_axis){"step", false, first, end};
	return (struct plot_axis){"epoch", false,
		spec_epochs_before(spec, first), spec_epochs_before(spec, end)};
}

/* gnuplot would draw the others and say that this one is undefined. */
static int check_log(const struct plot_series *c, struct diag *d)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->point[i].y > 0)
			return 0;
	return diag_set(d, DIAG_DATA,
		"--log: no value of '%s' is above 0; expected some", c->label);
}

static int add_curves(struct figure *f, struct diag *d)
{
	const struct lrsched_plan *p = f->plan;

	for (size_t i = 0; i < p->nschedule; i++)
		if (!p->schedule[i].nrow)
			return diag_set(d, DIAG_USAGE,
				"--plot: no steps to draw; expected some");
	if (!count_values(p, SIZE_MAX))
		return diag_set(d, DIAG_USAGE,
			"--plot: no column of values to draw; expected some");
	for (size_t i = 0; i < p->ncolumn; i++)
		if (p->column[i].kind == LRSCHED_VALUE &&
			add_curve(f, &p->column[i], d))
			return -1;
	return 0;
}

static int make_room(struct figure *f, struct diag *d)
{
	size_t n = f->plan->ncolumn;

	f->name = calloc(n, sizeof(*f->name));
	return f->name ? 0 : diag_nomem(d, n * sizeof(*f->name));
}

static void free_figure(struct figure *f)
{
	plot_figure_free(&f->drawn);
	buf_free(&f->right);
	free(f->name);
}

int lrsched_plot(const struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d)
{
	struct figure f = {.plan = p};
	struct plot picture = {.file = o->plot.file, .title = o->plot.title};
	int r = make_room(&f, d) || add_curves(&f, d);

	for (size_t i = 0; i < f.drawn.n && o->log && !r; i++)
		r = check_log(&f.drawn.series[i], d);
	if (!r) {
		picture.x = x_axis(p);
		picture.y = (struct plot_axis){f.name[0], o->log, NAN, NAN};
		picture.right =
			(struct plot_axis){f.right.data, o->log, NAN, NAN};
		picture.series = f.drawn.series;
		picture.nseries = f.drawn.n;
		r = plot_draw(&picture, out, d);
	}
	free_figure(&f);
	return r;
}
