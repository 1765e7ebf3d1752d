/* SPDX-License-Identifier: MIT */
/*
 * Where logs are: files, and directories that have those of many runs.  A
 * directory is a run itself if event files of TensorBoard lie in it, or if it
 * is one of MLflow's; elsewhere the files whose suffix is that of a log are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "file/dir.h"
#include "file/input.h"
#include "file/path.h"
#include "source/source_impl.h"

/* Directories within directories; more is a mistake. */
#define DEPTH_MAX 32

static bool is_event_file(const struct dir_entry *e)
{
	return !e->is_dir && strstr(e->name, "tfevents");
}

static bool is_wandb_file(const struct dir_entry *e)
{
	return !e->is_dir && path_ends_in(e->name, ".wandb");
}

/* A link to one is another name for what is found elsewhere. */
static bool is_text_file(const struct dir_entry *e)
{
	size_t n = strlen(e->name), at = str_last_part(e->name, n);

	return !e->is_dir && !e->is_link && at > 0 &&
	       str_is_word_of(e->name + at, n - at, "csv tsv jsonl ndjson log");
}

static bool has_any(
	const struct dir *dir, bool (*is)(const struct dir_entry *e))
{
	for (size_t i = 0; i < dir->n; i++)
		if (is(&dir->entry[i]))
			return true;
	return false;
}

static bool has(const struct dir *dir, const char *name, bool is_dir)
{
	for (size_t i = 0; i < dir->n; i++)
		if (dir->entry[i].is_dir == is_dir &&
			strcmp(dir->entry[i].name, name) == 0)
			return true;
	return false;
}

/* --- MLflow's names ------------------------------------------------------- */

/* More of a meta.yaml is not looked at. */
#define META_MAX 65536

/* The value of "run_name: X" in TEXT, without its quotes; "" if none. */
static char *run_name(char *text)
{
	static const char key[] = "run_name: ";
	char *name = strncmp(text, key, strlen(key)) == 0
			     ? text
			     : strstr(text, "\nrun_name: ");
	size_t n;

	if (!name)
		return strdup("");
	name += strlen(key) + (*name == '\n');
	n = strcspn(name, "\r\n");
	if (n > 1 && (*name == '\'' || *name == '"') && name[n - 1] == *name) {
		name++;
		n -= 2;
	}
	return strndup(name, n);
}

/* What the run in PATH is called by its owner; NULL with DIAG. */
static char *mlflow_name(const char *path, struct diag *d)
{
	char *meta = path_join(path, "meta.yaml"), *ret = NULL;
	char *text = meta ? calloc(META_MAX + 1, 1) : NULL;
	struct input in;

	if (!text) {
		diag_nomem(d, META_MAX);
	} else if (input_open(&in, meta, d) == 0) {
		if (input_read(&in, text, META_MAX, d) >= 0) {
			ret = run_name(text);
			if (!ret)
				diag_nomem(d, META_MAX);
		}
		input_close(&in);
	}
	free(text);
	free(meta);
	return ret;
}

/* --- finding -------------------------------------------------------------- */

/* What was met on a walk is passed over where it is come to again by a link. */
struct walk {
	struct source_places *places;
	struct dir_entry *met; /* without names */
	size_t nmet;
	bool has_links;
};

/* Whether E was met before: 1, 0, or -1. */
static int meet(struct walk *w, const struct dir_entry *e, struct diag *d)
{
	w->has_links |= e->is_link;
	for (size_t i = 0; w->has_links && i < w->nmet; i++)
		if (w->met[i].dev == e->dev && w->met[i].ino == e->ino)
			return 1;
	return array_push(&w->met, &w->nmet, e, sizeof(*e), d);
}

/* Takes over PATH and ALIAS, which may be NULL or "". */
static int add_place(struct source_places *p, char *path, char *alias,
	enum source_format format, struct diag *d)
{
	struct source_place new = {.path = path, .format = format};

	if (alias && *alias)
		new.alias = alias;
	else
		free(alias);
	if (!path)
		diag_nomem(d, sizeof(new));
	else if (array_push(&p->place, &p->n, &new, sizeof(new), d) == 0)
		return 0;
	free(new.path);
	free(new.alias);
	return -1;
}

static int add_files(struct walk *w, const char *path, const struct dir *dir,
	bool (*is)(const struct dir_entry *e), struct diag *d)
{
	for (size_t i = 0; i < dir->n; i++) {
		const struct dir_entry *e = &dir->entry[i];
		int met = is(e) ? meet(w, e, d) : 1;

		if (met < 0 ||
			(!met && add_place(w->places, path_join(path, e->name),
					 NULL, SOURCE_AUTO, d)))
			return -1;
	}
	return 0;
}

static int walk(
	struct walk *w, const char *path, unsigned depth, struct diag *d);

static int walk_below(struct walk *w, const char *path, const struct dir *dir,
	unsigned depth, struct diag *d)
{
	for (size_t i = 0; i < dir->n; i++) {
		const struct dir_entry *e = &dir->entry[i];
		int r = e->is_dir ? meet(w, e, d) : 1;
		char *below;

		if (r < 0)
			return -1;
		if (r > 0)
			continue;
		below = path_join(path, e->name);
		r = below ? walk(w, below, depth + 1, d)
			  : diag_nomem(d, strlen(path));
		free(below);
		if (r)
			return -1;
	}
	return 0;
}

/* Adds what DIR, which lies in PATH, is or has. */
static int look_at(struct walk *w, const char *path, const struct dir *dir,
	unsigned depth, struct diag *d)
{
	if (has(dir, "meta.yaml", false) && has(dir, "metrics", true)) {
		char *alias = mlflow_name(path, d);

		return alias ? add_place(w->places, strdup(path), alias,
				       SOURCE_MLFLOW, d)
			     : -1;
	}
	if (add_files(w, path, dir, is_wandb_file, d))
		return -1;
	if (has_any(dir, is_event_file)) {
		if (add_place(w->places, strdup(path), NULL, SOURCE_TENSORBOARD,
			    d))
			return -1;
	} else if (!has_any(dir, is_wandb_file) &&
		   add_files(w, path, dir, is_text_file, d)) {
		return -1;
	}
	/* Below W&B's are logs of its own. */
	return has_any(dir, is_wandb_file) ? 0
					   : walk_below(w, path, dir, depth, d);
}

static int walk(
	struct walk *w, const char *path, unsigned depth, struct diag *d)
{
	struct dir dir;
	int r;

	if (depth > DEPTH_MAX) {
		diag_set(d, DIAG_DATA,
			"more than %d directories within each other; expected "
			"fewer",
			DEPTH_MAX);
		return diag_at(d, "%s", path);
	}
	r = dir_list(&dir, path, d);
	if (!r)
		r = look_at(w, path, &dir, depth, d);
	dir_free(&dir);
	return r;
}

static int add_dir(struct source_places *p, const char *path,
	const struct stat *st, struct diag *d)
{
	const struct dir_entry top = {.dev = st->st_dev, .ino = st->st_ino};
	struct walk w = {.places = p};
	size_t before = p->n;
	int r = meet(&w, &top, d) || walk(&w, path, 0, d) ? -1 : 0;

	free(w.met);
	if (r || p->n > before)
		return r;
	diag_set(d, DIAG_DATA,
		"a directory without logs; expected event files of "
		"TensorBoard, runs of MLflow, .wandb, .csv, .tsv, .jsonl or "
		".log files, or the name of a file");
	return diag_at(d, "%s", path);
}

/* The end of the label that OPERAND begins with; NULL: it has none. */
static const char *find_label(const char *operand)
{
	struct stat st;

	if (stat(operand, &st) == 0)
		return NULL;
	for (const char *p = operand; (p = strchr(p, ':')); p++)
		if (p > operand &&
			(strcmp(p + 1, "-") == 0 || stat(p + 1, &st) == 0))
			return p;
	return NULL;
}

/* The place's name: LABEL, and what of its path is below TOP. */
static int add_label(struct source_place *place, const char *label,
	size_t nlabel, const char *top, struct diag *d)
{
	const char *below = place->path + strlen(top);
	struct buf b = {0};

	below += strspn(below, "/");
	buf_printf(
		&b, "%.*s%s%s", (int)nlabel, label, *below ? "/" : "", below);
	place->name = buf_take(&b);
	return place->name ? 0 : diag_nomem(d, nlabel);
}

/* Of what is not there, or not for us, opening it will tell. */
static int add_path(struct source_places *p, const char *path, struct diag *d)
{
	struct stat st = {0};

	if (strcmp(path, "-") != 0 && stat(path, &st) && errno == EIO) {
		diag_errno(d, "cannot stat");
		return diag_at(d, "%s", path);
	}
	return S_ISDIR(st.st_mode)
		       ? add_dir(p, path, &st, d)
		       : add_place(p, strdup(path), NULL, SOURCE_AUTO, d);
}

int source_places_add(
	struct source_places *p, const char *operand, struct diag *d)
{
	const char *colon = find_label(operand);
	const char *path = colon ? colon + 1 : operand;
	size_t before = p->n;

	if (add_path(p, path, d))
		return -1;
	for (size_t i = before; i < p->n; i++)
		p->place[i].is_found = strcmp(p->place[i].path, path) != 0;
	for (size_t i = before; i < p->n && colon; i++)
		if (add_label(&p->place[i], operand, (size_t)(colon - operand),
			    path, d))
			return -1;
	return 0;
}

void source_places_free(struct source_places *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->place[i].path);
		free(p->place[i].alias);
		free(p->place[i].name);
	}
	free(p->place);
	*p = (struct source_places){0};
}

/* --- names ---------------------------------------------------------------- */

/* A path of which the bytes up to END may become the name. */
struct title {
	char *path;
	size_t end;
};

/* Where the last COUNT parts of T begin. */
static const char *last_parts(const struct title *t, size_t count)
{
	size_t i = t->end;

	while (i > 0) {
		while (i > 0 && t->path[i - 1] != '/')
			i--;
		if (--count == 0 || i == 0)
			break;
		while (i > 0 && t->path[i - 1] == '/')
			i--;
	}
	return t->path + i;
}

static size_t parts_length(const struct title *t, size_t count)
{
	return (size_t)(t->path + t->end - last_parts(t, count));
}

/* Ends the titles before the last part, as all of them share it. */
static bool drop_last(struct title *t, size_t n)
{
	const char *last = last_parts(&t[0], 1);
	size_t length = parts_length(&t[0], 1);

	for (size_t i = 0; i < n; i++)
		if (parts_length(&t[i], 1) != length ||
			last_parts(&t[i], 1) - t[i].path < 2 ||
			memcmp(last_parts(&t[i], 1), last, length) != 0)
			return false;
	for (size_t i = 0; i < n; i++) {
		t[i].end -= length;
		while (t[i].end > 1 && t[i].path[t[i].end - 1] == '/')
			t[i].end--;
	}
	return true;
}

/* The last COUNT parts of T as text; the caller frees it. */
static char *name_of(const struct title *t, size_t count)
{
	return strndup(last_parts(t, count), parts_length(t, count));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether the last COUNT parts tell the titles apart: 1, 0, or -1. */
static int are_distinct(const struct title *t, size_t n, size_t count)
{
	char **name = calloc(n, sizeof(*name));
	int ret = name ? 1 : -1;

	for (size_t i = 0; i < n && ret > 0; i++) {
		name[i] = name_of(&t[i], count);
		if (!name[i])
			ret = -1;
	}
	if (ret > 0)
		qsort(name, n, sizeof(*name), by_text);
	for (size_t i = 1; i < n && ret > 0; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			ret = 0;
	for (size_t i = 0; i < n && name; i++)
		free(name[i]);
	free(name);
	return ret;
}

/*
 * The fewest last parts that tell the titles apart, what all end in dropped; 0:
 * none do; -1: no memory.
 */
static int count_parts(struct title *t, size_t n)
{
	int r = are_distinct(t, n, SIZE_MAX);

	if (r <= 0)
		return r;
	while (n > 1 && drop_last(t, n))
		;
	for (int count = 1;; count++) {
		r = are_distinct(t, n, (size_t)count);
		if (r)
			return r < 0 ? r : count;
	}
}

/* The path of PLACE, or what it is called there. */
static char *title_path(const struct source_place *place, bool by_alias)
{
	const char *path = place->path;
	struct title t = {(char *)place->path, strlen(path)};
	struct buf b = {0};

	while (strncmp(path, "./", 2) == 0 && path[2])
		path += 2;
	while (t.end > 1 && t.path[t.end - 1] == '/')
		t.end--;
	if (!by_alias || !place->alias)
		return strndup(path, (size_t)(t.path + t.end - path));
	buf_add(&b, path, (size_t)(last_parts(&t, 1) - path));
	buf_adds(&b, place->alias);
	return buf_take(&b);
}

/* Names those of P that have none; BY_ALIAS: 0 if that does not do. */
static int name_all(struct source_places *p, bool by_alias)
{
	struct title *t = calloc(p->n + 1, sizeof(*t));
	size_t n = 0;
	int count, ret = t ? 1 : -1;

	for (size_t i = 0; i < p->n && ret > 0; i++) {
		if (p->place[i].name)
			continue;
		t[n].path = title_path(&p->place[i], by_alias);
		if (!t[n].path)
			ret = -1;
		else
			t[n].end = strlen(t[n].path);
		n += ret > 0;
	}
	count = ret > 0 && n ? count_parts(t, n) : ret;
	if (count == 0 && by_alias)
		ret = 0;
	for (size_t i = 0, k = 0; i < p->n && ret > 0 && count >= 0; i++) {
		if (p->place[i].name)
			continue;
		p->place[i].name =
			name_of(&t[k++], count ? (size_t)count : SIZE_MAX);
		if (!p->place[i].name)
			ret = -1;
	}
	for (size_t i = 0; i < n; i++)
		free(t[i].path);
	free(t);
	return count < 0 ? -1 : ret;
}

int source_places_name(struct source_places *p, struct diag *d)
{
	int r = name_all(p, true);

	if (r == 0)
		r = name_all(p, false);
	return r < 0 ? diag_nomem(d, p->n * sizeof(*p->place)) : 0;
}

/* --- opening -------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	const struct dir_entry *x = a, *y = b;

	return dir_compare(
		strstr(x->name, "tfevents"), strstr(y->name, "tfevents"));
}

/* Who is shown each file of a run. */
struct viewer {
	int (*see)(void *ctx, const char *file, struct diag *d);
	void *ctx;
};

/*
 * Shows V the files of the run in PATH: event files by the time in their names,
 * or metrics, also those below.
 */
static int see_dir(const struct viewer *v, const char *path,
	enum source_format format, unsigned depth, struct diag *d)
{
	struct dir dir;
	size_t n = 0;
	int r = dir_list(&dir, path, d);

	for (size_t i = 0; i < dir.n && !r && format != SOURCE_MLFLOW; i++)
		if (is_event_file(&dir.entry[i])) {
			struct dir_entry e = dir.entry[i];

			dir.entry[i] = dir.entry[n];
			dir.entry[n++] = e;
		}
	if (n)
		qsort(dir.entry, n, sizeof(*dir.entry), by_time);
	if (format == SOURCE_MLFLOW)
		n = dir.n;
	for (size_t i = 0; i < n && !r; i++) {
		char *file = path_join(path, dir.entry[i].name);

		if (!file)
			r = diag_nomem(d, strlen(path));
		else if (!dir.entry[i].is_dir)
			r = v->see(v->ctx, file, d);
		else if (depth < DEPTH_MAX)
			r = see_dir(v, file, format, depth + 1, d);
		free(file);
	}
	dir_free(&dir);
	return r;
}

int source_place_each(const struct source_place *place,
	int (*see)(void *ctx, const char *file, struct diag *d), void *ctx,
	struct diag *d)
{
	struct viewer v = {see, ctx};
	char *metrics;
	int r;

	if (place->format == SOURCE_AUTO)
		return see(ctx, place->path, d);
	if (place->format != SOURCE_MLFLOW)
		return see_dir(&v, place->path, place->format, 0, d);
	metrics = path_join(place->path, "metrics");
	r = metrics ? see_dir(&v, metrics, place->format, 0, d)
		    : diag_nomem(d, strlen(place->path));
	free(metrics);
	return r;
}

/* What the files of a directory are read into. */
struct reading {
	struct source_points *points;
	enum source_format format;
};

static int read_file(void *ctx, const char *path, struct diag *d)
{
	const struct reading *x = ctx;
	struct input in;
	int r;

	if (input_open(&in, path, d))
		return -1;
	r = x->format == SOURCE_MLFLOW
		    ? source_mlflow_read(x->points, &in, d)
		    : source_events_read(x->points, &in, x->format, d);
	if (r && d->class == DIAG_DATA)
		diag_at(d, "%s", path);
	input_close(&in);
	return r;
}

int source_place_open(
	struct source **ret, const struct source_place *place, struct diag *d)
{
	struct reading x = {.format = place->format};

	*ret = NULL;
	if (source_points_new(&x.points, d) < 0)
		return -1;
	if (source_place_each(place, read_file, &x, d) == 0)
		return source_points_open(ret, x.points, x.format, d);
	source_points_free(x.points);
	return -1;
}
