/* SPDX-License-Identifier: MIT */
/*
 * What a script asks of what it has made, and does to it: settings are what
 * was set last; a schedule that is changed once it is made is refused.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "optim/optim.h"

static const char load[] = "load_state_dict";

/* The parameter NAME of X, or SIZE_MAX. */
static size_t parameter(const struct call_recipe *x, const struct py_str *name)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (p->op != 'k' && call_same_name(&p->s, name))
			return i;
	return SIZE_MAX;
}

/* Whether setting NAME changes the rates of a schedule that has none such. */
static bool is_state(const struct py_str *name)
{
	return py_is_word_of(name,
		"last_epoch base_lrs lr_lambdas _step_count last_step "
		"num_updates");
}

int call_refuse_change(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, const struct py_str *name)
{
	struct py_str own = call_name_of(x->constructor);
	bool is_given = call_is_open(x->constructor) || is_state(name) ||
			parameter(x, name) != SIZE_MAX;

	call_build_of(r)->fatal = true;
	call_build_of(r)->uneven |= is_state(name);
	return py_raise(r, at,
		"%.*s: '%.*s' changes what is made already, which is not "
		"followed; expected %s%.*s%s",
		STR_ARG(own), STR_ARG(*name),
		is_given ? "it in the call of " : "", STR_ARG(own),
		is_given ? "" : " without that");
}

/* NAME of X, while steps are made, becomes V: 1, 0 or -1. */
static int set_live(struct py_run *r, struct call_recipe *x,
	const struct py_str *name, const struct py_value *v)
{
	char own[64];
	int found = name->n < sizeof(own)
			    ? call_build_of(r)->reader->classes->live(r, x)
			    : 0;

	if (found <= 0)
		return found;
	memcpy(own, name->s, name->n);
	own[name->n] = '\0';
	return py_set(r, &x->live, own, *v) < 0 ? -1 : 1;
}

/* Groups of the optimizer of RATE are set to what is not followed. */
static void lose_rate(struct py_run *r, const struct py_value *rate)
{
	struct call_build *b = call_build_of(r);

	call_settle_groups(b);
	if (rate)
		b->touched = rate;
	b->rate_lost = true;
	b->set_first = -1;
}

/*
 * Settings are what was set last; a schedule has been made of what it was
 * given.
 */
int call_set(struct py_run *r, const struct py_node *at,
	const struct py_value *object, const struct py_str *name,
	const struct py_value *v)
{
	struct py_value *rate =
		(struct py_value *)(uintptr_t)call_optimizer_rate(object);
	struct call_recipe *x;
	size_t i;

	if (rate && *py_run_ctx(r) && call_is_rate_name(name))
		return call_set_rate(r, v);
	if (r != py_builder(call_build_of(r)->py))
		return 0;
	if (call_build_of(r)->live && call_is(object, call_recipe_type) &&
		!rate && is_state(name) &&
		call_build_of(r)->reader->loops->start(r) < 0)
		return -1;
	if (*py_run_ctx(r) && call_is(object, call_recipe_type) && !rate)
		return set_live(
			r, (struct call_recipe *)object->u.opaque->p, name, v);
	if (rate) {
		if (call_is_rate_name(name))
			*rate = *v;
		else if (py_is_named(name, "param_groups"))
			lose_rate(r, rate);
		return 1;
	}
	if (!call_is(object, call_recipe_type))
		return 0;
	x = (struct call_recipe *)object->u.opaque->p;
	i = parameter(x, name);
	if (call_is_open(x->constructor)) {
		struct py_arg arg = {.value = *v, .name = *name, .at = at};

		if (i == SIZE_MAX)
			return call_remark_unread(r, x->constructor, &arg, 1) <
					       0
				       ? -1
				       : 1;
		x->slot[i] = *v;
		x->from[i] = at;
		return 1;
	}
	if ((i == SIZE_MAX && !is_state(name) &&
		    !py_is_word_of(name, "step get_lr")) ||
		(py_is_number(v) && py_number(v) == 0 &&
			py_is_named(name, "last_epoch")))
		return 1;
	if (v->type != PY_UNKNOWN)
		return call_refuse_change(r, at, x, name);
	return call_remark(r,
		       "'%.*s' is set later to what is not known: the schedule "
		       "is shown without it",
		       STR_ARG(*name)) < 0
		       ? -1
		       : 1;
}

/* The attribute NAME of X, no optimizer: 1, 0 or -1 raised. */
static int recipe_attribute(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, const struct py_str *name,
	struct py_value *ret)
{
	size_t i = parameter(x, name);

	if (call_is_open(x->constructor) && name->n > 4 &&
		memcmp(name->s, "set_", 4) == 0)
		return call_refuse_change(r, at, x, name);
	if (py_is_named(name, load) &&
		call_remark(r,
			"%s() is not read: the schedule is shown from its "
			"beginning",
			load) < 0)
		return -1;
	if (i == SIZE_MAX || !x->from[i] || call_is_optimizer_name(name))
		return 0;
	*ret = x->slot[i];
	return 1;
}

/* OWNER.NAME, which nobody knows, into *RET: 1, 0 if too long, -1 raised. */
static int new_path(struct py_run *r, const struct py_node *at,
	const struct py_str *owner, const struct py_str *name,
	struct py_value *ret)
{
	char path[128];
	int n = snprintf(path, sizeof(path), "%.*s.%.*s", STR_ARG(*owner),
		STR_ARG(*name));

	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	return py_new_unknown(r, at, path, (size_t)n, NULL, ret) < 0 ? -1 : 1;
}

bool call_made_between(const struct call_build *b, size_t from, size_t to)
{
	const struct call_recipe *x = b->made;

	while (x && (call_is_optimizer_recipe(x) || x->outer || !x->at ||
			    x->at->at < from || x->at->at >= to))
		x = x->made_before;
	return x != NULL;
}

size_t call_made_since(
	const struct call_build *b, const struct call_recipe *before)
{
	size_t n = 0;

	for (const struct call_recipe *x = b->made; x && x != before;
		x = x->made_before)
		n += !call_is_optimizer_recipe(x) && !x->outer;
	return n;
}

/* Whether a schedule, no optimizer, has been made so far. */
static bool has_made(const struct call_build *b)
{
	const struct call_recipe *x = b->made;

	while (x && call_is_optimizer_recipe(x))
		x = x->made_before;
	return x != NULL;
}

/* Whether an item of AT, groups, is assigned to. */
static bool is_replaced(const struct py_node *at)
{
	const struct py_node *item = at ? at->up : NULL;

	return item && item->form == PY_INDEX && item->arg == at && item->up &&
	       py_assigned(item->up) == item;
}

/* The attribute NAME of an optimizer, whose rate is RATE: likewise. */
static int optimizer_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *rate, const struct py_str *name,
	struct py_value *ret)
{
	static const struct py_str optimizer = {9, "optimizer"};
	struct call_build *b = call_build_of(r);

	if (call_is_rate_name(name)) {
		int n = call_get_rate(r, ret);
		if (n != 0)
			return n;
	}
	if (py_is_named(name, "param_groups") && b->live && has_made(b) &&
		b->reader->loops->start(r) < 0)
		return -1;
	if (py_is_named(name, "param_groups") && *py_run_ctx(r))
		return call_param_groups(r, rate, NULL, ret);
	/* optimizer.step() and the like train, and give no rate. */
	b->touched = rate;
	if (py_is_named(name, "param_groups") && is_replaced(at) &&
		!has_made(b))
		lose_rate(r, rate);
	if (call_is_group_access(b, at) && !has_made(b) && !b->loop &&
		!b->trained_before && b->set_first >= 0 &&
		!call_adds_group(b) && r == py_builder(b->py))
		return call_early_groups(r, rate, ret);
	return new_path(r, at, &optimizer, name, ret);
}

/*
 * What X has of its steps is asked for, or a step made, ahead of a loop that is
 * followed: 0, or -1 raised.
 */
static int ask_early(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, const struct py_str *name)
{
	struct call_build *b = call_build_of(r);
	bool step = py_is_named(name, "step");
	int n = 0;

	if (step)
		call_see(r, at);
	if (!b->live || *py_run_ctx(r) || call_is_optimizer_recipe(x) ||
		!(step || is_state(name) ||
			py_is_word_of(name, "get_last_lr get_lr")))
		return 0;
	n = b->reader->loops->start(r);
	b->unfollowed = b->unfollowed || (step && n <= 0);
	return n < 0 ? -1 : 0;
}

/* A schedule or an optimizer that rounds step may be what it was before. */
static void note_loaded(
	struct py_run *r, const struct py_node *at, const struct py_str *name)
{
	struct call_build *b = call_build_of(r);

	if (!b->live || !*py_run_ctx(r) || !py_is_named(name, load))
		return;
	b->unfollowed = true;
	call_leave_unsaid(b, CALL_LOADED, at);
}

int call_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret)
{
	const struct call_constructor *c = NULL;
	struct call_recipe *x =
		call_is(v, call_recipe_type) ? v->u.opaque->p : NULL;
	struct py_str own;
	int n = 0;

	if (py_is_number(v))
		return call_rate_attribute(r, at, v, name, ret);
	note_loaded(r, at, name);
	if (call_optimizer_rate(v))
		return optimizer_attribute(
			r, at, call_optimizer_rate(v), name, ret);
	if (x && ask_early(r, at, x, name) < 0)
		return -1;
	if (x && *py_run_ctx(r)) {
		n = call_build_of(r)->reader->classes->live(r, x);
		/* What it does at a step is not known. */
		if (n == 0 && py_is_named(name, "step"))
			call_build_of(r)->unfollowed = true;
		if (n > 0)
			n = py_get(r, &x->live, name->s, name->n, ret);
	}
	if (x && n == 0)
		n = recipe_attribute(r, at, x, name, ret);
	if (n != 0)
		return n;
	/*
	 * scheduler.step() trains as well, and a name of every day, as net in
	 * net.parameters(), is no constructor.
	 */
	if (call_is(v, call_constructor_type))
		c = v->u.opaque->p;
	else if (x && !is_state(name) && parameter(x, name) == SIZE_MAX &&
		 py_root(call_build_of(r)->user)->form == PY_BLOCK)
		c = x->constructor;
	if (!c)
		return py_raise(r, at,
			"%.*s: a method of a value; expected the call of a "
			"constructor",
			STR_ARG(*name));
	own = call_name_of(c);
	return new_path(r, at, &own, name, ret);
}

/* Whether a statement in E sets X[KEY]. */
static bool sets_key(const struct py_node *top, const char *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *target = py_assigned(e);
		const struct py_node *key = target && target->form == PY_INDEX
						    ? target->arg->next
						    : NULL;

		if (key && key->form == PY_CONST && key->value.type == PY_STR &&
			py_is_named(key->value.u.str, name))
			return true;
	}
	return false;
}

static bool sets_rate(const struct py_node *top)
{
	return sets_key(top, "lr") || sets_key(top, "initial_lr");
}

/* Whether a statement in TOP gives GROUP to a function of ROOT that sets it. */
static bool gives_group(const struct py_node *root, const struct py_node *top,
	const struct py_node *group)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (e->form != PY_NAME || !call_same_name(&e->s, &group->s) ||
			e->up->form != PY_CALL || e->up->arg == e)
			continue;
		for (const struct py_node *d = root; d; d = py_walk(root, d))
			if (d->form == PY_DEF &&
				call_same_name(&d->s, &e->up->arg->s) &&
				sets_rate(d))
				return true;
	}
	return false;
}

/* The first optimizer whose groups TOP asks for; NULL: none. */
static const struct py_node *owner_in(const struct py_node *top)
{
	const struct py_node *e = top;

	while (e && !call_groups_owner(e))
		e = py_walk(top, e);
	return e ? call_groups_owner(e) : NULL;
}

/* Whether a schedule is made of the optimizers before S. */
static bool drives_later(const struct call_build *b, const struct py_node *s)
{
	return call_made_between(b, 0, s->at + 1);
}

/* Whether S is such a loop: for g in optimizer.param_groups: g["lr"] = x */
static bool sets_groups(const struct call_build *b, const struct py_node *s)
{
	return s->form == PY_FOR && owner_in(s->arg->next) &&
	       (sets_rate(s) || gives_group(py_root(b->user), s, s->arg));
}

/*
 * What the body of S, a loop over groups that it calls by NAME, sets their rate
 * to, if that is all it does, and the same for all; NULL.
 */
static const struct py_node *rate_of_all(const struct py_node *s)
{
	const struct py_node *group = s->arg, *body = group->next->next, *e;

	e = body && body->form == PY_BLOCK ? body->arg : body;
	return group->form == PY_NAME && e && !e->next &&
			       e->form == PY_ASSIGN && !e->arg->next->next &&
			       e->arg->next->form == PY_INDEX &&
			       call_is_rate_key(e->arg->next->arg->next) &&
			       !py_mentions(e->arg, &group->s)
		       ? e->arg
		       : NULL;
}

void call_take_groups(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	const struct py_value *rate = NULL;
	const struct py_node *e;
	struct py_value v, of;

	if (r != py_builder(b->py) || *py_run_ctx(r) || !sets_groups(b, s))
		return;
	e = rate_of_all(s);
	if (py_try_here(r, owner_in(s->arg->next), &of))
		rate = call_optimizer_rate(&of);
	if (!e || !py_try_here(r, e, &v) || !py_is_number(&v)) {
		b->rate_lost = true;
		if (sets_key(s, "lr") || !sets_rate(s))
			b->set_first = -1;
		return;
	}
	call_set_early(b, rate, &v, has_made(b));
}

int call_note_behind(struct py_run *r)
{
	call_build_of(r)->unfollowed = true;
	return call_remark(r,
		"the text sets the rate behind the schedule, too, which is "
		"shown without that");
}

/* Whether S sets the rate of a group by its number. */
static bool sets_group(const struct py_node *s)
{
	const struct py_node *t = py_assigned(s);

	return t && t->form == PY_INDEX && call_is_rate_key(t->arg->next) &&
	       t->arg->form == PY_INDEX && call_groups_owner(t->arg->arg);
}

int call_failed_change(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	const struct py_node *target = py_assigned(s);
	const struct call_recipe *x;
	bool sets = sets_groups(b, s);
	struct py_value v;

	if (sets)
		call_take_groups(r, s);
	else if (r == py_builder(b->py) && !*py_run_ctx(r) && !has_made(b) &&
		 !(s->form == PY_FOR || s->form == PY_WHILE) && sets_rate(s) &&
		 owner_in(s))
		lose_rate(r, b->touched);
	if ((sets || sets_group(s)) && drives_later(b, s) &&
		call_note_behind(r) < 0)
		return -1;
	while (target && target->form == PY_INDEX)
		target = target->arg;
	if (!target || target->form != PY_ATTR ||
		target->arg->form != PY_NAME ||
		!py_peek(call_build_of(r)->user, target->arg->s.s,
			target->arg->s.n, &v) ||
		!call_is(&v, call_recipe_type) || call_optimizer_rate(&v))
		return 0;
	x = v.u.opaque->p;
	if (parameter(x, &target->s) == SIZE_MAX && !is_state(&target->s))
		return 0;
	return py_run_error(r).unknown
		       ? -1
		       : call_refuse_change(r, target, x, &target->s);
}
