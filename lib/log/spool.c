/* SPDX-License-Identifier: MIT */
/* Bytes that wait to be read again, in memory or in an unlinked file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/unnamed.h"
#include "log/log_impl.h"

/* More wait in a file. */
#define MEMORY_MAX ((size_t)4 << 20)
/* So many of them are read at once. */
#define BUFFER_NBYTES ((size_t)1 << 16)

struct log_spool {
	const char *dir;
	struct buf mem; /* all, or the end of it */
	FILE *file;
	uint64_t nfile; /* bytes in it */
	uint64_t at;    /* what is read next */
	/* Of the file, from at on. */
	unsigned char *next;
	size_t nnext;
	unsigned char buffer[BUFFER_NBYTES];
};

static int fail(struct diag *d)
{
	return diag_errno(d, "cannot keep lines in $TMPDIR");
}

int log_spool_new(struct log_spool **ret, const char *dir, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->dir = dir ? dir : "/tmp";
	return 0;
}

void log_spool_free(struct log_spool *s)
{
	if (!s)
		return;
	if (s->file)
		fclose(s->file);
	buf_free(&s->mem);
	free(s);
}

static FILE *open_file(const char *dir)
{
	int fd = unnamed_temporary(dir);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w+");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static int spill(struct log_spool *s, struct diag *d)
{
	if (!s->file)
		s->file = open_file(s->dir);
	if (!s->file ||
		fwrite(s->mem.data, 1, s->mem.len, s->file) != s->mem.len)
		return fail(d);
	s->nfile += s->mem.len;
	s->mem.len = 0;
	return 0;
}

uint64_t log_spool_n(const struct log_spool *s)
{
	return s->nfile + s->mem.len;
}

int log_spool_put(struct log_spool *s, const void *p, size_t n, struct diag *d)
{
	if (s->mem.len + n > MEMORY_MAX && spill(s, d) < 0)
		return -1;
	return buf_add(&s->mem, p, n) ? diag_nomem(d, n) : 0;
}

int log_spool_seek(struct log_spool *s, uint64_t offset, struct diag *d)
{
	if (s->file && s->mem.len) {
		if (spill(s, d) < 0 || fflush(s->file))
			return fail(d);
		buf_free(&s->mem);
		s->at = UINT64_MAX;
	}
	if (offset == s->at)
		return 0;
	s->at = offset;
	s->nnext = 0;
	return s->file && fseeko(s->file, (off_t)offset, SEEK_SET) ? fail(d)
								   : 0;
}

/* Reads N bytes of the file, which has them. */
static int get_from_file(
	struct log_spool *s, unsigned char *p, size_t n, struct diag *d)
{
	while (n) {
		size_t part = n < s->nnext ? n : s->nnext;

		memcpy(p, s->next, part);
		s->next += part;
		s->nnext -= part;
		p += part;
		n -= part;
		if (!n)
			break;
		s->next = s->buffer;
		s->nnext = fread(s->buffer, 1, BUFFER_NBYTES, s->file);
		if (!s->nnext)
			return fail(d);
	}
	return 0;
}

int log_spool_get(struct log_spool *s, void *p, size_t n, struct diag *d)
{
	if (log_spool_n(s) - s->at < n)
		return 0;
	if (!s->file)
		memcpy(p, s->mem.data + s->at, n);
	else if (get_from_file(s, p, n, d) < 0)
		return -1;
	s->at += n;
	return 1;
}
