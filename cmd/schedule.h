/* SPDX-License-Identifier: MIT */
/*
 * The options that describe a schedule, shared by the tools that take one: base
 * rate, length, steps per epoch, batch scaling, names for calls.  They and the
 * words become a table in two steps, since which steps a tool asks for may
 * depend on the length.
 */
#ifndef CMD_SCHEDULE_H
#define CMD_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli.h"
#include "sched/words.h"

struct diag;
struct py_name;

/* -D may be given so often. */
#define SCHEDULE_DEFINES_MAX 64

/* As given; NULL where an option was not. */
struct schedule_opts {
	const char *steps, *lr, *epoch_steps, *batch, *ref_batch, *scale;
	const char *define[SCHEDULE_DEFINES_MAX];
	size_t ndefine;
};

/* The long-only ones; a tool's own begin at the last. */
enum {
	SCHEDULE_BATCH = CLI_OPT_OWN,
	SCHEDULE_REF_BATCH,
	SCHEDULE_SCALE,
	SCHEDULE_OPT_END,
};

/* Their part of getopt_long()'s string, table and of --help. */
#define SCHEDULE_OPTSTRING "n:l:e:D:"
#define SCHEDULE_LONGOPTS                                                   \
	{"steps", required_argument, NULL, 'n'},                            \
		{"lr", required_argument, NULL, 'l'},                       \
		{"epoch-steps", required_argument, NULL, 'e'},              \
		{"define", required_argument, NULL, 'D'},                   \
		{"batch", required_argument, NULL, SCHEDULE_BATCH},         \
		{"ref-batch", required_argument, NULL, SCHEDULE_REF_BATCH}, \
	{                                                                   \
		"scale", required_argument, NULL, SCHEDULE_SCALE            \
	}

/* Takes the option C of getopt_long(); returns whether it is one of these. */
bool schedule_option(struct schedule_opts *o, int c, const char *value);

struct schedule {
	struct sched_env env;
	struct sched_table table;
	struct sched_where where; /* of a mistake in the words */
	bool own_length;          /* -n does not give it in steps or epochs */
	char *const *word;        /* borrowed */
	size_t nword;
	struct py_name *name; /* what env.names begins with */
};

/*
 * Resolves all but the values: base, epochs, names and env.steps, which stays
 * NAN if neither -n nor the words have a length.  O's strings and WORD are
 * borrowed until schedule_free(), which S wants also after failure.  Returns
 * 0, or -1 with DIAG_USAGE or DIAG_NOMEM.
 */
int schedule_resolve(struct schedule *s, const struct schedule_opts *o,
	char *const word[], size_t nword, struct diag *d);

/*
 * Reads the words into S's table, for steps below HORIZON (NAN: not known).
 * Returns 0, or -1 with DIAG_USAGE, *WHERE set in S, or DIAG_NOMEM.
 */
int schedule_read(struct schedule *s, const struct schedule_opts *o,
	double horizon, struct diag *d);

void schedule_free(struct schedule *s);

/* Prints D and, of a mistake in the words, its place; returns the status. */
int schedule_fail(const struct schedule *s, struct diag *d);

#endif
