/* SPDX-License-Identifier: MIT */
/*
 * A script, or settings, from its text to its columns.  What is not understood
 * of Python is read over.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "sched/sched.h"
#include "script/script_impl.h"

/* --- what calls ask for --------------------------------------------------- */

/*
 * parser = more_arguments(parser) of a function that nobody knows: it gives
 * back what it is given, which is remarked.
 */
static int given_back(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct py_node *s = at ? at->up : NULL, *to;

	if (!s || s->form != PY_ASSIGN || s->arg != at || narg != 1 ||
		arg[0].value.type != PY_NAMESPACE ||
		py_class_def(&arg[0].value))
		return 0;
	to = at->next;
	if (to->next || to->form != PY_NAME || at->arg->next->form != PY_NAME ||
		!call_same_name(&to->s, &at->arg->next->s))
		return 0;
	*ret = arg[0].value;
	return call_remark(r,
		       "'%.*s' is handed to a function that is not known: its "
		       "values are taken as they were",
		       (int)to->s.n, to->s.s) < 0
		       ? -1
		       : 1;
}

#define NSTARTED 16

/* What f is given by ARG[0..N), behind GIVEN[0..n): how many in all, or -1. */
static long arguments_of(struct py_run *r, const struct py_arg *arg,
	size_t narg, struct py_arg given[NSTARTED], size_t n)
{
	const struct py_value *f = &arg[0].value, *more = NULL;
	const struct py_node *p;

	for (size_t k = 1; k < narg; k++)
		if (py_is_named(&arg[k].name, "args") ||
			(arg[k].name.n == 0 && k == 1))
			more = &arg[k].value;
	for (size_t k = 0;
		more && more->type == PY_TUPLE && k < more->u.list->n; k++) {
		if (n == NSTARTED)
			return -1;
		given[n++] = (struct py_arg){.value = more->u.list->item[k]};
	}
	/* app.run(main) gives what is left of the command line. */
	for (; (p = py_param(f, n)) && n < NSTARTED && p->s.n > 0 &&
		p->op != '*' && p->op != 'k' &&
		py_default(f, p).type == PY_UNBOUND;
		n++) {
		given[n] = (struct py_arg){.at = p};
		if (py_new_unknown(
			    r, p, p->s.s, p->s.n, NULL, &given[n].value) < 0)
			return -1;
	}
	return (long)n;
}

/*
 * mp.spawn(f, args=(n, opt), nprocs=n), which nobody knows, runs f as a
 * statement of the text's would: 1, 0 if AT is no such call, or -1.
 */
static int started(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	struct py_arg given[NSTARTED] = {{.value = py_int(0)}};
	struct py_value v;
	long n;

	if (!f || !at->up || at->up->form != PY_EXPR || narg < 1 ||
		arg[0].value.type != PY_FUNCTION || !py_runs_text(r) ||
		(f->form != PY_NAME && f->form != PY_ATTR) ||
		!py_is_word_of(
			&f->s, "spawn launch notebook_launcher Fire run"))
		return 0;
	/* The first argument of what is spawned is its process's number. */
	n = arguments_of(r, arg, narg, given, py_is_named(&f->s, "spawn"));
	*ret = py_none();
	return n < 0 || py_start(r, at, &arg[0].value, given, (size_t)n, &v) < 0
		       ? -1
		       : 1;
}

static int called(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	int back = given_back(r, at, arg, narg, ret);

	if (script_misses_move(r, at))
		return py_raise_unknown(r, at, v);
	if (back == 0)
		back = started(r, at, arg, narg, ret);
	if (back)
		return back;
	return script_note_fit(r, at, arg, narg) < 0
		       ? -1
		       : config_of_call(r, at, arg, narg, ret);
}

static int follow(struct py_run *r, const struct py_node *s, enum py_round when)
{
	struct call_build *b = call_build_of(r);
	struct call_trained *t = &b->trained;

	if (when != PY_ROUND_ENDS && !b->live) {
		if (script_note_loop(r, s, when) < 0)
			return -1;
		if (r == py_builder(b->py) && call_is_users(b, py_running(r)))
			call_note_running(r, s, when);
	}
	if (when != PY_LOOP_BEGINS && when != PY_ROUND_ENDS &&
		when != PY_ROUND_BROKEN && t->runs == s)
		t->runs = NULL;
	return when == PY_LOOP_LEFT ? 0 : script_follow(r, s, when);
}

/* Whether what B runs stands ahead of what trains. */
static bool is_ahead(const struct call_build *b)
{
	const struct call_trained *t = &b->trained;

	return !t->doubtful &&
	       (t->runs ? !call_has(b, t->runs, call_updates, 0) : !t->said);
}

/*
 * Rounds that are followed step V, as does what stands ahead of them; else rows
 * do, from as it was made, or as the text has left it before it trains.
 */
static int rests(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name)
{
	struct call_build *b = call_build_of(r);

	if (*py_run_ctx(r) || !call_is_stepper(name) || !stepper_is(r, v))
		return 0;
	b->unnamed |= b->running.n > 0 && !stepper_is_over(r, v) &&
		      !stepper_is_step(b, at);
	call_see(r, at->arg);
	call_note_moved(b, at->arg);
	if (b->live)
		return b->reader->loops->start(r) < 0 ? -1 : 0;
	return stepper_is_over(r, v) || stepper_trains(b, v, name) ||
	       !is_ahead(b);
}

/* Whether E makes a schedule or an optimizer, steps one, or sets a rate. */
static bool makes_rate(const struct call_build *b, const struct py_node *e)
{
	return call_sets_rate(b, e) || call_steps_schedule(b, e) ||
	       call_seems_optimizer(e) ||
	       (e->form == PY_CALL && call_calls_constructor(b->user, e, true));
}

static bool wants(struct py_run *r, const struct py_node *s)
{
	return call_wants(r, s, makes_rate, call_steps_schedule);
}

static const struct call_loops loops = {.follow = follow,
	.idle = script_idle,
	.reach = script_reach,
	.rounds = script_rounds,
	.start = script_start_live};

static const struct call_reader reader = {.failed = script_failed,
	.skips = script_skips,
	.value_of = script_value_of,
	.called = called,
	.rests = rests,
	.wants = wants,
	.classes = &stepper_classes,
	.loops = &loops};

const struct sched_host script_host = {.ctx = (void *)(uintptr_t)&reader,
	.knows = call_knows,
	.signature = call_host_signature,
	.offer = call_host_offer,
	.build = call_host_build};

/* --- reading -------------------------------------------------------------- */

/* Rounds that are run to see whether they are the rows of a schedule. */
#define NROUND_LOOKED 512

struct reading {
	const struct script *script;
	struct sched_call call;
	size_t where;
	bool rate_lacks; /* the base should be a rate that has no value */
	bool again;      /* only to find out what else has no value */
	bool plain;      /* a function of the text's is shown */
	bool stepped;    /* a loop steps its schedule */
	bool uneven;     /* ... otherwise than each round once */
	bool unnamed;    /* an object is, which is known by that now */
	bool live;       /* what they do is followed, and shown */
	struct call_seen seen;
	enum call_unsaid unsaid;
	size_t line; /* of what is not said */
	struct call_trained trained;
	size_t own; /* the text's length without the lines of an entry; 0: all
		     * of it */
	size_t entry_at;         /* where that is defined */
	struct entries *entries; /* of a text that makes no schedule; NULL:
				  * not looked for */
};

/* What nothing in a text calls. */
struct entries {
	struct call_entry one[CALL_NENTRY];
	size_t n;
};

/* The user's text as a module; what is no Python has an empty one. */
static int parse(struct call_build *b, struct reading *x,
	const struct sched_env *env, struct diag *d)
{
	size_t n = x->script->n;
	const char *nul = x->script->language <= SETTINGS_DICT
				  ? memchr(x->script->text, '\0', n)
				  : NULL;

	/* Python has none in comments either; messages show what is before. */
	if (nul) {
		x->where = (size_t)(nul - x->script->text);
		x->where -= x->where > 0;
		return diag_set(d, DIAG_USAGE,
			"a NUL byte behind this; expected text in UTF-8");
	}
	if (x->script->language <= SETTINGS_PYTHON &&
		call_mend_text(b, &n, d) < 0)
		return -1;
	if (call_take_files(b, n, env, d) < 0)
		return -1;
	if (x->script->language == SETTINGS_DICT)
		return py_parse_expr(
			b->py, b->text, x->script->n, &b->user, &x->where, d);
	if (x->script->language > SETTINGS_DICT)
		return py_parse(b->py, "", 0, true, &b->user, &x->where, d);
	return py_parse(b->py, b->text, n, true, &b->user, &x->where, d);
}

/* A default that was taken may be why the script comes to what D refuses. */
static void say_default(const struct call_build *b, struct diag *d)
{
	const struct diag told = *d;
	char name[128];

	if (d->class != DIAG_USAGE)
		return;
	snprintf(name, sizeof(name), "%s", b->defaulted);
	for (char *s = name; *s; s++)
		*s = *s == '\'' ? '"' : *s;
	diag_set(d, DIAG_USAGE,
		"%s ('%s' is not given and has its default; %s '%s=VALUE')",
		told.text, name, b->names->define, name);
	memcpy(d->place, told.place, sizeof(d->place));
}

/* What stands for the trainer whose configuration B's text is, into NAME. */
static int name_trainer(
	const struct call_build *b, struct buf *name, struct diag *d)
{
	struct py_str s = call_name_of(b->trainer);

	name->len = 0;
	buf_add(name, s.s, s.n);
	return buf_end(name, d);
}

/*
 * B's text failed, and makes no schedule, but calls what is not in it: that is
 * the error then, and no name is asked for.
 */
static bool is_elsewhere(const struct reading *x, struct call_build *b)
{
	if (py_run_error(py_builder(b->py)).diag->class != DIAG_USAGE ||
		x->script->language != SETTINGS_PYTHON ||
		script_has_function(b) || !call_raise_rates_elsewhere(b))
		return false;
	b->unknown = NULL;
	b->blamed = false;
	return true;
}

/* R's error, in D, stands in a file of definitions: its text says where. */
static void say_file(const struct call_build *b, const struct py_run *r,
	const struct sched_env *env, struct diag *d)
{
	const struct py_error e = py_run_error(r);
	const struct diag told = *d;

	for (size_t i = 0; i < b->nown && e.at; i++)
		if (e.module && e.module == b->own[i].module &&
			d->class == DIAG_USAGE) {
			diag_set(d, DIAG_USAGE, "%s:%zu: %s",
				env->given.source[i].name,
				call_line(b, e.at->at), told.text);
			memcpy(d->place, told.place, sizeof(d->place));
		}
}

/* Places in the lines that call an entry are told as its own. */
static void place_entry(struct reading *x, struct call_missing *m)
{
	for (size_t i = 0; i < m->n && x->own; i++)
		if (m->name[i].at >= x->own && m->name[i].at != SIZE_MAX)
			m->name[i].at = x->entry_at;
	if (x->own && x->where >= x->own)
		x->where = x->entry_at;
}

/* The text, or a function around it where its step is a free name. */
static int read_once(struct reading *x, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct call_build *b = call_build_new(
		&reader, x->script->text, x->script->n, env, env->base, d);
	struct call_columns *columns = NULL;
	struct py_value v = py_none();
	struct call_node *node = NULL;
	struct py_run *r;
	int done = -1;

	if (!b)
		return -1;
	sched_call_free(&x->call);
	r = py_builder(b->py);
	b->live = x->live;
	b->enters = x->entries != NULL;
	b->uneven = x->live && x->uneven;
	b->seen = x->seen;
	if (parse(b, x, env, d) == 0 && call_define_name(b) == 0 &&
		call_define_parser(b, d) == 0 &&
		call_define_all(b, env, d) == 0 &&
		call_define_files(b, env, d) == 0 &&
		(call_take_assigned(b) == 0 ||
			diag_nomem(d, sizeof(*b)) == 0)) {
		if (call_check_indentation(b) < 0 ||
			py_exec(r, b->user, &v) < 0 || call_note_exec(b) < 0)
			node = NULL;
		else if (x->script->language <= SETTINGS_DICT)
			node = script_choose(b, x->script->name, &v, &columns);
		else if (config_read(b, x->script->language, x->script->n,
				 x->script->name, &v) == 0)
			node = call_place(
				r, py_root(b->user), &v, &b->place, &columns);
		if (node && call_note_asked(b, env) == 0) {
			done = call_columns_ret(&x->call, node, columns, d);
			if (done == 0 && b->trainer)
				done = name_trainer(b, &x->call.name, d);
		} else {
			bool other = is_elsewhere(x, b);

			x->where = call_error_place(b, r);
			*d = *py_run_error(r).diag;
			say_file(b, r, env, d);
			if (!other)
				call_note_missing(b, m);
			script_say_rounds(b, &x->where, d);
			other = other || strstr(d->text, "not in the text");
			if (m->n == 0 && b->defaulted && !other)
				say_default(b, d);
			if (x->entries && x->entries->n == 0 && !b->trial &&
				(b->nothing || other || x->script->name))
				x->entries->n = call_find_entries(
					b, x->script->name, x->entries->one);
		}
	}
	x->plain = b->plain;
	x->stepped = b->stepped;
	x->uneven = b->uneven;
	x->unnamed = b->unnamed;
	x->seen = b->seen;
	x->trained = b->trained;
	x->unsaid = b->unsaid.what;
	x->line = b->unsaid.at ? call_line(b, b->unsaid.at->at) : 0;
	x->rate_lacks = done == 0 && b->base_unknown;
	if (x->rate_lacks)
		call_add_missing(b, m, b->base_unknown);
	place_entry(x, m);
	call_free_nodes(b);
	call_release(b);
	return done;
}

/* Whether what X reads has no end, and nothing says how long one trains. */
static bool is_endless(const struct reading *x, const struct sched_env *env)
{
	if (!env->ends || !isnan(env->horizon) ||
		(x->trained.said && !x->trained.doubtful &&
			isfinite(x->trained.steps)))
		return false;
	for (size_t i = 0; i < x->call.n; i++)
		if (isfinite(x->call.column[i].node->len))
			return false;
	return true;
}

/*
 * OWN becomes what X's rounds do to the rate, up to the HORIZON, with remarks
 * of its own: 0, 1 where that is not followed to its end, or -1 with D.
 */
static int read_rounds(struct reading *own, const struct reading *x,
	const struct sched_env *env, double horizon, struct buf *remarks,
	struct diag *d)
{
	struct call_missing ignored = {0};
	struct sched_env apart = *env;
	struct diag why;
	int done;

	*own = (struct reading){.script = x->script,
		.live = true,
		.uneven = x->uneven,
		.seen = x->seen,
		.own = x->own,
		.entry_at = x->entry_at};
	apart.remarks = env->remarks ? remarks : NULL;
	apart.horizon = fmin(env->horizon, horizon);
	if (!env->numbers || !env->numbers->changed)
		apart.numbers = NULL;
	remarks->len = 0;
	done = read_once(own, &apart, &ignored, &why);
	call_missing_free(&ignored);
	if (done == 0 && own->call.n > 0)
		return 0;
	sched_call_free(&own->call);
	if (done == 0 || why.class != DIAG_NOMEM)
		return 1;
	*d = why;
	return -1;
}

/*
 * Remarks on what OWN's rounds do that the rows do not show, which are those of
 * the rounds, or of the schedule where these are not FOLLOWED.
 */
static int note_unsaid(const struct reading *own, bool followed,
	const struct sched_env *env, struct diag *d)
{
	if (!env->remarks || own->unsaid == CALL_ALL_SAID ||
		(followed && own->unsaid != CALL_BEFORE))
		return 0;
	call_say_unsaid(env->remarks, own->unsaid, own->line);
	return buf_end(env->remarks, d);
}

/* X, which has no end, ends with the rounds that step it, if it does. */
static int end_with_rounds(
	struct reading *x, const struct sched_env *env, struct diag *d)
{
	struct buf remarks = {0};
	struct reading own;
	int found = x->stepped
			    ? read_rounds(&own, x, env, INFINITY, &remarks, d)
			    : 1;

	if (found == 0) {
		x->trained = own.trained;
		sched_call_free(&own.call);
	}
	buf_free(&remarks);
	return found < 0 ? -1 : 0;
}

/* X once, and again where an object is stepped that no name is known to. */
static int read_seen(struct reading *x, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	const size_t said = env->remarks ? env->remarks->len : 0;
	int done = read_once(x, env, m, d);

	if (done < 0 || !x->unnamed)
		return done;
	if (env->remarks)
		env->remarks->len = said;
	call_missing_free(m);
	*m = (struct call_missing){0};
	return read_once(x, env, m, d);
}

/* The same; a rate without a value is missing where it makes a difference. */
static int read_rated(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct reading *x = ctx, other = {.script = x->script};
	struct call_missing rate = {0}, ignored = {0};
	struct sched_env twice = *env;
	size_t where = x->where;
	int done = read_seen(x, env, &rate, d);

	if (done == 0 && is_endless(x, env))
		done = end_with_rounds(x, env, d);
	m->endless = done == 0 && is_endless(x, env);
	m->rateless = false;
	other.seen = x->seen;
	twice.base *= 2;
	twice.numbers = NULL;
	if (done == 0 && x->rate_lacks &&
		read_once(&other, &twice, &ignored, d) == 0 &&
		call_compare_bases(&x->call, &other.call)) {
		done = diag_set(d, DIAG_USAGE,
			"the optimizer's rate has no value; expected %s LR",
			sched_names_of(env)->lr);
		x->where = rate.n ? rate.name[0].at : 0;
		m->rateless = rate.n == 0;
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

/* WHERE of offset AT in TEXT: its line; the place goes to D. */
static void set_where(struct sched_where *where, const struct script *s,
	size_t at, struct diag *d)
{
	size_t begin, line;

	at = at < s->n ? at : s->n;
	for (begin = at; begin > 0 && s->text[begin - 1] != '\n';)
		begin--;
	line = str_line_of(s->text, begin);
	*where = (struct sched_where){.text = s->text + begin,
		.len = strcspn(s->text + begin, "\r\n"),
		.offset = at - begin};
	d->place[0] = '\0';
	diag_at(d, "%zu:%zu", line,
		1 + utf8_length(s->text + begin, at - begin));
}

/*
 * X failed, for D: lines of a function without its head are read as one, TEXT,
 * of WRAPPED.  D stays where that is none either.
 */
static int read_lines(struct reading *x, struct script *wrapped,
	struct buf *text, const struct sched_env *env, struct diag *d)
{
	const struct script *s = x->script;
	struct reading own = {.script = wrapped};
	struct diag first = *d;
	size_t by;
	int done;

	if (s->language != SETTINGS_PYTHON || !call_free_step(s->text, s->n))
		return -1;
	call_of_lines(s->text, s->n, s->name, d->text, text, &by);
	if (text->len == 0 || !buf_text(text))
		return -1;
	*wrapped = (struct script){.language = SETTINGS_PYTHON,
		.text = text->data,
		.n = text->len};
	done = call_retry(read_rated, &own, env, wrapped->text, wrapped->n,
		&own.where, d);
	if (done < 0 && !strstr(d->text, "no value for")) {
		*d = first;
		sched_call_free(&own.call);
		return -1;
	}
	sched_call_free(&x->call);
	own.where = call_lines_place(text, by, own.where);
	*x = own;
	return done;
}

/* Remarks that the rate of ENV is not used in what X reads: 0, or -1. */
static int note_base(
	const struct reading *x, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < x->call.n; i++)
		if (x->call.column[i].uses_base)
			return 0;
	if (!x->plain || !env->base_given || !env->remarks)
		return 0;
	call_add_remark(env->remarks,
		"the rate that is given is not used: the function's "
		"values are rates (factors of it are "
		"LambdaLR(optimizer, FUNCTION))\n");
	return buf_end(env->remarks, d);
}

/*
 * X becomes what its rounds do to the rate, if that is not what it is, with
 * remarks behind the first LEN of ENV's.  Returns 0, DONE where that is not
 * followed, or -1 with D.
 */
static int follow_rounds(struct reading *x, const struct sched_env *env,
	size_t len, int done, struct diag *d)
{
	struct buf remarks = {0};
	struct reading own;
	double first = x->uneven ? INFINITY : NROUND_LOOKED;
	int found = 1;

	if (x->script->name || x->script->language > SETTINGS_PYTHON ||
		!(x->uneven || x->stepped))
		return done;
	found = read_rounds(&own, x, env, first, &remarks, d);
	if (found == 0 && done == 0 && !x->uneven &&
		call_are_alike(&x->call, &own.call,
			fmin(fmin(env->horizon, NROUND_LOOKED),
				own.trained.steps))) {
		if ((!x->trained.said || x->trained.doubtful) &&
			own.trained.steps < NROUND_LOOKED)
			x->trained = own.trained;
		sched_call_free(&own.call);
		found = 1;
	}
	if (found == 0 && !x->uneven) {
		sched_call_free(&own.call);
		found = read_rounds(&own, x, env, INFINITY, &remarks, d);
	}
	if (found > 0 && done == 0 && !x->uneven)
		done = note_unsaid(&own, false, env, d);
	if (found == 0) {
		sched_call_free(&x->call);
		*x = own;
		if (env->remarks) {
			env->remarks->len = len;
			buf_add(env->remarks, remarks.data, remarks.len);
		}
		done = note_unsaid(x, true, env, d);
	} else if (found < 0)
		done = -1;
	buf_free(&remarks);
	return done;
}

/* --- what nothing calls --------------------------------------------------- */

/* Whether D is that names have no value. */
static bool is_asked(const struct diag *d)
{
	return strstr(d->text, "no value for") != NULL;
}

/* Whether D is only that there is no schedule, or where one may be. */
static bool says_nothing(const struct diag *d)
{
	return strstr(d->text, "no schedule is made here") != NULL;
}

/* S with the lines of E behind it, read into *X: 0, or -1 with D. */
static int read_entry(struct reading *x, const struct script *s,
	const struct call_entry *e, struct script *called, struct buf *text,
	const struct sched_env *env, struct diag *d)
{
	const size_t len = env->remarks ? env->remarks->len : 0;
	int done;

	text->len = 0;
	buf_add(text, s->text, s->n);
	buf_adds(text, "\n");
	buf_add(text, e->lines.data, e->lines.len);
	if (buf_end(text, d) < 0)
		return -1;
	*called = (struct script){.language = SETTINGS_PYTHON,
		.text = text->data,
		.n = text->len};
	*x = (struct reading){.script = called, .own = s->n, .entry_at = e->at};
	done = call_retry(
		read_rated, x, env, text->data, text->len, &x->where, d);
	return done == 0 || d->class == DIAG_USAGE
		       ? follow_rounds(x, env, len, done, d)
		       : done;
}

/* Whether the rows that are shown of X and Y are the same, as far as is asked.
 */
static bool are_same(const struct reading *x, const struct reading *y,
	const struct sched_env *env)
{
	double n = fmin(env->horizon, NROUND_LOOKED);

	if (x->trained.said && y->trained.said)
		n = fmin(n, fmin(x->trained.steps, y->trained.steps));
	return call_are_alike(&x->call, &y->call, isnan(n) ? NROUND_LOOKED : n);
}

/*
 * X, of S, which makes no schedule for D, becomes what the first of E that does
 * anything does when it is CALLED, in TEXT: its place in E.  D stays where none
 * does: then it is E's n.
 */
static size_t read_first(struct reading *x, const struct script *s,
	const struct entries *e, struct script *called, struct buf *text,
	const struct sched_env *env, struct diag *d)
{
	const size_t len = env->remarks ? env->remarks->len : 0;
	bool asked = false;
	struct reading own = {.script = s};
	struct diag why;

	for (size_t i = 0; i < e->n; i++) {
		if (env->remarks)
			env->remarks->len = len;
		if (read_entry(&own, s, &e->one[i], called, text, env, &why) ==
			0) {
			*x = own;
			return i;
		}
		if (!asked && (why.class == DIAG_NOMEM || is_asked(&why) ||
				      !says_nothing(&why))) {
			asked = true;
			*d = why;
			x->where = own.where;
		}
	}
	if (env->remarks)
		env->remarks->len = len;
	return e->n;
}

/*
 * The same, if all that do anything do the same: 0, -1 with D, or 1 where none
 * does.
 */
static int read_entries(struct reading *x, struct script *called,
	struct buf *text, const struct sched_env *env, struct diag *d)
{
	const struct entries *e = x->entries;
	const struct script *s = x->script;
	const size_t shown = read_first(x, s, e, called, text, env, d);
	struct reading other = {.script = s};
	struct sched_env quiet = *env;
	struct buf again = {0};
	struct script apart;
	struct diag why;
	int done = shown == e->n ? 1 : 0;

	quiet.remarks = NULL;
	for (size_t i = shown + 1; i < e->n && done == 0; i++) {
		if (read_entry(&other, s, &e->one[i], &apart, &again, &quiet,
			    &why) == 0 &&
			!are_same(x, &other, env))
			done = call_refuse_entries(e->one, e->n, d);
		sched_call_free(&other.call);
	}
	buf_free(&again);
	if (shown == e->n)
		return is_asked(d) || d->class == DIAG_NOMEM ? -1 : 1;
	if (done == 0)
		return !env->remarks ? 0
				     : call_note_entry(
					       &e->one[shown], env->remarks, d);
	x->where = e->one[shown].at;
	return -1;
}

/* X's text as it stands, or as the lines of a function: 0, or -1 with D. */
static int read_text(struct reading *x, struct script *wrapped,
	struct buf *text, const struct sched_env *env, struct diag *d)
{
	const struct script *s = x->script;
	const size_t len = env->remarks ? env->remarks->len : 0;
	int done = call_retry(read_rated, x, env, s->text, s->n, &x->where, d);

	if (done < 0 && d->class == DIAG_USAGE)
		done = read_lines(x, wrapped, text, env, d);
	return done == 0 || d->class == DIAG_USAGE
		       ? follow_rounds(x, env, len, done, d)
		       : done;
}

/* S, of which D says why entries do nothing, without them: 0, or -1 with D. */
static int read_guessed(struct reading *x, const struct script *s,
	struct script *wrapped, struct buf *text, const struct sched_env *env,
	struct diag *d)
{
	const struct diag told = *d;
	const size_t where = x->where;
	int done;

	*x = (struct reading){.script = s};
	done = read_text(x, wrapped, text, env, d);
	if (done == 0 || d->class != DIAG_USAGE || is_asked(d))
		return done;
	*d = told;
	x->where = where;
	return -1;
}

int script_read(struct sched_table *t, const struct script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct entries entries = {.n = 0};
	struct reading x = {.script = s, .entries = &entries};
	struct reading other = {.script = s};
	struct script wrapped;
	struct sched_env twice = *env;
	struct call_missing ignored = {0};
	struct buf text = {0};
	struct diag first;
	int done;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	done = read_text(&x, &wrapped, &text, env, d);
	if (done < 0 && d->class == DIAG_USAGE && entries.n > 0 &&
		(!is_asked(d) || (s->name && strchr(s->name, '.'))))
		done = read_entries(&x, &wrapped, &text, env, d);
	if (done > 0)
		done = read_guessed(&x, s, &wrapped, &text, env, d);
	other.script = x.script;
	other.own = x.own;
	other.live = x.live;
	other.uneven = x.uneven;
	other.seen = x.seen;
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
		call_compare_bases(&x.call, &other.call);
		done = note_base(&x, env, d);
	} else if (done == 0 && first.class == DIAG_NOMEM) {
		*d = first;
		done = -1;
	}
	if (done == 0)
		done = call_to_table(t, &x.call, d);
	if (done == 0)
		done = script_take_length(t, x.script, &x.trained, env, d);
	sched_call_free(&x.call);
	sched_call_free(&other.call);
	for (size_t i = 0; i < entries.n; i++)
		call_entry_free(&entries.one[i]);
	call_missing_free(&ignored);
	buf_free(&text);
	if (done < 0)
		sched_table_free(t);
	return done;
}
