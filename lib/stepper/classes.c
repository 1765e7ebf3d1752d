/* SPDX-License-Identifier: MIT */
/*
 * What classes of the text's inherit: classes.py says what PyTorch's schedulers
 * do at a step; an object of a class over a library's settings is their call.
 */
#include <string.h>

#include "base/str.h"
#include "settings/settings.h"
#include "stepper/stepper_impl.h"

static const char classes[] = {
#include "stepper/classes.py.inc"
};

int stepper_find_class(
	struct py_run *r, const struct py_str *name, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	size_t where;
	struct diag d;

	if (!b->classes) {
		if (py_parse(b->py, classes, sizeof(classes), false,
			    &b->classes, &where, &d) < 0)
			return py_raise(
				r, NULL, "classes.py:%s: %s", d.place, d.text);
		if (py_exec(r, b->classes, NULL) < 0)
			return -1;
	}
	return py_global(b->classes, name->s, name->n, ret) &&
	       ret->type == PY_TYPE;
}

/* Whether PATH, up to N, is PyTorch's module, or says none. */
static bool is_of_torch(const struct py_str *path, size_t n)
{
	struct py_str before = {.s = path->s, .n = n};

	return n == 0 || (call_has_part(&before, "lr_scheduler") &&
				 !call_has_part(&before, "paddle"));
}

/*
 * The base that C, NAME, is, which has no steps here: NAME_ of classes.py,
 * whose objects make it.  1, 0 or -1.
 */
static int find_made(struct py_run *r, const struct py_value *c,
	const struct py_str *name, struct py_value *ret)
{
	int found;
	char text[32];
	const struct py_str made = {name->n + 1, text};

	if (made.n > sizeof(text))
		return 0;
	memcpy(text, name->s, name->n);
	text[name->n] = '_';
	found = stepper_find_class(r, &made, ret);
	return found > 0 && py_define(call_build_of(r)->classes, name->s,
				    name->n, *c) < 0
		       ? -1
		       : found;
}

int stepper_base(struct py_run *r, const struct py_value *v,
	const struct py_str *path, struct py_value *ret)
{
	static const struct py_str root = {11, "LRScheduler"};
	const struct call_constructor *c =
		call_is(v, call_constructor_type) ? v->u.opaque->p : NULL;
	struct py_str name = v->type == PY_UNKNOWN ? v->u.unknown->path : *path;
	size_t n = str_last_part(name.s, name.n);
	const struct py_value own = *v; /* RET may be its place */
	int found;

	if (r != py_builder(call_build_of(r)->py))
		return 0;
	if (c ? strcmp(c->module->name, "torch") != 0 : !is_of_torch(&name, n))
		return 0;
	name.s += n;
	name.n -= n;
	if (c)
		name = call_name_of(c);
	if (name.n == root.n + 1 && name.s[0] == '_') {
		name.s++;
		name.n--;
	}
	/* What is a constructor here may have no class there. */
	if (!c && !call_same_name(&name, &root))
		return 0;
	found = stepper_find_class(r, &name, ret);
	return found == 0 && c ? find_made(r, &own, &name, ret) : found;
}

/* Whether V is stepped by what it says or inherits of PyTorch's. */
static bool is_scheduler(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return py_get(r, v, "get_lr", 6, &f) > 0 && stepper_is(r, v);
}

/* What C gives OBJECT where the class over it gives nothing. */
static int inherit(struct py_run *r, const struct call_recipe *x,
	const struct py_value *object)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (p->op != 'k' && x->slot[i].type != PY_UNBOUND &&
			!py_dict_find(py_held(object), p->s.s, p->s.n) &&
			settings_dict_set(r, py_held(object), p->s.s, p->s.n,
				x->slot[i]) < 0)
			return -1;
	return 0;
}

/*
 * OBJECT, of a class over a library's settings, TrainingArguments, is these:
 * they are made of its fields.
 */
static int make_settings(struct py_run *r, const struct py_value *object)
{
	const struct py_list *d = py_held(object);
	const struct py_node *def = py_class_def(object), *e;
	struct py_value found, made;
	struct py_arg *arg = NULL;
	size_t n = 0;

	for (e = def->arg->next; e && !arg; e = e->next) {
		if ((e->form != PY_NAME && e->form != PY_ATTR) ||
			!call_def_find(e->s.s, e->s.n))
			continue;
		if (call_find(r, e->s.s, e->s.n, &found) != 1)
			return -1;
		if (call_is_open(found.u.opaque->p))
			arg = py_alloc(r, (d->n / 2 + 1) * sizeof(*arg));
	}
	if (!arg)
		return 0;
	for (size_t i = 0; i + 1 < d->n; i += 2)
		arg[n++] = (struct py_arg){.name = *d->item[i].u.str,
			.value = d->item[i + 1],
			.at = def};
	return call_recipe_of(r, found.u.opaque->p, def, arg, n, &made) < 0
		       ? -1
		       : inherit(r, made.u.opaque->p, object);
}

/* The only call in B's text of what is called NAME; NULL: none, or several. */
static const struct py_node *only_call(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user), *found = NULL;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (e->form != PY_CALL || e->arg->form != PY_NAME ||
			!call_same_name(&e->arg->s, name))
			continue;
		if (found)
			return NULL;
		found = e;
	}
	return found;
}

/*
 * OBJECT, of a class over a constructor, is the schedule that it has made: this
 * is made where the text makes the object.
 */
static int place_made(struct py_run *r, const struct py_value *object)
{
	struct call_build *b = call_build_of(r);
	const struct py_node *def = py_class_def(object), *at;
	const struct py_str *given;
	struct call_recipe *x;
	struct py_str name;
	struct py_value v;

	if (py_get(r, object, "_constructed", 12, &v) <= 0 ||
		!call_is(&v, call_recipe_type))
		return 0;
	x = v.u.opaque->p;
	name = call_name_of(x->constructor);
	if (stepper_has(r, object, "step") ||
		stepper_has(r, object, "get_lr")) {
		b->fatal = true;
		return py_raise(r, def,
			"a class over %.*s with a step() or get_lr() of its "
			"own, which is not followed; expected the schedule "
			"itself, or a def of the step",
			STR_ARG(name));
	}
	if (!x->at || call_is_of_text(b, x->at))
		return 0;
	at = only_call(b, &def->s);
	x->at = at ? at : def;
	for (size_t i = 0, n = py_nparam(&x->constructor->def); i < n; i++)
		x->from[i] = x->from[i] ? x->at : NULL;
	given = at ? call_given_name(b, at) : NULL;
	return given && call_is_stepped(py_root(b->user), given)
		       ? call_remark(r,
				 "'%.*s' is the %.*s that its class makes: "
				 "rows are its steps, however often rounds of "
				 "the text make one",
				 STR_ARG(*given), STR_ARG(name))
		       : 0;
}

int stepper_made(struct py_run *r, const struct py_value *object)
{
	struct call_build *b = call_build_of(r);
	struct call_object *x;
	const struct sched_step *step = *py_run_ctx(r);
	struct py_value call;

	/* While steps are made schedules of libraries become objects, too. */
	if (r != py_builder(b->py) ||
		(step &&
			!(b->live && call_is_of_text(b, py_class_def(object)))))
		return 0;
	/* Those of layers and data are many, and looked at for each loop. */
	if (stepper_is_class(r, object)) {
		x = py_alloc(r, sizeof(*x));
		if (!x)
			return -1;
		*x = (struct call_object){.value = *object,
			.order = b->norder++,
			.begun = step &&
				 stepper_of(r, object) == stepper_step_itself,
			.before = b->object};
		b->object = x;
		if (x->begun && stepper_begin(r, object, step->ctx) < 0)
			return -1;
		/* What is done to it from here on is behind its first step. */
		if (b->live && !step && stepper_is_over(r, object) &&
			stepper_is(r, object) && b->reader->loops->start(r) < 0)
			return -1;
	}
	if (is_scheduler(r, object) ||
		py_get(r, object, "__call__", 8, &call) > 0)
		call_contain(object);
	return place_made(r, object) < 0 ? -1 : make_settings(r, object);
}
