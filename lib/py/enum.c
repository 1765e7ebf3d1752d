/* SPDX-License-Identifier: MIT */
/*
 * Enumerations (library reference 3.11, enum): what the body of such a class
 * assigns become its members, objects of it with a name and a value.  Those of
 * (str, Enum) and its kin are also what their values are.
 */
#include <string.h>

#include "py/py_impl.h"

/* --- members -------------------------------------------------------------- */

/* Whether PATH is NAME, or NAME of a module. */
static bool is_last(const struct py_str *path, const char *name)
{
	size_t n = strlen(name);

	return path->n >= n && memcmp(path->s + path->n - n, name, n) == 0 &&
	       (path->n == n || path->s[path->n - n - 1] == '.');
}

bool py_enum_base(struct py_class *class, const struct py_str *path)
{
	static const struct {
		const char *name;
		enum py_enum kind;
	} bases[] = {{"Enum", PY_ENUM}, {"IntEnum", PY_ENUM_VALUE},
		{"StrEnum", PY_ENUM_STR}, {"Flag", PY_ENUM},
		{"IntFlag", PY_ENUM_VALUE}, {"ExplicitEnum", PY_ENUM_VALUE}};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		if (!is_last(path, bases[i].name))
			continue;
		if (class->enumeration < bases[i].kind)
			class->enumeration = bases[i].kind;
		return true;
	}
	if (!py_is_named(path, "str") && !py_is_named(path, "int") &&
		!py_is_named(path, "float"))
		return false;
	class->mixed = true;
	return true;
}

static const struct py_value *value_of(const struct py_value *member)
{
	return py_dict_find(member->u.list, "value", 5);
}

static int set(struct py_run *r, const struct py_node *at, struct py_list *d,
	const char *name, const struct py_value *v)
{
	struct py_value key;

	return py_new_str(r, name, strlen(name), &key) < 0
		       ? -1
		       : py_dict_set(r, at, d, &key, v);
}

/* auto(): the next int, of StrEnum the name in small letters. */
static int automatic(struct py_run *r, const struct py_class *c,
	const struct py_str *name, struct py_value *ret)
{
	const struct py_list *m = c->members;
	char *small;

	if (c->enumeration != PY_ENUM_STR) {
		const struct py_value *last =
			m->n ? value_of(&m->item[m->n - 1]) : NULL;
		*ret = py_int(last && last->type == PY_INT ? last->u.i + 1 : 1);
		return 0;
	}
	if (py_new_str(r, name->s, name->n, ret) < 0)
		return -1;
	small = (char *)(uintptr_t)ret->u.str->s;
	for (size_t i = 0; i < name->n; i++)
		if (small[i] >= 'A' && small[i] <= 'Z')
			small[i] = (char)(small[i] - 'A' + 'a');
	return 0;
}

static bool is_auto(const struct py_value *v)
{
	return v->type == PY_NAMESPACE && !v->u.list->class &&
	       py_dict_find(v->u.list, "*auto", 5);
}

/* The member of C whose value is V into *RET: 1, 0 or -1 raised. */
static int find_value(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *v,
	struct py_value *ret)
{
	int equal = 0;

	for (size_t i = 0; i < c->members->n && equal == 0; i++) {
		*ret = c->members->item[i];
		equal = py_equal(r, at, value_of(ret), v);
	}
	return equal;
}

/* NAME = *V in the body of C: *V becomes a member, or the first like it. */
static int make_member(struct py_run *r, const struct py_node *at,
	struct py_class *c, const struct py_str *name, struct py_value *v)
{
	struct py_value member, called;
	int known;

	if (is_auto(v) && automatic(r, c, name, v) < 0)
		return -1;
	known = find_value(r, at, c, v, &member);
	if (known) {
		*v = member;
		return known < 0 ? -1 : 0;
	}
	if (py_new_list(r, PY_NAMESPACE, 4, &member) < 0 ||
		py_new_str(r, name->s, name->n, &called) < 0 ||
		set(r, at, member.u.list, "name", &called) < 0 ||
		set(r, at, member.u.list, "value", v) < 0)
		return -1;
	member.u.list->class = c;
	*v = member;
	return py_list_add(r, c->members, member);
}

/* Whether NAME, bound to V in a body, is no member: a method, _private_. */
static bool is_other(const struct py_str *name, const struct py_value *v)
{
	return v->type == PY_FUNCTION || v->type == PY_NATIVE ||
	       v->type == PY_TYPE || v->type == PY_UNKNOWN || name->s[0] == '_';
}

int py_enum_members(
	struct py_run *r, const struct py_node *at, struct py_class *c)
{
	struct py_list *d = c->names;
	struct py_value members;

	if (py_new_list(r, PY_TUPLE, d->n / 2, &members) < 0)
		return -1;
	c->members = members.u.list;
	for (size_t i = 0; i + 1 < d->n; i += 2) {
		const struct py_str *name = d->item[i].u.str;
		if (!is_other(name, &d->item[i + 1]) &&
			make_member(r, at, c, name, &d->item[i + 1]) < 0)
			return -1;
	}
	return 0;
}

/* --- what the class does -------------------------------------------------- */

int py_enum_of(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *v,
	struct py_value *ret)
{
	int found;

	if (v->type == PY_NAMESPACE && v->u.list->class == c) {
		*ret = *v;
		return 0;
	}
	found = find_value(r, at, c, v, ret);
	if (found)
		return found < 0 ? -1 : 0;
	return py_exception(r, "ValueError",
		py_raise(r, at, "is not the value of a %.*s; expected one",
			(int)c->name.n, c->name.s));
}

int py_enum_named(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *name,
	struct py_value *ret)
{
	for (size_t i = 0; i < c->members->n; i++) {
		*ret = c->members->item[i];
		int equal = py_equal(
			r, at, py_dict_find(ret->u.list, "name", 4), name);
		if (equal)
			return equal < 0 ? -1 : 0;
	}
	return py_exception(r, "KeyError",
		py_raise(r, at, "is not the name of a %.*s; expected one",
			(int)c->name.n, c->name.s));
}

const struct py_value *py_enum_plain(const struct py_value *v)
{
	const struct py_class *c =
		v->type == PY_NAMESPACE ? v->u.list->class : NULL;

	return c && c->members && c->enumeration >= PY_ENUM_VALUE ? value_of(v)
								  : v;
}
