/* SPDX-License-Identifier: MIT */
/*
 * Names without a value are asked for all at once: those that the failed
 * function, statement and schedules may come to, and then those that are met
 * when these have some value.
 */
#include "call/call_impl.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"

void call_missing_free(struct call_missing *m)
{
	for (size_t i = 0; i < m->n; i++) {
		buf_free(&m->name[i].path);
		buf_free(&m->name[i].choice);
	}
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
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
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
	static const char *const ends[] = {".param_groups", ".parameters",
		".state_dict", "Error", "Exception"};
	const struct py_str s = {n, path};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (call_ends_with(&s, ends[i]))
			return true;
	if (memchr(path, '.', n) || memchr(path, '[', n))
		return n > 10 && memcmp(path + n - 10, ".optimizer", 10) == 0 &&
		       memcmp(path, "self.", 5) == 0;
	if (call_named_optimizer(&s))
		return !call_has_part(&s, "lr") && !call_has_part(&s, "rate");
	for (size_t i = 0; i < ARRAY_SIZE(things); i++)
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

/* Whether U is a parameter that is a text if it is not given: optim="adam". */
static bool is_text(const struct py_unknown *u)
{
	const struct py_node *init =
		u->at && u->at->form == PY_PARAM ? u->at->arg : NULL;

	return init && init->form == PY_CONST && init->value.type == PY_STR;
}

/* Adds U's path, or the first N bytes of it. */
static void put_name(struct call_missing *m, const struct py_unknown *u,
	size_t n, bool maybe)
{
	bool called = is_called(u);
	struct buf path = {0};

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
	m->name[m->n].choice = (struct buf){NULL, 0, 0};
	m->name[m->n].nchoice = 0;
	m->name[m->n].handed = u->handed;
	m->name[m->n++].at = u->at ? u->at->at : SIZE_MAX;
}

static void add_name(
	struct call_missing *m, const struct py_unknown *u, bool maybe)
{
	size_t n = is_called(u) ? u->path.n : asked_for(u->path.s, u->path.n);

	if (n > 0 && (is_text(u) || !is_thing(u->path.s, n)))
		put_name(m, u, n, maybe);
}

void call_move_missing(
	struct call_missing *m, const struct call_missing *from, size_t i)
{
	struct py_node at = {.at = from->name[i].at};
	struct py_unknown u = {
		.path = {from->name[i].path.len, from->name[i].path.data},
		.handed = from->name[i].handed,
		.at = at.at == SIZE_MAX ? NULL : &at};

	const size_t n = m->n;

	put_name(m, &u, u.path.n, from->name[i].maybe);
	if (m->n > n && buf_add(&m->name[n].choice, from->name[i].choice.data,
				from->name[i].choice.len) == 0)
		m->name[n].nchoice = from->name[i].nchoice;
}

/*
 * Whether -D could give U: it has no value that the text gives it, or one that
 * something may have changed since.
 */
static bool may_be_given(const struct py_unknown *u)
{
	return !u->why || u->handed;
}

static int add(void *ctx, const struct py_unknown *u, bool maybe)
{
	/* What something made unknown is no name that -D could give. */
	if (may_be_given(u))
		add_name(ctx, u, maybe);
	return 0;
}

/* --- what they are compared with ------------------------------------------ */

#define NCHOICE_MAX 12 /* of a name */
#define CHOICE_MAX 64  /* bytes */

/* The expression of which E gives the lower case or the like. */
static const struct py_node *plain(const struct py_node *e)
{
	while (e->form == PY_CALL && !e->arg->next && e->arg->form == PY_ATTR)
		e = e->arg->arg;
	return e;
}

/* Whether E stands in TEXT as PATH, its quotes apart. */
static bool stands_as(
	const char *text, const struct py_node *e, const struct py_str *path)
{
	e = plain(e);
	if (e->end - e->at != path->n)
		return false;
	for (size_t i = 0; i < path->n; i++) {
		char c = text[e->at + i];
		if ((c == '"' ? '\'' : c) != path->s[i])
			return false;
	}
	return true;
}

/* Whether E, config.get("kind"), gives what PATH, config["kind"], is. */
static bool looks_up(
	const char *text, const struct py_node *e, const struct py_str *path)
{
	const struct py_node *f = e->arg, *key = f->next;
	char own[128];
	int n;

	if (f->form != PY_ATTR || !py_is_named(&f->s, "get") || !key ||
		key->form != PY_CONST || key->value.type != PY_STR)
		return false;
	n = snprintf(own, sizeof(own), "%.*s['%.*s']",
		(int)(f->arg->end - f->arg->at), text + f->arg->at,
		(int)key->value.u.str->n, key->value.u.str->s);
	return n > 0 && (size_t)n < sizeof(own) &&
	       call_same_name(path, &(struct py_str){(size_t)n, own});
}

/* Whether E may be what PATH is: PATH if f() else 1, PATH or 1, str(PATH). */
static bool may_be(
	const char *text, const struct py_node *e, const struct py_str *path)
{
	if (stands_as(text, e, path))
		return true;
	e = plain(e);
	switch ((enum py_form)e->form) {
	case PY_IF_ELSE:
		return may_be(text, e->arg->next, path) ||
		       may_be(text, e->arg->next->next, path);
	case PY_OR: return may_be(text, e->arg, path);
	case PY_CALL:
		return looks_up(text, e, path) ||
		       (py_is_named(&e->arg->s, "str") && e->arg->next &&
			       may_be(text, e->arg->next, path));
	default: return false;
	}
}

/* The choices of one name. */
struct choices {
	const struct call_build *b;
	struct buf *to;
	size_t n;
	unsigned depth;
};

/* V, a string or a whole number, as Python writes it, if it is new. */
static void add_choice(struct choices *x, const struct py_value *v)
{
	const size_t len = x->to->len;
	const char *all, *own;

	if (x->n == NCHOICE_MAX ||
		!(v->type == PY_INT || (v->type == PY_STR && v->u.str->n > 0 &&
					       v->u.str->n <= CHOICE_MAX)))
		return;
	if (py_repr(x->to, v) || buf_addc(x->to, '\0') ||
		memchr(x->to->data + len, '\\', x->to->len - len)) {
		x->to->len = len;
		return;
	}
	own = x->to->data + len;
	for (all = x->to->data; all < own; all += strlen(all) + 1)
		if (strcmp(all, own) == 0) {
			x->to->len = len;
			return;
		}
	x->n++;
}

/* A constant, or those in a list. */
static void add_constants(struct choices *x, const struct py_node *e)
{
	if (e->form == PY_CONST)
		add_choice(x, &e->value);
	else if (e->form == PY_MAKE_LIST || e->form == PY_MAKE_TUPLE ||
		 e->form == PY_MAKE_SET)
		for (e = e->arg; e; e = e->next)
			if (e->form == PY_CONST)
				add_choice(x, &e->value);
}

/* The keys of E, a dict that is written or that a name has. */
static void add_keys(struct choices *x, const struct py_node *e)
{
	struct py_value v;

	if (e->form == PY_MAKE_DICT) {
		for (e = e->arg; e; e = e->next ? e->next->next : NULL)
			add_constants(x, e);
	} else if (e->form == PY_NAME &&
		   py_peek(x->b->user, e->s.s, e->s.n, &v) &&
		   v.type == PY_DICT) {
		for (size_t i = 0; i < v.u.list->n; i += 2)
			add_choice(x, &v.u.list->item[i]);
	}
}

/* What the parameter is called that the call E gives its argument AT; n 0. */
static struct py_str parameter(const struct call_build *b,
	const struct py_node *e, const struct py_node *at)
{
	const struct py_node *p;
	struct py_value f;
	size_t i = 0;

	if (at->form == PY_KEYWORD)
		return at->s;
	if (e->arg->form != PY_NAME ||
		!py_peek(b->user, e->arg->s.s, e->arg->s.n, &f) ||
		f.type != PY_FUNCTION)
		return (struct py_str){0, NULL};
	for (const struct py_node *a = e->arg->next; a != at; a = a->next)
		i++;
	p = py_param(&f, i);
	return p ? p->s : (struct py_str){0, NULL};
}

#define CHOICES_DEPTH 4

/* What E compares with PATH, also under other names that it gives it. */
static void find_choices(
	struct choices *x, const struct py_node *e, const struct py_str *path)
{
	const char *text = x->b->text;
	const struct py_node *a = e->arg;
	struct py_str other = {0, NULL};

	if (e->form == PY_COMPARE && may_be(text, a, path) &&
		(a->next->op == PY_EQ || a->next->op == PY_NE ||
			a->next->op == PY_IN || a->next->op == PY_NOT_IN))
		add_constants(x, a->next->arg);
	else if (e->form == PY_COMPARE && stands_as(text, a->next->arg, path))
		add_constants(x, a);
	else if (e->form == PY_INDEX && stands_as(text, a->next, path))
		add_keys(x, a);
	else if (e->form == PY_ASSIGN && may_be(text, a, path) &&
		 (a->next->form == PY_NAME || a->next->form == PY_ATTR))
		other = (struct py_str){
			a->next->end - a->next->at, text + a->next->at};
	for (a = e->form == PY_CALL ? a->next : NULL; a && other.n == 0;
		a = a->next)
		if (stands_as(text, a->form == PY_KEYWORD ? a->arg : a, path))
			other = parameter(x->b, e, a);
	if (other.n > 0 && !call_same_name(&other, path) &&
		x->depth < CHOICES_DEPTH) {
		x->depth++;
		find_choices(x, py_root(x->b->user), &other);
		x->depth--;
	}
	for (a = e->arg; a; a = a->next)
		find_choices(x, a, path);
}

/* The choices of all names of M that have none yet. */
static void note_choices(const struct call_build *b, struct call_missing *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct choices x = {.b = b, .to = &m->name[i].choice};
		const struct py_str path = {
			m->name[i].path.len, m->name[i].path.data};

		if (m->name[i].nchoice == 0)
			find_choices(&x, py_root(b->user), &path);
		m->name[i].nchoice = x.n ? x.n : m->name[i].nchoice;
	}
}

static int found(void *ctx, const struct py_unknown *u, bool maybe)
{
	(void)maybe;
	*(bool *)ctx = *(bool *)ctx || may_be_given(u);
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

	/*
	 * A call that nobody knows is not asked for, but what x.lower() is of.
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

/* Whether U is what some call gives, and no item that it looks up. */
static bool is_call(const struct call_build *b, const struct py_unknown *u)
{
	const struct py_node *f =
		u->at && u->at->form == PY_CALL ? u->at->arg : NULL;

	return f && f->end - f->at == u->path.n &&
	       memcmp(b->text + f->at, u->path.s, u->path.n) == 0;
}

/* Whether U, which has no value for some reason, is a name of the text's. */
static bool is_of_text(const struct call_build *b, const struct py_unknown *u)
{
	struct py_value v;
	size_t n = 0;

	while (n < u->path.n && str_is_python_name_char(u->path.s[n]))
		n++;
	return n > 0 && py_peek(b->user, u->path.s, n, &v) &&
	       v.type != PY_FUNCTION && v.type != PY_TYPE;
}

void call_note_missing(struct call_build *b, struct call_missing *m)
{
	struct py_run *r = py_builder(b->py);
	const struct py_unknown *u =
		b->unknown ? b->unknown : py_run_error(r).unknown;
	struct diag d = *py_run_error(r).diag;
	size_t n = m->n;

	if (!u && b->trial && !b->base_given && b->optimizer_rate &&
		b->optimizer_rate->type == PY_UNKNOWN)
		call_add_missing(b, m, b->optimizer_rate->u.unknown);
	if (!u)
		return;
	if (b->failed)
		py_each_missing(r, b->user, b->failed, NULL, NULL, 0, add, m);
	if (b->failed_fn.type == PY_FUNCTION)
		py_each_missing(r, b->user, b->failed_in, &b->failed_fn,
			b->failed_arg, b->nfailed_arg, add, m);
	for (const struct call_recipe *x = b->made; x && !b->failed;
		x = x->made_before)
		for (size_t i = 0, k = py_nparam(&x->constructor->def); i < k;
			i++)
			if (!is_ignored(x, i))
				add_of_value(b, m, &x->slot[i], 0);
	if (m->n == n || may_be_given(u))
		call_add_missing(b, m, u);
	/* What nobody knows is called, and nothing else lacks. */
	if (m->n == n && !u->why && !(b->trial && is_call(b, u)))
		add_name(m, u, false);
	if (m->n == n && u->why && is_of_text(b, u)) {
		add_name(m, u, false);
		m->doubtful = m->n > n;
	}
	if (m->n > n && b->base_unknown)
		call_add_missing(b, m, b->base_unknown);
	note_choices(b, m);
	py_raise(r, NULL, "%s", d.text);
}

/* --- asking --------------------------------------------------------------- */

/* " -D a.b=VALUE", in quotes where a shell would take some away. */
static int add_option(struct buf *b, const char *define, const struct buf *path)
{
	int bad;

	if (!strpbrk(path->data, "[("))
		return buf_printf(b, " %s %s=VALUE", define, path->data);
	bad = buf_printf(b, " %s '", define);
	for (const char *s = path->data; *s && !bad; s++)
		bad = buf_addc(b, *s == '\'' ? '"' : *s);
	return bad || buf_adds(b, "=VALUE'");
}

/* Whether the Ith of M is compared with strings, and not with numbers. */
static bool has_strings(const struct call_missing *m, size_t i)
{
	return m->name[i].nchoice > 0 &&
	       strchr("\"'", m->name[i].choice.data[0]);
}

/* " (line 2, compared with 'cosine', 'step')" of the Ith of M; or nothing. */
static int add_about(struct buf *b, const struct call_missing *m, size_t i,
	const char *text, size_t n)
{
	const char *s = m->name[i].choice.data;
	const size_t at = m->name[i].at;
	const bool line = memchr(text, '\n', n) && at < n;
	const size_t count = has_strings(m, i) ? m->name[i].nchoice : 0;
	int bad = 0;

	if (!line && count == 0)
		return 0;
	bad = buf_adds(b, " (");
	if (line && !bad)
		bad = buf_printf(b, "line %zu%s", str_line_of(text, at),
			m->name[i].handed
				? ": a function that is not known was given it"
				: "");
	if (count > 0 && !bad)
		bad = buf_printf(b, "%scompared with", line ? ", " : "");
	for (size_t k = 0; k < count && !bad; k++, s += strlen(s) + 1)
		bad = buf_printf(b, "%s %s", k ? "," : "", s);
	return bad || buf_addc(b, ')');
}

static int by_place(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * "no value for 'a' (line 2), 'b'; expected -D a=VALUE -D b=VALUE".  SOME of
 * them are needed in branches only that strings choose.
 */
static int ask(const struct call_missing *m, const struct sched_names *names,
	bool some, const char *text, size_t n, size_t *where, struct diag *d)
{
	struct {
		size_t at, i;
	} order[CALL_NMISSING] = {{0}};
	struct buf b = {0};
	int bad = buf_adds(&b, "no value for");

	for (size_t i = 0; i < m->n; i++)
		order[i].at = m->name[i].at, order[i].i = i;
	qsort(order, m->n, sizeof(order[0]), by_place);
	for (size_t i = 0; i < m->n && !bad; i++)
		bad = buf_printf(&b, "%s '%s'", i ? "," : "",
			      m->name[order[i].i].path.data) ||
		      add_about(&b, m, order[i].i, text, n);
	bad = bad || buf_adds(&b, "; expected");
	for (size_t i = 0; i < m->n && !bad; i++)
		bad = add_option(&b, names->define, &m->name[order[i].i].path);
	if (m->endless && !bad)
		bad = buf_printf(&b, ", and %s N", names->steps);
	bad = bad ||
	      (some && buf_adds(&b, " (but for what the branches need "
				    "that are not taken)")) ||
	      buf_terminate(&b);
	if (order[0].at < n)
		*where = order[0].at;
	bad = bad ? diag_nomem(d, b.len)
		  : diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return bad;
}

/* Values that are tried for what is missing: one may be as good as it takes. */
static const char *const tried[] = {"1", "100", "0.5"};

#define NTRIED ARRAY_SIZE(tried)
#define NDEFINE_MAX 64

/*
 * Which value each name has: CHOICE of its own, else a list where LISTS has its
 * bit, else the Kth of TRIED.
 */
struct trial {
	size_t choice, k;
	uint64_t lists;
};

_Static_assert(CALL_NMISSING <= 64, "a bit for each name");

/* "NAME=VALUE" of the Ith of M into B. */
static int add_trial(struct buf *b, const struct call_missing *m, size_t i,
	const struct trial *x)
{
	const char *s = m->name[i].choice.data;
	const size_t n = m->name[i].nchoice;
	/* One that is compared with numbers is first another. */
	const size_t other = has_strings(m, i) ? 0 : 1;
	size_t k = n ? x->choice % (n + other) : 0;

	for (; k > other; k--)
		s += strlen(s) + 1;
	return buf_printf(b, "%s=%s", m->name[i].path.data,
		       n > 0 && k >= other ? s
		       : x->lists >> i & 1 ? "[1, 2]"
					   : tried[x->k]) ||
	       buf_terminate(b);
}

/* Runs ONCE with X's values for all of M.  Returns what it did. */
static int retry(int (*once)(void *ctx, const struct sched_env *env,
			 struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, struct call_missing *m,
	const struct trial *x)
{
	struct buf value[CALL_NMISSING] = {{0}};
	const char *define[CALL_NMISSING + NDEFINE_MAX];
	struct sched_env more = *env;
	struct diag quiet;
	size_t n = m->n;
	int ret = 0;

	if (env->given.ndefine)
		memcpy(define, env->given.define,
			env->given.ndefine * sizeof(*define));
	for (size_t i = 0; i < n && !ret; i++) {
		ret = add_trial(&value[i], m, i, x);
		define[env->given.ndefine + i] = value[i].data;
	}
	more.given.define = define;
	more.given.ndefine = env->given.ndefine + n;
	more.given.asked = NULL;
	more.given.trial = true;
	ret = ret ? -1 : once(ctx, &more, m, &quiet);
	for (size_t i = 0; i < n; i++)
		buf_free(&value[i]);
	return ret;
}

/* How many values the name of M is tried with that has the most. */
static size_t most_choices(const struct call_missing *m)
{
	size_t most = 0;

	for (size_t i = 0; i < m->n; i++) {
		size_t n = m->name[i].nchoice;
		n += n > 0 && !has_strings(m, i);
		most = n > most ? n : most;
	}
	return most;
}

/*
 * Whether PART is an attribute or an item of the name WHOLE; one that is itself
 * a part, as a["b"] of x.a["b"], may be asked whether it is there.
 */
static bool is_part(const struct buf *part, const struct buf *whole)
{
	return part->len > whole->len && !strpbrk(whole->data, ".[") &&
	       memcmp(part->data, whole->data, whole->len) == 0 &&
	       strchr(".[", part->data[whole->len]);
}

/* What parts are asked of is not asked for itself; *FIRST counts names. */
static void drop_wholes(struct call_missing *m, size_t *first)
{
	size_t kept = 0, before = *first;

	for (size_t i = 0; i < m->n; i++) {
		bool whole = false;

		for (size_t k = 0; k < m->n && !whole; k++)
			whole = is_part(&m->name[k].path, &m->name[i].path);
		if (!whole) {
			if (kept != i) {
				m->name[kept] = m->name[i];
				memset(&m->name[i], 0, sizeof(m->name[i]));
			}
			kept++;
			continue;
		}
		*first -= i < before;
		buf_free(&m->name[i].path);
		buf_free(&m->name[i].choice);
	}
	m->n = kept;
}

/* Runs ONCE with X's values as long as that tells of more.  What it did. */
static int retry_for_more(int (*once)(void *ctx, const struct sched_env *env,
				  struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, struct call_missing *m,
	const struct trial *x)
{
	size_t before;
	int ret;

	do {
		before = m->n;
		ret = retry(once, ctx, env, m, x);
	} while (ret < 0 && m->n > before && m->n < CALL_NMISSING);
	return ret;
}

/* Numbers did not do: the names that tell of more as lists are such. */
static int retry_lists(int (*once)(void *ctx, const struct sched_env *env,
			       struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, struct call_missing *m,
	struct trial *x)
{
	int ret = -1;

	x->k = 0;
	for (size_t i = 0; i < m->n && ret < 0; i++) {
		size_t before = m->n;

		x->lists |= (uint64_t)1 << i;
		ret = retry_for_more(once, ctx, env, m, x);
		if (ret < 0 && m->n == before)
			x->lists &= ~((uint64_t)1 << i);
	}
	return ret;
}

int call_retry(int (*once)(void *ctx, const struct sched_env *env,
		       struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, const char *text, size_t n,
	size_t *where, struct diag *d)
{
	struct call_missing m = {0};
	struct trial x = {0, 0, 0};
	size_t first = 0;
	int ret = once(ctx, env, &m, d), again;

	if (ret < 0 && m.n > 0 && d->class == DIAG_USAGE &&
		env->given.ndefine <= NDEFINE_MAX) {
		bool cured = false;

		for (; x.choice == 0 || x.choice < most_choices(&m);
			x.choice++) {
			again = -1;
			for (x.k = 0; again < 0 && x.k < NTRIED; x.k++)
				again = retry_for_more(once, ctx, env, &m, &x);
			if (again < 0)
				again = retry_lists(once, ctx, env, &m, &x);
			first = x.choice == 0 ? m.n : first;
			cured = cured || again == 0;
		}
		drop_wholes(&m, &first);
		if (cured || !m.doubtful)
			ask(&m, sched_names_of(env), m.n > first, text, n,
				where, d);
	}
	call_missing_free(&m);
	return ret;
}
