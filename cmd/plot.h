/* SPDX-License-Identifier: MIT */
/*
 * Pictures of series of points, through gnuplot: SVG, PNG or PDF as the file's
 * suffix says, or text for a terminal.
 */
#ifndef CMD_PLOT_H
#define CMD_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct opt_given;
struct output;

/* What the command line asks for. */
struct plot_opts {
	bool wanted;
	const char *file;  /* NULL: text */
	const char *title; /* NULL: none was given */
};

/* A take of opt.h: --plot[=FILE], into a struct plot_opts. */
int plot_take(void *at, const struct opt_given *g, struct diag *d);

/* The rows of the options S, whose member plot they fill; WHAT is drawn. */
#define PLOT_OPTIONS(S, what)                                               \
	{0, "plot", "[=FILE]", OPT_CALL, offsetof(S, plot),                 \
		.help = "draw " what ": svg, png or pdf by FILE's suffix, " \
			"or text",                                          \
		.word = opt_files, .take = plot_take},                      \
	{                                                                   \
		0, "title", "TEXT", OPT_TEXT, offsetof(S, plot.title),      \
			.help = "title of the picture"                      \
	}

/* No title without a picture.  Returns -1 to go on, or the exit status. */
int plot_check(const struct plot_opts *o);

/*
 * A picture of text stands under a table that people read: the format NAME,
 * ROWS_TABLE, which *FORM becomes; -1: none was given.  As plot_check().
 */
int plot_check_table(const struct plot_opts *o, int *form, const char *name);

enum plot_kind {
	PLOT_LINE,   /* through the points, but not through a y that is NaN */
	PLOT_POINTS, /* the points alone */
	PLOT_BAND,   /* what lies between y and top */
	PLOT_MARK,   /* a dashed line over the whole height at each x */
};

struct plot_point {
	double x, y;
	double top; /* of PLOT_BAND; an infinite end is the picture's edge */
};

/* Colours that are told apart; numbers from there on have them dashed. */
#define PLOT_NCOLOUR 7

struct plot_series {
	enum plot_kind kind;
	const char *label; /* in the legend, any bytes; NULL: not there */
	const struct plot_point *point;
	size_t n;
	unsigned colour; /* a number from 0; what is of one belongs together */
	bool faint;      /* behind what counts: paler and thinner */
	bool right;      /* drawn by the axis on the right */
};

struct plot_axis {
	const char *label; /* any bytes; NULL: none */
	bool log;
	double lo, hi; /* lo < hi; else what the points take, with some room */
};

struct plot {
	const char *file;  /* NULL: text, as wide as the terminal */
	const char *title; /* any bytes; NULL or empty: none */
	struct plot_axis x, y,
		right; /* right is drawn if some series needs it */
	const struct plot_series *series; /* later ones cover earlier ones */
	size_t nseries;                   /* one at least has a label */
};

/*
 * Writes the picture to OUT.  Returns 0, or -1: gnuplot is not there or says
 * why it failed, OUT failed, no memory.
 */
int plot_draw(const struct plot *p, struct output *out, struct diag *d);

/* Series that are gathered one by one; they own their labels and points. */
struct plot_figure {
	struct plot_series *series;
	size_t n;
};

/*
 * Adds S, whose points are copied.  The text of LABEL, which F takes over,
 * becomes its label; none if that was never written to.  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int plot_figure_add(struct plot_figure *f, const struct plot_series *s,
	struct buf *label, struct diag *d);
void plot_figure_free(struct plot_figure *f);

/*
 * A line that is gathered point by point.  A long one is thinned to points that
 * draw the same picture: of each bucket of neighbours the first, lowest,
 * highest and last one are kept.
 */
#define PLOT_LINE_KEPT 4
#define PLOT_LINE_MAX ((size_t)1024 * PLOT_LINE_KEPT)

struct plot_line {
	struct plot_point *point; /* what is kept so far, at most ..._MAX */
	size_t n;
	uint64_t per; /* points of a bucket */
	uint64_t in_bucket;
	struct plot_point kept[PLOT_LINE_KEPT];
	uint64_t nth[PLOT_LINE_KEPT]; /* of the bucket */
};

/* Begins a line of TOTAL points.  Returns 0, or -1 with DIAG_NOMEM. */
int plot_line_begin(struct plot_line *l, uint64_t total, struct diag *d);

/* Takes the next point; the last was taken. */
void plot_line_add(struct plot_line *l, double x, double y);
void plot_line_end(struct plot_line *l);

/* Also of one that was never begun, all 0. */
void plot_line_free(struct plot_line *l);

#endif
