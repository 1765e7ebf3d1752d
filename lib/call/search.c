/* SPDX-License-Identifier: MIT */
/*
 * What a text imports, and the directories that it adds to sys.path, as far as
 * they follow from where its own file is: what os.path and pathlib make of
 * __file__.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call.h"

/* Names that stand for other paths, and calls in calls, in one path. */
#define DEPTH_MAX 16
#define PATH_NBYTES_MAX 4096

/* A text whose paths are made. */
struct making {
	const struct py_node *root;
	const char *file; /* where it is, absolute */
};

/* --- paths ---------------------------------------------------------------- */

/* os.path.join() of B and PART. */
static void join(struct buf *b, const char *part, size_t n)
{
	if (n > 0 && part[0] == '/')
		b->len = 0;
	else if (b->len > 0 && b->data[b->len - 1] != '/')
		buf_addc(b, '/');
	buf_add(b, part, n);
}

/* os.path.dirname() of B. */
static void go_up(struct buf *b)
{
	while (b->len > 0 && b->data[b->len - 1] != '/')
		b->len--;
	while (b->len > 1 && b->data[b->len - 1] == '/')
		b->len--;
}

/* os.path.abspath() of B: what is relative is so to where the text is. */
static void make_whole(const struct making *x, struct buf *b)
{
	struct buf whole = {0};
	const char *end;

	buf_adds(&whole, x->file);
	go_up(&whole);
	if (b->len > 0 && b->data[0] == '/')
		whole.len = 0;
	for (size_t i = 0, n; i < b->len; i += n + 1) {
		end = memchr(b->data + i, '/', b->len - i);
		n = end ? (size_t)(end - b->data) - i : b->len - i;
		if (str_is(b->data + i, n, ".."))
			go_up(&whole);
		else if (n > 0 && !str_is(b->data + i, n, "."))
			join(&whole, b->data + i, n);
		if (whole.len == 0)
			buf_addc(&whole, '/');
	}
	b->len = 0;
	buf_join(b, &whole);
	buf_free(&whole);
}

/* --- expressions ---------------------------------------------------------- */

static bool fold(const struct making *x, const struct py_node *e,
	unsigned depth, struct buf *b);

/* What the last statement before AT gives NAME; NULL: none does. */
static const struct py_node *given_before(
	const struct making *x, const struct py_str *name, size_t at)
{
	const struct py_node *found = NULL;

	for (const struct py_node *e = x->root; e; e = py_walk(x->root, e))
		if (e->form == PY_ASSIGN && e->end <= at &&
			e->arg->next->form == PY_NAME && !e->arg->next->next &&
			call_same_name(&e->arg->next->s, name))
			found = e->arg;
	return found;
}

/* Appends E, behind a slash, to B, or without one if PLAIN. */
static bool append(const struct making *x, const struct py_node *e, bool plain,
	unsigned depth, struct buf *b)
{
	struct buf part = {0};
	bool done = fold(x, e, depth, &part) && buf_text(&part);

	if (done && plain)
		buf_join(b, &part);
	else if (done)
		join(b, part.data, part.len);
	buf_free(&part);
	return done;
}

/* What the functions of os.path, and the methods of a Path, do to paths. */
static const struct {
	const char *name;
	enum { KEEP, UP, WHOLE } does;
	bool method;
} functions[] = {
	{"Path", KEEP, false},
	{"PurePath", KEEP, false},
	{"abspath", WHOLE, false},
	{"absolute", WHOLE, true},
	{"as_posix", KEEP, true},
	{"dirname", UP, false},
	{"fspath", KEEP, false},
	{"join", KEEP, false},
	{"joinpath", KEEP, true},
	{"normpath", WHOLE, false},
	{"realpath", WHOLE, false},
	{"resolve", WHOLE, true},
	{"str", KEEP, false},
};

static bool fold_call(const struct making *x, const struct py_node *e,
	unsigned depth, struct buf *b)
{
	const struct py_node *f = e->arg, *arg = f->next;
	size_t i = 0;

	if (f->form != PY_NAME && f->form != PY_ATTR)
		return false;
	while (i < ARRAY_SIZE(functions) &&
		!py_is_named(&f->s, functions[i].name))
		i++;
	if (i == ARRAY_SIZE(functions) ||
		(functions[i].method ? f->form != PY_ATTR : !arg))
		return false;
	if (!fold(x, functions[i].method ? f->arg : arg, depth + 1, b))
		return false;
	for (arg = functions[i].method ? arg : arg->next; arg; arg = arg->next)
		if (!append(x, arg, false, depth + 1, b))
			return false;
	if (functions[i].does == UP)
		go_up(b);
	else if (functions[i].does == WHOLE)
		make_whole(x, b);
	return true;
}

/* PATH.parents[1], os.path.split(PATH)[0] */
static bool fold_item(const struct making *x, const struct py_node *e,
	unsigned depth, struct buf *b)
{
	const struct py_node *of = e->arg;
	const long long n = py_whole(of->next);

	if (of->form == PY_CALL && of->arg->form == PY_ATTR &&
		py_is_named(&of->arg->s, "split") && of->arg->next &&
		of->next->form == PY_CONST && n == 0 &&
		fold(x, of->arg->next, depth + 1, b)) {
		go_up(b);
		return true;
	}
	if (of->form != PY_ATTR || !py_is_named(&of->s, "parents") ||
		of->next->form != PY_CONST || n < 0 || n > DEPTH_MAX ||
		!fold(x, of->arg, depth + 1, b))
		return false;
	for (long long i = 0; i <= n; i++)
		go_up(b);
	return true;
}

static bool fold_name(const struct making *x, const struct py_node *e,
	unsigned depth, struct buf *b)
{
	const struct py_node *is;

	if (py_is_named(&e->s, "__file__")) {
		buf_adds(b, x->file);
		return true;
	}
	is = given_before(x, &e->s, e->at);
	return is && fold(x, is, depth + 1, b);
}

/* What E is as a path, into B, which is empty: whether that is said. */
static bool fold(const struct making *x, const struct py_node *e,
	unsigned depth, struct buf *b)
{
	if (depth > DEPTH_MAX || b->len > PATH_NBYTES_MAX)
		return false;
	switch ((enum py_form)e->form) {
	case PY_CONST:
		if (e->value.type != PY_STR)
			return false;
		buf_add(b, e->value.u.str->s, e->value.u.str->n);
		return true;
	case PY_NAME: return fold_name(x, e, depth, b);
	case PY_ATTR:
		if (py_is_named(&e->s, "pardir") ||
			py_is_named(&e->s, "curdir")) {
			buf_adds(b, e->s.s[0] == 'p' ? ".." : ".");
			return true;
		}
		if (!py_is_named(&e->s, "parent") ||
			!fold(x, e->arg, depth + 1, b))
			return false;
		go_up(b);
		return true;
	case PY_INDEX: return fold_item(x, e, depth, b);
	case PY_BINARY:
		return (e->op == PY_DIV || e->op == PY_ADD) &&
		       fold(x, e->arg, depth + 1, b) &&
		       append(x, e->arg->next, e->op == PY_ADD, depth + 1, b);
	case PY_CALL: return fold_call(x, e, depth, b);
	default: return false;
	}
}

/* --- sys.path ------------------------------------------------------------- */

/* What E, sys.path.append(X) or sys.path.insert(0, X), adds; NULL. */
static const struct py_node *added_by(const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	bool insert;

	if (!f || f->form != PY_ATTR || f->arg->form != PY_ATTR ||
		!py_is_named(&f->arg->s, "path") ||
		f->arg->arg->form != PY_NAME ||
		!py_is_named(&f->arg->arg->s, "sys"))
		return NULL;
	insert = py_is_named(&f->s, "insert");
	if (!f->next || (!insert && !py_is_named(&f->s, "append")))
		return NULL;
	return insert ? f->next->next : f->next;
}

/* Calls EACH with each such directory: 0, or what that failed with. */
static int each_search(const struct py_node *root, const char *file,
	call_search_fn *each, void *ctx)
{
	const struct making x = {.root = root, .file = file};
	int bad = 0;

	for (const struct py_node *e = root; e && !bad; e = py_walk(root, e)) {
		const struct py_node *path = added_by(e);
		struct buf b = {0};

		if (path && fold(&x, path, 0, &b)) {
			make_whole(&x, &b);
			bad = buf_text(&b) ? each(ctx, b.data) : 0;
		}
		buf_free(&b);
	}
	return bad;
}

/* --- imports -------------------------------------------------------------- */

/* Calls EACH for what E, a statement, imports. */
static int each_in(const struct py_node *e, call_import_fn *each, void *ctx)
{
	char path[PATH_NBYTES_MAX];
	int n;

	if (e->form == PY_IMPORT)
		return each(ctx, e->arg->next ? e->arg->next->value.u.str
					      : e->arg->value.u.str);
	if (e->form != PY_BLOCK || e->op != '*')
		return 0;
	n = snprintf(path, sizeof(path), "%.*s.*", STR_ARG(e->s));
	return n > 0 && (size_t)n < sizeof(path)
		       ? each(ctx, &(struct py_str){(size_t)n, path})
		       : 0;
}

int call_each_import(const char *text, size_t n, const char *file,
	call_search_fn *search, call_import_fn *each, void *ctx, struct diag *d)
{
	struct py *py = py_new(NULL);
	struct py_module *m;
	size_t where;
	int bad = py ? py_parse(py, text, n, true, &m, &where, d)
		     : diag_nomem(d, n);

	/* What is no Python imports nothing. */
	if (bad) {
		py_free(py);
		return d->class == DIAG_USAGE ? 0 : -1;
	}
	bad = each_search(py_root(m), file, search, ctx);
	for (const struct py_node *e = py_root(m); e && !bad;
		e = py_walk(py_root(m), e))
		bad = each_in(e, each, ctx);
	py_free(py);
	return bad;
}
