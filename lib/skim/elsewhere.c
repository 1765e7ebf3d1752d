/* SPDX-License-Identifier: MIT */
/*
 * A text that makes no schedule: what may set its rate, and is not in it, is
 * named, so that the user knows which file to give.  Where nothing is made in
 * the end, the first statement that failed and might have made one is why.
 */
#include "base/array.h"
#include "skim/skim.h"

/*
 * The last name of rates that is not known because of what has no value: that
 * is asked for.  1 raised, or 0.
 */
static int lacking_table(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	struct py_value v, found = {.type = PY_UNBOUND};

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = e->arg ? e->arg->next : NULL;

		if (e->form == PY_ASSIGN && name && name->form == PY_NAME &&
			call_is_of_rates(&name->s) && e->arg->form == PY_CALL &&
			py_peek(b->user, name->s.s, name->s.n, &v) &&
			v.type == PY_UNKNOWN && v.u.unknown->why)
			found = v;
	}
	if (found.type == PY_UNBOUND)
		return 0;
	py_raise_unknown(r, NULL, &found);
	return 1;
}

/* Whether NAME is that of a schedule, or of what makes one; not of noise. */
static bool is_of_schedules(const struct py_str *name)
{
	static const char *const noise[] = {"DDPM", "DDIM", "PNDM", "Euler",
		"Diffusion", "DPMSolver", "FlowMatch", "Noise", "noise"};

	for (size_t i = 0; i < ARRAY_SIZE(noise); i++)
		if (call_has_part(name, noise[i]))
			return false;
	return call_is_of_rates(name) || call_has_part(name, "Sched");
}

/* Whether the call E is given an optimizer, a rate or an epoch, by a name. */
static bool is_given_training(const struct py_node *e)
{
	for (const struct py_node *a = e->arg->next; a; a = a->next)
		for (const struct py_node *x = a; x; x = py_walk(a, x))
			if ((x->form == PY_NAME || x->form == PY_ATTR) &&
				(call_like_optimizer(&x->s) ||
					call_has_part(&x->s, "epoch") ||
					call_is_rate_name(&x->s)))
				return true;
	return false;
}

/* Whether F, what is called, is no function of the text's or of Python's. */
static bool is_elsewhere(const struct call_build *b, const struct py_node *f)
{
	struct py_value v;

	if (f->form == PY_ATTR)
		return f->arg->form == PY_NAME &&
		       call_import_of(b, &f->arg->s) && !call_peek(b, f, &v);
	return f->form == PY_NAME && f->value.type == PY_UNBOUND &&
	       (!call_peek(b, f, &v) || v.type == PY_UNKNOWN);
}

/* Whether E calls what is of rates by its name, and not in the text. */
static bool calls_rates(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	return f && (f->form == PY_NAME || f->form == PY_ATTR) &&
	       is_of_schedules(&f->s) && is_given_training(e) &&
	       is_elsewhere(b, f) &&
	       !call_def_find(b->text + f->at, f->end - f->at);
}

/* Whether A, an argument, is an optimizer by its name. */
static bool is_optimizer(const struct py_node *a)
{
	const struct py_node *x = a->form == PY_KEYWORD ? a->arg : a;

	return (x->form == PY_NAME || x->form == PY_ATTR) &&
	       call_named_optimizer(&x->s);
}

/* Whether A, an argument, is an optimizer by its name, or its groups. */
static bool is_optimizers(const struct py_node *a)
{
	const struct py_node *x = a->form == PY_KEYWORD ? a->arg : a;
	const struct py_node *owner = call_groups_owner(x);

	return is_optimizer(a) || (owner && is_optimizer(owner));
}

/*
 * Whether E gives an optimizer to what is not in the text, and neither saves
 * nor wraps it by its name.
 */
static bool gives_optimizer(const struct call_build *b, const struct py_node *e)
{
	static const char *const others[] = {"save", "load", "restore",
		"resume", "checkpoint", "clip", "zero", "log", "print",
		"prepare", "update", "isinstance", "len", "step", "initialize",
		"scale", "watch", "summary", "arallel"};
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL, *a;

	if (!f || !is_elsewhere(b, f) ||
		call_def_find(b->text + f->at, f->end - f->at))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (call_has_part(&f->s, others[i]))
			return false;
	for (a = f->next; a && !is_optimizers(a);)
		a = a->next;
	return a != NULL;
}

/* Whether E does so in a loop. */
static bool calls_trainer(const struct call_build *b, const struct py_node *e)
{
	const struct py_node *loop = e->up;

	if (!gives_optimizer(b, e))
		return false;
	while (loop && loop->form != PY_FOR && loop->form != PY_WHILE)
		loop = loop->up;
	return loop != NULL;
}

/* What is given the optimizer anywhere; or NULL. */
static const struct py_node *find_given(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (gives_optimizer(b, e))
			return e->arg;
	return NULL;
}

/* What the name F has in a statement of the text that calls it; or NULL. */
static const struct py_node *made_by(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		for (const struct py_node *t =
				e->form == PY_ASSIGN && e->arg->form == PY_CALL
					? e->arg->next
					: NULL;
			t; t = t->next)
			if (t->form == PY_NAME && call_same_name(&t->s, name))
				return e->arg->arg;
	return NULL;
}

/* Whether NAME is imported from a library that is known. */
static bool is_of_library(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *e = call_import_of(b, name);

	return e && call_names_library(e->arg->value.u.str);
}

/*
 * What E, the call of a model's fit(), is given callbacks by that is not in the
 * text; NULL: nothing.
 */
static const struct py_node *callbacks_of(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL, *x, *by;

	if (!f || f->form != PY_ATTR || !call_is_fit(f))
		return NULL;
	for (const struct py_node *a = f->next; a; a = a->next) {
		if (a->form != PY_KEYWORD || !py_is_named(&a->s, "callbacks"))
			continue;
		for (x = a->arg; x; x = py_walk(a->arg, x)) {
			by = x->form == PY_NAME ? made_by(b, &x->s) : NULL;
			if (by && is_elsewhere(b, by) &&
				!(by->form == PY_NAME &&
					is_of_library(b, &by->s)) &&
				!call_def_find(
					b->text + by->at, by->end - by->at))
				return by;
		}
	}
	return NULL;
}

/*
 * What the text calls to make X, a name or an attribute, alone or as one of
 * several: a, x = make(); NULL: nothing.
 */
static const struct py_node *maker_of(
	const struct py_node *root, const struct py_node *x)
{
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_node *made =
			e->form == PY_ASSIGN && e->arg->form == PY_CALL ? e->arg
									: NULL;

		for (const struct py_node *t = made ? made->next : NULL; t;
			t = t->next)
			for (const struct py_node *k = t; k; k = py_walk(t, k))
				if (k->form == x->form &&
					call_same_name(&k->s, &x->s))
					return made->arg;
	}
	return NULL;
}

/*
 * What makes what is stepped as a schedule by its name, and is elsewhere, or
 * that itself, which is made there; NULL.
 */
static const struct py_node *find_stepped(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *by;
	const struct py_str *name;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		name = call_stepped_by(e);
		if (!name || !(call_has_part(name, "sched") ||
				     call_has_part(name, "Sched")))
			continue;
		by = maker_of(root, e->arg->arg);
		return by && is_elsewhere(b, by) ? by : e->arg->arg;
	}
	return NULL;
}

/* What is of rates by its name, and called elsewhere; or NULL. */
static const struct py_node *find_rates(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (calls_rates(b, e))
			return e->arg;
	return NULL;
}

/* Whether NAME is imported from a file of the user's, as far as that is seen.
 */
static bool is_of_user(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *e = call_import_of(b, name);
	const struct py_str *path = e ? e->arg->value.u.str : NULL;
	struct py_str root = {.s = path ? path->s : ""};

	while (path && root.n < path->n && root.s[root.n] != '.')
		root.n++;
	return path && !call_names_library(path) &&
	       !py_is_word_of(&root,
		       "lightning pytorch_lightning torch accelerate trl "
		       "stable_baselines3 ultralytics sentence_transformers "
		       "simpletransformers skorch ray sklearn");
}

/*
 * What trains and is imported: train(args), or what makes an object that does,
 * Trainer(model, args).fit(); or NULL.
 */
static const struct py_node *find_trainer(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;
		const struct py_node *model;

		if (!f || !py_is_word_of(&f->s, "fit train run start learn "
						"main train_model training "
						"loop"))
			continue;
		model = f->next;
		if (f->form == PY_ATTR && f->arg->form == PY_NAME)
			f = made_by(b, &f->arg->s);
		else if (f->form == PY_ATTR && f->arg->form == PY_CALL)
			f = f->arg->arg;
		if (f && f->form == PY_NAME && is_of_user(b, &f->s))
			return f;
		/* Lightning's trainer.fit(model): the model makes it. */
		model = model && model->form == PY_KEYWORD ? model->arg : model;
		f = model && model->form == PY_NAME ? made_by(b, &model->s)
						    : NULL;
		f = f && f->form == PY_ATTR ? f->arg : f;
		if (f && f->form == PY_NAME && is_of_user(b, &f->s))
			return f;
	}
	return NULL;
}

/* What is called elsewhere and may set the rate, the surest first; or NULL. */
static const struct py_node *find_elsewhere(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *by = find_rates(b);

	if (by)
		return by;
	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (calls_trainer(b, e))
			return e->arg;
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		by = callbacks_of(b, e);
		if (by)
			return by;
	}
	by = find_stepped(b);
	return by ? by : find_trainer(b);
}

/* Raises at E that NAME is not in the text: 1. */
static int raise_absent(const struct call_build *b, const struct py_node *e,
	const struct py_str *name)
{
	py_raise(py_builder(b->py), e,
		"no schedule is made here, and '%.*s' is not in the text; "
		"expected the file that defines it, by %s @FILE",
		STR_ARG(*name), b->names->define);
	return 1;
}

/* The same of F, which is called or stepped. */
static int raise_elsewhere(const struct call_build *b, const struct py_node *f)
{
	size_t n;
	const char *text = py_text(b->user, &n);

	return raise_absent(
		b, f, &(struct py_str){f->end - f->at, text + f->at});
}

int call_raise_elsewhere(const struct call_build *b)
{
	const struct py_node *f = find_elsewhere(b);

	return f ? raise_elsewhere(b, f) : 0;
}

int call_raise_rates_elsewhere(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *f = find_rates(b);

	/* What is not imported may be a library's that is misspelt. */
	if (f && f->form == PY_NAME && !call_import_of(b, &f->s))
		return 0;
	for (const struct py_node *e = root; e && f; e = py_walk(root, e))
		if (e->form == PY_CALL &&
			call_calls_constructor(b->user, e, false))
			return 0;
	return f ? raise_elsewhere(b, f) : 0;
}

/* Raises that a name of rates is imported from what is no library: 1, or 0. */
static int raise_imported(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_str *path =
			e->form == PY_IMPORT ? e->arg->value.u.str : NULL;
		struct py_value v;

		if (!path || call_names_library(path) ||
			!is_of_schedules(&e->s) ||
			call_find_own(py_builder(b->py), b->user, path, &v) > 0)
			continue;
		return raise_absent(b, e, path);
	}
	return 0;
}

/* The longest part of the text that is no Python; NULL: all of it is. */
static const struct py_node *longest_bad(const struct call_build *b)
{
	const struct py_node *root = py_root(b->user), *found = NULL;

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (e->form == PY_BAD &&
			(!found || e->end - e->at > found->end - found->at))
			found = e;
	return found;
}

int call_raise_hidden(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *e = py_root(b->user)->arg, *callee;
	size_t n;
	const char *text = py_text(b->user, &n);

	for (; e; e = e->next) {
		struct py_str path;

		callee = e->form == PY_ASSIGN && e->arg->form == PY_CALL
				 ? e->arg->arg
				 : NULL;
		if (!callee ||
			(callee->form != PY_NAME && callee->form != PY_ATTR))
			continue;
		path = (struct py_str){
			callee->end - callee->at, text + callee->at};
		if (is_of_schedules(&callee->s)) {
			call_raise_no_constructor(r, callee, path);
			return 1;
		}
	}
	if (lacking_table(b) || call_raise_elsewhere(b) || raise_imported(b))
		return 1;
	callee = find_given(b);
	return callee && raise_elsewhere(b, callee);
}

int call_raise_no_schedule(const struct call_build *b)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *bad = longest_bad(b);

	if (bad)
		return py_raise(r, bad,
			"no schedule is made here, and this is no Python: %.*s",
			STR_ARG(*bad->value.u.str));
	return py_raise(r, NULL,
		"no schedule is made here; expected the call of a scheduler, "
		"or a function of the step");
}

/* --- statements that failed and were read over --------------------------- */

/* Nodes that are looked at for what might, in a text. */
#define NLOOKED (1 << 20)

/* The method NAME of a class in M; NULL: none has one. */
static const struct py_node *method_in(struct call_build *b,
	const struct py_module *m, const struct py_str *name)
{
	const struct py_node *root = py_root(m);

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		b->nlooked++;
		if (e->form == PY_DEF && call_same_name(&e->s, name) &&
			e->up->up && e->up->up->form == PY_CLASS)
			return e;
	}
	return NULL;
}

/* The method NAME of a class of the user's; NULL: none has one. */
static const struct py_node *method_called(
	struct call_build *b, const struct py_str *name)
{
	const struct py_node *found = method_in(b, b->user, name);

	for (size_t i = 0; i < b->nown && !found; i++)
		found = b->own[i].module ? method_in(b, b->own[i].module, name)
					 : NULL;
	return found;
}

/* What E, a call, runs of the user's: a function, a method, a class. */
static const struct py_node *runs(struct call_build *b, const struct py_node *e)
{
	const struct py_node *f = call_callee(b, e);
	struct py_value v;

	if (f || e->form != PY_CALL)
		return f;
	if (call_peek(b, e->arg, &v))
		return v.type == PY_TYPE ? py_class_def(&v) : NULL;
	return e->arg->form == PY_ATTR && !call_is_stepper(&e->arg->s)
		       ? method_called(b, &e->arg->s)
		       : NULL;
}

/* Whether TOP, of the user's, may make a schedule. */
static bool may_make(
	struct call_build *b, const struct py_node *top, unsigned depth)
{
	static const struct py_str init = {8, "__init__"};

	if (call_calls_constructor(b->user, top, false))
		return true;
	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *def;

		if (b->nlooked++ > NLOOKED)
			return false;
		def = depth < CALL_CALLS_MAX ? runs(b, e) : NULL;
		if (def && def->form == PY_CLASS && call_is_of_rates(&def->s) &&
			!call_is_of_another(&def->s))
			return true;
		if (def && def->form == PY_CLASS)
			def = call_method_of(def, &init);
		if (def && may_make(b, def->arg, depth + 1))
			return true;
	}
	return false;
}

int call_note_passed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);
	struct call_passed *x;

	/* raise SystemExit(main()) runs main() by itself. */
	if (b->passed || r != py_builder(b->py) || s->form == PY_RAISE ||
		!may_make(b, s, 0))
		return 0;
	x = py_alloc(r, sizeof(*x));
	if (!x)
		return -1;
	x->s = s;
	x->error = py_run_error(r);
	x->why = *x->error.diag;
	x->error.diag = &x->why;
	b->passed = x;
	return 0;
}

bool call_raise_passed(struct call_build *b)
{
	if (!b->passed)
		return false;
	py_raise_again(py_builder(b->py), &b->passed->error);
	b->failed_in = b->passed->s;
	return true;
}
