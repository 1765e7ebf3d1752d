/* SPDX-License-Identifier: MIT */
/* Logs that are read while they are written; see source.h. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "file/fd.h"
#include "file/input.h"
#include "file/unnamed.h"
#include "source/source.h"

#define BLOCK_NBYTES ((size_t)1 << 16)
/* A file is looked at, and whether it is to stop, so often at least. */
#define LOOK_SECONDS 0.1
/* Who had a log open that was moved may write to it for so many looks more. */
#define MOVED_NLOOK 20

struct source_growing {
	struct input *in;
	int spool; /* what a pipe has given; -1: IN is a file */
	struct input_bytes bytes;
	char *block;
	uint64_t size;         /* bytes that have come */
	uint64_t whole, nline; /* of these, up to the end of the last line */
	bool ended;
	unsigned nmoved; /* looks at which another file had the log's name */
	double used; /* as seconds_used() had it at the end of the last wait */
};

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/*
 * Of a processor: none goes by where the rows wait for who reads them, or the
 * process is stopped.
 */
static double seconds_used(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static int read_grown(void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	const struct source_growing *g = ctx;
	size_t done = 0;

	if (g->spool < 0 && input_pread(g->in, p, n, at, d)) {
		/* What became shorter is gone; no line of it is wrong. */
		if (d->class == DIAG_DATA)
			d->class = DIAG_IO;
		return -1;
	}
	while (g->spool >= 0 && done < n) {
		ssize_t got = pread(g->spool, (char *)p + done, n - done,
			(off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return diag_errno(d, "cannot read from $TMPDIR");
		done += (size_t)got;
	}
	return 0;
}

int source_growing_new(struct source_growing **ret, struct input *in,
	const char *tmpdir, struct diag *d)
{
	struct source_growing *g = calloc(1, sizeof(*g));

	*ret = g;
	if (!g)
		return diag_nomem(d, sizeof(*g));
	*g = (struct source_growing){.in = in,
		.spool = -1,
		.bytes = {.pread = read_grown},
		.used = seconds_used()};
	g->bytes.ctx = g;
	g->block = malloc(BLOCK_NBYTES);
	if (!g->block)
		return diag_nomem(d, BLOCK_NBYTES);
	if (in->seekable)
		return 0;
	g->spool = unnamed_temporary(tmpdir);
	if (g->spool >= 0)
		return 0;
	diag_errno(d, "cannot spool to $TMPDIR");
	return diag_at(d, "%s", in->name);
}

void source_growing_free(struct source_growing *g)
{
	if (!g)
		return;
	if (g->spool >= 0)
		close(g->spool);
	free(g->block);
	free(g);
}

const struct input_bytes *source_growing_bytes(const struct source_growing *g)
{
	return &g->bytes;
}

uint64_t source_growing_nline(const struct source_growing *g)
{
	return g->nline;
}

bool source_growing_moved(const struct source_growing *g)
{
	return g->nmoved == MOVED_NLOOK;
}

/* --- what comes ----------------------------------------------------------- */

/* The next N bytes are in the block; a bar ends its line with a CR. */
static void take_block(struct source_growing *g, size_t n)
{
	const char *p = g->block;
	size_t end = n;

	/* Without a branch, so that it takes several at a time. */
	for (size_t i = 0; i < n; i++)
		g->nline += (unsigned)(p[i] == '\n') | (p[i] == '\r');
	while (end && p[end - 1] != '\n' && p[end - 1] != '\r')
		end--;
	if (end)
		g->whole = g->size + end;
	g->size += n;
}

/* Another file has the name of the log. */
static bool is_moved(const struct input *in)
{
	struct stat st;

	return stat(in->name, &st) == 0 &&
	       (st.st_dev != in->dev || st.st_ino != in->ino);
}

/* Takes what the file has by now, or waits a little.  Returns 0, or -1. */
static int take_of_file(
	struct source_growing *g, double seconds, struct diag *d)
{
	uint64_t now;

	if (input_grown(g->in, g->size, &now, d))
		return d->class == DIAG_DATA ? diag_at(d, "%s", g->in->name)
					     : -1;
	if (now == g->size) {
		struct timespec pause = {.tv_nsec = (long)(1e9 * seconds)};

		nanosleep(&pause, NULL);
		g->nmoved = is_moved(g->in) ? g->nmoved + 1 : 0;
		g->ended = source_growing_moved(g);
		return 0;
	}
	while (now > g->size) {
		uint64_t left = now - g->size;
		size_t n = left < BLOCK_NBYTES ? (size_t)left : BLOCK_NBYTES;

		if (input_pread(g->in, g->block, n, g->size, d) ||
			input_keep(g->in, g->block, n, d))
			return -1;
		take_block(g, n);
	}
	return 0;
}

/* Waits a little for what the pipe gives, and keeps it.  Returns 0, or -1. */
static int take_of_pipe(
	struct source_growing *g, double seconds, struct diag *d)
{
	struct pollfd ready = {.fd = g->in->fd, .events = POLLIN};
	ssize_t n;

	if (poll(&ready, 1, (int)(1e3 * seconds) + 1) <= 0)
		return 0;
	n = input_read_some(g->in, g->block, BLOCK_NBYTES, d);
	if (n < 0)
		return -1;
	g->ended = n == 0;
	if (fd_write(g->spool, g->block, (size_t)n)) {
		diag_errno(d, "cannot spool to $TMPDIR");
		return diag_at(d, "%s", g->in->name);
	}
	take_block(g, (size_t)n);
	return 0;
}

static int take(struct source_growing *g, double seconds, struct diag *d)
{
	return g->spool < 0 ? take_of_file(g, seconds, d)
			    : take_of_pipe(g, seconds, d);
}

int source_growing_wait(struct source_growing *g, double times,
	const volatile sig_atomic_t *stop, struct diag *d)
{
	double until = seconds_now() + times * (seconds_used() - g->used);

	while (!g->ended && !*stop) {
		double left = until - seconds_now();
		double pause =
			left > 0 && left < LOOK_SECONDS ? left : LOOK_SECONDS;

		if (g->whole > g->bytes.nbytes && left <= 0)
			break;
		if (take(g, pause, d) < 0)
			return -1;
	}
	/* What was there by the time of the signal belongs to it. */
	if (!g->ended && *stop && take(g, 0, d) < 0)
		return -1;
	g->ended |= *stop != 0;
	g->bytes.nbytes = g->ended ? g->size : g->whole;
	g->used = seconds_used();
	return !g->ended;
}

void source_growing_drain(
	struct source_growing *g, const volatile sig_atomic_t *stop)
{
	struct pollfd ready = {.fd = g->in->fd, .events = POLLIN};
	struct diag d;

	while (g->spool >= 0 && !g->ended && !*stop)
		if (poll(&ready, 1, (int)(1e3 * LOOK_SECONDS)) > 0)
			g->ended = input_read_some(g->in, g->block,
					   BLOCK_NBYTES, &d) <= 0;
}
