/* SPDX-License-Identifier: MIT */
/*
 * A call from its text to its columns.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "call/call_impl.h"
#include "numpy/numpy.h"
#include "sched/sched.h"

/* How much of S[0..N) is a dotted name. */
static size_t path_length(const char *s, size_t n)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.";
	size_t len = 0;

	while (len < n && s[len] && strchr(chars, s[len]))
		len++;
	return len;
}

/* Whether S[0..N) begins as a call: a dotted name and a bracket. */
bool call_knows(void *ctx, const char *s, size_t n)
{
	size_t len = path_length(s, n);

	(void)ctx;
	return len > 0 && len < n && s[len] == '(' && s[0] != '.' &&
	       !str_is_digit(s[0]);
}

/* --- building ------------------------------------------------------------- */

/* Whether PATH is a name that a loop over groups gives one. */
static bool is_group_left(const struct call_build *b, const struct py_str *path)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (e->form == PY_FOR && call_groups_owner(e->arg->next) &&
			call_same_name(&e->arg->s, path))
			return true;
	return false;
}

/*
 * optimizer.param_groups[0]["lr"] = V: the rate that the optimizer begins with,
 * before a schedule is made, or the round's, by a name that has the group. What
 * else sets rates of groups is not followed.  1, 0 if that is none, or -1.
 */
static int set_group(struct py_run *r, const struct py_str *path,
	const struct py_str *name, const struct py_value *v)
{
	static const char groups[] = "optimizer.param_groups[";
	size_t n = sizeof(groups) - 1;
	struct call_build *b = call_build_of(r);
	const struct call_recipe *x = b->made;
	const bool is_lr = py_is_named(name, "lr");
	unsigned optimizers = 0;
	bool is_first;

	if (r != py_builder(b->py) || !b->touched || path->n < n + 2 ||
		memcmp(path->s, groups, n) != 0)
		return 0;
	is_first = path->n == n + 2 && path->s[n] == '0';
	for (; x && call_is_optimizer_recipe(x); x = x->made_before)
		optimizers++;
	if (x)
		return is_lr && call_note_behind(r) < 0 ? -1 : 1;
	if (*py_run_ctx(r) && optimizers < 2 && is_lr && is_first)
		return call_set_rate(r, v);
	if (py_is_named(name, "initial_lr") ||
		(is_lr && !str_is_digit(path->s[n])))
		b->rate_lost = true;
	else if (is_lr && is_first)
		call_set_early(b, b->touched, v, false);
	return 1;
}

/* optimizer.lr = V in a function that is called for a step. */
static int assigned(struct py_run *r, const struct py_str *path,
	const struct py_str *name, const struct py_value *v)
{
	struct call_build *b = call_build_of(r);
	int done = set_group(r, path, name, v);

	if (done)
		return done < 0 ? -1 : 0;
	if (r == py_builder(b->py) && call_is_rate_name(name) &&
		is_group_left(b, path)) {
		b->fatal = true;
		return py_raise(r, NULL,
			"'%.*s' is a group that a loop has left behind: what "
			"sets its rate is not followed; expected "
			"optimizer.param_groups[0]['lr']",
			STR_ARG(*path));
	}
	if (!call_ends_with(path, "optimizer") || !call_is_rate_name(name))
		return 0;
	return call_set_rate(r, v);
}

/* config.get(key, V), getattr(args, key, V): the default is told. */
static void defaulted(
	struct py_run *r, const struct py_str *path, const struct py_value *v)
{
	struct call_build *b = call_build_of(r);
	struct buf text = {0};

	if (!b->defaulted)
		b->defaulted = strndup(path->s, path->n);
	py_repr(&text, v);
	if (r == py_builder(b->py) && buf_text(&text))
		call_remark(r, "'%.*s' is not given: its default, %s, is taken",
			STR_ARG(*path), text.data);
	buf_free(&text);
}

/* A number of what was handed to a function that nobody knows is told. */
static void handed(struct py_run *r, const struct py_unknown *x)
{
	if (r == py_builder(call_build_of(r)->py))
		call_remark(r,
			"'%.*s' is handed to %s(), which is not known: its "
			"values are taken as they were",
			STR_ARG(x->path), x->why);
}

/* X was read of V by its key: a schedule, of several to choose from. */
static void picked(const struct py_value *v, const struct py_value *x)
{
	const struct py_list *l = py_held(v);
	struct call_recipe *one;

	if (!call_is(x, call_recipe_type))
		return;
	one = x->u.opaque->p;
	one->picked = true;
	one->passed = false;
	for (size_t i = 0; i < l->n; i++)
		if (call_is(&l->item[i], call_recipe_type)) {
			struct call_recipe *y = l->item[i].u.opaque->p;

			y->passed = !y->picked;
		}
}

/* Whether the call AT of C is one of the text's model: net(batch). */
static bool is_model(const struct call_constructor *c, const struct py_node *at)
{
	const struct py_str name = call_name_of(c);
	const struct py_node *first =
		at->form == PY_CALL ? at->arg->next : NULL;

	return c->bare && first && first->form != PY_KEYWORD &&
	       first->form != PY_CONST && str_is_lower(name.s[0]) &&
	       at->arg->form == PY_NAME && name.n <= 5 &&
	       !call_is_of_rates(&name);
}

/* Of an optimizer only the rate matters, of a trainer what it is read for. */
static bool lenient(
	struct py_run *r, const struct py_value *v, const struct py_node *at)
{
	if (!call_is_users(call_build_of(r), py_running(r)))
		return false;
	if (call_is(v, call_constructor_type) && call_is_open(v->u.opaque->p))
		return true;
	if (call_is(v, call_constructor_type) && is_model(v->u.opaque->p, at))
		return true;
	if (v->type == PY_OPAQUE)
		return call_is_optimizer_kind(v);
	return (v->type == PY_UNKNOWN || v->type == PY_UNBOUND) &&
	       call_gives_rate(at);
}

/* --- conditions without a value ------------------------------------------- */

/* Whether E calls what reads what another run kept: torch.load(path) */
static bool loads_state(const struct py_node *e)
{
	static const char *const kept[] = {"state", "checkpoint", "ckpt",
		"weights", "model", "Checkpoint", "State", "Model", "Weights"};
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	if (!f || (f->form != PY_NAME && f->form != PY_ATTR))
		return false;
	if (py_is_named(&f->s, "load"))
		return f->form == PY_ATTR && f->arg->form == PY_NAME &&
		       py_is_named(&f->arg->s, "torch");
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if ((call_has_part(&f->s, "load") ||
			    call_has_part(&f->s, "restore") ||
			    call_has_part(&f->s, "resume")) &&
			call_has_part(&f->s, kept[i]))
			return true;
	return py_is_named(&f->s, "resume");
}

/* Whether block S goes on from what another run kept, and sets no rate. */
static bool loads(const struct call_build *b, const struct py_node *s)
{
	bool found = false;

	for (const struct py_node *e = s; e; e = py_walk(s, e)) {
		if (call_seems_optimizer(e))
			return false;
		found = found || loads_state(e);
	}
	return found && !call_calls_constructor(b->user, s, true);
}

/* Remarks that BRANCH, which loads, is not taken: 0, or -1. */
static int note_new_run(struct py_run *r, const struct py_node *branch)
{
	return call_remark(r,
		"the schedule is that of a new run, and not of one that goes "
		"on from a checkpoint in line %zu",
		call_line(call_build_of(r), branch->at));
}

/* As py_host's resumes. */
static int resumes(struct py_run *r, const struct py_node *s)
{
	const struct call_build *b = call_build_of(r);

	if (!call_is_users(b, py_running(r)) || !loads(b, s))
		return 0;
	return note_new_run(r, s) < 0 ? -1 : 1;
}

/*
 * Whether E, which does not stand in BRANCH, may make rates where that does not
 * run: a schedule, or a function that BRANCH has no use for.
 */
static bool makes_rates(const struct call_build *b, const struct py_node *e,
	const struct py_node *branch)
{
	const struct py_node *f = e->form == PY_CALL ? e->arg : NULL;

	if ((e->form == PY_CALL && call_calls_constructor(b->user, e, false)) ||
		call_groups_owner(e))
		return true;
	if (e->form == PY_DEF)
		return call_is_of_rates(&e->s) && !py_mentions(branch, &e->s);
	return f && (f->form == PY_NAME || f->form == PY_ATTR) &&
	       call_has_part(&f->s, "chedul");
}

/* Whether BRANCH makes a schedule, and nothing else in B's text does. */
static bool makes_alone(
	const struct call_build *b, const struct py_node *branch)
{
	const struct py_node *root = py_root(b->user);

	if (!call_calls_constructor(b->user, branch, false))
		return false;
	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if ((e->at < branch->at || e->at >= branch->end) &&
			makes_rates(b, e, branch))
			return false;
	return true;
}

/* Whether BRANCH makes an optimizer, and nothing else in B's text does. */
static bool makes_optimizer_alone(
	const struct call_build *b, const struct py_node *branch)
{
	const struct py_node *root = py_root(b->user);
	bool makes = false;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		bool inside = e->at >= branch->at && e->at < branch->end;

		if (!call_seems_optimizer(e))
			continue;
		if (!inside)
			return false;
		makes = true;
	}
	return makes;
}

/*
 * The branch of E, or of a condition behind it, that IS such; or of what E
 * chooses, "A if E else B", where the other is a constant: what is no schedule
 * by itself may be one that the text does not show.  NULL: none.
 */
static const struct py_node *branch_that(const struct call_build *b,
	const struct py_node *e,
	bool (*is)(const struct call_build *b, const struct py_node *branch))
{
	const struct py_node *then = e->next, *other = then->next;

	if (then->form != PY_BLOCK) {
		if (other->form == PY_CONST && is(b, then))
			return then;
		return then->form == PY_CONST && is(b, other) ? other : NULL;
	}
	for (e = then; e; e = e->next)
		if (e->form == PY_BLOCK && is(b, e))
			return e;
	return NULL;
}

/*
 * What loads behind an if whose first branch, at the condition E, leaves the
 * function: if not os.path.isfile(path): return.  NULL: nothing.
 */
static const struct py_node *loads_behind(
	const struct call_build *b, const struct py_node *e)
{
	const struct py_node *then = e->next, *s = e->up, *found = NULL;

	if (!s || s->form != PY_IF || then != s->last ||
		then->form != PY_BLOCK || !then->last ||
		then->last->form != PY_RETURN)
		return NULL;
	for (s = s->next; s; s = s->next) {
		if (loads(b, s))
			found = found ? found : s;
		else if (call_calls_constructor(b->user, s, true))
			return NULL;
	}
	return found;
}

/* As py_host's decides. */
static int decides(struct py_run *r, const struct py_node *e, bool told)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *branch;
	const char *what = "schedule";
	int bad = 0;

	if (told && !call_is_users(b, py_running(r)))
		return -1;
	branch = branch_that(b, e, loads);
	if (branch) {
		if (told)
			bad = note_new_run(r, branch);
		return bad < 0 ? -1 : branch != e->next;
	}
	branch = loads_behind(b, e);
	if (branch)
		return told && note_new_run(r, branch) < 0 ? -1 : 1;
	branch = branch_that(b, e, makes_alone);
	if (!branch) {
		branch = branch_that(b, e, makes_optimizer_alone);
		what = "optimizer";
	}
	if (!branch)
		return -1;
	if (told)
		bad = call_remark(r,
			"the condition in line %zu is not known: its branch "
			"with the only %s is taken",
			call_line(b, e->at), what);
	return bad < 0 ? -1 : branch == e->next;
}

/* Whether E stands among the arguments of a call that makes a schedule. */
static bool is_part(const struct call_build *b, const struct py_node *e)
{
	size_t n;
	const char *text = py_text(b->user, &n);

	for (; e; e = e->up)
		if (e->form == PY_CALL && call_def_find(text + e->arg->at,
						  e->arg->end - e->arg->at))
			return true;
	return false;
}

/*
 * As py_host's samples: [StepLR(o, 30) for o in optimizers].  How many there
 * are says what becomes of a schedule that has them, or of the one optimizer
 * that all are for.
 */
static int samples(
	struct py_run *r, const struct py_node *e, const struct py_value *v)
{
	const struct call_build *b = call_build_of(r);
	const struct py_str *path = &v->u.unknown->path;
	const struct py_node *of = e->arg->next->arg;

	if (!call_is_users(b, py_running(r)) ||
		e->arg->next->form != PY_CLAUSE || of->form != PY_NAME ||
		!py_mentions(e->arg, &of->s) || is_part(b, e->up) ||
		!call_calls_constructor(b->user, e->arg, false))
		return 0;
	return call_remark(r,
		       "'%.*s' has no value: one of the schedules that line "
		       "%zu makes for it is shown",
		       STR_ARG(*path), call_line(b, e->at)) < 0
		       ? -1
		       : 1;
}

/* --- a build of its own -------------------------------------------------- */

struct call_build *call_build_new(const struct call_reader *reader,
	const char *s, size_t n, const struct sched_env *env, double base,
	struct diag *d)
{
	struct call_build *b = calloc(1, sizeof(*b));

	if (!b) {
		diag_nomem(d, sizeof(*b));
		return NULL;
	}
	b->reader = reader;
	b->primitive = call_primitive;
	b->nref = 1;
	b->horizon = env->horizon;
	b->ends = env->ends;
	b->later = env->later;
	b->trial = env->given.trial;
	b->given = s;
	b->trained = (struct call_trained){.steps = NAN, .epochs = NAN};
	b->numbers = env->numbers;
	b->names = sched_names_of(env);
	b->remarks = env->remarks;
	b->base_given = env->base_given || base != env->base;
	b->place = (struct call_place){.base = base,
		.steps = env->steps,
		.epoch_steps = env->by_epoch ? NAN : env->epoch_steps,
		.by_epoch = env->by_epoch};
	b->host = (struct py_host){.ctx = b,
		.arrays = &numpy_arrays,
		.lookup = call_lookup,
		.call = call_apply,
		.lenient = lenient,
		.defaulted = defaulted,
		.handed = handed,
		.picked = picked,
		.assigned = assigned,
		.attribute = call_attribute,
		.set = call_set,
		.failed = reader->failed,
		.decides = decides,
		.resumes = resumes,
		.samples = samples,
		.skips = reader->skips,
		.steps = reader->classes->steps,
		.rests = reader->rests,
		.wants = reader->wants,
		.follow = reader->loops->follow,
		.idle = reader->loops->idle,
		.reach = reader->loops->reach,
		.rounds = reader->loops->rounds,
		.instance = call_instance,
		.class_of = call_class_of,
		.define = call_define,
		.base = reader->classes->base,
		.made = reader->classes->made};
	b->py = py_new(&b->host);
	b->text = malloc(n + 1);
	if (!b->py || !b->text) {
		diag_nomem(d, n);
		call_release(b);
		return NULL;
	}
	memcpy(b->text, s, n);
	b->text[n] = '\0';
	return b;
}

int call_columns_ret(struct sched_call *ret, struct call_node *first,
	const struct call_columns *columns, struct diag *d)
{
	ret->n = columns ? columns->n : 1;
	for (size_t i = 0; i < ret->n; i++) {
		struct call_node *node =
			columns ? columns->column[i].node : first;
		struct sched_call_column *c = &ret->column[i];

		*c = (struct sched_call_column){
			.node = node->node, .past_end = node->past_end};
		node->node = NULL;
		/* The first is the rate unless it says otherwise. */
		if (!columns ||
			(i == 0 && py_is_named(&columns->column[0].name, "lr")))
			continue;
		c->name = strndup(
			columns->column[i].name.s, columns->column[i].name.n);
		if (!c->name) {
			diag_nomem(d, columns->column[i].name.n);
			return -1;
		}
	}
	return 0;
}

/* The call's columns into *RET. */
static int build(struct call_build *b, const struct sched_env *env,
	struct call_missing *m, struct sched_call *ret, size_t n, size_t *where,
	struct diag *d)
{
	struct py_run *r = py_builder(b->py);
	struct call_columns *columns = NULL;
	struct call_node *first;
	struct py_value v;

	if (call_take_files(b, n, env, d) < 0)
		return -1;
	if (py_parse_expr(b->py, b->text, n, &b->user, where, d) < 0) {
		d->place[0] = '\0';
		return -1;
	}
	if (call_define_all(b, env, d) < 0 || call_define_files(b, env, d) < 0)
		return -1;
	first = py_exec(r, b->user, &v) < 0 ? NULL
					    : call_place(r, py_root(b->user),
						      &v, &b->place, &columns);
	if (!first || call_note_asked(b, env) < 0) {
		*where = call_error_place(b, r);
		*d = *py_run_error(r).diag;
		call_note_missing(b, m);
		return -1;
	}
	if (!columns && call_keep_text(first, b->text, strlen(b->text)) < 0)
		return diag_nomem(d, strlen(b->text));
	return call_columns_ret(ret, first, columns, d);
}

/* Rows at which two trees are compared. */
#define NCOMPARED 60

/* Whether A and B, of length END, have other values. */
static bool differ(const struct sched *a, const struct sched *b, double end)
{
	for (int i = 0; i < NCOMPARED; i++) {
		double u =
			i < NCOMPARED / 2 || !isfinite(end)
				? i
				: floor(end * (2 * i - NCOMPARED) / NCOMPARED);
		double x = sched_value(a, u), y = sched_value(b, u);
		if (x != y && !(isnan(x) && isnan(y)))
			return true;
	}
	return false;
}

bool call_are_alike(
	const struct sched_call *a, const struct sched_call *b, double n)
{
	for (size_t i = 0; (double)i < n; i++) {
		double v = sched_value(a->column[0].node, (double)i);
		double w = sched_value(b->column[0].node, (double)i);

		if (!(fabs(v - w) <= 1e-9 * fmax(fabs(v), fabs(w)) + 1e-15))
			return false;
	}
	return true;
}

bool call_compare_bases(struct sched_call *a, const struct sched_call *b)
{
	bool any = false;

	for (size_t i = 0; i < a->n && i < b->n; i++) {
		struct sched_call_column *c = &a->column[i];

		c->uses_base = differ(c->node, b->column[i].node, c->node->len);
		any = any || c->uses_base;
	}
	return any;
}

/* "torch.StepLR" of the call B; nothing of what has no library. */
static void name_call(struct buf *name, const struct call_build *b)
{
	const struct call_constructor *c =
		b->made ? b->made->constructor : NULL;
	struct py_str own = {0, NULL};

	if (c && c->module)
		own = call_name_of(c);
	if (own.n) {
		buf_printf(name, "%s.", c->module->name);
		buf_add(name, own.s, own.n);
	}
}

/* One call, as the host is asked for it. */
struct request {
	const struct call_reader *reader;
	const char *s;
	size_t n;
	double base;
	struct sched_call *ret;
	size_t *where;
	bool again; /* only to find out what else has no value */
};

static int build_once(const struct request *q, const struct sched_env *env,
	struct call_missing *m, size_t *where, struct diag *d)
{
	struct call_build *b;
	int done;

	*q->ret = (struct sched_call){.n = 0};
	b = call_build_new(q->reader, q->s, q->n, env, q->base, d);
	if (!b)
		return -1;
	done = build(b, env, m, q->ret, q->n, where, d);
	if (done == 0)
		name_call(&q->ret->name, b);
	if (buf_failed(&q->ret->name))
		done = diag_nomem(d, q->n);
	call_free_nodes(b);
	if (done < 0)
		sched_call_free(q->ret);
	call_release(b);
	return done;
}

static int request_once(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct request *q = ctx;
	size_t where = 0;
	int done = build_once(q, env, m, &where, d);

	/* The place of the first failure is told. */
	if (done < 0 && !q->again)
		*q->where = where;
	if (done == 0 && q->again)
		sched_call_free(q->ret);
	q->again = true;
	return done;
}

int call_host_build(void *ctx, const char *s, size_t n,
	const struct sched_env *env, double base, struct sched_call *ret,
	size_t *where, struct diag *d)
{
	struct request q = {.reader = ctx,
		.s = s,
		.n = n,
		.base = base,
		.ret = ret,
		.where = where};
	struct call_missing ignored_names = {0};
	struct sched_env own = *env;
	struct sched_call other;
	size_t ignored;

	if (call_retry(request_once, &q, &own, s, n, where, d) < 0)
		return -1;
	own.base *= 2;
	q.base *= 2;
	q.ret = &other;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < ret->n; i++)
			ret->column[i].uses_base = true;
	else if (build_once(&q, &own, &ignored_names, &ignored, d) == 0) {
		call_compare_bases(ret, &other);
		sched_call_free(&other);
	}
	call_missing_free(&ignored_names);
	if (d->class == DIAG_NOMEM) {
		sched_call_free(ret);
		return -1;
	}
	return 0;
}

const char *call_host_signature(
	void *ctx, const char *name, size_t n, size_t *nret)
{
	const struct call_def *def = call_def_find(name, n);

	(void)ctx;
	return def ? call_def_signature(def, nret) : NULL;
}

void call_host_offer(void *ctx, struct near *near)
{
	(void)ctx;
	call_offer(NULL, near);
}

int call_to_table(
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
	call->name = (struct buf){0};
	return 0;
}
