/* SPDX-License-Identifier: MIT */
/*
 * An object of the user's class as a schedule.  What only gives a rate is a
 * function of the step; what counts by itself is stepped from the first step
 * on, as its library would: PyTorch's schedulers, Keras's callbacks, and
 * optimizers that set their own rate.  What such a class inherits: classes.py
 * says what PyTorch's schedulers do at a step, and a schedule that an object
 * was given, and steps itself, becomes an object of its class while steps are
 * made; an object of a class over a library's settings is their call.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "script/script_impl.h"

/* The method NAME of V into *RET: 1, 0 if its class has none, or -1. */
static int method(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value *ret)
{
	int found = py_get(r, v, name, strlen(name), ret);

	return found > 0 ? ret->type == PY_FUNCTION : found;
}

static bool has(struct py_run *r, const struct py_value *v, const char *name)
{
	struct py_value f;

	return method(r, v, name, &f) > 0;
}

/* Calls V's method NAME, if it has it, with ARG[0..N). */
static int call_method(struct py_run *r, const struct py_value *v,
	const char *name, const struct py_value *x, size_t n,
	struct py_value *ret)
{
	struct py_arg arg[2] = {{.at = NULL}};
	struct py_value f;
	int found = method(r, v, name, &f);

	*ret = py_none();
	for (size_t i = 0; i < n; i++)
		arg[i].value = x[i];
	return found <= 0 ? found : py_invoke(r, py_def(&f), &f, arg, n, ret);
}

int script_known_argument(struct py_run *r, const struct py_value *f,
	const struct py_node *p, struct py_value *ret)
{
	if (py_global(call_build_of(r)->user, p->s.s, p->s.n, ret) &&
		ret->type != PY_UNKNOWN && ret->type != PY_UNBOUND)
		return 1;
	if (py_default(f, p).type != PY_UNBOUND)
		return 0;
	if (py_is_named(&p->s, "self"))
		return py_new_list(r, PY_NAMESPACE, 4, ret) < 0 ? -1 : 1;
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

/* --- what is stepped ------------------------------------------------------ */

/* One step of V, whose rate is then T's.  Returns 0, or -1 raised. */
typedef int step_fn(
	struct py_run *r, const struct py_value *v, struct call_training *t);

/* Whether get_lr() looks at last_epoch, as those of torch do. */
static bool counts_epochs(struct py_run *r, const struct py_value *v)
{
	const struct py_node *top, *e;
	struct py_value f;

	if (method(r, v, "get_lr", &f) <= 0)
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
		call_method(r, v, "get_lr", NULL, 0, &ret) < 0)
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

static int drive(struct py_run *r, const struct py_value *v,
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
		if (method(r, v, name, f) > 0)
			return py_nparam(f) <= (i == 0 ? 2 : 0) ? name : NULL;
	return NULL;
}

/* step() of one that sets the rates of its optimizer's groups itself. */
static int step_itself(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	struct py_value f, ret;
	const char *name = stepping_method(r, v, &f);

	if (t->step.x == 0 && !has(r, v, "rate") && drive(r, v, t, -1) < 0)
		return -1;
	return !name || call_method(r, v, name, NULL, 0, &ret) < 0
		       ? -1
		       : call_training_read(r, t);
}

/* Whether NAME of V takes what Keras gives a hook: a count, and logs. */
static bool has_hook(
	struct py_run *r, const struct py_value *v, const char *name)
{
	struct py_value f;

	return method(r, v, name, &f) > 0 &&
	       (py_nparam(&f) > 1 ||
		       (py_nparam(&f) == 1 && py_param(&f, 0)->op == '*'));
}

static bool has_batch_hooks(struct py_run *r, const struct py_value *v)
{
	return has_hook(r, v, "on_batch_begin") ||
	       has_hook(r, v, "on_batch_end") ||
	       has_hook(r, v, "on_train_batch_begin") ||
	       has_hook(r, v, "on_train_batch_end");
}

/* KEY of D, which is not known: PATH. */
static int put_unknown(
	struct py_run *r, struct py_list *d, const char *key, const char *path)
{
	struct py_value v;

	return py_new_unknown(r, NULL, path, strlen(path), NULL, &v) < 0
		       ? -1
		       : settings_dict_set(r, d, key, strlen(key), v);
}

/* What Keras tells a callback about the training: self.params. */
static int set_params(struct py_run *r, const struct py_value *v)
{
	const struct call_build *b = call_build_of(r);
	double e = b->place.epoch_steps, n = b->place.steps;
	struct py_value params, epochs;
	struct py_list *d;

	if (isnan(e))
		return 0;
	if (py_new_list(r, PY_DICT, 8, &params) < 0)
		return -1;
	d = params.u.list;
	if (py_global(b->user, "epochs", 6, &epochs) && py_is_number(&epochs))
		n = py_number(&epochs);
	else
		n = ceil(n / e);
	if (settings_dict_set(r, d, "steps", 5, call_number(e)) < 0 ||
		put_unknown(r, d, "samples", "self.params['samples']") < 0 ||
		put_unknown(r, d, "batch_size", "self.params['batch_size']") <
			0)
		return -1;
	if ((isnan(n) ? put_unknown(r, d, "epochs", "self.params['epochs']")
		      : settings_dict_set(r, d, "epochs", 6, call_number(n))) <
		0)
		return -1;
	return py_set(r, v, "params", params);
}

/* What it tells of a batch or an epoch: there is a loss, which is not known. */
static int new_logs(struct py_run *r, struct py_value *ret)
{
	return py_new_list(r, PY_DICT, 2, ret) < 0
		       ? -1
		       : put_unknown(r, ret->u.list, "loss", "logs['loss']");
}

/*
 * The hooks of a Keras callback, whose batches are steps.  One of epochs alone
 * does nothing within them; where they have no length each step is one.
 */
static int step_hooks(
	struct py_run *r, const struct py_value *v, struct call_training *t)
{
	double e = call_build_of(r)->place.epoch_steps;
	bool batches = has_batch_hooks(r, v);
	double per = isnan(e) && !batches ? 1 : e;
	int64_t epoch = isnan(per) ? 0 : (int64_t)floor(t->step.x / per);
	int64_t batch =
		isnan(per) ? (int64_t)t->step.x : (int64_t)fmod(t->step.x, per);
	struct py_value at[2] = {py_int(epoch), py_none()}, ret;
	struct py_value end[2] = {py_int(epoch - 1), py_none()};

	if (!batches && batch != 0)
		return 0;
	if (new_logs(r, &at[1]) < 0)
		return -1;
	end[1] = at[1];
	if (t->step.x == 0) {
		if (set_params(r, v) < 0 || call_method(r, v, "on_train_begin",
						    &at[1], 1, &ret) < 0)
			return -1;
	} else {
		struct py_value last =
			py_int(batch ? batch - 1 : (int64_t)per - 1);
		struct py_value b[2] = {last, at[1]};
		if (batches &&
			(call_method(r, v, "on_batch_end", b, 2, &ret) < 0 ||
				call_method(r, v, "on_train_batch_end", b, 2,
					&ret) < 0))
			return -1;
		if (batch == 0 &&
			call_method(r, v, "on_epoch_end", end, 2, &ret) < 0)
			return -1;
	}
	if (batch == 0 && call_method(r, v, "on_epoch_begin", at, 2, &ret) < 0)
		return -1;
	at[0] = py_int(batch);
	return batches && (call_method(r, v, "on_batch_begin", at, 2, &ret) <
					  0 ||
				  call_method(r, v, "on_train_batch_begin", at,
					  2, &ret) < 0)
		       ? -1
		       : 0;
}

static bool has_epoch_hooks(struct py_run *r, const struct py_value *v)
{
	return has_hook(r, v, "on_epoch_begin") ||
	       has_hook(r, v, "on_epoch_end");
}

/* --- all ------------------------------------------------------------------ */

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

/* --- what is called with an optimizer ------------------------------------- */

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
		return script_known_argument(r, f, p, ret);
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
	if ((t->step.x == 0 && drive(r, v, t, -1) < 0) ||
		method(r, v, "__call__", &f) < 0)
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
static step_fn *stepping(struct py_run *r, const struct py_value *v)
{
	static const struct py_str step = {4, "step"};
	struct py_value f;

	if (stepping_method(r, v, &f) &&
		(has(r, v, "get_lr") || sets_groups(v, &f) ||
			calls(py_def(&f), is_optimizer, &step)))
		return step_itself;
	if (has_batch_hooks(r, v) || has_epoch_hooks(r, v))
		return step_hooks;
	if (method(r, v, "get_lr", &f) > 0 && py_nparam(&f) == 0)
		return step_get_lr;
	if (method(r, v, "__call__", &f) > 0 && is_of_batches(v, &f))
		return step_call;
	return NULL;
}

/* Methods that give the rate of a step, the likeliest first. */
static const char *const rate_methods[] = {"__call__", "get_lr", "rate",
	"lr_at", "get_learning_rate", "learning_rate", "get_rate", "get_value",
	"value", "compute_lr", "lr"};

#define NRATE_METHOD ARRAY_SIZE(rate_methods)

bool script_as_function(struct py_run *r, struct py_value *v)
{
	const struct call_build *b = call_build_of(r);
	struct py_value f;

	if (v->type != PY_NAMESPACE || !py_class_def(v) || stepping(r, v))
		return false;
	for (size_t i = 0; i < NRATE_METHOD; i++) {
		if (method(r, v, rate_methods[i], &f) > 0 &&
			(i < 3 || call_may_count(b, &f))) {
			*v = f;
			return true;
		}
	}
	return false;
}

bool script_is_schedule_class(struct py_run *r, const struct py_value *v)
{
	static const char *const hooks[] = {"on_epoch_begin", "on_epoch_end",
		"on_batch_begin", "on_batch_end", "on_train_batch_begin",
		"on_train_batch_end", "configure_optimizers"};
	const char *name;

	for (size_t i = 0; i < NRATE_METHOD; i++)
		if (has(r, v, rate_methods[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (has(r, v, hooks[i]))
			return true;
	for (size_t i = 0; (name = call_stepper(i)); i++)
		if (has(r, v, name))
			return true;
	return false;
}

bool script_is_stepped(struct py_run *r, const struct py_value *v)
{
	return v->type == PY_NAMESPACE && py_class_def(v) && stepping(r, v);
}

static bool makes_step(
	struct py_run *r, const struct py_value *v, const struct py_str *name)
{
	return call_is_stepper(name) && script_is_stepped(r, v);
}

static int raise_lost(struct py_run *r, const struct call_training *t)
{
	const struct py_value v = {.type = PY_UNKNOWN, .u.unknown = t->lost};

	return py_raise_unknown(r, NULL, &v);
}

/* A callback of epochs alone where nobody says how long these are. */
static int remark_epochs(
	struct py_run *r, const struct py_value *v, step_fn *step)
{
	const struct call_place *p = &call_build_of(r)->place;
	const struct sched_names *names = call_names_of(r);

	return step == step_hooks && !has_batch_hooks(r, v) && !p->by_epoch &&
			       isnan(p->epoch_steps)
		       ? call_remark(r,
				 "a callback of epochs: each step is one; "
				 "expected %s E, or %s for rows of epochs",
				 names->epoch_steps, names->by_epoch)
		       : 0;
}

static struct call_node *as_node(struct py_run *r, const struct py_value *v)
{
	step_fn *step = stepping(r, v);
	struct call_training t;
	double *value;
	size_t n = call_table_length(r), i = 0;
	void **ctx = py_run_ctx(r), *before = *ctx;
	bool set = false, changed = false;

	value = py_alloc(r, n * sizeof(*value));
	if (!value || remark_epochs(r, v, step) < 0)
		return NULL;
	call_training_begin(r, &t);
	*ctx = &t;
	for (; i < n; i++) {
		t.step.x = (double)i;
		if (step(r, v, &t) < 0 || (t.lost && raise_lost(r, &t) < 0))
			break;
		set = set || t.set;
		t.ever = t.ever || set || t.group.type != PY_UNBOUND;
		value[i] = t.lr;
		changed = changed || value[i] != value[0];
	}
	*ctx = before;
	if (i == n && !t.ever) {
		py_raise(r, py_class_def(v),
			"an object that sets no rate in these steps; expected "
			"one that does, another class as @FILE:NAME, or a def "
			"of the step");
		return NULL;
	}
	/* Groups that it asks for are not seen to be set. */
	if (i == n && n > 1 && !set && !changed &&
		call_remark(r, "the object that is stepped leaves the rate as "
			       "it is in all these rows") < 0)
		return NULL;
	if (i == n)
		return call_table_of(r, value, n, CALL_TABLE_STEPS);
	call_build_of(r)->failed_fn.type = PY_NONE;
	return NULL;
}

static const char classes[] = {
#include "script/classes.py.inc"
};

static int find_class(
	struct py_run *r, const struct py_str *name, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	size_t where;
	struct diag d;

	if (!b->classes) {
		if (py_parse(b->py, classes, sizeof(classes), false,
			    &b->classes, &where, &d) < 0)
			return py_raise(
				r, NULL, "classes.py:%s: %s", d.place, d.text);
		if (py_exec(r, b->classes, NULL) < 0)
			return -1;
	}
	return py_global(b->classes, name->s, name->n, ret) &&
	       ret->type == PY_TYPE;
}

/* Whether PATH, up to N, is PyTorch's module, or says none. */
static bool is_of_torch(const struct py_str *path, size_t n)
{
	struct py_str before = {.s = path->s, .n = n};

	return n == 0 || (call_has_part(&before, "lr_scheduler") &&
				 !call_has_part(&before, "paddle"));
}

static int base(struct py_run *r, const struct py_value *v,
	const struct py_str *path, struct py_value *ret)
{
	static const struct py_str root = {11, "LRScheduler"};
	const struct call_constructor *c =
		call_is(v, call_constructor_type) ? v->u.opaque->p : NULL;
	struct py_str name = v->type == PY_UNKNOWN ? v->u.unknown->path : *path;
	size_t n = str_last_part(name.s, name.n);

	if (r != py_builder(call_build_of(r)->py))
		return 0;
	if (c ? strcmp(c->module->name, "torch") != 0 : !is_of_torch(&name, n))
		return 0;
	name.s += n;
	name.n -= n;
	if (c)
		name = call_name_of(c);
	if (name.n == root.n + 1 && name.s[0] == '_') {
		name.s++;
		name.n--;
	}
	/* What is a constructor here may have no class there. */
	if (!c && !call_same_name(&name, &root))
		return 0;
	return find_class(r, &name, ret);
}

/* Whether V is stepped by what it says or inherits of PyTorch's. */
static bool is_scheduler(struct py_run *r, const struct py_value *v)
{
	struct py_value f;

	return py_get(r, v, "get_lr", 6, &f) > 0 && script_is_stepped(r, v);
}

/* What C gives OBJECT where the class over it gives nothing. */
static int inherit(struct py_run *r, const struct call_recipe *x,
	const struct py_value *object)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (p->op != 'k' && x->slot[i].type != PY_UNBOUND &&
			!py_dict_find(object->u.list, p->s.s, p->s.n) &&
			settings_dict_set(r, object->u.list, p->s.s, p->s.n,
				x->slot[i]) < 0)
			return -1;
	return 0;
}

/*
 * OBJECT, of a class over a library's settings, TrainingArguments, is these:
 * they are made of its fields.
 */
static int make_settings(struct py_run *r, const struct py_value *object)
{
	const struct py_list *d = object->u.list;
	const struct py_node *def = py_class_def(object), *e;
	struct py_value found, made;
	struct py_arg *arg = NULL;
	size_t n = 0;

	for (e = def->arg->next; e && !arg; e = e->next) {
		if ((e->form != PY_NAME && e->form != PY_ATTR) ||
			!call_def_find(e->s.s, e->s.n))
			continue;
		if (call_find(r, e->s.s, e->s.n, &found) != 1)
			return -1;
		if (call_is_open(found.u.opaque->p))
			arg = py_alloc(r, (d->n / 2 + 1) * sizeof(*arg));
	}
	if (!arg)
		return 0;
	for (size_t i = 0; i + 1 < d->n; i += 2)
		arg[n++] = (struct py_arg){.name = *d->item[i].u.str,
			.value = d->item[i + 1],
			.at = def};
	return call_recipe_of(r, found.u.opaque->p, def, arg, n, &made) < 0
		       ? -1
		       : inherit(r, made.u.opaque->p, object);
}

static int made(struct py_run *r, const struct py_value *object)
{
	struct call_build *b = call_build_of(r);
	struct call_object *x;
	struct py_value call;

	if (r != py_builder(b->py) || *py_run_ctx(r))
		return 0;
	/* Those of layers and data are many, and looked at for each loop. */
	if (script_is_schedule_class(r, object)) {
		x = py_alloc(r, sizeof(*x));
		if (!x)
			return -1;
		*x = (struct call_object){.value = *object,
			.order = b->norder++,
			.before = b->object};
		b->object = x;
	}
	if (is_scheduler(r, object) ||
		py_get(r, object, "__call__", 8, &call) > 0)
		call_contain(object);
	return make_settings(r, object);
}

/* --- in steps ------------------------------------------------------------- */

/* X's arguments as those of CLASS's __init__, into ARG; returns how many. */
static size_t arguments(struct py_run *r, const struct call_recipe *x,
	const struct py_value *class, struct py_arg *arg)
{
	const struct py_node *p, *q;
	struct py_value init;
	size_t n = 0;

	if (py_get(r, class, "__init__", 8, &init) <= 0)
		return 0;
	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		for (size_t k = 0; (q = py_param(&init, k)); k++)
			if (x->slot[i].type != PY_UNBOUND &&
				call_same_name(&p->s, &q->s))
				arg[n++] = (struct py_arg){.value = x->slot[i],
					.name = q->s,
					.at = x->at};
	return n;
}

/* Whether X is one of MODULE's, by NAMES. */
static bool is_of(
	const struct call_recipe *x, const char *module, const char *names)
{
	const struct py_str name = call_name_of(x->constructor);

	return x->constructor->module &&
	       strcmp(x->constructor->module->name, module) == 0 &&
	       (!names || py_is_word_of(&name, names));
}

/* X's object has the optimizer that X, or what X is made of, was given. */
static int give_optimizer(struct py_run *r, struct call_recipe *x)
{
	const struct call_recipe *part = x;
	struct py_value own;
	int found = py_get(r, &x->live, "optimizer", 9, &own);

	if (found < 0 || (found > 0 && call_optimizer_rate(&own)))
		return found < 0 ? -1 : 0;
	while (part && !part->rate)
		part = part->made_before;
	if (!part || (part != x && !part->part))
		return py_raise(r, x->at, "what this drives is not known");
	if (!call_optimizer_rate(&part->slot[0]))
		return 0;
	x->rate = part->rate;
	return py_set(r, &x->live, "optimizer", part->slot[0]);
}

/* X becomes an object of CLASS, which drives T from LAST_EPOCH on. */
static int make_object(struct py_run *r, struct call_recipe *x,
	const struct py_value *class, const struct call_training *t,
	int64_t last_epoch)
{
	const size_t n = py_nparam(&x->constructor->def);
	struct py_arg *arg = py_alloc(r, (n + 1) * sizeof(*arg));

	if (!arg ||
		py_invoke(r, x->at, class, arg, arguments(r, x, class, arg),
			&x->live) < 0 ||
		give_optimizer(r, x) < 0)
		return -1;
	return drive(r, &x->live, t, last_epoch);
}

/*
 * X, which the rounds of a text step, as it is when it is made: 1, 0 or -1.
 * OTHERS are made, too; some of PyTorch's begin otherwise then.  Where it is
 * ALONE nothing else sets the rate, which is then that of its step.
 */
static int step_first(struct py_run *r, struct call_recipe *x,
	const struct call_training *t, bool others, bool alone)
{
	const struct py_str name = call_name_of(x->constructor);
	static const struct py_str closed = {6, "Closed"};
	struct py_value class, ret, own;
	int found = is_of(x, "torch", NULL) ? find_class(r, &name, &class) : 0;

	if (found == 0 &&
		(is_of(x, "hf", NULL) ||
			(!others && is_of(x, "torch", "OneCycleLR CyclicLR")) ||
			(alone && is_of(x, "torch", NULL))))
		found = find_class(r, &closed, &class);
	if (found <= 0)
		return found;
	if (make_object(r, x, &class, t, -1) < 0 ||
		py_new_opaque(r, call_recipe_type, x, &own) < 0)
		return -1;
	/* step(epoch) goes by get_lr() of these, and by closed forms of others.
	 */
	if (!is_of(x, "torch",
		    "LambdaLR MultiplicativeLR CosineAnnealingWarmRestarts") &&
		py_set(r, &x->live, "_closed", own) < 0)
		return -1;
	/* Of several, nobody knows in which order. */
	if (others && x->nstep > 0)
		return 0;
	for (unsigned i = 0; i <= x->nstep; i++)
		if (call_method(r, &x->live, "step", NULL, 0, &ret) < 0)
			return -1;
	return 1;
}

static int live(struct py_run *r, struct call_recipe *x)
{
	const struct sched_step *step = *py_run_ctx(r);
	const struct call_training *t = step ? step->ctx : NULL;
	struct py_str name = call_name_of(x->constructor);
	struct py_value class;
	int found;

	if (x->live.type != PY_UNBOUND)
		return 1;
	if (t && call_build_of(r)->live)
		return step_first(r, x, t, true, false);
	if (!t || !is_of(x, "torch", NULL))
		return 0;
	found = find_class(r, &name, &class);
	return found > 0 && make_object(r, x, &class, t, 0) < 0 ? -1 : found;
}

/*
 * V, an object of the text's that sets the rate at its steps, is as it is when
 * it is made: 0, or -1 raised.
 */
static int object_first(struct py_run *r, const struct py_value *v,
	const struct call_training *t)
{
	struct py_value f, ret;

	if (stepping(r, v) != step_itself)
		return py_raise(r, py_class_def(v),
			"an object that is stepped in other ways");
	/* What is no scheduler of PyTorch's does nothing then. */
	if (py_get(r, v, "_times", 6, &f) <= 0)
		return 0;
	return drive(r, v, t, -1) < 0 ||
			       call_method(r, v, "step", NULL, 0, &ret) < 0
		       ? -1
		       : 0;
}

/* X and O and what the text made before and steps, the first first: 0, -1. */
static int make_live(struct py_run *r, struct call_recipe *x,
	const struct call_object *o, bool others, bool alone)
{
	const struct sched_step *step = *py_run_ctx(r);
	bool is_object;
	int found;

	while (x && !x->stepped)
		x = x->made_before;
	while (o && !script_is_stepped(r, &o->value))
		o = o->before;
	if (!x && !o)
		return 0;
	is_object = o && (!x || o->order > x->order);
	if (make_live(r, is_object ? x : x->made_before,
		    is_object ? o->before : o, others, alone) < 0)
		return -1;
	if (is_object)
		return object_first(r, &o->value, step->ctx);
	found = step_first(r, x, step->ctx, others, alone);
	return found > 0    ? 0
	       : found == 0 ? py_raise(r, x->at,
				      "what steps of this do is not known")
			    : -1;
}

int script_make_live(struct py_run *r, bool alone)
{
	const struct call_build *b = call_build_of(r);
	size_t n = 0;

	for (const struct call_object *o = b->object; o; o = o->before)
		n += script_is_stepped(r, &o->value);
	for (const struct call_recipe *x = b->made; x; x = x->made_before)
		n += x->stepped;
	return n > CALL_DEPTH_MAX ? py_raise(r, NULL, "so many are stepped")
				  : make_live(r, b->made, b->object, n > 1,
					    alone && n == 1);
}

const struct call_classes script_classes = {.base = base,
	.made = made,
	.as_function = script_as_function,
	.is_stepped = script_is_stepped,
	.steps = makes_step,
	.object = as_node,
	.find_class = find_class,
	.live = live};
