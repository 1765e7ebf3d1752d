/* SPDX-License-Identifier: MIT */
/*
 * The user's files of definitions: modules as Python's are, each with names of
 * its own, run when one of these is first asked for or all are read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call_impl.h"
#include "sched/sched.h"

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
		b->own[i] = (struct call_own){
			.stem = stem_of(s->name), .at = n, .n = s->n};
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
	b->nown = i + 1;
	for (const struct call_define *x = b->define; x; x = x->next)
		if (py_define(own->module, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	return py_new_str(py_builder(b->py), own->stem.s, own->stem.n, &v) <
				       0 ||
			       py_define(own->module, "__name__", 8, v) < 0
		       ? diag_nomem(d, own->stem.n)
		       : 0;
}

/* Runs OWN, unless it has: 0, or -1 raised. */
static int run_file(struct py_run *r, struct call_own *own)
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

int call_define_files(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	struct py_run *r = py_builder(b->py);

	for (size_t i = 0; i < env->given.nsource; i++)
		if (parse_file(b, env, i, d) < 0)
			return -1;
	for (size_t i = 0; i < b->nown; i++)
		if (run_file(r, &b->own[i]) < 0) {
			*d = *py_run_error(r).diag;
			return -1;
		}
	return 0;
}

/* --- finding ------------------------------------------------------------- */

/* Whether a statement of M imports PATH, or what it is of. */
static bool is_imported_in(const struct py_module *m, const struct py_str *path)
{
	const struct py_node *root = py_root(m);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
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
	bool is = is_imported_in(b->user, path);

	for (size_t i = 0; i < b->nown && !is; i++)
		is = is_imported_in(b->own[i].module, path);
	return is;
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

		if (which == FILE_OF_STEM &&
			!is_of_stem(path, last, &own->stem))
			continue;
		if (run_file(r, own) < 0)
			return -1;
		if (py_peek(own->module, path->s + last, path->n - last, ret) &&
			(which != ANY_PACKAGE || is_handed_on(ret)))
			return 1;
	}
	return 0;
}

int call_find_own(
	struct py_run *r, const struct py_str *path, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);
	const size_t last = str_last_part(path->s, path->n);
	int found;

	if (b->nown == 0)
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
	import = call_import_of(b->user, &root->s);
	path = import ? import->arg->value.u.str : &root->s;
	if (root == f)
		return call_find_own(py_builder(b->py), path, ret) > 0;
	n = snprintf(
		full, sizeof(full), "%.*s.%.*s", STR_ARG(*path), STR_ARG(f->s));
	return import && n > 0 && (size_t)n < sizeof(full) &&
	       call_find_own(py_builder(b->py),
		       &(struct py_str){(size_t)n, full}, ret) > 0;
}
