/* SPDX-License-Identifier: MIT */
/* Writing outputs, whole or not at all; see output.h. */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/input.h"
#include "base/place.h"
#include "base/unnamed.h"

#define GATHER_NBYTES ((size_t)1 << 16)
/* A temporary keeps so much of its file's name: some file systems end at 143.
 */
#define TMP_NAME_MAX 100
/* The end of its name, and names tried. */
#define TMP_NLETTER 6
#define TMP_SUFFIX ".XXXXXX"
#define TMP_NTRY 100
/* Descriptors below are the standard streams'. */
#define OWN_FD_MIN 3

static int fail_errno(const struct output *o, const char *what, struct diag *d)
{
	diag_errno(d, what);
	return diag_at(d, "%s", o->name);
}

/* Bytes of o->path before the name of the file. */
static size_t directory_nbytes(const struct output *o)
{
	const char *slash = strrchr(o->path, '/');

	return slash ? (size_t)(slash - o->path) + 1 : 0;
}

static char *directory_of(const struct output *o)
{
	size_t n = directory_nbytes(o);

	return n ? strndup(o->path, n) : strdup(".");
}

/* ".NAME.XXXXXX" beside o->path, the X still to be chosen. */
static char *temporary_name(const struct output *o)
{
	size_t ndir = directory_nbytes(o), n = strlen(o->path + ndir), nbytes;
	char *s;

	if (n > TMP_NAME_MAX) {
		n = TMP_NAME_MAX;
		/* not within a character */
		while (n && ((unsigned char)o->path[ndir + n] & 0xc0) == 0x80)
			n--;
	}
	nbytes = ndir + n + sizeof("." TMP_SUFFIX);
	s = malloc(nbytes);
	if (s)
		snprintf(s, nbytes, "%.*s.%.*s" TMP_SUFFIX, (int)ndir, o->path,
			(int)n, o->path + ndir);
	return s;
}

/* Letters that another process, or the try before, is not likely to choose. */
static void choose_letters(char letter[TMP_NLETTER], uint64_t try)
{
	static const char from[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	struct timespec now = {0};
	uint64_t x;

	clock_gettime(CLOCK_REALTIME, &now);
	x = (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec ^
	    (uint64_t)getpid() << 40;
	x = (x + try) * 0x9e3779b97f4a7c15;
	x ^= x >> 32;
	for (size_t i = 0; i < TMP_NLETTER; i++, x /= sizeof(from) - 1)
		letter[i] = from[x % (sizeof(from) - 1)];
}

static int make_file(struct output *o)
{
	o->fd = open(o->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return o->fd < 0 ? -1 : 0;
}

static int make_link(struct output *o)
{
	return unnamed_link(o->fd, o->tmp);
}

/* Sets o->tmp to a new name, which MAKE gives to a file. */
static int with_temporary(struct output *o, int (*make)(struct output *))
{
	char *tmp = o->tmp = temporary_name(o);

	for (unsigned i = 0; tmp && i < TMP_NTRY; i++) {
		choose_letters(tmp + strlen(tmp) - TMP_NLETTER, i);
		if (make(o) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	o->tmp = NULL;
	free(tmp);
	return -1;
}

/* A file that nobody can open, in the directory of o->path. */
static int open_temporary(struct output *o, struct diag *d)
{
	char *dir = directory_of(o);

	if (!dir)
		return diag_nomem(d, strlen(o->path));
	o->fd = unnamed_open(dir);
	free(dir);
	if (o->fd < 0 && with_temporary(o, make_file))
		return fail_errno(o, "cannot create", d);
	return 0;
}

/*
 * Takes hold of the file that the output takes after.  An old file that we may
 * not read has its mode seen, no more.
 */
static void take_after(struct output *o, const struct place *p)
{
	const struct input *like = o->how.like;
	struct stat st;

	o->mode = attr_fresh_mode();
	if (like && like->seekable) {
		o->old = fcntl(like->fd, F_DUPFD_CLOEXEC, OWN_FD_MIN);
		o->mode = 0600;
	} else if (o->exists) {
		o->old = open(p->path,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		o->mode &= p->st.st_mode;
	}
	if (o->old >= 0 && (fstat(o->old, &st) || !S_ISREG(st.st_mode))) {
		close(o->old);
		o->old = -1;
	}
}

/* What is written as it is. */
static int open_place(struct output *o, const struct place *p, struct diag *d)
{
	int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;

	/* Another process's file: what it wrote is not ours to replace. */
	if (S_ISREG(p->st.st_mode))
		flags |= O_APPEND;
	o->fd = p->fd >= 0 ? fcntl(p->fd, F_DUPFD_CLOEXEC, OWN_FD_MIN)
			   : open(p->path, flags);
	if (p->fd == STDOUT_FILENO)
		o->name = "<stdout>";
	return o->fd < 0 ? fail_errno(o, "cannot open", d) : 0;
}

/* True if P is the file that the output may replace, whosever it is. */
static bool is_like(const struct output *o, const struct place *p)
{
	const struct input *in = o->how.like;

	return in && in->dev == p->st.st_dev && in->ino == p->st.st_ino;
}

static int open_at(struct output *o, struct place *p, struct diag *d)
{
	if (p->exists && p->path && !is_like(o, p) && place_is_planted(p)) {
		diag_set(d, DIAG_IO,
			"belongs to another user, in a directory that all may "
			"write to; expected another name");
		return diag_at(d, "%s", o->name);
	}
	if (p->fd >= 0 || p->is_opened)
		return open_place(o, p, d);
	if (p->exists && o->how.is_new) {
		errno = EEXIST;
		return fail_errno(o, "cannot create", d);
	}
	o->exists = p->exists;
	o->replaces_like = p->exists && is_like(o, p);
	o->path = p->path;
	take_after(o, p);
	p->path = NULL;
	return open_temporary(o, d);
}

int output_open(struct output *o, const char *path,
	const struct output_how *how, struct diag *d)
{
	struct place p;
	int ret;

	*o = (struct output){.fd = -1, .old = -1, .name = path ? path : "-"};
	if (how)
		o->how = *how;
	if (!*o->name)
		return diag_set(d, DIAG_USAGE,
			"an empty name for the output; expected a file or -");
	o->data = malloc(GATHER_NBYTES);
	if (!o->data)
		return diag_nomem(d, GATHER_NBYTES);
	ret = place_find(&p, path, !o->how.no_follow, d);
	ret = ret ? diag_at(d, "%s", o->name) : open_at(o, &p, d);
	place_free(&p);
	if (ret)
		output_abort(o);
	return ret;
}

bool output_is_input(const char *path, const struct input *in)
{
	struct place p;
	struct diag d;
	bool ret = place_find(&p, path, true, &d) == 0 && p.exists &&
		   S_ISREG(p.st.st_mode) && p.st.st_dev == in->dev &&
		   p.st.st_ino == in->ino;

	place_free(&p);
	return ret;
}

bool output_is_terminal(const struct output *o)
{
	return isatty(o->fd);
}

static int write_all(struct output *o, const char *p, size_t n, struct diag *d)
{
	while (n > 0) {
		ssize_t put = write(o->fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail_errno(o, "cannot write", d);
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

/* Hands what was gathered to the system. */
static int flush(struct output *o, struct diag *d)
{
	size_t n = o->len;

	o->len = 0;
	return write_all(o, o->data, n, d);
}

int output_write(struct output *o, const void *p, size_t n, struct diag *d)
{
	o->nbytes += n;
	if (n > GATHER_NBYTES - o->len) {
		if (flush(o, d))
			return -1;
		if (n >= GATHER_NBYTES)
			return write_all(o, p, n, d);
	}
	if (n)
		memcpy(o->data + o->len, p, n);
	o->len += n;
	return 0;
}

int output_reread(struct output *o, struct input *in, struct diag *d)
{
	int fd;

	if (flush(o, d))
		return -1;
	fd = fcntl(o->fd, F_DUPFD_CLOEXEC, OWN_FD_MIN);
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		fail_errno(o, "cannot read again", d);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return input_open_fd(in, fd, o->name, d);
}

static int close_fd(struct output *o, struct diag *d)
{
	int fd = o->fd;

	o->fd = -1;
	return close(fd) ? fail_errno(o, "cannot close", d) : 0;
}

static int set_attributes(struct output *o, struct diag *d)
{
	const struct input *like = o->how.like;
	int r = o->old >= 0 ? attr_copy(o->fd, o->old) : fchmod(o->fd, o->mode);

	if (r < 0)
		return fail_errno(o, "cannot set the mode", d);
	o->is_foreign = r > 0;
	if (like && o->how.keep_times)
		futimens(o->fd,
			(const struct timespec[]){like->atime, like->mtime});
	return 0;
}

int output_finish(struct output *o, struct diag *d)
{
	if (flush(o, d))
		return -1;
	if (!o->path)
		return close_fd(o, d);
	if (set_attributes(o, d))
		return -1;
	return fsync(o->fd) ? fail_errno(o, "cannot sync", d) : 0;
}

static void drop_name(struct output *o)
{
	free(o->tmp);
	o->tmp = NULL;
}

/*
 * o->tmp is the old file now: it goes if it still is the one that was read, and
 * comes back if it is not.
 */
static int let_go(struct output *o, struct diag *d)
{
	int ret = input_is_at(o->how.like, o->tmp, d);

	if (!ret && unlink(o->tmp))
		ret = fail_errno(o, "cannot remove the old file", d);
	if (ret && unnamed_exchange(o->tmp, o->path)) {
		diag_set(d, DIAG_IO,
			"changed, and cannot be put back; it is now called %s",
			o->tmp);
		diag_at(d, "%s", o->name);
	} else if (ret) {
		return -1;
	}
	drop_name(o);
	return ret;
}

static int put_over(struct output *o, struct diag *d)
{
	const struct input *in = o->replaces_like ? o->how.like : NULL;

	if (!o->tmp && with_temporary(o, make_link))
		return fail_errno(o, "cannot create", d);
	if (in && input_is_at(in, in->name, d))
		return -1;
	if (in && unnamed_exchange(o->tmp, o->path) == 0)
		return let_go(o, d);
	if (rename(o->tmp, o->path))
		return fail_errno(o, "cannot rename to", d);
	drop_name(o);
	return 0;
}

/* Without O_TMPFILE and without links a rename has to do. */
static int put_new(struct output *o, struct diag *d)
{
	bool named = o->tmp, is_new = o->how.is_new;
	struct stat st;

	if ((named ? link(o->tmp, o->path) : unnamed_link(o->fd, o->path)) == 0)
		return 0;
	if (errno == EEXIST ? is_new : !named)
		return fail_errno(o, "cannot create", d);
	if (is_new && lstat(o->path, &st) == 0) {
		errno = EEXIST;
		return fail_errno(o, "cannot create", d);
	}
	return put_over(o, d);
}

/* Makes the new name durable; a directory that cannot sync is no error. */
static void sync_directory(const struct output *o)
{
	char *dir = directory_of(o);
	int fd = dir ? open(dir, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int output_publish(struct output *o, struct diag *d)
{
	int ret = 0;

	if (o->path)
		ret = o->exists ? put_over(o, d) : put_new(o, d);
	if (!ret && o->path)
		sync_directory(o);
	output_abort(o);
	return ret;
}

void output_abort(struct output *o)
{
	if (!o->data)
		return;
	if (o->fd >= 0)
		close(o->fd);
	if (o->old >= 0)
		close(o->old);
	if (o->tmp)
		unlink(o->tmp);
	free(o->tmp);
	free(o->path);
	free(o->data);
	*o = (struct output){.fd = -1, .old = -1};
}
