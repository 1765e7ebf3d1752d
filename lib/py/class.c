/* SPDX-License-Identifier: MIT */
/*
 * Classes of the text and their objects (Python language reference 3.11, 3.2
 * and 8.8).  What bases that are not of the text's are is not known, so an
 * attribute that is not found may be theirs.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* --- attributes ----------------------------------------------------------- */

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
		*ret = (struct py_value){.type = PY_DICT, .u.list = v->u.list};
	else if (py_is_named(name, "__class__") && object && class)
		*ret = (struct py_value){.type = PY_TYPE, .u.class = class};
	else
		return 0;
	return 1;
}

int py_object_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	bool object = v->type == PY_NAMESPACE;
	const struct py_class *class = object ? v->u.list->class : v->u.class;
	const struct py_value *found = py_class_find(class, name->s, name->n);
	const struct py_value *own =
		object ? py_dict_find(v->u.list, name->s, name->n) : NULL;

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
	if (py_class_find(class, "__getattr__", 11))
		return py_raise(
			r, at, "has __getattr__; expected plain attributes");
	return special(r, v, class, name, ret);
}

int py_get(struct py_run *r, const struct py_value *v, const char *name,
	size_t n, struct py_value *ret)
{
	struct py_str s = {.s = name, .n = n};

	return v->type == PY_NAMESPACE || v->type == PY_TYPE
		       ? py_object_attribute(r, NULL, v, &s, ret)
		       : 0;
}

/* The attribute S of UNKNOWN base PATH. */
static int of_rest(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_str *s, struct py_value *ret)
{
	struct buf b = {0};
	int bad = buf_add(&b, path->s, path->n) || buf_addc(&b, '.') ||
		  buf_add(&b, s->s, s->n);

	bad = bad ? py_raise_nomem(r, b.len)
		  : py_look_up(r, at, b.data, b.len, ret);
	buf_free(&b);
	return bad;
}

int py_super(struct py_run *r, const struct py_node *at, const struct py_str *s,
	struct py_value *ret)
{
	static const struct py_str object = {6, "object"};
	const struct py_calling *c = r->calling;
	const struct py_class *class = c ? c->fn->class : NULL, *of;
	const struct py_value *found = NULL;
	const struct py_str *rest = &object;
	struct py_value self;
	size_t i = 0;

	if (!class || !c->fn->def->arg->next)
		return py_raise(r, at, "super() outside of a method");
	self = c->frame->slot[0];
	of = self.type == PY_TYPE        ? self.u.class
	     : self.type == PY_NAMESPACE ? self.u.list->class
					 : NULL;
	of = of ? of : class;
	while (i < of->norder && of->order[i] != class)
		i++;
	for (; i < of->norder && !found; i++) {
		const struct py_class *next = of->order[i];
		if (next != class)
			found = py_dict_find(next->names, s->s, s->n);
		if (rest == &object && next->nrest)
			rest = &next->rest[0];
	}
	if (found)
		return as_attribute(r, at, found, &self, of, ret) < 0 ? -1 : 0;
	return of_rest(r, at, rest, s, ret);
}

/* --- objects -------------------------------------------------------------- */

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
	if (v->type != PY_NAMESPACE || v->u.list->class)
		return 1;
	made = py_dict_find(v->u.list, "default_factory", 15);
	if (made)
		return py_invoke(x->run, x->at, made, NULL, 0, ret) < 0 ? -1
									: 1;
	made = py_dict_find(v->u.list, "default", 7);
	if (made)
		*ret = *made;
	return made != NULL;
}

static int set_field(struct fields *x, const struct py_str *name)
{
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

/* Fields stand where the first of the bases has them. */
static int set_fields(struct fields *x)
{
	for (size_t i = x->class->norder; i > 0; i--) {
		const struct py_class *c = x->class->order[i - 1];
		const struct py_node *s = c->def->arg->arg;
		for (; c->dataclass && s; s = s->next) {
			const struct py_str *name = field_of(s);
			bool before = false;
			for (size_t k = i; name && k < x->class->norder; k++)
				before = before ||
					 (x->class->order[k]->dataclass &&
						 declares(x->class->order[k],
							 name));
			if (name && !before && set_field(x, name) < 0)
				return -1;
		}
	}
	return 0;
}

static int new_dataclass(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	const struct py_value *object)
{
	struct fields x = {.run = r,
		.at = at,
		.arg = arg,
		.narg = narg,
		.object = object->u.list,
		.class = c};
	const struct py_value *post = py_class_find(c, "__post_init__", 13);
	struct py_value fn, ignored;

	if (set_fields(&x) < 0)
		return -1;
	if (x.used != narg)
		return py_raise(r, at, "%.*s() has no such argument",
			(int)c->name.n, c->name.s);
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
		return py_exception(r, "TypeError",
			py_raise(r, at, "%.*s() takes no arguments",
				(int)c->name.n, c->name.s));
	return 0;
}

int py_new_object(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_host *host = r->py->host;

	if (c->members && narg == 1)
		return py_enum_of(r, at, c, &arg[0].value, ret);
	if (py_class_find(c, "__new__", 7))
		return py_raise(r, at, "has __new__; expected __init__");
	if (py_new_list(r, PY_NAMESPACE, 0, ret) < 0)
		return -1;
	ret->u.list->class = c;
	if (init_object(r, at, c, arg, narg, ret) < 0)
		return -1;
	return host && host->made ? host->made(r, ret) : 0;
}

/* --- definitions ---------------------------------------------------------- */

/* What makes fields of what is annotated, as a dataclass does. */
static bool is_record(const struct py_str *path)
{
	static const char *const names[] = {"NamedTuple", "typing.NamedTuple",
		"BaseModel", "pydantic.BaseModel", "BaseSettings",
		"pydantic.BaseSettings", "Struct", "msgspec.Struct"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (py_is_named(path, names[i]))
			return true;
	return false;
}

/* The orders of a class's bases while they become one; SEEN of each. */
struct merge {
	const struct py_class **base;
	size_t *seen, n;
};

/* Whether C stands behind another that is still to come. */
static bool is_behind(const struct merge *x, const struct py_class *c)
{
	for (size_t k = 0; k < x->n; k++) {
		for (size_t j = x->seen[k] + 1; j < x->base[k]->norder; j++)
			if (x->base[k]->order[j] == c)
				return true;
		for (size_t j = 0; x->base[k] == c && j < k; j++)
			if (x->seen[j] == 0)
				return true;
	}
	return false;
}

/*
 * The order in which CLASS, of BASE[0..N), is asked for its attributes: each
 * before its bases, those in the order given (C3, of Python 2.3's notes).
 */
static int linearize(struct py_run *r, const struct py_node *at,
	struct py_class *class, const struct py_class **base, size_t n)
{
	struct merge x = {.base = base,
		.seen = py_alloc(r, (n + 1) * sizeof(*x.seen)),
		.n = n};
	const struct py_class *next = class;
	size_t total = 1, left;

	for (size_t i = 0; i < n; i++)
		total += base[i]->norder;
	class->order = py_alloc(r, total * sizeof(struct py_class *));
	if (!x.seen || !class->order || py_charge(r, at, total * n) < 0)
		return -1;
	while (next) {
		class->order[class->norder++] = next;
		next = NULL;
		left = 0;
		for (size_t i = 0; i < n; i++) {
			const struct py_class **order = base[i]->order;
			size_t *seen = &x.seen[i];
			if (*seen < base[i]->norder &&
				order[*seen] == class->order[class->norder - 1])
				++*seen;
			left += base[i]->norder - *seen;
		}
		for (size_t i = 0; i < n && !next; i++)
			if (x.seen[i] < base[i]->norder &&
				!is_behind(&x, base[i]->order[x.seen[i]]))
				next = base[i]->order[x.seen[i]];
	}
	return left == 0 ? 0
			 : py_exception(r, "TypeError",
				   py_raise(r, at,
					   "bases whose orders contradict one "
					   "another; expected them in one"));
}

/* One more base, E, of CLASS: of the text's into BASE[*N]. */
static int add_base(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_class *class,
	const struct py_class **base, size_t *n)
{
	const char *text = f->module->text + e->at;
	struct py_str path = {.s = text, .n = e->end - e->at};
	const struct py_host *host = r->py->host;
	struct py_value v;

	if (e->form == PY_KEYWORD)
		return 0; /* metaclass=ABCMeta */
	if (e->form != PY_NAME && e->form != PY_ATTR)
		return py_raise(r, e,
			"a class from what is made; expected "
			"a name");
	if (py_eval(r, e, f, &v) < 0)
		return -1;
	if (v.type != PY_TYPE && host && host->base &&
		host->base(r, &v, &path, &v) < 0)
		return -1;
	if (v.type != PY_TYPE) {
		if (py_is_named(&path, "object") || py_enum_base(class, &path))
			return 0;
		if (is_record(&path))
			class->dataclass = true;
		((struct py_str *)(uintptr_t) class->rest)[class->nrest++] =
			path;
		return 0;
	}
	if (v.u.class->norder == PY_DEPTH_MAX)
		return py_raise(r, e, "%d bases above it; expected fewer",
			PY_DEPTH_MAX);
	base[(*n)++] = v.u.class;
	class->dataclass = class->dataclass || v.u.class->dataclass;
	class->mixed = class->mixed || v.u.class->mixed;
	if (class->enumeration < v.u.class->enumeration)
		class->enumeration = v.u.class->enumeration;
	return 0;
}

/* The names of OWN's scope become those of CLASS. */
static int add_names(struct py_run *r, const struct py_node *s,
	const struct py_frame *own, struct py_class *class)
{
	struct py_value key;

	for (unsigned i = 0; i < s->scope->n; i++) {
		const struct py_str *name = &s->scope->name[i].s;
		struct py_value v = own->slot[i];

		if (v.type == PY_UNBOUND)
			continue;
		if (v.type == PY_FUNCTION && !v.u.function->class) {
			struct py_function *fn =
				(struct py_function *)(uintptr_t)v.u.function;
			fn->class = class;
		}
		if (py_new_str(r, name->s, name->n, &key) < 0 ||
			py_dict_set(r, s, class->names, &key, &v) < 0)
			return -1;
	}
	return 0;
}

static int eval_class(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	struct py_frame *own = py_frame_new(r, s->scope->n, f, f->module);
	struct py_class *class = py_alloc(r, sizeof(*class));
	const struct py_class **base;
	struct py_value names, ignored;
	size_t n = 0;

	for (const struct py_node *e = s->arg->next; e; e = e->next)
		n++;
	base = py_alloc(r, (n + 1) * sizeof(*base));
	if (!own || !class || !base || py_new_list(r, PY_DICT, 0, &names) < 0)
		return -1;
	*class = (struct py_class){
		.name = s->s, .def = s, .names = names.u.list};
	class->rest = py_alloc(r, (n + 1) * sizeof(*class->rest));
	if (!class->rest)
		return -1;
	n = 0;
	for (const struct py_node *e = s->arg->next; e; e = e->next)
		if (add_base(r, e, f, class, base, &n) < 0)
			return -1;
	if (class->mixed && class->enumeration == PY_ENUM)
		class->enumeration = PY_ENUM_VALUE;
	if (linearize(r, s, class, base, n) < 0 ||
		py_exec_each(r, s->arg, own, &ignored) < 0 ||
		add_names(r, s, own, class) < 0 ||
		(class->enumeration && py_enum_members(r, s, class) < 0))
		return -1;
	*ret = (struct py_value){.type = PY_TYPE, .u.class = class};
	return 0;
}

/* Decorators known by their last name, and what they make of a function. */
static const struct {
	const char *name;
	enum py_kind_of_function kind;
} decorators[] = {
	{"property", PY_PROPERTY},
	{"cached_property", PY_PROPERTY},
	{"staticmethod", PY_STATIC},
	{"classmethod", PY_OF_CLASS},
	{"jit", PY_PLAIN},
	{"njit", PY_PLAIN},
	{"pmap", PY_PLAIN},
	{"function", PY_PLAIN},
	{"no_grad", PY_PLAIN},
	{"inference_mode", PY_PLAIN},
	{"compile", PY_PLAIN},
	{"lru_cache", PY_PLAIN},
	{"cache", PY_PLAIN},
	{"wraps", PY_PLAIN},
	{"main", PY_PLAIN},
	{"command", PY_PLAIN}, /* of click and typer, as the next four */
	{"group", PY_PLAIN},
	{"callback", PY_PLAIN},
	{"version_option", PY_PLAIN},
	{"help_option", PY_PLAIN},
	{"record", PY_PLAIN}, /* of torchelastic */
	{"rank_zero_only", PY_PLAIN},
	{"typechecked", PY_PLAIN},
	{"abstractmethod", PY_PLAIN},
	{"override", PY_PLAIN},
	{"final", PY_PLAIN},
	{"unique", PY_PLAIN},
	{"total_ordering", PY_PLAIN},
	{"keras_export", PY_PLAIN},
	{"tf_export", PY_PLAIN},
};

/* V as decorator E, called NAME, leaves it: 1, 0 if E is not known, -1. */
static int apply_known(
	struct py_run *r, const struct py_str *name, struct py_value *v)
{
	struct py_function *fn;

	if (py_is_named(name, "dataclass") && v->type == PY_TYPE) {
		((struct py_class *)(uintptr_t)v->u.class)->dataclass = true;
		return 1;
	}
	if (name->n >= 8 && memcmp(name->s, "register", 8) == 0)
		return 1;
	for (size_t i = 0; i < sizeof(decorators) / sizeof(decorators[0]);
		i++) {
		if (!py_is_named(name, decorators[i].name))
			continue;
		if (v->type != PY_FUNCTION || decorators[i].kind == PY_PLAIN)
			return 1;
		fn = py_alloc(r, sizeof(*fn));
		if (!fn)
			return -1;
		*fn = *v->u.function;
		fn->kind = decorators[i].kind;
		v->u.function = fn;
		return 1;
	}
	return 0;
}

/* V as the decorator E makes it. */
static int decorate(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *v)
{
	const struct py_node *name = e->form == PY_CALL ? e->arg : e;
	struct py_arg arg = {.value = *v, .at = e};
	struct py_value d;
	int known;

	if (py_eval(r, name, f, &d) < 0)
		return -1;
	if (e->form == PY_CALL && d.type == PY_UNKNOWN &&
		v->type == PY_FUNCTION &&
		(py_is_named(&name->s, "option") ||
			py_is_named(&name->s, "argument")))
		return py_click_option(r, e, f, v);
	if (d.type != PY_FUNCTION && d.type != PY_TYPE &&
		d.type != PY_NAMESPACE) {
		known = apply_known(r, &name->s, v);
		if (known)
			return known < 0 ? -1 : 0;
	}
	if (py_eval(r, e, f, &d) < 0)
		return -1;
	/* Of a text's class: it registers it somewhere, most likely. */
	if (d.type == PY_UNKNOWN && v->type == PY_TYPE && r->module->tolerant)
		return 0;
	if (d.type == PY_UNKNOWN || d.type == PY_NONE)
		return py_raise(r, e, "has a decorator that is not known");
	return py_invoke(r, e, &d, &arg, 1, v);
}

int py_eval_definition(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	if (s->form == PY_DEF)
		return py_eval_function(r, s, f, ret);
	if (s->form == PY_CLASS)
		return eval_class(r, s, f, ret);
	return py_eval_definition(r, s->arg->next, f, ret) < 0
		       ? -1
		       : decorate(r, s->arg, f, ret);
}
