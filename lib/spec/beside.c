/* SPDX-License-Identifier: MIT */
/*
 * The files that a script imports, as Python finds them: NAME.py, or a
 * directory as a package, in a directory where the script is, that the text
 * adds to sys.path, or that the script's own package or project is in.  Nothing
 * outside of these is looked at, and only so much in them.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "call/call.h"
#include "file/input.h"
#include "file/path.h"
#include "spec/spec_impl.h"

/* Files, and bytes of one and of all, that are read for one script. */
#define NFILE 64
#define FILE_NBYTES (1 << 20)
#define ALL_NBYTES (2 << 20)

/* Directories in which modules are looked for. */
#define NROOT 24

/* One of them: without links, and as the script's is given, with its slash. */
struct root {
	char *real, *path;
};

/* A script whose imports are being looked for. */
struct beside {
	struct spec *spec;
	struct diag *d;
	/* Where it stands, as given, with its slash or empty. */
	char dir[PATH_MAX];
	/* The first is where it stands; those that the texts say; and those
	 * that are tried where these do not have what is imported. */
	struct root root[NROOT], other[NROOT];
	size_t nroot, nother;
	size_t nbyte;
	const char *from;      /* the file that imports now */
	struct py_str package; /* that it is in */
	bool found;            /* a file for the import */
};

/* --- one file ------------------------------------------------------------ */

static bool is_same(const char *path, const struct stat *st)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == st->st_dev &&
	       other.st_ino == st->st_ino;
}

/* Whether S has read the file ST, as MODULE or given. */
static bool is_read(
	const struct spec *s, const struct stat *st, const char *module)
{
	for (size_t i = 0; i < s->env.given.nsource; i++)
		if ((!s->source[i].module ||
			    strcmp(s->source[i].module, module) == 0) &&
			is_same(s->source[i].name, st))
			return true;
	return is_same(s->file, st);
}

/* Whether PATH, without its links, is below the directory ROOT. */
static bool is_below(const char *path, const char *root)
{
	size_t n = strlen(root);
	char *whole = realpath(path, NULL);
	bool below = whole && strncmp(whole, root, n) == 0 &&
		     (whole[n] == '/' || strcmp(root, "/") == 0);

	free(whole);
	return below;
}

/* MODULE, in the file PATH, among the sources: 0, or -1 for no memory. */
static int add(struct beside *x, const char *path, const char *module,
	bool package, struct buf *text)
{
	struct spec *s = x->spec;
	struct sched_source *more = realloc(
		s->source, (s->env.given.nsource + 1) * sizeof(*s->source));
	char *name = strdup(path), *own = strdup(module);

	if (more)
		s->env.given.source = s->source = more;
	if (!more || !name || !own) {
		free(name);
		free(own);
		return diag_nomem(x->d, sizeof(*more));
	}
	x->nbyte += text->len;
	more[s->env.given.nsource] = (struct sched_source){.name = name,
		.module = own,
		.package = package,
		.ran = &s->ran[s->nbeside++],
		.n = text->len};
	more[s->env.given.nsource++].text = buf_take(text);
	return 0;
}

static bool is_in_roots(const struct beside *x, const char *path)
{
	bool in = false;

	for (size_t i = 0; i < x->nroot && !in; i++)
		in = is_below(path, x->root[i].real);
	for (size_t i = 0; i < x->nother && !in; i++)
		in = is_below(path, x->other[i].real);
	return in;
}

/*
 * Reads MODULE of the file PATH, if it is one that may be: 0, also if it is
 * not, or -1 for no memory.
 */
static int take(
	struct beside *x, const char *path, const char *module, bool package)
{
	struct buf text = {0};
	struct stat st;
	struct diag d;
	int bad = 0;

	/* What is no plain file is never opened: it might wait for a writer. */
	if (x->spec->nbeside == NFILE || stat(path, &st) < 0 ||
		!S_ISREG(st.st_mode) || st.st_size > FILE_NBYTES ||
		x->nbyte + (size_t)st.st_size > ALL_NBYTES ||
		is_read(x->spec, &st, module) || !is_in_roots(x, path))
		return 0;
	if (input_script(path, &text, &d) == 0)
		bad = add(x, path, module, package, &text);
	else if (d.class == DIAG_NOMEM)
		bad = diag_nomem(x->d, FILE_NBYTES);
	buf_free(&text);
	return bad;
}

/* --- one import ---------------------------------------------------------- */

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Where an import has come to: a directory, with its slash, as a module. */
struct at {
	char path[PATH_MAX], module[PATH_MAX];
};

/* "PART" and "END" behind the directory AT into BUF. */
static void name_file(char buf[PATH_MAX], const struct at *at,
	const struct py_str *part, const char *end)
{
	snprintf(buf, PATH_MAX, "%s%.*s%s", at->path, STR_ARG(*part), end);
}

/*
 * PART of the directory AT: 1 and AT is that, a package, 0 there is no more, or
 * -1.  What is found is read.
 */
static int go_into(struct beside *x, struct at *at, const struct py_str *part)
{
	static const char init[] = "/__init__.py";
	char path[PATH_MAX];
	size_t m = strlen(at->module);
	bool package;

	if (strlen(at->path) + part->n + sizeof(init) > PATH_MAX ||
		m + part->n + 2 > PATH_MAX)
		return 0;
	snprintf(at->module + m, PATH_MAX - m, "%s%.*s", m ? "." : "",
		STR_ARG(*part));
	name_file(path, at, part, init);
	package = is_file(path);
	if (!package) {
		name_file(path, at, part, ".py");
		if (is_file(path)) {
			x->found = true;
			return take(x, path, at->module, false) < 0 ? -1 : 0;
		}
		name_file(path, at, part, init);
	}
	/* What is a library's by its name is a copy of it, which is known. */
	if (m == 0 && call_names_library(part))
		return 0;
	x->found = x->found || package;
	if (package && take(x, path, at->module, true) < 0)
		return -1;
	name_file(path, at, part, "/");
	memcpy(at->path, path, strlen(path) + 1);
	return path_is_directory(at->path);
}

/* What the path AT, a directory with its slash, or empty, is in. */
static void leave(char at[PATH_MAX], const char *name, size_t n)
{
	size_t len = strlen(at);

	if (len > n && strncmp(at + len - n - 1, name, n) == 0 &&
		(len == n + 1 || at[len - n - 2] == '/'))
		at[len - n - 1] = '\0';
	else
		snprintf(at + len, PATH_MAX - len, "../");
}

/* The parts REST of AT, and what is read on the way: 0, or -1. */
static int follow(struct beside *x, struct at *at, struct py_str rest)
{
	struct py_str part;
	int more = 1;

	for (; more > 0 && rest.n > 0; rest.s += part.n, rest.n -= part.n) {
		const char *dot = memchr(rest.s, '.', rest.n);

		part = (struct py_str){
			dot ? (size_t)(dot - rest.s) : rest.n, rest.s};
		more = part.n > 0 ? go_into(x, at, &part) : 0;
		part.n += dot != NULL;
	}
	return more < 0 ? -1 : 0;
}

/* from ..a import b, LEVEL packages up, REST behind the dots. */
static int look_in_package(
	struct beside *x, unsigned level, const struct py_str *rest)
{
	const char *slash = strrchr(x->from, '/');
	size_t n = slash ? (size_t)(slash + 1 - x->from) : 0;
	struct py_str base = x->package;
	struct at at;

	if (n >= PATH_MAX || base.n >= PATH_MAX)
		return 0;
	memcpy(at.path, x->from, n);
	at.path[n] = '\0';
	for (; level > 1; level--) {
		size_t last = str_last_part(base.s, base.n);

		if (base.n == 0)
			return 0;
		leave(at.path, base.s + last, base.n - last);
		base.n = last > 0 ? last - 1 : 0;
	}
	snprintf(at.module, PATH_MAX, "%.*s", STR_ARG(base));
	return follow(x, &at, *rest);
}

/* Whether the directory ROOT has a module NAME, or a directory of that name. */
static bool has(const struct root *root, const struct py_str *name, bool module)
{
	static const char *const ends[] = {".py", "/__init__.py"};
	char path[PATH_MAX];
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(ends) && !is; i++) {
		int n = snprintf(path, sizeof(path), "%s%.*s%s", root->path,
			STR_ARG(*name), module ? ends[i] : "");

		is = n > 0 && (size_t)n < sizeof(path) &&
		     (module ? is_file(path) : path_is_directory(path));
	}
	return is;
}

/* PATH, imported from ROOT. */
static int look_in(
	struct beside *x, const struct root *root, const struct py_str *path)
{
	struct at at = {.module = ""};

	snprintf(at.path, PATH_MAX, "%s", root->path);
	return follow(x, &at, *path);
}

/*
 * PATH, which begins with FIRST, in the first of ROOT[0..N) that has it: a
 * directory without a module's file is one where nothing else is.
 */
static int look_among(struct beside *x, const struct root *root, size_t n,
	bool module, const struct py_str *first, const struct py_str *path)
{
	for (size_t i = 0; i < n && !x->found; i++)
		if (has(&root[i], first, module) &&
			look_in(x, &root[i], path) < 0)
			return -1;
	return 0;
}

/* --- where modules are looked for ----------------------------------------- */

/* What the script's directory, as given, makes of the directory REAL. */
static void path_to(const struct beside *x, const char *real, char to[PATH_MAX])
{
	char at[PATH_MAX];
	size_t n, len;

	snprintf(to, PATH_MAX, "%s", x->dir);
	snprintf(at, PATH_MAX, "%s", x->root[0].real);
	while ((n = strlen(at)) > 1 &&
		(strncmp(at, real, n) != 0 || (real[n] && real[n] != '/'))) {
		char *slash = strrchr(at, '/');

		leave(to, slash + 1, strlen(slash + 1));
		slash[slash == at] = '\0';
	}
	n = n > 1 ? n : 0;
	len = strlen(to);
	if (real[n + (real[n] == '/')])
		snprintf(to + len, PATH_MAX - len, "%s/",
			real + n + (real[n] == '/'));
}

/* The directory DIR among ROOT[0..*N), if there is one: 0, or -1. */
static int add_root(
	struct beside *x, struct root *root, size_t *n, const char *dir)
{
	char *real = realpath(dir, NULL), path[PATH_MAX];
	bool known = !real || strlen(real) >= PATH_MAX ||
		     !path_is_directory(real) || *n == NROOT;

	for (size_t i = 0; i < *n && !known; i++)
		known = strcmp(root[i].real, real) == 0;
	if (known) {
		free(real);
		return 0;
	}
	path[0] = '\0';
	if (x->nroot > 0)
		path_to(x, real, path);
	root[*n].path = strdup(x->nroot > 0 ? path : x->dir);
	root[*n].real = real;
	if (!root[*n].path) {
		free(real);
		return diag_nomem(x->d, PATH_MAX);
	}
	(*n)++;
	return 0;
}

/* A directory that a text adds to sys.path. */
static int search(void *ctx, const char *dir)
{
	struct beside *x = ctx;

	return add_root(x, x->root, &x->nroot, dir);
}

/* REAL without its last part: whether anything is left. */
static bool cut_last(char *real)
{
	char *slash = strrchr(real, '/');

	if (!slash || slash == real)
		return false;
	*slash = '\0';
	return true;
}

static bool has_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	struct stat st;

	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0;
}

/*
 * The package that the script is in, by __init__.py, into its environment; what
 * that is in is where python -m would look.
 */
static int find_package(struct beside *x)
{
	char real[PATH_MAX], *name;
	size_t n;

	snprintf(real, sizeof(real), "%s", x->root[0].real);
	while (has_file(real, "__init__.py") && cut_last(real))
		;
	n = strlen(real);
	if (strlen(x->root[0].real) == n)
		return 0;
	name = x->spec->package = strdup(x->root[0].real + n + 1);
	if (!name)
		return diag_nomem(x->d, n);
	for (char *s = name; *s; s++)
		*s = *s == '/' ? '.' : *s;
	x->spec->env.given.package = name;
	return add_root(x, x->other, &x->nother, real);
}

/* Whether a project, or a part of one that is installed, begins at DIR. */
static bool is_top(const char *dir)
{
	static const char *const marks[] = {
		".git", "setup.py", "pyproject.toml", "setup.cfg"};
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(marks) && !is; i++)
		is = has_file(dir, marks[i]);
	return is;
}

/*
 * How much of REAL is the top of its project: where .git is, as examples have a
 * setup.py of their own, else the nearest that may be one; 0: none.
 */
static size_t top_of(const char *real)
{
	char at[PATH_MAX];
	size_t top = 0;

	snprintf(at, sizeof(at), "%s", real);
	do {
		if (has_file(at, ".git"))
			return strlen(at);
		if (top == 0 && is_top(at))
			top = strlen(at);
	} while (cut_last(at));
	return top;
}

/*
 * Directories around the script's up to the top of its project, from which it
 * may be run, and src/ where one begins, which may be installed.
 */
static int find_project(struct beside *x)
{
	char real[PATH_MAX], src[PATH_MAX];
	size_t top = top_of(x->root[0].real);
	bool more = top > 0;

	snprintf(real, sizeof(real), "%s", x->root[0].real);
	while (more) {
		int n = snprintf(src, sizeof(src), "%s/src", real);

		if (add_root(x, x->other, &x->nother, real) < 0 ||
			(n > 0 && (size_t)n < sizeof(src) && is_top(real) &&
				add_root(x, x->other, &x->nother, src) < 0))
			return -1;
		more = strlen(real) > top && cut_last(real);
	}
	return 0;
}

/*
 * The directory that a directory around the script, called FIRST, is in, as the
 * script is part of what it imports: 1 if there is one, 0, or -1.
 */
static int find_named(struct beside *x, const struct py_str *first)
{
	char real[PATH_MAX];
	bool is = false;

	snprintf(real, sizeof(real), "%s", x->root[0].real);
	do {
		const char *slash = strrchr(real, '/');

		is = slash && first->n > 0 && strlen(slash + 1) == first->n &&
		     memcmp(slash + 1, first->s, first->n) == 0;
	} while (cut_last(real) && !is);
	return !is ? 0 : add_root(x, x->other, &x->nother, real) < 0 ? -1 : 1;
}

/* Reads what PATH, an import, is of. */
static int look_for(void *ctx, const struct py_str *path)
{
	struct beside *x = ctx;
	struct py_str rest = *path, first;
	unsigned level = call_import_level(&rest);
	const char *dot = memchr(rest.s, '.', rest.n);

	x->found = false;
	if (level > 0)
		return look_in_package(x, level, &rest);
	first = (struct py_str){dot ? (size_t)(dot - rest.s) : rest.n, rest.s};
	for (int again = 0; again < 2; again++) {
		for (int i = 0; i < 4; i++)
			if (look_among(x, i & 1 ? x->other : x->root,
				    i & 1 ? x->nother : x->nroot, i < 2, &first,
				    &rest) < 0)
				return -1;
		if (x->found || again || !find_named(x, &first))
			break;
	}
	return 0;
}

/* --- all ----------------------------------------------------------------- */

/* The directory of the file PATH into X: 1, 0 if there is none, or -1. */
static int find_root(struct beside *x, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash + 1 - path) : 0;

	if (n >= PATH_MAX)
		return 0;
	memcpy(x->dir, path, n);
	x->dir[n] = '\0';
	if (add_root(x, x->root, &x->nroot, n > 0 ? x->dir : ".") < 0)
		return -1;
	if (x->nroot == 0)
		return 0;
	return find_package(x) < 0 || find_project(x) < 0 ? -1 : 1;
}

/* The package that the Ith source of S is in, or is. */
static struct py_str package_of(const struct spec *s, size_t i)
{
	const struct sched_source *from = &s->source[i];
	size_t n = strlen(from->module), last = str_last_part(from->module, n);

	if (from->package)
		last = n + 1;
	return (struct py_str){last > 0 ? last - 1 : 0, from->module};
}

/* What TEXT[0..N) of the file PATH imports. */
static int read_imports(
	struct beside *x, const char *path, const char *text, size_t n)
{
	char *real = realpath(path, NULL);
	int bad;

	if (!real)
		return 0;
	x->from = path;
	bad = call_each_import(text, n, real, search, look_for, x, x->d);
	free(real);
	return bad;
}

/* What the script imports, and the files behind the first FIRST of its own. */
static int read_from(struct beside *x, size_t first)
{
	const struct spec *s = x->spec;
	const char *package = s->env.given.package;

	x->package = (struct py_str){
		package ? strlen(package) : 0, package ? package : ""};
	if (read_imports(x, s->file, s->script.text, s->script.n) < 0)
		return -1;
	for (size_t i = first; i < s->env.given.nsource; i++) {
		x->package = package_of(s, i);
		if (read_imports(x, s->source[i].name, s->source[i].text,
			    s->source[i].n) < 0)
			return -1;
	}
	return 0;
}

static int read_all(struct beside *x)
{
	const size_t first = x->spec->env.given.nsource;
	size_t before;

	x->spec->ran = calloc(NFILE, sizeof(*x->spec->ran));
	if (!x->spec->ran)
		return diag_nomem(x->d, NFILE);
	/* A file may say where what others import is. */
	do {
		before = x->nroot;
		if (read_from(x, first) < 0)
			return -1;
	} while (x->nroot > before && x->spec->nbeside > 0);
	return 0;
}

int spec_read_beside(struct spec *s, struct diag *d)
{
	struct beside x = {.spec = s, .d = d};
	int found;

	if (!s->file || strcmp(s->file, "-") == 0 ||
		s->script.language != SETTINGS_PYTHON)
		return 0;
	found = find_root(&x, s->file);
	if (found > 0)
		found = read_all(&x);
	for (size_t i = 0; i < x.nroot; i++) {
		free(x.root[i].real);
		free(x.root[i].path);
	}
	for (size_t i = 0; i < x.nother; i++) {
		free(x.other[i].real);
		free(x.other[i].path);
	}
	return found < 0 ? -1 : 0;
}
