/* SPDX-License-Identifier: MIT */
/*
 * What assignments do to names, items, slices and attributes.
 */
#include <string.h>

#include "py/py_impl.h"

/* a, *b, c = V: what is left over goes to b, a list. */
static int assign_items(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	size_t want = 0, i = 0, rest;
	bool star = false;
	struct py_value all, part;

	for (const struct py_node *kid = target->arg; kid; kid = kid->next) {
		want += kid->form != PY_STAR;
		star = star || kid->form == PY_STAR;
	}
	if (py_list_of(r, target, v, PY_LIST, &all) < 0)
		return -1;
	if (all.u.list->n < want || (all.u.list->n > want && !star))
		return py_exception(r, "ValueError",
			py_raise(r, target, "%zu values for %zu names",
				all.u.list->n, want));
	rest = all.u.list->n - want;
	for (const struct py_node *kid = target->arg; kid; kid = kid->next) {
		if (kid->form != PY_STAR) {
			part = all.u.list->item[i++];
		} else if (py_new_list(r, PY_LIST, rest, &part) < 0) {
			return -1;
		} else if (rest > 0) {
			part.u.list->n = rest;
			memcpy(part.u.list->item, all.u.list->item + i,
				rest * sizeof(part));
			i += rest;
		}
		if (py_assign(r, kid->form == PY_STAR ? kid->arg : kid, f,
			    &part) < 0)
			return -1;
	}
	return 0;
}

/* globals()[INDEX] = V */
static int set_global(struct py_run *r, const struct py_node *index,
	struct py_frame *f, const struct py_value *v)
{
	struct py_value name;
	long slot;

	if (py_eval(r, index, f, &name) < 0)
		return -1;
	if (name.type != PY_STR)
		return py_lose_globals(r, index, f->module);
	slot = py_global_slot(f->module, name.u.str);
	if (slot < 0)
		return py_raise_nomem(r, name.u.str->n);
	if (!f->module->global[slot].fixed)
		f->module->global[slot].value = *v;
	return 0;
}

static int assign_index(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_node *index = target->arg->next;
	const struct py_host *host = r->py->host;
	struct py_value object, i;
	size_t k;

	if (py_eval(r, target->arg, f, &object) < 0)
		return -1;
	if (object.type == PY_UNKNOWN &&
		py_is_named(&object.u.unknown->path, "globals"))
		return set_global(r, index, f, v);
	/* What is kept in an unknown thing is of interest to hosts alone. */
	if (object.type == PY_UNKNOWN)
		return host && host->assigned && index->form == PY_CONST &&
				       index->value.type == PY_STR &&
				       host->assigned(r,
					       &object.u.unknown->path,
					       index->value.u.str, v) < 0
			       ? -1
			       : 0;
	if (index->form == PY_SLICE)
		return py_set_slice(r, index, f, &object, v);
	if (py_eval(r, index, f, &i) < 0)
		return -1;
	if (object.type == PY_DICT)
		return py_dict_set(r, index, object.u.list, &i, v);
	if (object.type == PY_ARRAY)
		return r->py->arrays->set(r, index, &object, &i, v);
	if (object.type != PY_LIST)
		return py_raise(r, target->arg,
			"%s is assigned to; expected a list or a dict",
			py_type_name(&object));
	if (py_mutable(r, target, object.u.list->owner) < 0 ||
		py_index_of(r, index, &i, (long long)object.u.list->n, &k) < 0)
		return -1;
	object.u.list->item[k] = *v;
	return 0;
}

static bool is_property(const struct py_value *v, const struct py_str *name)
{
	const struct py_value *found =
		py_class_find(v->u.list->class, name->s, name->n);

	return (found && found->type == PY_FUNCTION &&
		       found->u.function->kind == PY_PROPERTY) ||
	       py_class_find(v->u.list->class, "__setattr__", 11);
}

/*
 * self.x = 1 where nobody knows what self is: an object that has that, and
 * whose other attributes are asked for.  Optimizers are the host's: 1, 0 or -1.
 */
static int open_object(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *object)
{
	static const char optim[] = "optim";
	size_t n = sizeof(optim) - 1;

	if (r != &r->py->build || e->form != PY_NAME || object->u.unknown->why)
		return 0;
	for (size_t i = 0; i + n <= e->s.n; i++)
		if (memcmp(e->s.s + i, optim, n) == 0)
			return 0;
	if (py_new_list(r, PY_NAMESPACE, 4, object) < 0)
		return -1;
	object->u.list->open = true;
	return py_bind_name(r, e, f, object) < 0 ? -1 : 1;
}

static int assign_attr(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_host *host = r->py->host;
	struct py_value object, key;
	int set;

	if (py_eval(r, target->arg, f, &object) < 0)
		return -1;
	set = object.type == PY_OPAQUE && host && host->set
		      ? host->set(r, target, &object, &target->s, v)
		      : 0;
	if (set)
		return set < 0 ? -1 : 0;
	if (object.type == PY_UNKNOWN) {
		set = host && host->assigned
			      ? host->assigned(r, &object.u.unknown->path,
					&target->s, v)
			      : 0;
		if (set)
			return set < 0 ? -1 : 0;
		set = open_object(r, target->arg, f, &object);
		if (set <= 0)
			return set;
	}
	if (object.type != PY_NAMESPACE && object.type != PY_TYPE)
		return py_raise(r, target, "%s has no '%.*s'",
			py_type_name(&object), (int)target->s.n, target->s.s);
	if (object.type == PY_NAMESPACE && is_property(&object, &target->s))
		return py_raise(r, target,
			"a property is assigned to; expected an attribute");
	return py_new_str(r, target->s.s, target->s.n, &key) < 0
		       ? -1
		       : py_dict_set(r, target,
				 object.type == PY_TYPE ? object.u.class->names
							: object.u.list,
				 &key, v);
}

/* Whether V is another number than OWN. */
static bool is_changed(const struct py_value *own, const struct py_value *v)
{
	return py_is_number(own) && py_is_number(v) &&
	       py_number(own) != py_number(v);
}

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_value *own = py_keep_part(r, target, f->module, v);

	if (own && r->ctx && is_changed(own, v))
		return py_raise(r, target,
			"is given a value, and changes from call to call, "
			"which is not followed; expected a def of the step "
			"alone");
	if (own)
		v = own;
	switch (target->form) {
	case PY_NAME: return py_bind_name(r, target, f, v);
	case PY_INDEX: return assign_index(r, target, f, v);
	case PY_ATTR: return assign_attr(r, target, f, v);
	default:
		/* scheduler, n = make(): what the host makes stands for all. */
		if (v->type == PY_UNKNOWN || v->type == PY_OPAQUE) {
			for (const struct py_node *kid = target->arg; kid;
				kid = kid->next)
				if (py_assign(r, kid, f, v) < 0)
					return -1;
			return 0;
		}
		return assign_items(r, target, f, v);
	}
}

/*
 * TARGET = V: what a call gave that nobody knows is called as what it is
 * assigned to, so that -D NAME and -D NAME.lr say what it is.
 */
static int assign_named(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_unknown *u =
		v->type == PY_UNKNOWN ? v->u.unknown : NULL;
	struct py_value own = *v;

	if (!u || u->why || u->path.n == 0 || u->path.s[u->path.n - 1] == ']')
		return py_assign(r, target, f, v);
	if (target->form == PY_NAME) {
		if (py_new_unknown(r, target, target->s.s, target->s.n, NULL,
			    &own) < 0)
			return -1;
	} else if (target->form == PY_MAKE_TUPLE ||
		   target->form == PY_MAKE_LIST) {
		for (const struct py_node *kid = target->arg; kid;
			kid = kid->next)
			if (assign_named(r, kid, f, v) < 0)
				return -1;
		return 0;
	}
	return py_assign(r, target, f, &own);
}

int py_exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	bool called = s->arg->form == PY_CALL;
	struct py_value v;

	if (py_eval(r, s->arg, f, &v) < 0)
		return -1;
	for (const struct py_node *t = s->arg->next; t; t = t->next)
		if ((called ? assign_named : py_assign)(r, t, f, &v) < 0)
			return -1;
	return GO_ON;
}

/* OBJECT op= V in place, where the type does so: 1, 0 where it does not. */
static int change(struct py_run *r, const struct py_node *s,
	const struct py_value *object, const struct py_value *v)
{
	struct py_list *l = object->u.list;
	struct py_value more;

	if (object->type == PY_ARRAY)
		return r->py->arrays->change(
			       r, s, (enum py_op)s->op, object, v) < 0
			       ? -1
			       : 1;
	if ((object->type == PY_SET || object->type == PY_DICT) &&
		object->type == v->type &&
		(s->op == PY_SUB ||
			(s->op >= PY_BIT_AND && s->op <= PY_BIT_XOR))) {
		if (py_mutable(r, s, l->owner) < 0 ||
			py_operate(r, s, (enum py_op)s->op, object, v, &more) <
				0)
			return -1;
		l->item = more.u.list->item;
		l->n = more.u.list->n;
		l->cap = more.u.list->cap;
		return 1;
	}
	if (object->type != PY_LIST || (s->op != PY_ADD && s->op != PY_MUL))
		return 0;
	if (py_mutable(r, s, l->owner) < 0)
		return -1;
	if (s->op == PY_MUL) {
		if (py_operate(r, s, PY_MUL, object, v, &more) < 0)
			return -1;
		l->n = 0;
	} else if (py_list_of(r, s, v, PY_LIST, &more) < 0) {
		return -1;
	}
	for (size_t i = 0; i < more.u.list->n; i++)
		if (py_list_add(r, l, more.u.list->item[i]) < 0)
			return -1;
	return 1;
}

/* The operands of the target are evaluated once. */
int py_exec_augment(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_node *target = s->arg;
	struct py_value old, v, root, index = py_none();
	struct py_node object = {.form = PY_CONST}, key = object,
		       once = *target;
	int changed;

	if (target->form != PY_NAME && target->form != PY_INDEX &&
		target->form != PY_ATTR)
		return py_raise(r, target, "is changed; expected one name");
	if (target->form != PY_NAME && target->arg->form != PY_NAME) {
		if (py_eval(r, target->arg, f, &root) < 0)
			return -1;
		object.value = root;
		object.at = target->arg->at;
		object.end = target->arg->end;
		object.next = target->arg->next;
		once.arg = &object;
	}
	if (target->form == PY_INDEX && target->arg->next->form != PY_SLICE) {
		if (py_eval(r, target->arg->next, f, &index) < 0)
			return -1;
		key.value = index;
		key.at = target->arg->next->at;
		key.end = target->arg->next->end;
		if (once.arg == target->arg) {
			object = *target->arg;
			once.arg = &object;
		}
		object.next = &key;
	}
	if (py_eval(r, &once, f, &old) < 0 ||
		py_eval(r, target->next, f, &v) < 0)
		return -1;
	changed = change(r, s, &old, &v);
	if (changed < 0)
		return -1;
	if (changed)
		v = old;
	else if (py_operate(r, s, (enum py_op)s->op, &old, &v, &v) < 0)
		return -1;
	/* A slice of an array is the array: it is changed already. */
	if (changed && old.type == PY_ARRAY && target->form == PY_INDEX &&
		target->arg->next->form == PY_SLICE)
		return GO_ON;
	return py_assign(r, &once, f, &v) < 0 ? -1 : GO_ON;
}
