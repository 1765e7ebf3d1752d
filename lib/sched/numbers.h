/* SPDX-License-Identifier: MIT */
/*
 * The numbers that a schedule was written with, each in the user's spelling.
 * They are listed while a schedule is read, and it can be read again with one
 * of them changed: what reads a number asks here for what it is to be.
 */
#ifndef SCHED_NUMBERS_H
#define SCHED_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

/* More than these are not listed. */
#define SCHED_NUMBERS_MAX 64

struct sched_number {
	const char *at; /* in the user's text; tells it apart with before */
	char *before;   /* as it is written: "T_max=", "cos:" ... */
	char *after;    /* ... and what follows it: ":1e-5" */
	double value;   /* as it was read */
	bool flag;      /* True or False: 1 or 0 */
	bool given;     /* by the user, not by default */
	bool base;      /* what 1x means */
};

struct sched_numbers {
	struct sched_number *number; /* n of them; all zero at first */
	size_t n;
	/* The one that is read as TO; NULL: none. */
	const struct sched_number *changed;
	double to;
};

/*
 * Lists the number LIKE, whose texts are copied, unless it is listed, and sets
 * *VALUE to what it is to be; N may be NULL.  Returns 0, or -1 for no memory.
 */
int sched_numbers_take(struct sched_numbers *n, const struct sched_number *like,
	double *value);

/* Harmless on a list that is all zero. */
void sched_numbers_free(struct sched_numbers *n);

#endif
