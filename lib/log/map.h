/* SPDX-License-Identifier: MIT */
/*
 * Which column of a table plays which role.
 */
#ifndef LOG_MAP_H
#define LOG_MAP_H

#include "log/log.h"
#include "log/names.h"
#include "text/csv.h"

#define MAP_NONE SIZE_MAX
#define MAP_SUM_MAX 16 /* columns of one sum */

struct log_map {
	size_t ncol;
	size_t step, run;    /* MAP_NONE: the log has none */
	size_t epoch, phase; /* the same */
	bool step_is_epoch;  /* by its name */
	size_t lr;           /* MAP_NONE: the rate is not taken from the log */
	size_t nlr;          /* columns that may be it, lr is the first */
	size_t loss[MAP_SUM_MAX];
	size_t nloss;
};

/*
 * Finds the columns in the header ROW.  Returns 0, or -1 with DIAG_DATA and
 * the candidates in the text, the line as its place.
 */
int log_map(struct log_map *ret, const struct csv_row *row,
	const struct log_options *opt, struct diag *d);

/* The best fit of any column for each role. */
struct log_best {
	unsigned fit[NROLE];
};

struct log_best log_map_best(const struct csv_row *row);

/* The role COLUMN may have, candidates included; NROLE for none. */
enum log_role log_map_guess(const struct csv_row *row, size_t column,
	const struct log_best *best, const struct log_options *opt);

#endif
