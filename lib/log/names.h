/* SPDX-License-Identifier: MIT */
/*
 * What the columns of a log are, from their names alone.
 */
#ifndef LOG_NAMES_H
#define LOG_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "text/csv.h"

enum log_role {
	ROLE_STEP,
	ROLE_LR,
	ROLE_LOSS,
	ROLE_METRIC, /* accuracy and the like: higher is better */
	ROLE_RUN,
	ROLE_EPOCH,
	ROLE_PHASE, /* training or validation */
	NROLE,
};

/* The role's name in messages and options. */
const char *log_role_name(enum log_role role);

/* The same with its article: "the loss", "an accuracy". */
const char *log_role_phrase(enum log_role role);

/* VALUE, in a column of phases, begins with a word for no training. */
bool log_is_validation(const char *value, size_t n);

/*
 * How well NAME fits ROLE: 0 not at all, else higher is better.  Names are
 * compared as words: "train/loss", "Train Loss" and "train_loss" are one.
 */
unsigned log_name_fit(enum log_role role, const char *name, size_t n);

#endif
