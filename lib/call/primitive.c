/* SPDX-License-Identifier: MIT */
/*
 * What definitions can call beside shapes: what they ask of the place they
 * stand in, need() and remark(), columns, and functions as rates.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "call/call_impl.h"
#include "sched/sched.h"

/* value_at(node, step): a number. */
static int call_value_at(struct py_call *c)
{
	struct call_node *n =
		call_child(c->run, call_arg_place(c, 0), &c->arg[0]);
	double u;

	if (!n || call_arg_number(c, 1, &u) < 0)
		return -1;
	if (!n->node)
		return py_raise(c->run, c->at, "a schedule that was used");
	*c->ret = py_float(sched_value(n->node, u));
	return 0;
}

/* place(child, base=None, steps=None, inside=None) */
static int call_place_fn(struct py_call *c)
{
	struct call_place place = call_build_of(c->run)->place;
	struct call_node *n;

	if ((call_arg_given(c, 1) && call_arg_number(c, 1, &place.base) < 0) ||
		(call_arg_given(c, 2) &&
			call_arg_number(c, 2, &place.steps) < 0))
		return -1;
	if (call_arg_given(c, 3) && call_arg_is(&c->arg[3], ""))
		place.recipe = NULL;
	n = call_place(c->run, call_arg_place(c, 0), &c->arg[0], &place, NULL);
	return n ? py_new_opaque(c->run, call_node_type, n, c->ret) : -1;
}

/* columns(lr=node, momentum=node) */
static int call_columns(struct py_call *c)
{
	struct call_columns *all = py_alloc(c->run, sizeof(*all));

	if (!all)
		return -1;
	for (size_t i = 0; i < c->ngiven; i++) {
		const struct py_arg *a = &c->given[i];
		if (a->name.n == 0 || all->n == SCHED_CALL_NCOLUMN)
			return py_raise(c->run, a->at,
				"columns() has up to %d named columns",
				SCHED_CALL_NCOLUMN);
		all->column[all->n].name = a->name;
		all->column[all->n].node = call_child(c->run, a->at, &a->value);
		if (!all->column[all->n++].node)
			return -1;
	}
	if (all->n == 0)
		return py_raise(c->run, c->at, "columns() without a column");
	return py_new_opaque(c->run, call_columns_type, all, c->ret);
}

/* kind(child): its constructor's name, called or not; None if it is none. */
static int call_kind(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	const struct call_constructor *made;
	struct py_str name;

	*c->ret = py_none();
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, call_arg_place(c, 0), v);
	if (v->type != PY_OPAQUE)
		return 0;
	if (v->u.opaque->type == call_recipe_type)
		made = ((const struct call_recipe *)v->u.opaque->p)
			       ->constructor;
	else if (v->u.opaque->type == call_constructor_type)
		made = v->u.opaque->p;
	else
		return 0;
	name = py_def(&made->def)->s;
	return py_new_str(c->run, name.s, name.n, c->ret);
}

/* one(x): x, or the first of a list, one for each group of parameters. */
static int call_one(struct py_call *c)
{
	const struct py_value *v = &c->arg[0];
	struct py_value item;
	bool differ = false;
	long long n;

	*c->ret = *v;
	if (v->type != PY_LIST && v->type != PY_TUPLE)
		return 0;
	n = py_count(c->run, c->at, v);
	for (long long i = 0; i < n; i++) {
		if (py_nth(c->run, v, (size_t)i, i ? &item : c->ret) < 0)
			return -1;
		differ = differ ||
			 (i && !(py_is_number(&item) &&
				       py_number(&item) == py_number(c->ret)));
	}
	if (n == 0)
		return py_raise(c->run, c->at, "an empty list");
	return differ ? call_remark(c->run,
				"several values, one per group of "
				"parameters: the first group's are taken")
		      : 0;
}

/* The first name in E that the body has a value for, and that value. */
static const struct py_node *known(
	struct py_run *r, const struct py_node *top, struct py_value *ret)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && py_local(r, e->s.s, e->s.n, ret))
			return e;
	return NULL;
}

/* need(cond, text): else an error, "step_size=0; expected step_size > 0". */
static int call_need(struct py_call *c)
{
	const struct py_node *cond = call_arg_place(c, 0), *name;
	int yes = py_truth(c->run, cond, &c->arg[0]);
	struct py_value v;
	struct buf b = {0};
	const char *text;
	size_t n;

	*c->ret = py_none();
	if (yes)
		return yes < 0 ? -1 : 0;
	if (call_arg_given(c, 1) && c->arg[1].type == PY_STR)
		return py_raise(
			c->run, cond, "%.*s", STR_ARG(*c->arg[1].u.str));
	name = known(c->run, cond, &v);
	text = py_text(py_running(c->run), &n);
	if (name) {
		buf_printf(&b, "%.*s=", STR_ARG(name->s));
		py_repr(&b, &v);
	} else
		buf_adds(&b, "wrong argument");
	buf_adds(&b, "; expected ");
	call_add_line(&b, text + cond->at, cond->end - cond->at);
	if (buf_text(&b))
		py_raise(c->run, cond, "%s", b.data);
	else
		py_raise_nomem(c->run, b.len);
	buf_free(&b);
	return -1;
}

/* f32(x): as a single-precision library has it. */
static int call_f32(struct py_call *c)
{
	double x;

	if (call_arg_number(c, 0, &x) < 0)
		return -1;
	*c->ret = py_float((double)(float)x);
	return 0;
}

int call_length(struct py_run *r, const struct py_node *at, double own,
	double epochs, double *ret)
{
	const struct call_place *p = &call_build_of(r)->place;
	const struct sched_names *names = call_names_of(r);

	if (isnan(own))
		own = ceil(epochs * (p->by_epoch ? 1 : p->epoch_steps));
	*ret = isnan(own) ? p->steps : own;
	if (isnan(*ret))
		return py_raise(r, at,
			"how long training lasts is not known; expected %s "
			"STEPS, or %s STEPS_PER_EPOCH for its epochs, or the "
			"trainer's setting by %s",
			names->steps, names->epoch_steps, names->define);
	if (isnan(p->steps) || p->steps == *ret)
		return 0;
	return py_raise(r, at,
		"training lasts %.10g steps by this, and %s %.10g; expected "
		"equal ones%s",
		*ret, names->steps, p->steps, names->part);
}

/*
 * run_length(own, epochs): how many steps training has, by its own number, its
 * epochs' or the table's, which must be equal where they are known.
 */
static int call_run_length(struct py_call *c)
{
	const struct call_place *p = &call_build_of(c->run)->place;
	double own = NAN, epochs = NAN, n;

	if (call_arg_given(c, 0) && call_arg_number(c, 0, &own) < 0)
		return -1;
	/* Where nobody knows an epoch's steps, it is not asked for. */
	if (call_arg_given(c, 1) && isnan(own) &&
		(p->by_epoch || !isnan(p->epoch_steps)) &&
		call_arg_number(c, 1, &epochs) < 0)
		return -1;
	if (call_length(c->run, call_arg_place(c, call_arg_given(c, 0) ? 0 : 1),
		    own, epochs, &n) < 0)
		return -1;
	*c->ret = n == floor(n) && n < (double)PY_INT_MAX ? py_int((int64_t)n)
							  : py_float(n);
	return 0;
}

/* remark(text): told to the user beside the table. */
static int call_remark_text(struct py_call *c)
{
	*c->ret = py_none();
	return c->arg[0].type == PY_STR
		       ? call_remark(c->run, "%.*s", STR_ARG(*c->arg[0].u.str))
		       : call_arg_wrong(c, 0, "a text");
}

/* outer(name): what the user's script, or -D, gives that name. */
static int call_outer(struct py_call *c)
{
	struct call_build *b = call_build_of(c->run);
	const struct call_recipe *in = b->place.recipe;
	struct py_value none;
	struct py_str name;

	if (c->arg[0].type != PY_STR)
		return call_arg_wrong(c, 0, "a name");
	name = *c->arg[0].u.str;
	if (py_global(b->user, name.s, name.n, c->ret))
		return 0;
	while (in && in->outer)
		in = in->outer;
	/* It is asked for where the callee stands. */
	if (py_new_unknown(c->run, in ? in->at->arg : c->at, name.s, name.n,
		    NULL, &none) < 0)
		return -1;
	return py_raise_unknown(c->run, NULL, &none);
}

/* rate(f): a function as the user's frameworks call it. */
static int call_rate_of(struct py_call *c)
{
	struct py_value f = c->arg[0];
	struct call_node *n;

	call_build_of(c->run)->reader->classes->as_function(c->run, &f);
	if (f.type != PY_FUNCTION) {
		*c->ret = f;
		return 0;
	}
	n = call_rate(c->run, &f);
	return n ? py_new_opaque(c->run, call_node_type, n, c->ret) : -1;
}

/* option(name): what the user gives a thing by, or does about it. */
static int call_option(struct py_call *c)
{
	const struct sched_names *own = call_names_of(c->run);
	const struct {
		const char *name, *words;
	} all[] = {
		{"steps", own->steps},
		{"epoch_steps", own->epoch_steps},
		{"lr", own->lr},
		{"define", own->define},
		{"resumed", own->resumed},
		{"part", own->part},
	};

	for (size_t i = 0; c->arg[0].type == PY_STR && i < ARRAY_SIZE(all); i++)
		if (py_is_named(c->arg[0].u.str, all[i].name))
			return py_new_str(c->run, all[i].words,
				strlen(all[i].words), c->ret);
	return call_arg_wrong(c, 0, "what users give");
}

/* written(name): the number that stands as that argument itself, or None. */
static int call_written(struct py_call *c)
{
	const struct call_recipe *x = call_build_of(c->run)->place.recipe;
	const struct py_node *p, *at;

	if (c->arg[0].type != PY_STR)
		return call_arg_wrong(c, 0, "a name");
	*c->ret = py_none();
	for (size_t i = 0; x && (p = py_param(&x->constructor->def, i)); i++) {
		at = x->from[i];
		if (py_str_equal(&p->s, c->arg[0].u.str) && at &&
			at->form == PY_CONST && py_is_number(&x->slot[i]))
			*c->ret = x->slot[i];
	}
	return 0;
}

/* given(child, name): that argument of it, or None. */
static int call_given(struct py_call *c)
{
	const struct call_recipe *x = call_is(&c->arg[0], call_recipe_type)
					      ? c->arg[0].u.opaque->p
					      : NULL;
	const struct py_node *p;

	if (c->arg[1].type != PY_STR)
		return call_arg_wrong(c, 1, "a name");
	*c->ret = py_none();
	for (size_t i = 0; x && (p = py_param(&x->constructor->def, i)); i++)
		if (py_str_equal(&p->s, c->arg[1].u.str) &&
			x->slot[i].type != PY_UNBOUND)
			*c->ret = x->slot[i];
	return 0;
}

/* first_made(children): which of them was made before all others. */
static int call_first_made(struct py_call *c)
{
	long long n = py_count(c->run, call_arg_place(c, 0), &c->arg[0]);
	size_t least = SIZE_MAX;
	struct py_value v;

	*c->ret = py_none();
	for (long long i = 0; i < n; i++) {
		const struct call_recipe *x;

		if (py_nth(c->run, &c->arg[0], (size_t)i, &v) < 0)
			return -1;
		x = call_is(&v, call_recipe_type) ? v.u.opaque->p : NULL;
		if (!x || x->order >= least)
			continue;
		least = x->order;
		*c->ret = py_int(i);
	}
	return n < 0 ? -1 : 0;
}

/* followed(start, f): each rate is f(rate before, step), the first is START. */
static int call_followed(struct py_call *c)
{
	struct py_arg arg[2] = {{.at = c->at}, {.at = c->at}};
	size_t n = call_table_length(c->run);
	double *value = py_alloc(c->run, n * sizeof(*value));
	struct call_node *node;
	struct py_value v;

	if (!value || call_arg_number(c, 0, &value[0]) < 0)
		return -1;
	for (size_t i = 1; i < n; i++) {
		arg[0].value = py_float(value[i - 1]);
		arg[1].value = py_int((int64_t)i);
		if (py_invoke(c->run, c->at, &c->arg[1], arg, 2, &v) < 0)
			return -1;
		if (!py_is_number(&v))
			return call_arg_wrong(c, 1, "what gives a number");
		value[i] = py_number(&v);
	}
	node = call_table_of(c->run, value, n, CALL_TABLE_STEPS);
	return node ? py_new_opaque(c->run, call_node_type, node, c->ret) : -1;
}

/* stepped(base, children): PyTorch's on one optimizer, all at each step. */
static int call_stepped(struct py_call *c)
{
	struct call_place *place = &call_build_of(c->run)->place;
	const double base = place->base;
	struct call_node *node;

	if (call_arg_number(c, 0, &place->base) < 0)
		return -1;
	node = call_build_of(c->run)->reader->classes->chain(
		c->run, &c->arg[1]);
	place->base = base;
	return node ? py_new_opaque(c->run, call_node_type, node, c->ret) : -1;
}

static const struct py_native primitives[] = {
	{"value_at", 2, 2, "node step", call_value_at, {NULL}},
	{"place", 1, 4, "child base steps inside", call_place_fn, {NULL}},
	{"columns", 0, 0, "**", call_columns, {NULL}},
	{"kind", 1, 1, "child", call_kind, {NULL}},
	{"one", 1, 1, "x", call_one, {NULL}},
	{"need", 1, 2, "condition text", call_need, {NULL}},
	{"f32", 1, 1, "x", call_f32, {NULL}},
	{"rate", 1, 1, "f", call_rate_of, {NULL}},
	{"outer", 1, 1, "name", call_outer, {NULL}},
	{"run_length", 0, 2, "own epochs", call_run_length, {NULL}},
	{"remark", 1, 1, "text", call_remark_text, {NULL}},
	{"option", 1, 1, "name", call_option, {NULL}},
	{"written", 1, 1, "name", call_written, {NULL}},
	{"given", 2, 2, "child name", call_given, {NULL}},
	{"first_made", 1, 1, "children", call_first_made, {NULL}},
	{"followed", 2, 2, "start f", call_followed, {NULL}},
	{"stepped", 2, 2, "base children", call_stepped, {NULL}},
};

bool call_primitive(const char *name, size_t n, struct py_value *ret)
{
	const struct py_native *found = call_shape_find(name, n);

	if (!found)
		found = py_native_find(
			primitives, ARRAY_SIZE(primitives), name, n);
	if (found) {
		*ret = py_native_value(found);
		return true;
	}
	if (str_is(name, n, "inf")) {
		*ret = py_float(INFINITY);
		return true;
	}
	return false;
}
