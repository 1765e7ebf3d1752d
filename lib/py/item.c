/* SPDX-License-Identifier: MIT */
/*
 * Items, slices and attributes: their values, what is assigned to them, and
 * their deletion.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* --- slices ----------------------------------------------------------- */

/* A bound of a slice, as Python clips it. */
static int bound(struct py_run *r, const struct py_node *e, struct py_frame *f,
	long long n, long long none, bool down, long long *ret)
{
	struct py_value v;
	long long low = down ? -1 : 0, high = down ? n - 1 : n;

	*ret = none;
	if (py_eval(r, e, f, &v) < 0)
		return -1;
	if (v.type == PY_UNKNOWN)
		return py_raise_unknown(r, e, &v);
	if (v.type == PY_NONE)
		return 0;
	if (v.type != PY_INT && v.type != PY_BOOL)
		return py_raise(r, e, "%s in a slice; expected an int",
			py_type_name(&v));
	*ret = v.u.i < 0 ? v.u.i + n : v.u.i;
	*ret = *ret < low ? low : *ret > high ? high : *ret;
	return 0;
}

/* The items that a slice takes: COUNT of them, FROM on, STEP apart. */
struct span {
	long long from, step;
	size_t count;
};

/* Of the slice E of N items. */
static int span_of(struct py_run *r, const struct py_node *e,
	struct py_frame *f, long long n, struct span *ret)
{
	const struct py_node *from = e->arg, *to = from->next, *by = to->next;
	long long step = 1, i, end;
	struct py_value s;

	*ret = (struct span){.step = 1};
	if (n < 0 || py_eval(r, by, f, &s) < 0)
		return -1;
	if (s.type == PY_UNKNOWN)
		return py_raise_unknown(r, by, &s);
	if (s.type == PY_INT || s.type == PY_BOOL)
		step = s.u.i;
	else if (s.type != PY_NONE)
		return py_raise(r, by, "%s as a step; expected an int",
			py_type_name(&s));
	step = step > n + 1 ? n + 1 : step < -n - 1 ? -n - 1 : step;
	if (step == 0)
		return py_raise(r, by, "a step of 0; expected another");
	if (bound(r, from, f, n, step < 0 ? n - 1 : 0, step < 0, &i) < 0 ||
		bound(r, to, f, n, step < 0 ? -1 : n, step < 0, &end) < 0)
		return -1;
	*ret = (struct span){.from = i, .step = step};
	if (step > 0 ? i < end : i > end)
		ret->count =
			(size_t)((end - i + step - (step > 0 ? 1 : -1)) / step);
	return py_charge(r, e, ret->count);
}

/* A part of an array is a view: what changes there, changes here. */
static int view(struct py_run *r, const struct py_array *a,
	const struct span *x, struct py_value *ret)
{
	struct py_array *part = py_alloc(r, sizeof(*part));

	if (!part)
		return -1;
	*part = *a;
	part->n = x->count;
	part->item += (ptrdiff_t)x->from * a->stride;
	part->stride *= (ptrdiff_t)x->step;
	*ret = (struct py_value){.type = PY_ARRAY, .u.array = part};
	return 0;
}

static int slice_str(struct py_run *r, const struct py_value *v,
	const struct span *x, struct py_value *ret)
{
	struct buf b = {0};
	struct py_value c;
	int bad = py_charge(r, NULL, v->u.str->n * (x->count + 1) / 16);

	for (size_t k = 0; k < x->count && !bad; k++) {
		long long i = x->from + (long long)k * x->step;
		bad = py_nth(r, v, (size_t)i, &c);
		if (!bad)
			py_str_add(&b, &c);
	}
	return py_take_str(r, &b, bad, ret);
}

static int slice(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v, struct py_value *ret)
{
	bool is_list = v->type == PY_LIST || v->type == PY_TUPLE;
	long long n = is_list || v->type == PY_ARRAY || v->type == PY_STR ||
				      v->type == PY_RANGE
			      ? py_count(r, e, v)
			      : py_raise(r, e, "a slice of %s; expected a list",
					py_type_name(v));
	struct span x;
	struct py_value part;

	if (n < 0 || span_of(r, e, f, n, &x) < 0)
		return -1;
	if (v->type == PY_ARRAY)
		return view(r, v->u.array, &x, ret);
	if (v->type == PY_STR)
		return slice_str(r, v, &x, ret);
	if (v->type == PY_RANGE)
		return py_new_range(r,
			v->u.range->from + x.from * v->u.range->step,
			v->u.range->step * x.step, x.count, ret);
	if (py_new_list(r, v->type == PY_TUPLE ? PY_TUPLE : PY_LIST, x.count,
		    &part) < 0)
		return -1;
	for (size_t k = 0; k < x.count; k++)
		part.u.list->item[k] =
			v->u.list->item[x.from + (long long)k * x.step];
	part.u.list->n = x.count;
	*ret = part;
	return 0;
}

/* L's items FROM .. FROM + COUNT become those of MORE. */
static int replace_items(struct py_run *r, struct py_list *l, size_t from,
	size_t count, const struct py_list *more)
{
	struct py_value all;
	size_t n = l->n - count + more->n;

	if (py_charge(r, NULL, n) < 0 ||
		py_new_list(r, PY_LIST, n + 1, &all) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		all.u.list->item[i] = i < from ? l->item[i]
				      : i < from + more->n
					      ? more->item[i - from]
					      : l->item[i - more->n + count];
	l->item = all.u.list->item;
	l->cap = all.u.list->cap;
	l->n = n;
	return 0;
}

static int set_slice(struct py_run *r, const struct py_node *e,
	struct py_frame *f, const struct py_value *object,
	const struct py_value *v)
{
	struct py_value part, more;
	struct py_list *l;
	struct span x;

	if (object->type == PY_ARRAY)
		return slice(r, e, f, object, &part) < 0
			       ? -1
			       : r->py->arrays->fill(r, e, &part, v);
	if (object->type != PY_LIST)
		return py_raise(r, e,
			"a slice of %s is assigned to; expected "
			"one of a list",
			py_type_name(object));
	l = object->u.list;
	if (py_mutable(r, e, l->owner) < 0 ||
		span_of(r, e, f, py_count(r, e, object), &x) < 0 ||
		py_list_of(r, e, v, PY_LIST, &more) < 0)
		return -1;
	if (x.step == 1)
		return replace_items(
			r, l, (size_t)x.from, x.count, more.u.list);
	/* del x[::2] is x[::2] = [], one by one from the end. */
	if (more.u.list->n == 0 && x.count > 0) {
		for (size_t k = 0; k < x.count; k++) {
			size_t last = x.step > 0 ? x.count - 1 - k : k;
			long long i = x.from + (long long)last * x.step;
			if (replace_items(r, l, (size_t)i, 1, more.u.list) < 0)
				return -1;
		}
		return 0;
	}
	if (more.u.list->n != x.count)
		return py_raise_as(r, e, "ValueError", "%zu items into %zu",
			more.u.list->n, x.count);
	for (size_t k = 0; k < x.count; k++)
		l->item[x.from + (long long)k * x.step] = more.u.list->item[k];
	return 0;
}

/* --- items and attributes --------------------------------------------- */

int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret)
{
	const struct py_unknown *u = v->u.unknown;
	struct buf b = {0};
	int bad;

	buf_add(&b, u->path.s, u->path.n);
	buf_addc(&b, '[');
	py_repr(&b, i);
	buf_addc(&b, ']');
	bad = py_buf_end(r, &b);
	if (!bad)
		bad = py_look_up(r, e, b.data, b.len, ret);
	if (!bad && u->why && ret->type == PY_UNKNOWN)
		bad = py_new_unknown_as(r, e, b.data, b.len, u, ret);
	buf_free(&b);
	return bad;
}

/* X of V was read, which something may have changed: the host is told once. */
static void tell_handed(
	struct py_run *r, const struct py_value *v, const struct py_value *x)
{
	const struct py_host *host = r->py->host;
	struct py_list *l = py_held(v);

	if (r != &r->py->build || !l->handed || x->type == PY_BOOL ||
		!(py_is_number(x) || x->type == PY_LIST))
		return;
	if (host && host->handed)
		host->handed(r, l->handed);
	l->handed = NULL;
}

/* X was read of V by its key: the host may care which it was. */
static void tell_picked(
	struct py_run *r, const struct py_value *v, const struct py_value *x)
{
	const struct py_host *host = r->py->host;

	if (r == &r->py->build && x->type == PY_OPAQUE && host && host->picked)
		host->picked(v, x);
}

/* Whether one of several indices is a slice: x[:, 0] */
static bool has_slices(const struct py_node *index)
{
	const struct py_node *e =
		index->form == PY_MAKE_TUPLE ? index->arg : NULL;

	while (e && e->form != PY_SLICE)
		e = e->next;
	return e != NULL;
}

int py_eval_index(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	const struct py_node *object = e->arg, *index = object->next;
	struct py_value v, i, *found;
	size_t k = 0;
	int own;

	if (py_eval(r, object, f, &v) < 0)
		return -1;
	if (v.type == PY_UNKNOWN &&
		(index->form == PY_SLICE || has_slices(index)))
		return py_raise_unknown(r, object, &v);
	if (index->form == PY_SLICE)
		return slice(r, index, f, &v, ret);
	if (py_eval(r, index, f, &i) < 0)
		return -1;
	if (v.type == PY_UNKNOWN)
		return py_index_unknown(r, e, &v, &i, ret);
	/* Settings of several libraries are an object and a dict. */
	if (v.type == PY_DICT || (v.type == PY_NAMESPACE && !py_class_of(&v) &&
					 i.type == PY_STR)) {
		if (py_defined_part(r, e, f->module, ret) &&
			ret->type != PY_UNBOUND)
			return 0;
		if (py_dict_get(r, index, py_held(&v), &i, &found) < 0)
			return -1;
		if (!found && py_held(&v)->open)
			return py_new_unknown(r, object,
				       f->module->text + object->at,
				       object->end - object->at, NULL, &v) < 0
				       ? -1
				       : py_index_unknown(r, e, &v, &i, ret);
		if (!found)
			return py_raise_as(r, index, "KeyError",
				"is not a key of the dict");
		*ret = *found;
		tell_handed(r, &v, ret);
		tell_picked(r, &v, ret);
		return 0;
	}
	if (v.type == PY_ARRAY && (i.type == PY_ARRAY || i.type == PY_LIST))
		return r->py->arrays->pick(r, index, v.u.array, &i, ret);
	if (v.type == PY_TYPE && v.u.class->members)
		return py_enum_named(r, index, v.u.class, &i, ret);
	own = py_call_own(r, e, &v, "__getitem__", &i, ret);
	if (own)
		return own < 0 ? -1 : 0;
	if (v.type == PY_SET || v.type == PY_ITER || v.type == PY_NAMESPACE)
		return py_raise_no_items(r, object, &v);
	long long n = py_count(r, object, &v);
	if (n < 0 || py_index_of(r, index, &i, n, &k) < 0)
		return -1;
	if (py_nth(r, &v, k, ret) < 0)
		return -1;
	if (v.type == PY_LIST)
		tell_picked(r, &v, ret);
	return 0;
}

/* Whether all that the object V has is known. */
static bool is_whole(const struct py_value *v)
{
	const struct py_class *c = py_class_of(v);

	for (size_t i = 0; c && i < c->norder; i++)
		if (c->order[i]->nrest)
			return false;
	return c && c->order[c->norder - 1]->names->n && !py_held(v)->lost;
}

/* The attribute of E of what is called NAME: the host may know it. */
static int of_name(struct py_run *r, const struct py_node *e,
	const struct py_str *name, struct py_value *ret)
{
	struct buf b = {0};
	int bad;

	buf_add(&b, name->s, name->n);
	buf_addc(&b, '.');
	buf_add(&b, e->s.s, e->s.n);
	bad = py_buf_end(r, &b);
	if (!bad)
		bad = py_look_up(r, e, b.data, b.len, ret);
	buf_free(&b);
	return bad;
}

/* "args.lr" that the object has not: the host may know it by that name. */
static int attr_missing(struct py_run *r, const struct py_node *e,
	const struct py_value *v, struct py_value *ret)
{
	const struct py_str *name = &e->arg->s;

	if (r->trying && is_whole(v))
		return py_raise_as(
			r, e, "AttributeError", "has no '%.*s'", STR_ARG(e->s));
	if (e->arg->form != PY_NAME)
		name = py_class_of(v) ? &py_class_of(v)->name : &e->s;
	return of_name(r, e, name, ret);
}

/* super().name */
static bool is_super(const struct py_node *e)
{
	return e->form == PY_CALL && e->arg->form == PY_NAME &&
	       e->arg->hops == PY_HOPS_GLOBAL &&
	       py_str_is(&e->arg->s, "super", 5);
}

static int eval_super(
	struct py_run *r, const struct py_node *e, struct py_value *ret)
{
	struct py_str rest;
	int found = py_super(r, e, &e->s, &rest, ret);

	if (found)
		return found < 0 ? -1 : 0;
	return of_name(r, e, &rest, ret);
}

int py_eval_attr(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	struct py_value v;
	int found;

	/* math.cos, found once for all, unless math is something else. */
	if (e->value.type != PY_UNBOUND &&
		f->module->global[e->slot].value.type == PY_UNBOUND) {
		*ret = e->value;
		return 0;
	}
	if (is_super(e->arg))
		return eval_super(r, e, ret);
	if (py_eval(r, e->arg, f, &v) < 0)
		return -1;
	if ((v.type == PY_NAMESPACE || v.type == PY_TYPE) &&
		py_defined_part(r, e, f->module, ret))
		return ret->type == PY_UNBOUND
			       ? py_look_up(r, e, f->module->text + e->at,
					 e->end - e->at, ret)
			       : 0;
	found = py_attribute(r, e, &v, &e->s, ret);
	if (found > 0 && v.type == PY_NAMESPACE)
		tell_handed(r, &v, ret);
	/* What -D gives as a dict may be an object in the text. */
	if (found == 0 && v.type == PY_DICT && r->module->tolerant) {
		struct py_value *item =
			py_dict_find(py_held(&v), e->s.s, e->s.n);

		if (item) {
			*ret = *item;
			return 0;
		}
	}
	if (found == 0 && v.type == PY_NAMESPACE)
		return attr_missing(r, e, &v, ret);
	/* The name of a function of math, as dist, may be the text's own. */
	if (found == 0 && v.type == PY_NATIVE && e->arg->form == PY_NAME)
		return py_look_up(
			r, e, f->module->text + e->at, e->end - e->at, ret);
	if (found == 0)
		return py_raise(r, e, "%s has no '%.*s'", py_type_name(&v),
			STR_ARG(e->s));
	return found < 0 ? -1 : 0;
}

/* --- assigned to ------------------------------------------------------ */

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

int py_assign_index(struct py_run *r, const struct py_node *target,
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
		return set_slice(r, index, f, &object, v);
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
		py_class_find(py_class_of(v), name->s, name->n);

	return (found && found->type == PY_FUNCTION &&
		       found->u.function->kind == PY_PROPERTY) ||
	       py_class_find(py_class_of(v), "__setattr__", 11);
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
	if (py_new_namespace(r, NULL, object) < 0)
		return -1;
	py_held(object)->open = true;
	return py_bind_name(r, e, f, object) < 0 ? -1 : 1;
}

int py_assign_attr(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_host *host = r->py->host;
	struct py_value object, key;
	int set;

	if (py_eval(r, target->arg, f, &object) < 0)
		return -1;
	set = py_set_in_host(r, target, &object, &target->s, v);
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
			py_type_name(&object), STR_ARG(target->s));
	if (object.type == PY_NAMESPACE && is_property(&object, &target->s))
		return py_raise(r, target,
			"a property is assigned to; expected an attribute");
	return py_new_str(r, target->s.s, target->s.n, &key) < 0
		       ? -1
		       : py_dict_set(r, target,
				 object.type == PY_TYPE ? object.u.class->names
							: py_held(&object),
				 &key, v);
}

/* --- assignments ------------------------------------------------------ */

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

/* Whether E hangs on what a loop around AT gives. */
static bool is_of_round(const struct py_node *at, const struct py_node *e)
{
	for (; at; at = at->up)
		for (const struct py_node *x = e; x && at->form == PY_FOR;
			x = py_walk(e, x))
			if (x->form == PY_NAME && py_mentions(at->arg, &x->s))
				return true;
	return false;
}

/*
 * TARGET becomes E, in a loop that the host follows: what the user gave for it
 * is what it begins with, if it counts, it = it + 1, or is each round's own.
 */
static void begin_counting(struct py_run *r, const struct py_node *target,
	const struct py_frame *f, const struct py_node *e)
{
	if (r->ctx && r == &r->py->build && target->form == PY_NAME &&
		target->hops == PY_HOPS_GLOBAL &&
		f->module->global[target->slot].fixed &&
		(py_mentions(e, &target->s) || is_of_round(target, e)))
		f->module->initial = f->module->global[target->slot].initial =
			true;
}

/* Whether an operand of E stands in the text as T does. */
static bool has_itself(
	const char *text, const struct py_node *top, const struct py_node *t)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->end - e->at == t->end - t->at &&
			memcmp(text + e->at, text + t->at, t->end - t->at) == 0)
			return true;
	return false;
}

/* Whether E computes a number: x * 2, or int(x * 2) and the like. */
static bool is_arithmetic(const struct py_node *e)
{
	static const char *const names[] = {
		"int", "float", "round", "max", "min", "abs"};

	for (size_t i = 0; e->form == PY_CALL && e->arg->form == PY_NAME &&
			   i < sizeof(names) / sizeof(names[0]);
		i++)
		if (py_is_named(&e->arg->s, names[i]))
			return true;
	return e->form == PY_BINARY;
}

/* Whether a statement in S gives the name NAME what has T in it. */
static bool is_made_of(const char *text, const struct py_node *top,
	const struct py_str *name, const struct py_node *t)
{
	for (const struct py_node *s = top; s; s = py_walk(top, s))
		if (s->form == PY_ASSIGN && s->arg->next->form == PY_NAME &&
			py_str_equal(&s->arg->next->s, name) &&
			has_itself(text, s->arg, t))
			return true;
	return false;
}

/*
 * x = x.lower(), x = x * 4, or y = x * 4 before x = y, the statement S: what
 * the user gave for x is what it goes on from.
 */
static void change_given(
	struct py_run *r, const struct py_node *s, const struct py_frame *f)
{
	const struct py_node *e = s->arg, *t = e->next;
	const char *text = f->module->text;
	bool changes;

	if (r != &r->py->build || !py_is_given(f->module, t))
		return;
	if (e->form == PY_CALL && !e->arg->next && e->arg->form == PY_ATTR)
		changes = has_itself(text, e->arg->arg, t);
	else if (e->form == PY_NAME)
		changes = is_made_of(text, f->module->root, &e->s, t);
	else
		changes = is_arithmetic(e) && has_itself(text, e, t);
	if (changes)
		py_given_initial(f->module, t, false, s);
}

static bool is_list(const struct py_node *e)
{
	return e->form == PY_MAKE_TUPLE || e->form == PY_MAKE_LIST;
}

/* How many items E has; 0: one of them stands for several. */
static size_t count_items(const struct py_node *e)
{
	size_t n = 0;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next, n++)
		if (kid->form == PY_STAR)
			return 0;
	return n;
}

/* Whether V is what the call E gives that nobody knows, and no part of it. */
static bool is_of_call(const struct py_node *e, const struct py_value *v)
{
	return e->form == PY_CALL && v->type == PY_UNKNOWN &&
	       v->u.unknown->at == e;
}

/*
 * TARGET = V, of the expression E.  What a call gives, or a part of what is
 * not known, is called by its target; also in a, b = f(), g().
 */
static int assign_value(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_node *e, const struct py_value *v)
{
	const struct py_node *t = target->arg;
	size_t n = is_list(target) && is_list(e) ? count_items(e) : 0;

	if (n == 0 || n != count_items(target) || v->type != PY_TUPLE ||
		v->u.list->n != n)
		return (is_list(target) || is_of_call(e, v)
				? assign_named
				: py_assign)(r, target, f, v);
	for (size_t i = 0; i < n; i++, t = t->next) {
		e = i ? e->next : e->arg;
		if (assign_value(r, t, f, e, &v->u.list->item[i]) < 0)
			return -1;
	}
	return 0;
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
static int augment(
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
	once.stands_for = target;
	begin_counting(r, target, f, target);
	if (r == &r->py->build)
		py_given_initial(f->module, target, false, s);
	if (target->form != PY_NAME && target->arg->form != PY_NAME) {
		if (py_eval(r, target->arg, f, &root) < 0)
			return -1;
		object.value = root;
		object.at = target->arg->at;
		object.end = target->arg->end;
		object.next = target->arg->next;
		object.stands_for = target->arg;
		once.arg = &object;
	}
	if (target->form == PY_INDEX && target->arg->next->form != PY_SLICE) {
		if (py_eval(r, target->arg->next, f, &index) < 0)
			return -1;
		key.value = index;
		key.at = target->arg->next->at;
		key.end = target->arg->next->end;
		key.stands_for = target->arg->next;
		if (once.arg == target->arg) {
			object = *target->arg;
			object.stands_for = target->arg;
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

int py_exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct py_value v;

	if (s->form == PY_AUGMENT)
		return augment(r, s, f);
	change_given(r, s, f);
	if (py_eval(r, s->arg, f, &v) < 0)
		return -1;
	for (const struct py_node *t = s->arg->next; t; t = t->next) {
		begin_counting(r, t, f, s->arg);
		if (assign_value(r, t, f, s->arg, &v) < 0)
			return -1;
	}
	return GO_ON;
}

/* --- deleted ---------------------------------------------------------- */

static int delete_index(
	struct py_run *r, const struct py_node *e, struct py_frame *f)
{
	const struct py_node *index = e->arg->next;
	struct py_value object, i;

	if (py_eval(r, e->arg, f, &object) < 0)
		return -1;
	if (object.type == PY_UNKNOWN)
		return GO_ON;
	if (index->form == PY_SLICE) {
		struct py_value none;
		if (object.type != PY_LIST)
			return py_raise(r, e,
				"deletes items of %s; expected "
				"a list",
				py_type_name(&object));
		return py_new_list(r, PY_LIST, 0, &none) < 0
			       ? -1
			       : set_slice(r, index, f, &object, &none);
	}
	if (py_eval(r, index, f, &i) < 0)
		return -1;
	if (object.type == PY_DICT)
		return py_dict_delete(r, index, object.u.list, &i);
	if (object.type == PY_LIST)
		return py_list_delete(r, index, object.u.list, &i);
	return py_raise(r, e, "deletes items of %s; expected a list or a dict",
		py_type_name(&object));
}

int py_delete(struct py_run *r, const struct py_node *e, struct py_frame *f)
{
	struct py_value object, key;

	switch (e->form) {
	case PY_INDEX: return delete_index(r, e, f);
	case PY_NAME:
		object = (struct py_value){.type = PY_UNBOUND};
		return py_eval(r, e, f, &key) < 0 ||
				       py_bind_name(r, e, f, &object) < 0
			       ? -1
			       : GO_ON;
	case PY_ATTR:
		if (py_eval(r, e->arg, f, &object) < 0)
			return -1;
		if (object.type == PY_UNKNOWN)
			return GO_ON;
		if (object.type != PY_NAMESPACE)
			return py_raise(r, e, "deletes an attribute of %s",
				py_type_name(&object));
		return py_new_str(r, e->s.s, e->s.n, &key) < 0
			       ? -1
			       : py_dict_delete(r, e, py_held(&object), &key);
	default:
		for (const struct py_node *kid = e->arg; kid; kid = kid->next)
			if (py_delete(r, kid, f) < 0)
				return -1;
		return GO_ON;
	}
}
