/* SPDX-License-Identifier: MIT */
/*
 * lrwatch's options, and what of a record becomes a row.
 */
#ifndef CMD_LRWATCH_H
#define CMD_LRWATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "log/log.h"
#include "rows.h"
#include "schedule.h"
#include "watch/watch.h"

/* So many --metric at most. */
#define LRWATCH_METRICS_MAX 64

struct lrwatch_options {
	struct spec_opts sched; /* of the schedules, and the rate */
	const char *scale;      /* SPEC that the rate is multiplied with */
	const char *cycle;      /* SPEC whose cycles end */
	int mode;               /* enum watch_mode */
	const char *metric[LRWATCH_METRICS_MAX];
	size_t nmetric;
	struct log_options log;
	const char *output;    /* NULL: standard output */
	int format;            /* of enum rows_format */
	const char *stop_file; /* NULL: none */
	bool quiet, list;
	char *const *policy;
	size_t npolicy;
	char *file;
};

/* Defaults. */
void lrwatch_options_init(struct lrwatch_options *o);

extern const struct opt_table lrwatch_options;

/* Returns -1 to go on, or the exit status. */
int lrwatch_options_parse(struct lrwatch_options *o, int argc, char *argv[]);

#endif
