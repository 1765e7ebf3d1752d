/* SPDX-License-Identifier: MIT */
/*
 * The script of a picture: what stands where, in which colours, and the data.
 * Ranges are set here, not by gnuplot, so that nothing touches the frame.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "cli.h"
#include "gnuplot.h"
#include "opt.h"
#include "plot.h"
#include "rows.h"

/* Columns and lines where nobody knows better. */
#define WIDTH 80
#define HEIGHT 24
#define EXTENT_MIN 10
#define EXTENT_MAX 1000
/* Longer labels lose their middle. */
#define LABEL_MAX 100
/* Columns of text that a label in the legend leaves to what is around it. */
#define LABEL_ROOM 14
/*
 * Entries of the legend, in text and in pictures; of more series the others are
 * counted.
 */
#define LEGEND_MAX_TEXT 12
#define LEGEND_MAX 24
/* Room above and below the points, as a part of their range. */
#define ROOM 0.06
/* Decades from which on tics are powers of ten. */
#define DECADES 3

/* Of Okabe and Ito, told apart by all; black last, yellow is too pale. */
static const unsigned palette[] = {
	0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000};
_Static_assert(ARRAY_SIZE(palette) == PLOT_NCOLOUR, "one each");
/* Of more series than colours; the second also of what is no curve's. */
static const char *const dash[] = {
	"solid", "(8,5)", "(2,4)", "(12,4,2,4)", "(16,6)"};
#define NDASH ARRAY_SIZE(dash)
/* Characters that gnuplot draws text with. */
#define NCHARACTER 7

static const struct {
	const char *suffix, *terminal;
} format[] = {
	{".svg", "svg noenhanced size 900,560 font 'Helvetica,Arial,sans-serif,"
		 "15' background '#ffffff'"},
	{".png", "pngcairo noenhanced size 1800,1120 fontscale 2 linewidth 2 "
		 "pointscale 2"},
	{".pdf", "pdfcairo noenhanced size 18cm,11.2cm fontscale 0.56"},
};

struct range {
	double lo, hi;
};

/* A plot, and what follows from it. */
struct drawing {
	const struct plot *p;
	struct buf *b; /* the script */
	struct range x, y, right;
	bool has_right;
	unsigned width;
	size_t label_max; /* in characters */
};

static const char *terminal_of(const char *file)
{
	const char *dot = strrchr(file, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(format); i++)
		if (strcmp(dot, format[i].suffix) == 0)
			return format[i].terminal;
	return NULL;
}

int plot_take(void *at, const struct opt_given *g, struct diag *d)
{
	struct plot_opts *o = at;

	o->wanted = true;
	o->file = g->value;
	if (!g->value || terminal_of(g->value))
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: '%s' has no suffix of a picture; expected .svg, .png or "
		".pdf",
		g->name, g->value);
}

int plot_check(const struct plot_opts *o)
{
	return o->title && !o->wanted ? cli_usage("--title without --plot; "
						  "expected both")
				      : -1;
}

int plot_check_table(const struct plot_opts *o, int *form, const char *name)
{
	if (!o->wanted || o->file)
		return -1;
	if (*form >= 0 && *form != ROWS_TABLE)
		return cli_usage("--plot without a file is text for reading; "
				 "expected --plot=FILE, or --format %s",
			name);
	*form = ROWS_TABLE;
	return -1;
}

/* The environment's number, the terminal's, or DFLT. */
static unsigned extent(const char *name, unsigned terminal, unsigned dflt)
{
	const char *s = getenv(name);
	uint64_t n;
	struct diag d;

	if (s && !num_arg_u64(name, s, EXTENT_MIN, EXTENT_MAX, &n, &d))
		return (unsigned)n;
	return terminal >= EXTENT_MIN && terminal <= EXTENT_MAX ? terminal
								: dflt;
}

static void add_text_terminal(struct drawing *g)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size.ws_col = size.ws_row = 0;
	g->width = extent("COLUMNS", size.ws_col, WIDTH);
	if (g->width < LABEL_MAX + LABEL_ROOM)
		g->label_max = g->width > 2 * LABEL_ROOM ? g->width - LABEL_ROOM
							 : LABEL_ROOM;
	buf_printf(g->b, "set terminal dumb nofeed noenhanced size %u,%u\n",
		g->width,
		extent("LINES", size.ws_row ? size.ws_row - 1U : 0, HEIGHT));
}

/*
 * Appends C so that it means nothing to gnuplot within double quotes.  An
 * escape takes in all octal digits that follow, so behind one they are escaped.
 */
static void add_char(struct buf *b, char c, bool *escaped)
{
	static const char plain[] = " abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ+-*/.,:=_";
	bool digit = str_is_digit(c);

	*escaped = digit ? *escaped : !(c & 0x80) && !strchr(plain, c);
	if (*escaped)
		buf_printf(b, "\\%03o", (unsigned)c);
	else
		buf_addc(b, c);
}

/* S, no longer than MAX characters, as a string of gnuplot's. */
static void add_string(struct buf *b, const char *s, size_t n, size_t max)
{
	static const char dots[] = "...";

	/* Between ]] and >, which gnuplot leaves together and XML forbids. */
	static const char no_space[] = "\u200b";
	size_t nchar = utf8_length(s, n), at = 0, cut;
	bool escaped = false;
	buf_addc(b, '"');
	cut = nchar > max ? nchar - max + strlen(dots) : 0;
	for (size_t i = 0; i < n; i++) {
		at += !utf8_goes_on(s[i]);
		if (cut && at > max / 2 && at <= max / 2 + cut) {
			if (!utf8_goes_on(s[i]) && at == max / 2 + 1)
				buf_adds(b, dots);
			continue;
		}
		add_char(b, s[i], &escaped);
		if (i > 0 && s[i] == ']' && s[i - 1] == ']')
			buf_adds(b, no_space);
	}
	buf_addc(b, '"');
}

/* Anybody's bytes as a label in which nothing has a meaning. */
static void add_label(struct drawing *g, const char *s)
{
	struct buf shown = {0};

	tame_add(&shown, s, strlen(s));
	if (buf_text(&shown))
		add_string(g->b, shown.data, shown.len, g->label_max);
	else
		buf_fail(g->b);
	buf_free(&shown);
}

static void widen(struct range *r, double v, bool log)
{
	if (!isfinite(v) || (log && !(v > 0)))
		return;
	r->lo = fmin(r->lo, v);
	r->hi = fmax(r->hi, v);
}

/* What the points take of each axis. */
static void measure(struct drawing *g)
{
	const struct plot *p = g->p;

	g->x = g->y = g->right = (struct range){HUGE_VAL, -HUGE_VAL};
	for (size_t i = 0; i < p->nseries; i++) {
		const struct plot_series *s = &p->series[i];
		struct range *y = s->right ? &g->right : &g->y;

		g->has_right |= s->right;
		for (size_t k = 0; k < s->n; k++) {
			widen(&g->x, s->point[k].x, p->x.log);
			if (s->kind == PLOT_MARK)
				continue;
			widen(y, s->point[k].y, p->y.log);
			if (s->kind == PLOT_BAND)
				widen(y, s->point[k].top, p->y.log);
		}
	}
}

/* No range is empty, or so narrow that its tics would look the same. */
static void make_wide(struct range *r, bool log)
{
	if (!(r->lo <= r->hi))
		*r = log ? (struct range){0.1, 1} : (struct range){0, 1};
	if (r->hi - r->lo > 1e-9 * fmax(fabs(r->lo), fabs(r->hi)))
		return;
	if (log) {
		r->lo /= 1.2;
		r->hi *= 1.2;
	} else {
		double half = r->hi != 0 ? 0.2 * fabs(r->hi) : 1;

		r->lo -= half;
		r->hi += half;
	}
}

/* Room at both ends; but values that come down to 0 stand on it. */
static void make_room(struct range *r, bool log)
{
	struct range old = *r;

	if (log) {
		double factor = pow(r->hi / r->lo, ROOM);

		r->lo /= factor;
		r->hi *= factor;
	} else {
		double room = ROOM * (r->hi - r->lo);

		r->hi += room;
		r->lo = r->lo >= 0 && r->lo < 0.25 * r->hi ? 0 : r->lo - room;
	}
	if (!isfinite(r->hi) || !isfinite(r->lo) || (log && !(r->lo > 0)))
		*r = old;
}

static void choose_range(
	struct range *r, const struct plot_axis *a, bool has_room)
{
	make_wide(r, a->log);
	if (has_room)
		make_room(r, a->log);
	if (a->lo < a->hi)
		*r = (struct range){a->lo, a->hi};
}

static void add_axis(struct drawing *g, const char *name,
	const struct plot_axis *a, const struct range *r)
{
	struct buf *b = g->b;
	bool powers = a->log && r->hi / r->lo >= pow(10, DECADES);

	buf_printf(b, "set %srange [%s:%s]\n", name, num_text(r->lo).s,
		num_text(r->hi).s);
	if (a->log)
		buf_printf(b, "set logscale %s\n", name);
	if (powers)
		buf_printf(b, "set format %s '1e%%T'\n", name);
	if (!a->label)
		return;
	buf_printf(b, "set %slabel ", name);
	add_label(g, a->label);
	buf_addc(b, '\n');
}

/* The title stands over the legend, so it is the legend's. */
static void add_key(struct drawing *g)
{
	const char *title = g->p->title;

	buf_adds(g->b, "set key tmargin center horizontal Left reverse "
		       "samplen 3 spacing 1.1");
	if (title && *title) {
		buf_adds(g->b, " title ");
		add_label(g, title);
		buf_adds(g->b, g->p->file ? " font ',18'" : "");
	}
	buf_addc(g->b, '\n');
}

static void add_settings(struct drawing *g)
{
	static const char style[] =
		"set border lc rgb '#606060'\n"
		"set grid lt 1 lw 0.7 lc rgb '#e0e0e0'\n"
		"set tics scale 0.6 textcolor rgb '#303030'\n";
	const struct plot *p = g->p;

	if (p->file)
		buf_printf(g->b, "set terminal %s\n%s", terminal_of(p->file),
			style);
	else
		add_text_terminal(g);
	buf_printf(g->b,
		"set encoding utf8\nset clip two\nset format '%%h'\n"
		"set border %d\nset xtics nomirror\n"
		"set ytics nomirror\n%s",
		g->has_right ? 11 : 3, g->has_right ? "set y2tics\n" : "");
	add_key(g);
	add_axis(g, "x", &p->x, &g->x);
	add_axis(g, "y", &p->y, &g->y);
	if (g->has_right)
		add_axis(g, "y2", &p->right, &g->right);
}

static unsigned paler(unsigned rgb)
{
	unsigned ret = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		unsigned c = rgb >> shift & 0xff;

		ret |= (c + (0xff - c) * 6 / 10) << shift;
	}
	return ret;
}

/* Of text only the character is to be chosen. */
static void add_style(struct drawing *g, size_t i)
{
	const struct plot_series *s = &g->p->series[i];
	unsigned rgb = palette[s->colour % PLOT_NCOLOUR];
	size_t dashed = s->colour / PLOT_NCOLOUR % NDASH;
	bool is_point =
		s->kind == PLOT_POINTS || (s->kind == PLOT_LINE && s->n == 1);

	if (!g->p->file) {
		buf_printf(g->b, "with %s lt %zu",
			is_point ? "points" : "lines", 1 + i % NCHARACTER);
		return;
	}
	if (s->faint && s->kind != PLOT_BAND)
		rgb = paler(rgb);
	if (s->kind == PLOT_BAND) {
		buf_printf(g->b,
			"with filledcurves fc rgb '#%06x' fs "
			"transparent solid %s noborder",
			rgb, s->faint ? "0.1" : "0.2");
		return;
	}
	if (is_point) {
		buf_printf(g->b, "with points pt 7 ps %s lc rgb '#%06x'",
			s->faint ? "0.4" : "1.2", rgb);
		return;
	}
	if (s->kind == PLOT_MARK || s->right)
		dashed = 1;
	buf_printf(g->b, "with lines lw %s dt %s lc rgb '#%06x'",
		s->faint ? "1" : "2.5", dash[dashed], rgb);
}

/* Entries up to the last that the legend has room for, which counts on. */
static void add_entry(struct drawing *g, size_t i, size_t nth, size_t nlabel)
{
	size_t max = g->p->file ? LEGEND_MAX : LEGEND_MAX_TEXT;

	if (!g->p->series[i].label || nth > max)
		buf_adds(g->b, " notitle");
	else if (nth < max || nlabel == max) {
		buf_adds(g->b, " title ");
		add_label(g, g->p->series[i].label);
	} else
		buf_printf(g->b, " title 'and %zu more'", nlabel - nth + 1);
}

static void add_command(struct drawing *g)
{
	const struct plot *p = g->p;
	size_t nlabel = 0, nth = 0;

	for (size_t i = 0; i < p->nseries; i++)
		nlabel += p->series[i].label != NULL;
	for (size_t i = 0; i < p->nseries; i++) {
		nth += p->series[i].label != NULL;
		bool filled = p->file && p->series[i].kind == PLOT_BAND;

		buf_printf(g->b, "%s '-' %saxes x1y%d ", i ? "," : "plot",
			filled ? "using 1:2:3 " : "",
			p->series[i].right ? 2 : 1);
		add_style(g, i);
		add_entry(g, i, nth, nlabel);
	}
	buf_addc(g->b, '\n');
}

static void add_numbers(struct buf *b, double x, double y, const double *top)
{
	buf_printf(b, "%s %s", num_text(x).s, num_text(y).s);
	if (top)
		buf_printf(b, " %s", num_text(*top).s);
	buf_addc(b, '\n');
}

/* An end that is infinite is that of the picture. */
static double within(double y, const struct range *r)
{
	return y == HUGE_VAL ? r->hi : y == -HUGE_VAL ? r->lo : y;
}

/* Text has no fillings: there a band is its outline. */
static void add_outline(
	struct buf *b, const struct plot_series *s, const struct range *r)
{
	for (size_t i = 0; i < 2 * s->n + 1; i++) {
		size_t k = i < s->n ? i : 2 * s->n - 1 - i;
		bool last = i == 2 * s->n; /* back to the first point */
		const struct plot_point *p = &s->point[last ? 0 : k];

		add_numbers(b, p->x,
			within(i < s->n || last ? p->y : p->top, r), NULL);
	}
}

static void add_data(struct drawing *g, const struct plot_series *s)
{
	const struct range *r = s->right ? &g->right : &g->y;
	bool outline = s->kind == PLOT_BAND && !g->p->file;

	for (size_t i = 0; i < s->n && !outline; i++) {
		const struct plot_point *p = &s->point[i];
		double top = within(p->top, r);

		if (s->kind == PLOT_MARK) {
			add_numbers(g->b, p->x, r->lo, NULL);
			add_numbers(g->b, p->x, r->hi, NULL);
			buf_addc(g->b, '\n');
		} else
			add_numbers(g->b, p->x, within(p->y, r),
				s->kind == PLOT_BAND ? &top : NULL);
	}
	if (outline)
		add_outline(g->b, s, r);
	buf_adds(g->b, "e\n");
}

static void write_script(struct drawing *g)
{
	const struct plot *p = g->p;

	measure(g);
	choose_range(&g->x, &p->x, false);
	choose_range(&g->y, &p->y, true);
	choose_range(&g->right, &p->right, true);
	add_settings(g);
	add_command(g);
	for (size_t i = 0; i < p->nseries; i++)
		add_data(g, &p->series[i]);
}

int plot_draw(const struct plot *p, struct output *out, struct diag *d)
{
	struct buf script = {0};
	struct drawing g = {.p = p, .b = &script, .label_max = LABEL_MAX};
	int r;

	write_script(&g);
	r = buf_end(&script, d) || gnuplot_run(&script, out, d) ? -1 : 0;
	buf_free(&script);
	return r;
}

static struct plot_point *copy_points(const struct plot_series *s)
{
	struct plot_point *p = malloc((s->n + 1) * sizeof(*p));

	return p ? memcpy(p, s->point, s->n * sizeof(*p)) : NULL;
}

int plot_figure_add(struct plot_figure *f, const struct plot_series *s,
	struct buf *label, struct diag *d)
{
	struct plot_series new = *s;

	if ((label->data || buf_failed(label)) && buf_end(label, d)) {
		buf_free(label);
		return -1;
	}
	new.label = label->data;
	*label = (struct buf){0};
	new.point = copy_points(s);
	if (!new.point)
		diag_nomem(d, s->n * sizeof(*s->point));
	else if (array_push(&f->series, &f->n, &new, sizeof(new), d) == 0)
		return 0;
	free((void *)new.label);
	free((void *)new.point);
	return -1;
}

void plot_figure_free(struct plot_figure *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free((void *)f->series[i].label);
		free((void *)f->series[i].point);
	}
	free(f->series);
	*f = (struct plot_figure){0};
}
