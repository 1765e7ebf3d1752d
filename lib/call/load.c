/* SPDX-License-Identifier: MIT */
/*
 * Definitions as values: a library is read when one of its names is asked for,
 * and of it only what that name can come to.
 */
#include "call/call_impl.h"

#include <string.h>

#include "base/near.h"
#include "sched/sched.h"

/* Names that the body of a constructor has beside its parameters. */
#define LOCALS "base steps epoch_steps inside counting base_given"

/* Reads the text of DEF, of M, and runs it. */
static int read_def(
	struct py_run *r, struct py_module *m, const struct call_def *def)
{
	size_t where;
	struct diag d;

	if (py_read_defs(m, def->at, def->end, &where, &d) == 0)
		return py_exec(r, m, NULL);
	if (d.class == DIAG_NOMEM)
		return py_raise_nomem(r, def->end - def->at);
	return py_raise(
		r, NULL, "%s.py:%s: %s", def->module->name, d.place, d.text);
}

/* LIBRARY, of which only what has no parameters is read; NULL raised. */
static struct py_module *load(
	struct py_run *r, const struct call_module *library)
{
	struct call_build *b = call_build_of(r);
	struct py_module **slot = &b->loaded[call_module_number(library)];
	const struct call_def *def = NULL;

	if (*slot)
		return *slot; /* cppcheck-suppress identicalInnerCondition */
	if (py_parse_defs(b->py, library->text, library->n, LOCALS, slot) < 0) {
		py_raise_nomem(r, library->n);
		return NULL;
	}
	while ((def = call_def_next(library, def)))
		if (library->text + def->at == def->name.s &&
			read_def(r, *slot, def) < 0)
			return NULL;
	return *slot;
}

/* DEF's value in *RET, read now with all that it can come to. */
static int need_def(
	struct py_run *r, const struct call_def *def, struct py_value *ret)
{
	struct py_module *m = load(r, def->module);
	const struct py_str *name;
	size_t i = 0;

	if (!m)
		return -1;
	if (py_global(m, def->name.s, def->name.n, ret))
		return 0;
	while (py_global_name(m, i))
		i++;
	if (read_def(r, m, def) < 0)
		return -1;
	for (; (name = py_global_name(m, i)); i++) {
		const struct call_def *more =
			py_global(m, name->s, name->n, ret)
				? NULL
				: call_def_in(def->module, name->s, name->n);
		if (more && read_def(r, m, more) < 0)
			return -1;
	}
	py_global(m, def->name.s, def->name.n, ret);
	return 0;
}

/* The constructor that DEF defines; BARE: by a name alone.  NULL raised. */
static struct call_constructor *constructor(
	struct py_run *r, const struct call_def *def, bool bare)
{
	struct call_constructor *c = py_alloc(r, sizeof(*c));

	if (!c || need_def(r, def, &c->def) < 0)
		return NULL;
	c->module = def->module;
	c->bare = bare ? def : NULL;
	return c;
}

const struct call_constructor *call_another(
	struct py_run *r, const struct call_constructor *c)
{
	const struct call_def *def = c->bare ? call_def_like(c->bare) : NULL;

	return def ? constructor(r, def, true) : NULL;
}

/* Whether PATH says no library: MLX's users call its module optim, too. */
static bool is_bare(const char *path, size_t n)
{
	static const char module[] = "optim.";
	const size_t len = sizeof(module) - 1;

	if (n > len && memcmp(path, module, len) == 0)
		return !memchr(path + len, '.', n - len);
	return !memchr(path, '.', n);
}

/* The constructor NAME of M, or of any module where M is NULL: 1, 0 or -1. */
int call_find_in(struct py_run *r, const struct call_module *m,
	const char *name, size_t n, struct py_value *ret)
{
	const struct call_def *def =
		m ? call_def_in(m, name, n) : call_def_find(name, n);
	struct call_constructor *c;

	/* Any thread may ask for a step; what is loaded, is loaded before. */
	if (!def || !call_def_is_constructor(def) ||
		r != py_builder(call_build_of(r)->py))
		return 0;
	c = constructor(r, def, !m && is_bare(name, n));
	if (!c)
		return -1;
	return py_new_opaque(r, call_constructor_type, c, ret) < 0 ? -1 : 1;
}

/* What a definition calls that is not in its file: 1, 0 or -1. */
int call_find_shared(
	struct py_run *r, const char *name, size_t n, struct py_value *ret)
{
	const struct call_def *def = call_def_shared(name, n);

	if (!def || r != py_builder(call_build_of(r)->py))
		return 0;
	return need_def(r, def, ret) < 0 ? -1 : 1;
}

int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	return call_find_in(r, NULL, path, n, ret);
}

int call_raise_no_constructor(
	struct py_run *r, const struct py_node *at, struct py_str name)
{
	char phrase[NEAR_PHRASE_MAX];
	const struct call_module *m;
	struct near near;

	m = call_offer(&name, &near);
	for (const struct py_node *e = py_root(call_build_of(r)->user)->arg; e;
		e = e->next)
		if (e->form == PY_CLASS && call_same_name(&e->s, &name))
			return py_raise(r, at,
				"%.*s: a class of the text's whose base is not "
				"read; expected the base's call, or a def of "
				"the step",
				(int)name.n, name.s);
	return py_raise(r, at,
		"%.*s: no such constructor%s%s; %s (or its def, in the text or "
		"by -D @FILE)",
		(int)name.n, name.s, m ? " in " : "", m ? m->name : "",
		near_phrase(&near, "lrsched --list shows all", phrase));
}
