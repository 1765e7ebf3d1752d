/* SPDX-License-Identifier: MIT */
/*
 * What can be called: functions in C with their arguments, functions of the
 * text with their parameters, classes with their attributes.
 */
#define OBJECT_ITSELF
#include <string.h>

#include "object/object_impl.h"

/* --- functions in C --------------------------------------------------- */

const struct py_native *py_native_find(
	const struct py_native *row, size_t nrow, const char *name, size_t n)
{
	for (size_t i = 0; i < nrow && n > 0; i++) {
		const char *s = row[i].name;
		size_t k = 1;

		if (s[0] != name[0])
			continue;
		while (k < n && s[k] && s[k] == name[k])
			k++;
		if (k == n && !s[k])
			return &row[i];
	}
	return NULL;
}

struct py_value py_native_value(const struct py_native *fn)
{
	return (struct py_value){.type = PY_NATIVE, .u.native = fn};
}

bool py_given(const struct py_call *c, size_t i)
{
	return i < c->narg && c->arg[i].type != PY_UNBOUND;
}

bool py_is_none(const struct py_call *c, size_t i)
{
	return !py_given(c, i) || c->arg[i].type == PY_NONE;
}

int py_result(struct py_call *c, struct py_value v)
{
	*c->ret = v;
	return 0;
}

int py_int_arg(struct py_call *c, size_t i, int64_t *ret)
{
	*ret = 0;
	if (c->arg[i].type != PY_INT && c->arg[i].type != PY_BOOL)
		return py_raise_arg(c, i, "an int");
	*ret = c->arg[i].u.i;
	return 0;
}

int py_float_arg(struct py_call *c, size_t i, double *ret)
{
	*ret = 0;
	if (!py_is_number(&c->arg[i]))
		return py_raise_arg(c, i, "a number");
	*ret = py_number(&c->arg[i]);
	return 0;
}

int py_raise_arg(const struct py_call *c, size_t i, const char *expected)
{
	const struct py_value *v = &c->arg[i];
	const char *name = c->fn->params;
	size_t n, skip = i;

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	for (; skip > 0 && name; skip--) {
		name = strchr(name, ' ');
		name = name ? name + 1 : NULL;
	}
	n = name ? strcspn(name, " ") : 0;
	if (n == 0)
		return py_raise(c->run, c->at, "%s() was given %s; expected %s",
			c->fn->name, py_type_name(v), expected);
	return py_raise(c->run, c->at, "%s() was given %s as %.*s; expected %s",
		c->fn->name, py_type_name(v), (int)n, name, expected);
}

/* --- functions of the text -------------------------------------------- */

const struct py_node *py_def(const struct py_value *f)
{
	return f->type == PY_FUNCTION ? f->u.function->def : NULL;
}

const struct py_module *py_module_of(const struct py_value *f)
{
	return f->type == PY_FUNCTION ? f->u.function->module : NULL;
}

/* Whether FN's parameter P, which stands at PLACE, has its argument. */
static bool is_given(
	const struct py_function *fn, const struct py_node *p, size_t place)
{
	for (size_t i = 0; i < fn->ngiven; i++) {
		bool named = fn->given[i].name.n > 0;
		if (named ? py_str_equal(&fn->given[i].name, &p->s)
			  : i == place && p->op != '*')
			return true;
	}
	return false;
}

struct py_value py_default(const struct py_value *f, const struct py_node *p)
{
	const struct py_function *fn = f->u.function;
	size_t i = 0;

	for (const struct py_node *q = fn->def->arg->next; q; q = q->next, i++)
		if (q == p)
			return fn->init[i];
	return (struct py_value){.type = PY_UNBOUND};
}

const struct py_node *py_param(const struct py_value *f, size_t i)
{
	const struct py_function *fn = f->u.function;
	const struct py_node *p = fn->def->arg->next;
	size_t place = 0;

	for (; p; p = p->next)
		if (!is_given(fn, p, place++) && i-- == 0)
			return p;
	return NULL;
}

/* --- classes ---------------------------------------------------------- */

const struct py_class *py_class_of(const struct py_value *v)
{
	return v->type == PY_NAMESPACE ? v->u.object->class : NULL;
}

const struct py_node *py_class_def(const struct py_value *v)
{
	const struct py_class *c =
		v->type == PY_TYPE ? v->u.class : py_class_of(v);

	return c ? c->def : NULL;
}

const struct py_value *py_class_find(
	const struct py_class *c, const char *name, size_t n)
{
	for (size_t i = 0; c && i < c->norder; i++) {
		const struct py_value *v =
			py_dict_find(c->order[i]->names, name, n);
		if (v)
			return v;
	}
	return NULL;
}

/* The field that S, of a class's body, declares; NULL: none. */
static const struct py_str *field_of(const struct py_node *s)
{
	const struct py_node *target = s->form == PY_ANNOTATE ? s->arg
				       : s->form == PY_ASSIGN && s->op == 'a'
					       ? s->arg->next
					       : NULL;

	return target && target->form == PY_NAME ? &target->s : NULL;
}

static bool declares(const struct py_class *c, const struct py_str *name)
{
	for (const struct py_node *s = c->def->arg->arg; s; s = s->next)
		if (field_of(s) && py_str_equal(field_of(s), name))
			return true;
	return false;
}

bool py_has_field(const struct py_class *c, size_t i, const struct py_str *name)
{
	while (i < c->norder &&
		!(c->order[i]->dataclass && declares(c->order[i], name)))
		i++;
	return i < c->norder;
}

/* Fields stand where the first of the bases has them. */
int py_each_field(const struct py_class *c,
	int (*each)(void *ctx, const struct py_str *name), void *ctx)
{
	for (size_t i = c->norder; i > 0; i--) {
		const struct py_class *of = c->order[i - 1];
		const struct py_node *s = of->def->arg->arg;

		for (; of->dataclass && s; s = s->next) {
			const struct py_str *name = field_of(s);

			if (name && !py_has_field(c, i, name) &&
				each(ctx, name) < 0)
				return -1;
		}
	}
	return 0;
}

const struct py_list *py_class_names(const struct py_value *v)
{
	return v->type == PY_TYPE ? v->u.class->names : NULL;
}

bool py_is_dataclass(const struct py_value *v)
{
	return v->type == PY_TYPE && v->u.class->dataclass;
}

bool py_inherits(const struct py_class *c, const struct py_class *b)
{
	for (size_t i = 0; c && i < c->norder; i++)
		if (c->order[i] == b)
			return true;
	return false;
}

int py_is_called_class(const struct py_value *v, const struct py_str *name)
{
	const struct py_class *c = py_class_of(v);
	bool whole = true;

	for (size_t i = 0; c && i < c->norder; i++) {
		if (py_str_equal(&c->order[i]->name, name))
			return 1;
		whole = whole && c->order[i]->nrest == 0;
	}
	return whole ? 0 : -1;
}

const struct py_value *py_enum_plain(const struct py_value *v)
{
	const struct py_class *c = py_class_of(v);

	return c && c->members && c->enumeration >= PY_ENUM_VALUE
		       ? py_dict_find(py_held(v), "value", 5)
		       : v;
}
