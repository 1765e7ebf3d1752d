/* SPDX-License-Identifier: MIT */
/*
 * What is not known any more: a statement that was not run, or not to its end,
 * and a function that nobody knows, may have changed names and what they hold.
 * What is lost raises once it is used, and says why.
 */
#include <string.h>

#include "base/str.h"
#include "py/py_impl.h"

/* Functions whose bodies are looked into, the innermost first. */
struct walk {
	const struct walk *up;
	const struct py_node *def; /* whose body is walked; NULL: S itself */
	struct py_run *run;
	struct py_module *module;
	struct py_frame *frame;
	const struct py_unknown *unknown; /* what was missing; or NULL */
	const char *why;
};

static int lose_statement(struct walk *w, const struct py_node *s);
static int lose_calls(struct walk *w, const struct py_node *e);

/* --- values --------------------------------------------------------------- */

/* What is called NAME and is lost with W, which is why. */
static int new_lost(
	const struct walk *w, const struct py_str *name, struct py_value *ret)
{
	const struct py_unknown as = {.why = w->why, .cause = w->unknown};

	return py_new_unknown_as(w->run, NULL, name->s, name->n, &as, ret);
}

/* The same, as what its parts are lost for; NULL raised. */
static const struct py_unknown *lost_for(
	const struct walk *w, const struct py_str *name)
{
	struct py_value v;

	return new_lost(w, name, &v) < 0 ? NULL : v.u.unknown;
}

/* Loops put values into one another without end; no text that is meant. */
static int fail_depth(struct py_run *r)
{
	return py_raise(
		r, NULL, "values nest more than %d deep here", PY_DEPTH_MAX);
}

/* What V holds, and what that holds, DEPTH below what is named. */
static int lose_below(struct py_run *r, const struct py_value *v,
	const struct py_unknown *why, unsigned depth)
{
	struct py_list *l = py_held(v);

	if (!why)
		return -1;
	switch (v->type) {
	case PY_ITER:
		v->u.iter->lost = why;
		return py_mutable(r, NULL, v->u.iter->owner);
	case PY_ARRAY:
		if (py_mutable(r, NULL, v->u.array->owner) < 0)
			return -1;
		v->u.array->base->lost = why;
		return 0;
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT:
	case PY_NAMESPACE:
		if (l->lost)
			return 0;
		if (l->open) {
			l->n = 0;
			return py_mutable(r, NULL, l->owner);
		}
		if (depth == PY_DEPTH_MAX)
			return fail_depth(r);
		if (py_charge(r, NULL, l->n + 1) < 0 ||
			py_mutable(r, NULL, l->owner) < 0)
			return -1;
		l->lost = why; /* first: it may hold itself */
		for (size_t i = 0; i < l->n; i++)
			if (lose_below(r, &l->item[i], why, depth + 1) < 0)
				return -1;
		if (v->type == PY_TUPLE)
			l->lost = NULL;
		return 0;
	default: return 0;
	}
}

static int lose_value(struct py_run *r, const struct py_value *v,
	const struct py_unknown *why)
{
	return lose_below(r, v, why, 0);
}

/* --- names ---------------------------------------------------------------- */

/* Where the value of E, a name, is; NULL: nowhere, or it does not change. */
static struct py_value *slot_of(const struct walk *w, const struct py_node *e)
{
	struct py_frame *f = w->frame;

	if (e->hops == PY_HOPS_GLOBAL) {
		struct py_global *g = &w->module->global[e->slot];
		return g->fixed && !g->initial ? NULL : &g->value;
	}
	for (unsigned i = 0; i < e->hops && f; i++)
		f = f->outer;
	return f ? &f->slot[e->slot] : NULL;
}

/* Whether E is one of those of Python's own FUNCTIONS. */
static bool is_of_python(
	const struct walk *w, const struct py_node *e, const char *functions)
{
	return e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
	       w->module->global[e->slot].value.type == PY_UNBOUND &&
	       py_is_word_of(&e->s, functions);
}

/* The value of E, found without running anything; NULL: not so. */
static const struct py_value *value_of(
	const struct walk *w, const struct py_node *e)
{
	const struct py_value *v;

	if (e->form == PY_NAME)
		return slot_of(w, e);
	if (e->form != PY_ATTR)
		return NULL;
	v = value_of(w, e->arg);
	if (!v || v->type != PY_NAMESPACE)
		return NULL;
	return py_dict_find(py_held(v), e->s.s, e->s.n);
}

/* The name that E is an item or an attribute of. */
static const struct py_node *root_of(const struct py_node *e)
{
	while (e->form == PY_INDEX || e->form == PY_ATTR ||
		e->form == PY_STAR || e->form == PY_KEYWORD ||
		e->form == PY_CALL || e->form == PY_SLICE)
		e = e->arg;
	return e;
}

/* Whether V holds what may be lost, and is not yet. */
static bool may_be_lost(const struct py_value *v)
{
	switch (v->type) {
	case PY_ITER:
	case PY_ARRAY: return true;
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT:
	case PY_NAMESPACE: return !py_held(v)->lost;
	default: return false;
	}
}

/*
 * Whether E is an attribute that an object of the text's has not, nor its class
 * as far as it is in the text, or a part of what has no value.
 */
static bool is_no_part(const struct walk *w, const struct py_node *e)
{
	const struct py_class *class;
	const struct py_value *owner;

	for (const struct py_node *x = e; x->form == PY_ATTR; x = x->arg) {
		owner = value_of(w, x->arg);
		if (owner && owner->type == PY_UNKNOWN)
			return true;
	}
	owner = e->form == PY_ATTR ? value_of(w, e->arg) : NULL;
	if (!owner || owner->type != PY_NAMESPACE || py_held(owner)->lost ||
		py_dict_find(py_held(owner), e->s.s, e->s.n))
		return false;
	class = py_class_of(owner);
	return !class || !py_class_find(class, e->s.s, e->s.n);
}

/* Whether E is an item of a dict by its key that holds nothing to change. */
static bool is_plain_item(const struct walk *w, const struct py_node *e)
{
	const struct py_node *key = e->form == PY_INDEX ? e->arg->next : NULL;
	const struct py_value *of = key ? value_of(w, e->arg) : NULL, *item;

	if (!of || of->type != PY_DICT || py_held(of)->lost ||
		key->form != PY_CONST || key->value.type != PY_STR)
		return false;
	item = py_dict_find(
		py_held(of), key->value.u.str->s, key->value.u.str->n);
	return item ? !may_be_lost(item) : py_held(of)->open;
}

/* What E is, or the smallest thing it is in that is known. */
static int lose_held(const struct walk *w, const struct py_node *e)
{
	const struct py_value *v;
	const struct py_node *root = root_of(e);

	if (e->form == PY_KEYWORD || e->form == PY_STAR)
		e = e->arg;
	while (!(v = value_of(w, e))) {
		if (is_no_part(w, e) || is_plain_item(w, e))
			return 0;
		if (e->form != PY_INDEX && e->form != PY_ATTR &&
			e->form != PY_CALL)
			break;
		e = e->arg;
	}
	if (!v)
		v = value_of(w, root);
	/* A loop comes here in each round: it is to take no memory then. */
	return v && may_be_lost(v)
		       ? lose_value(w->run, v, lost_for(w, &root->s))
		       : 0;
}

/* In a function a name has no value for the same want as what failed. */
static int lose_name(const struct walk *w, const struct py_node *e)
{
	struct py_value *slot = slot_of(w, e);

	/* What has no value anyway takes no memory in each round of a loop. */
	if (slot && slot->type == PY_UNKNOWN && w->run->followed)
		return 0;
	if (slot && w->unknown && e->hops != PY_HOPS_GLOBAL) {
		*slot = (struct py_value){
			.type = PY_UNKNOWN, .u.unknown = w->unknown};
		return 0;
	}
	return slot ? new_lost(w, &e->s, slot) : 0;
}

/*
 * What the user gave for E, a part of a name, and is assigned to: 1, 0 or -1.
 */
static int lose_part(const struct walk *w, const struct py_node *e)
{
	const struct py_str *name = &root_of(e)->s;
	struct py_value lost = {.type = PY_UNKNOWN};
	const struct py_value *kept;

	if ((e->form != PY_ATTR && e->form != PY_INDEX) ||
		!py_is_given(w->module, e))
		return 0;
	lost.u.unknown = w->unknown;
	if (!w->unknown && new_lost(w, name, &lost) < 0)
		return -1;
	kept = py_keep_part(w->run, e, w->module, &lost);
	return kept && kept->type == PY_UNKNOWN &&
	       kept->u.unknown == lost.u.unknown;
}

static int lose_target(void *ctx, const struct py_node *e)
{
	const struct walk *w = ctx;
	const struct py_value *v = value_of(w, e);
	struct py_value key, lost;
	int part;

	if (e->form == PY_ATTR && v && v->type == PY_UNKNOWN &&
		w->run->followed)
		return 0;
	part = lose_part(w, e);
	if (part)
		return part < 0 ? -1 : 0;
	if (e->form == PY_INDEX)
		return lose_held(w, e->arg);
	if (e->form != PY_ATTR)
		return lose_name(w, e);
	v = value_of(w, e->arg);
	if (!v || (v->type != PY_NAMESPACE && v->type != PY_OPAQUE))
		return lose_held(w, e->arg);
	if (new_lost(w, &e->s, &lost) < 0)
		return -1;
	if (v->type == PY_OPAQUE)
		return py_set_in_host(w->run, e, v, &e->s, &lost) < 0 ? -1 : 0;
	return py_new_str(w->run, e->s.s, e->s.n, &key) < 0
		       ? -1
		       : py_dict_set(w->run, e, py_held(v), &key, &lost);
}

/* --- what names say ------------------------------------------------------- */

/* What a function that nobody knows does with settings that it is given. */
enum effect {
	NOT_SAID, /* they are taken as they were, which the host tells */
	SHOWS,    /* it only looks at them */
	CHANGES,
};

/*
 * What names say.  These are habits of training scripts and nothing that a
 * language or a library holds to: what logs, saves and starts begins so
 * (log_metrics); what scripts that were looked at do to their arguments between
 * parsing and use is a word between '_' (maybe_update_lr), or one of the next
 * beside a noun (check_args).  A name without such a word says nothing:
 * augment(), freeze().
 */
#define SHOWING                                                             \
	"log print pprint save dump warn remark info debug error init "     \
	"__init__ fit display tqdm ic add_scalar add_text makedirs mkdir "  \
	"barrier watch writerow plot semilog loglog lineplot fill_between " \
	"savefig"
#define CHANGING                                                            \
	"update merge override adjust modify change scale rescale resolve " \
	"normalize"
#define SETTLING                                                             \
	"set load check init setup fix fill complete process parse prepare " \
	"finalize post validate"
#define NOUNS                                                                  \
	"arg args argument arguments conf config configs cfg opt opts option " \
	"options param params default defaults hyper hparams hyperparameters " \
	"lr"

/* What a function called S does. */
static enum effect effect_of(const struct py_str *s)
{
	if (str_begins_with(s->s, s->n, SHOWING))
		return SHOWS;
	if (str_has_word(s->s, s->n, CHANGING) || py_is_word_of(s, SETTLING) ||
		(str_has_word(s->s, s->n, SETTLING) &&
			str_has_word(s->s, s->n, NOUNS)))
		return CHANGES;
	return NOT_SAID;
}

/*
 * Whether what F, a function that nobody knows, is called by says that it only
 * looks at what it is given: asked of every call in what is not run.
 */
static bool only_shows(const struct py_node *f)
{
	return (f->form == PY_NAME || f->form == PY_ATTR) &&
	       str_begins_with(f->s.s, f->s.n, SHOWING);
}

/* Whether PATH is of what draws or looks: inspect.signature */
static bool is_shown_by(const struct py_str *path)
{
	struct py_str first = *path;

	for (size_t i = 0; i < first.n; i++)
		if (first.s[i] == '.')
			first.n = i;
	return py_is_word_of(&first, "matplotlib seaborn plotly bokeh inspect");
}

bool py_is_idle(const struct py_node *s)
{
	const struct py_node *e = s->arg;

	switch ((enum py_form)s->form) {
	case PY_PASS:
	case PY_CONST:
	case PY_IMPORT: return true;
	case PY_EXPR:
		if (e->form == PY_CONST)
			return true;
		return e->form == PY_CALL && only_shows(e->arg);
	case PY_BLOCK:
		for (; e; e = e->next)
			if (!py_is_idle(e))
				return false;
		return true;
	case PY_IF:
		/* condition, block, condition, block ..., block */
		for (; e && e->form != PY_BLOCK; e = e->next->next)
			if (!py_is_idle(e->next))
				return false;
		return !e || py_is_idle(e);
	default: return false;
	}
}

/* Why what is called NAME, and was given to such a function, has no value. */
static const struct py_unknown *handed_on(
	struct py_run *r, const struct py_str *name)
{
	static const struct py_unknown as = {
		.why = "it was handed to a function that is not known",
		.handed = true};
	struct py_value v;

	return py_new_unknown_as(r, NULL, name->s, name->n, &as, &v) < 0
		       ? NULL
		       : v.u.unknown;
}

/*
 * What V, settings in an object or a dict, was when TO got it is taken for what
 * it is since: the host is told where it is read.  A list in a dict may have
 * another name that it is read by.  V is DEPTH below what TO was given.
 */
static int keep_handed(struct py_run *r, const struct py_value *v,
	const struct py_unknown *to, unsigned depth)
{
	struct py_list *l = py_named(v);
	bool object = v->type == PY_NAMESPACE;

	if (!l || l->lost || l->handed)
		return 0;
	if (depth == PY_DEPTH_MAX)
		return fail_depth(r);
	l->handed = to;
	for (size_t i = 0; i < l->n; i++) {
		const struct py_value *x = &l->item[i];
		int bad = object || py_named(x)
				  ? keep_handed(r, x, to, depth + 1)
				  : lose_value(r, x, handed_on(r, &to->path));
		if (bad < 0)
			return -1;
	}
	return py_charge(r, NULL, l->n);
}

/* The same, as CALLEE, a function that nobody knows, got it by NAME: 0, or -1.
 */
static int keep_given(struct py_run *r, const struct py_value *v,
	const struct py_str *name, const struct py_str *callee)
{
	struct py_value given;
	char *to;

	if (py_held(v)->lost || py_held(v)->handed)
		return 0;
	to = py_alloc(r, callee->n + 1);
	return !to || py_new_unknown(r, NULL, name->s, name->n,
			      memcpy(to, callee->s, callee->n), &given) < 0
		       ? -1
		       : keep_handed(r, v, given.u.unknown, 0);
}

/* --- functions that may have run ------------------------------------------ */

/* What a function has of its argument E: of vars(args) what that is of. */
static const struct py_value *given_by(
	const struct walk *w, const struct py_node *e)
{
	if (e->form == PY_CALL && is_of_python(w, e->arg, "vars") &&
		e->arg->next)
		e = e->arg->next;
	return value_of(w, e);
}

/* FN's parameters have what the call E gives them, as far as that is seen. */
static void see_arguments(const struct walk *w, const struct py_node *e,
	const struct py_function *fn, struct py_value *slot)
{
	const struct py_node *arg = e->arg->next, *p = fn->def->arg->next;
	size_t i = 0;

	for (; p; p = p->next) {
		const struct py_value *v = NULL;

		if (p->s.n == 0)
			continue;
		if (i < fn->ngiven && fn->given[i].name.n == 0)
			v = &fn->given[i].value;
		for (const struct py_node *a = e->arg->next; a && !v;
			a = a->next)
			if (a->form == PY_KEYWORD && py_str_equal(&a->s, &p->s))
				v = given_by(w, a->arg);
		if (!v && arg) {
			v = given_by(w, arg);
			arg = arg->next;
		}
		if (v)
			slot[i] = *v;
		i++;
	}
}

/* What FN, called at E, may have changed. */
static int lose_function(
	struct walk *w, const struct py_node *e, const struct py_function *fn)
{
	struct walk in = {.up = w,
		.def = fn->def,
		.run = w->run,
		.module = fn->module,
		.why = w->why};

	for (const struct walk *x = w; x; x = x->up)
		if (x->def == fn->def)
			return 0;
	if (py_charge(w->run, e, 1) < 0)
		return -1;
	in.frame =
		py_frame_new(w->run, fn->def->scope->n, fn->frame, fn->module);
	if (!in.frame)
		return -1;
	if (e->form == PY_CALL)
		see_arguments(w, e, fn, in.frame->slot);
	return fn->def->form == PY_LAMBDA ? lose_calls(&in, fn->def->arg)
					  : lose_statement(&in, fn->def->arg);
}

/* V, at E, may have been called. */
static int lose_callable(
	struct walk *w, const struct py_node *e, const struct py_value *v)
{
	const struct py_value *init;

	if (v->type == PY_FUNCTION)
		return lose_function(w, e, v->u.function);
	if (v->type != PY_TYPE)
		return 0;
	init = py_class_find(v->u.class, "__init__", 8);
	return init && init->type == PY_FUNCTION
		       ? lose_function(w, e, init->u.function)
		       : 0;
}

static int lose_method(
	struct walk *w, const struct py_node *e, const struct py_value *object)
{
	const struct py_node *callee = e->arg;
	const struct py_value *fn =
		py_class_find(py_class_of(object), callee->s.s, callee->s.n);
	struct py_arg self = {.value = *object};
	const struct py_host *host = w->run->py->host;
	struct py_function bound;

	if (!fn || fn->type != PY_FUNCTION ||
		(host && host->steps &&
			host->steps(w->run, object, &callee->s)))
		return 0;
	bound = *fn->u.function;
	bound.given = &self;
	bound.ngiven = 1;
	return lose_function(w, e, &bound);
}

/* Methods of dicts that only look. */
#define READING "items keys values get copy"

/* Whether F is a function whose arguments have a name each. */
static bool names_arguments(const struct py_value *f)
{
	const struct py_node *p = f && f->type == PY_FUNCTION
					  ? f->u.function->def->arg->next
					  : NULL;

	while (p && !(p->op && p->s.n > 0))
		p = p->next;
	return f && f->type == PY_FUNCTION && !p;
}

/*
 * Whether what vars() gives at E is only looked at, vars(args).items(), or a
 * function of the text's has it, which is looked into.
 */
static bool is_read(const struct walk *w, const struct py_node *e)
{
	const struct py_node *in = e->up;

	if (in && in->form == PY_ATTR)
		return py_is_word_of(&in->s, READING);
	if (in && in->form == PY_KEYWORD && !py_is_named(&in->s, "**"))
		in = in->up;
	return in && (in->form == PY_KEYWORD || in->form == PY_STAR ||
			     (in->form == PY_CALL && only_shows(in->arg)) ||
			     (in->form == PY_CALL && in->arg != e &&
				     names_arguments(value_of(w, in->arg))));
}

/* Whether F is of a module that draws or looks: inspect.signature */
static bool is_of_shower(const struct walk *w, const struct py_node *f)
{
	const struct py_node *root = root_of(f);
	const struct py_value *v = value_of(w, root);

	return v && f->form == PY_ATTR && root->hops == PY_HOPS_GLOBAL &&
	       (v->type == PY_UNBOUND || v->type == PY_UNKNOWN) &&
	       is_shown_by(v->type ? &v->u.unknown->path : &root->s);
}

/* Whether the call E does nothing to its arguments, nor gives any back. */
static bool only_looks(const struct walk *w, const struct py_node *e)
{
	return is_of_python(w, e->arg,
		       "len int float bool complex str repr ascii format type "
		       "id hash isinstance issubclass hasattr callable abs "
		       "round sum any all range divmod pow ord chr bin hex "
		       "oct print") ||
	       (is_of_python(w, e->arg, "vars") && is_read(w, e)) ||
	       only_shows(e->arg) || is_of_shower(w, e->arg);
}

/*
 * Whether the call E changes no argument, but gives back what it holds, which
 * may be changed there: enumerate(groups), max(groups, key=of).
 */
static bool gives_items(const struct walk *w, const struct py_node *e)
{
	const struct py_node *second = e->arg->next ? e->arg->next->next : NULL;

	return is_of_python(w, e->arg,
		       "list tuple set frozenset dict sorted reversed "
		       "enumerate zip iter getattr") ||
	       (is_of_python(w, e->arg, "min max") &&
		       (!second || second->form == PY_KEYWORD));
}

/* What A, an argument of F, holds, or the smallest known thing A is in. */
static int lose_items(
	const struct walk *w, const struct py_node *a, const struct py_node *f)
{
	const struct py_node *e = a->form == PY_KEYWORD ? a->arg : a;
	const struct py_value *v;
	const struct py_list *l;

	while (!(v = value_of(w, e)) && e->form == PY_INDEX)
		e = e->arg;
	if (!v || (py_is_named(&f->s, "getattr")
				  ? v->type != PY_NAMESPACE || py_class_of(v)
				  : v->type != PY_LIST && v->type != PY_TUPLE &&
					    v->type != PY_DICT))
		return lose_held(w, a);
	l = py_held(v);
	for (size_t i = 0; i < l->n && !l->lost; i++)
		if (may_be_lost(&l->item[i]) &&
			lose_value(w->run, &l->item[i],
				lost_for(w, &root_of(e)->s)) < 0)
			return -1;
	return py_charge(w->run, e, l->n);
}

/* A, an argument of CALLEE: settings that nobody knows the fate of are kept. */
static int lose_given(const struct walk *w, const struct py_node *a,
	const struct py_node *callee)
{
	const struct py_node *e = a->form == PY_KEYWORD ? a->arg : a;
	const struct py_value *v = value_of(w, e);

	if (is_of_python(
		    w, callee, "vars setattr delattr map filter min max next"))
		return lose_held(w, a);
	return v && py_named(v) && !py_class_of(v) && w->module->tolerant &&
			       (callee->form == PY_NAME ||
				       callee->form == PY_ATTR) &&
			       effect_of(&callee->s) != CHANGES
		       ? keep_given(w->run, v, &root_of(e)->s, &callee->s)
		       : lose_held(w, a);
}

/* Whether NAME, called of V, changes nothing that it has, nor gives it away. */
static bool only_lists(const struct py_value *v, const struct py_str *name)
{
	const struct py_list *l = v ? py_named(v) : NULL;
	bool only = l && py_is_word_of(name, READING);

	for (size_t i = 0; only && i < l->n; i++)
		only = !may_be_lost(&l->item[i]);
	return only;
}

static int lose_call(struct walk *w, const struct py_node *e)
{
	const struct py_node *callee = e->arg;
	const struct py_value *v = value_of(w, callee), *object = NULL;
	bool known = v && (v->type == PY_FUNCTION || v->type == PY_TYPE);
	bool looks = !known && only_looks(w, e);
	bool items = !known && gives_items(w, e);

	if (callee->form == PY_ATTR)
		object = value_of(w, callee->arg);
	if (object && object->type == PY_NAMESPACE && !v) {
		if (lose_method(w, e, object) < 0)
			return -1;
		known = py_class_of(object) != NULL;
	} else if (v && v->type == PY_NAMESPACE) {
		/* An object that is called changes itself: self.net(x) */
		if (lose_held(w, callee) < 0)
			return -1;
	} else if (callee->form == PY_ATTR && !known &&
		   !only_lists(object, &callee->s) &&
		   lose_held(w, callee->arg) < 0) {
		return -1;
	}
	if (known && v && lose_callable(w, e, v) < 0)
		return -1;
	/* What a function of the script's does to them was seen. */
	for (const struct py_node *a = e->arg->next; a; a = a->next) {
		const struct py_value *given = value_of(w, root_of(a));
		if (given && given->type == PY_FUNCTION &&
			lose_callable(w, a, given) < 0)
			return -1;
		if (known || (looks && !(given && given->type == PY_ITER)))
			continue;
		if ((items ? lose_items(w, a, callee)
			   : lose_given(w, a, callee)) < 0)
			return -1;
	}
	return 0;
}

/* What calls in E, a comprehension, may have changed: it has its own names. */
static int lose_in_comprehension(struct walk *w, const struct py_node *e)
{
	struct walk own = *w, *in;
	bool first = true;

	own.frame = py_frame_new(w->run, e->scope->n, w->frame, w->module);
	if (!own.frame)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		if (kid->form != PY_CLAUSE) {
			if (lose_calls(&own, kid) < 0)
				return -1;
			continue;
		}
		for (const struct py_node *x = kid->arg; x; x = x->next) {
			in = first && x == kid->arg->next ? w : &own;
			if (lose_calls(in, x) < 0)
				return -1;
		}
		first = false;
	}
	return 0;
}

/* What calls in E may have changed; the bodies of its lambdas do not run. */
static int lose_calls(struct walk *w, const struct py_node *e)
{
	if (e->form == PY_LAMBDA || e->form == PY_DEF || e->form == PY_CLASS)
		return 0;
	if (e->scope)
		return lose_in_comprehension(w, e);
	if (e->form == PY_CALL && lose_call(w, e) < 0)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (lose_calls(w, kid) < 0)
			return -1;
	return 0;
}

/* --- statements ----------------------------------------------------------- */

static int lose_word(const struct walk *w, const struct py_str *s, bool set)
{
	long slot = py_global_find(w->module, s);
	struct py_global *g = slot < 0 ? NULL : &w->module->global[slot];
	struct py_value *v = g ? &g->value : NULL;

	if (!g || g->fixed)
		return 0;
	return set ? new_lost(w, s, v) : lose_value(w->run, v, lost_for(w, s));
}

/* Names in text that was not understood: those before a "=", and containers. */
static int lose_text(const struct walk *w, const struct py_node *s)
{
	const char *at = s->s.s, *end = at + s->s.n;

	while (at < end) {
		struct py_str name = {.s = at};
		const char *next;

		while (at < end && str_is_python_name_char(*at))
			at++;
		name.n = (size_t)(at - name.s);
		if (name.n == 0) {
			at++;
			continue;
		}
		for (next = at; next < end && *next == ' ';)
			next++;
		while (next + 1 < end && next[0] != '=' && next[1] == '=')
			next++; /* += and its like */
		if (lose_word(w, &name,
			    next < end && *next == '=' &&
				    (next + 1 == end || next[1] != '=')) < 0)
			return -1;
	}
	return 0;
}

/* a = b: A is another name of what B holds, for what is still to come. */
static void see_alias(const struct walk *w, const struct py_node *s)
{
	const struct py_node *target = s->arg->next;
	const struct py_value *v = value_of(w, s->arg);
	struct py_value *slot;

	if (!v || !w->def || target->form != PY_NAME || target->hops > 0)
		return;
	slot = slot_of(w, target);
	if (slot)
		*slot = *v;
}

static int lose_statement(struct walk *w, const struct py_node *s)
{
	bool simple = s->form != PY_BLOCK && s->form != PY_IF &&
		      s->form != PY_WHILE && s->form != PY_FOR &&
		      s->form != PY_TRY && s->form != PY_EXCEPT;

	if (py_charge(w->run, s, 1) < 0)
		return -1;
	if (s->form == PY_BAD)
		return lose_text(w, s);
	if (!simple) {
		if (s->form == PY_FOR &&
			py_each_target(s->arg, lose_target, w) < 0)
			return -1;
		for (const struct py_node *kid = s->arg; kid; kid = kid->next)
			if (lose_statement(w, kid) < 0)
				return -1;
		return 0;
	}
	if (s->form != PY_DECORATED && lose_calls(w, s) < 0)
		return -1;
	if (py_each_bound(s, lose_target, w) < 0)
		return -1;
	if (s->form == PY_ASSIGN)
		see_alias(w, s);
	return 0;
}

int py_lose(struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct walk w = {.run = r,
		.module = f->module,
		.frame = f,
		.unknown = r->error.unknown};
	size_t n = strlen(r->diag.text) + 1;
	char *why = py_alloc(r, n);

	if (!why)
		return -1;
	w.why = memcpy(why, r->diag.text, n);
	r->diag.class = DIAG_NONE;
	return lose_statement(&w, s);
}

/* --- unknown functions ---------------------------------------------------- */

int py_lose_arguments(struct py_run *r, const struct py_str *path,
	const struct py_arg *arg, size_t narg)
{
	const struct py_str last = py_last_part(path);
	const bool is_class = last.n > 0 && str_is_upper(*last.s);
	const enum effect effect = narg == 0 || is_class || is_shown_by(path)
					   ? SHOWS
					   : effect_of(&last);
	/* Without a module where the host calls. */
	const bool keeps =
		r->module && r->module->tolerant && effect != CHANGES;

	if (effect == SHOWS)
		return 0;
	for (size_t i = 0; i < narg; i++) {
		const struct py_node *e = arg[i].at;
		const struct py_str *name = e ? &root_of(e)->s : &arg[i].name;
		const struct py_value *v = &arg[i].value;
		int bad;

		if (e && e->form == PY_NAME && r->module &&
			py_is_given(r->module, e))
			continue;
		if (!keeps || !py_named(v)) {
			bad = lose_value(r, v, handed_on(r, name));
		} else {
			bad = keep_given(r, v, name, &last);
		}
		if (bad < 0)
			return -1;
	}
	return 0;
}

int py_lose_globals(
	struct py_run *r, const struct py_node *at, struct py_module *m)
{
	for (unsigned i = 0; i < m->nglobal; i++) {
		struct py_global *g = &m->global[i];
		if (g->fixed || g->value.type == PY_UNBOUND ||
			g->value.type >= PY_ITER)
			continue;
		if (py_new_unknown(r, at, g->s.s, g->s.n, NULL, &g->value) < 0)
			return -1;
	}
	return 0;
}
