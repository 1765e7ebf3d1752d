/* SPDX-License-Identifier: MIT */
/* When a file was last written, as systems have it. */
#ifndef BASE_MTIME_H
#define BASE_MTIME_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

static inline struct timespec mtime_of(const struct stat *st)
{
#ifdef __APPLE__ /* POSIX.1-2008 calls it st_mtim */
	return st->st_mtimespec;
#else
	return st->st_mtim;
#endif
}

/* Whether ST's is T. */
static inline bool mtime_is(const struct stat *st, const struct timespec *t)
{
	const struct timespec own = mtime_of(st);

	return own.tv_sec == t->tv_sec && own.tv_nsec == t->tv_nsec;
}

#endif
