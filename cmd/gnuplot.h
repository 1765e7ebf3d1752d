/* SPDX-License-Identifier: MIT */
/* gnuplot as a filter: a script goes in, a picture comes out. */
#ifndef CMD_GNUPLOT_H
#define CMD_GNUPLOT_H

struct buf;
struct diag;
struct output;

/*
 * Gives SCRIPT to gnuplot and writes to OUT what comes out of its standard
 * output.  Returns 0, or -1: gnuplot is not there, failed (its last words are
 * the reason) or drew nothing, OUT failed, no memory.
 */
int gnuplot_run(const struct buf *script, struct output *out, struct diag *d);

#endif
