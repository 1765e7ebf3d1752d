/* SPDX-License-Identifier: MIT */
/*
 * Classes of the user's over those of libraries.  Over PyTorch's schedulers:
 * classes.py says what these do at a step, and a schedule that such an object
 * was given, and steps itself, becomes an object of its class while steps are
 * made.  Over settings: an object is their call.
 */
#include "script/script_impl.h"

#include <string.h>

static const char classes[] = {
#include "script/classes.py.inc"
};

int script_find_class(
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

int script_base(struct py_run *r, const struct py_value *v,
	const struct py_str *path, struct py_value *ret)
{
	static const struct py_str root = {11, "LRScheduler"};
	const struct call_constructor *c =
		call_is(v, call_constructor_type) ? v->u.opaque->p : NULL;
	struct py_str name = v->type == PY_UNKNOWN ? v->u.unknown->path : *path;
	size_t n = name.n;

	if (r != py_builder(call_build_of(r)->py))
		return 0;
	while (n > 0 && name.s[n - 1] != '.')
		n--;
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
	return script_find_class(r, &name, ret);
}

/* Whether V is stepped by what it says or inherits of PyTorch's. */
static bool is_scheduler(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return py_get(r, v, "get_lr", 6, &f) > 0 && script_is_stepped(r, v);
}

/* What C gives OBJECT where the class over it gives nothing. */
static int inherit(struct py_run *r, const struct call_recipe *x,
	const struct py_value *object)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (p->op != 'k' && x->slot[i].type != PY_UNBOUND &&
			!py_dict_find(object->u.list, p->s.s, p->s.n) &&
			settings_dict_set(r, object->u.list, p->s.s, p->s.n,
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
	const struct py_list *d = object->u.list;
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

int script_made(struct py_run *r, const struct py_value *object)
{
	struct call_build *b = call_build_of(r);
	struct call_object *x;
	struct py_value call;

	if (r != py_builder(b->py) || *py_run_ctx(r))
		return 0;
	x = py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	*x = (struct call_object){.value = *object, .before = b->object};
	b->object = x;
	if (is_scheduler(r, object) ||
		py_get(r, object, "__call__", 8, &call) > 0)
		call_contain(object);
	return make_settings(r, object);
}

/* --- in steps ------------------------------------------------------------- */

/* X's arguments as those of CLASS's __init__, into ARG; returns how many. */
static size_t arguments(struct py_run *r, const struct call_recipe *x,
	const struct py_value *class, struct py_arg *arg)
{
	const struct py_node *p, *q;
	struct py_value init;
	size_t n = 0;

	if (py_get(r, class, "__init__", 8, &init) <= 0)
		return 0;
	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		for (size_t k = 0; (q = py_param(&init, k)); k++)
			if (x->slot[i].type != PY_UNBOUND &&
				call_same_name(&p->s, &q->s))
				arg[n++] = (struct py_arg){.value = x->slot[i],
					.name = q->s,
					.at = x->at};
	return n;
}

int script_live(struct py_run *r, struct call_recipe *x)
{
	const struct sched_step *step = *py_run_ctx(r);
	const struct call_training *t = step ? step->ctx : NULL;
	struct py_str name = call_name_of(x->constructor);
	struct py_arg *arg;
	struct py_value class;
	size_t n = py_nparam(&x->constructor->def);
	int found;

	if (x->live.type != PY_UNBOUND)
		return 1;
	if (!t || !x->constructor->module ||
		strcmp(x->constructor->module->name, "torch") != 0)
		return 0;
	found = script_find_class(r, &name, &class);
	if (found <= 0)
		return found;
	arg = py_alloc(r, (n + 1) * sizeof(*arg));
	return !arg ||
			       py_invoke(r, x->at, &class, arg,
				       arguments(r, x, &class, arg),
				       &x->live) < 0 ||
			       script_drive(r, &x->live, t, 0) < 0
		       ? -1
		       : 1;
}
