/* SPDX-License-Identifier: MIT */
/*
 * A file being read, never without its name: every message says which.
 * Reading is by read() and pread(), never by mapping, so a file that shrinks is
 * an error and not a signal.
 */
#ifndef FILE_INPUT_H
#define FILE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct buf;
struct diag;

#define INPUT_SIZE_UNKNOWN UINT64_MAX

/* Bytes that someone makes when they are asked for. */
struct input_bytes {
	uint64_t nbytes;
	/* N bytes at AT, all of which there are.  Returns 0, or -1. */
	int (*pread)(void *ctx, void *p, size_t n, uint64_t at, struct diag *d);
	void *ctx;
};

struct input {
	int fd;                          /* -1: not open, or */
	const struct input_bytes *bytes; /* these; NULL: of a file */
	uint64_t at;                     /* so many of them have been read */
	const char *name;                /* the path as given, or "<stdin>" */
	uint64_t size; /* bytes from here to the end; unknown for a pipe */
	bool seekable; /* a regular file: input_pread() works */
	uint64_t base; /* offset of byte 0: stdin may start in mid-file */
	bool follow;   /* at the end of a file, reading waits for more */
	struct input_kept *kept; /* the end of what was read of such a file */
	dev_t dev;
	ino_t ino;
	struct timespec atime, mtime, ctime;
};

/*
 * Opens PATH, or standard input if PATH is NULL or "-".  PATH is borrowed
 * until input_close().  A directory is refused.  Returns 0, or -1 with
 * DIAG_IO and the name as its place.
 */
int input_open(struct input *in, const char *path, struct diag *d);

/*
 * Takes over the open file FD, to be called NAME (borrowed), from where it
 * stands; it is closed if this fails.
 */
int input_open_fd(struct input *in, int fd, const char *name, struct diag *d);

/*
 * An input of BYTES, borrowed until input_close(), to be called NAME, borrowed
 * too.  It is seekable and never changes.
 */
void input_open_bytes(
	struct input *in, const struct input_bytes *bytes, const char *name);

/* Closes; harmless on an input that never opened if fd is -1. */
void input_close(struct input *in);

/*
 * Reads N bytes, fewer only at the end of the file.  Returns the number read,
 * or -1 with DIAG_IO.
 */
ssize_t input_read(struct input *in, void *p, size_t n, struct diag *d);

/*
 * Reads all of the script at PATH, "-" for standard input, which is of less
 * than 4 MiB, into the empty TO, NUL-terminated.  Returns 0, or -1 with
 * DIAG_IO, DIAG_NOMEM or, for a longer file, DIAG_DATA, and the file as its
 * place.
 */
int input_script(const char *path, struct buf *to, struct diag *d);

/*
 * Waits for bytes and reads those that have come, at most N.  Returns the
 * number read, 0 at the end of the file, or -1: DIAG_IO, or DIAG_DATA or
 * DIAG_NOMEM as of input_grown() and input_keep() for one that is followed.
 */
ssize_t input_read_some(struct input *in, void *p, size_t n, struct diag *d);

/*
 * The next N bytes that were read of a file which is followed are those at P:
 * input_grown() sees whether they still stand there.  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int input_keep(struct input *in, const void *p, size_t n, struct diag *d);

/*
 * Sets *NOW to the bytes that a file which is followed has by now; fails with
 * DIAG_DATA if those are fewer than HAD, or the HAD that were read are not
 * there any more: who truncates a file that others write to, as logrotate's
 * copytruncate, may be followed by more than there was.  Its name is no part of
 * the place, as of what is wrong within it.  Returns 0, or -1.
 */
int input_grown(
	const struct input *in, uint64_t had, uint64_t *now, struct diag *d);

/*
 * Reads exactly N bytes at OFFSET from byte 0 of a seekable input.  Returns 0,
 * or -1; a file that ends before OFFSET + N is DIAG_DATA.  May be called from
 * several threads at once, each with its own D.
 */
int input_pread(const struct input *in, void *p, size_t n, uint64_t offset,
	struct diag *d);

/*
 * Memory for N bytes that are read: it begins with a page, and processors copy
 * fastest to where a byte is as far into a page as in its file.  NULL for no
 * memory; caller frees with free().
 */
#define INPUT_PAGE 4096
void *input_alloc(size_t n);

/*
 * Whether the N bytes at OFFSET, which are in the file, are a hole: zeros that
 * take no room.  False where the file system does not tell.  KNOWN, all zero to
 * begin with, is the last hole that was found: a system may walk to the end of
 * a hole each time that it is asked.  Not to be called from several threads at
 * once.
 */
struct input_hole {
	const struct input *in;
	uint64_t begin, end;
};
bool input_hole(struct input_hole *known, const struct input *in,
	uint64_t offset, uint64_t n);

/* Whether IN is a file that takes less room than it has bytes: it has holes. */
bool input_is_sparse(const struct input *in);

/*
 * Makes a pipe seekable by copying it to an unlinked file in TMPDIR: the NHEAD
 * bytes of HEAD, which have been read from it, and the rest.  A pipe that goes
 * on after SIZE_MAX bytes, INPUT_SIZE_UNKNOWN for no bound, is DIAG_DATA as
 * soon as it does.  Does nothing on an input that is seekable already.
 */
int input_spool(struct input *in, const void *head, size_t nhead,
	uint64_t size_max, const char *tmpdir, struct diag *d);

/*
 * Fails with DIAG_DATA if the file's size or modification time is no longer
 * what it was at input_open(): what two passes saw would not agree.
 */
int input_unchanged(const struct input *in, struct diag *d);

/* The same, and fails with DIAG_DATA also if PATH does not lead to it. */
int input_is_at(const struct input *in, const char *path, struct diag *d);

/*
 * The same of IN's own name, to be asked before the file is replaced or
 * removed; fails with DIAG_DATA also if somebody has touched it meanwhile, who
 * may have put its modification time back.
 */
int input_is_untouched(const struct input *in, struct diag *d);

#endif
