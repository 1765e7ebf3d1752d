/* SPDX-License-Identifier: MIT */
/*
 * The user's files of definitions, modules as Python's are, each with names of
 * its own: those that are given, which are run when one of these is first asked
 * for or all are read, and those that stand beside the script, which its
 * imports find as Python's do.  One of these that fails is as one that is not
 * there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call_impl.h"
#include "py/py.h"
#include "sched/sched.h"

/* A module's dotted name, or that of something in it. */
#define PATH_LEN 256

/* Packages in packages whose "import *" is followed. */
#define STARS_MAX 8

/* --- names --------------------------------------------------------------- */

unsigned call_import_level(struct py_str *path)
{
	unsigned dots = 0;

	while (path->n > 0 && *path->s == '.') {
		path->s++;
		path->n--;
		dots++;
	}
	/* from . import a is "..a", and from .a import b is ".a.b". */
	return dots > 0 && !memchr(path->s, '.', path->n) ? dots - 1 : dots;
}

/* What stands before the last part of NAME; n 0: nothing. */
static struct py_str parent_of(const struct py_str *name)
{
	size_t last = str_last_part(name->s, name->n);

	return (struct py_str){last > 0 ? last - 1 : 0, name->s};
}

/* The file of B's whose module M is; NULL: M is the script. */
static const struct call_own *own_of(
	const struct call_build *b, const struct py_module *m)
{
	for (size_t i = 0; i < b->nown; i++)
		if (b->own[i].module == m)
			return &b->own[i];
	return NULL;
}

/*
 * PATH, as it is imported in M, from where modules are looked for, into BUF:
 * its length, or 0 if it lies outside of that.
 */
static size_t absolute(const struct call_build *b, const struct py_module *m,
	const struct py_str *path, char buf[PATH_LEN])
{
	struct py_str rest = *path, base = {0, ""};
	unsigned level = call_import_level(&rest);
	const struct call_own *own = level > 0 ? own_of(b, m) : NULL;
	int n;

	if (own && own->name.n == 0)
		return 0;
	if (own)
		base = own->package ? own->name : parent_of(&own->name);
	else if (level > 0)
		base = b->package;
	for (; level > 1; level--) {
		if (base.n == 0)
			return 0;
		base = parent_of(&base);
	}
	n = snprintf(buf, PATH_LEN, "%.*s%s%.*s", STR_ARG(base),
		base.n > 0 ? "." : "", STR_ARG(rest));
	return n > 0 && n < PATH_LEN ? (size_t)n : 0;
}

/* --- reading ------------------------------------------------------------- */

/* What imports call the file PATH: "util" of lib/util.py. */
static struct py_str stem_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot;

	path = slash ? slash + 1 : path;
	dot = strrchr(path, '.');
	return (struct py_str){dot ? (size_t)(dot - path) : strlen(path), path};
}

/* The sources of ENV behind the first N bytes of B's text. */
static int append_texts(struct call_build *b, size_t n,
	const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < env->given.nsource; i++) {
		const struct sched_source *s = &env->given.source[i];
		char *text = realloc(b->text, n + s->n + 1);

		if (!text)
			return diag_nomem(d, s->n);
		memcpy(text + n, s->text, s->n);
		text[n + s->n] = '\0';
		b->text = text;
		b->own[i] = (struct call_own){.stem = stem_of(s->name),
			.name = {s->module ? strlen(s->module) : 0, s->module},
			.package = s->package,
			.at = n,
			.n = s->n,
			.ran = s->ran};
		b->nbeside += s->module != NULL;
		n += s->n + 1;
	}
	return 0;
}

int call_take_files(struct call_build *b, size_t n, const struct sched_env *env,
	struct diag *d)
{
	size_t nown = env->given.nsource;

	if (nown == 0)
		return 0;
	if (env->given.package)
		b->package = (struct py_str){
			strlen(env->given.package), env->given.package};
	b->own = py_alloc(py_builder(b->py), nown * sizeof(*b->own));
	return b->own ? append_texts(b, n + 1, env, d)
		      : diag_nomem(d, nown * sizeof(*b->own));
}

/* Parses the Ith of ENV's files. */
static int parse_file(struct call_build *b, const struct sched_env *env,
	size_t i, struct diag *d)
{
	struct call_own *own = &b->own[i];
	const char *name = env->given.source[i].name;
	struct py_value v;
	size_t where;

	if (py_parse_part(b->py, b->text, own->at, own->at + own->n, true,
		    &own->module, &where, d) < 0)
		return d->class != DIAG_USAGE
			       ? -1
			       : diag_set(d, DIAG_USAGE, "%s:%zu: %s", name,
					 call_line(b, where), d->text);
	if (call_find_imports(py_builder(b->py), own->module, &own->imports) <
		0)
		return diag_nomem(d, sizeof(own->imports));
	for (const struct call_define *x = b->define; x; x = x->next)
		if (py_define(own->module, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	return py_new_str(py_builder(b->py), own->stem.s, own->stem.n, &v) <
				       0 ||
			       py_define(own->module, "__name__", 8, v) < 0
		       ? diag_nomem(d, own->stem.n)
		       : 0;
}

/* Runs OWN, a file that was given, unless it has: 0, or -1 raised. */
static int run_given(struct py_run *r, struct call_own *own)
{
	struct call_build *b = call_build_of(r);
	struct call_recipe *made = b->made;

	if (own->runs || r != py_builder(b->py))
		return 0;
	own->runs = true;
	if (py_exec(r, own->module, NULL) < 0)
		return -1;
	b->made = made; /* a schedule that a file makes is none of the text's */
	return 0;
}

/* --- modules beside the script -------------------------------------------- */

/* The module NAME of B's, if it is one; NULL. */
static struct call_own *module_named(
	const struct call_build *b, const struct py_str *name)
{
	for (size_t i = 0; i < b->nown; i++)
		if (call_same_name(&b->own[i].name, name))
			return &b->own[i];
	return NULL;
}

/* Reads OWN: whether it is Python. */
static bool read_module(struct call_build *b, struct call_own *own)
{
	struct py_value v;
	struct diag d;
	size_t where;

	if (py_parse_part(b->py, b->text, own->at, own->at + own->n, true,
		    &own->module, &where, &d) < 0 ||
		call_find_imports(
			py_builder(b->py), own->module, &own->imports) < 0)
		return false;
	for (const struct call_define *x = b->define; x; x = x->next)
		if (py_define(own->module, x->path.s, x->path.n, x->value) < 0)
			return false;
	return py_new_str(py_builder(b->py), own->name.s, own->name.n, &v) ==
		       0 &&
	       py_define(own->module, "__name__", 8, v) == 0;
}

/* Reads and runs OWN, unless it has or does: whether it has names. */
static bool load(struct py_run *r, struct call_own *own)
{
	struct call_build *b = call_build_of(r);
	struct call_recipe *made = b->made;
	const bool fatal = b->fatal;

	if (own->runs || r != py_builder(b->py))
		return own->module != NULL;
	own->runs = true;
	if (own->ran)
		*own->ran = true;
	if (!read_module(b, own)) {
		own->module = NULL;
		return false;
	}
	if (!py_try_exec(r, own->module))
		b->fatal = fatal;
	b->made = made; /* a schedule that it makes is none of the text's */
	return true;
}

/* The module NAME as M imports it, from "a.b" or ".b"; NULL: it is none. */
static struct call_own *imported_in(const struct call_build *b,
	const struct py_module *m, const struct py_str *name)
{
	char path[PATH_LEN], buf[PATH_LEN];
	struct py_str full = {.s = buf};
	/* As the path of something in it. */
	int n = snprintf(path, sizeof(path), "%.*s.*", STR_ARG(*name));

	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	full.n = absolute(b, m, &(struct py_str){(size_t)n, path}, buf);
	full = parent_of(&full);
	return full.n > 0 ? module_named(b, &full) : NULL;
}

/* --- finding ------------------------------------------------------------- */

/* Whether one of X imports PATH, or what it is of. */
static bool is_among(const struct call_imports *x, const struct py_str *path)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct py_node *e = x->at[i];
		const struct py_str *of =
			e->form == PY_IMPORT ? e->arg->value.u.str : NULL;

		if (of && path->n >= of->n &&
			memcmp(path->s, of->s, of->n) == 0 &&
			(path->n == of->n || path->s[of->n] == '.'))
			return true;
	}
	return false;
}

static bool is_imported(const struct call_build *b, const struct py_str *path)
{
	bool is = is_among(&b->imports, path);

	for (size_t i = 0; i < b->nown && !is; i++)
		is = is_among(&b->own[i].imports, path);
	return is;
}

static bool find_in(struct py_run *r, struct call_own *own,
	const struct py_str *name, unsigned depth, struct py_value *ret);

/* The same of what M has by "import *". */
static bool find_by_star(struct py_run *r, const struct py_module *m,
	const struct py_str *name, unsigned depth, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);

	const struct call_own *own = own_of(b, m);
	const struct call_imports *x = own ? &own->imports : &b->imports;

	for (size_t i = 0; i < x->n; i++) {
		const struct py_node *e = x->at[i];
		struct call_own *from =
			e->form == PY_BLOCK ? imported_in(b, m, &e->s) : NULL;

		if (from && load(r, from) && py_exports(from->module, name) &&
			find_in(r, from, name, depth + 1, ret))
			return true;
	}
	return false;
}

/* NAME of OWN, if it has one. */
static bool find_in(struct py_run *r, struct call_own *own,
	const struct py_str *name, unsigned depth, struct py_value *ret)
{
	if (!load(r, own))
		return false;
	return py_peek(own->module, name->s, name->n, ret) ||
	       (depth < STARS_MAX &&
		       find_by_star(r, own->module, name, depth, ret));
}

/*
 * What PATH, as it is imported in M, is of a module beside the script: 1 with
 * *RET, 0 or -1 raised.
 */
static int find_beside(struct py_run *r, const struct py_module *m,
	const struct py_str *path, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	char buf[PATH_LEN];
	struct py_str full = {.s = buf}, of, name;
	struct call_own *own;

	if (b->nbeside == 0)
		return 0;
	if (str_last_part(path->s, path->n) == 0)
		return find_by_star(r, m, path, 0, ret);
	full.n = absolute(b, m, path, buf);
	of = parent_of(&full);
	own = of.n > 0 ? module_named(b, &of) : NULL;
	name = (struct py_str){full.n - of.n - 1, full.s + of.n + 1};
	if (own && (own->imported || is_imported(b, path)) &&
		find_in(r, own, &name, 0, ret))
		return 1;
	own = *path->s == '.' ? module_named(b, &full) : NULL;
	if (!own)
		return 0;
	/* It is looked into by its name from where the script stands on. */
	own->imported = true;
	return py_new_unknown(r, NULL, full.s, full.n, NULL, ret) < 0 ? -1 : 1;
}

/* As py_host's module. */
static int load_module(
	struct py_run *r, const struct py_str *name, struct py_module **ret)
{
	const struct call_build *b = call_build_of(r);
	size_t last = str_last_part(name->s, name->n);
	const struct py_str stem = {name->n - last, name->s + last};
	struct call_own *own;

	for (size_t i = 0; i < b->nown; i++) {
		own = &b->own[i];
		if (own->name.n > 0 || !call_same_name(&own->stem, &stem))
			continue;
		*ret = own->module;
		return run_given(r, own) < 0 ? -1 : 1;
	}
	own = b->nbeside > 0 ? imported_in(b, py_running(r), name) : NULL;
	if (!own || !load(r, own))
		return 0;
	*ret = own->module;
	return 1;
}

/* Whether PATH says that its last part, at LAST, is in the file STEM. */
static bool is_of_stem(
	const struct py_str *path, size_t last, const struct py_str *stem)
{
	size_t n = last > 0 ? last - 1 : 0;

	return n >= stem->n &&
	       memcmp(path->s + n - stem->n, stem->s, stem->n) == 0 &&
	       (n == stem->n || path->s[n - stem->n - 1] == '.');
}

/* What a package may hand on from a file of its own: a def or a class. */
static bool is_handed_on(const struct py_value *v)
{
	return v->type == PY_FUNCTION || v->type == PY_TYPE;
}

/* Which files may have what is looked for. */
enum which {
	ANY_FILE,
	FILE_OF_STEM, /* the one that the path names */
	ANY_PACKAGE,  /* any, of what a package may hand on from it */
};

/* The last part of PATH, at LAST, of the files WHICH: 1, 0 or -1 raised. */
static int find_in_files(struct py_run *r, const struct py_str *path,
	size_t last, enum which which, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);

	for (size_t i = b->nown; i-- > 0;) {
		struct call_own *own = &b->own[i];

		if (own->name.n > 0)
			continue;
		if (which == FILE_OF_STEM &&
			!is_of_stem(path, last, &own->stem))
			continue;
		if (run_given(r, own) < 0)
			return -1;
		if (py_peek(own->module, path->s + last, path->n - last, ret) &&
			(which != ANY_PACKAGE || is_handed_on(ret)))
			return 1;
	}
	return 0;
}

/* The same of the files that were given. */
static int find_given(
	struct py_run *r, const struct py_str *path, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);
	const size_t last = str_last_part(path->s, path->n);
	int found;

	if (b->nown == b->nbeside)
		return 0;
	if (last == 0)
		return find_in_files(r, path, last, ANY_FILE, ret);
	if (!is_imported(b, path))
		return 0;
	found = find_in_files(r, path, last, FILE_OF_STEM, ret);
	return found || call_names_library(path)
		       ? found
		       : find_in_files(r, path, last, ANY_PACKAGE, ret);
}

int call_find_own(struct py_run *r, const struct py_module *m,
	const struct py_str *path, struct py_value *ret)
{
	int found = find_given(r, path, ret);

	return found ? found : find_beside(r, m, path, ret);
}

bool call_peek(const struct call_build *b, const struct py_node *f,
	struct py_value *ret)
{
	const struct py_node *root = f->form == PY_ATTR ? f->arg : f, *import;
	const struct py_str *path;
	char full[256];
	int n;

	if (root->form != PY_NAME)
		return false;
	if (root == f && py_peek(b->user, f->s.s, f->s.n, ret) &&
		(b->nown == 0 || ret->type != PY_UNKNOWN))
		return true;
	if (b->nown == 0)
		return false;
	import = call_import_of(b, &root->s);
	path = import ? import->arg->value.u.str : &root->s;
	if (root == f)
		return call_find_own(py_builder(b->py), b->user, path, ret) > 0;
	n = snprintf(
		full, sizeof(full), "%.*s.%.*s", STR_ARG(*path), STR_ARG(f->s));
	return import && n > 0 && (size_t)n < sizeof(full) &&
	       call_find_own(py_builder(b->py), b->user,
		       &(struct py_str){(size_t)n, full}, ret) > 0;
}

/* --- all ----------------------------------------------------------------- */

int call_define_files(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	struct py_run *r = py_builder(b->py);

	if (call_find_imports(r, b->user, &b->imports) < 0)
		return diag_nomem(d, sizeof(b->imports));
	b->nown = env->given.nsource;
	b->host.module = load_module;
	for (size_t i = 0; i < b->nown; i++)
		if (b->own[i].name.n == 0 && parse_file(b, env, i, d) < 0)
			return -1;
	for (size_t i = 0; i < b->nown; i++)
		if (b->own[i].name.n == 0 && run_given(r, &b->own[i]) < 0) {
			*d = *py_run_error(r).diag;
			return -1;
		}
	return 0;
}
