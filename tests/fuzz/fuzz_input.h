/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a file that has a path: in memory where there is /dev/shm, and made
 * once, since a target runs millions of times.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/diag.h"
#include "file/input.h"

/* Files that exist at the same time: one per slot. */
#define FUZZ_NSLOT 2

/* A file without a name. */
static int fuzz_unnamed(void)
{
	char name[] = "/dev/shm/fuzz.XXXXXX";
	int fd = mkstemp(name);
	FILE *f;

	if (fd >= 0) {
		unlink(name);
		return fd;
	}
	f = tmpfile();
	if (!f)
		abort();
	return fileno(f);
}

/* The path of a file that holds DATA[0..n) until the next call for SLOT. */
static const char *fuzz_path(unsigned slot, const void *data, size_t n)
{
	static char path[FUZZ_NSLOT][32];
	static int fd[FUZZ_NSLOT];

	if (!fd[slot]) {
		fd[slot] = fuzz_unnamed();
		snprintf(
			path[slot], sizeof(path[slot]), "/dev/fd/%d", fd[slot]);
	}
	if (pwrite(fd[slot], data, n, 0) != (ssize_t)n ||
		ftruncate(fd[slot], (off_t)n))
		abort();
	return path[slot];
}

/* The same, open; for input_close(). */
static struct input fuzz_input(unsigned slot, const void *data, size_t n)
{
	struct input in;
	struct diag d;

	if (input_open(&in, fuzz_path(slot, data, n), &d))
		abort();
	return in;
}

#endif
