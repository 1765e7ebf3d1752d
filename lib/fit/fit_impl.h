/* SPDX-License-Identifier: MIT */
/* Inside of lib/fit: what its files share, under the name of each. */
#ifndef FIT_FIT_IMPL_H
#define FIT_FIT_IMPL_H

#include <math.h>

#include "base/buf.h"
#include "fit/fit.h"
#include "match/match.h"
#include "sched/sched.h"

/* --- identify.c ----------------------------------------------------------- */

/* Turns beyond these are not looked at. */
#define FIT_FEATURES_NTURN 64

/* A stretch of equal rates higher, or lower, than what is around it. */
struct turn {
	size_t first, last; /* indices */
	bool is_peak;
};

/* Where a series turns and where it stays. */
struct features {
	const double *t, *y; /* n of each, borrowed */
	size_t n;
	double stride;
	bool rises; /* what changes first goes up */
	struct turn turn[FIT_FEATURES_NTURN];
	size_t nturn;
	size_t nchange;      /* how often two rates in a row differ */
	size_t top, top_end; /* first and last index of the first highest */
	size_t hold;         /* from here on all rates are equal */
};

/* Those of S, which has a rate or more and is borrowed. */
void fit_features_init(struct features *c, const struct match_series *s);

/* --- round.c -------------------------------------------------------------- */

/* What an end of 0 costs. */
#define FIT_ZERO_COST 0.5

/* What a letter stands for. */
enum fit_kind { FIT_RATE, FIT_STEPS, FIT_FACTOR, FIT_REAL, FIT_WHOLE };

#define FIT_CANDIDATES_MAX 10

struct candidate {
	double v;
	double ratio; /* as a multiple of the base; NAN: absolute */
	double cost;  /* digits that had to be written */
};

/*
 * Round numbers of KIND within WIDTH of V, the roundest first; BASE is what
 * rates may be multiples of, or NAN.  Returns how many.
 */
size_t fit_candidates(struct candidate ret[FIT_CANDIDATES_MAX],
	enum fit_kind kind, double v, double width, double base);

/* The digits of a whole number without the zeros at its end. */
static inline double fit_digits(double v)
{
	int n = (int)log10(fmax(v, 1)) + 1;

	while (n > 1 && fmod(v, 10) == 0) {
		v /= 10;
		n--;
	}
	return n;
}

/* --- fit.c ---------------------------------------------------------------- */

/* The base and the letters of a model. */
#define FIT_NPARAM 8
/* Fields of a model's tree that are made of them. */
#define FIT_NSLOT 24
/* Residuals of a fit that rounding may still bring within the tolerance. */
#define FIT_CLOSE 4.0
/* Lengths tried where the log leaves several. */
#ifndef FIT_LENGTHS_MAX
#define FIT_LENGTHS_MAX 64
#endif

/*
 * A model: words in which {X} stands for parameter X, and its letters.  The
 * base rate, what 1x means, is a parameter of every model and the first.  What
 * a letter stands for is the same in all of them:
 *
 *	A m	a rate: where it starts, where it ends
 *	W T H L U D s	steps: warmup, decay, hold, cycle, up, down, time scale
 *	G v g	a factor
 *	p k	a power, a coefficient
 *	M N	a whole factor, a count; then {q} is one of N cycles in T, but
 *		for W
 *	c	percent of T; then {a} is c percent of T less a step, {b} the
 *		rest of T, {e} what two of {a} leave of it, {f} a ten-thousandth
 *		of A
 */
struct fit_model {
	const char *letters; /* without the base */
	const char *words;
};

/* A field of a tree and the number that it holds. */
struct fit_slot {
	struct sched *node;
	int field;
	size_t param; /* its index; FIT_NPARAM: what is derived for LETTER */
	char letter;
};

/* The tree of a model, its words read once. */
struct fit_tree {
	const struct fit_model *model;
	struct sched_table table;
	struct fit_slot slot[FIT_NSLOT];
	size_t nslot;
	struct fit_tree *next;
};

/* What all searches of one log share. */
struct fit_models {
	const struct sched_host *host; /* for words that are calls */
	struct fit_tree *tree;         /* of the models used so far */
};

/* A model with numbers. */
struct fit {
	const struct fit_model *model;
	struct fit_tree *tree; /* NULL: out of memory */
	size_t n;              /* of parameters, the base included */
	double v[FIT_NPARAM];  /* v[0] is the base */
	/*
	 * The same as a multiple of the base, as it is to be written; or NAN.
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
	struct fit_models *models;
	double *value; /* of some.n rates, and room for derivatives */
	double *slope[FIT_NPARAM];
	bool no_memory; /* ran out since it was begun: what is found is void */
};

/* A fit of MODEL with all numbers unknown but the base. */
void fit_init(struct fit_work *w, struct fit *f, const struct fit_model *model,
	double base);

/* The index of LETTER in F, or FIT_NPARAM. */
size_t fit_index(const struct fit *f, char letter);

/* Gives LETTER the value V; does nothing in a model without it. */
void fit_set(struct fit *f, char letter, double v);

/* Keeps LETTER as it is from now on, if the model has it. */
void fit_fix(struct fit *f, char letter);

/* Appends the words of F to B.  Returns 0, or -1 for no memory. */
int fit_words(struct buf *b, const struct fit *f);

/* Whether WORDS, read with this BASE, agree with all rates. */
bool fit_agrees(struct fit_work *w, const char *words, double base);

/*
 * Moves the numbers of F that are not fixed to the nearest least squares, by
 * Levenberg and Marquardt's method (Marquardt 1963), and sets its worst.
 * Returns whether that is less than FIT_CLOSE; then WIDTH, if not NULL, gets
 * how far each of them may be off.
 */
bool fit_solve(struct fit_work *w, struct fit *f, double width[FIT_NPARAM]);

/* The digits that the free numbers of F take at least. */
double fit_least(const struct fit *f);

/*
 * Rounds every number of F such that it still agrees with all rates.  Returns
 * the digits that have to be written, or INFINITY if F does not agree.
 */
double fit_round(struct fit_work *w, struct fit *f);

/* The rates of WORDS, read with this BASE, at all steps.  Returns 0, or -1. */
int fit_rates(struct fit_work *w, const char *words, double base, double *ret);

/*
 * F's words with one of its numbers, but no rate, next to what it is, if that
 * agrees with all rates too, for free(); else NULL.
 */
char *fit_other(struct fit_work *w, const struct fit *f);

void fit_models_free(struct fit_models *models);

/* --- search.c ------------------------------------------------------------- */

/* A parameter says as much as so many digits of another. */
#define FIT_PARAM_COST 1.0
/* What takes so many digits more than another is less likely. */
#define FIT_RIVAL_COST 4.0
#define FIT_RIVALS_MAX 6

/* Another schedule that agrees with a log. */
struct rival {
	char *words;
	double base, cost;
};

struct search {
	struct features features;
	struct fit_work work;
	double cost; /* of the best so far; INFINITY: none */
	double base;
	char *words;
	bool is_fit; /* with these numbers */
	struct fit best;
	bool is_coarse; /* the digits of the log may leave rivals */
	struct rival rival[FIT_RIVALS_MAX];
	size_t nrival;
};

/*
 * The rates of S are rounded, to so few digits that more than one schedule may
 * print them.
 */
bool fit_is_coarse(const struct match_series *s);

/* Rate I of S is a unit of the last digit from the one before at most. */
bool fit_is_fine_change(const struct match_series *s, size_t i);

/*
 * At least half of the changes of S are such, as those of a slope that digits
 * cut to stairs.
 */
bool fit_is_staircase(const struct match_series *s);

/*
 * Fits F from where it is and keeps it if it agrees with all rates and has the
 * fewest digits so far.  Returns whether it agrees.
 */
bool fit_search_try(struct search *s, struct fit *f);

/* Keeps WORDS if they agree; DIGITS are those of their numbers. */
bool fit_search_try_words(
	struct search *s, double base, const char *words, double digits);

/*
 * What else prints the rates of SERIES, which the best agrees with, for free();
 * NULL: nothing that was found.
 */
char *fit_find_rival(struct search *s, const struct match_series *series);

/* Frees the words, but not the work. */
void fit_search_free(struct search *s);

/* --- call.c --------------------------------------------------------------- */

/*
 * Appends to B the call that the next row from *ROW on has for WORDS with this
 * BASE, and sets *ROW behind it.  Returns 1, 0 if no row is left, or -1 for no
 * memory.
 */
int fit_call_next(struct buf *b, const char *words, double base, size_t *row);

/* --- piecewise.c, decays.c, cycles.c -------------------------------------- */

/* Rates that stay for a while and jump. */
void fit_search_piecewise(struct search *s);

/* A decay, with or without a warmup. */
void fit_search_decays(struct search *s);

/* Cycles. */
void fit_search_cycles(struct search *s);

#endif
