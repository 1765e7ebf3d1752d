/* SPDX-License-Identifier: MIT */
/* Bytes that wait to be read again, in memory or in an unlinked file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "file/fd.h"
#include "file/unnamed.h"
#include "tape/tape_impl.h"

/* What is more than this waits in a file. */
#define MEMORY_MAX ((size_t)16 << 20)
/* So many bytes of it are written or read at once. */
#define WINDOW_NBYTES ((size_t)128 << 10)

struct tape_spool {
	const char *dir;
	struct buf head; /* the first bytes */
	struct buf mem;  /* what is to be written, then what was read last */
	uint64_t mem_at; /* which begins there */
	uint64_t n;      /* bytes in all */
	uint64_t at;     /* what is read next */
	int fd;          /* of what is behind the head; -1: nothing is */
	bool is_read;    /* and no more put */
};

static int fail(struct diag *d)
{
	return diag_errno(d, "cannot keep lines in $TMPDIR");
}

int tape_spool_new(struct tape_spool **ret, const char *dir, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->dir = dir ? dir : "/tmp";
	(*ret)->fd = -1;
	return 0;
}

void tape_spool_free(struct tape_spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	buf_free(&s->head);
	buf_free(&s->mem);
	free(s);
}

/* Writes what is in memory, but for the head, behind what is in the file. */
static int spill(struct tape_spool *s, struct diag *d)
{
	if (s->fd < 0)
		s->fd = unnamed_temporary(s->dir);
	if (s->fd < 0 || fd_write(s->fd, s->mem.data, s->mem.len))
		return fail(d);
	s->mem.len = 0;
	return 0;
}

uint64_t tape_spool_at(const struct tape_spool *s)
{
	return s->at;
}

int tape_spool_put(
	struct tape_spool *s, const void *p, size_t n, struct diag *d)
{
	struct buf *to = &s->mem;

	if (s->n == s->head.len && s->head.len + n <= MEMORY_MAX)
		to = &s->head;
	else if (s->mem.len + n > WINDOW_NBYTES && s->mem.len &&
		 spill(s, d) < 0)
		return -1;
	s->n += n;
	buf_add(to, p, n);
	return buf_end(to, d);
}

int tape_spool_seek(struct tape_spool *s, uint64_t offset, struct diag *d)
{
	/* From now on memory has what is read of the file. */
	if (s->n > s->head.len && !s->is_read) {
		if (spill(s, d) < 0)
			return -1;
		s->is_read = true;
	}
	s->at = offset;
	return 0;
}

/* Moves what memory has of that to its begin.  Returns how much it is. */
static size_t keep_window(struct tape_spool *s)
{
	uint64_t end = s->mem_at + s->mem.len;
	size_t n =
		s->at >= s->mem_at && s->at < end ? (size_t)(end - s->at) : 0;

	if (n)
		memmove(s->mem.data, s->mem.data + s->mem.len - n, n);
	s->mem.len = n;
	return n;
}

/* Has N bytes from what is read next on, and perhaps more, in memory. */
static int move_window(struct tape_spool *s, size_t n, struct diag *d)
{
	size_t want = n > WINDOW_NBYTES ? n : WINDOW_NBYTES;
	size_t done = keep_window(s);

	if (want > s->n - s->at)
		want = (size_t)(s->n - s->at);
	if (want > done && buf_reserve(&s->mem, want - done))
		return diag_nomem(d, want);
	if (!done && s->at < s->head.len) {
		done = s->head.len - (size_t)s->at;
		memcpy(s->mem.data, s->head.data + s->at, done);
	}
	while (done < want) {
		ssize_t got = pread(s->fd, s->mem.data + done, want - done,
			(off_t)(s->at + done - s->head.len));

		if (got == 0)
			errno = EIO;
		if (got == 0 || (got < 0 && errno != EINTR))
			return fail(d);
		done += got > 0 ? (size_t)got : 0;
	}
	s->mem_at = s->at;
	s->mem.len = done;
	return 0;
}

int tape_spool_view(
	struct tape_spool *s, const void **ret, size_t n, struct diag *d)
{
	if (s->n - s->at < n)
		return 0;
	if (s->at + n <= s->head.len) {
		*ret = s->head.data + s->at;
	} else if (s->at >= s->mem_at && s->at + n <= s->mem_at + s->mem.len) {
		*ret = s->mem.data + (s->at - s->mem_at);
	} else {
		if (move_window(s, n, d) < 0)
			return -1;
		*ret = s->mem.data;
	}
	s->at += n;
	return 1;
}
