/* SPDX-License-Identifier: MIT */
/*
 * Calls: arguments bound to parameters, of functions and of what is in C.
 */
#include <string.h>

#include "base/array.h"
#include "base/near.h"
#include "base/str.h"
#include "py/py_impl.h"

/* Arguments that need no memory of their own. */
#define FEW 4

static int wrong_count(struct py_run *r, const struct py_node *at,
	const char *name, size_t n, size_t min, size_t max)
{
	if (min == max)
		return py_raise(r, at,
			"%s() was given %zu arguments; expected %zu", name, n,
			min);
	if (n < min)
		return py_raise(r, at,
			"%s() was given %zu arguments; expected %zu or more",
			name, n, min);
	return py_raise(r, at,
		"%s() was given %zu arguments; expected at most %zu", name, n,
		max);
}

/* Where NAME stands among the blank-separated PARAMS; -1 if it does not. */
static int param_index(const char *params, const struct py_str *name)
{
	for (int i = 0; *params; i++) {
		size_t n = strcspn(params, " ");
		if (py_str_is(name, params, n))
			return i;
		params += n;
		params += *params == ' ';
	}
	return -1;
}

static size_t param_count(const char *params)
{
	size_t n = *params != '\0';

	for (; *params; params++)
		n += *params == ' ';
	return n;
}

/* Whether A names a node of tensorflow's graph, as all its functions let it. */
static bool is_graph_name(const struct py_call *c, const struct py_arg *a)
{
	const char *callee = c->at ? c->run->module->text + c->at->at : "";

	return py_str_is(&a->name, "name", 4) &&
	       (a->value.type == PY_STR || a->value.type == PY_UNKNOWN) &&
	       (strncmp(callee, "tf.", 3) == 0 ||
		       strncmp(callee, "tensorflow.", 11) == 0);
}

/* SELF (of a method, else NULL) and ARG as FN's parameters want them. */
static int bind_native(struct py_call *c, const struct py_value *self,
	const struct py_arg *arg, size_t narg)
{
	const struct py_native *fn = c->fn;
	bool any_name = strncmp(fn->params, "**", 2) == 0;
	size_t first = fn->max == PY_ANY ? param_count(fn->params) : 0;
	size_t room = first + narg + 1 + (fn->max == PY_ANY ? 0 : fn->max);
	struct py_value *v = py_alloc(c->run, room * sizeof(*v));
	size_t n = first, count = 0;

	if (!v)
		return -1;
	if (self)
		v[n++] = *self;
	for (size_t i = 0; i < narg; i++) {
		int k;
		if (arg[i].name.n == 0) {
			v[n++] = arg[i].value;
			continue;
		}
		if (any_name)
			continue;
		k = param_index(fn->params, &arg[i].name);
		if (k < 0 && is_graph_name(c, &arg[i]))
			continue;
		if (k < 0)
			return py_raise(c->run, arg[i].at,
				"%s() has no argument '%.*s'", fn->name,
				STR_ARG(arg[i].name));
		if (v[k].type != PY_UNBOUND)
			return py_raise(c->run, arg[i].at,
				"%s() is given '%.*s' twice", fn->name,
				STR_ARG(arg[i].name));
		v[k] = arg[i].value;
		count++;
	}
	count += n - first;
	if (count < fn->min || (fn->max != PY_ANY && count > fn->max))
		return wrong_count(c->run, c->at, fn->name,
			count - (self != NULL),
			(size_t)(fn->min - (self != NULL)),
			(size_t)(fn->max - (self != NULL)));
	for (size_t i = 0; i < fn->min; i++)
		if (fn->max != PY_ANY && v[i].type == PY_UNBOUND)
			return py_raise(c->run, c->at, "%s() lacks an argument",
				fn->name);
	c->arg = v;
	c->narg = fn->max == PY_ANY ? n : fn->max;
	return 0;
}

static int call_native(struct py_run *r, const struct py_node *at,
	const struct py_native *fn, const struct py_value *self,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	struct py_call c = {.run = r,
		.fn = fn,
		.at = at,
		.given = arg,
		.ngiven = narg,
		.ret = ret};

	if (!fn->call && narg == 1 && arg[0].name.n == 0)
		return py_math_call(r, at, fn, &arg[0].value, ret);
	if (bind_native(&c, self, arg, narg) < 0)
		return -1;
	return fn->call ? fn->call(&c)
			: py_math_call(r, at, fn, &c.arg[0], ret);
}

/* Arguments on their way to parameters. */
struct binding {
	struct py_run *run;
	const struct py_node *at, *def;
	struct py_value *slot;       /* by parameter, in order */
	const struct py_node **from; /* where each came from; NULL: unwanted */
};

/* A parameter that takes what is left: *args or **kwargs, by its KIND. */
static bool takes_rest(const struct py_node *p, unsigned char kind)
{
	return p->op == kind && p->s.n > 0;
}

static void give(struct binding *b, size_t slot, const struct py_arg *arg)
{
	b->slot[slot] = arg->value;
	if (b->from)
		b->from[slot] = arg->at;
}

/* Positional arguments into slots; what is left over to *args. */
static int bind_positional(
	struct binding *b, const struct py_arg *arg, size_t narg)
{
	const struct py_node *p = b->def->arg->next;
	size_t slot = 0, i = 0, n = 0;

	for (size_t k = 0; k < narg; k++)
		n += arg[k].name.n == 0;
	for (; p && p->op != '*' && p->op != 'k'; p = p->next) {
		if (p->s.n == 0)
			continue;
		while (i < narg && arg[i].name.n > 0)
			i++;
		if (i < narg)
			give(b, slot, &arg[i++]);
		slot++;
	}
	while (i < narg && arg[i].name.n > 0)
		i++;
	if (p && takes_rest(p, '*')) {
		struct py_value *rest = &b->slot[slot];
		if (py_new_list(b->run, PY_TUPLE, narg - i, rest) < 0)
			return -1;
		for (; i < narg; i++)
			if (arg[i].name.n == 0 &&
				py_list_add(
					b->run, rest->u.list, arg[i].value) < 0)
				return -1;
	}
	if (i == narg)
		return 0;
	return py_raise(b->run, arg[i].at ? arg[i].at : b->at,
		"%.*s() was given %zu arguments by position; expected %zu",
		STR_ARG(b->def->s), n, slot);
}

/* One more of **kwargs. */
static int bind_rest(
	struct binding *b, const struct py_arg *arg, struct py_value *dict)
{
	struct py_value key;

	if (dict->type == PY_UNBOUND &&
		py_new_list(b->run, PY_DICT, 0, dict) < 0)
		return -1;
	return py_new_str(b->run, arg->name.s, arg->name.n, &key) < 0
		       ? -1
		       : py_dict_set(b->run, arg->at, dict->u.list, &key,
				 &arg->value);
}

/* ARG has a name that no parameter has. */
static int no_parameter(struct binding *b, const struct py_arg *arg)
{
	struct near near = {.wrong = arg->name.s, .nwrong = arg->name.n};
	const struct py_str *fn = &b->def->s;
	char phrase[NEAR_PHRASE_MAX];

	for (const struct py_node *p = b->def->arg->next; p; p = p->next)
		near_try(&near, p->s.s, p->s.n);
	return py_raise(b->run, arg->at, "%.*s() has no argument '%.*s'%s%s",
		STR_ARG(*fn), STR_ARG(arg->name), near_found(&near) ? "; " : "",
		near_phrase(&near, "", phrase));
}

/* One argument by name. */
static int bind_keyword(struct binding *b, const struct py_arg *arg)
{
	size_t slot = 0;

	for (const struct py_node *p = b->def->arg->next; p; p = p->next) {
		if (p->s.n == 0)
			continue;
		if (takes_rest(p, 'k'))
			return bind_rest(b, arg, &b->slot[slot]);
		if (p->op != '*' && py_str_equal(&p->s, &arg->name)) {
			if (b->slot[slot].type != PY_UNBOUND)
				return py_raise(b->run, arg->at,
					"%.*s() is given '%.*s' twice",
					STR_ARG(b->def->s), STR_ARG(arg->name));
			give(b, slot, arg);
			return 0;
		}
		slot++;
	}
	return no_parameter(b, arg);
}

static int bind_defaults(struct binding *b, const struct py_function *fn)
{
	const struct py_value *init = fn->init, *given;
	size_t slot = 0, i = 0;

	for (const struct py_node *p = b->def->arg->next; p; p = p->next, i++) {
		struct py_value *v = &b->slot[slot];
		if (p->s.n == 0)
			continue;
		slot++;
		if (v->type != PY_UNBOUND)
			continue;
		if (p->op == 'k' || p->op == '*') {
			if (py_new_list(b->run,
				    p->op == 'k' ? PY_DICT : PY_TUPLE, 0,
				    v) < 0)
				return -1;
		} else if (init[i].type == PY_UNBOUND) {
			return py_raise(b->run, b->at,
				"%.*s() lacks the argument '%.*s'",
				STR_ARG(b->def->s), STR_ARG(p->s));
		} else {
			given = py_keep_default(b->run, p, fn->module);
			*v = given ? *given : init[i];
		}
	}
	return 0;
}

static int bind_arguments(struct binding *b, const struct py_function *fn,
	const struct py_arg *arg, size_t narg)
{
	if (bind_positional(b, arg, narg) < 0)
		return -1;
	for (size_t i = 0; i < narg; i++)
		if (arg[i].name.n > 0 && bind_keyword(b, &arg[i]) < 0)
			return -1;
	return bind_defaults(b, fn);
}

size_t py_nparam(const struct py_value *f)
{
	const struct py_node *p;
	size_t n = 0;

	for (size_t i = 0; (p = py_param(f, i)); i++)
		n += p->s.n > 0;
	return n;
}

/* The same of one with arguments before: only the others are told. */
static int bind_others(struct binding *b, const struct py_value *f,
	const struct py_arg *arg, size_t narg)
{
	const struct py_function *fn = f->u.function;
	struct py_arg *all =
		py_alloc(b->run, (fn->ngiven + narg + 1) * sizeof(*all));
	size_t n = fn->def->scope->n + 1, slot = 0, open = 0;
	struct binding in = *b;

	in.slot = py_alloc(b->run, n * sizeof(*in.slot));
	in.from = py_alloc(b->run, n * sizeof(struct py_node *));
	if (!all || !in.slot || !in.from)
		return -1;
	memcpy(all, fn->given, fn->ngiven * sizeof(*all));
	if (narg)
		memcpy(all + fn->ngiven, arg, narg * sizeof(*all));
	if (bind_arguments(&in, fn, all, fn->ngiven + narg) < 0)
		return -1;
	for (const struct py_node *p = fn->def->arg->next; p; p = p->next) {
		if (py_param(f, open) == p && p->s.n > 0) {
			b->slot[open] = in.slot[slot];
			if (b->from)
				b->from[open] = in.from[slot];
		}
		open += py_param(f, open) == p;
		slot += p->s.n > 0;
	}
	return 0;
}

int py_bind(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *slot, const struct py_node **args)
{
	const struct py_function *fn = f->u.function;
	struct binding b = {
		.run = r, .at = at, .def = fn->def, .slot = slot, .from = args};

	return fn->ngiven ? bind_others(&b, f, arg, narg)
			  : bind_arguments(&b, fn, arg, narg);
}

/* Runs FN's body, whose names lie in F, for the call at AT. */
static int run_body(struct py_run *r, const struct py_node *at,
	const struct py_function *fn, struct py_frame *f, struct py_value *ret)
{
	const struct py_node *def = fn->def;
	struct py_module *module = r->module;
	struct py_calling here = {.up = r->calling,
		.frame = f,
		.fn = fn,
		.active = {.def = def, .at = at}};
	int flow;

	if (r->calls == PY_DEPTH_MAX)
		return py_raise(r, at,
			"more than %d calls in one another; expected fewer",
			PY_DEPTH_MAX);
	if (def->scope->yields && py_generate(r, &here) < 0)
		return -1;
	r->calls++;
	r->calling = &here;
	r->module = fn->module;
	*ret = py_none();
	flow = def->form == PY_LAMBDA ? py_eval(r, def->arg, f, ret)
				      : py_exec_stmt(r, def->arg, f, ret);
	r->calling = here.up;
	r->module = module;
	r->calls--;
	if (here.generated)
		return py_generated(r, &here, flow, ret);
	if (here.unsure)
		*ret = (struct py_value){
			.type = PY_UNKNOWN, .u.unknown = here.unsure};
	return flow < 0 ? -1 : 0;
}

int py_enter(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_value *slot,
	const struct py_value *local, struct py_value *ret)
{
	const struct py_function *fn = f->u.function;
	const struct py_scope *scope = fn->def->scope;
	size_t nparam = py_nparam(f);
	struct py_frame *frame =
		py_frame_new(r, scope->n, fn->frame, fn->module);

	if (!frame)
		return -1;
	memcpy(frame->slot, slot, nparam * sizeof(*slot));
	for (const char *name = fn->module->local; *name; local++) {
		size_t n = strcspn(name, " ");
		/* A parameter of that name hides it. */
		for (size_t i = nparam; i < scope->n; i++)
			if (py_str_is(&scope->name[i].s, name, n))
				frame->slot[i] = *local;
		name += n + (name[n] == ' ');
	}
	return run_body(r, at, fn, frame, ret);
}

/* A definition, which its host runs when it likes. */
static bool is_definition(const struct py_function *fn)
{
	return fn->module->local && !fn->frame->outer &&
	       fn->def->form == PY_DEF && fn->def->s.s[0] != '_';
}

static int run_function(struct py_run *r, const struct py_node *at,
	const struct py_function *fn, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct binding b = {.run = r, .at = at, .def = fn->def};
	struct py_frame *f =
		py_frame_new(r, fn->def->scope->n, fn->frame, fn->module);

	if (!f)
		return -1;
	f->script = at == r->entry && r == &r->py->build;
	b.slot = f->slot;
	return bind_arguments(&b, fn, arg, narg) < 0
		       ? -1
		       : run_body(r, at, fn, f, ret);
}

/* Those given before come first; a name given again is the new one's. */
static int call_with_given(struct py_run *r, const struct py_node *at,
	const struct py_function *fn, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct py_arg few[FEW + 1], *all = few;
	size_t n = 0;

	if (fn->ngiven + narg > FEW + 1) {
		all = py_alloc(r, (fn->ngiven + narg) * sizeof(*all));
		if (!all)
			return -1;
	}
	for (size_t i = 0; i < fn->ngiven; i++) {
		bool again = false;
		for (size_t k = 0; fn->given[i].name.n && k < narg; k++)
			again = again ||
				py_str_equal(&fn->given[i].name, &arg[k].name);
		if (!again)
			all[n++] = fn->given[i];
	}
	if (narg)
		memcpy(all + n, arg, narg * sizeof(*all));
	return run_function(r, at, fn, all, n + narg, ret);
}

/*
 * Whether the call AT of FN is that of a method of an object which the host
 * steps by itself, from as it was made: it does nothing here.  -1: raised.
 */
static int rests(struct py_run *r, const struct py_node *at,
	const struct py_function *fn)
{
	const struct py_host *host = r->py->host;
	const struct py_value *self = fn->ngiven ? &fn->given[0].value : NULL;
	const struct py_calling *c = r->calling;

	if (!self || self->type != PY_NAMESPACE || fn->given[0].name.n || !at ||
		at->form != PY_CALL || at->arg->form != PY_ATTR ||
		r != &r->py->build || !host || !host->rests)
		return 0;
	/* Its own methods do what they do. */
	if (c && c->fn->class && py_same(&c->frame->slot[0], self))
		return 0;
	return host->rests(r, at, self, &fn->def->s);
}

static int call_function(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_function *fn = v->u.function;
	int resting = rests(r, at, fn);

	if (resting) {
		*ret = py_none();
		return resting < 0 ? -1 : 0;
	}
	if (fn->ngiven > 0)
		return call_with_given(r, at, fn, arg, narg, ret);
	if (is_definition(fn))
		return r->py->host->define(r, at, v, arg, narg, ret);
	return run_function(r, at, fn, arg, narg, ret);
}

int py_start(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	int done;

	r->entry = at;
	done = py_invoke(r, at, f, arg, narg, ret);
	r->entry = NULL;
	return done;
}

/* Functions that look something up, and what they look into. */
static const struct {
	const char *name;
	struct py_str of;
} getters[] = {
	{"os.getenv", {10, "os.environ"}},
};

/* What the getter U looks into: config of config.get; .n 0: it is none. */
static struct py_str looks_into(const struct py_unknown *u)
{
	static const char get[] = ".get";
	const size_t nget = sizeof(get) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(getters); i++)
		if (py_is_named(&u->path, getters[i].name))
			return getters[i].of;
	if (!str_ends_in(u->path.s, u->path.n, get))
		return (struct py_str){0, NULL};
	return (struct py_str){u->path.n - nget, u->path.s};
}

/* config.get(key, default): what the host knows of config[key], or default. */
static int get_unknown(struct py_run *r, const struct py_node *at,
	const struct py_str *config, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct py_unknown of = {.path = *config};
	struct py_value v = {.type = PY_UNKNOWN, .u.unknown = &of};

	if (py_index_unknown(r, at, &v, &arg[0].value, ret) < 0)
		return -1;
	if (ret->type != PY_UNKNOWN || narg < 2)
		return 0;
	if (r->py->host && r->py->host->defaulted)
		r->py->host->defaulted(r, &ret->u.unknown->path, &arg[1].value);
	*ret = arg[1].value;
	return 0;
}

/*
 * Whether V is what -D gave a part of a name: dist.get_rank=0 of a call, with
 * arguments or without.
 */
static bool is_defined(const struct py_run *r, const struct py_value *v)
{
	for (const struct py_defined *x = r->py->defined; x; x = x->before)
		if (memchr(x->name.s, '.', x->name.n) &&
			x->value.type == v->type && py_is_number(v) &&
			py_number(&x->value) == py_number(v))
			return true;
	return false;
}

/*
 * Whether the call AT of PATH may set any name of the text.  nanoGPT's
 * configurator.py sets what the command line says: nothing, without one.
 */
static bool sets_names(const struct py_run *r, const struct py_node *at,
	const struct py_str *path)
{
	static const char own[] = "configurator.py";
	size_t n = sizeof(own) - 1;

	if (py_is_named(path, "globals.update"))
		return true;
	if (!py_is_named(path, "exec"))
		return false;
	for (size_t i = at ? at->at : 0; at && i + n <= at->end; i++)
		if (memcmp(r->module->text + i, own, n) == 0)
			return false;
	return true;
}

int py_call_value(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_host *host = r->py->host;
	static const struct py_str call = {8, "__call__"};
	struct py_value method;
	struct py_str config;
	int done = 0;

	switch (f->type) {
	case PY_FUNCTION: return call_function(r, at, f, arg, narg, ret);
	case PY_TYPE: return py_new_object(r, at, f->u.class, arg, narg, ret);
	case PY_NAMESPACE:
		done = py_object_attribute(r, at, f, &call, &method);
		if (done)
			return done < 0 ? -1
					: py_call_value(r, at, &method, arg,
						  narg, ret);
		/* What it is made of elsewhere has one: net(x), of nn.Module */
		if (py_class_of(f) && py_is_called_class(f, &call) < 0)
			return py_new_unknown(r, at, py_class_of(f)->name.s,
				py_class_of(f)->name.n, NULL, ret);
		break;
	case PY_NATIVE:
		return call_native(r, at, f->u.native, NULL, arg, narg, ret);
	case PY_METHOD:
		return call_native(r, at, f->u.method->fn, &f->u.method->self,
			arg, narg, ret);
	case PY_INT:
	case PY_FLOAT:
	case PY_UNKNOWN:
	case PY_OPAQUE:
		if (host && host->call)
			done = host->call(r, at, f, arg, narg, ret);
		if (done)
			return done < 0 ? -1 : 0;
		break;
	default: break;
	}
	if (f->type == PY_UNKNOWN && r == &r->py->build &&
		sets_names(r, at, &f->u.unknown->path) &&
		py_lose_globals(r, at, r->module) < 0)
		return -1;
	if (f->type == PY_UNKNOWN && narg > 0) {
		config = looks_into(f->u.unknown);
		if (config.n > 0)
			return get_unknown(r, at, &config, arg, narg, ret);
	}
	/* What an unknown function returns is not known either. */
	if (f->type == PY_UNKNOWN &&
		py_lose_arguments(r, &f->u.unknown->path, arg, narg) < 0)
		return -1;
	if (f->type == PY_UNKNOWN)
		return py_new_unknown_as(r, at, f->u.unknown->path.s,
			f->u.unknown->path.n, f->u.unknown, ret);
	if (at && at->form == PY_CALL && is_defined(r, f)) {
		*ret = *f;
		return 0;
	}
	return py_raise(
		r, at, "%s is called; expected a function", py_type_name(f));
}

/* *list and **dict as arguments of their own. */
static int unpack(struct py_run *r, const struct py_node *e,
	const struct py_value *v, struct py_arg **arg, size_t *n, size_t *cap)
{
	bool named = e->form == PY_KEYWORD;
	struct py_value all = *v;
	long long more;

	if (named && v->type != PY_DICT && v->type != PY_UNKNOWN)
		return py_raise(r, e, "**%s; expected a dict", py_type_name(v));
	if (!named && py_list_of(r, e, v, PY_LIST, &all) < 0)
		return -1;
	v = &all;
	more = py_count(r, e, v);
	if (more < 0 || py_charge(r, e, (size_t)more) < 0)
		return -1;
	if (more > 0) { /* beside room for what is still to come */
		struct py_arg *bigger;
		*cap += (size_t)more;
		bigger = py_alloc(r, *cap * sizeof(*bigger));
		if (!bigger)
			return -1;
		memcpy(bigger, *arg, *n * sizeof(*bigger));
		*arg = bigger;
	}
	for (size_t i = 0; i < (size_t)more; i++) {
		struct py_arg *a = &(*arg)[(*n)++];
		a->at = e;
		if (!named) {
			if (py_nth(r, v, i, &a->value) < 0)
				return -1;
			continue;
		}
		if (v->u.list->item[2 * i].type != PY_STR)
			return py_raise(r, e, "a key that is not a name");
		a->name = *v->u.list->item[2 * i].u.str;
		a->value = v->u.list->item[2 * i + 1];
	}
	return 0;
}

static bool unpacks(const struct py_node *e)
{
	return e->form == PY_STAR ||
	       (e->form == PY_KEYWORD && e->s.n == 2 && e->s.s[0] == '*');
}

/* Whether what is called does without arguments that have no value. */
static bool is_lenient(struct py_run *r, const struct py_node *e)
{
	const struct py_host *host = r->py->host;
	const struct py_value *v = r->callee->value;

	if (r->diag.class == DIAG_NOMEM)
		return false;
	if (v->type == PY_METHOD && r->module->tolerant &&
		strcmp(v->u.method->fn->params, "**?") == 0)
		return true;
	/* A function of the text's runs with whatever it is given. */
	if ((v->type == PY_FUNCTION || v->type == PY_TYPE) &&
		r == &r->py->build && r->module->tolerant)
		return py_run_error(r).unknown != NULL;
	return (v->type == PY_UNKNOWN && r->module->tolerant) ||
	       (v->type == PY_OPAQUE && host && host->lenient &&
		       host->lenient(r, v, e));
}

/* Whether the host needs E, which failed, which what nobody knows is given. */
static bool is_needed(struct py_run *r, const struct py_node *e)
{
	const struct py_value *v = r->callee->value;

	return r == &r->py->build &&
	       (v->type == PY_UNKNOWN || v->type == PY_FUNCTION ||
		       v->type == PY_TYPE) &&
	       py_run_error(r).unknown && py_is_fatal(r, e);
}

/* The argument E failed: it has no value. */
static int forgive(
	struct py_run *r, const struct py_node *e, struct py_value *ret)
{
	const struct py_module *m = r->module;
	const struct py_unknown *u = py_run_error(r).unknown;
	size_t n = strlen(r->diag.text) + 1;
	char *why = py_alloc(r, n);

	if (!why || r->nstep >= r->step_max)
		return -1;
	/* It has none for want of another value, which can be asked for. */
	if (u && !u->why) {
		r->diag.class = DIAG_NONE;
		*ret = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
		return 0;
	}
	memcpy(why, r->diag.text, n);
	r->diag.class = DIAG_NONE;
	return py_new_unknown_as(r, e, m->text + e->at, e->end - e->at,
		&(struct py_unknown){.why = why, .cause = u}, ret);
}

/* The arguments of the call E into *ARG, which has room for CAP. */
static int eval_arguments(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_arg **arg, size_t *n, size_t cap)
{
	const enum py_type callee = r->callee->value->type;
	struct py_value v;

	for (const struct py_node *kid = e->arg->next; kid; kid = kid->next) {
		bool named = kid->form == PY_KEYWORD;
		const struct py_node *value =
			named || kid->form == PY_STAR ? kid->arg : kid;
		if (py_eval(r, value, f, &v) < 0 &&
			(!is_lenient(r, e) || is_needed(r, value) ||
				forgive(r, value, &v) < 0))
			return -1;
		/* The host is told of what it may hold by the name "**". */
		/* What it leaves out is lacking, and for which reason is known.
		 */
		if (unpacks(kid) && v.type == PY_UNKNOWN &&
			(callee == PY_FUNCTION || callee == PY_TYPE))
			return py_raise_unknown(r, value, &v);
		if (unpacks(kid) && v.type == PY_UNKNOWN && is_lenient(r, e)) {
			if (named && r->callee->value->type == PY_OPAQUE)
				(*arg)[(*n)++] = (struct py_arg){.value = v,
					.at = value,
					.name = kid->s};
			continue;
		}
		if (unpacks(kid)) {
			if (unpack(r, kid, &v, arg, n, &cap) < 0)
				return -1;
			continue;
		}
		(*arg)[(*n)++] = (struct py_arg){.value = v,
			.at = value,
			.name = named ? kid->s : (struct py_str){0}};
	}
	return 0;
}

int py_eval_call(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	struct py_arg few[FEW] = {{.at = NULL}}, *arg = few;
	struct py_value callee;
	struct py_callee here = {.up = r->callee, .value = &callee};
	size_t n = 0, cap = 0;
	int failed;

	for (const struct py_node *kid = e->arg->next; kid; kid = kid->next)
		cap++;
	if (cap > FEW) {
		arg = py_alloc(r, cap * sizeof(*arg));
		if (!arg)
			return -1;
	}
	if (py_eval(r, e->arg, f, &callee) < 0)
		return -1;
	r->callee = &here;
	failed = eval_arguments(r, e, f, &arg, &n, cap);
	r->callee = here.up;
	return failed ? -1 : py_call_value(r, e, &callee, arg, n, ret);
}

bool py_local(const struct py_run *r, const char *name, size_t n,
	struct py_value *ret)
{
	const struct py_calling *c = r->calling;
	const struct py_scope *scope = c ? c->active.def->scope : NULL;

	for (unsigned i = 0; scope && i < scope->n; i++) {
		if (!py_str_is(&scope->name[i].s, name, n))
			continue;
		*ret = c->frame->slot[i];
		return ret->type != PY_UNBOUND;
	}
	return false;
}
