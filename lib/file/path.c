/* SPDX-License-Identifier: MIT */
/* Paths as text; see path.h. */
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/str.h"
#include "file/path.h"

const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_directory(const char *path)
{
	size_t n = (size_t)(path_last(path) - path);

	return n ? strndup(path, n) : strdup(".");
}

char *path_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	struct buf b = {0};

	buf_printf(&b, "%s%s%s", dir, n && dir[n - 1] != '/' ? "/" : "", name);
	return buf_take(&b);
}

bool path_ends_in(const char *path, const char *end)
{
	return str_ends_in(path, strlen(path), end);
}

bool path_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
