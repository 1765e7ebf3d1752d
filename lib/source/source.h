/* SPDX-License-Identifier: MIT */
/*
 * Where lines of pairs come from: text, event files, exports and directories
 * of what tracks experiments.  A source is one thread's at a time.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line/line.h"

struct diag;
struct input;
struct input_bytes;

/* What a log is written in. */
enum source_format {
	SOURCE_AUTO, /* found in its first bytes */
	SOURCE_CSV,  /* tables of any separator */
	SOURCE_JSON,
	SOURCE_TEXT,
	SOURCE_RE, /* a pattern finds the values */
	SOURCE_TENSORBOARD,
	SOURCE_MLFLOW,
	SOURCE_WANDB, /* the file of an offline run */
};

/* --- sources ------------------------------------------------------------- */

/* Where lines of pairs come from. */
struct source;

struct source_options {
	int format;          /* an enum source_format */
	const char *re;      /* of SOURCE_RE: named groups are keys */
	const char *columns; /* names of a table without a header, "a,b,c" */
	char sep;            /* 0: found in the header */
	/*
	 * Lines are awaited one by one: one that may be a record is given
	 * before what is behind it has come.
	 */
	bool live;
	bool grows; /* the last line that has come may not be the last */
};

/*
 * Begins to read IN (borrowed) in the format that OPT says or that is found.
 * *RET is to be released with source_close().  Returns 0, or -1.
 */
int source_open(struct source **ret, struct input *in,
	const struct source_options *opt, struct diag *d);

void source_close(struct source *s);

/* The format of what is no text; SOURCE_AUTO: it is. */
enum source_format source_format(const struct source *s);

/* The names of its pairs, which lines to come may add to; owned by S. */
const struct pair_keys *source_keys(const struct source *s);

/*
 * The next line, valid until the next call.  Returns 1, 0 at the end, or -1.
 */
int source_next(struct source *s, struct line *ret, struct diag *d);

/* As line_repeat(), of the lines of S. */
size_t source_repeat(
	struct source *s, double *value, uint64_t *forms, size_t max);

/*
 * S, which is at its end, tells only names and what was odd from now on: the
 * rest is released, which of long lines is much.
 */
void source_end(struct source *s);

/* Sets what was odd so far. */
void source_odd(const struct source *s, struct line_odd *ret);

/* --- grow.c -------------------------------------------------------------- */

/*
 * A log that is read while it is written, each time from its begin: a file, or
 * what has come through a pipe, which waits in an unlinked file.
 */
struct source_growing;

/*
 * IN (borrowed) is a file or a pipe, read from where it stands.  TMPDIR as in
 * unnamed_temporary().  *RET is to be released with source_growing_free().
 */
int source_growing_new(struct source_growing **ret, struct input *in,
	const char *tmpdir, struct diag *d);

/*
 * Waits until lines have come that were not there the last time, and TIMES as
 * long as the processor was in use since then, but no longer than to the end or
 * until *STOP is set.  Returns 1, 0: no more will come, or -1.
 */
int source_growing_wait(struct source_growing *g, double times,
	const volatile sig_atomic_t *stop, struct diag *d);

/*
 * Reads what a pipe still gives, for nobody, until it ends or *STOP is set: who
 * writes it is not to die of what went wrong here.
 */
void source_growing_drain(
	struct source_growing *g, const volatile sig_atomic_t *stop);

/*
 * What was there at the last wait, whole lines but at the end; valid until G is
 * freed, the same until the next wait.
 */
const struct input_bytes *source_growing_bytes(const struct source_growing *g);

/* Lines that were there by then. */
uint64_t source_growing_nline(const struct source_growing *g);

/* It ended because it was moved away, and another log has its name. */
bool source_growing_moved(const struct source_growing *g);

void source_growing_free(struct source_growing *g);

/* --- files and directories ------------------------------------------------ */

/* A log of a run, or of several in one file. */
struct source_place {
	char *path;
	char *name;    /* what its label is, or tells it from the others */
	char *alias;   /* what its owner calls it; NULL: not told */
	bool is_found; /* in a directory: nobody has said that it is a log */
	/*
	 * Of a directory, which source_place_open() opens; SOURCE_AUTO: a file.
	 */
	enum source_format format;
};

/* Zeroed at first; to be released with source_places_free(). */
struct source_places {
	struct source_place *place;
	size_t n;
};

/*
 * Adds the file OPERAND, "-" for standard input, or the runs in the directory
 * OPERAND and below it: event files of TensorBoard, runs of MLflow and W&B, or
 * files with the suffix of a log.  A name may stand before it, LABEL:FILE,
 * unless that whole is a file.  What is not there is a place too, of which
 * opening it will tell.  Returns 0, or -1.
 */
int source_places_add(
	struct source_places *p, const char *operand, struct diag *d);

/*
 * Names the places that have no label, with the fewest last parts of their
 * paths that tell them apart, without what all end in.  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int source_places_name(struct source_places *p, struct diag *d);

void source_places_free(struct source_places *p);

/*
 * Calls SEE with CTX and each file that PLACE is read from, in that order,
 * until it fails.  Returns 0, or -1.
 */
int source_place_each(const struct source_place *place,
	int (*see)(void *ctx, const char *file, struct diag *d), void *ctx,
	struct diag *d);

/*
 * Reads the directory PLACE as one log.  *RET is to be released with
 * source_close().  Returns 0, or -1 with the file as its place.
 */
int source_place_open(
	struct source **ret, const struct source_place *place, struct diag *d);

#endif
