/* SPDX-License-Identifier: MIT */
/* Bytes that wait to be read again, in memory or in an unlinked file. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "file/fd.h"
#include "file/unnamed.h"
#include "tape/tape_impl.h"

/* More wait in a file. */
#define MEMORY_MAX ((size_t)16 << 20)
/* So many of them are read at once. */
#define WINDOW_NBYTES ((size_t)128 << 10)

struct tape_spool {
	const char *dir;
	struct buf mem;  /* all; of a file, the end while it is put, then */
	uint64_t mem_at; /* what was read last, which begins there */
	uint64_t n;      /* bytes in all */
	uint64_t at;     /* what is read next */
	int fd;          /* -1: all is in memory */
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
	buf_free(&s->mem);
	free(s);
}

/* Writes what is in memory behind what is in the file. */
static int spill(struct tape_spool *s, struct diag *d)
{
	if (s->fd < 0)
		s->fd = unnamed_temporary(s->dir);
	if (s->fd < 0 || fd_write(s->fd, s->mem.data, s->mem.len))
		return fail(d);
	s->mem_at += s->mem.len;
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
	if (s->mem.len + n > MEMORY_MAX && s->mem.len && spill(s, d) < 0)
		return -1;
	s->n += n;
	buf_add(&s->mem, p, n);
	return buf_end(&s->mem, d);
}

int tape_spool_seek(struct tape_spool *s, uint64_t offset, struct diag *d)
{
	/* From now on memory has what is read of the file. */
	if (s->fd >= 0 && !s->is_read) {
		if (spill(s, d) < 0)
			return -1;
		buf_free(&s->mem);
		s->is_read = true;
	}
	s->at = offset;
	return 0;
}

/* Has N bytes from what is read next on, and perhaps more, in memory. */
static int move_window(struct tape_spool *s, size_t n, struct diag *d)
{
	size_t want = n > WINDOW_NBYTES ? n : WINDOW_NBYTES, done = 0;

	if (want > s->n - s->at)
		want = (size_t)(s->n - s->at);
	s->mem.len = 0;
	if (buf_reserve(&s->mem, want))
		return diag_nomem(d, want);
	while (done < want) {
		ssize_t got = pread(s->fd, s->mem.data + done, want - done,
			(off_t)(s->at + done));

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
	if ((s->at < s->mem_at || s->at + n > s->mem_at + s->mem.len) &&
		move_window(s, n, d) < 0)
		return -1;
	*ret = s->mem.data + (s->at - s->mem_at);
	s->at += n;
	return 1;
}
