/* SPDX-License-Identifier: MIT */
/* When a file was last written or touched, as systems have it. */
#ifndef FILE_MTIME_H
#define FILE_MTIME_H

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

/* The same of its owner, mode and names as well; nobody can put it back. */
static inline struct timespec ctime_of(const struct stat *st)
{
#ifdef __APPLE__
	return st->st_ctimespec;
#else
	return st->st_ctim;
#endif
}

static inline bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

#endif
