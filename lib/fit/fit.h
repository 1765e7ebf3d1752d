/* SPDX-License-Identifier: MIT */
/*
 * Which schedule a run followed: models of schedules, fitted to its logged
 * rates, and the words and the call of the one that explains them.  Any thread,
 * with a host of its own.
 */
#ifndef FIT_FIT_H
#define FIT_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct match_series;
struct sched_host;

/* A schedule that explains a log. */
struct fit_found {
	char *words; /* NULL: none does */
	char *call;  /* what a framework calls it; NULL: no name is known */
	/* What the digits of the log leave as well; NULL: nothing. */
	char *rival;
	bool may_be_rounded; /* and then they leave more, which nothing shows */
	double base;         /* what 1x means in them */
	double cost;         /* roughly, the digits written in them */
	double origin;  /* for the caller, who may have shifted the steps */
	double every;   /* steps for which each value of CALL was kept, or 1 */
	double resumed; /* the step at which CALL began anew; 0: it did not */
};

/*
 * Finds the words with the fewest and roundest numbers that explain every
 * rate of S, and a call that HOST makes the same of (NULL: none is looked for).
 * A schedule may have been stepped once an epoch, or have begun anew.
 * *RET is to be released with fit_found_free().  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int fit_identify(struct fit_found *ret, const struct match_series *s,
	const struct sched_host *host, struct diag *d);

void fit_found_free(struct fit_found *found);

#endif
