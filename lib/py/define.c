/* SPDX-License-Identifier: MIT */
/*
 * Names that the host gives values: NAME=EXPRESSION, where NAME may be a part
 * of one, args.lr or cfg["lr"], and EXPRESSION may use what was defined before;
 * they beat what the text assigns, in whatever has the name.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* Where NAME ends in "NAME=EXPRESSION": at the first = outside brackets. */
static size_t define_name(const char *s)
{
	unsigned open = 0;
	char quote = '\0';

	for (size_t i = 0; s[i]; i++) {
		if (quote) {
			quote = s[i] == quote ? '\0' : quote;
		} else if (s[i] == '"' || s[i] == '\'') {
			quote = s[i];
		} else if (strchr("([{", s[i])) {
			open++;
		} else if (open && strchr(")]}", s[i])) {
			open--;
		} else if (!open && s[i] == '=') {
			return i;
		}
	}
	return 0;
}

/* --- parts of names ------------------------------------------------------- */

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' ||
	       ((unsigned char)c & 0x80);
}

/* The length of NAME where S[0..N) begins with ['NAME'], else 0. */
static size_t item_name(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 5 || s[0] != '[' || (s[1] != '"' && s[1] != '\''))
		return 0;
	while (i < n && is_name_byte(s[i]))
		i++;
	return i > 2 && i + 1 < n && s[i] == s[1] && s[i + 1] == ']' ? i - 2
								     : 0;
}

bool py_is_path(const struct py_str *plain, const char *s, size_t n)
{
	size_t k = 0;

	for (size_t i = 0, len; i < n; i += len ? len + 4 : 1) {
		size_t left = plain->n - k;

		len = item_name(s + i, n - i);
		if (left < 1 + len || plain->s[k] != (len ? '.' : s[i]) ||
			memcmp(plain->s + k + 1, s + i + 2, len) != 0)
			return false;
		k += 1 + len;
	}
	return k == plain->n;
}

/* S as its plain path, into *RET.  Returns 0, or -1 for no memory. */
static int make_plain(struct py *p, const char *s, size_t n, struct py_str *ret)
{
	char *to = py_alloc(&p->build, n + 1);

	if (!to)
		return -1;
	*ret = (struct py_str){.s = to};
	for (size_t i = 0, len; i < n; i += len ? len + 4 : 1) {
		len = item_name(s + i, n - i);
		to[ret->n++] = len ? '.' : s[i];
		memcpy(to + ret->n, s + i + 2, len);
		ret->n += len;
	}
	return 0;
}

int py_define(
	struct py_module *m, const char *name, size_t n, struct py_value v)
{
	struct py_str s;
	long slot;

	if (make_plain(m->py, name, n, &s) < 0)
		return -1;
	slot = py_global_slot(m, &s);
	if (slot < 0)
		return -1;
	m->global[slot].value = v;
	m->global[slot].fixed = true;
	m->dotted = m->dotted || memchr(s.s, '.', s.n) || memchr(s.s, '[', s.n);
	return 0;
}

/* Appends E as a plain path: args.lr; false: it is none. */
static bool add_path(struct buf *b, const struct py_node *e)
{
	const struct py_value *key;

	if (e->form == PY_NAME)
		return !buf_add(b, e->s.s, e->s.n);
	if (e->form == PY_ATTR)
		return add_path(b, e->arg) && !buf_addc(b, '.') &&
		       !buf_add(b, e->s.s, e->s.n);
	if (e->form != PY_INDEX || e->arg->next->form != PY_CONST ||
		!add_path(b, e->arg))
		return false;
	key = &e->arg->next->value;
	if (key->type == PY_STR)
		return !buf_addc(b, '.') &&
		       !buf_add(b, key->u.str->s, key->u.str->n);
	return !buf_addc(b, '[') && !py_repr(b, key) && !buf_addc(b, ']');
}

/* What py_define() gave M for E, a part of a name; NULL: nothing. */
static struct py_global *part_of(
	const struct py_module *m, const struct py_node *e)
{
	struct buf b = {0};
	long slot = -1;

	if (!m->dotted || (e->form != PY_ATTR && e->form != PY_INDEX))
		return NULL;
	if (add_path(&b, e))
		slot = py_global_find(m, &(struct py_str){b.len, b.data});
	buf_free(&b);
	return slot >= 0 && m->global[slot].fixed ? &m->global[slot] : NULL;
}

bool py_defined_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, struct py_value *ret)
{
	struct py_global *g = part_of(m, e);

	if (!g)
		return false;
	/* Steps are asked for by many threads. */
	if (r == &r->py->build)
		g->asked = true;
	*ret = g->value;
	return true;
}

const struct py_value *py_keep_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, const struct py_value *v)
{
	struct py_global *g = part_of(m, e);

	if (!g || g->value.type == PY_UNBOUND)
		return NULL;
	if (r == &r->py->build) {
		g->asked = true;
		if (g->initial)
			g->value = *v;
	}
	return &g->value;
}

/* What the user gave for E, a name or a part of one; NULL: nothing. */
static struct py_global *given(
	const struct py_module *m, const struct py_node *e)
{
	if (e->form != PY_NAME)
		return part_of(m, e);
	return e->hops == PY_HOPS_GLOBAL && m->global[e->slot].fixed
		       ? &m->global[e->slot]
		       : NULL;
}

bool py_initial_path(const struct py_run *r, const char *path, size_t n,
	struct py_value *ret)
{
	const struct py_module *m = r->module;

	for (unsigned i = 0; m && m->initial && i < m->nglobal; i++)
		if (m->global[i].initial &&
			py_is_path(&m->global[i].s, path, n)) {
			*ret = m->global[i].value;
			return true;
		}
	return false;
}

/* Whether S, a statement or a block of them, assigns to G. */
static bool assigns(const struct py_module *m, const struct py_node *s,
	const struct py_global *g)
{
	const struct py_node *kid = s->arg;

	if (s->form == PY_ASSIGN)
		for (kid = kid->next; kid; kid = kid->next)
			if (given(m, kid) == g)
				return true;
	for (; s->form == PY_BLOCK && kid; kid = kid->next)
		if (assigns(m, kid, g))
			return true;
	return false;
}

void py_given_initial(struct py_module *m, const struct py_node *e, bool yes,
	const struct py_node *body)
{
	const struct py_node *link = e->arg ? e->arg->next : NULL;
	struct py_global *g;

	if (e->form == PY_UNARY && e->op == PY_NOT) {
		py_given_initial(m, e->arg, !yes, body);
	} else if (e->form == PY_AND || e->form == PY_OR) {
		py_given_initial(m, e->arg, yes, body);
		py_given_initial(m, link, yes, body);
	} else if (e->form == PY_COMPARE) {
		if (yes != (link->op == PY_EQ || link->op == PY_IS ||
				   link->op == PY_LT || link->op == PY_LE))
			return;
		e = e->arg;
	} else if (yes) {
		return;
	}
	g = given(m, e);
	if (g && assigns(m, body, g)) {
		g->initial = true;
		m->initial = true;
	}
}

/* The item KEY of V, an attribute of an object or a class; NULL: none. */
static struct py_value *item(
	const struct py_value *v, const char *key, size_t n)
{
	if (v->type == PY_TYPE)
		return py_dict_find(v->u.class->names, key, n);
	return v->type == PY_DICT || v->type == PY_NAMESPACE
		       ? py_dict_find(v->u.list, key, n)
		       : NULL;
}

int py_take_parts(struct py_run *r, struct py_module *m,
	const struct py_str *name, const struct py_value *v)
{
	for (unsigned i = 0; m->dotted && i < m->nglobal; i++) {
		struct py_global *g = &m->global[i];
		const char *s = g->s.s + name->n, *end = g->s.s + g->s.n;
		struct py_value *part = (struct py_value *)(uintptr_t)v;
		size_t n;

		if (!g->fixed || g->s.n <= name->n ||
			memcmp(g->s.s, name->s, name->n) != 0)
			continue;
		for (; part && s < end && *s == '.'; s += n) {
			n = strcspn(++s, ".[");
			part = item(part, s, n);
		}
		if (!part || part == v || s < end ||
			g->value.type == PY_UNBOUND)
			continue;
		if (v->type != PY_TYPE &&
			py_mutable(r, NULL, v->u.list->owner) < 0)
			return -1;
		*part = g->value;
		g->asked = true;
	}
	return 0;
}

/* --- what is asked for ---------------------------------------------------- */

/* Whether E may ask for G; INSIDE: it may run later. */
static bool may_ask(const struct py_module *m, const struct py_node *e,
	const struct py_global *g, bool inside)
{
	inside = inside || e->form == PY_DEF || e->form == PY_LAMBDA;
	if (inside && e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		&m->global[e->slot] == g)
		return true;
	if (inside && part_of(m, e) == g)
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (may_ask(m, kid, g, inside))
			return true;
	return false;
}

bool py_asks(const struct py_module *m, const char *name, size_t n)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	return slot >= 0 &&
	       (m->global[slot].asked || may_ask(m, m->root, &m->global[slot],
						 m->root->form != PY_BLOCK));
}

/* --- NAME=EXPRESSION ------------------------------------------------------ */

bool py_parsed(
	const struct py *p, const struct py_str *name, struct py_value *ret)
{
	const struct py_defined *x = p->defined;

	while (x && !py_str_equal(&x->name, name))
		x = x->before;
	if (x)
		*ret = x->value;
	return x != NULL;
}

/* What -D defined before M is known in M. */
static int define_earlier(struct py *p, struct py_module *m)
{
	struct py_value v;

	for (const struct py_defined *x = p->defined; x; x = x->before)
		if (!py_global(m, x->name.s, x->name.n, &v) &&
			py_define(m, x->name.s, x->name.n, x->value) < 0)
			return -1;
	return 0;
}

/*
 * The value of S[0..N), which asks no host; of a name, it is what UNKNOWN
 * values are called.
 */
static int plain_value(struct py *p, const char *s, size_t n, bool is_name,
	struct py_module **m, struct py_value *ret, struct diag *d)
{
	const struct py_host *host = p->host;
	size_t at;
	int done;

	if (py_parse_expr(p, s, n, m, &at, d) < 0)
		return -1;
	if (!is_name && define_earlier(p, *m) < 0)
		return diag_nomem(d, n);
	p->host = NULL;
	done = py_exec(&p->build, *m, ret);
	p->host = host;
	if (done < 0)
		*d = *py_run_error(&p->build).diag;
	return done;
}

static int remember(
	struct py *p, const struct py_str *name, const struct py_value *v)
{
	struct py_defined *x = py_alloc(&p->build, sizeof(*x));

	if (!x)
		return -1;
	*x = (struct py_defined){*name, *v, p->defined};
	p->defined = x;
	return 0;
}

static int names_nothing(struct diag *d)
{
	return diag_set(d, DIAG_USAGE, "names nothing; expected NAME=VALUE");
}

int py_parse_define(struct py *p, const char *s, struct py_str *path,
	struct py_value *ret, struct diag *d)
{
	size_t n = define_name(s);
	struct py_module *m;
	struct py_value name;

	if (n == 0 || (s[0] != '_' && !isalpha((unsigned char)s[0]) &&
			      !((unsigned char)s[0] & 0x80)))
		return names_nothing(d);
	if (plain_value(p, s, n, true, &m, &name, d) < 0)
		return d->class == DIAG_USAGE ? names_nothing(d) : -1;
	if (m->root->form == PY_NAME)
		*path = m->root->s;
	else if (name.type != PY_UNKNOWN)
		return names_nothing(d);
	else if (make_plain(p, name.u.unknown->path.s, name.u.unknown->path.n,
			 path) < 0)
		return diag_nomem(d, n);
	if (s[n + 1] == '\0')
		return diag_set(d, DIAG_USAGE, "no value; expected %.*s=VALUE",
			(int)n, s);
	if (plain_value(p, s + n + 1, strlen(s + n + 1), false, &m, ret, d) <
		0) {
		d->place[0] = '\0';
		return -1;
	}
	if (ret->type == PY_UNKNOWN && m->root->form != PY_NAME)
		return diag_set(d, DIAG_USAGE,
			"no value in itself; expected %.*s=VALUE", (int)n, s);
	/* scheduler=exp is the word more likely than the function, math.exp. */
	if ((ret->type == PY_UNKNOWN ||
		    (ret->type == PY_NATIVE && m->root->form == PY_NAME)) &&
		py_new_str(&p->build, m->root->s.s, m->root->s.n, ret) < 0)
		return diag_nomem(d, n);
	return remember(p, path, ret) < 0 ? diag_nomem(d, n) : 0;
}
