/* SPDX-License-Identifier: MIT */
/*
 * A row's script: conditions, names, and words with values in braces.
 */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "call/expand.h"

static int nomem(struct call *c, const struct buf *b)
{
	return diag_nomem(c->run->d, b->len);
}

const struct call_arg *call_subject(
	const struct call *c, const struct py_expr *e)
{
	const struct call_arg *found = NULL;
	const struct py_expr *a;
	size_t i;

	if (!e)
		return NULL;
	for (i = 0; e->form == PY_F_NAME && i < c->narg; i++)
		if (c->arg[i].n == e->n && !memcmp(c->arg[i].name, e->s, e->n))
			return &c->arg[i];
	for (i = c->nlet; e->form == PY_F_NAME && i > 0; i--)
		if (c->let[i - 1].n == e->n &&
			!memcmp(c->let[i - 1].name, e->s, e->n))
			return c->let[i - 1].of;
	for (a = e->arg; a && !found; a = a->next)
		found = call_subject(c, a);
	return found;
}

static int eval(struct call *c, struct call_part text, const struct py_expr **e,
	struct py_value *ret)
{
	struct py_eval *x = &c->run->eval;

	*e = NULL;
	*ret = (struct py_value){.type = PY_NONE};
	if (call_parse(c->run, text.s, text.n, e))
		return -1;
	x->names = c->names;
	x->call = call_function;
	x->ctx = c;
	return py_eval(x, *e, ret, c->run->d);
}

/* A failed evaluation is the fault of the argument that it speaks of. */
static int eval_fault(struct call *c, const struct py_expr *e)
{
	const struct call_arg *a = call_subject(c, e);
	struct diag d = *c->run->d;

	if (d.class != DIAG_USAGE || c->run->blamed)
		return -1;
	return call_fail(c, a ? a->blame : NULL, "%s", d.text);
}

int call_eval(struct call *c, struct call_part text, const struct py_expr **e,
	struct py_value *ret)
{
	return eval(c, text, e, ret) ? eval_fault(c, *e) : 0;
}

/* The first name in E that C's script knows, or NULL. */
static const struct py_name *known_name(
	const struct call *c, const struct py_expr *e)
{
	const struct py_name *name = NULL;
	const struct py_expr *a;

	if (e->form == PY_F_NAME)
		for (name = c->names; name; name = name->next)
			if (name->n == e->n && !memcmp(name->name, e->s, e->n))
				return name;
	for (a = e->arg; a && !name; a = a->next)
		name = known_name(c, a);
	return name;
}

/* "step_size=0; expected step_size > 0" */
static int fail_need(
	struct call *c, const struct py_expr *e, struct call_part cond)
{
	const struct py_name *name = known_name(c, e);
	const struct call_arg *a = call_subject(c, e);
	struct buf b = {0};
	int r = name ? buf_add(&b, name->name, name->n) || buf_addc(&b, '=')
		     : buf_adds(&b, "wrong argument");

	if (!r && name)
		r = name->value.type == PY_CODE ? buf_adds(&b, "...")
						: py_show(&b, &name->value);
	r = r ? nomem(c, &b)
	      : call_fail(c, a ? a->blame : NULL, "%.*s; expected %.*s",
			(int)b.len, b.data, (int)cond.n, cond.s);
	buf_free(&b);
	return r;
}

/*
 * Splits LINE at SEP outside brackets; what is after it goes to *REST.  Without
 * SEP all of LINE is before it.
 */
static struct call_part split(
	struct call_part line, const char *sep, struct call_part *rest)
{
	size_t n = strlen(sep), i;
	int depth = 0;

	for (i = 0; i + n <= line.n; i++) {
		if (strchr("([{", line.s[i]))
			depth++;
		else if (strchr(")]}", line.s[i]))
			depth--;
		else if (!depth && !memcmp(line.s + i, sep, n))
			break;
	}
	if (i + n > line.n)
		i = line.n, n = 0;
	*rest = (struct call_part){line.s + i + n, line.n - i - n};
	return (struct call_part){line.s, i};
}

static int need(struct call *c, struct call_part line)
{
	struct call_part why, cond = split(line, ": ", &why);
	const struct py_expr *e;
	const struct call_arg *a;
	struct py_value v;

	if (call_eval(c, cond, &e, &v))
		return -1;
	if (py_true(&v))
		return 0;
	if (cond.n == line.n)
		return fail_need(c, e, cond);
	a = call_subject(c, e);
	return call_fail(c, a ? a->blame : NULL, "%.*s", (int)why.n, why.s);
}

static int refuse(struct call *c, struct call_part line)
{
	struct call_part why, cond = split(line, ": ", &why);
	const struct py_expr *e;
	const struct call_arg *a;
	struct py_value v;

	if (call_eval(c, cond, &e, &v))
		return -1;
	if (!py_true(&v))
		return 0;
	a = call_subject(c, e);
	return call_fail(c, a ? a->blame : NULL, "no table can hold %.*s",
		(int)why.n, why.s);
}

/* NAME is made of OF. */
static void remember(
	struct call *c, struct call_part name, const struct call_arg *of)
{
	if (of && c->nlet < CALL_NLET_MAX)
		c->let[c->nlet++] = (struct call_let){name.s, name.n, of};
}

static int let(struct call *c, struct call_part line)
{
	struct call_part text, name = split(line, " = ", &text);
	const struct py_expr *e;
	struct py_value v;

	if (call_eval(c, text, &e, &v))
		return -1;
	remember(c, name, call_subject(c, e));
	return call_name(c, name.s, name.n, &v);
}

/*
 * A line of words.  Among other words a call gives its first column alone.
 * Returns 1 if no more words are wanted.
 */
static int add_words(
	struct call *c, struct call_part t, struct buf *words, size_t start)
{
	struct call_part rest;

	if (t.s[0] == '+' && !c->alone) {
		if (words->len > start)
			return 1;
		split(t, " ", &rest);
		t = rest;
	}
	return call_template(c, t, words);
}

static bool begins(struct call_part *line, const char *word)
{
	size_t n = strlen(word);

	if (line->n < n || memcmp(line->s, word, n) != 0)
		return false;
	line->s += n;
	line->n -= n;
	return true;
}

/* "NAME in EXPR: WORDS" */
static int repeat(
	struct call *c, struct call_part line, struct buf *words, size_t start)
{
	struct call_part text, name = split(line, " in ", &text);
	const struct py_name *names = c->names;
	const struct py_expr *e;
	struct py_value v;
	size_t i;
	int r = 0;

	text = split(text, ": ", &line);
	if (call_eval(c, text, &e, &v))
		return -1;
	for (i = 0; v.type == PY_LIST && i < v.n && !r; i++) {
		r = call_name(c, name.s, name.n, &v.item[i]);
		r = r ? r : add_words(c, line, words, start);
		c->names = names;
	}
	return r;
}

/* The rest of the script is that of another row. */
static int as(struct call *c, struct call_part text, struct buf *words)
{
	const struct py_expr *e;

	if (call_parse(c->run, text.s, text.n, &e))
		return -1;
	return call_as(c, e, words) ? -1 : 1;
}

static int run_line(
	struct call *c, struct call_part line, struct buf *words, size_t start)
{
	struct call_part cond;
	const struct py_expr *e;
	struct py_value v;

	if (begins(&line, "as "))
		return as(c, line, words);
	if (begins(&line, "need "))
		return need(c, line);
	if (begins(&line, "refuse "))
		return refuse(c, line);
	if (begins(&line, "let "))
		return let(c, line);
	if (begins(&line, "for "))
		return repeat(c, line, words, start);
	if (begins(&line, "when ")) {
		cond = split(line, ": ", &line);
		if (call_eval(c, cond, &e, &v))
			return -1;
		if (!py_true(&v))
			return 0;
		if (begins(&line, "as "))
			return as(c, line, words);
	}
	return add_words(c, line, words, start);
}

int call_script(struct call *c, struct buf *words)
{
	const char *s = c->row->script;
	size_t n, start = words->len;
	int r = 0;

	for (; *s && !r; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		r = n ? run_line(c, (struct call_part){s, n}, words, start) : 0;
	}
	if (!r && words->len == start)
		return call_fail(c, NULL,
			"these arguments give no schedule; expected others");
	return r < 0 ? -1 : 0;
}
