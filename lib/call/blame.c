/* SPDX-License-Identifier: MIT */
/*
 * An error in a constructor's body is that of the user's argument that the
 * failed condition leads to: through assignments, helpers and the recipes that
 * a body returns.
 */
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"
#include "call/call_impl.h"

/*
 * What looks for the argument that an error is about.  Bodies of helpers, the
 * innermost first, were called by the constructor's, which is level NHELPER.
 */
struct blame {
	const struct py_error *error;
	const struct call_recipe *recipe;
	unsigned nhelper;
	unsigned budget;    /* nodes still to look at */
	struct py_str name; /* of the parameter that was found */
};

static const struct py_node *blame(
	struct blame *b, const struct py_node *e, unsigned level);

static const struct py_node *def_at(const struct blame *b, unsigned level)
{
	return level < b->nhelper ? b->error->active[level].def
				  : py_def(&b->recipe->constructor->def);
}

/*
 * The argument that the call AT of DEF, NULL if no text calls it, gives the
 * parameter S, or NULL.
 */
static const struct py_node *argument(const struct py_node *def,
	const struct py_node *at, const struct py_str *s)
{
	const struct py_node *arg =
		at && at->form == PY_CALL ? at->arg->next : NULL;
	const struct py_node *p = def->arg->next;

	for (const struct py_node *a = arg; a; a = a->next)
		if (a->form == PY_KEYWORD && call_same_name(&a->s, s))
			return a->arg;
	for (; p && arg; p = p->next, arg = arg->next) {
		if (arg->form == PY_KEYWORD || arg->form == PY_STAR)
			return NULL;
		if (call_same_name(&p->s, s))
			return arg;
	}
	return NULL;
}

/* What the constructor's parameter S was given by the user, or NULL. */
static const struct py_node *given(struct blame *b, const struct py_str *s)
{
	const struct call_recipe *x = b->recipe;
	const struct py_node *def = py_def(&x->constructor->def), *arg = NULL;
	size_t i = 0;

	for (const struct py_node *p = def->arg->next; p; p = p->next) {
		if (call_same_name(&p->s, s))
			arg = x->from[i];
		i += p->s.n > 0;
	}
	b->name = *s;
	if (!arg || !x->outer)
		return arg;
	b->recipe = x->outer;
	b->nhelper = 0;
	return blame(b, arg, 0);
}

static bool is_param(const struct py_node *def, const struct py_str *s)
{
	for (const struct py_node *p = def->arg->next; p; p = p->next)
		if (call_same_name(&p->s, s))
			return true;
	return false;
}

/* The value last assigned to S in block E before offset UNTIL, or NULL. */
static const struct py_node *assigned(
	const struct py_node *e, const struct py_str *s, size_t until)
{
	const struct py_node *found = NULL, *inner;

	for (; e && e->at < until; e = e->next) {
		if (e->form == PY_ASSIGN) {
			for (const struct py_node *t = e->arg->next; t;
				t = t->next)
				if (py_mentions(t, s))
					found = e->arg;
		} else if (e->form == PY_IF || e->form == PY_BLOCK ||
			   e->form == PY_FOR) {
			inner = assigned(e->arg, s, until);
			found = inner ? inner : found;
		}
	}
	return found;
}

/* The user's argument that E, in the body at LEVEL, leads to first; or NULL. */
static const struct py_node *blame(
	struct blame *b, const struct py_node *e, unsigned level)
{
	const struct py_node *def = def_at(b, level), *found = NULL, *value;

	if (b->budget == 0)
		return NULL;
	b->budget--;
	if (e->form == PY_LAMBDA)
		return NULL;
	if (e->form == PY_NAME && is_param(def, &e->s)) {
		if (level == b->nhelper)
			return given(b, &e->s);
		value = argument(def, b->error->active[level].at, &e->s);
		return value ? blame(b, value, level + 1) : NULL;
	}
	if (e->form == PY_NAME) {
		value = assigned(def->arg, &e->s, e->at);
		return value ? blame(b, value, level) : NULL;
	}
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		found = blame(b, kid, level);
	return found;
}

/*
 * Fails for TEXT, which ends in the name of the tool that has what RECIPE, of
 * the user's text, asks for: with the command that does it.
 */
static int raise_command(struct py_run *r, const struct call_recipe *recipe,
	const struct py_str *name, const char *text)
{
	const struct call_build *b = call_build_of(r);
	struct buf s = {0};
	const char *quote;

	call_add_line(
		&s, b->text + recipe->at->at, recipe->at->end - recipe->at->at);
	quote = buf_text(&s) && strchr(s.data, '\'') ? "\"" : "'";
	if (buf_failed(&s))
		py_raise_nomem(r, s.len);
	else if (*quote == '"' && strpbrk(s.data, "\"$`\\"))
		py_raise(r, NULL, "%.*s: %s", STR_ARG(*name), text);
	else
		py_raise(r, NULL, "%.*s: %s -l %s %s%s%s LOG", STR_ARG(*name),
			text, b->base_given ? num_text(b->place.base).s : "LR",
			quote, s.data, quote);
	buf_free(&s);
	return -1;
}

void call_blame(struct py_run *r, const struct call_recipe *recipe)
{
	struct call_build *b = call_build_of(r);
	const struct py_error error = py_run_error(r);
	struct blame x = {.error = &error, .recipe = recipe, .budget = 2000};
	const struct py_node *found = NULL;
	struct diag d = *error.diag;
	struct py_str name;

	if (b->blamed || d.class != DIAG_USAGE)
		return;
	while (x.nhelper < error.nactive &&
		error.active[x.nhelper].def !=
			py_def(&recipe->constructor->def))
		x.nhelper++;
	if (error.at && x.nhelper < error.nactive)
		found = blame(&x, error.at, 0);
	while (recipe->outer)
		recipe = recipe->outer;
	name = call_name_of(recipe->constructor);
	b->blamed = true;
	b->unknown = error.unknown;
	b->where = found ? found->at : recipe->at->at;
	if (str_ends_in(d.text, strlen(d.text), "; expected lrwatch"))
		raise_command(r, recipe, &name, d.text);
	else if (x.name.n > 0 && !b->value_first &&
		 !strstr(d.text, "xpected") && !error.unknown)
		py_raise(r, NULL, "%.*s: %.*s: %s", STR_ARG(name),
			STR_ARG(x.name), d.text);
	else if (x.name.n == 0 || !b->value_first)
		py_raise(r, NULL, "%.*s: %s", STR_ARG(name), d.text);
	else
		py_raise(r, NULL, "%.*s: %.*s%s%s", STR_ARG(name),
			STR_ARG(x.name),
			error.at->form == PY_NAME ? "=" : " gives ", d.text);
}
