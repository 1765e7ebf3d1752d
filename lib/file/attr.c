/* SPDX-License-Identifier: MIT */
/*
 * Handing a file's attributes on; see attr.h.  Labelled while it is
 * ours, given away while it is closed to others, opened last.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/attr.h"

#ifdef __linux__
#include <sys/xattr.h>

#include "base/array.h"

/* The longest value that Linux takes. */
#define VALUE_NBYTES_MAX ((size_t)1 << 16)

static const char acl[] = "system.posix_acl_access";

/* What speaks of the very bytes of a file, or is set by other means. */
static const char *const not_copied[] = {
	acl,
	"security.capability",
	"security.evm",
	"security.ima",
};

static bool is_copied(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(not_copied); i++)
		if (strcmp(name, not_copied[i]) == 0)
			return false;
	return true;
}

/* All that the system lets us read there and write here. */
static void copy_labels(int to, int from, const char *names, size_t n,
	char value[VALUE_NBYTES_MAX])
{
	const char *s;
	ssize_t nvalue;

	for (s = names; s < names + n; s += strlen(s) + 1) {
		nvalue = is_copied(s)
				 ? fgetxattr(from, s, value, VALUE_NBYTES_MAX)
				 : -1;
		if (nvalue >= 0)
			fsetxattr(to, s, value, (size_t)nvalue, 0);
	}
}

/* Returns 0, or -1 with errno: no memory. */
static int copy_extended(int to, int from)
{
	ssize_t n = flistxattr(from, NULL, 0);
	char *names, *value;
	int ret = -1;

	if (n <= 0)
		return 0;
	names = malloc((size_t)n);
	value = malloc(VALUE_NBYTES_MAX);
	if (names && value) {
		n = flistxattr(from, names, (size_t)n);
		copy_labels(to, from, names, n > 0 ? (size_t)n : 0, value);
		ret = 0;
	}
	free(value);
	free(names);
	return ret;
}

static bool has_none(int error)
{
	return error == ENODATA || error == ENOTSUP;
}

/*
 * The list of FROM; where that has none, also not what the directory lends to
 * new files.  Returns 0, 1 if what FROM has is not kept, or -1 with errno.
 */
static int copy_acl(int to, int from)
{
	char *value = malloc(VALUE_NBYTES_MAX);
	ssize_t n;
	int ret = 0;

	if (!value)
		return -1;
	n = fgetxattr(from, acl, value, VALUE_NBYTES_MAX);
	if (n >= 0)
		ret = fsetxattr(to, acl, value, (size_t)n, 0) ? 1 : 0;
	else if (!has_none(errno) ||
		 (fremovexattr(to, acl) && !has_none(errno)))
		ret = 1;
	free(value);
	return ret;
}

#else

static int copy_extended(int to, int from)
{
	(void)to;
	(void)from;
	return 0;
}

static int copy_acl(int to, int from)
{
	(void)to;
	(void)from;
	return 0;
}

#endif

int attr_copy(int to, int from)
{
	struct stat st;
	mode_t mode, both;
	bool owned, grouped;
	int listed;

	if (fstat(from, &st) || copy_extended(to, from))
		return -1;
	owned = fchown(to, st.st_uid, st.st_gid) == 0;
	grouped = owned || fchown(to, (uid_t)-1, st.st_gid) == 0;
	/* Of a directory the bits above say what comes into it. */
	mode = st.st_mode & (S_ISDIR(st.st_mode) ? 07777 & ~04000 : 0777);
	/*
	 * Some of the old group are among all others now, and some of all
	 * others in the new one: they may do what both could.
	 */
	both = mode >> 3 & mode & 07;
	if (!grouped)
		mode = (mode_t)((mode & 01700) | both << 3 | both);
	listed = copy_acl(to, from);
	/* The group's bits were the bounds of the list. */
	if (listed > 0)
		mode &= ~(mode_t)070;
	if (listed < 0 || fchmod(to, mode))
		return -1;
	return owned ? 0 : 1;
}

mode_t attr_fresh_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}
