/* SPDX-License-Identifier: MIT */
/*
 * What reacts to a metric while training runs: reduce-on-plateau, early
 * stopping, checkpoints.  A policy is a library's class as a state machine: a
 * row of definitions (policies.py) that binds its arguments, and a step
 * function with the arithmetic of that class, to the last bit.  Policies share
 * one rate, as callbacks share an optimizer.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct buf;
struct formula;
struct log_record;
struct log_stream;

/* What a row brings; several may come in one. */
enum watch_event {
	WATCH_BEST = 1,   /* the best so far */
	WATCH_SAVE = 2,   /* a checkpoint is written */
	WATCH_REDUCE = 4, /* the rate was lowered */
	WATCH_CYCLE = 8,  /* a cycle of a schedule ends: the caller's to set */
	WATCH_STOP = 16,  /* training ends */
};

#define WATCH_NEVENT 5

/* Appends the words of EVENTS, "best reduce". */
void watch_event_words(struct buf *b, unsigned events);

enum watch_mode {
	WATCH_AUTO, /* by the metric's name */
	WATCH_MIN,  /* lower is better */
	WATCH_MAX,
};

/* The direction that the words of NAME tell: AUTO if they do not. */
enum watch_mode watch_mode_of(const char *name);

struct watch_opts {
	double lr;                 /* to begin with; 0: not given */
	enum watch_mode mode;      /* of policies that do not say it */
	const char *const *define; /* NAME=VALUE for names in policies */
	size_t ndefine;
	/* What messages call these where they ask for one. */
	const char *lr_name, *mode_name, *define_name;
};

struct watch;

/* OPTS is borrowed until watch_free().  Returns 0, or -1. */
int watch_new(
	struct watch **ret, const struct watch_opts *opts, struct diag *d);

/* Whether S is the text of a policy by its looks: a call, or keys. */
bool watch_is_policy(const char *s);

/*
 * Adds the policies of S[0..N), borrowed until watch_free(): calls as they
 * stand in a script, from FILE (borrowed), or keys ("stop,patience=3") where
 * FILE is NULL.  Returns 0, or -1 with DIAG_USAGE and where.
 */
int watch_add(struct watch *w, const char *s, size_t n, const char *file,
	struct diag *d);

/* Whether a policy that was added has a use for the I-th define. */
bool watch_asked_for(const struct watch *w, size_t i);

/*
 * The policies are all: METRIC (borrowed; NULL: not said) is what those follow
 * that do not say it.  Returns 0, or -1 with DIAG_USAGE.
 */
int watch_begin(struct watch *w, const char *metric, struct diag *d);

/*
 * The I-th metric that is followed, as it was named, NULL past the last; that
 * of watch_row comes first.  "" is one that nobody has named.
 */
const char *watch_metric(const struct watch *w, size_t i);

/* "" turns out to be NAME.  Returns 0, or -1 with DIAG_USAGE: no direction. */
int watch_name_metric(struct watch *w, const char *name, struct diag *d);

/*
 * What the user should know, a line each: which of several libraries a name
 * was taken for, a direction that the metric's name speaks against.
 */
const struct buf *watch_remarks(const struct watch *w);

struct watch_row {
	double best;            /* NaN: none so far */
	double lr;              /* after the row; NaN: not known */
	bool lr_is_single;      /* a float: what its library keeps */
	unsigned events;        /* of enum watch_event */
	const char *stopped_by; /* with WATCH_STOP, borrowed from W */
};

/*
 * What VALUE, by number of metric, brings; those that the row does not have are
 * not GIVEN, and their policies wait.
 */
void watch_step(struct watch *w, const double *value, const bool *given,
	struct watch_row *ret);

/* The rate as it is now, without what scales it; NaN: not known. */
double watch_rate(const struct watch *w);

void watch_free(struct watch *w);

/*
 * The I-th policy's library and signature, its length in *N; NULL past the
 * last. */
const char *watch_signature(size_t i, const char **library, size_t *n);

/* --- metrics in records --------------------------------------------------- */

/* What the user says that metrics are: "NAME=TEXT" each. */
struct watch_formulas {
	const char *const *text;
	size_t n;
	const char *option; /* by which he does, for messages */
};

/* A metric as policies name it: a scalar of the log, or a formula of some. */
struct watch_metric {
	const char *name;
	const char *text;        /* of the formula; often the name itself */
	const char *option;      /* that would say another */
	struct formula *formula; /* NULL: a name that reads as none */
	size_t whole; /* the scalar that is called TEXT; SIZE_MAX: none */
	size_t bare;  /* that in a line of validation: the loss of val_loss */
	size_t *part; /* those of the formula's names, likewise */
	bool seen;    /* it had a value */
	bool told;    /* that the log has others was said */
	struct diag why; /* what TEXT lacks as a formula; FORMULA is NULL */
};

/*
 * Finds what NAME is by BY, else a scalar of that name; all are borrowed.
 * Release with watch_metric_free(), also after a failure.  Returns 0, or -1.
 */
int watch_metric_init(struct watch_metric *m, const struct watch_formulas *by,
	const char *name, struct diag *d);
void watch_metric_free(struct watch_metric *m);

/* The scalars from FIRST on are new: they may be what M was not found among. */
void watch_metric_look(
	struct watch_metric *m, const struct log_stream *in, size_t first);

/* The value of M in R; false where R does not have all of it. */
bool watch_metric_value(
	struct watch_metric *m, const struct log_record *r, double *ret);

/* Whether IN has a metric, but not all that M is made of. */
bool watch_metric_is_other(
	const struct watch_metric *m, const struct log_stream *in);

/* What to say of M, which no record had: -1. */
int watch_metric_missing(const struct watch_metric *m,
	const struct log_stream *in, struct diag *d);

/* The scalar that is most likely meant; all zero before the first. */
struct watch_guess {
	const char *name; /* NULL: none is */
	unsigned fit;     /* how much it looks like it */
};

/*
 * The scalars from FIRST on are new with R: one may be a better guess than *G.
 */
void watch_metric_guess(struct watch_guess *g, const struct log_stream *in,
	size_t first, const struct log_record *r);

#endif
