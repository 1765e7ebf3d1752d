/* SPDX-License-Identifier: MIT */
/*
 * Handing a file's attributes on; see attr.h.  Labelled while it is
 * ours, given away while it is closed to others, opened last.
 */
#include "base/attr.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/xattr.h>

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
	for (size_t i = 0; i < sizeof(not_copied) / sizeof(not_copied[0]); i++)
		if (strcmp(name, not_copied[i]) == 0)
			return false;
	return true;
}

/* All that the system lets us read there and write here. */
static void copy_labels(int to, int from)
{
	ssize_t n = flistxattr(from, NULL, 0), nvalue;
	char *names = n > 0 ? malloc((size_t)n) : NULL;
	void *value = names ? malloc(VALUE_NBYTES_MAX) : NULL;

	n = value ? flistxattr(from, names, (size_t)n) : 0;
	for (const char *s = names; n > 0 && s < names + n;
		s += strlen(s) + 1) {
		nvalue = is_copied(s)
				 ? fgetxattr(from, s, value, VALUE_NBYTES_MAX)
				 : -1;
		if (nvalue >= 0)
			fsetxattr(to, s, value, (size_t)nvalue, 0);
	}
	free(value);
	free(names);
}

/*
 * The list of FROM; where that has none, also not what the directory lends to
 * new files.  Returns 0, or -1 if what FROM has is not kept.
 */
static int copy_acl(int to, int from)
{
	void *value = malloc(VALUE_NBYTES_MAX);
	ssize_t n = value ? fgetxattr(from, acl, value, VALUE_NBYTES_MAX) : -1;
	int ret = n < 0 && errno != ENODATA && errno != ENOTSUP ? -1 : 0;

	if (n >= 0)
		ret = fsetxattr(to, acl, value, (size_t)n, 0);
	else if (fremovexattr(to, acl) && errno != ENODATA && errno != ENOTSUP)
		ret = -1;
	free(value);
	return ret;
}

#else

static void copy_labels(int to, int from)
{
	(void)to;
	(void)from;
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

	if (fstat(from, &st))
		return -1;
	copy_labels(to, from);
	owned = fchown(to, st.st_uid, st.st_gid) == 0;
	grouped = owned || fchown(to, (uid_t)-1, st.st_gid) == 0;
	mode = st.st_mode & 0777;
	/* Some of the old group are among all others now, and some of all
	 * others in the new one: they may do what both could. */
	both = mode >> 3 & mode & 07;
	if (!grouped)
		mode = (mode & 0700) | both << 3 | both;
	/* The group's bits were the bounds of the list. */
	if (copy_acl(to, from))
		mode &= ~(mode_t)070;
	if (fchmod(to, mode))
		return -1;
	return owned ? 0 : 1;
}

mode_t attr_fresh_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}
