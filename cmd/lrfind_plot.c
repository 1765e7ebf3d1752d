/* SPDX-License-Identifier: MIT */
/*
 * --plot: the picture of a range test and of probes.  Raw and smoothed loss
 * over the rate, the suggestion with its interval, the bounds; of several runs
 * a curve each; of probes the loss that each rate comes to.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/order.h"
#include "lrfind.h"

/* Of more runs the raw losses would hide what counts. */
#define NRAW_MAX 3
/* What of the raw losses may lie outside the picture at either end. */
#define OUTLIERS 0.01
/* Room around what has to be seen, in parts of it. */
#define ROOM 0.06
/* How far the picture follows a rise above the start, in falls. */
#define RISE 0.4

/* Colours of series, as plot.h numbers them; several runs have all but ALL. */
enum { RUN, SUGGESTION, BOUNDS, ALL = 6 };

struct lrfind_picture_run {
	struct plot_line raw, smooth;
	size_t first, nresult; /* of the results that it has */
};

/* What can be drawn of C, and with SWEEP only what is of that. */
static int copy_points(struct plot_line *ret, const struct curve *c,
	const struct curve_trace *sweep, struct diag *d)
{
	if (plot_line_begin(ret, c->n, d))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		if (!(c->lr[i] > 0) || !isfinite(c->lr[i]) ||
			!isfinite(c->loss[i]))
			continue;
		if (!sweep || (c->step[i] >= sweep->step_lo &&
				      c->step[i] <= sweep->step_hi))
			plot_line_add(ret, c->lr[i], c->loss[i]);
	}
	plot_line_end(ret);
	return 0;
}

int lrfind_picture_add(struct lrfind_picture *p, const struct curve *c,
	size_t first, size_t nresult, struct diag *d)
{
	struct lrfind_picture_run *run;
	struct curve_trace *t;
	int r;

	run = array_room(p->run, p->n, sizeof(*run), d);
	if (!run)
		return -1;
	p->run = run;
	run += p->n++;
	*run = (struct lrfind_picture_run){.first = first, .nresult = nresult};
	t = malloc(sizeof(*t));
	if (!t)
		return diag_nomem(d, sizeof(*t));
	r = curve_trace(c, t, d) || copy_points(&run->raw, c, t, d) ||
	    copy_points(&run->smooth,
		    &(struct curve){NULL, t->lr, t->loss, t->n}, NULL, d);
	free(t);
	return r ? -1 : 0;
}

void lrfind_picture_free(struct lrfind_picture *p)
{
	for (size_t i = 0; i < p->n; i++) {
		plot_line_free(&p->run[i].raw);
		plot_line_free(&p->run[i].smooth);
	}
	free(p->run);
	*p = (struct lrfind_picture){0};
}

/* Series as they are gathered. */
struct figure {
	const char *loss; /* what it is called */
	struct plot_figure drawn;
	struct buf label; /* of the next series */
};

static void free_figure(struct figure *f)
{
	plot_figure_free(&f->drawn);
	buf_free(&f->label);
}

/* Adds S, whose label is the one at hand. */
static int add_series(struct figure *f, struct plot_series s)
{
	struct diag ignored; /* no memory is all that it can be */

	return plot_figure_add(&f->drawn, &s, &f->label, &ignored);
}

/* S through one or two rates, over the whole height. */
static int add_rates(
	struct figure *f, struct plot_series s, double first, double second)
{
	const struct plot_point p[] = {
		{first, -HUGE_VAL, HUGE_VAL}, {second, -HUGE_VAL, HUGE_VAL}};

	s.point = p;
	s.n = isnan(second) ? 1 : 2;
	return add_series(f, s);
}

static void add_rate(struct buf *b, const char *before, double rate)
{
	buf_printf(b, "%s%s", before, num_text(curve_round(rate)).s);
}

static int add_bounds(
	struct figure *f, const struct curve_bounds *c, unsigned colour)
{
	struct buf *b = &f->label;

	add_rate(b, "lr_min ", c->lr_min);
	add_rate(b, " to lr_max ", c->lr_max);
	return add_rates(f,
		(struct plot_series){.kind = PLOT_BAND,
			.colour = colour,
			.faint = colour == ALL},
		c->lr_min, c->lr_max);
}

static int add_interval(struct figure *f, const struct curve_bounds *c,
	unsigned ci, unsigned colour)
{
	struct buf *b = &f->label;

	buf_adds(b, "interval");
	/* That of probes is a factor, whose part is not known so well. */
	if (c->stage == CURVE_RANGE)
		buf_printf(b, " of %u %%", ci);
	add_rate(b, ": ", c->suggest_lo);
	add_rate(b, " to ", c->suggest_hi);
	return add_rates(f,
		(struct plot_series){
			.kind = PLOT_BAND, .colour = colour, .faint = true},
		c->suggest_lo, c->suggest_hi);
}

/* Where a method has no suggestion its range is marked instead. */
static int add_mark(struct figure *f, const struct curve_bounds *c,
	const char *method, unsigned colour)
{
	bool has = !isnan(c->suggest);
	struct buf *b = &f->label;

	buf_adds(b, method ? method : "suggest");
	add_rate(b, " ", has ? c->suggest : c->lr_min);
	if (!has)
		add_rate(b, " to ", c->lr_max);
	return add_rates(f,
		(struct plot_series){.kind = PLOT_MARK, .colour = colour},
		has ? c->suggest : c->lr_min, has ? NAN : c->lr_max);
}

/*
 * What N methods say of one run, or one of ALL: the first has its bounds shown,
 * and its interval of CI percent.
 */
static int add_answers(struct figure *f, const struct lrfind_result *r,
	size_t n, unsigned ci, bool of_all)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		const struct curve_bounds *c = &r[i].bounds;
		const char *method = n > 1 ? r[i].method->name : NULL;
		unsigned colour = of_all  ? ALL
				  : first ? SUGGESTION
					  : BOUNDS + (unsigned)i;

		if (!curve_has_rates(c->status))
			continue;
		if (first && c->suggest_lo < c->suggest_hi &&
			add_interval(f, c, ci, colour))
			return -1;
		if (first && c->lr_min < c->lr_max &&
			add_bounds(f, c, of_all ? ALL : BOUNDS))
			return -1;
		if ((!first || !isnan(c->suggest)) &&
			add_mark(f, c, method, colour))
			return -1;
		first = false;
	}
	return 0;
}

static int add_line(struct figure *f, const char *label, unsigned colour,
	const struct plot_line *l, bool faint)
{
	if (label)
		buf_adds(&f->label, label);
	return add_series(f, (struct plot_series){PLOT_LINE, NULL, l->point,
				     l->n, colour, faint, false});
}

/*
 * The raw losses behind the smoothed ones, or alone where these are too few; by
 * the NAME of one of several runs.
 */
static int add_run(struct figure *f, const struct lrfind_picture_run *r,
	const char *name, unsigned colour, bool with_raw)
{
	if (!r->smooth.n)
		return r->raw.n ? add_line(f, name ? name : f->loss, colour,
					  &r->raw, false)
				: 0;
	if (with_raw &&
		add_line(f, name ? NULL : f->loss, colour, &r->raw, true))
		return -1;
	return add_line(f, name ? name : "smoothed", colour, &r->smooth, false);
}

/* The smoothed loss at rate LR, within the curve. */
static double loss_at(const struct lrfind_picture_run *r, double lr)
{
	const struct plot_point *p = r->smooth.point;
	size_t i = 1;
	double share;

	while (i + 1 < r->smooth.n && p[i].x < lr)
		i++;
	share = log(lr / p[i - 1].x) / log(p[i].x / p[i - 1].x);
	return p[i - 1].y + share * (p[i].y - p[i - 1].y);
}

/* Its own suggestion, on the curve of one of several runs. */
static int add_dot(struct figure *f, const struct lrfind_picture_run *r,
	const struct curve_bounds *c, unsigned colour)
{
	struct plot_point p;

	if (c->status != CURVE_OK || isnan(c->suggest) || r->smooth.n < 2)
		return 0;
	p = (struct plot_point){c->suggest, loss_at(r, c->suggest), 0};
	return add_series(f, (struct plot_series){PLOT_POINTS, NULL, &p, 1,
				     colour, false, false});
}

static int add_runs(struct figure *f, const struct lrfind_picture *p,
	const struct lrfind_result *result)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct lrfind_picture_run *run = &p->run[i];
		const struct lrfind_result *r = &result[run->first];
		unsigned colour = (unsigned)(i + i / ALL);
		bool one = p->n == 1;

		if (add_run(f, run, one ? NULL : r->run, colour,
			    p->n <= NRAW_MAX))
			return -1;
		if (!one && add_dot(f, run, &r->bounds, colour))
			return -1;
	}
	return 0;
}

/* Whether probe I came to a loss is LEARNS. */
static bool comes_to(const struct curve_probe *p, bool learns)
{
	return isfinite(p->level) == learns && p->lr > 0;
}

/* What each rate comes to; what has diverged is at the upper edge. */
static int add_probes(struct figure *f, const struct lrfind_picture *p,
	const struct plot_axis *y, bool turned)
{
	static const char *const label[] = {"diverged", "probes"};
	struct plot_point *point = malloc((p->nprobe + 1) * sizeof(*point));
	int bad = !point;

	for (int learns = 1; learns >= 0 && !bad; learns--) {
		size_t n = 0;

		for (size_t i = 0; i < p->nprobe; i++) {
			double level = p->probe[i].level;

			if (!comes_to(&p->probe[i], learns))
				continue;
			point[n++] = (struct plot_point){p->probe[i].lr,
				!learns  ? (turned ? y->lo : y->hi)
				: turned ? -level
					 : level,
				0};
		}
		if (!n)
			continue;
		buf_adds(&f->label, label[learns]);
		bad = add_series(
			f, (struct plot_series){PLOT_POINTS, NULL, point, n,
				   learns ? ALL : BOUNDS + 1, false, false});
	}
	free(point);
	return bad;
}

/*
 * Widens LO by what RUN shows, which may go on to fall where the smoothed loss
 * rises, and HI by that up to the minimum, where a few spikes do not count; and
 * *TOP by all that it has.
 */
static int widen(struct plot_axis *y, double *top,
	const struct lrfind_picture_run *run, struct diag *d)
{
	double *loss = malloc((run->raw.n + 1) * sizeof(*loss));
	size_t min = 0, n = 0,
	       cut = (size_t)ceil(OUTLIERS * (double)run->raw.n);

	if (!loss)
		return diag_nomem(d, run->raw.n * sizeof(*loss));
	for (size_t i = 0; i < run->raw.n; i++)
		loss[i] = run->raw.point[i].y;
	qsort(loss, run->raw.n, sizeof(*loss), order_of_doubles);
	if (run->raw.n > 2 * cut)
		y->lo = fmin(y->lo, loss[cut]);
	for (size_t i = 0; i < run->smooth.n; i++)
		if (run->smooth.point[i].y < run->smooth.point[min].y)
			min = i;
	for (size_t i = 0; i < run->raw.n; i++) {
		*top = fmax(*top, run->raw.point[i].y);
		if (run->raw.point[i].x <= run->smooth.point[min].x)
			loss[n++] = run->raw.point[i].y;
	}
	qsort(loss, n, sizeof(*loss), order_of_doubles);
	cut = (size_t)ceil(OUTLIERS * (double)n);
	if (n > 2 * cut)
		y->hi = fmax(y->hi, loss[n - 1 - cut]);
	for (size_t i = 0; i <= min; i++) {
		y->lo = fmin(y->lo, run->smooth.point[i].y);
		y->hi = fmax(y->hi, run->smooth.point[i].y);
	}
	free(loss);
	return 0;
}

static void widen_by_probes(struct plot_axis *y, const struct lrfind_picture *p)
{
	for (size_t i = 0; i < p->nprobe; i++) {
		if (!comes_to(&p->probe[i], true))
			continue;
		y->lo = fmin(y->lo, p->probe[i].level);
		y->hi = fmax(y->hi, fmax(p->probe[i].level,
					    p->n ? y->hi : p->probe[i].first));
	}
}

/* The fall fills the picture, however high the loss goes in the end. */
static int choose_range(
	struct plot_axis *y, const struct lrfind_picture *p, struct diag *d)
{
	double top = -HUGE_VAL, fall;

	y->lo = HUGE_VAL;
	y->hi = -HUGE_VAL;
	for (size_t i = 0; i < p->n; i++)
		if (p->run[i].smooth.n && widen(y, &top, &p->run[i], d))
			return -1;
	widen_by_probes(y, p);
	fall = y->hi - y->lo;
	y->lo -= ROOM * fall;
	y->hi = fmin(y->hi + RISE * fall, fmax(y->hi, top) + ROOM * fall);
	return 0;
}

/* An accuracy was read as what falls where it rises. */
static void turn(struct plot_axis *y, struct lrfind_picture *p)
{
	double lo = y->lo;

	y->lo = -y->hi;
	y->hi = -lo;
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->run[i].raw.n; k++)
			p->run[i].raw.point[k].y *= -1;
		for (size_t k = 0; k < p->run[i].smooth.n; k++)
			p->run[i].smooth.point[k].y *= -1;
	}
}

/* Of probes alone none is on the frame. */
static void make_wide(struct plot_axis *x, const struct lrfind_picture *p)
{
	double lo = HUGE_VAL, hi = 0;

	for (size_t i = 0; i < p->nprobe && !p->n; i++) {
		lo = fmin(lo, p->probe[i].lr > 0 ? p->probe[i].lr : lo);
		hi = fmax(hi, p->probe[i].lr);
	}
	if (lo < hi) {
		x->lo = lo / CURVE_PROBE_RATIO;
		x->hi = hi * CURVE_PROBE_RATIO;
	}
}

/* All that the picture shows: what lies behind comes first. */
static int add_all(struct figure *f, const struct lrfind_picture *p,
	const struct lrfind_options *o, const struct lrfind_result *result,
	const struct lrfind_result *all, const struct plot_axis *y)
{
	bool one = p->n == 1;
	const struct lrfind_result *r = all;
	size_t n = all != NULL;

	if (one && !all) {
		r = &result[p->run[0].first];
		n = p->run[0].nresult;
	}
	return add_answers(f, r, n, o->use.ci, p->n > 1) ||
	       add_runs(f, p, result) ||
	       add_probes(f, p, y, o->log.role.metric);
}

int lrfind_picture_draw(struct lrfind_picture *p,
	const struct lrfind_options *o, const struct lrfind_result *result,
	const struct lrfind_result *all, struct output *out, struct diag *d)
{
	const char *loss = o->log.role.loss     ? o->log.role.loss
			   : o->log.role.metric ? "accuracy"
						: "loss";
	struct figure f = {.loss = loss};
	struct plot plot = {
		.file = o->plot.file,
		.title = o->plot.title,
		.x = {.label = "learning rate", .log = true},
		.y = {.label = loss},
	};
	int r = choose_range(&plot.y, p, d);

	make_wide(&plot.x, p);
	if (!r && o->log.role.metric)
		turn(&plot.y, p);
	if (!r && add_all(&f, p, o, result, all, &plot.y))
		r = diag_nomem(d, f.drawn.n);
	if (!r && !f.drawn.n)
		r = diag_set(d, DIAG_DATA,
			"--plot: no finite loss at a rate above 0; expected "
			"some to draw");
	if (!plot.title && p->n == 1)
		plot.title = result[p->run[0].first].run;
	plot.series = f.drawn.series;
	plot.nseries = f.drawn.n;
	if (!r)
		r = plot_draw(&plot, out, d);
	free_figure(&f);
	return r ? -1 : 0;
}
