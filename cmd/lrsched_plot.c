/* SPDX-License-Identifier: MIT */
/*
 * --plot: each column of each schedule becomes a curve.  Of a long one the
 * first, lowest, highest and last step of each bucket are kept, which draws
 * the same picture.
 */
#include "lrsched.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "plot.h"

/* More of them than a picture has columns. */
#define NBUCKET 1024
#define KEPT 4
/* Of even longer ones steps are left out, or drawing would take minutes. */
#define LOOKED_AT_MAX ((uint64_t)1 << 24)
/* Steps evaluated at a time. */
#define CHUNK 4096

struct bucket {
	struct plot_point kept[KEPT];
	size_t n;
};

enum { FIRST, LOWEST, HIGHEST, LAST };

static void take(struct bucket *b, double step, double v)
{
	struct plot_point p = {step, v};
	int i;

	for (i = 0; i < KEPT && !b->n; i++)
		b->kept[i] = p;
	if (v < b->kept[LOWEST].y)
		b->kept[LOWEST] = p;
	if (v > b->kept[HIGHEST].y)
		b->kept[HIGHEST] = p;
	b->kept[LAST] = p;
	b->n++;
}

/* Appends what B kept, in the order of steps and each once; empties B. */
static size_t flush(struct bucket *b, struct plot_point *out)
{
	bool swap = b->kept[LOWEST].x > b->kept[HIGHEST].x;
	const int order[KEPT] = {
		FIRST, swap ? HIGHEST : LOWEST, swap ? LOWEST : HIGHEST, LAST};
	size_t n = 0;
	int i;

	for (i = 0; i < KEPT && b->n; i++)
		if (!n || b->kept[order[i]].x > out[n - 1].x)
			out[n++] = b->kept[order[i]];
	b->n = 0;
	return n;
}

/* Column C as points in OUT, at most NBUCKET * KEPT of them. */
static int sample(const struct lrsched_plan *p, const struct lrsched_column *c,
	struct plot_point *out, size_t *ret, struct diag *d)
{
	struct lrsched_plan few = *p;
	uint64_t stride = p->nrow / LOOKED_AT_MAX + 1, per = 1, i, step;
	double v[CHUNK];
	struct bucket b = {.n = 0};
	size_t n = 0, m, k;

	few.every *= stride;
	few.nrow = (p->nrow - 1) / stride + 1;
	if (few.nrow > NBUCKET * KEPT)
		per = (few.nrow + NBUCKET - 1) / NBUCKET;
	for (i = 0; i < few.nrow; i += m) {
		m = few.nrow - i < CHUNK ? (size_t)(few.nrow - i) : CHUNK;
		step = few.start + i * few.every;
		if (lrsched_values(&few, c, step, m, v, d))
			return -1;
		for (k = 0; k < m; k++, step += few.every) {
			take(&b, (double)step, v[k]);
			if (b.n == per)
				n += flush(&b, out + n);
		}
	}
	*ret = n + flush(&b, out + n);
	return 0;
}

struct figure {
	const struct lrsched_plan *plan;
	size_t nplan;
	const char **name; /* of each curve's column */
	struct plot_curve *curve;
	struct plot_point *point; /* NBUCKET * KEPT for each curve */
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
	f->curve[curve].right = i < curve ? f->curve[i].right : curve > 0;
	if (i < curve || !curve)
		return 0;
	return (f->right.len && buf_adds(&f->right, ", ")) ||
	       buf_adds(&f->right, name) || buf_terminate(&f->right);
}

static int add_curve(struct figure *f, const struct lrsched_plan *p,
	const struct lrsched_column *c, struct diag *d)
{
	struct plot_curve *curve = &f->curve[f->n];
	struct plot_point *point = f->point + f->n * NBUCKET * KEPT;
	struct buf *b = &f->label[f->n];

	f->name[f->n] = c->name;
	if (choose_axis(f, f->n) || label(f, p, c->name, b))
		return diag_nomem(d, b->len);
	f->n++;
	curve->label = b->data;
	curve->point = point;
	return sample(p, c, point, &curve->n, d);
}

/* gnuplot would draw the others and say that this one is undefined. */
static int check_log(const struct plot_curve *c, struct diag *d)
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
	f->curve = calloc(n, sizeof(*f->curve));
	f->label = calloc(n, sizeof(*f->label));
	f->point = calloc(n, NBUCKET * KEPT * sizeof(*f->point));
	if (f->name && f->curve && f->label && f->point)
		return 0;
	return diag_nomem(d, n * NBUCKET * KEPT * sizeof(*f->point));
}

static void free_figure(struct figure *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		buf_free(&f->label[i]);
	buf_free(&f->right);
	free(f->name);
	free(f->curve);
	free(f->label);
	free(f->point);
}

int lrsched_plot(const struct lrsched_plan *plan, size_t nplan,
	const struct lrsched_opts *o, struct output *out, struct diag *d)
{
	struct figure f = {.plan = plan, .nplan = nplan};
	struct plot p = {.file = o->plot_file, .x = "step", .log = o->log};
	size_t i;
	int r = make_room(&f, d);

	for (i = 0; i < nplan && !r; i++)
		r = add_plan(&f, &plan[i], d);
	for (i = 0; i < f.n && o->log && !r; i++)
		r = check_log(&f.curve[i], d);
	if (!r && f.n) {
		p.y = f.name[0];
		p.right = f.right.data;
		p.curve = f.curve;
		p.ncurve = f.n;
		r = plot_draw(&p, out, d);
	}
	free_figure(&f);
	return r;
}
