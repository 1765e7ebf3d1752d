/* SPDX-License-Identifier: MIT */
/*
 * Statements at work: loops, exceptions, and the blocks that are read over
 * where one of them fails.
 */
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* --- statements ----------------------------------------------------------- */

/*
 * What is not known and only decides whether S shows something, or calls what
 * nobody knows for its own sake: the error is forgotten.
 */
static bool forgive(struct py_run *r, const struct py_node *s,
	const struct py_state *before)
{
	if (!r->error.unknown ||
		!(py_is_idle(s) || (r->module->tolerant && py_is_aside(s))))
		return false;
	py_forget(r, before);
	return true;
}

/*
 * E, a condition, is not known: what it is in a run that goes on, as a script's
 * that is shown does; or -1.
 */
static int presume(struct py_run *r, const struct py_node *e,
	const struct py_state *before)
{
	int yes = r->error.unknown && r->module->tolerant && r->trying == 0
			  ? py_goes_on(e)
			  : -1;

	if (yes >= 0)
		py_forget(r, before);
	return yes;
}

static int exec_if(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_state before = py_state_of(r);
	const struct py_node *e = s->arg, *no;
	int yes;

	for (; e && e->form != PY_BLOCK; e = e->next->next) {
		yes = py_eval_condition(r, e, f);
		if (yes < 0)
			yes = presume(r, e, &before);
		if (yes < 0)
			return forgive(r, s, &before) ? GO_ON : -1;
		if (yes)
			break;
	}
	if (e && r == &r->py->build) {
		for (no = s->arg; no != e; no = no->next->next)
			py_given_initial(f->module, no, false,
				e->form == PY_BLOCK ? e : e->next);
		if (e->form != PY_BLOCK)
			py_given_initial(f->module, e, true, e->next);
	}
	if (e && e->form != PY_BLOCK)
		e = e->next;
	return e ? py_exec_stmt(r, e, f, ret) : GO_ON;
}

/* Whether S may leave what is around it; LOOP: its own loop takes breaks. */
static bool leaves(const struct py_node *s, bool loop)
{
	switch (s->form) {
	case PY_RETURN: return true;
	case PY_BREAK:
	case PY_CONTINUE: return !loop;
	case PY_FOR:
	case PY_WHILE: loop = true; break;
	case PY_IF:
	case PY_TRY:
	case PY_EXCEPT:
	case PY_BLOCK: break;
	default: return false;
	}
	for (const struct py_node *kid = s->arg; kid; kid = kid->next)
		if (leaves(kid, loop))
			return true;
	return false;
}

/* A loop that the host skips may end by a return, as trainings do. */
static bool is_loop(const struct py_node *s)
{
	return s->form == PY_FOR || s->form == PY_WHILE;
}

/*
 * Whether what is around S, which failed, goes on behind it: in a text, where
 * the host says so.
 */
static bool is_skipped(struct py_run *r, const struct py_node *s,
	struct py_frame *f, const struct py_state *before)
{
	const struct py_host *host = r->py->host;

	if (r != &r->py->build || !r->module->tolerant || !host ||
		!host->skips || (!is_loop(s) && leaves(s, false)) ||
		!host->skips(r, s))
		return false;
	py_go_back(r, before);
	return py_lose(r, s, f) == 0;
}

/* What the host says of loop S; 0 where it is not asked. */
static int follow(struct py_run *r, const struct py_node *s, enum py_round when)
{
	const struct py_host *host = r->py->host;

	return host && host->follow && r->module->tolerant && r == &r->py->build
		       ? host->follow(r, s, when)
		       : 0;
}

/* Runs BODY, a round of S, which is FOLLOWED: an enum flow, or -1. */
static int exec_round(struct py_run *r, const struct py_node *s,
	const struct py_node *body, struct py_frame *f, bool followed,
	struct py_value *ret)
{
	int flow = py_exec_stmt(r, body, f, ret), more;

	if (flow < 0 || flow == RETURNED || !followed)
		return flow;
	more = follow(
		r, s, flow == LOOP_ENDS ? PY_ROUND_BROKEN : PY_ROUND_ENDS);
	return more < 0 ? -1 : more == 0 ? LOOP_ENDS : flow;
}

/*
 * How many of the run's operations, PY_BUILD_STEPS in all, loops of a text may
 * take, so that what follows has its part.
 */
enum {
	/* Such a loop is long: the host is asked whether to read over it. */
	LONG_STEPS = PY_BUILD_STEPS / 100,
	/* ... a for only then, as what it goes over has an end. */
	FOR_STEPS = PY_BUILD_STEPS / 10,
	/* A while is read over as what fails, unless it is followed. */
	MOST_STEPS = PY_BUILD_STEPS / 4,
	/* So many are gone: rounds that are followed are to come to an end. */
	LATE_STEPS = PY_BUILD_STEPS / 2,
	/* ... and what loops in each of them may take from then on. */
	INNER_STEPS = PY_BUILD_STEPS / 10000,
};

_Static_assert(0 < INNER_STEPS && INNER_STEPS < LONG_STEPS &&
		       LONG_STEPS < FOR_STEPS && FOR_STEPS < MOST_STEPS &&
		       MOST_STEPS < LATE_STEPS && LATE_STEPS < PY_BUILD_STEPS,
	"a loop is asked for before it is left, and leaves some to others");
_Static_assert(MOST_STEPS % LONG_STEPS == 0, "asked again as it is left");

/* Whether half of what there is of operations or of memory is gone. */
static bool is_late(const struct py_run *r)
{
	return r->nstep > LATE_STEPS || r->nbyte > PY_NBYTES_MAX / 2;
}

/* What a loop in a round may take then; where memory is short, less. */
static size_t inner_steps(const struct py_run *r)
{
	return r->nbyte > PY_NBYTES_MAX / 2 ? INNER_STEPS / 10 : INNER_STEPS;
}

/* A loop that runs. */
struct loop {
	const struct py_node *s;
	struct py_frame *frame;
	bool followed;
	struct py_state before;
	size_t begun; /* operations of the run */
	size_t ask;   /* from then on it is long; again, each LONG_STEPS */
};

static struct loop begin_loop(const struct py_run *r, const struct py_node *s,
	struct py_frame *f, bool followed)
{
	return (struct loop){.s = s,
		.frame = f,
		.followed = followed,
		.before = py_state_of(r),
		.begun = r->nstep,
		.ask = r->nstep + (s->form == PY_FOR && !followed
						  ? FOR_STEPS
						  : LONG_STEPS)};
}

/*
 * Loop X takes long: it waits for what is not followed, or what it sets is said
 * elsewhere.  Returns GO_ON where it is read over, LOOP_GOES_ON where it is
 * not, or -1.
 */
static int leave_long(struct py_run *r, struct loop *x)
{
	x->ask = x->followed ? SIZE_MAX : x->ask + LONG_STEPS;
	py_raise(r, x->s, "takes more than %d operations", LONG_STEPS);
	if (is_skipped(r, x->s, x->frame, &x->before)) {
		r->nstep = x->begun;
		return GO_ON;
	}
	/* ... or it is read over as what fails. */
	if (!x->followed && x->s->form == PY_WHILE &&
		r->nstep - x->begun > MOST_STEPS && r->module->tolerant &&
		!x->frame->outer) {
		r->nstep = x->begun;
		return -1;
	}
	py_forget(r, &x->before);
	return LOOP_GOES_ON;
}

/* What S would have changed is not known then: GO_ON, or -1. */
static int leave_inner(struct py_run *r, const struct py_node *s,
	struct py_frame *f, const struct py_state *before)
{
	py_raise(r, s, "is not run in each round");
	py_go_back(r, before);
	return py_lose(r, s, f) < 0 ? -1 : GO_ON;
}

/* Whether S, in one of many rounds that are followed, need not be run. */
static bool is_idle(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return r->followed &&
	       (r->nstep > FOR_STEPS || r->nbyte > PY_NBYTES_MAX / 8) &&
	       r == &r->py->build && host && host->idle &&
	       s->form != PY_BLOCK && s->form != PY_PASS &&
	       s->form != PY_GLOBAL && s->form != PY_NONLOCAL &&
	       host->idle(r, s);
}

/* Before a round of X: LOOP_GOES_ON, or as it is left, GO_ON or -1. */
static int begin_round(struct py_run *r, struct loop *x)
{
	int flow = LOOP_GOES_ON;

	if (r->nstep > x->ask)
		flow = leave_long(r, x);
	if (flow == LOOP_GOES_ON && !x->followed && r->followed && is_late(r) &&
		r->nstep - x->begun > inner_steps(r))
		flow = leave_inner(r, x->s, x->frame, &x->before);
	return flow == LOOP_GOES_ON && py_charge(r, x->s, 1) < 0 ? -1 : flow;
}

static int run_while(struct py_run *r, const struct py_node *s,
	struct py_frame *f, bool followed, struct py_value *ret)
{
	const struct py_node *e = s->arg, *body = e->next;
	struct loop x = begin_loop(r, s, f, followed);
	struct py_value v;
	int flow, yes;

	for (;;) {
		flow = begin_round(r, &x);
		if (flow != LOOP_GOES_ON)
			return flow;
		if (py_eval(r, e, f, &v) < 0)
			return -1;
		yes = py_truth(r, e, &v);
		if (yes < 0)
			return -1;
		if (!yes)
			break;
		flow = exec_round(r, s, body, f, followed, ret);
		if (flow < 0 || flow == RETURNED)
			return flow;
		if (flow == LOOP_ENDS)
			return GO_ON;
	}
	return body->next ? py_exec_stmt(r, body->next, f, ret) : GO_ON;
}

/*
 * Whether E calls what gives back its first argument's items; *COUNTED is the
 * outermost such call that numbers them.
 */
static bool goes_over(const struct py_node *e, const struct py_node **counted)
{
	const struct py_node *first = e->form == PY_CALL ? e->arg->next : NULL;

	if (!first || first->form == PY_KEYWORD || first->form == PY_STAR)
		return false;
	if (!*counted && py_is_named(&e->arg->s, "enumerate"))
		*counted = e;
	return py_is_word_of(&e->arg->s, "enumerate iter tqdm");
}

/* What E, enumerate(items, start), counts from, into *RET: 0 or -1 raised. */
static int counts_from(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *start = e->arg->next->next;

	*ret = py_int(0);
	if (!start)
		return 0;
	if (py_eval(r, start->form == PY_KEYWORD ? start->arg : start, f, ret) <
		0)
		return -1;
	if (ret->type == PY_UNKNOWN)
		return py_raise_unknown(r, start, ret);
	return ret->type == PY_INT ? 0
				   : py_raise(r, start,
					     "enumerate() from %s; expected an "
					     "int",
					     py_type_name(ret));
}

/* One more item that nobody knows, of enumerate() with its number. */
static int next_unknown(struct py_run *r, const struct py_node *at,
	struct py_iter *it, struct py_value *ret)
{
	const bool counts = it->over.type == PY_INT;
	const struct py_node *to = counts ? at->up->arg->arg : at->up->arg;

	to = counts && to ? to->next : to;
	if (it->i == (size_t)it->count)
		return 0;
	if (py_new_unknown(r, at, to && to->form == PY_NAME ? to->s.s : "batch",
		    to && to->form == PY_NAME ? to->s.n : 5, NULL, ret) < 0 ||
		(counts && py_new_pair(r, py_int(it->over.u.i + (int64_t)it->i),
				   *ret, ret) < 0))
		return -1;
	it->i++;
	return 1;
}

/*
 * E, what S, a loop that is followed, goes over, is not known or has failed: as
 * many items as the host says, into *IT; false: it does not know either.
 */
static bool over_unknown(struct py_run *r, const struct py_node *s,
	struct py_frame *f, const struct py_state *before, struct py_iter *it)
{
	const struct py_node *e = s->arg->next;
	const struct py_error error = r->error;
	const struct diag diag = r->diag;
	const struct py_node *counted = NULL;
	struct py_value v, from = {.type = PY_UNBOUND};
	long long n = -1;

	while (goes_over(e, &counted))
		e = e->arg->next;
	if (e->form == PY_NAME || e->form == PY_ATTR) {
		py_forget(r, before);
		if (py_eval(r, e, f, &v) == 0 &&
			(v.type == PY_UNKNOWN || py_is_number(&v)))
			n = r->py->host->rounds(r, s, &v);
	}
	if (n < 0) {
		r->error = error;
		r->diag = diag;
		return false;
	}
	if (counted && counts_from(r, counted, f, &from) < 0)
		return false;
	*it = (struct py_iter){
		.next = next_unknown, .count = n, .over = from, .owner = r};
	return true;
}

/* Whether S, which failed, is a loop over a loader given by its length. */
static bool is_over_number(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_error error = r->error;
	const struct diag diag = r->diag;
	const struct py_node *e = s->form == PY_FOR ? s->arg->next : NULL;
	const struct py_node *counted = NULL;
	struct py_value v;
	bool number;

	while (e && goes_over(e, &counted))
		e = e->arg->next;
	if (!e)
		return false;
	number = py_eval(r, e, f, &v) == 0 && py_is_number(&v);
	r->error = error;
	r->diag = diag;
	return number;
}

static int run_for(struct py_run *r, const struct py_node *s,
	struct py_frame *f, bool followed, struct py_value *ret)
{
	const struct py_node *target = s->arg, *e = target->next;
	const struct py_node *body = e->next;
	struct loop x = begin_loop(r, s, f, followed);
	struct py_value v;
	struct py_iter it;
	int flow, more;

	if ((py_eval(r, e, f, &v) < 0 || py_iterate(r, e, &v, &it) < 0) &&
		!(followed && over_unknown(r, s, f, &x.before, &it)))
		return -1;
	while ((more = py_next(r, e, &it, &v)) > 0) {
		flow = begin_round(r, &x);
		if (flow != LOOP_GOES_ON)
			return flow;
		if (py_assign(r, target, f, &v) < 0)
			return -1;
		flow = exec_round(r, s, body, f, followed, ret);
		if (flow < 0 || flow == RETURNED)
			return flow;
		if (flow == LOOP_ENDS)
			return GO_ON;
	}
	if (more < 0)
		return -1;
	return body->next ? py_exec_stmt(r, body->next, f, ret) : GO_ON;
}

static int exec_loop(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	int followed = follow(r, s, PY_LOOP_BEGINS), flow;
	const bool script = f->script;

	if (followed < 0)
		return -1;
	r->followed += followed > 0;
	/* Its rounds are all alike: the first that fails is the last. */
	f->script = false;
	flow = s->form == PY_FOR ? run_for(r, s, f, followed, ret)
				 : run_while(r, s, f, followed, ret);
	f->script = script;
	if (followed) {
		r->followed--;
		follow(r, s, flow < 0 ? PY_LOOP_FAILS : PY_LOOP_ENDS);
	} else
		follow(r, s, PY_LOOP_LEFT);
	return flow;
}

/* --- exceptions ----------------------------------------------------------- */

static int handle(struct py_run *r, const struct py_node *h, struct py_frame *f,
	struct py_value *ret)
{
	const struct py_node *e = h->arg;
	struct py_value v;

	r->diag.class = DIAG_NONE;
	if (e->next && e->next->next &&
		(py_new_unknown(r, e->next, e->next->s.s, e->next->s.n,
			 "it is an exception", &v) < 0 ||
			py_assign(r, e->next, f, &v) < 0))
		return -1;
	while (e->next)
		e = e->next;
	return py_exec_stmt(r, e, f, ret);
}

/* Runs the finally block E after FLOW, which stays unless E leaves, too. */
static int finally(struct py_run *r, const struct py_node *e,
	struct py_frame *f, int flow, struct py_value *ret)
{
	struct py_error error = r->error;
	struct diag diag = r->diag;
	struct py_value value = *ret;
	int after = py_exec_stmt(r, e, f, ret);

	if (after != GO_ON)
		return after;
	r->error = error;
	r->diag = diag;
	*ret = value;
	return flow;
}

/* Whether a new run comes to S's first handler at once: 1, 0 or -1. */
static int resumes(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return s->arg->next && s->arg->next->form == PY_EXCEPT &&
			       r == &r->py->build && r->module->tolerant &&
			       host && host->resumes
		       ? host->resumes(r, s->arg)
		       : 0;
}

/* What is not known is taken not to raise. */
static int exec_try(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *e = s->arg, *h = e->next;
	const struct py_state before = py_state_of(r);
	const struct py_node *caught = NULL;
	int flow = -1, again = resumes(r, s);

	if (again < 0)
		return -1;
	if (again)
		caught = h;
	else {
		r->trying++;
		flow = py_exec_stmt(r, e, f, ret);
		r->trying--;
	}
	while (h && h->form == PY_EXCEPT)
		h = h->next;
	if (flow < 0) {
		caught = caught ? caught : py_handler_of(r, s);
		py_go_back(r, &before);
		if (caught)
			flow = handle(r, caught, f, ret);
	} else if (flow == GO_ON && h && h->op == 'e') {
		flow = py_exec_stmt(r, h, f, ret);
	}
	if (h && h->op == 'e')
		h = h->next;
	return h ? finally(r, h, f, flow, ret) : flow;
}

/* The class of exceptions that E, of "raise E", names; "" of a bare one. */
static int raised_class(struct py_run *r, const struct py_node *e,
	struct py_frame *f, const char **ret, const struct py_class **class)
{
	const struct py_node *name = e && e->form == PY_CALL ? e->arg : e;
	struct py_value v;
	char *copy;

	*class = NULL;
	*ret = NULL;
	if (!name || (name->form != PY_NAME && name->form != PY_ATTR))
		return 0;
	if (py_eval(r, name, f, &v) < 0)
		return -1;
	if (v.type == PY_TYPE)
		*class = v.u.class;
	if (v.type != PY_TYPE && v.type != PY_UNKNOWN)
		return 0;
	*ret = copy = py_alloc(r, name->s.n + 1);
	if (!copy)
		return -1;
	memcpy(copy, name->s.s, name->s.n);
	copy[name->s.n] = '\0';
	return 0;
}

/* "ValueError('text')" reached: its text. */
static int exec_raise(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_node *e = s->arg, *text = e;
	const struct py_class *class;
	const char *name;
	struct py_value v;
	struct buf b = {0};

	if (raised_class(r, e, f, &name, &class) < 0)
		return -1;
	if (e && e->form == PY_CALL)
		text = e->arg->next;
	if (text && !text->next && py_eval(r, text, f, &v) == 0 &&
		v.type == PY_STR)
		py_str_add(&b, &v);
	else
		buf_fail(&b);
	if (!buf_text(&b))
		py_raise(r, s, "raises an error");
	else
		py_raise(r, s, "raises: %s", b.data);
	buf_free(&b);
	r->raised = class;
	return py_exception(r, name, -1);
}

static int exec_assert(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_module *m = f->module;
	const struct py_node *e = s->arg;
	struct py_value v;
	int yes;

	if (py_eval(r, e, f, &v) < 0)
		return -1;
	yes = py_truth(r, e, &v);
	if (yes)
		return yes < 0 ? -1 : GO_ON;
	if (e->next && py_eval(r, e->next, f, &v) == 0 && v.type == PY_STR)
		py_raise(r, s, "asserts: %.*s", STR_ARG(*v.u.str));
	else
		py_raise(r, s, "asserts %.*s", (int)(e->end - e->at),
			m->text + e->at);
	return py_exception(r, "AssertionError", -1);
}

/* import numpy as np: np stands for what "numpy" is. */
static int exec_import(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_str *path = s->arg->value.u.str;
	struct py_value v;

	/* Under its own name it is found where it is used. */
	if (py_str_equal(path, &s->s) && s->hops == PY_HOPS_GLOBAL)
		return GO_ON;
	if (py_look_up(r, s, path->s, path->n, &v) < 0)
		return -1;
	if (s->hops == PY_HOPS_GLOBAL && py_is_module(path) &&
		py_is_module(&s->s))
		return GO_ON; /* numpy as np: known by that name, too */
	return py_bind_name(r, s, f, &v) < 0 ? -1 : GO_ON;
}

static int exec_definition(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_node *name = s;
	struct py_value v;

	while (name->form == PY_DECORATED)
		name = name->arg->next;
	if (name->form != PY_DEF && name->form != PY_CLASS)
		return py_raise(r, s, "a decorator of something else");
	return r->py->evaluator->value[s->form](r, s, f, &v) < 0 ||
			       py_bind_name(r, name, f, &v) < 0
		       ? -1
		       : GO_ON;
}

/* The value is not looked at: one that is not known does no harm. */
static int exec_expr(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct py_value v;

	if (py_eval(r, s->arg, f, &v) == 0)
		return GO_ON;
	if (!f->module->tolerant || !r->error.unknown ||
		r->diag.class != DIAG_USAGE)
		return -1;
	return py_lose(r, s, f) < 0 ? -1 : GO_ON;
}

static int exec_yield(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct py_value v = py_none();

	return (s->arg && py_eval(r, s->arg, f, &v) < 0) ||
			       py_yield(r, s, &v) < 0
		       ? -1
		       : GO_ON;
}

/*
 * In a function of a text what cannot be known is so only once it is used: its
 * names have no value, for the same want.
 */
static int exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_state before = py_state_of(r);
	const struct py_unknown *u;
	int flow = py_exec_assign(r, s, f);

	u = r->error.unknown;
	if (flow >= 0 || !f->outer || !f->module->tolerant || !u ||
		r->diag.class != DIAG_USAGE || r->nstep >= r->step_max ||
		(r == &r->py->build && py_is_fatal(r, s)))
		return flow;
	py_forget(r, &before);
	for (const struct py_node *t = s->arg->next; t; t = t->next) {
		struct py_value v = {.type = PY_UNKNOWN, .u.unknown = u};

		/* An object that is not made, for want of a part of its own. */
		if (s->arg->form == PY_CALL && t->form == PY_NAME &&
			py_is_own_part(&u->path) &&
			py_new_unknown(r, t, t->s.s, t->s.n, NULL, &v) < 0)
			return -1;
		if (py_assign(r, t, f, &v) < 0)
			return -1;
	}
	return GO_ON;
}

static int exec_simple(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	switch ((enum py_form)s->form) {
	case PY_EXPR: return exec_expr(r, s, f);
	case PY_ASSIGN: return exec_assign(r, s, f);
	case PY_AUGMENT: return py_exec_assign(r, s, f);
	case PY_DEF:
	case PY_CLASS:
	case PY_DECORATED: return exec_definition(r, s, f);
	case PY_RETURN:
		*ret = py_none();
		return s->arg && py_eval(r, s->arg, f, ret) < 0 ? -1 : RETURNED;
	case PY_YIELD: return exec_yield(r, s, f);
	case PY_BREAK: return LOOP_ENDS;
	case PY_CONTINUE: return LOOP_GOES_ON;
	case PY_IMPORT: return exec_import(r, s, f);
	case PY_ASSERT: return exec_assert(r, s, f);
	case PY_RAISE: return exec_raise(r, s, f);
	case PY_DEL: return py_delete(r, s->arg, f);
	case PY_PASS:
	case PY_ANNOTATE:
	case PY_GLOBAL:
	case PY_NONLOCAL: return GO_ON;
	case PY_BAD: return py_raise(r, s, "%.*s", STR_ARG(*s->value.u.str));
	default: return py_raise(r, s, "is not in the subset");
	}
}

/* from config import * may set what was set before. */
static int exec_star(
	struct py_run *r, const struct py_node *s, const struct py_frame *f)
{
	const struct py_host *host = r->py->host;
	struct py_module *from = NULL;
	int found = host && host->module && r == &r->py->build
			    ? host->module(r, &s->s, &from)
			    : 0;

	if (found < 0 || (found == 0 && py_lose_globals(r, s, f->module) < 0))
		return -1;
	if (found)
		py_import_all(f->module, from);
	return GO_ON;
}

static int exec_block(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	int flow = GO_ON;

	if (s->op == '*')
		return exec_star(r, s, f);

	if ((!f->outer || f->script || r->followed) && f->module->tolerant)
		return py_exec_each(r, s, f, ret);
	for (s = s->arg; s && flow == GO_ON; s = s->next) {
		const struct py_state before = py_state_of(r);

		flow = py_exec_stmt(r, s, f, ret);
		if (flow < 0 && f->outer &&
			(r->error.unknown || is_over_number(r, s, f)) &&
			is_skipped(r, s, f, &before))
			flow = GO_ON;
	}
	return flow;
}

int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret)
{
	int flow;

	if (py_charge(r, s, 1) < 0)
		return -1;
	if (r->depth == EVAL_DEPTH_MAX)
		return py_raise(r, s, "too much in one another; expected less");
	if (is_idle(r, s)) {
		const struct py_state before = py_state_of(r);
		return leave_inner(r, s, f, &before);
	}
	r->depth++;
	switch (s->form) {
	case PY_BLOCK: flow = exec_block(r, s, f, ret); break;
	case PY_IF: flow = exec_if(r, s, f, ret); break;
	case PY_WHILE:
	case PY_FOR: flow = exec_loop(r, s, f, ret); break;
	case PY_TRY: flow = exec_try(r, s, f, ret); break;
	default: flow = exec_simple(r, s, f, ret); break;
	}
	r->depth--;
	return flow;
}

/* --- modules -------------------------------------------------------------- */

/* Whether S is a loop that the host skips. */
static bool is_training(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return is_loop(s) && r == &r->py->build && host && host->skips &&
	       host->skips(r, s);
}

/*
 * S, which failed in a call of a round that is followed, may have ended it:
 * what the call gives is not known then.
 */
static int doubt_value(
	struct py_run *r, const struct py_node *s, const struct py_frame *f)
{
	struct py_calling *c = r->calling;
	size_t n = strlen(r->diag.text) + 1;
	struct py_value v;
	char *why;

	if (!r->followed || !c || c->frame != f || c->unsure ||
		!leaves(s, false))
		return 0;
	c->unsure = r->error.unknown;
	if (c->unsure)
		return 0;
	why = py_alloc(r, n);
	if (!why || py_new_unknown(r, s, c->fn->def->s.s, c->fn->def->s.n,
			    memcpy(why, r->diag.text, n), &v) < 0)
		return -1;
	c->unsure = v.u.unknown;
	return 0;
}

/* Whether the statements behind S, which failed, may be run. */
static bool goes_on(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	return r->module->tolerant && r->diag.class == DIAG_USAGE &&
	       r->nstep < r->step_max && !(r->trying && r->error.exception) &&
	       !py_is_fatal(r, s) &&
	       (r->followed || !leaves(s, false) || is_training(r, s)) &&
	       doubt_value(r, s, f) == 0 && py_lose(r, s, f) == 0;
}

/* How many characters of its line stand before S. */
static size_t indent(const struct py_module *m, const struct py_node *s)
{
	size_t n, i = s->at;
	const char *text = py_text(m, &n);

	while (i > 0 && text[i - 1] != '\n')
		i--;
	return s->at - i;
}

/* Whether S may end a function whose head is not in the text: others follow. */
static bool ends_fragment(const struct py_module *m, const struct py_node *s)
{
	const struct py_node *next = s->next;

	if (!m->tolerant || !leaves(s, false))
		return false;
	while (next && next->form != PY_DEF && next->form != PY_CLASS &&
		next->form != PY_DECORATED && indent(m, next) >= indent(m, s))
		next = next->next;
	return next != NULL;
}

/* Says so to the host where S, in a round that is followed, runs: 0, or -1. */
static int reach(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return r->followed && r == &r->py->build && host && host->reach
		       ? host->reach(r, s)
		       : 0;
}

int py_exec_each(struct py_run *r, const struct py_node *b, struct py_frame *f,
	struct py_value *ret)
{
	const struct py_state before = py_state_of(r);
	int flow = GO_ON;

	for (const struct py_node *s = b->arg; s && flow == GO_ON;
		s = s->next) {
		r->entry = (s->form == PY_EXPR || s->form == PY_ASSIGN) &&
					   (!f->outer || f->script)
				   ? s->arg
				   : NULL;
		if (reach(r, s) < 0)
			flow = -1;
		else if (s->form == PY_EXPR)
			flow = py_eval(r, s->arg, f, ret) < 0 ? -1 : GO_ON;
		else
			flow = py_exec_stmt(r, s, f, ret);
		if (flow < 0 && s->form != PY_BLOCK && goes_on(r, s, f))
			flow = GO_ON;
		if (((flow == RETURNED && s->form == PY_RETURN) ||
			    (flow < 0 && r->diag.class == DIAG_USAGE &&
				    !py_is_fatal(r, s))) &&
			ends_fragment(r->module, s)) {
			py_forget(r, &before);
			*ret = py_none();
			flow = GO_ON;
		}
		r->depth = before.depth;
	}
	return flow;
}
