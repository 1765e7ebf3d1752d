/* SPDX-License-Identifier: MIT */
/*
 * What a dotted name is in Python itself, to the host or to the user, and what
 * an attribute is.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "builtin/builtin_impl.h"

/* --- paths ------------------------------------------------------------ */

/* The length of NAME where S[0..N) begins with ['NAME'], else 0. */
static size_t item_name(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 5 || s[0] != '[' || (s[1] != '"' && s[1] != '\''))
		return 0;
	while (i < n && str_is_python_name_char(s[i]))
		i++;
	return i > 2 && i + 1 < n && s[i] == s[1] && s[i + 1] == ']' ? i - 2
								     : 0;
}

bool py_is_path(const struct py_str *plain, const char *s, size_t n)
{
	size_t k = 0;

	for (size_t i = 0, len; i < n; i += len ? len + 4 : 1) {
		size_t left = plain->n - k;

		len = item_name(s + i, n - i);
		if (left < 1 + len || plain->s[k] != (len ? '.' : s[i]) ||
			memcmp(plain->s + k + 1, s + i + 2, len) != 0)
			return false;
		k += 1 + len;
	}
	return k == plain->n;
}

int py_make_plain(struct py *p, const char *s, size_t n, struct py_str *ret)
{
	char *to = py_alloc(&p->build, n + 1);

	if (!to)
		return -1;
	*ret = (struct py_str){.s = to};
	for (size_t i = 0, len; i < n; i += len ? len + 4 : 1) {
		len = item_name(s + i, n - i);
		to[ret->n++] = len ? '.' : s[i];
		memcpy(to + ret->n, s + i + 2, len);
		ret->n += len;
	}
	return 0;
}

static bool initial_path(const struct py_run *r, const char *path, size_t n,
	struct py_value *ret)
{
	const struct py_module *m = r->module;

	for (unsigned i = 0; m && m->initial && i < m->nglobal; i++)
		if (m->global[i].initial &&
			py_is_path(&m->global[i].s, path, n)) {
			*ret = m->global[i].value;
			return true;
		}
	return false;
}

/* --- attributes by name ----------------------------------------------- */

/* getattr and hasattr: the attribute, 0 where there is none. */
static int by_value(struct py_call *c, struct py_value *ret)
{
	if (c->arg[1].type != PY_STR)
		return py_raise_arg(c, 1, "a string");
	return py_attribute(c->run, c->at, &c->arg[0], c->arg[1].u.str, ret);
}

static int call_getattr(struct py_call *c)
{
	const struct py_module *m = c->run->module;
	int found;

	/* getattr(optim, name) of unknown things: nobody knows what. */
	if (c->arg[1].type == PY_UNKNOWN && c->at &&
		c->arg[0].type == PY_UNKNOWN)
		return py_new_unknown(c->run, c->at, m->text + c->at->at,
			c->at->end - c->at->at, NULL, c->ret);
	found = by_value(c, c->ret);
	if (found < 0)
		return -1;
	if (py_given(c, 2) && (!found || c->ret->type == PY_UNKNOWN)) {
		const struct py_host *host = c->run->py->host;
		if (found && host && host->defaulted)
			host->defaulted(
				c->run, &c->ret->u.unknown->path, &c->arg[2]);
		return py_result(c, c->arg[2]);
	}
	if (!found)
		return py_raise_as(c->run, c->at, "AttributeError",
			"%s has no '%.*s'", py_type_name(&c->arg[0]),
			STR_ARG(*c->arg[1].u.str));
	return 0;
}

static int call_setattr(struct py_call *c)
{
	const struct py_host *host = c->run->py->host;
	int set = 0;

	*c->ret = py_none();
	if (c->arg[0].type == PY_UNKNOWN)
		return c->arg[1].type == PY_STR && host && host->assigned &&
				       host->assigned(c->run,
					       &c->arg[0].u.unknown->path,
					       c->arg[1].u.str, &c->arg[2]) < 0
			       ? -1
			       : 0;
	if (c->arg[1].type == PY_STR)
		set = py_set_in_host(
			c->run, c->at, &c->arg[0], c->arg[1].u.str, &c->arg[2]);
	if (set)
		return set < 0 ? -1 : 0;
	if (c->arg[0].type != PY_NAMESPACE || c->arg[1].type != PY_STR)
		return py_raise_arg(c, 0, "an object, and a string");
	return py_dict_set(
		c->run, c->at, py_held(&c->arg[0]), &c->arg[1], &c->arg[2]);
}

static int call_hasattr(struct py_call *c)
{
	struct py_value v = py_none();
	int found = by_value(c, &v);

	if (found < 0)
		return -1;
	if (found && v.type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, &v);
	return py_result(c, py_bool(found));
}

/* What looks attributes up by names that are values. */
static const struct py_native by_name[] = {
	{"getattr", 2, 3, "", call_getattr, {NULL}},
	{"hasattr", 2, 2, "", call_hasattr, {NULL}},
	{"setattr", 3, 3, "", call_setattr, {NULL}},
};

/* --- names ------------------------------------------------------------ */

/* Modules whose functions have a meaning here, and of what kind they are. */
enum module_kind {
	OF_MATH,
	OF_NUMPY,
	OF_ITS_KIN,
	OF_NAMES, /* by their dotted names, in the table above or iter.c */
};

static const struct {
	const char *prefix;
	enum module_kind kind;
} modules[] = {
	{"math.", OF_MATH},
	{"np.math.", OF_MATH},
	{"numpy.math.", OF_MATH},
	{"np.", OF_NUMPY},
	{"numpy.", OF_NUMPY},
	{"jnp.", OF_ITS_KIN},
	{"jax.numpy.", OF_ITS_KIN},
	{"jax.lax.", OF_ITS_KIN},
	{"jax.nn.", OF_ITS_KIN},
	{"lax.", OF_ITS_KIN},
	{"torch.", OF_ITS_KIN},
	{"tf.math.", OF_ITS_KIN},
	{"tf.", OF_ITS_KIN},
	{"tensorflow.math.", OF_ITS_KIN},
	{"tensorflow.", OF_ITS_KIN},
	{"keras.ops.", OF_ITS_KIN},
	{"ops.", OF_ITS_KIN},
	{"keras.backend.", OF_ITS_KIN},
	{"tf.keras.backend.", OF_ITS_KIN},
	{"K.", OF_ITS_KIN},
	{"types.", OF_MATH},
	{"argparse.", OF_MATH},
	{"configargparse.", OF_MATH},
	{"builtins.", OF_MATH},
	{"itertools.", OF_NAMES},
	{"functools.", OF_NAMES},
	{"bisect.", OF_NAMES},
	{"dataclasses.", OF_NAMES},
	{"typing.", OF_NAMES},
};

bool py_is_module(const struct py_str *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
		if (strlen(modules[i].prefix) == name->n + 1 &&
			memcmp(modules[i].prefix, name->s, name->n) == 0)
			return true;
	return false;
}

/* The function NAME that needs no module, or NULL. */
static const struct py_native *function_of(const char *name, size_t n)
{
	const struct py_native *fn = py_function_find(name, n);

	return fn ? fn : py_native_find(by_name, ARRAY_SIZE(by_name), name, n);
}

/* Whether there is FN, which *RET becomes. */
static bool found(const struct py_native *fn, struct py_value *ret)
{
	if (fn)
		*ret = py_native_value(fn);
	return fn != NULL;
}

/* NAME of module I. */
static bool of_module(const struct py *p, size_t i, const char *name, size_t n,
	struct py_value *ret)
{
	bool is_numpy = modules[i].kind == OF_NUMPY;
	const struct py_native *fn = NULL;

	if (modules[i].kind == OF_NAMES)
		return false;
	if ((is_numpy || modules[i].kind == OF_ITS_KIN) && p->arrays)
		fn = p->arrays->find(name, n, is_numpy);
	if (!fn && py_math_find(name, n, ret))
		return true;
	return found(fn ? fn : function_of(name, n), ret);
}

bool py_builtin(const struct py *p, const char *path, size_t n, bool bare,
	struct py_value *ret)
{
	if (found(function_of(path, n), ret) ||
		found(py_iter_find(path, n), ret) ||
		found(py_tools_find(path, n), ret))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		const char *prefix = modules[i].prefix;
		size_t len = n && *path == *prefix ? strlen(prefix) : n;

		if (n > len && memcmp(path, prefix, len) == 0)
			return of_module(p, i, path + len, n - len, ret);
	}
	return bare && py_math_find(path, n, ret);
}

/*
 * Whether E, a name without a value in a text that imports nothing, is not V,
 * math's: functions are called, gamma and e are names of the text's own.
 */
static bool is_own_name(const struct py_run *r, const struct py_node *e,
	const struct py_value *v)
{
	const struct py_module *m = r->module;
	size_t i;

	if (!e || e->form != PY_NAME || !m || !m->tolerant || m->star_math ||
		(v->type != PY_NATIVE && !py_is_named(&e->s, "e")))
		return false;
	for (i = e->end; i < m->n && m->text[i] == ' ';)
		i++;
	return i == m->n || m->text[i] != '(';
}

/* Operations that a name takes which is looked for everywhere. */
#define LOOK_UP_COST 100

int py_look_up(struct py_run *r, const struct py_node *e, const char *path,
	size_t n, struct py_value *ret)
{
	const struct py_host *host = r->py->host;
	int found;

	if (py_charge(r, e, LOOK_UP_COST) < 0)
		return -1;
	if (initial_path(r, path, n, ret))
		return 0;
	found = host && host->lookup ? host->lookup(r, path, n, ret) : 0;
	if (found)
		return found < 0 ? -1 : 0;
	if (py_builtin(r->py, path, n, false, ret) ||
		(py_math_find(path, n, ret) && !is_own_name(r, e, ret)))
		return 0;
	return py_new_unknown(r, e, path, n, NULL, ret);
}

/* --- attributes ------------------------------------------------------- */

/* FN, a method or NULL, of V. */
static int of_native(struct py_run *r, const struct py_value *v,
	const struct py_native *fn, struct py_value *ret)
{
	struct py_method *m;

	if (!fn)
		return 0;
	m = py_alloc(r, sizeof(*m));
	if (!m)
		return -1;
	*m = (struct py_method){.fn = fn, .self = *v};
	*ret = (struct py_value){.type = PY_METHOD, .u.method = m};
	return 1;
}

/* "args.lr" of an UNKNOWN: what the host knows by that name, or UNKNOWN. */
static int of_unknown(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct py_unknown *u = v->u.unknown;
	const struct py_host *host = r->py->host;
	size_t n = u->path.n + 1 + name->n;
	char *path = py_alloc(r, n + 1);
	int found = 0;

	if (!path)
		return -1;
	memcpy(path, u->path.s, u->path.n);
	path[u->path.n] = '.';
	memcpy(path + u->path.n + 1, name->s, name->n);
	if (py_builtin(r->py, path, n, false, ret))
		return 1;
	if (initial_path(r, path, n, ret))
		return 1;
	if (host && host->lookup)
		found = host->lookup(r, path, n, ret);
	if (found)
		return found;
	return py_new_unknown_as(r, at, path, n, u, ret) < 0 ? -1 : 1;
}

/* FN, a method or NULL, of V, or what np has by NAME: x.round(2), x.exp(). */
static int of_tensor(struct py_run *r, const struct py_value *v,
	const struct py_native *fn, const struct py_str *name,
	struct py_value *ret)
{
	if (!fn && r->py->arrays)
		fn = r->py->arrays->find(name->s, name->n, false);
	return of_native(r, v, fn, ret);
}

static int of_array(struct py_run *r, const struct py_value *v,
	const struct py_str *name, struct py_value *ret)
{
	if (py_readable(r, NULL, v) < 0)
		return -1;
	if (py_str_is(name, "size", 4)) {
		*ret = py_int((int64_t)v->u.array->n);
		return 1;
	}
	if (py_str_is(name, "ndim", 4)) {
		*ret = py_int(1);
		return 1;
	}
	if (py_str_is(name, "dtype", 5))
		return py_new_unknown(r, NULL, "dtype", 5, NULL, ret) < 0 ? -1
									  : 1;
	if (py_str_is(name, "shape", 5)) {
		if (py_new_list(r, PY_TUPLE, 1, ret) < 0)
			return -1;
		ret->u.list->item[0] = py_int((int64_t)v->u.array->n);
		ret->u.list->n = 1;
		return 1;
	}
	return of_tensor(r, v,
		py_native_find(r->py->arrays->method, r->py->arrays->nmethod,
			name->s, name->n),
		name, ret);
}

/* The attribute of a function: its name, or what was hung on it. */
static int of_function(struct py_run *r, const struct py_value *v,
	const struct py_str *name, struct py_value *ret)
{
	const struct py_node *def = v->u.function->def;

	if (!py_str_is(name, "__name__", 8) || def->form != PY_DEF)
		return 0;
	return py_new_str(r, def->s.s, def->s.n, ret) < 0 ? -1 : 1;
}

static int of_host(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct py_host *host = r->py->host;

	return host && host->attribute ? host->attribute(r, at, v, name, ret)
				       : 0;
}

int py_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	int found;

	switch (v->type) {
	case PY_UNKNOWN: return of_unknown(r, at, v, name, ret);
	case PY_NAMESPACE:
	case PY_TYPE:
		found = py_object_attribute(r, at, v, name, ret);
		if (!found && py_enum_plain(v) != v)
			return py_attribute(r, at, py_enum_plain(v), name, ret);
		if (found || v->type == PY_TYPE || py_class_of(v))
			return found;
		return of_native(r, v, py_parser_method(name), ret);
	case PY_STR:
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT: return of_native(r, v, py_method(v, name), ret);
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT:
		found = of_tensor(r, v, py_method(v, name), name, ret);
		return found ? found : of_host(r, at, v, name, ret);
	case PY_ARRAY: return of_array(r, v, name, ret);
	case PY_FUNCTION: return of_function(r, v, name, ret);
	case PY_OPAQUE: return of_host(r, at, v, name, ret);
	default: return 0;
	}
}
