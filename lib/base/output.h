/* SPDX-License-Identifier: MIT */
/*
 * A file being written, all or nothing.  A regular file is written under a
 * temporary name in the same directory and renamed by output_commit(): killed
 * at any moment, the old file or the whole new one is there.  Standard output,
 * devices and FIFOs are written as they are.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct diag;
struct input;

struct output {
	int fd;
	const char *name; /* the path as given, or "<stdout>" */
	char *path;       /* the target, symlinks resolved; NULL: no rename */
	char *tmp;        /* its temporary; NULL: nothing to unlink */
	char *data;       /* bytes not yet written */
	size_t len;
	uint64_t nbytes; /* bytes handed to output_write() so far */
};

/*
 * Opens PATH for writing, or standard output if PATH is NULL, "-" or
 * "/dev/stdout" (which may be a file that is appended to).  PATH is borrowed
 * until commit or abort.  Symlinks are followed; the new file takes the old
 * one's permissions, or 0666 less the umask.  Returns 0, or -1 with DIAG_IO.
 */
int output_open(struct output *o, const char *path, struct diag *d);

/* True if writing PATH would replace the very file IN reads. */
bool output_is_input(const char *path, const struct input *in);

/* Appends N bytes; small writes are gathered.  Returns 0, or -1. */
int output_write(struct output *o, const void *p, size_t n, struct diag *d);

/* Hands what was gathered to the system, for rows that someone awaits. */
int output_flush(struct output *o, struct diag *d);

/*
 * Flushes, syncs, closes and renames, then syncs the directory.  Returns 0, or
 * -1 with DIAG_IO and the old file still in place.  Either way O is finished.
 */
int output_commit(struct output *o, struct diag *d);

/* Drops what was written and the temporary.  Harmless when O is finished. */
void output_abort(struct output *o);

#endif
