/* SPDX-License-Identifier: MIT */
/*
 * Definitions (Python language reference 3.11, 8.7 and 8.8): classes, in the
 * order in which their bases are asked, and what decorators make of them and of
 * functions.  click's options (8.1) are defaults of the function that they
 * decorate.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "py/py_impl.h"

/* --- classes ---------------------------------------------------------- */

/* What makes fields of what is annotated, as a dataclass does. */
static bool is_record(const struct py_str *path)
{
	return py_is_word_of(path,
		"NamedTuple typing.NamedTuple BaseModel pydantic.BaseModel "
		"BaseSettings pydantic.BaseSettings Struct msgspec.Struct");
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
			 : py_raise_as(r, at, "TypeError",
				   "bases whose orders contradict one "
				   "another; expected them in one");
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

/* --- click ------------------------------------------------------------ */

/*
 * The parameter of an option's declaration S: what has no dash, else the
 * longest, "--lr-max", up to a '/'; a better one than *BEST becomes it.
 */
static void better_name(const struct py_str *s, struct py_str *best, int *rank)
{
	size_t dashes = 0, n;
	int own;

	while (dashes < s->n && s->s[dashes] == '-')
		dashes++;
	for (n = dashes; n < s->n && s->s[n] != '/';)
		n++;
	own = dashes == 0 ? 3 : (int)dashes;
	if (n == dashes || own <= *rank)
		return;
	*rank = own;
	*best = (struct py_str){.s = s->s + dashes, .n = n - dashes};
}

static bool same_parameter(const struct py_str *p, const struct py_str *option)
{
	if (p->n != option->n)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (p->s[i] != option->s[i] &&
			!(p->s[i] == '_' && option->s[i] == '-'))
			return false;
	return true;
}

/* The default that the option E gives: 1, 0 if none, or -1 raised. */
static int option_default(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	bool flag = false;

	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		if (a->form != PY_KEYWORD)
			continue;
		if (py_is_named(&a->s, "default"))
			return py_eval(r, a->arg, f, ret) < 0
				       ? -1
				       : ret->type != PY_NONE;
		flag = flag || py_is_named(&a->s, "is_flag");
	}
	*ret = py_bool(false);
	return flag;
}

static int click_option(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *v)
{
	struct py_function *fn;
	struct py_value init, given;
	struct py_str name = {0, ""};
	size_t n = 0;
	int rank = 0, found = option_default(r, e, f, &init);

	if (found <= 0)
		return found;
	for (const struct py_node *a = e->arg->next; a; a = a->next)
		if (a->form == PY_CONST && a->value.type == PY_STR)
			better_name(a->value.u.str, &name, &rank);
	for (const struct py_node *p = v->u.function->def->arg->next; p;
		p = p->next)
		n++;
	fn = py_alloc(r, sizeof(*fn) + n * sizeof(*fn->init));
	if (!fn)
		return -1;
	*fn = *v->u.function;
	fn->init = (struct py_value *)(fn + 1);
	n = 0;
	for (const struct py_node *p = fn->def->arg->next; p;
		p = p->next, n++) {
		fn->init[n] = v->u.function->init[n];
		if (!same_parameter(&p->s, &name))
			continue;
		fn->init[n] = py_parsed(r->py, &p->s, &given) ? given : init;
	}
	v->u.function = fn;
	return 0;
}

/* --- decorators ------------------------------------------------------- */

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
	if (str_begins_with(name->s, name->n, "register"))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(decorators); i++) {
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
		return click_option(r, e, f, v);
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
