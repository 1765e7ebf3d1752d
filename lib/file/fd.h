/* SPDX-License-Identifier: MIT */
/* Writing to descriptors, which may take a part at a time. */
#ifndef FILE_FD_H
#define FILE_FD_H

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

/*
 * Writes all of P[0..N) to FD at OFFSET, or where FD stands if that is below 0.
 * Returns 0, or -1 with errno.
 */
static inline int fd_pwrite(int fd, const void *p, size_t n, off_t offset)
{
	const char *at = p;

	while (n > 0) {
		ssize_t put = offset < 0 ? write(fd, at, n)
					 : pwrite(fd, at, n, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		offset += offset < 0 ? 0 : put;
		n -= (size_t)put;
	}
	return 0;
}

/* The same where FD stands. */
static inline int fd_write(int fd, const void *p, size_t n)
{
	return fd_pwrite(fd, p, n, -1);
}

#endif
