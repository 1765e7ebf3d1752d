/* SPDX-License-Identifier: MIT */
/*
 * A recipe becomes a node: its constructor's body runs each time that it is
 * placed, with what it finds there: base, steps, what is around it.  An error
 * in a body is that of the user's argument that the condition leads to.
 */
#include <math.h>
#include <string.h>

#include "call/call_impl.h"

static struct py_value number_or_none(double x)
{
	return isnan(x) ? py_none() : call_number(x);
}

/* Whether what X, or a schedule that it is given, is hangs on the base. */
static bool uses_base(const struct call_recipe *x, unsigned depth)
{
	static const struct py_str base = {4, "base"};

	if (py_mentions(py_def(&x->constructor->def), &base))
		return true;
	/* What is deeper is refused. */
	for (size_t i = 0, n = py_nparam(&x->constructor->def);
		i < n && depth < CALL_DEPTH_MAX; i++) {
		const struct py_value *v = &x->slot[i];

		if (v->type == PY_LIST && v->u.list->n > 0)
			v = &v->u.list->item[0];
		if (call_is(v, call_recipe_type) &&
			uses_base(v->u.opaque->p, depth + 1))
			return true;
	}
	return false;
}

/* Whether X is an optimizer, as far as its name or what it calls says. */
static bool is_optimizer(const struct call_build *b, const struct py_node *x)
{
	struct py_value v;

	if (x->form != PY_NAME && x->form != PY_ATTR)
		return call_seems_optimizer(x);
	return call_like_optimizer(&x->s) ||
	       (x->form == PY_NAME && py_peek(b->user, x->s.s, x->s.n, &v) &&
		       call_optimizer_rate(&v));
}

/* Whether the call E is given an optimizer, as what wraps one is. */
static bool is_given_optimizer(
	const struct call_build *b, const struct py_node *e)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next)
		for (const struct py_node *x = a; x; x = py_walk(a, x))
			if (is_optimizer(b, x))
				return true;
	return false;
}

/* Whether E, a call, makes another optimizer than those that are known. */
static bool makes_another(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->arg;

	if (f->form != PY_NAME && f->form != PY_ATTR)
		return false;
	/* engine.get() may have been given one before. */
	if (f->form == PY_ATTR &&
		!(f->arg->form == PY_NAME && call_import_of(b, &f->arg->s)))
		return false;
	return !call_seems_optimizer(e) && !is_given_optimizer(b, e);
}

/* The call that may make V, an optimizer that is not known, anew; or NULL. */
static const struct py_node *maker_of(
	const struct call_build *b, const struct py_value *v)
{
	const struct py_node *root = py_root(b->user), *e;

	e = v->type == PY_UNKNOWN ? v->u.unknown->at : NULL;
	if (e && e->form == PY_CALL)
		return makes_another(b, e) ? e : NULL;
	for (e = root; v->type == PY_UNKNOWN && e; e = py_walk(root, e))
		if (e->form == PY_ASSIGN && e->arg->form == PY_CALL &&
			e->arg->next->form == PY_NAME &&
			py_str_equal(&e->arg->next->s, &v->u.unknown->path) &&
			makes_another(b, e->arg))
			return e->arg;
	return NULL;
}

/*
 * Remarks that the optimizer of X, which a function makes that is not known, is
 * not the one whose rate is shown: 0, or -1.
 */
static int note_stranger(struct py_run *r, const struct call_recipe *x)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *e = NULL;

	for (size_t i = 0, n = py_nparam(&x->constructor->def);
		i < n && !e && !x->outer; i++)
		if (call_is_optimizer_name(
			    &py_param(&x->constructor->def, i)->s))
			e = maker_of(b, &x->slot[i]);
	return e ? call_remark(r,
			   "the rate of the optimizer that %.*s() makes is not "
			   "known, and that of another one is shown; expected "
			   "%s LR",
			   (int)(e->arg->end - e->arg->at),
			   b->text + e->arg->at, b->names->lr)
		 : 0;
}

/*
 * The node of the rate that stands beside E, a value in a dict or an argument
 * of a call; NULL: none does.
 */
static const struct py_node *rate_node(const struct py_node *e)
{
	const struct py_node *up = e->up, *kid;

	if (up && up->form == PY_KEYWORD) {
		for (kid = up->up->arg; kid; kid = kid->next)
			if (kid->form == PY_KEYWORD &&
				call_is_rate_name(&kid->s))
				return kid->arg;
		return NULL;
	}
	for (kid = up && up->form == PY_MAKE_DICT ? up->arg : NULL;
		kid && kid->next; kid = kid->next->next)
		if (call_is_rate_key(kid))
			return kid->next;
	return NULL;
}

/* The same for what is handed on as NAME in the text of B. */
static const struct py_node *rate_node_of(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user), *found = NULL;

	for (const struct py_node *e = root; e && !found; e = py_walk(root, e))
		if (e->form == PY_NAME && call_same_name(&e->s, name))
			found = rate_node(e);
	return found;
}

/* Whether E has names of a function's own, which are gone with its call. */
static bool has_locals(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
			return true;
	return false;
}

/*
 * The number that an optimizer's settings have for its rate, of which X is one:
 * {"learning_rate": 0.1, "lr_scheduler": X}.  X may have a name, or be set as
 * an item.  NULL: there is none.
 */
static const struct py_value *rate_beside(
	struct py_run *r, const struct call_recipe *x)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *e, *to;
	const struct py_value *item;
	struct py_value *v = py_alloc(r, sizeof(*v));

	if (!v || x->outer || !x->at || !x->at->up)
		return NULL;
	e = rate_node(x->at);
	to = x->at->up->form == PY_ASSIGN ? x->at->next : NULL;
	if (!e && to && to->form == PY_NAME)
		e = rate_node_of(b, &to->s);
	if (e)
		return !has_locals(e) && py_eval_of(r, b->user, e, v) == 0 &&
				       py_is_number(v)
			       ? v
			       : NULL;
	if (!to || to->form != PY_INDEX || has_locals(to->arg) ||
		py_eval_of(r, b->user, to->arg, v) < 0 || v->type != PY_DICT)
		return NULL;
	item = call_rate_in(v->u.list, false);
	return item && py_is_number(item) ? item : NULL;
}

/* The rate of X's optimizer, where the user gives none, is B's base. */
static int take_base(struct py_run *r, const struct call_recipe *x)
{
	struct call_build *b = call_build_of(r);
	const struct py_value *rate = x->rate ? x->rate : b->optimizer_rate;

	b->place.rated = b->base_given;
	if (b->base_given)
		return 0;
	rate = rate ? rate : rate_beside(r, x);
	if (!rate)
		return 0;
	if (b->optimizer_rate && (!x->rate || rate->type == PY_UNKNOWN) &&
		uses_base(x, 0) && note_stranger(r, x) < 0)
		return -1;
	if (rate->type == PY_UNKNOWN)
		b->base_unknown = rate->u.unknown;
	if (!py_is_number(rate) || !(py_number(rate) >= 0))
		return 0;
	b->place.base = py_number(rate);
	b->place.rated = true;
	return uses_base(x, 0) ? call_note_groups(r, rate) : 0;
}

/* Runs the body of X at PLACE. */
static int run_recipe(struct py_run *r, const struct call_recipe *x,
	const struct call_place *place, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct call_place before = b->place;
	const char *counting = place->by_epoch ? "epoch" : "step";
	struct py_value local[] = {py_float(place->base),
		number_or_none(place->steps),
		number_or_none(place->epoch_steps), py_none(), py_none(),
		py_bool(b->base_given), py_none()};
	struct py_str around;

	if (++b->nplaced > CALL_NUMBER_MAX)
		return py_raise(r, x->at,
			"more than %d calls in one; expected fewer",
			CALL_NUMBER_MAX);
	if (place->depth >= CALL_DEPTH_MAX)
		return py_raise(r, x->at,
			"calls in calls too deep; expected at most %d",
			CALL_DEPTH_MAX);
	if (place->recipe) {
		around = call_name_of(place->recipe->constructor);
		if (py_new_str(r, around.s, around.n, &local[3]) < 0)
			return -1;
	}
	if (py_new_str(r, counting, strlen(counting), &local[4]) < 0)
		return -1;
	b->place = *place;
	if (place->depth == 0 && take_base(r, x) < 0)
		return -1;
	local[0] = py_float(b->place.base);
	local[6] = py_bool(b->place.rated);
	b->place.recipe = x;
	b->place.depth++;
	if (py_enter(r, x->at, &x->constructor->def, x->slot, local, ret) < 0) {
		call_blame(r, x);
		return -1;
	}
	b->place = before;
	return 0;
}

/* What the primitive NAME, called at AT with V, gives; NULL raised. */
static struct call_node *primitive(struct py_run *r, const struct py_node *at,
	const char *name, struct py_value v)
{
	struct py_arg arg = {.value = v, .at = at};
	struct py_value f, ret;

	if (!call_build_of(r)->primitive(name, strlen(name), &f) ||
		py_invoke(r, at, &f, &arg, 1, &ret) < 0)
		return NULL;
	return (struct call_node *)ret.u.opaque->p;
}

/* V has no value: it is the call of what nobody knows, or a name. */
static void no_constructor(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	const struct py_unknown *u = v->u.unknown;
	struct py_str name = u->path;

	if (!u->at || u->at->form != PY_CALL || u->why) {
		py_raise_unknown(r, at, v);
		return;
	}
	call_raise_no_constructor(r, u->at, name);
}

/* V times X's constants, into V: 0, or -1 raised. */
static int multiply(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, struct py_value *v)
{
	struct py_arg arg = {.at = at};
	struct py_value f;

	if (x->by)
		return py_raise_unknown(r, at,
			&(struct py_value){
				.type = PY_UNKNOWN, .u.unknown = x->by});
	if (x->times == 0 || x->times == 1)
		return 0;
	if (py_new_list(r, PY_LIST, 2, &arg.value) < 0 ||
		py_list_add(r, arg.value.u.list, *v) < 0 ||
		py_list_add(r, arg.value.u.list, py_float(x->times)) < 0 ||
		!call_build_of(r)->primitive("product", 7, &f))
		return -1;
	return py_invoke(r, at, &f, &arg, 1, v);
}

struct call_node *call_place(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct call_place *place,
	struct call_columns **columns)
{
	const struct call_reader *reader = call_build_of(r)->reader;
	struct py_value made = *v;

	while (call_is(&made, call_recipe_type)) {
		const struct call_recipe *x = made.u.opaque->p;
		if (run_recipe(r, x, place, &made) < 0 ||
			multiply(r, at, x, &made) < 0)
			return NULL;
	}
	if (call_is(&made, call_node_type))
		return (struct call_node *)made.u.opaque->p;
	if (call_is(&made, call_columns_type)) {
		struct call_columns *c =
			(struct call_columns *)made.u.opaque->p;
		if (columns)
			*columns = c;
		return c->column[0].node;
	}
	if (py_is_number(&made))
		return primitive(r, at, "hold", py_float(py_number(&made)));
	if (reader->classes->is_stepped(r, &made))
		return reader->classes->object(r, &made);
	reader->classes->as_function(r, &made);
	if (made.type == PY_FUNCTION || made.type == PY_NATIVE ||
		made.type == PY_METHOD)
		return primitive(r, at, "fn", made);
	if (made.type == PY_UNKNOWN)
		no_constructor(r, at, &made);
	else
		py_raise(r, at,
			"%s, not a schedule where one is expected; expected "
			"calls of constructors",
			py_type_name(&made));
	return NULL;
}

struct call_node *call_child(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	return call_place(r, at, v, &call_build_of(r)->place, NULL);
}
