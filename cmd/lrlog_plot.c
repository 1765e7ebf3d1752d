/* SPDX-License-Identifier: MIT */
/*
 * --plot: columns over the step.  Runs that are called alike but for the number
 * of a seed are one line, their mean, with a band from the lowest to the
 * highest of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "lrlog.h"

/* A column of a run. */
struct curve {
	struct plot_point *point;
	size_t n;
	size_t at; /* while it is gone through */
};

/* Runs of one name. */
struct group {
	char *name;
	size_t *run;
	size_t n;
};

struct figure {
	const struct lrlog_columns *columns;
	struct curve *curve; /* of run r and column c: r * columns->n + c */
	size_t nrun;
	struct group *group;
	size_t ngroup;
	struct plot_figure drawn;
};

/* --- points --------------------------------------------------------------- */

static int add_point(struct curve *c, double x, double y, struct diag *d)
{
	struct plot_point *p = array_room(c->point, c->n, sizeof(*p), d);

	if (!p)
		return -1;
	c->point = p;
	p[c->n++] = (struct plot_point){x, isfinite(y) ? y : NAN, 0};
	return 0;
}

/* Adds what IN tells; its runs begin at FIRST. */
static int add_curves(struct figure *f, const struct lrlog_input *in,
	size_t first, struct lrlog_cells *cells, struct diag *d)
{
	struct log_record r;
	int got;

	while ((got = log_table_next(in->table, &r, d)) > 0) {
		struct curve *c = f->curve + (first + r.run) * f->columns->n;

		if (!lrlog_cells_set(cells, in, &r) || !isfinite(r.step))
			continue;
		for (size_t i = 0; i < f->columns->n; i++)
			if (cells->has[i] &&
				add_point(&c[i], r.step, cells->value[i], d))
				return -1;
	}
	return got;
}

static int gather(
	struct figure *f, const struct lrlog_inputs *in, struct diag *d)
{
	size_t n = in->nrun * f->columns->n, first = 0;
	struct lrlog_cells cells;
	int r = lrlog_cells_new(&cells, f->columns, in, d);

	f->curve = calloc(n + 1, sizeof(*f->curve));
	f->nrun = in->nrun;
	if (!r && !f->curve)
		r = diag_nomem(d, n * sizeof(*f->curve));
	for (size_t i = 0; i < in->n && !r; i++) {
		r = add_curves(f, &in->input[i], first, &cells, d);
		first += in->input[i].nrun;
	}
	lrlog_cells_free(&cells);
	return r;
}

/* --- groups --------------------------------------------------------------- */

/* How many characters of S, within a name, tell a seed: "seed=3", "Seed 12". */
static size_t seed_length(const char *s)
{
	size_t n = strlen("seed");

	if (strncasecmp(s, "seed", n) != 0)
		return 0;
	n += strspn(s + n, "-_=:. ");
	return str_is_digit(s[n]) ? n + strspn(s + n, "0123456789") : 0;
}

/* NAME without its seed and what sets that apart; the caller frees it. */
static char *without_seed(const char *name)
{
	static const char between[] = "-_=:., /";
	size_t n = strlen(name), len = 0;
	char *ret = malloc(n + 1);

	for (const char *s = name; ret && *s;) {
		size_t seed =
			s == name || !str_is_alnum(s[-1]) ? seed_length(s) : 0;

		while (seed && len && strchr(between, ret[len - 1]))
			len--;
		if (seed)
			s += seed;
		else
			ret[len++] = *s++;
	}
	if (!ret)
		return NULL;
	ret[len] = '\0';
	n = strspn(ret, between);
	memmove(ret, ret + n, len - n + 1);
	return ret;
}

static struct group *find_group(const struct figure *f, const char *name)
{
	for (size_t i = 0; i < f->ngroup; i++)
		if (strcmp(f->group[i].name, name) == 0)
			return &f->group[i];
	return NULL;
}

/* Adds run RUN, which is called NAME. */
static int add_run(
	struct figure *f, size_t run, const char *name, struct diag *d)
{
	char *common = without_seed(name);
	struct group *g = common ? find_group(f, common) : NULL;
	size_t *p;

	if (!common)
		return diag_nomem(d, strlen(name));
	if (g) {
		free(common);
	} else {
		g = &f->group[f->ngroup++];
		g->name = common;
	}
	p = array_room(g->run, g->n, sizeof(*p), d);
	if (!p)
		return -1;
	g->run = p;
	g->run[g->n++] = run;
	return 0;
}

static int find_groups(
	struct figure *f, const struct lrlog_inputs *in, struct diag *d)
{
	size_t run = 0;

	f->group = calloc(in->nrun + 1, sizeof(*f->group));
	if (!f->group)
		return diag_nomem(d, in->nrun * sizeof(*f->group));
	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->input[i].nrun; k++)
			if (add_run(f, run++, in->input[i].run[k], d))
				return -1;
	return 0;
}

/* --- seeds ---------------------------------------------------------------- */

/* The curve's value at X, in which its points rise; NaN outside of it. */
static double value_at(struct curve *c, double x)
{
	const struct plot_point *p = c->point;
	double share;

	while (c->at + 1 < c->n && p[c->at + 1].x <= x)
		c->at++;
	if (c->at == c->n || p[c->at].x > x)
		return NAN;
	if (p[c->at].x == x)
		return p[c->at].y;
	if (c->at + 1 == c->n)
		return NAN;
	share = (x - p[c->at].x) / (p[c->at + 1].x - p[c->at].x);
	return p[c->at].y + share * (p[c->at + 1].y - p[c->at].y);
}

/* The first step of any of the group above X; NaN: there is none. */
static double next_step(
	const struct figure *f, const struct group *g, size_t column, double x)
{
	double ret = NAN;

	for (size_t i = 0; i < g->n; i++) {
		struct curve *c = &f->curve[g->run[i] * f->columns->n + column];
		size_t k = c->at;

		while (k < c->n && c->point[k].x <= x)
			k++;
		if (k < c->n && !(c->point[k].x >= ret))
			ret = c->point[k].x;
	}
	return ret;
}

/* Adds what the runs of G have at X: their mean, and their range as a band. */
static int add_spread(struct figure *f, const struct group *g, size_t column,
	double x, struct curve *mean, struct curve *band, struct diag *d)
{
	double sum = 0, lo = HUGE_VAL, hi = -HUGE_VAL;
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		double y = value_at(
			&f->curve[g->run[i] * f->columns->n + column], x);

		if (isnan(y))
			continue;
		sum += y;
		lo = fmin(lo, y);
		hi = fmax(hi, y);
		n++;
	}
	if (!n)
		return add_point(mean, x, NAN, d);
	if (add_point(mean, x, sum / (double)n, d) || add_point(band, x, lo, d))
		return -1;
	band->point[band->n - 1].top = hi;
	return 0;
}

static int spread(struct figure *f, const struct group *g, size_t column,
	struct curve *mean, struct curve *band, struct diag *d)
{
	for (double x = next_step(f, g, column, -HUGE_VAL); !isnan(x);
		x = next_step(f, g, column, x))
		if (add_spread(f, g, column, x, mean, band, d))
			return -1;
	return 0;
}

/* As many points of a band as a picture has columns: the range of each few. */
static void thin_band(struct curve *c)
{
	size_t per = (c->n - 1) / PLOT_LINE_MAX + 1, n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct plot_point *p = &c->point[n];

		if (i % per == 0) {
			*p = c->point[i];
		} else {
			p->y = fmin(p->y, c->point[i].y);
			p->top = fmax(p->top, c->point[i].top);
		}
		n += i % per == per - 1 || i + 1 == c->n;
	}
	c->n = n;
}

static int thin_line(struct curve *c, struct diag *d)
{
	struct plot_line line;

	if (c->n <= PLOT_LINE_MAX)
		return 0;
	if (plot_line_begin(&line, c->n, d))
		return -1;
	for (size_t i = 0; i < c->n; i++)
		plot_line_add(&line, c->point[i].x, c->point[i].y);
	plot_line_end(&line);
	free(c->point);
	c->point = line.point;
	c->n = line.n;
	return 0;
}

/* --- series --------------------------------------------------------------- */

/* Group, column, or both, and how many runs there are. */
static void add_label(struct buf *b, const struct figure *f,
	const struct group *g, size_t column)
{
	const char *name = f->columns->column[column].name;
	bool groups = f->ngroup > 1;

	if (groups)
		buf_adds(b, *g->name ? g->name : "runs");
	if (!groups || f->columns->n > 1)
		buf_printf(b, "%s%s", groups ? ": " : "", name);
	if (g->n > 1)
		buf_printf(b, ", mean of %zu", g->n);
}

/* S of C's points. */
static int add_series(struct figure *f, struct plot_series s,
	const struct curve *c, struct buf *label, struct diag *d)
{
	s.point = c->point;
	s.n = c->n;
	return plot_figure_add(&f->drawn, &s, label, d);
}

/* Columns of one group differ in colour, those of several in dashes. */
static unsigned colour_of(const struct figure *f, size_t group, size_t column)
{
	return (unsigned)(f->ngroup > 1 ? group + column * PLOT_NCOLOUR
					: column);
}

static int add_band(struct figure *f, struct plot_series s, struct curve *band,
	struct diag *d)
{
	struct buf none = {0};

	thin_band(band);
	s.kind = PLOT_BAND;
	s.faint = true;
	return add_series(f, s, band, &none, d);
}

static int add_line(struct figure *f, struct plot_series s,
	const struct group *g, size_t column, struct curve *line,
	struct diag *d)
{
	struct buf label = {0};

	add_label(&label, f, g, column);
	s.kind = PLOT_LINE;
	return add_series(f, s, line, &label, d);
}

static int add_group(struct figure *f, size_t group, size_t column, bool right,
	struct diag *d)
{
	const struct group *g = &f->group[group];
	const struct plot_series s = {
		.colour = colour_of(f, group, column), .right = right};
	struct curve mean = {0}, band = {0}, *line;
	int r = 0;

	line = &f->curve[g->run[0] * f->columns->n + column];
	if (g->n > 1) {
		r = spread(f, g, column, &mean, &band, d);
		line = &mean;
	}
	if (!r && line->n)
		r = thin_line(line, d);
	if (!r && band.n)
		r = add_band(f, s, &band, d);
	if (!r && line->n)
		r = add_line(f, s, g, column, line, d);
	free(mean.point);
	free(band.point);
	return r;
}

/* Rates have an axis of their own beside what is none. */
static bool has_right(const struct lrlog_columns *c)
{
	size_t nrate = 0;

	for (size_t i = 0; i < c->n; i++)
		nrate += c->column[i].is_rate;
	return nrate > 0 && nrate < c->n;
}

static int add_all(struct figure *f, struct diag *d)
{
	bool right = has_right(f->columns);

	for (size_t c = 0; c < f->columns->n; c++)
		for (size_t g = 0; g < f->ngroup; g++)
			if (add_group(f, g, c,
				    right && f->columns->column[c].is_rate, d))
				return -1;
	return 0;
}

static void free_figure(struct figure *f)
{
	for (size_t i = 0; f->curve && i < f->nrun * f->columns->n; i++)
		free(f->curve[i].point);
	for (size_t i = 0; i < f->ngroup; i++) {
		free(f->group[i].name);
		free(f->group[i].run);
	}
	plot_figure_free(&f->drawn);
	free(f->curve);
	free(f->group);
}

/* What an axis measures, if that is one thing. */
static const char *axis_label(const struct lrlog_columns *c, bool rates)
{
	const char *ret = NULL;

	for (size_t i = 0; i < c->n; i++) {
		if (has_right(c) && c->column[i].is_rate != rates)
			continue;
		if (ret)
			return rates ? "lr" : NULL;
		ret = c->column[i].name;
	}
	return ret;
}

int lrlog_draw(const struct lrlog_options *o, const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, struct diag *d)
{
	struct figure f = {.columns = c};
	struct plot plot = {
		.file = o->plot.file,
		.title = o->plot.title,
		.x.label = c->step,
		.y.label = axis_label(c, false),
		.right.label = axis_label(c, true),
	};
	int r = gather(&f, in, d) || find_groups(&f, in, d) || add_all(&f, d);

	if (!r && !f.drawn.n)
		r = diag_set(d, DIAG_DATA,
			"--plot: no step has a value of these columns; "
			"expected some to draw");
	plot.series = f.drawn.series;
	plot.nseries = f.drawn.n;
	if (!r)
		r = plot_draw(&plot, out, d);
	free_figure(&f);
	return r ? -1 : 0;
}
