/* SPDX-License-Identifier: MIT */
/* Remembering directories; see tree.h. */
#define _GNU_SOURCE /* asprintf */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_MAX 4096

void tree_die(const char *what)
{
	fprintf(stderr, "sweep: %s: %s\n", what, strerror(errno));
	exit(2);
}

static char *join(const char *dir, const char *name)
{
	char *s;

	if (asprintf(&s, "%s/%s", dir, name) < 0)
		tree_die("no memory");
	return s;
}

char *tree_slurp(int fd, size_t *n)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *data = size < 0 ? NULL : malloc((size_t)size + 1);

	if (!data || pread(fd, data, (size_t)size, 0) != size)
		tree_die("cannot read a file");
	data[size] = '\0';
	*n = (size_t)size;
	return data;
}

/* FNV-1a. */
static uint64_t hash(const char *data, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)data[i]) * 0x100000001b3;
	return h;
}

static uint64_t hash_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t h;
	size_t n;
	char *data;

	if (fd < 0)
		tree_die(path);
	data = tree_slurp(fd, &n);
	h = hash(data, n);
	free(data);
	close(fd);
	return h;
}

/* Where the symbolic link PATH leads. */
static void read_link(const char *path, char target[TARGET_MAX])
{
	ssize_t n = readlink(path, target, TARGET_MAX - 1);

	if (n < 0)
		tree_die(path);
	target[n] = '\0';
}

static uint64_t hash_link(const char *path)
{
	char target[TARGET_MAX];

	read_link(path, target);
	return hash(target, strlen(target));
}

static bool is_untouched(const struct node *a, const struct stat *st)
{
	return a->st.st_ino == st->st_ino && a->st.st_size == st->st_size &&
	       a->st.st_mode == st->st_mode &&
	       memcmp(&a->st.st_ctim, &st->st_ctim, sizeof(st->st_ctim)) == 0;
}

static void add(
	struct tree *t, const char *file, char *path, const struct tree *before)
{
	const struct node *old = before ? tree_find(before, path) : NULL;
	struct node node = {.path = path};

	if (lstat(file, &node.st))
		tree_die(file);
	if (old && is_untouched(old, &node.st))
		node.hash = old->hash;
	else if (S_ISREG(node.st.st_mode))
		node.hash = hash_file(file);
	else if (S_ISLNK(node.st.st_mode))
		node.hash = hash_link(file);
	t->node = realloc(t->node, (t->n + 1) * sizeof(*t->node));
	if (!t->node)
		tree_die("no memory");
	t->node[t->n++] = node;
}

static void read_below(struct tree *t, const char *dir, const char *prefix,
	const struct tree *before)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	if (!d)
		tree_die(dir);
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		char *file = join(dir, e->d_name);
		char *path =
			*prefix ? join(prefix, e->d_name) : strdup(e->d_name);
		add(t, file, path, before);
		if (S_ISDIR(t->node[t->n - 1].st.st_mode))
			read_below(t, file, path, before);
		free(file);
	}
	closedir(d);
}

static int by_path(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void tree_read(struct tree *t, const char *dir, const struct tree *before)
{
	*t = (struct tree){0};
	read_below(t, dir, "", before);
	if (t->n)
		qsort(t->node, t->n, sizeof(*t->node), by_path);
}

void tree_free(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->node[i].path);
	free(t->node);
	*t = (struct tree){0};
}

const struct node *tree_find(const struct tree *t, const char *path)
{
	struct node key = {.path = (char *)(uintptr_t)path};

	if (!t->n)
		return NULL;
	return bsearch(&key, t->node, t->n, sizeof(key), by_path);
}

bool tree_node_equal(const struct node *a, const struct node *b)
{
	if (!a || !b)
		return !a && !b;
	return a->st.st_mode == b->st.st_mode && a->hash == b->hash &&
	       (!S_ISREG(a->st.st_mode) || a->st.st_size == b->st.st_size);
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->node[i].path, b->node[i].path) != 0 ||
			!tree_node_equal(&a->node[i], &b->node[i]))
			return false;
	return true;
}

static void copy(const char *from, const char *to, const struct node *node)
{
	mode_t mode = node->st.st_mode & 07777;
	char target[TARGET_MAX];
	int in, out;
	size_t n;
	char *data;

	if (S_ISDIR(node->st.st_mode)) {
		if (mkdir(to, mode))
			tree_die(to);
		return;
	}
	if (S_ISLNK(node->st.st_mode)) {
		read_link(from, target);
		if (symlink(target, to))
			tree_die(to);
		return;
	}
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (in < 0 || out < 0)
		tree_die(in < 0 ? from : to);
	data = tree_slurp(in, &n);
	if (write(out, data, n) != (ssize_t)n || fchmod(out, mode))
		tree_die(to);
	free(data);
	close(in);
	close(out);
}

void tree_restore(const char *dir, const struct tree *now, const char *from,
	const struct tree *want)
{
	/* What is in a directory comes after it. */
	for (size_t i = now->n; i-- > 0;) {
		const struct node *node = &now->node[i];
		char *path = join(dir, node->path);

		if (!tree_node_equal(node, tree_find(want, node->path)) &&
			remove(path))
			tree_die(path);
		free(path);
	}
	for (size_t i = 0; i < want->n; i++) {
		const struct node *node = &want->node[i];
		char *path = join(dir, node->path);
		char *model = join(from, node->path);

		if (!tree_node_equal(node, tree_find(now, node->path)))
			copy(model, path, node);
		free(path);
		free(model);
	}
}
