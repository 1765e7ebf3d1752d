/* SPDX-License-Identifier: MIT */
/*
 * What the trainer reads as CSV: the images and the schedule.  Anything wrong
 * ends the program with one message and status 2, so no function here fails.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "mlp.h"

enum {
	IMAGES_MAX = 4096,
	FIELDS_MAX = 128,
	RUN_MAX = 64, /* bytes of a run's name */
	HOLDOUT = 3,  /* every third image validates */
};

struct data {
	struct image image[IMAGES_MAX];
	const struct image *train[IMAGES_MAX], *check[IMAGES_MAX];
	int ntrain, ncheck;
};

/* A CSV file and its last line cut into fields; quotes are not special. */
struct csv {
	FILE *f;
	const char *name;
	char *line;
	size_t cap, number;
	char *field[FIELDS_MAX];
	int nfields;
};

/* A schedule and where its columns are; -1 where absent. */
struct schedule {
	struct csv csv;
	int run, step, lr, momentum, ncolumns;
};

struct row {
	uint64_t step;
	double lr, momentum;
	const char *lr_text; /* as read, or NULL; valid until the next row */
	char run[RUN_MAX];   /* as read, if there is such a column */
	bool is_first;       /* of its run, which is not the first one */
};

/* Prints "train: message" and exits with status 2. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/*
 * The whole of TEXT as a number from LO to HI.  Messages name WHAT, a column
 * of the current line of C, or an option where C is NULL.
 */
double number(const char *text, double lo, double hi, const struct csv *c,
	const char *what);
uint64_t whole(const char *text, uint64_t lo, uint64_t hi, const struct csv *c,
	const char *what);

/* Reads rows of 64 pixels (0 to 16) and the digit; there is no header. */
void data_read(const char *path, struct data *d);

/* Reads the header of F; columns other than these are ignored. */
void schedule_open(struct schedule *s, FILE *f, const char *name);

/* Overwrites what the next row gives of *ROW; false after the last. */
bool schedule_next(struct schedule *s, struct row *row);
void schedule_close(struct schedule *s);

#endif
