/* SPDX-License-Identifier: MIT */
/*
 * Python as it stands in a training script.  What is not understood is read
 * over; the schedule is the last one made that is no part of another, else the
 * last function of the step: a def, a lambda, an expression.
 */
#include "call/call_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sched/sched.h"

/* --- the text ------------------------------------------------------------- */

/* Prompts, and the key of an entry of a dict, become blanks: places stay. */
static void blank_out(char *s, size_t n)
{
	size_t i = strspn(s, " \t\r\n");
	char quote = s[i];

	if (quote == '"' || quote == '\'') {
		char *end = memchr(s + i + 1, quote, n - i - 1);
		size_t after = end ? (size_t)(end + 1 - s) : n;
		after += strspn(s + after, " \t");
		if (s[after] == ':')
			memset(s + i, ' ', after + 1 - i);
	}
	for (i = 0; i < n; i += strcspn(s + i, "\n") + 1)
		if (strncmp(s + i, ">>> ", 4) == 0 ||
			strncmp(s + i, "... ", 4) == 0)
			memset(s + i, ' ', 4);
}

/* --- what is made --------------------------------------------------------- */

/* Whether E calls a constructor. */
static bool calls_constructor(
	const struct py_module *m, const struct py_node *e)
{
	const struct py_node *callee = e->form == PY_CALL ? e->arg : NULL;
	size_t n;
	const char *text = py_text(m, &n);

	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return false;
	if (callee && (callee->form == PY_NAME || callee->form == PY_ATTR) &&
		call_def_find(text + callee->at, callee->end - callee->at))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (calls_constructor(m, kid))
			return true;
	return false;
}

int call_failed(struct py_run *r, const struct py_node *s)
{
	struct call_build *b = call_build_of(r);

	/* A schedule that is not made, or one in what nobody knows. */
	if (!b->fatal &&
		!(call_is_users(b, py_running(r)) &&
			calls_constructor(b->user, s)) &&
		call_failed_change(r, s) == 0)
		return 0;
	b->failed = s;
	return -1;
}

/*
 * The last schedule that is no part of another; an optimizer, which is one of
 * its own rate, where there is nothing else; NULL: none.
 */
static const struct call_recipe *last_made(const struct call_build *b)
{
	const struct call_recipe *x = b->made, *optimizer = NULL;

	for (; x; x = x->made_before) {
		if (x->contained)
			continue;
		if (!call_is_optimizer_recipe(x))
			return x;
		optimizer = optimizer ? optimizer : x;
	}
	return optimizer;
}

/* The value of the dotted NAME in B's module; false if it has none. */
static bool named(
	const struct call_build *b, const char *name, struct py_value *ret)
{
	size_t n = strcspn(name, ".");

	if (!py_global(b->user, name, n, ret))
		return false;
	while (name[n] == '.') {
		struct py_value of = *ret;

		name += n + 1;
		n = strcspn(name, ".");
		if (py_get(py_builder(b->py), &of, name, n, ret) <= 0)
			return false;
	}
	return true;
}

/* --- what makes schedules --------------------------------------------------
 */

static bool returns_function(const struct py_node *e)
{
	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return false;
	if (e->form == PY_RETURN && e->arg)
		return e->arg->form == PY_LAMBDA;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (returns_function(kid))
			return true;
	return false;
}

static bool returns_name(const struct py_node *e, const struct py_str *s)
{
	if (e->form == PY_DEF || e->form == PY_CLASS)
		return false;
	if (e->form == PY_RETURN && e->arg && e->arg->form == PY_NAME)
		return call_same_name(&e->arg->s, s);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (returns_name(kid, s))
			return true;
	return false;
}

/* Whether F makes a schedule or a function: its parameters count no steps. */
static bool is_maker(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);

	if (!e || e->form != PY_DEF)
		return false;
	if (calls_constructor(b->user, e->arg) || returns_function(e->arg))
		return true;
	for (const struct py_node *s = e->arg->arg; s; s = s->next)
		if (s->form == PY_DEF && returns_name(e->arg, &s->s))
			return true;
	return false;
}

/* What a maker is given for its parameter P. */
static int maker_argument(
	struct py_run *r, const struct py_node *p, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);

	if (py_global(b->user, p->s.s, p->s.n, ret) &&
		ret->type != PY_UNKNOWN && ret->type != PY_UNBOUND)
		return 1;
	if (p->arg)
		return 0;
	if (p->s.n == 4 && memcmp(p->s.s, "self", 4) == 0)
		return py_new_list(r, PY_NAMESPACE, 4, ret) < 0 ? -1 : 1;
	return py_new_unknown(r, p, p->s.s, p->s.n, NULL, ret) < 0 ? -1 : 1;
}

long call_maker_arguments(struct py_run *r, const struct py_value *f,
	size_t first, struct py_arg arg[CALL_MAKER_NARG])
{
	const struct py_node *p;
	size_t n = 0;
	int given;

	for (size_t i = first; (p = py_param(f, i)); i++) {
		if (p->s.n == 0 || p->op == '*' || p->op == 'k')
			continue;
		if (n == CALL_MAKER_NARG)
			return py_raise(r, p, "too many parameters");
		arg[n] = (struct py_arg){.name = p->s, .at = p};
		given = maker_argument(r, p, &arg[n].value);
		if (given < 0)
			return -1;
		n += given > 0;
	}
	return (long)n;
}

/* Calls F, a maker, with the values of its parameters that are known. */
static int make(
	struct py_run *r, const struct py_value *f, struct py_value *ret)
{
	struct py_arg arg[CALL_MAKER_NARG];
	long n = call_maker_arguments(r, f, 0, arg);

	return n < 0 ? -1 : py_invoke(r, py_def(f), f, arg, (size_t)n, ret);
}

/* The schedule or function in V, which a maker gave: false if there is none. */
static bool find_schedule(
	const struct py_value *v, unsigned depth, struct py_value *ret)
{
	const struct py_list *l = v->u.list;
	bool found = false;

	if (v->type == PY_FUNCTION ||
		(call_is(v, call_recipe_type) && !call_optimizer_rate(v))) {
		*ret = *v;
		return true;
	}
	if (depth > 3 || (v->type != PY_LIST && v->type != PY_TUPLE &&
				 v->type != PY_DICT))
		return false;
	for (size_t i = 0; i < l->n; i++)
		found = find_schedule(&l->item[i], depth + 1, ret) || found;
	return found;
}

/* --- functions of the step ------------------------------------------------ */

static bool gives_value(const struct py_node *e)
{
	if (e->form == PY_RETURN)
		return e->arg != NULL;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (gives_value(kid))
			return true;
	return false;
}

static bool uses(const struct py_node *e, const struct py_str *name)
{
	if (e->form == PY_NAME && call_same_name(&e->s, name))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (uses(kid, name))
			return true;
	return false;
}

/*
 * The def or lambda of B's module that is meant: of those named for rates, of
 * these those with a step, the last; or one behind it that is made of it.
 * False: none.
 */
static bool last_function(const struct call_build *b, struct py_value *ret)
{
	const struct py_node *e, *name;
	const struct py_str *chosen = NULL;
	int best = -1;

	for (e = py_root(b->user)->arg; e; e = e->next) {
		struct py_value v;
		bool counts, of_rates;
		int rank;

		name = e->form == PY_DEF ? e : NULL;
		if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
			name = e->arg->next;
		if (!name || !py_peek(b->user, name->s.s, name->s.n, &v))
			continue;
		call_as_function(py_builder(b->py), &v);
		if (v.type != PY_FUNCTION)
			continue;
		counts = call_may_count(b, &v);
		of_rates = call_is_of_rates(&name->s);
		rank = 2 * of_rates + counts;
		/* A training loop that calls it is not made of it. */
		if (chosen && rank < best && uses(e, chosen) &&
			(e->form == PY_DEF ? of_rates && gives_value(e)
					   : counts))
			rank = best;
		if (rank < best)
			continue;
		*ret = v;
		chosen = &name->s;
		best = rank;
	}
	return chosen != NULL;
}

/*
 * Raises if another name than that of MADE has a schedule that is no part of
 * one: nothing says which of them is meant.  Optimizers are no schedules here.
 */
static int only_one(const struct call_build *b, const struct call_recipe *made)
{
	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct call_recipe *x;
		struct py_value v;

		if (e->form != PY_ASSIGN || e->arg->next->form != PY_NAME ||
			!py_peek(b->user, e->arg->next->s.s, e->arg->next->s.n,
				&v) ||
			v.type != PY_OPAQUE ||
			v.u.opaque->type != call_recipe_type)
			continue;
		x = v.u.opaque->p;
		if (x != made && !x->contained && isnan(call_optimizer_lr(&v)))
			return py_raise(py_builder(b->py), e,
				"'%.*s' is a schedule beside the last one; "
				"expected one, or @FILE:NAME, or where both "
				"are stepped ChainedScheduler([a, b]), one "
				"after the other SequentialLR",
				(int)e->arg->next->s.n, e->arg->next->s.s);
	}
	return 0;
}

/* Whether B's module is one statement, whose value may be a constant rate. */
static bool is_alone(const struct call_build *b)
{
	const struct py_node *e = py_root(b->user)->arg;

	return e && !e->next;
}

/*
 * *V, or what the script gives its names, as a configuration, into *V: 1, 0 if
 * they are none, or -1.  A function of the step comes before what might be one.
 */
static int configured(struct call_build *b, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	struct py_value function;
	int found = call_config_of(r, v, false, v);

	if (found == 0)
		found = call_config_of_names(b, true, v);
	if (found == 0 && !last_function(b, &function))
		found = call_config_of_names(b, false, v);
	return found;
}

/* The last name of rates that has numbers one after the other; false: none. */
static bool last_table(const struct call_build *b, struct py_value *ret)
{
	bool found = false;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = e->arg ? e->arg->next : NULL;
		struct py_value v;

		if (e->form != PY_ASSIGN || !name || name->form != PY_NAME ||
			!call_is_of_rates(&name->s) ||
			!py_peek(b->user, name->s.s, name->s.n, &v) ||
			!call_is_table(&v))
			continue;
		*ret = v;
		found = true;
	}
	return found;
}

/* Whether V makes a schedule by a method: Lightning's; *RET is it. */
static bool has_maker(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	return py_get(r, v, "configure_optimizers", 20, ret) > 0 &&
	       ret->type == PY_FUNCTION;
}

/* The last object or class of the text's that is a schedule: 1, 0 or -1. */
static int last_object(struct call_build *b, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct py_value found = {.type = PY_UNBOUND}, class = found, v, f;

	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = e->form == PY_ASSIGN ? e->arg->next
					     : e->form == PY_CLASS ? e
								   : NULL;
		if (!name || (name->form != PY_NAME && name != e) ||
			!py_peek(b->user, name->s.s, name->s.n, &v))
			continue;
		f = v;
		if (v.type == PY_TYPE)
			class = v;
		else if (call_is_stepped(r, &v) || call_as_function(r, &f) ||
			 (v.type == PY_NAMESPACE && has_maker(r, &v, &f)))
			found = v;
	}
	if (found.type == PY_UNBOUND && class.type == PY_TYPE &&
		call_instance(r, &class, &found) < 0)
		return -1;
	f = found;
	if (found.type != PY_NAMESPACE)
		return 0;
	if (has_maker(r, &found, ret))
		return 1;
	if (!call_is_stepped(r, &found) && !call_as_function(r, &f))
		return 0;
	*ret = f;
	return 1;
}

/* Raises for a text that makes no schedule: what might be one is named. */
static int no_schedule(const struct call_build *b)
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
		if (call_is_of_rates(&callee->s) ||
			call_has_part(&callee->s, "Sched"))
			return call_raise_no_constructor(r, callee, path);
	}
	return py_raise(r, NULL,
		"no schedule is made here; expected the call of a scheduler, "
		"or a function of the step");
}

/*
 * What the script means into *V: NAME's value, or what it makes, or its
 * configuration, or its function.  Returns 0, or -1 raised.
 */
static int mean(struct call_build *b, const char *name, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made = last_made(b);
	struct py_value f;
	int found;

	if (name && !named(b, name, v))
		return py_raise(r, NULL,
			"'%s' is not there; expected a name of the script's",
			name);
	if (name && py_is_number(v))
		return py_raise(r, NULL,
			"'%s' is a number; expected a function or a schedule",
			name);
	if (name)
		return 0;
	if (made && call_is_constant_optimizer(made)) {
		found = last_object(b, v);
		if (found)
			return found < 0 ? -1 : 0;
	}
	if (made)
		return only_one(b, made) < 0
			       ? -1
			       : py_new_opaque(r, call_recipe_type,
					 (void *)(uintptr_t)made, v);
	if (v->type == PY_FUNCTION)
		return 0;
	found = configured(b, v);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (py_is_number(v) && is_alone(b))
		return 0;
	if (last_function(b, &f) && call_is_of_rates(&py_def(&f)->s))
		found = 0;
	else
		found = last_object(b, v);
	if (found)
		return found < 0 ? -1 : 0;
	return last_function(b, v) || last_table(b, v) ? 0 : no_schedule(b);
}

/* What is a function or steps itself begins with its optimizer's rate. */
static void use_rate(struct call_build *b)
{
	const struct py_value *rate = b->optimizer_rate;

	if (b->base_given || !rate)
		return;
	if (py_is_number(rate) && py_number(rate) > 0)
		b->place.base = py_number(rate);
	else if (rate->type == PY_UNKNOWN)
		b->base_unknown = rate->u.unknown;
}

/* The text of the call that made X, for NODE; none if it has another name. */
static int keep_call(const struct call_build *b, struct call_node *node,
	const struct call_recipe *x)
{
	struct py_str name = py_def(&x->constructor->def)->s;
	size_t len = strlen(b->text), at = x->at ? x->at->at : len, open;

	open = at < len ? at + strcspn(b->text + at, "(") : len;
	if (open >= len || x->at->end > len || open < at + name.n ||
		memcmp(b->text + open - name.n, name.s, name.n) != 0)
		return 0;
	return call_keep_text(node, b->text + at, x->at->end - at);
}

/* "f(step) if CONDITION else rate" in E whose condition is false, or NULL. */
static const struct py_node *not_called(const struct call_build *b,
	const struct py_node *e, const struct py_str *f)
{
	const struct py_node *condition = e->arg, *found = NULL;
	const struct py_node *call =
		e->form == PY_IF_ELSE ? condition->next : NULL;
	struct py_value v;

	if (call && call->form == PY_CALL && call->arg->form == PY_NAME &&
		call_same_name(&call->arg->s, f) &&
		condition->form == PY_NAME &&
		py_global(b->user, condition->s.s, condition->s.n, &v) &&
		v.type != PY_UNKNOWN && v.type != PY_OPAQUE && !py_true(&v))
		return e;
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		found = not_called(b, kid, f);
	return found;
}

/* F as the rate, unless the text says that it is not called. */
static struct call_node *rate_of(
	const struct call_build *b, const struct py_value *f)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *def = py_def(f), *e = NULL;

	if (def->form == PY_DEF && py_module_of(f) == b->user)
		e = not_called(b, py_root(b->user), &def->s);
	if (!e)
		return call_rate(r, f);
	py_raise(r, e,
		"%.*s() is not called, as '%.*s' is false: the rate is the "
		"other one; expected -D %.*s=True",
		(int)def->s.n, def->s.s, (int)e->arg->s.n, e->arg->s.s,
		(int)e->arg->s.n, e->arg->s.s);
	return NULL;
}

/* The schedule of B's module, which has run with the value V. */
static struct call_node *choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made;
	struct py_value value = *v, got;
	struct call_node *node;

	if (mean(b, name, &value) < 0)
		return NULL;
	use_rate(b);
	call_as_function(r, &value);
	if (is_maker(b, &value)) {
		struct py_value maker = value;
		if (make(r, &maker, &got) < 0) {
			b->failed_fn = maker;
			return NULL;
		}
		made = last_made(b);
		if (!find_schedule(&got, 0, &value) && made &&
			py_new_opaque(r, call_recipe_type,
				(void *)(uintptr_t)made, &value) < 0)
			return NULL;
	}
	call_as_function(r, &value);
	if (value.type == PY_FUNCTION)
		return rate_of(b, &value);
	if (call_is_table(&value))
		return call_table(r, &value);
	made = call_is(&value, call_recipe_type) ? value.u.opaque->p : NULL;
	node = call_place(r, made ? made->at : py_root(b->user), &value,
		&b->place, columns);
	if (node && made && !*columns && keep_call(b, node, made) < 0) {
		py_raise_nomem(r, made->at->end - made->at->at);
		return NULL;
	}
	return node;
}

/* --- reading -------------------------------------------------------------- */

struct reading {
	const struct call_script *script;
	struct sched_call call;
	size_t where;
	bool rate_lacks; /* the base should be a rate that has no value */
	bool again;      /* only to find out what else has no value */
};

/* __name__ is "__main__": what a script does when it is run, it does here. */
static int define_name(struct call_build *b)
{
	struct py_value v;

	return py_new_str(py_builder(b->py), "__main__", 8, &v) < 0 ||
			       py_define(b->user, "__name__", 8, v) < 0
		       ? -1
		       : 0;
}

/* The user's text as a module; what is no Python has an empty one. */
static int parse(struct call_build *b, struct reading *x, struct diag *d)
{
	if (x->script->language == CALL_DICT)
		return py_parse_expr(
			b->py, b->text, x->script->n, &b->user, &x->where, d);
	if (x->script->language > CALL_DICT)
		return py_parse(b->py, "", 0, true, &b->user, &x->where, d);
	blank_out(b->text, x->script->n);
	return py_parse(
		b->py, b->text, x->script->n, true, &b->user, &x->where, d);
}

/* The first statement of E whose lines have lost their indentation; or NULL. */
static const struct py_node *unindented(const struct py_node *e)
{
	static const struct py_str said = {14, "indented block"};

	for (; e; e = e->next) {
		const struct py_node *inner = NULL;
		if (e->form == PY_BAD && e->value.type == PY_STR &&
			call_has_part(e->value.u.str, said.s))
			return e;
		if (e->form == PY_BLOCK || e->form == PY_IF ||
			e->form == PY_FOR || e->form == PY_DEF ||
			e->form == PY_CLASS)
			inner = unindented(e->arg);
		if (inner)
			return inner;
	}
	return NULL;
}

/* Raises where a text pasted from a web page is no Python any more. */
static int check_indentation(const struct call_build *b)
{
	const struct py_node *e = unindented(py_root(b->user));

	return e ? py_raise(py_builder(b->py), e,
			   "an indented block is expected here; what was "
			   "copied from a web page may have lost its "
			   "indentation: expected it as in the original")
		 : 0;
}

/* What stands for the trainer whose configuration B's text is, into NAME. */
static int name_trainer(
	const struct call_build *b, struct buf *name, struct diag *d)
{
	struct py_str s = call_name_of(b->trainer);

	name->len = 0;
	return buf_add(name, s.s, s.n) ? diag_nomem(d, s.n) : 0;
}

static int take_assigned(struct call_build *b, struct diag *d)
{
	return call_take_assigned(b) < 0 ? diag_nomem(d, sizeof(*b)) : 0;
}

/* The text, or a function around it where its step is a free name. */
static int read_once(struct reading *x, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct call_build *b = call_build_new(
		x->script->text, x->script->n, env, env->base, d);
	struct call_columns *columns = NULL;
	struct py_value v = py_none();
	struct call_node *node = NULL;
	struct py_run *r;
	int done = -1;

	if (!b)
		return -1;
	sched_call_free(&x->call);
	r = py_builder(b->py);
	if (parse(b, x, d) == 0 && define_name(b) == 0 &&
		call_define_all(b, env, d) == 0 && take_assigned(b, d) == 0) {
		if (check_indentation(b) < 0 || py_exec(r, b->user, &v) < 0)
			node = NULL;
		else if (x->script->language <= CALL_DICT)
			node = choose(b, x->script->name, &v, &columns);
		else if (call_read_config(b, x->script, &v) == 0)
			node = call_place(
				r, py_root(b->user), &v, &b->place, &columns);
		if (node) {
			call_note_asked(b, env);
			done = call_columns_ret(&x->call, node, columns, d);
			if (done == 0 && b->trainer)
				done = name_trainer(b, &x->call.name, d);
		} else {
			x->where = call_error_place(b, r);
			*d = *py_run_error(r).diag;
			call_note_missing(b, m);
		}
	}
	x->rate_lacks = done == 0 && b->base_unknown;
	if (x->rate_lacks)
		call_add_missing(b, m, b->base_unknown);
	call_free_nodes(b);
	call_release(b);
	return done;
}

/* Whether A and B, built with two bases, differ; of each column in A. */
static bool compare_bases(struct sched_call *a, const struct sched_call *b)
{
	bool any = false;

	for (size_t i = 0; i < a->n && i < b->n; i++) {
		struct sched_call_column *c = &a->column[i];
		c->uses_base =
			call_differ(c->node, b->column[i].node, c->node->len);
		any = any || c->uses_base;
	}
	return any;
}

/* The same; a rate without a value is missing where it makes a difference. */
static int read_rated(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct reading *x = ctx, other = {.script = x->script};
	struct call_missing rate = {0}, ignored = {0};
	struct sched_env twice = *env;
	size_t where = x->where;
	int done = read_once(x, env, &rate, d);

	twice.base *= 2;
	twice.numbers = NULL;
	if (done == 0 && x->rate_lacks &&
		read_once(&other, &twice, &ignored, d) == 0 &&
		compare_bases(&x->call, &other.call)) {
		done = diag_set(d, DIAG_USAGE,
			"the optimizer's rate has no value; expected -l LR");
		x->where = rate.n ? rate.name[0].at : 0;
	}
	for (size_t i = 0; i < rate.n && done < 0; i++)
		call_move_missing(m, &rate, i);
	if (x->again) {
		x->where = where;
		sched_call_free(&x->call);
	}
	x->again = true;
	sched_call_free(&other.call);
	call_missing_free(&rate);
	call_missing_free(&ignored);
	return done;
}

/*
 * "lambda STEP: EXPR" of "EXPR", "x = EXPR" or "return EXPR"; or nothing.  *BY
 * is how much later EXPR begins in it.
 */
static int as_lambda(const struct call_script *s, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s->text, s->n), *p = s->text, *eq;
	const char *end = p + s->n;

	if (s->language != CALL_PYTHON || !step || memchr(p, '\n', s->n) ||
		strstr(p, "lambda") || strstr(p, "def "))
		return 0;
	eq = strstr(p, " = ");
	if (eq && eq < end)
		p = eq + 3;
	else if (strncmp(p, "return ", 7) == 0)
		p += 7;
	if (buf_printf(b, "_rate = lambda %s: (", step))
		return -1;
	*by = b->len - (size_t)(p - s->text);
	return buf_add(b, p, (size_t)(end - p)) || buf_addc(b, ')');
}

/* WHERE of offset AT in TEXT: its line; the place goes to D. */
static void set_where(struct sched_where *where, const struct call_script *s,
	size_t at, struct diag *d)
{
	size_t begin, line = 1, column = 1;

	at = at < s->n ? at : s->n;
	for (begin = at; begin > 0 && s->text[begin - 1] != '\n';)
		begin--;
	for (size_t i = 0; i < begin; i++)
		line += s->text[i] == '\n';
	for (size_t i = begin; i < at; i++)
		column += ((unsigned char)s->text[i] & 0xc0) != 0x80;
	*where = (struct sched_where){.text = s->text + begin,
		.len = strcspn(s->text + begin, "\r\n"),
		.offset = at - begin};
	d->place[0] = '\0';
	diag_at(d, "%zu:%zu", line, column);
}

/* The columns of CALL, and its name, into *T. */
static int to_table(
	struct sched_table *t, struct sched_call *call, struct diag *d)
{
	t->column = calloc(call->n + 1, sizeof(*t->column));
	if (!t->column)
		return diag_nomem(d, call->n * sizeof(*t->column));
	for (; t->n < call->n; t->n++) {
		struct sched_call_column *c = &call->column[t->n];
		double len = c->node->len;

		t->column[t->n] = (struct sched_column){.name = c->name,
			.node = c->node,
			.uses_base = c->uses_base};
		c->name = NULL;
		c->node = NULL;
		if (isfinite(len) && (isinf(t->len) || len > t->len))
			t->len = len;
		if (!isnan(c->past_end) &&
			(!t->past_error || c->past_end < t->past_end)) {
			t->past_error = 1;
			t->past_end = c->past_end;
		}
	}
	t->calls = call->name;
	call->name = (struct buf){NULL, 0, 0};
	return 0;
}

int call_read(struct sched_table *t, const struct call_script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct reading x = {.script = s}, other = {.script = s};
	struct sched_env twice = *env;
	struct call_missing ignored = {0};
	struct buf text = {0};
	struct call_script wrapped;
	struct diag first;
	size_t by = 0;
	int done;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	done = call_retry(read_rated, &x, env, s->text, s->n, &x.where, d);
	first = *d;
	if (done < 0 && d->class == DIAG_USAGE &&
		as_lambda(s, &text, &by) == 0 && text.len > 0 &&
		buf_terminate(&text) == 0) {
		wrapped = (struct call_script){.language = CALL_PYTHON,
			.text = text.data,
			.n = text.len};
		x = (struct reading){.script = &wrapped};
		other.script = &wrapped;
		done = call_retry(read_rated, &x, env, wrapped.text, wrapped.n,
			&x.where, d);
		x.where = x.where > by ? x.where - by : 0;
		if (done < 0 && !strstr(d->text, "no value for"))
			*d = first;
	}
	if (done < 0 && d->class == DIAG_USAGE)
		set_where(where, s, x.where, d);
	twice.base *= 2;
	twice.numbers = NULL;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < x.call.n; i++)
			x.call.column[i].uses_base = true;
	else if (done == 0 &&
		 read_once(&other, &twice, &ignored, &first) == 0) {
		compare_bases(&x.call, &other.call);
	} else if (done == 0 && first.class == DIAG_NOMEM) {
		*d = first;
		done = -1;
	}
	if (done == 0)
		done = to_table(t, &x.call, d);
	sched_call_free(&x.call);
	sched_call_free(&other.call);
	call_missing_free(&ignored);
	buf_free(&text);
	if (done < 0)
		sched_table_free(t);
	return done;
}
