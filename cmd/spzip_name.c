/* SPDX-License-Identifier: MIT */
/* spzip: names with and without the suffix, after gzip's manners. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "cli.h"
#include "file/path.h"
#include "spzip.h"

int spzip_worst(int a, int b)
{
	if (a == SPZIP_ERROR || b == SPZIP_ERROR)
		return SPZIP_ERROR;
	return a == SPZIP_WARNING ? a : b;
}

int spzip_warn(const char *place, const char *text)
{
	cli_note("%s: %s", place, text);
	return SPZIP_WARNING;
}

int spzip_fail_errno(const char *path, const char *what)
{
	struct diag d;

	diag_errno(&d, what);
	diag_at(&d, "%s", path);
	return cli_fail(&d);
}

/* PATH[0..n) followed by SUFFIX; malloc'd. */
static char *join(const char *path, size_t n, const char *suffix)
{
	size_t m = strlen(suffix) + 1;
	char *s = malloc(n + m);

	if (s) {
		memcpy(s, path, n);
		memcpy(s + n, suffix, m);
	}
	return s;
}

/* True if the last component of PATH is more than SUFFIX and ends in it. */
static bool has_suffix(const char *path, const char *suffix)
{
	return path_ends_in(path, suffix) &&
	       strlen(path_last(path)) > strlen(suffix);
}

/*
 * Characters of the suffix by which a compressed PATH is known: the one that
 * was asked for, ours, or that of drafts.  0 if it has none.
 */
static size_t suffix_length(const struct spzip_opts *o, const char *path)
{
	const char *const known[] = {o->suffix, SPZIP_SUFFIX, SPZIP_SUFFIX_OLD};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (has_suffix(path, known[i]))
			return strlen(known[i]);
	return 0;
}

bool spzip_passes_over(const struct spzip_opts *o, const char *path)
{
	if (o->to_stdout)
		return false;
	if (o->action == SPZIP_COMPRESS)
		return has_suffix(path, o->suffix) && !o->force;
	return !has_suffix(path, o->suffix);
}

char *spzip_input_name(const struct spzip_opts *o, const char *path)
{
	size_t n = strlen(path);
	struct stat st;
	char *with;

	if (strcmp(path, "-") == 0 || o->action == SPZIP_COMPRESS ||
		suffix_length(o, path) || lstat(path, &st) == 0)
		return join(path, n, "");
	with = join(path, n, o->suffix);
	/* What cannot be looked at is told when it is opened. */
	if (!with || lstat(with, &st) == 0 || errno != ENOENT)
		return with;
	free(with);
	return join(path, n, "");
}

static char *no_memory(int *status)
{
	struct diag d;

	diag_nomem(&d, 0);
	*status = cli_fail(&d);
	return NULL;
}

char *spzip_output_name(
	const struct spzip_opts *o, const char *path, int *status)
{
	size_t n = strlen(path), nsuffix = suffix_length(o, path);
	char *s;

	if (o->out) {
		s = join(o->out, strlen(o->out), "");
	} else if (o->action == SPZIP_COMPRESS) {
		if (has_suffix(path, o->suffix) && !o->force) {
			cli_note("%s: already has suffix %s; left unchanged",
				path, o->suffix);
			*status = SPZIP_WARNING;
			return NULL;
		}
		s = join(path, n, o->suffix);
	} else if (!nsuffix) {
		cli_note("%s: unknown suffix; expected %s, skipped", path,
			o->suffix);
		*status = SPZIP_WARNING;
		return NULL;
	} else {
		n -= nsuffix;
		/* a name, not standard output */
		s = n == 1 && *path == '-' ? join("./-", 3, "")
					   : join(path, n, "");
	}
	return s ? s : no_memory(status);
}
