/* SPDX-License-Identifier: MIT */
/*
 * Names without a value, which are asked for all at once: those that the failed
 * function, statement and schedules may come to, and what each is compared
 * with.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "call/call_impl.h"

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
		if (path[i] == '[' &&
			(str_is_digit(path[i + 1]) || path[i + 1] == '-'))
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
	const struct py_str s = {n, path};

	if (str_ends_with(path, n,
		    ".param_groups .parameters .state_dict Error Exception"))
		return true;
	if (memchr(path, '.', n) || memchr(path, '[', n)) {
		const size_t last = str_last_part(path, n);

		return str_begins_with(path, n, "self.") &&
		       call_named_optimizer(
			       &(struct py_str){n - last, path + last});
	}
	if (call_named_optimizer(&s))
		return !call_has_part(&s, "lr") && !call_has_part(&s, "rate");
	return str_is_word_of(path, n, "self model net opt");
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
	buf_add(&path, u->path.s, n);
	buf_adds(&path, called ? "()" : "");
	if (m->n == CALL_NMISSING || !buf_text(&path)) {
		buf_free(&path);
		return;
	}
	m->name[m->n].path = path;
	m->name[m->n].maybe = maybe;
	m->name[m->n].choice = (struct buf){0};
	m->name[m->n].nchoice = 0;
	m->name[m->n].list = m->name[m->n].given = false;
	m->name[m->n].handed = u->handed;
	m->name[m->n++].at = u->at ? u->at->at : SIZE_MAX;
}

/*
 * Whether U is a function or a class of a library that is known, which is no
 * value that -D could give; what it gives without arguments is one.
 */
static bool is_of_library(const struct py_unknown *u)
{
	const char *dot = memchr(u->path.s, '.', u->path.n);
	const struct py_str first = {
		dot ? (size_t)(dot + 1 - u->path.s) : 0, u->path.s};

	return dot && !is_called(u) && call_names_library(&first);
}

static void add_name(
	struct call_missing *m, const struct py_unknown *u, bool maybe)
{
	size_t n = is_called(u) ? u->path.n : asked_for(u->path.s, u->path.n);

	if (n > 0 && !is_of_library(u) &&
		(is_text(u) || !is_thing(u->path.s, n)))
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
	if (m->n == n)
		return;
	m->name[n].given = from->name[i].given;
	buf_join(&m->name[n].choice, &from->name[i].choice);
	if (!buf_failed(&m->name[n].choice))
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
		STR_ARG(*key->value.u.str));
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

/* V, a string, a truth or a whole number, as Python has it, if it is new. */
static void add_choice(struct choices *x, const struct py_value *v)
{
	const size_t len = x->to->len;
	const char *all, *own;

	if (x->n == NCHOICE_MAX ||
		!(v->type == PY_INT || v->type == PY_BOOL ||
			(v->type == PY_STR && v->u.str->n > 0 &&
				v->u.str->n <= CHOICE_MAX)))
		return;
	py_repr(x->to, v);
	buf_addc(x->to, '\0');
	if (buf_failed(x->to) ||
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
	if (!call_peek(b, e->arg, &f) || f.type != PY_FUNCTION)
		return (struct py_str){0, NULL};
	for (const struct py_node *a = e->arg->next; a != at; a = a->next)
		i++;
	p = py_param(&f, i);
	return p ? p->s : (struct py_str){0, NULL};
}

/* Whether E asks whether PATH is true. */
static bool is_asked_for_truth(
	const char *text, const struct py_node *e, const struct py_str *path)
{
	const struct py_node *a = e->arg;

	if (e->form == PY_IF || e->form == PY_IF_ELSE ||
		(e->form == PY_UNARY && e->op == PY_NOT))
		return stands_as(text, a, path);
	return (e->form == PY_AND || e->form == PY_OR) &&
	       (stands_as(text, a, path) || stands_as(text, a->next, path));
}

#define CHOICES_DEPTH 4

/* What E compares with PATH, also under other names that it gives it. */
static void find_choices(
	struct choices *x, const struct py_node *e, const struct py_str *path)
{
	const char *text = x->b->text;
	const struct py_node *a = e->arg;
	const struct py_value no = {.type = PY_BOOL};
	struct py_str other = {0, NULL};

	if (is_asked_for_truth(text, e, path))
		add_choice(x, &no);
	else if (e->form == PY_COMPARE && may_be(text, a, path) &&
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

/* Notes of which names of M a statement of the text gives a value. */
static void note_given(const struct call_build *b, struct call_missing *m)
{
	const struct py_node *root = py_root(b->user);

	for (size_t i = 0; i < m->n; i++) {
		const struct py_str name = {
			m->name[i].path.len, m->name[i].path.data};

		for (const struct py_node *e = root; e && !m->name[i].given;
			e = py_walk(root, e))
			m->name[i].given = e->form == PY_ASSIGN &&
					   py_mentions(e->arg->next, &name);
	}
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
	note_given(b, m);
	py_raise(r, NULL, "%s", d.text);
}
