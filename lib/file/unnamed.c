/* SPDX-License-Identifier: MIT */
/*
 * What Linux can do with names; see unnamed.h.  The one place that wants more
 * of the system than POSIX.
 */
#define _GNU_SOURCE /* O_TMPFILE, renameat2() */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/unnamed.h"

#ifdef O_TMPFILE

#define LINK_NBYTES 32

/* FD as a link that can be followed, if /proc is there. */
static void link_of(char link[LINK_NBYTES], int fd)
{
	snprintf(link, LINK_NBYTES, "/proc/self/fd/%d", fd);
}

static bool has_link(int fd)
{
	char link[LINK_NBYTES];
	struct stat here, there;

	link_of(link, fd);
	return fstat(fd, &here) == 0 && stat(link, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

int unnamed_open(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 && !has_link(fd)) {
		close(fd);
		fd = -1;
		errno = ENOTSUP;
	}
	return fd;
}

int unnamed_link(int fd, const char *path)
{
	char link[LINK_NBYTES];

	link_of(link, fd);
	return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

#else

int unnamed_open(const char *dir)
{
	(void)dir;
	errno = ENOTSUP;
	return -1;
}

int unnamed_link(int fd, const char *path)
{
	(void)fd;
	(void)path;
	errno = ENOTSUP;
	return -1;
}

#endif

#ifdef RENAME_EXCHANGE

int unnamed_exchange(const char *a, const char *b)
{
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

#else

int unnamed_exchange(const char *a, const char *b)
{
	(void)a;
	(void)b;
	errno = ENOTSUP;
	return -1;
}

#endif

int unnamed_temporary(const char *dir)
{
	size_t n = strlen(dir) + sizeof("/trimtab.XXXXXX");
	sigset_t all, old;
	char *path;
	int fd = unnamed_open(dir);

	if (fd >= 0)
		return fd;
	path = malloc(n);
	if (!path)
		return -1;
	snprintf(path, n, "%s/trimtab.XXXXXX", dir);
	/* No signal may end us while the file has its name. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	fd = mkstemp(path);
	if (fd >= 0 && (unlink(path) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)) {
		int error = errno;
		close(fd);
		fd = -1;
		errno = error;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	free(path);
	return fd;
}
