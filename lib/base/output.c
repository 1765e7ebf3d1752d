/* SPDX-License-Identifier: MIT */
/* Writing outputs, whole or not at all; see output.h. */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/input.h"

#define GATHER_NBYTES ((size_t)1 << 16)
#define TMP_SUFFIX ".XXXXXX"
/* A temporary keeps so much of its file's name: some file systems end at 143.
 */
#define TMP_NAME_MAX 100
/* Symlinks followed before a loop is assumed, as in Linux. */
#define LINKS_MAX 40

static int fail_errno(const struct output *o, const char *what, struct diag *d)
{
	diag_errno(d, what);
	return diag_at(d, "%s", o->name);
}

static bool is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0 ||
	       strcmp(path, "/dev/stdout") == 0;
}

/* LINK's target, relative to LINK's own directory; malloc'd. */
static char *read_link(const char *link)
{
	char target[4096];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	const char *slash = strrchr(link, '/');
	size_t ndir = slash ? (size_t)(slash - link) + 1 : 0;
	char *ret;

	if (n < 0)
		return NULL;
	target[n] = '\0';
	if (target[0] == '/')
		ndir = 0;
	ret = malloc(ndir + (size_t)n + 1);
	if (ret) {
		memcpy(ret, link, ndir);
		memcpy(ret + ndir, target, (size_t)n + 1);
	}
	return ret;
}

/* PATH with a final chain of symlinks followed, even a dangling one. */
static char *resolve(const char *path)
{
	char *at = strdup(path);
	struct stat st;

	for (int i = 0; at && i < LINKS_MAX; i++) {
		if (lstat(at, &st) || !S_ISLNK(st.st_mode))
			return at;
		char *next = read_link(at);
		free(at);
		at = next;
	}
	free(at);
	errno = ELOOP;
	return NULL;
}

/* The mode that open(path, O_CREAT, 0666) would give. */
static mode_t fresh_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* A temporary beside o->path, with MODE. */
static int open_temporary(struct output *o, mode_t mode, struct diag *d)
{
	const char *slash = strrchr(o->path, '/');
	size_t ndir = slash ? (size_t)(slash - o->path) + 1 : 0;
	size_t n = ndir + strnlen(o->path + ndir, TMP_NAME_MAX);

	o->tmp = malloc(n + sizeof(TMP_SUFFIX));
	if (!o->tmp)
		return diag_nomem(d, n);
	memcpy(o->tmp, o->path, n);
	memcpy(o->tmp + n, TMP_SUFFIX, sizeof(TMP_SUFFIX));
	o->fd = mkstemp(o->tmp);
	if (o->fd < 0) {
		free(o->tmp);
		o->tmp = NULL;
		return fail_errno(o, "cannot create", d);
	}
	if (fchmod(o->fd, mode))
		return fail_errno(o, "cannot set the mode", d);
	return 0;
}

static int open_path(struct output *o, const char *path, struct diag *d)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	/* A link in /dev/fd to a pipe names nothing that lstat() could find. */
	if (exists && !S_ISREG(st.st_mode)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		return o->fd < 0 ? fail_errno(o, "cannot open", d) : 0;
	}
	/* A name too long, a loop: what rename() would find when all is done.
	 */
	if (!exists && errno != ENOENT)
		return fail_errno(o, "cannot create", d);
	o->path = resolve(path);
	if (!o->path)
		return fail_errno(o, "cannot resolve", d);
	/* Not the set-id bits: whoever writes may not be who owned. */
	return open_temporary(o, exists ? st.st_mode & 0777 : fresh_mode(), d);
}

int output_open(struct output *o, const char *path, struct diag *d)
{
	int ret = 0;

	*o = (struct output){.fd = -1, .name = path};
	if (path && !*path)
		return diag_set(d, DIAG_USAGE,
			"an empty name for the output; expected a file or -");
	o->data = malloc(GATHER_NBYTES);
	if (!o->data)
		return diag_nomem(d, GATHER_NBYTES);
	if (is_stdout(path)) {
		o->name = "<stdout>";
		o->fd = STDOUT_FILENO;
	} else {
		ret = open_path(o, path, d);
	}
	if (ret)
		output_abort(o);
	return ret;
}

bool output_is_input(const char *path, const struct input *in)
{
	struct stat st;

	if (is_stdout(path) ? fstat(STDOUT_FILENO, &st) : stat(path, &st))
		return false;
	return S_ISREG(st.st_mode) && st.st_dev == in->dev &&
	       st.st_ino == in->ino;
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

int output_flush(struct output *o, struct diag *d)
{
	size_t n = o->len;

	o->len = 0;
	return write_all(o, o->data, n, d);
}

int output_write(struct output *o, const void *p, size_t n, struct diag *d)
{
	o->nbytes += n;
	if (n > GATHER_NBYTES - o->len) {
		if (output_flush(o, d))
			return -1;
		if (n >= GATHER_NBYTES)
			return write_all(o, p, n, d);
	}
	if (n)
		memcpy(o->data + o->len, p, n);
	o->len += n;
	return 0;
}

/* Makes the rename itself durable; a directory that cannot sync is no error. */
static void sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd;

	if (!copy)
		return;
	fd = open(dirname(copy), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

static int close_fd(struct output *o, struct diag *d)
{
	int fd = o->fd;

	o->fd = -1;
	return close(fd) ? fail_errno(o, "cannot close", d) : 0;
}

int output_commit(struct output *o, struct diag *d)
{
	int ret = output_flush(o, d);

	if (!ret && o->path && fsync(o->fd))
		ret = fail_errno(o, "cannot sync", d);
	if (!ret)
		ret = close_fd(o, d);
	if (!ret && o->path) {
		if (rename(o->tmp, o->path)) {
			ret = fail_errno(o, "cannot rename to", d);
		} else {
			free(o->tmp);
			o->tmp = NULL;
			sync_directory(o->path);
		}
	}
	output_abort(o);
	return ret;
}

void output_abort(struct output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->tmp)
		unlink(o->tmp);
	free(o->tmp);
	free(o->path);
	free(o->data);
	*o = (struct output){.fd = -1};
}
