/* SPDX-License-Identifier: MIT */
/*
 * What the tools that read logs share: files that are read in turn, rows and a
 * picture that are written, remarks about what was odd in a log.
 */
#ifndef CMD_LOGS_H
#define CMD_LOGS_H

#include <stdbool.h>
#include <stddef.h>

#include "file/input.h"
#include "file/output.h"
#include "log/log.h"
#include "opt.h"

struct rows;

/* What all of them can be asked; a tool's options have it as a member. */
struct logs_opts {
	bool list_columns;
	bool verbose; /* say what is taken for the step, the rate, the loss */
	bool quiet;
};

/* Names of an enum source_format, ended by NULL. */
extern const char *const logs_format_name[];

/* Rows of the table of options S, which has a member log: how it is read. */
#define LOGS_READ_OPTIONS(S)                                                   \
	{'i', "input-format", "FORMAT", OPT_CHOICE,                            \
		offsetof(S, log.source.format),                                \
		.help = "auto, csv, json, text, tb (TensorBoard), mlflow, "    \
			"wandb, or re, "                                       \
			"which --re implies",                                  \
		.word = logs_format_name},                                     \
		{0, "re", "PATTERN", OPT_TEXT, offsetof(S, log.source.re),     \
			.help = "what to read in a line: a group "             \
				"(?<NAME>...) for each value"},                \
		{0, "names", "NAME[,NAME]...", OPT_TEXT,                       \
			offsetof(S, log.source.columns),                       \
			.help = "what the columns of a table without a "       \
				"header are called"},                          \
	{                                                                      \
		0, "sep", "CHAR", OPT_CALL, offsetof(S, log.source.sep),       \
			.help = "the separator, or tab (found in the header)", \
			.take = opt_take_separator                             \
	}

/* The same and what is said of it, for S with a struct logs_opts logs. */
#define LOGS_OPTIONS(S)                                                        \
	{0, "list-columns", NULL, OPT_FLAG, offsetof(S, logs.list_columns),    \
		.help = "print what is in the logs and what it is taken for"}, \
		LOGS_READ_OPTIONS(S),                                          \
		{0, "columns", "NAME[,NAME]...", OPT_TEXT,                     \
			offsetof(S, log.source.columns), /* --names */         \
			.help = NULL},                                         \
		{'q', "quiet", NULL, OPT_FLAG, offsetof(S, logs.quiet),        \
			.help = "no remarks about odd logs"},                  \
	{                                                                      \
		'v', "verbose", NULL, OPT_FLAG, offsetof(S, logs.verbose),     \
			.help = "say what is taken for the step, the rate, "   \
				"the loss"                                     \
	}

/*
 * What follows from them, once they are read.  Returns -1 to go on, or the exit
 * status of wrong usage.
 */
int logs_opts_finish(const struct logs_opts *o, struct log_options *log);

/* What a run of a tool writes, and the exit status that it comes to. */
struct logs {
	const char *output;  /* NULL: standard output */
	const char *picture; /* NULL: none */
	struct output file, picture_file;
	struct source_places places; /* what is read */
	bool several; /* are meant, though some may not be found */
	int status;   /* the worst so far */
};

/* STATUS is L's, if it is worse. */
void logs_worse(struct logs *l, int status);

/* As cli_check_input(), of both outputs. */
int logs_check_input(const struct logs *l, const char *path, struct diag *d);

/*
 * Finds the logs that N operands are, [LABEL:]FILE or directories, and opens
 * the outputs, which none of them may be.  Returns 0, or -1.
 */
int logs_open(struct logs *l, char *const *operand, size_t n, struct diag *d);

/* Opens the log PLACE, a file as IN.  Returns 0, or -1. */
int logs_source_open(struct source **ret, struct input *in,
	const struct source_place *place, const struct log_options *opt,
	struct diag *d);

/*
 * What would hinder making the stop file NAME when training is to stop, hours
 * from now: it is there, cannot be made, or is where OUTPUT (NULL: standard
 * output) or INPUT is.  NAME may be NULL.  Returns 0, or -1.
 */
int logs_check_stop_file(const char *name, const char *output,
	const char *input, struct diag *d);

/*
 * What is done with a log that is called FILE, with one that cannot be read, of
 * which D tells, and then with what is known by now: 0, or -1.
 */
struct logs_work {
	int (*read)(
		void *ctx, const char *file, struct source *s, struct diag *d);
	int (*bad)(void *ctx, const char *file, struct diag *d);
	int (*write)(void *ctx, struct diag *d);
	void *ctx;
};

/*
 * Reads the logs in turn; what is wrong with one is said and does not end the
 * run, and what is no log is left out where it was found in a directory: nobody
 * has said that it is one.  OPT is how they are read.  Returns 0, or -1: no
 * memory, or no way to write.
 */
int logs_each(struct logs *l, const struct log_options *opt,
	const struct logs_work *work, struct diag *d);

/* What pictures are drawn to: where rows go, if there is no file for them. */
struct output *logs_canvas(struct logs *l);

/*
 * BAD says whether drawing failed, as D tells: rows are right without a picture
 * in a file of its own.  Returns 0, or -1.
 */
int logs_drawn(struct logs *l, int bad, struct diag *d);

/*
 * Ends the run, which was BAD for what D tells: publishes the outputs, a
 * picture if all went well, and the other if KEEP or if it is not a file; drops
 * what was not published.  Returns the exit status.
 */
int logs_end(struct logs *l, int bad, bool keep, struct diag *d);

/*
 * FILE, RUN in it, or both if there are several files; RUN may be NULL or
 * empty.  The caller frees it; NULL for no memory.
 */
char *logs_run_name(const char *file, const char *run, bool several);

/* The same of RUN, which may be one of several that began again. */
char *logs_part_name(const char *file, const struct log_run *run, bool several);

/* Begins rows of what is in logs, in FORMAT as rows_begin() takes it. */
void logs_columns_begin(struct rows *r, int format, const struct output *out);

/* Adds a row for each that S, which is called FILE, has.  Returns 0, or -1. */
int logs_columns_add(struct rows *r, const char *file, struct source *s,
	const struct log_options *opt, struct diag *d);

/* --- logs_remarks.c ------------------------------------------------------- */

/* Whether what is taken for the step, the rate and the loss is said, too. */
void logs_verbose(bool verbose);

/* "tool: FILE:RUN: text"; RUN may be NULL. */
void logs_note(const char *file, const char *run, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * What reading FILE with OPT as LOG left out, chose or took in another order.
 */
void logs_note_odd(
	const char *file, const struct log *log, const struct log_options *opt);

/*
 * The same of FILE that comes as S: the first that does not fit as soon as it
 * is known, and all AT_END.  *TOLD is zeroed at first.
 */
void logs_note_stream(const char *file, const struct log_stream *s, bool at_end,
	uint64_t *told);

/* After so many rows without a name that was given, it is said. */
#define LOGS_LACKING_NROW 100

/* Says so where NROW are that many. */
void logs_note_lacking(
	const char *file, const struct log_stream *s, uint64_t nrow);

#endif
