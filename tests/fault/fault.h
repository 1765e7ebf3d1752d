/* SPDX-License-Identifier: MIT */
/*
 * What the shim and the sweep agree on: the calls that can be made to go
 * wrong, the ways, and the page of memory by which a run tells how often each
 * was made.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdatomic.h>

/* The calls, and what each fails with.  Several functions share a row. */
#define FAULT_CALLS(X)        \
	X(malloc, ENOMEM)     \
	X(read, EIO)          \
	X(write, ENOSPC)      \
	X(pread, EIO)         \
	X(pwrite, ENOSPC)     \
	X(open, EMFILE)       \
	X(fsync, EIO)         \
	X(rename, EROFS)      \
	X(unlink, EROFS)      \
	X(linkat, EROFS)      \
	X(close, EIO)         \
	X(ftruncate, EIO)     \
	X(chmod, EPERM)       \
	X(stat, EIO)          \
	X(lseek, EIO)         \
	X(poll, ENOMEM)       \
	X(send, ENOBUFS)      \
	X(fcntl, EMFILE)      \
	X(readlink, EIO)      \
	X(socketpair, EMFILE) \
	X(waitpid, ECHILD)    \
	X(pthread_create, EAGAIN)

#define FAULT_ENUM(name, error) FAULT_##name,
enum fault_call { FAULT_CALLS(FAULT_ENUM) FAULT_NCALL };
#undef FAULT_ENUM

enum fault_kind {
	FAULT_NONE,
	FAULT_FAIL,  /* the n-th call fails */
	FAULT_STUCK, /* so do all that follow it */
	FAULT_SHORT, /* it moves a single byte */
	FAULT_DELAY, /* it comes late */
	FAULT_STOP,  /* it waits for SIGCONT */
	FAULT_NKIND,
};

#define FAULT_KINDS                                               \
	{                                                         \
		"none", "fail", "stuck", "short", "delay", "stop" \
	}

/* The file that $FAULT_BOARD names, shared with whoever started the run. */
struct fault_board {
	atomic_ulong count[FAULT_NCALL];
	atomic_ulong hits; /* how often the fault struck */
};

#endif
