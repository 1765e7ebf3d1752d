/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the identification share: the course of a log, and the
 * best schedule so far.
 */
#ifndef MATCH_IDENTIFY_H
#define MATCH_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "match/fit.h"
#include "match/match.h"

/* Turns beyond these are not looked at. */
#define COURSE_NTURN 64

/* A stretch of equal rates higher, or lower, than what is around it. */
struct course_turn {
	size_t first, last; /* indices */
	bool is_peak;
};

struct course {
	const double *t, *y; /* n of each */
	size_t n;
	double stride;
	bool rises; /* what changes first goes up */
	struct course_turn turn[COURSE_NTURN];
	size_t nturn;
	size_t nchange;      /* how often two rates in a row differ */
	size_t top, top_end; /* first and last index of the first highest */
	size_t hold;         /* from here on all rates are equal */
};

/* The course of S, which has a rate or more. */
void match_course_init(struct course *c, const struct match_series *s);

struct search {
	struct course course;
	struct fit_work work;
	double cost; /* of the best so far; INFINITY: none */
	double base;
	struct buf words;
};

/*
 * Fits F from where it is and keeps it if it agrees with all rates and has the
 * fewest digits so far.  Returns whether it agrees.
 */
bool match_search_try(struct search *s, struct fit *f);

/* Keeps WORDS if they agree; DIGITS are those of their numbers. */
bool match_search_try_words(
	struct search *s, double base, const char *words, double digits);

/* Rates that stay for a while and jump. */
void match_search_stairs(struct search *s);

/* A decay, with or without a warmup. */
void match_search_decays(struct search *s);

/* Cycles. */
void match_search_cycles(struct search *s);

#endif
