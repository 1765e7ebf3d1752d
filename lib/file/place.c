/* SPDX-License-Identifier: MIT */
/* Following the name of an output; see place.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "file/attr.h"
#include "file/path.h"
#include "file/place.h"

/* Symlinks followed before a loop is assumed, as in Linux. */
#define LINKS_MAX 40
/* Longer ones are refused by the system. */
#define PATH_NBYTES_MAX 4096
/* Of the number of a descriptor. */
#define DIGITS_MAX 9

/* Known even where they are not there, as in a bare chroot. */
static const struct {
	const char *path;
	int fd;
} standard[] = {
	{"-", STDOUT_FILENO},
	{"/dev/stdin", STDIN_FILENO},
	{"/dev/stdout", STDOUT_FILENO},
	{"/dev/stderr", STDERR_FILENO},
};

/* The directories of our descriptors; Linux has all, others the last. */
static const char *const descriptors[] = {
	"/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"};

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* What the directory of PATH is.  Returns 0, or -1 with errno. */
static int stat_directory(const char *path, struct stat *st)
{
	size_t n = (size_t)(path_last(path) - path);
	char dir[PATH_NBYTES_MAX];

	if (n >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(dir, path, n);
	dir[n] = '\0';
	return stat(n ? dir : ".", st);
}

static int number(const char *digits)
{
	int n = 0;

	for (; *digits; digits++)
		n = 10 * n + (*digits - '0');
	return n;
}

/* The number of the descriptor that PATH spells, or -1. */
static int descriptor(const char *path)
{
	const char *last = path_last(path);
	size_t n = strspn(last, "0123456789");
	struct stat dir, st;

	for (size_t i = 0; i < ARRAY_SIZE(standard); i++)
		if (strcmp(path, standard[i].path) == 0)
			return standard[i].fd;
	if (n == 0 || n > DIGITS_MAX || last[n] || stat_directory(path, &dir))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++)
		if (stat(descriptors[i], &st) == 0 && same_file(&dir, &st))
			return number(last);
	return -1;
}

/* Only what we were given counts: what we open ourselves is closed on exec. */
static int take_descriptor(struct place *p, struct diag *d)
{
	int flags = fcntl(p->fd, F_GETFD);

	if (flags >= 0 && flags & FD_CLOEXEC) {
		flags = -1;
		errno = EBADF;
	}
	if (flags < 0 || fstat(p->fd, &p->st))
		return diag_errno(d, "cannot open");
	p->exists = true;
	free(p->path);
	p->path = NULL;
	return 0;
}

/* A link in /proc leads to an open file, whatever its text says. */
static bool is_magic(const char *link)
{
	struct stat dir, proc;

	return stat_directory(link, &dir) == 0 &&
	       stat("/proc/self", &proc) == 0 && dir.st_dev == proc.st_dev;
}

static int take_magic(struct place *p, struct diag *d)
{
	struct stat st;

	if (stat(p->path, &st))
		return diag_errno(d, "cannot open");
	p->st = st;
	p->is_opened = p->exists = true;
	return 0;
}

static int take_file(struct place *p, bool follow, bool is_dir, struct diag *d)
{
	if (S_ISDIR(p->st.st_mode) && !is_dir) {
		errno = EISDIR;
		return diag_errno(d, "cannot open");
	}
	p->exists = true;
	p->is_opened = follow && !S_ISREG(p->st.st_mode);
	return 0;
}

/* LINK's target, relative to LINK's own directory; malloc'd. */
static char *read_link(const char *link)
{
	char target[PATH_NBYTES_MAX];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	size_t ndir = (size_t)(path_last(link) - link);
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

/* Takes P one link further, unless that is a trap. */
static int follow_link(struct place *p, struct diag *d)
{
	char *next;

	if (place_is_planted(p))
		return diag_set(d, DIAG_IO,
			"is a link of another user in a directory that all "
			"may write to; expected another name");
	next = read_link(p->path);
	if (!next)
		return diag_errno(d, "cannot read the link");
	free(p->path);
	p->path = next;
	return 0;
}

/* "a/b/" as "a/b". */
static void cut_slashes(char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
}

static int lead(struct place *p, const char *path, bool follow, bool is_dir,
	struct diag *d)
{
	*p = (struct place){.fd = -1, .path = strdup(path ? path : "-")};
	if (!p->path)
		return diag_nomem(d, 0);
	for (int i = 0; i < LINKS_MAX; i++) {
		struct stat st;

		if (is_dir)
			cut_slashes(p->path);
		p->fd = descriptor(p->path);
		if (p->fd >= 0)
			return take_descriptor(p, d);
		if (lstat(p->path, &st)) {
			if (errno == ENOENT)
				return 0;
			return diag_errno(d, "cannot create");
		}
		p->st = st;
		if (!follow || !S_ISLNK(p->st.st_mode))
			return take_file(p, follow, is_dir, d);
		if (is_magic(p->path))
			return take_magic(p, d);
		if (follow_link(p, d))
			return -1;
	}
	errno = ELOOP;
	return diag_errno(d, "cannot create");
}

int place_find(struct place *p, const char *path, bool follow, struct diag *d)
{
	return lead(p, path, follow, false, d);
}

int place_find_directory(struct place *p, const char *path, struct diag *d)
{
	return lead(p, path, true, true, d);
}

void place_free(struct place *p)
{
	free(p->path);
	p->path = NULL;
}

bool place_is_planted(const struct place *p)
{
	const mode_t trap = ATTR_STICKY | S_IWOTH;
	struct stat dir;

	return p->path && stat_directory(p->path, &dir) == 0 &&
	       (dir.st_mode & trap) == trap && p->st.st_uid != geteuid() &&
	       p->st.st_uid != dir.st_uid;
}

bool place_is_stuck(const struct place *p)
{
	const uid_t us = geteuid();
	struct stat dir;

	return p->path && stat_directory(p->path, &dir) == 0 &&
	       dir.st_mode & ATTR_STICKY && us != 0 && us != p->st.st_uid &&
	       us != dir.st_uid;
}

/* Two devices, unlike two descriptors, do not mix what is written to them. */
static int is_one(const struct place *a, const struct place *b, struct diag *d)
{
	const struct place *bad;
	struct stat x, y;

	if (a->fd >= 0 && a->fd == b->fd)
		return 1;
	if (a->exists != b->exists)
		return 0;
	if (a->exists)
		return same_file(&a->st, &b->st) && !S_ISCHR(a->st.st_mode) &&
		       !S_ISBLK(a->st.st_mode);
	if (strcmp(path_last(a->path), path_last(b->path)) != 0)
		return 0;
	bad = stat_directory(a->path, &x)   ? a
	      : stat_directory(b->path, &y) ? b
					    : NULL;
	if (bad) {
		diag_errno(d, "cannot create");
		return diag_at(d, "%s", bad->path);
	}
	return same_file(&x, &y);
}

static int find(struct place *p, const char *path, struct diag *d)
{
	return place_find(p, path, true, d)
		       ? diag_at(d, "%s", path ? path : "<stdout>")
		       : 0;
}

int place_same(const char *a, const char *b, struct diag *d)
{
	struct place x, y = {.path = NULL};
	int ret = find(&x, a, d) || find(&y, b, d) ? -1 : is_one(&x, &y, d);

	place_free(&x);
	place_free(&y);
	return ret;
}

int place_has_file(const char *path, struct diag *d)
{
	struct place p;
	int ret = find(&p, path, d);

	if (!ret)
		ret = p.exists && p.path && !p.is_opened;
	place_free(&p);
	return ret;
}

int place_is_terminal(const char *path, struct diag *d)
{
	struct place p;
	int ret = find(&p, path, d);

	if (!ret)
		ret = p.fd >= 0 && isatty(p.fd);
	place_free(&p);
	return ret;
}
