/* SPDX-License-Identifier: MIT */
/*
 * Curves through gnuplot: a picture whose format the file's suffix names, or
 * text for a terminal.
 */
#ifndef CMD_PLOT_H
#define CMD_PLOT_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct output;

struct plot_point {
	double x, y;
};

struct plot_curve {
	const char *label; /* in the legend, as it is */
	const struct plot_point *point;
	size_t n;
	bool right; /* drawn by the axis on the right */
};

struct plot {
	const char *file;          /* NULL: text, as wide as the terminal */
	const char *x, *y, *right; /* names of axes; NULL: no such axis */
	bool log;                  /* the y axes are logarithmic */
	const struct plot_curve *curve;
	size_t ncurve;
};

/* Returns 0 if FILE's suffix is one of a format, or -1 with DIAG_USAGE. */
int plot_check(const char *file, struct diag *d);

/*
 * Writes the picture to OUT.  Returns 0, or -1: gnuplot is not there or says
 * why it failed, OUT failed, no memory.
 */
int plot_draw(const struct plot *p, struct output *out, struct diag *d);

#endif
