/* SPDX-License-Identifier: MIT */
/*
 * Objects and what they have of their classes (Python language reference 3.11,
 * 3.2): attributes, making an object, members of enumerations.  Of bases that
 * the text does not define nothing is known, so an attribute that is not found
 * may be theirs.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "builtin/builtin_impl.h"

/* --- attributes ------------------------------------------------------- */

int py_bind_arguments(struct py_run *r, const struct py_value *fn,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct py_function *old = fn->u.function;
	size_t n = old->ngiven + narg;
	struct py_function *own =
		py_alloc(r, sizeof(*own) + n * sizeof(*own->given));
	struct py_arg *given;

	if (!own)
		return -1;
	*own = *old;
	given = (struct py_arg *)(own + 1);
	if (old->ngiven)
		memcpy(given, old->given, old->ngiven * sizeof(*given));
	if (narg)
		memcpy(given + old->ngiven, arg, narg * sizeof(*given));
	own->given = given;
	own->ngiven = n;
	own->kind = PY_PLAIN;
	*ret = (struct py_value){.type = PY_FUNCTION, .u.function = own};
	return 0;
}

/* A function FN with its first argument given. */
static int bind_self(struct py_run *r, const struct py_value *fn,
	const struct py_value *self, struct py_value *ret)
{
	struct py_arg arg = {.value = *self};

	return py_bind_arguments(r, fn, &arg, 1, ret);
}

/* What V, found in CLASS, is as an attribute of SELF: 1, or -1. */
static int as_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_value *self,
	const struct py_class *class, struct py_value *ret)
{
	struct py_value of = {.type = PY_TYPE, .u.class = class}, fn;
	enum py_kind_of_function kind = PY_STATIC;

	if (v->type == PY_FUNCTION && v->u.function->ngiven == 0)
		kind = v->u.function->kind;
	if (kind == PY_OF_CLASS)
		return bind_self(r, v, &of, ret) < 0 ? -1 : 1;
	*ret = *v;
	if (kind == PY_STATIC || self->type != PY_NAMESPACE)
		return 1;
	if (bind_self(r, v, self, &fn) < 0)
		return -1;
	if (kind == PY_PROPERTY)
		return py_invoke(r, at, &fn, NULL, 0, ret) < 0 ? -1 : 1;
	*ret = fn;
	return 1;
}

/* __class__, __dict__, __name__ */
static int special(struct py_run *r, const struct py_value *v,
	const struct py_class *class, const struct py_str *name,
	struct py_value *ret)
{
	bool object = v->type == PY_NAMESPACE;

	if (py_is_named(name, "__name__") && !object)
		return py_new_str(r, class->name.s, class->name.n, ret) < 0 ? -1
									    : 1;
	if (py_is_named(name, "__dict__") && object)
		*ret = py_vars(v);
	else if (py_is_named(name, "__class__") && object && class)
		*ret = (struct py_value){.type = PY_TYPE, .u.class = class};
	else
		return 0;
	return 1;
}

/*
 * What __getattr__, FN, gives for NAME of OBJECT, which AT asks for: 1, or -1.
 * Where that is not known, or nothing, AT itself has no value.
 */
static int asked_for(struct py_run *r, const struct py_node *at,
	const struct py_value *fn, const struct py_value *object,
	const struct py_str *name, struct py_value *ret)
{
	const struct py_state before = py_state_of(r);
	struct py_arg arg = {.at = at};
	struct py_value bound;

	if (bind_self(r, fn, object, &bound) < 0 ||
		py_new_str(r, name->s, name->n, &arg.value) < 0)
		return -1;
	if (py_invoke(r, at, &bound, &arg, 1, ret) == 0) {
		if (ret->type != PY_UNKNOWN && ret->type != PY_NONE)
			return 1;
	} else if (!r->error.unknown || r->diag.class != DIAG_USAGE)
		return -1;
	py_forget(r, &before);
	return at->form != PY_ATTR ||
			       py_new_unknown(r, at, r->module->text + at->at,
				       at->end - at->at, NULL, ret) == 0
		       ? 1
		       : -1;
}

int py_object_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	bool object = v->type == PY_NAMESPACE;
	const struct py_class *class = object ? py_class_of(v) : v->u.class;
	const struct py_value *found = py_class_find(class, name->s, name->n);
	const struct py_value *own =
		object ? py_dict_find(py_held(v), name->s, name->n) : NULL;

	int done;

	if (object && py_readable(r, at, v) < 0)
		return -1;
	if (found && found->type == PY_FUNCTION &&
		found->u.function->kind == PY_PROPERTY)
		own = NULL;
	if (own) {
		*ret = *own;
		return 1;
	}
	if (found)
		return as_attribute(r, at, found, v, class, ret);
	done = special(r, v, class, name, ret);
	found = object && at && !done ? py_class_find(class, "__getattr__", 11)
				      : NULL;
	return found && found->type == PY_FUNCTION
		       ? asked_for(r, at, found, v, name, ret)
		       : done;
}

int py_get(struct py_run *r, const struct py_value *v, const char *name,
	size_t n, struct py_value *ret)
{
	struct py_str s = {.s = name, .n = n};

	return v->type == PY_NAMESPACE || v->type == PY_TYPE
		       ? py_object_attribute(r, NULL, v, &s, ret)
		       : 0;
}

int py_super(struct py_run *r, const struct py_node *at, const struct py_str *s,
	struct py_str *rest, struct py_value *ret)
{
	const struct py_calling *c = r->calling;
	const struct py_class *class = c ? c->fn->class : NULL, *of;
	const struct py_value *found = NULL;
	struct py_value self;
	bool known = true;
	size_t i = 0;

	*rest = (struct py_str){6, "object"};
	if (!class || !c->fn->def->arg->next)
		return py_raise(r, at, "super() outside of a method");
	self = c->frame->slot[0];
	of = self.type == PY_TYPE ? self.u.class : py_class_of(&self);
	of = of ? of : class;
	while (i < of->norder && of->order[i] != class)
		i++;
	for (; i < of->norder && !found; i++) {
		const struct py_class *next = of->order[i];
		if (next != class)
			found = py_dict_find(next->names, s->s, s->n);
		if (known && next->nrest) {
			*rest = next->rest[0];
			known = false;
		}
	}
	return found ? as_attribute(r, at, found, &self, of, ret) : 0;
}

/* --- members of enumerations ------------------------------------------ */

bool py_enum_base(struct py_class *class, const struct py_str *path)
{
	static const struct {
		const char *name;
		enum py_enum kind;
	} bases[] = {{"Enum", PY_ENUM}, {"IntEnum", PY_ENUM_VALUE},
		{"StrEnum", PY_ENUM_STR}, {"Flag", PY_ENUM},
		{"IntFlag", PY_ENUM_VALUE}, {"ExplicitEnum", PY_ENUM_VALUE}};
	const struct py_str last = py_last_part(path);

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		if (!py_is_named(&last, bases[i].name))
			continue;
		if (class->enumeration < bases[i].kind)
			class->enumeration = bases[i].kind;
		/* transformers' has str as a base. */
		class->mixed |= py_is_named(&last, "ExplicitEnum");
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
	return py_dict_find(py_held(member), "value", 5);
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
		small[i] = str_to_lower(small[i]);
	return 0;
}

static bool is_auto(const struct py_value *v)
{
	return v->type == PY_NAMESPACE && !py_class_of(v) &&
	       py_dict_find(py_held(v), "*auto", 5);
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
	if (py_new_namespace(r, c, &member) < 0 ||
		py_new_str(r, name->s, name->n, &called) < 0 ||
		py_set(r, &member, "name", called) < 0 ||
		py_set(r, &member, "value", *v) < 0)
		return -1;
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

static int enum_of(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *v,
	struct py_value *ret)
{
	int found;

	if (py_class_of(v) == c) {
		*ret = *v;
		return 0;
	}
	found = find_value(r, at, c, v, ret);
	if (found)
		return found < 0 ? -1 : 0;
	return py_raise_as(r, at, "ValueError",
		"is not the value of a %.*s; expected one", STR_ARG(c->name));
}

int py_enum_named(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *name,
	struct py_value *ret)
{
	for (size_t i = 0; i < c->members->n; i++) {
		*ret = c->members->item[i];
		int equal = py_equal(
			r, at, py_dict_find(py_held(ret), "name", 4), name);
		if (equal)
			return equal < 0 ? -1 : 0;
	}
	return py_raise_as(r, at, "KeyError",
		"is not the name of a %.*s; expected one", STR_ARG(c->name));
}

/* --- objects ---------------------------------------------------------- */

/* The fields of a dataclass, those of its base first, get ARG's values. */
struct fields {
	struct py_run *run;
	const struct py_node *at;
	const struct py_arg *arg;
	size_t narg, next; /* the next by position */
	size_t used;
	struct py_list *object;
	const struct py_class *class;
};

/* The default of field NAME: field(default=...)'s or the class's. */
static int field_default(
	struct fields *x, const struct py_str *name, struct py_value *ret)
{
	const struct py_value *v = py_class_find(x->class, name->s, name->n);
	const struct py_value *made;

	if (!v)
		return 0;
	*ret = *v;
	if (v->type != PY_NAMESPACE || py_class_of(v))
		return 1;
	made = py_dict_find(py_held(v), "default_factory", 15);
	if (made)
		return py_invoke(x->run, x->at, made, NULL, 0, ret) < 0 ? -1
									: 1;
	made = py_dict_find(py_held(v), "default", 7);
	if (made)
		*ret = *made;
	return made != NULL;
}

static int set_field(void *ctx, const struct py_str *name)
{
	struct fields *x = ctx;
	struct py_value key, v;
	size_t given = x->narg;
	int found = 1;

	for (size_t i = 0; i < x->narg; i++)
		if (py_str_equal(&x->arg[i].name, name))
			given = i;
	if (given == x->narg && x->next < x->narg &&
		x->arg[x->next].name.n == 0)
		given = x->next++;
	x->used += given < x->narg;
	if (given < x->narg)
		v = x->arg[given].value;
	else
		found = field_default(x, name, &v);
	/* One without a value is asked for where it is used. */
	if (found <= 0)
		return found;
	return py_new_str(x->run, name->s, name->n, &key) < 0
		       ? -1
		       : py_dict_set(x->run, x->at, x->object, &key, &v);
}

static int new_dataclass(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	const struct py_value *object)
{
	struct fields x = {.run = r,
		.at = at,
		.arg = arg,
		.narg = narg,
		.object = py_held(object),
		.class = c};
	const struct py_value *post = py_class_find(c, "__post_init__", 13);
	struct py_value fn, ignored;

	if (py_each_field(c, set_field, &x) < 0)
		return -1;
	if (x.used != narg)
		return py_raise(
			r, at, "%.*s() has no such argument", STR_ARG(c->name));
	if (!post || post->type != PY_FUNCTION)
		return 0;
	return bind_self(r, post, object, &fn) < 0
		       ? -1
		       : py_invoke(r, at, &fn, NULL, 0, &ignored);
}

/* Makes what OBJECT, of C, begins with. */
static int init_object(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	const struct py_value *object)
{
	const struct py_value *init = py_class_find(c, "__init__", 8);
	struct py_value fn, ignored;
	bool rest = false;

	for (size_t i = 0; i < c->norder; i++)
		rest = rest || c->order[i]->nrest > 0;
	if (init && init->type == PY_FUNCTION)
		return bind_self(r, init, object, &fn) < 0
			       ? -1
			       : py_invoke(r, at, &fn, arg, narg, &ignored);
	if (c->dataclass)
		return new_dataclass(r, at, c, arg, narg, object);
	if (narg > 0 && !rest)
		return py_raise_as(r, at, "TypeError",
			"%.*s() takes no arguments", STR_ARG(c->name));
	return 0;
}

int py_new_object(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_host *host = r->py->host;

	if (c->members && narg == 1)
		return enum_of(r, at, c, &arg[0].value, ret);
	if (py_class_find(c, "__new__", 7))
		return py_raise(r, at, "has __new__; expected __init__");
	if (py_new_namespace(r, c, ret) < 0 ||
		init_object(r, at, c, arg, narg, ret) < 0)
		return -1;
	return host && host->made ? host->made(r, ret) : 0;
}

/* --- exceptions ----------------------------------------------------------- */

/* Python's classes of exceptions and their bases (library reference, 5.4). */
static const char *const bases[][2] = {
	{"ArithmeticError", "Exception"},
	{"AssertionError", "Exception"},
	{"AttributeError", "Exception"},
	{"EOFError", "Exception"},
	{"Exception", "BaseException"},
	{"FileExistsError", "OSError"},
	{"FileNotFoundError", "OSError"},
	{"FloatingPointError", "ArithmeticError"},
	{"ImportError", "Exception"},
	{"IndexError", "LookupError"},
	{"KeyError", "LookupError"},
	{"KeyboardInterrupt", "BaseException"},
	{"LookupError", "Exception"},
	{"MemoryError", "Exception"},
	{"ModuleNotFoundError", "ImportError"},
	{"NameError", "Exception"},
	{"NotImplementedError", "RuntimeError"},
	{"OSError", "Exception"},
	{"OverflowError", "ArithmeticError"},
	{"PermissionError", "OSError"},
	{"RecursionError", "RuntimeError"},
	{"RuntimeError", "Exception"},
	{"StopIteration", "Exception"},
	{"SystemExit", "BaseException"},
	{"TimeoutError", "OSError"},
	{"TypeError", "Exception"},
	{"UnboundLocalError", "NameError"},
	{"ValueError", "Exception"},
	{"ZeroDivisionError", "ArithmeticError"},
};

/* The base of exception NAME; NULL: not known. */
static const char *base_of(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		if (strlen(bases[i][0]) == n &&
			memcmp(bases[i][0], name, n) == 0)
			return bases[i][1];
	return NULL;
}

/* Whether what R raised is a WANT: 1, 0, or -1: not known. */
static int is_a(const struct py_run *r, const struct py_str *want)
{
	const struct py_class *c = r->raised;
	const char *name = r->error.exception, *base;
	size_t n = strlen(name);

	for (size_t i = 0; c && i < c->norder; i++) {
		const struct py_class *of = c->order[i];
		if (py_str_equal(&of->name, want))
			return 1;
		if (of->nrest > 0) {
			name = of->rest[0].s;
			n = of->rest[0].n;
		}
	}
	while (!py_str_is(want, name, n)) {
		base = base_of(name, n);
		if (!base)
			break;
		name = base;
		n = strlen(base);
	}
	if (py_str_is(want, name, n))
		return 1;
	if (str_is(name, n, "BaseException"))
		return 0;
	return py_str_is(want, "Exception", 9) ||
			       py_str_is(want, "BaseException", 13)
		       ? 1
		       : -1;
}

/* Whether "except E" catches what R raised: 1, 0, or -1: not known. */
static int catches(const struct py_run *r, const struct py_node *e)
{
	int all = 0;

	if (e->form == PY_NAME || e->form == PY_ATTR)
		return is_a(r, &e->s);
	if (e->form != PY_MAKE_TUPLE)
		return -1;
	for (const struct py_node *kid = e->arg; kid && all != 1;
		kid = kid->next) {
		int one = catches(r, kid);
		all = one ? one : all;
	}
	return all;
}

const struct py_node *py_handler_of(struct py_run *r, const struct py_node *s)
{
	const struct py_node *h = s->arg->next;

	if (!r->error.exception || r->diag.class != DIAG_USAGE)
		return NULL;
	for (; h && h->form == PY_EXCEPT; h = h->next) {
		int yes = h->arg->form == PY_BLOCK ? 1 : catches(r, h->arg);
		if (yes < 0) {
			r->error.exception = NULL;
			return NULL;
		}
		if (yes)
			return h;
	}
	return NULL;
}
