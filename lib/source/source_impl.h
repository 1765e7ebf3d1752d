/* SPDX-License-Identifier: MIT */
/* Inside of lib/source: what its files share, under the name of each. */
#ifndef SOURCE_SOURCE_IMPL_H
#define SOURCE_SOURCE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

struct diag;
struct input;

/* --- source.c ------------------------------------------------------------ */

/*
 * A source of lines of pairs is one of these, whatever it reads: text is
 * line_reader; binary formats and directories have files of their own.
 */

struct source_calls {
	/* As line_next(), line_repeat(), line_odd() and line_close(). */
	int (*next)(void *state, struct line *ret, struct diag *d);
	size_t (*repeat)(void *state, double *value, uint64_t *forms,
		size_t max); /* or NULL */
	void (*odd)(const void *state, struct line_odd *ret);
	void (*close)(void *state);
};

struct source {
	struct pair_keys *keys; /* owned */
	const struct source_calls *calls;
	void *state; /* owned; NULL: it was at its end, and this was odd */
	struct line_odd odd;
	enum source_format format;
};

/*
 * Makes a source of KEYS and STATE, which it takes over; they are released if
 * this fails.  Returns 0, or -1 with DIAG_NOMEM.
 */
int source_new(struct source **ret, struct pair_keys *keys,
	const struct source_calls *calls, void *state, struct diag *d);

/* --- points.c ------------------------------------------------------------ */

/*
 * A source of scalars that are told one by one, which are all read before the
 * first line: 32 bytes each.
 */
struct source_points;

/* None yet.  Returns 0, or -1: no memory. */
int source_points_new(struct source_points **ret, struct diag *d);
void source_points_free(struct source_points *p);

/* The key of TAG[0..n), which is not the step's; SIZE_MAX: no memory. */
size_t source_points_key(struct source_points *p, const char *tag, size_t n);

/* Adds a value of KEY.  STEP is finite. */
int source_points_add(struct source_points *p, size_t key, double step,
	double value, struct diag *d);

/* Forgets what was told of STEP and of later ones. */
void source_points_void(struct source_points *p, double step);

/*
 * What is added from now on is of a later file, whose values of a tag at a step
 * take the place of earlier ones.  CUT: the last file ended within a record.
 */
void source_points_end_part(struct source_points *p, bool cut);

/*
 * Makes a source of P, which it takes over also if this fails, in the FORMAT
 * that it had.  Returns 0, or -1 with DIAG_NOMEM.
 */
int source_points_open(struct source **ret, struct source_points *p,
	enum source_format format, struct diag *d);

/* --- events.c ------------------------------------------------------------ */

/* Adds the scalars of IN, of SOURCE_TENSORBOARD or SOURCE_WANDB. */
int source_events_read(struct source_points *p, struct input *in,
	enum source_format format, struct diag *d);

/* --- mlflow.c ------------------------------------------------------------ */

/* Adds the metric that the file IN is; its path tells the name. */
int source_mlflow_read(
	struct source_points *p, struct input *in, struct diag *d);

/* Whether a file that begins with HEAD[0..n) is a metric. */
bool source_mlflow_is_metric(const char *head, size_t n);

/* --- exported.c ---------------------------------------------------------- */

/*
 * Makes a source of LINES and its KEYS, which it takes over also if this fails.
 * Tables that W&B exports have a line for each run that a row tells of, with
 * its name as "run".  Returns 0, or -1 with DIAG_NOMEM.
 */
int source_exported_open(struct source **ret, struct line_reader *lines,
	struct pair_keys *keys, struct diag *d);

#endif
