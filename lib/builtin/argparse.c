/* SPDX-License-Identifier: MIT */
/*
 * argparse as scripts use it (library reference 3.11): the parser is an object
 * whose attributes are the defaults, and what it parses is the same object.
 * An argument without a default has no attribute, so that it is asked for.
 */
#include <string.h>

#include "base/array.h"
#include "builtin/builtin_impl.h"

/* arg[0] of PY_ANY arguments is for keywords, which c->given has. */
#define SELF 1

static const struct py_value *keyword(const struct py_call *c, const char *name)
{
	for (size_t i = 0; i < c->ngiven; i++)
		if (py_str_is(&c->given[i].name, name, strlen(name)))
			return &c->given[i].value;
	return NULL;
}

static bool is_long(const struct py_str *s)
{
	return s->n > 2 && s->s[0] == '-' && s->s[1] == '-';
}

/* "--warmup-steps" is args.warmup_steps; the first long name counts. */
static int destination(struct py_call *c, struct py_value *ret)
{
	const struct py_value *dest = keyword(c, "dest"), *name = NULL;
	size_t dashes;
	char *s;

	if (dest) {
		*ret = *dest;
		return 0;
	}
	for (size_t i = SELF + 1; i < c->narg; i++) {
		const struct py_value *v = &c->arg[i];
		if (v->type != PY_STR)
			continue;
		if (!name || (is_long(v->u.str) && !is_long(name->u.str)))
			name = v;
	}
	if (!name)
		return py_raise(c->run, c->at, "no name; expected a string");
	for (dashes = 0;
		dashes < name->u.str->n && name->u.str->s[dashes] == '-';)
		dashes++;
	if (py_new_str(c->run, name->u.str->s + dashes, name->u.str->n - dashes,
		    ret) < 0)
		return -1;
	s = (char *)ret->u.str->s;
	for (size_t i = 0; i < ret->u.str->n; i++)
		if (s[i] == '-')
			s[i] = '_';
	return 0;
}

static bool is_action(const struct py_value *v, const char *name)
{
	return v && v->type == PY_STR &&
	       py_str_is(v->u.str, name, strlen(name));
}

/* A default that is a string is read as one that is given: type("0.1"). */
static int read_default(
	struct py_call *c, const struct py_value *v, struct py_value *ret)
{
	const struct py_value *type = keyword(c, "type");
	struct py_arg arg = {.value = *v, .at = c->at};

	*ret = *v;
	return v->type == PY_STR && type && type->type == PY_NATIVE
		       ? py_invoke(c->run, c->at, type, &arg, 1, ret)
		       : 0;
}

static int call_add_argument(struct py_call *c)
{
	const struct py_value *v = keyword(c, "default");
	const struct py_value *action = keyword(c, "action");
	struct py_value flag, key, own;

	*c->ret = py_none();
	if (!v && (is_action(action, "store_true") ||
			  is_action(action, "store_false"))) {
		flag = py_bool(is_action(action, "store_false"));
		v = &flag;
	}
	if (!v)
		return 0;
	return destination(c, &key) < 0 || read_default(c, v, &own) < 0
		       ? -1
		       : py_dict_set(c->run, c->at, py_held(&c->arg[SELF]),
				 &key, &own);
}

static int call_self(struct py_call *c)
{
	*c->ret = c->arg[SELF];
	return 0;
}

static int call_parse_args(struct py_call *c)
{
	const struct py_value none = py_none();
	const struct py_value *given =
		c->narg > SELF + 1 ? &c->arg[SELF + 1] : &none;

	if (given->type != PY_NONE &&
		!(given->type == PY_LIST && given->u.list->n == 0))
		return py_raise(c->run, c->at,
			"arguments in the script; expected each as a name's "
			"value, args.lr=VALUE");
	return call_self(c);
}

static int call_parse_known_args(struct py_call *c)
{
	struct py_value rest;

	return py_new_list(c->run, PY_LIST, 0, &rest) < 0
		       ? -1
		       : py_new_pair(c->run, c->arg[SELF], rest, c->ret);
}

static int call_set_defaults(struct py_call *c)
{
	*c->ret = c->arg[SELF];
	if (py_add_named(c) < 0)
		return -1;
	*c->ret = py_none();
	return 0;
}

/* clone() of settings that libraries keep as objects. */
static int call_clone(struct py_call *c)
{
	struct py_arg arg = {.value = c->arg[0], .at = c->at};
	const struct py_value copy =
		py_native_value(py_tools_find("copy.deepcopy", 13));

	return py_invoke(c->run, c->at, &copy, &arg, 1, c->ret);
}

/* _get_kwargs(), which scripts call to have a dict: the names and values. */
static int call_get_kwargs(struct py_call *c)
{
	const struct py_str items = {.s = "items", .n = 5};
	struct py_arg arg = {.value = py_vars(&c->arg[0]), .at = c->at};
	struct py_value method;

	method = py_native_value(py_method(&arg.value, &items));
	return py_invoke(c->run, c->at, &method, &arg, 1, c->ret);
}

static const struct py_native methods[] = {
	{"_get_kwargs", 1, 1, "", call_get_kwargs, {NULL}},
	/* Of add_argument(type=Kind, default=0.1), the default counts. */
	{"add_argument", 1, PY_ANY, "**?", call_add_argument, {NULL}},
	{"add_argument_group", 1, PY_ANY, "**", call_self, {NULL}},
	{"add_mutually_exclusive_group", 1, PY_ANY, "**", call_self, {NULL}},
	{"clone", 1, 1, "", call_clone, {NULL}},
	{"parse_args", 1, PY_ANY, "**", call_parse_args, {NULL}},
	{"parse_known_args", 1, PY_ANY, "**", call_parse_known_args, {NULL}},
	{"set_defaults", 1, PY_ANY, "**", call_set_defaults, {NULL}},
};

const struct py_native *py_parser_method(const struct py_str *name)
{
	return py_native_find(methods, ARRAY_SIZE(methods), name->s, name->n);
}
