/* SPDX-License-Identifier: MIT */
/*
 * A file being written, all or nothing.  It has no name, or a temporary one
 * where the system knows no better, and nobody else may open it, until
 * output_finish() has completed it and output_publish() puts it in its place:
 * killed at any moment, the old file or the whole new one is there.  Standard
 * output, other descriptors, devices and FIFOs are written as they are.
 */
#ifndef FILE_OUTPUT_H
#define FILE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct diag;
struct input;

/* What is wanted of an output but its name; all zero for most. */
struct output_how {
	/*
	 * Gives its owner, permissions and extended attributes; borrowed until
	 * O is done with.  NULL: the old file does, and a new one gets 0666
	 * less the umask.
	 */
	const struct input *like;
	bool keep_times; /* like's, too */
	bool no_follow;  /* a link or device is replaced, not written to */
	bool is_new;     /* a file that is there, or comes, is not replaced */
	bool in_place;   /* like, as it was read, is replaced, or nothing is */
	bool sparse;     /* blocks of zeros are holes, in a regular file that
			  * is written at its end and not appended to */
};

/* All zero: not open. */
struct output {
	int fd;
	const char *name; /* the path as given, or "<stdout>" */
	char *path;       /* where it goes when done; NULL: written as it is */
	char *dir;        /* path's directory */
	char *tmp;        /* its name there until then, if is_named */
	bool is_named;
	struct output_how how;
	bool exists;     /* there was something at path */
	int old;         /* the file that it takes after, or -1: */
	mode_t mode;     /* it gets this mode */
	bool is_foreign; /* finished, and the owner or group could not be
			  * kept */
	char *data;      /* bytes not yet written; NULL: not open */
	size_t len;
	uint64_t nbytes; /* bytes handed to output_write() so far */
	bool is_sparse;  /* holes can be made */
	uint64_t put;  /* bytes and holes in the file, less what is gathered */
	uint64_t hole; /* of these, the zeros at the end, not yet made */
};

/*
 * Opens PATH for writing, or standard output if PATH is NULL or "-".  PATH is
 * borrowed until O is done with.  Symlinks are followed, but not one that
 * another user planted in a sticky directory; neither is such a file replaced
 * but in place.  HOW may be NULL.  Returns 0, or -1 with
 * DIAG_USAGE, DIAG_IO or DIAG_NOMEM.
 */
int output_open(struct output *o, const char *path,
	const struct output_how *how, struct diag *d);

/*
 * Whether writing PATH would replace the very file IN reads: 1, 0, or -1 if
 * PATH cannot be followed.
 */
int output_is_input(const char *path, const struct input *in, struct diag *d);

/* Whether a person reads what is written to O. */
bool output_is_terminal(const struct output *o);

/* Appends N bytes; small writes are gathered.  Returns 0, or -1. */
int output_write(struct output *o, const void *p, size_t n, struct diag *d);

/* Appends what B has; if B has failed, -1 with DIAG_NOMEM. */
int output_buf(struct output *o, const struct buf *b, struct diag *d);

/*
 * Hands on what is gathered, for a reader at the other end of a pipe.  Returns
 * 0, or -1.
 */
int output_flush(struct output *o, struct diag *d);

/*
 * Writes P[0..N) over what was written at OFFSET.  Only where O has a path.
 * Returns 0, or -1.
 */
int output_patch(struct output *o, uint64_t offset, const void *p, size_t n,
	struct diag *d);

/*
 * Opens what O holds so far as an input, which the caller closes; nothing may
 * be written to O afterwards.  Only where O has a path.  Returns 0, or -1.
 */
int output_reread(struct output *o, struct input *in, struct diag *d);

/*
 * Completes O on disk, with its final owner and mode, but not under its name;
 * nothing may be written afterwards.  What is written as it is, is done with.
 * Returns 0, or -1 with DIAG_IO; O is then to be aborted.
 */
int output_finish(struct output *o, struct diag *d);

/*
 * O, a new file, goes to PATH instead, in another directory of the same file
 * system.  Returns 0, or -1.
 */
int output_move(struct output *o, const char *path, struct diag *d);

/*
 * Puts a finished O in its place, and syncs the directory.  A kill may leave
 * the new or the old file, complete, as ".NAME.XXXXXX" beside it.  In place, a
 * file that is no longer what was read stays, with DIAG_DATA.  Returns 0, or
 * -1 and the old file in place.  Either way O is done with.
 */
int output_publish(struct output *o, struct diag *d);

/* Drops what was written.  Harmless when O is not open. */
void output_abort(struct output *o);

#endif
