/* SPDX-License-Identifier: MIT */
/*
 * A function of the user's as a rate.  One that gives a number for each step
 * is a closure; one that sets the rate of an optimizer, or takes the rate
 * before (Keras's f(epoch, lr)), is called for each step in order, once.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "call/call_impl.h"
#include "sched/sched.h"

static bool is_rate_name(const struct py_str *s)
{
	return py_is_word_of(s, "lr learning_rate current_lr old_lr rate");
}

/* --- values in order ------------------------------------------------------ */

/* One of a function's values at each step, made once. */
struct table {
	struct sched_fn fn;
	enum call_table kind;
	size_t n;
	double v[];
};

static double table_at(struct sched_fn *f, double x)
{
	const struct table *t = (const struct table *)f;

	return x >= 0 && x < (double)t->n ? t->v[(size_t)x] : NAN;
}

static int table_why(struct sched_fn *f, double x, struct diag *d)
{
	const struct table *t = (const struct table *)f;

	if (x >= 0 && x < (double)t->n)
		return 0;
	static const char *const why[] = {
		[CALL_TABLE_STEPS] = "a rate that follows from the one before "
				     "is kept for %zu steps; expected fewer, "
				     "or a def of the step alone",
		[CALL_TABLE_GIVEN] = "it has %zu values; expected a step below",
		[CALL_TABLE_ROUNDS] =
			"the text's loop has %zu rounds; expected fewer steps",
	};
	diag_set(d, DIAG_DATA, why[t->kind], t->n);
	return 1;
}

static void table_show(struct buf *b, const struct sched_fn *f)
{
	(void)f;
	buf_adds(b, "(...)");
}

static void table_free(struct sched_fn *f)
{
	free(f);
}

#define TABLE_MAX ((size_t)1 << 22)

static struct table *table_new(struct py_run *r, size_t n, enum call_table kind)
{
	struct table *t = malloc(sizeof(*t) + n * sizeof(t->v[0]));

	if (!t) {
		py_raise_nomem(r, n);
		return NULL;
	}
	t->fn = (struct sched_fn){.at = table_at,
		.show = table_show,
		.why = table_why,
		.free = table_free,
		.opaque = true};
	t->kind = kind;
	t->n = n;
	return t;
}

/* FN as a node, which takes it; NULL raised. */
static struct call_node *node_of(
	struct py_run *r, struct sched_fn *fn, double len)
{
	struct sched *node = sched_new_seg(sched_shape_find("fn", 2));
	struct py_value ret;

	if (!node) {
		sched_fn_free(fn);
		py_raise_nomem(r, sizeof(*node));
		return NULL;
	}
	node->u.seg.from = 1;
	node->u.seg.fn = fn;
	if (isfinite(len))
		node->len = len;
	if (call_new_node(r, node, isfinite(len) ? len : NAN, &ret) < 0)
		return NULL;
	return (struct call_node *)ret.u.opaque->p;
}

size_t call_table_length(struct py_run *r)
{
	double last = call_build_of(r)->horizon;

	return isnan(last) || last < 1    ? 1
	       : last > (double)TABLE_MAX ? TABLE_MAX
					  : (size_t)last;
}

struct call_node *call_table_of(
	struct py_run *r, const double *v, size_t n, enum call_table kind)
{
	struct table *t = table_new(r, n, kind);

	if (!t)
		return NULL;
	memcpy(t->v, v, n * sizeof(*v));
	return node_of(r, &t->fn, INFINITY);
}

bool call_is_table(const struct py_value *v)
{
	const struct py_list *l = v->u.list;

	if (v->type == PY_ARRAY)
		return v->u.array->n > 0;
	if (v->type != PY_LIST && v->type != PY_TUPLE)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (!py_is_number(&l->item[i]))
			return false;
	return l->n > 0;
}

struct call_node *call_table(struct py_run *r, const struct py_value *v)
{
	long long n = py_count(r, NULL, v);
	struct table *t =
		n < 0 ? NULL : table_new(r, (size_t)n, CALL_TABLE_GIVEN);
	struct py_value x;

	if (!t)
		return NULL;
	for (size_t i = 0; i < t->n; i++) {
		if (py_nth(r, v, i, &x) < 0) {
			free(t);
			return NULL;
		}
		t->v[i] = py_number(&x);
	}
	return node_of(r, &t->fn, (double)t->n);
}

/* --- calling -------------------------------------------------------------- */

/* How F is called: which parameter is the step, what the others are. */
struct calling {
	struct py_value arg[SCHED_CLOSURE_NARG];
	size_t narg, step; /* SIZE_MAX: none is */
	size_t rate;       /* the rate before; SIZE_MAX */
};

/* Whether the user or the script has a value for a parameter called S. */
static bool is_known(const struct call_build *b, const struct py_str *s)
{
	struct py_value v;

	return py_peek(b->user, s->s, s->n, &v) && v.type != PY_UNKNOWN;
}

/* That value, which has been asked for. */
static bool known(const struct call_build *b, const struct py_str *s,
	struct py_value *ret)
{
	struct py_value v;

	if (!is_known(b, s))
		return false;
	py_global(b->user, s->s, s->n, &v);
	*ret = v;
	return true;
}

/* A method that numbers of arrays have: what has it may be the step. */
static bool is_of_number(const struct py_str *s)
{
	return py_is_word_of(
		s, "astype item numpy float double to cpu dtype shape");
}

/* Whether the parameter S of E is a thing: its attributes or items are used. */
static bool is_thing(const struct py_node *top, const struct py_str *s)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct py_node *of =
			e->form == PY_FOR ? e->arg->next
			: e->form == PY_INDEX || e->form == PY_CALL ||
					(e->form == PY_ATTR &&
						!is_of_number(&e->s))
				? e->arg
				: NULL;

		if (of && of->form == PY_NAME && call_same_name(&of->s, s))
			return true;
	}
	return false;
}

/* Whether S is a method's own object, which counts nothing. */
static bool is_self(const struct py_str *s)
{
	return py_is_named(s, "self") || py_is_named(s, "cls");
}

/* A parameter that stands for itself, and not for what is left. */
static bool is_plain(const struct py_node *p)
{
	return p->s.n > 0 && p->op != '*' && p->op != 'k';
}

static int no_step(
	struct py_run *r, const struct py_value *f, size_t ncandidate)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *p;
	struct py_value v;

	for (size_t i = 0; (p = py_param(f, i)); i++)
		if (call_step_rank(&p->s) < CALL_LIKE_STEP &&
			known(b, &p->s, &v))
			return py_raise(r, p,
				"'%.*s' counts the steps, and is given a "
				"value; expected it without one",
				STR_ARG(p->s));
	p = py_param(f, 0);
	if (ncandidate > 1 && p)
		return py_raise(r, py_def(f),
			"which argument counts steps is not said; expected "
			"%s NAME=@step, as %s %.*s=@step",
			b->names->define, b->names->define, STR_ARG(p->s));
	return py_raise(r, py_def(f),
		"no argument that counts steps; expected one called "
		"step, it, epoch ..., or %s NAME=@step",
		b->names->define);
}

/* Whether S is how much of training is over, or is left: between 0 and 1. */
static bool is_part(const struct py_str *s)
{
	return call_has_part(s, "progress") || call_has_part(s, "remaining") ||
	       call_has_part(s, "frac");
}

/*
 * Which of F's parameters is the step; SIZE_MAX: none is.  *NCANDIDATE, those
 * that may be by nothing but their lack of a value.
 */
static size_t step_of(const struct call_build *b, const struct py_value *f,
	size_t *ncandidate)
{
	size_t step = SIZE_MAX, lone = SIZE_MAX;
	int best = CALL_NOT_STEP, rank;
	const struct py_node *p;

	*ncandidate = 0;
	for (size_t i = 0; (p = py_param(f, i)) && is_plain(p); i++) {
		if (call_is_step(b, &p->s))
			return i;
		rank = call_step_rank(&p->s);
		/* f(epoch, step=10) counts epochs. */
		if (p->arg && rank < CALL_LIKE_STEP)
			rank += CALL_OPTIONAL;
		if (is_self(&p->s) ||
			(rank < CALL_LIKE_STEP ? call_is_defined(b, &p->s)
					       : is_known(b, &p->s)) ||
			is_thing(py_def(f)->arg, &p->s) ||
			(p->arg && rank >= CALL_LIKE_STEP))
			continue;
		/* set_lr(optimizer, lr) is no schedule. */
		if (!p->arg && !is_rate_name(&p->s) && !is_part(&p->s)) {
			++*ncandidate;
			lone = i;
		}
		if (rank < best) {
			best = rank;
			step = i;
		}
	}
	return *ncandidate == 1 && best >= CALL_LIKE_STEP ? lone : step;
}

bool call_may_count(const struct call_build *b, const struct py_value *f)
{
	size_t ncandidate;

	return step_of(b, f, &ncandidate) != SIZE_MAX;
}

bool call_counts_by_name(const struct call_build *b, const struct py_value *f)
{
	size_t ncandidate, step = step_of(b, f, &ncandidate);

	return step != SIZE_MAX &&
	       (call_is_step(b, &py_param(f, step)->s) ||
		       call_step_rank(&py_param(f, step)->s) < CALL_NOT_STEP);
}

const struct py_str *call_counted_name(
	const struct call_build *b, const struct py_value *f)
{
	size_t ncandidate, step = step_of(b, f, &ncandidate);

	return step == SIZE_MAX ? NULL : &py_param(f, step)->s;
}

/* The same into C.  Returns 0, or -1 raised. */
static int find_step(
	struct py_run *r, const struct py_value *f, struct calling *c)
{
	const struct call_build *b = call_build_of(r);
	size_t ncandidate;

	c->step = step_of(b, f, &ncandidate);
	if (c->step != SIZE_MAX || b->step_defined)
		return 0;
	return no_step(r, f, ncandidate);
}

/* Whether the text's own call of F gives its parameter I, which -D does not. */
static bool is_handed(
	const struct call_build *b, const struct py_value *f, size_t i)
{
	return b->handed_to == py_def(f) && b->handed[i].type != PY_UNBOUND &&
	       !call_is_defined(b, &py_param(f, i)->s);
}

/* How to call F, whose parameters are in order. */
static int find_calling(
	struct py_run *r, const struct py_value *f, struct calling *c)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *p;
	size_t nopen = 0;

	*c = (struct calling){.rate = SIZE_MAX};
	if (find_step(r, f, c) < 0)
		return -1;
	if (py_nparam(f) > SCHED_CLOSURE_NARG)
		return py_raise(r, py_def(f),
			"more than %d parameters; expected fewer",
			SCHED_CLOSURE_NARG);
	for (size_t i = 0; (p = py_param(f, i)) && is_plain(p); i++) {
		struct py_value *v = &c->arg[i];

		c->narg = i + 1;
		*v = py_default(f, p);
		if (i != c->step && is_handed(b, f, i)) {
			*v = b->handed[i];
			continue;
		}
		if (i == c->step || known(b, &p->s, v) || v->type != PY_UNBOUND)
			continue;
		nopen++;
		if (c->step == 0 && i == 1 && is_rate_name(&p->s))
			c->rate = i;
		if (py_new_unknown(r, p, p->s.s, p->s.n, NULL, v) < 0)
			return -1;
	}
	/* Keras's has these two alone. */
	if (nopen != 1 || c->narg != 2)
		c->rate = SIZE_MAX;
	return 0;
}

/* F at the step of T, whose rate it may set.  Returns 0, or -1 in RUN. */
static int call_function(struct py_run *run, const struct py_value *f,
	const struct calling *c, struct call_training *t, struct py_value *ret)
{
	struct py_value arg[SCHED_CLOSURE_NARG];
	const struct py_value *lr;
	int failed;

	memcpy(arg, c->arg, sizeof(arg));
	if (c->step != SIZE_MAX)
		arg[c->step] = py_int((int64_t)t->step.x);
	if (c->rate != SIZE_MAX)
		arg[c->rate] = py_float(t->lr);
	t->group.type = t->other.type = PY_UNBOUND;
	t->set = false;
	t->step.ctx = t;
	*py_run_ctx(run) = t;
	failed = py_call(run, f, arg, c->narg, ret);
	*py_run_ctx(run) = NULL;
	if (failed || call_training_state(run, t) < 0)
		return -1;
	if (t->lost) {
		*ret = (struct py_value){
			.type = PY_UNKNOWN, .u.unknown = t->lost};
		return 0;
	}
	lr = t->group.type == PY_DICT ? py_dict_find(t->group.u.list, "lr", 2)
				      : NULL;
	if (lr && lr->type == PY_UNKNOWN) {
		*ret = *lr;
		return 0;
	}
	/* return optimizer, whose rate it has set */
	if (lr && ret->type == PY_UNKNOWN)
		*ret = py_none();
	if (lr && py_is_number(lr) && py_number(lr) != t->lr) {
		t->lr = py_number(lr);
		t->set = true;
	}
	return 0;
}

/* What V, given by F instead of a rate, is. */
static int no_rate(
	struct py_run *r, const struct py_value *f, const struct py_value *v)
{
	if (v->type == PY_UNKNOWN)
		return call_raise_unknown(r, v);
	return py_raise(r, py_def(f),
		"gives %s; expected a rate, or one that is set: "
		"param_group['lr'] = ...",
		py_type_name(v));
}

/* Steps that F is called for once: those of an epoch if it is Keras's hook. */
static double epoch_length(const struct call_build *b, const struct py_value *f)
{
	static const char *const hooks[] = {"on_epoch_begin", "on_epoch_end"};
	const struct py_node *def = py_def(f);

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (def->form == PY_DEF && py_is_named(&def->s, hooks[i]) &&
			!isnan(b->place.epoch_steps))
			return b->place.epoch_steps;
	return 1;
}

/* Whether F asks an optimizer for its groups: it may set their rates later. */
static bool asks_for_groups(const struct py_value *f)
{
	const struct py_node *def = py_def(f);

	for (const struct py_node *e = def; e; e = py_walk(def, e))
		if (call_groups_owner(e))
			return true;
	return false;
}

/* Remarks that F, of rates, gives none at STEP: 0, or -1 raised. */
static int note_none(struct py_run *r, const struct py_value *f, double step)
{
	const struct py_node *def = py_def(f);

	return call_remark(r,
		"%.*s gives None at %.15g, and no rate: it stays there, as "
		"Keras does not let it",
		def->form == PY_DEF ? (int)def->s.n : 8,
		def->form == PY_DEF ? def->s.s : "a lambda", step);
}

/* What F does at each step, in RUN, into T.  Returns 0, or -1 raised. */
static int ask_in_order(struct py_run *r, struct py_run *run,
	const struct py_value *f, const struct calling *c, struct table *t)
{
	struct call_build *b = call_build_of(r);
	struct call_training now;
	struct py_value v = py_none();
	double per = epoch_length(b, f), none = NAN;
	struct py_error e;
	bool given = false, ever = b->trained.from >= 1;

	call_training_begin(r, &now);
	for (size_t i = 0; i < t->n; i++) {
		now.step.x = floor((double)i / per);
		/* fit() begins with a later epoch: the rule is not asked
		 * before. */
		if ((i > 0 && now.step.x == floor((double)(i - 1) / per)) ||
			now.step.x < b->trained.from) {
			t->v[i] = now.lr;
			continue;
		}
		if (call_function(run, f, c, &now, &v) < 0) {
			e = py_run_error(run);
			t->v[i] = NAN;
			if (!ever && b->later && call_failed_first(r, &e) == 0)
				continue;
			return py_raise_again(r, &e);
		}
		if (now.group.type != PY_UNBOUND || now.set)
			ever = true;
		else if (py_is_number(&v) && v.type != PY_BOOL)
			now.lr = py_number(&v), ever = given = true;
		else if (v.type == PY_NONE && isnan(none))
			none = now.step.x;
		if (v.type == PY_UNKNOWN || !isfinite(now.lr))
			break;
		if (call_training_note_other(r, &now) < 0)
			return -1;
		t->v[i] = now.lr;
	}
	if (v.type == PY_UNKNOWN || !(ever || asks_for_groups(f)))
		return no_rate(r, f, &v);
	return given && !isnan(none) ? note_none(r, f, none) : 0;
}

/* F for each step from the base on, as a training loop calls it. */
static struct sched_fn *in_order(
	struct py_run *r, const struct py_value *f, const struct calling *c)
{
	struct table *t = table_new(r, call_table_length(r), CALL_TABLE_STEPS);
	struct py_run *run = t ? py_run_new(call_build_of(r)->py) : NULL;
	int bad = run ? ask_in_order(r, run, f, c, t)
		      : py_raise_nomem(r, sizeof(*t));

	py_run_free(run);
	if (!bad)
		return &t->fn;
	free(t);
	return NULL;
}

/* Whether F, at step 0, sets a rate or gives none: 1, 0, or -1 raised. */
static int sets_rate(
	struct py_run *r, const struct py_value *f, const struct calling *c)
{
	struct call_build *b = call_build_of(r);
	struct py_run *run = py_run_new(b->py);
	struct call_training t;
	struct py_value v;
	struct py_error e;
	int ret;

	if (!run)
		return py_raise_nomem(r, sizeof(t));
	call_training_begin(r, &t);
	if (call_function(run, f, c, &t, &v) < 0) {
		e = py_run_error(run);
		ret = call_failed_first(r, &e);
	} else if (v.type == PY_UNKNOWN) {
		ret = call_raise_unknown(r, &v);
	} else {
		ret = t.group.type != PY_UNBOUND || t.set ||
		      v.type == PY_NONE || v.type == PY_BOOL;
		if (!ret && !py_is_number(&v))
			ret = no_rate(r, f, &v);
	}
	py_run_free(run);
	return ret;
}

/*
 * Steps that are tried where a name may be missing that not every step needs,
 * and where none is seen.
 */
#define NTRIED 100000
#define NTRIED_FEW 64

int call_try_steps(struct py_run *r, const struct py_value *f,
	const struct py_value *arg, size_t narg, struct sched_fn *fn)
{
	struct call_build *b = call_build_of(r);
	double end = isnan(b->horizon) ? 1 : b->horizon;
	struct py_value v;
	struct py_error e;
	struct diag d;
	double by;

	if (f->type != PY_FUNCTION)
		return 0;
	by = end / (call_lacks_names(b, f, arg, narg) ? NTRIED : NTRIED_FEW);
	by = by > 1 ? floor(by) : 1;
	for (size_t i = 0; (double)i * by < end; i++) {
		if (sched_closure_try(fn, (double)i * by, &v, &e, &d) < 0) {
			if (e.unknown && !call_def_find(e.unknown->path.s,
						 e.unknown->path.n))
				return py_raise_again(r, &e);
		} else if (v.type == PY_UNKNOWN) {
			return call_raise_unknown(r, &v);
		}
	}
	return 0;
}

static struct sched_fn *closure(
	struct py_run *r, const struct py_value *f, const struct calling *c)
{
	struct sched_fn *fn = call_closure_new(call_build_of(r), f, NULL);

	if (!fn) {
		py_raise_nomem(r, sizeof(*fn));
		return NULL;
	}
	sched_closure_args(fn, c->arg, c->narg, c->step);
	if (call_try_steps(r, f, c->arg, c->narg, fn) == 0)
		return fn;
	sched_fn_free(fn);
	return NULL;
}

/* F failed, with its parameters but the step: they are kept. */
static struct call_node *failed(
	struct py_run *r, const struct py_value *f, const struct calling *c)
{
	struct call_build *b = call_build_of(r);
	struct py_value *arg = malloc(sizeof(c->arg));

	b->failed_fn = *f;
	b->failed_in = NULL;
	if (!arg)
		return NULL;
	memcpy(arg, c->arg, sizeof(c->arg));
	if (c->step != SIZE_MAX)
		arg[c->step].type = PY_UNBOUND;
	free(b->failed_arg);
	b->failed_arg = arg;
	b->nfailed_arg = c->narg;
	return NULL;
}

struct call_node *call_rate(struct py_run *r, const struct py_value *f)
{
	struct sched_fn *fn;
	struct calling c;
	int ordered = 1;

	if (find_calling(r, f, &c) < 0)
		return NULL;
	if (c.rate == SIZE_MAX)
		ordered = sets_rate(r, f, &c);
	fn = ordered < 0 ? NULL
	     : ordered   ? in_order(r, f, &c)
			 : closure(r, f, &c);
	if (!fn)
		return failed(r, f, &c);
	return node_of(r, fn, INFINITY);
}
