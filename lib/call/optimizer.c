/* SPDX-License-Identifier: MIT */
/*
 * What an optimizer is: a call of one, of what nobody knows with a rate, or a
 * name; its rate is the base of the schedules that drive it, and what a
 * function of the step, or a callback, sets and reads.
 */
#include "call/call_impl.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"

bool call_is_optimizer_name(const struct py_str *s)
{
	return s->n == 9 && memcmp(s->s, "optimizer", 9) == 0;
}

/* Those whose calls do not show what they are, and PyTorch's default rate. */
static const struct {
	const char *name;
	double lr;
} kinds[] = {
	{"SGD", 1e-3},
	{"Adam", 1e-3},
	{"AdamW", 1e-3},
	{"RMSprop", 1e-2},
	{"Adagrad", 1e-2},
};

#define NKIND ARRAY_SIZE(kinds)

/* The kind that NAME is, or NKIND. */
static size_t kind_named(const struct py_str *name)
{
	size_t i = 0;

	while (i < NKIND && !py_is_named(name, kinds[i].name))
		i++;
	return i;
}

static size_t kind_of(const struct call_constructor *c)
{
	const struct py_str name = call_name_of(c);

	return kind_named(&name);
}

bool call_is_optimizer_class(const struct py_str *name)
{
	return kind_named(name) < NKIND;
}

bool call_is_optimizer_kind(const struct py_value *v)
{
	return call_is(v, call_constructor_type) &&
	       kind_of(v->u.opaque->p) < NKIND;
}

bool call_is_rate_name(const struct py_str *s)
{
	static const struct py_str names[] = {{2, "lr"}, {13, "learning_rate"}};

	return call_same_name(s, &names[0]) || call_same_name(s, &names[1]);
}

bool call_gives_rate(const struct py_node *at)
{
	for (const struct py_node *a = at->arg; a; a = a->next)
		if (a->form == PY_KEYWORD && call_is_rate_name(&a->s))
			return true;
	return false;
}

/* The rate of X; NULL: it is no optimizer, or has none. */
static const struct py_value *recipe_rate(const struct call_recipe *x)
{
	const struct py_value *rate = NULL;
	const struct py_node *p;

	if (kind_of(x->constructor) == NKIND)
		return NULL;
	for (size_t k = 0; (p = py_param(&x->constructor->def, k)); k++)
		if (call_is_rate_name(&p->s) &&
			(!rate || py_is_number(&x->slot[k]) ||
				x->slot[k].type == PY_UNKNOWN))
			rate = &x->slot[k];
	return rate;
}

const struct py_value *call_optimizer_rate(const struct py_value *v)
{
	if (call_is(v, call_optimizer_type))
		return v->u.opaque->p;
	return call_is(v, call_recipe_type) ? recipe_rate(v->u.opaque->p)
					    : NULL;
}

bool call_is_optimizer_recipe(const struct call_recipe *x)
{
	return kind_of(x->constructor) < NKIND;
}

bool call_is_constant_optimizer(const struct call_recipe *x)
{
	const struct py_node *p;

	for (size_t k = 0; (p = py_param(&x->constructor->def, k)); k++)
		if (call_is_rate_name(&p->s) && !py_is_number(&x->slot[k]) &&
			x->slot[k].type != PY_NONE)
			return false;
	return call_is_optimizer_recipe(x);
}

/*
 * What may stand for an optimizer: one, what has no value, None, or a number
 * that somebody gave "opt".
 */
static bool may_be_optimizer(const struct py_arg *a)
{
	const struct py_node *e = a->at;

	if (a->value.type == PY_UNKNOWN || a->value.type == PY_NONE ||
		call_optimizer_rate(&a->value))
		return true;
	return e && e->form == PY_NAME && e->s.n >= 3 &&
	       memcmp(e->s.s, "opt", 3) == 0 && py_is_number(&a->value);
}

/*
 * ARG[0..N) with None in the place of an optimizer that was left out; the
 * result has room for one more.
 */
size_t call_with_optimizer(const struct py_value *def, const struct py_arg *arg,
	size_t n, struct py_arg *out)
{
	const struct py_node *p;
	size_t i = 0, k = 0;

	for (; i < n && arg[i].name.n == 0; i++) {
		p = py_param(def, k);
		if (p && call_is_optimizer_name(&p->s) &&
			!may_be_optimizer(&arg[i]))
			out[k++] = (struct py_arg){
				.value = py_none(), .at = arg[i].at};
		out[k++] = arg[i];
	}
	for (; i < n; i++)
		out[k++] = arg[i];
	return k;
}

/* An optimizer that is not given by name or place is None. */
bool call_lacks_optimizer(
	const struct py_value *def, const struct py_arg *arg, size_t n)
{
	const struct py_node *p;
	size_t positional = 0;

	for (size_t i = 0; i < n; i++) {
		if (arg[i].name.n == 0)
			positional++;
		else if (call_is_optimizer_name(&arg[i].name))
			return false;
	}
	for (size_t i = 0; (p = py_param(def, i)); i++)
		if (call_is_optimizer_name(&p->s))
			return i >= positional && !p->arg;
	return false;
}

/* What stands first in ARG, or is called as PyTorch's first; NULL: nothing. */
static const struct py_value *first_of(const struct py_arg *arg, size_t narg)
{
	static const struct py_str params = {6, "params"};

	if (narg > 0 && !arg[0].name.n)
		return &arg[0].value;
	for (size_t i = 0; i < narg; i++)
		if (call_same_name(&arg[i].name, &params))
			return &arg[i].value;
	return NULL;
}

/* The rate of the first of ARG's groups of parameters; NULL: none. */
static const struct py_value *first_group_lr(
	const struct py_arg *arg, size_t narg)
{
	const struct py_value *first = first_of(arg, narg);
	const struct py_list *l;

	if (!first || first->type != PY_LIST)
		return NULL;
	l = first->u.list;
	return l->n && l->item[0].type == PY_DICT
		       ? py_dict_find(l->item[0].u.list, "lr", 2)
		       : NULL;
}

/*
 * Whether the first of ARG is a model's parameters, as PyTorch has it: of an
 * OPTIMIZER, by its name, all but a rate.
 */
static bool of_parameters(const struct py_arg *arg, size_t narg, bool optimizer)
{
	const struct py_value *first = first_of(arg, narg);
	const struct py_str *path;

	if (first_group_lr(arg, narg))
		return true;
	if (!first || first->type != PY_UNKNOWN)
		return optimizer && first && first->type == PY_LIST;
	path = &first->u.unknown->path;
	return call_has_part(path, "param") ||
	       (optimizer && !call_is_of_rates(path));
}

/* The rate that ARG, of an OPTIMIZER or what may be one, gives; NULL: none. */
static const struct py_value *given_rate(
	const struct py_arg *arg, size_t narg, bool optimizer)
{
	const struct py_value *rate = first_group_lr(arg, narg);

	if (rate)
		return rate;
	for (size_t i = 0; i < narg; i++)
		if (call_is_rate_name(&arg[i].name) ||
			(i == 1 && !arg[i].name.n &&
				of_parameters(arg, narg, optimizer)))
			return &arg[i].value;
	return NULL;
}

/* Whether the call of C, of a kind of optimizer, is Keras's, with a rate. */
static bool is_keras(
	const struct call_constructor *c, const struct py_arg *arg, size_t narg)
{
	const struct py_node *p;
	bool known = true, rate = false;

	for (size_t i = 0; i < narg; i++) {
		bool found = arg[i].name.n == 0;
		for (size_t k = 0; !found && (p = py_param(&c->def, k)); k++)
			found = call_same_name(&p->s, &arg[i].name);
		known = known && found;
		rate = rate || call_is_rate_name(&arg[i].name);
	}
	if (narg == 0 || arg[0].name.n > 0)
		return !first_of(arg, narg) && (known || !rate);
	if (arg[0].value.type == PY_UNKNOWN)
		return known && !rate && !of_parameters(arg, narg, true);
	return known && arg[0].value.type != PY_LIST;
}

int call_new_optimizer(
	struct py_run *r, struct py_value rate, struct py_value *ret)
{
	struct py_value *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	*own = rate;
	return py_new_opaque(r, call_optimizer_type, own, ret);
}

/* The last part of *PATH, which is cut off. */
static struct py_str cut_last(struct py_str *path)
{
	struct py_str last = {.s = path->s + path->n};

	while (last.s > path->s && last.s[-1] != '.') {
		last.s--;
		last.n++;
	}
	path->n -= last.n + (path->n > last.n);
	return last;
}

/* --- schedules that are given to what nobody knows ----------------------- */

/* Whether PATH is an optimizer of a library's, by its last name. */
static bool is_optimizer_path(const struct py_str *path)
{
	static const char *const names[] = {"adam", "Adam", "sgd", "SGD",
		"lamb", "lion", "Lion", "rmsprop", "RMSprop", "adafactor",
		"adagrad", "yogi", "novograd"};
	struct py_str whole = *path, name = cut_last(&whole);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (call_has_part(&name, names[i]))
			return !call_has_part(&name, "scale_by");
	return false;
}

/* Whether optax's PATH(schedule) steps by it. */
static bool scales_by_schedule(const struct py_str *path)
{
	return call_has_part(path, "scale_by_schedule") ||
	       call_has_part(path, "scale_by_learning_rate");
}

/* Whether PATH, of an optimizer, is optax's, where they are functions. */
static bool is_optax(const struct py_str *path)
{
	struct py_str whole = *path, name = cut_last(&whole);

	return name.n > 0 && name.s[0] >= 'a' && name.s[0] <= 'z';
}

/* The Ith of ARG, of what is called PATH, if it is the rate; NULL. */
static const struct py_value *rate_of(
	const struct py_str *path, const struct py_arg *arg, size_t i)
{
	return call_is_rate_name(&arg[i].name) ||
			       (i == 0 && !arg[i].name.n &&
				       (is_optimizer_path(path) ||
					       scales_by_schedule(path)))
		       ? &arg[i].value
		       : NULL;
}

/* Schedules and functions of the step that optax.adamw(schedule) is given. */
static void note_driven(struct call_build *b, const struct py_str *path,
	const struct py_arg *arg, size_t narg)
{
	for (size_t i = 0; i < narg; i++) {
		const struct py_value *rate = rate_of(path, arg, i);

		if (rate && call_is(rate, call_recipe_type)) {
			struct call_recipe *x = rate->u.opaque->p;
			x->drives = true;
			x->scales = scales_by_schedule(path);
			b->driving.type = PY_UNBOUND;
		} else if (rate && rate->type == PY_FUNCTION &&
			   !scales_by_schedule(path)) {
			b->driving = *rate;
		} else if (rate && is_optax(path) &&
			   !scales_by_schedule(path)) {
			b->constant = b->constant || py_is_number(rate);
			b->rated = true;
		}
	}
}

/* --- optax's chain() ------------------------------------------------------ */

/* V, by what it is known again. */
static const void *identity(const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return v->u.unknown;
	return call_is(v, call_optimizer_type) ? v->u.opaque->p : NULL;
}

static struct call_transform *transform_of(
	const struct call_build *b, const struct py_value *v)
{
	const void *value = identity(v);
	struct call_transform *t = value ? b->transform : NULL;

	while (t && t->value != value)
		t = t->before;
	return t;
}

/* *RET is a transform as T: 1, or -1. */
static int keep_transform(
	struct py_run *r, struct call_transform t, const struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct call_transform *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	t.value = identity(ret);
	t.before = b->transform;
	*own = t;
	b->transform = own;
	return 1;
}

/* T becomes the one that V, a number or what has none, multiplies by. */
static void take_constant(struct call_transform *t, const struct py_value *v)
{
	if (py_is_number(v))
		t->times *= fabs(py_number(v));
	else if (v->type == PY_UNKNOWN && !t->by)
		t->by = v->u.unknown;
}

/* chain(...) of ARG into T: 1, 0 nothing of it is known, or -1 raised. */
static int chain(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct call_transform *t)
{
	const struct call_build *b = call_build_of(r);
	bool any = false;

	for (size_t i = 0; i < narg; i++) {
		const struct call_transform *one =
			transform_of(b, &arg[i].value);

		if (!one)
			continue;
		any = true;
		if (one->x && t->x && one->x != t->x)
			return py_raise(r, at,
				"two schedules are multiplied here; expected a "
				"def of the step that does it, or words");
		t->x = one->x ? one->x : t->x;
		t->times *= one->times;
		t->by = t->by ? t->by : one->by;
	}
	if (!t->x)
		return any;
	t->x->chained = true;
	t->x->times = (t->x->times != 0 ? t->x->times : 1) * t->times;
	t->x->by = t->x->by ? t->x->by : t->by;
	t->times = 1;
	return 1;
}

/* Remarks that of groups D, by label, some have a constant rate: 0, or -1. */
static int note_constants(struct py_run *r, const struct py_value *d)
{
	const struct call_build *b = call_build_of(r);
	const struct call_transform *constant = NULL, *schedule = NULL, *t;

	for (size_t i = 0; d->type == PY_DICT && i < d->u.list->n; i += 2) {
		t = transform_of(b, &d->u.list->item[i + 1]);
		if (t && t->x)
			schedule = t;
		else if (t)
			constant = t;
	}
	if (!constant || !schedule)
		return 0;
	return constant->by ? call_remark(r,
				      "groups of parameters have rates of "
				      "their own: the schedule is shown, and "
				      "not '%.*s'",
				      (int)constant->by->path.n,
				      constant->by->path.s)
			    : call_remark(r,
				      "groups of parameters have rates of "
				      "their own: the schedule is shown, and "
				      "not the constant %g",
				      constant->times);
}

/*
 * PATH is one of optax's that make a step of what was made before, or a chain
 * of such: 1 with *RET, 0 or -1 raised.
 */
static int make_transform(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct py_str whole = *path, name = cut_last(&whole);
	struct call_transform t = {.times = 1};
	const struct py_value *rate = NULL;
	int made = 0;

	for (size_t i = 0; i < narg; i++)
		if (rate_of(path, arg, i) &&
			(!arg[i].name.n ||
				call_is(&arg[i].value, call_recipe_type)))
			rate = &arg[i].value;
	if (narg == 1 && py_is_named(&name, "scale"))
		rate = &arg[0].value;

	if (narg > 0 && (py_is_named(&name, "multi_transform") ||
				py_is_named(&name, "partition")))
		return note_constants(r, &arg[0].value);
	if (py_is_named(&name, "chain")) {
		made = chain(r, at, arg, narg, &t);
	} else if (rate && (py_is_named(&name, "scale") ||
				   call_has_part(path, "optax."))) {
		made = 1;
		if (call_is(rate, call_recipe_type))
			t.x = rate->u.opaque->p;
		else if (py_is_number(rate) || rate->type == PY_UNKNOWN)
			take_constant(&t, rate);
		else
			made = 0;
	}
	if (made <= 0)
		return made;
	/* What has a reason keeps its identity under any name. */
	return py_new_unknown(r, at, path->s, path->n,
		       "it makes steps, and is no schedule", ret) < 0
		       ? -1
		       : keep_transform(r, t, ret);
}

/* Schedules that a class nobody knows is given: After(optimizer, StepLR()). */
static void note_wrapped(const struct py_node *at, const struct py_str *path,
	const struct py_arg *arg, size_t narg)
{
	struct py_str whole = *path, name = cut_last(&whole);

	if (name.n == 0 || name.s[0] < 'A' || name.s[0] > 'Z' ||
		is_optimizer_path(path))
		return;
	for (size_t i = 0; i < narg; i++) {
		struct call_recipe *x;

		if (!arg[i].at || !call_is(&arg[i].value, call_recipe_type))
			continue;
		x = arg[i].value.u.opaque->p;
		if (!recipe_rate(x))
			x->wrapped = at;
	}
}

/*
 * Whether U, called with a schedule, makes another of it, as its name has it:
 * WarmUp(schedule), but not optimizer(schedule).
 */
static bool wraps_schedule(
	const struct py_unknown *u, const struct py_arg *arg, size_t narg)
{
	static const char *const parts[] = {"warm", "Warm", "sched", "Sched",
		"LR", "lr_", "ecay", "nneal", "yclic"};
	bool of_schedule = false;

	for (size_t i = 0; i < narg; i++)
		of_schedule =
			of_schedule || call_is(&arg[i].value, call_recipe_type);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (of_schedule && call_has_part(&u->path, parts[i]))
			return !is_optimizer_path(&u->path) &&
			       !scales_by_schedule(&u->path);
	return false;
}

/*
 * Whether V, which nobody knows, is a class that is called as optimizers are.
 */
static bool is_optimizer_class(const struct py_value *v)
{
	return v->type == PY_UNKNOWN &&
	       is_optimizer_path(&v->u.unknown->path) &&
	       !is_optax(&v->u.unknown->path);
}

/* What U, which nobody knows, does with schedules among ARG: 0, or -1. */
static int take_schedules(struct py_run *r, const struct py_node *at,
	const struct py_unknown *u, const struct py_arg *arg, size_t narg)
{
	note_driven(call_build_of(r), &u->path, arg, narg);
	note_wrapped(at, &u->path, arg, narg);
	if (wraps_schedule(u, arg, narg)) {
		call_raise_no_constructor(r, at, u->path);
		call_build_of(r)->fatal = true;
		return -1;
	}
	return 0;
}

/* --- groups of parameters ------------------------------------------------- */

/* The rate of the Ith group of G. */
static const struct py_value *group_rate(const struct call_groups *g, size_t i)
{
	const struct py_value *item = &g->list->item[i], *lr;

	lr = item->type == PY_DICT ? py_dict_find(item->u.list, "lr", 2) : NULL;
	return lr ? lr : &g->shared;
}

/* Keeps the groups of ARG, if there are any, for the optimizer of RATE. */
static int keep_groups(struct py_run *r, const struct py_value *rate,
	const struct py_arg *arg, size_t narg)
{
	const struct py_value *first = first_of(arg, narg);
	struct call_build *b = call_build_of(r);
	struct call_groups *g;

	if (!first || first->type != PY_LIST || first->u.list->n < 2)
		return 0;
	g = py_alloc(r, sizeof(*g));
	if (!g)
		return -1;
	*g = (struct call_groups){
		.rate = rate, .list = first->u.list, .next = b->groups};
	for (size_t i = 0; i < narg; i++)
		if (call_is_rate_name(&arg[i].name) ||
			(i == 1 && !arg[i].name.n))
			g->shared = arg[i].value;
	b->groups = g;
	return 0;
}

/* Other groups' rates that a remark names. */
#define NOTHER 4

/* The rates of G's groups that are not RATE, each once; returns how many. */
static size_t other_rates(
	const struct call_groups *g, double rate, double other[NOTHER])
{
	size_t n = 0;

	for (size_t i = 1; i < g->list->n && n < NOTHER; i++) {
		const struct py_value *own = group_rate(g, i);
		bool known =
			!own || !py_is_number(own) || py_number(own) == rate;

		for (size_t k = 0; k < n && !known; k++)
			known = py_number(own) == other[k];
		if (!known)
			other[n++] = py_number(own);
	}
	return n;
}

/* Whether E adds a group with a rate: add_param_group({"lr": x}) */
static bool adds_group(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
		const struct py_node *d = f ? f->next : NULL;

		if (!d || f->form != PY_ATTR ||
			!py_is_named(&f->s, "add_param_group"))
			continue;
		for (const struct py_node *k = d->arg; k; k = k->next)
			if ((k->form == PY_CONST && k->value.type == PY_STR &&
				    call_is_rate_name(k->value.u.str)) ||
				(k->form == PY_KEYWORD &&
					call_is_rate_name(&k->s)))
				return true;
	}
	return false;
}

int call_note_groups(struct py_run *r, const struct py_value *rate)
{
	const struct call_build *build = call_build_of(r);
	const struct call_groups *g = build->groups;
	double other[NOTHER];
	struct buf b = {0};
	size_t n = 0;
	int bad;

	while (g && g->rate != rate)
		g = g->next;
	if (g && py_is_number(rate))
		n = other_rates(g, py_number(rate), other);
	if (n == 0)
		return adds_group(py_root(build->user))
			       ? call_remark(r,
					 "add_param_group() gives parameters a "
					 "rate of their own, which is not "
					 "shown")
			       : 0;
	bad = buf_add_double(&b, py_number(rate)) ||
	      buf_adds(&b, " is shown, and not");
	for (size_t i = 0; i < n && !bad; i++)
		bad = buf_adds(&b, i ? ", " : " ") ||
		      buf_add_double(&b, other[i]);
	bad = bad || buf_terminate(&b)
		      ? py_raise_nomem(r, b.len)
		      : call_remark(r,
				"groups of parameters have rates of their own: "
				"the first's %s (%s LR)",
				b.data, build->names->lr);
	buf_free(&b);
	return bad;
}

/* --- making one ----------------------------------------------------------- */

/*
 * Whether what the call AT makes takes the place of T's optimizer: it is made
 * again, or is the first, or its name had that of T.
 */
static bool takes_place(struct py_run *r, const struct call_training *t,
	const struct py_node *at, const struct py_value *before)
{
	const struct py_node *s = at->up, *name = s && s->form == PY_ASSIGN
							  ? s->arg->next
							  : NULL;
	const struct py_value *rate;
	struct py_value v;

	if (!before || at == t->maker || !name || name->form != PY_NAME ||
		s->arg != at)
		return true;
	if (!py_local(r, name->s.s, name->s.n, &v) &&
		!py_peek(call_build_of(r)->user, name->s.s, name->s.n, &v))
		return false;
	rate = call_optimizer_rate(&v);
	return rate && (!t->of || rate == t->of);
}

int call_note_optimizer(
	struct py_run *r, const struct py_node *at, const struct py_value *rate)
{
	struct call_build *b = call_build_of(r);
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;
	const struct py_value *before = b->optimizer_rate;
	bool number = py_is_number(rate);

	b->optimizer_rate = rate;
	if (!t || !at || r != py_builder(b->py) ||
		(!number && rate->type != PY_UNKNOWN))
		return 0;
	if (!takes_place(r, t, at, before) || (t->made && t->made != at))
		return call_remark(r,
			"several optimizers are made, of which one is shown");
	t->made = t->maker = at;
	t->of = rate;
	t->path[0] = '\0';
	t->group.type = PY_UNBOUND;
	t->nkept = 0;
	t->set = false;
	t->lost = number ? NULL : rate->u.unknown;
	if (number)
		t->lr = t->base = t->made_lr = py_number(rate);
	return 0;
}

int call_make_optimizer(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	bool kind = call_is_optimizer_kind(v);
	const struct py_value *rate =
		given_rate(arg, narg, kind || is_optimizer_class(v));
	const struct py_value *first = first_of(arg, narg);
	struct call_build *b = call_build_of(r);
	struct py_value lr;

	if (v->type == PY_UNKNOWN) {
		int made = take_schedules(r, at, v->u.unknown, arg, narg);

		if (made == 0)
			made = make_transform(
				r, at, &v->u.unknown->path, arg, narg, ret);
		if (made)
			return made;
	}
	if (kind ? is_keras(v->u.opaque->p, arg, narg)
		 : !rate && !of_parameters(arg, narg, false))
		return 0;
	if (v->type != PY_UNKNOWN && !kind)
		return 0;
	if (!kind &&
		(!rate || !(py_is_number(rate) || rate->type == PY_UNKNOWN)))
		return 0;
	lr = rate   ? *rate
	     : kind ? py_float(kinds[kind_of(v->u.opaque->p)].lr)
		    : py_none();
	/* Groups that are not known may have rates of their own. */
	if (!rate && first && first->type == PY_UNKNOWN &&
		first->u.unknown->why)
		lr = *first;
	if (call_new_optimizer(r, lr, ret) < 0)
		return -1;
	if (call_note_optimizer(r, at, ret->u.opaque->p) < 0)
		return -1;
	if (v->type == PY_UNKNOWN && is_optax(&v->u.unknown->path)) {
		struct call_transform t = {.times = 1};

		take_constant(&t, &lr);
		if (keep_transform(r, t, ret) < 0)
			return -1;
	}
	return keep_groups(r, b->optimizer_rate, arg, narg) < 0 ? -1 : 1;
}

/* --- its rate, a variable ------------------------------------------------- */

/* The methods of a variable, or functions of one: lr.assign(x). */
static const struct touch {
	const char *name;
	char how; /* '=', '+' and '-' set it, 'r' gives it */
} touches[] = {
	{"assign", '='},
	{"assign_add", '+'},
	{"assign_sub", '-'},
	{"set_value", '='},
	{"get_value", 'r'},
	{"eval", 'r'},
	{"convert_to_numpy", 'r'},
	{"read_value", 'r'},
	{"value", 'r'},
};

static const struct touch *find_touch(const struct py_str *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(touches); i++)
		if (py_is_named(name, touches[i].name))
			return &touches[i];
	return NULL;
}

/* Whether E is optimizer.lr, by its last names. */
static bool is_rate_at(const struct py_node *e)
{
	return e && e->form == PY_ATTR && call_is_rate_name(&e->s) &&
	       (e->arg->form == PY_NAME || e->arg->form == PY_ATTR) &&
	       call_has_part(&e->arg->s, "opt");
}

int call_rate_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct touch *t = find_touch(name);
	char path[64];
	int n;

	if (!t || !*py_run_ctx(r) || !at || at->form != PY_ATTR ||
		!is_rate_at(at->arg))
		return 0;
	/* Keras 3 has it without the brackets. */
	if (py_is_named(name, "value")) {
		*ret = *v;
		return 1;
	}
	n = snprintf(path, sizeof(path), "optimizer.lr.%s", t->name);
	return py_new_unknown(r, at, path, (size_t)n, NULL, ret) < 0 ? -1 : 1;
}

/* The rate becomes X, or moves by it, as T says. */
static int set_rate(
	struct py_run *r, const struct touch *t, const struct py_value *x)
{
	struct py_value before;
	int found = call_get_rate(r, &before);

	if (found <= 0 || t->how == '=' || !py_is_number(x))
		return found <= 0 ? found : call_set_rate(r, x);
	before = py_float(py_number(&before) +
			  (t->how == '-' ? -py_number(x) : py_number(x)));
	return call_set_rate(r, &before);
}

/* The same before there are steps: of the optimizer that was asked for it. */
static int set_base(
	struct py_run *r, const struct touch *t, const struct py_value *x)
{
	struct call_build *b = call_build_of(r);
	struct py_value *rate = (struct py_value *)(uintptr_t)b->touched;

	if (r != py_builder(b->py) || !rate)
		return 0;
	if (t->how == '=')
		*rate = *x;
	else if (py_is_number(rate) && py_is_number(x))
		*rate = py_float(
			py_number(rate) +
			(t->how == '-' ? -py_number(x) : py_number(x)));
	else
		b->rate_lost = true;
	return 1;
}

int call_touch_rate(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	const struct touch *t;
	struct py_str path, last;
	bool method;

	*ret = py_none();
	/* lr.value(), of which lr.value is the rate already */
	if (py_is_number(v) && narg == 0 && f && f->form == PY_ATTR &&
		py_is_named(&f->s, "value") && is_rate_at(f->arg))
		return call_get_rate(r, ret);
	if (v->type != PY_UNKNOWN)
		return 0;
	path = v->u.unknown->path;
	last = cut_last(&path);
	t = find_touch(&last);
	last = cut_last(&path);
	method = call_is_rate_name(&last) && call_has_part(&path, "opt");
	if (!t || (!method && (narg == 0 || !is_rate_at(arg[0].at))))
		return 0;
	if (!method) {
		arg++;
		narg--;
	}
	if (t->how == 'r')
		return narg == 0 ? call_get_rate(r, ret) : 0;
	if (narg == 0)
		return 0;
	return *py_run_ctx(r) ? set_rate(r, t, &arg[0].value)
			      : set_base(r, t, &arg[0].value);
}
