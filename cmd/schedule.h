/* SPDX-License-Identifier: MIT */
/*
 * The options that describe a schedule, shared by the tools that take one, and
 * what they say of it.
 */
#ifndef CMD_SCHEDULE_H
#define CMD_SCHEDULE_H

#include <float.h>
#include <stddef.h>

#include "opt.h"
#include "spec/spec.h"

struct buf;
struct diag;

/* What each tool has them by. */
extern const struct sched_names lrsched_names, lrcheck_names, lrfind_names,
	lrwatch_names;

#define SCHEDULE_DEFAULTS(of)                                 \
	{                                                     \
		.names = &(of), .scale = SPEC_SCALE_NOT_GIVEN \
	}

/* The values of --count and --scale, ended by NULL. */
extern const char *const schedule_count_name[];
extern const char *const schedule_scale_name[];

/* A TAKE of opt.h, of a struct spec_opts. */
int schedule_take_define(void *at, const struct opt_given *g, struct diag *d);

/*
 * The first option of O, as it is called, that was given and only says what a
 * SPEC means; NULL: none was.
 */
const char *schedule_given(const struct spec_opts *o);

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
		{0, "batch-spec", "SPEC", OPT_TEXT,                            \
			offsetof(S, sched.batch_spec),                         \
			.help = "batch sizes that grow, as words or "          \
				"Megatron's flags; lengths may then be in "    \
				"samples (2e6s)"},                             \
		{0, "count", "step|epoch|sample", OPT_CHOICE,                  \
			offsetof(S, sched.count),                              \
			.help = "what SPEC and -n count",                      \
			.word = schedule_count_name},                          \
	{                                                                      \
		'D', "define", "NAME=VALUE", OPT_CALL, offsetof(S, sched),     \
			.help = "a name that calls may use",                   \
			.take = schedule_take_define                           \
	}

/*
 * Fails where OUTPUT (NULL: standard output) is a file that S was resolved
 * from.  Returns 0, or -1.
 */
int schedule_check_output(
	const struct spec *s, const char *output, struct diag *d);

/*
 * Appends what O and the words hardly can mean, a line each with what else to
 * write.
 */
void schedule_remarks(
	struct buf *b, const struct spec *s, const struct spec_opts *o);

/* The same on standard error, unless -q.  Returns 0, or -1 for no memory. */
int schedule_note(const struct spec *s, const struct spec_opts *o);

/* Names the files that S's script imports, as far as it came to them. */
void schedule_note_files(const struct spec *s);

/* Marks which of the names that O gives values S asked for. */
void schedule_mark_asked(bool asked[SPEC_DEFINES_MAX], const struct spec *s,
	const struct spec_opts *o);

/* Remarks the others; what S has instead is offered. */
void schedule_note_unused(const bool asked[SPEC_DEFINES_MAX],
	const struct spec *s, const struct spec_opts *o);

/* A schedule that is the value of an option: all of it in one word. */
struct schedule_one {
	struct spec spec;
	char *word[1];
};

/*
 * Reads WORD, the value of OPTION ("": of one that messages need not name) of a
 * tool that writes OUTPUT, and PICTURE unless that is NULL.  To be released
 * with schedule_one_free(), also after a failure.  Returns 0, or -1, of which
 * schedule_fail() tells.
 */
int schedule_one_read(struct schedule_one *s, const char *word,
	const char *option, const struct spec_opts *o, const char *output,
	const char *picture, struct diag *d);
void schedule_one_free(struct schedule_one *s);

/* All remarks on it.  Returns 0, or -1. */
int schedule_one_note(const struct schedule_one *s, const struct spec_opts *o,
	struct diag *d);

/* Prints D and, of a mistake in the words, its place; returns the status. */
int schedule_fail(const struct spec *s, struct diag *d);

#endif
