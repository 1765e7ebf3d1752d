/* SPDX-License-Identifier: MIT */
/*
 * An object of the user's class as a schedule.  What only gives a rate is a
 * function of the step; what counts by itself is stepped from the first step
 * on, as its library would: PyTorch's schedulers, Keras's callbacks, and
 * optimizers that set their own rate.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "stepper/stepper_impl.h"

int stepper_known_argument(struct py_run *r, const struct py_value *f,
	const struct py_node *p, struct py_value *ret)
{
	if (py_global(call_build_of(r)->user, p->s.s, p->s.n, ret) &&
		ret->type != PY_UNKNOWN && ret->type != PY_UNBOUND)
		return 1;
	if (py_default(f, p).type != PY_UNBOUND)
		return 0;
	if (py_is_named(&p->s, "self"))
		return py_new_namespace(r, NULL, ret) < 0 ? -1 : 1;
	return py_new_unknown(r, p, p->s.s, p->s.n, NULL, ret) < 0 ? -1 : 1;
}

static bool is_self(const struct py_node *e)
{
	return e->form == PY_NAME && py_is_named(&e->s, "self");
}

/* Whether E has a call of X.NAME, of an X that IS it. */
static bool calls(const struct py_node *top,
	bool (*is)(const struct py_node *x), const struct py_str *name)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

		if (f && f->form == PY_ATTR && py_str_equal(&f->s, name) &&
			is(f->arg))
			return true;
	}
	return false;
}

/* Whether get_lr() looks at last_epoch, as those of torch do. */
static bool counts_epochs(struct py_run *r, const struct py_value *v)
{
	const struct py_node *top, *e;
	struct py_value f;

	if (stepper_method(r, v, "get_lr", &f) <= 0)
		return false;
	for (e = top = py_def(&f); e; e = py_walk(top, e))
		if ((e->form == PY_NAME || e->form == PY_ATTR) &&
			call_has_part(&e->s, "last_epoch"))
			return true;
	return false;
}

/* get_lr() of a torch scheduler gives the rates of the groups at last_epoch. */
static int step_get_lr(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	struct py_value step = py_int((int64_t)t->step.x), ret, first, base;

	if (t->step.x == 0 &&
		(py_new_list(r, PY_LIST, 1, &base) < 0 ||
			py_list_add(r, base.u.list, py_float(t->base)) < 0 ||
			py_set(r, v, "base_lrs", base) < 0))
		return -1;
	if (py_set(r, v, "last_epoch", step) < 0 ||
		py_set(r, v, "_step_count", py_int((int64_t)t->step.x + 1)) <
			0 ||
		py_set(r, v, "_get_lr_called_within_step", py_bool(true)) < 0 ||
		stepper_call(r, v, "get_lr", NULL, 0, &ret) < 0)
		return -1;
	first = ret;
	if (ret.type == PY_LIST || ret.type == PY_TUPLE) {
		if (py_nth(r, &ret, 0, &first) < 0)
			return -1;
	}
	if (first.type == PY_UNKNOWN)
		return py_raise_unknown(r, NULL, &first);
	if (!py_is_number(&first) ||
		(py_is_number(&ret) && !counts_epochs(r, v)))
		return py_raise(r, py_class_def(v),
			"get_lr() gives %s; expected a list of rates",
			py_type_name(&first));
	t->lr = py_number(&first);
	t->ever = true;
	call_training_keep(t);
	return 0;
}

int stepper_drive(struct py_run *r, const struct py_value *v,
	const struct call_training *t, int64_t last_epoch)
{
	const struct py_value *first =
		t->group.type == PY_DICT
			? py_dict_find(t->group.u.list, "initial_lr", 10)
			: NULL;
	const struct py_value from = first ? *first : py_float(t->base);
	struct py_value base, optimizer;
	int found = py_get(r, v, "optimizer", 9, &optimizer);

	if (found < 0)
		return -1;
	if (found == 0 || !call_optimizer_rate(&optimizer)) {
		if (call_new_optimizer(r, NULL, py_float(t->base), &optimizer) <
				0 ||
			py_set(r, v, "optimizer", optimizer) < 0)
			return -1;
	}
	return py_new_list(r, PY_LIST, 1, &base) < 0 ||
			       py_list_add(r, base.u.list, from) < 0 ||
			       py_set(r, v, "base_lrs", base) < 0 ||
			       py_set(r, v, "last_epoch", py_int(last_epoch)) <
				       0
		       ? -1
		       : 0;
}

/*
 * The name of V's method that steps it, into *F, as wrappers of optimizers call
 * it; NULL: it has none that can be called so.
 */
static const char *stepping_method(
	struct py_run *r, const struct py_value *v, struct py_value *f)
{
	const char *name;

	for (size_t i = 0; (name = call_stepper(i)); i++)
		if (stepper_method(r, v, name, f) > 0)
			return py_nparam(f) <= (i == 0 ? 2 : 0) ? name : NULL;
	return NULL;
}

/* The body of CLASS's method NAME; NULL. */
static const struct py_node *body_of(
	const struct py_node *class, const struct py_str *name)
{
	const struct py_node *def = class ? call_method_of(class, name) : NULL;

	return def ? def->arg : NULL;
}

/* Whether something in TOP, or in methods of CLASS that it calls, IS that. */
static bool does(const struct call_build *b, const struct py_node *class,
	const struct py_node *top, call_asked *is, unsigned depth)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
		const struct py_node *body =
			f && f->form == PY_ATTR && is_self(f->arg) &&
					depth < CALL_CALLS_MAX
				? body_of(class, &f->s)
				: NULL;

		if (is(b, e) || (body && does(b, class, body, is, depth + 1)))
			return true;
	}
	return false;
}

/* Whether V's method NAME trains before it sets a rate. */
static bool trains_first(const struct call_build *b, const struct py_value *v,
	const struct py_str *name)
{
	const struct py_node *class = py_class_def(v);
	const struct py_node *body = body_of(class, name);
	const struct py_node *s = body ? body->arg : NULL;

	while (s && !does(b, class, s, call_sets_rate, 0) &&
		!does(b, class, s, call_steps_optimizer, 0))
		s = s->next;
	return s && !does(b, class, s, call_sets_rate, 0);
}

/* step() of one that sets the rates of its optimizer's groups itself. */
int stepper_step_itself(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	struct py_value f, ret;
	const char *name = stepping_method(r, v, &f);
	bool next = false; /* it trains first */

	if (t->step.x == 0 && !stepper_has(r, v, "rate") &&
		stepper_drive(r, v, t, -1) < 0)
		return -1;
	if (name)
		next = trains_first(call_build_of(r), v,
			&(struct py_str){strlen(name), name});
	if (!name || (next && call_training_read(r, t) < 0) ||
		stepper_call(r, v, name, NULL, 0, &ret) < 0)
		return -1;
	return next ? 0 : call_training_read(r, t);
}

/* Whether DEF asks for the groups of an optimizer, and is not its own. */
static bool has_groups(const struct py_node *def)
{
	bool any = false;

	for (const struct py_node *e = def; e; e = py_walk(def, e)) {
		const struct py_node *owner = call_groups_owner(e);

		if (owner && is_self(owner))
			return false;
		any = any || owner;
	}
	return any;
}

/* Whether F, a method of V, does, or another that it calls. */
static bool sets_groups(const struct py_value *v, const struct py_value *f)
{
	const struct py_node *class = py_class_def(v), *def = py_def(f), *s;

	if (has_groups(def))
		return true;
	for (s = class ? class->arg->arg : NULL; s; s = s->next)
		if (s->form == PY_DEF && s != def && has_groups(s) &&
			calls(def, is_self, &s->s))
			return true;
	return false;
}

/* Whether P, a parameter, is called as what counts batches. */
static bool is_batch(const struct py_node *p)
{
	return py_is_named(&p->s, "i") || call_step_rank(&p->s) < CALL_NOT_STEP;
}

/* What F, V(optimizer, i, epoch, ...), is given for P at a step. */
static int call_argument(struct py_run *r, const struct py_value *v,
	const struct py_value *f, const struct py_node *p,
	const struct call_training *t, struct py_value *ret)
{
	double e = call_build_of(r)->place.epoch_steps;

	if (call_like_optimizer(&p->s))
		return py_get(r, v, "optimizer", 9, ret);
	if (call_has_part(&p->s, "epoch"))
		*ret = py_int((int64_t)floor(t->step.x / e));
	else if (is_batch(p))
		*ret = py_int((int64_t)fmod(t->step.x, e));
	else
		return stepper_known_argument(r, f, p, ret);
	return 1;
}

/* What __call__ may take. */
#define NARG 32

/* One call of V, which counts its batches in epochs. */
static int step_call(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	struct call_build *b = call_build_of(r);
	struct py_arg arg[NARG] = {{.at = NULL}};
	struct py_value f, ret;
	const struct py_node *p;
	size_t n = 0;

	if (isnan(b->place.epoch_steps))
		return py_raise(r, py_class_def(v),
			"an object that is called with an epoch and its batch; "
			"expected %s E, the batches of an epoch",
			b->names->epoch_steps);
	if ((t->step.x == 0 && stepper_drive(r, v, t, -1) < 0) ||
		stepper_method(r, v, "__call__", &f) < 0)
		return -1;
	for (size_t i = 0; (p = py_param(&f, i)) && n < ARRAY_SIZE(arg); i++) {
		int given = call_argument(r, v, &f, p, t, &arg[n].value);

		if (given < 0)
			return -1;
		arg[n].name = p->s;
		n += given > 0;
	}
	return py_invoke(r, py_def(&f), &f, arg, n, &ret) < 0
		       ? -1
		       : call_training_read(r, t);
}

/* Whether F, V(optimizer, i, epoch), sets the rate by a batch of an epoch. */
static bool is_of_batches(const struct py_value *v, const struct py_value *f)
{
	bool optimizer = false, epoch = false, batch = false;
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(f, i)); i++) {
		bool of_epoch = call_has_part(&p->s, "epoch");

		optimizer = optimizer || call_like_optimizer(&p->s);
		epoch = epoch || of_epoch;
		batch = batch || (!of_epoch && is_batch(p));
	}
	return optimizer && epoch && batch && sets_groups(v, f);
}

/* Whether E is called an optimizer: self._optimizer */
static bool is_optimizer(const struct py_node *e)
{
	return (e->form == PY_NAME || e->form == PY_ATTR) &&
	       str_ends_in(e->s.s, e->s.n, "optimizer");
}

/* What V is stepped by; NULL: it is no schedule that counts. */
stepper_fn *stepper_of(struct py_run *r, const struct py_value *v)
{
	static const struct py_str step = {4, "step"};
	struct py_value f;

	if (stepping_method(r, v, &f) &&
		(stepper_has(r, v, "get_lr") || sets_groups(v, &f) ||
			calls(py_def(&f), is_optimizer, &step)))
		return stepper_step_itself;
	if (stepper_has_batch_hooks(r, v) || stepper_has_epoch_hooks(r, v))
		return stepper_step_hooks;
	if (stepper_method(r, v, "get_lr", &f) > 0 && py_nparam(&f) == 0)
		return step_get_lr;
	if (stepper_method(r, v, "__call__", &f) > 0 && is_of_batches(v, &f))
		return step_call;
	return NULL;
}

bool stepper_is_over(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return py_get(r, v, "_times", 6, &f) > 0;
}

int stepper_begin(struct py_run *r, const struct py_value *v,
	const struct call_training *t)
{
	struct py_value count, ret;
	bool set;

	if (stepper_of(r, v) != stepper_step_itself)
		return py_raise(r, py_class_def(v),
			"an object that is stepped in other ways");
	/* What is no scheduler of PyTorch's does nothing then. */
	if (!stepper_is_over(r, v))
		return 0;
	set = py_get(r, v, "last_epoch", 10, &count) > 0 &&
	      py_is_number(&count) && py_number(&count) > 0;
	if (stepper_drive(r, v, t, -1) < 0 ||
		stepper_call(r, v, "step", NULL, 0, &ret) < 0)
		return -1;
	/* The text has set it since. */
	return set ? py_set(r, v, "last_epoch", count) : 0;
}

/* Methods that give the rate of a step, the likeliest first. */
static const char *const rate_methods[] = {"__call__", "get_lr", "rate",
	"lr_at", "get_learning_rate", "learning_rate", "get_rate", "get_value",
	"value", "compute_lr", "lr"};

#define NRATE_METHOD ARRAY_SIZE(rate_methods)

bool stepper_as_function(struct py_run *r, struct py_value *v)
{
	const struct call_build *b = call_build_of(r);
	struct py_value f;

	if (v->type != PY_NAMESPACE || !py_class_def(v) || stepper_of(r, v))
		return false;
	for (size_t i = 0; i < NRATE_METHOD; i++) {
		const bool sure = i < 3;

		if (stepper_method(r, v, rate_methods[i], &f) > 0 &&
			(sure || call_may_count(b, &f))) {
			*v = f;
			return true;
		}
	}
	return false;
}

bool stepper_is_class(struct py_run *r, const struct py_value *v)
{
	static const char *const hooks[] = {"on_epoch_begin", "on_epoch_end",
		"on_batch_begin", "on_batch_end", "on_train_batch_begin",
		"on_train_batch_end", "configure_optimizers"};
	const char *name;

	for (size_t i = 0; i < NRATE_METHOD; i++)
		if (stepper_has(r, v, rate_methods[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (stepper_has(r, v, hooks[i]))
			return true;
	for (size_t i = 0; (name = call_stepper(i)); i++)
		if (stepper_has(r, v, name))
			return true;
	return false;
}

bool stepper_is(struct py_run *r, const struct py_value *v)
{
	return v->type == PY_NAMESPACE && py_class_def(v) && stepper_of(r, v);
}

bool stepper_makes_step(
	struct py_run *r, const struct py_value *v, const struct py_str *name)
{
	return call_is_stepper(name) && stepper_is(r, v);
}

/* --- where the text steps one --------------------------------------------- */

/* Whether a statement in E gives NAME what a call of CLASS makes. */
static bool gives_object(const struct py_node *top, const struct py_str *name,
	const struct py_str *class)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		for (const struct py_node *t = call_targets_of(e, class); t;
			t = t->next)
			if (call_same_name(&t->s, name))
				return true;
	return false;
}

/* Whether V is one whose step() sets the rate, and none of PyTorch's. */
static bool sets_by_itself(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return stepper_is(r, v) && py_get(r, v, "step", 4, &f) > 0 &&
	       !stepper_is_over(r, v);
}

/* The object that E, X.step(), steps, which sets rates by itself; NULL. */
static const struct call_object *stepped_by(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	const struct call_object *x = b->object;
	bool named, seen;

	if (!f || f->form != PY_ATTR || !py_is_named(&f->s, "step"))
		return NULL;
	named = f->arg->form == PY_NAME || f->arg->form == PY_ATTR;
	seen = call_was_seen(b, f);
	while (x && !((named || seen) &&
			    sets_by_itself(py_builder(b->py), &x->value) &&
			    (seen || gives_object(py_root(b->user), &f->arg->s,
					     &py_class_def(&x->value)->s))))
		x = x->before;
	return x;
}

bool stepper_is_step(const struct call_build *b, const struct py_node *e)
{
	return stepped_by(b, e) != NULL;
}

bool stepper_trains(const struct call_build *b, const struct py_value *v,
	const struct py_str *name)
{
	const struct py_node *class = py_class_def(v);
	const struct py_node *body = body_of(class, name);

	return body && does(b, class, body, call_steps_optimizer, 0);
}

bool stepper_is_late(const struct call_build *b, const struct py_node *e)
{
	const struct call_object *x = stepped_by(b, e);

	return x && trains_first(b, &x->value, &e->arg->s);
}

bool stepper_is_training(const struct call_build *b, const struct py_node *e)
{
	const struct call_object *x = stepped_by(b, e);

	return x && stepper_trains(b, &x->value, &e->arg->s);
}

bool stepper_calls_unknown(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
	struct py_value v;

	if (!f || call_callee(b, e) || call_sets_rate(b, e) ||
		stepper_is_step(b, e))
		return false;
	return f->form == PY_ATTR
		       ? !py_is_method(&f->s)
		       : f->form != PY_NAME ||
				 !py_builtin(b->py, f->s.s, f->s.n, true, &v);
}
