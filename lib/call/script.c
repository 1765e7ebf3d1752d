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
#include "sched/closure.h"
#include "sched/numbers.h"
#include "sched/shape.h"

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
	const struct call_build *b = call_build_of(r);

	/* A schedule that is not made, or one in what nobody knows. */
	return b->fatal || (py_running(r) == b->user &&
				   calls_constructor(b->user, s))
		       ? -1
		       : 0;
}

/* The last recipe that is no part of another; NULL: none. */
static const struct call_recipe *last_made(const struct call_build *b)
{
	const struct call_recipe *x = b->made;

	while (x && x->contained)
		x = x->made_before;
	return x;
}

/* The value of the dotted NAME in B's module; false if it has none. */
static bool named(
	const struct call_build *b, const char *name, struct py_value *ret)
{
	size_t n = strcspn(name, ".");

	if (!py_global(b->user, name, n, ret))
		return false;
	while (name[n] == '.') {
		const struct py_value *v;

		name += n + 1;
		n = strcspn(name, ".");
		if (ret->type != PY_NAMESPACE)
			return false;
		v = py_dict_find(ret->u.list, name, n);
		if (!v)
			return false;
		*ret = *v;
	}
	return true;
}

/* The last def or lambda of B's module; false: none. */
static bool last_function(const struct call_build *b, struct py_value *ret)
{
	const struct py_node *e, *name;
	bool found = false, best = false;

	for (e = py_root(b->user)->arg; e; e = e->next) {
		struct py_value v;

		name = e->form == PY_DEF ? e : NULL;
		if (e->form == PY_ASSIGN && e->arg->next->form == PY_NAME)
			name = e->arg->next;
		if (!name || !py_global(b->user, name->s.s, name->s.n, &v) ||
			v.type != PY_FUNCTION)
			continue;
		if (found && best && !call_is_of_rates(&name->s))
			continue;
		*ret = v;
		found = true;
		best = call_is_of_rates(&name->s);
	}
	return found;
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
			!py_global(b->user, e->arg->next->s.s,
				e->arg->next->s.n, &v) ||
			v.type != PY_OPAQUE ||
			v.u.opaque->type != call_recipe_type)
			continue;
		x = v.u.opaque->p;
		if (x != made && !x->contained && isnan(call_optimizer_lr(&v)))
			return py_raise(py_builder(b->py), e,
				"'%.*s' is a schedule beside the last one; "
				"expected one, or @FILE:NAME",
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

/* The schedule of B's module, which has run with the value V. */
static struct call_node *choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns)
{
	struct py_run *r = py_builder(b->py);
	const struct call_recipe *made = last_made(b);
	struct py_value value = *v;

	if (name && !named(b, name, &value)) {
		py_raise(r, NULL,
			"'%s' is not there; expected a name of the "
			"script's",
			name);
		return NULL;
	}
	if (name && py_is_number(&value)) {
		py_raise(r, NULL,
			"'%s' is a number; expected a function or a schedule",
			name);
		return NULL;
	}
	if (!name && made &&
		(only_one(b, made) < 0 ||
			py_new_opaque(r, call_recipe_type,
				(void *)(uintptr_t)made, &value) < 0))
		return NULL;
	if (!name && !made && value.type != PY_FUNCTION) {
		int found = configured(b, &value);
		if (found != 0)
			return found < 0 ? NULL
					 : call_place(r, py_root(b->user),
						   &value, &b->place, columns);
	}
	if (!name && !made && value.type != PY_FUNCTION &&
		!(py_is_number(&value) && is_alone(b)) &&
		!last_function(b, &value)) {
		py_raise(r, NULL,
			"no schedule is made here; expected the call of a "
			"scheduler, or a function of the step");
		return NULL;
	}
	if (value.type == PY_FUNCTION)
		return call_rate(r, &value);
	return call_place(r, made ? made->at : py_root(b->user), &value,
		&b->place, columns);
}

/* --- reading -------------------------------------------------------------- */

struct reading {
	const struct call_script *script;
	struct sched_call call;
	size_t where;
	struct buf missing;
	bool again; /* only to find out what else has no value */
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

/* The text, or a function around it where its step is a free name. */
static int read_once(void *ctx, const struct sched_env *env, struct diag *d)
{
	struct reading *x = ctx;
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
		call_define_all(b, env, d) == 0) {
		if (py_exec(r, b->user, &v) < 0)
			node = NULL;
		else if (x->script->language <= CALL_DICT)
			node = choose(b, x->script->name, &v, &columns);
		else if (call_read_config(b, x->script, &v) == 0)
			node = call_place(
				r, py_root(b->user), &v, &b->place, &columns);
		if (node) {
			done = call_columns_ret(&x->call, node, columns, d);
		} else {
			call_note_missing(b, env);
			*d = *py_run_error(r).diag;
			if (!x->again)
				x->where = call_error_place(b, r);
		}
	}
	if (done == 0 && x->again)
		sched_call_free(&x->call);
	x->again = true;
	call_free_nodes(b);
	call_release(b);
	return done;
}

/* "lambda STEP: EXPR" of "EXPR", "x = EXPR" or "return EXPR"; or nothing. */
static int as_lambda(const struct call_script *s, struct buf *b)
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
	return buf_printf(
		b, "_rate = lambda %s: (%.*s)", step, (int)(end - p), p);
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

/* The columns of CALL into *T. */
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
	return 0;
}

static int read_all(
	struct reading *x, const struct sched_env *env, struct diag *d)
{
	struct sched_env own = *env;
	int done;

	own.missing = &x->missing;
	x->again = false;
	done = call_retry(read_once, x, &own, d);
	return done;
}

int call_read(struct sched_table *t, const struct call_script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct reading x = {.script = s}, other = {.script = s};
	struct sched_env twice = *env;
	struct buf text = {0};
	struct call_script wrapped;
	struct diag first;
	int done;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	done = read_all(&x, env, d);
	first = *d;
	if (done < 0 && d->class == DIAG_USAGE && as_lambda(s, &text) == 0 &&
		text.len > 0 && buf_terminate(&text) == 0) {
		wrapped = (struct call_script){.language = CALL_PYTHON,
			.text = text.data,
			.n = text.len};
		x.script = other.script = &wrapped;
		done = read_all(&x, env, d);
		if (done < 0 && !x.missing.len)
			*d = first;
	}
	if (done < 0 && d->class == DIAG_USAGE)
		set_where(where, s, x.where, d);
	twice.base *= 2;
	twice.missing = NULL;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < x.call.n; i++)
			x.call.column[i].uses_base = true;
	else if (done == 0 && read_once(&other, &twice, &first) == 0) {
		for (size_t i = 0; i < x.call.n && i < other.call.n; i++)
			x.call.column[i].uses_base =
				call_differ(x.call.column[i].node,
					other.call.column[i].node,
					x.call.column[i].node->len);
	} else if (done == 0 && first.class == DIAG_NOMEM) {
		*d = first;
		done = -1;
	}
	if (done == 0)
		done = to_table(t, &x.call, d);
	sched_call_free(&x.call);
	sched_call_free(&other.call);
	buf_free(&x.missing);
	buf_free(&text);
	if (done < 0)
		sched_table_free(t);
	return done;
}
