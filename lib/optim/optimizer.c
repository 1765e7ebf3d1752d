/* SPDX-License-Identifier: MIT */
/*
 * What an optimizer is: a call of one, of what nobody knows with a rate, or a
 * name; its rate is the base of the schedules that drive it.
 */
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"
#include "optim/optim.h"

bool call_is_optimizer_name(const struct py_str *s)
{
	return py_is_named(s, "optimizer");
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

/* What rates are called: by optimizers, and then in settings alone. */
static const struct py_str rate_names[] = {{2, "lr"}, {13, "learning_rate"},
	{7, "base_lr"}, {10, "initial_lr"}, {7, "init_lr"},
	{21, "initial_learning_rate"}, {2, "LR"}, {13, "LEARNING_RATE"},
	{7, "BASE_LR"}};
#define NOWN 2

bool call_is_rate_name(const struct py_str *s)
{
	for (size_t i = 0; i < NOWN; i++)
		if (call_same_name(s, &rate_names[i]))
			return true;
	return false;
}

bool call_is_rate_key(const struct py_node *e)
{
	return e && e->form == PY_CONST && e->value.type == PY_STR &&
	       call_is_rate_name(e->value.u.str);
}

const struct py_value *call_rate_in(const struct py_list *d, bool settings)
{
	const struct py_value *v;

	for (size_t i = 0; i < (settings ? ARRAY_SIZE(rate_names) : NOWN);
		i++) {
		v = py_dict_find(d, rate_names[i].s, rate_names[i].n);
		if (v && (py_is_number(v) || v->type == PY_UNKNOWN))
			return v;
	}
	return NULL;
}

bool call_gives_rate(const struct py_node *at)
{
	for (const struct py_node *a = at->arg; a; a = a->next)
		if (a->form == PY_KEYWORD && call_is_rate_name(&a->s))
			return true;
	return false;
}

bool call_may_be_optimizer(const struct py_node *e)
{
	const struct py_node *key =
		e->form == PY_INDEX && e->arg->next ? e->arg->next : NULL;

	if (key && key->form == PY_CONST && key->value.type == PY_STR)
		return call_like_optimizer(key->value.u.str);
	return (e->form == PY_NAME || e->form == PY_ATTR) &&
	       call_like_optimizer(&e->s);
}

bool call_is_optimizer_lr(const struct py_node *e)
{
	return e && e->form == PY_ATTR && call_is_rate_name(&e->s) &&
	       call_may_be_optimizer(e->arg);
}

bool call_seems_optimizer(const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL, *to;

	if (!f || (f->form != PY_NAME && f->form != PY_ATTR))
		return false;
	to = e->up && e->up->form == PY_ASSIGN ? e->up->arg->next : f;
	if (call_is_optimizer_class(&f->s))
		return true;
	/* A class that is given no parameters first is a configuration's. */
	return call_may_be_optimizer(to) &&
	       (call_gives_rate(e) ||
		       (f->next && f->next->next &&
			       !(str_is_upper(*f->s.s) &&
				       f->next->form == PY_KEYWORD)));
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

/* An optimizer that was made: what of, as far as its name says. */
struct optimizer {
	struct py_value rate;
	struct py_str class; /* empty: not known */
};

const struct py_value *call_optimizer_rate(const struct py_value *v)
{
	if (call_is(v, call_optimizer_type))
		return &((const struct optimizer *)v->u.opaque->p)->rate;
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

/* Whether DEF's optimizer is given neither by name nor by place. */
static bool lacks_optimizer(
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

size_t call_with_optimizer(const struct py_value *def, const struct py_node *at,
	const struct py_arg *arg, size_t n, struct py_arg *out)
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
	if (lacks_optimizer(def, out, k))
		out[k++] = (struct py_arg){.value = py_none(),
			.name = {.s = "optimizer", .n = 9},
			.at = at};
	return k;
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

/* The name of what is called AT (NULL: nowhere); empty: it has none. */
static struct py_str made_of(const struct py_node *at)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;

	return f && (f->form == PY_NAME || f->form == PY_ATTR)
		       ? f->s
		       : (struct py_str){0, ""};
}

int call_new_optimizer(struct py_run *r, const struct py_node *at,
	struct py_value rate, struct py_value *ret)
{
	struct optimizer *own = py_alloc(r, sizeof(*own));

	if (!own)
		return -1;
	*own = (struct optimizer){.rate = rate, .class = made_of(at)};
	return py_new_opaque(r, call_optimizer_type, own, ret);
}

/* The name of V, a class: its last part; empty: it has none. */
static struct py_str class_named(const struct py_value *v)
{
	const struct py_str *path;
	size_t last;

	if (call_is(v, call_constructor_type))
		return call_name_of(v->u.opaque->p);
	if (v->type != PY_UNKNOWN)
		return (struct py_str){0, ""};
	path = &v->u.unknown->path;
	last = str_last_part(path->s, path->n);
	return (struct py_str){path->n - last, path->s + last};
}

/* Whether X and CLASS, which are not the same, are schedules of one library. */
static bool are_schedules(
	const struct call_recipe *x, const struct py_value *class)
{
	const struct call_constructor *c = call_is(class, call_constructor_type)
						   ? class->u.opaque->p
						   : NULL;

	return c && c->module == x->constructor->module &&
	       !call_is_optimizer_recipe(x) && !call_is_optimizer_kind(class);
}

int call_instance(struct py_run *r, const struct py_value *v,
	const struct py_value *class)
{
	static const struct py_str any = {9, "Optimizer"};
	const struct py_str is = class_named(class);
	const struct call_recipe *x =
		call_is(v, call_recipe_type) ? v->u.opaque->p : NULL;
	struct py_str own = {0, ""};

	if (v->type == PY_NAMESPACE)
		return is.n > 0 ? py_is_called_class(v, &is) : -1;
	if (v->type == PY_UNKNOWN && call_like_optimizer(&v->u.unknown->path))
		own = call_build_of(r)->optimizer_class;
	if (call_is(v, call_optimizer_type))
		own = ((const struct optimizer *)v->u.opaque->p)->class;
	else if (x)
		own = call_name_of(x->constructor);
	if (call_same_name(&own, &is) ||
		(call_optimizer_rate(v) && call_same_name(&is, &any)))
		return 1;
	if (x && are_schedules(x, class))
		return 0;
	/* One class may be made of another: AdamW is an Adam since 2.7. */
	return call_is_optimizer_class(&own) && call_is_optimizer_class(&is) &&
			       !(call_has_part(&own, "Adam") &&
				       call_has_part(&is, "Adam"))
		       ? 0
		       : -1;
}

int call_class_of(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	const struct call_recipe *x =
		call_is(v, call_recipe_type) ? v->u.opaque->p : NULL;

	if (!x)
		return 0;
	return py_new_same(r, call_constructor_type,
		       (void *)(uintptr_t)x->constructor,
		       py_def(&x->constructor->def), ret) < 0
		       ? -1
		       : 1;
}

/* --- groups of parameters ------------------------------------------------- */

const struct call_groups *call_groups_of(
	const struct call_build *b, const struct py_value *rate)
{
	const struct call_groups *g = b->groups;

	while (g && g->rate != rate)
		g = g->next;
	return g;
}

const struct py_value *call_group_rate(const struct call_groups *g, size_t i)
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
		const struct py_value *own = call_group_rate(g, i);
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
			if (call_is_rate_key(k) ||
				(k->form == PY_KEYWORD &&
					call_is_rate_name(&k->s)))
				return true;
	}
	return false;
}

bool call_adds_group(struct call_build *b)
{
	if (!b->adds_group)
		b->adds_group = adds_group(py_root(b->user)) ? 1 : -1;
	return b->adds_group > 0;
}

int call_note_groups(struct py_run *r, const struct py_value *rate)
{
	struct call_build *build = call_build_of(r);
	const struct call_groups *g = call_groups_of(build, rate);
	double other[NOTHER];
	struct buf b = {0};
	size_t n = 0;
	int bad;

	if (g && py_is_number(rate))
		n = other_rates(g, py_number(rate), other);
	if (n == 0)
		return call_adds_group(build)
			       ? call_remark(r,
					 "add_param_group() gives parameters a "
					 "rate of their own, which is not "
					 "shown")
			       : 0;
	buf_printf(&b, "%s is shown, and not", num_text(py_number(rate)).s);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? ", " : " ", num_text(other[i]).s);
	bad = !buf_text(&b)
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

/* Whether the text uses NAME as an optimizer: StepLR(NAME), NAME.zero_grad() */
static bool used_as_optimizer(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_node *in = e->up;

		if ((e->form != PY_NAME && e->form != PY_ATTR) ||
			!call_same_name(&e->s, name))
			continue;
		if (in->form == PY_ATTR
				? py_is_named(&in->s, "zero_grad") ||
					  py_is_named(&in->s, "param_groups")
			: in->form == PY_CALL
				? in->arg != e && call_is_of_rates(&in->arg->s)
				: in->form == PY_KEYWORD &&
					  call_is_of_rates(&in->up->arg->s))
			return true;
	}
	return false;
}

/* Whether E is of a module of optimizers: torch.optim.Lamb */
static bool is_of_optimizers(const struct py_node *e)
{
	while (e->form == PY_ATTR) {
		e = e->arg;
		if (call_may_be_optimizer(e))
			return true;
	}
	return false;
}

/*
 * Whether what the call AT makes is given parameters and a number, as
 * EMA(net.parameters(), 0.99) is, and nothing says that it is an optimizer.
 */
static bool only_looks_so(const struct call_build *b, const struct py_node *at)
{
	const struct py_node *s = at ? at->up : NULL;

	if (!s || at->form != PY_CALL || call_seems_optimizer(at) ||
		call_gives_rate(at) || is_of_optimizers(at->arg) ||
		(s->form != PY_ASSIGN && s->form != PY_EXPR))
		return false;
	for (const struct py_node *t = s->form == PY_ASSIGN ? s->arg->next
							    : NULL;
		t; t = t->next)
		if (used_as_optimizer(b, &t->s))
			return false;
	return true;
}

int call_note_optimizer(
	struct py_run *r, const struct py_node *at, const struct py_value *rate)
{
	struct call_build *b = call_build_of(r);
	struct sched_step *step = *py_run_ctx(r);
	struct call_training *t = step ? step->ctx : NULL;
	const struct py_value *before = b->optimizer_rate;
	const struct py_str class = made_of(at);
	bool number = py_is_number(rate);

	b->optimizer_rate = rate;
	if (!before || !call_same_name(&class, &b->optimizer_class))
		b->optimizer_class = before ? (struct py_str){0, ""} : class;
	if (!t || !at || r != py_builder(b->py) || !call_seems_optimizer(at) ||
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
	const struct py_value *v, bool named, const struct py_arg *arg,
	size_t narg, struct py_value *ret)
{
	bool kind = call_is_optimizer_kind(v);
	const struct py_value *rate = given_rate(arg, narg, kind || named);
	const struct py_value *first = first_of(arg, narg);
	struct call_build *b = call_build_of(r);
	struct py_value lr;

	if (kind ? is_keras(v->u.opaque->p, arg, narg)
		 : !rate && !of_parameters(arg, narg, false))
		return 0;
	if (v->type != PY_UNKNOWN && !kind)
		return 0;
	if (!kind &&
		(!rate || !(py_is_number(rate) || rate->type == PY_UNKNOWN) ||
			only_looks_so(b, at)))
		return 0;
	lr = rate   ? *rate
	     : kind ? py_float(kinds[kind_of(v->u.opaque->p)].lr)
		    : py_none();
	/* Groups that are not known may have rates of their own. */
	if (!rate && first && first->type == PY_UNKNOWN &&
		first->u.unknown->why)
		lr = *first;
	if (call_new_optimizer(r, at, lr, ret) < 0)
		return -1;
	if (call_note_optimizer(r, at, call_optimizer_rate(ret)) < 0)
		return -1;
	return keep_groups(r, b->optimizer_rate, arg, narg) < 0 ? -1 : 1;
}
