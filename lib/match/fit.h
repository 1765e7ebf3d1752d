/* SPDX-License-Identifier: MIT */
/*
 * Words with gaps for numbers, and the numbers that bring them nearest to what
 * was logged.
 */
#ifndef MATCH_FIT_H
#define MATCH_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct diag;
struct match_series;

/* The peak and the letters of a model. */
#define FIT_NPARAM 8

/*
 * A model: words in which {X} stands for parameter X, and its letters.  The
 * base rate, what 1x means, is a parameter of every model and the first.  What
 * a letter stands for is the same in all of them:
 *
 *	A m	a rate: where it starts, where it ends
 *	W T H L U D s	steps: warmup, decay, hold, cycle, up, down, time scale
 *	G v g	a factor
 *	p k	a power, a coefficient
 *	M	a whole factor
 *	c	percent of T; then {a} is c percent of T less a step, {b} the
 *		rest of T, {e} what two of {a} leave of it, {f} a ten-thousandth
 *of A
 */
struct fit_model {
	const char *letters; /* without the base */
	const char *words;
};

/* A model with numbers. */
struct fit {
	const struct fit_model *model;
	size_t n;             /* of parameters, the base included */
	double v[FIT_NPARAM]; /* v[0] is the base */
	/* The same as a multiple of the base, as it is to be written; or NAN.
	 */
	double ratio[FIT_NPARAM];
	bool fixed[FIT_NPARAM];
	double worst; /* largest residual, in tolerances */
	double spent; /* digits of numbers that were fixed from the start */
};

/* Rates picked from a series, and how near to them is near enough. */
struct fit_points {
	double *step, *rate, *tol;
	size_t n;
};

/* What is shared by all fits to one series. */
struct fit_work {
	struct fit_points all, some;
	double peak;
	double horizon;
	const struct sched_host *host; /* for words that are calls */
	struct buf words;              /* of the last evaluation */
	double *value; /* of some.n rates, and room for derivatives */
	double *slope[FIT_NPARAM];
	bool no_memory; /* ran out since it was begun: what is found is void */
};

/* What a letter stands for. */
enum fit_kind { FIT_RATE, FIT_STEPS, FIT_FACTOR, FIT_REAL, FIT_WHOLE };

enum fit_kind match_fit_kind(const struct fit *f, size_t i);

/* A fit of MODEL with all numbers unknown but the base. */
void match_fit_init(struct fit *f, const struct fit_model *model, double base);

/* The index of LETTER in F, or FIT_NPARAM. */
size_t match_fit_index(const struct fit *f, char letter);

/* Gives LETTER the value V; does nothing in a model without it. */
void match_fit_set(struct fit *f, char letter, double v);

/* Keeps LETTER as it is from now on, if the model has it. */
void match_fit_fix(struct fit *f, char letter);

/* Appends the words of F to B.  Returns 0, or -1 for no memory. */
int match_fit_words(struct buf *b, const struct fit *f);

/*
 * The largest residual of F at P's steps, in tolerances; infinite where the
 * words are none.
 */
double match_fit_worst(
	struct fit_work *w, const struct fit *f, const struct fit_points *p);

/*
 * Moves the numbers of F that are not fixed to the nearest least squares, by
 * Levenberg and Marquardt's method (Marquardt 1963), and sets its worst.
 * WIDTH, if not NULL, gets how far each of them may be off.
 */
void match_fit_solve(
	struct fit_work *w, struct fit *f, double width[FIT_NPARAM]);

#endif
