/* SPDX-License-Identifier: MIT */
/*
 * The rows of one run as they come, until all are known: restarts, steps told
 * in several rows, counters that begin again with every epoch.
 */
#ifndef LOG_SERIES_H
#define LOG_SERIES_H

#include "log/log.h"

/* What one row tells; what it does not is NaN with its flag unset. */
struct log_row {
	double step, lr, loss;
	bool has_step, has_lr, has_loss;
};

struct series_point;

struct log_series {
	char *name;
	struct series_point *point;
	size_t n, cap;
	size_t nrow, nrestart;
	double offset;     /* of a counter that began again */
	unsigned long seg; /* rises where steps fall */
	bool resumes;      /* a step that falls never means a new counter */
};

/* Takes the next row.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct log_row *row, struct diag *d);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_series_finish(struct log_series *s, const struct log_rates *rates,
	struct log_run *ret, struct diag *d);

void log_series_free(struct log_series *s);

#endif
