/* SPDX-License-Identifier: MIT */
/*
 * The files that a script imports from where it stands, as Python finds them:
 * NAME.py, or a directory as a package, there or in such a package.  Nothing
 * outside of that directory is looked at, and only so much in it.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/str.h"
#include "call/call.h"
#include "file/input.h"
#include "spec/spec_impl.h"

/* Files, and bytes of one and of all, that are read for one script. */
#define NFILE 64
#define FILE_NBYTES (1 << 20)
#define ALL_NBYTES (2 << 20)

/* A script whose imports are being looked for. */
struct beside {
	struct spec *spec;
	struct diag *d;
	/* Where it stands, as given, with its slash or empty; without links. */
	char dir[PATH_MAX], root[PATH_MAX];
	size_t nbyte;
	struct py_str package; /* that imports now; n 0: the script does */
};

/* --- one file ------------------------------------------------------------ */

static bool is_same(const char *path, const struct stat *st)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == st->st_dev &&
	       other.st_ino == st->st_ino;
}

/* Whether ST is a file that S has read. */
static bool is_read(const struct spec *s, const struct stat *st)
{
	for (size_t i = 0; i < s->env.given.nsource; i++)
		if (is_same(s->source[i].name, st))
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
		is_read(x->spec, &st) || !is_below(path, x->root))
		return 0;
	if (input_script(path, &text, &d) == 0)
		bad = add(x, path, module, package, &text);
	else if (d.class == DIAG_NOMEM)
		bad = diag_nomem(x->d, FILE_NBYTES);
	buf_free(&text);
	return bad;
}

/* --- one import ---------------------------------------------------------- */

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

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
		if (is_file(path))
			return take(x, path, at->module, false) < 0 ? -1 : 0;
		name_file(path, at, part, init);
	}
	/* What is a library's by its name is a copy of it, which is known. */
	if (m == 0 && call_names_library(part))
		return 0;
	if (package && take(x, path, at->module, true) < 0)
		return -1;
	name_file(path, at, part, "/");
	memcpy(at->path, path, strlen(path) + 1);
	return is_directory(at->path);
}

/* The directory of the package NAME, as it is from the script's, into AT. */
static bool begin_in(
	const struct beside *x, const struct py_str *name, struct at *at)
{
	int n = snprintf(at->path, PATH_MAX, "%s%.*s%s", x->dir, STR_ARG(*name),
		name->n > 0 ? "/" : "");

	if (n < 0 || n >= PATH_MAX)
		return false;
	for (char *s = at->path + strlen(x->dir); *s; s++)
		if (*s == '.')
			*s = '/';
	snprintf(at->module, PATH_MAX, "%.*s", STR_ARG(*name));
	return true;
}

/* Reads what PATH, an import, is of. */
static int look_for(void *ctx, const struct py_str *path)
{
	struct beside *x = ctx;
	struct py_str rest = *path, base = {0, ""}, part;
	unsigned level = call_import_level(&rest);
	struct at at;
	int more = 1;

	if (level > 0)
		base = x->package;
	for (; level > 1; level--) {
		size_t last = str_last_part(base.s, base.n);

		if (base.n == 0)
			return 0;
		base.n = last > 0 ? last - 1 : 0;
	}
	if (!begin_in(x, &base, &at))
		return 0;
	for (; more > 0 && rest.n > 0; rest.s += part.n, rest.n -= part.n) {
		const char *dot = memchr(rest.s, '.', rest.n);

		part = (struct py_str){
			dot ? (size_t)(dot - rest.s) : rest.n, rest.s};
		more = part.n > 0 ? go_into(x, &at, &part) : 0;
		part.n += dot != NULL;
	}
	return more < 0 ? -1 : 0;
}

/* --- all ----------------------------------------------------------------- */

/* The directory of the file PATH into X: whether there is one. */
static bool find_root(struct beside *x, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash + 1 - path) : 0;
	char *whole;
	bool found;

	if (n >= PATH_MAX)
		return false;
	memcpy(x->dir, path, n);
	x->dir[n] = '\0';
	whole = realpath(n > 0 ? x->dir : ".", NULL);
	found = whole && strlen(whole) < PATH_MAX;
	if (found)
		memcpy(x->root, whole, strlen(whole) + 1);
	free(whole);
	return found;
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

int spec_read_beside(struct spec *s, struct diag *d)
{
	struct beside x = {.spec = s, .d = d};
	size_t i = s->env.given.nsource;

	if (!s->file || strcmp(s->file, "-") == 0 ||
		s->script.language != SETTINGS_PYTHON ||
		!find_root(&x, s->file))
		return 0;
	s->ran = calloc(NFILE, sizeof(*s->ran));
	if (!s->ran)
		return diag_nomem(d, NFILE);
	if (call_each_import(s->script.text, s->script.n, look_for, &x, d) < 0)
		return -1;
	for (; i < s->env.given.nsource; i++) {
		x.package = package_of(s, i);
		if (call_each_import(s->source[i].text, s->source[i].n,
			    look_for, &x, d) < 0)
			return -1;
	}
	return 0;
}
