/* SPDX-License-Identifier: MIT */
/*
 * The options that describe a schedule, shared by the tools that take one: base
 * rate, length, steps per epoch, batch scaling, names for calls.  They and the
 * words become a table in two steps, since which steps a tool asks for may
 * depend on the length.
 */
#ifndef CMD_SCHEDULE_H
#define CMD_SCHEDULE_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "call/call.h"
#include "opt.h"
#include "sched/words.h"

struct buf;
struct diag;

/* -D may be given so often. */
#define SCHEDULE_DEFINES_MAX 64

/* As given; NULL or 0 where an option was not. */
struct schedule_opts {
	const char *steps, *epoch_steps;
	double lr, batch, ref_batch;
	int scale; /* an enum schedule_scale */
	int count; /* an enum schedule_count */
	const char *define[SCHEDULE_DEFINES_MAX];
	size_t ndefine;
};

#define SCHEDULE_DEFAULTS                         \
	{                                         \
		.scale = SCHEDULE_SCALE_NOT_GIVEN \
	}

/* What everything inside of the words counts. */
enum schedule_count { SCHEDULE_STEPS, SCHEDULE_EPOCHS };

extern const char *const schedule_count_name[];

/* How the batch scales the base rate. */
enum schedule_scale {
	SCHEDULE_SCALE_NOT_GIVEN = -1,
	SCHEDULE_LINEAR,
	SCHEDULE_SQRT,
};

extern const char *const schedule_scale_name[];

/* A TAKE of opt.h, of a struct schedule_opts. */
int schedule_take_define(void *at, const struct opt_given *g, struct diag *d);

/* Their rows of the options S, whose member sched they fill. */
#define SCHEDULE_OPTIONS(S)                                                    \
	{'n', "steps", "N", OPT_TEXT, offsetof(S, sched.steps),                \
		.help = "length: steps, 32ep (epochs) or 4c (cycles); "        \
			"default: the schedule's own"},                        \
		{'l', "lr", "LR", OPT_NUMBER, offsetof(S, sched.lr),           \
			.help = "base rate, what 1x means", .lo = DBL_MIN,     \
			.hi = DBL_MAX},                                        \
		{'e', "epoch-steps", "E", OPT_TEXT,                            \
			offsetof(S, sched.epoch_steps),                        \
			.help = "steps per epoch, or SAMPLES/BATCH (rounded "  \
				"up) or SAMPLES//BATCH (down)"},               \
		{0, "batch", "B", OPT_NUMBER, offsetof(S, sched.batch),        \
			.help = "scale the base rate by B/B0 ...",             \
			.lo = DBL_MIN, .hi = DBL_MAX},                         \
		{0, "ref-batch", "B0", OPT_NUMBER,                             \
			offsetof(S, sched.ref_batch),                          \
			.help = "... for this reference batch", .lo = DBL_MIN, \
			.hi = DBL_MAX},                                        \
		{0, "scale", "linear|sqrt", OPT_CHOICE,                        \
			offsetof(S, sched.scale),                              \
			.help = "or by its root (default linear)",             \
			.word = schedule_scale_name},                          \
		{0, "count", "step|epoch", OPT_CHOICE,                         \
			offsetof(S, sched.count),                              \
			.help = "what SPEC and -n count (default step)",       \
			.word = schedule_count_name},                          \
	{                                                                      \
		'D', "define", "NAME=VALUE", OPT_CALL, offsetof(S, sched),     \
			.help = "a name that calls may use",                   \
			.take = schedule_take_define                           \
	}

/*
 * With --count epoch ENV is that of the rows, which are steps where -e tells
 * how many an epoch has and epochs where not (env.epoch_steps is then 1); each
 * column's node is held for so many.
 */
struct schedule {
	struct sched_env env;
	struct call_script script; /* SPEC, where it is Python */
	char *file;                /* that it was read from; NULL: none */
	struct buf text;           /* what was read */
	struct sched_table table;
	struct sched_where where; /* of a mistake in the words */
	bool own_length;          /* -n does not give it in steps or epochs */
	double counted;           /* env.steps in what the words count */
	bool has_base;            /* -l */
	char *const *word;        /* borrowed */
	size_t nword;
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

/* How many rows one of what the words count is. */
double schedule_unit(const struct schedule *s);

/* The rows are epochs. */
bool schedule_is_of_epochs(
	const struct schedule *s, const struct schedule_opts *o);

/*
 * Appends what O and the words hardly can mean, a line each with what else to
 * write, and a NUL that b->len does not count.  Returns 0, or -1 for no memory.
 */
int schedule_remarks(
	struct buf *b, const struct schedule *s, const struct schedule_opts *o);

/* The same on standard error, unless -q.  Returns 0, or -1 for no memory. */
int schedule_note(const struct schedule *s, const struct schedule_opts *o);

void schedule_free(struct schedule *s);

/* Prints D and, of a mistake in the words, its place; returns the status. */
int schedule_fail(const struct schedule *s, struct diag *d);

#endif
