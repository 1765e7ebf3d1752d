/* SPDX-License-Identifier: MIT */
/*
 * The rows of one run as they come, until all are known: what their steps
 * count, steps told in several rows, restarts, counters that begin again.
 */
#ifndef LOG_SERIES_H
#define LOG_SERIES_H

#include "log/log.h"

/* What one row tells; what it does not is NaN with its flag unset. */
struct log_row {
	double step, lr, loss;
	double epoch; /* beside the step, or NaN */
	bool has_step, has_lr, has_loss;
};

/* Bits of has. */
enum {
	SERIES_LR = 1,
	SERIES_LOSS = 2,
	SERIES_EPOCH = 4, /* its epoch is above that of the row before */
};

struct log_series {
	char *name;
	double *step, *lr, *loss; /* loss NULL: only rates are read */
	unsigned char *has;
	size_t n, cap;
	bool rates_only;    /* a step that falls never means a new counter */
	size_t nvalid;      /* rows of validation, which are not among these */
	double epoch;       /* of the last row given; NaN at first */
	bool new_epoch;     /* it rose since the last row that was taken */
	double epoch_steps; /* 0: unknown */
};

/* Takes the next row.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct log_row *row, struct diag *d);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  UNIT is what the column of steps counts; LOG_ROWS:
 * there is none.  Where the values may be epochs, EPOCHS_ONLY keeps parts of
 * epochs as they are; else rows are counted in their place.  Returns 0, or -1
 * with DIAG_NOMEM, or DIAG_DATA: RATES counts another unit.
 */
int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d);

void log_series_free(struct log_series *s);

/* lib/log/order.c */

/* Moves row FROM of S to the place TO. */
void log_series_move(struct log_series *s, size_t to, size_t from);

/*
 * Puts the rows of S, one for each step, in the order of steps where they are
 * not, as the head of order.c says.  Sets what it did in RET.  Returns 0, or
 * -1 with DIAG_NOMEM.
 */
int log_series_order(struct log_series *s, struct log_run *ret, struct diag *d);

#endif
