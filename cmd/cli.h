/* SPDX-License-Identifier: MIT */
/*
 * What every tool's main() shares: exit statuses, messages, help, the
 * standard streams, outputs that vanish when a signal ends us, progress.
 * Only cmd/ prints, exits, and reads the environment.
 */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/progress.h"
#include "file/output.h"

/*
 * Exit statuses, as grep and cmp have them.  spzip alone follows gzip: 1 is
 * trouble, 2 a warning (see struct cli_tool).
 */
enum cli_status {
	CLI_DONE = 0,    /* the work is done, the answer is yes */
	CLI_NO = 1,      /* the work ran and the answer is no */
	CLI_TROUBLE = 2, /* wrong usage, bad data, I/O error */
};

struct cli_tool {
	const char *name; /* as messages show it */
	int trouble;      /* the status for trouble: CLI_TROUBLE; 1 in spzip */
};

/*
 * First thing in main(): remembers TOOL (kept for good), opens closed standard
 * streams so that using them is an error, and arranges for the signals that
 * end a tool to remove temporaries first.
 */
void cli_init(const struct cli_tool *tool);

/*
 * Takes as many open files as the hard limit allows: a model in a thousand
 * shards is as many files, and as many results, and systems allow 1024 unasked.
 * Only for who starts no other program, which might call select(2).
 */
void cli_allow_open_files(void);

/*
 * Prints "tool: place: text", and the remedy's words, if it has one; nothing
 * where D's class is DIAG_NONE, as it was said before.  Returns the status for
 * trouble.
 */
int cli_fail(const struct diag *d);

/* The words that follow D's text for its remedy, or "".  Static; any thread. */
const char *cli_remedy(const struct diag *d);

/* "tool: reason" and "Try 'tool --help' ..."; returns the trouble status. */
int cli_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * "tool: text" for remarks; silent after cli_quiet(true).  Returns whether it
 * was not.
 */
bool cli_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_quiet(bool quiet);

/* Says whether remarks that only -v is for are wanted. */
void cli_verbose(bool verbose);

/* Temporaries that have names at once: many only where files need them. */
#define CLI_OUTPUT_MAX 256

/* Prints TEXT, or the version, on standard output; returns the status. */
int cli_print(const char *text);
int cli_version(void);

/*
 * An output that a signal removes.  As output_open and output_abort; of more
 * than CLI_OUTPUT_MAX at a time that have names the rest would stay.
 */
int cli_output_open(struct output *o, const char *path, struct diag *d);
int cli_output_open_as(struct output *o, const char *path,
	const struct output_how *how, struct diag *d);
void cli_output_abort(struct output *o);

/*
 * As mkdtemp(), and holds back the signals that would end us and leave the
 * directory, until it is in its place, or gone, and cli_directory_done().  What
 * takes long asks meanwhile whether one waits, and gives up.  Returns 0, or -1
 * with errno.
 */
int cli_directory_make(char *template);
bool cli_signal_waits(void);
void cli_directory_done(void);

/*
 * Finishes the N outputs that are open, looks at the files once more that will
 * be replaced in place, and only then publishes, in this order.  Either way
 * the outputs are done with.  Returns 0, or -1.
 */
int cli_outputs_commit(struct output *const out[], size_t n, struct diag *d);

/* The same of one. */
int cli_output_commit(struct output *o, struct diag *d);

/* Makes the file PATH of all that B has.  Returns 0, or -1. */
int cli_write_file(const char *path, const struct buf *b, struct diag *d);

/*
 * Before anything is opened: fails if the file called PATH, "-" for standard
 * input, is where OUT (NULL: standard output) would be written, also appended
 * to.  Returns 0, or -1.
 */
int cli_check_input(const char *out, const char *path, struct diag *d);

/* The same of all that PATH has, up to NULL. */
int cli_check_inputs(const char *out, char *const *path, struct diag *d);

/* $TMPDIR, or /tmp. */
const char *cli_tmpdir(void);

/*
 * Draws P on stderr about five times a second once a second has passed; mode
 * 'a' only when stderr is a terminal, 'y' always, 'n' never.  P stays in use
 * until cli_progress_end().
 */
void cli_progress_begin(struct progress *p, const char *label, int mode);
void cli_progress_end(void);

/* Takes the drawing off the line, which a message is about to use. */
void cli_progress_clear(void);

#endif
