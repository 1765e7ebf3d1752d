/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a tool, makes one call go wrong:
 *
 *	LD_PRELOAD=fault/shim.so FAULT=CALL:KIND:N[:MORE] TOOL ...
 *
 * CALL and KIND are named in fault.h; N counts that call from 1.  MORE is
 * another errno for "fail" and "stuck", and milliseconds for "delay" (100).
 * FAULT_WITHOUT=tmpfile takes away files without a name, =links also hard
 * links, as some file systems do.  What the tool starts is left alone.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

#define DELAY_MS 100

static struct {
	bool is_armed;
	enum fault_call call;
	enum fault_kind kind;
	unsigned long n;
	int more; /* 0: not given */
	bool no_tmpfile, no_links;
} plan;

static struct fault_board own, *board = &own;

#define NAME(name, error) #name,
static const char *const names[] = {FAULT_CALLS(NAME)};
#define ERROR(name, error) error,
static const int errors[] = {FAULT_CALLS(ERROR)};
static const char *const kinds[] = FAULT_KINDS;

static size_t find(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return i;
	fprintf(stderr, "fault: unknown name '%s'\n", name);
	_exit(125);
}

static void read_plan(const char *text)
{
	char call[32], kind[32];

	if (sscanf(text, "%31[^:]:%31[^:]:%lu:%d", call, kind, &plan.n,
		    &plan.more) < 3) {
		fprintf(stderr, "fault: FAULT is CALL:KIND:N[:MORE]\n");
		_exit(125);
	}
	plan.call = (enum fault_call)find(names, FAULT_NCALL, call);
	plan.kind = (enum fault_kind)find(kinds, FAULT_NKIND, kind);
}

__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("FAULT"), *path = getenv("FAULT_BOARD");
	const char *without = getenv("FAULT_WITHOUT");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd >= 0) {
		void *p = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, 0);
		close(fd);
		if (p != MAP_FAILED)
			board = p;
	}
	if (text)
		read_plan(text);
	plan.no_tmpfile = without != NULL;
	plan.no_links = without && strcmp(without, "links") == 0;
	unsetenv("LD_PRELOAD");
	plan.is_armed = true;
}

static void sleep_ms(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

/* Counts a call.  What is to become of it; errno is set if it is to fail. */
static enum fault_kind strike(enum fault_call call)
{
	unsigned long n;

	if (!plan.is_armed)
		return FAULT_NONE;
	n = atomic_fetch_add(&board->count[call], 1) + 1;
	if (plan.kind == FAULT_NONE || call != plan.call ||
		(plan.kind == FAULT_STUCK ? n < plan.n : n != plan.n))
		return FAULT_NONE;
	atomic_fetch_add(&board->hits, 1);
	if (plan.kind == FAULT_DELAY) {
		sleep_ms(plan.more ? plan.more : DELAY_MS);
		return FAULT_NONE;
	}
	if (plan.kind == FAULT_STOP) {
		raise(SIGSTOP);
		return FAULT_NONE;
	}
	if (plan.kind == FAULT_SHORT)
		return FAULT_SHORT;
	errno = plan.more ? plan.more : errors[call];
	return FAULT_FAIL;
}

static bool lacks_tmpfile(int flags)
{
	if (!plan.no_tmpfile || (flags & O_TMPFILE) != O_TMPFILE)
		return false;
	errno = EOPNOTSUPP;
	return true;
}

/* The function that NAME would be without us. */
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* A function that fails by returning BAD. */
#define WRAP(call, bad, type, name, params, args)       \
	type name params                                \
	{                                               \
		static __typeof__(&(name)) next;        \
		if (!next)                              \
			next = NEXT(name);              \
		if (strike(FAULT_##call) == FAULT_FAIL) \
			return bad;                     \
		return next args;                       \
	}

/* A function that moves up to N bytes. */
#define WRAP_MOVE(call, name, params, args)                  \
	ssize_t name params                                  \
	{                                                    \
		static __typeof__(&(name)) next;             \
		if (!next)                                   \
			next = NEXT(name);                   \
		enum fault_kind kind = strike(FAULT_##call); \
		if (kind == FAULT_FAIL)                      \
			return -1;                           \
		if (kind == FAULT_SHORT && n > 1)            \
			n = 1;                               \
		return next args;                            \
	}

/* A function that takes a mode when it makes a file. */
#define WRAP_OPEN(name, params, args)                 \
	int name params                               \
	{                                             \
		static __typeof__(&(name)) next;      \
		va_list ap;                           \
		mode_t mode = 0;                      \
		if (!next)                            \
			next = NEXT(name);            \
		va_start(ap, flags);                  \
		if (flags & (O_CREAT | O_TMPFILE))    \
			mode = va_arg(ap, mode_t);    \
		va_end(ap);                           \
		if (lacks_tmpfile(flags))             \
			return -1;                    \
		if (strike(FAULT_open) == FAULT_FAIL) \
			return -1;                    \
		return next args;                     \
	}

/* clang-format off */
WRAP(malloc, NULL, void *, malloc, (size_t n), (n))
WRAP(malloc, NULL, void *, calloc, (size_t n, size_t size), (n, size))
WRAP(malloc, NULL, void *, realloc, (void *p, size_t n), (p, n))

WRAP_MOVE(read, read, (int fd, void *p, size_t n), (fd, p, n))
WRAP_MOVE(write, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP_MOVE(pread, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
WRAP_MOVE(pread, pread64, (int fd, void *p, size_t n, off64_t at),
	(fd, p, n, at))
WRAP_MOVE(pwrite, pwrite, (int fd, const void *p, size_t n, off_t at),
	(fd, p, n, at))
WRAP_MOVE(pwrite, pwrite64, (int fd, const void *p, size_t n, off64_t at),
	(fd, p, n, at))
WRAP_MOVE(send, send, (int fd, const void *p, size_t n, int flags),
	(fd, p, n, flags))

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int dir, const char *path, int flags, ...),
	(dir, path, flags, mode))
WRAP_OPEN(openat64, (int dir, const char *path, int flags, ...),
	(dir, path, flags, mode))
WRAP(open, -1, int, mkstemp, (char *path), (path))
WRAP(open, -1, int, mkstemp64, (char *path), (path))

WRAP(rename, -1, int, rename, (const char *from, const char *to), (from, to))
WRAP(rename, -1, int, renameat,
	(int dir, const char *from, int todir, const char *to),
	(dir, from, todir, to))
#ifdef RENAME_EXCHANGE
WRAP(rename, -1, int, renameat2,
	(int dir, const char *from, int todir, const char *to,
		unsigned int flags),
	(dir, from, todir, to, flags))
#endif
WRAP(unlink, -1, int, unlink, (const char *path), (path))
WRAP(unlink, -1, int, unlinkat, (int dir, const char *path, int flags),
	(dir, path, flags))
WRAP(ftruncate, -1, int, ftruncate, (int fd, off_t n), (fd, n))
WRAP(ftruncate, -1, int, ftruncate64, (int fd, off64_t n), (fd, n))
WRAP(chmod, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(chmod, -1, int, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(stat, -1, int, fstat, (int fd, struct stat *st), (fd, st))
WRAP(stat, -1, int, fstat64, (int fd, struct stat64 *st), (fd, st))
WRAP(stat, -1, int, stat, (const char *path, struct stat *st), (path, st))
WRAP(stat, -1, int, stat64, (const char *path, struct stat64 *st), (path, st))
WRAP(stat, -1, int, lstat, (const char *path, struct stat *st), (path, st))
WRAP(stat, -1, int, lstat64, (const char *path, struct stat64 *st), (path, st))
WRAP(lseek, -1, off_t, lseek, (int fd, off_t at, int from), (fd, at, from))
WRAP(lseek, -1, off64_t, lseek64, (int fd, off64_t at, int from),
	(fd, at, from))
WRAP(readlink, -1, ssize_t, readlink, (const char *path, char *to, size_t n),
	(path, to, n))
WRAP(socketpair, -1, int, socketpair,
	(int domain, int type, int protocol, int fd[2]),
	(domain, type, protocol, fd))
WRAP(poll, -1, int, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms))
WRAP(waitpid, -1, pid_t, waitpid, (pid_t pid, int *status, int flags),
	(pid, status, flags))
WRAP(pthread_create, errno, int, pthread_create,
	(pthread_t *thread, const pthread_attr_t *attr, void *(*f)(void *),
		void *arg), (thread, attr, f, arg))
/* clang-format on */

/* No command that we use has more than an int to say. */
int fcntl(int fd, int command, ...)
{
	static __typeof__(&fcntl) next;
	va_list ap;
	int arg;

	if (!next)
		next = NEXT(fcntl);
	va_start(ap, command);
	arg = va_arg(ap, int);
	va_end(ap);
	if (strike(FAULT_fcntl) == FAULT_FAIL)
		return -1;
	return next(fd, command, arg);
}

int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

int linkat(int dir, const char *from, int todir, const char *to, int flags)
{
	static __typeof__(&linkat) next;

	if (!next)
		next = NEXT(linkat);
	if (plan.no_links) {
		errno = EPERM;
		return -1;
	}
	if (strike(FAULT_linkat) == FAULT_FAIL)
		return -1;
	return next(dir, from, todir, to, flags);
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* Syncing itself is left out: a disk takes time, and nothing here crashes. */
int fsync(int fd)
{
	(void)fd;
	return strike(FAULT_fsync) == FAULT_FAIL ? -1 : 0;
}

int fdatasync(int fd)
{
	return fsync(fd);
}

/* The descriptor is gone even where closing it fails. */
int close(int fd)
{
	static __typeof__(&close) next;
	int ret;

	if (!next)
		next = NEXT(close);
	ret = next(fd);
	return strike(FAULT_close) == FAULT_FAIL ? -1 : ret;
}
