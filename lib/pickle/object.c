/* SPDX-License-Identifier: MIT */
/*
 * What a pickle makes of globals, which are names and call nothing.  One that
 * the caller lists is a row of its table.  What is made of another is an
 * object, known by what it was given, if that is a class: making one takes what
 * lies there and no more.  A function could give anything, and ends the
 * reading.
 */
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "pickle/pickle_impl.h"

static int find_global(const struct pickle_globals *g, const char *module,
	size_t nmodule, const char *name, size_t n)
{
	if (str_is(module, nmodule, "__builtin__")) { /* in Python 2 */
		module = "builtins";
		nmodule = strlen(module);
	}
	for (size_t i = 0; i < g->n; i++) {
		const struct pickle_global *row = &g->row[i];
		size_t len = strlen(row->module);

		if (row->name ? str_is(module, nmodule, row->module) &&
					str_is(name, n, row->name)
			      : nmodule >= len &&
					memcmp(row->module, module, len) == 0 &&
					(nmodule == len || module[len] == '.'))
			return (int)i;
	}
	return -1;
}

int pickle_push_global(struct pickle *k, const char *module, size_t nm,
	const char *name, size_t nn)
{
	const struct pickle_name f = {module, name, nm, nn};
	int at = find_global(k->globals, module, nm, name, nn);
	struct pickle_node *x =
		pickle_push_new(k, at < 0 ? PICKLE_NAME : PICKLE_GLOBAL);

	if (!x)
		return -1;
	x->i = at < 0 ? (int64_t)k->nname : at;
	return at < 0 ? array_push(&k->name, &k->nname, &f, sizeof(f), k->d)
		      : 0;
}

/* The members of FROM, a list, tuple or dict, to INTO. */
static int copy_members(struct pickle *k, uint32_t into, uint32_t from)
{
	for (size_t i = 0; i < pickle_node(k, from)->n; i++)
		if (pickle_add_child(k, into, pickle_node(k, from)->child[i]))
			return -1;
	return 0;
}

static bool is_row_of(const struct pickle_node *x)
{
	return x->kind == PICKLE_LIST || x->kind == PICKLE_TUPLE;
}

/*
 * What dict(FROM) and the like begin with: pairs, as Python 2 has them, or
 * another dict.  What is neither, as the factory of a defaultdict, is none.
 */
static int fill_dict(struct pickle *k, uint32_t into, uint32_t from)
{
	const struct pickle_node *x = pickle_node(k, from);

	if (x->kind == PICKLE_DICT)
		return copy_members(k, into, from);
	for (size_t i = 0; is_row_of(x) && i < x->n; i++) {
		const struct pickle_node *pair = pickle_node(k, x->child[i]);

		if (!is_row_of(pair) || pair->n != 2)
			return pickle_fail(k, "a dict of what are no pairs");
		if (copy_members(k, into, x->child[i]))
			return -1;
	}
	return 0;
}

/* A container of ours, with what is in ARGS. */
static int push_container(
	struct pickle *k, enum pickle_kind kind, uint32_t args)
{
	uint32_t into;

	if (!pickle_push_new(k, kind))
		return -1;
	into = k->stack[k->nstack - 1];
	for (size_t i = 0; i < pickle_node(k, args)->n; i++) {
		uint32_t arg = pickle_node(k, args)->child[i];

		if (kind == PICKLE_DICT ? fill_dict(k, into, arg)
			: is_row_of(pickle_node(k, arg))
				? copy_members(k, into, arg)
				: 0)
			return -1;
	}
	return 0;
}

/* A class, as Python names them: by a capital, after any underscores. */
static bool is_class(const struct pickle_name *f)
{
	const char *p = f->name, *end = f->name + f->nname;

	for (const char *at = p; at < end; at++)
		p = *at == '.' ? at + 1 : p;
	while (p < end && *p == '_')
		p++;
	return p < end && str_is_upper(*p);
}

/* F must be a class, of which an object is made. */
static int check_class(struct pickle *k, const struct pickle_name *f)
{
	size_t nm = f->nmodule, nn = f->nname;

	if (is_class(f))
		return 0;
	return diag_set(k->d, DIAG_DATA,
		"a pickle that wants %.*s.%.*s, which is not opened; expected "
		"tensors alone: %s",
		(int)(nm > 100 ? 100 : nm), f->module,
		(int)(nn > 100 ? 100 : nn), f->name, k->globals->advice);
}

/* The class in ('module', class, file, source), as torch once kept modules'. */
static uint32_t class_of(const struct pickle *k, uint32_t x)
{
	const struct pickle_node *id = pickle_node(k, x);

	if (id->kind == PICKLE_PERSISTENT)
		id = pickle_node(k, id->child[0]);
	return id->kind == PICKLE_TUPLE && id->n == 4 ? id->child[1] : x;
}

int pickle_push_call(
	struct pickle *k, uint32_t global, uint32_t args, bool is_called)
{
	const struct pickle_node *of = pickle_node(k, class_of(k, global));
	bool is_name = of->kind == PICKLE_NAME;
	int64_t i = of->i;
	struct pickle_node *x;
	int makes;

	if (of->kind != PICKLE_GLOBAL && !is_name)
		return pickle_fail(k, "a call of what is no global");
	if (pickle_node(k, args)->kind != PICKLE_TUPLE)
		return pickle_fail(k, "a call without arguments");
	if (is_name && check_class(k, &k->name[i]))
		return -1;
	if (is_name && is_called && !k->ncalled++)
		k->called = k->name[i];
	makes = is_name ? 0 : k->globals->row[i].makes;
	if (makes)
		return push_container(k, (enum pickle_kind)makes, args);
	x = pickle_push_new(k, is_name ? PICKLE_OBJECT : PICKLE_CALL);
	if (!x)
		return -1;
	x->i = is_name ? 0 : i;
	return pickle_add_child(k, k->stack[k->nstack - 1], args);
}

int pickle_own_members(struct pickle *k, uint32_t x, int kind, uint32_t *ret)
{
	if (pickle_node(k, x)->i) {
		*ret = (uint32_t)pickle_node(k, x)->i;
		return 0;
	}
	if (!pickle_push_new(k, (enum pickle_kind)kind))
		return -1;
	*ret = k->stack[--k->nstack];
	pickle_node(k, x)->i = *ret;
	return pickle_add_child(k, x, *ret);
}
