/* SPDX-License-Identifier: MIT */
/*
 * The value of an expression.  A function's names lie in a frame; a closure
 * keeps the frame around it, so that a name has the value it has when the
 * function runs, as in Python.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

struct py_frame *py_frame_new(struct py_run *r, size_t n,
	struct py_frame *outer, struct py_module *module)
{
	struct py_frame *f = py_alloc(r, sizeof(*f) + n * sizeof(f->slot[0]));

	if (f) {
		f->outer = outer;
		f->module = module;
		f->owner = r;
	}
	return f;
}

/* Operations that a name takes which is looked for everywhere. */
#define LOOK_UP_COST 100

/* --- names ---------------------------------------------------------------- */

static struct py_value *slot_of(const struct py_node *e, struct py_frame *f)
{
	if (e->hops == PY_HOPS_GLOBAL)
		return &f->module->global[e->slot].value;
	for (unsigned i = 0; i < e->hops; i++)
		f = f->outer;
	return &f->slot[e->slot];
}

int py_look_up(struct py_run *r, const struct py_node *e, const char *path,
	size_t n, struct py_value *ret)
{
	const struct py_host *host = r->py->host;
	int found;

	if (py_charge(r, e, LOOK_UP_COST) < 0)
		return -1;
	if (py_initial_path(r, path, n, ret))
		return 0;
	found = host && host->lookup ? host->lookup(r, path, n, ret) : 0;
	if (found)
		return found < 0 ? -1 : 0;
	if (py_builtin(r->py, path, n, true, ret))
		return 0;
	return py_new_unknown(r, e, path, n, NULL, ret);
}

/* V is between LIST and NAMESPACE. */
static bool is_lost(const struct py_value *v)
{
	return v->type != PY_RANGE && v->type != PY_ITER && v->u.list->lost;
}

static int eval_name(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	*ret = *slot_of(e, f);
	if (ret->type >= PY_LIST && ret->type <= PY_NAMESPACE && is_lost(ret))
		return py_new_unknown(
			r, e, e->s.s, e->s.n, ret->u.list->lost->why, ret);
	if (r == &r->py->build && e->hops == PY_HOPS_GLOBAL)
		f->module->global[e->slot].asked = true;
	if (ret->type != PY_UNBOUND)
		return 0;
	if (e->hops != PY_HOPS_GLOBAL)
		return py_exception(r, "NameError",
			py_raise(r, e, "'%.*s' is used before it has a value",
				(int)e->s.n, e->s.s));
	if (e->value.type != PY_UNBOUND) {
		*ret = e->value;
		return 0;
	}
	return py_look_up(r, e, e->s.s, e->s.n, ret);
}

int py_bind_name(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v)
{
	if (e->hops == PY_HOPS_GLOBAL) {
		if (r != &r->py->build)
			return py_mutable(r, e, NULL);
		if (f->module->global[e->slot].fixed &&
			!f->module->global[e->slot].initial)
			return 0;
	} else {
		for (unsigned i = 0; i < e->hops; i++)
			f = f->outer;
		if (py_mutable(r, e, f->owner) < 0)
			return -1;
		f->slot[e->slot] = *v;
	}
	if (e->hops == PY_HOPS_GLOBAL)
		f->module->global[e->slot].value = *v;
	return r == &r->py->build ? py_take_parts(r, f->module, &e->s, v) : 0;
}

/* --- subscripts ----------------------------------------------------------- */

int py_index_of(struct py_run *r, const struct py_node *at,
	const struct py_value *i, long long n, size_t *ret)
{
	int64_t k;

	if (i->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, i);
	if (i->type != PY_INT && i->type != PY_BOOL)
		return py_raise(r, at, "%s as an index; expected an int",
			py_type_name(i));
	k = i->u.i < 0 ? i->u.i + n : i->u.i;
	if (k < 0 || k >= n)
		return py_exception(r, "IndexError",
			py_raise(r, at,
				"index %lld of %lld items; expected one of "
				"them",
				(long long)i->u.i, n));
	*ret = (size_t)k;
	return 0;
}

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
	if (step == 0)
		return py_raise(r, by, "a step of 0; expected another");
	step = step > n + 1 ? n + 1 : step < -n - 1 ? -n - 1 : step;
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
		if (!bad && py_str_add(&b, &c))
			bad = py_raise_nomem(r, b.len);
	}
	if (!bad)
		bad = py_new_str(r, b.len ? b.data : "", b.len, ret);
	buf_free(&b);
	return bad;
}

static int slice(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v, struct py_value *ret)
{
	long long n =
		v->type == PY_DICT || v->type == PY_SET || v->type == PY_ITER
			? py_raise(r, e, "a slice of %s; expected a list",
				  py_type_name(v))
			: py_count(r, e, v);
	struct span x;
	struct py_value part;

	if (n < 0 || span_of(r, e, f, n, &x) < 0)
		return -1;
	if (v->type == PY_ARRAY)
		return view(r, v->u.array, &x, ret);
	if (v->type == PY_STR)
		return slice_str(r, v, &x, ret);
	if (v->type == PY_RANGE)
		return py_new_range(r, e,
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
static int splice(struct py_run *r, struct py_list *l, size_t from,
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

int py_set_slice(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *object, const struct py_value *v)
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
		return splice(r, l, (size_t)x.from, x.count, more.u.list);
	/* del x[::2] is x[::2] = [], one by one from the end. */
	if (more.u.list->n == 0 && x.count > 0) {
		for (size_t k = 0; k < x.count; k++) {
			size_t last = x.step > 0 ? x.count - 1 - k : k;
			long long i = x.from + (long long)last * x.step;
			if (splice(r, l, (size_t)i, 1, more.u.list) < 0)
				return -1;
		}
		return 0;
	}
	if (more.u.list->n != x.count)
		return py_exception(r, "ValueError",
			py_raise(r, e, "%zu items into %zu", more.u.list->n,
				x.count));
	for (size_t k = 0; k < x.count; k++)
		l->item[x.from + (long long)k * x.step] = more.u.list->item[k];
	return 0;
}

int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret)
{
	const struct py_unknown *u = v->u.unknown;
	struct buf b = {0};
	int bad = buf_add(&b, u->path.s, u->path.n) || buf_addc(&b, '[') ||
		  py_repr(&b, i) || buf_addc(&b, ']');

	bad = bad ? py_raise_nomem(r, b.len)
		  : py_look_up(r, e, b.data, b.len, ret);
	if (!bad && u->why && ret->type == PY_UNKNOWN)
		bad = py_new_unknown(r, e, b.data, b.len, u->why, ret);
	buf_free(&b);
	return bad;
}

static int eval_index(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *object = e->arg, *index = object->next;
	struct py_value v, i, *found;
	size_t k = 0;

	if (py_eval(r, object, f, &v) < 0)
		return -1;
	if (index->form == PY_SLICE)
		return v.type == PY_UNKNOWN ? py_raise_unknown(r, object, &v)
					    : slice(r, index, f, &v, ret);
	if (py_eval(r, index, f, &i) < 0)
		return -1;
	if (v.type == PY_UNKNOWN)
		return py_index_unknown(r, e, &v, &i, ret);
	if (v.type == PY_DICT) {
		if (py_defined_part(r, e, f->module, ret) &&
			ret->type != PY_UNBOUND)
			return 0;
		if (py_dict_get(r, index, v.u.list, &i, &found) < 0)
			return -1;
		if (!found && v.u.list->open)
			return py_new_unknown(r, object,
				       f->module->text + object->at,
				       object->end - object->at, NULL, &v) < 0
				       ? -1
				       : py_index_unknown(r, e, &v, &i, ret);
		if (!found)
			return py_exception(r, "KeyError",
				py_raise(r, index, "is not a key of the dict"));
		*ret = *found;
		return 0;
	}
	if (v.type == PY_ARRAY && (i.type == PY_ARRAY || i.type == PY_LIST))
		return r->py->arrays->pick(r, index, v.u.array, &i, ret);
	if (v.type == PY_TYPE && v.u.class->members)
		return py_enum_named(r, index, v.u.class, &i, ret);
	if (v.type == PY_SET || v.type == PY_ITER)
		return py_raise(r, object, "an item of %s; expected a list",
			py_type_name(&v));
	long long n = py_count(r, object, &v);
	if (n < 0 || py_index_of(r, index, &i, n, &k) < 0)
		return -1;
	return py_nth(r, &v, k, ret);
}

/* Whether all that the object V has is known. */
static bool is_whole(const struct py_value *v)
{
	const struct py_class *c = v->u.list->class;

	for (size_t i = 0; c && i < c->norder; i++)
		if (c->order[i]->nrest)
			return false;
	return c && c->order[c->norder - 1]->names->n && !v->u.list->lost;
}

/* "args.lr" that the object has not: the host may know it by that name. */
static int attr_missing(struct py_run *r, const struct py_node *e,
	const struct py_value *v, struct py_value *ret)
{
	const struct py_str *name = &e->arg->s;
	struct buf b = {0};
	int bad;

	if (r->trying && is_whole(v))
		return py_exception(r, "AttributeError",
			py_raise(r, e, "has no '%.*s'", (int)e->s.n, e->s.s));
	if (e->arg->form != PY_NAME)
		name = v->u.list->class ? &v->u.list->class->name : &e->s;
	bad = buf_add(&b, name->s, name->n) || buf_addc(&b, '.') ||
	      buf_add(&b, e->s.s, e->s.n);
	bad = bad ? py_raise_nomem(r, b.len)
		  : py_look_up(r, e, b.data, b.len, ret);
	buf_free(&b);
	return bad;
}

/* super().name */
static bool is_super(const struct py_node *e)
{
	return e->form == PY_CALL && e->arg->form == PY_NAME &&
	       e->arg->hops == PY_HOPS_GLOBAL &&
	       py_str_is(&e->arg->s, "super", 5);
}

static int eval_attr(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
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
		return py_super(r, e, &e->s, ret);
	if (py_eval(r, e->arg, f, &v) < 0)
		return -1;
	if ((v.type == PY_NAMESPACE || v.type == PY_TYPE) &&
		py_defined_part(r, e, f->module, ret))
		return ret->type == PY_UNBOUND
			       ? py_look_up(r, e, f->module->text + e->at,
					 e->end - e->at, ret)
			       : 0;
	found = py_attribute(r, e, &v, &e->s, ret);
	if (found == 0 && v.type == PY_NAMESPACE)
		return attr_missing(r, e, &v, ret);
	/* The name of a function of math, as dist, may be the text's own. */
	if (found == 0 && v.type == PY_NATIVE && e->arg->form == PY_NAME)
		return py_look_up(
			r, e, f->module->text + e->at, e->end - e->at, ret);
	if (found == 0)
		return py_raise(r, e, "%s has no '%.*s'", py_type_name(&v),
			(int)e->s.n, e->s.s);
	return found < 0 ? -1 : 0;
}

/* --- expressions ---------------------------------------------------------- */

/* a < b <= c: stops at the first link that is false. */
static int eval_compare(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value left, right;
	int yes;

	if (py_eval(r, e->arg, f, &left) < 0)
		return -1;
	for (const struct py_node *link = e->arg->next; link;
		link = link->next) {
		const struct py_node *operand = link->arg;
		if (py_eval(r, operand, f, &right) < 0 ||
			py_operate(r, e, (enum py_op)link->op, &left, &right,
				ret) < 0)
			return -1;
		if (!link->next)
			return 0;
		yes = py_truth(r, link, ret);
		if (yes <= 0)
			return yes;
		left = right;
	}
	return 0;
}

static int eval_binary(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value a, b;

	if (py_eval(r, e->arg, f, &a) < 0 ||
		py_eval(r, e->arg->next, f, &b) < 0)
		return -1;
	return py_operate(r, e, (enum py_op)e->op, &a, &b, ret);
}

static int eval_unary(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value a;

	return py_eval(r, e->arg, f, &a) < 0
		       ? -1
		       : py_unary(r, e, (enum py_op)e->op, &a, ret);
}

static int eval_logic(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	int yes;

	if (py_eval(r, e->arg, f, ret) < 0)
		return -1;
	yes = py_truth(r, e->arg, ret);
	if (yes < 0)
		return -1;
	return yes == (e->form == PY_OR) ? 0 : py_eval(r, e->arg->next, f, ret);
}

static int eval_if_else(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *condition = e->arg, *then = condition->next;
	int yes;

	if (py_eval(r, condition, f, ret) < 0)
		return -1;
	yes = py_truth(r, condition, ret);
	if (yes < 0)
		return -1;
	return py_eval(r, yes ? then : then->next, f, ret);
}

static int eval_form(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	switch ((enum py_form)e->form) {
	case PY_ATTR: return eval_attr(r, e, f, ret);
	case PY_INDEX: return eval_index(r, e, f, ret);
	case PY_CALL: return py_eval_call(r, e, f, ret);
	case PY_UNARY: return eval_unary(r, e, f, ret);
	case PY_BINARY: return eval_binary(r, e, f, ret);
	case PY_AND:
	case PY_OR: return eval_logic(r, e, f, ret);
	case PY_COMPARE: return eval_compare(r, e, f, ret);
	case PY_IF_ELSE: return eval_if_else(r, e, f, ret);
	case PY_MAKE_SET:
	case PY_MAKE_TUPLE:
	case PY_MAKE_LIST: return py_eval_list(r, e, f, ret);
	case PY_MAKE_DICT: return py_eval_dict(r, e, f, ret);
	case PY_LISTCOMP:
	case PY_SETCOMP:
	case PY_DICTCOMP:
	case PY_GENERATOR: return py_eval_comprehension(r, e, f, ret);
	case PY_LAMBDA: return py_eval_function(r, e, f, ret);
	case PY_FORMAT: return py_eval_format(r, e, f, ret);
	case PY_WALRUS:
		return py_eval(r, e->arg->next, f, ret) < 0
			       ? -1
			       : py_assign(r, e->arg, f, ret);
	case PY_STAR: return py_raise(r, e, "* has no meaning here");
	default: return py_raise(r, e, "has no value");
	}
}

int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	int done;

	*ret = py_none();
	if (++r->nstep > r->step_max)
		return py_charge(r, e, 1);
	if (e->form == PY_CONST) {
		*ret = e->value;
		return 0;
	}
	if (e->form == PY_NAME)
		return eval_name(r, e, f, ret);
	if (r->depth == EVAL_DEPTH_MAX)
		return py_raise(r, e, "too much in one another; expected less");
	r->depth++;
	done = eval_form(r, e, f, ret);
	r->depth--;
	return done;
}
