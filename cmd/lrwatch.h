/* SPDX-License-Identifier: MIT */
/*
 * lrwatch's options, and what of a record becomes a row.
 */
#ifndef CMD_LRWATCH_H
#define CMD_LRWATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "log/log.h"
#include "rows.h"
#include "schedule.h"
#include "text/formula.h"
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

/* --- lrwatch_metric.c ----------------------------------------------------- */

/* A metric as policies name it: a scalar of the log, or a formula of some. */
struct lrwatch_metric {
	const char *name;
	const char *text;        /* of the formula; often the name itself */
	struct formula *formula; /* NULL: a name that reads as none */
	size_t whole; /* the scalar that is called TEXT; SIZE_MAX: none */
	size_t bare;  /* that in a line of validation: the loss of val_loss */
	size_t *part; /* those of the formula's names, likewise */
	bool seen;    /* it had a value */
	bool told;    /* that the log has others was said */
	struct diag why; /* what TEXT lacks as a formula; FORMULA is NULL */
};

/*
 * Finds what NAME is by --metric of O, else a scalar of that name.  Release
 * with lrwatch_metric_free(), also after a failure.  Returns 0, or -1.
 */
int lrwatch_metric_init(struct lrwatch_metric *m,
	const struct lrwatch_options *o, const char *name, struct diag *d);
void lrwatch_metric_free(struct lrwatch_metric *m);

/* The scalars from FIRST on are new: they may be what M was not found among. */
void lrwatch_metric_look(
	struct lrwatch_metric *m, const struct log_stream *in, size_t first);

/* The value of M in R; false where R does not have all of it. */
bool lrwatch_metric_value(
	struct lrwatch_metric *m, const struct log_record *r, double *ret);

/* Whether IN has a metric, but not all that M is made of. */
bool lrwatch_metric_is_other(
	const struct lrwatch_metric *m, const struct log_stream *in);

/* What to say of M, which no record had: -1. */
int lrwatch_metric_missing(const struct lrwatch_metric *m,
	const struct log_stream *in, struct diag *d);

/* The scalar that is most likely meant; all zero before the first. */
struct lrwatch_guess {
	const char *name; /* NULL: none is */
	unsigned fit;     /* how much it looks like it */
};

/*
 * The scalars from FIRST on are new with R: one may be a better guess than *G.
 */
void lrwatch_metric_guess(struct lrwatch_guess *g, const struct log_stream *in,
	size_t first, const struct log_record *r);

#endif
