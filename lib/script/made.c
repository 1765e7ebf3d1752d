/* SPDX-License-Identifier: MIT */
/*
 * Of the schedules that a text makes, the one that is its rate: what an
 * optimizer is given, else the last that is no part of another and that no
 * name says to be of something else; and what stands beside it, or beside the
 * function that is shown.
 */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "script/script_impl.h"

/*
 * Whether X follows a metric: Keras's stands beside a schedule as a callback.
 */
static bool is_plateau(const struct call_recipe *x)
{
	struct py_str name = call_name_of(x->constructor);

	return py_is_named(&name, "ReduceLROnPlateau");
}

/* Whether X is given a schedule as its rate: adamw(schedule) */
static bool is_driven(const struct call_recipe *x)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&x->constructor->def, i)); i++)
		if (call_is_rate_name(&p->s) &&
			call_is(&x->slot[i], call_recipe_type))
			return true;
	return false;
}

/* Whether X is Y, or Y is among its arguments, or theirs. */
static bool holds(const struct call_recipe *x, const struct call_recipe *y,
	unsigned depth)
{
	if (x == y)
		return true;
	for (size_t i = 0, n = py_nparam(&x->constructor->def);
		i < n && depth < CALL_DEPTH_MAX; i++)
		if (call_is(&x->slot[i], call_recipe_type) &&
			holds(x->slot[i].u.opaque->p, y, depth + 1))
			return true;
	return false;
}

static bool makes_another(
	const struct call_build *b, const struct call_recipe *x)
{
	const struct py_str *name = x->outer ? NULL : call_given_name(b, x->at);

	return name && call_is_of_another(name);
}

/* Whether X, a plateau of a text that trains, has a name that nothing uses. */
static bool is_unused(const struct call_build *b, const struct call_recipe *x)
{
	const struct py_node *root = py_root(b->user);
	const struct py_str *name = x->outer ? NULL : call_given_name(b, x->at);
	size_t n = 0;

	for (const struct py_node *e = name ? root : NULL; e;
		e = py_walk(root, e))
		n += (e->form == PY_NAME || e->form == PY_ATTR) &&
		     call_same_name(&e->s, name);
	return n == 1 && call_trains_in(root, root);
}

/*
 * The last that is no part of another, unless the text picks it; an optimizer
 * if there is nothing else.
 */
static const struct call_recipe *last_made(const struct call_build *b)
{
	const struct call_recipe *x = b->made, *optimizer = NULL;
	const struct call_recipe *plateau = NULL;

	for (; x; x = x->made_before) {
		if ((x->contained && !x->picked) || x->passed ||
			makes_another(b, x))
			continue;
		if (is_plateau(x))
			plateau = plateau || is_unused(b, x) ? plateau : x;
		else if (!call_is_optimizer_recipe(x))
			return x;
		else
			optimizer = optimizer ? optimizer : x;
	}
	return plateau ? plateau : optimizer;
}

const struct call_recipe *script_last_made(const struct call_build *b)
{
	const struct call_recipe *last = last_made(b), *x = b->made;

	while (x && !x->drives && !is_driven(x))
		x = x->made_before;
	return x && last && !holds(last, x, 0) ? x : last;
}

/* --- chained -------------------------------------------------------------- */

/* The statement that steps NAME, without saying to where, if it is the only. */
static const struct py_node *step_alone(
	const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user), *found = NULL;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		const struct py_str *by = call_stepped_by(e);

		if (!by || !call_same_name(by, name))
			continue;
		if (found || e->arg->next)
			return NULL;
		found = e->up;
	}
	return found;
}

/* That which steps X, of PyTorch's and no part of another; or NULL. */
static const struct py_node *step_of(
	const struct call_build *b, const struct call_recipe *x)
{
	const struct call_module *m = x->constructor->module;
	const struct py_str *name = x->outer ? NULL : call_given_name(b, x->at);

	return name && m && strcmp(m->name, "torch") == 0 && !x->contained &&
			       !x->passed && !x->picked && !is_plateau(x) &&
			       !call_is_optimizer_recipe(x)
		       ? step_alone(b, name)
		       : NULL;
}

/* Whether X and Y are given what the text calls by one name. */
static bool share_name(const struct call_build *b, const struct call_recipe *x,
	const struct call_recipe *y)
{
	const struct py_node *p = x->from[0], *q = y->from[0];
	size_t n;
	const char *text = py_text(b->user, &n);

	return p && q && p->end - p->at == q->end - q->at &&
	       memcmp(text + p->at, text + q->at, p->end - p->at) == 0;
}

/* Whether X and Y are given one optimizer, which has one name. */
static bool share_optimizer(const struct call_build *b,
	const struct call_recipe *x, const struct call_recipe *y)
{
	return share_name(b, x, y) && call_optimizer_rate(&x->slot[0]) ==
					      call_optimizer_rate(&y->slot[0]);
}

/* Whether a loop makes X in its rounds. */
static bool is_made_in_loop(const struct call_recipe *x)
{
	const struct py_node *e = x->at;

	while (e && e->form != PY_FOR && e->form != PY_WHILE &&
		e->form != PY_DEF)
		e = e->up;
	return e && e->form != PY_DEF;
}

/* Whether S may end a round, so that what is behind it is not reached. */
static bool may_end_round(const struct py_node *s)
{
	for (const struct py_node *e = s; e; e = py_walk_here(s, e))
		if (e->form == PY_RETURN)
			return true;
	return call_left_by(s, PY_CONTINUE) != NULL;
}

/* Whether the same rounds reach the statements P and Q: a body has both. */
static bool share_rounds(const struct py_node *p, const struct py_node *q)
{
	const struct py_node *first = p->at < q->at ? p : q;
	const struct py_node *end = first == p ? q : p;

	if (p->up != q->up)
		return false;
	for (const struct py_node *s = first; s && s != end; s = s->next)
		if (may_end_round(s))
			return false;
	return true;
}

/* Whether LIST has what the text gives X's name: X had it before. */
static bool is_had(const struct call_build *b, const struct py_list *list,
	const struct call_recipe *x)
{
	const struct call_recipe *y;

	for (size_t i = 0; i < list->n; i++) {
		y = list->item[i].u.opaque->p;
		if (call_same_name(call_given_name(b, x->at),
			    call_given_name(b, y->at)))
			return true;
	}
	return false;
}

/*
 * LAST and those of its optimizer that the rounds step with it, made before
 * them, into *LIST: the first made first.
 */
static int chained_with(const struct call_build *b, struct call_recipe *last,
	struct py_value *list)
{
	struct py_run *r = py_builder(b->py);
	const struct py_node *with = step_of(b, last);
	struct py_value v;

	for (struct call_recipe *x = last; x; x = x->made_before) {
		const struct py_node *step = step_of(b, x);

		if (!step || !share_rounds(step, with) ||
			x->at->at > step->at || !share_optimizer(b, x, last) ||
			is_had(b, list->u.list, x))
			continue;
		if (py_new_opaque(r, call_recipe_type, x, &v) < 0 ||
			py_list_add(r, list->u.list, v) < 0)
			return -1;
	}
	for (size_t i = 0, n = list->u.list->n; i < n / 2; i++) {
		v = list->u.list->item[i];
		list->u.list->item[i] = list->u.list->item[n - 1 - i];
		list->u.list->item[n - 1 - i] = v;
	}
	return 0;
}

/*
 * *MADE becomes the product of PyTorch's schedules that the text steps in the
 * rounds in which it steps *MADE: so its documentation chains them.
 */
static int chain(const struct call_build *b, const struct call_recipe **made)
{
	static const char product[] =
		"torch.optim.lr_scheduler.ChainedScheduler";
	struct py_run *r = py_builder(b->py);
	struct call_recipe *last = b->made;
	struct py_arg parts = {0};
	struct py_value c, ret;

	while (last && last != *made)
		last = last->made_before;
	if (!last || !step_of(b, last))
		return 0;
	if (py_new_list(r, PY_LIST, 1, &parts.value) < 0 ||
		chained_with(b, last, &parts.value) < 0)
		return -1;
	if (parts.value.u.list->n < 2)
		return 0;
	if (call_find(r, product, strlen(product), &c) <= 0 ||
		call_recipe_of(r, c.u.opaque->p, last->at, &parts, 1, &ret) < 0)
		return -1;
	*made = ret.u.opaque->p;
	return call_remark(r,
		"%zu schedules are stepped in the same rounds: their product "
		"is shown",
		parts.value.u.list->n);
}

/* --- several -------------------------------------------------------------- */

/* The schedule that statement E gives a name, or NULL. */
static const struct call_recipe *named_by(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *name =
		e->form == PY_ASSIGN && e->arg->next->form == PY_NAME
			? e->arg->next
			: NULL;
	struct py_value v;

	return name && py_peek(b->user, name->s.s, name->s.n, &v) &&
			       call_is(&v, call_recipe_type)
		       ? v.u.opaque->p
		       : NULL;
}

/* The statement E has a schedule that is none of what is shown: -1. */
static int raise_beside(const struct call_build *b, const struct py_node *e)
{
	const struct py_str *name = &e->arg->next->s;

	call_build_of(py_builder(b->py))->uneven = true;
	return py_raise(py_builder(b->py), e,
		"'%.*s' is a schedule beside the last one; expected one, or "
		"'return %.*s' as the last line for this (@FILE:%.*s of a "
		"file), or where both are stepped ChainedScheduler([a, b]), "
		"one after the other SequentialLR",
		STR_ARG(*name), STR_ARG(*name), STR_ARG(*name));
}

/*
 * Raises if another name than that of MADE has a schedule that is no part of
 * one: nothing says which of them is meant.  Optimizers are no schedules here.
 */
static int only_one(const struct call_build *b, const struct call_recipe *made)
{
	for (const struct py_node *e = py_root(b->user)->arg; e; e = e->next) {
		const struct call_recipe *x = named_by(b, e);
		int same;

		if (!x || call_is_of_another(&e->arg->next->s) ||
			(made->drives && !x->drives))
			continue;
		if (x != made && is_plateau(x) && !x->contained &&
			call_remark(py_builder(b->py),
				"'%.*s' lowers the rate when a metric stalls, "
				"which is not shown",
				STR_ARG(e->arg->next->s)) < 0)
			return -1;
		if (x == made || is_plateau(x) || x->contained || x->passed ||
			call_is_optimizer_recipe(x))
			continue;
		same = call_is_same(b, x, made);
		if (same <= 0)
			return same < 0 ? -1 : raise_beside(b, e);
	}
	return 0;
}

/*
 * Whether X is beside MADE, and no part of another; optimizers by themselves.
 */
static bool is_beside(const struct call_build *b, const struct call_recipe *x,
	const struct call_recipe *made)
{
	return x != made && !x->outer && !x->contained && !is_plateau(x) &&
	       call_is_optimizer_recipe(x) == call_is_optimizer_recipe(made) &&
	       !makes_another(b, x);
}

/*
 * Raises if a function that made MADE, and gives no schedule, made another that
 * is no part of one.
 */
static int only_made(const struct call_build *b, const struct call_recipe *made)
{
	const struct call_recipe *x = b->made;
	int same = 0;

	if (made->drives || call_is_optimizer_recipe(made))
		return 0;
	while (x && x != b->since &&
		(!is_beside(b, x, made) || x->passed ||
			(same = call_is_same(b, x, made)) > 0))
		x = x->made_before;
	if (!x || x == b->since || same < 0)
		return same < 0 ? -1 : 0;
	return py_raise(py_builder(b->py), x->at,
		"a schedule beside the last one, and nothing says which is "
		"meant; expected one, or what is returned or given to an "
		"optimizer that is known");
}

int script_note_others(
	const struct call_build *b, const struct call_recipe *made)
{
	const char *what =
		call_is_optimizer_recipe(made) ? "optimizers" : "schedules";
	const struct call_recipe *x = b->made;

	/* A loop over folds makes the same again and again. */
	while (x && x != b->since &&
		!(is_beside(b, x, made) && call_differs(x, made)))
		x = x->made_before;
	if (!x || x == b->since)
		return 0;
	if (!call_is_optimizer_recipe(made))
		call_build_of(py_builder(b->py))->uneven = true;
	if (!made->at || made->outer || !x->at || x->outer)
		return call_remark(py_builder(b->py),
			"several %s are made, of which one is shown", what);
	if (made->picked && x->passed)
		return call_remark(py_builder(b->py),
			"of several schedules that in line %zu is shown, as "
			"the text picks it",
			call_line(b, made->at->at));
	if (x->at == made->at)
		return call_remark(py_builder(b->py),
			"several %s are made, all in line %zu, of which the "
			"last is shown",
			what, call_line(b, made->at->at));
	return call_remark(py_builder(b->py),
		"several %s are made, in lines %zu and %zu, of which the last "
		"is shown",
		what, call_line(b, x->at->at), call_line(b, made->at->at));
}

/*
 * MADE is given to a class that nobody knows, sched = After(opt, made): raises
 * if what that makes is the schedule, by its name or since it is stepped.
 */
static int check_wrapped(
	const struct call_build *b, const struct call_recipe *made)
{
	const struct py_node *root = py_root(b->user), *f;
	const struct py_str *name =
		made->wrapped ? call_given_name(b, made->wrapped) : NULL;
	size_t n;

	if (!name || call_like_optimizer(name) ||
		!(call_is_of_rates(name) || call_is_stepped(root, name)))
		return 0;
	f = made->wrapped->arg;
	return call_raise_no_constructor(py_builder(b->py), made->wrapped,
		(struct py_str){f->end - f->at, py_text(b->user, &n) + f->at});
}

/* Whether X, of Keras's, acts only in an optimizer that is given it. */
static bool is_given(const struct call_recipe *x)
{
	const struct py_node *p = py_param(&x->constructor->def, 0);

	return x->constructor->module && p &&
	       strcmp(x->constructor->module->name, "keras") == 0 &&
	       py_is_word_of(&p->s, "initial_learning_rate boundaries");
}

/* Whether an optimizer of Keras's is given a rate that is constant. */
static bool has_constant(const struct call_build *b)
{
	const struct call_recipe *x = b->made;

	while (x && !(call_is_constant_optimizer(x) && x->at && x->at->arg &&
			    x->at->arg->next))
		x = x->made_before;
	return x != NULL;
}

/*
 * An optimizer of optax's or Keras's has a constant rate: raises if MADE is
 * multiplied by it, or one of several that none has, remarks if none has MADE.
 */
static int check_driven(
	const struct call_build *b, const struct call_recipe *made)
{
	const struct call_module *m = made->constructor->module;
	bool keras = is_given(made) && has_constant(b);

	if (!keras && (!b->rated || !m || strcmp(m->name, "optax") != 0))
		return 0;
	if (made->chained)
		return 0;
	if (made->scales)
		return py_raise(py_builder(b->py), made->at,
			"scale_by_schedule() multiplies this by the constant "
			"rate that an optimizer is given; expected a def of "
			"the step that does it, or words");
	if (made->drives || !(keras || b->constant))
		return 0;
	for (const struct call_recipe *x = b->made; x; x = x->made_before)
		if (is_beside(b, x, made) && call_is_same(b, x, made) == 0)
			return py_raise(py_builder(b->py), x->at,
				"one of several schedules, and an optimizer "
				"is given a constant rate: nothing says which "
				"is meant; expected one");
	return call_remark(py_builder(b->py),
		"an optimizer is given a constant rate, and none is given the "
		"schedule, which is shown");
}

/* The innermost def of the text's around AT, or all of the text. */
static const struct py_node *scope_of(
	const struct call_build *b, const struct py_node *at)
{
	const struct py_node *root = py_root(b->user);

	if (!call_is_of_text(b, at))
		return root;
	while (at != root && at->form != PY_DEF)
		at = at->up;
	return at;
}

/*
 * Whether F, called, makes an object of a class that no library has, nor the
 * text, unless what is its OWN counts.
 */
static bool is_foreign_class(
	const struct call_build *b, const struct py_node *f, bool own)
{
	struct py_value v;
	size_t n;
	const char *text = py_text(b->user, &n);

	if ((f->form != PY_NAME && f->form != PY_ATTR) ||
		!str_is_upper(f->s.s[0]))
		return false;
	if (f->form == PY_NAME && py_peek(b->user, f->s.s, f->s.n, &v) &&
		v.type == PY_TYPE)
		return own;
	return !call_def_find(text + f->at, f->end - f->at);
}

/*
 * Whether statement S names as a schedule what a class that no library has
 * makes of an optimizer: warmup_scheduler = WarmUpLR(optimizer, 391)
 */
static bool is_foreign(
	const struct call_build *b, const struct py_node *s, bool own)
{
	const struct py_node *call = s->form == PY_ASSIGN ? s->arg : NULL;
	const struct py_str *name = call ? &call->next->s : NULL;
	bool given = false;

	if (!call || call->form != PY_CALL ||
		!is_foreign_class(b, call->arg, own) ||
		(call->next->form != PY_NAME && call->next->form != PY_ATTR) ||
		call_is_of_another(name) || call_like_optimizer(name) ||
		!(call_is_of_rates(name) || call_is_of_rates(&call->arg->s)))
		return false;
	for (const struct py_node *a = call->arg->next; a; a = a->next)
		given = given || call_may_be_optimizer(
					 a->form == PY_KEYWORD ? a->arg : a);
	return given;
}

/* The first such statement in E that runs, as far as can be seen; or NULL. */
static const struct py_node *find_foreign(
	const struct call_build *b, const struct py_node *e, bool own)
{
	const struct py_node *found = NULL;

	if (is_foreign(b, e, own))
		return e;
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		if (kid->form != PY_DEF && kid->form != PY_CLASS &&
			kid->form != PY_LAMBDA && kid->form != PY_IF)
			found = find_foreign(b, kid, own);
	return found;
}

/* Remarks on what else drives the optimizer beside MADE: 0, or -1. */
static int note_foreign(
	const struct call_build *b, const struct call_recipe *made)
{
	const struct py_node *s;

	if (call_is_optimizer_recipe(made))
		return 0;
	s = find_foreign(b,
		made->at && !made->outer ? scope_of(b, made->at)
					 : py_root(b->user),
		true);
	/* Of a class over a constructor, it is what that has made. */
	return s && s->arg != made->at ? call_remark(py_builder(b->py),
						 "'%.*s' is given the "
						 "optimizer, too: what %.*s() "
						 "does is not shown",
						 STR_ARG(s->arg->next->s),
						 STR_ARG(s->arg->arg->s))
				       : 0;
}

/*
 * The name by which the text steps MADE into *RET: that which it has where it
 * is made, or which a call of the function around that has; NULL: it does not.
 * Returns 0, or -1 raised.
 */
static int stepped_name(const struct call_build *b,
	const struct call_recipe *made, const struct py_str **ret)
{
	const struct py_node *def;

	*ret = NULL;
	if (!made->at || made->outer)
		return 0;
	*ret = call_given_name(b, made->at);
	*ret = *ret ? call_stepped_name(b, *ret) : NULL;
	if (*ret)
		return 0;
	def = scope_of(b, made->at);
	return def->form == PY_DEF ? call_name_of_made(b, &def->s, ret) : 0;
}

/*
 * Remarks where what makes MADE is imported from what is no library, and has
 * only a name in common with one's: from utils import StepLR
 */
static int note_import(
	const struct call_build *b, const struct call_recipe *made)
{
	const struct py_node *e, *f, *root;
	const struct call_module *m = made->constructor->module;
	const struct py_str *path, name = call_name_of(made->constructor);
	struct py_str own;
	size_t n;
	const char *text = py_text(b->user, &n);

	f = made->at && !made->outer && made->at->form == PY_CALL
		    ? made->at->arg
		    : NULL;
	root = f && f->form == PY_ATTR ? f->arg : f;
	e = root && m && root->form == PY_NAME ? call_import_of(b, &root->s)
					       : NULL;
	path = e ? e->arg->value.u.str : NULL;
	/* import utils: utils.cosine_scheduler() */
	if (path && root != f) {
		own = (struct py_str){f->end - f->at, text + f->at};
		path = call_names_library(path) ? NULL : &own;
	}
	return path && memchr(path->s, '.', path->n) &&
			       !call_names_library(path)
		       ? call_remark(py_builder(b->py),
				 "'%.*s' is imported, and is taken for "
				 "%s.%.*s",
				 STR_ARG(*path), m->name, STR_ARG(name))
		       : 0;
}

/* Steps of V, as PyTorch's schedulers count them; what does not has many. */
static double count_steps(const struct call_build *b, const struct py_value *v)
{
	struct py_value n;

	return py_get(py_builder(b->py), v, "_step_count", 11, &n) > 0 &&
			       py_is_number(&n)
		       ? py_number(&n)
		       : INFINITY;
}

/* Whether rounds that were followed have stepped X. */
static bool was_stepped(const struct call_build *b, const struct call_recipe *x)
{
	return x->live.type != PY_UNBOUND &&
	       count_steps(b, &x->live) > fmax(x->nstep, 1);
}

/* Whether X is a schedule that the text steps, and no part of another. */
static bool is_by_itself(
	const struct call_build *b, const struct call_recipe *x)
{
	return !x->outer && !x->part && !is_plateau(x) &&
	       !makes_another(b, x) && !call_is_optimizer_recipe(x);
}

/* Whether O, of a class of the text's over PyTorch's, is stepped. */
static bool is_over_stepped(
	const struct call_build *b, const struct call_object *o)
{
	struct py_run *r = py_builder(b->py);

	return stepper_is(r, &o->value) && stepper_is_over(r, &o->value);
}

bool script_find_steps(const struct call_build *b)
{
	const struct call_object *o = b->object;
	bool any = false;

	for (struct call_recipe *x = b->made; x; x = x->made_before) {
		x->stepped = is_by_itself(b, x);
		x->nstep = x->live.type == PY_UNBOUND
				   ? 1
				   : count_steps(b, &x->live);
		any = any || x->stepped;
	}
	while (o && !any && !is_over_stepped(b, o))
		o = o->before;
	return any || o;
}

/*
 * Whether X and LAST are given one optimizer, or rounds have made another in
 * the place of X's, and LAST of that.
 */
static bool drives_same(const struct call_build *b, const struct call_recipe *x,
	const struct call_recipe *last)
{
	return share_optimizer(b, x, last) ||
	       (x != last && is_made_in_loop(last) && share_name(b, x, last));
}

int script_check_steps(const struct call_build *b)
{
	const struct call_recipe *last = script_last_made(b);

	for (const struct call_recipe *x = b->made; x; x = x->made_before) {
		if (!is_by_itself(b, x))
			continue;
		/* Where an object has the only one, that object is stepped. */
		if (!(was_stepped(b, x) || x->contained) || x->wrapped ||
			(last && !drives_same(b, x, last)) ||
			find_foreign(b, scope_of(b, x->at), false))
			return 0;
		if (note_import(b, x) < 0)
			return -1;
	}
	for (const struct call_object *o = b->object; o; o = o->before)
		if (stepper_is(py_builder(b->py), &o->value) &&
			count_steps(b, &o->value) < 2)
			return 0;
	return 1;
}

/* Raises or remarks where MADE, found HOW, is not all that is to be said. */
static int check_alone(const struct call_build *b,
	const struct call_recipe *made, enum script_made how)
{
	const struct py_str *name;

	if (note_import(b, made) < 0)
		return -1;
	if (how != SCRIPT_RETURNED &&
		(check_wrapped(b, made) < 0 || check_driven(b, made) < 0 ||
			note_foreign(b, made) < 0))
		return -1;
	if (stepped_name(b, made, &name) < 0 ||
		(name && call_note_steps(b, name) < 0))
		return -1;
	if (!call_is_optimizer_recipe(made) && call_note_makers(b, made) < 0)
		return -1;
	if (how != SCRIPT_MADE)
		return how == SCRIPT_MADE_INSIDE ? only_made(b, made) : 0;
	return only_one(b, made) < 0 ? -1 : script_note_others(b, made);
}

int script_show(const struct call_build *b, const struct call_recipe *made,
	enum script_made how, struct py_value *ret)
{
	if ((how != SCRIPT_RETURNED && chain(b, &made) < 0) ||
		check_alone(b, made, how) < 0)
		return -1;
	return py_new_opaque(py_builder(b->py), call_recipe_type,
		(void *)(uintptr_t)made, ret);
}
