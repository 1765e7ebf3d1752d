/* SPDX-License-Identifier: MIT */
/*
 * What the tools that read logs share: files that are read in turn, rows and a
 * picture that are written, remarks about what was odd in a log.
 */
#ifndef CMD_LOGS_H
#define CMD_LOGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/input.h"
#include "base/output.h"
#include "log/log.h"

/* What a run of a tool writes, and the exit status that it comes to. */
struct logs {
	const char *output;  /* NULL: standard output */
	const char *picture; /* NULL: none */
	struct output file, picture_file;
	int status; /* the worst so far */
};

void logs_worse(struct logs *l, int status);

/* As cli_check_input(), of both outputs. */
int logs_check_input(const struct logs *l, const char *path, struct diag *d);

/* Opens the outputs, which none of the N inputs may be.  Returns 0, or -1. */
int logs_open(struct logs *l, char *const *path, size_t n, struct diag *d);

/* What is done with a log, and then with what is known by now: 0, or -1. */
struct logs_work {
	int (*read)(void *ctx, struct input *in, struct diag *d);
	int (*write)(void *ctx, struct diag *d);
	void *ctx;
};

/*
 * Reads N files in turn; what is wrong with one is said and does not end the
 * run.  Returns 0, or -1: no memory, or no way to write.
 */
int logs_each(struct logs *l, char *const *path, size_t n,
	const struct logs_work *work, struct diag *d);

/*
 * Publishes the outputs: a picture if all went well, and the other if KEEP or
 * if it is not a file.  Returns 0, or -1.
 */
int logs_commit(struct logs *l, bool keep, struct diag *d);

/* Drops what was not published. */
void logs_close(struct logs *l);

/*
 * FILE, RUN in it, or both if there are several files; RUN may be NULL.  The
 * caller frees it; NULL for no memory.
 */
char *logs_run_name(const char *file, const char *run, bool several);

/*
 * Adds the runs of NEXT, a later part of the same log, to those of ALL by their
 * names; NEXT is then empty.  Steps that both have are NEXT's, also where it
 * has gaps; rows that have no steps go on counting.  Returns 0, or -1 with
 * DIAG_DATA: the steps of both count different things.
 */
int logs_join(struct log *all, struct log *next, struct diag *d);

/* "tool: FILE:RUN: text"; RUN may be NULL. */
void logs_note(const char *file, const char *run, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What reading FILE as LOG left out or took in another order. */
void logs_note_odd(const char *file, const struct log *log);

#endif
