/* SPDX-License-Identifier: MIT */
/* --plot: each column of each schedule becomes a line, over steps or epochs. */
#include "lrsched.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"

/* Of even longer ones steps are left out, or drawing would take minutes. */
#define LOOKED_AT_MAX ((uint64_t)1 << 24)
/* Steps evaluated at a time. */
#define CHUNK 4096

/* Column C as points in OUT, at most PLOT_THIN_MAX of them. */
static int sample(const struct lrsched_plan *p, const struct lrsched_column *c,
	struct plot_point *out, size_t *ret, struct diag *d)
{
	struct lrsched_plan few = *p;
	uint64_t stride = p->nrow / LOOKED_AT_MAX + 1, i, step;
	double v[CHUNK], unit = p->sched.env.epoch_steps;
	struct plot_thin thin;
	size_t m, k;

	few.every *= stride;
	few.nrow = (p->nrow - 1) / stride + 1;
	plot_thin_begin(&thin, out, few.nrow);
	for (i = 0; i < few.nrow; i += m) {
		m = few.nrow - i < CHUNK ? (size_t)(few.nrow - i) : CHUNK;
		step = few.start + i * few.every;
		if (lrsched_values(&few, c, step, m, v, d))
			return -1;
		for (k = 0; k < m; k++, step += few.every)
			plot_thin_add(&thin,
				isnan(unit) ? (double)step
					    : (double)step / unit,
				v[k]);
	}
	*ret = plot_thin_end(&thin);
	return 0;
}

struct figure {
	const struct lrsched_plan *plan;
	size_t nplan;
	const char **name; /* of each curve's column */
	struct plot_series *series;
	struct plot_point *point; /* PLOT_THIN_MAX for each curve */
	struct buf *label;
	size_t n;
	struct buf right; /* names of columns other than the first one's */
};

static size_t count_values(const struct lrsched_plan *p)
{
	size_t n = 0, i;

	for (i = 0; i < p->ncolumn; i++)
		n += p->column[i].kind == LRSCHED_VALUE;
	return n;
}

/* The words, the column, or both: what tells this curve from the others. */
static int label(const struct figure *f, const struct lrsched_plan *p,
	const char *name, struct buf *b)
{
	bool column = count_values(p) > 1;
	size_t i;

	if (column && buf_adds(b, name))
		return -1;
	if (f->nplan > 1 || !column) {
		if (column && buf_adds(b, ":"))
			return -1;
		for (i = 0; i < p->sched.nword; i++)
			if ((b->len && buf_addc(b, ' ')) ||
				buf_adds(b, p->sched.word[i]))
				return -1;
	}
	return buf_terminate(b);
}

/* What is not called as the first column is has an axis of its own. */
static int choose_axis(struct figure *f, size_t curve)
{
	const char *name = f->name[curve];
	size_t i;

	for (i = 0; i < curve; i++)
		if (strcmp(f->name[i], name) == 0)
			break;
	f->series[curve].right = i < curve ? f->series[i].right : curve > 0;
	if (i < curve || !curve)
		return 0;
	return (f->right.len && buf_adds(&f->right, ", ")) ||
	       buf_adds(&f->right, name) || buf_terminate(&f->right);
}

static int add_curve(struct figure *f, const struct lrsched_plan *p,
	const struct lrsched_column *c, struct diag *d)
{
	size_t i = f->n++;
	struct plot_series *series = &f->series[i];
	struct plot_point *point = f->point + i * PLOT_THIN_MAX;
	struct buf *b = &f->label[i];

	f->name[i] = c->name;
	if (choose_axis(f, i) || label(f, p, c->name, b))
		return diag_nomem(d, b->len);
	series->colour = (unsigned)i;
	series->label = b->data;
	series->point = point;
	return sample(p, c, point, &series->n, d);
}

/* The last step of each plan takes its time, too. */
static void reach(struct plot_axis *x, const struct lrsched_plan *p)
{
	double unit = p->sched.env.epoch_steps;
	double first = (double)p->start;
	double end = first + (double)p->nrow * (double)p->every;

	if (isnan(unit))
		unit = 1;
	x->lo = fmin(x->lo, first / unit);
	x->hi = fmax(x->hi, end / unit);
}

/* gnuplot would draw the others and say that this one is undefined. */
static int check_log(const struct plot_series *c, struct diag *d)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->point[i].y > 0)
			return 0;
	return diag_set(d, DIAG_DATA,
		"--log: no value of '%s' is above 0; expected some", c->label);
}

static int add_plan(
	struct figure *f, const struct lrsched_plan *p, struct diag *d)
{
	size_t i;

	if (!p->nrow || !count_values(p))
		return diag_set(d, DIAG_USAGE,
			"--plot: %s to draw; expected some",
			p->nrow ? "no column of values" : "no steps");
	for (i = 0; i < p->ncolumn; i++)
		if (p->column[i].kind == LRSCHED_VALUE &&
			add_curve(f, p, &p->column[i], d))
			return -1;
	return 0;
}

static int make_room(struct figure *f, struct diag *d)
{
	size_t n = 0, i;

	for (i = 0; i < f->nplan; i++)
		n += count_values(&f->plan[i]);
	n += !n;
	f->name = calloc(n, sizeof(*f->name));
	f->series = calloc(n, sizeof(*f->series));
	f->label = calloc(n, sizeof(*f->label));
	f->point = calloc(n, PLOT_THIN_MAX * sizeof(*f->point));
	if (f->name && f->series && f->label && f->point)
		return 0;
	return diag_nomem(d, n * PLOT_THIN_MAX * sizeof(*f->point));
}

static void free_figure(struct figure *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		buf_free(&f->label[i]);
	buf_free(&f->right);
	free(f->name);
	free(f->series);
	free(f->label);
	free(f->point);
}

int lrsched_plot(const struct lrsched_plan *plan, size_t nplan,
	const struct lrsched_opts *o, struct output *out, struct diag *d)
{
	struct figure f = {.plan = plan, .nplan = nplan};
	struct plot p = {.file = o->plot.file, .title = o->plot.title};
	size_t i;
	int r = make_room(&f, d);

	for (i = 0; i < nplan && !r; i++)
		r = add_plan(&f, &plan[i], d);
	for (i = 0; i < f.n && o->log && !r; i++)
		r = check_log(&f.series[i], d);
	if (!r && f.n) {
		p.x = (struct plot_axis){NULL, false, HUGE_VAL, -HUGE_VAL};
		for (i = 0; i < nplan; i++)
			reach(&p.x, &plan[i]);
		p.x.label =
			isnan(plan->sched.env.epoch_steps) ? "step" : "epoch";
		p.y = (struct plot_axis){f.name[0], o->log, NAN, NAN};
		p.right = (struct plot_axis){f.right.data, o->log, NAN, NAN};
		p.series = f.series;
		p.nseries = f.n;
		r = plot_draw(&p, out, d);
	}
	free_figure(&f);
	return r;
}
