/* SPDX-License-Identifier: MIT */
/*
 * A call of a constructor binds its arguments and gives a recipe, which
 * place.c runs.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/str.h"
#include "call/call_impl.h"

/* The signature of C, its length in *N. */
static const char *signature(const struct call_constructor *c, size_t *n)
{
	struct py_str name = call_name_of(c);
	const struct call_def *def = call_def_in(c->module, name.s, name.n);

	return call_def_signature(def, n);
}

/* Fails at AT for FMT's reason: "StepLR: ... of SIGNATURE". */
static int refuse(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const char *what, const struct py_str *name,
	const char *expected)
{
	struct py_str own = call_name_of(c);
	struct buf b = {0};
	size_t n;
	const char *s = signature(c, &n);

	call_add_line(&b, s, n);
	if (!buf_text(&b))
		py_raise_nomem(r, n);
	else
		py_raise(r, at, "%.*s: %s%.*s%s %s", STR_ARG(own), what,
			name ? (int)name->n : 0, name ? name->s : "", expected,
			b.data);
	buf_free(&b);
	return -1;
}

/* What libraries call the same argument. */
static const struct near_synonym synonyms[] = {
	{"learning_rate", "lr"},
	{"base_lr", "lr"},
	{"max_lr", "lr"},
	{"lr", "learning_rate"},
	{"num_steps", "steps"},
	{"max_steps", "steps"},
	{"total_steps", "steps"},
	{"warmup_steps", "warmup"},
	{"warmup_iters", "warmup"},
	{"warmup_epochs", "warmup"},
	{"num_warmup_steps", "warmup"},
	{"num_cycles", "cycles"},
	{"n_cycles", "cycles"},
	{NULL, NULL},
};

static int no_argument(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *a)
{
	struct near near = {
		.wrong = a->name.s, .nwrong = a->name.n, .synonym = synonyms};
	char phrase[NEAR_PHRASE_MAX], text[NEAR_PHRASE_MAX + 16];
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&c->def, i)); i++)
		near_try(&near, p->s.s, p->s.n);
	snprintf(text, sizeof(text), "'; %s of",
		near_phrase(&near, "expected those", phrase));
	return refuse(r, c, a->at, "no argument '", &a->name, text);
}

/* Whether C has parameters of all of ARG's names. */
static bool accepts(
	const struct call_constructor *c, const struct py_arg *arg, size_t n)
{
	const struct py_node *p;

	for (size_t i = 0; i < n && !call_is_open(c); i++) {
		if (arg[i].name.n == 0)
			continue;
		for (size_t j = 0; (p = py_param(&c->def, j)); j++)
			if (call_same_name(&p->s, &arg[i].name))
				break;
		if (!p)
			return false;
	}
	return true;
}

/*
 * The constructor that the names of ARG are of, where C's name may mean several
 * libraries'; C if none is better.
 */
static const struct call_constructor *meant(struct py_run *r,
	const struct call_constructor *c, const struct py_arg *arg, size_t n)
{
	const struct call_constructor *other = c;

	while (other && !accepts(other, arg, n))
		other = call_another(r, other);
	return other ? other : c;
}

/* Checks ARG[0..N) against C's parameters. */
static int check_arguments(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const struct py_arg *arg, size_t n)
{
	size_t nparam = py_nparam(&c->def), k = 0;
	const struct py_node *p;

	for (size_t i = 0; i < n; i++) {
		if (arg[i].name.n == 0 && k++ == nparam)
			return refuse(r, c, arg[i].at,
				"more arguments than it has", NULL,
				"; expected");
		if (arg[i].name.n == 0)
			continue;
		for (size_t j = 0; (p = py_param(&c->def, j)); j++)
			if (p->op != 'k' && call_same_name(&p->s, &arg[i].name))
				break;
		if (!p && !call_is_open(c))
			return no_argument(r, c, &arg[i]);
		if (!p)
			continue;
		for (size_t j = 0; j < i; j++)
			if (call_same_name(&arg[j].name, &arg[i].name))
				p = NULL;
		for (size_t j = 0; p && j < k; j++)
			if (py_param(&c->def, j) == p)
				p = NULL;
		if (!p)
			return refuse(r, c, arg[i].at, "argument '",
				&arg[i].name, "' again; expected it once of");
	}
	for (size_t j = 0; (p = py_param(&c->def, j)); j++) {
		bool found = j < k || p->arg != NULL || p->op == 'k';
		for (size_t i = 0; i < n && !found; i++)
			found = call_same_name(&arg[i].name, &p->s);
		if (!found)
			return refuse(r, c, at, "no ", &p->s, "; expected");
	}
	return 0;
}

static void contain(const struct py_value *v, unsigned depth)
{
	const struct py_list *l = py_held(v);

	if (call_is(v, call_recipe_type))
		((struct call_recipe *)v->u.opaque->p)->contained = true;
	if (!l || depth > 4)
		return;
	for (size_t i = 0; i < l->n; i++)
		contain(&l->item[i], depth + 1);
}

void call_contain(const struct py_value *v)
{
	contain(v, 0);
}

/* "auto", which some other program would fill in, is asked for. */
static int ask_for_auto(struct py_run *r, const struct call_recipe *x)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++) {
		struct py_value *v = &x->slot[i];
		if (p->s.n == 0 || !x->from[i] || v->type != PY_STR ||
			!py_is_named(v->u.str, "auto"))
			continue;
		if (!py_global(b->user, p->s.s, p->s.n, v) &&
			py_new_unknown(r, x->from[i], p->s.s, p->s.n, NULL, v) <
				0)
			return -1;
	}
	return 0;
}

/*
 * PyTorch's schedulers copy the lists that they are given, but for one: what is
 * done to them later changes nothing.
 */
static int copy_lists(struct py_run *r, const struct call_recipe *x)
{
	const struct call_constructor *c = x->constructor;
	struct py_str name = call_name_of(c);

	if (!c->module || strcmp(c->module->name, "torch") != 0 ||
		py_is_named(&name, "SequentialLR"))
		return 0;
	for (size_t i = 0, n = py_nparam(&c->def); i < n; i++) {
		const struct py_list *old = x->slot[i].u.list;

		if (x->slot[i].type != PY_LIST || old->lost)
			continue;
		if (py_new_list(r, PY_LIST, old->n, &x->slot[i]) < 0)
			return -1;
		for (size_t k = 0; k < old->n; k++)
			if (py_list_add(r, x->slot[i].u.list, old->item[k]) < 0)
				return -1;
	}
	return 0;
}

/* A recipe that V is, or has for an item, is part of another. */
static void take_part(const struct py_value *v)
{
	if (call_is(v, call_recipe_type))
		((struct call_recipe *)v->u.opaque->p)->part = true;
	if (v->type == PY_LIST || v->type == PY_TUPLE)
		for (size_t i = 0; i < v->u.list->n; i++)
			if (call_is(&v->u.list->item[i], call_recipe_type))
				take_part(&v->u.list->item[i]);
}

/* The rate of V, X's optimizer, is what X begins with. */
static int take_rate(struct py_run *r, struct call_recipe *x,
	const struct py_node *at, const struct py_value *v)
{
	const struct py_value *rate = call_optimizer_rate(v);
	struct call_build *b = call_build_of(r);

	call_settle_groups(b);
	if (rate && b->rate_lost && rate == b->touched) {
		b->fatal = true;
		return py_raise(r, at,
			"rates of param_groups were set before in a way that "
			"is not followed; expected the rate by %s LR and "
			"without that, or by "
			"optimizer.param_groups[0]['lr'] = LR",
			b->names->lr);
	}
	if (rate && b->base_given && b->set_first != 0 &&
		call_remark(r,
			"the text sets the rate of groups before: the base is "
			"%s LR, and not that",
			b->names->lr) < 0)
		return -1;
	if (rate)
		x->rate = b->optimizer_rate = rate;
	else if (v->type == PY_UNKNOWN && v->u.unknown->why)
		x->rate = v;
	return 0;
}

int call_recipe_of(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	size_t n = py_nparam(&c->def);
	struct call_build *b = call_build_of(r);
	struct call_recipe *x = py_alloc(r, sizeof(*x));
	struct py_arg *own = py_alloc(r, (2 * narg + 2) * sizeof(*own));

	if (!x || !own)
		return -1;
	*x = (struct call_recipe){.constructor = c, .at = at};
	if (!call_is_users(b, py_running(r)))
		x->outer = b->place.recipe;
	x->slot = py_alloc(r, (n + 1) * sizeof(*x->slot));
	x->from = py_alloc(r, (n + 1) * sizeof(const struct py_node *));
	if (!x->slot || !x->from)
		return -1;
	narg = call_with_optimizer(&c->def, at, arg, narg, own);
	if (check_arguments(r, c, at, own, narg) < 0 ||
		py_bind(r, at, &c->def, own, narg, x->slot, x->from) < 0 ||
		copy_lists(r, x) < 0 || ask_for_auto(r, x) < 0 ||
		(call_is_open(c) && call_remark_unread(r, c, own, narg) < 0))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (call_take_argument(r, x, i) < 0 ||
			(call_is_optimizer_name(&py_param(&c->def, i)->s) &&
				take_rate(r, x, at, &x->slot[i]) < 0))
			return -1;
		call_contain(&x->slot[i]);
		take_part(&x->slot[i]);
	}
	if (!x->outer) {
		x->order = b->norder++;
		x->made_before = b->made;
		b->made = x;
	}
	if (py_new_opaque(r, call_recipe_type, x, ret) < 0)
		return -1;
	if (b->live && *py_run_ctx(r) && !x->outer &&
		!call_is_optimizer_recipe(x) &&
		b->reader->classes->live(r, x) < 0)
		return -1;
	if (!call_optimizer_rate(ret))
		return 0;
	return call_note_optimizer(r, at, call_optimizer_rate(ret));
}

/*
 * Whether the text means something else by the name of C, which says nothing of
 * rates: net(batch) is its model, and not Darknet's schedule.
 */
static bool is_other(
	const struct call_constructor *c, const struct py_arg *arg, size_t narg)
{
	struct py_str name = call_name_of(c);
	const struct py_node *p = py_param(&c->def, 0);

	return c->bare && narg > 0 && arg[0].name.n == 0 &&
	       arg[0].value.type == PY_UNKNOWN && p && p->arg &&
	       str_is_lower(name.s[0]) && !call_is_of_rates(&name);
}

/* ARG without the dicts that nobody knows, "**extra", which are remarked. */
static int drop_unknown(struct py_run *r, const struct py_value *v,
	struct py_arg *arg, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		const struct py_unknown *u = arg[i].value.u.unknown;
		if (!py_is_named(&arg[i].name, "**")) {
			arg[kept++] = arg[i];
			continue;
		}
		if (call_is(v, call_constructor_type) &&
			!call_is_optimizer_kind(v) &&
			call_remark(r,
				"what %.*s holds is not known, and not read; "
				"%s '%.*s={...}' says it",
				STR_ARG(u->path), call_names_of(r)->define,
				STR_ARG(u->path)) < 0)
			return -1;
	}
	*n = kept;
	return 0;
}

static int apply(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	int made = call_touch_rate(r, at, v, arg, narg, ret);

	if (made || py_is_number(v))
		return made;
	if (call_is(v, call_recipe_type))
		return call_build_of(r)->reader->value_of(r,
			(struct call_recipe *)v->u.opaque->p, arg, narg, ret);
	/* What is made, is made before the steps, which any thread asks for. */
	if (r != py_builder(call_build_of(r)->py))
		return 0;
	if (v->type == PY_UNKNOWN)
		made = call_make_settings(
			r, at, &v->u.unknown->path, arg, narg, ret);
	if (made)
		return made;
	/* dataclasses.replace(args, learning_rate=x) */
	if (v->type == PY_UNKNOWN && narg > 1 &&
		call_ends_with(&v->u.unknown->path, "replace") &&
		call_is(&arg[0].value, call_recipe_type))
		return call_refuse_change(
			r, at, arg[0].value.u.opaque->p, &arg[1].name);
	if (v->type == PY_UNKNOWN && v->u.unknown->at)
		call_note_moved(call_build_of(r), v->u.unknown->at);
	made = call_make_given(r, at, v, arg, narg, ret);
	if (v->type == PY_UNKNOWN && made == 0)
		made = call_build_of(r)->reader->called(
			r, at, v, arg, narg, ret);
	if (v->type == PY_UNKNOWN || made != 0)
		return made;
	if (!call_is(v, call_constructor_type))
		return 0;
	if (is_other(v->u.opaque->p, arg, narg)) {
		struct py_str name = call_name_of(v->u.opaque->p);
		return py_new_unknown(r, at, name.s, name.n, NULL, ret) < 0 ? -1
									    : 1;
	}
	return call_recipe_of(r, meant(r, v->u.opaque->p, arg, narg), at, arg,
		       narg, ret) < 0
		       ? -1
		       : 1;
}

int call_apply(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct py_arg *own;
	size_t i = 0;

	while (i < narg && !py_is_named(&arg[i].name, "**"))
		i++;
	if (i == narg)
		return apply(r, at, v, arg, narg, ret);
	own = py_alloc(r, narg * sizeof(*own));
	if (!own)
		return -1;
	memcpy(own, arg, narg * sizeof(*own));
	return drop_unknown(r, v, own, &narg) < 0
		       ? -1
		       : apply(r, at, v, own, narg, ret);
}

int call_define(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct call_constructor *c = py_alloc(r, sizeof(*c));

	if (!c)
		return -1;
	if (r != py_builder(call_build_of(r)->py))
		return py_raise(r, at, "a schedule is made in a step");
	c->def = *v;
	c->module = call_module_of(call_build_of(r), py_module_of(v));
	return call_recipe_of(r, c, at, arg, narg, ret);
}
