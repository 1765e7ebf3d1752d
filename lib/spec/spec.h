/* SPDX-License-Identifier: MIT */
/*
 * A SPEC and what it is relative to: base rate, length, steps per epoch, batch
 * scaling, names for calls.  They become a table in two steps, since which
 * steps somebody asks for may depend on the length.
 */
#ifndef SPEC_SPEC_H
#define SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/near.h"
#include "sched/sched.h"
#include "script/script.h"

struct diag;

/* So many names at most. */
#define SPEC_DEFINES_MAX 64

/* What everything inside of the words counts. */
enum spec_count { SPEC_STEPS, SPEC_EPOCHS, SPEC_SAMPLES };

/* How the batch scales the base rate. */
enum spec_scale {
	SPEC_SCALE_NOT_GIVEN = -1,
	SPEC_LINEAR,
	SPEC_SQRT,
};

/* As given; NULL or 0 where it was not. */
struct spec_opts {
	const struct sched_names *names; /* what members are asked for by */
	const char *steps, *epoch_steps;
	const char *batch_spec; /* sizes of batches that grow */
	double lr, batch, ref_batch;
	int scale; /* an enum spec_scale */
	int count; /* an enum spec_count */
	const char *define[SPEC_DEFINES_MAX];
	size_t ndefine;
	bool later; /* rows may begin after step 0 */
	bool ends;  /* what has no end is asked for one */
};

/*
 * With SPEC_EPOCHS ENV is that of the rows, which are steps where epoch_steps
 * tells how many an epoch has and epochs where not (env.epoch_steps is then 1);
 * each column's node is held for so many.
 */
struct spec {
	const struct sched_names *names;
	struct sched_env env;
	struct script script;        /* where it is no words */
	char *file;                  /* that it was read from; NULL: none */
	struct buf text;             /* what was read */
	struct sched_source *source; /* files of definitions, those that are
				      * among the names, then those that the
				      * script imports, which are its own */
	bool *ran;                   /* of each of these: it was come to */
	size_t nbeside;
	char *package;      /* that the script is in, "a.b"; NULL: none */
	bool *asked;        /* of each name: env's */
	struct buf remarks; /* a line each, for the user */
	struct sched_table table;
	struct sched_where where; /* of a mistake in the words */
	bool own_length;          /* not given in steps or epochs */
	bool endless;             /* given as inf; env.steps is NAN */
	double counted;           /* env.steps in what the words count */
	/*
	 * The samples before each step, empty where batches do not grow; the
	 * words may count these; and those of an epoch, or NAN.
	 */
	struct sched_clock clock;
	bool by_samples, count_given;
	double epoch_samples;
	bool has_base;     /* it was given */
	char *const *word; /* borrowed */
	size_t nword;
};

/*
 * Nodes of S's table may borrow its clock: S stays where it is once resolved.
 * Resolves all but the values: base, epochs, names and env.steps, which stays
 * NAN if neither O nor the words have a length.  O's strings and WORD are
 * borrowed until spec_free(), which S wants also after failure.  Returns 0, or
 * -1 with DIAG_USAGE or DIAG_NOMEM, or of a file DIAG_IO or DIAG_DATA.
 */
int spec_resolve(struct spec *s, const struct spec_opts *o, char *const word[],
	size_t nword, struct diag *d);

/*
 * Gives S the length of ROWS (NAN: there is none) if it has none.  Returns 0,
 * or -1 with DIAG_USAGE: words take their length from it, and it has none yet.
 */
int spec_share_length(struct spec *s, double rows, struct diag *d);

/*
 * Reads the words into S's table, for steps below HORIZON (NAN: not known).
 * Returns 0, or -1 with DIAG_USAGE, *WHERE set in S, or DIAG_NOMEM.
 */
int spec_read(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d);

/*
 * The same for S whose env was changed since: a length that is the words' own
 * is found again.
 */
int spec_read_again(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d);

/*
 * Reads all of TEXT as a number of S's rows: 100, 30%, 5ep-1, 2e6s.  WHAT names
 * it in messages.  Returns 0, or -1 with DIAG_USAGE.
 */
int spec_arg_steps(const char *what, const char *text, const struct spec *s,
	double *ret, struct diag *d);

/* Epochs before STEP, begun ones in part; NAN: not known. */
double spec_epochs_before(const struct spec *s, double step);

/* The step from which on S's value stays; INFINITY: none is known. */
double spec_settles(const struct sched *s);

/* How many rows one of what the words count is. */
double spec_unit(const struct spec *s);

/* The rows are epochs. */
bool spec_is_of_epochs(const struct spec *s, const struct spec_opts *o);

/*
 * Whether S, which was read by O, asked for the name that the Ith of O's
 * definitions gives a value, or a file or one of the others may have; the
 * phrase that says what to give instead of DEFINE, perhaps in BUF.
 */
bool spec_asked_for(const struct spec *s, const struct spec_opts *o, size_t i);
const char *spec_nearest(
	const struct spec *s, const char *define, char buf[NEAR_PHRASE_MAX]);

void spec_free(struct spec *s);

#endif
