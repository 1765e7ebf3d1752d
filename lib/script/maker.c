/* SPDX-License-Identifier: MIT */
/*
 * Functions of the text and schedules: those that make one, or the rates of all
 * steps at once; and schedules that functions call for a step, as optax and
 * Keras have it: 0.5 * schedule(step).  Each of these is placed once, while the
 * text is built, and only looked at afterwards, by any thread.
 */
#include <math.h>
#include <stdlib.h>

#include "script/script_impl.h"

/* Whether X's library calls what it makes: it drives no optimizer. */
static bool is_callable(const struct call_recipe *x)
{
	const struct py_node *p;

	if (!x->constructor->module || call_is_open(x->constructor) ||
		call_is_optimizer_recipe(x))
		return false;
	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (call_is_optimizer_name(&p->s))
			return false;
	return true;
}

static int place(struct py_run *r, struct call_recipe *x)
{
	struct call_build *b = call_build_of(r);
	const bool placing = b->placing;
	struct call_node *node;
	struct py_value v;

	if (py_new_opaque(r, call_recipe_type, x, &v) < 0)
		return -1;
	b->placing = true;
	node = call_place(r, x->at, &v, &b->place, NULL);
	b->placing = placing;
	x->own = node ? call_take(r, x->at, node) : NULL;
	return x->own ? 0 : -1;
}

/* Places what the text's functions may call; what fails is left out. */
static void place_called(struct call_build *b)
{
	const bool blamed = b->blamed, fatal = b->fatal;

	/* What cannot be placed fails where it is called, if it is. */
	for (struct call_recipe *x = b->made; x; x = x->made_before) {
		if (!x->own && is_callable(x))
			place(py_builder(b->py), x);
		b->blamed = blamed;
		b->fatal = fatal;
	}
}

int script_value_of(struct py_run *r, struct call_recipe *x,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);

	if (narg != 1 || !(is_callable(x) || b->live))
		return 0;
	if (arg[0].value.type == PY_UNKNOWN)
		return py_raise_unknown(r, arg[0].at, &arg[0].value);
	if (!py_is_number(&arg[0].value) || py_number(&arg[0].value) < 0)
		return 0;
	if (!x->own && (r != py_builder(b->py) || place(r, x) < 0))
		return r != py_builder(b->py) ? 0 : -1;
	*ret = py_float(sched_value(x->own, py_number(&arg[0].value)));
	return 1;
}

/* The schedules that E calls are parts of its function. */
static void contain_called(
	const struct call_build *b, const struct py_node *top)
{
	struct py_value v;

	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_CALL && call_peek(b, e->arg, &v) &&
			call_is(&v, call_recipe_type) &&
			is_callable(v.u.opaque->p))
			call_contain(&v);
}

bool script_gives_number(const struct call_build *b, const struct py_value *f)
{
	struct py_value zero = py_int(0), v;
	struct py_run *run = py_nparam(f) == 1 ? py_run_new(b->py) : NULL;
	bool number = run && py_call(run, f, &zero, 1, &v) == 0 &&
		      py_is_number(&v) && v.type != PY_BOOL;

	py_run_free(run);
	return number;
}

void script_contain_called(struct call_build *b)
{
	place_called(b);
	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct py_node *name = py_undecorated(e);
		struct py_value f;

		if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
			name = e->arg->next;
		if ((name->form == PY_DEF || name->form == PY_NAME) &&
			py_peek(b->user, name->s.s, name->s.n, &f) &&
			f.type == PY_FUNCTION && call_counts_by_name(b, &f) &&
			script_gives_number(b, &f))
			contain_called(b, py_def(&f));
	}
}

bool script_is_driving(const struct call_build *b)
{
	return b->driving.type == PY_FUNCTION && call_may_count(b, &b->driving);
}

/* --- what they are given -------------------------------------------------- */

/* What a maker's parameters may be. */
#define NARG 32

/* Whether E is a call of F by its name, or of the class whose __init__ it is.
 */
static bool calls_maker(const struct call_build *b, const struct py_node *e,
	const struct py_value *f, size_t first)
{
	const struct py_node *def = py_def(f);
	struct py_value v;

	if (e->form != PY_CALL || !call_peek(b, e->arg, &v))
		return false;
	return v.type == PY_FUNCTION
		       ? py_def(&v) == def
		       : first > 0 && v.type == PY_TYPE && def->up &&
				 def->up->up && py_class_def(&v) == def->up->up;
}

/* Whether a loop around E gives NAME another value in each round. */
static bool is_in_loop_over(const struct py_node *e, const struct py_str *name)
{
	for (; e; e = e->up)
		if (e->form == PY_FOR && py_mentions(e->arg, name))
			return true;
	return false;
}

/* Whether E, of names of the top level alone, calls nothing. */
static bool is_settled(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_CALL || e->form == PY_LAMBDA ||
			(e->form == PY_NAME &&
				(e->hops != PY_HOPS_GLOBAL ||
					is_in_loop_over(top, &e->s))))
			return false;
	return true;
}

/*
 * What the call E gives P, parameter I of those from FIRST on: its value's
 * node; E itself where it may be in what is unpacked; NULL: nothing.
 */
static const struct py_node *given_to(
	const struct py_node *e, const struct py_node *p, size_t i)
{
	const struct py_node *found = NULL;

	for (const struct py_node *a = e->arg->next; a; a = a->next, i--) {
		if (a->form == PY_KEYWORD && call_same_name(&a->s, &p->s))
			return a->arg;
		if (a->form == PY_STAR ||
			(a->form == PY_KEYWORD && py_is_named(&a->s, "**")))
			found = e;
		else if (a->form != PY_KEYWORD && i == 0 && !found)
			return a;
	}
	return found;
}

/* What the argument X of the call E is for P; UNKNOWN if only that place knows.
 */
static int value_there(struct py_run *r, const struct py_node *e,
	const struct py_node *x, const struct py_node *p, struct py_value *ret)
{
	return x == e || !is_settled(x)
		       ? py_new_unknown(r, p, p->s.s, p->s.n, NULL, ret)
		       : py_eval_of(r, call_build_of(r)->user, x, ret);
}

/*
 * What the first call of F that gives P something gives it: 1, 0 none does, or
 * -1 raised.  Remarks that another gives it another value.
 */
static int given_by_call(struct py_run *r, const struct py_value *f,
	const struct py_node *p, size_t first, size_t i, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *root = py_root(b->user), *def = py_def(f), *x;
	struct py_value more;
	int found = 0;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (!calls_maker(b, e, f, first) ||
			(e->at >= def->at && e->end <= def->end))
			continue;
		x = given_to(e, p, i);
		if (!x)
			continue;
		if (value_there(r, e, x, p, found ? &more : ret) < 0)
			return -1;
		if (found && py_is_number(ret) && py_is_number(&more) &&
			py_number(ret) != py_number(&more) &&
			call_note_otherwise(r, def) < 0)
			return -1;
		found = 1;
	}
	return found;
}

static bool is_known(const struct py_value *v)
{
	return v->type != PY_UNKNOWN && v->type != PY_UNBOUND;
}

/* What a maker is given for its parameter P, I of those from FIRST on. */
static int maker_argument(struct py_run *r, const struct py_value *f,
	const struct py_node *p, size_t first, size_t i, struct py_value *ret)
{
	const struct call_build *b = call_build_of(r);
	struct py_value given;
	int called = given_by_call(r, f, p, first, i, &given);

	if (called <= 0)
		return called < 0 ? -1 : stepper_known_argument(r, f, p, ret);
	if (!py_global(b->user, p->s.s, p->s.n, ret) || !is_known(ret) ||
		(is_known(&given) && !call_is_defined(b, &p->s)))
		*ret = given;
	return 1;
}

/*
 * What F, called to make something, is given for its parameters from FIRST on:
 * those that are known, others UNKNOWN.  Returns how many, or -1 raised.
 */
static long arguments(struct py_run *r, const struct py_value *f, size_t first,
	struct py_arg arg[NARG])
{
	const struct py_node *p;
	size_t n = 0;
	int given;

	for (size_t i = first; (p = py_param(f, i)); i++) {
		if (p->s.n == 0 || p->op == '*' || p->op == 'k')
			continue;
		if (n == NARG)
			return py_raise(r, p, "too many parameters");
		arg[n] = (struct py_arg){.name = p->s, .at = p};
		given = maker_argument(
			r, f, p, first, i - first, &arg[n].value);
		if (given < 0)
			return -1;
		n += given > 0;
	}
	return (long)n;
}

int script_instance(
	struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	struct py_arg arg[NARG];
	struct py_value init;
	int found = py_get(r, v, "__init__", 8, &init);
	long n = 0;

	if (found < 0)
		return -1;
	if (found > 0 && init.type == PY_FUNCTION)
		n = arguments(r, &init, 1, arg);
	return n < 0 ? -1
		     : py_start(r, py_class_def(v), v, arg, (size_t)n, ret);
}

/* --- makers --------------------------------------------------------------- */

static bool returns_function(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e))
		if (e->form == PY_RETURN && e->arg && e->arg->form == PY_LAMBDA)
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

/* Whether E calls a class of the text's whose objects are schedules. */
static bool calls_class(const struct call_build *b, const struct py_node *top)
{
	struct py_value v;

	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *callee =
			e->form == PY_CALL ? e->arg : NULL;

		if (callee && call_peek(b, callee, &v) && v.type == PY_TYPE &&
			stepper_is_class(py_builder(b->py), &v))
			return true;
	}
	return false;
}

/* Whether F, a def, returns a function, or an object that is a schedule. */
static bool makes_function(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);

	if (returns_function(e->arg) || calls_class(b, e->arg))
		return true;
	for (const struct py_node *s = e->arg->arg; s; s = s->next)
		if (s->form == PY_DEF && returns_name(e->arg, &s->s))
			return true;
	return false;
}

/* Makers that call one another are looked through so deep. */
#define MAKERS_DEPTH 3

static bool is_maker(
	const struct call_build *b, const struct py_value *f, unsigned depth)
{
	const struct py_node *e = py_def(f), *x;
	struct py_value v;

	if (!e || e->form != PY_DEF)
		return false;
	if (py_is_named(&e->s, "configure_optimizers") ||
		call_calls_constructor(b->user, e->arg, true) ||
		makes_function(b, f) || script_trains(b, f))
		return true;
	/* What counts steps calls schedules, and makes none. */
	if (call_counts_by_name(b, f))
		return false;
	for (x = e->arg; x && depth < MAKERS_DEPTH; x = py_walk_here(e->arg, x))
		if (call_callee(b, x) && call_callee(b, x) != e &&
			call_peek(b, x->arg, &v) && v.type == PY_FUNCTION &&
			is_maker(b, &v, depth + 1))
			return true;
	return false;
}

bool script_is_maker(const struct call_build *b, const struct py_value *f)
{
	return is_maker(b, f, 0);
}

/* Keeps by parameter the ARG[0..N) that F failed with. */
static void keep_failed(struct call_build *b, const struct py_value *f,
	const struct py_arg *arg, size_t n)
{
	struct py_value *own = calloc(NARG, sizeof(*own));
	const struct py_node *p;
	size_t k = 0;

	b->failed_fn = *f;
	if (!own)
		return;
	for (size_t i = 0; (p = py_param(f, i)) && k < NARG; i++) {
		if (p->s.n == 0)
			continue;
		own[k] = py_default(f, p);
		for (size_t a = 0; a < n; a++)
			if (call_same_name(&arg[a].name, &p->s))
				own[k] = arg[a].value;
		k++;
	}
	free(b->failed_arg);
	b->failed_arg = own;
	b->nfailed_arg = k;
}

/* Calls F, a maker, with the values of its parameters that are known. */
static int make(
	struct py_run *r, const struct py_value *f, struct py_value *ret)
{
	struct py_arg arg[NARG];
	long n = arguments(r, f, 0, arg);

	call_build_of(r)->failed_in = NULL;
	if (n >= 0 && py_start(r, py_def(f), f, arg, (size_t)n, ret) == 0)
		return 0;
	keep_failed(call_build_of(r), f, arg, n < 0 ? 0 : (size_t)n);
	return -1;
}

/* The schedule or function in V, which a maker gave: false if there is none. */
static bool find_schedule(struct py_run *r, const struct py_value *v,
	unsigned depth, struct py_value *ret)
{
	const struct py_list *l = v->u.list;
	bool found = false;

	if (v->type == PY_FUNCTION || stepper_is(r, v) ||
		(call_is(v, call_recipe_type) && !call_optimizer_rate(v))) {
		*ret = *v;
		return true;
	}
	if (depth > 3 || (v->type != PY_LIST && v->type != PY_TUPLE &&
				 v->type != PY_DICT))
		return false;
	for (size_t i = 0; i < l->n; i++)
		found = find_schedule(r, &l->item[i], depth + 1, ret) || found;
	return found;
}

/*
 * Remarks if D, Lightning's, has its scheduler called otherwise than once for
 * each row: 0, or -1.
 */
static int note_called(struct py_run *r, const struct py_list *d)
{
	const struct call_place *p = &call_build_of(r)->place;
	const struct py_value *every = py_dict_find(d, "frequency", 9);
	const struct py_value *unit = py_dict_find(d, "interval", 8);
	bool by_step = unit && unit->type == PY_STR &&
		       py_is_named(unit->u.str, "step");

	if (!py_dict_find(d, "scheduler", 9))
		return 0;
	if (every && py_is_number(every) && py_number(every) > 1 &&
		call_remark(r,
			"the schedule is stepped every %g %ss: rows are its "
			"steps",
			py_number(every), by_step ? "step" : "epoch") < 0)
		return -1;
	return by_step || p->by_epoch || isnan(p->epoch_steps) ||
			       p->epoch_steps == 1
		       ? 0
		       : call_remark(r,
				 "the schedule is stepped once an epoch, and "
				 "rows are its steps; expected %s",
				 call_names_of(r)->by_epoch);
}

/* The same of what V, which a maker gave, has of dicts. */
static int note_calls(
	struct py_run *r, const struct py_value *v, unsigned depth)
{
	const struct py_list *l = v->u.list;

	if (depth > 3 || (v->type != PY_LIST && v->type != PY_TUPLE &&
				 v->type != PY_DICT))
		return 0;
	if (v->type == PY_DICT && note_called(r, l) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (note_calls(r, &l->item[i], depth + 1) < 0)
			return -1;
	return 0;
}

/* Whether F returns MADE by the name that it has there. */
static bool returns_made(
	const struct py_value *f, const struct call_recipe *made)
{
	const struct py_node *s = made->at ? made->at->up : NULL;

	return s && s->form == PY_ASSIGN && s->arg->next->form == PY_NAME &&
	       returns_name(py_def(f)->arg, &s->arg->next->s);
}

/* Whether V steps by itself, or gives rates by the name of its class. */
static bool is_schedule(struct py_run *r, const struct py_value *v)
{
	struct py_value f = *v;

	return stepper_is(r, v) ||
	       (stepper_as_function(r, &f) &&
		       call_is_of_rates(&py_class_def(v)->s) &&
		       !call_is_of_another(&py_class_def(v)->s));
}

/* The last object made after BEFORE that is a schedule, into *V. */
static bool last_object(const struct call_build *b,
	const struct call_object *before, struct py_value *v)
{
	const struct call_object *x = b->object;

	while (x && x != before && !is_schedule(py_builder(b->py), &x->value))
		x = x->before;
	if (!x || x == before)
		return false;
	*v = x->value;
	return true;
}

/* What F, a maker, makes with what is known of its parameters, into *V. */
static int made_by(
	struct call_build *b, const struct py_value *f, struct py_value *v)
{
	struct py_run *r = py_builder(b->py);
	const struct call_object *before = b->object;
	const struct call_recipe *made;
	struct py_value got;
	bool found;

	b->since = b->made;
	if (make(r, f, &got) < 0)
		return -1;
	place_called(b);
	made = script_last_made(b);
	if (got.type == PY_UNKNOWN && !(made && made->drives) &&
		(got.u.unknown->why || (made && returns_made(f, made))))
		return py_raise_unknown(r, py_def(f), &got);
	if (!made || call_is_optimizer_recipe(made)) {
		int looped = script_loop_ret(b, SCRIPT_LOOP_ANY, v);
		if (looped)
			return looped < 0 ? -1 : 0;
	}
	if (made && call_optimizer_rate(&got) &&
		py_is_named(&py_def(f)->s, "configure_optimizers"))
		return py_raise(r, py_def(f),
			"gives the optimizer alone, so that the schedule is "
			"not used; expected it in what is returned");
	found = find_schedule(r, &got, 0, v) ||
		((!made || call_is_optimizer_recipe(made)) &&
			last_object(b, before, v));
	if (note_calls(r, &got, 0) < 0)
		return -1;
	if (!found && script_is_driving(b)) {
		*v = b->driving;
		return 0;
	}
	if (!found && made && script_show(b, made, SCRIPT_MADE_INSIDE, v) < 0)
		return -1;
	if (found && call_is(v, call_recipe_type) &&
		script_show(b, v->u.opaque->p, SCRIPT_RETURNED, v) < 0)
		return -1;
	return made && !call_is(&got, call_recipe_type)
		       ? script_note_others(b, made)
		       : 0;
}

/* Whether E, the body of a function, makes an array or adds to a list. */
static bool makes_array(const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk_here(top, e))
		if (e->form == PY_CALL && e->arg->form == PY_ATTR &&
			py_is_word_of(&e->arg->s,
				"concatenate linspace array arange logspace "
				"geomspace full ones zeros append hstack "
				"extend"))
			return true;
	return false;
}

/* Whether a return in E, of a function, gives what is named for rates. */
static bool gives_rates(const struct py_node *e)
{
	const bool given = e->form == PY_RETURN || e->form == PY_MAKE_TUPLE;

	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return false;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->form == PY_NAME ? given && call_is_of_rates(&kid->s)
					 : gives_rates(kid))
			return true;
	return false;
}

/* Whether F may give the rates of all steps at once: none is its argument. */
static bool may_make_table(
	const struct call_build *b, const struct py_value *f, bool named)
{
	const struct py_node *e = py_def(f), *p;
	bool of_rates = named;

	for (size_t i = 0; (p = py_param(f, i)); i++) {
		if (call_step_rank(&p->s) <= CALL_LIKE_STEP ||
			call_is_step(b, &p->s))
			return false;
		of_rates = of_rates || call_is_of_rates(&p->s);
	}
	return e && e->form == PY_DEF && makes_array(e->arg) &&
	       (call_is_of_rates(&e->s) || of_rates || gives_rates(e->arg));
}

/* Makers that makers give are called so often. */
#define MAKERS_MAX 3

/* Whether V makes a schedule, or, GIVEN by a maker, hands something a rate. */
static bool makes(
	const struct call_build *b, const struct py_value *v, bool given)
{
	const struct py_node *def = v->type == PY_FUNCTION ? py_def(v) : NULL;

	if (!def || script_is_maker(b, v))
		return def != NULL;
	if (!given || def->form != PY_DEF || call_counts_by_name(b, v))
		return false;
	for (const struct py_node *e = def->arg; e;
		e = py_walk_here(def->arg, e))
		if (e->form == PY_CALL && call_gives_rate(e))
			return true;
	return false;
}

int script_make(struct call_build *b, struct py_value *v)
{
	struct py_value maker;

	/* What a maker gives may be one: make_train(config)(rng). */
	for (unsigned n = 0; n < MAKERS_MAX && makes(b, v, n > 0); n++) {
		maker = *v;
		if (made_by(b, &maker, v) < 0)
			return -1;
		if (v->type != PY_FUNCTION || py_def(v) != py_def(&maker))
			continue;
		if (call_may_count(b, v) || may_make_table(b, v, false))
			break;
		keep_failed(b, v, NULL, 0);
		return 0;
	}
	return 1;
}

/* The last return in E of several values, or NULL. */
static const struct py_node *returned_tuple(const struct py_node *top)
{
	const struct py_node *found = NULL;

	for (const struct py_node *e = top; e; e = py_walk_here(top, e))
		if (e->form == PY_RETURN && e->arg &&
			e->arg->form == PY_MAKE_TUPLE)
			found = e->arg;
	return found;
}

/* Of several values V that F gave, the one whose name is of rates, into *V. */
static void choose_of_rates(const struct py_value *f, struct py_value *v)
{
	const struct py_node *e = returned_tuple(py_def(f)->arg);
	const struct py_list *l = v->u.list;

	if (v->type != PY_TUPLE || !e)
		return;
	e = e->arg;
	for (size_t i = 0; i < l->n && e; i++, e = e->next)
		if (e->form == PY_NAME && call_is_of_rates(&e->s) &&
			!call_is_of_another(&e->s)) {
			*v = l->item[i];
			return;
		}
}

int script_make_table(struct py_run *r, struct py_value *f, bool named)
{
	struct py_value got;

	if (!may_make_table(call_build_of(r), f, named))
		return 0;
	if (make(r, f, &got) < 0)
		return -1;
	choose_of_rates(f, &got);
	if (got.type == PY_UNKNOWN)
		return py_raise_unknown(r, NULL, &got);
	if (call_is_table(&got))
		*f = got;
	return 0;
}

/* --- which of several ----------------------------------------------------- */

/* Whether F, by what it does, makes a schedule. */
static bool makes_schedule(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *def = py_def(f);

	return def->form == PY_DEF &&
	       (makes_function(b, f) ||
		       call_calls_constructor(b->user, def->arg, false));
}

/* Whether F counts two things: the epoch, and the batch in it. */
static bool counts_twice(const struct py_value *f)
{
	const struct py_node *p;
	int n = 0;

	for (size_t i = 0; (p = py_param(f, i)); i++)
		n += !p->arg && call_step_rank(&p->s) <= CALL_LIKE_STEP;
	return n > 1;
}

int script_rank(const struct call_build *b, const struct py_value *f,
	const struct py_str *name)
{
	const bool of_rates =
		call_is_of_rates(name) && !call_is_of_another(name);
	const bool makes = makes_schedule(b, f);
	const bool counts = call_may_count(b, f);

	if (py_is_named(name, "configure_optimizers") && makes)
		return SCRIPT_MEANT;
	if (of_rates && counts && counts_twice(f))
		return SCRIPT_TWICE;
	if (of_rates)
		return counts || makes || may_make_table(b, f, true)
			       ? SCRIPT_MEANT
			       : SCRIPT_NAMED;
	if (makes || script_trains(b, f))
		return SCRIPT_MAKES;
	return counts ? SCRIPT_COUNTS : SCRIPT_ANY;
}
