/* SPDX-License-Identifier: MIT */
/*
 * Names without a value are asked for all at once: those that the failed
 * function, statement and schedules may come to, and then those that are met
 * when these have some value.
 */
#include "call/call_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void call_missing_free(struct call_missing *m)
{
	for (size_t i = 0; i < m->n; i++)
		buf_free(&m->name[i].path);
	m->n = 0;
}

/* --- collecting ----------------------------------------------------------- */

/*
 * The part of PATH to ask for: a list and not its items, what has a method and
 * not what the method gives.
 */
static size_t asked_for(const char *path, size_t n)
{
	static const char *const methods[] = {".values", ".items", ".keys",
		".item", ".tolist", ".get", ".lower", ".upper", ".strip",
		".split", ".startswith", ".endswith"};

	for (size_t i = 0; i + 1 < n; i++)
		if (path[i] == '[' && (isdigit((unsigned char)path[i + 1]) ||
					      path[i + 1] == '-'))
			n = i;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t len = strlen(methods[i]);
		if (n > len && memcmp(path + n - len, methods[i], len) == 0)
			n -= len;
	}
	return n;
}

/* A model or an optimizer is no value that -D could give. */
static bool is_thing(const char *path, size_t n)
{
	static const char *const things[] = {"self", "model", "net", "opt"};
	const struct py_str s = {n, path};

	if (n > 13 && memcmp(path + n - 13, ".param_groups", 13) == 0)
		return true;
	if (memchr(path, '.', n) || memchr(path, '[', n))
		return n > 10 && memcmp(path + n - 10, ".optimizer", 10) == 0 &&
		       memcmp(path, "self.", 5) == 0;
	if (call_has_part(&s, "optim"))
		return !call_has_part(&s, "lr") && !call_has_part(&s, "rate");
	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		if (strlen(things[i]) == n && memcmp(things[i], path, n) == 0)
			return true;
	return false;
}

/* Whether U is what a call without arguments gives: get_world_size() */
static bool is_called(const struct py_unknown *u)
{
	return !u->why && u->at && u->at->form == PY_CALL &&
	       !u->at->arg->next &&
	       asked_for(u->path.s, u->path.n) == u->path.n;
}

static void add_name(
	struct call_missing *m, const struct py_unknown *u, bool maybe)
{
	bool called = is_called(u);
	struct buf path = {0};
	size_t n = called ? u->path.n : asked_for(u->path.s, u->path.n);

	if (n == 0 || is_thing(u->path.s, n))
		return;
	for (size_t i = 0; i < m->n; i++)
		if (m->name[i].path.len == n + 2 * called &&
			memcmp(m->name[i].path.data, u->path.s, n) == 0) {
			m->name[i].maybe = m->name[i].maybe && maybe;
			return;
		}
	if (m->n == CALL_NMISSING || buf_add(&path, u->path.s, n) ||
		(called && buf_adds(&path, "()")) || buf_terminate(&path)) {
		buf_free(&path);
		return;
	}
	m->name[m->n].path = path;
	m->name[m->n].maybe = maybe;
	m->name[m->n++].at = u->at ? u->at->at : SIZE_MAX;
}

void call_move_missing(
	struct call_missing *m, const struct call_missing *from, size_t i)
{
	struct py_node at = {.at = from->name[i].at};
	struct py_unknown u = {
		.path = {from->name[i].path.len, from->name[i].path.data},
		.at = at.at == SIZE_MAX ? NULL : &at};

	add_name(m, &u, from->name[i].maybe);
}

static int add(void *ctx, const struct py_unknown *u, bool maybe)
{
	/* What something made unknown is no name that -D could give. */
	if (!u->why)
		add_name(ctx, u, maybe);
	return 0;
}

static int found(void *ctx, const struct py_unknown *u, bool maybe)
{
	(void)maybe;
	*(bool *)ctx = *(bool *)ctx || !u->why;
	return 0;
}

bool call_lacks_names(struct call_build *b, const struct py_value *f,
	const struct py_value *arg, size_t narg)
{
	bool any = false;

	py_each_missing(
		py_builder(b->py), b->user, NULL, f, arg, narg, found, &any);
	return any;
}

/* What V, an argument of a recipe, lacks. */
static void add_of_value(struct call_build *b, struct call_missing *m,
	const struct py_value *v, unsigned depth);

static void add_of_recipe(struct call_build *b, struct call_missing *m,
	const struct call_recipe *x, unsigned depth)
{
	for (size_t i = 0, n = py_nparam(&x->constructor->def); i < n; i++)
		add_of_value(b, m, &x->slot[i], depth);
}

static void add_of_value(struct call_build *b, struct call_missing *m,
	const struct py_value *v, unsigned depth)
{
	const struct py_list *l = v->u.list;

	if (depth > 4 || call_optimizer_rate(v))
		return;
	if (call_is(v, call_recipe_type))
		add_of_recipe(b, m, v->u.opaque->p, depth + 1);
	else if (v->type == PY_LIST || v->type == PY_TUPLE ||
		 v->type == PY_DICT)
		for (size_t i = 0; i < l->n; i++)
			add_of_value(b, m, &l->item[i], depth + 1);
	else if (v->type == PY_UNKNOWN || v->type == PY_FUNCTION)
		py_each_missing(
			py_builder(b->py), b->user, NULL, v, NULL, 0, add, m);
}

void call_add_missing(struct call_build *b, struct call_missing *m,
	const struct py_unknown *u)
{
	struct py_value v = {.type = PY_UNKNOWN, .u.unknown = u};

	/* A call that nobody knows is not asked for, but what x.lower() is of.
	 */
	if (u->why || !(u->at && u->at->form == PY_CALL) || is_called(u) ||
		asked_for(u->path.s, u->path.n) < u->path.n)
		add_of_value(b, m, &v, 0);
}

/* An optimizer's name does not matter, nor what a trainer is not read for. */
static bool is_ignored(const struct call_recipe *x, size_t i)
{
	const struct py_node *p = py_param(&x->constructor->def, i);
	static const struct py_str out = {10, "output_dir"};

	return p && (p->op == 'k' || call_is_optimizer_name(&p->s) ||
			    call_same_name(&p->s, &out));
}

void call_note_missing(struct call_build *b, struct call_missing *m)
{
	struct py_run *r = py_builder(b->py);
	const struct py_unknown *u =
		b->unknown ? b->unknown : py_run_error(r).unknown;
	struct diag d = *py_run_error(r).diag;
	size_t n = m->n;

	if (!u)
		return;
	if (b->failed)
		py_each_missing(r, b->user, b->failed, NULL, NULL, 0, add, m);
	if (b->failed_fn.type == PY_FUNCTION)
		py_each_missing(r, b->user, NULL, &b->failed_fn, b->failed_arg,
			b->nfailed_arg, add, m);
	for (const struct call_recipe *x = b->made; x && !b->failed;
		x = x->made_before)
		for (size_t i = 0, k = py_nparam(&x->constructor->def); i < k;
			i++)
			if (!is_ignored(x, i))
				add_of_value(b, m, &x->slot[i], 0);
	if (m->n == n || !u->why)
		call_add_missing(b, m, u);
	/* What nobody knows is called, and nothing else lacks. */
	if (m->n == n && !u->why)
		add_name(m, u, false);
	if (m->n > n && b->base_unknown)
		call_add_missing(b, m, b->base_unknown);
	py_raise(r, NULL, "%s", d.text);
}

/* --- asking --------------------------------------------------------------- */

static size_t line_of(const char *text, size_t n, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at && i < n; i++)
		line += text[i] == '\n';
	return line;
}

/* " -D a.b=VALUE", in quotes where a shell would take some away. */
static int add_option(struct buf *b, const struct buf *path)
{
	int bad;

	if (!strpbrk(path->data, "[("))
		return buf_printf(b, " -D %s=VALUE", path->data);
	bad = buf_adds(b, " -D '");
	for (const char *s = path->data; *s && !bad; s++)
		bad = buf_addc(b, *s == '\'' ? '"' : *s);
	return bad || buf_adds(b, "=VALUE'");
}

static int by_place(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* "no value for 'a' (line 2), 'b'; expected -D a=VALUE -D b=VALUE" */
static int ask(const struct call_missing *m, const char *text, size_t n,
	size_t *where, struct diag *d)
{
	struct {
		size_t at, i;
	} order[CALL_NMISSING] = {{0}};
	bool lines = memchr(text, '\n', n) != NULL;
	struct buf b = {0};
	int bad = buf_adds(&b, "no value for");

	for (size_t i = 0; i < m->n; i++)
		order[i].at = m->name[i].at, order[i].i = i;
	qsort(order, m->n, sizeof(order[0]), by_place);
	for (size_t i = 0; i < m->n && !bad; i++) {
		size_t at = order[i].at;
		bad = buf_printf(&b, "%s '%s'", i ? "," : "",
			m->name[order[i].i].path.data);
		if (lines && at < n && !bad)
			bad = buf_printf(
				&b, " (line %zu)", line_of(text, n, at));
	}
	bad = bad || buf_adds(&b, "; expected");
	for (size_t i = 0; i < m->n && !bad; i++)
		bad = add_option(&b, &m->name[order[i].i].path);
	bad = bad || buf_terminate(&b);
	if (order[0].at < n)
		*where = order[0].at;
	bad = bad ? diag_nomem(d, b.len)
		  : diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return bad;
}

/* Values that are tried for what is missing: one may be as good as it takes. */
static const char *const tried[] = {"1", "100", "0.5"};

#define NTRIED (sizeof(tried) / sizeof(tried[0]))
#define NDEFINE_MAX 64

/* Runs ONCE with the Kth value for all of M.  Returns what it did. */
static int retry(int (*once)(void *ctx, const struct sched_env *env,
			 struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, struct call_missing *m,
	size_t k)
{
	struct buf value[CALL_NMISSING] = {{0}};
	const char *define[CALL_NMISSING + NDEFINE_MAX];
	struct sched_env more = *env;
	struct diag quiet;
	size_t n = m->n;
	int ret = 0;

	if (env->ndefine)
		memcpy(define, env->define, env->ndefine * sizeof(*define));
	for (size_t i = 0; i < n && !ret; i++) {
		ret = buf_printf(&value[i], "%s=%s", m->name[i].path.data,
			      tried[k]) ||
		      buf_terminate(&value[i]);
		define[env->ndefine + i] = value[i].data;
	}
	more.define = define;
	more.ndefine = env->ndefine + n;
	more.asked = NULL;
	ret = ret ? -1 : once(ctx, &more, m, &quiet);
	for (size_t i = 0; i < n; i++)
		buf_free(&value[i]);
	return ret;
}

int call_retry(int (*once)(void *ctx, const struct sched_env *env,
		       struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, const char *text, size_t n,
	size_t *where, struct diag *d)
{
	struct call_missing m = {0};
	int ret = once(ctx, env, &m, d), again = -1;

	if (ret < 0 && m.n > 0 && d->class == DIAG_USAGE &&
		env->ndefine <= NDEFINE_MAX) {
		for (size_t k = 0, before; again < 0 && k < NTRIED; k++) {
			do {
				before = m.n;
				again = retry(once, ctx, env, &m, k);
			} while (again < 0 && m.n > before &&
				 m.n < CALL_NMISSING);
		}
		ask(&m, text, n, where, d);
	}
	call_missing_free(&m);
	return ret;
}
