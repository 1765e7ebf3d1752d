/* SPDX-License-Identifier: MIT */
/* Listing directories; see dir.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/order.h"
#include "file/dir.h"
#include "file/mtime.h"
#include "file/path.h"

static const char digits[] = "0123456789";

/* Numbers by their values: how many digits count, then which. */
static int compare_digits(const char **a, const char **b)
{
	size_t na, nb;
	int r;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	na = strspn(*a, digits);
	nb = strspn(*b, digits);
	r = na != nb ? ORDER_OF(na, nb) : strncmp(*a, *b, na);
	*a += na;
	*b += nb;
	return r;
}

int dir_compare(const char *a, const char *b)
{
	const char *x = a, *y = b;

	while (*x && *y) {
		int r;

		if (strspn(x, digits) && strspn(y, digits)) {
			r = compare_digits(&x, &y);
		} else {
			r = (unsigned char)*x - (unsigned char)*y;
			x++;
			y++;
		}
		if (r)
			return r;
	}
	return *x || *y ? (*x != 0) - (*y != 0) : strcmp(a, b);
}

static int by_name(const void *a, const void *b)
{
	const struct dir_entry *x = a, *y = b;

	return x->is_link != y->is_link ? x->is_link - y->is_link
					: dir_compare(x->name, y->name);
}

static int add(struct dir *dir, const char *name, const struct stat *st,
	bool is_link, struct diag *d)
{
	const struct dir_entry new = {
		.name = strdup(name),
		.is_dir = S_ISDIR(st->st_mode),
		.is_link = is_link,
		.is_file = S_ISREG(st->st_mode),
		.dev = st->st_dev,
		.ino = st->st_ino,
		.nbytes = st->st_size,
		.mtime = mtime_of(st),
	};

	if (!new.name)
		return diag_nomem(d, strlen(name));
	if (array_push(&dir->entry, &dir->n, &new, sizeof(new), d) == 0)
		return 0;
	free(new.name);
	return -1;
}

/* A link that leads nowhere we can go, or a file that went meanwhile. */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP ||
	       error == EACCES;
}

/* What WHOLE leads to, or a link to nowhere itself; *OWN is its own. */
static int stat_both(const char *whole, struct stat *own, struct stat *st)
{
	if (lstat(whole, own))
		return -1;
	if (stat(whole, st) == 0)
		return 0;
	*st = *own;
	return is_gone(errno) ? 0 : -1;
}

static bool is_wanted(const struct stat *st, bool all)
{
	return all || S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

/* Adds NAME in PATH if it is there to be added, and stays. */
static int look_at(struct dir *dir, const char *path, const char *name,
	bool all, struct diag *d)
{
	char *whole = path_join(path, name);
	struct stat st, own;
	int r = 0;

	if (!whole)
		return diag_nomem(d, strlen(path));
	if (stat_both(whole, &own, &st) == 0) {
		if (is_wanted(&st, all))
			r = add(dir, name, &st, S_ISLNK(own.st_mode), d);
	} else if (!is_gone(errno)) {
		diag_errno(d, "cannot stat");
		r = diag_at(d, "%s", whole);
	}
	free(whole);
	return r;
}

/* The directory itself and the one above are in none. */
static bool is_listed(const char *name, bool all)
{
	return name[0] != '.' ||
	       (all && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
}

static int list(struct dir *ret, const char *path, bool all, struct diag *d)
{
	DIR *open = opendir(path);
	struct dirent *e;
	int r = 0;

	*ret = (struct dir){0};
	if (!open && errno == ENOMEM)
		return diag_nomem(d, sizeof(*e));
	if (!open) {
		diag_errno(d, "cannot open");
		return diag_at(d, "%s", path);
	}
	while (errno = 0, !r && (e = readdir(open)))
		if (is_listed(e->d_name, all))
			r = look_at(ret, path, e->d_name, all, d);
	if (!r && errno) {
		diag_errno(d, "cannot read");
		r = diag_at(d, "%s", path);
	}
	closedir(open);
	if (!r && ret->n)
		qsort(ret->entry, ret->n, sizeof(*ret->entry), by_name);
	return r;
}

int dir_list(struct dir *ret, const char *path, struct diag *d)
{
	return list(ret, path, false, d);
}

int dir_list_all(struct dir *ret, const char *path, struct diag *d)
{
	return list(ret, path, true, d);
}

void dir_free(struct dir *dir)
{
	for (size_t i = 0; i < dir->n; i++)
		free(dir->entry[i].name);
	free(dir->entry);
	*dir = (struct dir){0};
}

bool dir_entry_is_at(const struct dir_entry *e, const char *path)
{
	struct stat own, st;

	return stat_both(path, &own, &st) == 0 && st.st_dev == e->dev &&
	       st.st_ino == e->ino && st.st_size == e->nbytes &&
	       is_same_time(mtime_of(&st), e->mtime);
}
