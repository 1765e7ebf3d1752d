/* SPDX-License-Identifier: MIT */
/*
 * wprune: a directory that has all that a model in shards has, written aside
 * and put in its place in one step.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file/attr.h"
#include "file/dir.h"
#include "file/input.h"
#include "file/path.h"
#include "file/place.h"
#include "file/unnamed.h"
#include "wprune.h"

#define COPY_NBYTES ((size_t)1 << 16)

/* A directory in the making, beside the one that it will be. */
struct wprune_dir {
	char *from;        /* the model's */
	char *to;          /* OUT, without a slash at its end */
	char *tmp;         /* where it is made */
	bool is_made;      /* tmp is there */
	bool is_held;      /* and no signal may end us */
	bool exists;       /* to is there, and will change places with tmp */
	bool is_exchanged; /* it has */
	char **path;       /* of outputs, until tmp is made */
	char **shown;      /* where they will be, for messages */
	struct dir has;    /* what is in from */
	struct dir old;    /* what is in to */
};

static int fail(const char *what, const char *path, struct diag *d)
{
	diag_errno(d, what);
	return diag_at(d, "%s", path);
}

/* --- what it will be ------------------------------------------------------ */

static bool has_file(const struct dir *dir, const char *name)
{
	for (size_t i = 0; i < dir->n; i++)
		if (strcmp(dir->entry[i].name, name) == 0)
			return dir->entry[i].is_file;
	return false;
}

/* Whether PATH, or NULL, leads to a file in the directory ST. */
static bool is_in(const struct stat *st, const char *path)
{
	struct place p = {0};
	struct diag ignored;
	struct stat of;
	bool leads = path && place_find(&p, path, true, &ignored) == 0;
	char *dir = leads && p.path ? path_directory(p.path) : NULL;
	bool is = dir && stat(dir, &of) == 0 && of.st_dev == st->st_dev &&
		  of.st_ino == st->st_ino;

	free(dir);
	place_free(&p);
	return is;
}

static bool any_in(const struct stat *st, const struct tensor_model *m)
{
	bool is = false;

	for (size_t i = 0; m && i < m->nfile && !is; i++)
		is = !m->file[i].is_spool && is_in(st, m->file[i].in.name);
	return is;
}

/*
 * What is read from the directory ST, or written to it besides, which would go
 * with it when it is replaced; NULL: nothing.
 */
static const char *would_go(const struct wprune_run *r, const struct stat *st)
{
	if (any_in(st, &r->model))
		return "input";
	if (any_in(st, r->has_mask ? r->mask.model : NULL))
		return "mask";
	if (any_in(st, &r->score.model))
		return "scores";
	if (is_in(st, r->o->plan))
		return "plan";
	if (is_in(st, r->o->mask_out))
		return "mask";
	if (is_in(st, r->o->report))
		return "report";
	return is_in(st, r->o->rules) ? "rules" : NULL;
}

/* An earlier result has nothing that the model's directory has not. */
static int check_old(
	const struct wprune_run *r, struct wprune_dir *k, struct diag *d)
{
	const char *what;
	struct stat st;

	if (stat(k->to, &st))
		return errno == ENOENT ? 0 : fail("cannot look at", k->to, d);
	k->exists = true;
	what = would_go(r, &st);
	if (what) {
		diag_set(d, DIAG_IO,
			"%s and output are one directory; expected %s", what,
			any_in(&st, &r->model) ? "--in-place"
					       : "another directory");
		return diag_at(d, "%s", k->to);
	}
	if (!S_ISDIR(st.st_mode)) {
		diag_set(d, DIAG_IO,
			"a file; expected a directory for a model in shards");
		return diag_at(d, "%s", k->to);
	}
	if (dir_list_all(&k->old, k->to, d))
		return -1;
	for (size_t i = 0; i < k->old.n; i++) {
		const struct dir_entry *e = &k->old.entry[i];

		if (e->is_file && has_file(&k->has, e->name))
			continue;
		diag_set(d, DIAG_IO,
			"has %s, which is no file of the model's directory; "
			"expected a new directory, or an earlier result",
			e->name);
		return diag_at(d, "%s", k->to);
	}
	return 0;
}

/* PATH ends in . or .., whatever slashes come after. */
static bool is_from_inside(const char *path)
{
	size_t n = strlen(path), dots;

	while (n > 0 && path[n - 1] == '/')
		n--;
	for (dots = 0; dots < n && path[n - 1 - dots] == '.';)
		dots++;
	return (dots == 1 || dots == 2) &&
	       (dots == n || path[n - 1 - dots] == '/');
}

/* Sets k->to to what OUTPUT names; of a link, to what that leads to. */
static int find_to(struct wprune_dir *k, const char *output, struct diag *d)
{
	struct place p;
	int bad = place_find_directory(&p, output, d);

	if (bad)
		diag_at(d, "%s", output);
	else if (is_from_inside(p.path ? p.path : output)) {
		diag_set(d, DIAG_USAGE,
			"a directory cannot be replaced by this name; expected "
			"one from outside of it, as ../out");
		bad = diag_at(d, "%s", output);
	} else if (!(k->to = strdup(p.path ? p.path : output)))
		bad = diag_nomem(d, strlen(output));
	place_free(&p);
	return bad;
}

static int name_dir(
	struct wprune_dir *k, const struct wprune_run *r, struct diag *d)
{
	const char *name;
	size_t n;

	if (find_to(k, r->output, d))
		return -1;
	n = strlen(k->to) + sizeof("..XXXXXX");
	k->from = path_directory(r->model.file[0].in.name);
	k->tmp = malloc(n);
	k->path = calloc(r->model.nfile, sizeof(*k->path));
	k->shown = calloc(r->model.nfile, sizeof(*k->shown));
	if (!k->from || !k->tmp || !k->path || !k->shown)
		return diag_nomem(d, n);
	name = path_last(k->to);
	snprintf(k->tmp, n, "%.*s.%s.XXXXXX", (int)(name - k->to), k->to, name);
	return 0;
}

/* Beside the directory that is not made yet, without a name if that can be. */
static int open_shard(struct wprune_run *r, struct diag *d)
{
	struct wprune_dir *k = r->dir;
	const struct input *in = &r->model.file[r->nout].in;
	const struct output_how how = {.sparse = input_is_sparse(in)};
	const char *name = path_last(in->name);
	size_t n = strlen(k->tmp) + strlen(name) + 2;

	k->path[r->nout] = malloc(n);
	k->shown[r->nout] = path_join(k->to, name);
	if (!k->path[r->nout] || !k->shown[r->nout])
		return diag_nomem(d, n);
	snprintf(k->path[r->nout], n, "%s-%s", k->tmp, name);
	if (cli_output_open_as(&r->out[r->nout], k->path[r->nout], &how, d)) {
		d->place[0] = '\0';
		return diag_at(d, "%s", k->shown[r->nout]);
	}
	r->out[r->nout].name = k->shown[r->nout];
	return 0;
}

int wprune_dir_open(struct wprune_run *r, struct diag *d)
{
	struct wprune_dir *k = calloc(1, sizeof(*k));

	r->dir = k;
	if (!k)
		return diag_nomem(d, sizeof(*k));
	if (name_dir(k, r, d) || dir_list_all(&k->has, k->from, d) ||
		check_old(r, k, d))
		return -1;
	for (; r->nout < r->model.nfile; r->nout++)
		if (open_shard(r, d))
			return -1;
	return 0;
}

/* A signal waits to end us, which is all that there is to be said. */
static bool gives_up(struct diag *d)
{
	bool is = cli_signal_waits();

	if (is)
		d->class = DIAG_NONE;
	return is;
}

static int copy_file(const char *from, const char *to, struct diag *d)
{
	struct input in;
	const struct output_how how = {.like = &in};
	struct output out;
	char p[COPY_NBYTES];
	ssize_t n = -1;

	if (input_open(&in, from, d))
		return -1;
	if (output_open(&out, to, &how, d) == 0) {
		while ((n = input_read(&in, p, sizeof(p), d)) > 0)
			if (gives_up(d) ||
				output_write(&out, p, (size_t)n, d)) {
				n = -1;
				break;
			}
		if (n == 0 &&
			(output_finish(&out, d) || output_publish(&out, d)))
			n = -1;
		output_abort(&out);
	}
	input_close(&in);
	return n < 0 ? -1 : 0;
}

/* A link to the same bytes, or a copy where there is none. */
static int bring(const struct wprune_dir *k, const char *name, struct diag *d)
{
	char *from = path_join(k->from, name), *to = path_join(k->tmp, name);
	int ret = 0;

	if (!from || !to)
		ret = diag_nomem(d, strlen(name));
	else if (access(to, F_OK) != 0 &&
		 linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) != 0)
		ret = copy_file(from, to, d);
	free(from);
	free(to);
	return ret;
}

/* All that is beside the shards; the index comes last. */
static int bring_all(const struct wprune_dir *k, struct diag *d)
{
	for (int index = 0; index < 2; index++)
		for (size_t i = 0; i < k->has.n; i++) {
			const struct dir_entry *e = &k->has.entry[i];

			if (e->is_file &&
				path_ends_in(e->name, ".index.json") == index &&
				(gives_up(d) || bring(k, e->name, d)))
				return -1;
		}
	return 0;
}

static void sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* Removes what was made in tmp; without memory, whose lack may be why. */
static void remove_new(const struct wprune_dir *k)
{
	int fd = open(k->tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < k->has.n; i++)
		unlinkat(fd, k->has.entry[i].name, 0);
	if (fd >= 0)
		close(fd);
	rmdir(k->tmp);
}

/* Removes the earlier result, which is in tmp now, if it is still that. */
static void remove_old(const struct wprune_dir *k)
{
	for (size_t i = 0; i < k->old.n; i++) {
		const struct dir_entry *e = &k->old.entry[i];
		char *path = path_join(k->tmp, e->name);

		if (path && dir_entry_is_at(e, path))
			unlink(path);
		free(path);
	}
	if (rmdir(k->tmp) && errno == ENOTEMPTY)
		cli_note("%s: has what came while it was replaced; move it "
			 "where it belongs",
			k->tmp);
}

/* The earlier result is still what it was when this run began. */
static int check_still(const struct wprune_dir *k, struct diag *d)
{
	for (size_t i = 0; i < k->old.n; i++) {
		const struct dir_entry *e = &k->old.entry[i];
		char *path = path_join(k->to, e->name);
		bool is = path && dir_entry_is_at(e, path);

		free(path);
		if (is)
			continue;
		diag_set(d, DIAG_IO,
			"%s changed while its successor was made; expected it "
			"to stay the same",
			e->name);
		return diag_at(d, "%s", k->to);
	}
	return 0;
}

/* What is beside the shards and is no file is not brought along. */
static void remark_left(const struct wprune_dir *k)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < k->has.n; i++) {
		if (k->has.entry[i].is_file)
			continue;
		first = first ? first : k->has.entry[i].name;
		n++;
	}
	if (n == 1)
		cli_note("%s: only files are brought along, not %s", k->from,
			first);
	else if (n > 1)
		cli_note("%s: only files are brought along, not %s and %zu "
			 "more",
			k->from, first, n - 1);
}

/*
 * All shards are complete on disk before the directory is made that they will
 * be in: a run that is killed before leaves nothing.
 */
int wprune_dir_make(struct wprune_run *r, struct diag *d)
{
	struct wprune_dir *k = r->dir;
	int bad = 0;

	for (size_t i = 0; i < r->nout; i++)
		if (output_finish(&r->out[i], d))
			return -1;
	if (cli_directory_make(k->tmp))
		return fail("cannot create", k->to, d);
	k->is_made = k->is_held = true;
	for (size_t i = 0; i < r->nout && !bad; i++) {
		const char *name = path_last(r->model.file[i].in.name);
		char *path = path_join(k->tmp, name);

		bad = path ? output_move(&r->out[i], path, d)
			   : diag_nomem(d, strlen(name));
		free(path);
	}
	return bad;
}

/*
 * Whoever may do something with OLD may do so with PATH, which takes its place,
 * and nobody else; where OLD may not be read, nobody may do more than its mode
 * allows.  Nothing or a link there says nothing.
 */
static int take_after(const char *path, const char *old, struct diag *d)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int from = open(old, flags), to;
	struct stat st;
	int bad;

	if (from < 0 && errno != EACCES)
		return 0;
	to = open(path, flags);
	if (to < 0)
		bad = -1;
	else if (from >= 0)
		bad = attr_copy(to, from) < 0;
	else
		bad = stat(old, &st) ||
		      fchmod(to, attr_fresh_mode() & st.st_mode);
	if (bad)
		fail("cannot set the mode", path, d);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return bad ? -1 : 0;
}

/* The shards and the directory take after those that they replace. */
static int set_modes(const struct wprune_run *r, struct diag *d)
{
	const struct wprune_dir *k = r->dir;
	mode_t fresh = attr_fresh_mode();
	int bad = 0;

	for (size_t i = 0; i < r->nout && !bad; i++) {
		const char *name = path_last(r->model.file[i].in.name);
		char *path = path_join(k->tmp, name);
		char *old = path_join(k->to, name);

		bad = path && old ? take_after(path, old, d)
				  : diag_nomem(d, strlen(name));
		free(path);
		free(old);
	}
	if (bad || k->exists)
		return bad ? -1 : take_after(k->tmp, k->to, d);
	return chmod(k->tmp, fresh | S_IXUSR | (fresh & 0444) >> 2)
		       ? fail("cannot set the mode", k->tmp, d)
		       : 0;
}

int wprune_dir_publish(struct wprune_run *r, struct diag *d)
{
	struct wprune_dir *k = r->dir;
	char *parent = path_directory(k->to);
	int bad;

	if (!parent)
		return diag_nomem(d, strlen(k->to));
	bad = bring_all(k, d) || set_modes(r, d) ? -1 : 0;
	sync_dir(k->tmp);
	if (!bad)
		bad = check_still(k, d);
	if (!bad && k->exists && k->old.n) {
		k->is_exchanged = unnamed_exchange(k->tmp, k->to) == 0;
		if (!k->is_exchanged)
			bad = fail("cannot change places with", k->to, d);
	} else if (!bad && rename(k->tmp, k->to)) {
		bad = fail("cannot rename to", k->to, d);
	} else if (!bad) {
		k->is_made = false;
	}
	if (!bad)
		sync_dir(parent);
	free(parent);
	if (!bad)
		remark_left(k);
	return bad;
}

void wprune_dir_free(struct wprune_dir *k, size_t nfile)
{
	if (!k)
		return;
	if (k->is_exchanged)
		remove_old(k);
	else if (k->is_made)
		remove_new(k);
	if (k->is_held)
		cli_directory_done();
	for (size_t i = 0; k->path && k->shown && i < nfile; i++) {
		free(k->path[i]);
		free(k->shown[i]);
	}
	free(k->path);
	free(k->shown);
	free(k->from);
	free(k->to);
	free(k->tmp);
	dir_free(&k->has);
	dir_free(&k->old);
	free(k);
}
