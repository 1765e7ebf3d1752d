/* SPDX-License-Identifier: MIT */
/* Writing outputs, whole or not at all; see output.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "file/attr.h"
#include "file/fd.h"
#include "file/input.h"
#include "file/output.h"
#include "file/path.h"
#include "file/place.h"
#include "file/unnamed.h"

#define GATHER_NBYTES ((size_t)1 << 16)
/*
 * A temporary keeps so much of its file's name: some file systems end at 143.
 */
#define TMP_NAME_MAX 100
/* The end of its name, and names tried. */
#define TMP_NLETTER 6
#define TMP_SUFFIX ".XXXXXX"
#define TMP_NTRY 100
/* Holes are made of whole blocks of this size, at multiples of it. */
#define HOLE_NBYTES 4096
/* Descriptors below are the standard streams'. */
#define OWN_FD_MIN 3

static int fail_errno(const struct output *o, const char *what, struct diag *d)
{
	diag_errno(d, what);
	return diag_at(d, "%s", o->name);
}

/*
 * Sets o->dir to the directory of o->path, and o->tmp to ".NAME.XXXXXX" there,
 * the X still to be chosen: when it is used, nothing may fail for memory.
 */
static int name_temporary(struct output *o)
{
	const char *name = path_last(o->path);
	size_t ndir = (size_t)(name - o->path);
	size_t n = strlen(name), nbytes;

	if (n > TMP_NAME_MAX) {
		n = TMP_NAME_MAX;
		/* not within a character */
		while (n && utf8_goes_on(name[n]))
			n--;
	}
	nbytes = ndir + n + sizeof("." TMP_SUFFIX);
	o->dir = path_directory(o->path);
	o->tmp = malloc(nbytes);
	if (!o->dir || !o->tmp)
		return -1;
	snprintf(o->tmp, nbytes, "%.*s.%.*s" TMP_SUFFIX, (int)ndir, o->path,
		(int)n, name);
	return 0;
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

/* Completes o->tmp to a new name, which MAKE gives to a file. */
static int with_temporary(struct output *o, int (*make)(struct output *))
{
	char *letter = o->tmp + strlen(o->tmp) - TMP_NLETTER;

	for (unsigned i = 0; i < TMP_NTRY && !o->is_named; i++) {
		choose_letters(letter, i);
		if (make(o) == 0)
			o->is_named = true;
		else if (errno != EEXIST)
			break;
	}
	return o->is_named ? 0 : -1;
}

/* A file that nobody can open, in the directory of o->path. */
static int open_temporary(struct output *o, struct diag *d)
{
	if (name_temporary(o))
		return diag_nomem(d, strlen(o->path));
	o->fd = unnamed_open(o->dir);
	if (o->fd < 0 && with_temporary(o, make_file))
		return fail_errno(o, "cannot create", d);
	return 0;
}

/*
 * Takes hold of the file that the output takes after.  An old file that we may
 * not read has its mode seen, no more.
 */
static int take_after(struct output *o, const struct place *p, struct diag *d)
{
	const struct input *like = o->how.like;
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

	o->mode = attr_fresh_mode();
	if (like && like->seekable) {
		o->old = fcntl(like->fd, F_DUPFD_CLOEXEC, OWN_FD_MIN);
	} else if (p->exists) {
		o->old = open(p->path, flags);
		if (o->old < 0 && errno == EACCES) {
			o->mode &= p->st.st_mode;
			return 0;
		}
	} else {
		return 0;
	}
	return o->old < 0 ? fail_errno(o, "cannot open", d) : 0;
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

/* What speaks against making the output at P, or NULL. */
static const char *unfit(const struct output *o, const struct place *p)
{
	const struct input *like = o->how.like;

	if (o->how.in_place &&
		(!p->exists || !p->path || p->is_opened ||
			like->dev != p->st.st_dev || like->ino != p->st.st_ino))
		return "is not the file that was read and cannot take its "
		       "place; expected the name of a regular file";
	if (!o->how.in_place && p->exists && p->path && place_is_planted(p))
		return "belongs to another user, in a directory that all may "
		       "write to; expected another name";
	if (p->exists && !p->is_opened && place_is_stuck(p))
		return "belongs to another user and cannot be replaced in a "
		       "sticky directory; expected another name";
	return NULL;
}

static int open_at(struct output *o, struct place *p, struct diag *d)
{
	const char *why = unfit(o, p);

	if (why) {
		diag_set(d, DIAG_IO, "%s", why);
		return diag_at(d, "%s", o->name);
	}
	if (p->fd >= 0 || p->is_opened)
		return open_place(o, p, d);
	if (p->exists && o->how.is_new) {
		errno = EEXIST;
		return fail_errno(o, "cannot create", d);
	}
	if (take_after(o, p, d))
		return -1;
	o->exists = p->exists;
	o->path = p->path;
	p->path = NULL;
	return open_temporary(o, d);
}

/* Whether bytes that are passed over read as zeros. */
static bool can_have_holes(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	return flags >= 0 && !(flags & O_APPEND) && fstat(fd, &st) == 0 &&
	       S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == st.st_size;
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
	else
		o->is_sparse = o->how.sparse && can_have_holes(o->fd);
	return ret;
}

int output_is_input(const char *path, const struct input *in, struct diag *d)
{
	struct place p;
	int ret = place_find(&p, path, true, d);

	if (ret)
		diag_at(d, "%s", path ? path : "<stdout>");
	else
		ret = p.exists && S_ISREG(p.st.st_mode) &&
		      p.st.st_dev == in->dev && p.st.st_ino == in->ino;
	place_free(&p);
	return ret;
}

bool output_is_terminal(const struct output *o)
{
	return isatty(o->fd);
}

/* Makes the hole that is pending; with END, also where nothing follows. */
static int make_hole(struct output *o, bool end, struct diag *d)
{
	off_t at;

	if (o->hole == 0)
		return 0;
	at = lseek(o->fd, (off_t)o->hole, SEEK_CUR);
	if (at < 0 || (end && ftruncate(o->fd, at)))
		return fail_errno(o, "cannot make a hole", d);
	o->hole = 0;
	return 0;
}

/* How many of P[0..n) are to be written before the next hole; 0: a block. */
static size_t before_hole(const struct output *o, const char *p, size_t n)
{
	static const char zeros[HOLE_NBYTES];
	size_t at = (size_t)(-o->put % HOLE_NBYTES);

	while (at < n && n - at >= HOLE_NBYTES &&
		memcmp(p + at, zeros, HOLE_NBYTES) != 0)
		at += HOLE_NBYTES;
	return at < n && n - at >= HOLE_NBYTES ? at : n;
}

static int put(struct output *o, const char *p, size_t n, struct diag *d)
{
	while (n > 0) {
		size_t step = o->is_sparse ? before_hole(o, p, n) : n;

		if (step == 0) {
			step = HOLE_NBYTES;
			o->hole += step;
		} else if (make_hole(o, false, d)) {
			return -1;
		} else if (fd_write(o->fd, p, step)) {
			return fail_errno(o, "cannot write", d);
		}
		o->put += step;
		p += step;
		n -= step;
	}
	return 0;
}

/* Hands what was gathered to the system. */
int output_flush(struct output *o, struct diag *d)
{
	size_t n = o->len;

	o->len = 0;
	return put(o, o->data, n, d);
}

/* Keeps P[0..n), for which there is room, to be handed on later. */
static const char *gather(struct output *o, const char *p, size_t n)
{
	if (n)
		memcpy(o->data + o->len, p, n);
	o->len += n;
	return p + n;
}

/*
 * What is handed on ends where a block does, so that none that could be a hole
 * is cut in two.
 */
int output_write(struct output *o, const void *p, size_t n, struct diag *d)
{
	size_t room = GATHER_NBYTES - o->len, step;
	const char *at = p;

	o->nbytes += n;
	if (n > room) {
		step = (size_t)(-(o->put + o->len) % HOLE_NBYTES);
		step = step < room ? step : room;
		at = gather(o, at, step);
		n -= step;
		if (output_flush(o, d))
			return -1;
		step = n < GATHER_NBYTES ? 0 : n - n % HOLE_NBYTES;
		if (put(o, at, step, d))
			return -1;
		at += step;
		n -= step;
	}
	gather(o, at, n);
	return 0;
}

int output_buf(struct output *o, const struct buf *b, struct diag *d)
{
	return buf_failed(b) ? diag_nomem(d, b->len)
			     : output_write(o, b->data, b->len, d);
}

int output_patch(struct output *o, uint64_t offset, const void *p, size_t n,
	struct diag *d)
{
	if (output_flush(o, d))
		return -1;
	return fd_pwrite(o->fd, p, n, (off_t)offset)
		       ? fail_errno(o, "cannot write", d)
		       : 0;
}

int output_reread(struct output *o, struct input *in, struct diag *d)
{
	int fd;

	if (output_flush(o, d) || make_hole(o, true, d))
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
	if (output_flush(o, d) || make_hole(o, true, d))
		return -1;
	if (!o->path)
		return close_fd(o, d);
	if (set_attributes(o, d))
		return -1;
	return fsync(o->fd) ? fail_errno(o, "cannot sync", d) : 0;
}

int output_move(struct output *o, const char *path, struct diag *d)
{
	char *to = strdup(path);
	char *dir = path_directory(path);

	if (!to || !dir) {
		free(to);
		free(dir);
		return diag_nomem(d, strlen(path));
	}
	free(o->path);
	free(o->dir);
	o->path = to;
	o->dir = dir;
	return 0;
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
	if (!ret) {
		o->is_named = false;
	} else if (unnamed_exchange(o->tmp, o->path)) {
		o->is_named = false;
		diag_set(d, DIAG_IO,
			"changed, and cannot be put back; it is now called %s",
			o->tmp);
		diag_at(d, "%s", o->name);
	}
	return ret;
}

static int put_over(struct output *o, struct diag *d)
{
	const struct input *in = o->how.in_place ? o->how.like : NULL;

	if (with_temporary(o, make_link))
		return fail_errno(o, "cannot create", d);
	if (in && input_is_untouched(in, d))
		return -1;
	if (in && unnamed_exchange(o->tmp, o->path) == 0)
		return let_go(o, d);
	if (rename(o->tmp, o->path))
		return fail_errno(o, "cannot rename to", d);
	o->is_named = false;
	return 0;
}

/* Without O_TMPFILE and without links a rename has to do. */
static int put_new(struct output *o, struct diag *d)
{
	bool named = o->is_named, is_new = o->how.is_new;
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
	int fd = open(o->dir, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
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
	if (o->is_named)
		unlink(o->tmp);
	free(o->tmp);
	free(o->dir);
	free(o->path);
	free(o->data);
	*o = (struct output){.fd = -1, .old = -1};
}
