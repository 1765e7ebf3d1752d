/* SPDX-License-Identifier: MIT */
/* Opening, reading and spooling inputs; see input.h. */
#define _GNU_SOURCE /* SEEK_DATA */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/order.h"
#include "file/fd.h"
#include "file/input.h"
#include "file/mtime.h"
#include "file/unnamed.h"

#ifdef __APPLE__ /* POSIX.1-2008 calls it so */
#define st_atim st_atimespec
#endif

/* So much before its end tells that a file is still what was read. */
#define KEPT_NBYTES ((size_t)4 << 10)

struct input_kept {
	char bytes[KEPT_NBYTES];
	size_t n;
};

/* Of memory: to ask for one at a time costs more than to read into it. */
#define LARGE_PAGE ((size_t)1 << 21)
#define SPOOL_NBYTES ((size_t)1 << 18)

static int fail_errno(const struct input *in, const char *what, struct diag *d)
{
	diag_errno(d, what);
	return diag_at(d, "%s", in->name);
}

/* Takes what fstat() says of the open file. */
static int learn(struct input *in, struct diag *d)
{
	struct stat st;
	off_t at;

	if (fstat(in->fd, &st))
		return fail_errno(in, "cannot stat", d);
	if (S_ISDIR(st.st_mode)) {
		diag_set(d, DIAG_IO, "is a directory; expected a file");
		return diag_at(d, "%s", in->name);
	}
	in->dev = st.st_dev;
	in->ino = st.st_ino;
	in->atime = st.st_atim;
	in->mtime = mtime_of(&st);
	in->ctime = ctime_of(&st);
	in->seekable = S_ISREG(st.st_mode);
	in->base = 0;
	in->size = INPUT_SIZE_UNKNOWN;
	if (!in->seekable)
		return 0;
	at = lseek(in->fd, 0, SEEK_CUR);
	if (at < 0)
		return fail_errno(in, "cannot seek", d);
	if (at > st.st_size)
		at = st.st_size;
	in->base = (uint64_t)at;
	in->size = (uint64_t)(st.st_size - at);
	return 0;
}

int input_open(struct input *in, const char *path, struct diag *d)
{
	*in = (struct input){.fd = -1};
	if (!path || strcmp(path, "-") == 0) {
		in->name = "<stdin>";
		in->fd = STDIN_FILENO;
	} else {
		in->name = path;
		in->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (in->fd < 0)
			return fail_errno(in, "cannot open", d);
	}
	if (learn(in, d)) {
		input_close(in);
		return -1;
	}
	return 0;
}

int input_open_fd(struct input *in, int fd, const char *name, struct diag *d)
{
	*in = (struct input){.fd = fd, .name = name};
	if (learn(in, d)) {
		input_close(in);
		return -1;
	}
	return 0;
}

void input_open_bytes(
	struct input *in, const struct input_bytes *bytes, const char *name)
{
	*in = (struct input){.fd = -1,
		.bytes = bytes,
		.name = name,
		.size = bytes->nbytes,
		.seekable = true};
}

void input_close(struct input *in)
{
	if (in->fd > STDERR_FILENO)
		close(in->fd);
	in->fd = -1;
	in->bytes = NULL;
	free(in->kept);
	in->kept = NULL;
}

int input_keep(struct input *in, const void *p, size_t n, struct diag *d)
{
	size_t add = order_least(n, KEPT_NBYTES), stay;
	struct input_kept *k = in->kept;

	if (!k)
		k = in->kept = calloc(1, sizeof(*k));
	if (!k)
		return diag_nomem(d, sizeof(*k));
	stay = order_least(k->n, KEPT_NBYTES - add);
	memmove(k->bytes, k->bytes + k->n - stay, stay);
	memcpy(k->bytes + stay, (const char *)p + n - add, add);
	k->n = stay + add;
	return 0;
}

/* What was kept still ends at HAD. */
static int check_kept(const struct input *in, uint64_t had, struct diag *d)
{
	const struct input_kept *k = in->kept;
	char now[KEPT_NBYTES];
	int r;

	if (!k)
		return 0;
	r = input_pread(in, now, k->n, had - k->n, d);
	/* It may have become shorter by now. */
	if (r && d->class != DIAG_DATA)
		return -1;
	if (!r && memcmp(now, k->bytes, k->n) == 0)
		return 0;
	return diag_set(d, DIAG_DATA,
		"was written anew while it was followed; expected it to grow");
}

int input_grown(
	const struct input *in, uint64_t had, uint64_t *now, struct diag *d)
{
	struct stat st;

	if (fstat(in->fd, &st))
		return fail_errno(in, "cannot stat", d);
	if ((uint64_t)st.st_size < in->base + had)
		return diag_set(d, DIAG_DATA,
			"became shorter while it was followed; expected it to "
			"grow");
	*now = (uint64_t)st.st_size - in->base;
	return check_kept(in, had, d);
}

/* Waits a little for a file that is followed to grow.  Returns 0, or -1. */
static int wait_for_more(const struct input *in, struct diag *d)
{
	static const struct timespec pause = {.tv_nsec = 100000000};
	uint64_t at = (uint64_t)lseek(in->fd, 0, SEEK_CUR) - in->base, now;

	if (input_grown(in, at, &now, d))
		return -1;
	nanosleep(&pause, NULL);
	return 0;
}

static ssize_t read_some_bytes(
	struct input *in, void *p, size_t n, struct diag *d)
{
	const struct input_bytes *b = in->bytes;
	uint64_t left = b->nbytes - in->at;

	if (n > left)
		n = (size_t)left;
	if (n && b->pread(b->ctx, p, n, in->at, d))
		return -1;
	in->at += n;
	return (ssize_t)n;
}

ssize_t input_read_some(struct input *in, void *p, size_t n, struct diag *d)
{
	if (in->bytes)
		return read_some_bytes(in, p, n, d);
	for (;;) {
		ssize_t got = read(in->fd, p, n);

		if (got < 0 && errno != EINTR)
			return fail_errno(in, "cannot read", d);
		if (got >= 0 && !(in->follow && in->seekable))
			return got;
		if (got > 0)
			return input_keep(in, p, (size_t)got, d) ? -1 : got;
		if (got == 0 && wait_for_more(in, d))
			return -1;
	}
}

ssize_t input_read(struct input *in, void *p, size_t n, struct diag *d)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got =
			input_read_some(in, (char *)p + done, n - done, d);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* As large a script nobody writes. */
#define SCRIPT_MIB ((size_t)4)

int input_script(const char *path, struct buf *to, struct diag *d)
{
	const size_t max = SCRIPT_MIB << 20;
	struct input in;
	ssize_t n = -1;

	if (input_open(&in, path, d) < 0)
		return -1;
	if (buf_reserve(to, max + 1))
		diag_nomem(d, max);
	else
		n = input_read(&in, to->data, max, d);
	if (n == (ssize_t)max)
		n = diag_set(d, DIAG_DATA, "%zu MiB or more; expected a script",
			SCRIPT_MIB);
	input_close(&in);
	if (n < 0)
		return d->place[0] ? -1 : diag_at(d, "%s", in.name);
	to->len = (size_t)n;
	return buf_end(to, d); /* for which there is room */
}

/* The file ended at OFFSET. */
static int ends_early(const struct input *in, uint64_t offset, uint64_t missing,
	struct diag *d)
{
	diag_set(d, DIAG_DATA, "ends at byte %llu; expected %llu bytes more",
		(unsigned long long)offset, (unsigned long long)missing);
	return diag_at(d, "%s", in->name);
}

static int read_bytes(const struct input *in, void *p, size_t n,
	uint64_t offset, struct diag *d)
{
	const struct input_bytes *b = in->bytes;
	uint64_t left = offset < b->nbytes ? b->nbytes - offset : 0;

	if (n > left)
		return ends_early(in, offset + left, n - left, d);
	return b->pread(b->ctx, p, n, offset, d);
}

int input_pread(const struct input *in, void *p, size_t n, uint64_t offset,
	struct diag *d)
{
	size_t done = 0;

	if (in->bytes)
		return read_bytes(in, p, n, offset, d);
	while (done < n) {
		ssize_t got = pread(in->fd, (char *)p + done, n - done,
			(off_t)(in->base + offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(in, "cannot read", d);
		if (got == 0)
			return ends_early(in, offset + done, n - done, d);
		done += (size_t)got;
	}
	return 0;
}

void *input_alloc(size_t n)
{
	bool large = n >= LARGE_PAGE;
	void *p;

	if (posix_memalign(&p, large ? LARGE_PAGE : INPUT_PAGE, n))
		return NULL;
#ifdef MADV_HUGEPAGE
	/* Whether the system does so is its own affair. */
	if (large)
		(void)madvise(p, n, MADV_HUGEPAGE);
#endif
	return p;
}

/* Where data begin at OFFSET or after it; OFFSET if that is not told. */
static uint64_t next_data(const struct input *in, uint64_t offset)
{
	uint64_t ret = offset;
#ifdef SEEK_DATA
	/* Standard input shares its position with whoever gave it to us. */
	off_t was = lseek(in->fd, 0, SEEK_CUR);
	off_t begin = (off_t)(in->base + offset);
	off_t data = lseek(in->fd, begin, SEEK_DATA);

	if (data >= begin)
		ret = (uint64_t)data - in->base;
	else if (data < 0 && errno == ENXIO)
		ret = UINT64_MAX;
	if (lseek(in->fd, was, SEEK_SET) < 0)
		ret = offset;
#else
	(void)in;
#endif
	return ret;
}

bool input_hole(struct input_hole *known, const struct input *in,
	uint64_t offset, uint64_t n)
{
	if (known->in != in || offset < known->begin || offset >= known->end)
		*known = (struct input_hole){in, offset, next_data(in, offset)};
	return known->end > offset && known->end - offset >= n;
}

bool input_is_sparse(const struct input *in)
{
	struct stat st;

	return !in->bytes && fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_blocks < (uint64_t)st.st_size / 512;
}

static int goes_on(const struct input *in, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"goes on where its header, or the shape given, says that it "
		"ends; expected no more bytes");
	return diag_at(d, "%s", in->name);
}

static int copy_rest(struct input *in, int fd, uint64_t left, struct diag *d)
{
	char *block = malloc(SPOOL_NBYTES);
	ssize_t n;

	if (!block)
		return diag_nomem(d, SPOOL_NBYTES);
	while ((n = input_read(in, block, SPOOL_NBYTES, d)) > 0) {
		if ((uint64_t)n > left) {
			n = goes_on(in, d);
			break;
		}
		left -= (uint64_t)n;
		if (fd_write(fd, block, (size_t)n)) {
			n = fail_errno(in, "cannot spool to $TMPDIR", d);
			break;
		}
	}
	free(block);
	return n < 0 ? -1 : 0;
}

int input_spool(struct input *in, const void *head, size_t nhead,
	uint64_t size_max, const char *tmpdir, struct diag *d)
{
	int fd, bad;

	if (in->seekable)
		return 0;
	if (nhead > size_max)
		return goes_on(in, d);
	fd = unnamed_temporary(tmpdir);
	if (fd < 0)
		return fail_errno(in, "cannot spool to $TMPDIR", d);
	bad = fd_write(fd, head, nhead)
		      ? fail_errno(in, "cannot spool to $TMPDIR", d)
		      : copy_rest(in, fd, size_max - nhead, d);
	if (bad) {
		close(fd);
		return -1;
	}
	input_close(in);
	in->fd = fd;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail_errno(in, "cannot seek", d);
	return learn(in, d);
}

int input_unchanged(const struct input *in, struct diag *d)
{
	struct stat st;

	if (in->bytes)
		return 0;
	if (fstat(in->fd, &st))
		return fail_errno(in, "cannot stat", d);
	if (in->seekable && ((uint64_t)st.st_size != in->base + in->size ||
				    !is_same_time(mtime_of(&st), in->mtime))) {
		diag_set(d, DIAG_DATA,
			"changed while it was read; expected it to stay the "
			"same");
		return diag_at(d, "%s", in->name);
	}
	return 0;
}

int input_is_at(const struct input *in, const char *path, struct diag *d)
{
	struct stat st = {0};

	if (input_unchanged(in, d))
		return -1;
	if (stat(path, &st) && errno != ENOENT)
		return fail_errno(in, "cannot stat", d);
	if (st.st_dev == in->dev && st.st_ino == in->ino)
		return 0;
	diag_set(d, DIAG_DATA,
		"was replaced while it was read; expected it to stay");
	return diag_at(d, "%s", in->name);
}

int input_is_untouched(const struct input *in, struct diag *d)
{
	struct stat st;

	if (input_is_at(in, in->name, d))
		return -1;
	if (fstat(in->fd, &st))
		return fail_errno(in, "cannot stat", d);
	if (is_same_time(ctime_of(&st), in->ctime))
		return 0;
	diag_set(d, DIAG_DATA,
		"changed while it was read, or its names or rights did; "
		"expected it to stay the same");
	return diag_at(d, "%s", in->name);
}
